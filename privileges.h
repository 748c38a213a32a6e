/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program gives up once its sockets are open. */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

#include <stdbool.h>

/*
 * Keeps no capability but CAP_NET_ADMIN, gains no privilege any more, and has
 * the kernel refuse (EPERM) what no mode needs from here on: to run programs,
 * to open files for writing or change what is in directories, to look into
 * other processes, to change the machine; and to connect to anybody, unless
 * names are still to be resolved (-c).  Linux.  Where the kernel lacks the
 * means, the program goes on with what it has.
 */
void privileges_drop(bool resolves);

#endif
