/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the parts of a whole command fit each other, and the system whose
 * kernel will get them.  What only the kernel can know is left to it.
 */
#include <string.h>

#include "check.h"
#include "fields.h"
#include "impossible.h"


#define PROTO_IPCOMP	108

/* The kernel will hold something else than was written. */
static void
warn(struct parser *p, struct loc loc, const char *text)
{
	if (!p->cmd.bad)
		diag(p->diag, DIAG_WARNING, loc, "%s", text);
}

/* "128, 192 or 256", "40 to 448", "160". */
static const char *
lengths(const struct algorithm *alg, char *buf, size_t size)
{
	unsigned n = 0, bits, last = alg->bits_max;
	int len = 0;

	if (alg->bits_min == last)
		snprintf(buf, size, "%u", last);
	else if ((last - alg->bits_min) / alg->bits_step > 3)
		snprintf(buf, size, "%u to %u", alg->bits_min, last);
	else for (bits = alg->bits_min; bits <= last; bits += alg->bits_step)
		len += snprintf(buf + len, size - (size_t)len, "%s%u",
		    n++ == 0 ? "" : bits == last ? " or " : ", ", bits);
	return buf;
}

/*
 * The bits that a key in quotes would have if its characters were hexadecimal
 * digits; 0 if they are none.  *marked: it begins with 0x.
 */
static unsigned
bits_as_digits(const struct parser *p, struct loc at, bool *marked)
{
	const char *text = parser_text(p, at);
	size_t len, i = 0;

	*marked = false;
	if (*text != '"')
		return 0;
	text++;
	len = loc_length(at) - 2;
	*marked = len > 2 && text[0] == '0' && (text[1] | 32) == 'x';
	if (*marked) {
		text += 2;
		len -= 2;
	}
	while (i < len && number_is_digit(text[i]))
		i++;
	return i == len ? (unsigned)(len + 1) / 2 * 8 : 0;
}

/* A key that is taken as text, and was perhaps meant as digits. */
static void
advise_digits(struct parser *p, const struct algorithm *alg, struct loc at)
{
	bool marked;
	unsigned bits = bits_as_digits(p, at, &marked);

	if (bits == 0 || (!marked && (!algorithm_takes(alg, bits) ||
	    (alg->flags & ALG_KEYLESS) != 0)))
		return;
	field_advise(p, at, "this key is text, though it looks like "
	    "hexadecimal digits");
	diag_hint(p->diag, "digits stand behind 0x, without quotes");
}

/* Why the key may have another length than it seems. */
static void
hint_length(struct parser *p, const struct algorithm *alg, struct loc at)
{
	const char *text = parser_text(p, at);
	unsigned line, column, bits;
	bool marked;

	bits = bits_as_digits(p, at, &marked);
	if (memchr(text, '\n', at.end - at.begin) != NULL) {
		source_position(p->source, at.end - 1, &line, &column);
		diag_hint(p->diag, "the string goes on to line %u: does it "
		    "lack its closing quote?", line);
	} else if (bits != 0 && algorithm_takes(alg, bits) &&
	    (alg->flags & ALG_KEYLESS) == 0)
		diag_hint(p->diag, "in quotes it is text; %u bits in "
		    "hexadecimal stand behind 0x, without quotes", bits);
	else if (alg->salt != 0)
		diag_hint(p->diag, "the last %u bits of the key are its salt",
		    alg->salt);
}

static void
check_key(struct parser *p, const struct algorithm *alg, struct key *key,
    struct loc name, struct loc at)
{
	char buf[64];

	if (p->names_only)
		return;
	if (at.end == 0 && (alg->flags & ALG_KEYLESS) == 0) {
		field_error(p, name, "%s needs a key", alg->name);
		return;
	}
	if (at.end == 0) {
		/* The kernels want the extension, empty. */
		key->given = true;
		return;
	}
	if (!key->given)
		return;		/* what is there was reported */
	if (algorithm_takes(alg, key->bits)) {
		advise_digits(p, alg, at);
		return;
	}
	if (key->bits == UINT16_MAX)
		field_error(p, at, "%s takes %s bits; this key is far longer",
		    alg->name, lengths(alg, buf, sizeof(buf)));
	else
		field_error(p, at, "%s takes %s bits; this key has %u",
		    alg->name, lengths(alg, buf, sizeof(buf)), key->bits);
	hint_length(p, alg, at);
}

