/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Linux has beyond PF_KEY, one thing at a time: from an SA or a policy to
 * the octets of an attribute (or of the structure that has it), back to the
 * same SA or policy, and to the text of -D and of -o script.
 */
#include "../pfkey.h"

#ifdef __linux__

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../print.h"
#include "../xfrm.h"
#include "order.h"
#include "tap.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static _Alignas(8) uint8_t octets[8192];
static struct nlbuf request;

/* ---- there and back ---- */

static const uint8_t key[32] = { 1, 2, 3, 4 };

static struct sa
plain_sa(void)
{
	struct sa sa = { .satype = SADB_SATYPE_ESP, .has_sa = true,
	    .spi = 0x1001, .encrypt = 12, .auth = 3,
	    .mode = IPSEC_MODE_TUNNEL };

	sa.src = (struct addr){ .family = 4, .prefix = 32,
	    .octets = { 192, 0, 2, 1 } };
	sa.dst = (struct addr){ .family = 4, .prefix = 32,
	    .octets = { 192, 0, 2, 2 } };
	sa.enc_key = (struct key){ key, 128, true };
	sa.auth_key = (struct key){ key, 160, true };
	return sa;
}

static struct policy
plain_policy(void)
{
	struct policy p = { .dir = IPSEC_DIR_OUTBOUND, .upper = 6,
	    .action = IPSEC_POLICY_IPSEC, .priority = 0x80000000u,
	    .nrules = 1 };

	p.src = (struct addr){ .family = 4, .prefix = 24, .port = 80,
	    .octets = { 192, 0, 2 } };
	p.dst = (struct addr){ .family = 4, .octets = { 0 } };
	p.rules[0].proto = 50;
	p.rules[0].mode = IPSEC_MODE_TRANSPORT;
	p.rules[0].level = IPSEC_LEVEL_REQUIRE;
	return p;
}

/* Makes a netlink request of a message; it looks like a record, too. */
static void
to_netlink(struct msgbuf *m)
{
	static struct xfrm_encoder encoder;
	struct view view;
	size_t len = msg_end(m);

	memset(octets, 0, sizeof(octets));
	request = (struct nlbuf){ .octets = octets, .size = sizeof(octets) };
	if (len == 0 || view_init(&view, m->dialect, m->space, len) != VIEW_OK)
		abort();
	if (xfrm_encode(&request, &encoder, &view) != 0)
		request.len = 0;
}

static void
sa_to_netlink(const struct sa *sa)
{
	static struct msgbuf m;

	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_ADD, sa->satype);
	sa_encode(&m, sa);
	to_netlink(&m);
}

static void
policy_to_netlink(const struct policy *p)
{
	struct xfrm_userpolicy_info *info;
	static struct msgbuf m;

	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_X_SPDADD, 0);
	policy_encode(&m, p);
	to_netlink(&m);
	/* A record says the direction by its index. */
	info = (void *)(octets + NLMSG_HDRLEN);
	info->index = 8 + (uint32_t)p->dir - 1;
}

static bool
from_netlink(uint8_t type, struct view *view)
{
	static struct xfrm_decoder decoder;
	static struct msgbuf m;
	int len = request.len == 0 ? -1 : xfrm_decode(&decoder, type,
	    (const void *)octets, &m);

	return len > 0 && view_init(view, &dialects[DIALECT_LINUX], m.space,
	    (size_t)len) == VIEW_OK;
}

/* The value of the attribute in the request, as hexadecimal; "-": not there. */
static const char *
attribute(size_t body, unsigned wanted)
{
	static const struct order order;
	static char text[600];
	const uint8_t *p = octets + NLMSG_HDRLEN + ALIGN4(body), *value;
	uint8_t copy[256];
	size_t offset = 0, n, i, len = request.len - NLMSG_HDRLEN -
	    ALIGN4(body);
	unsigned type;

	strcpy(text, "-");
	while (nl_next_attr(p, len, &offset, &type, &value, &n)) {
		if (type != wanted)
			continue;
		if (n > sizeof(copy))
			n = sizeof(copy);
		memcpy(copy, value, n);
		if (!order_is_ours())
			order_members(&order, copy, copy + n,
			    order_attribute(type));
		for (i = 0, text[0] = '\0'; i < n; i++)
			sprintf(text + 2 * i, "%02x", copy[i]);
	}
	return text;
}

