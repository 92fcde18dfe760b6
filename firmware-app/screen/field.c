#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "firmware-app/screen/ui.h"
#include "fv/crypto.h"

void
fv_field_set(struct fv_field *field, const char *text)
{
	fv_wipe(field->text, sizeof field->text);
	snprintf(field->text, sizeof field->text, "%s", text);
	field->len = field->at = strlen(field->text);
}

/* What is edited: a field's one line, or an area. */
struct typing {
	char *text;
	size_t cap;
	size_t *len, *at;
};

static struct typing
of_field(struct fv_field *f)
{
	return (struct typing){f->text, sizeof f->text, &f->len, &f->at};
}

static struct typing
of_area(struct fv_area *a)
{
	return (struct typing){a->text, sizeof a->text, &a->len, &a->at};
}

static size_t
before(const struct typing *t)
{
	size_t at = *t->at;

	while (at > 0 && ((uint8_t)t->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t
after(const struct typing *t)
{
	size_t at = *t->at;

	while (at < *t->len && ((uint8_t)t->text[++at] & 0xc0) == 0x80)
		;
	return at;
}

static void
cut(const struct typing *t, size_t from, size_t to)
{
	memmove(t->text + from, t->text + to, *t->len - to + 1);
	fv_wipe(t->text + *t->len - (to - from) + 1, to - from);
	*t->len -= to - from;
	*t->at = from;
}

/* All of it or nothing. */
static bool
insert(const struct typing *t, const char *bytes, size_t n)
{
	if (*t->len + n >= t->cap)
		return false;
	memmove(t->text + *t->at + n, t->text + *t->at, *t->len - *t->at + 1);
	memcpy(t->text + *t->at, bytes, n);
	*t->at += n;
	*t->len += n;
	return true;
}

static bool
is_printable(int key)
{
	return key >= ' ' && key < FV_KEY_ENTER && wcwidth((wchar_t)key) > 0;
}

static void
insert_key(const struct typing *t, int key)
{
	char bytes[8];
	mbstate_t state = {0};
	size_t n = wcrtomb(bytes, (wchar_t)key, &state);

	if (n != (size_t)-1)
		insert(t, bytes, n);
	fv_wipe(bytes, sizeof bytes);
}

/* Keys that both know. */
static bool
edit(const struct typing *t, int key)
{
	switch (key) {
	case FV_KEY_LEFT:
		*t->at = before(t);
		return true;
	case FV_KEY_RIGHT:
		*t->at = after(t);
		return true;
	case FV_KEY_BACKSPACE:
		if (*t->at > 0)
			cut(t, before(t), *t->at);
		return true;
	case FV_KEY_DELETE:
		if (*t->at < *t->len)
			cut(t, *t->at, after(t));
		return true;
	default:
		if (is_printable(key))
			insert_key(t, key);
		return is_printable(key);
	}
}

bool
fv_field_key(struct fv_field *field, int key)
{
	const struct typing t = of_field(field);

	if (key == FV_KEY_HOME || key == FV_KEY_END) {
		field->at = key == FV_KEY_HOME ? 0 : field->len;
		return true;
	}
	/* Swallowed, for it is no shortcut while one types. */
	if (field->only != NULL && is_printable(key) &&
	    (key > 126 || strchr(field->only, key) == NULL))
		return true;
	return edit(&t, key);
}

bool
fv_area_put(struct fv_area *area, const char *text)
{
	const struct typing t = of_area(area);

	return insert(&t, text, strlen(text));
}

bool
fv_area_line(const struct fv_area *area, size_t from, struct fv_area_line *line_out)
{
	bool is_last;
	size_t skip;

	/* A newline at the end opens a line that is empty. */
	if (from > area->len ||
	    (from == area->len && from > 0 && area->text[from - 1] != '\n'))
		return false;
	line_out->from = from;
	line_out->len =
	    fv_text_break(area->text + from, area->columns > 0 ? area->columns : 1, &skip);
	line_out->next = from + line_out->len + skip;
	if (line_out->next == from)
		line_out->next = area->len + 1;
	is_last = line_out->next >= area->len &&
	    (area->len == 0 || area->text[area->len - 1] != '\n');
	line_out->has_cursor = area->at >= from && (area->at < line_out->next || is_last);
	return true;
}

/* The column of the cursor in its line. */
static int
cursor_column(const struct fv_area *area, const struct fv_area_line *line)
{
	char head[1024];
	size_t n = area->at - line->from;

	snprintf(head, sizeof head, "%.*s", (int)(n < line->len ? n : line->len),
	    area->text + line->from);
	return fv_text_columns(head);
}

/* Up or down by one shown line; false: there is none that way. */
static bool
move_line(struct fv_area *area, bool is_down)
{
	struct fv_area_line before_it = {0}, line, next;
	bool has_before = false;

	for (size_t at = 0; fv_area_line(area, at, &line); at = line.next) {
		const struct fv_area_line *to = is_down ? &next : &before_it;
		size_t fit;

		if (!line.has_cursor) {
			before_it = line;
			has_before = true;
			continue;
		}
		if (is_down ? !fv_area_line(area, line.next, &next) : !has_before)
			return false;
		fit = fv_text_fit(area->text + to->from, cursor_column(area, &line));
		area->at = to->from + (fit < to->len ? fit : to->len);
		return true;
	}
	return false;
}

bool
fv_area_key(struct fv_area *area, int key)
{
	const struct typing t = of_area(area);
	struct fv_area_line line;

	switch (key) {
	case FV_KEY_UP:
		return move_line(area, false);
	case FV_KEY_DOWN:
		return move_line(area, true);
	case FV_KEY_ENTER:
		insert(&t, "\n", 1);
		return true;
	case FV_KEY_HOME:
	case FV_KEY_END:
		for (size_t at = 0; fv_area_line(area, at, &line); at = line.next) {
			if (!line.has_cursor)
				continue;
			area->at = line.from + (key == FV_KEY_END ? line.len : 0);
			/* The place behind a line that was cut is the next one's first. */
			if (key == FV_KEY_END && line.next == area->at && area->at < area->len)
				area->at = before(&t);
			break;
		}
		return true;
	default:
		return edit(&t, key);
	}
}
