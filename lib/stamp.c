#include "fv/stamp.h"

#include <string.h>

#include "fv/cbor.h"

#define PLACE_BITS (FV_STAMP_BIT(FV_STAMP_LAT) | FV_STAMP_BIT(FV_STAMP_LON))

/* One field as a number, whatever its width: value[key] for the codec below. */
struct fields {
	int64_t value[FV_STAMP_KEY_MAX + 1];
};

static const struct {
	int64_t min;
	int64_t max;
} range[FV_STAMP_KEY_MAX + 1] = {
    [FV_STAMP_MODE] = {1, 3},
    [FV_STAMP_GNSS] = {INT64_MIN, INT64_MAX},
    [FV_STAMP_LAT] = {-FV_GEO_LAT_MAX_E7, FV_GEO_LAT_MAX_E7},
    [FV_STAMP_LON] = {-FV_GEO_LON_MAX_E7, FV_GEO_LON_MAX_E7},
    [FV_STAMP_ALT] = {INT32_MIN, INT32_MAX},
    [FV_STAMP_EPH] = {0, INT32_MAX},
    [FV_STAMP_EPV] = {0, INT32_MAX},
    [FV_STAMP_SPEED] = {0, INT32_MAX},
    [FV_STAMP_COURSE] = {0, 35999},
    [FV_STAMP_USED] = {0, 255},
    [FV_STAMP_SEEN] = {0, 255},
    [FV_STAMP_SS_MEAN] = {0, 9999},
    [FV_STAMP_SS_SPREAD] = {0, 9999},
    [FV_STAMP_PDOP] = {1, 99999},
    [FV_STAMP_HDOP] = {1, 99999},
    [FV_STAMP_STATUS] = {0, 255},
    [FV_STAMP_SOURCE] = {FV_SOURCE_SERIAL, FV_SOURCE_OTHER},
    [FV_STAMP_AGE] = {0, INT64_MAX},
    [FV_STAMP_JAM] = {0, 255},
    [FV_STAMP_ANTENNA] = {1, 3},
    [FV_STAMP_RUN_3D] = {0, INT32_MAX},
};

static void
to_fields(const struct fv_stamp *s, struct fields *f)
{
	f->value[0] = 0;
	f->value[FV_STAMP_MODE] = s->mode;
	f->value[FV_STAMP_GNSS] = s->gnss_ms;
	f->value[FV_STAMP_LAT] = s->place.lat_e7;
	f->value[FV_STAMP_LON] = s->place.lon_e7;
	f->value[FV_STAMP_ALT] = s->alt_hae_mm;
	f->value[FV_STAMP_EPH] = s->eph_mm;
	f->value[FV_STAMP_EPV] = s->epv_mm;
	f->value[FV_STAMP_SPEED] = s->speed_mm_s;
	f->value[FV_STAMP_COURSE] = s->course_cdeg;
	f->value[FV_STAMP_USED] = s->used;
	f->value[FV_STAMP_SEEN] = s->seen;
	f->value[FV_STAMP_SS_MEAN] = s->ss_mean_d;
	f->value[FV_STAMP_SS_SPREAD] = s->ss_spread_d;
	f->value[FV_STAMP_PDOP] = s->pdop_c;
	f->value[FV_STAMP_HDOP] = s->hdop_c;
	f->value[FV_STAMP_STATUS] = s->status;
	f->value[FV_STAMP_SOURCE] = s->source;
	f->value[FV_STAMP_AGE] = s->age_ms;
	f->value[FV_STAMP_JAM] = s->jam;
	f->value[FV_STAMP_ANTENNA] = s->antenna;
	f->value[FV_STAMP_RUN_3D] = s->run_3d;
}

