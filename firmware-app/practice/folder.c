#include "firmware-app/practice/folder.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/app.h"
#include "firmware-app/enroll.h"
#include "firmware-app/expiry.h"
#include "firmware-app/own.h"
#include "firmware-app/settings_kept.h"
#include "firmware-app/syncitems.h"
#include "firmware-app/syncstate.h"
#include "fv/detail.h"

#define FRESH_MS 600000
#define DAY_FROM_MINUTE (9 * 60)
#define DAY_TO_MINUTE (17 * 60)

/* --- opening --- */

/* True: it is open.  *is_used_out: it could not be, because another program has it. */
static bool
open_folder(struct fv_app *app, const char *dir, bool *is_used_out, struct fv_reply *reply)
{
	int lock_fd;
	enum fv_err rc = fv_app_take_lock(dir, &lock_fd);

	memset(app, 0, sizeof *app);
	app->lock_fd = -1;
	*is_used_out = rc == FV_EBUSY;
	if (rc == FV_OK)
		return fv_app_open(app, dir, lock_fd, reply);
	if (rc != FV_EBUSY)
		fv_reply_fail(reply, FV_FAIL_IO, dir,
		    _("cannot make or use this folder (%s); name another with --dir"),
		    strerror(errno));
	return false;
}

/* A folder with an identity in it is practice's own, or is left alone. */
static bool
is_ours(const struct fv_app *app, struct fv_reply *reply)
{
	if (app->identity.state == FV_IDENTITY_NONE || app->is_practice)
		return true;
	fv_reply_fail(reply, FV_FAIL_ENROLLED, app->dir, "%s",
	    _("a bank's handheld has this folder: practice does not touch it; name another "
	      "with --dir"));
	return false;
}

/* Beside the trail, for a program that finds the folder in use. */
static void
path_of_zone(const char *dir, char *out, size_t cap)
{
	snprintf(out, cap, "%s/zone", dir);
}

static void
read_zone(const char *dir, char zone[FV_PRACTICE_ZONE_BYTES])
{
	char path[4096];
	FILE *file;

	path_of_zone(dir, path, sizeof path);
	if ((file = fopen(path, "re")) == NULL)
		return;
	if (fgets(zone, FV_PRACTICE_ZONE_BYTES, file) == NULL)
		zone[0] = '\0';
	zone[strcspn(zone, "\n")] = '\0';
	fclose(file);
}

static enum fv_err
write_zone(const char *dir, const char *zone)
{
	char path[4096];
	FILE *file;
	bool is_good;

	path_of_zone(dir, path, sizeof path);
	if ((file = fopen(path, "we")) == NULL)
		return FV_EIO;
	is_good = fprintf(file, "%s\n", zone) > 0;
	return fclose(file) == 0 && is_good ? FV_OK : FV_EIO;
}

/* --- making --- */

/* Enrol as with a ticket and a server, both made up on the spot. */
static bool
enroll(struct fv_app *app, const struct fv_practice_agency *agency, int64_t now_ms,
    struct fv_reply *reply)
{
	struct fv_enroll_ticket ticket;
	struct fv_buf body = {0}, answer = {0};
	enum fv_err rc;
	bool is_done = false;

	rc = fv_ticket_file_parse(
	    fv_buf_span(&agency->ticket_file), &ticket.ticket, &ticket.note, NULL);
	if (rc == FV_OK && !fv_enroll_prepare(app, &ticket, fv_span_z(FV_PRACTICE_PIN), reply))
		goto cleanup;
	if (rc == FV_OK)
		rc = fv_store_get_setting(app->store, FV_SET_ENROL_BODY, &body);
	if (rc == FV_OK)
		rc = fv_practice_answer(agency, fv_buf_span(&body), now_ms, &answer);
	if (rc == FV_OK)
		is_done = fv_enroll_take(app, &ticket.ticket, fv_buf_span(&answer), reply);
	else
		fv_reply_fail_err(reply, "practice", rc);
cleanup:
	fv_wipe(&ticket, sizeof ticket);
	fv_buf_clear(&body);
	fv_buf_clear(&answer);
	return is_done;
}

/* What a sync would leave behind, in one transaction. */
static enum fv_err
take(struct fv_app *app, const struct fv_practice_day *day, struct fv_span items)
{
	struct fv_syncstate state;
	struct fv_syncitems taken;
	enum fv_err rc = fv_store_begin(app->store);

	if (rc != FV_OK)
		return rc;
	if ((rc = fv_syncitems_take(app, items, day->now_ms, &taken)) == FV_OK &&
	    taken.refused > 0)
		rc = FV_EFORMAT;
	if (rc == FV_OK)
		rc = fv_syncstate_load(app->store, &state);
	if (rc == FV_OK) {
		state.last_ok_ms = day->now_ms;
		state.server_ms = 0;
		state.is_approved = true;
		rc = fv_syncstate_save(app->store, &state);
	}
	if (rc == FV_OK)
		rc = write_zone(app->dir, day->zone);
	if (rc == FV_OK)
		rc = fv_expiry_restart(app);
	if (rc == FV_OK)
		return fv_store_commit(app->store);
	fv_store_rollback(app->store);
	return rc;
}

