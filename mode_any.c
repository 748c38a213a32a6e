/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On the BSDs an SA of mode any serves rules of transport and of tunnel mode.
 * Linux must know when the SA is added: with the wrong mode it is found by no
 * packet, and nobody tells.
 */
#include <errno.h>

#include "mode_any.h"

uint8_t
mode_any_choice(const struct serving *serving, const struct sa *sa,
    struct sa_uses *uses)
{
	*uses = serving_uses(serving, sa);
	if (uses->tunnel == NULL)
		return IPSEC_MODE_TRANSPORT;
	if (uses->transport == NULL)
		return IPSEC_MODE_TUNNEL;
	if (uses->tunnel->served == uses->transport->served)
		return IPSEC_MODE_ANY;
	return uses->tunnel->served ? IPSEC_MODE_TRANSPORT :
	    IPSEC_MODE_TUNNEL;
}

void
mode_any_set(const struct dialect *dialect, void *msg, uint8_t mode)
{
	struct wire_sa2 *sa2;
	struct view view;

	view_built(&view, dialect, msg);
	if (view.ext[EXT_SA2] == NULL)
		return;
	sa2 = (void *)((uint8_t *)msg + ((const uint8_t *)view.ext[EXT_SA2] -
	    (const uint8_t *)msg));
	sa2->mode = mode;
}

struct reading {
	struct serving *serving;
	int error;
};

static void
take_policy(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct reading *reading = ctx;
	struct policy policy;

	(void)tag;
	if (reply->view == NULL) {
		/* An empty database is no failure. */
		reading->error = reply->error == ENOENT ? 0 : reply->error;
		return;
	}
	policy_decode(reply->view, &policy);
	if (policy.has_selector)
		serving_policy(reading->serving, &policy, 0);
}

int
mode_any_read_kernel(struct serving *serving, struct channel *ch)
{
	struct reading reading = { serving, 0 };
	struct msgbuf m;
	int error;

	msg_begin(&m, ch->dialect, SADB_X_SPDDUMP, 0);
	error = channel_ask(ch, &m, take_policy, &reading);
	return error != 0 ? error : reading.error;
}
