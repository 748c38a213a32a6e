/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PF_KEY channel over a pair of sockets: the test is the kernel at the
 * other end.  What it will answer waits in the socket already when the request
 * is made (Linux), or until it is made (BSD, where what waits is read first);
 * where time matters, a child process answers.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
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

#define PATIENCE	150	/* milliseconds */
#define FOREIGN_PID	1	/* a process that this one is not */

/* ---- the two ends ---- */

static struct {
	struct channel *ch;
	int kernel;			/* our end */
	/* What came through the channel for the last request. */
	unsigned records, ends, record_after_end;
	uint32_t tag, spis[8];		/* of the first records */
	int error;
	char reason[128];
	unsigned traced_sent, traced_received;
	/* What a BSD will answer to the next request. */
	struct {
		uint8_t octets[512];
		size_t len;
	} waiting[8];
	unsigned nwaiting;
} t;

/* FreeBSD's local sockets keep messages apart only if each has an end. */
static void
put(int fd, const void *octets, size_t len)
{
	if (send(fd, octets, len, MSG_EOR) != (ssize_t)len) {
		perror("the kernel cannot send");
		exit(1);
	}
}

static void
put_waiting(void)
{
	unsigned i;

	for (i = 0; i < t.nwaiting; i++)
		put(t.kernel, t.waiting[i].octets, t.waiting[i].len);
	t.nwaiting = 0;
}

static ssize_t
send_whole(int fd, const void *octets, size_t len)
{
	ssize_t n = send(fd, octets, len, MSG_EOR);

	if (n > 0)
		put_waiting();
	return n;
}

/* This system's calls, but for the end of messages. */
static struct socket_system test_system;

static void
on_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct sa sa;

	(void)ctx;
	t.tag = tag;
	if (reply->view == NULL) {
		t.ends++;
		t.error = reply->error;
		snprintf(t.reason, sizeof(t.reason), "%s",
		    reply->reason == NULL ? "" : reply->reason);
		return;
	}
	sa_decode(reply->view, &sa);
	if (t.records < 8)
		t.spis[t.records] = sa.spi;
	t.records++;
	t.record_after_end += t.ends != 0;
}

static void
on_trace(void *ctx, bool sent, const void *msg, size_t len)
{
	(void)ctx;
	(void)msg;
	(void)len;
	if (sent)
		t.traced_sent++;
	else
		t.traced_received++;
}

static void
open_pair(int dialect)
{
	memset(&t, 0, sizeof(t));
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

static void
forget(void)
{
	t.records = t.ends = t.record_after_end = 0;
	t.error = -1;
	t.reason[0] = '\0';
}

/* ---- messages ---- */

/* A message of that type, with the SA unless its SPI is 0. */
static void
message(struct msgbuf *m, uint8_t type, uint32_t spi, uint8_t encrypt)
{
	struct sa sa;

	msg_begin(m, t.ch->dialect, type, SADB_SATYPE_ESP);
	if (spi != 0) {
		pair_sa(&sa, spi);
		sa.encrypt = encrypt;
		sa_encode(m, &sa);
	}
	if (msg_end(m) == 0)
		abort();
}

static void
submit(uint8_t type, uint32_t spi, uint32_t tag)
{
	struct msgbuf m;
	int error;

	forget();
	message(&m, type, spi, AES);
	error = channel_request(t.ch, &m, tag);
	if (error == 0)
		error = t.ch->ops->finish(t.ch);
	if (error != 0)
		t.error = -error;
}

struct answer {
	uint8_t type, error;
	uint32_t seq, pid, spi;		/* SPI 0: the header alone */
};

static uint32_t
own_pid(void)
{
	return (uint32_t)getpid();
}

static void
send_answer(struct answer a)
{
	struct wire_msg *head;
	struct msgbuf m;

	/* A record is an ADD but for its type. */
	message(&m, a.spi != 0 ? SADB_ADD : a.type, a.spi, AES);
	head = (void *)m.space;
	head->type = a.type;
	head->error = a.error;
	head->seq = a.seq;
	head->pid = a.pid;
	if (t.ch->dialect->index == DIALECT_LINUX) {
		put(t.kernel, m.space, m.len);
		return;
	}
	if (t.nwaiting == 8 || m.len > sizeof(t.waiting[0].octets))
		abort();
	memcpy(t.waiting[t.nwaiting].octets, m.space, m.len);
	t.waiting[t.nwaiting++].len = m.len;
}

/* A header alone: what most requests get. */
static void
send_header(uint8_t type, uint8_t error, uint32_t seq, uint32_t pid)
{
	send_answer((struct answer){ type, error, seq, pid, 0 });
}

static void
send_record(uint8_t type, uint8_t error, uint32_t seq, uint32_t spi)
{
	send_answer((struct answer){ type, error, seq, own_pid(), spi });
}

/* What the channel has sent: its octets, or 0 when there is nothing more. */
static ssize_t
sent(struct msgbuf *m)
{
	return recv(t.kernel, m->space, sizeof(m->space), MSG_DONTWAIT);
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) != 0)
		continue;
}

