#include "firmware-app/practice/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "firmware-app/frame.h"
#include "firmware-app/practice/walk.h"
#include "firmware-app/reply.h"

#define WORDS_MAX 80U
#define START_MS 10000 /* for an agent to answer */
#define STOP_MS 15000  /* and to end: it seals the trail */
#define LOCK_TRIES 100
#define NO_GPSD "127.0.0.1:1"
#define LOG_FILE "agent.log"

/* The one that ends when we are asked to; 0: none. */
static volatile sig_atomic_t asked_child;
static volatile sig_atomic_t was_asked;

static void
on_signal(int number)
{
	was_asked = 1;
	if (asked_child > 0)
		kill((pid_t)asked_child, number);
}

static void
nap(void)
{
	const struct timespec t = {0, 20 * 1000000L};

	nanosleep(&t, NULL);
}

/* A program beside this one, or where an installation has it. */
static void
find(const char *name, char *out, size_t cap)
{
	static const char *const places[] = {
	    "", "../bin/", "../../bin/", "../libexec/fieldvisit/"};
	char dir[2048];
	ssize_t len = readlink("/proc/self/exe", dir, sizeof dir - 1);

	while (len > 0 && dir[len - 1] != '/')
		len--;
	dir[len > 0 ? len : 0] = '\0';
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(out, cap, "%s%s%s", dir, places[i], name);
		if (access(out, X_OK) == 0)
			return;
	}
	snprintf(out, cap, "%s", name);
}

static int
become(const char *name, char *const *argv)
{
	char path[4096];

	find(name, path, sizeof path);
	execvp(path, argv);
	fprintf(stderr, "fieldvisit-practice: %s: %s\n", path, strerror(errno));
	return FV_EXIT_OS;
}

/* "--dir DIR [verb] words". */
static int
become_verb(const char *name, const char *dir, const char *verb, char **words)
{
	const char *argv[WORDS_MAX + 8] = {name, "--dir", dir};
	size_t count = 3;

	if (verb != NULL)
		argv[count++] = verb;
	for (size_t i = 0; words != NULL && words[i] != NULL && i < WORDS_MAX; i++)
		argv[count++] = words[i];
	return become(name, (char *const *)(uintptr_t)argv);
}

int
fv_practice_become(const char *dir, char **words)
{
	setenv("FIELDVISIT_GPSD", NO_GPSD, 1);
	return become_verb("fieldvisit", dir, NULL, words);
}

/* --- children --- */

/* In a child: it ends with us, whatever becomes of us. */
static void
bind_to(pid_t parent, int number)
{
	prctl(PR_SET_PDEATHSIG, number);
	if (getppid() != parent)
		_exit(0);
}

/* Whatever asks us to end asks the one in front; we stay to clear up behind it. */
static void
hand_on_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void
take_signals_back(void)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
}

static pid_t
start_walk(void)
{
	char gpsd[32];
	uint16_t port;
	pid_t self = getpid(), child;
	int fd = fv_walk_listen(&port);

	/* Without a walk there are no positions, and never those of a receiver that is here.
	 */
	snprintf(gpsd, sizeof gpsd, "127.0.0.1:%u", (unsigned)port);
	setenv("FIELDVISIT_GPSD", port != 0 ? gpsd : NO_GPSD, 1);
	if (fd < 0)
		return 0;
	if ((child = fork()) == 0) {
		take_signals_back();
		setpgid(0, 0); /* a key on the terminal does not end it */
		fv_walk_tell(fd, self);
	}
	close(fd);
	return child > 0 ? child : 0;
}

static pid_t
start_agent(const char *dir)
{
	char log[4096];
	pid_t self = getpid(), child = fork();
	int fd;

	if (child != 0)
		return child > 0 ? child : 0;
	bind_to(self, SIGTERM);
	setpgid(0, 0);
	snprintf(log, sizeof log, "%s/" LOG_FILE, dir);
	if ((fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600)) >= 0) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	if ((fd = open("/dev/null", O_RDONLY)) >= 0)
		dup2(fd, STDIN_FILENO);
	_exit(become_verb("fieldvisit", dir, "agent", NULL));
}

/* The process that answers on the folder's socket; 0: none. */
static pid_t
agent_of(const char *dir)
{
	struct ucred cred = {0};
	socklen_t len = sizeof cred;
	int fd = fv_client_connect(dir);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		cred.pid = 0;
	close(fd);
	return cred.pid;
}

static bool
is_gone(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == pid || (kill(pid, 0) != 0 && errno == ESRCH);
}

static void
stop(pid_t pid, int number)
{
	if (pid <= 0)
		return;
	kill(pid, number);
	for (int waited_ms = 0; !is_gone(pid) && waited_ms < STOP_MS; waited_ms += 20)
		nap();
}

static int
wait_for(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	asked_child = 0;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : FV_EXIT_INTERNAL;
}

int
fv_practice_run_screens(const char *dir)
{
	char *const words[] = {(char *)(uintptr_t) "--practice", NULL};
	pid_t self = getpid(), walk = 0, screens, agent = agent_of(dir);
	bool is_ours = agent == 0;
	int code;

	hand_on_signals();
	if (is_ours) {
		walk = start_walk();
		agent = start_agent(dir);
		for (int waited_ms = 0; agent > 0 && !is_gone(agent) && agent_of(dir) == 0 &&
		     waited_ms < START_MS;
		     waited_ms += 20)
			nap();
	}
	if ((screens = fork()) == 0) {
		take_signals_back();
		bind_to(self, SIGHUP);
		_exit(become_verb("fieldvisit-screen", dir, NULL, (char **)(uintptr_t)words));
	}
	asked_child = screens;
	code = wait_for(screens);
	/* The screens start another agent where the first has died: that one ends too. */
	if (is_ours) {
		stop(agent_of(dir), SIGTERM);
		if (!is_gone(agent))
			stop(agent, SIGTERM);
	}
	stop(walk, SIGTERM);
	return code;
}

int
fv_practice_run_agent(const char *dir, char **agent_words)
{
	pid_t self = getpid(), walk, agent;
	int code, tries = 0;

	if (agent_of(dir) != 0)
		return become_verb("fieldvisit", dir, "agent", agent_words);
	hand_on_signals();
	walk = start_walk();
	/* A verb that runs at this moment has the folder's lock, and soon no more. */
	do {
		nap();
		if ((agent = fork()) == 0) {
			take_signals_back();
			bind_to(self, SIGTERM);
			_exit(become_verb("fieldvisit", dir, "agent", agent_words));
		}
		asked_child = agent;
		code = wait_for(agent);
	} while (code == FV_EXIT_RETRY && was_asked == 0 && tries++ < LOCK_TRIES);
	stop(walk, SIGTERM);
	return code;
}
