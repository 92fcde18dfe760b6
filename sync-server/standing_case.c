/* What stands about single cases and visits: keeping records, possible duplicates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/standing_in.h"
#include "sync-server/store/records.h"

/* What is known of keeping one case's records; kept is by date. */
struct site_facts {
	struct fv_standing_kept *kept; /* owned */
	size_t kept_count, kept_cap;
	bool is_settled, is_unfinished;
	int64_t settled_day;
};

/* -- when the debt was settled -------------------------------------------------- */

#define DEBTS_MAX 64U

struct settling {
	struct fv_span debts[DEBTS_MAX]; /* of the case */
	bool is_paid[DEBTS_MAX];
	size_t count;
	bool is_all; /* an event about all of them */
	int64_t last_ms;
};

static void
take_event(struct settling *settling, const struct fv_event *e)
{
	if (e->kind != FV_EVENT_PAID && e->kind != FV_EVENT_CASE_CLOSED)
		return;
	settling->is_all = settling->is_all || e->debts.count == 0;
	for (size_t i = 0; i < settling->count; i++)
		for (size_t k = 0; k < e->debts.count; k++)
			if (fv_span_equal(settling->debts[i], fv_span_z(e->debts.items[k])))
				settling->is_paid[i] = true;
	if (e->at_utc_ms > settling->last_ms)
		settling->last_ms = e->at_utc_ms;
}

static enum fv_err
add_kept(struct site_facts *facts, int64_t day, bool is_erased)
{
	enum fv_err rc = standing_grow(
	    &facts->kept, &facts->kept_cap, facts->kept_count, sizeof *facts->kept);

	if (rc == FV_OK)
		facts->kept[facts->kept_count++] = (struct fv_standing_kept){day, is_erased};
	return rc;
}

/* -- what was erased: the rows of the store still say of whom they were --------- */

static enum fv_err
note_erased(const struct fv_store_record *record, void *ctx)
{
	bool *is_erased = ctx;

	*is_erased = *is_erased || record->is_erased;
	return FV_OK;
}

struct erased {
	struct site_facts *facts;
	const struct site *site;
};

/* A visit or contact that is erased itself is in no history any more. */
static enum fv_err
take_erased(const struct fv_store_record *record, void *ctx)
{
	const struct erased *e = ctx;
	struct fv_header header;

	if (!record->is_erased ||
	    (record->type != FV_REC_VISIT_BEGIN && record->type != FV_REC_CONTACT))
		return FV_OK;
	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	return add_kept(e->facts, fv_zone_local_days(e->site->zone, header.rtc_ms), true);
}

static enum fv_err
add_contact(struct standing *s, const struct site *site, const struct fv_fold_contact *c,
    struct site_facts *facts)
{
	const uint32_t unfinished = FV_MARK_UNSEALED | FV_MARK_OUTSTANDING;
	bool is_erased = (c->marks & FV_MARK_ERASED) != 0;
	uint32_t device = standing_device_of(s, c->dev);
	enum fv_err rc = FV_OK;

	facts->is_unfinished = facts->is_unfinished || (c->marks & unfinished) != 0;
	if (device != NONE)
		rc = fv_store_record_each_about(
		    s->store, s->devices[device].row.no, c->seq, note_erased, &is_erased);
	if (rc == FV_OK)
		rc = add_kept(
		    facts, fv_zone_local_days(site->zone, c->contact.begin_utc_ms), is_erased);
	return rc;
}

/* -- what other systems brought ------------------------------------------------- */

static enum fv_err
take_import(const struct fv_store_import *line, void *ctx)
{
	struct fv_history_error why;
	enum fv_err rc = fv_history_add_line(ctx, line->line, 0, &why);

	return rc == FV_ENOMEM ? rc : FV_OK;
}

/* Contacts and payments that came from other systems. */
static enum fv_err
add_imports(struct standing *s, const struct site *site, struct settling *settling,
    struct site_facts *facts)
{
	const char *const zones[] = {site->zone_name};
	const struct fv_case subject = {
	    .id = site->id, .zones = {zones, 1}, .actor = FV_ACTOR_THIRD_PARTY};
	const struct fv_case_history *lines;
	struct fv_history *history;
	struct fv_history_error why;
	enum fv_err rc = fv_history_new(&history);

	if (rc == FV_OK)
		rc = fv_history_add_case(history, &subject);
	if (rc == FV_OK)
		rc = fv_store_import_each(s->store, site->id, take_import, history);
	if (rc == FV_OK)
		rc = fv_history_finish(history, &why);
	lines = rc == FV_OK ? fv_history_find(history, site->id) : NULL;
	for (size_t i = 0; lines != NULL && i < lines->contact_count && rc == FV_OK; i++)
		rc = add_kept(facts,
		    fv_zone_local_days(site->zone, lines->contacts[i]->begin_utc_ms), false);
	for (size_t i = 0; lines != NULL && i < lines->event_count; i++)
		take_event(settling, lines->events[i]);
	fv_history_free(history);
	return rc;
}

