/*
 * The data folder of a server, and how a verb that writes reaches it: in this process
 * when no server runs, else through the control socket of the one that does.
 *
 *   DIR/lock              held by whoever writes (OFD lock)
 *   DIR/ctl               control socket of a running server, 0600
 *   DIR/fieldvisit.db     the store
 *   DIR/log.key           seed of the log's signing key, 0600
 *   DIR/hpke-<id>.key     secret HPKE key, 0600
 *   DIR/server.pub        what an invitation needs: URL, log vkey, HPKE key
 *
 * Threads: a host belongs to the thread that writes.
 */
#ifndef FV_HOST_H
#define FV_HOST_H

#include <jansson.h>

#include "fv/roster.h"
#include "fv/ticket.h"
#include "sync-server/ledger.h"
#include "sync-server/exits.h"
#include "sync-server/store/store.h"

#define FV_HOST_DB_NAME "fieldvisit.db"
#define FV_HOST_KEYS_MAX 4U
#define FV_HOST_PATH_BYTES 4096U
#define HOST_PROBE_MAX (UINT64_C(16) << 20)    /* bytes of a probe */
#define FV_HOST_REQUEST_MAX ((size_t)64 << 20) /* bytes of one control message */

struct fv_host_hpke {
	uint8_t id;
	uint8_t pk[FV_KEY_BYTES];
	uint8_t *sk; /* owned; fv_secret_alloc, FV_KEY_BYTES */
};

struct fv_host {
	char dir[FV_HOST_PATH_BYTES];
	int lock_fd; /* -1: not held */
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_host_hpke hpke[FV_HOST_KEYS_MAX];
	size_t hpke_count;
	char agency[FV_ID_BYTES];
	char url[FV_URL_BYTES];
	uint64_t failed_commits; /* verbs whose transaction the store did not take */
};

/* The data folder in use: FIELDVISITD_DIR (main.c sets it from --dir), else the default.
 * Returns borrowed: the environment's string. */
const char *fv_host_dir(void);

/* "DIR/name" into a buffer of FV_HOST_PATH_BYTES.  False: too long. */
bool fv_host_path(const char *dir, const char *name, char *path_out);

/* What `init` makes. */
struct fv_host_init {
	const char *dir;
	const char *agency;
	const char *url;
	int64_t now_ms;
};
/* Make the folder, its keys and its database.  Errors: FV_EEXIST  the folder is not empty;
 * FV_EFORMAT  agency or URL;  FV_EIO FV_EFULL FV_ENOMEM.  Says why on stderr. */
FV_NODISCARD enum fv_err fv_host_create(const struct fv_host_init *init);

/*
 * Take the lock and open everything for writing.  Says why on stderr, but for FV_EBUSY.
 * Owned:  *host_out; fv_host_close().
 * Errors: FV_EBUSY   somebody holds the lock (a running server)
 *         FV_ENOENT  not a data folder: run init;  others of the store and key files
 */
FV_NODISCARD enum fv_err fv_host_open(const char *dir, struct fv_host **host_out);
void fv_host_close(struct fv_host *host);

/* End a transaction of the host's store: with the ledger's new head, or without a trace. */
FV_NODISCARD enum fv_err fv_host_commit(struct fv_host *host);
void fv_host_rollback(struct fv_host *host);

/* Wall clock, ms UTC. */
int64_t fv_host_now_ms(void);

/*
 * A verb that writes.  `request` is what its command line half sent.  Returns an exit
 * code; 0 commits the transaction it runs in, anything else rolls it back.  *answer_out
 * is a new object with any of: "text" (for stdout), "error" (one line for stderr), and
 * members for --json.  NULL stands for an empty object.
 */
typedef int (*fv_host_verb_fn)(
    struct fv_host *host, const json_t *request, json_t **answer_out);

struct fv_host_verb {
	const char *name; /* "case import" */
	fv_host_verb_fn run;
	bool is_outside; /* of a transaction (backup, probe) */
};

/* All of them, ended by a NULL name: host_verbs.c. */
extern const struct fv_host_verb fv_host_verbs[];

/* Run one request in a transaction of its own.  {"verb": name, ...}; returns the answer
 * with "exit" set.  Owned: the result (json_decref).  NULL: out of memory. */
json_t *fv_host_run(struct fv_host *host, const json_t *request);

/*
 * The command line half: run `verb` in-process when the lock is free, else through the
 * control socket.  Prints "text" (or, with `as_json`, the answer without text, error and
 * exit) on stdout and "error" on stderr.  Takes: request.  Returns the exit code.
 */
int fv_host_call(const char *verb, json_t *request, bool as_json);

/*
 * The same without printing: the answer as it came.  Takes: request.  Owned: *answer_out
 * (NULL: none came, and why is on stderr).  Returns the exit code.
 */
int fv_host_ask(const char *verb, json_t *request, json_t **answer_out);

/* What a person, or a program, sees of an answer that came.  Takes: answer.  Returns the exit
 * code. */
int fv_host_show(json_t *answer, bool as_json);

/* The answer {"error": text}; printf-like.  For handlers. */
json_t *fv_host_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
