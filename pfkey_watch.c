/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watching what everybody says to a kernel's PF_KEY, each message once, and
 * whether some are missing.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "pfkey_channel.h"
#include "platform.h"
#include "table.h"

#define WATCH_OCTETS	(32 * 1024 * 1024)
#define LOSSES		100	/* in a row: the socket is broken */

/* Sends a request whose answer next_event() will see. */
static int
announce(struct pfkey_channel *ch, uint8_t type, uint8_t satype)
{
	struct msgbuf m;

	msg_begin(&m, ch->base.dialect, type, satype);
	pfkey_set_request(ch, m.space, msg_end(&m));
	while (socket_system->send(ch->fd, ch->request.space,
	    ch->request_len) < 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

int
pfkey_watch(struct channel *base)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;
	int error = 0;

	/* A BSD's is as large as it can be (pfkey_open()). */
	if (base->dialect->drops_silently)
		platform_receive_buffer(ch->fd, WATCH_OCTETS);
	if (base->dialect->asks_if_registered)
		error = announce(ch, SADB_REGISTER, SADB_SATYPE_ESP);
	/* satype 1 turns it on (RFC 2367 3.1.11). */
	return error != 0 ? error : announce(ch, SADB_X_PROMISC, 1);
}

/*
 * Whether a monitor has shown this message.  A promiscuous socket of Linux
 * gets broadcasts twice, and a flush up to four times: the request, the echo
 * to its sender, and the notice.  A program's request has its process id and,
 * mostly, a number of its own, so what has the same octets as the last message
 * with that id is the same.  Without an id (changes by other means than PF_KEY)
 * all are pairs, and the same octets may well come again as another event.
 */
static bool
is_copy_on_linux(struct pfkey_channel *ch, const struct wire_msg *msg,
    uint64_t h)
{
	unsigned i;

	for (i = 0; i < RECENT; i++) {
		if (ch->recent[i].hash == 0 || ch->recent[i].pid != msg->pid)
			continue;
		if (ch->recent[i].hash == h) {
			if (msg->pid == 0)
				ch->recent[i].hash = 0;
			return true;
		}
		if (msg->pid != 0)
			break;
	}
	if (i == RECENT)
		i = ch->recent_next++ % RECENT;
	ch->recent[i].pid = msg->pid;
	ch->recent[i].hash = h;
	return false;
}

/*
 * On a BSD a promiscuous socket gets everything behind a header of type
 * X_PROMISC, and then, if it is for all sockets, as these get it.
 */
static bool
is_copy_on_bsd(struct pfkey_channel *ch, bool wrapped, uint64_t h)
{
	unsigned i;

	if (wrapped) {
		ch->recent[ch->recent_next++ % RECENT].hash = h;
		return false;
	}
	for (i = 0; i < RECENT; i++)
		if (ch->recent[i].hash == h) {
			ch->recent[i].hash = 0;
			return true;
		}
	return false;
}

static bool
is_copy(struct pfkey_channel *ch, bool wrapped, const uint8_t *octets,
    size_t len)
{
	uint64_t h = table_hash(TABLE_HASH_START, octets, len);

	if (ch->base.dialect->wraps_for_promisc)
		return is_copy_on_bsd(ch, wrapped, h);
	return ch->base.dialect->copies_events &&
	    len >= sizeof(struct wire_msg) &&
	    is_copy_on_linux(ch, (const void *)octets, h);
}

/* The answers to watch(), which are nobody's business. */
static bool
is_own_answer(const struct pfkey_channel *ch, const uint8_t *octets, size_t len)
{
	const struct wire_msg *msg = (const void *)octets;

	return len >= sizeof(*msg) && msg->pid == ch->base.pid &&
	    (msg->type == SADB_REGISTER || msg->type == SADB_X_PROMISC);
}

/*
 * Memory that the kernel had in use before it gave us the last message, of len
 * octets.  Linux tells memory, and counts whole blocks, twice the octets at
 * most.  What tells octets only (NetBSD) has as many messages of the usual
 * size, with another block for those that are long.
 */
#define LONG		400		/* what an mbuf has room for, about */
#define LONG_BLOCK	2048

static unsigned
memory_used(struct pfkey_channel *ch, const struct receive_state *state,
    unsigned len)
{
	unsigned each;

	ch->usual = ch->usual == 0 ? len : (ch->usual * 7 + len + 7) / 8;
	if (state->least == 0)
		return state->used + 2 * len + 1024;
	each = state->least + (ch->usual > LONG ? LONG_BLOCK : 0);
	/* With that one, and one more that would have to find room. */
	return ((state->used + len) / ch->usual + 1) * each;
}

/*
 * Whether messages may have been dropped since the last one, by a kernel that
 * does it in silence: if the buffer was full.  Said once until there is room
 * again.
 */
static bool
has_overflowed(struct pfkey_channel *ch, size_t len)
{
	struct receive_state state;
	unsigned used;

	platform_receive_state(ch->fd, &state);
	if (state.limit == 0)		/* it is not silent, or not to tell */
		return false;
	used = memory_used(ch, &state, (unsigned)len);
	if (used < state.limit / 2)
		ch->overflowed = false;
	if (ch->overflowed || used <= state.limit)
		return false;
	ch->overflowed = true;
	/* A message's copy may be among what is missing. */
	memset(ch->recent, 0, sizeof(ch->recent));
	return true;
}

/* Takes off the header that a BSD puts before what others would not get. */
static bool
unwrap(const struct pfkey_channel *ch, const uint8_t **octets, size_t *len)
{
	const struct wire_msg *msg = (const void *)*octets;

	if (!ch->base.dialect->wraps_for_promisc || *len <= sizeof(*msg) ||
	    msg->type != SADB_X_PROMISC)
		return false;
	*octets += sizeof(*msg);
	*len -= sizeof(*msg);
	return true;
}

int
pfkey_next_event(struct channel *base, int timeout, unsigned *lost)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;
	ssize_t n = socket_system->receive(ch->fd, ch->buf, sizeof(ch->buf),
	    timeout);
	const uint8_t *octets = ch->buf;
	size_t len = n > 0 ? (size_t)n : 0;
	bool wrapped;

	*lost = 0;
	if (n < 0) {
		if (errno != ENOBUFS || ++ch->losses == LOSSES)
			return -errno;
		*lost = UINT_MAX;
		memset(ch->recent, 0, sizeof(ch->recent));
		return 0;
	}
	if (n == 0)
		return 0;
	ch->losses = 0;
	if (has_overflowed(ch, len))
		*lost = UINT_MAX;
	wrapped = unwrap(ch, &octets, &len);
	if (is_copy(ch, wrapped, octets, len) ||
	    is_own_answer(ch, octets, len))
		return 0;
	if (base->trace != NULL)
		base->trace(base->trace_ctx, false, octets, len);
	return 1;
}
