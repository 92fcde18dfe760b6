#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fv/enrol.h"
#include "fv/sync.h"

static void
a_request_survives_its_encoding(void **state)
{
	static struct fv_sync_request in, out;
	struct fv_buf buf = {0};
	size_t used;

	(void)state;
	in = (struct fv_sync_request){.from_seq = 7,
	    .checkpoint_size = 9,
	    .n = 12,
	    .want = FV_WANT_CONSISTENCY | FV_WANT_RECEIPT,
	    .cursor = 3,
	    .has_tail = true,
	    .tail_n = 12,
	    .answer_max = 65536,
	    .begun_count = 1,
	    .has_state = true,
	    .free_mib = 900};
	in.begun[0].held_bytes = 3072;
	fv_sync_request_put(&buf, &in);
	fv_buf_put_u8(&buf, 0xff); /* what follows is not looked at */
	assert_int_equal(fv_sync_request_parse(fv_buf_span(&buf), &out, &used), FV_OK);
	assert_int_equal(used, buf.len - 1);
	assert_memory_equal(&in, &out, sizeof in);
	fv_buf_clear(&buf);
}

/* The request map's keys 1 to 5, each 0, then these bytes as more of it. */
static enum fv_err
parse_with(const char *hex, struct fv_sync_request *out)
{
	uint8_t bytes[64] = {0xa6, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0};
	const size_t len = strlen(hex) / 2;
	size_t used;

	assert_int_equal(fv_hex_decode(fv_span_z(hex), bytes + 11, len), FV_OK);
	return fv_sync_request_parse(fv_span_of(bytes, 11 + len), out, &used);
}

static void
a_clock_that_is_told_brings_battery_and_space_in_at_most_16_bytes(void **state)
{
	static struct fv_sync_request in, out;
	struct fv_buf without = {0}, with = {0};
	size_t used;

	(void)state;
	in = (struct fv_sync_request){.answer_max = FV_ANSWER_DEFAULT};
	fv_sync_request_put(&without, &in);
	in.has_state = in.has_battery = in.has_clock = true;
	in.battery_percent = 100;
	in.free_mib = UINT32_MAX;
	in.clock_s = INT64_C(1798761599);
	fv_sync_request_put(&with, &in);
	assert_in_range(with.len, without.len + 1, without.len + 16);
	assert_int_equal(fv_sync_request_parse(fv_buf_span(&with), &out, &used), FV_OK);
	assert_memory_equal(&in, &out, sizeof in);
	fv_buf_clear(&without);
	fv_buf_clear(&with);
}

static void
what_a_newer_handheld_says_after_its_clock_is_passed_over(void **state)
{
	static struct fv_sync_request out;

	(void)state;
	assert_int_equal(parse_with("0b8401f6026161", &out), FV_OK);
	assert_true(out.has_clock && out.clock_s == 1 && out.has_state);
	assert_true(!out.has_battery && out.free_mib == 2);
}

static void
a_clock_that_is_none_is_refused(void **state)
{
	static struct fv_sync_request out;

	(void)state;
	assert_int_equal(parse_with("0b820102", &out), FV_EFORMAT);
	assert_int_not_equal(parse_with("0b83200102", &out), FV_OK);
	assert_int_equal(parse_with("0b831b0000003afff4418000f6", &out), FV_ERANGE);
	assert_int_equal(parse_with("0b8301186502", &out), FV_ERANGE);
}

static void
a_key_of_a_later_version_is_passed_over(void **state)
{
	static struct fv_sync_request out;

	(void)state;
	assert_int_equal(parse_with("183f830102f6", &out), FV_OK);
	assert_false(out.has_state);
}

static void
a_request_without_its_cursor_is_refused(void **state)
{
	static const uint8_t four_keys[] = {0xa4, 1, 0, 2, 0, 3, 0, 4, 0};
	static struct fv_sync_request out;
	size_t used;

	(void)state;
	assert_int_equal(
	    fv_sync_request_parse(fv_span_of(four_keys, sizeof four_keys), &out, &used),
	    FV_EFORMAT);
}

static void
an_answer_size_over_the_limit_is_refused(void **state)
{
	static struct fv_sync_request in, out;
	struct fv_buf buf = {0};
	size_t used;

	(void)state;
	in.answer_max = FV_ANSWER_MAX + 1;
	fv_sync_request_put(&buf, &in);
	assert_int_equal(fv_sync_request_parse(fv_buf_span(&buf), &out, &used), FV_ERANGE);
	fv_buf_clear(&buf);
}

