#include "fv/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/track.h"
#include "tests/unit/fold_fixture.h"

#define MIN_MS INT64_C(60000)
#define FIX "{1:3,3:%d,4:%d,6:5000,21:9}"
#define LAT 231291000
#define LON 1132644000

static uint64_t
begin_visit(struct made_trail *t, const char *officers, int lat_shift)
{
	return made_putf(t, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:" FIX ",4:%s,5:1,6:1}",
	    LAT + lat_shift, LON, officers);
}

static uint64_t
end_visit(struct made_trail *t, uint64_t visit)
{
	return made_putf(t, FV_REC_VISIT_END, "{1:%d,2:" FIX ",4:1}", (int)visit, LAT, LON);
}

static void
a_picture_of_a_home_says_that_a_camera_was_used_there(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	(void)made_putf(&w->a, FV_REC_ATTACHMENT, "{1:%d,9:4}", (int)v);
	(void)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1,6:true,16:false}", (int)v);
	(void)made_putf(&w->a, FV_REC_CHECKLIST, "{1:%d,4:[[7,false]]}", (int)v);
	(void)end_visit(&w->a, v);
	v = begin_visit(&w->a, "[\"o1\"]", 0);
	(void)made_putf(&w->a, FV_REC_ATTACHMENT, "{1:%d,9:2}", (int)v);
	(void)made_putf(&w->a, FV_REC_ATTACHMENT, "{1:%d}", (int)v);
	(void)end_visit(&w->a, v);
	(void)made_seal(&w->a);
	take(w->fold, &w->a);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_contact_count(w->fold), 2);
	c = fv_fold_contact(w->fold, 0);
	assert_int_equal(c->contact.camera, FV_TRI_YES);
	assert_int_equal(c->contact.entered, FV_TRI_YES);
	c = fv_fold_contact(w->fold, 1);
	assert_int_equal(c->contact.camera, FV_TRI_UNKNOWN);
}

static void
a_visit_becomes_one_contact_with_its_last_outcome(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);
	int64_t begin = w->a.records[v].header.rtc_ms;

	(void)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:6,5:6}", (int)v);
	(void)made_putf(&w->a, FV_REC_OUTCOME,
	    "{1:%d,4:1,5:1,6:false,7:[\"d1\",\"d2\"],8:[\"d1\"],9:1,11:true,12:3,13:true}",
	    (int)v);
	made_wait(&w->a, 10 * MIN_MS);
	(void)end_visit(&w->a, v);
	(void)made_seal(&w->a);
	c = only(w);
	assert_string_equal(c->contact.case_id, "c1");
	assert_int_equal(c->contact.channel, FV_CHANNEL_VISIT);
	assert_int_equal(c->contact.by, FV_BY_COLLECTOR);
	assert_int_equal(c->contact.begin_utc_ms, begin);
	assert_true(c->contact.has_end);
	assert_false(c->contact.is_open);
	assert_int_equal(c->contact.end_utc_ms, begin + 10 * MIN_MS + 3000);
	assert_int_equal(c->contact.outcome, FV_OUTCOME_CONVERSATION);
	assert_int_equal(c->contact.with, FV_WITH_DEBTOR);
	assert_int_equal(c->contact.entered, FV_TRI_NO);
	assert_int_equal(c->contact.identified, FV_TRI_YES);
	assert_int_equal(c->contact.camera, FV_TRI_UNKNOWN);
	assert_int_equal(c->contact.debts.count, 2);
	assert_string_equal(c->contact.discussed.items[0], "d1");
	assert_int_equal(c->business, 1);
	assert_int_equal(c->close, FV_FOLD_BY_HAND);
	assert_int_equal(c->marks, 0);
}

static void
an_id_is_letter_device_and_seq(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	char want[FV_FOLD_ID_BYTES] = "v-";

	for (size_t i = 0; i < 8; i++)
		(void)snprintf(want + 2 + 2 * i, 3, "%02x", w->a.trail.dev[i]);
	strcat(want, "-1");
	(void)begin_visit(&w->a, "[\"o1\"]", 0);
	c = only(w);
	assert_string_equal(c->contact.id, want);
}

static void
a_visit_without_end_is_open_to_its_latest_sign(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0), note;

	made_wait(&w->a, 5 * MIN_MS);
	note = made_putf(&w->a, FV_REC_NOTE, "{1:%d,9:1}", (int)v);
	made_wait(&w->a, 60 * MIN_MS);
	(void)made_put(&w->a, FV_REC_CLOCK_STEP, "{4:0,5:0}");
	c = only(w);
	assert_true(c->contact.is_open);
	assert_int_equal(c->close, FV_FOLD_OPEN);
	assert_int_equal(c->contact.end_utc_ms, w->a.records[note].header.rtc_ms);
	assert_int_equal(c->note_count, 1);
	assert_true((c->marks & FV_MARK_UNSEALED) != 0);
}

