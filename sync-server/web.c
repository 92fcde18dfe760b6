#include "sync-server/web.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync-server/address.h"

#define IDLE_SECONDS 60U      /* a connection that says nothing is dropped then */
#define CONNECTIONS_MAX 512U  /* of one listener */
#define CONNECTIONS_EACH 256U /* of one address: an office may stand behind one */
#define STREAM_BLOCK 65536U   /* bytes asked of a streamed body at a time */
#define BODY_OPEN_MAX 65536U  /* bytes of a body that anybody may send */
#define FORM_VALUE_MAX 65536U /* bytes of one decoded form value */

struct fv_web {
	struct MHD_Daemon *daemon;
	uint16_t port;
	bool is_tls, is_behind_proxy;
	size_t body_max;
	fv_web_fn handler;
	fv_web_let_fn lets_much;
	void *ctx;
};

/* What con_cls points to. */
struct exchange {
	struct MHD_Connection *connection;
	struct fv_buf body;
	bool is_too_large;
	bool is_let;     /* its body may be large */
	bool is_dropped; /* it may not: the body is left out */
};

/* -- what a handler asks --------------------------------------------------------- */

const char *
fv_web_query(const struct fv_web_request *request, const char *name)
{
	const struct exchange *ex = request->inside;

	return MHD_lookup_connection_value(ex->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *
fv_web_header(const struct fv_web_request *request, const char *name)
{
	const struct exchange *ex = request->inside;

	return MHD_lookup_connection_value(ex->connection, MHD_HEADER_KIND, name);
}

const char *
fv_web_cookie(const struct fv_web_request *request, const char *name)
{
	const struct exchange *ex = request->inside;

	return MHD_lookup_connection_value(ex->connection, MHD_COOKIE_KIND, name);
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)(c | 0x20U);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode one piece of a form; a broken escape stands as it is. */
static void
put_decoded(struct fv_buf *out, struct fv_span piece)
{
	for (size_t i = 0; i < piece.len && i < FORM_VALUE_MAX; i++) {
		uint8_t c = piece.ptr[i];
		int high, low;

		if (c == '%' && i + 2 < piece.len &&
		    (high = hex_digit(piece.ptr[i + 1])) >= 0 &&
		    (low = hex_digit(piece.ptr[i + 2])) >= 0) {
			fv_buf_put_u8(out, (uint8_t)(high * 16 + low));
			i += 2;
		} else {
			fv_buf_put_u8(out, c == '+' ? ' ' : c);
		}
	}
}

bool
fv_web_form(const struct fv_web_request *request, const char *name, struct fv_buf *out)
{
	const uint8_t *at = request->body.ptr;
	size_t left = request->body.len;

	while (left > 0) {
		const uint8_t *end = memchr(at, '&', left);
		const size_t len = end == NULL ? left : (size_t)(end - at);
		const uint8_t *equals = memchr(at, '=', len);
		const size_t key_len = equals == NULL ? len : (size_t)(equals - at);

		if (key_len == strlen(name) && memcmp(at, name, key_len) == 0) {
			if (equals != NULL)
				put_decoded(out, fv_span_of(equals + 1, len - key_len - 1));
			return true;
		}
		if (end == NULL)
			break;
		at = end + 1;
		left -= len + 1;
	}
	return false;
}

/* -- what it answers ------------------------------------------------------------- */

void
fv_web_put(struct fv_web_answer *answer, const char *name, const char *fmt, ...)
{
	char *value;
	va_list args;
	int len;

	if (answer->header_count == FV_WEB_HEADERS_MAX) {
		answer->is_bad = true;
		return;
	}
	value = answer->headers[answer->header_count].value;
	va_start(args, fmt);
	len = vsnprintf(value, FV_WEB_VALUE_BYTES, fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= FV_WEB_VALUE_BYTES)
		answer->is_bad = true;
	for (const char *c = value; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			answer->is_bad = true;
	answer->headers[answer->header_count++].name = name;
}

static void
answer_clear(struct fv_web_answer *answer)
{
	if (answer->close != NULL)
		answer->close(answer->stream);
	fv_buf_clear(&answer->body);
	*answer = (struct fv_web_answer){0};
}

static const char internal_error[] =
    "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500,"
    "\"code\":\"internal\",\"detail\":\"the server could not answer; try again\"}";

/* A streamed body, from MHD's callbacks back to the handler's. */
struct stream {
	fv_web_read_fn read;
	void (*close)(void *stream);
	void *inside;
};

static ssize_t
stream_read(void *cls, uint64_t pos, char *into, size_t max)
{
	struct stream *stream = cls;
	ssize_t got = stream->read(stream->inside, (uint8_t *)into, max);

	(void)pos;
	if (got == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return got < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : got;
}

static void
stream_free(void *cls)
{
	struct stream *stream = cls;

	if (stream->close != NULL)
		stream->close(stream->inside);
	free(stream);
}

/* Takes the answer's stream when it succeeds. */
static struct MHD_Response *
make_stream(struct fv_web_answer *answer)
{
	struct stream *stream = malloc(sizeof *stream);
	struct MHD_Response *response;

	if (stream == NULL)
		return NULL;
	*stream = (struct stream){answer->read, answer->close, answer->stream};
	response = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, stream, stream_free);
	if (response == NULL)
		free(stream);
	else
		answer->close = NULL;
	return response;
}

static struct MHD_Response *
make_response(struct fv_web_answer *answer)
{
	struct fv_span bytes = answer->fixed;

	if (answer->read != NULL)
		return make_stream(answer);
	if (bytes.ptr != NULL)
		return MHD_create_response_from_buffer(
		    bytes.len, (void *)(uintptr_t)bytes.ptr, MHD_RESPMEM_PERSISTENT);
	bytes = fv_buf_span(&answer->body);
	return MHD_create_response_from_buffer(
	    bytes.len, (void *)(uintptr_t)bytes.ptr, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result
send_answer(struct MHD_Connection *connection, struct fv_web_answer *answer)
{
	struct MHD_Response *response;
	enum MHD_Result sent;

	if (answer->is_bad || answer->status == 0 || fv_buf_status(&answer->body) != FV_OK) {
		answer_clear(answer);
		answer->status = 500;
		answer->type = "application/problem+json";
		answer->fixed = fv_span_z(internal_error);
	}
	response = make_response(answer);
	if (response == NULL) {
		answer_clear(answer);
		return MHD_NO;
	}
	if (answer->type != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	for (size_t i = 0; i < answer->header_count; i++)
		MHD_add_response_header(
		    response, answer->headers[i].name, answer->headers[i].value);
	sent = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	answer_clear(answer);
	return sent;
}

/* -- requests -------------------------------------------------------------------- */

static void
put_address(const struct sockaddr *address, char out[FV_WEB_CLIENT_BYTES])
{
	const void *at = address->sa_family == AF_INET6
	    ? (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr
	    : (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;

	if (inet_ntop(address->sa_family, at, out, FV_WEB_CLIENT_BYTES) == NULL)
		out[0] = '\0';
}

/* The last address of X-Forwarded-For is the one that our own proxy saw. */
static void
take_forwarded(const char *list, char out[FV_WEB_CLIENT_BYTES])
{
	const char *comma = strrchr(list, ',');
	const char *at = comma == NULL ? list : comma + 1;
	uint8_t parsed[16];
	char text[FV_WEB_CLIENT_BYTES];
	int family;

	while (*at == ' ')
		at++;
	if (strlen(at) >= sizeof text)
		return;
	memcpy(text, at, strlen(at) + 1);
	family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, parsed) == 1)
		memcpy(out, text, sizeof text);
}

/* Who is at the other end.  Only a proxy that was announced, on this machine, is believed
 * about somebody else. */
static void
find_client(const struct fv_web *web, struct fv_web_request *request)
{
	const struct exchange *ex = request->inside;
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(ex->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const char *list;

	request->is_tls = web->is_tls || web->is_behind_proxy;
	if (info == NULL || info->client_addr == NULL)
		return;
	put_address(info->client_addr, request->client);
	request->is_loopback = fv_address_is_loopback(info->client_addr);
	list = fv_web_header(request, "X-Forwarded-For");
	if (web->is_behind_proxy && request->is_loopback && list != NULL) {
		request->is_loopback = false;
		take_forwarded(list, request->client);
	}
}

static void
exchange_free(struct exchange *ex)
{
	fv_buf_clear(&ex->body);
	free(ex);
}

/* Strangers fill no memory. */
static bool
is_let(const struct fv_web *web, struct exchange *ex)
{
	struct fv_web_request request = {.inside = ex};

	if (!ex->is_let && web->lets_much != NULL) {
		find_client(web, &request);
		ex->is_let = web->lets_much(web->ctx, &request);
	}
	return ex->is_let || web->lets_much == NULL;
}

static void
take_body(const struct fv_web *web, struct exchange *ex, struct fv_span piece)
{
	if (!ex->is_dropped && ex->body.len + piece.len > BODY_OPEN_MAX && !is_let(web, ex)) {
		ex->is_dropped = true;
		fv_buf_clear(&ex->body);
	}
	if (ex->is_dropped)
		return;
	if (ex->is_too_large || piece.len > web->body_max - ex->body.len) {
		ex->is_too_large = true;
		fv_buf_clear(&ex->body);
	} else {
		fv_buf_put_span(&ex->body, piece);
	}
}

static enum MHD_Result
refuse(struct MHD_Connection *connection, uint32_t status, const char *text)
{
	struct fv_web_answer answer = {
	    .status = status, .type = "application/problem+json", .fixed = fv_span_z(text)};

	return send_answer(connection, &answer);
}

static enum MHD_Result
answer_request(struct fv_web *web, struct exchange *ex, const char *method, const char *path)
{
	struct fv_web_request request = {.method = method, .path = path, .inside = ex};
	struct fv_web_answer answer = {0};

	if (ex->is_too_large)
		return refuse(ex->connection, 413,
		    "{\"type\":\"about:blank\",\"title\":\"Content Too Large\",\"status\":413,"
		    "\"code\":\"too-large\",\"detail\":\"the request is larger than this "
		    "server takes\"}");
	if (fv_buf_status(&ex->body) != FV_OK)
		return refuse(ex->connection, 500, internal_error);
	request.body = fv_buf_span(&ex->body);
	request.is_left_out = ex->is_dropped;
	find_client(web, &request);
	web->handler(web->ctx, &request, &answer);
	return send_answer(ex->connection, &answer);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *data, size_t *data_bytes, void **con_cls)
{
	struct fv_web *web = cls;
	struct exchange *ex = *con_cls;

	(void)version;
	if (ex == NULL) {
		if ((ex = calloc(1, sizeof *ex)) == NULL)
			return MHD_NO;
		ex->connection = connection;
		*con_cls = ex;
		return MHD_YES;
	}
	if (*data_bytes > 0) {
		take_body(web, ex, fv_span_of(data, *data_bytes));
		*data_bytes = 0;
		return MHD_YES;
	}
	/* HEAD is GET whose body is not sent: MHD leaves it out. */
	return answer_request(web, ex, strcmp(method, "HEAD") == 0 ? "GET" : method, url);
}

static void
on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
    enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)connection;
	(void)why;
	if (*con_cls != NULL)
		exchange_free(*con_cls);
	*con_cls = NULL;
}

/* -- start and stop -------------------------------------------------------------- */

static struct MHD_Daemon *
start_daemon(struct fv_web *web, const struct fv_web_opts *opts, int fd)
{
	const unsigned flags =
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | (web->is_tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)opts->tls_cert},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)opts->tls_key},
	    {MHD_OPTION_END, 0, NULL}};

	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, web,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_TIMEOUT,
	    opts->idle_s != 0 ? opts->idle_s : IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT,
	    CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    opts->is_behind_proxy ? 0U : CONNECTIONS_EACH, MHD_OPTION_THREAD_POOL_SIZE,
	    opts->threads, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_ARRAY,
	    web->is_tls ? tls : tls + 2, MHD_OPTION_END);
}

