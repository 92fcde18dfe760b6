/*
 * The guide for shells: the next step as a command, and why.
 */
#ifndef FV_PRACTICE_STEPS_H
#define FV_PRACTICE_STEPS_H

#include "firmware-app/reply.h"

/* Say the next step of a ready practice folder; returns the exit code. */
int fv_practice_tell_step(const char *dir, struct fv_reply *reply);

#endif
