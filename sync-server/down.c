#include "sync-server/down.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/store/log.h"
#include "sync-server/store/records.h"

/* A stranger's limit of 0 or 1 byte would get nothing done for ever. */
#define ANSWER_MIN 512U

/* The answer while it is put together. */
struct making {
	struct fv_down down;
	const struct fv_sync_request *request;
	struct fv_sync_answer *answer;
	size_t base_bytes;   /* of the answer without its items */
	size_t limit_bytes;  /* request key 7, within our own bounds */
	struct fv_buf items; /* encoded */
	struct fv_buf body;  /* scratch */
};

/* A stop that is not an error: the answer is full. */
#define FULL FV_AGAIN

static bool
has_room(const struct making *m)
{
	return m->base_bytes + m->items.len < m->limit_bytes;
}

static void
put_item(struct making *m, const struct fv_item *item)
{
	fv_item_put(&m->items, item);
	m->answer->item_count++;
}

/* Bytes of this body that the device said it holds. */
static uint64_t
find_begun(const struct making *m, const struct fv_hash *hash, uint64_t total)
{
	const struct fv_sync_request *request = m->request;

	for (size_t i = 0; i < request->begun_count; i++)
		if (memcmp(request->begun[i].hash.b, hash->b, sizeof hash->b) == 0 &&
		    request->begun[i].held_bytes < total)
			return request->begun[i].held_bytes;
	return 0;
}

static enum fv_err
put_slices(struct making *m, struct fv_item *item)
{
	struct fv_span body = fv_buf_span(&m->body);
	struct fv_slice *slice = &item->slice;
	size_t left;

	item->is_slice = true;
	slice->total = body.len;
	fv_sha256(body, &slice->hash);
	slice->offset = find_begun(m, &slice->hash, body.len);
	while (slice->offset < body.len) {
		if (!has_room(m))
			return FULL;
		left = body.len - (size_t)slice->offset;
		slice->bytes = fv_span_of(
		    body.ptr + slice->offset, left < FV_SLICE_MAX ? left : FV_SLICE_MAX);
		put_item(m, item);
		slice->offset += slice->bytes.len;
	}
	return FV_OK;
}

static enum fv_err
put_changed(const struct fv_store_changed *row, void *ctx)
{
	struct making *m = ctx;
	struct fv_item item = {.kind = (uint32_t)row->kind, .key = row->key};
	enum fv_err rc;

	if (!has_room(m)) {
		m->answer->more = true;
		return FULL;
	}
	item.key_is_bytes = row->kind == FV_ITEM_REVOKE || row->kind == FV_ITEM_WIPE ||
	    row->kind == FV_ITEM_FINDING;
	fv_buf_reset(&m->body);
	rc = fv_down_body(&m->down, row, &m->body, &item.version);
	if (rc == FV_ENOENT) { /* gone since, or not for this device: passed over */
		m->answer->cursor = row->change;
		return FV_OK;
	}
	if (rc != FV_OK)
		return rc;
	item.body = fv_buf_span(&m->body);
	if (item.body.len <= FV_ITEM_INLINE_MAX)
		put_item(m, &item);
	else
		rc = put_slices(m, &item);
	if (rc == FULL) /* the rest of it next time, from request key 8 */
		m->answer->more = true;
	else
		m->answer->cursor = row->change;
	return rc;
}

/* The roster on its own wish, whatever the cursor says. */
static enum fv_err
put_wanted_roster(struct making *m)
{
	struct fv_store_changed row = {.change = m->answer->cursor, .kind = FV_ITEM_ROSTER};
	struct fv_buf agency = {0};
	enum fv_err rc;

	if ((m->request->want & FV_WANT_ROSTER) == 0)
		return FV_OK;
	rc = fv_store_meta_get(m->down.store, "agency", &agency);
	if (rc == FV_OK) {
		row.key = fv_buf_span(&agency);
		rc = put_changed(&row, m);
	}
	fv_buf_clear(&agency);
	return rc == FULL ? FV_OK : rc;
}

/* Who has seen the SOS that the request speaks of: ahead of whatever else waits. */
static enum fv_err
put_seen(struct making *m)
{
	struct fv_store_changed row = {.change = m->answer->cursor, .kind = FV_ITEM_SOS_SEEN};
	char id[FV_ALERT_ID_BYTES];
	enum fv_err rc;

	if (!m->request->has_alert)
		return FV_OK;
	row.key = fv_span_z(fv_alert_id(m->down.device->dev, &m->request->alert, id));
	rc = put_changed(&row, m);
	return rc == FULL ? FV_OK : rc;
}

/* The order to go on with an older log, ahead of all: until it has that, a handheld that saw
 * a later one takes nothing.  The walk over what changed comes to it once more. */
static enum fv_err
put_log_order(struct making *m)
{
	struct fv_store_changed row = {.change = m->answer->cursor, .kind = FV_ITEM_LOG};
	struct fv_buf agency = {0};
	bool is_new = false;
	enum fv_err rc =
	    fv_store_is_changed(m->down.store, FV_ITEM_LOG, m->answer->cursor, &is_new);

	if (rc == FV_OK && is_new &&
	    (rc = fv_store_meta_get(m->down.store, "agency", &agency)) == FV_OK) {
		row.key = fv_buf_span(&agency);
		rc = put_changed(&row, m);
	}
	fv_buf_clear(&agency);
	return rc == FULL ? FV_OK : rc;
}

