#include "firmware-app/officer.h"

#include <stdio.h>
#include <string.h>

#include "firmware-app/cards.h"
#include "firmware-app/failpoint.h"
#include "firmware-app/own.h"
#include "fv/sync.h"

#define LOCK_LOCKED 1U
#define LOCK_UNLOCKED 2U
#define LOCK_WIPED 3U

static enum fv_err
record_lock(struct fv_app *app, uint32_t what, enum fv_lock_cause cause)
{
	struct fv_buf payload = {0};
	uint64_t seq;
	enum fv_err rc;

	fv_cbor_put_map(&payload, 2);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, what);
	fv_cbor_put_uint(&payload, 5);
	fv_cbor_put_uint(&payload, cause);
	if ((rc = fv_buf_status(&payload)) == FV_OK)
		rc =
		    fv_journal_append(&app->journal, FV_REC_LOCK, fv_buf_span(&payload), &seq);
	fv_buf_clear(&payload);
	return rc;
}

/* All that belongs to cards, what the officer left for himself, and the mark that the key file
 * goes next. */
static enum fv_err
drop_cards(struct fv_app *app)
{
	enum fv_err rc = fv_cards_drop(app->store);

	if (rc == FV_OK)
		rc = fv_store_drop_items(app->store, FV_KEPT_FOLLOWUP);
	if (rc == FV_OK)
		rc = fv_store_drop_items(app->store, FV_KEPT_DRAFT);
	if (rc == FV_OK)
		rc = fv_store_drop_items(app->store, FV_KEPT_FORM);
	return rc == FV_OK ? fv_store_put_int(app->store, FV_SET_WIPED, 1) : rc;
}

enum fv_err
fv_pin_wipe(struct fv_app *app, enum fv_lock_cause cause)
{
	enum fv_err rc;

	if ((rc = fv_journal_begin(&app->journal)) != FV_OK)
		return rc;
	if ((rc = drop_cards(app)) != FV_OK ||
	    (rc = record_lock(app, LOCK_WIPED, cause)) != FV_OK) {
		fv_journal_rollback(&app->journal);
		return rc;
	}
	if ((rc = fv_journal_commit(&app->journal)) != FV_OK)
		return rc;
	fv_failpoint(FV_POINT_WIPE_HALF);
	fv_secret_free(app->sk_box);
	app->sk_box = NULL;
	fv_pin_finish_wipe(app);
	/* The WAL still holds the cards' pages until it is folded in and cut. */
	return fv_store_checkpoint(app->store);
}

enum fv_err
fv_pin_failures(struct fv_app *app, const struct fv_pin_slot *slot, int64_t *failures_out)
{
	enum fv_err rc = fv_store_get_int(app->store, slot->failures, failures_out);

	if (rc != FV_ENOENT)
		return rc;
	*failures_out = 0;
	return FV_OK;
}

int64_t
fv_pin_wait_ms(struct fv_app *app, const struct fv_pin_slot *slot, int64_t failures)
{
	uint8_t boot[FV_BOOT_BYTES];
	int64_t at, elapsed, delay = FV_PIN_DELAY_MS;

	if (failures < FV_PIN_FREE_TRIES)
		return 0;
	for (int64_t i = FV_PIN_FREE_TRIES; i < failures; i++)
		delay *= 2;
	/* Only the boot clock counts: whoever holds the handheld may set the other one. */
	elapsed = app->clock.boottime_ms(app->clock.ctx);
	if (fv_store_get_fixed(app->store, slot->boot, boot, sizeof boot) == FV_OK &&
	    memcmp(boot, app->boot, sizeof boot) == 0 &&
	    fv_store_get_int(app->store, slot->boottime, &at) == FV_OK)
		elapsed -= at;
	return elapsed >= delay ? 0 : delay - elapsed;
}

static enum fv_err
count_tries(struct fv_app *app, const struct fv_pin_slot *slot, int64_t failures)
{
	enum fv_err rc;

	if ((rc = fv_store_begin(app->store)) != FV_OK)
		return rc;
	if ((rc = fv_store_put_int(app->store, slot->failures, failures)) != FV_OK ||
	    (rc = fv_store_put_setting(
		 app->store, slot->boot, fv_span_of(app->boot, sizeof app->boot))) != FV_OK ||
	    (rc = fv_store_put_int(app->store, slot->boottime,
		 app->clock.boottime_ms(app->clock.ctx))) != FV_OK) {
		fv_store_rollback(app->store);
		return rc;
	}
	return fv_store_commit(app->store);
}

enum fv_err
fv_pin_try(struct fv_app *app, const struct fv_pin_slot *slot, int64_t failures,
    struct fv_span pin, uint8_t key_out[FV_KEY_BYTES])
{
	/* Before the try is made: killing the program must not make it free. */
	enum fv_err rc = count_tries(app, slot, failures + 1);

