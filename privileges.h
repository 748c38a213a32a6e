/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program gives up once its sockets are open. */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

#include <stdbool.h>

/*
 * Linux: keeps no capability but CAP_NET_ADMIN, gains no privilege any more, and
 * has the kernel refuse (EPERM) all system calls but those that the run needs
 * from here on, its resolver's too if there may yet be names (-c).  FreeBSD:
 * capability mode, for what neither resolves names nor shows records, which have
 * names in them.  Where the kernel lacks the means, the program goes on with
 * what it has.
 */
void privileges_drop(bool resolves, bool shows);

/* Leaves a socket to the kernel the rights that requests take (FreeBSD). */
void privileges_limit_socket(int fd);

#endif
