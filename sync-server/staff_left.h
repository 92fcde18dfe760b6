/*
 * Who may be sent, and the open cases to which nobody may go: each officer assigned to them
 * is off the roster in force, or barred in the register.
 *
 * Threads: that of the store.
 */
#ifndef FV_STAFF_LEFT_H
#define FV_STAFF_LEFT_H

#include "sync-server/store/store.h"

#define STAFF_LEFT_NAMES_BYTES 200U

struct staff_left {
	size_t count;                       /* of the cases */
	char names[STAFF_LEFT_NAMES_BYTES]; /* the first of them, "c1, c2 ..."; "": none */
};

/* The ids of the officers of the roster in force whom nothing bars, as a JSON list; Appends
 * to `list`.  Errors: FV_ENOENT  no roster is in force;  as store.h */
FV_NODISCARD enum fv_err staff_may_go(
    struct fv_store *store, int64_t now_ms, struct fv_buf *list);

/* Count and name the cases.  Errors: as staff_may_go() */
FV_NODISCARD enum fv_err staff_left_look(
    struct fv_store *store, int64_t now_ms, struct staff_left *out);

#endif
