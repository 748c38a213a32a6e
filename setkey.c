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

#include "command.h"
#include "dialect.h"
#include "list.h"
#include "message.h"
#include "names.h"
#include "platform.h"
#include "run.h"
#include "secrets.h"
#include "stats.h"

#ifndef VERSION
#define VERSION	"unknown"
#endif

#define MAX_ERRORS	20

static const char usage_text[] =
"usage: setkey [-hKknprv] [-E count] [-T channel] -c\n"
"       setkey [-hKknprv] [-E count] [-T channel] -f filename ...\n"
"       setkey [-hKknprv] [-E count] [-T channel] -e \"<script>\"\n"
"       setkey [-hKknrv] [-E count] [-O filename] [-T channel] -S filename"
" ...\n"
"       setkey [-aghKlnPptv] [-o format] [-T channel] -D [entries]\n"
"       setkey [-hPv] [-T channel] -F [entries]\n"
"       setkey [-hKlP] [-o format] [-T channel] -x [entries]\n"
"       setkey -G algorithm[:bits]\n"
"       setkey [-l] -s\n"
"       setkey -V\n";

static const char letters_text[] =
"  -c  read commands from standard input    -D  show SAs\n"
"  -f  read a file, or DIR/*.conf           -F  remove all SAs\n"
"  -e  take commands from the argument      -P  policies, with -D and -F\n"
"  -S  make the databases what a file says  -x  watch\n"
"  -G  make a key                           -V  version\n"
"  -n  check only                           -v  show messages; -nv: commands\n"
"  -K  show no keys                         -h  show octets\n"
"  -a  dead SAs, too                        -l  again and again, short\n"
"  -p  ports of SAs                         -g, -t  policies by scope\n"
"  -s  what Linux counts of lost packets\n"
"  -k, -r  without, with the fwd policy that goes with in (Linux)\n"
"  -o  format, see setkey(8)                -O  what -S made earlier\n"
"  -T  channel: auto, pfkey, xfrm           -E  errors to show\n"
"entries: what stands behind dump, or with -P behind spddump, see setkey(8)\n";

static int
usage(void)
{
	fputs(usage_text, stderr);
	fputs(letters_text, stderr);
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

/* -f and -S may be given several times. */
static bool
add_file(struct options *opt, enum mode mode, const char *arg)
{
	if (!list_room(&opt->files, opt->nfiles, sizeof(*opt->files))) {
		message(stderr, "setkey: out of memory");
		return false;
	}
	opt->files[opt->nfiles++] = arg;
	opt->input = opt->files[0];
	opt->mode = mode;
	return true;
}

/* The modes; the last one counts.  Only one kind of input can be named. */
static bool
set_mode(struct options *opt, int c, const char *arg)
{
	enum mode reads = c == 'f' ? MODE_FILE : c == 'S' ? MODE_SYNC :
	    MODE_NONE;

	if (reads != MODE_NONE && (opt->input == NULL ||
	    (opt->nfiles != 0 && opt->mode == reads)))
		return add_file(opt, reads, arg);
	switch (c) {
	case 'c': opt->mode = MODE_STREAM; break;
	case 'D': opt->mode = MODE_DUMP; break;
	case 'F': opt->mode = MODE_FLUSH; break;
	case 's': opt->mode = MODE_STATS; break;
	case 'x': opt->mode = MODE_WATCH; opt->watch++; break;
	case 'e': case 'f': case 'G': case 'S':
		if (opt->input != NULL) {
			message(stderr, "setkey: only one of -f, -e, -G and "
			    "-S can be given");
			return false;
		}
		opt->mode = c == 'G' ? MODE_KEY : MODE_TEXT;
		opt->input = arg;
		break;
	default: return false;
	}
	return true;
}

/* An argument as messages may show it: one may be a command with its key. */
static const char *
shown(const char *arg)
{
	struct source source;
	struct secrets secrets = { .source = &source };
	bool secret = true;

	source_init(&source);
	if (strpbrk(arg, " \t\n;#\"'") == NULL &&
	    source_add_string(&source, "argument", arg) == 0)
		secret = secrets_overlap(&secrets, source.files[0].loc);
	source_close(&source);
	return secret ? "***" : arg;
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
		    "tcpdump, not '%s'", shown(arg));
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
			    "'%s'", shown(arg));
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
		message(stderr, "setkey: -E takes a number, not '%s'",
		    shown(arg));
		return false;
	}
	if (c == 'O') {
		opt->old = arg;
		return true;
	}
	return c == 'o' && set_form(opt, arg);
}