static void
a_crash_closes_an_open_visit_unless_it_is_taken_up_again(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	(void)made_putf(&w->a, FV_REC_BOOT, "{4:3,5:1000,7:%d}", (int)v);
	(void)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1}", (int)v);
	(void)made_put(&w->a, FV_REC_BOOT, "{4:3,5:1000}");
	(void)made_putf(&w->a, FV_REC_NOTE, "{1:%d,9:1}", (int)v);
	c = only(w);
	assert_int_equal(c->close, FV_FOLD_CRASH);
	assert_false(c->contact.is_open);
	assert_int_equal(c->contact.end_utc_ms, w->a.records[v + 2].header.rtc_ms);
}

static void
a_claimed_end_narrows_a_visit_and_never_widens_it(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0), e;
	int64_t begin = w->a.records[v].header.rtc_ms;

	made_wait(&w->a, 120 * MIN_MS);
	e = end_visit(&w->a, v);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,3:%lld,4:3}", (int)e,
	    (long long)(begin - 60 * MIN_MS));
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,3:%lld,4:3}", (int)e,
	    (long long)(begin + 20 * MIN_MS));
	c = only(w);
	assert_int_equal(c->contact.begin_utc_ms, begin);
	assert_int_equal(c->contact.end_utc_ms, begin + 20 * MIN_MS);
	assert_true(c->contact.is_open);
	assert_true((c->marks & FV_MARK_AMENDED) != 0);
}

static void
a_claimed_begin_is_a_second_claim_and_no_replacement(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);
	int64_t begin = w->a.records[v].header.rtc_ms;

	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,3:%lld,4:2}", (int)v,
	    (long long)(begin - 20 * MIN_MS));
	c = only(w);
	assert_int_equal(c->contact.begin_utc_ms, begin);
	assert_true(c->contact.has_claim);
	assert_int_equal(c->contact.claim_begin_ms, begin - 20 * MIN_MS);
	assert_true((c->marks & FV_MARK_CLAIMS) != 0);
	assert_true(c->contact.has_correction);
	assert_int_equal(c->contact.corrected_begin_ms, begin - 20 * MIN_MS);
	assert_int_equal(c->contact.corrected_end_ms, c->contact.end_utc_ms);
}

static void
the_newest_correction_of_each_end_stands_beside_what_was_recorded(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0), e;
	int64_t begin = w->a.records[v].header.rtc_ms;

	made_wait(&w->a, 60 * MIN_MS);
	e = end_visit(&w->a, v);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,3:%lld,4:2}", (int)v,
	    (long long)(begin - 30 * MIN_MS));
	(void)made_putf(
	    &w->a, FV_REC_AMEND, "{1:%d,3:%lld,4:2}", (int)v, (long long)(begin + MIN_MS));
	uint64_t last = made_putf(&w->a, FV_REC_AMEND, "{1:%d,3:%lld,4:3}", (int)e,
	    (long long)(begin + 90 * MIN_MS));
	c = only(w);
	assert_true(c->contact.has_correction);
	assert_int_equal(c->contact.begin_utc_ms, begin);
	assert_int_equal(c->contact.end_utc_ms, w->a.records[e].header.rtc_ms);
	assert_int_equal(c->contact.corrected_begin_ms, begin + MIN_MS);
	assert_int_equal(c->contact.corrected_end_ms, begin + 90 * MIN_MS);
	assert_int_equal(c->contact.corrected_at_ms, w->a.records[last].header.rtc_ms);
}

static void
a_visit_that_nobody_corrected_has_no_correction(void **state)
{
	struct world *w = *state;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	made_wait(&w->a, 60 * MIN_MS);
	end_visit(&w->a, v);
	assert_false(only(w)->contact.has_correction);
}

static void
a_correction_replaces_the_keys_that_it_names_and_keeps_both(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0), o;

	o = made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1,5:1,7:[\"d1\"]}", (int)v);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:4,5:{4:6}}", (int)o);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:1,5:{1:\"c2\"}}", (int)v);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:4,5:{4:7,5:null}}", (int)o);
	c = only(w);
	assert_string_equal(c->contact.case_id, "c2");
	assert_string_equal(c->was_case, "c1");
	assert_int_equal(c->contact.outcome, FV_OUTCOME_REFUSED);
	assert_true(c->has_was_outcome);
	assert_int_equal(c->was_outcome, FV_OUTCOME_CONVERSATION);
	assert_int_equal(c->contact.with, 0);
	assert_int_equal(c->contact.debts.count, 1);
}

static void
receiver_time_far_from_the_clock_is_a_second_claim(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;

	w->a.has_gnss = true;
	w->a.gnss_offset_ms = -3 * 60 * MIN_MS;
	(void)begin_visit(&w->a, "[\"o1\"]", 0);
	c = only(w);
	assert_true(c->contact.has_claim);
	assert_int_equal(c->contact.claim_begin_ms, c->contact.begin_utc_ms - 3 * 60 * MIN_MS);
}

