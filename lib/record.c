#include "fv/record.h"

#include <string.h>

#include "fv/merkle.h"

#define HEADER_VERSION 1U
#define HEADER_ELEMENTS 11U

#define WF_BEACON 1U
#define WF_BOOT 2U
#define WF_APART 4U
#define WF_SIG 8U
#define WF_COMPRESSED 128U

const char *
fv_record_type_name(uint32_t type)
{
	static const char *const names[] = {NULL, "BOOT", "SESSION", "SHIFT_BEGIN",
	    "SHIFT_END", "VISIT_BEGIN", "VISIT_END", "CONTACT", "OUTCOME", "EVENT", "NOTE",
	    "ATTACHMENT", "TRACK", "GAP", "AMEND", "CLOCK_STEP", "ALARM", "SYNC", "SEAL",
	    "SHUTDOWN", "OFFICER", "CHECKLIST", "SOS", "CHECKIN", "COSIGN", "LOCK"};

	return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

void
fv_record_commit(
    const uint8_t salt[FV_SALT_BYTES], struct fv_span payload, struct fv_hash *pc_out)
{
	const struct fv_span parts[] = {
	    fv_span_z("fieldvisit/pl/v1"), {salt, FV_SALT_BYTES}, payload};

	fv_sha256_parts(parts, 3, pc_out);
}

static void
put_beacon(struct fv_buf *out, const struct fv_header *h)
{
	if (!h->has_beacon) {
		fv_cbor_put_null(out);
		return;
	}
	fv_cbor_put_array(out, 2);
	fv_cbor_put_uint(out, h->beacon_size);
	fv_cbor_put_bytes(out, h->beacon_root, sizeof h->beacon_root);
}

void
fv_header_put(struct fv_buf *out, const struct fv_header *header)
{
	fv_cbor_put_array(out, HEADER_ELEMENTS);
	fv_cbor_put_uint(out, HEADER_VERSION);
	fv_cbor_put_uint(out, header->type);
	fv_cbor_put_bytes(out, header->dev, sizeof header->dev);
	fv_cbor_put_uint(out, header->seq);
	fv_cbor_put_bytes(out, header->boot, sizeof header->boot);
	fv_cbor_put_int(out, header->boottime_ms);
	fv_cbor_put_int(out, header->rtc_ms);
	if (header->has_gnss)
		fv_cbor_put_int(out, header->gnss_ms);
	else
		fv_cbor_put_null(out);
	fv_cbor_put_uint(out, header->flags);
	put_beacon(out, header);
	fv_cbor_put_bytes(out, header->pc.b, sizeof header->pc.b);
}

static enum fv_err
get_beacon(struct fv_cbor_reader *r, struct fv_header *h)
{
	enum fv_err rc;
	size_t count;

	h->has_beacon = false;
	h->beacon_size = 0;
	memset(h->beacon_root, 0, sizeof h->beacon_root);
	if (fv_cbor_take_null(r))
		return FV_OK;
	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count != 2)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_uint(r, INT64_MAX, &h->beacon_size)) != FV_OK)
		return rc;
	if ((rc = fv_cbor_get_fixed(r, h->beacon_root, sizeof h->beacon_root)) != FV_OK)
		return rc;
	h->has_beacon = true;
	return FV_OK;
}

static enum fv_err
get_type(struct fv_cbor_reader *r, uint32_t *type_out)
{
	uint64_t v;
	enum fv_err rc = fv_cbor_get_uint(r, FV_REC_TYPE_MAX, &v);

	if (rc == FV_OK && v == 0)
		rc = FV_ERANGE;
	if (rc == FV_OK)
		*type_out = (uint32_t)v;
	return rc;
}

static enum fv_err
get_flags(struct fv_cbor_reader *r, uint32_t *flags_out)
{
	uint64_t v;
	enum fv_err rc =
	    fv_cbor_get_uint(r, FV_RECF_APART | FV_RECF_LOCKED | FV_RECF_CLOCK_EARLY, &v);

	if (rc == FV_OK)
		*flags_out = (uint32_t)v;
	return rc;
}

enum fv_err
fv_header_parse(struct fv_span bytes, struct fv_header *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(bytes);
	uint64_t version;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(bytes)) != FV_OK)
		return rc;
	if ((rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count == 0)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_uint(&r, UINT32_MAX, &version)) != FV_OK)
		return rc;
	if (version != HEADER_VERSION)
		return FV_EVERSION;
	if (count != HEADER_ELEMENTS)
		return FV_EFORMAT;
	if ((rc = get_type(&r, &out->type)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->dev, sizeof out->dev)) != FV_OK ||
	    (rc = fv_cbor_get_uint(&r, INT64_MAX, &out->seq)) != FV_OK ||
	    (rc = fv_cbor_get_fixed(&r, out->boot, sizeof out->boot)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->boottime_ms)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->rtc_ms)) != FV_OK)
		return rc;
	out->has_gnss = !fv_cbor_take_null(&r);
	if (out->has_gnss && (rc = fv_cbor_get_int(&r, &out->gnss_ms)) != FV_OK)
		return rc;
	if ((rc = get_flags(&r, &out->flags)) != FV_OK || (rc = get_beacon(&r, out)) != FV_OK)
		return rc;
	return fv_cbor_get_fixed(&r, out->pc.b, sizeof out->pc.b);
}

