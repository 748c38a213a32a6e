/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -o wireshark, -o tcpdump and -s: the text for SAs and counters of all kinds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "print_keys.h"
#include "stats.h"
#include "tap.h"

static struct text text;
static FILE *out;
static char printed[4096];

static void
begin(void)
{
	out = tmpfile();
	if (out == NULL)
		abort();
	text_init(&text, out);
}

static const char *
end(void)
{
	size_t n;

	text_flush(&text);
	rewind(out);
	n = fread(printed, 1, sizeof(printed) - 1, out);
	printed[n] = '\0';
	fclose(out);
	return printed;
}

static void
is(const char *name, const char *expected, const char *got)
{
	if (!ok(strcmp(expected, got) == 0, "%s", name))
		printf("#   expected: %s\n#   got: %s\n", expected, got);
}

/* ---- key files ---- */

static const uint8_t key[36] = { 0, 1, 2, 3 };

static struct sa
an_sa(const char *cipher, uint16_t bits, const char *auth, uint16_t auth_bits)
{
	struct sa sa = { .satype = SADB_SATYPE_ESP, .has_sa = true,
	    .spi = 0x1001 };

	sa.src = (struct addr){ .family = 4, .prefix = 32,
	    .octets = { 192, 0, 2, 1 } };
	sa.dst = (struct addr){ .family = 4, .prefix = 32,
	    .octets = { 192, 0, 2, 2 } };
	sa.encrypt = algorithm_named(ALG_ENC, cipher, strlen(cipher))
	    ->id[DIALECT_LINUX];
	sa.enc_key = (struct key){ key, bits, true };
	if (auth == NULL)
		return sa;
	sa.auth = algorithm_named(ALG_AUTH, auth, strlen(auth))
	    ->id[DIALECT_LINUX];
	sa.auth_key = (struct key){ key, auth_bits, true };
	return sa;
}

/* The line, or the reason why there is none. */
static const char *
line(const char *(*print)(struct text *, const struct dialect *,
    const struct sa *), const struct sa *sa)
{
	const char *reason;

	begin();
	reason = print(&text, &dialects[DIALECT_LINUX], sa);
	end();
	return reason != NULL ? reason : printed;
}

#define ENDS	"\"IPv4\",\"192.0.2.1\",\"192.0.2.2\",\"0x00001001\","
#define K64	"0x0001020300000000"
#define K128	K64 "0000000000000000"

static void
test_wireshark(void)
{
	struct sa sa = an_sa("aes-cbc", 128, "hmac-sha2-256", 64);

	is("wireshark: cipher and authentication", ENDS
	    "\"AES-CBC [RFC3602]\",\"" K128 "\","
	    "\"HMAC-SHA-256-128 [RFC4868]\",\"" K64 "\"\n",
	    line(print_wireshark, &sa));
	setting_set(&sa.settings, EXT_X_ICV, 64);
	is("wireshark: an ICV of another length", ENDS
	    "\"AES-CBC [RFC3602]\",\"" K128 "\","
	    "\"ANY 64 bit authentication [no checking]\",\"\"\n",
	    line(print_wireshark, &sa));
	sa = an_sa("aes-cbc", 128, "aes-cmac", 128);
	is("wireshark: authentication without a name", ENDS
	    "\"AES-CBC [RFC3602]\",\"" K128 "\","
	    "\"ANY 96 bit authentication [no checking]\",\"\"\n",
	    line(print_wireshark, &sa));
	sa = an_sa("aes-gcm-16", 64, NULL, 0);
	is("wireshark: an AEAD", ENDS
	    "\"AES-GCM with 16 octet ICV [RFC4106]\",\"" K64 "\","
	    "\"NULL\",\"\"\n", line(print_wireshark, &sa));
	sa = an_sa("null", 0, NULL, 0);
	is("wireshark: no cipher", ENDS "\"NULL\",\"\",\"NULL\",\"\"\n",
	    line(print_wireshark, &sa));
	sa = an_sa("serpent-cbc", 128, NULL, 0);
	is("wireshark: a cipher without a name",
	    "Wireshark has no name for its cipher",
	    line(print_wireshark, &sa));
	sa.satype = SADB_SATYPE_AH;
	is("wireshark: AH has nothing to decrypt", "",
	    line(print_wireshark, &sa));
}

static void
test_tcpdump(void)
{
	struct sa sa = an_sa("aes-cbc", 128, "hmac-sha1", 160);

	is("tcpdump: cipher and authentication",
	    "0x00001001@192.0.2.2 aes128-cbc-hmac96:" K128 "\n",
	    line(print_tcpdump, &sa));
	sa = an_sa("3des-cbc", 64, NULL, 0);
	is("tcpdump: a cipher alone",
	    "0x00001001@192.0.2.2 3des-cbc:" K64 "\n",
	    line(print_tcpdump, &sa));
	sa = an_sa("aes-cbc", 128, "hmac-sha2-256", 64);
	is("tcpdump: an ICV that it cannot",
	    "tcpdump takes ICVs of 96 bits only", line(print_tcpdump, &sa));
	sa = an_sa("aes-gcm-16", 64, NULL, 0);
	is("tcpdump: a cipher without a name",
	    "tcpdump has no name for its cipher", line(print_tcpdump, &sa));
}

/* ---- counters ---- */

static struct stats
counters(const char *words)
{
	static struct stats s;
	FILE *f = tmpfile();

	if (f == NULL)
		abort();
	fputs(words, f);
	rewind(f);
	if (!stats_read(f, &s))
		s.count = 0;
	fclose(f);
	return s;
}

static void
test_stats(void)
{
	struct stats s = counters("XfrmInError 0\nXfrmInNoStates\t12\n"
	    "XfrmOfTomorrow 3\n"), later = counters("XfrmInError 1\n"
	    "XfrmInNoStates 14\nXfrmOfTomorrow 3\n");
	unsigned lines;

	begin();
	lines = stats_print(&text, &s, NULL);
	is("counters that are not zero",
	    "12 XfrmInNoStates (in: no SA here has the destination, SPI and "
	    "protocol (and mark) of the packet)\n"
	    "3 XfrmOfTomorrow (not known to this program)\n", end());
	ok(lines == 2, "their number");
	begin();
	stats_print(&text, &later, &s);
	is("counters that have grown",
	    "+1 XfrmInError (in: no memory, or no route)\n"
	    "+2 XfrmInNoStates (in: no SA here has the destination, SPI and "
	    "protocol (and mark) of the packet)\n", end());
	begin();
	ok(stats_print(&text, &s, &s) == 0, "nothing has grown");
	end();
	ok(counters("").count == 0, "no counters");
	ok(counters("what is this").count == 0, "no counters, but words");
}

int
main(void)
{
	test_wireshark();
	test_tcpdump();
	test_stats();
	return done();
}
