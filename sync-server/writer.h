/*
 * The one thread that writes: it takes opened chunks, enrolments and control requests
 * from a bounded queue, commits what has gathered in one transaction, signs after the
 * commit, and only then lets an answer go.
 *
 * Threads: fv_writer_push() from any thread; the rest of a writer is its own.
 */
#ifndef FV_WRITER_H
#define FV_WRITER_H

#include <stdatomic.h>

#include "fv/envelope.h"
#include "fv/instant.h"
#include "sync-server/host.h"

#define FV_WRITER_QUEUE_MAX 256U  /* jobs waiting; a push beyond waits */
#define FV_WRITER_GROUP_MAX 1000U /* jobs in one commit */

struct fv_session;

/*
 * One request on its way through.  HTTP makes it and feeds the stream; from the push of
 * FINISH or ENROL on it is the writer's, until on_done is called.
 */
struct fv_exchange {
	bool is_enrol;
	int64_t device_no;     /* enrolment: the new device's, once taken */
	uint8_t ticket_id[16]; /* enrolment */
	int64_t received_ms;
	struct fv_envelope_stream *stream; /* owned */
	struct fv_session *session; /* sync: owned; the writer's once chunks are queued */
	enum fv_err failed;         /* the writer's: why nothing more is taken */
	uint32_t status;            /* the answer's, once done */
	struct fv_buf body;         /* likewise: sealed bytes */
	void (*on_done)(struct fv_exchange *exchange, void *ctx);
	void *ctx;
};

/* NULL: out of memory. */
struct fv_exchange *fv_exchange_new(void);
void fv_exchange_free(struct fv_exchange *exchange);

enum fv_job_kind {
	FV_JOB_CHUNK,   /* a chunk of a sync */
	FV_JOB_FINISH,  /* a sync has ended, whole or cut */
	FV_JOB_ENROL,   /* an enrolment's one chunk */
	FV_JOB_CONTROL, /* a control request */
};

struct fv_job {
	enum fv_job_kind kind;
	struct fv_exchange *exchange; /* all but CONTROL */
	struct fv_buf plain;          /* CHUNK, ENROL; owned: the writer clears it */
	struct fv_seals_seen *seen;   /* CHUNK: verified ahead; owned likewise; or NULL */
	const json_t *request;        /* CONTROL; borrowed until on_answer */
	void (*on_answer)(json_t *answer, void *ctx); /* CONTROL; takes answer */
	void *ctx;
	struct fv_job *next; /* the queue's */
};

/* Counters for /metrics; each only grows. */
struct fv_writer_stats {
	atomic_uint_fast64_t commits;
	atomic_uint_fast64_t failed_commits;
	atomic_uint_fast64_t chunks;
	atomic_uint_fast64_t syncs;
	atomic_uint_fast64_t enrolments;
	/* What the store must be seen to take before it is known to take what comes, bytes;
	 * 0: it is known.  A commit that fails sets it, fv_writer_proves() takes it away. */
	atomic_uint_fast64_t unproven;
};

struct fv_writer;

/* Start the thread.  Holds: host, until stop. */
FV_NODISCARD enum fv_err fv_writer_start(struct fv_host *host, struct fv_writer **writer_out);

/* Queue a job.  Copies the struct.  Waits while the queue is full.  Errors: FV_ENOMEM. */
FV_NODISCARD enum fv_err fv_writer_push(struct fv_writer *writer, const struct fv_job *job);

/* Queue a control request and wait for its answer.  Owned: the result (json_decref).
 * NULL: out of memory. */
json_t *fv_writer_ask(struct fv_writer *writer, const json_t *request);

/* Jobs that wait now. */
size_t fv_writer_waiting(struct fv_writer *writer);

/* Returns borrowed: until stop. */
struct fv_writer_stats *fv_writer_stats(struct fv_writer *writer);

/* Whether the store takes what comes.  After a commit that failed it is tried with one of
 * twice its bytes, at least 1 MiB and at most 16: room for a small one proves nothing.
 * Blocks for as long as that takes. */
bool fv_writer_proves(struct fv_writer *writer);

/* Do what is queued, then end the thread. */
void fv_writer_stop(struct fv_writer *writer);

#endif
