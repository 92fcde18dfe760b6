/*
 * Numbered points at which a test may make the program die, to prove that a restart
 * finds every promise kept.  FV_FAIL=n in the environment aborts at point n, FV_FAIL=n:k at
 * the k-th time that it is reached.
 *
 * Threads: reads the environment.  Memory: none.
 */
#ifndef FV_APP_FAILPOINT_H
#define FV_APP_FAILPOINT_H

enum fv_failpoint {
	FV_POINT_NONE = 0,
	FV_POINT_RECORD_BEFORE_COMMIT = 1,
	FV_POINT_RECORD_AFTER_COMMIT = 2,
	FV_POINT_RECORD_HALF_SLOT = 3,
	FV_POINT_RECORD_AFTER_SLOT = 4,
	FV_POINT_SEAL_START = 5,
	FV_POINT_SEAL_HALF_NEXT = 6,
	FV_POINT_SEAL_AFTER_NEXT = 7,
	FV_POINT_SEAL_BEFORE_COMMIT = 8,
	FV_POINT_SEAL_AFTER_COMMIT = 9,
	FV_POINT_SEAL_HALF_ZERO = 10,
	FV_POINT_SEAL_AFTER_ZERO = 11,
	FV_POINT_SEAL_HALF_AGAIN = 12,
	FV_POINT_SEAL_END = 13,
	FV_POINT_OPEN_AFTER_CHOICE = 14,
	FV_POINT_ENROL_KEYS_MADE = 15,
	FV_POINT_ENROL_ANSWERED = 16,
	FV_POINT_ENROL_STORED = 17,
	FV_POINT_SYNC_SENT = 18,
	FV_POINT_SYNC_ANSWERED = 19,
	FV_POINT_SYNC_TAKEN = 20,
	FV_POINT_WIPE_HALF = 21,
	FV_POINT_ATTACH_STAGED = 22, /* some pieces are durable, and no record names them */
	FV_POINT_LAST = 22,
};

/* Abort when FV_FAIL names this point. */
void fv_failpoint(enum fv_failpoint point);

/* True when FV_FAIL names this point: the caller does half its work and aborts. */
int fv_failpoint_wanted(enum fv_failpoint point);

#endif
