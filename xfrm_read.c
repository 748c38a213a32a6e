/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The NETLINK_XFRM channel: requests that have records for an answer, and
 * those that take more than one netlink request.  A dump passes through record
 * by record, so that its size does not matter.
 */
#include "pfkey.h"

#ifdef __linux__

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform.h"
#include "xfrm_channel.h"

#define DUMP_TRIES	3

/* What becomes of each message of an answer. */
typedef void record_fn(struct xfrm_channel *, void *ctx,
    const struct nlmsghdr *);

static const char malformed[] = "the kernel's answer was malformed";

/*
 * One pass over a dump, to its end even if part of it is bad: until then the
 * kernel refuses another.  Returns an errno value; *count is the number of
 * messages that went to the function.
 */
static int
read_dump(struct xfrm_channel *c, uint32_t seq, record_fn *fn, void *ctx,
    size_t *count, const char **reason)
{
	const struct nlmsghdr *header;
	int bad = 0, error;
	size_t offset;
	ssize_t n;

	for (;;) {
		n = xfrm_receive(c, 0);
		if (n == -ENOBUFS || n == -EMSGSIZE)
			bad = (int)-n;
		else if (n < 0) {
			if (bad != 0)	/* its end was in the bad part */
				return bad;
			*reason = xfrm_silence((int)-n);
			return (int)-n;
		}
		offset = 0;
		while (n > 0 && (header = nl_next(c->datagram, (size_t)n,
		    &offset)) != NULL) {
			if (header->nlmsg_seq != seq)
				continue;	/* stale */
			if ((header->nlmsg_flags & NLM_F_DUMP_INTR) &&
			    bad == 0)
				bad = EAGAIN;
			if (header->nlmsg_type == NLMSG_DONE ||
			    header->nlmsg_type == NLMSG_ERROR) {
				error = nl_error(header, reason);
				return error != 0 ? error : bad;
			}
			if (bad == EAGAIN && *count == 0)
				continue;	/* it will be repeated */
			++*count;
			fn(c, ctx, header);
		}
		if (n > 0 && offset < (size_t)n) {
			*reason = malformed;
			bad = EBADMSG;
		}
	}
}

/* Which SAs a dump is to show. */
struct sa_filter {
	uint8_t satype;
	const struct addr *src, *dst;	/* NULL: whichever */
};

static int
encode_dump(struct nlbuf *b, uint32_t seq, const struct sa_filter *sa)
{
	if (sa != NULL)
		return xfrm_encode_dump(b, seq, sa->satype, sa->src, sa->dst);
	nl_begin(b, XFRM_MSG_GETPOLICY, NLM_F_REQUEST | NLM_F_DUMP, seq, 0);
	return nl_end(b) ? 0 : EMSGSIZE;
}

/*
 * Dumps SAs (or policies, with a NULL sa), again from the start if the table
 * changed before the first record: after that it can only be said.
 */
static int
dump(struct xfrm_channel *c, const struct sa_filter *sa, record_fn *fn,
    void *ctx, const char **reason)
{
	_Alignas(8) uint8_t octets[256];
	unsigned tries;
	size_t count = 0;
	int error = 0;

	*reason = NULL;
	c->decoder.now = time(NULL);
	xfrm_links_forget(&c->links);
	for (tries = 0; tries < DUMP_TRIES && count == 0; tries++) {
		struct nlbuf b = { .octets = octets, .size = sizeof(octets) };

		error = encode_dump(&b, c->base.seq, sa);
		if (error == 0)
			error = -nl_send(c->fd, b.octets, b.len);
		if (error == 0)
			error = read_dump(c, c->base.seq, fn, ctx, &count,
			    reason);
		if (error != EAGAIN)
			break;
		*reason = "the table changed while it was read";
	}
	if (error == 0)		/* else the reason may be in it */
		xfrm_wipe_datagram(c);
	return error;
}

/*
 * An answer on its way: PF_KEY numbers the records of a dump 1, 2, 3 ... and
 * gives the last one 0, so each waits until it is known whether it is that.
 */
struct answer {
	uint32_t tag, count;
	uint8_t type;
	bool malformed;
};

