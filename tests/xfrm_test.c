/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PF_KEY to NETLINK_XFRM and back, octet for octet: requests against what was
 * seen to make the right SA or policy, records and events against what af_key
 * says of the same, and messages that lie.
 */
#include "../pfkey.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "../xfrm.h"
#include "order.h"
#include "tap.h"
#include "xfrm_samples.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define OCTETS		32768

/* ---- octets as text: hexadecimal, "(n)" for n zeros ---- */

/* What they are. */
enum kind { NETLINK, ATTRIBUTES, PF_KEY_MESSAGE };

static size_t
from_text(enum kind kind, const char *text, uint8_t *out)
{
	size_t len = 0, zeros;
	unsigned octet;
	char *end;

	while (*text != '\0') {
		if (*text == '(') {
			zeros = strtoul(text + 1, &end, 10);
			memset(out + len, 0, zeros);
			len += zeros;
			text = end + 1;
		} else {
			if (sscanf(text, "%2x", &octet) != 1)
				abort();
			out[len++] = (uint8_t)octet;
			text += 2;
		}
	}
	if (kind == NETLINK)
		order_netlink(out, len);
	else if (kind == ATTRIBUTES)
		order_attributes(out, len);
	else
		order_pfkey(&dialects[DIALECT_LINUX], out, len, false);
	return len;
}

static void
print_text(const char *what, const uint8_t *p, size_t len)
{
	size_t i = 0, zeros;

	printf("#   %s: ", what);
	while (i < len) {
		for (zeros = 0; i + zeros < len && p[i + zeros] == 0; zeros++)
			continue;
		if (zeros >= 4) {
			printf("(%zu)", zeros);
			i += zeros;
		} else
			printf("%02x", p[i++]);
	}
	printf("\n");
}

static void
same_kind(enum kind kind, const char *name, const char *expected,
    const uint8_t *got, size_t len)
{
	static uint8_t octets[OCTETS];
	size_t want = from_text(kind, expected, octets);

	if (!ok(want == len && memcmp(octets, got, len) == 0, "%s", name)) {
		print_text("expected", octets, want);
		print_text("got", got, len);
	}
}

static void
same(const char *name, const char *expected, const uint8_t *got, size_t len)
{
	same_kind(NETLINK, name, expected, got, len);
}

/* ---- requests ---- */

static const uint8_t key[64] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
    33, 34, 35, 36 };

static struct addr
addr4(uint8_t last, uint8_t prefix)
{
	struct addr a = { .family = 4, .prefix = prefix,
	    .octets = { 192, 0, 2, last } };

	return a;
}

static struct addr
addr6(uint8_t last, uint8_t prefix)
{
	struct addr a = { .family = 6, .prefix = prefix,
	    .octets = { 0x20, 1, 0xd, 0xb8 } };

	a.octets[15] = last;
	return a;
}

static struct sa
an_sa(uint8_t satype, uint8_t enc, uint16_t enc_bits, uint8_t auth,
    uint16_t auth_bits)
{
	struct sa sa = { .satype = satype, .has_sa = true, .spi = 0x1001,
	    .encrypt = enc, .auth = auth, .mode = IPSEC_MODE_TRANSPORT };

	sa.src = addr4(1, 32);
	sa.dst = addr4(2, 32);
	sa.enc_key.given = enc != 0;
	sa.enc_key.data = key;
	sa.enc_key.bits = enc_bits;
	sa.auth_key.given = auth != 0;
	sa.auth_key.data = key;
	sa.auth_key.bits = auth_bits;
	return sa;
}

static struct policy
a_policy(uint8_t dir, uint8_t action)
{
	struct policy p = { .dir = dir, .action = action, .upper = 255,
	    .priority = 0x80000000u };

	p.src = addr4(0, 24);
	p.dst = addr4(128, 25);
	return p;
}

static void
add_rule(struct policy *p, uint16_t proto, uint8_t mode, uint8_t level,
    uint32_t reqid)
{
	struct rule *rule = &p->rules[p->nrules++];

	rule->proto = proto;
	rule->mode = mode;
	rule->level = level;
	rule->reqid = reqid;
	if (mode == IPSEC_MODE_TUNNEL || mode == IPSEC_MODE_BEET) {
		rule->src = addr6(1, 128);
		rule->dst = addr6(2, 128);
	}
}

static struct xfrm_encoder encoder;

