/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The NETLINK_XFRM channel: takes PF_KEY requests and answers as the PF_KEY
 * socket would.
 *
 * Requests that are answered by success or failure alone wait in a batch and
 * go out in one system call, which is where the time of loading a file goes.
 * Only the last asks for an acknowledgement; a failure before it is reported
 * unasked, with the request's sequence number, and in order.  So when message
 * k is reported, those before it that were not are done.  A request that has
 * records for an answer sends the batch first.
 *
 * Events arrive at a second socket, so that a flood of them (from whoever
 * else changes the tables) cannot push out answers.
 */
#include "channel.h"
#include "platform.h"

#ifdef __linux__

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xfrm_channel.h"

#define REFUSAL_OCTETS	1280	/* of receive buffer that one takes, at most */
#define ANSWER_BUFFER	(BATCH_REQUESTS * REFUSAL_OCTETS)
#define EVENT_BUFFER	(8 << 20)
#define EVENTS_AT_ONCE	64	/* datagrams in one next_event() */
#define EVENTS_OF_ONE	100000	/* that one request may cause */

static struct xfrm_channel *
channel_of(struct channel *base)
{
	return (struct xfrm_channel *)(void *)base;
}

/* ---- what is told ---- */

void
xfrm_trace(struct xfrm_channel *c, bool sent, const struct msgbuf *m,
    size_t len)
{
	if (c->base.trace != NULL)
		c->base.trace(c->base.trace_ctx, sent, m->space, len);
}

void
xfrm_end_reply(struct xfrm_channel *c, uint32_t tag, int error,
    const char *reason)
{
	struct reply reply = { .error = error, .reason = reason };

	c->base.reply(c->base.reply_ctx, tag, &reply);
}

void
xfrm_trace_header(struct xfrm_channel *c, const struct xfrm_pending *p,
    int error)
{
	struct wire_msg *msg;
	struct msgbuf *m = &c->record[0];

	if (c->base.trace == NULL)
		return;
	msg_begin(m, c->base.dialect, p->type, p->satype);
	msg = (struct wire_msg *)(void *)m->space;
	msg->error = (uint8_t)error;
	msg->seq = p->seq;
	msg->pid = c->base.pid;
	xfrm_trace(c, false, m, msg_end(m));
}

/* ---- receiving ---- */

void
xfrm_wipe_datagram(struct xfrm_channel *c)
{
	unsigned i;

	wipe(c->datagram, c->datagram_used);
	c->datagram_used = 0;
	for (i = 0; i < HELD_PARTS; i++) {
		wipe(c->part[i], c->part_used[i]);
		c->part_used[i] = 0;
	}
}

static ssize_t
receive(struct xfrm_channel *c, uint8_t octets[DATAGRAM_OCTETS], size_t *used,
    int flags)
{
	ssize_t n;

	do {
		if (patience_left(&c->patience) == 0 || c->losses >= LOSSES)
			return -ETIMEDOUT;
		n = nl_recv(c->fd, octets, DATAGRAM_OCTETS, flags);
		patience_heard(&c->patience);
	} while (n == -EINTR);
	c->losses = n == -ENOBUFS ? c->losses + 1 : 0;
	if (n == -EMSGSIZE)	/* as much as fitted is there */
		*used = DATAGRAM_OCTETS;
	else if (n > 0 && (size_t)n > *used)
		*used = (size_t)n;
	return n;
}

ssize_t
xfrm_receive(struct xfrm_channel *c, int flags)
{
	return receive(c, c->datagram, &c->datagram_used, flags);
}

ssize_t
xfrm_receive_part(struct xfrm_channel *c, unsigned number)
{
	return receive(c, c->part[number], &c->part_used[number], 0);
}

/*
 * An event to PF_KEY form and to trace.  The kernel gives it the process id
 * and the number of the request that caused it.  Returns whether that was our
 * last one, which may have been more than one to the kernel (first is the
 * number of the first).  One that was caused by this process, but not by that
 * request, is the echo of what went to the kernel by another channel.
 */