/* What an option promises and the mode cannot give is an error. */
static bool
options_fit(const struct options *opt)
{
	bool shows = opt->mode == MODE_DUMP || opt->mode == MODE_WATCH;
	bool keys = opt->form == AS_WIRESHARK || opt->form == AS_TCPDUMP;
	const char *wrong = NULL;

	if (opt->check_only && opt->mode == MODE_DUMP &&
	    opt->operands[0] != NULL)
		wrong = "-n -D looks at all entries";
	else if (opt->old != NULL && opt->mode != MODE_SYNC)
		wrong = "-O goes with -S";
	else if (opt->form != AS_TEXT && !shows)
		wrong = "-o goes with -D and -x";
	else if (opt->loop && !shows && opt->mode != MODE_STATS &&
	    opt->mode != MODE_NONE)
		wrong = "-l goes with -D, -x and -s";
	else if (opt->form != AS_TEXT && opt->loop)
		wrong = "-o and -l are two formats: only one can be given";
	else if (opt->form != AS_TEXT && opt->hexdump)
		wrong = "-h would print into the format that -o asks for";
	else if (opt->form != AS_TEXT && opt->verbose != 0 &&
	    opt->mode == MODE_DUMP)
		wrong = "-v would print into the format that -o asks for";
	else if (opt->loop && opt->hexdump && opt->mode == MODE_WATCH)
		wrong = "-h would print into the lines that -l asks for";
	else if (opt->check_only && opt->mode == MODE_DUMP &&
	    (opt->loop || opt->form != AS_TEXT))
		wrong = "-n with -D gives advice: neither -l nor -o goes with "
		    "that";
	else if (keys && (opt->mode != MODE_DUMP || opt->policies))
		wrong = "-o wireshark and -o tcpdump are for the SAs of -D";
	else if (keys && opt->style.hide_keys)
		wrong = "-K hides keys, and the files that -o asks for are "
		    "keys";
	if (wrong != NULL)
		message(stderr, "setkey: %s", wrong);
	return wrong == NULL;
}

/*
 * getopt() stopped at what is no option, or at one without its argument: that
 * is reported, unless it is one of the long options that every program has.
 */
static enum mode
other_option(int c, char **argv)
{
	const char *word = optopt == '-' ? argv[optind] : NULL;

	if (word != NULL && strcmp(word, "--help") == 0)
		return MODE_HELP;
	if (word != NULL && strcmp(word, "--version") == 0)
		return MODE_VERSION;
	if (word != NULL)
		message(stderr, "setkey: there is no option %s",
		    shown(word));
	else
		message(stderr, c == ':' ? "setkey: -%c needs an argument" :
		    "setkey: there is no option -%c", optopt);
	return MODE_NONE;
}

static void
report_argument(const char *word)
{
	message(stderr, "setkey: unexpected argument '%s'", shown(word));
	if (command_named(word, strlen(word)) != NULL)
		message(stderr, "    hint: commands come from a file (-f), "
		    "from standard input (-c) or from an option: "
		    "-e '%s ... ;'", word);
}

static bool
takes_operands(enum mode mode)
{
	return mode == MODE_DUMP || mode == MODE_FLUSH || mode == MODE_WATCH;
}

/*
 * -D, -F and -x take words of the language behind their options.  An empty one
 * comes from a script's variable that was not set, and so may nothing behind
 * "--": neither may come to mean all entries.
 */
