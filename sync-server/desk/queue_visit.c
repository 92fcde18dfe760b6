/* One visit: why each finding is one, what stands beside it, who said what. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/desk/queue.h"
#include "sync-server/judge.h"
#include "sync-server/reasons.h"
#include "sync-server/review.h"
#include "sync-server/store/records.h"
#include "sync-server/store/stale.h"
#include "sync-server/verb.h"

struct showing {
	struct desk_request *request;
	struct fv_store_visit visit;
	char contact[FV_FOLD_ID_BYTES + 64], case_id[FV_CASE_ID_BYTES];
	struct judge *judge;
	struct judgement judgement;
	const struct fv_fold_contact *folded; /* NULL: of another system */
	json_t *findings, *others;            /* held */
};

/* -- what people said of a finding ---------------------------------------------------- */

static json_t *
review_json(const struct fv_store_review *r)
{
	const char *word = reasons_decision_word(r->decision);

	return json_pack("{s:s, s:s, s:s, s:I, s:o, s:I}", "decision",
	    word != NULL ? word : "", "reason", r->reason, "who", r->who, "at_ms",
	    (json_int_t)r->at_ms, "inputs_hash",
	    fv_verb_json_hex(r->inputs_hash.b, FV_HASH_BYTES), "leaf", (json_int_t)r->leaf);
}

