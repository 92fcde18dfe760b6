/*
 * May I knock?  The rules that count before a visit, over what this handheld knows: one
 * judge for `check` and `plan`, so that both say the same.
 *
 * A judge keeps packs, zones and the engine while one call of a verb lasts; nothing of it
 * outlives the call, so that nothing it says is of an earlier moment.
 *
 * Threads: one.  Memory: owned; fv_judge_free(), fv_judgement_clear().
 */
#ifndef FV_APP_JUDGE_H
#define FV_APP_JUDGE_H

#include "firmware-app/app.h"
#include "firmware-app/packs_kept.h"
#include "firmware-app/syncstate.h"
#include "firmware-app/verb.h"

struct fv_judge;

/*
 * `now_utc_ms` is the moment that is judged.
 * Errors: FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_judge_new(
    struct fv_app *app, int64_t now_utc_ms, struct fv_judge **judge_out);
void fv_judge_free(struct fv_judge *judge);

/* The visit that is asked about: --with, --place and --purpose.  Without it: this
 * handheld's officer alone.  False: said in the reply. */
bool fv_judge_read(struct fv_judge *judge, const struct fv_call *call, struct fv_reply *reply);

/* Ask about a visit of this place and purpose, by this handheld's officer; 0: not said. */
void fv_judge_plan(struct fv_judge *judge, uint32_t place, uint32_t purpose);

/* One answer and all that it is made of.  It must stay where it is, and is good until the
 * judge is asked again. */
struct fv_judgement {
	const struct fv_packset *packs; /* the judge's */
	struct fv_casebook book;        /* owned */
	struct fv_check check;          /* owned */
	struct fv_check_plan plan;      /* as judged; holds what the caller's held */
};

/*
 * Judge one case.  Release with fv_judgement_clear(), also after an error.
 * Errors: FV_ENOENT    no such case here
 *         FV_EDENIED   its zone is not known on this machine
 *         FV_ECORRUPT FV_EIO FV_ENOMEM FV_ETOOBIG
 */
FV_NODISCARD enum fv_err fv_judge_ask(
    struct fv_judge *judge, const char *case_id, struct fv_judgement *out);
void fv_judgement_clear(struct fv_judgement *j);

/* The answer; what cannot be judged is for a person. */
enum fv_check_answer fv_judgement_answer(const struct fv_judgement *j);

/* Who must decide, and why. */
void fv_judgement_put_who(const struct fv_judgement *j, struct fv_buf *out);

/* The answer as one sentence; it never says that a visit is lawful. */
void fv_judgement_put_sentence(const struct fv_judgement *j, struct fv_buf *out);

#endif
