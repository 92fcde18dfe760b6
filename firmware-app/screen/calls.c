/*
 * Calls of verbs over the agent's socket, several under way, none ever waited for: each is
 * connected, sent and received as poll says.  Where no agent listens one is started, and
 * the call waits for it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware-app/app.h"
#include "firmware-app/frame.h"
#include "firmware-app/screen/ui.h"
#include "firmware-app/words.h"
#include "fv/crypto.h"

#define SHOWN_AFTER_MS 500
#define RETRY_MS 50 /* while nobody listens */
#define ANSWER_MAX (4U << 20)

void
fv_calls_drop(struct fv_ui_call *call)
{
	if (call->fd >= 0)
		close(call->fd);
	if (call->child > 0)
		waitpid(call->child, NULL, WNOHANG); /* it goes on, and init reaps it */
	fv_buf_clear(&call->out);
	fv_buf_clear(&call->in);
	memset(call, 0, sizeof *call);
	call->fd = -1;
}

/* The frame of the call, as the agent reads it. */
static enum fv_err
put_call(const struct fv_ask *ask, struct fv_buf *out)
{
	const struct fv_verb verb = {.name = ask->verb};
	struct fv_call call = {.verb = &verb, .want_json = true};
	enum fv_err rc;

	while (call.word_count < FV_ASK_WORDS && ask->words[call.word_count] != NULL) {
		call.words[call.word_count] = ask->words[call.word_count];
		call.word_count++;
	}
	for (size_t i = 0; i < 2; i++)
		fv_buf_put_span(&call.inputs[i], ask->inputs[i]);
	call.language = fv_span_z(fv_words_language());
	rc = fv_frame_put_call(out, &call);
	for (size_t i = 0; i < 2; i++)
		fv_buf_clear(&call.inputs[i]);
	return rc;
}

bool
fv_calls_begin(struct fv_ui *ui, const struct fv_ask *ask, unsigned owner)
{
	struct fv_ui_call *call = NULL;

	for (size_t i = 0; call == NULL && i < FV_CALLS_MAX; i++) {
		if (!ui->calls[i].is_used)
			call = &ui->calls[i];
	}
	if (call == NULL)
		return false;
	if (ask->is_program && (call->fd = fv_starter_run(ui, ask, &call->child)) < 0)
		return false;
	if (!ask->is_program && put_call(ask, &call->out) != FV_OK)
		return false;
	call->is_used = true;
	call->owner = owner;
	call->on = ask->on;
	call->tag = ask->tag;
	snprintf(call->what, sizeof call->what, "%s", ask->what != NULL ? ask->what : "");
	snprintf(call->verb, sizeof call->verb, "%s", ask->verb);
	call->since_ms = fv_mono_ms();
	call->until_ms = call->since_ms + (ask->wait_ms > 0 ? ask->wait_ms : FV_UI_WAIT_MS);
	return true;
}

/* Tell the owner that there is no answer. */
static void
fail(struct fv_ui *ui, struct fv_ui_call *call, const char *id, const char *text)
{
	const struct fv_answer answer = {.exit = FV_EXIT_UNAVAILABLE,
	    .has_failed = true,
	    .id = id,
	    .text = text,
	    .warnings = ""};
	struct fv_ui_call done = *call;

	*call = (struct fv_ui_call){.fd = -1};
	fv_ui_take_answer(ui, &done, &answer);
	fv_calls_drop(&done);
}

static void
no_agent(struct fv_ui *ui, struct fv_ui_call *call)
{
	const char *why;

	if (fv_starter_start(ui))
		fv_ui_say(ui, FV_STYLE_ASK, "%s",
		    _("no agent was running: one was started; it stays when this ends"));
	else if ((why = fv_starter_why(ui)) != NULL)
		fail(ui, call, "no-agent", why);
}

