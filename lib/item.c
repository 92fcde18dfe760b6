#include "fv/item.h"

#include <string.h>

#define DAY_MINUTES 1440U

static enum fv_err
get_u32(struct fv_cbor_reader *r, uint32_t max, uint32_t *v_out)
{
	uint64_t v;
	enum fv_err rc = fv_cbor_get_uint(r, max, &v);

	*v_out = rc == FV_OK ? (uint32_t)v : 0;
	return rc;
}

static enum fv_err
get_e7(struct fv_cbor_reader *r, int32_t limit, int32_t *v_out)
{
	int64_t v;
	enum fv_err rc = fv_cbor_get_int(r, &v);

	*v_out = 0;
	if (rc != FV_OK)
		return rc;
	if (v < -limit || v > limit)
		return FV_ERANGE;
	*v_out = (int32_t)v;
	return FV_OK;
}

/* -- case ------------------------------------------------------------------------ */

static void
put_text(struct fv_buf *out, uint64_t key, struct fv_span text)
{
	if (text.len == 0)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_text(out, text);
}

static void
put_code(struct fv_buf *out, uint64_t key, uint32_t code)
{
	if (code == 0)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_uint(out, code);
}

static size_t
count_case_keys(const struct fv_item_case *c)
{
	const bool has[] = {c->id.len > 0, c->agency.len > 0, c->zones.len > 0, c->has_place,
	    c->has_place, c->has_radius, c->actor != 0, c->product != 0, c->debts.len > 0,
	    c->packs.len > 0, c->assigned.len > 0, c->has_plan, c->has_as_of, c->has_entry,
	    c->has_decided};
	size_t count = 0;

	for (size_t i = 0; i < sizeof has / sizeof has[0]; i++)
		count += has[i] ? 1 : 0;
	return count;
}

static void
put_entry(struct fv_buf *out, const struct fv_item_plan *e)
{
	fv_cbor_put_uint(out, 14);
	fv_cbor_put_array(out, 7);
	fv_cbor_put_uint(out, e->from_minute);
	fv_cbor_put_uint(out, e->to_minute);
	fv_cbor_put_text(out, e->officers);
	fv_cbor_put_uint(out, e->place);
	fv_cbor_put_uint(out, e->purpose);
	fv_cbor_put_uint(out, e->approach);
	fv_cbor_put_bool(out, e->is_agreed);
}

static void
put_decided(struct fv_buf *out, const struct fv_item_decided *d)
{
	fv_cbor_put_uint(out, 15);
	fv_cbor_put_array(out, 3);
	fv_cbor_put_uint(out, d->business);
	fv_cbor_put_bool(out, d->is_granted);
	fv_cbor_put_int(out, d->decided_ms);
}

void
fv_item_case_put(struct fv_buf *out, const struct fv_item_case *c)
{
	fv_cbor_put_map(out, count_case_keys(c));
	put_text(out, 1, c->id);
	put_text(out, 2, c->agency);
	put_text(out, 3, c->zones);
	if (c->has_place) {
		fv_cbor_put_uint(out, 4);
		fv_cbor_put_int(out, c->lat_e7);
		fv_cbor_put_uint(out, 5);
		fv_cbor_put_int(out, c->lon_e7);
	}
	if (c->has_radius) {
		fv_cbor_put_uint(out, 6);
		fv_cbor_put_uint(out, c->radius_m);
	}
	put_code(out, 7, c->actor);
	put_code(out, 8, c->product);
	put_text(out, 9, c->debts);
	put_text(out, 10, c->packs);
	put_text(out, 11, c->assigned);
	if (c->has_plan) {
		fv_cbor_put_uint(out, 12);
		fv_cbor_put_int(out, c->plan_day);
	}
	if (c->has_as_of) {
		fv_cbor_put_uint(out, 13);
		fv_cbor_put_int(out, c->as_of_day);
	}
	if (c->has_entry)
		put_entry(out, &c->entry);
	if (c->has_decided)
		put_decided(out, &c->decided);
}

static enum fv_err
get_entry(struct fv_cbor_reader *r, struct fv_item_plan *e)
{
	size_t count;
	enum fv_err rc = fv_cbor_get_array(r, &count);

	if (rc != FV_OK || count != 7)
		return rc != FV_OK ? rc : FV_EFORMAT;
	if ((rc = get_u32(r, DAY_MINUTES - 1, &e->from_minute)) != FV_OK ||
	    (rc = get_u32(r, DAY_MINUTES, &e->to_minute)) != FV_OK ||
	    (rc = fv_cbor_get_text(r, &e->officers)) != FV_OK ||
	    (rc = get_u32(r, 255, &e->place)) != FV_OK ||
	    (rc = get_u32(r, 255, &e->purpose)) != FV_OK ||
	    (rc = get_u32(r, 255, &e->approach)) != FV_OK)
		return rc;
	return fv_cbor_get_bool(r, &e->is_agreed);
}

