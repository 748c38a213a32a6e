/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of extensions.  A new one is a row here, its structure in wire.h,
 * and what encodes and decodes it in pfkey.c.
 */
#include <string.h>

#include "extension.h"
#include "key_debug.h"
#include "pfkey.h"

/* ---- what must hold behind the fixed part ---- */

/* sadb_key: as many octets as the bits need must be there. */
static bool
key_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_key *key = ext;

	(void)dialect;
	return (key->bits + 7u) / 8 <= len - sizeof(*key);
}

static bool
address_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_address *address = ext;

	return sockaddr_valid(dialect, address + 1, len - sizeof(*address));
}

static bool
policy_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	size_t offset = sizeof(struct wire_policy);
	struct rule rule;

	while (offset < len)
		if (!request_next(dialect, ext, len, &offset, &rule))
			return false;
	return true;
}

static bool
label_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_sec_ctx *ctx = ext;

	(void)dialect;
	return ctx->ctx_len <= len - sizeof(*ctx);
}

static bool
if_id_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_if_id *p = ext;

	(void)dialect;
	(void)len;
	return memchr(p->name, '\0', sizeof(p->name)) != NULL;
}

static bool
hwif_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_if_hw_offl *p = ext;

	(void)dialect;
	(void)len;
	return memchr(p->name, '\0', sizeof(p->name)) != NULL;
}

static bool
device_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_device *p = ext;

	(void)dialect;
	(void)len;
	return memchr(p->name, '\0', sizeof(p->name)) != NULL;
}

static bool
sa_state_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_sa_state *p = ext;

	(void)dialect;
	return p->words <= (len - sizeof(*p)) / sizeof(uint32_t);
}

static bool
unknown_valid(const struct dialect *dialect, const void *ext, size_t len)
{
	const struct wire_unknown *p = ext;

	(void)dialect;
	return p->count <= (len - sizeof(*p)) / sizeof(uint16_t);
}

/* ---- the table ---- */

/* Numbers: the same everywhere, on Linux, FreeBSD and NetBSD. */
#define ALL(n)			{ n, n, n }
#define ONLY(linux, freebsd, netbsd) { linux, freebsd, netbsd }

#define SIZE(s)			.size = sizeof(struct s)
#define FIELD(text, s, member, how)	{ text, offsetof(struct s, member), \
	sizeof(((struct s *)0)->member), how }
#define FIELDS(name, ...)	.structure = name, \
	.fields = (const struct ext_field[]){ __VA_ARGS__, { NULL, 0, 0, 0 } }

#define ADDRESS		SIZE(wire_address), .valid = address_valid, \
	.print = raw_address
#define KEY		SIZE(wire_key), .valid = key_valid, .print = raw_key
#define LIFETIME	SIZE(wire_lifetime), .print = raw_lifetime
#define SUPPORTED	SIZE(wire_supported), .print = raw_supported
#define PORT		SIZE(wire_nat_t_port), FIELDS("sadb_x_nat_t_port", \
	FIELD(" port=", wire_nat_t_port, port, FORM_NET))

/* A number of setting.c. */
#define VALUE(form)	SIZE(wire_value), FIELDS("sadb_x_value", \
	FIELD(" value=", wire_value, value, form))

