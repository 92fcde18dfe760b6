/* What the parts of the judge share.  Private to judge*.c. */
#ifndef FV_SERVER_JUDGE_IN_H
#define FV_SERVER_JUDGE_IN_H

#include "sync-server/judge.h"
#include "sync-server/store/records.h"
#include "sync-server/zones.h"

/* A pack that judges. */
struct judge_pack {
	struct fv_rulepack *pack; /* owned */
	bool is_for_all;          /* whatever packs the case names */
};

/* A span of time of which something is not known yet, or no more. */
struct judge_hole {
	int64_t from_ms, until_ms; /* UTC, both in it */
	bool is_erased;            /* else unsealed, on its way, or still open */
};

struct judge_holes {
	struct judge_hole *items; /* owned */
	size_t count, cap;
	size_t kept; /* of them, those that do not come from feeding the fold */
};

/* The finding that was written last, as far as a comparison needs it. */
struct judge_last {
	uint8_t id[FV_FINDING_ID_BYTES];
	uint32_t verdict;
	bool is_provisional;
	bool is_of_another; /* case: a correction moved the contact since */
	struct fv_hash inputs_hash, pack_sha256;
};

struct judge {
	struct fv_store *store;
	struct judge_opts opts;
	struct zones zones;
	struct judge_trail *trails; /* owned; by dev */
	size_t trail_count, trail_cap;
	struct judge_pack packs[FV_AUDIT_PACKS_MAX]; /* highest revision of each id */
	size_t pack_count;
	struct fv_audit *audit; /* owned; over audit_packs; NULL: none yet */
	const struct fv_rulepack *audit_packs[FV_AUDIT_PACKS_MAX];
	size_t audit_pack_count;
	uint64_t turn; /* of judge_turn() */
};

/* Fold what bears on the case.  Owned: *fold_out.  Adds to `holes` what is missing. */
FV_NODISCARD enum fv_err judge_gather(struct judge *judge, const char *case_id,
    struct judge_holes *holes, struct fv_fold **fold_out);

/* The trail of a device of this store.  Returns borrowed: until the next call. */
FV_NODISCARD enum fv_err judge_find_trail(
    struct judge *judge, const uint8_t dev[FV_DEV_BYTES], struct judge_trail **trail_out);
/* Read how long this trail is now, once a turn. */
FV_NODISCARD enum fv_err judge_read_trail(struct judge *judge, struct judge_trail *trail);

/* Keep a finding of a judgement with has_open; `is_erased`: its evidence is gone. */
FV_NODISCARD enum fv_err judge_keep_open(struct judgement *out, const struct fv_finding *f,
    const struct judged_finding *to, bool is_erased);
void judge_clear_open(struct judgement *out);

/* Which trails a judgement saw, and how far: [[dev, records], ...]. */
FV_NODISCARD enum fv_err judge_put_as_of(
    struct judge *judge, const struct judgement *j, const char *case_id, struct fv_buf *out);

/* Payloads on their way to one trail.  Call before any
 * judge_holes_track(). */
FV_NODISCARD enum fv_err judge_holes_missing(
    struct judge_holes *holes, struct fv_store *store, int64_t no);
/* A record of the case whose payload was erased. */
FV_NODISCARD enum fv_err judge_holes_erased(
    struct judge_holes *holes, const struct fv_store_record *record);
/* A track that is not whole; restart forgets those. */
FV_NODISCARD enum fv_err judge_holes_track(
    struct judge_holes *holes, const struct fv_store_record *record, int64_t rtc_ms);
void judge_holes_restart(struct judge_holes *holes);
/* What the marks of the case's contacts and events say. */
FV_NODISCARD enum fv_err judge_holes_fold(
    struct judge_holes *holes, const struct fv_fold *fold, const char *case_id);
/* Whether a hole, of something erased or of something unfinished, lies in its window. */
bool judge_holes_touch(
    const struct judge_holes *holes, const struct fv_finding *finding, bool erased);
void judge_holes_clear(struct judge_holes *holes);

#endif
