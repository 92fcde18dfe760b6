/* What the history of a case brings down when several officers were there. */
#include "sync-server/down.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/cosign.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/log.h"
#include "tests/support/handset.h"
#include "tests/support/made.h"

#define NOW INT64_C(1770001000000)
#define PHONES 3U
#define BYTES_A_CONTACT 44U
#define LAT 312304567 /* planted: stands nowhere else */
#define LON 1214737890

static const uint8_t log_seed[FV_SEED_BYTES] = {42};
static const char *const officers[PHONES] = {"zhang", "planted-li", "planted-wu"};

struct place {
	char dir[64];
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	struct handset phones[PHONES];
	struct fv_store_device devices[PHONES];
	size_t sent[PHONES];
	uint64_t cursor[PHONES];
	struct fv_buf body; /* of the history last taken */
	bool has_body;
};

static void
put_case(struct place *p, const char *id)
{
	struct fv_store_case row = {.item = {.actor = 2, .product = 1}};

	row.item.id = fv_span_z(id);
	row.item.zones = fv_span_z("Asia/Shanghai");
	row.item.debts = fv_span_z("d1");
	row.item.packs = fv_span_z("house");
	row.item.assigned = fv_span_z("zhang;planted-li;planted-wu");
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
}

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	char path[96];
	int64_t no;

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-history-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(path, sizeof path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, log_seed), FV_OK);
	assert_int_equal(fv_ingest_new(&p->ingest, p->store, p->ledger), FV_OK);
	for (size_t i = 0; i < PHONES; i++) {
		struct fv_store_device d = {.enrolled_ms = 1};

		handset_init(&p->phones[i], (uint8_t)(20 + i));
		memcpy(d.dev, p->phones[i].dev, sizeof d.dev);
		memcpy(d.pk_0, p->phones[i].pk_0, sizeof d.pk_0);
		memset(d.handle_secret, (int)(i + 1), sizeof d.handle_secret);
		snprintf(d.officer, sizeof d.officer, "%s", officers[i]);
		strcpy(d.agency, "bank");
		assert_int_equal(fv_store_device_add(p->store, &d, &no), FV_OK);
		assert_int_equal(fv_store_device_get_no(p->store, no, &p->devices[i]), FV_OK);
	}
	put_case(p, "c1");
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	for (size_t i = 0; i < PHONES; i++)
		handset_clear(&p->phones[i]);
	fv_buf_clear(&p->body);
	fv_ingest_free(p->ingest);
	fv_ledger_close(p->ledger);
	fv_store_close(p->store);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

/* What phone `i` has not sent yet goes up; the history that comes down is kept. */
static void
sync_phone(struct place *p, size_t i)
{
	struct handset *h = &p->phones[i];
	struct fv_sync_request request = {.answer_max = FV_ANSWER_MAX,
	    .from_seq = p->sent[i],
	    .n = h->count,
	    .cursor = p->cursor[i]};
	struct fv_buf chunk = {0}, bytes = {0};
	struct fv_sync_answer answer;
	struct fv_session *session;
	struct fv_cbor_reader r;
	struct fv_item item;

	fv_sync_request_put(&chunk, &request);
	handset_wire(h, p->sent[i], h->count, &chunk);
	assert_int_equal(fv_session_new(&session, &p->devices[i], 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&chunk), NOW), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	assert_int_equal(fv_down_answer(p->ingest, p->store, session, NOW, &bytes), FV_OK);
	assert_int_equal(fv_sync_answer_parse(fv_buf_span(&bytes), &answer), FV_OK);
	fv_session_free(session);
	p->sent[i] = h->count;
	p->cursor[i] = answer.cursor;
	p->has_body = false;
	r = fv_cbor_reader_of(answer.items);
	while (!fv_cbor_at_end(&r)) {
		assert_int_equal(fv_item_parse(&r, &item), FV_OK);
		if (item.kind != FV_ITEM_HISTORY)
			continue;
		if (!p->has_body)
			fv_buf_reset(&p->body);
		p->has_body = true;
		fv_buf_put_span(&p->body, item.is_slice ? item.slice.bytes : item.body);
	}
	fv_buf_clear(&chunk);
	fv_buf_clear(&bytes);
}

