/*
 * A handheld without hardware, for tests of the server: it makes records, seals them as
 * PROTOCOL.md section C4 says, and writes them in their wire form.
 */
#ifndef FV_TEST_HANDSET_H
#define FV_TEST_HANDSET_H

#include "fv/trail.h"

#define HANDSET_RECORDS_MAX 20480U /* as many as the bench of ingest needs */

struct handset_record {
	struct fv_header header;
	uint8_t salt[FV_SALT_BYTES];
	uint8_t *payload; /* owned */
	size_t payload_len;
	bool is_apart;
	bool has_sig;
	uint8_t sig[FV_SIG_BYTES];
};

struct handset {
	uint8_t seed[FV_SEED_BYTES]; /* signs the next seal */
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t sk_sync[FV_KEY_BYTES], pk_sync[FV_KEY_BYTES];
	uint8_t sk_box[FV_KEY_BYTES], pk_box[FV_KEY_BYTES];
	uint8_t ticket_id[16];
	uint8_t dev[FV_DEV_BYTES];
	uint8_t mark; /* seeds all that should be random */
	uint32_t counter;
	int64_t now_ms;
	struct fv_trail trail;
	struct handset_record *records; /* owned; HANDSET_RECORDS_MAX */
	size_t count;
};

/* Keys and ids follow from `mark`. */
void handset_init(struct handset *h, uint8_t mark);
/* The keys and ids that follow from mark and counter as they are now, and an empty trail. */
void handset_renew(struct handset *h);
void handset_clear(struct handset *h);

/* A copy with its own records: what an image of the device is. */
void handset_copy(struct handset *to, const struct handset *from);

/* Append a record of that type with this payload (a CBOR map). */
void handset_add(struct handset *h, uint32_t type, struct fv_span payload);
/* {1: case, 4: [officer], 5: 1} as VISIT_BEGIN; its seq. */
uint64_t handset_visit(struct handset *h, const char *case_id);
/* VISIT_END of the visit that began at `seq`. */
void handset_visit_end(struct handset *h, uint64_t seq);
/* A payload of `len` bytes, which travels apart when it is over the inline limit. */
void handset_add_big(struct handset *h, uint32_t type, size_t len);
/* A NOTE about `subject` whose content and capsules have these hashes. */
void handset_add_note(struct handset *h, uint64_t subject, const struct fv_hash *content,
    const struct fv_hash *capsules);
/* The SEAL record, signed with the current key, which is then replaced. */
void handset_seal(struct handset *h);

/* Wire records of [from, until). */
void handset_wire(const struct handset *h, size_t from, size_t until, struct fv_buf *out);

#endif
