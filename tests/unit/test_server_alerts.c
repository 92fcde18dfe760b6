#include "../../sync-server/alerts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../sync-server/ingest.h"
#include "../../sync-server/store/book.h"
#include "../support/handset.h"
#include "fv/codes.h"
#include "fv/instant.h"

#define NOW INT64_C(1770001000000)
#define MINUTE INT64_C(60000)
#define FAR INT64_C(4000000000000)

struct place {
	char dir[64];
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	struct handset a, b;
	struct fv_store_device device_a, device_b;
	struct fv_store_alert found[64];
	size_t count;
};

static void
enrol(struct place *p, struct handset *h, uint8_t mark, const char *officer,
    struct fv_store_device *out)
{
	struct fv_store_device device = {.enrolled_ms = 1};
	int64_t no;

	handset_init(h, mark);
	memcpy(device.dev, h->dev, sizeof device.dev);
	memcpy(device.pk_0, h->pk_0, sizeof device.pk_0);
	memcpy(device.pk_sync, h->pk_sync, sizeof device.pk_sync);
	memcpy(device.pk_box, h->pk_box, sizeof device.pk_box);
	snprintf(device.officer, sizeof device.officer, "%s", officer);
	assert_int_equal(fv_store_device_add(p->store, &device, &no), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, no, out), FV_OK);
}

static int
set_up(void **state)
{
	static const uint8_t seed[FV_SEED_BYTES] = {42};
	struct place *p = calloc(1, sizeof *p);
	char path[96];

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-alerts-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(path, sizeof path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, seed), FV_OK);
	assert_int_equal(fv_ingest_new(&p->ingest, p->store, p->ledger), FV_OK);
	enrol(p, &p->a, 1, "zhang", &p->device_a);
	enrol(p, &p->b, 2, "wang", &p->device_b);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	handset_clear(&p->a);
	handset_clear(&p->b);
	fv_ingest_free(p->ingest);
	fv_ledger_close(p->ledger);
	fv_store_close(p->store);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static enum fv_err
keep(const struct fv_store_alert *alert, void *ctx)
{
	struct place *p = ctx;

	assert_true(p->count < 64);
	p->found[p->count++] = *alert;
	return FV_OK;
}

/* All alerts into p->found, newest first. */
static size_t
find(struct place *p)
{
	p->count = 0;
	assert_int_equal(fv_store_alert_each(p->store, keep, p), FV_OK);
	return p->count;
}

static size_t
find_due(struct place *p, int64_t now_ms)
{
	p->count = 0;
	assert_int_equal(fv_store_alert_each_due(p->store, now_ms, keep, p), FV_OK);
	return p->count;
}

/* One request: its first chunk and, unless it is cut, the records from `from` on. */
static bool
send(struct place *p, const struct handset *h, size_t from, const struct fv_alert *alert,
    bool is_cut)
{
	struct fv_sync_request request = {
	    .from_seq = from, .n = h->count, .answer_max = FV_ANSWER_DEFAULT};
	struct fv_session *session;
	struct fv_buf map = {0}, parts = {0};
	bool holds_alert;

	request.has_alert = alert != NULL;
	if (alert != NULL)
		request.alert = *alert;
	assert_int_equal(
	    fv_session_new(&session, h == &p->a ? &p->device_a : &p->device_b, 0), FV_OK);
	fv_sync_request_put(&map, &request);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&map), NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	if (!is_cut) {
		handset_wire(h, from, h->count, &parts);
		assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
		assert_int_equal(
		    fv_ingest_chunk(p->ingest, session, fv_buf_span(&parts), NOW), FV_OK);
		assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
		assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	}
	holds_alert = fv_session_result(session)->holds_alert;
	fv_session_free(session);
	fv_buf_clear(&map);
	fv_buf_clear(&parts);
	return holds_alert;
}

/* {(1: subject), 4: value or null}; its seq. */
static uint64_t
add(struct handset *h, uint32_t type, const uint64_t *subject, const int64_t *value)
{
	struct fv_buf payload = {0};

	fv_cbor_put_map(&payload, subject != NULL ? 2 : 1);
	if (subject != NULL) {
		fv_cbor_put_uint(&payload, 1);
		fv_cbor_put_uint(&payload, *subject);
	}
	fv_cbor_put_uint(&payload, 4);
	if (value != NULL)
		fv_cbor_put_int(&payload, *value);
	else
		fv_cbor_put_null(&payload);
	handset_add(h, type, fv_buf_span(&payload));
	fv_buf_clear(&payload);
	return h->count - 1;
}

