/*
 * A handheld in a folder of its own, and the log of a server that it believes, for the
 * tests of the sync.  Both ends are in this process: no network, no other program.
 */
#ifndef TESTS_UNIT_APP_FIXTURE_H
#define TESTS_UNIT_APP_FIXTURE_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "firmware-app/syncdown.h"
#include "fv/ledger.h"
#include "fv/signednote.h"
#include "tests/support/made.h"

#define LEAVES_MAX 64U

struct handheld {
	char dir[64];
	struct fv_app app;
	int64_t clock_ms;
	uint8_t log_seed[FV_SEED_BYTES];
	struct fv_hash leaves[LEAVES_MAX]; /* of the server's log */
	size_t leaf_count;
};

static inline int64_t
fixture_rtc_ms(void *ctx)
{
	return INT64_C(1795000000000) + ((struct handheld *)ctx)->clock_ms;
}

static inline int64_t
fixture_boottime_ms(void *ctx)
{
	return ((struct handheld *)ctx)->clock_ms += 1000;
}

static inline int
fixture_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int
fixture_setup(void **state)
{
	static const uint8_t ticket_id[FV_TICKET_ID_BYTES] = {7};
	struct handheld *h = calloc(1, sizeof *h);
	struct fv_identity_keys keys;
	struct fv_reply reply;
	int fd;

	if (h == NULL || fv_crypto_init() != FV_OK)
		return -1;
	*state = h;
	snprintf(h->dir, sizeof h->dir, "/tmp/fv-sync-XXXXXX");
	fv_reply_init(&reply, false);
	if (mkdtemp(h->dir) == NULL || fv_app_take_lock(h->dir, &fd) != FV_OK ||
	    !fv_app_open(&h->app, h->dir, fd, &reply))
		return -1;
	h->app.clock = (struct fv_clock){
	    .rtc_ms = fixture_rtc_ms, .boottime_ms = fixture_boottime_ms, .ctx = h};
	memcpy(h->app.boot, "bootboot", sizeof h->app.boot);
	fv_identity_make(fv_random_system(), ticket_id, &keys);
	if (fv_identity_store(h->app.store, h->dir, &keys) != FV_OK ||
	    fv_identity_load(h->app.store, &h->app.identity) != FV_OK)
		return -1;
	memset(h->log_seed, 0x4c, sizeof h->log_seed);
	fv_ed25519_public(h->log_seed, h->app.identity.ticket.log_pk);
	memcpy(h->app.identity.ticket.agency, "north", 6);
	if (!fv_app_journal(&h->app, &reply))
		return -1;
	fv_reply_clear(&reply);
	fv_wipe(&keys, sizeof keys);
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct handheld *h = *state;

	fv_app_close(&h->app);
	nftw(h->dir, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(h);
	return 0;
}

/* Append a record with the payload {4: a byte string of `len` bytes}. */
static inline uint64_t
fixture_append(struct handheld *h, uint32_t type, size_t len)
{
	struct fv_buf payload = {0};
	uint8_t *bytes = calloc(1, len + 1);
	uint64_t seq;

	assert_non_null(bytes);
	memset(bytes, 0x5a, len);
	fv_cbor_put_map(&payload, 1);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_bytes(&payload, bytes, len);
	assert_int_equal(
	    fv_journal_append(&h->app.journal, type, fv_buf_span(&payload), &seq), FV_OK);
	fv_buf_clear(&payload);
	free(bytes);
	return seq;
}

/* Append a record whose payload is this diagnostic notation. */
static inline uint64_t
fixture_record(struct handheld *h, uint32_t type, const char *diagnostic)
{
	struct fv_buf payload = {0};
	uint64_t seq;

	made_cbor(&payload, diagnostic);
	assert_int_equal(
	    fv_journal_append(&h->app.journal, type, fv_buf_span(&payload), &seq), FV_OK);
	fv_buf_clear(&payload);
	return seq;
}

/* A blob of `len` bytes of its own kind, named by record `seq`. */
static inline struct fv_hash
fixture_blob(struct handheld *h, uint64_t seq, uint8_t kind, size_t len)
{
	uint8_t *bytes = malloc(len);
	struct fv_hash hash;

	assert_non_null(bytes);
	memset(bytes, kind, len);
	fv_sha256(fv_span_of(bytes, len), &hash);
	assert_int_equal(
	    fv_store_put_blob(h->app.store, &hash, seq, fv_span_of(bytes, len)), FV_OK);
	free(bytes);
	return hash;
}

/* --- the server's log --- */

/* Append a leaf; returns its index. */
static inline uint64_t
log_add(struct handheld *h, struct fv_span leaf)
{
	assert_true(h->leaf_count < LEAVES_MAX);
	fv_leaf_hash(leaf, &h->leaves[h->leaf_count]);
	return h->leaf_count++;
}

/* Some leaf that is none of ours. */
static inline void
log_grow(struct handheld *h, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t other[2] = {0x77, (uint8_t)h->leaf_count};

		log_add(h, fv_span_of(other, sizeof other));
	}
}

/* Hash of the complete subtree, from the leaves. */
static inline enum fv_err
log_get(uint32_t level, uint64_t idx, struct fv_hash *hash_out, void *ctx)
{
	const struct handheld *h = ctx;
	struct fv_merkle_range range = {0};

	for (uint64_t i = idx << level; i < (idx + 1) << level; i++)
		fv_merkle_range_append(&range, &h->leaves[i]);
	fv_merkle_range_root(&range, hash_out);
	return FV_OK;
}

static inline struct fv_tree_head
log_head(const struct handheld *h, size_t size)
{
	struct fv_tree_head head = {.size = size};
	struct fv_merkle_range range = {0};

	for (size_t i = 0; i < size; i++)
		fv_merkle_range_append(&range, &h->leaves[i]);
	fv_merkle_range_root(&range, &head.root);
	return head;
}

/* Append a checkpoint note over `head`, signed with `seed` under that key's own origin. */
static inline void
log_sign(
    struct fv_buf *note, const struct fv_tree_head *head, const uint8_t seed[FV_SEED_BYTES])
{
	uint8_t pk[FV_KEY_BYTES];
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_buf text = {0};

	fv_ed25519_public(seed, pk);
	fv_log_origin(pk, origin);
	fv_checkpoint_put(&text, fv_span_z(origin), head->size, &head->root);
	fv_signednote_sign(note, fv_buf_span(&text), fv_span_z(origin), seed);
	fv_buf_clear(&text);
}

#endif
