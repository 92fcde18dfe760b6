/*
 * The same answer at the door and at the desk: a history is sent down in its least form,
 * and `check` over what arrives must say what it says over the whole.
 * HISTORIES=N asks as many; 100,000 are asked when nothing is said.
 */
#include "fv/itemcase.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/zonefile.h"
#include "tests/support/replay.h"

#define PACKS_MAX 64U
#define PACKS_ASKED 4U
#define START INT64_C(1788739200000) /* 2026-09-07T00:00:00Z, a Monday */
#define MINUTE_MS INT64_C(60000)
#define SPAN_MINUTES (40U * 1440U)

struct world {
	struct fv_rulepack *packs[PACKS_MAX];
	size_t pack_count;
	struct replay zones; /* only for its zones */
};

static const char *const zones[] = {"Asia/Shanghai", "America/New_York", "Europe/Dublin",
    "Australia/Sydney", "Asia/Kolkata", "America/Santiago"};
static const char *const debts[] = {"d1", "d2", "d3"};
static const char *const numbers[] = {"n1", "n2"};
static const char *const officers[] = {"o1", "o2", "o3"};

static uint32_t
draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

/* A code of the set, or 0: not said. */
static uint32_t
draw_code(uint64_t *seed, enum fv_code_set set)
{
	return draw(seed, fv_code_count(set) + 1);
}

static int64_t
draw_time(uint64_t *seed)
{
	return START + (int64_t)draw(seed, SPAN_MINUTES) * MINUTE_MS;
}

static void
read_pack(struct world *w, const char *path)
{
	struct fv_rulepack_error error;
	struct fv_buf text = {0};
	char chunk[4096];
	FILE *f = fopen(path, "rbe");
	size_t n;

	assert_non_null(f);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		fv_buf_put(&text, chunk, n);
	fclose(f);
	assert_int_equal(
	    fv_rulepack_parse(fv_buf_span(&text), &w->packs[w->pack_count], &error), FV_OK);
	w->pack_count++;
	fv_buf_clear(&text);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	glob_t found;

	assert_non_null(w);
	assert_int_equal(glob("sync-server/rules/*.json", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc && w->pack_count < PACKS_MAX; i++)
		if (strstr(found.gl_pathv[i], "schema") == NULL)
			read_pack(w, found.gl_pathv[i]);
	globfree(&found);
	assert_true(w->pack_count > 2);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < w->pack_count; i++)
		fv_rulepack_free(w->packs[i]);
	for (size_t i = 0; i < w->zones.zone_count; i++)
		fv_zone_free(w->zones.zones[i]);
	free(w);
	return 0;
}

static struct fv_strs
draw_set(uint64_t *seed, const char *const *of, uint32_t count)
{
	uint32_t from = draw(seed, count);

	return (struct fv_strs){of + from, draw(seed, count - from + 1)};
}

static void
add_contact(uint64_t *seed, struct fv_history *h, uint32_t idx)
{
	char id[16];
	struct fv_contact k = {.id = id, .case_id = "c", .begin_utc_ms = draw_time(seed)};

	snprintf(id, sizeof id, "k%u", idx);
	k.channel = (enum fv_channel)(1 + draw(seed, 6));
	k.by = draw(seed, 6) == 0 ? FV_BY_DEBTOR : FV_BY_COLLECTOR;
	k.has_end = draw(seed, 3) != 0;
	k.end_utc_ms = k.begin_utc_ms + (k.has_end ? (int64_t)draw(seed, 90) * MINUTE_MS : 0);
	k.outcome = (enum fv_outcome)draw_code(seed, FV_CODES_OUTCOME);
	k.with = (enum fv_with)draw_code(seed, FV_CODES_WITH);
	k.place = (enum fv_place_code)draw_code(seed, FV_CODES_PLACE);
	k.purpose = (enum fv_purpose)draw_code(seed, FV_CODES_PURPOSE);
	k.source = (enum fv_source)draw_code(seed, FV_CODES_SOURCE);
	k.entered = (enum fv_tri)draw(seed, 3);
	k.identified = (enum fv_tri)draw(seed, 3);
	k.camera = (enum fv_tri)draw(seed, 3);
	k.recorded = (enum fv_recorded)draw_code(seed, FV_CODES_RECORDED);
	if (draw(seed, 4) == 0)
		k.meant_for = (enum fv_with)draw_code(seed, FV_CODES_WITH);
	k.has_officers = draw(seed, 4) != 0;
	if (k.has_officers)
		k.officers = draw_set(seed, officers, 3);
	k.has_debts = draw(seed, 3) != 0;
	if (k.has_debts)
		k.debts = draw_set(seed, debts, 3);
	k.has_discussed = draw(seed, 4) == 0;
	if (k.has_discussed)
		k.discussed = draw_set(seed, debts, 3);
	k.is_wrong_case = k.channel == FV_CHANNEL_VISIT && draw(seed, 8) == 0;
	k.number = draw(seed, 3) != 0 ? numbers[draw(seed, 2)] : NULL;
	assert_int_equal(fv_history_add_contact(h, &k), FV_OK);
}

