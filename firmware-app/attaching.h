/*
 * One file on its way into the trail: read, sealed in pieces, the pieces made durable, and
 * only then named by one ATTACHMENT record.  Whatever ends it before leaves nothing that a
 * record names, and the next start of the store drops what was staged.  It never waits by
 * itself: the agent polls fd and calls step; a command without an agent does the same.
 *
 * Threads: one.  Memory: the content key and one piece in secret memory, the rest bounded.
 */
#ifndef FV_APP_ATTACHING_H
#define FV_APP_ATTACHING_H

#include "firmware-app/app.h"
#include "firmware-app/verb.h"

struct fv_attaching;

/*
 * Begin, as the call's words and its descriptor say (which is duplicated).  Holds: app.
 * NULL: the reply says why not.  Release with fv_attaching_free().
 */
struct fv_attaching *fv_attaching_new(
    struct fv_app *app, const struct fv_call *call, struct fv_reply *reply);

/* What to poll for reading between steps. */
int fv_attaching_fd(const struct fv_attaching *a);

/* Take what can be read now, up to 128 KiB.  True: it is over, tell how. */
bool fv_attaching_step(struct fv_attaching *a);

/* Say how it went; sets the exit code. */
void fv_attaching_tell(const struct fv_attaching *a, struct fv_reply *reply);

/* Release and wipe; what is not over leaves nothing behind.  NULL is fine. */
void fv_attaching_free(struct fv_attaching *a);

#endif
