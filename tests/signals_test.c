/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes from outside while requests are made: signals, a reader that went
 * away, a kernel that never comes to an end.
 */
#include "run_setkey.h"
#include "tap.h"

#ifndef __linux__

int
main(void)
{
	puts("1..0 # SKIP the made-up kernel is Linux'");
	return 0;
}

#else

#include <sys/resource.h>
#include <errno.h>
#include <signal.h>
#include <time.h>

#define COMMANDS	60
#define LATER		5	/* requests, before a signal comes */

static char script[COMMANDS * 64];

static void
make_script(void)
{
	size_t used = 0;
	int i;

	for (i = 0; i < COMMANDS; i++)
		used += (size_t)snprintf(script + used, sizeof(script) - used,
		    "spdadd 10.0.0.1 10.0.1.%d any -P out none;\n", i);
}

static void
settle(unsigned changes)
{
	struct timespec pause = { 0, 1000000 };

	while (*(volatile unsigned *)&faults->changes < changes)
		nanosleep(&pause, NULL);
}

/* A signal after so many requests. */
static int
run_stopped(const char *const argv[], const char *input, unsigned changes,
    int sig)
{
	int status;
	pid_t pid;

	memset(faults, 0, sizeof(*faults));
	faults->kernel = KERNEL_SLOW;
	pid = run_start(argv, input, NULL);
	settle(changes);
	kill(pid, sig);
	waitpid(pid, &status, 0);
	run_collect();
	return status;
}

/* In the middle of a file, over PF_KEY, request by request. */
static int
run_with_signal(const char *mode, int sig)
{
	const char *argv[] = { "setkey", "-T", "pfkey", mode, "-", mode, "-",
	    NULL };

	return run_stopped(argv, script, LATER, sig);
}

static void
test_stop(int sig, const char *name)
{
	int status = run_with_signal("-f", sig);
	unsigned left = 0, line = 0;
	char file[16] = "";

	sscanf(run.text, "setkey: a signal came: %u commands from line %u of "
	    "%15s", &left, &line, file);
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 && left > 0 &&
	    strcmp(file, "stdin") == 0 &&
	    faults->changes + left == COMMANDS && line == faults->changes + 1,
	    "%s stops between two requests, and says where", name))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/* Twins that are not sent, since the file has fwd policies, do not count. */
static void
test_stop_twins(void)
{
	static char pairs[COMMANDS * 64];
	const char *argv[] = { "setkey", "-T", "pfkey", "-f", "-", NULL };
	unsigned i, left = 0, line = 0;
	size_t used = 0;
	int status;

	for (i = 0; i < COMMANDS; i++)
		used += (size_t)snprintf(pairs + used, sizeof(pairs) - used,
		    "spdadd 10.0.0.1 10.0.1.%u any -P %s none;\n",
		    i % (COMMANDS / 2), i < COMMANDS / 2 ? "in" : "fwd");
	status = run_stopped(argv, pairs, LATER, SIGTERM);
	sscanf(run.text, "setkey: a signal came: %u commands from line %u on ",
	    &left, &line);
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 && left > 0 &&
	    faults->changes + left == COMMANDS && line == faults->changes + 1,
	    "SIGTERM: what is left of in and fwd policies"))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/* A flush of some that is cut was carried out in part. */
static void
test_stop_flush_of_file(void)
{
	const char *argv[] = { "setkey", "-T", "pfkey", "-f", "-", NULL };
	int status, tries = 0;

	/* There are so few entries that a signal may come too late. */
	do
		status = run_stopped(argv, "flush -u 0;\nspdflush;\n", 1,
		    SIGTERM);
	while (status == 0 && ++tries < 20);
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
	    strstr(run.text, "a signal came: 2 commands from line 1 on were "
	    "not carried out, but for a part of the first") != NULL,
	    "SIGTERM: a flush of some"))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/* In the middle of -S, which reads first. */
static void
test_stop_sync(void)
{
	int status = run_with_signal("-S", SIGTERM);
	unsigned sent = 0;

	sscanf(run.text, "setkey: a signal came: after %u requests", &sent);
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
	    sent >= LATER && sent < COMMANDS && sent == faults->changes,
	    "-S stops between two requests, too"))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/* A stream ends, too, though the signal came while a command was sent. */
static void
test_stop_stream(int sig, const char *name)
{
	const char *argv[] = { "setkey", "-T", "pfkey", "-c", NULL };
	int status = run_stopped(argv, script, LATER, sig);

	if (!ok((WIFSIGNALED(status) || (WIFEXITED(status) &&
	    WEXITSTATUS(status) == 1 && strstr(run.text, "a signal came") !=
	    NULL)) && faults->changes < COMMANDS, "%s ends -c", name))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/* Of three SAs, which go one by one. */
static void
test_stop_flush(const char *channel)
{
	const char *argv[] = { "setkey", "-T", channel, "-F", "--", "-u", "0",
	    NULL };
	int status = run_stopped(argv, NULL, 1, SIGINT);

	/* It may have been late. */
	if (!ok(WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
	    strstr(run.text, "a signal came: the rest is not deleted") !=
	    NULL), "%s, -F of some: SIGINT does not end it without a word",
	    channel))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

static void
test_hangup(const char *mode)
{
	int status = run_with_signal(mode, SIGHUP);

	/* The kernel that is made up dumps what it always does. */
	if (!ok(WIFEXITED(status) && (mode[1] == 'S' ||
	    WEXITSTATUS(status) == 0) && faults->changes >= COMMANDS,
	    "%s: SIGHUP does not cut a file in two", mode))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/* Nobody reads what it writes. */
static void
close_reader(void)
{
	int ends[2];

	if (pipe(ends) != 0)
		_exit(98);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[0]);
	close(ends[1]);
}

/* A file takes a part of it. */
static void
limit_file(void)
{
	struct rlimit limit = { 1024, 1024 };

	setrlimit(RLIMIT_FSIZE, &limit);
}

static void
test_reader(const char *channel, const char *what, void (*prepare)(void),
    int error)
{
	const char *argv[] = { "setkey", "-T", channel, "-v", "-f", "-",
	    NULL };
	int status;
	pid_t pid;

	memset(faults, 0, sizeof(*faults));
	pid = run_start(argv, script, prepare);
	waitpid(pid, &status, 0);
	run_collect();
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
	    faults->changes == COMMANDS && strstr(run.text, strerror(error)) !=
	    NULL, "%s: %s: the databases come first", channel, what))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/* Its clocks go so much faster that limits of minutes pass in the test. */
