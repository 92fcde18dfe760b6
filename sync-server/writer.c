#include "sync-server/writer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/down.h"
#include "sync-server/enrol.h"
#include "sync-server/ingest.h"

#define PROBE_MIN (UINT64_C(1) << 20) /* bytes */

struct fv_writer {
	struct fv_host *host;
	struct fv_ingest *ingest; /* owned; the thread's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t has_job;
	pthread_cond_t has_room;
	struct fv_job *first, *last; /* the queue */
	size_t waiting;
	bool is_stopping;
	struct fv_writer_stats stats;
};

struct fv_exchange *
fv_exchange_new(void)
{
	return calloc(1, sizeof(struct fv_exchange));
}

void
fv_exchange_free(struct fv_exchange *exchange)
{
	if (exchange == NULL)
		return;
	fv_envelope_stream_free(exchange->stream);
	fv_session_free(exchange->session);
	fv_buf_clear(&exchange->body);
	free(exchange);
}

/* Errors after which the transaction is worth nothing, whoever's job it was. */
static bool
is_ours(enum fv_err rc)
{
	return rc == FV_EIO || rc == FV_EFULL || rc == FV_ENOMEM || rc == FV_EBUSY ||
	    rc == FV_ECORRUPT;
}

static uint32_t
status_for(enum fv_err rc)
{
	if (rc == FV_EIO || rc == FV_EFULL || rc == FV_ECORRUPT)
		return 507;
	if (rc == FV_ENOMEM || rc == FV_EBUSY)
		return 503;
	if (rc == FV_EDENIED || rc == FV_ECONFLICT)
		return 410;
	if (rc == FV_ESTATE) /* wrong cursor */
		return 409;
	if (rc == FV_ETOOBIG)
		return 413;
	return rc == FV_ENOENT ? 401 : 400;
}

static enum fv_err
take_enrolment(struct fv_writer *w, struct fv_exchange *ex, struct fv_span plain)
{
	uint8_t secret[FV_HANDLE_SECRET_BYTES];
	struct fv_enrolment enrolment = {
	    .plain = plain, .handle_secret = secret, .now_ms = ex->received_ms};
	enum fv_err rc = fv_envelope_stream_handle_secret(ex->stream, secret);

	memcpy(enrolment.ticket_id, ex->ticket_id, sizeof enrolment.ticket_id);
	if (rc == FV_OK)
		rc = fv_enrolment_take(
		    w->host->store, w->host->ledger, &enrolment, &ex->device_no);
	fv_wipe(secret, sizeof secret);
	return rc;
}

/* One job inside the transaction.  A stranger's fault stays with his exchange. */
static enum fv_err
take(struct fv_writer *w, struct fv_job *job)
{
	struct fv_exchange *ex = job->exchange;
	enum fv_err rc = FV_OK;

	if (job->kind == FV_JOB_CONTROL || ex->failed != FV_OK)
		return FV_OK;
	if (job->kind == FV_JOB_CHUNK) {
		atomic_fetch_add(&w->stats.chunks, 1);
		fv_session_foresee(ex->session, job->seen);
		rc = fv_ingest_chunk(
		    w->ingest, ex->session, fv_buf_span(&job->plain), ex->received_ms);
	} else if (job->kind == FV_JOB_ENROL) {
		rc = take_enrolment(w, ex, fv_buf_span(&job->plain));
	} else {
		rc = fv_ingest_end(w->ingest, ex->session, ex->received_ms);
	}
	if (is_ours(rc))
		return rc;
	ex->failed = rc;
	return FV_OK;
}

/* A commit of about so many bytes failed. */
static void
doubt(struct fv_writer *w, uint64_t bytes)
{
	uint64_t want = bytes < HOST_PROBE_MAX / 2 ? 2 * bytes : HOST_PROBE_MAX;

	if (want < PROBE_MIN)
		want = PROBE_MIN;
	if (atomic_load(&w->stats.unproven) < want)
		atomic_store(&w->stats.unproven, want);
}

