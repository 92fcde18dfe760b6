#include "firmware-app/practice/agency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/enrol.h"
#include "fv/envelope.h"
#include "fv/ledger.h"

/* A name that no resolver answers (RFC 6761): whatever were sent there would arrive nowhere.
 */
#define URL "http://practice.invalid"
#define SUPERVISOR "trainer"
#define HPKE_KEY_ID 1U
#define TICKET_DAYS 1

/* A reader of notes who is nobody: the secret half is gone before the public one is used. */
static void
make_nobody(uint8_t pk_out[FV_KEY_BYTES])
{
	uint8_t sk[FV_KEY_BYTES];

	fv_random_fill(fv_random_system(), sk, sizeof sk);
	fv_x25519_public(sk, pk_out);
	fv_wipe(sk, sizeof sk);
}

static void
add_officer(struct fv_roster *roster, const char *id, const char *name)
{
	struct fv_officer *officer = &roster->officers[roster->officer_count++];

	snprintf(officer->id, sizeof officer->id, "%s", id);
	snprintf(officer->name, sizeof officer->name, "%s", name);
}

static void
fill_roster(struct fv_practice_agency *a)
{
	struct fv_roster *r = a->roster;
	struct fv_supervisor *s = &r->supervisors[r->supervisor_count++];
	struct fv_auditor *auditor = &r->auditors[r->auditor_count++];

	snprintf(r->agency, sizeof r->agency, "%s", FV_AGENCY_PRACTICE);
	r->version = r->threshold = r->pack_threshold = 1;
	snprintf(s->id, sizeof s->id, "%s", SUPERVISOR);
	fv_ed25519_public(a->sign_seed, s->sign_pk);
	make_nobody(s->box_pk);
	snprintf(s->teams[s->team_count++], sizeof s->teams[0], "%s", FV_PRACTICE_TEAM);
	snprintf(auditor->id, sizeof auditor->id, "nobody");
	make_nobody(auditor->box_pk);
	make_nobody(r->recovery_pk);
	add_officer(r, FV_PRACTICE_OFFICER, "学员 Learner");
	add_officer(r, FV_PRACTICE_COLLEAGUE, "同事 Colleague");
}

static enum fv_err
sign_roster(struct fv_practice_agency *a)
{
	struct fv_buf text = {0};
	enum fv_err rc;

	fill_roster(a);
	fv_roster_put(&text, a->roster);
	if ((rc = fv_buf_status(&text)) == FV_OK) {
		fv_roster_hash(fv_buf_span(&text), &a->ticket.roster);
		fv_practice_sign(a, &a->roster_note, fv_buf_span(&text));
		rc = fv_buf_status(&a->roster_note);
	}
	fv_buf_clear(&text);
	return rc;
}

static enum fv_err
sign_ticket(struct fv_practice_agency *a, int64_t now_ms)
{
	struct fv_ticket *t = &a->ticket;
	struct fv_buf text = {0}, note = {0};
	enum fv_err rc;

	fv_random_fill(fv_random_system(), t->id, sizeof t->id);
	fv_random_fill(fv_random_system(), t->token, sizeof t->token);
	snprintf(t->url, sizeof t->url, URL);
	fv_ed25519_public(a->log_seed, t->log_pk);
	t->hpke_key_id = HPKE_KEY_ID;
	fv_x25519_public(a->hpke_sk, t->hpke_pk);
	snprintf(t->agency, sizeof t->agency, "%s", FV_AGENCY_PRACTICE);
	snprintf(t->team, sizeof t->team, "%s", FV_PRACTICE_TEAM);
	snprintf(t->officer, sizeof t->officer, "%s", FV_PRACTICE_OFFICER);
	t->expires_ms = (now_ms / 1000 + TICKET_DAYS * INT64_C(86400)) * 1000;
	memcpy(t->auditors[t->auditor_count++], a->roster->auditors[0].box_pk, FV_KEY_BYTES);
	fv_ticket_text_put(&text, t);
	fv_practice_sign(a, &note, fv_buf_span(&text));
	if ((rc = fv_buf_status(&note)) == FV_OK) {
		fv_ticket_file_put(&a->ticket_file, t->token, fv_buf_span(&note));
		rc = fv_buf_status(&a->ticket_file);
	}
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	return rc;
}

enum fv_err
fv_practice_agency_new(int64_t now_ms, struct fv_practice_agency **agency_out)
{
	struct fv_practice_agency *a = fv_secret_alloc(sizeof *a);
	enum fv_err rc = FV_ENOMEM;

	*agency_out = NULL;
	if (a == NULL)
		return rc;
	memset(a, 0, sizeof *a);
	if ((a->roster = calloc(1, sizeof *a->roster)) == NULL)
		goto cleanup;
	fv_random_fill(fv_random_system(), a->sign_seed, sizeof a->sign_seed);
	fv_random_fill(fv_random_system(), a->log_seed, sizeof a->log_seed);
	fv_random_fill(fv_random_system(), a->hpke_sk, sizeof a->hpke_sk);
	if ((rc = sign_roster(a)) != FV_OK || (rc = sign_ticket(a, now_ms)) != FV_OK)
		goto cleanup;
	*agency_out = a;
	a = NULL;
cleanup:
	fv_practice_agency_free(a);
	return rc;
}

void
fv_practice_agency_free(struct fv_practice_agency *agency)
{
	if (agency == NULL)
		return;
	free(agency->roster);
	fv_buf_clear(&agency->roster_note);
	fv_wipe(agency->ticket_file.ptr, agency->ticket_file.len);
	fv_buf_clear(&agency->ticket_file);
	fv_secret_free(agency);
}

