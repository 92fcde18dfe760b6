/* What has been sent and received, what has not, and why. */
#include <inttypes.h>
#include <string.h>

#include "firmware-app/screen/screen.h"

#define SYNC_WAIT_MS 180000

enum id {
	ID_SYNC,
};

static void
put_sync(const struct fv_view *v, struct fv_page *page)
{
	const json_t *sync = json_object_get(v->json, "sync");
	const char *reason = fv_json_str(sync, "reason");
	int64_t last = fv_json_ms(sync, "last"), next = fv_json_ms(sync, "next");
	char when[FV_WHEN_BYTES];

	fv_page_pair(page, last != 0 ? FV_STYLE_STRONG : FV_STYLE_ASK, _("last sync"), "%s",
	    last != 0 ? fv_when(last, when) : _("never"));
	if (fv_json_ms(sync, "server_clock") != 0)
		fv_page_line(page, FV_STYLE_BAD,
		    _("the server's clock said %s: compare this one with a watch"),
		    fv_when(fv_json_ms(sync, "server_clock"), when));
	if (strcmp(reason, "none") != 0)
		fv_page_pair(
		    page, FV_STYLE_BAD, _("last try"), "%s", fv_json_str(sync, "text"));
	if (next > fv_now_ms())
		fv_page_pair(page, FV_STYLE_PLAIN, _("next try"), "%s", fv_when(next, when));
	if (last != 0 && !fv_json_is(sync, "approved"))
		fv_page_line(page, FV_STYLE_ASK, "%s",
		    _("no supervisor has approved this handheld yet"));
	fv_view_put_revoked(v, page);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct fv_view *v = fv_ui_view(ui);

	(void)state;
	put_sync(v, page);
	fv_page_pair(page, FV_STYLE_PLAIN, _("records"),
	    _("%" PRId64 " recorded, %" PRId64 " sealed, %" PRId64 " sent, %" PRId64
	      " receipted"),
	    fv_json_number(v->json, "recorded"), fv_json_number(v->json, "sealed"),
	    fv_json_number(v->json, "sent"), fv_json_number(v->json, "receipted"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("parts"),
	    _("%" PRId64 " wait, %" PRId64 " bytes"), fv_json_number(v->json, "blobs_waiting"),
	    fv_json_number(v->json, "blob_bytes_waiting"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("data today"),
	    _("%" PRId64 " bytes up, %" PRId64 " down"),
	    fv_json_number(v->json, "bytes_up_today"),
	    fv_json_number(v->json, "bytes_down_today"));
	fv_page_button(page, ID_SYNC, 'y', _("Sync now"));
}

static void
on_sync(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	(void)state, (void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed)
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
	else
		fv_ui_say(ui, answer->warnings[0] != '\0' ? FV_STYLE_ASK : FV_STYLE_GOOD, "%s",
		    answer->warnings[0] != '\0' ? answer->warnings : _("synced"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const struct fv_ask ask = {.verb = "sync",
	    .words = {"--wait"},
	    .what = _("syncing"),
	    .on = on_sync,
	    .wait_ms = SYNC_WAIT_MS};

	(void)state, (void)id;
	if (!fv_ui_is_asking(ui))
		fv_ui_ask(ui, &ask);
}

const struct fv_screen fv_screen_sync = {
    .title = N_("Sync"), .flags = FV_SCREEN_TICKS, .build = build, .act = act};
