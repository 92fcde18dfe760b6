/* One device, one local date: which shifts it has, and what lies in them. */
#include <stdlib.h>
#include <string.h>

#include "fv/cbor.h"
#include "sync-server/desk/trail_in.h"

void
trail_view_open(
    struct trail_view *view, struct fv_store *store, const char *agency, int64_t now_ms)
{
	memset(view, 0, sizeof *view);
	view->store = store;
	view->now_ms = now_ms;
	zones_init(&view->zones, NULL);
	if (fv_id_copy(fv_span_z(agency), view->agency, sizeof view->agency) != FV_OK)
		view->agency[0] = '\0';
}

void
trail_view_close(struct trail_view *view)
{
	zones_clear(&view->zones);
}

bool
trail_sees(const struct trail_view *view, struct fv_span agency)
{
	return view->agency[0] == '\0' || fv_span_equal(agency, fv_span_z(view->agency));
}

/* -- zones -------------------------------------------------------------------------- */

/* The first of "A;B". */
static const struct fv_zone *
first_zone(struct trail_view *view, struct fv_span zones, char out[FV_ZONE_NAME_MAX_BYTES + 1])
{
	const uint8_t *end = zones.len > 0 ? memchr(zones.ptr, ';', zones.len) : NULL;
	const size_t len = end != NULL ? (size_t)(end - zones.ptr) : zones.len;

	if (len == 0 || len > FV_ZONE_NAME_MAX_BYTES)
		return NULL;
	memcpy(out, zones.ptr, len);
	out[len] = '\0';
	return zones_get(out, &view->zones);
}

static enum fv_err
zone_of_case(struct trail_view *view, struct fv_span case_id, struct trail_shift *shift)
{
	struct fv_store_case row;
	enum fv_err rc = fv_store_case_get(view->store, case_id, &row);

	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	shift->zone = first_zone(view, row.item.zones, shift->zone_name);
	return FV_OK;
}

struct zone_search {
	struct trail_view *view;
	struct trail_shift *shift;
};

static enum fv_err
take_zone(const struct fv_store_record *record, void *ctx)
{
	struct zone_search *search = ctx;
	enum fv_err rc;

	if (record->case_id.len == 0)
		return FV_OK;
	rc = zone_of_case(search->view, record->case_id, search->shift);
	return rc == FV_OK && search->shift->zone != NULL ? FV_AGAIN : rc;
}

static enum fv_err
zone_of_officer(struct trail_view *view, struct trail_shift *shift)
{
	struct fv_buf zones = {0};
	enum fv_err rc = fv_store_officer_zones(view->store, shift->officer, &zones);

	if (rc == FV_OK)
		shift->zone = first_zone(view, fv_buf_span(&zones), shift->zone_name);
	fv_buf_clear(&zones);
	return rc;
}

enum fv_err
trail_shift_zone(struct trail_view *view, int64_t no, struct trail_shift *shift)
{
	struct zone_search search = {view, shift};
	const struct fv_store_seqs in = {shift->seq, shift->until_seq};
	const struct fv_store_seqs after = {shift->until_seq, UINT64_MAX};
	enum fv_err rc;

	shift->zone = NULL;
	rc = fv_store_visit_each(view->store, no, in, take_zone, &search);
	if (rc == FV_OK)
		rc = fv_store_visit_last_before(
		    view->store, no, shift->seq, take_zone, &search);
	if (rc == FV_OK)
		rc = fv_store_visit_each(view->store, no, after, take_zone, &search);
	if (rc == FV_OK)
		rc = zone_of_officer(view, shift);
	if (rc != FV_OK && rc != FV_AGAIN)
		return rc;
	if (shift->zone == NULL) {
		(void)memcpy(shift->zone_name, "Etc/UTC", sizeof "Etc/UTC");
		shift->zone = zones_get(shift->zone_name, &view->zones);
	}
	return shift->zone != NULL ? FV_OK : FV_ENOENT;
}

/* -- shifts ------------------------------------------------------------------------- */

