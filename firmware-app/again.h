/*
 * A call in several turns: a verb asks the person at the terminal, or gives its output in
 * pieces, so that neither end holds the whole.  The data side answers FV_EXIT_AGAIN; the
 * terminal side prints what came and calls again, until another exit code comes.
 *
 * Threads: one.  Memory: the call's inputs.
 */
#ifndef FV_APP_AGAIN_H
#define FV_APP_AGAIN_H

#include "firmware-app/verb.h"

#define FV_EXIT_AGAIN 250 /* never leaves the program */
#define FV_AGAIN_TTY "?"  /* inputs[0]: a person is there and can be asked */
#define FV_AGAIN_YES "yes"
#define FV_AGAIN_NO "no"
#define FV_AGAIN_NONE "-" /* asked, and neither was answered */

/* Terminal side, before the call: say in it whether a person can be asked. */
void fv_call_may_ask(struct fv_call *call);

/* Data side: true when the person was asked already, whatever he answered. */
bool fv_call_asked(const struct fv_call *call);
/* Data side: ask, where a person is there.  False: nobody is. */
bool fv_call_ask(const struct fv_call *call, const char *question, struct fv_reply *reply);
/* Data side: what was written so far is a piece; call again with this cursor. */
void fv_reply_more(struct fv_reply *reply, struct fv_span cursor);
/* Data side: the cursor of the piece before; empty at first. */
struct fv_span fv_call_cursor(const struct fv_call *call);

/* True when the reply asks a person. */
bool fv_reply_asks(const struct fv_reply *reply);
/*
 * Terminal side: print the piece, ask or take the cursor, and clear the reply for the next
 * turn.  False: standard output takes no more.
 */
bool fv_call_turn(struct fv_call *call, struct fv_reply *reply);

#endif
