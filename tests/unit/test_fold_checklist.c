/* What the checklist and corrections of a visit make of it. */
#include "tests/unit/fold_fixture.h"

#define MIN_MS INT64_C(60000)

static int
begin(struct made_trail *t)
{
	return (int)made_put(t, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\"],5:1}");
}

static void
answer(struct world *w, int visit, int item, bool yes)
{
	(void)made_putf(&w->a, FV_REC_CHECKLIST, "{1:%d,4:[[%d,%s]],5:8}", visit, item,
	    yes ? "true" : "false");
}

static void
answers_at_the_door_say_how_the_visit_went(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	int v = begin(&w->a);

	for (int item = 1; item <= 6; item++)
		answer(w, v, item, true);
	answer(w, v, 7, false);
	answer(w, v, 8, false);
	(void)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1,5:1}", v);
	c = only(w);
	assert_int_equal(c->contact.identified, FV_TRI_YES);
	assert_int_equal(c->contact.identity_confirmed, FV_TRI_YES);
	assert_int_equal(c->contact.recorded, FV_RECORDED_AUDIO);
	assert_int_equal(c->contact.camera, FV_TRI_NO);
	assert_int_equal(c->contact.entered, FV_TRI_NO);
	assert_int_equal(c->contact.outcome, FV_OUTCOME_CONVERSATION);
	assert_int_equal(c->answered, 0xff);
	assert_int_equal(c->answered_yes, 0x3f);
	assert_int_equal(c->marks & FV_MARK_SAID_BOTH, 0);
}

static void
an_outcome_that_agrees_or_says_more_contradicts_nothing(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	int v = begin(&w->a);

	answer(w, v, 6, true);
	answer(w, v, 8, true);
	(void)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1,6:true,11:true,12:2}", v);
	c = only(w);
	assert_int_equal(c->contact.recorded, FV_RECORDED_VIDEO);
	assert_int_equal(c->contact.entered, FV_TRI_YES);
	assert_int_equal(c->contact.identified, FV_TRI_YES);
	assert_int_equal(c->contact.said_both, 0);
}

static void
where_checklist_and_outcome_contradict_each_other_nothing_is_known(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	int v = begin(&w->a);

	answer(w, v, 1, true);
	answer(w, v, 2, true);
	answer(w, v, 6, false);
	answer(w, v, 8, true);
	(void)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1,6:false,11:false,12:1,13:true}", v);
	c = only(w);
	assert_int_equal(c->contact.identified, FV_TRI_UNKNOWN);
	assert_int_equal(c->contact.entered, FV_TRI_UNKNOWN);
	assert_int_equal(c->contact.recorded, 0);
	assert_int_equal(c->contact.identity_confirmed, FV_TRI_YES);
	assert_int_equal(
	    c->contact.said_both, FV_SAID_IDENTIFIED | FV_SAID_ENTERED | FV_SAID_RECORDED);
	assert_int_equal(c->marks & FV_MARK_SAID_BOTH, FV_MARK_SAID_BOTH);
}

static void
a_corrected_outcome_that_agrees_ends_the_contradiction(void **state)
{
	struct world *w = *state;
	int v = begin(&w->a), o;

	answer(w, v, 8, true);
	o = (int)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1,6:false}", v);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:4,5:{6:true}}", o);
	assert_int_equal(only(w)->contact.entered, FV_TRI_YES);
}

static void
what_is_ticked_after_the_end_says_nothing(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	int v = begin(&w->a);

	(void)made_putf(&w->a, FV_REC_VISIT_END, "{1:%d,2:null,4:1}", v);
	answer(w, v, 3, true);
	answer(w, v, 8, true);
	c = only(w);
	assert_int_equal(c->answered, 0);
	assert_int_equal(c->contact.identity_confirmed, FV_TRI_UNKNOWN);
	assert_int_equal(fv_fold_event_count(w->fold), 0);
}

static void
an_invitation_is_a_consent_on_the_officers_word_inside_its_visit(void **state)
{
	struct world *w = *state;
	const struct fv_event *e;
	const struct fv_fold_contact *c;
	int v = begin(&w->a);

	answer(w, v, 8, true);
	answer(w, v, 8, true);
	c = only(w);
	assert_int_equal(fv_fold_event_count(w->fold), 1);
	e = &fv_fold_event(w->fold, 0)->event;
	assert_int_equal(e->kind, FV_EVENT_CONSENT);
	assert_int_equal(e->scopes, fv_code_bit(FV_SCOPE_ENTRY));
	assert_string_equal(e->recorded_by, "officer");
	assert_string_equal(e->contact, c->contact.id);
	assert_string_equal(e->case_id, "c1");
	assert_int_equal(e->at_utc_ms, w->a.records[v + 1].header.rtc_ms);
	assert_int_equal(e->source, FV_SOURCE_HANDHELD);
}

static void
an_answer_taken_back_is_no_consent_and_a_request_to_leave_stays(void **state)
{
	struct world *w = *state;
	int v = begin(&w->a);

	answer(w, v, 5, true);
	answer(w, v, 5, false);
	answer(w, v, 7, true);
	answer(w, v, 7, false);
	answer(w, v, 9, true);
	answer(w, v, 9, false);
	answer(w, v, 9, true); /* he has left by now */
	(void)only(w);
	assert_int_equal(fv_fold_event_count(w->fold), 1);
	assert_int_equal(fv_fold_event(w->fold, 0)->event.kind, FV_EVENT_LEAVE_REQUESTED);
	assert_int_equal(
	    fv_fold_event(w->fold, 0)->event.at_utc_ms, w->a.records[v + 6].header.rtc_ms);
}

