/*
 * Inside of `fieldvisitd note open`: what notes and attachments share.  What is sealed is
 * decrypted only after its bytes are those that the sealed record names and the key is the
 * one that the record commits to (PROTOCOL.md section C5).
 */
#ifndef FV_SERVER_NOTEOPEN_H
#define FV_SERVER_NOTEOPEN_H

#include "fv/bundle.h"
#include "fv/note.h"
#include "sync-server/cli.h"

#define OPENING_PREFIX 40U /* "device-" 32 hex "/" */

struct opening {
	struct fv_bundle *bundle;
	const struct fv_key_public *key;
	const struct fv_key_secret *secret;
	const char *out; /* folder for attachments; NULL: they are only counted */
	bool as_json;
	size_t opened, not_ours, bad;
	size_t attachments, attachments_not_ours, left_closed;
};

/* One sealed thing's own members. */
struct opening_found {
	char prefix[OPENING_PREFIX + 1];
	char seq_text[24];
	uint8_t dev[FV_DEV_BYTES];
	uint64_t seq;
	struct fv_span payload; /* without its salt */
};

/* Say on standard error which rule is broken, and count it. */
void opening_complain(struct opening *o, const struct opening_found *f, const char *rule);

/* "device-<hex>/<folder>/<seq><end>"; false for any other member. */
bool opening_read_name(
    struct fv_span name, const char *folder, const char *end, struct opening_found *f);

/* The bytes of "<prefix><folder>/<seq><end>"; empty: it is not there. */
struct fv_span opening_member(
    struct opening *o, const struct opening_found *f, const char *folder, const char *end);

/* Fill f->payload with the one that the record's header commits to.  Returns the rule that
 * is broken; NULL: none. */
const char *opening_read_payload(struct opening *o, struct opening_found *f, uint32_t type);

/* Payload key `key` is the SHA-256 of these bytes. */
bool opening_is_hash_of(struct fv_span payload, uint64_t key, struct fv_span bytes);

/*
 * The content key, from this reader's capsule.  Returns the rule that is broken; NULL: it
 * is in cek_out, or (*is_ours_out false) sealed to others only.
 */
const char *opening_unseal(struct opening *o, const struct opening_found *f,
    struct fv_span capsules, uint8_t kc_out[FV_NOTE_KC_BYTES],
    uint8_t cek_out[FV_NOTE_CEK_BYTES], bool *is_ours_out);

/* The text of a note.  Returns the rule that is broken; NULL: `plain` holds it, or
 * (*is_ours_out false) it is sealed to others only. */
const char *opening_decrypt(struct opening *o, const struct opening_found *f,
    struct fv_span ct, struct fv_buf *plain, bool *is_ours_out);

/* An export's bytes: a tar file's own, or what a folder would be packed. */
struct opening_source {
	struct fv_cli_map map; /* owned; fv_cli_unmap() */
	struct fv_buf buf;     /* owned */
	struct fv_span tar;
};
/* Read an export, a file or a folder.  Owned: *bundle_out.  An exit code; says why. */
int opening_load(
    const char *path, struct opening_source *source, struct fv_bundle **bundle_out);
/* Refuse an export that does not verify.  An exit code; says why. */
int opening_verify(struct opening *o, const char *path, struct fv_span tar);

/* Open the attachment whose payload member is `name`; any other name is passed over. */
void opening_attachment(struct opening *o, struct fv_span name);

#endif
