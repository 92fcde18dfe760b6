#include "fv/item.h"

#include <string.h>

void
fv_item_finding_put(struct fv_buf *out, const struct fv_item_finding *finding)
{
	fv_cbor_put_array(out, 8);
	fv_cbor_put_text(out, finding->contact);
	fv_cbor_put_text(out, finding->case_id);
	fv_cbor_put_text(out, finding->rule);
	fv_cbor_put_int(out, finding->begin_ms);
	fv_cbor_put_uint(out, finding->verdict);
	fv_cbor_put_uint(out, finding->decision);
	fv_cbor_put_text(out, finding->why_en);
	fv_cbor_put_text(out, finding->why_zh);
}

enum fv_err
fv_item_finding_parse(struct fv_span body, struct fv_item_finding *out)
{
	struct fv_cbor_reader r;
	uint64_t verdict, decision;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(body)) != FV_OK)
		return rc;
	r = fv_cbor_reader_of(body);
	if ((rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != 8)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_text(&r, &out->contact)) != FV_OK ||
	    (rc = fv_cbor_get_text(&r, &out->case_id)) != FV_OK ||
	    (rc = fv_cbor_get_text(&r, &out->rule)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->begin_ms)) != FV_OK ||
	    (rc = fv_cbor_get_uint(&r, 4, &verdict)) != FV_OK ||
	    (rc = fv_cbor_get_uint(&r, 3, &decision)) != FV_OK ||
	    (rc = fv_cbor_get_text(&r, &out->why_en)) != FV_OK)
		return rc;
	out->verdict = (uint32_t)verdict;
	out->decision = (uint32_t)decision;
	return fv_cbor_get_text(&r, &out->why_zh);
}
