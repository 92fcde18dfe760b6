#include "sync-server/down.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/store/log.h"

/* The HEAD leaf's exact bytes and its place in the checkpoint that goes with it. */
static enum fv_err
put_receipt(struct fv_store *store, uint64_t size, struct fv_sync_answer *answer,
    struct fv_buf *leaf)
{
	enum fv_err rc = fv_store_leaf_get(store, answer->head_index, leaf);

	if (rc == FV_OK)
		rc = fv_ledger_prove_inclusion(store, answer->head_index, size, answer->inclusion,
		    &answer->inclusion_count);
	if (rc != FV_OK)
		return rc;
	answer->head_leaf = fv_buf_span(leaf);
	answer->has_receipt = true;
	return FV_OK;
}

/* A size of which we know nothing gets no proof: the device will say so, loudly. */
static enum fv_err
put_consistency(struct fv_store *store, uint64_t held, uint64_t size, struct fv_sync_answer *answer)
{
	enum fv_err rc;

	if (held == 0 || held > size)
		return FV_OK;
	rc = fv_ledger_prove_consistency(
	    store, held, size, answer->consistency, &answer->consistency_count);
	answer->has_consistency = rc == FV_OK;
	return rc;
}

enum fv_err
fv_down_answer(struct fv_ingest *ingest, struct fv_store *store, const struct fv_session *session,
    int64_t now_ms, struct fv_buf *plain_out)
{
	const struct fv_session_result *result = fv_session_result(session);
	const struct fv_sync_request *request = fv_session_request(session);
	struct fv_sync_answer *answer = calloc(1, sizeof *answer);
	struct fv_buf leaf = {0};
	struct fv_span checkpoint;
	uint64_t size;
	enum fv_err rc = FV_ENOMEM;

	if (answer == NULL)
		goto cleanup;
	rc = FV_EFORMAT;
	if (!result->has_request)
		goto cleanup;
	checkpoint = fv_ingest_checkpoint(ingest, &size);
	answer->next_seq = result->next_seq;
	answer->sealed_size = result->sealed_size;
	answer->server_ms = now_ms;
	answer->head_index = result->head_index;
	answer->cursor = request->cursor;
	answer->notice_count = result->notice_count;
	memcpy(answer->notices, result->notices, sizeof answer->notices);
	rc = FV_OK;
	if (result->has_receipt)
		rc = put_receipt(store, size, answer, &leaf);
	if (rc == FV_OK && (request->want & FV_WANT_CONSISTENCY) != 0)
		rc = put_consistency(store, request->checkpoint_size, size, answer);
	if (rc != FV_OK)
		goto cleanup;
	if (answer->has_receipt || (request->want & FV_WANT_CONSISTENCY) != 0)
		answer->checkpoint = checkpoint;
	fv_sync_answer_put(plain_out, answer);
	rc = fv_buf_status(plain_out);
cleanup:
	fv_buf_clear(&leaf);
	free(answer);
	return rc;
}
