/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses (addr.c): as sockaddrs of a dialect, and as text.
 */
#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect.h"

/*
 * Addresses above the wire.  family is 4 or 6, or 0 for none or one that is
 * not understood; the port is in host order; prefix counts bits.
 */
struct addr {
	uint8_t family, prefix;
	uint16_t port;
	uint32_t scope;			/* IPv6 zone, an interface index */
	uint8_t octets[16];		/* zeros behind an IPv4 address */
};

/* Octets that the address's sockaddr takes, unpadded: 16, 28, or 0. */
static inline size_t
sockaddr_size(const struct addr *addr)
{
	return addr->family == 4 ? 16 : addr->family == 6 ? 28 : 0;
}

/*
 * Reads the sockaddr at p, of which room octets are there.  Returns the octets
 * it takes (unpadded), or 0 when it is truncated or of another family (then
 * out->family is 0).  out->prefix becomes the family's full length.
 */
size_t sockaddr_decode(const struct dialect *, const void *p, size_t room,
    struct addr *out);

/*
 * Whether the sockaddr at p is whole.  One of a family that we do not know
 * counts as whole: it is kept, and printed as unknown.
 */
bool sockaddr_valid(const struct dialect *, const void *p, size_t room);

/* Writes the sockaddr into sockaddr_size() zeroed octets at p. */
void sockaddr_encode(const struct dialect *, void *p, const struct addr *);

/*
 * Reads the len octets at text as a numeric address ("192.0.2.1",
 * "2001:db8::1", "fe80::1%eth0"); false if they are none.  out->prefix becomes
 * the family's full length.  Behind them must be an octet that is no digit.
 */
bool addr_numeric(const char *text, size_t len, struct addr *out);

/*
 * The address cut to a prefix, without port and zone: equal ranges are equal
 * octets then.
 */
struct addr addr_cut(const struct addr *, uint8_t prefix);

/* Whether some address is in both ranges; of two, one is in the other then. */
bool addr_meet(const struct addr *, const struct addr *);

/* Longest text of addr_text(): an IPv6 address, '%', an interface name, NUL. */
#define ADDR_TEXT	80

/*
 * The numeric address (no prefix, no port) in the caller's buffer, which is
 * returned; "unknown-af" when there is none.
 */
char *addr_text(const struct addr *, char buf[ADDR_TEXT]);

#endif
