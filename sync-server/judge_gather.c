/*
 * One case out of the trails: the records that can bear on it, and their fold.
 *
 * The fold of these records gives the case what the fold of all trails would give it.
 * They are, of each device that recorded something about the case:
 *   - the visits, contacts and events of the case, those moved to it by a correction
 *     among them; what names them; what corrects any of those
 *   - everything within a visit that has ended, so its tracks
 *   - what was in force: receiver's session, officer; a later step of the clock; for a
 *     visit without an end the boots after it; alarms while it went on
 *   - where no fix lies inside a visit: what stands around it, as far as the fold looks
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/cosign_codes.h"
#include "sync-server/judge_in.h"
#include "sync-server/store/records.h"

#define CHUNK 48U /* records read at once when looking around a visit */

/* A record of a trail. */
struct spot {
	int64_t no;
	uint64_t seq;
};

/* Records [from, until) of a trail that the fold must see. */
struct need {
	int64_t no;
	uint64_t from, until;
};

struct gather {
	struct judge *judge;
	struct judge_holes *holes;
	struct fv_buf roots;  /* of struct spot */
	struct fv_buf parts;  /* of struct part: of the root at hand */
	struct fv_buf spots;  /* of struct spot: likewise */
	struct fv_buf needs;  /* of struct need */
	struct fv_buf todo;   /* of uint64_t: corrections that may be corrected themselves */
	uint64_t about;       /* whose corrections are read */
	struct fv_fold *fold; /* borrowed while it is fed */
};

/* What is read of a record that names a root. */
struct part {
	uint64_t seq;
	uint32_t type;
};

static enum fv_err
add_need(struct gather *g, int64_t no, uint64_t from, uint64_t until)
{
	const struct need need = {no, from, until};

	fv_buf_put(&g->needs, &need, sizeof need);
	return fv_buf_status(&g->needs);
}

static enum fv_err
keep_need(const struct fv_store_record *record, void *ctx)
{
	return add_need(ctx, record->no, record->seq, record->seq + 1);
}

static enum fv_err
keep_about(const struct fv_store_record *record, void *ctx)
{
	struct gather *g = ctx;

	if (record->type == FV_REC_AMEND && record->seq > g->about)
		fv_buf_put(&g->todo, &record->seq, sizeof record->seq);
	return add_need(g, record->no, record->seq, record->seq + 1);
}

/* A record with what names it, and the corrections of corrections.  Those come later in
 * the trail than what they correct, so this ends. */
static enum fv_err
need_about(struct gather *g, int64_t no, uint64_t seq)
{
	size_t at = 0;
	enum fv_err rc;

	fv_buf_reset(&g->todo);
	g->about = seq;
	rc = fv_store_record_each_about(g->judge->store, no, seq, keep_about, g);
	for (; rc == FV_OK && at < g->todo.len; at += sizeof g->about) {
		memcpy(&g->about, g->todo.ptr + at, sizeof g->about);
		rc = fv_store_record_each_about(g->judge->store, no, g->about, keep_about, g);
	}
	return rc == FV_OK ? fv_buf_status(&g->todo) : rc;
}

static enum fv_err
keep_root(const struct fv_store_record *record, void *ctx)
{
	const struct spot spot = {record->no, record->seq};
	struct gather *g = ctx;

	if (record->type == FV_REC_NOTE)
		return FV_OK;
	fv_buf_put(&g->roots, &spot, sizeof spot);
	return fv_buf_status(&g->roots);
}

static enum fv_err
keep_part(const struct fv_store_record *record, void *ctx)
{
	/* An end whose payload is gone names no visit any more: the fold does not see it. */
	const bool is_lost = !record->has_payload && record->type == FV_REC_VISIT_END;
	const struct part part = {record->seq, is_lost ? 0 : record->type};
	struct gather *g = ctx;

	fv_buf_put(&g->parts, &part, sizeof part);
	if (add_need(g, record->no, record->seq, record->seq + 1) != FV_OK)
		return FV_ENOMEM;
	if (record->is_erased && judge_holes_erased(g->holes, record) != FV_OK)
		return FV_ENOMEM;
	return fv_buf_status(&g->parts);
}

static enum fv_err
keep_spot(const struct fv_store_record *record, void *ctx)
{
	const struct spot spot = {record->no, record->seq};
	struct gather *g = ctx;

	fv_buf_put(&g->spots, &spot, sizeof spot);
	return fv_buf_status(&g->spots);
}