static bool
deliver_event(struct xfrm_channel *c, const struct nlmsghdr *header,
    uint32_t first, unsigned *count)
{
	struct msgbuf *m = &c->record[0];
	struct wire_msg *msg = (struct wire_msg *)(void *)m->space;
	int len = xfrm_decode(&c->decoder, 0, header, m);
	bool own;

	if (len <= 0)
		return false;
	own = header->nlmsg_pid == c->base.pid && first != 0;
	if (own && header->nlmsg_seq - first > c->base.seq - first)
		return false;
	if (own)
		msg->seq = first;
	xfrm_trace(c, false, m, (size_t)len);
	++*count;
	return own;
}

/*
 * Delivers the events that have arrived, in at most so many datagrams, and
 * returns their number.  own is set when one was caused by our request first,
 * lost when the kernel had no room for more.  A failure is -errno.
 */
static int
deliver_events(struct xfrm_channel *c, unsigned datagrams, uint32_t first,
    bool *own, bool *lost)
{
	const struct nlmsghdr *header;
	unsigned count = 0, losses = 0;
	size_t offset;
	ssize_t n;

	xfrm_links_forget(&c->links);
	c->decoder.now = 0;	/* what passes later does not make it dying */
	while (datagrams-- > 0) {
		n = nl_recv(c->event_fd, c->event, sizeof(c->event),
		    MSG_DONTWAIT);
		if (n == -EAGAIN)
			break;
		if (n == -EINTR)
			continue;
		if (n == -ENOBUFS || n == -EMSGSIZE) {
			*lost = true;
			if (++losses < LOSSES)
				continue;
			break;
		}
		if (n < 0)
			return count > 0 ? (int)count : (int)n;
		offset = 0;
		while ((header = nl_next(c->event, (size_t)n,
		    &offset)) != NULL)
			if (deliver_event(c, header, first, &count))
				*own = true;
		wipe(c->event, (size_t)n);
	}
	return (int)count;
}

/*
 * The events that a PF_KEY socket gets unasked, which are its answers too;
 * with watch, also those that it gets after SADB_REGISTER.
 */
static int
open_events(struct xfrm_channel *c, bool watch)
{
	static const unsigned plain[] = { XFRMNLGRP_SA, XFRMNLGRP_POLICY,
	    XFRMNLGRP_MIGRATE };
	static const unsigned more[] = { XFRMNLGRP_ACQUIRE, XFRMNLGRP_EXPIRE,
	    XFRMNLGRP_MAPPING };
	int error = 0;
	size_t i;

	if (c->event_fd == -1) {
		c->event_fd = nl_socket(NETLINK_XFRM, EVENT_BUFFER);
		if (c->event_fd < 0) {
			error = c->event_fd;
			c->event_fd = -1;
			return -error;
		}
		for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
			if (error == 0)
				error = nl_join(c->event_fd, plain[i]);
	}
	for (i = 0; watch && i < sizeof(more) / sizeof(more[0]); i++)
		if (error == 0)
			error = nl_join(c->event_fd, more[i]);
	return -error;
}

/* ---- the batch ---- */

/*
 * Under trace a request is alone in its batch, and its own event, which the
 * kernel sends before it acknowledges, is PF_KEY's answer; where the kernel
 * makes none (a flush of nothing) af_key echoes the header.
 */
void
xfrm_finish_request(struct xfrm_channel *c, const struct xfrm_pending *p,
    int error, const char *reason)
{
	bool own = false, lost = false;

	if (c->base.trace != NULL) {
		if (c->event_fd != -1)
			deliver_events(c, EVENTS_OF_ONE, p->seq, &own, &lost);
		if (error != 0 || !own)
			xfrm_trace_header(c, p, error);
	}
	xfrm_end_reply(c, p->tag, error, reason);
}

/* Reports requests from *next up to (not with) end: done, unless refused. */
static void
finish_until(struct xfrm_channel *c, unsigned *next, unsigned end)
{
	const struct xfrm_pending *p;

	for (; *next < end; ++*next) {
		p = &c->pending[*next];
		xfrm_finish_request(c, p, p->error, p->reason);
	}
}

/*
 * Reads what the kernel says of the batch, whose last request is pending[last]
 * and asked for an answer.  Returns an errno value for those after *next, of
 * which nothing was heard.
 */
