/* fieldvisit-link: carries one sealed request to the server and its answer back.  It has
 * no keys, sees no plaintext and opens no file of the handheld's (PROTOCOL.md C6). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware-app/link/guard.h"
#include "firmware-app/link/post.h"

#define CHANNEL_FD 3
#define TOTAL_MS_MAX 600000U

#define EXIT_BAD_USE 2
#define EXIT_BAD_CALL 65 /* the request is malformed */
#define EXIT_SYSTEM 71

static uint32_t
load(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
store(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static int
read_all(uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t n = read(CHANNEL_FD, out, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		out += n;
		len -= (size_t)n;
	}
	return 1;
}

static int
write_all(const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(CHANNEL_FD, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		bytes += n;
		len -= (size_t)n;
	}
	return 1;
}

/* Everything that was asked: url and body in one block.  NULL: no request came. */
static uint8_t *
read_request(struct fv_post *post)
{
	uint8_t head[FV_LINK_REQUEST_HEAD_BYTES], *bytes = NULL;
	uint32_t url_len, body_len;

	if (!read_all(head, sizeof head))
		return NULL;
	url_len = load(head);
	body_len = load(head + 4);
	post->total_ms = load(head + 8);
	if (url_len == 0 || url_len > FV_LINK_URL_MAX || body_len > FV_LINK_BODY_MAX ||
	    post->total_ms == 0 || post->total_ms > TOTAL_MS_MAX)
		return NULL;
	if ((bytes = malloc((size_t)url_len + 1 + body_len + 1)) == NULL)
		return NULL;
	if (!read_all(bytes, url_len) || !read_all(bytes + url_len + 1, body_len)) {
		free(bytes);
		return NULL;
	}
	bytes[url_len] = '\0';
	post->url = (const char *)bytes;
	post->body = bytes + url_len + 1;
	post->body_len = body_len;
	return bytes;
}

static int
write_answer(const struct fv_post_result *result, unsigned guards)
{
	int is_answered = result->outcome == FV_LINK_ANSWERED;
	size_t len = is_answered ? result->body_len : strlen(result->reason);
	uint8_t head[FV_LINK_ANSWER_HEAD_BYTES];

	store(head, result->outcome);
	store(head + 4, result->status);
	store(head + 8, result->retry_after_s);
	store(head + 12, result->up_bytes);
	store(head + 16, result->down_bytes);
	store(head + 20, guards);
	store(head + 24, (uint32_t)len);
	return write_all(head, sizeof head) &&
	    write_all(is_answered ? result->body : (const uint8_t *)result->reason, len);
}

static int
carry(void)
{
	struct fv_post post = {.watch_fd = CHANNEL_FD};
	struct fv_post_result result = {.body = NULL};
	uint8_t *request = NULL;
	unsigned guards;
	int code = EXIT_SYSTEM;

	fv_guard_close_others(CHANNEL_FD);
	if (!fv_post_init())
		goto cleanup;
	guards = fv_guard_raise();
	code = EXIT_BAD_CALL;
	if ((request = read_request(&post)) == NULL)
		goto cleanup;
	alarm(post.total_ms / 1000 + 30); /* whatever the libraries do */
	fv_post_run(&post, &result);
	code = write_answer(&result, guards) ? 0 : EXIT_SYSTEM;
cleanup:
	free(result.body);
	free(request);
	return code;
}

static int
say(const char *what, int is_so)
{
	printf("%s: %s\n", what, is_so ? "yes" : "no");
	return is_so;
}

/* Raise the guards and try what must fail then.  Runs in a child whose output is a pipe:
 * behind the guards nothing can be written to a file. */
static int
try_guards(void)
{
	char *const argv[] = {(char *)(uintptr_t) "/bin/true", NULL};
	unsigned guards = fv_guard_raise();
	int is_good = 1, fd;

	say("no new privileges", (guards & FV_LINK_GUARD_NO_NEW_PRIVS) != 0);
	say("limits", (guards & FV_LINK_GUARD_LIMITS) != 0);
	say("landlock", (guards & FV_LINK_GUARD_LANDLOCK) != 0);
	say("seccomp", (guards & FV_LINK_GUARD_SECCOMP) != 0);
	if ((guards & FV_LINK_GUARD_LANDLOCK) != 0) {
		fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		is_good &= say("cannot read here", fd < 0);
		fd = open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC);
		is_good &= say("can read how names are found", fd >= 0 || errno == ENOENT);
	}
	if ((guards & FV_LINK_GUARD_SECCOMP) != 0) {
		fd = open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
		is_good &= say("cannot write a file", fd < 0);
		execv(argv[0], argv);
		is_good &= say("cannot run a program", errno == EPERM);
	}
	fflush(stdout);
	return is_good ? 0 : 1;
}

/* Show what this kernel grants. */
static int
check(void)
{
	char piece[256];
	int ends[2], status = 0;
	ssize_t n;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		return EXIT_SYSTEM;
	if (child == 0) {
		if (dup2(ends[1], STDOUT_FILENO) < 0)
			_exit(EXIT_SYSTEM);
		close(ends[0]);
		close(ends[1]);
		_exit(try_guards());
	}
	close(ends[1]);
	while ((n = read(ends[0], piece, sizeof piece)) > 0)
		fwrite(piece, 1, (size_t)n, stdout);
	close(ends[0]);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || fflush(stdout) != 0)
		return EXIT_SYSTEM;
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	struct stat st;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "--check") == 0)
		return check();
	if (argc != 1 || fstat(CHANNEL_FD, &st) != 0 || !S_ISSOCK(st.st_mode)) {
		fputs("fieldvisit-link: started by fieldvisit, for one sync; "
		      "'fieldvisit-link --check' shows its guards\n",
		    stderr);
		return EXIT_BAD_USE;
	}
	return carry();
}
