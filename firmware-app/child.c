#include "firmware-app/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum fv_err
fv_child_start(char *const argv[], pid_t *pid_out, int *fd_out)
{
	const char *path = getenv("PATH");
	struct fv_buf path_entry = {0};
	char locale[] = "LC_ALL=C", *env[] = {locale, NULL, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], error;

	*pid_out = 0;
	*fd_out = -1;
	if (path != NULL)
		fv_buf_putf(&path_entry, "PATH=%s", path);
	env[1] = path != NULL ? (char *)(uintptr_t)fv_buf_z(&path_entry) : NULL;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		fv_buf_clear(&path_entry);
		return FV_EIO;
	}
	error = posix_spawn_file_actions_init(&actions);
	if (error == 0) {
		(void)posix_spawn_file_actions_addopen(
		    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		error = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
		if (error == 0)
			error = posix_spawnp(pid_out, argv[0], &actions, NULL, argv, env);
		posix_spawn_file_actions_destroy(&actions);
	}
	fv_buf_clear(&path_entry);
	close(ends[1]);
	if (error != 0) {
		close(ends[0]);
		*pid_out = 0;
		return error == ENOENT || error == EACCES ? FV_ENOENT : FV_EIO;
	}
	*fd_out = ends[0];
	return FV_OK;
}

void
fv_child_stop(pid_t pid, int fd)
{
	int status;

	if (fd >= 0)
		close(fd);
	if (pid > 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
}
