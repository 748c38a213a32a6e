/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The printers: records, commands and raw messages from octets, numbers and
 * addresses against libc's, and messages that lie.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "names.h"
#include "order.h"
#include "parser.h"
#include "pfkey.h"
#include "print.h"
#include "print_samples.h"
#include "tap.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* The samples' interfaces have the indexes 8, 9 ...; comes before libc's. */
char *
if_indextoname(unsigned ifindex, char name[IF_NAMESIZE])
{
	if (ifindex < 8 || ifindex > 99)
		return ifindex == 200 ? strcpy(name, "br-lan;flush") : NULL;
	snprintf(name, IF_NAMESIZE, "ipsec%u", ifindex - 8);
	return name;
}

static void
comment(const char *what, const char *text)
{
	const char *end;

	printf("# %s:\n", what);
	for (; *text != '\0'; text = *end == '\0' ? end : end + 1) {
		end = strchr(text, '\n');
		if (end == NULL)
			end = text + strlen(text);
		printf("#   %.*s\n", (int)(end - text), text);
	}
}

/* ---- what was printed ---- */

struct sink {
	struct text text;
	char *buf;
	size_t len;
};

static struct text *
sink_open(struct sink *sink)
{
	FILE *out = open_memstream(&sink->buf, &sink->len);

	if (out == NULL) {
		perror("open_memstream");
		exit(1);
	}
	text_init(&sink->text, out);
	return &sink->text;
}

static const char *
sink_text(struct sink *sink)
{
	text_flush(&sink->text);
	return sink->buf;
}

static void
sink_close(struct sink *sink)
{
	fclose(sink->text.out);
	free(sink->buf);
}

/* Tests what is in the sink, and closes it. */
static void
printed(struct sink *sink, const char *want, const char *name,
    const char *what)
{
	const char *got = sink_text(sink);

	if (!ok(strcmp(got, want) == 0, "%s: %s", name, what)) {
		comment("wanted", want);
		comment("printed", got);
	}
	sink_close(sink);
}

/* ---- messages ---- */

#define OCTETS_MAX	1024

struct octets {
	uint64_t space[OCTETS_MAX / 8];
	size_t len;
};

static void
from_hex(struct octets *o, int dialect, const char *hex)
{
	uint8_t *p = (uint8_t *)o->space;
	unsigned value;

	memset(o, 0, sizeof(*o));
	for (; sscanf(hex, "%2x", &value) == 1; hex += 2)
		p[o->len++] = (uint8_t)value;
	order_pfkey(&dialects[dialect], p, o->len, false);
}

static const struct print_style plain = { .now = SAMPLE_NOW };
static const struct print_style secret = {
	.hide_keys = true, .now = SAMPLE_NOW
};

static void
print_debug(struct sink *sink, int dialect, const char *hex,
    const struct print_style *style)
{
	struct octets o;

	from_hex(&o, dialect, hex);
	print_message(sink_open(sink), &dialects[dialect], o.space, o.len,
	    style);
}

/* ---- samples ---- */

static void
sample_sa(const struct sample *s, const struct view *view)
{
	const struct dialect *dialect = &dialects[s->dialect];
	struct sink sink;
	struct sa sa;

	sa_decode(view, &sa);
	print_sa(sink_open(&sink), dialect, &sa, &plain);
	printed(&sink, s->record, s->name, "record");
	print_sa_short(sink_open(&sink), &sa, &plain);
	printed(&sink, s->brief, s->name, "short record");
	print_sa_command(sink_open(&sink), dialect, "add", &sa, &plain);
	printed(&sink, s->script, s->name, "command");
}

static void
sample_policy(const struct sample *s, const struct view *view)
{
	const struct dialect *dialect = &dialects[s->dialect];
	struct policy policy;
	struct sink sink;

	policy_decode(view, &policy);
	print_policy(sink_open(&sink), dialect, &policy);
	printed(&sink, s->record, s->name, "record");
	if (s->script == NULL)
		return;
	print_policy_command(sink_open(&sink), dialect, "spdadd", &policy,
	    dialect->has_fwd ? SCRIPT_NO_TWIN : 0);
	printed(&sink, s->script, s->name, "command");
}

static void
test_samples(void)
{
	const struct sample *s;
	struct octets o;
	struct view view;
	struct sink sink;

	for (s = samples; s < samples + COUNT(samples); s++) {
		print_debug(&sink, s->dialect, s->hex, &plain);
		printed(&sink, s->debug, s->name, "raw");
		if (s->record == NULL)
			continue;
		from_hex(&o, s->dialect, s->hex);
		if (!ok(view_init(&view, &dialects[s->dialect], o.space,
		    o.len) == VIEW_OK, "%s: well-formed", s->name))
			continue;
		if (view.ext[EXT_POLICY] != NULL)
			sample_policy(s, &view);
		else
			sample_sa(s, &view);
	}
}

/* ---- variants of records ---- */

static void
make_sa(struct sa *sa, uint8_t satype)
{
	static const struct addr src = { 4, 32, 0, 0, { 192, 0, 2, 1 } };
	static const struct addr dst = { 4, 32, 0, 0, { 192, 0, 2, 2 } };

	memset(sa, 0, sizeof(*sa));
	sa->satype = satype;
	sa->has_sa = sa->has_sa2 = true;
	sa->spi = 256;
	sa->state = SADB_SASTATE_MATURE;
	sa->flags = SADB_X_EXT_CYCSEQ;
	sa->src = src;
	sa->dst = dst;
}

static void
sa_prints(const struct dialect *dialect, const struct sa *sa,
    const struct print_style *style, const char *want, const char *what)
{
	struct sink sink;

	print_sa(sink_open(&sink), dialect, sa, style);
	printed(&sink, want, "SA", what);
}

static void
sa_says(const struct dialect *dialect, const char *verb, const struct sa *sa,
    const struct print_style *style, const char *want, const char *what)
{
	struct sink sink;

	print_sa_command(sink_open(&sink), dialect, verb, sa, style);
	printed(&sink, want, "SA command", what);
}

#define NO_LIFETIME \
    "\tseq=0x00000000 replay=0 flags=0x00000040 state=mature \n" \
    "\tsadb_seq=0 pid=0 refcnt=0\n"
#define ESP_256	"\tesp mode=any spi=256(0x00000100) reqid=0(0x00000000)\n"

