#include "firmware-app/syncround.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "firmware-app/datacap.h"
#include "firmware-app/expiry.h"
#include "firmware-app/failpoint.h"
#include "firmware-app/pin.h"

static int64_t
now_ms(const struct fv_syncer *s)
{
	return s->app->clock.rtc_ms(s->app->clock.ctx);
}

void
fv_syncer_init(struct fv_syncer *syncer)
{
	memset(syncer, 0, sizeof *syncer);
	syncer->link = (struct fv_linkproc)FV_LINKPROC_NONE;
}

void
fv_syncer_clear(struct fv_syncer *syncer)
{
	fv_linkproc_stop(&syncer->link);
	fv_envelope_request_clear(&syncer->request);
	syncer->app = NULL;
}

/* When to try again: doubled by each failure, spread by a quarter either way. */
static int64_t
pick_next_try(const struct fv_syncer *s, uint32_t retry_after_s)
{
	int64_t delay = FV_SYNC_RETRY_FIRST_MS, asked = (int64_t)retry_after_s * 1000;
	uint32_t spread;

	for (uint32_t i = 1; i < s->state.failures && delay < FV_SYNC_RETRY_MAX_MS; i++)
		delay *= 2;
	if (delay > FV_SYNC_RETRY_MAX_MS)
		delay = FV_SYNC_RETRY_MAX_MS;
	fv_random_fill(fv_random_system(), &spread, sizeof spread);
	delay += delay / 2 * (int64_t)(spread % 1000) / 1000 - delay / 4;
	return now_ms(s) + (delay > asked ? delay : asked);
}

/* A record of the sync, for the trail: how far the server is, and what it cost. */
static void
append_sync(struct fv_syncer *s)
{
	const struct fv_settings *settings = s->app->settings;
	const uint64_t values[] = {s->state.seen_size, s->state.next_seq, s->result.up_bytes,
	    s->result.down_bytes, 1 /* network */, settings != NULL ? settings->version : 0};
	const size_t count = settings != NULL ? 6 : 5;
	struct fv_buf payload = {0};
	uint64_t seq;

	fv_cbor_put_map(&payload, count);
	for (size_t i = 0; i < count; i++) {
		fv_cbor_put_uint(&payload, 4 + i);
		fv_cbor_put_uint(&payload, values[i]);
	}
	/* The sync has happened whether or not the disk has room to say so. */
	if (fv_buf_status(&payload) != FV_OK ||
	    fv_journal_append(&s->app->journal, FV_REC_SYNC, fv_buf_span(&payload), &seq) !=
		FV_OK)
		snprintf(
		    s->result.detail, sizeof s->result.detail, "no SYNC record was written");
	fv_buf_clear(&payload);
}

static void
mark_proven_day(struct fv_syncer *s)
{
	char day[FV_LOCAL_TEXT_BYTES];

	if (fv_store_put_setting(s->app->store, FV_SET_PROVEN_DAY,
		fv_span_z(fv_clock_local_day(now_ms(s), day))) == FV_OK)
		s->result.is_proven = true;
}

/* Until a proof comes, every sync asks for one and believes nothing without it. */
static void
set_alarm(struct fv_syncer *s, bool is_alarmed)
{
	if (s->is_alarmed == is_alarmed)
		return;
	s->is_alarmed = is_alarmed;
	if (fv_store_put_int(s->app->store, FV_SET_LOG_ALARM, is_alarmed) != FV_OK)
		snprintf(
		    s->result.detail, sizeof s->result.detail, "the alarm was not written");
}

static void
fill_result(struct fv_syncer *s)
{
	struct fv_sync_result *r = &s->result;
	uint64_t bytes;

	r->next_seq = s->state.next_seq;
	r->receipted = s->state.receipted;
	r->is_revoked = s->state.is_revoked;
	r->is_approved = s->state.is_approved;
	r->next_try_ms = s->state.next_try_ms;
	if (s->state.next_seq > s->first_next_seq)
		r->records_sent = s->state.next_seq - s->first_next_seq;
	if (s->app->has_journal)
		r->recorded = fv_journal_next_seq(&s->app->journal);
	if (fv_store_count_unsent_blobs(s->app->store, &r->blobs_waiting, &bytes) != FV_OK)
		r->blobs_waiting = 0;
}

