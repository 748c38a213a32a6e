/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of SAs and policies in the language: a row for each, which the
 * scanner, the grammar's actions, the checks and -o script share.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "extension.h"
#include "pfkey.h"

struct option {
	const char *name;		/* as written: "-u" */
	int shape;			/* what follows: a token of parse.y */
	enum field field;
	const char *what;		/* what follows it, in messages */
	uint64_t max;			/* of the number */
	bool hex;			/* may be hexadecimal, is printed so */
	bool alias;			/* another name for the row before */
	bool identifies;		/* part of the name of an entry */
	uint8_t scale;			/* of the number in memory; 0: 1 */
	uint8_t size;			/* of the member that has the number */
	size_t sa, policy;		/* its offset in them, or NO_MEMBER */
	/* What carries it, if not all systems have that; what others lack. */
	enum ext ext;
	const char *feature;
	enum ext setting;		/* a row of setting.c, or EXT_NONE */
	bool unsaved;			/* -o script leaves it out */
};
#define NO_MEMBER	SIZE_MAX

/* Ends with a row without a name. */
extern const struct option options[];

/* The row of the len octets at word, or NULL. */
const struct option *option_named(const char *word, size_t len);

/* The row of a setting, or NULL: bits are words of -f. */
const struct option *option_of_setting(enum ext);

/* The name most like a word, by spelling, case or beginning; or NULL. */
const char *option_closest(const char *word, size_t len);

/*
 * How many octets of a word are an option that something is glued to, as older
 * programs take it: "-Pout", "-r4", "-Enull".  0: none.
 */
size_t option_glued(const char *word, size_t len);

/*
 * Puts a number into the member of an option in an SA or a policy, or reads it
 * there.  The offset is the row's for that structure.
 */
void option_store(const struct option *, void *base, size_t offset,
    uint64_t number);
uint64_t option_load(const struct option *, const void *base, size_t offset);

#endif
