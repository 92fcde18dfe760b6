/* Records of a shift into a device's day. */
#include <stdlib.h>
#include <string.h>

#include "fv/cbor.h"
#include "sync-server/desk/trail_in.h"

#define GAP_PAUSED 5 /* key 4 of a GAP: its times are the clock's, not the receiver's */

enum fv_err
trail_grow(void *array_ptr, size_t *cap, size_t count, size_t size)
{
	size_t more = *cap > 0 ? *cap * 2 : 16;
	void *p;

	if (count < *cap)
		return FV_OK;
	memcpy(&p, array_ptr, sizeof p);
	if ((p = reallocarray(p, more, size)) == NULL)
		return FV_ENOMEM;
	memcpy(array_ptr, &p, sizeof p);
	*cap = more;
	return FV_OK;
}

/* -- payloads ----------------------------------------------------------------------- */

uint64_t
trail_get_uint(struct fv_span payload, uint64_t key, uint64_t max)
{
	struct fv_cbor_reader r;
	uint64_t v;

	if (fv_cbor_map_find(payload, key, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, max, &v) != FV_OK)
		return 0;
	return v;
}

static bool
get_ms(struct fv_span payload, uint64_t key, int64_t *out)
{
	struct fv_cbor_reader r;

	return fv_cbor_map_find(payload, key, &r) == FV_OK &&
	    fv_cbor_get_int(&r, out) == FV_OK && *out >= -FV_TRACK_TIME_MAX_MS &&
	    *out <= FV_TRACK_TIME_MAX_MS;
}

static struct fv_span
get_text(struct fv_span payload, uint64_t key)
{
	struct fv_span text = {0};
	struct fv_cbor_reader r;

	if (fv_cbor_map_find(payload, key, &r) != FV_OK ||
	    fv_cbor_get_text(&r, &text) != FV_OK)
		return fv_span_z("");
	return text;
}

void
trail_read_stamp(struct fv_span payload, int64_t rtc_ms, struct trail_stamp *out)
{
	struct fv_cbor_reader r;
	struct fv_span item;

	memset(out, 0, sizeof *out);
	if (fv_cbor_map_find(payload, 2, &r) != FV_OK || fv_cbor_skip(&r, &item) != FV_OK ||
	    fv_stamp_parse(item, &out->stamp) != FV_OK)
		return;
	out->has = true;
	fv_plausible_stamp(&out->stamp, rtc_ms, &out->marks);
}

/* -- time --------------------------------------------------------------------------- */

static bool
is_near(int64_t off_ms)
{
	return off_ms >= -FV_TRAIL_CLOCK_MS && off_ms <= FV_TRAIL_CLOCK_MS;
}

static void
see_off(struct trail_pass *p, int64_t off_ms)
{
	p->off_ms = off_ms;
	p->has_off = true;
	if (!p->has_move) {
		p->move_ms = is_near(off_ms) ? 0 : off_ms;
		p->has_move = true;
	}
}

static struct trail_at
place_in_time(struct trail_pass *p, const struct fv_header *h)
{
	struct trail_at at = {h->rtc_ms, h->rtc_ms};

	/* Another connection, perhaps another receiver: its clock is its own. */
	if (h->type == FV_REC_SESSION || h->type == FV_REC_BOOT)
		p->has_move = p->has_off = false;
	if (h->has_gnss && h->gnss_ms >= -FV_TRACK_TIME_MAX_MS &&
	    h->gnss_ms <= FV_TRACK_TIME_MAX_MS)
		see_off(p, h->gnss_ms - h->rtc_ms);
	if (p->has_move && p->move_ms != 0)
		at.t_ms = h->rtc_ms + p->off_ms - p->move_ms;
	return at;
}

static bool
is_of_day(const struct trail_pass *p, int64_t t_ms)
{
	return t_ms >= p->day->from_ms && t_ms < p->day->until_ms;
}

/* -- tracks ------------------------------------------------------------------------- */

static enum fv_err
add_gap(struct trail_day *day, struct trail_gap gap)
{
	enum fv_err rc =
	    trail_grow(&day->gaps, &day->gap_cap, day->gap_count, sizeof *day->gaps);

	if (rc == FV_OK)
		day->gaps[day->gap_count++] = gap;
	return rc;
}

/* Where fixes are further apart than a record of them may be, and no GAP says why. */
static enum fv_err
add_silence(struct trail_pass *p, int64_t from_ms, int64_t until_ms)
{
	for (size_t i = p->day->gap_count; i-- > 0;)
		if (p->day->gaps[i].from_ms < until_ms && p->day->gaps[i].until_ms > from_ms)
			return FV_OK;
	return add_gap(p->day, (struct trail_gap){.from_ms = from_ms, .until_ms = until_ms});
}

