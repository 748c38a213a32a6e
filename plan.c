/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: messages lie one behind the other in blocks, so that a hundred
 * thousand of them take little more than their own octets.  Each says its
 * length itself, and keeps the next one aligned.
 */
#include <stdlib.h>
#include <string.h>

#include "platform.h"
#include "plan.h"

#define BLOCK_OCTETS	((size_t)256 * 1024)

struct plan_block {
	struct plan_block *next;
	size_t used;
	_Alignas(8) uint8_t octets[BLOCK_OCTETS];
};

static struct plan_block *
block_for(struct plan *plan, size_t n)
{
	struct plan_block *block = plan->last;

	if (block != NULL && sizeof(block->octets) - block->used >= n)
		return block;
	if (n > sizeof(block->octets))
		return NULL;
	block = malloc(sizeof(*block));
	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->used = 0;
	if (plan->last == NULL)
		plan->first = block;
	else
		plan->last->next = block;
	plan->last = block;
	return block;
}

static int
remember(struct plan *plan, const struct planned *request)
{
	struct planned *grown;

	if (plan->count == plan->room) {
		grown = realloc(plan->requests, (plan->room * 2 + 64) *
		    sizeof(*grown));
		if (grown == NULL)
			return -1;
		plan->requests = grown;
		plan->room = plan->room * 2 + 64;
	}
	plan->requests[plan->count++] = *request;
	return 0;
}

int
plan_add(struct plan *plan, const struct planned *request, const void *msg,
    size_t len)
{
	struct plan_block *block = block_for(plan, len);

	if (block == NULL || remember(plan, request) != 0)
		return -1;
	memcpy(block->octets + block->used, msg, len);
	block->used += len;
	return 0;
}

static void
drop_block(struct plan *plan)
{
	struct plan_block *block = plan->first;

	plan->first = block->next;
	if (plan->first == NULL)
		plan->last = NULL;
	wipe(block->octets, block->used);
	free(block);
}

int
plan_run(struct plan *plan, int (*each)(void *, uint32_t number,
    const void *msg, size_t len), void *ctx)
{
	const struct wire_msg *msg;
	uint32_t number = 0;
	size_t offset, len;
	int rc;

	while (plan->first != NULL) {
		for (offset = 0; offset < plan->first->used; offset += len) {
			msg = (const void *)(plan->first->octets + offset);
			len = (size_t)msg->len * 8;
			rc = each(ctx, number++, msg, len);
			if (rc != 0)
				return rc;
		}
		drop_block(plan);
	}
	return 0;
}

void
plan_free(struct plan *plan)
{
	while (plan->first != NULL)
		drop_block(plan);
	free(plan->requests);
	memset(plan, 0, sizeof(*plan));
}

/* ---- what a file has twice ---- */

