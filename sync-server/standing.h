/*
 * Standing findings of a store: what its trails, cases and dates say by the rules about
 * cases, devices, officers and agencies, and the hints about stops and single visits.
 *
 * Of a track nothing is written but the interval of a stop at a case; a stop at a place
 * that is no case is never listed.
 *
 * Threads: one thread's, over a store of its own.
 */
#ifndef FV_SERVER_STANDING_H
#define FV_SERVER_STANDING_H

#include "sync-server/judge.h"
#include "fv/standing.h"
#include "sync-server/store/findings.h"

#define STANDING_DAYS 400 /* visits and tracks before so many days are not looked at */

/* What a run found. */
struct standing_tally {
	size_t fails, reviews, hints; /* hints are reviews too, counted apart */
	size_t written;               /* rows */
};

/* Takes a row to append, with the verdict and pack of the finding's last revision (0 and
 * NULL: there is none).  Borrowed: for the call.  An error stops the run. */
typedef enum fv_err (*standing_write_fn)(const struct fv_store_finding *row,
    enum fv_verdict was, const struct fv_hash *was_pack, void *ctx);

/* Takes a finding that is fail or review.  As above. */
struct standing_about;
typedef enum fv_err (*standing_show_fn)(
    const struct fv_finding *finding, const struct standing_about *about, void *ctx);

/* Whom a finding is about, and what belongs to its row. */
struct standing_about {
	const char *subject;  /* contact id, or "case:", "device:", ... and id */
	enum fv_subject kind; /* of what it rests on, */
	uint32_t idx;         /* and its number in the run */
	const char *case_id;  /* NULL: about no case */
	int64_t at_ms;        /* legal time of the visit or stop; 0: about none */
	int64_t day, today;   /* local date of that, and of now there */
	bool is_provisional;
};

/* What a run is made with. */
struct standing_opts {
	struct judge *judge;    /* its packs judge */
	struct fv_store *store; /* for reading */
	int64_t now_ms;
	bool is_whole; /* the judge has every pack that counts: a finding by another is over */
	int64_t tracks_from_ms;  /* tracks before it are not read; 0: all of the time */
	standing_write_fn write; /* NULL with `show` */
	standing_show_fn show;   /* instead: nothing is compared with what is stored */
	void *ctx;
};
/*
 * Judge the whole store and give (`write`) a row for every standing finding whose verdict,
 * inputs or provisional mark has changed, or that no longer holds, or (`show`) every finding
 * to act on.  What is counted of verdicts on contacts is with `write` what the store has of
 * them; with `show` the judge has texts, and they are judged again. Errors: as store.h;  what
 * `write` returned
 */
FV_NODISCARD enum fv_err standing_run(
    const struct standing_opts *opts, struct standing_tally *out);

/* One standing finding.  Strings are owned by the list. */
struct standing_row {
	char *subject, *case_id; /* case_id "": about no case */
	char *pack, *rule;
	enum fv_verdict verdict;
	uint32_t severity;
	bool is_provisional, is_hint;
	const char *audience; /* static; NULL: everyone */
	int64_t at_ms;        /* of a visit or stop; 0: of none */
	int64_t day, today;   /* local dates of that and of now there; standing_live() */
	char *why_en, *why_zh, *json;
};
struct standing_list {
	struct standing_row *rows; /* fail first, then by severity, subject, pack and rule */
	size_t count, cap;
	int64_t judged_ms; /* standing_list(): of the newest revision; 0: there is none */
};
/*
 * Those that a run of now would give, by a judge with texts.
 * Owned: what *out holds, standing_list_clear().  Errors: as standing_run()
 */
FV_NODISCARD enum fv_err standing_live(struct standing_opts *opts, struct standing_list *out);
/*
 * The findings written last that are fail or review, of one case when case_id is not NULL.
 * Owned: what *out holds, standing_list_clear().  Errors: as store.h
 */
FV_NODISCARD enum fv_err standing_list(
    struct fv_store *store, const char *case_id, struct standing_list *out);
/*
 * The newest revisions of these findings, whatever they say, row by row in the order of `ids`;
 * one that is not there, or whose inputs were blanked, has empty sentences.
 * Owned: what *out holds, standing_list_clear().  Errors: as store.h
 */
FV_NODISCARD enum fv_err standing_list_of(
    struct fv_store *store, uint8_t (*ids)[16], size_t count, struct standing_list *out);
void standing_list_clear(struct standing_list *list);
void standing_row_clear(struct standing_row *row);

#endif
