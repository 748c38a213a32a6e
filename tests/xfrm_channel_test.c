/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The NETLINK_XFRM channel against a kernel that is made up here: batches and
 * whose failure is whose, dumps that break, answers that are lost or late.
 */
#include "../channel.h"
#include "../pfkey_limits.h"

#ifdef __linux__

#include <sys/socket.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../pfkey_limits.h"
#include "../ipsec_strerror.h"
#include "../xfrm_channel.h"
#include "tap.h"

/* ---- the made-up kernel ---- */

#define QUEUE	4096

/* What a recvmsg() will find: octets, or an error. */
static struct datagram {
	int fd, error;
	bool cut;
	uint32_t from;
	size_t len;
	uint8_t octets[512];
} queue[QUEUE];
static unsigned queue_first, queue_end;

static struct {
	/* Answers a request: an errno value, or -1 if that was done. */
	int (*on_request)(int fd, const struct nlmsghdr *);
	int socket_error, send_error;
	bool has_pfkey;
	int receive_buffer, send_buffer;
	int buffer_limit;		/* of sysctl; 0: no limits */
	int send_limit_error;		/* for more octets than send_limit */
	size_t send_limit, longest_send;
	unsigned sends, requests, acks_wanted, sockets;
	int listener;			/* the socket that joined group last */
	unsigned group, changes;	/* what it can hear of */
	unsigned flags_seen;		/* of the last receive */
} kernel;

static void
reply_octets(int fd, const void *octets, size_t len)
{
	struct datagram *d = &queue[queue_end++ % QUEUE];

	memset(d, 0, sizeof(*d));
	d->fd = fd;
	d->len = len;
	memcpy(d->octets, octets, len);
}

static void
reply_fails(int fd, int error)
{
	reply_octets(fd, "", 0);
	queue[(queue_end - 1) % QUEUE].error = error;
}

static void
reply_message(int fd, uint16_t type, uint16_t flags, uint32_t seq,
    const void *body, size_t len)
{
	_Alignas(8) uint8_t octets[512];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };

	nl_begin(&b, type, flags, seq, 1234);
	nl_bytes(&b, body, len);
	if (!nl_end(&b))
		abort();
	reply_octets(fd, b.octets, b.len);
}

static void
reply_error(int fd, const struct nlmsghdr *request, int error,
    const char *words)
{
	_Alignas(8) uint8_t octets[512];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	int32_t number = -error;

	nl_begin(&b, NLMSG_ERROR, (uint16_t)(NLM_F_CAPPED |
	    (words != NULL ? NLM_F_ACK_TLVS : 0)), request->nlmsg_seq, 1234);
	nl_bytes(&b, &number, sizeof(number));
	nl_bytes(&b, request, sizeof(*request));
	if (words != NULL)
		nl_attr(&b, NLMSGERR_ATTR_MSG, words, strlen(words) + 1);
	nl_end(&b);
	reply_octets(fd, b.octets, b.len);
}

#define DEFAULT_BUFFER	212992

/* These come before libc's. */

int
socket(int domain, int type, int protocol)
{
	(void)type;
	(void)protocol;
	if (domain != AF_NETLINK && kernel.has_pfkey)
		return dup(STDIN_FILENO);
	if (domain != AF_NETLINK) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	if (kernel.socket_error != 0) {
		errno = kernel.socket_error;
		return -1;
	}
	if (kernel.sockets++ > 0 && kernel.buffer_limit != 0)
		kernel.receive_buffer = kernel.send_buffer = DEFAULT_BUFFER;
	return dup(STDIN_FILENO);
}

int
bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)fd;
	(void)addr;
	(void)len;
	return 0;
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	int *buffer = name == SO_SNDBUF ? &kernel.send_buffer :
	    &kernel.receive_buffer;

	(void)len;
	if (level == SOL_NETLINK && name == NETLINK_ADD_MEMBERSHIP) {
		memcpy(&kernel.group, value, sizeof(kernel.group));
		kernel.listener = fd;
		kernel.changes = 0;
	}
	if (level != SOL_SOCKET || kernel.buffer_limit == 0)
		return 0;
	if (name == SO_SNDBUFFORCE || name == SO_RCVBUFFORCE) {
		errno = EPERM;
		return -1;
	}
	if (name == SO_SNDBUF || name == SO_RCVBUF) {
		memcpy(buffer, value, sizeof(*buffer));
		if (*buffer > kernel.buffer_limit)
			*buffer = kernel.buffer_limit;
		*buffer *= 2;
	}
	return 0;
}

int
getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	(void)fd;
	(void)level;
	(void)len;
	memcpy(value, name == SO_SNDBUF ? &kernel.send_buffer :
	    &kernel.receive_buffer, sizeof(int));
	return 0;
}

ssize_t
sendto(int fd, const void *octets, size_t len, int flags,
    const struct sockaddr *to, socklen_t tolen)
{
	const struct nlmsghdr *request;
	size_t offset = 0;
	int error;

	(void)flags;
	(void)to;
	(void)tolen;
	if (kernel.send_error != 0 ||
	    (kernel.send_limit != 0 && len > kernel.send_limit)) {
		errno = kernel.send_error != 0 ? kernel.send_error :
		    kernel.send_limit_error;
		return -1;
	}
	kernel.sends++;
	if (len > kernel.longest_send)
		kernel.longest_send = len;
	while ((request = nl_next(octets, len, &offset)) != NULL) {
		if (request->nlmsg_type == XFRM_MSG_GETSADINFO &&
		    kernel.on_request == NULL) {
			reply_message(fd, XFRM_MSG_NEWSADINFO, 0,
			    request->nlmsg_seq, "", 0);
			continue;
		}
		kernel.requests++;
		if (request->nlmsg_flags & NLM_F_ACK)
			kernel.acks_wanted++;
		error = kernel.on_request == NULL ? 0 :
		    kernel.on_request(fd, request);
		if (error > 0 ||
		    (error == 0 && (request->nlmsg_flags & NLM_F_ACK)))
			reply_error(fd, request, error, NULL);
	}
	return offset == len ? (ssize_t)len : -1;
}

ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	struct datagram *d = &queue[queue_first % QUEUE];

	kernel.flags_seen = (unsigned)flags;
	if (kernel.changes > 0 && fd == kernel.listener) {
		kernel.changes--;
		memcpy(msg->msg_name, &from, sizeof(from));
		msg->msg_namelen = sizeof(from);
		msg->msg_flags = MSG_TRUNC;
		return 1;
	}
	if (queue_first == queue_end || d->fd != fd) {
		errno = EAGAIN;
		return -1;
	}
	queue_first++;
	if (d->error != 0) {
		errno = d->error;
		return -1;
	}
	from.nl_pid = d->from;
	memcpy(msg->msg_name, &from, sizeof(from));
	msg->msg_namelen = sizeof(from);
	msg->msg_flags = d->cut ? MSG_TRUNC : 0;
	memcpy(msg->msg_iov[0].iov_base, d->octets, d->len);
	return (ssize_t)d->len;
}

unsigned
if_nametoindex(const char *name)
{
	return strcmp(name, "lo") == 0 ? 1 : 0;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	(void)fds;
	(void)n;
	(void)timeout;
	return queue_first != queue_end;
}

/* ---- what the channel says ---- */

static struct {
	unsigned ends, records, sent, received;
	uint32_t last_tag;
	bool disorder;
	int error;			/* of the last end */
	int errors[2048];		/* by tag */
	char reason[128];
	uint32_t seqs[16], pids[16];	/* of the records */
	uint8_t trace_types[64];	/* sent + 128 */
	uint8_t trace_errors[64];
	uint32_t trace_seqs[64];
	unsigned traced;
} said;

