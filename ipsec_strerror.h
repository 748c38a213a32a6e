/* SPDX-License-Identifier: BSD-2-Clause */
/* What a refusal means, at which word, and the remedy. */
#ifndef IPSEC_STRERROR_H
#define IPSEC_STRERROR_H

#include "command.h"

/*
 * Why a kernel refused: text is what went wrong in words, hint what to do (or
 * NULL), at the part of the command that it is about.
 */
struct refusal {
	const char *text, *hint;
	struct loc at;
	enum field field;		/* that stands there */
	bool named;			/* the kernel itself named it */
};

/*
 * For an errno in the reply to a request of that command and message type, and
 * the kernel's own words (or NULL), which may name a part; with no command (-D,
 * -F) at is nowhere.
 */
struct refusal ipsec_refusal(const struct dialect *, const struct command *,
    uint8_t msg_type, int error, const char *words);

/*
 * "crypto-hmac crypto-sha1": what modprobe takes for the modules of the
 * algorithm that an errno is about, or of all when the kernel has not said of
 * which; NULL if it is about none.  Returns buf.
 */
#define MODULES_TEXT	160
const char *ipsec_modules(const struct refusal *, const struct command *,
    int error, char buf[MODULES_TEXT]);

/*
 * Why the channel of that name (see channel_open()) could not be opened: one
 * sentence with the remedy.
 */
const char *channel_strerror(const char *channel, int error);

#endif
