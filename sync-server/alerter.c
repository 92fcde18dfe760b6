#include "sync-server/alerter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sync-server/alerts.h"

#define LOOK_MS 250 /* between two looks for what is due */
#define ENV_MAX 512U

struct child {
	pid_t pid; /* 0: free; also the number of its process group */
	char id[FV_ALERT_ID_BYTES];
	int64_t started_ms; /* monotonic */
};

struct fv_alerter {
	struct fv_writer *writer; /* held */
	struct fv_store *reader;  /* owned; the thread's */
	char *list;               /* owned: the commands, NUL between */
	const char *commands[FV_ALERTER_COMMANDS_MAX];
	size_t count;
	struct child children[FV_ALERTER_CHILDREN_MAX];
	pthread_t thread;
	pthread_mutex_t lock; /* of is_stopping */
	pthread_cond_t wake;
	bool is_stopping;
	bool has_looked; /* the thread's */
};

static int64_t
mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* -- one command ---------------------------------------------------------------------- */

/* The environment of this process without FV_ALERT_*, then that of the alert. */
static enum fv_err
make_environment(const json_t *env, struct fv_buf *text, char *envp[ENV_MAX])
{
	const char *name;
	json_t *value;
	size_t count = 0, at = 0;

	for (char **e = environ; *e != NULL && count < ENV_MAX / 2; e++)
		if (strncmp(*e, "FV_ALERT_", 9) != 0)
			envp[count++] = *e;
	json_object_foreach((json_t *)(uintptr_t)env, name, value)
	{
		fv_buf_putf(text, "%s=%s", name, json_string_value(value));
		fv_buf_put_u8(text, 0);
	}
	if (fv_buf_status(text) != FV_OK)
		return FV_ENOMEM;
	for (; at < text->len && count < ENV_MAX - 1; at += strlen((char *)text->ptr + at) + 1)
		envp[count++] = (char *)text->ptr + at;
	envp[count] = NULL;
	return FV_OK;
}

