/*
 * import many: a bench of handhelds approved, or a sheet of tickets, in one transaction: each
 * text goes through the same import as one alone, and one that is refused undoes all.
 */
#include <stdio.h>
#include <string.h>

#include "sync-server/handlers.h"
#include "sync-server/verb.h"

#define MANY_MAX 500U

static const struct {
	const char *what;
	const char *member; /* of the import's own request */
	fv_host_verb_fn run;
} imports[] = {
    {"device", "note", fv_do_device_import},
    {"invite", "ticket", fv_do_invite_import},
};

/* Import text number `i`; its answer goes to the list. */
static int
import_one(struct fv_host *host, size_t kind, const json_t *text, size_t i, json_t *done,
    json_t **answer_out)
{
	char name[32];
	json_t *request, *answer = NULL;
	int code;

	(void)snprintf(name, sizeof name, "number %zu", i + 1);
	request = json_pack(
	    "{s:s, s:O}", "file", name, imports[kind].member, (json_t *)(uintptr_t)text);
	if (request == NULL)
		return fv_verb_fail(
		    answer_out, FV_EXIT_TEMPFAIL, "%s: out of memory; try again", name);
	code = imports[kind].run(host, request, &answer);
	json_decref(request);
	if (code == FV_EXIT_OK) {
		if (json_array_append_new(done, answer == NULL ? json_object() : answer) == 0)
			return code;
		return fv_verb_fail(
		    answer_out, FV_EXIT_TEMPFAIL, "%s: out of memory; try again", name);
	}
	json_decref(*answer_out);
	*answer_out = answer;
	return code;
}

int
fv_do_import_many(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *what = fv_verb_text(request, "what");
	const json_t *texts = json_object_get(request, "texts");
	const size_t count = json_array_size(texts);
	json_t *done;
	size_t kind = 0;
	int code = FV_EXIT_OK;

	while (
	    kind < sizeof imports / sizeof *imports && strcmp(imports[kind].what, what) != 0)
		kind++;
	if (kind == sizeof imports / sizeof *imports || count == 0 || count > MANY_MAX)
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "import many: want 1 to %u texts of devices or of invitations", MANY_MAX);
	if ((done = json_array()) == NULL)
		return fv_verb_fail(
		    answer_out, FV_EXIT_TEMPFAIL, "import many: out of memory; try again");
	for (size_t i = 0; i < count && code == FV_EXIT_OK; i++)
		code = import_one(host, kind, json_array_get(texts, i), i, done, answer_out);
	if (code == FV_EXIT_OK)
		return fv_verb_done(
		    answer_out, json_pack("{s:o}", "done", done), "%zu taken", count);
	json_decref(done);
	return code;
}
