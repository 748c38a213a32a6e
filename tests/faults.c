/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LD_PRELOAD for setkey: a kernel that is made up, and calls that fail.  So
 * every way through the program can be tried on any machine, and none touches
 * its databases.  See faults.h for what a test may ask for.
 *
 * The kernel is at the other end of pairs of sockets, and lives in the calls
 * that send and wait: what it has to say is in the socket before the program
 * looks there.
 */
#include "faults.h"

#ifdef __linux__

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "wire.h"

#ifndef __GLIBC__
typedef int __rlimit_resource_t;
#endif

#define PAIRS		8
#define HIGH		200	/* descriptors of ours are above */
#define RECORDS		3	/* in a dump */

static struct faults nobody, *f = &nobody;

/* ---- the calls behind ours ---- */

#define NEXT(name) \
	static __typeof__(name) *next; \
	if (next == NULL) \
		*(void **)&next = dlsym(RTLD_NEXT, #name)

/* Whether this call is one that shall fail; errno is set. */
static bool
fails(enum fault_call call)
{
	unsigned n = ++f->calls[call];

	if (call != f->call || n < f->nth || (n > f->nth && !f->forever))
		return false;
	if (!f->reached)
		f->changes_before = f->changes;
	f->reached = true;
	errno = f->error;
	return true;
}

/* ---- memory ---- */

/* dlsym() may want some before it can tell where it comes from. */
static char early[4096];
static size_t early_used;

static void *
take_early(size_t n)
{
	void *p = early + early_used;

	early_used += (n + 15) & ~(size_t)15;
	return early_used <= sizeof(early) ? p : NULL;
}

static bool
is_early(const void *p)
{
	return (const char *)p >= early &&
	    (const char *)p < early + sizeof(early);
}

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);

static bool
know_memory(void)
{
	static bool asking;

	if (next_free != NULL)
		return true;
	if (asking)
		return false;
	asking = true;
	*(void **)&next_malloc = dlsym(RTLD_NEXT, "malloc");
	*(void **)&next_calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&next_realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&next_free = dlsym(RTLD_NEXT, "free");
	asking = false;
	return true;
}

void *
malloc(size_t n)
{
	if (!know_memory())
		return take_early(n);
	return fails(CALL_MEMORY) ? NULL : next_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	if (!know_memory())
		return take_early(n * size);
	return fails(CALL_MEMORY) ? NULL : next_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	if (!know_memory())
		return take_early(n);
	return fails(CALL_MEMORY) ? NULL : next_realloc(p, n);
}

void
free(void *p)
{
	if (p != NULL && !is_early(p) && know_memory())
		next_free(p);
}

/* ---- the pairs ---- */

enum kind { KIND_FREE, KIND_PFKEY, KIND_XFRM, KIND_ROUTE };

static struct pair {
	int ours, kernel;		/* both ends, above HIGH */
	int fd;				/* the program's descriptor of ours */
	enum kind kind;
	bool joined;			/* a group: it wants events */
	unsigned events;		/* that it got */
	/* An endless dump. */
	uint32_t seq, pid;
	uint8_t dump;			/* type of its records, 0: there is none */
} pairs[PAIRS];

static struct pair *
pair_of(int fd)
{
	unsigned i;

	for (i = 0; i < PAIRS; i++)
		if (pairs[i].kind != KIND_FREE && pairs[i].fd == fd)
			return &pairs[i];
	return NULL;
}

static int
above(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);

	syscall(SYS_close, fd);
	return high;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *fd = getenv("FAULTS_FD");
	int ends[2];
	void *page;
	unsigned i;

	if (fd == NULL)
		return;
	for (i = 0; i < PAIRS; i++) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
			abort();
		pairs[i].ours = above(ends[0]);
		pairs[i].kernel = above(ends[1]);
	}
	page = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED,
	    atoi(fd), 0);
	if (page == MAP_FAILED)
		abort();
	know_memory();
	syscall(SYS_close, atoi(fd));
	f = page;
}

