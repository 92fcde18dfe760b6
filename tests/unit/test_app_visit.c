/* Corrections, the checklist and the watch over an open visit, on the handheld. */
#include "firmware-app/agent.h"
#include "firmware-app/casebook.h"
#include "firmware-app/doorlist.h"
#include "firmware-app/visit.h"
#include "tests/unit/app_fixture.h"

#define MIN_MS INT64_C(60000)
#define CASE "c1"
#define LAT 312304000
#define LON 1214737000

/* A record whose key 1 is this seq; `more` are its other keys. */
static uint64_t
record_of(struct handheld *h, uint32_t type, uint64_t of, const char *more)
{
	char text[160];

	snprintf(text, sizeof text, "{1:%llu%s}", (unsigned long long)of, more);
	return fixture_record(h, type, text);
}

/* A case; radius_m 0: it has none of its own. */
static void
keep_case(struct handheld *h, uint32_t radius_m)
{
	struct fv_item_case item = {.actor = 2,
	    .product = 1,
	    .has_place = true,
	    .lat_e7 = LAT,
	    .lon_e7 = LON,
	    .has_radius = radius_m > 0,
	    .radius_m = radius_m};
	struct fv_item_row row = {.kind = FV_ITEM_CASE, .key = fv_span_z(CASE), .version = 1};
	struct fv_buf body = {0};

	item.id = fv_span_z(CASE);
	item.zones = fv_span_z("Asia/Shanghai");
	fv_item_case_put(&body, &item);
	row.body = fv_buf_span(&body);
	assert_int_equal(fv_store_put_item(h->app.store, &row), FV_OK);
	fv_buf_clear(&body);
}

/* Run a verb; `want` is in what it answers as JSON. */
static void
run(struct handheld *h, const char *verb, const char *const *words, const char *want)
{
	struct fv_call call = {.verb = fv_verb_find(verb), .want_json = true};
	struct fv_reply reply;

	while (words[call.word_count] != NULL) {
		call.words[call.word_count] = words[call.word_count];
		call.word_count++;
	}
	fv_reply_init(&reply, true);
	assert_true(fv_call_parse(&call, &reply));
	(void)call.verb->run(&h->app, &call, &reply);
	if (strstr(fv_buf_z(&reply.out), want) == NULL)
		fail_msg("%s: %s", want, fv_buf_z(&reply.out));
	fv_call_clear(&call);
	fv_reply_clear(&reply);
}
#define RUN(h, verb, want, ...) run(h, verb, (const char *const[]){__VA_ARGS__, NULL}, want)

/* --- corrections --- */

static void
a_wrong_case_is_said_within_ten_minutes_of_the_end_and_no_later(void **state)
{
	struct handheld *h = *state;
	uint64_t v = fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}");

	h->clock_ms += 100 * MIN_MS;
	(void)record_of(h, FV_REC_VISIT_END, v, ",2:null,4:1");
	h->clock_ms += 9 * MIN_MS;
	RUN(h, "amend", "\"reason\":\"wrong-case\"", "last", "--reason", "wrong-case");
	h->clock_ms += 2 * MIN_MS;
	RUN(h, "amend", "10 minutes", "last", "--reason", "wrong-case");
}

static void
a_visit_is_named_by_its_id_its_number_or_as_the_last(void **state)
{
	struct handheld *h = *state;
	uint64_t v = fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}");
	char id[FV_VISIT_ID_BYTES], number[24], other[FV_VISIT_ID_BYTES];
	const char *names[] = {id, number, "last"};
	const char *const wrong[] = {other, "0", "99", "-1", "v-", "", "v-1"};
	struct fv_visit visit;
	struct fv_reply reply;

	fv_app_visit_id(&h->app, v, id);
	fv_app_visit_id(&h->app, v, other);
	other[3] = other[3] == '0' ? '1' : '0';
	snprintf(number, sizeof number, "%llu", (unsigned long long)v);
	fv_reply_init(&reply, true);
	for (size_t i = 0; i < 3; i++) {
		assert_true(fv_visit_find(&h->app, names[i], &visit, &reply));
		assert_int_equal(visit.seq, v);
		assert_false(visit.has_end);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(fv_visit_find(&h->app, wrong[i], &visit, &reply));
		assert_non_null(strstr(fv_buf_z(&reply.out), "no-visit"));
	}
	fv_reply_clear(&reply);
}

