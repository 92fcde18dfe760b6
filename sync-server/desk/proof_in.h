/*
 * What the exports and reports of the desk share.  Private to desk/proof*.c.
 *
 * An export is a stream: it is logged in the ledger before its first byte, reads the store
 * a piece at a time through a store of its own, and holds one case at most.
 */
#ifndef FV_DESK_PROOF_IN_H
#define FV_DESK_PROOF_IN_H

#include "sync-server/desk/routes.h"
#include "sync-server/judge.h"
#include "sync-server/store/findings.h"

#define PROOF_PIECE_BYTES 65536U /* about what one step makes */

/* What is wanted of a list of contacts or findings; all zero: everything. */
struct proof_filter {
	bool has_from, has_until;
	int64_t from_day, until_day; /* local dates of the case, both in it */
	char agency[FV_ID_BYTES];    /* "": any */
	char officer[FV_ID_BYTES];
	char case_id[FV_CASE_ID_BYTES];
	char pack[64], rule[64];
	uint32_t verdicts;       /* bits 1 << enum fv_verdict; 0: any */
	uint32_t severity;       /* at least as grave: 1 only the gravest; 0: any */
	enum fv_channel channel; /* 0: any */
};

/* Read it from the query; a manager's agency is always his own.  False after a 422. */
bool proof_read_filter(
    struct desk_request *request, struct fv_web_answer *answer, struct proof_filter *out);
/* The filter as JSON, for the ledger and for the page.  Owned: the result. */
json_t *proof_filter_json(const struct proof_filter *filter);

/* Append the next piece.  FV_AGAIN: there is more;  FV_OK: that was all. */
typedef enum fv_err (*proof_more_fn)(struct fv_store *store, struct fv_buf *out, void *ctx);

struct proof_export {
	const char *name; /* of the file that it becomes */
	const char *type; /* static */
	json_t *asked;    /* taken: what goes into the ledger's document */
	proof_more_fn more;
	void (*release)(void *ctx);
	void *ctx; /* taken */
};
/* Log the export and answer with the stream; a problem is answered where that fails. */
void proof_stream(struct desk_request *request, struct fv_web_answer *answer,
    const struct proof_export *export);
/* Write the EXPORT leaf: who, and the hash of what was asked.  *index_out (may be NULL) is
 * the leaf's.  False after a problem. */
bool proof_log(struct desk_request *request, struct fv_web_answer *answer, const char *name,
    json_t *asked, json_int_t *index_out);
/* -- contacts, case by case --------------------------------------------------------- */

/* One contact with what was found about it. */
struct proof_contact {
	const struct fv_fold_contact *c;
	const char *agency;
	const struct fv_zone *zone; /* NULL: shown in UTC */
	const char *zone_name;
	int64_t day;           /* local date of its begin */
	enum fv_verdict worst; /* 0: not judged */
	uint32_t severity;     /* of the worst, 1 the gravest; 0: none */
	unsigned fails, reviews;
	unsigned complaints, leaves; /* said during it: complaint, leave_requested */
	bool is_provisional;
	bool is_wanted; /* a finding of it is, where the filter asks for findings */
};
typedef enum fv_err (*proof_contact_fn)(const struct proof_contact *contact, void *ctx);

/* A walk over all cases in the order of their ids. */
struct proof_walk {
	const struct proof_filter *filter;
	struct judge *judge; /* owned; for its packs and zones */
	char after[FV_CASE_ID_BYTES];
	bool is_stray;            /* the cases that this server does not know */
	proof_contact_fn contact; /* either */
	enum fv_err (*finding)(const struct fv_store_finding *finding,
	    const struct proof_contact *about, const struct fv_rule *rule, void *ctx); /* or */
	bool sees_hints; /* may see what is for auditors alone */
	struct fv_buf *out;
	void *ctx;
};
/* Go on with the next cases until a piece is full.  As proof_more_fn. */
enum fv_err proof_walk_on(struct proof_walk *walk, struct fv_store *store);
void proof_walk_clear(struct proof_walk *walk);

/* The word of a business result (PROTOCOL.md section 4); NULL: none. */
const char *proof_business_word(uint32_t code);

/* -- routes -------------------------------------------------------------------------- */

void proof_visits(struct desk_request *request, struct fv_web_answer *answer);
void proof_findings(struct desk_request *request, struct fv_web_answer *answer);
void proof_device_day(struct desk_request *request, struct fv_web_answer *answer);
void proof_visit_tar(struct desk_request *request, struct fv_web_answer *answer);
void proof_case_tar(struct desk_request *request, struct fv_web_answer *answer);
void proof_answer(struct desk_request *request, struct fv_web_answer *answer);
void proof_period(struct desk_request *request, struct fv_web_answer *answer);
void proof_outcomes(struct desk_request *request, struct fv_web_answer *answer);
void proof_unsigned(struct desk_request *request, struct fv_web_answer *answer);
void proof_log_export(struct desk_request *request, struct fv_web_answer *answer);

#endif
