#include "sync-server/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "sync-server/host.h"

#define ACCEPT_SECONDS 10
#define CALL_SECONDS 600

static bool
fill_address(const char *dir, struct sockaddr_un *address)
{
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	int len = snprintf(address->sun_path, sizeof address->sun_path, "%s/ctl", dir);

	return len > 0 && (size_t)len < sizeof address->sun_path;
}

enum fv_err
fv_control_listen(const char *dir, int *fd_out)
{
	struct sockaddr_un address;
	mode_t mask;
	int fd, bound;

	*fd_out = -1;
	if (!fill_address(dir, &address))
		return FV_ERANGE;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
		return FV_EIO;
	unlink(address.sun_path);
	mask = umask(0177);
	bound = bind(fd, (const struct sockaddr *)&address, sizeof address);
	umask(mask);
	if (bound != 0 || listen(fd, 8) != 0) {
		close(fd);
		return FV_EIO;
	}
	*fd_out = fd;
	return FV_OK;
}

static void
set_timeout(int fd, int seconds)
{
	const struct timeval tv = {.tv_sec = seconds};

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
}

static enum fv_err
read_full(int fd, uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t got = recv(fd, out, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return FV_EIO;
		out += got;
		len -= (size_t)got;
	}
	return FV_OK;
}

static enum fv_err
write_full(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = send(fd, bytes, len, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return FV_EIO;
		bytes += put;
		len -= (size_t)put;
	}
	return FV_OK;
}

static enum fv_err
receive(int fd, json_t **message_out)
{
	uint8_t head[4], *body = NULL;
	enum fv_err rc;
	size_t len;

	*message_out = NULL;
	if ((rc = read_full(fd, head, sizeof head)) != FV_OK)
		return rc;
	if ((len = fv_load_u32be(head)) > FV_HOST_REQUEST_MAX)
		return FV_ETOOBIG;
	if ((body = malloc(len + 1)) == NULL)
		return FV_ENOMEM;
	if ((rc = read_full(fd, body, len)) == FV_OK) {
		*message_out = json_loadb((const char *)body, len, 0, NULL);
		rc = *message_out != NULL ? FV_OK : FV_EFORMAT;
	}
	fv_wipe(body, len);
	free(body);
	return rc;
}

enum fv_err
fv_control_send(int fd, const json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	uint8_t head[4];
	enum fv_err rc = FV_ENOMEM;

	if (text != NULL) {
		size_t len = strlen(text);
		fv_store_u32be(head, (uint32_t)len);
		rc =
		    len > FV_HOST_REQUEST_MAX ? FV_ETOOBIG : write_full(fd, head, sizeof head);
		if (rc == FV_OK)
			rc = write_full(fd, (const uint8_t *)text, len);
		fv_wipe(text, len);
		free(text);
	}
	return rc;
}

enum fv_err
fv_control_accept(int listen_fd, int *connection_fd_out, json_t **request_out)
{
	struct ucred peer = {0};
	socklen_t peer_len = sizeof peer;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	enum fv_err rc;

	*connection_fd_out = -1;
	*request_out = NULL;
	if (fd < 0)
		return FV_EIO;
	rc = FV_EDENIED;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) == 0 &&
	    (peer.uid == geteuid() || peer.uid == 0)) {
		set_timeout(fd, ACCEPT_SECONDS);
		rc = receive(fd, request_out);
	}
	if (rc != FV_OK) {
		close(fd);
		return rc;
	}
	*connection_fd_out = fd;
	return FV_OK;
}

enum fv_err
fv_control_call(const char *dir, const json_t *request, json_t **answer_out)
{
	struct sockaddr_un address;
	enum fv_err rc;
	int fd;

	*answer_out = NULL;
	if (!fill_address(dir, &address))
		return FV_ERANGE;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return FV_EIO;
	set_timeout(fd, CALL_SECONDS);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		rc = FV_ENOENT;
	else if ((rc = fv_control_send(fd, request)) == FV_OK)
		rc = receive(fd, answer_out);
	close(fd);
	return rc;
}

static int
show(json_t *answer, bool as_json)
{
	const char *text = json_string_value(json_object_get(answer, "text"));
	const char *error = json_string_value(json_object_get(answer, "error"));
	int code = (int)json_integer_value(json_object_get(answer, "exit"));

	if (error != NULL)
		fprintf(stderr, "fieldvisitd: %s\n", error);
	if (as_json) {
		json_object_del(answer, "exit");
		if (error == NULL)
			json_object_del(answer, "error");
		json_object_del(answer, "text");
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (text != NULL) {
		fputs(text, stdout);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("fieldvisitd: standard output: cannot be written\n", stderr);
		return FV_EXIT_IO;
	}
	return code;
}

static int
exit_for(enum fv_err rc)
{
	if (rc == FV_ENOENT)
		return FV_EXIT_CONFIG;
	if (rc == FV_EDENIED)
		return FV_EXIT_NOPERM;
	return rc == FV_ENOMEM ? FV_EXIT_SOFTWARE : FV_EXIT_IO;
}

int
fv_host_show(json_t *answer, bool as_json)
{
	const int code = show(answer, as_json);

	json_decref(answer);
	return code;
}

int
fv_host_ask(const char *verb, json_t *request, json_t **answer_out)
{
	const char *dir = fv_host_dir();
	struct fv_host *host = NULL;
	int code = FV_EXIT_SOFTWARE;
	enum fv_err rc;

	*answer_out = NULL;
	if (request == NULL || json_object_set_new(request, "verb", json_string(verb)) != 0) {
		fputs("fieldvisitd: out of memory\n", stderr);
		goto cleanup;
	}
	rc = fv_host_open(dir, &host);
	if (rc == FV_OK) {
		*answer_out = fv_host_run(host, request);
	} else if (rc != FV_EBUSY) {
		code = exit_for(rc);
		goto cleanup;
	} else if (fv_control_call(dir, request, answer_out) != FV_OK) {
		fprintf(stderr,
		    "fieldvisitd: %s: another process holds the lock and does not answer on "
		    "its "
		    "control socket; try again when it has ended\n",
		    dir);
		code = FV_EXIT_TEMPFAIL;
		goto cleanup;
	}
	if (*answer_out != NULL)
		code = (int)json_integer_value(json_object_get(*answer_out, "exit"));
cleanup:
	json_decref(request);
	fv_host_close(host);
	return code;
}

int
fv_host_call(const char *verb, json_t *request, bool as_json)
{
	json_t *answer = NULL;
	int code = fv_host_ask(verb, request, &answer);

	return answer != NULL ? fv_host_show(answer, as_json) : code;
}