enum fv_err
fv_web_start(const struct fv_web_opts *opts, struct fv_web **web_out)
{
	struct fv_web *web = calloc(1, sizeof *web);
	enum fv_err rc;
	int fd;

	*web_out = NULL;
	if (web == NULL)
		return FV_ENOMEM;
	web->is_tls = opts->tls_cert != NULL;
	web->is_behind_proxy = opts->is_behind_proxy;
	web->body_max = opts->body_max;
	web->handler = opts->handler;
	web->lets_much = opts->lets_much;
	web->ctx = opts->ctx;
	if ((rc = fv_address_bind(opts->address, &fd, &web->port)) != FV_OK) {
		fprintf(stderr, "fieldvisitd: %s: cannot listen there: %s\n", opts->address,
		    rc == FV_EFORMAT ? "give HOST:PORT with a numeric host" : fv_err_text(rc));
		free(web);
		return rc;
	}
	if ((web->daemon = start_daemon(web, opts, fd)) == NULL) {
		close(fd);
		fprintf(stderr, "fieldvisitd: %s: cannot serve there%s\n", opts->address,
		    web->is_tls ? ": are --tls-cert and --tls-key PEM files that belong "
				  "together?"
				: "");
		rc = web->is_tls ? FV_EFORMAT : FV_EIO;
		free(web);
		return rc;
	}
	*web_out = web;
	return FV_OK;
}

uint16_t
fv_web_port(const struct fv_web *web)
{
	return web->port;
}

void
fv_web_stop(struct fv_web *web)
{
	if (web == NULL)
		return;
	MHD_stop_daemon(web->daemon);
	free(web);
}
