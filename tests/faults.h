/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between a test that runs setkey and faults.so, which is preloaded into it:
 * what shall fail and how the kernel that faults.so makes up behaves, and what
 * came of that.  Memory that both have, by the descriptor $FAULTS_FD.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stdint.h>

enum fault_call { CALL_NONE, CALL_MEMORY, CALL_SOCKET, CALL_BIND,
    CALL_SETSOCKOPT, CALL_GETSOCKOPT, CALL_SEND, CALL_RECEIVE, CALL_POLL,
    CALL_OPEN, CALL_READ, CALL_FSTAT, CALL_FCNTL, CALL_RESOLVE, CALL_OUTPUT,
    CALL_LIMITS, CALL_PRCTL, CALL_RANDOM, CALL_COUNT };

enum fault_kernel {
	KERNEL_GOOD,		/* does what it is asked for */
	KERNEL_REFUSES,		/* every change: EEXIST */
	KERNEL_FINDS,		/* the SA that is asked for, without a mark */
	KERNEL_CHATS,		/* sends, but never an answer */
	KERNEL_STRANGER,	/* the same, but who sends is not the kernel */
	KERNEL_DUMPS,		/* sends, and dumps, but no other answer */
	KERNEL_ENDLESS,		/* dumps have no end */
	KERNEL_SLOW,		/* an answer takes 10 ms */
	KERNEL_TORN,		/* something is added during the first dump */
	KERNEL_COUNT
};

/* What a process should be refused once its privileges are dropped. */
enum fault_probe { PROBE_EXEC, PROBE_OPEN, PROBE_WRITE_FILE, PROBE_PTRACE,
    PROBE_OTHER, PROBE_RECENT, PROBE_TYPE, PROBE_SIGNAL, PROBE_FAMILY,
    PROBE_CONNECT, PROBE_INTERNET, PROBE_COUNT };

struct faults {
	/* What is asked for. */
	enum fault_call call;
	unsigned nth;			/* call, from 1, that fails */
	bool forever;			/* and all that follow */
	int error;			/* errno */
	enum fault_kernel kernel;
	unsigned hurry;			/* so many times faster goes the clock */
	int tester;			/* the process that runs it */
	bool probe;			/* try what is forbidden, at a request */
	/* What came of it. */
	unsigned calls[CALL_COUNT];
	bool reached;			/* the nth call was made */
	unsigned changes;		/* to databases, that the kernel was */
					/* asked for */
	unsigned changes_before;	/* the fault */
	unsigned dumps;
	bool probed;
	int probe_error[PROBE_COUNT];	/* 0: it was allowed */
};

/*
 * Octets of the keys in records of the made-up kernel, and random ones, from
 * FAULT_KEY on and FAULT_KEY_OCTETS long; each differs from the one before it by
 * 0x29, so that a part of any key is known from all else.
 */
#define FAULT_KEY	0x87
#define FAULT_KEY_STEP	0x29
#define FAULT_KEY_OCTETS 32

static inline uint8_t
fault_key_octet(unsigned i)
{
	return (uint8_t)(FAULT_KEY + i * FAULT_KEY_STEP);
}

#endif
