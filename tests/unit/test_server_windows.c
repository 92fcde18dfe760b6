#include "sync-server/desk/trail_history.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sync-server/store/findings.h"

#define HOUR INT64_C(3600000)
#define MINUTE INT64_C(60000)
#define NINE INT64_C(1772413200000) /* 2026-03-02T09:00:00+08:00 */

struct place {
	char dir[64];
	struct fv_store *store;
};

static int
set_up(void **state)
{
	const struct fv_store_case row = {.item = {.id = fv_span_z("c1"),
					      .agency = fv_span_z("north"),
					      .zones = fv_span_z("Asia/Shanghai"),
					      .actor = FV_ACTOR_THIRD_PARTY,
					      .product = FV_PRODUCT_CONSUMER_LOAN,
					      .debts = fv_span_z("d0;d1"),
					      .packs = fv_span_z(""),
					      .assigned = fv_span_z("")}};
	struct place *p = calloc(1, sizeof *p);
	char path[96];

	assert_non_null(p);
	(void)snprintf(p->dir, sizeof p->dir, "/tmp/fv-windows-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(path, sizeof path, "%s/db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[96];

	fv_store_rollback(p->store);
	fv_store_close(p->store);
	(void)snprintf(command, sizeof command, "rm -rf %s", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static void
import_contact(struct fv_store *store, unsigned n, uint32_t x)
{
	static const char *const channels[] = {"call", "call", "visit", "sms"},
				 *const outcomes[] = {
				     "no_answer", "conversation", "left_message"};
	const int64_t at = NINE + (int64_t)n * 9 * HOUR + (int64_t)(x >> 20 & 63) * MINUTE;
	char when[FV_INSTANT_TEXT_BYTES], id[16], line[512];
	struct fv_store_import row = {
	    .case_id = fv_span_z("c1"), .source = fv_span_z("dialler")};

	(void)snprintf(id, sizeof id, "h%u", n);
	(void)snprintf(line, sizeof line,
	    "{\"type\":\"contact\",\"id\":\"%s\",\"case\":\"c1\",\"channel\":\"%s\","
	    "\"begin\":\"%s\",\"by\":\"%s\",\"outcome\":\"%s\",\"with\":\"debtor\","
	    "\"place\":\"home\",\"number\":\"n%u\",\"debts\":[\"d%u\"]}",
	    id, channels[x & 3], fv_instant_format(at, 0, true, when),
	    (x >> 2 & 7) == 0 ? "debtor" : "collector", outcomes[(x >> 6) % 3], x >> 9 & 1,
	    x >> 11 & 1);
	row.id = fv_span_z(id);
	row.at_ms = at;
	row.line = fv_span_z(line);
	assert_int_equal(fv_store_import_put(store, &row), FV_OK);
}

/* Every pack that ships judges by itself what it can: those that are laid over others are
 * left out. */
static void
take_packs(struct judge *judge)
{
	static uint8_t text[FV_RULEPACK_MAX_BYTES];
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	glob_t files;

	assert_int_equal(glob("sync-server/rules/*.json", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *f = fopen(files.gl_pathv[i], "re");
		size_t len;

		assert_non_null(f);
		len = fread(text, 1, sizeof text, f);
		assert_int_equal(fclose(f), 0);
		if (fv_rulepack_parse(fv_span_of(text, len), &pack, &why) == FV_OK &&
		    judge_take_pack(judge, pack, true) != FV_OK)
			fv_rulepack_free(pack);
	}
	globfree(&files);
}

/* All facts known, so that nothing may or may not count. */
static void
what_a_window_lists_is_as_many_as_its_rule_counted(void **state)
{
	const struct judge_opts opts = {
	    .today_utc_ms = NINE + 2000 * HOUR, .has_texts = true, .has_own_packs = true};
	struct trail_history th = {.windows = json_array()};
	struct fv_store *store = ((struct place *)*state)->store;
	struct fv_store_case row;
	struct judge *judge;
	json_t *window;
	size_t at, kinds[3] = {0};
	uint32_t x = 1;

	for (unsigned n = 0; n < 120; n++) {
		x = x * 1664525U + 1013904223U;
		import_contact(store, n, x >> 3);
	}
	assert_int_equal(judge_open(&judge, store, &opts), FV_OK);
	take_packs(judge);
	assert_int_equal(fv_store_case_get(store, fv_span_z("c1"), &row), FV_OK);
	assert_int_equal(judge_case(judge, &row, &th.judgement), FV_OK);
	th.history = fv_history_find(th.judgement.history, "c1");
	assert_non_null(th.history);
	for (size_t i = 0; i < th.judgement.finding_count; i++)
		trail_put_windows(&th, &th.judgement.findings[i]);
	json_array_foreach(th.windows, at, window)
	{
		const char *kind = json_string_value(json_object_get(window, "kind"));

		kinds[kind[1] == 'p' ? 1 : kind[2] == 'o' ? 2 : 0]++;
		assert_true(json_is_true(json_object_get(window, "is_exact")));
	}
	assert_true(kinds[0] > 500 && kinds[1] > 0 && kinds[2] > 0);
	json_decref(th.windows);
	judgement_clear(&th.judgement);
	judge_close(judge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		what_a_window_lists_is_as_many_as_its_rule_counted, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
