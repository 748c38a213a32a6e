/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on its way to a stream: numbers, addresses, dates and keys are made by
 * hand, for printf and localtime would be most of the cost of a large dump.
 */
#include <stdarg.h>
#include <string.h>

#include "print.h"

static const char hex_digits[] = "0123456789abcdef";

void
text_init(struct text *t, FILE *out)
{
	t->out = out;
	t->len = 0;
	memset(t->minutes, 0, sizeof(t->minutes));
	/* localtime_r() need not look at TZ by itself. */
	tzset();
}

static void
write_out(struct text *t)
{
	if (t->len != 0)
		fwrite(t->buf, 1, t->len, t->out);
	t->len = 0;
}

void
text_flush(struct text *t)
{
	write_out(t);
	fflush(t->out);
}

void
text_overflow(struct text *t, const void *octets, size_t n)
{
	write_out(t);
	if (n > sizeof(t->buf))
		fwrite(octets, 1, n, t->out);
	else {
		memcpy(t->buf, octets, n);
		t->len = n;
	}
}

void
text_decimal(struct text *t, uint64_t n)
{
	char buf[20], *end = buf + sizeof(buf), *p = end;
	unsigned pair;

	for (; n >= 100; n /= 100) {
		pair = (unsigned)(n % 100);
		*--p = (char)('0' + pair % 10);
		*--p = (char)('0' + pair / 10);
	}
	*--p = (char)('0' + n % 10);
	if (n >= 10)
		*--p = (char)('0' + n / 10);
	text_bytes(t, p, (size_t)(end - p));
}

/*
 * All eight hexadecimal digits of n, worked on side by side: each nibble is
 * spread to an octet, and those above 9 go on from '9' to 'a'.
 */
static void
put_hex8(char *p, uint32_t n)
{
	uint64_t x = n, letters;

	x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
	x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
	x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	letters = (x + UINT64_C(0x0606060606060606)) >> 4 &
	    UINT64_C(0x0101010101010101);
	x += UINT64_C(0x3030303030303030) + letters * ('a' - '9' - 1);
	/* Written out, this becomes one store. */
	p[0] = (char)(x >> 56);
	p[1] = (char)(x >> 48);
	p[2] = (char)(x >> 40);
	p[3] = (char)(x >> 32);
	p[4] = (char)(x >> 24);
	p[5] = (char)(x >> 16);
	p[6] = (char)(x >> 8);
	p[7] = (char)x;
}

void
text_hex(struct text *t, uint32_t n, int digits)
{
	char buf[8];
	int skip = 8 - digits;

	put_hex8(buf, n);
	while (skip > 0 && n >> (32 - 4 * skip) != 0)
		skip--;
	text_bytes(t, buf + skip, (size_t)(8 - skip));
}

/* One octet of an address. */
static char *
put_octet(char *p, unsigned n)
{
	if (n >= 100) {
		*p++ = (char)('0' + n / 100);
		n %= 100;
		*p++ = (char)('0' + n / 10);
	} else if (n >= 10)
		*p++ = (char)('0' + n / 10);
	*p++ = (char)('0' + n % 10);
	return p;
}

static char *
put_ipv4(char *p, const uint8_t octets[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i != 0)
			*p++ = '.';
		p = put_octet(p, octets[i]);
	}
	return p;
}

/* The longest run of two or more zero groups, the first of equals. */
static void
longest_run(const uint16_t groups[8], int *begin, int *length)
{
	int i, n;

	*begin = *length = 0;
	for (i = 0; i < 8; i += n + 1) {
		for (n = 0; i + n < 8 && groups[i + n] == 0;)
			n++;
		if (n > *length) {
			*begin = i;
			*length = n;
		}
	}
	if (*length < 2)
		*length = 0;
}

/*
 * RFC 5952, with the last 32 bits in dotted form for IPv4-mapped and the
 * deprecated IPv4-compatible addresses: the text of glibc's inet_ntop().
 */
