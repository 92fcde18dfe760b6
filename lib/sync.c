#include "fv/sync.h"

#include <string.h>

#include "lib/proof.h"

#define FREE_MIB_MAX UINT64_C(1099511627776)

static void
put_held(struct fv_buf *out, const struct fv_blob_held *held, size_t count)
{
	fv_cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++) {
		fv_cbor_put_array(out, 2);
		fv_cbor_put_bytes(out, held[i].hash.b, FV_HASH_BYTES);
		fv_cbor_put_uint(out, held[i].held_bytes);
	}
}

static enum fv_err
get_held(struct fv_cbor_reader *r, struct fv_blob_held *held, size_t *count_out)
{
	size_t count, two;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count > FV_MISSING_MAX)
		return FV_ETOOBIG;
	for (size_t i = 0; i < count; i++) {
		if ((rc = fv_cbor_get_array(r, &two)) != FV_OK)
			return rc;
		if (two != 2)
			return FV_EFORMAT;
		if ((rc = fv_cbor_get_fixed(r, held[i].hash.b, FV_HASH_BYTES)) != FV_OK ||
		    (rc = fv_cbor_get_uint(r, FV_ITEM_BODY_MAX, &held[i].held_bytes)) != FV_OK)
			return rc;
	}
	*count_out = count;
	return FV_OK;
}

static void
put_key_uint(struct fv_buf *out, uint64_t key, uint64_t value)
{
	fv_cbor_put_uint(out, key);
	fv_cbor_put_uint(out, value);
}

static void
put_request_tail(struct fv_buf *out, const struct fv_sync_request *request)
{
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_array(out, 2);
	fv_cbor_put_uint(out, request->tail_n);
	fv_cbor_put_bytes(out, request->tail_a, sizeof request->tail_a);
}

static void
put_request_state(struct fv_buf *out, const struct fv_sync_request *request)
{
	if (request->has_battery)
		fv_cbor_put_uint(out, request->battery_percent);
	else
		fv_cbor_put_null(out);
	fv_cbor_put_uint(out, request->free_mib);
}

/* The same with the wall clock before it. */
static void
put_request_clock(struct fv_buf *out, const struct fv_sync_request *request)
{
	fv_cbor_put_uint(out, 11);
	fv_cbor_put_array(out, 3);
	fv_cbor_put_uint(out, (uint64_t)request->clock_s);
	put_request_state(out, request);
}

void
fv_sync_request_put(struct fv_buf *out, const struct fv_sync_request *request)
{
	bool has_answer_max = request->answer_max != FV_ANSWER_DEFAULT;

	fv_cbor_put_map(out,
	    5U + (request->has_tail ? 1U : 0U) + (has_answer_max ? 1U : 0U) +
		(request->begun_count > 0 ? 1U : 0U) + (request->has_state ? 1U : 0U) +
		(request->has_alert ? 1U : 0U));
	put_key_uint(out, 1, request->from_seq);
	put_key_uint(out, 2, request->checkpoint_size);
	put_key_uint(out, 3, request->n);
	put_key_uint(out, 4, request->want);
	put_key_uint(out, 5, request->cursor);
	if (request->has_tail)
		put_request_tail(out, request);
	if (has_answer_max)
		put_key_uint(out, 7, request->answer_max);
	if (request->begun_count > 0) {
		fv_cbor_put_uint(out, 8);
		put_held(out, request->begun, request->begun_count);
	}
	if (request->has_state && !request->has_clock) {
		fv_cbor_put_uint(out, 9);
		fv_cbor_put_array(out, 2);
		put_request_state(out, request);
	}
	if (request->has_alert) {
		fv_cbor_put_uint(out, 10);
		fv_alert_put(out, &request->alert);
	}
	if (request->has_state && request->has_clock)
		put_request_clock(out, request);
}

static enum fv_err
get_u32(struct fv_cbor_reader *r, uint32_t max, uint32_t *v_out)
{
	uint64_t v;
	enum fv_err rc = fv_cbor_get_uint(r, max, &v);

	if (rc == FV_OK)
		*v_out = (uint32_t)v;
	return rc;
}

