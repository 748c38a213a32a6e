/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux counts the packets that IPsec did not let pass, by reason, in
 * /proc/net/xfrm_stat.  Kernels differ in which they count, and in the order;
 * a counter without a row here is shown by its name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dialect.h"
#include "message.h"
#include "stats.h"

#define PROC_FILE	"/proc/net/xfrm_stat"

static const struct {
	const char *name, *words;
} meanings[] = {
	{ "XfrmInError", "in: no memory, or no route" },
	{ "XfrmInBufferError", "in: more SAs or rules than one packet may "
	    "meet (six)" },
	{ "XfrmInHdrError", "in: an ESP or AH header is cut short, or the "
	    "packet inside is none" },
	{ "XfrmInNoStates", "in: no SA here has the destination, SPI and "
	    "protocol (and mark) of the packet" },
	{ "XfrmInStateProtoError", "in: decryption or the ICV failed: the "
	    "two ends differ in key or algorithm" },
	{ "XfrmInStateModeError", "in: transport met tunnel: the two ends "
	    "differ in mode" },
	{ "XfrmInStateSeqError", "in: a replay, or too late for the window: "
	    "the other end began anew, or packets overtake" },
	{ "XfrmInStateExpired", "in: the SA reached a hard limit" },
	{ "XfrmInStateMismatch", "in: UDP encapsulation on one end only, or "
	    "the SA's selector does not allow the packet inside" },
	{ "XfrmInStateInvalid", "in: the SA was just deleted" },
	{ "XfrmInTmplMismatch", "in: a policy wants other SAs than the packet "
	    "came by, or it came in the clear" },
	{ "XfrmInNoPols", "in: a packet from a tunnel, and no in or fwd "
	    "policy for it" },
	{ "XfrmInPolBlock", "in: a policy says discard" },
	{ "XfrmInPolError", "in: the policies could not be looked up" },
	{ "XfrmOutError", "out: failed in another way" },
	{ "XfrmOutBundleGenError", "out: no route to the tunnel's other end, "
	    "or the packet is too large" },
	{ "XfrmOutBundleCheckError", "out: what was prepared is no longer "
	    "valid" },
	{ "XfrmOutNoStates", "out: a policy wants an SA, and none fits: "
	    "addresses, protocol, mode, identifier" },
	{ "XfrmOutStateProtoError", "out: encryption failed" },
	{ "XfrmOutStateModeError", "out: the SA's mode refuses the packet" },
	{ "XfrmOutStateSeqError", "out: the SA has used up its sequence "
	    "numbers" },
	{ "XfrmOutStateExpired", "out: the SA reached a hard limit" },
	{ "XfrmOutPolBlock", "out: a policy says discard" },
	{ "XfrmOutPolDead", "out: the policy was just deleted" },
	{ "XfrmOutPolError", "out: the policies, or their SAs, could not be "
	    "looked up" },
	{ "XfrmFwdHdrError", "fwd: a packet to forward is malformed" },
	{ "XfrmOutStateInvalid", "out: the SA was just deleted" },
	{ "XfrmAcquireError", "in or out: the SA still waits for its keys" },
	{ "XfrmOutStateDirError", "out: the SA that fits is for packets that "
	    "come in" },
	{ "XfrmInStateDirError", "in: the SA that fits is for packets that "
	    "go out" },
	{ "XfrmInIptfsError", "in: a packet of mode iptfs is malformed, or a "
	    "piece was lost" },
	{ "XfrmOutNoQueueSpace", "out: the queue of mode iptfs is full" },
};

static const char *
meaning_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].name, name) == 0)
			return meanings[i].words;
	return "not known to this program";
}

bool
stats_read(FILE *f, struct stats *s)
{
	unsigned long long value;

	s->count = 0;
	while (s->count < STATS_MAX &&
	    fscanf(f, "%39s %llu", s->names[s->count], &value) == 2)
		s->values[s->count++] = value;
	return s->count != 0;
}

static uint64_t
value_of(const struct stats *s, const char *name)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (strcmp(s->names[i], name) == 0)
			return s->values[i];
	return 0;
}

unsigned
stats_print(struct text *t, const struct stats *s, const struct stats *before)
{
	uint64_t value, old;
	unsigned i, lines = 0;

	for (i = 0; i < s->count; i++) {
		value = s->values[i];
		old = before == NULL ? 0 : value_of(before, s->names[i]);
		if (value == old)
			continue;
		lines++;
		text_printf(t, "%s%llu %s (%s)\n", before == NULL ? "" : "+",
		    (unsigned long long)(value - old), s->names[i],
		    meaning_of(s->names[i]));
	}
	return lines;
}

/* Why there are no counters. */
static int
no_counters(void)
{
	if (!dialect_host()->has_xfrm)
		message(stderr, "setkey: -s is for Linux; here netstat -s -p "
		    "ipsec shows what IPsec counts");
	else
		message(stderr, "setkey: %s: %s%s", PROC_FILE, strerror(errno),
		    errno != ENOENT ? "" : "; this kernel does not count "
		    "(CONFIG_XFRM_STATISTICS)");
	return EXIT_FAILURE;
}

static bool
read_counters(struct stats *s)
{
	FILE *f = dialect_host()->has_xfrm ? fopen(PROC_FILE, "r") : NULL;
	bool good;

	if (f == NULL)
		return false;
	errno = ENOMSG;			/* an empty file */
	good = stats_read(f, s) && !ferror(f);
	fclose(f);
	return good;
}

int
run_stats(bool repeat)
{
	static struct stats stats[2];
	static struct text text;
	unsigned now = 0;

	if (!read_counters(&stats[0]))
		return no_counters();
	text_init(&text, stdout);
	if (stats_print(&text, &stats[0], NULL) == 0)
		text_str(&text, "No packets lost.\n");
	text_flush(&text);
	while (repeat && text.error == 0) {
		sleep(1);
		now ^= 1;
		if (!read_counters(&stats[now]))
			return no_counters();
		stats_print(&text, &stats[now], &stats[now ^ 1]);
		text_flush(&text);
	}
	if (text.error == 0)
		return EXIT_SUCCESS;
	message(stderr, "setkey: cannot write the output: %s",
	    strerror(text.error));
	return EXIT_FAILURE;
}