void
fv_record_leaf(const struct fv_hash *prev, struct fv_span header, struct fv_hash *leaf_out)
{
	static const struct fv_hash none;
	const struct fv_span parts[] = {
	    {prev != NULL ? prev->b : none.b, FV_HASH_BYTES}, header};

	fv_merkle_leaf(parts, 2, leaf_out);
}

static bool
same_beacon(const struct fv_header *a, const struct fv_header *b)
{
	return a->has_beacon == b->has_beacon && a->beacon_size == b->beacon_size &&
	    memcmp(a->beacon_root, b->beacon_root, sizeof a->beacon_root) == 0;
}

void
fv_wire_record_put(
    struct fv_buf *out, const struct fv_wire_record *record, const struct fv_header *prev)
{
	static const struct fv_header zero;
	const struct fv_header *h = &record->header;
	const struct fv_header *p = prev != NULL ? prev : &zero;
	uint32_t wflags = 0;
	size_t elements = 6;

	if (!same_beacon(h, p)) {
		wflags |= WF_BEACON;
		elements++;
	}
	if (memcmp(h->boot, p->boot, sizeof h->boot) != 0) {
		wflags |= WF_BOOT;
		elements++;
	}
	wflags |= record->is_apart ? WF_APART : 0U;
	elements += record->is_apart ? 1 : 2;
	if (record->has_sig) {
		wflags |= WF_SIG;
		elements++;
	}

	fv_cbor_put_array(out, elements);
	fv_cbor_put_uint(out, wflags);
	fv_cbor_put_uint(out, h->type);
	fv_cbor_put_int(out, h->boottime_ms - p->boottime_ms);
	fv_cbor_put_int(out, h->rtc_ms - p->rtc_ms);
	if (h->has_gnss)
		fv_cbor_put_int(out, h->gnss_ms - h->rtc_ms);
	else
		fv_cbor_put_null(out);
	fv_cbor_put_uint(out, h->flags);
	if ((wflags & WF_BEACON) != 0)
		put_beacon(out, h);
	if ((wflags & WF_BOOT) != 0)
		fv_cbor_put_bytes(out, h->boot, sizeof h->boot);
	if (record->is_apart) {
		fv_cbor_put_bytes(out, h->pc.b, sizeof h->pc.b);
	} else {
		fv_cbor_put_bytes(out, record->salt, sizeof record->salt);
		fv_cbor_put_bytes(out, record->payload.ptr, record->payload.len);
	}
	if (record->has_sig)
		fv_cbor_put_bytes(out, record->sig, sizeof record->sig);
}

/* base + a signed difference from the wire, refused when it leaves int64. */
static enum fv_err
get_sum(struct fv_cbor_reader *r, int64_t base, int64_t *sum_out)
{
	int64_t d;
	enum fv_err rc = fv_cbor_get_int(r, &d);

	if (rc == FV_OK && __builtin_add_overflow(base, d, sum_out))
		rc = FV_ERANGE;
	return rc;
}

static enum fv_err
get_wflags(struct fv_cbor_reader *r, size_t count, uint32_t *wflags_out)
{
	size_t want = 6;
	uint64_t v;
	enum fv_err rc;

	if ((rc = fv_cbor_get_uint(r, 255, &v)) != FV_OK)
		return rc;
	if ((v & WF_COMPRESSED) != 0)
		return FV_EVERSION;
	if ((v & ~(uint64_t)(WF_BEACON | WF_BOOT | WF_APART | WF_SIG)) != 0)
		return FV_EFORMAT;
	want += (v & WF_BEACON) != 0 ? 1U : 0U;
	want += (v & WF_BOOT) != 0 ? 1U : 0U;
	want += (v & WF_APART) != 0 ? 1U : 2U;
	want += (v & WF_SIG) != 0 ? 1U : 0U;
	if (count != want)
		return FV_EFORMAT;
	*wflags_out = (uint32_t)v;
	return FV_OK;
}

static enum fv_err
get_clocks(struct fv_cbor_reader *r, const struct fv_header *prev, struct fv_header *h)
{
	enum fv_err rc;

	if ((rc = get_sum(r, prev->boottime_ms, &h->boottime_ms)) != FV_OK ||
	    (rc = get_sum(r, prev->rtc_ms, &h->rtc_ms)) != FV_OK)
		return rc;
	h->has_gnss = !fv_cbor_take_null(r);
	return h->has_gnss ? get_sum(r, h->rtc_ms, &h->gnss_ms) : FV_OK;
}