/* After a success twice as much may go up at a time; 0: the default again. */
static uint64_t
more_again(uint64_t body_max)
{
	return body_max >= FV_SYNCUP_BODY_DEFAULT / 2 ? 0 : body_max * 2;
}

static void
finish(struct fv_syncer *s, enum fv_sync_reason reason, uint32_t retry_after_s)
{
	fv_linkproc_stop(&s->link);
	fv_envelope_request_clear(&s->request);
	s->state.last_try_ms = now_ms(s);
	s->state.reason = reason;
	if (reason == FV_SYNC_LOG_REWRITTEN)
		set_alarm(s, true);
	if (reason == FV_SYNC_NONE) {
		s->state.last_ok_ms = s->state.last_try_ms;
		s->state.server_ms = s->server_ms;
		s->state.failures = 0;
		s->state.next_try_ms = 0;
		s->state.body_max = more_again(s->state.body_max);
		if ((s->flags & FV_SYNC_ALERT) == 0 &&
		    (s->has_sent_work || s->result.items > 0))
			append_sync(s);
	} else {
		s->state.failures++;
		s->state.next_try_ms = pick_next_try(s, retry_after_s);
	}
	if ((fv_syncstate_save(s->app->store, &s->state) != FV_OK ||
		(reason == FV_SYNC_NONE && fv_expiry_restart(s->app) != FV_OK)) &&
	    reason == FV_SYNC_NONE)
		reason = FV_SYNC_LOCAL;
	s->result.reason = reason;
	fill_result(s);
	s->is_done = true;
}

static void
begin_round(struct fv_syncer *s)
{
	enum fv_err rc;

	fv_linkproc_stop(&s->link);
	fv_envelope_request_clear(&s->request);
	rc = fv_syncround_send(s);
	s->result.rounds++;
	if (rc != FV_OK) {
		snprintf(s->result.detail, sizeof s->result.detail, "%s", fv_err_text(rc));
		/* Our trail is shorter than what the server has acknowledged. */
		finish(s, rc == FV_ESTATE ? FV_SYNC_FORK : FV_SYNC_LOCAL, 0);
	}
}

void
fv_syncer_start(struct fv_syncer *syncer, struct fv_app *app, unsigned flags)
{
	struct fv_reply reply;
	char day[FV_LOCAL_TEXT_BYTES];
	uint8_t proven[FV_LOCAL_TEXT_BYTES] = {0};
	int64_t alarm = 0;
	bool is_ready;

	fv_syncer_init(syncer);
	syncer->app = app;
	syncer->flags = flags;
	fv_reply_init(&reply, false);
	is_ready = fv_app_journal(app, &reply);
	fv_reply_clear(&reply);
	/* Whoever asks: nothing leaves a practice handheld. */
	if (app->is_practice || !is_ready ||
	    fv_syncstate_load(app->store, &syncer->state) != FV_OK ||
	    fv_checkpoints_load(app->store, &syncer->checkpoints) != FV_OK) {
		finish(syncer, FV_SYNC_LOCAL, 0);
		return;
	}
	syncer->first_next_seq = syncer->state.next_seq;
	fv_clock_local_day(now_ms(syncer), day);
	if (fv_store_get_int(app->store, FV_SET_LOG_ALARM, &alarm) == FV_OK)
		syncer->is_alarmed = alarm != 0;
	syncer->want_proof = (flags & FV_SYNC_ALERT) == 0 &&
	    (syncer->is_alarmed || (flags & FV_SYNC_FULL) != 0 ||
		fv_store_get_fixed(app->store, FV_SET_PROVEN_DAY, proven, strlen(day)) !=
		    FV_OK ||
		memcmp(proven, day, strlen(day)) != 0);
	begin_round(syncer);
}

