/* The report's section about what is no single contact, with its hints marked as such. */
#include <string.h>

#include "sync-server/report.h"

#define AROUND_MS                                                                             \
	(2 * FV_MS_PER_DAY) /* any zone's day lies within so much of the UTC date             \
			     */

/* Hints have a day of their own; the rest stands on every day. */
static bool
is_wanted(const struct report_options *o, const struct standing_row *row)
{
	if (o->case_id != NULL && strcmp(o->case_id, row->case_id) != 0)
		return false;
	return o->all_days || row->at_ms == 0 ||
	    row->day == (o->has_day ? o->day : row->today);
}

enum fv_err
report_find_standing(struct report *r, struct fv_store *store)
{
	const struct report_options *o = &r->options;
	struct standing_opts opts = {.judge = r->judge,
	    .store = store,
	    .now_ms = o->now_ms,
	    .tracks_from_ms = o->all_days
		? 0
		: (o->has_day ? o->day * FV_MS_PER_DAY : o->now_ms) - AROUND_MS};
	struct standing_list *list = &r->standing;
	enum fv_err rc = standing_live(&opts, list);
	size_t kept = 0;

	for (size_t i = 0; rc == FV_OK && i < list->count; i++) {
		if (is_wanted(o, &list->rows[i]))
			list->rows[kept++] = list->rows[i];
		else
			standing_row_clear(&list->rows[i]);
	}
	if (rc == FV_OK)
		list->count = kept;
	return rc;
}

void
report_put_standing_table(struct fv_buf *out, const struct report *r)
{
	const struct standing_list *list = &r->standing;

	if (list->count > 0)
		fv_buf_put_z(out,
		    "\nStanding: about cases, handhelds, officers and agencies; "
		    "a hint is no verdict\n");
	for (size_t i = 0; i < list->count; i++) {
		const struct standing_row *row = &list->rows[i];

		fv_buf_putf(out, "    %-6s  severity %u  ",
		    row->verdict == FV_VERDICT_FAIL ? "FAIL"
			: row->is_hint              ? "hint"
						    : "review",
		    row->severity);
		report_put_plain(out, row->subject);
		fv_buf_putf(out, "  %s %s: ", row->pack, row->rule);
		report_put_plain(out, r->options.is_chinese ? row->why_zh : row->why_en);
		if (row->audience != NULL)
			fv_buf_putf(out, "  [for the %s]", row->audience);
		fv_buf_put_z(out, row->is_provisional ? "  [provisional]\n" : "\n");
	}
}

void
report_put_standing_json(struct fv_buf *out, const struct standing_list *list)
{
	fv_buf_put_u8(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		const struct standing_row *row = &list->rows[i];

		/* The finding as everywhere, with what belongs to its row. */
		fv_buf_put_z(out, i > 0 ? ",\n" : "\n");
		fv_buf_put(out, row->json, strlen(row->json) - 1);
		fv_buf_put_z(out, ",\"case\":");
		if (row->case_id[0] != '\0')
			fv_audit_put_json_text(out, row->case_id);
		else
			fv_buf_put_z(out, "null");
		fv_buf_putf(
		    out, ",\"provisional\":%s}", row->is_provisional ? "true" : "false");
	}
	fv_buf_put_u8(out, ']');
}
