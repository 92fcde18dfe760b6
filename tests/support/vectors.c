#include "tests/support/vectors.h"

#include <stdio.h>
#include <string.h>

/* Append `text` with every long number outside a string in quotes. */
static void
put_quoted(struct fv_buf *out, const char *text, size_t len)
{
	bool in_string = false;
	size_t digits;

	for (size_t i = 0; i < len; i += digits) {
		digits = in_string ? 0 : strspn(text + i, "-0123456789");
		if (digits > 18)
			fv_buf_putf(out, "\"%.*s\"", (int)digits, text + i);
		else if (digits > 0)
			fv_buf_put(out, text + i, digits);
		if (digits > 0)
			continue;
		digits = 1;
		if (text[i] == '"')
			in_string = !in_string;
		else if (text[i] == '\\' && i + 1 < len)
			digits = 2;
		fv_buf_put(out, text + i, digits);
	}
}

json_t *
vec_load(const char *name)
{
	struct fv_buf raw = {0}, quoted = {0};
	char path[256], piece[4096];
	json_error_t error;
	json_t *root;
	size_t got;
	FILE *in;

	(void)snprintf(path, sizeof path, "../shared/vectors/%s", name);
	if ((in = fopen(path, "rb")) == NULL)
		skip();
	while ((got = fread(piece, 1, sizeof piece, in)) > 0)
		fv_buf_put(&raw, piece, got);
	(void)fclose(in);
	assert_non_null(fv_buf_z(&raw));
	put_quoted(&quoted, (const char *)raw.ptr, raw.len);
	root = json_loadb((const char *)quoted.ptr, quoted.len, 0, &error);
	fv_buf_clear(&raw);
	fv_buf_clear(&quoted);
	if (root == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return root;
}

json_t *
vec_get(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (value == NULL)
		fail_msg("vector has no member \"%s\"", key);
	return value;
}

const char *
vec_str(const json_t *object, const char *key)
{
	const char *text = json_string_value(vec_get(object, key));

	if (text == NULL)
		fail_msg("vector member \"%s\" is no string", key);
	return text;
}

int64_t
vec_int(const json_t *object, const char *key)
{
	return json_integer_value(vec_get(object, key));
}

uint64_t
vec_uint(const json_t *object, const char *key)
{
	const json_t *value = vec_get(object, key);
	uint64_t v;

	if (!json_is_string(value))
		return (uint64_t)json_integer_value(value);
	if (fv_decimal_decode(fv_span_z(json_string_value(value)), UINT64_MAX, &v) != FV_OK)
		fail_msg("vector member \"%s\" is no number", key);
	return v;
}

struct fv_span
vec_bytes(const char *hex, struct fv_buf *out)
{
	size_t len = strlen(hex);

	for (size_t i = 0; i + 2 <= len; i += 2) {
		uint8_t b;

		if (fv_hex_decode(fv_span_of(hex + i, 2), &b, 1) != FV_OK)
			fail_msg("bad hex \"%s\"", hex);
		fv_buf_put_u8(out, b);
	}
	assert_int_equal(len % 2, 0);
	assert_int_equal(fv_buf_status(out), FV_OK);
	return fv_buf_span(out);
}

struct fv_span
vec_hex(const json_t *object, const char *key, struct fv_buf *out)
{
	const char *text = json_string_value(json_object_get(object, key));

	return vec_bytes(text == NULL ? "" : text, out);
}

void
vec_fixed(const json_t *object, const char *key, uint8_t *out, size_t len)
{
	if (fv_hex_decode(fv_span_z(vec_str(object, key)), out, len) != FV_OK)
		fail_msg("vector member \"%s\" is not %zu bytes of hex", key, len);
}

void
vec_stream_fill(uint8_t *out, size_t len, void *ctx)
{
	struct vec_stream *stream = ctx;

	assert_true(len <= stream->bytes.len - stream->pos);
	memcpy(out, stream->bytes.ptr + stream->pos, len);
	stream->pos += len;
}

void
vec_assert_hex(const void *ptr, size_t len, const char *hex)
{
	struct fv_buf buf = {0};

	fv_buf_put_hex(&buf, ptr, len);
	assert_string_equal(fv_buf_z(&buf), hex);
	fv_buf_clear(&buf);
}
