/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of hosts, as the resolver knows them (hosts.c).  One is asked for once
 * in a run: without an answer that takes seconds, and behind the first request
 * it is too late.
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "table.h"

#define HOST_ADDRESSES	64	/* that one name may have */

struct addresses {
	unsigned n;
	bool more;			/* there were more */
	struct addr addr[HOST_ADDRESSES];
};

/* What the resolver said of a name. */
struct host_answer {
	char *name;			/* its octets, not terminated */
	size_t len;
	int error;			/* EAI_, or 0 */
	unsigned n;
	bool more;
	struct addr *addr;
};

struct hosts {
	struct table by_name;		/* the index of an answer */
	struct host_answer *answers;
	uint32_t nanswers;
	bool ask_again;			/* where there was no answer */
};

/*
 * The addresses of a family (0: both) of a name, from memory if it was asked
 * for before.  Returns 0 or the resolver's error.  hosts may be NULL.
 */
int hosts_look_up(struct hosts *, const char *name, size_t len,
    uint8_t family, struct addresses *);

/*
 * Whether a word is an address in a form that only the resolver knows: "10.1",
 * "192.168.001.010" (octal), "0x7f000001".
 */
bool hosts_is_number(const char *word, size_t len, struct addr *);

void hosts_free(struct hosts *);

#endif
