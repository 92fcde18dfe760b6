/*
 * Reading the trails: tracks on the receiver's own time for stays at cases, when visits
 * began by the receiver, how fast checklists were done; and visits without any track.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/checklist.h"
#include "sync-server/standing_stop.h"
#include "sync-server/store/records.h"

#define EPH_UNKNOWN_MM 50000
#define GAP_PAUSED 5 /* reason of a GAP: by the officer */
#define TRACK_MS                                                                              \
	INT64_C(1200000) /* a track is closed with the 15-minute seal at the latest           \
			  */

/* -- reading a trail ------------------------------------------------------------ */

static enum fv_err
add_span(struct device *d, int64_t from_ms, int64_t until_ms)
{
	enum fv_err rc;

	if (d->span_count > 0 && from_ms >= d->spans[d->span_count - 1].from_ms &&
	    from_ms - d->spans[d->span_count - 1].until_ms <= FV_TRACK_GAP_MS) {
		if (until_ms > d->spans[d->span_count - 1].until_ms)
			d->spans[d->span_count - 1].until_ms = until_ms;
		return FV_OK;
	}
	rc = standing_grow(&d->spans, &d->span_cap, d->span_count, sizeof *d->spans);
	if (rc == FV_OK)
		d->spans[d->span_count++] = (struct span){from_ms, until_ms};
	return rc;
}

static enum fv_err
take_track(struct pass *p, const struct fv_store_record *record, const struct fv_header *h)
{
	struct device *d = &p->s->devices[p->device];
	struct fv_track_info info;
	struct fv_span coded;
	int64_t eph_mm;
	enum fv_err rc;

	/* Erased, or on its way: that there was a track is known, and no more. */
	if (!record->has_payload || record->payload.len == 0)
		return add_span(d, h->rtc_ms + p->off_ms - TRACK_MS, h->rtc_ms + p->off_ms);
	rc = fv_track_payload_parse(record->payload, &info, &coded);
	if (rc == FV_OK)
		rc = fv_track_decode(coded, &info, p->fixes);
	if (rc != FV_OK)
		return rc == FV_ENOMEM ? rc : FV_OK; /* the report counts what is unreadable */
	p->off_ms = p->fixes[info.count - 1].t_ms - h->rtc_ms;
	rc = add_span(d, p->fixes[0].t_ms, p->fixes[info.count - 1].t_ms);
	if (!info.has_shift || p->watch_count == 0)
		return rc;
	eph_mm =
	    info.has_worst_eph && info.worst_eph_mm > 0 ? info.worst_eph_mm : EPH_UNKNOWN_MM;
	for (size_t i = 0; i < info.count && rc == FV_OK; i++)
		rc = stop_feed(p, &p->fixes[i], eph_mm, record->seq);
	return rc;
}

