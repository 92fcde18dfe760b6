#include "sync-server/alerts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/store/book.h"

#define LATE_MS INT64_C(60000) /* for the rest of a trail that comes late */

const char *
fv_alert_kind_word(enum fv_alert_kind kind)
{
	switch (kind) {
	case FV_ALERT_SOS:
		return "sos";
	case FV_ALERT_CHECKIN:
		return "checkin";
	case FV_ALERT_WELFARE:
		return "welfare";
	case FV_ALERT_HOLD:
	default:
		return "hold";
	}
}

/* The id of an alert about a record: first letter of its kind, as fv_alert_id(). */
static void
name_alert(struct fv_store_alert *a, const uint8_t dev[FV_DEV_BYTES])
{
	(void)fv_alert_id(dev, &a->said, a->id);
	a->id[0] = fv_alert_kind_word(a->kind)[0];
}

/* However often a handheld calls, those of others are told in between. */
static enum fv_err
make_room(struct fv_store *store, const struct fv_store_alert *a, int64_t now_ms)
{
	uint64_t count;
	enum fv_err rc;

	if (a->kind != FV_ALERT_SOS && a->kind != FV_ALERT_WELFARE)
		return FV_OK;
	rc = fv_store_alert_count(store, a->device_no, now_ms - FV_MS_PER_DAY, &count);
	if (rc != FV_OK)
		return rc;
	if (count >= FV_ALERT_DEVICE_DAY) {
		fprintf(stderr,
		    "fieldvisitd: alert %s: not kept: nobody has seen the last %u of this "
		    "handheld\n",
		    a->id, FV_ALERT_DEVICE_DAY);
		return FV_EFULL;
	}
	return fv_store_alert_park(store, a->device_no, FV_ALERT_DEVICE_TOLD - 1);
}

/* Add it where it is not there yet, and say so in the log: id and kind, nothing else. */
static enum fv_err
raise_alert(struct fv_store *store, struct fv_store_alert *a,
    const struct fv_store_device *device, int64_t now_ms)
{
	struct fv_store_alert held;
	enum fv_err rc;

	name_alert(a, device->dev);
	if ((rc = fv_store_alert_get(store, a->id, &held)) != FV_ENOENT)
		return rc;
	if (a->said.officer[0] == '\0')
		memcpy(a->said.officer, device->officer, sizeof a->said.officer);
	a->received_ms = a->next_ms = now_ms;
	if ((rc = make_room(store, a, now_ms)) == FV_OK &&
	    (rc = fv_store_alert_put(store, a)) == FV_OK)
		fprintf(
		    stderr, "fieldvisitd: alert %s: %s\n", a->id, fv_alert_kind_word(a->kind));
	return rc;
}

enum fv_err
fv_alerts_seen(struct fv_store *store, const struct fv_store_alert *alert, int64_t now_ms)
{
	if (alert->kind != FV_ALERT_SOS && alert->kind != FV_ALERT_WELFARE)
		return FV_OK;
	return fv_store_alert_unpark(store, alert->device_no, now_ms);
}

bool
fv_alerts_share_device(const char *id, const char *other)
{
	const size_t len = 2 + 16; /* a letter, "-", half of the handheld's id in hex */

	return strlen(id) >= len && strlen(other) >= len &&
	    memcmp(id + 2, other + 2, len - 2) == 0;
}

static void
take_place(struct fv_alert *to, const struct fv_alert *from)
{
	to->has_place = true;
	to->place = from->place;
	to->has_eph = from->has_eph;
	to->eph_mm = from->eph_mm;
	to->has_fix_ms = from->has_fix_ms;
	to->fix_ms = from->fix_ms;
}

static bool
has_newer_place(const struct fv_alert *said, const struct fv_alert *now)
{
	if (!now->has_place)
		return false;
	return !said->has_place || (now->has_fix_ms && now->fix_ms > said->fix_ms);
}

enum fv_err
fv_alerts_take(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_alert *alert, int64_t now_ms)
{
	struct fv_store_alert a = {
	    .kind = FV_ALERT_SOS, .device_no = device->no, .said = *alert};
	struct fv_store_alert held;
	bool is_ended, is_moved;
	enum fv_err rc;

	a.has_ended = alert->state == FV_ALERT_ENDED;
	a.ended_ms = a.has_ended ? now_ms : 0;
	name_alert(&a, device->dev);
	rc = fv_store_alert_get(store, a.id, &held);
	if (rc == FV_ENOENT)
		return raise_alert(store, &a, device, now_ms);
	if (rc != FV_OK)
		return rc;
	is_ended = a.has_ended && !held.has_ended;
	is_moved = has_newer_place(&held.said, alert);
	if (!is_ended && !is_moved)
		return FV_OK;
	if (is_moved)
		take_place(&held.said, alert);
	if (is_ended) {
		held.said.state = FV_ALERT_ENDED;
		held.has_ended = true;
		held.ended_ms = now_ms;
	}
	return fv_store_alert_put(store, &held);
}

