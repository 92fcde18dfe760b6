/*
 * What other handhelds recorded about a case, for one handheld's history: without its own
 * records, and each visit once, however many officers logged it.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/down.h"
#include "sync-server/judge.h"
#include "sync-server/store/records.h"

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

enum fv_err
fv_down_records(const struct fv_down *down, const char *case_id, struct fv_history *history)
{
	struct picking picking = {.own = down->device->dev};
	struct fv_fold *fold = NULL;
	enum fv_err rc;

	/* The same fold as the audit's: what is one contact there is one at the door. */
	if ((rc = judge_fold_store(down->store, case_id, &fold)) == FV_OK) {
		picking.fold = fold;
		picking.contacts = fv_fold_case_contacts(fold, case_id);
		rc = pick(&picking, case_id, history);
	}
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
