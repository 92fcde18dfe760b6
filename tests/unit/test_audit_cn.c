/* The Chinese packs and the house pack over the vectors of their rules. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CBA "cn-cba-2026"
#define GBT "cn-gbt45251-2025"
#define CASE                                                                                  \
	"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"lat\":23.1291,"      \
	"\"lon\":113.2644,\"actor\":\"third_party\",\"product\":\"online_loan\"}\n"
#define VISIT(id, begin, more)                                                                \
	"{\"type\":\"contact\",\"id\":\"" id                                                  \
	"\",\"case\":\"c1\",\"channel\":\"visit\",\"begin\":\"" begin                         \
	"\",\"by\":\"collector\"" more "}\n"
#define CALL(id, begin, more)                                                                 \
	"{\"type\":\"contact\",\"id\":\"" id                                                  \
	"\",\"case\":\"c1\",\"channel\":\"call\",\"begin\":\"" begin                          \
	"\",\"by\":\"collector\"" more "}\n"
#define EVENT(kind, at, more)                                                                 \
	"{\"type\":\"event\",\"id\":\"e-" kind "\",\"case\":\"c1\",\"kind\":\"" kind          \
	"\",\"at\":\"" at "\"" more "}\n"
#define DAY(time) "2026-03-02T" time "+08:00"
#define WITH_CONSENT(more) EVENT("consent", "2026-03-01T10:00:00+08:00", more)

static void
expect(const char *pack, const char *lines, const char *rule, const char *verdict)
{
	assert_string_equal(replay_one(pack, lines, "v1", rule), verdict);
}

static void
hours_are_closed_at_eight_and_open_at_twenty_two(void **state)
{
	(void)state;
	expect(
	    CBA, CASE VISIT("v1", "2026-03-02T07:59:30+08:00", ""), "CN-01", "fail"); /* D07 */
	expect(CBA, CASE VISIT("v1", "2026-03-02T07:59:59.999+08:00", ""), "CN-01", "fail");
	expect(CBA, CASE VISIT("v1", "2026-03-02T08:00:00+08:00", ""), "CN-01", "pass");
	expect(CBA, CASE VISIT("v1", "2026-03-02T21:59:59.999+08:00", ""), "CN-01", "pass");
	expect(CBA, CASE VISIT("v1", "2026-03-02T22:00:00+08:00", ""), "CN-01", "fail");
	expect(CBA, CASE VISIT("v1", "2026-03-02T00:00:00+08:00", ""), "CN-01", "fail");
}

static void
the_offset_written_does_not_move_the_local_hour(void **state)
{
	(void)state;
	expect(CBA, CASE VISIT("v1", "2026-03-02T13:30:00Z", ""), "CN-01", "pass");
	expect(CBA, CASE VISIT("v1", "2026-03-02T14:30:00Z", ""), "CN-01", "fail");
	expect(CBA, CASE VISIT("v1", "2026-03-02T09:30:00-05:00", ""), "CN-01", "fail");
}

static void
a_visit_is_judged_over_its_whole_length(void **state)
{
	(void)state;
	expect(CBA, CASE VISIT("v1", DAY("21:50:00"), ",\"end\":\"" DAY("22:10:00") "\""),
	    "CN-01", "fail");
	expect(CBA, CASE VISIT("v1", DAY("21:50:00"), ",\"end\":\"" DAY("22:00:00") "\""),
	    "CN-01", "pass");
	expect(CBA, CASE VISIT("v1", DAY("07:50:00"), ",\"end\":\"" DAY("08:10:00") "\""),
	    "CN-01", "fail");
	expect(CBA,
	    CASE VISIT("v1", DAY("21:00:00"), ",\"end\":\"2026-03-03T09:00:00+08:00\""),
	    "CN-01", "fail");
}

static void
calls_and_messages_keep_the_hours_and_letters_have_none(void **state)
{
	(void)state;
	expect(CBA, CASE CALL("v1", DAY("22:30:00"), ""), "CN-01", "fail");
	expect(CBA,
	    CASE "{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c1\",\"channel\":\"sms\","
		 "\"begin\":\"2026-03-02T23:00:00+08:00\",\"by\":\"collector\"}\n",
	    "CN-01", "fail");
	expect(CBA,
	    CASE "{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c1\",\"channel\":\"letter\","
		 "\"begin\":\"2026-03-02T23:00:00+08:00\",\"by\":\"collector\"}\n",
	    "CN-01", "n/a");
}

