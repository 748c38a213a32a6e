/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records for people and for the scripts that parse them: the layouts are
 * FreeBSD's, and are a contract down to the trailing blanks.
 */
#include <net/if.h>
#include <string.h>

#include "print.h"

/* ---- parts of both ---- */

/* The names of our tables are short, and there is always room for one. */
static char *
fmt_name(char *p, const char *name, uint32_t number)
{
	return name != NULL ? fmt_word(p, name) : fmt_dec(p, number);
}

/* A database is mostly of one kind: the row shown last is looked at first. */
static char *
fmt_algorithm(struct text *t, char *p, const struct dialect *dialect,
    enum alg_kind kind, uint8_t id)
{
	const struct algorithm *alg = t->recent[kind];

	if (id == 0)
		return fmt_str(p, "none");
	if (alg == NULL || alg->id[dialect->index] != id) {
		alg = algorithm_numbered(kind, dialect, id);
		t->recent[kind] = alg;
	}
	return fmt_name(p, alg == NULL ? NULL : alg->name, id);
}

void
print_algorithm(struct text *t, const struct dialect *dialect,
    enum alg_kind kind, uint8_t id)
{
	text_end(t, fmt_algorithm(t, text_room(t), dialect, kind, id));
}

static char *
fmt_port(char *p, uint16_t port)
{
	*p = '[';
	p = fmt_dec(p + 1, port);
	*p = ']';
	return p + 1;
}

static void
print_port(struct text *t, uint16_t port)
{
	text_end(t, fmt_port(text_room(t), port));
}

/*
 * What only Linux has, and the offload device.  The same lines, at the same
 * place (before the lifetimes), in SAs and in policies.
 */
static void
print_hwif(struct text *t, const char *hwif)
{
	if (hwif == NULL)
		return;
	text_str(t, "\thw offl if: ");
	text_escaped(t, hwif, strlen(hwif));
	text_char(t, '\n');
}

static void
print_mark(struct text *t, const char *name, const struct mark *mark)
{
	text_str(t, name);
	text_char(t, '=');
	text_pair(t, mark->value, mark->mask);
}

static void
print_mark_and_id(struct text *t, const struct mark *mark, uint32_t if_id)
{
	if (!mark->given && if_id == 0)
		return;
	text_char(t, '\t');
	if (mark->given)
		print_mark(t, "mark", mark);
	if (if_id != 0) {
		text_str(t, mark->given ? " if_id=0x" : "if_id=0x");
		text_hex(t, if_id, 1);
	}
	text_char(t, '\n');
}

static void
print_label(struct text *t, const struct label *label)
{
	if (label->len == 0)
		return;
	text_str(t, "\tctx: doi=");
	text_dec(t, label->doi);
	text_str(t, " alg=");
	text_dec(t, label->alg);
	text_char(t, ' ');
	text_quoted(t, label->text, label->len);
	text_char(t, '\n');
}

/* ---- what Linux has beyond PF_KEY ---- */

/* Names of the bits that have one, and the rest as a number. */
static void
print_bits(struct text *t, const struct name *names, uint32_t bits)
{
	const char *comma = "";

	for (; names->name != NULL; names++) {
		if ((bits & names->value) == 0)
			continue;
		text_str(t, comma);
		text_str(t, names->name);
		comma = ",";
		bits &= ~names->value;
	}
	if (bits != 0) {
		text_str(t, comma);
		text_str(t, "0x");
		text_hex(t, bits, 1);
	}
}

static void
print_setting(struct text *t, const struct setting *row, uint32_t value)
{
	const char *word = row->shape == SETTING_WORD ?
	    name_of(row->words, value) : NULL;

	text_str(t, row->label);
	if (row->shape == SETTING_FLAG)
		return;
	text_char(t, '=');
	if (row->shape == SETTING_BITS)
		print_bits(t, row->words, value);
	else if (word != NULL)
		text_str(t, word);
	else
		text_dec(t, value);
}

/* All that are given, on one line. */
static void
print_settings(struct text *t, const struct settings *s)
{
	char before = '\t';
	unsigned i;

	if (s->given == 0)
		return;
	for (i = 0; i < SETTINGS; i++) {
		if ((s->given >> i & 1) == 0)
			continue;
		text_char(t, before);
		print_setting(t, &settings[i], s->value[i]);
		before = ' ';
	}
	text_char(t, '\n');
}

