/* SPDX-License-Identifier: BSD-2-Clause */
/* A PF_KEY channel whose kernel is the test: a pair of sockets. */
#ifndef PAIR_H
#define PAIR_H

#include <sys/types.h>
#include <sys/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pfkey_socket.h"

/* Opens it for a dialect (DIALECT_); *kernel becomes the other end. */
static inline struct channel *
pair_open(int dialect, int patience, int *kernel)
{
	int fds[2], size = 4 * 1024 * 1024;
	struct channel *ch;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) != 0) {
		perror("socketpair");
		exit(1);
	}
	setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*kernel = fds[1];
	ch = pfkey_open_fd(fds[0], &dialects[dialect], patience);
	if (ch == NULL)
		exit(1);
	return ch;
}

#define AES	12		/* aes-cbc, in all dialects */

/* The SA that all requests are about; its SPI tells them apart. */
static inline void
pair_sa(struct sa *sa, uint32_t spi)
{
	static const uint8_t key[16] = "0123456789012345";

	memset(sa, 0, sizeof(*sa));
	sa->satype = SADB_SATYPE_ESP;
	sa->has_sa = true;
	sa->spi = spi;
	sa->encrypt = AES;
	sa->enc_key = (struct key){ key, 128, true };
	addr_numeric("10.0.0.1", 8, &sa->src);
	addr_numeric("10.0.0.2", 8, &sa->dst);
}

#endif