static void
a_contact_by_the_debtor_is_not_judged_for_time(void **state)
{
	(void)state;
	expect(CBA,
	    CASE "{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c1\",\"channel\":\"call\","
		 "\"begin\":\"2026-03-02T23:00:00+08:00\",\"by\":\"debtor\"}\n",
	    "CN-01", "n/a");
}

static void
a_rule_is_silent_before_its_date(void **state)
{
	(void)state;
	/* D09: the guideline of 2026-01-30, the standard of 2025-02-28. */
	expect(CBA, CASE VISIT("v1", "2026-01-29T22:30:00+08:00", ""), "CN-01", "n/a");
	expect(CBA, CASE VISIT("v1", "2026-01-30T22:30:00+08:00", ""), "CN-01", "fail");
	expect(GBT, CASE VISIT("v1", "2026-01-29T22:30:00+08:00", ""), "CN-02", "fail");
	expect(GBT, CASE VISIT("v1", "2026-01-30T22:30:00+08:00", ""), "CN-02", "fail");
	expect(GBT, CASE VISIT("v1", "2025-02-27T22:30:00+08:00", ""), "CN-02", "n/a");
}

static void
the_date_in_force_is_the_local_one(void **state)
{
	(void)state;
	/* 2026-01-29 16:30 UTC is half past midnight of the 30th in Shanghai. */
	expect(CBA, CASE VISIT("v1", "2026-01-29T16:30:00Z", ""), "CN-01", "fail");
	expect(CBA, CASE VISIT("v1", "2026-01-29T15:30:00Z", ""), "CN-01", "n/a");
}

static void
another_product_or_actor_is_out_of_scope(void **state)
{
	(void)state;
	expect(GBT,
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"actor\":"
	    "\"first_party\",\"product\":\"mortgage\"}\n" VISIT("v1", DAY("23:00:00"), ""),
	    "CN-02", "n/a");
	expect(CBA,
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"actor\":"
	    "\"debt_buyer\"}\n" VISIT("v1", DAY("23:00:00"), ""),
	    "CN-01", "n/a");
}

static void
naming_a_pack_says_that_its_field_applies_to_an_unnamed_product(void **state)
{
	(void)state;
	expect(GBT,
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"actor\":"
	    "\"first_party\"}\n" VISIT("v1", DAY("23:00:00"), ""),
	    "CN-02", "fail");
}

static void
two_officers_are_required(void **state)
{
	(void)state;
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"officers\":[\"o1\"]"), "CN-06",
	    "fail"); /* D08 */
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"officers\":[\"o1\",\"o2\"]"),
	    "CN-06", "pass");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"officers\":[\"o1\",\"o1\"]"),
	    "CN-06", "fail");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"officers\":[]"), "CN-06", "fail");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ""), "CN-06", "review");
	expect(
	    CBA, CASE CALL("v1", DAY("10:00:00"), ",\"officers\":[\"o1\"]"), "CN-06", "n/a");
}

static void
identification_is_unknown_until_it_is_said(void **state)
{
	(void)state;
	expect(
	    CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"identified\":true"), "CN-07", "pass");
	expect(
	    CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"identified\":false"), "CN-07", "fail");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ""), "CN-07", "review");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"outcome\":\"not_home\""), "CN-07",
	    "n/a");
}

static void
entry_needs_consent(void **state)
{
	(void)state;
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"entered\":true"), "CN-08", "fail");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"entered\":false"), "CN-08", "pass");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ""), "CN-08", "review");
	expect(CBA,
	    CASE VISIT("v1", DAY("10:00:00"), ",\"entered\":true")
		WITH_CONSENT(",\"scope\":[\"entry\"]"),
	    "CN-08", "pass");
	expect(CBA,
	    CASE VISIT("v1", DAY("10:00:00"), ",\"entered\":true")
		WITH_CONSENT(",\"scope\":[\"time\"]"),
	    "CN-08", "fail");
	expect(CBA,
	    CASE VISIT("v1", DAY("10:00:00"), ",\"entered\":true")
		EVENT("consent", DAY("10:00:00"), ",\"scope\":[\"entry\"],\"contact\":\"v1\""),
	    "CN-08", "review");
}

