/* Taking records in: memory, payload values with their corrections, stamps and tracks. */
#include <stdlib.h>
#include <string.h>

#include "fv/track.h"
#include "lib/fold_internal.h"

void *
fv_fold_alloc(struct arena *arena, size_t bytes)
{
	void *p = fv_arena_alloc(&arena->memory, bytes);

	arena->failed = arena->failed || p == NULL;
	return p;
}

const char *
fv_fold_text(struct arena *arena, struct fv_span text)
{
	char *z;

	if (text.len == 0 || text.len > FV_FOLD_TEXT_MAX ||
	    memchr(text.ptr, 0, text.len) != NULL)
		return NULL;
	if ((z = fv_fold_alloc(arena, text.len + 1)) != NULL)
		memcpy(z, text.ptr, text.len);
	return z;
}

static bool
map_value(struct fv_span map, uint64_t key, struct fv_cbor_reader *value_out)
{
	if (map.len == 0 || fv_cbor_map_find(map, key, value_out) != FV_OK)
		return false;
	struct fv_cbor_reader probe = *value_out;
	return !fv_cbor_take_null(&probe);
}

/* The corrected payload keys of an AMEND; empty: it corrects none. */
static struct fv_span
amended_keys(const struct kept *amend)
{
	struct fv_span none = {NULL, 0}, map;
	struct fv_cbor_reader r;
	enum fv_cbor_type type;

	if (!map_value(amend->payload, 5, &r) || fv_cbor_peek(&r, &type) != FV_OK ||
	    type != FV_CBOR_MAP || fv_cbor_skip(&r, &map) != FV_OK)
		return none;
	return map;
}

bool
fv_fold_find(const struct kept *k, uint64_t key, struct fv_cbor_reader *value_out)
{
	for (const struct kept *a = k->amend; a != NULL; a = a->older) {
		struct fv_span map = amended_keys(a);

		if (map.len > 0 && fv_cbor_map_find(map, key, value_out) == FV_OK)
			return map_value(map, key, value_out);
	}
	return map_value(k->payload, key, value_out);
}

bool
fv_fold_uint(const struct kept *k, uint64_t key, uint64_t max, uint64_t *out)
{
	struct fv_cbor_reader r;

	return fv_fold_find(k, key, &r) && fv_cbor_get_uint(&r, max, out) == FV_OK;
}

bool
fv_fold_time(const struct kept *k, uint64_t key, int64_t *out)
{
	struct fv_cbor_reader r;

	return fv_fold_find(k, key, &r) && fv_cbor_get_int(&r, out) == FV_OK &&
	    *out >= FV_FOLD_TIME_MIN_MS && *out <= FV_FOLD_TIME_MAX_MS;
}

static int64_t
held(int64_t ms)
{
	return ms < FV_FOLD_TIME_MIN_MS ? FV_FOLD_TIME_MIN_MS
	    : ms > FV_FOLD_TIME_MAX_MS  ? FV_FOLD_TIME_MAX_MS
					: ms;
}

enum fv_tri
fv_fold_tri(const struct kept *k, uint64_t key)
{
	struct fv_cbor_reader r;
	bool v;

	if (!fv_fold_find(k, key, &r) || fv_cbor_get_bool(&r, &v) != FV_OK)
		return FV_TRI_UNKNOWN;
	return v ? FV_TRI_YES : FV_TRI_NO;
}

uint32_t
fv_fold_code(const struct kept *k, uint64_t key, enum fv_code_set set)
{
	uint64_t v;

	if (!fv_fold_uint(k, key, UINT32_MAX, &v) || fv_code_word(set, (uint32_t)v) == NULL)
		return 0;
	return (uint32_t)v;
}

const char *
fv_fold_string(struct arena *arena, const struct kept *k, uint64_t key)
{
	struct fv_cbor_reader r;
	struct fv_span text;

	if (!fv_fold_find(k, key, &r) || fv_cbor_get_text(&r, &text) != FV_OK)
		return NULL;
	return fv_fold_text(arena, text);
}

