#include "fv/track.h"

#include <string.h>

#include "fv/cbor.h"
#include "lib/rangecoder.h"

#define AXES 3U                  /* time, latitude, longitude */
#define FIRST_STEP_MS 1000       /* the step before the first: 1 Hz costs nothing */
#define FIRST_STEP_SLOW_MS 10000 /* nor does one fix in 10 s */
#define SLOW_FROM_MS 5500        /* the first step from which the second is taken */
#define CLASS_BITS_MAX 42U       /* a second difference is below 2^42 */
#define KEY_MAX 9U

enum axis {
	TIME,
	LAT,
	LON,
};

/* The contexts of one field.  Latitude and longitude learn together. */
struct field {
	struct fv_rc_prob nonzero[3];  /* by the size of the value before: 0, 1, more */
	struct fv_rc_prob negative[3]; /* by the sign of the value before: 0, +, - */
	struct fv_rc_prob longer[CLASS_BITS_MAX + 1]; /* Exp-Golomb prefix, by length so far */
	struct fv_rc_prob top[CLASS_BITS_MAX + 1];    /* first suffix bit, by length */
};

/* Where the coder is in a run of fixes; the same on both sides. */
struct model {
	struct field time;
	struct field place;
	int64_t at[AXES];     /* the last fix: ms, quanta, quanta */
	int64_t step[AXES];   /* from the fix before to it */
	int64_t before[AXES]; /* the last second difference */
};

static void
reset_field(struct field *f)
{
	for (size_t i = 0; i < 3; i++)
		f->nonzero[i] = f->negative[i] = FV_RC_HALF;
	for (size_t i = 0; i <= CLASS_BITS_MAX; i++)
		f->longer[i] = f->top[i] = FV_RC_HALF;
}

static void
reset_model(struct model *m)
{
	memset(m, 0, sizeof *m);
	reset_field(&m->time);
	reset_field(&m->place);
}

static struct fv_rc_prob *
nonzero_of(struct model *m, enum axis axis)
{
	int64_t before = m->before[axis];

	if (axis == TIME || before == 0)
		return axis == TIME ? &m->time.nonzero[0] : &m->place.nonzero[0];
	return &m->place.nonzero[before == 1 || before == -1 ? 1 : 2];
}

static struct fv_rc_prob *
negative_of(struct model *m, enum axis axis)
{
	struct field *f = axis == TIME ? &m->time : &m->place;
	int64_t before = m->before[axis];

	return &f->negative[before == 0 ? 0 : before > 0 ? 1 : 2];
}

static void
put_value(struct fv_rc_encoder *e, struct model *m, enum axis axis, int64_t v)
{
	struct field *f = axis == TIME ? &m->time : &m->place;
	uint64_t size = v < 0 ? (uint64_t)-v : (uint64_t)v;
	unsigned bits = 0;

	fv_rc_put(e, nonzero_of(m, axis), v != 0);
	if (v == 0)
		return;
	fv_rc_put(e, negative_of(m, axis), v < 0);
	while (size >> bits > 1) {
		fv_rc_put(e, &f->longer[bits], true);
		bits++;
	}
	fv_rc_put(e, &f->longer[bits], false);
	if (bits == 0)
		return;
	fv_rc_put(e, &f->top[bits], (size >> (bits - 1) & 1) != 0);
	fv_rc_put_bits(e, size, bits - 1);
}

static enum fv_err
get_value(struct fv_rc_decoder *d, struct model *m, enum axis axis, int64_t *v_out)
{
	struct field *f = axis == TIME ? &m->time : &m->place;
	bool negative;
	uint64_t size = 1;
	unsigned bits = 0;

	*v_out = 0;
	if (!fv_rc_get(d, nonzero_of(m, axis)))
		return FV_OK;
	negative = fv_rc_get(d, negative_of(m, axis));
	while (fv_rc_get(d, &f->longer[bits]))
		if (++bits > CLASS_BITS_MAX - 1)
			return FV_EFORMAT;
	if (bits > 0) {
		size = size << 1 | (fv_rc_get(d, &f->top[bits]) ? 1 : 0);
		size = size << (bits - 1) | fv_rc_get_bits(d, bits - 1);
	}
	*v_out = negative ? -(int64_t)size : (int64_t)size;
	return FV_OK;
}