static void
print_unknown(struct text *t, const struct unknown *unknown)
{
	unsigned i;

	if (unknown->count == 0)
		return;
	text_str(t, "\tnot shown: attribute");
	for (i = 0; i < unknown->count; i++) {
		text_str(t, i == 0 ? " " : ", ");
		text_dec(t, unknown->attrs[i]);
	}
	text_char(t, '\n');
}

/* The interface, and the bits of ports: both are rare, and share a line. */
static void
print_selector_rest(struct text *t, const struct device *device,
    const struct port_masks *masks)
{
	char before = '\t';

	if (device->index == 0 && device->name == NULL && !masks->given)
		return;
	if (device->index != 0 || device->name != NULL) {
		text_str(t, "\tdev=");
		if (device->name != NULL)
			text_escaped(t, device->name, strlen(device->name));
		else
			text_dec(t, device->index);
		before = ' ';
	}
	if (masks->given) {
		text_char(t, before);
		text_str(t, "port-masks=0x");
		text_hex(t, masks->src, 1);
		text_str(t, ",0x");
		text_hex(t, masks->dst, 1);
	}
	text_char(t, '\n');
}

static void
print_sa_selector(struct text *t, const struct sa_selector *selector)
{
	if (selector->given) {
		text_str(t, "\tselector: ");
		print_selector(t, &selector->src, true);
		text_char(t, ' ');
		print_selector(t, &selector->dst, true);
		text_char(t, ' ');
		print_upper(t, selector->upper);
		text_char(t, '\n');
	}
	print_selector_rest(t, &selector->device, &selector->masks);
}

static void
print_care_of(struct text *t, const struct addr *addr)
{
	if (addr->family == 0)
		return;
	text_str(t, "\tcare-of=");
	text_addr(t, addr);
	text_char(t, '\n');
}

/* The words of the window in the kernel's order, up to the last with a bit. */
static void
print_window(struct text *t, const struct sa_state *state)
{
	unsigned i, n = state->words;

	while (n > 0 && state->bitmap[n - 1] == 0)
		n--;
	for (i = 0; i < n; i++) {
		text_str(t, i == 0 ? " window=" : ",");
		text_hex(t, state->bitmap[i], 8);
	}
}

static void
print_sa_state(struct text *t, const struct sa_state *state)
{
	if (!state->given)
		return;
	text_str(t, "\tsequence: out=");
	text_dec(t, state->out_seq);
	text_str(t, " in=");
	text_dec(t, state->in_seq);
	print_window(t, state);
	if (state->last_used != 0) {
		text_str(t, " used: ");
		text_time(t, state->last_used);
	}
	text_char(t, '\n');
	if ((state->late | state->replayed | state->forged) == 0)
		return;
	text_str(t, "\trefused: late=");
	text_dec(t, state->late);
	text_str(t, " replayed=");
	text_dec(t, state->replayed);
	text_str(t, " forged=");
	text_dec(t, state->forged);
	text_char(t, '\n');
}

static void
print_sa_beyond(struct text *t, const struct sa *sa)
{
	print_sa_selector(t, &sa->selector);
	if (sa->output_mark.given) {
		print_mark(t, "\toutput-mark", &sa->output_mark);
		text_char(t, '\n');
	}
	print_care_of(t, &sa->care_of);
	print_settings(t, &sa->settings);
	print_sa_state(t, &sa->traffic);
	print_unknown(t, &sa->unknown);
}

/* What a rule says beside its own line, by the rule's number from 1. */
static void
print_rule_rest(struct text *t, const struct rule *rule, unsigned number)
{
	if (rule->spi == 0 && !rule->has_masks && rule->share == 0)
		return;
	text_printf(t, "\trule %u:", number);
	if (rule->spi != 0)
		text_printf(t, " spi=0x%08x", (unsigned)rule->spi);
	if (rule->has_masks)
		text_printf(t, " auth-mask=0x%x enc-mask=0x%x comp-mask=0x%x",
		    (unsigned)rule->auth_mask, (unsigned)rule->enc_mask,
		    (unsigned)rule->comp_mask);
	if (rule->share != 0)
		text_printf(t, " share=%u", rule->share);
	text_char(t, '\n');
}

