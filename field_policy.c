/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies: what they select, what they do, and their rules. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "fields.h"

/* ---- upper-layer protocols ---- */

int
field_upper_number(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc);
	int number = protocol_known(word, loc_length(loc));

	return number >= 0 || field_is_secret(p, loc) ? number :
	    protocol_asked(word, loc_length(loc));
}

void
field_upper(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc), *closest;
	char buf[QUOTED];
	uint64_t value;
	int proto;

	field_given(p, F_UPPER, loc);
	if (word[0] >= '0' && word[0] <= '9') {
		if (number_read_at(p, loc, "a protocol number", 255, &value))
			p->cmd.policy.upper = (uint8_t)value;
		return;
	}
	proto = field_upper_number(p, loc);
	if (proto < 0) {
		field_error(p, loc, "unknown upper-layer protocol %s",
		    field_quote(p, loc, buf));
		closest = protocol_closest(word, loc_length(loc));
		if (closest != NULL)
			diag_hint(p->diag, "did you mean '%s'?", closest);
		else
			diag_hint(p->diag, "it is a word of /etc/protocols, "
			    "icmp6, ip4, any, or a number from 0 to 255");
		return;
	}
	p->cmd.policy.upper = (uint8_t)proto;
}

static const struct name directions[] = {
	{ "in", IPSEC_DIR_INBOUND },
	{ "out", IPSEC_DIR_OUTBOUND },
	{ "fwd", IPSEC_DIR_FWD },
	{ NULL, 0 }
};

/* A GRE key: a number, or four octets with dots; it takes both ports. */
static void
gre_key(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc);
	size_t len = loc_length(loc);
	char buf[QUOTED];
	struct addr dotted;
	uint32_t octets;
	uint64_t value = 0;

	if (addr_numeric(word, len, &dotted) && dotted.family == 4) {
		memcpy(&octets, dotted.octets, sizeof(octets));
		value = ntohl(octets);
	} else if (number_read(word, len, true, UINT32_MAX, &value) !=
	    NUMBER_OK) {
		field_error(p, loc, "expected a GRE key (a number or a.b.c.d), "
		    "found %s", field_quote(p, loc, buf));
		return;
	}
	p->cmd.upper_a = (uint16_t)(value >> 16);
	p->cmd.upper_b = (uint16_t)value;
}

void
field_upper_arguments(struct parser *p, struct loc first,
    struct loc second)
{
	uint8_t upper = p->cmd.policy.upper;
	char buf[QUOTED];
	uint64_t value;

	field_given(p, F_UPPER_ARG, first);
	p->cmd.has_upper_args = true;
	if (upper == UPPER_GRE && second.end != 0) {
		field_error(p, second, "a GRE key is one number");
		return;
	}
	if (upper == UPPER_GRE) {
		gre_key(p, first);
		return;
	}
	if (!upper_has_types(upper)) {
		if (name_find(directions, parser_text(p, first),
		    loc_length(first)) != NULL)
			field_error(p, first, "missing -P before %s",
			    field_quote(p, first, buf));
		else {
			field_error(p, first, "only icmp, icmp6, mh and gre "
			    "take an argument");
			field_hint_lookalike(p, first);
		}
		return;
	}
	if (number_read_at(p, first, "a message type", 255, &value))
		p->cmd.upper_a = (uint16_t)value;
	if (second.end != 0 &&
	    number_read_at(p, second, "a message code", 255, &value))
		p->cmd.upper_b = (uint16_t)value;
}

/* ---- direction, priority, action ---- */

