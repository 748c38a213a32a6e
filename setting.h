/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only NETLINK_XFRM can say of an SA or a policy, as far as it is a number
 * (setting.c).  Each is one row: how it is shown and the attribute that carries
 * it.  Its word in the language is a row of options.c, but for bits, which are
 * words of -f.
 */
#ifndef SETTING_H
#define SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include "extension.h"
#include "names.h"

/* The numbers of EXT_X_SA_DIR: XFRM_SA_DIR_*. */
enum { SA_DIR_IN = 1, SA_DIR_OUT };

#define SETTINGS	(EXT_X_SETTING_END - EXT_X_SETTING)

enum setting_shape {
	SETTING_NUMBER,			/* -tfcpad 64 */
	SETTING_WORD,			/* -dir in */
	SETTING_FLAG,			/* -iptfs_dont_frag */
	SETTING_BITS			/* -f wildrecv -f align4 */
};

struct setting {
	const char *label;		/* in -D and -DP: "tfcpad" */
	enum setting_shape shape;
	const struct name *words;	/* of a word's number, or of bits */
	uint16_t attr;			/* XFRMA_; 0: it has none of its own */
	uint8_t octets;			/* of that: 4, 2, 1; 0 for a flag */
	bool sa, policy;		/* what may have it */
	bool told_unasked;		/* the kernel says what it chose */
	const char *since;		/* the first Linux with it; NULL: 6.1 */
};

/* By extension: settings[ext - EXT_X_SETTING]. */
extern const struct setting settings[SETTINGS];

/* Those of an entry. */
struct settings {
	uint32_t given;			/* a bit each */
	uint32_t value[SETTINGS];
};

_Static_assert(SETTINGS <= 32, "settings.given has a bit for each");

static inline bool
setting_given(const struct settings *s, enum ext id)
{
	return (s->given & 1u << (id - EXT_X_SETTING)) != 0;
}

/* The value, 0 where none is given. */
static inline uint32_t
setting_value(const struct settings *s, enum ext id)
{
	return setting_given(s, id) ? s->value[id - EXT_X_SETTING] : 0;
}

static inline void
setting_set(struct settings *s, enum ext id, uint32_t value)
{
	s->given |= 1u << (id - EXT_X_SETTING);
	s->value[id - EXT_X_SETTING] = value;
}

/*
 * Of those that are given the ones that came into Linux later than the first
 * kernel that this program is for, a bit each.  An older one drops their
 * attributes without a word.
 */
uint32_t settings_newer(const struct settings *);

#endif