static void
on_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	(void)ctx;
	if (reply->view != NULL) {
		if (said.records < 16) {
			said.seqs[said.records] = reply->view->msg->seq;
			said.pids[said.records] = reply->view->msg->pid;
		}
		said.records++;
		return;
	}
	if (said.ends != 0 && tag != said.last_tag + 1)
		said.disorder = true;
	said.ends++;
	said.last_tag = tag;
	said.error = reply->error;
	if (tag < 2048)
		said.errors[tag] = reply->error;
	snprintf(said.reason, sizeof(said.reason), "%s",
	    reply->reason != NULL ? reply->reason : "");
}

static void
on_trace(void *ctx, bool sent, const void *octets, size_t len)
{
	const struct wire_msg *msg = octets;

	(void)ctx;
	(void)len;
	if (said.traced < 64) {
		said.trace_types[said.traced] = (uint8_t)(msg->type +
		    (sent ? 128 : 0));
		said.trace_errors[said.traced] = msg->error;
		said.trace_seqs[said.traced] = msg->seq;
	}
	said.traced++;
}

static struct channel *
open_with_buffer(int (*on_request)(int, const struct nlmsghdr *), int octets)
{
	struct channel *channel;

	memset(&kernel, 0, sizeof(kernel));
	memset(&said, 0, sizeof(said));
	queue_first = queue_end = 0;
	kernel.receive_buffer = octets;
	kernel.send_buffer = DEFAULT_BUFFER;
	channel = xfrm_open();
	if (channel == NULL)
		abort();
	channel->reply = on_reply;
	kernel.on_request = on_request;
	kernel.sends = kernel.requests = 0;
	return channel;
}

static struct channel *
open_channel(int (*on_request)(int, const struct nlmsghdr *))
{
	return open_with_buffer(on_request, 1 << 20);
}

static int
submit_header(struct channel *channel, uint8_t type, uint32_t tag)
{
	struct msgbuf m;

	msg_begin(&m, channel->dialect, type, SADB_SATYPE_UNSPEC);
	return channel_request(channel, &m, tag);
}

static struct addr
an_addr(uint8_t last)
{
	struct addr a = { .family = 4, .prefix = 32,
	    .octets = { 192, 0, 2, last } };

	return a;
}

static int
submit_sa(struct channel *channel, uint8_t type, uint32_t spi, uint32_t tag)
{
	static const uint8_t octets[16];
	struct sa sa = { .satype = SADB_SATYPE_ESP, .has_sa = spi != 0,
	    .spi = spi, .encrypt = 12 };
	struct msgbuf m;

	sa.src = an_addr(1);
	sa.dst = an_addr(2);
	sa.enc_key = (struct key){ octets, 128, true };
	msg_begin(&m, channel->dialect, type, sa.satype);
	sa_encode(&m, &sa);
	return channel_request(channel, &m, tag);
}

static int
submit_policy(struct channel *channel, uint32_t reqid, uint32_t tag)
{
	struct policy p = { .dir = IPSEC_DIR_OUTBOUND, .upper = 255,
	    .action = IPSEC_POLICY_IPSEC, .nrules = 1 };
	struct msgbuf m;

	p.src = an_addr(1);
	p.dst = an_addr(2);
	p.rules[0].proto = IPPROTO_ESP;
	p.rules[0].mode = IPSEC_MODE_TRANSPORT;
	p.rules[0].level = IPSEC_LEVEL_UNIQUE;
	p.rules[0].reqid = reqid;
	msg_begin(&m, channel->dialect, SADB_X_SPDADD, 0);
	policy_encode(&m, &p);
	return channel_request(channel, &m, tag);
}

/* ---- batches ---- */

static uint32_t
spi_of(const struct nlmsghdr *request)
{
	struct xfrm_usersa_info info;

	memcpy(&info, (const uint8_t *)request + NLMSG_HDRLEN, sizeof(info));
	return ntohl(info.id.spi);
}

static int
refuse_all(int fd, const struct nlmsghdr *request)
{
	(void)fd;
	(void)request;
	return EEXIST;
}

static int
refuse_every_seventh(int fd, const struct nlmsghdr *request)
{
	(void)fd;
	return spi_of(request) % 7 == 0 ? EEXIST : 0;
}

