/*
 * Alerts: what somebody must be told of, whom that was, and until when a handheld is to
 * speak up again.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_ALERTS_H
#define FV_STORE_ALERTS_H

#include "fv/alert.h"
#include "store.h"

/* Stored numbers. */
enum fv_alert_kind {
	FV_ALERT_SOS = 1,
	FV_ALERT_CHECKIN = 2, /* overdue */
	FV_ALERT_WELFARE = 3, /* of the borrower, or a child alone */
	FV_ALERT_HOLD = 4,    /* on a case with a visit under way */
};

/* What the trail says of an SOS that was told ahead of it. */
enum fv_alert_evidence {
	FV_EVIDENCE_NONE = 0,  /* its record has not come */
	FV_EVIDENCE_SAME = 1,  /* it has, and says the same */
	FV_EVIDENCE_OTHER = 2, /* the record of that number says something else */
};

struct fv_store_alert {
	char id[FV_ALERT_ID_BYTES];
	enum fv_alert_kind kind;
	int64_t device_no;
	struct fv_alert said; /* place: of an SOS only; seq: of the record that it is about;
			       * officer: as told, else the enrolment's */
	int64_t received_ms;
	bool has_ended;
	int64_t ended_ms; /* by the officer, by a check-in, by the visit's end */
	enum fv_alert_evidence evidence;
	char case_id[FV_CASE_ID_BYTES]; /* "": none */
	bool is_acked;
	char acked_by[FV_ID_BYTES]; /* with is_acked */
	int64_t acked_ms;
	uint32_t rounds; /* commands that were run for it */
	int64_t next_ms; /* when the next is due */
};
typedef enum fv_err (*fv_store_alert_fn)(const struct fv_store_alert *alert, void *ctx);

/* Add, or change what may change: state, end, place, evidence, ack, rounds, next_ms. */
FV_NODISCARD enum fv_err fv_store_alert_put(
    struct fv_store *store, const struct fv_store_alert *alert);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_alert_get(
    struct fv_store *store, const char *id, struct fv_store_alert *out);
/* All, newest first.  `fn` may change the alert that it is given. */
FV_NODISCARD enum fv_err fv_store_alert_each(
    struct fv_store *store, fv_store_alert_fn fn, void *ctx);
/* Those that nobody has seen, still stand and are due: SOS first. */
FV_NODISCARD enum fv_err fv_store_alert_each_due(
    struct fv_store *store, int64_t now_ms, fv_store_alert_fn fn, void *ctx);
/* Those of a device whose record has not come. */
FV_NODISCARD enum fv_err fv_store_alert_each_bare(
    struct fv_store *store, int64_t device_no, fv_store_alert_fn fn, void *ctx);

/* When an alert that waits behind newer ones of its handheld is due: never. */
#define FV_STORE_ALERT_PARKED INT64_MAX

/* How many SOS and welfare alerts of a handheld came after `since_ms` and nobody saw. */
FV_NODISCARD enum fv_err fv_store_alert_count(
    struct fv_store *store, int64_t device_no, int64_t since_ms, uint64_t *count_out);

/* Of the SOS and welfare alerts of a handheld that nobody saw and that are told: leave the
 * `told` newest, let the next one wait. */
FV_NODISCARD enum fv_err fv_store_alert_park(
    struct fv_store *store, int64_t device_no, uint32_t told);
/* The newest of the handheld's that wait is due at `now_ms`. */
FV_NODISCARD enum fv_err fv_store_alert_unpark(
    struct fv_store *store, int64_t device_no, int64_t now_ms);
/* All that would be due later, but those that wait, are due at `now_ms`. */
FV_NODISCARD enum fv_err fv_store_alert_hurry(struct fv_store *store, int64_t now_ms);

/* What a handheld is known to be in the middle of. */
struct fv_store_watch {
	int64_t device_no;
	bool has_visit;
	uint64_t visit_seq;
	char case_id[FV_CASE_ID_BYTES]; /* of the visit; "": none */
	bool has_due;
	uint64_t checkin_seq;
	int64_t due_ms; /* server time at which it is overdue; with has_due */
};
typedef enum fv_err (*fv_store_watch_fn)(const struct fv_store_watch *watch, void *ctx);

FV_NODISCARD enum fv_err fv_store_watch_put(
    struct fv_store *store, const struct fv_store_watch *watch);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_watch_get(
    struct fv_store *store, int64_t device_no, struct fv_store_watch *out);
/* Those overdue at `now_ms`. */
FV_NODISCARD enum fv_err fv_store_watch_each_due(
    struct fv_store *store, int64_t now_ms, fv_store_watch_fn fn, void *ctx);
/* Those with a visit under way at the case. */
FV_NODISCARD enum fv_err fv_store_watch_each_case(
    struct fv_store *store, struct fv_span case_id, fv_store_watch_fn fn, void *ctx);

#endif
