/* Contacts and findings of every case, one case at a time, from where the last piece ended. */
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "sync-server/desk/proof_in.h"
#include "sync-server/store/records.h"

#define CASES_AT_ONCE 64U

/* What the findings of a case say of one contact. */
struct verdicts {
	const char *contact; /* borrowed from the fold */
	enum fv_verdict worst;
	uint32_t severity;
	unsigned fails, reviews;
	bool is_provisional, is_wanted;
};

struct at_case {
	struct proof_walk *walk;
	const struct fv_store_case *row; /* NULL: not known to this server */
	struct fv_fold *fold;            /* owned */
	struct fv_fold_range range, events;
	struct verdicts *verdicts; /* owned; one for each contact of range */
	char agency[FV_ID_BYTES];
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
	const struct fv_zone *zone;
	bool is_full;
};

static const struct fv_rule *
find_rule(const struct judge *judge, const struct fv_store_finding *f)
{
	const struct fv_rulepack *pack;

	for (size_t i = 0; (pack = judge_pack(judge, i)) != NULL; i++) {
		if (!fv_span_equal(f->pack, fv_span_z(pack->id)))
			continue;
		for (size_t k = 0; k < pack->rule_count; k++)
			if (fv_span_equal(f->rule, fv_span_z(pack->rules[k].id)))
				return &pack->rules[k];
	}
	return NULL;
}

static uint32_t
severity_of(const struct fv_rule *rule)
{
	return rule != NULL ? fv_strength_severity(rule->strength) : 0;
}

/* Hints about people are for the auditor alone. */
static bool
is_hidden(const struct proof_walk *walk, const struct fv_rule *rule)
{
	for (size_t i = 0; !walk->sees_hints && rule != NULL && i < rule->clause_count; i++)
		if (rule->clauses[i].kind == FV_RULE_ALWAYS_GREEN)
			return true;
	return false;
}

static bool
is_text(const char *wanted, struct fv_span text)
{
	return wanted[0] == '\0' || fv_span_equal(text, fv_span_z(wanted));
}

static bool
wants_finding(const struct proof_filter *f, const struct fv_store_finding *row,
    const struct fv_rule *rule)
{
	uint32_t severity = severity_of(rule);

	return (f->verdicts == 0 || (f->verdicts >> row->verdict & 1U) != 0) &&
	    is_text(f->pack, row->pack) && is_text(f->rule, row->rule) &&
	    (f->severity == 0 || (severity != 0 && severity <= f->severity));
}

static bool
asks_findings(const struct proof_filter *f)
{
	return f->verdicts != 0 || f->pack[0] != '\0' || f->rule[0] != '\0' ||
	    f->severity != 0;
}

static struct verdicts *
verdicts_of(const struct at_case *at, struct fv_span subject)
{
	for (size_t i = 0; i < at->range.until - at->range.from; i++)
		if (fv_span_equal(subject, fv_span_z(at->verdicts[i].contact)))
			return &at->verdicts[i];
	return NULL;
}

static enum fv_err
take_verdict(const struct fv_store_finding *finding, void *ctx)
{
	struct at_case *at = ctx;
	const struct fv_rule *rule = find_rule(at->walk->judge, finding);
	struct verdicts *v = verdicts_of(at, finding->subject);
	uint32_t severity = severity_of(rule);

	if (v == NULL)
		return FV_OK;
	v->fails += finding->verdict == FV_VERDICT_FAIL ? 1U : 0U;
	v->reviews += finding->verdict == FV_VERDICT_REVIEW ? 1U : 0U;
	v->is_provisional = v->is_provisional || finding->is_provisional;
	v->is_wanted = v->is_wanted || wants_finding(at->walk->filter, finding, rule);
	if (finding->verdict > (uint32_t)v->worst) {
		v->worst = (enum fv_verdict)finding->verdict;
		v->severity = severity;
	} else if (finding->verdict == (uint32_t)v->worst && severity != 0 &&
	    (v->severity == 0 || severity < v->severity)) {
		v->severity = severity;
	}
	return FV_OK;
}

static int64_t
local_day(const struct fv_zone *zone, int64_t utc_ms)
{
	int64_t days = utc_ms / FV_MS_PER_DAY;

	if (zone != NULL)
		return fv_zone_local_days(zone, utc_ms);
	return utc_ms % FV_MS_PER_DAY < 0 ? days - 1 : days;
}

