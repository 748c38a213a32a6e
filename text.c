/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on its way to a stream: numbers, addresses, dates and keys are made by
 * hand, for printf and localtime would be most of the cost of a large dump.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "text.h"

static const char hex_digits[] = "0123456789abcdef";

/* 00 to 99, and 00 to ff: two digits at once. */
static const char pairs[] =
    "00010203040506070809" "10111213141516171819" "20212223242526272829"
    "30313233343536373839" "40414243444546474849" "50515253545556575859"
    "60616263646566676869" "70717273747576777879" "80818283848586878889"
    "90919293949596979899";
static const char hex_pairs[] =
    "000102030405060708090a0b0c0d0e0f"
    "101112131415161718191a1b1c1d1e1f"
    "202122232425262728292a2b2c2d2e2f"
    "303132333435363738393a3b3c3d3e3f"
    "404142434445464748494a4b4c4d4e4f"
    "505152535455565758595a5b5c5d5e5f"
    "606162636465666768696a6b6c6d6e6f"
    "707172737475767778797a7b7c7d7e7f"
    "808182838485868788898a8b8c8d8e8f"
    "909192939495969798999a9b9c9d9e9f"
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
    "e0e1e2e3e4e5e6e7e8e9eaebecedeeef"
    "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

void
text_init(struct text *t, FILE *out)
{
	t->out = out;
	t->error = 0;
	t->len = 0;
	memset(t->minutes, 0, sizeof(t->minutes));
	memset(t->recent, 0, sizeof(t->recent));
	/* localtime_r() need not look at TZ by itself. */
	tzset();
}

static void
put(struct text *t, const void *octets, size_t n)
{
	if (n != 0 && fwrite(octets, 1, n, t->out) != n && t->error == 0)
		t->error = errno;
}

static void
write_out(struct text *t)
{
	put(t, t->buf, t->len);
	t->len = 0;
}

void
text_flush(struct text *t)
{
	write_out(t);
	if (fflush(t->out) != 0 && t->error == 0)
		t->error = errno;
}

/*
 * Writes what is there in whole pages, as a file takes them best, and keeps
 * the rest.
 */
#define PAGE	((size_t)4096)

void
text_make_room(struct text *t)
{
	size_t whole = t->len / PAGE * PAGE;

	put(t, t->buf, whole);
	t->len -= whole;
	memcpy(t->buf, t->buf + whole, t->len);
}

void
text_overflow(struct text *t, const void *octets, size_t n)
{
	if (n <= TEXT_ROOM)
		text_make_room(t);
	else
		write_out(t);
	if (n > sizeof(t->buf))
		put(t, octets, n);
	else {
		memcpy(t->buf + t->len, octets, n);
		t->len += n;
	}
}

static inline void
fmt_pair(char *p, const char table[], size_t n)
{
	memcpy(p, table + 2 * n, 2);
}

static unsigned
count_digits(uint32_t n)
{
	unsigned digits = 1;

	for (; n >= 10000; n /= 10000)
		digits += 4;
	return digits + (n >= 10) + (n >= 100) + (n >= 1000);
}

/* Of 32 bits, as nearly all are: to divide these is cheap everywhere. */
static char *
fmt_decimal32(char *p, uint32_t n)
{
	char *end = p + count_digits(n);

	for (p = end; n >= 100; n /= 100) {
		p -= 2;
		fmt_pair(p, pairs, n % 100);
	}
	if (n >= 10)
		fmt_pair(p - 2, pairs, n);
	else
		p[-1] = (char)('0' + n);
	return end;
}

#define PART	100000000u		/* eight digits */

__attribute__((noinline)) static char *
fmt_decimal64(char *p, uint64_t n)
{
	uint32_t low = (uint32_t)(n % PART);
	int i;

	p = fmt_decimal(p, n / PART) + 8;
	for (i = 1; i <= 4; i++, low /= 100)
		fmt_pair(p - 2 * i, pairs, low % 100);
	return p;
}

char *
fmt_decimal(char *p, uint64_t n)
{
	return n > UINT32_MAX ? fmt_decimal64(p, n) :
	    fmt_decimal32(p, (uint32_t)n);
}

static inline char *
fmt_octets4(char *p, const uint8_t octets[4])
{
	fmt_pair(p, hex_pairs, octets[0]);
	fmt_pair(p + 2, hex_pairs, octets[1]);
	fmt_pair(p + 4, hex_pairs, octets[2]);
	fmt_pair(p + 6, hex_pairs, octets[3]);
	return p + 8;
}

char *
fmt_hex8(char *p, uint32_t n)
{
	const uint8_t octets[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n };

	return fmt_octets4(p, octets);
}

void
text_hex(struct text *t, uint32_t n, int digits)
{
	char buf[8];
	int skip = 8 - digits;

	fmt_hex8(buf, n);
	while (skip > 0 && n >> (32 - 4 * skip) != 0)
		skip--;
	text_bytes(t, buf + skip, (size_t)(8 - skip));
}