/* The netlink octets of a finished PF_KEY message, or 0 with *error. */
static size_t
encode(struct msgbuf *m, uint8_t *out, int *error)
{
	struct nlbuf b = { .octets = out, .size = OCTETS };
	struct wire_msg *msg = (void *)m->space;
	struct view view;
	size_t len = msg_end(m);

	msg->seq = 7;
	msg->pid = 9;
	if (view_init(&view, m->dialect, m->space, len) != VIEW_OK)
		abort();
	*error = xfrm_encode(&b, &encoder, &view);
	return b.len;
}

static size_t
encode_sa(uint8_t type, const struct sa *sa, uint8_t *out, int *error)
{
	struct msgbuf m;

	msg_begin(&m, &dialects[DIALECT_LINUX], type, sa->satype);
	sa_encode(&m, sa);
	return encode(&m, out, error);
}

static size_t
encode_policy(uint8_t type, const struct policy *p, uint8_t *out, int *error)
{
	struct msgbuf m;

	msg_begin(&m, &dialects[DIALECT_LINUX], type, SADB_SATYPE_UNSPEC);
	policy_encode(&m, p);
	return encode(&m, out, error);
}

static _Alignas(8) uint8_t wire[OCTETS];

static void
sa_is(const char *name, uint8_t type, const struct sa *sa,
    const char *expected)
{
	int error;
	size_t len = encode_sa(type, sa, wire, &error);

	same(name, expected, wire, len);
}

static void
sa_refused(const char *name, uint8_t type, const struct sa *sa, int expected)
{
	int error;
	size_t len = encode_sa(type, sa, wire, &error);

	ok(error == expected && len == 0, "%s (%s)", name, strerror(error));
}

static void
policy_is(const char *name, uint8_t type, const struct policy *p,
    const char *expected)
{
	int error;
	size_t len = encode_policy(type, p, wire, &error);

	same(name, expected, wire, len);
}

static void
policy_refused(const char *name, uint8_t type, const struct policy *p,
    int expected)
{
	int error;
	size_t len = encode_policy(type, p, wire, &error);

	ok(error == expected && len == 0, "%s (%s)", name, strerror(error));
}

static void
header_is(const char *name, uint8_t type, uint8_t satype,
    const char *expected)
{
	struct msgbuf m;
	int error;
	size_t len;

	msg_begin(&m, &dialects[DIALECT_LINUX], type, satype);
	len = encode(&m, wire, &error);
	same(name, expected, wire, len);
}

#include "xfrm_requests.h"

static void
test_sa_requests(void)
{
	struct sa sa = an_sa(SADB_SATYPE_ESP, 12, 128, 3, 160);

	sa_is("add: cipher and authentication", SADB_ADD, &sa, ADD_PLAIN);
	sa_is("update", SADB_UPDATE, &sa, UPDATE_PLAIN);
	sa_is("get", SADB_GET, &sa, GET_PLAIN);
	sa_is("delete", SADB_DELETE, &sa, DELETE_PLAIN);
	sa.hard = (struct lifetime){ true, 5, 6, 7, 8 };
	sa.soft = (struct lifetime){ true, 1, 2, 3, 4 };
	sa.reqid = 0xfffffffe;
	sa.replay = 32;
	sa.flags = SADB_SAFLAGS_NOECN | SADB_SAFLAGS_NOPMTUDISC | 0x40;
	sa.natt = (struct natt){ .given = true, .type = 2, .has_sport = true,
	    .has_dport = true, .sport = 4500, .dport = 4501 };
	sa.label = (struct label){ "a:b", 3, 1, 1 };
	sa_is("add: limits, reqid, window, flags, NAT, label", SADB_ADD, &sa,
	    ADD_ALL);
	sa = an_sa(SADB_SATYPE_ESP, 20, 160, 0, 0);
	sa.mode = IPSEC_MODE_TUNNEL;
	sa.replay = 64;
	sa.flags = SADB_X_SAFLAGS_ESN;
	sa.mark = (struct mark){ true, 7, 0xff };
	sa.if_id = 42;
	sa_is("add: AEAD, tunnel, ESN, mark, if_id", SADB_ADD, &sa, ADD_AEAD);
	sa_is("delete: mark", SADB_DELETE, &sa, DELETE_MARK);
	sa = an_sa(SADB_SATYPE_AH, 0, 0, 5, 256);
	sa.src = addr6(1, 128);
	sa.dst = addr6(2, 128);
	sa_is("add: AH, IPv6, an ICV of 128 bits", SADB_ADD, &sa, ADD_AH);
	sa = an_sa(SADB_X_SATYPE_IPCOMP, 2, 0, 0, 0);
	sa_is("add: IPComp", SADB_ADD, &sa, ADD_IPCOMP);
	sa.replay = 64;
	sa_is("add: IPComp, which has no window", SADB_ADD, &sa, ADD_IPCOMP);
}