static uint64_t
mix(uint64_t h, uint64_t n)
{
	h = (h ^ n) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static uint64_t
mix_addr(uint64_t h, const struct addr *addr)
{
	uint32_t words[4];
	uint64_t rest = (uint32_t)addr->port << 16 |
	    (uint32_t)addr->prefix << 8 | addr->family;

	memcpy(words, addr->octets, sizeof(words));
	h = mix(h, (uint64_t)words[0] << 32 | rest);
	if (addr->family != 4) {
		h = mix(h, (uint64_t)words[1] << 32 | words[2]);
		h = mix(h, (uint64_t)words[3] << 32 | addr->scope);
	}
	return h;
}

/* What names an entry in the kernel, as one number; never 0. */
static uint64_t
sa_key(const struct sa *sa)
{
	uint64_t h = mix(sa->satype, (uint64_t)sa->spi << 32 | sa->mark);

	h = mix_addr(h, &sa->dst);
	/* TCP-MD5 is found by its two addresses. */
	if (sa->satype == SADB_X_SATYPE_TCPSIGNATURE)
		h = mix_addr(h, &sa->src);
	return h | 1;
}

static uint64_t
policy_key(const struct policy *policy)
{
	uint64_t h = mix((uint32_t)policy->upper << 8 | policy->dir,
	    (uint64_t)policy->if_id << 32 | policy->mark);

	h = mix_addr(h, &policy->src);
	h = mix_addr(h, &policy->dst);
	return h | 1;
}

/* Slots.  Growth is fast while it costs little memory. */
#define SEEN_FIRST	1024
#define SEEN_LARGE	65536

/* The slot of a key, or the free one where it belongs. */
static size_t
slot(const struct seen *seen, uint64_t key)
{
	size_t i = key >> 1 & (seen->size - 1);

	while (seen->keys[i] != 0 && seen->keys[i] != key)
		i = (i + 1) & (seen->size - 1);
	return i;
}

__attribute__((noinline)) static bool
grow(struct seen *seen)
{
	struct seen bigger = { .n = seen->n,
	    .size = seen->size == 0 ? SEEN_FIRST :
	    seen->size * (seen->size < SEEN_LARGE ? 4 : 2) };
	size_t i, at;

	bigger.keys = calloc(bigger.size, sizeof(*bigger.keys));
	bigger.begins = malloc(bigger.size * sizeof(*bigger.begins));
	if (bigger.keys == NULL || bigger.begins == NULL) {
		seen_free(&bigger);
		return false;
	}
	for (i = 0; i < seen->size; i++)
		if (seen->keys[i] != 0) {
			at = slot(&bigger, seen->keys[i]);
			bigger.keys[at] = seen->keys[i];
			bigger.begins[at] = seen->begins[i];
		}
	seen_free(seen);
	*seen = bigger;
	return true;
}

bool
seen_before(struct seen *seen, uint8_t type, const struct command *cmd,
    uint32_t *earlier)
{
	uint64_t key;
	size_t at;

	if (type == SADB_DELETE || type == SADB_FLUSH ||
	    type == SADB_X_SPDDELETE || type == SADB_X_SPDFLUSH)
		/* What is left is not worth keeping track of. */
		seen_free(seen);
	if (type != SADB_ADD && type != SADB_X_SPDADD)
		return false;
	if (seen->n >= seen->size - seen->size / 8 && !grow(seen))
		return false;
	key = type == SADB_ADD ? sa_key(&cmd->sa) : policy_key(&cmd->policy);
	at = slot(seen, key);
	if (seen->keys[at] == key) {
		*earlier = seen->begins[at];
		return true;
	}
	seen->keys[at] = key;
	seen->begins[at] = cmd->loc.begin;
	seen->n++;
	return false;
}

void
seen_free(struct seen *seen)
{
	free(seen->keys);
	free(seen->begins);
	memset(seen, 0, sizeof(*seen));
}

/* ---- what a file lacks ---- */

/* Adds to a list, which grows by doubling; without memory it stays as it is. */
static void
append(struct need **list, size_t *n, const struct need *need)
{
	struct need *grown;

	if ((*n & (*n - 1)) == 0) {
		grown = realloc(*list, (*n == 0 ? 1 : *n * 2) *
		    sizeof(**list));
		if (grown == NULL)
			return;
		*list = grown;
	}
	(*list)[(*n)++] = *need;
}

static void
need_rule(struct needs *needs, const struct policy *policy, unsigned i,
    struct loc loc)
{
	const struct rule *rule = &policy->rules[i];
	struct need need = {
		.satype = rule->proto == 50 ? SADB_SATYPE_ESP :
		    rule->proto == 51 ? SADB_SATYPE_AH :
		    SADB_X_SATYPE_IPCOMP,
		.mode = rule->mode, .reqid = rule->reqid,
		.src = rule->src, .dst = rule->dst, .loc = loc,
	};

	if (rule->level != IPSEC_LEVEL_REQUIRE &&
	    rule->level != IPSEC_LEVEL_UNIQUE)
		return;
	if (rule->mode == IPSEC_MODE_TRANSPORT) {
		need.src = policy->src;
		need.dst = policy->dst;
	}
	append(&needs->rules, &needs->nrules, &need);
}

void
needs_note(struct needs *needs, uint8_t type, const struct command *cmd)
{
	const struct sa *sa = &cmd->sa;
	struct need need = {
		.satype = sa->satype, .mode = sa->mode, .reqid = sa->reqid,
		.src = sa->src, .dst = sa->dst, .loc = cmd->loc,
	};
	bool tunnel = false;
	unsigned i;

	if (type == SADB_ADD || type == SADB_UPDATE)
		append(&needs->sas, &needs->nsas, &need);
	if ((type != SADB_X_SPDADD && type != SADB_X_SPDUPDATE) ||
	    cmd->policy.action != IPSEC_POLICY_IPSEC)
		return;
	for (i = 0; i < cmd->policy.nrules; i++)
		tunnel |= cmd->policy.rules[i].mode != IPSEC_MODE_TRANSPORT;
	for (i = 0; i < cmd->policy.nrules; i++)
		/* Beside a tunnel, transport mode is between its ends. */
		if (!tunnel || cmd->policy.rules[i].mode !=
		    IPSEC_MODE_TRANSPORT)
			need_rule(needs, &cmd->policy, i, cmd->rule_at[i]);
}

static bool
is_within(const struct addr *addr, const struct addr *range)
{
	unsigned bits = range->prefix, i;

	if (addr->family != range->family)
		return false;
	for (i = 0; bits >= 8; i++, bits -= 8)
		if (addr->octets[i] != range->octets[i])
			return false;
	return bits == 0 || ((addr->octets[i] ^ range->octets[i]) >>
	    (8 - bits)) == 0;
}

static bool
serves(const struct need *sa, const struct need *rule)
{
	return sa->satype == rule->satype &&
	    (sa->mode == rule->mode || sa->mode == IPSEC_MODE_ANY) &&
	    (rule->reqid == 0 || sa->reqid == rule->reqid) &&
	    is_within(&sa->src, &rule->src) && is_within(&sa->dst, &rule->dst);
}

void
needs_report(const struct needs *needs, void (*each)(void *, struct loc),
    void *ctx)
{
	size_t i, j;

	for (i = 0; i < needs->nrules; i++) {
		for (j = 0; j < needs->nsas; j++)
			if (serves(&needs->sas[j], &needs->rules[i]))
				break;
		if (j == needs->nsas)
			each(ctx, needs->rules[i].loc);
	}
}

void
needs_free(struct needs *needs)
{
	free(needs->sas);
	free(needs->rules);
	memset(needs, 0, sizeof(*needs));
}