static enum fv_err
get_tail(struct fv_cbor_reader *r, struct fv_sync_request *out)
{
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count != 2)
		return FV_EFORMAT;
	out->has_tail = true;
	if ((rc = fv_cbor_get_uint(r, INT64_MAX, &out->tail_n)) != FV_OK)
		return rc;
	return fv_cbor_get_fixed(r, out->tail_a, sizeof out->tail_a);
}

static enum fv_err
get_state_values(struct fv_cbor_reader *r, struct fv_sync_request *out)
{
	enum fv_err rc;

	out->has_state = true;
	out->has_battery = !fv_cbor_take_null(r);
	if (out->has_battery && (rc = get_u32(r, 100, &out->battery_percent)) != FV_OK)
		return rc;
	return fv_cbor_get_uint(r, FREE_MIB_MAX, &out->free_mib);
}

static enum fv_err
get_state(struct fv_cbor_reader *r, struct fv_sync_request *out)
{
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	return count == 2 ? get_state_values(r, out) : FV_EFORMAT;
}

/* A newer handheld may say more after the third element. */
static enum fv_err
get_clock(struct fv_cbor_reader *r, struct fv_sync_request *out)
{
	uint64_t clock_s;
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count < 3)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_uint(r, FV_SYNC_CLOCK_MAX_S, &clock_s)) != FV_OK ||
	    (rc = get_state_values(r, out)) != FV_OK)
		return rc;
	out->has_clock = true;
	out->clock_s = (int64_t)clock_s;
	for (; count > 3; count--)
		if ((rc = fv_cbor_skip(r, NULL)) != FV_OK)
			return rc;
	return FV_OK;
}

static enum fv_err
get_request_key(struct fv_cbor_reader *r, uint64_t key, struct fv_sync_request *out)
{
	switch (key) {
	case 1:
		return fv_cbor_get_uint(r, INT64_MAX, &out->from_seq);
	case 2:
		return fv_cbor_get_uint(r, INT64_MAX, &out->checkpoint_size);
	case 3:
		return fv_cbor_get_uint(r, INT64_MAX, &out->n);
	case 4:
		return get_u32(r, UINT32_MAX, &out->want);
	case 5:
		return fv_cbor_get_uint(r, INT64_MAX, &out->cursor);
	case 6:
		return get_tail(r, out);
	case 7:
		return fv_cbor_get_uint(r, FV_ANSWER_MAX, &out->answer_max);
	case 8:
		return get_held(r, out->begun, &out->begun_count);
	case 9:
		return get_state(r, out);
	case 10:
		out->has_alert = true;
		return fv_alert_get(r, &out->alert);
	case 11:
		return get_clock(r, out);
	default:
		return fv_cbor_skip(r, NULL);
	}
}

