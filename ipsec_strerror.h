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
};

/*
 * For an errno in the reply to a request of that command and message type; with
 * no command (-D, -F) at is nowhere.
 */
struct refusal ipsec_refusal(const struct dialect *, const struct command *,
    uint8_t msg_type, int error);

/*
 * Why the channel of that name (see channel_open()) could not be opened: one
 * sentence with the remedy.
 */
const char *channel_strerror(const char *channel, int error);

#endif