/* One algorithm by itself; its number goes where the kernel looks for it. */
static bool
check_algorithm(struct parser *p, const struct algorithm *alg, struct loc at,
    uint8_t *id)
{
	bool gone;

	*id = alg->id[p->dialect->index];
	/* The numbers of compressions are from IPComp, whoever has them. */
	gone = alg->gone != NULL && (*id == 0 || alg->kind == ALG_COMP);
	if (gone)
		field_error(p, at, "%s: %s", alg->name, alg->gone);
	else if (*id == 0)
		field_error(p, at, "%s does not have %s", p->dialect->system,
		    alg->name);
	return !gone && *id != 0;
}

/* Said once of each. */
static void
warn_obsolete(struct parser *p, const struct algorithm *alg, struct loc at)
{
	ptrdiff_t index = alg == NULL ? 0 : alg - algorithms;

	if (p->cmd.bad || alg == NULL ||
	    (alg->flags & (ALG_WEAK | ALG_FADING)) == 0 || index >= 64 ||
	    (p->weak_said >> index & 1) != 0)
		return;
	p->weak_said |= (uint64_t)1 << index;
	diag(p->diag, DIAG_ADVICE, at, "%s is obsolete", alg->name);
}

/* Which kinds of algorithms a protocol wants. */
static const struct wants {
	uint8_t satype;
	const char *name;
	bool enc, auth, comp;		/* may have */
	enum field must;		/* must have */
	const char *must_text;
} wants[] = {
	{ SADB_SATYPE_ESP, "esp", true, true, false, F_ENC,
	    "an encryption algorithm (-E)" },
	{ SADB_SATYPE_AH, "ah", false, true, false, F_AUTH,
	    "an authentication algorithm (-A)" },
	{ SADB_X_SATYPE_IPCOMP, "ipcomp", false, false, true, F_COMP,
	    "a compression algorithm (-C)" },
	{ SADB_X_SATYPE_TCPSIGNATURE, "tcp", false, true, false, F_AUTH,
	    "-A tcp-md5" },
	{ SADB_X_SATYPE_ROUTE2, "route2", false, false, false, F_CARE_OF,
	    "a care-of address (-coa)" },
	{ SADB_X_SATYPE_HAO, "hao", false, false, false, F_CARE_OF,
	    "a care-of address (-coa)" },
};

/* Whether the algorithms are of the kinds that the protocol wants. */
static bool
check_kinds(struct parser *p, struct command *cmd)
{
	const struct wants *w = wants;
	bool enc, auth, comp;

	while (w->satype != cmd->sa.satype)
		w++;
	enc = is_given(cmd, F_ENC) && !w->enc;
	auth = is_given(cmd, F_AUTH) && !w->auth;
	comp = is_given(cmd, F_COMP) && !w->comp;
	if (enc)
		field_error(p, cmd->at[F_ENC], "%s takes no encryption "
		    "algorithm", w->name);
	if (auth)
		field_error(p, cmd->at[F_AUTH], "%s takes no authentication "
		    "algorithm", w->name);
	if (comp)
		field_error(p, cmd->at[F_COMP], "%s takes no compression "
		    "algorithm", w->name);
	if (enc || auth || comp || cmd->at[w->must].end != 0)
		return !enc && !auth && !comp;
	field_error(p, cmd->at[F_PROTO], "%s needs %s", w->name, w->must_text);
	if (cmd->sa.satype == SADB_SATYPE_ESP)
		diag_hint(p->diag, "to authenticate without encrypting use "
		    "-E null");
	return false;
}

