/* Handlers of complaints: taking one, and what the desk does with it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/borrower.h"
#include "sync-server/care.h"
#include "sync-server/care_show.h"
#include "sync-server/handlers.h"
#include "sync-server/verb.h"

/* A member of exactly `len` bytes as hex. */
static bool
get_hex(const json_t *request, const char *name, uint8_t *out, size_t len)
{
	const char *text = fv_verb_text(request, name);

	return strlen(text) == 2 * len && fv_hex_decode(fv_span_z(text), out, len) == FV_OK;
}

/* Append the JSON of an audit entry and its leaf.  Takes: entry. */
static enum fv_err
log_entry(struct fv_host *host, const char *what, json_t *entry)
{
	char *text = entry != NULL ? json_dumps(entry, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	uint64_t index;
	enum fv_err rc =
	    text != NULL ? care_log(host, what, fv_span_z(text), &index) : FV_ENOMEM;

	free(text);
	json_decref(entry);
	return rc;
}

/* -- taking ------------------------------------------------------------------------------ */

/* A complaint on its way in. */
struct taking {
	struct fv_host *host;
	const json_t *request;
	struct fv_store_care row;
	uint8_t receipt[FV_HASH_BYTES], answer_pk[FV_KEY_BYTES];
	struct fv_hash slip;
	struct fv_buf kc, ct, capsules, key_ids; /* owned */
};

static void
taking_clear(struct taking *t)
{
	fv_buf_clear(&t->kc);
	fv_buf_clear(&t->ct);
	fv_buf_clear(&t->capsules);
	fv_buf_clear(&t->key_ids);
}

static bool
read_sealed(struct taking *t)
{
	if (fv_verb_bytes(t->request, "kc", &t->kc) != FV_OK ||
	    fv_verb_bytes(t->request, "ct", &t->ct) != FV_OK ||
	    fv_verb_bytes(t->request, "capsules", &t->capsules) != FV_OK ||
	    fv_verb_bytes(t->request, "key_ids", &t->key_ids) != FV_OK)
		return false;
	t->row.text = (struct fv_store_sealed){.kc = fv_buf_span(&t->kc),
	    .ct = fv_buf_span(&t->ct),
	    .capsules = fv_buf_span(&t->capsules),
	    .key_ids = fv_buf_span(&t->key_ids)};
	return t->kc.len == FV_NOTE_KC_BYTES && t->ct.len <= FV_NOTE_CT_MAX &&
	    t->capsules.len <= FV_CARD_RECIPIENTS_MAX * (size_t)FV_NOTE_CAPSULE_BYTES &&
	    t->capsules.len / FV_NOTE_CAPSULE_BYTES == t->key_ids.len / FV_BOX_KEY_ID_BYTES;
}

static bool
read_request(struct taking *t)
{
	struct fv_store_care *row = &t->row;
	const json_t *day = json_object_get(t->request, "day");
	const char *windows = fv_verb_text(t->request, "windows");

	row->kind = care_kind_of(fv_verb_text(t->request, "kind"));
	row->source = FV_CARE_BY_PAGE;
	row->state = FV_CARE_OPEN;
	row->received_ms = fv_host_now_ms();
	if (row->kind == (enum fv_care_kind)0 || strlen(windows) >= sizeof row->windows ||
	    !get_hex(t->request, "receipt", t->receipt, sizeof t->receipt) ||
	    !get_hex(t->request, "answer_pk", t->answer_pk, sizeof t->answer_pk) ||
	    !read_sealed(t))
		return false;
	memcpy(row->windows, windows, strlen(windows));
	row->receipt = fv_span_of(t->receipt, sizeof t->receipt);
	row->answer_pk = fv_span_of(t->answer_pk, sizeof t->answer_pk);
	row->has_day = json_is_integer(day);
	row->day = row->has_day ? json_integer_value(day) : 0;
	if (get_hex(t->request, "slip", t->slip.b, sizeof t->slip.b)) {
		row->source = FV_CARE_BY_CODE;
		row->slip = fv_span_of(t->slip.b, sizeof t->slip.b);
	}
	return fv_id_copy(fv_span_z(fv_verb_text(t->request, "agency")), row->agency,
		   sizeof row->agency) == FV_OK ||
	    fv_verb_text(t->request, "agency")[0] == '\0';
}

/* The visit that the code names, when a handheld has delivered it. */
static enum fv_err
find_visit(struct taking *t)
{
	struct fv_store_care *row = &t->row;
	struct fv_borrower_visit visit;
	enum fv_err rc;

	if (row->slip.len == 0) {
		/* A badge that the roster does not know came sealed, with the text. */
		const char *badge = fv_verb_text(t->request, "badge");
		if (fv_id_copy(fv_span_z(badge), row->badge, sizeof row->badge) != FV_OK)
			row->badge[0] = '\0';
		return FV_OK;
	}
	rc = fv_borrower_visit_by(t->host->store, &t->slip, row->received_ms, &visit);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	row->has_visit = true;
	row->device_no = visit.device_no;
	row->visit_seq = visit.seq;
	memcpy(row->agency, visit.who.agency, sizeof row->agency);
	memcpy(row->badge, visit.who.badge, sizeof row->badge);
	memcpy(row->team, visit.team, sizeof row->team);
	memcpy(row->case_id, visit.case_id, sizeof row->case_id);
	return FV_OK;
}

static enum fv_err
set_terms(struct taking *t)
{
	struct fv_store *store = t->host->store;
	struct fv_store_care *row = &t->row;
	enum fv_err rc = care_zone(store, row->case_id, row->zone);

	if (rc == FV_OK)
		rc = care_deadline(
		    store, row->zone, row->received_ms, care_days(store), &row->deadline_ms);
	row->has_hold = care_holds(row->kind);
	row->hold_until_ms = row->has_hold ? row->deadline_ms : 0;
	return rc;
}

/* What the ledger says of it: no word that the borrower wrote. */
static json_t *
entry_of(const struct fv_store_care *row)
{
	char id[CARE_ID_BYTES];
	struct fv_hash hash;

	fv_sha256(row->text.ct, &hash);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "id", care_id(row->no, id),
	    "kind", care_kind_word(row->kind), "case", row->case_id, "agency", row->agency,
	    "received", fv_verb_json_time(true, row->received_ms), "receipt",
	    fv_verb_json_hex(row->receipt.ptr, row->receipt.len), "text",
	    fv_verb_json_hex(hash.b, sizeof hash.b));
}

