/* What the officer leaves for himself: sealed, readable only while unlocked, gone with the
 * cards; and the order of a plan. */
#include "app_fixture.h"

#include "firmware-app/own.h"
#include "firmware-app/pin.h"
#include "firmware-app/plan.h"
#include "firmware-app/syncitems.h"
#include "fv/hpke.h"
#include "fv/item.h"

#define PLANTED "a-promise-of-five-hundred"

/* Open the cards: the box key as it stands before any PIN wraps it. */
static void
unlock(struct handheld *h)
{
	uint8_t *sk = fv_secret_alloc(FV_KEY_BYTES);

	assert_non_null(sk);
	fv_hpke_keypair(fv_random_system(), sk, h->app.identity.pk_box);
	fv_secret_free(h->app.sk_box);
	h->app.sk_box = sk;
}

static void
lock(struct handheld *h)
{
	fv_secret_free(h->app.sk_box);
	h->app.sk_box = NULL;
}

static bool
is_on_disk(struct handheld *h, const char *needle)
{
	static const char *const names[] = {"trail.db", "trail.db-wal"};
	bool is_there = false;

	for (size_t i = 0; i < 2; i++) {
		char path[128];
		char *bytes;
		long len;
		FILE *f;

		snprintf(path, sizeof path, "%s/%s", h->dir, names[i]);
		if ((f = fopen(path, "rb")) == NULL)
			continue;
		fseek(f, 0, SEEK_END);
		len = ftell(f);
		rewind(f);
		bytes = calloc(1, (size_t)len + 1);
		assert_non_null(bytes);
		assert_int_equal(fread(bytes, 1, (size_t)len, f), (size_t)len);
		is_there = is_there ||
		    (len > 0 && memmem(bytes, (size_t)len, needle, strlen(needle)) != NULL);
		free(bytes);
		fclose(f);
	}
	return is_there;
}

static void
a_draft_is_written_while_locked_and_read_only_while_unlocked(void **state)
{
	struct handheld *h = *state;
	struct fv_buf text = {0};

	unlock(h);
	assert_int_equal(fv_own_put(&h->app, FV_KEPT_DRAFT, "c1", fv_span_z(PLANTED)), FV_OK);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c1", &text), FV_OK);
	assert_true(fv_span_equal(fv_buf_span(&text), fv_span_z(PLANTED)));
	assert_false(is_on_disk(h, PLANTED));
	assert_false(is_on_disk(h, "five-hundred"));
	fv_buf_reset(&text);
	lock(h);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c1", &text), FV_EDENIED);
	assert_int_equal(text.len, 0);
	assert_int_equal(fv_own_put(&h->app, FV_KEPT_DRAFT, "c1", fv_span_z("newer")), FV_OK);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c2", &text), FV_ENOENT);
	fv_buf_clear(&text);
}

static void
it_opens_as_nothing_else_and_for_nobody_else(void **state)
{
	struct handheld *h = *state;
	struct fv_followup followup = {.business = 1, .due_days = 20000, .made_ms = 5};
	struct fv_item_row row;
	struct fv_buf body = {0}, text = {0};

	unlock(h);
	assert_int_equal(fv_followup_put(&h->app, "c1", &followup), FV_OK);
	assert_int_equal(
	    fv_store_get_item(h->app.store, FV_KEPT_FOLLOWUP, fv_span_z("c1"), &row, &body),
	    FV_OK);
	row.key = fv_span_z("c2");
	assert_int_equal(fv_store_put_item(h->app.store, &row), FV_OK);
	assert_int_equal(fv_followup_get(&h->app, "c2", &followup), FV_EAUTH);
	row.key = fv_span_z("c1");
	row.kind = FV_KEPT_DRAFT;
	assert_int_equal(fv_store_put_item(h->app.store, &row), FV_OK);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c1", &text), FV_EAUTH);
	for (size_t len = 0; len < body.len; len += 7) {
		row.kind = FV_KEPT_FOLLOWUP;
		row.body = fv_span_of(body.ptr, len);
		assert_int_equal(fv_store_put_item(h->app.store, &row), FV_OK);
		assert_int_equal(fv_followup_get(&h->app, "c1", &followup), FV_EAUTH);
	}
	assert_int_equal(text.len, 0);
	unlock(h); /* another key */
	assert_int_equal(fv_followup_put(&h->app, "c3", &followup), FV_OK);
	unlock(h);
	assert_int_equal(fv_followup_get(&h->app, "c3", &followup), FV_EAUTH);
	fv_buf_clear(&body);
	fv_buf_clear(&text);
}

static void
a_wipe_erases_all_of_it_and_nothing_is_kept_after(void **state)
{
	struct handheld *h = *state;
	struct fv_followup followup = {.business = 2, .due_days = 20000};
	struct fv_buf text = {0};

	unlock(h);
	assert_int_equal(fv_followup_put(&h->app, "c1", &followup), FV_OK);
	assert_int_equal(fv_own_put(&h->app, FV_KEPT_DRAFT, "c1", fv_span_z("x")), FV_OK);
	assert_int_equal(fv_own_put(&h->app, FV_KEPT_FORM, "c1", fv_span_z("x")), FV_OK);
	assert_int_equal(fv_pin_wipe(&h->app, FV_LOCK_WRONG_PINS), FV_OK);
	unlock(h);
	assert_int_equal(fv_followup_get(&h->app, "c1", &followup), FV_ENOENT);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c1", &text), FV_ENOENT);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_FORM, "c1", &text), FV_ENOENT);
	assert_int_equal(fv_own_put(&h->app, FV_KEPT_DRAFT, "c1", fv_span_z("x")), FV_OK);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c1", &text), FV_ENOENT);
	fv_buf_clear(&text);
}