/* ---- text ---- */

static char printed[16384];

static const struct print_style style = { .now = 1600000000 };

/* Collects what is printed; whether it has the line or the words. */
static bool
says(void (*print)(struct text *, const void *), const void *what,
    const char *words)
{
	static struct text text;
	FILE *f = tmpfile();
	size_t n;

	if (f == NULL)
		abort();
	text_init(&text, f);
	print(&text, what);
	text_flush(&text);
	rewind(f);
	n = fread(printed, 1, sizeof(printed) - 1, f);
	printed[n] = '\0';
	fclose(f);
	return strstr(printed, words) != NULL;
}

static void
record_of_sa(struct text *t, const void *sa)
{
	print_sa(t, &dialects[DIALECT_LINUX], sa, &style);
}

static void
command_of_sa(struct text *t, const void *sa)
{
	print_sa_command(t, &dialects[DIALECT_LINUX], "add", sa, &style);
}

static void
record_of_policy(struct text *t, const void *p)
{
	print_policy(t, &dialects[DIALECT_LINUX], p);
}

static void
command_of_policy(struct text *t, const void *p)
{
	print_policy_command(t, &dialects[DIALECT_LINUX], "spdadd", p, 0);
}

/* ---- SAs ---- */

/* The same things in both: as messages say them. */
static bool
same_sa(const struct sa *a, const struct sa *b)
{
	static struct msgbuf m[2];
	int i;

	for (i = 0; i < 2; i++) {
		const struct sa *sa = i == 0 ? a : b;
		struct sa copy = *sa;

		copy.state = 0;
		copy.current.given = false;
		copy.hard.given = copy.soft.given = false;
		msg_begin(&m[i], &dialects[DIALECT_LINUX], SADB_ADD,
		    sa->satype);
		sa_encode(&m[i], &copy);
	}
	return msg_end(&m[0]) == msg_end(&m[1]) &&
	    memcmp(m[0].space, m[1].space, m[0].len) == 0;
}

static void
sa_case(const char *name, const struct sa *sa, unsigned attr,
    const char *value, const char *line, const char *words)
{
	const char *got;
	struct view view;
	struct sa back;

	sa_to_netlink(sa);
	got = request.len == 0 ? "refused" :
	    attribute(sizeof(struct xfrm_usersa_info), attr);
	if (!ok(attr == 0 || strcmp(got, value) == 0, "%s: octets", name))
		printf("#   expected %s\n#   got %s\n", value, got);
	if (!ok(from_netlink(SADB_DUMP, &view), "%s: back", name))
		return;
	sa_decode(&view, &back);
	ok(same_sa(sa, &back), "%s: the same", name);
	if (!ok(says(record_of_sa, &back, line), "%s: -D", name))
		printf("#   %s\n#   expected %s\n", printed, line);
	if (words != NULL &&
	    !ok(says(command_of_sa, &back, words), "%s: -o script", name))
		printf("#   %s\n#   expected %s\n", printed, words);
}

