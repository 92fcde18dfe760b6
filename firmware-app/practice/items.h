/*
 * What a sync would bring to a practice handheld, as a server encodes it: packs, settings,
 * the invented cases with their cards, histories and holds.
 *
 * Threads: one.  Memory: appends to a buffer.
 */
#ifndef FV_PRACTICE_ITEMS_H
#define FV_PRACTICE_ITEMS_H

#include "firmware-app/practice/agency.h"
#include "fv/geo.h"

#define FV_PRACTICE_DOORS 5U
#define FV_PRACTICE_ZONE_BYTES 16U

/* The moment for which cases are written. */
struct fv_practice_day {
	int64_t now_ms;
	char zone[FV_PRACTICE_ZONE_BYTES]; /* where it is morning now: "Etc/GMT-8" */
	int64_t days;                      /* the date there, since 1970-01-01 */
	int64_t minute;                    /* of that day */
};

/*
 * A zone in which it is ten in the morning, so that a visit can be practised at any hour;
 * with `zone` the same day in that one.
 */
void fv_practice_day(int64_t now_ms, const char *zone, struct fv_practice_day *day_out);

/* A door of the walk, 0..FV_PRACTICE_DOORS - 1: in the midst of a lake, where nobody lives. */
struct fv_place fv_practice_door(size_t i);
/* The id of the case behind it. */
const char *fv_practice_case(size_t i);
/* The case with a promise that is due. */
#define FV_PRACTICE_PROMISE 1U

/* Append what stays: packs and their note, settings, cards for the box key `pk_box`. */
FV_NODISCARD enum fv_err fv_practice_put_papers(const struct fv_practice_agency *agency,
    const uint8_t pk_box[FV_KEY_BYTES], const struct fv_practice_day *day,
    struct fv_buf *items);
/* Append what changes with the day: cases, histories, holds. */
FV_NODISCARD enum fv_err fv_practice_put_cases(
    const struct fv_practice_day *day, struct fv_buf *items);

#endif
