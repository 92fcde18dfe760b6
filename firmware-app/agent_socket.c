#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "firmware-app/agent.h"
#include "firmware-app/frame.h"
#include "firmware-app/settings_kept.h"

static enum fv_err
put_address(const struct fv_agent *agent, struct sockaddr_un *addr)
{
	struct fv_buf path = {0};
	enum fv_err rc = FV_OK;

	memset(addr, 0, sizeof *addr);
	addr->sun_family = AF_UNIX;
	fv_buf_putf(&path, "%s/%s", agent->app.dir, FV_SOCKET_FILE);
	if (fv_buf_status(&path) != FV_OK)
		rc = FV_ENOMEM;
	else if (path.len >= sizeof addr->sun_path)
		rc = FV_ETOOBIG;
	else
		memcpy(addr->sun_path, path.ptr, path.len);
	fv_buf_clear(&path);
	return rc;
}

enum fv_err
fv_agent_open_socket(struct fv_agent *agent)
{
	struct sockaddr_un addr;
	mode_t mask;
	int fd, bound;
	enum fv_err rc;

	if ((rc = put_address(agent, &addr)) != FV_OK)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return FV_EIO;
	/* The lock is ours: a socket that lies there is of an agent that died. */
	unlink(addr.sun_path);
	mask = umask(0177);
	bound = bind(fd, (const struct sockaddr *)&addr, sizeof addr);
	umask(mask);
	if (bound != 0 || listen(fd, (int)FV_AGENT_CLIENTS_MAX) != 0) {
		close(fd);
		return FV_EIO;
	}
	agent->listen_fd = fd;
	return FV_OK;
}

static void
drop(struct fv_agent *agent, struct fv_agent_client *client)
{
	if (client->waits_for == FV_WAIT_ATTACH)
		fv_agent_drop_attach(agent);
	if (client->fd >= 0)
		close(client->fd);
	if (client->passed_fd >= 0)
		close(client->passed_fd);
	fv_buf_clear(&client->in);
	fv_buf_clear(&client->out);
	memset(client, 0, sizeof *client);
	client->fd = client->passed_fd = -1;
}

void
fv_agent_close_socket(struct fv_agent *agent)
{
	struct sockaddr_un addr;

	for (size_t i = 0; i < FV_AGENT_CLIENTS_MAX; i++)
		drop(agent, &agent->clients[i]);
	if (agent->listen_fd < 0)
		return;
	if (put_address(agent, &addr) == FV_OK)
		unlink(addr.sun_path);
	close(agent->listen_fd);
	agent->listen_fd = -1;
}

/* Only this user's own programs; the mode of the socket says so too. */
static bool
is_own(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof cred;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 &&
	    cred.uid == geteuid();
}

static void
accept_client(struct fv_agent *agent)
{
	int fd = accept4(agent->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	for (size_t i = 0; is_own(fd) && i < FV_AGENT_CLIENTS_MAX; i++) {
		if (agent->clients[i].fd < 0) {
			agent->clients[i].fd = fd;
			agent->clients[i].since_ms = fv_agent_now(agent);
			return;
		}
	}
	close(fd);
}

static void
run(struct fv_agent *agent, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_work was = agent->work;

	fv_settings_speak(&agent->app, FV_SETTING_UI_LANGUAGES);
	if (!fv_call_parse(call, reply))
		return;
	if ((call->verb->flags & FV_VERB_LOCAL) != 0) {
		fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
		    _("this verb does not run in the agent"));
		return;
	}
	reply->exit = call->verb->run(&agent->app, call, reply);
	if ((call->verb->flags & FV_VERB_WATCH) != 0)
		return;
	agent->busy_at_ms = fv_agent_now(agent);
	agent->command_at_ms = agent->busy_at_ms;
	if (fv_work_load(agent->app.store, &agent->work) != FV_OK)
		fputs("fieldvisit: trail.db: what is open could not be read\n", stderr);
	fv_agent_follow_visit(agent);
	if (agent->work.has_visit != was.has_visit) {
		fv_agent_wake(agent); /* a visit's turns want a fix of their own */
		fv_agent_judge_visit(agent);
	}
	/* What was not to be kept leaves no gap behind, and what is kept begins now. */
	if (agent->work.tracks != was.tracks)
		memset(&agent->track, 0, sizeof agent->track);
	if (agent->app.is_shift_changed || agent->work.tracks != was.tracks) {
		agent->app.is_shift_changed = false;
		fv_agent_follow_shift(agent);
	}
}

