/* pack import and history import. */
#include "fv/instant.h"
#include "fv/logorder.h"
#include "fv/rulepack.h"
#include "sync-server/store/log.h"
#include "tests/support/desk.h"

#define PACK_FILE "sync-server/rules/house.json"
#define CASES                                                                                 \
	"case,agency,zone,actor,packs,assigned\nc1,north,Asia/"                               \
	"Shanghai,third_party,house,o1\n"                                                     \
	"c2,north,Asia/Shanghai,third_party,house,o1\n"
#define CALL                                                                                  \
	"{\"type\":\"contact\",\"id\":\"k1\",\"case\":\"c1\",\"channel\":\"call\",\"by\":"    \
	"\"collector\",\"begin\":\"2026-03-03T10:00:00+08:00\",\"number\":\"n1\",\"source\":" \
	"\"dialler\"}\n"
#define PAID                                                                                  \
	"{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c2\",\"kind\":\"paid\",\"at\":"         \
	"\"2026-03-04T10:00:00+08:00\"}\n"

/* Bytes of the house pack, which stands in the tree. */
static void
read_pack(struct fv_buf *out)
{
	uint8_t bytes[65536];
	FILE *file = fopen(PACK_FILE, "rb");
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof bytes, file);
	assert_true(len > 0 && len < sizeof bytes);
	assert_int_equal(fclose(file), 0);
	fv_buf_put(out, bytes, len);
}

/* What 'pack publish' writes; how it differs from what is right. */
struct publishing {
	const unsigned *who;
	size_t who_count;
	const char *agency;
	bool without_bytes, other_bytes, other_id;
	int64_t day;
	struct fv_span bytes;
};

static int
import_pack(struct desk *d, const struct publishing *how)
{
	struct fv_pack_line line = {.revision = 1, .adopted_day = how->day};
	struct fv_packs packs = {{0}, {{{0}, 0, {{0}}, 0, {0}}}, 0};
	struct fv_rulepack *pack = NULL;
	struct fv_rulepack_error error;
	struct fv_buf text = {0}, note = {0}, file = {0};
	char *dump;
	json_t *object;
	int code;

	if (fv_rulepack_parse(how->bytes, &pack, &error) == FV_OK)
		line.revision = pack->revision;
	fv_rulepack_free(pack);
	(void)snprintf(packs.agency, sizeof packs.agency, "%s", how->agency);
	(void)snprintf(line.id, sizeof line.id, "%s", how->other_id ? "other" : "house");
	fv_sha256(how->bytes, &line.sha256);
	assert_int_equal(fv_packs_add(&packs, &line), FV_OK);
	fv_packs_put(&text, &packs);
	people_sign(&note, fv_buf_span(&text), how->agency, how->who, how->who_count);
	object = json_pack("{s:s%}", "note", (const char *)note.ptr, note.len);
	dump = json_dumps(object, JSON_COMPACT);
	fv_buf_putf(&file, "%s\n", dump);
	if (!how->without_bytes) {
		fv_buf_put_z(&file, "{\"pack\":\"house\",\"revision\":1,\"bytes\":\"");
		fv_buf_put_base64(
		    &file, how->bytes.ptr, how->bytes.len - (how->other_bytes ? 1 : 0));
		fv_buf_put_z(&file, "\"}\n");
	}
	code = desk_send(d, "pack import", "text", fv_buf_span(&file));
	free(dump);
	json_decref(object);
	fv_buf_clear(&file);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}

static struct publishing
good_publishing(struct fv_buf *bytes)
{
	read_pack(bytes);
	return (struct publishing){.who = desk_s12,
	    .who_count = 1,
	    .agency = "north",
	    .day = 20000,
	    .bytes = fv_buf_span(bytes)};
}

static void
expect_pack_refused(struct desk *d, const struct publishing *how, const char *rule)
{
	struct fv_store_note held;

	desk_mark(d);
	assert_int_equal(import_pack(d, how), FV_EXIT_DATA);
	desk_expect_error(d, rule);
	desk_expect_same(d);
	assert_int_equal(fv_store_note_last(d->host->store, FV_NOTE_PACKS, &held), FV_ENOENT);
}

