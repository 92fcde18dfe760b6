/*
 * What is wrong with a server, one line each, with the repair to type: the one table behind
 * `doctor`, /healthz and /metrics.  It only reads.
 *
 * A check is *vital* when a server for which it is broken cannot do its work: then, and only
 * then, /healthz is 503.
 *
 * Threads: that of the store.
 */
#ifndef FV_HEALTH_H
#define FV_HEALTH_H

#include "sync-server/store/store.h"

#define HEALTH_LINES_MAX 24U
#define HEALTH_SILENT_MS (72 * INT64_C(3600000)) /* a handheld without a sync for so long */

/* Numbers of the metric fieldvisit_health. */
enum health_state { HEALTH_OK = 0, HEALTH_ATTENTION = 1, HEALTH_BROKEN = 2 };

struct health_line {
	const char *check; /* static */
	enum health_state state;
	bool is_vital;
	char says[320];
	char repair[160]; /* "": none is needed, or none can be typed */
};

struct health {
	struct health_line lines[HEALTH_LINES_MAX];
	size_t count;
};

struct health_in {
	const char *dir;
	struct fv_store *store; /* for reading, in a view; NULL: it cannot be read, */
	enum fv_err store_rc;   /* and why */
	int64_t now_ms;
	bool is_serving;     /* asked by the server itself: */
	bool takes_writes;   /* whether its last commit went well */
	struct fv_span cert; /* PEM of its TLS; empty: none */
	const char *inbox;   /* the folder that it watches; NULL: none */
	bool is_quick;       /* only what changes within seconds; the rest is not added */
};

/* Every check, in the order of the table.  Of a folder that is not there only that. */
void health_look(const struct health_in *in, struct health *out);

/* Add a line.  printf-like; `repair` may be NULL. */
void health_say(struct health *h, const char *check, enum health_state state,
    const char *repair, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* True when nothing vital is broken. */
bool health_is_well(const struct health *h);
/* "ok", "attention", "broken". */
const char *health_word(enum health_state state);

/* -- the slower checks (health_fleet.c, health_inbox.c)
 * -------------------------------------------------- */

void health_check_skew(const struct health_in *in, struct health *out);
void health_check_roster(const struct health_in *in, struct health *out);
void health_check_verdicts(const struct health_in *in, struct health *out);
void health_check_backup(const struct health_in *in, struct health *out);
void health_check_packs(const struct health_in *in, struct health *out);
void health_check_devices(const struct health_in *in, struct health *out);
void health_check_dates(const struct health_in *in, struct health *out);
void health_check_cases(const struct health_in *in, struct health *out);
void health_check_inbox(const struct health_in *in, struct health *out);
void health_check_tls(const struct health_in *in, struct health *out);

#endif
