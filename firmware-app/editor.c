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

static bool
edit(size_t max, struct fv_buf *out, struct fv_reply *reply)
{
	char folder[256], file[300];
	bool is_good = false, is_taken = false;
	int fd;

	if (!make_folder(folder, sizeof folder)) {
		fv_reply_fail(reply, FV_FAIL_IO, _("draft"),
		    _("no folder in memory ($XDG_RUNTIME_DIR or /dev/shm); type the note into "
		      "standard input instead"));
		return false;
	}
	snprintf(file, sizeof file, "%s/note", folder);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		is_good = out->len == 0 || write(fd, out->ptr, out->len) == (ssize_t)out->len;
		close(fd);
	}
	fv_buf_reset(out);
	if (!is_good || !run_editor(file))
		fv_reply_fail(reply, FV_FAIL_IO, _("editor"),
		    _("it failed; set EDITOR, or type the note into standard input"));
	else
		is_taken = fv_typed_file(file, max, out, reply);
	nftw(folder, on_remove, 8, FTW_DEPTH | FTW_PHYS);
	return is_taken;
}

bool
fv_typed_text(size_t max, struct fv_buf *out, struct fv_reply *reply)
{
	if (isatty(STDIN_FILENO))
		return edit(max, out, reply);
	fv_buf_reset(out);
	return fv_typed_file("-", max, out, reply);
}
