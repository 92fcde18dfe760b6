#include "fv/casecsv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "case,agency,zone,actor,packs"
#define ROW "c1,north,Asia/Shanghai,third_party,cn-cba-2026"

struct seen {
	size_t count;
	size_t lines[8];
	char text[1024]; /* what the rows held, joined */
	struct fv_place place;
	bool has_place;
	enum fv_err answer;
};

static enum fv_err
on_row(const struct fv_case_row *row, void *ctx)
{
	struct seen *s = ctx;
	size_t at = strlen(s->text);

	s->lines[s->count++] = row->line;
	s->place = row->place;
	s->has_place = row->has_place;
	(void)snprintf(s->text + at, sizeof s->text - at, "[%s|%.*s|%.*s|%.*s|%.*s]",
	    row->case_id, (int)row->debts.len, (const char *)row->debts.ptr,
	    (int)row->name.len, (const char *)row->name.ptr, (int)row->address.len,
	    (const char *)row->address.ptr, (int)row->phones.len,
	    (const char *)row->phones.ptr);
	return s->answer;
}

static enum fv_err
read_bytes(
    struct fv_span file, bool take_sealed, struct seen *seen, struct fv_case_fault *fault)
{
	/* A copy of just that size, so that a read beyond the end is seen. */
	uint8_t *copy = malloc(file.len + 1);
	struct fv_casecsv_opts opts = {
	    .take_sealed = take_sealed, .on_row = on_row, .ctx = seen};
	enum fv_err rc;

	assert_non_null(copy);
	memset(seen, 0, sizeof *seen);
	if (file.len > 0)
		memcpy(copy, file.ptr, file.len);
	copy = realloc(copy, file.len > 0 ? file.len : 1);
	assert_non_null(copy);
	rc = fv_casecsv_read(fv_span_of(copy, file.len), &opts, fault);
	free(copy);
	return rc;
}

static enum fv_err
read_text(const char *text, bool take_sealed, struct seen *seen, struct fv_case_fault *fault)
{
	return read_bytes(fv_span_z(text), take_sealed, seen, fault);
}

static void
assert_refused(const char *text, enum fv_err want, size_t line, const char *column)
{
	struct fv_case_fault fault;
	struct seen seen;

	assert_int_equal(read_text(text, false, &seen, &fault), want);
	assert_int_equal(fault.line, line);
	assert_string_equal(fault.column, column);
	assert_true(strlen(fault.rule) > 0);
}

static void
columns_may_stand_in_any_order(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_int_equal(read_text("packs,debts,zone,actor,agency,case\n"
				   "house,d1;d2,Asia/Shanghai,first_party,north,c1\n"
				   "house,,Asia/Seoul,debt_buyer,north,c2\n",
			     false, &seen, &fault),
	    FV_OK);
	assert_string_equal(seen.text, "[c1|d1;d2|||][c2||||]");
	assert_int_equal(seen.lines[1], 3);
	assert_false(seen.has_place);
}

static void
quotes_commas_and_line_ends_inside_a_value_are_kept(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_int_equal(read_text("\xef\xbb\xbf" HEAD ",name,address\r\n" ROW
				   ",\"Wang \"\"Er\"\", Jr\",\"1 Road\r\nRoom 2\"\r\n" ROW
				   ",x,\"\"\r\n\r\n",
			     true, &seen, &fault),
	    FV_OK);
	assert_string_equal(seen.text, "[c1||Wang \"Er\", Jr|1 Road\r\nRoom 2|][c1||x||]");
	assert_int_equal(seen.lines[0], 2);
	assert_int_equal(seen.lines[1], 4);
}

static void
a_last_line_without_an_end_counts(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_int_equal(read_text(HEAD "\n" ROW, false, &seen, &fault), FV_OK);
	assert_int_equal(seen.count, 1);
	assert_int_equal(read_text(HEAD "\n", false, &seen, &fault), FV_OK);
	assert_int_equal(seen.count, 0);
}

static void
a_sealed_column_in_clear_is_refused_by_name(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_int_equal(
	    read_text(HEAD ",name\n" ROW ",\n", false, &seen, &fault), FV_EDENIED);
	assert_int_equal(fault.line, 1);
	assert_string_equal(fault.column, "name");
	assert_string_equal(fault.rule,
	    "personal text never reaches the server; seal it with 'fieldvisitd case seal'");
	assert_int_equal(seen.count, 0);
}

