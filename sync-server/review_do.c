/* Reviews: what a supervisor decides about findings, each a leaf of the ledger. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/audit.h"
#include "fv/casecsv.h"
#include "fv/instant.h"
#include "sync-server/desk/desk.h"
#include "sync-server/handlers.h"
#include "sync-server/reasons.h"
#include "sync-server/review.h"
#include "sync-server/store/people.h"
#include "sync-server/verb.h"

#define MANY_MAX 1000U

/* One request, checked. */
struct reviewing {
	struct fv_host *host;
	json_t **answer_out; /* held */
	const char *by, *text;
	char officer[FV_ID_BYTES]; /* whom `by` is himself; "": none */
	char agency[FV_ID_BYTES];  /* of a manager; else "" */
	struct fv_store_review review;
	json_t *leaves; /* held */
};

/* -- who ------------------------------------------------------------------------------ */

static bool
is_on_roster(struct fv_host *host, const char *by)
{
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	bool is_there = false;

	if (fv_verb_roster(host->store, &roster, &hash) == FV_OK)
		for (size_t i = 0; i < roster->supervisor_count; i++)
			is_there |= strcmp(roster->supervisors[i].id, by) == 0;
	free(roster);
	return is_there;
}

/* An account of this role, or, for reviews, a supervisor on the roster in force. */
static int
check_who(struct reviewing *r, enum desk_role role)
{
	struct fv_store_account account = {0};
	enum fv_err rc = fv_store_account_get(r->host->store, fv_span_z(r->by), &account);
	const bool is_account = rc == FV_OK && !account.is_disabled && account.role == role;

	if (rc == FV_OK) {
		memcpy(r->officer, account.officer, sizeof r->officer);
		memcpy(r->agency, account.agency, sizeof r->agency);
	}
	fv_wipe(&account, sizeof account);
	if (rc != FV_OK && rc != FV_ENOENT)
		return fv_verb_broken(r->answer_out, r->by, rc);
	if (is_account || (role == DESK_SUPERVISOR && is_on_roster(r->host, r->by)))
		return FV_EXIT_OK;
	return fv_verb_fail(r->answer_out, FV_EXIT_NOPERM,
	    "--by %.40s: neither an account of the desk that may do this nor a supervisor on "
	    "the "
	    "roster in force",
	    r->by);
}

/* -- what ----------------------------------------------------------------------------- */

static int
read_decision(struct reviewing *r, const json_t *request)
{
	const char *word = fv_verb_text(request, "decision");
	const char *reason = fv_verb_text(request, "reason"), *what = NULL;
	json_t *reasons = NULL;
	bool is_allowed;
	enum fv_err rc;

	r->text = fv_verb_text(request, "text");
	r->review.decision = reasons_decision_of(word);
	if (r->review.decision == 0)
		return fv_verb_fail(r->answer_out, FV_EXIT_DATA,
		    "%.20s: decide one of uphold, dismiss, excuse, reopen", word);
	if (strlen(r->text) > REVIEW_TEXT_MAX)
		return fv_verb_fail(r->answer_out, FV_EXIT_DATA,
		    "the remark has more than %u bytes", REVIEW_TEXT_MAX);
	if (fv_casecsv_personal(fv_span_z(r->text), &what))
		return fv_verb_fail(r->answer_out, FV_EXIT_DATA,
		    "the remark holds what %.*s: the server may not read it; leave it out",
		    (int)strcspn(what, ";"), what);
	if ((rc = reasons_load(r->host->store, &reasons)) != FV_OK)
		return fv_verb_fail(r->answer_out, FV_EXIT_CONFIG,
		    "no table of reasons: adopt the pack " REASONS_PACK);
	is_allowed = reasons_allow(reasons, reason, r->review.decision);
	json_decref(reasons);
	if (!is_allowed || strlen(reason) >= sizeof r->review.reason)
		return fv_verb_fail(r->answer_out, FV_EXIT_DATA,
		    "%.40s: no reason to %s a finding; 'fieldvisitd review reasons' lists "
		    "them",
		    reason[0] != '\0' ? reason : "(none)", word);
	memcpy(r->review.reason, reason, strlen(reason) + 1);
	return FV_EXIT_OK;
}

/* Whose answer it would be: the visit's own handheld, or another of its officer. */
struct answered {
	struct fv_store *store;
	const struct fv_store_visit *visit;
	bool is_answered;
};

