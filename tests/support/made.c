#include "tests/support/made.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Elements of the list that begins at `p`, to its closing bracket. */
static size_t
count_of(const char *p)
{
	size_t count = 0;
	int depth = 0;
	bool is_text = false, any = false;

	for (; *p != '\0'; p++) {
		if (is_text) {
			is_text = *p != '"';
			continue;
		}
		if (depth == 0 && (*p == ']' || *p == '}'))
			break;
		if (*p == '[' || *p == '{')
			depth++;
		if (*p == ']' || *p == '}')
			depth--;
		if (depth == 0 && *p == ',')
			count++;
		is_text = *p == '"';
		any = any || *p != ' ';
	}
	return any ? count + 1 : 0;
}

static const char *put_item(struct fv_buf *out, const char *p);

static const char *
put_list(struct fv_buf *out, const char *p, char close)
{
	if (close == ']')
		fv_cbor_put_array(out, count_of(p));
	else
		fv_cbor_put_map(out, count_of(p));
	while (*p == ' ')
		p++;
	while (*p != close) {
		assert(*p != '\0');
		p = put_item(out, p);
		while (*p == ' ' || *p == ',' || *p == ':')
			p++;
	}
	return p + 1;
}

static const char *
put_item(struct fv_buf *out, const char *p)
{
	char *end;

	while (*p == ' ')
		p++;
	if (*p == '[' || *p == '{')
		return put_list(out, p + 1, *p == '[' ? ']' : '}');
	if (*p == '"') {
		const char *close = strchr(p + 1, '"');

		assert(close != NULL);
		fv_cbor_put_text(out, fv_span_of(p + 1, (size_t)(close - p - 1)));
		return close + 1;
	}
	if (strncmp(p, "h'", 2) == 0) {
		const char *close = strchr(p + 2, '\'');
		uint8_t bytes[256];
		size_t len;

		assert(close != NULL);
		len = (size_t)(close - p - 2) / 2;
		assert(len <= sizeof bytes);
		if (fv_hex_decode(fv_span_of(p + 2, len * 2), bytes, len) != FV_OK)
			assert(0);
		fv_cbor_put_bytes(out, bytes, len);
		return close + 1;
	}
	if (strncmp(p, "true", 4) == 0 || strncmp(p, "null", 4) == 0) {
		if (*p == 't')
			fv_cbor_put_bool(out, true);
		else
			fv_cbor_put_null(out);
		return p + 4;
	}
	if (strncmp(p, "false", 5) == 0) {
		fv_cbor_put_bool(out, false);
		return p + 5;
	}
	fv_cbor_put_int(out, strtoll(p, &end, 10));
	assert(end != p);
	return end;
}

void
made_cbor(struct fv_buf *out, const char *diagnostic)
{
	const char *end = put_item(out, diagnostic);

	assert(*end == '\0');
	(void)end;
}

/* 32 bytes that depend on the device and a counter only. */
static void
next_bytes(struct made_trail *t, uint8_t out[32])
{
	uint8_t number[8];
	struct fv_hash hash;

	fv_store_u64be(number, t->counter++);
	const struct fv_span parts[] = {fv_span_z("made"), {number, 8}};
	fv_sha256_parts(parts, 2, &hash);
	memcpy(out, hash.b, 32);
}

void
made_init(struct made_trail *t, uint8_t n)
{
	uint8_t mac_seed[32], dev[FV_DEV_BYTES], sk[32];

	if (fv_crypto_init() != FV_OK)
		abort();
	memset(t, 0, sizeof *t);
	t->records = calloc(MADE_MAX, sizeof *t->records);
	assert(t->records != NULL);
	t->counter = (uint64_t)n << 32;
	next_bytes(t, t->ratchet.seed);
	fv_ed25519_public(t->ratchet.seed, t->pk_0);
	next_bytes(t, sk);
	fv_x25519_public(sk, t->pk_sync);
	next_bytes(t, sk);
	fv_x25519_public(sk, t->pk_box);
	next_bytes(t, sk);
	memcpy(t->ticket_id, sk, sizeof t->ticket_id);
	fv_dev_id(t->pk_0, t->pk_sync, t->pk_box, t->ticket_id, dev);
	fv_trail_init(&t->trail, dev, t->pk_0);
	next_bytes(t, mac_seed);
	fv_ratchet_start(&t->ratchet, mac_seed, dev);
	memset(t->boot, n, sizeof t->boot);
	t->rtc_ms = INT64_C(1772416800000);
	t->boottime_ms = 60000;
	(void)made_put(t, FV_REC_BOOT, "{4:1,6:\"test\"}");
}

void
made_free(struct made_trail *t)
{
	for (size_t i = 0; i < t->count; i++) {
		fv_buf_clear(&t->records[i].payload);
		fv_buf_clear(&t->records[i].header_bytes);
	}
	free(t->records);
	memset(t, 0, sizeof *t);
}

void
made_wait(struct made_trail *t, int64_t ms)
{
	t->rtc_ms += ms;
	t->boottime_ms += ms;
}

uint64_t
made_finish(struct made_trail *t, uint32_t type)
{
	struct made_record *r = &t->records[t->count];
	uint8_t bytes[32];

	assert(fv_cbor_check_all(fv_buf_span(&r->payload)) == FV_OK);
	next_bytes(t, bytes);
	memcpy(r->salt, bytes, sizeof r->salt);
	r->header.type = type;
	memcpy(r->header.boot, t->boot, sizeof r->header.boot);
	r->header.boottime_ms = t->boottime_ms;
	r->header.rtc_ms = t->rtc_ms;
	r->header.has_gnss = t->has_gnss;
	r->header.gnss_ms = t->has_gnss ? t->rtc_ms + t->gnss_offset_ms : 0;
	r->header.has_beacon = t->has_beacon;
	r->header.beacon_size = t->has_beacon ? t->beacon_size : 0;
	if (t->has_beacon)
		memcpy(r->header.beacon_root, t->beacon_root, FV_BEACON_ROOT_BYTES);
	if (fv_trail_append(&t->trail, &r->header, r->salt, fv_buf_span(&r->payload),
		&r->header_bytes, &r->leaf) != FV_OK)
		abort();
	fv_ratchet_step(&t->ratchet, &r->leaf);
	made_wait(t, 1000);
	return t->count++;
}

uint64_t
made_put(struct made_trail *t, uint32_t type, const char *diagnostic)
{
	assert(t->count < MADE_MAX);
	made_cbor(&t->records[t->count].payload, diagnostic);
	return made_finish(t, type);
}

uint64_t
made_putf(struct made_trail *t, uint32_t type, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	assert(n >= 0 && (size_t)n < sizeof text);
	(void)n;
	return made_put(t, type, text);
}

uint64_t
made_seal(struct made_trail *t)
{
	struct made_record *r = &t->records[t->count];
	uint8_t seed[32], npk[32];
	uint64_t seq;

	assert(t->count < MADE_MAX);
	next_bytes(t, seed);
	fv_ed25519_public(seed, npk);
	fv_seal_payload_put(&r->payload, npk, t->ratchet.a, t->trail.key_number + 1);
	seq = made_finish(t, FV_REC_SEAL);
	if (fv_seal_sign(&t->trail, t->ratchet.seed, r->sig) != FV_OK ||
	    fv_trail_take_seal(&t->trail, fv_buf_span(&r->payload), r->sig) != FV_OK)
		abort();
	memcpy(t->ratchet.seed, seed, sizeof seed);
	t->ratchet.key_number++;
	return seq;
}
