#include "fv/enrol.h"

#include <string.h>

#include "lib/proof.h"

#define REQUEST_KEYS 7U

static void
put_unsigned_keys(struct fv_buf *out, const struct fv_enrol_request *request)
{
	const uint8_t *const keys[] = {request->pk_0, request->pk_sync, request->pk_box};

	for (size_t i = 0; i < 3; i++) {
		fv_cbor_put_uint(out, i + 1);
		fv_cbor_put_bytes(out, keys[i], FV_KEY_BYTES);
	}
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_array(out, request->seed_count);
	for (size_t i = 0; i < request->seed_count; i++) {
		fv_cbor_put_array(out, 2);
		fv_cbor_put_bytes(
		    out, request->seeds[i].key_id, sizeof request->seeds[i].key_id);
		fv_cbor_put_bytes(out, request->seeds[i].sealed, FV_ENROL_SEALED_SEED_BYTES);
	}
	fv_cbor_put_uint(out, 5);
	fv_cbor_put_array(out, 3);
	fv_cbor_put_text(out, request->model);
	fv_cbor_put_text(out, request->serial);
	if (request->chip.len > 0)
		fv_cbor_put_text(out, request->chip);
	else
		fv_cbor_put_null(out);
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_text(out, request->version);
}

/* What s_0 signs: label, dev, and the hash of the map of keys 1 to 6. */
static enum fv_err
signed_bytes(struct fv_buf *out, const struct fv_enrol_request *request,
    const uint8_t dev[FV_DEV_BYTES])
{
	struct fv_buf map = {0};
	struct fv_hash hash;
	enum fv_err rc;

	fv_cbor_put_map(&map, REQUEST_KEYS - 1);
	put_unsigned_keys(&map, request);
	if ((rc = fv_buf_status(&map)) == FV_OK) {
		fv_sha256(fv_buf_span(&map), &hash);
		fv_buf_put_z(out, "fieldvisit/enrol/v1");
		fv_buf_put(out, dev, FV_DEV_BYTES);
		fv_buf_put(out, hash.b, sizeof hash.b);
		rc = fv_buf_status(out);
	}
	fv_buf_clear(&map);
	return rc;
}

enum fv_err
fv_enrol_request_put(struct fv_buf *out, struct fv_enrol_request *request,
    const uint8_t dev[FV_DEV_BYTES], const uint8_t seed_0[FV_SEED_BYTES])
{
	struct fv_buf message = {0};
	enum fv_err rc;

	if ((rc = signed_bytes(&message, request, dev)) != FV_OK)
		goto cleanup;
	fv_ed25519_sign(seed_0, fv_buf_span(&message), request->sig);
	fv_cbor_put_map(out, REQUEST_KEYS);
	put_unsigned_keys(out, request);
	fv_cbor_put_uint(out, 7);
	fv_cbor_put_bytes(out, request->sig, sizeof request->sig);
	rc = fv_buf_status(out);
cleanup:
	fv_buf_clear(&message);
	return rc;
}

static enum fv_err
get_seeds(struct fv_cbor_reader *r, struct fv_enrol_request *out)
{
	size_t count, two;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count == 0 || count > FV_ENROL_AUDITORS_MAX)
		return FV_ERANGE;
	for (size_t i = 0; i < count; i++) {
		if ((rc = fv_cbor_get_array(r, &two)) != FV_OK)
			return rc;
		if (two != 2)
			return FV_EFORMAT;
		if ((rc = fv_cbor_get_fixed(r, out->seeds[i].key_id, 4)) != FV_OK ||
		    (rc = fv_cbor_get_fixed(
			 r, out->seeds[i].sealed, FV_ENROL_SEALED_SEED_BYTES)) != FV_OK)
			return rc;
	}
	out->seed_count = count;
	return FV_OK;
}

static enum fv_err
get_hardware(struct fv_cbor_reader *r, struct fv_enrol_request *out)
{
	size_t three;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &three)) != FV_OK)
		return rc;
	if (three != 3)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_text(r, &out->model)) != FV_OK ||
	    (rc = fv_cbor_get_text(r, &out->serial)) != FV_OK)
		return rc;
	return fv_cbor_take_null(r) ? FV_OK : fv_cbor_get_text(r, &out->chip);
}

static enum fv_err
get_request_key(struct fv_cbor_reader *r, uint64_t key, struct fv_enrol_request *out)
{
	switch (key) {
	case 1:
		return fv_cbor_get_fixed(r, out->pk_0, FV_KEY_BYTES);
	case 2:
		return fv_cbor_get_fixed(r, out->pk_sync, FV_KEY_BYTES);
	case 3:
		return fv_cbor_get_fixed(r, out->pk_box, FV_KEY_BYTES);
	case 4:
		return get_seeds(r, out);
	case 5:
		return get_hardware(r, out);
	case 6:
		return fv_cbor_get_text(r, &out->version);
	case 7:
		return fv_cbor_get_fixed(r, out->sig, sizeof out->sig);
	default:
		return FV_EFORMAT;
	}
}

