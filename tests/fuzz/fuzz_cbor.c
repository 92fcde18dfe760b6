/*
 * CBOR from strangers.  Property: an item that passes the profile is encoded again to
 * the same bytes, and no proper prefix of it passes.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/cbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool claim)
{
	if (!claim)
		abort();
}

static void
encode_scalar(struct fv_cbor_reader *r, enum fv_cbor_type type, struct fv_buf *out)
{
	struct fv_span span;
	uint64_t u;
	int64_t i;
	bool b;

	if (type == FV_CBOR_UINT) {
		require(fv_cbor_get_uint(r, UINT64_MAX, &u) == FV_OK);
		fv_cbor_put_uint(out, u);
	} else if (type == FV_CBOR_NEGINT) {
		/* Below INT64_MIN there is no C type: such a number is only stepped over. */
		if (fv_cbor_get_int(r, &i) == FV_OK) {
			fv_cbor_put_int(out, i);
		} else {
			require(fv_cbor_skip(r, &span) == FV_OK);
			fv_buf_put_span(out, span);
		}
	} else if (type == FV_CBOR_BYTES) {
		require(fv_cbor_get_bytes(r, &span) == FV_OK);
		fv_cbor_put_bytes(out, span.ptr, span.len);
	} else if (type == FV_CBOR_TEXT) {
		require(fv_cbor_get_text(r, &span) == FV_OK);
		fv_cbor_put_text(out, span);
	} else if (type == FV_CBOR_BOOL) {
		require(fv_cbor_get_bool(r, &b) == FV_OK);
		fv_cbor_put_bool(out, b);
	} else {
		require(fv_cbor_take_null(r));
		fv_cbor_put_null(out);
	}
}

/* Items to come are counted instead of nested: the order of bytes is the same. */
static void
encode_again(struct fv_span item, struct fv_buf *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(item);
	size_t count;

	for (size_t left = 1; left > 0; left--) {
		enum fv_cbor_type type;

		require(fv_cbor_peek(&r, &type) == FV_OK);
		if (type == FV_CBOR_ARRAY) {
			require(fv_cbor_get_array(&r, &count) == FV_OK);
			fv_cbor_put_array(out, count);
			left += count;
		} else if (type == FV_CBOR_MAP) {
			require(fv_cbor_get_map(&r, &count) == FV_OK);
			fv_cbor_put_map(out, count);
			left += 2 * count;
		} else {
			encode_scalar(&r, type, out);
		}
	}
	require(fv_cbor_at_end(&r));
}

/* Whatever the bytes, a reader ends and stays inside them. */
static void
read_blindly(struct fv_span in)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(in);
	struct fv_cbor_reader value;
	struct fv_span span;
	size_t count;

	(void)!fv_cbor_map_find(in, 1, &value);
	while (!fv_cbor_at_end(&r)) {
		size_t before = r.pos;

		if (fv_cbor_get_array(&r, &count) != FV_OK &&
		    fv_cbor_get_map(&r, &count) != FV_OK && fv_cbor_skip(&r, &span) != FV_OK)
			break;
		require(r.pos > before && r.pos <= in.len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span in = fv_span_of(data, size);
	struct fv_buf out = {0};
	size_t len;

	if (fv_cbor_check(in, &len) == FV_OK) {
		require(len > 0 && len <= size);
		in.len = len;
		require(fv_cbor_check_all(in) == FV_OK);
		encode_again(in, &out);
		require(fv_span_equal(in, fv_buf_span(&out)));
		require(fv_cbor_check(fv_span_of(data, len - 1), &len) == FV_ECUT);
	}
	read_blindly(fv_span_of(data, size));
	fv_buf_clear(&out);
	return 0;
}
