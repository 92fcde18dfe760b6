#include "sync-server/textfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fv/instant.h"
#include "sync-server/csvrows.h"

static const char *const days[] = {"date", "as_of", NULL};

#define ZHANG_GBK "\xd5\xc5\xc8\xfd" /* 张三 */

static void
turns_len(struct fv_span in, const struct textfile_opts *opts, const char *wanted)
{
	struct textfile_fault fault;
	struct fv_buf out = {0};

	if (textfile_turn(in, opts, &out, &fault) != FV_OK)
		fail_msg("line %zu: %s: %s", fault.line, fault.column, fault.rule);
	assert_string_equal(fv_buf_z(&out), wanted);
	fv_buf_clear(&out);
}

static void
turns(const char *in, enum textfile_encoding encoding, const char *wanted)
{
	const struct textfile_opts opts = {.encoding = encoding, .day_columns = days};

	turns_len(fv_span_z(in), &opts, wanted);
}

static void
refused_len(struct fv_span in, enum textfile_encoding encoding, size_t line, const char *says)
{
	const struct textfile_opts opts = {.encoding = encoding, .day_columns = days};
	struct textfile_fault fault;
	struct fv_buf out = {0};

	assert_int_not_equal(textfile_turn(in, &opts, &out, &fault), FV_OK);
	if (strstr(fault.rule, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", fault.rule, says);
	assert_int_equal(fault.line, line);
	assert_int_equal(out.len, 0);
	fv_buf_clear(&out);
}

static void
refused(const char *in, enum textfile_encoding encoding, size_t line, const char *says)
{
	refused_len(fv_span_z(in), encoding, line, says);
}

static void
a_mark_and_every_end_of_line_are_settled(void **state)
{
	(void)state;
	turns("\xef\xbb\xbf"
	      "a,b\r\n1,2\r3,4\n",
	    TEXTFILE_UTF8, "a,b\n1,2\n3,4\n");
	turns("", TEXTFILE_UTF8, "");
	turns("\xef\xbb\xbf", TEXTFILE_UTF8, "");
}

static void
utf16_with_its_mark_is_turned(void **state)
{
	static const char little[] =
	    "\xff\xfe\x61\0\t\0\x20\x5f\n\0\x3d\xd8\x4d\xdc\t\0\x31\0";
	static const char big[] = "\xfe\xff\0\x61\0,\x5f\x20";
	const struct textfile_opts opts = {0};

	(void)state;
	turns_len(fv_span_of(little, sizeof little - 1), &opts, "a,张\n👍,1");
	turns_len(fv_span_of(big, sizeof big - 1), &opts, "a,张");
	refused_len(fv_span_of("\xff\xfe\x61", 3), TEXTFILE_UTF8, 1, "cut off");
	refused_len(fv_span_of("\xff\xfe\n\0\x4d\xdc", 6), TEXTFILE_UTF8, 2, "broken UTF-16");
	refused_len(fv_span_of("a\0,\0", 4), TEXTFILE_UTF8, 1, "has a NUL");
}

static void
gbk_is_named_and_turned_when_somebody_says_so(void **state)
{
	(void)state;
	refused("case,remark\nc1,\nc2," ZHANG_GBK "\n", TEXTFILE_UTF8, 3, "--encoding gbk");
	turns("case,remark\r\nc2," ZHANG_GBK "\r\n", TEXTFILE_GBK, "case,remark\nc2,张三\n");
	/* A character of four bytes, which GBK itself does not have. */
	turns("\x95\x32\x82\x36", TEXTFILE_GBK, "𠀀");
	refused("a\n\xff\xff\n", TEXTFILE_GBK, 2, "is not GBK");
	refused("a\n张三\n", TEXTFILE_GBK, 0, "is UTF-8 already");
	/* The two characters that look like UTF-8 of two bytes. */
	turns("\xcd\xa8", TEXTFILE_GBK, "通");
}

static void
what_is_neither_is_not_called_gbk(void **state)
{
	(void)state;
	refused("name\nM\xfcller\n", TEXTFILE_UTF8, 2, "neither UTF-8 nor GBK");
	refused("\xff\xff", TEXTFILE_UTF8, 1, "neither UTF-8 nor GBK");
}

static void
a_table_with_other_separators_gets_commas(void **state)
{
	(void)state;
	turns("a;b\n1;2\n\"x;y\";\"3\"\"\"\n", TEXTFILE_UTF8, "a,b\n1,2\n\"x;y\",\"3\"\"\"\n");
	turns("a\tb\n1,5\t2\n", TEXTFILE_UTF8, "a,b\n\"1,5\",2\n");
	turns("sep=;\na;b\n1;2\n", TEXTFILE_UTF8, "\na,b\n1,2\n");
	turns("SEP=|\r\na|b\r\n", TEXTFILE_UTF8, "\na,b\n");
	turns("sep=,\na,b;c\n", TEXTFILE_UTF8, "\na,b;c\n");
	/* A set of ids has ';' between its members. */
	turns("a,b\n1,x;y\n", TEXTFILE_UTF8, "a,b\n1,x;y\n");
	turns("{\"a\":\"x;y\"}\n", TEXTFILE_UTF8, "{\"a\":\"x;y\"}\n");
	turns("BEGIN:VCALENDAR\nDTSTART;VALUE=DATE:20261001\n", TEXTFILE_UTF8,
	    "BEGIN:VCALENDAR\nDTSTART;VALUE=DATE:20261001\n");
	refused("sep=#\na#b\n", TEXTFILE_UTF8, 1, "names a separator");
	refused("a;b\tc\n", TEXTFILE_UTF8, 1, "both ';' and tabs");
}

static void
rows_keep_their_lines_behind_a_sep_line(void **state)
{
	struct csvrows rows = csvrows_of(fv_span_z("\na,b\n1,2\n"));

	(void)state;
	assert_int_equal(csvrows_next(&rows), FV_OK);
	assert_int_equal(rows.row_line, 2);
	assert_string_equal(rows.cells[0], "a");
}

static void
an_id_that_a_spreadsheet_shortened_is_named(void **state)
{
	const struct textfile_opts opts = {0};
	struct textfile_fault fault;
	struct fv_buf out = {0};

	(void)state;
	assert_int_equal(
	    textfile_turn(fv_span_z("case,debts\nc1,d1\nc2,4.1E+17\n"), &opts, &out, &fault),
	    FV_ERANGE);
	assert_int_equal(fault.line, 3);
	assert_string_equal(fault.column, "debts");
	assert_non_null(strstr(fault.rule, "last digits are lost"));
	refused("a;b\n1;4,1E+17\n", TEXTFILE_UTF8, 2, "shortened");
	refused("a,b\n1,\"4E+8\"\n", TEXTFILE_UTF8, 2, "shortened");
	turns("a,b\n1E5,E+1\n1E,+\n", TEXTFILE_UTF8, "a,b\n1E5,E+1\n1E,+\n");
	fv_buf_clear(&out);
}

static void
days_of_a_table_become_plain(void **state)
{
	const struct textfile_opts serials = {.day_columns = days, .takes_serials = true};
	const struct textfile_opts opts = {.day_columns = days};
	struct textfile_fault fault;
	struct fv_buf out = {0};

	(void)state;
	turns("date,n\n2026/3/2,46083\n,1\n\"2026年3月2日\",2\n", TEXTFILE_UTF8,
	    "date,n\n2026-03-02,46083\n,1\n2026-03-02,2\n");
	turns_len(fv_span_z("n,as_of\n1,46083\n"), &serials, "n,as_of\n1,2026-03-02\n");
	assert_int_equal(
	    textfile_turn(fv_span_z("n,as_of\n1,46083\n"), &opts, &out, &fault), FV_EFORMAT);
	assert_string_equal(fault.column, "as_of");
	assert_int_equal(fault.line, 2);
	assert_non_null(strstr(fault.rule, "--excel-dates"));
	refused("date\n3/2/2026\n", TEXTFILE_UTF8, 2, "day or month");
	fv_buf_clear(&out);
}

static void
is_day(const char *text, const char *wanted)
{
	char got[16];
	struct fv_civil c;
	const char *rule;
	int64_t day;

	if (textfile_day(text, true, &day, &rule) != FV_OK)
		fail_msg("%s: %s", text, rule);
	fv_civil_from_days(day, &c);
	(void)snprintf(
	    got, sizeof got, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
	assert_string_equal(got, wanted);
}

static void
a_day_is_read_however_it_is_certain(void **state)
{
	static const char *const wrong[] = {"", "2026-13-01", "2026-02-29", "2026/3", "x",
	    "2026-03-02 25:00", "2026-03-02x", "19999", "80001", "46083x", "1969-12-31",
	    "2026-3/2", "12026-03-02"};
	static const char *const either[] = {"3/2/2026", "13.2.2026", "03-02-2026", "3/2/26"};
	const char *rule;
	int64_t day;

	(void)state;
	is_day("2026-03-02", "2026-03-02");
	is_day("2026/3/2", "2026-03-02");
	is_day("2026.3.2", "2026-03-02");
	is_day("2026-3-2 0:00", "2026-03-02");
	is_day("2026年3月2日", "2026-03-02");
	is_day("46083", "2026-03-02");
	is_day("46083.0", "2026-03-02");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (textfile_day(wrong[i], true, &day, &rule) == FV_OK || rule[0] == '\0')
			fail_msg("\"%s\" was taken", wrong[i]);
	for (size_t i = 0; i < sizeof either / sizeof either[0]; i++)
		assert_int_equal(textfile_day(either[i], true, &day, &rule), FV_ECONFLICT);
	assert_int_equal(textfile_day("2026-03-02 08:15", true, &day, &rule), FV_ERANGE);
	assert_int_equal(textfile_day("46083", false, &day, &rule), FV_EFORMAT);
}

static void
is_wall(const char *text, const char *wanted)
{
	char got[FV_INSTANT_TEXT_BYTES];
	const char *rule;
	int64_t wall;

	if (textfile_wall(text, true, &wall, &rule) != FV_OK)
		fail_msg("%s: %s", text, rule);
	assert_string_equal(fv_instant_format(wall, 0, true, got), wanted);
}

static void
a_time_of_a_table_is_a_clock_on_the_wall(void **state)
{
	(void)state;
	is_wall("2026-3-2 08:15", "2026-03-02T08:15:00Z");
	is_wall("2026/3/2 8:15:30", "2026-03-02T08:15:30Z");
	is_wall("2026-03-02T08:15", "2026-03-02T08:15:00Z");
	is_wall("46083.34375", "2026-03-02T08:15:00Z");
	is_wall("46083.999999999", "2026-03-03T00:00:00Z");
	is_wall("2026/3/2", "2026-03-02T00:00:00Z");
}

static void
a_fault_is_said_with_file_line_and_column(void **state)
{
	struct fv_buf out = {0};

	(void)state;
	textfile_say("x.csv", &(struct textfile_fault){2, "date", "is no day"}, &out);
	assert_string_equal(fv_buf_z(&out), "x.csv:2: column \"date\": is no day");
	fv_buf_reset(&out);
	textfile_say("x.csv", &(struct textfile_fault){0, "", "is no text"}, &out);
	assert_string_equal(fv_buf_z(&out), "x.csv: is no text");
	fv_buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_mark_and_every_end_of_line_are_settled),
	    cmocka_unit_test(utf16_with_its_mark_is_turned),
	    cmocka_unit_test(gbk_is_named_and_turned_when_somebody_says_so),
	    cmocka_unit_test(what_is_neither_is_not_called_gbk),
	    cmocka_unit_test(a_table_with_other_separators_gets_commas),
	    cmocka_unit_test(rows_keep_their_lines_behind_a_sep_line),
	    cmocka_unit_test(an_id_that_a_spreadsheet_shortened_is_named),
	    cmocka_unit_test(days_of_a_table_become_plain),
	    cmocka_unit_test(a_day_is_read_however_it_is_certain),
	    cmocka_unit_test(a_time_of_a_table_is_a_clock_on_the_wall),
	    cmocka_unit_test(a_fault_is_said_with_file_line_and_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
