/*
 * Stays at cases, told from the fixes of one trail after the other.  Private to
 * standing_track.c and standing_stop.c.
 */
#ifndef FV_SERVER_STANDING_STOP_H
#define FV_SERVER_STANDING_STOP_H

#include "fv/dwell.h"
#include "fv/track.h"
#include "sync-server/standing_in.h"

/* One clause about stops. */
struct watch {
	const struct duty *duty;
	const struct fv_clause *clause;
};

/* A stay at a case that has begun, or may have. */
struct stay {
	uint32_t site, watch;
	struct fv_dwell dwell;
	uint64_t seq; /* of the TRACK in which its first fix lies */
	int64_t since_ms, last_ms;
};

/* A stop at a case, long enough. */
struct stop {
	uint32_t watch, site, device, officer;
	uint64_t seq;
	int64_t begin_ms, end_ms; /* receiver's time */
	int64_t off_ms;           /* what to take away for legal time */
};

struct place_of {
	int32_t lat_e7;
	uint32_t site;
};

struct visit_of {
	uint32_t device, visit;
	uint64_t seq;
};

struct pass {
	struct standing *s;
	struct watch *watches; /* owned */
	size_t watch_count, watch_cap;
	int64_t reach_m;         /* of the widest fence */
	struct place_of *places; /* owned; from south to north */
	size_t place_count, place_cap;
	struct visit_of *visits; /* owned; by device and seq */
	struct stay *stays;      /* owned */
	size_t stay_count, stay_cap;
	struct stop *stops; /* owned */
	size_t stop_count, stop_cap;
	struct fv_track_fix *fixes; /* owned; FV_TRACK_FIXES_MAX */
	/* of the trail being read */
	uint32_t device, officer; /* officer on shift, NONE: not known */
	bool has_fix;
	int64_t fix_ms;         /* the last one */
	int64_t off_ms;         /* receiver's time less wall clock, as it was last */
	struct fv_header begin; /* of the visit that began last, */
	struct visit *visit;    /* and that; NULL: none that is known */
	uint64_t
	    green; /* of its checklist: bits of the items last answered without a breach */
};

/* Sort the cases that have a place.  Call once the watches are there. */
FV_NODISCARD enum fv_err stop_find_places(struct pass *p);
/* Take the next fix of the trail, out of the TRACK `seq`. */
FV_NODISCARD enum fv_err stop_feed(
    struct pass *p, const struct fv_track_fix *fix, int64_t eph_mm, uint64_t seq);
/* The trail has ended. */
FV_NODISCARD enum fv_err stop_end(struct pass *p);
/* Give the findings of all trails. */
FV_NODISCARD enum fv_err stop_judge(struct pass *p);

#endif
