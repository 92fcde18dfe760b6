/* The watched folder in the server: a thread that looks every second. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sync-server/cli.h"
#include "sync-server/inbox.h"
#include "sync-server/writer.h"

#define LOOK_S 1
#define STUCK_S 5 /* after a look at which nothing could be taken */

struct inbox_watch {
	const struct inbox_opts *opts;
	struct inbox *inbox;        /* owned; NULL: the folder cannot be had, */
	char said[INBOX_WHY_BYTES]; /* and why, as it was said */
	struct fv_writer *writer;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopping; /* with lock */
};

static json_t *
ask(const char *verb, json_t *request, void *ctx)
{
	struct inbox_watch *watch = ctx;
	json_t *answer = NULL;

	if (request != NULL && json_object_set_new(request, "verb", json_string(verb)) == 0)
		answer = fv_writer_ask(watch->writer, request);
	json_decref(request);
	return answer;
}

/* The journal says what became of a file, and nothing of what stands in it. */
static void
told(const char *name, const char *result, const json_t *answer, void *ctx)
{
	(void)ctx;
	(void)answer;
	fprintf(stderr, "fieldvisitd: inbox: %s/%s\n", result, name);
}

static bool
wait_a_while(struct inbox_watch *watch, int seconds)
{
	struct timespec until;
	bool is_stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&watch->lock);
	if (!watch->is_stopping)
		pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
	is_stopping = watch->is_stopping;
	pthread_mutex_unlock(&watch->lock);
	return !is_stopping;
}

/* Have the folder open, the one of that name.  False: it cannot be had; said once. */
static bool
is_open(struct inbox_watch *watch)
{
	const struct inbox_port port = {ask, told, watch};
	char why[INBOX_WHY_BYTES];

	if (watch->inbox != NULL && inbox_is_there(watch->inbox))
		return true;
	inbox_close(watch->inbox);
	if (inbox_open(watch->opts, &port, &watch->inbox, why) == FV_EXIT_OK) {
		watch->said[0] = '\0';
		return true;
	}
	if (strcmp(watch->said, why) != 0)
		fprintf(stderr, "fieldvisitd: inbox: %s: %s; it is tried again\n",
		    watch->opts->folder, why);
	memcpy(watch->said, why, sizeof why);
	return false;
}

static void *
run(void *ctx)
{
	struct inbox_watch *watch = ctx;
	struct inbox_look look;

	do {
		look.is_stuck = false;
		if (is_open(watch))
			inbox_look(watch->inbox, &look);
	} while (wait_a_while(watch, look.is_stuck ? STUCK_S : LOOK_S));
	return NULL;
}

static void
release(struct inbox_watch *watch)
{
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	inbox_close(watch->inbox);
	free(watch);
}

int
inbox_watch_start(
    const struct inbox_opts *opts, struct fv_writer *writer, struct inbox_watch **watch_out)
{
	struct inbox_watch *watch = calloc(1, sizeof *watch);
	pthread_condattr_t attr;

	*watch_out = NULL;
	if (watch == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, opts->folder, "out of memory; try again");
	watch->writer = writer;
	watch->opts = opts;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&watch->lock, NULL);
	pthread_cond_init(&watch->wake, &attr);
	pthread_condattr_destroy(&attr);
	(void)is_open(watch); /* said before anything is served */
	if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
		release(watch);
		return fv_cli_fail(FV_EXIT_TEMPFAIL, opts->folder, "no thread can be made");
	}
	*watch_out = watch;
	return FV_EXIT_OK;
}

void
inbox_watch_stop(struct inbox_watch *watch)
{
	if (watch == NULL)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->is_stopping = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	release(watch);
}
