/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every name the program reads or prints, with its number: one table serves
 * the language, the checks, the dumps and both channels, so what is printed
 * can be typed.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect.h"

/*
 * Whether the len octets at word are the name.  By hand, for it is asked of
 * every row of a table, and nearly always answered by the first letter.
 */
static inline bool
word_is(const char *name, const char *word, size_t len)
{
	for (; len > 0; len--, name++, word++)
		if (*name != *word || *name == '\0')
			return false;
	return *name == '\0';
}

/* A row; tables end with a NULL name.  The first row of a number is printed. */
struct name {
	const char *name;
	uint32_t value;
};

extern const struct name satype_names[];	/* SADB_SATYPE_*: dumps */
extern const struct name state_names[];		/* SADB_SASTATE_* */
extern const struct name mode_names[];	/* IPSEC_MODE_* that can be typed */
extern const struct name encap_names[];		/* UDP_ENCAP_*, TCP_ENCAP_* */
extern const struct name direction_names[];	/* IPSEC_DIR_* */
extern const struct name action_names[];	/* IPSEC_POLICY_* */
extern const struct name default_names[];	/* DEFAULT_* */
extern const struct name hash_names[];		/* defaults.hash */
extern const struct name level_names[];		/* IPSEC_LEVEL_* */
extern const struct name scope_names[];		/* IPSEC_SCOPE_* */
extern const struct name rule_proto_names[];	/* IP protocols of a rule */
extern const struct name message_names[];	/* SADB_*: "X_SPDADD" */

/* The name of a number, or NULL. */
const char *name_of(const struct name *, uint32_t value);

/* The row of the len octets at word, or NULL. */
const struct name *name_find(const struct name *, const char *word, size_t len);

/*
 * Whether the scanner (token.l) reads len octets as they are, as one word that
 * is no option or, between quotes, as a string; and a terminal may have them.
 */
bool can_be_typed(const char *text, size_t len, bool string);

/* The mode's name in a dialect (3 is beet on Linux only), or NULL. */
const char *mode_name(const struct dialect *, uint8_t mode);

/*
 * The upper-layer protocols: /etc/protocols (read once, libc), and "any",
 * "icmp6", "ip4", which come first.  protocol_name() returns NULL for a number
 * without a name.  protocol_known() knows the latter alone, protocol_asked()
 * asks for any other; both return -1 for an unknown word.
 */
const char *protocol_name(uint8_t number);
int protocol_known(const char *word, size_t len);
int protocol_asked(const char *word, size_t len);

enum alg_kind { ALG_AUTH, ALG_ENC, ALG_COMP };

/* Properties of an algorithm. */
#define ALG_AEAD	0x01	/* encrypts and authenticates: no -A beside */
#define ALG_NETLINK	0x02	/* on Linux PF_KEY cannot carry it */
#define ALG_WEAK	0x04	/* obsolete: broken or too short */
#define ALG_KEYLESS	0x08	/* the key may be left out */
#define ALG_TCP	0x10	/* for tcp only (tcp-md5) */
#define ALG_FADING	0x40	/* holds yet, but is on its way out */
#define ALG_DERIVES_IV	0x80	/* SADB_X_EXT_DERIV tells it from des-cbc */

#define ALG_ALIASES	4

struct algorithm {
	const char *name;		/* as printed */
	const char *aliases[ALG_ALIASES];
	enum alg_kind kind;
	uint8_t id[DIALECTS];		/* PF_KEY number, 0: not there */
	uint16_t bits_min, bits_max, bits_step; /* key, a salt included */
	uint16_t salt;			/* bits of it at the key's end */
	uint16_t icv;			/* bits on the wire, auth and AEAD */
	uint8_t flags;
	const char *xfrm;		/* the Linux kernel's name, or NULL */
	const char *gone;		/* why a kernel without it, or NULL */
};

extern const struct algorithm algorithms[];	/* ends with a NULL name */

/*
 * The row of a name or alias, NULL if there is none.  A name may stand for
 * one algorithm as -A and another as -E.
 */
const struct algorithm *algorithm_named(enum alg_kind, const char *word,
    size_t len);

/* The row of a PF_KEY number, or NULL. */
const struct algorithm *algorithm_numbered(enum alg_kind,
    const struct dialect *, uint8_t id);

/*
 * The row of a Linux kernel's algorithm name with that ICV length in bits (0:
 * whichever), or NULL.
 */
const struct algorithm *algorithm_of_xfrm(enum alg_kind, const char *xfrm,
    uint16_t icv);

/* Whether a key of that many bits fits. */
bool algorithm_takes(const struct algorithm *, size_t bits);

/* The name of the closest row by spelling, for "did you mean"; or NULL. */
const char *name_closest(const struct name *, const char *word, size_t len);
const char *algorithm_closest(enum alg_kind, const char *word, size_t len);
const char *protocol_closest(const char *word, size_t len);

#endif
