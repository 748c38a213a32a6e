/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which policy hides which: the index (hiding.c) against the plain rule, asked
 * of every two policies out of many that differ in little.
 */
#include <string.h>

#include "hiding.h"
#include "tap.h"

#define POLICIES	3000

static struct policy policies[POLICIES];
static uint32_t state = 1;

/* A number below n, the same ones in every run. */
static uint32_t
below(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % n;
}

static void
make_range(struct addr *addr)
{
	static const uint8_t prefixes[] = { 0, 8, 9, 16, 30, 31, 32 };

	addr->family = 4;
	addr->octets[0] = 10;
	addr->octets[3] = (uint8_t)below(4);
	addr->prefix = prefixes[below(sizeof(prefixes))];
	*addr = addr_cut(addr, addr->prefix);
	addr->port = below(4) == 0 ? (uint16_t)(80 + below(2)) : 0;
}

static void
make_policy(struct policy *policy)
{
	make_range(&policy->src);
	make_range(&policy->dst);
	policy->dir = (uint8_t)(IPSEC_DIR_INBOUND + below(2));
	policy->upper = below(3) == 0 ? 6 : IPSEC_ULPROTO_ANY;
	policy->priority = below(3);
	policy->mark.given = below(4) == 0;
	policy->mark.value = policy->mark.mask =
	    policy->mark.given ? 1 + below(2) : 0;
	policy->device.index = below(4) == 0 ? 1 + below(2) : 0;
	policy->if_id = below(4) == 0;
	policy->label.len = below(20) == 0;
	policy->label.text = "x";
	policy->masks.given = below(20) == 0;
}

static bool
is_within(const struct addr *range, const struct addr *addr, bool any_port)
{
	struct addr cut = addr_cut(addr, range->prefix);

	return addr->prefix >= range->prefix &&
	    memcmp(cut.octets, range->octets, sizeof(cut.octets)) == 0 &&
	    (range->port == 0 || (!any_port && range->port == addr->port));
}

/* Whether a is for all packets that b is for. */
static bool
covers(const struct policy *a, const struct policy *b)
{
	return a->dir == b->dir && a->if_id == b->if_id &&
	    (a->upper == IPSEC_ULPROTO_ANY || a->upper == b->upper) &&
	    is_within(&a->src, &b->src, b->masks.given) &&
	    is_within(&a->dst, &b->dst, b->masks.given) &&
	    (!a->mark.given ||
	    (b->mark.given && a->mark.value == b->mark.value)) &&
	    (a->device.index == 0 || a->device.index == b->device.index) &&
	    a->label.len == 0 && !a->masks.given;
}

static bool
is_hosts(const struct policy *policy)
{
	return policy->src.prefix == 32 && policy->dst.prefix == 32;
}

/* The first of those that hide policy i, by looking at them all. */
static uint32_t
search(const struct dialect *dialect, uint32_t i)
{
	const struct policy *a, *b = &policies[i], *first = NULL;
	uint32_t j, found = HIDING_NONE;

	for (j = 0; j < POLICIES; j++) {
		a = &policies[j];
		if (!covers(a, b) || a->priority > b->priority ||
		    (a->priority == b->priority && (j >= i ||
		    (dialect->has_priority && is_hosts(a) != is_hosts(b)))))
			continue;
		if (first == NULL || a->priority < first->priority) {
			first = a;
			found = j;
		}
	}
	return found;
}

static void
compare(const char *name)
{
	struct hiding hiding = { .dialect = dialect_named(name) };
	uint32_t i, by, wrong = 0, hidden = 0;

	for (i = 0; i < POLICIES; i++)
		hiding_note(&hiding, &policies[i], i, i);
	for (i = 0; i < POLICIES; i++) {
		by = hiding_find(&hiding, &policies[i], i);
		wrong += by != search(hiding.dialect, i);
		hidden += by != HIDING_NONE;
	}
	ok(wrong == 0 && !hiding.incomplete, "%s: the same as looking at all "
	    "(%u of %u wrong)", name, wrong, POLICIES);
	ok(hidden > 100 && hidden < POLICIES - 100,
	    "%s: some are hidden, and some are not (%u)", name, hidden);
	hiding_free(&hiding);
}

int
main(void)
{
	unsigned i;

	for (i = 0; i < POLICIES; i++)
		make_policy(&policies[i]);
	compare("linux");
	compare("freebsd");
	return done();
}
