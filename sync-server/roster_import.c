/* roster import NOTE: the first roster on its own threshold, each other on the last one's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/staff_left.h"
#include "sync-server/verb.h"

#define USAGE "roster import NOTE [--json]"

/* What a roster import works on. */
struct work {
	struct fv_host *host;
	const char *file; /* for messages */
	struct fv_span note;
	struct fv_roster *roster; /* owned: the new one */
	struct fv_hash hash;
	struct fv_roster *prev; /* owned: the one in force; NULL: none */
	struct fv_hash prev_hash;
	json_t **answer_out;
};

static int
verify_first(struct work *w)
{
	struct fv_fault fault = {0};
	enum fv_err rc = fv_roster_verify_first(w->note, w->roster, &w->hash, &fault);

	return rc == FV_OK ? FV_EXIT_OK : fv_verb_fault(w->answer_out, w->file, &fault, rc);
}

static int
verify_next(struct work *w)
{
	const unsigned long long held = w->prev->version;
	struct fv_signednote parsed;
	struct fv_fault fault = {0};
	enum fv_err rc =
	    fv_roster_verify_next(w->prev, &w->prev_hash, w->note, w->roster, &w->hash);

	if (rc == FV_OK)
		return FV_EXIT_OK;
	if (rc == FV_ECONFLICT)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: does not follow version %llu, which is in force: it needs the same "
		    "agency, version %llu and the hash of version %llu; sign it again with "
		    "'roster sign'",
		    w->file, held, held + 1, held);
	if (rc == FV_EAUTH)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: needs good signatures of %u supervisors of version %llu; let more of "
		    "them sign it",
		    w->file, w->prev->threshold, held);
	if (fv_signednote_parse(w->note, &parsed) != FV_OK ||
	    fv_roster_parse(parsed.text, w->roster, &fault) == FV_OK)
		return fv_verb_fail(
		    w->answer_out, FV_EXIT_DATA, "%s: it is not a signed note", w->file);
	return fv_verb_fault(w->answer_out, w->file, &fault, rc);
}

static enum fv_err
keep(struct work *w, uint64_t *index_out)
{
	const struct fv_store_note row = {
	    .version = w->roster->version,
	    .hash = w->hash,
	    .note = w->note,
	};
	const struct fv_store_audience everyone = {0};
	struct fv_buf body = {0};
	enum fv_err rc;

	if ((rc = fv_store_note_put(w->host->store, FV_NOTE_ROSTER, &row)) != FV_OK)
		return rc;
	if ((rc = fv_verb_keep_note(w->host, "roster", &w->hash, w->note)) != FV_OK)
		return rc;
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, w->roster->agency);
	fv_cbor_put_uint(&body, w->roster->version);
	fv_cbor_put_bytes(&body, w->hash.b, FV_HASH_BYTES);
	if ((rc = fv_verb_leaf(w->host, FV_LEAF_ROSTER, &body, index_out)) != FV_OK)
		return rc;
	return fv_store_change(
	    w->host->store, everyone, FV_ITEM_ROSTER, fv_span_z(w->roster->agency));
}

/* That it is in force, and which cases it leaves without a person. */
static int
answer(const struct work *w, uint64_t index)
{
	char also[STAFF_LEFT_NAMES_BYTES + 100] = "";
	struct staff_left left;
	const enum fv_err rc = staff_left_look(w->host->store, fv_host_now_ms(), &left);

	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	if (left.count > 0)
		(void)snprintf(also, sizeof also,
		    "; open cases to which nobody may go: %zu (%s); 'fieldvisitd case assign'",
		    left.count, left.names);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:s, s:I, s:I, s:I}", "agency", w->roster->agency, "version",
		(json_int_t)w->roster->version, "leaf", (json_int_t)index,
		"cases_without_officer", (json_int_t)left.count),
	    "roster of %s, version %llu, is in force: %zu supervisors, %zu officers; ledger "
	    "entry %llu%s",
	    w->roster->agency, (unsigned long long)w->roster->version,
	    w->roster->supervisor_count, w->roster->officer_count, (unsigned long long)index,
	    also);
}

static int
import(struct work *w)
{
	struct fv_signednote parsed;
	struct fv_hash hash;
	uint64_t index = 0;
	enum fv_err rc;
	int code;

	if (w->prev != NULL && fv_signednote_parse(w->note, &parsed) == FV_OK) {
		fv_roster_hash(parsed.text, &hash);
		if (memcmp(hash.b, w->prev_hash.b, FV_HASH_BYTES) == 0)
			return fv_verb_done(w->answer_out, NULL,
			    "roster of %s, version %llu, is in force already", w->prev->agency,
			    (unsigned long long)w->prev->version);
	}
	code = w->prev == NULL ? verify_first(w) : verify_next(w);
	if (code != FV_EXIT_OK)
		return code;
	if (strcmp(w->roster->agency, w->host->agency) != 0)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: is the roster of agency %s, and this server is %s's", w->file,
		    w->roster->agency, w->host->agency);
	if ((rc = keep(w, &index)) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	return answer(w, index);
}

int
fv_do_roster_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w = {
	    .host = host,
	    .file = fv_verb_text(request, "file"),
	    .note = fv_span_z(fv_verb_text(request, "note")),
	    .answer_out = answer_out,
	};
	enum fv_err rc;
	int code;

	rc = fv_verb_roster(host->store, &w.prev, &w.prev_hash);
	if (rc == FV_ENOENT)
		rc = FV_OK;
	if (rc == FV_OK && (w.roster = calloc(1, sizeof *w.roster)) == NULL)
		rc = FV_ENOMEM;
	code = rc == FV_OK ? import(&w) : fv_verb_broken(answer_out, w.file, rc);
	free(w.roster);
	free(w.prev);
	return code;
}

int
cmd_roster_import(int argc, char **argv)
{
	return fv_verb_send_file("roster import", USAGE, "note", argc, argv);
}
