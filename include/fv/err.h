/*
 * Result codes and the attributes every public function carries.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_ERR_H
#define FV_ERR_H

#define FV_EXPORT __attribute__((visibility("default")))
#define FV_NODISCARD __attribute__((warn_unused_result))

/* Stable numbers: added to, never changed.  Negative: an error.  Positive: "not yet". */
enum fv_err {
	FV_OK = 0,
	FV_AGAIN = 1,       /* more input or time is needed */
	FV_ENOMEM = -1,     /* out of memory */
	FV_ERANGE = -2,     /* a value is outside the range its contract gives */
	FV_EFORMAT = -3,    /* bytes do not follow their format */
	FV_ETOOBIG = -4,    /* a length or count is over its named limit */
	FV_EAUTH = -5,      /* a signature, tag or MAC does not verify */
	FV_ENOENT = -6,     /* the thing asked for is not there */
	FV_EEXIST = -7,     /* it is there already */
	FV_EIO = -8,        /* the outside world failed: disk, socket, device */
	FV_EFULL = -9,      /* no space is left */
	FV_EBUSY = -10,     /* somebody else holds it */
	FV_ESTATE = -11,    /* not possible in the present state */
	FV_ECONFLICT = -12, /* other content under the same name or number */
	FV_EVERSION = -13,  /* a version this build does not know */
	FV_EDENIED = -14,   /* known, understood and not permitted */
	FV_ECORRUPT = -15,  /* our own stored data is damaged */
	FV_ECUT = -16,      /* input ends before the item does */
};

/*
 * The stable short name of `err`, for example "FV_EFORMAT"; "FV_E?" for a number
 * that is none of ours.  Returns borrowed: static storage.
 */
FV_EXPORT const char *fv_err_name(enum fv_err err);

/*
 * One English sentence fragment for people, for example "bytes do not follow
 * their format".  Returns borrowed: static storage.
 */
FV_EXPORT const char *fv_err_text(enum fv_err err);

#endif
