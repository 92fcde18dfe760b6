/*
 * Profiles: one handheld for several banks.  Each is a folder of its own beside the others
 * (FOLDER@NAME), with its own keys, trail, cases and agent; they share the receiver alone.
 *
 * A bank sees only what its own shift recorded.  Two shifts at once would show each bank
 * where its officer is while he works for the other, and so the other's borrowers: one
 * profile records at a time.  A file in the folder says that it does.
 *
 * Threads: one.  Memory: none kept.
 */
#ifndef FV_APP_PROFILE_H
#define FV_APP_PROFILE_H

#include "firmware-app/app.h"
#include "firmware-app/verb.h"

#define FV_PROFILE_MAX 24U          /* characters of a name */
#define FV_PROFILE_FILE "recording" /* in a folder whose shift is open and not paused */

/* The name of a folder's profile; "": it is none.  Returns borrowed: dir. */
const char *fv_profile_name(const char *dir);

/* Say in the folder whether it records now.  What cannot be written is not said. */
void fv_profile_mark(const struct fv_app *app, bool is_recording);

/* Mark it as recording, unless another profile does: false, and the reply names that. */
bool fv_profile_take(const struct fv_app *app, struct fv_reply *reply);

/* At a visit's begin: say so when another bank records the way to it meanwhile. */
void fv_profile_warn(const struct fv_app *app, struct fv_reply *reply);

/* `profiles`: which there are, and which agent runs or records. */
int fv_cmd_profiles(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);

#endif
