/* The answer: nothing in it is believed that does not follow from the ticket. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/checkpoints.h"
#include "firmware-app/enroll.h"
#include "firmware-app/failpoint.h"
#include "firmware-app/linkproc.h"
#include "firmware-app/readers.h"
#include "fv/enrol.h"
#include "fv/envelope.h"
#include "fv/ledger.h"
#include "fv/order.h"

/* Everything that one attempt works with. */
struct attempt {
	struct fv_app *app;
	const struct fv_ticket *ticket;
	struct fv_reply *reply;
	struct fv_envelope_request request; /* rebuilt: enc and exporter only */
	struct fv_buf body;                 /* the sealed request */
	struct fv_buf plain;                /* the opened answer */
	struct fv_enrol_answer answer;      /* into plain */
	struct fv_roster *roster;           /* the newest of the answer */
	struct fv_hash roster_hash;
	uint64_t log_size; /* of the checkpoint that came with the answer */
	struct fv_hash log_root;
};

static bool
fail(struct attempt *a, enum fv_fail what, const char *text)
{
	fv_reply_fail(a->reply, what, a->ticket->url, "%s", text);
	return false;
}

static bool
load_request(struct attempt *a)
{
	uint8_t context[FV_HPKE_ENC_BYTES + FV_HASH_BYTES];
	struct fv_store *store = a->app->store;
	enum fv_err rc;

	rc = fv_store_get_fixed(store, FV_SET_ENROL_CONTEXT, context, sizeof context);
	if (rc == FV_OK)
		rc = fv_store_get_setting(store, FV_SET_ENROL_BODY, &a->body);
	if (rc != FV_OK) {
		fv_reply_fail_err(a->reply, "enroll", rc);
		return false;
	}
	a->request.kind = FV_ENVELOPE_ENROL;
	a->request.chunk_count = 1;
	a->request.is_complete = true;
	memcpy(a->request.enc, context, FV_HPKE_ENC_BYTES);
	memcpy(a->request.ctx.exporter, context + FV_HPKE_ENC_BYTES, FV_HASH_BYTES);
	fv_wipe(context, sizeof context);
	return true;
}

/* A plain status is a hint; none of them ends the enrolment for good. */
static bool
fail_status(struct attempt *a, const struct fv_link_answer *link)
{
	switch (link->status) {
	case 401:
		return fail(a, FV_FAIL_BAD_TICKET,
		    _("the server does not know this ticket; ask the supervisor whether it "
		      "was "
		      "imported there"));
	case 410:
		return fail(a, FV_FAIL_TICKET_SPENT,
		    _("the ticket has expired or was used by another handheld; ask the "
		      "supervisor "
		      "for a new one and start in an empty folder (--dir)"));
	case 429:
	case 503:
	case 507:
		return fail(a, FV_FAIL_SERVER_BUSY,
		    _("the server cannot take it now; run enroll again in a minute"));
	default:
		return fail(a, FV_FAIL_NOT_OUR_SERVER,
		    _("what answers there is not our server (captive portal?); try another "
		      "network, then run enroll again"));
	}
}

static bool
open_sealed(struct attempt *a, struct fv_span sealed)
{
	if (fv_envelope_request_open_answer(&a->request, sealed, &a->plain) != FV_OK ||
	    fv_enrol_answer_parse(fv_buf_span(&a->plain), &a->answer) != FV_OK)
		return fail(a, FV_FAIL_NOT_OUR_SERVER,
		    _("the answer was not sealed by the server that the ticket names (captive "
		      "portal, or a wrong key); try another network, then run enroll again"));
	fv_failpoint(FV_POINT_ENROL_ANSWERED);
	return true;
}

static bool
open_answer(struct attempt *a, const struct fv_link_answer *link)
{
	switch (link->outcome) {
	case FV_LINK_ANSWERED:
		break;
	case FV_LINK_NOT_HTTP:
	case FV_LINK_TOO_BIG:
		return fail(a, FV_FAIL_NOT_OUR_SERVER,
		    _("what answers there is not our server (captive portal?); try another "
		      "network, then run enroll again"));
	case FV_LINK_BAD_URL:
	case FV_LINK_NO_NAME:
	case FV_LINK_NO_CONNECT:
	case FV_LINK_CUT:
	case FV_LINK_TIMEOUT:
	case FV_LINK_FAILED:
		return fail(a, FV_FAIL_SERVER_DOWN,
		    _("the server cannot be reached; run enroll again when there is a "
		      "network"));
	}
	return link->status == 200 ? open_sealed(a, link->body) : fail_status(a, link);
}