/* -- the trail ------------------------------------------------------------------------ */

static void
read_stamp(struct fv_span payload, struct fv_alert *out)
{
	struct fv_cbor_reader r;
	struct fv_stamp stamp;
	struct fv_span bytes;

	if (fv_cbor_map_find(payload, 2, &r) != FV_OK || fv_cbor_skip(&r, &bytes) != FV_OK ||
	    fv_stamp_parse(bytes, &stamp) != FV_OK || !fv_stamp_has(&stamp, FV_STAMP_LAT))
		return;
	out->has_place = true;
	out->place = stamp.place;
	out->has_eph = fv_stamp_has(&stamp, FV_STAMP_EPH);
	out->eph_mm = out->has_eph ? stamp.eph_mm : 0;
	out->has_fix_ms = fv_stamp_has(&stamp, FV_STAMP_GNSS);
	out->fix_ms = out->has_fix_ms ? stamp.gnss_ms : 0;
}

/* What an SOS record says.  False: it is none that can be read. */
static bool
read_sos(const struct fv_store_record *record, struct fv_alert *out)
{
	struct fv_cbor_reader r;
	struct fv_header header;
	uint64_t state;

	memset(out, 0, sizeof *out);
	if (record->type != FV_REC_SOS || !record->has_payload ||
	    fv_header_parse(record->header, &header) != FV_OK ||
	    fv_cbor_map_find(record->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, FV_ALERT_ENDED, &state) != FV_OK || state == 0)
		return false;
	out->state = (enum fv_alert_state)state;
	out->has_seq = true;
	out->seq = record->has_subject_seq ? record->subject_seq : record->seq;
	out->at_ms = header.rtc_ms;
	read_stamp(record->payload, out);
	return true;
}

/* An SOS record by itself raises the alert that no request has told. */
static enum fv_err
note_sos(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record, int64_t now_ms)
{
	struct fv_alert said;

	/* The end of one that could not be recorded names none. */
	if (!read_sos(record, &said) ||
	    (said.state == FV_ALERT_ENDED && !record->has_subject_seq))
		return FV_OK;
	return fv_alerts_take(store, device, &said, now_ms);
}

static enum fv_err
load_watch(struct fv_store *store, int64_t device_no, struct fv_store_watch *w)
{
	enum fv_err rc = fv_store_watch_get(store, device_no, w);

	if (rc != FV_ENOENT)
		return rc;
	memset(w, 0, sizeof *w);
	w->device_no = device_no;
	return FV_OK;
}

/* What has passed by itself is told to nobody any more. */
struct passing {
	struct fv_store *store;
	int64_t device_no, now_ms;
	bool has_hold_passed; /* the visit is over */
};

static enum fv_err
pass(const struct fv_store_alert *alert, void *ctx)
{
	const struct passing *p = ctx;
	struct fv_store_alert a = *alert;

	if (a.device_no != p->device_no || a.has_ended ||
	    (a.kind != FV_ALERT_CHECKIN && !(a.kind == FV_ALERT_HOLD && p->has_hold_passed)))
		return FV_OK;
	a.has_ended = true;
	a.ended_ms = p->now_ms;
	a.said.state = FV_ALERT_ENDED;
	return fv_store_alert_put(p->store, &a);
}

static enum fv_err
note_visit(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record, int64_t now_ms)
{
	struct passing p = {store, device->no, now_ms, true};
	struct fv_store_watch w;
	enum fv_err rc = load_watch(store, device->no, &w);

	if (rc != FV_OK)
		return rc;
	w.has_visit = record->type == FV_REC_VISIT_BEGIN;
	w.visit_seq = w.has_visit ? record->seq : 0;
	w.case_id[0] = '\0';
	if (w.has_visit && fv_id_copy(record->case_id, w.case_id, sizeof w.case_id) != FV_OK)
		w.has_visit = false;
	if (record->type == FV_REC_VISIT_END)
		w.has_due = false;
	if ((rc = fv_store_watch_put(store, &w)) != FV_OK || record->type != FV_REC_VISIT_END)
		return rc;
	return fv_store_alert_each_due(store, INT64_MAX, pass, &p);
}

