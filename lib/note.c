#include "fv/note.h"

#include <assert.h>
#include <string.h>

#define SMALL_BLOCK 64U
#define LARGE_BLOCK 256U
#define SMALL_MAX 1024U /* shorter texts are padded to small blocks */
#define PAD_MARK 0x80U
#define CAPSULE_LABEL "fieldvisit/capsule/v1"

/* The CEK is used once, hence a constant nonce (PROTOCOL.md section 5). */
static const uint8_t zero_nonce[FV_NONCE_BYTES] = {0};

void
fv_note_box_key_id(const uint8_t pk[FV_KEY_BYTES], uint8_t key_id_out[FV_BOX_KEY_ID_BYTES])
{
	struct fv_span parts[2];
	struct fv_hash hash;

	parts[0] = fv_span_z("fieldvisit/box/v1");
	parts[1] = fv_span_of(pk, FV_KEY_BYTES);
	fv_sha256_parts(parts, 2, &hash);
	memcpy(key_id_out, hash.b, FV_BOX_KEY_ID_BYTES);
}

void
fv_note_aad(const uint8_t dev[16], uint64_t seq, uint8_t aad_out[FV_NOTE_AAD_BYTES])
{
	memcpy(aad_out, dev, 16);
	fv_store_u64be(aad_out + 16, seq);
}

void
fv_note_card_aad_put(struct fv_buf *out, struct fv_span case_id, uint64_t version)
{
	fv_buf_put_z(out, "fieldvisit/card/v1");
	fv_buf_put_u8(out, 0);
	fv_buf_put_span(out, case_id);
	fv_buf_put_u8(out, 0);
	fv_buf_put_u64be(out, version);
}

/* What is derived from a CEK; wipe after use. */
struct note_keys {
	uint8_t key[FV_KEY_BYTES];
	uint8_t stream[FV_KEY_BYTES]; /* of an attachment's pieces */
	uint8_t kc[FV_NOTE_KC_BYTES];
};

static void
derive(const uint8_t cek[FV_NOTE_CEK_BYTES], struct note_keys *keys_out)
{
	uint8_t prk[FV_HASH_BYTES];
	enum fv_err rc;

	fv_hkdf_extract(
	    fv_span_z("fieldvisit/note/v1"), fv_span_of(cek, FV_NOTE_CEK_BYTES), prk);
	rc = fv_hkdf_expand(fv_span_of(prk, sizeof prk), fv_span_z("key"), keys_out->key,
	    sizeof keys_out->key);
	assert(rc == FV_OK); /* 32 bytes are far below HKDF's limit */
	rc = fv_hkdf_expand(fv_span_of(prk, sizeof prk), fv_span_z("stream"), keys_out->stream,
	    sizeof keys_out->stream);
	assert(rc == FV_OK);
	rc = fv_hkdf_expand(fv_span_of(prk, sizeof prk), fv_span_z("commit"), keys_out->kc,
	    sizeof keys_out->kc);
	assert(rc == FV_OK);
	(void)rc;
	fv_wipe(prk, sizeof prk);
}

void
fv_note_commitment(const uint8_t cek[FV_NOTE_CEK_BYTES], uint8_t kc_out[FV_NOTE_KC_BYTES])
{
	struct note_keys keys;

	derive(cek, &keys);
	memcpy(kc_out, keys.kc, FV_NOTE_KC_BYTES);
	fv_wipe(&keys, sizeof keys);
}

static bool
is_committed(const uint8_t cek[FV_NOTE_CEK_BYTES], const uint8_t kc[FV_NOTE_KC_BYTES])
{
	uint8_t own[FV_NOTE_KC_BYTES];

	fv_note_commitment(cek, own);
	return fv_ct_equal(own, kc, sizeof own);
}

/* Block of a text of plain_len bytes; padded lengths up to SMALL_MAX come from small blocks.
 */
static size_t
block_of(enum fv_note_kind kind, size_t plain_len)
{
	return kind == FV_NOTE_RECORD && plain_len < SMALL_MAX ? SMALL_BLOCK : LARGE_BLOCK;
}

/* ISO/IEC 7816-4 padding, as sodium_pad(): a mark, then zeros to the block's end. */
static void
put_padded(struct fv_buf *out, enum fv_note_kind kind, struct fv_span plain)
{
	size_t block = block_of(kind, plain.len);

	fv_buf_put_span(out, plain);
	fv_buf_put_u8(out, PAD_MARK);
	for (size_t len = plain.len + 1; len % block != 0; len++)
		fv_buf_put_u8(out, 0);
}

