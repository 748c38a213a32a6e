/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which SA serves which rule.  A rule is found by what an SA must have to serve
 * it: protocol, mode, addresses and, with the level unique, the identifier.
 * Where ranges of addresses will do, the prefixes of the SA's addresses are
 * looked up, once for each pair of prefix lengths that the rules have, so that
 * the work is linear in policies and SAs.
 */
#include <stdlib.h>
#include <string.h>

#include "serving.h"

/* FNV-1a, with all bits in the low ones, which tables use. */
static uint64_t
hash_octets(const void *octets, size_t n)
{
	const uint8_t *p = octets;
	uint64_t h = 14695981039346656037u;

	while (n-- > 0)
		h = (h ^ *p++) * 1099511628211u;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	h ^= h >> 33;
	return h == 0 ? 1 : h;
}

/* What an SA has and a rule wants, beside the mode. */
struct service {
	uint8_t satype;
	struct addr src, dst;
	uint32_t reqid, if_id;
};

static uint64_t
key(const struct rule_shape *shape, const struct service *service)
{
	struct {
		struct addr src, dst;
		uint32_t reqid, if_id, satype, mode;
	} octets;

	memset(&octets, 0, sizeof(octets));
	octets.src = addr_cut(&service->src, shape->src_prefix);
	octets.dst = addr_cut(&service->dst, shape->dst_prefix);
	octets.reqid = service->reqid;
	octets.if_id = service->if_id;
	octets.satype = service->satype;
	octets.mode = shape->mode;
	return hash_octets(&octets, sizeof(octets));
}

/* Notes a shape; false if there are too many. */
static bool
note_shape(struct serving *s, const struct rule_shape *shape)
{
	unsigned i;

	for (i = 0; i < s->nshapes; i++)
		if (memcmp(&s->shapes[i], shape, sizeof(*shape)) == 0)
			return true;
	if (s->nshapes == RULE_SHAPES)
		return false;
	s->shapes[s->nshapes++] = *shape;
	return true;
}

/* Appends a kind to the list, which doubles when it is full. */
static bool
append_kind(struct serving *s, const struct rule_kind *kind)
{
	struct rule_kind *grown;
	uint32_t n = s->nkinds;

	if ((n & (n - 1)) == 0) {
		grown = realloc(s->kinds, (n == 0 ? 1 : (size_t)n * 2) *
		    sizeof(*grown));
		if (grown == NULL)
			return false;
		s->kinds = grown;
	}
	s->kinds[s->nkinds++] = *kind;
	return true;
}

/* Notes a kind; false when memory is out. */
static bool
note_kind(struct serving *s, uint64_t k, const struct rule_kind *kind)
{
	uint32_t *at = table_find(&s->by_key, k);
	bool is_new;

	if (at == NULL)
		return append_kind(s, kind) && table_add(&s->by_key, k,
		    s->nkinds - 1, &is_new) != NULL;
	/* Of those the first that needs an SA is the one to name. */
	if (kind->required && !s->kinds[*at].required)
		s->kinds[*at] = *kind;
	return true;
}

static uint8_t
satype_of(uint16_t proto)
{
	return proto == 50 ? SADB_SATYPE_ESP : proto == 51 ? SADB_SATYPE_AH :
	    SADB_X_SATYPE_IPCOMP;
}

/* The end of a tunnel; one of zeros is whatever the host has there (Linux). */
static struct addr
tunnel_end(const struct addr *end)
{
	static const uint8_t zeros[16];
	struct addr out = *end;

	if (memcmp(end->octets, zeros, sizeof(zeros)) == 0)
		out.prefix = 0;
	return out;
}

static void
note_rule(struct serving *s, const struct service *service,
    const struct rule *rule, struct rule_place place)
{
	struct rule_shape shape;
	struct rule_kind kind = { .first = place };

	memset(&shape, 0, sizeof(shape));
	shape.mode = rule->mode;
	shape.family = service->src.family;
	shape.src_prefix = service->src.prefix;
	shape.dst_prefix = service->dst.prefix;
	kind.required = rule->level == IPSEC_LEVEL_REQUIRE ||
	    rule->level == IPSEC_LEVEL_UNIQUE;
	if (!note_shape(s, &shape) ||
	    !note_kind(s, key(&shape, service), &kind))
		s->incomplete = true;
}

