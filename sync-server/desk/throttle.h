/*
 * How often anybody may ask, and how often a password may be guessed.
 *
 * Guesses are counted for an account from an address, for an address, and for an account.
 * After some failures each further one makes the next wait, twice as long each time, a quarter
 * of an hour at most; an hour without one forgets them.  An outsider's guesses never keep the
 * owner out: what they cost the account is not asked of an address from which the owner has
 * signed in, and a one-time link is not asked for a password.
 *
 * All of it is in memory, found by a keyed hash, so that nobody can choose whom he hinders.
 * Threads: all functions on any, several at a time.
 */
#ifndef FV_DESK_THROTTLE_H
#define FV_DESK_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "fv/err.h"

#define DESK_WAIT_MAX_MS (INT64_C(15) * 60000)

struct desk_throttle;

/* Errors: FV_ENOMEM. */
FV_NODISCARD enum fv_err desk_throttle_new(struct desk_throttle **out);
/* NULL is well. */
void desk_throttle_free(struct desk_throttle *throttle);

/* May this address ask now?  0, or the ms to wait.  Who is signed in may ask more often. */
int64_t desk_throttle_request(
    struct desk_throttle *throttle, const char *client, bool is_signed_in, int64_t now_ms);

/*
 * May a secret of this account (NULL: a link's token) be tried from this address now?  0, or
 * the ms to wait.  What is allowed counts as failed until desk_throttle_passed(): tries side
 * by side cannot slip through.
 */
int64_t desk_throttle_try(
    struct desk_throttle *throttle, const char *client, const char *account, int64_t now_ms);
void desk_throttle_passed(
    struct desk_throttle *throttle, const char *client, const char *account, int64_t now_ms);

/* One of the few places for hashing a password, which takes much memory; true: give it back
 * with desk_throttle_leave(). */
bool desk_throttle_enter(struct desk_throttle *throttle);
void desk_throttle_leave(struct desk_throttle *throttle);

#endif
