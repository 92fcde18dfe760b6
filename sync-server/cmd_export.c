/* fieldvisitd export: the evidence of a visit or a case, as one file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fv/lines.h"
#include "sync-server/cmd.h"
#include "sync-server/export_make.h"
#include "sync-server/verb.h"

#define USAGE                                                                                 \
	"export --visit ID|--case ID|--agency ID [--out FILE|-] [--who NAME] [--json]\n"      \
	"  Writes an evidence bundle (a tar file) that 'fieldvisit-verify' checks offline.  " \
	"It\n"                                                                                \
	"  shows the records of that visit or case and every other record as a hash.  The "   \
	"export\n"                                                                            \
	"  of an agency holds the receipts of its handhelds: every record as a hash.  It\n"   \
	"  is logged in the ledger under NAME (default: the user who runs this)."

struct work {
	struct export_make make;
	const char *out, *who;
	bool as_json;
	char who_text[FV_ID_BYTES];
	char out_text[FV_CASE_ID_BYTES + 8];
	int code; /* of the verb asked last */
};

static const char *
subject(const struct work *w)
{
	return w->make.case_id != NULL ? w->make.case_id
	    : w->make.agency != NULL   ? w->make.agency
				       : w->make.visit;
}

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
	    {"visit", FV_CLI_TEXT, &w->make.visit, false},
	    {"case", FV_CLI_TEXT, &w->make.case_id, false},
	    {"agency", FV_CLI_TEXT, &w->make.agency, false},
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
	if ((w->make.visit != NULL) + (w->make.case_id != NULL) + (w->make.agency != NULL) !=
	    1)
		return fv_cli_fail(FV_EXIT_USAGE, "export",
		    "name one of --visit ID, --case ID and --agency ID");
	if (w->make.agency != NULL && !fv_id_valid(fv_span_z(w->make.agency), FV_ID_BYTES - 1))
		return fv_cli_fail(FV_EXIT_USAGE, w->make.agency, "is no agency's id");
	if (w->make.case_id != NULL &&
	    !fv_id_valid(fv_span_z(w->make.case_id), FV_CASE_ID_BYTES - 1))
		return fv_cli_fail(FV_EXIT_USAGE, w->make.case_id, "is no case id");
	if (!settle_who(w))
		return fv_cli_fail(
		    FV_EXIT_USAGE, w->who, "a name is 1 to 24 of A-Z a-z 0-9 . _ -");
	if (w->out == NULL) {
		(void)snprintf(w->out_text, sizeof w->out_text, "%.40s.tar", subject(w));
		w->out = w->out_text;
	}
	if (strcmp(w->out, "-") != 0 && access(w->out, F_OK) == 0)
		return fv_cli_fail(FV_EXIT_CANTCREAT, w->out,
		    "exists and is never overwritten; give another name with --out");
	return FV_EXIT_OK;
}

/* Ask the one who writes; what it refuses is said here. */
static json_t *
ask(const char *verb, json_t *request, void *ctx)
{
	struct work *w = ctx;
	json_t *answer = NULL;
	const char *error;

	w->code = fv_host_ask(verb, request, &answer);
	error = json_string_value(json_object_get(answer, "error"));
	if (error != NULL)
		fprintf(stderr, "fieldvisitd: %s\n", error);
	if (w->code == FV_EXIT_OK && answer != NULL)
		return answer;
	json_decref(answer);
	return NULL;
}

/* Make the bundle, or say why there is none. */
static int
make(struct work *w)
{
	const char *what = subject(w);
	enum fv_err rc = export_make(fv_host_dir(), &w->make);

	if (rc == FV_OK)
		return FV_EXIT_OK;
	if (w->make.is_told)
		return w->code != FV_EXIT_OK ? w->code : FV_EXIT_IO;
	if (rc == FV_EFORMAT)
		return fv_cli_fail(FV_EXIT_USAGE, what,
		    "is no id of a visit; 'fieldvisitd report' shows them in brackets");
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, what,
		    "no record of it is here; 'fieldvisitd report' shows what has arrived");
	if (rc == FV_ESTATE)
		return fv_cli_fail(FV_EXIT_NO, what,
		    "none of its records is under a seal yet and so nothing can be shown; "
		    "wait for "
		    "the handheld's next sync");
	return fv_cli_fail(fv_verb_exit(rc), what, "%s", fv_err_text(rc));
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
	enum fv_err rc = fv_bundle_write(w->make.bundle, write_some, &fd);

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
			   w->out, "devices", (json_int_t)w->make.sum.devices, "records",
			   (json_int_t)w->make.sum.records, "left_out",
			   (json_int_t)w->make.sum.left_out, "notes",
			   (json_int_t)w->make.sum.notes, "attachments",
			   (json_int_t)w->make.sum.attachments, "export_leaf",
			   (json_int_t)w->make.leaf))
		    ? FV_EXIT_OK
		    : FV_EXIT_SOFTWARE;
		return code == FV_EXIT_OK ? fv_cli_finish() : code;
	}
	printf(
	    "%s: %zu record%s of %zu handheld%s, %zu note%s, %zu attachment%s; logged as leaf "
	    "%llu for %s\n",
	    w->out, w->make.sum.records - w->make.sum.left_out,
	    plural(w->make.sum.records - w->make.sum.left_out), w->make.sum.devices,
	    plural(w->make.sum.devices), w->make.sum.notes, plural(w->make.sum.notes),
	    w->make.sum.attachments, plural(w->make.sum.attachments),
	    (unsigned long long)w->make.leaf, w->who_text);
	if (w->make.sum.left_out > 0)
		printf("%zu records are not under a seal yet and are left out\n",
		    w->make.sum.left_out);
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
	w.make.who = w.who_text;
	w.make.ask = ask;
	w.make.ctx = &w;
	if ((code = make(&w)) == FV_EXIT_OK)
		code = write_out(&w);
	fv_bundle_free(w.make.bundle);
	return code;
}
