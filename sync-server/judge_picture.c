/* A case as the queue shows it: its contacts, and what is fail or review about each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/judge_in.h"
#include "sync-server/store/queue.h"
#include "sync-server/verb.h"

/* -- keeping ------------------------------------------------------------------------- */

/* What stands in the way, as a word that visits with the same trouble share. */
static void
name_cause(const struct fv_finding *f, bool is_erased, char out[40])
{
	const char *what = f->who_or_what != NULL ? f->who_or_what : "";

	out[0] = '\0';
	if (is_erased)
		snprintf(out, 40, "erased");
	else if (f->remedy == FV_REMEDY_MISSING)
		snprintf(out, 40, "missing:%.30s", what);
	else if (f->remedy == FV_REMEDY_LIFTED_BY)
		snprintf(out, 40, "lifted:%.30s", what);
	else if (f->remedy == FV_REMEDY_NEXT)
		snprintf(out, 40, "next");
}

static bool
put_why(const struct fv_finding *f, bool is_erased, struct judged_open *to)
{
	struct fv_buf en = {0}, zh = {0};

	if (is_erased) {
		fv_buf_put_z(&en, "Review: evidence erased.");
		fv_buf_put_z(&zh, "需人工判断：证据已删除。");
	} else {
		fv_audit_put_why(&en, f, false);
		fv_audit_put_why(&zh, f, true);
	}
	if (fv_buf_z(&en) != NULL && fv_buf_z(&zh) != NULL) {
		to->why_en = strdup(fv_buf_z(&en));
		to->why_zh = strdup(fv_buf_z(&zh));
	}
	fv_buf_clear(&en);
	fv_buf_clear(&zh);
	return to->why_en != NULL && to->why_zh != NULL;
}

enum fv_err
judge_keep_open(struct judgement *out, const struct fv_finding *f,
    const struct judged_finding *to, bool is_erased)
{
	const bool stands = is_erased && to->has_last;
	const enum fv_verdict verdict = stands ? to->last_verdict : to->verdict;
	struct judged_open *open;

	if (to->is_provisional) {
		fv_buf_put(&out->provisional, &to->contact, sizeof to->contact);
		if (fv_buf_status(&out->provisional) != FV_OK)
			return FV_ENOMEM;
	}
	if (verdict != FV_VERDICT_FAIL && verdict != FV_VERDICT_REVIEW)
		return FV_OK;
	if (out->open_count == out->open_cap) {
		size_t cap = out->open_cap > 0 ? out->open_cap * 2 : 64;
		void *p = reallocarray(out->open, cap, sizeof *out->open);

		if (p == NULL)
			return FV_ENOMEM;
		out->open = p;
		out->open_cap = cap;
	}
	open = &out->open[out->open_count++];
	memset(open, 0, sizeof *open);
	memcpy(open->id, to->id, sizeof open->id);
	open->contact = to->contact;
	open->pack = to->pack;
	open->rule = to->rule;
	open->verdict = verdict;
	open->severity = to->severity;
	open->is_provisional = to->is_provisional;
	open->inputs_hash = to->inputs_hash;
	name_cause(f, is_erased, open->cause);
	return put_why(f, is_erased, open) ? FV_OK : FV_ENOMEM;
}

void
judge_clear_open(struct judgement *out)
{
	for (size_t i = 0; i < out->open_count; i++) {
		free(out->open[i].why_en);
		free(out->open[i].why_zh);
	}
	free(out->open);
	fv_buf_clear(&out->provisional);
	out->open = NULL;
	out->open_count = out->open_cap = 0;
}

/* -- drawing ------------------------------------------------------------------------- */

/* The fold keeps the contacts of a case by time and id. */
static const struct fv_fold_contact *
find_folded(const struct judgement *j, const char *case_id, const struct fv_contact *c)
{
	const struct fv_fold_range range = fv_fold_case_contacts(j->fold, case_id);
	size_t low = range.from, high = range.until;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (fv_fold_contact(j->fold, mid)->contact.begin_utc_ms < c->begin_utc_ms)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < range.until; low++) {
		const struct fv_fold_contact *folded = fv_fold_contact(j->fold, low);

		if (folded->contact.begin_utc_ms != c->begin_utc_ms)
			return NULL;
		if (strcmp(folded->contact.id, c->id) == 0)
			return folded;
	}
	return NULL;
}

/* What was kept, walked beside the contacts: the engine goes through them in one order. */
struct walk {
	const struct judgement *judgement;
	size_t open, provisional;
};

static bool
is_provisional(struct walk *w, const char *id)
{
	const struct fv_buf *list = &w->judgement->provisional;
	const char *contact;
	bool is_one = false;

	for (; w->provisional < list->len; w->provisional += sizeof contact) {
		memcpy(&contact, list->ptr + w->provisional, sizeof contact);
		if (strcmp(contact, id) != 0)
			break;
		is_one = true;
	}
	return is_one;
}

