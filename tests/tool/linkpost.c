/*
 * Send what standard input holds through fieldvisit-link, as a sync does, and print one
 * JSON object.  usage: linkpost URL
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "firmware-app/linkproc.h"
#include "fv/crypto.h"

static void
print_answer(const struct fv_link_answer *a)
{
	struct fv_hash hash;

	fv_sha256(a->body, &hash);
	(void)printf("{\"outcome\":%d,\"status\":%" PRIu32 ",\"retry_after\":",
	    (int)a->outcome, a->status);
	if (a->has_retry_after)
		(void)printf("%" PRIu32, a->retry_after_s);
	else
		(void)printf("null");
	(void)printf(",\"up\":%" PRIu64 ",\"down\":%" PRIu64 ",\"guards\":%" PRIu32
		     ",\"len\":%zu,\"sha256\":\"",
	    a->up_bytes, a->down_bytes, a->guards, a->body.len);
	for (size_t i = 0; i < sizeof hash.b; i++)
		(void)printf("%02x", hash.b[i]);
	(void)printf("\"}\n");
}

int
main(int argc, char **argv)
{
	struct fv_linkproc proc = FV_LINKPROC_NONE;
	struct fv_link_answer answer;
	struct fv_buf body = {0};
	uint8_t piece[4096];
	enum fv_err rc;
	size_t n;

	if (argc != 2 || fv_crypto_init() != FV_OK)
		return 2;
	while ((n = fread(piece, 1, sizeof piece, stdin)) > 0)
		fv_buf_put(&body, piece, n);
	if ((rc = fv_linkproc_start(&proc, argv[1], fv_buf_span(&body))) == FV_OK) {
		while ((rc = fv_linkproc_step(&proc, &answer)) == FV_AGAIN) {
			struct pollfd p = {.fd = proc.fd, .events = fv_linkproc_events(&proc)};

			(void)poll(&p, 1, fv_linkproc_timeout_ms(&proc));
		}
	}
	if (rc == FV_OK)
		print_answer(&answer);
	else
		(void)printf("{\"error\":\"%s\"}\n", fv_err_name(rc));
	fv_linkproc_stop(&proc);
	fv_buf_clear(&body);
	return rc == FV_OK ? 0 : 1;
}