static void
add_event(uint64_t *seed, struct fv_history *h, uint32_t idx, uint32_t contacts)
{
	static const char *const writers[] = {"officer", "desk", "o1", "bank"};
	char id[16], contact[16];
	struct fv_window windows[2] = {{0x1f, 900, 1020}, {0x60, 0, 1440}};
	struct fv_event e = {.id = id, .case_id = "c", .at_utc_ms = draw_time(seed)};

	snprintf(id, sizeof id, "e%u", idx);
	snprintf(contact, sizeof contact, "k%u", draw(seed, contacts));
	e.kind = (enum fv_event_kind)(1 + draw(seed, FV_EVENT_KIND_MAX));
	e.form = (enum fv_form)draw_code(seed, FV_CODES_FORM);
	e.to = (enum fv_to)draw_code(seed, FV_CODES_TO);
	e.by = (enum fv_by)draw_code(seed, FV_CODES_BY);
	e.scopes = draw(seed, 3) == 0 ? 0 : 1U << draw(seed, 7);
	e.channels = draw(seed, 3) == 0 ? 1U << draw(seed, 6) : 0;
	e.has_until = draw(seed, 3) == 0;
	e.until_utc_ms = e.at_utc_ms + (int64_t)draw(seed, 20000) * MINUTE_MS;
	e.has_from = draw(seed, 6) == 0;
	e.from_utc_ms = e.at_utc_ms + (int64_t)draw(seed, 3000) * MINUTE_MS;
	if (draw(seed, 4) == 0) {
		e.windows = windows;
		e.window_count = 1 + draw(seed, 2);
	}
	e.recorded_by = draw(seed, 2) == 0 ? writers[draw(seed, 4)] : NULL;
	e.number = draw(seed, 4) == 0 ? numbers[draw(seed, 2)] : NULL;
	e.contact = draw(seed, 4) == 0 ? contact : NULL;
	if (draw(seed, 4) == 0)
		e.debts = (struct fv_strs){debts + draw(seed, 3), 1};
	assert_int_equal(fv_history_add_event(h, &e), FV_OK);
}

static struct fv_history *
new_history(const struct fv_case *c)
{
	struct fv_history *h;

	assert_int_equal(fv_history_new(&h), FV_OK);
	assert_int_equal(fv_history_add_case(h, c), FV_OK);
	return h;
}

static void
draw_case(uint64_t *seed, struct fv_case *c)
{
	*c = (struct fv_case){.id = "c",
	    .zones = {zones + draw(seed, 5), draw(seed, 6) == 0 ? 2 : 1},
	    .actor = (enum fv_actor)(1 + draw(seed, 3)),
	    .product = (enum fv_product)draw_code(seed, FV_CODES_PRODUCT),
	    .debts = {debts, 3},
	    .has_place = draw(seed, 4) != 0,
	    .lat_e7 = 231291000,
	    .lon_e7 = 1132644000,
	    .has_as_of = draw(seed, 2) == 0,
	    .as_of_utc_ms = START};
}

static void
draw_plan(uint64_t *seed, struct fv_check_plan *plan)
{
	*plan = (struct fv_check_plan){.officers = {officers, 1 + draw(seed, 2)},
	    .place = (enum fv_place_code)draw_code(seed, FV_CODES_PLACE),
	    .purpose = (enum fv_purpose)draw_code(seed, FV_CODES_PURPOSE),
	    .now_utc_ms = START + (int64_t)SPAN_MINUTES * MINUTE_MS / 2 +
		(int64_t)draw(seed, SPAN_MINUTES / 2) * MINUTE_MS,
	    .length_ms = (int64_t)draw(seed, 3) * 20 * MINUTE_MS,
	    .has_sync = true};
	plan->sync_utc_ms = plan->now_utc_ms - (int64_t)draw(seed, 30) * 3600000;
}