static void
an_unknown_or_repeated_column_is_refused_by_name(void **state)
{
	(void)state;
	assert_refused(HEAD ",colour\n", FV_EFORMAT, 1, "colour");
	assert_refused(HEAD ",Case\n", FV_EFORMAT, 1, "Case");
	assert_refused(HEAD ",case\n", FV_EFORMAT, 1, "case");
	assert_refused(HEAD ",\n", FV_EFORMAT, 1, "");
	assert_refused(HEAD ",\xe5\xa7\x93\n", FV_EFORMAT, 1, "???");
	assert_refused("", FV_EFORMAT, 1, "");
}

static void
what_is_not_csv_is_refused_by_line(void **state)
{
	(void)state;
	assert_refused(HEAD "\n" ROW ",more\n", FV_EFORMAT, 2, "");
	assert_refused(HEAD "\n" ROW "\nc1,north\n", FV_EFORMAT, 3, "");
	assert_refused(HEAD "\n" ROW "\n\n" ROW "\n", FV_EFORMAT, 3, "");
	assert_refused(HEAD "\n\"c1,north\n", FV_EFORMAT, 2, "");
	assert_refused(HEAD "\n\"c1\"x,north,UTC,third_party,p\n", FV_EFORMAT, 2, "");
	assert_refused(HEAD "\nc\"1,north,UTC,third_party,p\n", FV_EFORMAT, 2, "");
	assert_refused(HEAD "\nc1,no\rth,UTC,third_party,p\n", FV_EFORMAT, 2, "");
	assert_refused(HEAD "\nc1,no\x01th,UTC,third_party,p\n", FV_EFORMAT, 2, "");
}

static void
a_bad_value_is_refused_by_line_and_column(void **state)
{
#define F(columns, values) HEAD "," columns "\n" ROW "," values "\n"
	(void)state;
	assert_refused(HEAD "\nc 1,north,UTC,third_party,p\n", FV_EFORMAT, 2, "case");
	assert_refused(HEAD "\n,north,UTC,third_party,p\n", FV_EFORMAT, 2, "case");
	assert_refused(HEAD "\nc1,,UTC,third_party,p\n", FV_EFORMAT, 2, "agency");
	assert_refused(HEAD "\nc1,north,Asia/,third_party,p\n", FV_EFORMAT, 2, "zone");
	assert_refused(HEAD "\nc1,north,../etc,third_party,p\n", FV_EFORMAT, 2, "zone");
	assert_refused(HEAD "\nc1,north,UTC;UTC,third_party,p\n", FV_EFORMAT, 2, "zone");
	assert_refused(HEAD "\nc1,north,UTC,bank,p\n", FV_EFORMAT, 2, "actor");
	assert_refused(HEAD "\nc1,north,UTC,third_party,\n", FV_EFORMAT, 2, "packs");
	assert_refused(F("product", "loan"), FV_EFORMAT, 2, "product");
	assert_refused(F("debts", "d1;;d2"), FV_EFORMAT, 2, "debts");
	assert_refused(F("debts", "d1; d2"), FV_EFORMAT, 2, "debts");
	assert_refused(
	    F("assigned", "officer-with-too-long-an-id"), FV_EFORMAT, 2, "assigned");
	assert_refused(F("radius_m", "0"), FV_ERANGE, 2, "radius_m");
	assert_refused(F("radius_m", "1e3"), FV_ERANGE, 2, "radius_m");
	assert_refused(F("radius_m", "100001"), FV_ERANGE, 2, "radius_m");
	assert_refused(F("plan_date", "2026-2-3"), FV_EFORMAT, 2, "plan_date");
	assert_refused(F("as_of", "2026-02-30"), FV_EFORMAT, 2, "as_of");
	assert_refused(F("lat,lon", "91,0"), FV_ERANGE, 2, "lat");
	assert_refused(F("lat,lon", "0,-180.00000001x"), FV_ERANGE, 2, "lon");
	assert_refused(F("lat,lon", "nan,0"), FV_ERANGE, 2, "lat");
	assert_refused(F("lat,lon", "1e1,0"), FV_ERANGE, 2, "lat");
	assert_refused(F("lat,lon", "52.5,"), FV_EFORMAT, 2, "lon");
	assert_refused(F("datum", "wgs-84"), FV_EFORMAT, 2, "datum");
#undef F
}

static void
a_value_after_a_long_one_is_named_by_its_own_line(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_int_equal(read_text(HEAD ",remark,radius_m\n" ROW ",\"two\nlines\",far\n", true,
			     &seen, &fault),
	    FV_ERANGE);
	assert_int_equal(fault.line, 3);
	assert_string_equal(fault.column, "radius_m");
}