static bool
set_operands(struct options *opt, char **argv)
{
	bool takes = takes_operands(opt->mode);
	char **word = argv + optind;

	opt->operands = word;
	if (takes && *word == NULL && strcmp(word[-1], "--") == 0) {
		message(stderr, "setkey: behind -- it is said which entries; "
		    "nothing stands there");
		return false;
	}
	if (*word != NULL && (!takes ||
	    command_named(*word, strlen(*word)) != NULL)) {
		report_argument(*word);
		return false;
	}
	for (; *word != NULL; word++)
		if (**word == '\0' || strpbrk(*word, ";#\"") != NULL) {
			if (**word == '\0')
				message(stderr, "setkey: an argument is empty");
			else
				report_argument(*word);
			return false;
		}
	return true;
}

/* Reads options in any order; reports a word that is no option: false. */
static bool
parse_options(struct options *opt, int argc, char **argv)
{
	/* Linux's getopt() goes on behind operands without the '+'. */
	static const char all[] = "+:acDE:e:Ff:gG:hHKklnO:o:PprsS:T:tVvx";
	enum mode mode;
	const char *letters = dialect_host()->index == DIALECT_LINUX ? all :
	    all + 1;
	int c;

	/* libc's own messages would show any octet as it is. */
	opterr = 0;
	while ((c = getopt(argc, argv, letters)) != -1) {
		mode = opt->mode;
		if (c == 'V')
			opt->mode = MODE_VERSION;
		else if (c == '?' || c == ':')
			opt->mode = other_option(c, argv);
		if (opt->mode == MODE_VERSION || opt->mode == MODE_HELP)
			return true;
		if (c == '?' && takes_operands(mode))
			message(stderr, "    hint: what says which entries, "
			    "such as -u, stands behind --");
		if (c == '?' || c == ':')
			return false;
		if (!set_flag(opt, c) && !set_mode(opt, c, optarg) &&
		    !set_argument(opt, c, optarg))
			return false;
	}
	return set_operands(opt, argv) && options_fit(opt);
}

/* Without -T the environment chooses; an empty variable does not. */
static bool
choose_channel(struct options *opt)
{
	const char *channel = getenv("SETKEY_CHANNEL");

	if (opt->channel != NULL || opt->mode == MODE_VERSION ||
	    opt->mode == MODE_HELP)
		return true;
	return set_argument(opt, 'T', channel != NULL && *channel != '\0' ?
	    channel : "auto");
}

/* -V, --version and --help */
static int
print_about(enum mode mode)
{
	int said = mode == MODE_VERSION ? printf("setkey %s\n", VERSION) :
	    printf("%s%s", usage_text, letters_text);

	if (said >= 0 && fflush(stdout) == 0)
		return EXIT_SUCCESS;
	message(stderr, "setkey: cannot write the output: %s",
	    strerror(errno));
	return EXIT_FAILURE;
}

static int
run_mode(const struct options *opt)
{
	switch (opt->mode) {
	case MODE_VERSION:
	case MODE_HELP:
		return print_about(opt->mode);
	case MODE_FILE:
	case MODE_TEXT:
	case MODE_STREAM:
	case MODE_SYNC:
		return run_script(opt);
	case MODE_KEY:
		return run_makekey(opt);
	case MODE_DUMP:
		return opt->check_only ? run_audit(opt) : run_dump(opt);
	case MODE_FLUSH:
		return run_flush(opt);
	case MODE_WATCH:
		return run_watch(opt);
	case MODE_STATS:
		return opt->check_only ? EXIT_SUCCESS : run_stats(opt->loop);
	default:
		return usage();
	}
}

int
main(int argc, char **argv)
{
	struct options opt = { .max_errors = MAX_ERRORS };
	int status;

	/* Before anything is opened: a socket must not be standard output. */
	if (!platform_open_standard()) {
		message(stderr, "setkey: a standard file is closed, and "
		    "/dev/null is not to be had: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (!parse_options(&opt, argc, argv))
		status = usage();
	else if (!choose_channel(&opt))
		status = EXIT_FAILURE;
	else
		status = run_mode(&opt);
	free(opt.files);
	return status;
}
