/* doctor: what is wrong with a server, one line each, with the repair to type.  Reads only. */
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sync-server/cmd.h"
#include "sync-server/control.h"
#include "sync-server/keys.h"
#include "sync-server/rejudge.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

#define USAGE "doctor [--sync HOST:PORT] [--json]"
#define DEFAULT_SYNC "127.0.0.1:8460"
#define FREE_BROKEN_MIB 64U
#define FREE_FEW_MIB 1024U
#define FAR_MS INT64_C(5000) /* a leaf may be as far ahead of the clock as this */
#define ANSWER_S 5
#define JUDGED_LATE_MS INT64_C(600000)

enum health { HEALTH_OK, HEALTH_ATTENTION, HEALTH_BROKEN };

struct doctor {
	const char *dir;
	json_t *lines;          /* owned: an array, with --json; else NULL */
	struct fv_store *store; /* owned: NULL: it cannot be read */
	bool is_ill;
};

static void say(struct doctor *d, const char *what, enum health health, const char *repair,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void
say(struct doctor *d, const char *what, enum health health, const char *repair,
    const char *fmt, ...)
{
	static const char *const words[] = {"ok", "attention", "broken"};
	char says[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(says, sizeof says, fmt, args);
	va_end(args);
	if (health != HEALTH_OK)
		d->is_ill = true;
	if (d->lines != NULL)
		json_array_append_new(d->lines,
		    json_pack("{s:s, s:s, s:s, s:s?}", "check", what, "state", words[health],
			"says", says, "repair", repair));
	else
		printf("%-9s  %-8s  %s%s%s\n", words[health], what, says,
		    repair != NULL ? "; " : "", repair != NULL ? repair : "");
}

/* False: there is none, and nothing below can be looked at. */
static bool
look_at_folder(struct doctor *d)
{
	struct stat st;

	if (stat(d->dir, &st) != 0) {
		say(d, "folder", HEALTH_BROKEN, "fieldvisitd init, or name another with --dir",
		    "%s is not there, or this user may not enter it", d->dir);
		return false;
	}
	if (geteuid() != 0 && st.st_uid != geteuid())
		say(d, "folder", HEALTH_BROKEN, "run this as its owner: sudo -u fieldvisitd",
		    "%s belongs to another user", d->dir);
	else if ((st.st_mode & 077) != 0)
		say(d, "folder", HEALTH_BROKEN, "chmod 700 the folder",
		    "others may enter %s, where keys lie", d->dir);
	else
		say(d, "folder", HEALTH_OK, NULL, "%s is its user's alone", d->dir);
	return true;
}

static void
look_at_keys(struct doctor *d)
{
	uint8_t seed[FV_SEED_BYTES] = {0};
	char person[256];
	enum fv_err rc = fv_keys_load_log(d->dir, seed);

	fv_wipe(seed, sizeof seed);
	if (fv_keys_find_secret(d->dir, person) != NULL)
		say(d, "keys", HEALTH_BROKEN,
		    "move it to its owner's machine: the server will not start beside it",
		    "a person's secret key lies in the folder: %s", person);
	else if (rc == FV_EDENIED)
		say(d, "keys", HEALTH_BROKEN, "chmod 600 log.key hpke-*.key there",
		    "others may read log.key");
	else if (rc != FV_OK)
		say(d, "keys", HEALTH_BROKEN, "fieldvisitd restore FILE, into an empty folder",
		    "log.key: %s", fv_err_text(rc));
	else
		say(d, "keys", HEALTH_OK, NULL, "the log's key is there, and no person's");
}

static void
look_at_store(struct doctor *d)
{
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_ERANGE;

	if (fv_host_path(d->dir, "fieldvisit.db", path))
		rc = fv_store_open(&d->store, path, FV_STORE_READ);
	if (rc == FV_OK)
		say(d, "store", HEALTH_OK, NULL, "it can be read");
	else
		say(d, "store", HEALTH_BROKEN,
		    rc == FV_ENOENT         ? "fieldvisitd init"
			: rc == FV_ESTATE   ? "fieldvisitd serve, once, of this version"
			: rc == FV_EVERSION ? "install the newer fieldvisitd that wrote it"
					    : "fieldvisitd restore FILE, into an empty folder",
		    "%s", fv_err_text(rc));
}

static void
look_at_disk(struct doctor *d)
{
	struct statvfs fs;
	unsigned long long mib;

	if (statvfs(d->dir, &fs) != 0)
		return;
	mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	say(d, "disk",
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
look_at_clock(struct doctor *d)
{
	int64_t leaf_ms;

	if (d->store == NULL || !last_leaf_ms(d->store, &leaf_ms))
		say(d, "clock", HEALTH_ATTENTION, NULL, "not compared: no ledger to read");
	else if (leaf_ms > fv_host_now_ms() + FAR_MS)
		say(d, "clock", HEALTH_BROKEN, "timedatectl set-ntp true",
		    "it is before the ledger's last leaf");
	else
		say(d, "clock", HEALTH_OK, NULL, "not before the ledger's last leaf");
}

static void
look_at_papers(struct doctor *d)
{
	struct fv_roster *roster = NULL;
	struct fv_hash hash;

	if (d->store == NULL)
		return;
	if (fv_verb_roster(d->store, &roster, &hash) != FV_OK)
		say(d, "roster", HEALTH_ATTENTION, "fieldvisitd roster import FILE",
		    "none is in force: no handheld can enrol");
	else
		say(d, "roster", HEALTH_OK, NULL, "version %llu is in force",
		    (unsigned long long)roster->version);
	free(roster);
}

/* What waits to be judged is no trouble while a server runs, unless it waits long. */
static void
look_at_verdicts(struct doctor *d)
{
	struct rejudge_state state;
	bool is_late;

	if (d->store == NULL || rejudge_state(d->store, &state) != FV_OK)
		return;
	is_late = state.since_ms != 0 && fv_host_now_ms() - state.since_ms > JUDGED_LATE_MS;
	say(d, "verdicts", is_late ? HEALTH_ATTENTION : HEALTH_OK,
	    is_late ? "fieldvisitd serve judges them while it runs" : NULL,
	    "%llu cases wait to be judged%s", (unsigned long long)state.waiting,
	    state.is_round ? ", a round over all of them included" : "");
}

static void
look_at_server(struct doctor *d, bool *is_up_out)
{
	json_t *request = json_pack("{s:s}", "verb", ""), *answer = NULL;
	enum fv_err rc =
	    request != NULL ? fv_control_call(d->dir, request, &answer) : FV_ENOMEM;

	*is_up_out = rc == FV_OK;
	if (rc == FV_OK)
		say(d, "server", HEALTH_OK, NULL,
		    "it runs, and answers on its control socket");
	else
		say(d, "server", HEALTH_BROKEN, "systemctl enable --now fieldvisitd",
		    "none runs on this folder");
	json_decref(request);
	json_decref(answer);
}

/* A connection to "HOST:PORT".  -1: none. */
static int
reach(const char *address)
{
	const struct timeval limit = {ANSWER_S, 0};
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	const char *colon = strrchr(address, ':');
	char host[128];
	int fd = -1;

	if (colon == NULL || (size_t)(colon - address) >= sizeof host)
		return -1;
	(void)snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
	if (host[0] == '[' && colon[-1] == ']') {
		memmove(host, host + 1, strlen(host));
		host[strlen(host) - 1] = '\0';
	}
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
		if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static void
look_at_listener(struct doctor *d, const char *address)
{
	static const char ask[] = "GET /healthz HTTP/1.0\r\n\r\n";
	char head[16] = "";
	int fd = reach(address);

	if (fd >= 0 && send(fd, ask, sizeof ask - 1, MSG_NOSIGNAL) == (ssize_t)sizeof ask - 1)
		(void)recv(fd, head, sizeof head - 1, MSG_WAITALL);
	if (fd >= 0)
		close(fd);
	if (fd < 0)
		say(d, "listener", HEALTH_BROKEN,
		    "name the one of serve with --sync, or see journalctl -u fieldvisitd",
		    "nobody listens at %s", address);
	else if (strncmp(head, "HTTP/1.", 7) != 0 || strncmp(head + 8, " 200", 4) != 0)
		say(d, "listener", HEALTH_BROKEN, "journalctl -u fieldvisitd",
		    "%s does not say that it is well", address);
	else
		say(d, "listener", HEALTH_OK, NULL, "%s is well", address);
}

static void
look(struct doctor *d, const char *address)
{
	bool is_up = false;

	if (!look_at_folder(d))
		return;
	look_at_keys(d);
	look_at_store(d);
	look_at_disk(d);
	look_at_clock(d);
	look_at_papers(d);
	look_at_verdicts(d);
	look_at_server(d, &is_up);
	if (is_up)
		look_at_listener(d, address);
}

int
cmd_doctor(int argc, char **argv)
{
	const char *address = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"sync", FV_CLI_TEXT, &address, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct doctor d = {.dir = fv_host_dir()};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if (address == NULL && (address = getenv("FIELDVISITD_SYNC")) == NULL)
		address = DEFAULT_SYNC;
	if (as_json)
		d.lines = json_array();
	look(&d, address);
	fv_store_close(d.store);
	if (d.lines != NULL)
		json_dumpf(d.lines, stdout, JSON_COMPACT);
	if (d.lines != NULL)
		putchar('\n');
	json_decref(d.lines);
	return cmd_finish(d.is_ill ? CMD_NO : CMD_OK);
}
