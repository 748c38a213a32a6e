/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SAs and policies with arbitrary fields: what is encoded must be valid,
 * decode to what encodes to the same octets, and print as a command that, if
 * the language has it, prints the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* Fields are made of the input's octets, 0 behind its end. */
struct input {
	const uint8_t *p;
	size_t left;
};

static uint64_t
number(struct input *in, unsigned octets)
{
	uint64_t n = 0;

	for (; octets > 0; octets--) {
		n <<= 8;
		if (in->left != 0) {
			n |= *in->p++;
			in->left--;
		}
	}
	return n;
}

static uint8_t
octet(struct input *in)
{
	return (uint8_t)number(in, 1);
}

static bool
flip(struct input *in)
{
	return octet(in) % 2 != 0;
}

/* As many octets of the input as it has itself chosen. */
static const uint8_t *
octets(struct input *in, size_t max, size_t *n)
{
	const uint8_t *p = in->p;

	*n = (size_t)number(in, 1) % (max + 1);
	p = in->p;
	if (*n > in->left)
		*n = in->left;
	in->p += *n;
	in->left -= *n;
	return p;
}

/* ---- making structures ---- */

static bool zones;			/* addresses may have some */

static void
make_addr(struct input *in, struct addr *addr, uint8_t family)
{
	size_t n = family == 4 ? 4 : sizeof(addr->octets), i;

	memset(addr, 0, sizeof(*addr));
	addr->family = family;
	for (i = 0; i < sizeof(addr->octets) && i < n; i++)
		addr->octets[i] = octet(in);
	addr->prefix = (uint8_t)(8 * n - octet(in) % (8 * n + 1));
	addr->port = flip(in) ? (uint16_t)number(in, 2) : 0;
	if (family == 6 && octet(in) == 1) {
		addr->scope = (uint32_t)number(in, 1);
		if (!zones)
			addr->scope = 0;
	}
}

/* An SA's end: a host, and ports are elsewhere. */
static void
make_end(struct input *in, struct addr *addr, uint8_t family)
{
	make_addr(in, addr, family);
	addr->prefix = family == 4 ? 32 : 128;
	addr->port = 0;
}

static void
make_key(struct input *in, struct key *key)
{
	size_t n;

	key->given = flip(in);
	if (!key->given)
		return;
	key->data = octets(in, 64, &n);
	key->bits = (uint16_t)(n * 8);
}

static void
make_lifetime(struct input *in, struct lifetime *life)
{
	life->given = flip(in);
	if (!life->given)
		return;
	life->allocations = (uint32_t)number(in, octet(in) % 5);
	life->bytes = number(in, octet(in) % 9);
	life->addtime = number(in, octet(in) % 9);
	life->usetime = number(in, octet(in) % 9);
}

/* Without a NUL at its end, which is not told from padding. */
static void
make_label(struct input *in, const struct dialect *dialect,
    struct label *label)
{
	size_t n;

	if (ext_number(dialect, EXT_SEC_CTX) == 0 || !flip(in))
		return;
	label->text = (const char *)octets(in, 255, &n);
	while (n > 0 && label->text[n - 1] == '\0')
		n--;
	label->len = (uint16_t)n;
	if (n == 0)
		return;
	label->doi = octet(in);
	label->alg = octet(in);
}

static void
make_natt(struct input *in, const struct dialect *dialect, struct natt *natt)
{
	natt->given = flip(in);
	if (!natt->given)
		return;
	natt->type = octet(in);
	if (natt->type == 0)		/* a BSD's way to say that there is none */
		natt->type = 1;
	natt->sport = (uint16_t)number(in, 2);
	natt->dport = (uint16_t)number(in, 2);
	if (flip(in))
		make_end(in, &natt->oai, flip(in) ? 4 : 6);
	if (ext_number(dialect, EXT_NAT_T_OAR) != 0 && flip(in))
		make_end(in, &natt->oar, flip(in) ? 4 : 6);
	if (ext_number(dialect, EXT_NAT_T_FRAG) != 0)
		natt->frag = (uint16_t)number(in, octet(in) % 3);
}

