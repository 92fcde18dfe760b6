/* One file of the watched folder: whether it is ready, its kind, its text, and where it goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync-server/casefile.h"
#include "sync-server/cli.h"
#include "sync-server/inbox_in.h"
#include "sync-server/planfile.h"

#define RESULT_NEW ".result.new"
#define PIECE_BYTES 65536U

const struct inbox_kind inbox_kinds[] = {
    {"contacts", "contacts-", {".csv", ".jsonl", NULL}, "history import", NULL},
    {"events", "events-", {".csv", ".jsonl", NULL}, "history import", NULL},
    {"payments", "payments-", {".csv", NULL, NULL}, "payment import", NULL},
    {"cases", "cases-", {".csv", ".cases", NULL}, "case import", casefile_days},
    {"closed", "closed-", {".csv", NULL, NULL}, "case close", NULL},
    {"plans", "plans-", {".csv", NULL, NULL}, "plan import", planfile_days},
    {"packs", "packs-", {".packs", NULL, NULL}, "pack import", NULL},
    {NULL, NULL, {NULL, NULL, NULL}, NULL, NULL},
};

static bool
ends_with(const char *name, const char *end)
{
	const size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

const struct inbox_kind *
inbox_kind_of(const char *name)
{
	for (const struct inbox_kind *k = inbox_kinds; k->name != NULL; k++) {
		if (strncmp(name, k->prefix, strlen(k->prefix)) != 0)
			continue;
		for (size_t i = 0; i < 3 && k->suffixes[i] != NULL; i++)
			if (ends_with(name, k->suffixes[i]))
				return k;
	}
	return NULL;
}

/* -- is it ready ------------------------------------------------------------------------ */

static int64_t
now_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool
is_as_before(const struct inbox_seen *seen, const struct stat *st)
{
	return seen->inode == st->st_ino && seen->size == st->st_size &&
	    seen->changed.tv_sec == st->st_mtim.tv_sec &&
	    seen->changed.tv_nsec == st->st_mtim.tv_nsec;
}

/* A clock that is put on makes no file old: what was seen unchanged counts as well, and a
 * file that is to change in the future was never seen to be old. */
bool
inbox_is_settled(struct inbox *inbox, const char *raw, const struct stat *st)
{
	const int64_t settle_ms = (int64_t)inbox->opts.settle_s * 1000;
	const int64_t changed_ms =
	    (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
	const int64_t mono_ms = now_ms(CLOCK_MONOTONIC);
	int64_t since_ms = mono_ms;
	struct inbox_seen *seen;

	if (now_ms(CLOCK_REALTIME) - changed_ms >= settle_ms)
		return true;
	for (size_t i = 0; i < inbox->seen_count; i++)
		if (strcmp(inbox->seen[i].name, raw) == 0 && is_as_before(&inbox->seen[i], st))
			since_ms = inbox->seen[i].since_ms;
	if (mono_ms - since_ms >= settle_ms)
		return true;
	if (inbox->now_count == INBOX_LOOK_MAX)
		return false;
	seen = &inbox->now[inbox->now_count++];
	(void)snprintf(seen->name, sizeof seen->name, "%s", raw);
	seen->inode = st->st_ino;
	seen->size = st->st_size;
	seen->changed = st->st_mtim;
	seen->since_ms = since_ms;
	return false;
}

/* Whether somebody has it open for writing, as far as the machine tells: a lease for reading
 * is not given then.  Where none can be had at all, the settling time has to do. */
static bool
is_written_to(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		(void)fcntl(fd, F_SETLEASE, F_UNLCK);
		return false;
	}
	return errno == EAGAIN;
}

/* -- its text --------------------------------------------------------------------------- */

static int
refuse(struct fv_buf *why, const char *rule)
{
	fv_buf_put_z(why, rule);
	return FV_EXIT_DATA;
}

/* What a file must be before it is opened. */
static int
check(const struct inbox *inbox, const struct inbox_file *file, struct fv_buf *why)
{
	const struct stat *st = &file->st;

	if (!S_ISREG(st->st_mode))
		return refuse(why, "is no ordinary file; put a file there, not a link to one");
	if (strcmp(file->raw, file->name) != 0)
		return refuse(why,
		    "has a name that is too long or cannot be printed; use at most 200 bytes "
		    "of letters and digits");
	if (file->kind == NULL)
		return refuse(why,
		    "is of no kind; want contacts-*.csv, events-*.csv (or .jsonl), "
		    "payments-*.csv, cases-*.cases (or .csv), closed-*.csv, plans-*.csv or "
		    "packs-*.packs");
	if (st->st_uid != inbox->owner && st->st_uid != geteuid() && st->st_uid != 0)
		return refuse(why,
		    "belongs to somebody who is neither the folder's owner nor the server's "
		    "user; let one of them put it there");
	if (st->st_size == 0)
		return refuse(why, "is empty");
	if ((uintmax_t)st->st_size > INBOX_FILE_MAX)
		return refuse(why, "is larger than 32 MiB; divide it");
	return FV_EXIT_OK;
}

