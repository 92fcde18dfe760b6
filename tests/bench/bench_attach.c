/*
 * What an attachment costs without a handheld: 16 MiB in pieces of 16 KiB through libsodium's
 * secretstream into one plain file, and one sync at the end.  One JSON line.
 *
 *   bench_attach [FOLDER]      FOLDER (default build) decides which disk it is
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fv/attachment.h"

static double
now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
write_sealed(int fd)
{
	static uint8_t plain[FV_PIECE_PLAIN_BYTES];
	static uint8_t sealed[FV_PIECE_PLAIN_BYTES + FV_STREAM_OVERHEAD_BYTES];
	uint8_t key[FV_KEY_BYTES] = {1}, header[FV_STREAM_HEADER_BYTES] = {2};
	struct fv_stream stream;

	fv_stream_begin(&stream, key, header);
	for (size_t i = 0; i < FV_ATTACHMENT_PIECES_MAX; i++) {
		memset(plain, (int)i, sizeof plain);
		fv_stream_seal(&stream, fv_span_of(plain, sizeof plain),
		    i + 1 == FV_ATTACHMENT_PIECES_MAX, sealed);
		if (write(fd, sealed, sizeof sealed) != (ssize_t)sizeof sealed)
			return 1;
	}
	return fsync(fd);
}

int
main(int argc, char **argv)
{
	char path[4096];
	double started, took;
	int fd, rc;

	if (fv_crypto_init() != FV_OK ||
	    snprintf(path, sizeof path, "%s/bench_attach.XXXXXX",
		argc > 1 ? argv[1] : "build") >= (int)sizeof path ||
	    (fd = mkstemp(path)) < 0)
		return 1;
	started = now_s();
	rc = write_sealed(fd);
	took = now_s() - started;
	(void)close(fd);
	(void)unlink(path);
	(void)printf(
	    "{\"bench\":\"attach_bare\",\"mb_per_s\":%.1f}\n", FV_ATTACHMENT_MAX / 1e6 / took);
	return rc;
}
