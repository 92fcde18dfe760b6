#include "ingest.h"

#include <stdlib.h>
#include <string.h>

#include "fv/envelope.h"
#include "alerts.h"
#include "down.h"
#include "hand.h"
#include "ingest_in.h"
#include "store/book.h"

enum fv_err
fv_ingest_new(struct fv_ingest **ingest_out, struct fv_store *store, struct fv_ledger *ledger)
{
	struct fv_ingest *ingest = NULL;
	enum fv_err rc;

	*ingest_out = NULL;
	rc = FV_ENOMEM;
	if ((ingest = calloc(1, sizeof *ingest)) == NULL ||
	    (ingest->trails = calloc(INGEST_TRAILS, sizeof *ingest->trails)) == NULL)
		goto cleanup;
	ingest->store = store;
	ingest->ledger = ledger;
	rc = FV_OK;
	if (fv_ledger_size(ledger) > 0) {
		ingest->checkpoint_size = fv_ledger_size(ledger);
		rc = fv_ledger_sign(ledger, &ingest->checkpoint);
	}
	if (rc != FV_OK)
		goto cleanup;
	*ingest_out = ingest;
	ingest = NULL; /* the caller's now */
cleanup:
	fv_ingest_free(ingest);
	return rc;
}

void
fv_ingest_free(struct fv_ingest *ingest)
{
	if (ingest == NULL)
		return;
	fv_buf_clear(&ingest->header);
	fv_buf_clear(&ingest->bytes);
	fv_buf_clear(&ingest->checkpoint);
	free(ingest->trails);
	free(ingest);
}

enum fv_err
fv_ingest_begin(struct fv_ingest *ingest)
{
	return fv_store_begin(ingest->store);
}

void
fv_ingest_rollback(struct fv_ingest *ingest)
{
	enum fv_err rc;

	fv_store_rollback(ingest->store);
	for (size_t i = 0; i < INGEST_TRAILS; i++)
		ingest->trails[i].no = 0;
	/* A ledger that cannot be read again refuses to settle: sizes collide. */
	rc = fv_ledger_reload(ingest->ledger);
	(void)rc;
}

static enum fv_err
save_trail(struct fv_ingest *ingest, struct fv_ingest_trail *trail)
{
	enum fv_err rc = FV_OK;

	if (trail->no != 0 && trail->is_dirty)
		rc = fv_store_trail_save(ingest->store, trail->no, &trail->t);
	if (rc == FV_OK)
		trail->is_dirty = false;
	return rc;
}

enum fv_err
fv_ingest_trail_get(struct fv_ingest *ingest, int64_t no, struct fv_ingest_trail **trail_out)
{
	struct fv_ingest_trail *trail = &ingest->trails[(uint64_t)no % INGEST_TRAILS];
	enum fv_err rc;

	*trail_out = trail;
	if (trail->no == no)
		return FV_OK;
	/* Saved within the open transaction: a rollback takes it back as well. */
	if ((rc = save_trail(ingest, trail)) != FV_OK)
		return rc;
	trail->no = 0;
	if ((rc = fv_store_trail_load(ingest->store, no, &trail->t)) != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	trail->no = no;
	return FV_OK;
}

enum fv_err
fv_ingest_commit(struct fv_ingest *ingest)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < INGEST_TRAILS; i++)
		rc = save_trail(ingest, &ingest->trails[i]);
	if (rc == FV_OK)
		rc = fv_ledger_settle(ingest->ledger);
	if (rc == FV_OK)
		rc = fv_store_commit(ingest->store);
	if (rc != FV_OK) {
		fv_ingest_rollback(ingest);
		return rc;
	}
	if (fv_ledger_size(ingest->ledger) == ingest->checkpoint_size)
		return FV_OK;
	fv_buf_reset(&ingest->checkpoint);
	if ((rc = fv_ledger_sign(ingest->ledger, &ingest->checkpoint)) == FV_OK)
		ingest->checkpoint_size = fv_ledger_size(ingest->ledger);
	return rc;
}

struct fv_span
fv_ingest_checkpoint(const struct fv_ingest *ingest, uint64_t *size_out)
{
	*size_out = ingest->checkpoint_size;
	return fv_buf_span(&ingest->checkpoint);
}

enum fv_err
fv_session_new(
    struct fv_session **session_out, const struct fv_store_device *device, uint32_t handle_idx)
{
	struct fv_session *session = calloc(1, sizeof *session);

	*session_out = session;
	if (session == NULL)
		return FV_ENOMEM;
	session->device = *device;
	session->handle_idx = handle_idx;
	return FV_OK;
}

