/* What must have come before a contact or follow it, and how it went. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

/* Judge contact v1 and expect a verdict; one that is no pass has exactly one remedy. */
static void
expect(const char *pack, const char *lines, const char *rule, const char *verdict)
{
	replay_expect(pack, lines, rule, verdict, NULL);
}

static void
expect_in(const char *pack, const char *lines, const char *rule, const char *text)
{
	replay_expect(pack, lines, rule, NULL, text);
}

#define MISSED(at) EVENT("missed", at, ",\"by\":\"debtor\"")
#define TWICE                                                                                 \
	PACK(RULE("B", "precondition",                                                        \
	    "\"events\":[\"missed\"],\"event_by\":[\"debtor\"],\"count\":2,"                  \
	    "\"successive\":true"))

static void
a_visit_needs_two_appointments_missed_in_succession(void **state)
{
	(void)state;
	/* D19 */
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") VISIT("v1", "2026-03-10T10:00:00Z", ""), "B",
	    "fail");
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") MISSED("2026-03-05T10:00:00Z")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "pass");
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") EVENT("paid", "2026-03-03T10:00:00Z", "")
		MISSED("2026-03-05T10:00:00Z") VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "fail");
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") VISIT("a", "2026-03-03T10:00:00Z", TALK)
		MISSED("2026-03-05T10:00:00Z") VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "fail");
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z")
		VISIT("a", "2026-03-03T10:00:00Z", ",\"outcome\":\"not_home\"")
		    MISSED("2026-03-05T10:00:00Z") VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "pass");
	/* What lies further back than the rule looks is forgotten. */
	expect(TWICE,
	    CASE MISSED("2024-03-01T10:00:00Z") MISSED("2026-03-05T10:00:00Z")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "fail");
}

static void
an_appointment_that_the_collector_missed_counts_for_nothing(void **state)
{
	(void)state;
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") EVENT("missed", "2026-03-05T10:00:00Z",
		",\"by\":\"collector\"") VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "fail");
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") EVENT("missed", "2026-03-05T10:00:00Z", "")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "review");
	expect_in(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") EVENT("missed", "2026-03-05T10:00:00Z", "")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "\"missing\":\"by\"");
}

static void
a_visit_that_may_have_met_the_debtor_leaves_the_count_open(void **state)
{
	(void)state;
	expect(TWICE,
	    CASE MISSED("2026-03-01T10:00:00Z") VISIT("a", "2026-03-03T10:00:00Z", "")
		MISSED("2026-03-05T10:00:00Z") VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "review");
}

#define TRY_FIRST                                                                             \
	PACK(RULE("B", "precondition",                                                        \
	    "\"attempts\":[\"call\",\"letter\"],\"outcomes\":[\"no_answer\",\"not_"           \
	    "connected\"],"                                                                   \
	    "\"count\":1,\"days\":30"))

static void
an_attempt_by_another_channel_may_be_what_must_come_before(void **state)
{
	(void)state;
	expect(TRY_FIRST, CASE VISIT("v1", "2026-03-10T10:00:00Z", ""), "B", "fail");
	expect(TRY_FIRST,
	    CASE CONTACT("a", "call", "2026-03-09T10:00:00Z", ",\"outcome\":\"no_answer\"")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "pass");
	expect(TRY_FIRST,
	    CASE CONTACT("a", "call", "2026-03-09T10:00:00Z", TALK)
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "fail");
	expect(TRY_FIRST,
	    CASE CONTACT("a", "call", "2026-03-09T10:00:00Z", "")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "review");
	expect(TRY_FIRST,
	    CASE CONTACT("a", "call", "2026-01-09T10:00:00Z", ",\"outcome\":\"no_answer\"")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "fail");
	/* Later attempts change nothing. */
	expect(TRY_FIRST,
	    CASE CONTACT("a", "call", "2026-03-10T10:00:01Z", ",\"outcome\":\"no_answer\"")
		VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "B", "fail");
}

#define EASTER CALENDAR("\"2026-04-03\",\"2026-04-06\"")
#define CLEAR_DAYS(more)                                                                      \
	PACK_WITH(EASTER,                                                                     \
	    RULE("N", "notice",                                                               \
		"\"period\":{\"days\":7,\"clear\":true,\"skip\":[\"sun\"],\"calendar\":"      \
		"\"cal\"}" more))
#define SENT(at) EVENT("notice_sent", at, "")

