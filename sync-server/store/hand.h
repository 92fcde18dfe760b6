/*
 * Whose hand a handheld is in, and by which ticket another than its first officer took it.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_HAND_H
#define FV_STORE_HAND_H

#include "store.h"

#define FV_HAND_PROOF_BYTES FV_HASH_BYTES

struct fv_store_hand {
	char said[FV_ID_BYTES];   /* by its last OFFICER record; "": nobody */
	char holder[FV_ID_BYTES]; /* whose cases it was told of last; "": nobody's */
	int64_t since_ms;         /* of the holder; 0: since the enrolment */
	bool is_kept;             /* read: there is a row of it */
};
/* Without a row both are `device`'s officer. */
FV_NODISCARD enum fv_err fv_store_hand_get(
    struct fv_store *store, const struct fv_store_device *device, struct fv_store_hand *out);
FV_NODISCARD enum fv_err fv_store_hand_put(
    struct fv_store *store, int64_t device_no, const struct fv_store_hand *hand);

/* How an officer came to take a handheld that was enrolled for another. */
struct fv_store_let {
	uint8_t ticket[16];
	uint8_t proof[FV_HAND_PROOF_BYTES]; /* that the ticket's token was on the handheld */
	int64_t at_ms;                      /* by its clock */
	bool is_let;                        /* the ticket was found good once */
	int64_t let_ms;                     /* with is_let */
};
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_let_get(struct fv_store *store, int64_t device_no,
    struct fv_span officer, struct fv_store_let *out);
typedef enum fv_err (*fv_store_let_fn)(
    int64_t device_no, const struct fv_store_let *let, void *ctx);
/* All that were found good, by device and officer. */
FV_NODISCARD enum fv_err fv_store_let_each(
    struct fv_store *store, fv_store_let_fn fn, void *ctx);
/* Keep a ticket that is still to be looked at; one that was found good stays. */
FV_NODISCARD enum fv_err fv_store_let_put(struct fv_store *store, int64_t device_no,
    struct fv_span officer, const struct fv_store_let *let);
FV_NODISCARD enum fv_err fv_store_let_found(
    struct fv_store *store, int64_t device_no, struct fv_span officer, int64_t now_ms);

/*
 * From one holder to another ("": nobody): the cases of the one leave the handheld, drafts
 * and all; those of the other come, each with history, hold and card; findings as far as
 * they are his.  `cursor`: what the handheld has.
 */
FV_NODISCARD enum fv_err fv_store_hand_over(struct fv_store *store, int64_t device_no,
    const char *from, const char *to, uint64_t cursor);

#endif
