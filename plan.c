/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: messages lie one behind the other in blocks, so that a hundred
 * thousand of them take little more than their own octets.  Each says its
 * length itself, and keeps the next one aligned.
 */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "platform.h"
#include "plan.h"

#define BLOCK_OCTETS	((size_t)64 * 1024)

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
	platform_lock(block, sizeof(*block));
	block->next = NULL;
	block->used = 0;
	if (plan->last == NULL)
		plan->first = block;
	else
		plan->last->next = block;
	plan->last = block;
	return block;
}

int
plan_add(struct plan *plan, const struct planned *request, const void *msg,
    size_t len)
{
	struct plan_block *block = block_for(plan, len);

	if (block == NULL ||
	    !list_room(&plan->requests, plan->count, sizeof(*request)))
		return -1;
	plan->requests[plan->count++] = *request;
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

void
plan_each(struct plan *plan, void (*each)(void *, uint32_t number,
    void *msg), void *ctx)
{
	struct plan_block *block;
	struct wire_msg *msg;
	uint32_t number = 0;
	size_t offset;

	for (block = plan->first; block != NULL; block = block->next)
		for (offset = 0; offset < block->used;
		    offset += (size_t)msg->len * 8) {
			msg = (void *)(block->octets + offset);
			each(ctx, number++, msg);
		}
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
			rc = plan->requests[number].dropped ? 0 :
			    each(ctx, number, msg, len);
			if (rc != 0)
				return rc;
			number++;
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
