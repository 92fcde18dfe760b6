/*
 * The cap on the day's data (setting data.cap_mib_day): once the meter has reached it,
 * attachments wait for the next local day.  Records, notes and an SOS never do.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_DATACAP_H
#define FV_APP_DATACAP_H

#include "firmware-app/app.h"

struct fv_datacap {
	uint64_t cap_bytes;  /* 0: there is none */
	uint64_t left_bytes; /* of it today, with cap_bytes; 0: not a slice more */
};

/* Errors: FV_EIO FV_ENOMEM FV_ECORRUPT */
FV_NODISCARD enum fv_err fv_datacap_read(const struct fv_app *app, struct fv_datacap *out);

/* True when attachments wait because of it. */
bool fv_datacap_is_reached(const struct fv_datacap *cap);

#endif
