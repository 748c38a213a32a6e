/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of options, and the look-ups in it. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "names.h"
#include "options.h"
#include "parse.h"

#define SIZE_OF(type, member)	sizeof(((type *)NULL)->member)

/* Where a number goes: in an SA, in both, or in an SA that a policy's fills. */
#define IN_SA(member) \
	.size = SIZE_OF(struct sa, member), \
	.sa = offsetof(struct sa, member), .policy = NO_MEMBER
#define IN_BOTH(member) \
	.size = SIZE_OF(struct sa, member), \
	.sa = offsetof(struct sa, member), \
	.policy = offsetof(struct policy, member)
#define IN_POLICY(member) \
	.size = SIZE_OF(struct policy, member), \
	.sa = NO_MEMBER, .policy = offsetof(struct policy, member)
#define NO_NUMBER	.sa = NO_MEMBER, .policy = NO_MEMBER
/* A number or a word that setting.c has the rest of. */
#define SETTING(id) \
	NO_NUMBER, .setting = EXT_X_ ## id, .ext = EXT_X_ ## id

/*
 * The window in packets, eight to an octet, must fit 32 bits less what the
 * kernels add to it.
 */
#define REPLAY_MAX	((UINT32_MAX - 32) / 8)

const struct option options[] = {
	{ "-E", OPT_ENC, F_ENC, "an encryption algorithm", NO_NUMBER },
	{ "-A", OPT_AUTH, F_AUTH, "an authentication algorithm", NO_NUMBER },
	{ "-C", OPT_COMP, F_COMP, "a compression algorithm", NO_NUMBER },
	{ "-R", OPT_RAW_CPI, F_RAW_CPI, NO_NUMBER },
	{ "-P", OPT_POLICY, F_DIRECTION, "a direction (in, out or fwd)",
	    NO_NUMBER },
	{ "-m", OPT_MODE, F_MODE, "a mode (transport, tunnel or any)",
	    NO_NUMBER },
	{ "-r", OPT_NUMBER, F_REPLAY, "a replay window in octets", REPLAY_MAX,
	    .scale = 8, IN_SA(replay) },
	{ "-u", OPT_NUMBER, F_REQID, "an identifier", UINT32_MAX,
	    IN_SA(reqid) },
	{ "-lh", OPT_NUMBER, F_HARD_TIME, "a life time in seconds", INT64_MAX,
	    IN_BOTH(hard.addtime) },
	{ "-ls", OPT_NUMBER, F_SOFT_TIME, "a life time in seconds", INT64_MAX,
	    IN_BOTH(soft.addtime) },
	{ "-bh", OPT_NUMBER, F_HARD_BYTES, "a number of bytes", INT64_MAX,
	    IN_BOTH(hard.bytes) },
	{ "-bs", OPT_NUMBER, F_SOFT_BYTES, "a number of bytes", INT64_MAX,
	    IN_BOTH(soft.bytes) },
	{ "-ph", OPT_NUMBER, F_HARD_PACKETS, "a number of packets", UINT32_MAX,
	    IN_BOTH(hard.allocations) },
	{ "-ps", OPT_NUMBER, F_SOFT_PACKETS, "a number of packets", UINT32_MAX,
	    IN_BOTH(soft.allocations) },
	{ "-uh", OPT_NUMBER, F_HARD_USE, "a life time in seconds", INT64_MAX,
	    IN_BOTH(hard.usetime) },
	{ "-us", OPT_NUMBER, F_SOFT_USE, "a life time in seconds", INT64_MAX,
	    IN_BOTH(soft.usetime) },
	{ "-f", OPT_FLAG, F_PAD, "a padding (zero-pad, random-pad, seq-pad) "
	    "or another flag", NO_NUMBER },
	{ "-esn", OPT_ESN, F_ESN, NO_NUMBER },
	{ "-natt", OPT_NATT, F_NATT, "two addresses with ports", NO_NUMBER },
	{ "-natt_mtu", OPT_NUMBER, F_NATT_MTU, "an MTU", UINT16_MAX,
	    IN_SA(natt.frag), .ext = EXT_NAT_T_FRAG, .feature = "-natt_mtu" },
	{ "-esp_frag", OPT_NUMBER, F_NATT_MTU, "an MTU", UINT16_MAX,
	    .alias = true, IN_SA(natt.frag), .ext = EXT_NAT_T_FRAG,
	    .feature = "-natt_mtu" },
	{ "-hwif", OPT_HWIF, F_HWIF, "an interface", NO_NUMBER,
	    .ext = EXT_IF_HW_OFFL, .feature = "hardware offload" },
	{ "-ctx", OPT_LABEL, F_LABEL,
	    "a domain, an algorithm and a quoted label", NO_NUMBER,
	    .ext = EXT_SEC_CTX, .feature = "security labels" },
	{ "-mark", OPT_MARK, F_MARK, "a mark", NO_NUMBER, .ext = EXT_X_MARK,
	    .feature = "marks" },
	{ "-if_id", OPT_NUMBER, F_IF_ID, "an interface identifier", UINT32_MAX,
	    .hex = true, .identifies = true, IN_BOTH(if_id),
	    .ext = EXT_X_IF_ID, .feature = "XFRM interface identifiers" },
	{ "-output_mark", OPT_OUTPUT_MARK, F_OUTPUT_MARK, "a mark", NO_NUMBER,
	    .ext = EXT_X_OUTPUT_MARK, .feature = "output marks" },
	{ "-sel", OPT_SELECTOR, F_SELECTOR, "two addresses and a protocol",
	    NO_NUMBER, .ext = EXT_X_SEL_SRC, .feature = "selectors of SAs" },
	{ "-dev", OPT_DEVICE, F_DEVICE, "an interface", NO_NUMBER,
	    .ext = EXT_X_DEVICE, .feature = "interfaces in selectors" },
	{ "-port_masks", OPT_PORT_MASKS, F_PORT_MASKS, "two masks of ports",
	    NO_NUMBER, .ext = EXT_X_PORT_MASKS, .feature = "masks of ports" },
	{ "-coa", OPT_CARE_OF, F_CARE_OF, "an address", NO_NUMBER,
	    .ext = EXT_X_CARE_OF, .feature = "care-of addresses" },
	{ "-index", OPT_NUMBER, F_INDEX, "a policy's number", UINT32_MAX,
	    IN_POLICY(id), .unsaved = true, .ext = EXT_X_POLICY_FLAGS,
	    .feature = "numbers to choose for policies" },
	{ "-dir", OPT_SETTING, F_SETTING, "direction", SETTING(SA_DIR) },
	{ "-tfcpad", OPT_SETTING, F_SETTING, "a number of octets", UINT32_MAX,
	    SETTING(TFCPAD) },
	{ "-icv", OPT_SETTING, F_SETTING, "a number of bits", 512,
	    SETTING(ICV) },
	{ "-offload", OPT_SETTING, F_SETTING, "kind of offload",
	    SETTING(OFFLOAD) },
	{ "-nat_keepalive", OPT_SETTING, F_SETTING, "a time in seconds",
	    UINT32_MAX, SETTING(NAT_KEEPALIVE) },
	{ "-mapping_time", OPT_SETTING, F_SETTING, "a time in seconds",
	    UINT32_MAX, SETTING(MAPPING_TIME) },
	{ "-cpu", OPT_SETTING, F_SETTING, "the number of a CPU",
	    UINT32_MAX - 1, SETTING(CPU) },
	{ "-iptfs_drop_time", OPT_SETTING, F_SETTING,
	    "a time in microseconds", UINT32_MAX, SETTING(IPTFS_DROP_TIME) },
	{ "-iptfs_reorder", OPT_SETTING, F_SETTING, "a number of packets",
	    UINT16_MAX, SETTING(IPTFS_REORDER) },
	{ "-iptfs_dont_frag", OPT_SETTING_FLAG, F_SETTING,
	    SETTING(IPTFS_DONT_FRAG) },
	{ "-iptfs_delay", OPT_SETTING, F_SETTING, "a time in microseconds",
	    UINT32_MAX, SETTING(IPTFS_DELAY) },
	{ "-iptfs_queue", OPT_SETTING, F_SETTING, "a number of octets",
	    UINT32_MAX, SETTING(IPTFS_QUEUE) },
	{ "-iptfs_size", OPT_SETTING, F_SETTING, "a number of octets",
	    UINT32_MAX, SETTING(IPTFS_SIZE) },
	{ "-uid", OPT_SETTING, F_SETTING, "a user's number", UINT32_MAX,
	    SETTING(USER) },
	{ "-ptype", OPT_SETTING, F_SETTING, "type of policy",
	    SETTING(POLICY_TYPE) },
	{ .name = NULL }
};

