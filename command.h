/* SPDX-License-Identifier: BSD-2-Clause */
/* A command of the language, as the grammar builds it. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "pfkey.h"
#include "source.h"

enum op {
	OP_NONE, OP_ADD, OP_UPDATE, OP_GETSPI, OP_GET, OP_DELETE, OP_DELETEALL,
	OP_FLUSH, OP_DUMP, OP_SPDADD, OP_SPDUPDATE, OP_SPDDELETE, OP_SPDFLUSH,
	OP_SPDDUMP, OP_SPDDEFAULT, OP_SPDHASH, OP_TAGGED, OP_EXIT, OP_HELP
};

/* The parts of a command that messages can point at. */
enum field {
	F_VERB, F_SRC, F_DST, F_PROTO, F_ORIGIN, F_SPI, F_MODE, F_REPLAY,
	F_REQID, F_HARD_TIME, F_SOFT_TIME, F_HARD_BYTES, F_SOFT_BYTES,
	F_HARD_PACKETS, F_SOFT_PACKETS, F_HARD_USE, F_SOFT_USE, F_PAD, F_FLAG,
	F_NATT, F_NATT_MTU, F_ESN, F_HWIF, F_LABEL, F_MARK, F_IF_ID,
	F_OUTPUT_MARK, F_SELECTOR, F_DEVICE, F_PORT_MASKS, F_CARE_OF, F_INDEX,
	F_SETTING, F_ENC, F_ENC_KEY, F_AUTH, F_AUTH_KEY, F_COMP, F_RAW_CPI,
	F_UPPER, F_UPPER_ARG, F_DIRECTION, F_PRIORITY, F_ACTION,
	FIELDS
};

/* A host as written: its addresses are looked up when the command is whole. */
struct host {
	struct loc name, prefix_at, port_at;
	uint16_t port;
	uint8_t prefix;
};

#define KEY_OCTETS	260		/* the longest key of the table: 256 */
#define HWIF_OCTETS	32		/* name of a device, with its NUL */
#define DEVICE_OCTETS	16		/* name of an interface, likewise */
#define LABEL_OCTETS	1024		/* security label, with its NUL */

/* The end points of a rule as written; a rule may have none. */
struct rule_ends {
	struct loc src, src_port, dst, dst_port;
};

struct command {
	enum op op;
	bool bad;			/* an error was reported already */
	bool no_twin;			/* spdadd -k: no fwd twin */
	bool numeric;			/* -n: no look-ups */
	uint8_t family;			/* -4, -6: 4, 6; else 0 */
	uint16_t upper_a, upper_b;	/* icmp type and code, gre key halves */
	bool has_upper_args;
	const struct command_word *topic; /* of help; NULL: all */
	struct loc loc;			/* the statement, with its ';' */
	struct loc at[FIELDS];		/* end 0: not given */
	struct host src, dst, oai, oar;
	const struct algorithm *enc, *auth, *comp;
	struct sa sa;			/* addresses and ids still empty */
	struct rule_ends ends;		/* of the rule being read */
	struct loc rule_at[POLICY_RULES];
	struct defaults defaults;	/* of spddefault, spdhash */
	unsigned wrong_rules;		/* bits: reported already */
	struct policy policy;		/* rules beyond nrules: not cleared */
	/* Not cleared with the rest: their members above say what is used. */
	uint8_t keys[2][KEY_OCTETS];	/* of -E and -A */
	char hwif[HWIF_OCTETS], device[DEVICE_OCTETS], label[LABEL_OCTETS];
};

/* Copies a command, without keys; what it points to is its own. */
void command_copy(struct command *to, const struct command *from);

static inline bool
is_given(const struct command *cmd, enum field field)
{
	return cmd->at[field].end != 0;
}

/* A command about policies; and about one by name. */
static inline bool
is_policy_command(const struct command *cmd)
{
	return cmd->op >= OP_SPDADD && cmd->op <= OP_SPDDUMP;
}
static inline bool
names_policy(const struct command *cmd)
{
	return cmd->op == OP_SPDADD || cmd->op == OP_SPDUPDATE ||
	    cmd->op == OP_SPDDELETE;
}

/* A command about all entries of a table that a filter lets through. */
static inline bool
takes_filter(const struct command *cmd)
{
	return cmd->op == OP_FLUSH || cmd->op == OP_DUMP ||
	    cmd->op == OP_SPDFLUSH || cmd->op == OP_SPDDUMP;
}

/* The commands of the language, for the scanner and for help. */
struct command_word {
	const char *name;
	enum op op;
	int shape;			/* what follows: a token of parse.y */
	uint8_t type;			/* of its message, SADB_*; 0: none */
	const char *synopsis;
};
/* Ends with a row without a name; the first row of an op is its name. */
extern const struct command_word command_words[];

/* The row of a word, or NULL; that of a command, which has one. */
const struct command_word *command_named(const char *word, size_t len);
const struct command_word *command_of(enum op);

/* The row of the first command that makes messages of a type (SADB_*). */
const struct command_word *command_sending(uint8_t type);

/* Whether a token of the grammar is a command. */
bool command_has_shape(int token);

/* The name of the command spelt most like a word, or NULL. */
const char *command_closest(const char *word, size_t len);

#endif
