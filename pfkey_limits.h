/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What PF_KEY on Linux cannot carry.  A script is asked before the first of its
 * requests is sent; the channel refuses what comes all the same.
 */
#ifndef PFKEY_LIMITS_H
#define PFKEY_LIMITS_H

#include "command.h"
#include "pfkey.h"

struct pfkey_limit {
	const char *reason;		/* "cannot carry a mark" */
	enum field field;		/* the part of the command: this, or */
	int rule;			/* the rule with this index; -1: none */
};

/*
 * Whether PF_KEY on Linux would lose something of a request, or make something
 * else of it; says what.  False for requests in another dialect.
 */
bool pfkey_cannot(const struct view *, struct pfkey_limit *);

#endif
