#include "firmware-app/smsproc.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "firmware-app/child.h"

#define PROGRAM "mmcli"
#define MESSAGE "/org/freedesktop/ModemManager1/SMS/"
#define SAID_MAX 4096U

static int64_t
mono_ms(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
fv_smsproc_is_number(const char *number)
{
	const char *digits = *number == '+' ? number + 1 : number;
	size_t len = strlen(digits);

	return len > 0 && strlen(number) <= FV_SMSPROC_NUMBER_MAX &&
	    strspn(digits, "0123456789") == len;
}

static bool
is_text(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && strchr(" .,:-+()_", *at) == NULL)
			return false;
	return strlen(text) <= FV_SMSPROC_TEXT_MAX;
}

static enum fv_err
spawn(struct fv_smsproc *proc, char *const argv[])
{
	const enum fv_err rc = fv_child_start(argv, &proc->pid, &proc->fd);

	proc->deadline_mono_ms = mono_ms() + FV_SMSPROC_MS;
	return rc == FV_OK && fcntl(proc->fd, F_SETFL, O_NONBLOCK) != 0 ? FV_EIO : rc;
}

enum fv_err
fv_smsproc_start(struct fv_smsproc *proc, const char *number, const char *text)
{
	char program[] = PROGRAM, modem[] = "--modem=any";
	struct fv_buf create = {0};
	enum fv_err rc = FV_ENOMEM;

	*proc = (struct fv_smsproc)FV_SMSPROC_NONE;
	if (!fv_smsproc_is_number(number) || !is_text(text))
		return FV_EFORMAT;
	fv_buf_putf(&create, "--messaging-create-sms=text='%s',number='%s'", text, number);
	if (fv_buf_z(&create) != NULL) {
		char *argv[] = {program, modem, (char *)(uintptr_t)fv_buf_z(&create), NULL};

		rc = spawn(proc, argv);
	}
	fv_buf_clear(&create);
	return rc;
}

int
fv_smsproc_timeout_ms(const struct fv_smsproc *proc)
{
	int64_t left = proc->deadline_mono_ms - mono_ms();

	return left > 0 ? (int)left : 0;
}

/* What the child says until it ends.  FV_AGAIN: it goes on. */
static enum fv_err
hear(struct fv_smsproc *proc)
{
	uint8_t piece[512];
	ssize_t n;

	while ((n = read(proc->fd, piece, sizeof piece)) > 0)
		if (proc->in.len < SAID_MAX)
			fv_buf_put(&proc->in, piece, (size_t)n);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return FV_AGAIN;
	return FV_OK;
}

/* The message that was made, as mmcli names it.  False: it named none. */
static bool
find_message(struct fv_smsproc *proc, char *out, size_t cap)
{
	const char *said = fv_buf_z(&proc->in);
	const char *at = said != NULL ? strstr(said, MESSAGE) : NULL;
	size_t len;

	if (at == NULL)
		return false;
	len = strlen(MESSAGE) + strspn(at + strlen(MESSAGE), "0123456789");
	if (len == strlen(MESSAGE) || len >= cap)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

/* The child has closed its output: how did it end?  FV_AGAIN: it has not yet. */
static enum fv_err
reap(struct fv_smsproc *proc)
{
	int status;
	pid_t pid = waitpid(proc->pid, &status, WNOHANG);

	if (pid == 0)
		return FV_AGAIN;
	proc->pid = 0;
	close(proc->fd);
	proc->fd = -1;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? FV_OK : FV_EIO;
}

enum fv_err
fv_smsproc_step(struct fv_smsproc *proc)
{
	char program[] = PROGRAM, send[] = "--send", message[80], option[96];
	char *argv[] = {program, option, send, NULL};
	enum fv_err rc;

	if (proc->pid == 0)
		return FV_EIO;
	rc = hear(proc);
	if (rc == FV_OK)
		rc = reap(proc);
	if (rc == FV_AGAIN)
		return fv_smsproc_timeout_ms(proc) > 0 ? FV_AGAIN : FV_EIO;
	if (rc != FV_OK || proc->is_made)
		return rc;
	if (!find_message(proc, message, sizeof message))
		return FV_EIO;
	proc->is_made = true;
	snprintf(option, sizeof option, "--sms=%s", message);
	rc = spawn(proc, argv);
	return rc == FV_OK ? FV_AGAIN : FV_EIO;
}

void
fv_smsproc_stop(struct fv_smsproc *proc)
{
	fv_child_stop(proc->pid, proc->fd);
	fv_buf_clear(&proc->in);
	*proc = (struct fv_smsproc)FV_SMSPROC_NONE;
}
