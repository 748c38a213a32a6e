/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists that grow at their end: they double when they are full. */
#include <stdlib.h>
#include <string.h>

#include "list.h"

#define FIRST_ROOM	64	/* elements; then powers of two */

bool
list_room(void *list, size_t n, size_t size)
{
	void *elements, *grown;

	if (n != 0 && (n < FIRST_ROOM || (n & (n - 1)) != 0))
		return true;
	/* A pointer to a pointer of unknown type is read as octets. */
	memcpy(&elements, list, sizeof(elements));
	grown = realloc(elements, (n == 0 ? FIRST_ROOM : n * 2) * size);
	if (grown == NULL)
		return false;
	memcpy(list, &grown, sizeof(grown));
	/* cppcheck-suppress memleak ; the list has it */
	return true;
}
