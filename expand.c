/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a whole command to the messages it stands for: host names are looked
 * up, and every combination of addresses of one family becomes a message.
 */
#include <netdb.h>
#include <string.h>

#include "platform.h"
#include "expand.h"
#include "fields.h"
#include "filter.h"

/* ---- names ---- */

static bool
consists_of(const char *word, size_t len, const char *set)
{
	while (len > 0 && word[len - 1] != '\0' &&
	    strchr(set, word[len - 1]) != NULL)
		len--;
	return len == 0;
}

#define DIGITS	"0123456789"
#define LETTERS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * What is wrong with a word that is no numeric address and that no resolver
 * needs to be asked about; NULL if it may be a name.
 */
static const char *
not_a_name(const char *word, size_t len)
{
	const char *zone = memchr(word, '%', len);
	struct addr addr;

	if (zone != NULL && addr_numeric(word, (size_t)(zone - word), &addr))
		return "there is no such interface";
	if (memchr(word, ':', len) != NULL)
		return "not an address";
	if (!consists_of(word, len, DIGITS LETTERS "._-%"))
		return "neither an address nor a host name";
	return NULL;
}

/* What was perhaps meant by a word that is no address. */
static void
hint_host(struct parser *p, struct loc at)
{
	static const char *const wide[] = { "any", "all", "default", "*" };
	const char *word = parser_text(p, at), *colon;
	size_t len = at.end - at.begin, i;
	struct addr addr;

	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (word_is(wide[i], word, len)) {
			diag_hint(p->diag, "all addresses are 0.0.0.0/0 or "
			    "::/0");
			return;
		}
	colon = memchr(word, ':', len);
	if (colon != NULL && !field_is_secret(p, at) &&
	    addr_numeric(word, (size_t)(colon - word), &addr))
		diag_hint(p->diag, "a port stands in brackets: %.*s[%.*s]",
		    (int)(colon - word), word,
		    (int)(word + len - colon - 1), colon + 1);
	else
		field_hint_lookalike(p, at);
}

/* Whether a number of an address begins with 0, which makes it octal. */
static bool
has_octal(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if (word[i] == '0' && (i == 0 || word[i - 1] == '.') &&
		    memchr(DIGITS, word[i + 1], sizeof(DIGITS) - 1) != NULL)
			return true;
	return false;
}

/* An address in a form that nobody should write: "10.1", "192.168.001.010". */
static bool
read_odd_number(struct parser *p, struct loc at, struct addr *addr)
{
	const char *word = parser_text(p, at);
	size_t len = loc_length(at);
	char buf[ADDR_TEXT];

	if (*word < '0' || *word > '9' || not_a_name(word, len) != NULL ||
	    field_is_secret(p, at) || !hosts_is_number(word, len, addr) ||
	    addr->family != 4)
		return false;
	field_advise(p, at, "this is %s: write four decimal numbers",
	    addr_text(addr, buf));
	if (has_octal(word, len))
		diag_hint(p->diag, "a number that begins with 0 is octal");
	return true;
}

/* Apart, for it is rare and has much to keep. */
__attribute__((noinline)) static void
look_up(struct parser *p, struct command *cmd, struct loc at,
    struct addresses *list)
{
	const char *word = parser_text(p, at), *wrong;
	size_t len = loc_length(at);
	bool digits = consists_of(word, len, DIGITS ".");
	char quoted[64];
	int error = 0;

	wrong = field_is_secret(p, at) ?
	    "it may be a key, and is not looked up" : not_a_name(word, len);
	/* Digits and dots are never a name. */
	if (wrong == NULL && digits)
		wrong = "not an address";
	else if (wrong == NULL && cmd->numeric)
		wrong = "not a numeric address, and -n forbids look-ups";
	if (wrong == NULL && (error = hosts_look_up(p->hosts, word, len,
	    cmd->family, list)) != 0)
		wrong = gai_strerror(error);
	if (wrong != NULL) {
		list->n = 0;
		field_error(p, at, "%s: %s", diag_quote_at(p->diag, at,
		    quoted, sizeof(quoted)), wrong);
		if (error == EAI_AGAIN)
			diag_hint(p->diag, "a numeric address needs no "
			    "resolver");
		else
			hint_host(p, at);
	} else if (list->more)
		field_error(p, at, "%s has more than %u addresses",
		    diag_quote_at(p->diag, at, quoted, sizeof(quoted)),
		    HOST_ADDRESSES);
}