static enum fv_err
add_review(const struct fv_store_review *review, void *ctx)
{
	return json_array_append_new(ctx, review_json(review)) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
add_revision(const struct fv_store_finding *f, void *ctx)
{
	return json_array_append_new(ctx,
		   json_pack("{s:I, s:s, s:b, s:I, s:o}", "revision", (json_int_t)f->revision,
		       "verdict", fv_verdict_word((enum fv_verdict)f->verdict), "provisional",
		       f->is_provisional, "judged_ms", (json_int_t)f->judged_ms, "inputs_hash",
		       fv_verb_json_hex(f->inputs_hash.b, FV_HASH_BYTES))) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

struct replies {
	struct fv_store *store;
	json_t *list;
};

static enum fv_err
add_reply(const struct fv_store_record *record, void *ctx)
{
	struct replies *replies = ctx;
	struct fv_store_device device;
	struct fv_header header;
	enum fv_err rc = fv_store_device_get_no(replies->store, record->no, &device);

	if (rc == FV_OK && fv_header_parse(record->header, &header) != FV_OK)
		rc = FV_ECORRUPT;
	if (rc == FV_OK &&
	    json_array_append_new(replies->list,
		json_pack("{s:o, s:I, s:I, s:s}", "dev",
		    fv_verb_json_hex(device.dev, sizeof device.dev), "seq",
		    (json_int_t)record->seq, "at_ms", (json_int_t)header.rtc_ms, "officer",
		    device.officer)) != 0)
		rc = FV_ENOMEM;
	fv_wipe(&device, sizeof device);
	return rc;
}

/* Decisions, proposals, replies and revisions, and from when on it may be upheld. */
static enum fv_err
add_history(struct showing *s, const uint8_t id[16], json_t *finding)
{
	struct fv_store *store = s->request->store;
	json_t *revisions = json_array(), *reviews = json_array(), *proposals = json_array();
	struct replies replies = {store, json_array()};
	struct fv_store_open open;
	bool is_answered = false;
	int64_t from_ms = 0;
	enum fv_err rc = fv_store_finding_each_revision(store, id, add_revision, revisions);

	json_object_set_new(finding, "revisions", revisions);
	json_object_set_new(finding, "reviewed", reviews);
	json_object_set_new(finding, "proposals", proposals);
	json_object_set_new(finding, "replies", replies.list);
	if (rc == FV_OK)
		rc = fv_store_review_each(store, id, add_review, reviews);
	if (rc == FV_OK)
		rc = fv_store_proposal_each(store, id, add_review, proposals);
	if (rc == FV_OK)
		rc = fv_store_reply_each(store, id, add_reply, &replies);
	if (rc == FV_OK)
		rc = fv_store_open_get(store, id, &open);
	if (rc == FV_OK) {
		const char *word = reasons_decision_word(open.decision);

		json_object_set_new(
		    finding, "decision", word != NULL ? json_string(word) : json_null());
		json_object_set_new(
		    finding, "since_ms", json_integer((json_int_t)open.since_ms));
		rc = review_uphold_from(store, &open, &s->visit, &from_ms, &is_answered);
		json_object_set_new(finding, "answered", json_boolean(is_answered));
		json_object_set_new(
		    finding, "uphold_from_ms", json_integer((json_int_t)from_ms));
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* -- findings ------------------------------------------------------------------------- */

static const char *
strength_word(enum fv_strength strength)
{
	static const char *const words[] = {"", "statute", "regulation", "self-regulation",
	    "presumption", "recommended", "house policy"};

	return strength < sizeof words / sizeof words[0] ? words[strength] : "";
}

static const char *
confidence_word(enum fv_confidence confidence)
{
	static const char *const words[] = {"", "P", "S", "W", "U"};

	return confidence < sizeof words / sizeof words[0] ? words[confidence] : "";
}

/* As `audit replay` prints it, with what the rule says of itself. */
static json_t *
finding_json(const struct judged_finding *f)
{
	const struct fv_rule *rule = fv_rulepack_rule(f->by, f->rule);
	json_t *json = json_loads(f->json, 0, NULL);

	if (json == NULL || rule == NULL) {
		json_decref(json);
		return NULL;
	}
	json_object_set_new(json, "finding", fv_verb_json_hex(f->id, sizeof f->id));
	json_object_set_new(
	    json, "inputs_hash", fv_verb_json_hex(f->inputs_hash.b, FV_HASH_BYTES));
	json_object_set_new(json, "provisional", json_boolean(f->is_provisional));
	json_object_set_new(json, "citation",
	    json_pack("{s:s, s:s}", "en", f->citation_en, "zh", f->citation_zh));
	json_object_set_new(
	    json, "text", json_pack("{s:s, s:s}", "en", rule->text_en, "zh", rule->text_zh));
	json_object_set_new(json, "strength", json_string(strength_word(rule->strength)));
	json_object_set_new(
	    json, "confidence", json_string(confidence_word(rule->confidence)));
	json_object_set_new(json, "pack_revision", json_integer((json_int_t)f->by->revision));
	json_object_set_new(json, "pack_title",
	    json_pack("{s:s, s:s}", "en", f->by->title_en, "zh", f->by->title_zh));
	return json;
}

static enum fv_err
add_findings(struct showing *s)
{
	const struct judgement *j = &s->judgement;
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < j->finding_count; i++) {
		const struct judged_finding *f = &j->findings[i];
		json_t *json;

		if (strcmp(f->contact, s->contact) != 0)
			continue;
		if (f->verdict == FV_VERDICT_NA)
			continue;
		if ((json = finding_json(f)) == NULL)
			return FV_ENOMEM;
		if (f->verdict == FV_VERDICT_PASS) {
			rc = json_array_append_new(s->others, json) == 0 ? FV_OK : FV_ENOMEM;
			continue;
		}
		rc = add_history(s, f->id, json);
		if (json_array_append_new(s->findings, json) != 0)
			rc = FV_ENOMEM;
	}
	return rc;
}

/* -- beside them ---------------------------------------------------------------------- */

static json_t *
marks_json(uint32_t marks)
{
	static const char *const words[] = {"unsealed", "outstanding", "erased", "unknown",
	    "amended", "claims", "pty", "simulated", "alarm", "locked", "clock", "declared",
	    "rollover", "code-wrong", "code-not-checked", "said-both", "wrong-case"};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if ((marks >> i & 1U) != 0)
			json_array_append_new(list, json_string(words[i]));
	return list;
}

/* The versions that a correction replaced. */
static json_t *
corrections_json(const struct showing *s)
{
	const struct fv_fold_contact *c = s->folded;
	json_t *list = json_array();

	if (c == NULL)
		return list;
	if (c->was_case != NULL)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s}", "what", "case", "was", c->was_case, "is",
			c->contact.case_id));
	if (c->has_was_end)
		json_array_append_new(list,
		    json_pack("{s:s, s:I, s:I}", "what", "end", "was",
			(json_int_t)c->was_end_ms, "is", (json_int_t)c->contact.end_utc_ms));
	if (c->contact.has_correction)
		json_array_append_new(list,
		    json_pack("{s:s, s:I, s:I}", "what", "begin", "was",
			(json_int_t)c->contact.begin_utc_ms, "is",
			(json_int_t)c->contact.corrected_begin_ms));
	if (c->has_was_outcome)
		json_array_append_new(list,
		    json_pack("{s:s, s:s?, s:s?}", "what", "outcome", "was",
			fv_code_word(FV_CODES_OUTCOME, c->was_outcome), "is",
			fv_code_word(FV_CODES_OUTCOME, c->contact.outcome)));
	return list;
}

