/* SPDX-License-Identifier: BSD-2-Clause */
/* Advice about a file as a whole. */
#include <string.h>

#include "same.h"
#include "lint.h"

const char *
lint_line(struct source *source, uint32_t here, uint32_t there,
    char buf[LINT_LINE])
{
	const struct source_file *file = source_file_at(source, there);
	unsigned line, column;

	source_position(source, there, &line, &column);
	if (strcmp(file->name, source_file_at(source, here)->name) == 0)
		snprintf(buf, LINT_LINE, "line %u", line);
	else
		snprintf(buf, LINT_LINE, "line %u of %s", line, file->name);
	return buf;
}

static void
warn_duplicate(struct parser *p, const struct command *cmd, uint32_t earlier,
    const char *what)
{
	char line[LINT_LINE];

	diag(p->diag, DIAG_ADVICE, cmd->at[F_VERB], "%s adds the same %s "
	    "already", lint_line(p->source, cmd->loc.begin, earlier, line),
	    what);
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
