/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setkey: manipulates the IPsec databases of the kernel by hand.  Here are the
 * options; run.c and script.c do what they say.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "names.h"
#include "platform.h"
#include "run.h"
#include "stats.h"

#ifndef VERSION
#define VERSION	"unknown"
#endif

#define MAX_ERRORS	20

static const char usage_text[] =
"usage: setkey [-hKknprv] [-E count] [-T channel] -c\n"
"       setkey [-hKknprv] [-E count] [-T channel] -f filename\n"
"       setkey [-hKknprv] [-E count] [-T channel] -e \"<script>\"\n"
"       setkey [-hKknrv] [-E count] [-O filename] [-T channel] -S filename\n"
"       setkey [-aghKlPptv] [-o format] [-T channel] -D\n"
"       setkey [-hPv] [-T channel] -F\n"
"       setkey [-hKl] [-o format] [-T channel] -x\n"
"       setkey -G algorithm[:bits]\n"
"       setkey [-l] -s\n"
"       setkey -V\n";

static int
usage(void)
{
	fputs(usage_text, stderr);
	return EXIT_FAILURE;
}

/* The options that only turn something on. */
static bool
set_flag(struct options *opt, int c)
{
	switch (c) {
	case 'a': opt->dead = true; break;
	case 'g': opt->scopes |= 1u << IPSEC_SCOPE_GLOBAL; break;
	case 'h': case 'H': opt->hexdump = true; break;
	case 'K': opt->style.hide_keys = true; break;
	case 'k': opt->kernel_semantics = true; break;
	case 'l': opt->loop = true; break;
	case 'n': opt->check_only = true; break;
	case 'P': opt->policies = true; break;
	case 'p': opt->style.ports = true; break;
	case 'r': opt->kernel_semantics = false; break;
	case 't': opt->scopes |= 1u << IPSEC_SCOPE_IFNET; break;
	case 'v': opt->verbose++; break;
	default: return false;
	}
	return true;
}

/* The modes; the last one counts.  Only one input can be named. */
static bool
set_mode(struct options *opt, int c, const char *arg)
{
	switch (c) {
	case 'c': opt->mode = MODE_STREAM; break;
	case 'D': opt->mode = MODE_DUMP; break;
	case 'F': opt->mode = MODE_FLUSH; break;
	case 's': opt->mode = MODE_STATS; break;
	case 'x': opt->mode = MODE_WATCH; opt->watch++; break;
	case 'e': case 'f': case 'G': case 'S':
		if (opt->input != NULL) {
			message(stderr, "setkey: only one -f, -e, -G or "
			    "-S can be given");
			return false;
		}
		opt->mode = c == 'f' ? MODE_FILE : c == 'S' ? MODE_SYNC :
		    c == 'G' ? MODE_KEY : MODE_TEXT;
		opt->input = arg;
		break;
	default: return false;
	}
	return true;
}

/* -o */
static bool
set_form(struct options *opt, const char *arg)
{
	static const struct name forms[] = {
		{ "script", AS_SCRIPT }, { "json", AS_JSON },
		{ "wireshark", AS_WIRESHARK }, { "tcpdump", AS_TCPDUMP },
		{ NULL, 0 }
	};
	const struct name *row = name_find(forms, arg, strlen(arg));

	if (row == NULL) {
		message(stderr, "setkey: -o takes script, json, wireshark or "
		    "tcpdump, not '%s'", arg);
		return false;
	}
	opt->form = row->value;
	return true;
}

static bool
set_argument(struct options *opt, int c, const char *arg)
{
	unsigned long count;
	char *end;

	if (c == 'T') {
		opt->channel = arg;
		if (strcmp(arg, "auto") != 0 && strcmp(arg, "pfkey") != 0 &&
		    strcmp(arg, "xfrm") != 0) {
			message(stderr, "setkey: a channel (-T, "
			    "SETKEY_CHANNEL) is auto, pfkey or xfrm, not "
			    "'%s'", arg);
			return false;
		}
		return true;
	}
	if (c == 'E') {
		count = strtoul(arg, &end, 10);
		opt->max_errors = (unsigned)count;
		if (*arg >= '0' && *arg <= '9' && *end == '\0' &&
		    count <= UINT_MAX)
			return true;
		message(stderr, "setkey: -E takes a number, not '%s'", arg);
		return false;
	}
	if (c == 'O') {
		opt->old = arg;
		return true;
	}
	if (c == '?')
		message(stderr, "setkey: there is no option -%c", optopt);
	if (c == ':')
		message(stderr, "setkey: -%c needs an argument", optopt);
	return c == 'o' && set_form(opt, arg);
}

