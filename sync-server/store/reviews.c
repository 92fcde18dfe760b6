#include "reviews.h"

#include <string.h>

#include "db.h"
#include "fv/cbor.h"

#define SEQ_BITS 40

static void
bind_review(sqlite3_stmt *stmt, const struct fv_store_review *r)
{
	fv_db_bind_blob(stmt, 1, fv_span_of(r->finding, sizeof r->finding));
	fv_db_bind_blob(stmt, 2, fv_span_of(r->inputs_hash.b, FV_HASH_BYTES));
	fv_db_bind_uint(stmt, 3, r->decision);
	fv_db_bind_text(stmt, 4, fv_span_z(r->reason));
	fv_db_bind_text(stmt, 5, fv_span_z(r->who));
	fv_db_bind_int(stmt, 6, r->at_ms);
}

enum fv_err
fv_store_review_put(struct fv_store *store, const struct fv_store_review *review)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_REVIEW_PUT, &stmt)) != FV_OK)
		return rc;
	bind_review(stmt, review);
	fv_db_bind_blob(stmt, 7, fv_span_of(review->sdoc.b, FV_HASH_BYTES));
	fv_db_bind_uint(stmt, 8, review->leaf);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_proposal_put(struct fv_store *store, const struct fv_store_review *proposal)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_PROPOSAL_PUT, &stmt)) != FV_OK)
		return rc;
	bind_review(stmt, proposal);
	return fv_db_run(stmt);
}

static enum fv_err
read_review(sqlite3_stmt *stmt, bool is_proposal, struct fv_store_review *out)
{
	memset(out, 0, sizeof *out);
	out->decision = (enum fv_decision)fv_db_col_int(stmt, 2);
	out->at_ms = fv_db_col_int(stmt, 5);
	if (!fv_db_col_fixed(stmt, 0, out->finding, sizeof out->finding) ||
	    !fv_db_col_fixed(stmt, 1, out->inputs_hash.b, FV_HASH_BYTES) ||
	    !fv_db_col_z(stmt, 3, out->reason, sizeof out->reason) ||
	    !fv_db_col_z(stmt, 4, out->who, sizeof out->who))
		return FV_ECORRUPT;
	if (is_proposal)
		return FV_OK;
	out->leaf = fv_db_col_uint(stmt, 7);
	return fv_db_col_fixed(stmt, 6, out->sdoc.b, FV_HASH_BYTES) ? FV_OK : FV_ECORRUPT;
}

enum fv_err
fv_store_review_last(
    struct fv_store *store, const uint8_t finding[16], struct fv_store_review *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_REVIEW_LAST, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(finding, 16));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_review(stmt, false, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

static enum fv_err
each_review(struct fv_store *store, enum fv_sql sql, const uint8_t finding[16],
    fv_store_review_fn fn, void *ctx)
{
	struct fv_store_review review;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, sql, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(finding, 16));
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_review(stmt, sql == FV_SQL_PROPOSAL_EACH, &review)) != FV_OK ||
		    (rc = fn(&review, ctx)) != FV_OK)
			break;
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_review_each(
    struct fv_store *store, const uint8_t finding[16], fv_store_review_fn fn, void *ctx)
{
	return each_review(store, FV_SQL_REVIEW_EACH, finding, fn, ctx);
}

enum fv_err
fv_store_proposal_each(
    struct fv_store *store, const uint8_t finding[16], fv_store_review_fn fn, void *ctx)
{
	return each_review(store, FV_SQL_PROPOSAL_EACH, finding, fn, ctx);
}

/* NOTE 9 = 3: a reply; 10: the finding. */
static bool
read_reply(struct fv_span payload, struct fv_span *finding_out)
{
	struct fv_cbor_reader r;
	uint64_t kind;

	return fv_cbor_map_find(payload, 9, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, 3, &kind) == FV_OK && kind == 3 &&
	    fv_cbor_map_find(payload, 10, &r) == FV_OK &&
	    fv_cbor_get_bytes(&r, finding_out) == FV_OK && finding_out->len == 16;
}

enum fv_err
fv_db_note_reply(struct fv_store *store, const struct fv_store_record *record)
{
	struct fv_span finding;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (record->type != FV_REC_NOTE || !record->has_payload ||
	    !read_reply(record->payload, &finding))
		return FV_OK;
	if ((rc = fv_db_get(store, FV_SQL_REPLIED_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, finding);
	fv_db_bind_int(stmt, 2, (record->no << SEQ_BITS) | (int64_t)record->seq);
	if ((rc = fv_db_run(stmt)) == FV_OK)
		rc = fv_store_queue_touch(store, finding.ptr, record->received_ms);
	return rc == FV_ENOENT ? FV_OK : rc; /* it may be about no finding of ours */
}
