/*
 * Trails made for tests: records from CBOR diagnostic notation, sealed as a handheld
 * would, with keys and random bytes that are always the same.
 */
#ifndef FV_TESTS_MADE_H
#define FV_TESTS_MADE_H

#include "fv/trail.h"

#define MADE_MAX 256U

struct made_record {
	struct fv_header header;
	uint8_t salt[FV_SALT_BYTES];
	struct fv_buf payload;      /* owned */
	struct fv_buf header_bytes; /* owned */
	struct fv_hash leaf;
	uint8_t sig[FV_SIG_BYTES]; /* of a SEAL */
};

struct made_trail {
	struct fv_trail trail;
	struct fv_ratchet ratchet;
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t pk_sync[FV_KEY_BYTES];
	uint8_t pk_box[FV_KEY_BYTES];
	uint8_t ticket_id[16];
	uint64_t counter; /* of the random bytes */
	int64_t rtc_ms;   /* of the next record; each takes one second */
	int64_t boottime_ms;
	uint8_t boot[FV_BOOT_BYTES];
	bool has_gnss; /* gnss_ms = rtc_ms + gnss_offset_ms in the next records */
	int64_t gnss_offset_ms;
	bool has_beacon;
	uint64_t beacon_size;
	uint8_t beacon_root[FV_BEACON_ROOT_BYTES];
	struct made_record *records; /* owned array of MADE_MAX */
	size_t count;
};

/* Append the CBOR of diagnostic notation: integers, "text", h'00', [..], {..}, true, null. */
void made_cbor(struct fv_buf *out, const char *diagnostic);

/* A trail of the `n`th made device, at 2026-03-02T02:00:00Z, whose first record is BOOT. */
void made_init(struct made_trail *t, uint8_t n);
void made_free(struct made_trail *t);
/* Append a record and move the clocks on by a second.  Returns its seq. */
uint64_t made_put(struct made_trail *t, uint32_t type, const char *diagnostic);
/* The same with printf. */
uint64_t made_putf(struct made_trail *t, uint32_t type, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The payload of records[count] is in place: make its header and leaf.  Returns its seq. */
uint64_t made_finish(struct made_trail *t, uint32_t type);
/* Append a SEAL and sign it.  Returns its seq. */
uint64_t made_seal(struct made_trail *t);
/* Move both clocks on. */
void made_wait(struct made_trail *t, int64_t ms);

#endif
