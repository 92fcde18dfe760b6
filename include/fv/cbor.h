/*
 * Deterministic CBOR (RFC 8949 4.2.1), cut to the profile of PROTOCOL.md section 2:
 * integers, byte strings, UTF-8 text, definite arrays, maps with unsigned integer keys
 * in ascending order, true, false, null.  Everything else is refused.
 *
 * Threads: no shared state.  Memory: the writer appends to an fv_buf; the reader
 * allocates nothing and returns spans into its input.
 */
#ifndef FV_CBOR_H
#define FV_CBOR_H

#include "fv/bytes.h"

#define FV_CBOR_STRING_MAX 32768U /* bytes in one byte or text string */
#define FV_CBOR_DEPTH_MAX 4U      /* arrays and maps inside each other */

/*
 * Writer: each appends one item (RFC 8949 section 3.1) with the shortest head (4.2.1).  The
 * caller keeps map keys ascending, counts right, texts in UTF-8 and strings within
 * FV_CBOR_STRING_MAX; tests check.  Memory as in struct fv_buf.
 */
FV_EXPORT void fv_cbor_put_uint(struct fv_buf *buf, uint64_t v);
/* An unsigned or a negative integer, whichever `v` is. */
FV_EXPORT void fv_cbor_put_int(struct fv_buf *buf, int64_t v);
/* A byte string: `len` bytes at `ptr`, which may be NULL when that is 0. */
FV_EXPORT void fv_cbor_put_bytes(struct fv_buf *buf, const void *ptr, size_t len);
/* A text string. */
FV_EXPORT void fv_cbor_put_text(struct fv_buf *buf, struct fv_span utf8);
/* The same of the characters of `z`, without the NUL. */
FV_EXPORT void fv_cbor_put_text_z(struct fv_buf *buf, const char *z);
/* The head of an array; its `count` elements are put next. */
FV_EXPORT void fv_cbor_put_array(struct fv_buf *buf, size_t count);
/* The head of a map; `count` pairs are put next, each a key, then its value. */
FV_EXPORT void fv_cbor_put_map(struct fv_buf *buf, size_t count);
/* A simple value. */
FV_EXPORT void fv_cbor_put_bool(struct fv_buf *buf, bool v);
FV_EXPORT void fv_cbor_put_null(struct fv_buf *buf);

/* A cursor over bytes.  Borrows: in, for as long as the reader or its spans are used. */
struct fv_cbor_reader {
	struct fv_span in;
	size_t pos; /* of the next item; in.len at the end */
};

enum fv_cbor_type {
	FV_CBOR_UINT,
	FV_CBOR_NEGINT,
	FV_CBOR_BYTES,
	FV_CBOR_TEXT,
	FV_CBOR_ARRAY,
	FV_CBOR_MAP,
	FV_CBOR_BOOL,
	FV_CBOR_NULL,
};

/*
 * Length of the one whole item that `in` begins with, checked against the profile in
 * full (depth, key order, UTF-8, shortest heads, string limits).
 * Errors: FV_EFORMAT  outside the profile
 *         FV_ETOOBIG  a string over FV_CBOR_STRING_MAX
 *         FV_ECUT     the item goes on after the end of `in`
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_check(struct fv_span in, size_t *len_out);

/* As fv_cbor_check, and nothing may follow the item.  Errors: also FV_EFORMAT for that. */
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_check_all(struct fv_span in);

/* A reader at the start of `in`. */
FV_EXPORT struct fv_cbor_reader fv_cbor_reader_of(struct fv_span in);
/* True when it has taken everything. */
FV_EXPORT bool fv_cbor_at_end(const struct fv_cbor_reader *r);

/* Type of the next item.  Errors: FV_ECUT at the end; FV_EFORMAT outside the profile. */
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_peek(
    const struct fv_cbor_reader *r, enum fv_cbor_type *type_out);

/*
 * Take the next item, which must be of the named type.  After an error the reader has
 * not moved.  Strings come as spans into the input; get_array and get_map give the
 * count and move to the first element (key).
 * Errors: FV_EFORMAT  another type, or outside the profile
 *         FV_ERANGE   a number that does not fit, or is above `max`
 *         FV_ETOOBIG, FV_ECUT as fv_cbor_check
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_uint(
    struct fv_cbor_reader *r, uint64_t max, uint64_t *v_out);
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_int(struct fv_cbor_reader *r, int64_t *v_out);
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_bytes(
    struct fv_cbor_reader *r, struct fv_span *v_out);
/* A byte string of exactly `len` bytes, copied.  Errors: also FV_EFORMAT for another length.
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_fixed(
    struct fv_cbor_reader *r, uint8_t *out, size_t len);
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_text(
    struct fv_cbor_reader *r, struct fv_span *v_out);
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_array(
    struct fv_cbor_reader *r, size_t *count_out);
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_map(
    struct fv_cbor_reader *r, size_t *count_out);
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_get_bool(struct fv_cbor_reader *r, bool *v_out);

/* True, and the reader moves on, when the next item is null. */
FV_EXPORT bool fv_cbor_take_null(struct fv_cbor_reader *r);

/* Step over one whole item.  *item_out (may be NULL) gets its bytes. */
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_skip(
    struct fv_cbor_reader *r, struct fv_span *item_out);

/*
 * Place *value_out before the value of `key` in a map whose bytes passed
 * fv_cbor_check_all().
 * Errors: FV_ENOENT  no such key;  FV_EFORMAT  `map` is not a map
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_cbor_map_find(
    struct fv_span map, uint64_t key, struct fv_cbor_reader *value_out);

#endif
