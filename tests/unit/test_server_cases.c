/* case import, assign, close, place. */
#include "fv/history.h"
#include "fv/stamp.h"
#include "sync-server/casefile.h"
#include "tests/support/desk.h"

#define HEADER                                                                                \
	"case,agency,zone,lat,lon,datum,radius_m,actor,product,debts,packs,assigned,as_of\n"
#define C1                                                                                    \
	"c1,north,Asia/"                                                                      \
	"Shanghai,23.1291,113.2644,wgs84,100,third_party,consumer_loan,d1,p1,o1,2026-03-01\n"
#define C2 "c2,north,Asia/Shanghai,,,,,third_party,consumer_loan,d1;d2,p1,o1;o2,2026-03-01\n"

static int
import(struct desk *d, const char *text)
{
	return desk_send(d, "case import", "text", fv_span_z(text));
}

static struct fv_store_case
get_case(const struct desk *d, const char *id)
{
	struct fv_store_case row;

	assert_int_equal(fv_store_case_get(d->host->store, fv_span_z(id), &row), FV_OK);
	return row;
}

/* The import is refused with these words and leaves no trace. */
static void
expect_refused(struct desk *d, const char *text, const char *error)
{
	desk_mark(d);
	assert_int_equal(import(d, text), FV_EXIT_DATA);
	desk_expect_error(d, error);
	desk_expect_same(d);
}

/* How a card is made for a test. */
struct sealing {
	const char *case_id;
	uint64_t version;
	const uint8_t *pks[4];
	size_t pk_count;
	const unsigned *signer;
	bool is_altered; /* a byte of the ciphertext, after signing */
};

/* A line of OUT.cases for `c1` of officer o1. */
static void
put_line(struct fv_buf *out, const struct sealing *how)
{
	struct fv_case_row row = {.case_id = "c1",
	    .agency = "north",
	    .zones = fv_span_z("Asia/Shanghai"),
	    .actor = 2,
	    .debts = fv_span_z("d1"),
	    .packs = fv_span_z("p1"),
	    .assigned = fv_span_z("o1")};
	uint8_t pks[4 * FV_KEY_BYTES];
	struct fv_note_seal in = {.kind = FV_NOTE_CARD,
	    .plain = fv_span_z("\xa1\x01\x64name"),
	    .pks = pks,
	    .pk_count = how->pk_count,
	    .random = fv_random_system()};
	struct fv_note_sealed sealed = {0};
	struct fv_card card = {.agency = "north", .version = how->version};
	struct casefile_card line = {0};
	struct fv_buf aad = {0}, text = {0};

	for (size_t i = 0; i < how->pk_count; i++) {
		memcpy(pks + i * FV_KEY_BYTES, how->pks[i], FV_KEY_BYTES);
		fv_note_box_key_id(how->pks[i], card.key_ids[i]);
	}
	card.recipient_count = how->pk_count;
	(void)snprintf(card.case_id, sizeof card.case_id, "%s", how->case_id);
	fv_note_card_aad_put(&aad, fv_span_z(how->case_id), how->version);
	in.aad = fv_buf_span(&aad);
	assert_int_equal(fv_note_seal(&in, &sealed), FV_OK);
	memcpy(card.kc, sealed.kc, sizeof card.kc);
	fv_sha256(fv_buf_span(&sealed.ct), &card.ct);
	fv_sha256(fv_buf_span(&sealed.capsules), &card.capsules);
	fv_card_put(&text, &card);
	people_sign(&line.note, fv_buf_span(&text), "north", how->signer, 1);
	if (how->is_altered)
		sealed.ct.ptr[0] ^= 1;
	fv_buf_put_span(&line.ct, fv_buf_span(&sealed.ct));
	fv_buf_put_span(&line.capsules, fv_buf_span(&sealed.capsules));
	assert_int_equal(casefile_put(out, &row, &line), FV_OK);
	casefile_card_clear(&line);
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&aad);
	fv_buf_clear(&text);
}

static int
import_card(struct desk *d, const struct sealing *how)
{
	struct fv_buf out = {0};
	int code;

	put_line(&out, how);
	code = desk_send(d, "case import", "text", fv_buf_span(&out));
	fv_buf_clear(&out);
	return code;
}

