#include "fv/envelope.h"

#include <string.h>

#define VERSION 0x01U
#define COMMON_BYTES 8U /* version, key id, three suite ids */
#define SYNC_HDR_BYTES (COMMON_BYTES + FV_HANDLE_BYTES)
#define ENROL_HDR_BYTES (COMMON_BYTES + FV_ENVELOPE_TICKET_BYTES)
#define INFO_MAX 80U /* the longer label, a zero byte and the longer header */
#define AAD_BYTES 5U
#define TOKEN_BYTES 32U
#define FLAG_LAST 1U

/* kem 0x0020, kdf 0x0001, aead 0x0003 (RFC 9180 section 7). */
static const uint8_t suite[6] = {0x00, 0x20, 0x00, 0x01, 0x00, 0x03};

struct labels {
	const char *request;
	const char *response;
};

static struct labels
labels_of(enum fv_envelope_kind kind)
{
	static const struct labels sync = {"application/vnd.fieldvisit.sync request",
	    "application/vnd.fieldvisit.sync response"};
	static const struct labels enrol = {"application/vnd.fieldvisit.enrol request",
	    "application/vnd.fieldvisit.enrol response"};

	return kind == FV_ENVELOPE_ENROL ? enrol : sync;
}

static size_t
hdr_bytes(enum fv_envelope_kind kind)
{
	return kind == FV_ENVELOPE_ENROL ? ENROL_HDR_BYTES : SYNC_HDR_BYTES;
}

static struct fv_span
encode_hdr(const struct fv_envelope_hdr *hdr, uint8_t out[ENROL_HDR_BYTES])
{
	out[0] = VERSION;
	out[1] = hdr->key_id;
	memcpy(out + 2, suite, sizeof suite);
	if (hdr->kind == FV_ENVELOPE_ENROL)
		memcpy(out + COMMON_BYTES, hdr->ticket_id, FV_ENVELOPE_TICKET_BYTES);
	else
		memcpy(out + COMMON_BYTES, hdr->handle, FV_HANDLE_BYTES);
	return fv_span_of(out, hdr_bytes(hdr->kind));
}

void
fv_envelope_hdr_put_path(struct fv_buf *out, const struct fv_envelope_hdr *hdr)
{
	uint8_t bytes[ENROL_HDR_BYTES];
	struct fv_span span = encode_hdr(hdr, bytes);

	fv_buf_put_base64url(out, span.ptr, span.len);
}

enum fv_err
fv_envelope_hdr_parse_path(
    enum fv_envelope_kind kind, struct fv_span segment, struct fv_envelope_hdr *out)
{
	uint8_t bytes[ENROL_HDR_BYTES];
	size_t len;

	*out = (struct fv_envelope_hdr){.kind = kind};
	if (fv_base64url_decode_into(segment, bytes, sizeof bytes, &len) != FV_OK ||
	    len != hdr_bytes(kind))
		return FV_EFORMAT;
	if (bytes[0] != VERSION || memcmp(bytes + 2, suite, sizeof suite) != 0)
		return FV_EVERSION;
	out->key_id = bytes[1];
	if (kind == FV_ENVELOPE_ENROL)
		memcpy(out->ticket_id, bytes + COMMON_BYTES, FV_ENVELOPE_TICKET_BYTES);
	else
		memcpy(out->handle, bytes + COMMON_BYTES, FV_HANDLE_BYTES);
	return FV_OK;
}

void
fv_envelope_handle(const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], uint32_t i,
    uint8_t handle_out[FV_HANDLE_BYTES])
{
	uint8_t i_be[4];
	struct fv_span info[2];

	fv_store_u32be(i_be, i);
	info[0] = fv_span_z("fieldvisit/handle/v1");
	info[1] = fv_span_of(i_be, sizeof i_be);
	/* Eight bytes are never over HKDF's limit. */
	if (fv_hkdf_expand_parts(fv_span_of(handle_secret, FV_HANDLE_SECRET_BYTES), info, 2,
		handle_out, FV_HANDLE_BYTES) != FV_OK)
		memset(handle_out, 0, FV_HANDLE_BYTES);
}

