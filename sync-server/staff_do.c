/* agency add, set; officer add, set: the halves that write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/handlers.h"
#include "sync-server/staff.h"
#include "sync-server/verb.h"

static const char *
member(const json_t *request, const char *name)
{
	return json_string_value(json_object_get(request, name));
}

/* {"certificate": "2027-01-01" or "none"} into the ask.  An exit code. */
static int
read_dates(const json_t *request, struct staff_ask *ask, json_t **answer_out)
{
	json_t *dates = json_object_get(request, "dates");
	const char *word;
	char words[128];
	json_t *value;

	json_object_foreach(dates, word, value)
	{
		const uint32_t fact = staff_fact_find(ask->subject, word);
		const char *text = json_string_value(value);

		if (fact == 0)
			return fv_verb_fail(answer_out, FV_EXIT_USAGE,
			    "%.40s: is no date that is kept here; there are %s", word,
			    staff_fact_words(ask->subject, words));
		if (text == NULL || !staff_date_read(text, &ask->dates[fact]))
			return fv_verb_fail(answer_out, FV_EXIT_USAGE,
			    "%s: is not a date; write as 2026-03-02, or none", word);
	}
	return FV_EXIT_OK;
}

/* What stays to be done so that the officer may be sent: the roster's half. */
static enum fv_err
roster_hint(struct fv_host *host, const char *id, char out[160])
{
	struct fv_roster *roster;
	struct fv_hash hash;
	enum fv_err rc = fv_verb_roster(host->store, &roster, &hash);

	out[0] = '\0';
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (rc == FV_ENOENT || fv_roster_find_officer(roster, id) == NULL)
		(void)snprintf(out, 160,
		    "; the roster does not name him: 'fieldvisitd roster set --roster "
		    "DRAFT --officer "
		    "%s=NAME', sign and import it",
		    id);
	free(roster);
	return FV_OK;
}

/* The document of a leaf: ids, dates, and never a name. */
static json_t *
document(const struct staff_ask *ask, const json_t *request, const char *what)
{
	const char *const kept[] = {"agency", "team", "badge", "teams", "dates", "by"};
	json_t *doc = json_pack(
	    "{s:s, s:s}", fv_code_word(FV_CODES_SUBJECT, ask->subject), ask->id, "what", what);

	for (size_t i = 0; doc != NULL && i < sizeof kept / sizeof kept[0]; i++) {
		json_t *value = json_object_get(request, kept[i]);

		/* An officer's own agency is a member, an agency's is itself. */
		if (value == NULL || (i == 0 && ask->subject == FV_SUBJECT_AGENCY))
			continue;
		if (json_object_set(doc, kept[i], value) != 0) {
			json_decref(doc);
			doc = NULL;
		}
	}
	return doc;
}

static int
answer(struct fv_host *host, const struct staff_ask *ask, const struct staff_done *done,
    uint64_t leaf, json_t **answer_out)
{
	json_t *dates = NULL, *body;
	char hint[160] = "";
	enum fv_err rc = staff_dates_json(host->store, ask->subject, ask->id, &dates);

	if (rc == FV_OK && ask->subject == FV_SUBJECT_OFFICER)
		rc = roster_hint(host, ask->id, hint);
	if (rc != FV_OK) {
		json_decref(dates);
		return fv_verb_broken(answer_out, ask->id, rc);
	}
	body = json_pack("{s:s, s:b, s:b, s:o}", "id", ask->id, "new", done->is_new, "changed",
	    done->is_changed, "dates", dates);
	if (done->is_changed && body != NULL)
		(void)json_object_set_new(body, "leaf", json_integer((json_int_t)leaf));
	if (ask->subject == FV_SUBJECT_OFFICER && body != NULL)
		(void)json_object_set_new(body, "on_roster", json_boolean(hint[0] == '\0'));
	if (!done->is_changed)
		return fv_verb_done(answer_out, body, "%s: as it was before%s", ask->id, hint);
	return fv_verb_done(answer_out, body, "%s: %s; ledger entry %llu%s", ask->id,
	    done->is_new ? "added" : "changed", (unsigned long long)leaf, hint);
}

static int
take(struct fv_host *host, const json_t *request, enum fv_subject subject, enum staff_how how,
    json_t **answer_out)
{
	struct staff_ask ask = {
	    .subject = subject,
	    .id = fv_verb_text(request, "id"),
	    .name = member(request, "name"),
	    .teams = member(request, "teams"),
	    .agency = member(request, "agency"),
	    .team = member(request, "team"),
	    .badge = member(request, "badge"),
	    .source = "command",
	};
	struct staff_done done;
	uint64_t leaf = 0;
	enum fv_err rc;
	int code = read_dates(request, &ask, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	rc = staff_take(host, &ask, how, &done);
	if (rc == FV_EDENIED)
		return fv_verb_fail(answer_out, FV_EXIT_DATA, "%.40s: %s%s%s", ask.id,
		    strcmp(done.column, fv_code_word(FV_CODES_SUBJECT, subject)) == 0
			? ""
			: done.column,
		    strcmp(done.column, fv_code_word(FV_CODES_SUBJECT, subject)) == 0 ? ""
										      : ": ",
		    done.rule);
	if (rc == FV_OK && done.is_changed)
		rc = staff_log(
		    host, document(&ask, request, done.is_new ? "add" : "set"), &leaf);
	return rc == FV_OK ? answer(host, &ask, &done, leaf, answer_out)
			   : fv_verb_broken(answer_out, ask.id, rc);
}

int
fv_do_agency_add(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return take(host, request, FV_SUBJECT_AGENCY, STAFF_ADD, answer_out);
}

int
fv_do_agency_set(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return take(host, request, FV_SUBJECT_AGENCY, STAFF_SET, answer_out);
}

int
fv_do_officer_add(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return take(host, request, FV_SUBJECT_OFFICER, STAFF_ADD, answer_out);
}

int
fv_do_officer_set(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return take(host, request, FV_SUBJECT_OFFICER, STAFF_SET, answer_out);
}