static void
test_sa(void)
{
	const struct dialect *linux = &dialects[DIALECT_LINUX];
	const struct dialect *freebsd = &dialects[DIALECT_FREEBSD];
	const struct print_style ports = { .ports = true };
	static const uint8_t key[3] = { 1, 0x23, 0xff };
	struct sa sa;

	make_sa(&sa, SADB_SATYPE_ESP);
	sa.encrypt = SADB_EALG_NULL;
	sa.enc_key.given = true;
	sa_prints(freebsd, &sa, &plain, "192.0.2.1 192.0.2.2\n" ESP_256
	    "\tE: null \n" NO_LIFETIME, "an empty key");
	sa_prints(freebsd, &sa, &secret, "192.0.2.1 192.0.2.2\n" ESP_256
	    "\tE: null \n" NO_LIFETIME, "nothing to hide in an empty key");
	sa.src.port = 500;
	sa_prints(linux, &sa, &ports, "192.0.2.1[500] 192.0.2.2[0]\n" ESP_256
	    "\tE: null \n" NO_LIFETIME, "with -p, ports of addresses");
	sa.src.port = 0;
	sa.encrypt = 99;
	sa.enc_key = (struct key){ key, 24, true };
	sa_prints(freebsd, &sa, &plain, "192.0.2.1 192.0.2.2\n" ESP_256
	    "\tE: 99  0123ff\n" NO_LIFETIME, "an algorithm without a name");
	sa_prints(freebsd, &sa, &secret, "192.0.2.1 192.0.2.2\n" ESP_256
	    "\tE: 99  (hidden)\n" NO_LIFETIME, "a hidden key");
	sa_says(freebsd, "add", &sa, &secret, "add 192.0.2.1 192.0.2.2 esp "
	    "0x00000100 -E 99 (hidden);\n", "a hidden key");
	sa.satype = 200;
	sa.mode = 3;
	sa.state = 9;
	sa.enc_key.given = false;
	sa_prints(freebsd, &sa, &plain, "192.0.2.1 192.0.2.2\n"
	    "\t200 mode=3 spi=256(0x00000100) reqid=0(0x00000000)\n"
	    "\tseq=0x00000000 replay=0 flags=0x00000040 state=9 \n"
	    "\tsadb_seq=0 pid=0 refcnt=0\n", "numbers without names");
	sa.satype = SADB_SATYPE_AH;
	sa_prints(linux, &sa, &plain, "192.0.2.1 192.0.2.2\n"
	    "\tah mode=beet spi=256(0x00000100) reqid=0(0x00000000)\n"
	    "\tseq=0x00000000 replay=0 flags=0x00000040 state=9 \n"
	    "\tsadb_seq=0 pid=0 refcnt=0\n", "beet on Linux");
	make_sa(&sa, SADB_X_SATYPE_IPCOMP);
	sa_prints(linux, &sa, &plain, "192.0.2.1 192.0.2.2\n"
	    "\tipcomp mode=any spi=256(0x00000100) reqid=0(0x00000000)\n"
	    "\tC: none \n" NO_LIFETIME, "no compression");
}

static void
test_sa_parts(void)
{
	const struct dialect *linux = &dialects[DIALECT_LINUX];
	struct sa sa;

	make_sa(&sa, SADB_SATYPE_ESP);
	sa.has_sa2 = false;
	sa_prints(linux, &sa, &plain, "192.0.2.1 192.0.2.2\n"
	    "no SA2 extension.\n", "without SA2");
	sa.has_sa = false;
	sa_prints(linux, &sa, &plain, "192.0.2.1 192.0.2.2\n"
	    "no SA extension.\n", "without SA");
	memset(&sa.dst, 0, sizeof(sa.dst));
	sa_prints(linux, &sa, &plain, "192.0.2.1\n"
	    "no ADDRESS_DST extension.\n", "without a destination");
	memset(&sa.src, 0, sizeof(sa.src));
	sa_prints(linux, &sa, &plain, "no ADDRESS_SRC extension.\n",
	    "without a source");
	make_sa(&sa, SADB_SATYPE_ESP);
	sa.dst.family = 0;
	sa.natt.given = sa.natt.has_sport = true;
	sa.natt.sport = 4500;
	sa.natt.oar = sa.src;
	sa_prints(linux, &sa, &plain, "192.0.2.1[4500] unknown-af\n"
	    "\tesp-udp mode=any spi=256(0x00000100) reqid=0(0x00000000)\n"
	    "\tNAT: OAR=192.0.2.1\n" NO_LIFETIME,
	    "half of NAT, and an address of another family");
	sa.natt.given = false;
	sa.dst.family = 4;
	sa_prints(linux, &sa, &plain, "192.0.2.1 192.0.2.2\n" ESP_256
	    NO_LIFETIME, "a port without encapsulation");
	make_sa(&sa, SADB_SATYPE_ESP);
	sa.current = (struct lifetime){ true, 1, 18446744073709551615u,
	    SAMPLE_NOW + 1, 9223372036854775807u };
	sa_prints(linux, &sa, &plain, "192.0.2.1 192.0.2.2\n" ESP_256
	    "\tseq=0x00000000 replay=0 flags=0x00000040 state=mature \n"
	    "\tcreated: Nov 14 22:15:01 2023\tcurrent: Nov 14 22:15:00 2023\n"
	    "\tdiff: 0(s)\thard: 0(s)\tsoft: 0(s)\n"
	    "\tlast: 9223372036854775807\thard: 0(s)\tsoft: 0(s)\n"
	    "\tcurrent: 18446744073709551615(bytes)\thard: 0(bytes)"
	    "\tsoft: 0(bytes)\n"
	    "\tallocated: 1\thard: 0\tsoft: 0\n"
	    "\tsadb_seq=0 pid=0 refcnt=0\n", "numbers at their limits");
}

static void
test_sa_command(void)
{
	const struct dialect *linux = &dialects[DIALECT_LINUX];
	const struct dialect *freebsd = &dialects[DIALECT_FREEBSD];
	struct sa sa;

	make_sa(&sa, SADB_SATYPE_ESP);
	sa.encrypt = SADB_EALG_NULL;
	sa.enc_key.given = true;
	sa.auth = SADB_X_AALG_NULL;
	sa.replay = 33;
	sa.flags |= SADB_X_EXT_OLD;
	sa_says(freebsd, "add", &sa, &plain, "add 192.0.2.1 192.0.2.2 esp-old "
	    "0x00000100 -r 5 -E null -A null;\n",
	    "keyless algorithms, a window that is rounded up");
	sa.flags = 0;
	sa_says(linux, "get", &sa, &plain,
	    "get 192.0.2.1 192.0.2.2 esp 0x00000100;\n", "get");
	sa.mark = (struct mark){ true, 5, 0xf };
	sa_says(linux, "delete", &sa, &plain,
	    "delete 192.0.2.1 192.0.2.2 esp 0x00000100 -mark 0x5/0xf;\n",
	    "delete");
	sa_says(linux, "deleteall", &sa, &plain,
	    "deleteall 192.0.2.1 192.0.2.2 esp -mark 0x5/0xf;\n",
	    "deleteall");
	sa.replay = 0;
	sa.mark.given = false;
	sa_says(linux, "add", &sa, &plain, "add 192.0.2.1 192.0.2.2 esp "
	    "0x00000100 -f nocyclic-seq -E null -A null;\n",
	    "a command's own flags");
	sa.current.given = true;
	sa_says(linux, "add", &sa, &plain,
	    "add 192.0.2.1 192.0.2.2 esp 0x00000100 -E null -A null;\n",
	    "a flag that Linux does not keep");
	sa_says(freebsd, "add", &sa, &plain, "add 192.0.2.1 192.0.2.2 esp "
	    "0x00000100 -f nocyclic-seq -E null -A null;\n",
	    "a flag that FreeBSD does keep");
	sa.natt.given = true;
	sa.natt.sport = 4500;
	sa.natt.dport = 10000;
	sa.natt.oai = sa.dst;
	sa.hard.bytes = 7;
	sa.soft.usetime = 9;
	sa.mode = IPSEC_MODE_BEET;
	sa_says(linux, "add", &sa, &plain, "add 192.0.2.1[4500] "
	    "192.0.2.2[10000] esp-udp 192.0.2.2 0x00000100 -m beet -bh 7 "
	    "-us 9 -E null -A null;\n", "UDP encapsulation");
	sa.natt.has_sport = true;
	sa.natt.sport = 0;
	sa_says(linux, "get", &sa, &plain, "get 192.0.2.1[0] "
	    "192.0.2.2[10000] esp-udp 192.0.2.2 0x00000100;\n",
	    "a port of 0, which is not the port that none stands for");
	make_sa(&sa, SADB_X_SATYPE_TCPSIGNATURE);
	sa.auth = 252;
	sa.auth_key = (struct key){ (const uint8_t *)"bgp", 24, true };
	sa_says(freebsd, "add", &sa, &plain, "add 192.0.2.1 192.0.2.2 tcp "
	    "0x00000100 -A tcp-md5 0x626770;\n", "tcp-md5");
}

