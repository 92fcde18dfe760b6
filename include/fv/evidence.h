/*
 * Making an evidence bundle: which records of a trail belong to a visit or a case, and
 * their folder in the bundle.  Whoever exports brings the records, leaves and proofs; the
 * form of the members is decided here (bundle.h lists them).
 *
 * Threads: a scope or trail belongs to one thread.  Memory: see each function.
 */
#ifndef FV_EVIDENCE_H
#define FV_EVIDENCE_H

#include "fv/bundle.h"

/* Which records are shown in full; every other one is its hash. */
struct fv_evidence_scope;

/*
 * All records of a case (`case_id`), or of one visit or contact (case_id NULL, `seq` of
 * its VISIT_BEGIN or CONTACT).  Copies: case_id.  Owned: *scope_out, fv_evidence_scope_free().
 * Errors: FV_ERANGE  case_id is no case id;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_scope_new(
    struct fv_evidence_scope **scope_out, const char *case_id, uint64_t seq);
/* NULL is fine. */
FV_EXPORT void fv_evidence_scope_free(struct fv_evidence_scope *scope);

/*
 * Look at the next record of the trail, in seq order, all of them.  A record that names
 * another case is never in the scope; neither is a track that began before a visit.
 * Errors: FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_scope_take(
    struct fv_evidence_scope *scope, const struct fv_header *header, struct fv_span payload);

/* After all takes: is this record shown? */
FV_EXPORT bool fv_evidence_scope_has(const struct fv_evidence_scope *scope, uint64_t seq);
/* How many records are of the case or visit itself. */
FV_EXPORT size_t fv_evidence_scope_own_count(const struct fv_evidence_scope *scope);
/* The highest seq of those; 0 while there is none. */
FV_EXPORT uint64_t fv_evidence_scope_own_last(const struct fv_evidence_scope *scope);

/* One record on its way into a bundle.  Borrows all. */
struct fv_evidence_record {
	struct fv_span header; /* canonical bytes */
	struct fv_hash leaf;
	const uint8_t *salt;    /* FV_SALT_BYTES; NULL: erased or not there */
	struct fv_span payload; /* with salt */
	const uint8_t *sig;     /* FV_SIG_BYTES, of a SEAL; else NULL */
	bool is_shown;
};

/* A device's leaves, seals and records being gathered. */
struct fv_evidence_trail;

/* Owned: *trail_out, fv_evidence_trail_free().  Errors: FV_ENOMEM. */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_trail_new(
    struct fv_evidence_trail **trail_out, const uint8_t dev[FV_DEV_BYTES]);
/* NULL is fine. */
FV_EXPORT void fv_evidence_trail_free(struct fv_evidence_trail *trail);
/*
 * Take record `seq` = how many were taken before; a SEAL always goes in whole, another
 * record only when is_shown.  Payloads go straight into `bundle`.
 * Errors: as fv_bundle_add;  FV_ESTATE  a SEAL without salt or signature
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_trail_add(struct fv_evidence_trail *trail,
    struct fv_bundle *bundle, const struct fv_evidence_record *record);
/*
 * Put leaves, seals, headers and device.note into the bundle.  The last record taken must
 * be a SEAL; seal_pk is the key that signed it.
 * Errors: FV_ESTATE  it is not;  as fv_bundle_add
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_trail_end(struct fv_evidence_trail *trail,
    struct fv_bundle *bundle, const uint8_t seal_pk[FV_KEY_BYTES]);

/* "device-<32 hex>/" of a device.  Returns borrowed: prefix_out. */
FV_EXPORT const char *fv_evidence_prefix(const uint8_t dev[FV_DEV_BYTES], char prefix_out[48]);

/* Add <prefix><name> with this body.  Errors: as fv_bundle_add. */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_add(
    struct fv_bundle *bundle, const char *prefix, const char *name, struct fv_span body);
/* Add <prefix><name>.leaf and .tlog-proof. */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_add_logged(struct fv_bundle *bundle,
    const char *prefix, const char *name, struct fv_span leaf,
    const struct fv_tlog_proof *proof);

/* Add README.txt, HOWTO.txt, known-limits.txt and the policy that names the log. */
FV_EXPORT FV_NODISCARD enum fv_err fv_evidence_add_words(
    struct fv_bundle *bundle, const uint8_t log_pk[FV_KEY_BYTES]);

#endif
