/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left at the end of a run, in every mode: no key in the memory of the
 * process, no capability but one, and what nobody needs is refused.  The
 * process is stopped as it exits, and looked into.
 */
#include "modes.h"
#include "run_setkey.h"
#include "tap.h"

#ifndef __linux__

int
main(void)
{
	puts("1..0 # SKIP how to look into a process is Linux'");
	return 0;
}

#else

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>

#include <linux/capability.h>

#define BINARY_OCTETS	8	/* of a marked key in a row */
#define TEXT_OCTETS	4	/* the same, as hexadecimal digits */
#define WORDS		"MarkedKe"

/* ---- marked keys ---- */

static bool
is_marked(const uint8_t *p, size_t left)
{
	unsigned i;

	if (left < BINARY_OCTETS)
		return false;
	for (i = 1; i < BINARY_OCTETS; i++)
		if (p[i] != (uint8_t)(p[i - 1] + FAULT_KEY_STEP))
			return false;
	return true;
}

static int
digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : tolower(c) >= 'a' && tolower(c) <= 'f' ?
	    tolower(c) - 'a' + 10 : -1;
}

static bool
is_marked_text(const uint8_t *p, size_t left)
{
	int octets[TEXT_OCTETS], high, low, i;

	if (left < 2 * TEXT_OCTETS)
		return false;
	for (i = 0; i < TEXT_OCTETS; i++) {
		high = digit(p[2 * i]);
		low = digit(p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		octets[i] = high << 4 | low;
		if (i > 0 && octets[i] != ((octets[i - 1] + FAULT_KEY_STEP) &
		    0xff))
			return false;
	}
	return true;
}

/* Octets of marked keys; says where the first is. */
static unsigned
count_marked(const char *region, const uint8_t *octets, size_t n)
{
	unsigned found = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_marked(octets + i, n - i) &&
		    !is_marked_text(octets + i, n - i) &&
		    (n - i < sizeof(WORDS) - 1 || memcmp(octets + i, WORDS,
		    sizeof(WORDS) - 1) != 0))
			continue;
		if (found++ == 0)
			printf("# key at %zx of %s", i, region);
	}
	return found;
}

/* In all memory that can be written to. */
static unsigned
look_for_keys(pid_t pid)
{
	char name[64], line[512];
	uint64_t begin, end;
	unsigned found = 0;
	uint8_t *octets;
	ssize_t n;
	FILE *maps;
	int mem;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	maps = fopen(name, "r");
	snprintf(name, sizeof(name), "/proc/%d/mem", (int)pid);
	mem = open(name, O_RDONLY);
	if (maps == NULL || mem < 0) {
		printf("# %s: %s\n", name, strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " rw", &begin, &end) !=
		    2 || strstr(line, " rw-p") == NULL)
			continue;
		octets = malloc(end - begin);
		n = octets == NULL ? -1 : pread(mem, octets, end - begin,
		    (off_t)begin);
		if (n > 0)
			found += count_marked(line, octets, (size_t)n);
		free(octets);
	}
	fclose(maps);
	close(mem);
	return found;
}

/* ---- privileges ---- */

/* A number of /proc/PID/status, in hexadecimal. */
static uint64_t
status_of(pid_t pid, const char *what)
{
	char name[64], line[256];
	uint64_t value = UINT64_MAX;
	FILE *status;

	snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
	status = fopen(name, "r");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			value = strtoull(line + strlen(what), NULL, 16);
	if (status != NULL)
		fclose(status);
	return value;
}

struct left {
	unsigned keys;
	uint64_t capabilities, no_new_privileges, filter, locked;
};

static void
be_traced(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

/* Runs a mode, and looks at what is left as it exits. */
static bool
run_and_look(const struct mode *mode, struct left *left)
{
	pid_t pid = run_start(mode->argv, mode->input, be_traced);
	bool looked = false;
	int status, sig;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	    PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		sig = WSTOPSIG(status);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			left->keys = look_for_keys(pid);
			left->capabilities = status_of(pid, "CapPrm:");
			left->no_new_privileges = status_of(pid, "NoNewPrivs:");
			left->filter = status_of(pid, "Seccomp:");
			left->locked = status_of(pid, "VmLck:");
			looked = true;
			sig = 0;
		}
		ptrace(PTRACE_CONT, pid, NULL, (long)sig);
	}
	run_collect();
	return looked && WIFEXITED(status);
}

