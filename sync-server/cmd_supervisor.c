/* fieldvisitd supervisor keygen, add: key files, and their public half into a draft. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sync-server/cmd.h"
#include "sync-server/draft.h"
#include "sync-server/rosteredit.h"
#include "sync-server/verb.h"

#define KEYGEN_USAGE                                                                          \
	"supervisor keygen --agency AGENCY --id NAME --out FILE\n"                            \
	"           [--kind supervisor|auditor|recovery] [--passphrase-file FILE|-] [--json]"
#define ADD_USAGE                                                                             \
	"supervisor add --public FILE.pub --roster DRAFT [--teams TEAM[,TEAM]...] [--json]"

static int
describe(const struct fv_key_public *key, const char *path)
{
	uint8_t key_id[FV_BOX_KEY_ID_BYTES];
	struct fv_buf hex = {0};
	json_t *answer;

	fv_note_box_key_id(key->box_pk, key_id);
	fv_buf_put_hex(&hex, key_id, sizeof key_id);
	answer = json_pack("{s:s, s:s, s:s, s:s, s:s}", "file", path, "kind",
	    fv_key_kind_name(key->kind), "agency", key->agency, "id", key->id, "box_key_id",
	    fv_buf_z(&hex) == NULL ? "" : fv_buf_z(&hex));
	fv_buf_clear(&hex);
	return fv_cli_print_json(answer);
}

/* Both files or none: a public half without its secret one would be put on a roster. */
static int
write_files(const char *path, const struct fv_key_public *key,
    const struct fv_key_secret *secret, struct fv_span passphrase)
{
	const struct fv_keyfile_seal seal = {.key = key,
	    .secret = secret,
	    .passphrase = passphrase,
	    .cost = {FV_KEYFILE_OPS, FV_KEYFILE_MEM_BYTES},
	    .random = fv_random_system()};
	struct fv_buf whole = {0}, half = {0};
	char half_path[PATH_MAX];
	int code;

	if (snprintf(half_path, sizeof half_path, "%s.pub", path) >= (int)sizeof half_path)
		return fv_cli_fail(FV_EXIT_CANTCREAT, path, "the name is too long");
	if (fv_keyfile_put(&whole, &seal) != FV_OK) {
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path,
		    "not enough memory for Argon2id; close programs and try again");
		goto cleanup;
	}
	fv_keyfile_put_public(&half, key);
	if (fv_buf_status(&half) != FV_OK) {
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
		goto cleanup;
	}
	if ((code = fv_cli_write_new(path, 0600, fv_buf_span(&whole))) != FV_EXIT_OK)
		goto cleanup;
	if ((code = fv_cli_write_new(half_path, 0644, fv_buf_span(&half))) != FV_EXIT_OK)
		(void)remove(path);
cleanup:
	fv_buf_clear(&half);
	fv_buf_clear(&whole);
	return code;
}

static int
read_who(struct fv_key_public *key, const char *kind, const char *agency, const char *id)
{
	for (int k = FV_KEY_SUPERVISOR; k <= FV_KEY_RECOVERY; k++) {
		if (kind == NULL || strcmp(kind, fv_key_kind_name((enum fv_key_kind)k)) == 0) {
			key->kind = (enum fv_key_kind)k;
			break;
		}
	}
	if (key->kind == 0)
		return fv_cli_fail(FV_EXIT_USAGE, "--kind",
		    "\"%s\" is none of supervisor, auditor, recovery", kind);
	if (fv_id_copy(fv_span_z(agency), key->agency, sizeof key->agency) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--agency",
		    "is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	if (fv_id_copy(fv_span_z(id), key->id, sizeof key->id) != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--id", "is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	return FV_EXIT_OK;
}

int
cmd_supervisor_keygen(int argc, char **argv)
{
	const char *agency = NULL, *id = NULL, *out = NULL, *kind = NULL, *pass_file = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"agency", FV_CLI_TEXT, &agency, true},
	    {"id", FV_CLI_TEXT, &id, true},
	    {"out", FV_CLI_TEXT, &out, true},
	    {"kind", FV_CLI_TEXT, &kind, false},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key = {0};
	struct fv_buf passphrase = {0};
	int code = fv_cli_parse(&argc, argv, options, KEYGEN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	if ((code = read_who(&key, kind, agency, id)) != FV_EXIT_OK)
		goto cleanup;
	if ((code = fv_cli_passphrase(pass_file, true, &passphrase)) != FV_EXIT_OK)
		goto cleanup;
	if ((secret = fv_secret_alloc(sizeof *secret)) == NULL) {
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, out, "out of memory; try again");
		goto cleanup;
	}
	fv_key_make(fv_random_system(), &key, secret);
	code = write_files(out, &key, secret, fv_buf_span(&passphrase));
	if (code != FV_EXIT_OK)
		goto cleanup;
	if (as_json) {
		code = describe(&key, out);
	} else {
		printf("%s: the secret key, under its passphrase; keep it off the server\n"
		       "%s.pub: the public half, for 'fieldvisitd supervisor add'\n",
		    out, out);
		code = fv_cli_finish();
	}
cleanup:
	fv_secret_free(secret);
	fv_buf_clear(&passphrase);
	return code;
}

