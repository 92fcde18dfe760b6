/* What counts and dates of a case, device, officer or agency mean by a rule. */
#include "fv/standing.h"

#include <string.h>

#include "lib/audit_rules.h"

#define SUPERVISOR "supervisor"

/* Each sentence has a word of its own in the inputs, so that stored ones find it again. */
struct saying {
	enum fv_reason reason;
	const char *word;
	enum fv_remedy remedy;
	const char *who_or_what; /* NULL with a remedy: the fact */
	bool is_hint;
	const char *audience;
};
/* Of dates: apart, for the handheld has no others. */
enum of_date { FACT_OK, FACT_OLD, FACT_OVER, FACT_UNKNOWN, OF_DATES };
static const struct saying of_dates[OF_DATES] = {
    [FACT_OK] = {R_FACT_OK, "fact_ok", FV_REMEDY_NONE, NULL, false, NULL},
    [FACT_OLD] = {R_FACT_OLD, "fact_old", FV_REMEDY_MISSING, NULL, false, NULL},
    [FACT_OVER] = {R_FACT_OVER, "fact_over", FV_REMEDY_MISSING, NULL, false, NULL},
    [FACT_UNKNOWN] = {R_FACT_UNKNOWN, "fact_unknown", FV_REMEDY_MISSING, NULL, false, NULL},
};
static const struct saying sayings[] = {
    {R_NOT_YET_IN_FORCE, "not_yet_in_force", FV_REMEDY_NONE, NULL, false, NULL},
    {R_NO_LONGER_IN_FORCE, "no_longer_in_force", FV_REMEDY_NONE, NULL, false, NULL},
    {R_NO_RECORDS, "no_records", FV_REMEDY_NONE, NULL, false, NULL},
    {R_KEEP, "keep", FV_REMEDY_NONE, NULL, false, NULL},
    {R_KEEP_UNSETTLED, "keep_unsettled", FV_REMEDY_NONE, NULL, false, NULL},
    {R_DELETE_BY, "delete_by", FV_REMEDY_NONE, NULL, false, NULL},
    {R_DELETED, "deleted", FV_REMEDY_NONE, NULL, false, NULL},
    {R_KEPT_TOO_LONG, "kept_too_long", FV_REMEDY_LIFTED_BY, SUPERVISOR, false, NULL},
    {R_ERASED_EARLY, "erased_early", FV_REMEDY_LIFTED_BY, SUPERVISOR, false, NULL},
    {R_ERASED_UNSETTLED, "erased_unsettled", FV_REMEDY_LIFTED_BY, SUPERVISOR, false, NULL},
    {R_RATE_OK, "rate_ok", FV_REMEDY_NONE, NULL, false, NULL},
    {R_RATE_OVER, "rate_over", FV_REMEDY_LIFTED_BY, SUPERVISOR, false, NULL},
    {R_RATE_FEW, "too_few", FV_REMEDY_NONE, NULL, false, NULL},
    {R_NO_HINT, "no_hint", FV_REMEDY_NONE, NULL, true, NULL},
    {R_STOP, "unlogged_stop", FV_REMEDY_MISSING, "visit", true, NULL},
    {R_NO_TRACK, "no_track", FV_REMEDY_MISSING, "position", true, NULL},
    {R_ALWAYS_GREEN, "always_green", FV_REMEDY_LIFTED_BY, FV_STANDING_AUDITOR, true,
	FV_STANDING_AUDITOR},
    {R_NEVER_REFUSED, "never_refused", FV_REMEDY_LIFTED_BY, FV_STANDING_AUDITOR, true,
	FV_STANDING_AUDITOR},
    {R_DUPLICATE, "possible_duplicate", FV_REMEDY_LIFTED_BY, SUPERVISOR, true, NULL},
    {R_NOT_RECEIVED, "not_received", FV_REMEDY_MISSING, "visit", false, NULL},
    {R_WITHDRAWN, "withdrawn", FV_REMEDY_NONE, NULL, false, NULL},
};
#define SAYINGS (sizeof sayings / sizeof sayings[0])

