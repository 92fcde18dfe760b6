#include "sync-server/textfile.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "fv/crypto.h"

#define UTF8_MARK "\xef\xbb\xbf"
#define PIECE_BYTES 16384U

static enum fv_err
fail(struct textfile_fault *fault, size_t line, const char *rule, enum fv_err err)
{
	*fault = (struct textfile_fault){.line = line, .rule = rule};
	return err;
}

bool
textfile_encoding_find(const char *word, enum textfile_encoding *out)
{
	*out = TEXTFILE_UTF8;
	if (word == NULL || strcmp(word, "utf-8") == 0)
		return true;
	*out = TEXTFILE_GBK;
	return strcmp(word, "gbk") == 0;
}

/* The line on which byte `at` stands. */
static size_t
line_of(struct fv_span bytes, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += bytes.ptr[i] == '\n';
	return line;
}

/* The first line that is no UTF-8. */
static size_t
bad_line(struct fv_span bytes)
{
	size_t line = 1;

	while (bytes.len > 0) {
		const uint8_t *end = memchr(bytes.ptr, '\n', bytes.len);
		const size_t len = end != NULL ? (size_t)(end - bytes.ptr) : bytes.len;

		if (end == NULL || !fv_utf8_valid(fv_span_of(bytes.ptr, len)))
			break;
		bytes = fv_span_of(bytes.ptr + len + 1, bytes.len - len - 1);
		line++;
	}
	return line;
}

