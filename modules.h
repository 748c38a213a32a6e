/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kernel modules a rule needs, and whether there are any (modules.c). */
#ifndef MODULES_H
#define MODULES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a module is loaded; false where that cannot be known. */
bool module_loaded(const char *module);

/*
 * The module that an IP protocol of IPsec needs for SAs between addresses of a
 * family (4, 6), if it is known to be missing: neither loaded, nor built in,
 * nor to be found.  NULL otherwise, and where that cannot be known.
 */
const char *module_missing(uint16_t proto, uint8_t family);

#endif
