/*
 * The roster that is being drawn up at the desk.  Anybody who may can change it; what counts
 * is signed in the supervisors' browsers, and with as many signatures as the roster in force
 * wants it is imported as any other.
 */
#include "sync-server/roster_draft.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/handlers.h"
#include "sync-server/rosteredit.h"
#include "sync-server/store/notes.h"
#include "sync-server/verb.h"

static bool
is_signed(struct fv_span note)
{
	return memmem(note.ptr, note.len, "\n\n", 2) != NULL;
}

/* Does the draft follow what is in force?  One that was overtaken is nobody's any more. */
static bool
follows(const struct roster_draft *d)
{
	if (d->in_force == NULL)
		return d->draft->version == 1 && !d->draft->has_previous;
	return d->draft->version == d->in_force->version + 1 && d->draft->has_previous &&
	    memcmp(d->draft->previous.b, d->in_force_hash.b, FV_HASH_BYTES) == 0;
}

static enum fv_err
read_draft(struct roster_draft *d, struct fv_store *store)
{
	enum fv_err rc = fv_store_roster_draft_get(store, &d->note);

	if (rc != FV_OK)
		return rc;
	d->text = fv_buf_span(&d->note);
	if (is_signed(d->text)) {
		if ((rc = fv_signednote_parse(d->text, &d->parsed)) != FV_OK)
			return rc;
		d->text = d->parsed.text;
	}
	if ((d->draft = calloc(1, sizeof *d->draft)) == NULL)
		return FV_ENOMEM;
	rc = fv_roster_parse_draft(d->text, d->draft, NULL);
	if (rc == FV_OK && !follows(d)) {
		free(d->draft);
		d->draft = NULL;
		return FV_ENOENT;
	}
	return rc == FV_OK || rc == FV_ENOMEM ? rc : FV_ECORRUPT;
}

enum fv_err
roster_draft_open(struct roster_draft *d, struct fv_store *store)
{
	enum fv_err rc;

	memset(d, 0, sizeof *d);
	rc = fv_verb_roster(store, &d->in_force, &d->in_force_hash);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = read_draft(d, store);
	return rc == FV_ENOENT ? FV_OK : rc;
}

void
roster_draft_close(struct roster_draft *d)
{
	free(d->in_force);
	free(d->draft);
	fv_buf_clear(&d->note);
	memset(d, 0, sizeof *d);
}

const struct fv_roster *
roster_draft_electors(const struct roster_draft *d)
{
	return d->in_force != NULL ? d->in_force : d->draft;
}

static bool
has_signed(const struct roster_draft *d, const struct fv_signednote *note,
    const struct fv_supervisor *s)
{
	char name[FV_SIGNER_BYTES];

	fv_signer_name(roster_draft_electors(d)->agency, s->id, name);
	return fv_signednote_verify(note, fv_span_z(name), s->sign_pk) == FV_OK;
}

json_t *
roster_draft_signed(const struct roster_draft *d)
{
	const struct fv_roster *who = roster_draft_electors(d);
	json_t *list = json_array();

	for (size_t i = 0; d->parsed.sig_count > 0 && i < who->supervisor_count; i++)
		if (has_signed(d, &d->parsed, &who->supervisors[i]))
			(void)json_array_append_new(list, json_string(who->supervisors[i].id));
	return list;
}

/* -- changes -------------------------------------------------------------------------- */

/* What a change broke: a sentence in the answer.  Returns an exit code. */
static int
refuse(json_t **answer_out, const char *rule)
{
	return fv_verb_fail(answer_out, FV_EXIT_DATA, "%s; the draft stays as it was", rule);
}

static int
add(struct fv_roster *r, const char *file, const char *teams, json_t **answer_out)
{
	struct fv_fault fault = {0};
	struct fv_key_public key;
	struct fv_supervisor *s;
	const char *rule;
	enum fv_err rc = fv_keyfile_parse_public(fv_span_z(file), &key, NULL, &fault);

	if (rc != FV_OK)
		return fv_verb_fault(answer_out, "the public key file", &fault, rc);
	if (strcmp(key.agency, r->agency) != 0)
		return refuse(answer_out, "this is a key of another agency");
	switch (key.kind) {
	case FV_KEY_SUPERVISOR:
		if ((s = rosteredit_supervisor(r, &key)) == NULL)
			return refuse(answer_out, "a roster has at most 16 supervisors");
		if ((rule = rosteredit_teams(s, teams)) != NULL)
			return fv_verb_fail(answer_out, FV_EXIT_DATA, "teams: %s", rule);
		return FV_EXIT_OK;
	case FV_KEY_AUDITOR:
		return rosteredit_auditor(r, &key)
		    ? FV_EXIT_OK
		    : refuse(answer_out, "a roster has at most 4 auditors");
	case FV_KEY_RECOVERY:
		memcpy(r->recovery_pk, key.box_pk, sizeof r->recovery_pk);
		return FV_EXIT_OK;
	}
	return refuse(answer_out, "this is no kind of key that stands on a roster");
}