static void
print_policy_beyond(struct text *t, const struct dialect *dialect,
    const struct policy *policy)
{
	unsigned i;

	print_selector_rest(t, &policy->device, &policy->masks);
	for (i = 0; i < policy->nrules; i++) {
		if (policy->action != IPSEC_POLICY_IPSEC) {
			text_printf(t, "\trule %u: ", i + 1);
			print_rule(t, dialect, &policy->rules[i], false);
			text_char(t, '\n');
		}
		print_rule_rest(t, &policy->rules[i], i + 1);
	}
	print_settings(t, &policy->settings);
	print_unknown(t, &policy->unknown);
}

/* ---- SA ---- */

/*
 * An end of an SA.  Ports are those of UDP encapsulation, and with -p the
 * sockaddr's where there is none.
 */
static char *
fmt_end(char *p, const struct addr *addr, bool natt, uint16_t natt_port,
    const struct print_style *style)
{
	p = fmt_addr(p, addr);
	if (natt)
		return fmt_port(p, natt_port);
	return style->ports ? fmt_port(p, addr->port) : p;
}

/* A message without the extension leaves all of the address zero. */
static bool
absent(const struct addr *addr)
{
	return addr->family == 0 && addr->prefix == 0;
}

/* The first line.  False where the record ends: a part of it is missing. */
static bool
sa_ends(struct text *t, const struct sa *sa, const struct print_style *style)
{
	const struct natt *natt = &sa->natt;
	const char *missing = NULL;
	char *p;

	if (absent(&sa->src)) {
		text_str(t, "no ADDRESS_SRC extension.\n");
		return false;
	}
	p = fmt_end(text_room(t), &sa->src, natt->given && natt->has_sport,
	    natt->sport, style);
	if (absent(&sa->dst))
		missing = "ADDRESS_DST";
	else {
		*p = ' ';
		p = fmt_end(p + 1, &sa->dst, natt->given && natt->has_dport,
		    natt->dport, style);
		missing = !sa->has_sa ? "SA" : !sa->has_sa2 ? "SA2" : NULL;
	}
	*p = '\n';
	text_end(t, p + 1);
	if (missing != NULL) {
		text_str(t, "no ");
		text_str(t, missing);
		text_str(t, " extension.\n");
	}
	return missing == NULL;
}

/* Whatever a BSD calls the encapsulation, it is in UDP. */
static const char *
encap_name(const struct dialect *dialect, uint8_t type)
{
	const char *name = dialect->has_xfrm ? name_of(encap_names, type) :
	    NULL;

	return name != NULL ? name : "esp-udp";
}

static void
sa_identity(struct text *t, const struct dialect *dialect,
    const struct sa *sa)
{
	char *p = fmt_str(text_room(t), "\t");

	if (sa->satype == SADB_SATYPE_ESP && sa->natt.given)
		p = fmt_word(p, encap_name(dialect, sa->natt.type));
	else
		p = fmt_name(p, name_of(satype_names, sa->satype), sa->satype);
	p = fmt_str(p, " mode=");
	p = fmt_name(p, mode_name(dialect, sa->mode), sa->mode);
	p = fmt_str(p, " spi=");
	p = fmt_dec(p, sa->spi);
	p = fmt_str(p, "(0x");
	p = fmt_hex8(p, sa->spi);
	p = fmt_str(p, ") reqid=");
	p = fmt_dec(p, sa->reqid);
	p = fmt_str(p, "(0x");
	p = fmt_hex8(p, sa->reqid);
	p = fmt_str(p, ")\n");
	text_end(t, p);
}

static void
sa_origin(struct text *t, const struct natt *natt)
{
	if (!natt->given ||
	    (natt->oai.family == 0 && natt->oar.family == 0))
		return;
	text_str(t, "\tNAT:");
	if (natt->oai.family != 0) {
		text_str(t, " OAI=");
		text_addr(t, &natt->oai);
	}
	if (natt->oar.family != 0) {
		text_str(t, " OAR=");
		text_addr(t, &natt->oar);
	}
	text_char(t, '\n');
}

static void
sa_key(struct text *t, const struct key *key, const struct print_style *style)
{
	if (style->hide_keys && key->bits != 0)
		text_str(t, "  (hidden)\n");
	else {
		text_char(t, ' ');
		text_groups(t, key->data, (key->bits + 7u) / 8);
		text_char(t, '\n');
	}
}

