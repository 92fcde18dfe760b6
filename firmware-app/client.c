#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "firmware-app/app.h"
#include "firmware-app/frame.h"
#include "fv/cbor.h"

enum fv_err
fv_frame_put_call(struct fv_buf *out, const struct fv_call *call)
{
	struct fv_buf body = {0};
	enum fv_err rc;

	fv_cbor_put_array(&body, FV_FRAME_CALL_ELEMENTS);
	fv_cbor_put_uint(&body, FV_FRAME_CALL_VERSION);
	fv_cbor_put_text_z(&body, call->verb->name);
	fv_cbor_put_array(&body, call->word_count);
	for (size_t i = 0; i < call->word_count; i++)
		fv_cbor_put_bytes(&body, call->words[i], strlen(call->words[i]));
	fv_cbor_put_bool(&body, call->want_json);
	for (size_t i = 0; i < FV_CALL_INPUTS; i++)
		fv_cbor_put_bytes(&body, call->inputs[i].ptr, call->inputs[i].len);
	fv_cbor_put_bytes(&body, call->language.ptr, call->language.len);
	if ((rc = fv_buf_status(&body)) == FV_OK && body.len > FV_FRAME_CALL_MAX)
		rc = FV_ETOOBIG;
	if (rc == FV_OK) {
		fv_buf_put_u32be(out, (uint32_t)body.len);
		fv_buf_put_span(out, fv_buf_span(&body));
		rc = fv_buf_status(out);
	}
	fv_buf_clear(&body);
	return rc;
}

enum fv_err
fv_frame_parse_head(const uint8_t head[FV_FRAME_ANSWER_HEAD_BYTES], int *exit_out,
    size_t *out_len_out, size_t *err_len_out)
{
	uint32_t code = fv_load_u32be(head);

	*out_len_out = fv_load_u32be(head + 4);
	*err_len_out = fv_load_u32be(head + 8);
	*exit_out = (int)(code & 0xff);
	if (code > 255 || *out_len_out > FV_FRAME_ANSWER_MAX ||
	    *err_len_out > FV_FRAME_ANSWER_MAX)
		return FV_ETOOBIG;
	return FV_OK;
}

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

/* As send(), with a descriptor beside the bytes. */
static ssize_t
send_with(int fd, struct fv_span bytes, int passed)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {(void *)(uintptr_t)bytes.ptr, bytes.len};
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof control};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof passed);
	memcpy(CMSG_DATA(head), &passed, sizeof passed);
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static bool
send_all(int fd, struct fv_span bytes, const struct fv_call *call)
{
	bool is_passed = !call->has_fd;

	while (bytes.len > 0) {
		ssize_t n = is_passed ? send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL)
				      : send_with(fd, bytes, call->fd);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		is_passed = true;
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

	if (fv_frame_put_call(&frame, call) != FV_OK ||
	    !send_all(fd, fv_buf_span(&frame), call))
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
