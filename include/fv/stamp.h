/*
 * A stamp: where and when, as the receiver said it, with what is unknown left out
 * (PROTOCOL.md, Stamp).
 *
 * Threads: no state.  Memory: encoding appends to an fv_buf; decoding allocates nothing.
 */
#ifndef FV_STAMP_H
#define FV_STAMP_H

#include "fv/bytes.h"
#include "fv/geo.h"

/* Keys of the CBOR map; bit FV_STAMP_BIT(key) of `has` says that the field is known. */
enum fv_stamp_key {
	FV_STAMP_MODE = 1,
	FV_STAMP_GNSS = 2,
	FV_STAMP_LAT = 3,
	FV_STAMP_LON = 4,
	FV_STAMP_ALT = 5,
	FV_STAMP_EPH = 6,
	FV_STAMP_EPV = 7,
	FV_STAMP_SPEED = 8,
	FV_STAMP_COURSE = 9,
	FV_STAMP_USED = 10,
	FV_STAMP_SEEN = 11,
	FV_STAMP_SS_MEAN = 12,
	FV_STAMP_SS_SPREAD = 13,
	FV_STAMP_PDOP = 14,
	FV_STAMP_HDOP = 15,
	FV_STAMP_STATUS = 16,
	FV_STAMP_SOURCE = 17,
	FV_STAMP_AGE = 18,
	FV_STAMP_JAM = 19,
	FV_STAMP_ANTENNA = 20,
	FV_STAMP_RUN_3D = 21,
};
#define FV_STAMP_KEY_MAX 21U
#define FV_STAMP_BIT(key) (UINT32_C(1) << (key))

/* Kinds of source, told by the path of the device. */
enum fv_stamp_source {
	FV_SOURCE_SERIAL = 1, /* /dev/tty and a name */
	FV_SOURCE_USB = 2,    /* /dev/ttyUSB, /dev/ttyACM and a number */
	FV_SOURCE_PTY = 3,    /* /dev/pts/ and a number: a replay, always */
	FV_SOURCE_NET = 4,    /* tcp:// udp:// gpsd:// ntrip:// */
	FV_SOURCE_PPS = 5,    /* pps or shared memory */
	FV_SOURCE_FILE = 6,
	FV_SOURCE_OTHER = 7,
};

/* Every field is 0 and means nothing while its bit in `has` is clear. */
struct fv_stamp {
	uint32_t has;          /* FV_STAMP_BIT() of each known key */
	bool has_unknown;      /* decoded: keys that this build does not know were there */
	int32_t mode;          /* 1 none, 2 2D, 3 3D */
	int64_t gnss_ms;       /* the receiver's time, UTC */
	struct fv_place place; /* WGS 84; FV_STAMP_LAT and FV_STAMP_LON are known together */
	int32_t alt_hae_mm;    /* above the ellipsoid */
	int32_t eph_mm;        /* horizontal error, 0.. */
	int32_t epv_mm;        /* vertical error, 0.. */
	int32_t speed_mm_s;    /* 0.. */
	int32_t course_cdeg;   /* 0..35999, clockwise from true north */
	int32_t used;          /* satellites, 0..255 */
	int32_t seen;          /* satellites, 0..255 */
	int32_t ss_mean_d;     /* mean C/N0 of the used satellites, 0.1 dB-Hz, 0..9999 */
	int32_t ss_spread_d;   /* largest less smallest of them, likewise */
	int32_t pdop_c;        /* x 100, 1..99999 */
	int32_t hdop_c;        /* x 100, 1..99999 */
	int32_t status;        /* as gpsd gave it, 0..255 */
	int32_t source;        /* enum fv_stamp_source, 1..7 */
	int64_t age_ms;        /* of the fix when the stamp was taken, 0.. */
	int32_t jam;           /* 0..255 */
	int32_t antenna;       /* 1 ok, 2 open, 3 short */
	int32_t run_3d;        /* consecutive 3D fixes up to this one, 0.. */
};

/* True when the field of `key` is known. */
FV_EXPORT bool fv_stamp_has(const struct fv_stamp *stamp, enum fv_stamp_key key);

/* The kind of source that a device path tells; `path` may be NULL (other). */
FV_EXPORT enum fv_stamp_source fv_stamp_source_of_path(const char *path);

/* Append the stamp's CBOR map: the known fields, keys ascending. */
FV_EXPORT void fv_stamp_put(struct fv_buf *buf, const struct fv_stamp *stamp);

/*
 * Read a stamp's CBOR map; `item` is exactly that map.  Keys above FV_STAMP_KEY_MAX are
 * skipped and noted in has_unknown.
 * Errors: FV_EFORMAT  outside the CBOR profile, not a map of whole numbers, or only one
 *                     of latitude and longitude
 *         FV_ERANGE   a field outside the range above;  FV_ECUT, FV_ETOOBIG as fv_cbor_check
 *         (*stamp_out is then all zero)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_stamp_parse(
    struct fv_span item, struct fv_stamp *stamp_out);

#endif
