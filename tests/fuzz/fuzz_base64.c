/*
 * The small text codecs.  Property: what decodes is encoded again to the same text; what
 * is encoded decodes to the same bytes.
 */
#include <stdlib.h>

#include "fv/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool claim)
{
	if (!claim)
		abort();
}

static void
decode_first(struct fv_span text)
{
	struct fv_buf bytes = {0}, again = {0};
	uint8_t some[16];
	size_t len;

	if (fv_base64_decode(text, &bytes) == FV_OK) {
		fv_buf_put_base64(&again, bytes.ptr, bytes.len);
		require(fv_span_equal(fv_buf_span(&again), text));
		require(fv_base64_decode_into(text, some, sizeof some, &len) == FV_OK);
		require(len == bytes.len);
	}
	fv_buf_reset(&bytes);
	fv_buf_reset(&again);
	if (fv_base64url_decode(text, &bytes) == FV_OK) {
		fv_buf_put_base64url(&again, bytes.ptr, bytes.len);
		require(fv_span_equal(fv_buf_span(&again), text));
	}
	fv_buf_clear(&bytes);
	fv_buf_clear(&again);
}

static void
encode_first(struct fv_span in)
{
	struct fv_buf text = {0}, bytes = {0};

	fv_buf_put_base64(&text, in.ptr, in.len);
	require(fv_base64_decode(fv_buf_span(&text), &bytes) == FV_OK);
	require(fv_span_equal(fv_buf_span(&bytes), in));
	fv_buf_reset(&text);
	fv_buf_reset(&bytes);
	fv_buf_put_base64url(&text, in.ptr, in.len);
	require(fv_base64url_decode(fv_buf_span(&text), &bytes) == FV_OK);
	require(fv_span_equal(fv_buf_span(&bytes), in));
	fv_buf_clear(&text);
	fv_buf_clear(&bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span in = fv_span_of(data, size);
	struct fv_buf again = {0};
	uint64_t number;

	decode_first(in);
	encode_first(in);
	if (fv_decimal_decode(in, UINT64_MAX, &number) == FV_OK) {
		fv_buf_putf(&again, "%llu", (unsigned long long)number);
		require(fv_span_equal(fv_buf_span(&again), in));
	}
	(void)fv_utf8_valid(in);
	fv_buf_clear(&again);
	return 0;
}
