/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses: as the sockaddrs of each dialect, and as text.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "platform.h"

/*
 * The sockaddrs.  Byte 0 and 1 are sa_len and an 8-bit family with BSD, one
 * 16-bit family with Linux; the rest is the same: struct sockaddr_in has port
 * 2, address 4, 16 octets in all; struct sockaddr_in6 port 2, flow label 4,
 * address 8, scope 24, 28 octets in all.  AF_INET is 2 everywhere.
 */
#define WIRE_AF_INET	2
#define SIN_SIZE	16
#define SIN6_SIZE	28

/* Octets of the sockaddr that begins at p; 0: of a family we do not know. */
static size_t
size_on_wire(const struct dialect *dialect, const uint8_t *p)
{
	uint16_t family;

	if (dialect->sa_len)
		family = p[1];
	else
		memcpy(&family, p, sizeof(family));
	return family == WIRE_AF_INET ? SIN_SIZE :
	    family == dialect->af_inet6 ? SIN6_SIZE : 0;
}

bool
sockaddr_valid(const struct dialect *dialect, const void *sockaddr,
    size_t room)
{
	const uint8_t *p = sockaddr;
	size_t size;

	if (room < 4)
		return false;
	size = size_on_wire(dialect, p);
	return size == 0 ||
	    (size <= room && (!dialect->sa_len || p[0] == size));
}

size_t
sockaddr_decode(const struct dialect *dialect, const void *sockaddr,
    size_t room, struct addr *out)
{
	const uint8_t *p = sockaddr;
	uint16_t port;
	size_t size;

	memset(out, 0, sizeof(*out));
	if (!sockaddr_valid(dialect, sockaddr, room))
		return 0;
	size = size_on_wire(dialect, p);
	if (size == 0)
		return 0;
	memcpy(&port, p + 2, sizeof(port));
	out->port = ntohs(port);
	if (size == SIN_SIZE) {
		out->family = 4;
		out->prefix = 32;
		memcpy(out->octets, p + 4, 4);
	} else {
		out->family = 6;
		out->prefix = 128;
		memcpy(out->octets, p + 8, 16);
		memcpy(&out->scope, p + 24, 4);
	}
	return size;
}

void
sockaddr_encode(const struct dialect *dialect, void *sockaddr,
    const struct addr *addr)
{
	uint8_t *p = sockaddr;
	uint16_t port = htons(addr->port), family = WIRE_AF_INET;

	if (addr->family == 0)
		return;
	if (addr->family == 4)
		memcpy(p + 4, addr->octets, 4);
	else {
		family = dialect->af_inet6;
		memcpy(p + 8, addr->octets, 16);
		memcpy(p + 24, &addr->scope, 4);
	}
	if (dialect->sa_len) {
		p[0] = (uint8_t)sockaddr_size(addr);
		p[1] = (uint8_t)family;
	} else
		memcpy(p, &family, sizeof(family));
	memcpy(p + 2, &port, sizeof(port));
}

/* The value of a decimal digit; of anything else it is more than 9. */
static inline unsigned
digit(char c)
{
	return (unsigned)(uint8_t)c - '0';
}

/*
 * Reads four decimal octets, as inet_pton() takes them, of which the end is not
 * known: returns it, or NULL.
 */
static const char *
read_dotted(const char *p, struct addr *out)
{
	unsigned value, first;
	int i;

	memset(out, 0, sizeof(*out));
	out->family = 4;
	out->prefix = 32;
	for (i = 0;; i++) {
		first = value = digit(*p++);
		if (value > 9)
			return NULL;
		if (digit(*p) <= 9) {
			value = value * 10 + digit(*p++);
			if (digit(*p) <= 9)
				value = value * 10 + digit(*p++);
			if (first == 0 || value > 255)
				return NULL;
		}
		out->octets[i] = (uint8_t)value;
		if (i == 3)
			return p;
		if (*p++ != '.')
			return NULL;
	}
}

static bool
read_colon_hex(char *text, struct addr *out)
{
	char *zone = strchr(text, '%'), *end;
	unsigned long scope;

	if (zone != NULL)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, text, out->octets) != 1)
		return false;
	if (zone != NULL) {
		out->scope = if_nametoindex(zone);
		scope = out->scope != 0 ? out->scope : strtoul(zone, &end, 10);
		if (out->scope == 0 && (*zone == '\0' || *end != '\0' ||
		    scope == 0 || scope > UINT32_MAX))
			return false;
		out->scope = (uint32_t)scope;
	}
	out->family = 6;
	out->prefix = 128;
	return true;
}

/* Anything else, which is rare. */
__attribute__((noinline)) static bool
colon_hex(const char *text, size_t len, struct addr *out)
{
	char buf[ADDR_TEXT];
	bool good;

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(buf))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	good = read_colon_hex(buf, out);
	wipe(buf, len);		/* a key may stand where an address should */
	return good;
}

bool
addr_numeric(const char *text, size_t len, struct addr *out)
{
	return read_dotted(text, out) == text + len ||
	    colon_hex(text, len, out);
}

struct addr
addr_cut(const struct addr *addr, uint8_t prefix)
{
	struct addr out = { .family = addr->family };
	unsigned most = addr->family == 4 ? 32 : 128, octets, bits;

	out.prefix = (uint8_t)(prefix < most ? prefix : most);
	octets = out.prefix / 8;
	bits = out.prefix % 8;
	memcpy(out.octets, addr->octets, octets);
	if (bits != 0)
		out.octets[octets] = (uint8_t)(addr->octets[octets] &
		    0xff00 >> bits);
	return out;
}

bool
addr_meet(const struct addr *a, const struct addr *b)
{
	uint8_t bits = a->prefix < b->prefix ? a->prefix : b->prefix;
	struct addr x = addr_cut(a, bits), y = addr_cut(b, bits);

	return x.family == y.family &&
	    memcmp(x.octets, y.octets, sizeof(x.octets)) == 0;
}

/*
 * A zone by its interface's name where all of the language has that in a word,
 * else by its number.
 */
static bool
zone_name(uint32_t scope, char name[IF_NAMESIZE])
{
	return if_indextoname(scope, name) != NULL &&
	    name[strspn(name, "0123456789._"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

char *
addr_text(const struct addr *addr, char buf[ADDR_TEXT])
{
	char zone[IF_NAMESIZE];
	size_t len;

	if (addr->family == 0 ||
	    inet_ntop(addr->family == 4 ? AF_INET : AF_INET6, addr->octets, buf,
	    ADDR_TEXT) == NULL)
		return strcpy(buf, "unknown-af");
	if (addr->family == 6 && addr->scope != 0) {
		len = strlen(buf);
		if (zone_name(addr->scope, zone))
			snprintf(buf + len, ADDR_TEXT - len, "%%%s", zone);
		else
			snprintf(buf + len, ADDR_TEXT - len, "%%%u",
			    addr->scope);
	}
	return buf;
}
