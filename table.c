/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table with open addressing, at most seven eighths full. */
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define FIRST_SIZE	1024	/* slots; sizes are powers of two */
#define LARGE		65536	/* up to here growth costs little memory */

/* A number all bits of which depend on all of n (splitmix64). */
static inline uint64_t
mix(uint64_t n)
{
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
	n = (n ^ n >> 27) * 0x94d049bb133111ebu;
	return n ^ n >> 31;
}

uint64_t
table_hash(uint64_t h, const void *octets, size_t n)
{
	const uint8_t *p = octets;
	uint64_t word;

	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = mix(h ^ word);
	}
	if (n > 0) {
		for (word = n; n > 0; n--)
			word = word << 8 | *p++;
		h = mix(h ^ word);
	}
	return h == 0 ? 1 : h;
}

/* The slot of a key, or the free one where it belongs. */
static size_t
slot(const struct table *table, uint64_t key)
{
	size_t i = key & (table->size - 1);

	while (table->keys[i] != 0 && table->keys[i] != key)
		i = (i + 1) & (table->size - 1);
	return i;
}

static bool
grow(struct table *table)
{
	struct table bigger = { .n = table->n,
	    .size = table->size == 0 ? FIRST_SIZE :
	    table->size * (table->size < LARGE ? 4 : 2) };
	size_t i, at;

	bigger.keys = calloc(bigger.size, sizeof(*bigger.keys));
	bigger.values = malloc(bigger.size * sizeof(*bigger.values));
	if (bigger.keys == NULL || bigger.values == NULL) {
		table_free(&bigger);
		return false;
	}
	for (i = 0; i < table->size; i++)
		if (table->keys[i] != 0) {
			at = slot(&bigger, table->keys[i]);
			bigger.keys[at] = table->keys[i];
			bigger.values[at] = table->values[i];
		}
	table_free(table);
	*table = bigger;
	return true;
}

uint32_t *
table_find(const struct table *table, uint64_t key)
{
	size_t at;

	if (table->n == 0)
		return NULL;
	at = slot(table, key);
	return table->keys[at] == key ? &table->values[at] : NULL;
}

uint32_t *
table_add(struct table *table, uint64_t key, uint32_t value, bool *is_new)
{
	size_t at;

	if (table->n >= table->size - table->size / 8 && !grow(table))
		return NULL;
	at = slot(table, key);
	*is_new = table->keys[at] != key;
	if (*is_new) {
		table->keys[at] = key;
		table->values[at] = value;
		table->n++;
	}
	return &table->values[at];
}

void
table_free(struct table *table)
{
	free(table->keys);
	free(table->values);
	memset(table, 0, sizeof(*table));
}