/* Sealed as it should be: to handset a, supervisor s1 and the recovery key. */
static struct sealing
good_sealing(const struct desk *d)
{
	struct sealing how = {.case_id = "c1", .version = 5, .pk_count = 3, .signer = desk_s1};

	how.pks[0] = d->a.pk_box;
	how.pks[1] = d->roster->supervisors[0].box_pk;
	how.pks[2] = d->roster->recovery_pk;
	return how;
}

static void
expect_card_refused(struct desk *d, const struct sealing *how, const char *rule)
{
	desk_mark(d);
	assert_int_equal(import_card(d, how), FV_EXIT_DATA);
	desk_expect_error(d, "FILE:1: column \"card\": ");
	desk_expect_error(d, rule);
	desk_expect_same(d);
}

static void
an_audit_only_csv_is_taken(void **state)
{
	struct desk *d = *state;
	struct fv_store_case row;

	assert_int_equal(import(d, HEADER C1 C2), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "cases"), 2);
	assert_int_equal(desk_number(d, "new"), 2);
	assert_int_equal(desk_number(d, "cards"), 0);
	row = get_case(d, "c1");
	assert_true(row.item.has_place);
	assert_int_equal(row.item.lat_e7, 231291000);
	assert_int_equal(row.item.lon_e7, 1132644000);
	assert_int_equal(row.item.radius_m, 100);
	row = get_case(d, "c2");
	assert_false(row.item.has_place);
	assert_true(fv_span_equal(row.item.assigned, fv_span_z("o1;o2")));
	desk_mark(d);
	assert_int_equal(import(d, HEADER C1 C2), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "changed"), 0);
	desk_expect_same(d);
}

static void
one_bad_row_keeps_all_out(void **state)
{
	struct desk *d = *state;

	expect_refused(d,
	    HEADER C1 C2
	    "c3,north,Asia/Shanghai,91.0,113,wgs84,,third_party,,d1,p1,o1,2026-03-01\n",
	    "FILE:4: column \"lat\": ");
	expect_refused(d, HEADER C1 "c3,north\n", "FILE:3: ");
	expect_refused(
	    d, HEADER C1 C1, "FILE:3: column \"case\": this case stands in the file twice");
	expect_refused(d, "case,colour\nc1,red\n", "FILE:1: column \"colour\": ");
	expect_refused(d, "", "FILE");
	assert_int_equal(d->cases, 0);
}

static void
personal_text_is_refused_with_line_and_column(void **state)
{
	struct desk *d = *state;

	expect_refused(d,
	    "case,agency,zone,actor,name\nc1,north,Asia/Shanghai,third_party,Li Wei\n",
	    "FILE:1: column \"name\": personal text never reaches the server; seal it with "
	    "'fieldvisitd case seal'");
	expect_refused(d,
	    "{\"case\":\"c1\",\"agency\":\"north\",\"zone\":\"Asia/Shanghai\","
	    "\"actor\":\"third_party\",\"phone\":\"1\"}\n",
	    "FILE:1: column \"phone\": personal text never reaches the server");
	expect_refused(d,
	    HEADER C1
	    "11010519491231002X,north,Asia/Shanghai,,,,,third_party,,d1,p1,o1,2026-03-01\n",
	    "FILE:3: column \"case\": ");
	expect_refused(d,
	    HEADER "c4,north,Asia/Shanghai,,,,,third_party,,13800138000,p1,o1,2026-03-01\n",
	    "FILE:2: column \"debts\": ");
}

static void
a_row_that_does_not_fit_this_server_is_refused(void **state)
{
	struct desk *d = *state;

	expect_refused(d,
	    HEADER "c1,south,Asia/Shanghai,,,,,third_party,,d1,p1,o1,2026-03-01\n",
	    "FILE:2: column \"agency\": no such agency here; 'fieldvisitd agency add' "
	    "makes it known");
	expect_refused(d,
	    HEADER "c1,north,Asia/Shangai,,,,,third_party,,d1,p1,o1,2026-03-01\n",
	    "FILE:2: column \"zone\": no such zone");
	expect_refused(d,
	    HEADER "c1,north,Asia/Shanghai,,,,,third_party,,d1,p1,o9,2026-03-01\n",
	    "FILE:2: column \"assigned\": the roster in force has no such officer");
}