static enum fv_err
take(struct taking *t)
{
	struct fv_store_care held;
	struct fv_hash receipt;
	enum fv_err rc;

	if ((rc = find_visit(t)) != FV_OK || (rc = set_terms(t)) != FV_OK)
		return rc;
	rc = fv_store_care_add(t->host->store, &t->row, &t->row.no);
	if (rc == FV_EEXIST) { /* the form was sent twice */
		memcpy(receipt.b, t->receipt, sizeof receipt.b);
		if ((rc = fv_store_care_find(t->host->store, &receipt, &held)) == FV_OK)
			t->row.no = held.no;
		return rc;
	}
	if (rc == FV_OK)
		rc = log_entry(t->host, "complaint", entry_of(&t->row));
	return rc == FV_OK ? care_hold(t->host, &t->row, 0) : rc;
}

int
fv_do_complaint_take(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct taking t = {.host = host, .request = request};
	char id[CARE_ID_BYTES];
	enum fv_err rc;
	int code;

	if (!read_request(&t)) {
		taking_clear(&t);
		return fv_verb_fail(answer_out, FV_EXIT_DATA, "complaint: is not one");
	}
	rc = take(&t);
	if (rc == FV_OK)
		code = fv_verb_done(
		    answer_out, json_pack("{s:s}", "id", care_id(t.row.no, id)), "%s", id);
	else
		code = fv_verb_broken(answer_out, "complaint", rc);
	taking_clear(&t);
	return code;
}

int
fv_do_complaint_code(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_hash slip;
	enum fv_err rc;

	if (!get_hex(request, "slip", slip.b, sizeof slip.b))
		return fv_verb_fail(answer_out, FV_EXIT_DATA, "slip: is no hash");
	rc = fv_store_code_seen(host->store, &slip, fv_host_now_ms());
	return rc == FV_OK ? fv_verb_done(answer_out, NULL, "%s", "")
			   : fv_verb_broken(answer_out, "slip", rc);
}

/* -- the desk ---------------------------------------------------------------------------- */

