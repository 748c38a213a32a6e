/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policies whose order a kernel does not keep.  Each is noted under all that
 * can be asked for: for protocol and ports, what it says and "whatever it
 * says".  A policy that leaves one open asks for the latter; one that names it
 * asks for that, and for those that leave it open.
 */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "order.h"

/* What is done with a packet, and by whom; and by whom else otherwise. */
struct order_entry {
	uint64_t effect;
	uint32_t first, other;		/* requests; UINT32_MAX: none */
};

#define NOBODY		UINT32_MAX
#define WHATEVER	UINT32_MAX	/* beyond all protocols and ports */
#define FIELDS_ASKED	3		/* protocol and two ports */

bool
order_is_hosts(const struct policy *policy)
{
	uint8_t full = policy->src.family == 4 ? 32 : 128;

	return policy->src.prefix == full && policy->dst.prefix == full;
}

/* Policies of different ones never meet, or are told apart by it. */
static uint64_t
class_of(const struct policy *policy)
{
	bool marked = mark_counts(&policy->mark);
	uint32_t words[] = {
		policy->dir, policy->priority, policy->if_id,
		marked ? policy->mark.value : 0,
		marked ? policy->mark.mask : 0,
		setting_value(&policy->settings, EXT_X_POLICY_TYPE),
	};
	uint64_t h = table_hash(TABLE_HASH_START, words, sizeof(words));

	if (policy->device.name != NULL)
		h = table_hash(h, policy->device.name,
		    strlen(policy->device.name));
	return policy->label.len == 0 ? h :
	    table_hash(h, policy->label.text, policy->label.len);
}

static uint64_t
hash_end(uint64_t h, const struct addr *addr)
{
	h = table_hash(h, addr->octets, sizeof(addr->octets));
	return table_hash(h, &addr->family, sizeof(addr->family));
}

static uint64_t
effect_of(const struct policy *policy)
{
	uint64_t h = table_hash(TABLE_HASH_START, &policy->action,
	    sizeof(policy->action));
	const struct rule *rule;
	unsigned i;

	for (i = 0; policy->action == IPSEC_POLICY_IPSEC &&
	    i < policy->nrules; i++) {
		rule = &policy->rules[i];
		uint32_t words[] = { rule->proto, rule->mode, rule->level,
		    rule->reqid, rule->spi };

		h = table_hash(h, words, sizeof(words));
		h = hash_end(hash_end(h, &rule->src), &rule->dst);
	}
	return h;
}

/* Protocol and ports; 0 is any, as for the kernel. */
static void
fields_of(const struct policy *policy, uint32_t fields[FIELDS_ASKED])
{
	fields[0] = policy->upper == IPSEC_ULPROTO_ANY ? 0 : policy->upper;
	fields[1] = policy->masks.given ? 0 : policy->src.port;
	fields[2] = policy->masks.given ? 0 : policy->dst.port;
}

/* The tag for fields of which those of the bits are replaced. */
static uint64_t
tag_of(uint64_t class, const uint32_t fields[FIELDS_ASKED], unsigned bits,
    uint32_t by)
{
	uint32_t asked[FIELDS_ASKED];
	unsigned i;

	for (i = 0; i < FIELDS_ASKED; i++)
		asked[i] = (bits >> i & 1) != 0 ? by : fields[i];
	return table_hash(class, asked, sizeof(asked));
}

bool
order_note(struct order *order, const struct policy *policy, uint32_t request)
{
	struct order_entry entry = { effect_of(policy), request, NOBODY }, *e;
	uint64_t class = class_of(policy);
	uint32_t fields[FIELDS_ASKED], *at;
	unsigned bits;

	fields_of(policy, fields);
	for (bits = 0; bits < 1u << FIELDS_ASKED; bits++) {
		if (!list_room(&order->entries, order->nentries,
		    sizeof(entry)))
			return false;
		at = ranges_add(&order->ranges, tag_of(class, fields, bits,
		    WHATEVER), &policy->src, &policy->dst, order->nentries);
		if (at == NULL)
			return false;
		e = &order->entries[*at];
		if (*at == order->nentries)
			order->entries[order->nentries++] = entry;
		else if (e->effect != entry.effect && e->other == NOBODY)
			e->other = request;
	}
	return true;
}

struct rival {
	const struct order *order;
	uint64_t effect;
	uint32_t request;
};

static void
meet(void *ctx, uint32_t index)
{
	struct rival *rival = ctx;
	const struct order_entry *e = &rival->order->entries[index];
	uint32_t request = e->effect != rival->effect ? e->first : e->other;

	if (request < rival->request)
		rival->request = request;
}

uint32_t
order_rival(const struct order *order, const struct policy *policy)
{
	struct rival rival = { order, effect_of(policy), NOBODY };
	const struct addr *pair[2] = { &policy->src, &policy->dst };
	uint64_t class = class_of(policy);
	uint32_t fields[FIELDS_ASKED];
	unsigned bits, i, named = 0;

	fields_of(policy, fields);
	for (i = 0; i < FIELDS_ASKED; i++) {
		if (fields[i] != 0)
			named |= 1u << i;
		else
			fields[i] = WHATEVER;
	}
	/* Of what it names, each is asked for by its name and as any. */
	for (bits = 0; bits < 1u << FIELDS_ASKED; bits++)
		if ((bits & ~named) == 0)
			ranges_around(&order->ranges, tag_of(class, fields,
			    bits, 0), pair, meet, &rival);
	return rival.request;
}

void
order_free(struct order *order)
{
	ranges_free(&order->ranges);
	free(order->entries);
	memset(order, 0, sizeof(*order));
}