static void
tell(struct pair *p, const void *octets, size_t n)
{
	syscall(SYS_sendto, p->kernel, octets, n, MSG_DONTWAIT | MSG_NOSIGNAL,
	    NULL, 0);
}

/* ---- what the program may not do any more ---- */

static long
try_one(enum fault_probe probe)
{
	switch (probe) {
	case PROBE_EXEC:
		return syscall(SYS_execve, NULL, NULL, NULL);
	case PROBE_OPEN:
		return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
	case PROBE_WRITE_FILE:
		return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY);
	case PROBE_PTRACE:
		return syscall(SYS_ptrace, PTRACE_PEEKDATA, 0, NULL, NULL);
	case PROBE_OTHER:
		return syscall(SYS_chdir, "/");
	case PROBE_RECENT:
		return syscall(SYS_pidfd_open, getpid(), 0);
	case PROBE_TYPE:
		return syscall(SYS_ioctl, -1, TIOCSTI, "x");
	case PROBE_SIGNAL:
		return syscall(SYS_tgkill, f->tester, f->tester, 0);
	case PROBE_FAMILY:
		return syscall(SYS_socket, AF_VSOCK, SOCK_STREAM, 0);
	case PROBE_CONNECT:
		return syscall(SYS_connect, -1, NULL, 0);
	default:
		return syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	}
}

static void
try_what_is_forbidden(void)
{
	long result;
	int i;

	if (!f->probe || f->probed)
		return;
	f->probed = true;
	for (i = 0; i < PROBE_COUNT; i++) {
		errno = 0;
		result = try_one((enum fault_probe)i);
		f->probe_error[i] = result < 0 ? errno : 0;
		/* A descriptor, but for calls that say 0. */
		if (result > STDERR_FILENO)
			syscall(SYS_close, result);
	}
}

/* ---- the kernel: PF_KEY ---- */

#define CHAT	77777		/* number of what nobody asked for */

static bool
chats(void)
{
	return f->kernel == KERNEL_CHATS || f->kernel == KERNEL_STRANGER ||
	    f->kernel == KERNEL_DUMPS;
}

static bool
answers_dumps(void)
{
	return !chats() || f->kernel == KERNEL_DUMPS;
}

struct record {
	struct wire_msg msg;
	struct wire_sa sa;
	struct {
		struct wire_address address;
		struct sockaddr_in sin;
	} src, dst;
	struct {
		struct wire_key key;
		uint8_t octets[FAULT_KEY_OCTETS];
	} keys[2];
};

struct policy_record {
	struct wire_msg msg;
	struct {
		struct wire_address address;
		struct sockaddr_in sin;
	} src, dst;
	struct wire_policy policy;
};

#define UNITS(object)	(uint16_t)(sizeof(object) / 8)

static void
set_address(struct wire_address *a, struct sockaddr_in *sin, uint16_t type,
    uint32_t addr)
{
	a->len = (uint16_t)((sizeof(*a) + sizeof(*sin)) / 8);
	a->type = type;
	a->proto = 255;
	a->prefixlen = 32;
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(addr);
}

static void
fill_key(uint8_t octets[FAULT_KEY_OCTETS])
{
	unsigned i;

	for (i = 0; i < FAULT_KEY_OCTETS; i++)
		octets[i] = fault_key_octet(i);
}

/* What the kernel itself has forgotten the program may not know either. */
static void
forget(void *p, size_t n)
{
	explicit_bzero(p, n);
}