/* Connect without waiting.  False: not yet, or the call was failed. */
static bool
connect_call(struct fv_ui *ui, struct fv_ui_call *call)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int len =
	    snprintf(addr.sun_path, sizeof addr.sun_path, "%s/%s", ui->dir, FV_SOCKET_FILE);

	if (len < 0 || (size_t)len >= sizeof addr.sun_path) {
		fail(ui, call, "no-agent", _("the folder's name is too long for a socket"));
		return false;
	}
	call->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (call->fd < 0)
		return false;
	if (connect(call->fd, (const struct sockaddr *)&addr, sizeof addr) == 0)
		return true;
	close(call->fd);
	call->fd = -1;
	/* EAGAIN: it has a queue and does not take from it; that is no reason for another. */
	if (errno == ENOENT || errno == ECONNREFUSED)
		no_agent(ui, call);
	return false;
}

static void
transmit(struct fv_ui *ui, struct fv_ui_call *call)
{
	ssize_t n = send(
	    call->fd, call->out.ptr + call->sent, call->out.len - call->sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(ui, call, "no-agent",
		    _("the agent went away; status tells what was recorded"));
		return;
	}
	call->sent += (size_t)n;
	if (call->sent == call->out.len)
		fv_wipe(call->out.ptr, call->out.len);
}

/* The first remark of standard error without the program's name. */
static void
put_warnings(struct fv_buf *out, struct fv_span err)
{
	static const char name[] = "fieldvisit: ";
	bool is_line = true;

	for (size_t i = 0; i < err.len; i++) {
		if (is_line && err.len - i >= sizeof name - 1 &&
		    memcmp(err.ptr + i, name, sizeof name - 1) == 0)
			i += sizeof name - 1;
		is_line = err.ptr[i] == '\n';
		if (!is_line || i + 1 < err.len)
			fv_buf_put_u8(out, err.ptr[i]);
	}
}

/* The answer is whole. */
static void
take(struct fv_ui *ui, struct fv_ui_call *call, struct fv_span out, struct fv_span err,
    int code)
{
	struct fv_ui_call done = *call;
	struct fv_buf warnings = {0};
	struct fv_answer answer = {.exit = code, .id = "", .text = "", .warnings = ""};
	json_t *json = json_loadb((const char *)out.ptr, out.len, 0, NULL), *error,
	       *copy = NULL;

	*call = (struct fv_ui_call){.fd = -1};
	put_warnings(&warnings, err);
	if (fv_buf_z(&warnings) != NULL)
		answer.warnings = fv_buf_z(&warnings);
	error = json_object_get(json, "error");
	answer.json = json;
	answer.has_failed = json == NULL || error != NULL;
	if (answer.has_failed) {
		answer.json = NULL;
		answer.id = fv_json_str(error, "id");
		copy = json_sprintf(
		    "%s: %s", fv_json_str(error, "object"), fv_json_str(error, "text"));
		answer.text = error != NULL && copy != NULL ? json_string_value(copy)
		    : answer.warnings[0] != '\0'            ? answer.warnings
						 : _("the agent's answer cannot be read");
	}
	fv_ui_take_answer(ui, &done, &answer);
	json_decref(copy);
	json_decref(json);
	fv_buf_clear(&warnings);
	fv_calls_drop(&done);
}

/* What a verb's own process prints, until it has ended. */
static void
receive_output(struct fv_ui *ui, struct fv_ui_call *call)
{
	uint8_t piece[4096];
	ssize_t n = read(call->fd, piece, sizeof piece);
	int status = 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && call->in.len + (size_t)n <= ANSWER_MAX) {
		fv_buf_put(&call->in, piece, (size_t)n);
		return;
	}
	waitpid(call->child, &status, 0);
	call->child = 0;
	take(ui, call, fv_buf_span(&call->in), fv_span_z(""),
	    WIFEXITED(status) ? WEXITSTATUS(status) : FV_EXIT_INTERNAL);
}