static void
a_published_pack_is_adopted_logged_and_sent(void **state)
{
	struct desk *d = *state;
	struct fv_buf bytes = {0};
	const struct publishing how = good_publishing(&bytes);
	struct fv_store_pack held;
	struct fv_hash hash;
	uint64_t before;

	assert_int_equal(desk_send(d, "case import", "text", fv_span_z(CASES)), FV_EXIT_OK);
	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(import_pack(d, &how), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "packs"), 1);
	fv_sha256(how.bytes, &hash);
	assert_int_equal(fv_store_pack_get(d->host->store, &hash, &held), FV_OK);
	assert_true(fv_span_equal(held.file, how.bytes));
	desk_expect_leaf(d, FV_LEAF_PACK, fv_span_z(""));
	assert_string_equal(desk_changes(d, &d->a, before).text, "5north 4house ");
	desk_mark(d);
	assert_int_equal(import_pack(d, &how), FV_EXIT_OK);
	desk_expect_same(d);
	fv_buf_clear(&bytes);
}

static void
an_older_packs_note_never_comes_back(void **state)
{
	struct desk *d = *state;
	struct fv_buf bytes = {0};
	struct publishing how = good_publishing(&bytes);

	assert_int_equal(import_pack(d, &how), FV_EXIT_OK);
	how.day++;
	how.without_bytes = true; /* they are here */
	assert_int_equal(import_pack(d, &how), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "version"), 2);
	how.day--;
	desk_mark(d);
	assert_int_equal(import_pack(d, &how), FV_EXIT_DATA);
	desk_expect_error(d, "an older packs note");
	desk_expect_same(d);
	fv_buf_clear(&bytes);
}

static void
a_packs_note_that_does_not_fit_is_refused(void **state)
{
	struct desk *d = *state;
	struct fv_buf bytes = {0};
	const struct publishing good = good_publishing(&bytes);
	struct publishing bad = good;

	bad.who = desk_stranger;
	expect_pack_refused(d, &bad, "FILE:1: the packs note needs good signatures of 1");
	bad = good;
	bad.without_bytes = true;
	expect_pack_refused(d, &bad, "neither in the file nor here");
	bad = good;
	bad.other_bytes = true;
	expect_pack_refused(d, &bad, "FILE:2: the packs note does not name these bytes");
	bad = good;
	bad.other_id = true;
	expect_pack_refused(d, &bad, "FILE:2: the pack's own id and revision");
	bad = good;
	bad.bytes = fv_span_z("{\n \"id\": \"house\",\n \"colour\": 1\n}\n");
	expect_pack_refused(d, &bad, "FILE:2: pack house line ");
	assert_int_equal(
	    desk_send(d, "pack import", "text", fv_span_z("{\"note\":1}\n")), FV_EXIT_DATA);
	desk_expect_error(d, "FILE:1: ");
	assert_int_equal(desk_send(d, "pack import", "text", fv_span_z("")), FV_EXIT_DATA);
	fv_buf_clear(&bytes);
}

static void
a_packs_note_needs_the_rosters_number_of_signatures(void **state)
{
	struct desk *d = *state;
	struct fv_buf bytes = {0};
	struct publishing how = good_publishing(&bytes);

	d->roster->pack_threshold = 2;
	desk_import_roster(d);
	expect_pack_refused(d, &how, "needs good signatures of 2 supervisors");
	how.who_count = 2;
	assert_int_equal(import_pack(d, &how), FV_EXIT_OK);
	fv_buf_clear(&bytes);
}

static int
import(struct desk *d, const char *text)
{
	return desk_send(d, "history import", "text", fv_span_z(text));
}

static enum fv_err
count_line(const struct fv_store_import *line, void *ctx)
{
	size_t *count = ctx;

	assert_true(line->line.len > 0 && line->line.ptr[0] == '{');
	(*count)++;
	return FV_OK;
}

