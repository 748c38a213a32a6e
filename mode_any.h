/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mode of SAs that say none, or any, where the kernel has no such mode
 * (mode_any.c).
 */
#ifndef MODE_ANY_H
#define MODE_ANY_H

#include "channel.h"
#include "serving.h"

/*
 * The mode that an SA needs for the rules of the policies noted: tunnel if
 * rules of that mode name its end points and none of transport mode could use
 * it, else transport; IPSEC_MODE_ANY if it is needed in both.  A rule that
 * other SAs serve needs it less than one without.  *uses says which rules these
 * are.
 */
uint8_t mode_any_choice(const struct serving *, const struct sa *,
    struct sa_uses *uses);

/* Sets the mode in a message that was built here, of an SA that has one. */
void mode_any_set(const struct dialect *, void *msg, uint8_t mode);

/*
 * Notes the policies that the kernel has.  The channel must be idle.  Returns 0
 * or an errno value; what was read of them is noted in any case.
 */
int mode_any_read_kernel(struct serving *, struct channel *);

#endif
