/*
 * What `doctor` looks at: one line each, with the repair to type.  A check says what it
 * found and never fails itself: it must work where nothing else does.
 *
 * Threads: one.  Memory: what the members say.
 */
#ifndef FV_APP_DOCTOR_H
#define FV_APP_DOCTOR_H

#include <jansson.h>

#include "firmware-app/verb.h"

/* Marks a word that is translated where it is shown. */
#define N_(s) s

enum fv_health {
	FV_HEALTH_OK,
	FV_HEALTH_ATTENTION, /* it works, and something should be done */
	FV_HEALTH_BROKEN,
};

struct fv_doctor {
	const struct fv_call *call; /* held */
	struct fv_reply *reply;     /* held */
	json_t *status;             /* owned: the answer of `status`; NULL: none came */
	bool is_ill;                /* something was not ok */
};

/* The text of a failed answer, and its message id; NULL, both: it did not fail. */
const char *fv_doctor_failure(const json_t *answer, const char **id_out);

/*
 * One line.  `what` is the check's stable word, N_(); `repair` is what to do, translated, or
 * NULL; fmt is translated.  Borrows all of them.
 */
void fv_doctor_say(struct fv_doctor *d, const char *what, enum fv_health health,
    const char *repair, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* doctor_gps.c: gpsd, receiver, fix, clock.  Waits some seconds for a fix. */
void fv_doctor_gps(struct fv_doctor *d);
/* doctor_host.c: disk, link, server, terminal. */
void fv_doctor_host(struct fv_doctor *d);

#endif