/* ---- one request, one answer ---- */

static void
test_answers(void)
{
	struct msgbuf m, expected;
	struct wire_msg *head = (void *)m.space;
	ssize_t n;

	open_pair(DIALECT_LINUX);
	send_header(SADB_ADD, 0, 1, own_pid());
	submit(SADB_ADD, 1000, 77);
	ok(t.ends == 1 && t.error == 0 && t.records == 0,
	    "a request that is granted");
	ok(t.tag == 77, "the answer has the request's tag");
	n = sent(&m);
	ok(n > 0 && head->seq == 1 && head->pid == own_pid(),
	    "the request has a number and the process id");
	message(&expected, SADB_ADD, 1000, AES);
	head->seq = head->pid = 0;
	ok(n == (ssize_t)expected.len &&
	    memcmp(m.space, expected.space, expected.len) == 0,
	    "and is otherwise as it was given");
	ok(sent(&m) < 0, "nothing else is sent");
	ok(t.traced_sent == 1 && t.traced_received == 1,
	    "both messages can be watched");

	send_header(SADB_ADD, EEXIST, 2, own_pid());
	submit(SADB_ADD, 1000, 78);
	ok(t.ends == 1 && t.error == EEXIST && t.tag == 78,
	    "a request that is refused");

	send_record(SADB_GET, 0, 3, 1000);
	submit(SADB_GET, 1000, 0);
	ok(t.ends == 1 && t.error == 0 && t.records == 1 &&
	    t.spis[0] == 1000 && t.record_after_end == 0,
	    "get: one record, then the end");
	send_header(SADB_GET, ESRCH, 4, own_pid());
	submit(SADB_GET, 1000, 0);
	ok(t.ends == 1 && t.error == ESRCH && t.records == 0,
	    "get: of an SA that is not there");

	t.ch->seq = UINT32_MAX;
	send_header(SADB_ADD, 0, 1, own_pid());
	submit(SADB_ADD, 1000, 0);
	ok(t.error == 0 && t.ends == 1, "numbers start again at 1, not 0");
	close_pair();
}

/* ---- whose answer it is ---- */

