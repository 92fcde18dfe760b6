#include "firmware-app/link/post.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 15000L
#define STALL_SECONDS 30L
#define CONTENT_TYPE "Content-Type: application/vnd.fieldvisit.sync"

struct transfer {
	const struct fv_post *post;
	struct fv_post_result *out;
	int is_too_big;
	size_t cap;
};

int
fv_post_init(void)
{
	return curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	struct fv_post_result *out = t->out;
	size_t len = size * count, cap = t->cap;
	uint8_t *grown;

	if (len > FV_LINK_ANSWER_MAX - out->body_len) {
		t->is_too_big = 1;
		return 0;
	}
	while (cap < out->body_len + len)
		cap = cap == 0 ? 16384 : cap * 2;
	if (cap != t->cap) {
		if ((grown = realloc(out->body, cap)) == NULL)
			return 0;
		out->body = grown;
		t->cap = cap;
	}
	memcpy(out->body + out->body_len, bytes, len);
	out->body_len += len;
	return len;
}

/* Heads and bodies as they pass; libcurl's own sums count a body that goes up together
 * with its head twice. */
static int
on_traffic(CURL *curl, curl_infotype what, char *bytes, size_t len, void *ctx)
{
	struct fv_post_result *out = ((struct transfer *)ctx)->out;

	(void)curl;
	(void)bytes;
	if (what == CURLINFO_HEADER_OUT || what == CURLINFO_DATA_OUT)
		out->up_bytes += (uint32_t)len;
	else if (what == CURLINFO_HEADER_IN || what == CURLINFO_DATA_IN)
		out->down_bytes += (uint32_t)len;
	return 0;
}

/* The program that asked has ended or wants no answer any more. */
static int
on_progress(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	const struct transfer *t = ctx;
	struct pollfd watch = {.fd = t->post->watch_fd, .events = 0};

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	return poll(&watch, 1, 0) > 0 && (watch.revents & (POLLHUP | POLLERR)) != 0;
}

static enum fv_link_outcome
outcome_of(CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return FV_LINK_ANSWERED;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return FV_LINK_BAD_URL;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return FV_LINK_NO_NAME;
	case CURLE_COULDNT_CONNECT:
		return FV_LINK_NO_CONNECT;
	case CURLE_OPERATION_TIMEDOUT:
		return FV_LINK_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
		return FV_LINK_NOT_HTTP;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
		return FV_LINK_FAILED;
	default:
		return FV_LINK_CUT;
	}
}

/*
 * TLS, where the URL asks for it, hides sizes and paths from those on the way; nothing
 * rests on it.  Its certificates are not checked: a handheld's clock is wrong exactly
 * when a sync matters, and what proves the server is the answer, which only the holder
 * of the key in the signed ticket can seal (PROTOCOL.md C6.1).
 */
static int
set_tls(CURL *curl)
{
	return curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK;
}

/* No redirect is followed and no cookie kept: those are libcurl's defaults. */
static int
set_up(CURL *curl, struct transfer *t, struct curl_slist *headers)
{
	const struct fv_post *post = t->post;

	return set_tls(curl) && curl_easy_setopt(curl, CURLOPT_URL, post->url) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body_len) ==
	    CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)post->total_ms) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_traffic) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t) == CURLE_OK;
}

static void
take_result(CURL *curl, CURLcode code, const struct transfer *t)
{
	struct fv_post_result *out = t->out;
	curl_off_t wait_s = 0, connected_us = 0;
	long status = 0;

	out->outcome = t->is_too_big ? FV_LINK_TOO_BIG : outcome_of(code);
	/* libcurl has one code for a URL of another protocol and for an answer in one. */
	if (out->outcome == FV_LINK_BAD_URL &&
	    curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &connected_us) == CURLE_OK &&
	    connected_us > 0)
		out->outcome = FV_LINK_NOT_HTTP;
	if (out->outcome != FV_LINK_ANSWERED)
		snprintf(out->reason, sizeof out->reason, "%s",
		    t->is_too_big ? "the answer is too long" : curl_easy_strerror(code));
	if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status > 0)
		out->status = (uint32_t)status;
	/* A 0 of libcurl's is "not said". */
	if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait_s) == CURLE_OK && wait_s > 0)
		out->retry_after_s = wait_s < 86400 ? (uint32_t)wait_s : 86400U;
}

void
fv_post_run(const struct fv_post *post, struct fv_post_result *out)
{
	static const char *const lines[] = {CONTENT_TYPE, "Expect:", "Accept:"};
	struct transfer t = {.post = post, .out = out};
	struct curl_slist *headers = NULL, *longer;
	CURL *curl = NULL;

	memset(out, 0, sizeof *out);
	out->outcome = FV_LINK_FAILED;
	out->retry_after_s = FV_LINK_NO_RETRY_AFTER;
	snprintf(out->reason, sizeof out->reason, "libcurl could not be set up");
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if ((longer = curl_slist_append(headers, lines[i])) == NULL)
			goto cleanup;
		headers = longer;
	}
	if ((curl = curl_easy_init()) == NULL || !set_up(curl, &t, headers))
		goto cleanup;
	take_result(curl, curl_easy_perform(curl), &t);
	if (out->outcome != FV_LINK_ANSWERED) {
		free(out->body);
		out->body = NULL;
		out->body_len = 0;
	}
cleanup:
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
}
