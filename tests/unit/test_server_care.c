#include "sync-server/care.h"

#include "sync-server/care_show.h"
#include "fv/rulepack.h"
#include "tests/support/desk.h"

static const char code[FV_CODE_BYTES] = "ABCDEFGHIJKLMN23";

/* Three days off, and a Saturday on which people work. */
static const char calendar_text[] =
    "{\"id\":\"days\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","
    "\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"calendars\":[{\"id\":\"c\","
    "\"zones\":[\"Asia/Shanghai\"],\"source\":\"s\",\"confidence\":\"P\","
    "\"from\":\"2026-01-01\",\"until\":\"2026-12-31\",\"days\":[\"2026-10-01\","
    "\"2026-10-02\",\"2026-10-05\"],\"workdays\":[\"2026-10-10\"]}],\"rules\":[]}";

static void
adopt(struct desk *d)
{
	struct fv_packs packs = {.agency = "north", .count = 1};
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	struct fv_buf text = {0}, note = {0};
	struct fv_store_note papers = {.version = 1};
	struct fv_store_pack row;

	if (fv_rulepack_parse(fv_span_z(calendar_text), &pack, &why) != FV_OK)
		fail_msg("%s %s: %s", why.rule, why.field, why.text);
	row = (struct fv_store_pack){.sha256 = pack->sha256,
	    .id = fv_span_z(pack->id),
	    .revision = pack->revision,
	    .file = fv_span_z(calendar_text)};
	assert_int_equal(fv_store_begin(d->host->store), FV_OK);
	assert_int_equal(fv_store_pack_put(d->host->store, &row), FV_OK);
	(void)snprintf(packs.packs[0].id, sizeof packs.packs[0].id, "%s", pack->id);
	packs.packs[0].revision = pack->revision;
	packs.packs[0].sha256 = pack->sha256;
	packs.packs[0].adopted_day = 20000;
	fv_packs_put(&text, &packs);
	people_sign(&note, fv_buf_span(&text), "north", desk_s1, 1);
	papers.note = fv_buf_span(&note);
	assert_int_equal(fv_store_note_put(d->host->store, FV_NOTE_PACKS, &papers), FV_OK);
	assert_int_equal(fv_store_commit(d->host->store), FV_OK);
	fv_rulepack_free(pack);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

static void
expect_deadline(
    struct desk *d, const char *zone, const char *at, uint32_t days, const char *want)
{
	char text[FV_INSTANT_TEXT_BYTES];
	int64_t now_ms, deadline_ms;

	assert_int_equal(fv_instant_parse(fv_span_z(at), &now_ms), FV_OK);
	assert_int_equal(
	    care_deadline(d->host->store, zone, now_ms, days, &deadline_ms), FV_OK);
	assert_string_equal(fv_instant_format(deadline_ms, 0, true, text), want);
}

static void
a_deadline_counts_the_working_days_of_the_places_calendar(void **state)
{
	struct desk *d = *state;

	adopt(d);
	/* Thursday and Friday off, the weekend, Monday off; then Tuesday to the Saturday on
	 * which people work. */
	expect_deadline(
	    d, "Asia/Shanghai", "2026-09-30T10:00:00+08:00", 5, "2026-10-10T16:00:00Z");
	/* Its day is the place's: at 16:30 UTC it is the next one there. */
	expect_deadline(d, "Asia/Shanghai", "2026-09-29T16:30:00Z", 5, "2026-10-10T16:00:00Z");
	/* No calendar of this zone: weekends alone do not count. */
	expect_deadline(
	    d, "Europe/Berlin", "2026-09-30T10:00:00+02:00", 5, "2026-10-07T22:00:00Z");
	expect_deadline(d, "", "2026-09-30T10:00:00Z", 1, "2026-10-02T00:00:00Z");
}

static void
a_deadline_needs_no_pack(void **state)
{
	expect_deadline(
	    *state, "Asia/Shanghai", "2026-03-06T10:00:00+08:00", 15, "2026-03-27T16:00:00Z");
}

static struct fv_store_sealed
view(const struct care_sealed *sealed)
{
	return (struct fv_store_sealed){
	    .kc = fv_span_of(sealed->note.kc, sizeof sealed->note.kc),
	    .ct = fv_buf_span(&sealed->note.ct),
	    .capsules = fv_buf_span(&sealed->note.capsules),
	    .key_ids = fv_buf_span(&sealed->key_ids)};
}

static void
words_open_for_every_reader_of_the_roster_and_for_nobody_else(void **state)
{
	static const unsigned readers[] = {1, 2, 3, 101, 102};
	struct desk *d = *state;
	uint8_t sk[FV_KEY_BYTES], pk[FV_KEY_BYTES];
	struct care_sealed sealed;
	struct fv_hash receipt, other;
	struct fv_buf plain = {0};

	care_receipt_hash(code, &receipt);
	care_receipt_hash("ZZZZZZZZZZZZZZZZ", &other);
	assert_int_equal(
	    care_seal(d->roster, CARE_TEXT, &receipt, NULL, fv_span_z("words"), &sealed),
	    FV_OK);
	const struct fv_store_sealed held = view(&sealed);
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		people_box_sk(readers[i], sk);
		people_box_pk(readers[i], pk);
		assert_int_equal(care_open(&held, CARE_TEXT, &receipt, sk, pk, &plain), FV_OK);
		assert_string_equal(fv_buf_z(&plain), "words");
		fv_buf_reset(&plain);
		/* Another complaint's words, or an answer, they are not. */
		assert_int_equal(
		    care_open(&held, CARE_TEXT, &other, sk, pk, &plain), FV_EAUTH);
		assert_int_equal(
		    care_open(&held, CARE_ANSWER, &receipt, sk, pk, &plain), FV_EAUTH);
	}
	people_box_sk(9, sk);
	people_box_pk(9, pk);
	assert_int_equal(care_open(&held, CARE_TEXT, &receipt, sk, pk, &plain), FV_ENOENT);
	care_receipt_keys(code, sk, pk);
	assert_int_equal(care_open(&held, CARE_TEXT, &receipt, sk, pk, &plain), FV_ENOENT);
	fv_buf_clear(&plain);
	care_sealed_clear(&sealed);
}

