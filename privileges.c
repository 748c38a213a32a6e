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

/* What no mode needs after its sockets are open. */
static const uint16_t refused[] = {
	SYS_connect,			/* the first: the resolver does */
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
#define X32_CALLS	0x40000000u
#define OPENING		(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define IF_EQUAL(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, otherwise)
#define IF_ANY_BIT(bits, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), then, otherwise)
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE		RETURN(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW		RETURN(SECCOMP_RET_ALLOW)

/* An argument's low half, on the processors above. */
#define ARGUMENT(n)	args[n]

/*
 * Another architecture's calls (32-bit ones on a 64-bit kernel) have other
 * numbers, and this program makes none: they are refused.
 */
static void
filter_calls(bool resolves)
{
	static const struct sock_filter head[] = {
		LOAD(arch),
		IF_EQUAL(ARCHITECTURE, 1, 0),
		REFUSE,
		LOAD(nr),
		/* The x32 calls of x86-64. */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1),
		REFUSE,
		IF_EQUAL(SYS_openat, 0, 4),
		LOAD(ARGUMENT(2)),
		IF_ANY_BIT(OPENING, 0, 1),
		REFUSE,
		ALLOW,
#ifdef SYS_open
		IF_EQUAL(SYS_open, 0, 4),
		LOAD(ARGUMENT(1)),
		IF_ANY_BIT(OPENING, 0, 1),
		REFUSE,
		ALLOW,
#endif
	};
	const size_t first = sizeof(head) / sizeof(head[0]);
	struct sock_filter filter[sizeof(head) / sizeof(head[0]) +
	    2 * REFUSED + 1];
	struct sock_fprog program = { .filter = filter };
	size_t i, n = first;

	memcpy(filter, head, sizeof(head));
	for (i = resolves ? 1 : 0; i < REFUSED; i++) {
		filter[n++] = (struct sock_filter)IF_EQUAL(refused[i], 0, 1);
		filter[n++] = (struct sock_filter)REFUSE;
	}
	filter[n++] = (struct sock_filter)ALLOW;
	program.len = (unsigned short)n;
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
privileges_drop(bool resolves)
{
	drop_capabilities();
	/* A filter wants it, unless one may do anything. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		filter_calls(resolves);
}

#else

void
privileges_drop(bool resolves)
{
	(void)resolves;
}

#endif
