/* Frequency by a slow and obvious second implementation, over histories made at random. */
#include "tests/support/lawtext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CONTACTS 40
#define ROUNDS 300
#define DEBTS 3
#define FAR_DAYS 80
#define NONE INT64_MAX

/* A contact as the oracle knows it. */
struct made {
	int64_t day;
	uint32_t channel; /* 0 call, 1 visit, 2 sms */
	int outcome;      /* 0 not said, 1 conversation, 2 no answer */
	uint32_t debts;   /* bits; 0: not said, which is any */
	bool is_general;  /* a talk about none of them in particular */
	bool is_number;   /* the bit is a number */
};

/* A rule as the oracle knows it. */
struct law {
	uint32_t limit;
	int unit; /* 0 days, 1 week, 2 month */
	int64_t days;
	bool per_debt; /* or per number: `debts` then is one of three */
	bool per_number;
	bool talks_only;
	bool distinct;
	int64_t cool_days; /* 0: none */
	bool is_day_one;
	int64_t apart_days; /* 0: none */
};

static uint32_t seed = 3;

static uint32_t
pick(uint32_t n)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 16) % n;
}

static int64_t
month_of(int64_t day)
{
	struct fv_civil c;

	fv_civil_from_days(day, &c);
	return c.year * 12 + c.month;
}

/* Whether two dates lie in the period that ends with the later. */
static bool
in_period(const struct law *law, int64_t day, int64_t now)
{
	if (law->unit == 1)
		return (day + 3) / 7 == (now + 3) / 7;
	if (law->unit == 2)
		return month_of(day) == month_of(now);
	return now - day < law->days;
}

static bool
may_concern(const struct law *law, const struct made *m, uint32_t key)
{
	return !law->per_debt || m->debts == 0 || (m->debts >> key & 1U) != 0;
}

static bool
surely_concerns(const struct law *law, const struct made *m, uint32_t key)
{
	if (!law->per_debt)
		return true;
	return m->debts != 0 && (m->debts >> key & 1U) != 0 && !m->is_general;
}

/* Whether it counts: surely, or perhaps. */
static bool
is_counted(const struct law *law, const struct made *m, bool perhaps)
{
	return !law->talks_only || m->outcome == 1 || (perhaps && m->outcome == 0);
}

/* What a rule may be broken by: the number, a talk, or the contact before. */
enum part {
	NUMBER,
	TALK,
	LAST,
	PARTS,
};

/* Whether contact i, made on `now`, breaks a part of the rule for one key.  `perhaps`: with
 * all that may count and concern the key. */
static bool
breaks(const struct law *law, const struct made *made, int i, int64_t now, uint32_t key,
    bool perhaps, enum part part)
{
	uint32_t count = 1;
	uint32_t channels = 1U << made[i].channel;
	bool is_near[PARTS] = {false};

	for (int k = 0; k < i; k++) {
		const struct made *m = &made[k];
		if (perhaps ? !may_concern(law, m, key) : !surely_concerns(law, m, key))
			continue;
		bool is_talk = m->outcome == 1 || (perhaps && m->outcome == 0);
		int64_t last = m->day + law->cool_days - (law->is_day_one ? 1 : 0);
		if (is_talk && law->cool_days > 0 && now <= last)
			is_near[TALK] = true;
		if (!is_counted(law, m, perhaps))
			continue;
		if (now - m->day < law->apart_days)
			is_near[LAST] = true;
		if (!in_period(law, m->day, now))
			continue;
		count++;
		channels |= 1U << m->channel;
	}
	if (law->distinct)
		count = (channels & 1U) + (channels >> 1 & 1U) + (channels >> 2 & 1U);
	return part == NUMBER ? count > law->limit : is_near[part];
}

/* By all keys of the contact: by any of its debts, or by each where it is one of them. */
static bool
breaks_part(const struct law *law, const struct made *made, int i, int64_t now, bool perhaps,
    enum part part)
{
	const struct made *m = &made[i];
	bool is_either = law->per_debt && (m->debts == 0 || m->is_general);
	/* A number that is not said may be one of which nothing else is known. */
	uint32_t keys = !law->per_debt         ? 1
	    : law->per_number && m->debts == 0 ? DEBTS + 1
					       : DEBTS;
	bool any = false;
	bool all = true;

