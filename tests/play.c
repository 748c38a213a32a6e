/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program, before a BSD kernel that says what a real one was recorded to
 * say:
 *
 *	play freebsd|netbsd CASE FILE [OPTION ...]
 *
 * runs setkey with the options.  CASE is a directory of files with messages in
 * hexadecimal, one on a line.  "wire" (or PLAY_WIRE in the environment) has
 * what was sent ("> "), received ("< "), and how that failed ("! ERRNO" and
 * "? ERRNO"); without it sent.hex and replies.hex have the first two.  A
 * request gets what the next recorded one of its type got; a dump that was not
 * recorded gets dump.hex or spddump.hex; what failed for want of room, and is
 * sent again, had been done; anything else is granted.  A monitor gets
 * monitor.hex, and is then told to end.  FILE names the file whose first
 * message has the process id that the program is to have; if it is a dump, that
 * is all that was recorded.  In "errno" a line "0 socket N NAME" has the socket
 * fail.
 *
 * With PLAY_STRICT in the environment requests that are not those that were
 * recorded are shown.
 */
#include <sys/types.h>
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dialect.h"
#include "order.h"
#include "platform.h"
#include "wire.h"

/* setkey.c's, under another name. */
int setkey_main(int, char **);
#define main setkey_main
#include "../setkey.c"
#undef main

#define MESSAGE_MAX	4096
#define STEPS_MAX	20000

/* A line of what was recorded. */
struct step {
	char kind;			/* '>', '<', '!' or '?' */
	int error;
	size_t len;
	uint8_t *octets;
};

static struct {
	const char *directory;
	struct step steps[STEPS_MAX];
	unsigned nsteps, next;
	const struct step *failed;	/* the last request that could not be */
					/* sent */
	struct step queue[STEPS_MAX];	/* what waits in the socket */
	unsigned head, tail;
	pid_t pid;
	bool watched;			/* monitor.hex waits, or was read */
	bool strict;
	FILE *times;
} k;

/* ---- the system's functions that a recording needs ---- */

pid_t
getpid(void)
{
	return k.pid;
}

/* What it was when the native program asked. */
time_t
time(time_t *t)
{
	static time_t now = 1800000000;
	char line[32];

	if (k.times != NULL && fgets(line, sizeof(line), k.times) != NULL)
		now = (time_t)strtoll(line, NULL, 10);
	if (t != NULL)
		*t = now;
	return now;
}

/* The recording machine's: lo0 is 1 there, ipsec0 2, ipsec1 3. */
char *
if_indextoname(unsigned ifindex, char name[IF_NAMESIZE])
{
	if (ifindex == 0)
		return NULL;
	if (ifindex == 1)
		return strcpy(name, "lo0");
	snprintf(name, IF_NAMESIZE, "ipsec%u", ifindex - 2);
	return name;
}

unsigned
if_nametoindex(const char *name)
{
	return strcmp(name, "lo0") == 0 ? 1 : 0;
}

/* ---- reading what was recorded ---- */

static FILE *
open_file(const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", k.directory, name);
	return fopen(path, "r");
}

/* The BSDs' numbers, for which this system has others. */
static int
error_here(int error)
{
	static const struct {
		int theirs, ours;
	} numbers[] = {
		{ 35, EAGAIN }, { 43, EPROTONOSUPPORT }, { 45, EOPNOTSUPP },
		{ 47, EAFNOSUPPORT }, { 55, ENOBUFS },
	};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].theirs == error)
			return numbers[i].ours;
	return error;
}

static struct socket_system recorded_system;

static void
add_step(char kind, const char *text)
{
	struct step *step = &k.steps[k.nsteps];
	unsigned value;

	if (k.nsteps == STEPS_MAX)
		abort();
	*step = (struct step){ .kind = kind };
	step->octets = calloc(1, MESSAGE_MAX);
	if (step->octets == NULL)
		abort();
	if (kind == '!' || kind == '?') {
		step->error = error_here(atoi(text));
		k.nsteps++;
		return;
	}
	while (step->len < MESSAGE_MAX && sscanf(text, "%2x", &value) == 1) {
		step->octets[step->len++] = (uint8_t)value;
		text += 2;
	}
	if (step->len < sizeof(struct wire_msg)) {
		free(step->octets);
		return;
	}
	order_pfkey(recorded_system.dialect, step->octets, step->len, false);
	if (kind == '<')
		step->octets[2] = (uint8_t)error_here(step->octets[2]);
	k.nsteps++;
}