static enum fv_err
see_reply(const struct fv_store_record *record, void *ctx)
{
	struct answered *a = ctx;
	struct fv_store_device device;
	enum fv_err rc = fv_store_device_get_no(a->store, record->no, &device);

	if (rc == FV_OK)
		a->is_answered |= record->no == a->visit->device_no ||
		    fv_span_equal(a->visit->officer, fv_span_z(device.officer));
	fv_wipe(&device, sizeof device);
	return rc;
}

enum fv_err
review_uphold_from(struct fv_store *store, const struct fv_store_open *finding,
    const struct fv_store_visit *visit, int64_t *from_ms_out, bool *is_answered_out)
{
	struct answered answered = {store, visit, false};
	enum fv_err rc = fv_store_reply_each(store, finding->id, see_reply, &answered);

	*is_answered_out = answered.is_answered;
	*from_ms_out =
	    answered.is_answered ? finding->since_ms : finding->since_ms + REVIEW_WAIT_MS;
	return rc;
}

static int
check_uphold(struct reviewing *r, const struct fv_store_open *finding,
    const struct fv_store_visit *visit, const char *id)
{
	char at[FV_INSTANT_TEXT_BYTES];
	bool is_answered;
	int64_t from_ms;
	enum fv_err rc =
	    review_uphold_from(r->host->store, finding, visit, &from_ms, &is_answered);

	if (rc != FV_OK)
		return fv_verb_broken(r->answer_out, id, rc);
	if (r->review.at_ms >= from_ms)
		return FV_EXIT_OK;
	return fv_verb_fail(r->answer_out, FV_EXIT_NO,
	    "%s: the officer has not answered yet; it may be upheld after his reply or from "
	    "%s",
	    id, fv_instant_format(from_ms, 0, true, at));
}

/* Everything that one finding asks of a decision about it. */
static int
check_finding(struct reviewing *r, const struct fv_store_open *finding,
    const struct fv_store_visit *visit, const json_t *row, const char *id)
{
	const char *seen = fv_verb_text(row, "inputs_hash");
	struct fv_hash hash;

	if (r->agency[0] != '\0' && !fv_span_equal(visit->agency, fv_span_z(r->agency)))
		return fv_verb_fail(r->answer_out, FV_EXIT_NOINPUT,
		    "%s: no such finding; the queue lists them", id);
	if (seen[0] != '\0' &&
	    (fv_hex_decode(fv_span_z(seen), hash.b, sizeof hash.b) != FV_OK ||
		memcmp(hash.b, finding->inputs_hash.b, sizeof hash.b) != 0))
		return fv_verb_fail(r->answer_out, FV_EXIT_NO,
		    "%s: has changed since it was shown; look at it again", id);
	if (visit->officer.len > 0 &&
	    (fv_span_equal(visit->officer, fv_span_z(r->by)) ||
		fv_span_equal(visit->officer, fv_span_z(r->officer))))
		return fv_verb_fail(r->answer_out, FV_EXIT_NOPERM,
		    "%s: nobody decides about his own visit", id);
	if (r->review.decision == FV_DECISION_REOPEN && finding->decision == 0)
		return fv_verb_fail(
		    r->answer_out, FV_EXIT_NO, "%s: is open; there is nothing to reopen", id);
	if (r->review.decision != FV_DECISION_REOPEN && finding->decision != 0)
		return fv_verb_fail(r->answer_out, FV_EXIT_NO,
		    "%s: has been decided; reopen it with a reason first", id);
	return r->review.decision == FV_DECISION_UPHOLD ? check_uphold(r, finding, visit, id)
							: FV_EXIT_OK;
}

/* -- writing -------------------------------------------------------------------------- */

static enum fv_err
keep_document(struct reviewing *r, const char *id)
{
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s}", "finding", id, "decision",
	    reasons_decision_word(r->review.decision), "reason", r->review.reason, "who",
	    r->by, "text", r->text);
	char *text = doc != NULL ? json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	enum fv_err rc = FV_ENOMEM;

	if (text != NULL)
		rc = fv_verb_keep_salted(r->host, "review", fv_span_z(text), &r->review.sdoc);
	json_decref(doc);
	free(text);
	return rc;
}

static enum fv_err
write_leaf(struct reviewing *r)
{
	struct fv_buf body = {0};

	fv_cbor_put_array(&body, 6);
	fv_cbor_put_bytes(&body, r->review.finding, sizeof r->review.finding);
	fv_cbor_put_bytes(&body, r->review.inputs_hash.b, FV_HASH_BYTES);
	fv_cbor_put_uint(&body, r->review.decision);
	fv_cbor_put_text_z(&body, r->review.reason);
	fv_cbor_put_text_z(&body, r->by);
	fv_cbor_put_bytes(&body, r->review.sdoc.b, FV_HASH_BYTES);
	return fv_verb_leaf(r->host, FV_LEAF_REVIEW, &body, &r->review.leaf);
}

