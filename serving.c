/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which SA serves which rule.  A rule is found by what an SA must have to serve
 * it: protocol, mode, addresses and, with the level unique, the identifier.
 */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "serving.h"

/* What an SA has and a rule wants, beside the mode. */
struct service {
	uint8_t satype;
	struct addr src, dst;
	uint32_t reqid, if_id;
};

/* What rules must have in common, beside their ranges, to have the same SAs. */
static uint64_t
tag_of(const struct service *service, uint8_t mode)
{
	uint32_t words[] = { service->satype, service->reqid, service->if_id,
	    mode };

	return table_hash(TABLE_HASH_START, words, sizeof(words));
}

static uint8_t
satype_of(uint16_t proto)
{
	return proto == UPPER_ESP ? SADB_SATYPE_ESP :
	    proto == UPPER_AH ? SADB_SATYPE_AH :
	    is_mobile(proto) ? (uint8_t)proto : SADB_X_SATYPE_IPCOMP;
}

/* The end of a tunnel; one of zeros is any address of the host (Linux). */
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
	struct rule_kind kind = { .first = place };
	uint32_t *at = NULL;

	kind.required = rule->level == IPSEC_LEVEL_REQUIRE ||
	    rule->level == IPSEC_LEVEL_UNIQUE;
	if (list_room(&s->kinds, s->nkinds, sizeof(kind)))
		at = ranges_add(&s->ranges, tag_of(service, rule->mode),
		    &service->src, &service->dst, s->nkinds);
	if (at == NULL)
		s->incomplete = true;
	else if (*at == s->nkinds)
		s->kinds[s->nkinds++] = kind;
	/* Of those the first that needs an SA is the one to name. */
	else if (kind.required && !s->kinds[*at].required)
		s->kinds[*at] = kind;
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
		/* It is there to be missed, so that a daemon is told. */
		if (rule->mode == IPSEC_MODE_IN_TRIGGER)
			continue;
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

/* Calls each for the kinds of rules of a mode that an SA could serve. */
static void
each_kind(const struct serving *s, const struct sa *sa, uint8_t mode,
    void (*each)(void *, uint32_t), void *ctx)
{
	struct service service = { .satype = sa->satype, .if_id = sa->if_id };
	const struct addr *pair[2] = { &sa->src, &sa->dst };

	ranges_around(&s->ranges, tag_of(&service, mode), pair, each, ctx);
	/* Rules without an identifier take SAs with any. */
	service.reqid = sa->reqid;
	if (sa->reqid != 0)
		ranges_around(&s->ranges, tag_of(&service, mode), pair, each,
		    ctx);
}

struct service_done {
	struct serving *s;
	bool any;
};

static void
serve(void *ctx, uint32_t kind)
{
	struct service_done *done = ctx;

	done->any = done->s->kinds[kind].served = true;
}

bool
serving_sa(struct serving *s, const struct sa *sa)
{
	struct service_done done = { s, false };

	s->nsas++;
	if (sa->mode != IPSEC_MODE_ANY) {
		each_kind(s, sa, sa->mode, serve, &done);
		return done.any;
	}
	each_kind(s, sa, IPSEC_MODE_TRANSPORT, serve, &done);
	each_kind(s, sa, IPSEC_MODE_TUNNEL, serve, &done);
	return done.any;
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

struct choice {
	const struct serving *s;
	const struct rule_kind *kind;
};

static void
choose(void *ctx, uint32_t kind)
{
	struct choice *choice = ctx;

	choice->kind = preferred(choice->kind, &choice->s->kinds[kind]);
}

struct sa_uses
serving_uses(const struct serving *s, const struct sa *sa)
{
	struct choice transport = { s, NULL }, tunnel = { s, NULL };

	each_kind(s, sa, IPSEC_MODE_TRANSPORT, choose, &transport);
	each_kind(s, sa, IPSEC_MODE_TUNNEL, choose, &tunnel);
	return (struct sa_uses){ transport.kind, tunnel.kind };
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
	ranges_free(&s->ranges);
	free(s->kinds);
	memset(s, 0, sizeof(*s));
}
