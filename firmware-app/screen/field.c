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

static size_t
before(const struct fv_field *field)
{
	size_t at = field->at;

	while (at > 0 && ((uint8_t)field->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t
after(const struct fv_field *field)
{
	size_t at = field->at;

	while (at < field->len && ((uint8_t)field->text[++at] & 0xc0) == 0x80)
		;
	return at;
}

static void
cut(struct fv_field *field, size_t from, size_t to)
{
	memmove(field->text + from, field->text + to, field->len - to + 1);
	fv_wipe(field->text + field->len - (to - from) + 1, to - from);
	field->len -= to - from;
	field->at = from;
}

static bool
insert(struct fv_field *field, int key)
{
	char bytes[8];
	mbstate_t state = {0};
	size_t n;

	if (key < ' ' || key >= FV_KEY_ENTER || wcwidth((wchar_t)key) <= 0)
		return false;
	if (field->only != NULL && (key > 126 || strchr(field->only, key) == NULL))
		return true; /* swallowed: it is no shortcut while one types */
	n = wcrtomb(bytes, (wchar_t)key, &state);
	if (n == (size_t)-1 || field->len + n >= sizeof field->text)
		return true;
	memmove(
	    field->text + field->at + n, field->text + field->at, field->len - field->at + 1);
	memcpy(field->text + field->at, bytes, n);
	fv_wipe(bytes, sizeof bytes);
	field->at += n;
	field->len += n;
	return true;
}

bool
fv_field_key(struct fv_field *field, int key)
{
	switch (key) {
	case FV_KEY_LEFT:
		field->at = before(field);
		return true;
	case FV_KEY_RIGHT:
		field->at = after(field);
		return true;
	case FV_KEY_HOME:
		field->at = 0;
		return true;
	case FV_KEY_END:
		field->at = field->len;
		return true;
	case FV_KEY_BACKSPACE:
		if (field->at > 0)
			cut(field, before(field), field->at);
		return true;
	case FV_KEY_DELETE:
		if (field->at < field->len)
			cut(field, field->at, after(field));
		return true;
	default:
		return insert(field, key);
	}
}
