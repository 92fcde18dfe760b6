#include "sync-server/health.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "fv/instant.h"
#include "sync-server/keys.h"
#include "sync-server/store/log.h"
#include "sync-server/version.h"

#define FREE_BROKEN_MIB 64U
#define FREE_FEW_MIB 1024U
#define FAR_MS INT64_C(5000) /* a leaf may be as far ahead of the clock as this */
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

const char *
health_word(enum health_state state)
{
	return state == HEALTH_OK ? "ok" : state == HEALTH_ATTENTION ? "attention" : "broken";
}

bool
health_is_well(const struct health *h)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->lines[i].is_vital && h->lines[i].state == HEALTH_BROKEN)
			return false;
	return true;
}

void
health_say(struct health *h, const char *check, enum health_state state, const char *repair,
    const char *fmt, ...)
{
	struct health_line *line;
	va_list args;

	if (h->count == HEALTH_LINES_MAX)
		return;
	line = &h->lines[h->count++];
	*line = (struct health_line){.check = check, .state = state};
	va_start(args, fmt);
	(void)vsnprintf(line->says, sizeof line->says, fmt, args);
	va_end(args);
	(void)snprintf(line->repair, sizeof line->repair, "%s", repair != NULL ? repair : "");
}

static void
check_folder(const struct health_in *in, struct health *out)
{
	struct stat st;

	if (stat(in->dir, &st) != 0)
		health_say(out, "folder", HEALTH_BROKEN,
		    "fieldvisitd init, or name another with --dir",
		    "%s is not there, or this user may not enter it", in->dir);
	else if (geteuid() != 0 && st.st_uid != geteuid())
		health_say(out, "folder", HEALTH_BROKEN,
		    "run this as its owner: sudo -u fieldvisitd", "%s belongs to another user",
		    in->dir);
	else if ((st.st_mode & 077) != 0)
		health_say(out, "folder", HEALTH_BROKEN, "chmod 700 the folder",
		    "others may enter %s, where keys lie", in->dir);
	else
		health_say(out, "folder", HEALTH_OK, NULL, "%s is its user's alone", in->dir);
}

static void
check_keys(const struct health_in *in, struct health *out)
{
	uint8_t seed[FV_SEED_BYTES] = {0};
	char person[256];
	enum fv_err rc = fv_keys_load_log(in->dir, seed);

	fv_wipe(seed, sizeof seed);
	if (fv_keys_find_secret(in->dir, person) != NULL)
		health_say(out, "keys", HEALTH_BROKEN,
		    "move it to its owner's machine: the server will not start beside it",
		    "a person's secret key lies in the folder: %s", person);
	else if (rc == FV_EDENIED)
		health_say(out, "keys", HEALTH_BROKEN, "chmod 600 log.key hpke-*.key there",
		    "others may read log.key");
	else if (rc != FV_OK)
		health_say(out, "keys", HEALTH_BROKEN,
		    "fieldvisitd restore FILE, into an empty folder", "log.key: %s",
		    fv_err_text(rc));
	else
		health_say(
		    out, "keys", HEALTH_OK, NULL, "the log's key is there, and no person's");
}

static const char *
store_repair(enum fv_err rc)
{
	return rc == FV_ENOENT  ? "fieldvisitd init"
	    : rc == FV_ESTATE   ? "fieldvisitd serve, once, of this version"
	    : rc == FV_EVERSION ? "install the newer fieldvisitd that wrote it"
				: "fieldvisitd restore FILE, into an empty folder";
}

static void
check_store(const struct health_in *in, struct health *out)
{
	char path[FV_HOST_PATH_BYTES];

	if (in->store == NULL)
		health_say(out, "store", HEALTH_BROKEN, store_repair(in->store_rc), "%s",
		    fv_err_text(in->store_rc));
	else if (!fv_host_path(in->dir, "fieldvisit.db", path) || access(path, F_OK) != 0)
		health_say(out, "store", HEALTH_BROKEN, store_repair(FV_EIO),
		    "its file was taken away");
	else if (in->is_serving && !in->takes_writes)
		health_say(out, "store", HEALTH_BROKEN,
		    "free some space; journalctl -u fieldvisitd says what failed",
		    "it takes nothing: the last commit failed");
	else
		health_say(out, "store", HEALTH_OK, NULL, "it can be read%s",
		    in->is_serving ? ", and takes what comes" : "");
}

