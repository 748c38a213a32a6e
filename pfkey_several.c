/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that take several: deleteall on Linux, which has no such message;
 * and on NetBSD get, delete and deleteall, for its kernel keeps SAs by mode and
 * identifier, and looks at the newest of these heads between two hosts only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "pfkey_channel.h"

/* ---- SAs that a dump shows ---- */

struct search {
	struct pfkey_channel *ch;
	struct sa wanted;		/* protocol, hosts; the SPI if has_sa */
	uint32_t tag;			/* of the request that wants a record */
	bool show;			/* it does: the first that is found */
	uint32_t *spis;			/* what was found */
	size_t n;
	bool changed;			/* there may be more */
	int error;
	char reason[REASON_OCTETS];	/* "": there is none */
};

static bool
same_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family &&
	    memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

static bool
is_wanted(const struct search *s, const struct sa *sa)
{
	return same_host(&sa->src, &s->wanted.src) &&
	    same_host(&sa->dst, &s->wanted.dst) &&
	    sa->satype == s->wanted.satype &&
	    (!s->wanted.has_sa || sa->spi == s->wanted.spi);
}

static void
note_found(struct search *s, uint32_t spi)
{
	if (list_room(&s->spis, s->n, sizeof(spi)))
		s->spis[s->n++] = spi;
	else
		s->error = ENOMEM;
}

static void
note_failure(struct search *s, int error, const char *reason)
{
	if (s->error == 0) {
		s->error = error;
		reason_copy(s->reason, reason);
	}
}

static void
take_record(void *ctx, int error, const char *reason, const struct view *view)
{
	struct search *s = ctx;
	struct sa sa;

	if (view == NULL) {
		s->changed = error == EAGAIN;
		/* An empty database is no failure. */
		if (!s->changed && error != 0 && error != ENOENT)
			note_failure(s, error, reason);
		return;
	}
	sa_decode(view, &sa);
	if (!is_wanted(s, &sa))
		return;
	if (s->show && s->n == 0) {
		/* It stands for the record that GET would have got. */
		((struct wire_msg *)(void *)s->ch->buf)->type = SADB_GET;
		pfkey_answer(s->ch, s->tag, 0, NULL, view);
	}
	note_found(s, sa.spi);
}

static void
search_dump(struct search *s)
{
	struct msgbuf m;

	s->n = 0;
	msg_begin(&m, s->ch->base.dialect, SADB_DUMP, s->wanted.satype);
	pfkey_set_request(s->ch, m.space, msg_end(&m));
	pfkey_transact(s->ch, take_record, s);
}

/* ---- Linux: deleteall is dump and delete ---- */

static void
take_deletion(void *ctx, int error, const char *reason,
    const struct view *view)
{
	/* One that went by itself meanwhile is gone all the same. */
	if (view == NULL && error != 0 && error != ESRCH)
		note_failure(ctx, error, reason);
}

/* Deletes what one dump finds, as long as the kernel answers. */
static void
delete_found(struct search *s)
{
	struct sa sa = s->wanted;
	struct msgbuf m;
	size_t i;

	search_dump(s);
	sa.has_sa = true;
	for (i = 0; i < s->n && s->ch->silences == 0; i++) {
		sa.spi = s->spis[i];
		msg_begin(&m, s->ch->base.dialect, SADB_DELETE, sa.satype);
		sa_encode(&m, &sa);
		pfkey_set_request(s->ch, m.space, msg_end(&m));
		pfkey_transact(s->ch, take_deletion, s);
	}
}

#define TRIES	3

static void
delete_all(struct search *s)
{
	unsigned tries = 0;

	do
		delete_found(s);
	while (s->changed && s->error == 0 && ++tries < TRIES);
	if (s->changed)
		note_failure(s, EAGAIN, "SAs changed meanwhile: there may be "
		    "more to delete");
}

/* ---- NetBSD: what the kernel does not find ---- */

static void
take_end(void *ctx, int error, const char *reason, const struct view *view)
{
	struct search *s = ctx;

	if (view != NULL)
		pfkey_answer(s->ch, s->tag, 0, NULL, view);
	else if (error != 0)
		note_failure(s, error, reason);
}

#define HIDDEN	"the kernel finds the SAs of one mode and identifier (-u) " \
		"only between two hosts, those made last: "

/*
 * Asks the kernel, and looks into a dump where it found nothing; for deleteall,
 * which it grants always, where it may have left some.
 */
static void
ask_and_search(struct search *s, const struct view *request)
{
	uint8_t type = request->msg->type;

	pfkey_set_request(s->ch, request->msg, request->len);
	pfkey_transact(s->ch, take_end, s);
	if (s->error != (s->wanted.has_sa ? ENOENT : 0))
		return;
	s->show = type == SADB_GET;
	s->error = 0;
	search_dump(s);
	if (s->error != 0)
		return;
	if (s->n == 0)
		s->error = s->wanted.has_sa ? ENOENT : 0;
	else if (type == SADB_DELETE) {
		s->error = EOPNOTSUPP;
		snprintf(s->reason, sizeof(s->reason), s->wanted.has_sa ?
		    HIDDEN "it cannot delete this one" :
		    HIDDEN "%zu could not be deleted", s->n);
	}
}

bool
pfkey_several(struct pfkey_channel *ch, const struct view *request,
    uint32_t tag)
{
	struct search s = { .ch = ch, .tag = tag };
	const struct dialect *dialect = ch->base.dialect;
	uint8_t type = request->msg->type;
	bool all = type == SADB_DELETE && request->ext[EXT_SA] == NULL;

	if (!(dialect->finds_newest_head && (type == SADB_GET ||
	    type == SADB_DELETE)) && (dialect->has_delete_all || !all))
		return false;
	sa_decode(request, &s.wanted);
	if (!dialect->has_delete_all)
		delete_all(&s);
	else
		ask_and_search(&s, request);
	free(s.spis);
	pfkey_answer(ch, tag, s.error, s.reason[0] != '\0' ? s.reason :
	    NULL, NULL);
	return true;
}