static uint64_t
add_sos(struct handset *h, const uint64_t *subject, int64_t state)
{
	return add(h, FV_REC_SOS, subject, &state);
}

static struct fv_alert
alert_of(const struct handset *h, uint64_t seq)
{
	struct fv_alert alert = {.has_seq = true, .seq = seq, .state = FV_ALERT_RAISED};

	alert.at_ms = h->records[seq].header.rtc_ms;
	return alert;
}

static void
an_alert_stands_when_the_first_chunk_is_open_whatever_follows(void **state)
{
	struct place *p = *state;
	const uint64_t seq = add_sos(&p->a, NULL, 1);
	const struct fv_alert alert = alert_of(&p->a, seq);

	assert_true(send(p, &p->a, 0, &alert, true));
	assert_int_equal(find(p), 1);
	assert_true(p->found[0].kind == FV_ALERT_SOS &&
	    p->found[0].evidence == FV_EVIDENCE_NONE && !p->found[0].is_acked);
	assert_string_equal(p->found[0].said.officer, "zhang");
	assert_int_equal(find_due(p, NOW), 1);
	assert_true(send(p, &p->a, 0, &alert, false));
	assert_int_equal(find(p), 1);
	assert_int_equal(p->found[0].evidence, FV_EVIDENCE_SAME);
}

static void
a_record_that_says_something_else_is_shown_as_that(void **state)
{
	struct place *p = *state;
	const int64_t five = 5;
	const uint64_t seq = add(&p->a, FV_REC_CHECKIN, NULL, &five);
	const uint64_t sos = add_sos(&p->a, NULL, 1);
	struct fv_alert other = alert_of(&p->a, seq), late = alert_of(&p->a, sos);

	late.at_ms += 1;
	assert_true(send(p, &p->a, 0, &late, true));
	assert_true(send(p, &p->a, 0, &other, false));
	assert_int_equal(find(p), 2);
	assert_int_equal(p->found[0].evidence, FV_EVIDENCE_OTHER);
	assert_int_equal(p->found[1].evidence, FV_EVIDENCE_OTHER);
}

static void
an_sos_in_the_trail_alone_raises_the_alert(void **state)
{
	struct place *p = *state;
	const uint64_t seq = add_sos(&p->a, NULL, 1);

	assert_false(send(p, &p->a, 0, NULL, false));
	assert_int_equal(find(p), 1);
	assert_true(p->found[0].said.seq == seq && p->found[0].evidence == FV_EVIDENCE_SAME);
	(void)add_sos(&p->a, &seq, 1); /* its place, later: the same alert */
	(void)add_sos(&p->a, &seq, 2);
	assert_false(send(p, &p->a, 1, NULL, false));
	assert_int_equal(find(p), 1);
	assert_true(p->found[0].has_ended && p->found[0].said.state == FV_ALERT_ENDED);
	assert_int_equal(find_due(p, NOW), 1); /* it is told all the same */
}

static void
the_place_moves_on_and_an_end_is_never_taken_back(void **state)
{
	struct place *p = *state;
	struct fv_alert alert = {.state = FV_ALERT_RAISED, .at_ms = 77};

	assert_true(send(p, &p->a, 0, &alert, true));
	alert.has_place = alert.has_fix_ms = true;
	alert.place.lat_e7 = 5;
	alert.fix_ms = 100;
	assert_true(send(p, &p->a, 0, &alert, true));
	alert.place.lat_e7 = 6;
	alert.fix_ms = 99; /* an older one */
	alert.state = FV_ALERT_ENDED;
	assert_true(send(p, &p->a, 0, &alert, true));
	alert.state = FV_ALERT_RAISED;
	assert_true(send(p, &p->a, 0, &alert, true));
	assert_int_equal(find(p), 1);
	assert_true(p->found[0].said.place.lat_e7 == 5 && p->found[0].has_ended &&
	    p->found[0].evidence == FV_EVIDENCE_NONE);
}

static void
a_group_that_is_rolled_back_leaves_no_alert(void **state)
{
	const struct fv_alert alert = {.state = FV_ALERT_RAISED, .at_ms = 77};
	struct place *p = *state;

	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_alerts_take(p->store, &p->device_a, &alert, NOW), FV_OK);
	fv_ingest_rollback(p->ingest);
	assert_int_equal(find(p), 0);
}

