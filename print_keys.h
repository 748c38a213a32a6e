/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SAs as key files of programs that decrypt what was captured (print_keys.c):
 * -o wireshark and -o tcpdump.
 */
#ifndef PRINT_KEYS_H
#define PRINT_KEYS_H

#include "pfkey.h"
#include "text.h"

/*
 * A line of Wireshark's esp_sa, or of the file that tcpdump -E takes.  Returns
 * NULL, or why there is none for this SA; AH has nothing to decrypt, and gets
 * no line and no reason.
 */
const char *print_wireshark(struct text *, const struct dialect *,
    const struct sa *);
const char *print_tcpdump(struct text *, const struct dialect *,
    const struct sa *);

#endif
