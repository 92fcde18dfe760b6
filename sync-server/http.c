#include "sync-server/http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync-server/address.h"
#include "sync-server/ahead.h"
#include "sync-server/ingest.h"
#include "sync-server/store/book.h"

#define BODY_MAX 8388608U /* bytes in one request; a device sends less at a time */
#define IDLE_SECONDS 60U  /* a half-sent request is dropped then */
#define POOL_THREADS 2U
#define REVOKED_SERVED_MS (30 * FV_MS_PER_DAY)
#define FIRST_HANDLE_WINDOW_MS 1000
#define FIRST_HANDLE_USES 3U /* of handle 0 in that time by a device that had moved on */
#define FIRST_HANDLE_SLOTS 256U

#define HTTP_TOO_LARGE 413U

struct fv_http {
	struct fv_host *host;
	struct fv_writer *writer;
	struct healthwatch *watch;
	struct MHD_Daemon *sync;
	uint16_t port;
	pthread_mutex_t lock;    /* of reader and first_use */
	struct fv_store *reader; /* look-ups before a body is read */
	struct {
		int64_t since_ms; /* 0: not in use */
		unsigned uses;
	} first_use[FIRST_HANDLE_SLOTS]; /* of handle 0, by device number */
	atomic_int in_flight;            /* exchanges that the writer holds */
	atomic_bool is_stopping;         /* nothing more is suspended */
};

/* One request as HTTP sees it; what con_cls points to. */
struct request {
	struct fv_http *http;
	struct MHD_Connection *connection;
	struct fv_exchange *exchange;
	struct fv_buf first_plain; /* enrolment: its chunks' plaintext */
	struct fv_ahead ahead;     /* sync: what HTTP works out for the writer */
	enum fv_err stream_error;
	bool is_handed_over; /* FINISH or ENROL is queued */
	bool is_done;        /* the writer has answered */
};

static enum MHD_Result
reply(
    struct MHD_Connection *connection, uint32_t status, const char *text, const char *retry_s)
{
	struct MHD_Response *response;
	enum MHD_Result sent;

	response = MHD_create_response_from_buffer(
	    strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (retry_s != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, retry_s);
	sent = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return sent;
}

/* The plain statuses of PROTOCOL.md section 7, a reason word each; the last is for the rest.
 */
static enum MHD_Result
reply_plain(struct MHD_Connection *connection, uint32_t status)
{
	static const struct {
		uint32_t status;
		const char *text, *retry_s;
	} rows[] = {{400, "malformed\n", NULL}, {401, "unknown\n", NULL},
	    {404, "not here\n", NULL}, {405, "POST only\n", NULL},
	    {409, "wrong cursor\n", NULL}, {410, "gone\n", NULL},
	    {411, "Content-Length is needed\n", NULL}, {HTTP_TOO_LARGE, "too large\n", NULL},
	    {429, "too often\n", "5"}, {507, "not stored\n", NULL}, {503, "busy\n", "10"}};
	size_t i = 0;

	while (i + 1 < sizeof rows / sizeof rows[0] && rows[i].status != status)
		i++;
	return reply(connection, rows[i].status, rows[i].text, rows[i].retry_s);
}

static const struct fv_host_hpke *
find_key(const struct fv_host *host, uint8_t id)
{
	for (size_t i = 0; i < host->hpke_count; i++)
		if (host->hpke[i].id == id)
			return &host->hpke[i];
	return NULL;
}

/* Handle 0 never expires, so that nobody is locked out; but it is not for every day. */
static bool
is_too_often(
    struct fv_http *http, const struct fv_store_device *device, uint32_t idx, int64_t now)
{
	const size_t slot = (uint64_t)device->no % FIRST_HANDLE_SLOTS;
	const int64_t since = now - http->first_use[slot].since_ms;
	const bool is_new =
	    since < 0 || since >= FIRST_HANDLE_WINDOW_MS; /* < 0: clock set back */

	/* A device that has not moved on yet knows no other handle. */
	if (idx != 0 || (is_new && device->handle_idx <= 1))
		return false;
	if (is_new) {
		http->first_use[slot].since_ms = now;
		http->first_use[slot].uses = 0;
	}
	return ++http->first_use[slot].uses > FIRST_HANDLE_USES;
}

/* Who is it?  0: go on; else the plain status. */
static uint32_t
find_device(struct fv_http *http, const struct fv_envelope_hdr *hdr, int64_t now,
    struct fv_store_device *device, uint32_t *idx_out)
{
	uint32_t status = 401;
	int64_t no;
	enum fv_err rc;

