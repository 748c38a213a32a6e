/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of SAs and policies: those with a number, and others. */
#include <string.h>

#include "fields.h"

void
field_number(struct parser *p, const struct option *row, struct loc loc)
{
	struct command *cmd = &p->cmd;
	uint64_t value;

	field_option(p, row, loc);
	if (names_policy(cmd) && row->policy == NO_MEMBER) {
		field_error(p, loc, "this belongs to an SA, not to a policy");
		return;
	}
	if (!names_policy(cmd) && row->sa == NO_MEMBER) {
		field_error(p, loc, "this belongs to a policy, not to an SA");
		return;
	}
	if (!(row->hex ? number_read_hex_at : number_read_at)(p, loc,
	    row->what, row->max, &value))
		return;
	if (row->sa != NO_MEMBER)
		option_store(row, &cmd->sa, row->sa, value);
	if (row->policy != NO_MEMBER)
		option_store(row, &cmd->policy, row->policy, value);
}

void
field_filter(struct parser *p, const struct option *row, struct loc loc)
{
	if (row->field == F_REQID || row->field == F_IF_ID)
		field_number(p, row, loc);
	else if (row->setting == EXT_X_POLICY_TYPE &&
	    is_policy_command(&p->cmd))
		field_setting(p, row, loc);
	else
		field_error(p, loc, "%s does not say which entries: -u, -mark "
		    "and -if_id do", row->name);
}

void
field_mode(struct parser *p, struct loc loc)
{
	const struct name *row = field_named(p, mode_names, loc, "mode");

	field_given(p, F_MODE, loc);
	if (row != NULL)
		p->cmd.sa.mode = (uint8_t)row->value;
}

/* What "-f" takes: bits to clear in the SA's flags, and to set. */
static const struct {
	uint32_t clear, set;
	enum field field;
	bool of_headers;		/* see dialect.h */
} sa_flags[] = {
	{ SADB_X_EXT_PMASK, SADB_X_EXT_PRAND, F_PAD, false },
	{ SADB_X_EXT_PMASK, 0, F_PAD, false },
	{ SADB_X_EXT_PMASK, SADB_X_EXT_PZERO, F_PAD, false },
	{ 0, SADB_X_EXT_CYCSEQ, F_FLAG, false },
	{ SADB_X_EXT_CYCSEQ, 0, F_FLAG, false },
	{ 0, SADB_SAFLAGS_NOECN, F_FLAG, true },
	{ 0, SADB_SAFLAGS_DECAP_DSCP, F_FLAG, true },
	{ 0, SADB_SAFLAGS_NOPMTUDISC, F_FLAG, true },
};
static const struct name sa_flag_names[] = {
	{ "random-pad", 0 }, { "seq-pad", 1 }, { "zero-pad", 2 },
	{ "cyclic-seq", 3 }, { "nocyclic-seq", 4 }, { "noecn", 5 },
	{ "decap-dscp", 6 }, { "nopmtudisc", 7 }, { NULL, 0 }
};

/* Whether a word is a bit of a setting, which is then set. */
static bool
read_bit(struct parser *p, enum ext id, struct loc loc, struct settings *s)
{
	const struct name *bit = name_find(settings[id - EXT_X_SETTING].words,
	    parser_text(p, loc), loc_length(loc));

	if (bit == NULL)
		return false;
	p->cmd.at[F_SETTING] = loc;
	if (ext_number(p->dialect, id) == 0)
		field_error(p, loc, "%s has no such flag",
		    p->dialect->system);
	setting_set(s, id, setting_value(s, id) | bit->value);
	return true;
}

void
field_policy_flag(struct parser *p, struct loc loc)
{
	char buf[QUOTED];

	if (!read_bit(p, EXT_X_POLICY_FLAGS, loc, &p->cmd.policy.settings))
		field_error(p, loc, "%s is no flag of a policy",
		    field_quote(p, loc, buf));
}

void
field_sa_flag(struct parser *p, struct loc loc)
{
	struct settings *s = &p->cmd.sa.settings;
	const struct name *row;

	if (read_bit(p, EXT_X_STATE_FLAGS, loc, s) ||
	    read_bit(p, EXT_X_EXTRA_FLAGS, loc, s))
		return;
	row = field_named(p, sa_flag_names, loc, "-f option");
	if (row == NULL)
		return;
	field_given(p, sa_flags[row->value].field, loc);
	if (sa_flags[row->value].of_headers && !p->dialect->has_header_flags)
		field_error(p, loc, "%s has no such flag", p->dialect->system);
	p->cmd.sa.flags &= ~sa_flags[row->value].clear;
	p->cmd.sa.flags |= sa_flags[row->value].set;
}

void
field_esn(struct parser *p, struct loc loc)
{
	field_given(p, F_ESN, loc);
	p->cmd.sa.flags |= SADB_X_SAFLAGS_ESN;
}

