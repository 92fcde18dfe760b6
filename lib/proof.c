#include "lib/proof.h"

void
fv_proof_put(struct fv_buf *out, const struct fv_hash *hashes, size_t count)
{
	fv_cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++)
		fv_cbor_put_bytes(out, hashes[i].b, FV_HASH_BYTES);
}

enum fv_err
fv_proof_get(struct fv_cbor_reader *r, struct fv_hash *hashes, size_t *count_out)
{
	size_t count;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count > FV_MERKLE_PROOF_MAX)
		return FV_ETOOBIG;
	for (size_t i = 0; i < count; i++)
		if ((rc = fv_cbor_get_fixed(r, hashes[i].b, FV_HASH_BYTES)) != FV_OK)
			return rc;
	*count_out = count;
	return FV_OK;
}