	if (rc != FV_OK)
		return rc;
	rc = fv_pin_open(app->dir, slot->file, pin, key_out);
	/* Where memory or the disk failed nothing was learnt of the PIN. */
	if (rc != FV_OK && rc != FV_EAUTH && rc != FV_ENOENT &&
	    count_tries(app, slot, failures) != FV_OK)
		fputs("fieldvisit: trail.db: a try that was none stays counted\n", stderr);
	return rc;
}

static bool
refuse(struct fv_app *app, int64_t failures, struct fv_reply *reply)
{
	enum fv_err rc;

	if (failures < FV_PIN_TRIES_MAX) {
		fv_reply_fail(reply, FV_FAIL_WRONG_PIN, "PIN",
		    _("wrong; %lld more wrong tries erase the case cards, never a record"),
		    (long long)(FV_PIN_TRIES_MAX - failures));
		return false;
	}
	if (!fv_app_journal(app, reply))
		return false;
	if ((rc = fv_pin_wipe(app, FV_LOCK_WRONG_PINS)) != FV_OK)
		fv_reply_fail_err(reply, "PIN", rc);
	else
		fv_reply_fail(reply, FV_FAIL_WIPED, "PIN",
		    _("wrong for the tenth time: the case cards are erased; records and notes "
		      "stay "
		      "and are still sent: tell your supervisor"));
	return false;
}

static bool
may_try(struct fv_app *app, const struct fv_pin_slot *slot, int64_t *failures,
    struct fv_reply *reply)
{
	int64_t is_wiped, left_ms;
	enum fv_err rc;

	if (fv_store_get_int(app->store, FV_SET_WIPED, &is_wiped) == FV_OK && is_wiped != 0) {
		fv_reply_fail(reply, FV_FAIL_WIPED, "PIN",
		    _("this handheld was wiped: no card can be opened; tell your supervisor"));
		return false;
	}
	if ((rc = fv_pin_failures(app, slot, failures)) != FV_OK) {
		fv_reply_fail_err(reply, "PIN", rc);
		return false;
	}
	/* The tenth try was made, and the program killed before it could wipe. */
	if (*failures >= FV_PIN_TRIES_MAX)
		return refuse(app, *failures, reply);
	left_ms = fv_pin_wait_ms(app, slot, *failures);
	if (left_ms == 0)
		return true;
	fv_reply_fail(reply, FV_FAIL_PIN_DELAY, "PIN",
	    _("too many wrong tries; wait %lld seconds"), (long long)((left_ms + 999) / 1000));
	return false;
}

bool
fv_pin_unlock(struct fv_app *app, struct fv_span pin, struct fv_reply *reply)
{
	struct fv_officer_slot s;
	uint8_t *sk = NULL;
	int64_t failures;
	bool is_open = false;
	enum fv_err rc;

	fv_officer_slot(app, app->officer, &s);
	if (!fv_officer_is_there(app, reply) || !may_try(app, &s.slot, &failures, reply))
		return false;
	if ((sk = fv_secret_alloc(FV_KEY_BYTES)) == NULL) {
		fv_reply_fail_err(reply, "PIN", FV_ENOMEM);
		return false;
	}
	rc = fv_pin_try(app, &s.slot, failures, pin, sk);
	if (rc == FV_EAUTH) {
		refuse(app, failures + 1, reply);
	} else if (rc == FV_ENOENT) {
		fv_reply_fail(reply, FV_FAIL_WIPED, "PIN",
		    _("the cards' key is gone: no card can be opened; tell your supervisor"));
	} else if (rc != FV_OK ||
	    (rc = fv_store_put_int(app->store, s.slot.failures, 0)) != FV_OK) {
		fv_reply_fail_err(reply, "PIN", rc);
	} else {
		fv_secret_free(app->sk_box);
		app->sk_box = sk;
		sk = NULL;
		is_open = true;
	}
	fv_secret_free(sk);
	return is_open;
}

bool
fv_pin_lock(struct fv_app *app, enum fv_lock_cause cause, struct fv_reply *reply)
{
	enum fv_err rc;

	if (app->sk_box == NULL)
		return true;
	fv_secret_free(app->sk_box);
	app->sk_box = NULL;
	if (!fv_app_journal(app, reply))
		return false;
	if ((rc = record_lock(app, LOCK_LOCKED, cause)) != FV_OK)
		fv_reply_fail_err(reply, "LOCK", rc);
	return rc == FV_OK;
}

bool
fv_pin_note_unlocked(struct fv_app *app, struct fv_reply *reply)
{
	enum fv_err rc = record_lock(app, LOCK_UNLOCKED, FV_LOCK_BY_HAND);

	if (rc != FV_OK)
		fv_reply_fail_err(reply, "LOCK", rc);
	return rc == FV_OK;
}
