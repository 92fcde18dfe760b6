/*
 * Tells people of alerts: a thread that runs the commands of `serve --alert`, the first on
 * the list at once, the next when nobody has seen the alert for two minutes or when the
 * one before failed, and so on around the list until somebody has.  What it is at stands
 * in the store: a server that was killed goes on where it was.
 *
 * A command is a program, found as a shell finds it, run without a shell and without
 * arguments, standard input empty.  It is told what it needs to know by its environment
 * (fieldvisitd(8)); it is ended after FV_ALERTER_COMMAND_MS.  At most one runs for one
 * alert at a time.
 *
 * Threads: start and stop from one thread; it has its own.
 */
#ifndef FV_ALERTER_H
#define FV_ALERTER_H

#include "sync-server/writer.h"

#define FV_ALERTER_COMMANDS_MAX 8U
#define FV_ALERTER_CHILDREN_MAX 16U /* at a time */
#define FV_ALERTER_COMMAND_MS 30000 /* then it is killed and has failed */

struct fv_alerter;

/* True when `commands` is a list that start takes: up to FV_ALERTER_COMMANDS_MAX programs
 * with commas between, or empty. */
bool fv_alerter_check(const char *commands);

/* Start.  Holds: writer, commands, until stop.  `dir` is the data folder.
 * Errors: FV_ENOMEM;  those of fv_store_open() */
FV_NODISCARD enum fv_err fv_alerter_start(const char *dir, struct fv_writer *writer,
    const char *commands, struct fv_alerter **alerter_out);

/* End the thread and the commands that run.  NULL is fine. */
void fv_alerter_stop(struct fv_alerter *alerter);

#endif