static void
tell_sa(struct pair *p, uint8_t type, uint32_t seq, uint32_t pid)
{
	struct record r;
	unsigned i;

	memset(&r, 0, sizeof(r));
	r.msg = (struct wire_msg){ 2, type, 0, SADB_SATYPE_ESP, UNITS(r), 0,
	    seq, pid };
	r.sa = (struct wire_sa){ .len = UNITS(r.sa), .type = 1,
	    .spi = htonl(0x1000 + seq), .state = SADB_SASTATE_MATURE,
	    .auth = 5, .encrypt = 12 };
	set_address(&r.src.address, &r.src.sin, 5, 0x0a000001);
	set_address(&r.dst.address, &r.dst.sin, 6, 0x0a000002);
	for (i = 0; i < 2; i++) {
		r.keys[i].key = (struct wire_key){ UNITS(r.keys[i]),
		    (uint16_t)(8 + i), FAULT_KEY_OCTETS * 8, 0 };
		fill_key(r.keys[i].octets);
	}
	tell(p, &r, sizeof(r));
	forget(&r, sizeof(r));
}

static void
tell_policy(struct pair *p, uint8_t type, uint32_t seq, uint32_t pid)
{
	struct policy_record r;

	memset(&r, 0, sizeof(r));
	r.msg = (struct wire_msg){ 2, type, 0, 0, UNITS(r), 0, seq, pid };
	set_address(&r.src.address, &r.src.sin, 5, 0x0a000001);
	set_address(&r.dst.address, &r.dst.sin, 6, 0x0a000002);
	r.policy = (struct wire_policy){ UNITS(r.policy), 18,
	    IPSEC_POLICY_NONE, IPSEC_DIR_OUTBOUND, 0, 8 * seq + 1,
	    0x80000000 };
	tell(p, &r, sizeof(r));
}

static void
pfkey_dump(struct pair *p, const struct wire_msg *request)
{
	uint32_t i;

	f->dumps++;
	if (f->kernel == KERNEL_ENDLESS) {
		p->dump = request->type;
		p->pid = request->pid;
		p->seq = 1;
		return;
	}
	for (i = 1; i <= RECORDS; i++) {
		(request->type == SADB_DUMP ? tell_sa : tell_policy)(p,
		    request->type, i % RECORDS, request->pid);
		if (f->kernel == KERNEL_TORN && f->dumps == 1 && i == 1)
			tell_policy(p, SADB_X_SPDADD, 0, 1);
	}
}

static void
pfkey_request(struct pair *p, const void *octets)
{
	struct wire_msg answer;

	try_what_is_forbidden();
	memcpy(&answer, octets, sizeof(answer));
	answer.len = UNITS(answer);
	switch (answer.type) {
	case SADB_DUMP:
	case SADB_X_SPDDUMP:
		if (answers_dumps())
			pfkey_dump(p, &answer);
		return;
	case SADB_GET:
		answer.error = ESRCH;
		break;
	case SADB_X_PROMISC:
	case SADB_REGISTER:
		p->joined = true;
		break;
	default:
		f->changes++;
		if (f->kernel == KERNEL_REFUSES)
			answer.error = EEXIST;
	}
	if (!chats())
		tell(p, &answer, sizeof(answer));
}

/* ---- the kernel: netlink ---- */

struct nl_sa {
	struct nlmsghdr header;
	struct xfrm_usersa_info info;
	struct {
		struct nlattr head;
		struct {
			char name[64];
			unsigned bits;
		} alg;
		uint8_t octets[FAULT_KEY_OCTETS];
	} crypt;
};

static void
tell_nl_sa(struct pair *p, uint16_t flags, uint32_t seq, uint32_t pid)
{
	struct nl_sa r;

	memset(&r, 0, sizeof(r));
	r.header = (struct nlmsghdr){ sizeof(r), XFRM_MSG_NEWSA, flags, seq,
	    pid };
	r.info.id.daddr.a4 = htonl(0x0a000002);
	r.info.id.spi = htonl(0x1000 + f->calls[CALL_RECEIVE]);
	r.info.id.proto = IPPROTO_ESP;
	r.info.saddr.a4 = htonl(0x0a000001);
	r.info.family = AF_INET;
	r.crypt.head.nla_len = sizeof(r.crypt);
	r.crypt.head.nla_type = XFRMA_ALG_CRYPT;
	strcpy(r.crypt.alg.name, "cbc(aes)");
	r.crypt.alg.bits = FAULT_KEY_OCTETS * 8;
	fill_key(r.crypt.octets);
	tell(p, &r, sizeof(r));
	forget(&r, sizeof(r));
}