static size_t
count_imported(const struct desk *d)
{
	size_t count = 0;

	assert_int_equal(
	    fv_store_import_each(d->host->store, NULL, count_line, &count), FV_OK);
	return count;
}

static void
expect_history_refused(struct desk *d, const char *text, const char *error)
{
	const size_t held = count_imported(d);

	desk_mark(d);
	assert_int_equal(import(d, text), FV_EXIT_DATA);
	desk_expect_error(d, error);
	desk_expect_same(d);
	assert_int_equal(count_imported(d), held);
}

static int
set_up_cases(void **state)
{
	desk_set_up_devices(state);
	assert_int_equal(
	    desk_send(*state, "case import", "text", fv_span_z(CASES)), FV_EXIT_OK);
	return 0;
}

static void
a_history_is_taken_once_and_logged_by_its_hash(void **state)
{
	struct desk *d = *state;
	struct fv_buf body = {0};
	struct fv_hash hash;
	uint64_t before;

	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(import(d, CALL "\n" PAID), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "contacts"), 1);
	assert_int_equal(desk_number(d, "events"), 1);
	assert_int_equal(count_imported(d), 2);
	fv_sha256(fv_span_z(CALL "\n" PAID), &hash);
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, "north");
	fv_cbor_put_text_z(&body, "history");
	fv_cbor_put_bytes(&body, hash.b, FV_HASH_BYTES);
	desk_expect_leaf(d, FV_LEAF_POLICY, fv_buf_span(&body));
	assert_string_equal(desk_changes(d, &d->a, before).text, "2c1 2c2 3c2 ");
	desk_mark(d);
	assert_int_equal(import(d, PAID CALL), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "known"), 2);
	desk_expect_same(d);
	assert_int_equal(count_imported(d), 2);
	fv_buf_clear(&body);
}

static void
a_bad_last_line_keeps_all_out(void **state)
{
	struct desk *d = *state;

	expect_history_refused(d, CALL "{\"type\":", "FILE:2: ");
	expect_history_refused(d,
	    CALL "{\"type\":\"contact\",\"id\":\"k2\",\"case\":\"c1\",\"channel\":\"drum\","
		 "\"by\":\"collector\",\"begin\":\"2026-03-03T10:00:00Z\"}\n",
	    "FILE:2: channel: ");
	expect_history_refused(d,
	    CALL "{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c9\",\"kind\":\"paid\",\"at\":"
		 "\"2026-03-03T10:00:00Z\"}\n",
	    "FILE:2: case: no such case here");
	expect_history_refused(d,
	    CALL "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"actor\":"
		 "\"third_party\"}\n",
	    "FILE:2: type: cases come by 'case import'");
	expect_history_refused(d, CALL CALL, "FILE:2: ");
	expect_history_refused(d, "\n\n", "FILE: holds no contact or event");
	assert_int_equal(count_imported(d), 0);
}

static void
what_was_imported_is_never_changed(void **state)
{
	struct desk *d = *state;

	assert_int_equal(import(d, CALL), FV_EXIT_OK);
	expect_history_refused(d,
	    "{\"type\":\"contact\",\"id\":\"k1\",\"case\":\"c1\",\"channel\":\"call\",\"by\":"
	    "\"collector\",\"begin\":\"2026-03-03T11:00:00+08:00\",\"source\":\"dialler\"}\n",
	    "FILE:1: id: this source and id came before with another content");
	assert_int_equal(import(d,
			     "{\"type\":\"contact\",\"id\":\"k1\",\"case\":\"c1\",\"channel\":"
			     "\"call\",\"by\":\"collector\",\"begin\":"
			     "\"2026-03-03T11:00:00+08:00\",\"source\":\"ai\"}\n"),
	    FV_EXIT_OK);
}

