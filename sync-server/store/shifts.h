/*
 * Who was on shift when: one row a SHIFT_BEGIN, so that a day of an officer is found
 * without reading trails; and lists of devices and officers, a page at a time.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_SHIFTS_H
#define FV_STORE_SHIFTS_H

#include "records.h"

struct fv_store_shift {
	int64_t no;                /* of the device */
	uint64_t seq;              /* of SHIFT_BEGIN */
	char officer[FV_ID_BYTES]; /* as the record says; "": it says none */
	int64_t begin_ms;          /* legal time */
};
typedef enum fv_err (*fv_store_shift_fn)(const struct fv_store_shift *shift, void *ctx);

/* Shifts of one device that begin in [from_ms, until_ms), in the order of the trail. */
FV_NODISCARD enum fv_err fv_store_shift_each(struct fv_store *store, int64_t no,
    int64_t from_ms, int64_t until_ms, fv_store_shift_fn fn, void *ctx);
/* Up to `max` shifts of one device before record `seq`, the newest first. */
FV_NODISCARD enum fv_err fv_store_shift_each_before(struct fv_store *store, int64_t no,
    uint64_t seq, size_t max, fv_store_shift_fn fn, void *ctx);
/* Shifts of one officer, on whatever device, that begin in [from_ms, until_ms), by begin. */
FV_NODISCARD enum fv_err fv_store_shift_each_officer(struct fv_store *store,
    const char *officer, int64_t from_ms, int64_t until_ms, fv_store_shift_fn fn, void *ctx);
/* Seq of the device's last SHIFT_BEGIN before an instant.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_shift_last(
    struct fv_store *store, int64_t no, int64_t before_ms, uint64_t *seq_out);
/* Seq of the first SHIFT_BEGIN of the device after `seq`.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_shift_next(
    struct fv_store *store, int64_t no, uint64_t seq, uint64_t *seq_out);

/* Visits begun in a span of one trail, in order: each VISIT_BEGIN that came with its
 * payload. */
FV_NODISCARD enum fv_err fv_store_visit_each(struct fv_store *store, int64_t no,
    struct fv_store_seqs seqs, fv_store_record_fn fn, void *ctx);

/* The last of them before `seq`.  FV_OK, and no call, where there is none. */
FV_NODISCARD enum fv_err fv_store_visit_last_before(
    struct fv_store *store, int64_t no, uint64_t seq, fv_store_record_fn fn, void *ctx);

/* Append the zones of the first open case that an officer has; nothing: he has none. */
FV_NODISCARD enum fv_err fv_store_officer_zones(
    struct fv_store *store, const char *officer, struct fv_buf *zones_out);

/* The one device whose id begins with these bytes, as ids of visits do.
 * Errors: FV_ENOENT  none, or more than one */
FV_NODISCARD enum fv_err fv_store_device_find(
    struct fv_store *store, struct fv_span start, struct fv_store_device *out);

/* Which devices. */
struct fv_store_device_ask {
	int64_t after;          /* numbered above it */
	const char *agency;     /* of this agency; NULL: of any */
	int64_t heard_until_ms; /* silent since then, and not revoked; 0: all */
	size_t max;
};
/* By number. */
FV_NODISCARD enum fv_err fv_store_device_each_after(struct fv_store *store,
    const struct fv_store_device_ask *ask, fv_store_device_fn fn, void *ctx);
/*
 * Up to `max` officers of an agency whose id is above `after`, by id: those who hold one of
 * its devices that is not revoked, and those with a shift on one of its devices that begins
 * in [from_ms, until_ms).
 */
FV_NODISCARD enum fv_err fv_store_officer_each(struct fv_store *store, const char *agency,
    const char *after, int64_t from_ms, int64_t until_ms, size_t max, fv_store_text_fn fn,
    void *ctx);

#endif
