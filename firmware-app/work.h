/*
 * What is open on this handheld: the shift and the visit, as the records say.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_WORK_H
#define FV_APP_WORK_H

#include "firmware-app/json.h"
#include "firmware-app/store/store.h"
#include "fv/codes.h"
#include "fv/lines.h"

#define FV_SET_PAUSED "paused" /* wall clock when the officer paused; else absent */

/* Key 5 of an OFFICER record. */
enum fv_officer_what {
	FV_OFFICER_TAKES = 1,
	FV_OFFICER_RETURNS = 2,
	FV_OFFICER_AGREES = 3, /* to tracks */
	FV_OFFICER_REFUSES = 4,
};

struct fv_work {
	bool has_shift;
	uint64_t shift_seq; /* of SHIFT_BEGIN */
	int64_t shift_ms;   /* its wall clock */
	char officer[FV_ID_BYTES];
	bool is_paused;     /* by the officer, in the open shift */
	int64_t paused_ms;  /* wall clock; is_paused */
	enum fv_tri tracks; /* may the track of `officer` be kept: his own last answer */
	bool has_visit;
	uint64_t visit_seq; /* of VISIT_BEGIN */
	int64_t visit_ms;   /* its wall clock */
	char case_id[FV_CASE_ID_BYTES];
	uint32_t place, purpose; /* codes; 0: not said */
	bool is_carried;         /* the visit was open across a restart */
	bool has_outcome;        /* an OUTCOME of the open visit is recorded */
};

/* Errors: FV_ECORRUPT FV_EIO FV_ENOMEM */
FV_NODISCARD enum fv_err fv_work_load(struct fv_store *store, struct fv_work *work_out);

/*
 * The officer's own last answer: may his track be kept?  FV_TRI_UNKNOWN: he gave none.
 * Errors: FV_ECORRUPT FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_work_answer(
    struct fv_store *store, const char *officer, enum fv_tri *tracks_out);

/* "tracks": true, false, or null while the officer has not answered. */
void fv_work_tell_tracks(const struct fv_work *work, struct fv_json *json);

#endif
