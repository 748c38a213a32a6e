/* SPDX-License-Identifier: BSD-2-Clause */
/* Advice about a file as a whole. */
#include "same.h"
#include "lint.h"

static void
warn_duplicate(struct parser *p, const struct command *cmd, uint32_t earlier,
    const char *what)
{
	unsigned line, column;

	source_position(p->source, earlier, &line, &column);
	diag(p->diag, DIAG_ADVICE, cmd->at[F_VERB], "line %u adds the same %s "
	    "already", line, what);
}

void
lint_request(struct lint *lint, struct parser *p, const struct command *cmd,
    uint8_t type)
{
	bool sa = type == SADB_ADD, is_new;
	uint32_t *earlier;

	if (type == SADB_DELETE || type == SADB_FLUSH ||
	    type == SADB_X_SPDDELETE || type == SADB_X_SPDFLUSH)
		/* A delete or flush: too rare to track single entries. */
		table_free(&lint->seen);
	if (!sa && type != SADB_X_SPDADD)
		return;
	earlier = table_add(&lint->seen, sa ?
	    sa_name_hash(p->dialect, &cmd->sa) :
	    policy_name_hash(&cmd->policy), cmd->loc.begin,
	    &is_new);
	if (earlier != NULL && !is_new)
		warn_duplicate(p, cmd, *earlier, sa ? "SA" : "policy");
}

void
lint_free(struct lint *lint)
{
	table_free(&lint->seen);
}
