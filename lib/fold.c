/* Joining the kept records: corrections, parts, links, order, and the way out. */
#include "fv/fold.h"

#include <stdlib.h>
#include <string.h>

#include "lib/fold_internal.h"

/* Hang every correction on what it corrects, newest first, and every part on its subject. */
static void
join_device(struct fv_fold *fold, struct device *d)
{
	for (size_t i = 0; i < d->kept_count; i++) {
		struct kept *k = d->kept[i], *subject;

		if (k->subject != SUBJECT_SEQ)
			continue;
		subject =
		    k->subject_seq < k->header.seq ? fv_fold_lookup(d, k->subject_seq) : NULL;
		if (subject == NULL) {
			fold->unknown_count += k->header.type != FV_REC_ALARM ? 1U : 0U;
			continue;
		}
		if (k->header.type == FV_REC_AMEND) {
			k->older = subject->amend;
			subject->amend = k;
			continue;
		}
		if (subject->part == NULL)
			subject->part = k;
		else
			subject->part_end->next = k;
		subject->part_end = k;
	}
}

static enum fv_err
make_all(struct fv_fold *fold)
{
	size_t contacts = 0, events = 0;

	for (size_t i = 0; i < fold->device_count; i++)
		for (size_t j = 0; j < fold->devices[i].kept_count; j++) {
			uint32_t type = fold->devices[i].kept[j]->header.type;

			contacts +=
			    type == FV_REC_VISIT_BEGIN || type == FV_REC_CONTACT ? 1U : 0U;
			events += type == FV_REC_EVENT || type == FV_REC_CHECKLIST ? 1U : 0U;
		}
	fold->contacts = calloc(contacts + 1, sizeof *fold->contacts);
	fold->events = calloc(events + 1, sizeof *fold->events);
	if (fold->contacts == NULL || fold->events == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < fold->device_count; i++) {
		struct device *d = &fold->devices[i];

		for (size_t j = 0; j < d->kept_count; j++) {
			struct kept *k = d->kept[j];
			uint32_t type = k->header.type;
			bool is_made = true;

			if (type == FV_REC_VISIT_BEGIN || type == FV_REC_CONTACT) {
				is_made = fv_fold_make_contact(
				    fold, d, k, &fold->contacts[fold->contact_count]);
				fold->contact_count += is_made ? 1U : 0U;
			} else if (type == FV_REC_EVENT) {
				is_made = fv_fold_make_event(
				    &fold->arena, d, k, &fold->events[fold->event_count]);
				fold->event_count += is_made ? 1U : 0U;
			} else if (k->says != 0) { /* set by its visit, which came before */
				is_made = fv_fold_make_said(
				    &fold->arena, d, k, &fold->events[fold->event_count]);
				fold->event_count += is_made ? 1U : 0U;
			}
			fold->unknown_count += is_made || k->is_bad ? 0U : 1U;
		}
	}
	return fold->arena.failed ? FV_ENOMEM : FV_OK;
}

static int
by_contact(const void *a, const void *b)
{
	const struct fv_fold_contact *x = a, *y = b;
	int c = strcmp(x->contact.case_id, y->contact.case_id);

	if (c == 0)
		c = (x->contact.begin_utc_ms > y->contact.begin_utc_ms) -
		    (x->contact.begin_utc_ms < y->contact.begin_utc_ms);
	return c != 0 ? c : strcmp(x->contact.id, y->contact.id);
}

static int
by_event(const void *a, const void *b)
{
	const struct fv_fold_event *x = a, *y = b;
	int c = strcmp(x->event.case_id, y->event.case_id);

	if (c == 0)
		c = (x->event.at_utc_ms > y->event.at_utc_ms) -
		    (x->event.at_utc_ms < y->event.at_utc_ms);
	return c != 0 ? c : strcmp(x->event.id, y->event.id);
}

void
fv_fold_check_codes(struct fv_fold *fold, fv_fold_code_fn check, void *ctx)
{
	fold->check = check;
	fold->check_ctx = ctx;
}

enum fv_err
fv_fold_finish(struct fv_fold *fold)
{
	enum fv_err rc;

	if (fold->is_finished)
		return FV_ESTATE;
	fold->is_finished = true;
	for (size_t i = 0; i < fold->device_count; i++)
		join_device(fold, &fold->devices[i]);
	if ((rc = make_all(fold)) != FV_OK)
		return rc;
	qsort(fold->contacts, fold->contact_count, sizeof *fold->contacts, by_contact);
	qsort(fold->events, fold->event_count, sizeof *fold->events, by_event);
	fv_fold_link_visits(fold);
	return fold->arena.failed ? FV_ENOMEM : FV_OK;
}

size_t
fv_fold_contact_count(const struct fv_fold *fold)
{
	return fold->contact_count;
}

const struct fv_fold_contact *
fv_fold_contact(const struct fv_fold *fold, size_t idx)
{
	return idx < fold->contact_count ? &fold->contacts[idx] : NULL;
}

size_t
fv_fold_event_count(const struct fv_fold *fold)
{
	return fold->event_count;
}

const struct fv_fold_event *
fv_fold_event(const struct fv_fold *fold, size_t idx)
{
	return idx < fold->event_count ? &fold->events[idx] : NULL;
}

size_t
fv_fold_unknown_count(const struct fv_fold *fold)
{
	return fold->unknown_count;
}

static const char *
case_of_contact(const struct fv_fold *fold, size_t idx)
{
	return fold->contacts[idx].contact.case_id;
}

static const char *
case_of_event(const struct fv_fold *fold, size_t idx)
{
	return fold->events[idx].event.case_id;
}

/* First element whose case is not below `id` (or, with `above`, is above it). */
static size_t
bound(const struct fv_fold *fold, size_t count,
    const char *(*case_of)(const struct fv_fold *, size_t), const char *id, bool above)
{
	size_t lo = 0, hi = count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(case_of(fold, mid), id);

		if (c < 0 || (above && c == 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct fv_fold_range
fv_fold_case_contacts(const struct fv_fold *fold, const char *case_id)
{
	size_t count = fold->contact_count;

	return (struct fv_fold_range){bound(fold, count, case_of_contact, case_id, false),
	    bound(fold, count, case_of_contact, case_id, true)};
}

struct fv_fold_range
fv_fold_case_events(const struct fv_fold *fold, const char *case_id)
{
	size_t count = fold->event_count;

	return (struct fv_fold_range){bound(fold, count, case_of_event, case_id, false),
	    bound(fold, count, case_of_event, case_id, true)};
}

enum fv_err
fv_fold_to_history(const struct fv_fold *fold, const char *case_id, struct fv_history *history)
{
	struct fv_fold_range contacts = {0, fold->contact_count},
			     events = {0, fold->event_count};
	enum fv_err rc = FV_OK;

	if (case_id != NULL) {
		contacts = fv_fold_case_contacts(fold, case_id);
		events = fv_fold_case_events(fold, case_id);
	}
	for (size_t i = contacts.from; i < contacts.until && rc == FV_OK; i++)
		rc = fv_history_add_contact(history, &fold->contacts[i].contact);
	for (size_t i = events.from; i < events.until && rc == FV_OK; i++)
		rc = fv_history_add_event(history, &fold->events[i].event);
	return rc;
}
