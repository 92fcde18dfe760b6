#include "firmware-app/judge.h"

#include <stdlib.h>
#include <string.h>

#include "fv/zonefile.h"

#define N_(s) s

#define OFFICERS_MAX 4U
#define ZONES_MAX 32U
#define ENGINES_MAX 8U       /* different lists of packs in one call; more are not kept */
#define AHEAD_MIN_MS 1000    /* less is the time that the call itself took */
#define FIX_AGE_MAX_MS 60000 /* an older fix does not say where the handheld is */

/* The zones that the engine asked for. */
struct zones {
	struct fv_zone *list[ZONES_MAX]; /* owned */
	char names[ZONES_MAX][FV_ZONE_NAME_MAX_BYTES + 1];
	size_t count;
};

/* The packs of one list of ids, and the engine over them. */
struct engine {
	struct fv_idlist ids;    /* owned */
	struct fv_packset packs; /* owned */
	struct fv_audit *audit;  /* owned; NULL: there is no rule */
};

struct fv_judge {
	struct fv_app *app; /* held */
	int64_t now_utc_ms; /* the moment that is judged */
	int64_t ahead_ms;   /* of it before that moment; 0: it is now */
	struct fv_syncstate sync;
	const char *officers[OFFICERS_MAX]; /* held; this handheld's first */
	size_t officer_count;
	enum fv_place_code place;
	enum fv_purpose purpose;
	struct fv_stamp stamp;
	char tzdata[FV_ZONEFILE_VERSION_BYTES];
	struct zones zones;
	struct engine engines[ENGINES_MAX];
	size_t engine_count;
	struct fv_casebook_own *own; /* owned; NULL until a second case is asked about */
	size_t asked;
};

static const struct fv_zone *
get_zone(const char *name, void *ctx)
{
	struct zones *zones = ctx;

	for (size_t i = 0; i < zones->count; i++) {
		if (strcmp(zones->names[i], name) == 0)
			return zones->list[i];
	}
	if (zones->count == ZONES_MAX || strlen(name) > FV_ZONE_NAME_MAX_BYTES ||
	    fv_zonefile_open(fv_zonefile_source(NULL), name, &zones->list[zones->count]) !=
		FV_OK)
		return NULL;
	memcpy(zones->names[zones->count], name, strlen(name) + 1);
	return zones->list[zones->count++];
}

enum fv_err
fv_judge_new(struct fv_app *app, int64_t now_utc_ms, struct fv_judge **judge_out)
{
	struct fv_judge *judge = calloc(1, sizeof *judge);
	enum fv_err rc;

	*judge_out = NULL;
	if (judge == NULL)
		return FV_ENOMEM;
	judge->app = app;
	judge->now_utc_ms = now_utc_ms;
	judge->ahead_ms = now_utc_ms - app->clock.rtc_ms(app->clock.ctx);
	if (judge->ahead_ms < AHEAD_MIN_MS)
		judge->ahead_ms = 0;
	judge->officers[judge->officer_count++] = app->officer;
	if (app->gps != NULL)
		fv_gps_stamp(app->gps, &judge->stamp);
	if (fv_zonefile_version(NULL, judge->tzdata) != FV_OK)
		judge->tzdata[0] = '\0';
	if ((rc = fv_syncstate_load(app->store, &judge->sync)) == FV_OK) {
		*judge_out = judge;
		judge = NULL;
	}
	fv_judge_free(judge);
	return rc;
}

static void
clear_engine(struct engine *engine)
{
	fv_audit_free(engine->audit);
	fv_packset_clear(&engine->packs);
	fv_idlist_clear(&engine->ids);
	memset(engine, 0, sizeof *engine);
}

void
fv_judge_free(struct fv_judge *judge)
{
	if (judge == NULL)
		return;
	for (size_t i = 0; i < judge->engine_count; i++)
		clear_engine(&judge->engines[i]);
	for (size_t i = 0; i < judge->zones.count; i++)
		fv_zone_free(judge->zones.list[i]);
	fv_casebook_own_free(judge->own);
	free(judge);
}