static void
tell_nl_policy(struct pair *p, uint16_t flags, uint32_t seq, uint32_t pid)
{
	struct {
		struct nlmsghdr header;
		struct xfrm_userpolicy_info info;
	} r;

	memset(&r, 0, sizeof(r));
	r.header = (struct nlmsghdr){ sizeof(r), XFRM_MSG_NEWPOLICY, flags,
	    seq, pid };
	r.info.sel.daddr.a4 = htonl(0x0a000002);
	r.info.sel.saddr.a4 = htonl(0x0a000001);
	r.info.sel.family = AF_INET;
	r.info.sel.prefixlen_s = r.info.sel.prefixlen_d = 32;
	r.info.index = 9;
	r.info.dir = XFRM_POLICY_OUT;
	tell(p, &r, sizeof(r));
}

static void
tell_nl_error(struct pair *p, const struct nlmsghdr *request, uint16_t type,
    int error)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} r;

	memset(&r, 0, sizeof(r));
	r.header = (struct nlmsghdr){ sizeof(r), type, 0, request->nlmsg_seq,
	    request->nlmsg_pid };
	r.error.error = -error;
	r.error.msg = *request;
	tell(p, &r, sizeof(r));
}

/* The thresholds that a kernel begins with. */
static void
tell_nl_spdinfo(struct pair *p, const struct nlmsghdr *request)
{
	struct {
		struct nlmsghdr header;
		uint32_t flags;
		struct {
			struct nlattr head;
			struct xfrmu_spdhthresh bits;
			uint16_t padding;
		} thresholds[2];
	} r;

	memset(&r, 0, sizeof(r));
	r.header = (struct nlmsghdr){ sizeof(r), XFRM_MSG_NEWSPDINFO, 0,
	    request->nlmsg_seq, request->nlmsg_pid };
	r.thresholds[0].head = (struct nlattr){ 6, XFRMA_SPD_IPV4_HTHRESH };
	r.thresholds[0].bits = (struct xfrmu_spdhthresh){ 32, 32 };
	r.thresholds[1].head = (struct nlattr){ 6, XFRMA_SPD_IPV6_HTHRESH };
	r.thresholds[1].bits = (struct xfrmu_spdhthresh){ 128, 128 };
	tell(p, &r, sizeof(r));
}

static void
nl_dump(struct pair *p, const struct nlmsghdr *request)
{
	bool sas = request->nlmsg_type == XFRM_MSG_GETSA;
	int i;

	f->dumps++;
	if (f->kernel == KERNEL_ENDLESS && p->kind == KIND_XFRM) {
		p->dump = sas ? SADB_DUMP : SADB_X_SPDDUMP;
		p->seq = request->nlmsg_seq;
		p->pid = request->nlmsg_pid;
		return;
	}
	for (i = 0; i < RECORDS && p->kind == KIND_XFRM; i++)
		(sas ? tell_nl_sa : tell_nl_policy)(p, NLM_F_MULTI,
		    request->nlmsg_seq, request->nlmsg_pid);
	tell_nl_error(p, request, NLMSG_DONE, 0);
}

