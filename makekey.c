/* SPDX-License-Identifier: BSD-2-Clause */
/* -G: a fresh key for an algorithm. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "names.h"
#include "platform.h"
#include "run.h"

#define KEY_MAX		256		/* octets that an algorithm takes */
#define STRONG		256u		/* bits: more is not better */

/* The row of a name, as -E knows it or else as -A does. */
static const struct algorithm *
find(const char *name, size_t len)
{
	const struct algorithm *alg = algorithm_named(ALG_ENC, name, len);

	return alg != NULL ? alg : algorithm_named(ALG_AUTH, name, len);
}

/* The longest key that makes a difference; bits, the salt included. */
static unsigned
best_length(const struct algorithm *alg)
{
	unsigned bits = alg->bits_max;

	while (bits > STRONG + alg->salt && bits > alg->bits_min &&
	    algorithm_takes(alg, bits - alg->bits_step))
		bits -= alg->bits_step;
	return bits;
}

static int
complain(const char *what, const char *arg)
{
	message(stderr, "setkey: -G: %s: '%s'", what, arg);
	return EXIT_FAILURE;
}

static int
print_key(unsigned bits)
{
	uint8_t key[KEY_MAX];
	char text[2 * KEY_MAX + 4] = "0x";
	size_t octets = bits / 8, i;
	int rc = EXIT_SUCCESS;
	ssize_t n;

	if (!platform_random(key, octets)) {
		message(stderr, "setkey: -G: no random numbers: %s",
		    strerror(errno));
		return EXIT_FAILURE;
	}
	for (i = 0; i < octets; i++)
		sprintf(text + 2 + 2 * i, "%02x", key[i]);
	strcat(text, "\n");
	/* No stream keeps a copy of it. */
	n = write(STDOUT_FILENO, text, strlen(text));
	if (n != (ssize_t)strlen(text)) {
		message(stderr, "setkey: cannot write the output: %s",
		    strerror(n < 0 ? errno : ENOSPC));
		rc = EXIT_FAILURE;
	}
	wipe(key, sizeof(key));
	wipe(text, sizeof(text));
	return rc;
}

int
run_makekey(const struct options *opt)
{
	const char *arg = opt->input, *colon = strchr(arg, ':');
	size_t len = colon == NULL ? strlen(arg) : (size_t)(colon - arg);
	const struct algorithm *alg = find(arg, len);
	unsigned long bits;
	char *end;

	platform_guard_memory();
	if (alg == NULL)
		return complain("no algorithm with keys has this name", arg);
	if ((alg->flags & ALG_KEYLESS) != 0)
		return complain("this algorithm needs no key", arg);
	if (colon == NULL)
		return print_key(best_length(alg));
	bits = strtoul(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end != '\0' ||
	    bits > 8 * KEY_MAX || !algorithm_takes(alg, bits))
		return complain("the algorithm has no key of so many bits",
		    arg);
	return print_key((unsigned)bits);
}
