/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which policy is hidden by another one, which is for all of its packets and is
 * looked at first (hiding.c).  First all policies are noted, then asked about.
 */
#ifndef HIDING_H
#define HIDING_H

#include "pfkey.h"
#include "ranges.h"

/* Of several policies for the same packets, the one that is looked at first. */
struct hider {
	uint32_t priority, age;		/* smaller: first */
	uint32_t number;		/* the caller's */
	bool hosts;			/* between two of them */
};

struct hiding {
	const struct dialect *dialect;
	struct ranges ranges;		/* the index of a hider */
	struct hider *hiders;
	uint32_t nhiders;
	bool incomplete;		/* some policies are missing here */
};

/* Notes a policy: of two with one priority, the one of lesser age is first. */
void hiding_note(struct hiding *, const struct policy *, uint32_t number,
    uint32_t age);

/* The number of the policy that hides this one, or HIDING_NONE. */
#define HIDING_NONE	UINT32_MAX
uint32_t hiding_find(const struct hiding *, const struct policy *,
    uint32_t age);

void hiding_free(struct hiding *);

#endif
