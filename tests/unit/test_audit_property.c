/* What holds of every history: order, later contacts, whole weeks, remedies, sentences. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define BEGIN_MS INT64_C(1772409600000) /* Monday 2026-03-02 */
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define ITEMS 40U
#define HISTORIES 80U

/* Each family of parameters once. */
#define BARS "\"starts\":[\"inconvenient\",\"no_home\",\"no_work\",\"no_medium\"]"
#define AGREED "\"starts\":[\"appointment\"],\"ends\":[\"missed\"],\"outside\":true"
#define HOURS "\"starts\":[\"inconvenient\"],\"hours_per_week\":20"
#define ORAL "\"starts\":[\"no_work\"],\"oral_days\":10,\"confirm_days\":7"
#define CRISIS                                                                                \
	"\"starts\":[\"moratorium\"],\"after_until_days\":3,\"from_next_day\":true,"          \
	"\"days\":30,\"form\":[\"written\"]"
#define WITHIN                                                                                \
	"\"starts\":[\"dispute\"],\"ends\":[\"verified\"],\"within\":{"                       \
	"\"notices\":[\"notice_sent\"],\"voids\":[\"notice_returned\"],"                      \
	"\"receipt\":{\"days\":2,\"skip\":[\"sun\"]},\"period\":{\"days\":9}}"
#define MISSED                                                                                \
	"\"events\":[\"missed\"],\"event_by\":[\"debtor\"],\"count\":2,"                      \
	"\"successive\":true,\"days\":20"
#define TRIED "\"attempts\":[\"call\",\"letter\"],\"outcomes\":[\"no_answer\"],\"count\":2"
#define CLEAR "\"period\":{\"days\":3,\"clear\":true},\"valid_days\":15"
#define FIRST "\"first_only\":true,\"receipt\":{\"days\":2}"
#define DUE "\"events\":[\"notice_sent\"],\"period\":{\"days\":5}"

#define HOLD(id, parameters) RULE(id, "hold", parameters)
#define CONSENT ",\"may_reply\":true,\"consent\":{\"scope\":\"time\"}"

static const char *const packs[] = {
    PACK(HOLD("H1", BARS CONSENT) "," HOLD("H2", AGREED) "," HOLD("H3", HOURS)),
    PACK(HOLD("H4", ORAL) "," HOLD("H5", CRISIS) "," HOLD("H6", WITHIN)),
    PACK(RULE("B1", "precondition", MISSED) "," RULE("B2", "precondition", TRIED)),
    PACK(RULE("N1", "notice", CLEAR) "," RULE("N2", "notice", "\"after_entry\":true")),
    PACK(RULE("N3", "notice", FIRST) "," RULE("D", "deadline", DUE)),
    PACK(RULE("L1", "leave", "\"minutes\":5") "," RULE("L2", "leave", "")),
    PACK(RULE("T1", "disclosure", "\"first_only\":true")),
    PACK(RULE("T2", "disclosure", "\"later_only\":true") "," RULE(
	"C", "correction", "\"days\":3")),
};

static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525U + 1013904223U;
	return (uint32_t)((uint64_t)*seed * below >> 32);
}

static const char *const debts[] = {"d1", "d2", "d3"};

static struct fv_strs
some_debts(uint32_t *seed)
{
	uint32_t n = draw(seed, 3);

	return (struct fv_strs){debts + draw(seed, 3 - (n > 1)), n > 2 ? 2 : n};
}

static enum fv_err
add_contact(struct fv_history *h, uint32_t i, uint32_t seed, int64_t shift_ms)
{
	char id[16];
	struct fv_contact k = {.case_id = "c1",
	    .channel = (enum fv_channel)(1 + draw(&seed, 6)),
	    .by = draw(&seed, 5) == 0 ? FV_BY_DEBTOR : FV_BY_COLLECTOR,
	    .begin_utc_ms = BEGIN_MS + shift_ms + (int64_t)i * DAY_MS / 2 +
		(int64_t)draw(&seed, 48) * HOUR_MS / 2,
	    .has_end = draw(&seed, 3) > 0,
	    .outcome = (enum fv_outcome)draw(&seed, 8),
	    .with = (enum fv_with)draw(&seed, 7),
	    .place = (enum fv_place_code)draw(&seed, 5),
	    .entered = (enum fv_tri)draw(&seed, 3),
	    .debts = some_debts(&seed),
	    .link = draw(&seed, 4) == 0 ? "l1" : NULL,
	    .number = draw(&seed, 2) == 0 ? "n1" : NULL};

	snprintf(id, sizeof id, "k%02u", i);
	k.id = id;
	k.end_utc_ms = k.begin_utc_ms + (int64_t)draw(&seed, 240) * 60000;
	k.is_open = k.has_end && draw(&seed, 6) == 0;
	if (draw(&seed, 10) == 0) {
		k.has_claim = true;
		k.claim_begin_ms = k.begin_utc_ms + ((int64_t)draw(&seed, 24) - 12) * HOUR_MS;
	}
	if (draw(&seed, 4) == 0) {
		k.has_correction = true;
		k.corrected_begin_ms = k.begin_utc_ms + ((int64_t)draw(&seed, 20) - 5) * 60000;
		k.corrected_end_ms = k.end_utc_ms - ((int64_t)draw(&seed, 20) - 5) * 60000;
		k.corrected_at_ms = k.begin_utc_ms + (int64_t)draw(&seed, 6) * DAY_MS;
	}
	return fv_history_add_contact(h, &k);
}

