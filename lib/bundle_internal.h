/* What the parts of the bundle's verifier share.  Private to lib/bundle*.c. */
#ifndef FV_BUNDLE_INTERNAL_H
#define FV_BUNDLE_INTERNAL_H

#include "fv/bundle.h"
#include "fv/instant.h"
#include "fv/plausibility.h"
#include "fv/roster.h"
#include "fv/trail.h"

#define VERIFY_LOGS_MAX 8U
#define VERIFY_ROSTERS_MAX 32U
#define VERIFY_DEVICES_MAX 256U

/* One agency's rosters that held, oldest first. */
struct verify_roster {
	struct fv_roster *roster; /* owned */
	struct fv_hash hash;      /* of its text */
};

struct verify {
	struct fv_bundle *bundle;
	const struct fv_bundle_check *check;
	uint8_t logs[VERIFY_LOGS_MAX][FV_KEY_BYTES];
	size_t log_count;
	struct verify_roster rosters[VERIFY_ROSTERS_MAX];
	size_t roster_count;
	struct fv_buf text; /* scratch of claims */
	size_t proven;      /* devices whose trail held */
	bool fails;
	bool cannot;
	bool no_memory;
};

/* A leaf that the log holds. */
struct verify_logged {
	struct fv_leaf leaf;
	struct fv_span bytes;
	uint64_t index;
	uint64_t tree_size;
	struct fv_hash tree_root;
};

void fv_verify_claim(struct verify *v, enum fv_claim_kind kind, bool holds, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* The member `prefix` + `name`, or NULL. */
const struct fv_tar_member *fv_verify_member(
    struct verify *v, const char *prefix, const char *name);

/*
 * Check <prefix><name>.leaf and .tlog-proof; the leaf is of `kind` (0: any).  Says
 * what fails.
 * Errors: FV_ENOENT  neither is there (nothing is said);  FV_EAUTH  it does not hold
 */
FV_NODISCARD enum fv_err fv_verify_logged(struct verify *v, const char *prefix,
    const char *name, uint32_t kind, struct verify_logged *out);

/* Check one device's folder, named by its 32 hex digits. */
void fv_verify_device(struct verify *v, const char dev_hex[33]);

/* State of one device's check, shared by its two halves. */
struct verify_trail {
	char prefix[48]; /* "device-<hex>/" */
	uint8_t dev[FV_DEV_BYTES];
	struct fv_leaf_enrol enrol;
	struct fv_leaf_head head;
	int64_t head_ms;       /* time of the HEAD leaf */
	struct fv_span leaves; /* n * 32 bytes */
	uint64_t n;
	uint64_t seal_count;
};

/* Records, payloads, notes and times of a trail whose leaves are proven. */
void fv_verify_records(struct verify *v, const struct verify_trail *t);

/* The member "<folder>/<seq><end>" of the trail's folder, or NULL. */
const struct fv_tar_member *fv_verify_seq_member(struct verify *v,
    const struct verify_trail *t, const char *folder, uint64_t seq, const char *end);

/* An ATTACHMENT's bytes; adds to *members how many members it has. */
void fv_verify_attachment(struct verify *v, const struct verify_trail *t, uint64_t seq,
    struct fv_span payload, uint64_t *members);

/* Capsules that were made later for a NOTE's or ATTACHMENT's further readers, claimed as
 * `kind`; adds to *members how many members they are. */
void fv_verify_rewraps(struct verify *v, const struct verify_trail *t, uint64_t seq,
    enum fv_claim_kind kind, uint64_t *members);

/* What makes a reader careful, told as the records go by.  All zero is the beginning. */
struct verify_doubts {
	struct fv_clock_checks clocks;
	uint64_t said; /* bits of the stamp checks that were told once already */
};
void fv_verify_doubt(struct verify *v, struct verify_doubts *doubts,
    const struct fv_header *header, struct fv_span payload);

/* Leaf `seq` of the trail and, for seq above 0, the one before (else NULL). */
void fv_verify_leaf_at(const struct verify_trail *t, uint64_t seq, struct fv_hash *leaf_out,
    struct fv_hash *prev_out);

#endif
