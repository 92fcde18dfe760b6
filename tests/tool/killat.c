/*
 * Runs a program and kills it at the moment before its N-th call that settles something on
 * the disk (write, sync, rename, cut, remove): what is there is what the next start finds.
 *
 * usage: killat N PROGRAM [ARGUMENT ...]
 * exit 0: it was killed;  3: it ended by itself before;  4: it cannot be watched here
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENDED 3
#define UNWATCHED 4

static int
is_step(unsigned long long number)
{
	static const long calls[] = {
	    SYS_write,
	    SYS_fsync,
	    SYS_fdatasync,
	    SYS_renameat,
	    SYS_renameat2,
	    SYS_unlinkat,
	    SYS_ftruncate,
#ifdef SYS_unlink
	    SYS_unlink,
#endif
	};

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if ((unsigned long long)calls[i] == number)
			return 1;
	return 0;
}

static int
watch(pid_t pid, long left)
{
	struct __ptrace_syscall_info info;
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0)
		return UNWATCHED;
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, 0) != 0 || waitpid(pid, &status, 0) != pid)
			return UNWATCHED;
		if (!WIFSTOPPED(status))
			return ENDED;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80) ||
		    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 ||
		    info.op != PTRACE_SYSCALL_INFO_ENTRY || !is_step(info.entry.nr) ||
		    --left > 0)
			continue;
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		return 0;
	}
}

int
main(int argc, char **argv)
{
	pid_t pid;

	if (argc < 3)
		return 2;
	if ((pid = fork()) == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
			_exit(UNWATCHED);
		execv(argv[2], argv + 2);
		_exit(UNWATCHED);
	}
	return pid < 0 ? UNWATCHED : watch(pid, strtol(argv[1], NULL, 10));
}
