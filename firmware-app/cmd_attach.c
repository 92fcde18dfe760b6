#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/attaching.h"
#include "firmware-app/typed.h"
#include "fv/attachment.h"

static bool
is_stdin(const struct fv_call *call)
{
	return strcmp(call->args.operands[0], "-") == 0;
}

/* The reason in words, where it is to come so; a picture of a home without a consent asks
 * whoever sits at a terminal. */
static bool
read_reason(struct fv_call *call, struct fv_reply *reply)
{
	const char *reason = fv_args_value(&call->args, "reason");
	const char *kind = fv_args_value(&call->args, "kind");
	char line[512];

	if (reason != NULL && strcmp(reason, "-") == 0) {
		if (!is_stdin(call))
			return fv_typed_text(FV_NOTE_PLAIN_MAX, &call->inputs[0], reply);
		fv_reply_fail(reply, FV_FAIL_USAGE, "attach",
		    _("standard input is the file or the reason, not both"));
		return false;
	}
	if (kind == NULL || reason != NULL || fv_args_has(&call->args, "consent") ||
	    fv_code_find(FV_CODES_ATTACHMENT_KIND, fv_span_z(kind)) != FV_ATTACHMENT_HOME ||
	    call->want_json || isatty(STDIN_FILENO) == 0)
		return true;
	fprintf(stderr, "%s ",
	    _("no consent is named. Why (asked, evidence, safety, other, or in your words)?"));
	if (fgets(line, sizeof line, stdin) != NULL)
		fv_buf_put(&call->inputs[0], line, strcspn(line, "\n"));
	fv_wipe(line, sizeof line);
	return true;
}

/* After the answer, at the terminal's side: the plain file goes, unless it is to stay. */
static void
finish(struct fv_call *call, struct fv_reply *reply)
{
	const char *path = call->args.operands[0];
	const struct stat *was = &call->fd_stat;
	struct fv_json json = {.out = &reply->out, .depth = 1, .has_member = {true}};
	struct stat now, there;
	const char *why = NULL;
	bool is_removed;

	if (is_stdin(call) || fv_args_has(&call->args, "keep"))
		why = _("the plain file stays where it is");
	else if (fstat(call->fd, &now) != 0 || now.st_size != was->st_size ||
	    memcmp(&now.st_mtim, &was->st_mtim, sizeof now.st_mtim) != 0 ||
	    memcmp(&now.st_ctim, &was->st_ctim, sizeof now.st_ctim) != 0)
		why =
		    _("it changed while it was read: the plain file stays; attach it again if "
		      "it was not whole");
	else if (lstat(path, &there) != 0 || there.st_ino != now.st_ino ||
	    there.st_dev != now.st_dev)
		why = _("the name is a link or another file now: the plain file stays");
	else if (now.st_nlink > 1)
		why = _("it has other names too: the plain file stays; remove each of them");
	else if (unlink(path) != 0)
		why = _("the plain file could not be removed: remove it yourself");
	is_removed = why == NULL;
	if (is_removed)
		why =
		    _("the plain file is removed; flash memory keeps old blocks for a while");
	fv_reply_line(reply, "%s", why);
	/* Go on with the object that the answer holds. */
	if (!reply->want_json || reply->out.len < 2)
		return;
	reply->out.len -= 2;
	fv_json_bool(&json, "removed", is_removed);
	fv_json_end_object(&json);
}

int
fv_prepare_attach(struct fv_call *call, struct fv_reply *reply)
{
	const char *path = call->args.operands[0];

	call->fd = STDIN_FILENO;
	if (!is_stdin(call)) {
		call->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (call->fd < 0)
			return fv_reply_fail(reply, FV_FAIL_NO_FILE, path,
			    _("%s; name a file that can be read"), strerror(errno));
		call->owns_fd = true;
	} else if (isatty(STDIN_FILENO) != 0) {
		return fv_reply_fail(reply, FV_FAIL_USAGE, "attach",
		    _("'-' takes a file from a pipe, not from the keyboard"));
	}
	call->has_fd = true;
	if (fstat(call->fd, &call->fd_stat) != 0 ||
	    (!is_stdin(call) && !S_ISREG(call->fd_stat.st_mode)))
		return fv_reply_fail(
		    reply, FV_FAIL_NO_FILE, path, _("is no file; name another"));
	call->finish = finish;
	return read_reason(call, reply) ? FV_EXIT_OK : reply->exit;
}

int
fv_cmd_attach(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_attaching *a;

	if (app->attaching != NULL)
		return fv_reply_fail(reply, FV_FAIL_BUSY, "attach",
		    _("another file is being taken in; try again when it is done"));
	if (!fv_app_journal(app, reply) || (a = fv_attaching_new(app, call, reply)) == NULL)
		return reply->exit;
	if (app->is_agent) {
		app->attaching = a;
		reply->is_pending = true;
		return FV_EXIT_OK;
	}
	while (!fv_attaching_step(a)) {
		struct pollfd p = {.fd = fv_attaching_fd(a), .events = POLLIN};

		(void)poll(&p, 1, -1);
	}
	fv_attaching_tell(a, reply);
	fv_attaching_free(a);
	return reply->exit;
}