static void
an_answer_opens_with_its_receipt(void **state)
{
	struct desk *d = *state;
	uint8_t sk[FV_KEY_BYTES], pk[FV_KEY_BYTES];
	struct care_sealed sealed;
	struct fv_hash receipt;
	struct fv_buf plain = {0};

	care_receipt_hash(code, &receipt);
	care_receipt_keys(code, sk, pk);
	assert_int_equal(
	    care_seal(d->roster, CARE_ANSWER, &receipt, pk, fv_span_z("sorry"), &sealed),
	    FV_OK);
	const struct fv_store_sealed held = view(&sealed);
	assert_int_equal(care_open(&held, CARE_ANSWER, &receipt, sk, pk, &plain), FV_OK);
	assert_string_equal(fv_buf_z(&plain), "sorry");
	fv_buf_reset(&plain);
	care_receipt_keys("ABCDEFGHIJKLMN24", sk, pk);
	assert_int_equal(care_open(&held, CARE_ANSWER, &receipt, sk, pk, &plain), FV_ENOENT);
	fv_buf_clear(&plain);
	care_sealed_clear(&sealed);
}

static void
ids_and_words_are_read_back_and_nothing_else_is(void **state)
{
	static const char *const wrong[] = {
	    "", "c-", "c-0", "c-01", "c-1x", "17", "c--1", "c-99999999999999999999"};
	char id[CARE_ID_BYTES];
	int64_t no;

	(void)state;
	assert_int_equal(care_id_read(care_id(17, id), &no), FV_OK);
	assert_int_equal(no, 17);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(care_id_read(wrong[i], &no), FV_EFORMAT);
	for (uint32_t i = 1; i <= FV_CARE_KIND_MAX; i++)
		assert_int_equal(care_kind_of(care_kind_word((enum fv_care_kind)i)), i);
	for (uint32_t i = 1; i <= CARE_DECISIONS; i++)
		assert_int_equal(care_decision_of(care_decision_word(i)), i);
	for (uint32_t i = 1; i <= CARE_REASONS; i++)
		assert_int_equal(care_reason_of(care_reason_word(i)), i);
	assert_int_equal(care_kind_of(""), 0);
	assert_int_equal(care_decision_of("nonsense"), 0);
	assert_string_equal(care_reason_word(99), "");
}

static void
set_base64(json_t *request, const char *name, struct fv_span bytes)
{
	struct fv_buf text = {0};

	fv_buf_put_base64(&text, bytes.ptr, bytes.len);
	assert_int_equal(json_object_set_new(request, name, json_string(fv_buf_z(&text))), 0);
	fv_buf_clear(&text);
}

static void
set_hex(json_t *request, const char *name, const uint8_t bytes[FV_HASH_BYTES])
{
	struct fv_buf text = {0};

	fv_buf_put_hex(&text, bytes, FV_HASH_BYTES);
	assert_int_equal(json_object_set_new(request, name, json_string(fv_buf_z(&text))), 0);
	fv_buf_clear(&text);
}