static int64_t
to_quanta(int32_t e7, uint32_t quantum_e7)
{
	int64_t q = (int64_t)quantum_e7;

	return e7 >= 0 ? (e7 + q / 2) / q : -((q / 2 - (int64_t)e7) / q);
}

/* The nearest multiple may lie past the pole or the date line: those are kept inside. */
static int64_t
to_quanta_within(int32_t e7, uint32_t quantum_e7, int32_t max_e7)
{
	int64_t v = to_quanta(e7, quantum_e7);
	int64_t max = max_e7 / (int64_t)quantum_e7;

	if (v > max)
		return max;
	return v < -max ? -max : v;
}

struct fv_place
fv_track_quantise(struct fv_place place, uint32_t quantum_e7)
{
	int64_t lat = to_quanta_within(place.lat_e7, quantum_e7, FV_GEO_LAT_MAX_E7);
	int64_t lon = to_quanta_within(place.lon_e7, quantum_e7, FV_GEO_LON_MAX_E7);

	return (struct fv_place){(int32_t)(lat * quantum_e7), (int32_t)(lon * quantum_e7)};
}

/* Bits that hold 0..2 * max / quantum. */
static unsigned
width_of(int32_t max_e7, uint32_t quantum_e7)
{
	uint64_t most = 2 * (uint64_t)(max_e7 / (int64_t)quantum_e7);
	unsigned bits = 0;

	while (most >> bits != 0)
		bits++;
	return bits;
}

static bool
are_in_range(const struct fv_track_fix *fixes, size_t count, uint32_t quantum_e7)
{
	if (count == 0 || count > FV_TRACK_FIXES_MAX || quantum_e7 == 0 ||
	    quantum_e7 > FV_TRACK_QUANTUM_MAX_E7)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!fv_geo_is_place(fixes[i].place) || fixes[i].t_ms > FV_TRACK_TIME_MAX_MS ||
		    fixes[i].t_ms < -FV_TRACK_TIME_MAX_MS)
			return false;
		if (i > 0 &&
		    (fixes[i].t_ms <= fixes[i - 1].t_ms ||
			fixes[i].t_ms - fixes[i - 1].t_ms > FV_TRACK_STEP_MAX_MS))
			return false;
	}
	return true;
}

static void
put_fix(struct fv_rc_encoder *e, struct model *m, const int64_t to[AXES])
{
	for (enum axis axis = TIME; axis <= LON; axis++) {
		int64_t step = to[axis] - m->at[axis];

		put_value(e, m, axis, step - m->step[axis]);
		m->before[axis] = step - m->step[axis];
		m->step[axis] = step;
		m->at[axis] = to[axis];
	}
}

enum fv_err
fv_track_encode(
    const struct fv_track_fix *fixes, size_t count, uint32_t quantum_e7, struct fv_buf *out)
{
	struct fv_rc_encoder e;
	struct model m;
	size_t start = out->len;
	bool is_slow;

	if (!are_in_range(fixes, count, quantum_e7))
		return FV_ERANGE;
	is_slow = count > 1 && fixes[1].t_ms - fixes[0].t_ms >= SLOW_FROM_MS;
	reset_model(&m);
	fv_rc_encoder_init(&e, out);
	for (size_t i = 0; i < count; i++) {
		int64_t to[AXES] = {fixes[i].t_ms,
		    to_quanta_within(fixes[i].place.lat_e7, quantum_e7, FV_GEO_LAT_MAX_E7),
		    to_quanta_within(fixes[i].place.lon_e7, quantum_e7, FV_GEO_LON_MAX_E7)};

		if (i > 0) {
			put_fix(&e, &m, to);
			continue;
		}
		memcpy(m.at, to, sizeof to);
		m.step[TIME] = is_slow ? FIRST_STEP_SLOW_MS : FIRST_STEP_MS;
		fv_rc_put_bits(&e, is_slow ? 1 : 0, 1);
		fv_rc_put_bits(&e,
		    (uint64_t)(to[LAT] + FV_GEO_LAT_MAX_E7 / (int64_t)quantum_e7),
		    width_of(FV_GEO_LAT_MAX_E7, quantum_e7));
		fv_rc_put_bits(&e,
		    (uint64_t)(to[LON] + FV_GEO_LON_MAX_E7 / (int64_t)quantum_e7),
		    width_of(FV_GEO_LON_MAX_E7, quantum_e7));
	}
	fv_rc_finish(&e, start);
	if (out->len - start > FV_TRACK_CODED_MAX) {
		out->len = start;
		return FV_ETOOBIG;
	}
	return fv_buf_status(out);
}

