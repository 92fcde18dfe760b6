/*
 * What raises an alert: an SOS told ahead of the trail (request key 10) or in it, a
 * check-in that is overdue, a welfare concern, a hold on a case with a visit under way.
 * Telling people is alerter.h.
 *
 * Threads: the thread that writes; each function runs in the caller's transaction.
 */
#ifndef FV_ALERTS_H
#define FV_ALERTS_H

#include "sync-server/store/alerts.h"
#include "sync-server/store/records.h"

#define FV_ALERT_GRACE_MS INT64_C(300000) /* after a check-in was due */
#define FV_ALERT_AGAIN_MS INT64_C(120000) /* unseen: the next on the list is told */
#define FV_ALERT_DEVICE_TOLD 8U  /* SOS and welfare alerts of one handheld that are told */
#define FV_ALERT_DEVICE_DAY 256U /* kept in 24 hours while nobody sees any */
#define FV_ALERT_DEVICE_TURNS 2U /* commands that run for one handheld at a time */

/* "sos", "checkin", "welfare", "hold".  Returns borrowed: static storage. */
const char *fv_alert_kind_word(enum fv_alert_kind kind);

/* Take the alert of a request.  What is there already is brought up to date.
 * Errors: FV_EFULL  this handheld has had its alerts of a day, and nobody saw one. */
FV_NODISCARD enum fv_err fv_alerts_take(struct fv_store *store,
    const struct fv_store_device *device, const struct fv_alert *alert, int64_t now_ms);

/* A record has become part of the trail: whatever follows from it. */
FV_NODISCARD enum fv_err fv_alerts_note(struct fv_store *store,
    const struct fv_store_device *device, const struct fv_store_record *record,
    int64_t now_ms);

/* After a request: hold what was told ahead against the records that have come. */
FV_NODISCARD enum fv_err fv_alerts_match(
    struct fv_store *store, const struct fv_store_device *device);

/* No more contact at this case: raise an alert for each handheld that is there now, but for
 * `writer_no` (0: none), which said so itself. */
FV_NODISCARD enum fv_err fv_alerts_hold(
    struct fv_store *store, struct fv_span case_id, int64_t writer_no, int64_t now_ms);

/* Somebody has seen the alert: one of its handheld that waited for that is told now. */
FV_NODISCARD enum fv_err fv_alerts_seen(
    struct fv_store *store, const struct fv_store_alert *alert, int64_t now_ms);

/* Whether two alerts, by their ids, are of one handheld. */
bool fv_alerts_share_device(const char *id, const char *other);

/* Raise an alert for each check-in that is overdue now. */
FV_NODISCARD enum fv_err fv_alerts_overdue(struct fv_store *store, int64_t now_ms);

#endif