static enum fv_err
add_run(struct trail_pass *p, const struct fv_track_info *info, uint64_t seq,
    const struct fv_track_fix *fixes, size_t count)
{
	struct trail_day *day = p->day;
	const int32_t q = (int32_t)info->quantum_e7;
	struct trail_run run = {.seq = seq,
	    .first_ms = fixes[0].t_ms,
	    .last_ms = fixes[count - 1].t_ms,
	    .off_ms = p->move_ms,
	    .quantum_e7 = info->quantum_e7,
	    .has_eph = info->has_worst_eph,
	    .eph_mm = info->worst_eph_mm,
	    .count = count,
	    .kept = count,
	    .lat_q = fixes[0].place.lat_e7 / q,
	    .lon_q = fixes[0].place.lon_e7 / q,
	    .at = day->coded.len};
	bool keep[FV_TRACK_FIXES_MAX];
	enum fv_err rc;

	run.is_joined = p->has_last && run.first_ms >= p->last_ms &&
	    run.first_ms - p->last_ms <= FV_TRACK_GAP_MS;
	if (p->has_last && !run.is_joined && run.first_ms > p->last_ms &&
	    (rc = add_silence(p, p->last_ms, run.first_ms)) != FV_OK)
		return rc;
	if (p->ask->has_zoom)
		run.kept = trail_simplify(fixes, count,
		    trail_tolerance_m(p->ask->zoom, fixes[0].place.lat_e7), keep);
	trail_put_fixes(
	    &day->coded, fixes, count, p->ask->has_zoom ? keep : NULL, info->quantum_e7);
	run.len = day->coded.len - run.at;
	p->has_last = true;
	p->last_ms = run.last_ms;
	day->fix_count += count;
	if ((rc = trail_grow(&day->runs, &day->run_cap, day->run_count, sizeof run)) == FV_OK)
		day->runs[day->run_count++] = run;
	return rc == FV_OK ? fv_buf_status(&day->coded) : rc;
}

/* The fixes that are asked for: of the day, and of the span. */
static void
clip(const struct trail_pass *p, size_t *from, size_t *until)
{
	int64_t from_ms = p->day->from_ms, until_ms = p->day->until_ms;

	if (p->ask->has_span) {
		from_ms = p->ask->from_ms > from_ms ? p->ask->from_ms : from_ms;
		until_ms = p->ask->until_ms < until_ms ? p->ask->until_ms : until_ms;
	}
	while (*from < *until && p->fixes[*from].t_ms < from_ms)
		(*from)++;
	while (*until > *from && p->fixes[*until - 1].t_ms >= until_ms)
		(*until)--;
}

enum fv_err
trail_take_track(
    struct trail_pass *p, const struct fv_store_record *record, const struct fv_header *h)
{
	struct fv_track_info info;
	struct fv_span coded;
	size_t from = 0, until;
	enum fv_err rc;

	if (!record->has_payload || p->ask->no_fixes)
		return FV_OK; /* what is on its way, or erased, is counted */
	rc = fv_track_payload_parse(record->payload, &info, &coded);
	/* Nothing outside a shift is shown, whatever a handheld may send. */
	if (rc == FV_OK && (!info.has_shift || info.shift_seq != p->shift->seq))
		return FV_OK;
	if (rc == FV_OK)
		rc = fv_track_decode(coded, &info, p->fixes);
	if (rc != FV_OK) {
		p->day->unreadable += rc == FV_ENOMEM ? 0 : 1;
		return rc == FV_ENOMEM ? rc : FV_OK;
	}
	if (!p->has_off)
		see_off(p, p->fixes[info.count - 1].t_ms - h->rtc_ms);
	for (size_t i = 0; i < info.count; i++)
		p->fixes[i].t_ms -= p->move_ms;
	until = info.count;
	clip(p, &from, &until);
	if (from == until)
		return FV_OK;
	trail_see_stays(p, p->fixes + from, until - from,
	    info.has_worst_eph && info.worst_eph_mm > 0 ? info.worst_eph_mm
							: TRAIL_EPH_UNKNOWN_MM);
	return add_run(p, &info, record->seq, p->fixes + from, until - from);
}

/* An end of a gap is told by the receiver's clock where there was a fix, else by the other:
 * whichever of the two it is nearer to. */
static int64_t
end_of_gap(const struct trail_pass *p, const struct fv_header *h, uint64_t reason, int64_t ms)
{
	const int64_t by_clock = ms - h->rtc_ms, by_receiver = by_clock - p->off_ms;

	if (!p->has_move || p->move_ms == 0)
		return ms;
	if (reason != GAP_PAUSED && llabs(by_receiver) < llabs(by_clock))
		return ms - p->move_ms;
	return ms + p->off_ms - p->move_ms;
}

