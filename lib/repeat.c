#include "fv/repeat.h"

#define ROUND_E7 100 /* about a metre */

/* Mix a word into a print (the finaliser of SplitMix64). */
static uint64_t
mix(uint64_t print, uint64_t word)
{
	uint64_t z = print ^ (word + UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t
rounded(int32_t angle_e7)
{
	return (uint64_t)(int64_t)(angle_e7 / ROUND_E7);
}

bool
fv_repeat_feed(struct fv_repeat *r, struct fv_place place, uint64_t *print_out)
{
	const struct fv_place *first;
	uint64_t print = 0;

	*print_out = 0;
	r->ring[r->next] = place;
	r->next = (r->next + 1) % FV_REPEAT_FIXES;
	r->count += r->count < FV_REPEAT_FIXES ? 1 : 0;
	if (r->count < FV_REPEAT_FIXES)
		return false;
	first = &r->ring[r->next];
	for (size_t i = 0; i < FV_REPEAT_FIXES; i++) {
		const struct fv_place *p = &r->ring[(r->next + i) % FV_REPEAT_FIXES];

		print = mix(mix(print, rounded(p->lat_e7)), rounded(p->lon_e7));
	}
	if (print % FV_REPEAT_ONE_IN != 0 ||
	    fv_geo_distance_mm(*first, place) < FV_REPEAT_SPAN_MM)
		return false;
	*print_out = print;
	return true;
}