static enum fv_err
take_shift_part(const struct fv_store_record *record, void *ctx)
{
	struct trail_shift *shift = ctx;
	struct fv_cbor_reader r;
	struct fv_header h;
	uint64_t how;

	if (record->type != FV_REC_SHIFT_BEGIN && record->type != FV_REC_SHIFT_END)
		return FV_OK;
	if (fv_header_parse(record->header, &h) != FV_OK)
		return FV_ECORRUPT;
	if (record->type == FV_REC_SHIFT_BEGIN) {
		if (record->has_payload)
			trail_read_stamp(record->payload, h.rtc_ms, &shift->begin_stamp);
		return FV_OK;
	}
	if (shift->has_end || record->seq >= shift->until_seq)
		return FV_OK;
	shift->has_end = true;
	shift->end = (struct trail_at){h.rtc_ms, h.rtc_ms};
	if (record->has_payload) {
		trail_read_stamp(record->payload, h.rtc_ms, &shift->end_stamp);
		if (fv_cbor_map_find(record->payload, 4, &r) == FV_OK &&
		    fv_cbor_get_uint(&r, 63, &how) == FV_OK)
			shift->how = (uint32_t)how;
	}
	return FV_OK;
}

enum fv_err
trail_shift_end(struct trail_view *view, int64_t no, struct trail_shift *shift)
{
	enum fv_err rc = fv_store_shift_next(view->store, no, shift->seq, &shift->until_seq);

	if (rc == FV_ENOENT)
		shift->until_seq = UINT64_MAX;
	else if (rc != FV_OK)
		return rc;
	return fv_store_record_each_about(view->store, no, shift->seq, take_shift_part, shift);
}

struct shift_search {
	struct trail_view *view;
	struct trail_day *day;
	const char *officer; /* NULL: anybody's */
};

/* The last sign of a shift without an end: the next one's beginning, or the last record. */
static enum fv_err
last_sign(struct trail_view *view, const struct trail_day *day,
    const struct trail_shift *shift, int64_t *ms_out)
{
	struct fv_store_record record;
	struct fv_header h;
	enum fv_err rc;

	*ms_out = day->last_record_ms;
	if (shift->until_seq == UINT64_MAX)
		return FV_OK;
	rc = fv_store_record_get(view->store, day->device.no, shift->until_seq, &record);
	if (rc != FV_OK)
		return rc;
	if (fv_header_parse(record.header, &h) != FV_OK)
		return FV_ECORRUPT;
	*ms_out = h.rtc_ms;
	return FV_OK;
}

static enum fv_err
take_shift(const struct fv_store_shift *row, void *ctx)
{
	struct shift_search *search = ctx;
	struct trail_day *day = search->day;
	struct trail_shift shift = {.seq = row->seq, .begin = {row->begin_ms, row->begin_ms}};
	int64_t from_ms, until_ms, end_ms;
	enum fv_err rc;

	if (search->officer != NULL && strcmp(search->officer, row->officer) != 0)
		return FV_OK;
	(void)memcpy(shift.officer, row->officer, sizeof shift.officer);
	if ((rc = trail_shift_end(search->view, row->no, &shift)) != FV_OK ||
	    (rc = trail_shift_zone(search->view, row->no, &shift)) != FV_OK ||
	    (rc = last_sign(search->view, day, &shift, &end_ms)) != FV_OK)
		return rc;
	if (shift.has_end)
		end_ms = shift.end.at_ms;
	from_ms = fv_zone_day_start(shift.zone, day->day);
	until_ms = fv_zone_day_start(shift.zone, day->day + 1);
	/* Even of no length a shift belongs to the day on which it began. */
	if (shift.begin.at_ms >= until_ms ||
	    (shift.begin.at_ms < from_ms && end_ms <= from_ms))
		return FV_OK;
	shift.is_before = shift.begin.at_ms < from_ms;
	shift.is_after = shift.has_end && shift.end.at_ms >= until_ms;
	if (day->shift_count == 0) {
		day->zone = shift.zone;
		(void)memcpy(day->zone_name, shift.zone_name, sizeof day->zone_name);
		day->from_ms = from_ms;
		day->until_ms = until_ms;
	}
	rc = trail_grow(&day->shifts, &day->shift_cap, day->shift_count, sizeof shift);
	if (rc == FV_OK)
		day->shifts[day->shift_count++] = shift;
	return rc;
}

