/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts as they are written: names, prefixes and ports. */
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "fields.h"

static void
read_port(struct parser *p, struct host *host, struct loc loc)
{
	const char *word = parser_text(p, loc);
	const struct servent *service;
	char name[64], buf[QUOTED];
	uint64_t value;

	if (field_is(p, loc, "any"))
		return;
	if (word[0] >= '0' && word[0] <= '9') {
		if (number_read_at(p, loc, "a port", UINT16_MAX, &value))
			host->port = (uint16_t)value;
		return;
	}
	if (loc_length(loc) < sizeof(name)) {
		memcpy(name, word, loc_length(loc));
		name[loc_length(loc)] = '\0';
		service = getservbyname(name, "udp");
		if (service == NULL)
			service = getservbyname(name, "tcp");
		if (service != NULL) {
			host->port = ntohs((uint16_t)service->s_port);
			return;
		}
	}
	field_error(p, loc, "unknown port %s: neither a number, a service "
	    "name nor any", field_quote(p, loc, buf));
}

/* A netmask where a prefix length belongs. */
static void
hint_netmask(struct parser *p, struct loc loc)
{
	struct addr addr;
	uint32_t mask;
	unsigned bits = 0;

	if (!addr_numeric(parser_text(p, loc), loc_length(loc), &addr) ||
	    addr.family != 4)
		return;
	memcpy(&mask, addr.octets, sizeof(mask));
	mask = ntohl(mask);
	while (bits < 32 && (mask << bits & 0x80000000u) != 0)
		bits++;
	if (bits != 0 && (bits == 32 || mask << bits == 0))
		diag_hint(p->diag, "a netmask is written as its number of "
		    "bits: %u", bits);
}

struct host
field_host(struct parser *p, struct loc name, struct loc prefix,
    struct loc port)
{
	struct host host = { .name = name, .prefix_at = prefix,
	    .port_at = port };
	uint64_t value;

	if (prefix.end != 0) {
		if (number_read_at(p, prefix, "a prefix length", 128, &value))
			host.prefix = (uint8_t)value;
		else
			hint_netmask(p, prefix);
	}
	if (port.end != 0)
		read_port(p, &host, port);
	return host;
}

void
field_src(struct parser *p, struct loc all, const struct host *host)
{
	p->cmd.at[F_SRC] = all;
	p->cmd.src = *host;
}

void
field_dst(struct parser *p, struct loc all, const struct host *host)
{
	p->cmd.at[F_DST] = all;
	p->cmd.dst = *host;
}