static int
drop(struct fv_roster *r, const json_t *what, json_t **answer_out)
{
	static const char *const words[] = {"supervisor", "auditor", "officer"};
	const char *word = fv_verb_text(what, "what"), *id = fv_verb_text(what, "id");

	for (int i = 0; i <= ROSTEREDIT_OFFICER; i++)
		if (strcmp(words[i], word) == 0)
			return rosteredit_drop(r, (enum rosteredit_row)i, id)
			    ? FV_EXIT_OK
			    : refuse(answer_out, "nobody of that id is on it");
	return refuse(
	    answer_out, "only a supervisor, an auditor or an officer can be taken off");
}

static int
set_officer(struct fv_roster *r, const json_t *what, json_t **answer_out)
{
	const enum fv_err rc = rosteredit_officer(
	    r, fv_span_z(fv_verb_text(what, "id")), fv_verb_text(what, "name"));

	if (rc == FV_ETOOBIG)
		return refuse(answer_out, "a roster has at most 512 officers");
	if (rc == FV_ERANGE)
		return refuse(answer_out, "the officer's name is longer than 64 bytes");
	if (rc != FV_OK)
		return refuse(
		    answer_out, "the officer's id is not 1 to 24 of A-Z a-z 0-9 . _ -");
	return FV_EXIT_OK;
}

static int
set_threshold(const json_t *value, uint32_t *out, json_t **answer_out)
{
	const json_int_t n = json_integer_value(value);

	if (n < 1 || n > (json_int_t)FV_ROSTER_SUPERVISORS_MAX)
		return refuse(answer_out, "a threshold is a number from 1 to 16");
	*out = (uint32_t)n;
	return FV_EXIT_OK;
}

static int
change(struct fv_roster *r, const json_t *request, json_t **answer_out)
{
	const json_t *value;

	if ((value = json_object_get(request, "add")) != NULL)
		return add(r, fv_verb_text(request, "add"), fv_verb_text(request, "teams"),
		    answer_out);
	if ((value = json_object_get(request, "drop")) != NULL)
		return drop(r, value, answer_out);
	if ((value = json_object_get(request, "officer")) != NULL)
		return set_officer(r, value, answer_out);
	if ((value = json_object_get(request, "threshold")) != NULL)
		return set_threshold(value, &r->threshold, answer_out);
	if ((value = json_object_get(request, "pack_threshold")) != NULL)
		return set_threshold(value, &r->pack_threshold, answer_out);
	return refuse(answer_out,
	    "no change is named: add, drop, officer, threshold, pack_threshold or discard");
}

/* What cannot be read again is not kept. */
static int
save(struct fv_host *host, const struct fv_roster *roster, json_t **answer_out)
{
	struct fv_roster *again = calloc(1, sizeof *again);
	struct fv_fault fault = {0};
	struct fv_buf text = {0};
	enum fv_err rc = FV_ENOMEM;
	int code;

	fv_roster_put(&text, roster);
	if (again != NULL && (rc = fv_buf_status(&text)) == FV_OK)
		rc = fv_roster_parse_draft(fv_buf_span(&text), again, &fault);
	if (rc != FV_OK)
		code = fv_verb_fault(answer_out, "the roster", &fault, rc);
	else if ((rc = fv_store_roster_draft_set(host->store, fv_buf_span(&text))) != FV_OK)
		code = fv_verb_broken(answer_out, "the roster", rc);
	else
		code = fv_verb_done(answer_out, NULL,
		    "version %llu is drawn up; supervisors sign it now",
		    (unsigned long long)roster->version);
	free(again);
	fv_buf_clear(&text);
	return code;
}

int
fv_do_roster_draft(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_roster *roster = calloc(1, sizeof *roster);
	struct roster_draft d;
	enum fv_err rc = roster_draft_open(&d, host->store);
	int code;

	if (rc == FV_OK && roster == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK && json_object_get(request, "discard") != NULL) {
		rc = fv_store_roster_draft_drop(host->store);
		code = rc == FV_OK ? fv_verb_done(answer_out, NULL, "the draft is discarded")
				   : fv_verb_broken(answer_out, "the roster", rc);
		goto cleanup;
	}
	if (rc != FV_OK) {
		code = fv_verb_broken(answer_out, "the roster", rc);
		goto cleanup;
	}
	if (d.draft != NULL) {
		*roster = *d.draft;
	} else if (d.in_force != NULL) {
		*roster = *d.in_force;
		rosteredit_follow(roster, &d.in_force_hash);
	} else {
		rosteredit_first(roster, host->agency);
	}
	code = change(roster, request, answer_out);
	if (code == FV_EXIT_OK)
		code = save(host, roster, answer_out);
cleanup:
	roster_draft_close(&d);
	free(roster);
	return code;
}

