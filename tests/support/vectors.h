/*
 * Published vectors for tests: JSON files below ../shared/vectors, which may be absent.
 *
 * Threads: no.  Memory: vec_load's value is released with vec_free.
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>

#include "fv/bytes.h"

/*
 * Read ../shared/vectors/`name`.  Skips the running test when the file is absent.
 * Numbers of more than 18 digits, which jansson refuses, become strings.
 */
json_t *vec_load(const char *name);

/* Member `key` of `object`; the test fails when it is absent. */
json_t *vec_get(const json_t *object, const char *key);
const char *vec_str(const json_t *object, const char *key);
int64_t vec_int(const json_t *object, const char *key);
uint64_t vec_uint(const json_t *object, const char *key);

/* Append the bytes of a hex string member (absent: nothing) and return them all. */
struct fv_span vec_hex(const json_t *object, const char *key, struct fv_buf *out);

/* The bytes of a hex string member of exactly `len` bytes. */
void vec_fixed(const json_t *object, const char *key, uint8_t *out, size_t len);

/* The `len` bytes at ptr are what `hex` says. */
void vec_assert_hex(const void *ptr, size_t len, const char *hex);

/* Hex text typed into a test, as bytes appended to `out`. */
struct fv_span vec_bytes(const char *hex, struct fv_buf *out);

/* A stream of prepared "random" bytes; filling past the end fails the test. */
struct vec_stream {
	struct fv_span bytes; /* borrowed */
	size_t pos;
};
void vec_stream_fill(uint8_t *out, size_t len, void *ctx);

#endif