static void
a_visit_has_its_own_end_and_outcome_and_none_of_the_next(void **state)
{
	struct handheld *h = *state;
	uint64_t v = fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}"), o,
		 w;
	struct fv_visit visit;
	struct fv_reply reply;
	char name[24];

	(void)record_of(h, FV_REC_OUTCOME, v, ",4:1");
	o = record_of(h, FV_REC_OUTCOME, v, ",4:6");
	(void)record_of(h, FV_REC_VISIT_END, v, ",2:null,4:1");
	w = fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c2\",2:null,4:[\"o1\"]}");
	(void)record_of(h, FV_REC_OUTCOME, w, ",4:7");
	snprintf(name, sizeof name, "%llu", (unsigned long long)v);
	fv_reply_init(&reply, true);
	assert_true(fv_visit_find(&h->app, name, &visit, &reply));
	assert_string_equal(visit.case_id, "c1");
	assert_int_equal(visit.outcome_seq, o);
	assert_int_equal(visit.end_seq, o + 1);
	fv_reply_clear(&reply);
}

static void
a_forgotten_end_is_claimed_where_the_receiver_last_saw_him(void **state)
{
	struct handheld *h = *state;
	struct fv_presence *p = &h->app.presence;
	struct fv_record_row row;
	struct fv_buf keep = {0};
	struct fv_cbor_reader value;
	int64_t claimed;
	uint64_t v = fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}"),
		 seq;

	h->clock_ms += 20 * MIN_MS;
	*p = (struct fv_presence){.visit_seq = v,
	    .has_inside = true,
	    .inside_rtc_ms = fixture_rtc_ms(h),
	    .inside_boottime_ms = h->clock_ms};
	RUN(h, "amend", "still sees you there", "last", "--reason", "forgot-end");
	h->clock_ms += 60 * MIN_MS;
	p->is_departed = true;
	RUN(h, "amend", "\"claimed\":\"2026", "last", "--reason", "forgot-end");
	assert_int_equal(
	    fv_store_last_of_type(h->app.store, FV_REC_AMEND, UINT64_MAX, &seq), FV_OK);
	assert_int_equal(fv_store_get_record(h->app.store, seq, &keep, &row), FV_OK);
	assert_int_equal(fv_cbor_map_find(row.payload, 3, &value), FV_OK);
	assert_int_equal(fv_cbor_get_int(&value, &claimed), FV_OK);
	assert_int_equal(claimed, p->inside_rtc_ms);
	fv_buf_clear(&keep);
	/* And the visit is ended by it. */
	RUN(h, "checklist", "no-visit", "confirm", "yes");
}

static void
a_visit_moved_here_by_a_correction_is_in_this_cases_book(void **state)
{
	struct handheld *h = *state;
	const struct fv_case_history *of;
	struct fv_casebook book;
	uint64_t v;

	keep_case(h, 100);
	v = fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c9\",2:null,4:[\"o1\"]}");
	(void)record_of(h, FV_REC_CHECKLIST, v, ",4:[[8,true]],5:2");
	(void)record_of(h, FV_REC_VISIT_END, v, ",2:null,4:1");
	(void)record_of(h, FV_REC_AMEND, v, ",4:1,5:{1:\"c1\"}");
	assert_int_equal(fv_casebook_load(h->app.store, CASE, NULL, &book), FV_OK);
	of = fv_history_find(book.history, CASE);
	assert_int_equal(of->contact_count, 1);
	assert_int_equal(of->contacts[0]->entered, FV_TRI_YES);
	assert_true(of->contacts[0]->has_end);
	assert_int_equal(of->event_count, 1);
	fv_casebook_clear(&book);
}

/* --- the checklist --- */

static void
without_packs_two_steps_are_always_asked(void **state)
{
	struct handheld *h = *state;
	struct fv_doorlist list;
	struct fv_work work;

	(void)fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}");
	assert_int_equal(fv_work_load(h->app.store, &work), FV_OK);
	assert_int_equal(fv_doorlist_load(&h->app, &work, &list), FV_OK);
	assert_int_equal(list.items, FV_CHECKLIST_ALWAYS);
	assert_int_equal(fv_doorlist_length(&list), 2);
	RUN(h, "checklist", "\"of\":2,\"identity_confirmed\":true", "confirm", "yes");
	RUN(h, "checklist", "bad-input", "enter", "no");
}