/* HPKE's info and, for an enrolment, its PSK; `info` backs params_out->info. */
static enum fv_err
params_of(const struct fv_envelope_hdr *hdr, const uint8_t *token, uint8_t info[INFO_MAX],
    struct fv_hpke_params *params_out)
{
	struct fv_span label = fv_span_z(labels_of(hdr->kind).request);
	bool enrol = hdr->kind == FV_ENVELOPE_ENROL;
	uint8_t bytes[ENROL_HDR_BYTES];
	struct fv_span span = encode_hdr(hdr, bytes);

	memset(params_out, 0, sizeof *params_out);
	if (enrol != (token != NULL))
		return FV_ERANGE;
	memcpy(info, label.ptr, label.len);
	info[label.len] = 0;
	memcpy(info + label.len + 1, span.ptr, span.len);
	params_out->mode = enrol ? FV_HPKE_PSK : FV_HPKE_AUTH;
	params_out->info = fv_span_of(info, label.len + 1 + span.len);
	if (enrol) {
		params_out->psk = fv_span_of(token, TOKEN_BYTES);
		params_out->psk_id = fv_span_of(hdr->ticket_id, sizeof hdr->ticket_id);
	}
	return FV_OK;
}

static struct fv_span
chunk_aad(bool last, uint32_t i, uint8_t out[AAD_BYTES])
{
	out[0] = last ? FLAG_LAST : 0;
	fv_store_u32be(out + 1, i);
	return fv_span_of(out, AAD_BYTES);
}

enum fv_err
fv_envelope_request_begin(const struct fv_envelope_to *to,
    struct fv_envelope_request *request_out, struct fv_buf *body)
{
	uint8_t info[INFO_MAX];
	struct fv_hpke_params params;
	enum fv_err rc;

	memset(request_out, 0, sizeof *request_out);
	if ((rc = params_of(to->hdr, to->token, info, &params)) != FV_OK)
		goto cleanup;
	request_out->kind = to->hdr->kind;
	if ((rc = fv_hpke_setup_sender(&params, to->pk_server, to->sk_sync, to->random,
		 request_out->enc, &request_out->ctx)) != FV_OK)
		goto cleanup;
	fv_buf_put(body, request_out->enc, sizeof request_out->enc);
	rc = fv_buf_status(body);
cleanup:
	if (rc != FV_OK)
		fv_envelope_request_clear(request_out);
	return rc;
}

enum fv_err
fv_envelope_request_seal(
    struct fv_envelope_request *request, struct fv_span plain, bool last, struct fv_buf *body)
{
	uint8_t aad[AAD_BYTES], sealed[FV_ENVELOPE_SEALED_MAX];
	enum fv_err rc;

	if (plain.len > FV_ENVELOPE_PLAIN_MAX)
		return FV_ETOOBIG;
	if (request->is_complete || request->chunk_count == UINT32_MAX)
		return FV_ESTATE;
	if ((rc = fv_hpke_seal(&request->ctx, chunk_aad(last, request->chunk_count, aad),
		 plain, sealed)) != FV_OK)
		return rc;
	fv_buf_put_u16be(body, (uint16_t)(plain.len + FV_TAG_BYTES));
	fv_buf_put(body, sealed, plain.len + FV_TAG_BYTES);
	request->chunk_count++;
	request->is_complete = last;
	return fv_buf_status(body);
}

/* Key and nonce of the answer (RFC 9458 4.4); wipe them after use. */
struct answer_keys {
	uint8_t key[FV_KEY_BYTES];
	uint8_t nonce[FV_NONCE_BYTES];
};

/* The side that derives: what client and server have alike. */
struct side {
	enum fv_envelope_kind kind;
	const uint8_t *enc;
	const struct fv_hpke_ctx *ctx;
};

