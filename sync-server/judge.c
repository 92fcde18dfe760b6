/* One case: its history out of trails and imported lines, and what the engine says of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "sync-server/judge_in.h"
#include "sync-server/packstore.h"
#include "sync-server/store/findings.h"

#define LIST_MAX 64U

/* Ids between ';', as C strings in `text`; the last may be cut short by LIST_MAX. */
struct list {
	char text[4096];
	const char *items[LIST_MAX];
	size_t count;
};

static enum fv_err
split(struct fv_span joined, struct list *out)
{
	char *p = out->text;

	out->count = 0;
	if (joined.len >= sizeof out->text)
		return FV_ETOOBIG;
	if (joined.len > 0)
		memcpy(out->text, joined.ptr, joined.len);
	out->text[joined.len] = '\0';
	for (; p != NULL && *p != '\0' && out->count < LIST_MAX;) {
		char *end = strchr(p, ';');

		out->items[out->count++] = p;
		p = end == NULL ? NULL : end + 1;
		if (end != NULL)
			*end = '\0';
	}
	return p == NULL || *p == '\0' ? FV_OK : FV_ETOOBIG;
}

/* What the case row says, as the engine's case.  The lists are the caller's. */
static enum fv_err
make_case(const struct fv_store_case *row, struct list *zones, struct list *debts,
    char id[FV_CASE_ID_BYTES], struct fv_case *out)
{
	const struct fv_item_case *c = &row->item;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_id_copy(c->id, id, FV_CASE_ID_BYTES)) != FV_OK ||
	    (rc = split(c->zones, zones)) != FV_OK || (rc = split(c->debts, debts)) != FV_OK)
		return rc;
	out->id = id;
	out->zones = (struct fv_strs){zones->items, zones->count};
	out->debts = (struct fv_strs){debts->items, debts->count};
	out->has_place = c->has_place;
	out->lat_e7 = c->lat_e7;
	out->lon_e7 = c->lon_e7;
	out->radius_mm = c->has_radius && c->radius_m <= 1000000 ? c->radius_m * 1000 : 0;
	out->actor = (enum fv_actor)c->actor;
	out->product = (enum fv_product)c->product;
	out->has_as_of = c->has_as_of;
	out->as_of_utc_ms = c->has_as_of ? c->as_of_day * FV_MS_PER_DAY : 0;
	return FV_OK;
}

/* Imported lines, read by themselves so that each can be marked as such. */
struct imports {
	struct fv_history *history; /* borrowed: takes the lines */
	struct judgement *out;
};

static enum fv_err
take_import(const struct fv_store_import *line, void *ctx)
{
	struct imports *imports = ctx;
	struct fv_history_error why;
	enum fv_err rc = fv_history_add_line(imports->history, line->line, 0, &why);

	if (rc == FV_ENOMEM)
		return rc;
	if (rc == FV_OK)
		imports->out->imported++;
	else
		imports->out->unreadable++;
	return FV_OK;
}

static enum fv_err
add_imports(struct judge *judge, const struct fv_case *subject, struct fv_history *to,
    struct judgement *out)
{
	struct imports imports = {.out = out};
	const struct fv_case_history *lines;
	struct fv_history_error why;
	enum fv_err rc = fv_history_new(&imports.history);

	if (rc == FV_OK)
		rc = fv_history_add_case(imports.history, subject);
	if (rc == FV_OK)
		rc = fv_store_import_each(judge->store, subject->id, take_import, &imports);
	if (rc == FV_OK)
		rc = fv_history_finish(imports.history, &why);
	lines = rc == FV_OK ? fv_history_find(imports.history, subject->id) : NULL;
	for (size_t i = 0; lines != NULL && i < lines->contact_count && rc == FV_OK; i++) {
		struct fv_contact contact = *lines->contacts[i];

		contact.is_imported = true;
		rc = fv_history_add_contact(to, &contact);
		if (rc == FV_EEXIST) {
			out->unreadable++;
			rc = FV_OK;
		}
	}
	for (size_t i = 0; lines != NULL && i < lines->event_count && rc == FV_OK; i++) {
		struct fv_event event = *lines->events[i];

		event.is_imported = true;
		rc = fv_history_add_event(to, &event);
	}
	fv_history_free(imports.history);
	return rc;
}