static void
deliver_record(struct xfrm_channel *c, struct answer *a, uint32_t seq)
{
	struct msgbuf *m = &c->record[a->count & 1];
	struct wire_msg *msg = (struct wire_msg *)(void *)m->space;
	struct reply reply = { 0 };
	struct view view;

	if (c->held == 0)
		return;
	msg->seq = seq;
	msg->pid = c->base.pid;
	xfrm_trace(c, false, m, c->held);
	if (view_init(&view, c->base.dialect, m->space, c->held) != VIEW_OK)
		a->malformed = true;
	else {
		reply.view = &view;
		c->base.reply(c->base.reply_ctx, a->tag, &reply);
	}
	c->held = 0;
}

static void
take_record(struct xfrm_channel *c, void *ctx, const struct nlmsghdr *header)
{
	struct answer *a = ctx;
	int len = xfrm_decode(&c->decoder, a->type, header,
	    &c->record[(a->count + 1) & 1]);

	if (len < 0)
		a->malformed = true;
	if (len <= 0)
		return;
	deliver_record(c, a, a->count);
	a->count++;
	c->held = (size_t)len;
}

/* Ends an answer with records. */
static void
finish_answer(struct xfrm_channel *c, const struct answer *a,
    const struct view *view, int error, const char *reason)
{
	struct xfrm_pending p = { .seq = view->msg->seq, .tag = a->tag,
	    .type = view->msg->type, .satype = view->msg->satype };

	if (error == 0 && a->malformed) {
		error = EBADMSG;
		reason = malformed;
	}
	if (error != 0)
		xfrm_trace_header(c, &p, error);
	xfrm_end_reply(c, a->tag, error, reason);
}

/* SADB_DUMP, SADB_X_SPDDUMP */
static int
do_dump(struct xfrm_channel *c, const struct view *view, uint32_t tag)
{
	bool policies = view->msg->type == SADB_X_SPDDUMP;
	struct sa_filter all = { .satype = view->msg->satype };
	struct answer a = { .tag = tag, .type = view->msg->type };
	const char *reason;
	int error;

	c->held = 0;
	error = dump(c, policies ? NULL : &all, take_record, &a, &reason);
	deliver_record(c, &a, error == 0 ? 0 : a.count);
	if (error == 0 && a.count == 0 && !a.malformed)
		error = ENOENT;		/* as af_key */
	finish_answer(c, &a, view, error, reason);
	return error == ETIMEDOUT ? error : 0;
}

/* Reads the one record, or the refusal, that answers a request. */
static int
read_one(struct xfrm_channel *c, uint32_t seq, struct answer *a,
    const char **reason)
{
	const struct nlmsghdr *header;
	size_t offset;
	ssize_t n;

	for (;;) {
		n = xfrm_receive(c, 0);
		if (n < 0) {
			*reason = xfrm_silence((int)-n);
			return (int)-n;
		}
		offset = 0;
		while ((header = nl_next(c->datagram, (size_t)n,
		    &offset)) != NULL) {
			if (header->nlmsg_seq != seq)
				continue;
			if (header->nlmsg_type == NLMSG_ERROR)
				return nl_error(header, reason);
			take_record(c, a, header);
			if (c->held == 0)
				a->malformed = true;
			return 0;
		}
		if (offset < (size_t)n) {
			*reason = malformed;
			return EBADMSG;
		}
	}
}

/* SADB_GET, SADB_GETSPI, SADB_X_SPDGET */
static int
do_get(struct xfrm_channel *c, const struct view *view, uint32_t tag)
{
	_Alignas(8) uint8_t octets[1024];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct answer a = { .tag = tag, .type = view->msg->type };
	const char *reason = NULL;
	int error;

	c->held = 0;
	c->decoder.now = time(NULL);
	xfrm_links_forget(&c->links);
	error = xfrm_encode(&b, &c->encoder, view);
	if (error != 0)
		reason = c->encoder.reason;
	if (error == 0)
		error = -nl_send(c->fd, b.octets, b.len);
	if (error == 0)
		error = read_one(c, view->msg->seq, &a, &reason);
	deliver_record(c, &a, view->msg->seq);
	finish_answer(c, &a, view, error, reason);
	xfrm_wipe_datagram(c);
	return error == ETIMEDOUT ? error : 0;
}

