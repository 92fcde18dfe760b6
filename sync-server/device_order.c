#include "sync-server/device_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "sync-server/cli.h"
#include "sync-server/order_words.h"

/* -- which handheld ----------------------------------------------------------------- */

static void
set_dev(struct device_order *o, const uint8_t dev[FV_DEV_BYTES])
{
	memcpy(o->dev_id, dev, FV_DEV_BYTES);
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(o->hex + 2 * i, 3, "%02x", dev[i]);
}

/* The only one in the directory that begins with the digits. */
static int
find_device(struct device_order *o)
{
	const size_t len = strlen(o->dev);
	size_t found = 0;

	for (size_t i = 0; i < o->directory.device_count; i++) {
		const struct directory_device *d = &o->directory.devices[i];

		set_dev(o, d->dev);
		if (strncmp(o->hex, o->dev, len) == 0) {
			o->device = d;
			found++;
		}
	}
	if (found > 1)
		return fv_cli_fail(
		    FV_EXIT_USAGE, o->dev, "%zu handhelds begin so; give more digits", found);
	if (found == 0)
		return fv_cli_fail(FV_EXIT_DATA, o->directory_path,
		    "no handheld %s is enrolled in it; 'fieldvisitd device list' shows them",
		    o->dev);
	set_dev(o, o->device->dev);
	return FV_EXIT_OK;
}

static int
read_directory(struct device_order *o)
{
	const char *rule;
	int code = o->dev[0] != '\0'
	    ? directory_open(o->directory_path, &o->directory)
	    : fv_cli_fail(FV_EXIT_USAGE, "--dev", "is empty; say which handheld");

	if (code != FV_EXIT_OK || (code = find_device(o)) != FV_EXIT_OK)
		return code;
	rule = device_heard_read(o->device->heard, o->heard);
	return rule == NULL
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_DATA, o->directory_path, "handheld %s: %s", o->hex, rule);
}

int
device_order_open(struct device_order *o)
{
	uint8_t dev[FV_DEV_BYTES];

	if ((o->heard = calloc(1, sizeof *o->heard)) == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, o->dev, "out of memory; try again");
	if (o->directory_path != NULL)
		return read_directory(o);
	if (fv_hex_decode(fv_span_z(o->dev), dev, sizeof dev) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--dev", "is not 32 lower-case hex digits");
	set_dev(o, dev);
	return FV_EXIT_OK;
}

void
device_order_close(struct device_order *o)
{
	directory_close(&o->directory);
	free(o->heard);
	o->heard = NULL;
	o->device = NULL;
}

bool
device_order_is_revoked(const struct device_order *o)
{
	return o->device != NULL && o->device->is_revoked;
}

/* -- how far it is trusted ------------------------------------------------------------ */

/* Nothing had come by then, as far as the directory tells. */
static int
refuse_until(const struct device_heard *heard)
{
	char text[FV_INSTANT_TEXT_BYTES];

	if (heard->seal_count == 0)
		return fv_cli_fail(FV_EXIT_DATA, "--trusted-until",
		    "nothing sealed was ever received of it; --trusted-size 0 says that "
		    "nothing is trusted");
	(void)fv_instant_format(
	    heard->seals[heard->seal_count - 1].received_ms, 0, true, text);
	if (heard->has_all)
		return fv_cli_fail(FV_EXIT_DATA, "--trusted-until",
		    "lies before the first receipt, at %s; --trusted-size 0 says that nothing "
		    "is trusted",
		    text);
	return fv_cli_fail(FV_EXIT_DATA, "--trusted-until",
	    "lies before %s, the oldest receipt in the directory; 'fieldvisitd device info "
	    "DEV "
	    "--until T' on the server tells the size, for --trusted-size",
	    text);
}

static int
trust_until(struct device_order *o)
{
	const struct device_heard *heard = o->heard;
	const struct fv_store_seal *seal;
	int64_t at_ms;

	if (fv_instant_parse(fv_span_z(o->until), &at_ms) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--trusted-until",
		    "is not an RFC 3339 time such as 2026-03-02T21:50:00+08:00");
	if (!heard->is_known)
		return fv_cli_fail(FV_EXIT_USAGE, "--trusted-until",
		    "needs --directory FILE, which 'fieldvisitd roster export' writes: it "
		    "says how much had come when");
	if (at_ms > ((int64_t)time(NULL) + 1) * 1000)
		return fv_cli_fail(FV_EXIT_USAGE, "--trusted-until",
		    "lies in the future; give the time when the handheld was last in good "
		    "hands");
	if ((seal = device_heard_by(heard, at_ms)) == NULL)
		return refuse_until(heard);
	o->trusted_size = seal->size;
	o->trusted_ms = seal->received_ms;
	if (at_ms > heard->last_sync_ms && !o->as_json)
		puts("nothing came between its last sync and the time given: all that was "
		     "sealed by then is trusted");
	return FV_EXIT_OK;
}

int
device_order_trust(struct device_order *o, uint64_t otherwise)
{
	o->trusted_size = otherwise;
	if (o->size != NULL && o->until != NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--trusted-until",
		    "goes without --trusted-size: one of them");
	if (o->until != NULL)
		return trust_until(o);
	if (o->size != NULL &&
	    fv_decimal_decode(fv_span_z(o->size), INT64_MAX, &o->trusted_size) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--trusted-size",
		    "is not a number of records; 'fieldvisitd device info' shows it");
	if (o->size != NULL && o->heard->is_known && o->trusted_size > o->heard->had)
		return fv_cli_fail(FV_EXIT_DATA, "--trusted-size",
		    "is more than the %llu records that it had when it was last heard of",
		    (unsigned long long)o->heard->had);
	return FV_EXIT_OK;
}

/* -- sign and write --------------------------------------------------------------------- */

static void
put_note(const struct device_order *o, enum fv_order_kind kind,
    const struct fv_key_public *key, const struct fv_key_secret *secret, struct fv_buf *notes)
{
	struct fv_order order = {.kind = kind,
	    .trusted_size = kind == FV_ORDER_REVOKE ? o->trusted_size : 0,
	    .at_ms = (int64_t)time(NULL) * 1000};
	struct fv_buf text = {0};

	memcpy(order.dev, o->dev_id, sizeof order.dev);
	if (kind == FV_ORDER_REVOKE)
		(void)snprintf(order.reason, sizeof order.reason, "%s", o->reason);
	fv_order_put(&text, &order);
	if (fv_buf_status(&text) == FV_OK)
		fv_cli_sign(notes, fv_buf_span(&text), key, secret);
	else
		notes->failed = true;
	fv_buf_clear(&text);
}

static int
sign(const struct device_order *o, struct fv_key_public *key)
{
	struct fv_key_secret *secret = NULL;
	struct fv_buf notes = {0};
	int code = fv_cli_open_signer(o->key, o->pass_file, key, &secret);

	if (code == FV_EXIT_OK && o->device != NULL)
		code =
		    directory_check_roster(o->directory_path, o->roster, &o->directory, key);
	if (code != FV_EXIT_OK)
		goto cleanup;
	if (o->is_revoke)
		put_note(o, FV_ORDER_REVOKE, key, secret, &notes);
	if (o->is_wipe)
		put_note(o, FV_ORDER_WIPE, key, secret, &notes);
	code = fv_buf_status(&notes) == FV_OK
	    ? fv_cli_write_new(o->out, 0644, fv_buf_span(&notes))
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, o->out, "out of memory; try again");
cleanup:
	fv_secret_free(secret);
	fv_buf_clear(&notes);
	return code;
}