/* Records of a type, each with its corrections. */
static enum fv_err
need_type(struct gather *g, int64_t no, uint32_t type, struct fv_store_seqs seqs)
{
	struct fv_store *store = g->judge->store;
	struct spot spot;
	enum fv_err rc;

	fv_buf_reset(&g->spots);
	rc = fv_store_record_each_type(store, no, type, seqs, keep_spot, g);
	for (size_t at = 0; rc == FV_OK && at < g->spots.len; at += sizeof spot) {
		memcpy(&spot, g->spots.ptr + at, sizeof spot);
		rc = need_about(g, no, spot.seq);
	}
	return rc;
}

/* Whether this record settles who holds the handheld, whatever came before it. */
static bool
names_officer(const struct fv_store_record *record)
{
	struct fv_cbor_reader r;
	struct fv_span officer;
	uint64_t left;

	if (!record->has_payload)
		return false;
	if (record->type == FV_REC_OFFICER &&
	    fv_cbor_map_find(record->payload, 5, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, 2, &left) == FV_OK && left == 2)
		return true;
	return fv_cbor_map_find(record->payload, 4, &r) == FV_OK &&
	    fv_cbor_get_text(&r, &officer) == FV_OK && fv_id_valid(officer, 24);
}

static enum fv_err
need_officer(struct gather *g, int64_t no, uint64_t seq, uint32_t type)
{
	struct fv_store_record record;
	bool is_settled = false;
	enum fv_err rc = FV_OK;

	while (rc == FV_OK && !is_settled) {
		rc = fv_store_record_type_before(g->judge->store, no, type, seq, &record);
		if (rc != FV_OK)
			break;
		is_settled = names_officer(&record);
		seq = record.seq;
		rc = add_need(g, no, seq, seq + 1);
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* The session and the officer in force at a record, and the sessions until `last`. */
static enum fv_err
need_context(struct gather *g, const struct spot *at, uint64_t last)
{
	struct fv_store *store = g->judge->store;
	const struct fv_store_seqs during = {at->seq, last + 1};
	struct fv_store_record session;
	enum fv_err rc;

	rc = fv_store_record_type_before(store, at->no, FV_REC_SESSION, at->seq, &session);
	if (rc == FV_OK)
		rc = add_need(g, at->no, session.seq, session.seq + 1);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if ((rc = need_officer(g, at->no, at->seq, FV_REC_SHIFT_BEGIN)) != FV_OK ||
	    (rc = need_officer(g, at->no, at->seq, FV_REC_OFFICER)) != FV_OK)
		return rc;
	return last == at->seq
	    ? FV_OK
	    : fv_store_record_each_type(store, at->no, FV_REC_SESSION, during, keep_need, g);
}

/* What names the root and what corrects that; *has_end_out: of a visit. */
static enum fv_err
need_root(struct gather *g, const struct spot *root, bool *is_open_out)
{
	uint64_t last = root->seq, end = UINT64_MAX;
	uint32_t type = 0;
	struct part part;
	enum fv_err rc;

	*is_open_out = false;
	fv_buf_reset(&g->parts);
	rc = fv_store_record_each_about(g->judge->store, root->no, root->seq, keep_part, g);
	for (size_t at = 0; rc == FV_OK && at < g->parts.len; at += sizeof part) {
		memcpy(&part, g->parts.ptr + at, sizeof part);
		if (part.seq == root->seq)
			type = part.type;
		if (part.type == FV_REC_VISIT_END && part.seq < end)
			end = part.seq;
		last = part.seq > last ? part.seq : last;
		if (part.seq != root->seq)
			rc = need_about(g, root->no, part.seq);
	}
	if (rc != FV_OK || type == 0)
		return rc;
	if (type == FV_REC_VISIT_BEGIN && end != UINT64_MAX)
		rc = add_need(g, root->no, root->seq, end + 1);
	if (rc == FV_OK && type == FV_REC_VISIT_BEGIN)
		rc = need_type(
		    g, root->no, FV_REC_ALARM, (struct fv_store_seqs){root->seq, last + 1});
	*is_open_out = type == FV_REC_VISIT_BEGIN && end == UINT64_MAX;
	return rc == FV_OK ? need_context(g, root, last) : rc;
}

static int
by_spot(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	if (x->no != y->no)
		return x->no < y->no ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The roots of one device, in order; what comes after them is asked for once. */
static enum fv_err
need_device(struct gather *g, const struct spot *roots, size_t count)
{
	const struct fv_store_seqs after = {roots[0].seq, UINT64_MAX};
	struct fv_store_seqs boots = {UINT64_MAX, UINT64_MAX};
	enum fv_err rc = FV_OK;
	bool is_open;

	for (size_t i = 0; rc == FV_OK && i < count; i++) {
		if (i > 0 && roots[i].seq == roots[i - 1].seq)
			continue;
		rc = need_root(g, &roots[i], &is_open);
		if (is_open && boots.from == UINT64_MAX)
			boots.from = roots[i].seq;
	}
	if (rc == FV_OK && boots.from != UINT64_MAX)
		rc = need_type(g, roots[0].no, FV_REC_BOOT, boots);
	return rc == FV_OK ? need_type(g, roots[0].no, FV_REC_CLOCK_STEP, after) : rc;
}

static enum fv_err
keep_moved(int64_t no, uint64_t seq, void *ctx)
{
	const struct spot spot = {no, seq};
	struct gather *g = ctx;

	fv_buf_put(&g->roots, &spot, sizeof spot);
	return fv_buf_status(&g->roots);
}

static enum fv_err
find_roots(struct gather *g, const char *case_id)
{
	struct fv_store *store = g->judge->store;
	enum fv_err rc;

	rc = fv_store_record_each_case(store, fv_span_z(case_id), keep_root, g);
	if (rc == FV_OK)
		rc = fv_store_moved_each(store, case_id, keep_moved, g);
	if (rc == FV_OK && g->roots.len > 0)
		qsort(g->roots.ptr, g->roots.len / sizeof(struct spot), sizeof(struct spot),
		    by_spot);
	return rc;
}

static enum fv_err
find_needs(struct gather *g)
{
	size_t count = g->roots.len / sizeof(struct spot), until;
	const struct spot *roots = (const void *)g->roots.ptr;
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < count; i = until) {
		until = i + 1;
		while (until < count && roots[until].no == roots[i].no)
			until++;
		rc = need_device(g, &roots[i], until - i);
		if (rc == FV_OK)
			rc = judge_holes_missing(g->holes, g->judge->store, roots[i].no);
	}
	return rc;
}

/* -- around a visit ------------------------------------------------------------------ */

/* How far one looks in a direction: to the first record of its kind beyond the bridge. */
struct look {
	int64_t limit_ms;
	bool is_back;
	bool has_stop;
	uint64_t stop; /* back: the last one found; else the first */
	uint64_t count;
};

/* The types that the fold stops at, those of them that a trail is full of. */
static bool
is_stop_type(uint32_t type)
{
	return type == FV_REC_BOOT || type == FV_REC_VISIT_BEGIN || type == FV_REC_VISIT_END ||
	    type == FV_REC_CONTACT || type == FV_REC_OUTCOME || type == FV_REC_EVENT ||
	    type == FV_REC_NOTE || type == FV_REC_CHECKLIST;
}

static enum fv_err
look_at(const struct fv_store_record *record, void *ctx)
{
	struct look *look = ctx;
	struct fv_header header;

	look->count++;
	if (!is_stop_type(record->type) || (look->has_stop && !look->is_back))
		return FV_OK;
	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	/* A clock before 1970 or after 9999 is held to other limits by the fold: go on. */
	if (header.rtc_ms < 0 || header.rtc_ms > INT64_C(253402300799999))
		return FV_OK;
	if (look->is_back ? header.rtc_ms < look->limit_ms : header.rtc_ms > look->limit_ms) {
		look->has_stop = true;
		look->stop = record->seq;
	}
	return FV_OK;
}

static enum fv_err
look_back(struct gather *g, int64_t no, uint64_t seq, int64_t from_ms)
{
	struct look look = {.limit_ms = from_ms - FV_FOLD_BRIDGE_MS, .is_back = true};
	uint64_t from = seq;
	enum fv_err rc = FV_OK;

	for (uint64_t step = CHUNK; rc == FV_OK && from > 0 && !look.has_stop; step *= 2) {
		struct fv_store_seqs seqs = {from > step ? from - step : 0, from};

		rc = fv_store_record_each(g->judge->store, no, seqs, look_at, &look);
		from = look.has_stop ? look.stop : seqs.from;
	}
	return rc == FV_OK ? add_need(g, no, from, seq) : rc;
}

static enum fv_err
look_on(struct gather *g, int64_t no, uint64_t seq, int64_t until_ms)
{
	struct look look = {.limit_ms = until_ms + FV_FOLD_BRIDGE_MS, .count = 1};
	uint64_t until = seq;
	enum fv_err rc = FV_OK;

	for (uint64_t step = CHUNK; rc == FV_OK && look.count > 0 && !look.has_stop;
	     step *= 2) {
		struct fv_store_seqs seqs = {until, until + step};

		look.count = 0;
		rc = fv_store_record_each(g->judge->store, no, seqs, look_at, &look);
		until = look.has_stop ? look.stop + 1 : seqs.until;
	}
	return rc == FV_OK ? add_need(g, no, seq, until) : rc;
}

/* Ask for what stands around each visit of the case that no fix places.  *has_more_out:
 * there is such a visit. */
static enum fv_err
widen(struct gather *g, const struct fv_fold *fold, const char *case_id, bool *has_more_out)
{
	const struct fv_fold_range range = fv_fold_case_contacts(fold, case_id);
	enum fv_err rc = FV_OK;

	*has_more_out = false;
	for (size_t i = range.from; rc == FV_OK && i < range.until; i++) {
		const struct fv_fold_contact *c = fv_fold_contact(fold, i);
		struct judge_trail *t;

		if (!c->is_visit || c->fix == FV_FOLD_FIX_INSIDE)
			continue;
		if ((rc = judge_find_trail(g->judge, c->dev, &t)) != FV_OK)
			break;
		*has_more_out = true;
		rc = look_back(g, t->device.no, c->seq, c->contact.begin_utc_ms);
		if (rc == FV_OK)
			rc = look_on(g, t->device.no, c->last_seq + 1,
			    c->contact.has_end ? c->contact.end_utc_ms
					       : c->contact.begin_utc_ms);
		if (rc ==
		    FV_OK) /* of a visit without an end the fold looks on from its begin */
			rc = add_need(g, t->device.no, c->seq, c->last_seq + 1);
	}
	return rc;
}

/* -- folding -------------------------------------------------------------------------- */

static enum fv_err
feed_record(const struct fv_store_record *record, void *ctx)
{
	struct fv_fold_record r = {
	    .is_sealed = record->is_sealed, .is_erased = record->is_erased};
	struct gather *g = ctx;

	if (fv_header_parse(record->header, &r.header) != FV_OK)
		return FV_ECORRUPT;
	if (record->has_payload)
		r.payload = record->payload;
	if (record->type == FV_REC_TRACK &&
	    judge_holes_track(g->holes, record, r.header.rtc_ms) != FV_OK)
		return FV_ENOMEM;
	return fv_fold_add(g->fold, &r);
}

static int
by_need(const void *a, const void *b)
{
	const struct need *x = a, *y = b;

	if (x->no != y->no)
		return x->no < y->no ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* Second officers' codes are checked on the way. */
static enum fv_err
finish(struct gather *g)
{
	struct cosign_codes codes;
	enum fv_err rc;

	cosign_codes_init(&codes, g->judge->store, g->fold);
	if ((rc = fv_fold_finish(g->fold)) == FV_OK)
		rc = codes.rc;
	cosign_codes_clear(&codes);
	return rc;
}

static enum fv_err
feed(struct gather *g, struct fv_fold **fold_out)
{
	size_t count = g->needs.len / sizeof(struct need), i = 0;
	struct need *needs = (void *)g->needs.ptr;
	enum fv_err rc = fv_fold_new(fold_out);

	g->fold = *fold_out;
	judge_holes_restart(g->holes);
	if (count > 1)
		qsort(needs, count, sizeof *needs, by_need);
	while (rc == FV_OK && i < count) {
		struct need whole = needs[i++];

		for (; i < count && needs[i].no == whole.no && needs[i].from <= whole.until;
		     i++)
			if (needs[i].until > whole.until)
				whole.until = needs[i].until;
		rc = fv_store_record_each(g->judge->store, whole.no,
		    (struct fv_store_seqs){whole.from, whole.until}, feed_record, g);
	}
	return rc == FV_OK ? finish(g) : rc;
}

enum fv_err
judge_gather(struct judge *judge, const char *case_id, struct judge_holes *holes,
    struct fv_fold **fold_out)
{
	struct gather g = {.judge = judge, .holes = holes};
	bool has_more = false;
	enum fv_err rc;

	*fold_out = NULL;
	if ((rc = find_roots(&g, case_id)) == FV_OK && (rc = find_needs(&g)) == FV_OK &&
	    (rc = feed(&g, fold_out)) == FV_OK)
		rc = widen(&g, *fold_out, case_id, &has_more);
	if (rc == FV_OK && has_more) {
		fv_fold_free(*fold_out);
		*fold_out = NULL;
		rc = feed(&g, fold_out);
	}
	if (rc != FV_OK) {
		fv_fold_free(*fold_out);
		*fold_out = NULL;
	}
	fv_buf_clear(&g.roots);
	fv_buf_clear(&g.parts);
	fv_buf_clear(&g.spots);
	fv_buf_clear(&g.needs);
	fv_buf_clear(&g.todo);
	return rc;
}
