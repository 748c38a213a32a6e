/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the table of extensions and the raw decoder (key_debug.c): what shows
 * an extension that is more than a list of fields.
 */
#ifndef KEY_DEBUG_H
#define KEY_DEBUG_H

#include "extension.h"
#include "text.h"

/* Where and how a message is shown. */
struct raw_printer {
	struct text *t;
	const struct dialect *dialect;
	bool hide_keys;
};

/* Each prints an extension of len octets, no less than the row's size. */
void raw_lifetime(const struct raw_printer *, enum ext, const void *, size_t);
void raw_address(const struct raw_printer *, enum ext, const void *, size_t);
void raw_key(const struct raw_printer *, enum ext, const void *, size_t);
void raw_identity(const struct raw_printer *, enum ext, const void *, size_t);
void raw_sensitivity(const struct raw_printer *, enum ext, const void *,
    size_t);
void raw_proposal(const struct raw_printer *, enum ext, const void *, size_t);
void raw_supported(const struct raw_printer *, enum ext, const void *, size_t);
void raw_policy(const struct raw_printer *, enum ext, const void *, size_t);
void raw_label(const struct raw_printer *, enum ext, const void *, size_t);
void raw_kmaddress(const struct raw_printer *, enum ext, const void *, size_t);
void raw_filter(const struct raw_printer *, enum ext, const void *, size_t);
void raw_sa_state(const struct raw_printer *, enum ext, const void *, size_t);
void raw_templates(const struct raw_printer *, enum ext, const void *, size_t);
void raw_unknown(const struct raw_printer *, enum ext, const void *, size_t);
void raw_selection(const struct raw_printer *, enum ext, const void *,
    size_t);

#endif