static enum fv_err
add_event(struct fv_history *h, uint32_t i, uint32_t seed, int64_t shift_ms)
{
	static const enum fv_event_kind kinds[] = {FV_EVENT_INCONVENIENT, FV_EVENT_NO_HOME,
	    FV_EVENT_NO_WORK, FV_EVENT_NO_MEDIUM, FV_EVENT_APPOINTMENT, FV_EVENT_MISSED,
	    FV_EVENT_MORATORIUM, FV_EVENT_DISPUTE, FV_EVENT_VERIFIED, FV_EVENT_NOTICE_SENT,
	    FV_EVENT_NOTICE_SENT, FV_EVENT_NOTICE_RETURNED, FV_EVENT_PAID,
	    FV_EVENT_LEAVE_REQUESTED, FV_EVENT_DISCLOSURE, FV_EVENT_CONSENT};
	struct fv_window windows[2];
	char id[16];
	char contact[16];
	struct fv_event e = {.case_id = "c1",
	    .kind = kinds[draw(&seed, sizeof kinds / sizeof kinds[0])],
	    .at_utc_ms = BEGIN_MS + shift_ms + (int64_t)i * DAY_MS / 2 +
		(int64_t)draw(&seed, 48) * HOUR_MS / 2,
	    .form = (enum fv_form)draw(&seed, 4),
	    .by = (enum fv_by)draw(&seed, 3),
	    .debts = some_debts(&seed),
	    .channels = draw(&seed, 3) == 0 ? 1 + draw(&seed, 63) : 0,
	    .number = draw(&seed, 6) == 0 ? "n1" : NULL,
	    .scopes = draw(&seed, 2)};

	snprintf(id, sizeof id, "e%02u", i);
	e.id = id;
	for (uint32_t w = 0; w < 2; w++)
		windows[w] = (struct fv_window){1 + draw(&seed, 127),
		    (uint16_t)(60 * draw(&seed, 24)), (uint16_t)(60 * (1 + draw(&seed, 24)))};
	if (e.kind == FV_EVENT_INCONVENIENT || draw(&seed, 4) == 0) {
		e.windows = windows;
		e.window_count = 1 + draw(&seed, 2);
	}
	e.has_from = draw(&seed, 3) == 0;
	e.from_utc_ms = e.at_utc_ms + (int64_t)draw(&seed, 72) * HOUR_MS;
	e.has_until = draw(&seed, 2) == 0;
	e.until_utc_ms = e.at_utc_ms + (int64_t)(73 + draw(&seed, 100)) * HOUR_MS;
	/* A consent that names a contact depends on whether that one is known. */
	if (e.kind != FV_EVENT_CONSENT && draw(&seed, 3) == 0) {
		snprintf(contact, sizeof contact, "k%02u", draw(&seed, ITEMS));
		e.contact = contact;
	}
	return fv_history_add_event(h, &e);
}

/* A history of its own for each seed: the items of `order`, judged. */
static struct replay *
judge_items(uint32_t seed, const uint32_t *order, size_t count, int64_t shift_ms)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_history_error error;

	assert_non_null(r);
	for (size_t p = 0; p < sizeof packs / sizeof packs[0]; p++)
		replay_pack(r, packs[p]);
	replay_load(r,
	    seed % 2 == 0
		? CASE
		: "{\"type\":\"case\",\"case\":\"c1\",\"zones\":[\"Asia/Shanghai\","
		  "\"Asia/Kolkata\"],\"actor\":\"third_party\",\"debts\":[\"d1\"]}\n");
	for (size_t n = 0; n < count; n++) {
		uint32_t i = order[n];
		uint32_t own = seed * 7919U + i * 104729U;
		enum fv_err rc = i % 5 < 3 ? add_contact(r->history, i, own, shift_ms)
					   : add_event(r->history, i, own, shift_ms);
		assert_int_equal(rc, FV_OK);
	}
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	replay_judge(r);
	return r;
}