/* Who does what to which complaint. */
struct deciding {
	struct fv_host *host;
	const json_t *request;
	json_t **answer_out;
	struct fv_roster *roster; /* owned */
	const char *by, *id;
	struct fv_store_care row;
	uint8_t receipt[FV_HASH_BYTES], answer_pk[FV_KEY_BYTES];
};

static bool
is_reader(const struct fv_roster *roster, const char *by, bool with_auditors)
{
	for (size_t i = 0; i < roster->supervisor_count; i++)
		if (strcmp(roster->supervisors[i].id, by) == 0)
			return true;
	for (size_t i = 0; with_auditors && i < roster->auditor_count; i++)
		if (strcmp(roster->auditors[i].id, by) == 0)
			return true;
	return false;
}

static int
load_row(struct deciding *d)
{
	int64_t no;
	enum fv_err rc = care_id_read(d->id, &no);

	if (rc == FV_OK)
		rc = fv_store_care_get(d->host->store, no, &d->row);
	if (rc == FV_ENOENT || rc == FV_EFORMAT)
		return fv_verb_fail(d->answer_out, FV_EXIT_NOINPUT,
		    "%.40s: no such complaint; 'fieldvisitd complaint list' shows those that "
		    "there are",
		    d->id);
	if (rc != FV_OK)
		return fv_verb_broken(d->answer_out, d->id, rc);
	/* They outlive the row's own spans. */
	if (d->row.receipt.len == sizeof d->receipt)
		memcpy(d->receipt, d->row.receipt.ptr, sizeof d->receipt);
	if (d->row.answer_pk.len == sizeof d->answer_pk)
		memcpy(d->answer_pk, d->row.answer_pk.ptr, sizeof d->answer_pk);
	return FV_EXIT_OK;
}

/* Somebody who carries a handheld of the team that is complained of. */
struct membership {
	const struct fv_store_care *row;
	const char *by, *officer;
	bool is_his;
};

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	struct membership *m = ctx;

	if (strcmp(device->agency, m->row->agency) == 0 &&
	    strcmp(device->team, m->row->team) == 0 &&
	    (strcmp(device->officer, m->by) == 0 || strcmp(device->officer, m->officer) == 0))
		m->is_his = true;
	return FV_OK;
}

/* Nobody decides on what he did himself, or his own team. */
static int
check_apart(struct deciding *d)
{
	const char *officer = fv_verb_text(d->request, "by_officer");
	struct membership m = {.row = &d->row, .by = d->by, .officer = officer};
	enum fv_err rc = FV_OK;

	if (d->row.badge[0] != '\0' &&
	    (strcmp(d->row.badge, d->by) == 0 || strcmp(d->row.badge, officer) == 0))
		m.is_his = true;
	if (!m.is_his && d->row.team[0] != '\0')
		rc = fv_store_device_each(d->host->store, NULL, on_device, &m);
	if (rc != FV_OK)
		return fv_verb_broken(d->answer_out, d->id, rc);
	if (!m.is_his)
		return FV_EXIT_OK;
	return fv_verb_fail(d->answer_out, FV_EXIT_NOPERM,
	    "%s: %s made this visit or works in its team; another supervisor must decide",
	    d->id, d->by);
}

/* Load all; `is_decision` false: looking is enough. */
static int
begin(struct deciding *d, bool is_decision)
{
	const bool proposes = json_is_true(json_object_get(d->request, "propose"));
	struct fv_hash hash;
	int code;

	d->id = fv_verb_text(d->request, "id");
	d->by = fv_verb_text(d->request, "by");
	if ((code = load_row(d)) != FV_EXIT_OK ||
	    (code = fv_verb_need_roster(d->host, &d->roster, &hash, d->answer_out)) !=
		FV_EXIT_OK)
		return code;
	if (!is_reader(d->roster, d->by, !is_decision) && !proposes)
		return fv_verb_fail(d->answer_out, FV_EXIT_NOPERM,
		    "--by %.40s: no %s on the roster in force has this id; 'fieldvisitd "
		    "roster show' names them",
		    d->by, is_decision ? "supervisor" : "supervisor or auditor");
	if (!is_decision)
		return FV_EXIT_OK;
	if (d->row.state != FV_CARE_OPEN)
		return fv_verb_fail(d->answer_out, FV_EXIT_DATA,
		    "%s: %s has answered it already; an answer stays", d->id,
		    d->row.decided_by);
	return proposes ? FV_EXIT_OK : check_apart(d);
}

