#include "sync-server/desk/throttle.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fv/crypto.h"

#define GROUPS 1024U
#define GROUP_SIZE 8U
#define HASHING_MAX 2U
#define FORGET_MS (INT64_C(60) * 60000)
#define WAIT_FIRST_MS 1000

/* Failures that cost nothing. */
#define FREE_PAIR 5U    /* of an account from an address */
#define FREE_CLIENT 50U /* of an address: an office may stand behind one */
#define FREE_ACCOUNT 100U

/* Requests: a bucket of `burst` that fills by one every `every_ms`. */
struct rate {
	int64_t burst, every_ms;
};
static const struct rate open_rate = {600, 50}; /* without a session */
static const struct rate signed_rate = {3000, 5};

enum key_kind {
	KEY_OPEN,
	KEY_SIGNED,
	KEY_PAIR,
	KEY_CLIENT,
	KEY_ACCOUNT,
};

struct entry {
	uint64_t tag; /* 0: free */
	int64_t last_ms;
	int64_t until_ms; /* no try before; of requests: how much of the bucket is used */
	uint32_t fails;
	bool is_known; /* KEY_PAIR: the account was signed in to from there */
};

struct desk_throttle {
	pthread_mutex_t lock;
	uint8_t key[FV_KEY_BYTES];
	unsigned hashing;
	struct entry entries[GROUPS][GROUP_SIZE];
};

enum fv_err
desk_throttle_new(struct desk_throttle **out)
{
	struct desk_throttle *t = calloc(1, sizeof *t);

	*out = t;
	if (t == NULL)
		return FV_ENOMEM;
	fv_random_fill(fv_random_system(), t->key, sizeof t->key);
	pthread_mutex_init(&t->lock, NULL);
	return FV_OK;
}

void
desk_throttle_free(struct desk_throttle *throttle)
{
	if (throttle == NULL)
		return;
	pthread_mutex_destroy(&throttle->lock);
	fv_wipe(throttle->key, sizeof throttle->key);
	free(throttle);
}

/* What of an address counts: all of IPv4, the first half of IPv6.  A text that is none counts
 * as it is. */
static struct fv_span
network_of(const char *client, uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (inet_pton(AF_INET, client, out) == 1)
		return fv_span_of(out, 4);
	if (inet_pton(AF_INET6, client, out) != 1)
		return fv_span_z(client);
	return memcmp(out, mapped, sizeof mapped) == 0 ? fv_span_of(out + 12, 4)
						       : fv_span_of(out, 8);
}

/* The entry of a key; a new one takes the place of the one that was idle longest, those of
 * addresses that somebody signed in from last.  client, account: NULL: not part of the key. */
static struct entry *
find(struct desk_throttle *t, enum key_kind kind, const char *client, const char *account,
    int64_t now_ms)
{
	const uint8_t kind_byte = (uint8_t)kind;
	uint8_t address[16], hash[FV_HASH_BYTES];
	const struct fv_span parts[] = {fv_span_of(&kind_byte, 1),
	    client != NULL ? network_of(client, address) : fv_span_of(NULL, 0),
	    fv_span_of(&kind_byte, 1), fv_span_z(account != NULL ? account : "")};
	struct entry *group, *room;
	uint64_t tag;

	fv_hmac_sha256(fv_span_of(t->key, sizeof t->key), parts, 4, hash);
	tag = fv_load_u64be(hash) | 1U;
	group = t->entries[fv_load_u32be(hash + 8) % GROUPS];
	room = &group[0];
	for (size_t i = 0; i < GROUP_SIZE; i++) {
		struct entry *e = &group[i];
		if (e->tag == tag)
			return e;
		if (room->tag == 0)
			continue;
		if (e->tag == 0 || (room->is_known && !e->is_known) ||
		    (room->is_known == e->is_known && e->last_ms < room->last_ms))
			room = e;
	}
	*room = (struct entry){.tag = tag, .last_ms = now_ms};
	return room;
}

int64_t
desk_throttle_request(
    struct desk_throttle *throttle, const char *who, bool is_signed_in, int64_t now_ms)
{
	const struct rate *rate = is_signed_in ? &signed_rate : &open_rate;
	int64_t passed_ms, wait_ms = 0;
	struct entry *e;