/* The same where memory runs out, at each allocation there is. */
static void
check_without_memory(const struct mode *mode)
{
	struct left left = { .keys = 0 };
	unsigned n = 0, keys = 0;

	memset(faults, 0, sizeof(*faults));
	faults->kernel = mode->kernel;
	faults->call = CALL_MEMORY;
	faults->error = ENOMEM;
	do {
		faults->nth = ++n;
		if (!run_and_look(mode, &left))
			break;
		if (left.keys != 0)
			printf("# at allocation %u\n", n);
		keys += left.keys;
	} while (faults->reached);
	if (!ok(keys == 0 && !faults->reached,
	    "%s: no key is left where memory runs out", mode->name))
		printf("# %s\n", run.text);
}

#define ENOUGH	(1024 * 1024)

static void
check_locked(const struct mode *mode, const struct left *left)
{
	struct rlimit limit;

	getrlimit(RLIMIT_MEMLOCK, &limit);
	ok(limit.rlim_cur < ENOUGH || left->locked != 0,
	    "%s: memory is locked%s", mode->name, limit.rlim_cur < ENOUGH ?
	    " # SKIP the limit is low" : "");
}

/* What must come of a call in each mode, and in a stream, which names hosts. */
static const struct {
	const char *what;
	int error, stream;
} probes[PROBE_COUNT] = {
	[PROBE_EXEC] = { "run a program", EPERM, EPERM },
	[PROBE_OPEN] = { "read a file", 0, 0 },
	[PROBE_WRITE_FILE] = { "write a file", EPERM, EPERM },
	[PROBE_PTRACE] = { "look into a process", EPERM, EPERM },
	[PROBE_OTHER] = { "change the directory", EPERM, EPERM },
	[PROBE_RECENT] = { "a recent call", ENOSYS, ENOSYS },
	[PROBE_TYPE] = { "type on a terminal", EPERM, EPERM },
	[PROBE_SIGNAL] = { "signal another process", EPERM, EPERM },
	[PROBE_FAMILY] = { "a socket of any family", EPERM, EPERM },
	[PROBE_CONNECT] = { "connect", EPERM, EBADF },
	[PROBE_INTERNET] = { "a socket to the network", EPERM, 0 },
};

static void
check_filter(const struct mode *mode, const struct left *left)
{
	bool stream = strncmp(mode->name, "-c", 2) == 0, good = left->filter == 2;
	int i, wanted;

	for (i = 0; i < PROBE_COUNT; i++) {
		wanted = stream ? probes[i].stream : probes[i].error;
		if (faults->probe_error[i] == wanted)
			continue;
		good = false;
		printf("# %s: errno %d, not %d\n", probes[i].what,
		    faults->probe_error[i], wanted);
	}
	ok(good, "%s: what it does not need is refused", mode->name);
}

static void
check_privileges(const struct mode *mode, const struct left *left)
{
	ok((left->capabilities & ~((uint64_t)1 << CAP_NET_ADMIN)) == 0,
	    "%s: no capability but CAP_NET_ADMIN", mode->name);
	ok(left->no_new_privileges == 1, "%s: no new privileges", mode->name);
#if defined(__x86_64__) || defined(__aarch64__)
	check_filter(mode, left);
#else
	ok(true, "%s # SKIP no filter for this processor", mode->name);
#endif
}

/* With an argument, only the modes whose names have it. */
int
main(int argc, char **argv)
{
	unsigned looked = 0, dropped = 0;
	struct left left;
	size_t i;

	run_begin();
	for (i = 0; i < MODES; i++) {
		if (argc > 1 && strstr(modes[i].name, argv[1]) == NULL)
			continue;
		memset(faults, 0, sizeof(*faults));
		faults->kernel = modes[i].kernel;
		faults->probe = true;
		memset(&left, 0, sizeof(left));
		if (!run_and_look(&modes[i], &left)) {
			ok(false, "%s: it can be looked into", modes[i].name);
			printf("# %s\n", run.text);
			continue;
		}
		looked++;
		ok(left.keys == 0, "%s: no key is left", modes[i].name);
		if (faults->probed) {
			dropped++;
			check_locked(&modes[i], &left);
			check_privileges(&modes[i], &left);
		}
		if (argc > 1 || !modes[i].alike)
			check_without_memory(&modes[i]);
	}
	ok(looked > 0 && (argc > 1 || dropped > MODES / 2),
	    "%u modes, %u of which speak to the kernel", looked, dropped);
	return done();
}

#endif
