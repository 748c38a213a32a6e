/* SPDX-License-Identifier: BSD-2-Clause */
/* The command help, from the tables of commands, options and settings. */
#include <string.h>

#include "help.h"
#include "options.h"
#include "parse.h"

/* What follows an option, by its shape, and which commands take it. */
static const struct {
	int shape;
	bool sa, policy;
	const char *arguments, *what;
} shapes[] = {
	{ OPT_ENC, true, false, "ALGORITHM KEY", "encryption" },
	{ OPT_AUTH, true, false, "ALGORITHM KEY", "authentication" },
	{ OPT_COMP, true, false, "ALGORITHM", "compression" },
	{ OPT_RAW_CPI, true, false, "", "with -C: the SPI goes on the wire" },
	{ OPT_POLICY, false, true,
	    "DIRECTION [PRIORITY] discard | none | ipsec RULE...", NULL },
	{ OPT_MODE, true, false, "MODE", "transport, tunnel, any, ..." },
	{ OPT_ESN, true, false, "", "64-bit sequence numbers" },
	{ OPT_NATT, true, false, "OAI[PORT] OAR[PORT]", "ESP in UDP" },
	{ OPT_HWIF, true, true, "INTERFACE", "to do the work" },
	{ OPT_LABEL, true, true, "DOI ALGORITHM \"LABEL\"", "security label" },
	{ OPT_MARK, true, true, "VALUE[/MASK]", "for marked packets only" },
	{ OPT_OUTPUT_MARK, true, false, "VALUE[/MASK]", "packets get it" },
	{ OPT_SELECTOR, true, false, "SRC DST PROTOCOL",
	    "for these packets only" },
	{ OPT_PORT_MASKS, false, true, "SRC/DST", "of the ports" },
	{ OPT_CARE_OF, true, false, "ADDRESS", "of Mobile IPv6" },
	{ OPT_DEVICE, true, true, "INTERFACE", "of the selector" },
	{ OPT_FLAG, true, true, "FLAG", "may be repeated" },
};

static void
print_synopsis(struct text *t, const struct command_word *row)
{
	text_str(t, row->name);
	if (row->synopsis[0] != '\0') {
		text_char(t, ' ');
		text_str(t, row->synopsis);
	}
	text_str(t, " ;\n");
}

static void
print_option(struct text *t, const char *name, const char *arguments,
    const char *what)
{
	text_printf(t, "    %s", name);
	if (*arguments != '\0')
		text_printf(t, " %s", arguments);
	if (what != NULL)
		text_printf(t, ": %s", what);
	text_char(t, '\n');
}

/* Limits come in pairs, the hard one first. */
static void
print_number(struct text *t, const struct option *row)
{
	char what[64];

	snprintf(what, sizeof(what), "%s%s", row->what,
	    row->field < F_HARD_TIME || row->field > F_SOFT_USE ? "" :
	    (row->field - F_HARD_TIME) % 2 == 0 ? ", hard limit" :
	    ", soft limit");
	print_option(t, row->name, "N", what);
}

/* "in | out", "N" or nothing. */
static void
print_setting(struct text *t, const struct option *row)
{
	const struct setting *setting =
	    &settings[row->setting - EXT_X_SETTING];
	char words[64] = "";
	size_t i, used = 0;

	if (setting->shape == SETTING_NUMBER)
		snprintf(words, sizeof(words), "N");
	for (i = 0; setting->shape == SETTING_WORD &&
	    setting->words[i].name != NULL; i++)
		used += (size_t)snprintf(words + used, sizeof(words) - used,
		    "%s%s", i == 0 ? "" : " | ", setting->words[i].name);
	print_option(t, row->name, words, row->what);
}

static void
print_shape(struct text *t, const struct option *row, bool policy)
{
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i].shape == row->shape &&
		    (policy ? shapes[i].policy : shapes[i].sa))
			print_option(t, row->name, shapes[i].arguments,
			    shapes[i].what);
}

static void
print_options(struct text *t, const struct dialect *dialect, bool policy)
{
	const struct option *row;

	for (row = options; row->name != NULL; row++) {
		if (row->ext != EXT_NONE && ext_number(dialect, row->ext) == 0)
			continue;
		if (row->setting != EXT_NONE) {
			const struct setting *s =
			    &settings[row->setting - EXT_X_SETTING];

			if (policy ? s->policy : s->sa)
				print_setting(t, row);
		} else if (row->shape != OPT_NUMBER)
			print_shape(t, row, policy);
		else if ((policy ? row->policy : row->sa) != NO_MEMBER)
			print_number(t, row);
	}
}

void
print_help(struct text *t, const struct dialect *dialect,
    const struct command_word *topic)
{
	const struct command_word *row;

	if (topic == NULL) {
		for (row = command_words; row->name != NULL; row++)
			print_synopsis(t, row);
		return;
	}
	print_synopsis(t, topic);
	if (topic->op == OP_ADD || topic->op == OP_UPDATE)
		print_options(t, dialect, false);
	else if (topic->op == OP_SPDADD || topic->op == OP_SPDUPDATE ||
	    topic->op == OP_SPDDELETE)
		print_options(t, dialect, true);
}