/* By the handheld's clock, set right by the receiver's where there was one. */
static enum fv_err
note_checkin(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record, int64_t now_ms)
{
	struct passing p = {store, device->no, now_ms, false};
	struct fv_cbor_reader r;
	struct fv_header header;
	struct fv_store_watch w;
	int64_t due_ms, wait_ms = 0;
	enum fv_err rc;

	if (!record->has_payload || fv_header_parse(record->header, &header) != FV_OK ||
	    fv_cbor_map_find(record->payload, 4, &r) != FV_OK)
		return FV_OK;
	if ((rc = load_watch(store, device->no, &w)) != FV_OK)
		return rc;
	/* All three are the device's word: any 64 bits. */
	w.has_due = fv_cbor_get_int(&r, &due_ms) == FV_OK && due_ms > header.rtc_ms &&
	    !__builtin_sub_overflow(due_ms, header.rtc_ms, &wait_ms) &&
	    wait_ms <= 7 * FV_MS_PER_DAY &&
	    !__builtin_add_overflow(header.has_gnss ? header.gnss_ms : header.rtc_ms,
		wait_ms + FV_ALERT_GRACE_MS, &due_ms);
	if (w.has_due) {
		w.due_ms = due_ms;
		if (w.due_ms < now_ms + LATE_MS)
			w.due_ms = now_ms + LATE_MS;
		w.checkin_seq = record->seq;
	}
	if ((rc = fv_store_watch_put(store, &w)) != FV_OK)
		return rc;
	return fv_store_alert_each_due(store, INT64_MAX, pass, &p);
}

/* -- welfare and holds ------------------------------------------------------------------ */

/* The case that an event is about, copied; "": none that is known. */
static enum fv_err
find_case(struct fv_store *store, const struct fv_store_record *record,
    char case_out[FV_CASE_ID_BYTES])
{
	struct fv_store_record about;
	enum fv_err rc;

	case_out[0] = '\0';
	if (record->case_id.len > 0)
		return fv_id_copy(record->case_id, case_out, FV_CASE_ID_BYTES);
	if (!record->has_subject_seq)
		return FV_OK;
	rc = fv_store_record_get(store, record->no, record->subject_seq, &about);
	if (rc == FV_OK && about.case_id.len > 0)
		rc = fv_id_copy(about.case_id, case_out, FV_CASE_ID_BYTES);
	return rc == FV_ENOENT || rc == FV_EFORMAT ? FV_OK : rc;
}

struct hold_item {
	struct fv_store *store;
	struct fv_span case_id;
};

static enum fv_err
send_hold(const char *officer, void *ctx)
{
	const struct hold_item *h = ctx;
	const struct fv_store_audience audience = {.officer = officer};

	return fv_store_change(h->store, audience, FV_ITEM_HOLD, h->case_id);
}

struct holding {
	struct fv_store *store;
	int64_t writer_no, now_ms;
};

static enum fv_err
on_held_visit(const struct fv_store_watch *w, void *ctx)
{
	const struct holding *h = ctx;
	struct fv_store_alert a = {.kind = FV_ALERT_HOLD, .device_no = w->device_no};
	struct fv_store_device device;
	enum fv_err rc;

	if (w->device_no == h->writer_no)
		return FV_OK;
	if ((rc = fv_store_device_get_no(h->store, w->device_no, &device)) != FV_OK)
		return rc;
	a.said.has_seq = true;
	a.said.seq = w->visit_seq;
	a.said.state = FV_ALERT_RAISED;
	a.said.at_ms = h->now_ms;
	memcpy(a.case_id, w->case_id, sizeof a.case_id);
	rc = raise_alert(h->store, &a, &device, h->now_ms);
	fv_wipe(&device, sizeof device);
	return rc;
}

enum fv_err
fv_alerts_hold(
    struct fv_store *store, struct fv_span case_id, int64_t writer_no, int64_t now_ms)
{
	struct holding h = {store, writer_no, now_ms};

	return fv_store_watch_each_case(store, case_id, on_held_visit, &h);
}

static enum fv_err
note_event(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record, int64_t now_ms)
{
	struct fv_store_alert a = {.kind = FV_ALERT_WELFARE, .device_no = device->no};
	struct fv_cbor_reader r;
	struct fv_header header;
	struct hold_item item;
	uint64_t kind;
	bool is_welfare;
	enum fv_err rc;

	if (!record->has_payload || fv_header_parse(record->header, &header) != FV_OK ||
	    fv_cbor_map_find(record->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, FV_EVENT_KIND_MAX, &kind) != FV_OK)
		return FV_OK;
	is_welfare = kind == FV_EVENT_WELFARE || kind == FV_EVENT_MINOR_ALONE;
	if (!is_welfare && kind != FV_EVENT_CEASE && kind != FV_EVENT_MORATORIUM &&
	    kind != FV_EVENT_NO_CONTACT_ORDER)
		return FV_OK;
	if ((rc = find_case(store, record, a.case_id)) != FV_OK)
		return rc;
	if (a.case_id[0] != '\0')
		rc = fv_alerts_hold(store, fv_span_z(a.case_id), device->no, now_ms);
	if (rc != FV_OK || !is_welfare)
		return rc;
	a.said.has_seq = true;
	a.said.seq = record->seq;
	a.said.state = FV_ALERT_RAISED;
	a.said.at_ms = header.rtc_ms;
	rc = raise_alert(store, &a, device, now_ms);
	if (rc != FV_OK || a.case_id[0] == '\0')
		return rc;
	/* The hold goes down to everybody who may visit the case. */
	item = (struct hold_item){store, fv_span_z(a.case_id)};
	return fv_store_case_each_officer(store, item.case_id, send_hold, &item);
}