/* One question. */
struct ask {
	const struct fv_standing_facts *facts;
	const struct fv_clause *clause;
	struct fv_finding *out;
};

static struct fv_input *
put(struct fv_finding *f, const char *key, enum fv_input_type type)
{
	struct fv_input *input = &f->inputs[f->input_count++];

	*input = (struct fv_input){.key = key, .type = type};
	return input;
}

static void
put_int(struct ask *a, const char *key, int64_t v)
{
	put(a->out, key, FV_INPUT_INT)->u.i = v;
}

static void
put_date(struct ask *a, const char *key, int64_t days)
{
	put(a->out, key, FV_INPUT_DATE)->u.i = days;
}

static void
put_text(struct ask *a, const char *key, const char *z)
{
	if (z != NULL)
		put(a->out, key, FV_INPUT_TEXT)->u.text = z;
}

static void
put_instant(struct ask *a, const char *key, int64_t utc_ms)
{
	struct fv_input *input = put(a->out, key, FV_INPUT_INSTANT);

	input->offset_s = a->facts->offset_s;
	input->u.i = utc_ms;
}

static const struct fv_input *
input_of(const struct fv_finding *f, const char *key)
{
	for (size_t i = 0; i < f->input_count; i++)
		if (strcmp(f->inputs[i].key, key) == 0)
			return &f->inputs[i];
	return NULL;
}

/* Verdict, sentence and what follows from the sentence. */
static void
settle(struct fv_finding *f, const struct saying *saying)
{
	const struct fv_input *fact = input_of(f, "fact");
	bool is_open = f->verdict == FV_VERDICT_REVIEW || f->verdict == FV_VERDICT_FAIL;
	uint32_t code;

	f->severity = fv_strength_severity(f->rule->strength);
	f->reason = (uint32_t)saying->reason;
	f->remedy = is_open ? saying->remedy : FV_REMEDY_NONE;
	f->who_or_what = is_open ? saying->who_or_what : NULL;
	f->is_hint = saying->is_hint;
	f->audience = saying->audience;
	if (f->remedy == FV_REMEDY_MISSING && f->who_or_what == NULL && fact != NULL &&
	    fact->type == FV_INPUT_TEXT &&
	    (code = fv_code_find(FV_CODES_FACT, fv_span_z(fact->u.text))) != 0)
		f->who_or_what = fv_code_word(FV_CODES_FACT, code);
}

static void
say_this(struct ask *a, enum fv_verdict verdict, const struct saying *saying)
{
	a->out->verdict = verdict;
	if (verdict == FV_VERDICT_FAIL && a->clause->on_breach == FV_BREACH_REVIEW)
		a->out->verdict = FV_VERDICT_REVIEW;
	put_text(a, FV_STANDING_SAYS, saying->word);
	settle(a->out, saying);
}

static void
say(struct ask *a, enum fv_verdict verdict, enum fv_reason reason)
{
	size_t i = 0;

	while (sayings[i].reason != reason)
		i++;
	say_this(a, verdict, &sayings[i]);
}

/* -- retention -------------------------------------------------------------------- */

/* What the contacts together say. */
struct keeping {
	uint32_t erased;    /* contacts of which something was erased too early */
	int64_t keep_until; /* of the last contact */
	bool is_overdue;    /* something should have been deleted */
	bool has_delete_by;
	int64_t delete_by; /* the first such date */
};

/* One contact, whose time runs from `anchor`. */
static void
weigh_one(const struct ask *a, const struct fv_standing_kept *kept, int64_t anchor,
    struct keeping *out)
{
	const struct fv_retention_rule *r = &a->clause->u.retention;
	int64_t keep_until = anchor + r->min_days, delete_by = anchor + r->max_days;

	if (keep_until > out->keep_until)
		out->keep_until = keep_until;
	if (kept->is_erased && r->min_days != 0 && a->facts->today < keep_until)
		out->erased++;
	if (r->max_days == 0 || kept->is_erased)
		return;
	if (!out->has_delete_by || delete_by < out->delete_by)
		out->delete_by = delete_by;
	out->has_delete_by = true;
	out->is_overdue = out->is_overdue || a->facts->today > delete_by;
}