static bool
exchange(struct attempt *a)
{
	struct fv_envelope_hdr hdr = {
	    .kind = FV_ENVELOPE_ENROL, .key_id = a->ticket->hpke_key_id};
	struct fv_linkproc proc = FV_LINKPROC_NONE;
	struct fv_link_answer link;
	struct fv_buf url = {0};
	bool good = false;
	enum fv_err rc;

	memcpy(hdr.ticket_id, a->ticket->id, sizeof hdr.ticket_id);
	fv_buf_putf(&url, "%s/e/", a->ticket->url);
	fv_envelope_hdr_put_path(&url, &hdr);
	if (fv_buf_z(&url) == NULL) {
		fv_reply_fail_err(a->reply, "enroll", FV_ENOMEM);
		goto cleanup;
	}
	rc = fv_linkproc_start(&proc, fv_buf_z(&url), fv_buf_span(&a->body));
	while (rc == FV_OK && (rc = fv_linkproc_step(&proc, &link)) == FV_AGAIN) {
		struct pollfd p = {.fd = proc.fd, .events = fv_linkproc_events(&proc)};
		(void)poll(&p, 1, fv_linkproc_timeout_ms(&proc));
		rc = FV_OK;
	}
	if (rc == FV_OK)
		good = open_answer(a, &link);
	else
		fv_reply_fail(a->reply, FV_FAIL_NO_LINK, "fieldvisit-link", "%s",
		    _("did not start or ended without an answer; is it installed beside "
		      "fieldvisit?"));
cleanup:
	fv_linkproc_stop(&proc);
	fv_buf_clear(&url);
	return good;
}

/* The chain of rosters from the pinned one on; the last is kept in a->roster. */
static enum fv_err
follow_rosters(struct attempt *a, struct fv_roster *next)
{
	struct fv_hash hash;
	struct fv_roster swap;
	enum fv_err rc;

	rc = fv_roster_read(a->answer.rosters[0], a->roster, &a->roster_hash);
	if (rc != FV_OK)
		return rc;
	if (memcmp(a->roster_hash.b, a->ticket->roster.b, FV_HASH_BYTES) != 0)
		return FV_EAUTH;
	for (size_t i = 1; i < a->answer.roster_count; i++) {
		rc = fv_roster_verify_next(
		    a->roster, &a->roster_hash, a->answer.rosters[i], next, &hash);
		if (rc != FV_OK)
			return rc;
		swap = *a->roster;
		*a->roster = *next;
		*next = swap;
		a->roster_hash = hash;
	}
	return FV_OK;
}

/* The ticket was signed by a supervisor of the roster that it pins. */
static enum fv_err
check_ticket(struct attempt *a, struct fv_roster *pinned)
{
	struct fv_signednote note;
	struct fv_buf text = {0};
	struct fv_hash hash;
	enum fv_err rc;

	rc = fv_store_get_setting(a->app->store, FV_SET_TICKET_NOTE, &text);
	if (rc == FV_OK)
		rc = fv_signednote_parse(fv_buf_span(&text), &note);
	if (rc == FV_OK)
		rc = fv_roster_read(a->answer.rosters[0], pinned, &hash);
	if (rc == FV_OK)
		rc = fv_ticket_verify(fv_buf_span(&text), pinned, &hash);
	fv_buf_clear(&text);
	return rc;
}

static bool
check_papers(struct attempt *a)
{
	struct fv_roster *other = calloc(1, sizeof *other);
	enum fv_err rc = FV_ENOMEM;

	a->roster = calloc(1, sizeof *a->roster);
	if (other != NULL && a->roster != NULL) {
		rc = follow_rosters(a, other);
		if (rc == FV_OK)
			rc = check_ticket(a, other);
	}
	free(other);
	if (rc == FV_ENOMEM) {
		fv_reply_fail_err(a->reply, "enroll", rc);
		return false;
	}
	if (rc != FV_OK)
		return fail(a, FV_FAIL_NOT_VERIFIED,
		    _("the roster it sent is not the one that the ticket pins, or its "
		      "supervisors "
		      "did not sign the ticket; do not use this ticket, call the supervisor"));
	return true;
}

