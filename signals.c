/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals while requests are made: nothing cuts a configuration in two. */
#include <sys/select.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "signals.h"

static volatile sig_atomic_t stopped;	/* the signal that came, or 0 */
static bool person;			/* types, and interrupts commands */
static struct sigaction before[2];
static const int stopping[2] = { SIGINT, SIGTERM };
static sigset_t waiting;	/* what is held back while a person thinks */
static sigset_t held_before;

void
signals_ignore_readers(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

static void
note(int sig)
{
	stopped = sig;
}

void
signals_hold(void)
{
	/* An answer that is waited for comes first. */
	struct sigaction noted = { .sa_handler = note, .sa_flags = SA_RESTART };
	sigset_t both;
	int i;

	stopped = 0;
	sigemptyset(&both);
	for (i = 0; i < 2; i++) {
		sigaddset(&both, stopping[i]);
		sigaction(stopping[i], NULL, &before[i]);
		/* A shell's background job does not hear SIGINT. */
		if (before[i].sa_handler != SIG_IGN)
			sigaction(stopping[i], &noted, NULL);
	}
	sigprocmask(SIG_UNBLOCK, &both, &held_before);
}

void
signals_release(void)
{
	int i;

	sigprocmask(SIG_SETMASK, &held_before, NULL);
	for (i = 0; i < 2; i++)
		sigaction(stopping[i], &before[i], NULL);
}

/* SIGINT comes in signals_wait() alone: one before a read would be lost. */
void
signals_hear_person(void)
{
	struct sigaction noted = { .sa_handler = note }, old;
	sigset_t interrupt;

	person = true;
	sigaction(SIGINT, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(SIGINT, &noted, NULL);
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &waiting);
	sigdelset(&waiting, SIGINT);
}

bool
signals_wait(int fd)
{
	fd_set in;

	stopped = 0;
	do {
		FD_ZERO(&in);
		FD_SET(fd, &in);
	} while (pselect(fd + 1, &in, NULL, NULL, NULL, &waiting) < 0 &&
	    errno == EINTR && stopped == 0);
	return stopped == 0;
}

bool
signals_stop(void)
{
	return stopped != 0;
}

bool
signals_end(void)
{
	return stopped != 0 && !(person && stopped == SIGINT);
}