/*
 * Rules are applied one after the other.  In transport mode the SA is between
 * the addresses that the packet has by then: its own, or behind a tunnel the
 * ends of that.
 */
void
serving_policy(struct serving *s, const struct policy *policy,
    uint32_t request)
{
	struct service service = { .src = policy->src, .dst = policy->dst,
	    .if_id = policy->if_id };
	const struct rule *rule;
	unsigned i;

	if (policy->action != IPSEC_POLICY_IPSEC)
		return;
	for (i = 0; i < policy->nrules; i++) {
		rule = &policy->rules[i];
		if (rule->mode != IPSEC_MODE_TRANSPORT) {
			service.src = tunnel_end(&rule->src);
			service.dst = tunnel_end(&rule->dst);
		}
		service.satype = satype_of(rule->proto);
		service.reqid = rule->level == IPSEC_LEVEL_UNIQUE ?
		    rule->reqid : 0;
		note_rule(s, &service, rule,
		    (struct rule_place){ request, i });
	}
}

/* The kind of rules of a shape that an SA fits, but for its mode, or NULL. */
static struct rule_kind *
kind_for(const struct serving *s, const struct rule_shape *shape,
    const struct sa *sa, uint32_t reqid)
{
	struct service service = { sa->satype, sa->src, sa->dst, reqid,
	    sa->if_id };
	const uint32_t *at;

	if (shape->family != sa->src.family)
		return NULL;
	at = table_find(&s->by_key, key(shape, &service));
	return at == NULL ? NULL : &s->kinds[*at];
}

bool
serving_sa(struct serving *s, const struct sa *sa)
{
	const struct rule_shape *shape;
	struct rule_kind *kind;
	bool serves = false;
	unsigned i;
	int own;

	s->nsas++;
	for (i = 0; i < s->nshapes; i++) {
		shape = &s->shapes[i];
		if (sa->mode != shape->mode && (sa->mode != IPSEC_MODE_ANY ||
		    shape->mode == IPSEC_MODE_BEET))
			continue;
		/* Rules without an identifier take SAs with any. */
		for (own = 0; own <= (sa->reqid != 0 ? 1 : 0); own++) {
			kind = kind_for(s, shape, sa, own ? sa->reqid : 0);
			if (kind != NULL)
				serves = kind->served = true;
		}
	}
	return serves;
}

/* Prefers the kind that still lacks an SA, then the earlier rule. */
static const struct rule_kind *
preferred(const struct rule_kind *a, const struct rule_kind *b)
{
	if (a == NULL || b == NULL)
		return a == NULL ? b : a;
	if (a->served != b->served)
		return a->served ? b : a;
	return a->first.request <= b->first.request ? a : b;
}

struct sa_uses
serving_uses(const struct serving *s, const struct sa *sa)
{
	struct sa_uses uses = { NULL, NULL };
	const struct rule_kind *kind;
	unsigned i;
	int own;

	for (i = 0; i < s->nshapes; i++)
		for (own = 0; own <= (sa->reqid != 0 ? 1 : 0); own++) {
			kind = kind_for(s, &s->shapes[i], sa,
			    own ? sa->reqid : 0);
			if (s->shapes[i].mode == IPSEC_MODE_TRANSPORT)
				uses.transport = preferred(uses.transport,
				    kind);
			else if (s->shapes[i].mode == IPSEC_MODE_TUNNEL)
				uses.tunnel = preferred(uses.tunnel, kind);
		}
	return uses;
}

void
serving_unserved(const struct serving *s,
    void (*each)(void *, struct rule_place), void *ctx)
{
	uint32_t i;

	if (s->incomplete)
		return;
	for (i = 0; i < s->nkinds; i++)
		if (s->kinds[i].required && !s->kinds[i].served)
			each(ctx, s->kinds[i].first);
}

void
serving_free(struct serving *s)
{
	table_free(&s->by_key);
	free(s->kinds);
	memset(s, 0, sizeof(*s));
}
