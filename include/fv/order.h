/*
 * The other texts that supervisors sign (PROTOCOL.md section 10): approval of a device,
 * revocation, wipe, erasure, the packs note, the case card's commitment and new capsules of
 * a note.  Each is a signed note; a reader parses the text and then counts good signers by
 * roster.h.
 *
 * Lines after the origin:
 *   fieldvisit/v1/approve          dev (hex) · base64 hash of the ENROL leaf
 *   fieldvisit/v1/revoke           dev · reason · trusted size · time
 *   fieldvisit/v1/wipe             dev · time
 *   fieldvisit/v1/erase            dev · seq · what · legal basis · time
 *   fieldvisit/v1/packs/<agency>   one a pack: id revision hex SHA-256 YYYY-MM-DD
 *   fieldvisit/v1/card/<agency>    case · version · kc · SHA-256(ct) · SHA-256(capsules)
 *                                  (base64 each) · recipients' key ids (hex, by spaces)
 *   fieldvisit/v1/rewrap           dev · seq · SHA-256(new capsules) (base64) · their
 *                                  readers' key ids (hex, by spaces) · time
 *
 * Threads: no shared state.  Memory: only fv_bufs.
 */
#ifndef FV_ORDER_H
#define FV_ORDER_H

#include "fv/record.h"
#include "fv/roster.h"

#define FV_PACK_ID_BYTES 41U /* 40 characters and NUL */
#define FV_PACKS_MAX 64U     /* packs in one note */
#define FV_WORD_BYTES 25U    /* reason, what, legal basis: an id of 24 characters and NUL */

/* Approval of one device. */
struct fv_approve {
	uint8_t dev[FV_DEV_BYTES];
	struct fv_hash leaf; /* RFC 6962 hash of the ENROL leaf */
};
/* Append the text. */
FV_EXPORT void fv_approve_put(struct fv_buf *out, const struct fv_approve *approve);
/* Take it apart; *fault_out (may be NULL) says what is wrong.  Errors: FV_EFORMAT */
FV_EXPORT FV_NODISCARD enum fv_err fv_approve_parse(
    struct fv_span text, struct fv_approve *out, struct fv_fault *fault_out);

enum fv_order_kind {
	FV_ORDER_REVOKE = 1,
	FV_ORDER_WIPE = 2,
	FV_ORDER_ERASE = 3,
};

/* An order about one device. */
struct fv_order {
	enum fv_order_kind kind;
	uint8_t dev[FV_DEV_BYTES];
	char reason[FV_WORD_BYTES]; /* revoke: lost, stolen, left, replaced, misuse or another
				       word */
	uint64_t trusted_size;      /* revoke: records up to this size are still trusted */
	uint64_t seq;               /* erase: of the record */
	char what[FV_WORD_BYTES];   /* erase: payload, note, attachment */
	char basis[FV_WORD_BYTES];  /* erase: legal basis code */
	int64_t at_ms;              /* whole seconds */
};
/* Append the text: the lines of its kind. */
FV_EXPORT void fv_order_put(struct fv_buf *out, const struct fv_order *order);
/* The kind follows from the origin.  Errors: FV_EFORMAT, FV_ERANGE. */
FV_EXPORT FV_NODISCARD enum fv_err fv_order_parse(
    struct fv_span text, struct fv_order *out, struct fv_fault *fault_out);

/* One adopted pack. */
struct fv_pack_line {
	char id[FV_PACK_ID_BYTES];
	uint32_t revision; /* from 1 */
	struct fv_hash sha256;
	int64_t adopted_day; /* days since 1970-01-01 */
	char
	    over[FV_PACK_ID_BYTES]; /* the pack that it is laid over and stands for; "" none */
};

