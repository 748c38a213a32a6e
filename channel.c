/* SPDX-License-Identifier: BSD-2-Clause */
/* Which way to the kernel: by name, or what there is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"

/* Whether an errno value says that the kernel has no such socket. */
static bool
is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
	    error == ESOCKTNOSUPPORT;
}

/*
 * NETLINK_XFRM where there is one, otherwise PF_KEY.  (EOPNOTSUPP tells a
 * 32-bit program on a 64-bit kernel that there is none for it.)  If neither can
 * be opened, what stopped us where there is something says more.
 */
static struct channel *
open_auto(void)
{
	struct channel *ch = xfrm_open();
	int error = errno;

	if (ch != NULL || (!is_absent(error) && error != EOPNOTSUPP))
		return ch;
	ch = pfkey_open();
	if (ch == NULL && is_absent(errno) && !is_absent(error))
		errno = error;
	return ch;
}

struct channel *
channel_open(const char *name)
{
	if (strcmp(name, "pfkey") == 0)
		return pfkey_open();
	if (strcmp(name, "xfrm") == 0)
		return xfrm_open();
	if (strcmp(name, "auto") == 0)
		return open_auto();
	errno = EINVAL;
	return NULL;
}

void
reason_copy(char copy[REASON_OCTETS], const char *reason)
{
	snprintf(copy, REASON_OCTETS, "%s", reason != NULL ? reason : "");
}

int
channel_request(struct channel *ch, struct msgbuf *m, uint32_t tag)
{
	struct view view;

	if (msg_end(m) == 0)
		return EMSGSIZE;
	view_built(&view, m->dialect, m->space);
	return channel_submit(ch, &view, tag);
}

int
channel_ask(struct channel *ch, struct msgbuf *m, reply_fn *reply, void *ctx)
{
	reply_fn *kept = ch->reply;
	void *kept_ctx = ch->reply_ctx;
	int error;

	ch->reply = reply;
	ch->reply_ctx = ctx;
	error = channel_request(ch, m, 0);
	if (error == 0)
		error = ch->ops->finish(ch);
	ch->reply = kept;
	ch->reply_ctx = kept_ctx;
	return error;
}
