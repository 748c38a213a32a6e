/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PF_KEY socket of the BSDs: what their kernels do where a socket is full,
 * as it was seen on FreeBSD 12 and 15 and NetBSD 10.  The test is the kernel,
 * and also what the program asks the system (struct socket_system), so this
 * plays on any system.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "names.h"
#include "pair.h"
#include "platform.h"
#include "tap.h"

#define PATIENCE	2000	/* milliseconds */
#define OTHER_PID	77

static struct {
	struct channel *ch;
	int kernel;			/* our end */
	bool reports_losses;		/* FreeBSD 14, NetBSD: SO_RERROR */
	bool dropped;			/* and the program was not told */
	unsigned room;			/* octets in the socket; 0: no limit */
	unsigned waiting;		/* octets in it */
	unsigned failures;		/* send() fails so often, done or not */
	bool do_all_the_same;
	/* Requests that came, and what the kernel has. */
	unsigned requests, types[32];
	bool has_sa, has_policy;
	unsigned sas;			/* in a dump */
	uint32_t hidden_spi;		/* not in the newest head */
	unsigned malformed;		/* a record of the dump; 0: none */
	/* What came of the last request, and of watching. */
	unsigned records, ends, traced;
	uint32_t last_spi;
	uint8_t last_type, trace_type;
	int error;
	char reason[256];
} t;

/* ---- the program's side ---- */

static void
on_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct sa sa;

	(void)ctx;
	(void)tag;
	if (reply->view == NULL) {
		t.ends++;
		t.error = reply->error;
		snprintf(t.reason, sizeof(t.reason), "%s",
		    reply->reason == NULL ? "" : reply->reason);
		return;
	}
	sa_decode(reply->view, &sa);
	t.last_spi = sa.spi;
	t.last_type = reply->view->msg->type;
	t.records++;
}

static void
on_trace(void *ctx, bool sent, const void *msg, size_t len)
{
	const struct wire_msg *head = msg;

	(void)ctx;
	(void)len;
	if (!sent) {
		t.traced++;
		t.trace_type = head->type;
	}
}

/* ---- the kernel's side ---- */

/* Puts a message into the program's socket, if there is room. */
static void
put(const void *octets, size_t len)
{
	if (t.room != 0 && t.waiting + len > t.room) {
		t.dropped = true;
		return;
	}
	if (send(t.kernel, octets, len, MSG_EOR | MSG_DONTWAIT) < 0) {
		t.dropped = true;
		return;
	}
	t.waiting += (unsigned)len;
}

static void
message(struct msgbuf *m, uint8_t type, uint32_t spi)
{
	struct sa sa;

	/* A record is an ADD but for its type. */
	msg_begin(m, t.ch->dialect, spi != 0 ? SADB_ADD : type,
	    SADB_SATYPE_ESP);
	if (spi != 0) {
		pair_sa(&sa, spi);
		sa_encode(m, &sa);
	}
	((struct wire_msg *)(void *)m->space)->type = type;
	if (msg_end(m) == 0)
		abort();
}

static void
tell(uint8_t type, uint8_t error, uint32_t seq, uint32_t pid, uint32_t spi)
{
	struct msgbuf m;
	struct wire_msg *head = (void *)m.space;

	message(&m, type, spi);
	head->error = error;
	head->seq = seq;
	head->pid = pid;
	put(m.space, m.len);
}

/* As a promiscuous socket gets it, of which others see only the second. */
static void
tell_watcher(uint8_t type, uint32_t seq, uint32_t pid, uint32_t spi, bool all)
{
	struct msgbuf m;
	struct wire_msg *head;
	_Alignas(8) uint8_t octets[1024] = { 2, SADB_X_PROMISC };

	message(&m, type, spi);
	head = (void *)m.space;
	head->seq = seq;
	head->pid = pid;
	head = (void *)octets;
	head->len = (uint16_t)((m.len + sizeof(*head)) / 8);
	/* NetBSD counts the header twice. */
	if (t.ch->dialect->index == DIALECT_NETBSD)
		head->len += sizeof(*head) / 8;
	memcpy(octets + sizeof(*head), m.space, m.len);
	put(octets, sizeof(*head) + m.len);
	if (all)
		put(m.space, m.len);
}

