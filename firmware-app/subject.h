/*
 * The case that a record speaks of, and what is read in its light: local times in its
 * zone, debts that are its own.
 *
 * Threads: one.  Memory: fv_subject_clear() releases all.
 */
#ifndef FV_APP_SUBJECT_H
#define FV_APP_SUBJECT_H

#include "firmware-app/payload.h"
#include "fv/item.h"
#include "fv/zone.h"

#define FV_DAY_MINUTES 1440U

struct fv_subject {
	struct fv_app *app;       /* held */
	const char *case_id;      /* held */
	struct fv_item_case item; /* into body */
	struct fv_buf body;       /* owned */
	struct fv_zone *zone;     /* owned; NULL until a local time is read */
};

/* Load it; release with fv_subject_clear(), also after false.  False: the reply says why. */
bool fv_subject_load(struct fv_subject *subject, struct fv_app *app, const char *case_id,
    struct fv_reply *reply);
void fv_subject_clear(struct fv_subject *subject);

/* "HH:MM" as minutes after midnight, "24:00" included.  False: it is not that. */
bool fv_minute_of_day(struct fv_span text, uint32_t *minute_out);

/*
 * An option's time: RFC 3339, or local in the case's first zone as YYYY-MM-DD,
 * YYYY-MM-DDTHH:MM or HH:MM (today).  A date alone is its first instant, with `is_until`
 * the first after it.  *has_out: the option is given.  False: it is no time.
 */
bool fv_subject_time(struct fv_subject *subject, const struct fv_call *call,
    const char *option, bool is_until, bool *has_out, int64_t *utc_ms_out,
    struct fv_reply *reply);

/* As fv_call_ids(), of debts that the case has (any, where it names none). */
bool fv_subject_debts(const struct fv_subject *subject, const struct fv_call *call,
    const char *option, const char **list_out, struct fv_reply *reply);

#endif