static int
read_answers(struct xfrm_channel *c, unsigned *next, unsigned last)
{
	const struct nlmsghdr *header;
	bool lost = false;
	const char *reason;
	size_t offset;
	unsigned index;
	ssize_t n;
	int error;

	patience_expect(&c->patience);
	while (*next <= last) {
		n = xfrm_receive(c, lost ? MSG_DONTWAIT : 0);
		if (n == -ENOBUFS || n == -EMSGSIZE) {
			/*
			 * What is in the buffer came before what was lost, so
			 * it still says all about the requests up to there.
			 */
			lost = true;
			continue;
		}
		if (n < 0)
			return lost ? ENOBUFS : (int)-n;
		offset = 0;
		while ((header = nl_next(c->datagram, (size_t)n,
		    &offset)) != NULL) {
			index = header->nlmsg_seq - c->pending[0].seq;
			if (header->nlmsg_type != NLMSG_ERROR ||
			    index < *next || index > last)
				continue;	/* stale */
			error = nl_error(header, &reason);
			finish_until(c, next, index);
			xfrm_finish_request(c, &c->pending[(*next)++], error,
			    reason);
			patience_expect(&c->patience);
		}
	}
	return 0;
}

const char *
xfrm_silence(int error)
{
	return error == ENOBUFS ? "the kernel's answer was lost: the request "
	    "may have been carried out" :
	    error == ETIMEDOUT ? "the kernel did not answer" : NULL;
}

static const char too_long[] = "the request is longer than a message to the "
    "kernel may be here: it was not carried out";
static const char not_sent[] = "the request was not sent";

const char *
xfrm_not_taken(int error)
{
	return error == EMSGSIZE ? too_long : error == ENOBUFS ?
	    "the kernel has no memory to take the request: it was not carried "
	    "out" : NULL;
}

/* Where a request's message begins, and the one before it ends. */
static size_t
offset_of(const struct xfrm_channel *c, unsigned index)
{
	return index < c->npending ? c->pending[index].offset : c->batch.len;
}

/* Finds the last request of a range that has a message; end if none has. */
static unsigned
last_message(const struct xfrm_channel *c, unsigned first, unsigned end)
{
	unsigned i;

	for (i = end; i > first; i--)
		if (c->pending[i - 1].sent)
			return i - 1;
	return end;
}

/*
 * Sends the requests from first on, as many as fit into *room octets but one at
 * least; where the kernel does not take them, half as much.  *end is behind the
 * last that was, or was not, sent.  An errno value.
 */
static int
send_piece(struct xfrm_channel *c, unsigned first, size_t *room,
    unsigned *end)
{
	size_t begin = offset_of(c, first), len;
	struct nlmsghdr *header;
	unsigned last;
	int error;

	for (;;) {
		/* Mostly all of them. */
		*end = c->npending;
		if (c->batch.len - begin > *room)
			*end = first + 1;
		for (; *end < c->npending; ++*end)
			if (offset_of(c, *end + 1) - begin > *room)
				break;
		last = last_message(c, first, *end);
		len = offset_of(c, *end) - begin;
		if (last == *end)
			return 0;
		header = (void *)(c->batch.octets + c->pending[last].offset);
		header->nlmsg_flags |= NLM_F_ACK;
		error = -nl_send(c->fd, c->batch.octets + begin, len);
		if ((error != EMSGSIZE && error != ENOBUFS) ||
		    last_message(c, first, last) == last)
			return error;
		header->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
		*room = len / 2;
	}
}

/* What is to be said of requests that have a message, from first to end. */
static void
set_failure(struct xfrm_channel *c, unsigned first, unsigned end, int error,
    const char *reason)
{
	for (; first < end; first++)
		if (c->pending[first].sent) {
			c->pending[first].error = error;
			c->pending[first].reason = reason;
		}
}

/* Requests whose answers do not come: no errno of ours is a refusal of them. */
static void
set_missing(struct xfrm_channel *c, unsigned first, unsigned end, int error)
{
	const char *reason = xfrm_silence(error);

	if (reason != NULL)
		set_failure(c, first, end, error, reason);
	else
		set_failure(c, first, end, EIO, "the kernel's answer cannot be "
		    "read: the request may have been carried out");
}

/* One system call, its answers, and the reports from *next on. */
static int
flush_piece(struct xfrm_channel *c, unsigned *next, size_t *room)
{
	unsigned end, last;
	int error = send_piece(c, *next, room, &end);

	if (error != 0)
		set_failure(c, *next, end, error, xfrm_not_taken(error));
	else {
		last = last_message(c, *next, end);
		if (last != end)
			error = read_answers(c, next, last);
		if (error != 0)
			set_missing(c, *next, end, error);
	}
	finish_until(c, next, end);
	/* Of these two the next request may know nothing. */
	return error == ENOBUFS || error == EMSGSIZE ? 0 : error;
}