/* -- signatures ----------------------------------------------------------------------- */

/* The draft's text with every good signature of an elector, old and new. */
static void
merge(const struct roster_draft *d, const struct fv_signednote *note, struct fv_buf *out)
{
	const struct fv_roster *who = roster_draft_electors(d);
	const struct fv_signednote *const from[] = {&d->parsed, note};

	fv_buf_put_span(out, d->text);
	fv_buf_put_u8(out, '\n');
	for (size_t i = 0; i < who->supervisor_count; i++) {
		const struct fv_supervisor *s = &who->supervisors[i];
		char name[FV_SIGNER_BYTES];

		fv_signer_name(who->agency, s->id, name);
		for (size_t n = 0; n < 2; n++) {
			struct fv_signednote one = *from[n];
			size_t k = 0;

			/* The one line of this signer, so that a stranger's is left out. */
			while (k < from[n]->sig_count) {
				one.sigs[0] = from[n]->sigs[k];
				one.sig_count = 1;
				if (fv_signednote_verify(&one, fv_span_z(name), s->sign_pk) ==
				    FV_OK)
					break;
				k++;
			}
			if (k == from[n]->sig_count)
				continue;
			fv_buf_put_z(out, "\xe2\x80\x94 ");
			fv_buf_put_z(out, name);
			fv_buf_put_u8(out, ' ');
			fv_buf_put_span(out, one.sigs[0].base64);
			fv_buf_put_u8(out, '\n');
			break;
		}
	}
}

static int
import(struct fv_host *host, const char *note, json_t **answer_out)
{
	json_t *request = json_pack("{s:s, s:s}", "file", "the roster", "note", note);
	enum fv_err rc;
	int code;

	if (request == NULL)
		return fv_verb_broken(answer_out, "the roster", FV_ENOMEM);
	code = fv_do_roster_import(host, request, answer_out);
	json_decref(request);
	if (code != FV_EXIT_OK)
		return code;
	if ((rc = fv_store_roster_draft_drop(host->store)) != FV_OK)
		return fv_verb_broken(answer_out, "the roster", rc);
	(void)json_object_set_new(*answer_out, "in_force", json_true());
	return FV_EXIT_OK;
}

static int
take(struct fv_host *host, const struct roster_draft *d, const struct fv_signednote *note,
    json_t **answer_out)
{
	const struct fv_roster *who = roster_draft_electors(d);
	struct fv_signednote whole;
	struct fv_buf merged = {0};
	size_t count;
	enum fv_err rc;
	int code;

	merge(d, note, &merged);
	if (fv_buf_z(&merged) == NULL) {
		code = fv_verb_broken(answer_out, "the roster", FV_ENOMEM);
		goto cleanup;
	}
	if (fv_signednote_parse(fv_buf_span(&merged), &whole) != FV_OK ||
	    fv_roster_count_signers(who, note) == 0) {
		code = refuse(answer_out,
		    "none of the supervisors who decide about this roster signed it");
		goto cleanup;
	}
	count = fv_roster_count_signers(who, &whole);
	if (count >= who->threshold) {
		code = import(host, fv_buf_z(&merged), answer_out);
		goto cleanup;
	}
	rc = fv_store_roster_draft_set(host->store, fv_buf_span(&merged));
	if (rc != FV_OK)
		code = fv_verb_broken(answer_out, "the roster", rc);
	else
		code = fv_verb_done(answer_out, json_pack("{s:b}", "in_force", false),
		    "%zu of %u signatures", count, who->threshold);
cleanup:
	fv_buf_clear(&merged);
	return code;
}

int
fv_do_roster_cosign(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_signednote note;
	struct roster_draft d;
	enum fv_err rc = roster_draft_open(&d, host->store);
	int code;

	if (rc != FV_OK)
		code = fv_verb_broken(answer_out, "the roster", rc);
	else if (d.draft == NULL)
		code = fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "no roster is being drawn up; the last one may be in force already");
	else if (fv_signednote_parse(fv_span_z(fv_verb_text(request, "note")), &note) != FV_OK)
		code = refuse(answer_out, "this is not a signed note");
	else if (!fv_span_equal(note.text, d.text))
		code = refuse(answer_out,
		    "the draft changed since it was read: read it again, then sign");
	else
		code = take(host, &d, &note, answer_out);
	roster_draft_close(&d);
	return code;
}
