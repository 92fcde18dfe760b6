#include "fv/cbor.h"

#include <string.h>

/* Major types, RFC 8949 section 3.1. */
enum major {
	MAJOR_UINT = 0,
	MAJOR_NEGINT = 1,
	MAJOR_BYTES = 2,
	MAJOR_TEXT = 3,
	MAJOR_ARRAY = 4,
	MAJOR_MAP = 5,
	MAJOR_SIMPLE = 7,
};

#define SIMPLE_FALSE 20U
#define SIMPLE_TRUE 21U
#define SIMPLE_NULL 22U

struct head {
	enum fv_cbor_type type;
	uint64_t arg; /* the number, length, count, or simple value */
	size_t len;   /* bytes of the head itself */
};

static void
put_head(struct fv_buf *buf, enum major major, uint64_t arg)
{
	uint8_t first = (uint8_t)((unsigned)major << 5);

	if (arg < 24) {
		fv_buf_put_u8(buf, (uint8_t)(first | arg));
	} else if (arg <= UINT8_MAX) {
		fv_buf_put_u8(buf, first | 24);
		fv_buf_put_u8(buf, (uint8_t)arg);
	} else if (arg <= UINT16_MAX) {
		fv_buf_put_u8(buf, first | 25);
		fv_buf_put_u16be(buf, (uint16_t)arg);
	} else if (arg <= UINT32_MAX) {
		fv_buf_put_u8(buf, first | 26);
		fv_buf_put_u32be(buf, (uint32_t)arg);
	} else {
		fv_buf_put_u8(buf, first | 27);
		fv_buf_put_u64be(buf, arg);
	}
}

void
fv_cbor_put_uint(struct fv_buf *buf, uint64_t v)
{
	put_head(buf, MAJOR_UINT, v);
}

void
fv_cbor_put_int(struct fv_buf *buf, int64_t v)
{
	if (v >= 0)
		put_head(buf, MAJOR_UINT, (uint64_t)v);
	else
		put_head(buf, MAJOR_NEGINT, (uint64_t)(-(v + 1)));
}

void
fv_cbor_put_bytes(struct fv_buf *buf, const void *ptr, size_t len)
{
	put_head(buf, MAJOR_BYTES, len);
	fv_buf_put(buf, ptr, len);
}

void
fv_cbor_put_text(struct fv_buf *buf, struct fv_span utf8)
{
	put_head(buf, MAJOR_TEXT, utf8.len);
	fv_buf_put_span(buf, utf8);
}

void
fv_cbor_put_text_z(struct fv_buf *buf, const char *z)
{
	fv_cbor_put_text(buf, fv_span_z(z));
}

void
fv_cbor_put_array(struct fv_buf *buf, size_t count)
{
	put_head(buf, MAJOR_ARRAY, count);
}

void
fv_cbor_put_map(struct fv_buf *buf, size_t count)
{
	put_head(buf, MAJOR_MAP, count);
}