static void
seven_clear_days_leave_out_sundays_and_holidays(void **state)
{
	(void)state;
	expect(CLEAR_DAYS(""), CASE VISIT("v1", "2026-03-11T10:00:00Z", ""), "N", "fail");
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-02T10:00:00Z") VISIT("v1", "2026-03-10T23:59:59Z", ""), "N",
	    "fail");
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-02T10:00:00Z") VISIT("v1", "2026-03-11T00:00:00Z", ""), "N",
	    "pass");
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-30T10:00:00Z") VISIT("v1", "2026-04-09T10:00:00Z", ""), "N",
	    "fail");
	expect_in(CLEAR_DAYS(""),
	    CASE SENT("2026-03-30T10:00:00Z") VISIT("v1", "2026-04-09T10:00:00Z", ""), "N",
	    "\"next\":\"2026-04-10T00:00:00");
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-12-29T10:00:00Z") VISIT("v1", "2027-01-20T10:00:00Z", ""), "N",
	    "review");
	expect_in(CLEAR_DAYS(""),
	    CASE SENT("2026-12-29T10:00:00Z") VISIT("v1", "2027-01-20T10:00:00Z", ""), "N",
	    "\"missing\":\"calendar\"");
}

static void
an_older_notice_serves_where_the_newest_is_too_short(void **state)
{
	(void)state;
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-02T10:00:00Z") SENT("2026-03-18T10:00:00Z")
		VISIT("v1", "2026-03-20T10:00:00Z", ""),
	    "N", "pass");
	expect(CLEAR_DAYS(",\"valid_days\":10"),
	    CASE SENT("2026-03-02T10:00:00Z") SENT("2026-03-18T10:00:00Z")
		VISIT("v1", "2026-03-20T10:00:00Z", ""),
	    "N", "fail");
	expect(CLEAR_DAYS(",\"valid_days\":10"),
	    CASE SENT("2026-03-02T10:00:00Z") VISIT("v1", "2026-03-12T10:00:00Z", ""), "N",
	    "pass");
	expect(CLEAR_DAYS(",\"valid_days\":10"),
	    CASE SENT("2026-03-02T10:00:00Z") VISIT("v1", "2026-03-13T10:00:00Z", ""), "N",
	    "fail");
}

static void
a_notice_that_came_back_is_none(void **state)
{
#define BACK(at) EVENT("notice_returned", at, "")
	(void)state;
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-02T10:00:00Z") BACK("2026-03-09T10:00:00Z")
		VISIT("v1", "2026-03-20T10:00:00Z", ""),
	    "N", "fail");
	/* It was not known to have come back before it did. */
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-02T10:00:00Z") BACK("2026-03-20T10:00:01Z")
		VISIT("v1", "2026-03-20T10:00:00Z", ""),
	    "N", "pass");
	/* What came back is the last one sent before. */
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-02T10:00:00Z") SENT("2026-03-04T10:00:00Z")
		BACK("2026-03-09T10:00:00Z") VISIT("v1", "2026-03-20T10:00:00Z", ""),
	    "N", "pass");
	expect(CLEAR_DAYS(""),
	    CASE SENT("2026-03-02T10:00:00Z") SENT("2026-03-04T10:00:00Z")
		BACK("2026-03-09T10:00:00Z") BACK("2026-03-10T10:00:00Z")
		    VISIT("v1", "2026-03-20T10:00:00Z", ""),
	    "N", "fail");
}

static void
adequate_notice_without_a_number_passes_from_the_day_before(void **state)
{
	const char *pack = PACK(RULE("N", "notice", ""));

	(void)state;
	expect(pack, CASE VISIT("v1", "2026-03-11T10:00:00Z", ""), "N", "fail");
	expect(pack, CASE SENT("2026-03-10T22:00:00Z") VISIT("v1", "2026-03-11T10:00:00Z", ""),
	    "N", "pass");
	expect(pack, CASE SENT("2026-03-11T08:00:00Z") VISIT("v1", "2026-03-11T10:00:00Z", ""),
	    "N", "review");
	expect(pack, CASE SENT("2026-03-11T11:00:00Z") VISIT("v1", "2026-03-11T10:00:00Z", ""),
	    "N", "fail");
}

static void
business_days_count_from_presumed_receipt(void **state)
{
	const char *pack = PACK_WITH(CALENDAR("\"2026-03-05\""),
	    RULE("N", "notice",
		"\"period\":{\"days\":3,\"skip\":[\"sat\",\"sun\"],\"calendar\":\"zone\"},"
		"\"receipt\":{\"days\":2,\"skip\":[\"sun\"]}"));

	(void)state;
	/* Sent on Monday the 2nd, received on the 4th; the 5th is a holiday. */
	expect(pack, CASE SENT("2026-03-02T10:00:00Z") VISIT("v1", "2026-03-09T10:00:00Z", ""),
	    "N", "fail");
	expect(pack, CASE SENT("2026-03-02T10:00:00Z") VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "N", "pass");
}