/* Save the row, log what was done, and answer with it.  Takes: entry. */
static int
finish(struct deciding *d, const char *what, json_t *entry)
{
	enum fv_err rc = fv_store_care_save(d->host->store, &d->row);

	if (rc == FV_OK)
		rc = log_entry(d->host, what, entry);
	else
		json_decref(entry);
	if (rc != FV_OK)
		return fv_verb_broken(d->answer_out, d->id, rc);
	return fv_verb_done(d->answer_out,
	    json_pack(
		"{s:o}", "complaint", care_json(d->host->store, &d->row, fv_host_now_ms())),
	    "%s: done, and in the ledger", d->id);
}

static json_t *
done_by(const struct deciding *d, const char *how, const char *reason)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", d->id, "by", d->by, "do", how,
	    "reason", reason, "at", fv_verb_json_time(true, fv_host_now_ms()));
}

int
fv_do_complaint_open(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct deciding d = {.host = host, .request = request, .answer_out = answer_out};
	json_t *parts = NULL;
	int code = begin(&d, false);
	enum fv_err rc;

	if (code == FV_EXIT_OK && d.row.text.ct.len == 0)
		code = fv_verb_fail(
		    answer_out, FV_EXIT_NOINPUT, "%s: holds no words of the borrower's", d.id);
	if (code == FV_EXIT_OK) {
		parts = care_json_sealed(&d.row);
		rc = log_entry(host, "complaint_opened", done_by(&d, "open", ""));
		code = rc == FV_OK ? fv_verb_done(answer_out, parts, "%s", d.id)
				   : fv_verb_broken(answer_out, d.id, rc);
		if (rc != FV_OK)
			json_decref(parts);
	}
	free(d.roster);
	return code;
}

/* Seal the answer to whoever has the receipt, and to the roster. */
static int
seal_answer(struct deciding *d, struct care_sealed *sealed)
{
	const char *text = fv_verb_text(d->request, "text");
	struct fv_hash receipt;
	enum fv_err rc;

	if (d->row.answer_pk.len != FV_KEY_BYTES) {
		if (text[0] == '\0')
			return FV_EXIT_OK;
		return fv_verb_fail(d->answer_out, FV_EXIT_DATA,
		    "%s: was asked at the door: the borrower has no receipt, and sees the "
		    "decision by his slip's code; leave the text out",
		    d->id);
	}
	if (text[0] == '\0' || strlen(text) > CARE_ANSWER_MAX)
		return fv_verb_fail(d->answer_out, FV_EXIT_DATA,
		    "%s: an answer for the borrower has 1 to %u bytes", d->id,
		    CARE_ANSWER_MAX);
	memcpy(receipt.b, d->receipt, sizeof receipt.b);
	rc =
	    care_seal(d->roster, CARE_ANSWER, &receipt, d->answer_pk, fv_span_z(text), sealed);
	if (rc != FV_OK)
		return fv_verb_broken(d->answer_out, d->id, rc);
	d->row.answer =
	    (struct fv_store_sealed){.kc = fv_span_of(sealed->note.kc, sizeof sealed->note.kc),
		.ct = fv_buf_span(&sealed->note.ct),
		.capsules = fv_buf_span(&sealed->note.capsules),
		.key_ids = fv_buf_span(&sealed->key_ids)};
	return FV_EXIT_OK;
}

static int
decide(struct deciding *d, uint32_t decision, uint32_t reason)
{
	struct care_sealed sealed = {0};
	enum fv_err rc;
	int code = seal_answer(d, &sealed);

	if (code == FV_EXIT_OK && (rc = care_release(d->host, &d->row)) != FV_OK)
		code = fv_verb_broken(d->answer_out, d->id, rc);
	if (code == FV_EXIT_OK) {
		d->row.state = FV_CARE_ANSWERED;
		d->row.has_hold = false;
		d->row.decision = decision;
		d->row.reason = reason;
		d->row.decided_ms = fv_host_now_ms();
		(void)snprintf(d->row.decided_by, sizeof d->row.decided_by, "%s", d->by);
		code = finish(d, "complaint_answered",
		    done_by(d, care_decision_word(decision), care_reason_word(reason)));
	}
	care_sealed_clear(&sealed);
	return code;
}

