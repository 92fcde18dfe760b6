#include "fv/checklist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fv/rule.h"
#include "tests/support/made.h"

static void
each_item_has_a_word_and_each_but_the_debt_a_rule_that_asks_it(void **state)
{
	uint32_t asked = 0;

	(void)state;
	for (uint32_t kind = 0; kind <= FV_RULE_DUPLICATE + 1; kind++)
		asked |= fv_checklist_items(kind);
	assert_int_equal(fv_code_count(FV_CODES_CHECKLIST), FV_CHECKLIST_STEP_MAX);
	assert_int_equal(asked | FV_CHECKLIST_ALWAYS, (1U << FV_CHECKLIST_STEP_MAX) - 1);
	assert_int_equal(asked & FV_CHECKLIST_ALWAYS, 1U << (FV_STEP_CONFIRM - 1));
	assert_int_equal(fv_checklist_items(FV_RULE_HOLD), 0);
}

static void
the_last_answer_counts_and_is_dated_from_its_first(void **state)
{
	struct fv_checklist list = {0};

	(void)state;
	assert_int_equal(fv_checklist_answer(&list, FV_STEP_ENTER), FV_TRI_UNKNOWN);
	fv_checklist_take(&list, FV_STEP_ENTER, true, 5);
	fv_checklist_take(&list, FV_STEP_ENTER, false, 6);
	fv_checklist_take(&list, FV_STEP_ENTER, false, 7);
	assert_int_equal(fv_checklist_answer(&list, FV_STEP_ENTER), FV_TRI_NO);
	assert_int_equal(list.since[FV_STEP_ENTER], 6);
}

static void
an_item_that_is_none_is_passed_over(void **state)
{
	struct fv_checklist list = {0};

	(void)state;
	fv_checklist_take(&list, 0, true, 5);
	fv_checklist_take(&list, FV_CHECKLIST_STEP_MAX + 1, true, 5);
	fv_checklist_take(&list, UINT64_MAX, true, 5);
	assert_int_equal(list.answered, 0);
}

static void
he_has_identified_himself_by_both_items_only(void **state)
{
	static const struct {
		int said, shown; /* -1: not answered */
		enum fv_tri want;
	} rows[] = {{-1, -1, FV_TRI_UNKNOWN}, {1, -1, FV_TRI_UNKNOWN}, {1, 1, FV_TRI_YES},
	    {1, 0, FV_TRI_NO}, {-1, 0, FV_TRI_NO}, {0, 1, FV_TRI_NO}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fv_checklist list = {0};

		if (rows[i].said >= 0)
			fv_checklist_take(&list, FV_STEP_IDENTIFY, rows[i].said != 0, 1);
		if (rows[i].shown >= 0)
			fv_checklist_take(&list, FV_STEP_CREDENTIAL, rows[i].shown != 0, 2);
		assert_int_equal(fv_checklist_identified(&list), rows[i].want);
	}
}

static void
identity_is_confirmed_only_before_the_debt_is_named(void **state)
{
	struct fv_checklist list = {0};

	(void)state;
	assert_int_equal(fv_checklist_confirmed(&list), FV_TRI_UNKNOWN);
	fv_checklist_take(&list, FV_STEP_CONFIRM, true, 4);
	assert_int_equal(fv_checklist_confirmed(&list), FV_TRI_YES);
	fv_checklist_take(&list, FV_STEP_DEBT, true, 5);
	assert_int_equal(fv_checklist_confirmed(&list), FV_TRI_YES);
	fv_checklist_take(&list, FV_STEP_CONFIRM, true, 6); /* said again: nothing new */
	assert_int_equal(fv_checklist_confirmed(&list), FV_TRI_YES);
	fv_checklist_take(&list, FV_STEP_CONFIRM, false, 7);
	assert_int_equal(fv_checklist_confirmed(&list), FV_TRI_NO);
	fv_checklist_take(&list, FV_STEP_CONFIRM, true, 8); /* too late */
	assert_int_equal(fv_checklist_confirmed(&list), FV_TRI_NO);
}

static void
a_debt_that_was_named_to_nobody_known_is_a_no(void **state)
{
	struct fv_checklist debt = {0}, disclosed = {0};

	(void)state;
	fv_checklist_take(&debt, FV_STEP_DEBT, true, 3);
	assert_int_equal(fv_checklist_confirmed(&debt), FV_TRI_NO);
	fv_checklist_take(&debt, FV_STEP_CONFIRM, true, 4);
	assert_int_equal(fv_checklist_confirmed(&debt), FV_TRI_NO);
	fv_checklist_take(&debt, FV_STEP_DEBT, false, 5); /* it was a slip of the key */
	assert_int_equal(fv_checklist_confirmed(&debt), FV_TRI_YES);
	fv_checklist_take(&disclosed, FV_STEP_DISCLOSE, true, 3);
	fv_checklist_take(&disclosed, FV_STEP_CONFIRM, true, 4);
	assert_int_equal(fv_checklist_confirmed(&disclosed), FV_TRI_NO);
}

static void
staying_outside_is_as_green_as_going_in_and_no_badge_is_not(void **state)
{
	(void)state;
	assert_true(fv_checklist_is_green(FV_STEP_ENTER, false));
	assert_true(fv_checklist_is_green(FV_STEP_ENTER, true));
	assert_true(fv_checklist_is_green(FV_STEP_CREDENTIAL, true));
	assert_false(fv_checklist_is_green(FV_STEP_CREDENTIAL, false));
	assert_false(fv_checklist_is_green(FV_STEP_LEAVE, false));
}

static void
only_a_pair_of_item_and_answer_is_read(void **state)
{
	static const struct {
		const char *text;
		bool is_pair;
	} rows[] = {{"[3,true]", true}, {"[3]", false}, {"[3,true,1]", false},
	    {"[3,1]", false}, {"[-1,true]", false}, {"3", false}, {"{3:true}", false}};
	uint64_t item;
	bool answer;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fv_buf bytes = {0};
		struct fv_cbor_reader r;

		made_cbor(&bytes, rows[i].text);
		r = fv_cbor_reader_of(fv_buf_span(&bytes));
		assert_int_equal(fv_checklist_next(&r, &item, &answer), rows[i].is_pair);
		fv_buf_clear(&bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_item_has_a_word_and_each_but_the_debt_a_rule_that_asks_it),
	    cmocka_unit_test(the_last_answer_counts_and_is_dated_from_its_first),
	    cmocka_unit_test(an_item_that_is_none_is_passed_over),
	    cmocka_unit_test(he_has_identified_himself_by_both_items_only),
	    cmocka_unit_test(identity_is_confirmed_only_before_the_debt_is_named),
	    cmocka_unit_test(a_debt_that_was_named_to_nobody_known_is_a_no),
	    cmocka_unit_test(staying_outside_is_as_green_as_going_in_and_no_badge_is_not),
	    cmocka_unit_test(only_a_pair_of_item_and_answer_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
