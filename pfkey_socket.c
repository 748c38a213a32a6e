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
#include <net/if.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "names.h"
#include "pfkey_channel.h"
#include "pfkey_limits.h"
#include "patience.h"
#include "pfkey_socket.h"
#include "platform.h"
#include "privileges.h"

#define WAITING_MOST	100000	/* messages of others between requests */
#define SILENCES	3	/* unanswered requests: nobody is there */

/* ---- sending and receiving ---- */

void
pfkey_answer(struct pfkey_channel *ch, uint32_t tag, int error,
    const char *reason, const struct view *view)
{
	struct reply reply = { error, reason, view };

	ch->base.reply(ch->base.reply_ctx, tag, &reply);
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

	/* That some of it was lost matters to nobody here. */
	while (most-- > 0 && ((n = socket_system->receive(ch->fd, ch->buf,
	    sizeof(ch->buf), 0)) > 0 || (n < 0 && errno == ENOBUFS)))
		if (n > 0 && ch->base.trace != NULL &&
		    ((size_t)n < sizeof(*msg) || msg->pid != ch->base.pid))
			ch->base.trace(ch->base.trace_ctx, false, ch->buf,
			    (size_t)n);
}

/*
 * What came meanwhile must not be in an answer's way: Linux drops in silence
 * what finds the buffer full, and NetBSD has whoever sends fail for it.
 */
static void
make_room(struct pfkey_channel *ch)
{
	struct receive_state state;

	if (!ch->base.dialect->drops_silently) {
		take_waiting(ch);
		return;
	}
	if (!ch->crowded)
		return;
	platform_receive_state(ch->fd, &state);
	if (state.used != 0)
		take_waiting(ch);
	ch->crowded = false;
}

#define SEND_TRIES	3
#define SEND_PAUSE	20		/* milliseconds */

/*
 * Sends the request; returns 0 or an errno value.  NetBSD says ENOBUFS when
 * anybody's PF_KEY socket had no room for the news, and then there is no
 * answer, though the request was carried out: what it says to another such
 * request tells.
 */
static int
send_request(struct pfkey_channel *ch)
{
	unsigned tries = 0;

	while (socket_system->send(ch->fd, ch->request.space,
	    ch->request_len) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != ENOBUFS || ++tries == SEND_TRIES)
			return errno;
		take_waiting(ch);
		if (tries > 1)
			poll(NULL, 0, SEND_PAUSE);
		ch->repeated = true;
	}
	if (ch->base.trace != NULL)
		ch->base.trace(ch->base.trace_ctx, true, ch->request.space,
		    ch->request_len);
	return 0;
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
			n = socket_system->receive(ch->fd, ch->buf,
			    sizeof(ch->buf), left);
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

/* ---- dumps ---- */

#define REASON_SILENT	"the kernel did not answer"
#define REASON_END	"the end of the dump did not come: records were lost"
#define REASON_PART	"the kernel stopped the dump at an entry that PF_KEY " \
			"cannot express"
#define REASON_LOST	"records of the dump were lost; the socket's buffer " \
			"is too small for it"

/* A BSD has all of a dump in the buffer at once: nothing is on its way. */
#define DUMP_PATIENCE	200		/* milliseconds */

/* What has come of a dump. */
struct dump {
	uint32_t first, last;		/* numbers of records; 0: none came */
	unsigned records, malformed;
	answer_fn *each;
	void *ctx;
};

static void
end_dump(const struct dump *dump, int error, const char *reason)
{
	dump->each(dump->ctx, error, reason, NULL);
}

/* The records that a BSD could not put into the buffer are lost. */
static void
end_in_loss(const struct pfkey_channel *ch, const struct dump *dump)
{
	const char *sysctl = ch->base.dialect->buffer_sysctl;
	char reason[REASON_OCTETS];

	if (sysctl == NULL) {
		end_dump(dump, EIO, REASON_LOST);
		return;
	}
	snprintf(reason, sizeof(reason), "%u of %u records of the dump came: "
	    "the socket's buffer has room for no more; a larger %s gives it "
	    "room", dump->records, (unsigned)dump->first + 1, sysctl);
	end_dump(dump, EIO, reason);
}

/* The last record was there. */
static void
end_whole(const struct pfkey_channel *ch, const struct dump *dump)
{
	char reason[REASON_OCTETS];

	if (dump->malformed != 0) {
		snprintf(reason, sizeof(reason), "%u of %u records of the dump "
		    "%s malformed, and not shown", dump->malformed,
		    dump->records, dump->malformed == 1 ? "is" : "are");
		end_dump(dump, EBADMSG, reason);
	} else if (ch->changed)
		end_dump(dump, EAGAIN, CHANGED_MEANWHILE);
	else
		end_dump(dump, 0, NULL);
}

