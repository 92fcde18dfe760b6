#include "firmware-app/expiry.h"

#include <inttypes.h>
#include <string.h>

#include "firmware-app/cards.h"
#include "firmware-app/syncstate.h"
#include "fv/sync.h"

#define SET_EXPIRED "details_expired"   /* 1 while they wait for a sync */
#define SET_BOOT "details_boot"         /* boot id at the last good sync */
#define SET_BOOTTIME "details_boottime" /* its CLOCK_BOOTTIME */
#define HOUR_MS INT64_C(3600000)

static int64_t
elapsed_ms(struct fv_app *app, int64_t last_ok_ms)
{
	int64_t wall = app->clock.rtc_ms(app->clock.ctx) - last_ok_ms, at;
	uint8_t boot[FV_BOOT_BYTES];

	if (fv_store_get_fixed(app->store, SET_BOOT, boot, sizeof boot) != FV_OK ||
	    memcmp(boot, app->boot, sizeof boot) != 0 ||
	    fv_store_get_int(app->store, SET_BOOTTIME, &at) != FV_OK)
		return wall;
	at = app->clock.boottime_ms(app->clock.ctx) - at;
	return at > wall ? at : wall;
}

static enum fv_err
on_card(const struct fv_item_row *row, void *ctx)
{
	(void)row;
	*(bool *)ctx = true;
	return FV_OK;
}

/* The cards, the mark, and the cursor: the next sync asks for everything again. */
static enum fv_err
erase(struct fv_app *app, struct fv_syncstate *state)
{
	enum fv_err rc = fv_store_begin(app->store);

	if (rc != FV_OK)
		return rc;
	state->cursor = 0;
	if ((rc = fv_cards_drop(app->store)) != FV_OK ||
	    (rc = fv_store_put_int(app->store, SET_EXPIRED, 1)) != FV_OK ||
	    (rc = fv_syncstate_save(app->store, state)) != FV_OK) {
		fv_store_rollback(app->store);
		return rc;
	}
	if ((rc = fv_store_commit(app->store)) != FV_OK)
		return rc;
	/* The WAL still holds the cards' pages until it is folded in and cut. */
	return fv_store_checkpoint(app->store);
}

enum fv_err
fv_expiry_check(struct fv_app *app, bool *is_erased_out)
{
	const int64_t limit_ms =
	    (int64_t)fv_settings_uint(app->settings, FV_SETTING_DETAILS_EXPIRE_H) * HOUR_MS;
	struct fv_syncstate state;
	bool has_cards = false;
	enum fv_err rc = fv_syncstate_load(app->store, &state);

	*is_erased_out = false;
	if (rc != FV_OK || state.last_ok_ms == 0 ||
	    elapsed_ms(app, state.last_ok_ms) < limit_ms)
		return rc;
	rc = fv_store_each_item(app->store, FV_ITEM_CARD, on_card, &has_cards);
	if (rc != FV_OK || !has_cards)
		return rc;
	rc = erase(app, &state);
	*is_erased_out = rc == FV_OK;
	return rc;
}

enum fv_err
fv_expiry_restart(struct fv_app *app)
{
	enum fv_err rc;

	if ((rc = fv_store_put_setting(
		 app->store, SET_BOOT, fv_span_of(app->boot, sizeof app->boot))) != FV_OK ||
	    (rc = fv_store_put_int(
		 app->store, SET_BOOTTIME, app->clock.boottime_ms(app->clock.ctx))) != FV_OK)
		return rc;
	return fv_expiry_is_over(app) ? fv_store_drop_setting(app->store, SET_EXPIRED) : FV_OK;
}

bool
fv_expiry_is_over(struct fv_app *app)
{
	int64_t is_over;

	return fv_store_get_int(app->store, SET_EXPIRED, &is_over) == FV_OK && is_over != 0;
}

void
fv_expiry_tell(struct fv_app *app, struct fv_reply *reply)
{
	fv_reply_line(reply,
	    _("names and addresses were erased after %" PRIu64
	      " hours without a sync; 'fieldvisit sync --wait' brings them back"),
	    fv_settings_uint(app->settings, FV_SETTING_DETAILS_EXPIRE_H));
}