/* Whether they go together. */
static bool
check_pair(struct parser *p, struct command *cmd)
{
	bool tcp = cmd->sa.satype == SADB_X_SATYPE_TCPSIGNATURE;
	bool md5 = cmd->auth != NULL && (cmd->auth->flags & ALG_TCP) != 0;

	if (cmd->enc != NULL && (cmd->enc->flags & ALG_AEAD) != 0 &&
	    cmd->auth != NULL && cmd->auth->id[0] != SADB_X_AALG_NULL)
		field_error(p, cmd->at[F_AUTH], "%s authenticates by itself "
		    "and takes no -A", cmd->enc->name);
	else if (cmd->enc != NULL && (cmd->enc->flags & ALG_DERIVES_IV) != 0 &&
	    (cmd->sa.flags & SADB_X_EXT_OLD) != 0)
		field_error(p, cmd->at[F_ENC], "%s is not for esp-old",
		    cmd->enc->name);
	else if (tcp && cmd->auth != NULL && !md5)
		field_error(p, cmd->at[F_AUTH], "tcp takes tcp-md5 only");
	else if (!tcp && md5)
		field_error(p, cmd->at[F_AUTH], "tcp-md5 goes with the "
		    "protocol tcp only");
	else
		return true;
	return false;
}

/* Of a protocol that there is not, nothing else is told. */
static bool
has_protocol(const struct dialect *dialect, const struct sa *sa)
{
	if ((sa->flags & SADB_X_EXT_OLD) != 0 && !dialect->has_old_formats)
		return false;
	if (is_mobile(sa->satype) && !dialect->has_xfrm)
		return false;
	return sa->satype != SADB_SATYPE_UNSPEC &&
	    (sa->satype != SADB_X_SATYPE_TCPSIGNATURE || dialect->has_tcp_md5);
}

static void
check_algorithms(struct parser *p, struct command *cmd)
{
	struct sa *sa = &cmd->sa;

	if (!has_protocol(p->dialect, sa) || !check_kinds(p, cmd) ||
	    !check_pair(p, cmd))
		return;
	if (cmd->enc != NULL && check_algorithm(p, cmd->enc, cmd->at[F_ENC],
	    &sa->encrypt))
		check_key(p, cmd->enc, &sa->enc_key, cmd->at[F_ENC],
		    cmd->at[F_ENC_KEY]);
	if (cmd->enc != NULL && (cmd->enc->flags & ALG_DERIVES_IV) != 0)
		sa->flags |= SADB_X_EXT_DERIV;
	if (cmd->auth != NULL && check_algorithm(p, cmd->auth,
	    cmd->at[F_AUTH], &sa->auth))
		check_key(p, cmd->auth, &sa->auth_key, cmd->at[F_AUTH],
		    cmd->at[F_AUTH_KEY]);
	if (cmd->comp != NULL)
		check_algorithm(p, cmd->comp, cmd->at[F_COMP], &sa->encrypt);
	warn_obsolete(p, cmd->enc, cmd->at[F_ENC]);
	warn_obsolete(p, cmd->auth, cmd->at[F_AUTH]);
	/* "-A null" beside an AEAD says the same as no -A. */
	if (cmd->enc != NULL && (cmd->enc->flags & ALG_AEAD) != 0) {
		sa->auth = SADB_AALG_NONE;
		sa->auth_key.given = false;
	}
}

static bool
is_esp_udp(const struct parser *p, struct loc protocol)
{
	return word_is("esp-udp", parser_text(p, protocol),
	    protocol.end - protocol.begin);
}

/* What names one is its addresses, and the only mode is ro. */
static void
check_mobile(struct parser *p, struct command *cmd)
{
	if (!p->dialect->has_xfrm)
		field_error(p, cmd->at[F_PROTO], "%s has no SAs of Mobile "
		    "IPv6", p->dialect->system);
	else if (cmd->op == OP_GETSPI)
		field_error(p, cmd->at[F_PROTO], "SAs of Mobile IPv6 have "
		    "no SPI to reserve");
	else if (cmd->sa.spi != 0)
		field_error(p, cmd->at[F_SPI], "an SA of Mobile IPv6 has no "
		    "SPI: write 0");
	if (cmd->sa.mode == IPSEC_MODE_ANY)
		cmd->sa.mode = IPSEC_MODE_RO;
}