static void
settle_provisional(const struct judge *judge, const char *case_id, struct judgement *out)
{
	const uint32_t unfinished = FV_MARK_UNSEALED | FV_MARK_OUTSTANDING;
	const struct fv_fold *fold = judge->fold;
	const struct fv_fold_range contacts = fv_fold_case_contacts(fold, case_id);
	const struct fv_fold_range events = fv_fold_case_events(fold, case_id);

	for (size_t i = contacts.from; i < contacts.until; i++) {
		const struct fv_fold_contact *c = fv_fold_contact(fold, i);

		if ((c->marks & unfinished) != 0 || c->close == FV_FOLD_OPEN)
			out->is_provisional = true;
	}
	for (size_t i = events.from; i < events.until; i++)
		if ((fv_fold_event(fold, i)->marks & unfinished) != 0)
			out->is_provisional = true;
}

static bool
is_asked_for(const struct fv_rulepack *pack, const struct list *names)
{
	if (names->count == 0 || pack->rule_count == 0)
		return true;
	for (size_t k = 0; k < names->count; k++)
		if (packstore_is_named(pack, names->items[k]))
			return true;
	return false;
}

/* The adopted packs that the case names, all of them when it names none; and beside any
 * of them the calendars, which no case needs to name. */
static size_t
choose_packs(const struct judge *judge, const struct fv_store_case *row,
    const struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX])
{
	struct list names;
	size_t count = 0;
	bool has_rules = false;

	if (split(row->item.packs, &names) != FV_OK)
		names.count = 0;
	for (size_t i = 0; i < judge->pack_count; i++) {
		if (!is_asked_for(judge->packs[i], &names))
			continue;
		packs[count++] = judge->packs[i];
		has_rules = has_rules || judge->packs[i]->rule_count > 0;
	}
	return has_rules ? count : 0;
}

static char *
taken(struct fv_buf *buf)
{
	const char *z = fv_buf_z(buf);
	char *copy = z != NULL ? strdup(z) : NULL;

	fv_buf_reset(buf);
	return copy;
}

struct keeping {
	struct judgement *out;
	size_t cap;
	struct fv_buf text;
};

static enum fv_err
keep_finding(const struct fv_finding *f, void *ctx)
{
	struct keeping *k = ctx;
	struct judged_finding *to;
	enum fv_err rc;

	if (k->out->finding_count == k->cap) {
		size_t cap = k->cap > 0 ? k->cap * 2 : 64;
		void *p = reallocarray(k->out->findings, cap, sizeof *k->out->findings);

		if (p == NULL)
			return FV_ENOMEM;
		k->out->findings = p;
		k->cap = cap;
	}
	to = &k->out->findings[k->out->finding_count++];
	memset(to, 0, sizeof *to);
	fv_finding_id(f->contact->id, f->pack->id, f->rule->id, to->id);
	to->contact_ms = f->contact->begin_utc_ms;
	to->verdict = f->verdict;
	to->severity = f->severity;
	to->revision = f->pack->revision;
	to->pack_sha256 = f->pack->sha256;
	if ((rc = fv_audit_inputs_hash(f, &to->inputs_hash)) != FV_OK)
		return rc;
	to->contact = strdup(f->contact->id);
	to->pack = strdup(f->pack->id);
	to->rule = strdup(f->rule->id);
	fv_audit_put_citation(&k->text, f->rule, false);
	to->citation_en = taken(&k->text);
	fv_audit_put_citation(&k->text, f->rule, true);
	to->citation_zh = taken(&k->text);
	fv_audit_put_why(&k->text, f, false);
	to->why_en = taken(&k->text);
	fv_audit_put_why(&k->text, f, true);
	to->why_zh = taken(&k->text);
	fv_audit_put_json(&k->text, f);
	to->json = taken(&k->text);
	fv_audit_put_inputs(&k->text, f);
	to->inputs = taken(&k->text);
	return to->contact != NULL && to->pack != NULL && to->rule != NULL &&
		to->citation_en != NULL && to->citation_zh != NULL && to->why_en != NULL &&
		to->why_zh != NULL && to->json != NULL && to->inputs != NULL
	    ? FV_OK
	    : FV_ENOMEM;
}