static enum fv_err
answer_keys_of(struct side side, const uint8_t response_nonce[FV_ENVELOPE_NONCE_BYTES],
    struct answer_keys *keys_out)
{
	uint8_t secret[FV_KEY_BYTES], prk[FV_HASH_BYTES];
	uint8_t salt[FV_HPKE_ENC_BYTES + FV_ENVELOPE_NONCE_BYTES];
	struct fv_span prk_span;
	enum fv_err rc;

	if ((rc = fv_hpke_export(side.ctx, fv_span_z(labels_of(side.kind).response), secret,
		 sizeof secret)) != FV_OK)
		goto cleanup;
	memcpy(salt, side.enc, FV_HPKE_ENC_BYTES);
	memcpy(salt + FV_HPKE_ENC_BYTES, response_nonce, FV_ENVELOPE_NONCE_BYTES);
	fv_hkdf_extract(fv_span_of(salt, sizeof salt), fv_span_of(secret, sizeof secret), prk);
	prk_span = fv_span_of(prk, sizeof prk);
	if ((rc = fv_hkdf_expand(
		 prk_span, fv_span_z("key"), keys_out->key, sizeof keys_out->key)) != FV_OK)
		goto cleanup;
	rc = fv_hkdf_expand(
	    prk_span, fv_span_z("nonce"), keys_out->nonce, sizeof keys_out->nonce);
cleanup:
	fv_wipe(secret, sizeof secret);
	fv_wipe(prk, sizeof prk);
	return rc;
}

enum fv_err
fv_envelope_request_open_answer(
    const struct fv_envelope_request *request, struct fv_span answer, struct fv_buf *plain_out)
{
	struct side side = {.kind = request->kind, .enc = request->enc, .ctx = &request->ctx};
	size_t start = plain_out->len, plain_len;
	struct answer_keys keys = {0};
	struct fv_span sealed;
	uint8_t *plain;
	enum fv_err rc;

	if (answer.len < FV_ENVELOPE_NONCE_BYTES + FV_TAG_BYTES)
		return FV_EAUTH;
	sealed = fv_span_of(
	    answer.ptr + FV_ENVELOPE_NONCE_BYTES, answer.len - FV_ENVELOPE_NONCE_BYTES);
	plain_len = sealed.len - FV_TAG_BYTES;
	if (plain_len > FV_ENVELOPE_ANSWER_MAX)
		return FV_ETOOBIG;
	rc = FV_ENOMEM;
	if ((plain = fv_buf_put_room(plain_out, plain_len)) == NULL)
		goto cleanup;
	if ((rc = answer_keys_of(side, answer.ptr, &keys)) != FV_OK)
		goto cleanup;
	rc = fv_aead_open(keys.key, keys.nonce, fv_span_of(NULL, 0), sealed, plain);
cleanup:
	if (rc != FV_OK)
		plain_out->len = start;
	fv_wipe(&keys, sizeof keys);
	return rc;
}

static enum fv_err
handle_secret(const struct fv_hpke_ctx *ctx, uint8_t secret_out[FV_HANDLE_SECRET_BYTES])
{
	return fv_hpke_export(
	    ctx, fv_span_z("fieldvisit/handle-secret/v1"), secret_out, FV_HANDLE_SECRET_BYTES);
}

void
fv_envelope_request_handle_secret(
    const struct fv_envelope_request *request, uint8_t secret_out[FV_HANDLE_SECRET_BYTES])
{
	/* 32 bytes are never over the export limit. */
	if (handle_secret(&request->ctx, secret_out) != FV_OK)
		memset(secret_out, 0, FV_HANDLE_SECRET_BYTES);
}

void
fv_envelope_request_clear(struct fv_envelope_request *request)
{
	fv_wipe(request, sizeof *request);
}

enum stage {
	STAGE_ENC,    /* the 32 bytes of enc */
	STAGE_LENGTH, /* the two bytes before a chunk */
	STAGE_SEALED, /* `want` bytes of a sealed chunk */
	STAGE_END,    /* the last chunk is open */
};