static void
records_and_slices_are_told_apart_by_their_first_element(void **state)
{
	static const uint8_t record[] = {0x81, 0x01}, slice[] = {0x81, 0x41, 0x00},
			     text[] = {0x81, 0x61, 'a'};
	enum fv_sync_part part;

	(void)state;
	assert_int_equal(fv_sync_part_peek(fv_span_of(record, 2), &part), FV_OK);
	assert_int_equal(part, FV_PART_RECORD);
	assert_int_equal(fv_sync_part_peek(fv_span_of(slice, 3), &part), FV_OK);
	assert_int_equal(part, FV_PART_SLICE);
	assert_int_equal(fv_sync_part_peek(fv_span_of(text, 3), &part), FV_EFORMAT);
}

static void
put_sample_items(struct fv_buf *items)
{
	const struct fv_item hold = {.kind = FV_ITEM_HOLD,
	    .key = fv_span_z("c1"),
	    .version = 4,
	    .body = fv_span_z("\x80")};
	struct fv_item pack = {.kind = FV_ITEM_PACK,
	    .key = fv_span_z("house"),
	    .version = 5,
	    .is_slice = true,
	    .slice = {.total = 200000, .offset = 3072, .bytes = fv_span_z("abc")}};

	fv_item_put(items, &hold);
	fv_item_put(items, &pack);
}

static void
an_answer_survives_its_encoding(void **state)
{
	static struct fv_sync_answer in, out;
	struct fv_buf buf = {0}, items = {0};
	struct fv_cbor_reader r;
	struct fv_item item;

	(void)state;
	put_sample_items(&items);
	in = (struct fv_sync_answer){.next_seq = 12,
	    .checkpoint = fv_span_z("note"),
	    .has_receipt = true,
	    .head_index = 3,
	    .inclusion_count = 2,
	    .head_leaf = fv_span_z("leaf"),
	    .has_consistency = true,
	    .consistency_count = 1,
	    .items = fv_buf_span(&items),
	    .item_count = 2,
	    .server_ms = 1790000000000,
	    .missing_count = 1,
	    .notices = {FV_W_NOT_APPROVED},
	    .notice_count = 1,
	    .cursor = 8,
	    .sealed_size = 12,
	    .more = true};
	fv_sync_answer_put(&buf, &in);
	assert_int_equal(fv_sync_answer_parse(fv_buf_span(&buf), &out), FV_OK);
	assert_int_equal(out.next_seq, 12);
	assert_true(fv_span_equal(out.head_leaf, in.head_leaf));
	assert_true(out.has_receipt && out.has_consistency && out.more);
	assert_int_equal(out.inclusion_count, 2);
	assert_int_equal(out.notices[0], FV_W_NOT_APPROVED);
	assert_int_equal(out.item_count, 2);
	r = fv_cbor_reader_of(out.items);
	assert_int_equal(fv_item_parse(&r, &item), FV_OK);
	assert_true(fv_span_equal(item.key, fv_span_z("c1")) && !item.is_slice);
	assert_int_equal(fv_item_parse(&r, &item), FV_OK);
	assert_true(item.is_slice && item.slice.total == 200000);
	assert_true(fv_cbor_at_end(&r));
	fv_buf_clear(&buf);
	fv_buf_clear(&items);
}

static void
half_a_receipt_is_refused(void **state)
{
	/* {1: 0, 3: 0, 8: 0, 12: 0, 13: 0}: an index without proof and leaf */
	static const uint8_t half[] = {0xa5, 1, 0, 3, 0, 8, 0, 12, 0, 13, 0};
	static struct fv_sync_answer out;

	(void)state;
	assert_int_equal(
	    fv_sync_answer_parse(fv_span_of(half, sizeof half), &out), FV_EFORMAT);
}

static void
a_receipt_without_a_checkpoint_is_refused(void **state)
{
	static struct fv_sync_answer in, out;
	struct fv_buf buf = {0};

	(void)state;
	in = (struct fv_sync_answer){.has_receipt = true, .head_leaf = fv_span_z("leaf")};
	fv_sync_answer_put(&buf, &in);
	assert_int_equal(fv_sync_answer_parse(fv_buf_span(&buf), &out), FV_EFORMAT);
	fv_buf_clear(&buf);
}

static struct fv_enrol_request
sample_enrolment(const uint8_t seed_0[FV_SEED_BYTES])
{
	struct fv_enrol_request r = {.seed_count = 1,
	    .model = fv_span_z("PinePhone"),
	    .serial = fv_span_z("s1"),
	    .version = fv_span_z("1.0")};

	assert_int_equal(fv_crypto_init(), FV_OK);
	fv_ed25519_public(seed_0, r.pk_0);
	memset(r.pk_sync, 2, sizeof r.pk_sync);
	memset(r.pk_box, 3, sizeof r.pk_box);
	return r;
}

