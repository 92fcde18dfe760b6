/* iCalendar (RFC 5545): events of whole days. */
#include <string.h>

#include "fv/instant.h"
#include "sync-server/calendarfile_in.h"

#define LINE_BYTES 4096U

/* Words in the summary of a day on which people work although it is a weekend. */
static const char *const workday_words[] = {"补班", "上班", "（班）", "(班)"};

struct event {
	bool has_start, has_end, is_workday, is_cancelled;
	int64_t start, end; /* the day after its last */
	size_t line;
};

struct reading {
	struct fv_span in;
	size_t at, line; /* the next line of the file, from 1 */
	char text[LINE_BYTES];
	size_t text_line; /* on which `text` begins */
	struct event event;
	bool in_event;
	unsigned depth; /* of parts within the event */
	bool has_ended; /* END:VCALENDAR */
	struct calendarfile *out;
	struct calendarfile_fault *fault;
};

static enum fv_err
fail(const struct reading *r, const char *property, const char *rule, enum fv_err err)
{
	return calendarfile_fail(r->fault, r->text_line, property, rule, err);
}

/* The next line with those that go on with it.  FV_ENOENT at the end. */
static enum fv_err
read_line(struct reading *r)
{
	size_t n = 0;

	if (r->at >= r->in.len)
		return FV_ENOENT;
	r->text_line = r->line;
	for (;;) {
		while (r->at < r->in.len && r->in.ptr[r->at] != '\n') {
			const uint8_t c = r->in.ptr[r->at++];
			if (c == '\r')
				continue;
			if (c == '\0' || n + 1 == LINE_BYTES)
				return fail(r, "",
				    "a line is longer than 4095 bytes, or has "
				    "a NUL in it; shorten it",
				    FV_ETOOBIG);
			r->text[n++] = (char)c;
		}
		r->at++;
		r->line++;
		if (r->at >= r->in.len ||
		    (r->in.ptr[r->at] != ' ' && r->in.ptr[r->at] != '\t'))
			break;
		r->at++;
	}
	r->text[n] = '\0';
	return FV_OK;
}

/* The value of the property `name`, past its parameters; NULL: it is another. */
static const char *
value_of(const char *line, const char *name)
{
	const size_t len = strlen(name);
	bool is_quoted = false;

	if (strncmp(line, name, len) != 0 || (line[len] != ':' && line[len] != ';'))
		return NULL;
	for (const char *c = line + len; *c != '\0'; c++) {
		is_quoted ^= *c == '"';
		if (*c == ':' && !is_quoted)
			return c + 1;
	}
	return NULL;
}

/* "20261001" */
static bool
read_day(const char *text, int64_t *day_out)
{
	char date[11] = "0000-00-00";

	if (strlen(text) != 8)
		return false;
	memcpy(date, text, 4);
	memcpy(date + 5, text + 4, 2);
	memcpy(date + 8, text + 6, 2);
	return fv_date_parse(fv_span_z(date), day_out) == FV_OK;
}

static enum fv_err
take_date(struct reading *r, const char *property, const char *value, bool *has, int64_t *out)
{
	if (*has)
		return fail(r, property, "stands twice in one event", FV_EFORMAT);
	if (strchr(value, 'T') != NULL)
		return fail(r, property,
		    "has a time of day; holidays are whole days (VALUE=DATE)", FV_EVERSION);
	if (!read_day(value, out))
		return fail(r, property, "is not a date such as 20261001", FV_EFORMAT);
	*has = true;
	return FV_OK;
}

/* One property of an event. */
static enum fv_err
take_property(struct reading *r)
{
	static const char *const repeats[] = {"RRULE", "RDATE", "EXDATE"};
	struct event *e = &r->event;
	const char *v;

	for (size_t i = 0; i < sizeof repeats / sizeof repeats[0]; i++)
		if (value_of(r->text, repeats[i]) != NULL)
			return fail(r, repeats[i],
			    "the event repeats, which is not read; write each year's days out",
			    FV_EVERSION);
	if ((v = value_of(r->text, "DTSTART")) != NULL)
		return take_date(r, "DTSTART", v, &e->has_start, &e->start);
	if ((v = value_of(r->text, "DTEND")) != NULL)
		return take_date(r, "DTEND", v, &e->has_end, &e->end);
	if (value_of(r->text, "DURATION") != NULL)
		return fail(r, "DURATION", "is not read; give DTEND, the day after the last",
		    FV_EVERSION);
	if ((v = value_of(r->text, "STATUS")) != NULL)
		e->is_cancelled = strcmp(v, "CANCELLED") == 0;
	if ((v = value_of(r->text, "X-APPLE-SPECIAL-DAY")) != NULL)
		e->is_workday = e->is_workday || strcmp(v, "ALTERNATE-WORKDAY") == 0;
	if ((v = value_of(r->text, "SUMMARY")) != NULL)
		for (size_t i = 0; i < sizeof workday_words / sizeof workday_words[0]; i++)
			e->is_workday = e->is_workday || strstr(v, workday_words[i]) != NULL;
	return FV_OK;
}

static enum fv_err
end_event(struct reading *r)
{
	const struct event *e = &r->event;
	struct calendarfile_day day = {.line = e->line, .is_workday = e->is_workday};
	enum fv_err rc = FV_OK;

	r->in_event = false;
	if (e->is_cancelled)
		return FV_OK;
	r->text_line = e->line;
	if (!e->has_start)
		return fail(r, "DTSTART", "is missing in this event", FV_EFORMAT);
	const int64_t end = e->has_end ? e->end : e->start + 1;
	if (end <= e->start)
		return fail(r, "DTEND", "is not after DTSTART; it is the day after the last",
		    FV_ERANGE);
	if (end - e->start > CALENDARFILE_EVENT_DAYS_MAX)
		return fail(r, "DTEND", "the event is longer than 366 days", FV_ERANGE);
	for (day.day = e->start; rc == FV_OK && day.day < end; day.day++)
		rc = calendarfile_add(r->out, &day, r->fault);
	return rc;
}

static enum fv_err
take_line(struct reading *r)
{
	const bool begins = strncmp(r->text, "BEGIN:", 6) == 0;
	const bool ends = strncmp(r->text, "END:", 4) == 0;

	if (!r->in_event) {
		r->has_ended = r->has_ended || strcmp(r->text, "END:VCALENDAR") == 0;
		if (strcmp(r->text, "BEGIN:VEVENT") == 0) {
			r->in_event = true;
			r->depth = 0;
			r->event = (struct event){.line = r->text_line};
		}
		return FV_OK;
	}
	if (ends && r->depth == 0)
		return strcmp(r->text, "END:VEVENT") == 0
		    ? end_event(r)
		    : fail(r, "", "ends what did not begin", FV_EFORMAT);
	if (begins || ends) {
		r->depth = begins ? r->depth + 1 : r->depth - 1;
		return FV_OK;
	}
	return r->depth == 0 ? take_property(r) : FV_OK;
}

enum fv_err
calendarfile_ics(
    struct fv_span file, struct calendarfile *out, struct calendarfile_fault *fault)
{
	struct reading r = {.in = file, .line = 1, .out = out, .fault = fault};
	enum fv_err rc;

	while ((rc = read_line(&r)) == FV_OK && (rc = take_line(&r)) == FV_OK)
		;
	if (rc != FV_ENOENT)
		return rc;
	if (r.in_event || !r.has_ended)
		return calendarfile_fail(fault, r.line, "",
		    "the file is cut: END:VCALENDAR is missing", FV_EFORMAT);
	return FV_OK;
}
