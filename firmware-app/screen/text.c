#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "firmware-app/screen/ui.h"
#include "fv/instant.h"

size_t
fv_text_next(const char *text, wchar_t *out)
{
	mbstate_t state = {0};
	size_t n;

	if (*text == '\0')
		return 0;
	n = mbrtowc(out, text, strlen(text), &state);
	if (n == (size_t)-1 || n == (size_t)-2) {
		*out = L'?';
		return 1;
	}
	/* Controls, and marks that turn the direction of writing, would move what follows. */
	if (wcwidth(*out) < 0 || (*out >= 0x200b && *out <= 0x200f) ||
	    (*out >= 0x202a && *out <= 0x202e) || (*out >= 0x2066 && *out <= 0x2069))
		*out = L'?';
	return n;
}

int
fv_text_columns(const char *text)
{
	wchar_t c;
	size_t n;
	int columns = 0;

	for (; (n = fv_text_next(text, &c)) > 0; text += n)
		columns += wcwidth(c);
	return columns;
}

size_t
fv_text_fit(const char *text, int columns)
{
	const char *at = text;
	wchar_t c;
	size_t n;

	for (; (n = fv_text_next(at, &c)) > 0; at += n) {
		columns -= wcwidth(c);
		if (columns < 0)
			break;
	}
	return (size_t)(at - text);
}

/* What may not begin a line, beside what follows it: closing marks of Chinese. */
static bool
is_closing(wchar_t c)
{
	return wcschr(L"\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300b\u201d\u300d",
		   c) != NULL;
}

size_t
fv_text_break(const char *text, int columns, size_t *skip_out)
{
	size_t at = 0, best = 0, n;
	wchar_t c, before = 0;
	int used = 0;

	*skip_out = 0;
	for (; (n = fv_text_next(text + at, &c)) > 0 && text[at] != '\n'; at += n) {
		bool is_wide = wcwidth(c) == 2 || (before != 0 && wcwidth(before) == 2);

		if (at > 0 && (c == L' ' || (is_wide && !is_closing(c))))
			best = at;
		used += wcwidth(c);
		if (used > columns)
			break;
		before = c;
	}
	if (n == 0 || text[at] == '\n') {
		*skip_out = n;
		return at;
	}
	if (best == 0)
		best = at > 0 ? at : n;
	while (text[best + *skip_out] == ' ')
		++*skip_out;
	return best;
}

const char *
fv_key_name(int key, char out[8])
{
	if (key == FV_KEY_ENTER)
		return "Enter";
	if (key == FV_KEY_ESC)
		return "Esc";
	if (key == ' ')
		return _("Space");
	if (key > FV_KEY_F0 && key <= FV_KEY_F(12))
		snprintf(out, 8, "F%u", (unsigned)(key - FV_KEY_F0) % 100U);
	else
		snprintf(out, 8, "%c", key > 0 && key < 127 ? key : '?');
	return out;
}

int64_t
fv_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
fv_mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const char *
fv_when(int64_t utc_ms, char out[FV_WHEN_BYTES])
{
	time_t then = (time_t)(utc_ms / 1000), now = (time_t)(fv_now_ms() / 1000);
	struct tm t, today;

	out[0] = '\0';
	if (localtime_r(&then, &t) == NULL || localtime_r(&now, &today) == NULL)
		return out;
	if (t.tm_year == today.tm_year && t.tm_yday == today.tm_yday)
		strftime(out, FV_WHEN_BYTES, "%H:%M", &t);
	else if (t.tm_year == today.tm_year)
		strftime(out, FV_WHEN_BYTES, "%m-%d %H:%M", &t);
	else
		strftime(out, FV_WHEN_BYTES, "%Y-%m-%d %H:%M", &t);
	return out;
}

const char *
fv_lasting(int64_t ms, char out[FV_WHEN_BYTES])
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	if (s < 120)
		snprintf(out, FV_WHEN_BYTES, _("%" PRId64 " s"), s);
	else if (s < 7200)
		snprintf(out, FV_WHEN_BYTES, _("%" PRId64 " min"), s / 60);
	else if (s < 172800)
		snprintf(out, FV_WHEN_BYTES, _("%" PRId64 " h"), s / 3600);
	else
		snprintf(out, FV_WHEN_BYTES, _("%" PRId64 " d"), s / 86400);
	return out;
}

const char *
fv_timer(int64_t ms, char out[FV_WHEN_BYTES])
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	snprintf(out, FV_WHEN_BYTES, "%" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600,
	    s / 60 % 60, s % 60);
	return out;
}

const char *
fv_json_str(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

bool
fv_json_is(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

int64_t
fv_json_number(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

int64_t
fv_json_ms(const json_t *object, const char *key)
{
	int64_t ms;

	if (fv_instant_parse(fv_span_z(fv_json_str(object, key)), &ms) != FV_OK)
		return 0;
	return ms;
}
