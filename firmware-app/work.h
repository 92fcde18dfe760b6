/*
 * What is open on this handheld: the shift and the visit, as the records say.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_WORK_H
#define FV_APP_WORK_H

#include "firmware-app/store/store.h"
#include "fv/lines.h"

struct fv_work {
	bool has_shift;
	uint64_t shift_seq; /* of SHIFT_BEGIN */
	int64_t shift_ms;   /* its wall clock */
	char officer[FV_ID_BYTES];
	bool has_visit;
	uint64_t visit_seq; /* of VISIT_BEGIN */
	int64_t visit_ms;   /* its wall clock */
	char case_id[FV_CASE_ID_BYTES];
	bool is_carried;  /* the visit was open across a restart */
	bool has_outcome; /* an OUTCOME of the open visit is recorded */
};

/* Errors: FV_ECORRUPT FV_EIO FV_ENOMEM */
FV_NODISCARD enum fv_err fv_work_load(struct fv_store *store, struct fv_work *work_out);

#endif
