/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which SA serves which rule of a policy, in a file or in the kernel
 * (serving.c).  First all policies are noted, then the SAs.
 */
#ifndef SERVING_H
#define SERVING_H

#include "pfkey.h"
#include "ranges.h"

/* Where a rule stands: the number of the policy's request, and its index. */
struct rule_place {
	uint32_t request;
	unsigned rule;
};

/* Rules that the same SAs serve. */
struct rule_kind {
	struct rule_place first;
	bool required;			/* level require or unique */
	bool served;
};

struct serving {
	struct ranges ranges;		/* the index of a kind */
	struct rule_kind *kinds;
	uint32_t nkinds;
	uint32_t nsas;			/* noted */
	bool incomplete;		/* memory was out: some rules are */
					/* missing here */
};

/* Notes the rules of a policy that a request adds or updates. */
void serving_policy(struct serving *, const struct policy *,
    uint32_t request);

/*
 * Notes an SA, whose mode serves all rules of that mode; the mode `any` serves
 * rules of transport and tunnel mode.  Whether there is such a rule.
 */
bool serving_sa(struct serving *, const struct sa *);

/*
 * The first rules of transport and of tunnel mode that an SA could serve but
 * for its mode, or NULL.
 */
struct sa_uses {
	const struct rule_kind *transport, *tunnel;
};
struct sa_uses serving_uses(const struct serving *, const struct sa *);

/*
 * Calls each for the first rule of every kind that needs an SA and has none;
 * not at all if some rules are missing.
 */
void serving_unserved(const struct serving *,
    void (*each)(void *, struct rule_place), void *ctx);

void serving_free(struct serving *);

#endif
