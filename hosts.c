/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking the resolver, and remembering what it said. */
#include <sys/types.h>
#include <sys/socket.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "list.h"
#include "platform.h"

static void
from_sockaddr(const struct sockaddr *sa, struct addr *addr)
{
	const struct sockaddr_in *sin = (const void *)sa;
	const struct sockaddr_in6 *sin6 = (const void *)sa;

	memset(addr, 0, sizeof(*addr));
	if (sa->sa_family == AF_INET) {
		addr->family = 4;
		addr->prefix = 32;
		memcpy(addr->octets, &sin->sin_addr, 4);
	} else {
		addr->family = 6;
		addr->prefix = 128;
		addr->scope = sin6->sin6_scope_id;
		memcpy(addr->octets, &sin6->sin6_addr, 16);
	}
}

static void
add_address(struct addresses *list, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < list->n; i++)
		if (memcmp(&list->addr[i], addr, sizeof(*addr)) == 0)
			return;
	if (list->n == HOST_ADDRESSES)
		list->more = true;
	else
		list->addr[list->n++] = *addr;
}

struct question {
	const char *name;
	size_t len;
	uint8_t family;			/* 4, 6, or 0 for both */
};

static int
ask(const struct question *q, int flags, struct addresses *list)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *all, *ai;
	char name[NI_MAXHOST];
	struct addr addr;
	int error;

	list->n = 0;
	list->more = false;
	if (q->len >= sizeof(name))
		return EAI_NONAME;
	memcpy(name, q->name, q->len);
	name[q->len] = '\0';
	hints.ai_family = q->family == 4 ? AF_INET :
	    q->family == 6 ? AF_INET6 : AF_UNSPEC;
	hints.ai_flags = flags;
	error = getaddrinfo(name, NULL, &hints, &all);
	wipe(name, q->len);
	if (error != 0)
		return error;
	for (ai = all; ai != NULL; ai = ai->ai_next)
		if (ai->ai_family == AF_INET || ai->ai_family == AF_INET6) {
			from_sockaddr(ai->ai_addr, &addr);
			add_address(list, &addr);
		}
	freeaddrinfo(all);
	return 0;
}

bool
hosts_is_number(const char *word, size_t len, struct addr *addr)
{
	struct question q = { word, len, 0 };
	struct addresses list;

	if (ask(&q, AI_NUMERICHOST, &list) != 0 || list.n == 0)
		return false;
	*addr = list.addr[0];
	return true;
}

/* ---- memory ---- */

static uint64_t
hash(const struct question *q)
{
	return table_hash(TABLE_HASH_START ^ q->family, q->name, q->len);
}

/* What was said of a name; NULL if nothing is known. */
static const struct host_answer *
recall(const struct hosts *hosts, const struct question *q)
{
	const uint32_t *at = table_find(&hosts->by_name, hash(q));
	const struct host_answer *answer;

	if (at == NULL)
		return NULL;
	answer = &hosts->answers[*at];
	return answer->len == q->len &&
	    memcmp(answer->name, q->name, q->len) == 0 ? answer : NULL;
}

/* Where memory is out, the name will be asked for again. */
static void
remember(struct hosts *hosts, const struct question *q, int error,
    const struct addresses *list)
{
	struct host_answer answer = {
		.len = q->len, .error = error, .n = list->n,
		.more = list->more,
		.name = malloc(q->len),
		.addr = malloc((list->n + 1) * sizeof(*list->addr)),
	};
	bool is_new;

	if (answer.name == NULL || answer.addr == NULL ||
	    !list_room(&hosts->answers, hosts->nanswers, sizeof(answer))) {
		free(answer.name);
		free(answer.addr);
		return;
	}
	memcpy(answer.name, q->name, q->len);
	memcpy(answer.addr, list->addr, list->n * sizeof(*list->addr));
	table_add(&hosts->by_name, hash(q), hosts->nanswers, &is_new);
	hosts->answers[hosts->nanswers++] = answer;
}

int
hosts_look_up(struct hosts *hosts, const char *name, size_t len,
    uint8_t family, struct addresses *list)
{
	struct question q = { name, len, family };
	const struct host_answer *known = hosts == NULL ? NULL :
	    recall(hosts, &q);
	int error;

	if (known == NULL) {
		error = ask(&q, 0, list);
		if (hosts != NULL && (error == 0 || !hosts->ask_again))
			remember(hosts, &q, error, list);
		return error;
	}
	list->n = known->n;
	list->more = known->more;
	memcpy(list->addr, known->addr, known->n * sizeof(*list->addr));
	return known->error;
}

void
hosts_free(struct hosts *hosts)
{
	while (hosts->nanswers > 0) {
		hosts->nanswers--;
		free(hosts->answers[hosts->nanswers].name);
		free(hosts->answers[hosts->nanswers].addr);
	}
	free(hosts->answers);
	table_free(&hosts->by_name);
	memset(hosts, 0, sizeof(*hosts));
}