static int
read_bytes(int fd, struct inbox_file *file, struct fv_buf *bytes)
{
	uint8_t piece[PIECE_BYTES];
	struct stat after;
	ssize_t got;

	while ((got = read(fd, piece, sizeof piece)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || bytes->len + (size_t)got > INBOX_FILE_MAX)
			break;
		fv_buf_put(bytes, piece, (size_t)got);
	}
	fv_wipe(piece, sizeof piece);
	if (fv_buf_status(bytes) != FV_OK)
		return FV_EXIT_TEMPFAIL;
	/* One that changed while it was read is looked at again. */
	if (got != 0 || fstat(fd, &after) != 0 || after.st_size != (off_t)bytes->len ||
	    after.st_mtim.tv_sec != file->st.st_mtim.tv_sec ||
	    after.st_mtim.tv_nsec != file->st.st_mtim.tv_nsec)
		return FV_EXIT_NO;
	return FV_EXIT_OK;
}

static int
turn(const struct inbox *inbox, struct inbox_file *file, struct fv_span bytes,
    struct fv_buf *why, size_t *line_out)
{
	const struct textfile_opts opts = {.encoding = inbox->opts.encoding,
	    .day_columns = file->kind->day_columns,
	    .takes_serials = inbox->opts.takes_serials};
	struct textfile_fault fault;
	enum fv_err rc;

	fv_sha256(bytes, &file->sha256);
	rc = textfile_turn(bytes, &opts, &file->text, &fault);
	if (rc == FV_OK)
		return FV_EXIT_OK;
	if (rc == FV_ENOMEM)
		return FV_EXIT_TEMPFAIL;
	*line_out = fault.line;
	textfile_say(file->name, &fault, why);
	return FV_EXIT_DATA;
}

int
inbox_read(struct inbox *inbox, struct inbox_file *file, struct fv_buf *why, size_t *line_out)
{
	struct fv_buf bytes = {0};
	struct stat st;
	int fd, code = check(inbox, file, why);

	*line_out = 0;
	if (code != FV_EXIT_OK)
		return code;
	fd = openat(inbox->dir_fd, file->raw, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == EPERM
		    ? refuse(why, "cannot be read by the server; let it read the file")
		    : FV_EXIT_NO;
	if (fstat(fd, &st) != 0 || st.st_ino != file->st.st_ino || is_written_to(fd))
		code = FV_EXIT_NO;
	if (code == FV_EXIT_OK)
		code = read_bytes(fd, file, &bytes);
	close(fd);
	if (code == FV_EXIT_OK)
		code = turn(inbox, file, fv_buf_span(&bytes), why, line_out);
	fv_buf_clear(&bytes);
	return code;
}

/* -- where it goes ---------------------------------------------------------------------- */

static int
part(const struct inbox *inbox, bool is_done)
{
	return is_done ? inbox->done_fd : inbox->refused_fd;
}

enum fv_err
inbox_put_result(struct inbox *inbox, bool is_done, const char *filed_as, const json_t *result)
{
	const int to = part(inbox, is_done);
	char name[NAME_MAX + 1];
	char *text = json_dumps(result, JSON_INDENT(1));
	int fd = -1, error = 0;

	if (text == NULL)
		return FV_ENOMEM;
	(void)snprintf(name, sizeof name, "%s" INBOX_RESULT, filed_as);
	/* Whatever lies there, a pipe or a link too, is nothing of ours: never opened. */
	(void)unlinkat(to, RESULT_NEW, 0);
	fd =
	    openat(to, RESULT_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0 || fv_cli_write_fd(fd, fv_span_z(text)) != 0 ||
	    fv_cli_write_fd(fd, fv_span_z("\n")) != 0 || fsync(fd) != 0)
		error = errno;
	if (fd >= 0 && close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0 && renameat(to, RESULT_NEW, to, name) != 0)
		error = errno;
	if (error != 0)
		(void)unlinkat(to, RESULT_NEW, 0);
	free(text);
	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		return FV_EFULL;
	return error == 0 && fsync(to) == 0 ? FV_OK : FV_EIO;
}

enum fv_err
inbox_move(struct inbox *inbox, bool is_done, const char *raw, const char *filed_as)
{
	const int to = part(inbox, is_done);
	int rc = renameat2(inbox->dir_fd, raw, to, filed_as, RENAME_NOREPLACE);

	if (rc != 0 && (errno == EINVAL || errno == ENOSYS) &&
	    !inbox_has(inbox, is_done, filed_as))
		rc = renameat(inbox->dir_fd, raw, to, filed_as);
	if (rc != 0)
		return errno == EEXIST ? FV_EEXIST : errno == ENOENT ? FV_ENOENT : FV_EIO;
	return fsync(to) == 0 && fsync(inbox->dir_fd) == 0 ? FV_OK : FV_EIO;
}

bool
inbox_has(const struct inbox *inbox, bool is_done, const char *filed_as)
{
	struct stat st;

	return fstatat(part(inbox, is_done), filed_as, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
