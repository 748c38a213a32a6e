/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PF_KEY socket as a channel.
 *
 * Every PF_KEY socket also hears what the kernel tells all of them, so an
 * answer is known by its type, sequence number and process id; everything
 * else is shown to who watches, and otherwise ignored.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "names.h"
#include "pfkey_limits.h"
#include "patience.h"
#include "pfkey_socket.h"
#include "platform.h"

#define PF_KEY_V2	2
#define MESSAGE_MAX	((size_t)UINT16_MAX * 8)
#define WATCH_OCTETS	(32 * 1024 * 1024)
#define WAITING_MOST	100000	/* messages of others between requests */
#define SILENCES	3	/* requests without an answer: nobody is there */
#define LOSSES		100	/* in a row: the socket is broken */
#define RECENT		16	/* messages remembered to tell copies */

struct pfkey_channel {
	struct channel base;
	int fd;
	struct patience patience;
	unsigned silences;		/* in a row */
	unsigned losses;		/* that were told since a message */
	bool crowded;			/* others speak, or had time to */
	struct {
		uint32_t pid;
		uint64_t hash;		/* 0: none */
	} recent[RECENT];		/* what a monitor showed */
	unsigned recent_next;
	bool overflowed;		/* and it was said */
	bool changed;			/* by others, while it was dumped */
	struct msgbuf request;		/* the one on its way */
	size_t request_len;
	_Alignas(8) uint8_t buf[MESSAGE_MAX];
};

static void
answer(struct pfkey_channel *ch, uint32_t tag, int error, const char *reason,
    const struct view *view)
{
	struct reply reply = { error, reason, view };

	ch->base.reply(ch->base.reply_ctx, tag, &reply);
}

/* ---- sending and receiving ---- */

