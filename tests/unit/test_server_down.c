#include "sync-server/down.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/order.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/log.h"
#include "tests/support/handset.h"
#include "tests/support/people.h"

#define NOW INT64_C(1770001000000)

static const uint8_t log_seed[FV_SEED_BYTES] = {42};

struct place {
	char dir[64];
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	struct handset a;
	struct fv_store_device device;
	struct fv_buf bytes;          /* of the newest answer */
	struct fv_sync_answer answer; /* into bytes */
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	struct fv_store_device device = {.enrolled_ms = 1};
	char path[96];
	int64_t no;

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-down-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(path, sizeof path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, log_seed), FV_OK);
	assert_int_equal(fv_ingest_new(&p->ingest, p->store, p->ledger), FV_OK);
	handset_init(&p->a, 1);
	memcpy(device.dev, p->a.dev, sizeof device.dev);
	memcpy(device.pk_0, p->a.pk_0, sizeof device.pk_0);
	strcpy(device.officer, "zhang");
	strcpy(device.agency, "bank");
	assert_int_equal(fv_store_device_add(p->store, &device, &no), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, no, &p->device), FV_OK);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	fv_buf_clear(&p->bytes);
	handset_clear(&p->a);
	fv_ingest_free(p->ingest);
	fv_ledger_close(p->ledger);
	fv_store_close(p->store);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

/* One whole sync; what came of it, with the answer read back into p->answer. */
static enum fv_err
sync_with(struct place *p, const struct fv_sync_request *request, size_t from, size_t until)
{
	struct fv_session *session;
	struct fv_buf chunk = {0};
	enum fv_err rc;

	fv_sync_request_put(&chunk, request);
	handset_wire(&p->a, from, until, &chunk);
	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&chunk), NOW), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	fv_buf_reset(&p->bytes);
	rc = fv_down_answer(p->ingest, p->store, session, NOW, &p->bytes);
	fv_session_free(session);
	fv_buf_clear(&chunk);
	if (rc == FV_OK)
		assert_int_equal(
		    fv_sync_answer_parse(fv_buf_span(&p->bytes), &p->answer), FV_OK);
	return rc;
}

static void
ask(struct place *p, uint64_t cursor, uint64_t answer_max)
{
	struct fv_sync_request request = {.from_seq = p->a.count, .n = p->a.count};

	request.cursor = cursor;
	request.answer_max = answer_max;
	assert_int_equal(sync_with(p, &request, 0, 0), FV_OK);
}

static void
put_case_for(struct place *p, const char *id, const char *officers)
{
	struct fv_store_case row = {.item = {.actor = 2, .product = 1}};

	row.item.id = fv_span_z(id);
	row.item.zones = fv_span_z("Asia/Shanghai");
	row.item.debts = fv_span_z("d1;d2");
	row.item.packs = fv_span_z("house");
	row.item.assigned = fv_span_z(officers);
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
}

static void
change(struct place *p, enum fv_item_kind kind, const char *key)
{
	struct fv_store_audience zhang = {.officer = "zhang"};

	assert_int_equal(fv_store_change(p->store, zhang, kind, fv_span_z(key)), FV_OK);
}

static void
import(struct place *p, const char *id, const char *line)
{
	struct fv_store_import row = {
	    .source = fv_span_z("dialler"), .case_id = fv_span_z("c1")};

	row.id = fv_span_z(id);
	row.line = fv_span_z(line);
	assert_int_equal(fv_store_import_put(p->store, &row), FV_OK);
}

/* "kind:key" of each item of the answer, slices marked '+'. */
static const char *
list_items(struct place *p, char text[256])
{
	struct fv_cbor_reader r = fv_cbor_reader_of(p->answer.items);
	struct fv_item item;
	size_t used = 0;

	text[0] = 0;
	while (!fv_cbor_at_end(&r)) {
		assert_int_equal(fv_item_parse(&r, &item), FV_OK);
		used += (size_t)snprintf(
		    text + used, 256 - used, "%u%s ", item.kind, item.is_slice ? "+" : "");
	}
	return text;
}

