/*
 * The officer's own places, from his own trail: the fixes of his tracks and the stamps of
 * his shifts and visits, as GPX 1.1, GeoJSON (RFC 7946) or CSV.
 *
 * It is written in pieces (again.h), so that a year of tracks takes no more memory than a
 * day.  A gap is a gap: no line is drawn across one.
 *
 * Threads: one.  Memory: a piece in the reply: FV_EXPORT_PIECE_BYTES and one TRACK.
 */
#ifndef FV_APP_TRAIL_EXPORT_H
#define FV_APP_TRAIL_EXPORT_H

#include "firmware-app/app.h"
#include "firmware-app/verb.h"

#define FV_EXPORT_PIECE_BYTES 32768U

/* `trail export`: the next piece into the reply.  Returns the exit code. */
int fv_trail_export(struct fv_app *app, struct fv_call *call, struct fv_reply *reply);

#endif
