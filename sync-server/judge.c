/* One case: its history out of trails and imported lines, and what the engine says of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "fv/standing.h"
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

/* The packs that the case names, all of them when it names none, and those for all; and
 * beside any of them the calendars, which no case needs to name. */
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
		const struct judge_pack *p = &judge->packs[i];

		if (!p->is_for_all && !is_asked_for(p->pack, &names))
			continue;
		packs[count++] = p->pack;
		has_rules = has_rules || p->pack->rule_count > 0;
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

/* Findings of one case on their way from the engine. */
struct keeping {
	struct judge *judge;
	struct judgement *out;
	const struct judge_holes *holes;
	struct judge_last *lasts; /* owned; by id */
	size_t last_count, last_cap;
	bool has_moves;                /* a correction took something into this case */
	const struct fv_contact *seen; /* contact of the last finding, and: */
	bool is_in_range;              /* its date is one of those asked for */
	size_t cap;
	struct fv_buf text;
};

static enum fv_err
take_last(const struct fv_store_finding *f, void *ctx)
{
	struct keeping *k = ctx;
	struct judge_last *last;

	if (k->last_count == k->last_cap) {
		size_t cap = k->last_cap > 0 ? k->last_cap * 2 : 64;
		void *p = reallocarray(k->lasts, cap, sizeof *k->lasts);

		if (p == NULL)
			return FV_ENOMEM;
		k->lasts = p;
		k->last_cap = cap;
	}
	last = &k->lasts[k->last_count++];
	last->is_of_another = false;
	memcpy(last->id, f->id, sizeof last->id);
	last->verdict = f->verdict;
	last->is_provisional = f->is_provisional;
	last->inputs_hash = f->inputs_hash;
	last->pack_sha256 = f->pack_sha256;
	return FV_OK;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, FV_FINDING_ID_BYTES); /* an id comes first in both */
}

/* The earlier revision: of this case, or of the one that a correction took it from. */
static enum fv_err
find_last(struct keeping *k, const uint8_t id[FV_FINDING_ID_BYTES], bool is_quick,
    struct judge_last *out, bool *has_out)
{
	const struct judge_last *held = NULL;
	struct fv_store_finding row;
	enum fv_err rc;

	if (k->last_count > 0)
		held = bsearch(id, k->lasts, k->last_count, sizeof *k->lasts, by_id);
	*has_out = held != NULL;
	memset(out, 0, sizeof *out);
	if (held != NULL)
		*out = *held;
	if (held != NULL || is_quick)
		return FV_OK;
	rc = fv_store_finding_last(k->judge->store, id, &row);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	*has_out = true;
	out->is_of_another = true;
	out->verdict = row.verdict;
	out->is_provisional = row.is_provisional;
	out->inputs_hash = row.inputs_hash;
	out->pack_sha256 = row.pack_sha256;
	return FV_OK;
}

static bool
is_in_range(const struct keeping *k, const struct fv_contact *c)
{
	const struct judge_opts *opts = &k->judge->opts;
	int64_t day;

	if (!opts->has_from && !opts->has_until)
		return true;
	day = fv_zone_local_days(k->out->zone, c->begin_utc_ms);
	return !(opts->has_from && day < opts->from_day) &&
	    !(opts->has_until && day > opts->until_day);
}

/* Citation, sentences and JSON, for who shows them. */
static bool
put_texts(struct keeping *k, const struct fv_finding *f, struct judged_finding *to)
{
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
	return to->citation_en != NULL && to->citation_zh != NULL && to->why_en != NULL &&
	    to->why_zh != NULL && to->json != NULL;
}

/* What is left to say of a contact or window whose evidence was erased. */
static enum fv_err
put_erased(struct judged_finding *to)
{
	static const char inputs[] = "{\"missing\":\"evidence erased\"}";

	to->verdict = FV_VERDICT_REVIEW;
	fv_sha256(fv_span_z(inputs), &to->inputs_hash);
	to->inputs = strdup(inputs);
	return to->inputs != NULL ? FV_OK : FV_ENOMEM;
}

/* Its texts, in the place of those that the engine would render. */
static bool
put_erased_texts(struct keeping *k, const struct fv_finding *f, struct judged_finding *to)
{
	to->why_en = strdup("Review: evidence erased.");
	to->why_zh = strdup("需人工判断：证据已删除。");
	fv_audit_put_citation(&k->text, f->rule, false);
	to->citation_en = taken(&k->text);
	fv_audit_put_citation(&k->text, f->rule, true);
	to->citation_zh = taken(&k->text);
	if (to->why_en == NULL || to->why_zh == NULL || to->citation_en == NULL ||
	    to->citation_zh == NULL)
		return false;
	fv_buf_put_z(&k->text, "{\"contact\":");
	fv_audit_put_json_text(&k->text, to->contact);
	fv_buf_put_z(&k->text, ",\"pack\":");
	fv_audit_put_json_text(&k->text, to->pack);
	fv_buf_put_z(&k->text, ",\"rule\":");
	fv_audit_put_json_text(&k->text, to->rule);
	fv_buf_putf(
	    &k->text, ",\"verdict\":\"review\",\"severity\":%u,\"citation\":", to->severity);
	fv_audit_put_json_text(&k->text, to->citation_en);
	fv_buf_putf(&k->text, ",\"why\":{\"en\":\"%s\",\"zh\":\"%s\"},\"inputs\":%s}",
	    to->why_en, to->why_zh, to->inputs);
	to->json = taken(&k->text);
	return to->json != NULL;
}

