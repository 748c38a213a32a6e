/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BACKGROUND_H
#define BACKGROUND_H

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Prints the pid of the process that goes on after this, and ends this one. */
static inline void
go_on_in_the_background(void)
{
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid != 0) {
		printf("%ld\n", (long)pid);
		exit(0);
	}
	/* Whoever reads the pid waits for the end of that output. */
	if (freopen("/dev/null", "w", stdout) == NULL)
		err(1, "/dev/null");
}

#endif
