/* Sealed details as lines: what is taken, what is refused, what is missing. */
#include "fv/detail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/instant.h"

static const char plan_text[] =
    "balance: 12000\nstructure: principal 11000, interest 1000\n"
    "currency: CNY\nmonths: 12\nperiod: monthly\nmethod: transfer\n"
    "first: 2026-12-05\neach: 1000\nfees: none\ninterest: none\n"
    "no-new-card: yes\nrights: as agreed\nduties: as agreed\n"
    "default: the plan ends\n";

static enum fv_err
parse(const char *text, struct fv_detail *detail, struct fv_detail_fault *fault)
{
	return fv_detail_parse(fv_span_z(text), detail, fault);
}

static void
expect_refused(const char *text, enum fv_detail_rule rule, uint32_t line, const char *word)
{
	struct fv_detail_fault fault;
	struct fv_detail detail;

	assert_int_equal(parse(text, &detail, &fault), FV_EFORMAT);
	assert_int_equal(fault.rule, rule);
	assert_int_equal(fault.line, line);
	if (word != NULL)
		assert_string_equal(fault.word, word);
	else
		assert_null(fault.word);
	for (size_t i = 0; i < FV_DETAIL_COUNT; i++)
		assert_int_equal(detail.values[i].len, 0);
}

static void
a_promise_is_an_amount_and_a_day(void **state)
{
	struct fv_detail_fault fault;
	struct fv_detail detail;
	int64_t days;

	(void)state;
	assert_int_equal(parse("amount: CNY 500\ndue: 2026-12-05", &detail, &fault), FV_OK);
	assert_int_equal(fv_detail_missing(&detail, FV_BUSINESS_PROMISE), 0);
	assert_int_equal(fv_detail_due(&detail, &days), FV_OK);
	assert_int_equal(days, fv_days_from_civil(2026, 12, 5));
	assert_int_equal(parse("due: 2026-12-05", &detail, &fault), FV_OK);
	assert_int_equal(
	    fv_detail_missing(&detail, FV_BUSINESS_PROMISE), 1U << FV_DETAIL_AMOUNT);
	assert_int_equal(fv_detail_missing(&detail, FV_BUSINESS_EXTENSION), 0);
}

static void
what_is_typed_comes_out_in_its_one_form(void **state)
{
	struct fv_detail_fault fault;
	struct fv_detail detail;
	struct fv_buf out = {0};

	(void)state;
	assert_int_equal(parse("# a remark\n\n  DUE :  2026-12-05 \r\nAmount\xef\xbc\x9a"
			       "五百元\nother:\nno_new_card: no\n",
			     &detail, &fault),
	    FV_OK);
	fv_detail_put(&out, &detail);
	assert_string_equal(
	    fv_buf_z(&out), "amount: 五百元\ndue: 2026-12-05\nno-new-card: no\n");
	fv_buf_clear(&out);
}

static void
a_whole_plan_has_every_field_and_a_cut_one_says_which_is_missing(void **state)
{
	static const uint32_t fields[] = {0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 4, 4, 4};
	struct fv_detail_fault fault;
	struct fv_detail detail, cut;
	int64_t days;

	(void)state;
	assert_int_equal(parse(plan_text, &detail, &fault), FV_OK);
	assert_int_equal(fv_detail_missing(&detail, FV_BUSINESS_INSTALMENT), 0);
	assert_int_equal(fv_detail_plan_fields(&detail), 0x1f);
	assert_int_equal(fv_detail_months(&detail), 12);
	assert_int_equal(fv_detail_due(&detail, &days), FV_OK);
	assert_int_equal(days, fv_days_from_civil(2026, 12, 5));
	for (unsigned key = FV_DETAIL_BALANCE; key < FV_DETAIL_OTHER; key++) {
		cut = detail;
		cut.values[key].len = 0;
		assert_int_equal(fv_detail_missing(&cut, FV_BUSINESS_INSTALMENT), 1U << key);
		assert_int_equal(fv_detail_plan_fields(&cut),
		    0x1f & ~(1U << fields[key - FV_DETAIL_BALANCE]));
	}
}