	pthread_mutex_lock(&http->lock);
	rc = fv_store_handle_find(http->reader, hdr->handle, &no, idx_out);
	if (rc == FV_OK)
		rc = fv_store_device_get_no(http->reader, no, device);
	if (rc == FV_OK)
		status = is_too_often(http, device, *idx_out, now) ? 429 : 0;
	else if (rc != FV_ENOENT)
		status = 503;
	pthread_mutex_unlock(&http->lock);
	if (status == 0 && device->is_revoked && now - device->revoked_ms > REVOKED_SERVED_MS)
		status = 410;
	return status;
}

static uint32_t
find_ticket(struct fv_http *http, const struct fv_envelope_hdr *hdr, int64_t now,
    struct fv_store_ticket *ticket)
{
	enum fv_err rc;

	pthread_mutex_lock(&http->lock);
	rc = fv_store_ticket_get(http->reader, hdr->ticket_id, ticket);
	pthread_mutex_unlock(&http->lock);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? 401 : 503;
	return !ticket->is_spent && now > ticket->expires_ms ? 410 : 0;
}

static uint32_t
open_stream(struct fv_http *http, const struct fv_envelope_hdr *hdr, struct fv_exchange *ex)
{
	const struct fv_host_hpke *key = find_key(http->host, hdr->key_id);
	struct fv_envelope_from from = {.hdr = hdr};
	struct fv_store_ticket ticket = {0};
	struct fv_store_device device = {0};
	uint32_t status, idx = 0;
	enum fv_err rc;

	if (key == NULL)
		return 401;
	from.sk_server = key->sk;
	from.pk_server = key->pk;
	if (hdr->kind == FV_ENVELOPE_ENROL) {
		status = find_ticket(http, hdr, ex->received_ms, &ticket);
		from.token = ticket.token;
		memcpy(ex->ticket_id, hdr->ticket_id, sizeof ex->ticket_id);
	} else {
		status = find_device(http, hdr, ex->received_ms, &device, &idx);
		from.pk_sync = device.pk_sync;
		if (status == 0 && fv_session_new(&ex->session, &device, idx) != FV_OK)
			status = 503;
	}
	if (status == 0) {
		rc = fv_envelope_stream_new(&from, &ex->stream);
		status = rc == FV_OK ? 0 : 503;
	}
	fv_wipe(&ticket, sizeof ticket);
	fv_wipe(&device, sizeof device);
	return status;
}

static void
request_free(struct request *request)
{
	fv_exchange_free(request->exchange);
	fv_buf_clear(&request->first_plain);
	free(request);
}

/* The writer is done: let HTTP go on. */
static void
on_done(struct fv_exchange *exchange, void *ctx)
{
	struct request *request = ctx;
	struct fv_http *http = request->http;

	(void)exchange;
	if (request->connection == NULL) { /* the other side has gone */
		request_free(request);
	} else {
		request->is_done = true;
		MHD_resume_connection(
		    request->connection); /* and the request is HTTP's again */
	}
	/* Last of all: fv_http_stop() waits for it and then takes everything apart. */
	atomic_fetch_sub(&http->in_flight, 1);
}

/* From the request line and headers alone: 0, or the status that refuses. */
static uint32_t
begin_request(struct fv_http *http, struct MHD_Connection *connection, const char *url,
    struct request **request_out)
{
	const char *length = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	enum fv_envelope_kind kind;
	struct fv_envelope_hdr hdr;
	struct request *request;
	uint64_t bytes;
	uint32_t status;

