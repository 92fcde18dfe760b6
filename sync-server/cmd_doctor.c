/* doctor: what is wrong with a server, one line each, with the repair to type (health.h).  A
 * server that runs is asked, and its listeners are tried; without one it looks itself. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sync-server/cmd.h"
#include "sync-server/control.h"
#include "sync-server/healthwatch.h"
#include "sync-server/verb.h"

#define USAGE "doctor [--sync HOST:PORT] [--json]"
#define ANSWER_S 5
#define JOURNAL "journalctl -u fieldvisitd"

struct doctor {
	json_t *lines; /* owned: an array, with --json; else NULL */
	bool is_ill;
};

static void
say(struct doctor *d, const char *check, const char *state, const char *says,
    const char *repair)
{
	if (strcmp(state, "ok") != 0)
		d->is_ill = true;
	if (repair != NULL && repair[0] == '\0')
		repair = NULL;
	if (d->lines != NULL)
		json_array_append_new(d->lines,
		    json_pack("{s:s, s:s, s:s, s:s?}", "check", check, "state", state, "says",
			says, "repair", repair));
	else
		printf("%-9s  %-8s  %s%s%s\n", state, check, says, repair != NULL ? "; " : "",
		    repair != NULL ? repair : "");
}

/* What this process can see of the folder; only its quick part where it cannot be read. */
static void
look_here(struct doctor *d, const char *dir)
{
	struct health_in in = {.dir = dir, .now_ms = fv_host_now_ms()};
	struct health health;
	char path[FV_HOST_PATH_BYTES];

	in.store_rc = FV_ERANGE;
	if (fv_host_path(dir, "fieldvisit.db", path))
		in.store_rc = fv_store_open(&in.store, path, FV_STORE_READ);
	health_look(&in, &health);
	fv_store_close(in.store);
	for (size_t i = 0; i < health.count; i++)
		say(d, health.lines[i].check, health_word(health.lines[i].state),
		    health.lines[i].says, health.lines[i].repair);
	if (access(dir, F_OK) == 0)
		say(d, "server", health_word(HEALTH_BROKEN), "none runs on this folder",
		    "systemctl enable --now fieldvisitd");
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

/* Whether it answers at all: what it says of its health stands in the other lines.  Of one
 * with TLS that it takes a connection. */
static void
try_listener(struct doctor *d, const char *name, const char *address, bool is_tls)
{
	static const char ask[] = "GET /healthz HTTP/1.0\r\n\r\n";
	char head[16] = "", says[320];
	int fd = reach(address);

	if (fd >= 0 && !is_tls &&
	    send(fd, ask, sizeof ask - 1, MSG_NOSIGNAL) == (ssize_t)sizeof ask - 1)
		(void)recv(fd, head, sizeof head - 1, MSG_WAITALL);
	if (fd >= 0)
		close(fd);
	if (fd < 0) {
		(void)snprintf(says, sizeof says, "nobody listens at %s", address);
		say(d, name, health_word(HEALTH_BROKEN), says,
		    "name the one of serve with --sync, or see " JOURNAL);
	} else if (!is_tls && strncmp(head, "HTTP/1.", 7) != 0) {
		(void)snprintf(says, sizeof says, "%s does not answer", address);
		say(d, name, health_word(HEALTH_BROKEN), says, JOURNAL);
	} else {
		(void)snprintf(says, sizeof says, "%s answers", address);
		say(d, name, health_word(HEALTH_OK), says, NULL);
	}
}

/* As a running server sees itself; then its doors from outside.  `sync`: another address of
 * the handhelds' listener, such as a proxy's; NULL: its own. */
static void
show_answer(struct doctor *d, json_t *answer, const char *sync)
{
	json_t *row;
	const char *check, *state, *says, *repair, *address;
	int is_tls;
	size_t i;

	json_array_foreach(json_object_get(answer, "lines"), i, row)
	{
		repair = json_string_value(json_object_get(row, "repair"));
		if (json_unpack(row, "{s:s, s:s, s:s}", "check", &check, "state", &state,
			"says", &says) == 0)
			say(d, check, state, says, repair);
	}
	say(d, "server", health_word(HEALTH_OK), "it runs, and answers on its control socket",
	    NULL);
	json_array_foreach(json_object_get(answer, "listeners"), i, row)
	{
		if (json_unpack(row, "{s:s, s:s, s:b}", "name", &check, "address", &address,
			"tls", &is_tls) != 0)
			continue;
		try_listener(d, check,
		    sync != NULL && strcmp(check, "listener") == 0 ? sync : address,
		    is_tls != 0);
	}
}

static void
look(struct doctor *d, const char *sync)
{
	const char *dir = fv_host_dir();
	json_t *request = json_pack("{s:s}", "verb", "health"), *answer = NULL;
	enum fv_err rc = request != NULL ? fv_control_call(dir, request, &answer) : FV_ENOMEM;

	if (rc == FV_OK)
		show_answer(d, answer, sync);
	else
		look_here(d, dir);
	json_decref(request);
	json_decref(answer);
}

int
cmd_doctor(int argc, char **argv)
{
	const char *sync = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"sync", FV_CLI_TEXT, &sync, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct doctor d = {0};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if (as_json)
		d.lines = json_array();
	look(&d, sync);
	if (d.lines != NULL)
		json_dumpf(d.lines, stdout, JSON_COMPACT);
	if (d.lines != NULL)
		putchar('\n');
	json_decref(d.lines);
	return cmd_finish(d.is_ill ? CMD_NO : CMD_OK);
}