static void
only_the_first_contact_or_a_visit_after_an_entry_may_need_notice(void **state)
{
	const char *first = PACK(RULE("N", "notice", "\"first_only\":true"));
	const char *again = PACK(RULE(
	    "N", "notice", "\"period\":{\"days\":2,\"clear\":true},\"after_entry\":true"));

	(void)state;
	expect(first, CASE VISIT("v1", "2026-03-11T10:00:00Z", ""), "N", "fail");
	expect(first,
	    CASE VISIT("a", "2026-03-10T10:00:00Z", "")
		VISIT("v1", "2026-03-11T10:00:00Z", ""),
	    "N", "n/a");
	expect(again,
	    CASE VISIT("a", "2026-03-10T10:00:00Z", ",\"entered\":false")
		VISIT("v1", "2026-03-11T10:00:00Z", ""),
	    "N", "n/a");
	expect(again,
	    CASE SENT("2026-03-01T10:00:00Z") VISIT("a", "2026-03-10T10:00:00Z",
		",\"entered\":true") VISIT("v1", "2026-03-20T10:00:00Z", ""),
	    "N", "fail");
	expect(again,
	    CASE VISIT("a", "2026-03-10T10:00:00Z", ",\"entered\":true")
		SENT("2026-03-11T10:00:00Z") VISIT("v1", "2026-03-14T10:00:00Z", ""),
	    "N", "pass");
	expect(again,
	    CASE VISIT("a", "2026-03-10T10:00:00Z", "")
		VISIT("v1", "2026-03-14T10:00:00Z", ""),
	    "N", "review");
}

#define DUE                                                                                   \
	PACK(RULE("D", "deadline",                                                            \
	    "\"events\":[\"notice_sent\",\"paid\"],"                                          \
	    "\"period\":{\"days\":5}"))

static void
what_is_due_after_the_first_talk_comes_in_time_late_or_not_at_all(void **state)
{
	(void)state;
	/* D22 */
	expect(DUE,
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK) SENT("2026-03-09T10:00:00Z"), "D",
	    "fail");
	expect(DUE,
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK) SENT("2026-03-07T23:59:00Z"), "D",
	    "pass");
	expect(DUE,
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK) SENT("2026-02-01T10:00:00Z"), "D",
	    "pass");
	expect(DUE, CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK), "D", "fail");
	expect(DUE,
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK)
		EVENT("paid", "2026-03-04T10:00:00Z", ""),
	    "D", "pass");
}

static void
what_is_due_is_asked_of_the_first_communication_only(void **state)
{
	(void)state;
	expect(DUE,
	    CASE CONTACT_BY("a", "call", "2026-03-01T10:00:00Z", "debtor", TALK)
		VISIT("v1", "2026-03-02T10:00:00Z", TALK),
	    "D", "n/a");
	expect(DUE,
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", ",\"outcome\":\"not_home\"")
		VISIT("b", "2026-03-03T10:00:00Z", TALK),
	    "D", "n/a");
	/* A visit of which no outcome is said may have been the first. */
	expect(DUE,
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", "")
		VISIT("b", "2026-03-03T10:00:00Z", TALK) SENT("2026-03-08T10:00:00Z"),
	    "D", "review");
}

static void
what_is_not_yet_due_is_no_breach(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, DUE);
	replay_load(r, CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK));
	fv_audit_free(r->audit);
	struct fv_audit_opts opts = {.packs = (const struct fv_rulepack *const *)r->packs,
	    .pack_count = r->pack_count,
	    .zone = replay_zone,
	    .ctx = r,
	    .today_utc_ms = replay_at("2026-03-07T23:59:59Z")};
	assert_int_equal(fv_audit_new(&opts, &r->audit), FV_OK);
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "v1", "D"), "n/a");
	assert_non_null(strstr(r->rows[0].json, "\"due_date\":\"2026-03-07\""));
	replay_clear(r);
	free(r);
}

#define LEAVE(parameters) PACK(RULE("L", "leave", parameters))
#define STAY(end) VISIT("v1", "2026-03-02T10:00:00Z", ",\"end\":\"2026-03-02T" end "Z\"")

