/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every allocation and every system call fails once, and then from there on, in
 * every mode.  The program says so in words and ends with exit status 1, or it
 * can do without, and then what it did is the same; nothing is sent from a file
 * that was not whole.
 */
#include <errno.h>
#include <signal.h>

#include "modes.h"
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

static const struct fault {
	const char *name;
	enum fault_call call;
	int error;
	bool once_only;			/* not for ever, too */
} all_faults[] = {
	{ "memory", CALL_MEMORY, ENOMEM, false },
	{ "socket", CALL_SOCKET, EMFILE, false },
	{ "bind", CALL_BIND, ENOBUFS, true },
	{ "setsockopt", CALL_SETSOCKOPT, EPERM, true },
	{ "getsockopt", CALL_GETSOCKOPT, ENOBUFS, true },
	{ "send", CALL_SEND, ECONNREFUSED, false },
	{ "send: no memory", CALL_SEND, ENOBUFS, true },
	{ "send: a signal", CALL_SEND, EINTR, true },
	{ "receive", CALL_RECEIVE, EIO, true },
	{ "receive: lost", CALL_RECEIVE, ENOBUFS, false },
	{ "receive: a signal", CALL_RECEIVE, EINTR, true },
	{ "poll", CALL_POLL, ENOMEM, true },
	{ "poll: a signal", CALL_POLL, EINTR, true },
	{ "open", CALL_OPEN, EACCES, true },
	{ "read", CALL_READ, EIO, true },
	{ "read: a signal", CALL_READ, EINTR, true },
	{ "stat", CALL_FSTAT, EIO, true },
	{ "fcntl", CALL_FCNTL, EBADF, true },
	{ "getaddrinfo", CALL_RESOLVE, 0, true },
	{ "output", CALL_OUTPUT, ENOSPC, false },
	{ "setrlimit", CALL_LIMITS, EPERM, true },
	{ "prctl", CALL_PRCTL, EINVAL, true },
	{ "getentropy", CALL_RANDOM, ENOSYS, true },
};
#define FAULTS	(sizeof(all_faults) / sizeof(all_faults[0]))

/* What a mode does if nothing fails. */
struct normal {
	int status;
	unsigned lines;
	unsigned changes;
	char text[sizeof(run.text)];
};

static unsigned injected, reached_by[CALL_COUNT];

/* What is wrong with the run that just ended, or NULL. */
static const char *
judge(const struct mode *mode, const struct fault *fault,
    const struct normal *normal, int status)
{
	bool again, told;

	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? "it hangs" : "it crashed";
	if (WEXITSTATUS(status) > 1)
		return "its exit status is neither 0 nor 1";
	if (WEXITSTATUS(status) == 1 && run.text[0] == '\0')
		return "it said nothing";
	/*
	 * What fails without a fault, too, says something else of the fault.
	 * One for ever may be told of a request, when the first was mended.
	 */
	told = !faults->forever && (status != normal->status ||
	    strcmp(run.text, normal->text) != 0);
	if (told && mode->loads && faults->changes != 0 &&
	    faults->changes_before == 0 && WEXITSTATUS(status) == 1 &&
	    fault->call != CALL_SEND && fault->call != CALL_RECEIVE &&
	    fault->call != CALL_POLL && fault->call != CALL_OUTPUT)
		return "it sent something of what was not whole";
	/* A request whose answer was lost may be sent again. */
	again = fault->error == ENOBUFS &&
	    fault->call == CALL_RECEIVE &&
	    faults->changes > normal->changes;
	if (WEXITSTATUS(status) == 0 && normal->status == 0 &&
	    faults->changes != normal->changes && !again)
		return "it did something else, and said nothing";
	if (WEXITSTATUS(status) == 0 && normal->status == 0 &&
	    run.lines != normal->lines)
		return "it printed something else, and said nothing";
	if (fault->error == EINTR && status != normal->status)
		return "a signal is no failure";
	return NULL;
}

static const char *
inject(const struct mode *mode, const struct fault *fault,
    const struct normal *normal, unsigned n, bool forever)
{
	const char *bad;
	int status;

	faults->call = fault->call;
	faults->error = fault->error;
	faults->nth = n;
	faults->forever = forever;
	status = run_setkey(mode->argv, mode->input);
	injected += faults->reached;
	reached_by[fault->call] += faults->reached;
	bad = judge(mode, fault, normal, status);
	/* What close() finds in the socket is not what failed. */
	return bad == NULL && strstr(run.text, strerror(EAGAIN)) != NULL ?
	    "it names another error" : bad;
}

