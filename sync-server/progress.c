#include "sync-server/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct progress {
	const char *file;
	size_t lines;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopping; /* with lock */
};

static void *
run(void *ctx)
{
	struct progress *p = ctx;
	struct timespec until;
	unsigned seconds = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	pthread_mutex_lock(&p->lock);
	while (!p->is_stopping) {
		until.tv_sec++;
		if (pthread_cond_clockwait(&p->wake, &p->lock, CLOCK_MONOTONIC, &until) == 0)
			continue;
		fprintf(stderr, "\rfieldvisitd: %s: %zu lines are being taken, %u s", p->file,
		    p->lines, ++seconds);
	}
	if (seconds > 0)
		fputs("\r\033[K", stderr);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct progress *
progress_start(const char *file, struct fv_span text)
{
	struct progress *p = isatty(STDERR_FILENO) ? calloc(1, sizeof *p) : NULL;

	if (p == NULL)
		return NULL;
	p->file = file;
	for (size_t i = 0; i < text.len; i++)
		p->lines += text.ptr[i] == '\n';
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	if (pthread_create(&p->thread, NULL, run, p) != 0) {
		pthread_cond_destroy(&p->wake);
		pthread_mutex_destroy(&p->lock);
		free(p);
		return NULL;
	}
	return p;
}

void
progress_stop(struct progress *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->is_stopping = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
