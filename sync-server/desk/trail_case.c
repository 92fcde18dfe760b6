/* A case's history over all channels: contacts with their verdicts, events, holds, and the
 * windows in which rules counted. */
#include <stdlib.h>
#include <string.h>

#include "sync-server/desk/trail_history.h"

#define PAGE 200

static json_t *
word(enum fv_code_set set, uint32_t code)
{
	const char *text = code != 0 ? fv_code_word(set, code) : NULL;

	return text != NULL ? json_string(text) : json_null();
}

static json_t *
ms_or_null(bool has, int64_t ms)
{
	return has ? json_integer((json_int_t)ms) : json_null();
}

static json_t *
strings(const struct fv_strs *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->count; i++)
		(void)json_array_append_new(list, json_string(set->items[i]));
	return list;
}

/* -- contacts ------------------------------------------------------------------------- */

static json_t *
finding_json(const struct judged_finding *f)
{
	char hex[2 * FV_FINDING_ID_BYTES + 1];

	for (size_t i = 0; i < FV_FINDING_ID_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", f->id[i]);
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:{s:s?, s:s?}}", "id", hex, "pack",
	    f->pack, "rule", f->rule, "verdict", fv_verdict_word(f->verdict), "severity",
	    (int)f->severity, "is_provisional", f->is_provisional, "why", "en", f->why_en,
	    "zh", f->why_zh);
}

/* Describe each rule that is named, once. */
static void
put_rule(struct trail_history *th, const struct judged_finding *f)
{
	const struct fv_rule *rule = trail_rule_of(f);
	char key[160];

	(void)snprintf(key, sizeof key, "%s/%s", f->pack, f->rule);
	if (rule == NULL || json_object_get(th->rules, key) != NULL)
		return;
	(void)json_object_set_new(th->rules, key,
	    json_pack("{s:{s:s?, s:s?}, s:{s:s?, s:s?}, s:i}", "text", "en", rule->text_en,
		"zh", rule->text_zh, "citation", "en", f->citation_en, "zh", f->citation_zh,
		"revision", (int)f->by->revision));
}