static void
a_check_in_is_overdue_five_minutes_after_it_was_due(void **state)
{
	struct place *p = *state;
	int64_t due;

	(void)handset_visit(&p->a, "c-1");
	due = NOW + 60 * MINUTE;
	p->a.now_ms = NOW;
	const uint64_t seq = add(&p->a, FV_REC_CHECKIN, NULL, &due);
	send(p, &p->a, 0, NULL, false);
	assert_int_equal(fv_alerts_overdue(p->store, due + 5 * MINUTE - 1), FV_OK);
	assert_int_equal(find(p), 0);
	assert_int_equal(fv_alerts_overdue(p->store, due + 5 * MINUTE), FV_OK);
	assert_int_equal(find(p), 1);
	assert_true(p->found[0].kind == FV_ALERT_CHECKIN && p->found[0].said.seq == seq &&
	    p->found[0].said.at_ms == due);
	assert_string_equal(p->found[0].case_id, "c-1");
	assert_int_equal(fv_alerts_overdue(p->store, FAR), FV_OK);
	assert_int_equal(find(p), 1); /* once */
	due = NOW + 120 * MINUTE;
	(void)add(&p->a, FV_REC_CHECKIN, NULL, &due);
	send(p, &p->a, 2, NULL, false);
	assert_int_equal(find_due(p, FAR), 0); /* he is well: told to nobody any more */
	assert_int_equal(fv_alerts_overdue(p->store, due + 5 * MINUTE), FV_OK);
	assert_int_equal(find(p), 2);
}

static void
a_visits_end_and_an_off_take_the_check_in_away(void **state)
{
	const int64_t due = NOW + 60 * MINUTE;
	struct place *p = *state;
	const uint64_t visit = handset_visit(&p->a, "c-1");

	p->a.now_ms = p->b.now_ms = NOW;
	(void)add(&p->a, FV_REC_CHECKIN, NULL, &due);
	handset_visit_end(&p->a, visit);
	send(p, &p->a, 0, NULL, false);
	(void)add(&p->b, FV_REC_CHECKIN, NULL, &due);
	(void)add(&p->b, FV_REC_CHECKIN, NULL, NULL);
	send(p, &p->b, 0, NULL, false);
	assert_int_equal(fv_alerts_overdue(p->store, FAR), FV_OK);
	assert_int_equal(find(p), 0);
}

static void
a_trail_that_comes_late_has_a_minute_to_say_that_all_is_well(void **state)
{
	struct place *p = *state;
	const int64_t due = NOW - 600 * MINUTE;

	p->a.now_ms = NOW - 660 * MINUTE;
	(void)add(&p->a, FV_REC_CHECKIN, NULL, &due);
	send(p, &p->a, 0, NULL, false);
	assert_int_equal(fv_alerts_overdue(p->store, NOW + MINUTE - 1), FV_OK);
	assert_int_equal(find(p), 0);
	assert_int_equal(fv_alerts_overdue(p->store, NOW + MINUTE), FV_OK);
	assert_int_equal(find(p), 1);
}

static void
a_due_time_that_cannot_be_meant_sets_nothing(void **state)
{
	struct place *p = *state;
	int64_t due;

	p->a.now_ms = NOW;
	due = NOW - 10 * MINUTE;
	(void)add(&p->a, FV_REC_CHECKIN, NULL, &due);
	due = INT64_MAX;
	(void)add(&p->a, FV_REC_CHECKIN, NULL, &due);
	p->a.now_ms = -(INT64_MAX / 2); /* from there to `due` is more than 64 bits hold */
	(void)add(&p->a, FV_REC_CHECKIN, NULL, &due);
	send(p, &p->a, 0, NULL, false);
	assert_int_equal(fv_alerts_overdue(p->store, FAR), FV_OK);
	assert_int_equal(find(p), 0);
}

static void
a_welfare_concern_is_an_alert_and_a_request_to_stop_is_none(void **state)
{
	struct place *p = *state;
	const uint64_t visit = handset_visit(&p->a, "c-1");
	const int64_t kinds[] = {FV_EVENT_CEASE, FV_EVENT_WELFARE, FV_EVENT_MINOR_ALONE};

	for (size_t i = 0; i < 3; i++)
		(void)add(&p->a, FV_REC_EVENT, &visit, &kinds[i]);
	send(p, &p->a, 0, NULL, false);
	assert_int_equal(find(p), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(p->found[i].kind, FV_ALERT_WELFARE);
		assert_string_equal(p->found[i].case_id, "c-1");
		assert_false(p->found[i].said.has_place);
	}
}

