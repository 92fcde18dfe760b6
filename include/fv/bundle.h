/*
 * The evidence bundle: what `fieldvisitd export` writes and `fieldvisit-verify` checks
 * with nothing else at hand (PROTOCOL.md section C7).
 *
 * A bundle is a tar file (tar.h) with these members, <dev> being 32 hex digits:
 *
 *   HOWTO.txt README.txt known-limits.txt      words for people
 *   manifest                                   "hex SHA-256, two spaces, name" of each other
 *                                              member but export.*: what sha256sum -c reads
 *   export.leaf export.salt export.tlog-proof  EXPORT leaf whose sdoc is the salted manifest
 *   policy                                     C2SP tlog-policy: the log's key
 *   agency-<id>/roster-NNNNNN.note .leaf .tlog-proof
 *   device-<dev>/enrol.leaf .tlog-proof        keys of the device
 *   device-<dev>/approve.note .leaf .tlog-proof
 *   device-<dev>/revoke.note .leaf .tlog-proof
 *   device-<dev>/head.leaf .tlog-proof         receipt of the head of size n
 *   device-<dev>/device.note                   the seal of size n as a signed note
 *   device-<dev>/leaves                        n hashes of 32 bytes
 *   device-<dev>/seals.cborseq                 [header, salt16, payload, signature] of each
 *                                              SEAL below n
 *   device-<dev>/records.cborseq               canonical headers shown in full, by seq
 *   device-<dev>/payloads/<seq>                salt16 || payload
 *   device-<dev>/notes/<seq>.ct .capsules .cek note bytes; the key when disclosed
 *   device-<dev>/attachments/<seq>.manifest .capsules .cek   as a note's
 *   device-<dev>/attachments/<seq>.pieces      the pieces joined, as many as are here
 *   device-<dev>/beacon-<size>.leaf .tlog-proof .consistency
 *
 * Threads: a bundle belongs to one thread.  Memory: see each function.
 */
#ifndef FV_BUNDLE_H
#define FV_BUNDLE_H

#include "fv/ledger.h"
#include "fv/tar.h"

#define FV_BUNDLE_MEMBERS_MAX 65536U
#define FV_BUNDLE_MANIFEST "manifest"
#define FV_BUNDLE_LEAVES_MAX ((size_t)1 << 24) /* records of one trail in a bundle */

/* Members by name. */
struct fv_bundle;

/* Owned: *bundle_out, release with fv_bundle_free().  Errors: FV_ENOMEM. */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_new(struct fv_bundle **bundle_out);
/* Release it and the bodies that it copied.  NULL is fine. */
FV_EXPORT void fv_bundle_free(struct fv_bundle *bundle);

/*
 * Add a member.  Copies: name, body.
 * Errors: FV_EEXIST  a member of that name is there;  FV_ERANGE  name or size
 *         FV_ETOOBIG FV_BUNDLE_MEMBERS_MAX are there;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_add(
    struct fv_bundle *bundle, struct fv_span name, struct fv_span body);

/*
 * Add a member of `len` bytes, zeros that the caller fills.  Borrowed: *body_out, until the
 * bundle is freed.  Errors: as fv_bundle_add()
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_add_room(
    struct fv_bundle *bundle, struct fv_span name, size_t len, uint8_t **body_out);

/* Append the manifest of what is there now (without "manifest" and "export.*"). */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_manifest_put(
    struct fv_bundle *bundle, struct fv_buf *out);

/* Append the tar file.  Errors: FV_ENOMEM. */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_put(struct fv_bundle *bundle, struct fv_buf *out);

