/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The NETLINK_XFRM channel, whole, against a kernel that says anything: its
 * loops must end, and every request must end once, in order, whatever comes.
 *
 * The input: how the kernel sends and how many requests are made; a byte for
 * each of them; then what recvmsg() finds, each with a head of four octets:
 * what it is, a distance from the number of the last request, and a length.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#ifdef __linux__
#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "channel.h"
#include "xfrm.h"

static struct {
	const uint8_t *data;
	size_t len;
	bool probed;			/* the first answer is a good one */
	uint8_t reluctance;		/* to take what is sent */
	uint32_t seq;			/* of the last request */
} kernel;

/* The first octet of a head. */
enum { FAILS = 1, CUT = 2, STRANGER = 4, NUMBERED = 8 };

/* ---- these come before libc's ---- */

int
socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	return dup(STDERR_FILENO);
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
	(void)fd;
	(void)level;
	(void)name;
	(void)value;
	(void)len;
	return 0;
}

int
getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int octets = 212992;

	(void)fd;
	(void)level;
	(void)name;
	if (*len == sizeof(octets))
		memcpy(value, &octets, sizeof(octets));
	else
		memset(value, 0, *len);
	return 0;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	(void)fds;
	(void)n;
	(void)timeout;
	return kernel.len > 0;
}

ssize_t
sendto(int fd, const void *octets, size_t len, int flags,
    const struct sockaddr *to, socklen_t tolen)
{
	const struct nlmsghdr *header;
	size_t offset = 0;

	(void)fd;
	(void)flags;
	(void)to;
	(void)tolen;
	if ((kernel.reluctance & 1) && len > 1000) {
		errno = kernel.reluctance & 2 ? ENOBUFS : EMSGSIZE;
		return -1;
	}
	while ((header = nl_next(octets, len, &offset)) != NULL)
		kernel.seq = header->nlmsg_seq;
	must(offset == len, "what is sent is well-formed");
	return (ssize_t)len;
}

static ssize_t
fail(int error)
{
	errno = error;
	return -1;
}

/* The answer to the probe that opens a channel. */
static ssize_t
answer_probe(struct msghdr *msg)
{
	struct nlmsghdr header = { .nlmsg_len = sizeof(header),
	    .nlmsg_type = XFRM_MSG_NEWSADINFO };

	kernel.probed = true;
	memcpy(msg->msg_iov[0].iov_base, &header, sizeof(header));
	return sizeof(header);
}

static const uint8_t *
take(size_t n)
{
	const uint8_t *p = kernel.data;

	if (kernel.len < n) {
		kernel.len = 0;
		return NULL;
	}
	kernel.data += n;
	kernel.len -= n;
	return p;
}

ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	static const int errors[] = { ENOBUFS, EINTR, ECONNRESET, EAGAIN };
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	const uint8_t *head, *body;
	struct nlmsghdr header;
	size_t len;

	(void)fd;
	(void)flags;
	msg->msg_namelen = sizeof(from);
	memcpy(msg->msg_name, &from, sizeof(from));
	if (!kernel.probed)
		return answer_probe(msg);
	head = take(4);
	if (head == NULL)
		return fail(EAGAIN);
	if (head[0] & FAILS)
		return fail(errors[head[1] % 4]);
	len = (size_t)head[2] | (size_t)head[3] << 8;
	body = take(len);
	if (body == NULL)
		return fail(EAGAIN);
	from.nl_pid = head[0] & STRANGER ? 77 : 0;
	memcpy(msg->msg_name, &from, sizeof(from));
	if ((head[0] & CUT) || len > msg->msg_iov[0].iov_len) {
		msg->msg_flags = MSG_TRUNC;
		if (len > msg->msg_iov[0].iov_len)
			len = msg->msg_iov[0].iov_len;
	}
	memcpy(msg->msg_iov[0].iov_base, body, len);
	if ((head[0] & NUMBERED) && len >= sizeof(header)) {
		memcpy(&header, body, sizeof(header));
		header.nlmsg_seq = kernel.seq + (uint32_t)(int8_t)head[1];
		memcpy(msg->msg_iov[0].iov_base, &header, sizeof(header));
	}
	return (ssize_t)len;
}

/* ---- what the channel says ---- */

static struct {
	uint32_t requests, ends;
	struct capture out;
} said;

static void
on_reply(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct print_style style = { .now = 1600000000 };

	(void)ctx;
	must(tag == said.ends, "answers come in order, and once");
	must(tag < said.requests, "answers are to requests");
	if (reply->view != NULL) {
		print_records(&said.out.text, reply->view, &style);
		return;
	}
	must(reply->error >= 0 && reply->error < 4096, "an errno value");
	if (reply->reason != NULL)
		text_escaped(&said.out.text, reply->reason,
		    strlen(reply->reason));
	said.ends++;
}