static enum fv_err
get_fix(struct fv_rc_decoder *d, struct model *m)
{
	for (enum axis axis = TIME; axis <= LON; axis++) {
		int64_t v;
		enum fv_err rc;

		if ((rc = get_value(d, m, axis, &v)) != FV_OK)
			return rc;
		m->before[axis] = v;
		m->step[axis] += v;
		m->at[axis] += m->step[axis];
	}
	if (m->step[TIME] <= 0 || m->step[TIME] > FV_TRACK_STEP_MAX_MS)
		return FV_EFORMAT;
	return FV_OK;
}

/* The model's place as a fix, when it is one. */
static bool
to_fix(const struct model *m, uint32_t quantum_e7, struct fv_track_fix *fix)
{
	int64_t q = (int64_t)quantum_e7;

	if (m->at[LAT] > FV_GEO_LAT_MAX_E7 / q || m->at[LAT] < -FV_GEO_LAT_MAX_E7 / q ||
	    m->at[LON] > FV_GEO_LON_MAX_E7 / q || m->at[LON] < -FV_GEO_LON_MAX_E7 / q ||
	    m->at[TIME] > FV_TRACK_TIME_MAX_MS)
		return false;
	fix->t_ms = m->at[TIME];
	fix->place.lat_e7 = (int32_t)(m->at[LAT] * q);
	fix->place.lon_e7 = (int32_t)(m->at[LON] * q);
	return true;
}

static enum fv_err
decode(struct fv_span coded, const struct fv_track_info *info, struct fv_track_fix *fixes)
{
	uint32_t q = info->quantum_e7;
	struct fv_rc_decoder d;
	struct model m;
	enum fv_err rc;

	reset_model(&m);
	fv_rc_decoder_init(&d, coded);
	m.step[TIME] = fv_rc_get_bits(&d, 1) != 0 ? FIRST_STEP_SLOW_MS : FIRST_STEP_MS;
	m.at[TIME] = info->first_ms;
	m.at[LAT] = (int64_t)fv_rc_get_bits(&d, width_of(FV_GEO_LAT_MAX_E7, q)) -
	    FV_GEO_LAT_MAX_E7 / (int64_t)q;
	m.at[LON] = (int64_t)fv_rc_get_bits(&d, width_of(FV_GEO_LON_MAX_E7, q)) -
	    FV_GEO_LON_MAX_E7 / (int64_t)q;
	for (size_t i = 0; i < info->count; i++) {
		if (i > 0 && (rc = get_fix(&d, &m)) != FV_OK)
			return rc;
		if (!to_fix(&m, q, &fixes[i]))
			return FV_EFORMAT;
	}
	return FV_OK;
}

static bool
is_info_in_range(const struct fv_track_info *info)
{
	return info->count >= 1 && info->count <= FV_TRACK_FIXES_MAX &&
	    info->quantum_e7 >= 1 && info->quantum_e7 <= FV_TRACK_QUANTUM_MAX_E7 &&
	    info->first_ms <= FV_TRACK_TIME_MAX_MS && info->first_ms >= -FV_TRACK_TIME_MAX_MS;
}

enum fv_err
fv_track_decode(
    struct fv_span coded, const struct fv_track_info *info, struct fv_track_fix *fixes_out)
{
	struct fv_buf again = {0};
	enum fv_err rc;

	if (!is_info_in_range(info))
		return FV_ERANGE;
	if (coded.len > FV_TRACK_CODED_MAX)
		return FV_ETOOBIG;
	if ((rc = decode(coded, info, fixes_out)) != FV_OK)
		goto cleanup;
	/* One run of fixes has one form: whatever else decodes to it was not ours. */
	if ((rc = fv_track_encode(fixes_out, info->count, info->quantum_e7, &again)) !=
	    FV_OK) {
		rc = rc == FV_ENOMEM ? FV_ENOMEM : FV_EFORMAT;
		goto cleanup;
	}
	rc = fv_span_equal(coded, fv_buf_span(&again)) ? FV_OK : FV_EFORMAT;
cleanup:
	if (rc != FV_OK)
		memset(fixes_out, 0, info->count * sizeof *fixes_out);
	fv_buf_clear(&again);
	return rc;
}

