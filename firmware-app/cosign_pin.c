#include "firmware-app/cosign_pin.h"

#include <stdio.h>

#include "fv/lines.h"

#define TAG_BYTES 17U /* 16 hex digits of the officer's hash, and NUL */
#define NAME_BYTES 48U

/* The names of one officer's file and settings. */
struct names {
	char file[NAME_BYTES], failures[NAME_BYTES], boot[NAME_BYTES], boottime[NAME_BYTES];
	struct fv_pin_slot slot; /* into the above */
};

/* By a hash, so that no id is a path, a suffix or another id in capitals. */
static void
name_all(const char *officer, struct names *n)
{
	struct fv_hash hash;
	char tag[TAG_BYTES];

	fv_sha256(fv_span_z(officer), &hash);
	for (size_t i = 0; i < (TAG_BYTES - 1) / 2; i++)
		(void)snprintf(tag + 2 * i, 3, "%02x", hash.b[i]);
	(void)snprintf(n->file, sizeof n->file, "cosign-%s", tag);
	(void)snprintf(n->failures, sizeof n->failures, "cosign_failures_%s", tag);
	(void)snprintf(n->boot, sizeof n->boot, "cosign_boot_%s", tag);
	(void)snprintf(n->boottime, sizeof n->boottime, "cosign_boottime_%s", tag);
	n->slot = (struct fv_pin_slot){n->file, n->failures, n->boot, n->boottime};
}

bool
fv_cosign_pin_set(
    struct fv_app *app, const char *officer, struct fv_span pin, struct fv_reply *reply)
{
	uint8_t *key = fv_secret_alloc(FV_KEY_BYTES);
	struct names n;
	enum fv_err rc = FV_ENOMEM;

	name_all(officer, &n);
	if (key != NULL) {
		/* It opens nothing: that it can be unwrapped is all there is to know. */
		fv_random_fill(fv_random_system(), key, FV_KEY_BYTES);
		rc = fv_pin_set(app->dir, n.file, pin, key);
	}
	if (rc == FV_OK)
		rc = fv_store_put_int(app->store, n.failures, 0);
	fv_secret_free(key);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, "PIN", rc);
	return rc == FV_OK;
}

static bool
refuse(struct fv_app *app, const char *officer, const struct names *n, int64_t failures,
    struct fv_reply *reply)
{
	if (failures < FV_PIN_TRIES_MAX) {
		fv_reply_fail(reply, FV_FAIL_WRONG_PIN, officer,
		    _("wrong PIN; %lld more wrong tries erase it here"),
		    (long long)(FV_PIN_TRIES_MAX - failures));
		return false;
	}
	fv_pin_erase(app->dir, n->file);
	fv_reply_fail(reply, FV_FAIL_NO_PIN, officer,
	    _("wrong for the tenth time: this officer's PIN is erased here; a new ticket sets "
	      "it again"));
	return false;
}

static bool
may_try(struct fv_app *app, const char *officer, const struct names *n, int64_t *failures,
    struct fv_reply *reply)
{
	enum fv_err rc = fv_pin_failures(app, &n->slot, failures);
	int64_t left_ms;

	if (rc != FV_OK) {
		fv_reply_fail_err(reply, "PIN", rc);
		return false;
	}
	/* The tenth try was made, and the program killed before it could erase. */
	if (*failures >= FV_PIN_TRIES_MAX)
		return refuse(app, officer, n, *failures, reply);
	if ((left_ms = fv_pin_wait_ms(app, &n->slot, *failures)) == 0)
		return true;
	fv_reply_fail(reply, FV_FAIL_PIN_DELAY, officer,
	    _("too many wrong tries; wait %lld seconds"), (long long)((left_ms + 999) / 1000));
	return false;
}

bool
fv_cosign_pin_try(
    struct fv_app *app, const char *officer, struct fv_span pin, struct fv_reply *reply)
{
	uint8_t *key = NULL;
	struct names n;
	int64_t failures;
	enum fv_err rc = FV_ENOMEM;

	name_all(officer, &n);
	if (!may_try(app, officer, &n, &failures, reply))
		return false;
	if ((key = fv_secret_alloc(FV_KEY_BYTES)) != NULL &&
	    (rc = fv_pin_count_try(app, &n.slot, failures + 1)) == FV_OK)
		rc = fv_pin_open(app->dir, n.file, pin, key);
	fv_secret_free(key);
	if (rc == FV_OK || rc == FV_ENOENT) {
		enum fv_err put = fv_store_put_int(app->store, n.failures, 0);

		rc = rc == FV_OK ? put : rc;
	}
	if (rc == FV_EAUTH)
		return refuse(app, officer, &n, failures + 1, reply);
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_PIN, officer,
		    _("has no PIN on this handheld; 'fieldvisit cosign %s --ticket FILE' sets "
		      "it, once"),
		    officer);
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, "PIN", rc);
	return rc == FV_OK;
}