/* Sends the request; returns 0 or an errno value. */
static int
send_octets(struct pfkey_channel *ch)
{
	ssize_t n;

	do
		n = send(ch->fd, ch->request.space, ch->request_len, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? errno : 0;
}

static int
send_request(struct pfkey_channel *ch)
{
	int error = send_octets(ch);

	if (error == 0 && ch->base.trace != NULL)
		ch->base.trace(ch->base.trace_ctx, true, ch->request.space,
		    ch->request_len);
	return error;
}

/*
 * Waits up to timeout milliseconds for one message.  Returns its octets, 0 on
 * a timeout, or -1 with errno.
 */
static ssize_t
receive(struct pfkey_channel *ch, int timeout)
{
	struct pollfd pfd = { .fd = ch->fd, .events = POLLIN };
	ssize_t n;
	int ready;

	ready = poll(&pfd, 1, timeout);
	if (ready <= 0)
		return ready;
	n = recv(ch->fd, ch->buf, sizeof(ch->buf), 0);
	if (n == 0)
		errno = EPIPE;
	return n == 0 ? -1 : n;
}

/*
 * Whether a message that is no answer tells of a change in the database that a
 * request dumps.
 */
static bool
is_change(const struct wire_msg *dump, const struct wire_msg *msg)
{
	static const uint8_t changes[2][7] = {
		{ SADB_ADD, SADB_UPDATE, SADB_DELETE, SADB_FLUSH,
		    SADB_X_MIGRATE },
		{ SADB_X_SPDADD, SADB_X_SPDUPDATE, SADB_X_SPDDELETE,
		    SADB_X_SPDDELETE2, SADB_X_SPDFLUSH, SADB_X_SPDSETIDX,
		    SADB_X_MIGRATE },
	};

	return msg->error == 0 && msg->type != 0 &&
	    memchr(changes[dump->type == SADB_X_SPDDUMP], msg->type,
	    sizeof(changes[0])) != NULL;
}

/*
 * The next message that belongs to the request, and any kind of it: true with
 * the octets in *len.  Otherwise *error says why there is none.  What others
 * have to say does not make the wait longer.
 */
static bool
receive_answer(struct pfkey_channel *ch, bool dump, size_t *len, int *error)
{
	const struct wire_msg *request = (const void *)ch->request.space;
	const struct wire_msg *msg = (const void *)ch->buf;
	ssize_t n = -1;
	int left;

	patience_expect(&ch->patience);
	for (;;) {
		left = patience_left(&ch->patience);
		if (left > 0)
			n = receive(ch, left);
		if (left > 0 && n < 0 && errno == EINTR)
			continue;
		if (left == 0 || n <= 0) {
			*error = left > 0 && n < 0 ? errno : ETIMEDOUT;
			return false;
		}
		patience_heard(&ch->patience);
		if (ch->base.trace != NULL)
			ch->base.trace(ch->base.trace_ctx, false, ch->buf,
			    (size_t)n);
		/* The records of a dump have numbers of their own. */
		if ((size_t)n >= sizeof(*msg) && msg->type == request->type &&
		    msg->pid == request->pid &&
		    (dump || msg->seq == request->seq)) {
			*len = (size_t)n;
			return true;
		}
		if (dump && (size_t)n >= sizeof(*msg) &&
		    is_change(request, msg))
			ch->changed = true;
		ch->crowded = true;
	}
}

/*
 * Reads what has come unasked, for who watches.  Not what bears this process's
 * id: that is the second answer to a flush.
 */
static void
take_waiting(struct pfkey_channel *ch)
{
	const struct wire_msg *msg = (const void *)ch->buf;
	unsigned most = WAITING_MOST;
	ssize_t n;

	while (most-- > 0 &&
	    (n = recv(ch->fd, ch->buf, sizeof(ch->buf), MSG_DONTWAIT)) > 0)
		if (ch->base.trace != NULL && ((size_t)n < sizeof(*msg) ||
		    msg->pid != ch->base.pid))
			ch->base.trace(ch->base.trace_ctx, false, ch->buf,
			    (size_t)n);
}

/*
 * Linux drops in silence what finds the buffer full, answers too: what came
 * meanwhile must not be in their way.
 */
static void
make_room(struct pfkey_channel *ch)
{
	struct receive_state state;

	if (!ch->crowded)
		return;
	platform_receive_state(ch->fd, &state);
	if (state.used != 0)
		take_waiting(ch);
	ch->crowded = false;
}

/* ---- one request ---- */

/* Sends, and gives the records and the end of the answer to each(). */
typedef void answer_fn(void *, int error, const char *reason,
    const struct view *);

#define REASON_SILENT	"the kernel did not answer"
#define REASON_END	"the end of the dump did not come: records were lost"
#define REASON_PART	"the kernel stopped the dump at an entry that PF_KEY " \
			"cannot express"
#define REASON_LOST	"records of the dump were lost; the socket's buffer " \
			"is too small for it"

/*
 * One message of a dump: Linux counts records up, the others down, and the last
 * has 0 in both.  A gap in the count is a loss.  Returns true at the end.
 * Linux makes as many records as the socket has room for, under a lock, and
 * more when those are read; what others change between is told to all sockets.
 */
static bool
dump_record(struct pfkey_channel *ch, const struct view *view,
    uint32_t *last, answer_fn *each, void *ctx)
{
	uint32_t seq = view->msg->seq;
	int error = view->msg->error;
	bool up = ch->base.dialect->replay_in_packets;	/* Linux */
	bool gap = *last != 0 && seq != 0 && seq != (up ? *last + 1 :
	    *last - 1);

	if (error != 0 && view->len == sizeof(struct wire_msg)) {
		each(ctx, error, NULL, NULL);
		return true;
	}
	/* What was changed before the first record shows in the records. */
	if (*last == 0)
		ch->changed = false;
	each(ctx, 0, NULL, view);
	if (error != 0 || gap || (!up && seq == 0 && *last > 1)) {
		each(ctx, EIO, error != 0 ? REASON_PART : REASON_LOST, NULL);
		return true;
	}
	*last = seq;
	if (seq != 0)
		return false;
	if (ch->changed)
		each(ctx, EAGAIN, CHANGED_MEANWHILE, NULL);
	else
		each(ctx, 0, NULL, NULL);
	return true;
}

static void
transact(struct pfkey_channel *ch, answer_fn *each, void *ctx)
{
	const struct wire_msg *request = (const void *)ch->request.space;
	bool dump = request->type == SADB_DUMP ||
	    request->type == SADB_X_SPDDUMP;
	uint32_t last = 0;
	struct view view;
	size_t len = 0;
	int error;

	make_room(ch);
	patience_begin(&ch->patience);
	error = send_request(ch);
	for (;;) {
		if (error != 0 || !receive_answer(ch, dump, &len, &error)) {
			ch->silences += error == ETIMEDOUT;
			each(ctx, error, error != ETIMEDOUT ? NULL :
			    last != 0 ? REASON_END : REASON_SILENT, NULL);
			return;
		}
		ch->silences = 0;
		if (view_init(&view, ch->base.dialect, ch->buf, len) !=
		    VIEW_OK) {
			each(ctx, EBADMSG, "the kernel's answer is malformed",
			    NULL);
			return;
		}
		if (dump && dump_record(ch, &view, &last, each, ctx))
			return;
		if (dump)
			continue;
		error = view.msg->error;
		if (error == 0 && (request->type == SADB_GET ||
		    request->type == SADB_X_SPDGET))
			each(ctx, 0, NULL, &view);
		each(ctx, error, NULL, NULL);
		return;
	}
}

/*
 * What Linux calls hmac-sha2-256 has a 96-bit ICV with PF_KEY: our number of
 * that algorithm becomes the kernel's.
 */
static void
to_kernel(struct pfkey_channel *ch)
{
	const struct algorithm *short_icv = algorithm_named(ALG_AUTH,
	    "hmac-sha2-256-96", 16);
	const struct algorithm *sha256 = algorithm_named(ALG_AUTH,
	    "hmac-sha2-256", 13);
	size_t offset = sizeof(struct wire_msg), len;
	const struct wire_ext *ext;
	struct wire_sa *sa;

	if (ch->base.dialect->index != DIALECT_LINUX)
		return;
	while ((ext = msg_next_ext(ch->request.space, ch->request_len, &offset,
	    &len)) != NULL) {
		if (ext->type != EXT_SA)
			continue;
		sa = (void *)(ch->request.space + offset - len);
		if (sa->auth == short_icv->id[DIALECT_LINUX])
			sa->auth = sha256->id[DIALECT_LINUX];
	}
}

/* Copies a message, and makes it this process's next request. */
static void
set_request(struct pfkey_channel *ch, const void *msg, size_t len)
{
	struct wire_msg *request = (void *)ch->request.space;

	memcpy(ch->request.space, msg, len);
	ch->request_len = len;
	if (++ch->base.seq == 0)
		ch->base.seq = 1;
	request->seq = ch->base.seq;
	request->pid = ch->base.pid;
	to_kernel(ch);
}

/* ---- deleteall where the kernel has none (Linux): dump and delete ---- */

struct doomed {
	struct sa pattern;
	uint32_t *spis;
	size_t n, size;
	bool changed;			/* there may be more */
	int error;
	const char *reason;
};

static bool
same_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family &&
	    memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

static void
collect(void *ctx, int error, const char *reason, const struct view *view)
{
	struct doomed *d = ctx;
	uint32_t *grown;
	struct sa sa;

	if (view == NULL) {
		d->changed = error == EAGAIN;
		/* An empty database is no failure. */
		if (!d->changed && d->error == 0 && error != ENOENT) {
			d->error = error;
			d->reason = reason;
		}
		return;
	}
	sa_decode(view, &sa);
	if (!same_host(&sa.src, &d->pattern.src) ||
	    !same_host(&sa.dst, &d->pattern.dst))
		return;
	if (d->n == d->size) {
		grown = realloc(d->spis, (d->size * 2 + 64) * sizeof(*grown));
		if (grown == NULL) {
			d->error = ENOMEM;
			return;
		}
		d->spis = grown;
		d->size = d->size * 2 + 64;
	}
	d->spis[d->n++] = sa.spi;
}

static void
note_failure(void *ctx, int error, const char *reason,
    const struct view *view)
{
	struct doomed *d = ctx;

	/* One that went by itself meanwhile is gone all the same. */
	if (view == NULL && error != 0 && error != ESRCH && d->error == 0) {
		d->error = error;
		d->reason = reason;
	}
}

/* Deletes what one dump finds. */
static void
delete_found(struct pfkey_channel *ch, struct doomed *d)
{
	struct msgbuf m;
	size_t i;

	d->n = 0;
	d->pattern.has_sa = false;
	msg_begin(&m, ch->base.dialect, SADB_DUMP, d->pattern.satype);
	set_request(ch, m.space, msg_end(&m));
	transact(ch, collect, d);
	d->pattern.has_sa = true;
	for (i = 0; i < d->n; i++) {
		d->pattern.spi = d->spis[i];
		msg_begin(&m, ch->base.dialect, SADB_DELETE,
		    d->pattern.satype);
		sa_encode(&m, &d->pattern);
		set_request(ch, m.space, msg_end(&m));
		transact(ch, note_failure, d);
	}
}

#define TRIES	3

static void
delete_all(struct pfkey_channel *ch, const struct view *request, uint32_t tag)
{
	struct doomed d = { .spis = NULL };
	unsigned tries = 0;

	sa_decode(request, &d.pattern);
	do
		delete_found(ch, &d);
	while (d.changed && d.error == 0 && ++tries < TRIES);
	free(d.spis);
	if (d.changed && d.error == 0) {
		d.error = EAGAIN;
		d.reason = "SAs changed meanwhile: there may be more to delete";
	}
	answer(ch, tag, d.error, d.reason, NULL);
}

/* ---- the channel's operations ---- */

struct deliver {
	struct pfkey_channel *ch;
	uint32_t tag;
};

static void
deliver(void *ctx, int error, const char *reason, const struct view *view)
{
	struct deliver *to = ctx;

	answer(to->ch, to->tag, error, reason, view);
}

static int
pfkey_submit(struct channel *base, struct view *view, uint32_t tag)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;
	struct deliver to = { ch, tag };
	struct pfkey_limit limit;

	if (pfkey_cannot(view, &limit)) {
		char reason[128];

		snprintf(reason, sizeof(reason), "PF_KEY on Linux %s",
		    limit.reason);
		answer(ch, tag, EOPNOTSUPP, reason, NULL);
		return 0;
	}
	if (base->dialect->index == DIALECT_LINUX &&
	    view->msg->type == SADB_DELETE && view->ext[EXT_SA] == NULL) {
		delete_all(ch, view, tag);
		return 0;
	}
	set_request(ch, view->msg, view->len);
	transact(ch, deliver, &to);
	wipe(ch->request.space, view->len);
	return ch->silences < SILENCES ? 0 : ETIMEDOUT;
}

