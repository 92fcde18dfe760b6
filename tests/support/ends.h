/*
 * Both ends of one envelope, with the keys of the derived vector, for tests.
 *
 * Threads: no.  Memory: ends_end() releases the body.
 */
#ifndef TESTS_ENDS_H
#define TESTS_ENDS_H

#include "tests/support/vectors.h"

#include "fv/envelope.h"

/* Both sides of one request; random bytes of the client are SK_E. */
struct ends {
	struct fv_envelope_hdr hdr;
	uint8_t sk_r[32], pk_r[32], sk_s[32], pk_s[32], sk_e[32], token[32];
	struct vec_stream stream;
	struct fv_envelope_request request;
	struct fv_buf body;
};

/* What each end is made with; borrows `e`. */
struct fv_envelope_to ends_to(struct ends *e);
struct fv_envelope_from ends_from(const struct ends *e);

/* Fill keys and header in and begin the request. */
void ends_begin(struct ends *e, enum fv_envelope_kind kind);
void ends_put_chunk(struct ends *e, const char *plain, bool last);
/* A whole body: "first chunk", an empty one, "third and last". */
void ends_begin_with_three_chunks(struct ends *e, enum fv_envelope_kind kind);
void ends_end(struct ends *e);

/* The server's end; release with fv_envelope_stream_free(). */
struct fv_envelope_stream *ends_stream(const struct ends *e);

/* Feed in pieces of `step`; opened chunks go to `out` with a bar after each. */
enum fv_err ends_feed(
    struct fv_envelope_stream *stream, struct fv_span body, size_t step, struct fv_buf *out);

#endif