static void
test_settings(void)
{
	static const struct {
		enum ext id;
		uint32_t value;
		const char *octets, *line, *words;
	} rows[] = {
		{ EXT_X_SA_DIR, 1, "01", "\tdir=in\n", " -dir in" },
		{ EXT_X_SA_DIR, 2, "02", "\tdir=out\n", " -dir out" },
		{ EXT_X_EXTRA_FLAGS, 3, "03000000",
		    "\textra-flags=dont-encap-dscp,oseq-may-wrap\n",
		    " -f dont-encap-dscp -f oseq-may-wrap" },
		{ EXT_X_EXTRA_FLAGS, 0x80000001, "01000080",
		    "\textra-flags=dont-encap-dscp,0x80000000\n", NULL },
		{ EXT_X_TFCPAD, 1400, "78050000", "\ttfcpad=1400\n",
		    " -tfcpad 1400" },
		{ EXT_X_NAT_KEEPALIVE, 20, "14000000", "\tnat-keepalive=20\n",
		    " -nat_keepalive 20" },
		{ EXT_X_MAPPING_TIME, 5, "05000000", "\tmapping-time=5\n",
		    " -mapping_time 5" },
		{ EXT_X_CPU, 0, "00000000", "\tcpu=0\n", " -cpu 0" },
		{ EXT_X_IPTFS_DROP_TIME, 1000000, "40420f00",
		    "\tiptfs-drop-time=1000000\n",
		    " -iptfs_drop_time 1000000" },
		{ EXT_X_IPTFS_REORDER, 3, "0300", "\tiptfs-reorder=3\n",
		    " -iptfs_reorder 3" },
		{ EXT_X_IPTFS_DONT_FRAG, 1, "", "\tiptfs-dont-frag\n",
		    " -iptfs_dont_frag" },
		{ EXT_X_IPTFS_DELAY, 7, "07000000", "\tiptfs-delay=7\n",
		    " -iptfs_delay 7" },
		{ EXT_X_IPTFS_QUEUE, 8, "08000000", "\tiptfs-queue=8\n",
		    " -iptfs_queue 8" },
		{ EXT_X_IPTFS_SIZE, 0, "00000000", "\tiptfs-size=0\n",
		    " -iptfs_size 0" },
	};
	struct sa sa;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		sa = plain_sa();
		setting_set(&sa.settings, rows[i].id, rows[i].value);
		sa_case(extensions[rows[i].id].name, &sa,
		    settings[rows[i].id - EXT_X_SETTING].attr, rows[i].octets,
		    rows[i].line, rows[i].words);
	}
	/* Those are all that are an attribute. */
	for (i = 0; i < SETTINGS; i++) {
		size_t n;

		for (n = 0; n < COUNT(rows); n++)
			if (rows[n].id == (enum ext)(EXT_X_SETTING + i))
				break;
		ok(settings[i].attr == 0 || n < COUNT(rows),
		    "%s is tested", settings[i].label);
	}
}

static struct xfrm_usersa_info
the_info(void)
{
	struct xfrm_usersa_info info;

	memcpy(&info, octets + NLMSG_HDRLEN, sizeof(info));
	return info;
}

static void
test_state_flags(void)
{
	struct sa sa = plain_sa();

	setting_set(&sa.settings, EXT_X_STATE_FLAGS, 8 | 16 | 64);
	sa.flags = SADB_SAFLAGS_NOECN;
	sa_case("flags", &sa, 0, "", "\tstate-flags=wildrecv,icmp,align4\n",
	    " -f wildrecv -f icmp -f align4");
	ok(the_info().flags == (1 | 8 | 16 | 32 | 64), "flags: octet");
	sa = plain_sa();
	sa.mode = IPSEC_MODE_TRANSPORT;
	setting_set(&sa.settings, EXT_X_STATE_FLAGS, 32);
	sa_case("af-unspec", &sa, 0, "", "\tstate-flags=af-unspec\n",
	    " -f af-unspec");
	ok(the_info().sel.family == 0, "af-unspec: no family");
}

static void
test_sa_selector(void)
{
	struct sa sa = plain_sa();
	struct xfrm_usersa_info info;

	sa.selector.given = true;
	sa.selector.upper = 17;
	sa.selector.src = (struct addr){ .family = 4, .prefix = 8, .port = 500,
	    .octets = { 10 } };
	sa.selector.dst = (struct addr){ .family = 4, .prefix = 0 };
	setting_set(&sa.settings, EXT_X_USER, 1000);
	sa_case("selector", &sa, 0, "",
	    "\tselector: 10.0.0.0/8[500] 0.0.0.0/0[any] udp\n",
	    " -sel 10.0.0.0/8[500] 0.0.0.0/0[any] udp -uid 1000");
	info = the_info();
	ok(info.sel.family == 2 && info.sel.prefixlen_s == 8 &&
	    info.sel.sport == htons(500) && info.sel.sport_mask == 0xffff &&
	    info.sel.proto == 17 && info.sel.user == 1000 &&
	    (info.flags & XFRM_STATE_AF_UNSPEC) == 0, "selector: octets");
	sa.selector.device.index = 7;
	sa.selector.masks = (struct port_masks){ true, 0xff00, 0 };
	sa_case("selector, more", &sa, 0, "",
	    "\tdev=7 port-masks=0xff00,0x0\n", NULL);
	ok(sa_inexpressible(&sa) != NULL,
	    "selector, more: not in the language");
	/* A tunnel for the packets of one family. */
	sa = plain_sa();
	sa.selector.given = true;
	sa.selector.upper = 255;
	sa.selector.src.family = sa.selector.dst.family = 4;
	sa_case("one family", &sa, 0, "",
	    "\tselector: 0.0.0.0/0[any] 0.0.0.0/0[any] any\n",
	    " -sel 0.0.0.0/0[any] 0.0.0.0/0[any] any");
	info = the_info();
	ok(info.sel.family == 2 && (info.flags & XFRM_STATE_AF_UNSPEC) == 0,
	    "one family: octets");
}

