/* SPDX-License-Identifier: BSD-2-Clause */
/* The Test Anything Protocol, as much of it as tests/run reads. */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tests, failures;

static bool ok(bool, const char *, ...) __attribute__((format(printf, 2, 3)));

/* Counts one test, which is good or not, under a name; returns good. */
static bool
ok(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tests);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	failures += !good;
	return good;
}

/* Ends the tests: the plan, and the exit status. */
static int
done(void)
{
	printf("1..%d\n", tests);
	return failures != 0;
}

#endif
