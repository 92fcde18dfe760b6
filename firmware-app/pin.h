/*
 * The officer's PIN: it wraps the key that opens case cards, and nothing else
 * (PROTOCOL.md C8).  The trail, sealing and sync go on without it.
 *
 * Threads: one.  Memory: keys in fv_secret_alloc() memory.  Argon2id runs in a child
 * process, so that its memory is gone when it ends.
 */
#ifndef FV_APP_PIN_H
#define FV_APP_PIN_H

#include "firmware-app/app.h"

#define FV_PIN_FOLDER "keys"
#define FV_PIN_FILE "box"
#define FV_PIN_OPS 3U
#define FV_PIN_MEM_BYTES (UINT64_C(64) << 20)
#define FV_PIN_MEM_SMALL_BYTES (UINT64_C(32) << 20) /* on machines with under 1 GB */
#define FV_PIN_FREE_TRIES 3                         /* wrong ones without a delay */
#define FV_PIN_TRIES_MAX 10                         /* wrong ones; then the wipe */
#define FV_PIN_DELAY_MS INT64_C(30000) /* after the third, doubled by each further one */

/* Settings. */
#define FV_SET_PIN_FAILURES "pin_failures"
#define FV_SET_PIN_BOOT "pin_boot"         /* boot id at the last try */
#define FV_SET_PIN_BOOTTIME "pin_boottime" /* its CLOCK_BOOTTIME */
#define FV_SET_WIPED "wiped"

/* How a LOCK record says why. */
enum fv_lock_cause {
	FV_LOCK_BY_HAND = 1,
	FV_LOCK_TIMEOUT = 2,
	FV_LOCK_WRONG_PINS = 3,
	FV_LOCK_ORDER = 4,
};

/* One PIN of this handheld: its file below FV_PIN_FOLDER, and the settings that count
 * its wrong tries. */
struct fv_pin_slot {
	const char *file;
	const char *failures;
	const char *boot;
	const char *boottime;
};

/*
 * Wrap `key` under `pin` into DIR/keys/NAME.  Slow by design.
 * Errors: FV_EIO FV_EFULL FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_pin_set(
    const char *dir, const char *name, struct fv_span pin, const uint8_t key[FV_KEY_BYTES]);

/*
 * Open the wrapped key.  Slow by design; counts nothing.
 * Errors: FV_ENOENT    there is none (wiped)
 *         FV_EAUTH     another PIN
 *         FV_ECORRUPT FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_pin_open(
    const char *dir, const char *name, struct fv_span pin, uint8_t key_out[FV_KEY_BYTES]);

/* Overwrite and remove DIR/keys/NAME. */
void fv_pin_erase(const char *dir, const char *name);
/* The same of every file there: each may wrap the cards' key. */
void fv_pin_erase_all(const char *dir);

/* Wrong tries so far.  Errors: FV_ECORRUPT FV_EIO */
FV_NODISCARD enum fv_err fv_pin_failures(
    struct fv_app *app, const struct fv_pin_slot *slot, int64_t *failures_out);
/* Milliseconds until the next try is allowed after so many wrong ones. */
int64_t fv_pin_wait_ms(struct fv_app *app, const struct fv_pin_slot *slot, int64_t failures);
/*
 * fv_pin_open() with the try counted, durably, before it is made, `failures` being those so
 * far.  It stays counted unless memory or the disk failed, which tells nothing of the PIN; a
 * right one is for the caller to count away.  Errors: as fv_pin_open(), FV_EFULL
 */
FV_NODISCARD enum fv_err fv_pin_try(struct fv_app *app, const struct fv_pin_slot *slot,
    int64_t failures, struct fv_span pin, uint8_t key_out[FV_KEY_BYTES]);

/*
 * Try a PIN as the officer who has the handheld in hand: counts wrong ones durably before it
 * looks, delays after the third, wipes at the tenth.  True: app->sk_box is there.  False: the
 * reply says why.
 */
bool fv_pin_unlock(struct fv_app *app, struct fv_span pin, struct fv_reply *reply);

/* Write the LOCK record that says "unlocked".  False: the reply says why. */
bool fv_pin_note_unlocked(struct fv_app *app, struct fv_reply *reply);

/* Forget the key; writes a LOCK record when it was there.  False: the reply says why. */
bool fv_pin_lock(struct fv_app *app, enum fv_lock_cause cause, struct fv_reply *reply);

/*
 * Erase the wrapped key and the case cards, and record it.  Records, seals, sealed notes
 * and the sync key stay.  Errors: FV_EIO FV_EFULL FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_pin_wipe(struct fv_app *app, enum fv_lock_cause cause);

/* Finish a wipe that was cut short, or an order that was taken and not obeyed.  When the
 * trail is opened. */
void fv_pin_finish_wipe(struct fv_app *app);

#endif