/* A day without a shift has a zone too. */
static enum fv_err
set_idle_zone(struct trail_view *view, struct trail_day *day)
{
	struct trail_shift none = {.until_seq = UINT64_MAX};
	enum fv_err rc;

	(void)memcpy(none.officer, day->device.officer, sizeof none.officer);
	if ((rc = trail_shift_zone(view, day->device.no, &none)) != FV_OK)
		return rc;
	day->zone = none.zone;
	(void)memcpy(day->zone_name, none.zone_name, sizeof day->zone_name);
	day->from_ms = fv_zone_day_start(day->zone, day->day);
	day->until_ms = fv_zone_day_start(day->zone, day->day + 1);
	return FV_OK;
}

static enum fv_err
find_shifts(struct trail_view *view, struct trail_day *day, const char *officer)
{
	struct shift_search search = {view, day, officer};
	const int64_t noon_ms = day->day * FV_MS_PER_DAY;
	enum fv_err rc;

	rc = fv_store_shift_each(view->store, day->device.no, noon_ms - FV_TRAIL_SHIFT_MAX_MS,
	    noon_ms + 2 * FV_MS_PER_DAY, take_shift, &search);
	if (rc == FV_OK && day->shift_count == 0)
		rc = set_idle_zone(view, day);
	return rc;
}

/* -- the day ------------------------------------------------------------------------ */