/* Whether bits are set behind the prefix. */
static bool
has_host_bits(const struct addr *addr)
{
	unsigned size = addr->family == 4 ? 4 : 16, i;
	unsigned bits = addr->prefix;

	if (bits == size * 8)
		return false;
	for (i = 0; i < size; i++, bits = bits > 8 ? bits - 8 : 0) {
		if (bits >= 8)
			continue;
		if ((addr->octets[i] & (0xff >> bits)) != 0)
			return true;
	}
	return false;
}

/* Gives the addresses the prefix and the port that were written with them. */
static void
complete(struct parser *p, const struct host *host, struct addresses *list)
{
	unsigned i, max;

	for (i = 0; i < list->n; i++) {
		struct addr *addr = &list->addr[i];

		addr->port = host->port;
		field_zone(p, host->name, addr);
		if (host->prefix_at.end == 0) {
			if (is_policy_command(&p->cmd))
				field_all_zero(p, host->name, addr);
			continue;
		}
		max = addr->prefix;
		if (host->prefix > max) {
			field_error(p, host->prefix_at, "a prefix of IPv%u "
			    "has at most %u bits", addr->family, max);
			return;
		}
		addr->prefix = host->prefix;
		if (has_host_bits(addr))
			field_advise(p, host->name, "bits are set behind the "
			    "prefix of %u", host->prefix);
	}
}

static void
resolve(struct parser *p, struct command *cmd, const struct host *host,
    struct addresses *list)
{
	struct loc at = host->name;
	struct addr *first = &list->addr[0];

	list->n = 0;
	if (addr_numeric(parser_text(p, at), loc_length(at), first) ||
	    read_odd_number(p, at, first)) {
		if (cmd->family != 0 && first->family != cmd->family) {
			/* Once, if it is so for both. */
			if (!cmd->bad)
				field_error(p, at, "this is an IPv%u address, "
				    "and -%u was given", first->family,
				    cmd->family);
			return;
		}
		list->n = 1;
	} else
		look_up(p, cmd, at, list);
	complete(p, host, list);
}

static int
emit(struct parser *p, struct command *cmd, message_fn *each, void *ctx)
{
	struct filter filter;
	struct msgbuf m;
	int rc = -1;

	msg_begin(&m, p->dialect, command_of(cmd->op)->type, cmd->sa.satype);
	if (takes_filter(cmd)) {
		if (filter_of(cmd, &filter))
			filter_encode(&m, &filter);
	} else if (is_policy_command(cmd))
		policy_encode(&m, &cmd->policy);
	else if (cmd->op == OP_SPDDEFAULT || cmd->op == OP_SPDHASH)
		defaults_encode(&m, &cmd->defaults);
	else if (is_given(cmd, F_SRC))
		sa_encode(&m, &cmd->sa);
	if (msg_end(&m) != 0)
		rc = each(ctx, cmd, &m);
	else
		field_error(p, cmd->loc, "this does not fit a PF_KEY message");
	if (cmd->sa.enc_key.given || cmd->sa.auth_key.given)
		wipe(m.space, m.len);
	return rc;
}

/* Only a tunnel carries packets of the other family. */
static bool
check_selector(struct parser *p, struct command *cmd)
{
	const struct sa_selector *selector = &cmd->sa.selector;

	if (!selector->given || cmd->sa.mode != IPSEC_MODE_TRANSPORT ||
	    selector->dst.family == cmd->sa.dst.family)
		return true;
	field_error(p, cmd->at[F_SELECTOR], "in mode transport these are of "
	    "the family of the SA's addresses");
	return false;
}

