/* One day of one handheld as GPX or GeoJSON, for auditors. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/export.h"
#include "fv/zonefile.h"
#include "sync-server/desk/proof_in.h"
#include "sync-server/store/records.h"
#include "sync-server/zones.h"

/* A trail is read from the shift that was going on when the day began. */
struct day {
	struct fv_export out;
	int64_t no;         /* of the device */
	uint64_t from, seq; /* first record of the span; the next one */
	uint64_t until;     /* the first that is past it */
	unsigned pass;      /* 1 and, for GPX, 2 */
	bool has_begun;
	struct fv_track_fix *fixes; /* owned */
};

static enum fv_err
on_record(const struct fv_store_record *record, void *ctx)
{
	struct day *d = ctx;
	struct fv_export_record r = {.seq = record->seq,
	    .type = record->type,
	    .header = record->header,
	    .payload = record->has_payload ? record->payload : fv_span_z("")};
	unsigned what = d->out.format != FV_EXPORT_GPX ? FV_EXPORT_POINTS | FV_EXPORT_RUNS
	    : d->pass == 1                             ? FV_EXPORT_POINTS
						       : FV_EXPORT_RUNS;
	enum fv_err rc = FV_OK;

	/* What is not here, or cannot be read, is left out: the line ends there. */
	if (record->has_payload)
		rc = fv_export_take(&d->out, &r, what, d->fixes);
	if (!record->has_payload || rc == FV_ECORRUPT)
		fv_export_break(&d->out);
	d->seq = record->seq + 1;
	if (rc != FV_OK && rc != FV_ECORRUPT)
		return rc;
	return d->out.to->len >= PROOF_PIECE_BYTES ? FV_AGAIN : FV_OK;
}

static enum fv_err
more(struct fv_store *store, struct fv_buf *out, void *ctx)
{
	struct day *d = ctx;
	unsigned passes = d->out.format == FV_EXPORT_GPX ? 2 : 1;
	enum fv_err rc;

	d->out.to = out;
	if (!d->has_begun)
		fv_export_begin(&d->out);
	d->has_begun = true;
	for (; d->pass <= passes; d->pass++, d->seq = d->from) {
		rc = fv_store_record_each(
		    store, d->no, (struct fv_store_seqs){d->seq, d->until}, on_record, d);
		if (rc != FV_OK)
			return rc;
	}
	fv_export_end(&d->out);
	return FV_OK;
}

static void
release(void *ctx)
{
	struct day *d = ctx;

	free(d->fixes);
	free(d);
}

struct shifts {
	struct day *day;
	int64_t from_ms, to_ms;
};

static enum fv_err
on_shift(const struct fv_store_record *record, void *ctx)
{
	struct shifts *s = ctx;
	struct fv_header header;

	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_OK;
	if (header.rtc_ms <= s->from_ms)
		s->day->from = record->seq;
	else if (header.rtc_ms >= s->to_ms && s->day->until == UINT64_MAX)
		s->day->until = record->seq;
	return FV_OK;
}

/* The instants between which the day lies. */
static bool
read_day(struct desk_request *request, struct fv_web_answer *answer, struct day *d)
{
	const char *name = fv_web_query(request->web, "zone");
	const struct fv_zone *zone = NULL;
	struct zones zones;
	bool has_day;
	int64_t day;

	if (!desk_query_day(request, answer, "day", &has_day, &day))
		return false;
	if (!has_day) {
		desk_problem(answer, 422, "bad-query", "day: say which, as YYYY-MM-DD");
		return false;
	}
	zones_init(&zones, NULL);
	if (name != NULL && (zone = zones_get(name, &zones)) == NULL) {
		desk_problem(answer, 422, "bad-query",
		    "zone: this machine knows no such zone; an IANA name such as "
		    "Asia/Shanghai");
		zones_clear(&zones);
		return false;
	}
	d->out.from_ms = zone != NULL ? fv_zone_day_start(zone, day) : day * FV_MS_PER_DAY;
	d->out.to_ms =
	    zone != NULL ? fv_zone_day_start(zone, day + 1) : (day + 1) * FV_MS_PER_DAY;
	zones_clear(&zones);
	return true;
}

/* The device of the path, when this person may take it out whole. */
static bool
read_device(struct desk_request *request, struct fv_web_answer *answer, int64_t *no_out)
{
	struct fv_store_device device;
	uint8_t dev[FV_DEV_BYTES];
	enum fv_err rc;

	if (request->who->role != DESK_AUDITOR) {
		desk_problem(answer, 403, "auditors-only",
		    "a whole handheld's day shows other cases too: it is for auditors; export "
		    "a visit or a case");
		return false;
	}
	rc = fv_hex_decode(fv_span_z(request->params[0]), dev, sizeof dev);
	if (rc == FV_OK)
		rc = fv_store_device_get(request->store, dev, &device);
	if (rc == FV_OK && desk_sees(request, device.agency)) {
		*no_out = device.no;
		return true;
	}
	if (rc == FV_OK || rc == FV_ENOENT || rc == FV_EFORMAT)
		desk_problem(answer, 404, "not-found", "there is no such handheld");
	else
		desk_failed(answer, rc);
	return false;
}

static enum fv_err
find_span(struct desk_request *request, struct day *d)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	struct shifts shifts = {d, d->out.from_ms, d->out.to_ms};
	enum fv_err rc;

	d->until = UINT64_MAX;
	d->pass = 1;
	rc = fv_store_record_each_type(
	    request->store, d->no, FV_REC_SHIFT_BEGIN, all, on_shift, &shifts);
	d->seq = d->from;
	return rc;
}

void
proof_device_day(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *path = request->web->path;
	bool is_gpx = strcmp(path + strlen(path) - 4, ".gpx") == 0;
	struct day *d = calloc(1, sizeof *d);
	struct proof_export export = {.name = is_gpx ? "day.gpx" : "day.geojson",
	    .type = is_gpx ? "application/gpx+xml" : "application/geo+json",
	    .more = more,
	    .release = release,
	    .ctx = d};
	enum fv_err rc;

	if (d == NULL || (d->fixes = calloc(FV_TRACK_FIXES_MAX, sizeof *d->fixes)) == NULL) {
		free(d);
		desk_failed(answer, FV_ENOMEM);
		return;
	}
	d->out.format = is_gpx ? FV_EXPORT_GPX : FV_EXPORT_GEOJSON;
	if (!read_device(request, answer, &d->no) || !read_day(request, answer, d)) {
		release(d);
		return;
	}
	if ((rc = find_span(request, d)) != FV_OK) {
		release(d);
		desk_failed(answer, rc);
		return;
	}
	export.asked = json_pack("{s:s, s:s, s:s}", "device", request->params[0], "day",
	    fv_web_query(request->web, "day"), "zone",
	    fv_web_query(request->web, "zone") != NULL ? fv_web_query(request->web, "zone")
						       : "UTC");
	proof_stream(request, answer, &export);
}
