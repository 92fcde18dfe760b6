/* The visits of a device's day: what their records say, where the case stands, and when the
 * track came and went. */
#include <string.h>

#include "fv/cbor.h"
#include "sync-server/desk/trail_in.h"

#define AROUND_MS INT64_C(600000) /* a track so long before or after a visit tells of it */

struct trail_visit *
trail_visit_of(struct trail_day *day, const struct fv_store_record *record)
{
	for (size_t i = day->visit_count; record->has_subject_seq && i-- > 0;)
		if (day->visits[i].seq == record->subject_seq)
			return &day->visits[i];
	return NULL;
}

void
trail_weigh_fence(struct trail_stamp *stamp, const struct trail_visit *visit)
{
	int64_t eph_mm;

	if (!stamp->has || !visit->has_site || !fv_stamp_has(&stamp->stamp, FV_STAMP_LAT))
		return;
	eph_mm = fv_stamp_has(&stamp->stamp, FV_STAMP_EPH) ? stamp->stamp.eph_mm
							   : TRAIL_EPH_UNKNOWN_MM;
	stamp->has_fence = true;
	stamp->distance_mm = fv_geo_distance_mm(visit->site, stamp->stamp.place);
	stamp->fence = visit->radius_mm > 0
	    ? fv_geo_fence(visit->site, visit->radius_mm, stamp->stamp.place, eph_mm)
	    : FV_FENCE_UNSURE;
}

/* What the store says of the case: its place and zone, where that may be seen. */
static enum fv_err
find_site(struct trail_pass *p, struct fv_span case_id, struct trail_visit *visit)
{
	struct fv_store_case row;
	struct fv_span zone;
	const void *end;
	enum fv_err rc = fv_store_case_get(p->view->store, case_id, &row);

	(void)memcpy(visit->zone_name, p->day->zone_name, sizeof visit->zone_name);
	if (rc == FV_OK && !trail_sees(p->view, row.item.agency))
		return FV_OK;
	if (fv_id_copy(case_id, visit->case_id, sizeof visit->case_id) != FV_OK)
		visit->case_id[0] = '\0';
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	zone = row.item.zones;
	if (zone.len > 0 && (end = memchr(zone.ptr, ';', zone.len)) != NULL)
		zone.len = (size_t)((const uint8_t *)end - zone.ptr);
	if (zone.len > 0 && zone.len < sizeof visit->zone_name) {
		memset(visit->zone_name, 0, sizeof visit->zone_name);
		memcpy(visit->zone_name, zone.ptr, zone.len);
	}
	visit->has_site = row.item.has_place;
	visit->site = (struct fv_place){row.item.lat_e7, row.item.lon_e7};
	visit->radius_mm = row.item.has_radius && row.item.radius_m <= 1000000
	    ? (int64_t)row.item.radius_m * 1000
	    : 0;
	if (visit->has_site)
		fv_dwell_init(&visit->dwell, visit->site,
		    visit->radius_mm > 0 ? visit->radius_mm : 100000);
	return FV_OK;
}

static void
read_officers(struct fv_span payload, struct trail_visit *visit)
{
	struct fv_cbor_reader r;
	struct fv_span id;
	size_t count;

	if (fv_cbor_map_find(payload, 4, &r) != FV_OK ||
	    fv_cbor_get_array(&r, &count) != FV_OK)
		return;
	for (size_t i = 0; i < count && visit->officer_count < FV_TRAIL_OFFICERS_MAX; i++)
		if (fv_cbor_get_text(&r, &id) != FV_OK ||
		    fv_id_copy(id, visit->officers[visit->officer_count++], FV_ID_BYTES) !=
			FV_OK)
			return;
}

enum fv_err
trail_take_visit(
    struct trail_pass *p, const struct fv_store_record *record, struct trail_at at)
{
	struct trail_day *day = p->day;
	struct trail_visit *visit;
	enum fv_err rc;

	rc = trail_grow(&day->visits, &day->visit_cap, day->visit_count, sizeof *day->visits);
	if (rc != FV_OK)
		return rc;
	visit = &day->visits[day->visit_count];
	memset(visit, 0, sizeof *visit);
	visit->seq = visit->last_seq = record->seq;
	visit->begin = at;
	if ((rc = find_site(p, record->case_id, visit)) != FV_OK)
		return rc;
	day->visit_count++;
	if (!record->has_payload)
		return FV_OK;
	visit->place = (uint32_t)trail_get_uint(record->payload, 5, 63);
	read_officers(record->payload, visit);
	trail_read_stamp(record->payload, at.at_ms, &visit->begin_stamp);
	trail_weigh_fence(&visit->begin_stamp, visit);
	return FV_OK;
}

void
trail_take_visit_part(
    struct trail_pass *p, const struct fv_store_record *record, struct trail_at at)
{
	struct trail_visit *visit = trail_visit_of(p->day, record);

	if (visit == NULL || !record->has_payload)
		return;
	visit->last_seq = record->seq;
	if (record->type == FV_REC_OUTCOME)
		visit->outcome = (uint32_t)trail_get_uint(record->payload, 4, 63);
	if (record->type != FV_REC_VISIT_END || visit->has_end)
		return;
	visit->has_end = true;
	visit->end = at;
	visit->how = (uint32_t)trail_get_uint(record->payload, 4, 63);
	trail_read_stamp(record->payload, at.at_ms, &visit->end_stamp);
	trail_weigh_fence(&visit->end_stamp, visit);
}

/* Feed the visits near which the fixes are. */
void
trail_see_stays(
    struct trail_pass *p, const struct fv_track_fix *fixes, size_t count, int64_t eph_mm)
{
	int64_t since_ms;

	for (size_t v = 0; v < p->day->visit_count; v++) {
		struct trail_visit *visit = &p->day->visits[v];

		if (!visit->has_site || visit->has_left ||
		    (visit->has_end && fixes[0].t_ms > visit->end.t_ms + AROUND_MS))
			continue;
		for (size_t i = 0; i < count; i++) {
			const enum fv_dwell_event event = fv_dwell_feed(
			    &visit->dwell, fixes[i].t_ms, fixes[i].place, eph_mm, &since_ms);

			if (event == FV_DWELL_ARRIVED) {
				visit->has_arrived = true;
				visit->arrived_ms = since_ms;
			} else if (event == FV_DWELL_LEFT && !visit->has_left) {
				visit->has_left = true;
				visit->left_ms = since_ms;
			}
		}
	}
}