void
fv_syncer_interrupt(struct fv_syncer *syncer)
{
	syncer->state.is_probe_due |= syncer->link.out.len > FV_SYNC_PROBE_BYTES;
	fv_linkproc_stop(&syncer->link);
	fv_envelope_request_clear(&syncer->request);
	syncer->is_done = true;
	/* Not written: the next request is refused with the right cursor, and says it then. */
	(void)!fv_syncstate_save(syncer->app->store, &syncer->state);
}

bool
fv_syncer_is_running(const struct fv_syncer *syncer)
{
	return syncer->app != NULL && !syncer->is_done;
}

int
fv_syncer_fd(const struct fv_syncer *syncer)
{
	return fv_syncer_is_running(syncer) ? syncer->link.fd : -1;
}

short
fv_syncer_events(const struct fv_syncer *syncer)
{
	return fv_linkproc_events(&syncer->link);
}

int
fv_syncer_timeout_ms(const struct fv_syncer *syncer)
{
	if (syncer->app == NULL)
		return INT_MAX;
	return syncer->is_done ? 0 : fv_linkproc_timeout_ms(&syncer->link);
}

const struct fv_sync_result *
fv_syncer_result(const struct fv_syncer *syncer)
{
	return &syncer->result;
}

/* After a sealed 200 the next request goes under the next handle. */
static void
turn_handle(struct fv_syncer *s)
{
	int64_t number = 0;
	enum fv_err rc;

	if (!s->use_first_handle &&
	    fv_store_get_int(s->app->store, FV_SET_HANDLE_NUMBER, &number) != FV_OK)
		return;
	s->use_first_handle = false;
	/* Not written: the next sync goes under the old one, which is still taken. */
	rc = fv_store_put_int(s->app->store, FV_SET_HANDLE_NUMBER, number + 1);
	if (rc != FV_OK)
		snprintf(s->result.detail, sizeof s->result.detail, "%s", _(fv_err_text(rc)));
}

/* A wipe acts once: what it erases does not come back. */
static void
obey_wipe(struct fv_syncer *s)
{
	int64_t is_wiped = 0;

	if (fv_store_get_int(s->app->store, FV_SET_WIPED, &is_wiped) == FV_OK && is_wiped != 0)
		return;
	s->result.is_wiped = fv_pin_wipe(s->app, FV_LOCK_ORDER) == FV_OK;
}

static void
note_proof(struct fv_syncer *s, const struct fv_syncdown *down)
{
	/* Nothing is believed of the log that goes on before it is proven. */
	if (down->is_resumed) {
		s->want_proof = true;
		s->is_seen_proven = false;
		set_alarm(s, true);
		return;
	}
	if (down->proof_base.size == 0)
		return;
	if (!down->has_proof) {
		s->want_proof = false; /* not given: asked again at the next sync */
	} else if (down->proves_consistent) {
		s->want_proof = false;
		mark_proven_day(s);
		set_alarm(s, false);
	} else {
		s->is_seen_proven = true;
	}
}

/* Blobs that may go up: beyond the day's cap attachments wait. */
static enum fv_err
count_sendable(const struct fv_app *app, uint64_t *count_out)
{
	uint64_t pieces, bytes;
	struct fv_datacap cap;
	enum fv_err rc;

	if ((rc = fv_store_count_unsent_blobs(app->store, count_out, &bytes)) != FV_OK ||
	    (rc = fv_store_count_unsent_pieces(app->store, &pieces, &bytes)) != FV_OK ||
	    (rc = fv_datacap_read(app, &cap)) != FV_OK)
		return rc;
	if (fv_datacap_is_reached(&cap))
		*count_out -= pieces;
	return FV_OK;
}