	for (uint32_t key = 0; key < keys; key++) {
		if (law->per_debt && m->debts != 0 && (m->debts >> key & 1U) == 0)
			continue;
		bool is_broken = breaks(law, made, i, now, key, perhaps, part);
		any = any || is_broken;
		all = all && is_broken;
	}
	return is_either && !perhaps ? all : any;
}

static bool
breaks_any(const struct law *law, const struct made *made, int i, int64_t now, bool perhaps)
{
	bool is_broken = false;

	for (uint32_t part = 0; part < PARTS; part++)
		is_broken =
		    is_broken || breaks_part(law, made, i, now, perhaps, (enum part)part);
	return is_broken;
}

/* A general talk about debts that the contact covers is surely about one of them. */
static bool
is_near_general(const struct law *law, const struct made *made, int i, int64_t now)
{
	const struct made *m = &made[i];
	uint32_t all = (1U << DEBTS) - 1;

	if (!law->per_debt || law->per_number || law->cool_days == 0 || m->debts == 0 ||
	    m->is_general)
		return false;
	for (int k = i - 1; k >= 0; k--) {
		uint32_t set = made[k].debts == 0 ? all : made[k].debts;
		bool is_open = made[k].debts == 0 || made[k].is_general;
		int64_t last = made[k].day + law->cool_days - (law->is_day_one ? 1 : 0);
		if (made[k].outcome == 1 && is_open)
			return (set & ~m->debts) == 0 &&
			    now <= last; /* the engine knows the last */
	}
	return false;
}

static const char *
verdict_of(const struct law *law, const struct made *made, int i)
{
	const struct made *m = &made[i];
	int64_t now = m->day;

	if (!is_counted(law, m, true)) /* it cannot break what it does not count for */
		return NULL;
	bool is_sure =
	    breaks_any(law, made, i, now, false) || is_near_general(law, made, i, now);
	if (is_sure && is_counted(law, m, false))
		return "fail";
	if (is_sure || breaks_any(law, made, i, now, true))
		return "review";
	return "pass";
}

/* The first date on which it would break nothing, be it sure or not. */
static int64_t
next_of(const struct law *law, const struct made *made, int i)
{
	for (int64_t day = made[i].day + 1; day < made[i].day + FAR_DAYS; day++)
		if (!breaks_any(law, made, i, day, true))
			return day;
	return NONE;
}

static struct law
make_law(void)
{
	struct law law = {.limit = pick(4),
	    .unit = (int)pick(3),
	    .days = 1 + pick(9),
	    .per_debt = pick(2) == 0,
	    .talks_only = pick(2) == 0,
	    .distinct = pick(4) == 0,
	    .cool_days = pick(2) == 0 ? 0 : 1 + pick(6),
	    .is_day_one = pick(2) == 0,
	    .apart_days = pick(2) == 0 ? 0 : 1 + pick(3)};

	law.per_number = law.per_debt && pick(2) == 0;

	return law;
}

static void
write_law(const struct law *law, char *out, size_t size)
{
	static const char *const units[] = {"day", "week", "month"};
	char days[64] = "";
	char cool[128] = "";
	char apart[64] = "";

	if (law->unit == 0)
		snprintf(days, sizeof days, ",\"days\":%d", (int)law->days);
	if (law->cool_days > 0)
		snprintf(cool, sizeof cool,
		    ",\"cool_off\":{\"period\":{\"days\":%d,\"day_one\":%s}}",
		    (int)law->cool_days, law->is_day_one ? "true" : "false");
	if (law->apart_days > 0)
		snprintf(apart, sizeof apart, ",\"spacing_days\":%d", (int)law->apart_days);
	snprintf(out, size,
	    LAW(LAW_RULE("F", "\"visit\",\"call\",\"sms\"",
		LAW_KIND(
		    "frequency", "\"limit\":%u,\"per\":\"%s\",\"unit\":\"%s\"%s%s%s%s%s"))),
	    law->limit,
	    law->per_number     ? "number"
		: law->per_debt ? "debt"
				: "debtor",
	    units[law->unit], days, law->talks_only ? ",\"outcomes\":[\"conversation\"]" : "",
	    law->distinct ? ",\"distinct_channels\":true" : "", cool, apart);
}