/* The body of the first item of that kind in the answer. */
static struct fv_span
find_body(struct place *p, enum fv_item_kind kind)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(p->answer.items);
	struct fv_item item;

	while (!fv_cbor_at_end(&r)) {
		assert_int_equal(fv_item_parse(&r, &item), FV_OK);
		if (item.kind == kind)
			return item.body;
	}
	fail_msg("no item of kind %d", (int)kind);
	return fv_span_of(NULL, 0);
}

static void
nothing_new_is_four_keys(void **state)
{
	struct place *p = *state;

	assert_int_equal(fv_store_device_approve(p->store, p->device.no, 1), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, p->device.no, &p->device), FV_OK);
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_true(p->bytes.ptr[0] == 0xa4 && p->bytes.len < 24);
	assert_true(p->answer.server_ms == NOW && p->answer.notice_count == 0);
}

static void
a_good_seal_gets_a_receipt_that_verifies(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.answer_max = FV_ANSWER_DEFAULT};
	struct fv_receipt receipt = {0};
	struct fv_hash root;
	uint64_t size;

	handset_visit_end(&p->a, handset_visit(&p->a, "c1"));
	handset_seal(&p->a);
	assert_int_equal(sync_with(p, &request, 0, 3), FV_OK);
	assert_true(p->answer.has_receipt && p->answer.next_seq == 3);
	receipt.leaf = p->answer.head_leaf;
	receipt.index = p->answer.head_index;
	receipt.inclusion = p->answer.inclusion;
	receipt.inclusion_count = p->answer.inclusion_count;
	receipt.checkpoint = p->answer.checkpoint;
	assert_int_equal(
	    fv_receipt_verify(&receipt, fv_ledger_pk(p->ledger), &size, &root), FV_OK);
}

static void
the_log_is_proven_consistent_with_the_checkpoint_held(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.answer_max = FV_ANSWER_DEFAULT};
	struct fv_hash root_1, root_3;

	for (int i = 0; i < 3; i++) {
		handset_seal(&p->a);
		request.from_seq = p->a.count - 1;
		assert_int_equal(sync_with(p, &request, p->a.count - 1, p->a.count), FV_OK);
	}
	request.from_seq = 3;
	request.want = FV_WANT_CONSISTENCY;
	request.checkpoint_size = 1;
	assert_int_equal(sync_with(p, &request, 0, 0), FV_OK);
	assert_true(p->answer.has_consistency && p->answer.checkpoint.len > 0);
	assert_int_equal(fv_store_head_find(p->store, 1, &root_1), FV_OK);
	assert_int_equal(fv_store_head_find(p->store, 3, &root_3), FV_OK);
	assert_int_equal(fv_merkle_verify_consistency(1, 3, &root_1, &root_3,
			     p->answer.consistency, p->answer.consistency_count),
	    FV_OK);
	request.checkpoint_size = 9; /* larger than the log: nothing can be proven */
	assert_int_equal(sync_with(p, &request, 0, 0), FV_OK);
	assert_true(!p->answer.has_consistency && p->answer.checkpoint.len > 0);
}

static void
a_wrong_cursor_gets_no_sealed_answer(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.from_seq = 1};

	handset_seal(&p->a);
	handset_seal(&p->a);
	assert_int_equal(sync_with(p, &request, 1, 2), FV_ESTATE);
	assert_true(p->bytes.len == 0);
	request.from_seq = 0; /* the probe */
	assert_int_equal(sync_with(p, &request, 0, 0), FV_OK);
	assert_true(p->answer.next_seq == 0);
}

