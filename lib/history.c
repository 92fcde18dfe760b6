/* Interchange lines: which fields an object may carry, and what each must hold. */
#include "fv/history.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/geo.h"
#include "fv/instant.h"
#include "lib/history_fields.h"

static const char *const object_words[] = {"case", "contact", "event"};
static const char *const object_names[] = {"a case", "a contact", "an event"};

static enum fv_err refuse(struct fv_reading *r, enum fv_err rc, const char *field,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static enum fv_err
refuse(struct fv_reading *r, enum fv_err rc, const char *field, const char *fmt, ...)
{
	va_list ap;

	snprintf(r->error->field, sizeof r->error->field, "%s", field);
	va_start(ap, fmt);
	vsnprintf(r->error->text, sizeof r->error->text, fmt, ap);
	va_end(ap);
	return rc;
}

/* What kind of JSON value this is, for people. */
static const char *
kind_name(const json_t *v)
{
	static const char *const names[] = {"an object", "a list", "text", "a whole number",
	    "a number", "true", "false", "null"};
	int type = (int)json_typeof(v);

	return type >= 0 && type < 8 ? names[type] : "something else";
}

static enum fv_err
refuse_kind(
    struct fv_reading *r, const struct fv_field *f, const char *wanted, const json_t *v)
{
	return refuse(r, FV_EFORMAT, f->name, "must be %s, not %s%s", wanted, kind_name(v),
	    json_is_null(v) ? "; leave the field out where it is not known" : "");
}

static enum fv_err
read_text(struct fv_reading *r, const struct fv_field *f, json_t *v, const char **out)
{
	if (!json_is_string(v))
		return refuse_kind(r, f, "text", v);
	size_t len = json_string_length(v);
	if (len == 0 || len > FV_HISTORY_ID_MAX_BYTES)
		return refuse(r, FV_ERANGE, f->name, "has %zu bytes; 1 to %u are allowed", len,
		    FV_HISTORY_ID_MAX_BYTES);
	*out = json_string_value(v);
	return FV_OK;
}

static enum fv_err
read_set(struct fv_reading *r, const struct fv_field *f, json_t *v, struct fv_strs *out)
{
	size_t n;

	if (!json_is_array(v))
		return refuse_kind(r, f, "a list of text", v);
	if ((n = json_array_size(v)) > FV_HISTORY_SET_MAX || r->set_count == SETS_MAX)
		return refuse(r, FV_ERANGE, f->name, "has %zu members; at most %u are allowed",
		    n, FV_HISTORY_SET_MAX);
	const char **items = r->sets[r->set_count++];
	for (size_t i = 0; i < n; i++) {
		enum fv_err rc = read_text(r, f, json_array_get(v, i), &items[i]);
		if (rc != FV_OK)
			return rc;
	}
	*out = (struct fv_strs){.items = items, .count = n};
	return FV_OK;
}

static enum fv_err
refuse_unknown(struct fv_reading *r, const char *object, const char *key,
    const char *const *names, size_t count)
{
	const char *near = fv_word_nearest(fv_span_z(key), names, count);
	char name[sizeof r->error->field];

	snprintf(name, sizeof name, "%.40s", key);
	if (near == NULL)
		return refuse(r, FV_EFORMAT, name, "is no field of %s", object);
	return refuse(
	    r, FV_EFORMAT, name, "is no field of %s; did you mean \"%s\"?", object, near);
}

/* "audio, video, none" */
static void
list_words(enum fv_code_set set, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (uint32_t c = 1; c <= fv_code_count(set) && used + 24 < size; c++)
		used += (size_t)snprintf(
		    out + used, size - used, "%s%s", c > 1 ? ", " : "", fv_code_word(set, c));
}

static enum fv_err
read_word(struct fv_reading *r, const struct fv_field *f, json_t *v, uint32_t *out)
{
	char known[160];

	if (!json_is_string(v))
		return refuse_kind(r, f, "a word", v);
	struct fv_span word = fv_span_of(json_string_value(v), json_string_length(v));
	if ((*out = fv_code_find(f->codes, word)) != 0)
		return FV_OK;
	int shown = word.len > 40 ? 40 : (int)word.len;
	const char *near = fv_code_nearest(f->codes, word);
	if (near != NULL)
		return refuse(r, FV_EFORMAT, f->name,
		    "\"%.*s\" is not a known word; did you mean \"%s\"?", shown,
		    json_string_value(v), near);
	list_words(f->codes, known, sizeof known);
	return refuse(r, FV_EFORMAT, f->name, "\"%.*s\" is not a known word; known are %s",
	    shown, json_string_value(v), known);
}

static enum fv_err
read_words(struct fv_reading *r, const struct fv_field *f, json_t *v, uint32_t *out)
{
	*out = 0;
	if (!json_is_array(v))
		return refuse_kind(r, f, "a list of words", v);
	for (size_t i = 0; i < json_array_size(v); i++) {
		uint32_t code;
		enum fv_err rc = read_word(r, f, json_array_get(v, i), &code);
		if (rc != FV_OK)
			return rc;
		*out |= fv_code_bit(code);
	}
	return FV_OK;
}

static enum fv_err
read_time(struct fv_reading *r, const struct fv_field *f, json_t *v, int64_t *out)
{
	int64_t days;

	if (!json_is_string(v))
		return refuse_kind(r, f, "a time as text", v);
	struct fv_span text = fv_span_of(json_string_value(v), json_string_length(v));
	if (f->type == F_DATE && fv_date_parse(text, &days) == FV_OK) {
		*out = days * FV_MS_PER_DAY;
		return FV_OK;
	}
	if (fv_instant_parse(text, out) != FV_OK)
		return refuse(r, FV_EFORMAT, f->name,
		    "\"%.*s\" is not a time such as 2026-03-02T21:50:00+08:00 (RFC 3339, with "
		    "Z or an offset)",
		    text.len > 40 ? 40 : (int)text.len, json_string_value(v));
	return FV_OK;
}

static enum fv_err
read_degrees(struct fv_reading *r, const struct fv_field *f, json_t *v, int32_t *out)
{
	double limit = f->type == F_LAT ? 90.0 : 180.0;

	if (!json_is_number(v))
		return refuse_kind(r, f, "a number of degrees", v);
	double x = json_number_value(v);
	if (!(x >= -limit && x <= limit))
		return refuse(
		    r, FV_ERANGE, f->name, "must be -%.0f to %.0f degrees", limit, limit);
	*out = (int32_t)llround(x * 1e7);
	return FV_OK;
}

static enum fv_err
read_metres(struct fv_reading *r, const struct fv_field *f, json_t *v, uint32_t *out)
{
	if (!json_is_number(v))
		return refuse_kind(r, f, "a number of metres", v);
	double x = json_number_value(v);
	if (!(x >= 0.0 && x <= 1e6) || (f->has == NO_HAS && x < 1e-3))
		return refuse(r, FV_ERANGE, f->name, "must be %s to 1000000 metres",
		    f->has == NO_HAS ? "more than 0 and up" : "0");
	*out = (uint32_t)llround(x * 1e3);
	return FV_OK;
}

static bool
read_minute(const json_t *v, uint16_t limit, uint16_t *out)
{
	return json_is_string(v) &&
	    fv_minute_parse(
		fv_span_of(json_string_value(v), json_string_length(v)), limit, out);
}

static enum fv_err
read_window(struct fv_reading *r, const struct fv_field *f, json_t *v, struct fv_window *out)
{
	static const struct fv_field days = {
	    "windows.days", F_WORDS, false, FV_CODES_DAY, 0, NO_HAS};
	static const char *const keys[] = {"days", "from", "to"};
	const char *key;
	json_t *member;

	*out = (struct fv_window){.days = 0x7f, .from_minute = 0, .to_minute = 1440};
	if (!json_is_object(v))
		return refuse_kind(r, f, "a list of objects", v);
	json_object_foreach(v, key, member)
	{
		enum fv_err rc = FV_OK;
		if (strcmp(key, "days") == 0)
			rc = read_words(r, &days, member, &out->days);
		else if (strcmp(key, "from") == 0 &&
		    !read_minute(member, 1439, &out->from_minute))
			rc = refuse(
			    r, FV_EFORMAT, "windows.from", "must be a time such as \"15:00\"");
		else if (strcmp(key, "to") == 0 && !read_minute(member, 1440, &out->to_minute))
			rc = refuse(
			    r, FV_EFORMAT, "windows.to", "must be a time such as \"17:00\"");
		else if (strcmp(key, "from") != 0 && strcmp(key, "to") != 0)
			rc = refuse_unknown(r, "a window", key, keys, 3);
		if (rc != FV_OK)
			return rc;
	}
	if (out->days == 0 || out->days > 0x7f)
		return refuse(
		    r, FV_ERANGE, "windows.days", "must be one or more of mon to sun");
	if (out->from_minute == out->to_minute)
		return refuse(r, FV_ERANGE, "windows.to", "must not equal from");
	return FV_OK;
}

static enum fv_err
read_windows(struct fv_reading *r, const struct fv_field *f, json_t *v)
{
	if (!json_is_array(v))
		return refuse_kind(r, f, "a list of objects", v);
	if (json_array_size(v) > WINDOWS_MAX)
		return refuse(r, FV_ERANGE, f->name, "has more than %u members", WINDOWS_MAX);
	for (size_t i = 0; i < json_array_size(v); i++) {
		enum fv_err rc = read_window(r, f, json_array_get(v, i), &r->windows[i]);
		if (rc != FV_OK)
			return rc;
	}
	r->event.windows = r->windows;
	r->event.window_count = json_array_size(v);
	return FV_OK;
}

static enum fv_err
read_field(struct fv_reading *r, const struct fv_field *f, json_t *v)
{
	void *at = (char *)r + f->at;
	enum fv_err rc = FV_OK;

	if (f->type == F_TERM && json_is_null(v))
		return FV_OK;
	switch (f->type) {
	case F_TEXT:
		rc = read_text(r, f, v, at);
		break;
	case F_SET:
		rc = read_set(r, f, v, at);
		break;
	case F_WORD:
		rc = read_word(r, f, v, at);
		break;
	case F_WORDS:
		rc = read_words(r, f, v, at);
		break;
	case F_BOOL:
		if (!json_is_boolean(v))
			return refuse_kind(r, f, "true or false", v);
		*(enum fv_tri *)at = json_is_true(v) ? FV_TRI_YES : FV_TRI_NO;
		break;
	case F_TIME:
	case F_TERM:
	case F_DATE:
		rc = read_time(r, f, v, at);
		break;
	case F_LAT:
	case F_LON:
		rc = read_degrees(r, f, v, at);
		break;
	case F_METRES:
		rc = read_metres(r, f, v, at);
		break;
	case F_WINDOWS:
		rc = read_windows(r, f, v);
		break;
	}
	if (rc == FV_OK && f->has != NO_HAS)
		*(bool *)((char *)r + f->has) = true;
	return rc;
}

static enum fv_err
read_fields(struct fv_reading *r, enum fv_object object, json_t *v)
{
	const char *names[FIELD_MAX] = {"type"};
	struct fv_fields known = fv_history_fields(object);
	const struct fv_field *fields = known.fields;
	size_t count = known.count;
	const char *key;
	json_t *member;
	enum fv_err rc;

	for (size_t i = 0; i < count; i++) {
		names[i + 1] = fields[i].name;
		if (fields[i].is_required && json_object_get(v, fields[i].name) == NULL)
			return refuse(r, FV_EFORMAT, fields[i].name,
			    "is missing; %s must have it", object_names[object]);
	}
	json_object_foreach(v, key, member)
	{
		size_t i = 0;
		if (strcmp(key, "type") == 0)
			continue;
		while (i < count && strcmp(key, fields[i].name) != 0)
			i++;
		if (i == count)
			return refuse_unknown(r, object_names[object], key, names, count + 1);
		if ((rc = read_field(r, &fields[i], member)) != FV_OK)
			return rc;
	}
	if (r->has_lat != r->has_lon)
		return refuse(r, FV_EFORMAT, r->has_lat ? "lon" : "lat",
		    "is missing; lat and lon come together");
	return FV_OK;
}

static enum fv_err
add_case(struct fv_history *history, struct fv_reading *r)
{
	struct fv_case *c = &r->subject;
	enum fv_err rc;

	if (r->zone_text != NULL && c->zones.items != NULL)
		return refuse(r, FV_EFORMAT, "zones", "stands beside zone; give one of them");
	if (r->zone_text != NULL)
		c->zones = (struct fv_strs){.items = &r->zone_text, .count = 1};
	if (c->zones.count == 0)
		return refuse(
		    r, FV_EFORMAT, "zone", "is missing; a case must have zone or zones");
	c->has_place = r->has_lat;
	if (c->has_place && r->datum > FV_DATUM_CODE_WGS84) {
		struct fv_place pin = {.lat_e7 = c->lat_e7, .lon_e7 = c->lon_e7};
		pin = fv_geo_to_wgs84(
		    pin, r->datum == FV_DATUM_CODE_GCJ02 ? FV_DATUM_GCJ02 : FV_DATUM_BD09);
		c->lat_e7 = pin.lat_e7;
		c->lon_e7 = pin.lon_e7;
	}
	rc = fv_history_add_case(history, c);
	return rc == FV_EEXIST ? refuse(r, rc, "case", "\"%s\" was described before", c->id)
			       : rc;
}

static enum fv_err
add_contact(struct fv_history *history, struct fv_reading *r)
{
	struct fv_contact *k = &r->contact;
	enum fv_err rc;

	k->has_place = r->has_lat;
	if (k->has_end && k->end_utc_ms < k->begin_utc_ms)
		return refuse(r, FV_ERANGE, "end", "is before begin");
	rc = fv_history_add_contact(history, k);
	return rc == FV_EEXIST
	    ? refuse(r, rc, "id",
		  "\"%s\" was used by another contact; ids are unique in a file", k->id)
	    : rc;
}

static enum fv_err
add_object(struct fv_history *history, struct fv_reading *r, json_t *v)
{
	const char *type = json_string_value(json_object_get(v, "type"));
	size_t object = OBJECT_CASE;
	enum fv_err rc;

	if (!json_is_object(v))
		return refuse(
		    r, FV_EFORMAT, "", "must be one JSON object, not %s", kind_name(v));
	if (type == NULL)
		return refuse(
		    r, FV_EFORMAT, "type", "is missing; it is case, contact or event");
	while (object < OBJECT_COUNT && strcmp(type, object_words[object]) != 0)
		object++;
	if (object == OBJECT_COUNT) {
		const char *near = fv_word_nearest(fv_span_z(type), object_words, 3);
		return refuse(r, FV_EFORMAT, "type",
		    "\"%.40s\" is none of case, contact and event%s%s%s", type,
		    near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
		    near == NULL ? "" : "\"?");
	}
	if ((rc = read_fields(r, (enum fv_object)object, v)) != FV_OK)
		return rc;
	r->subject.line = r->contact.line = r->event.line = r->error->line;
	if (object == OBJECT_CASE)
		return add_case(history, r);
	if (object == OBJECT_CONTACT)
		return add_contact(history, r);
	return fv_history_add_event(history, &r->event);
}

enum fv_err
fv_history_add_line(struct fv_history *history, struct fv_span line, uint32_t line_number,
    struct fv_history_error *error_out)
{
	struct fv_reading *r = NULL;
	json_t *v = NULL;
	json_error_t why;
	size_t blank = 0;
	enum fv_err rc;

	*error_out = (struct fv_history_error){.line = line_number};
	while (blank < line.len && strchr(" \t\r\n", line.ptr[blank]) != NULL &&
	    line.ptr[blank] != '\0')
		blank++;
	if (blank == line.len)
		return FV_OK;

	rc = FV_ENOMEM;
	if ((r = calloc(1, sizeof *r)) == NULL)
		goto cleanup;
	r->error = error_out;
	if (line.len > FV_HISTORY_LINE_MAX_BYTES) {
		rc = refuse(r, FV_ETOOBIG, "", "has %zu bytes; at most %zu are allowed",
		    line.len, FV_HISTORY_LINE_MAX_BYTES);
		goto cleanup;
	}
	v = json_loadb((const char *)line.ptr, line.len, JSON_REJECT_DUPLICATES, &why);
	if (v == NULL) {
		rc = json_error_code(&why) == json_error_out_of_memory
		    ? FV_ENOMEM
		    : refuse(r, FV_EFORMAT, "", "is not JSON: %.150s (column %d)", why.text,
			  why.column);
		goto cleanup;
	}
	rc = add_object(history, r, v);
	if (rc != FV_OK && r->error->text[0] == '\0')
		refuse(r, rc, "", "%s", fv_err_text(rc));
cleanup:
	json_decref(v);
	free(r);
	return rc;
}
