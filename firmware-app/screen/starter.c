/* An agent for a folder where none listens: a session of its own, so that it outlives the
 * terminal and these screens. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware-app/screen/ui.h"

#define LOG_FILE "agent.log"
#define AGAIN_MS 5000 /* between two starts */

void
fv_starter_find(char *out, size_t cap)
{
	static const char *const places[] = {
	    "fieldvisit", "../bin/fieldvisit", "../../bin/fieldvisit"};
	char dir[2048];
	ssize_t len = readlink("/proc/self/exe", dir, sizeof dir - 1);
	char *slash;

	snprintf(out, cap, "fieldvisit");
	if (len <= 0)
		return;
	dir[len] = '\0';
	if ((slash = strrchr(dir, '/')) == NULL)
		return;
	*slash = '\0';
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(out, cap, "%s/%s", dir, places[i]);
		if (access(out, X_OK) == 0)
			return;
	}
	snprintf(out, cap, "fieldvisit");
}

/* In the child. */
static void
become_agent(const char *program, const char *dir, int log)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execlp(program, "fieldvisit", "--dir", dir, "agent", (char *)NULL);
	dprintf(STDERR_FILENO, "fieldvisit: %s: %s\n", program, strerror(errno));
	_exit(127);
}

int
fv_starter_run(const struct fv_ui *ui, const struct fv_ask *ask, pid_t *child_out)
{
	const char *argv[FV_ASK_WORDS + 6] = {
	    "fieldvisit", "--dir", ui->dir, "--json", ask->verb};
	char program[4096];
	int ends[2], null;
	sigset_t none;

	fv_starter_find(program, sizeof program);
	for (size_t i = 0; i < FV_ASK_WORDS && ask->words[i] != NULL; i++)
		argv[5 + i] = ask->words[i];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	if ((*child_out = fork()) == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid(); /* it ends what it began when the terminal dies */
		if ((null = open("/dev/null", O_RDWR)) >= 0) {
			dup2(null, STDIN_FILENO);
			dup2(null, STDERR_FILENO);
		}
		dup2(ends[1], STDOUT_FILENO);
		execvp(program, (char **)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	if (*child_out > 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

/* The last line that it wrote since it was started, without the program's name. */
static void
read_log(struct fv_ui *ui)
{
	char path[4096], text[2048];
	char *line, *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "%s/" LOG_FILE, ui->dir);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return;
	n = pread(fd, text, sizeof text - 1, ui->agent_log);
	close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	if ((end = strrchr(text, '\n')) != NULL)
		*end = '\0';
	line = strrchr(text, '\n');
	line = line != NULL ? line + 1 : text;
	if (strncmp(line, "fieldvisit: ", 12) == 0)
		line += 12;
	snprintf(ui->agent_why, sizeof ui->agent_why, "%.239s", line);
}

bool
fv_starter_start(struct fv_ui *ui)
{
	char program[4096], log_path[4096];
	int log, status;

	if (ui->agent != 0 && waitpid(ui->agent, &status, WNOHANG) == ui->agent) {
		ui->agent = 0;
		read_log(ui);
	}
	if (ui->agent != 0 ||
	    (ui->agent_at_ms != 0 && fv_mono_ms() - ui->agent_at_ms < AGAIN_MS))
		return false;
	ui->agent_at_ms = fv_mono_ms();
	fv_starter_find(program, sizeof program);
	snprintf(log_path, sizeof log_path, "%s/" LOG_FILE, ui->dir);
	log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0)
		return false;
	ui->agent_log = lseek(log, 0, SEEK_END);
	ui->agent = fork();
	if (ui->agent == 0)
		become_agent(program, ui->dir, log);
	close(log);
	if (ui->agent < 0)
		ui->agent = 0;
	return ui->agent != 0;
}

const char *
fv_starter_why(const struct fv_ui *ui)
{
	if (ui->agent != 0)
		return NULL;
	return ui->agent_why[0] != '\0' ? ui->agent_why
					: _("no agent runs, and none could be started");
}
