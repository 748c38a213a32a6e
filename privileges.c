/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program gives up once its sockets are open. */
#include "privileges.h"

#ifdef __linux__

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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
 * What every run needs, libc's own calls included; all else is refused.  Each
 * list adds to the ones before it.
 */
static const uint16_t run_calls[] = {
	/* the kernel, and the output */
	SYS_sendto, SYS_sendmsg, SYS_recvfrom, SYS_recvmsg, SYS_ppoll,
	SYS_read, SYS_readv, SYS_pread64, SYS_write, SYS_writev, SYS_close,
	SYS_getsockopt, SYS_setsockopt, SYS_getsockname, SYS_bind,
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
	SYS_getegid, SYS_exit, SYS_exit_group, SYS_getrlimit,
	SYS_sched_getaffinity, SYS_sched_yield, SYS_uname, SYS_sysinfo,
	SYS_set_robust_list, SYS_getrandom,
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

/*
 * A stream waits for who types it, and names hosts: libc's resolver asks name
 * servers, and the modules of nsswitch.conf ask programs of this machine.
 */
static const uint16_t stream_calls[] = {
	SYS_pselect6, SYS_connect, SYS_sendmmsg, SYS_recvmmsg, SYS_shutdown,
	SYS_getpeername, SYS_socketpair, SYS_pipe2, SYS_dup, SYS_dup3,
	SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2,
	SYS_timerfd_create, SYS_timerfd_settime, SYS_statfs, SYS_fstatfs,
	SYS_getcwd, SYS_getppid, SYS_getresuid, SYS_getresgid, SYS_getgroups,
	SYS_clock_getres,
#ifdef SYS_poll
	SYS_dup2, SYS_epoll_wait,
#endif
};

/* Calls that are needed with some values of an argument. */
struct condition {
	uint16_t call;
	uint8_t argument;		/* its index */
	uint8_t n;
	uint32_t mask;			/* what of it counts */
	uint32_t values[4];
};

#define ALL_BITS	UINT32_MAX
#define OPENING		(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

static const struct condition run_conditions[] = {
	/* files for reading: of protocols, of the time zone */
	{ SYS_openat, 2, 1, OPENING, { 0 } },
#ifdef SYS_open
	{ SYS_open, 1, 1, OPENING, { 0 } },
#endif
	/* links and events; libc asks for names of interfaces by AF_UNIX */
	{ SYS_socket, 0, 3, ALL_BITS, { AF_NETLINK, AF_KEY, AF_UNIX } },
	{ SYS_ioctl, 1, 4, ALL_BITS, { SIOCGIFNAME, SIOCGIFINDEX, TCGETS,
	    TIOCGWINSZ } },
	{ SYS_prlimit64, 0, 1, ALL_BITS, { 0 /* itself */ } },
};

static const struct condition stream_conditions[] = {
	{ SYS_socket, 0, 2, ALL_BITS, { AF_INET, AF_INET6 } },
	{ SYS_ioctl, 1, 4, ALL_BITS, { FIONREAD, FIONBIO, SIOCGIFCONF,
	    SIOCGIFFLAGS } },
};

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

/*
 * Calls from here on came with Linux 5.1 and later, so a libc that tries one of
 * them knows what to do without.
 */
#define RECENT_CALLS	424

#define X32_CALLS	0x40000000u

#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define IF_EQUAL(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, otherwise)
#define IF_AT_LEAST(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(value), then, otherwise)
#define MASK(bits)	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE		RETURN(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW		RETURN(SECCOMP_RET_ALLOW)

struct filter {
	struct sock_filter code[16 + 2 * (COUNT(run_calls) +
	    COUNT(stream_calls)) + 12 * (COUNT(run_conditions) + 1 +
	    COUNT(stream_conditions))];
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

static void
allow(struct filter *f, const uint16_t *calls, size_t n)
{
	for (; n > 0; n--, calls++) {
		ADD(f, IF_EQUAL(*calls, 0, 1));
		ADD(f, ALLOW);
	}
}

/* An argument's low half is what the kernel looks at in all of these. */
static void
allow_if(struct filter *f, const struct condition *c)
{
	unsigned i;

	ADD(f, IF_EQUAL(c->call, 0, (uint8_t)(2 * c->n + 3)));
	ADD(f, LOAD(args[c->argument]));
	ADD(f, MASK(c->mask));
	for (i = 0; i < c->n; i++) {
		ADD(f, IF_EQUAL(c->values[i], 0, 1));
		ADD(f, ALLOW);
	}
	ADD(f, LOAD(nr));
}

static void
filter_calls(bool resolves)
{
	/* abort() sends itself a signal; nobody else gets one. */
	const struct condition own = { SYS_tgkill, 0, 1, ALL_BITS,
	    { (uint32_t)getpid() } };
	static struct filter f;
	struct sock_fprog program = { .filter = f.code };
	size_t i;

	begin(&f);
	allow(&f, run_calls, COUNT(run_calls));
	for (i = 0; i < COUNT(run_conditions); i++)
		allow_if(&f, &run_conditions[i]);
	allow_if(&f, &own);
	if (resolves) {
		allow(&f, stream_calls, COUNT(stream_calls));
		for (i = 0; i < COUNT(stream_conditions); i++)
			allow_if(&f, &stream_conditions[i]);
	}
	ADD(&f, IF_AT_LEAST(RECENT_CALLS, 0, 1));
	ADD(&f, RETURN(SECCOMP_RET_ERRNO | ENOSYS));
	ADD(&f, REFUSE);
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
