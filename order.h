/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policies whose order a kernel does not keep (order.c).  Linux before 6.12
 * finds a policy between two single hosts by a hash, and all others in a list,
 * and of two with the same priority it does not always take the older one.
 */
#ifndef ORDER_H
#define ORDER_H

#include "pfkey.h"
#include "ranges.h"

struct order_entry;

struct order {
	struct ranges ranges;		/* the index of an entry */
	struct order_entry *entries;
	uint32_t nentries;
};

/* Whether a policy is between two single hosts. */
bool order_is_hosts(const struct policy *);

/* Notes a policy between others.  False: memory is out, it is not noted. */
bool order_note(struct order *, const struct policy *, uint32_t request);

/*
 * The request of a noted policy that has the priority of this one between two
 * hosts, fits some of its packets and does something else with them; the first
 * such.  UINT32_MAX if there is none.
 */
uint32_t order_rival(const struct order *, const struct policy *);

void order_free(struct order *);

#endif
