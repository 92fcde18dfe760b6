#include "sync-server/public.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sync-server/public_in.h"

#define NOW INT64_C(1790000000000)

static const uint8_t key[FV_KEY_BYTES] = {1, 2, 3}, other_key[FV_KEY_BYTES] = {4};

static void
a_path_leads_to_a_place_and_a_code(void **state)
{
	static const struct {
		const char *path;
		enum public_place place;
		bool has_code, is_good;
	} rows[] = {
	    {"/", PUBLIC_HOME, false, false},
	    {"/b/ABCDEFGHIJKLMN23", PUBLIC_BADGE, true, true},
	    {"/v/abcd-efgh-ijkl-mn23", PUBLIC_VISIT, true, true},
	    {"/v/abcd efgh ijkl mn2", PUBLIC_VISIT, true, false},
	    {"/r/", PUBLIC_RECEIPT, true, false},
	    {"/r", PUBLIC_RECEIPT, false, false},
	    {"/complain", PUBLIC_COMPLAIN, false, false},
	    {"/complain/x", PUBLIC_NOWHERE, false, false},
	    {"/style.css", PUBLIC_STYLE, false, false},
	    {"/bb", PUBLIC_NOWHERE, false, false},
	    {"/b/../desk", PUBLIC_BADGE, true, false},
	    {"", PUBLIC_NOWHERE, false, false},
	    {"//v/ABCDEFGHIJKLMN23", PUBLIC_NOWHERE, false, false},
	    {"/api/v1/about", PUBLIC_NOWHERE, false, false},
	};
	struct public_route route;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		public_route_read(rows[i].path, &route);
		assert_int_equal(route.place, rows[i].place);
		assert_int_equal(route.has_code, rows[i].has_code);
		assert_int_equal(route.is_good, rows[i].is_good);
		assert_string_equal(route.code, rows[i].is_good ? "ABCDEFGHIJKLMN23" : "");
	}
}

static void
a_token_is_good_for_a_day_and_always_gives_the_same_receipt(void **state)
{
	char token[PUBLIC_TOKEN_BYTES], other[PUBLIC_TOKEN_BYTES];
	char one[FV_CODE_BYTES], two[FV_CODE_BYTES];
	struct fv_span text;

	(void)state;
	public_token_make(key, NOW, token);
	public_token_make(key, NOW, other);
	assert_string_not_equal(token, other);
	text = fv_span_z(token);
	assert_int_equal(text.len, PUBLIC_TOKEN_BYTES - 1);
	assert_int_equal(public_token_check(key, NOW, text, one), FV_OK);
	assert_int_equal(
	    public_token_check(key, NOW + PUBLIC_TOKEN_LIFE_MS, text, two), FV_OK);
	assert_string_equal(one, two);
	assert_int_equal(strlen(one), 16);
	assert_int_equal(
	    public_token_check(key, NOW + PUBLIC_TOKEN_LIFE_MS + 1, text, two), FV_EAUTH);
	assert_string_equal(two, "");
	assert_int_equal(public_token_check(key, NOW - 1, text, two), FV_EAUTH);
	assert_int_equal(public_token_check(other_key, NOW, text, two), FV_EAUTH);
	assert_int_equal(public_token_check(key, NOW, fv_span_z(other), two), FV_OK);
	assert_string_not_equal(one, two);
	for (size_t i = 0; i < text.len; i++) {
		const char was = token[i];

		token[i] = was == '0' ? '1' : '0';
		assert_int_equal(public_token_check(key, NOW, text, two), FV_EAUTH);
		token[i] = was;
	}
	assert_int_equal(public_token_check(key, NOW, fv_span_z(""), two), FV_EAUTH);
}

static size_t
take_all(struct public_limit *limit, const char *client, enum public_use use, int64_t now_ms)
{
	size_t count = 0;

	while (count < 1000 && public_limit_take(limit, key, client, use, now_ms))
		count++;
	return count;
}

static void
an_address_that_asks_too_often_waits_and_others_do_not(void **state)
{
	struct public_limit *limit = calloc(1, sizeof *limit);

	(void)state;
	assert_non_null(limit);
	assert_int_equal(take_all(limit, "192.0.2.1", PUBLIC_LOOK, NOW), 40);
	assert_int_equal(take_all(limit, "192.0.2.1", PUBLIC_LOOK, NOW + 1999), 0);
	assert_int_equal(take_all(limit, "192.0.2.1", PUBLIC_LOOK, NOW + 4000), 2);
	assert_int_equal(take_all(limit, "192.0.2.1", PUBLIC_POST, NOW), 10);
	assert_int_equal(take_all(limit, "192.0.2.1", PUBLIC_NEW_CODE, NOW), 10);
	assert_int_equal(take_all(limit, "192.0.2.1", PUBLIC_LOOK, NOW + 3600000), 40);
	assert_int_equal(take_all(limit, "192.0.2.2", PUBLIC_LOOK, NOW), 40);
	/* A clock that is set back gives nothing away and takes nothing. */
	assert_int_equal(take_all(limit, "192.0.2.2", PUBLIC_LOOK, NOW - 3600000), 0);
	free(limit);
}

