/*
 * Tracks: runs of fixes, quantised and coded by an adaptive range coder, and the payload
 * of a TRACK record (PROTOCOL.md section 17).
 *
 * Threads: no shared state.  Memory: appends to an fv_buf; decoding makes and frees a
 * second copy of the coded bytes to compare.
 */
#ifndef FV_TRACK_H
#define FV_TRACK_H

#include "fv/bytes.h"
#include "fv/geo.h"

#define FV_TRACK_CODEC 1U
#define FV_TRACK_FIXES_MAX 1024U
#define FV_TRACK_CODED_MAX 32000U        /* bytes; real fixes take 0.3 to 3 each */
#define FV_TRACK_QUANTUM_TRAVEL_E7 100U  /* about 1.1 m */
#define FV_TRACK_QUANTUM_VISIT_E7 10U    /* about 11 cm */
#define FV_TRACK_QUANTUM_MAX_E7 1000000U /* a tenth of a degree */
#define FV_TRACK_GAP_MS 30000            /* fixes farther apart do not share a record */
#define FV_TRACK_TIME_MAX_MS (INT64_C(1) << 53)
#define FV_TRACK_STEP_MAX_MS (INT64_C(1) << 40) /* from one fix to the next */

/* One fix of a track. */
struct fv_track_fix {
	int64_t t_ms; /* the receiver's time, UTC; rises from fix to fix */
	struct fv_place place;
};

/* What a TRACK payload says beside its coded bytes. */
struct fv_track_info {
	bool has_shift;
	uint64_t shift_seq;   /* of SHIFT_BEGIN; has_shift */
	int64_t first_ms;     /* receiver time of the first fix, +-FV_TRACK_TIME_MAX_MS */
	uint32_t quantum_e7;  /* 1..FV_TRACK_QUANTUM_MAX_E7 */
	size_t count;         /* fixes, 1..FV_TRACK_FIXES_MAX */
	bool has_worst_eph;   /* of the fixes that had one */
	int32_t worst_eph_mm; /* 0..; has_worst_eph */
};

/* A place as the codec will give it back: the nearest multiple of the quantum. */
FV_EXPORT struct fv_place fv_track_quantise(struct fv_place place, uint32_t quantum_e7);

/*
 * Append the coded bytes of `count` fixes.  Places are quantised, times kept to the ms.
 * Errors: FV_ERANGE  no fix or more than FV_TRACK_FIXES_MAX, times that do not rise or are
 *                    out of range, no place, a quantum out of range
 *         FV_ETOOBIG  over FV_TRACK_CODED_MAX: these are not fixes of any receiver
 *                     (nothing is appended after either)
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_track_encode(
    const struct fv_track_fix *fixes, size_t count, uint32_t quantum_e7, struct fv_buf *out);

/*
 * Read coded bytes back into fixes_out, which has room for info->count.  Only the bytes
 * that fv_track_encode() makes of these fixes are taken.
 * Errors: FV_ERANGE   a field of `info` out of range
 *         FV_ETOOBIG  more than FV_TRACK_CODED_MAX bytes
 *         FV_EFORMAT  no such bytes come from any fixes (fixes_out is then zeroed)
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_track_decode(
    struct fv_span coded, const struct fv_track_info *info, struct fv_track_fix *fixes_out);

/*
 * Append the payload of a TRACK record; info->count and first_ms are those of `fixes`.
 * Errors: as fv_track_encode
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_track_payload_put(
    struct fv_buf *out, const struct fv_track_info *info, const struct fv_track_fix *fixes);

/*
 * Read a TRACK payload without decoding its fixes; *coded_out points into `payload`.
 * Unknown keys are skipped.
 * Errors: FV_EFORMAT   not the map of a TRACK payload;  FV_ERANGE  a field out of range
 *         FV_EVERSION  another codec;  FV_ETOOBIG, FV_ECUT
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_track_payload_parse(
    struct fv_span payload, struct fv_track_info *info_out, struct fv_span *coded_out);

#endif
