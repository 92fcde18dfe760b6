#include "tests/support/shake128.h"

#include <assert.h>

#define RATE_BYTES 168U

static uint64_t
rotate(uint64_t v, unsigned n)
{
	return n == 0 ? v : v << n | v >> (64 - n);
}

/* rho and pi: lane (x, y) moves to (y, 2x + 3y), rotated by triangular numbers. */
static void
rho_pi(uint64_t *lanes)
{
	uint64_t current = lanes[1];
	unsigned x = 1, y = 0;

	for (unsigned t = 0; t < 24; t++) {
		unsigned next_y = (2 * x + 3 * y) % 5;
		uint64_t swap;

		x = y;
		y = next_y;
		swap = lanes[x + 5 * y];
		lanes[x + 5 * y] = rotate(current, (t + 1) * (t + 2) / 2 % 64);
		current = swap;
	}
}

static void
theta(uint64_t *lanes)
{
	uint64_t columns[5];

	for (unsigned x = 0; x < 5; x++)
		columns[x] =
		    lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
	for (unsigned x = 0; x < 5; x++)
		for (unsigned y = 0; y < 25; y += 5)
			lanes[x + y] ^= columns[(x + 4) % 5] ^ rotate(columns[(x + 1) % 5], 1);
}

static void
chi(uint64_t *lanes)
{
	for (unsigned y = 0; y < 25; y += 5) {
		uint64_t row[5];

		for (unsigned x = 0; x < 5; x++)
			row[x] = lanes[x + y];
		for (unsigned x = 0; x < 5; x++)
			lanes[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
	}
}

static void
permute(uint64_t *lanes)
{
	uint8_t lfsr = 1;

	for (unsigned round = 0; round < 24; round++) {
		theta(lanes);
		rho_pi(lanes);
		chi(lanes);
		/* iota: the round constant's bits come from an 8-bit shift register. */
		for (unsigned j = 0; j < 7; j++) {
			if (lfsr & 1)
				lanes[0] ^= (uint64_t)1 << ((1U << j) - 1);
			lfsr = (uint8_t)(lfsr << 1 ^ (lfsr >> 7) * 0x71);
		}
	}
}

static void
xor_byte(struct shake128 *sponge, size_t pos, uint8_t v)
{
	sponge->lanes[pos / 8] ^= (uint64_t)v << (pos % 8 * 8);
}

void
shake128_absorb(struct shake128 *sponge, const uint8_t *in, size_t len)
{
	assert(!sponge->squeezing);
	for (size_t i = 0; i < len; i++) {
		xor_byte(sponge, sponge->pos++, in[i]);
		if (sponge->pos == RATE_BYTES) {
			permute(sponge->lanes);
			sponge->pos = 0;
		}
	}
}

void
shake128_squeeze(struct shake128 *sponge, uint8_t *out, size_t len)
{
	if (!sponge->squeezing) {
		xor_byte(sponge, sponge->pos, 0x1F);
		xor_byte(sponge, RATE_BYTES - 1, 0x80);
		sponge->squeezing = true;
		sponge->pos = RATE_BYTES;
	}
	for (size_t i = 0; i < len; i++) {
		if (sponge->pos == RATE_BYTES) {
			permute(sponge->lanes);
			sponge->pos = 0;
		}
		out[i] = (uint8_t)(sponge->lanes[sponge->pos / 8] >> (sponge->pos % 8 * 8));
		sponge->pos++;
	}
}
