/*
 * The code by which a second officer's own handheld vouches that it is at a visit
 * (PROTOCOL.md section 5): eight digits for one case and ten minutes, shown offline and
 * typed into the first officer's handheld; the server, which knows the secret too, checks
 * it afterwards.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_COSIGN_H
#define FV_COSIGN_H

#include "fv/envelope.h"

#define FV_COSIGN_CODE_BYTES 9U           /* 8 digits and NUL */
#define FV_COSIGN_STEP_MS INT64_C(600000) /* a code stands this long */
#define FV_COSIGN_TIME_MAX_MS                                                                 \
	(INT64_C(4294967295) * FV_COSIGN_STEP_MS) /* no code is made for a later time */

/* True for eight decimal digits. */
FV_EXPORT bool fv_cosign_code_valid(struct fv_span code);

/*
 * The code of the handheld with this secret for a case at an instant (ms UTC).
 * Errors: FV_ERANGE  an instant before 1970 or after FV_COSIGN_TIME_MAX_MS
 *         (code_out is then empty)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_cosign_code(
    const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], struct fv_span case_id,
    int64_t utc_ms, char code_out[FV_COSIGN_CODE_BYTES]);

/*
 * True when `code` is that of the instant's ten minutes, or of those before or after.
 * Takes the same time whichever it is.
 */
FV_EXPORT FV_NODISCARD bool fv_cosign_code_good(
    const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], struct fv_span case_id,
    int64_t utc_ms, struct fv_span code);

#endif
