/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An index of pairs of ranges of addresses (ranges.c): in which of them is a
 * pair of addresses?  What it costs to ask grows with the prefix lengths that
 * there are for the source, and with the ranges that it is in.
 */
#ifndef RANGES_H
#define RANGES_H

#include "addr.h"
#include "table.h"

#define PREFIX_LENGTHS	129	/* 0 to 128 bits */

struct prefix_set {
	uint64_t bits[(PREFIX_LENGTHS + 63) / 64];
};

struct ranges {
	struct prefix_set sources[2];	/* lengths of IPv4 and IPv6 */
	struct table by_source;		/* the index in `destinations` */
	struct prefix_set *destinations;
	uint32_t ndestinations;
	struct table by_pair;		/* the value */
};

/*
 * Adds a pair of ranges under a tag, which tells apart what has nothing to do
 * with each other.  Returns where its value is, which is the older one if the
 * pair is there already; NULL when memory is out.
 */
uint32_t *ranges_add(struct ranges *, uint64_t tag, const struct addr *src,
    const struct addr *dst, uint32_t value);

/* Calls each for the value of every pair that both ranges are within. */
void ranges_around(const struct ranges *, uint64_t tag,
    const struct addr *const pair[2], void (*each)(void *, uint32_t value),
    void *ctx);

void ranges_free(struct ranges *);

#endif