static void
test_short(void)
{
	const struct print_style late = { .now = SAMPLE_NOW + 5000 };
	struct sink sink;
	struct sa sa;

	print_sa_short_header(sink_open(&sink));
	printed(&sink, "time p   s spi      ltime   src -> dst\n", "short",
	    "header");
	make_sa(&sa, SADB_X_SATYPE_TCPSIGNATURE);
	sa.state = 7;
	sa.src_proto = 6;
	sa.src.port = 179;
	memset(&sa.dst, 0, sizeof(sa.dst));
	sa.current = (struct lifetime){ true, 0, 0, SAMPLE_NOW, 0 };
	sa.hard = (struct lifetime){ true, 0, 0, 60, 0 };
	print_sa_short(sink_open(&sink), &sa, &late);
	printed(&sink, "3820 #11 #7 00000100 \?\?\?/\?\?\? tcp 192.0.2.1[179] "
	    "-> ?\n", "short", "a lifetime is missing, a destination too");
	sa.soft.given = true;
	sa.dst_proto = 99;
	sa.dst = sa.src;
	print_sa_short(sink_open(&sink), &sa, &late);
	printed(&sink, "3820 #11 #7 00000100 big/60  tcp 192.0.2.1[179] "
	    "-> #99 192.0.2.1[179]\n", "short", "a long age");
	sa.has_sa = false;
	sa.satype = SADB_SATYPE_AH;
	print_sa_short(sink_open(&sink), &sa, &plain);
	printed(&sink, "1500 ah ? ?          0/60  tcp 192.0.2.1[179] "
	    "-> #99 192.0.2.1[179]\n", "short", "without SA");
}

/* ---- policies ---- */

static void
make_policy(struct policy *policy, uint8_t upper, uint16_t a, uint16_t b)
{
	static const struct addr src = { 4, 24, 0, 0, { 10, 1, 1, 0 } };
	static const struct addr dst = { 4, 32, 0, 0, { 10, 2, 2, 2 } };

	memset(policy, 0, sizeof(*policy));
	policy->has_selector = policy->has_policy = true;
	policy->src = src;
	policy->dst = dst;
	policy->src.port = a;
	policy->dst.port = b;
	policy->upper = upper;
	policy->dir = IPSEC_DIR_INBOUND;
	policy->action = IPSEC_POLICY_NONE;
	policy->scope = IPSEC_SCOPE_GLOBAL;
	policy->priority = dialects[DIALECT_LINUX].default_priority;
}

static void
test_selectors(void)
{
	static const struct {
		uint8_t upper;
		uint16_t a, b;
		const char *record, *command;
	} cases[] = {
		{ 255, 0, 0, "10.1.1.0/24[any] 10.2.2.2[any] any",
		    "10.1.1.0/24[any] 10.2.2.2[any] any" },
		{ 6, 0, 443, "10.1.1.0/24[any] 10.2.2.2[443] tcp",
		    "10.1.1.0/24[any] 10.2.2.2[443] tcp" },
		{ 4, 0, 0, "10.1.1.0/24[any] 10.2.2.2[any] ip4",
		    "10.1.1.0/24[any] 10.2.2.2[any] ip4" },
		{ 253, 0, 0, "10.1.1.0/24[any] 10.2.2.2[any] 253",
		    "10.1.1.0/24[any] 10.2.2.2[any] 253" },
		{ 1, 8, 0, "10.1.1.0/24[8] 10.2.2.2[any] icmp",
		    "10.1.1.0/24 10.2.2.2 icmp 8,0" },
		{ 58, 0, 0, "10.1.1.0/24 10.2.2.2 icmp6",
		    "10.1.1.0/24 10.2.2.2 icmp6" },
		{ 58, 135, 0, "10.1.1.0/24 10.2.2.2 icmp6 135,0",
		    "10.1.1.0/24 10.2.2.2 icmp6 135,0" },
		{ 58, 300, 0, "10.1.1.0/24 10.2.2.2 icmp6 300,0",
		    "10.1.1.0/24[300] 10.2.2.2[any] icmp6" },
		{ 135, 5, 0, "10.1.1.0/24[5] 10.2.2.2[any] mh",
		    "10.1.1.0/24 10.2.2.2 mh 5,0" },
		{ 47, 0x0102, 0xfffe, "10.1.1.0/24[258] 10.2.2.2[65534] gre",
		    "10.1.1.0/24 10.2.2.2 gre 1.2.255.254" },
		{ 47, 0, 0, "10.1.1.0/24[any] 10.2.2.2[any] gre",
		    "10.1.1.0/24 10.2.2.2 gre" },
	};
	struct policy policy;
	struct sink sink;
	char want[256];
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		make_policy(&policy, cases[i].upper, cases[i].a, cases[i].b);
		snprintf(want, sizeof(want), "%s\n\tin none\n"
		    "\tspid=0 seq=0 pid=0 scope=global \n\trefcnt=0\n",
		    cases[i].record);
		print_policy(sink_open(&sink), &dialects[DIALECT_LINUX],
		    &policy);
		printed(&sink, want, "selector", cases[i].record);
		snprintf(want, sizeof(want), "spddelete %s -P in;\n",
		    cases[i].command);
		print_policy_command(sink_open(&sink),
		    &dialects[DIALECT_LINUX], "spddelete", &policy, 0);
		printed(&sink, want, "selector command", cases[i].command);
	}
}

/* ---- what can be typed ---- */

static void
keep_command(void *ctx, struct command *cmd)
{
	command_copy(ctx, cmd);
}

/* Parses a script of one command; false if there is anything wrong with it. */
static bool
parses(const char *script, struct command *cmd)
{
	static struct parser parser;
	struct source source;
	struct diag diag;
	bool good;

	source_init(&source);
	if (source_add_string(&source, "script", script) != 0)
		abort();
	diag_init(&diag, &source, NULL);
	memset(&parser, 0, sizeof(parser));
	parser.source = &source;
	parser.diag = &diag;
	parser.dialect = &dialects[DIALECT_LINUX];
	parser.sink = keep_command;
	parser.sink_ctx = cmd;
	cmd->op = OP_NONE;
	good = parser_run(&parser, source.files[0].loc) == 0 &&
	    parser.commands == 1 && cmd->op == OP_SPDADD;
	source_close(&source);
	return good;
}

/*
 * Whether a policy with a name of a device and a label is read back as the same
 * from its command; in *said, whether it is said to be.
 */
static bool
comes_back(const char *device, const char *label, bool *said)
{
	static struct command cmd;
	const struct policy *back = &cmd.policy;
	struct policy policy;
	struct sink sink;
	bool same;

	make_policy(&policy, 255, 0, 0);
	policy.device.name = device;
	policy.label = (struct label){ label, (uint16_t)(strlen(label) + 1),
	    1, 1 };
	*said = policy_inexpressible(&policy) == NULL;
	print_policy_command(sink_open(&sink), &dialects[DIALECT_LINUX],
	    "spdadd", &policy, 0);
	same = parses(sink_text(&sink), &cmd) && back->device.name != NULL &&
	    strcmp(back->device.name, device) == 0 &&
	    back->label.len == policy.label.len &&
	    memcmp(back->label.text, label, policy.label.len) == 0;
	sink_close(&sink);
	return same;
}

