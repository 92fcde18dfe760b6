#include "fv/logorder.h"

#include <string.h>

#include "fv/instant.h"
#include "fv/order.h"

#define ORIGIN "fieldvisit/v1/resume/"

void
fv_log_order_put(struct fv_buf *out, const struct fv_log_order *order)
{
	char when[FV_INSTANT_TEXT_BYTES];

	fv_buf_putf(out, ORIGIN "%s\n%llu\n", order->agency, (unsigned long long)order->size);
	fv_buf_put_base64(out, order->root.b, sizeof order->root.b);
	fv_buf_putf(out, "\n%s\n", fv_instant_format(order->at_ms, 0, true, when));
}

/* The one text of an order: what parses and is put again is the same bytes. */
enum fv_err
fv_log_order_parse(struct fv_span text, struct fv_log_order *out)
{
	const size_t origin = sizeof ORIGIN - 1;
	struct fv_lines lines = fv_lines_of(text);
	struct fv_buf again = {0};
	struct fv_span line[4];
	enum fv_err rc = FV_OK;

	memset(out, 0, sizeof *out);
	for (size_t i = 0; rc == FV_OK && i < 4; i++)
		rc = fv_lines_next(&lines, &line[i]);
	if (rc != FV_OK || line[0].len < origin || memcmp(line[0].ptr, ORIGIN, origin) != 0)
		return FV_EFORMAT;
	line[0] = fv_span_of(line[0].ptr + origin, line[0].len - origin);
	if ((rc = fv_id_copy(line[0], out->agency, sizeof out->agency)) == FV_OK &&
	    (rc = fv_decimal_decode(line[1], INT64_MAX, &out->size)) == FV_OK &&
	    (rc = fv_base64_fixed(line[2], out->root.b, sizeof out->root.b)) == FV_OK &&
	    (rc = fv_instant_parse(line[3], &out->at_ms)) == FV_OK) {
		fv_log_order_put(&again, out);
		rc = out->size > 0 && out->at_ms % 1000 == 0 &&
			fv_span_equal(text, fv_buf_span(&again))
		    ? fv_buf_status(&again)
		    : FV_EFORMAT;
	}
	fv_buf_clear(&again);
	if (rc != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}

enum fv_err
fv_log_order_verify(
    struct fv_span note, const struct fv_roster *roster, struct fv_log_order *out)
{
	struct fv_span text;
	enum fv_err rc = fv_order_verify(note, roster, roster->threshold, &text);

	if (rc == FV_OK)
		rc = fv_log_order_parse(text, out);
	if (rc == FV_OK && strcmp(out->agency, roster->agency) != 0)
		rc = FV_ECONFLICT;
	return rc;
}