/* Appends a file's lines; kind 0: each begins with its own. */
static bool
read_steps(const char *name, char kind)
{
	FILE *f = open_file(name);
	char *line = NULL;
	size_t size = 0;

	if (f == NULL)
		return false;
	while (getline(&line, &size, f) > 0) {
		if (kind != 0)
			add_step(kind, line);
		else if (strchr("<>!?", line[0]) != NULL && line[1] == ' ')
			add_step(line[0], line + 2);
	}
	free(line);
	fclose(f);
	return true;
}

static struct wire_msg *
head_of(const struct step *step)
{
	return (struct wire_msg *)(void *)step->octets;
}

/* ---- the kernel ---- */

static void
push(const struct step *step)
{
	if (k.tail == STEPS_MAX)
		abort();
	k.queue[k.tail++] = *step;
}

/* An answer without content. */
static void
push_header(const struct wire_msg *request, uint8_t error)
{
	static struct wire_msg heads[STEPS_MAX];
	struct wire_msg *msg = &heads[k.tail];

	*msg = *request;
	msg->error = error;
	msg->len = sizeof(*msg) / 8;
	push(&(struct step){ '<', 0, sizeof(*msg), (uint8_t *)msg });
}

/* The recorded request that this one is: the next of its type, or NULL. */
static const struct step *
find_request(const struct wire_msg *request)
{
	unsigned i;

	for (i = k.next; i < k.nsteps; i++)
		if (k.steps[i].kind == '>' &&
		    head_of(&k.steps[i])->type == request->type) {
			k.next = i + 1;
			return &k.steps[i];
		}
	return NULL;
}

/* What was answered to it; -1 with errno if it could not be sent. */
static int
answer(const struct step *recorded, const struct wire_msg *request)
{
	struct wire_msg *msg;

	for (; k.next < k.nsteps && k.steps[k.next].kind != '>'; k.next++) {
		if (k.steps[k.next].kind == '!') {
			errno = k.steps[k.next++].error;
			k.failed = recorded;
			return -1;
		}
		if (k.steps[k.next].kind == '?') {
			push(&k.steps[k.next]);
			continue;
		}
		msg = head_of(&k.steps[k.next]);
		if (msg->pid == head_of(recorded)->pid &&
		    msg->seq == head_of(recorded)->seq) {
			msg->seq = request->seq;
			msg->pid = request->pid;
		} else if (msg->type == request->type &&
		    msg->pid == head_of(recorded)->pid)
			msg->pid = request->pid;
		push(&k.steps[k.next]);
	}
	return 0;
}

/* FreeBSD leaves out what is in another scope than was asked for. */
static const char *
dump_file(const struct wire_msg *request)
{
	if (request->type == SADB_DUMP)
		return "dump.hex";
	return request->satype == 1 ? "spddump-g.hex" :
	    request->satype == 2 ? "spddump-t.hex" : "spddump.hex";
}

static void
answer_dump(const struct wire_msg *request)
{
	unsigned first = k.nsteps, i;

	read_steps(dump_file(request), '<');
	for (i = first; i < k.nsteps; i++) {
		head_of(&k.steps[i])->pid = request->pid;
		push(&k.steps[i]);
	}
	if (i == first)
		push_header(request, ENOENT);
	k.nsteps = first;
}

/* Of a request's octets all but number and process id count. */
static bool
is_same(const struct step *recorded, const uint8_t *octets, size_t len)
{
	return recorded->len == len &&
	    memcmp(recorded->octets, octets, 8) == 0 &&
	    memcmp(recorded->octets + 16, octets + 16, len - 16) == 0;
}

static void
show_difference(const struct step *recorded, const uint8_t *octets, size_t len)
{
	size_t i;

	fprintf(stderr, "play: sent      ");
	for (i = 0; i < len; i++)
		fprintf(stderr, "%02x", octets[i]);
	fprintf(stderr, "\nplay: recorded  ");
	for (i = 0; i < recorded->len; i++)
		fprintf(stderr, "%02x", recorded->octets[i]);
	fprintf(stderr, "\n");
}

/* What a request finds that was carried out, though it could not be sent. */
static uint8_t
error_of_second(uint8_t type)
{
	switch (type) {
	case SADB_ADD:
	case SADB_X_SPDADD:
		return EEXIST;
	case SADB_DELETE:
		return ENOENT;
	default:
		return EINVAL;
	}
}