static void
test_sa_rest(void)
{
	struct sa sa = plain_sa();

	sa.output_mark = (struct mark){ true, 0x105, 0xff };
	sa_case("output mark", &sa, XFRM_SET_MARK, "05010000",
	    "\toutput-mark=0x105/0xff\n", " -output_mark 0x105/0xff");
	sa_case("output mark, mask", &sa, XFRM_SET_MARK_MASK, "ff000000",
	    "\toutput-mark=0x105/0xff\n", NULL);
	sa = plain_sa();
	sa.care_of = (struct addr){ .family = 4, .prefix = 32,
	    .octets = { 198, 51, 100, 1 } };
	sa_case("care-of address", &sa, XFRMA_COADDR,
	    "c6336401000000000000000000000000", "\tcare-of=198.51.100.1\n",
	    " -coa 198.51.100.1");
	sa.satype = SADB_X_SATYPE_HAO;
	sa.mode = IPSEC_MODE_RO;
	sa.spi = sa.encrypt = sa.auth = 0;
	sa.enc_key.given = sa.auth_key.given = false;
	sa_case("Mobile IPv6", &sa, XFRMA_COADDR,
	    "c6336401000000000000000000000000", "\thao mode=ro spi=0(0x",
	    " hao 0x00000000 -m ro");
	ok(the_info().id.proto == 60, "Mobile IPv6: its protocol");
	ok(sa_inexpressible(&sa) == NULL, "Mobile IPv6: in the language");
	sa = plain_sa();
	setting_set(&sa.settings, EXT_X_ICV, 80);
	sa_case("ICV", &sa, 0, "", "\ticv=80\n", " -icv 80");
	sa = plain_sa();
	sa.natt = (struct natt){ .given = true, .type = TCP_ENCAP_ESPINTCP,
	    .has_sport = true, .has_dport = true, .sport = 4500, .dport = 1,
	    .oai = { .family = 4, .prefix = 32, .octets = { 10, 1, 2, 3 } } };
	sa_case("espintcp", &sa, XFRMA_ENCAP,
	    "07001194000100000a010203000000000000000000000000",
	    "\tesp-tcp mode=tunnel", " esp-tcp 10.1.2.3 ");
	sa = plain_sa();
	sa.mode = IPSEC_MODE_IPTFS;
	sa_case("mode iptfs", &sa, 0, "", "\tesp mode=iptfs spi", " -m iptfs");
	ok(the_info().mode == 5 &&
	    (the_info().flags & XFRM_STATE_AF_UNSPEC) != 0,
	    "mode iptfs: octets");
}

/* Appends an attribute to what looks like a record. */
static void
append(unsigned type, const void *value, size_t n)
{
	struct nlmsghdr *header = (void *)octets;
	struct nlattr attr = { (uint16_t)(sizeof(attr) + n), (uint16_t)type };

	memcpy(octets + request.len, &attr, sizeof(attr));
	memcpy(octets + request.len + sizeof(attr), value, n);
	request.len += ALIGN4(sizeof(attr) + n);
	header->nlmsg_len = (uint32_t)request.len;
}