int
fv_do_complaint_answer(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct deciding d = {.host = host, .request = request, .answer_out = answer_out};
	const uint32_t decision = care_decision_of(fv_verb_text(request, "decision"));
	const uint32_t reason = care_reason_of(fv_verb_text(request, "reason"));
	int code = begin(&d, true);

	if (code == FV_EXIT_OK && (decision == 0 || reason == 0))
		code = fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: %s is none of the words that the manual lists", d.id,
		    decision == 0 ? "--decision" : "--reason");
	if (code == FV_EXIT_OK && json_is_true(json_object_get(request, "propose"))) {
		d.row.proposed = decision;
		(void)snprintf(d.row.proposed_by, sizeof d.row.proposed_by, "%s", d.by);
		code = finish(&d, "complaint_proposed",
		    done_by(&d, care_decision_word(decision), care_reason_word(reason)));
	} else if (code == FV_EXIT_OK) {
		code = decide(&d, decision, reason);
	}
	free(d.roster);
	return code;
}

static int
renew(struct deciding *d)
{
	enum fv_err rc;

	if (d->row.renewals >= CARE_RENEWALS_MAX)
		return fv_verb_fail(d->answer_out, FV_EXIT_DATA,
		    "%s: its hold was renewed once already; answer it", d->id);
	rc = care_deadline(d->host->store, d->row.zone, fv_host_now_ms(),
	    care_days(d->host->store), &d->row.hold_until_ms);
	d->row.renewals++;
	if (rc == FV_OK)
		rc = care_hold(d->host, &d->row, d->row.renewals);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(d->answer_out, d->id, rc);
}

static int
lift(struct deciding *d)
{
	enum fv_err rc = care_release(d->host, &d->row);

	d->row.has_hold = false;
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(d->answer_out, d->id, rc);
}

int
fv_do_complaint_hold(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct deciding d = {.host = host, .request = request, .answer_out = answer_out};
	const char *how = fv_verb_text(request, "do");
	const uint32_t reason = care_reason_of(fv_verb_text(request, "reason"));
	const bool is_renewal = strcmp(how, "renew") == 0;
	int code = begin(&d, true);

	if (code == FV_EXIT_OK && (reason == 0 || (!is_renewal && strcmp(how, "lift") != 0)))
		code = fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: a hold is renewed or lifted, with a reason of the manual's list",
		    d.id);
	if (code == FV_EXIT_OK && !d.row.has_hold)
		code = fv_verb_fail(answer_out, FV_EXIT_DATA, "%s: holds no case now", d.id);
	if (code == FV_EXIT_OK)
		code = is_renewal ? renew(&d) : lift(&d);
	if (code == FV_EXIT_OK)
		code =
		    finish(&d, "complaint_hold", done_by(&d, how, care_reason_word(reason)));
	free(d.roster);
	return code;
}

int
fv_do_complaint_link(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct deciding d = {.host = host, .request = request, .answer_out = answer_out};
	const char *case_id = fv_verb_text(request, "case");
	struct fv_store_case found;
	int code = begin(&d, true);
	enum fv_err rc;

	if (code == FV_EXIT_OK && d.row.case_id[0] != '\0')
		code = fv_verb_fail(answer_out, FV_EXIT_DATA, "%s: is about case %s already",
		    d.id, d.row.case_id);
	if (code != FV_EXIT_OK)
		goto done;
	rc = fv_store_case_get(host->store, fv_span_z(case_id), &found);
	if (rc == FV_OK)
		rc = fv_id_copy(found.item.id, d.row.case_id, sizeof d.row.case_id);
	if (rc == FV_OK && d.row.agency[0] == '\0')
		rc = fv_id_copy(found.item.agency, d.row.agency, sizeof d.row.agency);
	if (rc == FV_OK)
		rc = care_hold(host, &d.row, 0);
	if (rc == FV_ENOENT)
		code = fv_verb_fail(
		    answer_out, FV_EXIT_NOINPUT, "%.40s: no such case here", case_id);
	else if (rc != FV_OK)
		code = fv_verb_broken(answer_out, d.id, rc);
	else
		code = finish(&d, "complaint_linked", done_by(&d, "link", case_id));
done:
	free(d.roster);
	return code;
}