static void
a_stop_taken_down_elsewhere_finds_the_visit_under_way_and_ends_with_it(void **state)
{
	struct place *p = *state;
	const int64_t cease = FV_EVENT_CEASE;
	const uint64_t visit = handset_visit(&p->a, "c-1");
	const uint64_t other = handset_visit(&p->b, "c-1");

	send(p, &p->a, 0, NULL, false);
	handset_visit_end(&p->b, other);
	(void)add(&p->b, FV_REC_EVENT, &other, &cease);
	send(p, &p->b, 0, NULL, false);
	assert_int_equal(find(p), 1);
	assert_true(p->found[0].kind == FV_ALERT_HOLD &&
	    p->found[0].device_no == p->device_a.no && p->found[0].said.seq == visit);
	handset_visit_end(&p->a, visit);
	send(p, &p->a, 1, NULL, false);
	assert_int_equal(find_due(p, FAR), 0);
	/* nobody is there any more, and another case is another case */
	assert_int_equal(fv_alerts_hold(p->store, fv_span_z("c-1"), 0, NOW), FV_OK);
	assert_int_equal(fv_alerts_hold(p->store, fv_span_z("c-2"), 0, NOW), FV_OK);
	assert_int_equal(find(p), 1);
}

static void
what_was_seen_is_due_no_more_and_who_was_first_stays(void **state)
{
	const struct fv_alert alert = {.state = FV_ALERT_RAISED, .at_ms = 77};
	struct place *p = *state;

	assert_true(send(p, &p->a, 0, &alert, true));
	assert_int_equal(find(p), 1);
	p->found[0].is_acked = true;
	p->found[0].acked_ms = NOW;
	strcpy(p->found[0].acked_by, "sup");
	assert_int_equal(fv_store_alert_put(p->store, &p->found[0]), FV_OK);
	strcpy(p->found[0].acked_by, "another");
	assert_int_not_equal(fv_store_alert_put(p->store, &p->found[0]), FV_OK);
	assert_int_equal(find_due(p, FAR), 0);
	assert_int_equal(find(p), 1);
	assert_string_equal(p->found[0].acked_by, "sup");
}

/* Another SOS of this handheld, `at` being its name and its time. */
static void
call_for_help(struct place *p, const struct handset *h, int64_t at)
{
	const struct fv_alert alert = {.state = FV_ALERT_RAISED, .at_ms = at};
	const struct fv_store_device *device = h == &p->a ? &p->device_a : &p->device_b;

	assert_int_equal(fv_alerts_take(p->store, device, &alert, NOW + at), FV_OK);
}

static void
of_one_handheld_the_eight_newest_that_nobody_saw_are_told(void **state)
{
	struct place *p = *state;

	for (int64_t at = 1; at <= 40; at++)
		call_for_help(p, &p->a, at);
	call_for_help(p, &p->b, 1);
	assert_int_equal(find(p), 41); /* none is lost */
	assert_int_equal(find_due(p, FAR), FV_ALERT_DEVICE_TOLD + 1);
	for (size_t i = 0; i < p->count; i++)
		assert_true(p->found[i].device_no == p->device_b.no ||
		    p->found[i].said.at_ms > 40 - (int64_t)FV_ALERT_DEVICE_TOLD);
	call_for_help(p, &p->a, 5); /* said again, it does not come forward */
	assert_int_equal(find_due(p, FAR), FV_ALERT_DEVICE_TOLD + 1);
}

static enum fv_err
count_one(const struct fv_store_alert *alert, void *ctx)
{
	size_t *counts = ctx;

	counts[alert->device_no != 1]++;
	return FV_OK;
}

static void
a_handheld_that_calls_without_end_fills_no_disk(void **state)
{
	struct place *p = *state;
	const struct fv_alert more = {.state = FV_ALERT_RAISED, .at_ms = 9000};
	size_t counts[2] = {0};

	assert_int_equal(p->device_a.no, 1);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	for (int64_t at = 1; at <= FV_ALERT_DEVICE_DAY; at++)
		call_for_help(p, &p->a, at);
	assert_int_equal(fv_alerts_take(p->store, &p->device_a, &more, NOW + 9000), FV_EFULL);
	call_for_help(p, &p->a, 7); /* what is there is brought up to date all the same */
	call_for_help(p, &p->b, 1);
	assert_int_equal(
	    fv_alerts_take(p->store, &p->device_a, &more, NOW + FV_MS_PER_DAY + 9000), FV_OK);
	assert_int_equal(fv_store_alert_each(p->store, count_one, counts), FV_OK);
	assert_int_equal(counts[0], FV_ALERT_DEVICE_DAY + 1);
	assert_int_equal(counts[1], 1);
	assert_int_equal(fv_store_commit(p->store), FV_OK);
}

