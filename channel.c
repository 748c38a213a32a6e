/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which way to the kernel.  "auto" is NETLINK_XFRM where there is one and the
 * PF_KEY socket elsewhere: netlink says all that PF_KEY says and more, shows
 * what PF_KEY hides, takes a whole file in a few system calls, and one channel
 * for all keeps requests, answers and events in one order.
 */
#include <errno.h>
#include <string.h>

#include "pfkey.h"

/* Whether an errno value says that the kernel has no such socket. */
static bool
is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
	    error == ESOCKTNOSUPPORT;
}

struct channel *
channel_open(const char *name)
{
	struct channel *channel;
	int error;

	if (strcmp(name, "pfkey") == 0)
		return pfkey_open();
	if (strcmp(name, "xfrm") == 0)
		return xfrm_open();
	if (strcmp(name, "auto") != 0) {
		errno = EINVAL;
		return NULL;
	}
	channel = xfrm_open();
	if (channel != NULL)
		return channel;
	error = errno;
	channel = pfkey_open();
	/* What stopped us where there is something says more than "none". */
	if (channel == NULL && !is_absent(error))
		errno = error;
	return channel;
}
