/* Findings that changed, as rows to append. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/judge_in.h"
#include "sync-server/store/findings.h"

static int
by_dev(const void *a, const void *b)
{
	return memcmp(a, b, FV_DEV_BYTES);
}

enum fv_err
judge_put_as_of(
    struct judge *judge, const struct judgement *j, const char *case_id, struct fv_buf *out)
{
	const struct fv_fold_range range = fv_fold_case_contacts(j->fold, case_id);
	uint8_t(*devs)[FV_DEV_BYTES] = NULL;
	size_t count = 0, kept = 0;
	enum fv_err rc = FV_OK;

	if ((devs = calloc(range.until - range.from + 1, sizeof *devs)) == NULL)
		return FV_ENOMEM;
	for (size_t i = range.from; i < range.until; i++)
		memcpy(devs[count++], fv_fold_contact(j->fold, i)->dev, sizeof *devs);
	qsort(devs, count, sizeof *devs, by_dev);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || memcmp(devs[i], devs[kept - 1], sizeof *devs) != 0)
			memmove(devs[kept++], devs[i], sizeof *devs);
	fv_cbor_put_array(out, kept);
	for (size_t i = 0; i < kept && rc == FV_OK; i++) {
		struct judge_trail *t;

		if ((rc = judge_find_trail(judge, devs[i], &t)) == FV_OK)
			rc = judge_read_trail(judge, t);
		if (rc != FV_OK)
			break;
		fv_cbor_put_array(out, 2);
		fv_cbor_put_bytes(out, devs[i], FV_DEV_BYTES);
		fv_cbor_put_uint(out, t->size);
	}
	free(devs);
	return rc == FV_OK ? fv_buf_status(out) : rc;
}

enum fv_err
judge_each_change(const struct judge *judge, const struct judgement *judgement,
    judge_change_fn on_change, void *ctx)
{
	enum fv_err rc = FV_OK;
	char engine[16];

	(void)snprintf(engine, sizeof engine, "%u", FV_AUDIT_ENGINE_VERSION);
	for (size_t i = 0; i < judgement->finding_count && rc == FV_OK; i++) {
		const struct judged_finding *f = &judgement->findings[i];
		struct fv_store_finding row = {.subject = fv_span_z(f->contact),
		    .case_id = judgement->row->item.id,
		    .pack = fv_span_z(f->pack),
		    .rule = fv_span_z(f->rule),
		    .verdict = (uint32_t)f->verdict,
		    .is_provisional = f->is_provisional,
		    .contact_ms = f->contact_ms,
		    .pack_sha256 = f->by->sha256,
		    .engine = fv_span_z(engine),
		    .tzdata = fv_span_z(judge_tzdata(judge)),
		    .as_of = fv_buf_span(&judgement->as_of),
		    .inputs_hash = f->inputs_hash,
		    .inputs = fv_span_z(f->inputs)};

		memcpy(row.id, f->id, sizeof row.id);
		rc = on_change(&row, f, ctx);
	}
	return rc;
}
