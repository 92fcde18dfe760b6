#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "firmware-app/app.h"
#include "firmware-app/frame.h"

int
fv_client_connect(const char *dir)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct fv_buf path = {0};
	int fd = -1;

	fv_buf_putf(&path, "%s/%s", dir, FV_SOCKET_FILE);
	if (fv_buf_z(&path) == NULL || path.len >= sizeof addr.sun_path)
		goto cleanup;
	memcpy(addr.sun_path, path.ptr, path.len);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		goto cleanup;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof addr) != 0) {
		close(fd);
		fd = -1;
	}
cleanup:
	fv_buf_clear(&path);
	return fd;
}

static bool
send_all(int fd, struct fv_span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	return true;
}

static bool
receive(int fd, uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(fd, out, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		out += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
receive_into(int fd, struct fv_buf *out, size_t len)
{
	uint8_t piece[4096];

	while (len > 0) {
		size_t n = len < sizeof piece ? len : sizeof piece;

		if (!receive(fd, piece, n))
			return false;
		fv_buf_put(out, piece, n);
		len -= n;
	}
	return fv_buf_status(out) == FV_OK;
}

bool
fv_client_call(int fd, const struct fv_call *call, struct fv_reply *reply)
{
	uint8_t head[FV_FRAME_ANSWER_HEAD_BYTES];
	struct fv_buf frame = {0};
	size_t out_len, err_len;
	bool is_done = false;

	if (fv_frame_put_call(&frame, call) != FV_OK || !send_all(fd, fv_buf_span(&frame)))
		goto cleanup;
	if (!receive(fd, head, sizeof head) ||
	    fv_frame_parse_head(head, &reply->exit, &out_len, &err_len) != FV_OK)
		goto cleanup;
	is_done =
	    receive_into(fd, &reply->out, out_len) && receive_into(fd, &reply->err, err_len);
cleanup:
	fv_buf_clear(&frame);
	return is_done;
}
