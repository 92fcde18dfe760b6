/* backup FILE, while serving or not, each checked; a folder of them by time; and restore FILE
 * into an empty folder. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync-server/backup.h"
#include "sync-server/cmd.h"
#include "sync-server/handlers.h"
#include "sync-server/verb.h"
#include "sync-server/store/gauges.h"

#define BACKUP_USAGE "backup FILE | --keep N DIR | --check FILE [--json]"
#define KEEP_MAX 100000U
#define RESTORE_USAGE "restore FILE [--json]"

/* Keep when one was made and checked, for whoever watches. */
int
fv_do_backup_made(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const enum fv_err rc = fv_store_backup_made(host->store, fv_host_now_ms());

	(void)request;
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "backup", rc);
}

int
fv_do_backup(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *path = fv_verb_text(request, "path");
	struct fv_backup_sum sum;
	enum fv_err rc;

	if (path[0] != '/')
		return fv_verb_fail(
		    answer_out, FV_EXIT_USAGE, "backup: the path is not absolute");
	rc = fv_backup_write(host, path, &sum);
	if (rc == FV_EEXIST)
		return fv_verb_fail(answer_out, FV_EXIT_CANTCREAT,
		    "%s: exists and is never overwritten; give another name", path);
	if (rc == FV_EIO)
		return fv_verb_fail(answer_out, FV_EXIT_CANTCREAT,
		    "%s: cannot be written; may the server's user write there?", path);
	if (rc == FV_EFULL)
		return fv_verb_fail(answer_out, FV_EXIT_IO,
		    "%s: no space is left; a backup needs twice the database's size", path);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, path, rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)sum.bytes), "%s", path);
}

/* Write one by the server or without it.  Says why not. */
static int
write_one(const char *path)
{
	json_t *request = json_pack("{s:s}", "path", path), *answer = NULL;
	const char *error;
	int code;

	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	code = fv_host_ask("backup", request, &answer);
	error = json_string_value(json_object_get(answer, "error"));
	if (error != NULL)
		fprintf(stderr, "fieldvisitd: %s\n", error);
	json_decref(answer);
	return code;
}

/* Restore it aside, with every page and the ledger's root. */
static int
check_one(const char *path, struct fv_backup_sum *sum)
{
	const char *why;
	const enum fv_err rc = fv_backup_check(path, sum, &why);

	if (rc == FV_OK)
		return FV_EXIT_OK;
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, path, "no such file");
	return fv_cli_fail(rc == FV_EFORMAT || rc == FV_ECORRUPT ? FV_EXIT_DATA : FV_EXIT_IO,
	    path, "this backup cannot be restored: %s", why);
}

/* Only a backup that was checked counts as one. */
static int
make_one(const char *path, struct fv_backup_sum *sum)
{
	json_t *answer = NULL;
	int code = write_one(path);

	if (code == FV_EXIT_OK)
		code = check_one(path, sum);
	if (code == FV_EXIT_OK)
		code = fv_host_ask("backup made", json_object(), &answer);
	json_decref(answer);
	return code;
}

static int
tell_one(const char *path, const struct fv_backup_sum *sum, bool was_made, bool as_json)
{
	if (as_json)
		return fv_cli_print_json(
		    json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)sum->bytes));
	printf("%s: %llu bytes, every hash, every page and the ledger checked%s\n", path,
	    (unsigned long long)sum->bytes,
	    was_made ? "; it holds the server's keys: keep it as safely as the folder" : "");
	return fv_cli_finish();
}

static void
on_left(const char *name, void *ctx)
{
	fprintf(stderr,
	    "fieldvisitd: %s/%s: is no backup of this server; it stays, and does not count\n",
	    (const char *)ctx, name);
}