/* Contacts by time; of one contact the worst first, then the heavier, then by name. */
static int
by_weight(const void *a, const void *b)
{
	const struct judged_finding *x = a, *y = b;
	int c = (x->contact_ms > y->contact_ms) - (x->contact_ms < y->contact_ms);

	if (c == 0)
		c = strcmp(x->contact, y->contact);
	if (c == 0)
		c = (x->verdict < y->verdict) - (x->verdict > y->verdict);
	if (c == 0)
		c = (x->severity > y->severity) - (x->severity < y->severity);
	if (c == 0)
		c = strcmp(x->pack, y->pack);
	return c != 0 ? c : strcmp(x->rule, y->rule);
}

static enum fv_err
run_engine(struct judge *judge, const struct fv_case_history *history,
    const struct fv_rulepack *const *packs, struct judgement *out)
{
	struct fv_audit_opts opts = {.packs = packs,
	    .pack_count = out->pack_count,
	    .zone = zones_get,
	    .ctx = &judge->zones,
	    .tzdata = judge->zones.version[0] != '\0' ? judge->zones.version : NULL,
	    .today_utc_ms = judge->today_utc_ms};
	struct keeping keeping = {.out = out};
	struct fv_audit *audit = NULL;
	enum fv_err rc = fv_audit_new(&opts, &audit);

	if (rc == FV_OK)
		rc = fv_audit_case(audit, history, keep_finding, &keeping);
	fv_audit_free(audit);
	fv_buf_clear(&keeping.text);
	if (rc == FV_OK && out->finding_count > 1)
		qsort(out->findings, out->finding_count, sizeof *out->findings, by_weight);
	return rc;
}

enum fv_err
judge_case(struct judge *judge, const struct fv_store_case *row, struct judgement *out)
{
	const struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX];
	char id[FV_CASE_ID_BYTES];
	struct fv_history_error why;
	struct fv_history *history = NULL;
	struct list *lists = NULL;
	struct fv_case subject;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->row = row;
	if ((lists = calloc(2, sizeof *lists)) == NULL)
		return FV_ENOMEM;
	if ((rc = make_case(row, &lists[0], &lists[1], id, &subject)) != FV_OK)
		goto cleanup;
	settle_provisional(judge, id, out);
	for (size_t i = 0; i < subject.zones.count; i++) {
		const struct fv_zone *zone = zones_get(subject.zones.items[i], &judge->zones);

		if (i == 0)
			out->zone = zone;
		if (i == 0)
			(void)snprintf(out->zone_name, sizeof out->zone_name, "%s",
			    subject.zones.items[0]);
		if (zone == NULL)
			out->problem = "its time zone is not in this machine's database";
	}
	out->pack_count = choose_packs(judge, row, packs);
	if (out->pack_count == 0 && out->problem == NULL)
		out->problem = judge->pack_count == 0 ? "no rule pack is adopted"
						      : "none of its rule packs is adopted";
	if ((rc = fv_history_new(&history)) != FV_OK ||
	    (rc = fv_history_add_case(history, &subject)) != FV_OK ||
	    (rc = fv_fold_to_history(judge->fold, id, history)) != FV_OK ||
	    (rc = add_imports(judge, &subject, history, out)) != FV_OK ||
	    (rc = fv_history_finish(history, &why)) != FV_OK)
		goto cleanup;
	if (out->problem == NULL)
		rc = run_engine(judge, fv_history_find(history, id), packs, out);
cleanup:
	free(lists);
	fv_history_free(history);
	if (rc != FV_OK)
		judgement_clear(out);
	return rc;
}

void
judgement_clear(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->finding_count; i++) {
		struct judged_finding *f = &judgement->findings[i];

		free(f->contact);
		free(f->pack);
		free(f->rule);
		free(f->citation_en);
		free(f->citation_zh);
		free(f->why_en);
		free(f->why_zh);
		free(f->json);
		free(f->inputs);
	}
	free(judgement->findings);
	memset(judgement, 0, sizeof *judgement);
}