static void
a_new_card_is_no_promise_of_none(void **state)
{
	struct fv_detail_fault fault;
	struct fv_detail detail;

	(void)state;
	assert_int_equal(parse("no-new-card: no", &detail, &fault), FV_OK);
	assert_int_equal(fv_detail_plan_fields(&detail), 0);
	assert_int_equal(parse("no-new-card: yes\nother: x", &detail, &fault), FV_OK);
	assert_int_equal(fv_detail_plan_fields(&detail), 0x28);
}

static void
a_bad_line_is_named_by_its_number_and_rule(void **state)
{
	char text[600];

	(void)state;
	expect_refused("amount: 5\nsomething", FV_DETAIL_NO_LINE, 2, NULL);
	expect_refused(": 5", FV_DETAIL_NO_LINE, 1, NULL);
	expect_refused("amout: 5", FV_DETAIL_NO_KEY, 1, NULL);
	expect_refused("\namount: 5\namount: 6", FV_DETAIL_TWICE, 3, "amount");
	expect_refused("amount: soon", FV_DETAIL_NO_AMOUNT, 1, "amount");
	expect_refused("due: 2026-02-29", FV_DETAIL_NO_DATE, 1, "due");
	expect_refused("due: 5.12.2026", FV_DETAIL_NO_DATE, 1, "due");
	expect_refused("first: tomorrow", FV_DETAIL_NO_DATE, 1, "first");
	expect_refused("months: 0", FV_DETAIL_NO_MONTHS, 1, "months");
	expect_refused("months: 601", FV_DETAIL_NO_MONTHS, 1, "months");
	expect_refused("months: twelve", FV_DETAIL_NO_MONTHS, 1, "months");
	expect_refused("no-new-card: maybe", FV_DETAIL_NO_YES, 1, "no-new-card");
	expect_refused("other: a\tb", FV_DETAIL_NO_TEXT, 1, "other");
	expect_refused("other: \xff", FV_DETAIL_NO_TEXT, 1, "other");
	memset(text, 'x', sizeof text);
	memcpy(text, "other: ", 7);
	text[507] = '\0';
	{
		struct fv_detail_fault fault;
		struct fv_detail detail;

		assert_int_equal(parse(text, &detail, &fault), FV_OK);
	}
	text[507] = 'x';
	text[508] = '\0';
	expect_refused(text, FV_DETAIL_TOO_LONG, 1, "other");
}

static void
a_text_over_the_limit_is_refused_whole(void **state)
{
	char *text = calloc(1, FV_DETAIL_TEXT_MAX + 2);
	struct fv_detail_fault fault;
	struct fv_detail detail;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', FV_DETAIL_TEXT_MAX + 1);
	assert_int_equal(parse(text, &detail, &fault), FV_ETOOBIG);
	text[FV_DETAIL_TEXT_MAX] = '\0';
	assert_int_equal(parse(text, &detail, &fault), FV_OK);
	free(text);
}

static void
other_results_need_no_field(void **state)
{
	struct fv_detail detail = {0};
	int64_t days;

	(void)state;
	for (uint32_t business = 5; business <= 11; business++)
		assert_int_equal(fv_detail_missing(&detail, business), 0);
	assert_int_equal(fv_detail_due(&detail, &days), FV_ENOENT);
	assert_int_equal(fv_detail_months(&detail), 0);
	assert_null(fv_detail_word(FV_DETAIL_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_promise_is_an_amount_and_a_day),
	    cmocka_unit_test(what_is_typed_comes_out_in_its_one_form),
	    cmocka_unit_test(a_whole_plan_has_every_field_and_a_cut_one_says_which_is_missing),
	    cmocka_unit_test(a_new_card_is_no_promise_of_none),
	    cmocka_unit_test(a_bad_line_is_named_by_its_number_and_rule),
	    cmocka_unit_test(a_text_over_the_limit_is_refused_whole),
	    cmocka_unit_test(other_results_need_no_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
