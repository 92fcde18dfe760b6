#include "fv/lines.h"

#include <string.h>

#include "fv/crypto.h"

enum fv_err
fv_fault_set(struct fv_fault *fault, size_t line, const char *rule, enum fv_err err)
{
	if (fault != NULL) {
		fault->line = line;
		fault->rule = rule;
	}
	return err;
}

struct fv_lines
fv_lines_of(struct fv_span text)
{
	return (struct fv_lines){.rest = text, .number = 0};
}

enum fv_err
fv_lines_next(struct fv_lines *lines, struct fv_span *line_out)
{
	const uint8_t *end;

	*line_out = (struct fv_span){NULL, 0};
	if (lines->rest.len == 0)
		return FV_ENOENT;
	lines->number++;
	end = memchr(lines->rest.ptr, '\n', lines->rest.len);
	if (end == NULL)
		return FV_ECUT;
	*line_out = fv_span_of(lines->rest.ptr, (size_t)(end - lines->rest.ptr));
	lines->rest.ptr += line_out->len + 1;
	lines->rest.len -= line_out->len + 1;
	return FV_OK;
}

bool
fv_lines_word(struct fv_span *line, struct fv_span *word_out)
{
	size_t n = 0;

	*word_out = (struct fv_span){NULL, 0};
	while (n < line->len && line->ptr[n] != ' ')
		n++;
	/* An empty word, or a space with nothing behind it, is a second way to write a line.
	 */
	if (n == 0 || n + 1 == line->len)
		return false;
	*word_out = fv_span_of(line->ptr, n);
	if (n < line->len)
		n++;
	*line = fv_span_of(line->ptr + n, line->len - n);
	return true;
}

bool
fv_lines_take(struct fv_span *line, const char *z)
{
	struct fv_span rest = *line, word;

	if (!fv_lines_word(&rest, &word) || !fv_span_equal(word, fv_span_z(z)))
		return false;
	*line = rest;
	return true;
}

bool
fv_id_valid(struct fv_span id, size_t max)
{
	if (id.len == 0 || id.len > max)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		const uint8_t c = id.ptr[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			(c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

enum fv_err
fv_id_copy(struct fv_span id, char *out, size_t cap)
{
	memset(out, 0, cap);
	if (!fv_id_valid(id, cap - 1))
		return FV_EFORMAT;
	memcpy(out, id.ptr, id.len);
	return FV_OK;
}

enum fv_err
fv_base64_fixed(struct fv_span text, uint8_t *out, size_t len)
{
	size_t got;

	if (fv_base64_decode_into(text, out, len, &got) == FV_OK && got == len)
		return FV_OK;
	fv_wipe(out, len);
	return FV_EFORMAT;
}
