/* Any bytes as a receiver's stream, whole and in pieces: both say the same. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "fv/ubx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_ubx_radio whole = {-1, -1}, pieces = {-1, -1};
	struct fv_ubx a = {0}, b = {0};
	bool is_told = fv_ubx_feed(&a, fv_span_of(data, size), &whole), is_piece = false;

	for (size_t i = 0; i < size; i++)
		is_piece |= fv_ubx_feed(&b, fv_span_of(data + i, 1), &pieces);
	assert(is_told == is_piece);
	assert(memcmp(&whole, &pieces, sizeof whole) == 0);
	assert(
	    whole.jam >= -1 && whole.jam <= 255 && whole.antenna >= -1 && whole.antenna <= 3);
	return 0;
}
