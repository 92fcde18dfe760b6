/* fieldvisitd device approve: two people compare 40 digits, one signs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fv/ledger.h"
#include "fv/order.h"
#include "fv/trail.h"
#include "sync-server/approve_bench.h"
#include "sync-server/benchfile.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/directory.h"

#define USAGE                                                                                 \
	"device approve --key FILE --out NOTE {--leaf FILE | --directory FILE --dev DEV}\n"   \
	"           [--digits \"NNNNN NNNNN ...\"]\n"                                         \
	"       fieldvisitd device approve --key FILE --out DIR --bench FILE --directory "    \
	"FILE\n"                                                                              \
	"           [--roster SIGNED]\n"                                                      \
	"       both: [--passphrase-file FILE|-] [--json]"

struct wish {
	const char *key, *out, *leaf, *directory, *dev, *digits, *pass_file, *bench, *roster;
	bool as_json;
};

/* A leaf file holds the leaf's bytes, or their base64 and perhaps a newline. */
static int
read_leaf_file(const char *path, struct fv_buf *leaf)
{
	struct fv_buf file = {0};
	struct fv_span text;
	struct fv_leaf parsed;
	int code = fv_cli_read(path, &file);

	if (code != FV_EXIT_OK)
		goto cleanup;
	text = fv_buf_span(&file);
	if (fv_leaf_parse(text, &parsed) == FV_OK) {
		fv_buf_put_span(leaf, text);
		goto cleanup;
	}
	while (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (fv_base64_decode(text, leaf) != FV_OK || leaf->len == 0)
		code = fv_cli_fail(FV_EXIT_DATA, path, "is not an ENROL leaf nor its base64");
cleanup:
	fv_buf_clear(&file);
	return code;
}

static int
read_from_directory(const struct wish *w, struct fv_buf *leaf)
{
	struct directory directory;
	uint8_t dev[FV_DEV_BYTES];
	int code;

	if (fv_hex_decode(fv_span_z(w->dev), dev, sizeof dev) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--dev", "is not 32 lower-case hex digits");
	if ((code = directory_open(w->directory, &directory)) == FV_EXIT_OK) {
		const struct directory_device *d = directory_find(&directory, dev);
		if (d == NULL)
			code = fv_cli_fail(FV_EXIT_DATA, w->directory,
			    "no device %s is enrolled in it", w->dev);
		else
			fv_buf_put_span(leaf, fv_buf_span(&d->leaf));
	}
	directory_close(&directory);
	return code;
}

static int
check_leaf(
    const char *object, struct fv_span bytes, const char *agency, struct fv_leaf_enrol *out)
{
	uint8_t dev[FV_DEV_BYTES];
	struct fv_leaf leaf;

	if (fv_leaf_parse(bytes, &leaf) != FV_OK || leaf.kind != FV_LEAF_ENROL ||
	    fv_leaf_enrol_parse(leaf.body, out) != FV_OK)
		return fv_cli_fail(FV_EXIT_DATA, object, "is not an ENROL leaf");
	fv_dev_id(out->pk_0, out->pk_sync, out->pk_box, out->ticket_id, dev);
	if (memcmp(dev, out->dev, sizeof dev) != 0)
		return fv_cli_fail(
		    FV_EXIT_DATA, object, "the device's keys do not make its id");
	if (!fv_span_equal(out->agency, fv_span_z(agency)))
		return fv_cli_fail(
		    FV_EXIT_DATA, object, "the device belongs to another agency than the key");
	return FV_EXIT_OK;
}

static int
compare(const struct wish *w, const char *shown)
{
	char want[BENCHFILE_DIGITS + 1], got[BENCHFILE_DIGITS + 1], line[256] = "";
	const char *typed = w->digits;

	if (!benchfile_digits(fv_span_z(shown), want))
		return fv_cli_fail(FV_EXIT_SOFTWARE, "digits", "cannot be made");
	if (typed == NULL) {
		if (!isatty(STDIN_FILENO))
			return fv_cli_fail(FV_EXIT_USAGE, "--digits",
			    "is needed where there is no terminal: the 40 digits on the "
			    "handheld's screen");
		printf(
		    "this device's digits: %s\ntype those on the handheld's screen: ", shown);
		(void)fflush(stdout);
		if (fgets(line, sizeof line, stdin) == NULL)
			line[0] = '\0';
		typed = line;
	}
	if (!benchfile_digits(fv_span_z(typed), got))
		return fv_cli_fail(FV_EXIT_DATA, "digits",
		    "are not 8 groups of 5; read them from the handheld's screen");
	if (strcmp(want, got) != 0)
		return fv_cli_fail(FV_EXIT_NO, "digits",
		    "differ: this is not the handheld that enrolled; do not approve it: "
		    "revoke it with 'fieldvisitd device revoke' and make a new ticket");
	return FV_EXIT_OK;
}

static int
write_approval(const struct wish *w, struct fv_span leaf, const struct fv_leaf_enrol *enrol,
    const struct fv_key_public *key, const struct fv_key_secret *secret)
{
	struct fv_buf note = {0}, hex = {0};
	int code;

	fv_buf_put_hex(&hex, enrol->dev, sizeof enrol->dev);
	if (approve_put(&note, leaf, enrol->dev, key, secret) != FV_OK ||
	    fv_buf_z(&hex) == NULL)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, w->out, "out of memory; try again");
	else
		code = fv_cli_write_new(w->out, 0644, fv_buf_span(&note));
	if (code == FV_EXIT_OK && w->as_json) {
		code = fv_cli_print_json(json_pack("{s:s, s:s, s:s}", "dev", fv_buf_z(&hex),
		    "approved_by", key->id, "file", w->out));
	} else if (code == FV_EXIT_OK) {
		printf("%s: device %s approved; 'fieldvisitd device import' takes it to the "
		       "server\n",
		    w->out, fv_buf_z(&hex));
		code = fv_cli_finish();
	}
	fv_buf_clear(&hex);
	fv_buf_clear(&note);
	return code;
}

static int
approve(const struct wish *w)
{
	const char *object = w->leaf != NULL ? w->leaf : w->directory;
	struct fv_key_secret *secret = NULL;
	struct fv_leaf_enrol enrol;
	struct fv_key_public key;
	struct fv_buf leaf = {0};
	char shown[48];
	int code;

	code =
	    w->leaf != NULL ? read_leaf_file(w->leaf, &leaf) : read_from_directory(w, &leaf);
	if (code != FV_EXIT_OK ||
	    (code = fv_cli_open_signer(w->key, w->pass_file, &key, &secret)) != FV_EXIT_OK ||
	    (code = check_leaf(object, fv_buf_span(&leaf), key.agency, &enrol)) != FV_EXIT_OK)
		goto cleanup;
	fv_enrol_digits(fv_buf_span(&leaf), shown);
	if ((code = compare(w, shown)) != FV_EXIT_OK)
		goto cleanup;
	code = write_approval(w, fv_buf_span(&leaf), &enrol, &key, secret);
cleanup:
	fv_secret_free(secret);
	fv_buf_clear(&leaf);
	return code;
}

static int
approve_all(const struct wish *w)
{
	const struct approve_bench wish = {
	    .key = w->key,
	    .pass_file = w->pass_file,
	    .bench = w->bench,
	    .directory = w->directory,
	    .roster = w->roster,
	    .out = w->out,
	    .as_json = w->as_json,
	};

	if (w->directory == NULL || w->leaf != NULL || w->dev != NULL || w->digits != NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--bench",
		    "goes with --directory FILE, and the digits stand in its file");
	return approve_bench(&wish);
}

int
cmd_device_approve(int argc, char **argv)
{
	struct wish w = {0};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w.key, true},
	    {"out", FV_CLI_TEXT, &w.out, true},
	    {"leaf", FV_CLI_TEXT, &w.leaf, false},
	    {"directory", FV_CLI_TEXT, &w.directory, false},
	    {"dev", FV_CLI_TEXT, &w.dev, false},
	    {"digits", FV_CLI_TEXT, &w.digits, false},
	    {"bench", FV_CLI_TEXT, &w.bench, false},
	    {"roster", FV_CLI_TEXT, &w.roster, false},
	    {"passphrase-file", FV_CLI_TEXT, &w.pass_file, false},
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	if (w.bench != NULL)
		return approve_all(&w);
	if (w.roster != NULL || (w.leaf != NULL) == (w.directory != NULL) ||
	    (w.directory != NULL) != (w.dev != NULL))
		return fv_cli_fail(FV_EXIT_USAGE, "device approve",
		    "needs --leaf FILE, or --directory FILE with --dev DEV, or --bench FILE "
		    "with --directory FILE");
	return approve(&w);
}