static void
two_seconds_of_difference_are_no_claim(void **state)
{
	struct world *w = *state;

	w->a.has_gnss = true;
	w->a.gnss_offset_ms = 2000;
	(void)begin_visit(&w->a, "[\"o1\"]", 0);
	assert_false(only(w)->contact.has_claim);
}

static void
receiver_time_without_three_3d_fixes_is_no_claim(void **state)
{
	struct world *w = *state;

	w->a.has_gnss = true;
	w->a.gnss_offset_ms = 9000;
	(void)made_put(&w->a, FV_REC_VISIT_BEGIN,
	    "{1:\"c1\",2:{1:3,3:231291000,4:1132644000,21:2},4:[\"o1\"]}");
	assert_false(only(w)->contact.has_claim);
}

static void
a_week_rollover_is_marked_and_no_claim(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;

	w->a.has_gnss = true;
	w->a.gnss_offset_ms = -INT64_C(619315200000) + 5000;
	(void)begin_visit(&w->a, "[\"o1\"]", 0);
	c = only(w);
	assert_false(c->contact.has_claim);
	assert_true((c->marks & FV_MARK_ROLLOVER) != 0);
}

static void
a_later_clock_step_of_the_same_boot_makes_a_claim(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);
	int64_t boottime = w->a.records[v].header.boottime_ms;

	(void)made_putf(
	    &w->a, FV_REC_CLOCK_STEP, "{4:1000,5:%lld}", (long long)INT64_C(1772420000000));
	memset(w->a.boot, 9, sizeof w->a.boot);
	(void)made_put(&w->a, FV_REC_CLOCK_STEP, "{4:1000,5:5}");
	c = only(w);
	assert_true(c->contact.has_claim);
	assert_int_equal(c->contact.claim_begin_ms, boottime + INT64_C(1772420000000));
}

static void
an_end_before_its_begin_is_measured_by_boottime(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	made_wait(&w->a, 10 * MIN_MS);
	w->a.rtc_ms -= 60 * MIN_MS;
	(void)end_visit(&w->a, v);
	c = only(w);
	assert_int_equal(c->contact.end_utc_ms, c->contact.begin_utc_ms + 10 * MIN_MS + 1000);
	assert_true((c->marks & FV_MARK_CLOCK) != 0);
}

static void
a_declared_officer_is_not_confirmed(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;

	(void)begin_visit(&w->a, "[\"o1\",\"o2\"]", 0);
	c = only(w);
	assert_int_equal(c->contact.officers.count, 2);
	assert_int_equal(c->contact.second_confirmed, FV_TRI_NO);
	assert_true((c->marks & FV_MARK_DECLARED) != 0);
}

static void
a_cosign_by_pin_confirms_and_an_unchecked_code_does_not(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\",\"o2\"]", 0);
	uint64_t u = begin_visit(&w->b, "[\"o5\"]", 0);

	(void)made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o2\",5:1}", (int)v);
	(void)made_putf(&w->b, FV_REC_COSIGN, "{1:%d,4:\"o6\",5:2,6:\"12345678\"}", (int)u);
	take(w->fold, &w->b);
	take(w->fold, &w->a);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	for (size_t i = 0; i < 2; i++) {
		c = fv_fold_contact(w->fold, i);
		assert_int_equal(c->contact.officers.count, 2);
		assert_int_equal(c->contact.second_confirmed,
		    memcmp(c->dev, w->a.trail.dev, FV_DEV_BYTES) == 0 ? FV_TRI_YES
								      : FV_TRI_NO);
	}
}

static void
fold_two_visits(struct world *w, const char *officers_b, int shift, int64_t wait)
{
	(void)begin_visit(&w->a, "[\"o1\",\"o2\"]", 0);
	made_wait(&w->b, wait);
	(void)begin_visit(&w->b, officers_b, shift);
	take(w->fold, &w->a);
	take(w->fold, &w->b);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_contact_count(w->fold), 2);
}

static void
two_handhelds_at_one_visit_are_linked_and_confirm_each_other(void **state)
{
	struct world *w = *state;

	fold_two_visits(w, "[\"o2\"]", 5000, 9 * MIN_MS);
	assert_non_null(fv_fold_contact(w->fold, 0)->contact.link);
	assert_string_equal(fv_fold_contact(w->fold, 0)->contact.link,
	    fv_fold_contact(w->fold, 1)->contact.link);
	assert_int_equal(fv_fold_contact(w->fold, 0)->contact.second_confirmed, FV_TRI_YES);
}

