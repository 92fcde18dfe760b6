/*
 * Contacts and events of the bank's other systems, and findings.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_FINDINGS_H
#define FV_STORE_FINDINGS_H

#include "store.h"

/* One line of the interchange, as it was imported. */
struct fv_store_import {
	struct fv_span source; /* "dialler", ...: the line's own or the default */
	struct fv_span id;     /* unique together with source */
	struct fv_span case_id;
	bool is_event;       /* else a contact */
	int64_t at_ms;       /* begin of a contact, at of an event */
	struct fv_span line; /* exact bytes of the JSON object */
};
typedef enum fv_err (*fv_store_import_fn)(const struct fv_store_import *line, void *ctx);

/* Errors: FV_EEXIST  the same line is there;  FV_ECONFLICT  the same source and id with
 * another line. */
FV_NODISCARD enum fv_err fv_store_import_put(
    struct fv_store *store, const struct fv_store_import *line);
/* Returns borrowed: until the next call on the store.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_import_get(struct fv_store *store, struct fv_span source,
    struct fv_span id, struct fv_store_import *out);
/* The imported lines of a case (all cases: NULL), by time, source and id. */
FV_NODISCARD enum fv_err fv_store_import_each(
    struct fv_store *store, const char *case_id, fv_store_import_fn fn, void *ctx);

/* One revision of one finding.  Rows are only ever added. */
struct fv_store_finding {
	uint8_t id[16];
	uint32_t revision;      /* from 1 */
	struct fv_span subject; /* contact id, or "case:", "device:", ... and id */
	struct fv_span case_id; /* empty: about no case */
	struct fv_span pack;
	struct fv_span rule;
	uint32_t verdict; /* as rulepack.h numbers them */
	bool is_provisional;
	int64_t contact_ms; /* legal time of the contact; 0 where the subject is no contact */
	struct fv_hash pack_sha256;
	struct fv_span engine; /* version texts */
	struct fv_span tzdata;
	struct fv_span as_of; /* CBOR, the writer's */
	struct fv_hash inputs_hash;
	struct fv_span inputs; /* CBOR or JSON, the writer's; empty: blanked */
	int64_t judged_ms;
	uint64_t run; /* that wrote it; 0: before runs were counted */
};
typedef enum fv_err (*fv_store_finding_fn)(const struct fv_store_finding *finding, void *ctx);

/* Add; `revision` is ignored: it becomes one more than the last.  Errors: as store.h. */
FV_NODISCARD enum fv_err fv_store_finding_append(
    struct fv_store *store, const struct fv_store_finding *finding);
/* The newest revision.  Returns borrowed: spans until the next call of this function or the
 * end of the transaction or view.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_finding_last(
    struct fv_store *store, const uint8_t id[16], struct fv_store_finding *out);
/* The newest revision of each finding about `case_id` (all: NULL), by contact_ms and id. */
FV_NODISCARD enum fv_err fv_store_finding_each(
    struct fv_store *store, const char *case_id, fv_store_finding_fn fn, void *ctx);
/* As fv_store_finding_each(), of the standing findings only: those whose inputs have a
 * member "says" (standing.h). */
FV_NODISCARD enum fv_err fv_store_standing_each(
    struct fv_store *store, const char *case_id, fv_store_finding_fn fn, void *ctx);

/* -- runs of the audit ------------------------------------------------------------ */

/* One run.  The newest one that has no end may go on; the texts are the writer's. */
struct fv_store_run {
	uint64_t no; /* from 1 */
	int64_t started_ms;
	bool is_ended;
	int64_t ended_ms;      /* with is_ended */
	struct fv_span args;   /* what it was asked for, JSON */
	struct fv_span packs;  /* hashes of what judges, the writer's */
	struct fv_span cursor; /* the last case that is done; empty: none */
	struct fv_span tally;  /* what it counted so far, JSON; empty: nothing */
};
/* Begin a run.  Reads started_ms, args and packs. */
FV_NODISCARD enum fv_err fv_store_run_put(
    struct fv_store *store, const struct fv_store_run *run, uint64_t *no_out);
/* The newest.  Returns borrowed: spans until the next call.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_run_last(struct fv_store *store, struct fv_store_run *out);
/* Set cursor, tally and end of run `no`.  Errors: FV_ESTATE  it has ended, or is unknown */
FV_NODISCARD enum fv_err fv_store_run_save(
    struct fv_store *store, const struct fv_store_run *run);

/* What one revision of a finding changed. */
struct fv_store_finding_change {
	struct fv_span case_id, subject, pack, rule;
	uint32_t was;          /* verdict before; 0: there was none */
	uint32_t now;          /* verdict */
	uint32_t was_revision; /* of the pack; 0: not known */
	uint32_t now_revision; /* likewise */
};
typedef enum fv_err (*fv_store_change_fn)(
    const struct fv_store_finding_change *change, void *ctx);
/* Revisions written by run `no` and later ones, by run, case, time and name. */
FV_NODISCARD enum fv_err fv_store_run_each_change(
    struct fv_store *store, uint64_t no, fv_store_change_fn fn, void *ctx);

#endif