static int
by_seq(const void *a, const void *b)
{
	const struct visit_of *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static struct visit *
find_visit(const struct pass *p, uint64_t seq)
{
	const struct visit_of key = {.device = p->device, .seq = seq};
	const struct visit_of *found = p->s->visit_count == 0
	    ? NULL
	    : bsearch(&key, p->visits, p->s->visit_count, sizeof key, by_seq);

	return found == NULL ? NULL : &p->s->visits[found->visit];
}

/* When it was by the receiver. */
static int64_t
receiver_ms(const struct pass *p, const struct fv_header *h)
{
	return h->has_gnss ? h->gnss_ms : h->rtc_ms + p->off_ms;
}

/* Payload key 4 of a SHIFT_BEGIN. */
static void
take_shift(struct pass *p, const struct fv_store_record *record)
{
	struct fv_cbor_reader r;
	struct fv_span id;

	p->officer = NONE;
	if (!record->has_payload || fv_cbor_map_find(record->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_text(&r, &id) != FV_OK)
		return;
	if (names_add(&p->s->officers, id, &p->officer) != FV_OK)
		p->officer = NONE;
}

/*
 * The officer paused: what he did meanwhile is his own, so that no track lacks there, and a
 * stay does not run on through it.
 */
static enum fv_err
take_pause(struct pass *p, const struct fv_store_record *record)
{
	struct fv_cbor_reader r;
	int64_t from_ms, until_ms;
	uint64_t reason;
	enum fv_err rc;

	if (!record->has_payload || fv_cbor_map_find(record->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, UINT64_MAX, &reason) != FV_OK || reason != GAP_PAUSED ||
	    fv_cbor_map_find(record->payload, 5, &r) != FV_OK ||
	    fv_cbor_get_int(&r, &from_ms) != FV_OK ||
	    fv_cbor_map_find(record->payload, 6, &r) != FV_OK ||
	    fv_cbor_get_int(&r, &until_ms) != FV_OK || until_ms < from_ms ||
	    from_ms < -FV_TRACK_TIME_MAX_MS || until_ms > FV_TRACK_TIME_MAX_MS)
		return FV_OK;
	if ((rc = stop_end(p)) != FV_OK)
		return rc;
	return add_span(&p->s->devices[p->device], from_ms + p->off_ms, until_ms + p->off_ms);
}

/*
 * Take a record's answers.  True: every item of the list has one, and none says that a
 * rule was broken.  Key 5 is the length of the list; without it the record holds all of it.
 */
static bool
is_complete(struct pass *p, struct fv_span payload)
{
	struct fv_cbor_reader r, length;
	uint64_t item, asked = 0;
	size_t count, green = 0;
	bool answer;

	if (fv_cbor_map_find(payload, 4, &r) != FV_OK ||
	    fv_cbor_get_array(&r, &count) != FV_OK || count == 0)
		return false;
	if (fv_cbor_map_find(payload, 5, &length) != FV_OK ||
	    fv_cbor_get_uint(&length, 64, &asked) != FV_OK || asked == 0)
		asked = count;
	for (size_t i = 0; i < count; i++) {
		if (!fv_checklist_next(&r, &item, &answer) || item == 0 || item > 64)
			return false;
		p->green &= ~(UINT64_C(1) << (item - 1));
		if (fv_checklist_is_green((uint32_t)item, answer))
			p->green |= UINT64_C(1) << (item - 1);
	}
	for (uint64_t left = p->green; left != 0; left &= left - 1)
		green++;
	return green >= asked;
}

static void
take_checklist(struct pass *p, const struct fv_store_record *record, const struct fv_header *h)
{
	bool same_boot = memcmp(h->boot, p->begin.boot, FV_BOOT_BYTES) == 0;

	if (p->visit == NULL || p->visit->checklist_ms >= 0 || !record->has_subject_seq ||
	    record->subject_seq != p->begin.seq || !record->has_payload ||
	    !is_complete(p, record->payload))
		return;
	p->visit->checklist_ms =
	    same_boot ? h->boottime_ms - p->begin.boottime_ms : h->rtc_ms - p->begin.rtc_ms;
}

static enum fv_err
take_record(const struct fv_store_record *record, void *ctx)
{
	struct pass *p = ctx;
	struct fv_header h;
	struct visit *v;

	if (fv_header_parse(record->header, &h) != FV_OK)
		return FV_ECORRUPT;
	if (h.has_gnss)
		p->off_ms = h.gnss_ms - h.rtc_ms;
	switch (record->type) {
	case FV_REC_SHIFT_BEGIN:
		take_shift(p, record);
		break;
	case FV_REC_VISIT_BEGIN:
		p->begin = h;
		p->green = 0;
		p->visit = find_visit(p, record->seq);
		if (p->visit != NULL) {
			p->visit->rx_begin_ms = receiver_ms(p, &h);
			p->visit->rx_end_ms =
			    p->visit->rx_begin_ms + p->visit->end_ms - p->visit->begin_ms;
		}
		break;
	case FV_REC_VISIT_END:
		v = record->has_subject_seq ? find_visit(p, record->subject_seq) : NULL;
		if (v != NULL && receiver_ms(p, &h) > v->rx_begin_ms)
			v->rx_end_ms = receiver_ms(p, &h);
		break;
	case FV_REC_CHECKLIST:
		take_checklist(p, record, &h);
		break;
	case FV_REC_GAP:
		return h.rtc_ms >= p->s->tracks_from_ms ? take_pause(p, record) : FV_OK;
	case FV_REC_TRACK:
		return h.rtc_ms >= p->s->tracks_from_ms ? take_track(p, record, &h) : FV_OK;
	default:
		break;
	}
	return FV_OK;
}

static enum fv_err
read_trails(struct pass *p)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	enum fv_err rc = FV_OK;

	for (uint32_t i = 0; i < p->s->device_count && rc == FV_OK; i++) {
		p->device = i;
		p->officer = NONE;
		p->has_fix = false;
		p->off_ms = 0;
		p->visit = NULL;
		rc = fv_store_record_each(
		    p->s->store, p->s->devices[i].row.no, all, take_record, p);
		if (rc == FV_OK)
			rc = stop_end(p);
	}
	return rc;
}

/* -- visits without a track ----------------------------------------------------- */

static bool
has_track(const struct device *d, int64_t from_ms, int64_t until_ms)
{
	for (size_t i = 0; i < d->span_count; i++)
		if (d->spans[i].from_ms <= until_ms && d->spans[i].until_ms >= from_ms)
			return true;
	return false;
}

static enum fv_err
judge_track(struct standing *s, const struct duty *duty, const struct fv_clause *clause,
    const struct visit *v)
{
	const struct device *d = &s->devices[v->device];
	const struct site *site = &s->sites[v->site];
	int64_t around_ms = (int64_t)clause->u.no_track.minutes * MINUTE_MS;
	int64_t until_ms = v->end_ms + around_ms;
	const struct fv_standing_facts facts = {.today = v->day,
	    .is_explained = v->has_fix ||
		has_track(d, v->rx_begin_ms - around_ms, v->rx_end_ms + around_ms)};
	char id[FV_FOLD_ID_BYTES];
	const struct standing_about about = {.subject = standing_visit_id(s, v, id),
	    .kind = FV_SUBJECT_DEVICE,
	    .idx = v->device,
	    .case_id = site->id,
	    .at_ms = v->begin_ms,
	    .day = v->day,
	    .today = fv_zone_local_days(site->zone, s->now_ms),
	    .is_provisional =
		v->is_unfinished || d->open_ms <= until_ms || d->last_ms < until_ms};
	struct fv_finding f;

	fv_standing_judge(duty->by, duty->rule, clause, &facts, &f);
	return f.verdict == FV_VERDICT_REVIEW ? standing_emit(s, &f, &about) : FV_OK;
}

static enum fv_err
judge_tracks(struct standing *s)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < s->duty_count; i++)
		for (size_t c = 0; c < s->duties[i].rule->clause_count; c++) {
			const struct fv_clause *clause = &s->duties[i].rule->clauses[c];

			if (clause->kind != FV_RULE_NO_TRACK)
				continue;
			for (size_t v = 0; v < s->visit_count && rc == FV_OK; v++)
				if (s->visits[v].begin_ms - s->tracks_from_ms >=
					(int64_t)clause->u.no_track.minutes * MINUTE_MS &&
				    (s->sites[s->visits[v].site].packs >> s->duties[i].pack &
					1U) != 0)
					rc = judge_track(
					    s, &s->duties[i], clause, &s->visits[v]);
		}
	return rc;
}

