#include "fv/trail.h"

#include <string.h>

#include "fv/signednote.h"

static const uint8_t slot_magic[8] = {'F', 'V', 'S', 'L', 'O', 'T', '1', 0};

void
fv_ratchet_start(struct fv_ratchet *ratchet, const uint8_t mac_seed[FV_SEED_BYTES],
    const uint8_t dev[FV_DEV_BYTES])
{
	uint8_t prk[FV_HASH_BYTES];
	enum fv_err rc;

	fv_hkdf_extract(
	    fv_span_of(dev, FV_DEV_BYTES), fv_span_of(mac_seed, FV_SEED_BYTES), prk);
	rc = fv_hkdf_expand(fv_span_of(prk, sizeof prk), fv_span_z("fieldvisit/mac/v1"),
	    ratchet->k, sizeof ratchet->k);
	(void)rc; /* 32 bytes are always in range */
	memset(ratchet->a, 0, sizeof ratchet->a);
	ratchet->n = 0;
	fv_wipe(prk, sizeof prk);
}

void
fv_ratchet_step(struct fv_ratchet *ratchet, const struct fv_hash *leaf)
{
	const struct fv_span k = {ratchet->k, sizeof ratchet->k};
	const struct fv_span next_label = fv_span_z("fieldvisit/next/v1");
	uint8_t n_be[8], tag[FV_HASH_BYTES], next[FV_HASH_BYTES];
	struct fv_hash a;

	fv_store_u64be(n_be, ratchet->n);
	const struct fv_span tag_parts[] = {
	    fv_span_z("fieldvisit/tag/v1"), {n_be, sizeof n_be}, {leaf->b, sizeof leaf->b}};
	fv_hmac_sha256(k, tag_parts, 3, tag);
	const struct fv_span agg_parts[] = {fv_span_z("fieldvisit/agg/v1"),
	    {ratchet->a, sizeof ratchet->a}, {tag, sizeof tag}};
	fv_sha256_parts(agg_parts, 3, &a);
	fv_hmac_sha256(k, &next_label, 1, next);

	memcpy(ratchet->a, a.b, sizeof ratchet->a);
	memcpy(ratchet->k, next, sizeof ratchet->k);
	ratchet->n++;
	fv_wipe(tag, sizeof tag);
	fv_wipe(next, sizeof next);
}

void
fv_slot_put(const struct fv_ratchet *ratchet, uint8_t out[FV_SLOT_BYTES])
{
	struct fv_hash sum;

	memset(out, 0, FV_SLOT_BYTES);
	memcpy(out, slot_magic, sizeof slot_magic);
	fv_store_u64be(out + 8, ratchet->gen);
	fv_store_u64be(out + 16, ratchet->n);
	fv_store_u64be(out + 24, ratchet->key_number);
	memcpy(out + 32, ratchet->seed, FV_SEED_BYTES);
	memcpy(out + 64, ratchet->k, FV_HASH_BYTES);
	memcpy(out + 96, ratchet->a, FV_HASH_BYTES);
	fv_sha256(fv_span_of(out, 128), &sum);
	memcpy(out + 128, sum.b, sizeof sum.b);
}

enum fv_err
fv_slot_parse(const uint8_t bytes[FV_SLOT_BYTES], struct fv_ratchet *out)
{
	struct fv_hash sum;
	uint8_t any = 0;

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < FV_SLOT_BYTES; i++)
		any |= bytes[i];
	if (any == 0)
		return FV_ENOENT;
	fv_sha256(fv_span_of(bytes, 128), &sum);
	if (memcmp(bytes, slot_magic, sizeof slot_magic) != 0 ||
	    !fv_ct_equal(sum.b, bytes + 128, sizeof sum.b))
		return FV_ECORRUPT;
	out->gen = fv_load_u64be(bytes + 8);
	out->n = fv_load_u64be(bytes + 16);
	out->key_number = fv_load_u64be(bytes + 24);
	memcpy(out->seed, bytes + 32, FV_SEED_BYTES);
	memcpy(out->k, bytes + 64, FV_HASH_BYTES);
	memcpy(out->a, bytes + 96, FV_HASH_BYTES);
	return FV_OK;
}