int
xfrm_flush_batch(struct xfrm_channel *c)
{
	size_t room = c->batch.size;
	unsigned next = 0;
	int error = 0;

	patience_begin(&c->patience);
	while (next < c->npending && error == 0)
		error = flush_piece(c, &next, &room);
	set_failure(c, next, c->npending, error, not_sent);
	finish_until(c, &next, c->npending);
	wipe(c->batch.octets, c->batch.len);
	c->batch.len = 0;
	c->npending = 0;
	return error;
}

int
xfrm_encode_next(struct xfrm_channel *c, const struct view *view,
    int *broken)
{
	const char *reason = not_sent;
	int error;

	error = xfrm_encode(&c->batch, &c->encoder, view);
	if (error == EMSGSIZE && c->npending != 0) {
		*broken = xfrm_flush_batch(c);
		if (*broken == 0)
			error = xfrm_encode(&c->batch, &c->encoder, view);
	}
	if (error == EAGAIN) {
		error = xfrm_find_unused_reqid(c, broken, &reason);
		if (error == 0)
			error = xfrm_encode(&c->batch, &c->encoder, view);
		else
			c->encoder.reason = reason;
	}
	if (error == EMSGSIZE)
		c->encoder.reason = too_long;
	if (*broken != 0) {
		error = *broken;
		c->encoder.reason = reason;
	}
	return error;
}

static int
add_to_batch(struct xfrm_channel *c, const struct view *view, uint32_t tag)
{
	int broken = 0, error = xfrm_encode_next(c, view, &broken);
	struct xfrm_pending *p = &c->pending[c->npending++];

	p->seq = view->msg->seq;
	p->tag = tag;
	p->type = view->msg->type;
	p->satype = view->msg->satype;
	p->sent = error == 0;
	p->offset = p->sent ? c->batch.head : c->batch.len;
	p->error = error;
	p->reason = error != 0 ? c->encoder.reason : NULL;
	if (c->npending == c->max_pending || c->base.trace != NULL ||
	    broken != 0)
		error = xfrm_flush_batch(c);
	else
		error = 0;
	return broken != 0 ? broken : error;
}

/* ---- the channel ---- */

/* A request as PF_KEY would send it. */
static void
trace_request(struct xfrm_channel *c, const struct wire_msg *header,
    const struct view *request)
{
	struct msgbuf *m = &c->record[0];
	size_t len = request->len;

	if (c->event_fd == -1)
		open_events(c, false);	/* without it, fewer answers show */
	memcpy(m->space, request->msg, len);
	memcpy(m->space, header, sizeof(*header));
	xfrm_trace(c, true, m, len);
	wipe(m->space, len);
}

static int
xfrm_submit(struct channel *base, struct view *view, uint32_t tag)
{
	struct xfrm_channel *c = channel_of(base);
	const struct wire_msg *original = view->msg;
	struct wire_msg header = *original;
	xfrm_perform *perform = xfrm_answering(c, view);
	int error;

	header.seq = ++base->seq;
	header.pid = base->pid;
	if (base->trace != NULL)
		trace_request(c, &header, view);
	/* The caller's octets, under our header: there is no copy to wipe. */
	view->msg = &header;
	if (perform == NULL)
		error = add_to_batch(c, view, tag);
	else {
		error = xfrm_flush_batch(c);
		if (error == 0)
			error = perform(c, view, tag);
		else
			xfrm_end_reply(c, tag, error, not_sent);
	}
	view->msg = original;
	return error;
}

static int
xfrm_finish(struct channel *base)
{
	struct xfrm_channel *c = channel_of(base);

	/* From here on others may take the numbers that are unused now. */
	c->encoder.unused_reqid = 0;
	return xfrm_flush_batch(c);
}

static int
xfrm_watch(struct channel *base)
{
	return open_events(channel_of(base), true);
}