/* What the kernel counts, and what it has that is newer than the program. */
static void
test_sa_state(void)
{
	struct xfrm_replay_state replay = { .oseq = 5, .seq = 9,
	    .bitmap = 0x1ff };
	struct xfrm_usersa_info *info = (void *)(octets + NLMSG_HDRLEN);
	struct sa sa = plain_sa();
	struct view view;

	sa_to_netlink(&sa);
	from_netlink(SADB_DUMP, &view);
	sa_decode(&view, &sa);
	ok(!sa.traffic.given && sa.settings.given == 0 && !sa.selector.given,
	    "a plain SA has nothing beyond");
	info->stats.replay = 1;
	info->stats.integrity_failed = 2;
	append(XFRMA_REPLAY_VAL, &replay, sizeof(replay));
	append(60, "abc", 3);
	append(4000, "", 0);
	if (!ok(from_netlink(SADB_DUMP, &view), "what the kernel counts"))
		return;
	sa_decode(&view, &sa);
	ok(says(record_of_sa, &sa, "\tsequence: out=5 in=9 window=000001ff\n"
	    "\trefused: late=0 replayed=1 forged=2\n"), "sequence numbers");
	ok(strstr(printed, "\tnot shown: attribute 60, 4000\n") != NULL,
	    "unknown attributes");
	ok(sa_inexpressible(&sa) != NULL, "unknown attributes are not saved");
	sa.unknown.count = 0;
	sa.flags = SADB_X_EXT_PRAND;
	ok(sa_inexpressible(&sa) == NULL, "a padding is saved");
	sa.flags |= SADB_X_EXT_PZERO;
	ok(sa_inexpressible(&sa) != NULL, "two paddings are not");
}

/* ---- policies ---- */

static void
policy_case(const char *name, const struct policy *p, const char *line,
    const char *words)
{
	static struct msgbuf m[2];
	struct policy back;
	struct view view;

	policy_to_netlink(p);
	if (!ok(from_netlink(SADB_X_SPDDUMP, &view), "%s: back", name))
		return;
	policy_decode(&view, &back);
	if (!ok(says(record_of_policy, &back, line), "%s: -DP", name))
		printf("#   %s\n#   expected %s\n", printed, line);
	if (words != NULL && !ok(says(command_of_policy, &back, words),
	    "%s: -o script", name))
		printf("#   %s\n#   expected %s\n", printed, words);
	ok((policy_inexpressible(&back) == NULL) == (words != NULL),
	    "%s: in the language or not", name);
	msg_begin(&m[0], &dialects[DIALECT_LINUX], SADB_X_SPDADD, 0);
	policy_encode(&m[0], p);
	back.id = p->id;
	back.hard.given = back.soft.given = false;
	back.scope = p->scope;
	msg_begin(&m[1], &dialects[DIALECT_LINUX], SADB_X_SPDADD, 0);
	policy_encode(&m[1], &back);
	ok(msg_end(&m[0]) == msg_end(&m[1]) &&
	    memcmp(m[0].space, m[1].space, m[0].len) == 0,
	    "%s: the same", name);
}

static struct xfrm_userpolicy_info
the_policy(void)
{
	struct xfrm_userpolicy_info info;

	memcpy(&info, octets + NLMSG_HDRLEN, sizeof(info));
	return info;
}

static void
test_policies(void)
{
	struct policy p = plain_policy();

	setting_set(&p.settings, EXT_X_POLICY_FLAGS, 7);
	policy_case("policy flags", &p, "\tflags=localok,icmp,cpu-acquire\n",
	    " -f localok -f icmp -f cpu-acquire -P");
	ok(the_policy().flags == 7, "policy flags: octet");
	p = plain_policy();
	setting_set(&p.settings, EXT_X_POLICY_TYPE, 1);
	policy_case("sub policy", &p, "\tptype=sub\n", " -ptype sub -P");
	ok(strcmp(attribute(sizeof(struct xfrm_userpolicy_info),
	    XFRMA_POLICY_TYPE), "010000000000") == 0, "sub policy: octets");
	p = plain_policy();
	p.device.index = 3;
	setting_set(&p.settings, EXT_X_USER, 5);
	policy_case("policy device", &p, "\tdev=3\n\tuid=5\n", NULL);
	ok(the_policy().sel.ifindex == 3 && the_policy().sel.user == 5,
	    "policy device: octets");
	p = plain_policy();
	p.masks = (struct port_masks){ true, 0xfff0, 0 };
	policy_case("port masks", &p, "\tport-masks=0xfff0,0x0\n",
	    " -port_masks 0xfff0/0x0 -P");
	ok(the_policy().sel.sport_mask == htons(0xfff0), "port masks: octets");
	p = plain_policy();
	p.action = IPSEC_POLICY_DISCARD;
	policy_case("discard with rules", &p, "\tout discard\n"
	    "\trule 1: esp/transport//require\n",
	    " -P out discard esp/transport//require;");
}