static void
visits_far_apart_late_or_undeclared_are_not_linked(void **state)
{
	struct world *w = *state;

	fold_two_visits(w, "[\"o2\"]", 20000, 0);
	assert_null(fv_fold_contact(w->fold, 0)->contact.link);
	fv_fold_free(w->fold);
	assert_int_equal(fv_fold_new(&w->fold), FV_OK);
	made_free(&w->a);
	made_free(&w->b);
	made_init(&w->a, 1);
	made_init(&w->b, 2);
	fold_two_visits(w, "[\"o2\"]", 0, 11 * MIN_MS);
	assert_null(fv_fold_contact(w->fold, 0)->contact.link);
	fv_fold_free(w->fold);
	assert_int_equal(fv_fold_new(&w->fold), FV_OK);
	made_free(&w->a);
	made_free(&w->b);
	made_init(&w->a, 1);
	made_init(&w->b, 2);
	fold_two_visits(w, "[\"o3\"]", 0, 0);
	assert_null(fv_fold_contact(w->fold, 0)->contact.link);
}

/* Another try at two visits, from the beginning. */
static void
start_again(struct world *w)
{
	fv_fold_free(w->fold);
	assert_int_equal(fv_fold_new(&w->fold), FV_OK);
	made_free(&w->a);
	made_free(&w->b);
	made_init(&w->a, 1);
	made_init(&w->b, 2);
}

static bool
is_the_code(const struct fv_fold_code *code, void *ctx)
{
	*(struct fv_fold_code *)ctx = *code;
	return fv_span_equal(code->code, fv_span_z("12345678"));
}

static void
a_code_confirms_when_whoever_knows_says_so(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	struct fv_fold_code asked;
	uint64_t v = begin_visit(&w->a, "[\"o1\",\"o2\",\"o3\"]", 0), s;

	s = made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o2\",5:2,6:\"12345678\"}", (int)v);
	fv_fold_check_codes(w->fold, is_the_code, &asked);
	c = only(w);
	assert_string_equal(asked.officer, "o2");
	assert_string_equal(asked.case_id, "c1");
	assert_int_equal(asked.at_ms, w->a.records[s].header.rtc_ms);
	assert_memory_equal(asked.dev, w->a.trail.dev, FV_DEV_BYTES);
	assert_int_equal(c->confirmed[0], FV_OFFICER_HOLDS);
	assert_int_equal(c->confirmed[1], FV_OFFICER_BY_CODE);
	assert_int_equal(c->confirmed[2], FV_OFFICER_DECLARED);
	assert_int_equal(c->contact.second_confirmed, FV_TRI_YES);
	assert_int_equal(c->marks & (FV_MARK_DECLARED | FV_MARK_CODE_WRONG), FV_MARK_DECLARED);
}

static void
a_wrong_code_leaves_him_declared_until_a_right_one_comes(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	struct fv_fold_code asked;

	for (int right = 0; right < 2; right++) {
		start_again(w);
		uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);
		(void)made_putf(
		    &w->a, FV_REC_COSIGN, "{1:%d,4:\"o2\",5:2,6:\"00000000\"}", (int)v);
		(void)made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o2\",5:2,6:\"%s\"}", (int)v,
		    right ? "12345678" : "87654321");
		fv_fold_check_codes(w->fold, is_the_code, &asked);
		c = only(w);
		assert_string_equal(c->contact.officers.items[1], "o2");
		assert_int_equal(
		    c->confirmed[1], right ? FV_OFFICER_BY_CODE : FV_OFFICER_CODE_WRONG);
		assert_int_equal(c->contact.second_confirmed, right ? FV_TRI_YES : FV_TRI_NO);
		assert_int_equal((c->marks & FV_MARK_CODE_WRONG) != 0, !right);
	}
}

static void
a_code_that_nobody_can_check_says_so(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	(void)made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o2\",5:2,6:\"12345678\"}", (int)v);
	c = only(w);
	assert_int_equal(c->confirmed[1], FV_OFFICER_CODE_NOT_CHECKED);
	assert_int_equal(c->contact.second_confirmed, FV_TRI_NO);
	assert_int_equal(c->marks & (FV_MARK_DECLARED | FV_MARK_CODE_NOT_CHECKED),
	    FV_MARK_DECLARED | FV_MARK_CODE_NOT_CHECKED);
}

static void
a_cosign_of_oneself_after_the_end_or_by_correction_confirms_nobody(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\",\"o2\",\"o1\"]", 0), s;

	(void)made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o1\",5:1}", (int)v);
	s = made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o3\",5:9}", (int)v);
	(void)made_putf(&w->a, FV_REC_AMEND, "{1:%d,4:5,5:{4:\"o2\",5:1}}", (int)s);
	(void)end_visit(&w->a, v);
	(void)made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o2\",5:1}", (int)v);
	c = only(w);
	assert_int_equal(c->contact.officers.count, 3); /* o1 once, and o3 by name alone */
	assert_int_equal(c->contact.second_confirmed, FV_TRI_NO);
	for (size_t i = 1; i < 3; i++)
		assert_int_equal(c->confirmed[i], FV_OFFICER_DECLARED);
}

