#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fv/ledger.h"

static const uint8_t log_seed[FV_SEED_BYTES] = {4};

/* A log of one leaf, and its signed checkpoint. */
static void
make_log(struct fv_span leaf, struct fv_buf *checkpoint, uint8_t log_pk[FV_KEY_BYTES])
{
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_buf text = {0};
	struct fv_hash hash;

	assert_int_equal(fv_crypto_init(), FV_OK);
	fv_ed25519_public(log_seed, log_pk);
	fv_log_origin(log_pk, origin);
	fv_leaf_hash(leaf, &hash);
	fv_checkpoint_put(&text, fv_span_z(origin), 1, &hash);
	fv_signednote_sign(checkpoint, fv_buf_span(&text), fv_span_z(origin), log_seed);
	fv_buf_clear(&text);
}

static void
a_head_leaf_survives_its_encoding(void **state)
{
	struct fv_leaf_head in = {.size = 12, .received_ms = 1790000000000, .transport = 1},
			    out;
	struct fv_buf body = {0}, bytes = {0};
	struct fv_leaf leaf;

	(void)state;
	memset(in.dev, 1, sizeof in.dev);
	memset(in.sig, 2, sizeof in.sig);
	fv_leaf_head_put(&body, &in);
	fv_leaf_put(&bytes, FV_LEAF_HEAD, 1790000000001, fv_buf_span(&body));
	assert_int_equal(fv_leaf_parse(fv_buf_span(&bytes), &leaf), FV_OK);
	assert_int_equal(leaf.kind, FV_LEAF_HEAD);
	assert_int_equal(leaf.time_ms, 1790000000001);
	assert_int_equal(fv_leaf_head_parse(leaf.body, &out), FV_OK);
	assert_memory_equal(&in, &out, sizeof in);
	fv_buf_clear(&body);
	fv_buf_clear(&bytes);
}

static void
an_enrol_leaf_survives_its_encoding(void **state)
{
	struct fv_leaf_enrol in = {.agency = fv_span_z("bank1")}, out;
	struct fv_buf body = {0};

	(void)state;
	memset(in.pk_box, 3, sizeof in.pk_box);
	fv_leaf_enrol_put(&body, &in);
	assert_int_equal(fv_leaf_enrol_parse(fv_buf_span(&body), &out), FV_OK);
	assert_memory_equal(in.pk_box, out.pk_box, sizeof in.pk_box);
	assert_true(fv_span_equal(out.agency, in.agency));
	body.ptr[0]--; /* an element too few */
	assert_int_not_equal(fv_leaf_enrol_parse(fv_buf_span(&body), &out), FV_OK);
	fv_buf_clear(&body);
}

static void
a_receipt_holds_for_its_own_leaf_only(void **state)
{
	const struct fv_span leaf = fv_span_z("leaf"), other = fv_span_z("leaf!");
	struct fv_buf checkpoint = {0};
	struct fv_receipt receipt = {.leaf = leaf};
	uint8_t log_pk[FV_KEY_BYTES];
	struct fv_hash root;
	uint64_t size;

	(void)state;
	make_log(leaf, &checkpoint, log_pk);
	receipt.checkpoint = fv_buf_span(&checkpoint);
	assert_int_equal(fv_receipt_verify(&receipt, log_pk, &size, &root), FV_OK);
	assert_int_equal(size, 1);
	receipt.leaf = other;
	assert_int_equal(fv_receipt_verify(&receipt, log_pk, &size, &root), FV_EAUTH);
	assert_int_equal(size, 0);
	fv_buf_clear(&checkpoint);
}

static void
a_receipt_by_another_log_is_refused(void **state)
{
	const struct fv_span leaf = fv_span_z("leaf");
	static const uint8_t other_seed[FV_SEED_BYTES] = {5};
	struct fv_buf checkpoint = {0};
	struct fv_receipt receipt = {.leaf = leaf};
	uint8_t log_pk[FV_KEY_BYTES], other_pk[FV_KEY_BYTES];
	struct fv_hash root;
	uint64_t size;

	(void)state;
	make_log(leaf, &checkpoint, log_pk);
	fv_ed25519_public(other_seed, other_pk);
	receipt.checkpoint = fv_buf_span(&checkpoint);
	assert_int_equal(fv_receipt_verify(&receipt, other_pk, &size, &root), FV_EAUTH);
	fv_buf_clear(&checkpoint);
}

static void
the_digits_to_compare_are_eight_groups_of_five(void **state)
{
	char text[48];

	(void)state;
	assert_int_equal(fv_crypto_init(), FV_OK);
	/* SHA-256("abc") = ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61
	 * f20015ad */
	fv_enrol_digits(fv_span_z("abc"), text);
	assert_string_equal(text, "32319 60650 95486 93091 11619 21116 12833 91821");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_head_leaf_survives_its_encoding),
	    cmocka_unit_test(an_enrol_leaf_survives_its_encoding),
	    cmocka_unit_test(a_receipt_holds_for_its_own_leaf_only),
	    cmocka_unit_test(a_receipt_by_another_log_is_refused),
	    cmocka_unit_test(the_digits_to_compare_are_eight_groups_of_five),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