static uint64_t
add(struct handset *h, uint32_t type, const char *diagnostic)
{
	struct fv_buf payload = {0};

	made_cbor(&payload, diagnostic);
	handset_add(h, type, fv_buf_span(&payload));
	fv_buf_clear(&payload);
	return h->count - 1;
}

/* A visit of phone `i`; `more`: after the officer, "" or ",\"id\"". */
static uint64_t
visit(struct place *p, size_t i, const char *more, bool has_place)
{
	char text[256], stamp[96] = "null";

	if (has_place)
		snprintf(stamp, sizeof stamp, "{1:3,3:%d,4:%d,6:5000,21:9}", LAT, LON);
	snprintf(
	    text, sizeof text, "{1:\"c1\",2:%s,4:[\"%s\"%s],5:1}", stamp, officers[i], more);
	return add(&p->phones[i], FV_REC_VISIT_BEGIN, text);
}

static void
finish(struct place *p, size_t i, uint64_t seq)
{
	handset_visit_end(&p->phones[i], seq);
	handset_seal(&p->phones[i]);
}

/* Lines of the history kept; the first of them and the first event, where wanted. */
static size_t
read_lines(struct place *p, struct fv_item_line *first, struct fv_item_event *event)
{
	struct fv_item_history h;
	struct fv_item_line line;
	size_t count = 0;

	assert_true(p->has_body);
	assert_int_equal(fv_item_history_open(fv_buf_span(&p->body), &h), FV_OK);
	while (fv_item_history_line(&h, &line) == FV_OK)
		if (count++ == 0 && first != NULL)
			*first = line;
	if (event != NULL)
		assert_int_equal(fv_item_history_event(&h, event), FV_OK);
	return count;
}

static void
a_visit_linked_with_ones_own_is_not_sent(void **state)
{
	struct place *p = *state;
	uint64_t v = visit(p, 1, "", true);

	finish(p, 1, v);
	sync_phone(p, 1);
	sync_phone(p, 0);
	assert_int_equal(read_lines(p, NULL, NULL), 1); /* not linked with anything yet */
	v = visit(p, 0, ",\"planted-li\"", true);
	finish(p, 0, v);
	sync_phone(p, 0);
	assert_int_equal(read_lines(p, NULL, NULL), 0); /* it is his own visit after all */
	sync_phone(p, 1);
	assert_int_equal(read_lines(p, NULL, NULL), 0);
}

static void
linked_visits_of_others_are_one_line_and_events_hang_on_it(void **state)
{
	struct place *p = *state;
	struct fv_item_event event;
	struct fv_item_line line;
	char text[64];
	uint64_t a, b;

	p->phones[2].now_ms += 60000; /* the later one */
	a = visit(p, 1, ",\"planted-wu\"", true);
	b = visit(p, 2, "", true);
	snprintf(text, sizeof text, "{1:%d,2:null,4:3,12:\"officer\"}", (int)b);
	(void)add(&p->phones[2], FV_REC_EVENT, text);
	finish(p, 1, a);
	finish(p, 2, b);
	sync_phone(p, 1);
	sync_phone(p, 2);
	sync_phone(p, 0);
	assert_int_equal(read_lines(p, &line, &event), 1);
	assert_int_equal(line.begin_ms, p->phones[1].records[a].header.rtc_ms);
	assert_true(line.has_officers && line.officers == 2);
	assert_true(event.kind == FV_EVENT_CEASE && event.has_line && event.line == 0);
}