static void
done(struct replay *r)
{
	replay_clear(r);
	free(r);
}

static void
in_order(uint32_t order[ITEMS])
{
	for (uint32_t i = 0; i < ITEMS; i++)
		order[i] = i;
}

static void
the_order_of_what_is_told_changes_nothing(void **state)
{
	uint32_t order[ITEMS];

	(void)state;
	for (uint32_t seed = 0; seed < HISTORIES; seed++) {
		uint32_t x = seed;
		in_order(order);
		struct replay *a = judge_items(seed, order, ITEMS, 0);
		for (uint32_t i = ITEMS - 1; i > 0; i--) {
			uint32_t k = draw(&x, i + 1);
			uint32_t kept = order[i];
			order[i] = order[k];
			order[k] = kept;
		}
		struct replay *b = judge_items(seed, order, ITEMS, 0);
		assert_int_equal(a->row_count, b->row_count);
		for (size_t i = 0; i < a->row_count; i++)
			assert_string_equal(a->rows[i].json, b->rows[i].json);
		done(a);
		done(b);
	}
}

static void
a_contact_changes_no_verdict_of_one_before_it(void **state)
{
	uint32_t order[ITEMS];

	(void)state;
	in_order(order);
	for (uint32_t seed = 0; seed < HISTORIES; seed++) {
		/* Item 37 is a contact; it comes after every contact up to item 33. */
		uint32_t without[ITEMS];
		size_t n = 0;
		for (uint32_t i = 0; i < ITEMS; i++)
			if (i % 5 >= 3 || i < 34)
				without[n++] = i;
		struct replay *a = judge_items(seed, without, n, 0);
		struct replay *b = judge_items(seed, order, ITEMS, 0);
		size_t compared = 0;
		for (size_t i = 0; i < a->row_count; i++) {
			if (atoi(a->rows[i].contact + 1) > 32)
				continue;
			const struct replay_row *row =
			    replay_row(b, a->rows[i].contact, a->rows[i].rule);
			assert_string_equal(a->rows[i].json, row->json);
			compared++;
		}
		assert_true(compared > 300);
		done(a);
		done(b);
	}
}

static void
whole_weeks_change_nothing_but_dates(void **state)
{
	const int64_t shift = 5 * 7 * DAY_MS;
	uint32_t order[ITEMS];

	(void)state;
	in_order(order);
	for (uint32_t seed = 0; seed < HISTORIES; seed++) {
		struct replay *a = judge_items(seed, order, ITEMS, 0);
		struct replay *b = judge_items(seed, order, ITEMS, shift);
		assert_int_equal(a->row_count, b->row_count);
		for (size_t i = 0; i < a->row_count; i++) {
			assert_int_equal(a->rows[i].verdict, b->rows[i].verdict);
			assert_int_equal(a->rows[i].remedy, b->rows[i].remedy);
			if (a->rows[i].remedy == FV_REMEDY_NEXT)
				assert_int_equal(
				    a->rows[i].next_utc_ms + shift, b->rows[i].next_utc_ms);
		}
		done(a);
		done(b);
	}
}

/* The characters of a sentence of the line. */
static size_t
sentence(const char *json, const char *key)
{
	const char *at = strstr(json, key) + strlen(key);
	size_t n = 0;

	for (; *at != '"'; at++)
		n += ((unsigned char)*at & 0xc0U) != 0x80;
	return n;
}

static void
every_objection_has_one_remedy_and_short_whole_sentences(void **state)
{
	size_t seen[FV_VERDICT_FAIL + 1] = {0};
	uint32_t order[ITEMS];

	(void)state;
	in_order(order);
	for (uint32_t seed = 0; seed < HISTORIES; seed++) {
		struct replay *r = judge_items(seed, order, ITEMS, 0);
		for (size_t i = 0; i < r->row_count; i++) {
			const struct replay_row *row = &r->rows[i];
			size_t remedies = 0;
			seen[row->verdict]++;
			remedies += strstr(row->json, ",\"next\":\"") != NULL;
			remedies += strstr(row->json, ",\"lifted_by\":\"") != NULL;
			remedies += strstr(row->json, ",\"missing\":\"") != NULL;
			assert_int_equal(remedies,
			    row->verdict == FV_VERDICT_FAIL ||
				row->verdict == FV_VERDICT_REVIEW);
			if (row->remedy == FV_REMEDY_NEXT)
				assert_true(row->next_utc_ms > BEGIN_MS);
			assert_null(strchr(strstr(row->json, "\"why\""), '?'));
			assert_true(sentence(row->json, "\"en\":\"") <= FV_AUDIT_WHY_EN_MAX);
			assert_true(sentence(row->json, "\"zh\":\"") <= FV_AUDIT_WHY_ZH_MAX);
		}
		done(r);
	}
	for (int v = FV_VERDICT_NA; v <= FV_VERDICT_FAIL; v++)
		assert_true(seen[v] > 500);
}

