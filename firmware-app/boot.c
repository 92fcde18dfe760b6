/* The BOOT record: how the last run ended, and what is open again. */
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/version.h"
#include "firmware-app/work.h"
#include "fv/zonefile.h"

enum boot_reason {
	REASON_NONE = 0,
	REASON_FIRST = 1,
	REASON_CLEAN = 2,
	REASON_CRASH = 3,
};

/* Header of the last record, and the type of the last that is not a SEAL. */
static enum fv_err
read_last(struct fv_app *app, uint64_t count, struct fv_header *header, uint32_t *type_out)
{
	struct fv_record_row row;
	struct fv_buf keep = {0};
	enum fv_err rc;

	rc = fv_store_get_record(app->store, count - 1, &keep, &row);
	if (rc == FV_OK && (rc = fv_header_parse(row.header, header)) == FV_OK)
		*type_out = row.type;
	if (rc == FV_OK && row.type == FV_REC_SEAL && count > 1) {
		rc = fv_store_get_record(app->store, count - 2, &keep, &row);
		*type_out = row.type;
	}
	fv_buf_clear(&keep);
	return rc;
}

static enum fv_err
find_reason(struct fv_app *app, int64_t *since_ms_out, enum boot_reason *reason_out)
{
	struct fv_header last = {0};
	uint64_t count;
	struct fv_moment now;
	uint32_t type = 0;
	int64_t runs;
	enum fv_err rc;

	*since_ms_out = 0;
	*reason_out = REASON_FIRST;
	if ((rc = fv_store_count_records(app->store, &count)) != FV_OK || count == 0)
		return rc;
	if ((rc = read_last(app, count, &last, &type)) != FV_OK)
		return rc;
	rc = fv_store_get_int(app->store, FV_SET_AGENT_RUNS, &runs);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	fv_app_now(&now, app);
	*since_ms_out = now.rtc_ms - last.rtc_ms;
	if (type == FV_REC_SHUTDOWN)
		*reason_out = REASON_CLEAN;
	else if (runs != 0 || !app->was_clean ||
	    memcmp(now.boot, last.boot, sizeof now.boot) != 0)
		*reason_out = REASON_CRASH;
	else
		*reason_out = REASON_NONE;
	return FV_OK;
}

static void
put_boot(
    struct fv_buf *out, enum boot_reason reason, int64_t since_ms, const struct fv_work *work)
{
	char tz[FV_ZONEFILE_VERSION_BYTES];
	bool has_tz = fv_zonefile_version(NULL, tz) == FV_OK;

	fv_cbor_put_map(out, 4U + (work->has_visit ? 1U : 0U) + (has_tz ? 1U : 0U));
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_uint(out, reason);
	fv_cbor_put_uint(out, 5);
	if (reason == REASON_FIRST)
		fv_cbor_put_null(out);
	else
		fv_cbor_put_int(out, since_ms);
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_text_z(out, FV_VERSION);
	if (work->has_visit) {
		fv_cbor_put_uint(out, 7);
		fv_cbor_put_uint(out, work->visit_seq);
	}
	if (has_tz) {
		fv_cbor_put_uint(out, 11);
		fv_cbor_put_text_z(out, tz);
	}
	fv_cbor_put_uint(out, 12);
	fv_cbor_put_bool(out, fv_clock_is_shifted());
}

bool
fv_boot_is_due(struct fv_app *app)
{
	enum boot_reason reason;
	int64_t since_ms;

	return find_reason(app, &since_ms, &reason) == FV_OK &&
	    (reason == REASON_CRASH || reason == REASON_CLEAN);
}

enum fv_err
fv_boot_record(struct fv_app *app)
{
	struct fv_buf payload = {0};
	struct fv_work work;
	enum boot_reason reason;
	int64_t since_ms;
	uint64_t seq;
	enum fv_err rc;

	if ((rc = find_reason(app, &since_ms, &reason)) != FV_OK || reason == REASON_NONE)
		return rc;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return rc;
	put_boot(&payload, reason, since_ms, &work);
	if ((rc = fv_buf_status(&payload)) == FV_OK)
		rc =
		    fv_journal_append(&app->journal, FV_REC_BOOT, fv_buf_span(&payload), &seq);
	fv_buf_clear(&payload);
	if (rc == FV_OK) {
		app->was_clean = true; /* said once */
		rc = fv_store_drop_setting(app->store, FV_SET_AGENT_RUNS);
	}
	return rc;
}
