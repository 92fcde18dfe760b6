/* backup FILE, while serving or not, and restore FILE into an empty folder. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "sync-server/backup.h"
#include "sync-server/cmd.h"
#include "sync-server/handlers.h"
#include "sync-server/verb.h"
#include "sync-server/store/gauges.h"

#define BACKUP_USAGE "backup FILE [--json]"
#define RESTORE_USAGE "restore FILE [--json]"

/* Keep when it was made, for whoever watches (metrics). */
static enum fv_err
note_backup(struct fv_host *host)
{
	enum fv_err rc = fv_store_begin(host->store);

	if (rc == FV_OK)
		rc = fv_store_backup_made(host->store, fv_host_now_ms());
	if (rc == FV_OK)
		rc = fv_host_commit(host);
	if (rc != FV_OK)
		fv_host_rollback(host);
	return rc;
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
	if (rc == FV_OK)
		rc = note_backup(host);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, path, rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)sum.bytes),
	    "%s: %llu bytes; it holds the server's keys: keep it as safely as the folder",
	    path, (unsigned long long)sum.bytes);
}

int
cmd_backup(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	char path[FV_HOST_PATH_BYTES], cwd[PATH_MAX];
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, BACKUP_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, BACKUP_USAGE))
		return FV_EXIT_USAGE;
	if (argv[1][0] != '/' && getcwd(cwd, sizeof cwd) == NULL)
		return fv_cli_fail(FV_EXIT_IO, argv[1], "the present folder has no name");
	if ((size_t)snprintf(path, sizeof path, "%s%s%s", argv[1][0] == '/' ? "" : cwd,
		argv[1][0] == '/' ? "" : "/", argv[1]) >= sizeof path)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "the name is too long");
	request = json_pack("{s:s}", "path", path);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	return fv_host_call("backup", request, as_json);
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
	    "note: what came after the backup is not in it; handhelds that saw a later ledger "
	    "refuse this one until they enrol again\n",
	    dir);
	return cmd_finish(FV_EXIT_OK);
}