static void
linked_visits_name_both_officers_by_their_own_handhelds(void **state)
{
	struct world *w = *state;

	fold_two_visits(w, "[\"o2\"]", 5000, 10 * MIN_MS);
	for (size_t i = 0; i < 2; i++) {
		const struct fv_fold_contact *c = fv_fold_contact(w->fold, i);

		assert_int_equal(c->contact.officers.count, 2);
		assert_int_equal(c->confirmed[1], FV_OFFICER_BY_HANDHELD);
		assert_int_equal(c->contact.second_confirmed, FV_TRI_YES);
		assert_int_equal(c->marks & FV_MARK_DECLARED, 0);
	}
}

/* Two visits in a stairwell without a fix; o2 gave `means` on o1's handheld. */
static void
fold_without_place(struct world *w, const char *means)
{
	uint64_t v =
	    made_put(&w->a, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o1\",\"o2\"]}");
	struct fv_fold_code asked;

	(void)made_put(&w->b, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:null,4:[\"o2\"]}");
	if (means != NULL)
		(void)made_putf(&w->a, FV_REC_COSIGN, "{1:%d,4:\"o2\",%s}", (int)v, means);
	fv_fold_check_codes(w->fold, is_the_code, &asked);
	take(w->fold, &w->a);
	take(w->fold, &w->b);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_contact_count(w->fold), 2);
}

static void
without_a_place_visits_are_linked_by_pin_or_good_code_only(void **state)
{
	static const struct {
		const char *means;
		bool is_linked;
	} rows[] = {{"5:1", true}, {"5:2,6:\"12345678\"", true}, {"5:2,6:\"00000000\"", false},
	    {NULL, false}};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start_again(w);
		fold_without_place(w, rows[i].means);
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(fv_fold_contact(w->fold, k)->contact.link != NULL,
			    rows[i].is_linked);
	}
}

static void
unlinked_visits_near_in_time_are_both_there_to_be_asked_about(void **state)
{
	struct world *w = *state;
	const struct fv_contact *x, *y;

	fold_two_visits(w, "[\"o3\"]", 0, 3 * MIN_MS);
	x = &fv_fold_contact(w->fold, 0)->contact;
	y = &fv_fold_contact(w->fold, 1)->contact;
	assert_true(x->link == NULL && y->link == NULL && strcmp(x->id, y->id) != 0);
	assert_true(y->begin_utc_ms - x->begin_utc_ms <= FV_FOLD_LINK_MS);
	assert_true(x->has_place && y->has_place && x->has_officers && y->has_officers);
	assert_string_not_equal(x->officers.items[0], y->officers.items[0]);
}

static void
an_event_names_its_visit_and_takes_its_case(void **state)
{
	struct world *w = *state;
	const struct fv_fold_event *e;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	(void)made_putf(&w->a, FV_REC_EVENT,
	    "{1:%d,4:1,5:[1,4,99],6:\"written\",7:\"collector\",9:1772500000000,"
	    "10:[[3,900,1020]],11:\"n1\",12:\"officer\",13:[\"d1\"],15:[1,2]}",
	    (int)v);
	(void)made_put(&w->a, FV_REC_EVENT, "{1:\"c9\",3:1772000000000,4:3}");
	take(w->fold, &w->a);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_event_count(w->fold), 2);
	e = fv_fold_event(w->fold, 0);
	assert_string_equal(e->event.case_id, "c1");
	assert_string_equal(e->event.contact, fv_fold_contact(w->fold, 0)->contact.id);
	assert_int_equal(e->event.kind, FV_EVENT_CONSENT);
	assert_int_equal(
	    e->event.scopes, fv_code_bit(FV_SCOPE_TIME) | fv_code_bit(FV_SCOPE_ENTRY));
	assert_int_equal(e->event.form, FV_FORM_WRITTEN);
	assert_int_equal(e->event.to, FV_TO_COLLECTOR);
	assert_false(e->event.has_from);
	assert_true(e->event.has_until);
	assert_int_equal(e->event.window_count, 1);
	assert_int_equal(e->event.windows[0].days, 3);
	assert_int_equal(e->event.windows[0].to_minute, 1020);
	assert_string_equal(e->event.recorded_by, "officer");
	assert_int_equal(
	    e->event.channels, fv_code_bit(FV_CHANNEL_VISIT) | fv_code_bit(FV_CHANNEL_CALL));
	e = fv_fold_event(w->fold, 1);
	assert_string_equal(e->event.case_id, "c9");
	assert_int_equal(e->event.at_utc_ms, INT64_C(1772000000000));
	assert_null(e->event.contact);
}

static void
a_call_is_a_contact_by_the_officer_on_shift(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;

	(void)made_put(&w->a, FV_REC_SHIFT_BEGIN, "{4:\"o7\"}");
	(void)made_put(&w->a, FV_REC_CONTACT,
	    "{1:\"c1\",3:1772410000000,4:2,5:1772410060000,6:1,7:\"n1\",8:3,10:3,16:1}");
	c = only(w);
	assert_false(c->is_visit);
	assert_memory_equal(c->contact.id, "k-", 2);
	assert_int_equal(c->contact.channel, FV_CHANNEL_CALL);
	assert_int_equal(c->contact.begin_utc_ms, INT64_C(1772410000000));
	assert_int_equal(c->contact.end_utc_ms, INT64_C(1772410060000));
	assert_string_equal(c->contact.number, "n1");
	assert_string_equal(c->contact.officers.items[0], "o7");
}

