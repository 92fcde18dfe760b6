/*
 * The envelope of a sync or an enrolment (PROTOCOL.md section 6.1): one HPKE request
 * in chunks, one sealed answer.  Sync is HPKE auth mode, enrolment PSK mode under the
 * ticket's token.
 *
 * Threads: a request or stream belongs to one thread.  Memory: a stream allocates once;
 * bodies go to an fv_buf.
 */
#ifndef FV_ENVELOPE_H
#define FV_ENVELOPE_H

#include "fv/hpke.h"

#define FV_ENVELOPE_PLAIN_MAX 4096U /* plaintext of one chunk */
#define FV_ENVELOPE_SEALED_MAX (FV_ENVELOPE_PLAIN_MAX + FV_TAG_BYTES)
#define FV_ENVELOPE_ANSWER_MAX 69632U /* plaintext: 64 KiB and one slice over */
#define FV_ENVELOPE_NONCE_BYTES 32U   /* response nonce, RFC 9458 4.4 */
#define FV_ENVELOPE_FRAME_BYTES 2U    /* u16be length before each sealed chunk */
#define FV_HANDLE_BYTES 8U
#define FV_HANDLE_SECRET_BYTES 32U
#define FV_ENVELOPE_TICKET_BYTES 16U

enum fv_envelope_kind {
	FV_ENVELOPE_SYNC,  /* POST /s/<22 characters> */
	FV_ENVELOPE_ENROL, /* POST /e/<32 characters> */
};

/* What stands in the path, in plain. */
struct fv_envelope_hdr {
	enum fv_envelope_kind kind;
	uint8_t key_id;                              /* of the server's HPKE key */
	uint8_t handle[FV_HANDLE_BYTES];             /* sync, else zero */
	uint8_t ticket_id[FV_ENVELOPE_TICKET_BYTES]; /* enrolment, else zero */
};

/* Append the header's base64url path segment. */
FV_EXPORT void fv_envelope_hdr_put_path(struct fv_buf *out, const struct fv_envelope_hdr *hdr);

/*
 * Read a path segment.
 * Errors: FV_EFORMAT   not base64url of the kind's length
 *         FV_EVERSION  another version or HPKE suite
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_hdr_parse_path(
    enum fv_envelope_kind kind, struct fv_span segment, struct fv_envelope_hdr *out);

/* handle_i = HKDF-Expand(handle_secret, "fieldvisit/handle/v1" || u32be(i), 8). */
FV_EXPORT void fv_envelope_handle(const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES],
    uint32_t i, uint8_t handle_out[FV_HANDLE_BYTES]);

/* The client's side of one request.  Holds secrets: fv_envelope_request_clear(). */
struct fv_envelope_request {
	enum fv_envelope_kind kind;
	uint8_t enc[FV_HPKE_ENC_BYTES];
	struct fv_hpke_ctx ctx;
	uint32_t chunk_count; /* sealed so far */
	bool is_complete;     /* the last chunk is sealed */
};

/* Whom a request is for and by whom.  Borrows all. */
struct fv_envelope_to {
	const struct fv_envelope_hdr *hdr;
	const uint8_t *pk_server; /* FV_KEY_BYTES */
	const uint8_t *sk_sync;   /* sync: FV_KEY_BYTES, else NULL */
	const uint8_t *token;     /* enrolment: the 32-byte PSK, else NULL */
	struct fv_random random;
};