void
field_direction(struct parser *p, struct loc loc)
{
	const struct name *row = name_find(directions, parser_text(p, loc),
	    loc_length(loc));

	field_given(p, F_DIRECTION, loc);
	/* As the manual has it: "-P none". */
	if (row == NULL && name_find(action_names, parser_text(p, loc),
	    loc_length(loc)) != NULL) {
		field_error(p, loc, "expected a direction, found '%.*s'",
		    (int)loc_length(loc), parser_text(p, loc));
		diag_hint(p->diag, "in, out or fwd comes before it");
		return;
	}
	if (row == NULL)
		row = field_named(p, directions, loc, "direction");
	if (row == NULL)
		return;
	p->cmd.policy.dir = (uint8_t)row->value;
	if (row->value == IPSEC_DIR_FWD && !p->dialect->has_fwd)
		field_error(p, loc, "this system has no fwd policies; in "
		    "covers forwarded packets");
}

/*
 * A priority counts up from the middle of the kernel's range, where it counts
 * down: "prio 10" and "prio def + 10" are ten better than the default.  Named
 * bases are the quarters.
 */
#define PRIORITY_HIGH	0x40000000u
#define PRIORITY_DEF	0x80000000u
#define PRIORITY_LOW	0xc0000000u

void
field_priority(struct parser *p, struct loc base, int sign,
    struct loc offset)
{
	static const struct name bases[] = {
		{ "high", PRIORITY_HIGH }, { "def", PRIORITY_DEF },
		{ "low", PRIORITY_LOW }, { NULL, 0 }
	};
	const struct name *row = NULL;
	struct loc at = base.end != 0 ? base : offset;
	char buf[QUOTED];
	uint64_t value = 0;
	int64_t priority = PRIORITY_DEF;

	field_given(p, F_PRIORITY, at);
	if (!p->dialect->has_priority) {
		field_error(p, at, "this system's policies have no priority");
		return;
	}
	if (base.end != 0) {
		row = name_find(bases, parser_text(p, base), loc_length(base));
		if (row == NULL) {
			field_error(p, base, "expected a priority (high, def, "
			    "low or a number in decimal), found %s",
			    field_quote(p, base, buf));
			return;
		}
		priority = row->value;
	}
	if (offset.end != 0 &&
	    !number_read_at(p, offset, "a priority", UINT32_MAX, &value))
		return;
	priority -= sign * (int64_t)value;
	/* From high, def and low no further than to their neighbours. */
	if (priority < 0 || priority > UINT32_MAX ||
	    (row != NULL && value > PRIORITY_HIGH)) {
		field_error(p, offset, "this priority is out of range");
		diag_hint(p->diag, "%s", row != NULL ?
		    "an offset to high, def or low is at most 1073741824; "
		    "below low it is one less" :
		    "a priority is between -2147483647 and 2147483648");
		return;
	}
	p->cmd.policy.priority = (uint32_t)priority;
}

void
field_action(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc);
	const struct name *row;
	char buf[QUOTED];

	field_given(p, F_ACTION, loc);
	row = name_find(action_names, word, loc_length(loc));
	if (row != NULL)
		p->cmd.policy.action = (uint8_t)row->value;
	else if (name_find(rule_proto_names, word, loc_length(loc)) != NULL) {
		/* "-P ipsec esp/..." was told already. */
		if (!p->cmd.bad)
			field_error(p, loc, "missing 'ipsec' before the "
			    "rules");
	} else if (!p->cmd.bad ||
	    name_find(directions, word, loc_length(loc)) == NULL) {
		field_error(p, loc, "unknown policy %s",
		    field_quote(p, loc, buf));
		field_hint_name(p, action_names, loc);
	}
}

void
field_default(struct parser *p, struct loc direction, struct loc action)
{
	struct defaults *all = &p->cmd.defaults;
	const struct name *dir = field_named(p, directions, direction,
	    "direction");
	const struct name *row = field_named(p, default_names, action,
	    "default");
	uint8_t *one;

	p->cmd.at[F_ACTION] = (struct loc){ direction.begin, action.end };
	if (dir == NULL || row == NULL)
		return;
	one = dir->value == IPSEC_DIR_INBOUND ? &all->in :
	    dir->value == IPSEC_DIR_OUTBOUND ? &all->out : &all->fwd;
	if (*one != DEFAULT_KEEP)
		field_error(p, direction, "this direction was given before");
	*one = (uint8_t)row->value;
}

