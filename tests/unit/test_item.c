#include "fv/item.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fv/codes.h"

static struct fv_item_case
make_case(void)
{
	struct fv_item_case c = {.actor = 2, .product = 1, .has_place = true};

	c.id = fv_span_z("c1");
	c.agency = fv_span_z("bank");
	c.zones = fv_span_z("Asia/Shanghai;Asia/Urumqi");
	c.lat_e7 = 231291000;
	c.lon_e7 = -1132644000;
	c.debts = fv_span_z("d1;d2");
	c.assigned = fv_span_z("zhang");
	c.has_plan = true;
	c.plan_day = 20500;
	return c;
}

static void
a_case_comes_back_with_what_was_known_and_nothing_else(void **state)
{
	struct fv_item_case c = make_case(), got;
	struct fv_buf out = {0}, again = {0};

	(void)state;
	fv_item_case_put(&out, &c);
	assert_int_equal(fv_item_case_parse(fv_buf_span(&out), &got), FV_OK);
	assert_true(fv_span_equal(got.zones, c.zones) && got.lon_e7 == c.lon_e7);
	assert_true(
	    !got.has_radius && !got.has_as_of && got.has_plan && got.plan_day == 20500);
	assert_true(got.packs.len == 0 && got.product == 1);
	fv_item_case_put(&again, &got);
	assert_true(fv_span_equal(fv_buf_span(&out), fv_buf_span(&again)));
	fv_buf_clear(&out);
	fv_buf_clear(&again);
}

static void
a_planned_visit_and_an_answer_travel_with_the_case(void **state)
{
	static const uint8_t short_entry[] = {
	    0xa2, 0x01, 0x61, 'c', 0x0e, 0x86, 0x01, 0x02, 0x60, 0x01, 0x01, 0x01};
	struct fv_item_case c = make_case(), got;
	struct fv_buf out = {0}, again = {0};

	(void)state;
	c.has_entry = true;
	c.entry = (struct fv_item_plan){600, 720, fv_span_z("li;wang"), 1, 2, 3, true};
	c.has_decided = true;
	c.decided = (struct fv_item_decided){3, true, INT64_C(1773000000000)};
	fv_item_case_put(&out, &c);
	assert_int_equal(fv_item_case_parse(fv_buf_span(&out), &got), FV_OK);
	assert_true(got.has_entry && got.entry.from_minute == 600 &&
	    got.entry.to_minute == 720 && got.entry.place == 1 && got.entry.purpose == 2 &&
	    got.entry.approach == 3 && got.entry.is_agreed);
	assert_true(fv_span_equal(got.entry.officers, c.entry.officers));
	assert_true(got.has_decided && got.decided.business == 3 && got.decided.is_granted &&
	    got.decided.decided_ms == INT64_C(1773000000000));
	fv_item_case_put(&again, &got);
	assert_true(fv_span_equal(fv_buf_span(&out), fv_buf_span(&again)));
	assert_int_equal(
	    fv_item_case_parse(fv_span_of(short_entry, sizeof short_entry), &got), FV_EFORMAT);
	fv_buf_clear(&out);
	fv_buf_clear(&again);
}

static void
a_case_has_its_keys_in_the_published_order(void **state)
{
	static const uint8_t want[] = {
	    0xa3, 0x01, 0x62, 'c', '1', 0x06, 0x18, 0x64, 0x07, 0x03};
	struct fv_item_case c = {.actor = 3, .has_radius = true, .radius_m = 100};
	struct fv_buf out = {0};

	(void)state;
	c.id = fv_span_z("c1");
	fv_item_case_put(&out, &c);
	assert_int_equal(out.len, sizeof want);
	assert_memory_equal(out.ptr, want, sizeof want);
	fv_buf_clear(&out);
}