static void
named_blobs_that_are_not_here_are_asked_for(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.answer_max = FV_ANSWER_DEFAULT};
	struct fv_hash a = {{1}}, b = {{2}};

	handset_add_note(&p->a, handset_visit(&p->a, "c1"), &a, &b);
	assert_int_equal(sync_with(p, &request, 0, 2), FV_OK);
	assert_true(p->answer.missing_count == 2 && p->answer.missing[0].held_bytes == 0);
	assert_memory_equal(p->answer.missing[0].hash.b, a.b, sizeof a.b);
}

static void
an_officers_cases_come_and_nobody_elses(void **state)
{
	struct place *p = *state;
	struct fv_item_case got;
	struct fv_store_audience li = {.officer = "li"};
	char text[256];

	put_case_for(p, "c1", "zhang");
	put_case_for(p, "c2", "li");
	change(p, FV_ITEM_CASE, "c1");
	change(p, FV_ITEM_CASE, "c2"); /* announced by mistake: still not his */
	assert_int_equal(fv_store_change(p->store, li, FV_ITEM_CASE, fv_span_z("c2")), FV_OK);
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_string_equal(list_items(p, text), "1 ");
	assert_int_equal(fv_item_case_parse(find_body(p, FV_ITEM_CASE), &got), FV_OK);
	assert_true(fv_span_equal(got.id, fv_span_z("c1")));
	ask(p, p->answer.cursor, FV_ANSWER_DEFAULT);
	assert_string_equal(list_items(p, text), "");
}

static void
a_closed_case_leaves_by_a_tombstone(void **state)
{
	struct place *p = *state;
	struct fv_store_case row;
	char text[256];

	put_case_for(p, "c1", "zhang");
	change(p, FV_ITEM_CASE, "c1");
	change(p, FV_ITEM_HISTORY, "c1");
	assert_int_equal(fv_store_case_get(p->store, fv_span_z("c1"), &row), FV_OK);
	change(p, FV_ITEM_TOMBSTONE, "c1");
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_string_equal(list_items(p, text), "12 ");
}

static void
a_card_waits_for_the_approval(void **state)
{
	struct place *p = *state;
	struct fv_item_card card = {fv_span_z("note"), fv_span_z("ct"), fv_span_z("caps")},
			    got;
	char text[256];

	put_case_for(p, "c1", "zhang");
	assert_int_equal(fv_store_card_put(p->store, fv_span_z("c1"), 3, &card), FV_OK);
	change(p, FV_ITEM_CARD, "c1");
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_string_equal(list_items(p, text), "");
	assert_int_equal(fv_store_device_approve(p->store, p->device.no, 1), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, p->device.no, &p->device), FV_OK);
	change(p, FV_ITEM_CARD, "c1");
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_int_equal(fv_item_card_parse(find_body(p, FV_ITEM_CARD), &got), FV_OK);
	assert_true(fv_span_equal(got.ct, fv_span_z("ct")));
}

static void
adopt_pack(struct place *p, const char *id, uint32_t revision, struct fv_span file)
{
	static struct fv_packs packs;
	struct fv_store_pack pack = {.id = fv_span_z(id), .revision = revision, .file = file};
	struct fv_store_note note = {.version = revision};
	static const uint8_t seed[FV_SEED_BYTES] = {7};
	struct fv_pack_line line = {.revision = revision};
	struct fv_buf text = {0}, signed_text = {0};

	strcpy(packs.agency, "bank");
	snprintf(line.id, sizeof line.id, "%s", id);
	fv_sha256(file, &line.sha256);
	pack.sha256 = line.sha256;
	assert_int_equal(fv_packs_add(&packs, &line), FV_OK);
	fv_packs_put(&text, &packs);
	fv_signednote_sign(&signed_text, fv_buf_span(&text), fv_span_z("anna"), seed);
	note.note = fv_buf_span(&signed_text);
	assert_int_equal(fv_store_note_put(p->store, FV_NOTE_PACKS, &note), FV_OK);
	assert_int_equal(fv_store_pack_put(p->store, &pack), FV_OK);
	assert_int_equal(
	    fv_store_change(p->store, (struct fv_store_audience){0}, FV_ITEM_PACK, pack.id),
	    FV_OK);
	fv_buf_clear(&text);
	fv_buf_clear(&signed_text);
}