static void
test_more_sa_requests(void)
{
	struct sa sa = an_sa(SADB_SATYPE_ESP, 12, 128, 3, 160), with = sa;
	struct wire_address *proxy;
	struct addr inner = addr6(1, 48);
	struct msgbuf m;
	int error;
	size_t len;

	with.mode = IPSEC_MODE_TUNNEL;
	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_ADD, with.satype);
	sa_encode(&m, &with);
	proxy = msg_ext(&m, EXT_ADDRESS_PROXY, sizeof(*proxy));
	proxy->prefixlen = 48;
	msg_sockaddr(&m, &inner);
	len = encode(&m, wire, &error);
	same("add: a selector", ADD_PROXY, wire, len);
	with = sa;
	with.replay = 64;
	sa_is("add: a wide window without ESN", SADB_ADD, &with, ADD_WIDE);
	with = sa;
	with.hwif = "lo";
	with.dst = (struct addr){ .family = 4, .prefix = 32,
	    .octets = { 127, 0, 0, 1 } };
	sa_is("add: offload of what comes in", SADB_ADD, &with,
	    ADD_OFFLOAD_IN);
	with = sa;
	with.mode = IPSEC_MODE_BEET;
	sa_is("add: beet mode", SADB_ADD, &with, ADD_BEET);
}

/* The algorithm is the first attribute, and the only one. */
static void
test_aead_requests(void)
{
	size_t at = NLMSG_HDRLEN + sizeof(struct xfrm_usersa_info), i, len;
	char name[64];
	struct sa sa;
	int error;

	for (i = 0; i < COUNT(aeads); i++) {
		sa = an_sa(SADB_SATYPE_ESP, aeads[i].id, aeads[i].bits, 0, 0);
		len = encode_sa(SADB_ADD, &sa, wire, &error);
		snprintf(name, sizeof(name), "add: AEAD %u", aeads[i].id);
		same_kind(ATTRIBUTES, name, aeads[i].attr, wire + at,
		    len < at ? 0 : len - at);
	}
}

/* What the channel asks on its own. */
static void
test_questions(void)
{
	struct nlbuf b = { .octets = wire, .size = sizeof(wire) };
	struct sa sa = an_sa(SADB_SATYPE_ESP, 12, 128, 3, 160);
	struct policy p = a_policy(IPSEC_DIR_OUTBOUND, IPSEC_POLICY_NONE);
	struct addr src = addr4(1, 32), dst = addr4(2, 32);
	struct addr src6 = addr6(1, 128), dst6 = addr6(2, 128);
	struct xfrm_name name;
	struct msgbuf m;
	struct view view;

	xfrm_encode_dump(&b, 7, SADB_SATYPE_UNSPEC, NULL, NULL);
	same("dump", DUMP, wire, b.len);
	b.len = 0;
	xfrm_encode_dump(&b, 7, SADB_SATYPE_ESP, NULL, NULL);
	same("dump esp", DUMP_ESP, wire, b.len);
	b.len = 0;
	xfrm_encode_dump(&b, 7, SADB_SATYPE_AH, &src, &dst);
	same("deleteall: what to look for", DUMP_BETWEEN, wire, b.len);
	b.len = 0;
	xfrm_encode_dump(&b, 7, SADB_SATYPE_UNSPEC, &src6, &dst6);
	same("deleteall: the same, IPv6", DUMP_BETWEEN6, wire, b.len);
	b.len = 0;
	xfrm_encode_policy_dump(&b, 7);
	same("spddump", SPDDUMP, wire, b.len);

	b.len = 0;
	memset(&name, 0, sizeof(name));
	memcpy(&name.id.daddr, dst.octets, 4);
	name.id.spi = htonl(0x1001);
	name.id.family = AF_INET;
	name.id.proto = IPPROTO_ESP;
	xfrm_encode_name(&b, XFRM_MSG_DELSA, 7, 9, &name);
	name.id.spi = htonl(0x1002);
	name.id.proto = IPPROTO_AH;
	name.mark = (struct xfrm_mark){ 7, 0xff };
	xfrm_encode_name(&b, XFRM_MSG_DELSA, 8, 9, &name);
	same("deleteall: what was found", DELETE_TWO, wire, b.len);

	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_ADD, sa.satype);
	sa_encode(&m, &sa);
	if (view_init(&view, m.dialect, m.space, msg_end(&m)) != VIEW_OK)
		abort();
	b.len = 0;
	xfrm_encode_question(&b, 7, 9, &view);
	same("what became of an SA", ASK_SA, wire, b.len);
	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_X_SPDADD, 0);
	policy_encode(&m, &p);
	if (view_init(&view, m.dialect, m.space, msg_end(&m)) != VIEW_OK)
		abort();
	b.len = 0;
	xfrm_encode_question(&b, 7, 9, &view);
	same("what became of a policy", ASK_POLICY, wire, b.len);
}