void
fv_cbor_put_bool(struct fv_buf *buf, bool v)
{
	put_head(buf, MAJOR_SIMPLE, v ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void
fv_cbor_put_null(struct fv_buf *buf)
{
	put_head(buf, MAJOR_SIMPLE, SIMPLE_NULL);
}

/* The argument in its shortest form (RFC 8949 4.2.1), or an error. */
static enum fv_err
read_arg(struct fv_span in, struct head *head_out)
{
	uint8_t info = in.ptr[0] & 31;
	uint64_t least;

	head_out->len = 1;
	head_out->arg = info;
	if (info < 24)
		return FV_OK;
	if (info > 27)
		return FV_EFORMAT;
	head_out->len += (size_t)1 << (info - 24);
	if (in.len < head_out->len)
		return FV_ECUT;
	if (info == 24) {
		head_out->arg = in.ptr[1];
		least = 24;
	} else if (info == 25) {
		head_out->arg = fv_load_u16be(in.ptr + 1);
		least = (uint64_t)UINT8_MAX + 1;
	} else if (info == 26) {
		head_out->arg = fv_load_u32be(in.ptr + 1);
		least = (uint64_t)UINT16_MAX + 1;
	} else {
		head_out->arg = fv_load_u64be(in.ptr + 1);
		least = (uint64_t)UINT32_MAX + 1;
	}
	return head_out->arg < least ? FV_EFORMAT : FV_OK;
}

static enum fv_err
simple_type(struct head *head)
{
	if (head->len == 1 && head->arg == SIMPLE_NULL) {
		head->type = FV_CBOR_NULL;
		return FV_OK;
	}
	if (head->len == 1 && (head->arg == SIMPLE_FALSE || head->arg == SIMPLE_TRUE)) {
		head->type = FV_CBOR_BOOL;
		return FV_OK;
	}
	return FV_EFORMAT;
}

/*
 * Read one head.  A string's content and at least one byte for each element must be
 * there, so that no caller can be made to loop or allocate for what never comes.
 */
static enum fv_err
read_head(struct fv_span in, struct head *head_out)
{
	static const enum fv_cbor_type types[] = {FV_CBOR_UINT, FV_CBOR_NEGINT, FV_CBOR_BYTES,
	    FV_CBOR_TEXT, FV_CBOR_ARRAY, FV_CBOR_MAP};
	unsigned major;
	size_t left;
	enum fv_err rc;

	if (in.len == 0)
		return FV_ECUT;
	major = in.ptr[0] >> 5;
	if (major == 6 || (major == MAJOR_SIMPLE && (in.ptr[0] & 31) >= 24))
		return FV_EFORMAT;
	if ((rc = read_arg(in, head_out)) != FV_OK)
		return rc;
	if (major == MAJOR_SIMPLE)
		return simple_type(head_out);
	head_out->type = types[major];
	left = in.len - head_out->len;
	if (major == MAJOR_BYTES || major == MAJOR_TEXT) {
		if (head_out->arg > FV_CBOR_STRING_MAX)
			return FV_ETOOBIG;
		if (head_out->arg > left)
			return FV_ECUT;
	}
	if (major == MAJOR_ARRAY && head_out->arg > left)
		return FV_ECUT;
	if (major == MAJOR_MAP && head_out->arg > left / 2)
		return FV_ECUT;
	return FV_OK;
}

/* An array or map whose elements are being checked. */
struct level {
	uint64_t left;     /* items to come, keys and values counted apart */
	uint64_t last_key; /* meaningful when has_key */
	bool is_map;
	bool has_key;
};

/* A key must be an unsigned integer above the one before it. */
static enum fv_err
check_key(struct level *level, const struct head *head)
{
	if (!level->is_map || level->left % 2 != 0)
		return FV_OK;
	if (head->type != FV_CBOR_UINT || (level->has_key && head->arg <= level->last_key))
		return FV_EFORMAT;
	level->last_key = head->arg;
	level->has_key = true;
	return FV_OK;
}

enum fv_err
fv_cbor_check(struct fv_span in, size_t *len_out)
{
	struct level levels[FV_CBOR_DEPTH_MAX + 1] = {{.left = 1}};
	size_t depth = 0, pos = 0;
	enum fv_err rc;

	*len_out = 0;
	do {
		struct head head;
		struct fv_span rest =
		    fv_span_of(in.len > pos ? in.ptr + pos : NULL, in.len - pos);

		if ((rc = read_head(rest, &head)) != FV_OK ||
		    (rc = check_key(&levels[depth], &head)) != FV_OK)
			return rc;
		pos += head.len;
		levels[depth].left--;
		if (head.type == FV_CBOR_BYTES || head.type == FV_CBOR_TEXT) {
			if (head.type == FV_CBOR_TEXT &&
			    !fv_utf8_valid(fv_span_of(in.ptr + pos, (size_t)head.arg)))
				return FV_EFORMAT;
			pos += (size_t)head.arg;
		} else if (head.type == FV_CBOR_ARRAY || head.type == FV_CBOR_MAP) {
			if (++depth > FV_CBOR_DEPTH_MAX)
				return FV_EFORMAT;
			levels[depth] = (struct level){.is_map = head.type == FV_CBOR_MAP,
			    .left = head.type == FV_CBOR_MAP ? 2 * head.arg : head.arg};
		}
		while (depth > 0 && levels[depth].left == 0)
			depth--;
	} while (depth > 0);
	*len_out = pos;
	return FV_OK;
}

enum fv_err
fv_cbor_check_all(struct fv_span in)
{
	size_t len;
	enum fv_err rc = fv_cbor_check(in, &len);

	if (rc != FV_OK)
		return rc;
	return len == in.len ? FV_OK : FV_EFORMAT;
}

struct fv_cbor_reader
fv_cbor_reader_of(struct fv_span in)
{
	struct fv_cbor_reader r = {.in = in, .pos = 0};

	return r;
}

bool
fv_cbor_at_end(const struct fv_cbor_reader *r)
{
	return r->pos >= r->in.len;
}

static struct fv_span
rest_of(const struct fv_cbor_reader *r)
{
	if (fv_cbor_at_end(r))
		return fv_span_of(NULL, 0);
	return fv_span_of(r->in.ptr + r->pos, r->in.len - r->pos);
}

enum fv_err
fv_cbor_peek(const struct fv_cbor_reader *r, enum fv_cbor_type *type_out)
{
	struct head head = {0};
	enum fv_err rc = read_head(rest_of(r), &head);

	*type_out = head.type;
	return rc;
}

/* The next head, which must be of `type`; the reader does not move. */
static enum fv_err
want(const struct fv_cbor_reader *r, enum fv_cbor_type type, struct head *head_out)
{
	enum fv_err rc = read_head(rest_of(r), head_out);

	if (rc == FV_OK && head_out->type != type)
		rc = FV_EFORMAT;
	return rc;
}

enum fv_err
fv_cbor_get_uint(struct fv_cbor_reader *r, uint64_t max, uint64_t *v_out)
{
	struct head head;
	enum fv_err rc = want(r, FV_CBOR_UINT, &head);

	*v_out = 0;
	if (rc != FV_OK)
		return rc;
	if (head.arg > max)
		return FV_ERANGE;
	*v_out = head.arg;
	r->pos += head.len;
	return FV_OK;
}

enum fv_err
fv_cbor_get_int(struct fv_cbor_reader *r, int64_t *v_out)
{
	struct head head;
	enum fv_err rc = read_head(rest_of(r), &head);

	*v_out = 0;
	if (rc != FV_OK)
		return rc;
	if (head.type != FV_CBOR_UINT && head.type != FV_CBOR_NEGINT)
		return FV_EFORMAT;
	if (head.arg > INT64_MAX)
		return FV_ERANGE;
	*v_out = head.type == FV_CBOR_UINT ? (int64_t)head.arg : -1 - (int64_t)head.arg;
	r->pos += head.len;
	return FV_OK;
}

static enum fv_err
get_string(struct fv_cbor_reader *r, enum fv_cbor_type type, struct fv_span *v_out)
{
	struct head head;
	enum fv_err rc = want(r, type, &head);

	*v_out = fv_span_of(NULL, 0);
	if (rc != FV_OK)
		return rc;
	*v_out = fv_span_of(r->in.ptr + r->pos + head.len, (size_t)head.arg);
	r->pos += head.len + (size_t)head.arg;
	return FV_OK;
}

enum fv_err
fv_cbor_get_bytes(struct fv_cbor_reader *r, struct fv_span *v_out)
{
	return get_string(r, FV_CBOR_BYTES, v_out);
}

enum fv_err
fv_cbor_get_fixed(struct fv_cbor_reader *r, uint8_t *out, size_t len)
{
	struct fv_cbor_reader next = *r;
	struct fv_span v;
	enum fv_err rc = fv_cbor_get_bytes(&next, &v);

	if (rc != FV_OK)
		return rc;
	if (v.len != len)
		return FV_EFORMAT;
	if (len > 0)
		memcpy(out, v.ptr, len);
	*r = next;
	return FV_OK;
}

enum fv_err
fv_cbor_get_text(struct fv_cbor_reader *r, struct fv_span *v_out)
{
	struct fv_cbor_reader next = *r;
	enum fv_err rc = get_string(&next, FV_CBOR_TEXT, v_out);

	if (rc != FV_OK)
		return rc;
	if (!fv_utf8_valid(*v_out)) {
		*v_out = fv_span_of(NULL, 0);
		return FV_EFORMAT;
	}
	*r = next;
	return FV_OK;
}

static enum fv_err
get_count(struct fv_cbor_reader *r, enum fv_cbor_type type, size_t *count_out)
{
	struct head head;
	enum fv_err rc = want(r, type, &head);

	*count_out = 0;
	if (rc != FV_OK)
		return rc;
	*count_out = (size_t)head.arg;
	r->pos += head.len;
	return FV_OK;
}

enum fv_err
fv_cbor_get_array(struct fv_cbor_reader *r, size_t *count_out)
{
	return get_count(r, FV_CBOR_ARRAY, count_out);
}

enum fv_err
fv_cbor_get_map(struct fv_cbor_reader *r, size_t *count_out)
{
	return get_count(r, FV_CBOR_MAP, count_out);
}

enum fv_err
fv_cbor_get_bool(struct fv_cbor_reader *r, bool *v_out)
{
	struct head head;
	enum fv_err rc = want(r, FV_CBOR_BOOL, &head);

	*v_out = false;
	if (rc != FV_OK)
		return rc;
	*v_out = head.arg == SIMPLE_TRUE;
	r->pos += head.len;
	return FV_OK;
}

bool
fv_cbor_take_null(struct fv_cbor_reader *r)
{
	struct head head;

	if (want(r, FV_CBOR_NULL, &head) != FV_OK)
		return false;
	r->pos += head.len;
	return true;
}

enum fv_err
fv_cbor_skip(struct fv_cbor_reader *r, struct fv_span *item_out)
{
	struct fv_span rest = rest_of(r);
	size_t len;
	enum fv_err rc = fv_cbor_check(rest, &len);

	if (item_out != NULL)
		*item_out = fv_span_of(rest.ptr, len);
	r->pos += len;
	return rc;
}

enum fv_err
fv_cbor_map_find(struct fv_span map, uint64_t key, struct fv_cbor_reader *value_out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(map);
	size_t count;

	*value_out = fv_cbor_reader_of(fv_span_of(NULL, 0));
	if (fv_cbor_get_map(&r, &count) != FV_OK)
		return FV_EFORMAT;
	for (size_t i = 0; i < count; i++) {
		uint64_t k;

		if (fv_cbor_get_uint(&r, UINT64_MAX, &k) != FV_OK)
			return FV_EFORMAT;
		if (k == key) {
			*value_out = r;
			return FV_OK;
		}
		if (fv_cbor_skip(&r, NULL) != FV_OK)
			return FV_EFORMAT;
	}
	return FV_ENOENT;
}
