/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program gives up once its sockets are open. */
#include "privileges.h"

#ifdef __linux__

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <errno.h>

/* Numbers of system calls are a processor's own.  A leak finder looks into its
 * process at the end (UNFILTERED), which the filter refuses. */
#if defined(UNFILTERED)
#elif defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__LP64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#endif

/* Keeps CAP_NET_ADMIN, if it is there. */
static void
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int i;

	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &header, data) != 0)
		return;
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= i == 0 ? 1u << CAP_NET_ADMIN : 0;
		data[i].effective &= data[i].permitted;
		data[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, data);
}

#ifdef ARCHITECTURE

/*
 * What a stream does not need, either, though it has names to look up: what a
 * resolver does is up to its modules, and nobody knows all of them.
 */
static const uint16_t refused[] = {
	/* other programs and processes */
	SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_kcmp, SYS_setns, SYS_unshare,
#ifdef SYS_fork
	SYS_fork, SYS_vfork,
#endif
	/* files and directories */
	SYS_unlinkat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_mkdirat,
	SYS_mknodat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat,
	SYS_truncate, SYS_ftruncate, SYS_setxattr, SYS_lsetxattr,
	SYS_fsetxattr, SYS_chroot, SYS_open_by_handle_at,
#ifdef SYS_unlink
	SYS_unlink, SYS_rename, SYS_link, SYS_symlink, SYS_mkdir, SYS_rmdir,
	SYS_mknod, SYS_chmod, SYS_chown, SYS_lchown, SYS_creat,
#endif
#ifdef SYS_renameat
	SYS_renameat,
#endif
#ifdef SYS_openat2
	SYS_openat2,
#endif
	/* the machine */
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_init_module,
	SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_bpf,
	SYS_perf_event_open, SYS_reboot, SYS_swapon, SYS_swapoff,
	SYS_sethostname, SYS_setdomainname, SYS_settimeofday,
	SYS_clock_settime, SYS_adjtimex, SYS_acct, SYS_quotactl, SYS_syslog,
	SYS_add_key, SYS_request_key, SYS_keyctl, SYS_personality,
	SYS_userfaultfd,
#ifdef SYS_io_uring_setup
	SYS_io_uring_setup,
#endif
	/* who it is */
	SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid,
	SYS_setresgid, SYS_setgroups, SYS_setfsuid, SYS_setfsgid, SYS_capset,
};
#define REFUSED		(sizeof(refused) / sizeof(refused[0]))

/*
 * What the others need, libc's own calls included.  Files are opened for
 * reading below: of protocols, of the time zone.
 */
static const uint16_t needed[] = {
	/* the kernel, and the output */
	SYS_sendto, SYS_sendmsg, SYS_recvfrom, SYS_recvmsg, SYS_ppoll,
	SYS_read, SYS_readv, SYS_pread64, SYS_write, SYS_writev, SYS_close,
	SYS_getsockopt, SYS_setsockopt, SYS_getsockname,
	/* names of interfaces; more sockets for links and events */
	SYS_socket, SYS_bind, SYS_ioctl,
	/* files */
	SYS_lseek, SYS_fstat, SYS_newfstatat, SYS_fcntl, SYS_faccessat,
	SYS_readlinkat, SYS_getdents64,
	/* memory */
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise,
	SYS_mlock, SYS_munlock,
	/* time, signals, the process itself */
	SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep,
	SYS_gettimeofday, SYS_rt_sigaction, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall, SYS_futex,
	SYS_getpid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid,
	SYS_getegid, SYS_tgkill, SYS_tkill, SYS_exit, SYS_exit_group,
	SYS_prlimit64, SYS_getrlimit, SYS_sched_getaffinity, SYS_sched_yield,
	SYS_uname, SYS_sysinfo, SYS_set_robust_list, SYS_getrandom,
#ifdef SYS_mlock2
	SYS_mlock2,
#endif
#ifdef SYS_statx
	SYS_statx,
#endif
#ifdef SYS_poll
	SYS_poll, SYS_select, SYS_stat, SYS_lstat, SYS_access, SYS_readlink,
	SYS_time,
#endif
};
#define NEEDED		(sizeof(needed) / sizeof(needed[0]))