/* What a page hands to the writer. */
static json_t *
complaint(struct desk *d, const char *receipt, const char *kind, const char *badge)
{
	json_t *request = json_pack("{s:s, s:s, s:s}", "kind", kind, "badge", badge, "agency",
	    badge[0] != '\0' ? "north" : "");
	uint8_t sk[FV_KEY_BYTES], pk[FV_KEY_BYTES];
	struct care_sealed sealed;
	struct fv_hash hash;

	care_receipt_hash(receipt, &hash);
	care_receipt_keys(receipt, sk, pk);
	assert_int_equal(
	    care_seal(d->roster, CARE_TEXT, &hash, NULL, fv_span_z("{\"v\":1}"), &sealed),
	    FV_OK);
	set_hex(request, "receipt", hash.b);
	set_hex(request, "answer_pk", pk);
	set_base64(request, "kc", fv_span_of(sealed.note.kc, sizeof sealed.note.kc));
	set_base64(request, "ct", fv_buf_span(&sealed.note.ct));
	set_base64(request, "capsules", fv_buf_span(&sealed.note.capsules));
	set_base64(request, "key_ids", fv_buf_span(&sealed.key_ids));
	care_sealed_clear(&sealed);
	return request;
}

static void
a_complaint_is_taken_once_and_logged(void **state)
{
	struct desk *d = *state;
	int64_t open, overdue;

	desk_mark(d);
	assert_int_equal(
	    desk_ask(d, "complaint take", complaint(d, code, "complaint", "")), FV_EXIT_OK);
	assert_string_equal(json_string_value(json_object_get(d->answer, "id")), "c-1");
	assert_int_equal(fv_ledger_size(d->host->ledger), d->leaves + 1);
	assert_int_equal(
	    desk_ask(d, "complaint take", complaint(d, code, "complaint", "")), FV_EXIT_OK);
	assert_string_equal(json_string_value(json_object_get(d->answer, "id")), "c-1");
	assert_int_equal(fv_ledger_size(d->host->ledger), d->leaves + 1);
	assert_int_equal(
	    fv_store_care_count(d->host->store, NULL, fv_host_now_ms(), &open, &overdue),
	    FV_OK);
	assert_true(open == 1 && overdue == 0);
	assert_int_equal(
	    fv_store_care_count(d->host->store, NULL, INT64_MAX, &open, &overdue), FV_OK);
	assert_true(open == 1 && overdue == 1);
}

static void
what_is_no_complaint_is_refused_and_changes_nothing(void **state)
{
	static const char *const members[] = {
	    "kind", "receipt", "answer_pk", "kc", "ct", "capsules"};
	struct desk *d = *state;

	desk_mark(d);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		json_t *request = complaint(d, code, "complaint", "");
		json_object_set_new(request, members[i], json_string("00"));
		assert_int_equal(desk_ask(d, "complaint take", request), FV_EXIT_DATA);
	}
	desk_expect_same(d);
	assert_int_equal(
	    desk_ask(d, "complaint code", json_pack("{s:s}", "slip", "12")), FV_EXIT_DATA);
}

static int
answer(struct desk *d, const char *by, const char *officer)
{
	return desk_ask(d, "complaint answer",
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", "c-1", "by", by, "by_officer",
		officer, "decision", "upheld", "reason", "breach_found", "text", "sorry"));
}

static void
nobody_decides_on_his_own_visit(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    desk_ask(d, "complaint take", complaint(d, code, "complaint", "o1")), FV_EXIT_OK);
	assert_int_equal(answer(d, "o1", ""), FV_EXIT_NOPERM);
	assert_int_equal(answer(d, "a1", ""), FV_EXIT_NOPERM);
	assert_int_equal(answer(d, "eve", ""), FV_EXIT_NOPERM);
	assert_int_equal(answer(d, "s1", "o1"), FV_EXIT_NOPERM);
	desk_expect_error(d, "another supervisor must decide");
	assert_int_equal(answer(d, "s1", ""), FV_EXIT_OK);
	assert_int_equal(answer(d, "s2", ""), FV_EXIT_DATA);
	desk_expect_error(d, "s1 has answered it already");
}

