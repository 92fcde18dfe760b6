/*
 * Points and runs of fixes as GPX 1.1, GeoJSON (RFC 7946) or CSV, one after another.
 *
 * Threads: one.  Memory: appends to the buffer given.
 */
#ifndef FV_APP_EXPORT_PUT_H
#define FV_APP_EXPORT_PUT_H

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
	bool has_item;   /* GeoJSON: a feature was written; GPX: the track is begun */
	bool is_open;    /* GPX: a segment is; has_item */
	int64_t last_ms; /* of the last fix; is_open */
};

struct fv_export_point {
	uint64_t seq; /* of its record */
	uint32_t type;
	int64_t t_ms;           /* UTC */
	struct fv_stamp stamp;  /* with a place */
	struct fv_span case_id; /* empty: of none */
};

void fv_export_begin(struct fv_export *e);
void fv_export_point(struct fv_export *e, const struct fv_export_point *point);
/* Fixes of one TRACK; none is fine.  Those of the run before go on only when they are no
 * more than FV_TRACK_GAP_MS before. */
void fv_export_run(
    struct fv_export *e, uint64_t seq, const struct fv_track_fix *fixes, size_t count);
/* The next run is another one, however near. */
void fv_export_break(struct fv_export *e);
void fv_export_end(struct fv_export *e);

#endif