static enum fv_err
fill(struct fv_app *app, const struct fv_practice_agency *agency,
    const struct fv_practice_day *day)
{
	const struct fv_followup promise = {
	    FV_BUSINESS_PROMISE, day->days, day->now_ms - INT64_C(5) * 86400000};
	struct fv_buf items = {0};
	enum fv_err rc;

	if (agency != NULL)
		rc = fv_practice_put_papers(agency, app->identity.pk_box, day, &items);
	else
		rc = FV_OK;
	if (rc == FV_OK && (rc = fv_practice_put_cases(day, &items)) == FV_OK)
		rc = take(app, day, fv_buf_span(&items));
	if (rc == FV_OK && agency != NULL)
		rc = fv_followup_put(app, fv_practice_case(FV_PRACTICE_PROMISE), &promise);
	fv_buf_clear(&items);
	return rc;
}

static bool
make(struct fv_app *app, const struct fv_practice_day *day, struct fv_reply *reply)
{
	struct fv_practice_agency *agency;
	enum fv_err rc = fv_practice_agency_new(day->now_ms, &agency);
	bool is_done = false;

	if (rc == FV_OK) {
		is_done = enroll(app, agency, day->now_ms, reply);
		if (is_done)
			rc = fill(app, agency, day);
	}
	fv_practice_agency_free(agency);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, "practice", rc);
	return is_done && rc == FV_OK;
}

/* Its zone, while it is day there; else the one where it is morning. */
static void
choose_day(struct fv_app *app, int64_t now_ms, struct fv_practice_day *day_out)
{
	char zone[FV_PRACTICE_ZONE_BYTES] = "";

	read_zone(app->dir, zone);
	fv_practice_day(now_ms, *zone != '\0' ? zone : NULL, day_out);
	if (day_out->minute < DAY_FROM_MINUTE || day_out->minute >= DAY_TO_MINUTE)
		fv_practice_day(now_ms, NULL, day_out);
}

/* --- removing --- */

static int
on_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

static bool
remove_folder(const char *dir, struct fv_reply *reply)
{
	if (nftw(dir, on_file, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0)
		return true;
	fv_reply_fail(reply, FV_FAIL_IO, dir, "%s", strerror(errno));
	return false;
}

bool
fv_practice_reset(const char *dir, struct fv_reply *reply)
{
	struct fv_app app;
	bool is_used, is_good;

	if (access(dir, F_OK) != 0)
		return true;
	if (!open_folder(&app, dir, &is_used, reply)) {
		if (is_used)
			fv_reply_fail(reply, FV_FAIL_AGENT_RUNS, dir, "%s",
			    _("practice is open elsewhere; close it there first"));
		fv_app_close(&app);
		return false;
	}
	is_good = is_ours(&app, reply);
	fv_app_close(&app);
	return is_good && remove_folder(dir, reply);
}

/* --- both --- */

/* True when its cases were written a moment ago, for this day. */
static bool
is_fresh(struct fv_app *app, const struct fv_practice_day *day)
{
	char zone[FV_PRACTICE_ZONE_BYTES] = "";
	struct fv_syncstate state;

	read_zone(app->dir, zone);
	return strcmp(zone, day->zone) == 0 &&
	    fv_syncstate_load(app->store, &state) == FV_OK &&
	    state.last_ok_ms <= day->now_ms && day->now_ms - state.last_ok_ms < FRESH_MS;
}

/* A folder that is open: made, or brought to today.  False with *is_over_out: its cards have
 * expired, and only a new one has any. */
static bool
bring_up(struct fv_app *app, char *zone, bool *is_over_out, struct fv_reply *reply)
{
	const int64_t now_ms = app->clock.rtc_ms(app->clock.ctx);
	struct fv_practice_day day;
	enum fv_err rc;

	*is_over_out = false;
	if (!is_ours(app, reply))
		return false;
	*is_over_out = app->identity.state == FV_IDENTITY_PENDING || fv_expiry_is_over(app);
	if (*is_over_out)
		return false;
	choose_day(app, now_ms, &day);
	snprintf(zone, FV_PRACTICE_ZONE_BYTES, "%s", day.zone);
	if (app->identity.state == FV_IDENTITY_NONE)
		return make(app, &day, reply);
	if (is_fresh(app, &day))
		return true;
	if ((rc = fill(app, NULL, &day)) != FV_OK)
		fv_reply_fail_err(reply, "practice", rc);
	return rc == FV_OK;
}

bool
fv_practice_ready(
    const char *dir, char zone_out[FV_PRACTICE_ZONE_BYTES], struct fv_reply *reply)
{
	struct fv_app app;
	bool is_used, is_over = true, is_good = false;

	snprintf(zone_out, FV_PRACTICE_ZONE_BYTES, "Etc/GMT");
	for (int tries = 0; tries < 2 && is_over; tries++) {
		is_over = false;
		if (open_folder(&app, dir, &is_used, reply))
			is_good = bring_up(&app, zone_out, &is_over, reply);
		fv_app_close(&app);
		if (is_used) {
			read_zone(dir, zone_out);
			return true;
		}
		if (is_over && !remove_folder(dir, reply))
			return false;
	}
	return is_good;
}