static void
test_strangers(void)
{
	struct msgbuf m;
	uint8_t octets[4] = { 2, 0, 0, 0 };

	open_pair(DIALECT_LINUX);
	send_header(SADB_ADD, 0, 1, FOREIGN_PID);
	send_header(SADB_ADD, 0, 9, own_pid());
	send_header(SADB_DELETE, 0, 1, own_pid());
	send_header(SADB_FLUSH, 0, 0, 0);
	send_answer((struct answer){ SADB_ADD, 0, 1, FOREIGN_PID, 5 });
	put(t.kernel, octets, sizeof(octets));
	send_header(SADB_ADD, EEXIST, 1, own_pid());
	submit(SADB_ADD, 1000, 0);
	ok(t.ends == 1 && t.error == EEXIST,
	    "messages of other processes are no answer");
	ok(t.traced_received == 7, "but can be watched");
	send_header(SADB_ADD, 0, 1, FOREIGN_PID);
	send_header(SADB_ADD, 0, 1, own_pid());
	put(t.kernel, octets, sizeof(octets));
	t.ch->ops->finish(t.ch);
	ok(t.traced_received == 9, "also those that come later, but no echoes");

	/* Another process's error, and its record. */
	send_header(SADB_GET, ESRCH, 2, FOREIGN_PID);
	send_answer((struct answer){ SADB_GET, 0, 2, FOREIGN_PID, 7 });
	send_record(SADB_GET, 0, 2, 1000);
	submit(SADB_GET, 1000, 0);
	ok(t.records == 1 && t.spis[0] == 1000 && t.error == 0,
	    "nor are their records");

	/* Linux answers a flush that found something twice. */
	send_header(SADB_FLUSH, 0, 3, own_pid());
	send_header(SADB_FLUSH, 0, 3, own_pid());
	submit(SADB_FLUSH, 0, 0);
	ok(t.ends == 1 && t.error == 0, "flush, answered twice");
	send_header(SADB_ADD, EEXIST, 4, own_pid());
	submit(SADB_ADD, 1000, 0);
	ok(t.ends == 1 && t.error == EEXIST,
	    "the second answer is not the next request's");
	send_header(SADB_FLUSH, 0, 5, own_pid());
	send_header(SADB_FLUSH, 0, 5, own_pid());
	submit(SADB_FLUSH, 0, 0);
	send_header(SADB_FLUSH, ESRCH, 6, own_pid());
	submit(SADB_FLUSH, 0, 0);
	ok(t.ends == 1 && t.error == ESRCH, "nor another flush's");

	/* Whole, but lying about its length. */
	message(&m, SADB_ADD, 1000, AES);
	((struct wire_msg *)(void *)m.space)->seq = 7;
	((struct wire_msg *)(void *)m.space)->pid = own_pid();
	((struct wire_msg *)(void *)m.space)->len += 1;
	put(t.kernel, m.space, m.len);
	submit(SADB_ADD, 1000, 0);
	ok(t.ends == 1 && t.error == EBADMSG && t.reason[0] != '\0',
	    "an answer that is malformed is reported");
	close_pair();
}

/* ---- answers that do not come ---- */

/* Runs the kernel's part in a child; returns its process id. */
static pid_t
in_child(void (*part)(uint32_t pid))
{
	uint32_t pid = own_pid();
	pid_t child = fork();

	if (child < 0) {
		perror("fork");
		exit(1);
	}
	if (child == 0) {
		part(pid);
		_exit(0);
	}
	return child;
}

static void
chatter(uint32_t pid)
{
	int i;

	(void)pid;
	for (i = 0; i < 100; i++) {
		send_header(SADB_ADD, 0, 1, FOREIGN_PID);
		pause_ms(PATIENCE / 5);
	}
}

static void
answer_late(uint32_t pid)
{
	pause_ms(PATIENCE / 2);
	send_header(SADB_ADD, EEXIST, 1, pid);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
test_silence(void)
{
	struct itimerval soon = { .it_value.tv_usec = PATIENCE * 1000 / 4 };
	struct sigaction sa = { .sa_handler = on_alarm };
	double start;
	pid_t child;

	open_pair(DIALECT_LINUX);
	start = seconds();
	submit(SADB_ADD, 1000, 5);
	ok(t.ends == 1 && t.error == ETIMEDOUT && t.tag == 5 &&
	    t.reason[0] != '\0', "no answer is reported");
	ok(seconds() - start >= PATIENCE / 1e3 * 0.9 &&
	    seconds() - start < PATIENCE / 1e3 * 20, "when patience ends");
	send_header(SADB_ADD, 0, 1, own_pid());
	send_header(SADB_ADD, EEXIST, 2, own_pid());
	submit(SADB_ADD, 1000, 0);
	ok(t.error == EEXIST, "an answer too late is not the next request's");
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error == ETIMEDOUT, "a dump that does not begin");
	close_pair();

	open_pair(DIALECT_LINUX);
	child = in_child(chatter);
	start = seconds();
	submit(SADB_ADD, 1000, 0);
	ok(t.error == ETIMEDOUT && seconds() - start < PATIENCE / 1e3 * 15,
	    "what others say does not make the wait longer");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close_pair();

	open_pair(DIALECT_LINUX);
	sigaction(SIGALRM, &sa, NULL);
	child = in_child(answer_late);
	setitimer(ITIMER_REAL, &soon, NULL);
	submit(SADB_ADD, 1000, 0);
	ok(t.error == EEXIST, "a signal does not end the wait");
	waitpid(child, NULL, 0);
	close_pair();

	open_pair(DIALECT_LINUX);
	shutdown(t.kernel, SHUT_WR);
	submit(SADB_ADD, 1000, 0);
	ok(t.ends == 1 && t.error != 0, "a socket that is closed");
	close(t.kernel);
	submit(SADB_ADD, 1000, 0);
	ok(t.ends == 1 && t.error != 0, "one that cannot be written to");
	close_pair();
}