/* One kind of fault, at each call there is; false if one was wrong. */
static bool
try_fault(const struct mode *mode, const struct fault *fault,
    const struct normal *normal)
{
	const char *bad;
	unsigned n = 0;
	bool good = true, forever;

	do {
		n++;
		for (forever = false;; forever = true) {
			bad = inject(mode, fault, normal, n, forever);
			if (bad != NULL)
				printf("# %s: %s%s, call %u: %s\n# %s\n",
				    mode->name, fault->name,
				    forever ? " for ever" : "", n, bad,
				    run.text);
			good &= bad == NULL;
			if (forever || fault->once_only || !faults->reached)
				break;
		}
	} while (faults->reached && good);
	return good;
}

static void
try_mode(const struct mode *mode)
{
	static struct normal normal;	/* large */
	bool good = true;
	size_t i;

	memset(faults, 0, sizeof(*faults));
	faults->kernel = mode->kernel;
	normal.status = run_setkey(mode->argv, mode->input);
	normal.lines = run.lines;
	normal.changes = faults->changes;
	memcpy(normal.text, run.text, sizeof(normal.text));
	if (!ok(WIFEXITED(normal.status) && (WEXITSTATUS(normal.status) == 0 ||
	    mode->may_fail), "%s: without a fault", mode->name))
		printf("# status %x\n# %s\n", (unsigned)normal.status,
		    run.text);
	for (i = 0; i < FAULTS; i++)
		good &= try_fault(mode, &all_faults[i], &normal);
	ok(good, "%s: with each fault", mode->name);
}

/*
 * A command that was reported as failed, since the socket could not be had, is
 * not carried out with the next one.  Its two policies are one in and its twin.
 */
static void
test_failed_command(const char *channel)
{
	const char *argv[] = { "setkey", "-T", channel, "-c", NULL };
	static const char two[] =
	    "spdadd 10.0.0.1 10.0.0.2 any -P in none;\n"
	    "spdadd 10.0.0.1 10.0.0.3 any -P out none;\n";
	int status;

	memset(faults, 0, sizeof(*faults));
	faults->kernel = KERNEL_GOOD;
	faults->call = CALL_SOCKET;
	faults->error = EMFILE;
	faults->nth = 1;
	status = run_setkey(argv, two);
	if (!ok(WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
	    faults->reached && faults->changes == 1 &&
	    strstr(run.text, strerror(EMFILE)) != NULL,
	    "-c, %s: what was reported as failed is not done later", channel))
		printf("# status %x, %u changes\n# %s\n", (unsigned)status,
		    faults->changes, run.text);
}

/*
 * Nor is one that memory was too short for, at any moment.  Its 66 policies are
 * pairs of in and fwd, and another one comes behind them.
 */
static const char *
judge_lost_memory(void)
{
	static const char none[] = "command from line 1 on was not carried out";
	const char *said = strstr(run.text, none);
	unsigned first = faults->changes & ~1u;

	if (first != 0 && first != 66 && (said == NULL ||
	    strstr(said, "but for a part of it") == NULL))
		return "the first was done in part, and nobody says so";
	return first != 0 && said != NULL && said[sizeof(none) - 1] != ',' ?
	    "what was reported as failed was done" :
	    first == 0 && run.text[0] == '\0' ? "it said nothing" : NULL;
}

static void
test_lost_memory(const char *channel, bool forever)
{
	const char *argv[] = { "setkey", "-T", channel, "-c", NULL };
	static const char two[] =
	    "spdadd 10.0.0.1 many.test any -P in none;\n"
	    "spdadd 10.0.0.1 10.0.0.3 any -P out none;\n";
	const char *bad = NULL;
	int status;

	memset(faults, 0, sizeof(*faults));
	faults->call = CALL_MEMORY;
	faults->error = ENOMEM;
	faults->forever = forever;
	do {
		faults->nth++;
		status = run_setkey(argv, two);
		bad = WIFEXITED(status) ? judge_lost_memory() : "it crashed";
	} while (bad == NULL && faults->reached);
	if (!ok(bad == NULL && faults->changes == 67,
	    "-c, %s: a command that memory%s was too short for", channel,
	    forever ? ", from there on," : ""))
		printf("# allocation %u: %s, %u changes\n# %s\n",
		    faults->nth, bad, faults->changes, run.text);
}