static int
by_from(const void *a, const void *b)
{
	const struct trail_gap *x = a, *y = b;

	return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* The GAP is written after the track that ends it began to be kept: what a record tells
 * stands in the place of what was seen. */
static void
drop_told_silences(struct trail_day *day)
{
	size_t kept = 0;

	for (size_t i = 0; i < day->gap_count; i++) {
		const struct trail_gap *gap = &day->gaps[i];
		bool is_told = false;

		for (size_t k = 0; !gap->has_seq && k < day->gap_count && !is_told; k++)
			is_told = day->gaps[k].has_seq &&
			    day->gaps[k].from_ms < gap->until_ms &&
			    day->gaps[k].until_ms > gap->from_ms;
		if (!is_told)
			day->gaps[kept++] = *gap;
	}
	day->gap_count = kept;
	if (kept > 1)
		qsort(day->gaps, kept, sizeof *day->gaps, by_from);
}

static enum fv_err
read_shifts(struct trail_view *view, struct trail_day *day, const struct trail_ask *ask)
{
	struct trail_pass *pass = calloc(1, sizeof *pass);
	enum fv_err rc = pass != NULL ? FV_OK : FV_ENOMEM;

	for (size_t i = 0; rc == FV_OK && i < day->shift_count; i++) {
		const struct trail_shift *shift = &day->shifts[i];
		const struct fv_store_seqs seqs = {shift->seq, shift->until_seq};

		pass->view = view;
		pass->day = day;
		pass->ask = ask;
		pass->shift = shift;
		pass->has_off = pass->has_move = pass->has_last = false;
		pass->move_ms = pass->off_ms = 0;
		rc = fv_store_record_each(
		    view->store, day->device.no, seqs, trail_take_record, pass);
	}
	free(pass);
	return rc;
}

/* -- visits while no shift ran -------------------------------------------------------- */

static bool
is_read(const struct trail_day *day, uint64_t seq)
{
	for (size_t i = 0; i < day->shift_count; i++)
		if (seq >= day->shifts[i].seq && seq < day->shifts[i].until_seq)
			return true;
	return false;
}

static enum fv_err
take_lone_part(const struct fv_store_record *record, void *ctx)
{
	return record->type == FV_REC_VISIT_BEGIN ? FV_OK : trail_take_record(record, ctx);
}

/* A visit that no shift of the day holds: it is shown with what names it, and no track. */
static enum fv_err
take_lone_visit(const struct fv_store_record *record, void *ctx)
{
	struct trail_pass *p = ctx;
	struct trail_day *day = p->day;
	const char *officer = p->ask->officer;
	const uint64_t seq = record->seq;
	const size_t before = day->visit_count;
	struct fv_header h;
	enum fv_err rc;

	if (fv_header_parse(record->header, &h) != FV_OK)
		return FV_ECORRUPT;
	if (h.rtc_ms >= day->until_ms + FV_MS_PER_DAY)
		return FV_AGAIN; /* the day is over */
	if (is_read(day, seq))
		return FV_OK;
	if ((rc = trail_take_record(record, p)) != FV_OK || day->visit_count == before)
		return rc;
	if (officer != NULL &&
	    (day->visits[before].officer_count == 0 ||
		strcmp(day->visits[before].officers[0], officer) != 0)) {
		day->visit_count = before;
		return FV_OK;
	}
	return fv_store_record_each_about(
	    p->view->store, day->device.no, seq, take_lone_part, p);
}

static int
by_seq(const void *a, const void *b)
{
	const struct trail_visit *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static enum fv_err
read_lone_visits(struct trail_view *view, struct trail_day *day, const struct trail_ask *ask)
{
	struct trail_pass *pass = calloc(1, sizeof *pass);
	struct fv_store_seqs seqs = {0, UINT64_MAX};
	enum fv_err rc;

	if (pass == NULL)
		return FV_ENOMEM;
	pass->view = view;
	pass->day = day;
	pass->ask = ask;
	rc = fv_store_shift_last(view->store, day->device.no, day->from_ms, &seqs.from);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_visit_each(
		    view->store, day->device.no, seqs, take_lone_visit, pass);
	if (rc == FV_AGAIN)
		rc = FV_OK;
	if (rc == FV_OK && day->visit_count > 1)
		qsort(day->visits, day->visit_count, sizeof *day->visits, by_seq);
	free(pass);
	return rc;
}

static void
set_missing(struct trail_day *day)
{
	const struct fv_store_trail *t = &day->trail;
	const struct trail_shift *last =
	    day->shift_count > 0 ? &day->shifts[day->shift_count - 1] : NULL;

	if (t->has_tail && t->tail_n > t->trail.range.size)
		day->outstanding = t->tail_n - t->trail.range.size;
	day->is_open = last != NULL && !last->has_end && last->until_seq == UINT64_MAX;
}

enum fv_err
trail_day_read(struct trail_view *view, const struct fv_store_device *device,
    const struct trail_ask *ask, struct trail_day *day)
{
	enum fv_err rc;

	memset(day, 0, sizeof *day);
	day->device = *device;
	day->day = ask->day;
	if ((rc = fv_store_trail_load(view->store, device->no, &day->trail)) != FV_OK)
		goto cleanup;
	if (day->trail.trail.range.size > 0)
		day->last_record_ms = day->trail.trail.last.rtc_ms;
	if ((rc = find_shifts(view, day, ask->officer)) != FV_OK ||
	    (rc = read_shifts(view, day, ask)) != FV_OK ||
	    (rc = read_lone_visits(view, day, ask)) != FV_OK)
		goto cleanup;
	drop_told_silences(day);
	set_missing(day);
cleanup:
	if (rc != FV_OK)
		trail_day_clear(day);
	return rc;
}

void
trail_day_clear(struct trail_day *day)
{
	free(day->shifts);
	free(day->runs);
	free(day->gaps);
	free(day->visits);
	free(day->marks);
	fv_buf_clear(&day->coded);
	fv_wipe(&day->device, sizeof day->device); /* holds a secret */
	memset(day, 0, sizeof *day);
}

bool
trail_day_is_provisional(const struct trail_day *day)
{
	return day->is_open || day->unsealed > 0 || day->apart > 0 || day->outstanding > 0;
}