/* Everything in `jobs` in one transaction; what fails as a whole fails for each. */
static void
commit(struct fv_writer *w, struct fv_job *jobs)
{
	enum fv_err rc = fv_ingest_begin(w->ingest);
	uint64_t bytes = 0;

	for (struct fv_job *job = jobs; job != NULL && rc == FV_OK; job = job->next)
		rc = take(w, job);
	if (rc == FV_OK)
		rc = fv_ingest_commit(w->ingest);
	if (rc != FV_OK) {
		fprintf(stderr,
		    "fieldvisitd: store: %s: %s; nothing of this group was acknowledged\n",
		    fv_err_text(rc), fv_store_error(w->host->store));
		for (struct fv_job *job = jobs; job != NULL; job = job->next) {
			bytes += job->plain.len;
			if (job->exchange != NULL)
				job->exchange->failed = rc;
		}
		fv_ingest_rollback(w->ingest);
		doubt(w, bytes);
	}
	atomic_fetch_add(rc == FV_OK ? &w->stats.commits : &w->stats.failed_commits, 1);
}

static enum fv_err
make_answer(struct fv_writer *w, struct fv_exchange *ex)
{
	struct fv_buf plain = {0};
	enum fv_err rc;

	if (ex->is_enrol)
		rc = fv_enrolment_answer(
		    w->host->store, w->host->ledger, ex->device_no, ex->received_ms, &plain);
	else
		rc = fv_down_answer(
		    w->ingest, w->host->store, ex->session, ex->received_ms, &plain);
	if (rc == FV_OK)
		rc = fv_envelope_stream_seal_answer(
		    ex->stream, fv_random_system(), fv_buf_span(&plain), &ex->body);
	fv_buf_clear(&plain);
	return rc;
}

/* After the commit: sign and answer, or say which plain status it is. */
static void
answer(struct fv_writer *w, struct fv_job *job)
{
	struct fv_exchange *ex = job->exchange;
	enum fv_err rc = ex->failed;

	if (rc == FV_OK)
		rc = make_answer(w, ex);
	ex->status = rc == FV_OK ? 200 : status_for(rc);
	atomic_fetch_add(ex->is_enrol ? &w->stats.enrolments : &w->stats.syncs, 1);
	ex->on_done(ex, ex->ctx);
}

/* Run a verb.  One that the store did not take counts like a sync that it did not take. */
static json_t *
run_verb(struct fv_writer *w, const json_t *request)
{
	const uint64_t before = w->host->failed_commits;
	json_t *answer = fv_host_run(w->host, request);

	if (w->host->failed_commits != before)
		doubt(w, json_dumpb(request, NULL, 0, JSON_COMPACT));
	return answer;
}

static void
finish_group(struct fv_writer *w, struct fv_job *jobs)
{
	struct fv_job *next;

	for (struct fv_job *job = jobs; job != NULL; job = next) {
		next = job->next;
		fv_buf_clear(&job->plain);
		free(job->seen);
		if (job->kind == FV_JOB_CONTROL)
			job->on_answer(run_verb(w, job->request), job->ctx);
		else if (job->kind != FV_JOB_CHUNK)
			answer(w, job);
		free(job);
	}
}

/* Take up to a group from the queue; NULL: stop. */
static struct fv_job *
wait_for_group(struct fv_writer *w)
{
	struct fv_job *jobs, *end;
	size_t count = 1;

	pthread_mutex_lock(&w->lock);
	while (w->first == NULL && !w->is_stopping)
		pthread_cond_wait(&w->has_job, &w->lock);
	jobs = end = w->first;
	while (end != NULL && end->next != NULL && count < FV_WRITER_GROUP_MAX) {
		end = end->next;
		count++;
	}
	if (end != NULL) {
		w->first = end->next;
		end->next = NULL;
		if (w->first == NULL)
			w->last = NULL;
		w->waiting -= count;
		pthread_cond_broadcast(&w->has_room);
	}
	pthread_mutex_unlock(&w->lock);
	return jobs;
}

static void *
run(void *ctx)
{
	struct fv_writer *w = ctx;
	struct fv_job *jobs;

	while ((jobs = wait_for_group(w)) != NULL) {
		commit(w, jobs);
		finish_group(w, jobs);
	}
	return NULL;
}