static void
tell_dump(uint8_t type, uint32_t pid)
{
	struct msgbuf m;
	struct wire_msg *head = (void *)m.space;
	unsigned i;

	if (t.sas == 0)
		tell(type, ENOENT, t.ch->seq, pid, 0);
	for (i = 1; i <= t.sas; i++) {
		message(&m, type, 1000 + i);
		head->seq = t.sas - i;
		head->pid = pid;
		/* An extension that is longer than the message. */
		if (i == t.malformed)
			((struct wire_ext *)(void *)(head + 1))->len = 999;
		put(m.space, m.len);
	}
}

/* What the kernel answers to a request; 0: success. */
static int
verdict(uint8_t type, bool named)
{
	bool *has = type >= SADB_X_SPDUPDATE ? &t.has_policy : &t.has_sa;
	int error = 0;

	switch (type) {
	case SADB_ADD:
	case SADB_X_SPDADD:
		error = *has ? EEXIST : 0;
		*has = true;
		break;
	case SADB_GET:
		error = *has ? 0 : ENOENT;
		break;
	case SADB_DELETE:
		error = *has || !named ? 0 : ENOENT;
		*has = false;
		break;
	case SADB_X_SPDDELETE:
		error = *has ? 0 : EINVAL;
		*has = false;
		break;
	case SADB_FLUSH:
	case SADB_X_SPDFLUSH:
		*has = false;
		break;
	default:
		break;
	}
	return error;
}

/*
 * A request is carried out at once.  NetBSD's send() fails where somebody's
 * socket is full, though it was; refusals and records concern its sender only.
 */
static ssize_t
kernel_send(int fd, const void *octets, size_t len)
{
	const struct wire_msg *msg = octets;
	struct view view;
	int error;

	(void)fd;
	t.types[t.requests++ % 32] = msg->type;
	if (view_init(&view, t.ch->dialect, octets, len) != VIEW_OK)
		abort();
	if (msg->type == SADB_DUMP || msg->type == SADB_X_SPDDUMP) {
		tell_dump(msg->type, msg->pid);
		return (ssize_t)len;
	}
	if (t.failures != 0 && !t.do_all_the_same) {
		t.failures--;
		errno = ENOBUFS;
		return -1;
	}
	error = verdict(msg->type, view.ext[EXT_SA] != NULL);
	if (t.failures != 0 && error == 0 && msg->type != SADB_GET) {
		t.failures--;
		errno = ENOBUFS;
		return -1;
	}
	tell(msg->type, (uint8_t)error, msg->seq, msg->pid,
	    error == 0 && msg->type == SADB_GET ? 1000 : 0);
	return (ssize_t)len;
}

static const struct socket_system *real;

/* FreeBSD since 14 tells of losses behind what it kept. */
static ssize_t
kernel_receive(int fd, void *octets, size_t size, int timeout)
{
	ssize_t n = real->receive(fd, octets, size, 0);

	if (n > 0) {
		t.waiting -= (unsigned)n;
		return n;
	}
	if (t.dropped && t.reports_losses) {
		t.dropped = false;
		errno = ENOBUFS;
		return -1;
	}
	return real->receive(fd, octets, size, timeout);
}

/* NetBSD: FIONREAD, and a limit of memory that a message takes 1024 of. */
static void
kernel_state(int fd, struct receive_state *state)
{
	(void)fd;
	if (t.ch->dialect->index != DIALECT_NETBSD || t.room == 0)
		return;
	state->used = t.waiting;
	state->limit = t.room / 100 * 1024;
	state->least = 1024;
}

static bool
kernel_buffer(int fd, int octets)
{
	(void)fd;
	(void)octets;
	return true;
}

static struct socket_system kernel = {
	.send = kernel_send,
	.receive = kernel_receive,
	.set_buffer = kernel_buffer,
	.receive_state = kernel_state,
};

static void
open_pair(int dialect)
{
	memset(&t, 0, sizeof(t));
	t.reports_losses = dialect == DIALECT_FREEBSD;
	t.ch = pair_open(dialect, PATIENCE, &t.kernel);
	t.ch->reply = on_reply;
	t.ch->trace = on_trace;
}

static void
close_pair(void)
{
	t.ch->ops->close(t.ch);
	close(t.kernel);
}