/* The ranges above fit the fields' types. */
static void
from_fields(const struct fields *f, struct fv_stamp *s)
{
	s->mode = (int32_t)f->value[FV_STAMP_MODE];
	s->gnss_ms = f->value[FV_STAMP_GNSS];
	s->place.lat_e7 = (int32_t)f->value[FV_STAMP_LAT];
	s->place.lon_e7 = (int32_t)f->value[FV_STAMP_LON];
	s->alt_hae_mm = (int32_t)f->value[FV_STAMP_ALT];
	s->eph_mm = (int32_t)f->value[FV_STAMP_EPH];
	s->epv_mm = (int32_t)f->value[FV_STAMP_EPV];
	s->speed_mm_s = (int32_t)f->value[FV_STAMP_SPEED];
	s->course_cdeg = (int32_t)f->value[FV_STAMP_COURSE];
	s->used = (int32_t)f->value[FV_STAMP_USED];
	s->seen = (int32_t)f->value[FV_STAMP_SEEN];
	s->ss_mean_d = (int32_t)f->value[FV_STAMP_SS_MEAN];
	s->ss_spread_d = (int32_t)f->value[FV_STAMP_SS_SPREAD];
	s->pdop_c = (int32_t)f->value[FV_STAMP_PDOP];
	s->hdop_c = (int32_t)f->value[FV_STAMP_HDOP];
	s->status = (int32_t)f->value[FV_STAMP_STATUS];
	s->source = (int32_t)f->value[FV_STAMP_SOURCE];
	s->age_ms = f->value[FV_STAMP_AGE];
	s->jam = (int32_t)f->value[FV_STAMP_JAM];
	s->antenna = (int32_t)f->value[FV_STAMP_ANTENNA];
	s->run_3d = (int32_t)f->value[FV_STAMP_RUN_3D];
}

bool
fv_stamp_has(const struct fv_stamp *stamp, enum fv_stamp_key key)
{
	return (stamp->has & FV_STAMP_BIT(key)) != 0;
}

static bool
begins_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

enum fv_stamp_source
fv_stamp_source_of_path(const char *path)
{
	if (path == NULL || path[0] == '\0')
		return FV_SOURCE_OTHER;
	if (begins_with(path, "/dev/ttyUSB") || begins_with(path, "/dev/ttyACM"))
		return FV_SOURCE_USB;
	if (begins_with(path, "/dev/tty"))
		return FV_SOURCE_SERIAL;
	if (begins_with(path, "/dev/pts/"))
		return FV_SOURCE_PTY;
	if (begins_with(path, "tcp://") || begins_with(path, "udp://") ||
	    begins_with(path, "gpsd://") || begins_with(path, "ntrip://"))
		return FV_SOURCE_NET;
	if (begins_with(path, "/dev/pps") || begins_with(path, "shm") ||
	    begins_with(path, "/dev/shm"))
		return FV_SOURCE_PPS;
	if (path[0] == '/' && !begins_with(path, "/dev/"))
		return FV_SOURCE_FILE;
	return FV_SOURCE_OTHER;
}

void
fv_stamp_put(struct fv_buf *buf, const struct fv_stamp *stamp)
{
	struct fields f;
	size_t count = 0;

	to_fields(stamp, &f);
	for (uint32_t key = 1; key <= FV_STAMP_KEY_MAX; key++)
		count += (stamp->has & FV_STAMP_BIT(key)) != 0 ? 1 : 0;
	fv_cbor_put_map(buf, count);
	for (uint32_t key = 1; key <= FV_STAMP_KEY_MAX; key++) {
		if ((stamp->has & FV_STAMP_BIT(key)) == 0)
			continue;
		fv_cbor_put_uint(buf, key);
		fv_cbor_put_int(buf, f.value[key]);
	}
}

static enum fv_err
take_field(struct fv_cbor_reader *r, struct fv_stamp *s, struct fields *f)
{
	uint64_t key;
	enum fv_err rc;

	if ((rc = fv_cbor_get_uint(r, UINT64_MAX, &key)) != FV_OK)
		return rc;
	if (key > FV_STAMP_KEY_MAX) {
		s->has_unknown = true;
		return fv_cbor_skip(r, NULL);
	}
	if (key == 0)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_int(r, &f->value[key])) != FV_OK)
		return rc;
	if (f->value[key] < range[key].min || f->value[key] > range[key].max)
		return FV_ERANGE;
	s->has |= FV_STAMP_BIT(key);
	return FV_OK;
}

enum fv_err
fv_stamp_parse(struct fv_span item, struct fv_stamp *stamp_out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(item);
	struct fv_stamp s;
	struct fields f;
	size_t count;
	enum fv_err rc;

	memset(stamp_out, 0, sizeof *stamp_out);
	memset(&s, 0, sizeof s);
	memset(&f, 0, sizeof f);
	if ((rc = fv_cbor_check_all(item)) != FV_OK)
		return rc;
	if ((rc = fv_cbor_get_map(&r, &count)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		if ((rc = take_field(&r, &s, &f)) != FV_OK)
			return rc;
	if ((s.has & PLACE_BITS) != 0 && (s.has & PLACE_BITS) != PLACE_BITS)
		return FV_EFORMAT;
	from_fields(&f, &s);
	*stamp_out = s;
	return FV_OK;
}