static enum fv_err
get_decided(struct fv_cbor_reader *r, struct fv_item_decided *d)
{
	size_t count;
	enum fv_err rc = fv_cbor_get_array(r, &count);

	if (rc != FV_OK || count != 3)
		return rc != FV_OK ? rc : FV_EFORMAT;
	if ((rc = get_u32(r, 255, &d->business)) != FV_OK ||
	    (rc = fv_cbor_get_bool(r, &d->is_granted)) != FV_OK)
		return rc;
	return fv_cbor_get_int(r, &d->decided_ms);
}

static enum fv_err
get_case_key(struct fv_cbor_reader *r, uint64_t key, struct fv_item_case *c)
{
	switch (key) {
	case 1:
		return fv_cbor_get_text(r, &c->id);
	case 2:
		return fv_cbor_get_text(r, &c->agency);
	case 3:
		return fv_cbor_get_text(r, &c->zones);
	case 4:
		c->has_place = true;
		return get_e7(r, 900000000, &c->lat_e7);
	case 5:
		return get_e7(r, 1800000000, &c->lon_e7);
	case 6:
		c->has_radius = true;
		return get_u32(r, UINT32_MAX, &c->radius_m);
	case 7:
		return get_u32(r, 3, &c->actor);
	case 8:
		return get_u32(r, 8, &c->product);
	case 9:
		return fv_cbor_get_text(r, &c->debts);
	case 10:
		return fv_cbor_get_text(r, &c->packs);
	case 11:
		return fv_cbor_get_text(r, &c->assigned);
	case 12:
		c->has_plan = true;
		return fv_cbor_get_int(r, &c->plan_day);
	case 13:
		c->has_as_of = true;
		return fv_cbor_get_int(r, &c->as_of_day);
	case 14:
		c->has_entry = true;
		return get_entry(r, &c->entry);
	case 15:
		c->has_decided = true;
		return get_decided(r, &c->decided);
	default: /* of a newer server */
		return fv_cbor_skip(r, NULL);
	}
}

enum fv_err
fv_item_case_parse(struct fv_span body, struct fv_item_case *out)
{
	bool has_lat = false, has_lon = false;
	struct fv_cbor_reader r;
	size_t count;
	uint64_t key;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(body)) != FV_OK)
		return rc;
	r = fv_cbor_reader_of(body);
	if ((rc = fv_cbor_get_map(&r, &count)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if ((rc = fv_cbor_get_uint(&r, INT64_MAX, &key)) != FV_OK ||
		    (rc = get_case_key(&r, key, out)) != FV_OK)
			return rc;
		has_lat = has_lat || key == 4;
		has_lon = has_lon || key == 5;
	}
	if (out->id.len == 0 || out->id.len > FV_ITEM_KEY_MAX || has_lat != has_lon)
		return FV_EFORMAT;
	return FV_OK;
}

/* -- hold, card, number ------------------------------------------------------------ */

void
fv_item_hold_put(struct fv_buf *out, const struct fv_item_hold *hold)
{
	fv_cbor_put_array(out, 3);
	fv_cbor_put_uint(out, hold->event_kind);
	fv_cbor_put_int(out, hold->from_ms);
	if (hold->has_until)
		fv_cbor_put_int(out, hold->until_ms);
	else
		fv_cbor_put_null(out);
}

enum fv_err
fv_item_hold_parse(struct fv_span body, struct fv_item_hold *out)
{
	struct fv_cbor_reader r;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(body)) != FV_OK)
		return rc;
	r = fv_cbor_reader_of(body);
	if ((rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != 3)
		return FV_EFORMAT;
	if ((rc = get_u32(&r, 255, &out->event_kind)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->from_ms)) != FV_OK)
		return rc;
	out->has_until = !fv_cbor_take_null(&r);
	return out->has_until ? fv_cbor_get_int(&r, &out->until_ms) : FV_OK;
}

void
fv_item_card_put(struct fv_buf *out, const struct fv_item_card *card)
{
	fv_cbor_put_array(out, 3);
	fv_cbor_put_bytes(out, card->note.ptr, card->note.len);
	fv_cbor_put_bytes(out, card->ct.ptr, card->ct.len);
	fv_cbor_put_bytes(out, card->capsules.ptr, card->capsules.len);
}

enum fv_err
fv_item_card_parse(struct fv_span body, struct fv_item_card *out)
{
	struct fv_cbor_reader r;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(body)) != FV_OK)
		return rc;
	r = fv_cbor_reader_of(body);
	if ((rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != 3)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_bytes(&r, &out->note)) != FV_OK ||
	    (rc = fv_cbor_get_bytes(&r, &out->ct)) != FV_OK)
		return rc;
	return fv_cbor_get_bytes(&r, &out->capsules);
}

void
fv_item_number_hash(
    struct fv_span case_id, struct fv_span label, uint8_t hash_out[FV_NUMBER_HASH_BYTES])
{
	static const uint8_t zero = 0;
	const struct fv_span parts[] = {
	    fv_span_z("fieldvisit/num/v1"), {&zero, 1}, case_id, {&zero, 1}, label};
	struct fv_hash hash;

	fv_sha256_parts(parts, 5, &hash);
	memcpy(hash_out, hash.b, FV_NUMBER_HASH_BYTES);
}