static int
decide(struct reviewing *r, const json_t *row, bool is_proposal)
{
	const char *id = fv_verb_text(row, "finding");
	struct fv_store_open finding;
	struct fv_store_visit visit;
	enum fv_err rc;
	int code;

	if (fv_hex_decode(fv_span_z(id), r->review.finding, sizeof r->review.finding) != FV_OK)
		return fv_verb_fail(r->answer_out, FV_EXIT_DATA,
		    "%.40s: no id of a finding: 32 hex digits", id);
	rc = fv_store_open_get(r->host->store, r->review.finding, &finding);
	if (rc == FV_OK)
		rc = fv_store_queue_get(r->host->store, finding.contact, &visit);
	if (rc == FV_ENOENT)
		return fv_verb_fail(r->answer_out, FV_EXIT_NOINPUT,
		    "%s: no such finding; the queue lists them", id);
	if (rc != FV_OK)
		return fv_verb_broken(r->answer_out, id, rc);
	if ((code = check_finding(r, &finding, &visit, row, id)) != FV_EXIT_OK)
		return code;
	r->review.inputs_hash = finding.inputs_hash;
	if (is_proposal)
		rc = fv_store_proposal_put(r->host->store, &r->review);
	else if ((rc = keep_document(r, id)) == FV_OK && (rc = write_leaf(r)) == FV_OK &&
	    (rc = fv_store_review_put(r->host->store, &r->review)) == FV_OK)
		json_array_append_new(r->leaves, json_integer((json_int_t)r->review.leaf));
	if (rc == FV_OK)
		rc = fv_store_queue_touch(r->host->store, r->review.finding, r->review.at_ms);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(r->answer_out, id, rc);
}

static int
decide_all(struct reviewing *r, const json_t *request, bool is_proposal)
{
	const json_t *rows = json_object_get(request, "findings"), *row;
	const size_t count = json_array_size(rows);
	int code = FV_EXIT_OK;
	size_t at;

	if (count == 0 || count > MANY_MAX)
		return fv_verb_fail(r->answer_out, FV_EXIT_DATA,
		    "name 1 to %u findings, each as it was shown", MANY_MAX);
	if (count > 1 && r->review.decision == FV_DECISION_UPHOLD)
		return fv_verb_fail(r->answer_out, FV_EXIT_DATA,
		    "findings are upheld one by one, each after its officer could answer");
	json_array_foreach(rows, at, row)
	{
		if (code == FV_EXIT_OK)
			code = decide(r, row, is_proposal);
	}
	return code;
}

static int
take_decision(
    struct fv_host *host, const json_t *request, bool is_proposal, json_t **answer_out)
{
	struct reviewing r = {.host = host,
	    .answer_out = answer_out,
	    .by = fv_verb_text(request, "by"),
	    .leaves = json_array(),
	    .review = {.at_ms = fv_host_now_ms()}};
	int code;

	snprintf(r.review.who, sizeof r.review.who, "%s", r.by);
	code = check_who(&r, is_proposal ? DESK_MANAGER : DESK_SUPERVISOR);
	if (code == FV_EXIT_OK)
		code = read_decision(&r, request);
	if (code == FV_EXIT_OK)
		code = decide_all(&r, request, is_proposal);
	if (code != FV_EXIT_OK) {
		json_decref(r.leaves);
		return code;
	}
	return fv_verb_done(answer_out,
	    json_pack("{s:I, s:s, s:o}", "decided",
		(json_int_t)json_array_size(json_object_get(request, "findings")), "decision",
		reasons_decision_word(r.review.decision), "leaves", r.leaves),
	    "%s: %s, by %s", reasons_decision_word(r.review.decision), r.review.reason, r.by);
}

int
fv_do_review(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return take_decision(host, request, false, answer_out);
}

int
fv_do_propose(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return take_decision(host, request, true, answer_out);
}

int
fv_do_looked(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *by = fv_verb_text(request, "by");
	const int64_t now_ms = fv_host_now_ms();
	uint64_t change = 0;
	enum fv_err rc = fv_store_queue_change(host->store, &change);

	if (rc == FV_OK)
		rc = fv_store_looked_set(host->store, by, change, now_ms);
	return rc == FV_OK ? fv_verb_done(answer_out,
				 json_pack("{s:I, s:I}", "change", (json_int_t)change, "at_ms",
				     (json_int_t)now_ms),
				 "looked")
			   : fv_verb_broken(answer_out, by, rc);
}