static void
make_mark(struct input *in, const struct dialect *dialect, struct mark *mark,
    uint32_t *if_id)
{
	if (ext_number(dialect, EXT_X_MARK) == 0)
		return;
	mark->given = flip(in);
	if (mark->given) {
		mark->value = (uint32_t)number(in, 4);
		mark->mask = (uint32_t)number(in, 4);
	}
	*if_id = (uint32_t)number(in, octet(in) % 5);
}

static void
make_sa(struct input *in, const struct dialect *dialect, struct sa *sa)
{
	static const uint8_t satypes[] = { SADB_SATYPE_AH, SADB_SATYPE_ESP,
	    SADB_X_SATYPE_IPCOMP, SADB_X_SATYPE_TCPSIGNATURE };
	uint8_t family = flip(in) ? 4 : 6;
	const struct algorithm *enc;

	sa->satype = satypes[octet(in) % sizeof(satypes)];
	sa->mode = octet(in) % 5;
	sa->auth = octet(in);
	sa->encrypt = octet(in);
	/* What a BSD says of an AEAD's authentication is not kept. */
	enc = algorithm_numbered(ALG_ENC, dialect, sa->encrypt);
	if (enc != NULL && (enc->flags & ALG_AEAD) != 0)
		sa->auth = 0;
	sa->has_sa = octet(in) % 8 != 0;
	if (sa->has_sa)
		sa->spi = (uint32_t)number(in, 4);
	sa->reqid = (uint32_t)number(in, octet(in) % 5);
	sa->flags = (uint32_t)number(in, octet(in) % 5);
	sa->replay = (uint32_t)number(in, octet(in) % 5);
	make_end(in, &sa->src, family);
	make_end(in, &sa->dst, octet(in) == 9 ? 10 - family : family);
	make_key(in, &sa->auth_key);
	make_key(in, &sa->enc_key);
	make_lifetime(in, &sa->hard);
	make_lifetime(in, &sa->soft);
	make_natt(in, dialect, &sa->natt);
	sa->natt.given &= sa->satype == SADB_SATYPE_ESP;
	make_label(in, dialect, &sa->label);
	if (ext_number(dialect, EXT_IF_HW_OFFL) != 0 && octet(in) == 1)
		sa->hwif = "eth0";
	make_mark(in, dialect, &sa->mark, &sa->if_id);
}

static void
make_rule(struct input *in, const struct dialect *dialect, struct rule *rule)
{
	static const uint8_t protos[] = { 50, 51, 108, 6 };
	uint8_t family = octet(in) % 3;

	rule->proto = protos[octet(in) % sizeof(protos)];
	rule->mode = octet(in) % 5;
	rule->level = octet(in) % 5;
	rule->reqid = (uint32_t)number(in, octet(in) %
	    (dialect->wide_request ? 5 : 3));
	if (family == 0)
		return;
	make_addr(in, &rule->src, family == 1 ? 4 : 6);
	make_addr(in, &rule->dst, family == 1 ? 4 : 6);
	/* A request has no room for prefixes. */
	rule->src.prefix = rule->dst.prefix = family == 1 ? 32 : 128;
}

static void
make_policy(struct input *in, const struct dialect *dialect,
    struct policy *policy)
{
	uint8_t family = flip(in) ? 4 : 6;