static void
sa_algorithms(struct text *t, const struct dialect *dialect,
    const struct sa *sa, const struct print_style *style)
{
	char *p;

	if (sa->satype == SADB_X_SATYPE_IPCOMP) {
		text_str(t, "\tC: ");
		print_algorithm(t, dialect, ALG_COMP, sa->encrypt);
		text_str(t, " \n");
	}
	if (sa->satype == SADB_SATYPE_ESP && sa->enc_key.given) {
		p = fmt_str(text_room(t), "\tE: ");
		text_end(t, fmt_algorithm(t, p, dialect, ALG_ENC, sa->encrypt));
		sa_key(t, &sa->enc_key, style);
	}
	if (sa->auth_key.given) {
		p = fmt_str(text_room(t), "\tA: ");
		text_end(t, fmt_algorithm(t, p, dialect, ALG_AUTH, sa->auth));
		sa_key(t, &sa->auth_key, style);
	}
}

static void
sa_state(struct text *t, const struct sa *sa)
{
	char *p = fmt_str(text_room(t), "\tseq=0x");

	p = fmt_hex8(p, sa->sequence);
	/* The octets of the bitmap, as -r takes them. */
	p = fmt_str(p, " replay=");
	p = fmt_dec(p, ((uint64_t)sa->replay + 7) / 8);
	p = fmt_str(p, " flags=0x");
	p = fmt_hex8(p, sa->flags);
	p = fmt_str(p, " state=");
	p = fmt_name(p, name_of(state_names, sa->state), sa->state);
	text_end(t, fmt_str(p, " \n"));
}

/* Seconds since the SA was made; 0 if the clock was set back since. */
static uint64_t
sa_age(const struct sa *sa, time_t now)
{
	uint64_t made = sa->current.addtime;

	return made == 0 || now < 0 || made > (uint64_t)now ? 0 :
	    (uint64_t)now - made;
}

static inline char *
fmt_limits(char *p, uint64_t hard, uint64_t soft, const char *unit)
{
	p = fmt_str(p, "\thard: ");
	p = fmt_str(fmt_dec(p, hard), unit);
	p = fmt_str(p, "\tsoft: ");
	return fmt_str(fmt_dec(p, soft), unit);
}

/* Limits that are not there are zero, as those that are not set. */
static void
sa_lifetimes(struct text *t, const struct sa *sa, time_t now)
{
	const struct lifetime *cur = &sa->current, *hard = &sa->hard,
	    *soft = &sa->soft;
	char *p = fmt_str(text_room(t), "\tcreated: ");

	p = fmt_time(t, p, cur->addtime);
	p = fmt_str(p, "\tcurrent: ");
	p = fmt_time(t, p, (uint64_t)now);
	p = fmt_str(p, "\n\tdiff: ");
	p = fmt_dec(p, sa_age(sa, now));
	p = fmt_str(p, "(s)");
	p = fmt_limits(p, hard->addtime, soft->addtime, "(s)");
	p = fmt_str(p, "\n\tlast: ");
	p = fmt_time(t, p, cur->usetime);
	p = fmt_limits(p, hard->usetime, soft->usetime, "(s)");
	p = fmt_str(p, "\n\tcurrent: ");
	p = fmt_dec(p, cur->bytes);
	p = fmt_str(p, "(bytes)");
	p = fmt_limits(p, hard->bytes, soft->bytes, "(bytes)");
	p = fmt_str(p, "\n\tallocated: ");
	p = fmt_dec(p, cur->allocations);
	p = fmt_limits(p, hard->allocations, soft->allocations, "");
	text_end(t, fmt_str(p, "\n"));
}

/* What a device or the software did for an SA that may be offloaded. */
static void
sa_offload(struct text *t, const char *name, const struct lifetime *use)
{
	if (!use->given)
		return;
	text_char(t, '\t');
	text_str(t, name);
	text_str(t, " use: ");
	text_time(t, use->usetime);
	text_char(t, '\t');
	text_str(t, name);
	text_str(t, " allocated: ");
	text_dec(t, use->allocations);
	text_char(t, '\t');
	text_str(t, name);
	text_str(t, ": ");
	text_dec(t, use->bytes);
	text_str(t, "(bytes)\n");
}

