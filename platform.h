/* SPDX-License-Identifier: BSD-2-Clause */
/* The few calls that each system has in its own way. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Zeroes memory that held a key, however sure a compiler is of its death. */
void wipe(void *, size_t);

/*
 * Zeroes memory that is used again for every record.  For compilers make a
 * memset() of constant size a string instruction, which is slow to start and
 * goes word by word where libc uses vectors.
 */
void clear(void *, size_t);

/* Fills with random octets that nobody can guess; at most 256. */
bool platform_random(void *, size_t);

/*
 * Keeps the memory of this process, which may hold keys, out of core files and,
 * where the system allows that for all of it, out of swap space.
 */
void platform_guard_memory(void);

/* Keeps these octets out of swap space if that may be. */
void platform_lock(void *, size_t);

/*
 * Gives standard input, output and error, where they are closed, a descriptor
 * that fails at its use, before anything else gets that number: a socket to
 * the kernel would be read or written in its place.  False if it cannot be had.
 */
bool platform_open_standard(void);

/*
 * Loads the kernel's IPsec where that is not done by opening a socket
 * (FreeBSD).  Failure shows when the socket is opened.
 */
void platform_load_ipsec(void);

/*
 * Lets a socket hold that many octets, beyond the usual limit if it can; else
 * as many as the system gives.
 */
void platform_receive_buffer(int fd, int octets);

/*
 * What waits in a socket's receive buffer, as the kernel counts it; the limit;
 * and how many messages it says that it dropped for want of room (PF_KEY on
 * Linux drops without counting).  least is the memory that a kernel takes for
 * the smallest message, if it tells octets and counts memory (NetBSD), else 0.
 * All 0 where it is not told.
 */
struct receive_state {
	unsigned used, limit, drops, least;
};
void platform_receive_state(int fd, struct receive_state *);

struct dialect;

/*
 * All that a PF_KEY socket wants of the system.  A test puts its own functions
 * in the place of some, and so plays any of the systems on any other.
 */
struct socket_system {
	const struct dialect *dialect;	/* this system's: dialect_host() */
	/* A PF_KEY socket, or -1 with errno. */
	int (*open)(void);
	/* As send() and, after poll() for that many milliseconds, recv(). */
	ssize_t (*send)(int fd, const void *, size_t);
	ssize_t (*receive)(int fd, void *, size_t, int timeout);
	/* SO_RCVBUF; false if it is too much. */
	bool (*set_buffer)(int fd, int octets);
	void (*receive_state)(int fd, struct receive_state *);
	/*
	 * Has receive() fail with ENOBUFS where messages were dropped, once all
	 * that came before them were received.  Nothing where a system cannot
	 * do that (before FreeBSD 14).
	 */
	void (*report_losses)(int fd);
};
extern const struct socket_system *socket_system;

#endif
