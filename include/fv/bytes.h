/*
 * Spans (borrowed bytes), buffers (owned, growing bytes), big-endian numbers, hex
 * and base64.
 *
 * Threads: no shared state.  Memory: fv_buf allocates with malloc.
 */
#ifndef FV_BYTES_H
#define FV_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fv/err.h"

/* Borrowed bytes.  ptr may be NULL only when len is 0. */
struct fv_span {
	const uint8_t *ptr;
	size_t len;
};

/*
 * Owned bytes that grow.  All zero is a valid empty buffer.  A put that cannot
 * allocate sets `failed` and later puts do nothing, so that an encoder may put many
 * things and ask fv_buf_status() once.
 */
struct fv_buf {
	uint8_t *ptr; /* owned; cap bytes, len of them used */
	size_t len;
	size_t cap;
	bool failed; /* an allocation failed; the content is not to be used */
};

/* A span over a NUL-terminated string, without its NUL.  Borrows: z. */
FV_EXPORT struct fv_span fv_span_z(const char *z);

/* A span over `len` bytes at `ptr`.  Borrows: ptr. */
FV_EXPORT struct fv_span fv_span_of(const void *ptr, size_t len);

/* A span over the buffer's present content; dead after the next put or clear. */
FV_EXPORT struct fv_span fv_buf_span(const struct fv_buf *buf);

/* True when both hold the same bytes.  Not constant-time: never for secrets. */
FV_EXPORT bool fv_span_equal(struct fv_span a, struct fv_span b);

/* Release what the buffer owns and make it empty again.  Wipes the bytes first. */
FV_EXPORT void fv_buf_clear(struct fv_buf *buf);

/* Empty the buffer, keeping its memory and dropping `failed`. */
FV_EXPORT void fv_buf_reset(struct fv_buf *buf);

/* FV_OK, or FV_ENOMEM when any put failed since the last clear or reset. */
FV_EXPORT FV_NODISCARD enum fv_err fv_buf_status(const struct fv_buf *buf);

/*
 * Append `len` bytes at `ptr`.  Numbers go in with their highest byte first.
 * Each of these and of those below may set buf->failed; see struct fv_buf.
 */
FV_EXPORT void fv_buf_put(struct fv_buf *buf, const void *ptr, size_t len);
/* The bytes of a span, which may be empty. */
FV_EXPORT void fv_buf_put_span(struct fv_buf *buf, struct fv_span span);
/* One byte; the three below it 2, 4 and 8. */
FV_EXPORT void fv_buf_put_u8(struct fv_buf *buf, uint8_t v);
FV_EXPORT void fv_buf_put_u16be(struct fv_buf *buf, uint16_t v);
FV_EXPORT void fv_buf_put_u32be(struct fv_buf *buf, uint32_t v);
FV_EXPORT void fv_buf_put_u64be(struct fv_buf *buf, uint64_t v);
/* The characters of z, without the NUL. */
FV_EXPORT void fv_buf_put_z(struct fv_buf *buf, const char *z);
/* printf into the buffer, without the NUL. */
FV_EXPORT void fv_buf_putf(struct fv_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Lower-case hex of `len` bytes. */
FV_EXPORT void fv_buf_put_hex(struct fv_buf *buf, const void *ptr, size_t len);
/* Standard base64 with padding (RFC 4648 section 4). */
FV_EXPORT void fv_buf_put_base64(struct fv_buf *buf, const void *ptr, size_t len);
/* base64url without padding (RFC 4648 section 5). */
FV_EXPORT void fv_buf_put_base64url(struct fv_buf *buf, const void *ptr, size_t len);

/* Append `len` zero bytes for the caller to fill.  Returns borrowed until the next put, or
 * NULL when the buffer has failed. */
FV_EXPORT uint8_t *fv_buf_put_room(struct fv_buf *buf, size_t len);

/* The buffer's content as a C string: puts a NUL after len that len does not count.
 * Returns borrowed until the next put, or NULL when the buffer has failed. */
FV_EXPORT const char *fv_buf_z(struct fv_buf *buf);

/* Read or write the 2, 4 or 8 bytes at `ptr` as a number, its highest byte first.  Any
 * alignment will do. */
FV_EXPORT uint16_t fv_load_u16be(const uint8_t *ptr);
FV_EXPORT uint32_t fv_load_u32be(const uint8_t *ptr);
FV_EXPORT uint64_t fv_load_u64be(const uint8_t *ptr);
FV_EXPORT void fv_store_u16be(uint8_t *ptr, uint16_t v);
FV_EXPORT void fv_store_u32be(uint8_t *ptr, uint32_t v);
FV_EXPORT void fv_store_u64be(uint8_t *ptr, uint64_t v);

/*
 * Decode exactly out_len bytes from 2 * out_len lower-case hex digits: one text for each
 * value, because a text that holds them may be named by its hash. Errors: FV_EFORMAT  another
 * length, or a character that is no lower-case hex digit
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_hex_decode(
    struct fv_span text, uint8_t *out, size_t out_len);

/*
 * Append the decoded bytes of strict base64 (padding required, no white space, unused
 * bits zero: one encoding for each value), or of base64url without padding.
 * RFC 4648 sections 4 and 5.
 * Errors: FV_EFORMAT (out unchanged); memory as in struct fv_buf
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_base64_decode(struct fv_span text, struct fv_buf *out);
FV_EXPORT FV_NODISCARD enum fv_err fv_base64url_decode(
    struct fv_span text, struct fv_buf *out);

/*
 * Decode strict base64 (base64url) into memory of the caller's: at most out_max bytes are
 * written, *len_out is the length of the whole (it may be more; out may be NULL for
 * out_max 0).
 * Errors: FV_EFORMAT  (*len_out is 0)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_base64_decode_into(
    struct fv_span text, uint8_t *out, size_t out_max, size_t *len_out);
FV_EXPORT FV_NODISCARD enum fv_err fv_base64url_decode_into(
    struct fv_span text, uint8_t *out, size_t out_max, size_t *len_out);

/*
 * Read a decimal number without sign, leading zero or anything else around it.
 * Errors: FV_EFORMAT; FV_ERANGE above `max`
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_decimal_decode(
    struct fv_span text, uint64_t max, uint64_t *value_out);

/* True when `span` is UTF-8 (RFC 3629: no overlong forms, surrogates, or > U+10FFFF). */
FV_EXPORT bool fv_utf8_valid(struct fv_span span);

#endif
