/* Revisions of findings: appended only where something has changed. */
#include <stdio.h>
#include <string.h>

#include "sync-server/judge.h"
#include "sync-server/store/findings.h"

/* Which trails this saw, and how far: [[dev, records], ...] of those with this case. */
static enum fv_err
put_as_of(const struct judge *judge, const char *case_id, struct fv_buf *out)
{
	const struct fv_fold *fold = judge_fold(judge);
	const struct fv_fold_range contacts = fv_fold_case_contacts(fold, case_id);
	const struct judge_trail *t;
	size_t count = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1)
			fv_cbor_put_array(out, count);
		for (size_t i = 0; (t = judge_trail(judge, i)) != NULL; i++) {
			bool has = false;

			for (size_t j = contacts.from; j < contacts.until && !has; j++)
				has = memcmp(fv_fold_contact(fold, j)->dev, t->device.dev,
					  FV_DEV_BYTES) == 0;
			count += has && pass == 0 ? 1U : 0U;
			if (!has || pass == 0)
				continue;
			fv_cbor_put_array(out, 2);
			fv_cbor_put_bytes(out, t->device.dev, FV_DEV_BYTES);
			fv_cbor_put_uint(out, t->size);
		}
	}
	return fv_buf_status(out);
}

static bool
is_same(const struct fv_store_finding *last, const struct judged_finding *f, bool provisional)
{
	return last->verdict == (uint32_t)f->verdict && last->is_provisional == provisional &&
	    memcmp(last->inputs_hash.b, f->inputs_hash.b, FV_HASH_BYTES) == 0 &&
	    memcmp(last->pack_sha256.b, f->pack_sha256.b, FV_HASH_BYTES) == 0;
}

enum fv_err
judge_write(struct judge *judge, const struct judgement *judgement, struct fv_store *store,
    int64_t now_ms, size_t *written_out)
{
	char case_id[FV_CASE_ID_BYTES], engine[16];
	struct fv_buf as_of = {0};
	enum fv_err rc = fv_id_copy(judgement->row->item.id, case_id, sizeof case_id);

	(void)snprintf(engine, sizeof engine, "%u", FV_AUDIT_ENGINE_VERSION);
	if (rc == FV_OK)
		rc = put_as_of(judge, case_id, &as_of);
	for (size_t i = 0; i < judgement->finding_count && rc == FV_OK; i++) {
		const struct judged_finding *f = &judgement->findings[i];
		struct fv_store_finding last,
		    row = {.subject = fv_span_z(f->contact),
			.case_id = judgement->row->item.id,
			.pack = fv_span_z(f->pack),
			.rule = fv_span_z(f->rule),
			.verdict = (uint32_t)f->verdict,
			.is_provisional = judgement->is_provisional,
			.contact_ms = f->contact_ms,
			.pack_sha256 = f->pack_sha256,
			.engine = fv_span_z(engine),
			.tzdata = fv_span_z(judge_tzdata(judge)),
			.as_of = fv_buf_span(&as_of),
			.inputs_hash = f->inputs_hash,
			.inputs = fv_span_z(f->inputs),
			.judged_ms = now_ms};

		memcpy(row.id, f->id, sizeof row.id);
		rc = fv_store_finding_last(store, f->id, &last);
		if (rc == FV_OK && is_same(&last, f, judgement->is_provisional))
			continue;
		if (rc == FV_ENOENT && f->verdict == FV_VERDICT_NA) {
			rc = FV_OK;
			continue;
		}
		if (rc != FV_OK && rc != FV_ENOENT)
			break;
		if ((rc = fv_store_finding_append(store, &row)) == FV_OK)
			++*written_out;
	}
	fv_buf_clear(&as_of);
	return rc;
}
