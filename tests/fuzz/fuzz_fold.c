/* Any records in, a history that holds its own rules out. */
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"

#define RECORDS_MAX 64U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(bool holds)
{
	if (!holds)
		abort();
}

/* type, device bit and flags, time step, payload length, payload: until the input ends. */
static size_t
read_record(const uint8_t *data, size_t size, uint64_t *seq, struct fv_fold_record *out)
{
	static const uint8_t devs[2] = {0x11, 0x22};
	size_t len;

	if (size < 4)
		return 0;
	memset(out, 0, sizeof *out);
	len = data[3] <= size - 4 ? data[3] : size - 4;
	out->header.type = data[0] % 64U;
	memset(out->header.dev, devs[data[1] & 1], FV_DEV_BYTES);
	out->header.seq = *seq;
	*seq += 1U + (data[1] >> 7);
	out->header.rtc_ms = INT64_C(1772416800000) + (int64_t)(int8_t)data[2] * 30000;
	out->header.boottime_ms = (int64_t)data[2] * 1000;
	out->header.has_gnss = (data[1] & 2) != 0;
	out->header.gnss_ms = out->header.has_gnss ? out->header.rtc_ms + data[2] * 100 : 0;
	out->is_sealed = (data[1] & 4) != 0;
	out->is_erased = (data[1] & 8) != 0;
	out->received_ms = (data[1] & 16) != 0 ? INT64_MAX : 0;
	if ((data[1] & 32) != 0)
		out->header.rtc_ms = (data[1] & 64) != 0 ? INT64_MAX : INT64_MIN;
	if ((data[1] & 96) == 64)
		out->header.boottime_ms = out->header.gnss_ms = INT64_MIN;
	out->payload = fv_span_of(data + 4, len);
	return 4 + len;
}

static void
check_contact(const struct fv_fold_contact *c)
{
	const struct fv_contact *x = &c->contact;

	need(x->id != NULL && x->case_id != NULL && x->channel != 0 && x->by != 0);
	need(!x->has_end || x->end_utc_ms >= x->begin_utc_ms);
	need(!x->has_place || (x->lat_e7 >= -900000000 && x->lat_e7 <= 900000000));
	need(!c->is_visit || x->has_end);
	need(c->last_seq >= c->seq);
	need((x->said_both & FV_SAID_ENTERED) == 0 || x->entered == FV_TRI_UNKNOWN);
	need((x->said_both & FV_SAID_RECORDED) == 0 || x->recorded == 0);
	need((c->answered_yes & ~c->answered) == 0);
	need(!c->has_was_end || c->was_end_ms > x->end_utc_ms);
	for (size_t i = 0; i < x->officers.count; i++)
		need((c->confirmed[i] == FV_OFFICER_HOLDS) == (i == 0));
}

/* Codes that begin with an even digit are good; all that is asked is there to be read. */
static bool
check_code(const struct fv_fold_code *code, void *ctx)
{
	(void)ctx;
	need(strlen(code->officer) > 0 && strlen(code->case_id) > 0 && code->dev != NULL);
	return code->code.len > 0 && code->code.ptr[code->code.len - 1] % 2 == 0;
}

static struct fv_fold *
fold_of(const uint8_t *data, size_t size)
{
	struct fv_fold_record record;
	struct fv_fold *fold;
	uint64_t seq = 0;
	size_t used;

	need(fv_fold_new(&fold) == FV_OK);
	for (size_t n = 0; n < RECORDS_MAX; n++) {
		if ((used = read_record(data, size, &seq, &record)) == 0)
			break;
		need(fv_fold_add(fold, &record) == FV_OK);
		data += used;
		size -= used;
	}
	fv_fold_check_codes(fold, check_code, NULL);
	need(fv_fold_finish(fold) == FV_OK);
	return fold;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_fold *fold = fold_of(data, size), *again = fold_of(data, size);
	struct fv_history *history;

	need(fv_fold_contact_count(fold) == fv_fold_contact_count(again));
	for (size_t i = 0; i < fv_fold_contact_count(fold); i++) {
		check_contact(fv_fold_contact(fold, i));
		need(strcmp(fv_fold_contact(fold, i)->contact.id,
			 fv_fold_contact(again, i)->contact.id) == 0);
	}
	need(fv_history_new(&history) == FV_OK);
	need(fv_fold_to_history(fold, NULL, history) == FV_OK);
	fv_history_free(history);
	fv_fold_free(fold);
	fv_fold_free(again);
	return 0;
}