static void
a_manager_proposes_and_decides_nothing(void **state)
{
	struct desk *d = *state;
	struct fv_store_care row;

	assert_int_equal(
	    desk_ask(d, "complaint take", complaint(d, code, "complaint", "o1")), FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "complaint answer",
		json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", "c-1", "by", "mei", "decision",
		    "not_upheld", "reason", "no_breach_found", "propose", 1)),
	    FV_EXIT_OK);
	assert_int_equal(fv_store_care_get(d->host->store, 1, &row), FV_OK);
	assert_true(row.state == FV_CARE_OPEN && row.decision == 0 && row.has_hold);
	assert_int_equal(row.proposed, care_decision_of("not_upheld"));
	assert_string_equal(row.proposed_by, "mei");
}

static void
opening_is_for_readers_and_in_the_ledger(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    desk_ask(d, "complaint take", complaint(d, code, "complaint", "")), FV_EXIT_OK);
	desk_mark(d);
	assert_int_equal(
	    desk_ask(d, "complaint open", json_pack("{s:s, s:s}", "id", "c-1", "by", "eve")),
	    FV_EXIT_NOPERM);
	assert_int_equal(
	    desk_ask(d, "complaint open", json_pack("{s:s, s:s}", "id", "c-2", "by", "s1")),
	    FV_EXIT_NOINPUT);
	desk_expect_same(d);
	assert_int_equal(
	    desk_ask(d, "complaint open", json_pack("{s:s, s:s}", "id", "c-1", "by", "a1")),
	    FV_EXIT_OK);
	assert_true(json_is_object(json_object_get(d->answer, "words")));
	assert_int_equal(fv_ledger_size(d->host->ledger), d->leaves + 1);
}

static void
a_hold_is_renewed_once_and_lifted_with_a_reason(void **state)
{
	static const struct {
		const char *how, *reason;
		int code;
	} rows[] = {{"renew", "", FV_EXIT_DATA}, {"extend", "asked_twice", FV_EXIT_DATA},
	    {"renew", "required_by_law", FV_EXIT_OK},
	    {"renew", "required_by_law", FV_EXIT_DATA}, {"lift", "taken_back", FV_EXIT_OK},
	    {"lift", "taken_back", FV_EXIT_DATA}};
	struct desk *d = *state;

	assert_int_equal(
	    desk_ask(d, "complaint take", complaint(d, code, "no_home", "")), FV_EXIT_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(desk_ask(d, "complaint hold",
				     json_pack("{s:s, s:s, s:s, s:s}", "id", "c-1", "by", "s1",
					 "do", rows[i].how, "reason", rows[i].reason)),
		    rows[i].code);
}

struct pages {
	int64_t numbers[8];
	size_t count;
	struct fv_store_care_query next;
};

static enum fv_err
note_row(const struct fv_store_care *row, void *ctx)
{
	struct pages *p = ctx;

	p->numbers[p->count++] = row->no;
	p->next.after_deadline_ms = row->deadline_ms;
	p->next.after_no = row->no;
	return FV_OK;
}

static void
a_list_goes_on_where_a_page_ended(void **state)
{
	static const char *const codes[] = {
	    "AAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBB", "CCCCCCCCCCCCCCCC"};
	struct pages p = {.next = {.max = 2}};
	struct desk *d = *state;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    desk_ask(d, "complaint take", complaint(d, codes[i], "data", "")),
		    FV_EXIT_OK);
	for (size_t want = 2; want <= 3; want++) {
		assert_int_equal(
		    fv_store_care_list(d->host->store, &p.next, note_row, &p), FV_OK);
		assert_int_equal(p.count, want);
	}
	for (int64_t i = 0; i < 3; i++)
		assert_int_equal(p.numbers[i], i + 1);
	p.count = 0;
	p.next = (struct fv_store_care_query){.max = 9, .agency = "south"};
	assert_int_equal(fv_store_care_list(d->host->store, &p.next, note_row, &p), FV_OK);
	assert_int_equal(p.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, desk_set_up_devices, desk_tear_down)
	    T(a_deadline_counts_the_working_days_of_the_places_calendar),
	    T(a_deadline_needs_no_pack),
	    T(words_open_for_every_reader_of_the_roster_and_for_nobody_else),
	    T(an_answer_opens_with_its_receipt),
	    T(ids_and_words_are_read_back_and_nothing_else_is),
	    T(a_complaint_is_taken_once_and_logged),
	    T(what_is_no_complaint_is_refused_and_changes_nothing),
	    T(nobody_decides_on_his_own_visit),
	    T(a_manager_proposes_and_decides_nothing),
	    T(opening_is_for_readers_and_in_the_ledger),
	    T(a_hold_is_renewed_once_and_lifted_with_a_reason),
	    T(a_list_goes_on_where_a_page_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