static void
nl_request(struct pair *p, const struct nlmsghdr *request)
{
	int error = 0;

	if (request->nlmsg_type == XFRM_MSG_GETSADINFO) {
		tell_nl_error(p, request, NLMSG_ERROR, 0);
		return;
	}
	try_what_is_forbidden();
	if (!answers_dumps())
		return;
	if ((request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		nl_dump(p, request);
		return;
	}
	if (request->nlmsg_type == XFRM_MSG_GETSPDINFO) {
		tell_nl_spdinfo(p, request);
		return;
	}
	if (request->nlmsg_type == XFRM_MSG_GETSA &&
	    f->kernel == KERNEL_FINDS) {
		tell_nl_sa(p, 0, request->nlmsg_seq, request->nlmsg_pid);
		return;
	}
	if (request->nlmsg_type == 0x28 /* XFRM_MSG_GETDEFAULT */)
		error = EINVAL;		/* as a kernel before 5.15 */
	else if (request->nlmsg_type == XFRM_MSG_GETSA ||
	    request->nlmsg_type == XFRM_MSG_GETPOLICY)
		error = ESRCH;
	else {
		f->changes++;
		error = f->kernel == KERNEL_REFUSES ? EEXIST : 0;
	}
	if (!chats() && (error != 0 || request->nlmsg_flags & NLM_F_ACK))
		tell_nl_error(p, request, NLMSG_ERROR, error);
}

static void
nl_requests(struct pair *p, const uint8_t *octets, size_t n)
{
	struct nlmsghdr header;

	for (; n >= sizeof(header); octets += header.nlmsg_len,
	    n -= header.nlmsg_len) {
		memcpy(&header, octets, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > n)
			return;
		nl_request(p, &header);
	}
}

/* ---- sockets ---- */

static void
request(struct pair *p, const void *octets, size_t n)
{
	struct timespec pause = { 0, 10 * 1000 * 1000 };

	if (f->kernel == KERNEL_SLOW)
		nanosleep(&pause, NULL);
	if (p->kind == KIND_PFKEY)
		pfkey_request(p, octets);
	else
		nl_requests(p, octets, n);
}

/* Before the program looks what has come. */
static void
speak(struct pair *p)
{
	struct nlmsghdr stale = { .nlmsg_seq = CHAT };

	if (chats() && p->kind == KIND_PFKEY)
		tell_policy(p, SADB_X_SPDADD, 7, 1);
	else if (chats())
		tell_nl_error(p, &stale, NLMSG_ERROR, 0);
	if (p->dump == 0)
		return;
	if (p->kind == KIND_PFKEY)
		(p->dump == SADB_DUMP ? tell_sa : tell_policy)(p, p->dump,
		    p->seq++, p->pid);
	else
		(p->dump == SADB_DUMP ? tell_nl_sa : tell_nl_policy)(p,
		    NLM_F_MULTI, p->seq, p->pid);
}

int
socket(int domain, int type, int protocol)
{
	struct pair *p;
	unsigned i;
	int fd;
	NEXT(socket);

	if (fails(CALL_SOCKET))
		return -1;
	if (domain != PF_KEY && domain != AF_NETLINK)
		return next(domain, type, protocol);
	for (i = 0; i < PAIRS && pairs[i].kind != KIND_FREE; i++)
		continue;
	if (i == PAIRS) {
		errno = EMFILE;
		return -1;
	}
	p = &pairs[i];
	/* The lowest number, as always; unless a filter forbids it. */
	fd = (int)syscall(SYS_fcntl, p->ours, F_DUPFD_CLOEXEC, 0);
	p->fd = fd < 0 ? p->ours : fd;
	p->kind = domain == PF_KEY ? KIND_PFKEY : protocol == NETLINK_XFRM ?
	    KIND_XFRM : KIND_ROUTE;
	p->joined = false;
	p->events = 0;
	p->dump = 0;
	return p->fd;
}

int
close(int fd)
{
	struct pair *p = pair_of(fd);
	char octet;
	NEXT(close);

	if (p == NULL)
		return next(fd);
	while (syscall(SYS_recvfrom, p->ours, &octet, 1, MSG_DONTWAIT, NULL,
	    NULL) > 0)
		continue;
	p->kind = KIND_FREE;
	return p->fd == p->ours ? 0 : next(fd);
}

int
bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	NEXT(bind);

	if (fails(CALL_BIND))
		return -1;
	return pair_of(fd) != NULL ? 0 : next(fd, addr, len);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	struct pair *p = pair_of(fd);
	NEXT(setsockopt);

	if (fails(CALL_SETSOCKOPT))
		return -1;
	if (p == NULL || level == SOL_SOCKET)
		return next(fd, level, name, value, len);
	p->joined |= name == NETLINK_ADD_MEMBERSHIP;
	return 0;
}

