/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setkey -c for a person: prompts, mistakes that do not end the session, and
 * colours.  The test types at one end of a pseudo terminal.  With -n nothing
 * reaches the kernel.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tap.h"

#define PATIENCE	10000	/* milliseconds, on a machine that is busy */

static struct {
	int fd;
	pid_t pid;
	char text[65536];	/* all that was shown */
	size_t len, seen;	/* seen: up to where it was expected */
} t;

/* Runs setkey at a terminal that does not show what is typed. */
static void
start(const char *arg, const char *no_colour)
{
	const char *path = getenv("SETKEY");
	struct termios tio;
	int slave;

	memset(&t, 0, sizeof(t));
	t.fd = posix_openpt(O_RDWR | O_NOCTTY);
	if (t.fd < 0 || grantpt(t.fd) != 0 || unlockpt(t.fd) != 0 ||
	    (t.pid = fork()) < 0) {
		perror("pseudo terminal");
		exit(1);
	}
	if (t.pid != 0)
		return;
	setsid();
	slave = open(ptsname(t.fd), O_RDWR);
	ioctl(slave, TIOCSCTTY, 0);
	tcgetattr(slave, &tio);
	tio.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(slave, TCSANOW, &tio);
	dup2(slave, 0);
	dup2(slave, 1);
	dup2(slave, 2);
	unsetenv("NO_COLOR");
	if (no_colour != NULL)
		setenv("NO_COLOR", no_colour, 1);
	execl(path != NULL ? path : "./setkey", "setkey", "-n", arg, "-c",
	    (char *)NULL);
	_exit(127);
}

static void
type(const char *text)
{
	if (write(t.fd, text, strlen(text)) < 0)
		perror("write");
}

/* Reads what comes until the text is there, behind what was seen before. */
static bool
shows(const char *text)
{
	struct pollfd pfd = { .fd = t.fd, .events = POLLIN };
	const char *found;
	ssize_t n;

	while ((found = strstr(t.text + t.seen, text)) == NULL) {
		if (poll(&pfd, 1, PATIENCE) <= 0)
			return false;
		n = read(t.fd, t.text + t.len, sizeof(t.text) - 1 - t.len);
		if (n <= 0)
			return false;
		t.len += (size_t)n;
	}
	t.seen = (size_t)(found - t.text) + strlen(text);
	return true;
}

/* The exit status, once it ends. */
static int
status(void)
{
	char rest[256];
	int wstatus;

	while (read(t.fd, rest, sizeof(rest)) > 0)
		continue;
	waitpid(t.pid, &wstatus, 0);
	close(t.fd);
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128;
}

/* How often the text was shown in all. */
static unsigned
count(const char *text)
{
	const char *p = t.text;
	unsigned n = 0;

	while ((p = strstr(p, text)) != NULL) {
		p++;
		n++;
	}
	return n;
}

#define PROMPT	"setkey> "
#define MORE	"      > "

static void
test_session(void)
{
	start("-v", NULL);
	ok(shows(PROMPT), "a prompt");
	type("flush;\n");
	ok(shows("flush;\r\n" PROMPT), "a command, and the next prompt");
	type("add 10.0.0.1 10.0.0.2\n");
	ok(shows(MORE), "another prompt inside a command");
	type("esp 1000 -E null\n");
	ok(shows(MORE), "and again");
	type("\"a\n");
	ok(shows(MORE), "also inside a string");
	type("b\";\n");
	ok(shows("add 10.0.0.1 10.0.0.2 esp") && shows(PROMPT),
	    "until it is whole");
	type("# a comment\n");
	ok(shows(PROMPT), "not inside a comment");
	type("\n");
	ok(shows(PROMPT), "nor after an empty line");
	type("flush; spdflush; dump\n");
	ok(shows("flush;\r\nspdflush;\r\n" MORE), "commands on one line");
	type(";\n");
	ok(shows("dump;\r\n" PROMPT), "the last one's end");
	type("exit;\n");
	ok(status() == 0, "exit ends it");
	ok(count(PROMPT) == 6 && count(MORE) == 4, "no prompt too many");
}

