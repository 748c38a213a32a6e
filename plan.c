/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: messages lie one behind the other in blocks, so that a hundred
 * thousand of them take little more than their own octets.
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

/* In front of each message; keeps it aligned. */
struct head {
	uint64_t len;
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
	struct head head = { len };
	struct plan_block *block = block_for(plan, sizeof(head) + len);

	if (block == NULL || remember(plan, request) != 0)
		return -1;
	memcpy(block->octets + block->used, &head, sizeof(head));
	memcpy(block->octets + block->used + sizeof(head), msg, len);
	block->used += sizeof(head) + len;
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
	struct head head;
	uint32_t number = 0;
	size_t offset;
	int rc;

	while (plan->first != NULL) {
		for (offset = 0; offset < plan->first->used;
		    offset += sizeof(head) + head.len) {
			memcpy(&head, plan->first->octets + offset,
			    sizeof(head));
			rc = each(ctx, number++, plan->first->octets + offset +
			    sizeof(head), head.len);
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
	uint64_t halves[2];

	memcpy(halves, addr->octets, sizeof(halves));
	h = mix(h, halves[0]);
	h = mix(h, halves[1]);
	h = mix(h, (uint64_t)addr->scope << 32 | (uint32_t)addr->port << 16 |
	    (uint32_t)addr->prefix << 8 | addr->family);
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

static struct seen_entry *
slot(struct seen *seen, uint64_t key)
{
	size_t i = key >> 1 & (seen->size - 1);

	while (seen->entries[i].key != 0 && seen->entries[i].key != key)
		i = (i + 1) & (seen->size - 1);
	return &seen->entries[i];
}

static bool
grow(struct seen *seen)
{
	struct seen bigger = { NULL, seen->n, seen->size * 2 + 256 };
	size_t i;

	while ((bigger.size & (bigger.size - 1)) != 0)
		bigger.size &= bigger.size - 1;
	bigger.entries = calloc(bigger.size, sizeof(*bigger.entries));
	if (bigger.entries == NULL)
		return false;
	for (i = 0; i < seen->size; i++)
		if (seen->entries[i].key != 0)
			*slot(&bigger, seen->entries[i].key) =
			    seen->entries[i];
	free(seen->entries);
	*seen = bigger;
	return true;
}

struct loc
seen_before(struct seen *seen, uint8_t type, const struct sa *sa,
    const struct policy *policy, struct loc loc)
{
	struct loc none = { 0, 0 };
	struct seen_entry *entry;
	uint64_t key;

	switch (type) {
	case SADB_ADD:
	case SADB_X_SPDADD:
		break;
	case SADB_DELETE:
	case SADB_FLUSH:
	case SADB_X_SPDDELETE:
	case SADB_X_SPDFLUSH:
		/* What is left is not worth keeping track of. */
		seen_free(seen);
		return none;
	default:
		return none;
	}
	if (seen->n >= seen->size - seen->size / 8 && !grow(seen))
		return none;
	key = type == SADB_ADD ? sa_key(sa) : policy_key(policy);
	entry = slot(seen, key);
	if (entry->key == key)
		return entry->loc;
	entry->key = key;
	entry->loc = loc;
	seen->n++;
	return none;
}

void
seen_free(struct seen *seen)
{
	free(seen->entries);
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
