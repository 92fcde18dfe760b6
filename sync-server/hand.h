/*
 * Whose cases a handheld gets: those of the officer who has it in hand (PROTOCOL.md C8,
 * Changing hands), as long as nothing bars him.
 *
 * Threads: the thread that writes.
 */
#ifndef FV_SERVER_HAND_H
#define FV_SERVER_HAND_H

#include "sync-server/store/hand.h"
#include "sync-server/store/records.h"

/* Keep what an OFFICER record that came in says of a ticket; others are passed over.
 * Errors: as store.h */
FV_NODISCARD enum fv_err hand_note(struct fv_store *store,
    const struct fv_store_device *device, const struct fv_store_record *record);

/* Put the officer into device->officer whom the server last took for the holder; where
 * nobody is, it stays the enrolment's.  Errors: as store.h */
FV_NODISCARD enum fv_err hand_load(struct fv_store *store, struct fv_store_device *device);

/* What a request may have changed. */
struct hand_news {
	bool is_moved;   /* OFFICER records came, or records went */
	uint64_t cursor; /* what the handheld has of the changes */
	int64_t now_ms;
};
/*
 * Decide who holds it now, and when that is another than before, what the handheld must
 * forget and learn.  device->officer is then the holder, "" for nobody.
 * Errors: as store.h
 */
FV_NODISCARD enum fv_err hand_settle(
    struct fv_store *store, struct fv_store_device *device, const struct hand_news *news);

#endif
