/*
 * Officers of a roster from a CSV file: the columns id and name; others are for other verbs
 * that read the same file and are passed over.
 *
 * Threads: no state.
 */
#ifndef FV_ROSTERFILE_H
#define FV_ROSTERFILE_H

#include "fv/roster.h"

/* What is wrong, and where. */
struct rosterfile_fault {
	size_t line;        /* from 1 */
	const char *column; /* static; "": none */
	const char *rule;   /* static */
};

/*
 * Add every row's officer, or change his name; all of them or none.
 * Errors: FV_EFORMAT FV_ERANGE FV_ETOOBIG: *fault_out says where, roster is unchanged;
 *         FV_ENOMEM
 */
FV_NODISCARD enum fv_err rosterfile_officers(struct fv_span file, struct fv_roster *roster,
    size_t *count_out, struct rosterfile_fault *fault_out);

#endif