/* Is there a reason for another round? */
static bool
has_more_to_do(struct fv_syncer *s, const struct fv_syncdown *down)
{
	uint64_t send_to, count;

	if (s->result.rounds >= FV_SYNC_ROUNDS_MAX || (s->flags & FV_SYNC_ALERT) != 0)
		return false;
	s->idle_rounds = down->has_moved ? 0 : s->idle_rounds + 1;
	if (s->idle_rounds > 0)
		return false;
	s->want_receipt = !s->asked_receipt && s->state.receipted < s->state.server_sealed;
	s->asked_receipt |= s->want_receipt;
	if (s->want_receipt || down->has_more || fv_syncround_base(s).size > 0)
		return true;
	if (fv_syncup_waiting(
		s->app->store, s->state.next_seq, s->state.server_sealed, &send_to) != FV_OK ||
	    count_sendable(s->app, &count) != FV_OK)
		return false;
	return send_to > s->state.next_seq || count > 0;
}

static void
take_answer(struct fv_syncer *s, struct fv_span sealed)
{
	struct fv_syncdown down = {.app = s->app,
	    .sent = &s->up,
	    .proof_base = fv_syncround_base(s),
	    .checkpoints = &s->checkpoints,
	    .state = &s->state,
	    .missing = &s->missing};
	struct fv_buf plain = {0};
	enum fv_sync_reason reason = FV_SYNC_NOT_OURS;

	/* One half of the proof is enough to go on; the alarm ends with the other. */
	down.must_prove = s->is_alarmed && s->want_proof;
	down.proves_consistent = down.proof_base.size == s->checkpoints.consistent.size;
	if (fv_envelope_request_open_answer(&s->request, sealed, &plain) == FV_OK) {
		fv_failpoint(FV_POINT_SYNC_ANSWERED);
		reason = fv_syncdown_take(&down, fv_buf_span(&plain));
		fv_failpoint(FV_POINT_SYNC_TAKEN);
	}
	fv_buf_clear(&plain);
	if (reason != FV_SYNC_NONE && reason != FV_SYNC_FORK) {
		finish(s, reason, 0);
		return;
	}
	s->result.detail[0] = '\0';
	turn_handle(s);
	if (s->up.map.has_clock)
		s->state.told = s->telling;
	s->has_sent_work |= s->up.sent_to > s->up.map.from_seq || s->up.slices > 0;
	s->result.items += down.items.taken;
	s->result.items_refused += down.items.refused;
	s->result.is_too_old |= down.is_too_old;
	s->result.has_seal_bad |= down.has_seal_bad;
	s->server_ms = down.server_ms;
	note_proof(s, &down);
	if (down.items.is_wipe)
		obey_wipe(s);
	if (reason == FV_SYNC_NONE && has_more_to_do(s, &down))
		begin_round(s);
	else
		finish(s, reason, 0);
}

static void
take_cut(struct fv_syncer *s, const struct fv_link_answer *answer)
{
	/* It may have stored much of it: the cursor is asked for before it all goes up again.
	 */
	if (answer->up_bytes > FV_SYNC_PROBE_BYTES)
		s->state.is_probe_due = true;
	snprintf(s->result.detail, sizeof s->result.detail, "%.*s", (int)answer->body.len,
	    (const char *)answer->body.ptr);
	finish(s,
	    answer->outcome == FV_LINK_NOT_HTTP || answer->outcome == FV_LINK_TOO_BIG
		? FV_SYNC_NOT_OURS
		: answer->outcome == FV_LINK_FAILED ? FV_SYNC_LOCAL
						    : FV_SYNC_OFFLINE,
	    0);
}

/* Less at a time; false: it is the least already. */
static bool
send_less(struct fv_syncer *s)
{
	uint64_t max = s->state.body_max != 0 ? s->state.body_max : FV_SYNCUP_BODY_DEFAULT;

	if (max <= FV_SYNCUP_BODY_MIN)
		return false;
	s->state.body_max = max / 2;
	return true;
}

