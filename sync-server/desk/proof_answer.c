/*
 * The answer to a regulator: one case and an interval, every contact of every channel, what
 * the rules say of it, what was said and done, and how complete all that is.
 */
#include "sync-server/desk/proof_answer.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/report.h"
#include "sync-server/verb.h"

json_t *
proof_time(const struct proof_case *c, int64_t utc_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];
	int64_t whole = utc_ms - ((utc_ms % 1000) + 1000) % 1000;
	const struct fv_zone *zone = c->j->zone;

	return json_string(fv_instant_format(
	    whole, zone != NULL ? fv_zone_offset_s(zone, utc_ms) : 0, zone == NULL, text));
}

json_t *
proof_time_or_null(const struct proof_case *c, bool has, int64_t utc_ms)
{
	return has ? proof_time(c, utc_ms) : json_null();
}

json_t *
proof_officer(const struct proof_case *c, const char *id)
{
	for (size_t i = 0; c->roster != NULL && i < c->roster->officer_count; i++)
		if (strcmp(c->roster->officers[i].id, id) == 0)
			return json_pack(
			    "{s:s, s:s}", "id", id, "name", c->roster->officers[i].name);
	return json_pack("{s:s, s:n}", "id", id, "name");
}

static json_t *
word(enum fv_code_set set, uint32_t code)
{
	const char *text = fv_code_word(set, code);

	return text != NULL ? json_string(text) : json_null();
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *
date(bool has, int64_t days)
{
	struct fv_civil c;

	if (!has)
		return json_null();
	fv_civil_from_days(days, &c);
	return json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day);
}

/* -- verdicts -------------------------------------------------------------------------- */

static json_t *
finding_json(const struct judged_finding *f)
{
	json_t *o = json_loads(f->json, 0, NULL);
	const struct fv_rule *rule = fv_rulepack_rule(f->by, f->rule);

	if (o == NULL)
		return NULL;
	(void)json_object_set_new(o, "citation",
	    json_pack("{s:s, s:s}", "en", f->citation_en, "zh", f->citation_zh));
	(void)json_object_set_new(o, "pack_revision", json_integer(f->by->revision));
	(void)json_object_set_new(o, "provisional", json_boolean(f->is_provisional));
	if (rule == NULL)
		return o;
	(void)json_object_set_new(
	    o, "strength", word(FV_CODES_STRENGTH, (uint32_t)rule->strength));
	(void)json_object_set_new(
	    o, "confidence", word(FV_CODES_CONFIDENCE, (uint32_t)rule->confidence));
	(void)json_object_set_new(
	    o, "text", json_pack("{s:s, s:s}", "en", rule->text_en, "zh", rule->text_zh));
	(void)json_object_set_new(o, "in_force",
	    json_pack("{s:o, s:o}", "from", date(rule->has_from, rule->from_days), "until",
		date(rule->has_until, rule->until_days)));
	return o;
}

/* Adds the findings of a contact to its row, and its worst verdict. */
static void
put_findings(const struct proof_case *c, const char *contact, json_t *row)
{
	json_t *findings = json_array();
	enum fv_verdict worst = 0;
	json_int_t looked_at = 0;

	for (size_t i = 0; i < c->j->finding_count; i++) {
		const struct judged_finding *f = &c->j->findings[i];

		if (strcmp(f->contact, contact) != 0)
			continue;
		if (f->verdict > worst)
			worst = f->verdict;
		looked_at += f->verdict != FV_VERDICT_NA ? 1 : 0;
		if (f->verdict != FV_VERDICT_NA)
			(void)json_array_append_new(findings, finding_json(f));
	}
	(void)json_object_set_new(
	    row, "verdict", json_string(worst != 0 ? fv_verdict_word(worst) : "not_judged"));
	(void)json_object_set_new(row, "rules_looked_at", json_integer(looked_at));
	(void)json_object_set_new(row, "findings", findings);
}

/* -- contacts -------------------------------------------------------------------------- */

static const struct fv_fold_contact *
folded(const struct proof_case *c, const char *id)
{
	const struct fv_fold_range range = fv_fold_case_contacts(c->j->fold, c->id);

	for (size_t i = range.from; i < range.until; i++)
		if (strcmp(fv_fold_contact(c->j->fold, i)->contact.id, id) == 0)
			return fv_fold_contact(c->j->fold, i);
	return NULL;
}