static void
check_protocol(struct parser *p, struct command *cmd)
{
	const struct sa *sa = &cmd->sa;
	struct loc at = cmd->at[F_PROTO];
	bool old = (sa->flags & SADB_X_EXT_OLD) != 0;

	if (old && !p->dialect->has_old_formats) {
		field_error(p, at, "%s has no esp-old and ah-old (RFC 1827, "
		    "RFC 1826)", p->dialect->system);
		diag_hint(p->diag, "use esp or ah");
	}
	if (sa->satype == SADB_X_SATYPE_TCPSIGNATURE &&
	    !p->dialect->has_tcp_md5) {
		field_error(p, at, "%s keeps TCP-MD5 keys in sockets, not in "
		    "the SAD", p->dialect->system);
		diag_hint(p->diag, "give the key to the routing daemon, which "
		    "sets it with TCP_MD5SIG");
	}
	if (is_mobile(sa->satype))
		check_mobile(p, cmd);
	if (old && is_given(cmd, F_REPLAY) && sa->replay != 0)
		field_error(p, cmd->at[F_REPLAY], "replay prevention cannot "
		    "be used with esp-old and ah-old");
	if (is_given(cmd, F_NATT) && is_esp_udp(p, at))
		field_error(p, cmd->at[F_NATT], "esp-udp says so already: "
		    "write esp");
	else if (sa->natt.given && sa->satype != SADB_SATYPE_ESP)
		field_error(p, cmd->at[F_NATT], "UDP encapsulation is for esp "
		    "only");
	if (!sa->natt.given && (cmd->src.port_at.end != 0 ||
	    cmd->dst.port_at.end != 0))
		field_advise(p, cmd->src.port_at.end != 0 ? cmd->src.port_at :
		    cmd->dst.port_at, "a port counts with esp-udp only");
}

/* What is wanted beside the SA is forgotten, and then packets are lost. */
static void
advise_encapsulated(struct parser *p, struct command *cmd)
{
	struct loc at = cmd->at[is_given(cmd, F_NATT) ? F_NATT : F_PROTO];

	if (!cmd->sa.natt.given || !p->dialect->wants_encap_socket ||
	    cmd->bad || cmd->sa.natt.type == TCP_ENCAP_ESPINTCP ||
	    !field_first_time(p, SAID_ENCAP_SOCKET))
		return;
	field_advise(p, at, "ESP in UDP comes in only while a program, such as "
	    "a key daemon, holds a socket of that port with UDP_ENCAP set");
}

static void
check_spi(struct parser *p, struct command *cmd)
{
	/* Linux always sends the SPI as the CPI, -R or not. */
	if (cmd->sa.satype == SADB_X_SATYPE_IPCOMP && cmd->sa.spi > CPI_MAX &&
	    ((cmd->sa.flags & SADB_X_EXT_RAWCPI) == 0 ||
	    p->dialect->cpi_is_spi))
		field_error(p, cmd->at[F_SPI], "the index of an ipcomp SA has "
		    "16 bits");
	else if (cmd->sa.satype == SADB_X_SATYPE_TCPSIGNATURE &&
	    p->dialect->tcp_spi != 0 && cmd->sa.spi != p->dialect->tcp_spi)
		field_error(p, cmd->at[F_SPI], "the SPI of a TCP-MD5 key is "
		    "0x%x on %s", (unsigned)p->dialect->tcp_spi,
		    p->dialect->system);
}