enum fv_err
fv_sync_request_parse(struct fv_span bytes, struct fv_sync_request *out, size_t *len_out)
{
	struct fv_cbor_reader r;
	size_t count, len;
	uint64_t key, seen = 0;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->answer_max = FV_ANSWER_DEFAULT;
	*len_out = 0;
	if ((rc = fv_cbor_check(bytes, &len)) != FV_OK)
		return rc;
	r = fv_cbor_reader_of(fv_span_of(bytes.ptr, len));
	if ((rc = fv_cbor_get_map(&r, &count)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if ((rc = fv_cbor_get_uint(&r, UINT64_MAX, &key)) != FV_OK ||
		    (rc = get_request_key(&r, key, out)) != FV_OK)
			return rc;
		if (key < 64)
			seen |= UINT64_C(1) << key;
	}
	/* Keys 1 to 5 are what a cursor is made of: none may be guessed. */
	if ((seen & 0x3eU) != 0x3eU)
		return FV_EFORMAT;
	*len_out = len;
	return FV_OK;
}

enum fv_err
fv_sync_part_peek(struct fv_span bytes, enum fv_sync_part *part_out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(bytes);
	enum fv_cbor_type type;
	size_t count;
	enum fv_err rc;

	*part_out = FV_PART_RECORD;
	if ((rc = fv_cbor_get_array(&r, &count)) != FV_OK ||
	    (rc = fv_cbor_peek(&r, &type)) != FV_OK)
		return rc;
	if (count == 0 || (type != FV_CBOR_UINT && type != FV_CBOR_BYTES))
		return FV_EFORMAT;
	*part_out = type == FV_CBOR_UINT ? FV_PART_RECORD : FV_PART_SLICE;
	return FV_OK;
}

void
fv_item_put(struct fv_buf *out, const struct fv_item *item)
{
	fv_cbor_put_array(out, 4);
	fv_cbor_put_uint(out, item->kind);
	if (item->key_is_bytes)
		fv_cbor_put_bytes(out, item->key.ptr, item->key.len);
	else
		fv_cbor_put_text(out, item->key);
	fv_cbor_put_uint(out, item->version);
	if (item->is_slice)
		fv_slice_put(out, &item->slice);
	else
		fv_cbor_put_bytes(out, item->body.ptr, item->body.len);
}

/* The slice of an item's body.  A pack may be larger than a blob up: its own limit. */
static enum fv_err
get_item_slice(struct fv_cbor_reader *r, struct fv_slice *slice)
{
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count != 4)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_fixed(r, slice->hash.b, sizeof slice->hash.b)) != FV_OK ||
	    (rc = fv_cbor_get_uint(r, FV_ITEM_BODY_MAX, &slice->total)) != FV_OK ||
	    (rc = fv_cbor_get_uint(r, FV_ITEM_BODY_MAX, &slice->offset)) != FV_OK ||
	    (rc = fv_cbor_get_bytes(r, &slice->bytes)) != FV_OK)
		return rc;
	if (slice->bytes.len == 0 || slice->bytes.len > FV_SLICE_MAX)
		return FV_ETOOBIG;
	return slice->offset + slice->bytes.len > slice->total ? FV_ERANGE : FV_OK;
}

enum fv_err
fv_item_parse(struct fv_cbor_reader *r, struct fv_item *out)
{
	enum fv_cbor_type type;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count != 4)
		return FV_EFORMAT;
	if ((rc = get_u32(r, UINT32_MAX, &out->kind)) != FV_OK ||
	    (rc = fv_cbor_peek(r, &type)) != FV_OK)
		return rc;
	out->key_is_bytes = type == FV_CBOR_BYTES;
	rc = out->key_is_bytes ? fv_cbor_get_bytes(r, &out->key)
			       : fv_cbor_get_text(r, &out->key);
	if (rc != FV_OK || (rc = fv_cbor_get_uint(r, INT64_MAX, &out->version)) != FV_OK ||
	    (rc = fv_cbor_peek(r, &type)) != FV_OK)
		return rc;
	out->is_slice = type == FV_CBOR_ARRAY;
	return out->is_slice ? get_item_slice(r, &out->slice)
			     : fv_cbor_get_bytes(r, &out->body);
}

static size_t
count_answer_keys(const struct fv_sync_answer *a)
{
	return 4U + (a->checkpoint.len > 0 ? 1U : 0U) + (a->has_receipt ? 3U : 0U) +
	    (a->has_consistency ? 1U : 0U) + (a->item_count > 0 ? 1U : 0U) +
	    (a->missing_count > 0 ? 1U : 0U) + (a->notice_count > 0 ? 1U : 0U) +
	    (a->more ? 1U : 0U) + (a->holds_alert ? 1U : 0U);
}

static void
put_receipt_proof(struct fv_buf *out, const struct fv_sync_answer *answer)
{
	put_key_uint(out, 3, answer->head_index);
	fv_cbor_put_uint(out, 4);
	fv_proof_put(out, answer->inclusion, answer->inclusion_count);
}

