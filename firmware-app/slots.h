/*
 * The file `seal/ratchet`: two slots of 4,096 bytes that hold the seal key and the MAC
 * ratchet, so that a crash at any step leaves exactly one usable state and a key that
 * has signed is overwritten (PROTOCOL.md C4.4).
 *
 * Order of work, always: the store commits, then the slot is written.  For a seal: the
 * *other* slot gets the next state, the store commits SEAL and signature, the old slot
 * is zeroed and written with the next state again.
 *
 * Threads: one.  Memory: the secret state is in fv_secret_alloc() memory.
 */
#ifndef FV_APP_SLOTS_H
#define FV_APP_SLOTS_H

#include "fv/trail.h"

#define FV_SLOTS_FOLDER "seal"
#define FV_SLOTS_FILE "ratchet"

struct fv_slots {
	int fd;                 /* -1: not open */
	unsigned current;       /* 0 or 1: the slot that holds `now` */
	struct fv_ratchet *now; /* owned, secret */
};

/* A closed value: what fv_slots_close() may always be given. */
#define FV_SLOTS_NONE                                                                         \
	{                                                                                     \
		-1, 0, NULL                                                                   \
	}

/*
 * Make the file anew below `dir` with this first state.  Durable on return.
 * Errors: FV_EIO FV_EFULL FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_slots_create(const char *dir, const struct fv_ratchet *first);

/*
 * Open and choose: of the slots whose key is `seal_pk` (the one that the last SEAL in
 * the store introduced, or enrolment) the highest generation; the other is zeroed.
 * Errors: FV_ENOENT    no file
 *         FV_ECORRUPT  no slot holds that key: the trail cannot be continued
 *         FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_slots_open(
    struct fv_slots *slots, const char *dir, const uint8_t seal_pk[FV_KEY_BYTES]);

/* Write `now` to the alternate slot, one generation on.  Errors: FV_EIO FV_EFULL */
FV_NODISCARD enum fv_err fv_slots_save(struct fv_slots *slots);

/* Step 1 of a seal: write `next` (its gen is set here) to the other slot. */
FV_NODISCARD enum fv_err fv_slots_prepare(struct fv_slots *slots, struct fv_ratchet *next);

/* Step 3 of a seal: zero the old slot, write `next` there too; `now` becomes `next`. */
FV_NODISCARD enum fv_err fv_slots_turn(struct fv_slots *slots, const struct fv_ratchet *next);

/* Close and wipe. */
void fv_slots_close(struct fv_slots *slots);

#endif