void
fv_dev_id(const uint8_t pk_0[FV_KEY_BYTES], const uint8_t pk_sync[FV_KEY_BYTES],
    const uint8_t pk_box[FV_KEY_BYTES], const uint8_t ticket_id[16],
    uint8_t dev_out[FV_DEV_BYTES])
{
	const struct fv_span parts[] = {fv_span_z("fieldvisit/dev/v1"), {pk_0, FV_KEY_BYTES},
	    {pk_sync, FV_KEY_BYTES}, {pk_box, FV_KEY_BYTES}, {ticket_id, 16}};
	struct fv_hash hash;

	fv_sha256_parts(parts, 5, &hash);
	memcpy(dev_out, hash.b, FV_DEV_BYTES);
}

void
fv_trail_init(
    struct fv_trail *trail, const uint8_t dev[FV_DEV_BYTES], const uint8_t pk_0[FV_KEY_BYTES])
{
	memset(trail, 0, sizeof *trail);
	memcpy(trail->dev, dev, FV_DEV_BYTES);
	memcpy(trail->seal_pk, pk_0, FV_KEY_BYTES);
}

static void
move_on(struct fv_trail *trail, const struct fv_header *header, struct fv_span header_bytes,
    struct fv_hash *leaf_out)
{
	fv_record_leaf(
	    trail->range.size > 0 ? &trail->last_leaf : NULL, header_bytes, leaf_out);
	fv_merkle_range_append(&trail->range, leaf_out);
	trail->last_leaf = *leaf_out;
	trail->last = *header;
}

enum fv_err
fv_trail_append(struct fv_trail *trail, struct fv_header *header,
    const uint8_t salt[FV_SALT_BYTES], struct fv_span payload, struct fv_buf *header_out,
    struct fv_hash *leaf_out)
{
	size_t start = header_out->len;

	memcpy(header->dev, trail->dev, sizeof header->dev);
	header->seq = trail->range.size;
	fv_record_commit(salt, payload, &header->pc);
	fv_header_put(header_out, header);
	if (fv_buf_status(header_out) != FV_OK)
		return FV_ENOMEM;
	move_on(trail, header, fv_span_of(header_out->ptr + start, header_out->len - start),
	    leaf_out);
	return FV_OK;
}

enum fv_err
fv_trail_follow(struct fv_trail *trail, const struct fv_header *header,
    struct fv_span header_bytes, struct fv_hash *leaf_out)
{
	if (header->seq != trail->range.size ||
	    memcmp(header->dev, trail->dev, sizeof header->dev) != 0)
		return FV_ESTATE;
	move_on(trail, header, header_bytes, leaf_out);
	return FV_OK;
}

void
fv_seal_payload_put(struct fv_buf *out, const uint8_t npk[FV_KEY_BYTES],
    const uint8_t a[FV_HASH_BYTES], uint64_t key_number)
{
	fv_cbor_put_map(out, 3);
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_bytes(out, npk, FV_KEY_BYTES);
	fv_cbor_put_uint(out, 5);
	fv_cbor_put_bytes(out, a, FV_HASH_BYTES);
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_uint(out, key_number);
}

enum fv_err
fv_seal_payload_parse(struct fv_span payload, uint8_t npk_out[FV_KEY_BYTES],
    uint8_t a_out[FV_HASH_BYTES], uint64_t *key_number_out)
{
	struct fv_cbor_reader npk, a, number;

	if (fv_cbor_check_all(payload) != FV_OK ||
	    fv_cbor_map_find(payload, 4, &npk) != FV_OK ||
	    fv_cbor_map_find(payload, 5, &a) != FV_OK ||
	    fv_cbor_map_find(payload, 6, &number) != FV_OK ||
	    fv_cbor_get_fixed(&npk, npk_out, FV_KEY_BYTES) != FV_OK ||
	    fv_cbor_get_fixed(&a, a_out, FV_HASH_BYTES) != FV_OK ||
	    fv_cbor_get_uint(&number, INT64_MAX, key_number_out) != FV_OK)
		return FV_EFORMAT;
	return FV_OK;
}