static enum fv_err
unpadded_len(enum fv_note_kind kind, struct fv_span padded, size_t *len_out)
{
	size_t block =
	    kind == FV_NOTE_RECORD && padded.len <= SMALL_MAX ? SMALL_BLOCK : LARGE_BLOCK;
	size_t len = padded.len;

	*len_out = 0;
	if (len == 0 || len % block != 0)
		return FV_EFORMAT;
	while (len > padded.len - block && padded.ptr[len - 1] == 0)
		len--;
	if (len == padded.len - block || padded.ptr[len - 1] != PAD_MARK)
		return FV_EFORMAT;
	/* One encoding for each text: the block must be the one its length asks for. */
	if (block_of(kind, len - 1) != block)
		return FV_EFORMAT;
	*len_out = len - 1;
	return FV_OK;
}

static struct fv_span
capsule_info(
    const uint8_t kc[FV_NOTE_KC_BYTES], uint8_t out[sizeof CAPSULE_LABEL + FV_NOTE_KC_BYTES])
{
	size_t label_len = sizeof CAPSULE_LABEL - 1;

	memcpy(out, CAPSULE_LABEL, label_len);
	memcpy(out + label_len, kc, FV_NOTE_KC_BYTES);
	return fv_span_of(out, label_len + FV_NOTE_KC_BYTES);
}

enum fv_err
fv_note_wrap(const uint8_t cek[FV_NOTE_CEK_BYTES], const uint8_t kc[FV_NOTE_KC_BYTES],
    const uint8_t pk[FV_KEY_BYTES], struct fv_random random,
    uint8_t capsule_out[FV_NOTE_CAPSULE_BYTES])
{
	uint8_t info[sizeof CAPSULE_LABEL + FV_NOTE_KC_BYTES];
	struct fv_hpke_params params = {.mode = FV_HPKE_BASE, .info = capsule_info(kc, info)};
	struct fv_hpke_ctx ctx = {0};
	enum fv_err rc;

	memset(capsule_out, 0, FV_NOTE_CAPSULE_BYTES);
	rc = FV_EAUTH;
	if (!is_committed(cek, kc))
		goto cleanup;
	if ((rc = fv_hpke_setup_sender(&params, pk, NULL, random, capsule_out, &ctx)) != FV_OK)
		goto cleanup;
	rc = fv_hpke_seal(&ctx, fv_span_of(NULL, 0), fv_span_of(cek, FV_NOTE_CEK_BYTES),
	    capsule_out + FV_HPKE_ENC_BYTES);
cleanup:
	fv_hpke_clear(&ctx);
	return rc;
}

static enum fv_err
check_seal(const struct fv_note_seal *in)
{
	size_t max =
	    in->kind == FV_NOTE_CARD ? FV_CARD_RECIPIENTS_MAX : FV_NOTE_RECIPIENTS_MAX;

	if (in->plain.len > FV_NOTE_PLAIN_MAX)
		return FV_ETOOBIG;
	return in->pk_count >= 1 && in->pk_count <= max ? FV_OK : FV_ERANGE;
}

enum fv_err
fv_note_seal(const struct fv_note_seal *in, struct fv_note_sealed *out)
{
	uint8_t cek[FV_NOTE_CEK_BYTES], capsule[FV_NOTE_CAPSULE_BYTES];
	struct note_keys keys = {0};
	enum fv_err rc;

	*out = (struct fv_note_sealed){0};
	if ((rc = check_seal(in)) != FV_OK)
		return rc;
	fv_random_fill(in->random, cek, sizeof cek);
	derive(cek, &keys);
	put_padded(&out->ct, in->kind, in->plain);
	rc = FV_ENOMEM;
	if (fv_buf_put_room(&out->ct, FV_TAG_BYTES) == NULL)
		goto cleanup;
	/* In place: libsodium allows the same pointer for both. */
	fv_aead_seal(keys.key, zero_nonce, in->aad,
	    fv_span_of(out->ct.ptr, out->ct.len - FV_TAG_BYTES), out->ct.ptr);
	for (size_t i = 0; i < in->pk_count; i++) {
		if ((rc = fv_note_wrap(cek, keys.kc, in->pks + i * FV_KEY_BYTES, in->random,
			 capsule)) != FV_OK)
			goto cleanup;
		fv_buf_put(&out->capsules, capsule, sizeof capsule);
	}
	if ((rc = fv_buf_status(&out->capsules)) != FV_OK)
		goto cleanup;
	memcpy(out->kc, keys.kc, sizeof out->kc);
cleanup:
	if (rc != FV_OK)
		fv_note_sealed_clear(out);
	fv_wipe(cek, sizeof cek);
	fv_wipe(&keys, sizeof keys);
	return rc;
}

