#include "fv/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"

/* Degrees with seven digits, and nothing that depends on a locale. */
static void
put_degrees(struct fv_buf *out, int32_t e7)
{
	uint32_t size = (uint32_t)llabs((long long)e7);

	fv_buf_putf(out, "%s%" PRIu32 ".%07" PRIu32, e7 < 0 ? "-" : "", size / 10000000,
	    size % 10000000);
}

static void
put_pair(struct fv_buf *out, int32_t first_e7, const char *between, int32_t second_e7)
{
	put_degrees(out, first_e7);
	fv_buf_put_z(out, between);
	put_degrees(out, second_e7);
}

static void
put_time(struct fv_buf *out, int64_t t_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];

	fv_buf_put_z(out, fv_instant_format(t_ms, 0, true, text));
}

static const char *
name_of(uint32_t type)
{
	const char *name = fv_record_type_name(type);

	return name != NULL ? name : "?";
}

/* --- GPX: case ids and record names have no letter that XML minds --- */

static void
put_gpx_at(struct fv_buf *out, const char *element, struct fv_place place)
{
	fv_buf_putf(out, "<%s lat=\"", element);
	put_pair(out, place.lat_e7, "\" lon=\"", place.lon_e7);
	fv_buf_put_z(out, "\">");
}

static void
put_gpx_point(struct fv_buf *out, const struct fv_export_point *p)
{
	const struct fv_stamp *s = &p->stamp;

	put_gpx_at(out, "wpt", s->place);
	fv_buf_put_z(out, "<time>");
	put_time(out, p->t_ms);
	fv_buf_putf(out, "</time><name>%s%s%.*s</name><type>%s</type>", name_of(p->type),
	    p->case_id.len > 0 ? " " : "", (int)p->case_id.len, (const char *)p->case_id.ptr,
	    name_of(p->type));
	if (s->mode == 2 || s->mode == 3)
		fv_buf_putf(out, "<fix>%dd</fix>", (int)s->mode);
	if (fv_stamp_has(s, FV_STAMP_USED))
		fv_buf_putf(out, "<sat>%d</sat>", (int)s->used);
	if (fv_stamp_has(s, FV_STAMP_HDOP))
		fv_buf_putf(
		    out, "<hdop>%d.%02d</hdop>", (int)s->hdop_c / 100, (int)s->hdop_c % 100);
	fv_buf_putf(out, "<extensions><fv:record>%" PRIu64 "</fv:record>", p->seq);
	if (fv_stamp_has(s, FV_STAMP_EPH))
		fv_buf_putf(out, "<fv:accuracy_mm>%d</fv:accuracy_mm>", (int)s->eph_mm);
	fv_buf_put_z(out, "</extensions></wpt>\n");
}

static void
put_gpx_run(struct fv_export *e, const struct fv_track_fix *fixes, size_t count)
{
	if (e->is_open && fixes[0].t_ms - e->last_ms > FV_TRACK_GAP_MS)
		fv_export_break(e);
	if (!e->has_item)
		fv_buf_put_z(e->to, "<trk><name>fieldvisit</name>\n");
	if (!e->is_open)
		fv_buf_put_z(e->to, "<trkseg>\n");
	e->has_item = e->is_open = true;
	for (size_t i = 0; i < count; i++) {
		put_gpx_at(e->to, "trkpt", fixes[i].place);
		fv_buf_put_z(e->to, "<time>");
		put_time(e->to, fixes[i].t_ms);
		fv_buf_put_z(e->to, "</time></trkpt>\n");
	}
	e->last_ms = fixes[count - 1].t_ms;
}

/* --- GeoJSON --- */

static void
put_position(struct fv_buf *out, struct fv_place place)
{
	fv_buf_put_z(out, "[");
	put_pair(out, place.lon_e7, ",", place.lat_e7);
	fv_buf_put_z(out, "]");
}

static void
begin_feature(struct fv_export *e, const char *geometry)
{
	fv_buf_putf(e->to,
	    "%s\n{\"type\":\"Feature\",\"geometry\":{\"type\":\"%s\",\"coordinates\":",
	    e->has_item ? "," : "", geometry);
	e->has_item = true;
}