static void
a_chinese_pin_is_converted_once(void **state)
{
	static const char text[] = HEADER "c1,north,Asia/Shanghai,23.1291,113.2644,gcj02,100,"
					  "third_party,consumer_loan,d1,p1,o1,2026-03-01\n";
	struct desk *d = *state;
	const struct fv_place pin = {231291000, 1132644000};
	struct fv_store_case row;
	struct fv_place held;

	assert_int_equal(import(d, text), FV_EXIT_OK);
	row = get_case(d, "c1");
	held = (struct fv_place){row.item.lat_e7, row.item.lon_e7};
	assert_true(fv_geo_distance_mm(held, pin) > 500000);
	assert_true(fv_geo_distance_mm(fv_geo_from_wgs84(held, FV_DATUM_GCJ02), pin) < 2000);
	assert_int_equal(import(d, text), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "changed"), 0);
}

static void
a_pack_that_nobody_adopted_is_said_once(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    import(d,
		"case,agency,zone,actor,packs\nc1,north,Asia/Shanghai,third_party,p9\n"
		"c2,north,Asia/Shanghai,third_party,p9\n"),
	    FV_EXIT_OK);
	assert_int_equal(json_array_size(json_object_get(d->answer, "warnings")), 1);
}

static void
officers_learn_what_is_theirs_and_lose_what_is_not(void **state)
{
	struct desk *d = *state;
	uint64_t before;

	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(import(d, HEADER C1), FV_EXIT_OK);
	assert_string_equal(desk_changes(d, &d->a, before).text, "4p1 1c1 2c1 3c1 ");
	assert_string_equal(desk_changes(d, &d->b, before).text, "");
	assert_int_equal(desk_ask(d, "case assign",
			     json_pack("{s:s, s:[s]}", "case", "c1", "officers", "o2")),
	    FV_EXIT_OK);
	assert_string_equal(desk_changes(d, &d->a, before).text, "4p1 12c1 ");
	assert_string_equal(desk_changes(d, &d->b, before).text, "4p1 1c1 2c1 3c1 ");
	assert_true(fv_span_equal(get_case(d, "c1").item.assigned, fv_span_z("o2")));
	assert_int_equal(import(d, HEADER C1), FV_EXIT_OK);
	assert_string_equal(desk_changes(d, &d->a, before).text, "4p1 1c1 2c1 3c1 ");
	assert_string_equal(desk_changes(d, &d->b, before).text, "4p1 12c1 ");
}

static void
an_assignment_that_does_not_fit_is_refused(void **state)
{
	struct desk *d = *state;

	assert_int_equal(import(d, HEADER C1), FV_EXIT_OK);
	desk_mark(d);
	assert_int_equal(desk_ask(d, "case assign",
			     json_pack("{s:s, s:[s]}", "case", "c1", "officers", "o9")),
	    FV_EXIT_DATA);
	desk_expect_error(d, "o9: the roster in force has no such officer");
	assert_int_equal(desk_ask(d, "case assign",
			     json_pack("{s:s, s:[s]}", "case", "c9", "officers", "o1")),
	    FV_EXIT_NOINPUT);
	desk_expect_error(d, "c9: no such case");
	assert_int_equal(
	    desk_ask(d, "case assign", json_pack("{s:s}", "case", "c1")), FV_EXIT_USAGE);
	desk_expect_same(d);
}

static void
a_sealed_card_is_kept_and_goes_to_who_can_open_it(void **state)
{
	struct desk *d = *state;
	struct sealing how = good_sealing(d);
	struct fv_item_card card;
	uint64_t before, version;

	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(import_card(d, &how), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "cards"), 1);
	assert_int_equal(json_array_size(json_object_get(d->answer, "warnings")), 1); /* p1 */
	assert_int_equal(
	    fv_store_card_get(d->host->store, fv_span_z("c1"), &version, &card), FV_OK);
	assert_int_equal(version, 5);
	assert_string_equal(desk_changes(d, &d->a, before).text, "4p1 1c1 2c1 3c1 7c1 ");
	how.version = 6;
	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(import_card(d, &how), FV_EXIT_OK);
	assert_string_equal(desk_changes(d, &d->a, before).text, "7c1 ");
	assert_int_equal(desk_ask(d, "case assign",
			     json_pack("{s:s, s:[s]}", "case", "c1", "officers", "o2")),
	    FV_EXIT_OK);
	assert_int_equal(desk_number(d, "without_card"), 1);
	assert_string_equal(desk_changes(d, &d->b, before).text, "4p1 1c1 2c1 3c1 ");
}