enum fv_err
fv_writer_start(struct fv_host *host, struct fv_writer **writer_out)
{
	struct fv_writer *w = calloc(1, sizeof *w);

	*writer_out = NULL;
	if (w == NULL)
		return FV_ENOMEM;
	w->host = host;
	if (fv_ingest_new(&w->ingest, host->store, host->ledger) != FV_OK) {
		free(w);
		return FV_ENOMEM;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->has_job, NULL);
	pthread_cond_init(&w->has_room, NULL);
	if (pthread_create(&w->thread, NULL, run, w) != 0) {
		fv_ingest_free(w->ingest);
		free(w);
		return FV_ENOMEM;
	}
	*writer_out = w;
	return FV_OK;
}

size_t
fv_writer_waiting(struct fv_writer *writer)
{
	size_t waiting;

	pthread_mutex_lock(&writer->lock);
	waiting = writer->waiting;
	pthread_mutex_unlock(&writer->lock);
	return waiting;
}

enum fv_err
fv_writer_push(struct fv_writer *writer, const struct fv_job *job)
{
	struct fv_job *copy = malloc(sizeof *copy);

	if (copy == NULL)
		return FV_ENOMEM;
	*copy = *job;
	copy->next = NULL;
	pthread_mutex_lock(&writer->lock);
	while (writer->waiting >= FV_WRITER_QUEUE_MAX)
		pthread_cond_wait(&writer->has_room, &writer->lock);
	if (writer->last != NULL)
		writer->last->next = copy;
	else
		writer->first = copy;
	writer->last = copy;
	writer->waiting++;
	pthread_cond_signal(&writer->has_job);
	pthread_mutex_unlock(&writer->lock);
	return FV_OK;
}

/* A control request waits here for the writer. */
struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
	json_t *answer;
};

static void
on_answer(json_t *answer, void *ctx)
{
	struct waiting *waiting = ctx;

	pthread_mutex_lock(&waiting->lock);
	waiting->answer = answer;
	waiting->is_done = true;
	pthread_cond_signal(&waiting->done);
	pthread_mutex_unlock(&waiting->lock);
}

json_t *
fv_writer_ask(struct fv_writer *writer, const json_t *request)
{
	struct waiting waiting = {
	    .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};
	const struct fv_job job = {.kind = FV_JOB_CONTROL,
	    .request = request,
	    .on_answer = on_answer,
	    .ctx = &waiting};

	if (fv_writer_push(writer, &job) != FV_OK)
		return NULL;
	pthread_mutex_lock(&waiting.lock);
	while (!waiting.is_done)
		pthread_cond_wait(&waiting.done, &waiting.lock);
	pthread_mutex_unlock(&waiting.lock);
	return waiting.answer;
}

struct fv_writer_stats *
fv_writer_stats(struct fv_writer *writer)
{
	return &writer->stats;
}

bool
fv_writer_proves(struct fv_writer *writer)
{
	const uint64_t bytes = atomic_load(&writer->stats.unproven);
	json_t *request, *answer;

	if (bytes == 0)
		return true;
	request = json_pack("{s:s, s:I}", "verb", "probe", "bytes", (json_int_t)bytes);
	answer = request != NULL ? fv_writer_ask(writer, request) : NULL;
	if (answer != NULL && json_integer_value(json_object_get(answer, "exit")) == 0) {
		/* Unless a larger one failed meanwhile. */
		uint_fast64_t seen = bytes;
		(void)atomic_compare_exchange_strong(&writer->stats.unproven, &seen, 0);
	}
	json_decref(answer);
	json_decref(request);
	return atomic_load(&writer->stats.unproven) == 0;
}

void
fv_writer_stop(struct fv_writer *writer)
{
	if (writer == NULL)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->is_stopping = true;
	pthread_cond_signal(&writer->has_job);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	pthread_cond_destroy(&writer->has_job);
	pthread_cond_destroy(&writer->has_room);
	pthread_mutex_destroy(&writer->lock);
	fv_ingest_free(writer->ingest);
	free(writer);
}