/* A crash ends a visit unless the next BOOT says that it is open again. */
static enum fv_err
note_boot(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record)
{
	struct fv_cbor_reader r;
	struct fv_store_watch w;
	enum fv_err rc;

	if (!record->has_payload || fv_cbor_map_find(record->payload, 7, &r) == FV_OK)
		return FV_OK;
	rc = fv_store_watch_get(store, device->no, &w);
	if (rc != FV_OK || !w.has_visit)
		return rc == FV_ENOENT ? FV_OK : rc;
	w.has_visit = false;
	w.case_id[0] = '\0';
	return fv_store_watch_put(store, &w);
}

static enum fv_err
note(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record, int64_t now_ms)
{
	switch (record->type) {
	case FV_REC_SOS:
		return note_sos(store, device, record, now_ms);
	case FV_REC_VISIT_BEGIN:
	case FV_REC_VISIT_END:
		return note_visit(store, device, record, now_ms);
	case FV_REC_CHECKIN:
		return note_checkin(store, device, record, now_ms);
	case FV_REC_EVENT:
		return note_event(store, device, record, now_ms);
	case FV_REC_BOOT:
		return note_boot(store, device, record);
	default:
		return FV_OK;
	}
}

enum fv_err
fv_alerts_note(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record, int64_t now_ms)
{
	const enum fv_err rc = note(store, device, record, now_ms);

	/* The record itself is there: the trail goes on. */
	return rc == FV_EFULL ? FV_OK : rc;
}

/* -- evidence --------------------------------------------------------------------------- */

struct matching {
	struct fv_store *store;
	int64_t device_no;
};

static enum fv_err
match(const struct fv_store_alert *alert, void *ctx)
{
	const struct matching *m = ctx;
	struct fv_store_alert a = *alert;
	struct fv_store_record record;
	struct fv_alert said;
	enum fv_err rc;

	if (!a.said.has_seq)
		return FV_OK;
	rc = fv_store_record_get(m->store, m->device_no, a.said.seq, &record);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if (a.kind == FV_ALERT_SOS &&
	    (!read_sos(&record, &said) || said.seq != a.said.seq ||
		said.state != FV_ALERT_RAISED || said.at_ms != a.said.at_ms))
		a.evidence = FV_EVIDENCE_OTHER;
	else
		a.evidence = FV_EVIDENCE_SAME;
	return fv_store_alert_put(m->store, &a);
}

enum fv_err
fv_alerts_match(struct fv_store *store, const struct fv_store_device *device)
{
	struct matching m = {store, device->no};

	return fv_store_alert_each_bare(store, device->no, match, &m);
}

/* -- overdue ---------------------------------------------------------------------------- */

static enum fv_err
on_overdue(const struct fv_store_watch *watch, void *ctx)
{
	const struct holding *h = ctx;
	struct fv_store_watch w = *watch;
	struct fv_store_alert a = {.kind = FV_ALERT_CHECKIN, .device_no = w.device_no};
	struct fv_store_device device;
	enum fv_err rc;

	if ((rc = fv_store_device_get_no(h->store, w.device_no, &device)) != FV_OK)
		return rc;
	a.said.has_seq = true;
	a.said.seq = w.checkin_seq;
	a.said.state = FV_ALERT_RAISED;
	a.said.at_ms = w.due_ms - FV_ALERT_GRACE_MS;
	memcpy(a.case_id, w.case_id, sizeof a.case_id);
	rc = raise_alert(h->store, &a, &device, h->now_ms);
	fv_wipe(&device, sizeof device);
	w.has_due = false;
	return rc == FV_OK ? fv_store_watch_put(h->store, &w) : rc;
}

enum fv_err
fv_alerts_overdue(struct fv_store *store, int64_t now_ms)
{
	struct holding h = {store, 0, now_ms};

	return fv_store_watch_each_due(store, now_ms, on_overdue, &h);
}