static void
a_pack_goes_to_those_whose_cases_use_it_in_its_newest_revision(void **state)
{
	struct place *p = *state;
	char text[256];

	adopt_pack(p, "unused", 1, fv_span_z("{\"u\":1}"));
	put_case_for(p, "c1", "zhang"); /* uses "house", which nobody has adopted yet */
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_string_equal(list_items(p, text), "");
	adopt_pack(p, "house", 2, fv_span_z("{\"r\":2}"));
	ask(p, p->answer.cursor, FV_ANSWER_DEFAULT);
	assert_true(fv_span_equal(find_body(p, FV_ITEM_PACK), fv_span_z("{\"r\":2}")));
	adopt_pack(p, "house", 3, fv_span_z("{\"r\":3}"));
	ask(p, p->answer.cursor, FV_ANSWER_DEFAULT);
	assert_true(fv_span_equal(find_body(p, FV_ITEM_PACK), fv_span_z("{\"r\":3}")));
}

static void
a_large_body_comes_in_slices_that_continue_where_they_were_cut(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.answer_max = 4096};
	static uint8_t file[20000], got[sizeof file];
	struct fv_cbor_reader r;
	struct fv_item item;
	struct fv_hash hash;
	uint64_t held = 0;
	int answers = 0;

	for (size_t i = 0; i < sizeof file; i++)
		file[i] = (uint8_t)(i * 31 >> 3);
	fv_sha256(fv_span_of(file, sizeof file), &hash);
	put_case_for(p, "c1", "zhang");
	adopt_pack(p, "house", 5, fv_span_of(file, sizeof file));
	do {
		assert_true(++answers < 20);
		assert_int_equal(sync_with(p, &request, 0, 0), FV_OK);
		assert_true(p->bytes.len <= request.answer_max + FV_SLICE_MAX + 128);
		r = fv_cbor_reader_of(p->answer.items);
		while (!fv_cbor_at_end(&r)) {
			assert_int_equal(fv_item_parse(&r, &item), FV_OK);
			assert_true(item.is_slice && item.slice.offset == held);
			memcpy(got + held, item.slice.bytes.ptr, item.slice.bytes.len);
			held += item.slice.bytes.len;
		}
		request.begun_count = 1;
		request.begun[0].hash = hash;
		request.begun[0].held_bytes = held;
		assert_int_equal(p->answer.more, held < sizeof file);
		assert_int_equal(p->answer.cursor > 0, held == sizeof file);
	} while (held < sizeof file);
	assert_memory_equal(got, file, sizeof file);
	assert_true(answers > 2);
}

static void
a_small_answer_says_that_more_is_waiting_and_loses_nothing(void **state)
{
	struct place *p = *state;
	char id[16], text[256];
	uint64_t cursor = 0;
	int cases = 0;

	for (int i = 0; i < 40; i++) {
		snprintf(id, sizeof id, "c%02d", i);
		put_case_for(p, id, "zhang");
		change(p, FV_ITEM_CASE, id);
	}
	do {
		ask(p, cursor, 600);
		assert_true(p->bytes.len < 600 + 128);
		cases += (int)(strlen(list_items(p, text)) / 2);
		assert_true(p->answer.cursor > cursor);
		cursor = p->answer.cursor;
	} while (p->answer.more);
	assert_int_equal(cases, 40);
}

