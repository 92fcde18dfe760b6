/* roster show without a file: who signs, who reads, who audits, in the roster in force. */
#include <stdlib.h>

#include "sync-server/cmd.h"
#include "sync-server/verb.h"

static json_t *
json_supervisors(const struct fv_roster *roster)
{
	json_t *all = json_array();

	for (size_t i = 0; all != NULL && i < roster->supervisor_count; i++) {
		const struct fv_supervisor *s = &roster->supervisors[i];
		json_t *teams = json_array();
		for (size_t t = 0; t < s->team_count; t++)
			(void)json_array_append_new(teams, json_string(s->teams[t]));
		(void)json_array_append_new(
		    all, json_pack("{s:s, s:o}", "id", s->id, "teams", teams));
	}
	return all;
}

static json_t *
json_officers(const struct fv_roster *roster)
{
	json_t *all = json_array();

	for (size_t i = 0; all != NULL && i < roster->officer_count; i++) {
		const struct fv_officer *o = &roster->officers[i];
		(void)json_array_append_new(
		    all, json_pack("{s:s, s:s}", "id", o->id, "name", o->name));
	}
	return all;
}

static json_t *
json_auditors(const struct fv_roster *roster)
{
	json_t *all = json_array();

	for (size_t i = 0; all != NULL && i < roster->auditor_count; i++)
		(void)json_array_append_new(all, json_string(roster->auditors[i].id));
	return all;
}

static bool
print_json(const struct fv_roster *roster, const struct fv_hash *hash)
{
	return fv_verb_print(json_pack("{s:s, s:I, s:o, s:I, s:I, s:o, s:o, s:o}", "agency",
	    roster->agency, "version", (json_int_t)roster->version, "sha256",
	    fv_verb_json_hex(hash->b, sizeof hash->b), "threshold",
	    (json_int_t)roster->threshold, "pack_threshold",
	    (json_int_t)roster->pack_threshold, "supervisors", json_supervisors(roster),
	    "auditors", json_auditors(roster), "officers", json_officers(roster)));
}

static void
print_text(const struct fv_roster *roster)
{
	printf("roster of %s, version %llu\n", roster->agency,
	    (unsigned long long)roster->version);
	printf("%u of %zu supervisors sign the next roster, %u a packs note\n",
	    roster->threshold, roster->supervisor_count, roster->pack_threshold);
	if (roster->supervisor_count == 1)
		puts("one supervisor alone decides everything here");
	for (size_t i = 0; i < roster->supervisor_count; i++) {
		const struct fv_supervisor *s = &roster->supervisors[i];
		printf("supervisor %s:", s->id);
		for (size_t t = 0; t < s->team_count; t++)
			printf(" %s", s->teams[t]);
		putchar('\n');
	}
	for (size_t i = 0; i < roster->auditor_count; i++)
		printf("auditor %s\n", roster->auditors[i].id);
	for (size_t i = 0; i < roster->officer_count; i++)
		printf("officer %s: %s\n", roster->officers[i].id, roster->officers[i].name);
}

int
cmd_roster_held(bool as_json)
{
	struct fv_store *store = NULL;
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	enum fv_err rc;
	int code = fv_verb_open(&store);

	if (code != FV_EXIT_OK)
		return code;
	rc = fv_verb_roster(store, &roster, &hash);
	if (rc == FV_ENOENT)
		code = fv_cli_fail(FV_EXIT_NO, "roster",
		    "there is none yet; 'fieldvisitd roster import NOTE' brings the first");
	else if (rc != FV_OK)
		code = fv_verb_unread(rc);
	else if (!as_json)
		print_text(roster);
	else if (!print_json(roster, &hash))
		code = FV_EXIT_TEMPFAIL;
	free(roster);
	fv_store_close(store);
	return code;
}