static void
visits_that_nothing_links_are_two_lines(void **state)
{
	struct place *p = *state;

	finish(p, 1, visit(p, 1, "", true));
	finish(p, 2, visit(p, 2, "", true));
	sync_phone(p, 1);
	sync_phone(p, 2);
	sync_phone(p, 0);
	assert_int_equal(read_lines(p, NULL, NULL), 2);
}

/* In a stairwell: only the server, which knows the secrets, can say that they are one. */
static void
a_good_code_links_what_goes_down_and_a_wrong_one_does_not(void **state)
{
	struct place *p = *state;
	char code[FV_COSIGN_CODE_BYTES], text[96];

	for (int good = 0; good < 2; good++) {
		uint64_t v = visit(p, 1, "", false);
		int64_t at = p->phones[1].records[v].header.rtc_ms;

		assert_int_equal(fv_cosign_code(p->devices[good ? 2 : 1].handle_secret,
				     fv_span_z("c1"), at, code),
		    FV_OK);
		snprintf(
		    text, sizeof text, "{1:%d,4:\"planted-wu\",5:2,6:\"%s\"}", (int)v, code);
		(void)add(&p->phones[1], FV_REC_COSIGN, text);
		finish(p, 1, v);
		finish(p, 2, visit(p, 2, "", false));
		p->phones[1].now_ms += 3600000;
		p->phones[2].now_ms = p->phones[1].now_ms;
	}
	sync_phone(p, 1);
	sync_phone(p, 2);
	sync_phone(p, 0);
	assert_int_equal(read_lines(p, NULL, NULL), 3);
}

static void
a_code_counts_until_its_handheld_is_revoked(void **state)
{
	struct place *p = *state;
	char code[FV_COSIGN_CODE_BYTES], text[96];

	for (int hour = 0; hour < 2; hour++) {
		uint64_t v = visit(p, 1, "", false);
		int64_t at = p->phones[1].records[v].header.rtc_ms;

		assert_int_equal(
		    fv_cosign_code(p->devices[2].handle_secret, fv_span_z("c1"), at, code),
		    FV_OK);
		snprintf(
		    text, sizeof text, "{1:%d,4:\"planted-wu\",5:2,6:\"%s\"}", (int)v, code);
		(void)add(&p->phones[1], FV_REC_COSIGN, text);
		finish(p, 1, v);
		finish(p, 2, visit(p, 2, "", false));
		if (hour == 0)
			assert_int_equal(fv_store_device_revoke(p->store, p->devices[2].no,
					     at + 1800000, UINT32_MAX),
			    FV_OK);
		p->phones[1].now_ms += 3600000;
		p->phones[2].now_ms = p->phones[1].now_ms;
	}
	sync_phone(p, 1);
	sync_phone(p, 2);
	sync_phone(p, 0);
	assert_int_equal(read_lines(p, NULL, NULL), 3); /* one of both before, two after */
}

static bool
holds(struct fv_span body, const void *bytes, size_t len)
{
	return memmem(body.ptr, body.len, bytes, len) != NULL;
}

static void
what_comes_down_for_a_case_holds_nothing_of_another_officer(void **state)
{
	static const enum fv_item_kind kinds[] = {FV_ITEM_CASE, FV_ITEM_HISTORY, FV_ITEM_HOLD};
	struct place *p = *state;
	struct fv_down down = {.store = p->store, .device = &p->devices[0], .now_ms = NOW};
	struct fv_hash content, capsules;
	struct fv_buf own = {0}, body = {0};
	uint8_t lat[4], lon[4];
	uint64_t v = visit(p, 1, ",\"planted-wu\"", true), version;

	memset(&content, 0xc5, sizeof content);
	memset(&capsules, 0xc6, sizeof capsules);
	handset_add_note(&p->phones[1], v, &content, &capsules);
	(void)add(&p->phones[1], FV_REC_EVENT,
	    "{1:\"c1\",2:null,4:3,11:\"planted-number\",12:\"planted-li\"}");
	finish(p, 1, v);
	sync_phone(p, 1);
	fv_store_u32be(lat, LAT);
	fv_store_u32be(lon, LON);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct fv_store_changed row = {.kind = kinds[i], .key = fv_span_z("c1")};
		struct fv_span got;

		fv_buf_reset(&body);
		assert_int_equal(fv_down_body(&down, &row, &body, &version), FV_OK);
		got = fv_buf_span(&body);
		assert_true(got.len > 0);
		assert_false(holds(got, "planted", 7));
		assert_false(holds(got, content.b, 4) || holds(got, capsules.b, 4));
		assert_false(holds(got, lat, 4) || holds(got, lon, 4));
		assert_false(holds(got, p->phones[1].dev, 4));
	}
	fv_buf_clear(&own);
	fv_buf_clear(&body);
}

