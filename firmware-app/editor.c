/* A text typed in an editor, in a file that never touches a disk. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware-app/typed.h"

/* A folder in memory for our draft; the editor's own swap files land there too. */
static bool
make_folder(char *path, size_t cap)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *const bases[] = {runtime, "/dev/shm"};
	struct statfs fs;

	for (size_t i = 0; i < 2; i++) {
		if (bases[i] == NULL || bases[i][0] != '/' || statfs(bases[i], &fs) != 0 ||
		    fs.f_type != TMPFS_MAGIC)
			continue;
		if ((size_t)snprintf(path, cap, "%s/fieldvisit-XXXXXX", bases[i]) < cap &&
		    mkdtemp(path) != NULL)
			return true;
	}
	return false;
}

static int
on_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	const uint8_t zero[4096] = {0};
	off_t left = flag == FTW_F ? st->st_size : 0;
	int fd;

	(void)ftw;
	if (left > 0 && (fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)) >= 0) {
		while (left > 0) {
			ssize_t n = write(fd, zero, left < 4096 ? (size_t)left : sizeof zero);

			if (n <= 0)
				break;
			left -= n;
		}
		close(fd);
	}
	return remove(path);
}

/* Run the editor through the shell, which splits "vim -n" as people expect. */
static bool
run_editor(const char *file)
{
	const char *editor = getenv("VISUAL");
	char *argv[5];
	char shell[] = "sh", dash_c[] = "-c", self[] = "editor";
	struct fv_buf command = {0};
	int status = -1;
	pid_t pid;

	if (editor == NULL || *editor == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || *editor == '\0')
		editor = "vi";
	fv_buf_putf(&command, "%s \"$1\"", editor);
	if (fv_buf_z(&command) == NULL)
		return false;
	if ((pid = fork()) == 0) {
		argv[0] = shell;
		argv[1] = dash_c;
		argv[2] = (char *)command.ptr;
		argv[3] = self;
		argv[4] = NULL;
		execlp("/bin/sh", argv[0], argv[1], argv[2], argv[3], file, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	fv_buf_clear(&command);
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* What was typed, until the verb is done: a refusal must not lose it. */
static struct {
	char folder[256];    /* "": nothing */
	char file[300];      /* in it */
	size_t max;          /* bytes */
	struct fv_buf *text; /* held: where the verb takes it from */
} draft;

/* False: said in the reply; what is in the file stays. */
static bool
take_draft(struct fv_reply *reply)
{
	fv_buf_reset(draft.text);
	if (run_editor(draft.file))
		return fv_typed_file(draft.file, draft.max, draft.text, reply);
	fv_reply_fail(reply, FV_FAIL_IO, _("editor"),
	    _("it failed; set EDITOR, or type the note into standard input"));
	fv_typed_end();
	return false;
}

static bool
edit(size_t max, struct fv_buf *out, struct fv_reply *reply)
{
	bool is_good = false;
	int fd;

	if (!make_folder(draft.folder, sizeof draft.folder)) {
		draft.folder[0] = '\0';
		fv_reply_fail(reply, FV_FAIL_IO, _("draft"),
		    _("no folder in memory ($XDG_RUNTIME_DIR or /dev/shm); type the note into "
		      "standard input instead"));
		return false;
	}
	draft.max = max;
	draft.text = out;
	snprintf(draft.file, sizeof draft.file, "%s/note", draft.folder);
	fd = open(draft.file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		is_good = write(fd, out->ptr, out->len) == (ssize_t)out->len;
		close(fd);
	}
	if (is_good)
		return take_draft(reply);
	fv_reply_fail_err(reply, _("draft"), FV_EIO);
	fv_typed_end();
	return false;
}

bool
fv_typed_again(struct fv_reply *reply)
{
	char line[16];

	if (draft.folder[0] == '\0' || reply->want_json)
		return false;
	fprintf(stderr, "%.*s%s ", (int)reply->err.len, (const char *)reply->err.ptr,
	    _("[Enter] opens your text again, n throws it away:"));
	fv_reply_clear(reply);
	if (fgets(line, sizeof line, stdin) == NULL || line[0] == 'n')
		return false;
	reply->exit = FV_EXIT_OK;
	take_draft(reply);
	return true;
}

void
fv_typed_end(void)
{
	if (draft.folder[0] != '\0')
		nftw(draft.folder, on_remove, 8, FTW_DEPTH | FTW_PHYS);
	draft.folder[0] = '\0';
}

bool
fv_typed_text(size_t max, struct fv_buf *out, struct fv_reply *reply)
{
	if (isatty(STDIN_FILENO))
		return edit(max, out, reply);
	fv_buf_reset(out);
	return fv_typed_file("-", max, out, reply);
}