static void
imported_contacts_go_down_without_ids_numbers_or_places(void **state)
{
	struct place *p = *state;
	struct fv_item_history history;
	struct fv_item_line line;
	struct fv_item_event event;
	struct fv_span body;
	uint8_t hash[4];

	put_case_for(p, "c1", "zhang");
	import(p, "k1",
	    "{\"type\":\"contact\",\"id\":\"k1\",\"case\":\"c1\",\"channel\":\"call\","
	    "\"begin\":"
	    "\"2026-01-20T10:00:00+08:00\",\"by\":\"collector\",\"number\":\"n1\",\"outcome\":"
	    "\"no_answer\",\"place\":\"mobile\",\"debts\":[\"d2\"],\"officers\":[\"secretly\"]"
	    "}");
	import(p, "k0",
	    "{\"type\":\"contact\",\"id\":\"k0\",\"case\":\"c1\",\"channel\":\"call\","
	    "\"begin\":"
	    "\"2020-01-20T10:00:00+08:00\",\"by\":\"collector\"}");
	import(p, "e1",
	    "{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c1\",\"kind\":\"consent\",\"at\":"
	    "\"2026-01-21T10:00:00+08:00\",\"scope\":[\"time\",\"entry\"],\"form\":"
	    "\"written\","
	    "\"contact\":\"k1\"}");
	change(p, FV_ITEM_HISTORY, "c1");
	change(p, FV_ITEM_HOLD, "c1"); /* and there is none */
	ask(p, 0, FV_ANSWER_DEFAULT);
	body = find_body(p, FV_ITEM_HISTORY);
	assert_null(memmem(body.ptr, body.len, "secretly", 8));
	assert_int_equal(fv_item_history_open(body, &history), FV_OK);
	assert_int_equal(fv_item_history_line(&history, &line), FV_OK);
	assert_true(line.channel == 2 && line.outcome == 3 && line.place == 3);
	assert_true(line.begin_ms == INT64_C(1768874400000) && line.officers == 1);
	assert_true(line.debts.count == 1 && line.debts.idx[0] == 1);
	fv_item_number_hash(fv_span_z("c1"), fv_span_z("n1"), hash);
	assert_memory_equal(line.number, hash, sizeof hash);
	assert_int_equal(fv_item_history_line(&history, &line), FV_ENOENT); /* k0 is too old */
	assert_int_equal(fv_item_history_event(&history, &event), FV_OK);
	assert_true(event.kind == 1 && event.scope_count == 2 && event.scope[1] == 4);
	assert_true(event.form == 2 && event.has_line && event.line == 0);
	assert_int_equal(fv_item_history_event(&history, &event), FV_ENOENT);
}

/* Give the place a second enrolled handheld, which then syncs instead of the first. */
static void
switch_device(struct place *p, uint8_t mark, const char *officer)
{
	struct fv_store_device device = {.enrolled_ms = 2};
	int64_t no;

	handset_clear(&p->a);
	handset_init(&p->a, mark);
	memcpy(device.dev, p->a.dev, sizeof device.dev);
	memcpy(device.pk_0, p->a.pk_0, sizeof device.pk_0);
	snprintf(device.officer, sizeof device.officer, "%s", officer);
	strcpy(device.agency, "bank");
	assert_int_equal(fv_store_device_add(p->store, &device, &no), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, no, &p->device), FV_OK);
}

static void
a_visit_goes_to_the_officers_other_handheld_and_not_back_to_its_own(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.answer_max = FV_ANSWER_DEFAULT};
	struct fv_item_history history;
	struct fv_item_line line;
	struct fv_item_event event;
	char text[256];

	put_case_for(p, "c1", "zhang");
	handset_visit_end(&p->a, handset_visit(&p->a, "c1"));
	handset_visit_end(&p->a, handset_visit(&p->a, "c2"));
	handset_seal(&p->a);
	change(p, FV_ITEM_HISTORY, "c1");
	assert_int_equal(sync_with(p, &request, 0, 5), FV_OK);
	assert_int_equal(fv_item_history_open(find_body(p, FV_ITEM_HISTORY), &history), FV_OK);
	assert_int_equal(fv_item_history_line(&history, &line), FV_ENOENT);

	switch_device(p, 9, "zhang");
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_string_equal(list_items(p, text), "2 ");
	assert_int_equal(fv_item_history_open(find_body(p, FV_ITEM_HISTORY), &history), FV_OK);
	assert_int_equal(fv_item_history_line(&history, &line), FV_OK);
	assert_true(line.channel == 1 && line.by == 1 && line.has_end && line.officers == 1);
	assert_true(line.end_ms - line.begin_ms == 1000 && line.place == 1);
	assert_int_equal(fv_item_history_line(&history, &line), FV_ENOENT); /* c2 is not his */
	assert_int_equal(fv_item_history_event(&history, &event), FV_ENOENT);
}