/* The ENROL leaf names our own keys and stands in the log that the ticket names. */
static bool
check_leaf(struct attempt *a)
{
	const struct fv_identity *id = &a->app->identity;
	const struct fv_receipt receipt = {a->answer.enrol_leaf, a->answer.leaf_index,
	    a->answer.inclusion, a->answer.inclusion_count, a->answer.checkpoint};
	struct fv_leaf_enrol enrol;
	struct fv_leaf leaf;

	if (fv_leaf_parse(a->answer.enrol_leaf, &leaf) != FV_OK ||
	    leaf.kind != FV_LEAF_ENROL || fv_leaf_enrol_parse(leaf.body, &enrol) != FV_OK ||
	    memcmp(a->answer.dev, id->dev, FV_DEV_BYTES) != 0 ||
	    memcmp(enrol.dev, id->dev, FV_DEV_BYTES) != 0 ||
	    memcmp(enrol.pk_0, id->pk_0, FV_KEY_BYTES) != 0 ||
	    memcmp(enrol.pk_sync, id->pk_sync, FV_KEY_BYTES) != 0 ||
	    memcmp(enrol.pk_box, id->pk_box, FV_KEY_BYTES) != 0 ||
	    memcmp(enrol.ticket_id, a->ticket->id, sizeof enrol.ticket_id) != 0 ||
	    !fv_span_equal(enrol.agency, fv_span_z(a->ticket->agency)))
		return fail(a, FV_FAIL_NOT_VERIFIED,
		    _("it enrolled other keys than ours; do not use this ticket, call the "
		      "supervisor"));
	if (fv_receipt_verify(&receipt, a->ticket->log_pk, &a->log_size, &a->log_root) !=
	    FV_OK)
		return fail(a, FV_FAIL_NOT_VERIFIED,
		    _("it cannot prove that the enrolment stands in its log; do not use this "
		      "ticket, call the supervisor"));
	return true;
}

static enum fv_err
keep_rosters(struct attempt *a, int64_t now_ms)
{
	struct fv_roster *roster = calloc(1, sizeof *roster);
	struct fv_hash hash;
	enum fv_err rc = roster != NULL ? FV_OK : FV_ENOMEM;

	for (size_t i = 0; rc == FV_OK && i < a->answer.roster_count; i++) {
		rc = fv_roster_read(a->answer.rosters[i], roster, &hash);
		if (rc == FV_OK)
			rc = fv_roster_keep(
			    a->app->store, roster->version, a->answer.rosters[i], now_ms);
	}
	free(roster);
	return rc;
}

static enum fv_err
put(struct attempt *a, const char *name, const void *bytes, size_t len)
{
	return fv_store_put_setting(a->app->store, name, fv_span_of(bytes, len));
}

