/* fieldvisitd init: a new data folder, and a first roster to sign (or, with --demo, signed).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fv/keyfile.h"
#include "sync-server/cmd.h"
#include "sync-server/host.h"

#define PUBLIC_MAX (FV_ROSTER_SUPERVISORS_MAX + FV_ROSTER_AUDITORS_MAX + 1U)
#define DEFAULT_TEAM "team1"
#define DEFAULT_ADMIN "admin"

struct init_args {
	const char *agency, *url;
	const char *publics[PUBLIC_MAX]; /* files */
	enum fv_key_kind kinds[PUBLIC_MAX];
	size_t public_count;
	const char *officers[64]; /* ID or ID:NAME */
	size_t officer_count;
	const char *team;
	const char *roster; /* where to write the draft */
	const char *demo;   /* folder for the keys */
	const char *admin;  /* ID or ID:NAME */
};

static int
usage(FILE *out, int code)
{
	fputs(
	    "usage: fieldvisitd init --agency ID --url URL\n"
	    "         --supervisor-pub FILE... --auditor-pub FILE... --recovery-pub FILE\n"
	    "         [--team TEAM] [--officer ID[:NAME]]... [--admin ID[:NAME]] --roster "
	    "OUT\n"
	    "       fieldvisitd init --agency ID --url URL [--admin ID[:NAME]]\n"
	    "       fieldvisitd init --agency ID --url URL --demo KEYS_FOLDER\n"
	    "  Makes the data folder (--dir).  The first form writes a roster draft for the\n"
	    "  supervisors to sign; the second makes all keys itself, for trying out only.\n"
	    "  Both print a link with which the desk's first admin sets a password.\n",
	    out);
	return code;
}

static enum fv_err
read_file(const char *path, struct fv_buf *out)
{
	uint8_t chunk[4096];
	FILE *file = fopen(path, "rbe");
	size_t got;
	bool bad;

	if (file == NULL)
		return FV_ENOENT;
	while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 &&
	    out->len <= FV_KEYFILE_BYTES_MAX)
		fv_buf_put(out, chunk, got);
	bad = ferror(file) != 0;
	fclose(file);
	return bad ? FV_EIO : fv_buf_status(out);
}

