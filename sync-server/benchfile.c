#include "sync-server/benchfile.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define DEV_DIGITS (2 * (size_t)FV_DEV_BYTES)

bool
benchfile_digits(struct fv_span text, char out[BENCHFILE_DIGITS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		if (c == ' ' || c == '-' || c == '\n' || c == '\t' || c == '\r')
			continue;
		if (c < '0' || c > '9' || n == BENCHFILE_DIGITS)
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return n == BENCHFILE_DIGITS;
}

/* A text of a JSON object; empty where there is none. */
static struct fv_span
text_of(const json_t *object, const char *name)
{
	const json_t *text = json_object_get(object, name);

	return fv_span_of(
	    json_is_string(text) ? json_string_value(text) : "", json_string_length(text));
}

static const char *
take(struct fv_span dev, struct fv_span digits, struct bench_line *out)
{
	if (fv_hex_decode(dev, out->dev, sizeof out->dev) != FV_OK)
		return "has no dev of 32 lower-case hex digits";
	if (!benchfile_digits(digits, out->digits))
		return "has not 8 groups of 5 digits";
	return NULL;
}

static const char *
read_object(struct fv_span line, struct bench_line *out)
{
	json_t *object =
	    json_loadb((const char *)line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);
	const struct fv_span serial = text_of(object, "serial");
	const char *rule = "is not one JSON object";

	if (json_is_object(object))
		rule = take(text_of(object, "dev"), text_of(object, "digits"), out);
	if (rule == NULL && (serial.len >= sizeof out->serial || !fv_utf8_valid(serial)))
		rule = "has a serial number of over 64 bytes";
	else if (rule == NULL)
		memcpy(out->serial, serial.ptr, serial.len);
	json_decref(object);
	return rule;
}

/* Returns the rule that is broken, NULL when none is. */
static const char *
read_line(struct fv_span line, struct bench_line *out)
{
	if (line.ptr[0] == '{')
		return read_object(line, out);
	if (line.len < DEV_DIGITS)
		return "is neither a JSON line of 'fieldvisit --json enroll' nor \"DEV "
		       "DIGITS\"";
	return take(fv_span_of(line.ptr, DEV_DIGITS),
	    fv_span_of(line.ptr + DEV_DIGITS, line.len - DEV_DIGITS), out);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line without blanks at its ends. */
static struct fv_span
next_line(struct fv_span *rest)
{
	const uint8_t *end = memchr(rest->ptr, '\n', rest->len);
	struct fv_span line = {rest->ptr, end != NULL ? (size_t)(end - rest->ptr) : rest->len};
	const size_t used = line.len + (end != NULL ? 1 : 0);

	*rest = (struct fv_span){rest->ptr + used, rest->len - used};
	while (line.len > 0 && is_blank(line.ptr[line.len - 1]))
		line.len--;
	while (line.len > 0 && is_blank(line.ptr[0])) {
		line.ptr++;
		line.len--;
	}
	return line;
}

enum fv_err
benchfile_parse(struct fv_span file, struct benchfile *out, struct fv_fault *fault_out)
{
	const char *rule;

	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	out->count = 0;
	out->lines = calloc(BENCHFILE_LINES_MAX, sizeof *out->lines);
	if (out->lines == NULL)
		return FV_ENOMEM;
	for (size_t number = 1; file.len > 0; number++) {
		const struct fv_span line = next_line(&file);

		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (out->count == BENCHFILE_LINES_MAX)
			return fv_fault_set(
			    fault_out, number, "is one line over 4096", FV_ETOOBIG);
		out->lines[out->count].line = number;
		if ((rule = read_line(line, &out->lines[out->count])) != NULL)
			return fv_fault_set(fault_out, number, rule, FV_EFORMAT);
		out->count++;
	}
	return FV_OK;
}

void
benchfile_clear(struct benchfile *bench)
{
	free(bench->lines);
	memset(bench, 0, sizeof *bench);
}