/* What goes down, taken in again as the handheld takes it. */
static struct fv_history *
send_down(
    const struct fv_case *c, const struct fv_case_history *of, const struct fv_strs *visitors)
{
	struct fv_history *h = new_history(c);
	struct fv_history_error error;
	struct fv_buf body = {0};

	fv_itemcase_put(&body, of, 0, &c->debts, visitors);
	assert_int_equal(fv_buf_status(&body), FV_OK);
	assert_int_equal(fv_itemcase_take(fv_buf_span(&body), "c", &c->debts, h), FV_OK);
	assert_int_equal(fv_history_finish(h, &error), FV_OK);
	fv_buf_clear(&body);
	return h;
}

static void
expect_same(const struct fv_check *desk, const struct fv_check *door, size_t round)
{
	assert_int_equal(desk->finding_count, door->finding_count);
	for (size_t i = 0; i < desk->finding_count; i++) {
		const struct fv_finding *a = &desk->findings[i];
		const struct fv_finding *b = &door->findings[i];
		if (a->rule != b->rule || a->verdict != b->verdict || a->reason != b->reason ||
		    a->remedy != b->remedy || a->next_utc_ms != b->next_utc_ms) {
			struct fv_buf text = {0};
			fv_audit_put_json(&text, a);
			fv_buf_put_z(&text, "\nat the door\n");
			fv_audit_put_json(&text, b);
			fail_msg("history %zu: at the desk\n%s", round, fv_buf_z(&text));
		}
	}
	assert_int_equal(desk->answer, door->answer);
	assert_int_equal(desk->has_next, door->has_next);
	assert_int_equal(desk->next_utc_ms, door->next_utc_ms);
	assert_int_equal(desk->duty_count, door->duty_count);
}

static void
compare(struct world *w, uint64_t *seed, size_t round, size_t answers[4])
{
	const struct fv_rulepack *packs[PACKS_ASKED];
	struct fv_audit_opts opts = {
	    .packs = packs, .zone = replay_zone, .ctx = &w->zones, .today_utc_ms = INT64_MAX};
	struct fv_history_error error;
	struct fv_check desk, door;
	struct fv_check_plan plan;
	struct fv_audit *audit;
	struct fv_case c;

	draw_case(seed, &c);
	struct fv_history *whole = new_history(&c);
	uint32_t contacts = 1 + draw(seed, 20);
	for (uint32_t i = 0; i < contacts; i++)
		add_contact(seed, whole, i);
	for (uint32_t i = draw(seed, 8); i > 0; i--)
		add_event(seed, whole, i, contacts);
	assert_int_equal(fv_history_finish(whole, &error), FV_OK);
	const struct fv_case_history *of = fv_history_find(whole, "c");
	draw_plan(seed, &plan);
	struct fv_history *sent = send_down(&c, of, &plan.officers);
	/* Packs side by side, no one twice. */
	size_t first = draw(seed, (uint32_t)w->pack_count);
	for (size_t i = 0; i < PACKS_ASKED && i < w->pack_count; i++)
		packs[opts.pack_count++] = w->packs[(first + i) % w->pack_count];
	assert_int_equal(fv_audit_new(&opts, &audit), FV_OK);
	assert_int_equal(fv_audit_check(audit, of, &plan, &desk), FV_OK);
	/* Findings borrow from the history, the door's audit from its own. */
	struct fv_audit *other;
	assert_int_equal(fv_audit_new(&opts, &other), FV_OK);
	assert_int_equal(
	    fv_audit_check(other, fv_history_find(sent, "c"), &plan, &door), FV_OK);
	expect_same(&desk, &door, round);
	answers[desk.answer]++;
	fv_check_clear(&desk);
	fv_check_clear(&door);
	fv_audit_free(audit);
	fv_audit_free(other);
	fv_history_free(whole);
	fv_history_free(sent);
}

static void
door_and_desk_agree_on_generated_histories(void **state)
{
	const char *wanted = getenv("HISTORIES");
	size_t rounds = wanted == NULL ? 100000 : (size_t)strtoul(wanted, NULL, 10);
	size_t answers[4] = {0};
	uint64_t seed = 20261122;

	for (size_t i = 0; i < rounds; i++)
		compare(*state, &seed, i, answers);
	print_message("%zu histories: %zu none forbids, %zu not now, %zu ask; differences 0\n",
	    rounds, answers[0], answers[1], answers[3]);
	/* All three answers must have come up, or the comparison is empty. */
	assert_true(answers[0] > 0 && answers[1] > 0 && answers[3] > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		door_and_desk_agree_on_generated_histories, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