void
print_sa(struct text *t, const struct dialect *dialect, const struct sa *sa,
    const struct print_style *style)
{
	char *p;

	if (!sa_ends(t, sa, style))
		return;
	sa_identity(t, dialect, sa);
	sa_origin(t, &sa->natt);
	sa_algorithms(t, dialect, sa, style);
	sa_state(t, sa);
	print_hwif(t, sa->hwif);
	print_mark_and_id(t, &sa->mark, sa->if_id);
	print_label(t, &sa->label);
	if (dialect->has_xfrm)
		print_sa_beyond(t, sa);
	if (sa->current.given)
		sa_lifetimes(t, sa, style->now);
	p = fmt_str(text_room(t), "\tsadb_seq=");
	p = fmt_dec(p, sa->seq);
	p = fmt_str(p, " pid=");
	p = fmt_dec(p, sa->pid);
	p = fmt_str(p, " refcnt=");
	p = fmt_dec(p, sa->refcnt);
	text_end(t, fmt_str(p, "\n"));
	sa_offload(t, "sw offl", &sa->sw_offload);
	sa_offload(t, "hw offl", &sa->hw_offload);
}

/* ---- SA, the short form ---- */

/* Addresses carry a protocol there; the names are the old program's. */
static const struct name short_protos[] = {
	{ "ip", 0 }, { "icmp", 1 }, { "igmp", 2 }, { "ggp", 3 }, { "ip4", 4 },
	{ "tcp", 6 }, { "egp", 8 }, { "udp", 17 }, { "idp", 22 },
	{ "tp", 29 }, { "ip6", 41 }, { "rt6", 43 }, { "frag6", 44 },
	{ "rsvp", 46 }, { "gre", 47 }, { "esp", 50 }, { "ah", 51 },
	{ "icmp6", 58 }, { "none", 59 }, { "dst6", 60 }, { NULL, 0 }
};
static const struct name short_satypes[] = {
	{ "ah", SADB_SATYPE_AH }, { "esp", SADB_SATYPE_ESP }, { NULL, 0 }
};
static const struct name short_states[] = {
	{ "L", SADB_SASTATE_LARVAL }, { "M", SADB_SASTATE_MATURE },
	{ "D", SADB_SASTATE_DYING }, { "d", SADB_SASTATE_DEAD }, { NULL, 0 }
};

/* Returns the octets printed. */
static int
short_name(struct text *t, const struct name *table, uint8_t number)
{
	const char *name = name_of(table, number);

	if (name != NULL) {
		text_str(t, name);
		return (int)strlen(name);
	}
	text_char(t, '#');
	text_dec(t, number);
	return number < 10 ? 2 : number < 100 ? 3 : 4;
}

static void
two_digits(struct text *t, unsigned n)
{
	text_char(t, (char)('0' + n / 10));
	text_char(t, (char)('0' + n % 10));
}

/* Seconds in three columns; left: the blanks come after. */
static void
three_columns(struct text *t, uint64_t n, bool left)
{
	const char *blanks = n < 10 ? "  " : n < 100 ? " " : "";

	if (!left)
		text_str(t, blanks);
	if (n < 1000)
		text_dec(t, n);
	else
		text_str(t, "big");
	if (left)
		text_str(t, blanks);
}

static void
short_end(struct text *t, const struct addr *addr, uint8_t proto)
{
	if (absent(addr)) {
		text_char(t, '?');
		return;
	}
	if (proto != 0) {
		short_name(t, short_protos, proto);
		text_char(t, ' ');
	}
	text_addr(t, addr);
	if (addr->port != 0)
		print_port(t, addr->port);
}

void
print_sa_short_header(struct text *t)
{
	text_str(t, "time p   s spi      ltime   src -> dst\n");
}

void
print_sa_short(struct text *t, const struct sa *sa,
    const struct print_style *style)
{
	unsigned second = (unsigned)((uint64_t)style->now % 3600);
	int width;

	two_digits(t, second / 60);
	two_digits(t, second % 60);
	text_char(t, ' ');
	width = short_name(t, short_satypes, sa->satype);
	while (width++ < 3)
		text_char(t, ' ');
	if (sa->has_sa) {
		text_char(t, ' ');
		short_name(t, short_states, sa->state);
		text_char(t, ' ');
		text_hex(t, sa->spi, 8);
	} else
		text_str(t, "? ?       ");
	text_char(t, ' ');
	if (sa->soft.given && sa->hard.given && sa->current.given) {
		three_columns(t, sa_age(sa, style->now), false);
		text_char(t, '/');
		three_columns(t, sa->hard.addtime, true);
	} else
		/* Escaped: plain, it would be a trigraph. */
		text_str(t, "\?\?\?/\?\?\?");
	text_char(t, ' ');
	short_end(t, &sa->src, sa->src_proto);
	text_str(t, " -> ");
	short_end(t, &sa->dst, sa->dst_proto);
	text_char(t, '\n');
}

