/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extensions of PF_KEY messages (extension.c): each is one row of one
 * table, with all that the program knows of it.
 */
#ifndef EXTENSION_H
#define EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect.h"

/*
 * Our own numbers.  Up to EXT_ALIKE they are those of the wire in every
 * dialect, beyond a row translates.  No kernel has the EXT_X_ ones: they exist
 * between this program and its NETLINK_XFRM channel.
 */
enum ext {
	EXT_NONE, EXT_SA, EXT_LIFETIME_CURRENT, EXT_LIFETIME_HARD,
	EXT_LIFETIME_SOFT, EXT_ADDRESS_SRC, EXT_ADDRESS_DST, EXT_ADDRESS_PROXY,
	EXT_KEY_AUTH, EXT_KEY_ENCRYPT, EXT_IDENTITY_SRC, EXT_IDENTITY_DST,
	EXT_SENSITIVITY, EXT_PROPOSAL, EXT_SUPPORTED_AUTH,
	EXT_SUPPORTED_ENCRYPT, EXT_SPIRANGE, EXT_KMPRIVATE, EXT_POLICY, EXT_SA2,
	EXT_NAT_T_TYPE, EXT_NAT_T_SPORT, EXT_NAT_T_DPORT, EXT_NAT_T_OAI,
	EXT_ALIKE = EXT_NAT_T_OAI,
	EXT_NAT_T_OAR, EXT_NAT_T_FRAG, EXT_SA_REPLAY,
	EXT_NEW_ADDRESS_SRC, EXT_NEW_ADDRESS_DST, EXT_LFT_CUR_SW_OFFL,
	EXT_LFT_CUR_HW_OFFL, EXT_IF_HW_OFFL, EXT_SEC_CTX, EXT_KMADDRESS,
	EXT_FILTER, EXT_X_MARK, EXT_X_IF_ID, EXT_X_OUTPUT_MARK,
	EXT_X_SEL_SRC, EXT_X_SEL_DST, EXT_X_DEVICE, EXT_X_PORT_MASKS,
	EXT_X_CARE_OF, EXT_X_SA_STATE, EXT_X_TEMPLATES, EXT_X_UNKNOWN,
	EXT_X_DEFAULTS, EXT_X_THRESHOLDS, EXT_X_SELECTION,
	/* One number each: the rows of setting.c. */
	EXT_X_SETTING,
	EXT_X_SA_DIR = EXT_X_SETTING, EXT_X_STATE_FLAGS, EXT_X_EXTRA_FLAGS,
	EXT_X_TFCPAD, EXT_X_ICV, EXT_X_OFFLOAD, EXT_X_NAT_KEEPALIVE,
	EXT_X_MAPPING_TIME, EXT_X_CPU, EXT_X_IPTFS_DROP_TIME,
	EXT_X_IPTFS_REORDER, EXT_X_IPTFS_DONT_FRAG, EXT_X_IPTFS_DELAY,
	EXT_X_IPTFS_QUEUE, EXT_X_IPTFS_SIZE, EXT_X_USER, EXT_X_POLICY_FLAGS,
	EXT_X_POLICY_TYPE,
	EXT_X_SETTING_END,
	EXT_COUNT = EXT_X_SETTING_END
};

/*
 * How -v and -x show a field: as a number in host order, in network order, in
 * hexadecimal, with eight digits of it, or as a quoted name.
 */
enum ext_form { FORM_DEC, FORM_NET, FORM_HEX, FORM_HEX8, FORM_NAME };

struct ext_field {
	const char *label;		/* " port="; NULL: the end */
	uint16_t offset;
	uint8_t size;
	uint8_t form;			/* enum ext_form */
};

struct raw_printer;			/* key_debug.h */

struct extension {
	const char *name;		/* "POLICY"; KAME's where it has one */
	uint8_t number[DIALECTS];	/* on the wire; 0: not there */
	uint16_t size;			/* of the part that is always there */
	bool may_repeat;		/* the first counts */
	/* Whether what is behind that is well-formed; NULL: anything is. */
	bool (*valid)(const struct dialect *, const void *ext, size_t len);
	/* How it is shown raw: the name of the structure, and its fields; or */
	const char *structure;
	const struct ext_field *fields;
	/* a function; len is at least size. */
	void (*print)(const struct raw_printer *, enum ext, const void *ext,
	    size_t len);
};

extern const struct extension extensions[EXT_COUNT];

/* Its number on a dialect's wire, 0 if the dialect has no such extension. */
static inline uint8_t
ext_number(const struct dialect *dialect, enum ext id)
{
	if (id <= EXT_ALIKE)
		return (uint8_t)id;
	/* cppcheck-suppress arrayIndexOutOfBoundsCond ; id is in the enum */
	return extensions[id].number[dialect->index];
}

/* Our number of the wire's extension type, or EXT_NONE. */
enum ext ext_search(const struct dialect *, unsigned wire_type);

static inline enum ext
ext_of_wire(const struct dialect *dialect, unsigned wire_type)
{
	return wire_type <= EXT_ALIKE ? (enum ext)wire_type :
	    ext_search(dialect, wire_type);
}

/*
 * Whether the len octets of a known extension are well-formed: the check that
 * view_init() makes of each.
 */
bool ext_valid(const struct dialect *, enum ext, const void *ext, size_t len);

#endif