/* What is said to be in the language must be, and all that can be shown is. */
static void
test_typed(void)
{
	static const char *const more[] = { "", "-x", "a-x", "\303\251",
	    "\303\251\303\251\303\251", "\342\200\256x", "a\342\200\203b",
	    "\303", "a;flush", "#x" };
	char word[] = "a?b", other[] = "?b";
	unsigned c, words = 0, labels = 0, wrong = 0;
	bool said;
	size_t i;

	for (c = 1; c < 256; c++) {
		word[1] = other[0] = (char)c;
		wrong += comes_back(word, "label", &said) != said;
		words += said;
		wrong += comes_back(other, "label", &said) != said;
		words += said;
		wrong += comes_back("eth0", word, &said) != said;
		labels += said;
	}
	for (i = 0; i < COUNT(more); i++) {
		wrong += comes_back(more[i], "label", &said) != said;
		wrong += comes_back("eth0", more[i], &said) != said;
	}
	ok(wrong == 0, "names that can be typed are read back, and no others");
	/* Of 95 characters of ASCII a word lacks 8, and '-' in front. */
	ok(words == 2 * 87 - 1 && labels == 94, "%u words and %u labels", words,
	    labels);
}

#define SELECTOR	"10.1.1.0/24[any] 10.2.2.2[any] any\n"
#define POLICY_TAIL	"\tspid=0 seq=0 pid=0 scope=global \n\trefcnt=0\n"

static void
policy_prints(int dialect, const struct policy *policy, const char *want,
    const char *what)
{
	struct sink sink;

	print_policy(sink_open(&sink), &dialects[dialect], policy);
	printed(&sink, want, "policy", what);
}

static void
test_policy(void)
{
	struct policy policy;

	make_policy(&policy, 255, 0, 0);
	policy.malformed = true;
	policy_prints(DIALECT_FREEBSD, &policy, SELECTOR "\t(null)\n"
	    POLICY_TAIL, "malformed");
	policy.malformed = false;
	policy.dir = IPSEC_DIR_FWD;
	policy_prints(DIALECT_FREEBSD, &policy, SELECTOR "\t(null)\n"
	    POLICY_TAIL, "a direction that FreeBSD does not have");
	policy.dir = IPSEC_DIR_OUTBOUND;
	policy.action = IPSEC_POLICY_IPSEC;
	policy.nrules = 1;
	policy.rules[0] = (struct rule){ .proto = 50, .mode = 3, .level = 1 };
	policy_prints(DIALECT_FREEBSD, &policy, SELECTOR "\t(null)\n"
	    POLICY_TAIL, "a mode that FreeBSD does not have");
	policy_prints(DIALECT_LINUX, &policy, SELECTOR "\tout ipsec\n"
	    "\tesp/beet//use\n" POLICY_TAIL, "beet");
	policy.rules[0].reqid = IPSEC_MANUAL_REQID_MAX;
	policy_prints(DIALECT_LINUX, &policy, SELECTOR "\tout ipsec\n"
	    "\tesp/beet//use:16383\n" POLICY_TAIL, "an id of a user");
	policy.rules[0].reqid++;
	policy_prints(DIALECT_LINUX, &policy, SELECTOR "\tout ipsec\n"
	    "\tesp/beet//use#16384\n" POLICY_TAIL, "an id of a kernel");
	policy.has_policy = false;
	policy_prints(DIALECT_LINUX, &policy, SELECTOR
	    "no X_POLICY extension.\n", "no policy");
	make_policy(&policy, 255, 0, 0);
	policy.src.family = policy.dst.family = 0;
	policy.scope = 9;
	policy_prints(DIALECT_FREEBSD, &policy,
	    "unknown-af unknown-af any\n\tin none\n"
	    "\tspid=0 seq=0 pid=0 scope=9 \n\trefcnt=0\n",
	    "addresses of another family");
	policy.scope = IPSEC_SCOPE_ANY;
	policy_prints(DIALECT_FREEBSD, &policy,
	    "unknown-af unknown-af any\n\tin none\n"
	    "\tspid=0 seq=0 pid=0 scope=0 \n\trefcnt=0\n", "no scope");
	policy.scope = IPSEC_SCOPE_IFNET;
	policy.ifindex = 7;
	policy.has_selector = false;
	policy_prints(DIALECT_FREEBSD, &policy,
	    "(no selector, probably per-socket policy) \n\tin none\n"
	    "\tspid=0 seq=0 pid=0 scope=ifnet \n\trefcnt=0\n",
	    "no selector, an interface that is gone");
	make_policy(&policy, 255, 0, 0);
	policy.hwif = "eth1";
	policy.label = (struct label){ "a\"b\n", 5, 1, 2 };
	policy_prints(DIALECT_LINUX, &policy, SELECTOR "\tin none\n"
	    "\thw offl if: eth1\n\tctx: doi=1 alg=2 \"a\"b\\012\"\n"
	    POLICY_TAIL, "an offload device and a label");
}

#define PORT_500	{ 4, 32, 500, 0, { 192, 0, 2, 1 } }
#define NO_PORT		{ 4, 32, 0, 0, { 192, 0, 2, 2 } }

static void
test_rules(void)
{
	static const struct {
		struct rule rule;
		const char *record, *command;
	} cases[] = {
		{ { .proto = 50, .mode = 1, .level = 0 },
		    "esp/transport//default", "esp/transport//default" },
		{ { .proto = 51, .mode = 2, .level = 2, .src = PORT_500,
		    .dst = NO_PORT },
		    "ah/tunnel/192.0.2.1-192.0.2.2/require",
		    "ah/tunnel/192.0.2.1[500]-192.0.2.2/require" },
		{ { .proto = 108, .mode = 1, .level = 3, .reqid = 1 },
		    "ipcomp/transport//unique:1",
		    "ipcomp/transport//unique:1" },
		{ { .proto = 50, .mode = 1, .level = 3 },
		    "esp/transport//unique", "esp/transport//unique" },
		{ { .proto = 50, .mode = 1, .level = 3, .reqid = 4294967295 },
		    "esp/transport//unique#4294967295",
		    "esp/transport//unique:4294967295" },
		{ { .proto = 50, .mode = 1, .level = 2, .reqid = 9 },
		    "esp/transport//require:9", "esp/transport//unique:9" },
		{ { .proto = 42, .mode = 9, .level = 8 },
		    "42/9//8", "42/9//8" },
	};
	const struct dialect *linux = &dialects[DIALECT_LINUX];
	struct sink sink;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		print_rule(sink_open(&sink), linux, &cases[i].rule, false);
		printed(&sink, cases[i].record, "rule", cases[i].record);
		print_rule(sink_open(&sink), linux, &cases[i].rule, true);
		printed(&sink, cases[i].command, "rule command",
		    cases[i].command);
	}
}

/* ---- priorities ---- */

/* Reads "prio BASE [+|- N]" as the language does; false if it cannot. */
static bool
priority_value(const char *text, uint32_t *value)
{
	char base[8] = "", sign = '+';
	unsigned long offset = 0;
	int64_t v;

	if (*text == '\0') {
		*value = dialects[DIALECT_LINUX].default_priority;
		return true;
	}
	if (sscanf(text, "prio %7s %c %lu", base, &sign, &offset) < 1 ||
	    offset > 0x40000000)
		return false;
	if (strcmp(base, "high") == 0)
		v = INT64_C(0x40000000);
	else if (strcmp(base, "def") == 0)
		v = INT64_C(0x80000000);
	else if (strcmp(base, "low") == 0)
		v = INT64_C(0xc0000000);
	else
		return false;
	v += sign == '-' ? (int64_t)offset : -(int64_t)offset;
	*value = (uint32_t)v;
	return v >= 0 && v <= UINT32_MAX;
}

