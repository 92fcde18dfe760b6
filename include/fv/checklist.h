/*
 * The checklist at the door: what an officer is asked at each step of a visit, and what
 * his answers say (PROTOCOL.md section 2, "The checklist").
 *
 * Threads: no shared state.  Memory: none but the caller's struct.
 */
#ifndef FV_CHECKLIST_H
#define FV_CHECKLIST_H

#include "fv/cbor.h"
#include "fv/history.h"

/* Item ids, in the order in which the steps must happen; FV_CODES_CHECKLIST names them. */
enum fv_step {
	FV_STEP_IDENTIFY = 1, /* says who he is and for whom he comes */
	FV_STEP_CREDENTIAL,   /* shows his credential */
	FV_STEP_CONFIRM,      /* has confirmed whom he speaks with */
	FV_STEP_DEBT,         /* names the debt */
	FV_STEP_DISCLOSE,     /* says what the rules want said */
	FV_STEP_RECORD,       /* a sound recording runs, and they know of it */
	FV_STEP_FILM,         /* films inside, with their express consent */
	FV_STEP_ENTER,        /* goes in, expressly invited */
	FV_STEP_LEAVE,        /* nobody has asked him to leave, or he left */
};
#define FV_CHECKLIST_STEP_MAX 9U

/* The items of every list, whatever the packs say: the order of the two is what keeps a
 * debt from a stranger's ears. */
#define FV_CHECKLIST_ALWAYS (1U << (FV_STEP_CONFIRM - 1) | 1U << (FV_STEP_DEBT - 1))

/* The items that a rule of this kind (enum fv_rule_kind) asks for, as fv_code_bit()s. */
FV_EXPORT uint32_t fv_checklist_items(uint32_t kind);

/* True where the answer breaks no rule by itself. */
FV_EXPORT bool fv_checklist_is_green(uint32_t item, bool answer);

/* The answers of one visit so far; begin with all zero. */
struct fv_checklist {
	uint32_t answered;                         /* bits of the items */
	uint32_t yes;                              /* of those: the last answer is yes */
	uint64_t since[FV_CHECKLIST_STEP_MAX + 1]; /* seq that first gave it, by item */
};

/* Take an answer; seqs rise or repeat.  An item that is none of the above is passed over. */
FV_EXPORT void fv_checklist_take(
    struct fv_checklist *list, uint64_t item, bool answer, uint64_t seq);

/* The next pair of payload key 4, an array whose head was read.  False: it is no pair. */
FV_EXPORT bool fv_checklist_next(
    struct fv_cbor_reader *reader, uint64_t *item_out, bool *answer_out);

/* The last answer to an item. */
FV_EXPORT enum fv_tri fv_checklist_answer(const struct fv_checklist *list, uint32_t item);

/* Whether he identified himself: by both items. */
FV_EXPORT enum fv_tri fv_checklist_identified(const struct fv_checklist *list);

/* Whether he knew whom he spoke with before the debt was named: a debt named first, or
 * with the question not answered, is a no. */
FV_EXPORT enum fv_tri fv_checklist_confirmed(const struct fv_checklist *list);

#endif
