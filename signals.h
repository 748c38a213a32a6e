/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals while requests are made: nothing cuts a configuration in two. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/*
 * From here on nobody who hangs up or reads no more ends the program (SIGHUP,
 * SIGPIPE), nor a file that may not grow (SIGXFSZ): the databases come first,
 * and output that was lost shows in the exit status.
 */
void signals_ignore_readers(void);

/* SIGINT and SIGTERM are only noted until signals_release(). */
void signals_hold(void);
void signals_release(void);

/*
 * Whether one came: to stop between two requests, and to read no more; what a
 * person interrupts is one command.
 */
bool signals_stop(void);
bool signals_end(void);

/*
 * A person types: SIGINT drops what is typed, and does not end the program.
 * signals_wait() waits until there is something to read; false: SIGINT came.
 */
void signals_hear_person(void);
bool signals_wait(int fd);

#endif