/* ---- dumps ---- */

static void
test_linux_dumps(void)
{
	open_pair(DIALECT_LINUX);
	send_record(SADB_DUMP, 0, 1, 1001);
	send_record(SADB_DUMP, 0, 2, 1002);
	send_record(SADB_DUMP, 0, 0, 1003);
	submit(SADB_DUMP, 0, 3);
	ok(t.records == 3 && t.ends == 1 && t.error == 0 && t.tag == 3 &&
	    t.spis[0] == 1001 && t.spis[2] == 1003 &&
	    t.record_after_end == 0, "Linux: numbers go up, 0 is the last");
	send_record(SADB_DUMP, 0, 0, 1001);
	submit(SADB_DUMP, 0, 0);
	ok(t.records == 1 && t.error == 0, "a dump of one");
	send_header(SADB_DUMP, ENOENT, 3, own_pid());
	submit(SADB_DUMP, 0, 0);
	ok(t.records == 0 && t.ends == 1 && t.error == ENOENT,
	    "a dump of none");

	send_record(SADB_DUMP, 0, 1, 1001);
	send_header(SADB_GET, 0, 1, FOREIGN_PID);
	send_answer((struct answer){ SADB_DUMP, 0, 1, FOREIGN_PID, 5 });
	send_header(SADB_EXPIRE, 0, 0, 0);
	send_record(SADB_DUMP, 0, 2, 1002);
	send_record(SADB_DUMP, 0, 0, 1003);
	submit(SADB_DUMP, 0, 0);
	ok(t.records == 3 && t.error == 0 && t.spis[1] == 1002,
	    "other messages, and others' dumps, between its records");

	/* The kernel gives up at an SA that it cannot say in PF_KEY. */
	send_record(SADB_DUMP, 0, 1, 1001);
	send_record(SADB_DUMP, 234, 2, 1002);
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error == EIO && t.reason[0] != '\0',
	    "a dump that the kernel stops is reported");
	send_record(SADB_DUMP, 0, 1, 1001);
	send_record(SADB_DUMP, 0, 3, 1003);
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error == EIO && t.reason[0] != '\0',
	    "a gap in the numbers, too");
	send_record(SADB_DUMP, 0, 1, 1001);
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error == ETIMEDOUT, "a dump without an end, too");
	close_pair();
}

static void
send_changed_dump(uint8_t change, uint8_t error, uint32_t pid)
{
	send_record(SADB_DUMP, 0, 1, 1001);
	send_header(change, error, 77, pid);
	send_record(SADB_DUMP, 0, 0, 1003);
}