/* The call is whole: run it and queue the answer. */
static void
handle(struct fv_agent *agent, struct fv_agent_client *client, struct fv_span bytes)
{
	struct fv_buf words = {0};
	struct fv_call call;
	struct fv_reply reply;
	enum fv_err rc;

	rc = fv_frame_parse_call(bytes, &words, &call);
	fv_reply_init(&reply, rc == FV_OK && call.want_json);
	if (agent->app.is_practice)
		fv_reply_practice(&reply);
	call.dir = agent->app.dir;
	call.has_fd = client->passed_fd >= 0;
	call.fd = client->passed_fd;
	client->want_json = call.want_json;
	fv_words_choose(call.language);
	if (rc == FV_OK)
		run(agent, &call, &reply);
	else
		fv_reply_fail(&reply, FV_FAIL_USAGE, _("call"),
		    _("the agent does not understand it (%s); restart the agent after an "
		      "upgrade"),
		    fv_err_name(rc));
	if (reply.is_pending) {
		client->waits_for =
		    call.verb->run == fv_cmd_attach ? FV_WAIT_ATTACH : FV_WAIT_SYNC;
		snprintf(client->language, sizeof client->language, "%s", fv_words_language());
	} else {
		fv_frame_put_answer(&client->out, &reply);
		if (fv_buf_status(&client->out) != FV_OK)
			drop(agent, client);
	}
	fv_call_clear(&call);
	fv_reply_clear(&reply);
	fv_buf_clear(&words);
}

/* As recv(), and takes the descriptor that comes with it; of several the last. */
static ssize_t
receive_some(struct fv_agent_client *client, uint8_t *out, size_t len)
{
	/* Two ints have room where one has, by alignment; more are closed by the kernel. */
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {out, len};
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof control};
	ssize_t n = recvmsg(client->fd, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *head = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return n;
	for (size_t at = CMSG_LEN(0); at + sizeof(int) <= head->cmsg_len; at += sizeof(int)) {
		if (client->passed_fd >= 0)
			close(client->passed_fd);
		memcpy(&client->passed_fd, (const char *)head + at, sizeof client->passed_fd);
	}
	return n;
}

static void
receive(struct fv_agent *agent, struct fv_agent_client *client)
{
	uint8_t piece[4096];
	ssize_t n = receive_some(client, piece, sizeof piece);
	uint32_t len;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || client->waits_for != FV_WAIT_NOTHING || client->out.len > 0) {
		drop(agent, client); /* gone, or more than one call */
		return;
	}
	fv_buf_put(&client->in, piece, (size_t)n);
	fv_wipe(piece, sizeof piece);
	client->since_ms = fv_agent_now(agent);
	if (fv_buf_status(&client->in) != FV_OK) {
		drop(agent, client);
		return;
	}
	if (client->in.len < FV_FRAME_HEAD_BYTES)
		return;
	len = fv_load_u32be(client->in.ptr);
	if (len > FV_FRAME_CALL_MAX || client->in.len > len + FV_FRAME_HEAD_BYTES)
		drop(agent, client);
	else if (client->in.len == len + FV_FRAME_HEAD_BYTES)
		handle(agent, client, fv_span_of(client->in.ptr + FV_FRAME_HEAD_BYTES, len));
}

static void
transmit(struct fv_agent *agent, struct fv_agent_client *client)
{
	ssize_t n = send(client->fd, client->out.ptr + client->sent,
	    client->out.len - client->sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		client->sent += (size_t)n;
		client->since_ms = fv_agent_now(agent);
	}
	if (n <= 0 || client->sent == client->out.len)
		drop(agent, client);
}

size_t
fv_agent_poll_clients(const struct fv_agent *agent, struct pollfd *fds)
{
	size_t count = 0;

	fds[count++] = (struct pollfd){agent->listen_fd, POLLIN, 0};
	for (size_t i = 0; i < FV_AGENT_CLIENTS_MAX; i++) {
		const struct fv_agent_client *c = &agent->clients[i];
		short events = c->out.len > 0 ? POLLOUT : POLLIN;

		fds[count++] = (struct pollfd){c->fd, events, 0};
	}
	return count;
}

void
fv_agent_serve(struct fv_agent *agent, const struct pollfd *fds, size_t count)
{
	int64_t now = fv_agent_now(agent);

	if (count == 0)
		return;
	for (size_t i = 1; i < count; i++) {
		struct fv_agent_client *client = &agent->clients[i - 1];

		if (client->fd < 0 || client->fd != fds[i].fd)
			continue;
		if ((fds[i].revents & POLLOUT) != 0 && client->out.len > 0)
			transmit(agent, client);
		else if ((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
			receive(agent, client);
		else if (client->waits_for == FV_WAIT_NOTHING &&
		    now - client->since_ms >= FV_AGENT_CLIENT_MS)
			drop(agent, client);
	}
	if ((fds[0].revents & POLLIN) != 0)
		accept_client(agent);
}

void
fv_agent_answer(struct fv_agent *agent, enum fv_agent_wait what,
    void (*fill)(struct fv_reply *reply, void *ctx), void *ctx)
{
	struct fv_reply reply;

	for (size_t i = 0; i < FV_AGENT_CLIENTS_MAX; i++) {
		struct fv_agent_client *client = &agent->clients[i];

		if (client->fd < 0 || client->waits_for != what)
			continue;
		fv_words_choose(fv_span_z(client->language));
		fv_reply_init(&reply, client->want_json);
		if (agent->app.is_practice)
			fv_reply_practice(&reply);
		fill(&reply, ctx);
		fv_frame_put_answer(&client->out, &reply);
		fv_reply_clear(&reply);
		client->waits_for = FV_WAIT_NOTHING;
		client->since_ms = fv_agent_now(agent);
	}
}