#define LATE CASE VISIT("v1", DAY("22:30:00"), ",\"officers\":[\"o1\",\"o2\"]")

static void
a_consent_lifts_its_scope_until_it_ends(void **state)
{
	(void)state;
	expect(CBA, LATE WITH_CONSENT(",\"scope\":[\"time\"]"), "CN-01", "pass");
	expect(CBA, LATE WITH_CONSENT(",\"scope\":[\"place\"]"), "CN-01", "fail");
	expect(
	    CBA, LATE WITH_CONSENT(",\"scope\":[\"time\"],\"until\":null"), "CN-01", "pass");
	expect(CBA,
	    LATE WITH_CONSENT(",\"scope\":[\"time\"],\"until\":\"2026-03-02T22:00:00+08:00\""),
	    "CN-01", "fail");
	expect(CBA,
	    LATE WITH_CONSENT(",\"scope\":[\"time\"]") EVENT(
		"consent_withdrawn", "2026-03-02T12:00:00+08:00", ",\"scope\":[\"time\"]"),
	    "CN-01", "fail");
	expect(CBA,
	    LATE WITH_CONSENT(",\"scope\":[\"time\"]") EVENT(
		"consent_withdrawn", "2026-03-02T12:00:00+08:00", ",\"scope\":[\"entry\"]"),
	    "CN-01", "pass");
	expect(CBA,
	    LATE EVENT("consent_withdrawn", "2026-02-02T12:00:00+08:00", "")
		WITH_CONSENT(",\"scope\":[\"time\"]"),
	    "CN-01", "pass");
}

static void
a_consent_that_comes_after_changes_nothing(void **state)
{
	(void)state;
	expect(CBA,
	    LATE EVENT("consent", "2026-03-02T22:31:00+08:00", ",\"scope\":[\"time\"]"),
	    "CN-01", "fail");
	expect(CBA,
	    CASE VISIT("v1", DAY("22:30:00"), ",\"end\":\"" DAY("22:50:00") "\"")
		EVENT("consent", "2026-03-02T22:31:00+08:00", ",\"scope\":[\"time\"]"),
	    "CN-01", "review");
}

static void
a_consent_by_the_visiting_officer_alone_is_for_a_person(void **state)
{
	(void)state;
	expect(CBA, LATE WITH_CONSENT(",\"scope\":[\"time\"],\"recorded_by\":\"o1\""), "CN-01",
	    "review");
	expect(CBA, LATE WITH_CONSENT(",\"scope\":[\"time\"],\"recorded_by\":\"officer\""),
	    "CN-01", "review");
	expect(CBA, LATE WITH_CONSENT(",\"scope\":[\"time\"],\"recorded_by\":\"desk-4\""),
	    "CN-01", "pass");
}

static void
a_consent_from_a_contact_that_broke_a_rule_is_for_a_person(void **state)
{
	(void)state;
	expect(CBA,
	    LATE CALL("k0", "2026-03-01T23:00:00+08:00", "") EVENT("consent",
		"2026-03-01T23:00:00+08:00", ",\"scope\":[\"time\"],\"contact\":\"k0\""),
	    "CN-01", "review");
	expect(CBA,
	    LATE CALL("k0", "2026-03-01T21:00:00+08:00", "") EVENT("consent",
		"2026-03-01T21:00:00+08:00", ",\"scope\":[\"time\"],\"contact\":\"k0\""),
	    "CN-01", "pass");
}

static void
a_consent_for_some_hours_lifts_only_those(void **state)
{
	(void)state;
	expect(CBA,
	    LATE WITH_CONSENT(
		",\"scope\":[\"time\"],\"windows\":[{\"from\":\"22:00\",\"to\":\"23:00\"}]"),
	    "CN-01", "pass");
	expect(CBA,
	    LATE WITH_CONSENT(
		",\"scope\":[\"time\"],\"windows\":[{\"from\":\"22:00\",\"to\":\"22:30\"}]"),
	    "CN-01", "fail");
	expect(CBA,
	    LATE WITH_CONSENT(",\"scope\":[\"time\"],\"windows\":[{\"days\":[\"tue\"]}]"),
	    "CN-01", "fail");
	expect(CBA,
	    LATE WITH_CONSENT(",\"scope\":[\"time\"],\"windows\":[{\"days\":[\"sun\"],"
			      "\"from\":\"20:00\",\"to\":\"23:00\"},{\"days\":[\"mon\"]}]"),
	    "CN-01", "pass");
}

