/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the grammar's actions call: words become values of the parser's command.
 * Whatever cannot be taken is reported at the word itself, and parsing goes on,
 * so that one run finds all mistakes.  A place of end 0 is a part that was left
 * out.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "options.h"
#include "parser.h"

#define NATT_PORT	4500		/* RFC 3948 */

/* A part that is left out stands nowhere. */
#define NOWHERE		((struct loc){ 0, 0 })

/* ---- fields.c: what all of them use, and the SA's name ---- */

/* Begins a command of that row at a place. */
void field_command(struct parser *, const struct command_word *, struct loc);
/* "-46nk" behind the command. */
void field_address_options(struct parser *, struct loc);
void field_protocol(struct parser *, struct loc);
void field_spi(struct parser *, struct loc);
/* Two words where the SPI belongs: with esp-udp, the original address first. */
void field_origin(struct parser *, struct loc origin, struct loc spi);
/* "help WORD" */
void field_topic(struct parser *, struct loc);

/* Reports an error of the command being parsed, and marks it bad. */
void field_error(struct parser *, struct loc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Advice about the command, if nothing is wrong with it. */
void field_advise(struct parser *, struct loc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether this is asked for the first time: once in a run is enough. */
enum said { SAID_COMMANDS, SAID_ZONE, SAID_ENCAP_SOCKET };
bool field_first_time(struct parser *, enum said);

/* Notes where a field stands; of an option, if the system has it. */
void field_given(struct parser *, enum field, struct loc);
void field_option(struct parser *, const struct option *, struct loc);

/* The word in quotes for a message, into buf; stars if it is a key. */
#define QUOTED	64
const char *field_quote(const struct parser *, struct loc, char buf[QUOTED]);

/*
 * Whether the word may be a key: what messages hide is not told to a resolver,
 * and by it to the network.
 */
bool field_is_secret(struct parser *, struct loc);

/* Whether the word at a place is that one. */
bool field_is(const struct parser *, struct loc, const char *word);

/* The row of the word, or NULL and an error with a suggestion. */
const struct name *field_named(struct parser *, const struct name *table,
    struct loc, const char *what);
void field_hint_name(struct parser *, const struct name *table, struct loc);

/* A hint on characters that look like others; false if the word has none. */
bool field_hint_lookalike(struct parser *, struct loc);

/* ---- number.c ---- */

enum number { NUMBER_OK, NUMBER_BAD, NUMBER_BIG };

/*
 * Reads a number from len octets: decimal, or hexadecimal with 0x where hex is
 * allowed.  A word that is no number is that first, however long.
 */
enum number number_read(const char *word, size_t len, bool hex, uint64_t max,
    uint64_t *value);

/*
 * Reads the word at a place; the second takes hexadecimal, too.  False, and
 * reported, if it is no such number: what is how the number is called.
 */
bool number_read_at(struct parser *, struct loc, const char *what,
    uint64_t max, uint64_t *value);
bool number_read_hex_at(struct parser *, struct loc, const char *what,
    uint64_t max, uint64_t *value);

/*
 * Octets of pairs of hexadecimal digits, of len digits at most: out has room
 * for half as many.  Returns how many digits there are before another
 * character.
 */
size_t number_read_octets(const char *digits, size_t len, uint8_t *out);
bool number_is_digit(char hexadecimal);

/* ---- field_option.c: the options of SAs and policies ---- */

void field_number(struct parser *, const struct option *, struct loc);
/* The same where a filter is meant: only some options tell entries apart. */
void field_filter(struct parser *, const struct option *, struct loc);
void field_mode(struct parser *, struct loc);
void field_sa_flag(struct parser *, struct loc);
void field_esn(struct parser *, struct loc);
void field_hwif(struct parser *, const struct option *, struct loc);
void field_label(struct parser *, const struct option *, struct loc domain,
    struct loc algorithm, struct loc label);
void field_mark(struct parser *, const struct option *, struct loc value,
    struct loc mask);
void field_output_mark(struct parser *, const struct option *,
    struct loc value, struct loc mask);
void field_device(struct parser *, const struct option *, struct loc);
void field_port_masks(struct parser *, const struct option *, struct loc src,
    struct loc dst);
/* The number or word of a row of setting.c; of a flag, the option itself. */
void field_setting(struct parser *, const struct option *, struct loc);
void field_policy_flag(struct parser *, struct loc);

/* ---- field_key.c ---- */

/* The algorithm behind -E, -A or -C. */
void field_algorithm(struct parser *, const struct option *, struct loc);
/* The key behind that, in quotes or in hexadecimal. */
void field_string_key(struct parser *, enum field, struct loc);
void field_word_key(struct parser *, enum field, struct loc);
void field_raw_cpi(struct parser *, struct loc);

/* ---- field_host.c ---- */

/*
 * The command's source or destination: its name, prefix length and port; all is
 * the place of all that.
 */
void field_src(struct parser *, struct loc all, struct loc name,
    struct loc prefix, struct loc port);
void field_dst(struct parser *, struct loc all, struct loc name,
    struct loc prefix, struct loc port);
/* NAT-T's original addresses, and then that both were given. */
void field_original_src(struct parser *, struct loc name, struct loc port);
void field_original_dst(struct parser *, struct loc name, struct loc port);
void field_natt(struct parser *, struct loc all);
/* Takes the zone from an address where the system has none, and says so. */
void field_zone(struct parser *, struct loc, struct addr *);
/* Advises about "0.0.0.0" without a prefix where ranges of addresses belong. */
void field_all_zero(struct parser *, struct loc, const struct addr *);
/* The number of a port in brackets; 0 for "any", and when it is left out. */
uint16_t field_port(struct parser *, struct loc);

/* "-sel SRC DST PROTOCOL"; all is the place of all of it. */
void field_selector_src(struct parser *, struct loc name, struct loc prefix,
    struct loc port);
void field_selector_dst(struct parser *, struct loc name, struct loc prefix,
    struct loc port);
void field_selector(struct parser *, const struct option *, struct loc all,
    struct loc protocol);
void field_care_of(struct parser *, const struct option *, struct loc);

/* ---- field_policy.c ---- */

/* The number of a protocol's word, or -1. */
int field_upper_number(struct parser *, struct loc);
void field_upper(struct parser *, struct loc protocol);
/* A type and perhaps a code, or a GRE key. */
void field_upper_arguments(struct parser *, struct loc first,
    struct loc second);
void field_direction(struct parser *, struct loc);
/* "high", "def + 10", "-5": a base, an offset, and how it counts (1, -1). */
void field_priority(struct parser *, struct loc base, int sign,
    struct loc offset);
void field_action(struct parser *, struct loc);
/* What becomes of packets of a direction that no policy is for. */
void field_default(struct parser *, struct loc direction, struct loc action);
/* Which policies of a family Linux keeps by a hash. */
void field_threshold(struct parser *, struct loc family, struct loc local,
    struct loc remote);

/* "src-dst" of the rule that follows: numeric addresses, and ports. */
void field_ends(struct parser *, struct loc src, struct loc src_port,
    struct loc dst, struct loc dst_port);
/* A rule; all is the place of all of it. */
void field_rule(struct parser *, struct loc all, struct loc protocol,
    struct loc mode, struct loc level);
/* "spi:0x1001" and such, behind the level: more of the last rule. */
void field_rule_more(struct parser *, struct loc);
/* "tagged "NAME"", of KAME's packet filter. */
void field_tagged(struct parser *, struct loc word, struct loc string);

#endif