/* Contacts that are one with this in every counter: of a second officer's handheld. */
static json_t *
linked_json(const struct showing *s)
{
	const struct fv_case_history *history =
	    fv_history_find(s->judgement.history, s->case_id);
	json_t *list = json_array();
	const char *link = s->folded != NULL ? s->folded->contact.link : NULL;

	for (size_t i = 0; link != NULL && history != NULL && i < history->contact_count;
	     i++) {
		const struct fv_contact *c = history->contacts[i];

		if (c->link != NULL && strcmp(c->link, link) == 0 &&
		    strcmp(c->id, s->contact) != 0)
			json_array_append_new(list, json_string(c->id));
	}
	return list;
}

static enum fv_err
add_record(const struct fv_store_record *record, void *ctx)
{
	const char *name = fv_record_type_name(record->type);
	struct fv_header header;

	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	return json_array_append_new(ctx,
		   json_pack("{s:I, s:I, s:s, s:I, s:b, s:b}", "seq", (json_int_t)record->seq,
		       "type", (json_int_t)record->type, "name", name != NULL ? name : "",
		       "at_ms", (json_int_t)header.rtc_ms, "sealed", record->is_sealed,
		       "erased", record->is_erased)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

static enum fv_err
add_device(struct showing *s, json_t *visit)
{
	json_t *records = json_array();
	struct fv_store_device device;
	enum fv_err rc = FV_OK;

	json_object_set_new(visit, "records", records);
	json_object_set_new(visit, "device", json_null());
	if (s->folded == NULL || s->visit.device_no == 0)
		return FV_OK;
	rc = fv_store_device_get_no(s->request->store, s->visit.device_no, &device);
	if (rc == FV_OK) {
		json_object_set_new(
		    visit, "device", fv_verb_json_hex(device.dev, sizeof device.dev));
		json_object_set_new(visit, "seq", json_integer((json_int_t)s->folded->seq));
		rc = fv_store_record_each_about(s->request->store, s->visit.device_no,
		    s->folded->seq, add_record, records);
	}
	fv_wipe(&device, sizeof device);
	return rc;
}

struct is_waiting {
	const char *case_id;
	bool is_there;
};

static enum fv_err
see_stale(struct fv_span case_id, uint64_t touched, void *ctx)
{
	struct is_waiting *w = ctx;

	(void)touched;
	w->is_there |= fv_span_equal(case_id, fv_span_z(w->case_id));
	return FV_OK;
}

static enum fv_err
add_beside(struct showing *s, json_t *visit)
{
	const struct fv_fold_contact *c = s->folded;
	struct is_waiting waiting = {s->case_id, false};
	const char *outcome =
	    c != NULL ? fv_code_word(FV_CODES_OUTCOME, c->contact.outcome) : NULL;
	json_t *officers = json_array();
	enum fv_err rc =
	    fv_store_stale_each(s->request->store, DESK_PAGE_MAX, see_stale, &waiting);

	for (size_t i = 0; c != NULL && i < c->contact.officers.count; i++)
		json_array_append_new(officers, json_string(c->contact.officers.items[i]));
	json_object_set_new(visit, "officers", officers);
	json_object_set_new(
	    visit, "outcome", outcome != NULL ? json_string(outcome) : json_null());
	json_object_set_new(visit, "marks", marks_json(s->visit.marks));
	json_object_set_new(visit, "corrections", corrections_json(s));
	json_object_set_new(visit, "linked", linked_json(s));
	json_object_set_new(visit, "notes", json_integer(c != NULL ? c->note_count : 0));
	json_object_set_new(visit, "imported", json_boolean(c == NULL));
	json_object_set_new(visit, "waiting", json_boolean(waiting.is_there));
	json_object_set_new(visit, "findings", json_incref(s->findings));
	json_object_set_new(visit, "passed", json_incref(s->others));
	if (s->judgement.problem != NULL)
		json_object_set_new(visit, "problem", json_string(s->judgement.problem));
	return rc == FV_OK ? add_device(s, visit) : rc;
}

/* -- all of it ------------------------------------------------------------------------ */

static void
find_folded(struct showing *s)
{
	const struct fv_fold_range range =
	    fv_fold_case_contacts(s->judgement.fold, s->case_id);

	for (size_t i = range.from; i < range.until && s->folded == NULL; i++)
		if (strcmp(fv_fold_contact(s->judgement.fold, i)->contact.id, s->contact) == 0)
			s->folded = fv_fold_contact(s->judgement.fold, i);
}

/* Judge the case as it is now; of its contacts only those of this day are kept. */
static enum fv_err
judge_now(struct showing *s)
{
	const struct judge_opts opts = {
	    .today_utc_ms = (s->request->now_ms / FV_MS_PER_DAY + 1) * FV_MS_PER_DAY,
	    .has_texts = true,
	    .is_of_one = true,
	    .has_from = true,
	    .has_until = true,
	    .from_day = s->visit.day,
	    .until_day = s->visit.day};
	struct fv_store_case row;
	enum fv_err rc = judge_open(&s->judge, s->request->store, &opts);

	if (rc == FV_OK)
		rc = fv_store_case_get(s->request->store, fv_span_z(s->case_id), &row);
	if (rc != FV_OK)
		return rc;
	row.item.id = fv_span_z(s->case_id);
	if ((rc = judge_case(s->judge, &row, &s->judgement)) == FV_OK)
		find_folded(s);
	return rc;
}

static enum fv_err
show(struct showing *s, json_t **out)
{
	enum fv_err rc = queue_row_json(s->request->store, &s->visit, out);

	if (rc == FV_OK)
		rc = judge_now(s);
	if (rc == FV_OK)
		rc = add_findings(s);
	return rc == FV_OK ? add_beside(s, *out) : rc;
}

/* The texts of the row are lent by the store: what is asked again needs its own. */
static enum fv_err
find_visit(struct showing *s, const char *id)
{
	char agency[FV_ID_BYTES];
	enum fv_err rc;

	if (strlen(id) >= sizeof s->contact)
		return FV_ENOENT;
	memcpy(s->contact, id, strlen(id) + 1);
	rc = fv_store_queue_get(s->request->store, fv_span_z(s->contact), &s->visit);
	if (rc != FV_OK)
		return rc;
	if (fv_id_copy(s->visit.agency, agency, sizeof agency) != FV_OK ||
	    !desk_sees(s->request, agency))
		return FV_ENOENT;
	return fv_id_copy(s->visit.case_id, s->case_id, sizeof s->case_id);
}

void
queue_show_visit(struct desk_request *request, struct fv_web_answer *answer)
{
	struct showing *s = calloc(1, sizeof *s);
	json_t *visit = NULL;
	enum fv_err rc = FV_ENOMEM;

	if (s == NULL) {
		desk_failed(answer, rc);
		return;
	}
	s->request = request;
	s->findings = json_array();
	s->others = json_array();
	if (s->findings != NULL && s->others != NULL &&
	    (rc = find_visit(s, request->params[0])) == FV_OK)
		rc = show(s, &visit);
	judgement_clear(&s->judgement);
	judge_close(s->judge);
	json_decref(s->findings);
	json_decref(s->others);
	free(s);
	if (rc == FV_OK) {
		desk_json(request, answer, 200, visit);
		return;
	}
	json_decref(visit);
	desk_failed(answer, rc);
}
