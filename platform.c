/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform.h"

/* ---- what differs, in one place ---- */

#if defined(__linux__)

#include <sys/prctl.h>
#include <linux/sock_diag.h>
#include <unistd.h>

/* The limit does not count where cores go to a program. */
static void
hide_memory(void)
{
	prctl(PR_SET_DUMPABLE, 0);
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
force_buffer(int fd, int octets)
{
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets,
	    sizeof(octets)) == 0;
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

static void
load_ipsec(void)
{
	if (modfind("ipsec") < 0)
		kldload("ipsec");
}
#else
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

static bool
force_buffer(int fd, int octets)
{
	(void)fd;
	(void)octets;
	return false;
}

static void
receive_state(int fd, struct receive_state *state)
{
	(void)fd;
	(void)state;
}

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
platform_no_core(void)
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

void
platform_receive_buffer(int fd, int octets)
{
	if (force_buffer(fd, octets))
		return;
	/* The BSDs refuse what is too much: take what they give. */
	while (octets >= 65536 && setsockopt(fd, SOL_SOCKET, SO_RCVBUF,
	    &octets, sizeof(octets)) != 0)
		octets /= 2;
}

void
platform_receive_state(int fd, struct receive_state *state)
{
	memset(state, 0, sizeof(*state));
	receive_state(fd, state);
}

bool
platform_random(void *octets, size_t n)
{
	return random_octets(octets, n);
}
