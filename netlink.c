/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Netlink without a library.  Lengths that come from outside are checked
 * here, once, before anything is read.
 */
#include "pfkey.h"

#ifdef __linux__

#include <sys/socket.h>
#include <sys/time.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"
#include "platform.h"


/*
 * The kernel answers before its system call returns, so an answer is there
 * already or never comes; the time is for what we do not foresee.
 */

/* By what a message is shorter than the send buffer (netlink_sendmsg()). */
#define SEND_RESERVED	32

/* ---- building ---- */

/* After an overflow what still fits is taken: nl_end() drops it all. */
static inline uint8_t *
take(struct nlbuf *b, size_t n)
{
	uint8_t *p = b->octets + b->len;

	if (n > b->size - b->len) {
		b->overflow = true;
		return NULL;
	}
	b->len += n;
	return p;
}

static inline void
pad(struct nlbuf *b)
{
	size_t n = -b->len % 4;
	uint8_t *p;

	if (n != 0 && (p = take(b, n)) != NULL)
		memset(p, 0, n);
}

/* Completes the open attribute, if there is one, or else what comes before. */
static void
close_attr(struct nlbuf *b)
{
	size_t n = b->len - b->attr;
	uint16_t len = (uint16_t)n;

	if (b->attr != 0) {
		if (n > UINT16_MAX)
			b->overflow = true;
		memcpy(b->octets + b->attr, &len, sizeof(len));
		b->attr = 0;
	}
	pad(b);
}

void
nl_begin(struct nlbuf *b, uint16_t type, uint16_t flags, uint32_t seq,
    uint32_t pid)
{
	struct nlmsghdr header;

	b->overflow = false;
	b->attr = 0;
	b->head = b->len;
	memset(&header, 0, sizeof(header));
	header.nlmsg_type = type;
	header.nlmsg_flags = flags;
	header.nlmsg_seq = seq;
	header.nlmsg_pid = pid;
	nl_bytes(b, &header, sizeof(header));
}

void
nl_bytes(struct nlbuf *b, const void *octets, size_t n)
{
	uint8_t *p = take(b, n);

	if (p != NULL && n != 0)
		memcpy(p, octets, n);
}

void
nl_attr(struct nlbuf *b, uint16_t type, const void *octets, size_t n)
{
	struct nlattr header = { 0, type };
	uint8_t *p;

	close_attr(b);
	p = take(b, sizeof(header) + n);
	if (p == NULL)
		return;
	b->attr = b->len - sizeof(header) - n;
	memcpy(p, &header, sizeof(header));
	if (n != 0)
		memcpy(p + sizeof(header), octets, n);
}

void
nl_drop(struct nlbuf *b)
{
	wipe(b->octets + b->head, b->len - b->head);
	b->len = b->head;
	b->attr = 0;
	b->overflow = false;
}

bool
nl_end(struct nlbuf *b)
{
	uint32_t len;

	close_attr(b);
	if (b->overflow) {
		nl_drop(b);
		return false;
	}
	len = (uint32_t)(b->len - b->head);
	memcpy(b->octets + b->head, &len, sizeof(len));
	return true;
}

/* ---- reading ---- */

const struct nlmsghdr *
nl_next(const void *buf, size_t len, size_t *offset)
{
	const struct nlmsghdr *header;
	size_t room, step;

	if (*offset >= len || len - *offset < sizeof(*header))
		return NULL;
	room = len - *offset;
	header = (const void *)((const uint8_t *)buf + *offset);
	if (header->nlmsg_len < sizeof(*header) || header->nlmsg_len > room)
		return NULL;
	step = ALIGN4((size_t)header->nlmsg_len);
	*offset += step < room ? step : room;
	return header;
}

/* The text among the attributes of an extended acknowledgement. */
static const char *
ack_text(const uint8_t *p, size_t len)
{
	size_t offset = 0, n;
	const uint8_t *value;
	unsigned type;

	while (nl_next_attr(p, len, &offset, &type, &value, &n))
		if (type == NLMSGERR_ATTR_MSG && n > 1 && value[n - 1] == '\0')
			return (const char *)value;
	return NULL;
}

