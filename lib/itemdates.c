#include "fv/item.h"

#include <string.h>

/* What YYYY-MM-DD can say. */
#define DAY_FIRST (-719528)
#define DAY_LAST 2932896

void
fv_item_dates_put(struct fv_buf *out, struct fv_span officer, size_t count)
{
	fv_cbor_put_array(out, 2);
	fv_cbor_put_text(out, officer);
	fv_cbor_put_array(out, count);
}

void
fv_item_date_put(struct fv_buf *out, const struct fv_item_date *date)
{
	fv_cbor_put_array(out, 3);
	fv_cbor_put_uint(out, date->subject);
	fv_cbor_put_uint(out, date->fact);
	fv_cbor_put_int(out, date->day);
}

enum fv_err
fv_item_dates_open(struct fv_span body, struct fv_item_dates *out)
{
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->r = fv_cbor_reader_of(body);
	if ((rc = fv_cbor_check_all(body)) == FV_OK &&
	    (rc = fv_cbor_get_array(&out->r, &count)) == FV_OK && count != 2)
		rc = FV_EFORMAT;
	if (rc == FV_OK && (rc = fv_cbor_get_text(&out->r, &out->officer)) == FV_OK)
		rc = fv_cbor_get_array(&out->r, &out->left);
	return rc;
}

enum fv_err
fv_item_dates_next(struct fv_item_dates *dates, struct fv_item_date *out)
{
	uint64_t subject, fact;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (dates->left == 0)
		return FV_ENOENT;
	dates->left--;
	if ((rc = fv_cbor_get_array(&dates->r, &count)) == FV_OK && count != 3)
		rc = FV_EFORMAT;
	if (rc == FV_OK && (rc = fv_cbor_get_uint(&dates->r, UINT32_MAX, &subject)) == FV_OK &&
	    (rc = fv_cbor_get_uint(&dates->r, UINT32_MAX, &fact)) == FV_OK) {
		out->subject = (uint32_t)subject;
		out->fact = (uint32_t)fact;
		if ((rc = fv_cbor_get_int(&dates->r, &out->day)) == FV_OK &&
		    (out->day < DAY_FIRST || out->day > DAY_LAST))
			rc = FV_ERANGE;
	}
	return rc;
}