static void
an_officer_whom_the_card_does_not_reach_is_named(void **state)
{
	struct desk *d = *state;
	struct sealing how = good_sealing(d);

	how.pks[0] = how.pks[2];
	how.pk_count = 2;
	assert_int_equal(import_card(d, &how), FV_EXIT_OK);
	assert_int_equal(json_array_size(json_object_get(d->answer, "warnings")), 2);
	assert_non_null(strstr(
	    json_string_value(json_array_get(json_object_get(d->answer, "warnings"), 1)),
	    "no approved handheld of officer o1"));
}

static void
a_card_that_does_not_fit_is_refused(void **state)
{
	struct desk *d = *state;
	const struct sealing good = good_sealing(d);
	struct sealing bad = good;
	uint8_t other[FV_KEY_BYTES];

	bad.signer = desk_stranger;
	expect_card_refused(d, &bad, "no supervisor on the roster in force signed it");
	bad = good;
	bad.is_altered = true;
	expect_card_refused(d, &bad, "or it was altered");
	bad = good;
	bad.case_id = "c7";
	expect_card_refused(d, &bad, "it is the card of another case");
	bad = good;
	people_box_pk(70, other);
	bad.pks[1] = other;
	expect_card_refused(d, &bad, "a recipient is no approved handheld");
	bad = good;
	bad.pks[0] = d->b.pk_box;
	expect_card_refused(d, &bad, "a recipient is no approved handheld");
	bad = good;
	bad.pk_count = 2;
	expect_card_refused(d, &bad, "not sealed to the recovery key");
	assert_int_equal(import_card(d, &good), FV_EXIT_OK);
	bad = good;
	bad.version = 4;
	expect_card_refused(d, &bad, "a newer card of this case is held");
}

static void
a_card_for_a_revoked_handheld_is_refused(void **state)
{
	struct desk *d = *state;
	const struct sealing how = good_sealing(d);

	assert_int_equal(desk_revoke(d, &d->a, desk_s1), FV_EXIT_OK);
	expect_card_refused(d, &how, "a recipient is no approved handheld");
}

static void
a_malformed_line_is_refused_with_its_number(void **state)
{
	static const char good[] =
	    "{\"case\":\"c1\",\"agency\":\"north\",\"zone\":"
	    "\"Asia/Shanghai\",\"packs\":\"p1\",\"actor\":\"third_party\"}\n";
	struct desk *d = *state;
	char text[512];

	(void)snprintf(text, sizeof text, "%s{\"case\":", good);
	expect_refused(d, text, "FILE:2: ");
	(void)snprintf(text, sizeof text, "%s{\"case\":\"c2\",\"card\":7}\n", good);
	expect_refused(d, text, "FILE:2: ");
	(void)snprintf(text, sizeof text, "%s{\"case\":\"c2\",\"colour\":\"red\"}\n", good);
	expect_refused(d, text, "FILE:2: column \"colour\": ");
}

static enum fv_err
collect_kinds(const struct fv_store_import *line, void *ctx)
{
	struct desk_changes *kinds = ctx;
	const size_t used = strlen(kinds->text);
	struct fv_history *history = NULL;
	struct fv_history_error error;

	assert_true(line->is_event);
	assert_int_equal(fv_history_new(&history), FV_OK);
	assert_int_equal(fv_history_add_line(history, line->line, 1, &error), FV_OK);
	fv_history_free(history);
	(void)snprintf(kinds->text + used, sizeof kinds->text - used, "%.*s ",
	    (int)line->id.len, (const char *)line->id.ptr);
	return FV_OK;
}