static void
a_contact_about_one_debt_costs_at_most_44_bytes(void **state)
{
	struct place *p = *state;
	struct fv_down down = {.store = p->store, .device = &p->devices[0], .now_ms = NOW};
	struct fv_store_changed row = {.kind = FV_ITEM_HISTORY, .key = fv_span_z("c1")};
	const size_t calls = 60, visits = 20;
	struct fv_buf body = {0};
	char id[8], line[512];
	uint64_t version;

	for (size_t i = 0; i < calls; i++) {
		struct fv_store_import import = {
		    .source = fv_span_z("dialler"), .case_id = fv_span_z("c1")};

		snprintf(id, sizeof id, "k%02zu", i);
		/* Everything that a call can say. */
		snprintf(line, sizeof line,
		    "{\"type\":\"contact\",\"id\":\"%s\",\"case\":\"c1\",\"channel\":\"call\","
		    "\"begin\":\"2026-01-20T10:%02zu:00.123+08:00\",\"end\":"
		    "\"2026-01-20T10:%02zu:30.456+08:00\",\"by\":\"collector\",\"number\":"
		    "\"n1\","
		    "\"call_id\":\"x%zu\",\"outcome\":\"conversation\",\"with\":\"third_"
		    "party\","
		    "\"meant_for\":\"debtor\",\"place\":\"other\",\"purpose\":\"document\","
		    "\"source\":\"ai\",\"debts\":[\"d1\"],\"discussed\":[\"d1\"],"
		    "\"officers\":[\"planted-li\"],\"entered\":false}",
		    id, i, i, i);
		import.id = fv_span_z(id);
		import.line = fv_span_z(line);
		assert_int_equal(fv_store_import_put(p->store, &import), FV_OK);
	}
	for (size_t i = 0; i < visits; i++) {
		uint64_t v = visit(p, 1, ",\"planted-wu\"", true);

		snprintf(line, sizeof line,
		    "{1:%d,4:1,5:1,6:false,7:[\"d1\"],8:[\"d1\"],9:1,11:true,12:1,13:true}",
		    (int)v);
		(void)add(&p->phones[1], FV_REC_OUTCOME, line);
		finish(p, 1, v);
		p->phones[1].now_ms += 600000;
	}
	sync_phone(p, 1);
	assert_int_equal(fv_down_body(&down, &row, &body, &version), FV_OK);
	print_message("%zu bytes for %zu contacts: %.1f each\n", body.len, calls + visits,
	    (double)body.len / (double)(calls + visits));
	assert_true(body.len <= (calls + visits) * BYTES_A_CONTACT);
	fv_buf_clear(&body);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_visit_linked_with_ones_own_is_not_sent),
	    T(linked_visits_of_others_are_one_line_and_events_hang_on_it),
	    T(visits_that_nothing_links_are_two_lines),
	    T(a_good_code_links_what_goes_down_and_a_wrong_one_does_not),
	    T(a_code_counts_until_its_handheld_is_revoked),
	    T(what_comes_down_for_a_case_holds_nothing_of_another_officer),
	    T(a_contact_about_one_debt_costs_at_most_44_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
