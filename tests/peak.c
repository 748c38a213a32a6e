/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peak PROGRAM ARGUMENT ...: runs it, and says on standard error how long it
 * took in nanoseconds, how many milliseconds of that it computed itself, the
 * most memory it held in KiB, and its exit status.  Neither time(1) nor its
 * format is everywhere.
 */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static long
milliseconds(struct timeval t)
{
	return (long)t.tv_sec * 1000 + (long)t.tv_usec / 1000;
}

int
main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2)
		return 127;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("peak");
		return 127;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	status = WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
	fprintf(stderr, "peak: %lld %ld %ld %d\n",
	    (long long)(end.tv_sec - begin.tv_sec) * 1000000000 +
	    (end.tv_nsec - begin.tv_nsec),
	    milliseconds(usage.ru_utime), (long)usage.ru_maxrss, status);
	return status;
}
