/*
 * The audit of the store: one case at a time, its records folded into its history and
 * judged by the packs that the agency's supervisors adopted, or by others to try them.
 *
 * What comes out depends on what the store holds, never on the order in which it came.
 * Memory is that of one case and, small, of every device; it does not grow with cases.
 *
 * Threads: one thread's, over a store of its own (reading is enough).
 */
#ifndef FV_SERVER_JUDGE_H
#define FV_SERVER_JUDGE_H

#include <jansson.h>

#include "fv/audit.h"
#include "fv/fold.h"
#include "sync-server/store/book.h"
#include "sync-server/store/store.h"

struct judge;

/* A trail, as it is while a case is judged. */
struct judge_trail {
	struct fv_store_device device;
	uint64_t size;        /* records that the server holds */
	uint64_t sealed_size; /* of them, under a good seal */
	uint64_t turn;        /* of the judge, when the two were read */
};

/* How to judge. */
struct judge_opts {
	int64_t today_utc_ms; /* what falls due before it is due */
	bool has_texts;       /* keep every finding, with its sentences: for a report */
	bool has_open;        /* keep what is fail or review beside what has changed */
	bool is_of_one;       /* trails are read when they are met, also with texts */
	bool has_own_packs;   /* judge_take_pack() gives them; else those adopted */
	bool has_from, has_until;
	int64_t from_day, until_day; /* local dates of contacts whose findings are kept */
};

/* One verdict, kept after the engine has gone on. */
struct judged_finding {
	uint8_t id[FV_FINDING_ID_BYTES];
	const char *contact;          /* into the judgement's history */
	const struct fv_rulepack *by; /* into the judge */
	const char *pack, *rule;      /* into `by` */
	enum fv_verdict verdict;
	uint32_t severity;               /* 1..5 */
	char *citation_en, *citation_zh; /* owned, with has_texts; else NULL */
	char *why_en, *why_zh;           /* likewise */
	char *json;                      /* likewise: as `audit replay` prints it */
	char *inputs;                    /* owned; canonical JSON */
	struct fv_hash inputs_hash;
	int64_t contact_ms;
	bool is_provisional; /* something within its rule's window is not final */
	bool has_last;       /* there is an earlier revision, with this: */
	enum fv_verdict last_verdict;
	struct fv_hash last_pack_sha256;
};

/* A finding whose verdict now is fail or review. */
struct judged_open {
	uint8_t id[FV_FINDING_ID_BYTES];
	const char *contact;     /* into the judgement's history */
	const char *pack, *rule; /* into the judge */
	char cause[40]; /* why, in short: "missing:FIELD", "lifted:ROLE", "next", "" */
	enum fv_verdict verdict;
	uint32_t severity; /* 1..5 */
	bool is_provisional;
	struct fv_hash inputs_hash;
	char *why_en, *why_zh; /* owned */
};

/* One case judged. */
struct judgement {
	const struct fv_store_case *row; /* borrowed from the caller */
	const struct fv_zone *zone;      /* the first of the case's; NULL: not known */
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
	struct fv_fold *fold;       /* owned; holds the case's contacts and events */
	struct fv_history *history; /* owned */
	/* With has_texts all, else those that differ from their last revision; by contact
	 * time, then worst first. */
	struct judged_finding *findings; /* owned */
	size_t finding_count;
	struct judged_open *open; /* owned; with has_open, by contact time, worst first */
	size_t open_count, open_cap;
	struct fv_buf provisional; /* owned; with has_open: contact ids (pointers) of which a
				    * finding is provisional */
	size_t verdicts[FV_VERDICT_FAIL + 1]; /* of all findings, by verdict */
	bool is_provisional;                  /* a finding is */
	struct fv_buf
	    as_of;       /* owned; without has_texts: CBOR, which trails were seen, how far */
	size_t imported; /* contacts and events of other systems, unsigned */
	size_t unreadable;   /* imported lines that cannot be used */
	size_t pack_count;   /* packs that judged it */
	const char *problem; /* why it could not be judged; NULL: it was */
};

/*
 * Read, without has_own_packs, the adopted packs; devices are read when they are met.
 * Holds: store.  Copies: opts.  Owned: *judge_out, judge_close().
 * Errors: as store.h;  FV_ECORRUPT  a pack or the packs note cannot be read
 */
FV_NODISCARD enum fv_err judge_open(
    struct judge **judge_out, struct fv_store *store, const struct judge_opts *opts);
void judge_close(struct judge *judge);

/* Judge by this pack too: each case that names it or, `is_for_all`, any.  Takes: pack.
 * Errors: FV_EEXIST  its id is there;  FV_ETOOBIG  over FV_AUDIT_PACKS_MAX */
FV_NODISCARD enum fv_err judge_take_pack(
    struct judge *judge, struct fv_rulepack *pack, bool is_for_all);

/* Forget how long the trails were: the store may have grown. */
void judge_turn(struct judge *judge);

/* The trails by device id; NULL past the last.  Returns borrowed: until close.  Sizes stand
 * with has_texts only. */
const struct judge_trail *judge_trail(const struct judge *judge, size_t idx);
const struct judge_trail *judge_trail_of(
    const struct judge *judge, const uint8_t dev[FV_DEV_BYTES]);
size_t judge_pack_count(const struct judge *judge);
const struct fv_rulepack *judge_pack(const struct judge *judge, size_t idx);
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
 * Fold the records of one case, known to this server or not.
 * Owned: *fold_out, fv_fold_free().  Errors: as judge_case().
 */
FV_NODISCARD enum fv_err judge_fold_case(
    struct judge *judge, const char *case_id, struct fv_fold **fold_out);
/* The same over a store, for whoever does not judge. */
FV_NODISCARD enum fv_err judge_fold_store(
    struct fv_store *store, const char *case_id, struct fv_fold **fold_out);

/* Records of all trails that cannot be read or placed.  Reads every record. */
FV_NODISCARD enum fv_err judge_count_unknown(struct judge *judge, size_t *count_out);

/* The first zone of a case, and its name ("": none); NULL: not in this machine's database. */
const struct fv_zone *judge_zone(struct judge *judge, const struct fv_store_case *row,
    char name_out[FV_ZONE_NAME_MAX_BYTES + 1]);

/* Cases that records or corrections name and that the store does not know, by id. */
typedef enum fv_err (*judge_stray_fn)(struct fv_span case_id, void *ctx);
FV_NODISCARD enum fv_err judge_each_stray(struct judge *judge, judge_stray_fn fn, void *ctx);

/* A finding that is new or has changed, as the row to append (run and judged_ms are the
 * caller's).  Borrowed: for the call. */
struct fv_store_finding;
typedef enum fv_err (*judge_change_fn)(
    const struct fv_store_finding *row, const struct judged_finding *finding, void *ctx);
/*
 * The case as the queue shows it, of a judgement with has_open: {"case", "agency", "zone",
 * "judged_ms", "digest", "visits": [...]}; queue_do.c reads it.  *out NULL: it is what was
 * put last.  Owned: *out, json_decref().  Errors: FV_ENOMEM and those of the store
 */
FV_NODISCARD enum fv_err judge_picture(
    struct judge *judge, const struct judgement *judgement, int64_t judged_ms, json_t **out);

/*
 * Every finding of the judgement whose verdict, inputs hash or provisional mark is not
 * the last one's; n/a counts only over another verdict, and what rests on erased evidence
 * never replaces a verdict.  Not for a judge with has_texts.
 */
FV_NODISCARD enum fv_err judge_each_change(const struct judge *judge,
    const struct judgement *judgement, judge_change_fn on_change, void *ctx);

#endif