static void
test_sa_refusals(void)
{
	struct sa sa = an_sa(SADB_SATYPE_ESP, 12, 128, 3, 160), bad = sa;

	bad.encrypt = 99;
	sa_refused("add: an unknown cipher", SADB_ADD, &bad, ENOSYS);
	bad = sa;
	bad.auth = 249;			/* keyed-md5: in no kernel */
	sa_refused("add: keyed-md5", SADB_ADD, &bad, ENOSYS);
	bad = sa;
	bad.replay = 4097;
	sa_refused("add: a window too wide", SADB_ADD, &bad, EOPNOTSUPP);
	ok(encoder.reason != NULL, "add: a window too wide, in words");
	bad = sa;
	bad.src = addr6(1, 128);
	sa_refused("add: addresses of two families", SADB_ADD, &bad, EINVAL);
	bad = sa;
	bad.mode = 7;
	sa_refused("add: an unknown mode", SADB_ADD, &bad, EINVAL);
	bad = sa;
	bad.hwif = "no-such-device";
	sa_refused("add: an unknown device", SADB_ADD, &bad, ENODEV);
	bad = sa;
	bad.satype = SADB_SATYPE_UNSPEC;
	sa_refused("get: no protocol", SADB_GET, &bad, ESRCH);
	sa_refused("add: no protocol", SADB_ADD, &bad, EPROTONOSUPPORT);
	bad.satype = SADB_X_SATYPE_TCPSIGNATURE;
	sa_refused("add: a protocol that Linux has not", SADB_ADD, &bad,
	    EINVAL);
	sa_refused("a request that netlink has not", SADB_X_PROMISC, &sa,
	    EOPNOTSUPP);
}

static void
test_policy_requests(void)
{
	struct policy p = a_policy(IPSEC_DIR_OUTBOUND, IPSEC_POLICY_IPSEC);
	struct policy with;

	add_rule(&p, 108, IPSEC_MODE_TRANSPORT, IPSEC_LEVEL_USE, 0);
	add_rule(&p, 50, IPSEC_MODE_TUNNEL, IPSEC_LEVEL_REQUIRE, 3);
	add_rule(&p, 51, IPSEC_MODE_TRANSPORT, IPSEC_LEVEL_UNIQUE, 5);
	policy_is("spdadd: rules of all levels", SADB_X_SPDADD, &p,
	    SPDADD_RULES);
	p = a_policy(IPSEC_DIR_INBOUND, IPSEC_POLICY_NONE);
	p.upper = 6;
	p.src.port = 80;
	p.hard = (struct lifetime){ true, 5, 6, 7, 8 };
	p.label = (struct label){ "a:b", 3, 1, 1 };
	p.mark = (struct mark){ true, 1, 3 };
	p.if_id = 42;
	policy_is("spdupdate: none, ports, limits, label, mark, if_id",
	    SADB_X_SPDUPDATE, &p, SPDUPDATE_NONE);
	policy_is("spddelete", SADB_X_SPDDELETE, &p, SPDDELETE);
	p = a_policy(IPSEC_DIR_FWD, IPSEC_POLICY_DISCARD);
	p.src = addr6(1, 0);
	p.dst = addr6(2, 128);
	policy_is("spdadd: discard, IPv6, fwd", SADB_X_SPDADD, &p,
	    SPDADD_DISCARD);
	with = a_policy(IPSEC_DIR_OUTBOUND, IPSEC_POLICY_NONE);
	with.hwif = "lo";
	policy_is("spdadd: offload", SADB_X_SPDADD, &with, SPDADD_OFFLOAD);
	with = a_policy(IPSEC_DIR_OUTBOUND, IPSEC_POLICY_IPSEC);
	add_rule(&with, 50, IPSEC_MODE_BEET, IPSEC_LEVEL_REQUIRE, 0);
	policy_is("spdadd: beet mode", SADB_X_SPDADD, &with, SPDADD_BEET);
	p.id = 17;
	policy_is("spdget by number", SADB_X_SPDGET, &p, SPDGET);
	policy_is("spddelete by number", SADB_X_SPDDELETE2, &p, SPDDELETE2);
	header_is("spdflush", SADB_X_SPDFLUSH, 0, SPDFLUSH);
	header_is("flush", SADB_FLUSH, 0, FLUSH);
	header_is("flush esp", SADB_FLUSH, SADB_SATYPE_ESP, FLUSH_ESP);
}