static enum fv_err
get_payload(struct fv_cbor_reader *r, struct fv_wire_record *w)
{
	struct fv_cbor_reader map;
	size_t count;
	enum fv_err rc;

	if (w->is_apart)
		return fv_cbor_get_fixed(r, w->header.pc.b, sizeof w->header.pc.b);
	if ((rc = fv_cbor_get_fixed(r, w->salt, sizeof w->salt)) != FV_OK ||
	    (rc = fv_cbor_get_bytes(r, &w->payload)) != FV_OK)
		return rc;
	if (w->payload.len > FV_PAYLOAD_INLINE_MAX)
		return FV_ETOOBIG;
	if (fv_cbor_check_all(w->payload) != FV_OK)
		return FV_EFORMAT;
	map = fv_cbor_reader_of(w->payload);
	if (fv_cbor_get_map(&map, &count) != FV_OK)
		return FV_EFORMAT;
	fv_record_commit(w->salt, w->payload, &w->header.pc);
	return FV_OK;
}

enum fv_err
fv_wire_record_parse(struct fv_span bytes, const uint8_t dev[FV_DEV_BYTES],
    const struct fv_header *prev, struct fv_wire_record *out, size_t *len_out)
{
	static const struct fv_header zero;
	const struct fv_header *p = prev != NULL ? prev : &zero;
	struct fv_header *h = &out->header;
	struct fv_cbor_reader r;
	uint32_t wflags = 0;
	size_t count, len;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	*len_out = 0;
	if ((rc = fv_cbor_check(bytes, &len)) != FV_OK)
		return rc;
	r = fv_cbor_reader_of(fv_span_of(bytes.ptr, len));
	memcpy(h->dev, dev, sizeof h->dev);
	h->seq = prev != NULL ? prev->seq + 1 : 0;
	if ((rc = fv_cbor_get_array(&r, &count)) != FV_OK ||
	    (rc = get_wflags(&r, count, &wflags)) != FV_OK ||
	    (rc = get_type(&r, &h->type)) != FV_OK || (rc = get_clocks(&r, p, h)) != FV_OK ||
	    (rc = get_flags(&r, &h->flags)) != FV_OK)
		return rc;

	h->has_beacon = p->has_beacon;
	h->beacon_size = p->beacon_size;
	memcpy(h->beacon_root, p->beacon_root, sizeof h->beacon_root);
	memcpy(h->boot, p->boot, sizeof h->boot);
	if ((wflags & WF_BEACON) != 0 && (rc = get_beacon(&r, h)) != FV_OK)
		return rc;
	if ((wflags & WF_BOOT) != 0 &&
	    (rc = fv_cbor_get_fixed(&r, h->boot, sizeof h->boot)) != FV_OK)
		return rc;

	/* The signature stands exactly on seals, and header and wire agree on "apart". */
	out->has_sig = (wflags & WF_SIG) != 0;
	out->is_apart = (wflags & WF_APART) != 0;
	if (out->has_sig != (h->type == FV_REC_SEAL) ||
	    out->is_apart != ((h->flags & FV_RECF_APART) != 0))
		return FV_EFORMAT;
	if ((rc = get_payload(&r, out)) != FV_OK)
		return rc;
	if (out->has_sig && (rc = fv_cbor_get_fixed(&r, out->sig, sizeof out->sig)) != FV_OK)
		return rc;
	*len_out = len;
	return FV_OK;
}

void
fv_slice_put(struct fv_buf *out, const struct fv_slice *slice)
{
	fv_cbor_put_array(out, 4);
	fv_cbor_put_bytes(out, slice->hash.b, sizeof slice->hash.b);
	fv_cbor_put_uint(out, slice->total);
	fv_cbor_put_uint(out, slice->offset);
	fv_cbor_put_bytes(out, slice->bytes.ptr, slice->bytes.len);
}

enum fv_err
fv_slice_parse(struct fv_span bytes, struct fv_slice *out, size_t *len_out)
{
	struct fv_cbor_reader r;
	size_t count, len;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	*len_out = 0;
	if ((rc = fv_cbor_check(bytes, &len)) != FV_OK)
		return rc;
	r = fv_cbor_reader_of(fv_span_of(bytes.ptr, len));
	if ((rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != 4)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_fixed(&r, out->hash.b, sizeof out->hash.b)) != FV_OK ||
	    (rc = fv_cbor_get_uint(&r, FV_BLOB_MAX, &out->total)) != FV_OK ||
	    (rc = fv_cbor_get_uint(&r, FV_BLOB_MAX, &out->offset)) != FV_OK ||
	    (rc = fv_cbor_get_bytes(&r, &out->bytes)) != FV_OK)
		return rc;
	if (out->bytes.len == 0 || out->bytes.len > FV_SLICE_MAX)
		return FV_ETOOBIG;
	if (out->offset + out->bytes.len > out->total)
		return FV_ERANGE;
	*len_out = len;
	return FV_OK;
}
