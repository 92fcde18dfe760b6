/*
 * A second officer's PIN on this handheld: it confirms that he is there (COSIGN) and opens
 * nothing.  It is wrapped like the holder's, and its wrong tries are counted and delayed
 * like his; the tenth erases it.
 *
 * Threads: one.  Memory: secrets in fv_secret_alloc() memory.
 */
#ifndef FV_APP_COSIGN_PIN_H
#define FV_APP_COSIGN_PIN_H

#include "firmware-app/pin.h"

/* Set or replace the officer's PIN; forgets his wrong tries.  False: the reply says why. */
bool fv_cosign_pin_set(
    struct fv_app *app, const char *officer, struct fv_span pin, struct fv_reply *reply);

/* Try it.  True: it was his.  False: the reply says why. */
bool fv_cosign_pin_try(
    struct fv_app *app, const char *officer, struct fv_span pin, struct fv_reply *reply);

#endif