/* The first finding of a contact that begins at this instant: they are by time. */
static size_t
first_finding(const struct judgement *j, int64_t begin_ms)
{
	size_t low = 0, high = j->finding_count;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (j->findings[mid].contact_ms < begin_ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Verdicts of one contact: those that want a person, and the worst of all. */
static void
put_verdicts(struct trail_history *th, const struct fv_contact *k, json_t *row)
{
	enum fv_verdict worst = FV_VERDICT_NA;
	json_t *list = json_array();
	bool has = false, is_provisional = false;
	size_t windows;

	for (size_t i = first_finding(&th->judgement, k->begin_utc_ms);
	     i < th->judgement.finding_count; i++) {
		const struct judged_finding *f = &th->judgement.findings[i];

		if (f->contact_ms != k->begin_utc_ms)
			break;
		if (strcmp(f->contact, k->id) != 0)
			continue;
		has = true;
		worst = f->verdict > worst ? f->verdict : worst;
		is_provisional = is_provisional || f->is_provisional;
		if (f->verdict >= FV_VERDICT_REVIEW) {
			(void)json_array_append_new(list, finding_json(f));
			put_rule(th, f);
		}
		windows = json_array_size(th->windows);
		trail_put_windows(th, f);
		if (json_array_size(th->windows) > windows)
			put_rule(th, f);
	}
	(void)json_object_set_new(
	    row, "worst", has ? json_string(fv_verdict_word(worst)) : json_null());
	(void)json_object_set_new(row, "is_provisional", json_boolean(is_provisional));
	(void)json_object_set_new(row, "findings", list);
}

static json_t *
contact_json(const struct fv_contact *k)
{
	json_t *row = json_object();

	(void)json_object_set_new(row, "id", json_string(k->id));
	(void)json_object_set_new(row, "channel", word(FV_CODES_CHANNEL, k->channel));
	(void)json_object_set_new(row, "by", word(FV_CODES_BY, k->by));
	(void)json_object_set_new(row, "begin_ms", json_integer((json_int_t)k->begin_utc_ms));
	(void)json_object_set_new(row, "end_ms", ms_or_null(k->has_end, k->end_utc_ms));
	(void)json_object_set_new(row, "is_open", json_boolean(k->is_open));
	(void)json_object_set_new(row, "officers", strings(&k->officers));
	(void)json_object_set_new(row, "outcome", word(FV_CODES_OUTCOME, k->outcome));
	(void)json_object_set_new(row, "with", word(FV_CODES_WITH, k->with));
	(void)json_object_set_new(row, "place", word(FV_CODES_PLACE, k->place));
	(void)json_object_set_new(row, "purpose", word(FV_CODES_PURPOSE, k->purpose));
	(void)json_object_set_new(row, "source", word(FV_CODES_SOURCE, k->source));
	(void)json_object_set_new(row, "is_imported", json_boolean(k->is_imported));
	(void)json_object_set_new(row, "is_wrong_case", json_boolean(k->is_wrong_case));
	(void)json_object_set_new(
	    row, "link", k->link != NULL ? json_string(k->link) : json_null());
	return row;
}

static json_t *
event_json(const struct fv_event *e)
{
	return json_pack("{s:s?, s:o, s:I, s:o, s:o, s:s?, s:b}", "id", e->id, "kind",
	    word(FV_CODES_EVENT_KIND, e->kind), "at_ms", (json_int_t)e->at_utc_ms, "from_ms",
	    ms_or_null(e->has_from, e->from_utc_ms), "until_ms",
	    ms_or_null(e->has_until, e->until_utc_ms), "contact", e->contact, "is_imported",
	    e->is_imported);
}

/* -- the answer ----------------------------------------------------------------------- */

/* The newest contacts that began before `before_ms`, at most `max`, oldest first. */
static void
put_contacts(struct trail_history *th, int64_t before_ms, size_t max, json_t **next_out)
{
	const struct fv_case_history *h = th->history;
	size_t until = h->contact_count, from;

	while (until > 0 && h->contacts[until - 1]->begin_utc_ms >= before_ms)
		until--;
	from = until > max ? until - max : 0;
	/* Those of one instant are not torn apart: the next page begins before it. */
	while (
	    from > 0 && h->contacts[from - 1]->begin_utc_ms == h->contacts[from]->begin_utc_ms)
		from--;
	for (size_t i = from; i < until; i++) {
		json_t *row = contact_json(h->contacts[i]);

		put_verdicts(th, h->contacts[i], row);
		(void)json_array_append_new(th->contacts, row);
	}
	*next_out = from > 0 ? json_sprintf("%lld", (long long)h->contacts[from]->begin_utc_ms)
			     : json_null();
	for (size_t i = 0; i < h->event_count; i++)
		(void)json_array_append_new(th->events, event_json(h->events[i]));
}

static json_t *
packs_json(const struct judge *judge)
{
	json_t *list = json_array();

	for (size_t i = 0; i < judge_pack_count(judge); i++) {
		const struct fv_rulepack *p = judge_pack(judge, i);

		(void)json_array_append_new(list,
		    json_pack("{s:s, s:i, s:{s:s?, s:s?}}", "id", p->id, "revision",
			(int)p->revision, "title", "en", p->title_en, "zh", p->title_zh));
	}
	return list;
}

static void
answer_history(struct desk_request *request, struct fv_web_answer *answer,
    const struct judge *judge, const struct fv_store_case *row, struct trail_history *th,
    int64_t before_ms, size_t max)
{
	const struct judgement *j = &th->judgement;
	json_t *out, *next = NULL;

	th->contacts = json_array();
	th->events = json_array();
	th->windows = json_array();
	th->rules = json_object();
	th->history =
	    j->history != NULL ? fv_history_find(j->history, request->params[0]) : NULL;
	if (th->history != NULL && j->zone != NULL)
		put_contacts(th, before_ms, max, &next);
	out = json_pack("{s:s, s:s%, s:s, s:b, s:s?, s:b, s:i, s:i}", "case",
	    request->params[0], "agency", (const char *)row->item.agency.ptr,
	    row->item.agency.len, "zone", j->zone_name[0] != '\0' ? j->zone_name : "Etc/UTC",
	    "is_closed", row->is_closed, "problem", j->problem, "is_provisional",
	    j->is_provisional, "imported", (int)j->imported, "unreadable", (int)j->unreadable);
	(void)json_object_set_new(out, "packs", packs_json(judge));
	(void)json_object_set_new(out, "rules", th->rules);
	(void)json_object_set_new(out, "contacts", th->contacts);
	(void)json_object_set_new(out, "events", th->events);
	(void)json_object_set_new(out, "windows", th->windows);
	(void)json_object_set_new(out, "next", next != NULL ? next : json_null());
	desk_json(request, answer, 200, out);
}

/* The row's spans live until the next read of a case: keep copies. */
struct kept_case {
	struct fv_store_case row;
	struct fv_buf text;
};

static enum fv_err
keep_case(struct kept_case *kept, const struct fv_store_case *row)
{
	struct fv_span *spans[] = {&kept->row.item.id, &kept->row.item.agency,
	    &kept->row.item.zones, &kept->row.item.debts, &kept->row.item.packs,
	    &kept->row.item.assigned};
	const size_t count = sizeof spans / sizeof spans[0];
	size_t at = 0;

	kept->row = *row;
	for (size_t i = 0; i < count; i++) {
		fv_buf_put_span(&kept->text, *spans[i]);
		fv_buf_put_u8(&kept->text, 0);
	}
	if (fv_buf_status(&kept->text) != FV_OK)
		return FV_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		spans[i]->ptr = kept->text.ptr + at;
		at += spans[i]->len + 1;
	}
	return FV_OK;
}

/* The case, if there is one and it may be seen; 404 otherwise. */
static bool
find_case(struct desk_request *request, struct fv_web_answer *answer, struct kept_case *kept)
{
	struct fv_store_case row;
	char agency[FV_ID_BYTES] = "";
	enum fv_err rc =
	    fv_store_case_get(request->store, fv_span_z(request->params[0]), &row);

	if (rc == FV_OK && row.item.agency.len > 0)
		rc = fv_id_copy(row.item.agency, agency, sizeof agency);
	if (rc == FV_OK && !desk_sees(request, agency))
		rc = FV_ENOENT;
	if (rc == FV_OK)
		rc = keep_case(kept, &row);
	if (rc == FV_OK)
		return true;
	if (rc == FV_ENOENT)
		desk_problem(answer, 404, "no-case", "no case of this id");
	else
		desk_failed(answer, rc);
	return false;
}

void
trail_case_history(struct desk_request *request, struct fv_web_answer *answer)
{
	struct judge_opts opts = {.today_utc_ms = request->now_ms, .has_texts = true};
	struct trail_history th = {.history = NULL};
	struct kept_case kept = {.text = {0}};
	struct judge *judge = NULL;
	int64_t before, limit;
	enum fv_err rc;

	if (!desk_query_int(request, answer, "before", 0, INT64_MAX, INT64_MAX, &before) ||
	    !desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit) ||
	    !find_case(request, answer, &kept))
		goto cleanup;
	if ((rc = judge_open(&judge, request->store, &opts)) == FV_OK &&
	    (rc = judge_case(judge, &kept.row, &th.judgement)) == FV_OK)
		answer_history(request, answer, judge, &kept.row, &th, before, (size_t)limit);
	else
		desk_failed(answer, rc);
	judgement_clear(&th.judgement);
	judge_close(judge);
cleanup:
	fv_buf_clear(&kept.text);
}