static void
test_mistakes(void)
{
	start("-v", NULL);
	shows(PROMPT);
	type("flsh;\n");
	ok(shows("unknown command 'flsh'") && shows("did you mean 'flush'?") &&
	    shows(PROMPT), "a mistake is told, and the session goes on");
	type("spdflush;\n");
	ok(shows("spdflush;\r\n" PROMPT), "with the next command");
	type("foo\n");
	ok(shows("unknown command 'foo'") && shows(PROMPT),
	    "what is no command is told at once");
	type("spdadd 10.0.0.1 10.0.0.2 any\n");
	shows(MORE);
	type("-P uot none;\n");
	ok(shows("stdin:5:4:") && shows("unknown direction 'uot'") &&
	    shows("    -P uot none;\r\n       ") && shows(PROMPT),
	    "a mistake in the second line of a command");
	type("help;\n");
	ok(shows("spdadd ") && shows(PROMPT), "help");
	type("\004");
	ok(shows("\r\n") && status() == 1, "the end of the input ends it, and "
	    "the line; mistakes count");

	start("-v", "1");
	shows(PROMPT);
	type("flush\n");
	shows(MORE);
	type("\004");
	ok(shows("\r\nstdin:1:6: ") && shows("missing ';'") && status() == 1,
	    "the end of the input inside a command");
}

/* Help, without a ';' for the first. */
static void
test_help(void)
{
	start("-v", "1");
	shows(PROMPT);
	type("help\n");
	ok(shows("add [-46n] ") && shows("bye ;\r\n" PROMPT), "help alone");
	type("help add\n");
	ok(shows("\r\n    -r N: ") && shows(PROMPT) &&
	    count("    -r N: ") == 1, "help of a command, and its options");
	type("help spdadd;\n");
	ok(shows("\r\n    -P DIRECTION") && shows(PROMPT) &&
	    count("    -r N: ") == 1, "a policy has others");
	type("help foo\n");
	ok(shows("unknown command 'foo'") && shows(PROMPT), "of none");
	type("exit\n");
	ok(status() == 1, "exit alone");
}

/* What Ctrl-C drops, wherever it is. */
static void
test_interrupts(void)
{
	static const char *const begun[] = { "add 10.0.0.1 10.0.0.2\n",
	    "add 10.0.0.1 10.0.0.2 esp 1000 -E aes-cbc \"half a\n",
	    "spdadd 10.0.0.1 10.0.0.2 any -P out ipsec\n", "help foo bar\n",
	    "flush" };
	char last[] = "add 10.0.0.1 10.0.0.2 esp 1000 -E null; dump\n";
	bool good = true;
	size_t i;

	start("-v", "1");
	shows(PROMPT);
	type("\003");
	ok(shows("\r\n" PROMPT), "an interrupt of nothing");
	for (i = 0; i < sizeof(begun) / sizeof(begun[0]); i++) {
		type(begun[i]);
		if (strchr(begun[i], '\n') != NULL && i != 3)
			good &= shows(MORE);
		else if (i == 3)
			good &= shows(PROMPT);
		type("\003");
		good &= shows("\r\n" PROMPT);
		type("spdflush;\n");
		good &= shows("spdflush;\r\n" PROMPT);
	}
	ok(good, "an interrupt drops what was begun, and the next is whole");
	type(last);
	ok(shows("-E null;\r\n" MORE), "what was whole before it stays");
	type("\003");
	shows(PROMPT);
	type("flsh;\n");
	ok(shows("stdin:11:1: error: ") && shows(PROMPT), "lines are counted");
	type("\004");
	ok(status() == 1, "and the session ends when it is told to");

	start("-v", "1");
	shows(PROMPT);
	type("flush\n");
	shows(MORE);
	type("\003");
	shows(PROMPT);
	type("exit;\n");
	ok(status() == 0, "an interrupt is no mistake");
}

static void
test_colours(void)
{
	start("-v", NULL);
	shows(PROMPT);
	type("flsh;\n");
	shows("did you mean");
	ok(count("\033[") != 0, "colours on a terminal");
	type("quit;\n");
	status();

	start("-v", "1");
	shows(PROMPT);
	type("flsh;\n");
	shows("did you mean");
	ok(count("\033[") == 0, "none with NO_COLOR");
	type("bye;\n");
	status();

	start("-v", "");
	shows(PROMPT);
	type("flsh;\n");
	shows("did you mean");
	ok(count("\033[") != 0, "an empty NO_COLOR does not count");
	type("bye;\n");
	status();
}

/* A line as long as the terminal takes, and many of them. */
static void
test_many(void)
{
	int i;
	bool good = true;

	start("-n", NULL);
	shows(PROMPT);
	for (i = 0; i < 200; i++) {
		type("add 10.0.0.1 10.0.0.2 esp 1000 -E null \"a key\"; "
		    "spdadd 10.0.0.0/8 10.1.0.0/16 any -P out none;\n");
		good &= shows(PROMPT);
	}
	type("flsh;\n");
	good &= shows("stdin:201:1:");
	type("exit;\n");
	ok(good && status() == 1, "200 lines, and a mistake in the 201st");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_session();
	test_mistakes();
	test_help();
	test_interrupts();
	test_colours();
	test_many();
	return done();
}