static ssize_t
play_send(int fd, const void *octets, size_t len)
{
	const struct wire_msg *request = octets;
	const struct step *recorded;
	bool dump = request->type == SADB_DUMP ||
	    request->type == SADB_X_SPDDUMP;

	(void)fd;
	if (k.failed != NULL && is_same(k.failed, octets, len)) {
		push_header(request, error_of_second(request->type));
		k.failed = NULL;
		return (ssize_t)len;
	}
	recorded = find_request(request);
	k.watched |= request->type == SADB_X_PROMISC;
	if (k.strict && !dump && recorded != NULL &&
	    !is_same(recorded, octets, len))
		show_difference(recorded, octets, len);
	if (recorded != NULL)
		return answer(recorded, request) == 0 ? (ssize_t)len : -1;
	if (request->type == SADB_X_PROMISC) {
		unsigned first = k.nsteps;

		read_steps("monitor.hex", '<');
		for (k.nsteps = first; k.steps[k.nsteps].len != 0; k.nsteps++)
			push(&k.steps[k.nsteps]);
	} else if (dump)
		answer_dump(request);
	else
		push_header(request, 0);
	return (ssize_t)len;
}

static ssize_t
play_receive(int fd, void *octets, size_t size, int timeout)
{
	const struct step *step = &k.queue[k.head];
	struct sigaction end;

	(void)fd;
	(void)timeout;
	if (k.head == k.tail) {
		/* By now setkey may not send itself a signal. */
		if (k.watched && sigaction(SIGTERM, NULL, &end) == 0)
			end.sa_handler(SIGTERM);
		return 0;
	}
	k.head++;
	if (step->kind == '?') {
		errno = step->error;
		return -1;
	}
	if (step->len > size)
		abort();
	memcpy(octets, step->octets, step->len);
	return (ssize_t)step->len;
}

static int
play_open(void)
{
	FILE *f = open_file("errno");
	int error = 0;

	if (f != NULL && fscanf(f, "0 socket %d", &error) == 1) {
		fclose(f);
		errno = error_here(error);
		return -1;
	}
	if (f != NULL)
		fclose(f);
	return dup(STDERR_FILENO);
}

static bool
play_buffer(int fd, int octets)
{
	(void)fd;
	(void)octets;
	return true;
}

static void
play_state(int fd, struct receive_state *state)
{
	(void)fd;
	(void)state;
}

static void
play_losses(int fd)
{
	(void)fd;
}

static struct socket_system recorded_system = {
	.open = play_open,
	.send = play_send,
	.receive = play_receive,
	.set_buffer = play_buffer,
	.receive_state = play_state,
	.report_losses = play_losses,
};

/* ---- the start ---- */

static bool
is_dump(const struct step *step)
{
	return head_of(step)->type == SADB_DUMP ||
	    head_of(step)->type == SADB_X_SPDDUMP;
}

/* sent.hex and replies.hex, which are about each other by number and type. */
static void
merge_replies(void)
{
	static struct step sent[STEPS_MAX], replies[STEPS_MAX];
	unsigned nsent = k.nsteps, nreplies, i, j;

	memcpy(sent, k.steps, nsent * sizeof(sent[0]));
	k.nsteps = 0;
	read_steps("replies.hex", '<');
	nreplies = k.nsteps;
	memcpy(replies, k.steps, nreplies * sizeof(replies[0]));
	for (i = k.nsteps = 0; i < nsent; i++) {
		k.steps[k.nsteps++] = sent[i];
		for (j = 0; j < nreplies; j++)
			if (head_of(&replies[j])->type ==
			    head_of(&sent[i])->type &&
			    (head_of(&replies[j])->seq ==
			    head_of(&sent[i])->seq || is_dump(&sent[i])))
				k.steps[k.nsteps++] = replies[j];
	}
	memset(&k.steps[k.nsteps], 0, sizeof(k.steps[0]));
}

static void
take_pid(const char *name)
{
	if (read_steps(name, '<') && k.nsteps != 0)
		k.pid = (pid_t)head_of(&k.steps[0])->pid;
	while (k.nsteps > 0)
		free(k.steps[--k.nsteps].octets);
	memset(k.steps, 0, sizeof(k.steps));
}

int
main(int argc, char **argv)
{
	static char name[] = "setkey";
	const char *wire_name = "wire";

	if (argc < 4 || (recorded_system.dialect =
	    dialect_named(argv[1])) == NULL) {
		fprintf(stderr, "usage: play freebsd|netbsd CASE FILE "
		    "[OPTION ...]\n");
		return 1;
	}
	k.directory = argv[2];
	k.strict = getenv("PLAY_STRICT") != NULL;
	k.pid = 4711;
	take_pid(argv[3]);
	if (getenv("PLAY_WIRE") != NULL)
		wire_name = getenv("PLAY_WIRE");
	if (strstr(argv[3], "dump") == NULL && !read_steps(wire_name, 0) &&
	    read_steps("sent.hex", '>'))
		merge_replies();
	k.times = open_file("dump.now");
	socket_system = &recorded_system;
	/* Whatever this system has, it is to be left alone. */
	setenv("SETKEY_CHANNEL", "pfkey", 1);
	argv[3] = name;
	return setkey_main(argc - 3, argv + 3);
}