	pthread_mutex_lock(&throttle->lock);
	e = find(throttle, is_signed_in ? KEY_SIGNED : KEY_OPEN, who, NULL, now_ms);
	passed_ms = now_ms - e->last_ms;
	if (passed_ms > 0)
		e->until_ms = passed_ms < e->until_ms ? e->until_ms - passed_ms : 0;
	e->last_ms = now_ms;
	if (e->until_ms + rate->every_ms > rate->burst * rate->every_ms)
		wait_ms = rate->every_ms;
	else
		e->until_ms += rate->every_ms;
	pthread_mutex_unlock(&throttle->lock);
	return wait_ms;
}

static int64_t
wait_of(struct entry *e, int64_t now_ms)
{
	if (now_ms - e->last_ms > FORGET_MS) {
		e->fails = 0;
		e->until_ms = 0;
	}
	return e->until_ms > now_ms ? e->until_ms - now_ms : 0;
}

static void
count(struct entry *e, uint32_t free_fails, int64_t now_ms)
{
	int64_t wait_ms = WAIT_FIRST_MS;

	e->last_ms = now_ms;
	if (++e->fails < free_fails)
		return;
	for (uint32_t i = free_fails; i < e->fails && wait_ms < DESK_WAIT_MAX_MS; i++)
		wait_ms *= 2;
	e->until_ms = now_ms + (wait_ms < DESK_WAIT_MAX_MS ? wait_ms : DESK_WAIT_MAX_MS);
}

int64_t
desk_throttle_try(
    struct desk_throttle *throttle, const char *client, const char *account, int64_t now_ms)
{
	struct entry *by[3] = {0};
	static const uint32_t free_fails[] = {FREE_CLIENT, FREE_PAIR, FREE_ACCOUNT};
	int64_t wait_ms = 0;

	pthread_mutex_lock(&throttle->lock);
	by[0] = find(throttle, KEY_CLIENT, client, NULL, now_ms);
	if (account != NULL) {
		by[1] = find(throttle, KEY_PAIR, client, account, now_ms);
		if (!by[1]->is_known)
			by[2] = find(throttle, KEY_ACCOUNT, NULL, account, now_ms);
	}
	for (size_t i = 0; i < 3; i++) {
		const int64_t ms = by[i] != NULL ? wait_of(by[i], now_ms) : 0;
		wait_ms = ms > wait_ms ? ms : wait_ms;
	}
	for (size_t i = 0; i < 3 && wait_ms == 0; i++)
		if (by[i] != NULL)
			count(by[i], free_fails[i], now_ms);
	pthread_mutex_unlock(&throttle->lock);
	return wait_ms;
}

/* Take back what this try cost, not what earlier ones did. */
static void
uncount(struct entry *e)
{
	if (e->fails > 0)
		e->fails--;
	e->until_ms = 0;
}

void
desk_throttle_passed(
    struct desk_throttle *throttle, const char *client, const char *account, int64_t now_ms)
{
	struct entry *pair;

	pthread_mutex_lock(&throttle->lock);
	uncount(find(throttle, KEY_CLIENT, client, NULL, now_ms));
	if (account != NULL) {
		pair = find(throttle, KEY_PAIR, client, account, now_ms);
		if (!pair->is_known)
			uncount(find(throttle, KEY_ACCOUNT, NULL, account, now_ms));
		pair->fails = 0;
		pair->until_ms = 0;
		pair->is_known = true;
	}
	pthread_mutex_unlock(&throttle->lock);
}

bool
desk_throttle_enter(struct desk_throttle *throttle)
{
	bool is_in;

	pthread_mutex_lock(&throttle->lock);
	is_in = throttle->hashing < HASHING_MAX;
	throttle->hashing += is_in ? 1U : 0U;
	pthread_mutex_unlock(&throttle->lock);
	return is_in;
}

void
desk_throttle_leave(struct desk_throttle *throttle)
{
	pthread_mutex_lock(&throttle->lock);
	throttle->hashing--;
	pthread_mutex_unlock(&throttle->lock);
}
