/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of settings.  Attribute numbers are those of linux/xfrm.h; headers
 * may be too old to name them, and on other systems there are none.
 */
#include "setting.h"
#include "wire.h"

static const struct name sa_directions[] = {
	{ "in", SA_DIR_IN }, { "out", SA_DIR_OUT }, { NULL, 0 }
};
static const struct name state_flags[] = {
	{ "wildrecv", XFRM_FLAG_WILDRECV }, { "icmp", XFRM_FLAG_ICMP },
	{ "af-unspec", XFRM_FLAG_AF_UNSPEC }, { "align4", XFRM_FLAG_ALIGN4 },
	{ NULL, 0 }
};
static const struct name extra_flags[] = {
	{ "dont-encap-dscp", 1 }, { "oseq-may-wrap", 2 }, { NULL, 0 }
};
static const struct name policy_flags[] = {
	{ "localok", 1 }, { "icmp", 2 }, { "cpu-acquire", 4 }, { NULL, 0 }
};
static const struct name policy_types[] = {
	{ "sub", 1 }, { NULL, 0 }
};
static const struct name offloads[] = {
	{ "packet", 4 }, { NULL, 0 }
};

#define ROW(id)		[EXT_X_ ## id - EXT_X_SETTING]
#define OF_SA		.sa = true
#define OF_POLICY	.policy = true

const struct setting settings[SETTINGS] = {
	ROW(SA_DIR) = { "dir", SETTING_WORD, sa_directions, 33, 1, OF_SA,
	    .since = "6.10" },
	/* Of struct xfrm_usersa_info's flags those that PF_KEY has not. */
	ROW(STATE_FLAGS) = { "state-flags", SETTING_BITS, state_flags, 0, 0,
	    OF_SA },
	ROW(EXTRA_FLAGS) = { "extra-flags", SETTING_BITS, extra_flags, 24, 4,
	    OF_SA },
	ROW(TFCPAD) = { "tfcpad", SETTING_NUMBER, NULL, 22, 4, OF_SA },
	/* Where it is not that of the algorithm's row. */
	ROW(ICV) = { "icv", SETTING_NUMBER, NULL, 0, 0, OF_SA },
	ROW(OFFLOAD) = { "offload", SETTING_WORD, offloads, 0, 0, OF_SA,
	    .since = "6.2" },
	ROW(NAT_KEEPALIVE) = { "nat-keepalive", SETTING_NUMBER, NULL, 34, 4,
	    OF_SA, .since = "6.11" },
	ROW(MAPPING_TIME) = { "mapping-time", SETTING_NUMBER, NULL, 32, 4,
	    OF_SA },
	ROW(CPU) = { "cpu", SETTING_NUMBER, NULL, 35, 4, OF_SA,
	    .since = "6.13" },
	ROW(IPTFS_DROP_TIME) = { "iptfs-drop-time", SETTING_NUMBER, NULL,
	    36, 4, OF_SA, .told_unasked = true, .since = "6.14" },
	ROW(IPTFS_REORDER) = { "iptfs-reorder", SETTING_NUMBER, NULL, 37, 2,
	    OF_SA, .told_unasked = true, .since = "6.14" },
	ROW(IPTFS_DONT_FRAG) = { "iptfs-dont-frag", SETTING_FLAG, NULL, 38, 0,
	    OF_SA, .told_unasked = true, .since = "6.14" },
	ROW(IPTFS_DELAY) = { "iptfs-delay", SETTING_NUMBER, NULL, 39, 4,
	    OF_SA, .told_unasked = true, .since = "6.14" },
	ROW(IPTFS_QUEUE) = { "iptfs-queue", SETTING_NUMBER, NULL, 40, 4,
	    OF_SA, .told_unasked = true, .since = "6.14" },
	ROW(IPTFS_SIZE) = { "iptfs-size", SETTING_NUMBER, NULL, 41, 4, OF_SA,
	    .told_unasked = true, .since = "6.14" },
	/* Of a selector; it is kept, and compared with nothing. */
	ROW(USER) = { "uid", SETTING_NUMBER, NULL, 0, 0, OF_SA, OF_POLICY },
	ROW(POLICY_FLAGS) = { "flags", SETTING_BITS, policy_flags, 0, 0,
	    OF_POLICY },
	ROW(POLICY_TYPE) = { "ptype", SETTING_WORD, policy_types, 0, 0,
	    OF_POLICY },
};

uint32_t
settings_newer(const struct settings *s)
{
	uint32_t newer = 0;
	unsigned i;

	for (i = 0; s->given >> i != 0; i++)
		if (settings[i].since != NULL && (s->given >> i & 1) != 0)
			newer |= 1u << i;
	return newer;
}