void
fv_session_free(struct fv_session *session)
{
	if (session == NULL)
		return;
	fv_buf_clear(&session->span);
	free(session->alt);
	fv_wipe(&session->device, sizeof session->device);
	free(session);
}

const struct fv_session_result *
fv_session_result(const struct fv_session *session)
{
	return &session->result;
}

const struct fv_sync_request *
fv_session_request(const struct fv_session *session)
{
	return &session->request;
}

const struct fv_store_device *
fv_session_device(const struct fv_session *session)
{
	return &session->device;
}

void
fv_session_notice(struct fv_session *session, enum fv_notice notice)
{
	struct fv_session_result *result = &session->result;

	for (size_t i = 0; i < result->notice_count; i++)
		if (result->notices[i] == notice)
			return;
	if (result->notice_count < FV_NOTICES_MAX)
		result->notices[result->notice_count++] = notice;
}

/* The history of `case_id` is new to every other device of its officers. */
struct spread {
	struct fv_ingest *ingest;
	struct fv_span case_id;
	int64_t writer_no; /* has it already */
	bool has_partner;  /* but one of his visits may be one with another's, sent before */
};

static enum fv_err
spread_to_device(const struct fv_store_device *device, void *ctx)
{
	struct spread *spread = ctx;
	struct fv_store_audience audience = {.device_no = device->no};

	if ((device->no == spread->writer_no && !spread->has_partner) || device->is_revoked)
		return FV_OK;
	return fv_store_change(
	    spread->ingest->store, audience, FV_ITEM_HISTORY, spread->case_id);
}

static enum fv_err
spread_to_officer(const char *officer, void *ctx)
{
	struct spread *spread = ctx;

	return fv_store_device_each(spread->ingest->store, officer, spread_to_device, spread);
}

/* A case that the server does not know is stored all the same, and looked into no further. */
static enum fv_err
spread_case(struct fv_ingest *ingest, struct fv_session *session, struct fv_span case_id)
{
	struct spread spread = {
	    .ingest = ingest, .case_id = case_id, .writer_no = session->device.no};
	struct fv_store_case row;
	enum fv_err rc = fv_store_case_get(ingest->store, case_id, &row);

	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	rc = fv_down_has_partner(
	    ingest->store, session->device.no, case_id, &spread.has_partner);
	return rc == FV_OK
	    ? fv_store_case_each_officer(ingest->store, case_id, spread_to_officer, &spread)
	    : rc;
}

static enum fv_err
spread_cases(struct fv_ingest *ingest, struct fv_session *session)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < session->case_count; i++)
		rc = spread_case(ingest, session, fv_span_z(session->cases[i]));
	session->case_count = 0;
	return rc;
}

enum fv_err
fv_session_touch(struct fv_ingest *ingest, struct fv_session *session, struct fv_span case_id)
{
	enum fv_err rc;

	for (size_t i = 0; i < session->case_count; i++)
		if (fv_span_equal(case_id, fv_span_z(session->cases[i])))
			return FV_OK;
	if (session->case_count == INGEST_CASES &&
	    (rc = spread_cases(ingest, session)) != FV_OK)
		return rc;
	/* Not an id: no case of ours, and its history goes to nobody. */
	if (fv_id_copy(case_id, session->cases[session->case_count], FV_CASE_ID_BYTES) ==
	    FV_OK)
		session->case_count++;
	return FV_OK;
}

/* Ahead of everything else in the request, whatever becomes of that. */
static enum fv_err
take_alert(struct fv_ingest *ingest, struct fv_session *session, int64_t now_ms)
{
	enum fv_err rc;

	if (!session->request.has_alert)
		return FV_OK;
	rc = fv_alerts_take(ingest->store, &session->device, &session->request.alert, now_ms);
	session->result.holds_alert = rc == FV_OK;
	return rc == FV_EFULL ? FV_OK : rc;
}

/* Whether it says more than the handheld said before: it is of more records, or of as many
 * and of a later second of the handheld's clock.  A stored request that somebody sends again
 * says nothing new. */
static bool
is_news(const struct fv_store_trail *t, const struct fv_sync_request *request)
{
	if (request->n != t->said_n)
		return request->n > t->said_n;
	return !t->has_clock ||
	    (request->has_clock && request->clock_s * 1000 + 500 > t->told_ms + t->ahead_ms);
}

