/* The half of textfile.h that command lines use. */
#include <stdio.h>
#include <string.h>

#include "sync-server/progress.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"

int
textfile_encoding_option(const char *word, struct textfile_opts *opts)
{
	return textfile_encoding_find(word, &opts->encoding)
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_USAGE, "--encoding", "%.20s: want utf-8 or gbk", word);
}

int
textfile_read(const char *path, const struct textfile_opts *opts, struct fv_buf *utf8_out)
{
	struct fv_buf bytes = {0}, said = {0};
	struct textfile_fault fault;
	enum fv_err rc;
	int code = fv_cli_read(path, &bytes);

	if (code != FV_EXIT_OK)
		goto cleanup;
	rc = textfile_turn(fv_buf_span(&bytes), opts, utf8_out, &fault);
	if (rc == FV_ENOMEM) {
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	} else if (rc != FV_OK) {
		textfile_say(fv_verb_file_name(path), &fault, &said);
		fprintf(stderr, "fieldvisitd: %s; nothing was changed\n",
		    fv_buf_z(&said) != NULL ? fv_buf_z(&said) : path);
		code = FV_EXIT_DATA;
	}
cleanup:
	fv_buf_clear(&said);
	fv_buf_clear(&bytes);
	return code;
}

int
textfile_read_json(const char *path, const struct textfile_opts *opts, json_t **text_out)
{
	struct fv_buf text = {0};
	int code = textfile_read(path, opts, &text);

	*text_out = NULL;
	if (code == FV_EXIT_OK && (*text_out = fv_verb_json_span(fv_buf_span(&text))) == NULL)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	fv_buf_clear(&text);
	return code;
}

int
textfile_send(const struct textfile_verb *verb, int argc, char **argv)
{
	const char *encoding = NULL, *zone = NULL;
	bool as_json = false;
	struct textfile_opts opts = {.day_columns = verb->day_columns};
	const struct fv_cli_option options[] = {
	    {"encoding", FV_CLI_TEXT, &encoding, false},
	    {"excel-dates", FV_CLI_FLAG, &opts.takes_serials, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {verb->has_zone ? "zone" : NULL, FV_CLI_TEXT, &zone, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	const char *file;
	json_t *text = NULL, *request, *answer = NULL;
	struct progress *progress;
	int code = fv_cli_parse(&argc, argv, options, verb->usage);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, verb->usage))
		return FV_EXIT_USAGE;
	file = fv_verb_file_name(argv[1]);
	if ((code = textfile_encoding_option(encoding, &opts)) != FV_EXIT_OK ||
	    (code = textfile_read_json(argv[1], &opts, &text)) != FV_EXIT_OK)
		return code;
	if (verb->check != NULL &&
	    (code = verb->check(
		 file, fv_span_of(json_string_value(text), json_string_length(text)))) !=
		FV_EXIT_OK) {
		json_decref(text);
		return code;
	}
	request = json_pack("{s:s, s:o, s:b, s:s}", "file", file, "text", text, "excel_dates",
	    opts.takes_serials, "zone", zone != NULL ? zone : "");
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, file, "out of memory; try again");
	progress = progress_start(
	    file, fv_span_of(json_string_value(text), json_string_length(text)));
	code = fv_host_ask(verb->name, request, &answer);
	progress_stop(progress);
	return answer != NULL ? fv_host_show(answer, as_json) : code;
}
