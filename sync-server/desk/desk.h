/*
 * The supervisors' desk: its API under /api/v1, the page that uses it, and who may do what.
 *
 * A route is a row of a table (routes.h) with the right that it needs.  Before its handler
 * runs the session, the right and, for all but GET, the CSRF token are checked, the body
 * is read as one JSON object and a view of the store is opened.  A handler fills the answer
 * and returns; it writes by desk_write() only.
 *
 * Threads: handlers run on any thread of the listener, several at a time.
 */
#ifndef FV_DESK_H
#define FV_DESK_H

#include "sync-server/web.h"
#include "sync-server/writer.h"

#define DESK_PARAMS_MAX 3U
#define DESK_NAME_BYTES 128U
#define DESK_BODY_MAX ((size_t)8 << 20)
#define DESK_PAGE_MAX 500U /* rows of one page of a list */

/* Who somebody is.  Stored numbers. */
enum desk_role {
	DESK_ADMIN = 1,      /* people, keys, settings; no notes, no reviews */
	DESK_SUPERVISOR = 2, /* everything about cases, visits and notes */
	DESK_AUDITOR = 3,    /* reads everything on the audit plane; changes nothing */
	DESK_MANAGER = 4,    /* of one agency: its cases, devices, officers; proposes */
};

/* What a route asks for, one bit each; desk_rights() has the table role by right. */
enum desk_right {
	DESK_OPEN = 0,            /* no session needed */
	DESK_READ = 1 << 0,       /* audit plane: visits, trails, findings, cases */
	DESK_REVIEW = 1 << 1,     /* decide a finding */
	DESK_PROPOSE = 1 << 2,    /* propose a decision (managers) */
	DESK_WORK = 1 << 3,       /* plan, assign, hold, follow up, acknowledge */
	DESK_NOTES = 1 << 4,      /* fetch sealed notes, attachments and cards */
	DESK_EXPORT = 1 << 5,     /* take data out */
	DESK_COMPLAINTS = 1 << 6, /* read the complaints inbox */
	DESK_ANSWER = 1 << 7,     /* answer a complaint, lift its hold */
	DESK_PEOPLE = 1 << 8,     /* accounts, rosters, agencies */
	DESK_SELF = 1 << 9,       /* one's own session and password: everybody */
};
unsigned desk_rights(enum desk_role role);
/* The word of the first of these rights, "read", ...; NULL: there is none. */
const char *desk_right_word(unsigned right);

/* Who is asking. */
struct desk_who {
	char id[FV_ID_BYTES]; /* of the account; also the supervisor's id on the roster */
	char name[DESK_NAME_BYTES];
	enum desk_role role;
	char agency[FV_ID_BYTES];  /* of a manager: all that he may see; else "" (every one) */
	char officer[FV_ID_BYTES]; /* the officer that he is himself; "": none */
	unsigned rights;
};

struct desk; /* desk_in.h */

struct fv_desk_opts {
	struct fv_host *host;      /* borrowed: keys and folder; its store is not touched */
	struct fv_writer *writer;  /* borrowed until stop */
	struct healthwatch *watch; /* borrowed until stop: /healthz and /metrics */
	/* Copied: address, TLS, proxy, idle_s; the rest is the desk's own. */
	const struct fv_web_opts *web;
	int64_t session_idle_ms; /* 0: the default */
	bool takes_owntracks;    /* POST /pub: positions that nobody signed */
	const char *tiles;       /* URL of map tiles with {z}, {x}, {y}; NULL: none */
};

/*
 * Listen.  Says why not on stderr.
 * Errors: FV_EFORMAT  the address, the certificate or the tile URL;  FV_EBUSY  in use;
 *         FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_desk_start(
    const struct fv_desk_opts *opts, struct desk **desk_out);
uint16_t fv_desk_port(const struct desk *desk);
void fv_desk_stop(struct desk *desk);

struct desk_request {
	const struct fv_web_request *web;
	struct desk *desk;
	struct fv_host *host; /* folder, agency, url; its store is the writer's: hands off */
	struct fv_writer *writer;   /* for desk_write() */
	struct fv_store *store;     /* read-only, with a view that lasts for the call */
	const struct desk_who *who; /* NULL on an open route without a session */
	const char *params[DESK_PARAMS_MAX]; /* what stood for {..} in the path, in order */
	const json_t *body;                  /* of POST, PUT, DELETE; NULL: none */
	int64_t now_ms;
	bool is_chinese; /* Accept-Language, or ?lang=zh */
};

typedef void (*desk_fn)(struct desk_request *request, struct fv_web_answer *answer);

/* May this person see what belongs to `agency`?  Nothing of another agency is ever shown
 * to a manager: answer 404, as if it were not there. */
bool desk_sees(const struct desk_request *request, const char *agency);

/* Answer with JSON.  Takes: value (NULL: out of memory, 500).  With an ETag of its bytes;
 * 304 when the client has them. */
void desk_json(struct desk_request *request, struct fv_web_answer *answer, uint32_t status,
    json_t *value);

/* Answer application/problem+json (RFC 9457).  `code` is a stable word for programs and for
 * the page's Chinese; the detail names the thing, the rule and what to do next. */
void desk_problem(struct fv_web_answer *answer, uint32_t status, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The problem that stands for an error of the store or the library. */
void desk_failed(struct fv_web_answer *answer, enum fv_err err);

/*
 * Run a verb (host.h) on the writer as this person: `by` is added to the request.
 * Takes: request_json.  Owned: the result (json_decref), NULL after a problem was answered:
 * an exit that is not 0 becomes 409 (422 for usage and data errors, 404 for no input) with the
 * verb's own sentence.
 */
json_t *desk_write(struct desk_request *request, struct fv_web_answer *answer,
    const char *verb, json_t *request_json);

/* A string member of the body of 1..max-1 bytes; NULL after a 422 naming it. */
const char *desk_text(struct desk_request *request, struct fv_web_answer *answer,
    const char *member, size_t max);
/* A whole number of the query within [min, max]; absent: `otherwise`.  False after a 422. */
bool desk_query_int(struct desk_request *request, struct fv_web_answer *answer,
    const char *name, int64_t min, int64_t max, int64_t otherwise, int64_t *out);
/* A local date YYYY-MM-DD of the query, as days since 1970-01-01; *has_out false: absent. */
bool desk_query_day(struct desk_request *request, struct fv_web_answer *answer,
    const char *name, bool *has_out, int64_t *day_out);

#endif
