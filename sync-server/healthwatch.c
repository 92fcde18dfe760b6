#include "sync-server/healthwatch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUICK_MS INT64_C(1000)
#define SLOW_MS INT64_C(10000)

struct healthwatch {
	const char *dir;
	struct fv_writer *writer;
	struct fv_span cert;
	const char *inbox;
	pthread_mutex_t lock;      /* of all below */
	struct fv_store *store;    /* owned; NULL: not open */
	int64_t quick_ms, slow_ms; /* monotonic, when each was looked at; 0: never */
	struct health all;
};

static int64_t
mono_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

struct healthwatch *
healthwatch_new(
    const char *dir, struct fv_writer *writer, struct fv_span cert, const char *inbox)
{
	struct healthwatch *watch = calloc(1, sizeof *watch);

	if (watch == NULL)
		return NULL;
	watch->dir = dir;
	watch->writer = writer;
	watch->cert = cert;
	watch->inbox = inbox;
	pthread_mutex_init(&watch->lock, NULL);
	return watch;
}

void
healthwatch_free(struct healthwatch *watch)
{
	if (watch == NULL)
		return;
	fv_store_close(watch->store);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

static enum fv_err
open_view(struct healthwatch *watch)
{
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_OK;

	if (watch->store == NULL)
		rc = fv_host_path(watch->dir, "fieldvisit.db", path)
		    ? fv_store_open(&watch->store, path, FV_STORE_READ)
		    : FV_ERANGE;
	if (rc == FV_OK && (rc = fv_store_view_begin(watch->store)) != FV_OK) {
		fv_store_close(watch->store);
		watch->store = NULL;
	}
	return rc;
}

/* Put a line in the place of the one of the same check, or behind the others. */
static void
put_line(struct health *all, const struct health_line *line)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->lines[i].check, line->check) == 0) {
			all->lines[i] = *line;
			return;
		}
	if (all->count < HEALTH_LINES_MAX)
		all->lines[all->count++] = *line;
}

/* With the lock. */
static void
look(struct healthwatch *watch, bool is_quick)
{
	struct health_in in = {.dir = watch->dir,
	    .is_serving = true,
	    .takes_writes = fv_writer_proves(watch->writer),
	    .cert = watch->cert,
	    .inbox = watch->inbox,
	    .is_quick = is_quick};
	struct health seen = {0};

	in.store_rc = open_view(watch);
	in.store = watch->store;
	in.now_ms = fv_host_now_ms();
	health_look(&in, &seen);
	if (watch->store != NULL)
		fv_store_view_end(watch->store);
	if (!is_quick)
		watch->all = seen;
	for (size_t i = 0; is_quick && i < seen.count; i++)
		put_line(&watch->all, &seen.lines[i]);
	watch->quick_ms = mono_ms();
	if (!is_quick)
		watch->slow_ms = watch->quick_ms;
}

void
healthwatch_get(struct healthwatch *watch, bool is_fresh, struct health *out)
{
	int64_t now = mono_ms();

	pthread_mutex_lock(&watch->lock);
	if (is_fresh || watch->slow_ms == 0 || now - watch->slow_ms > SLOW_MS)
		look(watch, false);
	else if (now - watch->quick_ms > QUICK_MS)
		look(watch, true);
	*out = watch->all;
	pthread_mutex_unlock(&watch->lock);
}

bool
healthwatch_is_well(struct healthwatch *watch)
{
	bool is_well;

	pthread_mutex_lock(&watch->lock);
	if (watch->quick_ms == 0 || mono_ms() - watch->quick_ms > QUICK_MS)
		look(watch, true);
	is_well = health_is_well(&watch->all);
	pthread_mutex_unlock(&watch->lock);
	return is_well;
}

json_t *
healthwatch_json(const struct health_line *line)
{
	return json_pack("{s:s, s:s, s:s, s:s?}", "check", line->check, "state",
	    health_word(line->state), "says", line->says, "repair",
	    line->repair[0] != '\0' ? line->repair : NULL);
}

json_t *
healthwatch_answer(struct healthwatch *watch)
{
	json_t *lines = json_array();
	struct health health;

	healthwatch_get(watch, true, &health);
	for (size_t i = 0; i < health.count; i++)
		(void)json_array_append_new(lines, healthwatch_json(&health.lines[i]));
	return json_pack("{s:i, s:o}", "exit", 0, "lines", lines);
}
