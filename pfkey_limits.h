/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What PF_KEY on Linux cannot carry, or does worse than NETLINK_XFRM
 * (pfkey_limits.c).
 */
#ifndef PFKEY_LIMITS_H
#define PFKEY_LIMITS_H

#include "pfkey.h"

/*
 * Why PF_KEY on Linux is not to have a request, as what it
 * does: "cannot carry an AEAD algorithm"; NULL when it can have it.  The first
 * is about what it would lose, or do otherwise than was asked for; the second
 * also about what NETLINK_XFRM only does better, such as dumps.
 */
const char *pfkey_cannot(const struct view *);
const char *xfrm_reason(const struct view *);

#endif
