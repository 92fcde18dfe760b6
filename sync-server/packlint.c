#include "sync-server/packlint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fv/instant.h"

#define CALENDAR_ENDS_DAYS 90

/* Instruments that are no longer law: their names, since when, and what replaced them.
 * `except`: a name that holds the first and is still in force. */
static const struct {
	const char *jurisdiction;
	const char *names[4];
	const char *except[2];
	int32_t year;
	int32_t month, day; /* first date on which it is no law */
	const char *replaced_by;
} repealed[] = {
    {"CN", {"合同法", "Contract Law"}, {"劳动合同法", "Labor Contract Law"}, 2021, 1, 1,
	"Civil Code book 3 (民法典合同编)"},
    {"CN", {"担保法", "Security Law", "Guarantee Law"}, {0}, 2021, 1, 1,
	"Civil Code (民法典)"},
    {"CN", {"物权法", "Property Law", "Real Right Law"}, {0}, 2021, 1, 1,
	"Civil Code book 2 (民法典物权编)"},
    {"CN", {"侵权责任法", "Tort Law", "Tort Liability Law"}, {0}, 2021, 1, 1,
	"Civil Code book 7 (民法典侵权责任编)"},
    {"CN", {"民法通则", "General Principles of the Civil Law"}, {0}, 2021, 1, 1,
	"Civil Code book 1 (民法典总则编)"},
    {"CN", {"民法总则", "General Rules of the Civil Law"}, {0}, 2021, 1, 1,
	"Civil Code book 1 (民法典总则编)"},
    {"CN", {"婚姻法", "Marriage Law"}, {0}, 2021, 1, 1,
	"Civil Code book 5 (民法典婚姻家庭编)"},
    {"CN", {"继承法", "Succession Law", "Inheritance Law"}, {0}, 2021, 1, 1,
	"Civil Code book 6 (民法典继承编)"},
};

struct lint {
	const struct fv_rulepack *pack;
	const struct packlint_others *others;
	int64_t day;
	packlint_fn fn;
	void *ctx;
};

