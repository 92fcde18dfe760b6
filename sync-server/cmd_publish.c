/*
 * fieldvisitd pack publish, sign: supervisors adopt packs by a signed note.
 *
 * `publish` writes the note (NOTE) and what `pack import` takes (NOTE.packs, JSON Lines):
 *   {"note":"..."}                                            the signed note
 *   {"pack":"ID","revision":N,"sha256":"hex","bytes":"base64"}   one line a pack
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "fv/order.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/packfile.h"

#define PUBLISH_USAGE                                                                         \
	"pack publish FILE... --key FILE --out NOTE [--previous NOTE] [--date YYYY-MM-DD]\n"  \
	"           [--passphrase-file FILE|-] [--json]"
#define SIGN_USAGE "pack sign NOTE --key FILE [--passphrase-file FILE|-] [--json]"

struct wish {
	const char *key, *out, *previous, *date, *pass_file;
	bool as_json;
};

/* One pack file into the note's list and the import file. */
static int
add_pack(const char *path, const struct fv_rulepack *pack, struct fv_span bytes, int64_t day,
    struct fv_packs *packs, struct fv_buf *lines)
{
	struct fv_pack_line line = {.adopted_day = day};
	struct fv_buf hex = {0}, base64 = {0};
	json_t *object = NULL;
	char *dump = NULL;
	enum fv_err rc;
	int code = FV_EXIT_DATA;

	line.sha256 = pack->sha256;
	if (fv_id_copy(fv_span_z(pack->id), line.id, sizeof line.id) != FV_OK) {
		fv_cli_fail(code, path, "the pack's id is not an id of 1 to 40 characters");
		goto cleanup;
	}
	if (pack->extends != NULL &&
	    fv_id_copy(fv_span_z(pack->extends), line.over, sizeof line.over) != FV_OK) {
		fv_cli_fail(code, path, "what it extends is not an id");
		goto cleanup;
	}
	line.revision = pack->revision;
	rc = fv_packs_add(packs, &line);
	if (rc == FV_ECONFLICT) {
		fv_cli_fail(code, path,
		    "pack %s r%u was published with other bytes; give it a new revision",
		    line.id, line.revision);
		goto cleanup;
	}
	if (rc == FV_ETOOBIG) {
		fv_cli_fail(code, path, "a packs note names at most 64 packs");
		goto cleanup;
	}
	fv_buf_put_hex(&hex, line.sha256.b, sizeof line.sha256.b);
	fv_buf_put_base64(&base64, bytes.ptr, bytes.len);
	code = FV_EXIT_TEMPFAIL;
	if (fv_buf_z(&hex) == NULL || fv_buf_z(&base64) == NULL)
		goto cleanup;
	object = json_pack("{s:s, s:I, s:s, s:s}", "pack", line.id, "revision",
	    (json_int_t)line.revision, "sha256", fv_buf_z(&hex), "bytes", fv_buf_z(&base64));
	if (object == NULL || (dump = json_dumps(object, JSON_COMPACT)) == NULL)
		goto cleanup;
	fv_buf_put_z(lines, dump);
	fv_buf_put_u8(lines, '\n');
	code = FV_EXIT_OK;
cleanup:
	if (code == FV_EXIT_TEMPFAIL)
		fv_cli_fail(code, path, "out of memory; try again");
	free(dump);
	json_decref(object);
	fv_buf_clear(&base64);
	fv_buf_clear(&hex);
	return code;
}

/* What a pack is laid over is adopted with it, as it was when this one was written. */
static int
check_base(const char *path, const struct fv_rulepack *pack, const struct fv_packs *packs)
{
	const struct fv_pack_line *under =
	    pack->extends != NULL ? fv_packs_highest(packs, pack->extends) : NULL;

	if (pack->extends == NULL ||
	    (under != NULL &&
		memcmp(under->sha256.b, pack->base_sha256.b, FV_HASH_BYTES) == 0))
		return FV_EXIT_OK;
	if (under == NULL)
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "is laid over %s, which the note does not adopt; publish both",
		    pack->extends);
	return fv_cli_fail(FV_EXIT_DATA, path,
	    "is laid over other bytes of %s than its r%u, which the note adopts",
	    pack->extends, under->revision);
}