/* Events of a kind during a contact. */
static unsigned
said(const struct at_case *at, const char *contact, enum fv_event_kind kind)
{
	unsigned count = 0;

	for (size_t i = at->events.from; i < at->events.until; i++) {
		const struct fv_event *e = &fv_fold_event(at->fold, i)->event;

		count +=
		    e->kind == kind && e->contact != NULL && strcmp(e->contact, contact) == 0
		    ? 1U
		    : 0U;
	}
	return count;
}

static struct proof_contact
contact_at(const struct at_case *at, size_t idx)
{
	const struct fv_fold_contact *c = fv_fold_contact(at->fold, at->range.from + idx);
	const struct verdicts *v = &at->verdicts[idx];

	return (struct proof_contact){.c = c,
	    .complaints = said(at, c->contact.id, FV_EVENT_COMPLAINT),
	    .leaves = said(at, c->contact.id, FV_EVENT_LEAVE_REQUESTED),
	    .agency = at->agency,
	    .zone = at->zone,
	    .zone_name = at->zone != NULL ? at->zone_name : "UTC",
	    .day = local_day(at->zone, c->contact.begin_utc_ms),
	    .worst = v->worst,
	    .severity = v->severity,
	    .fails = v->fails,
	    .reviews = v->reviews,
	    .is_provisional = v->is_provisional,
	    .is_wanted = v->is_wanted};
}

static bool
has_officer(const struct fv_contact *c, const char *officer)
{
	for (size_t i = 0; i < c->officers.count; i++)
		if (strcmp(c->officers.items[i], officer) == 0)
			return true;
	return false;
}

static bool
is_on_day(const struct proof_filter *f, int64_t day)
{
	return (!f->has_from || day >= f->from_day) && (!f->has_until || day <= f->until_day);
}

static bool
wants_contact(const struct proof_filter *f, const struct proof_contact *k)
{
	return is_on_day(f, k->day) &&
	    (f->channel == 0 || k->c->contact.channel == f->channel) &&
	    (f->officer[0] == '\0' || has_officer(&k->c->contact, f->officer));
}

static enum fv_err
put_contacts(struct at_case *at)
{
	const struct proof_filter *f = at->walk->filter;
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < at->range.until - at->range.from; i++) {
		const struct proof_contact k = contact_at(at, i);

		if (wants_contact(f, &k) && (k.is_wanted || !asks_findings(f)))
			rc = at->walk->contact(&k, at->walk->ctx);
	}
	return rc;
}

static enum fv_err
put_finding(const struct fv_store_finding *finding, void *ctx)
{
	struct at_case *at = ctx;
	const struct proof_filter *f = at->walk->filter;
	const struct fv_rule *rule = find_rule(at->walk->judge, finding);
	const struct verdicts *v = verdicts_of(at, finding->subject);
	struct proof_contact k = {.agency = at->agency,
	    .zone = at->zone,
	    .zone_name = at->zone != NULL ? at->zone_name : "UTC"};

	if (v != NULL)
		k = contact_at(at, (size_t)(v - at->verdicts));
	else
		k.day = local_day(at->zone,
		    finding->contact_ms != 0 ? finding->contact_ms : finding->judged_ms);
	if (!wants_finding(f, finding, rule) || is_hidden(at->walk, rule) ||
	    (v != NULL ? !wants_contact(f, &k)
		       : !is_on_day(f, k.day) || f->officer[0] != '\0' || f->channel != 0))
		return FV_OK;
	return at->walk->finding(finding, &k, rule, at->walk->ctx);
}

static enum fv_err
fold_case(struct at_case *at, struct fv_store *store, const char *case_id)
{
	enum fv_err rc = judge_fold_case(at->walk->judge, case_id, &at->fold);

	if (rc != FV_OK)
		return rc;
	at->range = fv_fold_case_contacts(at->fold, case_id);
	at->events = fv_fold_case_events(at->fold, case_id);
	at->verdicts = calloc(at->range.until - at->range.from + 1, sizeof at->verdicts[0]);
	if (at->verdicts == NULL)
		return FV_ENOMEM;
	for (size_t i = at->range.from; i < at->range.until; i++)
		at->verdicts[i - at->range.from].contact =
		    fv_fold_contact(at->fold, i)->contact.id;
	return at->walk->contact != NULL
	    ? fv_store_finding_each(store, case_id, take_verdict, at)
	    : FV_OK;
}