	make_addr(in, &policy->src, family);
	make_addr(in, &policy->dst, family);
	policy->upper = octet(in);
	policy->dir = octet(in) % 6;
	policy->action = octet(in) % 6;
	policy->scope = octet(in) % 2;
	policy->id = (uint32_t)number(in, octet(in) % 5);
	if (dialect->has_priority)
		policy->priority = (uint32_t)number(in, 4);
	for (policy->nrules = 0; policy->nrules < dialect->max_requests &&
	    flip(in); policy->nrules++)
		make_rule(in, dialect, &policy->rules[policy->nrules]);
	make_lifetime(in, &policy->hard);
	make_lifetime(in, &policy->soft);
	make_label(in, dialect, &policy->label);
	make_mark(in, dialect, &policy->mark, &policy->if_id);
}

/* ---- what must hold ---- */

static void
check_command(const struct view *view)
{
	struct capture first, second;
	struct requests asked;
	struct view again;
	bool same;

	capture_begin(&first);
	print_request(&first.text, view);
	capture_end(&first);
	parse(&asked, view->dialect, first.buf, first.len, false, NULL, NULL);
	/* A warning says that it is taken for something else. */
	if (asked.errors == 0 && !asked.warned && asked.len != 0) {
		must(view_init(&again, view->dialect, asked.octets,
		    asked.len) == VIEW_OK, "a command is one message");
		capture_begin(&second);
		print_request(&second.text, &again);
		capture_end(&second);
		same = asked.inexact || request_inexpressible(view) != NULL ||
		    (first.len == second.len &&
		    memcmp(first.buf, second.buf, first.len) == 0);
		if (!same)
			fprintf(stderr, "%s%s", first.buf, second.buf);
		must(same, "what is typed prints the same");
		free(second.buf);
	}
	free(first.buf);
	requests_free(&asked);
}

/* Encoded twice, the second time from what was decoded. */
static void
check_message(const struct msgbuf *m, size_t len, const struct msgbuf *again,
    size_t again_len)
{
	must(len != 0 && len == again_len &&
	    memcmp(m->space, again->space, len) == 0,
	    "decoding undoes encoding");
}

static struct msgbuf m, again;

static void
check_sa(struct input *in, const struct dialect *dialect)
{
	static const uint8_t types[] = { SADB_ADD, SADB_UPDATE, SADB_GET,
	    SADB_DELETE };
	uint8_t type = types[octet(in) % sizeof(types)];
	struct sa sa = { .satype = 0 };
	struct view view;
	size_t len;

	make_sa(in, dialect, &sa);
	msg_begin(&m, dialect, type, sa.satype);
	sa_encode(&m, &sa);
	len = msg_end(&m);
	must(view_init(&view, dialect, m.space, len) == VIEW_OK,
	    "what is encoded is valid");
	sa_decode(&view, &sa);
	msg_begin(&again, dialect, type, sa.satype);
	sa_encode(&again, &sa);
	check_message(&m, len, &again, msg_end(&again));
	check_command(&view);
}

static void
check_policy(struct input *in, const struct dialect *dialect)
{
	static const uint8_t types[] = { SADB_X_SPDADD, SADB_X_SPDUPDATE,
	    SADB_X_SPDDELETE };
	uint8_t type = types[octet(in) % sizeof(types)], scope;
	struct policy policy = { .upper = 0 };
	struct view view;
	size_t len;

	make_policy(in, dialect, &policy);
	scope = policy.scope;
	msg_begin(&m, dialect, type, SADB_SATYPE_UNSPEC);
	policy_encode(&m, &policy);
	len = msg_end(&m);
	must(view_init(&view, dialect, m.space, len) == VIEW_OK,
	    "what is encoded is valid");
	policy_decode(&view, &policy);
	policy.scope = scope;		/* elsewhere than on FreeBSD implied */
	msg_begin(&again, dialect, type, SADB_SATYPE_UNSPEC);
	policy_encode(&again, &policy);
	check_message(&m, len, &again, msg_end(&again));
	check_command(&view);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	const struct dialect *dialect = &dialects[octet(&in) % DIALECTS];

	zones = !dialect->drops_zones;
	if (flip(&in))
		check_policy(&in, dialect);
	else
		check_sa(&in, dialect);
	return 0;
}