/* What was recorded, where a correction says otherwise. */
static json_t *
versions(const struct proof_case *c, const struct fv_fold_contact *k)
{
	json_t *list = json_array();
	const struct fv_contact *now = &k->contact;

	if (k->was_case != NULL)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s}", "what", "case", "recorded", k->was_case,
			"corrected", now->case_id));
	if (k->has_was_outcome)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o}", "what", "outcome", "recorded",
			word(FV_CODES_OUTCOME, k->was_outcome), "corrected",
			word(FV_CODES_OUTCOME, now->outcome)));
	if (k->has_was_end)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o}", "what", "end", "recorded",
			proof_time(c, k->was_end_ms), "corrected",
			proof_time(c, now->end_utc_ms)));
	if (now->has_correction)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o, s:o}", "what", "begin", "recorded",
			proof_time(c, now->begin_utc_ms), "corrected",
			proof_time(c, now->corrected_begin_ms), "at",
			proof_time(c, now->corrected_at_ms)));
	else if (now->has_claim)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o}", "what", "clock", "recorded",
			proof_time(c, now->begin_utc_ms), "corrected",
			proof_time(c, now->claim_begin_ms)));
	return list;
}

static const char *const confirmations[] = {
    [FV_OFFICER_HOLDS] = "holder",
    [FV_OFFICER_DECLARED] = "declared",
    [FV_OFFICER_CODE_WRONG] = "code_wrong",
    [FV_OFFICER_CODE_NOT_CHECKED] = "code_not_checked",
    [FV_OFFICER_BY_HANDHELD] = "own_handheld",
    [FV_OFFICER_BY_CODE] = "code",
    [FV_OFFICER_BY_PIN] = "pin",
};

static json_t *
officers_json(
    const struct proof_case *c, const struct fv_contact *k, const struct fv_fold_contact *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < k->officers.count; i++) {
		json_t *one = proof_officer(c, k->officers.items[i]);

		(void)json_object_set_new(one, "how",
		    f != NULL ? json_string(confirmations[f->confirmed[i]]) : json_null());
		(void)json_array_append_new(list, one);
	}
	return list;
}

/* What only a record of a handheld has. */
static void
put_record(const struct proof_case *c, const struct fv_fold_contact *f, json_t *row)
{
	const struct report_row r = {
	    .c = f, .j = c->j, .trail = judge_trail_of(c->judge, f->dev), .zone = c->j->zone};
	json_t *odd = json_array();
	struct report_odd one;

	for (size_t i = 0; report_exception(&r, i, &one); i++)
		if (strcmp(one.word, "imported") != 0)
			(void)json_array_append_new(odd, json_string(one.word));
	(void)json_object_set_new(row, "exceptions", odd);
	(void)json_object_set_new(row, "versions", versions(c, f));
	(void)json_object_set_new(row, "device", fv_verb_json_hex(f->dev, FV_DEV_BYTES));
	(void)json_object_set_new(row, "record", json_integer((json_int_t)f->seq));
	(void)json_object_set_new(
	    row, "sealed", json_boolean((f->marks & FV_MARK_UNSEALED) == 0));
	(void)json_object_set_new(row, "notes", json_integer(f->note_count));
	(void)json_object_set_new(
	    row, "business", text_or_null(proof_business_word(f->business)));
}

static json_t *
contact_json(const struct proof_case *c, const struct fv_contact *k)
{
	const struct fv_fold_contact *f = k->is_imported ? NULL : folded(c, k->id);
	json_t *row = json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:b}", "id", k->id, "channel",
	    word(FV_CODES_CHANNEL, k->channel), "by", word(FV_CODES_BY, k->by), "begin",
	    proof_time(c, k->begin_utc_ms), "end",
	    proof_time_or_null(c, k->has_end && !k->is_open, k->end_utc_ms), "open",
	    k->is_open, "imported", k->is_imported);

	(void)json_object_set_new(row, "outcome", word(FV_CODES_OUTCOME, k->outcome));
	(void)json_object_set_new(row, "with", word(FV_CODES_WITH, k->with));
	(void)json_object_set_new(row, "place", word(FV_CODES_PLACE, k->place));
	(void)json_object_set_new(row, "purpose",
	    word(FV_CODES_PURPOSE, k->purpose != 0 ? k->purpose : FV_PURPOSE_COLLECT));
	(void)json_object_set_new(row, "source",
	    word(FV_CODES_SOURCE, k->source != 0 ? k->source : FV_SOURCE_HANDHELD));
	(void)json_object_set_new(row, "officers", officers_json(c, k, f));
	(void)json_object_set_new(row, "link", text_or_null(k->link));
	if (f != NULL)
		put_record(c, f, row);
	put_findings(c, k->id, row);
	return row;
}

static bool
is_within(const struct proof_case *c, int64_t utc_ms)
{
	return utc_ms >= c->from_ms && utc_ms < c->until_ms;
}

static json_t *
contacts_json(const struct proof_case *c, const struct fv_case_history *h)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->contact_count; i++)
		if (is_within(c, h->contacts[i]->begin_utc_ms))
			(void)json_array_append_new(list, contact_json(c, h->contacts[i]));
	return list;
}