static void
test_batches(void)
{
	struct channel *c = open_channel(NULL);
	unsigned i, wrong;

	for (i = 0; i < 1000; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	c->ops->finish(c);
	ok(said.ends == 1000 && !said.disorder && said.error == 0,
	    "1000 requests: all answered, in order");
	ok(kernel.sends == 4 && kernel.acks_wanted == 4 &&
	    kernel.requests == 1000, "1000 requests: 4 system calls");
	c->ops->close(c);

	c = open_channel(refuse_all);
	for (i = 0, wrong = 0; i < 1000; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	c->ops->finish(c);
	for (i = 0; i < 1000; i++)
		wrong += said.errors[i] != EEXIST;
	ok(said.ends == 1000 && !said.disorder && wrong == 0,
	    "1000 refusals: none is lost");
	c->ops->close(c);

	c = open_channel(refuse_every_seventh);
	for (i = 0, wrong = 0; i < 1000; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	c->ops->finish(c);
	for (i = 0; i < 1000; i++)
		wrong += said.errors[i] != ((i + 1) % 7 == 0 ? EEXIST : 0);
	ok(said.ends == 1000 && !said.disorder && wrong == 0,
	    "some refusals: each for its own request");
	c->ops->close(c);
}

/* Requests that the encoder refuses stay in their places. */
static void
test_refused_early(void)
{
	struct channel *c = open_channel(NULL);
	unsigned i;

	for (i = 0; i < 9; i++)
		if (i % 3 == 2)
			submit_header(c, SADB_X_PROMISC, i);
		else
			submit_sa(c, SADB_ADD, i + 1, i);
	ok(said.ends == 0, "refused early: nothing is said before the rest");
	c->ops->finish(c);
	ok(said.ends == 9 && !said.disorder && said.errors[2] == EOPNOTSUPP &&
	    said.errors[8] == EOPNOTSUPP && said.errors[7] == 0 &&
	    kernel.requests == 6 && kernel.acks_wanted == 1,
	    "refused early: in their places");
	ok(said.reason[0] != '\0', "refused early: in words");
	submit_header(c, SADB_X_PROMISC, 9);
	c->ops->finish(c);
	ok(said.ends == 10 && kernel.sends == 1, "refused early: alone");
	c->ops->close(c);
}

static int
lose_answers(int fd, const struct nlmsghdr *request)
{
	uint32_t spi = spi_of(request);

	/* Room for the failures of the first 50 requests. */
	if (spi == 1)
		reply_fails(fd, ENOBUFS);
	if (spi <= 50 && spi % 10 == 0)
		reply_error(fd, request, EEXIST, NULL);
	return -1;
}

static int
be_silent(int fd, const struct nlmsghdr *request)
{
	(void)fd;
	(void)request;
	return -1;
}

static void
test_lost_answers(void)
{
	struct channel *c = open_channel(lose_answers);
	unsigned i, done = 0, failed = 0, unknown = 0;
	int error;

	for (i = 0; i < 100; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	error = c->ops->finish(c);
	for (i = 0; i < 100; i++) {
		done += said.errors[i] == 0;
		failed += said.errors[i] == EEXIST;
		unknown += said.errors[i] == ENOBUFS;
	}
	ok(error == 0 && said.ends == 100 && done == 45 && failed == 5 &&
	    unknown == 50, "lost answers: what is known, what is not");
	ok(strstr(said.reason, "lost") != NULL, "lost answers: in words");
	c->ops->close(c);

	c = open_channel(be_silent);
	for (i = 0; i < 3; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	error = c->ops->finish(c);
	ok(error == ETIMEDOUT && said.ends == 3 && said.errors[0] ==
	    ETIMEDOUT && said.error == ETIMEDOUT, "no answer: an error");
	error = submit_header(c, SADB_DUMP, 3);
	ok(error == ETIMEDOUT && said.ends == 4 && said.error == ETIMEDOUT,
	    "no answer to a dump: an error");
	error = submit_sa(c, SADB_GET, 1, 4);
	ok(error == ETIMEDOUT && said.ends == 5 && said.error == ETIMEDOUT,
	    "no answer to a get: an error");
	kernel.send_error = ECONNREFUSED;
	submit_sa(c, SADB_ADD, 1, 5);
	error = c->ops->finish(c);
	ok(error == ECONNREFUSED && said.ends == 6 && said.error ==
	    ECONNREFUSED, "nobody there: an error");
	c->ops->close(c);
}

static int
answer_twice(int fd, const struct nlmsghdr *request)
{
	struct nlmsghdr other = *request;

	other.nlmsg_seq -= 100;
	reply_error(fd, &other, EINVAL, NULL);
	reply_error(fd, request, ENOENT, "not from the kernel");
	queue[(queue_end - 1) % QUEUE].from = 77;
	reply_error(fd, request, EEXIST, "the kernel's words");
	reply_error(fd, request, EINVAL, NULL);
	return -1;
}

static void
test_strange_answers(void)
{
	struct channel *c = open_channel(answer_twice);
	int error;

	submit_sa(c, SADB_ADD, 1, 0);
	error = c->ops->finish(c);
	ok(error == 0 && said.ends == 1 && said.error == EEXIST &&
	    strcmp(said.reason, "the kernel's words") == 0,
	    "answers: stale ones and strangers' are not taken");
	submit_sa(c, SADB_ADD, 2, 1);
	c->ops->finish(c);
	ok(said.ends == 2 && said.error == EEXIST,
	    "answers: nor one that comes twice");
	c->ops->close(c);
}

/* A receive buffer that the system keeps small makes small batches. */
static void
test_small_buffer(void)
{
	struct channel *c = open_with_buffer(NULL, 12800);
	unsigned i;

	for (i = 0; i < 100; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	c->ops->finish(c);
	ok(kernel.sends == 10 && said.ends == 100,
	    "a small receive buffer: small batches");
	c->ops->close(c);
}

/*
 * What the kernel lets us send at once.  The default is never given up for a
 * lower limit of sysctl.
 */
static void
test_small_send_buffer(void)
{
	struct channel *c;
	unsigned i;

	memset(&kernel, 0, sizeof(kernel));
	memset(&said, 0, sizeof(said));
	kernel.buffer_limit = 32768;
	kernel.send_buffer = kernel.receive_buffer = DEFAULT_BUFFER;
	c = xfrm_open();
	if (c == NULL)
		abort();
	ok(kernel.send_buffer == DEFAULT_BUFFER &&
	    kernel.receive_buffer == DEFAULT_BUFFER,
	    "buffers: the default is kept where less would be had");
	c->ops->close(c);

	c = open_channel(refuse_every_seventh);
	c->ops->close(c);
	kernel.on_request = NULL;
	kernel.send_buffer = 30000;
	c = xfrm_open();
	if (c == NULL)
		abort();
	c->reply = on_reply;
	kernel.on_request = refuse_every_seventh;
	kernel.longest_send = 0;
	for (i = 0; i < 600; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	c->ops->finish(c);
	ok(said.ends == 600 && !said.disorder && said.errors[6] == EEXIST &&
	    said.errors[599] == 0, "a small send buffer: all are answered");
	ok(kernel.longest_send <= 30000 - 32 && kernel.longest_send > 29000,
	    "a small send buffer: used, not exceeded");
	c->ops->close(c);
}

/* A kernel that does not take what its socket's buffer promised. */
static void
test_reluctant_kernel(int error)
{
	struct channel *c = open_channel(refuse_every_seventh);
	unsigned i, wrong = 0;
	int result;

	kernel.send_limit = 5000;
	kernel.send_limit_error = error;
	for (i = 0; i < 600; i++)
		if (i % 10 == 3)
			submit_header(c, SADB_X_PROMISC, i);
		else
			submit_sa(c, SADB_ADD, i + 1, i);
	result = c->ops->finish(c);
	for (i = 0; i < 600; i++)
		wrong += said.errors[i] != (i % 10 == 3 ? EOPNOTSUPP :
		    (i + 1) % 7 == 0 ? EEXIST : 0);
	ok(result == 0 && said.ends == 600 && !said.disorder && wrong == 0 &&
	    kernel.requests == 540, "%s: all are sent, in smaller pieces",
	    strerror(error));
	kernel.send_limit = 50;
	for (i = 0; i < 3; i++)
		submit_sa(c, SADB_ADD, i + 1, 600 + i);
	result = c->ops->finish(c);
	ok(result == 0 && said.ends == 603 && said.errors[600] == error &&
	    said.error == error && kernel.requests == 540,
	    "%s: not even one is taken", strerror(error));
	ok(strstr(said.reason, "not carried out") != NULL &&
	    strstr(said.reason, "may have been") == NULL,
	    "%s: and it is said that nothing was done", strerror(error));
	c->ops->close(c);
}

/* A channel that breaks: what was not sent is told apart. */
static void
test_broken(void)
{
	struct channel *c = open_channel(be_silent);
	unsigned i;
	int error = 0;

	kernel.send_limit = 5000;
	kernel.send_limit_error = ENOBUFS;
	for (i = 0; i < 100; i++)
		submit_sa(c, SADB_ADD, i + 1, i);
	error = c->ops->finish(c);
	ok(error == ETIMEDOUT && said.ends == 100 && !said.disorder &&
	    said.errors[0] == ETIMEDOUT && said.errors[99] == ETIMEDOUT &&
	    kernel.sends == 1 && kernel.requests < 30 &&
	    strstr(said.reason, "not sent") != NULL,
	    "a channel that breaks: no more is sent, and that is said");
	c->ops->close(c);
}

/* ---- keys ---- */

#define SECRET	0x5ec2e7a5u

#if defined(__has_feature)
#define HAS_ASAN	__has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN	1
#else
#define HAS_ASAN	0
#endif

static const void *watched;		/* by free() */
static bool was_freed;
static unsigned secrets_found;

#if !HAS_ASAN && defined(__GLIBC__)
#define SEES_FREE	true
void __libc_free(void *);

static void
look_for_secrets(const void *memory, size_t len)
{
	const uint8_t *p = memory;
	uint32_t word = SECRET;

	for (; len >= sizeof(word); p++, len--)
		secrets_found += memcmp(p, &word, sizeof(word)) == 0;
}

void
free(void *memory)
{
	if (memory != NULL && memory == watched) {
		was_freed = true;
		look_for_secrets(memory, sizeof(struct xfrm_channel));
	}
	__libc_free(memory);
}
#else
#define SEES_FREE	false
#endif

/* Closes the channel: what is given back must hold no key. */
static void
close_has_no_secrets(struct channel *c, const char *name)
{
	watched = c;
	was_freed = false;
	secrets_found = 0;
	c->ops->close(c);
	if (SEES_FREE)
		ok(was_freed && secrets_found == 0, "keys are wiped: %s (%u "
		    "found)", name, secrets_found);
	else
		printf("ok %d - keys are wiped: %s # SKIP free() cannot be "
		    "watched here\n", ++tests, name);
}

static void
submit_secret(struct channel *c, uint8_t type, uint32_t replay, uint32_t tag)
{
	uint32_t octets[8];
	struct sa sa = { .satype = SADB_SATYPE_ESP, .has_sa = true,
	    .spi = 0x1000 + tag, .encrypt = 12, .replay = replay };
	struct msgbuf m;
	unsigned i;

	for (i = 0; i < 8; i++)
		octets[i] = SECRET;
	sa.src = an_addr(1);
	sa.dst = an_addr(2);
	sa.enc_key = (struct key){ (const uint8_t *)octets, 256, true };
	msg_begin(&m, c->dialect, type, sa.satype);
	sa_encode(&m, &sa);
	channel_request(c, &m, tag);
}

static int
answer_with_secret(int fd, const struct nlmsghdr *request)
{
	_Alignas(8) uint8_t octets[512];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct xfrm_usersa_info info;
	struct xfrm_algo algo = { .alg_name = "cbc(aes)", .alg_key_len = 64 };
	uint32_t key[2] = { SECRET, SECRET };

	memset(&info, 0, sizeof(info));
	info.id.proto = IPPROTO_ESP;
	info.family = AF_INET;
	nl_begin(&b, XFRM_MSG_NEWSA, 0, request->nlmsg_seq, 0);
	nl_bytes(&b, &info, sizeof(info));
	nl_attr(&b, XFRMA_ALG_CRYPT, &algo, sizeof(algo));
	nl_bytes(&b, key, sizeof(key));
	nl_end(&b);
	reply_octets(fd, b.octets, b.len);
	return -1;
}

static void
test_secrets(void)
{
	struct channel *c = open_channel(NULL);
	unsigned i;

	for (i = 0; i < 3; i++)
		submit_secret(c, SADB_ADD, 4, i);
	close_has_no_secrets(c, "requests that were never sent");
	c = open_channel(NULL);
	submit_secret(c, SADB_ADD, 5000, 0);
	c->ops->finish(c);
	ok(said.error == EOPNOTSUPP, "keys: a request is refused");
	close_has_no_secrets(c, "a request that was refused");
	c = open_channel(NULL);
	for (i = 0; i < 160; i++)
		submit_secret(c, SADB_ADD, 4096, i);
	c->ops->finish(c);
	ok(said.ends == 160 && said.error == 0 && kernel.sends == 2,
	    "keys: a batch with too many octets");
	close_has_no_secrets(c, "a batch with too many octets");
	c = open_channel(answer_with_secret);
	submit_secret(c, SADB_GET, 4, 0);
	ok(said.records == 1, "keys: a record");
	close_has_no_secrets(c, "a record");
}

/* ---- records ---- */

static unsigned dump_records, dump_interrupted, dump_changes, dumps;
static unsigned dump_group;
static enum { WHOLE, CUT, DAMAGED, FAILED, STALE, LATE_CHANGE } dump_kind;

static void
reply_sa(int fd, uint32_t seq, uint16_t flags, uint32_t spi)
{
	struct xfrm_usersa_info info;

	memset(&info, 0, sizeof(info));
	info.id.spi = htonl(spi);
	info.id.proto = IPPROTO_ESP;
	info.family = AF_INET;
	memcpy(&info.saddr, an_addr(1).octets, 4);
	memcpy(&info.id.daddr, an_addr(2).octets, 4);
	reply_message(fd, XFRM_MSG_NEWSA, (uint16_t)(NLM_F_MULTI | flags),
	    seq, &info, dump_kind == DAMAGED && spi == 2 ? 100 :
	    sizeof(info));
}

static int
answer_dump(int fd, const struct nlmsghdr *request)
{
	uint32_t seq = request->nlmsg_seq, i;
	int32_t end = dump_kind == FAILED ? -ENOMEM : 0;
	uint16_t flags = 0;

	if (request->nlmsg_type != XFRM_MSG_GETSA)
		return 0;
	dumps++;
	dump_group = kernel.group;
	if (dump_changes > 0) {
		dump_changes--;
		kernel.changes++;
	}
	if (dump_interrupted > 0) {
		dump_interrupted--;
		flags = NLM_F_DUMP_INTR;
	}
	for (i = 1; i <= dump_records; i++) {
		if (dump_kind == STALE)
			reply_sa(fd, seq - 1, 0, 100 + i);
		if (dump_kind == LATE_CHANGE && i == dump_records)
			flags = NLM_F_DUMP_INTR;
		reply_sa(fd, seq, flags, i);
		if (dump_kind == CUT && i == 2)
			queue[(queue_end - 1) % QUEUE].cut = true;
	}
	reply_message(fd, NLMSG_DONE, (uint16_t)(NLM_F_MULTI | flags), seq,
	    &end, sizeof(end));
	return -1;
}

static void
run_dump(struct channel *c, unsigned records, unsigned interrupted, int kind)
{
	uint32_t tag = said.last_tag + 1;

	memset(&said, 0, sizeof(said));
	dump_records = records;
	dump_interrupted = interrupted;
	dump_kind = kind;
	dumps = 0;
	submit_header(c, SADB_DUMP, tag);
}

static void
test_dumps(void)
{
	struct channel *c = open_channel(answer_dump);

	run_dump(c, 3, 0, WHOLE);
	ok(said.records == 3 && said.ends == 1 && said.error == 0,
	    "dump: records and the end");
	ok(said.seqs[0] == 1 && said.seqs[1] == 2 && said.seqs[2] == 0 &&
	    said.pids[0] == (uint32_t)getpid(), "dump: numbers as PF_KEY's");
	run_dump(c, 1, 0, WHOLE);
	ok(said.records == 1 && said.seqs[0] == 0, "dump: one record");
	run_dump(c, 0, 0, WHOLE);
	ok(said.records == 0 && said.error == ENOENT, "dump: of nothing");
	run_dump(c, 3, 2, WHOLE);
	ok(said.records == 3 && said.error == 0 && dumps == 3,
	    "dump: repeated when the table changed");
	run_dump(c, 3, 99, WHOLE);
	ok(said.records == 3 && said.error == EAGAIN && dumps == 3,
	    "dump: not for ever");
	run_dump(c, 30, 0, LATE_CHANGE);
	ok(said.records == 30 && said.error == EAGAIN && dumps == 1 &&
	    said.reason[0] != '\0', "dump: said when it changed later");
	run_dump(c, 3, 0, CUT);
	ok(said.error == EMSGSIZE && said.records == 2, "dump: cut");
	run_dump(c, 3, 0, DAMAGED);
	ok(said.error == EBADMSG && said.records == 2, "dump: damaged");
	run_dump(c, 3, 0, FAILED);
	ok(said.error == ENOMEM && said.records == 3, "dump: failed");
	run_dump(c, 3, 0, STALE);
	ok(said.error == 0 && said.records == 3, "dump: stale records");
	run_dump(c, 1, 0, WHOLE);
	ok(said.error == 0 && said.records == 1, "dump: and in order again");
	c->ops->close(c);
}

/* Others make changes; the socket that listens for them is told. */
static void
test_changes(void)
{
	struct channel *c = open_channel(answer_dump);

	dump_changes = 2;
	run_dump(c, 3, 0, WHOLE);
	ok(said.records == 3 && said.error == 0 && dumps == 3,
	    "changes: a small dump is repeated");
	ok(dump_group == XFRMNLGRP_SA, "changes: of SAs");
	dump_changes = 99;
	run_dump(c, 3, 0, WHOLE);
	ok(said.records == 3 && said.error == EAGAIN && dumps == 3 &&
	    said.seqs[2] == 0 && strcmp(said.reason, CHANGED_MEANWHILE) == 0,
	    "changes: then it is said");
	dump_changes = 99;
	run_dump(c, 30, 0, WHOLE);
	ok(said.records == 30 && said.error == EAGAIN && dumps == 1,
	    "changes: of a large dump it is only said");
	dump_changes = 1;
	run_dump(c, 1, 0, WHOLE);
	ok(said.records == 1 && said.error == 0 && dumps == 1,
	    "changes: a dump of one datagram is of one moment");
	dump_changes = 0;
	run_dump(c, 30, 0, WHOLE);
	ok(said.records == 30 && said.error == 0,
	    "changes: nothing is left of earlier ones");
	submit_header(c, SADB_X_SPDDUMP, 7);
	ok(kernel.group == XFRMNLGRP_POLICY, "changes: of policies");
	c->ops->close(c);
}

static int
answer_get(int fd, const struct nlmsghdr *request)
{
	if (request->nlmsg_type == XFRM_MSG_NEWSA)
		return 0;
	if (request->nlmsg_seq % 2 == 0) {
		reply_error(fd, request, ESRCH, "no such SA");
		return -1;
	}
	reply_sa(fd, request->nlmsg_seq, 0, 5);
	return -1;
}

static void
test_get(void)
{
	struct channel *c = open_channel(answer_get);

	dump_kind = WHOLE;
	submit_sa(c, SADB_GET, 5, 0);
	ok(said.records == 1 && said.ends == 1 && said.error == 0 &&
	    said.seqs[0] == 1, "get: the record");
	submit_sa(c, SADB_GET, 5, 1);
	ok(said.records == 1 && said.ends == 2 && said.error == ESRCH &&
	    strcmp(said.reason, "no such SA") == 0, "get: refused");
	submit_sa(c, SADB_ADD, 5, 2);
	submit_sa(c, SADB_ADD, 5, 3);
	ok(said.ends == 2, "get: requests before it wait");
	submit_sa(c, SADB_GET, 5, 4);
	ok(said.ends == 5 && !said.disorder && said.records == 2,
	    "get: they are sent first");
	c->ops->close(c);
}

static unsigned deleted;

static int
answer_delete_all(int fd, const struct nlmsghdr *request)
{
	if (request->nlmsg_type == XFRM_MSG_DELSA)
		return ++deleted % 3 == 0 ? ESRCH : deleted == 299 ? EPERM : 0;
	return answer_dump(fd, request);
}

static void
test_delete_all(void)
{
	struct channel *c = open_channel(answer_delete_all);

	deleted = 0;
	dump_kind = WHOLE;
	dump_interrupted = 0;
	dump_records = 200;
	submit_sa(c, SADB_DELETE, 0, 0);
	ok(deleted == 200 && said.ends == 1 && said.error == 0,
	    "deleteall: what is gone already is no failure");
	deleted = 0;
	dump_records = 600;
	submit_sa(c, SADB_DELETE, 0, 1);
	ok(deleted == 600 && said.ends == 2 && said.error == EPERM,
	    "deleteall: a failure does not stop it");
	dump_records = 0;
	submit_sa(c, SADB_DELETE, 0, 2);
	ok(deleted == 600 && said.ends == 3 && said.error == 0,
	    "deleteall: of nothing");
	deleted = dumps = 0;
	dump_records = 30;
	dump_changes = 2;
	submit_sa(c, SADB_DELETE, 0, 3);
	ok(deleted == 90 && dumps == 3 && said.error == 0,
	    "deleteall: again when SAs changed meanwhile");
	dump_changes = 99;
	submit_sa(c, SADB_DELETE, 0, 4);
	ok(dumps == 6 && said.error == EAGAIN && said.reason[0] != '\0',
	    "deleteall: not for ever");
	dump_changes = 0;
	c->ops->close(c);
}

/* What does not fit any more asks for no acknowledgement: the one before. */
static void
test_delete_all_small(void)
{
	struct channel *c;

	c = open_channel(NULL);
	c->ops->close(c);
	kernel.on_request = NULL;
	kernel.send_buffer = 4650;
	c = xfrm_open();
	if (c == NULL)
		abort();
	c->reply = on_reply;
	kernel.on_request = answer_delete_all;
	deleted = 0;
	dump_records = 120;
	submit_sa(c, SADB_DELETE, 0, 0);
	ok(deleted == 120 && said.ends == 1 && said.error == 0 &&
	    kernel.longest_send <= 4650 - 32,
	    "deleteall: a small send buffer");
	c->ops->close(c);
}

/* A kernel that keeps the device, or one that does not. */
static bool keeps_device;

static int
answer_offload(int fd, const struct nlmsghdr *request)
{
	struct {
		struct xfrm_usersa_info info;
		struct nlattr attr;
		struct xfrm_user_offload offload;
	} body;

	if (request->nlmsg_type == XFRM_MSG_NEWSA ||
	    request->nlmsg_type == XFRM_MSG_UPDSA)
		return spi_of(request) == 9 ? EEXIST : 0;
	memset(&body, 0, sizeof(body));
	body.info.id.proto = IPPROTO_ESP;
	body.info.family = AF_INET;
	body.attr.nla_len = sizeof(body.attr) + sizeof(body.offload);
	body.attr.nla_type = XFRMA_OFFLOAD_DEV;
	body.offload.ifindex = 1;
	reply_message(fd, XFRM_MSG_NEWSA, 0, request->nlmsg_seq, &body,
	    keeps_device ? offsetof(__typeof__(body), offload) +
	    sizeof(body.offload) : sizeof(body.info));
	return -1;
}

static int
submit_offload(struct channel *channel, uint8_t type, uint32_t spi,
    uint32_t tag)
{
	struct sa sa = { .satype = SADB_SATYPE_ESP, .has_sa = true,
	    .spi = spi, .encrypt = 11, .hwif = "lo" };
	struct msgbuf m;

	sa.src = an_addr(1);
	sa.dst = an_addr(2);
	msg_begin(&m, channel->dialect, type, sa.satype);
	sa_encode(&m, &sa);
	return channel_request(channel, &m, tag);
}

static void
test_offload(void)
{
	struct channel *c = open_channel(answer_offload);

	keeps_device = true;
	submit_offload(c, SADB_ADD, 1, 0);
	ok(said.ends == 1 && said.error == 0 && said.reason[0] == '\0',
	    "offload: done");
	keeps_device = false;
	submit_offload(c, SADB_ADD, 2, 1);
	ok(said.ends == 2 && said.error == 0 && said.reason[0] != '\0',
	    "offload: not done, and it is said");
	submit_offload(c, SADB_ADD, 9, 2);
	ok(said.ends == 3 && said.error == EEXIST && said.records == 0,
	    "offload: refused");
	submit_offload(c, SADB_UPDATE, 2, 3);
	ok(said.ends == 4 && said.error == 0 && said.reason[0] != '\0',
	    "offload: update");
	c->ops->close(c);
}

/* The same for policies, which only kernels since 6.2 can offload. */
static int
answer_policy_offload(int fd, const struct nlmsghdr *request)
{
	struct {
		struct xfrm_userpolicy_info info;
		struct nlattr attr;
		struct xfrm_user_offload offload;
	} body;
	struct xfrm_userpolicy_id id;

	if (request->nlmsg_type != XFRM_MSG_GETPOLICY)
		return 0;
	memcpy(&id, (const uint8_t *)request + NLMSG_HDRLEN, sizeof(id));
	if (id.index != 0 || id.dir != 1 || id.sel.family != AF_INET)
		return EINVAL;
	memset(&body, 0, sizeof(body));
	body.info.sel.family = AF_INET;
	body.attr.nla_len = sizeof(body.attr) + sizeof(body.offload);
	body.attr.nla_type = XFRMA_OFFLOAD_DEV;
	body.offload.ifindex = 1;
	reply_message(fd, XFRM_MSG_NEWPOLICY, 0, request->nlmsg_seq, &body,
	    keeps_device ? offsetof(__typeof__(body), offload) +
	    sizeof(body.offload) : sizeof(body.info));
	return -1;
}

static int
submit_policy_offload(struct channel *channel, uint8_t type, uint32_t tag)
{
	struct policy p = { .dir = IPSEC_DIR_OUTBOUND, .upper = 255,
	    .action = IPSEC_POLICY_NONE, .hwif = "lo" };
	struct msgbuf m;

	p.src = an_addr(1);
	p.dst = an_addr(2);
	msg_begin(&m, channel->dialect, type, 0);
	policy_encode(&m, &p);
	return channel_request(channel, &m, tag);
}

static void
test_policy_offload(void)
{
	struct channel *c = open_channel(answer_policy_offload);

	keeps_device = true;
	submit_policy_offload(c, SADB_X_SPDADD, 0);
	ok(said.ends == 1 && said.error == 0 && said.reason[0] == '\0',
	    "offload of a policy: done");
	keeps_device = false;
	submit_policy_offload(c, SADB_X_SPDADD, 1);
	ok(said.ends == 2 && said.error == 0 && said.reason[0] != '\0',
	    "offload of a policy: not done, and it is said");
	submit_policy_offload(c, SADB_X_SPDUPDATE, 2);
	ok(said.ends == 3 && said.error == 0 && said.reason[0] != '\0' &&
	    !said.disorder, "offload of a policy, spdupdate: the same");
	c->ops->close(c);
}

/* The answer to what is asked before a request comes late. */
static int
answer_late(int fd, const struct nlmsghdr *request)
{
	if (request->nlmsg_type != XFRM_MSG_GETSA)
		return 0;
	reply_fails(fd, ENOBUFS);
	reply_error(fd, request, ESRCH, NULL);
	return -1;
}

static int
answer_unmarked(int fd, const struct nlmsghdr *request)
{
	if (request->nlmsg_type != XFRM_MSG_GETSA)
		return 0;
	reply_sa(fd, request->nlmsg_seq, 0, 1);
	return -1;
}

static int
answer_none(int fd, const struct nlmsghdr *request)
{
	(void)fd;
	return request->nlmsg_type == XFRM_MSG_GETSA ? ESRCH : 0;
}

static void
submit_marked(struct channel *channel, uint32_t tag)
{
	struct sa sa = { .satype = SADB_SATYPE_ESP, .has_sa = true,
	    .spi = 1, .mark = { true, 1, 3 } };
	struct msgbuf m;

	sa.src = an_addr(1);
	sa.dst = an_addr(2);
	msg_begin(&m, channel->dialect, SADB_DELETE, sa.satype);
	sa_encode(&m, &sa);
	channel_request(channel, &m, tag);
}

static void
test_marks(void)
{
	struct channel *c = open_channel(answer_late);

	submit_marked(c, 0);
	ok(said.ends == 1 && said.error == ENOBUFS && kernel.requests == 1 &&
	    strstr(said.reason, "not touched") != NULL,
	    "marks: nothing is deleted where the kernel could not be asked");
	submit_sa(c, SADB_ADD, 1, 1);
	c->ops->finish(c);
	ok(said.ends == 2 && said.error == 0,
	    "marks: a late answer is not the next request's");
	kernel.on_request = answer_unmarked;
	submit_marked(c, 2);
	ok(said.ends == 3 && said.error == EOPNOTSUPP && kernel.requests == 3,
	    "marks: another's SA is not deleted");
	kernel.on_request = answer_none;
	submit_sa(c, SADB_ADD, 1, 3);
	submit_marked(c, 4);
	ok(said.ends == 5 && !said.disorder && said.errors[3] == 0 &&
	    said.error == 0 && kernel.requests == 6,
	    "marks: where there is none the kernel says the rest");
	c->ops->close(c);

	c = open_channel(answer_late);
	submit_offload(c, SADB_ADD, 1, 0);
	ok(said.ends == 1 && said.error == 0 &&
	    strstr(said.reason, "did not tell") != NULL,
	    "offload: the kernel could not be asked");
	c->ops->close(c);
}

static uint32_t reqids_seen[8];
static unsigned reqids, policy_dumps;

static int
answer_unique(int fd, const struct nlmsghdr *request)
{
	struct {
		struct xfrm_userpolicy_info info;
		struct nlattr attr;
		struct xfrm_user_tmpl tmpl;
	} body;
	int32_t end = 0;

	if (request->nlmsg_type == XFRM_MSG_NEWPOLICY) {
		memcpy(&body, (const uint8_t *)request + NLMSG_HDRLEN,
		    sizeof(body));
		reqids_seen[reqids++ % 8] = body.tmpl.reqid;
		return 0;
	}
	policy_dumps++;
	memset(&body, 0, sizeof(body));
	body.info.sel.family = AF_INET;
	body.attr.nla_len = sizeof(body.attr) + sizeof(body.tmpl);
	body.attr.nla_type = XFRMA_TMPL;
	body.tmpl.reqid = 0x4005;
	reply_message(fd, XFRM_MSG_NEWPOLICY, NLM_F_MULTI, request->nlmsg_seq,
	    &body, offsetof(__typeof__(body), tmpl) + sizeof(body.tmpl));
	reply_message(fd, NLMSG_DONE, NLM_F_MULTI, request->nlmsg_seq, &end,
	    sizeof(end));
	return -1;
}

static void
test_unique(void)
{
	struct channel *c = open_channel(answer_unique);

	submit_policy(c, 5, 0);
	submit_policy(c, 0, 1);
	submit_policy(c, 0, 2);
	submit_policy(c, 0x4008, 3);
	submit_policy(c, 0, 4);
	c->ops->finish(c);
	ok(said.ends == 5 && !said.disorder && said.error == 0 && reqids == 5,
	    "unique: all are made");
	ok(policy_dumps == 1 && reqids_seen[0] == 5 && reqids_seen[1] ==
	    0x4006 && reqids_seen[2] == 0x4007 && reqids_seen[3] == 0x4008,
	    "unique: numbers that no policy has");
	ok(reqids_seen[4] == 0x4009, "unique: nor one of the same file");
	submit_policy(c, 0, 5);
	c->ops->finish(c);
	ok(policy_dumps == 2 && reqids_seen[5] == 0x4006,
	    "unique: meanwhile others may have taken some");
	c->ops->close(c);
}

/* ---- events ---- */

static int event_fd = -1;

/* The kernel tells of a change before it acknowledges the request. */
static int
with_events(int fd, const struct nlmsghdr *request)
{
	uint8_t octets[300];
	struct nlmsghdr header = *request;

	if (request->nlmsg_type != XFRM_MSG_NEWSA)
		return 0;
	reply_error(fd, request, 0, NULL);
	/* Somebody else's, then our own, of another channel and of this. */
	memcpy(octets, request, NLMSG_HDRLEN + 224);
	header.nlmsg_len = NLMSG_HDRLEN + 224;
	header.nlmsg_pid = 1;
	memcpy(octets, &header, sizeof(header));
	reply_octets(event_fd, octets, header.nlmsg_len);
	header.nlmsg_pid = (uint32_t)getpid();
	header.nlmsg_seq--;
	memcpy(octets, &header, sizeof(header));
	reply_octets(event_fd, octets, header.nlmsg_len);
	header.nlmsg_seq++;
	memcpy(octets, &header, sizeof(header));
	reply_octets(event_fd, octets, header.nlmsg_len);
	return -1;
}

static void
test_trace(void)
{
	struct channel *c = open_channel(with_events);
	unsigned i;

	c->trace = on_trace;
	c->ops->watch(c);
	/* The event socket is the one after the channel's own. */
	event_fd = dup(STDIN_FILENO) - 1;
	close(event_fd + 1);
	submit_sa(c, SADB_ADD, 1, 0);
	ok(said.ends == 1, "trace: answered at once");
	ok(said.traced == 3 && said.trace_types[0] == SADB_ADD + 128 &&
	    said.trace_types[1] == SADB_ADD && said.trace_types[2] == SADB_ADD,
	    "trace: the request, a stranger's event, our own");
	submit_header(c, SADB_FLUSH, 1);
	ok(said.traced == 5 && said.trace_types[3] == SADB_FLUSH + 128 &&
	    said.trace_types[4] == SADB_FLUSH && said.trace_errors[4] == 0 &&
	    said.trace_seqs[4] == said.trace_seqs[3],
	    "trace: an echo where there is no event");
	kernel.on_request = refuse_all;
	submit_sa(c, SADB_ADD, 1, 2);
	ok(said.traced == 7 && said.trace_types[6] == SADB_ADD &&
	    said.trace_errors[6] == EEXIST, "trace: a refusal");
	for (i = 0; i < 3; i++)
		said.trace_types[i] = 0;
	c->ops->close(c);
}

static void
test_watch(void)
{
	struct channel *c = open_channel(NULL);
	struct xfrm_usersa_flush flush = { IPPROTO_ESP };
	unsigned lost;
	int n;

	c->trace = on_trace;
	ok(c->ops->watch(c) == 0, "watch");
	event_fd = dup(STDIN_FILENO) - 1;
	close(event_fd + 1);
	n = c->ops->next_event(c, 10, &lost);
	ok(n == 0 && lost == 0, "watch: nothing yet");
	reply_message(event_fd, XFRM_MSG_FLUSHSA, 0, 5, &flush, 1);
	reply_message(event_fd, XFRM_MSG_FLUSHSA, 0, 6, &flush, 1);
	n = c->ops->next_event(c, 10, &lost);
	ok(n == 2 && lost == 0 && said.traced == 2 &&
	    said.trace_types[0] == SADB_FLUSH && said.trace_seqs[1] == 6,
	    "watch: two events");
	reply_fails(event_fd, ENOBUFS);
	reply_message(event_fd, XFRM_MSG_FLUSHSA, 0, 7, &flush, 1);
	n = c->ops->next_event(c, 10, &lost);
	ok(n == 1 && lost == UINT_MAX, "watch: lost events are told");
	reply_message(event_fd, XFRM_MSG_NEWSA, 0, 7, &flush, 1);
	reply_octets(event_fd, "\377\377\0\0", 4);
	n = c->ops->next_event(c, 10, &lost);
	ok(n == 0, "watch: malformed events");
	c->ops->close(c);
}

/* ---- opening ---- */

static int
refuse_permission(int fd, const struct nlmsghdr *request)
{
	(void)fd;
	(void)request;
	return EPERM;
}

static int
refuse_32_bits(int fd, const struct nlmsghdr *request)
{
	(void)fd;
	(void)request;
	return EOPNOTSUPP;
}

static int
open_error(const char *name, int socket_error,
    int (*on_request)(int, const struct nlmsghdr *))
{
	struct channel *c;

	memset(&kernel, 0, sizeof(kernel));
	kernel.socket_error = socket_error;
	kernel.on_request = on_request;
	queue_first = queue_end = 0;
	errno = 0;
	c = channel_open(name);
	if (c == NULL)
		return errno;
	c->ops->close(c);
	return 0;
}

/* The name of the channel that auto is, beside PF_KEY. */
static const char *
auto_is(int socket_error, int (*on_request)(int, const struct nlmsghdr *))
{
	struct channel *c;
	const char *name;

	memset(&kernel, 0, sizeof(kernel));
	kernel.has_pfkey = true;
	kernel.socket_error = socket_error;
	kernel.on_request = on_request;
	queue_first = queue_end = 0;
	c = channel_open("auto");
	if (c == NULL)
		return strerror(errno);
	name = c->ops->name;
	c->ops->close(c);
	return name;
}

static void
test_auto(void)
{
	ok(strcmp(auto_is(0, NULL), "xfrm") == 0,
	    "auto: NETLINK_XFRM where there are both");
	ok(strcmp(auto_is(EAFNOSUPPORT, NULL), "pfkey") == 0 &&
	    strcmp(auto_is(EPROTONOSUPPORT, NULL), "pfkey") == 0,
	    "auto: PF_KEY where there is no NETLINK_XFRM");
	ok(strcmp(auto_is(0, refuse_32_bits), "pfkey") == 0,
	    "auto: PF_KEY for a 32-bit program");
	ok(strcmp(auto_is(EMFILE, NULL), strerror(EMFILE)) == 0 &&
	    strcmp(auto_is(0, refuse_permission), strerror(EPERM)) == 0,
	    "auto: not PF_KEY because NETLINK_XFRM failed");
}

static void
test_open(void)
{
	ok(open_error("xfrm", EPROTONOSUPPORT, NULL) == EPROTONOSUPPORT,
	    "open: no NETLINK_XFRM");
	ok(open_error("xfrm", 0, refuse_permission) == EPERM,
	    "open: not permitted");
	ok(open_error("auto", 0, refuse_permission) == EPERM,
	    "open auto: not permitted");
	ok(open_error("auto", 0, refuse_32_bits) == EOPNOTSUPP,
	    "open auto: a 32-bit program");
	ok(open_error("auto", EPROTONOSUPPORT, NULL) == EAFNOSUPPORT,
	    "open auto: neither");
	ok(open_error("pfkey", 0, NULL) == EAFNOSUPPORT,
	    "open pfkey: no PF_KEY");
	ok(open_error("auto", 0, NULL) == 0, "open auto");
	ok(open_error("carrier pigeon", 0, NULL) == EINVAL,
	    "open: an unknown channel");
	ok(open_error("xfrm", 0, be_silent) == ETIMEDOUT, "open: silence");
}

/* ---- what PF_KEY cannot carry ---- */

/* The reason that PF_KEY cannot carry a request, or NULL. */
static const char *
cannot(struct msgbuf *m, struct pfkey_limit *limit)
{
	struct view view;

	if (view_init(&view, m->dialect, m->space, msg_end(m)) != VIEW_OK)
		abort();
	return pfkey_cannot(&view, limit) ? limit->reason : NULL;
}

static const char *
cannot_sa(const struct sa *sa, enum field *field)
{
	struct pfkey_limit limit = { .field = FIELDS };
	struct msgbuf m;
	const char *reason;

	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_ADD, sa->satype);
	sa_encode(&m, sa);
	reason = cannot(&m, &limit);
	*field = limit.field;
	return reason;
}

static bool
can(const struct sa *sa)
{
	enum field field;

	return cannot_sa(sa, &field) == NULL;
}

static bool
cannot_at(const struct sa *sa, enum field wanted)
{
	enum field field;

	return cannot_sa(sa, &field) != NULL && field == wanted;
}

/* The rule, of two, that PF_KEY cannot carry; -1: it can carry the policy. */
static int
bad_rule(uint8_t mode, uint32_t reqid)
{
	struct policy p = { .dir = IPSEC_DIR_OUTBOUND, .nrules = 2,
	    .action = IPSEC_POLICY_IPSEC, .upper = IPSEC_ULPROTO_ANY };
	struct pfkey_limit limit;
	struct msgbuf m;

	p.src = p.rules[1].src = an_addr(1);
	p.dst = p.rules[1].dst = an_addr(2);
	p.rules[0].proto = p.rules[1].proto = 50;
	p.rules[0].mode = IPSEC_MODE_TRANSPORT;
	p.rules[0].level = IPSEC_LEVEL_REQUIRE;
	p.rules[1].mode = mode;
	p.rules[1].level = IPSEC_LEVEL_UNIQUE;
	p.rules[1].reqid = reqid;
	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_X_SPDADD, 0);
	policy_encode(&m, &p);
	return cannot(&m, &limit) == NULL ? -1 : limit.rule;
}

static void
test_pfkey_cannot_rule(void)
{
	ok(bad_rule(IPSEC_MODE_TRANSPORT, 0) == -1 &&
	    bad_rule(IPSEC_MODE_TUNNEL, 16383) == -1, "PF_KEY can: unique");
	ok(bad_rule(IPSEC_MODE_TUNNEL, 16384) == 1,
	    "PF_KEY cannot: a high unique number, in the second rule");
	ok(bad_rule(IPSEC_MODE_BEET, 1) == 1,
	    "PF_KEY cannot: the addresses of a beet rule");
}

static void
test_pfkey_cannot(void)
{
	struct sa plain = { .satype = SADB_SATYPE_ESP, .has_sa = true,
	    .spi = 0x1001, .encrypt = 12, .auth = 3, .replay = 32 }, sa;
	const char *reason;
	enum field field;

	plain.src = an_addr(1);
	plain.dst = an_addr(2);
	ok(can(&plain), "PF_KEY can: a plain SA");
	sa = plain;
	sa.auth = 129;
	ok(can(&sa), "PF_KEY can: hmac-sha2-256-96");
	sa = plain;
	sa.satype = SADB_X_SATYPE_IPCOMP;
	sa.encrypt = 2;
	ok(can(&sa), "PF_KEY can: IPComp");
	sa = plain;
	sa.encrypt = 20;
	ok(cannot_at(&sa, F_ENC), "PF_KEY cannot: AEAD");
	sa = plain;
	sa.auth = 5;
	ok((reason = cannot_sa(&sa, &field)) != NULL &&
	    strstr(reason, "128") != NULL && field == F_AUTH,
	    "PF_KEY cannot: hmac-sha2-256");
	sa = plain;
	sa.auth = 128;
	ok(cannot_at(&sa, F_AUTH), "PF_KEY cannot: aes-cmac");
	sa = plain;
	sa.replay = 33;
	ok(cannot_at(&sa, F_REPLAY), "PF_KEY cannot: a wide window");
	sa = plain;
	sa.flags = SADB_X_SAFLAGS_ESN;
	ok(cannot_at(&sa, F_ESN), "PF_KEY cannot: ESN");
	sa = plain;
	sa.hwif = "eth0";
	ok(cannot_at(&sa, F_HWIF), "PF_KEY cannot: offload");
	sa = plain;
	sa.mark.given = true;
	ok(cannot_at(&sa, F_MARK), "PF_KEY cannot: a mark");
	sa = plain;
	sa.if_id = 1;
	ok(cannot_at(&sa, F_IF_ID), "PF_KEY cannot: an XFRM interface");
}

/* ---- what is said of refusals ---- */

static const char *
refusal_text(const struct command *cmd, uint8_t type, int error)
{
	return ipsec_refusal(&dialects[DIALECT_LINUX], cmd, type, error,
	    NULL).text;
}

static bool
refused_at(const struct command *cmd, uint8_t type, int error, uint32_t begin)
{
	return ipsec_refusal(&dialects[DIALECT_LINUX], cmd, type,
	    error, NULL).at.begin == begin;
}

/* The kernel's own words, where it has some. */
static void
test_words(void)
{
	struct command cmd = { .op = OP_ADD };
	char buf[MODULES_TEXT];
	struct refusal r;

	cmd.sa.satype = SADB_SATYPE_ESP;
	cmd.at[F_VERB] = (struct loc){ 1, 2 };
	cmd.at[F_ENC] = (struct loc){ 3, 4 };
	cmd.enc = algorithm_named(ALG_ENC, "aes-cbc", 7);
	cmd.at[F_AUTH] = (struct loc){ 5, 6 };
	cmd.auth = algorithm_named(ALG_AUTH, "hmac-sha1", 9);
	r = ipsec_refusal(&dialects[DIALECT_LINUX], &cmd, SADB_ADD, ENOSYS,
	    "Requested AUTH_TRUNC algorithm not found");
	ok(r.at.begin == 5 && strcmp(ipsec_modules(&r, &cmd, ENOSYS, buf),
	    "crypto-hmac crypto-sha1") == 0, "words: of authentication");
	r = ipsec_refusal(&dialects[DIALECT_LINUX], &cmd, SADB_ADD, ENOSYS,
	    "Requested CRYPT algorithm not found");
	ok(r.at.begin == 3 && strcmp(ipsec_modules(&r, &cmd, ENOSYS, buf),
	    "crypto-cbc crypto-aes") == 0, "words: of encryption");
	r = ipsec_refusal(&dialects[DIALECT_LINUX], &cmd, SADB_ADD, ENOSYS,
	    NULL);
	ok(r.at.begin == 3 && strcmp(ipsec_modules(&r, &cmd, ENOSYS, buf),
	    "crypto-cbc crypto-aes crypto-hmac crypto-sha1") == 0,
	    "words: none, so it may be either");
	ok(ipsec_modules(&r, &cmd, EINVAL, buf) == NULL,
	    "words: no module for another error");
	cmd.at[F_HWIF] = (struct loc){ 7, 8 };
	cmd.at[F_ESN] = (struct loc){ 9, 10 };
	r = ipsec_refusal(&dialects[DIALECT_LINUX], &cmd, SADB_ADD, EINVAL,
	    "ESN replay window must be > 0");
	ok(r.at.begin == 9 && r.hint == NULL,
	    "words: of another part than was supposed");
	r = ipsec_refusal(&dialects[DIALECT_LINUX], &cmd, SADB_ADD, EINVAL,
	    "Template count must be <= XFRM_MAX_DEPTH (6)");
	ok(r.at.begin == 7, "words: of what was not given");
}

static void
test_refusals(void)
{
	struct command cmd = { .op = OP_ADD };
	struct refusal r;

	cmd.sa.satype = SADB_SATYPE_ESP;
	cmd.at[F_VERB] = (struct loc){ 1, 2 };
	cmd.at[F_PROTO] = (struct loc){ 3, 4 };
	ok(refused_at(&cmd, SADB_ADD, EINVAL, 1) &&
	    refused_at(&cmd, SADB_UPDATE, EPROTONOSUPPORT, 3),
	    "refusals: update as add");
	ok(strcmp(refusal_text(&cmd, SADB_UPDATE, EINVAL),
	    refusal_text(&cmd, SADB_ADD, EINVAL)) == 0,
	    "refusals: update in the words of add");
	ok(strcmp(refusal_text(&cmd, SADB_UPDATE, EEXIST),
	    refusal_text(&cmd, SADB_ADD, EEXIST)) != 0,
	    "refusals: but no update since there is such an SA");
	ok(strstr(refusal_text(&cmd, SADB_UPDATE, ESRCH), "no such SA") !=
	    NULL, "refusals: update of nothing");
	cmd.at[F_HWIF] = (struct loc){ 5, 6 };
	r = ipsec_refusal(&dialects[DIALECT_LINUX], &cmd, SADB_ADD, EINVAL,
	    NULL);
	ok(r.at.begin == 5 && r.hint != NULL &&
	    strstr(r.hint, "esp4_offload") != NULL,
	    "refusals: an offload device");
	cmd.sa.natt.given = true;
	r = ipsec_refusal(&dialects[DIALECT_LINUX], &cmd, SADB_ADD, EINVAL,
	    NULL);
	ok(r.at.begin == 5 && r.hint == NULL,
	    "refusals: an offload device and UDP");
	ok(refused_at(&cmd, SADB_UPDATE, ENODEV, 5) &&
	    refused_at(&cmd, SADB_X_SPDADD, ENODEV, 5) &&
	    refused_at(&cmd, SADB_X_SPDUPDATE, ENODEV, 5),
	    "refusals: no such device, SAs and policies");
	ok(refused_at(&cmd, SADB_X_SPDADD, EINVAL, 5),
	    "refusals: a policy's offload device");
}

int
main(void)
{
	test_refusals();
	test_words();
	test_batches();
	test_refused_early();
	test_lost_answers();
	test_strange_answers();
	test_small_buffer();
	test_small_send_buffer();
	test_reluctant_kernel(EMSGSIZE);
	test_reluctant_kernel(ENOBUFS);
	test_broken();
	test_secrets();
	test_dumps();
	test_changes();
	test_get();
	test_delete_all();
	test_delete_all_small();
	test_offload();
	test_policy_offload();
	test_marks();
	test_unique();
	test_trace();
	test_watch();
	test_open();
	test_auto();
	test_pfkey_cannot();
	test_pfkey_cannot_rule();
	return done();
}

#else /* !__linux__ */

#include <stdio.h>

int
main(void)
{
	printf("1..0 # SKIP NETLINK_XFRM is Linux's\n");
	return 0;
}

#endif
