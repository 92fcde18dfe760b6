/*
 * What the desk did, as ledger leaves: POLICY [agency, what, sdoc], the document kept with a
 * salt beside the ledger.
 *
 * Threads: the thread that writes.
 */
#ifndef FV_SERVER_WORKLOG_H
#define FV_SERVER_WORKLOG_H

#include "sync-server/host.h"

/* A leaf about this text. */
FV_NODISCARD enum fv_err fv_worklog(
    struct fv_host *host, const char *what, struct fv_span text, uint64_t *index_out);
/* The same for "SUBJECT REASON by WHO at WHEN". */
FV_NODISCARD enum fv_err fv_worklog_about(struct fv_host *host, const char *what,
    const char *subject, const char *reason, const char *who);

/* Whether it is one of these; the list ends with NULL. */
bool fv_worklog_is_reason(const char *reason, const char *const *reasons);

#endif