/* -- events and complaints ------------------------------------------------------------- */

static json_t *
event_json(const struct proof_case *c, const struct fv_event *e)
{
	json_t *row = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "id", e->id, "kind",
	    word(FV_CODES_EVENT_KIND, e->kind), "at", proof_time(c, e->at_utc_ms), "from",
	    proof_time_or_null(c, e->has_from, e->from_utc_ms), "until",
	    proof_time_or_null(c, e->has_until, e->until_utc_ms), "source",
	    word(FV_CODES_SOURCE, e->source != 0 ? e->source : FV_SOURCE_HANDHELD), "imported",
	    e->is_imported);

	(void)json_object_set_new(row, "contact", text_or_null(e->contact));
	(void)json_object_set_new(row, "recorded_by",
	    e->recorded_by != NULL ? proof_officer(c, e->recorded_by) : json_null());
	return row;
}

static json_t *
events_json(const struct proof_case *c, const struct fv_case_history *h)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->event_count; i++)
		if (is_within(c, h->events[i]->at_utc_ms))
			(void)json_array_append_new(list, event_json(c, h->events[i]));
	return list;
}

/* Each complaint with the first closing after it that closes no earlier one. */
static json_t *
complaints_json(const struct proof_case *c, const struct fv_case_history *h)
{
	json_t *list = json_array();
	size_t next = 0;

	for (size_t i = 0; i < h->event_count; i++) {
		const struct fv_event *e = h->events[i], *closed = NULL;

		if (e->kind != FV_EVENT_COMPLAINT)
			continue;
		next = next > i ? next : i;
		while (closed == NULL && next < h->event_count) {
			if (h->events[next]->kind == FV_EVENT_COMPLAINT_CLOSED)
				closed = h->events[next];
			next++;
		}
		if (!is_within(c, e->at_utc_ms))
			continue;
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o, s:o, s:o}", "id", e->id, "at",
			proof_time(c, e->at_utc_ms), "contact", text_or_null(e->contact),
			"source",
			word(FV_CODES_SOURCE, e->source != 0 ? e->source : FV_SOURCE_HANDHELD),
			"closed_at",
			proof_time_or_null(
			    c, closed != NULL, closed != NULL ? closed->at_utc_ms : 0)));
	}
	return list;
}

/* -- what judged ----------------------------------------------------------------------- */

static json_t *
sources_json(const struct fv_rulepack *pack)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pack->source_count; i++)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s}", "title", pack->sources[i].title, "where",
			pack->sources[i].where));
	return list;
}

static bool
has_judged(const struct proof_case *c, const struct fv_rulepack *pack)
{
	for (size_t i = 0; i < c->j->finding_count; i++)
		if (c->j->findings[i].by == pack)
			return true;
	return false;
}

static json_t *
packs_json(const struct proof_case *c)
{
	json_t *list = json_array();
	const struct fv_rulepack *pack;

	for (size_t i = 0; (pack = judge_pack(c->judge, i)) != NULL; i++)
		if (has_judged(c, pack))
			(void)json_array_append_new(list,
			    json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:o}", "id",
				pack->id, "title_en", pack->title_en, "title_zh",
				pack->title_zh, "jurisdiction", pack->jurisdiction, "revision",
				(json_int_t)pack->revision, "published",
				date(true, pack->published_days), "sha256",
				fv_verb_json_hex(pack->sha256.b, FV_HASH_BYTES), "sources",
				sources_json(pack)));
	return list;
}

static json_t *
case_json(const struct proof_case *c)
{
	const struct fv_item_case *item = &c->row->item;

	return json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:o}", "id", c->id, "agency",
	    fv_verb_json_span(item->agency), "zones", fv_verb_json_list(item->zones),
	    "assigned", fv_verb_json_list(item->assigned), "closed", c->row->is_closed,
	    "packs", fv_verb_json_list(item->packs), "product",
	    word(FV_CODES_PRODUCT, item->product));
}