int
getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	NEXT(getsockopt);

	return fails(CALL_GETSOCKOPT) ? -1 : next(fd, level, name, value, len);
}

ssize_t
sendto(int fd, const void *octets, size_t n, int flags,
    const struct sockaddr *to, socklen_t tolen)
{
	struct pair *p = pair_of(fd);
	NEXT(sendto);

	if (fails(CALL_SEND))
		return -1;
	if (p == NULL)
		return next(fd, octets, n, flags, to, tolen);
	request(p, octets, n);
	return (ssize_t)n;
}

ssize_t
send(int fd, const void *octets, size_t n, int flags)
{
	return sendto(fd, octets, n, flags, NULL, 0);
}

ssize_t
recv(int fd, void *octets, size_t n, int flags)
{
	NEXT(recv);

	return fails(CALL_RECEIVE) ? -1 : next(fd, octets, n, flags);
}

/* The port that a datagram came from: 0 is the kernel's. */
static uint32_t
sender(const struct msghdr *msg, ssize_t n)
{
	struct nlmsghdr header = { .nlmsg_seq = 0 };

	if (n >= (ssize_t)sizeof(header))
		memcpy(&header, msg->msg_iov->iov_base, sizeof(header));
	return f->kernel == KERNEL_STRANGER && header.nlmsg_seq == CHAT;
}

ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	struct pair *p = pair_of(fd);
	ssize_t n;
	NEXT(recvmsg);

	if (fails(CALL_RECEIVE))
		return -1;
	if (p != NULL && !(flags & MSG_DONTWAIT))
		speak(p);
	n = next(fd, msg, flags);
	if (n >= 0 && p != NULL && msg->msg_name != NULL) {
		from.nl_pid = sender(msg, n);
		memcpy(msg->msg_name, &from, sizeof(from));
		msg->msg_namelen = sizeof(from);
	}
	return n;
}

/* A monitor sees one event; when it looks again, a signal ends it: true. */
static bool
give_event(struct pair *p)
{
	char octet;

	try_what_is_forbidden();
	if (syscall(SYS_recvfrom, p->ours, &octet, 1, MSG_DONTWAIT | MSG_PEEK,
	    NULL, NULL) > 0)
		return false;
	if (p->events++ > 0) {
		syscall(SYS_tgkill, getpid(), syscall(SYS_gettid),
		    SIGTERM);
		return true;
	}
	if (p->kind == KIND_PFKEY)
		tell_sa(p, SADB_ADD, 99, 1);
	else
		tell_nl_sa(p, 0, 99, 1);
	return false;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct pollfd first = { .fd = -1 };
	struct pair *p;
	NEXT(poll);

	memcpy(&first, fds, n == 1 ? sizeof(first) : 0);
	p = pair_of(first.fd);
	if (fails(CALL_POLL))
		return -1;
	if (p != NULL && p->joined && give_event(p)) {
		errno = EINTR;
		return -1;
	}
	if (p != NULL && !p->joined)
		speak(p);
	return next(fds, n, timeout);
}

/* ---- files and the rest ---- */

int
open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode;
	NEXT(open);

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	return fails(CALL_OPEN) ? -1 : next(path, flags, mode);
}

/* What open() is where the compiler looks at its arguments. */
int __open_2(const char *path, int flags);

int
__open_2(const char *path, int flags)
{
	return open(path, flags);
}

int
openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode;
	NEXT(openat);

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	return fails(CALL_OPEN) ? -1 : next(dir, path, flags, mode);
}