/*
 * All contacts, the last one first.  After a pause as long as the whole time what lies
 * before it is let go, so that a later contact does not make an old deletion wrong.
 */
static void
weigh_kept(const struct ask *a, struct keeping *out)
{
	const struct fv_retention_rule *r = &a->clause->u.retention;
	const struct fv_standing_facts *f = a->facts;
	int64_t days = r->min_days != 0 ? r->min_days : r->max_days;
	int64_t anchor = f->settled_day;

	*out = (struct keeping){.keep_until = INT64_MIN};
	for (size_t i = f->kept_count; i-- > 0;) {
		bool is_last = i + 1 == f->kept_count;

		if (r->anchor == FV_ANCHOR_SETTLED && !f->is_settled) {
			out->erased += f->kept[i].is_erased && r->min_days != 0 ? 1U : 0U;
			continue;
		}
		if (r->anchor == FV_ANCHOR_CONTACT ||
		    (r->anchor == FV_ANCHOR_LAST_CONTACT &&
			(is_last || f->kept[i + 1].day - f->kept[i].day >= days)))
			anchor = f->kept[i].day;
		weigh_one(a, &f->kept[i], anchor, out);
	}
}

static void
judge_retention(struct ask *a)
{
	const struct fv_retention_rule *r = &a->clause->u.retention;
	bool runs = r->anchor != FV_ANCHOR_SETTLED || a->facts->is_settled;
	struct keeping k;

	if (a->facts->kept_count == 0) {
		say(a, FV_VERDICT_NA, R_NO_RECORDS);
		return;
	}
	weigh_kept(a, &k);
	put_text(a, "anchor", fv_code_word(FV_CODES_ANCHOR, r->anchor));
	if (runs && r->min_days != 0)
		put_date(a, "keep_until", k.keep_until);
	if (k.erased > 0) {
		put_int(a, "erased", k.erased);
		say(a, FV_VERDICT_FAIL, runs ? R_ERASED_EARLY : R_ERASED_UNSETTLED);
	} else if (k.is_overdue) {
		put_date(a, "delete_by", k.delete_by);
		put_text(a, "step", "delete");
		say(a, FV_VERDICT_REVIEW, R_KEPT_TOO_LONG);
	} else if (!runs) {
		say(a, FV_VERDICT_PASS, R_KEEP_UNSETTLED);
	} else if (r->min_days != 0) {
		say(a, FV_VERDICT_PASS, R_KEEP);
	} else if (k.has_delete_by) {
		put_date(a, "delete_by", k.delete_by);
		say(a, FV_VERDICT_PASS, R_DELETE_BY);
	} else {
		say(a, FV_VERDICT_PASS, R_DELETED);
	}
}

/* -- dates and shares --------------------------------------------------------------- */

static void
judge_interval(struct ask *a)
{
	const struct fv_interval_rule *r = &a->clause->u.interval;
	const struct fv_standing_facts *f = a->facts;

	put_text(a, "fact", fv_code_word(FV_CODES_FACT, r->fact));
	if (r->days != 0)
		put_int(a, "max_days", r->days);
	if (!f->has_date) {
		say_this(a, FV_VERDICT_REVIEW, &of_dates[FACT_UNKNOWN]);
		return;
	}
	put_date(a, "fact_date", f->date);
	if (f->today > f->date + (int64_t)r->days) {
		say_this(a, FV_VERDICT_FAIL, &of_dates[r->days != 0 ? FACT_OLD : FACT_OVER]);
		return;
	}
	put_date(a, "until", f->date + (int64_t)r->days);
	say_this(a, FV_VERDICT_PASS, &of_dates[FACT_OK]);
}

/* A share for people: rounded down, but for one that is over the limit by less than 1. */
static int64_t
percent_of(uint32_t part, uint32_t whole, uint32_t limit)
{
	uint64_t percent = (uint64_t)part * 100U / whole;
	bool is_over = (uint64_t)part * 100U > (uint64_t)limit * whole;

	return (int64_t)(is_over && percent == limit ? percent + 1 : percent);
}