static void
when_one_was_seen_the_newest_that_waits_is_told(void **state)
{
	struct place *p = *state;

	for (int64_t at = 1; at <= 10; at++)
		call_for_help(p, &p->a, at);
	assert_int_equal(find(p), 10);
	assert_int_equal(p->found[3].said.at_ms, 7);
	p->found[3].is_acked = true;
	p->found[3].acked_ms = NOW;
	strcpy(p->found[3].acked_by, "sup");
	assert_int_equal(fv_store_alert_put(p->store, &p->found[3]), FV_OK);
	assert_int_equal(fv_alerts_seen(p->store, &p->found[3], NOW + 50), FV_OK);
	assert_int_equal(find_due(p, NOW + 50), FV_ALERT_DEVICE_TOLD);
	for (size_t i = 0; i < p->count; i++)
		assert_true(p->found[i].said.at_ms > 1 && p->found[i].said.at_ms != 7);
}

static void
a_server_that_starts_tells_at_once_what_it_may_not_have_told(void **state)
{
	struct place *p = *state;

	for (int64_t at = 1; at <= 9; at++)
		call_for_help(p, &p->a, at);
	assert_int_equal(find_due(p, NOW + 9), FV_ALERT_DEVICE_TOLD);
	for (size_t i = 0; i < p->count; i++) {
		p->found[i].next_ms = NOW + FV_ALERT_AGAIN_MS;
		assert_int_equal(fv_store_alert_put(p->store, &p->found[i]), FV_OK);
	}
	assert_int_equal(find_due(p, NOW + 10), 0);
	assert_int_equal(fv_store_alert_hurry(p->store, NOW + 10), FV_OK);
	assert_int_equal(find_due(p, NOW + 10), FV_ALERT_DEVICE_TOLD);
}

static void
a_hold_reaches_every_officer_of_a_case_however_many_there_are(void **state)
{
	struct place *p = *state;
	const uint64_t visit = handset_visit(&p->a, "c-1");
	const int64_t kind = FV_EVENT_WELFARE;
	struct fv_buf officers = {0};
	struct fv_store_case row = {.item = {.actor = 2, .product = 1}};

	for (int i = 0; i < 200; i++)
		fv_buf_putf(&officers, "officer-%03d;", i);
	fv_buf_put_z(&officers, "zhang");
	row.item.id = fv_span_z("c-1");
	row.item.zones = fv_span_z("Asia/Shanghai");
	row.item.assigned = fv_buf_span(&officers);
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	(void)add(&p->a, FV_REC_EVENT, &visit, &kind);
	(void)send(p, &p->a, 0, NULL, false);
	assert_int_equal(find(p), 1);
	assert_int_equal(p->found[0].kind, FV_ALERT_WELFARE);
	fv_buf_clear(&officers);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(an_alert_stands_when_the_first_chunk_is_open_whatever_follows),
	    T(a_record_that_says_something_else_is_shown_as_that),
	    T(an_sos_in_the_trail_alone_raises_the_alert),
	    T(the_place_moves_on_and_an_end_is_never_taken_back),
	    T(a_group_that_is_rolled_back_leaves_no_alert),
	    T(a_check_in_is_overdue_five_minutes_after_it_was_due),
	    T(a_visits_end_and_an_off_take_the_check_in_away),
	    T(a_trail_that_comes_late_has_a_minute_to_say_that_all_is_well),
	    T(a_due_time_that_cannot_be_meant_sets_nothing),
	    T(a_welfare_concern_is_an_alert_and_a_request_to_stop_is_none),
	    T(a_stop_taken_down_elsewhere_finds_the_visit_under_way_and_ends_with_it),
	    T(what_was_seen_is_due_no_more_and_who_was_first_stays),
	    T(of_one_handheld_the_eight_newest_that_nobody_saw_are_told),
	    T(a_handheld_that_calls_without_end_fills_no_disk),
	    T(when_one_was_seen_the_newest_that_waits_is_told),
	    T(a_server_that_starts_tells_at_once_what_it_may_not_have_told),
	    T(a_hold_reaches_every_officer_of_a_case_however_many_there_are),
	};

	return cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