static void
an_officer_who_is_asked_to_leave_has_some_minutes(void **state)
{
#define ASKED EVENT("leave_requested", "2026-03-02T10:10:00Z", "")
	(void)state;
	expect(LEAVE("\"minutes\":5"), CASE STAY("10:40:00"), "L", "pass");
	expect(LEAVE("\"minutes\":5"), CASE ASKED STAY("10:15:00"), "L", "pass");
	expect(LEAVE("\"minutes\":5"), CASE ASKED STAY("10:15:01"), "L", "fail");
	expect(LEAVE("\"minutes\":0"), CASE ASKED STAY("10:10:00"), "L", "pass");
	expect(LEAVE("\"minutes\":0"), CASE ASKED STAY("10:10:01"), "L", "fail");
	expect(LEAVE("\"minutes\":5"), CASE ASKED VISIT("v1", "2026-03-02T10:10:00Z", ""), "L",
	    "review");
	/* Before or after the visit nobody was asked to leave it. */
	expect(LEAVE("\"minutes\":5"),
	    CASE EVENT("leave_requested", "2026-03-02T09:59:59Z", "") STAY("10:40:00"), "L",
	    "pass");
	expect(LEAVE("\"minutes\":5"),
	    CASE EVENT("leave_requested", "2026-03-02T09:59:59Z", ",\"contact\":\"v1\"")
		STAY("10:40:00"),
	    "L", "fail");
	expect(LEAVE("\"minutes\":5"),
	    CASE EVENT("leave_requested", "2026-03-02T10:10:00Z", ",\"contact\":\"other\"")
		STAY("10:40:00"),
	    "L", "pass");
}

static void
without_a_number_of_minutes_staying_on_is_for_a_person(void **state)
{
	(void)state;
	expect(LEAVE(""), CASE ASKED STAY("10:10:59"), "L", "pass");
	expect(LEAVE(""), CASE ASKED STAY("10:11:00"), "L", "review");
	expect(LEAVE(""), CASE ASKED STAY("12:00:00"), "L", "review");
}

static void
the_first_of_several_requests_to_leave_decides(void **state)
{
	(void)state;
	expect(LEAVE("\"minutes\":5,\"events\":[\"leave_requested\",\"welfare\"]"),
	    CASE EVENT("welfare", "2026-03-02T10:01:00Z", "") ASKED STAY("10:12:00"), "L",
	    "fail");
	expect(LEAVE("\"minutes\":5,\"events\":[\"leave_requested\",\"welfare\"]"),
	    CASE EVENT("welfare", "2026-03-02T10:11:00Z", ",\"contact\":\"v1\"")
		EVENT("leave_requested", "2026-03-02T10:01:00Z", ",\"contact\":\"v1\"")
		    STAY("10:12:00"),
	    "L", "fail");
}

#define TELL(parameters) PACK(RULE("T", "disclosure", parameters))

static void
what_must_be_told_is_shown_by_an_event_of_the_contact(void **state)
{
	(void)state;
	expect(TELL(""), CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK), "T", "review");
	expect(TELL(""), CASE VISIT("v1", "2026-03-02T10:00:00Z", ",\"outcome\":\"not_home\""),
	    "T", "n/a");
	expect(TELL(""),
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK)
		EVENT("disclosure", "2026-03-02T11:00:00Z", ",\"contact\":\"v1\""),
	    "T", "pass");
	expect(TELL(""),
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK ",\"end\":\"2026-03-02T10:20:00Z\"")
		EVENT("disclosure", "2026-03-02T10:20:00Z", ""),
	    "T", "pass");
	expect(TELL(""),
	    CASE VISIT("v1", "2026-03-02T10:00:00Z", TALK ",\"end\":\"2026-03-02T10:20:00Z\"")
		EVENT("disclosure", "2026-03-02T10:20:01Z", ""),
	    "T", "review");
}

static void
the_first_communication_may_have_a_disclosure_of_its_own(void **state)
{
#define SECOND                                                                                \
	CASE VISIT("a", "2026-03-01T10:00:00Z", TALK) VISIT("v1", "2026-03-02T10:00:00Z", TALK)
#define FIRST                                                                                 \
	CASE VISIT("b", "2026-03-03T10:00:00Z", TALK) VISIT("v1", "2026-03-02T10:00:00Z", TALK)
	(void)state;
	expect(TELL("\"first_only\":true"), SECOND, "T", "n/a");
	expect(TELL("\"first_only\":true"), FIRST, "T", "review");
	expect(TELL("\"later_only\":true"), SECOND, "T", "review");
	expect(TELL("\"later_only\":true"), FIRST, "T", "n/a");
}