static const char *
order_word(const struct device_order *o)
{
	if (o->is_revoke && o->is_wipe)
		return "revoke and wipe";
	return o->is_revoke ? "revoke" : "wipe";
}

static int
tell(const struct device_order *o, const struct fv_key_public *key, const char *says)
{
	if (o->as_json)
		return fv_cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}",
		    "order", order_word(o), "dev", o->hex, "signed_by", key->id, "file",
		    o->out, "says", says, "trusted_size",
		    o->is_revoke ? json_integer((json_int_t)o->trusted_size) : json_null(),
		    "waiting",
		    o->heard->is_known
			? json_integer((json_int_t)device_heard_waiting(o->heard))
			: json_null()));
	printf("%s: signed by %s; 'fieldvisitd device import' takes it to the server, and it "
	       "reaches the handheld at its next sync\n%s",
	    o->out, key->id, o->next != NULL ? o->next : "");
	return fv_cli_finish();
}

int
device_order_send(struct device_order *o)
{
	const struct order_fate fate = {
	    o->heard, o->is_revoke, o->is_wipe, o->trusted_size, o->trusted_ms};
	struct fv_key_public key;
	struct fv_buf says = {0};
	int code = FV_EXIT_TEMPFAIL;

	order_put_fate(&says, &fate);
	if (fv_buf_z(&says) == NULL)
		return fv_cli_fail(code, o->out, "out of memory; try again");
	if (!o->as_json) {
		/* Before the passphrase is asked for: who does not mean that can stop here. */
		printf("handheld %s%s%s: %s.\n", o->hex,
		    o->device != NULL ? " of officer " : "",
		    o->device != NULL ? o->device->officer : "", fv_buf_z(&says));
		fflush(stdout);
	}
	if ((code = sign(o, &key)) == FV_EXIT_OK)
		code = tell(o, &key, fv_buf_z(&says));
	fv_buf_clear(&says);
	return code;
}
