/*
 * What the parts of `audit run` share: one run over the store, in batches, each of them
 * durable with how far it got.  Private to audit_*.c.
 *
 * Reading is done here, beside a running server; what is to be written goes to whoever
 * writes: the server, by its control socket, or this process when none runs.
 *
 * Threads: the main thread.
 */
#ifndef FV_AUDIT_RUN_H
#define FV_AUDIT_RUN_H

#include <stdio.h>

#include "sync-server/cli.h"
#include "sync-server/judge.h"
#include "sync-server/standing.h"
#include "sync-server/store/findings.h"
#include "sync-server/verb.h"

/* A pack as a run remembers it: its SHA-256 and that of what it is laid over, or zeros. */
#define AUDIT_PACK_BYTES (2U * FV_HASH_BYTES)
#define AUDIT_ROW_MEMBERS 15U

/* What a run counts; it goes on with these numbers after an interruption. */
struct audit_tally {
	uint64_t cases;                         /* that are done */
	uint64_t not_judged;                    /* of them */
	uint64_t verdicts[FV_VERDICT_FAIL + 1]; /* by verdict */
	uint64_t changed;                       /* findings new or changed */
	/* from verdict, or 0 for none, to verdict */
	uint64_t moves[FV_VERDICT_FAIL + 1][FV_VERDICT_FAIL + 1];
};

/* How it was asked for. */
struct audit_args {
	struct fv_cli_list packs;  /* --pack */
	struct fv_cli_list drafts; /* --draft */
	const char *rules;         /* --rules; NULL: not given */
	const char *case_id;       /* NULL: all */
	const char *agency;        /* NULL: all */
	bool has_from, has_until;
	int64_t from_day, until_day;
	bool resumes, shows_changes, as_json, is_quiet;
};

struct audit_progress {
	bool is_shown, is_terminal;
	uint64_t done, total, at_start;
	int64_t start_ms, next_ms; /* monotonic */
};

struct audit_run {
	struct audit_args args;
	struct fv_host *host;   /* owned; NULL: a server writes, or nothing is written */
	struct fv_store *store; /* the host's, else owned: for reading */
	struct judge *judge;    /* owned */
	bool is_trial;
	uint64_t no; /* of the run; 0: a trial */
	int64_t started_ms, today_utc_ms;
	char cursor[FV_CASE_ID_BYTES];         /* the last case that is done; "": none */
	char written_cursor[FV_CASE_ID_BYTES]; /* of the last batch that was written */
	struct audit_tally tally, written_tally;
	struct standing_tally standing; /* zeros: not looked at */
	json_t *rows;                   /* owned: findings that wait to be written */
	json_t *pictures; /* owned: of judge_picture(), likewise; NULL: none are drawn */
	FILE *changes;    /* owned: of a trial, a JSON array a line; NULL: none are shown */
	struct audit_progress progress;
	json_t *resumed; /* owned: the arguments that it goes on with */
};

/*
 * Choose what judges: --pack and --draft, or for neither the adopted packs.  Sets
 * is_trial.  Opens run->judge.  Returns an exit code and says why.
 */
int audit_choose_packs(struct audit_run *run);
/* Exactly these packs (AUDIT_PACK_BYTES each), from the store.  As above. */
int audit_take_packs(struct audit_run *run, struct fv_span hashes);

/* All packs that are adopted now judge all contacts of a case: what comes out is what the
 * queue shows.  After another run the server draws that, when it runs. */
bool audit_is_whole(const struct audit_run *run);

/* Begin a run, or go on with the one that was interrupted.  As above. */
int audit_begin(struct audit_run *run);
/* Load what the run that --resume goes on with was asked for.  FV_EXIT_NO: there is none. */
int audit_load(struct audit_run *run, struct fv_buf *packs_out);

/*
 * Keep a finding: counts it, and writes it with the next batch, or shows it in a trial.
 * `was`: the verdict of its last revision, 0 for none.  Findings about a device, an
 * officer or an agency go by here too.  Errors: FV_ENOMEM FV_EIO
 */
FV_NODISCARD enum fv_err audit_keep(struct audit_run *run, const struct fv_store_finding *row,
    enum fv_verdict was, const struct fv_hash *was_pack);
/* Write what waits, with cursor and tally; `is_end` ends the run.  Returns an exit code. */
int audit_flush(struct audit_run *run, bool is_end);

/* A finding as an array, in the order in which audit_take() reads it.  `was`: verdict of its
 * last revision, 0 for none.  Owned: the result. */
json_t *audit_row_json(const struct fv_store_finding *row, enum fv_verdict was);

/* What was judged, on its way into the store: on the thread that writes. */
struct audit_taking {
	const json_t *rows;     /* of audit_row_json() */
	const json_t *pictures; /* of judge_picture(); NULL: none */
	bool is_pictured;       /* a picture was drawn of each case and sent where it is new */
	int64_t judged_ms;
	uint64_t run; /* 0: none */
};
/* Append the rows that say something new and set the queue.  What was judged before a
 * picture that is held already is left out. */
FV_NODISCARD enum fv_err audit_take(struct fv_host *host, const struct audit_taking *taking);

/* Tally to and from JSON.  Owned: the result. */
json_t *audit_tally_json(const struct audit_tally *tally);
void audit_tally_read(const json_t *json, struct audit_tally *out);

/* A line about how far it is, where and when one is due. */
void audit_progress_start(struct audit_run *run, uint64_t total);
void audit_progress_show(struct audit_run *run, bool is_last);
/* What came out: text or JSON on stdout.  Returns an exit code. */
int audit_show(struct audit_run *run);

#endif
