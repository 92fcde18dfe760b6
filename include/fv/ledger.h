/*
 * Leaves of the server's ledger and what a receipt proves (PROTOCOL.md sections 9, C7).
 * Trees and proofs are merkle.h; checkpoints are signednote.h.
 *
 * Threads: no shared state.  Memory: as sync.h.
 */
#ifndef FV_LEDGER_H
#define FV_LEDGER_H

#include "fv/merkle.h"
#include "fv/record.h"
#include "fv/signednote.h"

#define FV_LOG_ORIGIN_BYTES 48U /* longest origin text, with its NUL */

enum fv_leaf_kind {
	FV_LEAF_GENESIS = 1,
	FV_LEAF_ROSTER = 2,
	FV_LEAF_ENROL = 3,
	FV_LEAF_APPROVE = 4,
	FV_LEAF_HEAD = 5,
	FV_LEAF_REVOKE = 6,
	FV_LEAF_ERASE = 7,
	FV_LEAF_REWRAP = 8,
	FV_LEAF_RECOVERY = 9,
	FV_LEAF_HPKE_KEY = 10,
	FV_LEAF_EXPORT = 11,
	FV_LEAF_ANNOTATE = 12,
	FV_LEAF_PACK = 13,
	FV_LEAF_REVIEW = 14,
	FV_LEAF_ACCESS = 15,
	FV_LEAF_FORK = 16,
	FV_LEAF_POLICY = 17,
};

/* "fieldvisit/v1/log/" + 16 hex digits of SHA-256(log public key). */
FV_EXPORT void fv_log_origin(
    const uint8_t log_pk[FV_KEY_BYTES], char origin_out[FV_LOG_ORIGIN_BYTES]);

/* Append [1, kind, time_ms, body]; `body` is the encoded CBOR array of the kind. */
FV_EXPORT void fv_leaf_put(
    struct fv_buf *out, enum fv_leaf_kind kind, int64_t time_ms, struct fv_span body);

struct fv_leaf {
	uint32_t kind;
	int64_t time_ms;
	struct fv_span body; /* the array's bytes */
};
/* Errors: FV_EFORMAT FV_ERANGE FV_ECUT FV_EVERSION */
FV_EXPORT FV_NODISCARD enum fv_err fv_leaf_parse(struct fv_span bytes, struct fv_leaf *out);

/* RFC 6962 hash of a ledger leaf's bytes. */
FV_EXPORT void fv_leaf_hash(struct fv_span leaf, struct fv_hash *hash_out);

/* Body of HEAD. */
struct fv_leaf_head {
	uint8_t dev[FV_DEV_BYTES];
	uint64_t size;
	struct fv_hash root;
	uint8_t key_id[FV_KEY_ID_BYTES];
	uint8_t sig[FV_SIG_BYTES];
	int64_t received_ms;
	uint32_t transport; /* 1 network, 2 SMS, 3 file */
};
/* Append the body. */
FV_EXPORT void fv_leaf_head_put(struct fv_buf *body, const struct fv_leaf_head *head);
/* Take it apart; nothing is verified.  Errors: FV_EFORMAT FV_ERANGE FV_ETOOBIG FV_ECUT */
FV_EXPORT FV_NODISCARD enum fv_err fv_leaf_head_parse(
    struct fv_span body, struct fv_leaf_head *out);

/* Body of ENROL. */
struct fv_leaf_enrol {
	uint8_t dev[FV_DEV_BYTES];
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t pk_sync[FV_KEY_BYTES];
	uint8_t pk_box[FV_KEY_BYTES];
	uint8_t ticket_id[16];
	struct fv_span agency;        /* text */
	struct fv_hash seeds_doc;     /* SHA-256 of the sealed MAC seeds' document */
	struct fv_hash hardware_sdoc; /* salted */
};
/* Append the body. */
FV_EXPORT void fv_leaf_enrol_put(struct fv_buf *body, const struct fv_leaf_enrol *enrol);
/* Take it apart.  Borrows: body, for out->agency.  Errors: FV_EFORMAT FV_ETOOBIG FV_ECUT */
FV_EXPORT FV_NODISCARD enum fv_err fv_leaf_enrol_parse(
    struct fv_span body, struct fv_leaf_enrol *out);

/* The 8 groups of 5 digits that two people compare: u32be(hash[4j..]) mod 100000. */
FV_EXPORT void fv_enrol_digits(struct fv_span enrol_leaf, char text_out[48]);

/* A receipt: this leaf is in the log whose checkpoint is signed with log_pk. */
struct fv_receipt {
	struct fv_span leaf; /* exact bytes */
	uint64_t index;
	const struct fv_hash *inclusion;
	size_t inclusion_count;
	struct fv_span checkpoint; /* signed note */
};
/*
 * Check signature, origin and inclusion; give the checkpoint's size and root.
 * Errors: FV_EFORMAT;  FV_EAUTH  signature, origin or proof does not hold
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_receipt_verify(const struct fv_receipt *receipt,
    const uint8_t log_pk[FV_KEY_BYTES], uint64_t *size_out, struct fv_hash *root_out);

#endif
