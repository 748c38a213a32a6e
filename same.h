/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When two entries are the same: by name, as a kernel tells them apart, and in
 * all that was asked for.
 */
#ifndef SAME_H
#define SAME_H

#include "pfkey.h"

/*
 * What a kernel tells entries apart by, as a hash: equal for entries of one
 * name, and as good as never (2^-64) for others; never 0.  Linux: an SA's
 * destination, protocol, SPI and mark; a policy's selector, direction, type,
 * mark, if_id and security context.  NetBSD: without what it does not have;
 * FreeBSD: an SA by its SPI alone.
 */
uint64_t sa_name_hash(const struct dialect *, const struct sa *);
uint64_t policy_name_hash(const struct policy *);

/* Whether the kernel takes a for b. */
bool policy_same_name(const struct policy *a, const struct policy *b);

/* How an entry of the kernel differs from the one that is wanted. */
struct difference {
	bool found;
	bool in_place;			/* an UPDATE of the SA is enough */
	bool same_keys;			/* SA: its sequence numbers count */
	bool unknown;			/* a key is not told by the kernel */
	bool uncured;			/* adding it again would not end it */
	char what[120];			/* in words, "window 32 -> 128" */
};

/*
 * Compares what a request asks for with what a dump says, as far as the kernel
 * keeps it: not ages, counters, or what it chose by itself.
 */
void sa_compare(const struct dialect *, const struct sa *want,
    const struct sa *have, struct difference *);
void policy_compare(const struct dialect *, const struct policy *want,
    const struct policy *have, struct difference *);

/* Whether a policy of the kernel is the one that is wanted, in all of it. */
bool policy_is_as_wanted(const struct dialect *, const struct policy *want,
    const struct policy *have);

#endif
