/* Files and the terminal, for the verbs that run off the server. */
#include "sync-server/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define PASSPHRASE_MIN 8U
#define PASSPHRASE_MAX 1024U

static int
read_all(int fd, const char *path, struct fv_buf *out)
{
	uint8_t piece[16384];

	for (;;) {
		const ssize_t got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fv_cli_fail(FV_EXIT_IO, path, "%s", strerror(errno));
		if (got == 0)
			break;
		if (out->len + (size_t)got > FV_CLI_FILE_MAX)
			return fv_cli_fail(FV_EXIT_DATA, path, "is larger than 64 MiB");
		fv_buf_put(out, piece, (size_t)got);
	}
	fv_wipe(piece, sizeof piece);
	if (fv_buf_status(out) != FV_OK)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	return FV_EXIT_OK;
}

int
fv_cli_read(const char *path, struct fv_buf *out)
{
	int fd, code;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", out);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return fv_cli_fail(FV_EXIT_NOINPUT, path, "%s", strerror(errno));
	code = read_all(fd, path, out);
	close(fd);
	return code;
}

int
fv_cli_map(
    const char *path, struct fv_cli_map *map, struct fv_buf *buf, struct fv_span *bytes_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code;
	struct stat st;
	void *at = MAP_FAILED;

	memset(map, 0, sizeof *map);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (at != MAP_FAILED) {
		*map = (struct fv_cli_map){at, (size_t)st.st_size};
		*bytes_out = fv_span_of(at, map->len);
		return FV_EXIT_OK;
	}
	code = fv_cli_read(path, buf);
	*bytes_out = fv_buf_span(buf);
	return code;
}

void
fv_cli_unmap(struct fv_cli_map *map)
{
	if (map->at != NULL)
		(void)munmap(map->at, map->len);
	memset(map, 0, sizeof *map);
}

int
fv_cli_write_fd(int fd, struct fv_span bytes)
{
	while (bytes.len > 0) {
		const ssize_t put = write(fd, bytes.ptr, bytes.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes.ptr += put;
		bytes.len -= (size_t)put;
	}
	return 0;
}

static void
sync_folder_of(const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	if (slash == NULL)
		(void)snprintf(dir, sizeof dir, ".");
	else
		(void)snprintf(dir, sizeof dir, "%.*s", (int)(slash - path) + 1, path);
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return;
	(void)fsync(fd); /* a folder that cannot be synced is no reason to lose the file */
	close(fd);
}

static int
write_span(int fd, void *ctx)
{
	const struct fv_span *bytes = ctx;

	return fv_cli_write_fd(fd, *bytes);
}

int
fv_cli_write_new(const char *path, mode_t mode, struct fv_span bytes)
{
	return fv_cli_write_new_by(path, mode, write_span, &bytes);
}

int
fv_cli_write_new_by(const char *path, mode_t mode, fv_cli_write_fn fn, void *ctx)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int error = 0;

	if (fd < 0 && errno == EEXIST)
		return fv_cli_fail(FV_EXIT_CANTCREAT, path,
		    "exists and is never overwritten; give another name");
	if (fd < 0)
		return fv_cli_fail(FV_EXIT_CANTCREAT, path, "%s", strerror(errno));
	if (fchmod(fd, mode) != 0 || fn(fd, ctx) != 0 || fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error != 0) {
		(void)unlink(path);
		return fv_cli_fail(FV_EXIT_IO, path, "%s", strerror(error));
	}
	sync_folder_of(path);
	return FV_EXIT_OK;
}

int
fv_cli_write_over(const char *path, mode_t mode, struct fv_span bytes)
{
	char fresh[PATH_MAX];
	int code;

	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return fv_cli_fail(FV_EXIT_CANTCREAT, path, "the name is too long");
	if (unlink(fresh) != 0 && errno != ENOENT)
		return fv_cli_fail(FV_EXIT_CANTCREAT, fresh, "%s", strerror(errno));
	if ((code = fv_cli_write_new(fresh, mode, bytes)) != FV_EXIT_OK)
		return code;
	if (rename(fresh, path) != 0) {
		code = fv_cli_fail(FV_EXIT_IO, path, "%s", strerror(errno));
		(void)unlink(fresh);
		return code;
	}
	sync_folder_of(path);
	return FV_EXIT_OK;
}

/* The first line that `fd` gives, without its end. */
static int
read_line(int fd, const char *name, struct fv_buf *out)
{
	uint8_t c = 0;

	for (;;) {
		const ssize_t got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fv_cli_fail(FV_EXIT_IO, name, "%s", strerror(errno));
		if (got == 0 || c == '\n')
			break;
		if (out->len == PASSPHRASE_MAX)
			return fv_cli_fail(
			    FV_EXIT_DATA, name, "a passphrase has at most 1024 bytes");
		fv_buf_put_u8(out, c);
	}
	fv_wipe(&c, sizeof c);
	if (out->len > 0 && out->ptr[out->len - 1] == '\r')
		out->len--;
	return fv_buf_status(out) == FV_OK
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, name, "out of memory; try again");
}

static int
ask(int tty, const char *prompt, struct fv_buf *out)
{
	struct termios before, silent;
	int code;

	if (tcgetattr(tty, &before) != 0)
		return fv_cli_fail(FV_EXIT_IO, "terminal", "%s", strerror(errno));
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO);
	silent.c_lflag |= ECHONL;
	/* First, for it throws away what was typed before; whoever answers the prompt at once
	 * is heard. */
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0)
		return fv_cli_fail(FV_EXIT_IO, "terminal", "%s", strerror(errno));
	(void)!write(tty, prompt, strlen(prompt));
	code = read_line(tty, "terminal", out);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	return code;
}

static int
ask_terminal(bool is_new, struct fv_buf *out)
{
	struct fv_buf again = {0};
	int code, tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (tty < 0 || !isatty(STDIN_FILENO)) {
		code = fv_cli_fail(FV_EXIT_USAGE, "passphrase",
		    "there is no terminal to ask on; use --passphrase-file FILE (- for "
		    "standard input)");
		goto cleanup;
	}
	if ((code = ask(tty, "passphrase: ", out)) != FV_EXIT_OK || !is_new)
		goto cleanup;
	if ((code = ask(tty, "the same again: ", &again)) != FV_EXIT_OK)
		goto cleanup;
	if (!fv_span_equal(fv_buf_span(out), fv_buf_span(&again)))
		code = fv_cli_fail(FV_EXIT_DATA, "passphrase", "the two differ; start again");
cleanup:
	fv_buf_clear(&again);
	if (tty >= 0)
		close(tty);
	return code;
}

int
fv_cli_passphrase(const char *file, bool is_new, struct fv_buf *out)
{
	int fd, code;

	if (file == NULL) {
		code = ask_terminal(is_new, out);
	} else if (strcmp(file, "-") == 0) {
		code = read_line(STDIN_FILENO, "standard input", out);
	} else {
		if ((fd = open(file, O_RDONLY | O_CLOEXEC)) < 0)
			return fv_cli_fail(FV_EXIT_NOINPUT, file, "%s", strerror(errno));
		code = read_line(fd, file, out);
		close(fd);
	}
	if (code == FV_EXIT_OK && is_new && out->len < PASSPHRASE_MIN)
		code = fv_cli_fail(FV_EXIT_DATA, "passphrase",
		    "is shorter than 8 bytes; choose a longer one, several words are good");
	return code;
}
