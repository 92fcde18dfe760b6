/* The same answer in any order of the lines, and at the same cost for each. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define HOLD(parameters) PACK(RULE("H", "hold", parameters))

/* Lines of a case with much going on, in the order of a permutation. */
#define LINES 24U

static void
put_line(struct fv_buf *out, uint32_t i)
{
	static const char *const kinds[] = {
	    "inconvenient", "no_home", "dispute", "verified", "plan_signed", "plan_default"};
	uint32_t x = i * 2654435761U;

	if (i % 2 == 0)
		fv_buf_putf(out,
		    "{\"type\":\"contact\",\"id\":\"k%02u\",\"case\":\"c1\",\"channel\":"
		    "\"visit\",\"begin\":\"2026-03-%02uT%02u:00:00Z\",\"by\":\"collector\","
		    "\"place\":\"home\"}\n",
		    i, 1 + i, 8 + x % 12);
	else
		fv_buf_putf(out,
		    "{\"type\":\"event\",\"id\":\"e%02u\",\"case\":\"c1\",\"kind\":\"%s\","
		    "\"at\":\"2026-03-%02uT09:00:00Z\"%s}\n",
		    i, kinds[i / 2 % 6], 1 + i / 3 * 3,
		    i / 2 % 6 == 0 ? ",\"windows\":[{\"from\":\"10:00\",\"to\":\"14:00\"}]"
				   : "");
}

static struct replay *
judge_some(const uint32_t order[LINES], size_t count)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_buf lines = {0};

	assert_non_null(r);
	fv_buf_put_z(&lines, CASE);
	for (size_t i = 0; i < count; i++)
		put_line(&lines, order[i]);
	replay_pack(r,
	    HOLD("\"starts\":[\"inconvenient\",\"no_home\",\"dispute\",\"plan_signed\"],"
		 "\"ends\":[\"verified\",\"plan_default\"]"));
	replay_load(r, fv_buf_z(&lines));
	replay_judge(r);
	fv_buf_clear(&lines);
	return r;
}

static void
the_order_of_the_lines_changes_no_verdict(void **state)
{
	uint32_t order[LINES];
	uint32_t seed = 7;

	(void)state;
	for (uint32_t i = 0; i < LINES; i++)
		order[i] = i;
	struct replay *straight = judge_some(order, LINES);
	assert_int_equal(straight->row_count, LINES / 2);
	for (int round = 0; round < 20; round++) {
		for (uint32_t i = LINES - 1; i > 0; i--) {
			seed = seed * 1664525U + 1013904223U;
			uint32_t k = (seed >> 8) % (i + 1);
			uint32_t kept = order[i];
			order[i] = order[k];
			order[k] = kept;
		}
		struct replay *r = judge_some(order, LINES);
		for (size_t i = 0; i < r->row_count; i++)
			assert_string_equal(r->rows[i].json, straight->rows[i].json);
		replay_clear(r);
		free(r);
	}
	replay_clear(straight);
	free(straight);
}

static void
what_comes_later_changes_no_earlier_verdict(void **state)
{
	uint32_t order[LINES];

	(void)state;
	/* Ascending numbers are ascending times but for events within three days. */
	for (uint32_t i = 0; i < LINES; i++)
		order[i] = i;
	struct replay *all = judge_some(order, LINES);
	for (size_t n = 1; n <= LINES; n++) {
		struct replay *r = judge_some(order, n);
		for (size_t i = 0; i + 2 < r->row_count; i++)
			assert_string_equal(r->rows[i].json, all->rows[i].json);
		replay_clear(r);
		free(r);
	}
	replay_clear(all);
	free(all);
}

static enum fv_err
ignore(const struct fv_finding *f, void *ctx)
{
	(void)f;
	++*(size_t *)ctx;
	return FV_OK;
}