/* ---- policy ---- */

/*
 * The priority is the kernel's number, smaller first; the language counts from
 * three bases, and its "+" makes a policy more important.  The nearest base is
 * named, the less important of two, so an offset is at most 2^29, but for
 * the most important end: high has all numbers below it, up to "+ 2^30" for 0.
 */
#define PRIO_HIGH	0x40000000u
#define PRIO_DEF	0x80000000u
#define PRIO_LOW	0xc0000000u

char *
priority_text(const struct dialect *dialect, uint32_t priority, char *buf)
{
	static const struct {
		uint32_t end;		/* the numbers below it */
		uint32_t base;
		const char *words, *plus, *minus;
	} bases[] = {
		{ PRIO_HIGH + (PRIO_DEF - PRIO_HIGH) / 2, PRIO_HIGH,
		    "prio high", "prio high + ", "prio high - " },
		{ PRIO_DEF + (PRIO_LOW - PRIO_DEF) / 2, PRIO_DEF,
		    "prio def", "prio def + ", "prio def - " },
		{ UINT32_MAX, PRIO_LOW,
		    "prio low", "prio low + ", "prio low - " }
	};
	char digits[10], *p = digits + sizeof(digits), *end = p;
	uint32_t offset;
	int i = 0;

	buf[0] = '\0';
	if (!dialect->has_priority || priority == dialect->default_priority)
		return buf;
	while (i < 2 && priority >= bases[i].end)
		i++;
	if (priority == bases[i].base)
		return strcpy(buf, bases[i].words);
	strcpy(buf, priority < bases[i].base ? bases[i].plus :
	    bases[i].minus);
	offset = priority < bases[i].base ? bases[i].base - priority :
	    priority - bases[i].base;
	for (; offset != 0; offset /= 10)
		*--p = (char)('0' + offset % 10);
	strncat(buf, p, (size_t)(end - p));
	return buf;
}

static char *
fmt_selector(char *p, const struct addr *addr, bool port)
{
	p = fmt_addr(p, addr);
	if (addr->family == 0)
		return p;
	if (addr->prefix != (addr->family == 4 ? 32 : 128)) {
		*p = '/';
		p = fmt_dec(p + 1, addr->prefix);
	}
	if (!port)
		return p;
	return addr->port == 0 ? fmt_str(p, "[any]") : fmt_port(p, addr->port);
}

void
print_selector(struct text *t, const struct addr *addr, bool port)
{
	text_end(t, fmt_selector(text_room(t), addr, port));
}

void
print_upper(struct text *t, uint8_t upper)
{
	const char *name = protocol_name(upper);

	/* Perhaps from /etc/protocols, and of any length. */
	if (name != NULL)
		text_str(t, name);
	else
		text_dec(t, upper);
}

/* NetBSD's own words for these are what its tests and their users look for. */
static const struct name netbsd_uppers[] = {
	{ "255(reserved)", IPSEC_ULPROTO_ANY }, { "4(ipv4)", 4 },
	{ "41(ipv6)", 41 }, { NULL, 0 }
};

/* An address's ports are ICMPv6's type and code, which stand by themselves. */
static void
policy_selectors(struct text *t, const struct dialect *dialect,
    const struct policy *policy)
{
	bool ports = policy->upper != UPPER_ICMP6;
	const char *word = !dialect->names_uppers ? NULL :
	    name_of(netbsd_uppers, policy->upper);
	char *p;

	if (!policy->has_selector) {
		text_str(t, "(no selector, probably per-socket policy) \n");
		return;
	}
	p = fmt_selector(text_room(t), &policy->src, ports);
	*p = ' ';
	p = fmt_selector(p + 1, &policy->dst, ports);
	*p = ' ';
	text_end(t, p + 1);
	if (word != NULL)
		text_str(t, word);
	else
		print_upper(t, policy->upper);
	if (!ports && (policy->src.port != 0 || policy->dst.port != 0)) {
		text_char(t, ' ');
		text_dec(t, policy->src.port);
		text_char(t, ',');
		text_dec(t, policy->dst.port);
	}
	text_char(t, '\n');
}

