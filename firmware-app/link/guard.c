#include "firmware-app/link/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "firmware-app/link/wire.h"

#define FDS_MAX 64U

void
fv_guard_close_others(int keep_fd)
{
	unsigned keep = (unsigned)keep_fd;

	if (keep > 3 && syscall(SYS_close_range, 3U, keep - 1U, 0U) != 0)
		for (unsigned fd = 3; fd < keep; fd++)
			close((int)fd);
	if (syscall(SYS_close_range, keep < 3 ? 3U : keep + 1U, ~0U, 0U) != 0)
		for (unsigned fd = keep < 3 ? 3U : keep + 1U; fd < 1024; fd++)
			close((int)fd);
}

/* No core file with sealed bytes in it, no file written at all, few descriptors. */
static int
set_limits(void)
{
	const struct rlimit none = {0, 0}, fds = {FDS_MAX, FDS_MAX};

	return setrlimit(RLIMIT_CORE, &none) == 0 && setrlimit(RLIMIT_FSIZE, &none) == 0 &&
	    setrlimit(RLIMIT_NOFILE, &fds) == 0;
}

/* What finding a name and starting TLS may read: never a home or a data folder. */
static const char *const readable[] = {"/etc", "/lib", "/lib64", "/usr/lib", "/usr/lib64",
    "/usr/local/lib", "/usr/share/ca-certificates", "/run/systemd/resolve", "/run/resolvconf",
    "/run/NetworkManager", "/run/nscd", "/dev/urandom", "/dev/random", "/dev/null"};

#define READ_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static void
allow_reading(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = READ_FILES};
	int is_file;

	is_file = path[1] == 'd'; /* devices stand alone */
	if (is_file)
		rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
	if ((rule.parent_fd = open(path, O_PATH | O_CLOEXEC)) < 0)
		return;
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U);
	close(rule.parent_fd);
}

static int
lock_files(void)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = 0};
	int is_locked = 0, ruleset;
	long version;

	version = syscall(
	    SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1)
		return 0;
	attr.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* all of version 1 */
#ifdef LANDLOCK_ACCESS_FS_REFER
	if (version >= 2)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
#endif
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
	if (version >= 3)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
#endif
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0U);
	if (ruleset < 0)
		return 0;
	for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++)
		allow_reading(ruleset, readable[i]);
	is_locked = syscall(SYS_landlock_restrict_self, ruleset, 0U) == 0;
	close(ruleset);
	return is_locked;
}

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__arm__)
#define ARCH AUDIT_ARCH_ARM
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#endif

#ifdef ARCH

/* Calls that nothing here makes; a taken-over process would. */
static const int refused[] = {
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_memfd_create,
    SYS_truncate,
    SYS_ftruncate,
    SYS_fallocate,
    SYS_unlinkat,
    SYS_renameat2,
    SYS_linkat,
    SYS_symlinkat,
    SYS_mkdirat,
    SYS_mknodat,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_utimensat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_acct,
    SYS_quotactl,
    SYS_syslog,
    SYS_fchmod,
    SYS_fchown,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_kill,
    SYS_tkill,
    SYS_tgkill,
    SYS_pidfd_send_signal,
    SYS_process_madvise,
    SYS_personality,
    SYS_vhangup,
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_creat
    SYS_creat,
#endif
#ifdef SYS_unlink
    SYS_unlink,
    SYS_rmdir,
    SYS_rename,
    SYS_link,
    SYS_symlink,
    SYS_mkdir,
    SYS_mknod,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
#endif
#ifdef SYS_truncate64 /* a 32-bit machine has wider forms beside them */
    SYS_truncate64,
    SYS_ftruncate64,
#endif
#ifdef SYS_fchown32
    SYS_fchown32,
    SYS_chown32,
    SYS_lchown32,
#endif
#ifdef SYS_utimensat_time64
    SYS_utimensat_time64,
    SYS_clock_settime64,
    SYS_clock_adjtime64,
#endif
#ifdef SYS_futimesat
    SYS_futimesat,
#endif
#ifdef SYS_utimes
    SYS_utimes,
#endif
#ifdef SYS_utime
    SYS_utime,
#endif
};

#define REFUSED_COUNT (sizeof refused / sizeof refused[0])
#define WRITE_FLAGS (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)
#define DATA(member) (uint32_t) offsetof(struct seccomp_data, member)
#define ARG_LOW(n) (DATA(args) + 8U * (n)) /* little-endian machines */

struct program {
	struct sock_filter code[REFUSED_COUNT * 2 + 32];
	unsigned short len;
};

static void
add(struct program *p, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	p->code[p->len++] = (struct sock_filter){code, jt, jf, k};
}

/* "When the call is `nr`, fail with `error`." */
static void
add_refusal(struct program *p, long nr, int error)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)nr);
	add(p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (uint32_t)error);
}

/* "When the call is `nr` and argument `n` has one of these flags, fail." */
static void
add_flag_refusal(struct program *p, long nr, unsigned n, uint32_t flags)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (uint32_t)nr);
	add(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, ARG_LOW(n));
	add(p, BPF_JMP | BPF_JSET | BPF_K, 0, 1, flags);
	add(p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EACCES);
	add(p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
}

static int
filter_calls(void)
{
	struct program p = {.len = 0};
	struct sock_fprog prog;

	add(&p, BPF_LD | BPF_W | BPF_ABS, 0, 0, DATA(arch));
	add(&p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
	add(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
	add(&p, BPF_LD | BPF_W | BPF_ABS, 0, 0, DATA(nr));
#if defined(__x86_64__)
	add(&p, BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000U); /* the x32 numbers */
	add(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
#endif
	for (size_t i = 0; i < REFUSED_COUNT; i++)
		add_refusal(&p, refused[i], EPERM);
	add_refusal(&p, SYS_openat2, ENOSYS); /* its flags are out of a filter's sight */
	add_flag_refusal(&p, SYS_openat, 2, WRITE_FLAGS);
#ifdef SYS_open
	add_flag_refusal(&p, SYS_open, 1, WRITE_FLAGS);
#endif
	add(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
	prog.len = p.len;
	prog.filter = p.code;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &prog) == 0;
}

#else

static int
filter_calls(void)
{
	return 0;
}

#endif

unsigned
fv_guard_raise(void)
{
	unsigned raised = 0;

	prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0)
		raised |= FV_LINK_GUARD_NO_NEW_PRIVS;
	if (set_limits())
		raised |= FV_LINK_GUARD_LIMITS;
	if ((raised & FV_LINK_GUARD_NO_NEW_PRIVS) != 0) {
		if (lock_files())
			raised |= FV_LINK_GUARD_LANDLOCK;
		if (filter_calls())
			raised |= FV_LINK_GUARD_SECCOMP;
	}
	return raised;
}