static void
test_priority(void)
{
	static const struct {
		uint32_t priority;
		const char *text;
	} cases[] = {
		{ 0, "prio high + 1073741824" },
		{ 0x40000000, "prio high" },
		{ 0x40000001, "prio high - 1" },
		{ 0x5fffffff, "prio high - 536870911" },
		{ 0x60000000, "prio def + 536870912" },
		{ 0x7fffffff, "prio def + 1" },
		{ 0x80000000, "" },
		{ 0x80000001, "prio def - 1" },
		{ 0x9fffffff, "prio def - 536870911" },
		{ 0xa0000000, "prio low + 536870912" },
		{ 0xc0000000, "prio low" },
		{ 0xffffffff, "prio low - 1073741823" },
	};
	uint32_t priority, back, wrong = 0;
	char buf[40];
	uint64_t n;
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		ok(strcmp(priority_text(&dialects[DIALECT_LINUX],
		    cases[i].priority, buf), cases[i].text) == 0,
		    "priority %#x: '%s'", (unsigned)cases[i].priority, buf);
	for (n = 0; n <= UINT32_MAX; n += 4093) {
		priority = (uint32_t)n;
		priority_text(&dialects[DIALECT_LINUX], priority, buf);
		if (!priority_value(buf, &back) || back != priority)
			wrong++;
	}
	ok(wrong == 0, "a million priorities read back (%u do not)",
	    (unsigned)wrong);
	ok(*priority_text(&dialects[DIALECT_FREEBSD], 7, buf) == '\0',
	    "no priority where the kernel has none");
}

/* ---- text ---- */

static uint32_t seed = 20;

static uint32_t
pseudo_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

/* libc's that differ from RFC 5952 in the deprecated ::/96 are not asked. */
static bool
comparable(const uint8_t octets[16])
{
#ifdef __GLIBC__
	(void)octets;
	return true;
#else
	static const uint8_t zero[12];

	return memcmp(octets, zero, sizeof(zero)) != 0;
#endif
}

static bool
addr_is(struct text *t, const struct addr *addr, const char *want)
{
	t->len = 0;
	text_addr(t, addr);
	return t->len == strlen(want) && memcmp(t->buf, want, t->len) == 0;
}

/* Of two runs of zeros, as long as each other, musl shortens another one. */
static bool
is_the_same(const struct text *t, const struct addr *addr)
{
#ifdef __GLIBC__
	(void)t;
	(void)addr;
	return false;
#else
	char ours[INET6_ADDRSTRLEN] = "";
	uint8_t octets[16];

	if (t->len >= sizeof(ours))
		return false;
	memcpy(ours, t->buf, t->len);
	return inet_pton(AF_INET6, ours, octets) == 1 &&
	    memcmp(octets, addr->octets, sizeof(octets)) == 0;
#endif
}

static void
test_addresses(void)
{
	char want[INET6_ADDRSTRLEN];
	unsigned i, wrong = 0, j;
	struct addr addr = { .family = 6 };
	struct sink sink;
	struct text *t = sink_open(&sink);
	uint32_t mask;

	for (i = 0; i < 200000; i++) {
		/* Each group is zero, one, ffff or anything. */
		mask = i < 65536 ? i : pseudo_random() & pseudo_random();
		for (j = 0; j < 8; j++, mask >>= 2) {
			uint16_t group = (mask & 3) == 0 ? 0 :
			    (mask & 3) == 1 ? 1 : (mask & 3) == 2 ? 0xffff :
			    (uint16_t)pseudo_random();

			addr.octets[2 * j] = (uint8_t)(group >> 8);
			addr.octets[2 * j + 1] = (uint8_t)group;
		}
		if (!comparable(addr.octets))
			continue;
		inet_ntop(AF_INET6, addr.octets, want, sizeof(want));
		if (!addr_is(t, &addr, want) &&
		    !is_the_same(t, &addr) && wrong++ < 5)
			printf("# %s, not %.*s\n", want, (int)t->len, t->buf);
	}
	ok(wrong == 0, "200000 IPv6 addresses as inet_ntop() (%u are not)",
	    wrong);
	addr.family = 4;
	for (i = wrong = 0; i < 65536; i++) {
		addr.octets[0] = (uint8_t)i;
		addr.octets[3] = (uint8_t)(i >> 8);
		inet_ntop(AF_INET, addr.octets, want, sizeof(want));
		wrong += !addr_is(t, &addr, want);
	}
	ok(wrong == 0, "65536 IPv4 addresses as inet_ntop()");
	t->len = 0;
	sink_close(&sink);
	addr = (struct addr){ 6, 128, 0, 9, { 0xfe, 0x80, [15] = 1 } };
	text_addr(sink_open(&sink), &addr);
	printed(&sink, "fe80::1%ipsec1", "address", "with a zone");
	addr.scope = 4000;
	text_addr(sink_open(&sink), &addr);
	printed(&sink, "fe80::1%4000", "address", "with a zone that is gone");
	addr.scope = 200;
	text_addr(sink_open(&sink), &addr);
	printed(&sink, "fe80::1%200", "address", "with a zone that is no word");
}

static void
test_numbers(void)
{
	struct sink sink;
	struct text *t = sink_open(&sink);

	text_dec(t, 0);
	text_char(t, ' ');
	text_dec(t, UINT64_MAX);
	text_char(t, ' ');
	text_hex(t, 0, 1);
	text_char(t, ' ');
	text_hex(t, 0xabc, 1);
	text_char(t, ' ');
	text_hex(t, 0xabc, 8);
	text_char(t, ' ');
	text_hex(t, 0xffffffff, 2);
	printed(&sink, "0 18446744073709551615 0 abc 00000abc ffffffff",
	    "numbers", "decimal and hexadecimal");
	text_escaped(sink_open(&sink), "a\033[0m\"\\\200\n", 9);
	printed(&sink, "a\\033[0m\"\\\\200\\012", "string", "escaped");
	text_quoted(sink_open(&sink), "x\0y\0\0", 5);
	printed(&sink, "\"x\\000y\"", "string", "quoted, without its padding");
	text_printf(sink_open(&sink), "%1000s", "");
	ok(strlen(sink_text(&sink)) == 511, "a long text_printf() is cut");
	sink_close(&sink);
}

/* Up to EXT_ALIKE nobody looks into the table for them. */
static void
test_extension_numbers(void)
{
	unsigned i, d, wrong = 0;

	for (i = EXT_NONE; i <= EXT_ALIKE; i++)
		for (d = 0; d < DIALECTS; d++)
			wrong += extensions[i].number[d] != i;
	ok(wrong == 0, "the common extensions have one number everywhere");
	wrong = 0;
	for (i = EXT_NONE; i < EXT_COUNT; i++)
		for (d = 0; d < DIALECTS; d++)
			wrong += extensions[i].number[d] != 0 && ext_of_wire(
			    &dialects[d], extensions[i].number[d]) != i;
	ok(wrong == 0, "each extension is found by its number");
}

static uint64_t
power_of_ten(unsigned n)
{
	return n == 0 ? 1 : 10 * power_of_ten(n - 1);
}

/* Where a digit is added, and where 32 bits end. */
static void
test_lengths(void)
{
	struct sink sink;
	struct text *t = sink_open(&sink);
	char *want, *p;
	uint64_t n;
	unsigned i;

	want = p = malloc(64 * 22 + 1);
	if (want == NULL)
		exit(1);
	for (i = 0; i < 63; i++) {
		n = i < 60 ? power_of_ten(i / 3) + i % 3 - 1 :
		    UINT32_MAX + (uint64_t)i - 60;
		text_dec(t, n);
		text_char(t, '\n');
		p += sprintf(p, "%llu\n", (unsigned long long)n);
	}
	ok(strcmp(sink_text(&sink), want) == 0, "numbers of all lengths");
	sink_close(&sink);
	free(want);
}

