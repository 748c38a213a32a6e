/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of commands. */
#include "command.h"
#include "fields.h"
#include "parse.h"
#include "platform.h"

#define ADDRESSES	"[-46n] SRC DST"
#define RANGES		"[-46nk] SRC_RANGE DST_RANGE UPPERSPEC"
#define SOME_SAS	"[-46n] [PROTOCOL | SRC_RANGE DST_RANGE [PROTOCOL " \
			"[SPI]]] [-u ID] [-mark MARK] [-if_id ID]"
#define SOME_POLICIES	"[-46n] [SRC_RANGE DST_RANGE [UPPERSPEC]] [-u ID] " \
			"[-mark MARK] [-if_id ID] [-ptype sub] " \
			"[-P DIRECTION]"

const struct command_word command_words[] = {
	{ "add", OP_ADD, CMD_ADD, SADB_ADD,
	    ADDRESSES " PROTOCOL SPI [OPTION...] ALGORITHM..." },
	{ "update", OP_UPDATE, CMD_ADD, SADB_UPDATE,
	    ADDRESSES " PROTOCOL SPI [OPTION...] ALGORITHM..." },
	{ "getspi", OP_GETSPI, CMD_ADD, SADB_GETSPI,
	    ADDRESSES " PROTOCOL SPI [-m MODE] [-u ID]" },
	{ "get", OP_GET, CMD_GET, SADB_GET, ADDRESSES " PROTOCOL SPI" },
	{ "delete", OP_DELETE, CMD_GET, SADB_DELETE,
	    ADDRESSES " PROTOCOL SPI" },
	{ "deleteall", OP_DELETEALL, CMD_DELETEALL, SADB_DELETE,
	    ADDRESSES " PROTOCOL" },
	{ "flush", OP_FLUSH, CMD_FLUSH, SADB_FLUSH, SOME_SAS },
	{ "dump", OP_DUMP, CMD_FLUSH, SADB_DUMP, SOME_SAS },
	{ "spdadd", OP_SPDADD, CMD_SPDADD, SADB_X_SPDADD,
	    RANGES " [OPTION...] -P POLICY" },
	{ "spdupdate", OP_SPDUPDATE, CMD_SPDADD, SADB_X_SPDUPDATE,
	    RANGES " [OPTION...] -P POLICY" },
	{ "spddelete", OP_SPDDELETE, CMD_SPDDELETE, SADB_X_SPDDELETE,
	    RANGES " [OPTION...] -P DIRECTION" },
	{ "spdflush", OP_SPDFLUSH, CMD_SPDFLUSH, SADB_X_SPDFLUSH,
	    SOME_POLICIES },
	{ "spddump", OP_SPDDUMP, CMD_SPDFLUSH, SADB_X_SPDDUMP,
	    SOME_POLICIES },
	{ "spddefault", OP_SPDDEFAULT, CMD_SPDDEFAULT, SADB_X_SPDDEFAULT,
	    "DIRECTION discard|none ..." },
	{ "spdhash", OP_SPDHASH, CMD_SPDHASH, SADB_X_SPDHASH,
	    "ipv4|ipv6 BITS/BITS ..." },
	{ "help", OP_HELP, CMD_HELP, 0, "[COMMAND]" },
	{ "exit", OP_EXIT, CMD_BARE, 0, "" },
	{ "quit", OP_EXIT, CMD_BARE, 0, "" },
	{ "bye", OP_EXIT, CMD_BARE, 0, "" },
	{ NULL, OP_NONE, 0, 0, NULL }
};

/* What points into one command points into the other then. */
static void
move_names(struct command *to, struct device *device, const char **hwif,
    struct label *label)
{
	if (device->name != NULL)
		device->name = to->device;
	if (*hwif != NULL)
		*hwif = to->hwif;
	if (label->text != NULL)
		label->text = to->label;
}

void
command_copy(struct command *to, const struct command *from)
{
	*to = *from;
	wipe(to->keys, sizeof(to->keys));
	to->sa.enc_key.data = to->sa.auth_key.data = NULL;
	move_names(to, &to->sa.selector.device, &to->sa.hwif, &to->sa.label);
	move_names(to, &to->policy.device, &to->policy.hwif,
	    &to->policy.label);
}

const struct command_word *
command_named(const char *word, size_t len)
{
	const struct command_word *row;

	for (row = command_words; row->name != NULL; row++)
		if (word_is(row->name, word, len))
			return row;
	return NULL;
}

const struct command_word *
command_of(enum op op)
{
	const struct command_word *row = command_words;

	while (row->op != op)
		row++;
	return row;
}

const struct command_word *
command_sending(uint8_t type)
{
	const struct command_word *row = command_words;

	while (row->type != type)
		row++;
	return row;
}

bool
command_has_shape(int token)
{
	const struct command_word *row;

	for (row = command_words; row->name != NULL; row++)
		if (row->shape == token)
			return true;
	return false;
}

const char *
command_closest(const char *word, size_t len)
{
	struct name names[sizeof(command_words) / sizeof(command_words[0])];
	size_t i, n = sizeof(names) / sizeof(names[0]);

	for (i = 0; i < n; i++)
		names[i].name = command_words[i].name;
	return name_closest(names, word, len);
}
