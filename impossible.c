/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What no kernel of a system takes, or takes and does nothing with, though each
 * word is right: a row for each.  What depends on the kernel's version is
 * advice.
 */
#include "impossible.h"

#define PROTO_TCP	6

static bool
has(const struct command *cmd, enum ext setting)
{
	return setting_given(&cmd->sa.settings, setting);
}

static uint32_t
value(const struct command *cmd, enum ext setting)
{
	return setting_value(&cmd->sa.settings, setting);
}

static bool
is_esp(const struct command *cmd)
{
	return cmd->sa.satype == SADB_SATYPE_ESP;
}

static bool
is_ipcomp(const struct command *cmd)
{
	return cmd->sa.satype == SADB_X_SATYPE_IPCOMP;
}

static bool
is_iptfs(const struct command *cmd)
{
	return cmd->sa.mode == IPSEC_MODE_IPTFS;
}

static bool
is_udp(const struct command *cmd)
{
	return cmd->sa.natt.given && cmd->sa.natt.type == UDP_ENCAP_ESPINUDP;
}

/* ---- SAs ---- */

static bool
has_ipcomp_esn(const struct command *cmd)
{
	return is_ipcomp(cmd) && is_given(cmd, F_ESN);
}

static bool
has_ipcomp_beet(const struct command *cmd)
{
	return is_ipcomp(cmd) && cmd->sa.mode == IPSEC_MODE_BEET;
}

/* An SA without a mode may yet get the right one from the policies. */
static bool
has_stray_padding(const struct command *cmd)
{
	return has(cmd, EXT_X_TFCPAD) && (!is_esp(cmd) ||
	    (cmd->sa.mode != IPSEC_MODE_TUNNEL &&
	    cmd->sa.mode != IPSEC_MODE_ANY));
}

static bool
has_foreign_iptfs(const struct command *cmd)
{
	return is_iptfs(cmd) && !is_esp(cmd);
}

static bool
has_aimless_iptfs(const struct command *cmd)
{
	return is_iptfs(cmd) && !has(cmd, EXT_X_SA_DIR);
}

static bool
has_iptfs_of_in(const struct command *cmd)
{
	return has(cmd, EXT_X_IPTFS_DROP_TIME) ||
	    has(cmd, EXT_X_IPTFS_REORDER);
}

static bool
has_iptfs_of_out(const struct command *cmd)
{
	return has(cmd, EXT_X_IPTFS_DONT_FRAG) ||
	    has(cmd, EXT_X_IPTFS_DELAY) || has(cmd, EXT_X_IPTFS_QUEUE) ||
	    has(cmd, EXT_X_IPTFS_SIZE);
}

static bool
has_stray_iptfs(const struct command *cmd)
{
	return !is_iptfs(cmd) &&
	    (has_iptfs_of_in(cmd) || has_iptfs_of_out(cmd));
}

static bool
has_iptfs_of_other_way(const struct command *cmd)
{
	return value(cmd, EXT_X_SA_DIR) == SA_DIR_IN ? has_iptfs_of_out(cmd) :
	    has_iptfs_of_in(cmd);
}

static bool
has_mode_of_mobile(const struct command *cmd)
{
	return !is_mobile(cmd->sa.satype) && (cmd->sa.mode == IPSEC_MODE_RO ||
	    cmd->sa.mode == IPSEC_MODE_IN_TRIGGER);
}

static bool
has_other_mode(const struct command *cmd)
{
	return is_mobile(cmd->sa.satype) && cmd->sa.mode != IPSEC_MODE_RO;
}

static bool
has_mobile_label(const struct command *cmd)
{
	return is_mobile(cmd->sa.satype) && is_given(cmd, F_LABEL);
}

/* Keys of HMACs are as long as what they make. */
static bool
has_wide_icv(const struct command *cmd)
{
	return has(cmd, EXT_X_ICV) && cmd->auth != NULL &&
	    cmd->auth->bits_max != 0 &&
	    value(cmd, EXT_X_ICV) > cmd->auth->bits_max;
}

static bool
has_broken_icv(const struct command *cmd)
{
	return has(cmd, EXT_X_ICV) && (value(cmd, EXT_X_ICV) % 8 != 0 ||
	    value(cmd, EXT_X_ICV) == 0);
}