/* One more in a folder of them, then the oldest go. */
static int
keep_some(char *folder, size_t keep, bool as_json)
{
	char name[FV_BACKUP_NAME_BYTES], path[FV_HOST_PATH_BYTES];
	const struct fv_backup_folder in = {
	    .folder = folder, .dir = fv_host_dir(), .made = name, .keep = keep};
	struct fv_backup_sum sum;
	size_t pruned;
	int code;

	fv_backup_name(fv_host_now_ms(), name);
	if (!fv_host_path(folder, name, path))
		return fv_cli_fail(FV_EXIT_USAGE, folder, "the name is too long");
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return fv_cli_fail(FV_EXIT_CANTCREAT, folder, "%s", strerror(errno));
	if ((code = make_one(path, &sum)) != FV_EXIT_OK)
		return code;
	if (fv_backup_prune(&in, on_left, folder, &pruned) != FV_OK)
		return fv_cli_fail(FV_EXIT_IO, folder,
		    "the new backup is there and good; older ones could not be taken away");
	if (as_json)
		return fv_cli_print_json(json_pack("{s:s, s:I, s:I}", "file", path, "bytes",
		    (json_int_t)sum.bytes, "pruned", (json_int_t)pruned));
	if (pruned > 0)
		printf("%s: %zu older ones taken away\n", folder, pruned);
	return tell_one(path, &sum, true, false);
}

/* The name from the root on: the server's own folder is another one. */
static bool
make_absolute(const char *name, char path[FV_HOST_PATH_BYTES])
{
	char cwd[PATH_MAX];

	if (name[0] == '/')
		return (size_t)snprintf(path, FV_HOST_PATH_BYTES, "%s", name) <
		    FV_HOST_PATH_BYTES;
	return getcwd(cwd, sizeof cwd) != NULL && fv_host_path(cwd, name, path);
}

int
cmd_backup(int argc, char **argv)
{
	const char *keep = NULL;
	bool as_json = false, is_check = false;
	const struct fv_cli_option options[] = {
	    {"keep", FV_CLI_TEXT, &keep, false},
	    {"check", FV_CLI_FLAG, &is_check, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	char path[FV_HOST_PATH_BYTES];
	struct fv_backup_sum sum;
	uint64_t count = 0;
	int code = fv_cli_parse(&argc, argv, options, BACKUP_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, BACKUP_USAGE))
		return FV_EXIT_USAGE;
	if (keep != NULL && is_check)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--check", "checks one file; leave --keep out");
	if (keep != NULL &&
	    (fv_decimal_decode(fv_span_z(keep), KEEP_MAX, &count) != FV_OK || count == 0))
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--keep", "say how many backups stay: a number from 1 on");
	if (!make_absolute(argv[1], path))
		return fv_cli_fail(FV_EXIT_USAGE, argv[1],
		    "the name is too long, or the present folder has none");
	if (keep != NULL)
		return keep_some(path, (size_t)count, as_json);
	code = is_check ? check_one(path, &sum) : make_one(path, &sum);
	return code == FV_EXIT_OK ? tell_one(path, &sum, !is_check, as_json) : code;
}

int
cmd_restore(int argc, char **argv)
{
	const char *dir = fv_host_dir(), *why;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_backup_sum sum;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, RESTORE_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, RESTORE_USAGE))
		return FV_EXIT_USAGE;
	rc = fv_backup_restore(argv[1], dir, &sum, &why);
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, argv[1], "no such file");
	if (rc == FV_EEXIST)
		return fv_cli_fail(FV_EXIT_CANTCREAT, dir,
		    "is not empty; a restore never touches a folder in use, name another with "
		    "--dir");
	if (rc != FV_OK)
		return fv_cli_fail(
		    rc == FV_EFORMAT || rc == FV_ECORRUPT ? FV_EXIT_DATA : FV_EXIT_IO, argv[1],
		    "%s; nothing was restored", why);
	if (as_json)
		return fv_verb_print(
			   json_pack("{s:s, s:I}", "dir", dir, "bytes", (json_int_t)sum.bytes))
		    ? FV_EXIT_OK
		    : FV_EXIT_TEMPFAIL;
	printf(
	    "%s: restored, every hash and the ledger checked\n"
	    "note: what came after the backup is not in it; when handhelds say that the log "
	    "was "
	    "rewritten, they saw a later one: 'fieldvisitd log draft' begins what brings back "
	    "what they have\n",
	    dir);
	return cmd_finish(FV_EXIT_OK);
}
