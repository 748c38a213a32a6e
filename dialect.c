/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between the PF_KEY of Linux, FreeBSD and NetBSD, as data: a
 * build for any of them encodes and decodes all three.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pfkey.h"

/* Extensions that have the same number everywhere: RFC 2367 and early KAME. */
#define COMMON_EXTENSIONS						\
	[EXT_SA] = 1, [EXT_LIFETIME_CURRENT] = 2,			\
	[EXT_LIFETIME_HARD] = 3, [EXT_LIFETIME_SOFT] = 4,		\
	[EXT_ADDRESS_SRC] = 5, [EXT_ADDRESS_DST] = 6,			\
	[EXT_ADDRESS_PROXY] = 7, [EXT_KEY_AUTH] = 8,			\
	[EXT_KEY_ENCRYPT] = 9, [EXT_IDENTITY_SRC] = 10,			\
	[EXT_IDENTITY_DST] = 11, [EXT_SENSITIVITY] = 12,		\
	[EXT_PROPOSAL] = 13, [EXT_SUPPORTED_AUTH] = 14,			\
	[EXT_SUPPORTED_ENCRYPT] = 15, [EXT_SPIRANGE] = 16,		\
	[EXT_KMPRIVATE] = 17, [EXT_POLICY] = 18, [EXT_SA2] = 19,	\
	[EXT_NAT_T_TYPE] = 20, [EXT_NAT_T_SPORT] = 21,			\
	[EXT_NAT_T_DPORT] = 22, [EXT_NAT_T_OAI] = 23

const struct dialect dialects[DIALECTS] = {
	[DIALECT_LINUX] = {
		.name = "linux",
		.system = "Linux",
		.index = DIALECT_LINUX,
		.af_inet6 = 10,
		.wide_request = true,
		.has_fwd = true,
		.has_priority = true,
		.replay_in_packets = true,
		.replay_clamped = true,
		.max_requests = 6,
		.default_priority = 0x80000000u,
		.ext = {
			COMMON_EXTENSIONS,
			[EXT_SEC_CTX] = 24,
			[EXT_KMADDRESS] = 25,
			[EXT_FILTER] = 26,
			/*
			 * Ours: what only NETLINK_XFRM can say.  PF_KEY skips
			 * numbers above 26, but is never sent these.
			 */
			[EXT_NAT_T_OAR] = 224,
			[EXT_NAT_T_FRAG] = 225,
			[EXT_SA_REPLAY] = 226,
			[EXT_IF_HW_OFFL] = 227,
			[EXT_MARK] = 228,
			[EXT_IF_ID] = 229,
		},
	},
	[DIALECT_FREEBSD] = {
		.name = "freebsd",
		.system = "FreeBSD",
		.index = DIALECT_FREEBSD,
		.af_inet6 = 28,
		.sa_len = true,
		.has_scope = true,
		.has_tcp_md5 = true,
		.has_old_formats = true,
		.max_requests = 4,
		.ext = {
			COMMON_EXTENSIONS,
			[EXT_NAT_T_OAR] = 24,
			[EXT_NAT_T_FRAG] = 25,
			[EXT_SA_REPLAY] = 26,
			[EXT_NEW_ADDRESS_SRC] = 27,
			[EXT_NEW_ADDRESS_DST] = 28,
			[EXT_LFT_CUR_SW_OFFL] = 29,
			[EXT_LFT_CUR_HW_OFFL] = 30,
			[EXT_IF_HW_OFFL] = 31,
		},
	},
	[DIALECT_NETBSD] = {
		.name = "netbsd",
		.system = "NetBSD",
		.index = DIALECT_NETBSD,
		.af_inet6 = 24,
		.sa_len = true,
		.has_tcp_md5 = true,
		.has_old_formats = true,
		.max_requests = 4,
		.ext = {
			COMMON_EXTENSIONS,
			[EXT_NAT_T_OAR] = 24,
			[EXT_NAT_T_FRAG] = 25,
		},
	},
};

const struct dialect *
dialect_host(void)
{
#if defined(__FreeBSD__)
	return &dialects[DIALECT_FREEBSD];
#elif defined(__NetBSD__)
	return &dialects[DIALECT_NETBSD];
#else
	return &dialects[DIALECT_LINUX];
#endif
}

const struct dialect *
dialect_named(const char *name)
{
	int i;

	for (i = 0; i < DIALECTS; i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return NULL;
}

enum ext
dialect_search_ext(const struct dialect *dialect, unsigned wire_type)
{
	unsigned i;

	for (i = EXT_NONE + 1; i < EXT_COUNT; i++)
		if (dialect->ext[i] != 0 && dialect->ext[i] == wire_type)
			return (enum ext)i;
	return EXT_NONE;
}

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

const char *
addr_dotted(const char *p, struct addr *out)
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

/* Anything else, which is rare. */
__attribute__((noinline)) static bool
colon_hex(const char *text, size_t len, struct addr *out)
{
	char buf[ADDR_TEXT], *zone, *end;
	unsigned long scope;

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(buf))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	zone = strchr(buf, '%');
	if (zone != NULL)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, buf, out->octets) != 1)
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

bool
addr_numeric(const char *text, size_t len, struct addr *out)
{
	return addr_dotted(text, out) == text + len ||
	    colon_hex(text, len, out);
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
		if (if_indextoname(addr->scope, zone) != NULL)
			snprintf(buf + len, ADDR_TEXT - len, "%%%s", zone);
		else
			snprintf(buf + len, ADDR_TEXT - len, "%%%u",
			    addr->scope);
	}
	return buf;
}