static void
a_closed_case_leaves_the_handhelds_and_stays_closed(void **state)
{
	struct desk *d = *state;
	struct desk_changes kinds = {{0}};
	uint64_t before;

	assert_int_equal(import(d, HEADER C1), FV_EXIT_OK);
	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(desk_ask(d, "case close",
			     json_pack("{s:s, s:s}", "case", "c1", "reason", "bored")),
	    FV_EXIT_USAGE);
	assert_false(get_case(d, "c1").is_closed);
	assert_int_equal(
	    desk_ask(d, "case close", json_pack("{s:s, s:s}", "case", "c1", "reason", "paid")),
	    FV_EXIT_OK);
	assert_true(get_case(d, "c1").is_closed);
	assert_string_equal(desk_changes(d, &d->a, before).text, "12c1 ");
	assert_int_equal(
	    fv_store_import_each(d->host->store, "c1", collect_kinds, &kinds), FV_OK);
	assert_string_equal(kinds.text, "close-c1-case_closed close-c1-paid ");
	expect_refused(d, HEADER C1, "it is closed and stays closed");
	assert_int_equal(
	    desk_ask(d, "case close", json_pack("{s:s, s:s}", "case", "c1", "reason", "sold")),
	    FV_EXIT_DATA);
	assert_int_equal(desk_ask(d, "case assign",
			     json_pack("{s:s, s:[s]}", "case", "c1", "officers", "o2")),
	    FV_EXIT_DATA);
	desk_expect_error(d, "is closed");
}

/* A visit of handset a at `case_id`, with a position; its records are put in the store. */
static uint64_t
visit(struct desk *d, const char *case_id, bool has_position, bool is_sealed)
{
	struct fv_stamp stamp = {.has = FV_STAMP_BIT(FV_STAMP_MODE), .mode = 1};
	struct fv_store_device device = desk_device(d, &d->a);
	struct fv_store_trail trail;
	struct fv_buf payload = {0};
	const uint64_t seq = d->a.count;

	if (has_position) {
		stamp.has |= FV_STAMP_BIT(FV_STAMP_LAT) | FV_STAMP_BIT(FV_STAMP_LON) |
		    FV_STAMP_BIT(FV_STAMP_EPH);
		stamp.mode = 3;
		stamp.place = (struct fv_place){230000000, 1130000000};
		stamp.eph_mm = 5000;
	}
	fv_cbor_put_map(&payload, 3);
	fv_cbor_put_uint(&payload, 1);
	fv_cbor_put_text_z(&payload, case_id);
	fv_cbor_put_uint(&payload, 2);
	fv_stamp_put(&payload, &stamp);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_array(&payload, 1);
	fv_cbor_put_text_z(&payload, "o1");
	handset_add(&d->a, FV_REC_VISIT_BEGIN, fv_buf_span(&payload));
	handset_seal(&d->a);
	assert_int_equal(fv_store_begin(d->host->store), FV_OK);
	for (uint64_t i = seq; i < d->a.count; i++) {
		const struct handset_record *r = &d->a.records[i];
		struct fv_buf header = {0};
		struct fv_store_record row = {
		    .no = device.no, .seq = i, .type = r->header.type};
		fv_header_put(&header, &r->header);
		row.header = fv_buf_span(&header);
		row.has_payload = true;
		row.salt = fv_span_of(r->salt, sizeof r->salt);
		row.payload = fv_span_of(r->payload, r->payload_len);
		if (i == seq)
			row.case_id = fv_span_z(case_id);
		if (r->has_sig)
			row.sig = fv_span_of(r->sig, sizeof r->sig);
		assert_int_equal(fv_store_record_append(d->host->store, &row), FV_OK);
		fv_buf_clear(&header);
	}
	assert_int_equal(fv_store_trail_load(d->host->store, device.no, &trail), FV_OK);
	trail.trail = d->a.trail;
	trail.sealed_range = d->a.trail.range;
	if (!is_sealed) {
		trail.trail.sealed_size = 0;
		memset(&trail.sealed_range, 0, sizeof trail.sealed_range);
	}
	assert_int_equal(fv_store_trail_save(d->host->store, device.no, &trail), FV_OK);
	assert_int_equal(fv_store_commit(d->host->store), FV_OK);
	fv_buf_clear(&payload);
	return seq;
}

