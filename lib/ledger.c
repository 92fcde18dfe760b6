#include "fv/ledger.h"

#include <stdio.h>
#include <string.h>

#define LEAF_VERSION 1U

void
fv_log_origin(const uint8_t log_pk[FV_KEY_BYTES], char origin_out[FV_LOG_ORIGIN_BYTES])
{
	struct fv_hash hash;
	int used;

	fv_sha256(fv_span_of(log_pk, FV_KEY_BYTES), &hash);
	used = snprintf(origin_out, FV_LOG_ORIGIN_BYTES, "fieldvisit/v1/log/");
	for (int i = 0; i < 8; i++)
		used += snprintf(
		    origin_out + used, FV_LOG_ORIGIN_BYTES - (size_t)used, "%02x", hash.b[i]);
}

void
fv_leaf_put(struct fv_buf *out, enum fv_leaf_kind kind, int64_t time_ms, struct fv_span body)
{
	fv_cbor_put_array(out, 4);
	fv_cbor_put_uint(out, LEAF_VERSION);
	fv_cbor_put_uint(out, (uint64_t)kind);
	fv_cbor_put_int(out, time_ms);
	fv_buf_put_span(out, body);
}

enum fv_err
fv_leaf_parse(struct fv_span bytes, struct fv_leaf *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(bytes);
	uint64_t version, kind;
	enum fv_cbor_type type;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(bytes)) != FV_OK ||
	    (rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != 4)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_uint(&r, UINT32_MAX, &version)) != FV_OK)
		return rc;
	if (version != LEAF_VERSION)
		return FV_EVERSION;
	if ((rc = fv_cbor_get_uint(&r, UINT32_MAX, &kind)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->time_ms)) != FV_OK ||
	    (rc = fv_cbor_peek(&r, &type)) != FV_OK)
		return rc;
	if (type != FV_CBOR_ARRAY)
		return FV_EFORMAT;
	out->kind = (uint32_t)kind;
	return fv_cbor_skip(&r, &out->body);
}

void
fv_leaf_hash(struct fv_span leaf, struct fv_hash *hash_out)
{
	fv_merkle_leaf(&leaf, 1, hash_out);
}

void
fv_leaf_head_put(struct fv_buf *body, const struct fv_leaf_head *head)
{
	fv_cbor_put_array(body, 7);
	fv_cbor_put_bytes(body, head->dev, sizeof head->dev);
	fv_cbor_put_uint(body, head->size);
	fv_cbor_put_bytes(body, head->root.b, sizeof head->root.b);
	fv_cbor_put_bytes(body, head->key_id, sizeof head->key_id);
	fv_cbor_put_bytes(body, head->sig, sizeof head->sig);
	fv_cbor_put_int(body, head->received_ms);
	fv_cbor_put_uint(body, head->transport);
}

enum fv_err
fv_leaf_head_parse(struct fv_span body, struct fv_leaf_head *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(body);
	uint64_t transport;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(body)) != FV_OK ||
	    (rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != 7)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_fixed(&r, out->dev, sizeof out->dev)) != FV_OK ||
	    (rc = fv_cbor_get_uint(&r, INT64_MAX, &out->size)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->root.b, sizeof out->root.b)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->key_id, sizeof out->key_id)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->sig, sizeof out->sig)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->received_ms)) != FV_OK ||
	    (rc = fv_cbor_get_uint(&r, UINT32_MAX, &transport)) != FV_OK)
		return rc;
	out->transport = (uint32_t)transport;
	return FV_OK;
}

void
fv_leaf_enrol_put(struct fv_buf *body, const struct fv_leaf_enrol *enrol)
{
	fv_cbor_put_array(body, 8);
	fv_cbor_put_bytes(body, enrol->dev, sizeof enrol->dev);
	fv_cbor_put_bytes(body, enrol->pk_0, sizeof enrol->pk_0);
	fv_cbor_put_bytes(body, enrol->pk_sync, sizeof enrol->pk_sync);
	fv_cbor_put_bytes(body, enrol->pk_box, sizeof enrol->pk_box);
	fv_cbor_put_bytes(body, enrol->ticket_id, sizeof enrol->ticket_id);
	fv_cbor_put_text(body, enrol->agency);
	fv_cbor_put_bytes(body, enrol->seeds_doc.b, sizeof enrol->seeds_doc.b);
	fv_cbor_put_bytes(body, enrol->hardware_sdoc.b, sizeof enrol->hardware_sdoc.b);
}

enum fv_err
fv_leaf_enrol_parse(struct fv_span body, struct fv_leaf_enrol *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(body);
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(body)) != FV_OK ||
	    (rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != 8)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_fixed(&r, out->dev, sizeof out->dev)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->pk_0, sizeof out->pk_0)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->pk_sync, sizeof out->pk_sync)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->pk_box, sizeof out->pk_box)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->ticket_id, sizeof out->ticket_id)) != FV_OK ||
	    (rc = fv_cbor_get_text(&r, &out->agency)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->seeds_doc.b, FV_HASH_BYTES)) != FV_OK)
		return rc;
	return fv_cbor_get_fixed(&r, out->hardware_sdoc.b, FV_HASH_BYTES);
}

void
fv_enrol_digits(struct fv_span enrol_leaf, char text_out[48])
{
	struct fv_hash hash;
	int used = 0;

	fv_sha256(enrol_leaf, &hash);
	for (size_t j = 0; j < 8; j++)
		used += snprintf(text_out + used, 48 - (size_t)used, j == 0 ? "%05u" : " %05u",
		    fv_load_u32be(hash.b + 4 * j) % 100000U);
}

enum fv_err
fv_receipt_verify(const struct fv_receipt *receipt, const uint8_t log_pk[FV_KEY_BYTES],
    uint64_t *size_out, struct fv_hash *root_out)
{
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_checkpoint checkpoint;
	struct fv_signednote note;
	struct fv_hash leaf;
	enum fv_err rc;

	*size_out = 0;
	memset(root_out, 0, sizeof *root_out);
	fv_log_origin(log_pk, origin);
	if ((rc = fv_signednote_parse(receipt->checkpoint, &note)) != FV_OK ||
	    (rc = fv_checkpoint_parse(note.text, &checkpoint)) != FV_OK)
		return rc;
	if (!fv_span_equal(checkpoint.origin, fv_span_z(origin)))
		return FV_EAUTH;
	if (fv_signednote_verify(&note, fv_span_z(origin), log_pk) != FV_OK)
		return FV_EAUTH;
	fv_leaf_hash(receipt->leaf, &leaf);
	rc = fv_merkle_verify_inclusion(receipt->index, checkpoint.size, &leaf,
	    receipt->inclusion, receipt->inclusion_count, &checkpoint.root);
	if (rc != FV_OK)
		return rc;
	*size_out = checkpoint.size;
	*root_out = checkpoint.root;
	return FV_OK;
}