/* More than the buffer, in pieces of all lengths. */
static void
test_buffer(void)
{
	struct sink sink;
	struct text *t = sink_open(&sink);
	char *want, *p;
	unsigned i;

	want = p = malloc(7 * 100000 + 2 * TEXT_OCTETS + 1);
	if (want == NULL)
		exit(1);
	for (i = 0; i < 100000; i++) {
		text_dec(t, i);
		text_char(t, '\n');
		p += sprintf(p, "%u\n", i);
	}
	memset(p, 'x', 2 * TEXT_OCTETS);
	text_bytes(t, p, 2 * TEXT_OCTETS);
	p[2 * TEXT_OCTETS] = '\0';
	ok(strcmp(sink_text(&sink), want) == 0, "nothing is lost at the end "
	    "of the buffer");
	sink_close(&sink);
	free(want);
}

/* Whole minutes, and zones where a minute is not one. */
static void
test_times(void)
{
	static const char *const zones[] = {
		"UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "NPT-5:45", "ODD-0:00:20",
		"WEST12"
	};
	uint64_t when, last = 4102444800u;
	unsigned wrong;
	char want[64];
	struct sink sink;
	struct tm tm;
	time_t t;
	size_t i;

	for (i = 0; i < COUNT(zones); i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		wrong = 0;
		sink_open(&sink);
		for (when = 1; when < last;
		    when += 1 + pseudo_random() % 99999) {
			t = (time_t)when;
			localtime_r(&t, &tm);
			strftime(want, sizeof(want), "%b %e %H:%M:%S %Y", &tm);
			text_time(&sink.text, when);
			/* Once more, which comes from the cache. */
			text_time(&sink.text, when);
			wrong += memcmp(sink.text.buf, want, 20) != 0 ||
			    memcmp(sink.text.buf + 20, want, 20) != 0;
			sink.text.len = 0;
		}
		sink_close(&sink);
		ok(wrong == 0, "dates of TZ=%s as strftime()", zones[i]);
	}
	setenv("TZ", "UTC", 1);
	text_time(sink_open(&sink), 0);
	printed(&sink, "                    ", "date", "never");
	text_time(sink_open(&sink), UINT64_MAX);
	printed(&sink, "18446744073709551615", "date", "of no calendar");
	text_time(sink_open(&sink), 253402300800u);
	printed(&sink, "Jan  1 00:00:00 10000", "date", "five digits");
}

/* ---- keys ---- */

/* Counts the lines that begin with what. */
static int
lines_with(const char *text, const char *what)
{
	int n = 0;

	for (; text != NULL && *text != '\0'; text = strchr(text, '\n')) {
		if (*text == '\n')
			text++;
		n += strncmp(text, what, strlen(what)) == 0;
	}
	return n;
}

#define KEY_BITS	2048

static void
test_keys(void)
{
	const struct dialect *linux = &dialects[DIALECT_LINUX];
	static uint8_t key[KEY_BITS / 8];
	struct msgbuf m;
	struct sink sink;
	struct sa sa;
	char *line;
	size_t len;

	memset(key, 0x5a, sizeof(key));
	make_sa(&sa, SADB_SATYPE_ESP);
	sa.encrypt = 7;
	sa.auth = 3;
	sa.enc_key = sa.auth_key = (struct key){ key, KEY_BITS, true };
	print_sa(sink_open(&sink), linux, &sa, &plain);
	line = strstr(sink_text(&sink), "\tE: blowfish-cbc  5a5a5a5a ");
	ok(line != NULL && strcspn(line, "\n") == strlen("\tE: blowfish-cbc ") +
	    KEY_BITS / 32 * 9, "a key of %d bits is one line", KEY_BITS);
	ok(lines_with(sink.buf, " ") == 0, "and nothing begins with a blank");
	sink_close(&sink);
	print_sa(sink_open(&sink), linux, &sa, &secret);
	ok(strstr(sink_text(&sink), "5a5a") == NULL &&
	    strstr(sink.buf, "\tA: hmac-sha1  (hidden)\n") != NULL,
	    "keys hidden in a record");
	sink_close(&sink);

	msg_begin(&m, linux, SADB_ADD, SADB_SATYPE_ESP);
	sa_encode(&m, &sa);
	len = msg_end(&m);
	print_message(sink_open(&sink), linux, m.space, len, &plain);
	ok(strstr(sink_text(&sink), "5a5a\n") == NULL, "raw: a key of %d bits "
	    "is one line", KEY_BITS);
	sink_close(&sink);
	print_message(sink_open(&sink), linux, m.space, len, &secret);
	ok(strstr(sink_text(&sink), "5a5a") == NULL &&
	    strstr(sink.buf, "  key= (hidden) }\n") != NULL,
	    "keys hidden in a raw message");
	sink_close(&sink);
	print_hexdump(sink_open(&sink), linux, m.space, len, &secret);
	ok(strstr(sink_text(&sink), "5a") == NULL, "keys hidden in octets");
	sink_close(&sink);
	print_hexdump(sink_open(&sink), linux, m.space, len, &plain);
	ok(strstr(sink_text(&sink), "5a 5a 5a 5a \n") != NULL,
	    "octets, with the keys");
	sink_close(&sink);
}

static void
octets_print(int dialect, const char *hex, const struct print_style *style,
    const char *want, const char *what)
{
	struct octets o;
	struct sink sink;

	if (!order_is_ours()) {
		ok(true, "octets: %s # SKIP they are in another order", what);
		return;
	}
	from_hex(&o, dialect, hex);
	print_hexdump(sink_open(&sink), &dialects[dialect], o.space, o.len,
	    style);
	printed(&sink, want, "octets", what);
}

static void
test_hexdump(void)
{
	octets_print(DIALECT_LINUX, "020a00000200000001000000ffffffff", &plain,
	    "00000000: 02 0a 00 00 02 00 00 00 01 00 00 00 ff ff ff ff \n",
	    "a header");
	octets_print(DIALECT_LINUX, "020a00", &secret, "00000000: 02 0a 00 \n",
	    "less than a header");
	octets_print(DIALECT_FREEBSD, "020b0000070000000000000000000000"
	    "0203000305000000000000000000000002000800400000001122334455667788"
	    "0100140002000000", &secret,
	    "00000000: 02 0b 00 00 07 00 00 00 00 00 00 00 00 00 00 00 \n"
	    "00000010: 02 03 00 03 05 00 00 00 00 00 00 00 00 00 00 00 \n"
	    "00000020: 02 00 08 00 40 00 00 00 -- -- -- -- -- -- -- -- \n"
	    "00000030: 01 00 14 00 02 00 00 00 \n",
	    "a key in a message within a message");
	octets_print(DIALECT_LINUX, "02030003050000000000000000000000"
	    "0100140002000000" "0000080040000000" "1122334455667788", &secret,
	    "00000000: 02 03 00 03 05 00 00 00 00 00 00 00 00 00 00 00 \n"
	    "00000010: 01 00 14 00 02 00 00 00 -- -- -- -- -- -- -- -- \n"
	    "00000020: -- -- -- -- -- -- -- -- \n",
	    "what may be a key, where lengths do not add up");
	/* The fuzzer's: octets of the key stood where a header would. */
	octets_print(DIALECT_FREEBSD, "020b0003050000000000000000000000"
	    "0300090080000000" "11223344556677881122334455667788", &secret,
	    "00000000: 02 0b 00 03 05 00 00 00 00 00 00 00 00 00 00 00 \n"
	    "00000010: 03 00 09 00 80 00 00 00 -- -- -- -- -- -- -- -- \n"
	    "00000020: -- -- -- -- -- -- -- -- \n",
	    "X_PROMISC with a key first");
}