static void
put_origin(struct fv_buf *out, const uint8_t dev[FV_DEV_BYTES])
{
	fv_buf_put_z(out, "fieldvisit/v1/dev/");
	fv_buf_put_hex(out, dev, FV_DEV_BYTES);
}

void
fv_seal_text_put(struct fv_buf *out, const uint8_t dev[FV_DEV_BYTES], uint64_t size,
    const struct fv_hash *root)
{
	struct fv_buf origin = {0};

	put_origin(&origin, dev);
	if (fv_buf_status(&origin) != FV_OK)
		out->failed = true;
	else
		fv_checkpoint_put(out, fv_buf_span(&origin), size, root);
	fv_buf_clear(&origin);
}

enum fv_err
fv_seal_sign(const struct fv_trail *trail, const uint8_t seed[FV_SEED_BYTES],
    uint8_t sig_out[FV_SIG_BYTES])
{
	struct fv_buf text = {0};
	struct fv_hash root;
	enum fv_err rc;

	fv_merkle_range_root(&trail->range, &root);
	fv_seal_text_put(&text, trail->dev, trail->range.size, &root);
	if ((rc = fv_buf_status(&text)) == FV_OK)
		fv_ed25519_sign(seed, fv_buf_span(&text), sig_out);
	fv_buf_clear(&text);
	return rc;
}

/* Every byte that decides over the signature is compared. */
static bool
is_seen(const struct fv_seals_seen *seen, const struct fv_trail *trail,
    const struct fv_hash *root, const uint8_t sig[FV_SIG_BYTES])
{
	for (size_t i = 0; seen != NULL && i < seen->count; i++) {
		const struct fv_seal_seen *one = &seen->list[i];

		if (one->size == trail->range.size &&
		    memcmp(one->dev, trail->dev, sizeof one->dev) == 0 &&
		    memcmp(one->pk, trail->seal_pk, sizeof one->pk) == 0 &&
		    memcmp(one->sig, sig, sizeof one->sig) == 0 &&
		    memcmp(one->root.b, root->b, sizeof one->root.b) == 0)
			return true;
	}
	return false;
}

/* Whether `sig` is by the key that was introduced for it, over the head (size, root). */
static enum fv_err
check_sig(
    const struct fv_trail *trail, const struct fv_hash *root, const uint8_t sig[FV_SIG_BYTES])
{
	struct fv_buf text = {0};
	enum fv_err rc;

	fv_seal_text_put(&text, trail->dev, trail->range.size, root);
	if ((rc = fv_buf_status(&text)) == FV_OK)
		rc = fv_ed25519_verify(trail->seal_pk, fv_buf_span(&text), sig);
	fv_buf_clear(&text);
	return rc;
}

enum fv_err
fv_trail_take_seal(
    struct fv_trail *trail, struct fv_span payload, const uint8_t sig[FV_SIG_BYTES])
{
	return fv_trail_take_seal_seen(trail, payload, sig, NULL);
}

enum fv_err
fv_trail_take_seal_seen(struct fv_trail *trail, struct fv_span payload,
    const uint8_t sig[FV_SIG_BYTES], const struct fv_seals_seen *seen)
{
	uint8_t npk[FV_KEY_BYTES], a[FV_HASH_BYTES];
	struct fv_hash root;
	uint64_t number;
	enum fv_err rc;

	if ((rc = fv_seal_payload_parse(payload, npk, a, &number)) != FV_OK)
		return rc;
	if (number != trail->key_number + 1)
		return FV_ECONFLICT;
	fv_merkle_range_root(&trail->range, &root);
	if (!is_seen(seen, trail, &root, sig) && (rc = check_sig(trail, &root, sig)) != FV_OK)
		return rc;

	memcpy(trail->seal_pk, npk, sizeof trail->seal_pk);
	trail->key_number = number;
	trail->sealed_size = trail->range.size;
	trail->sealed_root = root;
	return FV_OK;
}
