/* fieldvisitd export: the evidence of a visit or a case, as one file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fv/lines.h"
#include "sync-server/cmd.h"
#include "sync-server/export.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

#define USAGE                                                                                 \
	"export --visit ID|--case ID [--out FILE|-] [--who NAME] [--json]\n"                  \
	"  Writes an evidence bundle (a tar file) that 'fieldvisit-verify' checks offline.  " \
	"It\n"                                                                                \
	"  shows the records of that visit or case and every other record as a hash.  The "   \
	"export\n"                                                                            \
	"  is logged in the ledger under NAME (default: the user who runs this)."

struct work {
	const char *visit, *case_id, *out, *who;
	bool as_json;
	char who_text[FV_ID_BYTES];
	char out_text[FV_CASE_ID_BYTES + 8];
	struct fv_store *store;   /* owned */
	struct fv_bundle *bundle; /* owned */
	struct export_request request;
	struct fv_buf checkpoint; /* owned: request.checkpoint */
	struct fv_buf manifest;   /* owned */
	uint8_t salt[FV_SALT_BYTES];
	struct export_sum sum;
	uint64_t export_index;
};

/* The name under which the export is logged. */
static bool
settle_who(struct work *w)
{
	const char *names[] = {w->who, getenv("SUDO_USER"), getenv("USER"), getenv("LOGNAME")};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i] == NULL)
			continue;
		if (fv_id_copy(fv_span_z(names[i]), w->who_text, sizeof w->who_text) == FV_OK)
			return true;
		if (i == 0)
			return false;
	}
	(void)snprintf(w->who_text, sizeof w->who_text, "uid-%u", (unsigned)getuid());
	return true;
}