static void warn(const struct lint *l, const char *id, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
warn(const struct lint *l, const char *id, const char *rule, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	l->fn(id, rule, text, l->ctx);
}

/* True when `text` has `name` somewhere that is not inside one of the exceptions. */
static bool
is_cited(const char *text, const char *name, const char *const except[2])
{
	for (const char *at = text; (at = strstr(at, name)) != NULL; at++) {
		bool is_other = false;
		for (size_t i = 0; i < 2 && except[i] != NULL; i++) {
			const char *inside = strstr(except[i], name);
			const size_t before =
			    inside == NULL ? 0 : (size_t)(inside - except[i]);
			is_other = is_other ||
			    (inside != NULL && (size_t)(at - text) >= before &&
				strncmp(at - before, except[i], strlen(except[i])) == 0);
		}
		if (!is_other)
			return true;
	}
	return false;
}

/* `until`: the last date on which what cites it is in force. */
static void
check_repealed(const struct lint *l, const char *rule, const char *text, int64_t until)
{
	for (size_t i = 0; i < sizeof repealed / sizeof repealed[0]; i++) {
		const int64_t since =
		    fv_days_from_civil(repealed[i].year, repealed[i].month, repealed[i].day);
		if (strncmp(l->pack->jurisdiction, repealed[i].jurisdiction,
			strlen(repealed[i].jurisdiction)) != 0 ||
		    until < since)
			continue;
		for (size_t k = 0; k < 4 && repealed[i].names[k] != NULL; k++)
			if (is_cited(text, repealed[i].names[k], repealed[i].except)) {
				warn(l, "LINT-01", rule,
				    "cites %s, which is no law since %04d-%02d-%02d; see %s",
				    repealed[i].names[k], (int)repealed[i].year,
				    (int)repealed[i].month, (int)repealed[i].day,
				    repealed[i].replaced_by);
				break;
			}
	}
}

static bool
has_han(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		if (*c >= 0xe3 && *c <= 0xe9)
			return true;
	return false;
}

static void
check_languages(
    const struct lint *l, const char *rule, const char *what, const char *en, const char *zh)
{
	if (strcmp(en, zh) == 0)
		warn(l, "LINT-06", rule, "the %s is the same in both languages", what);
	else if (!has_han(zh))
		warn(l, "LINT-06", rule, "the %s has no Chinese in \"zh\"", what);
	else if (has_han(en) && strspn(en, " ,.;:()0123456789") == 0 &&
	    !(((unsigned char)en[0] | 32) >= 'a' && ((unsigned char)en[0] | 32) <= 'z'))
		warn(l, "LINT-06", rule, "the %s has no English in \"en\"", what);
}

static bool
is_known(const struct lint *l, const char *name)
{
	for (size_t p = 0; p <= l->others->count; p++) {
		const struct fv_rulepack *pack = p == 0 ? l->pack : l->others->packs[p - 1];
		for (size_t i = 0; i < pack->calendar_count; i++)
			if (strcmp(pack->calendars[i].id, name) == 0 ||
			    strcmp(name, FV_CALENDAR_OF_ZONE) == 0)
				return true;
	}
	return false;
}

static void
check_named(const struct lint *l, const char *rule, const char *name)
{
	if (name == NULL || is_known(l, name))
		return;
	if (strcmp(name, FV_CALENDAR_OF_ZONE) == 0)
		warn(l, "LINT-05", rule,
		    "asks for the calendar of the case's zone, and no "
		    "pack here brings any calendar");
	else
		warn(l, "LINT-05", rule, "names calendar %s, which no pack here brings", name);
}

static void
check_clause_calendars(const struct lint *l, const char *rule, const struct fv_clause *c)
{
	if (c->kind == FV_RULE_TIME_WINDOW)
		check_named(l, rule, c->u.time.calendar);
	if (c->kind == FV_RULE_FREQUENCY)
		check_named(l, rule, c->u.frequency.cool_off.period.calendar);
	if (c->kind == FV_RULE_HOLD) {
		check_named(l, rule, c->u.hold.within.period.calendar);
		check_named(l, rule, c->u.hold.within.receipt.calendar);
	}
	if (c->kind == FV_RULE_NOTICE) {
		check_named(l, rule, c->u.notice.period.calendar);
		check_named(l, rule, c->u.notice.receipt.calendar);
	}
	if (c->kind == FV_RULE_DEADLINE)
		check_named(l, rule, c->u.deadline.period.calendar);
}

static void
check_rule(const struct lint *l, const struct fv_rule *rule)
{
	const int64_t until = rule->has_until ? rule->until_days : INT64_MAX;

	check_repealed(l, rule->id, rule->citation, until);
	check_repealed(l, rule->id, rule->text_en, until);
	check_repealed(l, rule->id, rule->text_zh, until);
	if (rule->is_enabled && rule->confidence >= FV_CONFIDENCE_WEAK)
		warn(l, "LINT-03", rule->id, "is switched on with confidence %s (%s)",
		    fv_code_word(FV_CODES_CONFIDENCE, rule->confidence),
		    rule->confidence == FV_CONFIDENCE_WEAK ? "weak" : "unverified");
	check_languages(l, rule->id, "text", rule->text_en, rule->text_zh);
	for (size_t i = 0; i < rule->clause_count; i++)
		check_clause_calendars(l, rule->id, &rule->clauses[i]);
}

static void
check_calendar(const struct lint *l, const struct fv_calendar *c)
{
	struct fv_civil end;

	fv_civil_from_days(c->until_days, &end);
	if (c->until_days < l->day)
		warn(l, "LINT-04", "",
		    "calendar %s ended on %04d-%02d-%02d; what needs it is for a person since",
		    c->id, (int)end.year, (int)end.month, (int)end.day);
	else if (c->until_days < l->day + CALENDAR_ENDS_DAYS)
		warn(l, "LINT-04", "", "calendar %s ends in %d days, on %04d-%02d-%02d", c->id,
		    (int)(c->until_days - l->day), (int)end.year, (int)end.month,
		    (int)end.day);
}

void
packlint_each(const struct fv_rulepack *pack, const struct packlint_others *others,
    int64_t day, packlint_fn fn, void *ctx)
{
	const struct lint l = {pack, others, day, fn, ctx};
	bool is_expired = pack->rule_count > 0;

	check_languages(&l, "", "title", pack->title_en, pack->title_zh);
	for (size_t i = 0; i < pack->rule_count; i++) {
		const struct fv_rule *rule = &pack->rules[i];
		is_expired = is_expired && rule->has_until && rule->until_days < day;
		check_rule(&l, rule);
	}
	if (is_expired)
		warn(&l, "LINT-02", "", "every rule's `until` is past: the pack is expired");
	for (size_t i = 0; i < pack->calendar_count; i++)
		check_calendar(&l, &pack->calendars[i]);
}