static void
a_place_in_china_needs_its_datum(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_refused(HEAD ",lat,lon\n" ROW ",23.1291,113.2644\n", FV_EFORMAT, 2, "datum");
	assert_int_equal(read_text(HEAD ",lat,lon,datum\n" ROW ",23.1291,113.2644,wgs84\n",
			     false, &seen, &fault),
	    FV_OK);
	assert_int_equal(seen.place.lat_e7, 231291000);
	assert_int_equal(seen.place.lon_e7, 1132644000);
	assert_int_equal(
	    read_text(HEAD ",lat,lon\n" ROW ",52.52,13.405\n", false, &seen, &fault), FV_OK);
	assert_int_equal(seen.place.lat_e7, 525200000);
}

static void
a_shifted_pin_is_shifted_back_once(void **state)
{
	const struct fv_place true_place = {.lat_e7 = 231291000, .lon_e7 = 1132644000};
	static const char *const words[] = {"gcj02", "bd09"};
	static const enum fv_datum datums[] = {FV_DATUM_GCJ02, FV_DATUM_BD09};
	struct fv_case_fault fault;
	struct seen seen;
	char text[256];

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct fv_place pin = fv_geo_from_wgs84(true_place, datums[i]);
		assert_true(fv_geo_distance_mm(pin, true_place) > 300000);
		(void)snprintf(text, sizeof text,
		    HEAD ",lat,lon,datum\n" ROW ",%d.%07d,%d.%07d,%s\n", pin.lat_e7 / 10000000,
		    pin.lat_e7 % 10000000, pin.lon_e7 / 10000000, pin.lon_e7 % 10000000,
		    words[i]);
		assert_int_equal(read_text(text, false, &seen, &fault), FV_OK);
		assert_true(fv_geo_distance_mm(seen.place, true_place) < 2000);
	}
}

static void
degrees_are_read_to_the_nearest_unit(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_int_equal(
	    read_text(HEAD ",lat,lon\n" ROW ",-33.123456749999,151\n", false, &seen, &fault),
	    FV_OK);
	assert_int_equal(seen.place.lat_e7, -331234567);
	assert_int_equal(seen.place.lon_e7, 1510000000);
	assert_int_equal(
	    read_text(HEAD ",lat,lon\n" ROW ",-0.00000005,-180\n", false, &seen, &fault),
	    FV_OK);
	assert_int_equal(seen.place.lat_e7, -1);
	assert_int_equal(seen.place.lon_e7, -1800000000);
}

static void
numbers_that_belong_to_people_are_seen(void **state)
{
	/* Made up, with right check digits; 4111... and 6011... are published test cards. */
	static const char *const personal[] = {"11010519491231002X", "11010519491231002x",
	    "440524188001010014", "case-440524188001010014", "440524 18800101 0014",
	    "13800138000", "+8613800138000", "8613800138000", "+86-138-0013-8000",
	    "138 0013 8000", "19912345678", "4111111111111111", "6011000990139424",
	    "4111-1111-1111-1111", "a4111111111111111b", "378282246310005"};
	static const char *const harmless[] = {"", "c1", "2026-03-02", "NB2026-000123",
	    "440524188001010015", "4111111111111112", "12800138000", "23800138000",
	    "138001380001", "1380013800", "20260302", "cn-cba-2026", "1-2-3-4-5-6-7-8-9-10"};
	const char *rule;

	(void)state;
	for (size_t i = 0; i < sizeof personal / sizeof *personal; i++) {
		if (!fv_casecsv_personal(fv_span_z(personal[i]), &rule))
			fail_msg("not seen: %s", personal[i]);
		assert_non_null(rule);
	}
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
		if (fv_casecsv_personal(fv_span_z(harmless[i]), &rule))
			fail_msg("seen: %s", harmless[i]);
		assert_null(rule);
	}
}

static void
personal_text_in_an_audit_column_is_refused(void **state)
{
	(void)state;
	assert_refused(HEAD "\n13800138000,north,UTC,third_party,p\n", FV_EDENIED, 2, "case");
	assert_refused(HEAD ",debts\n" ROW ",d1;4111111111111111\n", FV_EDENIED, 2, "debts");
	assert_refused(HEAD ",radius_m\n" ROW ",13800138000\n", FV_EDENIED, 2, "radius_m");
}

