#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "firmware-app/app.h"
#include "firmware-app/doctor.h"
#include "firmware-app/linkproc.h"
#include "firmware-app/store/store.h"

#define FREE_BROKEN_MIB 16U
#define FREE_FEW_MIB 128U
#define WAL_MAX_BYTES (INT64_C(64) << 20) /* folded in when idle; more says it was not */
#define SERVER_MS 20000
#define COLUMNS_MIN 40
#define ROWS_MIN 15

/* Bytes of the write-ahead log; 0: none. */
static int64_t
wal_bytes(const char *dir)
{
	struct fv_buf path = {0};
	struct stat st = {0};

	fv_buf_putf(&path, "%s/" FV_STORE_FILE "-wal", dir);
	if (fv_buf_z(&path) == NULL || stat(fv_buf_z(&path), &st) != 0)
		st.st_size = 0;
	fv_buf_clear(&path);
	return st.st_size;
}

static void
look_at_disk(struct fv_doctor *d)
{
	const json_t *error = json_object_get(d->status, "error");
	const char *id = json_string_value(json_object_get(error, "id"));
	const char *dir = d->call->dir;
	struct statvfs fs;
	uint64_t free_mib;

	if (statvfs(dir, &fs) != 0) {
		fv_doctor_say(d, N_("disk"), FV_HEALTH_ATTENTION, "fieldvisit enroll TICKET",
		    _("the folder %s is not there yet"), dir);
		return;
	}
	free_mib = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	if (id != NULL && strcmp(id, "busy") == 0)
		fv_doctor_say(d, N_("disk"), FV_HEALTH_BROKEN,
		    _("end the other fieldvisit, or wait for it"),
		    _("another fieldvisit holds the lock of %s"), dir);
	else if (free_mib < FREE_FEW_MIB)
		fv_doctor_say(d, N_("disk"),
		    free_mib < FREE_BROKEN_MIB ? FV_HEALTH_BROKEN : FV_HEALTH_ATTENTION,
		    _("free some space"), _("%" PRIu64 " MiB are free at %s"), free_mib, dir);
	else if (wal_bytes(dir) > WAL_MAX_BYTES)
		fv_doctor_say(d, N_("disk"), FV_HEALTH_ATTENTION,
		    "systemctl --user restart fieldvisit-agent",
		    _("the write-ahead log has %" PRId64 " MiB"), wal_bytes(dir) >> 20);
	else
		fv_doctor_say(d, N_("disk"), FV_HEALTH_OK, NULL,
		    _("%" PRIu64 " MiB are free at %s"), free_mib, dir);
}

static void
look_at_link(struct fv_doctor *d)
{
	struct fv_buf said = {0};
	enum fv_err rc = fv_linkproc_check(&said);
	const char *text = fv_buf_z(&said);

	if (rc == FV_ENOENT)
		fv_doctor_say(d, N_("link"), FV_HEALTH_BROKEN,
		    _("install fieldvisit-link beside fieldvisit"), "%s",
		    _("fieldvisit-link is not there: nothing can be sent"));
	else if (rc != FV_OK || text == NULL)
		fv_doctor_say(d, N_("link"), FV_HEALTH_BROKEN, "fieldvisit-link --check", "%s",
		    _("fieldvisit-link does not run, or a guard of it does not hold"));
	else if (strstr(text, ": no\n") != NULL)
		fv_doctor_say(d, N_("link"), FV_HEALTH_ATTENTION,
		    _("a kernel with Landlock and seccomp; fieldvisit-link --check names what "
		      "is missing"),
		    "%s", _("this kernel does not grant every guard"));
	else
		fv_doctor_say(d, N_("link"), FV_HEALTH_OK, NULL, "%s",
		    _("fieldvisit-link is there, and its guards hold"));
	fv_buf_clear(&said);
}

/* Ask for what no server answers but with a refusal that ours has.  FV_EIO: no answer. */
static enum fv_err
knock(struct fv_linkproc *proc, const char *url, struct fv_link_answer *answer)
{
	const struct fv_clock clock = fv_clock_system();
	const int64_t end_ms = clock.boottime_ms(clock.ctx) + SERVER_MS;
	struct fv_buf path = {0};
	enum fv_err rc;

	fv_buf_putf(&path, "%s/s/doctor", url);
	rc = fv_buf_z(&path) != NULL ? fv_linkproc_start(proc, fv_buf_z(&path), fv_span_z(""))
				     : FV_ENOMEM;
	fv_buf_clear(&path);
	if (rc != FV_OK)
		return FV_EIO;
	do {
		struct pollfd poll_fd = {proc->fd, fv_linkproc_events(proc), 0};

		(void)poll(&poll_fd, 1, 200);
		if ((rc = fv_linkproc_step(proc, answer)) != FV_AGAIN)
			return rc;
	} while (clock.boottime_ms(clock.ctx) < end_ms);
	return FV_EIO;
}