void
field_threshold(struct parser *p, struct loc family, struct loc local,
    struct loc remote)
{
	const struct name *row = field_named(p, hash_names, family,
	    "address family");
	struct threshold *one;
	uint64_t l, r;

	if (row == NULL)
		return;
	one = &p->cmd.defaults.hash[row->value];
	if (one->given)
		field_error(p, family, "this family was given before");
	if (!number_read_at(p, local, "a prefix length",
	    HASH_BITS(row->value), &l) || !number_read_at(p, remote,
	    "a prefix length", HASH_BITS(row->value), &r))
		return;
	*one = (struct threshold){ true, (uint8_t)l, (uint8_t)r };
}

/* ---- rules ---- */

/* "unique:N", or one of the other levels. */
static void
rule_level(struct parser *p, struct rule *rule, struct loc loc)
{
	const char *word = parser_text(p, loc), *colon;
	const struct name *row;
	struct loc name = loc, id = loc;
	uint64_t value;

	colon = memchr(word, ':', loc_length(loc));
	if (colon != NULL)
		name.end = loc.begin + (uint32_t)(colon - word);
	row = field_named(p, level_names, name, "level");
	if (row == NULL)
		return;
	rule->level = (uint8_t)row->value;
	if (colon == NULL)
		return;
	id.begin = name.end + 1;
	/* Linux can bind an optional rule to an SA as well. */
	if (row->value != IPSEC_LEVEL_UNIQUE && (!p->dialect->wide_request ||
	    row->value != IPSEC_LEVEL_USE))
		field_error(p, id, p->dialect->wide_request ?
		    "only unique and use take an identifier" :
		    "only unique takes an identifier");
	else if (id.begin == id.end)
		field_error(p, loc, "expected an identifier after 'unique:'");
	else if (number_read_at(p, id, "an identifier",
	    p->dialect->wide_request ? UINT32_MAX : UINT16_MAX, &value))
		rule->reqid = (uint32_t)value;
}

/* One end point of a rule: an address in numbers. */
static void
read_end(struct parser *p, struct addr *addr, struct loc at, struct loc port)
{
	char buf[QUOTED];

	if (!addr_numeric(parser_text(p, at), loc_length(at), addr)) {
		field_error(p, at, "expected a numeric address, found %s",
		    field_quote(p, at, buf));
		return;
	}
	field_zone(p, at, addr);
	addr->port = field_port(p, port);
}

/*
 * "src-dst".  "me-any" and "any-me" stand for no addresses, and were meant for
 * transport mode out and in.
 */
static void
read_ends(struct parser *p, struct rule *rule, const struct rule_ends *ends)
{
	struct loc src = ends->src, dst = ends->dst;
	struct loc both = { src.begin, dst.end };
	bool out, in;

	out = field_is(p, src, "me") && field_is(p, dst, "any");
	in = field_is(p, src, "any") && field_is(p, dst, "me");
	if (out || in) {
		if (p->cmd.policy.dir != (out ? IPSEC_DIR_OUTBOUND :
		    IPSEC_DIR_INBOUND))
			field_error(p, both, "%s goes with -P %s",
			    out ? "me-any" : "any-me", out ? "out" : "in");
		return;
	}
	read_end(p, &rule->src, src, ends->src_port);
	read_end(p, &rule->dst, dst, ends->dst_port);
	if (rule->src.family != 0 && rule->dst.family != 0 &&
	    rule->src.family != rule->dst.family)
		field_error(p, both, "the end points are of two families");
}

void
field_ends(struct parser *p, struct loc src, struct loc src_port,
    struct loc dst, struct loc dst_port)
{
	p->cmd.ends = (struct rule_ends){ src, src_port, dst, dst_port };
}