static void
clear_finding(struct judged_finding *f)
{
	free(f->citation_en);
	free(f->citation_zh);
	free(f->why_en);
	free(f->why_zh);
	free(f->json);
	free(f->inputs);
	memset(f, 0, sizeof *f);
}

/* Verdict, inputs and marks of one finding; *is_wanted_out: it is to be kept. */
static enum fv_err
fill_finding(struct keeping *k, const struct fv_finding *f, bool is_erased,
    struct judged_finding *to, bool *is_wanted_out)
{
	const bool has_texts = k->judge->opts.has_texts;
	struct judge_last last;
	enum fv_err rc;

	*is_wanted_out = has_texts;
	to->verdict = f->verdict;
	to->is_provisional = judge_holes_touch(k->holes, f, false);
	if (!has_texts) {
		rc = find_last(k, to->id, f->verdict == FV_VERDICT_NA && !k->has_moves, &last,
		    &to->has_last);
		if (rc != FV_OK || (!to->has_last && f->verdict == FV_VERDICT_NA))
			return rc;
		to->last_verdict = to->has_last ? (enum fv_verdict)last.verdict : 0;
		if (to->has_last)
			to->last_pack_sha256 = last.pack_sha256;
	}
	if (is_erased && to->has_last) { /* what was said before stands */
		to->inputs_hash = last.inputs_hash;
		*is_wanted_out = false;
		return FV_OK;
	}
	if (is_erased && f->verdict != FV_VERDICT_NA) {
		*is_wanted_out = true;
		return put_erased(to);
	}
	if ((rc = fv_audit_inputs_hash(f, &to->inputs_hash)) != FV_OK)
		return rc;
	if (!has_texts)
		*is_wanted_out = !to->has_last || last.is_of_another ||
		    last.verdict != (uint32_t)to->verdict ||
		    last.is_provisional != to->is_provisional ||
		    memcmp(last.inputs_hash.b, to->inputs_hash.b, FV_HASH_BYTES) != 0;
	if (!*is_wanted_out)
		return FV_OK;
	fv_audit_put_inputs(&k->text, f);
	to->inputs = taken(&k->text);
	return to->inputs != NULL ? FV_OK : FV_ENOMEM;
}