static void
judge_rate(struct ask *a)
{
	const struct fv_rate_rule *r = &a->clause->u.rate;
	const struct fv_standing_facts *f = a->facts;
	bool is_over = (uint64_t)f->hits * 100U > (uint64_t)r->max_percent * f->visits;

	put_text(a, "of", fv_code_word(FV_CODES_SHARE, r->of));
	put_int(a, "visits", f->visits);
	put_int(a, "days", r->days);
	put_int(a, "max_percent", r->max_percent);
	if (f->visits < r->min_visits || f->visits == 0) {
		say(a, FV_VERDICT_NA, R_RATE_FEW);
		return;
	}
	put_int(a, "hits", f->hits);
	put_int(a, "percent", percent_of(f->hits, f->visits, r->max_percent));
	say(a, is_over ? FV_VERDICT_FAIL : FV_VERDICT_PASS, is_over ? R_RATE_OVER : R_RATE_OK);
}

/* -- hints -------------------------------------------------------------------------- */

static void
judge_green(struct ask *a)
{
	const struct fv_green_rule *r = &a->clause->u.green;
	const struct fv_standing_facts *f = a->facts;

	put_int(a, "visits", f->visits);
	put_int(a, "days", r->days);
	if (f->visits < r->min_visits || f->visits == 0) {
		say(a, FV_VERDICT_NA, R_RATE_FEW);
		return;
	}
	if ((uint64_t)f->hits * 100U > (uint64_t)r->percent * f->visits) {
		put_int(a, "percent", percent_of(f->hits, f->visits, r->percent));
		put_int(a, "seconds", r->seconds);
		say(a, FV_VERDICT_REVIEW, R_ALWAYS_GREEN);
	} else if (f->refusals == 0 && f->others_refusals > 0) {
		say(a, FV_VERDICT_REVIEW, R_NEVER_REFUSED);
	} else {
		say(a, FV_VERDICT_PASS, R_NO_HINT);
	}
}

static void
judge_stop(struct ask *a)
{
	const struct fv_standing_facts *f = a->facts;

	/* Of the track the interval is told, and nothing else of it. */
	put_instant(a, "begin", f->begin_ms);
	put_instant(a, "end", f->end_ms);
	put_text(a, "zone", f->zone);
	put_text(a, "officer", f->officer);
	if (f->is_explained ||
	    f->end_ms - f->begin_ms < (int64_t)a->clause->u.stop.minutes * 60000)
		say(a, FV_VERDICT_PASS, R_NO_HINT);
	else
		say(a, FV_VERDICT_REVIEW, R_STOP);
}

static void
judge_no_track(struct ask *a)
{
	put_int(a, "minutes", a->clause->u.no_track.minutes);
	if (a->facts->is_explained)
		say(a, FV_VERDICT_PASS, R_NO_HINT);
	else
		say(a, FV_VERDICT_REVIEW, R_NO_TRACK);
}

static void
judge_duplicate(struct ask *a)
{
	const struct fv_standing_facts *f = a->facts;

	put_instant(a, "other_begin", f->begin_ms);
	put_text(a, "other", f->other);
	put_text(a, "zone", f->zone);
	if (f->is_explained)
		say(a, FV_VERDICT_PASS, R_NO_HINT);
	else
		say(a, FV_VERDICT_REVIEW, R_DUPLICATE);
}

static void
judge_not_received(struct ask *a)
{
	const struct fv_standing_facts *f = a->facts;

	put_instant(a, "begin", f->begin_ms);
	put_text(a, "zone", f->zone);
	put_int(a, "hours", a->clause->u.not_received.hours);
	if (f->is_explained)
		say(a, FV_VERDICT_PASS, R_NO_HINT);
	else
		say(a, FV_VERDICT_FAIL, R_NOT_RECEIVED);
}

/* -- the way in and back ------------------------------------------------------------ */