static char *
fmt_mask(char *p, const char *word, uint32_t mask)
{
	return mask == ~0u ? p : fmt_hex8(fmt_str(p, word), mask);
}

/* The words behind the level; -DP shows them on a line of their own. */
static char *
fmt_rule_more(char *p, const struct rule *rule)
{
	if (rule->spi != 0)
		p = fmt_hex8(fmt_str(p, "/spi:0x"), rule->spi);
	if (!rule->has_masks)
		return p;
	p = fmt_mask(p, "/auth:0x", rule->auth_mask);
	p = fmt_mask(p, "/enc:0x", rule->enc_mask);
	return fmt_mask(p, "/comp:0x", rule->comp_mask);
}

/*
 * An id above IPSEC_MANUAL_REQID_MAX was chosen by a kernel, which '#' shows.
 * In the language an id makes a rule that must be obeyed a unique one; a BSD
 * takes none of those that are its own to choose.
 */
static char *
fmt_rule(char *p, const struct dialect *dialect, const struct rule *rule,
    bool script)
{
	uint8_t level = script && rule->reqid != 0 &&
	    rule->level != IPSEC_LEVEL_USE ? IPSEC_LEVEL_UNIQUE : rule->level;
	bool chosen = rule->reqid > IPSEC_MANUAL_REQID_MAX;

	p = fmt_name(p, name_of(rule_proto_names, rule->proto), rule->proto);
	*p++ = '/';
	p = fmt_name(p, mode_name(dialect, rule->mode), rule->mode);
	*p++ = '/';
	if (rule->src.family != 0) {
		p = fmt_addr(p, &rule->src);
		if (script && rule->src.port != 0)
			p = fmt_port(p, rule->src.port);
		*p++ = '-';
		p = fmt_addr(p, &rule->dst);
		if (script && rule->dst.port != 0)
			p = fmt_port(p, rule->dst.port);
	}
	*p++ = '/';
	p = fmt_name(p, name_of(level_names, level), level);
	if (rule->reqid != 0 &&
	    !(script && chosen && !dialect->wide_request)) {
		*p++ = chosen && !script ? '#' : ':';
		p = fmt_dec(p, rule->reqid);
	}
	return script ? fmt_rule_more(p, rule) : p;
}

void
print_rule(struct text *t, const struct dialect *dialect,
    const struct rule *rule, bool script)
{
	text_end(t, fmt_rule(text_room(t), dialect, rule, script));
}

/* Whether every number of the policy proper has a name. */
static bool
policy_has_words(const struct dialect *dialect, const struct policy *policy)
{
	unsigned i, last_dir = dialect->has_fwd ? IPSEC_DIR_SOCKET_OUT :
	    IPSEC_DIR_OUTBOUND;
	const struct rule *rule;

	if (policy->malformed || policy->dir > last_dir ||
	    name_of(action_names, policy->action) == NULL)
		return false;
	if (policy->action != IPSEC_POLICY_IPSEC)
		return true;
	for (i = 0; i < policy->nrules; i++) {
		rule = &policy->rules[i];
		/* Linux has protocols of Mobile IPv6, too. */
		if ((!dialect->has_xfrm && (is_mobile(rule->proto) ||
		    name_of(rule_proto_names, rule->proto) == NULL)) ||
		    mode_name(dialect, rule->mode) == NULL ||
		    name_of(level_names, rule->level) == NULL)
			return false;
	}
	return true;
}

static void
policy_proper(struct text *t, const struct dialect *dialect,
    const struct policy *policy)
{
	char prio[40], *p;
	unsigned i;

	if (!policy_has_words(dialect, policy)) {
		text_str(t, "\t(null)\n");
		return;
	}
	p = fmt_str(text_room(t), "\t");
	p = fmt_word(p, name_of(direction_names, policy->dir));
	*p++ = ' ';
	/* Those of a socket are not in the order of the others. */
	if (policy->dir < IPSEC_DIR_SOCKET_IN &&
	    *priority_text(dialect, policy->priority, prio) != '\0') {
		p = fmt_word(p, prio);
		*p++ = ' ';
	}
	p = fmt_word(p, name_of(action_names, policy->action));
	*p++ = '\n';
	text_end(t, p);
	if (policy->action != IPSEC_POLICY_IPSEC)
		return;
	for (i = 0; i < policy->nrules; i++) {
		p = fmt_str(text_room(t), "\t");
		p = fmt_rule(p, dialect, &policy->rules[i], false);
		text_end(t, fmt_str(p, "\n"));
	}
}