/* Seconds to judge `count` contacts with an event to every fourth. */
static double
time_case(const char *pack, size_t count)
{
	static const struct fv_window windows[] = {{0x12, 900, 1020}, {0x01, 600, 700}};
	static const enum fv_event_kind kinds[] = {FV_EVENT_INCONVENIENT, FV_EVENT_DISPUTE,
	    FV_EVENT_VERIFIED, FV_EVENT_MISSED, FV_EVENT_NOTICE_SENT, FV_EVENT_NO_HOME,
	    FV_EVENT_NOTICE_RETURNED, FV_EVENT_APPOINTMENT};
	struct replay *r = calloc(1, sizeof *r);
	struct fv_history_error error;
	struct timespec a, b;
	size_t rows = 0;
	char id[32];

	assert_non_null(r);
	replay_pack(r, pack);
	replay_load(r, CASE);
	for (size_t i = 0; i < count; i++) {
		int64_t at = INT64_C(1772400000000) + (int64_t)i * INT64_C(9000000);
		snprintf(id, sizeof id, "k%zu", i);
		struct fv_contact k = {.id = id,
		    .case_id = "c1",
		    .channel = FV_CHANNEL_VISIT,
		    .by = FV_BY_COLLECTOR,
		    .begin_utc_ms = at,
		    .place = FV_PLACE_WORK};
		assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
		snprintf(id, sizeof id, "e%zu", i);
		struct fv_event e = {.id = id,
		    .case_id = "c1",
		    .kind = kinds[i / 4 % 8],
		    .at_utc_ms = at - 1,
		    .windows = &windows[i / 32 % 2],
		    .window_count = kinds[i / 4 % 8] == FV_EVENT_INCONVENIENT};
		if (i % 4 == 0)
			assert_int_equal(fv_history_add_event(r->history, &e), FV_OK);
	}
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	assert_int_equal(
	    fv_audit_case(r->audit, fv_history_case(r->history, 0), ignore, &rows), FV_OK);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	replay_clear(r);
	free(r);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static void
a_long_history_costs_no_more_a_contact_than_a_short_one(void **state)
{
	const char *pack = PACK(RULE("H", "hold",
	    "\"starts\":[\"inconvenient\",\"dispute\",\"no_home\"],\"ends\":[\"verified\"],"
	    "\"may_reply\":true,\"consent\":{\"scope\":\"time\"}") "," RULE("W", "hold",
	    "\"starts\":[\"dispute\"],\"ends\":[\"verified\"],\"within\":{"
	    "\"notices\":[\"notice_sent\"],\"voids\":[\"notice_returned\"],"
	    "\"period\":{\"days\":30}}") "," RULE("N", "notice",
	    "\"period\":{\"days\":7}") "," RULE("L", "leave", "") "," RULE("T", "disclosure",
	    "") "," RULE("B", "precondition",
	    "\"events\":[\"missed\"],\"count\":2,\"successive\":true"));
	double least = 1e9;

	(void)state;
	for (int i = 0; i < 5; i++) {
		double t = time_case(pack, 1000);
		least = t < least ? t : least;
	}
	double most = time_case(pack, 40000);
	print_message("t(1,000) %.4f s, t(40,000) %.4f s\n", least, most);
	assert_true(most < least * 40 * 1.3 * 2);
}

/* A generated history of 120 lines over three cases, events among them. */
static size_t
generate(char lines[160][400])
{
	static const char *const outcomes[] = {
	    "conversation", "no_answer", "not_home", "refused"};
	static const char *const kinds[] = {"consent", "consent_withdrawn", "wrong_number"};
	size_t n = 0;
	uint32_t x = 12345;

	for (int c = 0; c < 3; c++)
		snprintf(lines[n++], 400,
		    "{\"type\":\"case\",\"case\":\"c%d\",\"zone\":\"%s\",\"actor\":"
		    "\"third_party\",\"product\":\"online_loan\",\"lat\":23.1,\"lon\":113.2}",
		    c, c == 1 ? "Europe/London" : "Asia/Shanghai");
	for (int i = 0; i < 90; i++) {
		x = x * 1664525U + 1013904223U;
		snprintf(lines[n++], 400,
		    "{\"type\":\"contact\",\"id\":\"k%d\",\"case\":\"c%u\",\"channel\":\"%s\","
		    "\"begin\":\"2026-03-%02uT%02u:%02u:00+08:00\",\"by\":\"%s\",\"number\":"
		    "\"n%u\","
		    "\"outcome\":\"%s\",\"officers\":[\"o%u\",\"o2\"],\"entered\":%s}",
		    i, x >> 8 & 1, (x >> 9 & 3) == 0 ? "visit" : "call", 1 + (x >> 11) % 6,
		    (x >> 14) % 24, (x >> 19) % 60,
		    (x >> 21 & 7) == 0 ? "debtor" : "collector", x >> 24 & 1,
		    outcomes[x >> 25 & 3], 1 + (x >> 27 & 1),
		    (x >> 28 & 1) != 0 ? "true" : "false");
	}
	for (int i = 0; i < 30; i++) {
		x = x * 1664525U + 1013904223U;
		snprintf(lines[n++], 400,
		    "{\"type\":\"event\",\"id\":\"e%u\",\"case\":\"c%u\",\"kind\":\"%s\","
		    "\"at\":"
		    "\"2026-03-%02uT12:00:00+08:00\",\"scope\":[\"time\",\"entry\"],"
		    "\"number\":"
		    "\"n%u\",\"recorded_by\":\"o%u\"}",
		    x >> 8 & 7, x >> 11 & 1, kinds[(x >> 13) % 3], 1 + (x >> 16) % 6,
		    x >> 20 & 1, x >> 21 & 3);
	}
	return n;
}

static void
run_lines(char lines[160][400], size_t n, struct fv_buf *out)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_buf text = {0};

	assert_non_null(r);
	replay_pack(r, "cn-cba-2026");
	replay_pack(r, "cn-gbt45251-2025");
	replay_pack(r, "house");
	for (size_t i = 0; i < n; i++)
		fv_buf_putf(&text, "%s\n", lines[i]);
	replay_load(r, fv_buf_z(&text));
	replay_judge(r);
	for (size_t i = 0; i < r->row_count; i++)
		fv_buf_putf(out, "%s\n", r->rows[i].json);
	fv_buf_clear(&text);
	replay_clear(r);
	free(r);
}

static void
two_hundred_shuffles_give_the_same_bytes(void **state)
{
	static char lines[160][400];
	char swap[400];
	size_t n = generate(lines);
	struct fv_buf first = {0};
	uint32_t x = 99;

	(void)state;
	run_lines(lines, n, &first);
	assert_true(first.len > 10000);
	for (int round = 0; round < 200; round++) {
		struct fv_buf again = {0};
		for (size_t i = n - 1; i > 0; i--) {
			x = x * 1664525U + 1013904223U;
			size_t k = (x >> 8) % (i + 1);
			memcpy(swap, lines[i], sizeof swap);
			memcpy(lines[i], lines[k], sizeof swap);
			memcpy(lines[k], swap, sizeof swap);
		}
		run_lines(lines, n, &again);
		assert_true(fv_span_equal(fv_buf_span(&first), fv_buf_span(&again)));
		fv_buf_clear(&again);
	}
	fv_buf_clear(&first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_order_of_the_lines_changes_no_verdict),
	    cmocka_unit_test(what_comes_later_changes_no_earlier_verdict),
	    cmocka_unit_test(a_long_history_costs_no_more_a_contact_than_a_short_one),
	    cmocka_unit_test(two_hundred_shuffles_give_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