const struct extension extensions[EXT_COUNT] = {
	[EXT_NONE] = { .name = "RESERVED" },
	[EXT_SA] = { "SA", ALL(1), SIZE(wire_sa), FIELDS("sadb_sa",
	    FIELD(" spi=", wire_sa, spi, FORM_NET),
	    FIELD(" replay=", wire_sa, replay, FORM_DEC),
	    FIELD(" state=", wire_sa, state, FORM_DEC),
	    FIELD("\n  auth=", wire_sa, auth, FORM_DEC),
	    FIELD(" encrypt=", wire_sa, encrypt, FORM_DEC),
	    FIELD(" flags=", wire_sa, flags, FORM_HEX8)) },
	[EXT_LIFETIME_CURRENT] = { "LIFETIME_CURRENT", ALL(2), LIFETIME },
	[EXT_LIFETIME_HARD] = { "LIFETIME_HARD", ALL(3), LIFETIME },
	[EXT_LIFETIME_SOFT] = { "LIFETIME_SOFT", ALL(4), LIFETIME },
	[EXT_ADDRESS_SRC] = { "ADDRESS_SRC", ALL(5), ADDRESS },
	[EXT_ADDRESS_DST] = { "ADDRESS_DST", ALL(6), ADDRESS },
	[EXT_ADDRESS_PROXY] = { "ADDRESS_PROXY", ALL(7), ADDRESS },
	[EXT_KEY_AUTH] = { "KEY_AUTH", ALL(8), KEY },
	[EXT_KEY_ENCRYPT] = { "KEY_ENCRYPT", ALL(9), KEY },
	[EXT_IDENTITY_SRC] = { "IDENTITY_SRC", ALL(10), SIZE(wire_ident),
	    .print = raw_identity },
	[EXT_IDENTITY_DST] = { "IDENTITY_DST", ALL(11), SIZE(wire_ident),
	    .print = raw_identity },
	[EXT_SENSITIVITY] = { "SENSITIVITY", ALL(12), 16,
	    .print = raw_sensitivity },
	[EXT_PROPOSAL] = { "PROPOSAL", ALL(13), SIZE(wire_prop),
	    .print = raw_proposal },
	[EXT_SUPPORTED_AUTH] = { "SUPPORTED_AUTH", ALL(14), SUPPORTED },
	[EXT_SUPPORTED_ENCRYPT] = { "SUPPORTED_ENCRYPT", ALL(15), SUPPORTED },
	[EXT_SPIRANGE] = { "SPIRANGE", ALL(16), SIZE(wire_spirange),
	    FIELDS("sadb_spirange",
	    FIELD(" min=", wire_spirange, min, FORM_DEC),
	    FIELD(" max=", wire_spirange, max, FORM_DEC),
	    FIELD(" reserved=", wire_spirange, reserved, FORM_DEC)) },
	[EXT_KMPRIVATE] = { "KMPRIVATE", ALL(17), SIZE(wire_value),
	    FIELDS("sadb_x_kmprivate",
	    FIELD(" reserved=", wire_value, value, FORM_DEC)) },
	[EXT_POLICY] = { "POLICY", ALL(18), SIZE(wire_policy),
	    .valid = policy_valid, .print = raw_policy },
	[EXT_SA2] = { "SA2", ALL(19), SIZE(wire_sa2), FIELDS("sadb_x_sa2",
	    FIELD(" mode=", wire_sa2, mode, FORM_DEC),
	    FIELD(" reqid=", wire_sa2, reqid, FORM_DEC),
	    FIELD("\n  reserved1=", wire_sa2, reserved1, FORM_DEC),
	    FIELD(" reserved2=", wire_sa2, reserved2, FORM_DEC),
	    FIELD(" sequence=", wire_sa2, sequence, FORM_DEC)) },
	[EXT_NAT_T_TYPE] = { "NAT_T_TYPE", ALL(20), SIZE(wire_nat_t_type),
	    FIELDS("sadb_x_nat_t_type",
	    FIELD(" type=", wire_nat_t_type, nat_type, FORM_DEC)) },
	[EXT_NAT_T_SPORT] = { "NAT_T_SPORT", ALL(21), PORT },
	[EXT_NAT_T_DPORT] = { "NAT_T_DPORT", ALL(22), PORT },
	[EXT_NAT_T_OAI] = { "NAT_T_OAI", ALL(23), ADDRESS },
	[EXT_NAT_T_OAR] = { "NAT_T_OAR", ONLY(224, 24, 24), ADDRESS },
	[EXT_NAT_T_FRAG] = { "NAT_T_FRAG", ONLY(225, 25, 25),
	    SIZE(wire_nat_t_frag), FIELDS("sadb_x_nat_t_frag",
	    FIELD(" fraglen=", wire_nat_t_frag, fraglen, FORM_DEC),
	    FIELD(" reserved=", wire_nat_t_frag, reserved, FORM_DEC)) },
	[EXT_SA_REPLAY] = { "SA_REPLAY", ONLY(226, 26, 0),
	    SIZE(wire_sa_replay), FIELDS("sadb_x_sa_replay",
	    FIELD(" replay=", wire_sa_replay, replay, FORM_DEC)) },
	[EXT_NEW_ADDRESS_SRC] = { "NEW_ADDRESS_SRC", ONLY(0, 27, 0), ADDRESS },
	[EXT_NEW_ADDRESS_DST] = { "NEW_ADDRESS_DST", ONLY(0, 28, 0), ADDRESS },
	[EXT_LFT_CUR_SW_OFFL] = { "LFT_CUR_SW_OFFL", ONLY(0, 29, 0), LIFETIME },
	[EXT_LFT_CUR_HW_OFFL] = { "LFT_CUR_HW_OFFL", ONLY(0, 30, 0), LIFETIME },
	/* FreeBSD: one for each device that the SA is offloaded to. */
	[EXT_IF_HW_OFFL] = { "IF_HW_OFFL", ONLY(227, 31, 0),
	    SIZE(wire_if_hw_offl), .may_repeat = true, .valid = hwif_valid,
	    FIELDS("sadb_x_if_hw_offl",
	    FIELD(" flags=", wire_if_hw_offl, flags, FORM_HEX8),
	    FIELD(" name=", wire_if_hw_offl, name, FORM_NAME)) },
	[EXT_SEC_CTX] = { "SEC_CTX", ONLY(24, 0, 0), SIZE(wire_sec_ctx),
	    .valid = label_valid, .print = raw_label },
	[EXT_KMADDRESS] = { "KMADDRESS", ONLY(25, 0, 0), SIZE(wire_kmaddress),
	    .print = raw_kmaddress },
	[EXT_FILTER] = { "FILTER", ONLY(26, 0, 0), SIZE(wire_filter),
	    .print = raw_filter },
	/*
	 * Numbers above 199 are ours.  PF_KEY skips what is above 26, but is
	 * never sent these.
	 */
	[EXT_X_MARK] = { "MARK", ONLY(228, 0, 0), SIZE(wire_mark),
	    FIELDS("sadb_x_mark",
	    FIELD(" value=", wire_mark, value, FORM_HEX),
	    FIELD(" mask=", wire_mark, mask, FORM_HEX)) },
	[EXT_X_IF_ID] = { "IF_ID", ONLY(229, 0, 0), SIZE(wire_if_id),
	    .valid = if_id_valid, FIELDS("sadb_x_if_id",
	    FIELD(" if_id=", wire_if_id, if_id, FORM_HEX),
	    FIELD(" name=", wire_if_id, name, FORM_NAME)) },
	[EXT_X_OUTPUT_MARK] = { "OUTPUT_MARK", ONLY(230, 0, 0),
	    SIZE(wire_mark), FIELDS("sadb_x_output_mark",
	    FIELD(" value=", wire_mark, value, FORM_HEX),
	    FIELD(" mask=", wire_mark, mask, FORM_HEX)) },
	[EXT_X_SEL_SRC] = { "SEL_SRC", ONLY(231, 0, 0), ADDRESS },
	[EXT_X_SEL_DST] = { "SEL_DST", ONLY(232, 0, 0), ADDRESS },
	[EXT_X_DEVICE] = { "DEVICE", ONLY(233, 0, 0), SIZE(wire_device),
	    .valid = device_valid, FIELDS("sadb_x_device",
	    FIELD(" ifindex=", wire_device, ifindex, FORM_DEC),
	    FIELD(" name=", wire_device, name, FORM_NAME)) },
	[EXT_X_PORT_MASKS] = { "PORT_MASKS", ONLY(234, 0, 0),
	    SIZE(wire_port_masks), FIELDS("sadb_x_port_masks",
	    FIELD(" src=", wire_port_masks, src, FORM_HEX),
	    FIELD(" dst=", wire_port_masks, dst, FORM_HEX)) },
	[EXT_X_CARE_OF] = { "CARE_OF", ONLY(235, 0, 0), ADDRESS },
	[EXT_X_SA_STATE] = { "SA_STATE", ONLY(236, 0, 0), SIZE(wire_sa_state),
	    .valid = sa_state_valid, .print = raw_sa_state },
	[EXT_X_TEMPLATES] = { "TEMPLATES", ONLY(237, 0, 0),
	    SIZE(wire_templates), .print = raw_templates },
	[EXT_X_UNKNOWN] = { "UNKNOWN", ONLY(238, 0, 0), SIZE(wire_unknown),
	    .valid = unknown_valid, .print = raw_unknown },
	[EXT_X_DEFAULTS] = { "DEFAULTS", ONLY(222, 0, 0), SIZE(wire_defaults),
	    FIELDS("sadb_x_defaults",
	    FIELD(" in=", wire_defaults, in, FORM_DEC),
	    FIELD(" out=", wire_defaults, out, FORM_DEC),
	    FIELD(" fwd=", wire_defaults, fwd, FORM_DEC)) },
	[EXT_X_THRESHOLDS] = { "THRESHOLDS", ONLY(220, 0, 0),
	    SIZE(wire_thresholds), FIELDS("sadb_x_thresholds",
	    FIELD(" local4=", wire_thresholds, local4, FORM_DEC),
	    FIELD(" remote4=", wire_thresholds, remote4, FORM_DEC),
	    FIELD(" local6=", wire_thresholds, local6, FORM_DEC),
	    FIELD(" remote6=", wire_thresholds, remote6, FORM_DEC)) },
	[EXT_X_SELECTION] = { "SELECTION", ALL(221),
	    sizeof(struct wire_selection) + sizeof(struct filter),
	    .print = raw_selection },
	[EXT_X_SA_DIR] = { "SA_DIR", ONLY(239, 0, 0), VALUE(FORM_DEC) },
	[EXT_X_STATE_FLAGS] = { "STATE_FLAGS", ONLY(240, 0, 0),
	    VALUE(FORM_HEX) },
	[EXT_X_EXTRA_FLAGS] = { "EXTRA_FLAGS", ONLY(241, 0, 0),
	    VALUE(FORM_HEX) },
	[EXT_X_TFCPAD] = { "TFCPAD", ONLY(242, 0, 0), VALUE(FORM_DEC) },
	[EXT_X_ICV] = { "ICV", ONLY(243, 0, 0), VALUE(FORM_DEC) },
	[EXT_X_OFFLOAD] = { "OFFLOAD", ONLY(244, 0, 0), VALUE(FORM_HEX) },
	[EXT_X_NAT_KEEPALIVE] = { "NAT_KEEPALIVE", ONLY(245, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_MAPPING_TIME] = { "MAPPING_TIME", ONLY(246, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_CPU] = { "CPU", ONLY(247, 0, 0), VALUE(FORM_DEC) },
	[EXT_X_IPTFS_DROP_TIME] = { "IPTFS_DROP_TIME", ONLY(248, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_IPTFS_REORDER] = { "IPTFS_REORDER", ONLY(249, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_IPTFS_DONT_FRAG] = { "IPTFS_DONT_FRAG", ONLY(250, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_IPTFS_DELAY] = { "IPTFS_DELAY", ONLY(251, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_IPTFS_QUEUE] = { "IPTFS_QUEUE", ONLY(252, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_IPTFS_SIZE] = { "IPTFS_SIZE", ONLY(253, 0, 0),
	    VALUE(FORM_DEC) },
	[EXT_X_USER] = { "USER", ONLY(254, 0, 0), VALUE(FORM_DEC) },
	[EXT_X_POLICY_FLAGS] = { "POLICY_FLAGS", ONLY(255, 0, 0),
	    VALUE(FORM_HEX) },
	[EXT_X_POLICY_TYPE] = { "POLICY_TYPE", ONLY(223, 0, 0),
	    VALUE(FORM_DEC) },
};

enum ext
ext_search(const struct dialect *dialect, unsigned wire_type)
{
	unsigned i;

	for (i = EXT_ALIKE + 1; i < EXT_COUNT; i++)
		if (extensions[i].number[dialect->index] == wire_type)
			return (enum ext)i;
	return EXT_NONE;
}

bool
ext_valid(const struct dialect *dialect, enum ext id, const void *ext,
    size_t len)
{
	const struct extension *row = &extensions[id];

	return len >= row->size &&
	    (row->valid == NULL || row->valid(dialect, ext, len));
}
