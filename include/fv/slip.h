/*
 * Codes that a borrower can type (PROTOCOL.md section 5): 16 characters of base32, 80 bits.
 *
 * The slip code names one visit.  It follows from what the handheld holds when the visit
 * begins, so that it exists offline; nobody can tell the visit from it, and the server
 * keeps only its hash.  The day code names one handheld on one day (UTC), to be checked
 * before anyone opens the door.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_SLIP_H
#define FV_SLIP_H

#include "fv/envelope.h"
#include "fv/record.h"

#define FV_CODE_BYTES 17U         /* 16 characters and NUL */
#define FV_CODE_RAW_BYTES 10U     /* that the characters stand for */
#define FV_CODE_PRINTED_BYTES 20U /* "ABCD-EFGH-IJKL-MNOP" and NUL */
#define FV_DAY_MS INT64_C(86400000)

/* Any 80 bits as a code. */
FV_EXPORT void fv_code_put(const uint8_t raw[FV_CODE_RAW_BYTES], char code_out[FV_CODE_BYTES]);

/* The code of the visit that record `seq` of `dev` begins; `salt` is that record's. */
FV_EXPORT void fv_slip_code(const uint8_t salt[FV_SALT_BYTES], const uint8_t dev[FV_DEV_BYTES],
    uint64_t seq, char code_out[FV_CODE_BYTES]);

/* SHA-256 of the 16 characters: what the server keeps of a slip code. */
FV_EXPORT void fv_slip_hash(const char code[FV_CODE_BYTES], struct fv_hash *hash_out);

/*
 * The code of the handheld with this secret on the day of an instant (ms UTC).
 * Errors: FV_ERANGE  an instant before 1970 or after 2^32 days  (code_out is empty)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_day_code(
    const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], int64_t utc_ms,
    char code_out[FV_CODE_BYTES]);

/*
 * True when `code` is that of the instant's day, or of the day before or after.  Takes the
 * same time whichever it is.
 */
FV_EXPORT FV_NODISCARD bool fv_day_code_good(
    const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES], int64_t utc_ms,
    const char code[FV_CODE_BYTES]);

/*
 * A code as a person types it: capitals or not, spaces and dashes anywhere, 0 for O, 1 for I
 * and 8 for B.
 * Errors: FV_EFORMAT  not 16 characters of a code  (code_out is empty)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_code_read(
    struct fv_span typed, char code_out[FV_CODE_BYTES]);

/* A code in groups of four.  Returns borrowed: printed_out. */
FV_EXPORT const char *fv_code_print(
    const char code[FV_CODE_BYTES], char printed_out[FV_CODE_PRINTED_BYTES]);

#endif
