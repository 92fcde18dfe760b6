/* What an export asks of the one who writes: a checkpoint, and the EXPORT leaf. */
#include <string.h>

#include "fv/bundle.h"
#include "sync-server/handlers.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

static int
answer_checkpoint(struct fv_host *host, uint64_t index, json_t **answer_out)
{
	struct fv_buf note = {0};
	enum fv_err rc = fv_ledger_sign(host->ledger, &note);
	int code;

	if (rc != FV_OK)
		code = fv_verb_broken(answer_out, "checkpoint", rc);
	else
		code = fv_verb_done(answer_out,
		    json_pack("{s:s, s:I, s:I}", "checkpoint",
			fv_buf_z(&note) != NULL ? fv_buf_z(&note) : "", "size",
			(json_int_t)fv_ledger_size(host->ledger), "index", (json_int_t)index),
		    "checkpoint of %llu leaves",
		    (unsigned long long)fv_ledger_size(host->ledger));
	fv_buf_clear(&note);
	return code;
}

int
fv_do_checkpoint(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	(void)request;
	return answer_checkpoint(host, 0, answer_out);
}

static enum fv_err
append(struct fv_host *host, const char *who, const struct fv_store_document *document,
    uint64_t *index_out)
{
	struct fv_buf body = {0};
	enum fv_err rc = fv_store_begin(host->store);

	if (rc != FV_OK)
		return rc;
	fv_cbor_put_array(&body, 2);
	fv_cbor_put_text_z(&body, who);
	fv_cbor_put_bytes(&body, document->hash.b, FV_HASH_BYTES);
	if ((rc = fv_buf_status(&body)) == FV_OK)
		rc = fv_store_document_put(host->store, document);
	if (rc == FV_OK)
		rc = fv_verb_leaf(host, FV_LEAF_EXPORT, &body, index_out);
	if (rc == FV_OK)
		rc = fv_host_commit(host);
	if (rc != FV_OK)
		fv_host_rollback(host);
	fv_buf_clear(&body);
	return rc;
}

int
fv_do_export_log(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *who = fv_verb_text(request, "who");
	const char *manifest = fv_verb_text(request, "manifest");
	struct fv_store_document document = {
	    .kind = "export", .body = fv_span_z(manifest), .added_ms = fv_host_now_ms()};
	struct fv_buf salt = {0};
	uint64_t index = 0;
	enum fv_err rc = fv_verb_bytes(request, "salt", &salt);
	int code;

	if (rc != FV_OK || salt.len != FV_SALT_BYTES || !fv_id_valid(fv_span_z(who), 24) ||
	    manifest[0] == '\0') {
		code = fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "export: who is 1 to 24 of A-Z a-z 0-9 . _ -, with a salt and a manifest");
		goto cleanup;
	}
	document.salt = fv_buf_span(&salt);
	fv_bundle_sdoc(salt.ptr, document.body, &document.hash);
	rc = append(host, who, &document, &index);
	code = rc == FV_OK ? answer_checkpoint(host, index, answer_out)
			   : fv_verb_broken(answer_out, "export", rc);
cleanup:
	fv_buf_clear(&salt);
	return code;
}