void
fv_note_sealed_clear(struct fv_note_sealed *sealed)
{
	fv_buf_clear(&sealed->ct);
	fv_buf_clear(&sealed->capsules);
	memset(sealed->kc, 0, sizeof sealed->kc);
}

enum fv_err
fv_note_open_capsule(struct fv_span capsules, size_t index, const uint8_t kc[FV_NOTE_KC_BYTES],
    const uint8_t sk[FV_KEY_BYTES], uint8_t cek_out[FV_NOTE_CEK_BYTES])
{
	uint8_t info[sizeof CAPSULE_LABEL + FV_NOTE_KC_BYTES];
	struct fv_hpke_params params = {.mode = FV_HPKE_BASE, .info = capsule_info(kc, info)};
	struct fv_hpke_ctx ctx = {0};
	const uint8_t *capsule;
	enum fv_err rc;

	memset(cek_out, 0, FV_NOTE_CEK_BYTES);
	if (capsules.len % FV_NOTE_CAPSULE_BYTES != 0)
		return FV_EFORMAT;
	if (index >= capsules.len / FV_NOTE_CAPSULE_BYTES)
		return FV_ENOENT;
	capsule = capsules.ptr + index * FV_NOTE_CAPSULE_BYTES;
	if ((rc = fv_hpke_setup_receiver(&params, capsule, sk, NULL, &ctx)) != FV_OK)
		goto cleanup;
	if ((rc = fv_hpke_open(&ctx, fv_span_of(NULL, 0),
		 fv_span_of(capsule + FV_HPKE_ENC_BYTES, FV_NOTE_CEK_BYTES + FV_TAG_BYTES),
		 cek_out)) != FV_OK)
		goto cleanup;
	rc = FV_EAUTH;
	if (is_committed(cek_out, kc))
		rc = FV_OK;
cleanup:
	if (rc != FV_OK)
		fv_wipe(cek_out, FV_NOTE_CEK_BYTES);
	fv_hpke_clear(&ctx);
	return rc;
}

enum fv_err
fv_note_open(const struct fv_note_parts *in, const uint8_t cek[FV_NOTE_CEK_BYTES],
    struct fv_buf *plain_out)
{
	struct fv_buf padded = {0};
	struct note_keys keys;
	size_t len;
	enum fv_err rc;

	derive(cek, &keys);
	rc = FV_EAUTH;
	if (!fv_ct_equal(keys.kc, in->kc, sizeof keys.kc) || in->ct.len < FV_TAG_BYTES)
		goto cleanup;
	rc = FV_ETOOBIG;
	if (in->ct.len > FV_NOTE_CT_MAX)
		goto cleanup;
	fv_buf_put_span(&padded, in->ct);
	if ((rc = fv_buf_status(&padded)) != FV_OK)
		goto cleanup;
	if ((rc = fv_aead_open(keys.key, zero_nonce, in->aad, in->ct, padded.ptr)) != FV_OK)
		goto cleanup;
	if ((rc = unpadded_len(
		 in->kind, fv_span_of(padded.ptr, in->ct.len - FV_TAG_BYTES), &len)) != FV_OK)
		goto cleanup;
	fv_buf_put(plain_out, padded.ptr, len);
	rc = fv_buf_status(plain_out);
cleanup:
	fv_buf_clear(&padded);
	fv_wipe(&keys, sizeof keys);
	return rc;
}

enum fv_err
fv_note_stream_key(const uint8_t cek[FV_NOTE_CEK_BYTES], const uint8_t kc[FV_NOTE_KC_BYTES],
    uint8_t key_out[FV_KEY_BYTES])
{
	struct note_keys keys;
	bool is_ours;

	memset(key_out, 0, FV_KEY_BYTES);
	derive(cek, &keys);
	is_ours = fv_ct_equal(keys.kc, kc, sizeof keys.kc);
	if (is_ours)
		memcpy(key_out, keys.stream, sizeof keys.stream);
	fv_wipe(&keys, sizeof keys);
	return is_ours ? FV_OK : FV_EAUTH;
}

enum fv_err
fv_note_find_recipient(
    struct fv_span key_ids, const uint8_t pk[FV_KEY_BYTES], size_t *index_out)
{
	uint8_t own[FV_BOX_KEY_ID_BYTES];

	*index_out = 0;
	if (key_ids.len % FV_BOX_KEY_ID_BYTES != 0)
		return FV_EFORMAT;
	fv_note_box_key_id(pk, own);
	for (size_t i = 0; i < key_ids.len / FV_BOX_KEY_ID_BYTES; i++) {
		if (memcmp(key_ids.ptr + i * FV_BOX_KEY_ID_BYTES, own, sizeof own) == 0) {
			*index_out = i;
			return FV_OK;
		}
	}
	return FV_ENOENT;
}