/* Every request was answered on the spot; others may have said something. */
static int
pfkey_finish(struct channel *base)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;

	if (base->trace != NULL)
		take_waiting(ch);
	ch->crowded = true;
	return 0;
}

/* Sends a request whose answer next_event() will see. */
static int
announce(struct pfkey_channel *ch, uint8_t type, uint8_t satype)
{
	struct msgbuf m;

	msg_begin(&m, ch->base.dialect, type, satype);
	set_request(ch, m.space, msg_end(&m));
	return send_octets(ch);
}

static int
pfkey_watch(struct channel *base)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;
	int error = 0;

	platform_receive_buffer(ch->fd, WATCH_OCTETS);
	/* As long as nobody registers, Linux does not even ask for SAs. */
	if (base->dialect->index == DIALECT_LINUX)
		error = announce(ch, SADB_REGISTER, SADB_SATYPE_ESP);
	/* satype 1 turns it on (RFC 2367 3.1.11). */
	return error != 0 ? error : announce(ch, SADB_X_PROMISC, 1);
}

/* FNV-1a: good enough to tell a few messages apart. */
static uint64_t
hash(const uint8_t *p, size_t len)
{
	uint64_t h = 14695981039346656037u;

	while (len-- > 0)
		h = (h ^ *p++) * 1099511628211u;
	return h;
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
is_copy(struct pfkey_channel *ch, size_t len)
{
	const struct wire_msg *msg = (const void *)ch->buf;
	uint64_t h = hash(ch->buf, len) | 1;
	unsigned i;

	if (ch->base.dialect->index != DIALECT_LINUX || len < sizeof(*msg))
		return false;
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

/* The answer to watch(), which is nobody's business. */
static bool
is_own_registration(const struct pfkey_channel *ch, size_t len)
{
	const struct wire_msg *msg = (const void *)ch->buf;

	return len >= sizeof(*msg) && msg->type == SADB_REGISTER &&
	    msg->pid == ch->base.pid;
}

/*
 * Linux drops in silence what finds the buffer full.  True if that may have
 * happened since the last message: if, with that one, of len octets, the
 * buffer was full; said once until there is room again.
 */
static bool
has_overflowed(struct pfkey_channel *ch, size_t len)
{
	struct receive_state state;
	size_t used;

	platform_receive_state(ch->fd, &state);
	/* The kernel counts whole blocks of memory, twice the octets at most. */
	used = state.used + 2 * len + 1024;
	if (used < state.limit / 2)
		ch->overflowed = false;
	if (ch->overflowed || used <= state.limit)
		return false;
	ch->overflowed = true;
	/* A message's copy may be among what is missing. */
	memset(ch->recent, 0, sizeof(ch->recent));
	return true;
}

static int
pfkey_next_event(struct channel *base, int timeout, unsigned *lost)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;
	ssize_t n = receive(ch, timeout);

	*lost = 0;
	if (n < 0) {
		if (errno != ENOBUFS || ++ch->losses == LOSSES)
			return -errno;
		*lost = UINT_MAX;
		return 0;
	}
	if (n == 0)
		return 0;
	ch->losses = 0;
	if (has_overflowed(ch, (size_t)n))
		*lost = UINT_MAX;
	if (is_copy(ch, (size_t)n) || is_own_registration(ch, (size_t)n))
		return 0;
	if (base->trace != NULL)
		base->trace(base->trace_ctx, false, ch->buf, (size_t)n);
	return 1;
}

static void
pfkey_close(struct channel *base)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;

	close(ch->fd);
	wipe(&ch->request, sizeof(ch->request));
	wipe(ch->buf, sizeof(ch->buf));
	free(ch);
}