static void
personal_numbers_are_refused_with_line_and_field(void **state)
{
	static const char *const numbers[] = {
	    "13800138000", "+86 138 0013 8000", "(0755) 2345-678", "0207946000"};
	struct desk *d = *state;
	char text[512];

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		(void)snprintf(text, sizeof text,
		    CALL
		    "{\"type\":\"contact\",\"id\":\"k2\",\"case\":\"c1\",\"channel\":\"call\","
		    "\"by\":\"collector\",\"begin\":\"2026-03-03T10:00:00Z\",\"number\":"
		    "\"%s\"}\n",
		    numbers[i]);
		expect_history_refused(
		    d, text, "FILE:2: number: looks like a telephone number");
	}
	expect_history_refused(d,
	    "{\"type\":\"contact\",\"id\":\"11010519491231002X\",\"case\":\"c1\",\"channel\":"
	    "\"call\",\"by\":\"collector\",\"begin\":\"2026-03-03T10:00:00Z\"}\n",
	    "FILE:1: id: ");
	assert_int_equal(import(d, CALL), FV_EXIT_OK); /* n1 is a label */
}

/* -- an older ledger --------------------------------------------------------------------- */

/* Send an order to go on from the ledger as it is, with another root or not. */
static int
import_log_order(struct desk *d, int64_t at_ms, bool other_root)
{
	struct fv_log_order order = {.agency = "north", .at_ms = at_ms / 1000 * 1000};
	struct fv_buf text = {0}, note = {0};
	int code;

	assert_int_equal(fv_store_head_get(d->host->store, &order.size, &order.root), FV_OK);
	order.root.b[0] ^= other_root;
	fv_log_order_put(&text, &order);
	people_sign(&note, fv_buf_span(&text), "north", desk_s1, 1);
	code = desk_send(d, "log import", "note", fv_buf_span(&note));
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}

static void
a_log_order_is_of_this_ledger_and_of_today(void **state)
{
	struct desk *d = *state;
	const int64_t now_ms = fv_host_now_ms();

	assert_int_equal(import_log_order(d, now_ms, true), FV_EXIT_DATA);
	desk_expect_error(d, "a checkpoint that this ledger never had");
	assert_int_equal(import_log_order(d, now_ms + 2 * FV_MS_PER_DAY, false), FV_EXIT_DATA);
	desk_expect_error(d, "is dated in the future");
	assert_int_equal(import_log_order(d, now_ms, false), FV_EXIT_OK);
	assert_int_equal(import_log_order(d, now_ms, false), FV_EXIT_DATA);
	desk_expect_error(d, "is not newer than the order that is in force");
}

/* -- tables of people ------------------------------------------------------------------ */

static void
a_column_of_people_that_is_not_known_keeps_all_out(void **state)
{
	struct desk *d = *state;
	const struct fv_span table =
	    fv_span_z("id,agency,badge,colour\nx1,north,B-1,red\nx2,north,B-2,blue\n");

	assert_int_equal(desk_send(d, "staff import", "text", table), FV_EXIT_DATA);
	desk_expect_error(d, "FILE:1: column \"colour\": is not known");
}

int
main(void)
{
#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, desk_set_up_devices, desk_tear_down)
#define CASE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_cases, desk_tear_down)
	const struct CMUnitTest tests[] = {
	    DESK_TEST(a_published_pack_is_adopted_logged_and_sent),
	    DESK_TEST(an_older_packs_note_never_comes_back),
	    DESK_TEST(a_packs_note_that_does_not_fit_is_refused),
	    cmocka_unit_test_setup_teardown(
		a_packs_note_needs_the_rosters_number_of_signatures, desk_set_up,
		desk_tear_down),
	    CASE_TEST(a_history_is_taken_once_and_logged_by_its_hash),
	    CASE_TEST(a_bad_last_line_keeps_all_out),
	    CASE_TEST(what_was_imported_is_never_changed),
	    CASE_TEST(personal_numbers_are_refused_with_line_and_field),
	    DESK_TEST(a_log_order_is_of_this_ledger_and_of_today),
	    DESK_TEST(a_column_of_people_that_is_not_known_keeps_all_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
