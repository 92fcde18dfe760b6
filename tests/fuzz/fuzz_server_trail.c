/* Records of any type and payload into a handheld's day, and that day into JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fv/cbor.h"
#include "sync-server/desk/trail_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct fv_store *store;

static void
open_store(void)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	char dir[] = "/tmp/fv-fuzz-trail-XXXXXX", path[64], part[80];

	if (mkdtemp(dir) == NULL)
		abort();
	(void)snprintf(path, sizeof path, "%s/db", dir);
	if (fv_store_open(&store, path, FV_STORE_CREATE) != FV_OK)
		abort();
	/* Open and without a name: nothing stays behind. */
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		(void)snprintf(part, sizeof part, "%s%s", path, parts[i]);
		(void)unlink(part);
	}
	(void)rmdir(dir);
}

/* One record out of the input: type, flags, two bytes of length, payload. */
static size_t
take(struct trail_pass *pass, uint64_t seq, const uint8_t *data, size_t len)
{
	struct fv_header header = {.type = 1 + data[0] % FV_REC_TYPE_MAX,
	    .seq = seq,
	    .rtc_ms = 1000000 + (int64_t)seq};
	struct fv_store_record record = {.seq = seq, .type = header.type};
	struct fv_buf bytes = {0};
	size_t size = fv_load_u16be(data + 2), used;

	size = size > len - 4 ? len - 4 : size;
	record.payload = fv_span_of(data + 4, size);
	if (fv_cbor_check(record.payload, &used) == FV_OK) { /* as ingest sees to it */
		record.payload.len = used;
		record.has_payload = data[4] >> 5 == 5;
	}
	header.has_gnss = (data[1] & 1) != 0;
	header.gnss_ms = header.has_gnss ? (int64_t)data[1] << 24 : 0;
	record.has_subject_seq = (data[1] & 2) != 0;
	record.subject_seq = data[1] >> 4;
	record.is_erased = !record.has_payload && (data[1] & 4) != 0;
	fv_header_put(&bytes, &header);
	record.header = fv_buf_span(&bytes);
	if (trail_take_record(&record, pass) != FV_OK)
		abort();
	fv_buf_clear(&bytes);
	return 4 + size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct trail_pass pass;
	const struct trail_shift shift = {.seq = 0};
	struct trail_ask ask = {.day = 0};
	struct trail_day day = {.from_ms = INT64_MIN, .until_ms = INT64_MAX};
	struct trail_view view;
	uint64_t seq = 0;

	if (store == NULL)
		open_store();
	ask.has_zoom = len > 0 && (data[0] & 1) != 0;
	ask.zoom = len > 0 ? data[0] % (FV_TRAIL_ZOOM_MAX + 1) : 0;
	trail_view_open(&view, store, "", 0);
	memset(&pass, 0, sizeof pass);
	pass.view = &view;
	pass.day = &day;
	pass.ask = &ask;
	pass.shift = &shift;
	while (len > 5) {
		const size_t used = take(&pass, seq++, data, len);

		data += used;
		len -= used;
	}
	json_decref(trail_day_json(&day));
	trail_day_clear(&day);
	trail_view_close(&view);
	return 0;
}
