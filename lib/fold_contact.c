/* One visit or contact out of its records: PROTOCOL.md sections 2, 13 and 18. */
#include <stdio.h>
#include <string.h>

#include "fv/attachment.h"
#include "lib/fold_internal.h"

#define ROLLOVER_MS INT64_C(619315200000)    /* 1024 weeks */
#define ROLLOVER_NEAR_MS INT64_C(5184000000) /* 60 days: longest spell without a sync */
#define AMEND_LATE_BEGIN 2U
#define AMEND_FORGOTTEN_END 3U
#define NOTE_REPLY 3U

enum { KIND_PTY = 3, KIND_NET = 4, KIND_FILE = 6 };
enum { STATUS_DEAD_RECKONING = 5, STATUS_GNSS_DR = 6, STATUS_SIMULATED = 8 };

const char *
fv_fold_id(
    char letter, const uint8_t dev[FV_DEV_BYTES], uint64_t seq, char id_out[FV_FOLD_ID_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char hex[17] = {0};

	for (size_t i = 0; i < 8; i++) {
		hex[2 * i] = digits[dev[i] >> 4];
		hex[2 * i + 1] = digits[dev[i] & 15];
	}
	(void)snprintf(id_out, FV_FOLD_ID_BYTES, "%c-%s-%llu", letter, hex,
	    (unsigned long long)(seq & INT64_MAX));
	return id_out;
}

const char *
fv_fold_own_id(struct arena *arena, char letter, const struct kept *k)
{
	char id[FV_FOLD_ID_BYTES];

	return fv_fold_text(
	    arena, fv_span_z(fv_fold_id(letter, k->header.dev, k->header.seq, id)));
}

static int64_t
distance(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

static bool
is_rollover(const struct kept *k)
{
	int64_t ref = k->received_ms != 0 ? k->received_ms : k->header.rtc_ms;
	int64_t d = distance(k->header.gnss_ms, ref);
	int64_t n = d / ROLLOVER_MS + (d % ROLLOVER_MS > ROLLOVER_MS / 2 ? 1 : 0);

	return n > 0 && distance(d, n * ROLLOVER_MS) <= ROLLOVER_NEAR_MS;
}

/* Keep the claim that lies furthest from the legal time, of those that differ at all. */
static void
add_claim(struct fv_fold_contact *c, int64_t legal_ms, int64_t claim_ms, bool keeps_end)
{
	if (distance(legal_ms, claim_ms) <= FV_FOLD_CLAIM_MS)
		return;
	if (c->contact.has_claim &&
	    distance(legal_ms, c->contact.claim_begin_ms) >= distance(legal_ms, claim_ms))
		return;
	c->contact.has_claim = true;
	c->contact.claim_begin_ms = claim_ms;
	c->contact.claim_keeps_end = keeps_end;
	c->marks |= FV_MARK_CLAIMS;
}

/* Claims of when it began beside rtc: receiver, a later clock step, the officer's word. */
static void
gather_claims(const struct device *d, const struct kept *begin, struct fv_fold_contact *c)
{
	const struct fv_header *h = &begin->header;
	struct stamp_view stamp;
	int64_t offset, claim;

	fv_fold_stamp(h, begin->payload, &stamp);
	if (h->has_gnss && stamp.consecutive >= 3) {
		if (is_rollover(begin))
			c->marks |= FV_MARK_ROLLOVER;
		else
			add_claim(c, h->rtc_ms, h->gnss_ms, false);
	}
	for (size_t i = d->kept_count; i-- > 0 && d->kept[i]->header.seq > h->seq;) {
		const struct kept *step = d->kept[i];

		if (step->header.type != FV_REC_CLOCK_STEP ||
		    memcmp(step->header.boot, h->boot, sizeof h->boot) != 0)
			continue;
		if (fv_fold_time(step, 5, &offset))
			add_claim(c, h->rtc_ms, h->boottime_ms + offset, false);
		break;
	}
	if (fv_fold_time(begin, 3, &claim))
		add_claim(c, h->rtc_ms, claim, false);
	for (const struct kept *a = begin->amend; a != NULL; a = a->older) {
		uint64_t reason;

		if (fv_fold_uint(a, 4, 255, &reason) && reason != AMEND_FORGOTTEN_END &&
		    fv_fold_time(a, 3, &claim))
			add_claim(c, h->rtc_ms, claim, reason == AMEND_LATE_BEGIN);
	}
}

uint32_t
fv_fold_record_marks(const struct kept *k)
{
	const struct fv_header *h = &k->header;
	struct stamp_view stamp;
	uint32_t marks = 0, kind;

	marks |= k->is_sealed ? 0U : (uint32_t)FV_MARK_UNSEALED;
	marks |= k->is_erased ? (uint32_t)FV_MARK_ERASED : 0U;
	marks |= k->is_bad ? (uint32_t)FV_MARK_UNKNOWN : 0U;
	if (k->payload.len == 0 && !k->is_erased && !k->is_bad)
		marks |= FV_MARK_OUTSTANDING;
	marks |= k->amend != NULL ? (uint32_t)FV_MARK_AMENDED : 0U;
	marks |= (h->flags & FV_RECF_LOCKED) != 0 ? (uint32_t)FV_MARK_LOCKED : 0U;
	if ((h->flags & FV_RECF_CLOCK_EARLY) != 0 ||
	    (k->received_ms != 0 && h->rtc_ms > k->received_ms + FV_FOLD_CLAIM_MS))
		marks |= FV_MARK_CLOCK;
	fv_fold_stamp(h, k->payload, &stamp);
	kind = stamp.source_kind != 0 ? stamp.source_kind : k->source_kind;
	if (kind == KIND_PTY || kind == KIND_NET || kind == KIND_FILE)
		marks |= FV_MARK_PTY;
	if (stamp.status == STATUS_SIMULATED || stamp.status == STATUS_DEAD_RECKONING ||
	    stamp.status == STATUS_GNSS_DR)
		marks |= FV_MARK_SIMULATED;
	for (const struct kept *a = k->amend; a != NULL; a = a->older)
		marks |= a->is_sealed ? 0U : (uint32_t)FV_MARK_UNSEALED;
	return marks;
}

/* True when a record that names a visit also shows that it was still going on. */
static bool
is_sign(const struct kept *k)
{
	uint64_t kind;

	if (k->header.type == FV_REC_AMEND)
		return false;
	return !(k->header.type == FV_REC_NOTE && fv_fold_uint(k, 9, 255, &kind) &&
	    kind == NOTE_REPLY);
}

/* The BOOT after a crash that did not take the visit up again, or NULL. */
static const struct kept *
find_crash(const struct device *d, const struct kept *begin)
{
	for (size_t i = 0; i < d->kept_count; i++) {
		const struct kept *k = d->kept[i];
		uint64_t v;

		if (k->header.type != FV_REC_BOOT || k->header.seq < begin->header.seq)
			continue;
		if (fv_fold_uint(k, 4, 255, &v) && v == 3 &&
		    !(fv_fold_uint(k, 7, INT64_MAX, &v) && v == begin->header.seq))
			return k;
	}
	return NULL;
}

static void
narrow_end(struct fv_fold_contact *c, int64_t end_ms)
{
	if (end_ms >= c->contact.begin_utc_ms && end_ms < c->contact.end_utc_ms) {
		c->was_end_ms = c->has_was_end ? c->was_end_ms : c->contact.end_utc_ms;
		c->has_was_end = true;
		c->contact.end_utc_ms = end_ms;
		c->contact.is_open = true; /* whatever depends on the end is for a person */
	}
}

/* The officer's word on a forgotten end: it narrows a visit, never moves it outside. */
static void
narrow_by_claims(const struct kept *k, struct fv_fold_contact *c)
{
	int64_t claim;
	uint64_t reason;

	if (k->header.type == FV_REC_VISIT_END && fv_fold_time(k, 3, &claim))
		narrow_end(c, claim);
	for (const struct kept *a = k->amend; a != NULL; a = a->older)
		if (fv_fold_uint(a, 4, 255, &reason) && reason == AMEND_FORGOTTEN_END &&
		    fv_fold_time(a, 3, &claim))
			narrow_end(c, claim);
}

/* End of a closed visit by the wall clock, or by boottime where that ran backwards. */
static int64_t
end_of(const struct kept *begin, const struct kept *end, struct fv_fold_contact *c)
{
	const struct fv_header *b = &begin->header, *e = &end->header;

	if (e->rtc_ms >= b->rtc_ms)
		return e->rtc_ms;
	c->marks |= FV_MARK_CLOCK;
	if (memcmp(b->boot, e->boot, sizeof b->boot) == 0 && e->boottime_ms >= b->boottime_ms)
		return b->rtc_ms + (e->boottime_ms - b->boottime_ms);
	return b->rtc_ms;
}

static const struct kept *
settle_end(const struct device *d, const struct kept *begin, struct fv_fold_contact *c)
{
	const struct kept *end = NULL, *crash = NULL, *last = begin;
	uint64_t how = 0;

	for (const struct kept *p = begin->part; p != NULL && end == NULL; p = p->next)
		if (p->header.type == FV_REC_VISIT_END)
			end = p;
	crash = end == NULL ? find_crash(d, begin) : NULL;
	for (const struct kept *p = begin->part; p != NULL; p = p->next)
		if (is_sign(p) && (crash == NULL || p->header.seq < crash->header.seq) &&
		    p->header.rtc_ms > last->header.rtc_ms)
			last = p;
	c->contact.has_end = true;
	c->contact.is_open = end == NULL && crash == NULL;
	if (end == NULL) {
		c->contact.end_utc_ms = last->header.rtc_ms;
		c->close = crash != NULL ? FV_FOLD_CRASH : FV_FOLD_OPEN;
	} else {
		c->contact.end_utc_ms = end_of(begin, end, c);
		c->close = fv_fold_uint(end, 4, 3, &how) && how == 3 ? FV_FOLD_RECOVERED
		    : how == 2                                       ? FV_FOLD_SHUTDOWN
								     : FV_FOLD_BY_HAND;
		narrow_by_claims(end, c);
	}
	narrow_by_claims(begin, c);
	return end;
}

static void
read_outcome(struct arena *arena, const struct kept *k, struct fv_fold_contact *c)
{
	struct fv_contact *to = &c->contact;
	struct fv_cbor_reader r;
	uint64_t v;

	to->outcome = (enum fv_outcome)fv_fold_code(k, 4, FV_CODES_OUTCOME);
	to->with = (enum fv_with)fv_fold_code(k, 5, FV_CODES_WITH);
	to->entered = fv_fold_tri(k, 6);
	to->has_debts = fv_fold_strings(arena, k, 7, &to->debts);
	to->has_discussed = fv_fold_strings(arena, k, 8, &to->discussed);
	c->business = fv_fold_uint(k, 9, 11, &v) ? (uint32_t)v : 0;
	to->identified = fv_fold_tri(k, 11);
	to->recorded = (enum fv_recorded)fv_fold_code(k, 12, FV_CODES_RECORDED);
	to->identity_confirmed = fv_fold_tri(k, 13);
	to->camera = fv_fold_tri(k, 16);
	to->overrun_reason = fv_fold_string(arena, k, 17);
	if (k->amend != NULL && fv_cbor_map_find(k->payload, 4, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, 255, &v) == FV_OK && v != (uint64_t)to->outcome) {
		c->has_was_outcome = true;
		c->was_outcome = (enum fv_outcome)v;
	}
}

static void
take_alarm(const struct kept *k, struct fv_fold_contact *c)
{
	uint64_t check;

	c->marks |= FV_MARK_ALARM;
	if (fv_fold_uint(k, 4, UINT32_MAX, &check))
		c->alarms |= UINT64_C(1) << (check < 63 ? check : 63);
}

/* A picture of the inside of a home: whoever made it had a camera there, whatever he says. */
static void
take_pictures(const struct kept *begin, struct fv_fold_contact *c)
{
	for (const struct kept *p = begin->part; p != NULL; p = p->next)
		if (p->header.type == FV_REC_ATTACHMENT &&
		    fv_fold_code(p, 9, FV_CODES_ATTACHMENT_KIND) == FV_ATTACHMENT_HOME)
			c->contact.camera = FV_TRI_YES;
}

static void
walk_parts(struct arena *arena, const struct device *d, const struct kept *begin,
    const struct kept *end, struct fv_fold_contact *c)
{
	const struct kept *outcome = NULL;
	uint64_t until = end != NULL ? end->header.seq : c->last_seq;

	for (const struct kept *p = begin->part; p != NULL; p = p->next) {
		c->last_seq = p->header.seq > c->last_seq ? p->header.seq : c->last_seq;
		c->marks |= fv_fold_record_marks(p);
		c->note_count += p->header.type == FV_REC_NOTE ? 1U : 0U;
		if (p->header.type == FV_REC_ALARM)
			take_alarm(p, c);
		outcome = p->header.type == FV_REC_OUTCOME ? p : outcome;
	}
	until = end != NULL ? until : c->last_seq;
	for (size_t i = 0; i < d->kept_count && d->kept[i]->header.seq <= until; i++)
		if (d->kept[i]->header.type == FV_REC_ALARM &&
		    d->kept[i]->header.seq >= begin->header.seq)
			take_alarm(d->kept[i], c);
	if (outcome != NULL && c->is_visit)
		read_outcome(arena, outcome, c);
}

const char *
fv_fold_case(struct arena *arena, const struct kept *k)
{
	struct fv_cbor_reader r;
	struct fv_span text;

	if (!fv_fold_find(k, 1, &r) || fv_cbor_get_text(&r, &text) != FV_OK ||
	    !fv_id_valid(text, 40))
		return NULL;
	return fv_fold_text(arena, text);
}

static void
read_contact(struct arena *arena, const struct kept *k, struct fv_fold_contact *c)
{
	struct fv_contact *to = &c->contact;
	uint64_t v;

	to->channel = (enum fv_channel)fv_fold_code(k, 4, FV_CODES_CHANNEL);
	to->has_end = fv_fold_time(k, 5, &to->end_utc_ms);
	to->by = (enum fv_by)fv_fold_code(k, 6, FV_CODES_BY);
	to->number = fv_fold_string(arena, k, 7);
	to->outcome = (enum fv_outcome)fv_fold_code(k, 8, FV_CODES_OUTCOME);
	to->with = (enum fv_with)fv_fold_code(k, 9, FV_CODES_WITH);
	to->place = (enum fv_place_code)fv_fold_code(k, 10, FV_CODES_PLACE);
	to->has_debts = fv_fold_strings(arena, k, 11, &to->debts);
	to->has_discussed = fv_fold_strings(arena, k, 12, &to->discussed);
	c->business = fv_fold_uint(k, 13, 11, &v) ? (uint32_t)v : 0;
	to->purpose = (enum fv_purpose)fv_fold_code(k, 15, FV_CODES_PURPOSE);
	to->source = (enum fv_source)fv_fold_code(k, 16, FV_CODES_SOURCE);
	to->identified = fv_fold_tri(k, 17);
	to->recorded = (enum fv_recorded)fv_fold_code(k, 18, FV_CODES_RECORDED);
	to->identity_confirmed = fv_fold_tri(k, 19);
	to->call_id = fv_fold_string(arena, k, 20);
	to->meant_for = (enum fv_with)fv_fold_code(k, 21, FV_CODES_WITH);
	if (k->officer != NULL) {
		const char **one = fv_fold_alloc(arena, sizeof *one);

		if (one != NULL) {
			*one = k->officer;
			to->has_officers = true;
			to->officers = (struct fv_strs){one, 1};
		}
	}
	/* A contact is told afterwards: the claimed begin (key 3) is when it was. */
	(void)fv_fold_time(k, 3, &to->begin_utc_ms);
	if (to->has_end && to->end_utc_ms < to->begin_utc_ms)
		to->has_end = false;
}

static void
read_visit(struct fv_fold *fold, const struct device *d, struct kept *begin,
    struct fv_fold_contact *c)
{
	struct arena *arena = &fold->arena;
	const struct kept *end;

	c->contact.channel = FV_CHANNEL_VISIT;
	c->contact.by = FV_BY_COLLECTOR;
	c->contact.source = FV_SOURCE_HANDHELD;
	c->contact.place = (enum fv_place_code)fv_fold_code(begin, 5, FV_CODES_PLACE);
	c->contact.purpose = (enum fv_purpose)fv_fold_code(begin, 6, FV_CODES_PURPOSE);
	fv_fold_read_officers(fold, begin, c);
	gather_claims(d, begin, c);
	end = settle_end(d, begin, c);
	fv_fold_correction(begin, end, c);
	walk_parts(arena, d, begin, end, c);
	fv_fold_checklist(begin, c);
	take_pictures(begin, c);
	if (!fv_fold_place(d, begin, end, c))
		arena->failed = true;
}

bool
fv_fold_make_contact(struct fv_fold *fold, const struct device *device, struct kept *begin,
    struct fv_fold_contact *out)
{
	static const uint8_t holds = FV_OFFICER_HOLDS;
	struct arena *arena = &fold->arena;
	const char *was = NULL;
	struct fv_cbor_reader r;
	struct stamp_view stamp;
	struct fv_span text;

	memset(out, 0, sizeof *out);
	if ((out->contact.case_id = fv_fold_case(arena, begin)) == NULL)
		return false;
	if (begin->amend != NULL && fv_cbor_map_find(begin->payload, 1, &r) == FV_OK &&
	    fv_cbor_get_text(&r, &text) == FV_OK)
		was = fv_fold_text(arena, text);
	if (was != NULL && strcmp(was, out->contact.case_id) != 0)
		out->was_case = was;
	out->is_visit = begin->header.type == FV_REC_VISIT_BEGIN;
	memcpy(out->dev, begin->header.dev, sizeof out->dev);
	out->seq = begin->header.seq;
	out->last_seq = begin->header.seq;
	out->marks = fv_fold_record_marks(begin);
	fv_fold_stamp(&begin->header, begin->payload, &stamp);
	out->source_kind = stamp.source_kind != 0 ? stamp.source_kind : begin->source_kind;
	out->contact.begin_utc_ms = begin->header.rtc_ms;
	out->contact.id = fv_fold_own_id(arena, out->is_visit ? 'v' : 'k', begin);
	if (out->contact.id == NULL)
		return false;
	if (out->is_visit) {
		read_visit(fold, device, begin, out);
		return true;
	}
	out->close = FV_FOLD_BY_HAND;
	out->confirmed = &holds;
	read_contact(arena, begin, out);
	walk_parts(arena, device, begin, begin, out);
	return out->contact.channel > FV_CHANNEL_VISIT && out->contact.by != 0;
}
