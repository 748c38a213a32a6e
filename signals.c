/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals while requests are made: nothing cuts a configuration in two. */
#include <signal.h>
#include <stddef.h>

#include "signals.h"

static volatile sig_atomic_t stopped;
static struct sigaction before[2];
static const int stopping[2] = { SIGINT, SIGTERM };

void
signals_ignore_readers(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static void
note(int sig)
{
	(void)sig;
	stopped = 1;
}

void
signals_hold(void)
{
	/* An answer that is waited for comes first. */
	struct sigaction noted = { .sa_handler = note, .sa_flags = SA_RESTART };
	int i;

	stopped = 0;
	for (i = 0; i < 2; i++) {
		sigaction(stopping[i], NULL, &before[i]);
		/* A shell's background job does not hear SIGINT. */
		if (before[i].sa_handler != SIG_IGN)
			sigaction(stopping[i], &noted, NULL);
	}
}

void
signals_release(void)
{
	int i;

	for (i = 0; i < 2; i++)
		sigaction(stopping[i], &before[i], NULL);
}

bool
signals_stop(void)
{
	return stopped != 0;
}
