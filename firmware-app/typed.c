#include "firmware-app/typed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "firmware-app/frame.h"
#include "fv/crypto.h"

enum fv_err
fv_typed_fd(int fd, size_t max, struct fv_buf *out)
{
	uint8_t piece[4096];
	enum fv_err rc = FV_OK;

	for (;;) {
		ssize_t n = read(fd, piece, sizeof piece);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = FV_EIO;
		if (n <= 0)
			break;
		fv_buf_put(out, piece, (size_t)n);
		if (out->len > max) {
			rc = FV_ETOOBIG;
			break;
		}
	}
	fv_wipe(piece, sizeof piece);
	return rc == FV_OK ? fv_buf_status(out) : rc;
}

bool
fv_typed_file(const char *path, size_t max, struct fv_buf *out, struct fv_reply *reply)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	enum fv_err rc;

	if (fd < 0) {
		fv_reply_fail(reply, FV_FAIL_NO_FILE, path,
		    _("%s; name a file that can be read"), strerror(errno));
		return false;
	}
	rc = fv_typed_fd(fd, max, out);
	if (!is_stdin)
		close(fd);
	if (rc == FV_ETOOBIG)
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, is_stdin ? _("standard input") : path,
		    _("over %zu bytes; nothing was taken"), max);
	else if (rc != FV_OK)
		fv_reply_fail(reply, FV_FAIL_NO_FILE, is_stdin ? _("standard input") : path,
		    _("cannot be read; name another file"));
	return rc == FV_OK;
}

/* One line from the terminal without echo, without its newline. */
static bool
ask(int tty, const char *prompt, struct fv_buf *out)
{
	struct termios before, silent;
	bool is_good = false;
	char c;

	if (tcgetattr(tty, &before) != 0)
		return false;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0)
		return false;
	is_good = write(tty, prompt, strlen(prompt)) == (ssize_t)strlen(prompt);
	while (is_good && read(tty, &c, 1) == 1 && c != '\n') {
		fv_buf_put(out, &c, 1);
		is_good = out->len <= FV_PIN_MAX;
	}
	if (write(tty, "\n", 1) != 1)
		is_good = false;
	tcsetattr(tty, TCSAFLUSH, &before);
	return is_good && fv_buf_status(out) == FV_OK;
}

static bool
ask_pin(bool is_new, struct fv_buf *out, struct fv_reply *reply)
{
	struct fv_buf again = {0};
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	bool is_good;

	if (tty < 0) {
		fv_reply_fail(reply, FV_FAIL_USAGE, "PIN",
		    _("no terminal to ask on; give it with --pin-file FILE ('-': standard "
		      "input)"));
		return false;
	}
	is_good = ask(tty, is_new ? _("new PIN: ") : _("PIN: "), out);
	if (is_good && is_new)
		is_good = ask(tty, _("the same again: "), &again) &&
		    fv_span_equal(fv_buf_span(out), fv_buf_span(&again));
	if (!is_good)
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "PIN",
		    is_new ? _("the two differ; try again")
			   : _("could not be read; try again"));
	close(tty);
	fv_buf_clear(&again);
	return is_good;
}

static bool
is_pin(struct fv_span pin)
{
	if (pin.len < FV_PIN_MIN || pin.len > FV_PIN_MAX)
		return false;
	for (size_t i = 0; i < pin.len; i++) {
		if (pin.ptr[i] < 0x21 || pin.ptr[i] == 0x7f)
			return false;
	}
	return true;
}

bool
fv_typed_pin(const char *pin_file, bool is_new, struct fv_buf *out, struct fv_reply *reply)
{
	const uint8_t *newline;

	if (pin_file == NULL) {
		if (!ask_pin(is_new, out, reply))
			return false;
	} else {
		if (!fv_typed_file(pin_file, 4096, out, reply))
			return false;
		newline = out->len > 0 ? memchr(out->ptr, '\n', out->len) : NULL;
		if (newline != NULL)
			out->len = (size_t)(newline - out->ptr);
	}
	if (is_pin(fv_buf_span(out)))
		return true;
	fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "PIN",
	    _("4 to 64 characters without spaces; try again"));
	return false;
}

int
fv_typed_reader(struct fv_call *call, bool is_reader, struct fv_reply *reply)
{
	const char *pin_file = fv_args_value(&call->args, "pin-file");
	int agent;

	if (pin_file == NULL && is_reader && isatty(STDIN_FILENO)) {
		if ((agent = fv_client_connect(call->dir)) >= 0) {
			close(agent);
			return FV_EXIT_OK;
		}
	} else if (pin_file == NULL) {
		return FV_EXIT_OK;
	}
	if (!fv_typed_pin(pin_file, false, &call->inputs[0], reply))
		return reply->exit;
	return FV_EXIT_OK;
}