/* Linux knows an AEAD with the ICVs that are rows of names.c. */
static bool
has_unknown_icv(const struct command *cmd)
{
	return has(cmd, EXT_X_ICV) && cmd->enc != NULL &&
	    (cmd->enc->flags & ALG_AEAD) != 0 &&
	    algorithm_of_xfrm(ALG_ENC, cmd->enc->xfrm,
	    (uint16_t)value(cmd, EXT_X_ICV)) == NULL;
}

static bool
has_icv_of_nothing(const struct command *cmd)
{
	return has(cmd, EXT_X_ICV) && cmd->auth == NULL &&
	    (cmd->enc == NULL || (cmd->enc->flags & ALG_AEAD) == 0);
}

static bool
has_stray_mapping(const struct command *cmd)
{
	return has(cmd, EXT_X_MAPPING_TIME) && (!cmd->sa.natt.given ||
	    value(cmd, EXT_X_SA_DIR) == SA_DIR_OUT);
}

static bool
has_stray_keepalive(const struct command *cmd)
{
	return has(cmd, EXT_X_NAT_KEEPALIVE) && (!is_udp(cmd) ||
	    value(cmd, EXT_X_SA_DIR) != SA_DIR_OUT);
}

static bool
has_offload_nowhere(const struct command *cmd)
{
	return has(cmd, EXT_X_OFFLOAD) && !is_given(cmd, F_HWIF);
}

static bool
has_aimless_cpu(const struct command *cmd)
{
	return has(cmd, EXT_X_CPU) && !has(cmd, EXT_X_SA_DIR);
}

static bool
has_window_out(const struct command *cmd)
{
	return value(cmd, EXT_X_SA_DIR) == SA_DIR_OUT &&
	    is_given(cmd, F_REPLAY) && cmd->sa.replay != 0;
}

static bool
has_flag_of_in(const struct command *cmd)
{
	return value(cmd, EXT_X_SA_DIR) == SA_DIR_OUT &&
	    ((cmd->sa.flags & SADB_SAFLAGS_DECAP_DSCP) != 0 ||
	    (value(cmd, EXT_X_STATE_FLAGS) &
	    (XFRM_FLAG_ICMP | XFRM_FLAG_WILDRECV)) != 0);
}

static bool
has_flag_of_out(const struct command *cmd)
{
	return value(cmd, EXT_X_SA_DIR) == SA_DIR_IN &&
	    ((cmd->sa.flags & SADB_SAFLAGS_NOPMTUDISC) != 0 ||
	    value(cmd, EXT_X_EXTRA_FLAGS) != 0);
}

/* ---- policies ---- */

static bool
is_for_sockets(const struct command *cmd)
{
	return cmd->policy.action == IPSEC_POLICY_ENTRUST ||
	    cmd->policy.action == IPSEC_POLICY_BYPASS;
}

/* The last three bits of a policy's number are its direction. */
static bool
has_index_of_other_way(const struct command *cmd)
{
	static const uint8_t bits[] = { [IPSEC_DIR_INBOUND] = 0,
	    [IPSEC_DIR_OUTBOUND] = 1, [IPSEC_DIR_FWD] = 2 };

	return is_given(cmd, F_INDEX) && cmd->policy.id != 0 &&
	    cmd->policy.dir <= IPSEC_DIR_FWD &&
	    (cmd->policy.id & 7) != bits[cmd->policy.dir];
}

