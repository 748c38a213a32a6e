/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filters, in all three dialects: which records fit, and what a channel is
 * asked for to delete them.
 */
#include <errno.h>
#include <string.h>

#include "channel.h"
#include "filter.h"
#include "tap.h"

static const struct dialect *dialect;

static struct addr
host(unsigned a, unsigned d)
{
	return (struct addr){ .family = 4, .prefix = 32,
	    .octets = { (uint8_t)a, 0, 0, (uint8_t)d } };
}

static void
sa_message(struct msgbuf *m, uint8_t type, uint32_t spi, uint32_t reqid)
{
	struct sa sa = {
		.satype = SADB_SATYPE_ESP, .mode = IPSEC_MODE_TUNNEL,
		.state = SADB_SASTATE_MATURE, .has_sa = true, .has_sa2 = true,
		.spi = spi, .reqid = reqid, .src = host(10, 1),
		.dst = host(11, 2),
	};

	msg_begin(m, dialect, type, sa.satype);
	sa_encode(m, &sa);
	msg_end(m);
}

static void
policy_message(struct msgbuf *m, uint8_t type, uint8_t dir, uint8_t upper)
{
	struct policy policy = {
		.src = host(10, 0), .dst = host(11, 0), .upper = upper,
		.dir = dir, .action = IPSEC_POLICY_IPSEC, .has_selector = true,
		.has_policy = true, .nrules = 1, .rules = { {
		    .proto = 50, .mode = IPSEC_MODE_TRANSPORT,
		    .level = IPSEC_LEVEL_UNIQUE, .reqid = 7 } },
	};

	policy.src.prefix = policy.dst.prefix = 24;
	msg_begin(m, dialect, type, 0);
	policy_encode(m, &policy);
	msg_end(m);
}

static bool
fits(const struct filter *f, const struct msgbuf *m)
{
	struct view view;

	view_built(&view, dialect, m->space);
	return filter_matches(f, &view);
}

/* ---- which fit ---- */

static void
test_sas(void)
{
	struct filter f = { .satype = 0 };
	struct msgbuf m;

	/* ADD and UPDATE tell all of an SA, as a dump does. */
	sa_message(&m, SADB_ADD, 0x100, 7);
	ok(fits(&f, &m), "%s: no filter", dialect->name);
	f.satype = SADB_SATYPE_AH;
	ok(!fits(&f, &m), "%s: another protocol", dialect->name);
	f.satype = SADB_SATYPE_ESP;
	ok(fits(&f, &m), "%s: the protocol", dialect->name);
	f.src = host(10, 0);
	f.dst = host(11, 2);
	f.src.prefix = 24;
	ok(fits(&f, &m), "%s: in the range", dialect->name);
	f.src.prefix = 32;
	ok(!fits(&f, &m), "%s: not in it", dialect->name);
	f.src.prefix = 31;
	ok(fits(&f, &m), "%s: of two", dialect->name);
	f.given = FILTER_SPI | FILTER_REQID;
	f.spi = 0x100;
	f.reqid = 7;
	ok(fits(&f, &m), "%s: SPI and identifier", dialect->name);
	f.reqid = 8;
	ok(!fits(&f, &m), "%s: another identifier", dialect->name);
	f.given = FILTER_SPI;
	f.spi = 0x101;
	ok(!fits(&f, &m), "%s: another SPI", dialect->name);
	f = (struct filter){ .src = { .family = 6 }, .dst = { .family = 6 } };
	ok(!fits(&f, &m), "%s: another family", dialect->name);
	f = (struct filter){ .given = FILTER_ENCAP, .encap = 2 };
	ok(!fits(&f, &m), "%s: not wrapped in UDP", dialect->name);
	f = (struct filter){ .given = FILTER_REQID | FILTER_MARK, .reqid = 7,
	    .mark = 1, .mark_mask = 1 };
	ok(!fits(&f, &m), "%s: without a mark", dialect->name);
	sa_message(&m, SADB_DELETE, 0x100, 7);
	ok(fits(&f, &m), "%s: a deletion does not tell of marks",
	    dialect->name);
	msg_begin(&m, dialect, SADB_FLUSH, SADB_SATYPE_ESP);
	msg_end(&m);
	ok(fits(&f, &m), "%s: a flush", dialect->name);
	f.satype = SADB_SATYPE_AH;
	ok(!fits(&f, &m), "%s: a flush of another protocol", dialect->name);
	policy_message(&m, SADB_X_SPDADD, IPSEC_DIR_INBOUND, 6);
	ok(!fits(&f, &m), "%s: a policy", dialect->name);
}

static void
test_policies(void)
{
	struct filter f = { .policies = 1 };
	struct msgbuf m;

	policy_message(&m, SADB_X_SPDADD, IPSEC_DIR_INBOUND, 6);
	ok(fits(&f, &m), "%s: all policies", dialect->name);
	f.dir = IPSEC_DIR_OUTBOUND;
	ok(!fits(&f, &m), "%s: another direction", dialect->name);
	f.dir = IPSEC_DIR_INBOUND;
	f.given = FILTER_UPPER;
	f.upper = 6;
	ok(fits(&f, &m), "%s: the protocol above", dialect->name);
	f.upper = IPSEC_ULPROTO_ANY;
	ok(!fits(&f, &m), "%s: any is one of its own", dialect->name);
	f.given = FILTER_REQID;
	f.reqid = 7;
	ok(fits(&f, &m), "%s: a rule's identifier", dialect->name);
	f.reqid = 0;
	ok(!fits(&f, &m), "%s: which no rule has", dialect->name);
	f = (struct filter){ .policies = 1, .src = host(10, 0),
	    .dst = host(11, 0) };
	f.src.prefix = 16;
	f.dst.prefix = 24;
	ok(fits(&f, &m), "%s: both ranges", dialect->name);
	f.dst.prefix = 25;
	ok(!fits(&f, &m), "%s: a part of one", dialect->name);
	f.dst.prefix = 24;
	f.src.port = 22;
	ok(!fits(&f, &m), "%s: a port", dialect->name);
	sa_message(&m, SADB_ADD, 0x100, 7);
	ok(!fits(&f, &m), "%s: an SA", dialect->name);
}

