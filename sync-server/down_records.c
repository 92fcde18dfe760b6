/*
 * What other handhelds recorded about a case, for one handheld's history: without its own
 * records, and each visit once, however many officers logged it.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/cosign_codes.h"
#include "sync-server/down.h"
#include "sync-server/store/records.h"

/* Records before and after those of a visit that may hold its track and nearest fixes. */
#define AROUND 16U

/* Numbers of the records that speak of one case. */
struct places {
	struct fv_store *store;
	bool is_shared;     /* handhelds of several officers logged visits */
	int64_t first_no;   /* the first that did; 0: none yet */
	struct fv_buf list; /* of struct place */
};
struct place {
	int64_t no;
	uint64_t seq;
};

static enum fv_err
keep_place(const struct fv_store_record *record, void *ctx)
{
	struct place place = {record->no, record->seq};

	fv_buf_put(ctx, &place, sizeof place);
	return fv_buf_status(ctx);
}

static enum fv_err
note_writer(const struct fv_store_record *record, void *ctx)
{
	struct places *places = ctx;

	if (record->type != FV_REC_VISIT_BEGIN)
		return FV_OK;
	if (places->first_no == 0)
		places->first_no = record->no;
	places->is_shared = places->is_shared || places->first_no != record->no;
	return FV_OK;
}

/* Whether two visits are one depends on where they were: tracks and fixes around them. */
static enum fv_err
keep_around(struct places *places, const struct fv_store_record *begin, size_t from)
{
	struct fv_store_seqs seqs = {
	    begin->seq > AROUND ? begin->seq - AROUND : 0, begin->seq + AROUND};
	struct place place;

	for (size_t at = from; at < places->list.len; at += sizeof place) {
		memcpy(&place, places->list.ptr + at, sizeof place);
		if (place.seq + AROUND > seqs.until)
			seqs.until = place.seq + AROUND;
	}
	return fv_store_record_each(places->store, begin->no, seqs, keep_place, &places->list);
}

/* A VISIT_BEGIN, CONTACT or EVENT of the case: it, and what names it. */
static enum fv_err
keep_subject(const struct fv_store_record *record, void *ctx)
{
	struct places *places = ctx;
	const size_t from = places->list.len;
	enum fv_err rc;

	rc = fv_store_record_each_about(
	    places->store, record->no, record->seq, keep_place, &places->list);
	if (rc == FV_OK && places->is_shared && record->type == FV_REC_VISIT_BEGIN)
		rc = keep_around(places, record, from);
	return rc;
}

static int
by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->no != y->no)
		return x->no < y->no ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Corrections name the record that they correct: an OUTCOME's hangs on the OUTCOME. */
static enum fv_err
keep_corrections(struct places *places)
{
	size_t count = places->list.len / sizeof(struct place);
	struct place place;
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < count; i++) {
		memcpy(&place, places->list.ptr + i * sizeof place, sizeof place);
		rc = fv_store_record_each_about(
		    places->store, place.no, place.seq, keep_place, &places->list);
	}
	return rc;
}

static enum fv_err
fold_one(struct fv_store *store, struct fv_fold *fold, const struct place *place)
{
	struct fv_store_record record;
	struct fv_fold_record in = {0};
	enum fv_err rc;

	rc = fv_store_record_get(store, place->no, place->seq, &record);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	if (fv_header_parse(record.header, &in.header) != FV_OK)
		return FV_ECORRUPT;
	in.payload = record.payload;
	in.is_sealed = record.is_sealed;
	in.received_ms = record.received_ms;
	return fv_fold_add(fold, &in);
}

/* -- out of the fold ------------------------------------------------------------------ */

/* What one device gets of the fold of one case. */
struct picking {
	const struct fv_fold *fold;
	struct fv_fold_range contacts;
	const uint8_t *own; /* dev of the receiver: it has its own */
};

static bool
is_own(const struct picking *p, const uint8_t dev[FV_DEV_BYTES])
{
	return memcmp(dev, p->own, FV_DEV_BYTES) == 0;
}

/* The contact under which this one is sent: itself, the earlier one of linked visits, or
 * NULL when the receiver has it or its own part of it. */
static const struct fv_fold_contact *
sent_as(const struct picking *p, const struct fv_fold_contact *c)
{
	const struct fv_fold_contact *first = NULL;

	if (c->contact.link == NULL)
		return is_own(p, c->dev) ? NULL : c;
	for (size_t i = p->contacts.from; i < p->contacts.until; i++) {
		const struct fv_fold_contact *other = fv_fold_contact(p->fold, i);

		if (other->contact.link == NULL ||
		    strcmp(other->contact.link, c->contact.link) != 0)
			continue;
		if (is_own(p, other->dev))
			return NULL;
		if (first == NULL)
			first = other;
	}
	return first;
}

static const struct fv_fold_contact *
find_contact(const struct picking *p, const char *id)
{
	for (size_t i = p->contacts.from; id != NULL && i < p->contacts.until; i++)
		if (strcmp(fv_fold_contact(p->fold, i)->contact.id, id) == 0)
			return fv_fold_contact(p->fold, i);
	return NULL;
}