static void
check_disk(const struct health_in *in, struct health *out)
{
	struct statvfs fs;
	unsigned long long mib;

	if (statvfs(in->dir, &fs) != 0)
		return;
	mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	health_say(out, "disk",
	    mib < FREE_BROKEN_MIB    ? HEALTH_BROKEN
		: mib < FREE_FEW_MIB ? HEALTH_ATTENTION
				     : HEALTH_OK,
	    mib < FREE_FEW_MIB ? "free some space, or move the folder" : NULL,
	    "%llu MiB are free", mib);
}

/* Time of the ledger's last leaf.  False: it cannot be read. */
static bool
last_leaf_ms(struct fv_store *store, int64_t *ms_out)
{
	struct fv_buf data = {0};
	struct fv_leaf leaf;
	uint64_t count = 0;
	bool is_read = fv_store_leaf_count(store, &count) == FV_OK && count > 0 &&
	    fv_store_leaf_get(store, count - 1, &data) == FV_OK &&
	    fv_leaf_parse(fv_buf_span(&data), &leaf) == FV_OK;

	if (is_read)
		*ms_out = leaf.time_ms;
	fv_buf_clear(&data);
	return is_read;
}

static void
check_clock(const struct health_in *in, struct health *out)
{
	int64_t leaf_ms = 0, released_ms = FV_SERVER_RELEASED_DAY * DAY_MS;
	const bool has_leaf = in->store != NULL && last_leaf_ms(in->store, &leaf_ms);

	if (in->now_ms < released_ms)
		health_say(out, "clock", HEALTH_BROKEN, "timedatectl set-ntp true",
		    "it is before the day on which this program was made");
	else if (has_leaf && leaf_ms > in->now_ms + HOUR_MS)
		health_say(out, "clock", HEALTH_BROKEN, "timedatectl set-ntp true",
		    "it is %lld hours before the ledger's last leaf",
		    (long long)((leaf_ms - in->now_ms) / HOUR_MS));
	else if (has_leaf && leaf_ms > in->now_ms + FAR_MS)
		health_say(out, "clock", HEALTH_ATTENTION, "timedatectl set-ntp true",
		    "it is %lld s before the ledger's last leaf",
		    (long long)((leaf_ms - in->now_ms) / 1000));
	else if (!has_leaf)
		health_say(
		    out, "clock", HEALTH_ATTENTION, NULL, "not compared: no ledger to read");
	else
		health_say(out, "clock", HEALTH_OK, NULL, "not before the ledger's last leaf");
}

/* The one table. */
static const struct check {
	void (*run)(const struct health_in *in, struct health *out);
	bool is_vital;
	bool needs_store; /* without one it says nothing */
	bool is_quick;
} checks[] = {
    {check_folder, false, false, true},
    {check_keys, false, false, true},
    {check_store, true, false, true},
    {check_disk, true, false, true},
    {check_clock, true, false, true},
    {health_check_skew, false, true, false},
    {health_check_roster, false, true, false},
    {health_check_verdicts, false, true, true},
    {health_check_backup, false, true, false},
    {health_check_packs, false, true, false},
    {health_check_devices, false, true, false},
    {health_check_dates, false, true, false},
    {health_check_cases, false, true, false},
    {health_check_inbox, false, false, false},
    {health_check_tls, false, false, false},
};

void
health_look(const struct health_in *in, struct health *out)
{
	out->count = 0;
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		const size_t before = out->count;

		if ((checks[i].needs_store && in->store == NULL) ||
		    (in->is_quick && !checks[i].is_quick))
			continue;
		checks[i].run(in, out);
		if (out->count > before)
			out->lines[before].is_vital = checks[i].is_vital;
		if (i == 0 && access(in->dir, F_OK) != 0)
			return; /* nothing below can be looked at */
	}
}
