#include "sync-server/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "fv/order.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/records.h"
#include "sync-server/zones.h"

#define LIST_MAX 64U

struct judge {
	struct fv_store *store;
	struct zones zones;
	struct fv_fold *fold;          /* owned */
	struct judge_trail *trails;    /* owned; by dev */
	size_t trail_count, trail_cap;
	struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX]; /* owned; highest revision of each id */
	size_t pack_count;
	int64_t today_utc_ms;
	uint64_t sealed_size; /* of the trail being read */
};

static enum fv_err
take_record(const struct fv_store_record *record, void *ctx)
{
	struct judge *judge = ctx;
	struct fv_fold_record r = {.is_sealed = record->is_sealed};

	if (fv_header_parse(record->header, &r.header) != FV_OK)
		return FV_ECORRUPT;
	if (record->has_payload)
		r.payload = record->payload;
	return fv_fold_add(judge->fold, &r);
}

static enum fv_err
take_device(const struct fv_store_device *device, void *ctx)
{
	struct judge *judge = ctx;
	struct judge_trail *t;

	if (judge->trail_count == judge->trail_cap) {
		size_t cap = judge->trail_cap > 0 ? judge->trail_cap * 2 : 16;

		t = reallocarray(judge->trails, cap, sizeof *t);
		if (t == NULL)
			return FV_ENOMEM;
		judge->trails = t;
		judge->trail_cap = cap;
	}
	t = &judge->trails[judge->trail_count++];
	memset(t, 0, sizeof *t);
	t->device = *device;
	return FV_OK;
}

static int
by_dev(const void *a, const void *b)
{
	const struct judge_trail *x = a, *y = b;

	return memcmp(x->device.dev, y->device.dev, FV_DEV_BYTES);
}

static enum fv_err
read_trails(struct judge *judge)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	struct fv_store_trail *trail = NULL;
	enum fv_err rc = fv_store_device_each(judge->store, NULL, take_device, judge);

	if (rc == FV_OK && (trail = malloc(sizeof *trail)) == NULL)
		rc = FV_ENOMEM;
	if (judge->trail_count > 1)
		qsort(judge->trails, judge->trail_count, sizeof *judge->trails, by_dev);
	for (size_t i = 0; i < judge->trail_count && rc == FV_OK; i++) {
		struct judge_trail *t = &judge->trails[i];

		if ((rc = fv_store_trail_load(judge->store, t->device.no, trail)) != FV_OK)
			break;
		t->size = trail->trail.range.size;
		t->sealed_size = trail->trail.sealed_size;
		rc = fv_store_record_each(judge->store, t->device.no, all, take_record, judge);
	}
	free(trail);
	return rc == FV_OK ? fv_fold_finish(judge->fold) : rc;
}

/* Of one adopted line: load it when no higher revision of that id is there. */
static enum fv_err
take_pack(struct judge *judge, const struct fv_pack_line *line)
{
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	struct fv_store_pack row;
	size_t at = 0;
	enum fv_err rc;

	while (at < judge->pack_count && strcmp(judge->packs[at]->id, line->id) != 0)
		at++;
	if (at < judge->pack_count && judge->packs[at]->revision >= line->revision)
		return FV_OK;
	if (at == FV_AUDIT_PACKS_MAX)
		return FV_ETOOBIG;
	rc = fv_store_pack_get(judge->store, &line->sha256, &row);
	if (rc == FV_ENOENT)
		return FV_OK; /* adopted, and its file is not here yet */
	if (rc != FV_OK)
		return rc;
	rc = fv_rulepack_parse(row.file, &pack, &why);
	if (rc != FV_OK)
		return rc == FV_ENOMEM ? rc : FV_ECORRUPT;
	if (at < judge->pack_count)
		fv_rulepack_free(judge->packs[at]);
	else
		judge->pack_count++;
	judge->packs[at] = pack;
	return FV_OK;
}

static enum fv_err
read_packs(struct judge *judge)
{
	struct fv_packs *packs = NULL;
	struct fv_signednote parts;
	struct fv_store_note note;
	enum fv_err rc = fv_store_note_last(judge->store, FV_NOTE_PACKS, &note);

	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc == FV_OK && (packs = malloc(sizeof *packs)) == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK && (fv_signednote_parse(note.note, &parts) != FV_OK ||
	                       fv_packs_parse(parts.text, packs, NULL) != FV_OK))
		rc = FV_ECORRUPT;
	for (size_t i = 0; rc == FV_OK && i < packs->count; i++)
		rc = take_pack(judge, &packs->packs[i]);
	free(packs);
	return rc;
}

enum fv_err
judge_open(struct judge **judge_out, struct fv_store *store, int64_t today_utc_ms)
{
	struct judge *judge;
	enum fv_err rc;

	*judge_out = NULL;
	if ((judge = calloc(1, sizeof *judge)) == NULL)
		return FV_ENOMEM;
	judge->store = store;
	judge->today_utc_ms = today_utc_ms;
	zones_init(&judge->zones, NULL);
	if ((rc = fv_fold_new(&judge->fold)) != FV_OK || (rc = read_trails(judge)) != FV_OK ||
	    (rc = read_packs(judge)) != FV_OK)
		goto cleanup;
	*judge_out = judge;
	judge = NULL;
cleanup:
	judge_close(judge);
	return rc;
}

void
judge_close(struct judge *judge)
{
	if (judge == NULL)
		return;
	fv_fold_free(judge->fold);
	free(judge->trails);
	for (size_t i = 0; i < judge->pack_count; i++)
		fv_rulepack_free(judge->packs[i]);
	zones_clear(&judge->zones);
	free(judge);
}

const struct fv_fold *
judge_fold(const struct judge *judge)
{
	return judge->fold;
}

const struct judge_trail *
judge_trail(const struct judge *judge, size_t idx)
{
	return idx < judge->trail_count ? &judge->trails[idx] : NULL;
}

size_t
judge_pack_count(const struct judge *judge)
{
	return judge->pack_count;
}

const char *
judge_tzdata(const struct judge *judge)
{
	return judge->zones.version;
}

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

	for (size_t i = 0; i < fv_fold_contact_count(fold); i++) {
		const struct fv_fold_contact *c = fv_fold_contact(fold, i);

		if (strcmp(c->contact.case_id, case_id) == 0 &&
		    ((c->marks & unfinished) != 0 || c->close == FV_FOLD_OPEN))
			out->is_provisional = true;
	}
	for (size_t i = 0; i < fv_fold_event_count(fold); i++) {
		const struct fv_fold_event *e = fv_fold_event(fold, i);

		if (strcmp(e->event.case_id, case_id) == 0 && (e->marks & unfinished) != 0)
			out->is_provisional = true;
	}
}

/* The adopted packs that the case names; all of them when it names none. */
static size_t
choose_packs(const struct judge *judge, const struct fv_store_case *row,
    const struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX])
{
	struct list names;
	size_t count = 0;

	if (split(row->item.packs, &names) != FV_OK)
		names.count = 0;
	for (size_t i = 0; i < judge->pack_count; i++) {
		size_t k = 0;

		while (k < names.count && strcmp(names.items[k], judge->packs[i]->id) != 0)
			k++;
		if (names.count == 0 || k < names.count)
			packs[count++] = judge->packs[i];
	}
	return count;
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
			(void)snprintf(
			    out->zone_name, sizeof out->zone_name, "%s", subject.zones.items[0]);
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
