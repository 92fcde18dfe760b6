#include "firmware-app/linkproc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "fieldvisit-link"
#define CHILD_FD 3
#define CHECK_MS 5000  /* without a word of it */
#define GRACE_MS 15000 /* over the program's own deadline */

static int64_t
mono_ms(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Path of the program beside our own; false: there is none. */
static bool
find_beside(char path_out[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path_out, PATH_MAX - sizeof PROGRAM - 1);
	char *slash;

	if (len <= 0)
		return false;
	path_out[len] = '\0';
	if ((slash = strrchr(path_out, '/')) == NULL)
		return false;
	memcpy(slash + 1, PROGRAM, sizeof PROGRAM);
	return access(path_out, X_OK) == 0;
}

/* Of our environment it gets what says how to reach the network, and nothing else. */
static void
pick_environment(char *picked[16])
{
	static const char *const names[] = {
	    "http_proxy=", "https_proxy=", "HTTPS_PROXY=", "all_proxy=", "ALL_PROXY=",
	    "no_proxy=", "NO_PROXY=", "RES_OPTIONS=", "LOCALDOMAIN="};
	size_t count = 0;

	for (char **e = environ; *e != NULL && count < 15; e++)
		for (size_t i = 0; i < sizeof names / sizeof names[0] && count < 15; i++)
			if (strncmp(*e, names[i], strlen(names[i])) == 0)
				picked[count++] = *e;
	picked[count] = NULL;
}

/* `option` NULL: for one request over child_fd; else child_fd takes what it prints. */
static enum fv_err
spawn(pid_t *pid_out, int child_fd, char *option)
{
	char path[PATH_MAX], *argv[] = {path, option, NULL}, *env[16];
	posix_spawn_file_actions_t actions;
	bool is_beside = find_beside(path);
	int error;

	if (!is_beside)
		memcpy(path, PROGRAM, sizeof PROGRAM);
	pick_environment(env);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return FV_ENOMEM;
	error =
	    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(
		    &actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(
		    &actions, child_fd, option == NULL ? CHILD_FD : STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_addchdir_np(&actions, "/");
	if (error == 0)
		error = is_beside ? posix_spawn(pid_out, path, &actions, NULL, argv, env)
				  : posix_spawnp(pid_out, path, &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		return FV_OK;
	*pid_out = 0;
	return error == ENOENT || error == EACCES ? FV_ENOENT : FV_EIO;
}

/* The child's end must not be CHILD_FD itself: dup2 onto itself would keep CLOEXEC. */
static enum fv_err
make_channel(int ends[2])
{
	int moved;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
		return FV_EIO;
	if (ends[1] != CHILD_FD)
		return FV_OK;
	if ((moved = fcntl(ends[1], F_DUPFD_CLOEXEC, CHILD_FD + 1)) < 0) {
		close(ends[0]);
		close(ends[1]);
		return FV_EIO;
	}
	close(ends[1]);
	ends[1] = moved;
	return FV_OK;
}

enum fv_err
fv_linkproc_start(struct fv_linkproc *proc, const char *url, struct fv_span body)
{
	size_t url_len = strlen(url);
	int ends[2] = {-1, -1}, flags;
	enum fv_err rc;

	*proc = (struct fv_linkproc)FV_LINKPROC_NONE;
	if (url_len > FV_LINK_URL_MAX || body.len > FV_LINK_BODY_MAX)
		return FV_ETOOBIG;
	fv_buf_put_u32be(&proc->out, (uint32_t)url_len);
	fv_buf_put_u32be(&proc->out, (uint32_t)body.len);
	fv_buf_put_u32be(&proc->out, FV_LINKPROC_TOTAL_MS);
	fv_buf_put_z(&proc->out, url);
	fv_buf_put_span(&proc->out, body);
	if ((rc = fv_buf_status(&proc->out)) != FV_OK || (rc = make_channel(ends)) != FV_OK)
		goto cleanup;
	/* Its own end blocks. */
	rc = FV_EIO;
	if ((flags = fcntl(ends[1], F_GETFL)) < 0 ||
	    fcntl(ends[1], F_SETFL, flags & ~O_NONBLOCK) != 0)
		goto cleanup;
	if ((rc = spawn(&proc->pid, ends[1], NULL)) != FV_OK)
		goto cleanup;
	proc->fd = ends[0];
	ends[0] = -1;
	proc->deadline_mono_ms = mono_ms() + FV_LINKPROC_TOTAL_MS + GRACE_MS;
cleanup:
	if (ends[0] >= 0)
		close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (rc != FV_OK)
		fv_linkproc_stop(proc);
	return rc;
}

short
fv_linkproc_events(const struct fv_linkproc *proc)
{
	return proc->out_pos < proc->out.len ? POLLIN | POLLOUT : POLLIN;
}

int
fv_linkproc_timeout_ms(const struct fv_linkproc *proc)
{
	int64_t left = proc->deadline_mono_ms - mono_ms();

	return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static enum fv_err
push(struct fv_linkproc *proc)
{
	while (proc->out_pos < proc->out.len) {
		ssize_t n = send(proc->fd, proc->out.ptr + proc->out_pos,
		    proc->out.len - proc->out_pos, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? FV_AGAIN : FV_EIO;
		proc->out_pos += (size_t)n;
	}
	return FV_OK;
}

/* FV_OK: the other side has closed.  FV_AGAIN: nothing is there now. */
static enum fv_err
pull(struct fv_linkproc *proc)
{
	uint8_t piece[8192];

	for (;;) {
		ssize_t n = recv(proc->fd, piece, sizeof piece, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? FV_AGAIN : FV_EIO;
		if (n == 0)
			return FV_OK;
		if (proc->in.len + (size_t)n > FV_LINK_ANSWER_MAX + FV_LINK_ANSWER_HEAD_BYTES)
			return FV_EIO;
		fv_buf_put(&proc->in, piece, (size_t)n);
		if (fv_buf_status(&proc->in) != FV_OK)
			return FV_EIO;
	}
}

/* FV_AGAIN: not whole yet. */
static enum fv_err
read_answer(const struct fv_linkproc *proc, struct fv_link_answer *out)
{
	const uint8_t *p = proc->in.ptr;
	uint32_t outcome;
	size_t len;

	if (proc->in.len < FV_LINK_ANSWER_HEAD_BYTES)
		return FV_AGAIN;
	len = fv_load_u32be(p + 24);
	if (proc->in.len - FV_LINK_ANSWER_HEAD_BYTES < len)
		return FV_AGAIN;
	outcome = fv_load_u32be(p);
	out->outcome =
	    outcome <= FV_LINK_FAILED ? (enum fv_link_outcome)outcome : FV_LINK_FAILED;
	out->status = fv_load_u32be(p + 4);
	out->retry_after_s = fv_load_u32be(p + 8);
	out->has_retry_after = out->retry_after_s != FV_LINK_NO_RETRY_AFTER;
	out->up_bytes = fv_load_u32be(p + 12);
	out->down_bytes = fv_load_u32be(p + 16);
	out->guards = fv_load_u32be(p + 20);
	out->body = fv_span_of(p + FV_LINK_ANSWER_HEAD_BYTES, len);
	return FV_OK;
}

enum fv_err
fv_linkproc_step(struct fv_linkproc *proc, struct fv_link_answer *answer_out)
{
	enum fv_err rc, sent;

	memset(answer_out, 0, sizeof *answer_out);
	if (proc->fd < 0)
		return FV_EIO;
	sent = push(proc);
	rc = pull(proc);
	if (read_answer(proc, answer_out) == FV_OK)
		return FV_OK;
	if (rc == FV_AGAIN && (sent == FV_OK || sent == FV_AGAIN))
		return fv_linkproc_timeout_ms(proc) > 0 ? FV_AGAIN : FV_EIO;
	return FV_EIO;
}

void
fv_linkproc_stop(struct fv_linkproc *proc)
{
	int status;

	if (proc->fd >= 0)
		close(proc->fd);
	if (proc->pid > 0) {
		kill(proc->pid, SIGKILL);
		while (waitpid(proc->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	fv_buf_clear(&proc->out);
	fv_buf_clear(&proc->in);
	*proc = (struct fv_linkproc)FV_LINKPROC_NONE;
}

enum fv_err
fv_linkproc_check(struct fv_buf *out)
{
	char option[] = "--check", piece[256];
	struct pollfd poll_fd = {.fd = -1, .events = POLLIN};
	int ends[2], status = 0;
	enum fv_err rc;
	ssize_t n = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return FV_EIO;
	rc = spawn(&pid, ends[1], option);
	close(ends[1]);
	poll_fd.fd = ends[0];
	while (rc == FV_OK && poll(&poll_fd, 1, CHECK_MS) > 0 &&
	    (n = read(ends[0], piece, sizeof piece)) > 0)
		fv_buf_put(out, piece, (size_t)n);
	close(ends[0]);
	if (rc != FV_OK)
		return rc;
	if (n != 0)
		kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return FV_EIO;
	return fv_buf_status(out);
}
