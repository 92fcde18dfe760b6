#include "firmware-app/subject.h"

#include <string.h>

#include "fv/sync.h"
#include "fv/zonefile.h"

bool
fv_subject_load(struct fv_subject *subject, struct fv_app *app, const char *case_id,
    struct fv_reply *reply)
{
	struct fv_item_row row;
	enum fv_err rc;

	memset(subject, 0, sizeof *subject);
	subject->app = app;
	subject->case_id = case_id;
	rc = fv_store_get_item(
	    app->store, FV_ITEM_CASE, fv_span_z(case_id), &row, &subject->body);
	if (rc == FV_OK && fv_item_case_parse(row.body, &subject->item) != FV_OK)
		rc = FV_ECORRUPT;
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_CASE, case_id,
		    _("no such case on this handheld; 'fieldvisit case list' lists them, "
		      "'fieldvisit sync --wait' fetches new ones"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	return rc == FV_OK;
}

void
fv_subject_clear(struct fv_subject *subject)
{
	fv_zone_free(subject->zone);
	fv_buf_clear(&subject->body);
	memset(subject, 0, sizeof *subject);
}

static bool
open_zone(struct fv_subject *s, struct fv_reply *reply)
{
	char name[FV_ZONE_NAME_MAX_BYTES + 1] = "";
	size_t len = 0;

	while (len < s->item.zones.len && s->item.zones.ptr[len] != ';')
		len++;
	if (s->zone != NULL)
		return true;
	if (len <= FV_ZONE_NAME_MAX_BYTES)
		memcpy(name, s->item.zones.ptr, len);
	if (fv_zonefile_open(fv_zonefile_source(NULL), name, &s->zone) == FV_OK)
		return true;
	fv_reply_fail(reply, FV_FAIL_BAD_INPUT, s->case_id,
	    _("its time zone is not known here; install tzdata"));
	return false;
}

bool
fv_minute_of_day(struct fv_span text, uint32_t *minute_out)
{
	uint32_t d[5];

	if (text.len != 5 || text.ptr[2] != ':')
		return false;
	for (size_t i = 0; i < 5; i++) {
		d[i] = (uint32_t)text.ptr[i] - '0';
		if (i != 2 && d[i] > 9)
			return false;
	}
	*minute_out = (d[0] * 10 + d[1]) * 60 + d[3] * 10 + d[4];
	return d[3] < 6 && *minute_out <= FV_DAY_MINUTES;
}

/* "HH:MM" of a local date.  In the hour that comes twice, the first one. */
static bool
read_clock(struct fv_subject *s, struct fv_span text, int64_t day, int64_t *utc_ms_out)
{
	struct fv_civil local;
	int64_t instants[2];
	uint32_t minute;
	size_t count;

	if (!fv_minute_of_day(text, &minute) || minute == FV_DAY_MINUTES)
		return false;
	fv_civil_from_days(day, &local);
	local.hour = (int32_t)minute / 60;
	local.minute = (int32_t)minute % 60;
	local.second = local.ms = 0;
	if (fv_zone_instants(s->zone, &local, instants, &count) != FV_OK || count == 0)
		return false;
	*utc_ms_out = instants[0];
	return true;
}

static bool
read_local(struct fv_subject *s, struct fv_span text, bool is_until, int64_t *utc_ms_out)
{
	const int64_t now = s->app->clock.rtc_ms(s->app->clock.ctx);
	int64_t day;

	if (text.len == 5)
		return read_clock(s, text, fv_zone_local_days(s->zone, now), utc_ms_out);
	if (text.len < 10 || fv_date_parse(fv_span_of(text.ptr, 10), &day) != FV_OK)
		return false;
	if (text.len == 10) {
		*utc_ms_out = fv_zone_day_start(s->zone, is_until ? day + 1 : day);
		return true;
	}
	return (text.ptr[10] == 'T' || text.ptr[10] == ' ') &&
	    read_clock(s, fv_span_of(text.ptr + 11, text.len - 11), day, utc_ms_out);
}

bool
fv_subject_time(struct fv_subject *subject, const struct fv_call *call, const char *option,
    bool is_until, bool *has_out, int64_t *utc_ms_out, struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, option);

	*has_out = word != NULL;
	*utc_ms_out = 0;
	if (word == NULL || fv_instant_parse(fv_span_z(word), utc_ms_out) == FV_OK)
		return true;
	if (!open_zone(subject, reply))
		return false;
	if (read_local(subject, fv_span_z(word), is_until, utc_ms_out))
		return true;
	fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
	    _("--%s %.40s: a time is HH:MM, YYYY-MM-DD or YYYY-MM-DDTHH:MM where the "
	      "borrower is, or RFC 3339"),
	    option, word);
	return false;
}

static bool
holds(struct fv_span list, struct fv_span id)
{
	for (size_t from = 0; from < list.len;) {
		const uint8_t *at = memchr(list.ptr + from, ';', list.len - from);
		size_t len = at != NULL ? (size_t)(at - (list.ptr + from)) : list.len - from;

		if (fv_span_equal(fv_span_of(list.ptr + from, len), id))
			return true;
		from += len + 1;
	}
	return false;
}

bool
fv_subject_debts(const struct fv_subject *subject, const struct fv_call *call,
    const char *option, const char **list_out, struct fv_reply *reply)
{
	const char *at;

	if (!fv_call_ids(call, option, list_out, reply))
		return false;
	if (subject->item.debts.len == 0)
		return true;
	for (at = *list_out; at != NULL;) {
		const char *comma = strchr(at, ',');
		struct fv_span id =
		    comma != NULL ? fv_span_of(at, (size_t)(comma - at)) : fv_span_z(at);

		if (!holds(subject->item.debts, id)) {
			fv_reply_fail(reply, FV_FAIL_BAD_INPUT, call->verb->name,
			    _("--%s %.40s: case %s has no such debt; it has %.*s"), option, at,
			    subject->case_id, (int)subject->item.debts.len,
			    (const char *)subject->item.debts.ptr);
			return false;
		}
		at = comma != NULL ? comma + 1 : NULL;
	}
	return true;
}
