#include "firmware-app/trail_export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-app/again.h"
#include "firmware-app/officer.h"
#include "firmware-app/pin.h"
#include "firmware-app/work.h"
#include "fv/export.h"

#define CURSOR_BYTES 18U

struct walk {
	struct fv_app *app;
	struct fv_export out;
	struct fv_track_fix *fixes; /* owned */
	uint64_t pass;              /* 1 and, for GPX, 2 */
	uint64_t seq;               /* the next record */
	bool is_own;                /* the records are this officer's */
};

/* Whose records follow: said by SHIFT_BEGIN, and by OFFICER when one takes the handheld. */
static void
follow_officer(struct walk *w, const struct fv_record_row *row)
{
	struct fv_cbor_reader r;
	struct fv_span id;
	uint64_t what = FV_OFFICER_TAKES;

	if (row->type != FV_REC_SHIFT_BEGIN && row->type != FV_REC_OFFICER)
		return;
	if (row->type == FV_REC_OFFICER &&
	    (fv_cbor_map_find(row->payload, 5, &r) != FV_OK ||
		fv_cbor_get_uint(&r, UINT64_MAX, &what) != FV_OK || what != FV_OFFICER_TAKES))
		return;
	if (fv_cbor_map_find(row->payload, 4, &r) == FV_OK &&
	    fv_cbor_get_text(&r, &id) == FV_OK)
		w->is_own = fv_span_equal(id, fv_span_z(w->app->officer));
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct walk *w = ctx;
	const struct fv_export_record record = {
	    row->seq, row->type, row->header, row->payload};
	unsigned what = w->out.format != FV_EXPORT_GPX ? FV_EXPORT_POINTS | FV_EXPORT_RUNS
	    : w->pass == 1                             ? FV_EXPORT_POINTS
						       : FV_EXPORT_RUNS;
	enum fv_err rc;

	follow_officer(w, row);
	rc = fv_export_take(&w->out, &record, w->is_own ? what : 0, w->fixes);
	w->seq = row->seq + 1;
	if (rc == FV_OK && w->out.to->len >= FV_EXPORT_PIECE_BYTES)
		return FV_AGAIN;
	return rc;
}

/* --- the cursor: pass, next record, whose it is, and what the output is in the midst of ---
 */

static void
put_cursor(const struct walk *w, struct fv_reply *reply)
{
	struct fv_buf cursor = {0};

	fv_buf_put_u8(&cursor, (uint8_t)w->pass);
	fv_buf_put_u8(&cursor,
	    (uint8_t)((w->is_own ? 1U : 0U) | (w->out.is_open ? 2U : 0U) |
		(w->out.has_item ? 4U : 0U)));
	fv_buf_put_u64be(&cursor, w->seq);
	fv_buf_put_u64be(&cursor, (uint64_t)w->out.last_ms);
	fv_reply_more(reply, fv_buf_span(&cursor));
	fv_buf_clear(&cursor);
}

/* True when there is one: this is not the first piece. */
static bool
take_cursor(struct walk *w, struct fv_span cursor)
{
	if (cursor.len != CURSOR_BYTES)
		return false;
	w->pass = cursor.ptr[0];
	w->is_own = (cursor.ptr[1] & 1U) != 0;
	w->out.is_open = (cursor.ptr[1] & 2U) != 0;
	w->out.has_item = (cursor.ptr[1] & 4U) != 0;
	w->seq = fv_load_u64be(cursor.ptr + 2);
	w->out.last_ms = (int64_t)fv_load_u64be(cursor.ptr + 10);
	return true;
}

/* --- what was asked for --- */

/* RFC 3339, or a date where the handheld is: its first instant, or with `is_until` the
 * first after it. */