static void
one_bad_fix_does_not_move_a_visit(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	for (int i = 0; i < 4; i++)
		(void)made_putf(&w->a, FV_REC_EVENT, "{1:%d,2:" FIX ",4:29}", (int)v,
		    i == 2 ? LAT + 90000 : LAT + i, LON);
	(void)end_visit(&w->a, v);
	c = only(w);
	assert_int_equal(c->fix, FV_FOLD_FIX_INSIDE);
	assert_true(c->contact.has_place);
	assert_in_range(c->contact.lat_e7, LAT - 2, LAT + 4);
	assert_in_range(c->contact.accuracy_mm, 5000, 5100);
	assert_int_equal(c->fix_count, 5);
}

/* A TRACK of 60 fixes, one a second from `from_ms` on. */
static void
put_track(struct made_trail *t, int64_t from_ms, int lat)
{
	struct made_record *r = &t->records[t->count];
	struct fv_track_info info = {.first_ms = from_ms,
	    .quantum_e7 = 10,
	    .count = 60,
	    .has_worst_eph = true,
	    .worst_eph_mm = 8000};
	struct fv_track_fix fixes[60];

	for (int i = 0; i < 60; i++)
		fixes[i] = (struct fv_track_fix){from_ms + i * 1000, {lat, LON}};
	assert_int_equal(fv_track_payload_put(&r->payload, &info, fixes), FV_OK);
	(void)made_finish(t, FV_REC_TRACK);
}

static void
the_track_inside_a_visit_gives_its_place(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	int64_t begin;
	uint64_t v;

	w->a.has_gnss = true;
	put_track(&w->a, w->a.rtc_ms - 61000, LAT + 90000);
	v = made_put(&w->a, FV_REC_VISIT_BEGIN, "{1:\"c1\",4:[\"o1\"]}");
	begin = w->a.records[v].header.gnss_ms;
	made_wait(&w->a, 5 * MIN_MS);
	put_track(&w->a, begin + MIN_MS, LAT);
	(void)made_putf(&w->a, FV_REC_VISIT_END, "{1:%d,4:1}", (int)v);
	made_wait(&w->a, MIN_MS);
	put_track(&w->a, w->a.rtc_ms - 60000, LAT + 90000);
	c = only(w);
	assert_int_equal(c->fix, FV_FOLD_FIX_INSIDE);
	assert_int_equal(c->fix_count, 60);
	assert_int_equal(c->contact.lat_e7, LAT);
	assert_in_range(c->contact.accuracy_mm, 7990, 8010);
}

static void
a_track_that_cannot_be_decoded_is_unknown(void **state)
{
	struct world *w = *state;
	struct fv_fold_record r;
	uint64_t v;

	put_track(&w->a, w->a.rtc_ms, LAT);
	v = begin_visit(&w->a, "[\"o1\"]", 0);
	(void)v;
	w->a.records[1].payload.ptr[w->a.records[1].payload.len / 2] ^= 1;
	for (size_t i = 0; i < w->a.count; i++) {
		r = record_of(&w->a, i);
		assert_int_equal(fv_fold_add(w->fold, &r), FV_OK);
	}
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_unknown_count(w->fold), 1);
}

static void
no_fix_inside_is_bridged_by_one_before_and_one_after(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v;

	(void)made_putf(&w->a, FV_REC_CHECKIN, "{2:" FIX "}", LAT, LON);
	made_wait(&w->a, 5 * MIN_MS);
	v = made_put(&w->a, FV_REC_VISIT_BEGIN, "{1:\"c1\",2:{1:1},4:[\"o1\"]}");
	(void)made_putf(&w->a, FV_REC_VISIT_END, "{1:%d,2:null,4:1}", (int)v);
	made_wait(&w->a, 5 * MIN_MS);
	(void)made_putf(&w->a, FV_REC_CHECKIN, "{2:" FIX "}", LAT + 2000, LON);
	c = only(w);
	assert_int_equal(c->fix, FV_FOLD_FIX_BRIDGED);
	assert_true(c->contact.has_place);
	assert_int_equal(c->contact.lat_e7, LAT + 1000);
	/* both circles fit in: half of 22 m, and the larger error */
	assert_in_range(c->contact.accuracy_mm, 5000 + 11000, 5000 + 11200);
}