/* What the request itself says of the handheld, whether or not the rest of it arrives. */
static enum fv_err
note_heard(struct fv_ingest *ingest, struct fv_session *session, int64_t now_ms)
{
	const struct fv_sync_request *request = &session->request;
	struct fv_ingest_trail *trail;
	enum fv_err rc = fv_ingest_trail_get(ingest, session->device.no, &trail);

	if (rc != FV_OK)
		return rc;
	if (request->n < trail->t.said_n) /* sent again: the handheld has gone on since */
		return FV_OK;
	const bool has_news = is_news(&trail->t, request);

	trail->is_dirty = true;
	trail->t.last_sync_ms = now_ms;
	trail->t.said_n = request->n;
	if (!has_news)
		return FV_OK;
	if (request->has_state) {
		trail->t.has_state = true;
		trail->t.has_battery = request->has_battery;
		trail->t.battery_percent = request->battery_percent;
		trail->t.free_mib = request->free_mib;
		trail->t.told_ms = now_ms;
	}
	if (request->has_clock) {
		/* It told whole seconds: half of one is the best guess at the rest. */
		trail->t.has_clock = true;
		trail->t.ahead_ms = request->clock_s * 1000 + 500 - now_ms;
	}
	return FV_OK;
}

static enum fv_err
take_request(struct fv_ingest *ingest, struct fv_session *session, struct fv_span plain,
    int64_t now_ms, size_t *len_out)
{
	enum fv_err rc = fv_sync_request_parse(plain, &session->request, len_out);

	if (rc != FV_OK) {
		session->result.fault = rc;
		session->mode = MODE_DISCARD;
		*len_out = plain.len;
		return FV_OK;
	}
	session->result.has_request = true;
	session->next = session->request.from_seq;
	if ((rc = hand_load(ingest->store, &session->device)) != FV_OK ||
	    (rc = take_alert(ingest, session, now_ms)) != FV_OK)
		return rc;
	return note_heard(ingest, session, now_ms);
}

static enum fv_err
take_part(struct fv_ingest *ingest, struct fv_session *session, struct fv_span rest,
    int64_t now_ms, size_t *len_out)
{
	enum fv_sync_part part;
	enum fv_err rc = fv_sync_part_peek(rest, &part);

	*len_out = rest.len;
	if (rc != FV_OK) {
		session->result.fault = rc;
		session->mode = MODE_DISCARD;
		return FV_OK;
	}
	return part == FV_PART_RECORD
	    ? fv_ingest_take_record(ingest, session, rest, now_ms, len_out)
	    : fv_ingest_take_slice(ingest, session, rest, len_out);
}

/* A row that is there when it should not be, or the other way round, is our own damage:
 * the group cannot go on. */
static enum fv_err
ours(enum fv_err rc)
{
	return rc == FV_OK || rc == FV_EIO || rc == FV_EFULL || rc == FV_ENOMEM ||
		rc == FV_EBUSY
	    ? rc
	    : FV_ECORRUPT;
}

void
fv_session_foresee(struct fv_session *session, const struct fv_seals_seen *seen)
{
	session->seen = seen;
}

static enum fv_err
take_chunk(
    struct fv_ingest *ingest, struct fv_session *session, struct fv_span plain, int64_t now_ms)
{
	enum fv_err rc;
	size_t len;

	if (!session->result.has_request && session->mode != MODE_DISCARD) {
		if ((rc = take_request(ingest, session, plain, now_ms, &len)) != FV_OK)
			return ours(rc);
		plain = fv_span_of(plain.ptr + len, plain.len - len);
	}
	while (plain.len > 0 && session->mode != MODE_DISCARD) {
		if ((rc = take_part(ingest, session, plain, now_ms, &len)) != FV_OK)
			return ours(rc);
		plain = fv_span_of(plain.ptr + len, plain.len - len);
	}
	return FV_OK;
}

enum fv_err
fv_ingest_chunk(
    struct fv_ingest *ingest, struct fv_session *session, struct fv_span plain, int64_t now_ms)
{
	enum fv_err rc = take_chunk(ingest, session, plain, now_ms);

	session->seen = NULL;
	return rc;
}