static const struct {
	bool policy;
	bool (*when)(const struct command *);
	enum field field;
	const char *text, *hint;
} rows[] = {
	{ false, has_ipcomp_esn, F_ESN, "IPComp has no sequence numbers",
	    NULL },
	{ false, has_ipcomp_beet, F_MODE, "Linux has no beet mode for ipcomp",
	    NULL },
	{ false, has_mode_of_mobile, F_MODE,
	    "SAs of this mode are for route2 and hao", NULL },
	{ false, has_other_mode, F_MODE, "SAs of Mobile IPv6 have mode ro",
	    NULL },
	{ false, has_mobile_label, F_LABEL,
	    "SAs of Mobile IPv6 have no security label", NULL },
	{ false, has_stray_padding, F_SETTING,
	    "-tfcpad is for esp in mode tunnel", NULL },
	{ false, has_foreign_iptfs, F_MODE, "mode iptfs is for esp", NULL },
	{ false, has_aimless_iptfs, F_MODE, "mode iptfs needs a direction",
	    "-dir in or -dir out says which" },
	{ false, has_stray_iptfs, F_SETTING,
	    "options of iptfs are for that mode", "it is -m iptfs" },
	{ false, has_iptfs_of_other_way, F_SETTING,
	    "this is for SAs of the other direction", NULL },
	{ false, has_icv_of_nothing, F_SETTING,
	    "there is no algorithm that makes an ICV", NULL },
	{ false, has_broken_icv, F_SETTING, "an ICV has whole octets", NULL },
	{ false, has_wide_icv, F_SETTING,
	    "the algorithm does not make so long an ICV", NULL },
	{ false, has_unknown_icv, F_SETTING,
	    "the algorithm does not have an ICV of this length", NULL },
	{ false, has_stray_mapping, F_SETTING,
	    "-mapping_time is for ESP in UDP that comes in", NULL },
	{ false, has_stray_keepalive, F_SETTING,
	    "-nat_keepalive is for esp-udp with -dir out", NULL },
	{ false, has_offload_nowhere, F_SETTING,
	    "-offload needs a device: -hwif", NULL },
	{ false, has_aimless_cpu, F_SETTING, "-cpu needs -dir", NULL },
	{ false, has_window_out, F_REPLAY,
	    "a window is for SAs that come in, not for -dir out", NULL },
	{ false, has_flag_of_in, F_SETTING,
	    "decap-dscp, icmp and wildrecv are not for -dir out", NULL },
	{ false, has_flag_of_out, F_SETTING,
	    "nopmtudisc, dont-encap-dscp and oseq-may-wrap are not for -dir in",
	    NULL },
	{ true, is_for_sockets, F_ACTION,
	    "the kernel takes bypass and entrust for sockets only", NULL },
	{ true, has_index_of_other_way, F_INDEX,
	    "a policy of this direction cannot have this number",
	    "divided by 8 it leaves 0 for in, 1 for out and 2 for fwd" },
};

/* Rules: where they are wrong, each is told. */
static void
check_rules(struct parser *p, const struct command *cmd)
{
	const struct rule *rule;
	unsigned i;

	for (i = 0; i < cmd->policy.nrules; i++) {
		rule = &cmd->policy.rules[i];
		if (rule->proto == PROTO_TCP)
			field_error(p, cmd->rule_at[i], "the kernel takes no "
			    "rules for tcp");
		if (cmd->policy.dir != IPSEC_DIR_OUTBOUND ||
		    rule->level != IPSEC_LEVEL_USE ||
		    rule->mode == IPSEC_MODE_TRANSPORT ||
		    rule->mode == IPSEC_MODE_RO ||
		    rule->mode == IPSEC_MODE_IN_TRIGGER)
			continue;
		field_advise(p, cmd->rule_at[i], "Linux since 6.4 takes no "
		    "tunnel of level use in an out policy");
		diag_hint(p->diag, "write require");
	}
}

void
check_possible(struct parser *p, const struct command *cmd)
{
	bool policy = is_policy_command(cmd);
	size_t i;

	if (cmd->bad || !p->dialect->has_xfrm || cmd->op == OP_SPDDELETE)
		return;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].policy != policy || !rows[i].when(cmd))
			continue;
		field_error(p, is_given(cmd, rows[i].field) ?
		    cmd->at[rows[i].field] : cmd->at[F_VERB], "%s",
		    rows[i].text);
		if (rows[i].hint != NULL)
			diag_hint(p->diag, "%s", rows[i].hint);
		return;
	}
	if (policy && cmd->policy.action == IPSEC_POLICY_IPSEC)
		check_rules(p, cmd);
	if (value(cmd, EXT_X_TFCPAD) > UINT16_MAX)
		field_advise(p, cmd->at[F_SETTING], "no packet is padded to "
		    "so many octets, and Linux 7.2 refuses that");
	if (!policy && is_given(cmd, F_CARE_OF) &&
	    !is_mobile(cmd->sa.satype))
		field_advise(p, cmd->at[F_CARE_OF], "a care-of address counts "
		    "with route2 and hao only");
	if (!policy && cmd->sa.natt.given &&
	    cmd->sa.natt.type == UDP_ENCAP_ESPINUDP_NON_IKE)
		field_advise(p, cmd->at[F_PROTO], "Linux since 6.10 takes no "
		    "esp-udp-non-ike");
}