/* D11: the counters do not mix. */
static void
unanswered_calls_and_talks_are_counted_apart(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_buf lines = {0};
	char id[16];

	(void)state;
	assert_non_null(r);
	replay_pack(r, CBA);
	replay_pack(r, GBT);
	fv_buf_put_z(&lines, CASE);
	for (int i = 0; i < 7; i++)
		fv_buf_putf(&lines,
		    CALL("u%d", "2026-03-02T09:%02d:00+08:00",
			",\"number\":\"n1\",\"outcome\":\"no_answer\""),
		    i, i);
	for (int i = 0; i < 4; i++)
		fv_buf_putf(&lines,
		    CALL("t%d", "2026-03-02T08:%02d:00+08:00",
			",\"number\":\"n1\",\"outcome\":\"conversation\",\"with\":\"debtor\""),
		    i, i);
	replay_load(r, fv_buf_z(&lines));
	replay_judge(r);
	for (int i = 0; i < 7; i++) {
		snprintf(id, sizeof id, "u%d", i);
		assert_string_equal(replay_verdict(r, id, "CN-03"), i < 6 ? "pass" : "review");
	}
	for (int i = 0; i < 4; i++) {
		snprintf(id, sizeof id, "t%d", i);
		assert_string_equal(replay_verdict(r, id, "CN-04"), i < 3 ? "pass" : "fail");
		assert_string_equal(replay_verdict(r, id, "CN-03"), "pass");
	}
	fv_buf_clear(&lines);
	replay_clear(r);
	free(r);
}

static void
attempts_are_counted_for_each_number_and_each_local_day(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_buf lines = {0};

	(void)state;
	assert_non_null(r);
	replay_pack(r, CBA);
	fv_buf_put_z(&lines, CASE);
	for (int i = 0; i < 6; i++) {
		fv_buf_putf(&lines,
		    CALL("a%d", "2026-03-02T09:%02d:00+08:00",
			",\"number\":\"n1\",\"outcome\":\"no_answer\""),
		    i, i);
	}
	fv_buf_put_z(&lines,
	    CALL("other", "2026-03-02T10:00:00+08:00",
		",\"number\":\"n2\",\"outcome\":\"no_answer\"") CALL("next-day",
		"2026-03-03T08:00:00+08:00", ",\"number\":\"n1\",\"outcome\":\"no_answer\"")
		CALL("unsaid", "2026-03-02T11:00:00+08:00", ",\"outcome\":\"no_answer\"")
		    CALL("thin", "2026-03-02T11:30:00+08:00", ",\"number\":\"n1\"")
			CALL("seventh", "2026-03-02T12:00:00+08:00",
			    ",\"number\":\"n1\",\"outcome\":\"left_message\""));
	replay_load(r, fv_buf_z(&lines));
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "a5", "CN-03"), "pass");
	assert_string_equal(replay_verdict(r, "other", "CN-03"), "pass");
	assert_string_equal(replay_verdict(r, "next-day", "CN-03"), "pass");
	assert_string_equal(replay_verdict(r, "unsaid", "CN-03"), "review");
	assert_string_equal(replay_verdict(r, "thin", "CN-03"), "review");
	assert_string_equal(replay_verdict(r, "seventh", "CN-03"), "review");
	assert_int_equal(replay_row(r, "seventh", "CN-03")->next_utc_ms,
	    replay_at("2026-03-03T00:00:00+08:00"));
	fv_buf_clear(&lines);
	replay_clear(r);
	free(r);
}

static void
a_wrong_number_voids_what_was_before_and_not_what_comes_after(void **state)
{
	const char *lines = CASE CALL("v1", "2026-03-02T23:00:00+08:00", ",\"number\":\"n9\"")
	    CALL("v2", "2026-03-04T23:00:00+08:00", ",\"number\":\"n9\"")
		EVENT("wrong_number", "2026-03-03T09:00:00+08:00", ",\"number\":\"n9\"");

	(void)state;
	assert_string_equal(replay_one(CBA, lines, "v1", "CN-01"), "n/a");
	assert_string_equal(replay_one(CBA, lines, "v2", "CN-01"), "fail");
}