static void
check_lifetimes(struct parser *p, struct command *cmd)
{
	static const enum field pairs[][2] = {
		{ F_HARD_TIME, F_SOFT_TIME }, { F_HARD_BYTES, F_SOFT_BYTES },
		{ F_HARD_PACKETS, F_SOFT_PACKETS }, { F_HARD_USE, F_SOFT_USE },
	};
	struct lifetime *h = &cmd->sa.hard, *s = &cmd->sa.soft;
	const uint64_t values[][2] = {
		{ h->addtime, s->addtime }, { h->bytes, s->bytes },
		{ h->allocations, s->allocations }, { h->usetime, s->usetime },
	};
	size_t i;
	bool any = false;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		any |= values[i][0] != 0 || values[i][1] != 0;
		if (values[i][0] != 0 && values[i][1] > values[i][0])
			field_advise(p, cmd->at[pairs[i][1]], "the soft limit "
			    "is above the hard one, so it is never reached");
	}
	/* The kernels take both extensions or none; zero is no limit. */
	h->given = s->given = any;
}

#define LINUX_WINDOW_DEFAULT	32

/*
 * IPComp has no sequence numbers, and an SA of it that has a window makes Linux
 * drop every packet that comes in (as one with number 0).
 */
static void
drop_ipcomp_window(struct parser *p, struct command *cmd)
{
	if (cmd->sa.satype != SADB_X_SATYPE_IPCOMP || cmd->sa.replay == 0 ||
	    !p->dialect->drops_windowed_ipcomp)
		return;
	warn(p, cmd->at[F_REPLAY], "IPComp has no anti-replay window: -r is "
	    "ignored");
	cmd->sa.replay = 0;
}

static void
check_replay(struct parser *p, struct command *cmd)
{
	struct sa *sa = &cmd->sa;

	drop_ipcomp_window(p, cmd);
	if (sa->replay > p->dialect->max_window && !cmd->bad) {
		sa->replay = p->dialect->max_window;
		diag(p->diag, DIAG_WARNING, cmd->at[F_REPLAY], "%s has windows "
		    "of up to %u octets (%u packets): setting that",
		    p->dialect->system, sa->replay / 8, sa->replay);
	}
	/* A kernel that knows of directions wants a window of 0 going out. */
	if ((sa->flags & SADB_X_SAFLAGS_ESN) != 0 && sa->replay == 0 &&
	    p->dialect->esn_needs_window &&
	    setting_value(&sa->settings, EXT_X_SA_DIR) != SA_DIR_OUT) {
		warn(p, cmd->at[F_ESN], "Linux has no -esn without an "
		    "anti-replay window: setting 4 octets (32 packets)");
		sa->replay = LINUX_WINDOW_DEFAULT;
	}
	if ((sa->flags & SADB_X_EXT_PMASK) != 0 && p->dialect->pads_one_way)
		warn(p, cmd->at[F_PAD], "Linux always pads with 1, 2, 3...");
}

static void
check_extensions(struct parser *p, struct command *cmd)
{
	if (is_given(cmd, F_NATT_MTU) && !cmd->sa.natt.given)
		field_advise(p, cmd->at[F_NATT_MTU], "a fragment size has no "
		    "effect without UDP encapsulation");
	if (mode_name(p->dialect, cmd->sa.mode) == NULL)
		field_error(p, cmd->at[F_MODE], "%s has no %s mode",
		    p->dialect->system, name_of(mode_names, cmd->sa.mode));
	if (is_given(cmd, F_ESN) && !p->dialect->has_esn)
		field_error(p, cmd->at[F_ESN], "%s has no -esn",
		    p->dialect->system);
}

/* NetBSD's kernel would cut it without a word. */
static void
check_reqid(struct parser *p, struct command *cmd)
{
	if (cmd->sa.reqid > p->dialect->max_reqid)
		field_error(p, cmd->at[F_REQID], "%s has identifiers up to %u",
		    p->dialect->system, (unsigned)p->dialect->max_reqid);
}

static void
check_add(struct parser *p, struct command *cmd)
{
	check_protocol(p, cmd);
	check_extensions(p, cmd);
	check_spi(p, cmd);
	check_reqid(p, cmd);
	check_algorithms(p, cmd);
	check_lifetimes(p, cmd);
	check_replay(p, cmd);
	advise_encapsulated(p, cmd);
	if (cmd->op == OP_UPDATE && p->dialect->updates_limits_only &&
	    !p->reserves && !is_mobile(cmd->sa.satype))
		warn(p, cmd->at[F_VERB], "of an SA that is in use Linux "
		    "updates the lifetimes only; keys and the rest stay");
}

