/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An index of pairs of ranges.  A range is found by its octets, cut to its
 * prefix; so an address is looked up once for each length of the source's
 * prefix, and for each length of the destination's that goes with a source
 * found.  Keys are hashes of 64 bits, and taken for what they were made of.
 */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "ranges.h"

/* The tag with the first bits of an address. */
static uint64_t
key(uint64_t tag, const struct addr *addr, unsigned prefix)
{
	struct addr cut = addr_cut(addr, (uint8_t)prefix);
	uint8_t form[2] = { cut.family, cut.prefix };

	tag = table_hash(tag, form, sizeof(form));
	return table_hash(tag, cut.octets, sizeof(cut.octets));
}

static void
set_add(struct prefix_set *set, unsigned length)
{
	set->bits[length / 64] |= (uint64_t)1 << length % 64;
}

static bool
set_has(const struct prefix_set *set, unsigned length)
{
	return (set->bits[length / 64] >> length % 64 & 1) != 0;
}

/* The lengths of destinations that go with a source; they are few. */
static struct prefix_set *
destinations_of(struct ranges *r, uint64_t source)
{
	uint32_t *at = table_find(&r->by_source, source), n = r->ndestinations;
	bool is_new;

	if (at != NULL)
		return &r->destinations[*at];
	if (!list_room(&r->destinations, n, sizeof(*r->destinations)) ||
	    table_add(&r->by_source, source, n, &is_new) == NULL)
		return NULL;
	memset(&r->destinations[n], 0, sizeof(*r->destinations));
	r->ndestinations++;
	return &r->destinations[n];
}

uint32_t *
ranges_add(struct ranges *r, uint64_t tag, const struct addr *src,
    const struct addr *dst, uint32_t value)
{
	uint64_t source = key(tag, src, src->prefix);
	struct prefix_set *set = destinations_of(r, source);
	bool is_new;

	if (set == NULL)
		return NULL;
	set_add(set, dst->prefix);
	set_add(&r->sources[src->family == 6], src->prefix);
	return table_add(&r->by_pair, key(source, dst, dst->prefix), value,
	    &is_new);
}

void
ranges_around(const struct ranges *r, uint64_t tag,
    const struct addr *const pair[2], void (*each)(void *, uint32_t value),
    void *ctx)
{
	const struct addr *src = pair[0], *dst = pair[1];
	const uint32_t *at;
	uint64_t source;
	unsigned s, d;

	for (s = 0; s <= src->prefix; s++) {
		if (!set_has(&r->sources[src->family == 6], s))
			continue;
		source = key(tag, src, s);
		at = table_find(&r->by_source, source);
		for (d = 0; at != NULL && d <= dst->prefix; d++) {
			const uint32_t *value =
			    !set_has(&r->destinations[*at], d) ? NULL :
			    table_find(&r->by_pair, key(source, dst, d));

			if (value != NULL)
				each(ctx, *value);
		}
	}
}

void
ranges_free(struct ranges *r)
{
	table_free(&r->by_source);
	table_free(&r->by_pair);
	free(r->destinations);
	memset(r, 0, sizeof(*r));
}
