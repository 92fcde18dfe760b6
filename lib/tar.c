#include "fv/tar.h"

#include <stdio.h>
#include <string.h>

/* Offsets of the ustar header (POSIX.1-2017, pax, "ustar Interchange Format"). */
enum {
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_MAGIC = 257,
	AT_VERSION = 263,
};

static const uint8_t zero_block[FV_TAR_BLOCK_BYTES];

bool
fv_tar_name_valid(struct fv_span name)
{
	uint8_t before = '/';

	if (name.len == 0 || name.len > FV_TAR_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (c == '/' ? before == '/'
			     : !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
				   (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-'))
			return false;
		if (c == '.' && before == '/')
			return false;
		before = c;
	}
	return before != '/';
}

static void
make_header(uint8_t block[FV_TAR_BLOCK_BYTES], struct fv_span name, size_t size)
{
	unsigned sum = 0;
	char digits[16];

	memset(block, 0, FV_TAR_BLOCK_BYTES);
	memcpy(block, name.ptr, name.len);
	memcpy(block + AT_MODE, "0000644", 8);
	memcpy(block + AT_UID, "0000000", 8);
	memcpy(block + AT_GID, "0000000", 8);
	(void)snprintf(digits, sizeof digits, "%011lo", (unsigned long)(size & 077777777777));
	memcpy(block + AT_SIZE, digits, 12);
	memcpy(block + AT_MTIME, "00000000000", 12);
	memset(block + AT_SUM, ' ', 8);
	block[AT_TYPE] = '0';
	memcpy(block + AT_MAGIC, "ustar", 6);
	memcpy(block + AT_VERSION, "00", 2);
	for (size_t i = 0; i < FV_TAR_BLOCK_BYTES; i++)
		sum += block[i];
	(void)snprintf(digits, sizeof digits, "%06o", sum);
	memcpy(block + AT_SUM, digits, 7);
}

static size_t
padding_of(size_t size)
{
	return (FV_TAR_BLOCK_BYTES - size % FV_TAR_BLOCK_BYTES) % FV_TAR_BLOCK_BYTES;
}

enum fv_err
fv_tar_put_head(struct fv_buf *out, struct fv_span name, size_t body_len)
{
	uint8_t block[FV_TAR_BLOCK_BYTES];

	if (!fv_tar_name_valid(name) || body_len > FV_TAR_BODY_MAX)
		return FV_ERANGE;
	make_header(block, name, body_len);
	fv_buf_put(out, block, sizeof block);
	return FV_OK;
}

void
fv_tar_put_padding(struct fv_buf *out, size_t body_len)
{
	fv_buf_put(out, zero_block, padding_of(body_len));
}

enum fv_err
fv_tar_put(struct fv_buf *out, struct fv_span name, struct fv_span body)
{
	enum fv_err rc = fv_tar_put_head(out, name, body.len);

	if (rc != FV_OK)
		return rc;
	fv_buf_put_span(out, body);
	fv_tar_put_padding(out, body.len);
	return FV_OK;
}

void
fv_tar_end(struct fv_buf *out)
{
	fv_buf_put(out, zero_block, sizeof zero_block);
	fv_buf_put(out, zero_block, sizeof zero_block);
}

static int
compare(struct fv_span a, struct fv_span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int c = len > 0 ? memcmp(a.ptr, b.ptr, len) : 0;

	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

/* The size field: eleven octal digits and a NUL. */
static bool
read_size(const uint8_t *block, size_t *size_out)
{
	size_t size = 0;

	for (size_t i = 0; i < 11; i++) {
		if (block[AT_SIZE + i] < '0' || block[AT_SIZE + i] > '7')
			return false;
		size = size * 8 + (size_t)(block[AT_SIZE + i] - '0');
	}
	*size_out = size;
	return size <= FV_TAR_BODY_MAX;
}

enum fv_err
fv_tar_next(struct fv_tar_reader *reader, struct fv_tar_member *out)
{
	uint8_t expected[FV_TAR_BLOCK_BYTES];
	const uint8_t *block;
	struct fv_span name;
	size_t left, size, padding;

	memset(out, 0, sizeof *out);
	left = reader->in.len - reader->pos;
	if (left < FV_TAR_BLOCK_BYTES)
		return FV_ECUT;
	block = reader->in.ptr + reader->pos;
	if (memcmp(block, zero_block, sizeof zero_block) == 0) {
		if (left < 2 * sizeof zero_block)
			return FV_ECUT;
		if (left > 2 * sizeof zero_block ||
		    memcmp(block + sizeof zero_block, zero_block, sizeof zero_block) != 0)
			return FV_EFORMAT;
		return FV_ENOENT;
	}
	name = fv_span_of(block, strnlen((const char *)block, FV_TAR_NAME_MAX + 1));
	if (!fv_tar_name_valid(name) || !read_size(block, &size))
		return FV_EFORMAT;
	make_header(expected, name, size);
	if (memcmp(expected, block, sizeof expected) != 0 || compare(reader->last, name) >= 0)
		return FV_EFORMAT;
	padding = padding_of(size);
	if (left - FV_TAR_BLOCK_BYTES < size + padding)
		return FV_ECUT;
	if (memcmp(block + FV_TAR_BLOCK_BYTES + size, zero_block, padding) != 0)
		return FV_EFORMAT;
	out->name = name;
	out->body = fv_span_of(block + FV_TAR_BLOCK_BYTES, size);
	reader->last = name;
	reader->pos += FV_TAR_BLOCK_BYTES + size + padding;
	return FV_OK;
}
