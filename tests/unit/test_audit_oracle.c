/*
 * A second, slow and obvious implementation of counting contacts and days, against the
 * engine's on generated histories: local dates by glibc, counting by looking at
 * everything again.
 */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CONTACTS_MAX 40U
#define ROUNDS 1500U

static const char *const zones[] = {
    "Asia/Shanghai", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "UTC"};
static const char *const outcomes[] = {
    "conversation", "contact", "no_answer", "left_message", "not_connected", "refused"};
static const char *const pers[] = {"debtor", "debt", "number"};
static const char *const units[] = {"day", "week", "month"};

/* A small generator: the same histories on every machine. */
static uint32_t
draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

/* One contact as the oracle sees it. */
struct made {
	time_t at;
	bool is_by_debtor;
	uint32_t outcome, number, debt;
	int year, month, day; /* local date, as glibc has it */
	int64_t date;         /* days since 1970-01-01 of that local date */
};

struct question {
	const char *zone, *per, *unit;
	uint32_t limit, days, outcome_bits;
	struct made made[CONTACTS_MAX];
	size_t count;
};

/* Days since 1970-01-01 of a date, by counting years and months one by one. */
static int64_t
count_days(int year, int month, int day)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t days = 0;

	for (int y = 1970; y < year; y++)
		days += (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += lengths[m - 1] +
		    (m == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
	return days + day - 1;
}

static int
by_time(const void *a, const void *b)
{
	const struct made *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void
make_question(uint64_t *seed, struct question *q)
{
	struct tm local;

	q->zone = zones[draw(seed, 5)];
	q->per = pers[draw(seed, 3)];
	q->unit = units[draw(seed, 3)];
	q->limit = draw(seed, 5);
	q->days = 1 + draw(seed, 12);
	q->outcome_bits = 1 + draw(seed, 63);
	q->count = 1 + draw(seed, CONTACTS_MAX - 1);
	setenv("TZ", q->zone, 1);
	tzset();
	/* Around a clock change of each of these zones, in October and November. */
	for (size_t i = 0; i < q->count; i++) {
		struct made *m = &q->made[i];
		m->at = (time_t)1790380800 + draw(seed, 50 * 86400);
		m->is_by_debtor = draw(seed, 6) == 0;
		m->outcome = draw(seed, 6);
		m->number = draw(seed, 3);
		m->debt = draw(seed, 2);
		localtime_r(&m->at, &local);
		m->year = local.tm_year + 1900;
		m->month = local.tm_mon + 1;
		m->day = local.tm_mday;
		m->date = count_days(m->year, m->month, m->day);
	}
	qsort(q->made, q->count, sizeof q->made[0], by_time);
	/* Two at one second have no order of their own. */
	for (size_t i = 1; i < q->count; i++)
		if (q->made[i].at <= q->made[i - 1].at)
			q->count = i;
}

static bool
counts(const struct question *q, const struct made *m)
{
	return !m->is_by_debtor && (q->outcome_bits >> m->outcome & 1U) != 0;
}

static bool
is_same_key(const struct question *q, const struct made *a, const struct made *b)
{
	if (strcmp(q->per, "number") == 0)
		return a->number == b->number;
	if (strcmp(q->per, "debt") == 0)
		return a->debt == b->debt;
	return true;
}

static bool
is_same_period(const struct question *q, const struct made *old, const struct made *now)
{
	if (strcmp(q->unit, "month") == 0)
		return old->year == now->year && old->month == now->month;
	if (strcmp(q->unit, "week") == 0) /* 1969-12-29 was a Monday */
		return (old->date + 3) / 7 == (now->date + 3) / 7;
	return now->date - old->date < (int64_t)q->days;
}

/* The word that the law asks for, by looking at every earlier contact again. */
static const char *
oracle(const struct question *q, size_t idx)
{
	const struct made *now = &q->made[idx];
	uint32_t n = 0;

	if (now->is_by_debtor)
		return "n/a";
	for (size_t i = 0; i < idx; i++)
		n += counts(q, &q->made[i]) && is_same_key(q, &q->made[i], now) &&
		    is_same_period(q, &q->made[i], now);
	if (!counts(q, now))
		return n > q->limit ? "n/a" : "pass";
	return n + 1 > q->limit ? "fail" : "pass";
}

static void
put_pack(const struct question *q, char *out, size_t size)
{
	char words[160] = "", days[32] = "";

	for (uint32_t i = 0; i < 6; i++)
		if ((q->outcome_bits >> i & 1U) != 0)
			snprintf(words + strlen(words), sizeof words - strlen(words),
			    "%s\"%s\"", words[0] == '\0' ? "" : ",", outcomes[i]);
	if (strcmp(q->unit, "day") == 0)
		snprintf(days, sizeof days, ",\"days\":%u", q->days);
	snprintf(out, size,
	    "{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","
	    "\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"rules\":[{\"id\":"
	    "\"F\","
	    "\"kind\":\"frequency\",\"channels\":[\"call\"],\"phase\":\"before\","
	    "\"on_breach\":\"fail\",\"strength\":\"statute\",\"confidence\":\"P\","
	    "\"citation\":\"law "
	    "1\",\"window_days\":40,\"parameters\":{\"limit\":%u,\"per\":\"%s\","
	    "\"unit\":\"%s\"%s,\"outcomes\":[%s]},\"text\":{\"en\":\"e\",\"zh\":\"z\"}}]}",
	    q->limit, q->per, q->unit, days, words);
}

static void
put_lines(const struct question *q, uint64_t *seed, struct fv_buf *out)
{
	size_t order[CONTACTS_MAX];
	struct tm utc;
	char when[32];

	fv_buf_putf(out,
	    "{\"type\":\"case\",\"case\":\"c\",\"zone\":\"%s\",\"actor\":\"third_party\","
	    "\"debts\":[\"d0\",\"d1\"]}\n",
	    q->zone);
	for (size_t i = 0; i < q->count; i++)
		order[i] = i;
	for (size_t i = q->count; i > 1; i--) { /* any order of lines */
		size_t k = draw(seed, (uint32_t)i), was = order[i - 1];
		order[i - 1] = order[k];
		order[k] = was;
	}
	for (size_t i = 0; i < q->count; i++) {
		const struct made *m = &q->made[order[i]];
		gmtime_r(&m->at, &utc);
		strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
		fv_buf_putf(out,
		    "{\"type\":\"contact\",\"id\":\"k%zu\",\"case\":\"c\",\"channel\":"
		    "\"call\","
		    "\"begin\":\"%s\",\"by\":\"%s\",\"outcome\":\"%s\",\"number\":\"n%u\","
		    "\"debts\":[\"d%u\"]}\n",
		    order[i], when, m->is_by_debtor ? "debtor" : "collector",
		    outcomes[m->outcome], m->number, m->debt);
	}
}

static void
counting_agrees_with_looking_at_everything_again(void **state)
{
	char pack[2048], id[32];
	uint64_t seed = 20261122;
	size_t verdicts = 0, fails = 0;

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct replay *r = calloc(1, sizeof *r);
		struct fv_buf lines = {0};
		struct question q;

		assert_non_null(r);
		make_question(&seed, &q);
		put_pack(&q, pack, sizeof pack);
		put_lines(&q, &seed, &lines);
		replay_pack(r, pack);
		replay_load(r, fv_buf_z(&lines));
		replay_judge(r);
		for (size_t i = 0; i < q.count; i++) {
			snprintf(id, sizeof id, "k%zu", i);
			const char *want = oracle(&q, i);
			const char *got = replay_verdict(r, id, "F");
			if (strcmp(want, got) != 0)
				fail_msg(
				    "round %zu, %s: the oracle says %s, the engine %s\n%s\n%s",
				    round, id, want, got, pack, fv_buf_z(&lines));
			verdicts++;
			fails += strcmp(want, "fail") == 0;
		}
		fv_buf_clear(&lines);
		replay_clear(r);
		free(r);
	}
	/* Histories that never break anything would prove nothing. */
	assert_in_range(fails, verdicts / 20, verdicts / 2);
}

/* The end of a period by walking day by day over an almanac of its own. */
static int64_t
walk(const struct fv_period *p, const int64_t *off, size_t off_count, int64_t event)
{
	int64_t day = event;
	uint32_t counted = 0;

	for (bool is_first = true;; is_first = false, day += 1) {
		bool is_off = false;
		int64_t weekday = (day + 3 + 7 * 10000) % 7;
		for (size_t i = 0; i < off_count; i++)
			is_off = is_off || off[i] == day;
		is_off = is_off || (p->skipped >> weekday & 1U) != 0;
		if (is_first && !p->is_day_one)
			continue;
		if ((!is_off || p->rolls) && counted < p->days)
			counted++;
		else if (!p->rolls || counted < p->days)
			continue;
		if (counted == p->days && (!p->rolls || !is_off))
			return p->is_clear ? day + 1 : day;
	}
}

static void
periods_agree_with_walking_day_by_day(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (size_t round = 0; round < 20000; round++) {
		int64_t off[12], event = 20000 + draw(&seed, 400);
		size_t count = draw(&seed, 12);
		struct fv_period p = {.days = 1 + draw(&seed, 40),
		    .is_day_one = draw(&seed, 2) == 0,
		    .calendar = "x"};
		struct fv_calendar calendar = {.id = "x",
		    .from_days = 0,
		    .until_days = 40000,
		    .days = off,
		    .day_count = count};
		bool is_known;

		p.is_clear = draw(&seed, 3) == 0;
		p.rolls = !p.is_clear && draw(&seed, 3) == 0;
		p.skipped = draw(&seed, 4) * 32U; /* saturday, sunday or both */
		for (size_t i = 0; i < count; i++)
			off[i] = (i == 0 ? event : off[i - 1]) + 1 + draw(&seed, 6);
		int64_t got = fv_period_end(&p, &calendar, event, &is_known);
		assert_true(is_known);
		if (got != walk(&p, off, count, event))
			fail_msg("round %zu: %u days from %lld: %lld, walked %lld", round,
			    p.days, (long long)event, (long long)got,
			    (long long)walk(&p, off, count, event));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counting_agrees_with_looking_at_everything_again),
	    cmocka_unit_test(periods_agree_with_walking_day_by_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