static void
a_cease_on_file_is_a_hold(void **state)
{
	struct place *p = *state;
	struct fv_item_hold hold;

	put_case_for(p, "c1", "zhang");
	import(p, "e1",
	    "{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c1\",\"kind\":\"cease\",\"at\":"
	    "\"2026-01-21T10:00:00+08:00\"}");
	change(p, FV_ITEM_HOLD, "c1");
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_int_equal(fv_item_hold_parse(find_body(p, FV_ITEM_HOLD), &hold), FV_OK);
	assert_true(hold.event_kind == 3 && !hold.has_until);
}

static void
the_roster_comes_when_it_is_wanted(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.want = FV_WANT_ROSTER, .answer_max = 4096};
	const unsigned who = 0;
	struct fv_buf roster = {0};
	struct fv_store_note note = {.version = 4};
	char text[256];

	people_sign(&roster, fv_span_z("officer zhang\n"), "bank1", &who, 1);
	note.note = fv_buf_span(&roster);
	assert_int_equal(fv_store_note_put(p->store, FV_NOTE_ROSTER, &note), FV_OK);
	assert_int_equal(fv_store_meta_set(p->store, "agency", fv_span_z("bank1")), FV_OK);
	request.cursor = 99;
	assert_int_equal(sync_with(p, &request, 0, 0), FV_OK);
	assert_string_equal(list_items(p, text), "6 ");
	assert_true(p->answer.cursor == 99);
	fv_buf_clear(&roster);
}

static void
an_order_goes_to_the_device_that_it_names(void **state)
{
	struct place *p = *state;
	struct fv_store_audience it = {.device_no = p->device.no};

	assert_int_equal(
	    fv_store_order_put(p->store, p->device.no, FV_ITEM_WIPE, fv_span_z("wipe")),
	    FV_OK);
	assert_int_equal(fv_store_change(p->store, it, FV_ITEM_WIPE,
			     fv_span_of(p->device.dev, FV_DEV_BYTES)),
	    FV_OK);
	ask(p, 0, FV_ANSWER_DEFAULT);
	assert_true(fv_span_equal(find_body(p, FV_ITEM_WIPE), fv_span_z("wipe")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(nothing_new_is_four_keys),
	    T(a_good_seal_gets_a_receipt_that_verifies),
	    T(the_log_is_proven_consistent_with_the_checkpoint_held),
	    T(a_wrong_cursor_gets_no_sealed_answer),
	    T(named_blobs_that_are_not_here_are_asked_for),
	    T(an_officers_cases_come_and_nobody_elses),
	    T(a_closed_case_leaves_by_a_tombstone),
	    T(a_card_waits_for_the_approval),
	    T(a_pack_goes_to_those_whose_cases_use_it_in_its_newest_revision),
	    T(a_large_body_comes_in_slices_that_continue_where_they_were_cut),
	    T(a_small_answer_says_that_more_is_waiting_and_loses_nothing),
	    T(imported_contacts_go_down_without_ids_numbers_or_places),
	    T(a_visit_goes_to_the_officers_other_handheld_and_not_back_to_its_own),
	    T(a_cease_on_file_is_a_hold),
	    T(the_roster_comes_when_it_is_wanted),
	    T(an_order_goes_to_the_device_that_it_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