static void
test_policy_refusals(void)
{
	struct policy p = a_policy(IPSEC_DIR_OUTBOUND, IPSEC_POLICY_IPSEC);
	struct policy bad = p;
	struct xfrm_user_tmpl tmpl;
	size_t offset = NLMSG_HDRLEN + sizeof(struct xfrm_userpolicy_info) +
	    NLA_HDRLEN;
	int error;
	unsigned i;

	bad.src = addr6(1, 128);
	policy_refused("spdadd: two families", SADB_X_SPDADD, &bad, EINVAL);
	bad = p;
	bad.src.prefix = 33;
	policy_refused("spdadd: a long prefix", SADB_X_SPDADD, &bad, EINVAL);
	bad = p;
	bad.dir = IPSEC_DIR_SOCKET_IN;
	policy_refused("spdadd: direction of sockets", SADB_X_SPDADD, &bad,
	    EINVAL);
	bad = p;
	bad.action = IPSEC_POLICY_BYPASS;
	policy_refused("spdadd: bypass", SADB_X_SPDADD, &bad, EINVAL);
	bad = p;
	for (i = 0; i < 7; i++)
		add_rule(&bad, 50, IPSEC_MODE_TRANSPORT, 2, 0);
	policy_refused("spdadd: too many rules", SADB_X_SPDADD, &bad, ELOOP);
	bad = p;
	add_rule(&bad, 50, IPSEC_MODE_ANY, 2, 0);
	policy_refused("spdadd: a rule of mode any", SADB_X_SPDADD, &bad,
	    EINVAL);
	bad = p;
	add_rule(&bad, 50, IPSEC_MODE_TRANSPORT, IPSEC_LEVEL_UNIQUE, 0);
	add_rule(&bad, 51, IPSEC_MODE_TRANSPORT, IPSEC_LEVEL_UNIQUE, 0);
	policy_refused("spdadd: unique, no number known", SADB_X_SPDADD, &bad,
	    EAGAIN);
	encoder.unused_reqid = 0x4007;
	encode_policy(SADB_X_SPDADD, &bad, wire, &error);
	memcpy(&tmpl, wire + offset, sizeof(tmpl));
	ok(error == 0 && tmpl.reqid == 0x4007, "spdadd: unique, the first");
	memcpy(&tmpl, wire + offset + sizeof(tmpl), sizeof(tmpl));
	ok(tmpl.reqid == 0x4008, "spdadd: unique, the second");
	bad.rules[0].reqid = 0x4009;
	encode_policy(SADB_X_SPDADD, &bad, wire, &error);
	memcpy(&tmpl, wire + offset + sizeof(tmpl), sizeof(tmpl));
	ok(tmpl.reqid == 0x400a && encoder.unused_reqid == 0x400b,
	    "spdadd: unique, after one that was given");
	bad.rules[0].reqid = 0xf0000000u;
	encode_policy(SADB_X_SPDADD, &bad, wire, &error);
	ok(error == 0 && encoder.unused_reqid == 0x400c,
	    "spdadd: unique, beside one beyond the limit");
	bad.rules[0].reqid = XFRM_REQID_MAX;
	policy_refused("spdadd: unique, after the last number",
	    SADB_X_SPDADD, &bad, EAGAIN);
}