static char *
put_ipv6(char *p, const uint8_t octets[16])
{
	uint16_t groups[8];
	int run, zeros, i, shift;

	for (i = 0; i < 8; i++)
		groups[i] = (uint16_t)(octets[2 * i] << 8 | octets[2 * i + 1]);
	longest_run(groups, &run, &zeros);
	for (i = 0; i < 8; i++) {
		if (zeros != 0 && i == run) {
			*p++ = ':';
			i += zeros - 1;
			if (i == 7)
				*p++ = ':';
			continue;
		}
		if (i != 0)
			*p++ = ':';
		if (i == 6 && run == 0 && (zeros == 6 ||
		    (zeros == 5 && groups[5] == 0xffff)))
			return put_ipv4(p, octets + 12);
		for (shift = 12; shift > 0 && groups[i] >> shift == 0;)
			shift -= 4;
		for (; shift >= 0; shift -= 4)
			*p++ = hex_digits[groups[i] >> shift & 15];
	}
	return p;
}

void
text_addr(struct text *t, const struct addr *addr)
{
	char name[ADDR_TEXT], *end;

	if (addr->family == 4)
		end = put_ipv4(name, addr->octets);
	else if (addr->family == 6 && addr->scope == 0)
		end = put_ipv6(name, addr->octets);
	else
		end = addr_text(addr, name) + strlen(name);
	text_bytes(t, name, (size_t)(end - name));
}

/*
 * Dates.  In one minute of UNIX time only the seconds of the local date
 * change: a zone's offset is a whole number of minutes since 1972.  Where it
 * is not, or where the zone counts leap seconds, the minute does not begin at
 * second 0 and is not kept.
 */
#define DATE_OCTETS	20
#define SECONDS_AT	13		/* in "Feb  2 17:29:42 2019" */

static size_t
format_date(char *buf, size_t size, time_t when, int *second)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	int n;

	if (localtime_r(&when, &tm) == NULL)
		return 0;
	n = snprintf(buf, size, "%.3s %2d %02d:%02d:%02d %lld",
	    months + 3 * tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (long long)tm.tm_year + 1900);
	*second = tm.tm_sec;
	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

static const struct text_minute *
minute_of(struct text *t, time_t when)
{
	int64_t minute = when / 60;
	struct text_minute *m = &t->minutes[minute % TEXT_MINUTES];
	int second;

	if (m->len != 0 && m->minute == minute)
		return m;
	m->minute = minute;
	m->len = (uint8_t)format_date(m->date, sizeof(m->date), minute * 60,
	    &second);
	if (m->len != 0 && second != 0)
		m->len = 0;
	return m->len == 0 ? NULL : m;
}

void
text_time(struct text *t, uint64_t when)
{
	const struct text_minute *m;
	char date[sizeof(m->date)];
	size_t len;
	int second;

	if (when == 0) {
		text_str(t, "                    ");
		return;
	}
	/* A clock that no calendar reaches: a message can say anything. */
	if (when > INT64_MAX || (uint64_t)(time_t)when != when) {
		text_dec(t, when);
		return;
	}
	m = minute_of(t, (time_t)when);
	if (m != NULL) {
		len = m->len;
		memcpy(date, m->date, len);
		date[SECONDS_AT] = (char)('0' + when % 60 / 10);
		date[SECONDS_AT + 1] = (char)('0' + when % 10);
	} else
		len = format_date(date, sizeof(date), (time_t)when, &second);
	if (len == 0)
		text_dec(t, when);
	else
		text_bytes(t, date, len);
}

void
text_groups(struct text *t, const uint8_t *octets, size_t n)
{
	char group[9] = " ";

	for (; n >= 4; octets += 4, n -= 4) {
		put_hex8(group + 1, (uint32_t)octets[0] << 24 |
		    (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
		    octets[3]);
		text_bytes(t, group, sizeof(group));
	}
	if (n != 0)
		text_char(t, ' ');
	for (; n > 0; n--)
		text_hex(t, *octets++, 2);
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	char buf[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n > 0)
		text_bytes(t, buf, (size_t)n < sizeof(buf) ? (size_t)n :
		    sizeof(buf) - 1);
}

void
text_escaped(struct text *t, const char *s, size_t n)
{
	unsigned char c;

	for (; n > 0; n--) {
		c = (unsigned char)*s++;
		if (c >= ' ' && c <= '~') {
			text_char(t, (char)c);
			continue;
		}
		text_char(t, '\\');
		text_char(t, (char)('0' + (c >> 6)));
		text_char(t, (char)('0' + (c >> 3 & 7)));
		text_char(t, (char)('0' + (c & 7)));
	}
}

void
text_quoted(struct text *t, const char *s, size_t n)
{
	while (n > 0 && s[n - 1] == '\0')
		n--;
	text_char(t, '"');
	text_escaped(t, s, n);
	text_char(t, '"');
}