static void
receive(struct fv_ui *ui, struct fv_ui_call *call)
{
	uint8_t piece[16384];
	ssize_t n = recv(call->fd, piece, sizeof piece, 0);
	size_t out_len, err_len;
	int code;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(ui, call, "no-agent",
		    _("the agent went away; status tells what was recorded"));
		return;
	}
	fv_buf_put(&call->in, piece, (size_t)n);
	fv_wipe(piece, (size_t)n);
	if (call->in.len < FV_FRAME_ANSWER_HEAD_BYTES)
		return;
	if (fv_buf_status(&call->in) != FV_OK ||
	    fv_frame_parse_head(call->in.ptr, &code, &out_len, &err_len) != FV_OK ||
	    out_len + err_len > ANSWER_MAX) {
		fail(ui, call, "no-agent", _("the agent's answer cannot be read"));
		return;
	}
	if (call->in.len < FV_FRAME_ANSWER_HEAD_BYTES + out_len + err_len)
		return;
	take(ui, call, fv_span_of(call->in.ptr + FV_FRAME_ANSWER_HEAD_BYTES, out_len),
	    fv_span_of(call->in.ptr + FV_FRAME_ANSWER_HEAD_BYTES + out_len, err_len), code);
}

size_t
fv_calls_poll(const struct fv_ui *ui, struct pollfd *fds)
{
	for (size_t i = 0; i < FV_CALLS_MAX; i++) {
		const struct fv_ui_call *c = &ui->calls[i];
		short events = c->sent < c->out.len ? POLLOUT : POLLIN;

		fds[i] = (struct pollfd){c->is_used ? c->fd : -1, events, 0};
	}
	return FV_CALLS_MAX;
}

void
fv_calls_serve(struct fv_ui *ui, const struct pollfd *fds, size_t count)
{
	int64_t now = fv_mono_ms();

	for (size_t i = 0; i < count; i++) {
		struct fv_ui_call *call = &ui->calls[i];

		if (!call->is_used)
			continue;
		if (now >= call->until_ms) {
			fail(ui, call, "timeout",
			    _("no answer in time; what was asked may still be done: status "
			      "tells"));
			continue;
		}
		if (call->fd < 0) {
			if (connect_call(ui, call))
				transmit(ui, call);
		} else if (call->fd == fds[i].fd && (fds[i].revents & POLLOUT) != 0) {
			transmit(ui, call);
		} else if (call->child > 0 && call->fd == fds[i].fd && fds[i].revents != 0) {
			receive_output(ui, call);
		} else if (call->fd == fds[i].fd && fds[i].revents != 0) {
			receive(ui, call);
		}
	}
}

const struct fv_ui_call *
fv_calls_shown(const struct fv_ui *ui)
{
	const struct fv_ui_call *shown = NULL;
	int64_t now = fv_mono_ms();

	for (size_t i = 0; i < FV_CALLS_MAX; i++) {
		const struct fv_ui_call *c = &ui->calls[i];

		if (c->is_used && c->what[0] != '\0' && now - c->since_ms >= SHOWN_AFTER_MS &&
		    (shown == NULL || c->since_ms < shown->since_ms))
			shown = c;
	}
	return shown;
}

void
fv_calls_give_up(struct fv_ui *ui)
{
	for (size_t i = 0; i < FV_CALLS_MAX; i++) {
		if (ui->calls[i].is_used && ui->calls[i].what[0] != '\0')
			fail(ui, &ui->calls[i], "given-up",
			    _("not waited for any longer; it may still be done: status "
			      "tells"));
	}
}

int
fv_calls_timeout_ms(const struct fv_ui *ui)
{
	int64_t now = fv_mono_ms(), next = -1, at;

	for (size_t i = 0; i < FV_CALLS_MAX; i++) {
		const struct fv_ui_call *c = &ui->calls[i];

		if (!c->is_used)
			continue;
		at = c->fd < 0 ? now + RETRY_MS : c->until_ms;
		if (c->what[0] != '\0') { /* the progress turns */
			int64_t turn = now - c->since_ms < SHOWN_AFTER_MS
			    ? c->since_ms + SHOWN_AFTER_MS
			    : now + 200;

			at = turn < at ? turn : at;
		}
		if (next < 0 || at < next)
			next = at;
	}
	if (next < 0)
		return -1;
	return next > now ? (int)(next - now) : 0;
}