int
nl_error(const struct nlmsghdr *header, const char **reason)
{
	const uint8_t *p = (const uint8_t *)header;
	size_t len = header->nlmsg_len, used = sizeof(*header);
	struct nlmsghdr request;
	int32_t error;

	*reason = NULL;
	if (len - used < sizeof(error))		/* DONE of an old kernel */
		return header->nlmsg_type == NLMSG_DONE ? 0 : EBADMSG;
	memcpy(&error, p + used, sizeof(error));
	used += sizeof(error);
	if (header->nlmsg_type == NLMSG_ERROR) {
		if (len - used < sizeof(request))
			return EBADMSG;
		/* The request follows: its header, unless capped all of it. */
		memcpy(&request, p + used, sizeof(request));
		if (header->nlmsg_flags & NLM_F_CAPPED)
			used += sizeof(request);
		else if (request.nlmsg_len <= len - used)
			used += ALIGN4((size_t)request.nlmsg_len);
		else
			used = len;
	}
	if ((header->nlmsg_flags & NLM_F_ACK_TLVS) && used < len)
		*reason = ack_text(p + used, len - used);
	/* The kernel says -errno; anything else is no errno value. */
	return error == 0 ? 0 : error < 0 && error > -4096 ? -error : EBADMSG;
}

/* ---- sockets ---- */

#define SEND_OCTETS	(1 << 18)	/* more than is ever sent at once */

static int
buffer_of(int fd, int name)
{
	socklen_t len = sizeof(int);
	int octets = 0;

	return getsockopt(fd, SOL_SOCKET, name, &octets, &len) == 0 ?
	    octets : 0;
}

/*
 * Asks for a buffer of so many octets, unless it is that large, beyond the
 * limits of sysctl if we may.  False if it has become smaller: the kernel cuts
 * what is asked for to a limit that may be below the default.
 */
static bool
enlarge(int fd, int force, int name, int octets)
{
	int before = buffer_of(fd, name);

	if (before >= octets || setsockopt(fd, SOL_SOCKET, force, &octets,
	    sizeof(octets)) == 0)
		return true;
	setsockopt(fd, SOL_SOCKET, name, &octets, sizeof(octets));
	return buffer_of(fd, name) >= before;
}

static int
open_bound(int protocol)
{
	struct timeval limit = { NL_ANSWER_SECONDS, 0 };
	struct sockaddr_nl self;
	int fd, on = 1, error;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd == -1)
		return -errno;
	/* Old kernels lack these: no words for errors, requests echoed. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	memset(&self, 0, sizeof(self));
	self.nl_family = AF_NETLINK;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
	    sizeof(limit)) != 0 ||
	    bind(fd, (const void *)&self, sizeof(self)) != 0) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

int
nl_socket(int protocol, int rcvbuf)
{
	int fd = open_bound(protocol);

	if (fd >= 0 && (!enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF,
	    SEND_OCTETS) || !enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF,
	    rcvbuf))) {
		/* What was lowered cannot be raised: a new one, as it is. */
		close(fd);
		fd = open_bound(protocol);
	}
	return fd;
}

size_t
nl_send_limit(int fd)
{
	int octets = buffer_of(fd, SO_SNDBUF) - SEND_RESERVED;

	return octets > 0 ? (size_t)octets : 0;
}

int
nl_join(int fd, unsigned group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
	    sizeof(group)) == 0 ? 0 : -errno;
}

int
nl_send(int fd, const void *octets, size_t n)
{
	struct sockaddr_nl kernel;

	memset(&kernel, 0, sizeof(kernel));
	kernel.nl_family = AF_NETLINK;
	while (sendto(fd, octets, n, 0, (const void *)&kernel,
	    sizeof(kernel)) == -1)
		if (errno != EINTR)
			return -errno;
	return 0;
}

ssize_t
nl_recv(int fd, void *buf, size_t size, int flags)
{
	struct iovec iov = { buf, size };
	struct sockaddr_nl from;
	struct msghdr msg;
	ssize_t n;

	memset(&msg, 0, sizeof(msg));
	msg.msg_name = &from;
	msg.msg_namelen = sizeof(from);
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	n = recvmsg(fd, &msg, flags);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return flags & MSG_DONTWAIT ? -EAGAIN : -ETIMEDOUT;
	if (n == -1)
		return -errno;
	if (msg.msg_namelen != sizeof(from) || from.nl_pid != 0)
		return -EINTR;		/* not from the kernel */
	return msg.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
}

#endif /* __linux__ */
