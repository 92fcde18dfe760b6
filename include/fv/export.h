/*
 * Points and runs of fixes as GPX 1.1, GeoJSON (RFC 7946) or CSV, one after another; for
 * the officer's own trail on the handheld and for a device's day at the desk.
 *
 * Threads: one.  Memory: appends to the buffer given.
 */
#ifndef FV_EXPORT_H
#define FV_EXPORT_H

#include "fv/record.h"
#include "fv/stamp.h"
#include "fv/track.h"

enum fv_export_format {
	FV_EXPORT_GPX, /* all points before all runs */
	FV_EXPORT_GEOJSON,
	FV_EXPORT_CSV,
};

struct fv_export {
	struct fv_buf *to; /* held */
	enum fv_export_format format;
	int64_t from_ms, to_ms; /* what fv_export_take() takes: from <= t < to, UTC */
	bool has_item;          /* GeoJSON: a feature was written; GPX: the track is begun */
	bool is_open;           /* GPX: a segment is; has_item */
	int64_t last_ms;        /* of the last fix; is_open */
};

struct fv_export_point {
	uint64_t seq; /* of its record */
	uint32_t type;
	int64_t t_ms;           /* UTC */
	struct fv_stamp stamp;  /* with a place */
	struct fv_span case_id; /* empty: of none */
};

/* A record of the trail, as it is kept.  Borrows all. */
struct fv_export_record {
	uint64_t seq;
	uint32_t type;
	struct fv_span header;
	struct fv_span payload; /* empty: it is not here */
};

/* What stands before everything else. */
FV_EXPORT void fv_export_begin(struct fv_export *e);
/* A point.  For GPX before the first run. */
FV_EXPORT void fv_export_point(struct fv_export *e, const struct fv_export_point *point);
/* Fixes of one TRACK; none is fine.  Those of the run before go on only when they are no
 * more than FV_TRACK_GAP_MS before. */
FV_EXPORT void fv_export_run(
    struct fv_export *e, uint64_t seq, const struct fv_track_fix *fixes, size_t count);
/* The next run is another one, however near. */
FV_EXPORT void fv_export_break(struct fv_export *e);
/* What stands after everything else. */
FV_EXPORT void fv_export_end(struct fv_export *e);

/* Which pass over the trail: GPX wants its points before its runs, the others one pass. */
#define FV_EXPORT_POINTS 1U
#define FV_EXPORT_RUNS 2U
/*
 * Write what the record says of places: the stamp of a shift, visit, event, SOS or check-in
 * (with FV_EXPORT_POINTS in `what`), the fixes of a track (with FV_EXPORT_RUNS); a gap breaks
 * the run.  `fixes` has room for FV_TRACK_FIXES_MAX.
 * Errors: FV_ECORRUPT  the record cannot be read;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_export_take(struct fv_export *e,
    const struct fv_export_record *record, unsigned what, struct fv_track_fix *fixes);

#endif