/* A new file of `dir`, or with dir NULL of that path, which is put into `path`; -1 if none. */
static int
new_file(const char *dir, const char *name, mode_t mode, char path[FV_HOST_PATH_BYTES])
{
	if (dir == NULL)
		snprintf(path, FV_HOST_PATH_BYTES, "%s", name);
	else if (!fv_host_path(dir, name, path))
		return -1;
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

static enum fv_err
write_file(const char *dir, const char *name, mode_t mode, struct fv_span bytes)
{
	char path[FV_HOST_PATH_BYTES] = "";
	enum fv_err rc = FV_EIO;
	int fd = new_file(dir, name, mode, path);

	if (fd >= 0) {
		if (write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len && fsync(fd) == 0)
			rc = FV_OK;
		if (close(fd) != 0)
			rc = FV_EIO;
	}
	if (rc != FV_OK)
		fprintf(
		    stderr, "fieldvisitd: %s: cannot be written: %s\n", path, strerror(errno));
	return rc;
}

static void
add_supervisor(struct fv_roster *roster, const struct fv_key_public *key, const char *team)
{
	struct fv_supervisor *s = &roster->supervisors[roster->supervisor_count++];

	snprintf(s->id, sizeof s->id, "%s", key->id);
	memcpy(s->sign_pk, key->sign_pk, sizeof s->sign_pk);
	memcpy(s->box_pk, key->box_pk, sizeof s->box_pk);
	snprintf(s->teams[0], sizeof s->teams[0], "%s", team);
	s->team_count = 1;
}

static bool
add_key(struct fv_roster *roster, const struct fv_key_public *key, const char *team)
{
	struct fv_auditor *a;

	switch (key->kind) {
	case FV_KEY_SUPERVISOR:
		if (roster->supervisor_count == FV_ROSTER_SUPERVISORS_MAX)
			return false;
		add_supervisor(roster, key, team);
		return true;
	case FV_KEY_AUDITOR:
		if (roster->auditor_count == FV_ROSTER_AUDITORS_MAX)
			return false;
		a = &roster->auditors[roster->auditor_count++];
		snprintf(a->id, sizeof a->id, "%s", key->id);
		memcpy(a->box_pk, key->box_pk, sizeof a->box_pk);
		return true;
	case FV_KEY_RECOVERY:
		memcpy(roster->recovery_pk, key->box_pk, sizeof roster->recovery_pk);
		return true;
	}
	return false;
}

/* Length of the id in ID or ID:NAME. */
static size_t
id_len(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon != NULL ? (size_t)(colon - text) : strlen(text);
}

static bool
add_officer(struct fv_roster *roster, const char *text)
{
	struct fv_officer *o = &roster->officers[roster->officer_count];
	const size_t len = id_len(text);

	if (!fv_id_valid(fv_span_of(text, len), FV_ID_BYTES - 1)) {
		cmd_fail(
		    "--officer %s: give ID or ID:NAME, the id 1 to 24 of A-Z a-z 0-9 . _ -",
		    text);
		return false;
	}
	memcpy(o->id, text, len);
	o->id[len] = '\0';
	snprintf(o->name, sizeof o->name, "%s", text[len] == ':' ? text + len + 1 : o->id);
	roster->officer_count++;
	return true;
}

static bool
add_public_file(struct fv_roster *roster, const struct init_args *args, size_t i)
{
	struct fv_buf file = {0};
	struct fv_key_public key;
	struct fv_fault fault;
	bool has_secret, good = false;

	if (read_file(args->publics[i], &file) != FV_OK)
		cmd_fail("%s: cannot be read", args->publics[i]);
	else if (fv_keyfile_parse_public(fv_buf_span(&file), &key, &has_secret, &fault) !=
	    FV_OK)
		cmd_fail("%s: is not a public key file", args->publics[i]);
	else if (has_secret)
		cmd_fail(
		    "%s: holds a secret key; give the .pub file beside it", args->publics[i]);
	else if (key.kind != args->kinds[i])
		cmd_fail(
		    "%s: is the key of a %s", args->publics[i], fv_key_kind_name(key.kind));
	else if (strcmp(key.agency, args->agency) != 0)
		cmd_fail("%s: is of agency %s", args->publics[i], key.agency);
	else if (!(good = add_key(roster, &key, args->team)))
		cmd_fail("%s: too many keys of this kind", args->publics[i]);
	fv_buf_clear(&file);
	return good;
}

static bool
start_roster(struct fv_roster *roster, const struct init_args *args)
{
	snprintf(roster->agency, sizeof roster->agency, "%s", args->agency);
	roster->version = 1;
	roster->threshold = 1;
	roster->pack_threshold = 1;
	for (size_t i = 0; i < args->officer_count; i++)
		if (!add_officer(roster, args->officers[i]))
			return false;
	return true;
}

/* Keys of one person for the demo, in KEYS_FOLDER, under the passphrase there. */
static enum fv_err
make_demo_key(const char *folder, struct fv_key_public *key, struct fv_key_secret *secret,
    struct fv_span passphrase)
{
	const struct fv_key_cost cost = {FV_KEYFILE_OPS, FV_KEYFILE_MEM_BYTES};
	const struct fv_keyfile_seal seal = {
	    key, secret, passphrase, cost, fv_random_system()};
	struct fv_buf file = {0}, public_file = {0};
	char name[64];
	enum fv_err rc;

	fv_key_make(fv_random_system(), key, secret);
	rc = fv_keyfile_put(&file, &seal);
	fv_keyfile_put_public(&public_file, key);
	if (rc == FV_OK)
		rc = fv_buf_status(&public_file);
	snprintf(name, sizeof name, "%s.key", key->id);
	if (rc == FV_OK)
		rc = write_file(folder, name, 0600, fv_buf_span(&file));
	snprintf(name, sizeof name, "%s.key.pub", key->id);
	if (rc == FV_OK)
		rc = write_file(folder, name, 0644, fv_buf_span(&public_file));
	fv_buf_clear(&file);
	fv_buf_clear(&public_file);
	return rc;
}

static enum fv_err
make_demo_keys(
    const struct init_args *args, struct fv_roster *roster, struct fv_key_secret *signer)
{
	struct fv_key_public keys[3] = {{.kind = FV_KEY_SUPERVISOR, .id = "supervisor"},
	    {.kind = FV_KEY_AUDITOR, .id = "auditor"},
	    {.kind = FV_KEY_RECOVERY, .id = "recovery"}};
	struct fv_buf passphrase = {0};
	struct fv_key_secret *other;
	uint8_t random[16];
	enum fv_err rc = FV_ENOMEM;

	fv_random_fill(fv_random_system(), random, sizeof random);
	fv_buf_put_hex(&passphrase, random, sizeof random);
	if ((other = fv_secret_alloc(sizeof *other)) == NULL)
		goto cleanup;
	for (size_t i = 0; i < 3; i++) {
		snprintf(keys[i].agency, sizeof keys[i].agency, "%s", args->agency);
		rc = make_demo_key(
		    args->demo, &keys[i], i == 0 ? signer : other, fv_buf_span(&passphrase));
		if (rc != FV_OK)
			goto cleanup;
		rc = add_key(roster, &keys[i], args->team) ? FV_OK : FV_ETOOBIG;
	}
	if (rc == FV_OK)
		rc = write_file(args->demo, "passphrase", 0600, fv_buf_span(&passphrase));
cleanup:
	fv_secret_free(other);
	fv_buf_clear(&passphrase);
	return rc;
}

/* Whether such a file can be made: it is, and is taken away again. */
static bool
can_make(const char *dir, const char *name)
{
	char path[FV_HOST_PATH_BYTES] = "";
	int fd = new_file(dir, name, 0600, path);

	if (fd < 0) {
		cmd_fail("%s: cannot be made: %s; nothing was made", path, strerror(errno));
		return false;
	}
	(void)close(fd);
	return unlink(path) == 0;
}

/* What is written after the data folder can be: else there would be half an installation.
 * *made_out: the folder of the keys was made. */
static bool
can_finish(const struct init_args *args, bool *made_out)
{
	static const char *const names[] = {"passphrase", "supervisor.key",
	    "supervisor.key.pub", "auditor.key", "auditor.key.pub", "recovery.key",
	    "recovery.key.pub", "roster.note"};

	if (args->demo == NULL)
		return can_make(NULL, args->roster);
	*made_out = mkdir(args->demo, 0700) == 0;
	if (!*made_out && errno != EEXIST) {
		cmd_fail(
		    "%s: cannot be made: %s; nothing was made", args->demo, strerror(errno));
		return false;
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!can_make(args->demo, names[i]))
			return false;
	return true;
}

/* Sign the roster with the demo supervisor's key, keep it beside the keys, import it. */
static int
finish_demo(const struct init_args *args, const struct fv_roster *roster,
    const struct fv_key_secret *signer)
{
	char name[FV_SIGNER_BYTES];
	struct fv_buf text = {0}, note = {0};
	int code = FV_EXIT_SOFTWARE;

	fv_roster_put(&text, roster);
	fv_signer_name(roster->agency, roster->supervisors[0].id, name);
	if (fv_buf_status(&text) == FV_OK)
		fv_signednote_sign(
		    &note, fv_buf_span(&text), fv_span_z(name), signer->sign_seed);
	if (fv_buf_status(&note) == FV_OK)
		code = write_file(args->demo, "roster.note", 0644, fv_buf_span(&note)) == FV_OK
		    ? fv_host_call(
			  "roster import", json_pack("{s:s}", "note", fv_buf_z(&note)), false)
		    : FV_EXIT_CANTCREAT;
	if (code == FV_EXIT_OK)
		printf("made %s with keys for trying out in %s (passphrase file beside them)\n"
		       "next: fieldvisitd serve\n",
		    fv_host_dir(), args->demo);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	return code;
}

static int
finish_draft(const struct init_args *args, const struct fv_roster *roster)
{
	struct fv_buf text = {0};
	int code = FV_EXIT_CANTCREAT;

	fv_roster_put(&text, roster);
	if (fv_buf_status(&text) == FV_OK &&
	    write_file(NULL, args->roster, 0644, fv_buf_span(&text)) == FV_OK) {
		printf(
		    "made %s and the roster draft %s\n"
		    "next, on a supervisor's machine: fieldvisitd roster sign --key FILE %s\n"
		    "then here: fieldvisitd roster import %s\n",
		    fv_host_dir(), args->roster, args->roster, args->roster);
		code = FV_EXIT_OK;
	}
	fv_buf_clear(&text);
	return code;
}

/* Neither keys nor people: the first roster is drawn up at the desk. */
static bool
is_bare(const struct init_args *args)
{
	return args->demo == NULL && args->roster == NULL && args->public_count == 0 &&
	    args->officer_count == 0;
}

static int
finish_bare(void)
{
	printf("made %s without a roster: nothing enrols before there is one\n"
	       "next: fieldvisitd serve --sync HOST:PORT --desk HOST:PORT, and the link below "
	       "on a supervisor's machine\n",
	    fv_host_dir());
	return FV_EXIT_OK;
}

static bool
is_admin_good(const char *admin)
{
	if (fv_id_valid(fv_span_of(admin, id_len(admin)), FV_ID_BYTES - 1))
		return true;
	cmd_fail("--admin %s: give ID or ID:NAME, the id 1 to 24 of A-Z a-z 0-9 . _ -", admin);
	return false;
}

/* The first account of the desk: who has its link can make all others. */
static int
add_admin(const struct init_args *args)
{
	const size_t len = id_len(args->admin);
	json_t *request = json_pack("{s:s%, s:s, s:s}", "id", args->admin, len, "name",
	    args->admin[len] == ':' ? args->admin + len + 1 : args->admin, "role", "admin");

	if (request == NULL)
		return cmd_fail("--admin: is not UTF-8, or memory ran out");
	return fv_host_call("desk add", request, false);
}

static int
exit_for(enum fv_err rc)
{
	if (rc == FV_EFORMAT)
		return FV_EXIT_USAGE;
	return rc == FV_EEXIST ? FV_EXIT_CANTCREAT : FV_EXIT_IO;
}

static int
run(const struct init_args *args)
{
	const struct fv_host_init init = {
	    fv_host_dir(), args->agency, args->url, fv_host_now_ms()};
	struct fv_roster *roster = calloc(1, sizeof *roster);
	struct fv_key_secret *signer = fv_secret_alloc(sizeof *signer);
	int code = FV_EXIT_USAGE;
	bool made = false;
	enum fv_err rc;

	if (roster == NULL || signer == NULL) {
		code = FV_EXIT_SOFTWARE;
		goto cleanup;
	}
	if (strcmp(args->agency, FV_AGENCY_PRACTICE) == 0) {
		cmd_fail(
		    "--agency practice: that is no bank's: handhelds on which people learn "
		    "are of it; choose another id");
		goto cleanup;
	}
	if (!is_admin_good(args->admin) || !start_roster(roster, args))
		goto cleanup;
	for (size_t i = 0; i < args->public_count; i++)
		if (!add_public_file(roster, args, i))
			goto cleanup;
	rc = can_finish(args, &made) ? fv_host_create(&init) : FV_EEXIST;
	if (rc != FV_OK) {
		code = exit_for(rc);
		if (made)
			(void)rmdir(args->demo);
		goto cleanup;
	}
	if (is_bare(args))
		code = finish_bare();
	else if (args->demo == NULL)
		code = finish_draft(args, roster);
	else if (make_demo_keys(args, roster, signer) != FV_OK)
		code = FV_EXIT_CANTCREAT;
	else
		code = finish_demo(args, roster, signer);
	if (code == FV_EXIT_OK)
		code = add_admin(args);
cleanup:
	fv_secret_free(signer);
	free(roster);
	return code;
}

static bool
add_public(struct init_args *args, enum fv_key_kind kind, const char *path)
{
	if (args->public_count == PUBLIC_MAX)
		return false;
	args->kinds[args->public_count] = kind;
	args->publics[args->public_count++] = path;
	return true;
}

static bool
take_option(struct init_args *args, int option, const char *value)
{
	switch (option) {
	case 'a':
		args->agency = value;
		return true;
	case 'u':
		args->url = value;
		return true;
	case 't':
		args->team = value;
		return true;
	case 'r':
		args->roster = value;
		return true;
	case 'd':
		args->demo = value;
		return true;
	case 'm':
		args->admin = value;
		return true;
	case 'o':
		if (args->officer_count == sizeof args->officers / sizeof args->officers[0])
			return false;
		args->officers[args->officer_count++] = value;
		return true;
	case FV_KEY_SUPERVISOR:
	case FV_KEY_AUDITOR:
	case FV_KEY_RECOVERY:
		return add_public(args, (enum fv_key_kind)option, value);
	default:
		return false;
	}
}

static size_t
count_kind(const struct init_args *args, enum fv_key_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < args->public_count; i++)
		count += args->kinds[i] == kind ? 1U : 0U;
	return count;
}

