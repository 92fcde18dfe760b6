#include "firmware-app/practice/walk.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "firmware-app/practice/embed.h"
#include "firmware-app/practice/items.h"
#include "fv/instant.h"

/* Lines "north,east,speed,eph" in centimetres from the first door, one a second.  They were
 * made, not recorded at a place where somebody lives. */
FV_EMBED(walk, "firmware-app/practice/walk.csv");

#define DEVICE "/practice/walk"
#define CLIENTS_MAX 8U
#define METRE_E7 89.8315 /* of latitude */
#define STATUS_SIMULATED 8

struct client {
	int fd; /* -1: free */
	bool is_watching;
	char last[16]; /* the end of what it said, for a word cut in two */
};

int
fv_walk_listen(uint16_t *port_out)
{
	struct sockaddr_in addr = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof addr;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*port_out = 0;
	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&addr, sizeof addr) != 0 ||
	    listen(fd, (int)CLIENTS_MAX) != 0 ||
	    getsockname(fd, (struct sockaddr *)&addr, &len) != 0) {
		close(fd);
		return -1;
	}
	*port_out = ntohs(addr.sin_port);
	return fd;
}

/* --- the walk --- */

/* The line of a second; the walk begins again after its last. */
static void
read_second(int64_t second, long values[4])
{
	const struct fv_span all = FV_EMBEDDED(walk);
	const char *at = (const char *)all.ptr, *end = at + all.len;
	int64_t count = 0;
	char *rest;

	for (const char *c = at; c < end; c++)
		count += *c == '\n';
	for (int64_t skip = second % count; skip > 0; skip--)
		at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
	for (size_t i = 0; i < 4; i++) {
		values[i] = strtol(at, &rest, 10);
		at = rest + 1;
	}
}

static int
put_tpv(int64_t now_s, char *out, size_t cap)
{
	const struct fv_place first = fv_practice_door(0);
	const double lat = first.lat_e7 / 1e7;
	char when[FV_INSTANT_TEXT_BYTES];
	long v[4];

	read_second(now_s, v);
	return snprintf(out, cap,
	    "{\"class\":\"TPV\",\"device\":\"" DEVICE
	    "\",\"status\":%d,\"mode\":3,\"time\":\"%s\",\"ept\":0.005,\"lat\":%.7f,"
	    "\"lon\":%.7f,\"altHAE\":10.0,\"epx\":%.2f,\"epy\":%.2f,\"epv\":9.0,"
	    "\"eph\":%.2f,\"speed\":%.2f}\r\n",
	    STATUS_SIMULATED, fv_instant_format(now_s * 1000, 0, true, when),
	    lat + (double)v[0] / 100 * METRE_E7 / 1e7,
	    first.lon_e7 / 1e7 +
		(double)v[1] / 100 * METRE_E7 / 1e7 / cos(lat * 3.14159265 / 180),
	    (double)v[3] / 141, (double)v[3] / 141, (double)v[3] / 100, (double)v[2] / 100);
}

/* --- who listens --- */

static void
drop(struct client *c)
{
	close(c->fd);
	*c = (struct client){.fd = -1};
}

static void
tell(struct client *c, const char *text)
{
	if (c->fd >= 0 && send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		drop(c);
}

static void
accept_client(int listen_fd, struct client *clients)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (clients[i].fd < 0) {
			clients[i].fd = fd;
			tell(&clients[i],
			    "{\"class\":\"VERSION\",\"release\":\"practice\",\"rev\":"
			    "\"practice\",\"proto_major\":3,\"proto_minor\":14}\r\n");
			return;
		}
	}
	close(fd);
}

/* Of what a client says only that it wants to watch, or no longer, is of interest. */
static void
hear(struct client *c)
{
	char text[512];
	size_t kept = strlen(c->last);
	ssize_t n;

	memcpy(text, c->last, kept);
	n = recv(c->fd, text + kept, sizeof text - 1 - kept, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		drop(c);
	if (n <= 0)
		return;
	text[kept + (size_t)n] = '\0';
	n += (ssize_t)kept;
	snprintf(c->last, sizeof c->last, "%s", text + (n > 15 ? n - 15 : 0));
	if (strstr(text, "\"enable\":false") != NULL) {
		c->is_watching = false;
	} else if (strstr(text, "?WATCH=") != NULL && !c->is_watching) {
		c->is_watching = true;
		c->last[0] = '\0';
		tell(c,
		    "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":"
		    "\"" DEVICE "\",\"driver\":\"practice\",\"activated\":"
		    "\"2020-01-01T00:00:00.000Z\",\"flags\":1,\"native\":0,\"bps\":9600,"
		    "\"parity\":\"N\",\"stopbits\":1,\"cycle\":1.00}]}\r\n"
		    "{\"class\":\"WATCH\",\"enable\":true,\"json\":true}\r\n");
	}
}

static void
serve(int listen_fd, struct client *clients, int timeout_ms)
{
	struct pollfd fds[1 + CLIENTS_MAX] = {{listen_fd, POLLIN, 0}};

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		fds[1 + i] = (struct pollfd){clients[i].fd, POLLIN, 0};
	if (poll(fds, 1 + CLIENTS_MAX, timeout_ms) <= 0)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (fds[1 + i].revents != 0)
			hear(&clients[i]);
	if (fds[0].revents != 0)
		accept_client(listen_fd, clients);
}

_Noreturn void
fv_walk_tell(int listen_fd, pid_t parent)
{
	struct client clients[CLIENTS_MAX];
	struct timespec now;
	int64_t told_s = 0;
	char line[512];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		clients[i] = (struct client){.fd = -1};
	while (getppid() == parent) {
		clock_gettime(CLOCK_REALTIME, &now);
		if (now.tv_sec != told_s) {
			told_s = now.tv_sec;
			put_tpv(told_s, line, sizeof line);
			for (size_t i = 0; i < CLIENTS_MAX; i++)
				if (clients[i].is_watching)
					tell(&clients[i], line);
		}
		clock_gettime(CLOCK_REALTIME, &now);
		serve(listen_fd, clients, 1000 - (int)(now.tv_nsec / 1000000));
	}
	_exit(0);
}
