/*
 * Seals checked ahead of the writer: an Ed25519 signature costs more than all else that the
 * writer does with a small sync, and needs nothing but bytes.  A thread of HTTP's walks the
 * records of a chunk from the trail that is committed now and notes each signature that is
 * good; the writer, who works out key and head himself, spares those that were noted.
 *
 * Nothing rests on what is noted here: a trail that has moved on since, a request that
 * begins elsewhere, or a lack of memory only means that the writer checks for himself.
 *
 * Threads: one at a time for a struct fv_ahead; the reader is used under its lock alone.
 */
#ifndef FV_SERVER_AHEAD_H
#define FV_SERVER_AHEAD_H

#include <pthread.h>

#include "fv/trail.h"
#include "store/store.h"

/* One request of one device.  Made of zeros and the first three members. */
struct fv_ahead {
	struct fv_store *reader; /* borrowed; open to read */
	pthread_mutex_t *lock;   /* borrowed; the reader's */
	int64_t no;              /* device */
	bool has_trail;
	bool is_over;          /* nothing more of this request is walked */
	struct fv_trail trail; /* with has_trail: after the records so far */
};

/*
 * Walk the request's next chunk.
 * Owned:  the result (free); NULL: no seal in it was found good
 */
struct fv_seals_seen *fv_ahead_chunk(struct fv_ahead *ahead, struct fv_span plain);

#endif