static void
put_character(struct fv_buf *out, uint32_t c)
{
	if (c < 0x80) {
		fv_buf_put_u8(out, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		fv_buf_put_u8(out, (uint8_t)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			fv_buf_put_u8(out, (uint8_t)(0xe0 | c >> 12));
		} else {
			fv_buf_put_u8(out, (uint8_t)(0xf0 | c >> 18));
			fv_buf_put_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		}
		fv_buf_put_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	}
	fv_buf_put_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
}

/* UTF-16 behind its mark. */
static enum fv_err
decode_utf16(
    struct fv_span in, bool is_little, struct fv_buf *out, struct textfile_fault *fault)
{
	size_t line = 1;
	uint32_t high = 0;

	for (size_t i = 0; i + 1 < in.len; i += 2) {
		const uint32_t unit =
		    (uint32_t)in.ptr[i + is_little] << 8 | in.ptr[i + !is_little];
		const bool is_low = unit >= 0xdc00 && unit < 0xe000;

		line += unit == '\n';
		if (is_low != (high != 0))
			return fail(fault, line, "is broken UTF-16; save it as \"CSV UTF-8\"",
			    FV_EFORMAT);
		if (unit >= 0xd800 && unit < 0xdc00) {
			high = unit;
			continue;
		}
		put_character(
		    out, is_low ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : unit);
		high = 0;
	}
	if (in.len % 2 != 0 || high != 0)
		return fail(
		    fault, line, "is UTF-16 cut off at its end; save it again", FV_EFORMAT);
	return FV_OK;
}

/* FV_EFORMAT: bytes that stand for nothing; *at_out is where. */
static enum fv_err
decode_gbk(struct fv_span in, struct fv_buf *out, size_t *at_out)
{
	iconv_t turn = iconv_open("UTF-8", "GB18030");
	char *from = (char *)(uintptr_t)in.ptr, piece[PIECE_BYTES];
	size_t left = in.len;
	enum fv_err rc = FV_OK;

	*at_out = 0;
	if (turn == (iconv_t)-1)
		return errno == ENOMEM ? FV_ENOMEM : FV_ENOENT;
	while (rc == FV_OK && left > 0) {
		char *to = piece;
		size_t room = sizeof piece;

		if (iconv(turn, &from, &left, &to, &room) == (size_t)-1 && errno != E2BIG)
			rc = FV_EFORMAT;
		fv_buf_put(out, piece, sizeof piece - room);
	}
	*at_out = in.len - left;
	iconv_close(turn);
	fv_wipe(piece, sizeof piece);
	return rc == FV_OK ? fv_buf_status(out) : rc;
}

/* Most of its characters are those of GB 2312, as in any Chinese text.  Bytes of Western
 * encodings in pairs are mostly others. */
static bool
is_chinese(struct fv_span in)
{
	size_t all = 0, common = 0;

	for (size_t i = 0; i + 1 < in.len; i++) {
		if (in.ptr[i] < 0x81)
			continue;
		all++;
		common += in.ptr[i] >= 0xa1 && in.ptr[i] <= 0xf7 && in.ptr[i + 1] >= 0xa1;
		i++;
	}
	return all > 0 && common * 2 >= all;
}

/* Valid UTF-8 with a character of three bytes or more, which is no accident. */
static bool
is_surely_utf8(struct fv_span in)
{
	for (size_t i = 0; i < in.len; i++)
		if (in.ptr[i] >= 0xe0)
			return fv_utf8_valid(in);
	return false;
}

static enum fv_err
take_gbk(struct fv_span in, struct fv_buf *out, struct textfile_fault *fault)
{
	size_t at;
	enum fv_err rc;

	if (is_surely_utf8(in))
		return fail(
		    fault, 0, "is UTF-8 already; leave --encoding gbk out", FV_EFORMAT);
	rc = decode_gbk(in, out, &at);
	if (rc == FV_EFORMAT)
		return fail(fault, line_of(in, at),
		    "is not GBK (GB18030) as --encoding says; find out what wrote the file",
		    rc);
	if (rc == FV_ENOENT)
		return fail(fault, 0,
		    "this machine's C library cannot convert GB18030; install its gconv "
		    "modules, or save the file as \"CSV UTF-8\"",
		    rc);
	return rc;
}

static enum fv_err
take_utf8(struct fv_span in, struct fv_buf *out, struct textfile_fault *fault)
{
	struct fv_buf trial = {0};
	size_t at;
	bool is_gbk;

	if (fv_utf8_valid(in)) {
		fv_buf_put_span(out, in);
		return fv_buf_status(out);
	}
	is_gbk = is_chinese(in) && decode_gbk(in, &trial, &at) == FV_OK;
	fv_buf_clear(&trial);
	return fail(fault, bad_line(in),
	    is_gbk ? "is not UTF-8, it reads as GBK (GB18030); give --encoding gbk, or save "
		     "it as \"CSV UTF-8\""
		   : "is neither UTF-8 nor GBK; save it as \"CSV UTF-8\"",
	    is_gbk ? FV_EVERSION : FV_EFORMAT);
}

/* "\r\n" and '\r' become '\n', in place from `at`; a NUL is refused. */
static enum fv_err
settle_lines(struct fv_buf *text, size_t at, struct textfile_fault *fault)
{
	size_t kept = at, line = 1;

	for (size_t i = at; i < text->len; i++) {
		uint8_t c = text->ptr[i];

		if (c == '\0')
			return fail(fault, line,
			    "has a NUL in it; it is no text, or UTF-16 without its mark: save "
			    "it as \"CSV UTF-8\"",
			    FV_EFORMAT);
		if (c == '\r') {
			i += i + 1 < text->len && text->ptr[i + 1] == '\n';
			c = '\n';
		}
		line += c == '\n';
		text->ptr[kept++] = c;
	}
	text->len = kept;
	return FV_OK;
}

enum fv_err
textfile_decode(struct fv_span bytes, enum textfile_encoding encoding, struct fv_buf *text_out,
    struct textfile_fault *fault)
{
	const size_t at = text_out->len;
	const uint8_t *p = bytes.ptr;
	enum fv_err rc;

	*fault = (struct textfile_fault){.rule = ""};
	if (bytes.len >= 3 && memcmp(p, UTF8_MARK, 3) == 0)
		rc = take_utf8(fv_span_of(p + 3, bytes.len - 3), text_out, fault);
	else if (bytes.len >= 2 && (p[0] ^ p[1]) == 1 && (p[0] == 0xff || p[0] == 0xfe))
		rc = decode_utf16(
		    fv_span_of(p + 2, bytes.len - 2), p[0] == 0xff, text_out, fault);
	else if (encoding == TEXTFILE_GBK)
		rc = take_gbk(bytes, text_out, fault);
	else
		rc = take_utf8(bytes, text_out, fault);
	if (rc == FV_OK)
		rc = fv_buf_status(text_out);
	return rc == FV_OK ? settle_lines(text_out, at, fault) : rc;
}

enum fv_err
textfile_turn(struct fv_span bytes, const struct textfile_opts *opts, struct fv_buf *text_out,
    struct textfile_fault *fault)
{
	struct fv_buf text = {0};
	enum fv_err rc = textfile_decode(bytes, opts->encoding, &text, fault);

	if (rc == FV_OK)
		rc = textfile_table(&text, opts, fault);
	if (rc == FV_OK) {
		fv_buf_put_span(text_out, fv_buf_span(&text));
		rc = fv_buf_status(text_out);
	}
	fv_buf_clear(&text);
	return rc;
}

void
textfile_say(const char *file, const struct textfile_fault *fault, struct fv_buf *out)
{
	fv_buf_put_z(out, file);
	if (fault->line > 0)
		fv_buf_putf(out, ":%zu", fault->line);
	fv_buf_put_z(out, ": ");
	if (fault->column[0] != '\0')
		fv_buf_putf(out, "column \"%s\": ", fault->column);
	fv_buf_put_z(out, fault->rule);
}