const struct option *
option_of_setting(enum ext setting)
{
	const struct option *row;

	for (row = options; row->name != NULL; row++)
		if (row->setting == setting)
			return row;
	return NULL;
}

const struct option *
option_named(const char *word, size_t len)
{
	const struct option *row;

	for (row = options; row->name != NULL; row++)
		if (word_is(row->name, word, len))
			return row;
	return NULL;
}

const char *
option_closest(const char *word, size_t len)
{
	struct name names[sizeof(options) / sizeof(options[0])];
	const struct option *row;
	const char *closest;

	for (row = options; row->name != NULL; row++)
		names[row - options].name = row->name;
	names[row - options].name = NULL;
	closest = name_closest(names, word, len);
	for (row = options; row->name != NULL && closest == NULL; row++)
		if (strncasecmp(row->name, word, len) == 0 &&
		    row->name[len] == '\0')
			closest = row->name;
	for (row = options; row->name != NULL && closest == NULL; row++)
		if (len > 1 && strncmp(row->name, word, len) == 0)
			closest = row->name;
	return closest;
}

/* Whether what stands behind an option's n octets may be glued to it. */
static bool
may_be_glued(const struct option *row, const char *word, size_t len, size_t n)
{
	if (row->shape == OPT_NUMBER)
		return isdigit((unsigned char)word[n]) &&
		    isdigit((unsigned char)word[len - 1]);
	return n == 2 && isupper((unsigned char)word[1]) &&
	    isalpha((unsigned char)word[n]);
}