ssize_t
read(int fd, void *octets, size_t n)
{
	NEXT(read);

	return fails(CALL_READ) ? -1 : next(fd, octets, n);
}

/* What the program asks for takes a number or nothing. */
int
fcntl(int fd, int what, ...)
{
	va_list ap;
	long number;
	NEXT(fcntl);

	va_start(ap, what);
	number = va_arg(ap, long);
	va_end(ap);
	return fails(CALL_FCNTL) ? -1 : next(fd, what, number);
}

int
stat(const char *path, struct stat *st)
{
	NEXT(stat);

	return fails(CALL_FSTAT) ? -1 : next(path, st);
}

int
fstat(int fd, struct stat *st)
{
	NEXT(fstat);

	return fails(CALL_FSTAT) ? -1 : next(fd, st);
}

int
setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	NEXT(setrlimit);

	return fails(CALL_LIMITS) ? -1 : next(what, limit);
}

/* A test that looks into the process must be let to. */
int
prctl(int what, ...)
{
	unsigned long arg[4];
	va_list ap;
	unsigned i;
	NEXT(prctl);

	va_start(ap, what);
	for (i = 0; i < 4; i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (fails(CALL_PRCTL))
		return -1;
	return what == PR_SET_DUMPABLE ? 0 : next(what, arg[0], arg[1], arg[2],
	    arg[3]);
}

/* Keys that -G makes are known as others are. */
int
getentropy(void *octets, size_t n)
{
	unsigned i;

	if (fails(CALL_RANDOM))
		return -1;
	for (i = 0; i < n; i++)
		((uint8_t *)octets)[i] = fault_key_octet(i);
	return 0;
}

/* The clocks that limits of time are measured by. */
int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	int64_t ns;
	NEXT(clock_gettime);

	if (next(clock, ts) != 0)
		return -1;
	if (f->hurry != 0 && clock != CLOCK_REALTIME) {
		ns = (ts->tv_sec * 1000000000 + ts->tv_nsec) * f->hurry;
		ts->tv_sec = ns / 1000000000;
		ts->tv_nsec = ns % 1000000000;
	}
	return 0;
}

/* Only to standard output: what is said of it must be seen. */
size_t
fwrite(const void *octets, size_t size, size_t n, FILE *out)
{
	NEXT(fwrite);

	if (out == stdout && fails(CALL_OUTPUT))
		return 0;
	return next(octets, size, n, out);
}

ssize_t
write(int fd, const void *octets, size_t n)
{
	NEXT(write);

	if (fd == STDOUT_FILENO && fails(CALL_OUTPUT))
		return -1;
	return next(fd, octets, n);
}

/* ---- names: there is no network in a test ---- */

/* Of "many.test": with a policy and its twin for each, a plan has to grow. */
#define MANY	33

static struct sockaddr_in found[MANY];
static struct addrinfo entries[MANY];

int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **all)
{
	size_t len = name == NULL ? 0 : strlen(name);
	int i, n = len == 9 && memcmp(name, "many", 4) == 0 ? MANY : 2;
	NEXT(getaddrinfo);

	if (fails(CALL_RESOLVE))
		return EAI_AGAIN;
	if (len < 5 || strcmp(name + len - 5, ".test") != 0)
		return next(name, service, hints, all);
	for (i = 0; i < n; i++) {
		found[i].sin_family = AF_INET;
		found[i].sin_addr.s_addr = htonl(0x0a000101 + (uint32_t)i);
		entries[i] = (struct addrinfo){ .ai_family = AF_INET,
		    .ai_socktype = SOCK_RAW, .ai_addrlen = sizeof(found[i]),
		    .ai_addr = (struct sockaddr *)&found[i],
		    .ai_next = i + 1 < n ? &entries[i + 1] : NULL };
	}
	*all = entries;
	return 0;
}

void
freeaddrinfo(struct addrinfo *all)
{
	NEXT(freeaddrinfo);

	if (all != entries)
		next(all);
}

#endif /* __linux__ */
