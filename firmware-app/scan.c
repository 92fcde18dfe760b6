#include "firmware-app/scan.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware-app/child.h"
#include "firmware-app/typed.h"
#include "fv/ticket.h"

static volatile pid_t looking; /* 0: nobody looks */

/* Neither Ctrl-C nor the end of its time leaves the camera running, and what it may have said
 * until then counts for nothing. */
static void
end(int signal_no)
{
	if (looking == 0)
		_exit(128 + signal_no);
	kill(looking, SIGKILL);
	looking = 0;
}

static bool
scan(struct fv_buf *out, struct fv_reply *reply)
{
	/* Without --nodbus it would tell the code to whoever listens on the system's bus. */
	static char name[] = "zbarcam", options[] = "-1q", raw[] = "--raw",
		    nodisplay[] = "--nodisplay", nodbus[] = "--nodbus";
	static char *const argv[] = {name, options, raw, nodisplay, nodbus, NULL};
	const char *why = _("install zbar-tools, or give the ticket as a file or '-'");
	pid_t pid;
	int fd;

	signal(SIGALRM, end);
	signal(SIGINT, end);
	signal(SIGTERM, end);
	if (fv_child_start(argv, &pid, &fd) == FV_OK) {
		looking = pid;
		fprintf(stderr, "%s\n", _("hold the ticket's QR code before the camera"));
		alarm(FV_SCAN_S);
		if (fv_typed_fd(fd, FV_TICKET_FILE_MAX, out) == FV_OK && out->len > 0 &&
		    looking != 0)
			why = NULL;
		else
			why = _("saw no ticket; give it as a file or '-'");
		alarm(0);
		looking = 0;
		fv_child_stop(pid, fd);
		if (out->len > 1 && out->ptr[out->len - 2] == '\n')
			out->len--; /* it adds one of its own */
	}
	if (why != NULL)
		fv_reply_fail(reply, FV_FAIL_NO_FILE, name, "%s", why);
	return why == NULL;
}

bool
fv_scan_ticket(struct fv_call *call, const char *ticket, struct fv_reply *reply)
{
	const char *pin_file = fv_args_value(&call->args, "pin-file");
	const bool is_qr = fv_args_has(&call->args, "qr");

	if (is_qr ? ticket != NULL : ticket == NULL && call->args.operand_count == 0)
		fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
		    _("usage: fieldvisit %s %s"), call->verb->name, call->verb->synopsis);
	else if (is_qr)
		return scan(&call->inputs[0], reply);
	else if (ticket == NULL)
		return true;
	else if (pin_file != NULL && strcmp(ticket, "-") == 0 && strcmp(pin_file, "-") == 0)
		fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
		    _("ticket and PIN cannot both come from standard input"));
	else
		return fv_typed_file(ticket, FV_TICKET_FILE_MAX, &call->inputs[0], reply);
	return false;
}