bool
fv_fold_strings(struct arena *arena, const struct kept *k, uint64_t key, struct fv_strs *out)
{
	struct fv_cbor_reader r;
	const char **items;
	size_t count;

	if (!fv_fold_find(k, key, &r) || fv_cbor_get_array(&r, &count) != FV_OK ||
	    count > FV_HISTORY_SET_MAX)
		return false;
	if ((items = fv_fold_alloc(arena, (count + 1) * sizeof *items)) == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct fv_span text;

		if (fv_cbor_get_text(&r, &text) != FV_OK ||
		    (items[i] = fv_fold_text(arena, text)) == NULL)
			return false;
	}
	out->items = items;
	out->count = count;
	return true;
}

uint32_t
fv_fold_bits(const struct kept *k, uint64_t key, enum fv_code_set set)
{
	struct fv_cbor_reader r;
	uint32_t bits = 0;
	size_t count;
	uint64_t v;

	if (!fv_fold_find(k, key, &r) || fv_cbor_get_array(&r, &count) != FV_OK)
		return 0;
	for (size_t i = 0; i < count && fv_cbor_get_uint(&r, 32, &v) == FV_OK; i++)
		bits |= fv_code_word(set, (uint32_t)v) != NULL ? fv_code_bit((uint32_t)v) : 0;
	return bits;
}

static bool
stamp_int(struct fv_span stamp, uint64_t key, int64_t min, int64_t max, int64_t *out)
{
	struct fv_cbor_reader r;

	return map_value(stamp, key, &r) && fv_cbor_get_int(&r, out) == FV_OK && *out >= min &&
	    *out <= max;
}

void
fv_fold_stamp(const struct fv_header *header, struct fv_span payload, struct stamp_view *out)
{
	int64_t mode, lat, lon, v;
	struct fv_cbor_reader r;
	enum fv_cbor_type type;
	struct fv_span stamp;

	memset(out, 0, sizeof *out);
	if (!map_value(payload, 2, &r) || fv_cbor_peek(&r, &type) != FV_OK ||
	    type != FV_CBOR_MAP || fv_cbor_skip(&r, &stamp) != FV_OK)
		return;
	if (stamp_int(stamp, 21, 0, UINT32_MAX, &v))
		out->consecutive = (uint32_t)v;
	if (stamp_int(stamp, 16, 0, UINT32_MAX, &v))
		out->status = (uint32_t)v;
	if (stamp_int(stamp, 17, 1, 7, &v))
		out->source_kind = (uint32_t)v;
	if (!stamp_int(stamp, 1, 2, 3, &mode) ||
	    !stamp_int(stamp, 3, -900000000, 900000000, &lat) ||
	    !stamp_int(stamp, 4, -1800000000, 1800000000, &lon))
		return;
	out->has_fix = true;
	out->fix.seq = header->seq;
	out->fix.lat_e7 = (int32_t)lat;
	out->fix.lon_e7 = (int32_t)lon;
	out->fix.has_eph = stamp_int(stamp, 6, 1, UINT32_MAX, &v);
	out->fix.eph_mm = out->fix.has_eph ? (uint32_t)v : 0;
	out->fix.age_ms = stamp_int(stamp, 18, 0, INT32_MAX, &v) ? v : 0;
	out->fix.wall_ms = header->rtc_ms - out->fix.age_ms;
	out->fix.has_gnss =
	    stamp_int(stamp, 2, FV_FOLD_TIME_MIN_MS, FV_FOLD_TIME_MAX_MS, &out->fix.gnss_ms);
}

