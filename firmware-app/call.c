/* A parsed call, where its data is. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware-app/again.h"
#include "firmware-app/app.h"
#include "firmware-app/frame.h"
#include "firmware-app/settings_kept.h"

static void
nap(long ms)
{
	const struct timespec t = {0, ms * 1000000L};

	nanosleep(&t, NULL);
}

/* All pieces of an answer; a question ends it, so that nobody waits with the lock. */
static void
run_pieces(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	fv_settings_speak(app, FV_SETTING_UI_LANGUAGES);
	while ((reply->exit = call->verb->run(app, call, reply)) == FV_EXIT_AGAIN &&
	    !fv_reply_asks(reply)) {
		if (!fv_call_turn(call, reply)) {
			fv_reply_fail(
			    reply, FV_FAIL_IO, _("standard output"), "%s", strerror(errno));
			return;
		}
	}
}

/* Run the verb's half that needs the data, here, under the lock that is held. */
static int
run_here(struct fv_call *call, int lock_fd, struct fv_reply *reply)
{
	struct fv_app app;

	if (fv_app_open(&app, call->dir, lock_fd, reply)) {
		if (app.identity.state != FV_IDENTITY_ENROLLED &&
		    (call->verb->flags & FV_VERB_UNENROLLED) == 0)
			fv_reply_fail(reply, FV_FAIL_NOT_ENROLLED, call->dir,
			    _("this handheld is not enrolled; 'fieldvisit enroll FILE' with "
			      "the "
			      "ticket that your supervisor made"));
		else
			run_pieces(&app, call, reply);
	}
	fv_app_close(&app);
	return reply->exit;
}

int
fv_call_run(struct fv_call *call, struct fv_reply *reply)
{
	int fd, lock_fd;
	enum fv_err rc = FV_EBUSY;

	for (int waited_ms = 0; waited_ms < FV_LOCK_WAIT_MS; waited_ms += 10) {
		if ((fd = fv_client_connect(call->dir)) >= 0) {
			bool is_done = fv_client_call(fd, call, reply);

			close(fd);
			if (!is_done)
				return fv_reply_fail(reply, FV_FAIL_NO_AGENT, call->verb->name,
				    _("the agent went away before it answered; 'fieldvisit "
				      "status' "
				      "says what was recorded"));
			return reply->exit;
		}
		if ((rc = fv_app_take_lock(call->dir, &lock_fd)) == FV_OK)
			return run_here(call, lock_fd, reply);
		if (rc != FV_EBUSY)
			break;
		nap(10);
	}
	if (rc == FV_EBUSY)
		return fv_reply_fail_err(reply, FV_LOCK_FILE, rc);
	return fv_reply_fail(reply, FV_FAIL_IO, call->dir,
	    _("cannot make or use this folder (%s); name another with --dir"),
	    strerror(errno));
}