bool
fv_rule_stands(const struct fv_rule *rule)
{
	for (size_t i = 0; i < rule->clause_count; i++)
		if (!fv_rule_kind_stands(rule->clauses[i].kind))
			return false;
	return rule->clause_count > 0;
}

static void
judge_by_kind(struct ask *a)
{
	static void (*const judges[])(struct ask *) = {
	    [FV_RULE_RETENTION] = judge_retention,
	    [FV_RULE_INTERVAL] = judge_interval,
	    [FV_RULE_RATE] = judge_rate,
	    [FV_RULE_UNLOGGED_STOP] = judge_stop,
	    [FV_RULE_NO_TRACK] = judge_no_track,
	    [FV_RULE_ALWAYS_GREEN] = judge_green,
	    [FV_RULE_DUPLICATE] = judge_duplicate,
	    [FV_RULE_NOT_RECEIVED] = judge_not_received,
	};

	if (fv_rule_kind_stands(a->clause->kind))
		judges[a->clause->kind](a);
	else
		say(a, FV_VERDICT_NA, R_WITHDRAWN); /* about contacts: fv_audit_case() */
}

/* False: the clause is not in force today, which is said. */
static bool
begin(struct ask *a, const struct fv_rulepack *pack, const struct fv_rule *rule)
{
	const struct fv_clause *clause = a->clause;
	int64_t from = rule->has_from ? rule->from_days : INT64_MIN;
	int64_t until = rule->has_until ? rule->until_days : INT64_MAX;

	memset(a->out, 0, sizeof *a->out);
	a->out->pack = pack;
	a->out->rule = rule;
	if (fv_is_in_force(rule, clause, a->facts->today))
		return true;
	if (clause->has_from && clause->from_days > from)
		from = clause->from_days;
	if (clause->has_until && clause->until_days < until)
		until = clause->until_days;
	put_date(a, "date", a->facts->today);
	if (a->facts->today < from) {
		put_date(a, "in_force_from", from);
		say(a, FV_VERDICT_NA, R_NOT_YET_IN_FORCE);
	} else {
		put_date(a, "in_force_until", until);
		say(a, FV_VERDICT_NA, R_NO_LONGER_IN_FORCE);
	}
	return false;
}

void
fv_standing_judge(const struct fv_rulepack *pack, const struct fv_rule *rule,
    const struct fv_clause *clause, const struct fv_standing_facts *facts,
    struct fv_finding *out)
{
	struct ask a = {.facts = facts, .clause = clause, .out = out};

	if (begin(&a, pack, rule))
		judge_by_kind(&a);
}

void
fv_standing_judge_interval(const struct fv_rulepack *pack, const struct fv_rule *rule,
    const struct fv_clause *clause, const struct fv_standing_facts *facts,
    struct fv_finding *out)
{
	struct ask a = {.facts = facts, .clause = clause, .out = out};

	memset(out, 0, sizeof *out);
	out->pack = pack;
	out->rule = rule;
	if (fv_is_in_force(rule, clause, facts->today))
		judge_interval(&a);
	else
		out->verdict = FV_VERDICT_NA;
}

void
fv_standing_withdraw(
    const struct fv_rulepack *pack, const struct fv_rule *rule, struct fv_finding *out)
{
	struct ask a = {.clause = &rule->clauses[0], .out = out};

	memset(out, 0, sizeof *out);
	out->pack = pack;
	out->rule = rule;
	say(&a, FV_VERDICT_NA, R_WITHDRAWN);
}

enum fv_err
fv_standing_restore(struct fv_finding *finding)
{
	const struct fv_input *says = input_of(finding, FV_STANDING_SAYS);

	if (says == NULL || says->type != FV_INPUT_TEXT)
		return FV_EFORMAT;
	for (size_t i = 0; i < SAYINGS + OF_DATES; i++) {
		const struct saying *s = i < SAYINGS ? &sayings[i] : &of_dates[i - SAYINGS];

		if (strcmp(says->u.text, s->word) == 0) {
			settle(finding, s);
			return FV_OK;
		}
	}
	return FV_EFORMAT;
}