static void
test_message(void)
{
	struct filter f = { .satype = SADB_SATYPE_ESP, .given = FILTER_SPI,
	    .spi = 5, .dst = host(1, 1) }, back;
	struct msgbuf m;
	struct view view;

	msg_begin(&m, dialect, SADB_DUMP, SADB_SATYPE_ESP);
	filter_encode(&m, &f);
	ok(msg_end(&m) != 0 && view_init(&view, dialect, m.space, m.len) ==
	    VIEW_OK && filter_decode(&view, &back) &&
	    memcmp(&f, &back, sizeof(f)) == 0, "%s: there and back",
	    dialect->name);
	msg_begin(&m, dialect, SADB_X_SPDDUMP, 0);
	msg_end(&m);
	view_built(&view, dialect, m.space);
	ok(!filter_decode(&view, &back) && back.policies == 1 &&
	    back.given == 0, "%s: none in a message", dialect->name);
}

/* ---- a channel that plays a kernel with three SAs ---- */

static struct {
	int dump_error, delete_error;	/* of dumps; of the SPI 2 */
	unsigned dumps, deletions;
	int end;			/* what the flush came to */
	char reason[8], end_reason[8];
	unsigned ends;
} kernel;

static int
play_submit(struct channel *ch, struct view *view, uint32_t tag)
{
	struct reply reply = { 0, NULL, NULL };
	struct msgbuf m;
	struct view record;
	uint32_t spi;
	struct sa sa;

	if (view->msg->type == SADB_DUMP) {
		kernel.dumps++;
		for (spi = 1; spi <= 3; spi++) {
			sa_message(&m, SADB_ADD, spi, spi);
			((struct wire_msg *)(void *)m.space)->type = SADB_DUMP;
			view_built(&record, dialect, m.space);
			reply.view = &record;
			ch->reply(ch->reply_ctx, tag, &reply);
		}
		reply.view = NULL;
		reply.error = kernel.dump_error;
	} else {
		sa_decode(view, &sa);
		kernel.deletions += view->msg->type == SADB_DELETE;
		if (sa.spi == 2)
			reply.error = kernel.delete_error;
	}
	if (reply.error != 0)
		reply.reason = strcpy(kernel.reason, "reason");
	ch->reply(ch->reply_ctx, tag, &reply);
	/* It is good for the call alone. */
	memset(kernel.reason, 'x', sizeof(kernel.reason) - 1);
	return 0;
}

static int
play_finish(struct channel *ch)
{
	(void)ch;
	return 0;
}

static void
take_end(void *ctx, uint32_t tag, const struct reply *reply)
{
	(void)ctx;
	if (reply->view != NULL || tag != 9)
		return;
	kernel.end = reply->error;
	kernel.ends++;
	snprintf(kernel.end_reason, sizeof(kernel.end_reason), "%s",
	    reply->reason != NULL ? reply->reason : "");
}

static const struct channel_ops play_ops = { .name = "play",
    .submit = play_submit, .finish = play_finish };

static unsigned
flush(uint8_t given, int dump_error, int delete_error)
{
	struct channel ch = { .ops = &play_ops, .dialect = dialect,
	    .reply = take_end };
	struct filter f = { .given = given, .reqid = 2,
	    .src = host(10, 1), .dst = host(11, 2) };
	struct msgbuf m;
	struct view view;

	memset(&kernel, 0, sizeof(kernel));
	kernel.dump_error = dump_error;
	kernel.delete_error = delete_error;
	msg_begin(&m, dialect, SADB_FLUSH, 0);
	filter_encode(&m, &f);
	msg_end(&m);
	view_built(&view, dialect, m.space);
	if (channel_submit(&ch, &view, 9) != 0 || ch.reply != take_end)
		return UINT32_MAX;
	return ch.removed;
}

static void
test_flush(void)
{
	ok(flush(0, 0, 0) == 3 && kernel.end == 0 && kernel.ends == 1 &&
	    kernel.dumps == 1, "%s: a flush of three", dialect->name);
	ok(flush(FILTER_REQID, 0, 0) == 1 && kernel.deletions == 1,
	    "%s: of one", dialect->name);
	ok(flush(0, ENOENT, 0) == 3 && kernel.end == 0,
	    "%s: an empty table is no failure", dialect->name);
	ok(flush(0, 0, ESRCH) == 2 && kernel.end == 0,
	    "%s: one that went by itself", dialect->name);
	ok(flush(0, 0, EPERM) == 2 && kernel.end == EPERM &&
	    kernel.deletions == 3 && strcmp(kernel.end_reason, "reason") == 0,
	    "%s: one that is refused", dialect->name);
	ok(flush(0, EIO, 0) == 0 && kernel.end == EIO &&
	    kernel.deletions == 0 && strcmp(kernel.end_reason, "reason") == 0,
	    "%s: a dump that breaks", dialect->name);
	ok(flush(0, EAGAIN, 0) == 9 && kernel.end == EAGAIN &&
	    kernel.dumps == 3, "%s: a table that does not hold still",
	    dialect->name);
}

int
main(void)
{
	unsigned i;

	for (i = 0; i < DIALECTS; i++) {
		dialect = &dialects[i];
		test_sas();
		test_policies();
		test_message();
		test_flush();
	}
	return done();
}
