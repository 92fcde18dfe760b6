/*
 * What a verdict cannot rest on: records under no seal yet, payloads that have not come,
 * visits without an end, and payloads that were erased.  Each is a span of time; a finding
 * is concerned when its rule's window touches it.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/judge_in.h"

#define TRACK_MS                                                                              \
	INT64_C(1200000)  /* a track is closed with the 15-minute seal at the latest          \
			   */
#define MISSING_MAX 1000U /* payloads on their way, of one device, that are looked at */

static enum fv_err
add_hole(struct judge_holes *holes, const struct judge_hole *hole)
{
	if (holes->count == holes->cap) {
		size_t cap = holes->cap > 0 ? holes->cap * 2 : 16;
		void *p = reallocarray(holes->items, cap, sizeof *holes->items);

		if (p == NULL)
			return FV_ENOMEM;
		holes->items = p;
		holes->cap = cap;
	}
	holes->items[holes->count++] = *hole;
	return FV_OK;
}

struct missing {
	struct judge_holes *holes;
	struct fv_store *store;
};

/* Types whose payload may name the case, or correct or end something of it. */
static bool
may_concern(uint32_t type)
{
	return type == FV_REC_VISIT_BEGIN || type == FV_REC_VISIT_END ||
	    type == FV_REC_CONTACT || type == FV_REC_OUTCOME || type == FV_REC_EVENT ||
	    type == FV_REC_AMEND || type == FV_REC_COSIGN || type == FV_REC_CHECKLIST;
}

/* What it says holds from then on: an event, or an answer that is one. */
static bool
holds_on(uint32_t type)
{
	return type == FV_REC_EVENT || type == FV_REC_CHECKLIST;
}

static enum fv_err
take_missing(const struct fv_store_blob *blob, void *ctx)
{
	struct missing *m = ctx;
	struct fv_store_record record;
	struct fv_header header;
	enum fv_err rc;

	if (blob->kind != FV_BLOB_PAYLOAD)
		return FV_OK;
	rc = fv_store_record_get(m->store, blob->no, blob->seq, &record);
	if (rc == FV_ENOENT ||
	    (rc == FV_OK && (record.has_payload || !may_concern(record.type))))
		return FV_OK;
	if (rc == FV_OK && fv_header_parse(record.header, &header) != FV_OK)
		rc = FV_ECORRUPT;
	if (rc != FV_OK)
		return rc;
	return add_hole(m->holes,
	    &(struct judge_hole){.from_ms = header.rtc_ms,
		.until_ms = holds_on(record.type) ? INT64_MAX : header.rtc_ms});
}

enum fv_err
judge_holes_missing(struct judge_holes *holes, struct fv_store *store, int64_t no)
{
	struct missing m = {holes, store};
	enum fv_err rc = fv_store_blob_missing(store, no, MISSING_MAX, take_missing, &m);

	holes->kept = holes->count;
	return rc;
}

/* Of a part of a visit the time of the part stands for it: it lies within the visit, or
 * corrects it. */
enum fv_err
judge_holes_erased(struct judge_holes *holes, const struct fv_store_record *record)
{
	struct fv_header header;

	if (!may_concern(record->type))
		return FV_OK;
	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	return add_hole(holes,
	    &(struct judge_hole){.from_ms = header.rtc_ms,
		.until_ms = holds_on(record->type) ? INT64_MAX : header.rtc_ms,
		.is_erased = true});
}

void
judge_holes_restart(struct judge_holes *holes)
{
	holes->count = holes->kept;
}

enum fv_err
judge_holes_track(
    struct judge_holes *holes, const struct fv_store_record *record, int64_t rtc_ms)
{
	if ((record->has_payload && record->is_sealed) || rtc_ms < 0)
		return FV_OK;
	return add_hole(holes,
	    &(struct judge_hole){.from_ms = rtc_ms - TRACK_MS,
		.until_ms = rtc_ms,
		.is_erased = record->is_erased});
}

static enum fv_err
add_marked(struct judge_holes *holes, uint32_t marks, int64_t from_ms, int64_t until_ms)
{
	const uint32_t unfinished = FV_MARK_UNSEALED | FV_MARK_OUTSTANDING;
	struct judge_hole hole = {.from_ms = from_ms, .until_ms = until_ms};
	enum fv_err rc = FV_OK;

	if ((marks & unfinished) != 0)
		rc = add_hole(holes, &hole);
	hole.is_erased = true;
	if (rc == FV_OK && (marks & FV_MARK_ERASED) != 0)
		rc = add_hole(holes, &hole);
	return rc;
}

enum fv_err
judge_holes_fold(struct judge_holes *holes, const struct fv_fold *fold, const char *case_id)
{
	const struct fv_fold_range contacts = fv_fold_case_contacts(fold, case_id);
	const struct fv_fold_range events = fv_fold_case_events(fold, case_id);
	enum fv_err rc = FV_OK;

	for (size_t i = contacts.from; i < contacts.until && rc == FV_OK; i++) {
		const struct fv_fold_contact *c = fv_fold_contact(fold, i);
		int64_t begin = c->contact.begin_utc_ms;
		int64_t end = c->contact.has_end ? c->contact.end_utc_ms : begin;

		rc = add_marked(holes, c->marks, begin, end);
		if (rc == FV_OK && c->close == FV_FOLD_OPEN)
			rc = add_hole(holes,
			    &(struct judge_hole){.from_ms = begin, .until_ms = INT64_MAX});
	}
	/* What an event says holds from then on. */
	for (size_t i = events.from; i < events.until && rc == FV_OK; i++)
		rc = add_marked(holes, fv_fold_event(fold, i)->marks,
		    fv_fold_event(fold, i)->event.at_utc_ms, INT64_MAX);
	return rc;
}

/* Whether a part of the rule is about what must follow a contact. */
static bool
looks_on(const struct fv_rule *rule)
{
	for (size_t i = 0; i < rule->clause_count; i++)
		if (rule->clauses[i].phase == FV_PHASE_AFTER)
			return true;
	return false;
}

bool
judge_holes_touch(
    const struct judge_holes *holes, const struct fv_finding *finding, bool erased)
{
	const struct fv_contact *c = finding->contact;
	const int64_t days = finding->rule->window_days;
	int64_t from = c->begin_utc_ms, until = c->has_end ? c->end_utc_ms : from;

	/* The rule's window: its dates back from the contact (one more, for where local
	 * dates begin), and on to its end, or without end for what is due afterwards. */
	if (c->has_claim && c->claim_begin_ms < from)
		from = c->claim_begin_ms;
	if (c->has_claim && c->claim_begin_ms > c->begin_utc_ms)
		until += c->claim_begin_ms - c->begin_utc_ms;
	from -= days > 0 ? (days + 1) * FV_MS_PER_DAY : 0;
	until = looks_on(finding->rule) ? INT64_MAX : until + FV_FOLD_LINK_MS;
	for (size_t i = 0; i < holes->count; i++) {
		const struct judge_hole *hole = &holes->items[i];

		if (hole->is_erased == erased && hole->from_ms <= until &&
		    hole->until_ms >= from)
			return true;
	}
	return false;
}

void
judge_holes_clear(struct judge_holes *holes)
{
	free(holes->items);
	memset(holes, 0, sizeof *holes);
}