static size_t
write_contact(const struct made *m, int i, char *out, size_t size)
{
	static const char *const channels[] = {"call", "visit", "sms"};
	static const char *const outcomes[] = {
	    "", ",\"outcome\":\"conversation\"", ",\"outcome\":\"no_answer\""};
	char debts[64] = "";
	struct fv_civil c;
	size_t at = 0;

	for (uint32_t d = 0; d < DEBTS; d++)
		if (m->is_number && m->debts == 1U << d)
			snprintf(debts, sizeof debts, ",\"number\":\"n%u\"", d);
		else if ((m->debts >> d & 1U) != 0)
			at += (size_t)snprintf(debts + at, sizeof debts - at, "%s\"d%u\"",
			    at == 0 ? ",\"debts\":[" : ",", d);
	fv_civil_from_days(m->day, &c);
	return (size_t)snprintf(out, size,
	    "{\"type\":\"contact\",\"id\":\"k%02d\",\"case\":\"c1\",\"channel\":\"%s\","
	    "\"by\":\"collector\",\"begin\":\"%04d-%02d-%02dT12:%02d:00Z\"%s%s%s%s}\n",
	    i, channels[m->channel], (int)c.year, (int)c.month, (int)c.day, i,
	    outcomes[m->outcome], debts, at == 0 ? "" : "]",
	    m->is_general ? ",\"discussed\":[]" : "");
}

static void
make_history(const struct law *law, struct made *made, char *out, size_t size)
{
	int64_t day = fv_days_from_civil(2026, 1, 20);
	size_t at = (size_t)snprintf(
	    out, size, "%s", LAW_CASE(",\"zone\":\"UTC\",\"debts\":[\"d0\",\"d1\",\"d2\"]"));

	for (int i = 0; i < CONTACTS; i++) {
		day += pick(3);
		made[i] = (struct made){.day = day,
		    .channel = pick(3),
		    .outcome = pick(6) == 0 ? 0 : 1 + (int)pick(2),
		    .debts = pick(8) == 0 ? 0 : 1 + pick((1U << DEBTS) - 1)};
		if (law->per_number && made[i].debts != 0)
			made[i].debts = 1U << pick(DEBTS);
		made[i].is_number = law->per_number;
		/* Of several debts a talk may have been about none in particular. */
		bool is_several = (made[i].debts & (made[i].debts - 1)) != 0;
		made[i].is_general = made[i].outcome == 1 && is_several && pick(3) == 0;
		at += write_contact(&made[i], i, out + at, size - at);
	}
}

static void
check_contact(const struct replay *r, const struct law *law, const struct made *made, int i)
{
	const char *verdict = verdict_of(law, made, i);
	char id[16];

	snprintf(id, sizeof id, "k%02d", i);
	const struct replay_row *row = replay_row(r, id, "F");
	const char *word = fv_verdict_word(row->verdict);
	if (verdict == NULL ? row->verdict > FV_VERDICT_PASS : strcmp(word, verdict) != 0)
		fail_msg("not %s: %s", verdict == NULL ? "pass or n/a" : verdict, row->json);
	if (row->verdict != FV_VERDICT_FAIL)
		return;
	int64_t next = next_of(law, made, i);
	if (next == NONE)
		assert_int_equal(row->remedy, FV_REMEDY_LIFTED_BY);
	else if (row->next_utc_ms != next * FV_MS_PER_DAY)
		fail_msg("not next %lld: %s", (long long)next, row->json);
}

static void
the_engine_and_the_oracle_agree(void **state)
{
	static char lines[CONTACTS * 400];
	struct made made[CONTACTS];
	char pack[2048];

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct law law = make_law();
		write_law(&law, pack, sizeof pack);
		make_history(&law, made, lines, sizeof lines);
		struct replay *r = law_judge(pack, lines);
		for (int i = 0; i < CONTACTS; i++)
			check_contact(r, &law, made, i);
		law_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_engine_and_the_oracle_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
