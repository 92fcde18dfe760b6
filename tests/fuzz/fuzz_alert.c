/* Any bytes as an SOS of a request, and as who has seen one; what parses is written back
 * to the same meaning. */
#include <assert.h>
#include <string.h>

#include "fv/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fv_span bytes = {data, size};
	struct fv_cbor_reader r = fv_cbor_reader_of(bytes);
	struct fv_alert_seen seen, seen_again;
	struct fv_alert alert, again;
	char id[FV_ALERT_ID_BYTES];
	struct fv_buf out = {0};

	if (fv_alert_get(&r, &alert) == FV_OK) {
		static const uint8_t dev[FV_DEV_BYTES];

		assert(alert.state == FV_ALERT_RAISED || alert.state == FV_ALERT_ENDED);
		assert(strlen(fv_alert_id(dev, &alert, id)) > 18);
		fv_alert_put(&out, &alert);
		r = fv_cbor_reader_of(fv_buf_span(&out));
		assert(fv_alert_get(&r, &again) == FV_OK && fv_cbor_at_end(&r));
		assert(again.seq == alert.seq && again.at_ms == alert.at_ms &&
		    again.place.lat_e7 == alert.place.lat_e7 && again.fix_ms == alert.fix_ms);
		fv_buf_reset(&out);
	}
	if (fv_alert_seen_parse(bytes, &seen) == FV_OK) {
		assert(fv_id_valid(fv_span_z(seen.by), FV_ID_BYTES - 1));
		fv_alert_seen_put(&out, &seen);
		assert(fv_alert_seen_parse(fv_buf_span(&out), &seen_again) == FV_OK);
		assert(seen_again.seq == seen.seq && seen_again.seen_ms == seen.seen_ms);
	}
	fv_buf_clear(&out);
	return 0;
}