static enum fv_err
put_answer(struct proof_case *c, int64_t now_ms, json_t **out)
{
	const struct fv_case_history *h = fv_history_find(c->j->history, c->id);
	json_t *complete = NULL, *requests = NULL;
	enum fv_err rc = proof_completeness(c, &complete);

	if (rc == FV_OK)
		rc = proof_requests(c, &requests);
	if (rc != FV_OK) {
		json_decref(complete);
		return rc;
	}
	*out = json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:s?, s:I, s:s}", "case",
	    case_json(c), "from", date(c->has_from, c->from_day), "to",
	    date(c->has_until, c->until_day), "zone",
	    c->j->zone != NULL ? c->j->zone_name : "UTC", "made_at", proof_time(c, now_ms),
	    "packs", packs_json(c), "problem", c->j->problem, "engine",
	    (json_int_t)FV_AUDIT_ENGINE_VERSION, "tzdata", judge_tzdata(c->judge));
	if (h != NULL) {
		(void)json_object_set_new(*out, "contacts", contacts_json(c, h));
		(void)json_object_set_new(*out, "events", events_json(c, h));
		(void)json_object_set_new(*out, "complaints", complaints_json(c, h));
	} else {
		(void)json_object_set_new(*out, "contacts", json_array());
		(void)json_object_set_new(*out, "events", json_array());
		(void)json_object_set_new(*out, "complaints", json_array());
	}
	(void)json_object_set_new(*out, "imported", json_integer((json_int_t)c->j->imported));
	(void)json_object_set_new(
	    *out, "unreadable", json_integer((json_int_t)c->j->unreadable));
	(void)json_object_set_new(*out, "completeness", complete);
	(void)json_object_set_new(*out, "requests", requests);
	return *out != NULL ? FV_OK : FV_ENOMEM;
}

/* -- the route ------------------------------------------------------------------------- */

static void
settle_interval(struct proof_case *c, const struct proof_filter *f)
{
	const struct fv_zone *zone = c->j->zone;

	c->has_from = f->has_from;
	c->has_until = f->has_until;
	c->from_day = f->from_day;
	c->until_day = f->until_day;
	c->from_ms = INT64_MIN;
	c->until_ms = INT64_MAX;
	if (f->has_from)
		c->from_ms = zone != NULL ? fv_zone_day_start(zone, f->from_day)
					  : f->from_day * FV_MS_PER_DAY;
	if (f->has_until)
		c->until_ms = zone != NULL ? fv_zone_day_start(zone, f->until_day + 1)
					   : (f->until_day + 1) * FV_MS_PER_DAY;
}

static enum fv_err
judge_it(struct desk_request *request, const struct proof_filter *f,
    const struct fv_store_case *row, json_t **out)
{
	struct judgement judgement;
	struct proof_case c = {.store = request->store, .row = row, .j = &judgement};
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	enum fv_err rc;

	memcpy(c.id, f->case_id, sizeof c.id);
	rc = judge_open(&c.judge, request->store,
	    &(struct judge_opts){.today_utc_ms = request->now_ms, .has_texts = true});
	if (rc != FV_OK)
		return rc;
	if ((rc = judge_case(c.judge, row, &judgement)) == FV_OK) {
		settle_interval(&c, f);
		rc = fv_verb_roster(request->store, &roster, &hash);
		c.roster = roster;
		if (rc == FV_OK || rc == FV_ENOENT)
			rc = put_answer(&c, request->now_ms, out);
		judgement_clear(&judgement);
	}
	free(roster);
	judge_close(c.judge);
	return rc;
}

/* Spans of a row end with the next read: what the judge needs is kept here. */
struct kept_row {
	struct fv_store_case row;
	struct fv_buf text;
};

static void
keep_row(struct kept_row *kept)
{
	struct fv_span *spans[] = {&kept->row.item.id, &kept->row.item.agency,
	    &kept->row.item.zones, &kept->row.item.debts, &kept->row.item.packs,
	    &kept->row.item.assigned};
	size_t at = 0;

	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
		fv_buf_put_span(&kept->text, *spans[i]);
	for (size_t i = 0; !kept->text.failed && i < sizeof spans / sizeof spans[0]; i++) {
		*spans[i] = fv_span_of(kept->text.ptr + at, spans[i]->len);
		at += spans[i]->len;
	}
}

void
proof_answer(struct desk_request *request, struct fv_web_answer *answer)
{
	struct kept_row kept = {0};
	struct proof_filter f;
	char agency[FV_ID_BYTES];
	json_t *out = NULL;
	enum fv_err rc;

	if (!proof_read_filter(request, answer, &f))
		return;
	if (f.case_id[0] == '\0') {
		desk_problem(answer, 422, "bad-query", "case: say which case");
		return;
	}
	rc = fv_store_case_get(request->store, fv_span_z(f.case_id), &kept.row);
	if (rc == FV_OK)
		rc = fv_id_copy(kept.row.item.agency, agency, sizeof agency);
	if (rc == FV_ENOENT || (rc == FV_OK && !desk_sees(request, agency))) {
		desk_problem(answer, 404, "not-found", "%s: there is no such case", f.case_id);
		return;
	}
	if (rc == FV_OK) {
		keep_row(&kept);
		rc = fv_buf_status(&kept.text);
	}
	if (rc == FV_OK)
		rc = judge_it(request, &f, &kept.row, &out);
	fv_buf_clear(&kept.text);
	if (rc != FV_OK)
		desk_failed(answer, rc);
	else if (proof_log(request, answer, "answer", proof_filter_json(&f), NULL))
		desk_json(request, answer, 200, out), out = NULL;
	json_decref(out);
}
