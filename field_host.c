/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts as they are written: names, prefixes and ports. */
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "fields.h"
#include "platform.h"
#include "syntax.h"

/* The port of a service's name, or -1. */
static int
service_port(const char *word, size_t len)
{
	const struct servent *service;
	char name[64];

	if (len >= sizeof(name))
		return -1;
	memcpy(name, word, len);
	name[len] = '\0';
	service = getservbyname(name, "udp");
	if (service == NULL)
		service = getservbyname(name, "tcp");
	wipe(name, len);
	return service == NULL ? -1 : ntohs((uint16_t)service->s_port);
}

uint16_t
field_port(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc);
	char buf[QUOTED];
	uint64_t value;
	int port;

	if (loc.end == 0 || field_is(p, loc, "any"))
		return 0;
	if (word[0] >= '0' && word[0] <= '9')
		return number_read_at(p, loc, "a port", UINT16_MAX, &value) ?
		    (uint16_t)value : 0;
	port = field_is_secret(p, loc) ? -1 :
	    service_port(word, loc_length(loc));
	if (port < 0)
		field_error(p, loc, "unknown port %s: neither a number, a "
		    "service name nor any", field_quote(p, loc, buf));
	return port < 0 ? 0 : (uint16_t)port;
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

/*
 * To Linux an address is the same on every link, so that is what the command is
 * about there.
 */
void
field_zone(struct parser *p, struct loc loc, struct addr *addr)
{
	struct addr plain = *addr;
	char buf[ADDR_TEXT];

	if (addr->scope == 0 || !p->dialect->drops_zones)
		return;
	addr->scope = plain.scope = 0;
	if (!p->cmd.bad && field_first_time(p, SAID_ZONE))
		field_advise(p, loc, "%s keeps no zone with an address: this "
		    "is %s on every link", p->dialect->system,
		    addr_text(&plain, buf));
}

void
field_all_zero(struct parser *p, struct loc loc, const struct addr *addr)
{
	static const uint8_t zero[sizeof(addr->octets)];

	if (memcmp(addr->octets, zero, sizeof(zero)) != 0)
		return;
	field_advise(p, loc, "this is one address, not all of them");
	diag_hint(p->diag, "all addresses are %s", addr->family == 4 ?
	    "0.0.0.0/0" : "::/0");
}

static struct host
read_host(struct parser *p, struct loc name, struct loc prefix,
    struct loc port)
{
	struct host host = { .name = name, .prefix_at = prefix,
	    .port_at = port };
	uint64_t bits;

	if (prefix.end != 0) {
		if (number_read_at(p, prefix, "a prefix length", 128, &bits))
			host.prefix = (uint8_t)bits;
		else
			hint_netmask(p, prefix);
	}
	host.port = field_port(p, port);
	return host;
}

/*
 * What may be left out is sometimes taken from the next line, where a ';' was
 * forgotten and a command misspelt: no resolver is asked for that.
 */
static bool
is_next_command(struct parser *p, struct loc name)
{
	if (!takes_filter(&p->cmd) || !syntax_is_stray(p, name))
		return false;
	syntax_lost_semicolon(p);
	return true;
}

/* A protocol stands alone, or behind the addresses. */
static bool
follows_protocol(struct parser *p, struct loc name)
{
	struct loc src = p->cmd.src.name;
	char buf[QUOTED];

	if ((p->cmd.op != OP_FLUSH && p->cmd.op != OP_DUMP) ||
	    name_find(satype_names, parser_text(p, src), loc_length(src)) ==
	    NULL)
		return false;
	field_error(p, name, "expected an option or ';', found %s",
	    field_quote(p, name, buf));
	diag_hint(p->diag, "the protocol stands alone, or behind two ranges");
	return true;
}

void
field_src(struct parser *p, struct loc all, struct loc name,
    struct loc prefix, struct loc port)
{
	if (is_next_command(p, name))
		return;
	p->cmd.at[F_SRC] = all;
	p->cmd.src = read_host(p, name, prefix, port);
}

void
field_dst(struct parser *p, struct loc all, struct loc name,
    struct loc prefix, struct loc port)
{
	if (is_next_command(p, name) ||
	    (!p->cmd.bad && follows_protocol(p, name)))
		return;
	p->cmd.at[F_DST] = all;
	p->cmd.dst = read_host(p, name, prefix, port);
}

/* ---- NAT-T ---- */

void
field_original_src(struct parser *p, struct loc name, struct loc port)
{
	p->cmd.oai = read_host(p, name, (struct loc){ 0, 0 }, port);
}

void
field_original_dst(struct parser *p, struct loc name, struct loc port)
{
	p->cmd.oar = read_host(p, name, (struct loc){ 0, 0 }, port);
}

void
field_natt(struct parser *p, struct loc all)
{
	const struct host *oai = &p->cmd.oai, *oar = &p->cmd.oar;
	struct natt *natt = &p->cmd.sa.natt;

	field_given(p, F_NATT, all);
	natt->given = true;
	natt->type = UDP_ENCAP_ESPINUDP;
	natt->sport = oai->port_at.end != 0 ? oai->port : NATT_PORT;
	natt->dport = oar->port_at.end != 0 ? oar->port : NATT_PORT;
}

/* One end of an SA's selector: an address in numbers. */
static void
read_selector_end(struct parser *p, struct addr *addr, struct loc name,
    struct loc prefix, struct loc port)
{
	struct host host = read_host(p, name, prefix, port);
	char buf[QUOTED];

	if (!addr_numeric(parser_text(p, name), loc_length(name), addr)) {
		field_error(p, name, "%s is no numeric address, which a "
		    "selector takes", field_quote(p, name, buf));
		return;
	}
	field_zone(p, name, addr);
	if (prefix.end == 0)
		field_all_zero(p, name, addr);
	else {
		if (host.prefix > addr->prefix)
			field_error(p, prefix, "a prefix of this address has "
			    "at most %u bits", addr->prefix);
		addr->prefix = host.prefix;
	}
	addr->port = host.port;
}

void
field_selector_src(struct parser *p, struct loc name, struct loc prefix,
    struct loc port)
{
	read_selector_end(p, &p->cmd.sa.selector.src, name, prefix, port);
}

void
field_selector_dst(struct parser *p, struct loc name, struct loc prefix,
    struct loc port)
{
	struct sa_selector *selector = &p->cmd.sa.selector;

	read_selector_end(p, &selector->dst, name, prefix, port);
	if (selector->src.family != 0 && selector->dst.family != 0 &&
	    selector->src.family != selector->dst.family)
		field_error(p, name, "the addresses are of different "
		    "families");
}

void
field_selector(struct parser *p, const struct option *row, struct loc all,
    struct loc protocol)
{
	struct sa_selector *selector = &p->cmd.sa.selector;
	int number = field_upper_number(p, protocol);
	uint64_t value = 0;

	field_option(p, row, all);
	if (number == -1 &&
	    number_read_at(p, protocol, "a protocol", UINT8_MAX, &value))
		number = (int)value;
	selector->given = true;
	selector->upper = (uint8_t)number;
}

void
field_care_of(struct parser *p, const struct option *row, struct loc loc)
{
	struct addr *addr = &p->cmd.sa.care_of;
	char buf[QUOTED];

	field_option(p, row, loc);
	if (!addr_numeric(parser_text(p, loc), loc_length(loc), addr)) {
		field_error(p, loc, "%s is no numeric address, which -coa "
		    "takes", field_quote(p, loc, buf));
		return;
	}
	field_zone(p, loc, addr);
}
