#include "firmware-app/again.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
set(struct fv_buf *input, struct fv_span text)
{
	fv_buf_clear(input);
	fv_buf_put_span(input, text);
}

void
fv_call_may_ask(struct fv_call *call)
{
	if (!call->want_json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		set(&call->inputs[0], fv_span_z(FV_AGAIN_TTY));
}

bool
fv_call_asked(const struct fv_call *call)
{
	return call->inputs[0].len > 0 &&
	    !fv_span_equal(fv_buf_span(&call->inputs[0]), fv_span_z(FV_AGAIN_TTY));
}

bool
fv_call_ask(const struct fv_call *call, const char *question, struct fv_reply *reply)
{
	if (!fv_span_equal(fv_buf_span(&call->inputs[0]), fv_span_z(FV_AGAIN_TTY)))
		return false;
	fv_buf_clear(&reply->err);
	fv_buf_putf(&reply->err, "%s%s%s", FV_AGAIN_TTY,
	    reply->is_practice ? "[" FV_REPLY_PRACTICE "] " : "", question);
	reply->exit = FV_EXIT_AGAIN;
	return true;
}

void
fv_reply_more(struct fv_reply *reply, struct fv_span cursor)
{
	fv_buf_clear(&reply->err);
	fv_buf_put_span(&reply->err, cursor);
	reply->exit = FV_EXIT_AGAIN;
}

struct fv_span
fv_call_cursor(const struct fv_call *call)
{
	return fv_buf_span(&call->inputs[1]);
}

bool
fv_reply_asks(const struct fv_reply *reply)
{
	return reply->err.len > 0 && reply->err.ptr[0] == (uint8_t)FV_AGAIN_TTY[0];
}

/* The person's answer: one of FV_AGAIN_*. */
static const char *
ask(const struct fv_reply *reply)
{
	char line[64];

	printf("%.*s ", (int)(reply->err.len - 1), (const char *)reply->err.ptr + 1);
	fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL)
		return FV_AGAIN_NONE;
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, "y") == 0 || strcmp(line, "yes") == 0 || strcmp(line, "是") == 0)
		return FV_AGAIN_YES;
	if (strcmp(line, "n") == 0 || strcmp(line, "no") == 0 || strcmp(line, "否") == 0)
		return FV_AGAIN_NO;
	return FV_AGAIN_NONE;
}

bool
fv_call_turn(struct fv_call *call, struct fv_reply *reply)
{
	bool is_written = reply->out.len == 0 ||
	    fwrite(reply->out.ptr, 1, reply->out.len, stdout) == reply->out.len;

	if (fv_reply_asks(reply))
		set(&call->inputs[0], fv_span_z(ask(reply)));
	else
		set(&call->inputs[1], fv_buf_span(&reply->err));
	fv_reply_clear(reply);
	fv_reply_init(reply, call->want_json);
	return is_written && fflush(stdout) == 0;
}