static int
add_packs(
    char **paths, size_t count, int64_t day, struct fv_packs *packs, struct fv_buf *lines)
{
	char folder[PACKFILE_PATH_MAX];
	struct packfile *files = calloc(count, sizeof *files);
	int code = files != NULL
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, paths[0], "out of memory; try again");

	if (packfile_folder(NULL, folder) != FV_OK)
		folder[0] = '\0';
	for (size_t i = 0; code == FV_EXIT_OK && i < count; i++) {
		if (packfile_open(paths[i], folder, day, &files[i]) != FV_OK)
			code = FV_EXIT_DATA; /* it has said why */
		else
			code = add_pack(paths[i], files[i].pack, fv_buf_span(&files[i].bytes),
			    day, packs, lines);
	}
	for (size_t i = 0; code == FV_EXIT_OK && i < count; i++)
		code = check_base(paths[i], files[i].pack, packs);
	for (size_t i = 0; files != NULL && i < count; i++)
		packfile_close(&files[i]);
	free(files);
	return code;
}

/* What was adopted before stays adopted: a contact is judged by the law of its day. */
static int
read_previous(const char *path, const struct fv_key_public *key, struct fv_packs *packs)
{
	struct fv_buf file = {0};
	struct fv_signednote note;
	struct fv_fault fault = {0};
	enum fv_err rc;
	int code;

	memset(packs, 0, sizeof *packs);
	if (path == NULL) {
		memcpy(packs->agency, key->agency, sizeof packs->agency);
		return FV_EXIT_OK;
	}
	if ((code = fv_cli_read(path, &file)) != FV_EXIT_OK)
		goto cleanup;
	if (fv_signednote_parse(fv_buf_span(&file), &note) != FV_OK) {
		code = fv_cli_fail(FV_EXIT_DATA, path, "is not a signed note");
		goto cleanup;
	}
	if ((rc = fv_packs_parse(note.text, packs, &fault)) != FV_OK) {
		code = fv_cli_fault(path, &fault, rc);
		goto cleanup;
	}
	if (strcmp(packs->agency, key->agency) != 0)
		code = fv_cli_fail(
		    FV_EXIT_DATA, path, "is the packs note of agency \"%s\"", packs->agency);
cleanup:
	fv_buf_clear(&file);
	return code;
}

static int
read_day(const char *text, int64_t *day_out)
{
	*day_out = (int64_t)time(NULL) / 86400;
	if (text == NULL || fv_date_parse(fv_span_z(text), day_out) == FV_OK)
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_USAGE, "--date", "is not a date; write as 2026-03-02");
}

/* The note as the first line of the import file, before the packs' own lines. */
static int
write_import(const char *note_path, struct fv_span note, struct fv_span lines)
{
	char path[PATH_MAX];
	struct fv_buf file = {0};
	json_t *object = json_pack("{s:s%}", "note", (const char *)note.ptr, note.len);
	char *dump = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	int code = FV_EXIT_TEMPFAIL;

	if (snprintf(path, sizeof path, "%s.packs", note_path) >= (int)sizeof path)
		code = fv_cli_fail(FV_EXIT_CANTCREAT, note_path, "the name is too long");
	else if (dump == NULL)
		code = fv_cli_fail(code, path, "out of memory; try again");
	else {
		fv_buf_put_z(&file, dump);
		fv_buf_put_u8(&file, '\n');
		fv_buf_put_span(&file, lines);
		code = fv_buf_status(&file) == FV_OK
		    ? fv_cli_write_new(path, 0644, fv_buf_span(&file))
		    : fv_cli_fail(code, path, "out of memory; try again");
	}
	free(dump);
	json_decref(object);
	fv_buf_clear(&file);
	return code;
}

static int
write_both(const struct wish *w, const struct fv_packs *packs, struct fv_span lines,
    const struct fv_key_public *key, const struct fv_key_secret *secret)
{
	struct fv_buf text = {0}, note = {0};
	int code;

	fv_packs_put(&text, packs);
	fv_cli_sign(&note, fv_buf_span(&text), key, secret);
	if (fv_buf_status(&text) != FV_OK || fv_buf_status(&note) != FV_OK)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, w->out, "out of memory; try again");
	else if ((code = fv_cli_write_new(w->out, 0644, fv_buf_span(&note))) == FV_EXIT_OK &&
	    (code = write_import(w->out, fv_buf_span(&note), lines)) != FV_EXIT_OK)
		(void)remove(w->out);
	if (code == FV_EXIT_OK && w->as_json) {
		code = fv_cli_print_json(json_pack("{s:s, s:I, s:s}", "agency", packs->agency,
		    "packs", (json_int_t)packs->count, "file", w->out));
	} else if (code == FV_EXIT_OK) {
		printf("%s: %zu packs adopted for agency %s, signed by %s\n"
		       "%s.packs: for 'fieldvisitd pack import'\n",
		    w->out, packs->count, packs->agency, key->id, w->out);
		code = fv_cli_finish();
	}
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}

