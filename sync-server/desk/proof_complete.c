/*
 * How complete an answer is: which handhelds and officers could have been there, until when
 * each has told the server, and which gaps their trails have.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/desk/proof_answer.h"
#include "sync-server/store/records.h"
#include "sync-server/verb.h"

#define GAPS_MAX 200U /* of one handheld; more are counted */

enum near { NEAR_AGENCY, NEAR_ASSIGNED, NEAR_RECORDED };

struct gaps {
	const struct proof_case *c;
	json_t *list;
	size_t more; /* beyond GAPS_MAX */
};

static enum fv_err
on_gap(const struct fv_store_record *record, void *ctx)
{
	static const char *const reasons[] = {NULL, "no_fix", "receiver_gone", "suspended",
	    "power_lost", NULL /* a pause is nobody's business */, "clock"};
	struct gaps *g = ctx;
	struct fv_cbor_reader r;
	uint64_t reason;
	int64_t from, until;

	if (record->type != FV_REC_GAP || !record->has_payload ||
	    fv_cbor_map_find(record->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, 6, &reason) != FV_OK || reasons[reason] == NULL ||
	    fv_cbor_map_find(record->payload, 5, &r) != FV_OK ||
	    fv_cbor_get_int(&r, &from) != FV_OK ||
	    fv_cbor_map_find(record->payload, 6, &r) != FV_OK ||
	    fv_cbor_get_int(&r, &until) != FV_OK)
		return FV_OK;
	if (until < g->c->from_ms || from >= g->c->until_ms)
		return FV_OK;
	if (json_array_size(g->list) == GAPS_MAX) {
		g->more++;
		return FV_OK;
	}
	return json_array_append_new(g->list,
		   json_pack("{s:s, s:o, s:o}", "reason", reasons[reason], "from",
		       proof_time(g->c, from), "until", proof_time(g->c, until))) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

/* The records of the shifts that touch the interval, and no others. */
struct span_of_shifts {
	const struct proof_case *c;
	struct fv_store_seqs seqs;
	json_t *shifts;
};

static enum fv_err
on_shift(const struct fv_store_record *record, void *ctx)
{
	struct span_of_shifts *s = ctx;
	struct fv_header header;

	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_OK;
	if (header.rtc_ms <= s->c->from_ms)
		s->seqs.from = record->seq;
	if (header.rtc_ms >= s->c->until_ms && s->seqs.until == UINT64_MAX)
		s->seqs.until = record->seq;
	return FV_OK;
}

static enum fv_err
put_gaps(const struct proof_case *c, int64_t no, json_t *row)
{
	struct gaps g = {.c = c, .list = json_array()};
	struct span_of_shifts s = {.c = c, .seqs = {0, UINT64_MAX}};
	const struct fv_store_seqs all = {0, UINT64_MAX};
	enum fv_err rc;

	rc = fv_store_record_each_type(c->store, no, FV_REC_SHIFT_BEGIN, all, on_shift, &s);
	if (rc == FV_OK)
		rc = fv_store_record_each(c->store, no, s.seqs, on_gap, &g);
	(void)json_object_set_new(row, "gaps", g.list);
	(void)json_object_set_new(row, "more_gaps", json_integer((json_int_t)g.more));
	return rc;
}

static bool
is_assigned(const struct proof_case *c, const char *officer)
{
	return fv_verb_has(c->row->item.assigned, fv_span_z(officer));
}

static enum near
nearness(const struct proof_case *c, const struct judge_trail *t)
{
	const struct fv_fold_range range = fv_fold_case_contacts(c->j->fold, c->id);

	for (size_t i = range.from; i < range.until; i++)
		if (memcmp(fv_fold_contact(c->j->fold, i)->dev, t->device.dev, FV_DEV_BYTES) ==
		    0)
			return NEAR_RECORDED;
	return is_assigned(c, t->device.officer) ? NEAR_ASSIGNED : NEAR_AGENCY;
}

/* Whether it was there to be carried at any time of the interval. */
static bool
was_in_use(const struct proof_case *c, const struct fv_store_device *d)
{
	return fv_span_equal(c->row->item.agency, fv_span_z(d->agency)) &&
	    d->enrolled_ms < c->until_ms && (!d->is_revoked || d->revoked_ms >= c->from_ms);
}

static enum fv_err
put_handheld(const struct proof_case *c, const struct judge_trail *t, enum near near,
    const struct fv_store_trail *now, json_t *list)
{
	static const char *const words[] = {"agency", "assigned", "recorded"};
	uint64_t missing, pieces, spans, bytes;
	json_t *row;
	enum fv_err rc =
	    fv_store_blob_count_missing(c->store, t->device.no, &missing, &pieces);

	if (rc == FV_OK)
		rc = fv_store_quarantine_count(c->store, t->device.no, &spans, &bytes);
	if (rc != FV_OK)
		return rc;
	row = json_pack("{s:o, s:o, s:s, s:s, s:b, s:o, s:o, s:o, s:I, s:I, s:I, s:I}",
	    "device", fv_verb_json_hex(t->device.dev, FV_DEV_BYTES), "officer",
	    proof_officer(c, t->device.officer), "agency", t->device.agency, "why",
	    words[near], "approved", t->device.is_approved, "enrolled_at",
	    proof_time(c, t->device.enrolled_ms), "revoked_at",
	    proof_time_or_null(c, t->device.is_revoked, t->device.revoked_ms), "last_sync",
	    proof_time_or_null(c, now->last_sync_ms > 0, now->last_sync_ms), "records",
	    (json_int_t)t->size, "sealed", (json_int_t)t->sealed_size, "missing_parts",
	    (json_int_t)missing, "quarantined", (json_int_t)spans);
	if (row == NULL)
		return FV_ENOMEM;
	rc = near != NEAR_AGENCY ? put_gaps(c, t->device.no, row) : FV_OK;
	(void)json_array_append_new(list, row);
	return rc;
}

/* Officers to whom the case is assigned and who have no handheld. */
static json_t *
without_handheld(const struct proof_case *c)
{
	struct fv_span list = c->row->item.assigned, member;
	json_t *out = json_array();
	const struct judge_trail *t;

	while (fv_verb_next(&list, &member)) {
		char id[FV_ID_BYTES];
		bool has = false;

		if (fv_id_copy(member, id, sizeof id) != FV_OK)
			continue;
		for (size_t i = 0; (t = judge_trail(c->judge, i)) != NULL; i++)
			has = has || strcmp(t->device.officer, id) == 0;
		if (!has)
			(void)json_array_append_new(out, proof_officer(c, id));
	}
	return out;
}

enum fv_err
proof_completeness(const struct proof_case *c, json_t **out)
{
	struct fv_store_trail *now = malloc(sizeof *now);
	json_t *list = json_array();
	const struct judge_trail *t;
	int64_t known_until = INT64_MAX;
	enum fv_err rc = now != NULL && list != NULL ? FV_OK : FV_ENOMEM;

	*out = NULL;
	for (int near = NEAR_RECORDED; near >= NEAR_AGENCY; near--)
		for (size_t i = 0; rc == FV_OK && (t = judge_trail(c->judge, i)) != NULL;
		     i++) {
			enum near is = nearness(c, t);

			if ((int)is != near ||
			    (is != NEAR_RECORDED && !was_in_use(c, &t->device)))
				continue;
			if ((rc = fv_store_trail_load(c->store, t->device.no, now)) != FV_OK)
				break;
			if (now->last_sync_ms < known_until)
				known_until = now->last_sync_ms;
			rc = put_handheld(c, t, is, now, list);
		}
	free(now);
	if (rc == FV_OK)
		*out = json_pack("{s:O, s:o, s:o, s:b}", "handhelds", list,
		    "officers_without_handheld", without_handheld(c), "known_until",
		    proof_time_or_null(
			c, known_until != INT64_MAX && known_until > 0, known_until),
		    "covers_interval",
		    known_until != INT64_MAX && c->until_ms != INT64_MAX &&
			known_until >= c->until_ms);
	json_decref(list);
	return rc == FV_OK && *out == NULL ? FV_ENOMEM : rc;
}