struct kept *
fv_fold_lookup(const struct device *device, uint64_t seq)
{
	size_t lo = 0, hi = device->kept_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (device->kept[mid]->header.seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < device->kept_count && device->kept[lo]->header.seq == seq
	    ? device->kept[lo]
	    : NULL;
}

/* The array with room for one more element; NULL, and the array as it was, without memory. */
static void *
grown(void *array, size_t *cap, size_t count, size_t size)
{
	size_t want = *cap > 0 ? *cap * 2 : 16;
	void *p;

	if (count < *cap)
		return array;
	if ((p = realloc(array, want * size)) != NULL)
		*cap = want;
	return p;
}

static struct device *
device_of(struct fv_fold *fold, const uint8_t dev[FV_DEV_BYTES])
{
	struct device *d;

	for (size_t i = 0; i < fold->device_count; i++)
		if (memcmp(fold->devices[i].dev, dev, FV_DEV_BYTES) == 0)
			return &fold->devices[i];
	d = grown(fold->devices, &fold->device_cap, fold->device_count, sizeof *d);
	if (d == NULL)
		return NULL;
	fold->devices = d;
	d = &fold->devices[fold->device_count++];
	memset(d, 0, sizeof *d);
	memcpy(d->dev, dev, FV_DEV_BYTES);
	return d;
}

/* What later records of this device need of one that is not kept for itself. */
static void
take_context(struct fv_fold *fold, struct device *d, const struct kept *k)
{
	struct fv_span officer;
	struct fv_cbor_reader r;
	uint64_t v;

	switch (k->header.type) {
	case FV_REC_SESSION:
		d->source_kind = fv_fold_uint(k, 4, 7, &v) ? (uint32_t)v : 0;
		break;
	case FV_REC_OFFICER:
		if (fv_fold_uint(k, 5, 2, &v) && v == 2) {
			d->officer = NULL;
			break;
		}
		/* fall through */
	case FV_REC_SHIFT_BEGIN:
		if (fv_fold_find(k, 4, &r) && fv_cbor_get_text(&r, &officer) == FV_OK &&
		    fv_id_valid(officer, 24))
			d->officer = fv_fold_text(&fold->arena, officer);
		break;
	default:
		break;
	}
}

static bool
is_kept_type(uint32_t type)
{
	switch (type) {
	case FV_REC_BOOT:
	case FV_REC_VISIT_BEGIN:
	case FV_REC_VISIT_END:
	case FV_REC_CONTACT:
	case FV_REC_OUTCOME:
	case FV_REC_EVENT:
	case FV_REC_NOTE:
	case FV_REC_ATTACHMENT:
	case FV_REC_AMEND:
	case FV_REC_CLOCK_STEP:
	case FV_REC_ALARM:
	case FV_REC_CHECKLIST:
	case FV_REC_COSIGN:
		return true;
	default:
		return false;
	}
}

/* Everything else says nothing about a contact, or (TRACK) is read where it stands. */
static bool
is_read_type(uint32_t type)
{
	return is_kept_type(type) || type == FV_REC_SESSION || type == FV_REC_SHIFT_BEGIN ||
	    type == FV_REC_SHIFT_END || type == FV_REC_OFFICER || type == FV_REC_SOS ||
	    type == FV_REC_CHECKIN;
}

static void
read_subject(struct kept *k)
{
	struct fv_cbor_reader r;
	enum fv_cbor_type type;

	if (!map_value(k->payload, 1, &r) || fv_cbor_peek(&r, &type) != FV_OK)
		return;
	if (type == FV_CBOR_TEXT)
		k->subject = SUBJECT_CASE;
	else if (type == FV_CBOR_UINT &&
	    fv_cbor_get_uint(&r, INT64_MAX, &k->subject_seq) == FV_OK)
		k->subject = SUBJECT_SEQ;
}

/* Copy payload and header; an unreadable payload leaves an empty one and is_bad. */
static struct kept *
keep(struct fv_fold *fold, const struct fv_fold_record *record)
{
	struct kept *k = fv_fold_alloc(&fold->arena, sizeof *k);
	uint8_t *copy;

	if (k == NULL)
		return NULL;
	k->header = record->header;
	k->header.rtc_ms = held(k->header.rtc_ms);
	k->header.gnss_ms = held(k->header.gnss_ms);
	k->header.boottime_ms = held(k->header.boottime_ms);
	k->is_sealed = record->is_sealed;
	k->is_erased = record->is_erased;
	k->received_ms = held(record->received_ms);
	if (record->payload.len == 0)
		return k;
	if (fv_cbor_check_all(record->payload) != FV_OK ||
	    (record->payload.ptr[0] >> 5) != 5) {
		k->is_bad = true;
		return k;
	}
	if ((copy = fv_fold_alloc(&fold->arena, record->payload.len)) == NULL)
		return NULL;
	memcpy(copy, record->payload.ptr, record->payload.len);
	k->payload = fv_span_of(copy, record->payload.len);
	read_subject(k);
	return k;
}

static enum fv_err
add_fix(struct device *d, const struct kept *k)
{
	struct stamp_view stamp;
	struct fix *fixes;

	fv_fold_stamp(&k->header, k->payload, &stamp);
	if (!stamp.has_fix)
		return FV_OK;
	if ((fixes = grown(d->fixes, &d->fix_cap, d->fix_count, sizeof *fixes)) == NULL)
		return FV_ENOMEM;
	d->fixes = fixes;
	stamp.fix.visit = k->header.type == FV_REC_VISIT_BEGIN ? k->header.seq
	    : k->subject == SUBJECT_SEQ                        ? k->subject_seq
							       : UINT64_MAX;
	d->fixes[d->fix_count++] = stamp.fix;
	return FV_OK;
}

/* The fixes of a TRACK.  The receiver's time is tied to the wall clock at the last one. */
static enum fv_err
add_track(struct fv_fold *fold, struct device *d, const struct fv_fold_record *record)
{
	struct fv_track_fix *track = NULL;
	struct fv_track_info info;
	struct fv_span coded;
	struct fix *fixes;
	enum fv_err rc;

	if (record->payload.len == 0)
		return FV_OK;
	rc = fv_track_payload_parse(record->payload, &info, &coded);
	if (rc == FV_OK && (track = calloc(info.count, sizeof *track)) == NULL)
		return FV_ENOMEM;
	if (rc == FV_OK)
		rc = fv_track_decode(coded, &info, track);
	if (rc != FV_OK) {
		fold->unknown_count += rc != FV_ENOMEM ? 1U : 0U;
		free(track);
		return rc == FV_ENOMEM ? rc : FV_OK;
	}
	for (size_t i = 0; i < info.count; i++) {
		if ((fixes = grown(d->fixes, &d->fix_cap, d->fix_count, sizeof *fixes)) ==
		    NULL) {
			free(track);
			return FV_ENOMEM;
		}
		d->fixes = fixes;
		fixes[d->fix_count++] = (struct fix){.seq = record->header.seq,
		    .visit = UINT64_MAX,
		    .wall_ms = held(record->header.rtc_ms) -
			(track[info.count - 1].t_ms - track[i].t_ms),
		    .gnss_ms = held(track[i].t_ms),
		    .has_gnss = true,
		    .has_eph = info.has_worst_eph && info.worst_eph_mm > 0,
		    .eph_mm = info.has_worst_eph ? (uint32_t)info.worst_eph_mm : 0,
		    .lat_e7 = track[i].place.lat_e7,
		    .lon_e7 = track[i].place.lon_e7};
	}
	free(track);
	return FV_OK;
}

enum fv_err
fv_fold_add(struct fv_fold *fold, const struct fv_fold_record *record)
{
	uint32_t type = record->header.type;
	struct kept *k, **list;
	struct device *d;

	if (fold->is_finished)
		return FV_ESTATE;
	if ((d = device_of(fold, record->header.dev)) == NULL)
		return FV_ENOMEM;
	if (d->has_last && record->header.seq <= d->last_seq)
		return FV_ESTATE;
	d->has_last = true;
	d->last_seq = record->header.seq;
	if (type == FV_REC_TRACK)
		return add_track(fold, d, record);
	if (!is_read_type(type)) {
		fold->unknown_count += fv_record_type_name(type) == NULL ? 1U : 0U;
		return FV_OK;
	}
	if ((k = keep(fold, record)) == NULL)
		return FV_ENOMEM;
	fold->unknown_count += k->is_bad ? 1U : 0U;
	take_context(fold, d, k);
	k->source_kind = d->source_kind;
	k->officer = d->officer;
	if (add_fix(d, k) != FV_OK)
		return FV_ENOMEM;
	if (!is_kept_type(type))
		return fold->arena.failed ? FV_ENOMEM : FV_OK;
	if ((list = grown(d->kept, &d->kept_cap, d->kept_count, sizeof(struct kept *))) ==
	    NULL)
		return FV_ENOMEM;
	d->kept = list;
	d->kept[d->kept_count++] = k;
	return fold->arena.failed ? FV_ENOMEM : FV_OK;
}

enum fv_err
fv_fold_new(struct fv_fold **fold_out)
{
	*fold_out = calloc(1, sizeof **fold_out);
	return *fold_out != NULL ? FV_OK : FV_ENOMEM;
}

void
fv_fold_free(struct fv_fold *fold)
{
	if (fold == NULL)
		return;
	for (size_t i = 0; i < fold->device_count; i++) {
		free(fold->devices[i].kept);
		free(fold->devices[i].fixes);
	}
	free(fold->devices);
	free(fold->contacts);
	free(fold->events);
	fv_arena_clear(&fold->arena.memory);
	free(fold);
}
