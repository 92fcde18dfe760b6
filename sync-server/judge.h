/*
 * The audit of the store: trails and imported lines folded into case histories, judged by
 * the packs that the agency's supervisors adopted.
 *
 * What comes out depends on what the store holds, never on the order in which it came.
 *
 * Threads: one thread's, over a store of its own (reading is enough).
 */
#ifndef FV_SERVER_JUDGE_H
#define FV_SERVER_JUDGE_H

#include "fv/audit.h"
#include "fv/fold.h"
#include "sync-server/store/book.h"
#include "sync-server/store/store.h"

struct judge;

/* A trail that was read. */
struct judge_trail {
	struct fv_store_device device;
	uint64_t size;        /* records that the server holds */
	uint64_t sealed_size; /* of them, under a good seal */
};

/* One verdict, kept after the engine has gone on.  Strings are owned by the judgement. */
struct judged_finding {
	uint8_t id[FV_FINDING_ID_BYTES];
	char *contact;
	char *pack;
	char *rule;
	enum fv_verdict verdict;
	uint32_t severity; /* 1..5 */
	char *citation_en, *citation_zh;
	char *why_en, *why_zh;
	char *json;   /* as `audit replay` prints it */
	char *inputs; /* canonical JSON */
	struct fv_hash inputs_hash;
	struct fv_hash pack_sha256;
	uint32_t revision; /* of the pack */
	int64_t contact_ms;
};

/* One case judged. */
struct judgement {
	const struct fv_store_case *row; /* borrowed from the caller; NULL: case not known */
	const struct fv_zone *zone;      /* the first of the case's; NULL: not known */
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
	struct judged_finding *findings; /* by contact time, then worst first */
	size_t finding_count;
	bool is_provisional; /* something of the case is unsealed, open or missing */
	size_t imported;     /* contacts and events of other systems, unsigned */
	size_t unreadable;   /* imported lines that cannot be used */
	size_t pack_count;   /* packs that judged it */
	const char *problem; /* why it could not be judged; NULL: it was */
};

/*
 * Read every trail and the adopted packs.  `today_utc_ms`: what falls due before it is due.
 * Holds: store.  Owned: *judge_out, judge_close().
 * Errors: as store.h;  FV_ECORRUPT  a pack or the packs note cannot be read
 */
FV_NODISCARD enum fv_err judge_open(
    struct judge **judge_out, struct fv_store *store, int64_t today_utc_ms);
void judge_close(struct judge *judge);

/* What the trails fold into, and the trails by device id.  Returns borrowed: until close. */
const struct fv_fold *judge_fold(const struct judge *judge);
const struct judge_trail *judge_trail(const struct judge *judge, size_t idx);
size_t judge_pack_count(const struct judge *judge);
/* Version of the tz database, or "". */
const char *judge_tzdata(const struct judge *judge);

/*
 * Judge one case.  Owned: what *out holds, by judgement_clear(); it is valid until then
 * and until judge_close().
 * Errors: FV_ENOMEM and those of the store
 */
FV_NODISCARD enum fv_err judge_case(
    struct judge *judge, const struct fv_store_case *row, struct judgement *out);
void judgement_clear(struct judgement *judgement);

/*
 * Append a revision of every finding of the case whose verdict, inputs hash or provisional
 * mark is not the last one's; n/a is written only over another verdict.  In a transaction
 * of `store`.  *written_out grows by the revisions.
 */
FV_NODISCARD enum fv_err judge_write(struct judge *judge, const struct judgement *judgement,
    struct fv_store *store, int64_t now_ms, size_t *written_out);

#endif