static void
on_trace(void *ctx, bool sent, const void *msg, size_t len)
{
	struct print_style style = { .now = 1600000000 };

	(void)ctx;
	(void)sent;
	print_raw(&said.out.text, &dialects[DIALECT_LINUX], msg, len, &style);
}

/* ---- requests ---- */

static struct addr
an_addr(uint8_t last)
{
	struct addr a = { .family = 4, .prefix = 32,
	    .octets = { 192, 0, 2, last } };

	return a;
}

static int
submit(struct channel *c, struct msgbuf *m)
{
	must(msg_end(m) != 0, "a request");
	return channel_request(c, m, said.requests++);
}

static int
submit_header(struct channel *c, uint8_t type)
{
	struct msgbuf m;

	msg_begin(&m, c->dialect, type, SADB_SATYPE_UNSPEC);
	return submit(c, &m);
}

static int
submit_sa(struct channel *c, uint8_t type, uint32_t spi, const char *hwif)
{
	static const uint8_t octets[16];
	struct sa sa = { .satype = SADB_SATYPE_ESP, .has_sa = spi != 0,
	    .spi = spi, .encrypt = 12, .hwif = hwif };
	struct msgbuf m;

	sa.src = an_addr(1);
	sa.dst = an_addr(2);
	sa.enc_key = (struct key){ octets, 128, true };
	msg_begin(&m, c->dialect, type, sa.satype);
	sa_encode(&m, &sa);
	return submit(c, &m);
}

static int
submit_policy(struct channel *c, uint8_t type, const char *hwif)
{
	struct policy p = { .dir = IPSEC_DIR_OUTBOUND, .upper = 255, .id = 1,
	    .action = IPSEC_POLICY_IPSEC, .nrules = 1, .hwif = hwif };
	struct msgbuf m;

	p.src = an_addr(1);
	p.dst = an_addr(2);
	p.rules[0].proto = IPPROTO_ESP;
	p.rules[0].mode = IPSEC_MODE_TRANSPORT;
	p.rules[0].level = IPSEC_LEVEL_UNIQUE;
	msg_begin(&m, c->dialect, type, 0);
	policy_encode(&m, &p);
	return submit(c, &m);
}

static int
look_at_events(struct channel *c)
{
	unsigned lost;
	int n;

	if (c->trace == NULL || c->ops->watch(c) != 0)
		return 0;
	n = c->ops->next_event(c, 0, &lost);
	must(n > -4096, "a number of events or an errno value");
	return 0;
}

/* One request, or another thing that the program does with a channel. */
static int
act(struct channel *c, uint8_t what)
{
	unsigned i;
	int error = 0;

	switch (what % 16) {
	case 0: return submit_sa(c, SADB_ADD, 0x1001, NULL);
	case 1: return submit_sa(c, SADB_UPDATE, 0x1001, NULL);
	case 2: return submit_sa(c, SADB_GET, 0x1001, NULL);
	case 3: return submit_sa(c, SADB_DELETE, 0x1001, NULL);
	case 4: return submit_sa(c, SADB_DELETE, 0, NULL);
	case 5: return submit_sa(c, SADB_ADD, 0x1001, "eth0");
	case 6: return submit_header(c, SADB_DUMP);
	case 7: return submit_header(c, SADB_X_SPDDUMP);
	case 8: return submit_header(c, SADB_FLUSH);
	case 9: return submit_policy(c, SADB_X_SPDADD, NULL);
	case 10: return submit_policy(c, SADB_X_SPDUPDATE, "eth0");
	case 11: return submit_policy(c, SADB_X_SPDGET, NULL);
	case 12:
		for (i = 0; i < 20 && error == 0; i++)
			error = submit_sa(c, SADB_ADD, 0x1001 + i, NULL);
		return error;
	case 13: return c->ops->finish(c);
	case 14: c->trace = c->trace == NULL ? on_trace : NULL; return 0;
	default: return look_at_events(c);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct channel *c;
	unsigned i, actions;

	if (size < 2 || size < 2u + data[1] % 16)
		return 0;
	memset(&said, 0, sizeof(said));
	memset(&kernel, 0, sizeof(kernel));
	actions = data[1] % 16;
	kernel.reluctance = data[0];
	kernel.probed = (data[0] & 4) != 0;	/* the input has the answer */
	kernel.data = data + 2 + actions;
	kernel.len = size - 2 - actions;
	c = xfrm_open();
	if (c == NULL)
		return 0;
	capture_begin(&said.out);
	c->reply = on_reply;
	c->pid = 9;
	for (i = 0; i < actions; i++)
		if (act(c, data[2 + i]) != 0)
			break;
	c->ops->finish(c);
	must(said.ends == said.requests, "every request has an end");
	c->ops->close(c);
	capture_end(&said.out);
	free(said.out.buf);
	return 0;
}

#else

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}

#endif
