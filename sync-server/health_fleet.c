/* The slower checks of health.h: papers, backups, packs, handhelds, dates, certificates. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fv/record.h"
#include "sync-server/certdate.h"
#include "sync-server/health.h"
#include "sync-server/packdoubts.h"
#include "sync-server/rejudge.h"
#include "sync-server/roster_draft.h"
#include "sync-server/staff_left.h"
#include "sync-server/store/gauges.h"
#include "sync-server/store/records.h"

#define DAY_MS INT64_C(86400000)
#define JUDGED_LATE_MS INT64_C(600000)
#define BACKUP_OLD_MS (3 * DAY_MS)
#define CERT_NEAR_MS (21 * DAY_MS)

/* Handhelds whose newest record came a day or more from its own time. */
struct clocks {
	struct fv_store *store;
	uint64_t far, all;
};

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	struct clocks *c = ctx;
	struct fv_store_trail trail;
	struct fv_store_record record;
	struct fv_header header;
	int64_t off;
	enum fv_err rc;

	if (!device->is_approved || device->is_revoked)
		return FV_OK;
	if ((rc = fv_store_trail_load(c->store, device->no, &trail)) != FV_OK)
		return rc;
	if (trail.trail.range.size == 0)
		return FV_OK;
	rc = fv_store_record_get(c->store, device->no, trail.trail.range.size - 1, &record);
	if (rc != FV_OK || fv_header_parse(record.header, &header) != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	off = record.received_ms - header.rtc_ms;
	c->all++;
	c->far += off > DAY_MS || off < -DAY_MS ? 1 : 0;
	return FV_OK;
}

void
health_check_skew(const struct health_in *in, struct health *out)
{
	struct clocks c = {.store = in->store};

	if (fv_store_device_each(in->store, NULL, on_device, &c) != FV_OK)
		return;
	if (c.far * 2 > c.all)
		health_say(out, "skew", HEALTH_ATTENTION,
		    "compare this clock with a watch; timedatectl set-ntp true",
		    "the clocks of %" PRIu64 " of %" PRIu64
		    " handhelds are a day or more from this one",
		    c.far, c.all);
	else
		health_say(out, "skew", HEALTH_OK, NULL,
		    "%" PRIu64 " of %" PRIu64
		    " handhelds have a clock a day or more from this one",
		    c.far, c.all);
}

static bool
has_recovery(const struct fv_roster *roster)
{
	static const uint8_t none[FV_KEY_BYTES];

	return memcmp(roster->recovery_pk, none, sizeof none) != 0;
}

static void
say_in_force(const struct fv_roster *r, struct health *out)
{
	if (r->supervisor_count == 1)
		health_say(out, "roster", HEALTH_ATTENTION,
		    "supervisor keygen, supervisor add, and sign a new roster",
		    "version %" PRIu64
		    " has one supervisor: without his key nobody signs anything more",
		    r->version);
	else if (r->threshold == r->supervisor_count)
		health_say(out, "roster", HEALTH_ATTENTION,
		    "add a supervisor, or lower the threshold, and sign a new roster",
		    "version %" PRIu64
		    " needs all %zu supervisors for the next: one lost key ends that",
		    r->version, r->supervisor_count);
	else
		health_say(out, "roster", HEALTH_OK, NULL,
		    "version %" PRIu64 " is in force, with %zu supervisors", r->version,
		    r->supervisor_count);
}

void
health_check_roster(const struct health_in *in, struct health *out)
{
	struct roster_draft d;

	if (roster_draft_open(&d, in->store) != FV_OK)
		health_say(out, "roster", HEALTH_ATTENTION, NULL, "it cannot be read");
	else if (d.in_force != NULL)
		say_in_force(d.in_force, out);
	else if (d.draft != NULL && !has_recovery(d.draft))
		health_say(out, "roster", HEALTH_ATTENTION,
		    "supervisor keygen --kind recovery, off the server, then its .pub",
		    "the draft has no recovery key, and cannot be signed without one");
	else
		health_say(out, "roster", HEALTH_ATTENTION, "fieldvisitd roster import FILE",
		    "none is in force: no handheld can enrol");
	roster_draft_close(&d);
}

/* What waits to be judged is no trouble while a server runs, unless it waits long. */
void
health_check_verdicts(const struct health_in *in, struct health *out)
{
	struct rejudge_state state;
	bool is_late;

	if (rejudge_state(in->store, &state) != FV_OK)
		return;
	is_late = state.since_ms != 0 && in->now_ms - state.since_ms > JUDGED_LATE_MS;
	health_say(out, "verdicts", is_late ? HEALTH_ATTENTION : HEALTH_OK,
	    is_late ? "fieldvisitd audit run; serve does it while it runs" : NULL,
	    "%" PRIu64 " cases wait to be judged%s", state.waiting,
	    state.is_round ? ", a round over all of them included" : "");
}