/* In a process group of its own, with no signal blocked and no file but the usual three. */
static int
spawn(pid_t *pid_out, const char *command, char *const envp[])
{
	const short flags =
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	char *argv[] = {(char *)(uintptr_t)command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int error;

	*pid_out = 0;
	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		return error;
	if ((error = posix_spawnattr_init(&attr)) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	sigemptyset(&none);
	sigfillset(&all);
	if ((error = posix_spawn_file_actions_addopen(
		 &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)) == 0 &&
	    (error = posix_spawn_file_actions_adddup2(
		 &actions, STDERR_FILENO, STDOUT_FILENO)) == 0 &&
	    (error = posix_spawn_file_actions_addclosefrom_np(&actions, 3)) == 0 &&
	    (error = posix_spawnattr_setflags(&attr, flags)) == 0 &&
	    (error = posix_spawnattr_setpgroup(&attr, 0)) == 0 &&
	    (error = posix_spawnattr_setsigmask(&attr, &none)) == 0 &&
	    (error = posix_spawnattr_setsigdefault(&attr, &all)) == 0)
		error = posix_spawnp(pid_out, command, &actions, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Ask the writer for something about one alert; what it answers does not matter. */
static void
tell_failed(struct fv_alerter *a, const char *id, const char *why)
{
	json_t *request = json_pack(
	    "{s:s, s:s, s:i}", "verb", "alert failed", "id", id, "commands", (int)a->count);

	fprintf(stderr, "fieldvisitd: alert %s: the command %s\n", id, why);
	if (request != NULL)
		json_decref(fv_writer_ask(a->writer, request));
	json_decref(request);
}

static void
run(struct fv_alerter *a, const json_t *alert)
{
	const char *id = json_string_value(json_object_get(alert, "id"));
	const size_t at = (size_t)json_integer_value(json_object_get(alert, "command"));
	struct fv_buf text = {0};
	char *envp[ENV_MAX];
	struct child *child = a->children;
	int error = ENOMEM;

	while (child->pid != 0) /* a free one is there: `alert due` was asked for no more */
		child++;
	if (make_environment(json_object_get(alert, "env"), &text, envp) == FV_OK)
		error = spawn(&child->pid, a->commands[at % a->count], envp);
	fv_buf_clear(&text);
	snprintf(child->id, sizeof child->id, "%s", id);
	child->started_ms = mono_ms();
	if (error != 0) {
		child->pid = 0;
		tell_failed(a, id, "could not be started");
	}
}

/* -- what is due ---------------------------------------------------------------------- */

static size_t
count_children(const struct fv_alerter *a)
{
	size_t count = 0;

	for (size_t i = 0; i < FV_ALERTER_CHILDREN_MAX; i++)
		count += a->children[i].pid != 0;
	return count;
}

static enum fv_err
on_alert(const struct fv_store_alert *alert, void *ctx)
{
	const struct fv_alerter *a = ctx;
	size_t turns = 0;

	for (size_t i = 0; i < FV_ALERTER_CHILDREN_MAX; i++) {
		if (a->children[i].pid == 0)
			continue;
		if (strcmp(a->children[i].id, alert->id) == 0)
			return FV_OK;
		turns += fv_alerts_share_device(a->children[i].id, alert->id);
	}
	return turns < FV_ALERT_DEVICE_TURNS ? FV_AGAIN : FV_OK;
}

static enum fv_err
on_watch(const struct fv_store_watch *watch, void *ctx)
{
	(void)watch;
	(void)ctx;
	return FV_AGAIN;
}

/* A look that costs two reads; the writer is troubled only when there is something. */
static bool
is_due(struct fv_alerter *a)
{
	int64_t now_ms = fv_host_now_ms();

	if (!a->has_looked ||
	    fv_store_watch_each_due(a->reader, now_ms, on_watch, a) == FV_AGAIN)
		return true;
	return a->count > 0 && count_children(a) < FV_ALERTER_CHILDREN_MAX &&
	    fv_store_alert_each_due(a->reader, now_ms, on_alert, a) == FV_AGAIN;
}

static void
take_due(struct fv_alerter *a)
{
	json_t *busy = json_array(), *request, *answer, *alert;
	size_t at;

	for (size_t i = 0; i < FV_ALERTER_CHILDREN_MAX; i++)
		if (a->children[i].pid != 0)
			json_array_append_new(busy, json_string(a->children[i].id));
	request = json_pack("{s:s, s:i, s:i, s:o, s:b}", "verb", "alert due", "commands",
	    (int)a->count, "max", (int)(FV_ALERTER_CHILDREN_MAX - count_children(a)), "busy",
	    busy, "first", !a->has_looked);
	answer = request != NULL ? fv_writer_ask(a->writer, request) : NULL;
	a->has_looked = a->has_looked || answer != NULL;
	json_array_foreach(json_object_get(answer, "alerts"), at, alert)
	{
		run(a, alert);
	}
	json_decref(answer);
	json_decref(request);
}

/* -- what runs ------------------------------------------------------------------------ */

static void
look_after(struct fv_alerter *a, struct child *child)
{
	bool is_late = mono_ms() - child->started_ms >= FV_ALERTER_COMMAND_MS;
	int status = 0;
	pid_t pid;

	/* Its children go with it. */
	if (is_late)
		kill(-child->pid, SIGKILL);
	pid = waitpid(child->pid, &status, is_late ? 0 : WNOHANG);
	if (pid == 0 || (pid < 0 && errno == EINTR))
		return;
	child->pid = 0;
	if (is_late)
		tell_failed(a, child->id, "did not end in time and was killed");
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		tell_failed(a, child->id, "failed");
}

static bool
wait_a_while(struct fv_alerter *a)
{
	struct timespec until;
	bool is_stopping;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&a->lock);
	if (!a->is_stopping)
		pthread_cond_timedwait(&a->wake, &a->lock, &until);
	is_stopping = a->is_stopping;
	pthread_mutex_unlock(&a->lock);
	return !is_stopping;
}

static void *
watch(void *ctx)
{
	struct fv_alerter *a = ctx;

	do {
		for (size_t i = 0; i < FV_ALERTER_CHILDREN_MAX; i++)
			if (a->children[i].pid != 0)
				look_after(a, &a->children[i]);
		if (is_due(a))
			take_due(a);
	} while (wait_a_while(a));
	return NULL;
}

/* -- start and stop -------------------------------------------------------------------- */

bool
fv_alerter_check(const char *commands)
{
	size_t count = *commands != '\0' ? 1 : 0, len = 0;

	for (const char *at = commands; *at != '\0'; at++) {
		len = *at == ',' ? 0 : len + 1;
		count += *at == ',';
		if (*at == ',' && (at == commands || at[-1] == ','))
			return false;
	}
	return count <= FV_ALERTER_COMMANDS_MAX && (count == 0 || len > 0);
}

static enum fv_err
split(struct fv_alerter *a, const char *commands)
{
	char *save = NULL;

	if ((a->list = strdup(commands)) == NULL)
		return FV_ENOMEM;
	for (char *at = strtok_r(a->list, ",", &save); at != NULL;
	     at = strtok_r(NULL, ",", &save))
		if (a->count < FV_ALERTER_COMMANDS_MAX)
			a->commands[a->count++] = at;
	return FV_OK;
}

static void
release(struct fv_alerter *a)
{
	fv_store_close(a->reader);
	free(a->list);
	free(a);
}

enum fv_err
fv_alerter_start(const char *dir, struct fv_writer *writer, const char *commands,
    struct fv_alerter **alerter_out)
{
	struct fv_alerter *a = calloc(1, sizeof *a);
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_ERANGE;

	*alerter_out = NULL;
	if (a == NULL)
		return FV_ENOMEM;
	a->writer = writer;
	if (fv_host_path(dir, "fieldvisit.db", path) && (rc = split(a, commands)) == FV_OK)
		rc = fv_store_open(&a->reader, path, FV_STORE_READ);
	if (rc != FV_OK) {
		release(a);
		return rc;
	}
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->wake, NULL);
	if (pthread_create(&a->thread, NULL, watch, a) != 0) {
		pthread_cond_destroy(&a->wake);
		pthread_mutex_destroy(&a->lock);
		release(a);
		return FV_ENOMEM;
	}
	*alerter_out = a;
	return FV_OK;
}

void
fv_alerter_stop(struct fv_alerter *alerter)
{
	if (alerter == NULL)
		return;
	pthread_mutex_lock(&alerter->lock);
	alerter->is_stopping = true;
	pthread_cond_signal(&alerter->wake);
	pthread_mutex_unlock(&alerter->lock);
	pthread_join(alerter->thread, NULL);
	for (size_t i = 0; i < FV_ALERTER_CHILDREN_MAX; i++) {
		if (alerter->children[i].pid == 0)
			continue;
		kill(-alerter->children[i].pid, SIGKILL);
		waitpid(alerter->children[i].pid, NULL, 0);
	}
	pthread_cond_destroy(&alerter->wake);
	pthread_mutex_destroy(&alerter->lock);
	release(alerter);
}
