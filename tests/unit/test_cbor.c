#include "tests/support/vectors.h"

#include <string.h>

#include "fv/cbor.h"

static enum fv_err
check_hex(const char *hex)
{
	struct fv_buf buf = {0};
	enum fv_err rc = fv_cbor_check_all(vec_bytes(hex, &buf));

	fv_buf_clear(&buf);
	return rc;
}

static void
the_writer_gives_the_bytes_of_rfc_8949_appendix_a(void **state)
{
	static const char want[] = "00"
				   "17"
				   "1818"
				   "1903e8"
				   "1a000f4240"
				   "1b000000e8d4a51000"
				   "1bffffffffffffffff"
				   "20"
				   "3863"
				   "3903e7"
				   "4401020304"
				   "6449455446"
				   "62c3bc"
				   "83010203"
				   "a201020304"
				   "f4"
				   "f5"
				   "f6"
				   "3b7fffffffffffffff";
	struct fv_buf out = {0}, hex = {0};

	(void)state;
	fv_cbor_put_uint(&out, 0);
	fv_cbor_put_uint(&out, 23);
	fv_cbor_put_uint(&out, 24);
	fv_cbor_put_int(&out, 1000);
	fv_cbor_put_uint(&out, 1000000);
	fv_cbor_put_uint(&out, 1000000000000);
	fv_cbor_put_uint(&out, UINT64_MAX);
	fv_cbor_put_int(&out, -1);
	fv_cbor_put_int(&out, -100);
	fv_cbor_put_int(&out, -1000);
	fv_cbor_put_bytes(&out, "\1\2\3\4", 4);
	fv_cbor_put_text_z(&out, "IETF");
	fv_cbor_put_text_z(&out, "\xc3\xbc");
	fv_cbor_put_array(&out, 3);
	for (uint64_t i = 1; i <= 3; i++)
		fv_cbor_put_uint(&out, i);
	fv_cbor_put_map(&out, 2);
	for (uint64_t i = 1; i <= 4; i++)
		fv_cbor_put_uint(&out, i);
	fv_cbor_put_bool(&out, false);
	fv_cbor_put_bool(&out, true);
	fv_cbor_put_null(&out);
	fv_cbor_put_int(&out, INT64_MIN);
	fv_buf_put_hex(&hex, out.ptr, out.len);
	assert_string_equal(fv_buf_z(&hex), want);
	fv_buf_clear(&out);
	fv_buf_clear(&hex);
}

static void
what_is_outside_the_profile_is_refused(void **state)
{
	static const char *const bad[] = {"1800", "1817", "190017", "1900ff", "1a0000ffff",
	    "1b00000000ffffffff", "3800", "5800", "5f41014102ff", "7f616161ff", "9fff", "bfff",
	    "a202000100", "a201000101", "f97e00", "fb3ff0000000000000", "c000", "f7", "f818",
	    "62c328", "1c", "ff", "0000", "e0", "a1616101", "a12000", "a1f600"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(check_hex(bad[i]), FV_EFORMAT);
}

static void
an_item_that_goes_on_after_the_input_is_cut(void **state)
{
	static const char *const cut[] = {"", "18", "1900", "1b00", "8201", "42ff", "626c",
	    "a101", "a1", "9bffffffffffffffff00", "bbffffffffffffffff00", "828301"};

	(void)state;
	for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++)
		assert_int_equal(check_hex(cut[i]), FV_ECUT);
}

static void
the_fifth_level_of_nesting_is_refused(void **state)
{
	(void)state;
	assert_int_equal(check_hex("8181818100"), FV_OK);
	assert_int_equal(check_hex("81a101818100"), FV_OK);
	assert_int_equal(check_hex("818181818100"), FV_EFORMAT);
	assert_int_equal(check_hex("8181818180"), FV_EFORMAT);
	assert_int_equal(check_hex("81818180"), FV_OK);
}

static void
a_string_over_its_limit_is_too_big(void **state)
{
	static uint8_t big[FV_CBOR_STRING_MAX + 1];
	struct fv_buf out = {0};
	struct fv_span v;
	struct fv_cbor_reader r;

	(void)state;
	fv_cbor_put_bytes(&out, big, FV_CBOR_STRING_MAX);
	assert_int_equal(fv_cbor_check_all(fv_buf_span(&out)), FV_OK);
	fv_buf_reset(&out);
	fv_cbor_put_bytes(&out, big, FV_CBOR_STRING_MAX + 1);
	assert_int_equal(fv_cbor_check_all(fv_buf_span(&out)), FV_ETOOBIG);
	r = fv_cbor_reader_of(fv_buf_span(&out));
	assert_int_equal(fv_cbor_get_bytes(&r, &v), FV_ETOOBIG);
	assert_int_equal(r.pos, 0);
	fv_buf_clear(&out);
	assert_int_equal(check_hex("5b00000001000000000000"), FV_ETOOBIG);
}

