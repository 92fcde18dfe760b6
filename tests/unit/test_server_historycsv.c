#include "sync-server/historycsv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sync-server/zones.h"

/* What came out: objects and faults, a line each. */
struct told {
	char text[2048];
	size_t enough; /* rows and faults after which there is no more; 0: all */
	size_t count;
};

static bool
say(struct told *told, size_t line, const char *what, const char *text)
{
	const size_t at = strlen(told->text);

	(void)snprintf(
	    told->text + at, sizeof told->text - at, "%zu %s%s\n", line, what, text);
	return ++told->count != told->enough;
}

static bool
on_row(struct fv_span object, size_t line, void *ctx)
{
	char text[1024];

	(void)snprintf(text, sizeof text, "%.*s", (int)object.len, (const char *)object.ptr);
	return say(ctx, line, "", text);
}

static bool
on_fault(size_t line, const char *column, const char *rule, void *ctx)
{
	char text[400];

	(void)snprintf(text, sizeof text, "%s: %s", column, rule);
	return say(ctx, line, "! ", text);
}

/* Reads in Berlin's time; the text of what came. */
static const char *
read_as(struct told *told, const char *text, const struct historycsv_opts *opts)
{
	const struct historycsv_taker taker = {on_row, on_fault, told};

	told->text[0] = '\0';
	told->count = 0;
	assert_int_equal(historycsv_read(fv_span_z(text), opts, &taker), FV_OK);
	return told->text;
}

static const char *
read(struct told *told, const char *text)
{
	struct zones zones;
	const char *out;

	zones_init(&zones, NULL);
	const struct historycsv_opts opts = {
	    .zone = zones_get("Europe/Berlin", &zones), .takes_serials = true};
	assert_non_null(opts.zone);
	out = read_as(told, text, &opts);
	zones_clear(&zones);
	return out;
}