/* Mobile IPv6 has addresses of IPv6; a care-of address is of their kind. */
static bool
check_mobile(struct parser *p, struct command *cmd)
{
	const struct sa *sa = &cmd->sa;
	bool mobile = is_mobile(sa->satype) && sa->dst.family != 6;

	if (mobile)
		field_error(p, cmd->at[F_PROTO], "SAs of Mobile IPv6 have "
		    "IPv6 addresses");
	else if (sa->care_of.family != 0 &&
	    sa->care_of.family != sa->dst.family)
		field_error(p, cmd->at[F_CARE_OF], "the care-of address is not "
		    "of the family of the SA's addresses");
	else
		return true;
	return false;
}

/* One pair of addresses: into the SA, or the policy's selectors. */
static int
emit_pair(struct parser *p, struct command *cmd, const struct addr *src,
    const struct addr *dst, message_fn *each, void *ctx)
{
	if (!is_policy_command(cmd)) {
		/* An SA's ports go into extensions of their own. */
		cmd->sa.src = *src;
		cmd->sa.dst = *dst;
		cmd->sa.src.port = cmd->sa.dst.port = 0;
		if (!check_selector(p, cmd) || !check_mobile(p, cmd))
			return -1;
	} else {
		cmd->policy.src = *src;
		cmd->policy.dst = *dst;
		if (cmd->has_upper_args) {
			cmd->policy.src.port = cmd->upper_a;
			cmd->policy.dst.port = cmd->upper_b;
		}
	}
	return emit(p, cmd, each, ctx);
}

/* NAT-T's original addresses are single. */
static void
resolve_original(struct parser *p, struct command *cmd,
    const struct host *host, struct addr *addr)
{
	struct addresses list;

	if (host->name.end == 0)
		return;
	resolve(p, cmd, host, &list);
	if (list.n != 0)
		*addr = list.addr[0];
	addr->port = 0;
}

/* Whether the host is a number: wrong commands need no look-ups. */
static void
check_number(struct parser *p, struct command *cmd, const struct host *host)
{
	const char *word = parser_text(p, host->name);
	size_t len = loc_length(host->name);
	struct addresses list;

	if (host->name.end != 0 && (addr_numeric(word, len, &list.addr[0]) ||
	    not_a_name(word, len) != NULL ||
	    consists_of(word, len, DIGITS ".")))
		resolve(p, cmd, host, &list);
}

void
command_check_hosts(struct parser *p)
{
	struct command *cmd = &p->cmd;

	check_number(p, cmd, &cmd->src);
	check_number(p, cmd, &cmd->dst);
	check_number(p, cmd, &cmd->oai);
	check_number(p, cmd, &cmd->oar);
}

int
command_expand(struct parser *p, message_fn *each, void *ctx)
{
	struct command *cmd = &p->cmd;
	struct addresses src, dst;
	unsigned i, j, pairs = 0;
	struct loc both = { cmd->at[F_SRC].begin, cmd->at[F_DST].end };

	if (command_of(cmd->op)->type == 0) {
		field_error(p, cmd->at[F_VERB], "no kernel is asked for this");
		return -1;
	}
	if (!is_given(cmd, F_SRC))
		return emit(p, cmd, each, ctx);
	resolve(p, cmd, &cmd->src, &src);
	resolve(p, cmd, &cmd->dst, &dst);
	resolve_original(p, cmd, &cmd->oai, &cmd->sa.natt.oai);
	resolve_original(p, cmd, &cmd->oar, &cmd->sa.natt.oar);
	if (!cmd->bad && is_given(cmd, F_NATT) &&
	    cmd->sa.natt.oai.family != cmd->sa.natt.oar.family)
		field_error(p, cmd->at[F_NATT], "the original addresses are "
		    "of two families");
	if (cmd->bad)
		return -1;
	for (i = 0; i < src.n; i++)
		for (j = 0; j < dst.n; j++) {
			if (src.addr[i].family != dst.addr[j].family)
				continue;
			pairs++;
			if (emit_pair(p, cmd, &src.addr[i], &dst.addr[j],
			    each, ctx) != 0)
				return -1;
		}
	if (pairs == 0) {
		field_error(p, both, "source and destination have no address "
		    "family in common");
		return -1;
	}
	return 0;
}