struct going {
	struct proof_walk *walk;
	struct fv_store *store;
	size_t cases;
};

static enum fv_err
do_case(struct going *g, const struct fv_store_case *row, struct fv_span id)
{
	struct proof_walk *walk = g->walk;
	struct at_case at = {.walk = walk, .row = row};
	char case_id[FV_CASE_ID_BYTES];
	enum fv_err rc = fv_id_copy(id, case_id, sizeof case_id);

	if (rc == FV_OK && row != NULL)
		rc = fv_id_copy(row->item.agency, at.agency, sizeof at.agency);
	if (rc == FV_OK && row != NULL)
		at.zone = judge_zone(walk->judge, row, at.zone_name);
	if (rc == FV_OK)
		rc = fold_case(&at, g->store, case_id);
	if (rc == FV_OK)
		rc = walk->contact != NULL
		    ? put_contacts(&at)
		    : fv_store_finding_each(g->store, case_id, put_finding, &at);
	free(at.verdicts);
	fv_fold_free(at.fold);
	memcpy(walk->after, case_id, sizeof walk->after);
	g->cases++;
	if (rc == FV_OK && walk->out->len >= PROOF_PIECE_BYTES)
		rc = FV_AGAIN;
	return rc;
}

static enum fv_err
take_case(const struct fv_store_case *row, void *ctx)
{
	return do_case(ctx, row, row->item.id);
}

/* Ids ascending; those that an earlier piece had are passed over. */
static enum fv_err
take_stray(struct fv_span id, void *ctx)
{
	struct going *g = ctx;
	char case_id[FV_CASE_ID_BYTES];

	if (fv_id_copy(id, case_id, sizeof case_id) != FV_OK ||
	    strcmp(case_id, g->walk->after) <= 0)
		return FV_OK;
	return do_case(g, NULL, id);
}

static enum fv_err
one_case(struct going *g)
{
	const struct proof_filter *f = g->walk->filter;
	struct fv_store_case row;
	enum fv_err rc = fv_store_case_get(g->store, fv_span_z(f->case_id), &row);

	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc == FV_OK && is_text(f->agency, row.item.agency))
		rc = do_case(g, &row, row.item.id);
	return rc == FV_AGAIN ? FV_OK : rc;
}

/* What stands about no case: handhelds, officers, agencies. */
static enum fv_err
no_case(struct going *g)
{
	struct at_case at = {.walk = g->walk};
	enum fv_err rc;

	if (g->walk->finding == NULL || g->walk->filter->agency[0] != '\0')
		return FV_OK;
	if ((at.verdicts = calloc(1, sizeof at.verdicts[0])) == NULL)
		return FV_ENOMEM;
	rc = fv_store_finding_each(g->store, "", put_finding, &at);
	free(at.verdicts);
	return rc;
}

enum fv_err
proof_walk_on(struct proof_walk *walk, struct fv_store *store)
{
	struct going g = {.walk = walk, .store = store};
	const char *agency = walk->filter->agency[0] != '\0' ? walk->filter->agency : NULL;
	enum fv_err rc = FV_OK;

	if (walk->judge == NULL)
		rc = judge_open(&walk->judge, store, &(struct judge_opts){0});
	if (rc != FV_OK)
		return rc;
	judge_turn(walk->judge);
	if (walk->filter->case_id[0] != '\0')
		return one_case(&g);
	while (!walk->is_stray) {
		g.cases = 0;
		rc = fv_store_case_each_after(
		    store, fv_span_z(walk->after), agency, CASES_AT_ONCE, take_case, &g);
		if (rc != FV_OK)
			return rc;
		if (g.cases < CASES_AT_ONCE) {
			walk->is_stray = true;
			walk->after[0] = '\0';
		}
	}
	if (agency == NULL)
		rc = judge_each_stray(walk->judge, take_stray, &g);
	return rc == FV_OK ? no_case(&g) : rc;
}

void
proof_walk_clear(struct proof_walk *walk)
{
	judge_close(walk->judge);
	walk->judge = NULL;
}