/*
 * Start a request: appends enc to `body`.
 * Errors: FV_EAUTH   pk_server is of low order
 *         FV_ERANGE  sk_sync or token does not fit the kind
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_request_begin(const struct fv_envelope_to *to,
    struct fv_envelope_request *request_out, struct fv_buf *body);

/*
 * Append the next chunk, framed and sealed.  `plain` may be empty.
 * Errors: FV_ETOOBIG  over FV_ENVELOPE_PLAIN_MAX
 *         FV_ESTATE   the last chunk was sealed before
 *         FV_ENOMEM   (the request cannot go on)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_request_seal(
    struct fv_envelope_request *request, struct fv_span plain, bool last, struct fv_buf *body);

/*
 * Open the answer's body: appends the plaintext to `plain_out`.
 * Errors: FV_EAUTH    not sealed by the holder of the server's key for this request,
 *                     or too short to be
 *         FV_ETOOBIG  over FV_ENVELOPE_ANSWER_MAX
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_request_open_answer(
    const struct fv_envelope_request *request, struct fv_span answer,
    struct fv_buf *plain_out);

/* Export("fieldvisit/handle-secret/v1", 32) of an enrolment's context. */
FV_EXPORT void fv_envelope_request_handle_secret(
    const struct fv_envelope_request *request, uint8_t secret_out[FV_HANDLE_SECRET_BYTES]);

/* Wipe. */
FV_EXPORT void fv_envelope_request_clear(struct fv_envelope_request *request);

/* The server's side: takes a body in pieces of any size and opens chunk after chunk. */
struct fv_envelope_stream;

/* What the server knows from the path alone. */
struct fv_envelope_from {
	const struct fv_envelope_hdr *hdr;
	const uint8_t *sk_server; /* FV_KEY_BYTES */
	const uint8_t *pk_server; /* that belongs to it; NULL: worked out, which takes time */
	const uint8_t *pk_sync;   /* sync: the device's FV_KEY_BYTES, else NULL */
	const uint8_t *token;     /* enrolment: the ticket's 32 bytes, else NULL */
};

/*
 * Make a stream.  Copies: all of `from`.
 * Owned:  *stream_out; release with fv_envelope_stream_free(), which wipes.
 * Errors: FV_ERANGE  pk_sync or token does not fit the kind
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_stream_new(
    const struct fv_envelope_from *from, struct fv_envelope_stream **stream_out);

/*
 * Take body bytes until one chunk is open or `piece` runs out.  *used_bytes_out (always
 * set) says how much was taken; offer the rest in the next call, which drops the chunk
 * held now.
 *
 * Returns: FV_OK     a chunk is open; see fv_envelope_stream_chunk()
 *          FV_AGAIN  all of the piece was taken and no chunk is whole yet
 * Errors:  FV_EAUTH    altered, out of order, or by another sender
 *          FV_EFORMAT  a frame shorter than a tag, or bytes after the last chunk
 *          FV_ETOOBIG  a frame over FV_ENVELOPE_SEALED_MAX
 *          After an error every later call says the same; chunks opened before stay good.
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_stream_feed(
    struct fv_envelope_stream *stream, struct fv_span piece, size_t *used_bytes_out);

/* Plaintext of the open chunk; empty when none is.  Returns borrowed: until the next feed. */
FV_EXPORT struct fv_span fv_envelope_stream_chunk(const struct fv_envelope_stream *stream);

/* Chunks opened so far: 0 means that nobody is authenticated yet. */
FV_EXPORT uint32_t fv_envelope_stream_count(const struct fv_envelope_stream *stream);

/* True when the chunk marked as the last has been opened. */
FV_EXPORT bool fv_envelope_stream_is_complete(const struct fv_envelope_stream *stream);

/*
 * Append response_nonce || sealed answer to `out`.  Allowed after a cut or a bad chunk too.
 * Errors: FV_ESTATE   no chunk has opened: nobody is there to answer
 *         FV_ETOOBIG  over FV_ENVELOPE_ANSWER_MAX
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_stream_seal_answer(
    const struct fv_envelope_stream *stream, struct fv_random random, struct fv_span plain,
    struct fv_buf *out);

/* As fv_envelope_request_handle_secret().  Errors: FV_ESTATE  no chunk has opened. */
FV_EXPORT FV_NODISCARD enum fv_err fv_envelope_stream_handle_secret(
    const struct fv_envelope_stream *stream, uint8_t secret_out[FV_HANDLE_SECRET_BYTES]);

/* Wipe and release.  NULL is fine. */
FV_EXPORT void fv_envelope_stream_free(struct fv_envelope_stream *stream);

#endif
