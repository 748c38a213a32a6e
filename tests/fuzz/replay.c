/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a fuzz target on files, one after the other, without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define INPUT_MAX	((size_t)1 << 20)

int
main(int argc, char **argv)
{
	uint8_t *octets = malloc(INPUT_MAX);
	size_t n;
	FILE *in;
	int i;

	for (i = 1; i < argc; i++) {
		in = fopen(argv[i], "rb");
		if (octets == NULL || in == NULL) {
			perror(argv[i]);
			return 1;
		}
		n = fread(octets, 1, INPUT_MAX, in);
		fclose(in);
		/* Said before, for it may be the last that is heard. */
		fprintf(stderr, "%s: %zu octets\n", argv[i], n);
		LLVMFuzzerTestOneInput(octets, n);
	}
	free(octets);
	return 0;
}
