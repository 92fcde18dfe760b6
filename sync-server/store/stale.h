/*
 * What waits to be judged again: cases, trails that have grown or were sealed, and records
 * whose payload came later or went.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_STALE_H
#define FV_STORE_STALE_H

#include "store.h"

/* Something about this case has changed. */
FV_NODISCARD enum fv_err fv_store_stale_put(
    struct fv_store *store, struct fv_span case_id, int64_t now_ms);
/* It has been judged as it was when `touched` was read: it waits on if more came since. */
FV_NODISCARD enum fv_err fv_store_stale_drop(
    struct fv_store *store, struct fv_span case_id, uint64_t touched);
/* How many wait, and since when the first of them does (0: none). */
FV_NODISCARD enum fv_err fv_store_stale_count(
    struct fv_store *store, uint64_t *count_out, int64_t *since_ms_out);

typedef enum fv_err (*fv_store_stale_fn)(struct fv_span case_id, uint64_t touched, void *ctx);
/* Those that wait longest, at most `max`. */
FV_NODISCARD enum fv_err fv_store_stale_each(
    struct fv_store *store, size_t max, fv_store_stale_fn fn, void *ctx);

/* A trail that is not what it was when it was last looked at. */
struct fv_store_behind {
	int64_t no; /* of the device */
	uint64_t size, sealed_size;
	uint64_t seen_size, seen_sealed_size;
};
typedef enum fv_err (*fv_store_behind_fn)(const struct fv_store_behind *behind, void *ctx);
FV_NODISCARD enum fv_err fv_store_behind_each(
    struct fv_store *store, size_t max, fv_store_behind_fn fn, void *ctx);
FV_NODISCARD enum fv_err fv_store_seen_put(
    struct fv_store *store, int64_t no, uint64_t size, uint64_t sealed_size);

typedef enum fv_err (*fv_store_refilled_fn)(int64_t no, uint64_t seq, void *ctx);
FV_NODISCARD enum fv_err fv_store_refilled_each(
    struct fv_store *store, size_t max, fv_store_refilled_fn fn, void *ctx);
FV_NODISCARD enum fv_err fv_store_refilled_drop(
    struct fv_store *store, int64_t no, uint64_t seq);

typedef enum fv_err (*fv_store_case_id_fn)(struct fv_span case_id, void *ctx);
/* Cases that records [from, until) of a trail are about, corrections included. */
FV_NODISCARD enum fv_err fv_store_record_each_case_of(struct fv_store *store, int64_t no,
    uint64_t from, uint64_t until, fv_store_case_id_fn fn, void *ctx);
/* Cases with a contact of this device in the queue. */
FV_NODISCARD enum fv_err fv_store_device_each_case(
    struct fv_store *store, int64_t no, fv_store_case_id_fn fn, void *ctx);
/* Those of them where something is provisional or that ended at `ms` or later. */
FV_NODISCARD enum fv_err fv_store_device_each_case_since(
    struct fv_store *store, int64_t no, int64_t ms, fv_store_case_id_fn fn, void *ctx);

/* A number that differs once another connection has committed something. */
FV_NODISCARD enum fv_err fv_store_data_version(struct fv_store *store, int64_t *out);

#endif