static int
read_args(struct work *w, int argc, char **argv)
{
	const struct fv_cli_option options[] = {
	    {"visit", FV_CLI_TEXT, &w->visit, false},
	    {"case", FV_CLI_TEXT, &w->case_id, false},
	    {"out", FV_CLI_TEXT, &w->out, false},
	    {"who", FV_CLI_TEXT, &w->who, false},
	    {"json", FV_CLI_FLAG, &w->as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if ((w->visit == NULL) == (w->case_id == NULL))
		return fv_cli_fail(
		    FV_EXIT_USAGE, "export", "name one of --visit ID and --case ID");
	if (w->case_id != NULL && !fv_id_valid(fv_span_z(w->case_id), FV_CASE_ID_BYTES - 1))
		return fv_cli_fail(FV_EXIT_USAGE, w->case_id, "is no case id");
	if (!settle_who(w))
		return fv_cli_fail(
		    FV_EXIT_USAGE, w->who, "a name is 1 to 24 of A-Z a-z 0-9 . _ -");
	if (w->out == NULL) {
		(void)snprintf(w->out_text, sizeof w->out_text, "%.40s.tar",
		    w->case_id != NULL ? w->case_id : w->visit);
		w->out = w->out_text;
	}
	if (strcmp(w->out, "-") != 0 && access(w->out, F_OK) == 0)
		return fv_cli_fail(FV_EXIT_CANTCREAT, w->out,
		    "exists and is never overwritten; give another name with --out");
	return FV_EXIT_OK;
}

/* Ask the one who writes; the checkpoint of its answer becomes the one in hand. */
static int
ask(struct work *w, const char *verb, json_t *request)
{
	json_t *answer = NULL;
	const char *error;
	int code = fv_host_ask(verb, request, &answer);

	error = json_string_value(json_object_get(answer, "error"));
	if (error != NULL)
		fprintf(stderr, "fieldvisitd: %s\n", error);
	if (code == FV_EXIT_OK) {
		fv_buf_reset(&w->checkpoint);
		fv_buf_put_z(&w->checkpoint, fv_verb_text(answer, "checkpoint"));
		w->request.checkpoint = fv_buf_span(&w->checkpoint);
		w->request.size =
		    (uint64_t)json_integer_value(json_object_get(answer, "size"));
		w->export_index =
		    (uint64_t)json_integer_value(json_object_get(answer, "index"));
	}
	json_decref(answer);
	return code;
}

static enum fv_err
read_log_key(struct work *w)
{
	struct fv_buf bytes = {0};
	struct fv_cbor_reader r;
	struct fv_leaf leaf;
	size_t count;
	enum fv_err rc = fv_store_leaf_get(w->store, 0, &bytes);

	if (rc == FV_OK)
		rc = fv_leaf_parse(fv_buf_span(&bytes), &leaf);
	if (rc == FV_OK) {
		r = fv_cbor_reader_of(leaf.body);
		rc = fv_cbor_get_array(&r, &count);
	}
	if (rc == FV_OK)
		rc = fv_cbor_get_fixed(&r, w->request.log_pk, FV_KEY_BYTES);
	fv_buf_clear(&bytes);
	return rc;
}

static int
gather(struct work *w)
{
	const char *what = w->case_id != NULL ? w->case_id : w->visit;
	enum fv_err rc = fv_store_view_begin(w->store);

	w->request.case_id = w->case_id;
	if (rc == FV_OK && w->case_id == NULL)
		rc = export_find_visit(w->store, w->visit, w->request.dev, &w->request.seq);
	if (rc == FV_EFORMAT)
		return fv_cli_fail(FV_EXIT_USAGE, what,
		    "is no id of a visit; 'fieldvisitd report' shows them in brackets");
	if (rc == FV_OK)
		rc = read_log_key(w);
	if (rc == FV_OK)
		rc = fv_bundle_new(&w->bundle);
	if (rc == FV_OK)
		rc = export_gather(w->store, &w->request, w->bundle, &w->sum);
	fv_store_view_end(w->store);
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, what,
		    "no record of it is here; 'fieldvisitd report' shows what has arrived");
	if (rc == FV_ESTATE)
		return fv_cli_fail(FV_EXIT_NO, what,
		    "none of its records is under a seal yet and so nothing can be shown; "
		    "wait for "
		    "the handheld's next sync");
	return rc == FV_OK ? FV_EXIT_OK
			   : fv_cli_fail(fv_verb_exit(rc), what, "%s", fv_err_text(rc));
}

/* The manifest goes in, its EXPORT leaf into the ledger, and that leaf's proof in. */
static int
log_export(struct work *w)
{
	struct fv_buf salt = {0};
	enum fv_err rc = fv_bundle_manifest_put(w->bundle, &w->manifest);
	json_t *request;
	int code;

	if (rc == FV_OK)
		rc = fv_bundle_add(
		    w->bundle, fv_span_z(FV_BUNDLE_MANIFEST), fv_buf_span(&w->manifest));
	fv_random_fill(fv_random_system(), w->salt, sizeof w->salt);
	fv_buf_put_base64(&salt, w->salt, sizeof w->salt);
	if (rc != FV_OK || fv_buf_z(&w->manifest) == NULL || fv_buf_z(&salt) == NULL) {
		fv_buf_clear(&salt);
		return fv_cli_fail(FV_EXIT_TEMPFAIL, w->out, "out of memory; try again");
	}
	request = json_pack("{s:s, s:s, s:s}", "who", w->who_text, "salt", fv_buf_z(&salt),
	    "manifest", fv_buf_z(&w->manifest));
	fv_buf_clear(&salt);
	if ((code = ask(w, "export log", request)) != FV_EXIT_OK)
		return code;
	rc = fv_store_view_begin(w->store);
	if (rc == FV_OK)
		rc = fv_bundle_add(
		    w->bundle, fv_span_z("export.salt"), fv_span_of(w->salt, sizeof w->salt));
	if (rc == FV_OK)
		rc = export_add_leaf(
		    w->store, &w->request, w->bundle, "", "export", w->export_index);
	fv_store_view_end(w->store);
	return rc == FV_OK ? FV_EXIT_OK
			   : fv_cli_fail(fv_verb_exit(rc), w->out, "%s", fv_err_text(rc));
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static bool
write_some(struct fv_span bytes, void *ctx)
{
	return fv_cli_write_fd(*(const int *)ctx, bytes) == 0;
}

static int
write_tar(int fd, void *ctx)
{
	struct work *w = ctx;
	enum fv_err rc = fv_bundle_write(w->bundle, write_some, &fd);

	if (rc == FV_ENOMEM)
		errno = ENOMEM;
	return rc == FV_OK ? 0 : -1;
}

static int
write_out(struct work *w)
{
	int code;

	if (strcmp(w->out, "-") != 0)
		code = fv_cli_write_new_by(w->out, 0600, write_tar, w);
	else
		code = write_tar(STDOUT_FILENO, w) == 0 ? fv_cli_finish() : FV_EXIT_IO;
	if (code != FV_EXIT_OK || strcmp(w->out, "-") == 0)
		return code;
	if (w->as_json) {
		code = fv_verb_print(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "file",
			   w->out, "devices", (json_int_t)w->sum.devices, "records",
			   (json_int_t)w->sum.records, "left_out", (json_int_t)w->sum.left_out,
			   "notes", (json_int_t)w->sum.notes, "attachments",
			   (json_int_t)w->sum.attachments, "export_leaf",
			   (json_int_t)w->export_index))
		    ? FV_EXIT_OK
		    : FV_EXIT_SOFTWARE;
		return code == FV_EXIT_OK ? fv_cli_finish() : code;
	}
	printf(
	    "%s: %zu record%s of %zu handheld%s, %zu note%s, %zu attachment%s; logged as leaf "
	    "%llu for %s\n",
	    w->out, w->sum.records - w->sum.left_out, plural(w->sum.records - w->sum.left_out),
	    w->sum.devices, plural(w->sum.devices), w->sum.notes, plural(w->sum.notes),
	    w->sum.attachments, plural(w->sum.attachments),
	    (unsigned long long)w->export_index, w->who_text);
	if (w->sum.left_out > 0)
		printf("%zu records are not under a seal yet and are left out\n",
		    w->sum.left_out);
	printf("check it with: fieldvisit-verify %s\n", w->out);
	return fv_cli_finish();
}

int
cmd_export(int argc, char **argv)
{
	struct work w = {0};
	int code = read_args(&w, argc, argv);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if ((code = ask(&w, "checkpoint", json_object())) == FV_EXIT_OK)
		code = fv_verb_open(&w.store);
	if (code == FV_EXIT_OK)
		code = gather(&w);
	if (code == FV_EXIT_OK)
		code = log_export(&w);
	if (code == FV_EXIT_OK)
		code = write_out(&w);
	fv_bundle_free(w.bundle);
	fv_store_close(w.store);
	fv_buf_clear(&w.checkpoint);
	fv_buf_clear(&w.manifest);
	return code;
}
