/* One event out of its record: PROTOCOL.md sections 2 and 13. */
#include <string.h>

#include "lib/fold_internal.h"

static void
read_windows(struct arena *arena, const struct kept *k, struct fv_event *to)
{
	struct fv_window *windows;
	struct fv_cbor_reader r;
	size_t count, three;
	uint64_t days, from, until;

	if (!fv_fold_find(k, 10, &r) || fv_cbor_get_array(&r, &count) != FV_OK || count == 0 ||
	    count > FV_FOLD_WINDOWS_MAX ||
	    (windows = fv_fold_alloc(arena, count * sizeof *windows)) == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		if (fv_cbor_get_array(&r, &three) != FV_OK || three != 3 ||
		    fv_cbor_get_uint(&r, 127, &days) != FV_OK ||
		    fv_cbor_get_uint(&r, 1439, &from) != FV_OK ||
		    fv_cbor_get_uint(&r, 1440, &until) != FV_OK || days == 0 || until == 0)
			return;
		windows[i] = (struct fv_window){.days = (uint32_t)days,
		    .from_minute = (uint16_t)from,
		    .to_minute = (uint16_t)until};
	}
	to->windows = windows;
	to->window_count = count;
}

/* Case and contact that an EVENT names. */
static bool
read_event_subject(
    struct arena *arena, const struct device *d, const struct kept *k, struct fv_event *to)
{
	struct kept *subject;

	if (k->subject == SUBJECT_CASE)
		return (to->case_id = fv_fold_case(arena, k)) != NULL;
	if (k->subject != SUBJECT_SEQ || (subject = fv_fold_lookup(d, k->subject_seq)) == NULL)
		return false;
	if (subject->header.type == FV_REC_VISIT_BEGIN)
		to->contact = fv_fold_own_id(arena, 'v', subject);
	else if (subject->header.type == FV_REC_CONTACT)
		to->contact = fv_fold_own_id(arena, 'k', subject);
	return to->contact != NULL && (to->case_id = fv_fold_case(arena, subject)) != NULL;
}

static const char *
text_of(const struct kept *k, uint64_t key, struct fv_span *out)
{
	struct fv_cbor_reader r;

	*out = (struct fv_span){NULL, 0};
	return fv_fold_find(k, key, &r) && fv_cbor_get_text(&r, out) == FV_OK ? "" : NULL;
}

/* Whose it is and when, before anything is known of what it says. */
static bool
begin_event(struct arena *arena, const struct device *device, struct kept *record,
    struct fv_fold_event *out)
{
	memset(out, 0, sizeof *out);
	memcpy(out->dev, record->header.dev, sizeof out->dev);
	out->seq = record->header.seq;
	out->marks = fv_fold_record_marks(record);
	out->event.at_utc_ms = record->header.rtc_ms;
	out->event.source = FV_SOURCE_HANDHELD;
	return (out->event.id = fv_fold_own_id(arena, 'e', record)) != NULL &&
	    read_event_subject(arena, device, record, &out->event);
}

bool
fv_fold_make_said(struct arena *arena, const struct device *device, struct kept *record,
    struct fv_fold_event *out)
{
	if (!begin_event(arena, device, record, out))
		return false;
	out->event.kind = record->says;
	out->event.scopes = record->scopes;
	out->event.recorded_by = "officer";
	return true;
}

bool
fv_fold_make_event(struct arena *arena, const struct device *device, struct kept *record,
    struct fv_fold_event *out)
{
	struct fv_event *to = &out->event;
	struct fv_span word;
	int64_t claimed;

	if (!begin_event(arena, device, record, out))
		return false;
	to->kind = (enum fv_event_kind)fv_fold_code(record, 4, FV_CODES_EVENT_KIND);
	if (to->kind == 0)
		return false;
	if (fv_fold_time(record, 3, &claimed))
		to->at_utc_ms = claimed;
	to->scopes = fv_fold_bits(record, 5, FV_CODES_SCOPE);
	if (text_of(record, 6, &word) != NULL)
		to->form = (enum fv_form)fv_code_find(FV_CODES_FORM, word);
	if (text_of(record, 7, &word) != NULL)
		to->to = (enum fv_to)fv_code_find(FV_CODES_TO, word);
	to->has_from = fv_fold_time(record, 8, &to->from_utc_ms);
	to->has_until = fv_fold_time(record, 9, &to->until_utc_ms);
	read_windows(arena, record, to);
	to->number = fv_fold_string(arena, record, 11);
	to->recorded_by = fv_fold_string(arena, record, 12);
	if (!fv_fold_strings(arena, record, 13, &to->debts))
		to->debts = (struct fv_strs){NULL, 0};
	to->by = (enum fv_by)fv_fold_code(record, 14, FV_CODES_BY);
	to->channels = fv_fold_bits(record, 15, FV_CODES_CHANNEL);
	return true;
}