size_t
option_glued(const char *word, size_t len)
{
	const struct option *row;
	size_t n;

	if (len > 2 && word[1] == 'P')
		return 2;
	for (row = options; row->name != NULL; row++) {
		n = strlen(row->name);
		if (n < len && memcmp(row->name, word, n) == 0 &&
		    may_be_glued(row, word, len, n))
			return n;
	}
	return 0;
}

void
option_store(const struct option *row, void *base, size_t offset,
    uint64_t number)
{
	void *member = (char *)base + offset;
	uint16_t n16 = (uint16_t)number;
	uint32_t n32;

	number *= row->scale == 0 ? 1 : row->scale;
	n32 = (uint32_t)number;
	if (row->size == sizeof(n16))
		memcpy(member, &n16, sizeof(n16));
	else if (row->size == sizeof(n32))
		memcpy(member, &n32, sizeof(n32));
	else
		memcpy(member, &number, sizeof(number));
}

uint64_t
option_load(const struct option *row, const void *base, size_t offset)
{
	const void *member = (const char *)base + offset;
	uint64_t number = 0, scale = row->scale == 0 ? 1 : row->scale;
	uint16_t n16;
	uint32_t n32;

	if (row->size == sizeof(n16)) {
		memcpy(&n16, member, sizeof(n16));
		number = n16;
	} else if (row->size == sizeof(n32)) {
		memcpy(&n32, member, sizeof(n32));
		number = n32;
	} else
		memcpy(&number, member, sizeof(number));
	return (number + scale - 1) / scale;
}
