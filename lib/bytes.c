#include "fv/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/crypto.h"

#define FIRST_CAP 64U

static const char digits_std[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits_url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct fv_span
fv_span_z(const char *z)
{
	return fv_span_of(z, strlen(z));
}

struct fv_span
fv_span_of(const void *ptr, size_t len)
{
	struct fv_span span = {.ptr = ptr, .len = len};

	return span;
}

struct fv_span
fv_buf_span(const struct fv_buf *buf)
{
	return fv_span_of(buf->ptr, buf->len);
}

bool
fv_span_equal(struct fv_span a, struct fv_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

void
fv_buf_clear(struct fv_buf *buf)
{
	fv_wipe(buf->ptr, buf->cap);
	free(buf->ptr);
	*buf = (struct fv_buf){0};
}

void
fv_buf_reset(struct fv_buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

enum fv_err
fv_buf_status(const struct fv_buf *buf)
{
	return buf->failed ? FV_ENOMEM : FV_OK;
}

/* Make room for `more` bytes after len.  No realloc: it would leave secrets behind. */
static bool
reserve(struct fv_buf *buf, size_t more)
{
	size_t cap = buf->cap == 0 ? FIRST_CAP : buf->cap;
	uint8_t *ptr;

	if (buf->failed)
		return false;
	if (more <= buf->cap - buf->len)
		return true;
	while (cap - buf->len < more && cap <= SIZE_MAX / 2)
		cap *= 2;
	if (cap - buf->len < more || (ptr = malloc(cap)) == NULL) {
		buf->failed = true;
		return false;
	}
	if (buf->len > 0)
		memcpy(ptr, buf->ptr, buf->len);
	fv_wipe(buf->ptr, buf->cap);
	free(buf->ptr);
	buf->ptr = ptr;
	buf->cap = cap;
	return true;
}

void
fv_buf_put(struct fv_buf *buf, const void *ptr, size_t len)
{
	if (len == 0 || !reserve(buf, len))
		return;
	memcpy(buf->ptr + buf->len, ptr, len);
	buf->len += len;
}

void
fv_buf_put_span(struct fv_buf *buf, struct fv_span span)
{
	fv_buf_put(buf, span.ptr, span.len);
}

void
fv_buf_put_u8(struct fv_buf *buf, uint8_t v)
{
	fv_buf_put(buf, &v, 1);
}

void
fv_buf_put_u16be(struct fv_buf *buf, uint16_t v)
{
	uint8_t b[2];

	fv_store_u16be(b, v);
	fv_buf_put(buf, b, sizeof b);
}

void
fv_buf_put_u32be(struct fv_buf *buf, uint32_t v)
{
	uint8_t b[4];

	fv_store_u32be(b, v);
	fv_buf_put(buf, b, sizeof b);
}

void
fv_buf_put_u64be(struct fv_buf *buf, uint64_t v)
{
	uint8_t b[8];

	fv_store_u64be(b, v);
	fv_buf_put(buf, b, sizeof b);
}

void
fv_buf_put_z(struct fv_buf *buf, const char *z)
{
	fv_buf_put(buf, z, strlen(z));
}

void
fv_buf_putf(struct fv_buf *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		buf->failed = true;
		return;
	}
	if (!reserve(buf, (size_t)n + 1))
		return;
	va_start(ap, fmt);
	(void)vsnprintf((char *)buf->ptr + buf->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)n;
}

void
fv_buf_put_hex(struct fv_buf *buf, const void *ptr, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *in = ptr;

	if (len > SIZE_MAX / 2) {
		buf->failed = true;
		return;
	}
	if (!reserve(buf, 2 * len))
		return;
	for (size_t i = 0; i < len; i++) {
		buf->ptr[buf->len++] = (uint8_t)hex[in[i] >> 4];
		buf->ptr[buf->len++] = (uint8_t)hex[in[i] & 15];
	}
}

static void
put_base64(struct fv_buf *buf, struct fv_span in, const char *digits, bool pad)
{
	for (size_t i = 0; i < in.len; i += 3) {
		size_t left = in.len - i;
		uint32_t v = (uint32_t)in.ptr[i] << 16;
		char out[4] = {'=', '=', '=', '='};

		if (left > 1)
			v |= (uint32_t)in.ptr[i + 1] << 8;
		if (left > 2)
			v |= in.ptr[i + 2];
		out[0] = digits[v >> 18];
		out[1] = digits[v >> 12 & 63];
		if (left > 1)
			out[2] = digits[v >> 6 & 63];
		if (left > 2)
			out[3] = digits[v & 63];
		fv_buf_put(buf, out, pad || left > 2 ? 4 : left + 1);
	}
}

void
fv_buf_put_base64(struct fv_buf *buf, const void *ptr, size_t len)
{
	put_base64(buf, fv_span_of(ptr, len), digits_std, true);
}

void
fv_buf_put_base64url(struct fv_buf *buf, const void *ptr, size_t len)
{
	put_base64(buf, fv_span_of(ptr, len), digits_url, false);
}

uint8_t *
fv_buf_put_room(struct fv_buf *buf, size_t len)
{
	uint8_t *room;

	/* One byte more, so that an empty room is a pointer too. */
	if (len == SIZE_MAX || !reserve(buf, len + 1)) {
		buf->failed = true;
		return NULL;
	}
	room = buf->ptr + buf->len;
	memset(room, 0, len);
	buf->len += len;
	return room;
}

const char *
fv_buf_z(struct fv_buf *buf)
{
	if (!reserve(buf, 1))
		return NULL;
	buf->ptr[buf->len] = 0;
	return (const char *)buf->ptr;
}

uint16_t
fv_load_u16be(const uint8_t *ptr)
{
	return (uint16_t)(ptr[0] << 8 | ptr[1]);
}

uint32_t
fv_load_u32be(const uint8_t *ptr)
{
	return (uint32_t)fv_load_u16be(ptr) << 16 | fv_load_u16be(ptr + 2);
}

uint64_t
fv_load_u64be(const uint8_t *ptr)
{
	return (uint64_t)fv_load_u32be(ptr) << 32 | fv_load_u32be(ptr + 4);
}

void
fv_store_u16be(uint8_t *ptr, uint16_t v)
{
	ptr[0] = (uint8_t)(v >> 8);
	ptr[1] = (uint8_t)v;
}

void
fv_store_u32be(uint8_t *ptr, uint32_t v)
{
	fv_store_u16be(ptr, (uint16_t)(v >> 16));
	fv_store_u16be(ptr + 2, (uint16_t)v);
}

void
fv_store_u64be(uint8_t *ptr, uint64_t v)
{
	fv_store_u32be(ptr, (uint32_t)(v >> 32));
	fv_store_u32be(ptr + 4, (uint32_t)v);
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum fv_err
fv_hex_decode(struct fv_span text, uint8_t *out, size_t out_len)
{
	if (text.len / 2 != out_len || text.len % 2 != 0)
		return FV_EFORMAT;
	for (size_t i = 0; i < text.len; i++)
		if (hex_value(text.ptr[i]) < 0)
			return FV_EFORMAT;
	for (size_t i = 0; i < out_len; i++)
		out[i] = (uint8_t)(hex_value(text.ptr[2 * i]) << 4 |
		    hex_value(text.ptr[2 * i + 1]));
	return FV_OK;
}

static int
base64_value(const char *digits, uint8_t c)
{
	const char *at = c == 0 ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/*
 * Decode into out, of which only the first out_max bytes are written; *len_out is the
 * whole length.  `pad`: with padding, as RFC 4648 section 4, else without, as section 5.
 */
static enum fv_err
base64_decode(struct fv_span text, bool pad, uint8_t *out, size_t out_max, size_t *len_out)
{
	const char *digits = pad ? digits_std : digits_url;
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t len = 0;

	*len_out = 0;
	if (pad) {
		if (text.len % 4 != 0)
			return FV_EFORMAT;
		for (int i = 0; i < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; i++)
			text.len--;
	}
	if (text.len % 4 == 1)
		return FV_EFORMAT;
	for (size_t i = 0; i < text.len; i++) {
		int v = base64_value(digits, text.ptr[i]);

		if (v < 0)
			return FV_EFORMAT;
		acc = acc << 6 | (uint32_t)v;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (len < out_max)
			out[len] = (uint8_t)(acc >> bits);
		len++;
		acc &= (1U << bits) - 1;
	}
	if (acc != 0)
		return FV_EFORMAT;
	*len_out = len;
	return FV_OK;
}

/* Twice over the text: the first pass finds the faults, so that out stays as it was. */
static enum fv_err
base64_append(struct fv_span text, bool pad, struct fv_buf *out)
{
	size_t len;
	enum fv_err rc;

	if ((rc = base64_decode(text, pad, NULL, 0, &len)) != FV_OK)
		return rc;
	if (len == 0 || !reserve(out, len))
		return FV_OK;
	if ((rc = base64_decode(text, pad, out->ptr + out->len, len, &len)) == FV_OK)
		out->len += len;
	return rc;
}

enum fv_err
fv_base64_decode(struct fv_span text, struct fv_buf *out)
{
	return base64_append(text, true, out);
}

enum fv_err
fv_base64url_decode(struct fv_span text, struct fv_buf *out)
{
	return base64_append(text, false, out);
}

enum fv_err
fv_base64_decode_into(struct fv_span text, uint8_t *out, size_t out_max, size_t *len_out)
{
	return base64_decode(text, true, out, out_max, len_out);
}

enum fv_err
fv_base64url_decode_into(struct fv_span text, uint8_t *out, size_t out_max, size_t *len_out)
{
	return base64_decode(text, false, out, out_max, len_out);
}

enum fv_err
fv_decimal_decode(struct fv_span text, uint64_t max, uint64_t *value_out)
{
	uint64_t v = 0;
	bool too_big = false;

	*value_out = 0;
	if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0'))
		return FV_EFORMAT;
	for (size_t i = 0; i < text.len; i++) {
		uint64_t digit;

		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FV_EFORMAT;
		digit = (uint64_t)(text.ptr[i] - '0');
		if (v > (UINT64_MAX - digit) / 10)
			too_big = true;
		else
			v = v * 10 + digit;
	}
	if (too_big || v > max)
		return FV_ERANGE;
	*value_out = v;
	return FV_OK;
}

/* Length of the UTF-8 sequence that begins at p, or 0. */
static size_t
utf8_sequence(const uint8_t *p, size_t left)
{
	uint8_t low = 0x80, high = 0xBF;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		len = 2;
	else if (p[0] >= 0xE0 && p[0] <= 0xEF)
		len = 3;
	else if (p[0] >= 0xF0 && p[0] <= 0xF4)
		len = 4;
	else
		return 0;
	if (len > left)
		return 0;
	/* RFC 3629 section 4: these four second bytes are narrower. */
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

bool
fv_utf8_valid(struct fv_span span)
{
	for (size_t i = 0; i < span.len;) {
		size_t len = utf8_sequence(span.ptr + i, span.len - i);

		if (len == 0)
			return false;
		i += len;
	}
	return true;
}