struct fv_envelope_stream {
	struct fv_envelope_hdr hdr;
	uint8_t sk_server[FV_KEY_BYTES]; /* wiped once enc is in */
	uint8_t pk_server[FV_KEY_BYTES]; /* with has_pk_server */
	bool has_pk_server;
	uint8_t pk_sync[FV_KEY_BYTES]; /* sync */
	uint8_t token[TOKEN_BYTES];    /* enrolment; wiped likewise */
	uint8_t enc[FV_HPKE_ENC_BYTES];
	struct fv_hpke_ctx ctx;
	enum stage stage;
	enum fv_err poison; /* FV_OK, or what every later feed says */
	uint32_t count;     /* chunks opened */
	size_t want;        /* bytes that the stage needs */
	size_t have;        /* of them in `in` */
	bool is_open;       /* `plain` holds a chunk */
	size_t plain_len;
	uint8_t in[FV_ENVELOPE_SEALED_MAX];
	uint8_t plain[FV_ENVELOPE_PLAIN_MAX];
};

enum fv_err
fv_envelope_stream_new(
    const struct fv_envelope_from *from, struct fv_envelope_stream **stream_out)
{
	bool enrol = from->hdr->kind == FV_ENVELOPE_ENROL;
	struct fv_envelope_stream *s;

	*stream_out = NULL;
	if (enrol != (from->token != NULL) || enrol == (from->pk_sync != NULL))
		return FV_ERANGE;
	if ((s = fv_secret_alloc(sizeof *s)) == NULL)
		return FV_ENOMEM;
	memset(s, 0, sizeof *s);
	s->hdr = *from->hdr;
	memcpy(s->sk_server, from->sk_server, sizeof s->sk_server);
	s->has_pk_server = from->pk_server != NULL;
	if (s->has_pk_server)
		memcpy(s->pk_server, from->pk_server, sizeof s->pk_server);
	if (enrol)
		memcpy(s->token, from->token, sizeof s->token);
	else
		memcpy(s->pk_sync, from->pk_sync, sizeof s->pk_sync);
	s->stage = STAGE_ENC;
	s->want = FV_HPKE_ENC_BYTES;
	*stream_out = s;
	return FV_OK;
}

static enum fv_err
take_enc(struct fv_envelope_stream *s)
{
	bool enrol = s->hdr.kind == FV_ENVELOPE_ENROL;
	uint8_t info[INFO_MAX];
	struct fv_hpke_params params;
	enum fv_err rc;

	memcpy(s->enc, s->in, sizeof s->enc);
	rc = params_of(&s->hdr, enrol ? s->token : NULL, info, &params);
	params.pk_r = s->has_pk_server ? s->pk_server : NULL;
	if (rc == FV_OK)
		rc = fv_hpke_setup_receiver(
		    &params, s->enc, s->sk_server, enrol ? NULL : s->pk_sync, &s->ctx);
	fv_wipe(s->sk_server, sizeof s->sk_server);
	fv_wipe(s->token, sizeof s->token);
	s->stage = STAGE_LENGTH;
	s->want = FV_ENVELOPE_FRAME_BYTES;
	return rc;
}

static enum fv_err
take_length(struct fv_envelope_stream *s)
{
	size_t len = fv_load_u16be(s->in);

	if (len < FV_TAG_BYTES)
		return FV_EFORMAT;
	if (len > FV_ENVELOPE_SEALED_MAX)
		return FV_ETOOBIG;
	s->stage = STAGE_SEALED;
	s->want = len;
	return FV_OK;
}

/* Only the tag tells whether a chunk is the last: both are tried (a refusal moves nothing). */
static enum fv_err
take_sealed(struct fv_envelope_stream *s)
{
	struct fv_span sealed = fv_span_of(s->in, s->want);
	uint8_t aad[AAD_BYTES];
	bool last = false;
	enum fv_err rc;

	if (s->count == UINT32_MAX)
		return FV_ETOOBIG;
	rc = fv_hpke_open(&s->ctx, chunk_aad(false, s->count, aad), sealed, s->plain);
	if (rc == FV_EAUTH) {
		last = true;
		rc = fv_hpke_open(&s->ctx, chunk_aad(true, s->count, aad), sealed, s->plain);
	}
	if (rc != FV_OK)
		return rc;
	s->plain_len = s->want - FV_TAG_BYTES;
	s->is_open = true;
	s->count++;
	s->stage = last ? STAGE_END : STAGE_LENGTH;
	s->want = last ? 0 : FV_ENVELOPE_FRAME_BYTES;
	return FV_OK;
}