static void
the_length_of_the_first_item_is_found(void **state)
{
	struct fv_buf in = {0};
	size_t len;

	(void)state;
	(void)vec_bytes("8201820203f600", &in);
	assert_int_equal(fv_cbor_check(fv_buf_span(&in), &len), FV_OK);
	assert_int_equal(len, 5);
	fv_buf_clear(&in);
}

static void
a_reader_takes_what_was_written(void **state)
{
	struct fv_buf in = {0};
	struct fv_cbor_reader r;
	struct fv_span v;
	enum fv_cbor_type type;
	uint8_t two[2];
	uint64_t u;
	int64_t i;
	size_t n;
	bool b;

	(void)state;
	(void)vec_bytes("84183939012bf64201020a", &in);
	r = fv_cbor_reader_of(fv_buf_span(&in));
	assert_int_equal(fv_cbor_peek(&r, &type), FV_OK);
	assert_int_equal(type, FV_CBOR_ARRAY);
	assert_int_equal(fv_cbor_get_array(&r, &n), FV_OK);
	assert_int_equal(n, 4);
	assert_int_equal(fv_cbor_get_uint(&r, 56, &u), FV_ERANGE);
	assert_int_equal(fv_cbor_get_uint(&r, 57, &u), FV_OK);
	assert_true(u == 57);
	assert_int_equal(fv_cbor_get_uint(&r, UINT64_MAX, &u), FV_EFORMAT);
	assert_int_equal(fv_cbor_get_int(&r, &i), FV_OK);
	assert_true(i == -300);
	assert_int_equal(fv_cbor_get_bool(&r, &b), FV_EFORMAT);
	assert_true(fv_cbor_take_null(&r));
	assert_false(fv_cbor_take_null(&r));
	assert_int_equal(fv_cbor_get_text(&r, &v), FV_EFORMAT);
	assert_int_equal(fv_cbor_get_fixed(&r, two, 1), FV_EFORMAT);
	assert_int_equal(fv_cbor_get_fixed(&r, two, 2), FV_OK);
	assert_memory_equal(two, "\1\2", 2);
	assert_false(fv_cbor_at_end(&r));
	assert_int_equal(fv_cbor_skip(&r, &v), FV_OK);
	assert_int_equal(v.len, 1);
	assert_true(fv_cbor_at_end(&r));
	assert_int_equal(fv_cbor_skip(&r, NULL), FV_ECUT);
	assert_int_equal(fv_cbor_peek(&r, &type), FV_ECUT);
	fv_buf_clear(&in);
}

static void
numbers_beyond_int64_are_out_of_range(void **state)
{
	static const char *const hex[] = {"1b8000000000000000", "3b8000000000000000"};
	int64_t v;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fv_buf in = {0};
		struct fv_cbor_reader r = fv_cbor_reader_of(vec_bytes(hex[i], &in));

		assert_int_equal(fv_cbor_get_int(&r, &v), FV_ERANGE);
		assert_int_equal(r.pos, 0);
		fv_buf_clear(&in);
	}
}

static void
a_map_value_is_found_by_key(void **state)
{
	struct fv_buf in = {0};
	struct fv_cbor_reader r;
	uint64_t v;

	(void)state;
	(void)vec_bytes("a3008201020a6161181e07", &in);
	assert_int_equal(fv_cbor_map_find(fv_buf_span(&in), 30, &r), FV_OK);
	assert_int_equal(fv_cbor_get_uint(&r, 9, &v), FV_OK);
	assert_true(v == 7);
	assert_int_equal(fv_cbor_map_find(fv_buf_span(&in), 1, &r), FV_ENOENT);
	assert_int_equal(fv_cbor_map_find(fv_span_of("\x80", 1), 1, &r), FV_EFORMAT);
	fv_buf_clear(&in);
}