static void
says(const char *text, const char *wanted)
{
	struct told told = {0};

	read(&told, text);
	if (strstr(told.text, wanted) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", told.text, wanted);
}

static void
a_row_is_its_object_in_the_order_of_names(void **state)
{
	struct told told = {0};

	(void)state;
	assert_string_equal(
	    read(&told,
		"id,case,channel,begin,by,debts,entered,lat,accuracy_m,outcome\n"
		"k1,c1,visit,2026-03-02T10:00:00Z,collector,d1;d2,no,23.1291,6,\n"),
	    "2 {\"accuracy_m\":6,\"begin\":\"2026-03-02T10:00:00Z\",\"by\":\"collector\","
	    "\"case\":\"c1\",\"channel\":\"visit\",\"debts\":[\"d1\",\"d2\"],"
	    "\"entered\":false,\"id\":\"k1\",\"lat\":23.1291,\"type\":\"contact\"}\n");
	assert_string_equal(read(&told,
				"type,id,case,kind,at,windows\n\n"
				"event,e1,c1,inconvenient,2026-03-02T10:00:00Z,"
				"\"[{\"\"days\"\":[\"\"mon\"\"]}]\"\n"),
	    "3 {\"at\":\"2026-03-02T10:00:00Z\",\"case\":\"c1\",\"id\":\"e1\","
	    "\"kind\":\"inconvenient\",\"type\":\"event\",\"windows\":[{\"days\":[\"mon\"]}]}"
	    "\n");
}

static void
times_on_the_wall_are_of_the_zone_that_is_named(void **state)
{
	const struct historycsv_opts none = {0};
	struct told told = {0};

	(void)state;
	says("id,kind,at\ne,paid,2026/3/2 8:15\n", "\"at\":\"2026-03-02T07:15:00Z\"");
	says("id,kind,at\ne,paid,46083.34375\n", "\"at\":\"2026-03-02T07:15:00Z\"");
	says("id,kind,at\ne,paid,2026-03-02T08:15:00+08:00\n",
	    "\"at\":\"2026-03-02T08:15:00+08:00\"");
	says("id,kind,at,until\ne,paid,2026-07-01T00:00:00Z,2026/7/2\n",
	    "\"until\":\"2026-07-01T22:00:00Z\"");
	says("id,kind,at\ne,paid,2026-03-29 02:30\n", "2 ! at: clocks were put forward");
	says("id,kind,at\ne,paid,2026-10-25 02:30\n", "2 ! at: clocks were put back");
	says("id,kind,at\ne,paid,2026-03-02\n", "2 ! at: has no time of day");
	says("id,kind,at\ne,paid,46083\n", "2 ! at: has no time of day");
	says("id,kind,at\ne,paid,3/2/2026 8:15\n", "2 ! at: is two days");
	assert_non_null(strstr(
	    read_as(&told, "id,kind,at\ne,paid,2026/3/2 8:15\n", &none), "--zone ZONE"));
	assert_non_null(
	    strstr(read_as(&told, "id,kind,at\ne,paid,46083.5\n", &none), "--excel-dates"));
}

static void
values_of_another_kind_are_named_with_their_column(void **state)
{
	(void)state;
	says("id,channel,entered\nk,call,maybe\n", "2 ! entered: must be yes or no");
	says("id,channel,lat\nk,call,\"23,1\"\n", "2 ! lat: is not a number");
	says("id,channel,lat\nk,call,\"\"\"1\"\"\"\n", "2 ! lat: is not a number");
	says("id,kind,windows\nk,paid,mon\n", "2 ! windows: is not a list");
	says("id,channel\nk\n", "2 ! : the row has not as many values");
	says("id,channel\n\"k,call\n", "2 ! : a quote is not closed");
}

static void
names_that_have_no_place_are_all_said(void **state)
{
	struct told told = {0};

	(void)state;
	assert_string_equal(read(&told, "id,channel,amount,name,id,13800138000,colour\nk\n"),
	    "1 ! amount: the server keeps no amount; leave the column out\n"
	    "1 ! name: personal text never reaches the server; leave the column out\n"
	    "1 ! id: stands twice; leave one of them out\n"
	    "1 ! 6: is no name of the interchange; leave the column out\n"
	    "1 ! colour: is no name of the interchange; leave the column out\n");
	says("id,case\nk,c\n", "1 ! : the first line names the columns");
	says("id,channel,kind\nk,call,paid\n", "1 ! : the first line names the columns");
}

static void
payments_are_events_without_a_kind(void **state)
{
	const struct historycsv_opts opts = {.is_payments = true};
	struct told told = {0};

	(void)state;
	assert_string_equal(read_as(&told, "id,case,at\np1,c1,2026-03-02T10:00:00Z\n", &opts),
	    "2 {\"at\":\"2026-03-02T10:00:00Z\",\"case\":\"c1\",\"id\":\"p1\","
	    "\"kind\":\"paid\",\"source\":\"desk\",\"type\":\"event\"}\n");
	assert_non_null(
	    strstr(read_as(&told, "id,case,at,kind\n", &opts), "! kind: a payment has"));
	assert_non_null(
	    strstr(read_as(&told, "id,case,at,channel\n", &opts), "! channel: a payment has"));
	assert_non_null(
	    strstr(read_as(&told, "id,case,at,amount\n", &opts), "! amount: the server"));
}

static void
reading_ends_when_there_is_enough(void **state)
{
	struct told told = {.enough = 2};

	(void)state;
	read(&told, "id,channel\na,call\nb,call\nc,call\n");
	assert_int_equal(told.count, 2);
	told.enough = 1;
	read(&told, "amount,name,id\n");
	assert_int_equal(told.count, 1);
}

static void
lines_of_json_are_no_table(void **state)
{
	(void)state;
	assert_true(historycsv_is_table(fv_span_z("\nid,case\n")));
	assert_false(historycsv_is_table(fv_span_z(" \n{\"type\":\"case\"}\n")));
	assert_false(historycsv_is_table(fv_span_z("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_row_is_its_object_in_the_order_of_names),
	    cmocka_unit_test(times_on_the_wall_are_of_the_zone_that_is_named),
	    cmocka_unit_test(values_of_another_kind_are_named_with_their_column),
	    cmocka_unit_test(names_that_have_no_place_are_all_said),
	    cmocka_unit_test(payments_are_events_without_a_kind),
	    cmocka_unit_test(reading_ends_when_there_is_enough),
	    cmocka_unit_test(lines_of_json_are_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
