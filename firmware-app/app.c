#include "firmware-app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/expiry.h"
#include "firmware-app/officer.h"
#include "firmware-app/settings_kept.h"

/* Make `dir` and the folders above it, private. */
static enum fv_err
make_folder(const char *dir)
{
	struct fv_buf path = {0};
	struct stat st;
	enum fv_err rc = FV_OK;

	for (size_t i = 1; rc == FV_OK; i++) {
		if (dir[i] != '/' && dir[i] != '\0')
			continue;
		fv_buf_reset(&path);
		fv_buf_put(&path, dir, i);
		if (fv_buf_z(&path) == NULL)
			rc = FV_ENOMEM;
		else if (mkdir(fv_buf_z(&path), 0700) != 0 && errno != EEXIST &&
		    (stat(fv_buf_z(&path), &st) != 0 || !S_ISDIR(st.st_mode)))
			rc = FV_EIO;
		if (dir[i] == '\0')
			break;
	}
	fv_buf_clear(&path);
	return rc;
}

enum fv_err
fv_app_take_lock(const char *dir, int *fd_out)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct fv_buf path = {0};
	int fd = -1;
	enum fv_err rc;

	*fd_out = -1;
	if (dir[0] == '\0')
		return FV_EIO;
	if ((rc = make_folder(dir)) != FV_OK)
		return rc;
	fv_buf_putf(&path, "%s/%s", dir, FV_LOCK_FILE);
	rc = FV_ENOMEM;
	if (fv_buf_z(&path) == NULL)
		goto cleanup;
	rc = FV_EIO;
	if ((fd = open(fv_buf_z(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		goto cleanup;
	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		rc = errno == EAGAIN || errno == EACCES ? FV_EBUSY : FV_EIO;
		goto cleanup;
	}
	*fd_out = fd;
	fd = -1;
	rc = FV_OK;
cleanup:
	if (fd >= 0)
		close(fd);
	fv_buf_clear(&path);
	return rc;
}

bool
fv_app_open(struct fv_app *app, const char *dir, int lock_fd, struct fv_reply *reply)
{
	bool is_erased;
	enum fv_err rc;

	memset(app, 0, sizeof *app);
	app->dir = dir;
	app->lock_fd = lock_fd;
	app->journal.slots = (struct fv_slots)FV_SLOTS_NONE;
	app->clock = fv_clock_system();
	fv_clock_boot_id(app->boot);
	if ((rc = fv_store_open(&app->store, dir, &app->was_clean)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	if ((rc = fv_identity_load(app->store, &app->identity)) != FV_OK ||
	    (rc = fv_officer_load(app)) != FV_OK || (rc = fv_settings_load(app)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	app->is_practice = strcmp(app->identity.ticket.agency, FV_AGENCY_PRACTICE) == 0;
	if (app->is_practice)
		fv_reply_practice(reply);
	/* A disk that is full must not keep anybody from recording. */
	if (fv_expiry_check(app, &is_erased) != FV_OK)
		fv_reply_warn(
		    reply, "%s", _("the case cards have expired and cannot be erased"));
	return true;
}

void
fv_app_close(struct fv_app *app)
{
	fv_gps_free(app->gps);
	if (app->has_journal)
		fv_journal_close(&app->journal);
	fv_secret_free(app->sk_box);
	free(app->settings);
	fv_store_close(app->store);
	if (app->lock_fd >= 0)
		close(app->lock_fd);
	memset(app, 0, sizeof *app);
	app->lock_fd = -1;
}

void
fv_app_now(struct fv_moment *out, void *ctx)
{
	const struct fv_app *app = ctx;
	struct fv_stamp stamp;

	memset(out, 0, sizeof *out);
	memcpy(out->boot, app->boot, sizeof out->boot);
	out->boottime_ms = app->clock.boottime_ms(app->clock.ctx);
	out->rtc_ms = app->clock.rtc_ms(app->clock.ctx);
	out->is_locked = app->sk_box == NULL;
	if (app->gps != NULL && fv_gps_is_connected(app->gps)) {
		fv_gps_stamp(app->gps, &stamp);
		/* Only of a fix in use: the last one, long gone, tells no time. */
		out->has_gnss = stamp.mode >= 2 && fv_stamp_has(&stamp, FV_STAMP_GNSS);
		out->gnss_ms = out->has_gnss ? stamp.gnss_ms : 0;
	}
}

void
fv_app_put_stamp(const struct fv_app *app, struct fv_buf *out, bool *is_fix_out)
{
	struct fv_stamp stamp = {0};

	if (app->gps != NULL)
		fv_gps_stamp(app->gps, &stamp);
	if (is_fix_out != NULL)
		*is_fix_out = stamp.mode >= 2 && fv_stamp_has(&stamp, FV_STAMP_LAT);
	if (stamp.has != 0)
		fv_stamp_put(out, &stamp);
	else
		fv_cbor_put_null(out);
}

bool
fv_app_journal(struct fv_app *app, struct fv_reply *reply)
{
	const struct fv_moment_port port = {fv_app_now, app};
	enum fv_err rc;

	if (app->has_journal)
		return true;
	rc = fv_journal_open(&app->journal, app->store, app->dir, port, app->was_clean);
	if (rc == FV_OK) {
		app->has_journal = true;
		if ((rc = fv_boot_record(app)) == FV_OK)
			fv_pin_finish_wipe(app);
	} else {
		fv_journal_close(&app->journal);
	}
	if (rc != FV_OK) {
		fv_reply_fail_err(reply, _("trail"), rc);
		return false;
	}
	return true;
}

const char *
fv_app_visit_id(const struct fv_app *app, uint64_t seq, char id_out[FV_VISIT_ID_BYTES])
{
	struct fv_buf text = {0};

	fv_buf_put_z(&text, "v-");
	fv_buf_put_hex(&text, app->identity.dev, 8);
	fv_buf_putf(&text, "-%" PRIu64, seq);
	snprintf(
	    id_out, FV_VISIT_ID_BYTES, "%s", fv_buf_z(&text) != NULL ? fv_buf_z(&text) : "");
	fv_buf_clear(&text);
	return id_out;
}

void
fv_app_want_sync(struct fv_app *app, struct fv_reply *reply)
{
	app->is_sync_wanted = true;
	if (!app->is_agent && !app->is_practice)
		fv_reply_line(reply, "%s",
		    _("not sent yet: no agent runs here; 'fieldvisit sync' sends what waits"));
}

void
fv_app_close_track(struct fv_app *app)
{
	if (app->close_track != NULL)
		app->close_track(app->track_ctx);
}

void
fv_app_close_shift(struct fv_app *app)
{
	if (app->close_shift != NULL)
		app->close_shift(app->track_ctx);
}

bool
fv_app_record(struct fv_app *app, uint32_t type, const struct fv_buf *payload,
    uint64_t *seq_out, struct fv_reply *reply)
{
	enum fv_err rc = fv_buf_status(payload);

	*seq_out = 0;
	if (rc == FV_OK)
		rc = fv_journal_append(&app->journal, type, fv_buf_span(payload), seq_out);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, fv_record_type_name(type), rc);
	return rc == FV_OK;
}