/* Takes some bytes; false: it cannot. */
typedef bool (*fv_bundle_write_fn)(struct fv_span bytes, void *ctx);
/*
 * Hand out the same tar file in pieces, so that no second copy of it is in memory.
 * Errors: FV_EIO  `fn` said false;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_write(
    struct fv_bundle *bundle, fv_bundle_write_fn fn, void *ctx);

/*
 * Take a tar file apart.  *at_out (may be NULL) is where reading stopped.
 * Borrows: tar, for as long as the bundle is used.  Owned: *bundle_out.
 * Errors: as fv_tar_next();  FV_ETOOBIG  more than FV_BUNDLE_MEMBERS_MAX;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_read(
    struct fv_span tar, struct fv_bundle **bundle_out, size_t *at_out);

/* The member of that name, or NULL.  Returns borrowed: until the next add or free. */
FV_EXPORT const struct fv_tar_member *fv_bundle_find(
    struct fv_bundle *bundle, const char *name);
/* Members in the order of names.  Returns borrowed, likewise; NULL past the last. */
FV_EXPORT const struct fv_tar_member *fv_bundle_member(struct fv_bundle *bundle, size_t idx);

/* A C2SP tlog-proof: where a leaf is in the log, and the checkpoint that says so. */
struct fv_tlog_proof {
	uint64_t index;
	struct fv_hash hashes[FV_MERKLE_PROOF_MAX];
	size_t count;
	struct fv_span checkpoint; /* signed note */
};
/* Append its text: head line, index, a hash a line in base64, empty line, checkpoint. */
FV_EXPORT void fv_tlog_proof_put(struct fv_buf *out, const struct fv_tlog_proof *proof);
/* Borrows: text.  Errors: FV_EFORMAT (an `extra` line too: we write none), FV_ERANGE. */
FV_EXPORT FV_NODISCARD enum fv_err fv_tlog_proof_parse(
    struct fv_span text, struct fv_tlog_proof *out);

/* sdoc = SHA-256(salt16 || document). */
FV_EXPORT void fv_bundle_sdoc(
    const uint8_t salt[FV_SALT_BYTES], struct fv_span document, struct fv_hash *sdoc_out);

/* What one line of the verifier speaks about. */
enum fv_claim_kind {
	FV_CLAIM_BUNDLE,       /* the file as a whole */
	FV_CLAIM_AUTHENTIC,    /* whose records, under which keys */
	FV_CLAIM_COMPLETE,     /* what the seals cover */
	FV_CLAIM_TIME,         /* between which moments a record was written */
	FV_CLAIM_NOTE,         /* a note's bytes */
	FV_CLAIM_CAVEAT,       /* what a reader must know; never fails by itself */
	FV_CLAIM_NOT_INCLUDED, /* what this file does not show */
	FV_CLAIM_EXPLAIN,      /* bytes that were hashed, on demand */
	FV_CLAIM_ATTACHMENT,   /* an attachment's bytes */
};

struct fv_claim {
	enum fv_claim_kind kind;
	bool holds;       /* false: this claim fails */
	const char *text; /* one English line without a line break */
};
/* Borrows: claim, for the call. */
typedef void (*fv_claim_fn)(const struct fv_claim *claim, void *ctx);

/* "BUNDLE" "AUTHENTIC" ... "EXPLAIN"; FV_CLAIM_NOT_INCLUDED is "not included". */
FV_EXPORT const char *fv_claim_word(enum fv_claim_kind kind);

enum fv_bundle_verdict {
	FV_BUNDLE_HOLDS = 0,  /* every claim holds */
	FV_BUNDLE_FAILS = 1,  /* a claim fails */
	FV_BUNDLE_CANNOT = 2, /* the file or the policy cannot be judged */
};

struct fv_bundle_check {
	struct fv_span tar;
	struct fv_span
	    policy;   /* whose log is believed; empty: the bundle's own, with a caveat */
	bool explain; /* also say which bytes were hashed */
	fv_claim_fn fn;
	void *ctx;
};

/*
 * Check everything that the bundle shows and say it, a claim a call.  Starts from "no":
 * a bundle that shows nothing is not FV_BUNDLE_HOLDS.
 * Errors: FV_ENOMEM (*verdict_out is then FV_BUNDLE_CANNOT)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_bundle_verify(
    const struct fv_bundle_check *check, enum fv_bundle_verdict *verdict_out);

#endif