void
text_pair(struct text *t, uint32_t first, uint32_t second)
{
	text_str(t, "0x");
	text_hex(t, first, 1);
	text_str(t, "/0x");
	text_hex(t, second, 1);
}

static char *
fmt_octet(char *p, unsigned n)
{
	if (n < 10) {
		*p = (char)('0' + n);
		return p + 1;
	}
	if (n >= 100) {
		*p++ = (char)('0' + n / 100);
		n %= 100;
	}
	fmt_pair(p, pairs, n);
	return p + 2;
}

static char *
fmt_ipv4(char *p, const uint8_t octets[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i != 0)
			*p++ = '.';
		p = fmt_octet(p, octets[i]);
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
 * deprecated IPv4-compatible addresses: the text of glibc's inet_ntop().  It is
 * apart so that fmt_addr() has no registers to save.
 */
__attribute__((noinline)) static char *
fmt_ipv6(char *p, const uint8_t octets[16])
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
			return fmt_ipv4(p, octets + 12);
		for (shift = 12; shift > 0 && groups[i] >> shift == 0;)
			shift -= 4;
		for (; shift >= 0; shift -= 4)
			*p++ = hex_digits[groups[i] >> shift & 15];
	}
	return p;
}

char *
fmt_addr(char *p, const struct addr *addr)
{
	if (addr->family == 4)
		return fmt_ipv4(p, addr->octets);
	if (addr->family == 6 && addr->scope == 0)
		return fmt_ipv6(p, addr->octets);
	return p + strlen(addr_text(addr, p));
}

void
text_addr(struct text *t, const struct addr *addr)
{
	text_end(t, fmt_addr(text_room(t), addr));
}

/*
 * Dates.  In one minute of UNIX time only the seconds of the local date
 * change: a zone's offset is a whole number of minutes since 1972.  Where it
 * is not, or where the zone counts leap seconds, the minute does not begin at
 * second 0 and is not kept.
 */
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

/*
 * Two to a place: the minute in which all entries were made and the present
 * one, which may share it, must not push each other out with every record.
 */
static const struct text_minute *
minute_of(struct text *t, int64_t minute)
{
	struct text_minute *m = t->minutes[(uint64_t)minute % TEXT_MINUTES];
	int second;

	if (m[0].len != 0 && m[0].minute == minute)
		return &m[0];
	if (m[1].len != 0 && m[1].minute == minute)
		return &m[1];
	m[1] = m[0];
	m->minute = minute;
	m->len = (uint8_t)format_date(m->date, sizeof(m->date), minute * 60,
	    &second);
	if (m->len != 0 && second != 0)
		m->len = 0;
	return m->len == 0 ? NULL : m;
}

char *
fmt_time(struct text *t, char *p, uint64_t when)
{
	const struct text_minute *m;
	size_t len;
	int second;

	if (when == 0)
		return fmt_str(p, "                    ");
	/* A clock that no calendar reaches: a message can say anything. */
	if (when > INT64_MAX || (uint64_t)(time_t)when != when)
		return fmt_dec(p, when);
	m = minute_of(t, (int64_t)(when / 60));
	if (m != NULL) {
		memcpy(p, m->date, sizeof(m->date));
		fmt_pair(p + SECONDS_AT, pairs, when % 60);
		return p + m->len;
	}
	len = format_date(p, sizeof(m->date), (time_t)when, &second);
	return len == 0 ? fmt_dec(p, when) : p + len;
}

void
text_time(struct text *t, uint64_t when)
{
	text_end(t, fmt_time(t, text_room(t), when));
}

#define KEY_STEP	256		/* octets of a key that have room */

static char *
fmt_groups(char *p, const uint8_t *octets, size_t n)
{
	for (; n >= 4; octets += 4, n -= 4) {
		*p = ' ';
		p = fmt_octets4(p + 1, octets);
	}
	if (n != 0)
		*p++ = ' ';
	for (; n > 0; n--, p += 2)
		fmt_pair(p, hex_pairs, *octets++);
	return p;
}

void
text_groups(struct text *t, const uint8_t *octets, size_t n)
{
	for (; n > KEY_STEP; octets += KEY_STEP, n -= KEY_STEP)
		text_end(t, fmt_groups(text_room(t), octets, KEY_STEP));
	text_end(t, fmt_groups(text_room(t), octets, n));
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
	int columns;
	size_t octets, i;
	unsigned char c;

	for (; n > 0; s += octets, n -= octets) {
		octets = message_character(s, n, &columns);
		if (columns != MESSAGE_UNSEEN) {
			text_bytes(t, s, octets);
			continue;
		}
		for (i = 0; i < octets; i++) {
			c = (unsigned char)s[i];
			text_char(t, '\\');
			text_char(t, (char)('0' + (c >> 6)));
			text_char(t, (char)('0' + (c >> 3 & 7)));
			text_char(t, (char)('0' + (c & 7)));
		}
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
