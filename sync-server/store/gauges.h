/*
 * How much of what is here: for whoever watches the server.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_GAUGES_H
#define FV_STORE_GAUGES_H

#include "store.h"

struct fv_store_gauges {
	uint64_t devices; /* approved and not revoked */
	uint64_t silent;  /* of those: no sync and no approval since */
	uint64_t records; /* of all trails */
	uint64_t sealed;  /* of those */
	uint64_t missing; /* parts that are named and have not come */
	uint64_t alerts;  /* that nobody has seen */
	uint64_t leaves;  /* of the ledger */
	uint64_t fails;   /* findings that nobody has decided, */
	uint64_t reviews; /* by verdict */
	bool has_backup;
	int64_t backup_ms; /* when the last one was made; has_backup */
};
FV_NODISCARD enum fv_err fv_store_gauges(
    struct fv_store *store, int64_t silent_since_ms, struct fv_store_gauges *out);

/* Dates of officers who are not disabled and of agencies that are not closed. */
struct fv_store_dates {
	uint64_t
	    past; /* ends that are past, and what is older than a year and must be renewed */
	uint64_t near; /* ends and renewals of the next 30 days */
};
/* `today`: days since 1970-01-01. */
FV_NODISCARD enum fv_err fv_store_dates(
    struct fv_store *store, int64_t today, struct fv_store_dates *out);

/* A backup was made. */
FV_NODISCARD enum fv_err fv_store_backup_made(struct fv_store *store, int64_t at_ms);

#endif