/* What an option promises and the mode cannot give is an error. */
static bool
options_fit(const struct options *opt)
{
	bool shows = opt->mode == MODE_DUMP || opt->mode == MODE_WATCH;
	bool keys = opt->form == AS_WIRESHARK || opt->form == AS_TCPDUMP;
	const char *wrong = NULL;

	if (opt->old != NULL && opt->mode != MODE_SYNC)
		wrong = "-O goes with -S";
	else if (opt->form != AS_TEXT && !shows)
		wrong = "-o goes with -D and -x";
	else if (opt->form != AS_TEXT && opt->loop)
		wrong = "-o and -l are two formats: only one can be given";
	else if (opt->form != AS_TEXT && opt->hexdump)
		wrong = "-h would print into the format that -o asks for";
	else if (opt->form != AS_TEXT && opt->verbose != 0 &&
	    opt->mode == MODE_DUMP)
		wrong = "-v would print into the format that -o asks for";
	else if (opt->loop && opt->hexdump && opt->mode == MODE_WATCH)
		wrong = "-h would print into the lines that -l asks for";
	else if (keys && (opt->mode != MODE_DUMP || opt->policies))
		wrong = "-o wireshark and -o tcpdump are for the SAs of -D";
	else if (keys && opt->style.hide_keys)
		wrong = "-K hides keys, and the files that -o asks for are "
		    "keys";
	if (wrong != NULL)
		message(stderr, "setkey: %s", wrong);
	return wrong == NULL;
}

/* Options in any order; false for what is none, reported. */
static bool
parse_options(struct options *opt, int argc, char **argv)
{
	int c;

	/* libc's own messages would show any octet as it is. */
	opterr = 0;
	while ((c = getopt(argc, argv, ":acDE:e:Ff:gG:hHKklnO:o:PprsS:T:tVvx")) !=
	    -1) {
		if (c == 'V')
			opt->mode = MODE_VERSION;
		if (opt->mode == MODE_VERSION)
			return true;
		if (!set_flag(opt, c) && !set_mode(opt, c, optarg) &&
		    !set_argument(opt, c, optarg))
			return false;
	}
	if (optind < argc) {
		message(stderr, "setkey: unexpected argument '%s'",
		    argv[optind]);
		return false;
	}
	return options_fit(opt);
}

static int
print_version(void)
{
	if (printf("setkey %s\n", VERSION) >= 0 && fflush(stdout) == 0)
		return EXIT_SUCCESS;
	message(stderr, "setkey: cannot write the output: %s",
	    strerror(errno));
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	const char *channel = getenv("SETKEY_CHANNEL");
	struct options opt = { .max_errors = MAX_ERRORS };

	if (!platform_open_standard())
		return EXIT_FAILURE;
	if (!set_argument(&opt, 'T', channel != NULL ? channel : "auto"))
		return EXIT_FAILURE;
	if (!parse_options(&opt, argc, argv))
		return usage();
	switch (opt.mode) {
	case MODE_VERSION:
		return print_version();
	case MODE_FILE:
	case MODE_TEXT:
	case MODE_STREAM:
	case MODE_SYNC:
		return run_script(&opt);
	case MODE_KEY:
		return run_makekey(&opt);
	case MODE_DUMP:
		return opt.check_only ? EXIT_SUCCESS : run_dump(&opt);
	case MODE_FLUSH:
		return opt.check_only ? EXIT_SUCCESS : run_flush(&opt);
	case MODE_WATCH:
		return opt.check_only ? EXIT_SUCCESS : run_watch(&opt);
	case MODE_STATS:
		return opt.check_only ? EXIT_SUCCESS : run_stats(opt.loop);
	default:
		return usage();
	}
}