/* Whether an appendix A item lies in the profile, judged by its hex alone. */
static bool
in_profile(const char *hex)
{
	static const char *const inner[] = {
	    "9f", "bf", "a1"}; /* inside the arrays given there */
	size_t len = strlen(hex);

	switch (hex[0]) {
	case 'a':
	case 'b':
		return strcmp(hex, "a0") == 0 || strcmp(hex, "a201020304") == 0;
	case 'c':
	case 'd':
		return false;
	case 'f':
		return len == 2 && hex[1] >= '4' && hex[1] <= '6';
	case '5':
	case '7':
		return hex[1] != 'f';
	case '8':
	case '9':
		for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++)
			if (strstr(hex, inner[i]) != NULL)
				return false;
		return true;
	default:
		return true;
	}
}

static void
check_value(struct fv_span item, const json_t *decoded)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(item);
	struct fv_span text;
	size_t count;
	int64_t i;
	bool b;

	if (json_is_integer(decoded) && fv_cbor_get_int(&r, &i) == FV_OK)
		assert_true(i == json_integer_value(decoded));
	if (json_is_string(decoded) && item.ptr[0] >> 5 == 3) {
		assert_int_equal(fv_cbor_get_text(&r, &text), FV_OK);
		assert_int_equal(text.len, json_string_length(decoded));
		if (text.len > 0)
			assert_memory_equal(text.ptr, json_string_value(decoded), text.len);
	}
	if (json_is_boolean(decoded)) {
		assert_int_equal(fv_cbor_get_bool(&r, &b), FV_OK);
		assert_int_equal(b, json_is_true(decoded));
	}
	if (json_is_null(decoded) && item.ptr[0] == 0xf6)
		assert_true(fv_cbor_take_null(&r));
	if (json_is_array(decoded)) {
		assert_int_equal(fv_cbor_get_array(&r, &count), FV_OK);
		assert_int_equal(count, json_array_size(decoded));
		for (size_t k = 0; k < count; k++) {
			assert_int_equal(fv_cbor_skip(&r, &text), FV_OK);
			check_value(text, json_array_get(decoded, k));
		}
	}
}

static void
appendix_a_is_decoded_in_the_profile_and_refused_outside(void **state)
{
	json_t *root = vec_load("cbor/appendix_a.json");
	size_t i, accepted = 0, refused = 0;
	json_t *entry;

	(void)state;
	json_array_foreach(root, i, entry)
	{
		const char *hex = vec_str(entry, "hex");
		struct fv_buf in = {0};
		struct fv_span span = vec_bytes(hex, &in);
		enum fv_err rc = fv_cbor_check_all(span);

		if (in_profile(hex) != (rc == FV_OK))
			fail_msg("%s: %s", hex, fv_err_name(rc));
		if (rc == FV_OK)
			check_value(span, json_object_get(entry, "decoded"));
		accepted += rc == FV_OK;
		refused += rc != FV_OK;
		fv_buf_clear(&in);
	}
	assert_int_equal(accepted, 34);
	assert_int_equal(refused, 48);
	json_decref(root);
}

static void
every_published_negative_item_is_refused(void **state)
{
	json_t *root = vec_load("cbor/profile-negative-derived.json");
	json_t *list = vec_get(root, "must_reject");
	json_t *entry;
	size_t i;

	(void)state;
	assert_true(json_array_size(list) >= 24);
	json_array_foreach(list, i, entry)
	{
		if (check_hex(vec_str(entry, "hex")) == FV_OK)
			fail_msg(
			    "accepted: %s (%s)", vec_str(entry, "hex"), vec_str(entry, "why"));
	}
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_writer_gives_the_bytes_of_rfc_8949_appendix_a),
	    cmocka_unit_test(what_is_outside_the_profile_is_refused),
	    cmocka_unit_test(an_item_that_goes_on_after_the_input_is_cut),
	    cmocka_unit_test(the_fifth_level_of_nesting_is_refused),
	    cmocka_unit_test(a_string_over_its_limit_is_too_big),
	    cmocka_unit_test(the_length_of_the_first_item_is_found),
	    cmocka_unit_test(a_reader_takes_what_was_written),
	    cmocka_unit_test(numbers_beyond_int64_are_out_of_range),
	    cmocka_unit_test(a_map_value_is_found_by_key),
	    cmocka_unit_test(appendix_a_is_decoded_in_the_profile_and_refused_outside),
	    cmocka_unit_test(every_published_negative_item_is_refused),
	};

	return cmocka_run_group_tests_name("cbor", tests, NULL, NULL);
}
