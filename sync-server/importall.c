#include "sync-server/importall.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sync-server/handlers.h"
#include "sync-server/verb.h"

#define FILES_MAX 4096U

/* -- the command line half ------------------------------------------------------------- */

static int
no_memory(const char *path)
{
	return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
}

static int
add_file(const struct importall *importall, const char *path, json_t *files)
{
	json_t *text;
	int code;

	if (json_array_size(files) == FILES_MAX)
		return fv_cli_fail(FV_EXIT_DATA, path, "is one file over 4096; take fewer");
	if ((code = fv_verb_read_text(path, &text)) != FV_EXIT_OK)
		return code;
	return json_array_append_new(files,
		   json_pack("{s:s, s:o}", "file", fv_verb_file_name(path), importall->member,
		       text)) == 0
	    ? FV_EXIT_OK
	    : no_memory(path);
}

static bool
has_suffix(const char *name, const char *suffix)
{
	const size_t len = strlen(name), end = strlen(suffix);

	return name[0] != '.' && len > end && strcmp(name + len - end, suffix) == 0;
}

/* Its files by name; what else lies in it is let be. */
static int
add_folder(const struct importall *importall, const char *path, json_t *files)
{
	struct dirent **entries = NULL;
	const int count = scandir(path, &entries, NULL, alphasort);
	char name[PATH_MAX];
	size_t taken = 0;
	int code = FV_EXIT_OK;

	if (count < 0)
		return fv_cli_fail(FV_EXIT_NOINPUT, path, "%s", strerror(errno));
	for (int i = 0; i < count; i++) {
		if (code == FV_EXIT_OK && has_suffix(entries[i]->d_name, importall->suffix)) {
			(void)snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
			code = add_file(importall, name, files);
			taken++;
		}
		free(entries[i]);
	}
	free(entries);
	if (code == FV_EXIT_OK && taken == 0)
		code =
		    fv_cli_fail(FV_EXIT_NOINPUT, path, "holds no file *%s", importall->suffix);
	return code;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Takes: files. */
static int
send_all(const struct importall *importall, json_t *files, bool as_json)
{
	json_t *request = json_pack("{s:o}", "files", files);
	char verb[64];

	if (request == NULL)
		return no_memory(importall->verb);
	(void)snprintf(verb, sizeof verb, "%s all", importall->verb);
	return fv_host_call(verb, request, as_json);
}

int
importall_send(const struct importall *importall, int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *files, *one;
	int code = fv_cli_parse(&argc, argv, options, importall->usage);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, INT_MAX, importall->usage))
		return FV_EXIT_USAGE;
	if ((files = json_array()) == NULL)
		return no_memory(importall->verb);
	for (int i = 1; i < argc && code == FV_EXIT_OK; i++)
		code = is_folder(argv[i]) ? add_folder(importall, argv[i], files)
					  : add_file(importall, argv[i], files);
	if (code == FV_EXIT_OK && (argc > 2 || is_folder(argv[1])))
		return send_all(importall, files, as_json);
	one = code == FV_EXIT_OK ? json_incref(json_array_get(files, 0)) : NULL;
	json_decref(files);
	return one != NULL ? fv_host_call(importall->verb, one, as_json) : code;
}

/* -- the server's half ----------------------------------------------------------------- */

/* Owned: *answers_out, what `fn` answered to each file, without its text. */
static int
take_all(struct fv_host *host, const json_t *request, fv_host_verb_fn fn, json_t **answers_out,
    json_t **answer_out)
{
	const json_t *files = json_object_get(request, "files");
	json_t *answer, *answers = json_array();
	int code = FV_EXIT_OK;

	if (answers == NULL)
		code = fv_verb_broken(answer_out, "import", FV_ENOMEM);
	else if (json_array_size(files) == 0)
		code = fv_verb_fail(answer_out, FV_EXIT_DATA, "import: no file was named");
	for (size_t i = 0; i < json_array_size(files) && code == FV_EXIT_OK; i++) {
		answer = NULL;
		code = fn(host, json_array_get(files, i), &answer);
		if (code != FV_EXIT_OK) {
			json_decref(*answer_out);
			*answer_out = answer;
			break;
		}
		(void)json_object_del(answer, "text");
		if (json_array_append_new(answers, answer) != 0)
			code = fv_verb_broken(answer_out, "import", FV_ENOMEM);
	}
	if (code != FV_EXIT_OK) {
		json_decref(answers);
		answers = NULL;
	}
	*answers_out = answers;
	return code;
}

/* How many different texts stand in a member of the answers. */
static size_t
count_different(const json_t *answers, const char *name)
{
	json_t *seen = json_object();
	size_t count;

	for (size_t i = 0; i < json_array_size(answers); i++)
		(void)json_object_set_new(
		    seen, fv_verb_text(json_array_get(answers, i), name), json_true());
	count = json_object_size(seen);
	json_decref(seen);
	return count;
}

int
fv_do_invite_import_all(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	json_t *tickets;
	const int code = take_all(host, request, fv_do_invite_import, &tickets, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	const size_t count = count_different(tickets, "ticket");
	const size_t officers = count_different(tickets, "officer");
	return fv_verb_done(answer_out,
	    json_pack("{s:I, s:I, s:o}", "count", (json_int_t)count, "officers",
		(json_int_t)officers, "tickets", tickets),
	    "%zu tickets for %zu officers; each may be used once", count, officers);
}

/* "199 approved, 1 revoked" */
static void
put_counts(struct fv_buf *text, const json_t *notes)
{
	json_t *counts = json_object(), *count;
	const char *order;

	for (size_t i = 0; i < json_array_size(notes); i++) {
		order = fv_verb_text(json_array_get(notes, i), "order");
		order = *order == '\0' ? "known already" : order;
		(void)json_object_set_new(counts, order,
		    json_integer(json_integer_value(json_object_get(counts, order)) + 1));
	}
	json_object_foreach(counts, order, count)
	    fv_buf_putf(text, "%s%" JSON_INTEGER_FORMAT " %s", text->len > 0 ? ", " : "",
		json_integer_value(count), order);
	json_decref(counts);
}

int
fv_do_device_import_all(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_buf counts = {0};
	json_t *notes;
	int code = take_all(host, request, fv_do_device_import, &notes, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	put_counts(&counts, notes);
	code = fv_verb_done(answer_out,
	    json_pack(
		"{s:I, s:o}", "count", (json_int_t)json_array_size(notes), "notes", notes),
	    "%zu notes about handhelds: %s", json_array_size(notes),
	    fv_buf_z(&counts) == NULL ? "" : fv_buf_z(&counts));
	fv_buf_clear(&counts);
	return code;
}