#define TRIED(id, day) CALL(id, "2026-03-" day "T09:00:00+08:00", ",\"outcome\":\"no_answer\"")
#define THIRD(more)                                                                           \
	CALL("v1", "2026-03-09T09:00:00+08:00",                                               \
	    ",\"outcome\":\"conversation\",\"with\":\"third_party\","                         \
	    "\"meant_for\":\"third_party\"" more)

static void
a_third_person_is_asked_only_when_the_debtor_is_out_of_reach(void **state)
{
	(void)state;
	expect(CBA, CASE THIRD(""), "CN-15", "fail");
	expect(CBA, CASE THIRD(",\"purpose\":\"location\""), "CN-15", "fail");
	expect(CBA,
	    CASE TRIED("a", "01") TRIED("b", "02") TRIED("c", "03")
		THIRD(",\"purpose\":\"location\""),
	    "CN-15", "pass");
	expect(CBA, CASE TRIED("a", "01") TRIED("b", "02") TRIED("c", "03") THIRD(""), "CN-15",
	    "fail");
	expect(CBA, CASE TRIED("a", "01") TRIED("b", "02") THIRD(",\"purpose\":\"location\""),
	    "CN-15", "fail");
	/* In a row: a talk in between begins the count again. */
	expect(CBA,
	    CASE TRIED("a", "01") TRIED("b", "02") CALL("talk", "2026-03-02T12:00:00+08:00",
		",\"outcome\":\"conversation\",\"with\":\"debtor\"") TRIED("c", "03")
		THIRD(",\"purpose\":\"location\""),
	    "CN-15", "fail");
}

static void
a_third_person_who_refused_is_left_alone(void **state)
{
	(void)state;
	expect(CBA,
	    CASE TRIED("a", "01") TRIED("b", "02") TRIED("c", "03") CALL("no",
		"2026-03-04T09:00:00+08:00",
		",\"outcome\":\"refused\",\"with\":\"third_party\",\"meant_for\":"
		"\"third_party\",\"purpose\":\"location\"") THIRD(",\"purpose\":\"location\""),
	    "CN-15", "fail");
}

static void
who_was_met_decides_or_is_missing(void **state)
{
	(void)state;
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"outcome\":\"conversation\""),
	    "CN-15", "review");
	expect(
	    CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"with\":\"debtor\""), "CN-15", "pass");
	expect(
	    CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"with\":\"spouse\""), "CN-15", "review");
	expect(CBA,
	    CASE VISIT(
		"v1", DAY("10:00:00"), ",\"outcome\":\"contact\",\"with\":\"third_party\""),
	    "CN-15", "review");
	expect(CBA, CASE VISIT("v1", DAY("10:00:00"), ",\"outcome\":\"not_home\""), "CN-15",
	    "n/a");
}

#define AT(lat, accuracy)                                                                     \
	VISIT("v1", "2026-03-02T10:00:00+08:00",                                              \
	    ",\"lat\":" lat ",\"lon\":113.2644,\"accuracy_m\":" accuracy)

static void
the_fence_weighs_the_accuracy(void **state)
{
	(void)state;
	expect("house", CASE AT("23.1291", "6"), "house-geofence", "pass");
	expect("house", CASE AT("23.1318", "6"), "house-geofence", "fail");
	expect("house", CASE AT("23.1299", "30"), "house-geofence", "review");
	expect("house", CASE AT("23.1318", "500"), "house-geofence", "review");
	expect("house", CASE VISIT("v1", DAY("10:00:00"), ""), "house-geofence", "review");
	expect("house",
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"actor\":"
	    "\"third_party\"}\n" AT("23.1291", "6"),
	    "house-geofence", "review");
	expect("house",
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"lat\":23.1291,"
	    "\"lon\":113.2644,\"radius_m\":400,\"actor\":\"third_party\"}\n" AT(
		"23.1318", "6"),
	    "house-geofence", "pass");
}

