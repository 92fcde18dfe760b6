/* fieldvisitd roster sign, show: who has signed a roster, and whether that is enough. */
#include <stdio.h>
#include <string.h>

#include "fv/note.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/draft.h"

#define SIGN_USAGE                                                                            \
	"roster sign --key FILE ROSTER [--previous SIGNED] [--passphrase-file FILE|-] "       \
	"[--json]"
#define SHOW_USAGE "roster show ROSTER [--previous SIGNED] [--json]"

/* Whose signatures count: of the roster itself when it is the first, else of the previous. */
static const struct fv_roster *
electors(const struct draft_file *file, const struct draft_file *previous)
{
	if (!file->roster->has_previous)
		return file->roster;
	return previous->roster;
}

static int
open_previous(const char *path, const struct draft_file *file, struct draft_file *previous)
{
	int code;

	memset(previous, 0, sizeof *previous);
	if (path == NULL)
		return FV_EXIT_OK;
	if ((code = draft_open(path, previous)) != FV_EXIT_OK)
		return code;
	if (!file->roster->has_previous ||
	    memcmp(previous->hash.b, file->roster->previous.b, FV_HASH_BYTES) != 0)
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "is not the roster that this one names as the previous");
	return FV_EXIT_OK;
}

/* The line about signatures, or its JSON; exit 0 when they suffice, 1 when they do not. */
static int
tell_state(const struct draft_file *file, const struct draft_file *previous, bool as_json)
{
	const struct fv_roster *who = electors(file, previous);
	size_t good = 0, needed = 0;
	struct fv_buf hash = {0};
	int code = FV_EXIT_OK;

	if (who != NULL) {
		good =
		    file->note.sig_count == 0 ? 0 : fv_roster_count_signers(who, &file->note);
		needed = who->threshold;
	}
	fv_buf_put_base64(&hash, file->hash.b, sizeof file->hash.b);
	if (as_json) {
		code = fv_cli_print_json(
		    json_pack("{s:s, s:I, s:s, s:i, s:o, s:o, s:b}", "agency",
			file->roster->agency, "version", (json_int_t)file->roster->version,
			"hash", fv_buf_z(&hash) == NULL ? "" : fv_buf_z(&hash), "signatures",
			(int)file->note.sig_count, "good",
			who == NULL ? json_null() : json_integer((json_int_t)good), "needed",
			who == NULL ? json_null() : json_integer((json_int_t)needed), "valid",
			who != NULL && good >= needed));
	} else if (who == NULL) {
		printf("%zu signatures; give --previous to see whether they are enough\n",
		    file->note.sig_count);
	} else {
		printf("%zu of %zu signatures of %s%s\n", good, needed,
		    file->roster->has_previous ? "the previous roster's supervisors"
					       : "its own supervisors",
		    good >= needed ? ": valid" : ": not valid yet");
		if (file->roster->supervisor_count == 1)
			puts(
			    "one supervisor alone: nobody else must agree to the next roster");
	}
	fv_buf_clear(&hash);
	if (code == FV_EXIT_OK && (who == NULL || good < needed))
		code = FV_EXIT_NO;
	return code;
}

static bool
may_sign(const struct fv_roster *who, const struct fv_key_public *key)
{
	const struct fv_supervisor *s =
	    who == NULL ? NULL : fv_roster_find_supervisor(who, key->id);

	return s != NULL && memcmp(s->sign_pk, key->sign_pk, FV_KEY_BYTES) == 0;
}

static int
check_signer(const char *path, const struct draft_file *file,
    const struct draft_file *previous, const struct fv_key_public *key)
{
	const struct fv_roster *who = electors(file, previous);

	if (strcmp(key->agency, file->roster->agency) != 0)
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "is the roster of agency \"%s\", the key is of \"%s\"",
		    file->roster->agency, key->agency);
	/* Without the previous roster a leaver's signature cannot be told from a stranger's.
	 */
	if (who == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--previous",
		    "is needed for version 2 and later: its supervisors decide");
	if (!may_sign(who, key))
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "this key is not one of the supervisors who decide about it");
	if (fv_cli_has_signed(&file->note, key))
		return fv_cli_fail(FV_EXIT_DATA, path, "has this key's signature already");
	return FV_EXIT_OK;
}

int
cmd_roster_sign(int argc, char **argv)
{
	const char *key_path = NULL, *previous_path = NULL, *pass_file = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &key_path, true},
	    {"previous", FV_CLI_TEXT, &previous_path, false},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct draft_file file = {0}, previous = {0};
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	int code = fv_cli_parse(&argc, argv, options, SIGN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc != 2)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "roster sign", "needs one ROSTER; see --help");
	if ((code = draft_open(argv[1], &file)) != FV_EXIT_OK ||
	    (code = open_previous(previous_path, &file, &previous)) != FV_EXIT_OK ||
	    (code = fv_cli_open_signer(key_path, pass_file, &key, &secret)) != FV_EXIT_OK ||
	    (code = check_signer(argv[1], &file, &previous, &key)) != FV_EXIT_OK ||
	    (code = fv_cli_cosign(argv[1], &file.note, &key, secret)) != FV_EXIT_OK)
		goto cleanup;
	draft_close(&file);
	if ((code = draft_open(argv[1], &file)) != FV_EXIT_OK)
		goto cleanup;
	code = tell_state(&file, &previous, as_json);
	/* It was signed: that more must sign is no failure of this verb. */
	if (code == FV_EXIT_NO)
		code = FV_EXIT_OK;
cleanup:
	fv_secret_free(secret);
	draft_close(&file);
	draft_close(&previous);
	return code;
}

static void
print_people(const struct fv_roster *r)
{
	uint8_t recovery[FV_BOX_KEY_ID_BYTES];

	printf("agency %s, version %llu, threshold %u, for packs %u\n", r->agency,
	    (unsigned long long)r->version, r->threshold, r->pack_threshold);
	for (size_t i = 0; i < r->supervisor_count; i++) {
		printf("supervisor %s, teams", r->supervisors[i].id);
		for (size_t t = 0; t < r->supervisors[i].team_count; t++)
			printf("%s %s", t == 0 ? "" : ",", r->supervisors[i].teams[t]);
		putchar('\n');
	}
	for (size_t i = 0; i < r->auditor_count; i++)
		printf("auditor %s\n", r->auditors[i].id);
	fv_note_box_key_id(r->recovery_pk, recovery);
	printf("recovery key %02x%02x%02x%02x\n", recovery[0], recovery[1], recovery[2],
	    recovery[3]);
	for (size_t i = 0; i < r->officer_count; i++)
		printf("officer %s %s\n", r->officers[i].id, r->officers[i].name);
}

int
cmd_roster_show(int argc, char **argv)
{
	const char *previous_path = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"previous", FV_CLI_TEXT, &previous_path, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct draft_file file = {0}, previous = {0};
	int code = fv_cli_parse(&argc, argv, options, SHOW_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc == 1 && previous_path == NULL)
		return cmd_roster_held(as_json);
	if (argc != 2)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "roster show", "takes at most one ROSTER; see --help");
	if ((code = draft_open(argv[1], &file)) != FV_EXIT_OK ||
	    (code = open_previous(previous_path, &file, &previous)) != FV_EXIT_OK)
		goto cleanup;
	if (!as_json)
		print_people(file.roster);
	code = tell_state(&file, &previous, as_json);
cleanup:
	draft_close(&file);
	draft_close(&previous);
	return code;
}