/* ---- messages that lie ---- */

#define HEADER_TEXT(units) \
    "sadb_msg{ version=2 type=3(ADD) errno=0 satype=3\n" \
    "  len=" units " reserved=0 seq=1 pid=42\n"

static const struct {
	const char *what, *hex, *text;
	int dialect;
} hostile[] = {
	{ "no octets of a header", "0203",
	    "kdebug_sadb: message cut short (2 < 16).\n", DIALECT_LINUX },
	{ "an unknown message", "0263070902000000010000002a000000",
	    "sadb_msg{ version=2 type=99(UNKNOWN) errno=7 satype=9\n"
	    "  len=2 reserved=0 seq=1 pid=42\n", DIALECT_LINUX },
	{ "a length that is not the message's",
	    "02030003ff000000010000002a000000" "0100140002000000",
	    HEADER_TEXT("255")
	    "kdebug_sadb: message of 24 octets says it has 2040.\n"
	    "sadb_ext{ len=1 type=20(NAT_T_TYPE) }\n"
	    "sadb_x_nat_t_type{ type=2 }\n", DIALECT_LINUX },
	{ "an extension of no length",
	    "0203000304000000010000002a000000" "0000010000000000"
	    "0100140002000000", HEADER_TEXT("4")
	    "sadb_ext{ len=0 type=1(SA) }\n"
	    "kdebug_sadb: invalid ext_len=0 was passed.\n", DIALECT_LINUX },
	{ "an extension that is longer than the message",
	    "0203000303000000010000002a000000" "0900010000000000",
	    HEADER_TEXT("3") "sadb_ext{ len=9 type=1(SA) }\n"
	    "kdebug_sadb: ext_len too big (72 > 8).\n", DIALECT_LINUX },
	{ "octets after the last extension",
	    "0203000303000000010000002a000000" "0100140002000000" "0100",
	    HEADER_TEXT("3")
	    "kdebug_sadb: message of 26 octets says it has 24.\n"
	    "sadb_ext{ len=1 type=20(NAT_T_TYPE) }\n"
	    "sadb_x_nat_t_type{ type=2 }\n"
	    "kdebug_sadb: 2 octets left over.\n", DIALECT_LINUX },
	{ "unknown extensions and type 0, and what follows",
	    "0203000306000000010000002a000000" "0100000000000000"
	    "0100c80000000000" "0100ffff00000000" "0100140002000000",
	    HEADER_TEXT("6") "sadb_ext{ len=1 type=0(RESERVED) }\n"
	    "kdebug_sadb: invalid ext_type 0\n"
	    "sadb_ext{ len=1 type=200(UNKNOWN) }\n"
	    "kdebug_sadb: invalid ext_type 200\n"
	    "sadb_ext{ len=1 type=65535(UNKNOWN) }\n"
	    "kdebug_sadb: invalid ext_type 65535\n"
	    "sadb_ext{ len=1 type=20(NAT_T_TYPE) }\n"
	    "sadb_x_nat_t_type{ type=2 }\n", DIALECT_NETBSD },
	{ "the same extension twice, the first too short",
	    "0203000305000000010000002a000000" "0100010000000100"
	    "02000100000001000400000000000000", HEADER_TEXT("5")
	    "sadb_ext{ len=1 type=1(SA) }\n"
	    "kdebug_sadb: extension cut short (8 < 16).\n"
	    "sadb_ext{ len=2 type=1(SA) }\n"
	    "sadb_sa{ spi=256 replay=4 state=0\n"
	    "  auth=0 encrypt=0 flags=0x00000000 }\n", DIALECT_LINUX },
	{ "a key shorter than its bits",
	    "0203000304000000010000002a000000" "0200090001010000"
	    "0102030405060708", HEADER_TEXT("4")
	    "sadb_ext{ len=2 type=9(KEY_ENCRYPT) }\n"
	    "sadb_key{ bits=257 reserved=0\n"
	    "  key=kdebug_sadb_key: key length mismatch, bit:257 len:8.\n"
	    " 01020304 05060708 }\n", DIALECT_LINUX },
	{ "sockaddrs cut short and of other families",
	    "020300030a000000010000002a000000" "02000500ff000000"
	    "1002000001020304" "02000600ff000000" "1063000001020304"
	    "01000700ff000000" "0300170000000102" "1c1c000001020304"
	    "0000000000000000", HEADER_TEXT("10")
	    "sadb_ext{ len=2 type=5(ADDRESS_SRC) }\n"
	    "sadb_address{ proto=255 prefixlen=0 reserved=0x0000 }\n"
	    "sockaddr{ len=16 family=2 addr=unknown }\n"
	    "sadb_ext{ len=2 type=6(ADDRESS_DST) }\n"
	    "sadb_address{ proto=255 prefixlen=0 reserved=0x0000 }\n"
	    "sockaddr{ len=16 family=99 addr=unknown }\n"
	    "sadb_ext{ len=1 type=7(ADDRESS_PROXY) }\n"
	    "sadb_address{ proto=255 prefixlen=0 reserved=0x0000 }\n"
	    "sockaddr{ len=0 family=0 addr=unknown }\n"
	    "sadb_ext{ len=3 type=23(NAT_T_OAI) }\n"
	    "sadb_address{ proto=0 prefixlen=0 reserved=0x0102 }\n"
	    "sockaddr{ len=28 family=28 addr=unknown }\n", DIALECT_FREEBSD },
	{ "a link-local address", "0203000307000000010000002a000000"
	    "05000500ff800000" "0a00000000000000" "fe80000000000000"
	    "0000000000000001" "0300000000000000", HEADER_TEXT("7")
	    "sadb_ext{ len=5 type=5(ADDRESS_SRC) }\n"
	    "sadb_address{ proto=255 prefixlen=128 reserved=0x0000 }\n"
	    "sockaddr{ len=28 family=10 addr=fe80::1%3 }\n", DIALECT_LINUX },
	{ "requests without length, too long, too short",
	    "020300030e000000010000002a000000"
	    "04001200020002010000000000000000"
	    "00003200010200000000000000000000"
	    "04001200020002010000000000000000"
	    "41003200010200001002000001020304"
	    "03001200020002010000000000000000" "0800320001020000",
	    "sadb_msg{ version=2 type=3(ADD) errno=0 satype=3\n"
	    "  len=14 reserved=0 seq=1 pid=42\n"
	    "kdebug_sadb: message of 104 octets says it has 112.\n"
	    "sadb_ext{ len=4 type=18(POLICY) }\n"
	    "sadb_x_policy{ type=2 dir=2 id=0 scope=1 priority=0 }\n"
	    " { len=0 proto=50 mode=1 level=2 reqid=0\n }\n"
	    "kdebug_sadb_x_policy: wrong policy struct.\n"
	    "sadb_ext{ len=4 type=18(POLICY) }\n"
	    "sadb_x_policy{ type=2 dir=2 id=0 scope=1 priority=0 }\n"
	    " { len=65 proto=50 mode=1 level=2 reqid=0\n"
	    "sockaddr{ len=16 family=2 addr=unknown }\n }\n"
	    "kdebug_sadb_x_policy: invalid ipsec policy length (65 > 16)\n"
	    "sadb_ext{ len=3 type=18(POLICY) }\n"
	    "sadb_x_policy{ type=2 dir=2 id=0 scope=1 priority=0 }\n"
	    " { len=8 proto=50 mode=1 level=2 reqid=0\n }\n",
	    DIALECT_FREEBSD },
	{ "requests of 4 octets",
	    "0203000305000000010000002a000000"
	    "03001200020002020000000000000000" "0400320001020000",
	    HEADER_TEXT("5") "sadb_ext{ len=3 type=18(POLICY) }\n"
	    "sadb_x_policy{ type=2 dir=2 flags=0x02 id=0 priority=0 }\n"
	    " { len=4 proto=50 mode=1 level=2 reqid=0\n }\n"
	    "kdebug_sadb_x_policy: wrong policy struct.\n",
	    DIALECT_NETBSD },
	{ "a request that Linux would need more octets for",
	    "0203000305000000010000002a000000"
	    "03001200020002000000000000000000" "0800320001020000",
	    HEADER_TEXT("5") "sadb_ext{ len=3 type=18(POLICY) }\n"
	    "sadb_x_policy{ type=2 dir=2 id=0 scope=0 priority=0 }\n"
	    "kdebug_sadb: 8 octets left over.\n", DIALECT_LINUX },
	{ "rules where there are none",
	    "0203000305000000010000002a000000"
	    "03001200010002000000000000000000" "0800320001020000",
	    HEADER_TEXT("5") "sadb_ext{ len=3 type=18(POLICY) }\n"
	    "sadb_x_policy{ type=1 dir=2 id=0 scope=0 priority=0 }\n"
	    "kdebug_sadb: 8 octets left over.\n", DIALECT_FREEBSD },
	{ "a terminal's sequences in strings",
	    "020300030c000000010000002a000000"
	    "03000a0003000000" "0000000000000000" "1b5d303b68690700"
	    "02001800020109001b9b6d2200000001"
	    "0500e300000000001b1b1b1b1b1b1b1b"
	    "1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b",
	    HEADER_TEXT("12") "sadb_ext{ len=3 type=10(IDENTITY_SRC) }\n"
	    "sadb_ident_src{ type=3 id=0\n  str=\"\\033]0;hi\\007\" }\n"
	    "sadb_ext{ len=2 type=24(SEC_CTX) }\n"
	    "sadb_x_sec_ctx{ alg=2 doi=1 len=9\n"
	    "  str=\"\\033\\233m\"\\000\\000\\000\\001\" }\n"
	    "kdebug_sadb: security context cut short (9 > 8).\n"
	    "sadb_ext{ len=5 type=227(IF_HW_OFFL) }\n"
	    "sadb_x_if_hw_offl{ flags=0x00000000 name=\""
	    "\\033\\033\\033\\033\\033\\033\\033\\033"
	    "\\033\\033\\033\\033\\033\\033\\033\\033"
	    "\\033\\033\\033\\033\\033\\033\\033\\033"
	    "\\033\\033\\033\\033\\033\\033\\033\\033\" }\n", DIALECT_LINUX },
	{ "half a combination and half a pair of addresses",
	    "0203000307000000010000002a000000" "02000d0020000000"
	    "0102030405060708" "0300190001000000" "0200000001020304"
	    "0506070809000000", HEADER_TEXT("7")
	    "sadb_ext{ len=2 type=13(PROPOSAL) }\n"
	    "sadb_prop{ replay=32\n}\nkdebug_sadb: 8 octets left over.\n"
	    "sadb_ext{ len=3 type=25(KMADDRESS) }\n"
	    "sadb_x_kmaddress{ reserved=1 }\n"
	    "sockaddr{ len=16 family=2 addr=1.2.3.4 }\n"
	    "sockaddr{ len=0 family=0 addr=unknown }\n", DIALECT_LINUX },
	{ "an answer within X_PROMISC",
	    "020b0000040000000000000000000000"
	    "0203000302000000010000002a000000",
	    HEADER_TEXT("2"), DIALECT_FREEBSD },
	{ "X_PROMISC alone", "020b0001020000000000000005000000",
	    "sadb_msg{ version=2 type=11(X_PROMISC) errno=0 satype=1\n"
	    "  len=2 reserved=0 seq=0 pid=5\n", DIALECT_FREEBSD },
	{ "X_PROMISC around a part of a header",
	    "020b0000030000000000000000000000" "0203000302000000",
	    "sadb_msg{ version=2 type=11(X_PROMISC) errno=0 satype=0\n"
	    "  len=3 reserved=0 seq=0 pid=0\n"
	    "sadb_ext{ len=770 type=768(UNKNOWN) }\n"
	    "kdebug_sadb: ext_len too big (6160 > 8).\n", DIALECT_FREEBSD },
};