void
field_rule(struct parser *p, struct loc all, struct loc protocol,
    struct loc mode, struct loc level)
{
	struct policy *policy = &p->cmd.policy;
	struct rule *rule = &policy->rules[policy->nrules];
	const struct rule_ends ends = p->cmd.ends;
	const struct name *row;
	bool bad = p->cmd.bad;

	p->cmd.ends.src = NOWHERE;
	if (policy->nrules == p->dialect->max_requests) {
		if (!p->cmd.bad)
			field_error(p, protocol, "a policy has at most %u "
			    "rules on this system", p->dialect->max_requests);
		return;
	}
	memset(rule, 0, sizeof(*rule));
	p->cmd.bad = false;
	row = field_named(p, rule_proto_names, protocol, "protocol");
	rule->proto = row == NULL ? 0 : (uint16_t)row->value;
	row = field_named(p, mode_names + 1, mode, "mode");
	rule->mode = row == NULL ? 0 : (uint8_t)row->value;
	if (ends.src.end != 0)
		read_ends(p, rule, &ends);
	if (level.end != 0)
		rule_level(p, rule, level);
	if (p->cmd.bad)
		p->cmd.wrong_rules |= 1u << policy->nrules;
	p->cmd.bad |= bad;
	p->cmd.rule_at[policy->nrules++] = all;
}

/* What a rule on Linux can say of the SA beside the level. */
static const struct rule_word {
	const char *word, *what;
	size_t offset;
	bool is_mask;
} rule_words[] = {
	{ "spi", "an SPI", offsetof(struct rule, spi), false },
	{ "auth", "a mask", offsetof(struct rule, auth_mask), true },
	{ "enc", "a mask", offsetof(struct rule, enc_mask), true },
	{ "comp", "a mask", offsetof(struct rule, comp_mask), true },
};

static const struct rule_word *
rule_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(rule_words) / sizeof(rule_words[0]); i++)
		if (word_is(rule_words[i].word, word, len))
			return &rule_words[i];
	return NULL;
}

void
field_rule_more(struct parser *p, struct loc loc)
{
	const char *word = parser_text(p, loc),
	    *colon = memchr(word, ':', loc_length(loc));
	const struct rule_word *row = colon == NULL ? NULL :
	    rule_word(word, (size_t)(colon - word));
	struct policy *policy = &p->cmd.policy;
	struct loc number = loc;
	struct rule *rule;
	char buf[QUOTED];
	uint64_t value;

	/* Behind a level that was left out there is another rule. */
	if (row == NULL && p->cmd.bad)
		return;
	if (row == NULL) {
		field_error(p, loc, "expected spi:N, auth:MASK, enc:MASK or "
		    "comp:MASK behind the level, found %s",
		    field_quote(p, loc, buf));
		return;
	}
	if (ext_number(p->dialect, EXT_X_TEMPLATES) == 0) {
		field_error(p, loc, "%s has no rules with %s",
		    p->dialect->system, row->what);
		return;
	}
	number.begin += (uint32_t)(colon + 1 - word);
	if (policy->nrules == 0 ||
	    !number_read_hex_at(p, number, row->what, UINT32_MAX, &value))
		return;
	rule = &policy->rules[policy->nrules - 1];
	if (row->is_mask && !rule->has_masks) {
		rule->has_masks = true;
		rule->auth_mask = rule->enc_mask = rule->comp_mask = ~0u;
	}
	memcpy((char *)rule + row->offset, &(uint32_t){ (uint32_t)value },
	    sizeof(uint32_t));
}

void
field_tagged(struct parser *p, struct loc word, struct loc string)
{
	p->cmd.src.name = word;
	p->cmd.op = OP_TAGGED;
	if (field_is(p, word, "tagged"))
		return;
	string.end = string.begin + 1;
	field_error(p, string, "expected a destination range, found a quoted "
	    "string");
}