static void
policy_lifetimes(struct text *t, const struct policy *policy)
{
	char *p = text_room(t);

	if (policy->current.given) {
		p = fmt_str(p, "\tcreated: ");
		p = fmt_time(t, p, policy->current.addtime);
		p = fmt_str(p, "  lastused: ");
		p = fmt_time(t, p, policy->current.usetime);
		p = fmt_str(p, "\n");
	}
	if (policy->hard.given) {
		p = fmt_str(p, "\tlifetime: ");
		p = fmt_dec(p, policy->hard.addtime);
		p = fmt_str(p, "(s) validtime: ");
		p = fmt_dec(p, policy->hard.usetime);
		p = fmt_str(p, "(s)\n");
	}
	text_end(t, p);
}

/*
 * NetBSD's kernel has no scopes, and what it dumps is what others call global;
 * the field is there all the same, for scripts count fields.
 */
static void
policy_scope(struct text *t, const struct dialect *dialect,
    const struct policy *policy)
{
	uint8_t scope = policy->scope;
	char name[IF_NAMESIZE], *p = fmt_str(text_room(t), " scope=");

	if (!dialect->has_scope && scope == IPSEC_SCOPE_ANY)
		scope = IPSEC_SCOPE_GLOBAL;
	p = fmt_name(p, name_of(scope_names, scope), scope);
	text_end(t, fmt_str(p, " "));
	if (scope != IPSEC_SCOPE_IFNET)
		return;
	if (policy->ifname != NULL) {
		text_str(t, "ifname=");
		text_escaped(t, policy->ifname, strlen(policy->ifname));
	} else if (policy->ifindex != 0 &&
	    if_indextoname(policy->ifindex, name) != NULL) {
		text_str(t, "ifname=");
		text_escaped(t, name, strlen(name));
	}
}

void
print_policy(struct text *t, const struct dialect *dialect,
    const struct policy *policy)
{
	char *p;

	policy_selectors(t, dialect, policy);
	if (!policy->has_policy) {
		text_str(t, "no X_POLICY extension.\n");
		return;
	}
	policy_proper(t, dialect, policy);
	print_hwif(t, policy->hwif);
	print_mark_and_id(t, &policy->mark, policy->if_id);
	print_label(t, &policy->label);
	if (dialect->has_xfrm)
		print_policy_beyond(t, dialect, policy);
	policy_lifetimes(t, policy);
	p = fmt_str(text_room(t), "\tspid=");
	p = fmt_dec(p, policy->id);
	p = fmt_str(p, " seq=");
	p = fmt_dec(p, policy->seq);
	p = fmt_str(p, " pid=");
	text_end(t, fmt_dec(p, policy->pid));
	policy_scope(t, dialect, policy);
	p = fmt_str(text_room(t), "\n\trefcnt=");
	p = fmt_dec(p, policy->refcnt);
	text_end(t, fmt_str(p, "\n"));
}

static void
print_default(struct text *t, const char *dir, uint8_t number)
{
	const char *word = name_of(default_names, number);
	char *p;

	if (number == DEFAULT_KEEP || number == DEFAULT_NONE)
		return;
	p = fmt_str(text_room(t), "\t");
	p = fmt_str(p, dir);
	*p++ = ' ';
	text_end(t, fmt_str(fmt_name(p, word, number), "\n"));
}

void
print_defaults(struct text *t, const struct defaults *defaults)
{
	unsigned i;

	if (!defaults_pass(defaults))
		text_str(t, "(no policy)\n");
	print_default(t, "in", defaults->in);
	print_default(t, "out", defaults->out);
	print_default(t, "fwd", defaults->fwd);
	if (is_moved(defaults, 0) || is_moved(defaults, 1))
		text_str(t, "(hash)\n");
	for (i = 0; i < 2; i++)
		if (is_moved(defaults, i))
			text_printf(t, "\t%s %u/%u\n", name_of(hash_names, i),
			    defaults->hash[i].local, defaults->hash[i].remote);
}