/* Advises of an option that the command has no use for. */
static void
advise_unused(struct parser *p, const struct command *cmd, const char *why)
{
	const struct option *row;

	for (row = options; row->name != NULL; row++)
		if (is_given(cmd, row->field) && row->field != F_MODE &&
		    row->field != F_REQID && row->field != F_MARK &&
		    row->field != F_IF_ID) {
			field_advise(p, cmd->at[row->field], "%s", why);
			return;
		}
}

/* An SA by its name: get, delete. */
static void
check_name(struct parser *p, struct command *cmd)
{
	check_protocol(p, cmd);
	check_extensions(p, cmd);
	advise_unused(p, cmd, "this is no part of an SA's name");
}

/* The SA gets the rest by update, from the same process. */
static void
check_getspi(struct parser *p, struct command *cmd)
{
	static const enum field keys[] = { F_ENC, F_AUTH, F_COMP };
	size_t i;

	p->reserves = true;
	check_protocol(p, cmd);
	check_extensions(p, cmd);
	check_spi(p, cmd);
	check_reqid(p, cmd);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_given(cmd, keys[i])) {
			field_error(p, cmd->at[keys[i]], "getspi takes "
			    "no algorithms: update brings them");
			return;
		}
	advise_unused(p, cmd, "this counts in update, not in getspi");
}

static bool
is_incoming(const struct policy *policy)
{
	return policy->dir == IPSEC_DIR_INBOUND ||
	    policy->dir == IPSEC_DIR_FWD;
}

/* Rules that a kernel takes, and that lose packets. */
static void
advise_rule(struct parser *p, const struct command *cmd, unsigned i)
{
	const struct rule *rule = &cmd->policy.rules[i];
	struct loc at = cmd->rule_at[i];

	if (rule->mode == IPSEC_MODE_TRANSPORT && rule->src.family != 0 &&
	    p->dialect->ignores_transport_ends)
		field_advise(p, at, "%s does not look at end points in "
		    "transport mode", p->dialect->system);
	if (!is_incoming(&cmd->policy))
		return;
	if (rule->proto == PROTO_IPCOMP && rule->level != IPSEC_LEVEL_USE &&
	    p->dialect->demands_ipcomp) {
		field_advise(p, at, "%s drops small packets here: they come "
		    "uncompressed", p->dialect->system);
		diag_hint(p->diag, "with the level use they pass");
	}
	if (p->dialect->max_rules_in != 0 && i == p->dialect->max_rules_in)
		field_advise(p, at, "%s drops all packets that come in by more "
		    "than %u rules", p->dialect->system,
		    p->dialect->max_rules_in);
}

/* unique:N beyond this is the kernel's own choice, with PF_KEY. */
static void
check_rule(struct parser *p, const struct command *cmd, unsigned i)
{
	const struct rule *rule = &cmd->policy.rules[i];
	struct loc at = cmd->rule_at[i];

	if (mode_name(p->dialect, rule->mode) == NULL)
		field_error(p, at, "%s has no %s mode", p->dialect->system,
		    name_of(mode_names, rule->mode));
	else if (is_mobile(rule->proto) && !p->dialect->has_xfrm)
		field_error(p, at, "%s has no rules for Mobile IPv6",
		    p->dialect->system);
	else if (rule->mode != IPSEC_MODE_TRANSPORT && rule->src.family == 0)
		field_error(p, at, "%s mode needs two end points (src-dst)",
		    mode_name(p->dialect, rule->mode));
	else if (rule->level == IPSEC_LEVEL_UNIQUE &&
	    rule->reqid > IPSEC_MANUAL_REQID_MAX && !p->dialect->wide_request)
		warn(p, at, "identifiers above 16383 are the kernel's: it "
		    "will choose one");
	advise_rule(p, cmd, i);
}

/*
 * Rules that are never looked at.  Linux keeps those of a policy that discards,
 * if they are rules that could be.
 */