static int
place(struct desk *d, const char *case_id, uint64_t seq)
{
	char id[64] = "v-";

	for (size_t i = 0; i < 8; i++)
		(void)snprintf(id + 2 + 2 * i, 3, "%02x", d->a.dev[i]);
	(void)snprintf(id + 18, sizeof id - 18, "-%llu", (unsigned long long)seq);
	return desk_ask(
	    d, "case place", json_pack("{s:s, s:s}", "case", case_id, "visit", id));
}

static void
a_visits_position_becomes_the_place_and_is_logged(void **state)
{
	struct desk *d = *state;
	struct fv_store_case row;
	uint64_t before;

	assert_int_equal(import(d, HEADER C2), FV_EXIT_OK);
	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(place(d, "c2", visit(d, "c2", true, true)), FV_EXIT_OK);
	row = get_case(d, "c2");
	assert_true(row.item.has_place);
	assert_int_equal(row.item.lat_e7, 230000000);
	assert_int_equal(row.item.lon_e7, 1130000000);
	desk_expect_leaf(d, FV_LEAF_POLICY, fv_span_z(""));
	assert_string_equal(desk_changes(d, &d->a, before).text, "1c2 ");
	assert_int_equal(import(d, HEADER C2), FV_EXIT_OK);
	assert_true(get_case(d, "c2").item.has_place);
}

static void
a_place_needs_a_sealed_visit_of_that_case_with_a_position(void **state)
{
	struct desk *d = *state;
	uint64_t elsewhere, blind, unsealed;

	assert_int_equal(import(d, HEADER C2), FV_EXIT_OK);
	elsewhere = visit(d, "c1", true, true);
	blind = visit(d, "c2", false, true);
	desk_mark(d);
	assert_int_equal(place(d, "c2", elsewhere), FV_EXIT_DATA);
	desk_expect_error(d, "another case");
	assert_int_equal(place(d, "c2", blind), FV_EXIT_DATA);
	desk_expect_error(d, "no stamp of this visit has a position");
	assert_int_equal(place(d, "c2", 4000), FV_EXIT_NOINPUT);
	desk_expect_error(d, "no such visit");
	assert_int_equal(place(d, "c9", blind), FV_EXIT_NOINPUT);
	desk_expect_error(d, "no such case");
	assert_int_equal(desk_ask(d, "case place",
			     json_pack("{s:s, s:s}", "case", "c2", "visit", "yesterday")),
	    FV_EXIT_USAGE);
	unsealed = visit(d, "c2", true, false);
	assert_int_equal(place(d, "c2", unsealed), FV_EXIT_DATA);
	desk_expect_error(d, "no seal covers this visit yet");
	desk_expect_same(d);
	assert_false(get_case(d, "c2").item.has_place);
}

int
main(void)
{
#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, desk_set_up_devices, desk_tear_down)
	const struct CMUnitTest tests[] = {
	    DESK_TEST(an_audit_only_csv_is_taken),
	    DESK_TEST(one_bad_row_keeps_all_out),
	    DESK_TEST(personal_text_is_refused_with_line_and_column),
	    DESK_TEST(a_row_that_does_not_fit_this_server_is_refused),
	    DESK_TEST(a_chinese_pin_is_converted_once),
	    DESK_TEST(a_pack_that_nobody_adopted_is_said_once),
	    DESK_TEST(officers_learn_what_is_theirs_and_lose_what_is_not),
	    DESK_TEST(an_assignment_that_does_not_fit_is_refused),
	    DESK_TEST(a_sealed_card_is_kept_and_goes_to_who_can_open_it),
	    DESK_TEST(an_officer_whom_the_card_does_not_reach_is_named),
	    DESK_TEST(a_card_that_does_not_fit_is_refused),
	    DESK_TEST(a_card_for_a_revoked_handheld_is_refused),
	    DESK_TEST(a_malformed_line_is_refused_with_its_number),
	    DESK_TEST(a_closed_case_leaves_the_handhelds_and_stays_closed),
	    DESK_TEST(a_visits_position_becomes_the_place_and_is_logged),
	    DESK_TEST(a_place_needs_a_sealed_visit_of_that_case_with_a_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
