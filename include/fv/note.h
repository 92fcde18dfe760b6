/*
 * Sealed notes and case cards (PROTOCOL.md sections 5, C12): a random content key (CEK)
 * committed to in what is signed, padded text under it, and one HPKE capsule of the CEK
 * for each reader.
 *
 * Threads: no shared state.  Memory: only fv_bufs; the CEK is wiped before return.
 */
#ifndef FV_NOTE_H
#define FV_NOTE_H

#include "fv/hpke.h"

#define FV_NOTE_KC_BYTES 32U       /* key commitment */
#define FV_NOTE_CEK_BYTES 32U      /* content key */
#define FV_NOTE_CAPSULE_BYTES 80U  /* enc || sealed CEK */
#define FV_NOTE_CT_MAX 32768U      /* ciphertext with its tag */
#define FV_NOTE_PLAIN_MAX 32511U   /* longest text whose padded ciphertext fits */
#define FV_NOTE_RECIPIENTS_MAX 8U  /* recovery key included */
#define FV_CARD_RECIPIENTS_MAX 24U /* of a case card */
#define FV_NOTE_AAD_BYTES 24U
#define FV_BOX_KEY_ID_BYTES 4U

/* What is sealed: it decides padding and the number of recipients. */
enum fv_note_kind {
	FV_NOTE_RECORD, /* a note: padded to 64 bytes below 1 KiB, to 256 above */
	FV_NOTE_CARD,   /* a case card: padded to 256 */
};

/* Key id of an X25519 key: SHA-256("fieldvisit/box/v1" || pk)[0:4]. */
FV_EXPORT void fv_note_box_key_id(
    const uint8_t pk[FV_KEY_BYTES], uint8_t key_id_out[FV_BOX_KEY_ID_BYTES]);

/* aad of a note: dev || u64be(seq). */
FV_EXPORT void fv_note_aad(
    const uint8_t dev[16], uint64_t seq, uint8_t aad_out[FV_NOTE_AAD_BYTES]);

/* Append the aad of a case card: "fieldvisit/card/v1" 0x00 case 0x00 u64be(version). */
FV_EXPORT void fv_note_card_aad_put(
    struct fv_buf *out, struct fv_span case_id, uint64_t version);

/* What to seal and for whom.  Borrows all. */
struct fv_note_seal {
	enum fv_note_kind kind;
	struct fv_span plain; /* at most FV_NOTE_PLAIN_MAX */
	struct fv_span aad;   /* binds the text to its place */
	const uint8_t *pks;   /* pk_count * FV_KEY_BYTES: recipients' box keys, in order */
	size_t pk_count;      /* 1..8, for a card 1..24 */
	struct fv_random random;
};

/* Owned: both buffers; fv_note_sealed_clear(). */
struct fv_note_sealed {
	struct fv_buf ct;             /* detached blob: ciphertext */
	struct fv_buf capsules;       /* detached blob: pk_count * 80 bytes, in order */
	uint8_t kc[FV_NOTE_KC_BYTES]; /* to be committed to in what is signed */
};

/*
 * Seal for every recipient, or for none.
 * Errors: FV_ETOOBIG  plain over FV_NOTE_PLAIN_MAX
 *         FV_ERANGE   no recipient or too many
 *         FV_EAUTH    a recipient's key is of low order
 *         FV_ENOMEM   (after every error *out is empty)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_note_seal(
    const struct fv_note_seal *in, struct fv_note_sealed *out);
/* Wipe and release what it holds; it is empty then, which is fine too. */
FV_EXPORT void fv_note_sealed_clear(struct fv_note_sealed *sealed);

/* What a reader holds.  Borrows all. */
struct fv_note_parts {
	enum fv_note_kind kind;
	struct fv_span ct;
	struct fv_span aad;
	const uint8_t *kc; /* FV_NOTE_KC_BYTES: the committed one, from what was signed */
};

/*
 * The CEK in capsule `index` of `capsules`, checked against kc.
 * Errors: FV_EFORMAT  capsules is no row of capsules
 *         FV_ENOENT   there is no capsule `index`
 *         FV_EAUTH    not for this key, or the CEK is not the committed one (*cek_out is zero)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_note_open_capsule(struct fv_span capsules, size_t index,
    const uint8_t kc[FV_NOTE_KC_BYTES], const uint8_t sk[FV_KEY_BYTES],
    uint8_t cek_out[FV_NOTE_CEK_BYTES]);

/*
 * Open with a CEK (a disclosed one too): appends the text to `plain_out`.  The commitment
 * is checked before anything is decrypted: ChaCha20-Poly1305 alone lets one ciphertext
 * open under two keys.
 * Errors: FV_EAUTH    the CEK is not the committed one, or ct or aad is altered
 *         FV_ETOOBIG  ct over FV_NOTE_CT_MAX
 *         FV_EFORMAT  the padding is wrong;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_note_open(const struct fv_note_parts *in,
    const uint8_t cek[FV_NOTE_CEK_BYTES], struct fv_buf *plain_out);

/*
 * One more capsule of a CEK, for a recipient's new key.
 * Errors: FV_EAUTH  the CEK is not the committed one, or pk is of low order
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_note_wrap(const uint8_t cek[FV_NOTE_CEK_BYTES],
    const uint8_t kc[FV_NOTE_KC_BYTES], const uint8_t pk[FV_KEY_BYTES],
    struct fv_random random, uint8_t capsule_out[FV_NOTE_CAPSULE_BYTES]);

/* The commitment kc = HKDF-Expand(HKDF-Extract("fieldvisit/note/v1", CEK), "commit", 32). */
FV_EXPORT void fv_note_commitment(
    const uint8_t cek[FV_NOTE_CEK_BYTES], uint8_t kc_out[FV_NOTE_KC_BYTES]);

/*
 * The key of an attachment's pieces, HKDF-Expand(prk, "stream", 32) with prk as for kc.
 * Errors: FV_EAUTH  the CEK is not the committed one (*key_out is zero)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_note_stream_key(const uint8_t cek[FV_NOTE_CEK_BYTES],
    const uint8_t kc[FV_NOTE_KC_BYTES], uint8_t key_out[FV_KEY_BYTES]);

/*
 * Where `pk` stands in a row of 4-byte key ids (key 8 of a NOTE payload, joined).
 * Errors: FV_ENOENT;  FV_EFORMAT  no row of key ids
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_note_find_recipient(
    struct fv_span key_ids, const uint8_t pk[FV_KEY_BYTES], size_t *index_out);

#endif