void
fv_judge_plan(struct fv_judge *judge, uint32_t place, uint32_t purpose)
{
	judge->place = (enum fv_place_code)place;
	judge->purpose = (enum fv_purpose)purpose;
}

bool
fv_judge_read(struct fv_judge *judge, const struct fv_call *call, struct fv_reply *reply)
{
	uint32_t place, purpose;

	for (size_t i = 0; i < call->args.given_count; i++) {
		const char *id = call->args.given[i].value;

		if (strcmp(call->args.given[i].name, "with") != 0)
			continue;
		if (judge->officer_count == OFFICERS_MAX ||
		    !fv_id_valid(fv_span_z(id), FV_ID_BYTES - 1)) {
			fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
			    _("--with %.40s: up to 3 officers' ids, each 1 to 24 letters, "
			      "digits, "
			      "'.', '_' or '-'"),
			    id);
			return false;
		}
		judge->officers[judge->officer_count++] = id;
	}
	if (!fv_call_where(call, &place, &purpose, reply))
		return false;
	fv_judge_plan(judge, place, purpose);
	return true;
}

/* The visit, now, from where this handheld is, as far as that is known. */
static void
plan_visit(const struct fv_judge *judge, struct fv_check_plan *plan)
{
	const struct fv_stamp *stamp = &judge->stamp;

	memset(plan, 0, sizeof *plan);
	plan->officers = (struct fv_strs){judge->officers, judge->officer_count};
	plan->place = judge->place;
	plan->purpose = judge->purpose;
	plan->now_utc_ms = judge->now_utc_ms;
	plan->has_sync = judge->sync.last_ok_ms != 0;
	/* For a later day: as old as it is now, for there will be a sync before. */
	plan->sync_utc_ms = judge->sync.last_ok_ms + judge->ahead_ms;
	if (stamp->mode < 2 || !fv_stamp_has(stamp, FV_STAMP_LAT) ||
	    !fv_stamp_has(stamp, FV_STAMP_EPH) || stamp->age_ms > FIX_AGE_MAX_MS)
		return;
	plan->has_place = true;
	plan->lat_e7 = stamp->place.lat_e7;
	plan->lon_e7 = stamp->place.lon_e7;
	plan->accuracy_mm = (uint32_t)stamp->eph_mm;
}