static void
the_house_caps_visits_by_date(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, "house");
	replay_load(r,
	    CASE VISIT("a", "2026-03-02T10:00:00+08:00", "") VISIT("b",
		"2026-03-02T23:59:00+08:00", "") VISIT("c", "2026-03-03T00:01:00+08:00", "")
		VISIT("d", "2026-03-10T10:00:00+08:00", "")
		    VISIT("e", "2026-03-31T10:00:00+08:00", "")
			VISIT("f", "2026-04-01T10:00:00+08:00", ""));
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "a", "house-visits-1d"), "pass");
	assert_string_equal(replay_verdict(r, "b", "house-visits-1d"), "fail");
	assert_string_equal(replay_verdict(r, "c", "house-visits-1d"), "pass");
	assert_string_equal(replay_verdict(r, "c", "house-visits-7d"), "fail");
	assert_string_equal(replay_verdict(r, "d", "house-visits-7d"), "pass");
	/* a and b fall on the first of the 30 dates that end with e. */
	assert_string_equal(replay_verdict(r, "e", "house-visits-30d"), "fail");
	assert_string_equal(replay_verdict(r, "f", "house-visits-30d"), "pass");
	assert_int_equal(replay_row(r, "c", "house-visits-7d")->next_utc_ms,
	    replay_at("2026-03-09T00:00:00+08:00"));
	replay_clear(r);
	free(r);
}

static void
switched_off_rules_give_no_row(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, CBA);
	replay_pack(r, GBT);
	replay_load(r, CASE VISIT("v1", DAY("10:00:00"), ""));
	replay_judge(r);
	for (size_t i = 0; i < r->row_count; i++) {
		assert_string_not_equal(r->rows[i].rule, "CN-05");
		assert_string_not_equal(r->rows[i].rule, "CN-11");
	}
	size_t on = 0;
	for (size_t p = 0; p < r->pack_count; p++)
		for (size_t i = 0; i < r->packs[p]->rule_count; i++)
			on += r->packs[p]->rules[i].is_enabled;
	assert_int_equal(r->row_count, on);
	replay_clear(r);
	free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hours_are_closed_at_eight_and_open_at_twenty_two),
	    cmocka_unit_test(the_offset_written_does_not_move_the_local_hour),
	    cmocka_unit_test(a_visit_is_judged_over_its_whole_length),
	    cmocka_unit_test(calls_and_messages_keep_the_hours_and_letters_have_none),
	    cmocka_unit_test(a_contact_by_the_debtor_is_not_judged_for_time),
	    cmocka_unit_test(a_rule_is_silent_before_its_date),
	    cmocka_unit_test(the_date_in_force_is_the_local_one),
	    cmocka_unit_test(another_product_or_actor_is_out_of_scope),
	    cmocka_unit_test(naming_a_pack_says_that_its_field_applies_to_an_unnamed_product),
	    cmocka_unit_test(two_officers_are_required),
	    cmocka_unit_test(identification_is_unknown_until_it_is_said),
	    cmocka_unit_test(entry_needs_consent),
	    cmocka_unit_test(a_consent_lifts_its_scope_until_it_ends),
	    cmocka_unit_test(a_consent_that_comes_after_changes_nothing),
	    cmocka_unit_test(a_consent_by_the_visiting_officer_alone_is_for_a_person),
	    cmocka_unit_test(a_consent_from_a_contact_that_broke_a_rule_is_for_a_person),
	    cmocka_unit_test(a_consent_for_some_hours_lifts_only_those),
	    cmocka_unit_test(unanswered_calls_and_talks_are_counted_apart),
	    cmocka_unit_test(attempts_are_counted_for_each_number_and_each_local_day),
	    cmocka_unit_test(a_wrong_number_voids_what_was_before_and_not_what_comes_after),
	    cmocka_unit_test(a_third_person_is_asked_only_when_the_debtor_is_out_of_reach),
	    cmocka_unit_test(a_third_person_who_refused_is_left_alone),
	    cmocka_unit_test(who_was_met_decides_or_is_missing),
	    cmocka_unit_test(the_fence_weighs_the_accuracy),
	    cmocka_unit_test(the_house_caps_visits_by_date),
	    cmocka_unit_test(switched_off_rules_give_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
