/*
 * Interference and antenna as a u-blox receiver tells them: UBX-MON-HW and UBX-MON-RF,
 * found in whatever bytes it sends (PROTOCOL.md section C10).
 *
 * Threads: no shared state.  Memory: none but the caller's struct.
 */
#ifndef FV_UBX_H
#define FV_UBX_H

#include "fv/bytes.h"

#define FV_UBX_PAYLOAD_MAX 256U  /* of a frame that is read; longer ones are passed over */
#define FV_UBX_FOREIGN_MAX 4096U /* a frame said to be longer is none */

/* What the last such frame said.  Of several radio blocks: the worst. */
struct fv_ubx_radio {
	int32_t jam;     /* continuous-wave interference, 0 none to 255 strong */
	int32_t antenna; /* 1 ok, 2 open, 3 short; 0: not known */
};

/* Fields are the module's own.  All zero is a valid beginning. */
struct fv_ubx {
	size_t at;    /* bytes of the open frame taken, its two sync bytes included */
	uint16_t id;  /* class and message */
	size_t len;   /* of its payload */
	uint8_t a, b; /* checksum so far */
	bool is_good; /* its first checksum byte held */
	uint8_t payload[FV_UBX_PAYLOAD_MAX];
};

/*
 * Take the next bytes of the stream, cut anywhere.  True when a frame among them told of
 * the radio; *radio_out is then the last such one, else unchanged.
 */
FV_EXPORT bool fv_ubx_feed(
    struct fv_ubx *ubx, struct fv_span bytes, struct fv_ubx_radio *radio_out);

#endif