/*
 * One message of a dump: Linux counts records up, the others down, and the last
 * has 0 in both.  A gap in the count is a loss.  Returns true at the end.
 * Linux makes as many records as the socket has room for, under a lock, and
 * more when those are read; what others change between is told to all sockets.
 */
static bool
dump_record(struct pfkey_channel *ch, struct dump *dump, size_t len)
{
	const struct wire_msg *msg = (const void *)ch->buf;
	uint32_t seq = msg->seq, last = dump->last;
	bool up = !ch->base.dialect->dumps_into_buffer;
	bool gap = last != 0 && seq != 0 && seq != (up ? last + 1 : last - 1);
	struct view view;

	if (msg->error != 0 && len == sizeof(*msg)) {
		end_dump(dump, msg->error, NULL);
		return true;
	}
	/* What was changed before the first record shows in the records. */
	if (last == 0) {
		ch->changed = false;
		dump->first = seq;
	}
	dump->records++;
	if (view_init(&view, ch->base.dialect, ch->buf, len) == VIEW_OK)
		dump->each(dump->ctx, 0, NULL, &view);
	else
		dump->malformed++;
	dump->last = seq;
	if (msg->error != 0)
		end_dump(dump, EIO, REASON_PART);
	else if (gap || (!up && seq == 0 && last > 1))
		end_in_loss(ch, dump);
	else if (seq == 0)
		end_whole(ch, dump);
	else
		return false;
	return true;
}

static void
receive_dump(struct pfkey_channel *ch, answer_fn *each, void *ctx)
{
	struct dump dump = { .each = each, .ctx = ctx };
	int64_t patience = ch->patience.answer;
	bool whole = ch->base.dialect->dumps_into_buffer, done = false;
	int error = 0;
	size_t len;

	while (!done && receive_answer(ch, true, &len, &error)) {
		ch->silences = 0;
		done = dump_record(ch, &dump, len);
		if (whole && ch->patience.answer > DUMP_PATIENCE)
			ch->patience.answer = DUMP_PATIENCE;
	}
	ch->patience.answer = patience;
	if (done)
		return;
	ch->silences += error == ETIMEDOUT;
	if (whole && dump.records != 0 &&
	    (error == ENOBUFS || error == ETIMEDOUT))
		end_in_loss(ch, &dump);
	else
		end_dump(&dump, error, error != ETIMEDOUT ? NULL :
		    dump.records != 0 ? REASON_END : REASON_SILENT);
}

/* ---- one request ---- */

/*
 * What a kernel answers to a request that it had carried out already: not to
 * all, since to flush again, or to update, is no mistake.
 */
static const struct {
	uint8_t type;
	int error;
} done_before[] = {
	{ SADB_ADD, EEXIST }, { SADB_DELETE, ENOENT }, { SADB_DELETE, ESRCH },
	{ SADB_X_SPDADD, EEXIST }, { SADB_X_SPDDELETE, EINVAL },
	{ SADB_X_SPDDELETE, ENOENT },
};

static int
result(const struct pfkey_channel *ch, uint8_t type, int error)
{
	size_t i;

	for (i = 0; i < sizeof(done_before) / sizeof(done_before[0]); i++)
		if (ch->repeated && done_before[i].type == type &&
		    done_before[i].error == error)
			return 0;
	return error;
}

/*
 * Whether a request that could not be sent was carried out all the same: NetBSD
 * does what it can, and fails when it tells of it.
 */
static bool
is_done_unsaid(const struct pfkey_channel *ch, uint8_t type, int error)
{
	return error == ENOBUFS && ch->base.dialect->send_tells_all &&
	    (type == SADB_FLUSH || type == SADB_X_SPDFLUSH ||
	    type == SADB_UPDATE || type == SADB_X_SPDUPDATE ||
	    type == SADB_DELETE);
}

/* Whatever keeps an answer away is no refusal: EIO, if no errno says so. */
static void
answer_missing(int error, answer_fn *each, void *ctx)
{
	if (error == ETIMEDOUT)
		each(ctx, error, REASON_SILENT, NULL);
	else
		each(ctx, error == ENOBUFS ? error : EIO, "the kernel's answer "
		    "cannot be read: the request may have been carried out",
		    NULL);
}

/* The message that answers a request other than a dump. */
static void
receive_one(struct pfkey_channel *ch, uint8_t type, answer_fn *each, void *ctx)
{
	struct view view;
	size_t len = 0;
	int error = 0;
	bool got;

	got = receive_answer(ch, false, &len, &error);
	if (!got && error == ENOBUFS) {
		/* It was dropped, and what was in its way has been read. */
		ch->repeated = true;
		error = send_request(ch);
		got = error == 0 && receive_answer(ch, false, &len, &error);
	}
	if (!got) {
		ch->silences += error == ETIMEDOUT;
		answer_missing(error, each, ctx);
		return;
	}
	ch->silences = 0;
	if (view_init(&view, ch->base.dialect, ch->buf, len) != VIEW_OK) {
		each(ctx, EBADMSG, "the kernel's answer is malformed", NULL);
		return;
	}
	error = result(ch, type, view.msg->error);
	if (error == 0 && (type == SADB_GET || type == SADB_X_SPDGET))
		each(ctx, 0, NULL, &view);
	each(ctx, error, NULL, NULL);
}