void
fv_sync_answer_put(struct fv_buf *out, const struct fv_sync_answer *answer)
{
	fv_cbor_put_map(out, count_answer_keys(answer));
	put_key_uint(out, 1, answer->next_seq);
	if (answer->checkpoint.len > 0) {
		fv_cbor_put_uint(out, 2);
		fv_cbor_put_bytes(out, answer->checkpoint.ptr, answer->checkpoint.len);
	}
	if (answer->has_receipt)
		put_receipt_proof(out, answer);
	if (answer->has_consistency) {
		fv_cbor_put_uint(out, 5);
		fv_proof_put(out, answer->consistency, answer->consistency_count);
	}
	if (answer->item_count > 0) {
		fv_cbor_put_uint(out, 7);
		fv_cbor_put_array(out, answer->item_count);
		fv_buf_put_span(out, answer->items);
	}
	fv_cbor_put_uint(out, 8);
	fv_cbor_put_int(out, answer->server_ms);
	if (answer->missing_count > 0) {
		fv_cbor_put_uint(out, 9);
		put_held(out, answer->missing, answer->missing_count);
	}
	if (answer->has_receipt) {
		fv_cbor_put_uint(out, 10);
		fv_cbor_put_bytes(out, answer->head_leaf.ptr, answer->head_leaf.len);
	}
	if (answer->notice_count > 0) {
		fv_cbor_put_uint(out, 11);
		fv_cbor_put_array(out, answer->notice_count);
		for (size_t i = 0; i < answer->notice_count; i++)
			fv_cbor_put_uint(out, answer->notices[i]);
	}
	put_key_uint(out, 12, answer->cursor);
	put_key_uint(out, 13, answer->sealed_size);
	if (answer->more) {
		fv_cbor_put_uint(out, 14);
		fv_cbor_put_bool(out, true);
	}
	if (answer->holds_alert) {
		fv_cbor_put_uint(out, 15);
		fv_cbor_put_bool(out, true);
	}
}

static enum fv_err
get_items(struct fv_cbor_reader *r, struct fv_sync_answer *out)
{
	struct fv_item item;
	size_t start;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &out->item_count)) != FV_OK)
		return rc;
	start = r->pos;
	for (size_t i = 0; i < out->item_count; i++)
		if ((rc = fv_item_parse(r, &item)) != FV_OK)
			return rc;
	out->items = fv_span_of(r->in.ptr + start, r->pos - start);
	return FV_OK;
}

static enum fv_err
get_notices(struct fv_cbor_reader *r, struct fv_sync_answer *out)
{
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count > FV_NOTICES_MAX)
		return FV_ETOOBIG;
	for (size_t i = 0; i < count; i++)
		if ((rc = get_u32(r, UINT32_MAX, &out->notices[i])) != FV_OK)
			return rc;
	out->notice_count = count;
	return FV_OK;
}

static enum fv_err
get_answer_key(struct fv_cbor_reader *r, uint64_t key, struct fv_sync_answer *out)
{
	switch (key) {
	case 1:
		return fv_cbor_get_uint(r, INT64_MAX, &out->next_seq);
	case 2:
		return fv_cbor_get_bytes(r, &out->checkpoint);
	case 3:
		return fv_cbor_get_uint(r, INT64_MAX, &out->head_index);
	case 4:
		return fv_proof_get(r, out->inclusion, &out->inclusion_count);
	case 5:
		out->has_consistency = true;
		return fv_proof_get(r, out->consistency, &out->consistency_count);
	case 7:
		return get_items(r, out);
	case 8:
		return fv_cbor_get_int(r, &out->server_ms);
	case 9:
		return get_held(r, out->missing, &out->missing_count);
	case 10:
		return fv_cbor_get_bytes(r, &out->head_leaf);
	case 11:
		return get_notices(r, out);
	case 12:
		return fv_cbor_get_uint(r, INT64_MAX, &out->cursor);
	case 13:
		return fv_cbor_get_uint(r, INT64_MAX, &out->sealed_size);
	case 14:
		return fv_cbor_get_bool(r, &out->more);
	case 15:
		return fv_cbor_get_bool(r, &out->holds_alert);
	default:
		return fv_cbor_skip(r, NULL);
	}
}

enum fv_err
fv_sync_answer_parse(struct fv_span bytes, struct fv_sync_answer *out)
{
	const uint64_t receipt_keys = UINT64_C(1) << 3 | UINT64_C(1) << 4 | UINT64_C(1) << 10;
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
	/* 1, 8, 12 and 13 are always there; a receipt is whole or absent. */
	if ((seen & 0x3102U) != 0x3102U)
		return FV_EFORMAT;
	out->has_receipt = (seen & receipt_keys) == receipt_keys;
	if (!out->has_receipt && (seen & receipt_keys) != 0)
		return FV_EFORMAT;
	if (out->has_receipt && out->checkpoint.len == 0)
		return FV_EFORMAT;
	return FV_OK;
}