/* Whether a local minute lies in a window: the obvious way. */
static bool
is_barred(const struct fv_zone *zone, int64_t utc_ms, const struct fv_window *w)
{
	struct fv_civil c;

	fv_zone_civil(zone, utc_ms, &c);
	int64_t days = fv_days_from_civil(c.year, c.month, c.day);
	uint32_t today = (uint32_t)((days + 3) % 7);
	uint32_t minute = (uint32_t)c.hour * 60 + (uint32_t)c.minute;
	bool is_today = (w->days >> today & 1U) != 0;
	bool was_yesterday = (w->days >> (today + 6) % 7 & 1U) != 0;

	if (w->from_minute < w->to_minute)
		return is_today && minute >= w->from_minute && minute < w->to_minute;
	return (is_today && minute >= w->from_minute) ||
	    (was_yesterday && minute < w->to_minute);
}

/* Contacts of up to ten hours around the changes of the clocks, by barred times. */
static void
barred_times_agree_with_looking_at_every_minute(void **state)
{
	static const int64_t changes[] = {INT64_C(1772953200000), INT64_C(1793512800000)};
	size_t barred = 0;
	uint32_t seed = 11;

	(void)state;
	for (size_t round = 0; round < 60; round++) {
		struct replay *r = calloc(1, sizeof *r);
		struct fv_history_error error;
		struct fv_window w = {1 + draw(&seed, 127), (uint16_t)draw(&seed, 1440),
		    (uint16_t)(1 + draw(&seed, 1440))};
		struct fv_contact all[40];
		struct fv_event e = {.id = "e",
		    .case_id = "c1",
		    .kind = FV_EVENT_INCONVENIENT,
		    .at_utc_ms = BEGIN_MS - DAY_MS,
		    .windows = &w,
		    .window_count = 1};
		char ids[40][8];

		assert_non_null(r);
		replay_pack(r, PACK(RULE("H", "hold", "\"starts\":[\"inconvenient\"]")));
		replay_load(r,
		    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"America/New_York\","
		    "\"actor\":\"third_party\"}\n");
		assert_int_equal(fv_history_add_event(r->history, &e), FV_OK);
		for (uint32_t i = 0; i < 40; i++) {
			snprintf(ids[i], sizeof ids[i], "k%02u", i);
			all[i] = (struct fv_contact){.id = ids[i],
			    .case_id = "c1",
			    .channel = FV_CHANNEL_VISIT,
			    .by = FV_BY_COLLECTOR,
			    .has_end = true,
			    .begin_utc_ms =
				changes[i % 2] + ((int64_t)draw(&seed, 4320) - 2160) * 60000};
			all[i].end_utc_ms =
			    all[i].begin_utc_ms + (int64_t)draw(&seed, 600) * 60000;
			assert_int_equal(fv_history_add_contact(r->history, &all[i]), FV_OK);
		}
		assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
		replay_judge(r);
		const struct fv_zone *zone = replay_zone("America/New_York", r);
		for (uint32_t i = 0; i < 40; i++) {
			const struct replay_row *row = replay_row(r, ids[i], "H");
			bool is_hit = is_barred(zone, all[i].begin_utc_ms, &w);
			for (int64_t t = all[i].begin_utc_ms; t < all[i].end_utc_ms;
			     t += 60000)
				is_hit = is_hit || is_barred(zone, t, &w);
			assert_string_equal(
			    fv_verdict_word(row->verdict), is_hit ? "fail" : "pass");
			barred += is_hit;
			if (!is_hit || row->remedy != FV_REMEDY_NEXT)
				continue;
			assert_false(is_barred(zone, row->next_utc_ms, &w));
			int64_t length = all[i].end_utc_ms - all[i].begin_utc_ms;
			for (int64_t t = row->next_utc_ms; t < row->next_utc_ms + length;
			     t += 60000)
				assert_false(is_barred(zone, t, &w));
		}
		done(r);
	}
	assert_true(barred > 400 && barred < 2400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_order_of_what_is_told_changes_nothing),
	    cmocka_unit_test(a_contact_changes_no_verdict_of_one_before_it),
	    cmocka_unit_test(whole_weeks_change_nothing_but_dates),
	    cmocka_unit_test(every_objection_has_one_remedy_and_short_whole_sentences),
	    cmocka_unit_test(barred_times_agree_with_looking_at_every_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