static void
a_tombstone_erases_that_of_its_case_alone(void **state)
{
	struct handheld *h = *state;
	struct fv_followup followup = {.business = 2, .due_days = 20000};
	struct fv_syncitems taken;
	struct fv_buf items = {0}, text = {0};

	unlock(h);
	for (size_t i = 0; i < 2; i++) {
		const char *id = i == 0 ? "c1" : "c2";

		assert_int_equal(fv_followup_put(&h->app, id, &followup), FV_OK);
		assert_int_equal(
		    fv_own_put(&h->app, FV_KEPT_DRAFT, id, fv_span_z("x")), FV_OK);
	}
	fv_cbor_put_array(&items, 4);
	fv_cbor_put_uint(&items, FV_ITEM_TOMBSTONE);
	fv_cbor_put_text_z(&items, "c1");
	fv_cbor_put_uint(&items, 9);
	fv_cbor_put_bytes(&items, "", 0);
	assert_int_equal(fv_syncitems_take(&h->app, fv_buf_span(&items), 1, &taken), FV_OK);
	assert_int_equal(fv_followup_get(&h->app, "c1", &followup), FV_ENOENT);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c1", &text), FV_ENOENT);
	assert_int_equal(fv_followup_get(&h->app, "c2", &followup), FV_OK);
	assert_int_equal(fv_own_get(&h->app, FV_KEPT_DRAFT, "c2", &text), FV_OK);
	fv_buf_clear(&items);
	fv_buf_clear(&text);
}

/* A plan of entries on a line east of the last fix, the first the farthest. */
static void
fill(struct fv_plan *plan, struct fv_plan_entry *entries, size_t count)
{
	memset(plan, 0, sizeof *plan);
	memset(entries, 0, count * sizeof *entries);
	plan->entries = entries;
	plan->count = count;
	plan->has_from = true;
	plan->from = (struct fv_place){231200000, 1132600000};
	for (size_t i = 0; i < count; i++) {
		snprintf(entries[i].case_id, sizeof entries[i].case_id, "c%zu", i);
		entries[i].has_place = true;
		entries[i].place =
		    (struct fv_place){231200000, 1132600000 + (int32_t)(count - i) * 10000};
		entries[i].answer = FV_CHECK_NONE_FORBIDS;
	}
}

static void
what_is_allowed_now_comes_before_what_is_allowed_later(void **state)
{
	struct fv_plan_entry e[7];
	struct fv_plan plan;

	(void)state;
	fill(&plan, e, 7);
	e[6].answer = FV_CHECK_NOT_NOW; /* the nearest, and no time cures it */
	e[5].answer = FV_CHECK_NOT_NOW;
	e[5].has_next = true;
	e[5].next_utc_ms = 2000;
	e[4].answer = FV_CHECK_NOT_NOW;
	e[4].has_next = true;
	e[4].next_utc_ms = 1000;
	e[3].is_visited = true;
	e[2].has_place = false;
	e[1].answer = FV_CHECK_ASK;
	assert_int_equal(fv_plan_order(&plan), FV_OK);
	assert_string_equal(e[0].case_id, "c1"); /* a person decides: still on the way */
	assert_string_equal(e[1].case_id, "c0");
	assert_string_equal(e[2].case_id, "c2"); /* no place: last of those allowed */
	assert_string_equal(e[3].case_id, "c4");
	assert_string_equal(e[4].case_id, "c5");
	assert_string_equal(e[5].case_id, "c6");
	assert_string_equal(e[6].case_id, "c3");
	assert_int_equal(e[0].why, FV_PLAN_ROUTE);
	assert_int_equal(e[3].why, FV_PLAN_LATER);
	assert_int_equal(e[5].why, FV_PLAN_HELD);
	assert_int_equal(e[6].why, FV_PLAN_DONE);
	assert_true(e[0].has_distance);
	assert_int_equal(e[0].distance_mm, e[0].leg_mm);
	assert_false(e[2].has_distance);
}

static void
an_open_visit_stands_first(void **state)
{
	struct fv_plan_entry e[3];
	struct fv_plan plan;

	(void)state;
	fill(&plan, e, 3);
	plan.work.has_visit = true;
	snprintf(plan.work.case_id, sizeof plan.work.case_id, "c0");
	e[0].answer = FV_CHECK_NOT_NOW;
	assert_int_equal(fv_plan_order(&plan), FV_OK);
	assert_string_equal(e[0].case_id, "c0");
	assert_int_equal(e[0].why, FV_PLAN_OPEN);
	assert_string_equal(e[1].case_id, "c1");
	assert_string_equal(e[2].case_id, "c2");
}

static void
without_a_fix_no_distance_is_claimed(void **state)
{
	struct fv_plan_entry e[3];
	struct fv_plan plan;

	(void)state;
	fill(&plan, e, 3);
	plan.has_from = false;
	assert_int_equal(fv_plan_order(&plan), FV_OK);
	assert_string_equal(e[0].case_id, "c0");
	for (size_t i = 0; i < 3; i++)
		assert_false(e[i].has_distance);
	assert_false(e[0].has_leg);
	assert_true(e[1].has_leg && e[1].leg_mm > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_draft_is_written_while_locked_and_read_only_while_unlocked, fixture_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		it_opens_as_nothing_else_and_for_nobody_else, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(a_wipe_erases_all_of_it_and_nothing_is_kept_after,
		fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		a_tombstone_erases_that_of_its_case_alone, fixture_setup, fixture_teardown),
	    cmocka_unit_test(what_is_allowed_now_comes_before_what_is_allowed_later),
	    cmocka_unit_test(an_open_visit_stands_first),
	    cmocka_unit_test(without_a_fix_no_distance_is_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
