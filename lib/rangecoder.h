/*
 * An adaptive binary range coder: 32-bit range, carry, probabilities of which the upper
 * 12 bits are used (PROTOCOL.md section 17, Coder).  Private to track.c.
 *
 * Threads: no shared state.  Memory: the encoder appends to an fv_buf.
 */
#ifndef FV_LIB_RANGECODER_H
#define FV_LIB_RANGECODER_H

#include "fv/bytes.h"

/* How likely a 1 is in one context.  Begin with FV_RC_HALF. */
struct fv_rc_prob {
	uint16_t p;    /* x 65536 */
	uint16_t seen; /* bits so far, 0..62 */
};
#define FV_RC_HALF ((struct fv_rc_prob){32768, 0})

struct fv_rc_encoder {
	struct fv_buf *out; /* held */
	uint64_t low;       /* below 2^33: bit 32 is a carry to come */
	uint32_t range;
	uint32_t
	    pending; /* bytes held back: the first and then 0xff, until no carry can come */
	uint8_t held;
	bool is_first; /* nothing is held yet */
};

struct fv_rc_decoder {
	struct fv_span in; /* borrowed; zeros follow it */
	size_t pos;
	uint32_t range;
	uint32_t code;
};

void fv_rc_encoder_init(struct fv_rc_encoder *e, struct fv_buf *out);
void fv_rc_put(struct fv_rc_encoder *e, struct fv_rc_prob *prob, bool bit);
/* The lower `count` bits of v, highest first, each as likely as not. */
void fv_rc_put_bits(struct fv_rc_encoder *e, uint64_t v, unsigned count);
/* End: the shortest bytes that say it; nothing may be put after. */
void fv_rc_finish(struct fv_rc_encoder *e, size_t start);

void fv_rc_decoder_init(struct fv_rc_decoder *d, struct fv_span in);
bool fv_rc_get(struct fv_rc_decoder *d, struct fv_rc_prob *prob);
uint64_t fv_rc_get_bits(struct fv_rc_decoder *d, unsigned count);

#endif
