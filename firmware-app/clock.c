#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware-app/app.h"

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
rtc_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

static int64_t
boottime_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_BOOTTIME);
}

struct fv_clock
fv_clock_system(void)
{
	const struct fv_clock clock = {rtc_ms, boottime_ms, NULL};

	return clock;
}

/* A short file of /proc.  Returns its length; 0 when it cannot be read. */
static size_t
read_proc(const char *path, char *text, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	text[0] = '\0';
	if (fd < 0)
		return 0;
	n = read(fd, text, cap - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return (size_t)n;
}

void
fv_clock_boot_id(uint8_t boot_out[FV_BOOT_BYTES])
{
	char text[64], digits[2 * FV_BOOT_BYTES];
	size_t count = 0;

	memset(boot_out, 0, FV_BOOT_BYTES);
	if (read_proc("/proc/sys/kernel/random/boot_id", text, sizeof text) == 0)
		return;
	for (const char *p = text; *p != '\0' && count < sizeof digits; p++) {
		if (*p != '-')
			digits[count++] = *p;
	}
	if (fv_hex_decode(fv_span_of(digits, count), boot_out, FV_BOOT_BYTES) != FV_OK)
		memset(boot_out, 0, FV_BOOT_BYTES);
}

bool
fv_clock_is_shifted(void)
{
	long long s, ns;
	char text[256];
	char name[32];

	if (read_proc("/proc/self/timens_offsets", text, sizeof text) == 0)
		return false; /* a kernel without time namespaces */
	for (const char *line = text; line != NULL && *line != '\0';) {
		if (sscanf(line, "%31s %lld %lld", name, &s, &ns) == 3 && (s != 0 || ns != 0))
			return true;
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return false;
}

const char *
fv_clock_local(int64_t utc_ms, char text_out[FV_LOCAL_TEXT_BYTES])
{
	time_t t = (time_t)(utc_ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(text_out, FV_LOCAL_TEXT_BYTES, "%Y-%m-%d %H:%M", &tm) == 0)
		text_out[0] = '\0';
	return text_out;
}

const char *
fv_clock_local_day(int64_t utc_ms, char text_out[FV_LOCAL_TEXT_BYTES])
{
	fv_clock_local(utc_ms, text_out);
	text_out[strcspn(text_out, " ")] = '\0';
	return text_out;
}

int64_t
fv_clock_local_days(int64_t utc_ms)
{
	char text[FV_LOCAL_TEXT_BYTES];
	int64_t days;

	if (fv_date_parse(fv_span_z(fv_clock_local_day(utc_ms, text)), &days) != FV_OK)
		days = utc_ms / FV_MS_PER_DAY;
	return days;
}

const char *
fv_clock_day(int64_t days, char text_out[FV_LOCAL_TEXT_BYTES])
{
	struct fv_civil c;

	fv_civil_from_days(days, &c);
	snprintf(text_out, FV_LOCAL_TEXT_BYTES, "%04d-%02d-%02d", (int)c.year, (int)c.month,
	    (int)c.day);
	return text_out;
}