static int
add_supervisor(struct fv_roster *r, const struct fv_key_public *key, const char *teams)
{
	struct fv_supervisor *s;
	const char *rule;

	if (teams == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--teams",
		    "is needed for a supervisor: he reads the notes of his teams");
	if ((s = rosteredit_supervisor(r, key)) == NULL)
		return fv_cli_fail(
		    FV_EXIT_DATA, "--roster", "a roster has at most 16 supervisors");
	if ((rule = rosteredit_teams(s, teams)) != NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--teams", "%s", rule);
	return FV_EXIT_OK;
}

static int
add_auditor(struct fv_roster *r, const struct fv_key_public *key)
{
	if (rosteredit_auditor(r, key))
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_DATA, "--roster", "a roster has at most 4 auditors");
}

static int
read_public(const char *path, struct fv_key_public *key)
{
	struct fv_buf file = {0};
	struct fv_fault fault = {0};
	enum fv_err rc;
	int code;

	if ((code = fv_cli_read(path, &file)) == FV_EXIT_OK) {
		rc = fv_keyfile_parse_public(fv_buf_span(&file), key, NULL, &fault);
		if (rc != FV_OK)
			code = fv_cli_fault(path, &fault, rc);
	}
	fv_buf_clear(&file);
	return code;
}

/* Where this machine has the server's data folder, the person's account at the desk with its
 * one-time link, unless he has one; elsewhere how to get it. */
static int
offer_account(const struct fv_key_public *key)
{
	const char *role = key->kind == FV_KEY_SUPERVISOR ? "supervisor" : "auditor";
	char path[FV_HOST_PATH_BYTES];
	json_t *answer = NULL;

	if (key->kind == FV_KEY_RECOVERY)
		return fv_cli_finish();
	if (fv_host_path(fv_host_dir(), "fieldvisit.db", path) && access(path, R_OK) == 0 &&
	    fv_host_ask("desk add", json_pack("{s:s, s:s}", "id", key->id, "role", role),
		&answer) == FV_EXIT_OK)
		fputs(fv_verb_text(answer, "text"), stdout);
	else
		printf(
		    "a link to the desk, on the server: fieldvisitd desk add %s --role %s, or "
		    "desk link %s for one who has an account\n",
		    key->id, role, key->id);
	json_decref(answer);
	return fv_cli_finish();
}

int
cmd_supervisor_add(int argc, char **argv)
{
	const char *public_path = NULL, *roster_path = NULL, *teams = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"public", FV_CLI_TEXT, &public_path, true},
	    {"roster", FV_CLI_TEXT, &roster_path, true},
	    {"teams", FV_CLI_TEXT, &teams, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_public key;
	struct fv_roster *roster = NULL;
	int code = fv_cli_parse(&argc, argv, options, ADD_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	if ((code = read_public(public_path, &key)) != FV_EXIT_OK)
		goto cleanup;
	if ((code = draft_load(roster_path, &roster)) != FV_EXIT_OK)
		goto cleanup;
	if (strcmp(key.agency, roster->agency) != 0) {
		code = fv_cli_fail(FV_EXIT_DATA, public_path,
		    "is a key of agency \"%s\", the roster is of \"%s\"", key.agency,
		    roster->agency);
		goto cleanup;
	}
	if (key.kind == FV_KEY_SUPERVISOR)
		code = add_supervisor(roster, &key, teams);
	else if (key.kind == FV_KEY_AUDITOR)
		code = add_auditor(roster, &key);
	else
		memcpy(roster->recovery_pk, key.box_pk, sizeof key.box_pk);
	if (code != FV_EXIT_OK || (code = draft_save(roster_path, roster)) != FV_EXIT_OK)
		goto cleanup;
	if (as_json) {
		code = describe(&key, public_path);
	} else {
		printf("%s: %s %s is in it now; 'fieldvisitd roster sign' when all are\n",
		    roster_path, fv_key_kind_name(key.kind), key.id);
		code = offer_account(&key);
	}
cleanup:
	draft_free(roster);
	return code;
}