void
fv_practice_sign(
    const struct fv_practice_agency *agency, struct fv_buf *out, struct fv_span text)
{
	char name[FV_SIGNER_BYTES];

	fv_signer_name(FV_AGENCY_PRACTICE, SUPERVISOR, name);
	fv_signednote_sign(out, text, fv_span_z(name), agency->sign_seed);
}

/* --- the server's part --- */

/* The leaf that names the handheld's keys, and a checkpoint of a log that has it alone. */
static enum fv_err
enter(const struct fv_practice_agency *a, const struct fv_enrol_request *request,
    const uint8_t dev[FV_DEV_BYTES], int64_t now_ms, struct fv_buf *leaf,
    struct fv_buf *checkpoint)
{
	struct fv_leaf_enrol enrol = {.agency = fv_span_z(FV_AGENCY_PRACTICE)};
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_buf body = {0}, text = {0};
	struct fv_hash root;
	enum fv_err rc;

	memcpy(enrol.dev, dev, sizeof enrol.dev);
	memcpy(enrol.pk_0, request->pk_0, sizeof enrol.pk_0);
	memcpy(enrol.pk_sync, request->pk_sync, sizeof enrol.pk_sync);
	memcpy(enrol.pk_box, request->pk_box, sizeof enrol.pk_box);
	memcpy(enrol.ticket_id, a->ticket.id, sizeof enrol.ticket_id);
	fv_sha256(fv_span_of(request->seeds[0].sealed, sizeof request->seeds[0].sealed),
	    &enrol.seeds_doc);
	/* Of the hardware nothing is kept, so that nothing is named. */
	fv_random_fill(
	    fv_random_system(), enrol.hardware_sdoc.b, sizeof enrol.hardware_sdoc.b);
	fv_leaf_enrol_put(&body, &enrol);
	fv_leaf_put(leaf, FV_LEAF_ENROL, now_ms, fv_buf_span(&body));
	if ((rc = fv_buf_status(leaf)) == FV_OK) {
		fv_leaf_hash(fv_buf_span(leaf), &root); /* one leaf: its hash is the root */
		fv_log_origin(a->ticket.log_pk, origin);
		fv_checkpoint_put(&text, fv_span_z(origin), 1, &root);
		fv_signednote_sign(
		    checkpoint, fv_buf_span(&text), fv_span_z(origin), a->log_seed);
		rc = fv_buf_status(checkpoint);
	}
	fv_buf_clear(&body);
	fv_buf_clear(&text);
	return rc;
}

static enum fv_err
put_answer(const struct fv_practice_agency *a, struct fv_span plain, int64_t now_ms,
    struct fv_buf *out)
{
	struct fv_enrol_answer *answer = calloc(1, sizeof *answer);
	struct fv_enrol_request request;
	struct fv_buf leaf = {0}, checkpoint = {0};
	enum fv_err rc = FV_ENOMEM;

	if (answer == NULL)
		return rc;
	rc = fv_enrol_request_parse(plain, a->ticket.id, &request, answer->dev);
	if (rc == FV_OK)
		rc = enter(a, &request, answer->dev, now_ms, &leaf, &checkpoint);
	if (rc == FV_OK) {
		answer->enrol_leaf = fv_buf_span(&leaf);
		answer->checkpoint = fv_buf_span(&checkpoint);
		answer->rosters[answer->roster_count++] = fv_buf_span(&a->roster_note);
		answer->server_ms = now_ms;
		fv_enrol_answer_put(out, answer);
		rc = fv_buf_status(out);
	}
	fv_buf_clear(&leaf);
	fv_buf_clear(&checkpoint);
	free(answer);
	return rc;
}

/* Open all of the request; `plain` gets what it says. */
static enum fv_err
open_request(struct fv_envelope_stream *stream, struct fv_span request, struct fv_buf *plain)
{
	enum fv_err rc = FV_OK;
	size_t used;

	while (rc == FV_OK && request.len > 0) {
		rc = fv_envelope_stream_feed(stream, request, &used);
		request = fv_span_of(request.ptr + used, request.len - used);
		fv_buf_put_span(plain, fv_envelope_stream_chunk(stream));
	}
	if (rc == FV_OK && !fv_envelope_stream_is_complete(stream))
		rc = FV_ECUT;
	return rc == FV_OK ? fv_buf_status(plain) : rc;
}

enum fv_err
fv_practice_answer(const struct fv_practice_agency *agency, struct fv_span request,
    int64_t now_ms, struct fv_buf *sealed_out)
{
	struct fv_envelope_hdr hdr = {.kind = FV_ENVELOPE_ENROL, .key_id = HPKE_KEY_ID};
	const struct fv_envelope_from from = {
	    .hdr = &hdr, .sk_server = agency->hpke_sk, .token = agency->ticket.token};
	struct fv_envelope_stream *stream = NULL;
	struct fv_buf plain = {0}, answer = {0};
	enum fv_err rc;

	memcpy(hdr.ticket_id, agency->ticket.id, sizeof hdr.ticket_id);
	if ((rc = fv_envelope_stream_new(&from, &stream)) == FV_OK &&
	    (rc = open_request(stream, request, &plain)) == FV_OK &&
	    (rc = put_answer(agency, fv_buf_span(&plain), now_ms, &answer)) == FV_OK)
		rc = fv_envelope_stream_seal_answer(
		    stream, fv_random_system(), fv_buf_span(&answer), sealed_out);
	fv_envelope_stream_free(stream);
	fv_buf_clear(&plain);
	fv_buf_clear(&answer);
	return rc;
}