static json_t *
findings_of(struct walk *w, const char *id)
{
	const struct judgement *j = w->judgement;
	json_t *list = json_array();

	for (; w->open < j->open_count && strcmp(j->open[w->open].contact, id) == 0;
	     w->open++) {
		const struct judged_open *o = &j->open[w->open];

		json_array_append_new(list,
		    json_pack("[o, s, s, i, i, b, s, o, s, s]",
			fv_verb_json_hex(o->id, sizeof o->id), o->pack, o->rule,
			(int)o->verdict, (int)o->severity, o->is_provisional, o->cause,
			fv_verb_json_hex(o->inputs_hash.b, FV_HASH_BYTES), o->why_en,
			o->why_zh));
	}
	return list;
}

#define RUNNING_DAYS 2 /* UTC dates: an end that has not come by then is not waited for */

/* The end of a contact; true: it is a handheld's visit that goes on; null: nobody knows. */
static json_t *
end_of(const struct judge *judge, const struct fv_contact *c, const struct judge_trail *trail)
{
	if (c->has_end && !c->is_open)
		return json_integer((json_int_t)c->end_utc_ms);
	if (trail != NULL && c->channel == FV_CHANNEL_VISIT &&
	    c->begin_utc_ms >= judge->opts.today_utc_ms - RUNNING_DAYS * FV_MS_PER_DAY)
		return json_true();
	return json_null();
}

static enum fv_err
add_contact(struct judge *judge, struct walk *w, const char *case_id,
    const struct fv_contact *c, json_t *visits)
{
	const struct judgement *j = w->judgement;
	const struct fv_fold_contact *folded = find_folded(j, case_id, c);
	const uint32_t unfinished = FV_MARK_UNSEALED | FV_MARK_OUTSTANDING;
	const uint32_t marks = folded != NULL ? folded->marks : 0;
	struct judge_trail *trail = NULL;
	int64_t day = c->begin_utc_ms / FV_MS_PER_DAY;
	bool is_unsettled = (marks & unfinished) != 0;
	json_t *visit;
	enum fv_err rc;

	if (folded != NULL && (rc = judge_find_trail(judge, folded->dev, &trail)) != FV_OK)
		return rc;
	if (j->zone != NULL)
		day = fv_zone_local_days(j->zone, c->begin_utc_ms);
	is_unsettled = is_provisional(w, c->id) || is_unsettled;
	visit = json_pack("[s, s, I, i, I, o, I, i, b, o]", c->id,
	    c->officers.count > 0 ? c->officers.items[0] : "",
	    (json_int_t)(trail != NULL ? trail->device.no : 0), (int)c->channel,
	    (json_int_t)c->begin_utc_ms, end_of(judge, c, trail), (json_int_t)day, (int)marks,
	    is_unsettled, findings_of(w, c->id));
	return json_array_append_new(visits, visit) == 0 ? FV_OK : FV_ENOMEM;
}

/* The digest is of everything but itself and the time. */
static enum fv_err
sign(struct judge *judge, const char *case_id, json_t *picture, int64_t judged_ms,
    bool *is_new_out)
{
	char *text = json_dumps(picture, JSON_COMPACT | JSON_SORT_KEYS);
	struct fv_hash digest, held;
	int64_t held_ms;
	enum fv_err rc;

	if (text == NULL)
		return FV_ENOMEM;
	fv_sha256(fv_span_z(text), &digest);
	free(text);
	rc = fv_store_queued_get(judge->store, case_id, &held, &held_ms);
	*is_new_out = rc == FV_ENOENT || memcmp(held.b, digest.b, FV_HASH_BYTES) != 0;
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (json_object_set_new(
		picture, "digest", fv_verb_json_hex(digest.b, FV_HASH_BYTES)) != 0 ||
	    json_object_set_new(picture, "judged_ms", json_integer((json_int_t)judged_ms)) !=
		0)
		return FV_ENOMEM;
	return FV_OK;
}

enum fv_err
judge_picture(struct judge *judge, const struct judgement *j, int64_t judged_ms, json_t **out)
{
	const struct fv_case_history *history;
	char case_id[FV_CASE_ID_BYTES];
	json_t *visits = json_array(), *picture;
	struct walk walk = {.judgement = j};
	bool is_new = false;
	enum fv_err rc;

	*out = NULL;
	picture = json_pack("{s:o, s:o, s:s, s:o}", "case", fv_verb_json_span(j->row->item.id),
	    "agency", fv_verb_json_span(j->row->item.agency), "zone", j->zone_name, "visits",
	    visits);
	if (picture == NULL)
		return FV_ENOMEM;
	rc = fv_id_copy(j->row->item.id, case_id, sizeof case_id);
	history = rc == FV_OK ? fv_history_find(j->history, case_id) : NULL;
	for (size_t i = 0; history != NULL && rc == FV_OK && i < history->contact_count; i++)
		rc = add_contact(judge, &walk, case_id, history->contacts[i], visits);
	if (rc == FV_OK && walk.open != j->open_count)
		rc = FV_ECORRUPT; /* a finding about no contact of the case */
	if (rc == FV_OK)
		rc = sign(judge, case_id, picture, judged_ms, &is_new);
	if (rc == FV_OK && is_new)
		*out = picture;
	else
		json_decref(picture);
	return rc;
}