static void
test_hostile(void)
{
	struct sink sink;
	char want[2048];
	size_t i;

	for (i = 0; i < COUNT(hostile); i++) {
		/* Every message ends with an empty line. */
		snprintf(want, sizeof(want), "%s\n", hostile[i].text);
		print_debug(&sink, hostile[i].dialect, hostile[i].hex, &plain);
		printed(&sink, want, "raw", hostile[i].what);
	}
}

/* No octet that a terminal might act on. */
static bool
harmless(const char *text, size_t len)
{
	for (; len > 0; len--, text++)
		if ((*text < ' ' || *text > '~') && *text != '\n' &&
		    *text != '\t')
			return false;
	return true;
}

/* One damaged message through everything that reads messages. */
static bool
survives(int dialect, struct octets *o, const struct print_style *style)
{
	const struct dialect *d = &dialects[dialect];
	struct policy policy;
	struct sink sink;
	struct view view;
	struct text *t = sink_open(&sink);
	bool good;
	struct sa sa;

	print_message(t, d, o->space, o->len, style);
	print_hexdump(t, d, o->space, o->len, style);
	if (view_init(&view, d, o->space, o->len) == VIEW_OK) {
		sa_decode(&view, &sa);
		print_sa(t, d, &sa, style);
		print_sa_short(t, &sa, style);
		print_sa_command(t, d, "add", &sa, style);
		policy_decode(&view, &policy);
		print_policy(t, d, &policy);
		print_policy_command(t, d, "spdadd", &policy, 0);
	}
	text_flush(t);
	good = harmless(sink.buf, sink.len);
	sink_close(&sink);
	return good;
}

#define ROUNDS	3000

static void
test_damage(void)
{
	const struct sample *s;
	struct octets o;
	unsigned i, n, bad;
	uint8_t *p = (uint8_t *)o.space;

	for (s = samples; s < samples + COUNT(samples); s++) {
		for (i = bad = 0; i < ROUNDS; i++) {
			from_hex(&o, s->dialect, s->hex);
			for (n = 1 + pseudo_random() % 4; n > 0; n--)
				p[pseudo_random() % o.len] =
				    (uint8_t)pseudo_random();
			if (i % 8 == 0)
				o.len = pseudo_random() % (o.len + 1);
			bad += !survives(i % 3 == 0 ?
			    (int)(pseudo_random() % DIALECTS) : s->dialect, &o,
			    i % 2 == 0 ? &plain : &secret);
		}
		ok(bad == 0, "%s: %d damaged copies print harmlessly", s->name,
		    ROUNDS);
	}
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_samples();
	test_sa();
	test_sa_parts();
	test_sa_command();
	test_short();
	test_selectors();
	test_typed();
	test_policy();
	test_rules();
	test_priority();
	test_addresses();
	test_numbers();
	test_extension_numbers();
	test_lengths();
	test_buffer();
	test_times();
	test_keys();
	test_hexdump();
	test_hostile();
	test_damage();
	return done();
}