static void
an_enrolment_proves_possession_of_its_seal_key(void **state)
{
	static const uint8_t seed_0[FV_SEED_BYTES] = {9}, other[FV_SEED_BYTES] = {8};
	static const uint8_t ticket[16] = {1}, other_ticket[16] = {2};
	struct fv_enrol_request in = sample_enrolment(seed_0), out;
	uint8_t dev[FV_DEV_BYTES], dev_out[FV_DEV_BYTES];
	struct fv_buf buf = {0};

	(void)state;
	fv_dev_id(in.pk_0, in.pk_sync, in.pk_box, ticket, dev);
	assert_int_equal(fv_enrol_request_put(&buf, &in, dev, seed_0), FV_OK);
	assert_int_equal(
	    fv_enrol_request_parse(fv_buf_span(&buf), ticket, &out, dev_out), FV_OK);
	assert_memory_equal(dev, dev_out, sizeof dev);
	assert_true(fv_span_equal(out.model, fv_span_z("PinePhone")) && out.chip.len == 0);
	/* Under another ticket it is another device, which has signed nothing. */
	assert_int_equal(
	    fv_enrol_request_parse(fv_buf_span(&buf), other_ticket, &out, dev_out), FV_EAUTH);
	fv_buf_reset(&buf);
	assert_int_equal(fv_enrol_request_put(&buf, &in, dev, other), FV_OK);
	assert_int_equal(
	    fv_enrol_request_parse(fv_buf_span(&buf), ticket, &out, dev_out), FV_EAUTH);
	fv_buf_clear(&buf);
}

static void
an_enrolment_without_an_auditor_is_refused(void **state)
{
	static const uint8_t seed_0[FV_SEED_BYTES] = {9}, ticket[16] = {1};
	struct fv_enrol_request in = sample_enrolment(seed_0), out;
	uint8_t dev[FV_DEV_BYTES];
	struct fv_buf buf = {0};

	(void)state;
	in.seed_count = 0;
	fv_dev_id(in.pk_0, in.pk_sync, in.pk_box, ticket, dev);
	assert_int_equal(fv_enrol_request_put(&buf, &in, dev, seed_0), FV_OK);
	assert_int_equal(
	    fv_enrol_request_parse(fv_buf_span(&buf), ticket, &out, dev), FV_ERANGE);
	fv_buf_clear(&buf);
}

static void
an_enrolment_answer_survives_its_encoding(void **state)
{
	static struct fv_enrol_answer in, out;
	struct fv_buf buf = {0};

	(void)state;
	in = (struct fv_enrol_answer){.enrol_leaf = fv_span_z("leaf"),
	    .leaf_index = 4,
	    .inclusion_count = 2,
	    .checkpoint = fv_span_z("cp"),
	    .roster_count = 1,
	    .packs_note = fv_span_z("packs"),
	    .server_ms = 5};
	in.rosters[0] = fv_span_z("roster");
	fv_enrol_answer_put(&buf, &in);
	assert_int_equal(fv_enrol_answer_parse(fv_buf_span(&buf), &out), FV_OK);
	assert_int_equal(out.inclusion_count, 2);
	assert_true(fv_span_equal(out.rosters[0], in.rosters[0]));
	assert_true(fv_span_equal(out.packs_note, in.packs_note));
	fv_buf_clear(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_survives_its_encoding),
	    cmocka_unit_test(
		a_clock_that_is_told_brings_battery_and_space_in_at_most_16_bytes),
	    cmocka_unit_test(what_a_newer_handheld_says_after_its_clock_is_passed_over),
	    cmocka_unit_test(a_clock_that_is_none_is_refused),
	    cmocka_unit_test(a_key_of_a_later_version_is_passed_over),
	    cmocka_unit_test(a_request_without_its_cursor_is_refused),
	    cmocka_unit_test(an_answer_size_over_the_limit_is_refused),
	    cmocka_unit_test(records_and_slices_are_told_apart_by_their_first_element),
	    cmocka_unit_test(an_answer_survives_its_encoding),
	    cmocka_unit_test(half_a_receipt_is_refused),
	    cmocka_unit_test(a_receipt_without_a_checkpoint_is_refused),
	    cmocka_unit_test(an_enrolment_proves_possession_of_its_seal_key),
	    cmocka_unit_test(an_enrolment_without_an_auditor_is_refused),
	    cmocka_unit_test(an_enrolment_answer_survives_its_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