/* One HEAD leaf for the last good seal; it covers the earlier ones. */
static enum fv_err
add_head(struct fv_ingest *ingest, struct fv_ingest_trail *trail, int64_t now_ms)
{
	const struct fv_trail *t = &trail->t.trail;
	struct fv_leaf_head head = {.size = t->sealed_size,
	    .root = t->sealed_root,
	    .received_ms = now_ms,
	    .transport = 1};
	struct fv_buf body = {0};
	enum fv_err rc;

	if (t->sealed_size <= trail->t.head_size)
		return FV_OK;
	memcpy(head.dev, t->dev, sizeof head.dev);
	memcpy(head.key_id, trail->t.seal_key_id, sizeof head.key_id);
	memcpy(head.sig, trail->t.seal_sig, sizeof head.sig);
	fv_leaf_head_put(&body, &head);
	if ((rc = fv_buf_status(&body)) == FV_OK)
		rc = fv_ledger_append(ingest->ledger, FV_LEAF_HEAD, now_ms, fv_buf_span(&body),
		    &trail->t.head_index);
	if (rc == FV_OK)
		trail->t.head_size = t->sealed_size;
	fv_buf_clear(&body);
	return rc;
}

/* Take i - 1, i, i + 1 and the never-expiring 0 from now on. */
static enum fv_err
set_handles(struct fv_ingest *ingest, const struct fv_store_device *device, uint32_t current)
{
	struct fv_store_handle handles[4];
	size_t count = 0;

	handles[count++].idx = 0;
	if (current > 1)
		handles[count++].idx = current - 1;
	if (current > 0)
		handles[count++].idx = current;
	handles[count++].idx = current + 1;
	for (size_t k = 0; k < count; k++)
		fv_envelope_handle(device->handle_secret, handles[k].idx, handles[k].handle);
	return fv_store_handles_set(ingest->store, device->no, current, handles, count);
}

/* i moves when i + 1 is seen.  A device that comes under handle 0 again has lost us
 * (this store may be a restored backup): it goes on from 1. */
static enum fv_err
move_handle(struct fv_ingest *ingest, struct fv_session *session)
{
	struct fv_store_device now;
	uint32_t i = session->handle_idx;
	enum fv_err rc;

	if (i > 0 && i <= session->device.handle_idx)
		return FV_OK;
	if ((rc = fv_store_device_get_no(ingest->store, session->device.no, &now)) != FV_OK)
		return rc;
	if (i == now.handle_idx + 1 || (i == 0 && now.handle_idx > 1))
		rc = set_handles(ingest, &now, i);
	fv_wipe(&now, sizeof now);
	return rc;
}

static void
note_tail(struct fv_session *session, struct fv_ingest_trail *trail)
{
	const struct fv_sync_request *request = &session->request;

	if (!request->has_tail)
		return;
	trail->is_dirty = true;
	trail->t.has_tail = true;
	trail->t.tail_n = request->tail_n;
	memcpy(trail->t.tail_a, request->tail_a, sizeof trail->t.tail_a);
}

static void
fill_result(struct fv_session *session, const struct fv_ingest_trail *trail)
{
	struct fv_session_result *result = &session->result;

	result->next_seq = trail->t.trail.range.size;
	/* An undecided span is wanted again, from its first record. */
	if (session->mode == MODE_CONTEST && session->span_from < result->next_seq)
		result->next_seq = session->span_from;
	result->sealed_size = trail->t.trail.sealed_size;
	result->has_receipt = trail->t.head_size > 0 &&
	    (session->saw_seal || (session->request.want & FV_WANT_RECEIPT) != 0);
	result->head_index = trail->t.head_index;
	if (session->device.is_revoked)
		fv_session_notice(session, FV_W_REVOKED);
	if (!session->device.is_approved)
		fv_session_notice(session, FV_W_NOT_APPROVED);
}

enum fv_err
fv_ingest_end(struct fv_ingest *ingest, struct fv_session *session, int64_t now_ms)
{
	struct hand_news news = {.cursor = session->request.cursor, .now_ms = now_ms};
	struct fv_ingest_trail *trail;
	enum fv_err rc;

	if (session->is_over || !session->result.has_request)
		return FV_OK;
	session->is_over = true;
	if ((rc = fv_ingest_settle_span(ingest, session, now_ms)) != FV_OK ||
	    (rc = spread_cases(ingest, session)) != FV_OK ||
	    (rc = move_handle(ingest, session)) != FV_OK ||
	    (rc = fv_ingest_trail_get(ingest, session->device.no, &trail)) != FV_OK ||
	    (rc = add_head(ingest, trail, now_ms)) != FV_OK ||
	    (rc = fv_alerts_match(ingest->store, &session->device)) != FV_OK)
		return ours(rc);
	news.is_moved = session->has_moved;
	if ((rc = hand_settle(ingest->store, &session->device, &news)) != FV_OK)
		return ours(rc);
	note_tail(session, trail);
	fill_result(session, trail);
	return FV_OK;
}