static void
a_case_with_half_a_place_or_no_id_is_refused(void **state)
{
	static const uint8_t half[] = {0xa2, 0x01, 0x62, 'c', '1', 0x04, 0x01};
	static const uint8_t nameless[] = {0xa1, 0x07, 0x01};
	static const uint8_t far[] = {
	    0xa3, 0x01, 0x61, 'c', 0x04, 0x1a, 0x35, 0xa4, 0xe9, 0x01, 0x05, 0x00};
	struct fv_item_case got;

	(void)state;
	assert_int_equal(fv_item_case_parse(fv_span_of(half, sizeof half), &got), FV_EFORMAT);
	assert_int_equal(
	    fv_item_case_parse(fv_span_of(nameless, sizeof nameless), &got), FV_EFORMAT);
	assert_int_equal(fv_item_case_parse(fv_span_of(far, sizeof far), &got), FV_ERANGE);
}

static void
fill_history(struct fv_buf *out)
{
	struct fv_item_line line = {.channel = 2, .begin_ms = 1000, .by = 1, .outcome = 3};
	struct fv_item_event event = {
	    .kind = 4, .at_ms = 2000, .scope = {1, 2}, .scope_count = 2};

	line.has_number = true;
	memcpy(line.number, "abcd", 4);
	line.debts.has = true;
	line.has_entered = true;
	event.windows[0] = (struct fv_item_window){3, 900, 1020};
	event.window_count = 1;
	event.has_line = true;
	event.line = 0;
	fv_item_history_put_count(out, 1);
	fv_item_line_put(out, &line);
	fv_item_event_put(out, &event);
}

static void
a_history_is_read_lines_first_then_events(void **state)
{
	struct fv_item_history h;
	struct fv_item_line line;
	struct fv_item_event event;
	struct fv_buf body = {0};

	(void)state;
	fill_history(&body);
	assert_int_equal(fv_item_history_open(fv_buf_span(&body), &h), FV_OK);
	assert_int_equal(fv_item_history_event(&h, &event), FV_ESTATE);
	assert_int_equal(fv_item_history_line(&h, &line), FV_OK);
	assert_true(line.channel == 2 && !line.has_end && line.has_entered && !line.entered);
	assert_true(line.debts.has && line.debts.count == 0 && !line.discussed.has);
	assert_int_equal(fv_item_history_line(&h, &line), FV_ENOENT);
	assert_int_equal(fv_item_history_event(&h, &event), FV_OK);
	assert_true(event.scope_count == 2 && event.windows[0].to_minute == 1020);
	assert_true(event.has_line && event.line == 0 && !event.has_until);
	assert_int_equal(fv_item_history_event(&h, &event), FV_ENOENT);
	fv_buf_clear(&body);
}

/* They were added later: without them a line and an event are as they always were. */
static void
source_and_who_missed_it_stand_last_and_only_where_said(void **state)
{
	struct fv_item_line line = {.channel = 2, .begin_ms = 1, .by = 1}, got;
	struct fv_item_event event = {.kind = 24, .at_ms = 2}, event_got;
	struct fv_item_history h;
	struct fv_buf body = {0};

	(void)state;
	for (uint32_t said = 0; said < 2; said++) {
		fv_buf_reset(&body);
		line.source = said * FV_SOURCE_AI;
		event.by = said * FV_BY_DEBTOR;
		fv_item_history_put_count(&body, 1);
		fv_item_line_put(&body, &line);
		assert_int_equal(body.ptr[1], said ? 0x90 : 0x8f);
		fv_item_event_put(&body, &event);
		assert_int_equal(fv_item_history_open(fv_buf_span(&body), &h), FV_OK);
		assert_int_equal(fv_item_history_line(&h, &got), FV_OK);
		assert_int_equal(fv_item_history_event(&h, &event_got), FV_OK);
		assert_true(got.source == line.source && event_got.by == event.by);
	}
	body.ptr[body.len - 1] = 0xf6; /* said to be not said */
	assert_int_equal(fv_item_history_open(fv_buf_span(&body), &h), FV_OK);
	assert_int_equal(fv_item_history_line(&h, &got), FV_OK);
	assert_int_equal(fv_item_history_event(&h, &event_got), FV_ERANGE);
	fv_buf_clear(&body);
}