/* Another request is in the buffer already, and this one does not fit. */
static void
test_overflow(void)
{
	struct nlbuf b = { .octets = wire, .size = 64 };
	uint8_t octets[100];

	memset(octets, 0xee, sizeof(octets));
	nl_begin(&b, 1, 0, 1, 0);
	nl_bytes(&b, octets, 1);
	nl_attr(&b, 5, octets, 3);
	nl_attr(&b, 6, octets, 0);
	ok(nl_end(&b) && b.len == 32, "netlink: padding");
	nl_begin(&b, 1, 0, 2, 0);
	nl_bytes(&b, octets, 16);
	nl_bytes(&b, octets, sizeof(octets));
	ok(!nl_end(&b) && b.len == 32, "netlink: no room");
	ok(wire[32] == 0 && memcmp(wire + 32, wire + 33, 31) == 0,
	    "netlink: what found no room is wiped");
	nl_begin(&b, 1, 0, 2, 0);
	nl_bytes(&b, octets, 16);
	ok(nl_end(&b) && b.len == 64, "netlink: exactly full");
}

/* ---- records and events ---- */

static void
test_samples(void)
{
	struct xfrm_decoder decoder = { .now = 0 };
	struct msgbuf m;
	struct view view;
	size_t i;
	int len;

	for (i = 0; i < COUNT(samples); i++) {
		from_text(NETLINK, samples[i].netlink, wire);
		len = xfrm_decode(&decoder, samples[i].type,
		    (const void *)wire, &m);
		if (samples[i].pfkey == NULL) {
			ok(len == 0, "%s", samples[i].name);
			continue;
		}
		same_kind(PF_KEY_MESSAGE, samples[i].name, samples[i].pfkey,
		    m.space, len < 0 ? 0 : (size_t)len);
		ok(len > 0 && view_init(&view, m.dialect, m.space,
		    (size_t)len) == VIEW_OK, "%s: well-formed",
		    samples[i].name);
	}
}

/* From a soft limit on, an SA is dying. */
static void
test_states(void)
{
	struct xfrm_decoder decoder = { .now = 0 };
	struct xfrm_usersa_info *info;
	struct msgbuf m;
	struct view view;
	struct sa sa;
	unsigned i;
	uint8_t want;

	for (i = 0; i < 6; i++) {
		from_text(NETLINK, samples[0].netlink, wire);
		info = (void *)(wire + NLMSG_HDRLEN);
		want = SADB_SASTATE_DYING;
		decoder.now = (time_t)info->curlft.add_time;
		switch (i) {
		case 0: decoder.now += 999; want = SADB_SASTATE_MATURE; break;
		case 1: decoder.now += 1000; break;
		case 2: info->lft.soft_byte_limit = 9;
			info->curlft.bytes = 9; break;
		case 3: info->lft.soft_packet_limit = 9;
			info->curlft.packets = 10; break;
		case 4: info->lft.soft_use_expires_seconds = 10;
			info->curlft.use_time = info->curlft.add_time - 10;
			break;
		case 5: info->lft.soft_use_expires_seconds = 10;
			want = SADB_SASTATE_MATURE; break;
		}
		if (view_init(&view, &dialects[DIALECT_LINUX], m.space,
		    (size_t)xfrm_decode(&decoder, SADB_DUMP,
		    (const void *)wire, &m)) != VIEW_OK)
			abort();
		sa_decode(&view, &sa);
		ok(sa.state == want, "state, case %u", i);
	}
}

/* A limit that PF_KEY cannot say is not taken for another one. */
static void
test_packet_limit(void)
{
	struct xfrm_decoder decoder = { .now = 0 };
	struct xfrm_usersa_info *info = (void *)(wire + NLMSG_HDRLEN);
	struct msgbuf m;
	struct view view;
	struct sa sa;

	from_text(NETLINK, samples[0].netlink, wire);
	info->lft.hard_packet_limit = (uint64_t)5 << 32 | 9;
	if (view_init(&view, &dialects[DIALECT_LINUX], m.space,
	    (size_t)xfrm_decode(&decoder, SADB_DUMP, (const void *)wire,
	    &m)) != VIEW_OK)
		abort();
	sa_decode(&view, &sa);
	ok(sa.hard.allocations == UINT32_MAX && sa.unknown.count == 1 &&
	    sa.unknown.attrs[0] == XFRMA_LTIME_VAL, "packets beyond 32 bits");
}