	*request_out = NULL;
	if (strncmp(url, "/s/", 3) != 0 && strncmp(url, "/e/", 3) != 0)
		return 404;
	kind = url[1] == 's' ? FV_ENVELOPE_SYNC : FV_ENVELOPE_ENROL;
	if (fv_envelope_hdr_parse_path(kind, fv_span_z(url + 3), &hdr) != FV_OK)
		return 401;
	if (length == NULL)
		return 411;
	if (fv_decimal_decode(fv_span_z(length), BODY_MAX, &bytes) != FV_OK)
		return HTTP_TOO_LARGE;
	if ((request = calloc(1, sizeof *request)) == NULL)
		return 503;
	request->http = http;
	request->connection = connection;
	if ((request->exchange = fv_exchange_new()) == NULL) {
		request_free(request);
		return 503;
	}
	request->exchange->is_enrol = kind == FV_ENVELOPE_ENROL;
	request->exchange->received_ms = fv_host_now_ms();
	request->exchange->on_done = on_done;
	request->exchange->ctx = request;
	if ((status = open_stream(http, &hdr, request->exchange)) != 0) {
		request_free(request);
		return status;
	}
	if (kind == FV_ENVELOPE_SYNC)
		request->ahead = (struct fv_ahead){.reader = http->reader,
		    .lock = &http->lock,
		    .no = fv_session_device(request->exchange->session)->no};
	*request_out = request;
	return 0;
}

static enum fv_err
take_chunk(struct request *request)
{
	struct fv_job job = {.kind = FV_JOB_CHUNK, .exchange = request->exchange};
	struct fv_span chunk = fv_envelope_stream_chunk(request->exchange->stream);
	enum fv_err rc;

	if (request->exchange->is_enrol) {
		fv_buf_put_span(&request->first_plain, chunk);
		return fv_buf_status(&request->first_plain);
	}
	fv_buf_put_span(&job.plain, chunk);
	job.seen = fv_ahead_chunk(&request->ahead, chunk);
	if ((rc = fv_buf_status(&job.plain)) == FV_OK)
		rc = fv_writer_push(request->http->writer, &job);
	if (rc != FV_OK) {
		fv_buf_clear(&job.plain);
		free(job.seen);
	}
	return rc;
}

static void
take_body(struct request *request, struct fv_span piece)
{
	size_t used;

	while (piece.len > 0 && request->stream_error == FV_OK) {
		enum fv_err rc =
		    fv_envelope_stream_feed(request->exchange->stream, piece, &used);
		piece.ptr += used;
		piece.len -= used;
		if (rc == FV_OK)
			rc = take_chunk(request);
		if (rc != FV_OK && rc != FV_AGAIN)
			request->stream_error = rc;
	}
}

/* Queue the job after which the exchange is the writer's. */
static bool
hand_over(struct request *request)
{
	struct fv_job job = {.exchange = request->exchange};

	job.kind = request->exchange->is_enrol ? FV_JOB_ENROL : FV_JOB_FINISH;
	job.plain = request->first_plain;
	request->first_plain = (struct fv_buf){0};
	request->is_handed_over = true;
	atomic_fetch_add(&request->http->in_flight, 1);
	if (fv_writer_push(request->http->writer, &job) == FV_OK)
		return true;
	fv_buf_clear(&job.plain);
	atomic_fetch_sub(&request->http->in_flight, 1);
	request->is_handed_over = false;
	return false;
}

static enum MHD_Result
end_of_body(struct request *request)
{
	const struct fv_envelope_stream *stream = request->exchange->stream;
	struct fv_http *http = request->http;

	/* Nobody has proven who he is: the rest is not worth a transaction. */
	if (fv_envelope_stream_count(stream) == 0)
		return reply_plain(request->connection, 401);
	if (request->exchange->is_enrol && !fv_envelope_stream_is_complete(stream))
		return reply_plain(request->connection, 400);
	/* Counted before the look: either we see the stop, or the stop waits for us. */
	atomic_fetch_add(&http->in_flight, 1);
	if (atomic_load(&http->is_stopping)) {
		atomic_fetch_sub(&http->in_flight, 1);
		return reply_plain(request->connection, 503);
	}
	MHD_suspend_connection(request->connection);
	if (!hand_over(request)) {
		request->exchange->status = 503;
		request->is_done = true;
		MHD_resume_connection(request->connection);
	}
	atomic_fetch_sub(&http->in_flight, 1);
	return MHD_YES;
}

static enum MHD_Result
send_answer(struct request *request)
{
	struct fv_buf *body = &request->exchange->body;
	struct MHD_Response *response;
	enum MHD_Result sent;

	if (request->exchange->status != 200)
		return reply_plain(request->connection, request->exchange->status);
	response =
	    MHD_create_response_from_buffer(body->len, body->ptr, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/vnd.fieldvisit.sync");
	sent = MHD_queue_response(request->connection, 200, response);
	MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result
reply_health(struct fv_http *http, struct MHD_Connection *connection)
{
	if (healthwatch_is_well(http->watch))
		return reply(connection, 200, "ok\n", NULL);
	return reply(connection, 503, "broken\n", NULL);
}

static enum MHD_Result
on_sync(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *data, size_t *data_bytes, void **con_cls)
{
	struct fv_http *http = cls;
	struct request *request = *con_cls;
	uint32_t status;

	(void)version;
	if (request == NULL) {
		if (strcmp(url, "/healthz") == 0 && strcmp(method, "GET") == 0)
			return reply_health(http, connection);
		status = strcmp(method, "POST") != 0
		    ? (strncmp(url, "/s/", 3) == 0 ? 405 : 404)
		    : begin_request(http, connection, url, &request);
		*con_cls = request;
		return status != 0 ? reply_plain(connection, status) : MHD_YES;
	}
	if (*data_bytes > 0) {
		take_body(request, fv_span_of(data, *data_bytes));
		*data_bytes = 0;
		return MHD_YES;
	}
	return request->is_done ? send_answer(request) : end_of_body(request);
}

/* Whole, cut or timed out: what came before a cut still counts. */
static void
on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
    enum MHD_RequestTerminationCode why)
{
	struct request *request = *con_cls;

	(void)cls;
	(void)connection;
	(void)why;
	*con_cls = NULL;
	if (request == NULL)
		return;
	request->connection = NULL;
	if (request->is_handed_over || request->exchange->is_enrol ||
	    fv_envelope_stream_count(request->exchange->stream) == 0)
		request_free(request);
	else if (!hand_over(request)) /* the writer may hold its chunks: not freed under it */
		fputs("fieldvisitd: out of memory; a cut request is not closed\n", stderr);
}

static enum fv_err
start_daemon(struct fv_http *http, const char *address)
{
	enum fv_err rc;
	int fd;

	if ((rc = fv_address_bind(address, &fd, &http->port)) != FV_OK) {
		fprintf(stderr, "fieldvisitd: %s: cannot listen there: %s\n", address,
		    rc == FV_EFORMAT ? "give HOST:PORT with a numeric host" : fv_err_text(rc));
		return rc;
	}
	http->sync = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, on_sync, http, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_THREAD_POOL_SIZE,
	    POOL_THREADS, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
	if (http->sync == NULL) {
		close(fd);
		fprintf(stderr, "fieldvisitd: %s: cannot serve there\n", address);
		return FV_EIO;
	}
	return FV_OK;
}

enum fv_err
fv_http_start(const struct fv_http_opts *opts, struct fv_http **http_out)
{
	struct fv_http *http = calloc(1, sizeof *http);
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_ERANGE;

	*http_out = NULL;
	if (http == NULL)
		return FV_ENOMEM;
	http->host = opts->host;
	http->writer = opts->writer;
	http->watch = opts->watch;
	pthread_mutex_init(&http->lock, NULL);
	if (fv_host_path(opts->host->dir, "fieldvisit.db", path))
		rc = fv_store_open(&http->reader, path, FV_STORE_READ);
	if (rc == FV_OK)
		rc = start_daemon(http, opts->address);
	if (rc != FV_OK) {
		fv_http_stop(http);
		return rc;
	}
	*http_out = http;
	return FV_OK;
}

uint16_t
fv_http_port(const struct fv_http *http)
{
	return http->port;
}

static void
wait_for_writer(struct fv_http *http)
{
	while (atomic_load(&http->in_flight) > 0)
		usleep(1000);
}

void
fv_http_stop(struct fv_http *http)
{
	if (http == NULL)
		return;
	if (http->sync != NULL) {
		/* A suspended connection must not meet a stopping daemon; and the uploads that
		 * the stop cuts are handed to the writer as well. */
		MHD_socket fd = MHD_quiesce_daemon(http->sync);
		atomic_store(&http->is_stopping, true);
		wait_for_writer(http);
		MHD_stop_daemon(http->sync);
		wait_for_writer(http);
		if (fd != MHD_INVALID_SOCKET)
			close(fd);
	}
	fv_store_close(http->reader);
	pthread_mutex_destroy(&http->lock);
	free(http);
}
