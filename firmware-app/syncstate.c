#include "firmware-app/syncstate.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-app/reply.h"

#define N_(s) s
#define CLOCK_OFF_MS                                                                          \
	INT64_C(600000) /* verdicts turn on minutes, and an answer takes seconds */

struct reason_row {
	const char *word;
	const char *text;
};

static const struct reason_row reasons[FV_SYNC_REASON_COUNT] = {
    [FV_SYNC_NONE] = {"none", N_("no failure")},
    [FV_SYNC_OFFLINE] = {"offline", N_("no connection to the server, or it was cut")},
    [FV_SYNC_BUSY] = {"busy", N_("the server is busy")},
    [FV_SYNC_NOT_OURS] = {"not-our-server", N_("not our server (captive portal?)")},
    [FV_SYNC_UNKNOWN] = {"unknown-device", N_("the server does not know this device")},
    [FV_SYNC_REVOKED] = {"revoked", N_("this device is revoked; everything is kept")},
    [FV_SYNC_CURSOR] = {"cursor", N_("the server wants another place to go on from")},
    [FV_SYNC_TOO_LARGE] = {"too-large", N_("too much at a time; less is sent next")},
    [FV_SYNC_NOT_STORED] = {"not-stored", N_("the server could not store it")},
    [FV_SYNC_BAD_ANSWER] = {"bad-answer", N_("the server's answer does not hold")},
    [FV_SYNC_LOG_REWRITTEN] = {"log-rewritten",
	N_("THE SERVER HAS REWRITTEN ITS LOG; everything is kept: tell the auditor")},
    [FV_SYNC_FORK] = {"fork",
	N_("the server holds another history of this device: enrol again")},
    [FV_SYNC_LOCAL] = {"local", N_("this handheld's disk or link program failed")},
};

const char *
fv_sync_reason_text(enum fv_sync_reason reason)
{
	return _(reasons[reason < FV_SYNC_REASON_COUNT ? reason : FV_SYNC_LOCAL].text);
}

const char *
fv_sync_reason_word(enum fv_sync_reason reason)
{
	return reasons[reason < FV_SYNC_REASON_COUNT ? reason : FV_SYNC_LOCAL].word;
}

bool
fv_syncstate_is_clock_off(const struct fv_syncstate *state)
{
	return state->server_ms != 0 &&
	    llabs(state->server_ms - state->last_ok_ms) > CLOCK_OFF_MS;
}

enum { FIELD_COUNT = 16 };

/* Settings, in the order of to_values(). */
static const char *const names[FIELD_COUNT] = {"sync_next_seq", "sync_server_sealed",
    "sync_receipted", "sync_cursor", "sync_seen_size", "sync_last_ok_ms", "sync_last_try_ms",
    "sync_next_try_ms", "sync_failures", "sync_reason", "sync_approved", "sync_revoked",
    "sync_probe_due", "sync_body_max", "sync_told", "sync_server_ms"};

static void
to_values(const struct fv_syncstate *s, int64_t values[FIELD_COUNT])
{
	const int64_t all[FIELD_COUNT] = {(int64_t)s->next_seq, (int64_t)s->server_sealed,
	    (int64_t)s->receipted, (int64_t)s->cursor, (int64_t)s->seen_size, s->last_ok_ms,
	    s->last_try_ms, s->next_try_ms, s->failures, (int64_t)s->reason, s->is_approved,
	    s->is_revoked, s->is_probe_due, (int64_t)s->body_max, s->told, s->server_ms};

	memcpy(values, all, sizeof all);
}

enum fv_err
fv_syncstate_load(struct fv_store *store, struct fv_syncstate *state_out)
{
	int64_t v[FIELD_COUNT];
	enum fv_err rc;

	memset(state_out, 0, sizeof *state_out);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		rc = fv_store_get_int(store, names[i], &v[i]);
		if (rc != FV_OK && rc != FV_ENOENT)
			return rc;
		if (v[i] < 0)
			return FV_ECORRUPT;
	}
	*state_out = (struct fv_syncstate){.next_seq = (uint64_t)v[0],
	    .server_sealed = (uint64_t)v[1],
	    .receipted = (uint64_t)v[2],
	    .cursor = (uint64_t)v[3],
	    .seen_size = (uint64_t)v[4],
	    .last_ok_ms = v[5],
	    .last_try_ms = v[6],
	    .next_try_ms = v[7],
	    .failures = (uint32_t)(v[8] < 1000000 ? v[8] : 1000000),
	    .reason = v[9] < FV_SYNC_REASON_COUNT ? (enum fv_sync_reason)v[9] : FV_SYNC_LOCAL,
	    .is_approved = v[10] != 0,
	    .is_revoked = v[11] != 0,
	    .is_probe_due = v[12] != 0,
	    .body_max = (uint64_t)v[13],
	    .told = v[14],
	    .server_ms = v[15]};
	return FV_OK;
}

enum fv_err
fv_syncstate_save(struct fv_store *store, const struct fv_syncstate *state)
{
	int64_t before[FIELD_COUNT], after[FIELD_COUNT];
	struct fv_syncstate old;
	enum fv_err rc;

	if ((rc = fv_syncstate_load(store, &old)) != FV_OK)
		return rc;
	to_values(&old, before);
	to_values(state, after);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (before[i] != after[i] &&
		    (rc = fv_store_put_int(store, names[i], after[i])) != FV_OK)
			return rc;
	}
	return FV_OK;
}
