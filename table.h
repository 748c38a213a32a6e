/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table from keys that are hashes already to small numbers (table.c). */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table {
	uint64_t *keys;			/* 0: a free slot */
	uint32_t *values;
	size_t n, size;
};

/*
 * A hash of n octets that goes on from another one, or from the start: never 0,
 * and a key for a table.
 */
#define TABLE_HASH_START	14695981039346656037u
uint64_t table_hash(uint64_t h, const void *octets, size_t n);

/* The value of a key (not 0), or NULL; valid until something is added. */
uint32_t *table_find(const struct table *, uint64_t key);

/*
 * The value of a key, which becomes `value` if it is new; *is_new says whether
 * it was.  NULL when memory is out; the table is then as it was.
 */
uint32_t *table_add(struct table *, uint64_t key, uint32_t value,
    bool *is_new);

void table_free(struct table *);

#endif