static const struct channel_ops pfkey_ops = {
	.name = "pfkey",
	.submit = pfkey_submit,
	.finish = pfkey_finish,
	.watch = pfkey_watch,
	.next_event = pfkey_next_event,
	.close = pfkey_close,
};

struct channel *
pfkey_open_fd(int fd, const struct dialect *dialect, int patience)
{
	struct pfkey_channel *ch = calloc(1, sizeof(*ch));

	if (ch == NULL)
		return NULL;
	ch->base.ops = &pfkey_ops;
	ch->base.dialect = dialect;
	ch->base.pid = (uint32_t)getpid();
	ch->fd = fd;
	ch->patience.answer = patience;
	ch->patience.request = (int64_t)patience * REQUEST_ANSWERS;
	ch->crowded = true;
	return &ch->base;
}

/*
 * The BSDs put a dump into the socket's buffer whole, and what does not fit is
 * lost.  Linux waits for the reader, but tells every socket of every change,
 * and a program that makes many at once must not push our answer out.  An
 * answer may take a while: the first use of an algorithm loads modules.
 */
#define BUFFER_OCTETS	(2 * 1024 * 1024)

struct channel *
pfkey_open(void)
{
	struct channel *ch;
	int fd;

	platform_load_ipsec();
	fd = socket(PF_KEY, SOCK_RAW, PF_KEY_V2);
	if (fd < 0)
		return NULL;
	platform_receive_buffer(fd, BUFFER_OCTETS);
	ch = pfkey_open_fd(fd, dialect_host(), ANSWER_PATIENCE);
	if (ch == NULL)
		close(fd);
	return ch;
}
