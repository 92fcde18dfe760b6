#include "fv/merkle.h"

#include <assert.h>
#include <string.h>

#define LEAF_PARTS_MAX 7U
#define PROVE_SIZE_MAX ((uint64_t)1 << 63) /* keeps every proof within FV_MERKLE_PROOF_MAX */

void
fv_merkle_leaf(const struct fv_span *parts, size_t count, struct fv_hash *out)
{
	static const uint8_t prefix = 0x00;
	struct fv_span all[LEAF_PARTS_MAX + 1];

	assert(count <= LEAF_PARTS_MAX);
	all[0] = fv_span_of(&prefix, 1);
	for (size_t i = 0; i < count; i++)
		all[i + 1] = parts[i];
	fv_sha256_parts(all, count + 1, out);
}

void
fv_merkle_node(const struct fv_hash *left, const struct fv_hash *right, struct fv_hash *out)
{
	static const uint8_t prefix = 0x01;
	struct fv_span parts[3];

	parts[0] = fv_span_of(&prefix, 1);
	parts[1] = fv_span_of(left->b, sizeof left->b);
	parts[2] = fv_span_of(right->b, sizeof right->b);
	fv_sha256_parts(parts, 3, out);
}

void
fv_merkle_range_append(struct fv_merkle_range *range, const struct fv_hash *leaf)
{
	unsigned top = (unsigned)__builtin_popcountll(range->size);
	struct fv_hash hash = *leaf;

	assert(range->size < UINT64_MAX);
	/* Each trailing one of the size is a complete subtree that the leaf completes. */
	for (uint64_t s = range->size; s & 1; s >>= 1) {
		top--;
		fv_merkle_node(&range->stack[top], &hash, &hash);
	}
	range->stack[top] = hash;
	range->size++;
}

void
fv_merkle_range_root(const struct fv_merkle_range *range, struct fv_hash *root_out)
{
	unsigned top = (unsigned)__builtin_popcountll(range->size);

	if (top == 0) {
		fv_sha256(fv_span_of(NULL, 0), root_out);
		return;
	}
	*root_out = range->stack[--top];
	while (top > 0)
		fv_merkle_node(&range->stack[--top], root_out, root_out);
}

/* Largest power of two below n, for n > 1 (RFC 9162 2.1.1). */
static uint64_t
split_of(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/*
 * Hash of the tree over n leaves from `begin`, which is a multiple of a power of two
 * >= n, or of any size from 0: its complete subtrees joined from the right.
 */
static enum fv_err
hash_of(uint64_t begin, uint64_t n, fv_merkle_get_fn get, void *ctx, struct fv_hash *out)
{
	bool first = true;

	while (n > 0) {
		uint32_t level = (uint32_t)__builtin_ctzll(n);
		struct fv_hash hash;
		enum fv_err rc;

		n &= n - 1;
		if ((rc = get(level, (begin + n) >> level, &hash, ctx)) != FV_OK)
			return rc;
		if (first)
			*out = hash;
		else
			fv_merkle_node(&hash, out, out);
		first = false;
	}
	return FV_OK;
}

static void
reverse(struct fv_hash *hashes, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct fv_hash swap = hashes[i];

		hashes[i] = hashes[count - 1 - i];
		hashes[count - 1 - i] = swap;
	}
}

enum fv_err
fv_merkle_prove_inclusion(uint64_t index, uint64_t size, fv_merkle_get_fn get, void *ctx,
    struct fv_hash proof_out[FV_MERKLE_PROOF_MAX], size_t *count_out)
{
	uint64_t begin = 0, n = size;
	size_t count = 0;
	enum fv_err rc;

	*count_out = 0;
	if (index >= size || size > PROVE_SIZE_MAX)
		return FV_ERANGE;
	/* Down from the root; siblings come out root first. */
	while (n > 1) {
		uint64_t k = split_of(n);

		if (index - begin < k) {
			rc = hash_of(begin + k, n - k, get, ctx, &proof_out[count]);
			n = k;
		} else {
			rc = hash_of(begin, k, get, ctx, &proof_out[count]);
			begin += k;
			n -= k;
		}
		if (rc != FV_OK)
			return rc;
		count++;
	}
	reverse(proof_out, count);
	*count_out = count;
	return FV_OK;
}

enum fv_err
fv_merkle_prove_consistency(uint64_t size1, uint64_t size2, fv_merkle_get_fn get, void *ctx,
    struct fv_hash proof_out[FV_MERKLE_PROOF_MAX], size_t *count_out)
{
	uint64_t begin = 0, m = size1, n = size2;
	size_t count = 0;
	enum fv_err rc;

	*count_out = 0;
	if (size1 == 0 || size1 > size2 || size2 > PROVE_SIZE_MAX)
		return FV_ERANGE;
	while (m != n) {
		uint64_t k = split_of(n);

		if (m <= k) {
			rc = hash_of(begin + k, n - k, get, ctx, &proof_out[count]);
			n = k;
		} else {
			rc = hash_of(begin, k, get, ctx, &proof_out[count]);
			begin += k;
			m -= k;
			n -= k;
		}
		if (rc != FV_OK)
			return rc;
		count++;
	}
	/* The old root itself is known to the verifier (SUBPROOF's flag, RFC 9162 2.1.4.1). */
	if (begin != 0) {
		if ((rc = hash_of(begin, m, get, ctx, &proof_out[count])) != FV_OK)
			return rc;
		count++;
	}
	reverse(proof_out, count);
	*count_out = count;
	return FV_OK;
}

static bool
equal(const struct fv_hash *a, const struct fv_hash *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

enum fv_err
fv_merkle_verify_inclusion(uint64_t index, uint64_t size, const struct fv_hash *leaf,
    const struct fv_hash *proof, size_t count, const struct fv_hash *root)
{
	uint64_t fn = index, sn = size - 1;
	struct fv_hash r = *leaf;

	if (index >= size)
		return FV_EAUTH;
	for (size_t i = 0; i < count; i++) {
		if (sn == 0)
			return FV_EAUTH;
		if ((fn & 1) || fn == sn) {
			fv_merkle_node(&proof[i], &r, &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			fv_merkle_node(&r, &proof[i], &r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && equal(&r, root) ? FV_OK : FV_EAUTH;
}

enum fv_err
fv_merkle_verify_consistency(uint64_t size1, uint64_t size2, const struct fv_hash *root1,
    const struct fv_hash *root2, const struct fv_hash *proof, size_t count)
{
	uint64_t fn = size1 - 1, sn = size2 - 1;
	struct fv_hash fr, sr;
	size_t i = 0;

	if (size1 == 0 || size1 > size2)
		return FV_EAUTH;
	if (size1 == size2)
		return count == 0 && equal(root1, root2) ? FV_OK : FV_EAUTH;
	if (count == 0)
		return FV_EAUTH;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	/* fn is 0 now exactly when size1 is a power of two: the proof leaves root1 out. */
	fr = sr = fn == 0 ? *root1 : proof[i++];
	for (; i < count; i++) {
		if (sn == 0)
			return FV_EAUTH;
		if ((fn & 1) || fn == sn) {
			fv_merkle_node(&proof[i], &fr, &fr);
			fv_merkle_node(&proof[i], &sr, &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			fv_merkle_node(&sr, &proof[i], &sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && equal(&fr, root1) && equal(&sr, root2) ? FV_OK : FV_EAUTH;
}