int
cmd_init(int argc, char **argv)
{
	static const struct option options[] = {{"agency", required_argument, NULL, 'a'},
	    {"url", required_argument, NULL, 'u'}, {"team", required_argument, NULL, 't'},
	    {"roster", required_argument, NULL, 'r'}, {"demo", required_argument, NULL, 'd'},
	    {"officer", required_argument, NULL, 'o'}, {"admin", required_argument, NULL, 'm'},
	    {"help", no_argument, NULL, 'h'},
	    {"supervisor-pub", required_argument, NULL, FV_KEY_SUPERVISOR},
	    {"auditor-pub", required_argument, NULL, FV_KEY_AUDITOR},
	    {"recovery-pub", required_argument, NULL, FV_KEY_RECOVERY}, {0}};
	struct init_args args = {.team = DEFAULT_TEAM, .admin = DEFAULT_ADMIN};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			return usage(stdout, FV_EXIT_OK);
		if (!take_option(&args, c, optarg))
			return usage(stderr, FV_EXIT_USAGE);
	}
	if (optind < argc || args.agency == NULL || args.url == NULL)
		return usage(stderr, FV_EXIT_USAGE);
	if (args.demo == NULL && !is_bare(&args) &&
	    (args.roster == NULL || count_kind(&args, FV_KEY_SUPERVISOR) == 0 ||
		count_kind(&args, FV_KEY_AUDITOR) == 0 ||
		count_kind(&args, FV_KEY_RECOVERY) != 1))
		return cmd_fail(
		    "init: give at least one --supervisor-pub and --auditor-pub, one "
		    "--recovery-pub and --roster OUT; 'fieldvisitd supervisor keygen' makes "
		    "keys; or none of these, to draw up the first roster at the desk; or try "
		    "it out with --demo KEYS_FOLDER");
	return run(&args);
}
