/* SPDX-License-Identifier: BSD-2-Clause */
/* Algorithms and keys. */
#include <string.h>

#include "fields.h"

void
field_algorithm(struct parser *p, const struct option *option, struct loc loc)
{
	static const char *const kinds[] = {
		"authentication", "encryption", "compression" };
	enum alg_kind kind = option->field == F_ENC ? ALG_ENC :
	    option->field == F_AUTH ? ALG_AUTH : ALG_COMP;
	const char *word = parser_text(p, loc), *closest;
	const struct algorithm *alg;
	char buf[QUOTED];

	field_given(p, option->field, loc);
	alg = algorithm_named(kind, word, loc_length(loc));
	if (kind == ALG_ENC)
		p->cmd.enc = alg;
	else if (kind == ALG_AUTH)
		p->cmd.auth = alg;
	else
		p->cmd.comp = alg;
	if (alg != NULL)
		return;
	if (field_is_secret(p, loc)) {
		p->keys = true;
		field_error(p, loc, "expected the name of an algorithm, found "
		    "what looks like a key");
		return;
	}
	field_error(p, loc, "unknown %s algorithm %s", kinds[kind],
	    field_quote(p, loc, buf));
	closest = algorithm_closest(kind, word, loc_length(loc));
	if (closest != NULL)
		diag_hint(p->diag, "did you mean '%s'?", closest);
	else if (kind == ALG_ENC &&
	    algorithm_named(ALG_AUTH, word, loc_length(loc)) != NULL)
		diag_hint(p->diag, "it is an authentication algorithm: -A");
	else if (kind == ALG_AUTH &&
	    algorithm_named(ALG_ENC, word, loc_length(loc)) != NULL)
		diag_hint(p->diag, "it is an encryption algorithm: -E");
}

void
field_raw_cpi(struct parser *p, struct loc loc)
{
	field_given(p, F_RAW_CPI, loc);
	p->cmd.sa.flags |= SADB_X_EXT_RAWCPI;
}

#define HIDDEN	"(hidden)"	/* as -K writes it */

/* What stands where a key should, without 0x; then there is none. */
static void
report_key(struct parser *p, struct loc loc, struct key *key, uint8_t *buf)
{
	const char *text = parser_text(p, loc);
	size_t len = loc_length(loc);

	if (field_is(p, loc, HIDDEN)) {
		if (p->names_only)
			return;
		key->given = false;
		field_error(p, loc, "this key was hidden when it was written "
		    "(-K)");
		return;
	}
	key->given = false;
	field_error(p, loc, "a key is a \"quoted string\", or 0x and "
	    "hexadecimal digits");
	if (len % 2 == 0 && len / 2 <= KEY_OCTETS &&
	    number_read_octets(text, len, buf) == len)
		diag_hint(p->diag, "if these are hexadecimal digits, write 0x "
		    "before them");
	else
		field_hint_lookalike(p, loc);
}

/* An odd number of digits has a leading zero, as ever. */
static void
read_hex(struct parser *p, struct loc loc, struct key *key, uint8_t *buf)
{
	const char *text = parser_text(p, loc) + 2;
	size_t digits = loc_length(loc) - 2, odd = digits % 2, good;
	char first[2] = { '0', text[0] };
	struct loc at;

	if (digits == 0) {
		key->given = false;
		field_error(p, loc, "a key needs digits after 0x");
		return;
	}
	key->bits = (uint16_t)((digits + odd) / 2 * 8);
	if ((digits + odd) / 2 > KEY_OCTETS) {
		key->bits = UINT16_MAX;	/* check.c says which lengths fit */
		return;
	}
	good = odd;
	if (odd == 0 || number_read_octets(first, 2, buf) == 2)
		good += number_read_octets(text + odd, digits - odd, buf + odd);
	else
		good = 0;
	if (good < digits) {
		key->given = false;
		good += number_is_digit(text[good]);
		at.begin = loc.begin + 2 + (uint32_t)good;
		at.end = at.begin + 1;
		field_error(p, at, "this is not a hexadecimal digit");
	} else if (odd != 0)
		field_advise(p, loc, "an odd number of digits: a 0 is put "
		    "before them");
}

/* Where the key behind -E or -A goes; notes that it is there. */
static struct key *
begin_key(struct parser *p, enum field field, struct loc loc, uint8_t **octets)
{
	bool auth = field == F_AUTH_KEY;
	struct key *key = auth ? &p->cmd.sa.auth_key : &p->cmd.sa.enc_key;

	field_given(p, field, loc);
	/* Neither "" nor 0x. */
	p->keys |= loc_length(loc) > 2 && !field_is(p, loc, HIDDEN);
	key->given = true;
	key->data = *octets = p->cmd.keys[auth];
	return key;
}

void
field_word_key(struct parser *p, enum field field, struct loc loc)
{
	const char *text = parser_text(p, loc);
	uint8_t *octets;
	struct key *key = begin_key(p, field, loc, &octets);

	if (loc_length(loc) < 2 || text[0] != '0' || (text[1] | 32) != 'x')
		report_key(p, loc, key, octets);
	else
		read_hex(p, loc, key, octets);
}

void
field_string_key(struct parser *p, enum field field, struct loc loc)
{
	size_t len = loc_length(loc) - 2;	/* without the quotes */
	uint8_t *octets;
	struct key *key = begin_key(p, field, loc, &octets);

	key->bits = len > KEY_OCTETS ? UINT16_MAX : (uint16_t)(len * 8);
	if (len <= KEY_OCTETS)
		memcpy(octets, parser_text(p, loc) + 1, len);
}
