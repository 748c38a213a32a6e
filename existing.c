/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at what the kernel has for a command. */
#include <string.h>

#include "existing.h"
#include "expand.h"
#include "same.h"

struct search {
	struct session *session;
	struct diag *diag;
	const struct command *cmd;
	reply_fn *each;			/* takes the answers */
	struct policy wanted;		/* of a policy: its name */
	bool found;
	uint32_t lacks;			/* bits of settings */
};

static void
show(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct search *search = ctx;
	struct print_style style = search->session->style;
	struct policy policy;
	static struct text text;	/* large */
	bool is_sa;

	(void)tag;
	if (reply->view == NULL || search->found)
		return;
	is_sa = reply->view->msg->type == SADB_GET;
	policy_decode(reply->view, &policy);
	if (!is_sa && !policy_same_name(&policy, &search->wanted))
		return;
	search->found = true;
	text_init(&text, NULL);
	style.hide_keys = true;
	print_request_command(&text, reply->view, is_sa ? "add" : "spdadd", 0,
	    &style);
	/* The line ends with a newline of its own. */
	diag(search->diag, DIAG_NOTE, search->cmd->at[F_VERB],
	    "the kernel has: %.*s", (int)text.len - 1, text.buf);
}

/* Asks for the SA by name, for a policy among all of them. */
static int
ask(void *ctx, const struct command *cmd, struct msgbuf *m)
{
	struct search *search = ctx;
	struct msgbuf dump;
	struct view view;

	(void)cmd;
	view_built(&view, m->dialect, m->space);
	if (view.ext[EXT_POLICY] != NULL) {
		policy_decode(&view, &search->wanted);
		msg_begin(&dump, m->dialect, SADB_X_SPDDUMP, 0);
		m = &dump;
	}
	return channel_ask(search->session->channel, m, search->each, search);
}

/* Asks for what a command makes. */
static void
look_for(struct search *search, const struct parser *p)
{
	struct diag silent;
	struct parser again = { .source = p->source, .diag = &silent,
		.dialect = p->dialect, .hosts = p->hosts };
	enum op op = search->cmd->op;

	diag_init(&silent, p->source, NULL);
	command_copy(&again.cmd, search->cmd);
	if (op == OP_ADD || op == OP_UPDATE || op == OP_GETSPI)
		again.cmd.op = OP_GET;
	command_expand(&again, ask, search);
}

void
existing_note(struct session *s, const struct parser *p,
    const struct command *cmd)
{
	struct search search = { .session = s, .diag = p->diag, .cmd = cmd,
	    .each = show };

	look_for(&search, p);
}

static void
compare(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct search *search = ctx;
	struct sa sa;

	(void)tag;
	if (reply->view == NULL || reply->view->msg->type != SADB_GET)
		return;
	sa_decode(reply->view, &sa);
	search->lacks |= search->cmd->sa.settings.given & ~sa.settings.given;
}

uint32_t
existing_lacks(struct session *s, const struct parser *p,
    const struct command *cmd)
{
	struct search search = { .session = s, .diag = p->diag, .cmd = cmd,
	    .each = compare };

	look_for(&search, p);
	return search.lacks;
}