static void
test_templates(void)
{
	struct policy p = plain_policy();
	struct xfrm_user_tmpl tmpl;

	p.rules[0].spi = 0x1001;
	p.rules[0].has_masks = true;
	p.rules[0].auth_mask = 8;
	p.rules[0].enc_mask = p.rules[0].comp_mask = ~0u;
	p.rules[0].share = 2;
	policy_case("template", &p, "\trule 1: spi=0x00001001 auth-mask=0x8 "
	    "enc-mask=0xffffffff comp-mask=0xffffffff share=2\n", NULL);
	memcpy(&tmpl, octets + NLMSG_HDRLEN +
	    ALIGN4(sizeof(struct xfrm_userpolicy_info)) + NLA_HDRLEN,
	    sizeof(tmpl));
	ok(tmpl.id.spi == htonl(0x1001) && tmpl.aalgos == 8 &&
	    tmpl.ealgos == ~0u && tmpl.calgos == ~0u && tmpl.share == 2,
	    "template: octets");
	p.rules[0].share = 0;
	policy_case("template without share", &p, "\trule 1: spi=0x00001001 "
	    "auth-mask=0x8 enc-mask=0xffffffff comp-mask=0xffffffff\n",
	    "esp/transport//require/spi:0x00001001/auth:0x00000008;");
}

/* A request to move them is like the answer that tells where they are. */
static void
test_thresholds(void)
{
	static const uint8_t wanted[] = { 6, 0, 3, 0, 24, 16, 0, 0,
	    6, 0, 4, 0, 64, 0, 0, 0 };
	struct defaults sent = { .hash = { { true, 24, 16 },
	    { true, 64, 0 } } }, got = { .in = DEFAULT_DISCARD };
	static struct msgbuf m;
	struct view view;

	msg_begin(&m, &dialects[DIALECT_LINUX], SADB_X_SPDHASH, 0);
	defaults_encode(&m, &sent);
	to_netlink(&m);
	ok(request.len == NLMSG_HDRLEN + 4 + sizeof(wanted) &&
	    memcmp(octets + NLMSG_HDRLEN + 4, wanted, sizeof(wanted)) == 0,
	    "thresholds: octets");
	append(1, "sp", 2);		/* XFRMA_SPD_INFO, not ALG_AUTH */
	if (!ok(from_netlink(SADB_X_SPDGETHASH, &view), "thresholds"))
		return;
	defaults_decode(&view, &got);
	ok(memcmp(got.hash, sent.hash, sizeof(got.hash)) == 0 &&
	    got.in == DEFAULT_DISCARD, "thresholds: they come back");
	append(XFRMA_SPD_IPV6_HTHRESH, "x", 1);
	ok(!from_netlink(SADB_X_SPDGETHASH, &view), "thresholds: too short");
}

/* Two extensions with one number would be taken for each other. */
static void
test_numbers(void)
{
	const char *taken[DIALECTS][256] = { { NULL } };
	unsigned system, number, id;

	for (system = 0; system < DIALECTS; system++)
		for (id = 0; id < EXT_COUNT; id++) {
			number = extensions[id].number[system];
			if (number == 0)
				continue;
			if (taken[system][number] != NULL)
				ok(false, "%s and %s have numbers of their own",
				    taken[system][number],
				    extensions[id].name);
			taken[system][number] = extensions[id].name;
		}
	ok(true, "the numbers of extensions were compared");
}

int
main(void)
{
	test_numbers();
	test_settings();
	test_state_flags();
	test_sa_selector();
	test_sa_rest();
	test_sa_state();
	test_policies();
	test_templates();
	test_thresholds();
	return done();
}

#else

#include "tap.h"

int
main(void)
{
	printf("1..0 # SKIP NETLINK_XFRM is Linux's\n");
	return 0;
}

#endif