static bool
is_same(const struct fv_idlist *a, const struct fv_idlist *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

/* Takes ids. */
static enum fv_err
fill_engine(struct fv_judge *judge, struct fv_idlist *ids, struct engine *engine)
{
	struct fv_audit_opts opts = {.zone = get_zone,
	    .ctx = &judge->zones,
	    .tzdata = judge->tzdata,
	    .today_utc_ms = judge->now_utc_ms};
	enum fv_err rc;

	engine->ids = *ids;
	memset(ids, 0, sizeof *ids);
	rc = fv_packset_load(judge->app->store, &engine->ids, &engine->packs);
	if (rc != FV_OK || engine->packs.count == 0)
		return rc;
	opts.packs = (const struct fv_rulepack *const *)engine->packs.packs;
	opts.pack_count = engine->packs.count;
	return fv_audit_new(&opts, &engine->audit);
}

/* The engine over the book's packs: one that is here, or a new one in the last's place. */
static enum fv_err
find_engine(struct fv_judge *judge, struct fv_casebook *book, struct engine **engine_out)
{
	struct engine *engine;
	enum fv_err rc;

	for (size_t i = 0; i < judge->engine_count; i++) {
		*engine_out = &judge->engines[i];
		if (is_same(&judge->engines[i].ids, &book->packs))
			return FV_OK;
	}
	if (judge->engine_count == ENGINES_MAX)
		clear_engine(&judge->engines[--judge->engine_count]);
	engine = &judge->engines[judge->engine_count];
	if ((rc = fill_engine(judge, &book->packs, engine)) != FV_OK) {
		clear_engine(engine);
		return rc;
	}
	judge->engine_count++;
	*engine_out = engine;
	return FV_OK;
}

/* For one case its own records are enough; for many, all are folded once. */
static enum fv_err
load_book(struct fv_judge *judge, const char *case_id, struct fv_casebook *book)
{
	enum fv_err rc = FV_OK;

	if (judge->asked++ > 0 && judge->own == NULL)
		rc = fv_casebook_own_load(judge->app->store, &judge->own);
	if (rc != FV_OK)
		return rc;
	return fv_casebook_load(judge->app->store, case_id, judge->own, book);
}

enum fv_err
fv_judge_ask(struct fv_judge *judge, const char *case_id, struct fv_judgement *out)
{
	struct engine *engine;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	plan_visit(judge, &out->plan);
	if ((rc = load_book(judge, case_id, &out->book)) != FV_OK ||
	    (rc = find_engine(judge, &out->book, &engine)) != FV_OK)
		return rc;
	out->packs = &engine->packs;
	if (engine->audit == NULL)
		return FV_OK;
	rc = fv_audit_check(engine->audit, fv_history_find(out->book.history, case_id),
	    &out->plan, &out->check);
	return rc == FV_ENOENT ? FV_EDENIED : rc;
}

void
fv_judgement_clear(struct fv_judgement *j)
{
	fv_check_clear(&j->check);
	fv_casebook_clear(&j->book);
}

enum fv_check_answer
fv_judgement_answer(const struct fv_judgement *j)
{
	if (j->check.answer == FV_CHECK_NOT_NOW)
		return FV_CHECK_NOT_NOW;
	if (j->packs->count == 0 || j->packs->is_missing || !j->plan.has_sync)
		return FV_CHECK_ASK;
	return j->check.answer;
}

/* Whoever lifts it, as a person is called; the engine's own word where it is none of these. */
static const char *
person(const char *who)
{
	static const char *const people[][2] = {{"supervisor", N_("your supervisor")},
	    {"desk", N_("the desk")}, {"debtor", N_("the borrower")},
	    {"officer", N_("the officer")}, {"second_officer", N_("a second officer")},
	    {"third_party", N_("the third person")}};

	for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
		if (strcmp(people[i][0], who) == 0)
			return gettext(people[i][1]);
	}
	return who;
}

void
fv_judgement_put_who(const struct fv_judgement *j, struct fv_buf *out)
{
	const struct fv_finding *f = NULL;

	for (size_t i = 0; f == NULL && i < j->check.finding_count; i++) {
		if (j->check.findings[i].verdict == FV_VERDICT_REVIEW)
			f = &j->check.findings[i];
	}
	if (f != NULL) {
		fv_buf_putf(out, _("%s: "),
		    person(f->remedy == FV_REMEDY_LIFTED_BY ? f->who_or_what : "supervisor"));
		fv_audit_put_why(out, f, fv_reply_is_chinese());
	} else if (j->packs->count == 0) {
		fv_buf_put_z(out, _("your supervisor: no rule pack of this case is loaded"));
	} else if (j->packs->is_missing) {
		fv_buf_putf(
		    out, _("your supervisor: pack %s is not loaded"), j->packs->missing);
	} else {
		fv_buf_put_z(out, _("your supervisor: this handheld has never synced"));
	}
}

void
fv_judgement_put_sentence(const struct fv_judgement *j, struct fv_buf *out)
{
	char when[FV_INSTANT_TEXT_BYTES];
	struct fv_buf who = {0};

	switch (fv_judgement_answer(j)) {
	case FV_CHECK_NONE_FORBIDS:
		fv_buf_put_z(out, _("no loaded rule forbids it"));
		break;
	case FV_CHECK_NOT_NOW:
		if (j->check.has_next)
			fv_buf_putf(out, _("not now, allowed from %s"),
			    fv_instant_format(
				j->check.next_utc_ms, j->check.next_offset_s, false, when));
		else
			fv_buf_put_z(out, _("not now, and no later time cures it: see below"));
		break;
	case FV_CHECK_ASK:
		fv_judgement_put_who(j, &who);
		fv_buf_putf(out, _("a person must decide: %s"),
		    fv_buf_z(&who) != NULL ? fv_buf_z(&who) : "");
		fv_buf_clear(&who);
		break;
	}
}