/* What was asked for comes back from the record of it. */
static void
test_round_trip(void)
{
	static const uint8_t auths[] = { 2, 3, 5, 6, 7, 8, 9, 10, 128, 129,
	    251 };
	static const uint8_t ciphers[] = { 2, 3, 6, 7, 11, 12, 13, 14, 15, 16,
	    18, 19, 20, 22, 23, 24, 28, 252, 253 };
	struct xfrm_decoder decoder = { .now = 0 };
	struct sa in, out;
	struct msgbuf m;
	struct view view;
	size_t i, j;
	int error, len;
	bool good;

	for (i = 0; i < COUNT(ciphers); i++) {
		good = true;
		for (j = 0; j < COUNT(auths); j++) {
			in = an_sa(SADB_SATYPE_ESP, ciphers[i],
			    (uint16_t)(i * 8), auths[j], (uint16_t)(j * 8));
			encode_sa(SADB_ADD, &in, wire, &error);
			len = error != 0 ? 0 : xfrm_decode(&decoder,
			    SADB_DUMP, (const void *)wire, &m);
			if (len <= 0 || view_init(&view, m.dialect, m.space,
			    (size_t)len) != VIEW_OK)
				abort();
			sa_decode(&view, &out);
			good = good && out.encrypt == ciphers[i] &&
			    out.auth == auths[j] &&
			    out.enc_key.bits == i * 8 &&
			    out.auth_key.bits == j * 8 &&
			    (i == 0 || memcmp(out.enc_key.data, key, i) == 0);
		}
		ok(good, "round trip: cipher %u", ciphers[i]);
	}
}

/* A name fills its field in no kernel, but a message can say anything. */
static void
test_endless_name(void)
{
	struct sa sa = an_sa(SADB_SATYPE_ESP, 12, 128, 0, 0);
	struct xfrm_decoder decoder = { .now = 0 };
	struct msgbuf m;
	uint8_t *name;
	int error;

	encode_sa(SADB_ADD, &sa, wire, &error);
	name = error != 0 ? NULL : memmem(wire, sizeof(wire), "cbc(aes)", 8);
	if (name == NULL || xfrm_decode(&decoder, SADB_DUMP,
	    (const void *)wire, &m) <= 0)
		abort();
	memset(name, 'x', 64);
	ok(xfrm_decode(&decoder, SADB_DUMP, (const void *)wire, &m) < 0,
	    "the name of an algorithm has no end");
}

static size_t
put_link(uint8_t *out, int index, const char *name, uint32_t if_id)
{
	struct ifinfomsg info = { .ifi_index = index };
	struct nlbuf b = { .octets = out, .size = 256 };
	struct {
		struct nlattr kind_head;
		char kind[8];
		struct nlattr data_head, id_head;
		uint32_t if_id;
	} nested = { { 9, IFLA_INFO_KIND }, "xfrm", { 12, IFLA_INFO_DATA },
	    { 8, 2 }, if_id };

	nl_begin(&b, RTM_NEWLINK, 0, 1, 0);
	nl_bytes(&b, &info, sizeof(info));
	nl_attr(&b, IFLA_IFNAME, name, strlen(name) + 1);
	if (if_id != 0)
		nl_attr(&b, IFLA_LINKINFO, &nested, sizeof(nested));
	nl_end(&b);
	return b.len;
}

static void
test_links(void)
{
	struct xfrm_links links = { .loaded = true };
	struct xfrm_decoder decoder = { .links = &links };
	struct xfrm_user_offload offload = { .ifindex = 3 };
	struct nlbuf b = { .octets = wire, .size = sizeof(wire) };
	struct policy policy;
	struct msgbuf m;
	struct view view;
	int len;

	put_link(wire, 3, "eth0", 0);
	xfrm_links_read(&links, (const void *)wire);
	put_link(wire, 4, "ipsec0", 42);
	xfrm_links_read(&links, (const void *)wire);
	ok(links.count == 2, "links: both read");
	/* The sample of a policy with if_id 42, and a device. */
	b.len = from_text(NETLINK, samples[7].netlink, wire);
	nl_attr(&b, XFRMA_OFFLOAD_DEV, &offload, sizeof(offload));
	nl_end(&b);
	len = xfrm_decode(&decoder, SADB_X_SPDDUMP, (const void *)wire, &m);
	if (len <= 0 || view_init(&view, m.dialect, m.space, (size_t)len) !=
	    VIEW_OK)
		abort();
	policy_decode(&view, &policy);
	ok(policy.scope == IPSEC_SCOPE_IFNET && policy.if_id == 42 &&
	    policy.ifname != NULL && strcmp(policy.ifname, "ipsec0") == 0,
	    "links: a policy's XFRM interface");
	ok(policy.hwif != NULL && strcmp(policy.hwif, "eth0") == 0,
	    "links: a policy's device");
	ok(xfrm_link_of_if_id(&links, 43) == NULL, "links: none");
	xfrm_links_forget(&links);
}

