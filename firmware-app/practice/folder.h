/*
 * The practice folder: a handheld's folder like any other, made without a server.
 *
 * Threads: one.  Memory: none kept.
 */
#ifndef FV_PRACTICE_FOLDER_H
#define FV_PRACTICE_FOLDER_H

#include "firmware-app/practice/items.h"
#include "firmware-app/reply.h"

#define FV_PRACTICE_PIN "135790"

/*
 * Make the folder ready: where there is none, with a made-up agency, and where there is one,
 * with today's cases; one that a program has open is left as it is, and one whose cards have
 * expired is made anew.  zone_out is the one of its cases.
 * False: the reply says why; a folder of another agency is never touched.
 */
bool fv_practice_ready(
    const char *dir, char zone_out[FV_PRACTICE_ZONE_BYTES], struct fv_reply *reply);

/* Remove a practice folder that nobody has open.  False: the reply says why. */
bool fv_practice_reset(const char *dir, struct fv_reply *reply);

#endif