static void
put_geojson_point(struct fv_export *e, const struct fv_export_point *p)
{
	begin_feature(e, "Point");
	put_position(e->to, p->stamp.place);
	fv_buf_putf(e->to,
	    "},\"properties\":{\"kind\":\"%s\",\"record\":%" PRIu64 ",\"case\":",
	    name_of(p->type), p->seq);
	if (p->case_id.len > 0)
		fv_buf_putf(
		    e->to, "\"%.*s\"", (int)p->case_id.len, (const char *)p->case_id.ptr);
	else
		fv_buf_put_z(e->to, "null");
	if (fv_stamp_has(&p->stamp, FV_STAMP_EPH))
		fv_buf_putf(e->to, ",\"accuracy_mm\":%d", (int)p->stamp.eph_mm);
	fv_buf_put_z(e->to, ",\"time\":\"");
	put_time(e->to, p->t_ms);
	fv_buf_put_z(e->to, "\"}}");
}

static void
put_geojson_run(
    struct fv_export *e, uint64_t seq, const struct fv_track_fix *fixes, size_t count)
{
	bool is_line = count > 1; /* a line of one position is none */

	begin_feature(e, is_line ? "LineString" : "Point");
	fv_buf_put_z(e->to, is_line ? "[" : "");
	for (size_t i = 0; i < count; i++) {
		fv_buf_put_z(e->to, i > 0 ? "," : "");
		put_position(e->to, fixes[i].place);
	}
	fv_buf_putf(e->to,
	    "%s},\"properties\":{\"kind\":\"TRACK\",\"record\":%" PRIu64 ",\"times\":[",
	    is_line ? "]" : "", seq);
	for (size_t i = 0; i < count; i++) {
		fv_buf_put_z(e->to, i > 0 ? ",\"" : "\"");
		put_time(e->to, fixes[i].t_ms);
		fv_buf_put_z(e->to, "\"");
	}
	fv_buf_put_z(e->to, "]}}");
}

/* --- CSV --- */

static void
put_row(
    struct fv_buf *out, const char *kind, uint64_t seq, int64_t t_ms, struct fv_place place)
{
	fv_buf_putf(out, "%s,%" PRIu64 ",", kind, seq);
	put_time(out, t_ms);
	fv_buf_put_z(out, ",");
	put_pair(out, place.lat_e7, ",", place.lon_e7);
	fv_buf_put_z(out, ",");
}

static void
put_csv_point(struct fv_buf *out, const struct fv_export_point *p)
{
	put_row(out, name_of(p->type), p->seq, p->t_ms, p->stamp.place);
	if (fv_stamp_has(&p->stamp, FV_STAMP_EPH))
		fv_buf_putf(out, "%d", (int)p->stamp.eph_mm);
	fv_buf_put_z(out, ",");
	/* An id that begins with '-' is no formula in a spreadsheet. */
	if (p->case_id.len > 0 && p->case_id.ptr[0] == '-')
		fv_buf_put_z(out, "'");
	fv_buf_put_span(out, p->case_id);
	fv_buf_put_z(out, "\r\n");
}

/* --- all of them --- */

void
fv_export_begin(struct fv_export *e)
{
	static const char *const heads[] = {
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<gpx version=\"1.1\" creator=\"fieldvisit\" "
	    "xmlns=\"http://www.topografix.com/GPX/1/1\" "
	    "xmlns:fv=\"urn:fieldvisit:gpx:1\" "
	    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
	    "xsi:schemaLocation=\"http://www.topografix.com/GPX/1/1 "
	    "http://www.topografix.com/GPX/1/1/gpx.xsd\">\n",
	    "{\"type\":\"FeatureCollection\",\"features\":[",
	    "kind,record,time,lat,lon,accuracy_mm,case\r\n",
	};

	fv_buf_put_z(e->to, heads[e->format]);
}

void
fv_export_point(struct fv_export *e, const struct fv_export_point *point)
{
	if (e->format == FV_EXPORT_GPX)
		put_gpx_point(e->to, point);
	else if (e->format == FV_EXPORT_GEOJSON)
		put_geojson_point(e, point);
	else
		put_csv_point(e->to, point);
}