static void
a_history_cut_anywhere_is_an_error_or_ends_between_two_items(void **state)
{
	struct fv_item_history h;
	struct fv_item_line line;
	struct fv_item_event event;
	struct fv_buf body = {0};
	enum fv_err rc;

	(void)state;
	fill_history(&body);
	for (size_t len = 0; len < body.len; len++) {
		rc = fv_item_history_open(fv_span_of(body.ptr, len), &h);
		if (rc == FV_OK)
			rc = fv_item_history_line(&h, &line);
		if (rc == FV_OK)
			rc = fv_item_history_event(&h, &event);
		assert_int_not_equal(rc, FV_OK);
	}
	fv_buf_clear(&body);
}

static void
a_hold_and_a_card_come_back(void **state)
{
	struct fv_item_hold hold = {.event_kind = 14, .from_ms = 5}, hold_got;
	struct fv_item_card card = {fv_span_z("note"), fv_span_z("ct"), fv_span_z("caps")},
			    got;
	struct fv_buf out = {0};

	(void)state;
	fv_item_hold_put(&out, &hold);
	assert_int_equal(fv_item_hold_parse(fv_buf_span(&out), &hold_got), FV_OK);
	assert_true(hold_got.event_kind == 14 && !hold_got.has_until);
	fv_buf_reset(&out);
	fv_item_card_put(&out, &card);
	assert_int_equal(fv_item_card_parse(fv_buf_span(&out), &got), FV_OK);
	assert_true(fv_span_equal(got.capsules, card.capsules));
	out.len--;
	assert_int_not_equal(fv_item_card_parse(fv_buf_span(&out), &got), FV_OK);
	fv_buf_clear(&out);
}

static void
a_date_that_no_calendar_can_write_is_refused(void **state)
{
	const struct {
		int64_t day;
		enum fv_err wanted;
	} rows[] = {{-719528, FV_OK}, {2932896, FV_OK}, {-719529, FV_ERANGE},
	    {2932897, FV_ERANGE}, {INT64_MAX, FV_ERANGE}, {INT64_MIN + 1, FV_ERANGE}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fv_item_date date = {.subject = 3, .fact = 1, .day = rows[i].day};
		struct fv_item_dates dates;
		struct fv_buf out = {0};

		fv_item_dates_put(&out, fv_span_z("zhang"), 1);
		fv_item_date_put(&out, &date);
		assert_int_equal(fv_item_dates_open(fv_buf_span(&out), &dates), FV_OK);
		assert_int_equal(fv_item_dates_next(&dates, &date), rows[i].wanted);
		fv_buf_clear(&out);
	}
}

static void
a_number_label_is_hashed_with_its_case(void **state)
{
	uint8_t a[4], b[4];

	(void)state;
	fv_item_number_hash(fv_span_z("c1"), fv_span_z("n1"), a);
	fv_item_number_hash(fv_span_z("c2"), fv_span_z("n1"), b);
	assert_memory_not_equal(a, b, 4);
	/* printf 'fieldvisit/num/v1\0c1\0n1' | sha256sum */
	assert_true(fv_load_u32be(a) == 0x0979e962);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_case_comes_back_with_what_was_known_and_nothing_else),
	    cmocka_unit_test(a_planned_visit_and_an_answer_travel_with_the_case),
	    cmocka_unit_test(a_case_has_its_keys_in_the_published_order),
	    cmocka_unit_test(a_case_with_half_a_place_or_no_id_is_refused),
	    cmocka_unit_test(a_history_is_read_lines_first_then_events),
	    cmocka_unit_test(source_and_who_missed_it_stand_last_and_only_where_said),
	    cmocka_unit_test(a_history_cut_anywhere_is_an_error_or_ends_between_two_items),
	    cmocka_unit_test(a_hold_and_a_card_come_back),
	    cmocka_unit_test(a_date_that_no_calendar_can_write_is_refused),
	    cmocka_unit_test(a_number_label_is_hashed_with_its_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
