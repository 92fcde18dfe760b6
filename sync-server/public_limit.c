/* How often an address may ask: buckets that fill again, found by a keyed hash, so that
 * nobody can choose whose bucket he empties. */
#include <arpa/inet.h>
#include <string.h>

#include "sync-server/public_in.h"

/* A bucket holds `burst` uses and fills by one every `every_ms`. */
static const struct {
	int64_t every_ms;
	int64_t burst;
} uses[] = {
    [PUBLIC_LOOK] = {2000, 40},
    [PUBLIC_POST] = {120000, 10},
    [PUBLIC_NEW_CODE] = {3600000, 10},
};

/* What of an address counts: all of IPv4, the first half of IPv6. */
static struct fv_span
network_of(const char *client, uint8_t out[16])
{
	if (inet_pton(AF_INET, client, out) == 1)
		return fv_span_of(out, 4);
	if (inet_pton(AF_INET6, client, out) != 1)
		return fv_span_of(out, 0);
	/* ::ffff:a.b.c.d is IPv4. */
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	return memcmp(out, mapped, sizeof mapped) == 0 ? fv_span_of(out + 12, 4)
						       : fv_span_of(out, 8);
}

bool
public_limit_take(struct public_limit *limit, const uint8_t key[FV_KEY_BYTES],
    const char *client, enum public_use use, int64_t now_ms)
{
	struct public_bucket *const tables[] = {limit->looks, limit->posts, limit->codes};
	const int64_t full_ms = uses[use].every_ms * uses[use].burst;
	struct fv_span info[2] = {fv_span_z("fieldvisit/slot/v1")};
	struct public_bucket *bucket;
	uint8_t address[16], raw[4];
	int64_t passed_ms;

	info[1] = network_of(client, address);
	if (fv_hkdf_expand_parts(fv_span_of(key, FV_KEY_BYTES), info, 2, raw, sizeof raw) !=
	    FV_OK)
		return false;
	bucket = &tables[use][fv_load_u32be(raw) % PUBLIC_SLOTS];
	passed_ms = now_ms - bucket->at_ms;
	if (passed_ms > 0)
		bucket->used_ms =
		    passed_ms < bucket->used_ms ? bucket->used_ms - passed_ms : 0;
	bucket->at_ms = now_ms;
	if (bucket->used_ms + uses[use].every_ms > full_ms)
		return false;
	bucket->used_ms += uses[use].every_ms;
	return true;
}