int
cmd_pack_publish(int argc, char **argv)
{
	struct wish w = {0};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w.key, true},
	    {"out", FV_CLI_TEXT, &w.out, true},
	    {"previous", FV_CLI_TEXT, &w.previous, false},
	    {"date", FV_CLI_TEXT, &w.date, false},
	    {"passphrase-file", FV_CLI_TEXT, &w.pass_file, false},
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	struct fv_packs packs;
	struct fv_buf lines = {0};
	int64_t day;
	int code = fv_cli_parse(&argc, argv, options, PUBLISH_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc < 2)
		return fv_cli_fail(FV_EXIT_USAGE, "pack publish", "needs a pack file");
	if ((code = read_day(w.date, &day)) != FV_EXIT_OK ||
	    (code = fv_cli_open_signer(w.key, w.pass_file, &key, &secret)) != FV_EXIT_OK ||
	    (code = read_previous(w.previous, &key, &packs)) != FV_EXIT_OK)
		goto cleanup;
	code = add_packs(argv + 1, (size_t)argc - 1, day, &packs, &lines);
	if (code == FV_EXIT_OK)
		code = write_both(&w, &packs, fv_buf_span(&lines), &key, secret);
cleanup:
	fv_secret_free(secret);
	fv_buf_clear(&lines);
	return code;
}

/* The import file again, with the note that has one signature more. */
static int
rewrite_import(const char *note_path)
{
	struct fv_buf note = {0}, lines = {0};
	char path[PATH_MAX];
	const uint8_t *end = NULL;
	int code;

	if (snprintf(path, sizeof path, "%s.packs", note_path) >= (int)sizeof path)
		return fv_cli_fail(FV_EXIT_CANTCREAT, note_path, "the name is too long");
	if ((code = fv_cli_read(note_path, &note)) != FV_EXIT_OK ||
	    (code = fv_cli_read(path, &lines)) != FV_EXIT_OK)
		goto cleanup;
	if (lines.len > 0)
		end = memchr(lines.ptr, '\n', lines.len);
	if (end == NULL) {
		code = fv_cli_fail(FV_EXIT_DATA, path, "is not what 'pack publish' wrote");
		goto cleanup;
	}
	const size_t skip = (size_t)(end - lines.ptr) + 1;
	if (remove(path) != 0)
		code = fv_cli_fail(FV_EXIT_IO, path, "cannot be replaced");
	else
		code = write_import(note_path, fv_buf_span(&note),
		    fv_span_of(lines.ptr + skip, lines.len - skip));
cleanup:
	fv_buf_clear(&lines);
	fv_buf_clear(&note);
	return code;
}

static int
sign_note(const char *path, struct fv_span file, const struct fv_key_public *key,
    const struct fv_key_secret *secret)
{
	struct fv_signednote note;
	struct fv_packs packs;
	struct fv_fault fault = {0};
	enum fv_err rc;
	int code;

	if (fv_signednote_parse(file, &note) != FV_OK)
		return fv_cli_fail(FV_EXIT_DATA, path, "is not a signed note");
	if ((rc = fv_packs_parse(note.text, &packs, &fault)) != FV_OK)
		return fv_cli_fault(path, &fault, rc);
	if (strcmp(packs.agency, key->agency) != 0)
		return fv_cli_fail(
		    FV_EXIT_DATA, path, "is the packs note of agency \"%s\"", packs.agency);
	if (fv_cli_has_signed(&note, key))
		return fv_cli_fail(FV_EXIT_DATA, path, "has this key's signature already");
	if ((code = fv_cli_cosign(path, &note, key, secret)) != FV_EXIT_OK)
		return code;
	return rewrite_import(path);
}

int
cmd_pack_sign(int argc, char **argv)
{
	struct wish w = {0};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w.key, true},
	    {"passphrase-file", FV_CLI_TEXT, &w.pass_file, false},
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	struct fv_buf file = {0};
	int code = fv_cli_parse(&argc, argv, options, SIGN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc != 2)
		return fv_cli_fail(FV_EXIT_USAGE, "pack sign", "needs one NOTE; see --help");
	if ((code = fv_cli_read(argv[1], &file)) == FV_EXIT_OK &&
	    (code = fv_cli_open_signer(w.key, w.pass_file, &key, &secret)) == FV_EXIT_OK)
		code = sign_note(argv[1], fv_buf_span(&file), &key, secret);
	if (code == FV_EXIT_OK && w.as_json)
		code = fv_cli_print_json(
		    json_pack("{s:s, s:s}", "file", argv[1], "signed_by", key.id));
	else if (code == FV_EXIT_OK)
		printf("%s: signed by %s\n", argv[1], key.id);
	fv_secret_free(secret);
	fv_buf_clear(&file);
	return code;
}