enum fv_err
fv_enrol_request_parse(struct fv_span bytes, const uint8_t ticket_id[16],
    struct fv_enrol_request *out, uint8_t dev_out[FV_DEV_BYTES])
{
	struct fv_cbor_reader r = fv_cbor_reader_of(bytes);
	struct fv_buf message = {0};
	uint64_t key;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	memset(dev_out, 0, FV_DEV_BYTES);
	if ((rc = fv_cbor_check_all(bytes)) != FV_OK ||
	    (rc = fv_cbor_get_map(&r, &count)) != FV_OK)
		return rc;
	if (count != REQUEST_KEYS)
		return FV_EFORMAT;
	for (size_t i = 0; i < count; i++)
		if ((rc = fv_cbor_get_uint(&r, REQUEST_KEYS, &key)) != FV_OK ||
		    (rc = get_request_key(&r, key, out)) != FV_OK)
			return rc;

	fv_dev_id(out->pk_0, out->pk_sync, out->pk_box, ticket_id, dev_out);
	if ((rc = signed_bytes(&message, out, dev_out)) == FV_OK)
		rc = fv_ed25519_verify(out->pk_0, fv_buf_span(&message), out->sig);
	fv_buf_clear(&message);
	return rc;
}

static void
put_key_bytes(struct fv_buf *out, uint64_t key, struct fv_span bytes)
{
	fv_cbor_put_uint(out, key);
	fv_cbor_put_bytes(out, bytes.ptr, bytes.len);
}

void
fv_enrol_answer_put(struct fv_buf *out, const struct fv_enrol_answer *answer)
{
	fv_cbor_put_map(out, answer->packs_note.len > 0 ? 8 : 7);
	put_key_bytes(out, 1, fv_span_of(answer->dev, FV_DEV_BYTES));
	put_key_bytes(out, 2, answer->enrol_leaf);
	fv_cbor_put_uint(out, 3);
	fv_cbor_put_uint(out, answer->leaf_index);
	fv_cbor_put_uint(out, 4);
	fv_proof_put(out, answer->inclusion, answer->inclusion_count);
	put_key_bytes(out, 5, answer->checkpoint);
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_array(out, answer->roster_count);
	for (size_t i = 0; i < answer->roster_count; i++)
		fv_cbor_put_bytes(out, answer->rosters[i].ptr, answer->rosters[i].len);
	if (answer->packs_note.len > 0)
		put_key_bytes(out, 7, answer->packs_note);
	fv_cbor_put_uint(out, 8);
	fv_cbor_put_int(out, answer->server_ms);
}

static enum fv_err
get_rosters(struct fv_cbor_reader *r, struct fv_enrol_answer *out)
{
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count == 0 || count > sizeof out->rosters / sizeof out->rosters[0])
		return FV_ERANGE;
	for (size_t i = 0; i < count; i++)
		if ((rc = fv_cbor_get_bytes(r, &out->rosters[i])) != FV_OK)
			return rc;
	out->roster_count = count;
	return FV_OK;
}

static enum fv_err
get_answer_key(struct fv_cbor_reader *r, uint64_t key, struct fv_enrol_answer *out)
{
	switch (key) {
	case 1:
		return fv_cbor_get_fixed(r, out->dev, FV_DEV_BYTES);
	case 2:
		return fv_cbor_get_bytes(r, &out->enrol_leaf);
	case 3:
		return fv_cbor_get_uint(r, INT64_MAX, &out->leaf_index);
	case 4:
		return fv_proof_get(r, out->inclusion, &out->inclusion_count);
	case 5:
		return fv_cbor_get_bytes(r, &out->checkpoint);
	case 6:
		return get_rosters(r, out);
	case 7:
		return fv_cbor_get_bytes(r, &out->packs_note);
	case 8:
		return fv_cbor_get_int(r, &out->server_ms);
	default:
		return fv_cbor_skip(r, NULL);
	}
}

enum fv_err
fv_enrol_answer_parse(struct fv_span bytes, struct fv_enrol_answer *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(bytes);
	uint64_t key, seen = 0;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(bytes)) != FV_OK ||
	    (rc = fv_cbor_get_map(&r, &count)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if ((rc = fv_cbor_get_uint(&r, UINT64_MAX, &key)) != FV_OK ||
		    (rc = get_answer_key(&r, key, out)) != FV_OK)
			return rc;
		if (key < 64)
			seen |= UINT64_C(1) << key;
	}
	return (seen & 0x17eU) == 0x17eU ? FV_OK : FV_EFORMAT;
}