/* ---- messages that lie ---- */

/*
 * Every sample cut at every length, and with every octet changed: nothing may
 * be read beyond its end (the sanitizers look), and what comes out holds
 * together.
 */
static void
test_damage(void)
{
	struct xfrm_decoder decoder = { .now = 1 };
	struct xfrm_name name;
	struct addr any = addr4(1, 32);
	struct msgbuf m;
	struct view view;
	uint8_t *copy;
	uint32_t cut;
	size_t i, len, at;
	int n;
	bool good = true;

	for (i = 0; i < COUNT(samples); i++) {
		len = from_text(NETLINK, samples[i].netlink, wire);
		for (at = sizeof(struct nlmsghdr); at < 2 * len; at++) {
			cut = (uint32_t)(at < len ? at : len);
			copy = malloc(cut);
			memcpy(copy, wire, cut);
			if (at >= len && at - len >= sizeof(cut))
				copy[at - len] ^= (uint8_t)(0xff >> at % 8);
			memcpy(copy, &cut, sizeof(cut));
			n = xfrm_decode(&decoder, samples[i].type,
			    (const void *)copy, &m);
			if (n > 0 && view_init(&view, m.dialect, m.space,
			    (size_t)n) != VIEW_OK)
				good = false;
			xfrm_decode_name((const void *)copy, 0, &any, &any,
			    &name);
			xfrm_decode_reqid((const void *)copy);
			free(copy);
		}
	}
	ok(good, "damaged messages: what comes out holds together");
}

static void
error_is(const char *name, const char *text, int error, const char *reason)
{
	const char *got;
	size_t len = from_text(NETLINK, text, wire);
	int e;

	memcpy(wire, &(uint32_t){ (uint32_t)len }, 4);
	e = nl_error((const void *)wire, &got);
	ok(e == error && (reason == NULL ? got == NULL : got != NULL &&
	    strcmp(got, reason) == 0), "error: %s", name);
}

/* NLMSG_ERROR: header, -errno, the request's header or all of it, words. */
#define ERROR_HEAD(flags)	"(4)0200" flags "07(7)efffffff"
#define REQUEST(len)		len "1000050007(7)"
#define WORDS			"0800010061626300"

static void
test_errors(void)
{
	error_is("bare", ERROR_HEAD("0001") REQUEST("e8000000"), EEXIST, NULL);
	error_is("with words", ERROR_HEAD("0003") REQUEST("e8000000") WORDS,
	    EEXIST, "abc");
	error_is("with the request", ERROR_HEAD("0002") REQUEST("14000000")
	    "(4)" WORDS, EEXIST, "abc");
	error_is("words without an end", ERROR_HEAD("0003")
	    REQUEST("e8000000") "0800010061626364", EEXIST, NULL);
	error_is("words that are cut", ERROR_HEAD("0003")
	    REQUEST("e8000000") "0900010061626300", EEXIST, NULL);
	error_is("a request that is cut", ERROR_HEAD("0002")
	    REQUEST("ff000000"), EEXIST, NULL);
	error_is("cut in the request's header", ERROR_HEAD("0002") "1400",
	    EBADMSG, NULL);
	error_is("cut in the number", "(4)0200000007(7)efff", EBADMSG, NULL);
	error_is("success", "(4)0200000107(11)" REQUEST("e8000000"), 0, NULL);
	error_is("a number that is none", "(4)0200000107(7)11000000"
	    REQUEST("e8000000"), EBADMSG, NULL);
	error_is("end of a dump", "(4)0300020007(11)", 0, NULL);
	error_is("end of a dump, old", "(4)0300020007(7)", 0, NULL);
	error_is("end of a dump, failed", "(4)0300020007(7)f4ffffff", ENOMEM,
	    NULL);
}

int
main(void)
{
	test_sa_requests();
	test_more_sa_requests();
	test_aead_requests();
	test_questions();
	test_sa_refusals();
	test_policy_requests();
	test_policy_refusals();
	test_overflow();
	test_samples();
	test_states();
	test_packet_limit();
	test_round_trip();
	test_endless_name();
	test_links();
	test_damage();
	test_errors();
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