enum fv_err
fv_track_payload_put(
    struct fv_buf *out, const struct fv_track_info *info, const struct fv_track_fix *fixes)
{
	struct fv_buf coded = {0};
	enum fv_err rc;

	rc = fv_track_encode(fixes, info->count, info->quantum_e7, &coded);
	if (rc != FV_OK)
		goto cleanup;
	fv_cbor_put_map(out, 5U + (info->has_shift ? 1 : 0) + (info->has_worst_eph ? 1 : 0));
	if (info->has_shift) {
		fv_cbor_put_uint(out, 1);
		fv_cbor_put_uint(out, info->shift_seq);
	}
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_uint(out, FV_TRACK_CODEC);
	fv_cbor_put_uint(out, 5);
	fv_cbor_put_int(out, fixes[0].t_ms);
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_uint(out, info->quantum_e7);
	fv_cbor_put_uint(out, 7);
	fv_cbor_put_uint(out, info->count);
	fv_cbor_put_uint(out, 8);
	fv_cbor_put_bytes(out, coded.ptr, coded.len);
	if (info->has_worst_eph) {
		fv_cbor_put_uint(out, 9);
		fv_cbor_put_int(out, info->worst_eph_mm);
	}
	rc = fv_buf_status(out);
cleanup:
	fv_buf_clear(&coded);
	return rc;
}

static enum fv_err
take_key(
    struct fv_cbor_reader *r, uint64_t key, struct fv_track_info *info, struct fv_span *coded)
{
	uint64_t v = 0;
	enum fv_err rc;

	switch (key) {
	case 1:
		info->has_shift = true;
		return fv_cbor_get_uint(r, INT64_MAX, &info->shift_seq);
	case 4:
		rc = fv_cbor_get_uint(r, UINT64_MAX, &v);
		return rc != FV_OK || v == FV_TRACK_CODEC ? rc : FV_EVERSION;
	case 5:
		return fv_cbor_get_int(r, &info->first_ms);
	case 6:
		rc = fv_cbor_get_uint(r, FV_TRACK_QUANTUM_MAX_E7, &v);
		info->quantum_e7 = (uint32_t)v;
		return rc;
	case 7:
		rc = fv_cbor_get_uint(r, FV_TRACK_FIXES_MAX, &v);
		info->count = (size_t)v;
		return rc;
	case 8:
		return fv_cbor_get_bytes(r, coded);
	case 9:
		info->has_worst_eph = true;
		rc = fv_cbor_get_uint(r, INT32_MAX, &v);
		info->worst_eph_mm = (int32_t)v;
		return rc;
	default:
		return fv_cbor_skip(r, NULL);
	}
}

enum fv_err
fv_track_payload_parse(
    struct fv_span payload, struct fv_track_info *info_out, struct fv_span *coded_out)
{
	const uint32_t needed = 1U << 4 | 1U << 5 | 1U << 6 | 1U << 7 | 1U << 8;
	struct fv_cbor_reader r = fv_cbor_reader_of(payload);
	struct fv_track_info info = {0};
	struct fv_span coded = {NULL, 0};
	uint32_t seen = 0;
	size_t count;
	enum fv_err rc;

	memset(info_out, 0, sizeof *info_out);
	*coded_out = coded;
	if ((rc = fv_cbor_check_all(payload)) != FV_OK)
		return rc;
	if ((rc = fv_cbor_get_map(&r, &count)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		uint64_t key;

		if ((rc = fv_cbor_get_uint(&r, UINT64_MAX, &key)) != FV_OK)
			return rc;
		if ((rc = take_key(&r, key, &info, &coded)) != FV_OK)
			return rc;
		if (key <= KEY_MAX)
			seen |= 1U << key;
	}
	if ((seen & needed) != needed)
		return FV_EFORMAT;
	if (!is_info_in_range(&info))
		return FV_ERANGE;
	*info_out = info;
	*coded_out = coded;
	return FV_OK;
}