/* What others change while a dump is made. */
static void
test_changes(void)
{
	static const uint8_t changes[] = { SADB_ADD, SADB_UPDATE, SADB_DELETE,
	    SADB_FLUSH };
	static const uint8_t others[] = { SADB_ACQUIRE, SADB_EXPIRE, SADB_GET,
	    SADB_X_SPDADD, SADB_REGISTER };
	size_t i, n = 0;

	open_pair(DIALECT_LINUX);
	for (i = 0; i < sizeof(changes); i++) {
		send_changed_dump(changes[i], 0, i % 2 == 0 ? FOREIGN_PID : 0);
		submit(SADB_DUMP, 0, 0);
		n += t.records == 2 && t.ends == 1 && t.error == EAGAIN &&
		    strcmp(t.reason, CHANGED_MEANWHILE) == 0;
	}
	ok(n == i, "a change while it is made is told at the end of a dump");
	for (i = 0, n = 0; i < sizeof(others); i++) {
		send_changed_dump(others[i], 0, FOREIGN_PID);
		submit(SADB_DUMP, 0, 0);
		n += t.ends == 1 && t.error == 0;
	}
	send_changed_dump(SADB_ADD, EEXIST, FOREIGN_PID);
	submit(SADB_DUMP, 0, 0);
	ok(n == i && t.error == 0, "other messages are no changes");
	send_header(SADB_ADD, 0, 5, FOREIGN_PID);
	send_header(SADB_FLUSH, 0, 6, own_pid());
	send_record(SADB_DUMP, 0, 1, 1001);
	send_record(SADB_DUMP, 0, 0, 1003);
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error == 0, "nor is what came before its records");
	send_record(SADB_X_SPDDUMP, 0, 1, 1001);
	send_header(SADB_X_SPDUPDATE, 0, 5, FOREIGN_PID);
	send_record(SADB_X_SPDDUMP, 0, 0, 1003);
	submit(SADB_X_SPDDUMP, 0, 0);
	ok(t.records == 2 && t.error == EAGAIN, "policies, the same");
	send_record(SADB_X_SPDDUMP, 0, 1, 1001);
	send_header(SADB_ADD, 0, 5, FOREIGN_PID);
	send_record(SADB_X_SPDDUMP, 0, 0, 1003);
	submit(SADB_X_SPDDUMP, 0, 0);
	ok(t.records == 2 && t.error == 0, "for which an SA is no change");
	close_pair();
}

static void
test_bsd_dumps(void)
{
	open_pair(DIALECT_FREEBSD);
	send_record(SADB_DUMP, 0, 2, 1001);
	send_record(SADB_DUMP, 0, 1, 1002);
	send_record(SADB_DUMP, 0, 0, 1003);
	submit(SADB_DUMP, 0, 0);
	ok(t.records == 3 && t.ends == 1 && t.error == 0 &&
	    t.record_after_end == 0, "FreeBSD: numbers go down to 0");
	send_record(SADB_DUMP, 0, 3, 1001);
	send_record(SADB_DUMP, 0, 1, 1003);
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error == EIO && t.reason[0] != '\0',
	    "a gap in the numbers is reported");
	close_pair();

	open_pair(DIALECT_FREEBSD);
	send_record(SADB_DUMP, 0, 2, 1001);
	send_record(SADB_DUMP, 0, 0, 1003);
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error == EIO, "a gap before the last one, too");
	send_record(SADB_DUMP, 0, 2, 1001);
	send_record(SADB_DUMP, 0, 1, 1002);
	submit(SADB_DUMP, 0, 0);
	ok(t.ends == 1 && t.error != 0 && t.reason[0] != '\0',
	    "records that are missing at the end, too (%s)", t.reason);
	close_pair();
}

#define MANY	3000

static void
send_many(uint32_t pid)
{
	uint32_t i;

	for (i = 1; i <= MANY; i++)
		send_answer((struct answer){ SADB_DUMP, 0, i % MANY, pid,
		    1000 + i });
}

static void
test_large_dump(void)
{
	pid_t child;

	open_pair(DIALECT_LINUX);
	child = in_child(send_many);
	submit(SADB_DUMP, 0, 0);
	waitpid(child, NULL, 0);
	ok(t.records == MANY && t.ends == 1 && t.error == 0,
	    "a dump of %d (%u came)", MANY, t.records);
	close_pair();
}

/* ---- what is made of requests ---- */

static unsigned
requests_sent(uint8_t type, uint32_t *spis, unsigned max)
{
	struct msgbuf m;
	struct view view;
	struct sa sa;
	unsigned n = 0;
	ssize_t len;

	while ((len = sent(&m)) > 0) {
		if (view_init(&view, t.ch->dialect, m.space, (size_t)len) !=
		    VIEW_OK || view.msg->type != type)
			continue;
		sa_decode(&view, &sa);
		if (n < max)
			spis[n] = sa.spi;
		n++;
	}
	return n;
}

static void
submit_deleteall(void)
{
	struct msgbuf m;
	struct sa sa;

	forget();
	pair_sa(&sa, 0);
	sa.has_sa = false;
	msg_begin(&m, t.ch->dialect, SADB_DELETE, SADB_SATYPE_ESP);
	sa_encode(&m, &sa);
	msg_end(&m);
	if (channel_request(t.ch, &m, 9) != 0 ||
	    t.ch->ops->finish(t.ch) != 0)
		t.ends = 99;
}

