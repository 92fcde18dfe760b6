#include "fv/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CASE                                                                                  \
	"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"actor\":\"third_"    \
	"party\"}"
#define CONTACT(more)                                                                         \
	"{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c1\",\"channel\":\"visit\","          \
	"\"begin\":\"2026-03-02T10:00:00+08:00\",\"by\":\"collector\"" more "}"
#define EVENT(more)                                                                           \
	"{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c1\",\"kind\":\"consent\","             \
	"\"at\":\"2026-03-01T10:00:00+08:00\"" more "}"

static struct fv_history_error error;

static enum fv_err
add(struct fv_history *h, const char *line)
{
	return fv_history_add_line(h, fv_span_z(line), 7, &error);
}

/* The line alone must be refused, naming that field, with that in the text. */
static void
refused(const char *line, const char *field, const char *says)
{
	struct fv_history *h;

	assert_int_equal(fv_history_new(&h), FV_OK);
	assert_int_not_equal(add(h, line), FV_OK);
	assert_int_equal(error.line, 7);
	assert_string_equal(error.field, field);
	if (strstr(error.text, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error.text, says);
	fv_history_free(h);
}

static void
accepted(const char *line)
{
	struct fv_history *h;

	assert_int_equal(fv_history_new(&h), FV_OK);
	if (add(h, line) != FV_OK)
		fail_msg("%s: %s", error.field, error.text);
	fv_history_free(h);
}

static struct fv_history *
loaded(const char *const *lines, size_t count)
{
	struct fv_history *h;

	assert_int_equal(fv_history_new(&h), FV_OK);
	for (size_t i = 0; i < count; i++)
		if (fv_history_add_line(h, fv_span_z(lines[i]), (uint32_t)i + 1, &error) !=
		    FV_OK)
			fail_msg("%s: %s", error.field, error.text);
	assert_int_equal(fv_history_finish(h, &error), FV_OK);
	return h;
}

static void
a_contact_keeps_every_field(void **state)
{
	const char *lines[] = {CASE,
	    CONTACT(
		",\"end\":\"2026-03-02T10:20:00+08:00\",\"officers\":[\"o1\",\"o2\",\"o1\"],"
		"\"outcome\":\"refused\",\"discussed\":[\"d2\"],\"debts\":[\"d1\",\"d2\"],"
		"\"with\":\"spouse\",\"place\":\"work\",\"entered\":false,\"number\":\"n1\","
		"\"lat\":23.1291,\"lon\":-113.2644,\"accuracy_m\":6.5,\"identified\":true,"
		"\"identity_confirmed\":false,\"recorded\":\"none\",\"camera\":true,"
		"\"call_id\":\"x\",\"purpose\":\"care\",\"source\":\"ai\","
		"\"meant_for\":\"guarantor\",\"overrun_reason\":\"unwell\"")};
	struct fv_history *h = loaded(lines, 2);
	const struct fv_contact *k = fv_history_case(h, 0)->contacts[0];

	(void)state;
	assert_string_equal(k->id, "v1");
	assert_int_equal(k->channel, FV_CHANNEL_VISIT);
	assert_int_equal(k->by, FV_BY_COLLECTOR);
	assert_true(k->has_end && k->end_utc_ms - k->begin_utc_ms == 20 * 60 * 1000);
	assert_int_equal(k->officers.count, 2);
	assert_int_equal(k->outcome, FV_OUTCOME_REFUSED);
	assert_true(k->has_discussed && k->discussed.items[0] == k->debts.items[1]);
	assert_int_equal(k->with, FV_WITH_SPOUSE);
	assert_int_equal(k->meant_for, FV_WITH_GUARANTOR);
	assert_int_equal(k->place, FV_PLACE_WORK);
	assert_int_equal(k->entered, FV_TRI_NO);
	assert_int_equal(k->identified, FV_TRI_YES);
	assert_int_equal(k->identity_confirmed, FV_TRI_NO);
	assert_int_equal(k->camera, FV_TRI_YES);
	assert_int_equal(k->recorded, FV_RECORDED_NONE);
	assert_int_equal(k->purpose, FV_PURPOSE_CARE);
	assert_int_equal(k->source, FV_SOURCE_AI);
	assert_string_equal(k->number, "n1");
	assert_string_equal(k->call_id, "x");
	assert_string_equal(k->overrun_reason, "unwell");
	assert_true(k->has_place && k->lat_e7 == 231291000 && k->lon_e7 == -1132644000);
	assert_true(k->has_accuracy && k->accuracy_mm == 6500);
	assert_int_equal(k->line, 2);
	fv_history_free(h);
}

static void
what_is_left_out_is_unknown(void **state)
{
	const char *lines[] = {CASE, CONTACT("")};
	struct fv_history *h = loaded(lines, 2);
	const struct fv_contact *k = fv_history_case(h, 0)->contacts[0];

	(void)state;
	assert_false(k->has_end || k->has_officers || k->has_place || k->has_accuracy ||
	    k->has_debts || k->has_discussed);
	assert_int_equal(k->entered, FV_TRI_UNKNOWN);
	assert_int_equal(k->outcome, 0);
	assert_null(k->number);
	fv_history_free(h);
}

static void
an_event_keeps_every_field(void **state)
{
	const char *lines[] = {CASE,
	    EVENT(
		",\"until\":null,\"from\":\"2026-03-02T00:00:00+08:00\",\"windows\":[{"
		"\"days\":"
		"[\"mon\",\"tue\"],\"from\":\"15:00\",\"to\":\"17:00\"},{\"days\":[\"sun\"]}],"
		"\"scope\":[\"time\",\"entry\",\"time\"],\"form\":\"separate\",\"to\":"
		"\"creditor\",\"debts\":[\"d1\"],\"number\":\"n1\",\"contact\":\"v1\","
		"\"channels\":[\"sms\"],\"recorded_by\":\"desk\",\"by\":\"debtor\","
		"\"source\":\"desk\"")};
	struct fv_history *h = loaded(lines, 2);
	const struct fv_event *e = fv_history_case(h, 0)->events[0];

	(void)state;
	assert_int_equal(e->kind, FV_EVENT_CONSENT);
	assert_false(e->has_until);
	assert_true(e->has_from);
	assert_int_equal(e->window_count, 2);
	assert_int_equal(e->windows[0].days, 3);
	assert_int_equal(e->windows[0].from_minute, 900);
	assert_int_equal(e->windows[0].to_minute, 1020);
	assert_int_equal(e->windows[1].days, 64);
	assert_int_equal(e->windows[1].to_minute, 1440);
	assert_int_equal(e->scopes, fv_code_bit(FV_SCOPE_TIME) | fv_code_bit(FV_SCOPE_ENTRY));
	assert_int_equal(e->form, FV_FORM_SEPARATE);
	assert_int_equal(e->to, FV_TO_CREDITOR);
	assert_int_equal(e->channels, fv_code_bit(FV_CHANNEL_SMS));
	assert_string_equal(e->recorded_by, "desk");
	assert_int_equal(e->by, FV_BY_DEBTOR);
	fv_history_free(h);
}

static void
an_unknown_field_is_refused_with_the_nearest_one(void **state)
{
	(void)state;
	refused(CONTACT(",\"offices\":[]"), "offices", "officers");
	refused(CONTACT(",\"acuracy_m\":3"), "acuracy_m", "accuracy_m");
	refused(EVENT(",\"outcome\":\"refused\""), "outcome", "no field of an event");
	refused(EVENT(",\"windows\":[{\"form\":\"15:00\"}]"), "form", "from");
}

static void
an_unknown_word_is_refused_with_the_nearest_one(void **state)
{
	(void)state;
	refused("{\"type\":\"contat\"}", "type", "contact");
	refused(CONTACT(",\"outcome\":\"no-answer\""), "outcome", "no_answer");
	refused(CONTACT(",\"with\":\"neighbour\""), "with", "third_party");
	refused(EVENT(",\"scope\":[\"tmie\"]"), "scope", "time");
	refused("{\"type\":\"event\",\"id\":\"e\",\"case\":\"c\",\"kind\":\"wrong-number\","
		"\"at\":\"2026-03-01T10:00:00Z\"}",
	    "kind", "wrong_number");
}

static void
a_missing_field_is_named(void **state)
{
	(void)state;
	refused("{\"id\":\"v1\"}", "type", "missing");
	refused("{\"type\":\"case\",\"case\":\"c1\",\"actor\":\"third_party\"}", "zone",
	    "missing");
	refused("{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"UTC\"}", "actor", "missing");
	refused("{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c1\",\"channel\":\"visit\","
		"\"begin\":\"2026-03-02T10:00:00Z\"}",
	    "by", "missing");
	refused("{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c1\",\"kind\":\"paid\"}", "at",
	    "missing");
}

static void
a_value_of_the_wrong_kind_is_refused(void **state)
{
	(void)state;
	refused(CONTACT(",\"officers\":\"o1\""), "officers", "list");
	refused(CONTACT(",\"officers\":[1]"), "officers", "text");
	refused(CONTACT(",\"entered\":\"no\""), "entered", "true or false");
	refused(CONTACT(",\"entered\":null"), "entered", "leave the field out");
	refused(CONTACT(",\"lat\":\"23\",\"lon\":1"), "lat", "number");
	refused(CONTACT(",\"number\":5"), "number", "text");
	refused(CONTACT(",\"number\":\"\""), "number", "bytes");
	refused(EVENT(",\"scope\":\"time\""), "scope", "list");
}

static void
values_out_of_range_are_refused(void **state)
{
	(void)state;
	refused(CONTACT(",\"lat\":91,\"lon\":1"), "lat", "90");
	refused(CONTACT(",\"lat\":1,\"lon\":-181"), "lon", "180");
	refused(CONTACT(",\"lat\":1"), "lon", "together");
	refused(CONTACT(",\"accuracy_m\":-1"), "accuracy_m", "0");
	refused(CONTACT(",\"end\":\"2026-03-02T09:59:59+08:00\""), "end", "before begin");
	refused(EVENT(",\"windows\":[{\"from\":\"25:00\"}]"), "windows.from", "15:00");
	refused(EVENT(",\"windows\":[{\"from\":\"15:00\",\"to\":\"15:00\"}]"), "windows.to",
	    "equal");
	refused(EVENT(",\"windows\":[{\"days\":[]}]"), "windows.days", "mon");
}

static void
times_are_rfc_3339_with_an_offset(void **state)
{
	(void)state;
	refused("{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c1\",\"kind\":\"paid\",\"at\":"
		"\"2026-03-02\"}",
	    "at", "RFC 3339");
	refused(CONTACT(",\"end\":\"2026-03-02T10:00:00\""), "end", "offset");
	refused(CONTACT(",\"end\":\"2026-02-30T10:00:00Z\""), "end", "RFC 3339");
	accepted(CONTACT(",\"end\":\"2026-03-02T04:00:00.5Z\""));
}

static void
a_line_that_is_no_object_is_refused(void **state)
{
	(void)state;
	refused("{\"type\":\"case\",", "", "not JSON");
	refused("[]", "", "one JSON object");
	refused("{} {}", "", "not JSON");
	refused(CONTACT(",\"by\":\"debtor\""), "", "duplicate");
	accepted("");
	accepted(" \t\r");
}

static void
a_zone_is_given_once(void **state)
{
	(void)state;
	refused("{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"UTC\",\"zones\":[\"UTC\"],"
		"\"actor\":\"third_party\"}",
	    "zones", "one of them");
	refused("{\"type\":\"case\",\"case\":\"c1\",\"zones\":[],\"actor\":\"third_party\"}",
	    "zone", "missing");
	accepted("{\"type\":\"case\",\"case\":\"c1\",\"zones\":[\"UTC\",\"UTC\"],\"actor\":"
		 "\"third_party\"}");
}

static void
ids_are_used_once(void **state)
{
	struct fv_history *h;

	(void)state;
	assert_int_equal(fv_history_new(&h), FV_OK);
	assert_int_equal(add(h, CASE), FV_OK);
	assert_int_equal(add(h, CASE), FV_EEXIST);
	assert_string_equal(error.field, "case");
	assert_int_equal(add(h, CONTACT("")), FV_OK);
	assert_int_equal(add(h, CONTACT("")), FV_EEXIST);
	assert_string_equal(error.field, "id");
	fv_history_free(h);
}

static void
a_contact_of_no_case_is_named_by_its_line(void **state)
{
	struct fv_history *h;

	(void)state;
	assert_int_equal(fv_history_new(&h), FV_OK);
	assert_int_equal(fv_history_add_line(h, fv_span_z(EVENT("")), 9, &error), FV_OK);
	assert_int_equal(fv_history_add_line(h, fv_span_z(CONTACT("")), 4, &error), FV_OK);
	assert_int_equal(fv_history_finish(h, &error), FV_ENOENT);
	assert_int_equal(error.line, 4);
	assert_string_equal(error.field, "case");
	assert_non_null(strstr(error.text, "c1"));
	assert_int_equal(fv_history_case_count(h), 0);
	fv_history_free(h);
}

static void
the_order_is_that_of_time_whatever_the_file_says(void **state)
{
	const char *lines[] = {"{\"type\":\"contact\",\"id\":\"b\",\"case\":\"c2\","
			       "\"channel\":\"call\",\"begin\":"
			       "\"2026-03-02T10:00:00Z\",\"by\":\"debtor\"}",
	    "{\"type\":\"contact\",\"id\":\"a\",\"case\":\"c2\",\"channel\":\"call\","
	    "\"begin\":"
	    "\"2026-03-02T10:00:00Z\",\"by\":\"debtor\"}",
	    "{\"type\":\"contact\",\"id\":\"z\",\"case\":\"c2\",\"channel\":\"call\","
	    "\"begin\":"
	    "\"2026-03-01T10:00:00Z\",\"by\":\"debtor\"}",
	    "{\"type\":\"case\",\"case\":\"c2\",\"zone\":\"UTC\",\"actor\":\"debt_buyer\"}",
	    CASE};
	struct fv_history *h = loaded(lines, 5);

	(void)state;
	assert_int_equal(fv_history_case_count(h), 2);
	assert_string_equal(fv_history_case(h, 0)->subject->id, "c1");
	const struct fv_case_history *c = fv_history_find(h, "c2");
	assert_non_null(c);
	assert_int_equal(c->contact_count, 3);
	assert_string_equal(c->contacts[0]->id, "z");
	assert_string_equal(c->contacts[1]->id, "a");
	assert_string_equal(c->contacts[2]->id, "b");
	assert_null(fv_history_find(h, "c3"));
	assert_null(fv_history_case(h, 2));
	fv_history_free(h);
}

static void
a_shifted_chinese_pin_is_converted_on_reading(void **state)
{
	const char *lines[] = {
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"actor\":\"third_"
	    "party\",\"lat\":23.1291,\"lon\":113.2644,\"datum\":\"gcj02\"}"};
	struct fv_history *h = loaded(lines, 1);
	const struct fv_case *c = fv_history_case(h, 0)->subject;

	(void)state;
	assert_true(c->has_place);
	assert_true(abs(c->lat_e7 - 231291000) > 10000 || abs(c->lon_e7 - 1132644000) > 10000);
	fv_history_free(h);
}

static void
structs_are_checked_like_lines(void **state)
{
	const char *zone = "UTC";
	struct fv_case c = {.id = "c", .zones = {&zone, 1}, .actor = FV_ACTOR_FIRST_PARTY};
	struct fv_contact k = {
	    .id = "k", .case_id = "c", .channel = FV_CHANNEL_CALL, .by = FV_BY_COLLECTOR};
	struct fv_event e = {.id = "e", .case_id = "c"};
	struct fv_history *h;

	(void)state;
	assert_int_equal(fv_history_new(&h), FV_OK);
	assert_int_equal(fv_history_add_event(h, &e), FV_ERANGE);
	k.has_end = true;
	k.end_utc_ms = -1;
	assert_int_equal(fv_history_add_contact(h, &k), FV_ERANGE);
	k.has_end = false;
	assert_int_equal(fv_history_add_contact(h, &k), FV_OK);
	assert_int_equal(fv_history_add_case(h, &c), FV_OK);
	assert_int_equal(fv_history_finish(h, &error), FV_OK);
	c.id = "";
	assert_int_equal(fv_history_add_case(h, &c), FV_ERANGE);
	assert_int_equal(fv_history_case_count(h), 1);
	fv_history_free(h);
	fv_history_free(NULL);
}

static void
a_line_over_the_limit_is_refused(void **state)
{
	struct fv_history *h;
	char *line = malloc(FV_HISTORY_LINE_MAX_BYTES + 1);

	(void)state;
	assert_non_null(line);
	memset(line, 'x', FV_HISTORY_LINE_MAX_BYTES + 1);
	assert_int_equal(fv_history_new(&h), FV_OK);
	assert_int_equal(
	    fv_history_add_line(h, fv_span_of(line, FV_HISTORY_LINE_MAX_BYTES + 1), 1, &error),
	    FV_ETOOBIG);
	fv_history_free(h);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_contact_keeps_every_field),
	    cmocka_unit_test(what_is_left_out_is_unknown),
	    cmocka_unit_test(an_event_keeps_every_field),
	    cmocka_unit_test(an_unknown_field_is_refused_with_the_nearest_one),
	    cmocka_unit_test(an_unknown_word_is_refused_with_the_nearest_one),
	    cmocka_unit_test(a_missing_field_is_named),
	    cmocka_unit_test(a_value_of_the_wrong_kind_is_refused),
	    cmocka_unit_test(values_out_of_range_are_refused),
	    cmocka_unit_test(times_are_rfc_3339_with_an_offset),
	    cmocka_unit_test(a_line_that_is_no_object_is_refused),
	    cmocka_unit_test(a_zone_is_given_once),
	    cmocka_unit_test(ids_are_used_once),
	    cmocka_unit_test(a_contact_of_no_case_is_named_by_its_line),
	    cmocka_unit_test(the_order_is_that_of_time_whatever_the_file_says),
	    cmocka_unit_test(a_shifted_chinese_pin_is_converted_on_reading),
	    cmocka_unit_test(structs_are_checked_like_lines),
	    cmocka_unit_test(a_line_over_the_limit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