/* ---- deleteall: the kernel has no such request ---- */

struct collection {
	const struct sa_filter *filter;
	struct xfrm_name *all;
	size_t count, size;
	bool full;
};

static void
collect(struct xfrm_channel *c, void *ctx, const struct nlmsghdr *header)
{
	struct collection *names = ctx;
	struct xfrm_name name, *more;
	size_t size;

	(void)c;
	if (!xfrm_decode_name(header, names->filter->satype,
	    names->filter->src, names->filter->dst, &name) ||
	    name.id.spi == 0)		/* waits for its SPI: not to be named */
		return;
	if (names->count == names->size) {
		size = names->size == 0 ? 64 : names->size * 2;
		more = realloc(names->all, size * sizeof(*more));
		if (more == NULL) {
			names->full = true;
			return;
		}
		names->all = more;
		names->size = size;
	}
	names->all[names->count++] = name;
}

/* The requests in the batch, by their numbers, and what became of them. */
struct sending {
	uint32_t first, last;
	int ignored;			/* an error that is none */
	int error;			/* the first other one */
	const char *reason;
};

/* Takes the answers in a datagram; true when there was that to the last. */
static bool
take_answers(struct sending *s, const uint8_t *octets, size_t n)
{
	const struct nlmsghdr *answer;
	const char *reason;
	size_t offset = 0;
	int error;

	while ((answer = nl_next(octets, n, &offset)) != NULL) {
		if (answer->nlmsg_type != NLMSG_ERROR ||
		    answer->nlmsg_seq - s->first > s->last - s->first)
			continue;	/* stale */
		error = nl_error(answer, &reason);
		if (error != 0 && error != s->ignored && s->error == 0) {
			s->error = error;
			s->reason = reason;
		}
		if (answer->nlmsg_seq == s->last)
			return true;
	}
	return false;
}

/*
 * Sends what is in the batch, which the caller filled, and reads until its
 * last request is answered; s says how it went.
 */
static void
send_requests(struct xfrm_channel *c, struct sending *s)
{
	struct nlmsghdr *header = (void *)(c->batch.octets + c->batch.head);
	ssize_t n;

	header->nlmsg_flags |= NLM_F_ACK;
	s->error = -nl_send(c->fd, c->batch.octets, c->batch.len);
	s->reason = xfrm_not_taken(s->error);
	wipe(c->batch.octets, c->batch.len);
	c->batch.len = 0;
	if (s->error != 0)
		return;
	do {
		n = xfrm_receive(c, 0);
		if (n < 0) {
			s->error = (int)-n;
			s->reason = xfrm_silence(s->error);
			return;
		}
	} while (!take_answers(s, c->datagram, (size_t)n));
}

/* The SAs that were found, in as few system calls as their number allows. */
static int
delete_names(struct xfrm_channel *c, const struct collection *names,
    const char **reason)
{
	struct sending s;
	size_t i = 0;
	unsigned n;
	int error = 0;

	while (i < names->count) {
		s.first = c->base.seq + 1;
		for (n = 0; n < c->max_pending && i < names->count; n++, i++)
			if (!xfrm_encode_name(&c->batch, XFRM_MSG_DELSA,
			    s.first + n, c->base.pid, &names->all[i]))
				break;
		if (n == 0)
			return EMSGSIZE;
		c->base.seq += n;
		s.last = c->base.seq;
		s.ignored = ESRCH;	/* one that is gone already */
		send_requests(c, &s);
		if (s.error != 0 && error == 0) {
			error = s.error;
			*reason = s.reason;
		}
	}
	return error;
}

static int
do_delete_all(struct xfrm_channel *c, const struct view *view, uint32_t tag)
{
	struct xfrm_pending p = { .seq = view->msg->seq, .tag = tag,
	    .type = view->msg->type, .satype = view->msg->satype };
	struct sa_filter filter = { .satype = view->msg->satype };
	struct collection names = { .filter = &filter };
	const char *reason = NULL;
	struct sa sa;
	int error = EINVAL;

	sa_decode(view, &sa);
	filter.src = &sa.src;
	filter.dst = &sa.dst;
	if (sa.src.family != 0 && sa.src.family == sa.dst.family)
		error = dump(c, &filter, collect, &names, &reason);
	if (error == 0 && names.full)
		error = ENOMEM;
	if (error == 0)
		error = delete_names(c, &names, &reason);
	free(names.all);
	xfrm_finish_request(c, &p, error, reason);
	return error == ETIMEDOUT ? error : 0;
}

