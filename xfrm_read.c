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
#include <unistd.h>

#include "filter.h"
#include "list.h"
#include "platform.h"
#include "xfrm_channel.h"

#define DUMP_TRIES	3

/* What becomes of each message of an answer. */
typedef void record_fn(struct xfrm_channel *, void *ctx,
    const struct nlmsghdr *);

static const char endless[] = "the end of the dump did not come";
static const char malformed[] = "the kernel's answer was malformed";

/* ---- dumps ---- */

/* One pass over a dump. */
struct pass {
	uint32_t seq;
	record_fn *fn;
	void *ctx;
	unsigned parts;			/* datagrams that had records */
	int bad;			/* what is wrong with a part of it */
	int error;			/* how it ended, if it did */
	const char *reason;
	bool ended, interrupted;
};

static void
end_pass(struct pass *p, int error, const char *reason)
{
	p->ended = true;
	p->error = error != 0 ? error : p->bad;
	if (error != 0)
		p->reason = reason;
}

/* Hands out the records of a part, or notes why there is none. */
static void
take_part(struct xfrm_channel *c, struct pass *p, const uint8_t *octets,
    ssize_t n)
{
	const struct nlmsghdr *header;
	const char *reason;
	bool records = false;
	size_t offset = 0;
	int error;

	if (n == -ENOBUFS || n == -EMSGSIZE)
		p->bad = (int)-n;
	else if (n < 0)			/* its end was in the bad part? */
		end_pass(p, p->bad != 0 ? p->bad : (int)-n,
		    p->bad != 0 ? p->reason : p->parts != 0 ? endless :
		    xfrm_silence((int)-n));
	while (n > 0 && !p->ended && (header = nl_next(octets, (size_t)n,
	    &offset)) != NULL) {
		if (header->nlmsg_seq != p->seq)
			continue;	/* stale */
		p->interrupted |= (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (header->nlmsg_type == NLMSG_DONE ||
		    header->nlmsg_type == NLMSG_ERROR) {
			error = nl_error(header, &reason);
			end_pass(p, error, reason);
		} else {
			p->fn(c, p->ctx, header);
			records = true;
		}
	}
	p->parts += records;
	if (records)
		patience_expect(&c->patience);
	if (n > 0 && !p->ended && offset < (size_t)n) {
		p->reason = malformed;
		p->bad = EBADMSG;
	}
}

/*
 * The kernel makes a part of a dump at a time, under a lock, as they are read.
 * What is added between two parts is not shown, and it does not say so
 * (NLM_F_DUMP_INTR is not set for these tables): an SA that took the place of
 * another would be missed, as would the other.  So a second socket listens for
 * changes.  It needs no room: that there was one is all we want to know.
 */
static int
listen_for_changes(bool policies)
{
	int fd = nl_socket(NETLINK_XFRM, 0), error;

	if (fd < 0)
		return fd;
	error = nl_join(fd, policies ? XFRMNLGRP_POLICY : XFRMNLGRP_SA);
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

#define STRANGERS	1000	/* datagrams, not from the kernel */

/* Whether there was a change since: an event, or one that found no room. */
static bool
has_changed(int fd)
{
	unsigned most = STRANGERS;
	uint8_t octet;
	ssize_t n;

	do
		n = nl_recv(fd, &octet, sizeof(octet), MSG_DONTWAIT);
	while (n == -EINTR && --most > 0);
	return n != -EAGAIN;
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
	return xfrm_encode_policy_dump(b, seq);
}

static void
ignore_record(struct xfrm_channel *c, void *ctx, const struct nlmsghdr *header)
{
	(void)c;
	(void)ctx;
	(void)header;
}

/*
 * A dump of one part is a moment's truth; one of more is, if nothing changed
 * meanwhile.
 */
static bool
is_torn(const struct pass *p, int listener)
{
	return p->interrupted || (p->parts > 1 && has_changed(listener));
}

/*
 * The records of a dump that was asked for.  Its first parts are read before
 * one is handed out: if that is all, and it is torn, and may be repeated,
 * nothing is handed out (p has not ended then).
 */
static int
read_dump(struct xfrm_channel *c, struct pass *p, int listener, bool repeat)
{
	struct pass look = { .seq = p->seq, .fn = ignore_record };
	ssize_t len[HELD_PARTS];
	unsigned n, i;
	bool torn = false;

	for (n = 0; n < HELD_PARTS && !look.ended; n++) {
		len[n] = xfrm_receive_part(c, n);
		take_part(c, &look, c->part[n], len[n]);
	}
	if (look.ended)
		torn = look.error == 0 && is_torn(&look, listener);
	if (torn && repeat)
		return EAGAIN;
	for (i = 0; i < n; i++)
		take_part(c, p, c->part[i], len[i]);
	while (!p->ended)
		take_part(c, p, c->datagram, xfrm_receive(c, 0));
	if (!look.ended)
		torn = p->error == 0 && is_torn(p, listener);
	if (torn)
		p->reason = CHANGED_MEANWHILE;
	return torn ? EAGAIN : p->error;
}

/* Asks for a dump, listens meanwhile, and reads it. */
static int
try_dump(struct xfrm_channel *c, const struct sa_filter *sa, struct pass *p,
    bool repeat)
{
	_Alignas(8) uint8_t octets[256];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	int listener = listen_for_changes(sa == NULL), error;

	if (listener < 0)
		return -listener;
	error = encode_dump(&b, p->seq, sa);
	if (error == 0)
		error = -nl_send(c->fd, b.octets, b.len);
	patience_begin(&c->patience);
	if (error == 0)
		error = read_dump(c, p, listener, repeat);
	close(listener);
	return error;
}

/*
 * Dumps SAs (or policies, with a NULL sa), again from the start if they changed
 * and none was handed out yet: after that it can only be said.
 */
static int
dump(struct xfrm_channel *c, const struct sa_filter *sa, record_fn *fn,
    void *ctx, const char **reason)
{
	unsigned tries = 0;
	struct pass p;
	int error;

	c->decoder.now = time(NULL);
	xfrm_links_forget(&c->links);
	do {
		p = (struct pass){ .seq = c->base.seq, .fn = fn, .ctx = ctx };
		error = try_dump(c, sa, &p, ++tries < DUMP_TRIES);
	} while (error == EAGAIN && !p.ended);
	*reason = p.reason;
	if (error == 0 || error == EAGAIN)	/* the reason is not in it */
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
	const struct wire_mark *mark;
	struct view view;
	struct reply reply = { .view = &view };

	if (c->held == 0)
		return;
	msg->seq = seq;
	msg->pid = c->base.pid;
	xfrm_trace(c, false, m, c->held);
	view_built(&view, c->base.dialect, m->space);
	mark = view.ext[EXT_X_MARK];
	if (mark != NULL && mark->value == 0 && mark->mask != 0)
		c->zero_marks = true;
	c->base.reply(c->base.reply_ctx, a->tag, &reply);
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
	struct sa_filter some = { .satype = view->msg->satype };
	struct answer a = { .tag = tag, .type = view->msg->type };
	struct filter filter;
	const char *reason;
	int error;

	c->held = 0;
	/* It cannot leave out more than that. */
	if (filter_decode(view, &filter) && filter.src.family != 0) {
		some.src = &filter.src;
		some.dst = &filter.dst;
	}
	error = dump(c, policies ? NULL : &some, take_record, &a, &reason);
	deliver_record(c, &a, error == 0 || error == EAGAIN ? 0 : a.count);
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

	patience_begin(&c->patience);
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

/* SADB_GET, SADB_GETSPI, SADB_X_SPDGET and those of the SPD as a whole */
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
	size_t count;
	bool full;
};

static void
collect(struct xfrm_channel *c, void *ctx, const struct nlmsghdr *header)
{
	struct collection *names = ctx;
	struct xfrm_name name;

	(void)c;
	if (!xfrm_decode_name(header, names->filter->satype,
	    names->filter->src, names->filter->dst, &name) ||
	    /* It waits for its SPI, and cannot be named. */
	    (name.id.spi == 0 && !is_mobile(name.id.proto)))
		return;
	if (list_room(&names->all, names->count, sizeof(name)))
		names->all[names->count++] = name;
	else
		names->full = true;
}

/* The requests in the batch, by their numbers, and what became of them. */
struct sending {
	uint32_t first, last;
	size_t head;			/* where the last one's message begins */
	int ignored;			/* an errno that means success */
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
	struct nlmsghdr *header = (void *)(c->batch.octets + s->head);
	ssize_t n;

	header->nlmsg_flags |= NLM_F_ACK;
	s->error = -nl_send(c->fd, c->batch.octets, c->batch.len);
	s->reason = xfrm_not_taken(s->error);
	wipe(c->batch.octets, c->batch.len);
	c->batch.len = 0;
	if (s->error != 0)
		return;
	patience_begin(&c->patience);
	do {
		n = xfrm_receive(c, 0);
		if (n < 0) {
			s->error = (int)-n;
			s->reason = xfrm_silence(s->error);
			return;
		}
	} while (!take_answers(s, c->datagram, (size_t)n));
}

/*
 * The SAs that were found, in as few system calls as their number allows, as
 * long as the kernel answers.
 */
static int
delete_names(struct xfrm_channel *c, const struct collection *names,
    const char **reason)
{
	/* One that is gone already is no failure. */
	struct sending s = { .ignored = ESRCH };
	size_t i = 0;
	unsigned n;
	int error = 0;

	while (i < names->count && error != ETIMEDOUT) {
		s.first = c->base.seq + 1;
		for (n = 0; n < c->max_pending && i < names->count; n++, i++) {
			if (!xfrm_encode_name(&c->batch, XFRM_MSG_DELSA,
			    s.first + n, c->base.pid, &names->all[i]))
				break;
			s.head = c->batch.head;
		}
		if (n == 0)
			return EMSGSIZE;
		c->base.seq += n;
		s.last = c->base.seq;
		send_requests(c, &s);
		if (s.error == ETIMEDOUT || (s.error != 0 && error == 0)) {
			error = s.error;
			*reason = s.reason;
		}
	}
	return error;
}

/* Deletes what one dump finds; EAGAIN if that may not have been all. */
static int
delete_found(struct xfrm_channel *c, struct collection *names,
    const char **reason)
{
	int found, error;

	names->count = 0;
	found = dump(c, names->filter, collect, names, reason);
	if (found != 0 && found != EAGAIN)
		return found;
	if (names->full)
		return ENOMEM;
	error = delete_names(c, names, reason);
	return error != 0 ? error : found;
}

static int
do_delete_all(struct xfrm_channel *c, const struct view *view, uint32_t tag)
{
	struct xfrm_pending p = { .seq = view->msg->seq, .tag = tag,
	    .type = view->msg->type, .satype = view->msg->satype };
	struct sa_filter filter = { .satype = view->msg->satype };
	struct collection names = { .filter = &filter };
	unsigned tries = 0;
	const char *reason = NULL;
	struct sa sa;
	int error = EINVAL;

	sa_decode(view, &sa);
	filter.src = &sa.src;
	filter.dst = &sa.dst;
	if (sa.src.family != 0 && sa.src.family == sa.dst.family)
		do
			error = delete_found(c, &names, &reason);
		while (error == EAGAIN && ++tries < DUMP_TRIES);
	if (error == EAGAIN)
		reason = "SAs changed meanwhile: there may be more to delete";
	free(names.all);
	xfrm_finish_request(c, &p, error, reason);
	return error == ETIMEDOUT ? error : 0;
}

/* ---- SAs that are looked at, before a request or after it ---- */

/* Asks for the kernel's record of what a request is about: an errno value. */
static int
ask(struct xfrm_channel *c, const struct view *request, struct view *record,
    const char **reason)
{
	_Alignas(8) uint8_t octets[512];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct answer a = { .type = request->ext[EXT_POLICY] != NULL ?
	    SADB_X_SPDGET : SADB_GET };
	size_t len;
	int error;

	if (!xfrm_encode_question(&b, ++c->base.seq, c->base.pid, request))
		return EMSGSIZE;
	c->held = 0;
	error = -nl_send(c->fd, b.octets, b.len);
	if (error == 0)
		error = read_one(c, c->base.seq, &a, reason);
	len = c->held;
	c->held = 0;
	if (error == 0 && (len == 0 || view_init(record, c->base.dialect,
	    c->record[a.count & 1].space, len) != VIEW_OK)) {
		*reason = malformed;
		error = EBADMSG;
	}
	return error;
}

/*
 * Whether the SA that the kernel deletes, or updates, may be another than the
 * one that was named.  By a mark it finds the first SA of that name that a
 * packet with the mark would find: one without a mark, too, which may well be
 * another's.
 */
static bool
may_find_another(const struct xfrm_channel *c, const struct view *request)
{
	uint8_t type = request->msg->type;

	return (type == SADB_DELETE || type == SADB_UPDATE) &&
	    request->ext[EXT_SA] != NULL &&
	    (request->ext[EXT_X_MARK] != NULL || c->zero_marks);
}

/* Looks whether it is: an errno value for why it must not be touched. */
static int
look_for_another(struct xfrm_channel *c, const struct view *request,
    const char **reason)
{
	struct sa wanted, found;
	struct view record;
	int error = ask(c, request, &record, reason);

	if (error == ESRCH)
		return 0;
	if (error == ENOBUFS)
		*reason = "the kernel did not tell whether the SA of this name "
		    "has another mark: it was not touched";
	if (error != 0)
		return error;
	sa_decode(request, &wanted);
	sa_decode(&record, &found);
	if (wanted.mark.value == found.mark.value &&
	    wanted.mark.mask == found.mark.mask)
		return 0;
	*reason = "the kernel finds an SA with another mark by this name: it "
	    "was not touched";
	return EOPNOTSUPP;
}

/*
 * What is to be said of an SA, or a policy, with a device to offload to.  A
 * kernel, or a driver, that cannot do it takes them all the same and does the
 * work in software (a kernel before 6.2 does not even know the attribute of a
 * policy): that is told, as the reason of a success.
 */
static const char *
look_for_device(struct xfrm_channel *c, const struct view *made)
{
	const char *reason;
	struct view record;

	if (ask(c, made, &record, &reason) != 0)
		return "the kernel did not tell whether the device takes it "
		    "over";
	return record.ext[EXT_IF_HW_OFFL] != NULL ? NULL : "the device does "
	    "not take it over: the kernel does the work itself";
}

/* A request that goes alone, for the kernel is asked before or after it. */
static int
do_alone(struct xfrm_channel *c, const struct view *view, uint32_t tag)
{
	struct xfrm_pending p = { .seq = view->msg->seq, .tag = tag,
	    .type = view->msg->type, .satype = view->msg->satype };
	struct sending s = { .first = p.seq, .last = p.seq };
	int broken = 0;

	s.error = xfrm_encode_next(c, view, &broken);
	s.head = c->batch.head;
	s.reason = c->encoder.reason;
	if (s.error == 0 && may_find_another(c, view)) {
		s.error = look_for_another(c, view, &s.reason);
		if (s.error != 0)
			nl_drop(&c->batch);
	}
	if (s.error == 0)
		send_requests(c, &s);
	if (s.error == 0 && view->ext[EXT_IF_HW_OFFL] != NULL)
		s.reason = look_for_device(c, view);
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
	unsigned tries = 0;
	int error;

	*broken = xfrm_flush_batch(c);
	if (*broken != 0)
		return *broken;
	do
		error = dump(c, NULL, note_reqid, &highest, reason);
	while (error == EAGAIN && ++tries < DUMP_TRIES);
	if (error == EAGAIN)
		*reason = "policies changed while an identifier was sought "
		    "that none has";
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
xfrm_answering(const struct xfrm_channel *c, const struct view *view)
{
	switch (view->msg->type) {
	case SADB_DUMP:
	case SADB_X_SPDDUMP:
		return do_dump;
	case SADB_GET:
	case SADB_GETSPI:
	case SADB_X_SPDGET:
	case SADB_X_SPDGETDEFAULT:
	case SADB_X_SPDGETHASH:
		return do_get;
	case SADB_DELETE:
		if (view->ext[EXT_SA] == NULL)
			return do_delete_all;
		return may_find_another(c, view) ? do_alone : NULL;
	case SADB_ADD:
	case SADB_UPDATE:
	case SADB_X_SPDADD:
	case SADB_X_SPDUPDATE:
		return view->ext[EXT_IF_HW_OFFL] != NULL ||
		    may_find_another(c, view) ? do_alone : NULL;
	default:
		return NULL;
	}
}

#endif /* __linux__ */
