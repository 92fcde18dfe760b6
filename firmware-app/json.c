#include "firmware-app/json.h"

#include <inttypes.h>
#include <string.h>

#include "fv/instant.h"

static void
put_escaped(struct fv_buf *out, struct fv_span text)
{
	bool is_utf8 = fv_utf8_valid(text);

	fv_buf_put_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == '"' || c == '\\') {
			fv_buf_put_u8(out, '\\');
			fv_buf_put_u8(out, c);
		} else if (c == '\n') {
			fv_buf_put_z(out, "\\n");
		} else if (c < 0x20 || c == 0x7f) {
			fv_buf_putf(out, "\\u%04x", c);
		} else if (c >= 0x80 && !is_utf8) {
			fv_buf_put_z(out, "\\ufffd");
		} else {
			fv_buf_put_u8(out, c);
		}
	}
	fv_buf_put_u8(out, '"');
}

/* Comma and key before a value. */
static void
put_lead(struct fv_json *json, const char *key)
{
	if (json->depth > 0) {
		if (json->has_member[json->depth - 1])
			fv_buf_put_u8(json->out, ',');
		json->has_member[json->depth - 1] = true;
	}
	if (key != NULL) {
		put_escaped(json->out, fv_span_z(key));
		fv_buf_put_u8(json->out, ':');
	}
}

static void
begin(struct fv_json *json, const char *key, char bracket)
{
	if (json->out == NULL || json->depth >= FV_JSON_DEPTH_MAX)
		return;
	put_lead(json, key);
	fv_buf_put_u8(json->out, (uint8_t)bracket);
	json->has_member[json->depth++] = false;
}

static void
end(struct fv_json *json, char bracket)
{
	if (json->out == NULL || json->depth == 0)
		return;
	json->depth--;
	fv_buf_put_u8(json->out, (uint8_t)bracket);
	if (json->depth == 0)
		fv_buf_put_u8(json->out, '\n');
}

void
fv_json_begin_object(struct fv_json *json, const char *key)
{
	if (json->depth == 0)
		json->is_list = false;
	begin(json, key, '{');
	if (json->is_practice && json->depth == (json->is_list ? 2 : 1))
		fv_json_bool(json, "practice", true);
}

void
fv_json_end_object(struct fv_json *json)
{
	end(json, '}');
}

void
fv_json_begin_array(struct fv_json *json, const char *key)
{
	if (json->depth == 0)
		json->is_list = true;
	begin(json, key, '[');
}

void
fv_json_end_array(struct fv_json *json)
{
	end(json, ']');
}

void
fv_json_text(struct fv_json *json, const char *key, struct fv_span text)
{
	if (json->out == NULL)
		return;
	put_lead(json, key);
	put_escaped(json->out, text);
}

void
fv_json_text_z(struct fv_json *json, const char *key, const char *z)
{
	fv_json_text(json, key, fv_span_z(z));
}

void
fv_json_hex(struct fv_json *json, const char *key, const void *ptr, size_t len)
{
	if (json->out == NULL)
		return;
	put_lead(json, key);
	fv_buf_put_u8(json->out, '"');
	fv_buf_put_hex(json->out, ptr, len);
	fv_buf_put_u8(json->out, '"');
}

void
fv_json_int(struct fv_json *json, const char *key, int64_t value)
{
	if (json->out == NULL)
		return;
	put_lead(json, key);
	fv_buf_putf(json->out, "%" PRId64, value);
}

void
fv_json_uint(struct fv_json *json, const char *key, uint64_t value)
{
	if (json->out == NULL)
		return;
	put_lead(json, key);
	fv_buf_putf(json->out, "%" PRIu64, value);
}

void
fv_json_bool(struct fv_json *json, const char *key, bool value)
{
	if (json->out == NULL)
		return;
	put_lead(json, key);
	fv_buf_put_z(json->out, value ? "true" : "false");
}

void
fv_json_tri(struct fv_json *json, const char *key, enum fv_tri value)
{
	if (value == FV_TRI_UNKNOWN)
		fv_json_null(json, key);
	else
		fv_json_bool(json, key, value == FV_TRI_YES);
}

void
fv_json_null(struct fv_json *json, const char *key)
{
	if (json->out == NULL)
		return;
	put_lead(json, key);
	fv_buf_put_z(json->out, "null");
}

void
fv_json_raw(struct fv_json *json, const char *key, struct fv_span value)
{
	if (json->out == NULL)
		return;
	put_lead(json, key);
	fv_buf_put_span(json->out, value);
}

void
fv_json_instant(struct fv_json *json, const char *key, int64_t utc_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];

	fv_json_text_z(json, key, fv_instant_format(utc_ms, 0, true, text));
}