void
fv_export_run(
    struct fv_export *e, uint64_t seq, const struct fv_track_fix *fixes, size_t count)
{
	if (count == 0)
		return;
	if (e->format == FV_EXPORT_GPX) {
		put_gpx_run(e, fixes, count);
		return;
	}
	if (e->format == FV_EXPORT_GEOJSON) {
		put_geojson_run(e, seq, fixes, count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		put_row(e->to, "TRACK", seq, fixes[i].t_ms, fixes[i].place);
		fv_buf_put_z(e->to, ",\r\n");
	}
}

void
fv_export_break(struct fv_export *e)
{
	if (e->format == FV_EXPORT_GPX && e->is_open)
		fv_buf_put_z(e->to, "</trkseg>\n");
	e->is_open = false;
}

void
fv_export_end(struct fv_export *e)
{
	fv_export_break(e);
	if (e->format == FV_EXPORT_GPX)
		fv_buf_put_z(e->to, e->has_item ? "</trk>\n</gpx>\n" : "</gpx>\n");
	else if (e->format == FV_EXPORT_GEOJSON)
		fv_buf_put_z(e->to, "\n]}\n");
}

/* --- out of records --- */

/* True while this record type carries a stamp that is told. */
static bool
has_stamp(uint32_t type)
{
	return type == FV_REC_SHIFT_BEGIN || type == FV_REC_SHIFT_END ||
	    type == FV_REC_VISIT_BEGIN || type == FV_REC_VISIT_END || type == FV_REC_EVENT ||
	    type == FV_REC_SOS || type == FV_REC_CHECKIN;
}

static bool
is_wanted(const struct fv_export *e, int64_t t_ms)
{
	return t_ms >= e->from_ms && t_ms < e->to_ms;
}

static enum fv_err
take_stamp(struct fv_export *e, const struct fv_export_record *record)
{
	struct fv_export_point point = {.seq = record->seq, .type = record->type};
	struct fv_cbor_reader r;
	struct fv_header header;
	struct fv_span item;

	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	if (fv_cbor_map_find(record->payload, 2, &r) != FV_OK ||
	    fv_cbor_skip(&r, &item) != FV_OK || fv_stamp_parse(item, &point.stamp) != FV_OK ||
	    !fv_stamp_has(&point.stamp, FV_STAMP_LAT) || !is_wanted(e, header.rtc_ms))
		return FV_OK; /* null, or without a place */
	point.t_ms = header.rtc_ms;
	if (fv_cbor_map_find(record->payload, 1, &r) != FV_OK ||
	    fv_cbor_get_text(&r, &point.case_id) != FV_OK)
		point.case_id = fv_span_z("");
	fv_export_point(e, &point);
	return FV_OK;
}

static enum fv_err
take_track(
    struct fv_export *e, const struct fv_export_record *record, struct fv_track_fix *fixes)
{
	struct fv_track_info info;
	struct fv_span coded;
	size_t first = 0, last;
	enum fv_err rc;

	if ((rc = fv_track_payload_parse(record->payload, &info, &coded)) != FV_OK ||
	    (rc = fv_track_decode(coded, &info, fixes)) != FV_OK)
		return rc == FV_ENOMEM ? rc : FV_ECORRUPT;
	while (first < info.count && !is_wanted(e, fixes[first].t_ms))
		first++;
	for (last = first; last < info.count && is_wanted(e, fixes[last].t_ms);)
		last++;
	fv_export_run(e, record->seq, fixes + first, last - first);
	return FV_OK;
}

enum fv_err
fv_export_take(struct fv_export *e, const struct fv_export_record *record, unsigned what,
    struct fv_track_fix *fixes)
{
	if (has_stamp(record->type) && (what & FV_EXPORT_POINTS) != 0)
		return take_stamp(e, record);
	if (record->type == FV_REC_TRACK && (what & FV_EXPORT_RUNS) != 0)
		return take_track(e, record, fixes);
	if (record->type == FV_REC_GAP || record->type == FV_REC_SHIFT_END)
		fv_export_break(e);
	return FV_OK;
}