static void
a_fix_on_one_side_only_or_too_old_is_no_place(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v;

	(void)made_putf(&w->a, FV_REC_CHECKIN, "{2:" FIX "}", LAT, LON);
	made_wait(&w->a, 5 * MIN_MS);
	v = made_put(&w->a, FV_REC_VISIT_BEGIN, "{1:\"c1\",4:[\"o1\"]}");
	(void)made_putf(&w->a, FV_REC_VISIT_END, "{1:%d,4:1}", (int)v);
	made_wait(&w->a, 11 * MIN_MS);
	(void)made_putf(&w->a, FV_REC_CHECKIN, "{2:" FIX "}", LAT, LON);
	c = only(w);
	assert_int_equal(c->fix, FV_FOLD_FIX_ONE_SIDE);
	assert_false(c->contact.has_place);
}

static void
a_stale_fix_in_a_stamp_counts_as_one_from_before(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;

	(void)made_putf(&w->a, FV_REC_VISIT_BEGIN,
	    "{1:\"c1\",2:{1:3,3:%d,4:%d,6:5000,18:300000},4:[\"o1\"]}", LAT, LON);
	c = only(w);
	assert_int_equal(c->fix, FV_FOLD_FIX_ONE_SIDE);
	assert_false(c->contact.has_place);
}

static void
a_pseudo_terminal_and_an_alarm_are_marked(void **state)
{
	struct world *w = *state;
	const struct fv_fold_contact *c;
	uint64_t v;

	(void)made_put(&w->a, FV_REC_SESSION, "{4:3,5:\"/dev/pts/4\",6:\"NMEA0183\"}");
	v = begin_visit(&w->a, "[\"o1\"]", 0);
	(void)made_put(&w->a, FV_REC_ALARM, "{4:3,5:[1]}");
	(void)end_visit(&w->a, v);
	c = only(w);
	assert_int_equal(c->source_kind, 3);
	assert_true((c->marks & FV_MARK_PTY) != 0);
	assert_true((c->marks & FV_MARK_ALARM) != 0);
	assert_true(c->alarms == UINT64_C(1) << 3);
}

static void
a_bad_payload_is_shown_as_unknown_and_stops_nothing(void **state)
{
	struct world *w = *state;
	static const uint8_t garbage[] = {0xa1, 0x01, 0xff};
	struct fv_fold_record r;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	(void)made_putf(&w->a, FV_REC_OUTCOME, "{1:%d,4:1}", (int)v);
	(void)made_put(&w->a, 40, "{1:0}");
	(void)made_put(&w->a, FV_REC_VISIT_BEGIN, "{1:\"not a case!\"}");
	(void)made_put(&w->a, FV_REC_EVENT, "{1:77,4:3}");
	for (size_t i = 0; i < w->a.count; i++) {
		r = record_of(&w->a, i);
		if (r.header.type == FV_REC_OUTCOME)
			r.payload = fv_span_of(garbage, sizeof garbage);
		assert_int_equal(fv_fold_add(w->fold, &r), FV_OK);
	}
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_contact_count(w->fold), 1);
	assert_int_equal(fv_fold_contact(w->fold, 0)->contact.outcome, 0);
	/* garbage, type 40, no case, event of nothing (also as a part of nothing) */
	assert_true(fv_fold_unknown_count(w->fold) >= 4);
}

static void
a_payload_that_has_not_arrived_is_outstanding(void **state)
{
	struct world *w = *state;
	struct fv_fold_record r;
	uint64_t v = begin_visit(&w->a, "[\"o1\"]", 0);

	(void)end_visit(&w->a, v);
	for (size_t i = 0; i < w->a.count; i++) {
		r = record_of(&w->a, i);
		assert_int_equal(fv_fold_add(w->fold, &r), FV_OK);
	}
	memset(&r, 0, sizeof r);
	r.header = w->a.records[v].header;
	r.header.seq = 50;
	assert_int_equal(fv_fold_add(w->fold, &r), FV_OK);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_contact_count(w->fold), 1);
	assert_int_equal(fv_fold_unknown_count(w->fold), 1);
}

static void
records_out_of_order_are_refused(void **state)
{
	struct world *w = *state;
	struct fv_fold_record r = record_of(&w->a, 0);

	assert_int_equal(fv_fold_add(w->fold, &r), FV_OK);
	assert_int_equal(fv_fold_add(w->fold, &r), FV_ESTATE);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_finish(w->fold), FV_ESTATE);
}

static void
any_interleaving_of_two_devices_gives_the_same_history(void **state)
{
	struct world *w = *state;
	struct fv_fold *one = w->fold, *two = NULL;
	uint64_t v = begin_visit(&w->a, "[\"o1\",\"o2\"]", 0);
	size_t i = 0, j = 0;

	(void)end_visit(&w->a, v);
	(void)begin_visit(&w->b, "[\"o2\"]", 1000);
	(void)made_putf(&w->b, FV_REC_EVENT, "{1:1,4:3}");
	take(one, &w->a);
	take(one, &w->b);
	assert_int_equal(fv_fold_new(&two), FV_OK);
	while (i < w->a.count || j < w->b.count) {
		bool from_b = i == w->a.count || (j < w->b.count && (i + j) % 2 == 0);
		struct fv_fold_record r =
		    from_b ? record_of(&w->b, j++) : record_of(&w->a, i++);

		assert_int_equal(fv_fold_add(two, &r), FV_OK);
	}
	assert_int_equal(fv_fold_finish(one), FV_OK);
	assert_int_equal(fv_fold_finish(two), FV_OK);
	assert_int_equal(fv_fold_contact_count(one), fv_fold_contact_count(two));
	for (i = 0; i < fv_fold_contact_count(one); i++) {
		const struct fv_fold_contact *x = fv_fold_contact(one, i);
		const struct fv_fold_contact *y = fv_fold_contact(two, i);

		assert_string_equal(x->contact.id, y->contact.id);
		assert_string_equal(x->contact.link, y->contact.link);
		assert_int_equal(x->marks, y->marks);
		assert_int_equal(x->contact.lat_e7, y->contact.lat_e7);
	}
	fv_fold_free(two);
}