static int
xfrm_next_event(struct channel *base, int timeout, unsigned *lost)
{
	struct xfrm_channel *c = channel_of(base);
	struct pollfd pollfd = { .fd = c->event_fd, .events = POLLIN };
	struct receive_state state;
	bool own = false, some = false;
	int n;

	*lost = 0;
	n = poll(&pollfd, 1, timeout);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	n = deliver_events(c, EVENTS_AT_ONCE, 0, &own, &some);
	/* The kernel says once that it drops, but counts on. */
	platform_receive_state(c->event_fd, &state);
	if (some || state.drops != c->dropped)
		*lost = state.drops != c->dropped ? state.drops - c->dropped :
		    UINT_MAX;
	c->dropped = state.drops;
	c->losses = n == 0 && some ? c->losses + 1 : 0;
	return c->losses < LOSSES ? n : -ENOBUFS;
}

static void
xfrm_close(struct channel *base)
{
	struct xfrm_channel *c = channel_of(base);

	close(c->fd);
	if (c->event_fd != -1) {
		close(c->event_fd);
		wipe(c->event, sizeof(c->event));
	}
	xfrm_links_forget(&c->links);
	xfrm_wipe_datagram(c);
	wipe(c->batch.octets, c->batch.len);
	wipe(c->record, sizeof(c->record));
	free(c);
}

static const struct channel_ops xfrm_ops = {
	.name = "xfrm",
	.submit = xfrm_submit,
	.finish = xfrm_finish,
	.watch = xfrm_watch,
	.next_event = xfrm_next_event,
	.close = xfrm_close,
};

/*
 * Anyone may open the socket; whether we may use it the first request tells:
 * EPERM, or EOPNOTSUPP to a 32-bit program on a 64-bit kernel that does not
 * translate for those.
 */
static int
probe(struct xfrm_channel *c)
{
	const struct nlmsghdr *header;
	uint32_t flags = ~0u;
	const char *reason;
	size_t offset = 0;
	ssize_t n;
	int error;

	nl_begin(&c->batch, XFRM_MSG_GETSADINFO, NLM_F_REQUEST, 0, 0);
	nl_bytes(&c->batch, &flags, sizeof(flags));
	nl_end(&c->batch);
	error = -nl_send(c->fd, c->batch.octets, c->batch.len);
	c->batch.len = 0;
	if (error != 0)
		return error;
	patience_begin(&c->patience);
	n = xfrm_receive(c, 0);
	if (n < 0)
		return (int)-n;
	header = nl_next(c->datagram, (size_t)n, &offset);
	if (header == NULL)
		return EBADMSG;
	return header->nlmsg_type == NLMSG_ERROR ?
	    nl_error(header, &reason) : 0;
}

/* As many requests at once as failures fit into the receive buffer. */
static unsigned
batch_requests(int fd)
{
	socklen_t len = sizeof(int);
	int octets;

	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, &len) != 0)
		return 1;
	octets /= REFUSAL_OCTETS;
	return octets < 1 ? 1 : octets > BATCH_REQUESTS ? BATCH_REQUESTS :
	    (unsigned)octets;
}

struct channel *
xfrm_open(void)
{
	struct xfrm_channel *c = calloc(1, sizeof(*c));
	size_t limit;
	int error;

	if (c == NULL)
		return NULL;
	platform_lock(c, sizeof(*c));
	c->fd = nl_socket(NETLINK_XFRM, ANSWER_BUFFER);
	if (c->fd < 0) {
		error = -c->fd;
		free(c);
		errno = error;
		return NULL;
	}
	c->event_fd = -1;
	c->patience.answer = NL_ANSWER_SECONDS * 1000;
	c->patience.request = c->patience.answer * REQUEST_ANSWERS;
	c->base.ops = &xfrm_ops;
	c->base.dialect = &dialects[DIALECT_LINUX];
	c->base.pid = (uint32_t)getpid();
	c->batch.octets = c->batch_octets;
	c->batch.size = sizeof(c->batch_octets);
	c->decoder.links = &c->links;
	limit = nl_send_limit(c->fd);
	if (limit != 0 && limit < c->batch.size)
		c->batch.size = limit;
	c->max_pending = batch_requests(c->fd);
	error = probe(c);
	if (error != 0) {
		xfrm_close(&c->base);
		errno = error;
		return NULL;
	}
	return &c->base;
}

#else /* !__linux__ */

#include <errno.h>
#include <stddef.h>

struct channel *
xfrm_open(void)
{
	errno = EAFNOSUPPORT;
	return NULL;
}

#endif
