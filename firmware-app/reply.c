#include "firmware-app/reply.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024U /* bytes of a sentence, and of what it is about */

struct fail_row {
	const char *id;
	int exit;
};

static const struct fail_row fails[FV_FAIL_COUNT] = {
    [FV_FAIL_USAGE] = {"usage", FV_EXIT_USAGE},
    [FV_FAIL_NO_VISIT] = {"no-visit", FV_EXIT_NO},
    [FV_FAIL_VISIT_OPEN] = {"visit-open", FV_EXIT_NO},
    [FV_FAIL_ON_SHIFT] = {"on-shift", FV_EXIT_NO},
    [FV_FAIL_OFF_SHIFT] = {"off-shift", FV_EXIT_NO},
    [FV_FAIL_NO_CASE] = {"no-case", FV_EXIT_NOINPUT},
    [FV_FAIL_NO_FILE] = {"no-file", FV_EXIT_NOINPUT},
    [FV_FAIL_EMPTY_NOTE] = {"empty-note", FV_EXIT_DATA},
    [FV_FAIL_BAD_INPUT] = {"bad-input", FV_EXIT_DATA},
    [FV_FAIL_BAD_TICKET] = {"bad-ticket", FV_EXIT_DATA},
    [FV_FAIL_TICKET_EXPIRED] = {"ticket-expired", FV_EXIT_DENIED},
    [FV_FAIL_TICKET_SPENT] = {"ticket-spent", FV_EXIT_DENIED},
    [FV_FAIL_SERVER_DOWN] = {"server-down", FV_EXIT_UNAVAILABLE},
    [FV_FAIL_SERVER_BUSY] = {"server-busy", FV_EXIT_RETRY},
    [FV_FAIL_NOT_OUR_SERVER] = {"not-our-server", FV_EXIT_PROTOCOL},
    [FV_FAIL_UNKNOWN_DEVICE] = {"unknown-device", FV_EXIT_DENIED},
    [FV_FAIL_LOG_REWRITTEN] = {"log-rewritten", FV_EXIT_PROTOCOL},
    [FV_FAIL_NO_LINK] = {"no-link", FV_EXIT_OS},
    [FV_FAIL_NO_PIN] = {"no-pin", FV_EXIT_DENIED},
    [FV_FAIL_WRONG_PIN] = {"wrong-pin", FV_EXIT_DENIED},
    [FV_FAIL_PIN_DELAY] = {"pin-delay", FV_EXIT_RETRY},
    [FV_FAIL_LOCKED] = {"locked", FV_EXIT_DENIED},
    [FV_FAIL_WIPED] = {"wiped", FV_EXIT_DENIED},
    [FV_FAIL_REVOKED] = {"revoked", FV_EXIT_DENIED},
    [FV_FAIL_NOT_ENROLLED] = {"not-enrolled", FV_EXIT_CONFIG},
    [FV_FAIL_ENROLLED] = {"enrolled", FV_EXIT_NO},
    [FV_FAIL_NO_READER] = {"no-reader", FV_EXIT_CONFIG},
    [FV_FAIL_NO_AGENT] = {"no-agent", FV_EXIT_UNAVAILABLE},
    [FV_FAIL_AGENT_RUNS] = {"agent-runs", FV_EXIT_NO},
    [FV_FAIL_BUSY] = {"busy", FV_EXIT_RETRY},
    [FV_FAIL_DISK_FULL] = {"disk-full", FV_EXIT_IO},
    [FV_FAIL_DAMAGED] = {"damaged", FV_EXIT_IO},
    [FV_FAIL_NEWER] = {"newer", FV_EXIT_CONFIG},
    [FV_FAIL_IO] = {"io", FV_EXIT_IO},
    [FV_FAIL_MEMORY] = {"memory", FV_EXIT_OS},
    [FV_FAIL_NOT_VERIFIED] = {"not-verified", FV_EXIT_NO},
    [FV_FAIL_NO_OFFICER] = {"no-officer", FV_EXIT_DENIED},
    [FV_FAIL_NOT_TODAY] = {"not-today", FV_EXIT_DENIED},
    [FV_FAIL_INCOMPLETE] = {"incomplete", FV_EXIT_DATA},
    [FV_FAIL_TOO_LARGE] = {"too-large", FV_EXIT_DATA},
    [FV_FAIL_NOT_DEBTOR] = {"not-debtor", FV_EXIT_NO},
    [FV_FAIL_PRACTICE] = {"practice", FV_EXIT_NO},
    [FV_FAIL_DRAFTS] = {"drafts", FV_EXIT_NO},
};

const char *
fv_fail_id(enum fv_fail fail)
{
	return fails[fail].id;
}

int
fv_fail_exit(enum fv_fail fail)
{
	return fails[fail].exit;
}

void
fv_reply_init(struct fv_reply *reply, bool want_json)
{
	memset(reply, 0, sizeof *reply);
	reply->want_json = want_json;
	reply->json.out = want_json ? &reply->out : NULL;
}

void
fv_reply_clear(struct fv_reply *reply)
{
	fv_buf_clear(&reply->out);
	fv_buf_clear(&reply->err);
}