static enum fv_err
keep_identity(struct attempt *a, const uint8_t handle_secret[FV_HANDLE_SECRET_BYTES])
{
	struct fv_store *store = a->app->store;
	enum fv_err rc;

	if ((rc = put(a, FV_SET_HANDLE_SECRET, handle_secret, FV_HANDLE_SECRET_BYTES)) !=
		FV_OK ||
	    (rc = put(a, FV_SET_HPKE_PK, a->ticket->hpke_pk, FV_KEY_BYTES)) != FV_OK ||
	    (rc = put(a, FV_SET_ENROL_LEAF, a->answer.enrol_leaf.ptr,
		 a->answer.enrol_leaf.len)) != FV_OK ||
	    (rc = fv_store_put_int(store, FV_SET_HANDLE_NUMBER, 0)) != FV_OK ||
	    (rc = fv_store_put_int(store, FV_SET_HPKE_KEY_ID, a->ticket->hpke_key_id)) !=
		FV_OK ||
	    (rc = fv_store_put_int(
		 store, FV_SET_ENROL_INDEX, (int64_t)a->answer.leaf_index)) != FV_OK ||
	    (rc = fv_store_put_int(
		 store, FV_SET_ROSTER_VERSION, (int64_t)a->roster->version)) != FV_OK ||
	    (rc = fv_store_put_int(store, FV_SET_STATE, FV_IDENTITY_ENROLLED)) != FV_OK)
		return rc;
	rc = fv_store_drop_setting(store, FV_SET_ENROL_BODY);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_drop_setting(store, FV_SET_ENROL_CONTEXT);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* A packs note that the roster's supervisors did not sign is left out, not believed. */
static enum fv_err
keep_packs_note(struct attempt *a)
{
	struct fv_packs *packs;
	enum fv_err rc;

	if (a->answer.packs_note.len == 0)
		return FV_OK;
	if ((packs = malloc(sizeof *packs)) == NULL)
		return FV_ENOMEM;
	rc = fv_packs_verify(a->answer.packs_note, a->roster, packs);
	free(packs);
	if (rc != FV_OK)
		return FV_OK;
	return fv_store_put_setting(a->app->store, FV_SET_PACKS_NOTE, a->answer.packs_note);
}

static bool
keep(struct attempt *a)
{
	uint8_t handle_secret[FV_HANDLE_SECRET_BYTES];
	enum fv_err rc;

	fv_envelope_request_handle_secret(&a->request, handle_secret);
	rc = fv_store_begin(a->app->store);
	if (rc == FV_OK)
		rc = keep_rosters(a, a->app->clock.rtc_ms(a->app->clock.ctx));
	if (rc == FV_OK)
		rc = keep_packs_note(a);
	if (rc == FV_OK)
		rc = keep_identity(a, handle_secret);
	if (rc == FV_OK)
		rc = fv_checkpoints_set_first(a->app->store, a->log_size, &a->log_root);
	if (rc == FV_OK)
		rc = fv_store_commit(a->app->store);
	fv_failpoint(FV_POINT_ENROL_STORED);
	fv_wipe(handle_secret, sizeof handle_secret);
	if (rc != FV_OK) {
		fv_store_rollback(a->app->store);
		fv_reply_fail_err(a->reply, "enroll", rc);
		return false;
	}
	rc = fv_identity_load(a->app->store, &a->app->identity);
	if (rc != FV_OK)
		fv_reply_fail_err(a->reply, "enroll", rc);
	return rc == FV_OK;
}

/* Before it counts as enrolled: a note written here can be read by somebody. */
static bool
check_readers(struct attempt *a)
{
	struct fv_readers readers = {.roster_version = a->roster->version};
	enum fv_err rc =
	    fv_roster_recipients(a->roster, a->ticket->team, readers.pks, &readers.count);

	if (rc != FV_OK || readers.count == 0)
		return fail(a, FV_FAIL_NO_READER,
		    _("nobody on the roster could read this handheld's notes; the supervisor "
		      "must "
		      "sign a roster with a reader for its team"));
	return fv_readers_check(&readers, a->app->identity.dev, a->reply);
}

/* `sealed` NULL: the server is asked for the answer. */
static bool
attempt(struct fv_app *app, const struct fv_ticket *ticket, const struct fv_span *sealed,
    struct fv_reply *reply)
{
	struct attempt *a = calloc(1, sizeof *a);
	bool good = false;

	if (a == NULL) {
		fv_reply_fail_err(reply, "enroll", FV_ENOMEM);
		return false;
	}
	a->app = app;
	a->ticket = ticket;
	a->reply = reply;
	good = load_request(a) && (sealed != NULL ? open_sealed(a, *sealed) : exchange(a)) &&
	    check_papers(a) && check_leaf(a) && check_readers(a) && keep(a);
	fv_envelope_request_clear(&a->request);
	fv_buf_clear(&a->body);
	fv_buf_clear(&a->plain);
	free(a->roster);
	free(a);
	return good;
}

bool
fv_enroll_send(struct fv_app *app, const struct fv_ticket *ticket, struct fv_reply *reply)
{
	return attempt(app, ticket, NULL, reply);
}

bool
fv_enroll_take(struct fv_app *app, const struct fv_ticket *ticket, struct fv_span sealed,
    struct fv_reply *reply)
{
	return attempt(app, ticket, &sealed, reply);
}