/* One whose source is another host. */
static void
send_other_host(uint32_t seq)
{
	struct msgbuf m;
	struct wire_msg *head = (void *)m.space;
	struct sa sa;

	pair_sa(&sa, 2000);
	addr_numeric("10.0.0.3", 8, &sa.src);
	msg_begin(&m, t.ch->dialect, SADB_ADD, SADB_SATYPE_ESP);
	sa_encode(&m, &sa);
	msg_end(&m);
	head->type = SADB_DUMP;
	head->seq = seq;
	head->pid = own_pid();
	put(t.kernel, m.space, m.len);
}

static void
test_deleteall(void)
{
	uint32_t spis[4] = { 0 };

	open_pair(DIALECT_LINUX);
	send_record(SADB_DUMP, 0, 1, 1001);
	send_other_host(2);
	send_record(SADB_DUMP, 0, 0, 1003);
	send_header(SADB_DELETE, 0, 2, own_pid());
	send_header(SADB_DELETE, 0, 3, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == 0 && t.tag == 9 && t.records == 0,
	    "deleteall on Linux ends once, without records");
	ok(requests_sent(SADB_DELETE, spis, 4) == 2 && spis[0] == 1001 &&
	    spis[1] == 1003, "it deletes what is between the two hosts");
	send_header(SADB_DUMP, ENOENT, 4, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == 0, "of none is no failure");
	send_record(SADB_DUMP, 0, 0, 1001);
	send_header(SADB_DELETE, ESRCH, 6, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == 0, "nor that one has gone meanwhile");
	send_record(SADB_DUMP, 0, 0, 1001);
	send_header(SADB_DELETE, EPERM, 8, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == EPERM, "a refusal is one");
	send_header(SADB_DUMP, EPERM, 9, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == EPERM, "so is that of the dump");
	send_record(SADB_DUMP, 234, 1, 1001);
	send_header(SADB_DELETE, 0, 11, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == EIO, "and a dump that is not whole");
	close_pair();

	open_pair(DIALECT_LINUX);
	send_changed_dump(SADB_ADD, 0, FOREIGN_PID);
	send_header(SADB_DELETE, 0, 2, own_pid());
	send_header(SADB_DELETE, 0, 3, own_pid());
	send_record(SADB_DUMP, 0, 0, 1005);
	send_header(SADB_DELETE, 0, 5, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == 0 &&
	    requests_sent(SADB_DELETE, spis, 4) == 3 && spis[2] == 1005,
	    "it looks again when SAs changed meanwhile");
	close_pair();

	open_pair(DIALECT_FREEBSD);
	send_header(SADB_DELETE, 0, 1, own_pid());
	submit_deleteall();
	ok(t.ends == 1 && t.error == 0 &&
	    requests_sent(SADB_DELETE, spis, 4) == 1,
	    "deleteall on FreeBSD is one message");
	close_pair();
}