/* What the stage waited for is whole. */
static enum fv_err
take_stage(struct fv_envelope_stream *s)
{
	s->have = 0;
	switch (s->stage) {
	case STAGE_ENC:
		return take_enc(s);
	case STAGE_LENGTH:
		return take_length(s);
	case STAGE_SEALED:
		return take_sealed(s);
	case STAGE_END:
		break;
	}
	return FV_EFORMAT;
}

enum fv_err
fv_envelope_stream_feed(
    struct fv_envelope_stream *stream, struct fv_span piece, size_t *used_bytes_out)
{
	struct fv_envelope_stream *s = stream;
	size_t used = 0;

	*used_bytes_out = 0;
	s->is_open = false;
	while (s->poison == FV_OK && used < piece.len) {
		size_t take = piece.len - used;

		if (take > s->want - s->have)
			take = s->want - s->have;
		if (take > 0)
			memcpy(s->in + s->have, piece.ptr + used, take);
		s->have += take;
		used += take;
		if (s->have == s->want)
			s->poison = take_stage(s);
		if (s->is_open)
			break;
	}
	*used_bytes_out = used;
	if (s->poison != FV_OK)
		return s->poison;
	return s->is_open ? FV_OK : FV_AGAIN;
}

struct fv_span
fv_envelope_stream_chunk(const struct fv_envelope_stream *stream)
{
	if (!stream->is_open)
		return fv_span_of(NULL, 0);
	return fv_span_of(stream->plain, stream->plain_len);
}

uint32_t
fv_envelope_stream_count(const struct fv_envelope_stream *stream)
{
	return stream->count;
}

bool
fv_envelope_stream_is_complete(const struct fv_envelope_stream *stream)
{
	return stream->stage == STAGE_END;
}

enum fv_err
fv_envelope_stream_seal_answer(const struct fv_envelope_stream *stream,
    struct fv_random random, struct fv_span plain, struct fv_buf *out)
{
	struct side side = {.kind = stream->hdr.kind, .enc = stream->enc, .ctx = &stream->ctx};
	uint8_t response_nonce[FV_ENVELOPE_NONCE_BYTES], *sealed;
	struct answer_keys keys = {0};
	size_t start = out->len;
	enum fv_err rc;

	if (stream->count == 0)
		return FV_ESTATE;
	if (plain.len > FV_ENVELOPE_ANSWER_MAX)
		return FV_ETOOBIG;
	fv_random_fill(random, response_nonce, sizeof response_nonce);
	if ((rc = answer_keys_of(side, response_nonce, &keys)) != FV_OK)
		goto cleanup;
	rc = FV_ENOMEM;
	fv_buf_put(out, response_nonce, sizeof response_nonce);
	if ((sealed = fv_buf_put_room(out, plain.len + FV_TAG_BYTES)) == NULL)
		goto cleanup;
	fv_aead_seal(keys.key, keys.nonce, fv_span_of(NULL, 0), plain, sealed);
	rc = FV_OK;
cleanup:
	if (rc != FV_OK)
		out->len = start;
	fv_wipe(&keys, sizeof keys);
	return rc;
}

enum fv_err
fv_envelope_stream_handle_secret(
    const struct fv_envelope_stream *stream, uint8_t secret_out[FV_HANDLE_SECRET_BYTES])
{
	memset(secret_out, 0, FV_HANDLE_SECRET_BYTES);
	return stream->count == 0 ? FV_ESTATE : handle_secret(&stream->ctx, secret_out);
}

void
fv_envelope_stream_free(struct fv_envelope_stream *stream)
{
	fv_secret_free(stream);
}
