/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program says to people, safe for a terminal. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/*
 * The character of UTF-8 at p, of at most len octets (1 or more): returns how
 * many it takes, and in *columns its width on a terminal.  MESSAGE_UNSEEN
 * stands for what must not reach one, or would not be seen there: controls,
 * marks that turn the direction of writing, an octet that begins no character.
 */
#define MESSAGE_UNSEEN	(-1)
size_t message_character(const char *p, size_t len, int *columns);

/*
 * A part of a message, as by fprintf(); what is MESSAGE_UNSEEN becomes \xNN, so
 * file names, arguments and a kernel's words need no other care.  Of what is
 * longer than MESSAGE_OCTETS the end is left out.
 */
#define MESSAGE_OCTETS	4096
void message_part(FILE *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void message_part_v(FILE *, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));

/* The same, with a newline, and put out at once. */
void message(FILE *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