/* What PF_KEY on Linux cannot say is not sent. */
static void
test_refused(void)
{
	const struct algorithm *gcm = algorithm_named(ALG_ENC, "aes-gcm-16",
	    10);
	const struct algorithm *short_icv = algorithm_named(ALG_AUTH,
	    "hmac-sha2-256-96", 16);
	struct msgbuf m;
	struct view view;
	struct sa sa;
	ssize_t n;

	open_pair(DIALECT_LINUX);
	forget();
	message(&m, SADB_ADD, 1000, gcm->id[DIALECT_LINUX]);
	channel_request(t.ch, &m, 4);
	ok(t.ends == 1 && t.error == EOPNOTSUPP && t.tag == 4 &&
	    strstr(t.reason, "PF_KEY") != NULL && sent(&m) < 0,
	    "an AEAD is refused on Linux, in words (%s)", t.reason);

	pair_sa(&sa, 1000);
	sa.auth = short_icv->id[DIALECT_LINUX];
	sa.auth_key = (struct key){ (const uint8_t *)
	    "01234567890123456789012345678901", 256, true };
	msg_begin(&m, t.ch->dialect, SADB_ADD, SADB_SATYPE_ESP);
	sa_encode(&m, &sa);
	msg_end(&m);
	send_header(SADB_ADD, 0, 1, own_pid());
	channel_request(t.ch, &m, 0);
	n = sent(&m);
	ok(n > 0 && view_init(&view, t.ch->dialect, m.space, (size_t)n) ==
	    VIEW_OK, "hmac-sha2-256-96 is sent");
	sa_decode(&view, &sa);
	ok(sa.auth == 5, "as what the kernel calls sha2-256");

	msg_begin(&m, t.ch->dialect, SADB_ADD, SADB_SATYPE_ESP);
	msg_ext(&m, EXT_SA, MSGBUF_OCTETS);
	ok(channel_request(t.ch, &m, 0) == EMSGSIZE && sent(&m) < 0,
	    "what is too long is not sent");
	close_pair();

	open_pair(DIALECT_FREEBSD);
	message(&m, SADB_ADD, 1000, gcm->id[DIALECT_FREEBSD]);
	forget();
	send_header(SADB_ADD, 0, 1, own_pid());
	channel_request(t.ch, &m, 0);
	ok(t.ends == 1 && t.error == 0, "FreeBSD takes an AEAD");
	close_pair();
}

/* ---- watching ---- */

static int
next_event(unsigned *lost)
{
	*lost = 99;
	return t.ch->ops->next_event(t.ch, 20, lost);
}

/* How many of n copies of one message a monitor is shown. */
static unsigned
shown(unsigned n, struct answer a)
{
	unsigned i, lost, count = 0;

	for (i = 0; i < n; i++)
		send_answer(a);
	put_waiting();
	for (i = 0; i < n; i++)
		count += next_event(&lost) == 1;
	return count;
}

static void
test_watch(void)
{
	struct msgbuf m;
	struct wire_msg *head = (void *)m.space;
	unsigned lost;

	open_pair(DIALECT_LINUX);
	ok(t.ch->ops->watch(t.ch) == 0 && sent(&m) == sizeof(*head) &&
	    head->type == SADB_REGISTER && head->satype == SADB_SATYPE_ESP,
	    "Linux: watching begins with REGISTER, so that SAs are asked for");
	ok(sent(&m) == sizeof(*head) && head->type == SADB_X_PROMISC &&
	    head->satype == 1 && sent(&m) < 0, "and goes on with X_PROMISC");
	ok(next_event(&lost) == 0 && lost == 0, "no event, no loss");
	ok(shown(1, (struct answer){ SADB_ADD, 0, 5, FOREIGN_PID, 7 }) == 1 &&
	    t.traced_received == 1 && t.ends == 0 && t.records == 0,
	    "an event is traced, and is no answer");
	ok(shown(2, (struct answer){ SADB_ADD, 0, 6, FOREIGN_PID, 8 }) == 1,
	    "Linux: what comes twice is shown once");
	ok(shown(4, (struct answer){ SADB_FLUSH, 0, 7, FOREIGN_PID, 0 }) == 1,
	    "or four times");
	ok(shown(1, (struct answer){ SADB_EXPIRE, 0, 0, 0, 9 }) == 1,
	    "a notice is shown");
	shutdown(t.kernel, SHUT_WR);
	ok(next_event(&lost) < 0, "the end of the socket is an error");
	close_pair();

	open_pair(DIALECT_FREEBSD);
	ok(t.ch->ops->watch(t.ch) == 0 && sent(&m) == sizeof(*head) &&
	    head->type == SADB_X_PROMISC && head->satype == 1 &&
	    sent(&m) < 0, "FreeBSD: it begins with X_PROMISC");
	ok(shown(2, (struct answer){ SADB_ADD, 0, 6, FOREIGN_PID, 8 }) == 2,
	    "FreeBSD: each is one event");
	close_pair();
}

int
main(void)
{
	test_system = *socket_system;
	test_system.send = send_whole;
	socket_system = &test_system;
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_answers();
	test_strangers();
	test_silence();
	test_linux_dumps();
	test_changes();
	test_bsd_dumps();
	test_large_dump();
	test_deleteall();
	test_refused();
	test_watch();
	return done();
}
