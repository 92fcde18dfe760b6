/* Any bytes as a stamp and as an ALARM payload: what is read writes itself again. */
#include <assert.h>
#include <stddef.h>

#include "fv/plausibility.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span in = fv_span_of(data, size);
	struct fv_buf again = {0};
	struct fv_alarms alarms;
	struct fv_alarm alarm;
	struct fv_stamp stamp;
	uint64_t subject;
	bool has_subject;

	if (fv_stamp_parse(in, &stamp) == FV_OK) {
		fv_plausible_stamp(&stamp, INT64_C(1772459400000), &alarms);
		assert(alarms.count <= FV_ALARMS_MAX);
		fv_stamp_put(&again, &stamp);
		assert(stamp.has_unknown || fv_span_equal(in, fv_buf_span(&again)));
	}
	fv_buf_clear(&again);
	if (fv_alarm_parse(in, &alarm, &has_subject, &subject) == FV_OK) {
		struct fv_alarm back;

		fv_alarm_put(&again, has_subject ? &subject : NULL, &alarm);
		assert(fv_alarm_parse(fv_buf_span(&again), &back, &has_subject, &subject) ==
		    FV_OK);
		assert(back.check == alarm.check && back.input_count == alarm.input_count);
	}
	fv_buf_clear(&again);
	return 0;
}