static enum fv_err
keep_finding(const struct fv_finding *f, void *ctx)
{
	struct keeping *k = ctx;
	struct judgement *out = k->out;
	struct judged_finding to = {.contact = f->contact->id,
	    .by = f->pack,
	    .pack = f->pack->id,
	    .rule = f->rule->id,
	    .severity = f->severity,
	    .contact_ms = f->contact->begin_utc_ms};
	bool is_wanted = false, is_erased;
	enum fv_err rc;

	if (fv_rule_stands(f->rule))
		return FV_OK; /* the id is a standing finding's: standing_run() */
	if (f->contact != k->seen)
		k->is_in_range = is_in_range(k, f->contact);
	k->seen = f->contact;
	if (!k->is_in_range)
		return FV_OK;
	fv_finding_id(to.contact, to.pack, to.rule, to.id);
	is_erased = judge_holes_touch(k->holes, f, true);
	rc = fill_finding(k, f, is_erased, &to, &is_wanted);
	if (rc == FV_OK && k->judge->opts.has_open)
		rc = judge_keep_open(out, f, &to, is_erased);
	if (rc == FV_OK && is_wanted && k->judge->opts.has_texts)
		rc = (is_erased && f->verdict != FV_VERDICT_NA ? put_erased_texts(k, f, &to)
							       : put_texts(k, f, &to))
		    ? FV_OK
		    : FV_ENOMEM;
	if (rc == FV_OK && is_wanted && out->finding_count == k->cap) {
		size_t cap = k->cap > 0 ? k->cap * 2 : 64;
		void *p = reallocarray(out->findings, cap, sizeof *out->findings);

		rc = p != NULL ? FV_OK : FV_ENOMEM;
		out->findings = p != NULL ? p : out->findings;
		k->cap = p != NULL ? cap : k->cap;
	}
	if (rc == FV_OK) {
		out->verdicts[to.verdict]++;
		out->is_provisional = out->is_provisional || to.is_provisional;
	}
	if (rc == FV_OK && is_wanted)
		out->findings[out->finding_count++] = to;
	else
		clear_finding(&to);
	return rc;
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

/* The engine over these packs: the one of the last case when they are the same. */
static enum fv_err
need_audit(struct judge *judge, const struct fv_rulepack *const *packs, size_t count)
{
	struct fv_audit_opts opts = {.packs = judge->audit_packs,
	    .pack_count = count,
	    .zone = zones_get,
	    .ctx = &judge->zones,
	    .tzdata = judge->zones.version[0] != '\0' ? judge->zones.version : NULL,
	    .today_utc_ms = judge->opts.today_utc_ms};

	if (judge->audit != NULL && judge->audit_pack_count == count &&
	    memcmp(judge->audit_packs, packs, count * sizeof *packs) == 0)
		return FV_OK;
	fv_audit_free(judge->audit);
	judge->audit = NULL;
	memcpy(judge->audit_packs, packs, count * sizeof *packs);
	judge->audit_pack_count = count;
	return fv_audit_new(&opts, &judge->audit);
}

static enum fv_err
note_move(int64_t no, uint64_t seq, void *ctx)
{
	struct keeping *k = ctx;

	(void)no;
	(void)seq;
	k->has_moves = true;
	return FV_OK;
}

static enum fv_err
run_engine(struct judge *judge, const char *case_id, const struct judge_holes *holes,
    struct judgement *out)
{
	struct keeping keeping = {.judge = judge, .out = out, .holes = holes};
	enum fv_err rc;

	rc = fv_store_moved_each(judge->store, case_id, note_move, &keeping);
	if (rc == FV_OK && !judge->opts.has_texts)
		rc = fv_store_finding_each(judge->store, case_id, take_last, &keeping);
	if (rc == FV_OK && keeping.last_count > 1)
		qsort(keeping.lasts, keeping.last_count, sizeof *keeping.lasts, by_id);
	if (rc == FV_OK)
		rc = fv_audit_case(judge->audit, fv_history_find(out->history, case_id),
		    keep_finding, &keeping);
	free(keeping.lasts);
	fv_buf_clear(&keeping.text);
	if (rc == FV_OK && out->finding_count > 1)
		qsort(out->findings, out->finding_count, sizeof *out->findings, by_weight);
	return rc;
}

/* The case's zones, and why it cannot be judged. */
static void
settle_zones(struct judge *judge, const struct fv_case *subject, struct judgement *out)
{
	for (size_t i = 0; i < subject->zones.count; i++) {
		const struct fv_zone *zone = zones_get(subject->zones.items[i], &judge->zones);

		if (i == 0) {
			out->zone = zone;
			(void)snprintf(out->zone_name, sizeof out->zone_name, "%s",
			    subject->zones.items[0]);
		}
		if (zone == NULL)
			out->problem = "its time zone is not in this machine's database";
	}
}

static enum fv_err
make_history(struct judge *judge, const struct fv_case *subject, struct judge_holes *holes,
    struct judgement *out)
{
	struct fv_history_error why;
	enum fv_err rc;

	if ((rc = judge_gather(judge, subject->id, holes, &out->fold)) != FV_OK ||
	    (rc = judge_holes_fold(holes, out->fold, subject->id)) != FV_OK ||
	    (rc = fv_history_new(&out->history)) != FV_OK ||
	    (rc = fv_history_add_case(out->history, subject)) != FV_OK ||
	    (rc = fv_fold_to_history(out->fold, subject->id, out->history)) != FV_OK ||
	    (rc = add_imports(judge, subject, out->history, out)) != FV_OK)
		return rc;
	return fv_history_finish(out->history, &why);
}

enum fv_err
judge_case(struct judge *judge, const struct fv_store_case *row, struct judgement *out)
{
	const struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX];
	char id[FV_CASE_ID_BYTES];
	struct judge_holes holes = {0};
	struct list *lists = NULL;
	struct fv_case subject;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->row = row;
	if ((lists = calloc(2, sizeof *lists)) == NULL)
		return FV_ENOMEM;
	if ((rc = make_case(row, &lists[0], &lists[1], id, &subject)) != FV_OK)
		goto cleanup;
	settle_zones(judge, &subject, out);
	out->pack_count = choose_packs(judge, row, packs);
	if (out->pack_count == 0 && out->problem == NULL)
		out->problem = judge->pack_count == 0 ? "no rule pack is adopted"
						      : "none of its rule packs is adopted";
	if ((rc = make_history(judge, &subject, &holes, out)) != FV_OK)
		goto cleanup;
	if (out->problem == NULL)
		rc = need_audit(judge, packs, out->pack_count);
	if (rc == FV_OK && out->problem == NULL)
		rc = run_engine(judge, id, &holes, out);
	if (rc == FV_OK && !judge->opts.has_texts && out->finding_count > 0)
		rc = judge_put_as_of(judge, out, id, &out->as_of);
cleanup:
	free(lists);
	judge_holes_clear(&holes);
	if (rc != FV_OK)
		judgement_clear(out);
	return rc;
}

enum fv_err
judge_fold_case(struct judge *judge, const char *case_id, struct fv_fold **fold_out)
{
	struct judge_holes holes = {0};
	enum fv_err rc = judge_gather(judge, case_id, &holes, fold_out);

	judge_holes_clear(&holes);
	return rc;
}

void
judgement_clear(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->finding_count; i++)
		clear_finding(&judgement->findings[i]);
	free(judgement->findings);
	judge_clear_open(judgement);
	fv_buf_clear(&judgement->as_of);
	fv_fold_free(judgement->fold);
	fv_history_free(judgement->history);
	memset(judgement, 0, sizeof *judgement);
}