static void
a_history_takes_one_case_of_the_fold(void **state)
{
	struct world *w = *state;
	struct fv_history *history = NULL;
	struct fv_history_error error;
	const char *zones[] = {"Asia/Shanghai"};
	struct fv_case c = {.id = "c1", .zones = {zones, 1}, .actor = FV_ACTOR_THIRD_PARTY};

	(void)begin_visit(&w->a, "[\"o1\"]", 0);
	(void)made_put(&w->a, FV_REC_CONTACT, "{1:\"c2\",3:1772410000000,4:2,6:1}");
	(void)made_put(&w->a, FV_REC_EVENT, "{1:\"c1\",4:3}");
	take(w->fold, &w->a);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_history_new(&history), FV_OK);
	assert_int_equal(fv_history_add_case(history, &c), FV_OK);
	assert_int_equal(fv_fold_to_history(w->fold, "c1", history), FV_OK);
	assert_int_equal(fv_history_finish(history, &error), FV_OK);
	assert_int_equal(fv_history_find(history, "c1")->contact_count, 1);
	assert_int_equal(fv_history_find(history, "c1")->event_count, 1);
	fv_history_free(history);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_visit_becomes_one_contact_with_its_last_outcome),
	    T(a_picture_of_a_home_says_that_a_camera_was_used_there),
	    T(an_id_is_letter_device_and_seq),
	    T(a_visit_without_end_is_open_to_its_latest_sign),
	    T(a_crash_closes_an_open_visit_unless_it_is_taken_up_again),
	    T(a_claimed_end_narrows_a_visit_and_never_widens_it),
	    T(a_claimed_begin_is_a_second_claim_and_no_replacement),
	    T(the_newest_correction_of_each_end_stands_beside_what_was_recorded),
	    T(a_visit_that_nobody_corrected_has_no_correction),
	    T(a_correction_replaces_the_keys_that_it_names_and_keeps_both),
	    T(receiver_time_far_from_the_clock_is_a_second_claim),
	    T(two_seconds_of_difference_are_no_claim),
	    T(receiver_time_without_three_3d_fixes_is_no_claim),
	    T(a_week_rollover_is_marked_and_no_claim),
	    T(a_later_clock_step_of_the_same_boot_makes_a_claim),
	    T(an_end_before_its_begin_is_measured_by_boottime),
	    T(a_declared_officer_is_not_confirmed),
	    T(a_cosign_by_pin_confirms_and_an_unchecked_code_does_not),
	    T(a_code_confirms_when_whoever_knows_says_so),
	    T(a_wrong_code_leaves_him_declared_until_a_right_one_comes),
	    T(a_code_that_nobody_can_check_says_so),
	    T(a_cosign_of_oneself_after_the_end_or_by_correction_confirms_nobody),
	    T(linked_visits_name_both_officers_by_their_own_handhelds),
	    T(without_a_place_visits_are_linked_by_pin_or_good_code_only),
	    T(unlinked_visits_near_in_time_are_both_there_to_be_asked_about),
	    T(two_handhelds_at_one_visit_are_linked_and_confirm_each_other),
	    T(visits_far_apart_late_or_undeclared_are_not_linked),
	    T(an_event_names_its_visit_and_takes_its_case),
	    T(a_call_is_a_contact_by_the_officer_on_shift),
	    T(one_bad_fix_does_not_move_a_visit),
	    T(the_track_inside_a_visit_gives_its_place),
	    T(a_track_that_cannot_be_decoded_is_unknown),
	    T(no_fix_inside_is_bridged_by_one_before_and_one_after),
	    T(a_fix_on_one_side_only_or_too_old_is_no_place),
	    T(a_stale_fix_in_a_stamp_counts_as_one_from_before),
	    T(a_pseudo_terminal_and_an_alarm_are_marked),
	    T(a_bad_payload_is_shown_as_unknown_and_stops_nothing),
	    T(a_payload_that_has_not_arrived_is_outstanding),
	    T(records_out_of_order_are_refused),
	    T(any_interleaving_of_two_devices_gives_the_same_history),
	    T(a_history_takes_one_case_of_the_fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
