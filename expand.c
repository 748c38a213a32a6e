/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a whole command to the messages it stands for: host names are looked
 * up, and every combination of addresses of one family becomes a message.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "platform.h"
#include "expand.h"
#include "fields.h"

#define HOST_ADDRESSES	64	/* that one name may have */

struct addresses {
	unsigned n;
	struct addr addr[HOST_ADDRESSES];
};

static void
from_sockaddr(const struct sockaddr *sa, struct addr *addr)
{
	const struct sockaddr_in *sin = (const void *)sa;
	const struct sockaddr_in6 *sin6 = (const void *)sa;

	memset(addr, 0, sizeof(*addr));
	if (sa->sa_family == AF_INET) {
		addr->family = 4;
		addr->prefix = 32;
		memcpy(addr->octets, &sin->sin_addr, 4);
	} else {
		addr->family = 6;
		addr->prefix = 128;
		addr->scope = sin6->sin6_scope_id;
		memcpy(addr->octets, &sin6->sin6_addr, 16);
	}
}

/* False when there is no room for it. */
static bool
add_address(struct addresses *list, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < list->n; i++)
		if (memcmp(&list->addr[i], addr, sizeof(*addr)) == 0)
			return true;
	if (list->n == HOST_ADDRESSES)
		return false;
	list->addr[list->n++] = *addr;
	return true;
}

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
	if (colon != NULL && !secrets_overlap(&p->diag->secrets, at) &&
	    addr_numeric(word, (size_t)(colon - word), &addr))
		diag_hint(p->diag, "a port stands in brackets: %.*s[%.*s]",
		    (int)(colon - word), word,
		    (int)(word + len - colon - 1), colon + 1);
	else
		field_hint_lookalike(p, at);
}

/* Asks the resolver, which also knows short forms such as "10.1". */
static int
ask_resolver(const struct command *cmd, const char *word, size_t len,
    struct addrinfo **all)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	char name[NI_MAXHOST];

	if (len >= sizeof(name))
		return EAI_NONAME;
	memcpy(name, word, len);
	name[len] = '\0';
	hints.ai_family = cmd->family == 4 ? AF_INET :
	    cmd->family == 6 ? AF_INET6 : AF_UNSPEC;
	/* Digits and dots are never a name. */
	hints.ai_flags = cmd->numeric || consists_of(word, len, DIGITS ".") ?
	    AI_NUMERICHOST : 0;
	return getaddrinfo(name, NULL, &hints, all);
}

/* Apart, for it is rare and has much to keep. */
__attribute__((noinline)) static void
look_up(struct parser *p, struct command *cmd, struct loc at,
    struct addresses *list)
{
	const char *word = parser_text(p, at), *wrong;
	size_t len = at.end - at.begin;
	struct addrinfo *all = NULL, *ai;
	struct addr addr;
	char quoted[64];
	int error = 0;

	wrong = not_a_name(word, len);
	if (wrong == NULL)
		error = ask_resolver(cmd, word, len, &all);
	if (error != 0)
		wrong = consists_of(word, len, DIGITS ".") ? "not an address" :
		    cmd->numeric ? "not a numeric address, and -n forbids "
		    "look-ups" : gai_strerror(error);
	if (wrong != NULL) {
		field_error(p, at, "%s: %s", diag_quote_at(p->diag, at,
		    quoted, sizeof(quoted)), wrong);
		if (error == EAI_AGAIN)
			diag_hint(p->diag, "a numeric address needs no "
			    "resolver");
		else
			hint_host(p, at);
		return;
	}
	for (ai = all; ai != NULL; ai = ai->ai_next) {
		if (ai->ai_family != AF_INET && ai->ai_family != AF_INET6)
			continue;
		from_sockaddr(ai->ai_addr, &addr);
		if (add_address(list, &addr))
			continue;
		field_error(p, at, "%s has more than %u addresses",
		    diag_quote_at(p->diag, at, quoted, sizeof(quoted)),
		    HOST_ADDRESSES);
		break;
	}
	freeaddrinfo(all);
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
		if (host->prefix_at.end == 0)
			continue;
		max = addr->prefix;
		if (host->prefix > max) {
			field_error(p, host->prefix_at, "a prefix of IPv%u "
			    "has at most %u bits", addr->family, max);
			return;
		}
		addr->prefix = host->prefix;
		if (has_host_bits(addr))
			diag(p->diag, DIAG_ADVICE, host->name, "bits are set "
			    "behind the prefix of %u", host->prefix);
	}
}

static void
resolve(struct parser *p, struct command *cmd, const struct host *host,
    struct addresses *list)
{
	struct loc at = host->name;
	struct addr *first = &list->addr[0];

	list->n = 0;
	if (addr_numeric(parser_text(p, at), loc_length(at), first)) {
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
	struct msgbuf m;
	int rc;

	msg_begin(&m, p->dialect, command_of(cmd->op)->type, cmd->sa.satype);
	if (is_policy_command(cmd))
		policy_encode(&m, &cmd->policy);
	else if (cmd->op == OP_SPDDEFAULT)
		defaults_encode(&m, &cmd->defaults);
	else if (is_given(cmd, F_SRC))
		sa_encode(&m, &cmd->sa);
	if (msg_end(&m) == 0) {
		field_error(p, cmd->loc, "this does not fit a PF_KEY message");
		return -1;
	}
	rc = each(ctx, cmd, &m);
	if (cmd->sa.enc_key.given || cmd->sa.auth_key.given)
		wipe(m.space, m.len);
	return rc;
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

int
command_expand(struct parser *p, struct command *cmd, message_fn *each,
    void *ctx)
{
	struct addresses src, dst;
	unsigned i, j, pairs = 0;
	struct loc both = { cmd->at[F_SRC].begin, cmd->at[F_DST].end };

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