static enum fv_err
take_gap(struct trail_pass *p, const struct fv_store_record *record, const struct fv_header *h)
{
	struct trail_gap gap = {.has_seq = true,
	    .seq = record->seq,
	    .reason = (uint32_t)trail_get_uint(record->payload, 4, 63)};

	if (!get_ms(record->payload, 5, &gap.from_ms) ||
	    !get_ms(record->payload, 6, &gap.until_ms)) {
		p->day->unreadable++;
		return FV_OK;
	}
	gap.from_ms = end_of_gap(p, h, gap.reason, gap.from_ms);
	gap.until_ms = end_of_gap(p, h, gap.reason, gap.until_ms);
	if (gap.until_ms < gap.from_ms || gap.until_ms <= p->day->from_ms ||
	    gap.from_ms >= p->day->until_ms)
		return FV_OK;
	return add_gap(p->day, gap);
}

/* -- all others --------------------------------------------------------------------- */

static bool
is_mark(uint32_t type)
{
	switch (type) {
	case FV_REC_BOOT:
	case FV_REC_SESSION:
	case FV_REC_CONTACT:
	case FV_REC_EVENT:
	case FV_REC_AMEND:
	case FV_REC_CLOCK_STEP:
	case FV_REC_ALARM:
	case FV_REC_SHUTDOWN:
	case FV_REC_OFFICER:
	case FV_REC_SOS:
	case FV_REC_CHECKIN:
	case FV_REC_COSIGN:
	case FV_REC_LOCK:
		return true;
	default:
		return false;
	}
}

static void
read_mark(const struct fv_store_record *record, struct trail_mark *mark)
{
	const struct fv_span payload = record->payload;
	struct fv_span text = {0};

	mark->code = (uint32_t)trail_get_uint(payload, 4, 255);
	switch (record->type) {
	case FV_REC_BOOT:
		text = get_text(payload, 6);
		break;
	case FV_REC_SESSION:
		text = get_text(payload, 6);
		break;
	case FV_REC_OFFICER:
	case FV_REC_COSIGN:
		text = get_text(payload, 4);
		mark->code = (uint32_t)trail_get_uint(payload, 5, 63);
		break;
	case FV_REC_CLOCK_STEP:
		mark->has_value =
		    get_ms(payload, 4, &mark->value) && get_ms(payload, 5, &mark->other);
		break;
	case FV_REC_CHECKIN:
		mark->has_value = get_ms(payload, 4, &mark->value);
		break;
	case FV_REC_ALARM:
		if (fv_alarm_parse(
			payload, &mark->alarm, &mark->has_subject, &mark->subject) != FV_OK)
			mark->alarm.check = 0;
		break;
	default:
		break;
	}
	if (text.len > 0 && text.len < sizeof mark->text)
		memcpy(mark->text, text.ptr, text.len);
}

static enum fv_err
take_mark(struct trail_pass *p, const struct fv_store_record *record, struct trail_at at)
{
	struct trail_day *day = p->day;
	struct trail_mark mark = {.seq = record->seq,
	    .type = record->type,
	    .at = at,
	    .has_subject = record->has_subject_seq,
	    .subject = record->subject_seq};
	struct trail_visit *visit = trail_visit_of(day, record);
	enum fv_err rc;

	if (record->has_payload) {
		read_mark(record, &mark);
		trail_read_stamp(record->payload, at.at_ms, &mark.stamp);
	}
	if (visit != NULL) {
		visit->last_seq = record->seq;
		visit->is_amended = visit->is_amended || record->type == FV_REC_AMEND;
		trail_weigh_fence(&mark.stamp, visit);
	}
	if ((rc = trail_grow(&day->marks, &day->mark_cap, day->mark_count, sizeof mark)) ==
	    FV_OK)
		day->marks[day->mark_count++] = mark;
	return rc;
}

static void
count_missing(struct trail_day *day, const struct fv_store_record *record)
{
	day->unsealed += record->is_sealed ? 0 : 1;
	day->erased += record->is_erased ? 1 : 0;
	day->apart += !record->has_payload && !record->is_erased ? 1 : 0;
}

enum fv_err
trail_take_record(const struct fv_store_record *record, void *ctx)
{
	struct trail_pass *p = ctx;
	struct trail_at at;
	struct fv_header h;

	if (fv_header_parse(record->header, &h) != FV_OK)
		return FV_ECORRUPT;
	at = place_in_time(p, &h);
	if (record->type == FV_REC_TRACK) {
		if (is_of_day(p, at.t_ms))
			count_missing(p->day, record);
		return trail_take_track(p, record, &h);
	}
	if (record->type == FV_REC_GAP && record->has_payload)
		return take_gap(p, record, &h);
	if (record->type == FV_REC_VISIT_END || record->type == FV_REC_OUTCOME)
		trail_take_visit_part(p, record, at);
	if (!is_of_day(p, at.t_ms))
		return FV_OK;
	count_missing(p->day, record);
	if (record->type == FV_REC_VISIT_BEGIN)
		return trail_take_visit(p, record, at);
	return is_mark(record->type) ? take_mark(p, record, at) : FV_OK;
}