void
pfkey_transact(struct pfkey_channel *ch, answer_fn *each, void *ctx)
{
	const struct wire_msg *request = (const void *)ch->request.space;
	int error;

	ch->repeated = false;
	make_room(ch);
	patience_begin(&ch->patience);
	error = send_request(ch);
	if (error != 0)
		each(ctx, is_done_unsaid(ch, request->type, error) ? 0 : error,
		    NULL, NULL);
	else if (request->type == SADB_DUMP || request->type == SADB_X_SPDDUMP)
		receive_dump(ch, each, ctx);
	else
		receive_one(ch, request->type, each, ctx);
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

	if (!ch->base.dialect->cuts_sha256)
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

void
pfkey_set_request(struct pfkey_channel *ch, const void *msg, size_t len)
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

/* ---- the channel's operations ---- */

struct deliver {
	struct pfkey_channel *ch;
	uint32_t tag;
};

static void
deliver(void *ctx, int error, const char *reason, const struct view *view)
{
	struct deliver *to = ctx;

	pfkey_answer(to->ch, to->tag, error, reason, view);
}

/* Whether a kernel would take, without a word, a device that is not there. */
static bool
lacks_device(const struct view *view)
{
	const struct wire_if_hw_offl *hwif = view->ext[EXT_IF_HW_OFFL];

	return hwif != NULL && view->dialect->takes_any_device &&
	    if_nametoindex(hwif->name) == 0;
}

/* A dump of some: what the kernel can leave out it does. */
static void
set_filtered(struct pfkey_channel *ch, const struct wire_msg *msg,
    const struct filter *filter)
{
	struct wire_filter *wire;
	struct msgbuf m;

	msg_begin(&m, ch->base.dialect, msg->type, msg->satype);
	if (ext_number(m.dialect, EXT_FILTER) != 0 && !filter->policies &&
	    filter->src.family != 0) {
		wire = msg_ext(&m, EXT_FILTER, sizeof(*wire));
		memcpy(wire->saddr, filter->src.octets, sizeof(wire->saddr));
		memcpy(wire->daddr, filter->dst.octets, sizeof(wire->daddr));
		wire->family = filter->src.family == 4 ? AF_INET :
		    m.dialect->af_inet6;
		wire->splen = filter->src.prefix;
		wire->dplen = filter->dst.prefix;
	}
	pfkey_set_request(ch, m.space, msg_end(&m));
}

static int
pfkey_submit(struct channel *base, struct view *view, uint32_t tag)
{
	struct pfkey_channel *ch = (struct pfkey_channel *)base;
	struct deliver to = { ch, tag };
	struct pfkey_limit limit;
	struct filter filter;

	if (pfkey_cannot(view, &limit)) {
		char reason[128];

		snprintf(reason, sizeof(reason), "PF_KEY on Linux %s",
		    limit.reason);
		pfkey_answer(ch, tag, EOPNOTSUPP, reason, NULL);
		return 0;
	}
	if (lacks_device(view)) {
		pfkey_answer(ch, tag, ENODEV, NULL, NULL);
		return 0;
	}
	if (!pfkey_several(ch, view, tag)) {
		if (filter_decode(view, &filter))
			set_filtered(ch, view->msg, &filter);
		else
			pfkey_set_request(ch, view->msg, view->len);
		pfkey_transact(ch, deliver, &to);
		wipe(ch->request.space, view->len);
	}
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
	platform_lock(ch, sizeof(*ch));
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
 * lost: as much as they give.  Linux waits for the reader, but tells every
 * socket of every change, and a program that makes many at once must not push
 * our answer out.  An answer may take a while: the first use of an algorithm
 * loads modules.
 */
#define BUFFER_OCTETS	(2 * 1024 * 1024)
#define BUFFER_MOST	(256 * 1024 * 1024)

struct channel *
pfkey_open(void)
{
	const struct dialect *dialect = dialect_host();
	struct channel *ch;
	int fd, error;

	platform_load_ipsec();
	fd = socket_system->open();
	if (fd < 0)
		return NULL;
	platform_receive_buffer(fd, dialect->dumps_into_buffer ? BUFFER_MOST :
	    BUFFER_OCTETS);
	socket_system->report_losses(fd);
	privileges_limit_socket(fd);
	ch = pfkey_open_fd(fd, dialect, ANSWER_PATIENCE);
	if (ch == NULL) {
		error = errno;
		close(fd);
		errno = error;
	}
	return ch;
}