static void
look_at_server(struct fv_doctor *d)
{
	const char *url = json_string_value(json_object_get(d->status, "server"));
	struct fv_linkproc proc = FV_LINKPROC_NONE;
	struct fv_link_answer answer = {.outcome = FV_LINK_FAILED};
	enum fv_err rc;

	if (url == NULL) {
		const char *id, *text = fv_doctor_failure(d->status, &id);

		if (id != NULL && strcmp(id, "not-enrolled") != 0)
			fv_doctor_say(d, N_("server"), FV_HEALTH_ATTENTION, NULL, "%s", text);
		else
			fv_doctor_say(d, N_("server"), FV_HEALTH_ATTENTION,
			    "fieldvisit enroll TICKET", "%s",
			    _("none is known before enrolment"));
		return;
	}
	rc = knock(&proc, url, &answer);
	if (rc != FV_OK || answer.outcome != FV_LINK_ANSWERED)
		fv_doctor_say(d, N_("server"), FV_HEALTH_BROKEN,
		    _("check mobile data; what is recorded waits here and is sent later"),
		    _("%s cannot be reached"), url);
	else if (answer.status == 401)
		fv_doctor_say(d, N_("server"), FV_HEALTH_OK, NULL,
		    _("a fieldvisitd answers at %s"), url);
	else if (answer.status >= 500 || answer.status == 429)
		fv_doctor_say(d, N_("server"), FV_HEALTH_ATTENTION,
		    _("wait; what is recorded waits here"),
		    _("%s answers that it is busy (HTTP %u)"), url, (unsigned)answer.status);
	else
		fv_doctor_say(d, N_("server"), FV_HEALTH_BROKEN,
		    _("log in to the network with a browser, or use mobile data"),
		    _("something else answers at %s (HTTP %u), perhaps a login page of the "
		      "network"),
		    url, (unsigned)answer.status);
	fv_linkproc_stop(&proc);
}

/* True when the environment names a UTF-8 locale. */
static bool
is_utf8(void)
{
	const char *name = getenv("LC_ALL");

	if (name == NULL || *name == '\0')
		name = getenv("LC_CTYPE");
	if (name == NULL || *name == '\0')
		name = getenv("LANG");
	return name != NULL &&
	    (strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL);
}

static void
look_at_terminal(struct fv_doctor *d)
{
	const char *term = getenv("TERM"), *repair = _("use foot, or another terminal");
	struct winsize size = {0};

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		fv_doctor_say(d, N_("terminal"), FV_HEALTH_OK, NULL, "%s",
		    _("none: this goes to a file or a program"));
	else if (term == NULL || *term == '\0' || strcmp(term, "dumb") == 0)
		fv_doctor_say(d, N_("terminal"), FV_HEALTH_ATTENTION, repair, "%s",
		    _("TERM names none that can move its cursor"));
	else if (strcmp(term, "linux") == 0)
		fv_doctor_say(d, N_("terminal"), FV_HEALTH_ATTENTION,
		    _("use kmscon or foot; here it speaks English"), "%s",
		    _("the kernel's console cannot draw Chinese"));
	else if (!is_utf8())
		fv_doctor_say(d, N_("terminal"), FV_HEALTH_ATTENTION, "export LANG=C.UTF-8",
		    "%s", _("LANG names no UTF-8 locale: Chinese may not be drawn"));
	else if (size.ws_col != 0 && (size.ws_col < COLUMNS_MIN || size.ws_row < ROWS_MIN))
		fv_doctor_say(d, N_("terminal"), FV_HEALTH_ATTENTION, _("use a smaller font"),
		    _("%u columns by %u rows; the screens need %d by %d"), size.ws_col,
		    size.ws_row, COLUMNS_MIN, ROWS_MIN);
	else
		fv_doctor_say(d, N_("terminal"), FV_HEALTH_OK, NULL,
		    _("%s, %u by %u, UTF-8, %s"), term, size.ws_col, size.ws_row,
		    getenv("NO_COLOR") != NULL || strncmp(term, "vt", 2) == 0 ? _("no colours")
									      : _("colours"));
}

void
fv_doctor_host(struct fv_doctor *d)
{
	look_at_disk(d);
	/* Practice has no server, and no link is started. */
	if (!d->reply->is_practice) {
		look_at_link(d);
		look_at_server(d);
	}
	look_at_terminal(d);
}