/* -- all of it ------------------------------------------------------------------ */

static enum fv_err
find_watches(struct pass *p)
{
	struct standing *s = p->s;

	for (size_t i = 0; i < s->duty_count; i++)
		for (size_t c = 0; c < s->duties[i].rule->clause_count; c++) {
			enum fv_err rc;

			if (s->duties[i].rule->clauses[c].kind != FV_RULE_UNLOGGED_STOP)
				continue;
			rc = standing_grow(
			    &p->watches, &p->watch_cap, p->watch_count, sizeof *p->watches);
			if (rc != FV_OK)
				return rc;
			p->watches[p->watch_count++] =
			    (struct watch){&s->duties[i], &s->duties[i].rule->clauses[c]};
		}
	return FV_OK;
}

static enum fv_err
sort_visits(struct pass *p)
{
	struct standing *s = p->s;

	p->fixes = calloc(FV_TRACK_FIXES_MAX, sizeof *p->fixes);
	p->visits = calloc(s->visit_count + 1, sizeof *p->visits);
	if (p->fixes == NULL || p->visits == NULL)
		return FV_ENOMEM;
	for (uint32_t i = 0; i < s->visit_count; i++)
		p->visits[i] = (struct visit_of){s->visits[i].device, i, s->visits[i].seq};
	if (s->visit_count > 1)
		qsort(p->visits, s->visit_count, sizeof *p->visits, by_seq);
	return FV_OK;
}

enum fv_err
standing_tracks(struct standing *s)
{
	struct pass p = {.s = s};
	enum fv_err rc;

	if ((rc = find_watches(&p)) != FV_OK || (rc = stop_find_places(&p)) != FV_OK ||
	    (rc = sort_visits(&p)) != FV_OK || (rc = read_trails(&p)) != FV_OK)
		goto cleanup;
	if ((rc = stop_judge(&p)) == FV_OK)
		rc = judge_tracks(s);
cleanup:
	free(p.watches);
	free(p.places);
	free(p.visits);
	free(p.stays);
	free(p.stops);
	free(p.fixes);
	return rc;
}
