/* When a visit was, as corrected afterwards: the record stays as it was made, and the rules
 * on corrections compare the two. */
#include <string.h>

#include "lib/fold_internal.h"

#define AMEND_WRONG_CASE 1U
#define AMEND_FORGOTTEN_END 3U

/* Take a newer claim of when it began or ended. */
static void
take_claim(const struct kept *amend, bool is_end, uint64_t *seq, struct fv_contact *k)
{
	int64_t claim;

	if (amend->header.seq < *seq || !fv_fold_time(amend, 3, &claim))
		return;
	*seq = amend->header.seq;
	*(is_end ? &k->corrected_end_ms : &k->corrected_begin_ms) = claim;
	if (!k->has_correction || amend->header.rtc_ms > k->corrected_at_ms)
		k->corrected_at_ms = amend->header.rtc_ms;
	k->has_correction = true;
}

/* Said while it went on, or soon after its end: by the boot clock where that tells. */
static bool
is_at_once(const struct kept *amend, const struct kept *end)
{
	const struct fv_header *a = &amend->header, *e;

	if (end == NULL || amend->header.seq < end->header.seq)
		return true;
	e = &end->header;
	if (memcmp(a->boot, e->boot, sizeof a->boot) == 0)
		return a->boottime_ms - e->boottime_ms <= FV_FOLD_DISOWN_MS;
	return a->rtc_ms - e->rtc_ms <= FV_FOLD_DISOWN_MS;
}

/* A visit begun at the wrong case, for which no other case is named. */
static void
disown(const struct kept *begin, const struct kept *end, struct fv_fold_contact *out)
{
	uint64_t reason;

	for (const struct kept *a = begin->amend; a != NULL && out->was_case == NULL;
	     a = a->older)
		if (fv_fold_uint(a, 4, 255, &reason) && reason == AMEND_WRONG_CASE &&
		    is_at_once(a, end)) {
			out->contact.is_wrong_case = true;
			out->marks |= FV_MARK_WRONG_CASE;
		}
}

void
fv_fold_correction(
    const struct kept *begin, const struct kept *end, struct fv_fold_contact *out)
{
	struct fv_contact *k = &out->contact;
	uint64_t begin_seq = 0, end_seq = 0, reason;

	disown(begin, end, out);
	k->corrected_begin_ms = k->begin_utc_ms;
	k->corrected_end_ms = k->end_utc_ms;
	for (const struct kept *a = begin->amend; a != NULL; a = a->older) {
		bool is_end =
		    fv_fold_uint(a, 4, 255, &reason) && reason == AMEND_FORGOTTEN_END;
		take_claim(a, is_end, is_end ? &end_seq : &begin_seq, k);
	}
	for (const struct kept *a = end == NULL ? NULL : end->amend; a != NULL; a = a->older)
		take_claim(a, true, &end_seq, k);
}
