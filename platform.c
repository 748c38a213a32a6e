/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dialect.h"
#include "platform.h"
#include "wire.h"

/* ---- what differs, in one place ---- */

#if defined(__linux__)

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/sock_diag.h>
#include <unistd.h>

#define THIS_DIALECT	DIALECT_LINUX

static bool all_locked;		/* what comes yet, too */

/*
 * The limit of core files does not count where cores go to a program.  All
 * memory is locked only if there is no limit to that: else what is allocated
 * later might not be had.  Pages are locked when they are used.
 */
static void
hide_memory(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	prctl(PR_SET_DUMPABLE, 0);
#ifdef MCL_ONFAULT
	setrlimit(RLIMIT_MEMLOCK, &limit);
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur == RLIM_INFINITY)
		all_locked = mlockall(MCL_CURRENT | MCL_FUTURE |
		    MCL_ONFAULT) == 0;
#else
	(void)limit;
#endif
}

static void
lock_memory(void *memory, size_t n)
{
	if (all_locked)
		return;
#if defined(SYS_mlock2) && defined(MLOCK_ONFAULT)
	syscall(SYS_mlock2, memory, n, MLOCK_ONFAULT);
#else
	mlock(memory, n);
#endif
}

static bool
random_octets(void *octets, size_t n)
{
	return getentropy(octets, n) == 0;
}

static void
load_ipsec(void)
{
	/* Opening the socket does it. */
}

static bool
set_buffer(int fd, int octets)
{
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets,
	    sizeof(octets)) == 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF,
	    &octets, sizeof(octets)) == 0;
}

/* Linux drops in silence. */
static void
report_losses(int fd)
{
	(void)fd;
}

static void
receive_state(int fd, struct receive_state *state)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0) {
		state->used = info[SK_MEMINFO_RMEM_ALLOC];
		state->limit = info[SK_MEMINFO_RCVBUF];
		state->drops = info[SK_MEMINFO_DROPS];
	}
}

#else

#if defined(__FreeBSD__)
#include <sys/param.h>
#include <sys/linker.h>
#include <sys/module.h>

#define THIS_DIALECT	DIALECT_FREEBSD

static void
load_ipsec(void)
{
	if (modfind("ipsec") < 0)
		kldload("ipsec");
}
#else
#define THIS_DIALECT	DIALECT_NETBSD

static void
load_ipsec(void)
{
}
#endif

static bool
random_octets(void *octets, size_t n)
{
	arc4random_buf(octets, n);
	return true;
}

static void
hide_memory(void)
{
}

static void
lock_memory(void *memory, size_t n)
{
	mlock(memory, n);
}

static bool
set_buffer(int fd, int octets)
{
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets,
	    sizeof(octets)) == 0;
}

static void
report_losses(int fd)
{
#if defined(SO_RERROR)
	int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_RERROR, &yes, sizeof(yes));
#else
	(void)fd;
#endif
}

#if defined(__NetBSD__)
#include <sys/ioctl.h>
#include <sys/sysctl.h>

/*
 * A message takes two mbufs of 512 octets, one of them for the address; the
 * limit of that memory is twice SO_RCVBUF, but no more than kern.sbmax.
 */
static void
receive_state(int fd, struct receive_state *state)
{
	unsigned long most = 0;
	int used = 0, limit = 0;
	socklen_t len = sizeof(limit);
	size_t size = sizeof(most);

	if (ioctl(fd, FIONREAD, &used) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &limit, &len) != 0)
		return;
	state->used = (unsigned)used;
	state->limit = (unsigned)limit * 2;
	state->least = 1024;
	if (sysctlbyname("kern.sbmax", &most, &size, NULL, 0) == 0 &&
	    size == sizeof(most) && most < state->limit)
		state->limit = (unsigned)most;
}
#else
/* FreeBSD reports losses; what is in the buffer says nothing. */
static void
receive_state(int fd, struct receive_state *state)
{
	(void)fd;
	(void)state;
}
#endif

#endif

/* ---- the calls ---- */

#define WIPE_STEP	((size_t)1024)	/* above, libc may go octet by octet */

/* Through a pointer that could be any function, it has to be done. */
static void *(*const volatile set)(void *, int, size_t) = memset;

__attribute__((noinline)) static void
wipe_in_steps(char *p, size_t n)
{
	for (; n > WIPE_STEP; n -= WIPE_STEP, p += WIPE_STEP)
		set(p, 0, WIPE_STEP);
	set(p, 0, n);
}

void
wipe(void *memory, size_t n)
{
	if (n > WIPE_STEP)
		wipe_in_steps(memory, n);
	else
		set(memory, 0, n);
}

void
clear(void *memory, size_t n)
{
	memset(memory, 0, n);
}

void
platform_lock(void *memory, size_t n)
{
	int error = errno;

	lock_memory(memory, n);
	errno = error;
}

void
platform_guard_memory(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	hide_memory();
}

bool
platform_open_standard(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		/* The lowest that is free, open for what nobody does to it. */
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null",
		    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

void
platform_load_ipsec(void)
{
	load_ipsec();
}

static int
open_pfkey(void)
{
	return socket(PF_KEY, SOCK_RAW, PF_KEY_V2);
}

static ssize_t
send_message(int fd, const void *msg, size_t len)
{
	return send(fd, msg, len, 0);
}

static ssize_t
receive_message(int fd, void *buf, size_t size, int timeout)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int ready = timeout == 0 ? 1 : poll(&pfd, 1, timeout);
	ssize_t n;

	if (ready <= 0)
		return ready;
	n = recv(fd, buf, size, timeout == 0 ? MSG_DONTWAIT : 0);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n == 0)
		errno = EPIPE;
	return n == 0 ? -1 : n;
}

static const struct socket_system this_system = {
	.dialect = &dialects[THIS_DIALECT],
	.open = open_pfkey,
	.send = send_message,
	.receive = receive_message,
	.set_buffer = set_buffer,
	.receive_state = receive_state,
	.report_losses = report_losses,
};

const struct socket_system *socket_system = &this_system;

const struct dialect *
dialect_host(void)
{
	return socket_system->dialect;
}

#define BUFFER_LEAST	65536		/* any system gives that */
#define BUFFER_STEP	4096

void
platform_receive_buffer(int fd, int octets)
{
	int given = BUFFER_LEAST, refused = octets, half;

	if (socket_system->set_buffer(fd, octets))
		return;
	/* The BSDs refuse what is too much: find out what is not. */
	while (refused - given > BUFFER_STEP) {
		half = given + (refused - given) / 2;
		if (socket_system->set_buffer(fd, half))
			given = half;
		else
			refused = half;
	}
	if (given == BUFFER_LEAST)
		socket_system->set_buffer(fd, given);
}

void
platform_receive_state(int fd, struct receive_state *state)
{
	memset(state, 0, sizeof(*state));
	socket_system->receive_state(fd, state);
}

bool
platform_random(void *octets, size_t n)
{
	return random_octets(octets, n);
}
