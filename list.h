/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists that grow at their end (list.c). */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes room for one more element of that size behind the n that a list has.
 * list is the address of the pointer to the first one, NULL at first; the list
 * may move.  False when memory is out; the list is then as it was.
 */
bool list_room(void *list, size_t n, size_t size);

#endif
