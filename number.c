/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers and hexadecimal digits in the text. */
#include <limits.h>

#include "fields.h"

/* The values of hexadecimal digits, plus one; 0 for all else. */
static const uint8_t values[UCHAR_MAX + 1] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['a'] = 11, 12, 13, 14, 15, 16,
	['A'] = 11, 12, 13, 14, 15, 16,
};

/* The value of a hexadecimal digit, or -1. */
static inline int
digit(char c)
{
	return values[(unsigned char)c] - 1;
}

bool
number_is_digit(char c)
{
	return digit(c) >= 0;
}

static bool
is_hex(const char *word, size_t len)
{
	return len > 2 && word[0] == '0' && (word[1] | 32) == 'x';
}

/* Digits of a base; a word that is no number is that first, however long. */
static enum number
read_digits(const char *word, size_t len, unsigned base, uint64_t *value)
{
	bool big = false;
	uint64_t n = 0;
	size_t i;
	int d;

	for (i = 0; i < len; i++) {
		d = digit(word[i]);
		if (d < 0 || (unsigned)d >= base)
			return NUMBER_BAD;
		big |= n > (UINT64_MAX - (unsigned)d) / base;
		n = n * base + (unsigned)d;
	}
	*value = n;
	return len == 0 ? NUMBER_BAD : big ? NUMBER_BIG : NUMBER_OK;
}

enum number
number_read(const char *word, size_t len, bool hex, uint64_t max,
    uint64_t *value)
{
	enum number number = hex && is_hex(word, len) ?
	    read_digits(word + 2, len - 2, 16, value) :
	    read_digits(word, len, 10, value);

	return number == NUMBER_OK && *value > max ? NUMBER_BIG : number;
}

static bool
read_at(struct parser *p, struct loc loc, const char *what, bool hex,
    uint64_t max, uint64_t *value)
{
	const char *word = parser_text(p, loc);
	size_t len = loc_length(loc);
	char buf[QUOTED];

	switch (number_read(word, len, hex, max, value)) {
	case NUMBER_OK:
		return true;
	case NUMBER_BIG:
		field_error(p, loc, "%s is too big for %s (at most %llu)",
		    field_quote(p, loc, buf), what, (unsigned long long)max);
		return false;
	case NUMBER_BAD:
		break;
	}
	field_error(p, loc, "expected %s%s, found %s", what,
	    hex ? " (decimal, or hexadecimal with 0x)" :
	    is_hex(word, len) ? " in decimal" : "", field_quote(p, loc, buf));
	return false;
}

bool
number_read_at(struct parser *p, struct loc loc, const char *what,
    uint64_t max, uint64_t *value)
{
	return read_at(p, loc, what, false, max, value);
}

bool
number_read_hex_at(struct parser *p, struct loc loc, const char *what,
    uint64_t max, uint64_t *value)
{
	return read_at(p, loc, what, true, max, value);
}

size_t
number_read_octets(const char *digits, size_t len, uint8_t *out)
{
	size_t i;
	int high, low;

	for (i = 0; i + 1 < len; i += 2) {
		high = digit(digits[i]);
		low = digit(digits[i + 1]);
		if (high < 0 || low < 0)
			break;
		*out++ = (uint8_t)(high << 4 | low);
	}
	return i;
}
