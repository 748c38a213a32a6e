/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of settings.  Attribute numbers are those of linux/xfrm.h; headers
 * may be too old to name them, and on other systems there are none.
 */
#include "setting.h"
#include "wire.h"

static const struct name sa_directions[] = {
	{ "in", 1 }, { "out", 2 }, { NULL, 0 }
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
	ROW(SA_DIR) = { "-dir", "dir", SETTING_WORD, sa_directions, 1, 2,
	    33, 1, OF_SA, .since = "6.10" },
	/* Of struct xfrm_usersa_info's flags those that PF_KEY has not. */
	ROW(STATE_FLAGS) = { "-f", "state-flags", SETTING_BITS, state_flags,
	    0, 0xff, 0, 0, OF_SA },
	ROW(EXTRA_FLAGS) = { "-f", "extra-flags", SETTING_BITS, extra_flags,
	    0, UINT32_MAX, 24, 4, OF_SA },
	ROW(TFCPAD) = { "-tfcpad", "tfcpad", SETTING_NUMBER, NULL, 1, 65535,
	    22, 4, OF_SA },
	/* Where it is not that of the algorithm's row. */
	ROW(ICV) = { "-icv", "icv", SETTING_NUMBER, NULL, 8, 512, 0, 0, OF_SA },
	ROW(OFFLOAD) = { "-offload", "offload", SETTING_WORD, offloads, 4, 4,
	    0, 0, OF_SA, .since = "6.2" },
	ROW(NAT_KEEPALIVE) = { "-nat_keepalive", "nat-keepalive",
	    SETTING_NUMBER, NULL, 1, UINT32_MAX, 34, 4, OF_SA,
	    .since = "6.11" },
	ROW(MAPPING_TIME) = { "-mapping_time", "mapping-time", SETTING_NUMBER,
	    NULL, 1, UINT32_MAX, 32, 4, OF_SA },
	ROW(CPU) = { "-cpu", "cpu", SETTING_NUMBER, NULL, 0, UINT32_MAX - 1,
	    35, 4, OF_SA, .since = "6.13" },
	ROW(IPTFS_DROP_TIME) = { "-iptfs_drop_time", "iptfs-drop-time",
	    SETTING_NUMBER, NULL, 0, UINT32_MAX, 36, 4, OF_SA,
	    .since = "6.14" },
	ROW(IPTFS_REORDER) = { "-iptfs_reorder", "iptfs-reorder",
	    SETTING_NUMBER, NULL, 0, 65535, 37, 2, OF_SA, .since = "6.14" },
	ROW(IPTFS_DONT_FRAG) = { "-iptfs_dont_frag", "iptfs-dont-frag",
	    SETTING_FLAG, NULL, 1, 1, 38, 0, OF_SA, .since = "6.14" },
	ROW(IPTFS_DELAY) = { "-iptfs_delay", "iptfs-delay", SETTING_NUMBER,
	    NULL, 0, UINT32_MAX, 39, 4, OF_SA, .since = "6.14" },
	ROW(IPTFS_QUEUE) = { "-iptfs_queue", "iptfs-queue", SETTING_NUMBER,
	    NULL, 0, UINT32_MAX, 40, 4, OF_SA, .since = "6.14" },
	ROW(IPTFS_SIZE) = { "-iptfs_size", "iptfs-size", SETTING_NUMBER, NULL,
	    0, UINT32_MAX, 41, 4, OF_SA, .since = "6.14" },
	/* Of a selector; it is kept, and compared with nothing. */
	ROW(USER) = { "-uid", "uid", SETTING_NUMBER, NULL, 1, UINT32_MAX,
	    0, 0, OF_SA, OF_POLICY },
	ROW(POLICY_FLAGS) = { "-f", "flags", SETTING_BITS, policy_flags,
	    0, 0xff, 0, 0, OF_POLICY },
	ROW(POLICY_TYPE) = { "-ptype", "ptype", SETTING_WORD, policy_types,
	    1, 1, 0, 0, OF_POLICY },
};
