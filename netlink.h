/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Netlink without a library: messages under construction, the framing of
 * what comes back, and the sockets.  Linux only.
 */
#ifndef NETLINK_H
#define NETLINK_H

#include <sys/socket.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/netlink.h>

#define ALIGN4(n)	(((n) + 3) & ~(size_t)3)

/*
 * Messages under construction, one after another, in memory of the caller
 * (aligned to 8).  What does not fit sets overflow, and nl_end() then takes
 * the whole message back.
 */
struct nlbuf {
	uint8_t *octets;
	size_t size, len;
	size_t head, attr;	/* the open message; attribute, 0: none */
	bool overflow;
};

void nl_begin(struct nlbuf *, uint16_t type, uint16_t flags, uint32_t seq,
    uint32_t pid);
/* Appends octets to the open attribute, or else to the message's body. */
void nl_bytes(struct nlbuf *, const void *, size_t);
/* Opens an attribute that begins with these octets. */
void nl_attr(struct nlbuf *, uint16_t type, const void *, size_t);
/* Completes the message.  False, and the message gone, if it did not fit. */
bool nl_end(struct nlbuf *);
/* Takes the message begun last back, and wipes it: it may hold keys. */
void nl_drop(struct nlbuf *);

/*
 * Steps through the messages of a datagram (aligned to 4), *offset from 0.
 * Returns a message whose nlmsg_len octets are all there, or NULL at the end
 * or where lengths do not add up (then *offset < len).
 */
const struct nlmsghdr *nl_next(const void *buf, size_t len, size_t *offset);

/*
 * The same for attributes; the value is *n octets at *value.  Inline, for a
 * dump is made of little else.
 */
static inline bool
nl_next_attr(const void *buf, size_t len, size_t *offset, unsigned *type,
    const uint8_t **value, size_t *n)
{
	const uint8_t *p = (const uint8_t *)buf + *offset;
	struct nlattr header;
	size_t room, step;

	if (*offset >= len || len - *offset < sizeof(header))
		return false;
	room = len - *offset;
	memcpy(&header, p, sizeof(header));
	if (header.nla_len < sizeof(header) || header.nla_len > room)
		return false;
	*type = header.nla_type & (unsigned)NLA_TYPE_MASK;
	*value = p + sizeof(header);
	*n = header.nla_len - sizeof(header);
	step = ((size_t)header.nla_len + 3) & ~(size_t)3;
	*offset += step < room ? step : room;
	return true;
}

/*
 * The errno value (0: it went well) that an NLMSG_ERROR or NLMSG_DONE carries,
 * with the kernel's own words, or NULL, in *reason.  EBADMSG if it is cut.
 */
int nl_error(const struct nlmsghdr *, const char **reason);

/*
 * A socket with a receive buffer of that many octets, if the system lets us
 * have them, and never less than its default.  These return a negative errno
 * value on failure.
 */
#define NL_ANSWER_SECONDS	10	/* that nl_recv() waits */
int nl_socket(int protocol, int rcvbuf);
int nl_join(int fd, unsigned group);
/* -EMSGSIZE or -ENOBUFS: the kernel took none of it, less of it may do. */
int nl_send(int fd, const void *, size_t);
/* The octets that one nl_send() may have, or 0 if that cannot be known. */
size_t nl_send_limit(int fd);
/*
 * One datagram from the kernel, into size octets at buf.  -ETIMEDOUT when none
 * came in due time (or, with MSG_DONTWAIT in flags, -EAGAIN when none is
 * there), -EMSGSIZE when it did not fit, -ENOBUFS when some were lost; -EINTR
 * after a signal, or what somebody else sent: who asks again sets an end to it.
 */
ssize_t nl_recv(int fd, void *buf, size_t size, int flags);

#endif