static enum fv_err
put_items(struct making *m)
{
	enum fv_err rc;

	m->answer->cursor = m->request->cursor;
	if ((rc = put_log_order(m)) != FV_OK || (rc = put_seen(m)) != FV_OK ||
	    (rc = put_wanted_roster(m)) != FV_OK)
		return rc;
	rc = fv_store_changed_each(
	    m->down.store, m->down.device, m->request->cursor, put_changed, m);
	if (rc != FV_OK && rc != FULL)
		return rc;
	m->answer->items = fv_buf_span(&m->items);
	return fv_buf_status(&m->items);
}

static enum fv_err
put_missing(const struct fv_store_blob *blob, void *ctx)
{
	struct fv_sync_answer *answer = ctx;
	struct fv_blob_held *held = &answer->missing[answer->missing_count++];

	held->hash = blob->hash;
	held->held_bytes = blob->held;
	return FV_OK;
}

static enum fv_err
put_receipt(struct making *m, const struct fv_session_result *result, uint64_t log_size,
    struct fv_buf *leaf)
{
	struct fv_sync_answer *answer = m->answer;
	enum fv_err rc;

	if (!result->has_receipt)
		return FV_OK;
	answer->has_receipt = true;
	answer->head_index = result->head_index;
	if ((rc = fv_store_leaf_get(m->down.store, result->head_index, leaf)) != FV_OK ||
	    (rc = fv_ledger_prove_inclusion(m->down.store, result->head_index, log_size,
		 answer->inclusion, &answer->inclusion_count)) != FV_OK)
		return rc == FV_ENOENT || rc == FV_ERANGE ? FV_ECORRUPT : rc;
	answer->head_leaf = fv_buf_span(leaf);
	return FV_OK;
}

/* From the device's checkpoint to ours.  From none there is nothing to prove; and from a
 * larger one than ours (a server that was rolled back) nothing can be: the device says so,
 * loudly. */
static enum fv_err
put_consistency(struct making *m, uint64_t log_size)
{
	uint64_t known = m->request->checkpoint_size;
	struct fv_sync_answer *answer = m->answer;

	if ((m->request->want & FV_WANT_CONSISTENCY) == 0 || known == 0 || known > log_size)
		return FV_OK;
	answer->has_consistency = true;
	return fv_ledger_prove_consistency(
	    m->down.store, known, log_size, answer->consistency, &answer->consistency_count);
}

/* All but the items. */
static enum fv_err
put_base(struct making *m, struct fv_ingest *ingest, const struct fv_session_result *result,
    struct fv_buf *leaf)
{
	struct fv_sync_answer *answer = m->answer;
	struct fv_span checkpoint;
	struct fv_buf measure = {0};
	uint64_t log_size;
	enum fv_err rc;

	checkpoint = fv_ingest_checkpoint(ingest, &log_size);
	answer->next_seq = result->next_seq;
	answer->sealed_size = result->sealed_size;
	answer->server_ms = m->down.now_ms;
	answer->holds_alert = result->holds_alert;
	answer->cursor = m->request->cursor;
	answer->notice_count = result->notice_count;
	memcpy(answer->notices, result->notices, sizeof answer->notices);
	if ((rc = put_receipt(m, result, log_size, leaf)) != FV_OK ||
	    (rc = put_consistency(m, log_size)) != FV_OK ||
	    (rc = fv_store_blob_missing(m->down.store, m->down.device->no, FV_MISSING_MAX,
		 put_missing, answer)) != FV_OK)
		return rc;
	if (answer->has_receipt || (m->request->want & FV_WANT_CONSISTENCY) != 0)
		answer->checkpoint = checkpoint;
	fv_sync_answer_put(&measure, answer);
	rc = fv_buf_status(&measure);
	m->base_bytes = measure.len;
	fv_buf_clear(&measure);
	return rc;
}

static size_t
limit_of(const struct fv_sync_request *request)
{
	uint64_t wanted = request->answer_max;

	if (wanted < ANSWER_MIN)
		return ANSWER_MIN;
	return wanted > FV_ANSWER_MAX ? FV_ANSWER_MAX : (size_t)wanted;
}

static enum fv_err
refuse(const struct fv_session_result *result)
{
	if (result->fault != FV_OK)
		return result->fault;
	if (!result->has_request)
		return FV_EFORMAT;
	return result->wrong_cursor ? FV_ESTATE : FV_OK;
}

enum fv_err
fv_down_answer(struct fv_ingest *ingest, struct fv_store *store,
    const struct fv_session *session, int64_t now_ms, struct fv_buf *plain_out)
{
	const struct fv_session_result *result = fv_session_result(session);
	struct making m = {.down = {store, fv_session_device(session), now_ms}};
	struct fv_buf leaf = {0};
	enum fv_err rc;

	if ((rc = refuse(result)) != FV_OK)
		return rc;
	m.request = fv_session_request(session);
	m.limit_bytes = limit_of(m.request);
	rc = FV_ENOMEM;
	if ((m.answer = calloc(1, sizeof *m.answer)) == NULL)
		goto cleanup;
	if ((rc = fv_store_view_begin(store)) != FV_OK ||
	    (rc = put_base(&m, ingest, result, &leaf)) != FV_OK ||
	    (rc = put_items(&m)) != FV_OK)
		goto cleanup;
	fv_sync_answer_put(plain_out, m.answer);
	rc = fv_buf_status(plain_out);
cleanup:
	fv_store_view_end(store);
	fv_buf_clear(&m.items);
	fv_buf_clear(&m.body);
	fv_buf_clear(&leaf);
	free(m.answer);
	return rc;
}