#define HURRY	2000

#define DELETE_ALL	"deleteall 10.0.0.1 10.0.0.2 esp;\n"

/* Each kind of request. */
static const struct {
	const char *name;
	const char *options[5];
	const char *input;
	bool dumps;			/* so that a dump without end matters */
} kinds[] = {
	{ "-f", { "-f", "-" }, script, false },
	{ "-D", { "-D" }, NULL, true },
	{ "-DP", { "-DP" }, NULL, true },
	{ "-D of some", { "-D", "--", "-u", "0" }, NULL, true },
	{ "-D -o script", { "-D", "-o", "script" }, NULL, true },
	{ "-DP -o json", { "-DP", "-o", "json" }, NULL, true },
	{ "-n -D", { "-nD" }, NULL, true },
	{ "-F", { "-F" }, NULL, false },
	{ "-FP", { "-FP" }, NULL, false },
	{ "-F of some", { "-F", "--", "-u", "0" }, NULL, true },
	{ "-S", { "-S", "-" }, script, true },
	{ "-n -S", { "-n", "-S", "-" }, script, true },
	{ "-c", { "-c" }, "spddump;\n", true },
	{ "get", { "-c" }, "get 10.0.0.1 10.0.0.2 esp 0x1000;\n", false },
	{ "deleteall", { "-f", "-" }, DELETE_ALL, false },
	{ "getspi", { "-c" }, "getspi 10.0.0.1 10.0.0.2 esp 0x1000;\n",
	    false },
};
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static void
test_endless(enum fault_kernel kernel, const char *what, const char *channel,
    size_t kind)
{
	const char *argv[9] = { "setkey", "-T", channel };
	int status, i;

	for (i = 0; i < 5; i++)
		argv[3 + i] = kinds[kind].options[i];
	memset(faults, 0, sizeof(*faults));
	faults->kernel = kernel;
	faults->hurry = HURRY;
	status = run_setkey(argv, kinds[kind].input);
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
	    (strstr(run.text, "did not answer") != NULL ||
	    strstr(run.text, "end of the dump did not come") != NULL) &&
	    strstr(run.text, strerror(ETIMEDOUT)) == NULL,
	    "%s, %s: a kernel that %s", channel, kinds[kind].name, what))
		printf("# status %x\n# %s\n", (unsigned)status, run.text);
}

/*
 * Where nobody answers no more is asked.  Of three SAs that are found each is
 * deleted in a system call of its own.
 */
static void
test_silent_deletion(const char *channel, enum fault_kernel kernel,
    const char *input, unsigned sends)
{
	const char *argv[] = { "setkey", "-T", channel, "-f", "-", NULL };
	int status;

	memset(faults, 0, sizeof(*faults));
	faults->kernel = kernel;
	faults->hurry = HURRY;
	faults->call = CALL_GETSOCKOPT;
	faults->nth = 1;
	faults->forever = true;
	status = run_setkey(argv, input);
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
	    faults->calls[CALL_SEND] == sends &&
	    strstr(run.text, "did not answer") != NULL,
	    "%s, deleteall: silence ends it", channel))
		printf("# status %x, %u sent\n# %s\n", (unsigned)status,
		    faults->calls[CALL_SEND], run.text);
}

int
main(void)
{
	static const char *const channels[] = { "pfkey", "xfrm" };
	size_t i, kind;

	run_begin();
	make_script();
	test_stop(SIGINT, "SIGINT");
	test_stop(SIGTERM, "SIGTERM");
	test_stop_twins();
	test_stop_flush_of_file();
	test_stop_sync();
	test_stop_stream(SIGINT, "SIGINT");
	test_stop_stream(SIGTERM, "SIGTERM");
	test_hangup("-f");
	test_hangup("-S");
	/* A dump and a deletion (netlink: and a probe); three dumps. */
	test_silent_deletion("pfkey", KERNEL_DUMPS, DELETE_ALL, 2);
	test_silent_deletion("xfrm", KERNEL_DUMPS, DELETE_ALL, 3);
	test_silent_deletion("pfkey", KERNEL_CHATS, DELETE_ALL DELETE_ALL
	    DELETE_ALL DELETE_ALL, 3);
	for (i = 0; i < 2; i++) {
		test_stop_flush(channels[i]);
		test_reader(channels[i], "a reader that went away",
		    close_reader, EPIPE);
		test_reader(channels[i], "a file that may not grow",
		    limit_file, EFBIG);
		for (kind = 0; kind < KINDS; kind++) {
			test_endless(KERNEL_CHATS, "talks without an answer",
			    channels[i], kind);
			if (i == 1)
				test_endless(KERNEL_STRANGER,
				    "is silent, while others talk",
				    channels[i], kind);
			if (kinds[kind].dumps)
				test_endless(KERNEL_ENDLESS,
				    "never ends a dump", channels[i], kind);
		}
	}
	return done();
}

#endif