void
fv_reply_practice(struct fv_reply *reply)
{
	reply->is_practice = reply->json.is_practice = true;
}

static void
put_mark(const struct fv_reply *reply, struct fv_buf *out)
{
	if (reply->is_practice)
		fv_buf_put_z(out, "[" FV_REPLY_PRACTICE "] ");
}

bool
fv_reply_is_chinese(void)
{
	const char *wanted = getenv("LANGUAGE");

	if (wanted == NULL || *wanted == '\0')
		wanted = setlocale(LC_MESSAGES, NULL);
	return wanted != NULL && strncmp(wanted, "zh", 2) == 0;
}

static void put_formatted(struct fv_buf *out, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

static void
put_formatted(struct fv_buf *out, const char *fmt, va_list args)
{
	char text[TEXT_MAX];
	int len = vsnprintf(text, sizeof text, fmt, args);

	if (len > 0)
		fv_buf_put(
		    out, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
}

void
fv_reply_line(struct fv_reply *reply, const char *fmt, ...)
{
	va_list args;

	struct fv_buf text = {0};

	if (reply->want_json)
		return;
	va_start(args, fmt);
	put_formatted(&text, fmt, args);
	va_end(args);
	put_mark(reply, &reply->out);
	for (size_t i = 0; i < text.len; i++) {
		fv_buf_put_u8(&reply->out, text.ptr[i]);
		if (text.ptr[i] == '\n')
			put_mark(reply, &reply->out);
	}
	fv_buf_put_u8(&reply->out, '\n');
	fv_buf_clear(&text);
}

void
fv_reply_warn(struct fv_reply *reply, const char *fmt, ...)
{
	va_list args;

	fv_buf_put_z(&reply->err, "fieldvisit: ");
	put_mark(reply, &reply->err);
	va_start(args, fmt);
	put_formatted(&reply->err, fmt, args);
	va_end(args);
	fv_buf_put_u8(&reply->err, '\n');
}

/* A word that was typed may hold a line's end or a terminal's orders. */
static void
put_tame(struct fv_buf *out, struct fv_span text)
{
	for (size_t i = 0; i < text.len && i < TEXT_MAX; i++)
		fv_buf_put_u8(
		    out, text.ptr[i] < 0x20 || text.ptr[i] == 0x7f ? '?' : text.ptr[i]);
}

int
fv_reply_fail(
    struct fv_reply *reply, enum fv_fail fail, const char *object, const char *fmt, ...)
{
	struct fv_buf sentence = {0};
	va_list args;

	va_start(args, fmt);
	put_formatted(&sentence, fmt, args);
	va_end(args);
	fv_buf_put_z(&reply->err, "fieldvisit: ");
	put_mark(reply, &reply->err);
	put_tame(&reply->err, fv_span_z(object));
	fv_buf_put_z(&reply->err, ": ");
	put_tame(&reply->err, fv_buf_span(&sentence));
	fv_buf_put_u8(&reply->err, '\n');
	reply->exit = fails[fail].exit;
	if (reply->want_json) {
		fv_buf_reset(&reply->out);
		reply->json.depth = 0;
		fv_json_begin_object(&reply->json, NULL);
		fv_json_begin_object(&reply->json, "error");
		fv_json_text_z(&reply->json, "id", fails[fail].id);
		fv_json_int(&reply->json, "exit", reply->exit);
		fv_json_text_z(&reply->json, "object", object);
		fv_json_text(&reply->json, "text", fv_buf_span(&sentence));
		fv_json_end_object(&reply->json);
		fv_json_end_object(&reply->json);
	}
	fv_buf_clear(&sentence);
	return reply->exit;
}

int
fv_reply_fail_err(struct fv_reply *reply, const char *object, enum fv_err err)
{
	switch ((int)err) {
	case FV_EFULL:
		return fv_reply_fail(reply, FV_FAIL_DISK_FULL, object,
		    _("the disk is full and nothing was recorded; free some space and repeat "
		      "the command"));
	case FV_ECORRUPT:
		return fv_reply_fail(reply, FV_FAIL_DAMAGED, object,
		    _("the stored data is damaged or is not this handheld's; keep the folder "
		      "as "
		      "it is, tell the desk, and enrol into a new folder"));
	case FV_EVERSION:
		return fv_reply_fail(reply, FV_FAIL_NEWER, object,
		    _("a newer fieldvisit made it; install that version or newer"));
	case FV_EBUSY:
		return fv_reply_fail(reply, FV_FAIL_BUSY, object,
		    _("another fieldvisit is using it; try again in a moment"));
	case FV_ENOMEM:
		return fv_reply_fail(
		    reply, FV_FAIL_MEMORY, object, _("out of memory; close other programs"));
	case FV_ESTATE:
	case FV_ERANGE:
		return fv_reply_fail(reply, FV_FAIL_BAD_INPUT, object, "%s (%s)",
		    _(fv_err_text(err)), fv_err_name(err));
	default:
		return fv_reply_fail(reply, FV_FAIL_IO, object,
		    _("the disk failed (%s); nothing more is recorded until it works: check "
		      "the "
		      "storage and repeat the command"),
		    fv_err_name(err));
	}
}