/* What a packs note says; ids and revisions ascending, each pair once. */
struct fv_packs {
	char agency[FV_ID_BYTES];
	struct fv_pack_line packs[FV_PACKS_MAX];
	size_t count; /* at least 1 */
};
/* Append the text, a line a pack. */
FV_EXPORT void fv_packs_put(struct fv_buf *out, const struct fv_packs *packs);
/*
 * Take it apart; *fault_out (may be NULL) says what is wrong.
 * Errors: FV_EFORMAT  also when packs are out of order, or there is none
 *         FV_ERANGE   a revision;  FV_ETOOBIG  over FV_PACKS_MAX
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_packs_parse(
    struct fv_span text, struct fv_packs *out, struct fv_fault *fault_out);
/* The line that names these bytes' SHA-256; returns borrowed from packs, NULL: not adopted. */
FV_EXPORT const struct fv_pack_line *fv_packs_find(
    const struct fv_packs *packs, const struct fv_hash *sha256);
/* The line of the highest revision of this id; returns borrowed from packs, NULL: none. */
FV_EXPORT const struct fv_pack_line *fv_packs_highest(
    const struct fv_packs *packs, const char *id);
/*
 * Put `line` in its place.  Errors: FV_ECONFLICT  that id and revision is there with
 * other bytes;  FV_EEXIST  with the same;  FV_ETOOBIG  FV_PACKS_MAX are there
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_packs_add(
    struct fv_packs *packs, const struct fv_pack_line *line);
/*
 * Read a whole signed packs note and check agency and pack threshold.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ETOOBIG;  FV_ECONFLICT  another agency
 *         FV_EAUTH  fewer good signers than the roster's pack threshold
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_packs_verify(
    struct fv_span note, const struct fv_roster *roster, struct fv_packs *out);

/* New capsules of a note or attachment, for further readers (PROTOCOL.md section C5). */
struct fv_rewrap {
	uint8_t dev[FV_DEV_BYTES];
	uint64_t seq;
	struct fv_hash capsules; /* SHA-256 of the new capsules joined */
	uint8_t key_ids[FV_NOTE_RECIPIENTS_MAX][FV_KEY_ID_BYTES];
	size_t recipient_count; /* 1..FV_NOTE_RECIPIENTS_MAX, in capsule order */
	int64_t at_ms;
};
/* Append the text. */
FV_EXPORT void fv_rewrap_put(struct fv_buf *out, const struct fv_rewrap *rewrap);
/*
 * Take it apart; *fault_out (may be NULL) says what is wrong.
 * Errors: FV_EFORMAT;  FV_ERANGE  a number;  FV_ETOOBIG  over FV_NOTE_RECIPIENTS_MAX readers
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_rewrap_parse(
    struct fv_span text, struct fv_rewrap *out, struct fv_fault *fault_out);

/* The commitment of a case card. */
struct fv_card {
	char agency[FV_ID_BYTES];
	char case_id[FV_CASE_ID_BYTES];
	uint64_t version; /* from 1, rising for a case */
	uint8_t kc[FV_HASH_BYTES];
	struct fv_hash ct;       /* SHA-256 of the ciphertext */
	struct fv_hash capsules; /* SHA-256 of the capsules joined */
	uint8_t key_ids[FV_CARD_RECIPIENTS_MAX][FV_KEY_ID_BYTES];
	size_t recipient_count; /* 1..FV_CARD_RECIPIENTS_MAX, in capsule order */
};
/* Append the text. */
FV_EXPORT void fv_card_put(struct fv_buf *out, const struct fv_card *card);
/* Take it apart; *fault_out (may be NULL) says what is wrong.  Errors: FV_EFORMAT */
FV_EXPORT FV_NODISCARD enum fv_err fv_card_parse(
    struct fv_span text, struct fv_card *out, struct fv_fault *fault_out);
/*
 * Read a signed card commitment, check that a supervisor of `roster` signed it for the
 * roster's agency, and that ct and capsules are the ones named.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ETOOBIG;  FV_ECONFLICT  another agency
 *         FV_EAUTH  nobody on the roster signed it, or other bytes than it names
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_card_verify(struct fv_span note, struct fv_span ct,
    struct fv_span capsules, const struct fv_roster *roster, struct fv_card *out);

/*
 * Check that `needed` or more supervisors of `roster` signed `note`.
 * Errors: FV_EFORMAT, FV_ETOOBIG;  FV_EAUTH  fewer did
 * *text_out (may be NULL) is the note's text, borrowed from note.
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_order_verify(struct fv_span note,
    const struct fv_roster *roster, size_t needed, struct fv_span *text_out);

#endif
