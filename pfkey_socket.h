/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PFKEY_SOCKET_H
#define PFKEY_SOCKET_H

#include "channel.h"

/*
 * The PF_KEY channel over a socket that is open already (tests speak for the
 * kernel at its other end).  patience: milliseconds an answer may take.  NULL
 * with errno ENOMEM.
 */
struct channel *pfkey_open_fd(int fd, const struct dialect *, int patience);

#endif
