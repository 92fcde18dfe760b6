/* The half of verb.h that command lines use. */
#include "sync-server/verb.h"

#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"

bool
fv_verb_operands(int argc, int min, int max, const char *usage)
{
	if (argc - 1 >= min && argc - 1 <= max)
		return true;
	fprintf(stderr, "fieldvisitd: %s operand\nusage: fieldvisitd %s\n",
	    argc - 1 < min ? "missing" : "one too many", usage);
	return false;
}

int
fv_verb_read_text(const char *path, json_t **text_out)
{
	struct fv_buf file = {0};
	int code = fv_cli_read(path, &file);

	*text_out = NULL;
	if (code != FV_EXIT_OK)
		goto cleanup;
	if (!fv_utf8_valid(fv_buf_span(&file)) ||
	    (file.len > 0 && memchr(file.ptr, 0, file.len) != NULL)) {
		code =
		    fv_cli_fail(FV_EXIT_DATA, path, "is not UTF-8 text; nothing was changed");
		goto cleanup;
	}
	*text_out = json_stringn(file.len > 0 ? (const char *)file.ptr : "", file.len);
	if (*text_out == NULL)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
cleanup:
	fv_buf_clear(&file);
	return code;
}

const char *
fv_verb_file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

int
fv_verb_send_file(
    const char *verb, const char *usage, const char *member, int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *text = NULL, *request;
	int code = fv_cli_parse(&argc, argv, options, usage);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, usage))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_read_text(argv[1], &text)) != FV_EXIT_OK)
		return code;
	request = json_pack("{s:s, s:o}", "file", fv_verb_file_name(argv[1]), member, text);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	return fv_host_call(verb, request, as_json);
}

int
fv_verb_open(struct fv_store **store_out)
{
	char path[FV_HOST_PATH_BYTES];
	const char *dir = fv_host_dir();
	enum fv_err rc;

	*store_out = NULL;
	if (!fv_host_path(dir, "fieldvisit.db", path))
		return fv_cli_fail(FV_EXIT_USAGE, dir, "the name is too long");
	rc = fv_store_open(store_out, path, FV_STORE_READ);
	if (rc == FV_OK)
		return FV_EXIT_OK;
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_CONFIG, dir,
		    "is not a data folder; make one with 'fieldvisitd init', or name another "
		    "with --dir");
	if (rc == FV_ESTATE)
		return fv_cli_fail(FV_EXIT_CONFIG, path,
		    "an older version wrote it; run 'fieldvisitd serve' of this version once");
	return fv_cli_fail(fv_verb_exit(rc), path, "%s", fv_err_text(rc));
}

int
fv_verb_unread(enum fv_err rc)
{
	return rc == FV_OK
	    ? FV_EXIT_OK
	    : fv_cli_fail(fv_verb_exit(rc), fv_host_dir(), "%s", fv_err_text(rc));
}

bool
fv_verb_print(json_t *object)
{
	char *line =
	    object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;

	if (line != NULL)
		puts(line);
	else
		fprintf(stderr, "fieldvisitd: output: out of memory; try again\n");
	json_decref(object);
	free(line);
	return line != NULL;
}

json_t *
fv_verb_json_time(bool has, int64_t utc_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];

	return has ? json_string(fv_instant_format(utc_ms, 0, true, text)) : json_null();
}

json_t *
fv_verb_json_span(struct fv_span text)
{
	return json_stringn(text.len > 0 ? (const char *)text.ptr : "", text.len);
}

json_t *
fv_verb_json_hex(const uint8_t *bytes, size_t len)
{
	struct fv_buf hex = {0};
	json_t *text;

	fv_buf_put_hex(&hex, bytes, len);
	text = fv_buf_status(&hex) == FV_OK ? fv_verb_json_span(fv_buf_span(&hex)) : NULL;
	fv_buf_clear(&hex);
	return text;
}

json_t *
fv_verb_json_base64(struct fv_span bytes)
{
	struct fv_buf text = {0};
	json_t *json;

	fv_buf_put_base64(&text, bytes.ptr, bytes.len);
	json = fv_buf_status(&text) == FV_OK ? fv_verb_json_span(fv_buf_span(&text)) : NULL;
	fv_buf_clear(&text);
	return json;
}

json_t *
fv_verb_json_list(struct fv_span list)
{
	json_t *array = json_array();
	struct fv_span member;

	while (array != NULL && fv_verb_next(&list, &member)) {
		if (json_array_append_new(array, fv_verb_json_span(member)) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}