/* A plain answer is a hint: it changes when and how to try again, nothing else. */
static void
take_plain(struct fv_syncer *s, const struct fv_link_answer *answer)
{
	uint32_t after = answer->has_retry_after ? answer->retry_after_s : 0;

	snprintf(
	    s->result.detail, sizeof s->result.detail, "HTTP %u", (unsigned)answer->status);
	switch (answer->status) {
	case 401:
		if (s->has_tried_first) {
			finish(s, FV_SYNC_UNKNOWN, after);
			return;
		}
		s->has_tried_first = true;
		s->use_first_handle = true;
		begin_round(s);
		return;
	case 409:
		s->state.is_probe_due = true;
		if (s->has_probed) {
			finish(s, FV_SYNC_CURSOR, after);
			return;
		}
		s->has_probed = true;
		begin_round(s);
		return;
	case 413:
		if (send_less(s))
			begin_round(s);
		else
			finish(s, FV_SYNC_TOO_LARGE, after);
		return;
	case 410:
		finish(s, FV_SYNC_REVOKED, after);
		return;
	case 429:
	case 503:
		finish(s, FV_SYNC_BUSY, after);
		return;
	case 507:
		finish(s, FV_SYNC_NOT_STORED, after);
		return;
	default:
		finish(s, FV_SYNC_NOT_OURS, after);
		return;
	}
}

static void
count_bytes(struct fv_syncer *s, const struct fv_link_answer *answer)
{
	char day[FV_LOCAL_TEXT_BYTES];

	s->result.up_bytes += answer->up_bytes;
	s->result.down_bytes += answer->down_bytes;
	s->result.guards = answer->guards;
	if (fv_store_add_meter(s->app->store, fv_clock_local_day(now_ms(s), day),
		answer->up_bytes, answer->down_bytes) != FV_OK)
		snprintf(
		    s->result.detail, sizeof s->result.detail, "the meter was not written");
}

bool
fv_syncer_step(struct fv_syncer *syncer)
{
	struct fv_link_answer answer;
	enum fv_err rc;

	if (!fv_syncer_is_running(syncer))
		return true;
	rc = fv_linkproc_step(&syncer->link, &answer);
	if (rc == FV_AGAIN)
		return false;
	if (rc != FV_OK) {
		snprintf(syncer->result.detail, sizeof syncer->result.detail,
		    "fieldvisit-link ended without an answer");
		finish(syncer, FV_SYNC_LOCAL, 0);
		return true;
	}
	count_bytes(syncer, &answer);
	if (answer.outcome != FV_LINK_ANSWERED)
		take_cut(syncer, &answer);
	else if (answer.status == 200)
		take_answer(syncer, answer.body);
	else
		take_plain(syncer, &answer);
	return syncer->is_done;
}

void
fv_syncer_run(struct fv_syncer *syncer, struct fv_app *app, unsigned flags)
{
	fv_syncer_start(syncer, app, flags);
	while (!fv_syncer_step(syncer)) {
		struct pollfd p = {
		    .fd = fv_syncer_fd(syncer), .events = fv_syncer_events(syncer)};

		(void)poll(&p, 1, fv_syncer_timeout_ms(syncer));
	}
}

enum fv_err
fv_syncer_is_needed(const struct fv_app *app, bool *is_needed_out)
{
	uint64_t send_to, count;
	struct fv_syncstate state;
	enum fv_err rc;

	*is_needed_out = false;
	if ((rc = fv_syncstate_load(app->store, &state)) != FV_OK ||
	    (rc = fv_syncup_waiting(
		 app->store, state.next_seq, state.server_sealed, &send_to)) != FV_OK ||
	    (rc = count_sendable(app, &count)) != FV_OK)
		return rc;
	*is_needed_out =
	    send_to > state.next_seq || count > 0 || state.receipted < state.server_sealed;
	return FV_OK;
}