void
health_check_backup(const struct health_in *in, struct health *out)
{
	static const char repair[] = "systemctl enable --now fieldvisitd-backup.timer, or "
				     "fieldvisitd backup --keep 14 DIR";
	struct fv_store_gauges g;
	int64_t hours;

	if (fv_store_gauges(in->store, in->now_ms - HEALTH_SILENT_MS, &g) != FV_OK)
		return;
	hours = (in->now_ms - g.backup_ms) / (DAY_MS / 24);
	if (!g.has_backup)
		health_say(out, "backup", HEALTH_ATTENTION, repair, "none was ever made");
	else if (in->now_ms - g.backup_ms > BACKUP_OLD_MS)
		health_say(out, "backup", HEALTH_ATTENTION, repair,
		    "the last was made %" PRId64 " days ago", hours / 24);
	else
		health_say(out, "backup", HEALTH_OK, NULL,
		    "the last was made %" PRId64 " hours ago", hours > 0 ? hours : 0);
}

/* The doubts that somebody must act on, and the first of them. */
struct doubts {
	size_t count;
	char first[200];
};

static void
on_doubt(const char *id, const char *pack, const char *rule, const char *text, void *ctx)
{
	static const char *const grave[] = {
	    "LINT-01", "LINT-02", "LINT-04", "LINT-05", "LINT-10", "LINT-11"};
	struct doubts *d = ctx;

	for (size_t i = 0; i < sizeof grave / sizeof grave[0]; i++) {
		if (strcmp(id, grave[i]) != 0)
			continue;
		if (d->count++ == 0)
			(void)snprintf(d->first, sizeof d->first, "%s%s%s%s%s", pack,
			    pack[0] != '\0' ? ": " : "", rule, rule[0] != '\0' ? ": " : "",
			    text);
	}
}

void
health_check_packs(const struct health_in *in, struct health *out)
{
	struct packdoubts sum;
	struct doubts d = {0};
	const enum fv_err rc =
	    packdoubts_each(in->store, in->now_ms / DAY_MS, on_doubt, &d, &sum);

	if (rc != FV_OK)
		health_say(out, "packs", HEALTH_ATTENTION, "fieldvisitd pack lint",
		    "they cannot be read: %s", fv_err_text(rc));
	else if (d.count > 0)
		health_say(out, "packs", HEALTH_ATTENTION, "fieldvisitd pack lint",
		    "%zu doubts; the first: %s", d.count, d.first);
	else if (sum.packs == 0)
		health_say(out, "packs", HEALTH_ATTENTION,
		    "fieldvisitd pack publish, off the server, then pack import",
		    "none is adopted: nothing is judged");
	else
		health_say(out, "packs", HEALTH_OK, NULL,
		    "%zu are adopted, none of them expired, every case has one", sum.packs);
}

void
health_check_devices(const struct health_in *in, struct health *out)
{
	struct fv_store_gauges g;

	if (fv_store_gauges(in->store, in->now_ms - HEALTH_SILENT_MS, &g) != FV_OK)
		return;
	if (g.silent > 0)
		health_say(out, "devices", HEALTH_ATTENTION, "fieldvisitd device list",
		    "%" PRIu64 " of %" PRIu64 " handhelds were not heard from for 3 days",
		    g.silent, g.devices);
	else
		health_say(out, "devices", HEALTH_OK, NULL,
		    "%" PRIu64 " handhelds, each heard from within 3 days", g.devices);
}

void
health_check_dates(const struct health_in *in, struct health *out)
{
	struct fv_store_dates dates;

	if (fv_store_dates(in->store, in->now_ms / DAY_MS, &dates) != FV_OK)
		return;
	if (dates.past > 0 || dates.near > 0)
		health_say(out, "dates", HEALTH_ATTENTION,
		    "fieldvisitd officer list, agency list; then give the new dates",
		    "of officers and agencies: %" PRIu64 " are past, %" PRIu64
		    " end within 30 days",
		    dates.past, dates.near);
	else
		health_say(out, "dates", HEALTH_OK, NULL,
		    "none of an officer or agency is past or ends within 30 days");
}

void
health_check_cases(const struct health_in *in, struct health *out)
{
	struct staff_left left;
	const enum fv_err rc = staff_left_look(in->store, in->now_ms, &left);

	if (rc != FV_OK) /* without a roster the line about that says more */
		return;
	if (left.count > 0)
		health_say(out, "cases", HEALTH_ATTENTION,
		    "fieldvisitd case assign CASE OFFICER, or sign a roster with its officer",
		    "open cases to which nobody may go: %zu (%s)", left.count, left.names);
	else
		health_say(out, "cases", HEALTH_OK, NULL,
		    "every open case has an officer who may go");
}

void
health_check_tls(const struct health_in *in, struct health *out)
{
	static const char repair[] = "put the new one in its place, then systemctl restart "
				     "fieldvisitd";
	int64_t until_ms;

	if (in->cert.len == 0)
		return;
	if (certdate_until(in->cert, &until_ms) != FV_OK)
		health_say(out, "tls", HEALTH_ATTENTION, NULL,
		    "until when the certificate holds cannot be read");
	else if (until_ms <= in->now_ms)
		health_say(out, "tls", HEALTH_BROKEN, repair,
		    "the certificate ended %" PRId64 " days ago",
		    (in->now_ms - until_ms) / DAY_MS);
	else if (until_ms - in->now_ms < CERT_NEAR_MS)
		health_say(out, "tls", HEALTH_ATTENTION, repair,
		    "the certificate ends in %" PRId64 " days",
		    (until_ms - in->now_ms) / DAY_MS);
	else
		health_say(out, "tls", HEALTH_OK, NULL,
		    "the certificate holds for %" PRId64 " days",
		    (until_ms - in->now_ms) / DAY_MS);
}