static void
a_record_with_several_answers_counts_and_says_no_event(void **state)
{
	struct world *w = *state;
	int v = begin(&w->a);

	(void)made_putf(&w->a, FV_REC_CHECKLIST, "{1:%d,4:[[8,true],[9,false],[70,true]]}", v);
	assert_int_equal(only(w)->contact.entered, FV_TRI_YES);
	assert_int_equal(fv_fold_event_count(w->fold), 0);
	assert_int_equal(fv_fold_unknown_count(w->fold), 0);
}

static void
answers_that_are_none_stop_nothing(void **state)
{
	static const char *const keys[] = {"", ",4:7", ",4:[]", ",4:[[8]]", ",4:[[8,1]]"};
	struct world *w = *state;
	int v = begin(&w->a);

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		(void)made_putf(&w->a, FV_REC_CHECKLIST, "{1:%d%s}", v, keys[i]);
	answer(w, v, 3, true);
	assert_int_equal(only(w)->answered, 1U << 2);
}

/* --- wrong-case --- */

static const struct fv_fold_contact *
disown_after(struct world *w, int64_t wait_ms)
{
	int v = begin(&w->a);

	made_wait(&w->a, 20 * MIN_MS);
	(void)made_putf(&w->a, FV_REC_VISIT_END, "{1:%d,2:null,4:1}", v);
	made_wait(&w->a, wait_ms);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:1}", v);
	return only(w);
}

static void
a_wrong_case_said_within_ten_minutes_of_the_end_disowns_the_visit(void **state)
{
	const struct fv_fold_contact *c = disown_after(*state, 9 * MIN_MS);

	assert_true(c->contact.is_wrong_case);
	assert_int_equal(c->marks & FV_MARK_WRONG_CASE, FV_MARK_WRONG_CASE);
	assert_string_equal(c->contact.case_id, "c1");
}

static void
one_said_later_is_a_correction_and_disowns_nothing(void **state)
{
	const struct fv_fold_contact *c = disown_after(*state, 11 * MIN_MS);

	assert_false(c->contact.is_wrong_case);
	assert_int_equal(c->marks & FV_MARK_AMENDED, FV_MARK_AMENDED);
}

static void
one_said_in_the_visit_disowns_it_however_long_it_lasts(void **state)
{
	struct world *w = *state;
	int v = begin(&w->a);

	made_wait(&w->a, 50 * MIN_MS);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:1}", v);
	made_wait(&w->a, 50 * MIN_MS);
	(void)made_putf(&w->a, FV_REC_VISIT_END, "{1:%d,2:null,4:1}", v);
	assert_true(only(w)->contact.is_wrong_case);
}

static void
a_wrong_case_that_names_the_right_one_moves_the_visit_there(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	int v = begin(&w->a);

	answer(w, v, 8, true);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:1,5:{1:\"c2\"}}", v);
	c = only(w);
	assert_false(c->contact.is_wrong_case);
	assert_string_equal(c->contact.case_id, "c2");
	assert_string_equal(c->was_case, "c1");
	assert_string_equal(fv_fold_event(w->fold, 0)->event.case_id, "c2");
}

static void
a_disowned_visit_is_linked_with_none(void **state)
{
	struct world *w = *state;
	int v = (int)made_put(&w->a, FV_REC_VISIT_BEGIN,
	    "{1:\"c1\",2:{1:3,3:231291000,4:1132644000,6:5000},4:[\"o1\",\"o2\"]}");

	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:1}", v);
	(void)made_put(&w->b, FV_REC_VISIT_BEGIN,
	    "{1:\"c1\",2:{1:3,3:231291000,4:1132644000,6:5000},4:[\"o2\",\"o1\"]}");
	take(w->fold, &w->a);
	take(w->fold, &w->b);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_contact_count(w->fold), 2);
	assert_null(fv_fold_contact(w->fold, 0)->contact.link);
	assert_null(fv_fold_contact(w->fold, 1)->contact.link);
}

static void
a_narrowed_visit_keeps_the_end_that_was_recorded(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	int v = begin(&w->a), e;

	made_wait(&w->a, 120 * MIN_MS);
	e = (int)made_putf(&w->a, FV_REC_VISIT_END, "{1:%d,2:null,4:1}", v);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,3:%lld,4:3}", e,
	    (long long)(w->a.records[v].header.rtc_ms + 20 * MIN_MS));
	c = only(w);
	assert_true(c->has_was_end);
	assert_int_equal(c->was_end_ms, w->a.records[e].header.rtc_ms);
	assert_int_equal(c->contact.end_utc_ms - c->contact.begin_utc_ms, 20 * MIN_MS);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(answers_at_the_door_say_how_the_visit_went),
	    T(an_outcome_that_agrees_or_says_more_contradicts_nothing),
	    T(where_checklist_and_outcome_contradict_each_other_nothing_is_known),
	    T(a_corrected_outcome_that_agrees_ends_the_contradiction),
	    T(what_is_ticked_after_the_end_says_nothing),
	    T(an_invitation_is_a_consent_on_the_officers_word_inside_its_visit),
	    T(an_answer_taken_back_is_no_consent_and_a_request_to_leave_stays),
	    T(a_record_with_several_answers_counts_and_says_no_event),
	    T(answers_that_are_none_stop_nothing),
	    T(a_wrong_case_said_within_ten_minutes_of_the_end_disowns_the_visit),
	    T(one_said_later_is_a_correction_and_disowns_nothing),
	    T(one_said_in_the_visit_disowns_it_however_long_it_lasts),
	    T(a_wrong_case_that_names_the_right_one_moves_the_visit_there),
	    T(a_disowned_visit_is_linked_with_none),
	    T(a_narrowed_visit_keeps_the_end_that_was_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
