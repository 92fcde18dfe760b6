/*
 * Typed records of a trail: the canonical header, the salted payload commitment, the
 * chained leaf, and the compact wire form (PROTOCOL.md sections 1, 2, 6, C2).
 *
 * Threads: no shared state.  Memory: encoders append to an fv_buf; decoders return
 * spans into their input.
 */
#ifndef FV_RECORD_H
#define FV_RECORD_H

#include "fv/cbor.h"
#include "fv/crypto.h"

#define FV_DEV_BYTES 16U
#define FV_SALT_BYTES 16U
#define FV_BOOT_BYTES 8U
#define FV_BEACON_ROOT_BYTES 16U
#define FV_PAYLOAD_INLINE_MAX 2048U /* a longer payload travels apart */
#define FV_HEADER_BYTES_MAX 160U

enum fv_record_type {
	FV_REC_BOOT = 1,
	FV_REC_SESSION = 2,
	FV_REC_SHIFT_BEGIN = 3,
	FV_REC_SHIFT_END = 4,
	FV_REC_VISIT_BEGIN = 5,
	FV_REC_VISIT_END = 6,
	FV_REC_CONTACT = 7,
	FV_REC_OUTCOME = 8,
	FV_REC_EVENT = 9,
	FV_REC_NOTE = 10,
	FV_REC_ATTACHMENT = 11,
	FV_REC_TRACK = 12,
	FV_REC_GAP = 13,
	FV_REC_AMEND = 14,
	FV_REC_CLOCK_STEP = 15,
	FV_REC_ALARM = 16,
	FV_REC_SYNC = 17,
	FV_REC_SEAL = 18,
	FV_REC_SHUTDOWN = 19,
	FV_REC_OFFICER = 20,
	FV_REC_CHECKLIST = 21,
	FV_REC_SOS = 22,
	FV_REC_CHECKIN = 23,
	FV_REC_COSIGN = 24,
	FV_REC_LOCK = 25,
	FV_REC_TYPE_MAX = 63,
};

enum fv_record_flag {
	FV_RECF_APART = 1,       /* payload travels apart */
	FV_RECF_LOCKED = 2,      /* written while locked */
	FV_RECF_CLOCK_EARLY = 4, /* wall clock earlier than the program's build */
};

/* The header of one record.  Everything but `payload` of what a record says. */
struct fv_header {
	uint32_t type;             /* 1..63 */
	uint8_t dev[FV_DEV_BYTES]; /* whose trail */
	uint64_t seq;              /* from 0 */
	uint8_t boot[FV_BOOT_BYTES];
	int64_t boottime_ms; /* ms since boot */
	int64_t rtc_ms;      /* wall clock, ms UTC */
	bool has_gnss;
	int64_t gnss_ms; /* time of the fix in use; with has_gnss */
	uint32_t flags;  /* enum fv_record_flag */
	bool has_beacon;
	uint64_t beacon_size; /* last consistent checkpoint; with has_beacon */
	uint8_t beacon_root[FV_BEACON_ROOT_BYTES];
	struct fv_hash pc; /* payload commitment */
};

/* "BOOT" ... "LOCK"; "TYPE-n" texts are the caller's: NULL for a number without a name. */
FV_EXPORT const char *fv_record_type_name(uint32_t type);

/* pc = SHA-256("fieldvisit/pl/v1" || salt16 || payload). */
FV_EXPORT void fv_record_commit(
    const uint8_t salt[FV_SALT_BYTES], struct fv_span payload, struct fv_hash *pc_out);

/* Append the canonical header bytes. */
FV_EXPORT void fv_header_put(struct fv_buf *out, const struct fv_header *header);

/*
 * Read canonical header bytes.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ECUT;  FV_EVERSION  a header version that is not 1
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_header_parse(
    struct fv_span bytes, struct fv_header *out);

/* leaf = SHA-256(0x00 || previous leaf || header bytes); `prev` NULL for seq 0. */
FV_EXPORT void fv_record_leaf(
    const struct fv_hash *prev, struct fv_span header, struct fv_hash *leaf_out);

/* One record in its wire form, taken apart or about to be encoded. */
struct fv_wire_record {
	struct fv_header header;
	bool is_apart;               /* salt and payload travel as the blob named by pc */
	uint8_t salt[FV_SALT_BYTES]; /* when not apart */
	struct fv_span payload;      /* when not apart: canonical CBOR map */
	bool has_sig;                /* type SEAL only */
	uint8_t sig[FV_SIG_BYTES];
};

/*
 * Append the wire record, leaving out what equals `prev` (NULL for seq 0).
 */
FV_EXPORT void fv_wire_record_put(
    struct fv_buf *out, const struct fv_wire_record *record, const struct fv_header *prev);

/*
 * Read one wire record and rebuild its header: dev and seq come from the caller, the
 * rest from the bytes and `prev` (NULL for seq 0; its seq must be seq - 1).  The payload
 * is checked to be a canonical map; pc is computed when the payload is inline.
 * *len_out is the bytes used.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ETOOBIG, FV_ECUT;  FV_EVERSION  wflags bit 7
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_wire_record_parse(struct fv_span bytes,
    const uint8_t dev[FV_DEV_BYTES], const struct fv_header *prev, struct fv_wire_record *out,
    size_t *len_out);

/* One slice of a blob that travels apart (PROTOCOL.md section 6). */
#define FV_SLICE_MAX 3072U
#define FV_BLOB_MAX 32768U
struct fv_slice {
	struct fv_hash hash;
	uint64_t total;  /* bytes of the whole blob, 1..FV_BLOB_MAX */
	uint64_t offset; /* of this slice */
	struct fv_span bytes;
};
/* Append its array. */
FV_EXPORT void fv_slice_put(struct fv_buf *out, const struct fv_slice *slice);
/* Errors: FV_EFORMAT, FV_ERANGE, FV_ETOOBIG, FV_ECUT. */
FV_EXPORT FV_NODISCARD enum fv_err fv_slice_parse(
    struct fv_span bytes, struct fv_slice *out, size_t *len_out);

#endif