/*
 * Calls from here on came with Linux 5.1 and later, so a libc that tries one of
 * them knows what to do without.
 */
#define RECENT_CALLS	424

#define X32_CALLS	0x40000000u
#define OPENING		(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define IF_EQUAL(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, otherwise)
#define IF_AT_LEAST(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(value), then, otherwise)
#define IF_ANY_BIT(bits, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), then, otherwise)
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE		RETURN(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW		RETURN(SECCOMP_RET_ALLOW)

/* An argument's low half, on the processors above. */
#define ARGUMENT(n)	args[n]

struct filter {
	struct sock_filter code[16 + 2 * (REFUSED > NEEDED ? REFUSED :
	    NEEDED) + 8];
	unsigned short len;
};

static void
add(struct filter *f, struct sock_filter instruction)
{
	f->code[f->len++] = instruction;
}

#define ADD(f, ...)	add(f, (struct sock_filter)__VA_ARGS__)

/*
 * Another architecture's calls (32-bit ones on a 64-bit kernel) have other
 * numbers, and this program makes none: they are refused.
 */
static void
begin(struct filter *f)
{
	f->len = 0;
	ADD(f, LOAD(arch));
	ADD(f, IF_EQUAL(ARCHITECTURE, 1, 0));
	ADD(f, REFUSE);
	ADD(f, LOAD(nr));
	ADD(f, IF_AT_LEAST(X32_CALLS, 0, 1));
	ADD(f, REFUSE);
}

/* A call that opens files has these flags: only those for reading. */
static void
allow_reading(struct filter *f, uint32_t call, unsigned flags)
{
	ADD(f, IF_EQUAL(call, 0, 4));
	ADD(f, LOAD(ARGUMENT(flags)));
	ADD(f, IF_ANY_BIT(OPENING, 0, 1));
	ADD(f, REFUSE);
	ADD(f, ALLOW);
}

static void
filter_calls(bool resolves)
{
	const uint16_t *calls = resolves ? refused : needed;
	size_t n = resolves ? REFUSED : NEEDED, i;
	static struct filter f;
	struct sock_fprog program = { .filter = f.code };

	begin(&f);
	allow_reading(&f, SYS_openat, 2);
#ifdef SYS_open
	allow_reading(&f, SYS_open, 1);
#endif
	for (i = 0; i < n; i++) {
		ADD(&f, IF_EQUAL(calls[i], 0, 1));
		if (resolves)
			ADD(&f, REFUSE);
		else
			ADD(&f, ALLOW);
	}
	if (resolves)
		ADD(&f, ALLOW);
	else {
		ADD(&f, IF_AT_LEAST(RECENT_CALLS, 0, 1));
		ADD(&f, RETURN(SECCOMP_RET_ERRNO | ENOSYS));
		ADD(&f, REFUSE);
	}
	program.len = f.len;
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else

static void
filter_calls(bool resolves)
{
	(void)resolves;
}

#endif

void
privileges_drop(bool resolves, bool shows)
{
	(void)shows;
	drop_capabilities();
	/* A filter wants it, unless one may do anything. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		filter_calls(resolves);
}

void
privileges_limit_socket(int fd)
{
	(void)fd;
}

#elif defined(__FreeBSD__)

#include <sys/capsicum.h>

/*
 * capsicum(4).  In capability mode no file is opened any more, and no name of
 * an interface is asked for: so it is not for what may have some to show or to
 * look up, the time zone and /etc/protocols included.
 */
void
privileges_drop(bool resolves, bool shows)
{
	if (!resolves && !shows)
		cap_enter();
}

/* The kernel's socket is for requests and answers. */
void
privileges_limit_socket(int fd)
{
	cap_rights_t rights;

	cap_rights_init(&rights, CAP_READ, CAP_WRITE, CAP_EVENT,
	    CAP_GETSOCKOPT, CAP_SETSOCKOPT);
	cap_rights_limit(fd, &rights);
}

#else

void
privileges_drop(bool resolves, bool shows)
{
	(void)resolves;
	(void)shows;
}

void
privileges_limit_socket(int fd)
{
	(void)fd;
}

#endif