static bool
read_time(const char *word, bool is_until, int64_t *utc_ms_out)
{
	struct fv_civil civil;
	struct tm tm = {.tm_isdst = -1};
	int64_t days;
	time_t t;

	if (fv_instant_parse(fv_span_z(word), utc_ms_out) == FV_OK)
		return true;
	if (fv_date_parse(fv_span_z(word), &days) != FV_OK)
		return false;
	fv_civil_from_days(is_until ? days + 1 : days, &civil);
	tm.tm_year = civil.year - 1900;
	tm.tm_mon = civil.month - 1;
	tm.tm_mday = civil.day;
	t = mktime(&tm);
	*utc_ms_out = (int64_t)t * 1000;
	return t != (time_t)-1;
}

static bool
read_option(const struct fv_call *call, const char *name, bool is_until, int64_t *utc_ms_out,
    struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, name);

	if (word == NULL || read_time(word, is_until, utc_ms_out))
		return true;
	fv_reply_fail(reply, FV_FAIL_USAGE, "trail",
	    _("--%s %.40s: a date YYYY-MM-DD or a time as RFC 3339 writes it"), name, word);
	return false;
}

static bool
read_format(const struct fv_call *call, struct walk *w, struct fv_reply *reply)
{
	static const char *const words[] = {"gpx", "geojson", "csv"};
	const char *word = fv_args_value(&call->args, "format");

	w->out.format = reply->want_json ? FV_EXPORT_GEOJSON : FV_EXPORT_GPX;
	for (size_t i = 0; word != NULL && i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0) {
			w->out.format = (enum fv_export_format)i;
			return true;
		}
	if (word != NULL)
		fv_reply_fail(reply, FV_FAIL_USAGE, "trail",
		    _("--format %.40s: gpx, geojson or csv"), word);
	return word == NULL;
}

static bool
may_read(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	if (!fv_officer_is_there(app, reply))
		return false;
	if (call->inputs[0].len > 0 && app->sk_box == NULL &&
	    !fv_pin_unlock(app, fv_buf_span(&call->inputs[0]), reply))
		return false;
	if (app->sk_box != NULL)
		return true;
	fv_reply_fail(reply, FV_FAIL_LOCKED, "trail",
	    _("your places are read with your PIN: 'fieldvisit unlock', or give it with "
	      "--pin-file FILE"));
	return false;
}

/* The rest of the passes, or as much as a piece holds.  FV_AGAIN: there is more. */
static enum fv_err
walk_on(struct walk *w, uint64_t total)
{
	uint64_t passes = w->out.format == FV_EXPORT_GPX ? 2 : 1;
	enum fv_err rc = FV_OK;

	while (w->pass <= passes && rc == FV_OK) {
		rc = fv_store_each_record(w->app->store, w->seq, total, on_record, w);
		if (rc != FV_OK)
			break;
		w->pass++;
		w->seq = 0;
		w->is_own = strcmp(w->app->identity.ticket.officer, w->app->officer) == 0;
	}
	return rc;
}

int
fv_trail_export(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct walk w = {.app = app,
	    .out = {.to = &reply->out, .from_ms = INT64_MIN, .to_ms = INT64_MAX},
	    .pass = 1};
	uint64_t total;
	enum fv_err rc;

	if (app->is_practice)
		return fv_reply_fail(reply, FV_FAIL_PRACTICE, "trail", "%s",
		    _("this is practice: a file of its places could be taken for a real way"));
	if (!read_format(call, &w, reply) ||
	    !read_option(call, "from", false, &w.out.from_ms, reply) ||
	    !read_option(call, "to", true, &w.out.to_ms, reply) || !may_read(app, call, reply))
		return reply->exit;
	w.is_own = strcmp(app->identity.ticket.officer, app->officer) == 0;
	if (!take_cursor(&w, fv_call_cursor(call)))
		fv_export_begin(&w.out);
	if ((rc = fv_store_count_records(app->store, &total)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if ((w.fixes = calloc(FV_TRACK_FIXES_MAX, sizeof *w.fixes)) == NULL)
		return fv_reply_fail_err(reply, "trail", FV_ENOMEM);
	rc = walk_on(&w, total);
	free(w.fixes);
	if (rc == FV_AGAIN)
		put_cursor(&w, reply);
	else if (rc == FV_OK)
		fv_export_end(&w.out);
	else
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	return reply->exit;
}
