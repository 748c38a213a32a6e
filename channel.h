/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channels: what carries PF_KEY messages to a kernel and back.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pfkey.h"

/*
 * What comes back for a request: records (GET, DUMP, SPDDUMP) each with its
 * view, then exactly one end with view NULL.  error is an errno value, 0 for
 * success; reason is the kernel's own explanation, or the channel's, where
 * there is one: with error 0 a warning.  Who needs it after the call copies it.
 */
struct reply {
	int error;
	const char *reason;		/* may be NULL */
	const struct view *view;
};
/*
 * Records were given, all that the kernel had to say, but the database changed
 * meanwhile: the end then has the error EAGAIN, with this reason.
 */
#define CHANGED_MEANWHILE	"the database changed while it was read: " \
				"entries may be missing here"

/* Copies a reason, as far as there is room; "" if there is none. */
#define REASON_OCTETS	200
void reason_copy(char copy[REASON_OCTETS], const char *reason);

typedef void reply_fn(void *ctx, uint32_t tag, const struct reply *);

/*
 * Every message as it passes, for -v and -x: sent says which way.  The octets
 * are in the channel's dialect and aligned to 8.
 */
typedef void trace_fn(void *ctx, bool sent, const void *msg, size_t len);

/* The channels' common part; each extends it. */
struct channel {
	const struct channel_ops *ops;
	const struct dialect *dialect;
	reply_fn *reply;
	void *reply_ctx;
	trace_fn *trace;		/* NULL: nobody watches */
	void *trace_ctx;
	uint32_t seq, pid;		/* seq of the last request */
	unsigned removed;		/* by the last flush with a filter */
};

struct channel_ops {
	const char *name;		/* as -T takes it */
	/*
	 * Takes a request, of at most MSGBUF_OCTETS, and gives it a sequence
	 * number and this process's id; afterwards view and message are as
	 * before.  tag comes back with the replies, which arrive in the order
	 * of the requests, now or up to finish().  Returns 0, or an errno
	 * value when the channel itself broke.
	 */
	int (*submit)(struct channel *, struct view *, uint32_t tag);
	/* Completes all that was submitted.  As submit(). */
	int (*finish)(struct channel *);
	/*
	 * Asks to see what everybody does (-x), then waits for events: each
	 * goes to trace (sent false).  watch() returns 0 or an errno value;
	 * next_event() waits up to timeout milliseconds (-1: for ever) and
	 * returns the events delivered, 0 on a timeout, or a negative errno
	 * value; *lost counts those known to be lost (UINT_MAX: some).
	 */
	int (*watch)(struct channel *);
	int (*next_event)(struct channel *, int timeout, unsigned *lost);
	void (*close)(struct channel *);
};

/*
 * The PF_KEY socket (pfkey_socket.c) and NETLINK_XFRM (xfrm.c).  Return the
 * channel, or NULL with errno: EPERM, EAFNOSUPPORT or EPROTONOSUPPORT where the
 * kernel has none.  Elsewhere than on Linux xfrm_open() says EAFNOSUPPORT.
 */
struct channel *pfkey_open(void);
struct channel *xfrm_open(void);

/*
 * The channel of a name (channel.c): "pfkey", "xfrm", or "auto": NETLINK_XFRM
 * where the kernel has it, otherwise PF_KEY.  NULL with errno as above; EINVAL
 * for another name.
 */
struct channel *channel_open(const char *name);

/*
 * Submits a request that may have a filter (filtered.c): records that do not
 * fit it are not shown, and a flush deletes what fits one by one.  Without one
 * it is submit().
 */
int channel_submit(struct channel *, struct view *, uint32_t tag);

/*
 * Completes a message and submits it: as channel_submit(), or EMSGSIZE if it
 * does not fit.
 */
int channel_request(struct channel *, struct msgbuf *, uint32_t tag);

/* The same, then waits for its end: its replies (tag 0) go to the function. */
int channel_ask(struct channel *, struct msgbuf *, reply_fn *, void *ctx);

#endif