static void
answers_of_the_visit_before_are_none_of_this_one(void **state)
{
	struct handheld *h = *state;
	uint64_t v = fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}");
	struct fv_doorlist list;
	struct fv_work work;

	RUN(h, "checklist", "\"answered\":1", "confirm", "yes");
	(void)record_of(h, FV_REC_VISIT_END, v, ",2:null,4:1");
	(void)fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}");
	assert_int_equal(fv_work_load(h->app.store, &work), FV_OK);
	assert_int_equal(fv_doorlist_load(&h->app, &work, &list), FV_OK);
	assert_int_equal(fv_doorlist_answered(&list), 0);
}

/* --- is he still there? --- */

/* An agent over the fixture's handheld, which keeps all that it owns. */
static struct fv_agent *
watch(struct handheld *h)
{
	struct fv_agent *agent = calloc(1, sizeof *agent);

	assert_non_null(agent);
	agent->app = h->app;
	assert_int_equal(fv_work_load(h->app.store, &agent->work), FV_OK);
	fv_agent_follow_visit(agent);
	return agent;
}

/* A fix `metres` north of the case, `s` seconds into the watch. */
static void
fix(struct fv_agent *agent, int64_t s, int32_t metres)
{
	struct fv_stamp stamp = {.has = FV_STAMP_BIT(FV_STAMP_LAT) |
		FV_STAMP_BIT(FV_STAMP_LON) | FV_STAMP_BIT(FV_STAMP_GNSS) |
		FV_STAMP_BIT(FV_STAMP_EPH),
	    .mode = 3,
	    .eph_mm = 5000,
	    .gnss_ms = INT64_C(1795000000000) + s * 1000,
	    .place = {LAT + metres * 90, LON}};

	fv_agent_see_fix(agent, &stamp);
}

static void
begin_here(struct handheld *h, int32_t metres)
{
	char text[96];

	snprintf(text, sizeof text, "{1:\"c1\",2:{1:3,3:%d,4:%d,6:5000,18:0},4:[\"o1\"]}",
	    LAT + metres * 90, LON);
	(void)fixture_record(h, FV_REC_VISIT_BEGIN, text);
}

static void
a_minute_two_hundred_metres_away_is_a_departure_and_less_is_none(void **state)
{
	struct fv_agent *agent;

	begin_here(*state, 0);
	agent = watch(*state);
	for (int64_t s = 0; s < 120; s++)
		fix(agent, s, s % 30 == 7 ? 900 : 180); /* wanders, and jumps */
	assert_false(agent->app.presence.is_departed);
	for (int64_t s = 120; s < 180; s++)
		fix(agent, s, 260);
	assert_false(agent->app.presence.is_departed);
	for (int64_t s = 180; s < 190; s++)
		fix(agent, s, 260);
	assert_true(agent->app.presence.is_departed);
	assert_in_range(agent->app.presence.distance_mm, 250000, 270000);
	free(agent);
}

static void
one_who_comes_back_is_not_gone(void **state)
{
	struct fv_agent *agent;

	begin_here(*state, 0);
	agent = watch(*state);
	for (int64_t s = 0; s < 90; s++)
		fix(agent, s, 400);
	assert_true(agent->app.presence.is_departed);
	for (int64_t s = 90; s < 120; s++)
		fix(agent, s, 20);
	assert_false(agent->app.presence.is_departed);
	assert_true(agent->app.presence.has_inside);
	free(agent);
}

static void
one_who_begins_on_his_way_has_not_left_when_he_arrives(void **state)
{
	struct fv_agent *agent;

	keep_case(*state, 100);
	begin_here(*state, 900);
	agent = watch(*state);
	for (int64_t s = 0; s < 300; s++)
		fix(agent, s, s < 180 ? (int32_t)(900 - s * 5) : 0);
	assert_true(agent->app.presence.is_at_case);
	assert_false(agent->app.presence.is_departed);
	assert_true(agent->app.presence.has_inside);
	free(agent);
}

