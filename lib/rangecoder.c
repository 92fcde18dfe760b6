#include "lib/rangecoder.h"

#define TOP (UINT32_C(1) << 24)
#define PROB_BITS 12
#define PROB_MAX 4095U
#define SEEN_MAX 62U

static uint32_t
bound_of(uint32_t range, const struct fv_rc_prob *prob)
{
	uint32_t p = prob->p >> (16 - PROB_BITS);

	if (p == 0)
		p = 1;
	return (range >> PROB_BITS) * (p > PROB_MAX ? PROB_MAX : p);
}

/* Move towards the bit by 1/(seen + 2): an average at first, a memory of 64 later. */
static void
learn(struct fv_rc_prob *prob, bool bit)
{
	int32_t target = bit ? 65535 : 0;
	int32_t step = (target - (int32_t)prob->p) / ((int32_t)prob->seen + 2);

	prob->p = (uint16_t)((int32_t)prob->p + step);
	if (prob->seen < SEEN_MAX)
		prob->seen++;
}

void
fv_rc_encoder_init(struct fv_rc_encoder *e, struct fv_buf *out)
{
	*e = (struct fv_rc_encoder){.out = out, .range = UINT32_MAX, .is_first = true};
}

static void
shift_low(struct fv_rc_encoder *e)
{
	if (e->low < UINT64_C(0xff000000) || e->low > UINT32_MAX) {
		uint8_t carry = (uint8_t)(e->low >> 32);

		if (!e->is_first)
			fv_buf_put_u8(e->out, (uint8_t)(e->held + carry));
		for (; e->pending > 0; e->pending--)
			fv_buf_put_u8(e->out, (uint8_t)(0xff + carry));
		e->held = (uint8_t)(e->low >> 24);
		e->is_first = false;
	} else {
		e->pending++;
	}
	e->low = (e->low & UINT64_C(0x00ffffff)) << 8;
}

static void
normalise(struct fv_rc_encoder *e)
{
	while (e->range < TOP) {
		e->range <<= 8;
		shift_low(e);
	}
}

void
fv_rc_put(struct fv_rc_encoder *e, struct fv_rc_prob *prob, bool bit)
{
	uint32_t bound = bound_of(e->range, prob);

	if (bit) {
		e->range = bound;
	} else {
		e->low += bound;
		e->range -= bound;
	}
	learn(prob, bit);
	normalise(e);
}

void
fv_rc_put_bits(struct fv_rc_encoder *e, uint64_t v, unsigned count)
{
	while (count-- > 0) {
		e->range >>= 1;
		if ((v >> count & 1) != 0)
			e->low += e->range;
		normalise(e);
	}
}

/* Of the numbers in [low, low + range) the one with the most zeros behind it. */
void
fv_rc_finish(struct fv_rc_encoder *e, size_t start)
{
	uint64_t end = e->low + e->range;

	for (unsigned bits = 32; bits > 0; bits -= 8) {
		uint64_t mask = (UINT64_C(1) << bits) - 1;
		uint64_t v = (e->low + mask) & ~mask;

		if (v < end) {
			e->low = v;
			break;
		}
	}
	for (int i = 0; i < 5; i++)
		shift_low(e);
	while (!e->out->failed && e->out->len > start && e->out->ptr[e->out->len - 1] == 0)
		e->out->len--;
}

static uint8_t
next_byte(struct fv_rc_decoder *d)
{
	return d->pos < d->in.len ? d->in.ptr[d->pos++] : 0;
}

void
fv_rc_decoder_init(struct fv_rc_decoder *d, struct fv_span in)
{
	*d = (struct fv_rc_decoder){.in = in, .range = UINT32_MAX};
	for (int i = 0; i < 4; i++)
		d->code = d->code << 8 | next_byte(d);
}

static void
refill(struct fv_rc_decoder *d)
{
	while (d->range < TOP) {
		d->range <<= 8;
		d->code = d->code << 8 | next_byte(d);
	}
}

bool
fv_rc_get(struct fv_rc_decoder *d, struct fv_rc_prob *prob)
{
	uint32_t bound = bound_of(d->range, prob);
	bool bit = d->code < bound;

	if (bit) {
		d->range = bound;
	} else {
		d->code -= bound;
		d->range -= bound;
	}
	learn(prob, bit);
	refill(d);
	return bit;
}

uint64_t
fv_rc_get_bits(struct fv_rc_decoder *d, unsigned count)
{
	uint64_t v = 0;

	while (count-- > 0) {
		bool bit;

		d->range >>= 1;
		bit = d->code >= d->range;
		if (bit)
			d->code -= d->range;
		v = v << 1 | (bit ? 1 : 0);
		refill(d);
	}
	return v;
}