/* A visit recorded from 08:30 to 10:00 with what somebody made of it later. */
static void
expect_correction(
    const char *begin, const char *end, const char *at, bool is_open, const char *verdict)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_contact k = {.id = "v1",
	    .case_id = "c1",
	    .channel = FV_CHANNEL_VISIT,
	    .by = FV_BY_COLLECTOR,
	    .begin_utc_ms = replay_at("2026-03-02T08:30:00Z"),
	    .has_end = true,
	    .is_open = is_open,
	    .end_utc_ms = replay_at("2026-03-02T10:00:00Z"),
	    .has_correction = begin != NULL};
	struct fv_history_error error;

	assert_non_null(r);
	if (begin != NULL) {
		k.corrected_begin_ms = replay_at(begin);
		k.corrected_end_ms = replay_at(end);
		k.corrected_at_ms = replay_at(at);
	}
	replay_pack(r, PACK(RULE("C", "correction", "\"days\":95")));
	replay_load(r, CASE);
	assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	replay_judge(r);
	const struct replay_row *row = replay_row(r, "v1", "C");
	assert_string_equal(fv_verdict_word(row->verdict), verdict);
	assert_true((row->verdict == FV_VERDICT_PASS) == (row->remedy == FV_REMEDY_NONE));
	assert_null(strchr(strstr(row->json, "\"why\""), '?'));
	replay_clear(r);
	free(r);
}

static void
a_correction_goes_neither_outside_the_recorded_times_nor_past_its_term(void **state)
{
	(void)state;
	expect_correction(NULL, NULL, NULL, false, "pass");
	/* R33: clocked in at 08:30, said to have begun at 08:00. */
	expect_correction("2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z",
	    "2026-03-02T12:00:00Z", false, "fail");
	expect_correction("2026-03-02T08:30:00Z", "2026-03-02T10:00:01Z",
	    "2026-03-02T12:00:00Z", false, "fail");
	expect_correction("2026-03-02T08:35:00Z", "2026-03-02T09:55:00Z",
	    "2026-03-02T12:00:00Z", false, "pass");
	expect_correction("2026-03-02T09:58:00Z", "2026-03-02T09:55:00Z",
	    "2026-03-02T12:00:00Z", false, "fail");
	expect_correction("2026-03-02T08:35:00Z", "2026-03-02T10:00:00Z",
	    "2026-06-05T12:00:00Z", false, "pass");
	expect_correction("2026-03-02T08:35:00Z", "2026-03-02T10:00:00Z",
	    "2026-06-06T00:00:00Z", false, "fail");
	/* No end was recorded: what it may not go past is not known. */
	expect_correction("2026-03-02T08:30:00Z", "2026-03-02T10:30:00Z",
	    "2026-03-02T12:00:00Z", true, "review");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_visit_needs_two_appointments_missed_in_succession),
	    cmocka_unit_test(an_appointment_that_the_collector_missed_counts_for_nothing),
	    cmocka_unit_test(a_visit_that_may_have_met_the_debtor_leaves_the_count_open),
	    cmocka_unit_test(an_attempt_by_another_channel_may_be_what_must_come_before),
	    cmocka_unit_test(seven_clear_days_leave_out_sundays_and_holidays),
	    cmocka_unit_test(an_older_notice_serves_where_the_newest_is_too_short),
	    cmocka_unit_test(a_notice_that_came_back_is_none),
	    cmocka_unit_test(adequate_notice_without_a_number_passes_from_the_day_before),
	    cmocka_unit_test(business_days_count_from_presumed_receipt),
	    cmocka_unit_test(only_the_first_contact_or_a_visit_after_an_entry_may_need_notice),
	    cmocka_unit_test(
		what_is_due_after_the_first_talk_comes_in_time_late_or_not_at_all),
	    cmocka_unit_test(what_is_due_is_asked_of_the_first_communication_only),
	    cmocka_unit_test(what_is_not_yet_due_is_no_breach),
	    cmocka_unit_test(an_officer_who_is_asked_to_leave_has_some_minutes),
	    cmocka_unit_test(without_a_number_of_minutes_staying_on_is_for_a_person),
	    cmocka_unit_test(the_first_of_several_requests_to_leave_decides),
	    cmocka_unit_test(what_must_be_told_is_shown_by_an_event_of_the_contact),
	    cmocka_unit_test(the_first_communication_may_have_a_disclosure_of_its_own),
	    cmocka_unit_test(
		a_correction_goes_neither_outside_the_recorded_times_nor_past_its_term),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