static int
by_day(const void *a, const void *b)
{
	const struct fv_standing_kept *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static enum fv_err
gather_facts(struct standing *s, const struct fv_store_case *row, const struct site *site,
    const struct folded *f, struct site_facts *facts)
{
	struct erased erased = {facts, site};
	struct settling settling = {.last_ms = INT64_MIN};
	struct fv_span rest = row->item.debts;
	bool is_paid = true;
	enum fv_err rc = FV_OK;

	while (settling.count < DEBTS_MAX &&
	    standing_next_id(&rest, &settling.debts[settling.count]))
		settling.count++;
	for (size_t i = f->contacts.from; i < f->contacts.until && rc == FV_OK; i++)
		rc = add_contact(s, site, fv_fold_contact(f->fold, i), facts);
	if (rc == FV_OK)
		rc = fv_store_record_each_case(
		    s->store, fv_span_z(site->id), take_erased, &erased);
	for (size_t i = f->events.from; i < f->events.until; i++)
		take_event(&settling, &fv_fold_event(f->fold, i)->event);
	if (rc == FV_OK)
		rc = add_imports(s, site, &settling, facts);
	for (size_t i = 0; i < settling.count; i++)
		is_paid = is_paid && settling.is_paid[i];
	facts->is_settled = settling.is_all || (settling.count > 0 && is_paid);
	if (!facts->is_settled && row->is_closed) {
		facts->is_settled = true;
		settling.last_ms = row->updated_ms;
	}
	if (facts->is_settled)
		facts->settled_day = fv_zone_local_days(site->zone, settling.last_ms);
	if (facts->kept_count > 1)
		qsort(facts->kept, facts->kept_count, sizeof *facts->kept, by_day);
	return rc;
}

/* -- keeping -------------------------------------------------------------------- */

static enum fv_err
judge_retention(struct standing *s, uint32_t at, const struct site_facts *kept)
{
	const struct site *site = &s->sites[at];
	const struct fv_standing_facts facts = {
	    .today = fv_zone_local_days(site->zone, s->now_ms),
	    .kept = kept->kept,
	    .kept_count = kept->kept_count,
	    .is_settled = kept->is_settled,
	    .settled_day = kept->settled_day};
	char subject[8 + FV_CASE_ID_BYTES];
	const struct standing_about about = {.subject = subject,
	    .kind = FV_SUBJECT_CASE,
	    .idx = at,
	    .case_id = site->id,
	    .is_provisional = kept->is_unfinished};
	enum fv_err rc = FV_OK;

	(void)snprintf(subject, sizeof subject, "case:%s", site->id);
	for (size_t i = 0; i < s->duty_count && rc == FV_OK; i++) {
		const struct duty *duty = &s->duties[i];
		struct fv_finding worst = {0}, f;

		if ((site->packs >> duty->pack & 1U) == 0)
			continue;
		for (size_t c = 0; c < duty->rule->clause_count; c++) {
			const struct fv_clause *clause = &duty->rule->clauses[c];

			if (clause->kind != FV_RULE_RETENTION)
				continue;
			fv_standing_judge(duty->by, duty->rule, clause, &facts, &f);
			standing_worse(&worst, &f);
		}
		if (worst.rule != NULL)
			rc = standing_emit(s, &worst, &about);
	}
	return rc;
}

enum fv_err
standing_retention(
    struct standing *s, const struct fv_store_case *row, uint32_t at, const struct folded *f)
{
	struct site_facts facts = {0};
	enum fv_err rc = gather_facts(s, row, &s->sites[at], f, &facts);

	if (rc == FV_OK)
		rc = judge_retention(s, at, &facts);
	free(facts.kept);
	return rc;
}

/* -- duplicates ----------------------------------------------------------------- */

/* The visit begun before this one, within the time, that is not known to be the same. */
static const struct visit *
twin_of(const struct standing *s, size_t at, int64_t within_ms)
{
	const struct visit *v = &s->visits[at];

	for (size_t i = at; i-- > s->sites[v->site].visit_from;) {
		const struct visit *other = &s->visits[i];

		if (v->begin_ms - other->begin_ms > within_ms)
			break;
		if (v->link == NONE || other->link != v->link)
			return other;
	}
	return NULL;
}

static enum fv_err
judge_twins(
    struct standing *s, const struct duty *duty, const struct fv_clause *clause, size_t at)
{
	const struct visit *v = &s->visits[at], *other;
	const struct site *site = &s->sites[v->site];
	char id[FV_FOLD_ID_BYTES], other_id[FV_FOLD_ID_BYTES];
	struct fv_finding f;

	other = twin_of(s, at, (int64_t)clause->u.duplicate.minutes * MINUTE_MS);
	if (other == NULL)
		return FV_OK;
	const struct fv_standing_facts facts = {.today = v->day,
	    .zone = site->zone_name,
	    .offset_s = fv_zone_offset_s(site->zone, other->begin_ms),
	    .begin_ms = other->begin_ms,
	    .other = standing_visit_id(s, other, other_id)};
	const struct standing_about about = {.subject = standing_visit_id(s, v, id),
	    .kind = FV_SUBJECT_CASE,
	    .idx = v->site,
	    .case_id = site->id,
	    .at_ms = v->begin_ms,
	    .day = v->day,
	    .today = fv_zone_local_days(site->zone, s->now_ms),
	    .is_provisional = v->is_unfinished || other->is_unfinished};
	fv_standing_judge(duty->by, duty->rule, clause, &facts, &f);
	return f.verdict == FV_VERDICT_REVIEW ? standing_emit(s, &f, &about) : FV_OK;
}

enum fv_err
standing_duplicates(struct standing *s)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < s->duty_count && rc == FV_OK; i++) {
		const struct duty *duty = &s->duties[i];

		for (size_t c = 0; c < duty->rule->clause_count && rc == FV_OK; c++) {
			const struct fv_clause *clause = &duty->rule->clauses[c];

			if (clause->kind != FV_RULE_DUPLICATE)
				continue;
			for (size_t v = 0; v < s->visit_count && rc == FV_OK; v++)
				if ((s->sites[s->visits[v].site].packs >> duty->pack & 1U) !=
				    0)
					rc = judge_twins(s, duty, clause, v);
		}
	}
	return rc;
}
