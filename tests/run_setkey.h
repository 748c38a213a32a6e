/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running setkey ($SETKEY, or ./setkey) with faults.so preloaded: its input,
 * output and errors are files of ours, and its kernel is made up.
 */
#ifndef RUN_SETKEY_H
#define RUN_SETKEY_H

#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"

#define RUN_SECONDS	60		/* then it hangs */

static struct faults *faults;		/* shared with setkey */

static struct run {
	int faults_fd, in, out, err;	/* files without a name */
	char text[65536];		/* what it said to standard error */
	unsigned lines;			/* on standard output */
} run;

/* A file that is gone when nobody has it any more. */
static int
file_without_name(void)
{
	const char *directory = getenv("TMPDIR");
	char name[4096];
	int fd;

	snprintf(name, sizeof(name), "%s/setkey-test.XXXXXX",
	    directory != NULL ? directory : "/tmp");
	fd = mkstemp(name);

	if (fd < 0) {
		perror(name);
		exit(1);
	}
	unlink(name);
	return fd;
}

static void
run_begin(void)
{
	run.faults_fd = file_without_name();
	run.in = file_without_name();
	run.out = file_without_name();
	run.err = file_without_name();
	if (ftruncate(run.faults_fd, sizeof(*faults)) != 0)
		exit(1);
	faults = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE,
	    MAP_SHARED, run.faults_fd, 0);
	if (faults == MAP_FAILED)
		exit(1);
}

/* The child's part: does not return. */
static void
run_exec(const char *const argv[], void (*prepare)(void))
{
	const char *path = getenv("SETKEY");
	char number[16];
	int fd = dup(run.faults_fd);

	snprintf(number, sizeof(number), "%d", fd);
	setenv("FAULTS_FD", number, 1);
	setenv("LD_PRELOAD", "tests/faults.so", 1);
	setenv("TZ", "UTC0", 1);
	dup2(run.in, STDIN_FILENO);
	dup2(run.out, STDOUT_FILENO);
	dup2(run.err, STDERR_FILENO);
	alarm(RUN_SECONDS);
	if (prepare != NULL)
		prepare();
	execv(path != NULL ? path : "./setkey", (char **)(uintptr_t)argv);
	_exit(99);
}

/*
 * Starts it with that on standard input (NULL: nothing).  *faults says what
 * shall fail; what came of an earlier run is forgotten.
 */
static pid_t
run_start(const char *const argv[], const char *input, void (*prepare)(void))
{
	int fds[3] = { run.in, run.out, run.err };
	pid_t pid;
	int i;

	memset(faults->calls, 0, sizeof(faults->calls));
	faults->reached = faults->probed = false;
	faults->tester = getpid();
	faults->changes = faults->changes_before = faults->dumps = 0;
	for (i = 0; i < 3; i++)
		if (ftruncate(fds[i], 0) != 0 || lseek(fds[i], 0,
		    SEEK_SET) != 0)
			exit(1);
	if (input != NULL && pwrite(run.in, input, strlen(input), 0) < 0)
		exit(1);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		exit(1);
	if (pid == 0)
		run_exec(argv, prepare);
	return pid;
}

/* Takes what it said and wrote, once it has ended. */
static void
run_collect(void)
{
	char buf[4096];
	ssize_t i, n = pread(run.err, run.text, sizeof(run.text) - 1, 0);

	run.text[n > 0 ? n : 0] = '\0';
	run.lines = 0;
	lseek(run.out, 0, SEEK_SET);
	while ((n = read(run.out, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++)
			run.lines += buf[i] == '\n';
}

/* From start to end; the status as of wait(). */
static inline int
run_setkey(const char *const argv[], const char *input)
{
	pid_t pid = run_start(argv, input, NULL);
	int status = 0;

	waitpid(pid, &status, 0);
	run_collect();
	return status;
}

#endif