static void
a_network_of_ipv6_counts_as_one(void **state)
{
	struct public_limit *limit = calloc(1, sizeof *limit);

	(void)state;
	assert_non_null(limit);
	assert_int_equal(take_all(limit, "2001:db8:1:2::1", PUBLIC_POST, NOW), 10);
	assert_int_equal(take_all(limit, "2001:db8:1:2:ffff::9", PUBLIC_POST, NOW), 0);
	assert_int_equal(take_all(limit, "2001:db8:1:3::1", PUBLIC_POST, NOW), 10);
	assert_int_equal(take_all(limit, "192.0.2.1", PUBLIC_POST, NOW), 10);
	assert_int_equal(take_all(limit, "::ffff:192.0.2.1", PUBLIC_POST, NOW), 0);
	free(limit);
}

static struct public_form
read_form(const char *body)
{
	const struct fv_web_request request = {.method = "POST", .body = fv_span_z(body)};
	struct public_form form;

	assert_int_equal(public_form_read(&request, NOW, &form), FV_OK);
	return form;
}

static void
a_form_is_read_as_it_was_typed(void **state)
{
	struct public_form f =
	    read_form("kind=complaint&code=abcd-efgh-ijkl-mn23&text=a%26b%0D"
		      "%0A%E4%BD%A0+%3Cb%3E++&contact=+x&d1=&token=00");

	(void)state;
	assert_int_equal(f.wrong, W_NONE);
	assert_int_equal(f.kind, FV_CARE_COMPLAINT);
	assert_true(f.has_code);
	assert_string_equal(f.code, "ABCDEFGHIJKLMN23");
	assert_string_equal(fv_buf_z(&f.text), "a&b\r\n\xe4\xbd\xa0 <b>");
	assert_int_equal(f.days, 0);
	assert_string_equal(f.windows, "");
	public_form_clear(&f);
}

static void
times_are_written_from_numbers(void **state)
{
	static const struct {
		const char *body, *windows;
	} rows[] = {
	    {"kind=times&code=ABCDEFGHIJKLMN23&d6=1&d7=1&from=18:00&to=21:30",
		"[{\"days\":[\"sat\",\"sun\"],\"from\":\"18:00\",\"to\":\"21:30\"}]"},
	    {"kind=times&code=ABCDEFGHIJKLMN23&d1=1", "[{\"days\":[\"mon\"]}]"},
	    {"kind=times&code=ABCDEFGHIJKLMN23&from=00:00&to=23:59",
		"[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],"
		"\"from\":\"00:00\",\"to\":\"23:59\"}]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct public_form f = read_form(rows[i].body);

		assert_int_equal(f.wrong, W_NONE);
		assert_string_equal(f.windows, rows[i].windows);
		public_form_clear(&f);
	}
}

static void
what_is_wrong_with_a_form_is_said_first_things_first(void **state)
{
	static const struct {
		const char *body;
		enum public_word wrong;
	} rows[] = {
	    {"", W_WRONG_KIND},
	    {"kind=reduction&code=ABCDEFGHIJKLMN23", W_WRONG_KIND},
	    {"kind=complaint&code=ABCDEFGHIJKLMN23", W_WRONG_TEXT},
	    {"kind=complaint&code=ABCDEFGHIJKLMN23&text=++", W_WRONG_TEXT},
	    {"kind=data&text=x", W_WRONG_WHO},
	    {"kind=data&code=nonsense&text=x", W_WRONG_WHO},
	    {"kind=data&day=2026-02-30", W_WRONG_DAY},
	    {"kind=data&day=2199-01-01", W_WRONG_DAY},
	    {"kind=data&who=%ff", W_WRONG_BYTES},
	    {"kind=data&who=%00", W_WRONG_BYTES},
	    {"kind=data&who=%1b[31m", W_WRONG_BYTES},
	    {"kind=data&who=0123456789012345678901234567890123456789012345678901234567890",
		W_WRONG_LONG},
	    {"kind=times&code=ABCDEFGHIJKLMN23", W_WRONG_TIMES},
	    {"kind=times&code=ABCDEFGHIJKLMN23&from=18:00", W_WRONG_TIMES},
	    {"kind=times&code=ABCDEFGHIJKLMN23&from=18:00&to=18:00", W_WRONG_TIMES},
	    {"kind=times&code=ABCDEFGHIJKLMN23&from=24:00&to=25:00", W_WRONG_TIMES},
	    {"kind=times&code=ABCDEFGHIJKLMN23&from=1\"3:0&to=21:30", W_WRONG_TIMES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct public_form f = read_form(rows[i].body);

		if (f.wrong != rows[i].wrong)
			fail_msg("%s: %d", rows[i].body, (int)f.wrong);
		public_form_clear(&f);
	}
}

static void
every_word_is_there_in_both_languages(void **state)
{
	(void)state;
	for (size_t i = 1; i < W_COUNT; i++) {
		assert_non_null(public_words[i].en);
		assert_non_null(public_words[i].zh);
		assert_true(public_words[i].en[0] != '\0' && public_words[i].zh[0] != '\0');
		assert_true(fv_utf8_valid(fv_span_z(public_words[i].zh)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_path_leads_to_a_place_and_a_code),
	    cmocka_unit_test(a_token_is_good_for_a_day_and_always_gives_the_same_receipt),
	    cmocka_unit_test(an_address_that_asks_too_often_waits_and_others_do_not),
	    cmocka_unit_test(a_network_of_ipv6_counts_as_one),
	    cmocka_unit_test(a_form_is_read_as_it_was_typed),
	    cmocka_unit_test(times_are_written_from_numbers),
	    cmocka_unit_test(what_is_wrong_with_a_form_is_said_first_things_first),
	    cmocka_unit_test(every_word_is_there_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