static void
a_telephone_number_may_stand_in_a_sealed_column(void **state)
{
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	assert_int_equal(
	    read_text(HEAD ",phone\n" ROW ",13800138000;021-5550000\n", true, &seen, &fault),
	    FV_OK);
	assert_string_equal(seen.text, "[c1||||13800138000;021-5550000]");
	assert_int_equal(
	    read_text(HEAD ",phone\n" ROW ",\xff\n", true, &seen, &fault), FV_EFORMAT);
	assert_string_equal(fault.column, "phone");
}

static void
bounds_are_kept(void **state)
{
	struct fv_buf text = {0};
	struct fv_case_fault fault;
	struct seen seen;

	(void)state;
	fv_buf_put_z(&text, HEAD ",debts\n" ROW ",d0");
	for (int i = 1; i < 16; i++)
		fv_buf_putf(&text, ";d%d", i);
	assert_int_equal(read_bytes(fv_buf_span(&text), false, &seen, &fault), FV_OK);
	fv_buf_put_z(&text, ";d16");
	assert_int_equal(read_bytes(fv_buf_span(&text), false, &seen, &fault), FV_ETOOBIG);
	assert_string_equal(fault.column, "debts");
	fv_buf_reset(&text);
	fv_buf_put_z(&text, HEAD ",remark\n" ROW ",");
	for (size_t i = 0; i <= FV_CASECSV_ROW_MAX; i++)
		fv_buf_put_u8(&text, 'x');
	assert_int_equal(read_bytes(fv_buf_span(&text), true, &seen, &fault), FV_ETOOBIG);
	assert_int_equal(fault.line, 2);
	fv_buf_reset(&text);
	for (int i = 0; i < 33; i++)
		fv_buf_put_z(&text, "x,");
	assert_int_equal(read_bytes(fv_buf_span(&text), true, &seen, &fault), FV_ETOOBIG);
	fv_buf_clear(&text);
}

static void
no_cut_file_is_read_beyond_its_end(void **state)
{
	static const char whole[] = "\xef\xbb\xbf" HEAD ",name\r\n" ROW ",\"W \"\"E\"\"\"\r\n";
	struct fv_case_fault fault;
	struct seen seen;
	size_t good = 0;

	(void)state;
	for (size_t len = 0; len < sizeof whole; len++) {
		if (read_bytes(fv_span_of(whole, len), true, &seen, &fault) == FV_OK)
			good++;
		else
			assert_true(fault.line > 0);
	}
	/* The header with and without its end, the row with its end or just its quote. */
	assert_true(good >= 4);
}

static void
a_callback_may_stop_the_reading(void **state)
{
	struct seen seen = {.answer = FV_ECONFLICT};
	struct fv_casecsv_opts opts = {.take_sealed = false, .on_row = on_row, .ctx = &seen};
	struct fv_case_fault fault;

	(void)state;
	assert_int_equal(
	    fv_casecsv_read(fv_span_z(HEAD "\n" ROW "\n" ROW "\n"), &opts, &fault),
	    FV_ECONFLICT);
	assert_int_equal(seen.count, 1);
	assert_int_equal(fault.line, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_may_stand_in_any_order),
	    cmocka_unit_test(quotes_commas_and_line_ends_inside_a_value_are_kept),
	    cmocka_unit_test(a_last_line_without_an_end_counts),
	    cmocka_unit_test(a_sealed_column_in_clear_is_refused_by_name),
	    cmocka_unit_test(an_unknown_or_repeated_column_is_refused_by_name),
	    cmocka_unit_test(what_is_not_csv_is_refused_by_line),
	    cmocka_unit_test(a_bad_value_is_refused_by_line_and_column),
	    cmocka_unit_test(a_value_after_a_long_one_is_named_by_its_own_line),
	    cmocka_unit_test(a_place_in_china_needs_its_datum),
	    cmocka_unit_test(a_shifted_pin_is_shifted_back_once),
	    cmocka_unit_test(degrees_are_read_to_the_nearest_unit),
	    cmocka_unit_test(numbers_that_belong_to_people_are_seen),
	    cmocka_unit_test(personal_text_in_an_audit_column_is_refused),
	    cmocka_unit_test(a_telephone_number_may_stand_in_a_sealed_column),
	    cmocka_unit_test(bounds_are_kept),
	    cmocka_unit_test(no_cut_file_is_read_beyond_its_end),
	    cmocka_unit_test(a_callback_may_stop_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
