/* Inside of the desk: what its files share besides desk.h. */
#ifndef FV_DESK_IN_H
#define FV_DESK_IN_H

#include <pthread.h>
#include <stdatomic.h>

#include "sync-server/desk/session.h"
#include "sync-server/desk/throttle.h"

#define DESK_READERS_MAX 8U
#define DESK_CLASSES 6U /* of status codes: 2xx is 2 */

struct desk {
	struct fv_host *host;
	struct fv_writer *writer;
	struct healthwatch *watch;
	struct desk_sessions *sessions;
	struct desk_throttle *throttle;
	struct fv_web *web;
	char csp[FV_WEB_VALUE_BYTES]; /* Content-Security-Policy of every answer */
	char *tiles;                  /* owned; NULL: none */
	pthread_mutex_t lock;         /* of readers */
	struct fv_store *readers[DESK_READERS_MAX]; /* idle ones */
	size_t reader_count;
	bool takes_owntracks;                       /* POST /pub */
	atomic_uint_fast64_t answers[DESK_CLASSES]; /* by class; each only grows */
};

/* A store for reading, without a view; for a handler that streams longer than its call.
 * Give it back with desk_reader_give(). */
FV_NODISCARD enum fv_err desk_reader_take(struct desk *desk, struct fv_store **out);
void desk_reader_give(struct desk *desk, struct fv_store *store);

/* Answer 429, and when to try again. */
void desk_too_often(struct fv_web_answer *answer, int64_t wait_ms);

/* The listener's handler (desk.c). */
void desk_handle(
    void *ctx, const struct fv_web_request *request, struct fv_web_answer *answer);

/* The rows that fit a path under /api/v1: the one of this method, or NULL; *is_known_out
 * tells whether there is one of another method.  The texts in params point into `path`,
 * which is cut up. */
const struct desk_route *desk_route_find(
    const char *method, char *path, const char *params[DESK_PARAMS_MAX], bool *is_known_out);

/* The tables of routes, by number from 0; NULL past the last.  Returns borrowed: static. */
const struct desk_route *desk_route_area(size_t idx);

/* Serve a file of the page, or 404. */
void desk_serve_asset(const struct fv_web_request *request, struct fv_web_answer *answer);

/* Who the token in the Authorization header is.  It reads; it has no CSRF token.
 * Errors: FV_ENOENT  none, or it is not in force;  the store's */
FV_NODISCARD enum fv_err desk_token_find(
    const struct fv_web_request *web, struct fv_store *store, struct desk_who *who);

/* POST /pub: a position of an OwnTracks app. */
void desk_serve_pub(
    struct desk *desk, const struct fv_web_request *web, struct fv_web_answer *answer);

/* GET /healthz and /metrics. */
void desk_serve_health(struct desk *desk, struct fv_web_answer *answer);
void desk_serve_metrics(struct desk *desk, struct fv_web_answer *answer);

#endif