/* ---- offload ---- */

/* Whether the kernel's record of what a request made names a device. */
static bool
is_offloaded(struct xfrm_channel *c, const struct view *made)
{
	_Alignas(8) uint8_t octets[512];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct answer a = { .type = made->ext[EXT_POLICY] != NULL ?
	    SADB_X_SPDGET : SADB_GET };
	const char *reason;
	struct view view;
	bool offloaded;

	c->held = 0;
	offloaded = xfrm_encode_question(&b, ++c->base.seq, c->base.pid,
	    made) && nl_send(c->fd, b.octets, b.len) == 0 &&
	    read_one(c, c->base.seq, &a, &reason) == 0 && c->held != 0 &&
	    view_init(&view, c->base.dialect, c->record[a.count & 1].space,
	    c->held) == VIEW_OK && view.ext[EXT_IF_HW_OFFL] != NULL;
	c->held = 0;
	return offloaded;
}

/*
 * An SA, or a policy, with a device to offload to.  A kernel, or a driver, that
 * cannot do it takes them all the same and does the work in software (a kernel
 * before 6.2 does not even know the attribute of a policy): that is told, as
 * the reason of a success.
 */
static int
do_offload(struct xfrm_channel *c, const struct view *view, uint32_t tag)
{
	struct xfrm_pending p = { .seq = view->msg->seq, .tag = tag,
	    .type = view->msg->type, .satype = view->msg->satype };
	struct sending s = { .first = p.seq, .last = p.seq };
	int broken = 0;

	s.error = xfrm_encode_next(c, view, &broken);
	if (s.error != 0)
		s.reason = c->encoder.reason;
	else
		send_requests(c, &s);
	if (s.error == 0 && !is_offloaded(c, view))
		s.reason = "the device does not take it over: the kernel does "
		    "the work itself";
	xfrm_finish_request(c, &p, s.error, s.reason);
	xfrm_wipe_datagram(c);
	return broken != 0 ? broken : s.error == ETIMEDOUT ? s.error : 0;
}

/* ---- unique ---- */

static void
note_reqid(struct xfrm_channel *c, void *ctx, const struct nlmsghdr *header)
{
	uint32_t *highest = ctx, reqid = xfrm_decode_reqid(header);

	(void)c;
	if (reqid > *highest)
		*highest = reqid;
}

/*
 * A policy wants a reqid that no other has.  PF_KEY's kernel side tries
 * numbers above IPSEC_MANUAL_REQID_MAX, looking at all policies for each;
 * here they are looked at once and numbers go up from the highest.
 */
int
xfrm_find_unused_reqid(struct xfrm_channel *c, int *broken,
    const char **reason)
{
	uint32_t highest = IPSEC_MANUAL_REQID_MAX;
	int error;

	*broken = xfrm_flush_batch(c);
	if (*broken != 0)
		return *broken;
	error = dump(c, NULL, note_reqid, &highest, reason);
	if (error == ETIMEDOUT)
		*broken = error;
	if (error == 0 && highest == XFRM_REQID_MAX)
		error = ENOSPC;
	if (error == 0)
		c->encoder.unused_reqid = highest + 1;
	return error;
}

/* The requests that have records for an answer, or are more than one. */
xfrm_perform *
xfrm_answering(const struct view *view)
{
	switch (view->msg->type) {
	case SADB_DUMP:
	case SADB_X_SPDDUMP:
		return do_dump;
	case SADB_GET:
	case SADB_GETSPI:
	case SADB_X_SPDGET:
		return do_get;
	case SADB_DELETE:
		return view->ext[EXT_SA] == NULL ? do_delete_all : NULL;
	case SADB_ADD:
	case SADB_UPDATE:
	case SADB_X_SPDADD:
	case SADB_X_SPDUPDATE:
		return view->ext[EXT_IF_HW_OFFL] != NULL ? do_offload : NULL;
	default:
		return NULL;
	}
}

#endif /* __linux__ */