/* A request about the SA of that SPI (0: none); returns its error. */
static int
request(uint8_t type, uint32_t spi)
{
	struct msgbuf m;
	struct sa sa;

	t.records = t.ends = t.traced = t.requests = 0;
	t.error = -1;
	msg_begin(&m, t.ch->dialect, type, SADB_SATYPE_ESP);
	if (type == SADB_ADD || type == SADB_GET || type == SADB_DELETE) {
		pair_sa(&sa, spi);
		sa.has_sa = spi != 0;
		sa_encode(&m, &sa);
	}
	if (channel_request(t.ch, &m, 0) != 0 ||
	    t.ch->ops->finish(t.ch) != 0 || t.ends != 1)
		return -1;
	return t.error;
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---- dumps beyond the buffer ---- */

static void
test_large_dumps(void)
{
	static const uint8_t types[] = { SADB_DUMP, SADB_X_SPDDUMP };
	double start;
	size_t i;
	int error;

	for (i = 0; i < 2; i++) {
		open_pair(DIALECT_FREEBSD);
		t.sas = 40;
		t.room = 2048;
		start = seconds();
		error = request(types[i], 0);
		ok(error == EIO && t.records > 5 && t.records < 40 &&
		    strstr(t.reason, " of 40 records") != NULL &&
		    strstr(t.reason, "kern.ipc.maxsockbuf") != NULL,
		    "FreeBSD 14 tells that a dump was cut (%s)", t.reason);
		ok(seconds() - start < 0.15, "at once");
		t.reports_losses = false;
		start = seconds();
		error = request(types[i], 0);
		ok(error == EIO &&
		    strstr(t.reason, "kern.ipc.maxsockbuf") != NULL &&
		    seconds() - start < PATIENCE / 2000.0,
		    "FreeBSD 12, which does not: soon, too");
		t.room = 0;
		error = request(types[i], 0);
		ok(error == 0 && t.records == 40, "one that has room is whole");
		close_pair();
	}
	open_pair(DIALECT_NETBSD);
	t.sas = 40;
	t.room = 2048;
	error = request(SADB_DUMP, 0);
	ok(error == EIO && strstr(t.reason, "kern.sbmax") != NULL,
	    "NetBSD: its own name of the limit");
	close_pair();
}

/* ---- one bad record ---- */

static void
test_malformed(void)
{
	int error;

	open_pair(DIALECT_FREEBSD);
	t.sas = 5;
	t.malformed = 2;
	error = request(SADB_X_SPDDUMP, 0);
	ok(error == EBADMSG && t.records == 4 && t.last_spi == 1005 &&
	    strstr(t.reason, "1 of 5 records of the dump is malformed") != NULL,
	    "a malformed record is told, and hides no other (%s)", t.reason);
	t.malformed = 5;
	error = request(SADB_X_SPDDUMP, 0);
	ok(error == EBADMSG && t.records == 4, "nor does it as the last");
	t.sas = 1;
	t.malformed = 1;
	error = request(SADB_DUMP, 0);
	ok(error == EBADMSG && t.records == 0,
	    "nor is it none as the only one");
	close_pair();
}

/* ---- others' messages, and sockets that are full ---- */

static void
test_draining(void)
{
	unsigned i;
	int error;

	open_pair(DIALECT_NETBSD);
	for (i = 0; i < 30; i++)
		tell(SADB_ADD, 0, i, OTHER_PID, 2000 + i);
	ok(request(SADB_ADD, 1000) == 0 && t.waiting == 0 && t.traced == 31,
	    "what waits is read before a request is made");
	for (i = 0; i < 3; i++)
		tell(SADB_ADD, 0, i, OTHER_PID, 2000 + i);
	t.sas = 3;
	ok(request(SADB_DUMP, 0) == 0 && t.records == 3, "before a dump, too");
	close_pair();

	open_pair(DIALECT_FREEBSD);
	t.room = 2048;
	for (i = 0; i < 30; i++)
		tell(SADB_ADD, 0, i, OTHER_PID, 2000 + i);
	ok(t.dropped && request(SADB_ADD, 1000) == 0 && !t.dropped,
	    "FreeBSD: that some of it was lost matters not");
	for (i = 0; i < 30; i++)
		tell(SADB_ADD, 0, i, OTHER_PID, 2000 + i);
	t.sas = 3;
	error = request(SADB_DUMP, 0);
	ok(error == 0 && t.records == 3, "nor for a dump");
	close_pair();
}

static void
test_full_sockets(void)
{
	static const struct {
		uint8_t type;
		bool has;		/* before the request */
		const char *name;
	} done[] = {
		{ SADB_ADD, false, "add" },
		{ SADB_DELETE, true, "delete" },
		{ SADB_X_SPDADD, false, "spdadd" },
		{ SADB_X_SPDDELETE, true, "spddelete" },
		{ SADB_FLUSH, true, "flush" },
		{ SADB_X_SPDFLUSH, true, "spdflush" },
		{ SADB_UPDATE, true, "update" },
		{ SADB_X_SPDUPDATE, true, "spdupdate" },
	};
	size_t i;
	int error;

	open_pair(DIALECT_NETBSD);
	t.do_all_the_same = true;
	for (i = 0; i < sizeof(done) / sizeof(done[0]); i++) {
		t.has_sa = t.has_policy = done[i].has;
		t.failures = 100;
		ok(request(done[i].type, 1000) == 0,
		    "NetBSD: %s is done, though another's socket is full",
		    done[i].name);
	}
	t.has_sa = true;
	ok(request(SADB_ADD, 1000) == EEXIST && t.requests == 1,
	    "what was there before is refused all the same");
	t.has_sa = false;
	ok(request(SADB_DELETE, 1000) == ENOENT, "as is what was not");
	t.do_all_the_same = false;
	t.failures = 1;
	ok(request(SADB_ADD, 1000) == 0 && t.requests == 2,
	    "what was not done is done by the second request");
	t.has_sa = false;
	t.failures = 100;
	error = request(SADB_ADD, 1000);
	ok(error == ENOBUFS && t.requests < 10,
	    "what cannot be done is an error, after a few");
	close_pair();

	open_pair(DIALECT_FREEBSD);
	t.failures = 100;
	ok(request(SADB_FLUSH, 0) == ENOBUFS,
	    "FreeBSD says what it has not done");
	close_pair();

	/* The answer itself finds no room: nobody else's message waits. */
	open_pair(DIALECT_FREEBSD);
	t.room = 8;
	error = request(SADB_ADD, 1000);
	ok(error != 0 && t.requests == 2,
	    "an answer that was dropped is asked for once more");
	close_pair();
}

/* ---- NetBSD's heads ---- */

static void
test_heads(void)
{
	open_pair(DIALECT_NETBSD);
	t.has_sa = true;
	ok(request(SADB_GET, 1000) == 0 && t.records == 1 && t.requests == 1,
	    "NetBSD: get of what the kernel finds is one request");
	t.has_sa = false;
	t.sas = 3;
	ok(request(SADB_GET, 1002) == 0 && t.records == 1 &&
	    t.last_spi == 1002 && t.last_type == SADB_GET,
	    "what it does not find is taken from a dump");
	ok(request(SADB_GET, 1009) == ENOENT && t.records == 0,
	    "what is not there is not");
	ok(request(SADB_DELETE, 1002) == EOPNOTSUPP && t.records == 0 &&
	    strstr(t.reason, "cannot delete") != NULL,
	    "delete of what it does not find is refused in words (%s)",
	    t.reason);
	ok(request(SADB_DELETE, 1009) == ENOENT, "of nothing is ENOENT");
	ok(request(SADB_DELETE, 0) == EOPNOTSUPP &&
	    strstr(t.reason, "3 could not be deleted") != NULL,
	    "deleteall says what it leaves (%s)", t.reason);
	t.sas = 0;
	ok(request(SADB_DELETE, 0) == 0, "and nothing where it leaves none");
	ok(request(SADB_GET, 1002) == ENOENT, "nor are there any to get");
	close_pair();

	open_pair(DIALECT_FREEBSD);
	t.sas = 3;
	ok(request(SADB_DELETE, 0) == 0 && t.requests == 1,
	    "FreeBSD's deleteall is one request");
	ok(request(SADB_DELETE, 1002) == ENOENT && t.requests == 1,
	    "as is its delete");
	close_pair();
}

/* ---- watching ---- */

/* Reads all events; returns how often a loss was told. */
static unsigned
watch(void)
{
	unsigned lost, losses = 0, i;

	for (i = 0; i < 500; i++) {
		if (t.ch->ops->next_event(t.ch, 0, &lost) < 0)
			return UINT_MAX;
		losses += lost != 0;
	}
	return losses;
}

static void
test_watch(int dialect)
{
	const char *system = dialects[dialect].system;
	unsigned i;

	open_pair(dialect);
	t.room = 2 * 1024 * 1024;
	ok(t.ch->ops->watch(t.ch) == 0 && t.requests == 1 &&
	    t.types[0] == SADB_X_PROMISC, "%s: watching is X_PROMISC", system);
	tell_watcher(SADB_X_PROMISC, t.ch->seq, t.ch->pid, 0, true);
	ok(watch() == 0 && t.traced == 0, "whose answers are not shown");
	for (i = 0; i < 50; i++) {
		tell_watcher(SADB_ADD, i, OTHER_PID, 1000 + i, true);
		if (watch() != 0)
			break;
	}
	ok(i == 50 && t.traced == 50 && t.trace_type == SADB_ADD,
	    "each message is shown once, and without its wrapper");
	tell_watcher(SADB_EXPIRE, 0, 0, 1000, false);
	ok(watch() == 0 && t.traced == 51 && t.trace_type == SADB_EXPIRE,
	    "one that others do not get, too");
	tell_watcher(SADB_FLUSH, 1, OTHER_PID, 0, true);
	tell_watcher(SADB_FLUSH, 1, OTHER_PID, 0, true);
	ok(watch() == 0 && t.traced == 53, "the same again is another");
	close_pair();
}

/* A watcher that was stopped while others spoke. */
static void
test_losses(void)
{
	unsigned i;

	open_pair(DIALECT_FREEBSD);
	t.room = 4096;
	for (i = 0; i < 3; i++)
		tell_watcher(SADB_ADD, i, OTHER_PID, 1000 + i, true);
	ok(!t.dropped && watch() == 0, "FreeBSD 14: no loss, no word");
	for (i = 0; i < 40; i++)
		tell_watcher(SADB_ADD, i, OTHER_PID, 1000 + i, true);
	ok(t.dropped && watch() == 1 && t.traced > 10,
	    "a loss is told, once, behind what was kept");
	t.traced = 0;
	tell_watcher(SADB_FLUSH, 0, OTHER_PID, 0, true);
	ok(watch() == 0 && t.traced == 1, "and it goes on");
	t.reports_losses = false;
	for (i = 0; i < 40; i++)
		tell_watcher(SADB_ADD, i, OTHER_PID, 1000 + i, true);
	ok(watch() == 0, "FreeBSD 12 tells nothing, and nothing is invented");
	close_pair();

	open_pair(DIALECT_NETBSD);
	t.room = 12000;
	for (i = 0; i < 30; i++)
		tell_watcher(SADB_ADD, i, OTHER_PID, 1000 + i, true);
	ok(!t.dropped && watch() == 0,
	    "NetBSD: a socket half full is no loss");
	for (i = 0; i < 10; i++)
		tell_watcher(SADB_ADD, i, OTHER_PID, 1000 + i, true);
	for (i = 0; i < 20; i++)
		tell_watcher(SADB_FLUSH, i, OTHER_PID, 0, true);
	ok(!t.dropped && watch() == 0, "nor are short messages");
	for (i = 0; i < 100; i++)
		tell_watcher(SADB_ADD, i, OTHER_PID, 1000 + i, true);
	ok(t.dropped && watch() == 1, "one that was full is told, once");
	close_pair();
}

/* ---- the size of the buffer ---- */

static int given, most;

static bool
limited_buffer(int fd, int octets)
{
	(void)fd;
	if (octets > most)
		return false;
	given = octets;
	return true;
}

static void
test_buffer(void)
{
	static const int limits[] = { 209715, 1864135, 7456540, 65536 };
	size_t i;

	kernel.set_buffer = limited_buffer;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		most = limits[i];
		given = 0;
		platform_receive_buffer(0, 256 * 1024 * 1024);
		ok(given <= most && given > most - 8192,
		    "of a buffer of %d octets at most: %d", most, given);
	}
	kernel.set_buffer = kernel_buffer;
}

int
main(void)
{
	real = socket_system;
	socket_system = &kernel;
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_large_dumps();
	test_malformed();
	test_draining();
	test_full_sockets();
	test_heads();
	test_watch(DIALECT_FREEBSD);
	test_watch(DIALECT_NETBSD);
	test_losses();
	test_buffer();
	return done();
}