static void
a_fence_wider_than_that_is_the_fence(void **state)
{
	struct fv_agent *agent;

	keep_case(*state, 600);
	begin_here(*state, 0);
	agent = watch(*state);
	for (int64_t s = 0; s < 200; s++)
		fix(agent, s, 500);
	assert_false(agent->app.presence.is_departed);
	for (int64_t s = 200; s < 300; s++)
		fix(agent, s, 700);
	assert_true(agent->app.presence.is_departed);
	free(agent);
}

/* Is he there, 400 m from a case, by a setting of 500 m? */
static bool
is_there_by_setting(struct handheld *h, uint32_t radius_m)
{
	struct fv_settings *settings = calloc(1, sizeof *settings);
	struct fv_agent *agent;
	bool is_there;

	assert_non_null(settings);
	assert_int_equal(
	    fv_settings_set(settings, FV_SETTING_VISIT_RADIUS_M, fv_span_z("500")), FV_OK);
	h->app.settings = settings;
	keep_case(h, radius_m);
	begin_here(h, 900);
	agent = watch(h);
	for (int64_t s = 0; s < 30; s++)
		fix(agent, s, 400);
	is_there = agent->app.presence.is_at_case;
	free(agent);
	free(settings);
	h->app.settings = NULL;
	return is_there;
}

static void
the_radius_that_is_set_is_that_of_a_case_without_one(void **state)
{
	assert_true(is_there_by_setting(*state, 0));
}

static void
a_cases_own_radius_is_not_loosened_by_a_setting(void **state)
{
	assert_false(is_there_by_setting(*state, 100));
}

static void
without_a_place_at_its_begin_a_visit_is_where_the_first_fix_is(void **state)
{
	struct handheld *h = *state;
	struct fv_agent *agent;

	(void)fixture_record(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"]}");
	agent = watch(h);
	for (int64_t s = 0; s < 200; s++)
		fix(agent, s, 5000);
	assert_false(agent->app.presence.is_departed);
	assert_true(agent->app.presence.has_inside);
	free(agent);
}

static void
another_visit_is_watched_afresh_and_an_ended_one_is_remembered(void **state)
{
	struct handheld *h = *state;
	struct fv_agent *agent;
	uint64_t v;

	begin_here(h, 0);
	agent = watch(h);
	v = agent->work.visit_seq;
	for (int64_t s = 0; s < 90; s++)
		fix(agent, s, 400);
	(void)record_of(h, FV_REC_VISIT_END, v, ",2:null,4:1");
	assert_int_equal(fv_work_load(h->app.store, &agent->work), FV_OK);
	fv_agent_follow_visit(agent);
	assert_int_equal(agent->app.presence.visit_seq, v);
	assert_true(agent->app.presence.is_departed);
	begin_here(h, 400);
	assert_int_equal(fv_work_load(h->app.store, &agent->work), FV_OK);
	fv_agent_follow_visit(agent);
	assert_int_equal(agent->app.presence.visit_seq, v + 2);
	assert_false(agent->app.presence.is_departed);
	free(agent);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_wrong_case_is_said_within_ten_minutes_of_the_end_and_no_later),
	    T(a_visit_is_named_by_its_id_its_number_or_as_the_last),
	    T(a_visit_has_its_own_end_and_outcome_and_none_of_the_next),
	    T(a_forgotten_end_is_claimed_where_the_receiver_last_saw_him),
	    T(a_visit_moved_here_by_a_correction_is_in_this_cases_book),
	    T(without_packs_two_steps_are_always_asked),
	    T(answers_of_the_visit_before_are_none_of_this_one),
	    T(a_minute_two_hundred_metres_away_is_a_departure_and_less_is_none),
	    T(one_who_comes_back_is_not_gone),
	    T(one_who_begins_on_his_way_has_not_left_when_he_arrives),
	    T(a_fence_wider_than_that_is_the_fence),
	    T(the_radius_that_is_set_is_that_of_a_case_without_one),
	    T(a_cases_own_radius_is_not_loosened_by_a_setting),
	    T(without_a_place_at_its_begin_a_visit_is_where_the_first_fix_is),
	    T(another_visit_is_watched_afresh_and_an_ended_one_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
