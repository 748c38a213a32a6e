/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share.  Each target is one LLVMFuzzerTestOneInput():
 * libFuzzer drives it (make -C tests/fuzz fuzz), or replay.c does with files
 * (make -C tests/fuzz replay).
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "command.h"
#include "pfkey.h"
#include "print.h"
#include "expand.h"
#include "filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process with a report, for libFuzzer and replay to notice. */
void must(bool, const char *what);

/* The octets in aligned memory of just their size, to be freed. */
void *octets_copy(const uint8_t *data, size_t size);

/* Text that is printed, to look at afterwards. */
struct capture {
	struct text text;
	char *buf;			/* after capture_end(); to be freed */
	size_t len;
};
void capture_begin(struct capture *);
void capture_end(struct capture *);

/* All that is ever printed of a message that is valid; of any message. */
void print_records(struct text *, const struct view *,
    const struct print_style *);
void print_raw(struct text *, const struct dialect *, const void *msg,
    size_t len, const struct print_style *);

/* The command of a request, as -n -v shows it. */
void print_request(struct text *, const struct view *);

/* Messages, one behind the other. */
struct requests {
	uint8_t *octets;
	size_t len, size;
	unsigned errors;		/* of the text they came from */
	bool warned;			/* of something, without `each` */
	bool inexact;			/* a canonical form says less */
};
/*
 * What a text asks for.  Names are not looked up; stream: piece by piece, as
 * with -c.  NULL each: messages are only collected, errors only counted.
 */
void parse(struct requests *, const struct dialect *, const char *text,
    size_t len, bool stream, void (*each)(void *, const struct view *),
    void *ctx);
void requests_free(struct requests *);

#endif