/*
 * An answer that cannot be read is no refusal: what the kernel may have made is
 * not taken away, and that is said.
 */
static void
test_lost_answer(const char *channel, enum fault_call call)
{
	const char *argv[] = { "setkey", "-T", channel, "-f", "-", NULL };
	unsigned lost = 0;
	bool good = true;
	int status;

	memset(faults, 0, sizeof(*faults));
	faults->call = call;
	faults->error = ENOMEM;
	do {
		faults->nth++;
		status = run_setkey(argv,
		    "spdadd 10.0.0.1 10.0.0.2 any -P in none;\n");
		if (!faults->reached || faults->changes == 0)
			continue;
		lost++;
		good = WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
		    faults->changes == 2 &&
		    strstr(run.text, "may have been carried out") != NULL;
	} while (faults->reached && good);
	if (!ok(good && lost != 0, "%s: an answer that cannot be read",
	    channel))
		printf("# call %u, status %x, %u changes\n# %s\n",
		    faults->nth, (unsigned)status, faults->changes, run.text);
}

/* A dump that is begun again, and that two requests make, has all once. */
static void
test_torn_dump(void)
{
	const char *argv[] = { "setkey", "-T", "pfkey", "-DP", "-o", "script",
	    "--", "two.test/8", "0.0.0.0/0", NULL };
	unsigned lines, dumps;
	int status;

	memset(faults, 0, sizeof(*faults));
	run_setkey(argv, NULL);
	lines = run.lines;
	dumps = faults->dumps;
	faults->kernel = KERNEL_TORN;
	status = run_setkey(argv, NULL);
	if (!ok(status == 0 && faults->dumps > dumps && run.lines == lines,
	    "-DP -o script: a dump that is begun again"))
		printf("# status %x, %u lines, not %u\n# %s\n",
		    (unsigned)status, run.lines, lines, run.text);
}

/*
 * What is found by the name of an SA with a mark has none: however the kernel's
 * answers get lost, it is left alone.
 */
static void
test_another_mark(void)
{
	static const char *const argv[] = { "setkey", "-T", "xfrm", "-f", "-",
	    NULL };
	static const char marked[] =
	    "delete 10.0.0.1 10.0.0.2 esp 0x1000 -mark 1/3;\n"
	    "update 10.0.0.1 10.0.0.2 esp 0x1000 -mark 1/3 -E null \"\";\n";
	bool good = true;
	size_t i;

	memset(faults, 0, sizeof(*faults));
	faults->kernel = KERNEL_FINDS;
	for (i = 0; i < FAULTS; i++) {
		faults->call = all_faults[i].call;
		faults->error = all_faults[i].error;
		faults->nth = 0;
		do {
			faults->nth++;
			good &= WEXITSTATUS(run_setkey(argv, marked)) == 1 &&
			    faults->changes == 0;
		} while (faults->reached && good);
		if (!good)
			break;
	}
	if (!ok(good, "an SA with another mark is not touched"))
		printf("# %s, call %u: %u changes\n# %s\n",
		    all_faults[i].name, faults->nth, faults->changes,
		    run.text);
}

/* With an argument, only the modes whose names have it. */
int
main(int argc, char **argv)
{
	size_t i;

	run_begin();
	test_failed_command("pfkey");
	test_failed_command("xfrm");
	test_lost_answer("pfkey", CALL_POLL);
	test_lost_answer("xfrm", CALL_RECEIVE);
	for (i = 0; i < 2; i++) {
		test_lost_memory("pfkey", i != 0);
		test_lost_memory("xfrm", i != 0);
	}
	test_another_mark();
	test_torn_dump();
	for (i = 0; i < MODES; i++)
		if (argc < 2 ? !modes[i].alike :
		    strstr(modes[i].name, argv[1]) != NULL)
			try_mode(&modes[i]);
	for (i = 0; argc < 2 && i < FAULTS; i++)
		ok(reached_by[all_faults[i].call] != 0, "faults of %s happened",
		    all_faults[i].name);
	printf("# %u faults\n", injected);
	return done();
}

#endif
