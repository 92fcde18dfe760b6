/*
 * An SOS on the wire: what a request says of it before anything else (request key 10),
 * what an answer confirms (answer key 15), and who has seen it (item kind 13); PROTOCOL.md
 * sections 7 and 8.
 *
 * Threads: no shared state.  Memory: encoders append to an fv_buf.
 */
#ifndef FV_ALERT_H
#define FV_ALERT_H

#include "fv/cbor.h"
#include "fv/crypto.h"
#include "fv/lines.h"
#include "fv/record.h"
#include "fv/stamp.h"

#define FV_ALERT_ID_BYTES 48U /* "s-", 16 hex digits, "-t", an int64 and NUL, with room */

enum fv_alert_state {
	FV_ALERT_RAISED = 1,
	FV_ALERT_ENDED = 2, /* by the officer */
};

struct fv_alert {
	bool has_seq; /* it is recorded: seq of its first SOS record */
	uint64_t seq;
	enum fv_alert_state state;
	int64_t at_ms; /* wall clock of the handheld when it was raised */
	bool has_place;
	struct fv_place place; /* newest known */
	bool has_eph;
	int32_t eph_mm; /* horizontal error, 0.. */
	bool has_fix_ms;
	int64_t fix_ms;            /* the receiver's time of that place */
	char officer[FV_ID_BYTES]; /* who has the handheld in hand; "": nobody, not known */
};

/* Append the array of request key 10. */
FV_EXPORT void fv_alert_put(struct fv_buf *out, const struct fv_alert *alert);

/*
 * Take it.  Elements that this version does not know are passed over.
 * Errors: FV_EFORMAT FV_ECUT  another form;  FV_ERANGE  a value out of its range
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_alert_get(
    struct fv_cbor_reader *r, struct fv_alert *out);

/*
 * Its id: "s-", the first 16 hex digits of dev, "-" and seq; without a record "-t" and
 * at_ms.  Returns borrowed: id_out.
 */
FV_EXPORT const char *fv_alert_id(const uint8_t dev[FV_DEV_BYTES],
    const struct fv_alert *alert, char id_out[FV_ALERT_ID_BYTES]);

/* The body of an item of kind 13. */
struct fv_alert_seen {
	uint8_t dev[FV_DEV_BYTES];
	bool has_seq; /* as the alert's */
	uint64_t seq;
	char by[FV_ID_BYTES]; /* a supervisor */
	int64_t seen_ms;      /* the server's clock */
	int64_t at_ms;        /* the alert's own */
};
/* Append it. */
FV_EXPORT void fv_alert_seen_put(struct fv_buf *out, const struct fv_alert_seen *seen);
/*
 * Take it apart.  Copies: all.  Elements that this version does not know are passed over.
 * Errors: FV_EFORMAT FV_ETOOBIG FV_ECUT  another form;  FV_ERANGE  a value out of its range
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_alert_seen_parse(
    struct fv_span body, struct fv_alert_seen *out);

#endif
