/* The step that comes next for a learner, by what his practice handheld has recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "firmware-app/screen/guide_step.h"

#define OPEN                                                                                  \
	"{\"shift\":{},\"visit\":{},\"checklist\":{\"answered\":%d,\"of\":6,\"identity_"      \
	"confirmed\":%s}}"
#define ON_SHIFT "{\"shift\":{},\"visit\":null,\"checklist\":null}"
#define OFF "{\"shift\":null,\"visit\":null,\"checklist\":null}"

/* By a status and the names of the trail's records, with blanks between. */
static enum fv_guide_step
step(const char *status_text, const char *names, bool has_checked)
{
	json_t *status = json_loads(status_text, 0, NULL), *trail = json_array();
	char *copy = strdup(names), *rest = NULL;
	enum fv_guide_step found;

	assert_non_null(status);
	assert_non_null(copy);
	for (char *name = strtok_r(copy, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest))
		json_array_append_new(trail, json_pack("{s:s}", "name", name));
	found = fv_guide_step(status, trail, has_checked);
	free(copy);
	json_decref(status);
	json_decref(trail);
	return found;
}

static enum fv_guide_step
at_door(int answered, bool is_confirmed, const char *names)
{
	char text[160];

	snprintf(text, sizeof text, OPEN, answered, is_confirmed ? "true" : "null");
	return step(text, names, true);
}

static void
nothing_known_yet_is_the_first_step(void **state)
{
	(void)state;
	assert_int_equal(fv_guide_step(NULL, NULL, false), FV_GUIDE_SHIFT);
	assert_int_equal(fv_guide_step(NULL, NULL, true), FV_GUIDE_SHIFT);
}

static void
on_shift_the_rules_are_asked_before_a_visit_begins(void **state)
{
	(void)state;
	assert_int_equal(step(ON_SHIFT, "BOOT SHIFT_BEGIN", false), FV_GUIDE_CHECK);
	assert_int_equal(step(ON_SHIFT, "BOOT SHIFT_BEGIN", true), FV_GUIDE_BEGIN);
}

static void
at_the_door_the_missing_step_comes_next_in_whatever_order_the_others_came(void **state)
{
	(void)state;
	assert_int_equal(at_door(0, false, "SHIFT_BEGIN VISIT_BEGIN"), FV_GUIDE_IDENTIFY);
	assert_int_equal(at_door(6, false, "SHIFT_BEGIN VISIT_BEGIN"), FV_GUIDE_IDENTIFY);
	assert_int_equal(at_door(5, true, "SHIFT_BEGIN VISIT_BEGIN"), FV_GUIDE_CHECKLIST);
	assert_int_equal(at_door(6, true, "SHIFT_BEGIN VISIT_BEGIN CHECKLIST"), FV_GUIDE_NOTE);
	assert_int_equal(at_door(6, true, "VISIT_BEGIN CHECKLIST OUTCOME"), FV_GUIDE_NOTE);
	assert_int_equal(at_door(6, true, "VISIT_BEGIN NOTE CHECKLIST"), FV_GUIDE_OUTCOME);
	assert_int_equal(
	    at_door(6, true, "VISIT_BEGIN CHECKLIST NOTE OUTCOME"), FV_GUIDE_SLIP);
	assert_int_equal(at_door(6, true, "VISIT_BEGIN NOTE OUTCOME CHECKLIST"), FV_GUIDE_END);
}

static void
what_an_earlier_visit_had_counts_for_none_after_it(void **state)
{
	(void)state;
	assert_int_equal(
	    at_door(6, true, "VISIT_BEGIN NOTE OUTCOME CHECKLIST VISIT_END VISIT_BEGIN"),
	    FV_GUIDE_NOTE);
}

static void
after_the_visit_the_shift_ends_and_then_all_is_done(void **state)
{
	(void)state;
	assert_int_equal(
	    step(ON_SHIFT, "SHIFT_BEGIN VISIT_BEGIN VISIT_END", true), FV_GUIDE_SHIFT_END);
	assert_int_equal(
	    step(OFF, "SHIFT_BEGIN VISIT_BEGIN VISIT_END SHIFT_END", true), FV_GUIDE_DONE);
	assert_int_equal(step(ON_SHIFT, "VISIT_BEGIN VISIT_END SHIFT_END SHIFT_BEGIN", false),
	    FV_GUIDE_CHECK);
}

static void
a_shift_without_a_visit_is_no_lesson(void **state)
{
	(void)state;
	assert_int_equal(step(OFF, "SHIFT_BEGIN SHIFT_END", true), FV_GUIDE_SHIFT);
}

static void
records_that_cannot_be_read_are_passed_over(void **state)
{
	json_t *trail = json_pack("[{s:i},s,n,{}]", "name", 7, "VISIT_END");

	(void)state;
	assert_non_null(trail);
	assert_int_equal(fv_guide_step(NULL, trail, false), FV_GUIDE_SHIFT);
	json_decref(trail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_known_yet_is_the_first_step),
	    cmocka_unit_test(on_shift_the_rules_are_asked_before_a_visit_begins),
	    cmocka_unit_test(
		at_the_door_the_missing_step_comes_next_in_whatever_order_the_others_came),
	    cmocka_unit_test(what_an_earlier_visit_had_counts_for_none_after_it),
	    cmocka_unit_test(after_the_visit_the_shift_ends_and_then_all_is_done),
	    cmocka_unit_test(a_shift_without_a_visit_is_no_lesson),
	    cmocka_unit_test(records_that_cannot_be_read_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