static void
check_idle_rules(struct parser *p, struct command *cmd)
{
	struct policy *policy = &cmd->policy;
	bool kept = policy->action == IPSEC_POLICY_DISCARD &&
	    p->dialect->has_xfrm;
	unsigned i;

	if (policy->nrules == 0 || cmd->op == OP_SPDDELETE)
		return;
	for (i = 0; i < policy->nrules; i++)
		if (policy->rules[i].mode != IPSEC_MODE_TRANSPORT &&
		    policy->rules[i].src.family == 0)
			kept = false;
	if (kept)
		field_advise(p, cmd->rule_at[0], "only ipsec has rules; these "
		    "are kept, and nothing comes of them");
	else {
		warn(p, cmd->rule_at[0], "only ipsec has rules; these are "
		    "ignored");
		if (p->dialect->has_xfrm &&
		    policy->action == IPSEC_POLICY_DISCARD)
			policy->nrules = 0;
	}
}

static void
check_upper(struct parser *p, struct command *cmd)
{
	if (cmd->has_upper_args && (cmd->src.port_at.end != 0 ||
	    cmd->dst.port_at.end != 0) && (cmd->src.port != 0 ||
	    cmd->dst.port != 0))
		field_error(p, cmd->at[F_UPPER_ARG], "the message type or key "
		    "takes the place of the ports");
}

static void
check_policy(struct parser *p, struct command *cmd)
{
	struct policy *policy = &cmd->policy;
	unsigned i;

	check_extensions(p, cmd);
	check_lifetimes(p, cmd);
	policy->hard = cmd->sa.hard;
	policy->soft = cmd->sa.soft;
	check_upper(p, cmd);
	if (!is_given(cmd, F_ACTION) && cmd->op != OP_SPDDELETE)
		field_advise(p, cmd->at[F_DIRECTION], "neither discard nor "
		    "none nor ipsec: this discards");
	if (policy->action != IPSEC_POLICY_IPSEC) {
		check_idle_rules(p, cmd);
		return;
	}
	if (policy->nrules == 0 && cmd->op != OP_SPDDELETE && !cmd->bad)
		field_error(p, cmd->at[F_ACTION], "ipsec needs at least one "
		    "rule (protocol/mode/src-dst/level)");
	for (i = 0; i < policy->nrules; i++)
		if ((cmd->wrong_rules & 1u << i) == 0)
			check_rule(p, cmd, i);
}

void
command_check(struct parser *p)
{
	struct command *cmd = &p->cmd;

	switch (cmd->op) {
	case OP_ADD:
	case OP_UPDATE:
		check_add(p, cmd);
		check_possible(p, cmd);
		break;
	case OP_GETSPI:
		check_getspi(p, cmd);
		break;
	case OP_GET:
	case OP_DELETE:
	case OP_DELETEALL:
		check_name(p, cmd);
		break;
	case OP_FLUSH:
	case OP_DUMP:
		check_protocol(p, cmd);
		check_extensions(p, cmd);
		break;
	case OP_SPDFLUSH:
	case OP_SPDDUMP:
		check_extensions(p, cmd);
		check_upper(p, cmd);
		break;
	case OP_SPDADD:
	case OP_SPDUPDATE:
	case OP_SPDDELETE:
		check_policy(p, cmd);
		check_possible(p, cmd);
		break;
	case OP_SPDDEFAULT:
		if (ext_number(p->dialect, EXT_X_DEFAULTS) == 0)
			field_error(p, cmd->at[F_VERB], "%s has no default to "
			    "choose: what no policy is for passes",
			    p->dialect->system);
		break;
	case OP_SPDHASH:
		if (ext_number(p->dialect, EXT_X_THRESHOLDS) == 0)
			field_error(p, cmd->at[F_VERB], "%s has no thresholds "
			    "to choose", p->dialect->system);
		break;
	case OP_TAGGED:
		if (!cmd->bad)
			field_error(p, cmd->src.name, "policies for packet "
			    "filter tags (tagged) exist on KAME only");
		break;
	default:
		break;
	}
}