void
field_hwif(struct parser *p, const struct option *row, struct loc loc)
{
	struct command *cmd = &p->cmd;

	field_option(p, row, loc);
	if (loc_length(loc) >= HWIF_OCTETS) {
		field_error(p, loc, "an interface name has at most %d "
		    "characters", HWIF_OCTETS - 1);
		return;
	}
	memset(cmd->hwif, 0, sizeof(cmd->hwif));
	memcpy(cmd->hwif, parser_text(p, loc), loc_length(loc));
	cmd->sa.hwif = cmd->policy.hwif = cmd->hwif;
}

void
field_label(struct parser *p, const struct option *row, struct loc domain,
    struct loc algorithm, struct loc label)
{
	struct label *l = &p->cmd.sa.label;
	size_t len = loc_length(label) - 2;	/* without the quotes */
	uint64_t value;

	field_option(p, row, label);
	if (number_read_at(p, domain, "a domain of interpretation", UINT8_MAX,
	    &value))
		l->doi = (uint8_t)value;
	if (number_read_at(p, algorithm, "a label algorithm", UINT8_MAX,
	    &value))
		l->alg = (uint8_t)value;
	if (len == 0 || len >= LABEL_OCTETS) {
		field_error(p, label, "a label has 1 to %d characters",
		    LABEL_OCTETS - 1);
		return;
	}
	memcpy(p->cmd.label, parser_text(p, label) + 1, len);
	p->cmd.label[len] = '\0';	/* Linux wants it, and counts it */
	l->text = p->cmd.label;
	l->len = (uint16_t)(len + 1);
	p->cmd.policy.label = *l;
}

static void
read_mark(struct parser *p, struct loc value, struct loc mask,
    struct mark *mark)
{
	uint64_t v = 0, m = UINT32_MAX;

	if (number_read_hex_at(p, value, "a mark", UINT32_MAX, &v) &&
	    (mask.end == 0 ||
	    number_read_hex_at(p, mask, "a mask", UINT32_MAX, &m)))
		*mark = (struct mark){ true, (uint32_t)v, (uint32_t)m };
}

void
field_mark(struct parser *p, const struct option *row, struct loc value,
    struct loc mask)
{
	field_option(p, row, value);
	read_mark(p, value, mask, &p->cmd.sa.mark);
	p->cmd.policy.mark = p->cmd.sa.mark;
}

void
field_output_mark(struct parser *p, const struct option *row,
    struct loc value, struct loc mask)
{
	field_option(p, row, value);
	read_mark(p, value, mask, &p->cmd.sa.output_mark);
}

void
field_device(struct parser *p, const struct option *row, struct loc loc)
{
	struct command *cmd = &p->cmd;

	field_option(p, row, loc);
	if (loc_length(loc) >= DEVICE_OCTETS) {
		field_error(p, loc, "an interface name has at most %d "
		    "characters", DEVICE_OCTETS - 1);
		return;
	}
	memset(cmd->device, 0, sizeof(cmd->device));
	memcpy(cmd->device, parser_text(p, loc), loc_length(loc));
	cmd->sa.selector.device.name = cmd->policy.device.name = cmd->device;
}

void
field_port_masks(struct parser *p, const struct option *row, struct loc src,
    struct loc dst)
{
	uint64_t s, d;

	field_option(p, row, src);
	if (number_read_hex_at(p, src, "a mask", UINT16_MAX, &s) &&
	    number_read_hex_at(p, dst, "a mask", UINT16_MAX, &d))
		p->cmd.policy.masks = p->cmd.sa.selector.masks =
		    (struct port_masks){ true, (uint16_t)s, (uint16_t)d };
}

/* The value of a word, or of the number behind an option. */
static bool
read_setting(struct parser *p, const struct option *option,
    const struct setting *row, struct loc loc, uint32_t *value)
{
	const struct name *word;
	uint64_t number;

	switch (row->shape) {
	case SETTING_FLAG:
		*value = 1;
		return true;
	case SETTING_WORD:
		word = field_named(p, row->words, loc, option->what);
		if (word != NULL)
			*value = word->value;
		return word != NULL;
	default:
		if (!number_read_at(p, loc, option->what, option->max,
		    &number))
			return false;
		*value = (uint32_t)number;
		return true;
	}
}

void
field_setting(struct parser *p, const struct option *option, struct loc loc)
{
	const struct setting *row =
	    &settings[option->setting - EXT_X_SETTING];
	bool policy = is_policy_command(&p->cmd);
	struct settings *s = policy ? &p->cmd.policy.settings :
	    &p->cmd.sa.settings;
	uint32_t value;

	/* One place for all of them. */
	if (!setting_given(s, option->setting))
		p->cmd.at[F_SETTING] = NOWHERE;
	field_given(p, F_SETTING, loc);
	if (!(policy ? row->policy : row->sa)) {
		field_error(p, loc, policy ?
		    "this belongs to an SA, not to a policy" :
		    "this belongs to a policy, not to an SA");
		return;
	}
	if (ext_number(p->dialect, option->setting) == 0)
		field_error(p, loc, "%s has no %s", p->dialect->system,
		    option->name);
	if (read_setting(p, option, row, loc, &value))
		setting_set(s, option->setting, value);
}