static enum fv_err
pick(const struct picking *p, const char *case_id, struct fv_history *history)
{
	const struct fv_fold_range events = fv_fold_case_events(p->fold, case_id);
	enum fv_err rc = FV_OK;

	for (size_t i = p->contacts.from; i < p->contacts.until && rc == FV_OK; i++) {
		const struct fv_fold_contact *c = fv_fold_contact(p->fold, i);

		if (sent_as(p, c) == c)
			rc = fv_history_add_contact(history, &c->contact);
	}
	for (size_t i = events.from; i < events.until && rc == FV_OK; i++) {
		const struct fv_fold_event *from = fv_fold_event(p->fold, i);
		const struct fv_fold_contact *in = find_contact(p, from->event.contact);
		struct fv_event event = from->event;

		in = in != NULL ? sent_as(p, in) : NULL;
		event.contact = in != NULL ? in->contact.id : NULL;
		if (!is_own(p, from->dev))
			rc = fv_history_add_event(history, &event);
	}
	return rc;
}

/* Codes of second officers are checked here as in the audit: what is linked there is
 * linked here. */
static enum fv_err
finish(struct fv_store *store, struct fv_fold *fold)
{
	struct cosign_codes codes;
	enum fv_err rc;

	cosign_codes_init(&codes, store, fold);
	if ((rc = fv_fold_finish(fold)) == FV_OK)
		rc = codes.rc;
	cosign_codes_clear(&codes);
	return rc;
}

enum fv_err
fv_down_records(const struct fv_down *down, const char *case_id, struct fv_history *history)
{
	struct places places = {.store = down->store};
	struct picking picking = {.own = down->device->dev};
	const struct fv_span id = fv_span_z(case_id);
	const struct place *list;
	struct fv_fold *fold = NULL;
	size_t count;
	enum fv_err rc;

	if ((rc = fv_store_record_each_case(down->store, id, note_writer, &places)) != FV_OK ||
	    (rc = fv_store_record_each_case(down->store, id, keep_subject, &places)) !=
		FV_OK ||
	    (rc = keep_corrections(&places)) != FV_OK || places.list.len == 0 ||
	    (rc = fv_fold_new(&fold)) != FV_OK)
		goto cleanup;
	count = places.list.len / sizeof *list;
	qsort(places.list.ptr, count, sizeof *list, by_place);
	list = (const void *)places.list.ptr;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && by_place(&list[i - 1], &list[i]) == 0)
			continue;
		if ((rc = fold_one(down->store, fold, &list[i])) != FV_OK)
			goto cleanup;
	}
	if ((rc = finish(down->store, fold)) != FV_OK)
		goto cleanup;
	picking.fold = fold;
	picking.contacts = fv_fold_case_contacts(fold, case_id);
	rc = pick(&picking, case_id, history);
cleanup:
	fv_buf_clear(&places.list);
	fv_fold_free(fold);
	return rc;
}

/* -- who must hear of it ----------------------------------------------------------------- */

struct visits {
	struct fv_buf list; /* of struct visit */
};
struct visit {
	int64_t no;
	int64_t rtc_ms;
};

static enum fv_err
keep_visit(const struct fv_store_record *record, void *ctx)
{
	struct visits *visits = ctx;
	struct visit visit = {.no = record->no};
	struct fv_header header;

	if (record->type != FV_REC_VISIT_BEGIN)
		return FV_OK;
	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	visit.rtc_ms = header.rtc_ms;
	fv_buf_put(&visits->list, &visit, sizeof visit);
	return fv_buf_status(&visits->list);
}

static int
by_time(const void *a, const void *b)
{
	const struct visit *x = a, *y = b;

	return (x->rtc_ms > y->rtc_ms) - (x->rtc_ms < y->rtc_ms);
}

/* In the order of time. */
static bool
is_near(const struct visit *earlier, const struct visit *later)
{
	/* Not overflowing: clocks may say anything. */
	return (uint64_t)later->rtc_ms - (uint64_t)earlier->rtc_ms <=
	    (uint64_t)FV_FOLD_LINK_MS;
}

enum fv_err
fv_down_has_partner(struct fv_store *store, int64_t no, struct fv_span case_id, bool *has_out)
{
	struct visits visits = {0};
	struct visit *v;
	size_t count;
	enum fv_err rc;

	*has_out = false;
	rc = fv_store_record_each_case(store, case_id, keep_visit, &visits);
	count = visits.list.len / sizeof *v;
	v = (void *)visits.list.ptr;
	if (rc == FV_OK && count > 1)
		qsort(v, count, sizeof *v, by_time);
	for (size_t i = 0; rc == FV_OK && i < count && !*has_out; i++)
		for (size_t k = i + 1; k < count && is_near(&v[i], &v[k]); k++)
			*has_out = *has_out || (v[i].no == no) != (v[k].no == no);
	fv_buf_clear(&visits.list);
	return rc;
}
