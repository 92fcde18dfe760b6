/*
 * The handheld's keys and what enrolment taught it: who it is, for whom it works, and
 * which server, log and roster it believes.
 *
 * Threads: one.  Memory: fresh keys belong in fv_secret_alloc() memory.
 */
#ifndef FV_APP_IDENTITY_H
#define FV_APP_IDENTITY_H

#include "firmware-app/journal.h"
#include "fv/lines.h"
#include "fv/ticket.h"

/* Names of settings beside those of journal.h. */
#define FV_SET_STATE "identity_state"    /* enum fv_identity_state */
#define FV_SET_TICKET_ID "ticket_id"     /* 16 bytes */
#define FV_SET_TICKET_NOTE "ticket_note" /* the signed ticket, without its token */
#define FV_SET_PK_SYNC "pk_sync"
#define FV_SET_SK_SYNC "sk_sync" /* under file permissions and LUKS only */
#define FV_SET_PK_BOX "pk_box"
#define FV_SET_ENROL_LEAF "enrol_leaf"
#define FV_SET_ENROL_INDEX "enrol_leaf_index"
#define FV_SET_HANDLE_SECRET "handle_secret"
#define FV_SET_HANDLE_NUMBER "handle_number" /* i of the next request's handle */
#define FV_SET_HPKE_KEY_ID "hpke_key_id"
#define FV_SET_HPKE_PK "hpke_pk"
#define FV_SET_ROSTER_VERSION "roster_version" /* of the newest believed */
#define FV_SET_PACKS_NOTE "packs_note"

enum fv_identity_state {
	FV_IDENTITY_NONE = 0,
	FV_IDENTITY_PENDING = 1, /* keys made and stored, no answer yet */
	FV_IDENTITY_ENROLLED = 2,
};

/* Keys just made.  Wipe after use. */
struct fv_identity_keys {
	uint8_t ticket_id[FV_TICKET_ID_BYTES];
	uint8_t dev[FV_DEV_BYTES];
	uint8_t seed_0[FV_SEED_BYTES]; /* signs the first seal and the enrolment */
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t sk_sync[FV_KEY_BYTES];
	uint8_t pk_sync[FV_KEY_BYTES];
	uint8_t sk_box[FV_KEY_BYTES]; /* stored only wrapped under the PIN */
	uint8_t pk_box[FV_KEY_BYTES];
	uint8_t mac_seed[FV_SEED_BYTES]; /* for the auditors; never stored here in clear */
};

/* Make all keys of a new device for this ticket. */
void fv_identity_make(struct fv_random random, const uint8_t ticket_id[FV_TICKET_ID_BYTES],
    struct fv_identity_keys *keys_out);

/*
 * Write the seal state below `dir` and the public and sync keys into the store as a
 * pending identity.  Best within the caller's transaction.
 * Errors: FV_EIO FV_EFULL FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_identity_store(
    struct fv_store *store, const char *dir, const struct fv_identity_keys *keys);

/* What the programs ask about themselves. */
struct fv_identity {
	enum fv_identity_state state;
	uint8_t dev[FV_DEV_BYTES];
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t pk_sync[FV_KEY_BYTES];
	uint8_t pk_box[FV_KEY_BYTES];
	struct fv_ticket ticket; /* URL, log key, agency, team, officer; token zero */
};

/* Load; state FV_IDENTITY_NONE (and FV_OK) when there is nothing yet.
 * Errors: FV_ECORRUPT FV_EIO FV_ENOMEM */
FV_NODISCARD enum fv_err fv_identity_load(
    struct fv_store *store, struct fv_identity *identity_out);

#endif
