/* Every allocation of the engine fails once: no crash, no leak, FV_ENOMEM. */
#include "tests/support/oom.h"
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define LINES                                                                                 \
	{                                                                                     \
		"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"UTC\",\"actor\":\"third_"      \
		"party\"}",                                                                   \
		    "{\"type\":\"contact\",\"id\":\"a\",\"case\":\"c1\",\"channel\":"         \
		    "\"call\","                                                               \
		    "\"begin\":\"2026-03-01T23:00:00Z\",\"by\":\"collector\",\"number\":"     \
		    "\"n1\","                                                                 \
		    "\"outcome\":\"no_answer\",\"officers\":[\"o1\"]}",                       \
		    "{\"type\":\"contact\",\"id\":\"b\",\"case\":\"c1\",\"channel\":"         \
		    "\"visit\","                                                              \
		    "\"begin\":\"2026-03-02T23:00:00Z\",\"by\":\"collector\",\"debts\":["     \
		    "\"d1\"]}",                                                               \
		    "{\"type\":\"event\",\"id\":\"e\",\"case\":\"c1\",\"kind\":\"consent\","  \
		    "\"at\":\"2026-03-01T10:00:00Z\",\"contact\":\"a\",\"recorded_by\":"      \
		    "\"o1\","                                                                 \
		    "\"scope\":[\"time\"],\"windows\":[{\"days\":[\"mon\"]}]}",               \
		    "{\"type\":\"event\",\"id\":\"f\",\"case\":\"c1\",\"kind\":\"wrong_"      \
		    "number\","                                                               \
		    "\"at\":\"2026-03-01T10:00:00Z\",\"number\":\"n1\"}",                     \
		    EVENT("dispute", "2026-02-20T10:00:00Z", ",\"debts\":[\"d1\",\"d2\"]"),   \
		    EVENT("verified", "2026-02-21T10:00:00Z", ",\"debts\":[\"d2\"]"),         \
		    EVENT("notice_sent", "2026-02-10T10:00:00Z", ""),                         \
		    EVENT("missed", "2026-02-11T10:00:00Z", ",\"by\":\"debtor\""),            \
		    EVENT("leave_requested", "2026-03-02T23:00:00Z", ",\"contact\":\"b\"")    \
	}

/* Rules that keep a memory of the case. */
#define MEMORY                                                                                \
	PACK(RULE("H", "hold",                                                                \
	    "\"starts\":[\"dispute\"],\"ends\":[\"verified\"],\"within\":{"                   \
	    "\"notices\":[\"notice_sent\"],\"period\":{\"days\":30}}") "," RULE("N",          \
	    "notice", "\"period\":{\"days\":7}") "," RULE("B", "precondition",                \
	    "\"events\":[\"missed\"],\"attempts\":[\"call\"],\"count\":3") "," RULE("L",      \
	    "leave", "\"minutes\":5"))

struct world {
	struct replay r; /* its packs and zones are made before memory runs short */
	struct fv_buf pack;
};

static enum fv_err
count(const struct fv_finding *f, void *ctx)
{
	struct fv_buf json = {0};

	fv_audit_put_json(&json, f);
	enum fv_err rc = fv_buf_status(&json);
	fv_buf_clear(&json);
	(*(size_t *)ctx)++;
	return rc;
}

static size_t
rules_on(const struct world *w)
{
	size_t n = 0;

	for (size_t p = 0; p < w->r.pack_count; p++)
		for (size_t i = 0; i < w->r.packs[p]->rule_count; i++)
			n += w->r.packs[p]->rules[i].is_enabled;
	return n;
}

static enum fv_err
judge_a_history(void *ctx)
{
	static const char *const lines[] = LINES;
	struct world *w = ctx;
	struct fv_history_error error;
	struct fv_history *h = NULL;
	struct fv_audit *audit = NULL;
	struct fv_check check = {0};
	struct fv_check_plan plan = {.now_utc_ms = INT64_C(1772496000000)};
	struct fv_audit_opts opts = {.packs = (const struct fv_rulepack *const *)w->r.packs,
	    .pack_count = w->r.pack_count,
	    .zone = replay_zone,
	    .ctx = &w->r};
	size_t rows = 0;
	enum fv_err rc;

	if ((rc = fv_history_new(&h)) != FV_OK)
		goto cleanup;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if ((rc = fv_history_add_line(h, fv_span_z(lines[i]), 1, &error)) != FV_OK)
			goto cleanup;
	if ((rc = fv_history_finish(h, &error)) != FV_OK ||
	    (rc = fv_audit_new(&opts, &audit)) != FV_OK ||
	    (rc = fv_audit_case(audit, fv_history_case(h, 0), count, &rows)) != FV_OK)
		goto cleanup;
	assert_int_equal(rows, 2 * rules_on(w));
	rc = fv_audit_check(audit, fv_history_case(h, 0), &plan, &check);
cleanup:
	fv_check_clear(&check);
	fv_audit_free(audit);
	fv_history_free(h);
	return rc;
}

static enum fv_err
read_a_pack(void *ctx)
{
	struct world *w = ctx;
	struct fv_rulepack_error error;
	struct fv_rulepack *pack;
	enum fv_err rc = fv_rulepack_parse(fv_buf_span(&w->pack), &pack, &error);

	fv_rulepack_free(pack);
	return rc;
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	char text[16384];
	FILE *f = fopen("sync-server/rules/cn-cba-2026.json", "re");

	assert_non_null(w);
	assert_non_null(f);
	fv_buf_put(&w->pack, text, fread(text, 1, sizeof text, f));
	fclose(f);
	replay_pack(&w->r, "cn-cba-2026");
	replay_pack(&w->r, "house");
	replay_pack(&w->r, MEMORY);
	assert_non_null(replay_zone("UTC", &w->r));
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	fv_buf_clear(&w->pack);
	replay_clear(&w->r);
	free(w);
	return 0;
}

static void
judging_survives_every_failure(void **state)
{
	assert_true(oom_sweep(judge_a_history, *state) >= 20);
}

static void
reading_a_pack_survives_every_failure(void **state)
{
	assert_true(oom_sweep(read_a_pack, *state) >= 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judging_survives_every_failure),
	    cmocka_unit_test(reading_a_pack_survives_every_failure),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
