#include "firmware-app/gps_raw.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WATCH "?WATCH={\"enable\":true,\"json\":false,\"raw\":2};\n"
#define READS_A_STEP 64

void
fv_gps_raw_init(struct fv_gps_raw *raw)
{
	memset(raw, 0, sizeof *raw);
	raw->fd = -1;
}

void
fv_gps_raw_open(struct fv_gps_raw *raw, const char *host, const char *port)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;

	if (raw->fd >= 0 || getaddrinfo(host, port, &hints, &found) != 0)
		return;
	memset(&raw->ubx, 0, sizeof raw->ubx);
	for (const struct addrinfo *a = found; a != NULL && raw->fd < 0; a = a->ai_next) {
		raw->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (raw->fd >= 0 &&
		    (connect(raw->fd, a->ai_addr, a->ai_addrlen) != 0 ||
			send(raw->fd, WATCH, sizeof WATCH - 1, MSG_NOSIGNAL) !=
			    (ssize_t)sizeof WATCH - 1))
			fv_gps_raw_close(raw);
	}
	freeaddrinfo(found);
}

void
fv_gps_raw_close(struct fv_gps_raw *raw)
{
	if (raw->fd >= 0)
		close(raw->fd);
	raw->fd = -1;
}

void
fv_gps_raw_step(struct fv_gps_raw *raw, int64_t boottime_ms)
{
	uint8_t piece[2048];

	for (int i = 0; i < READS_A_STEP && raw->fd >= 0; i++) {
		ssize_t n = recv(raw->fd, piece, sizeof piece, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return;
		if (n <= 0) {
			fv_gps_raw_close(raw);
			return;
		}
		if (fv_ubx_feed(&raw->ubx, fv_span_of(piece, (size_t)n), &raw->radio)) {
			raw->has_radio = true;
			raw->radio_at_ms = boottime_ms;
		}
	}
}

bool
fv_gps_raw_radio(
    const struct fv_gps_raw *raw, int64_t boottime_ms, struct fv_ubx_radio *radio_out)
{
	*radio_out = raw->radio;
	return raw->has_radio && boottime_ms - raw->radio_at_ms <= FV_GPS_RAW_FRESH_MS;
}
