/* SPDX-License-Identifier: BSD-2-Clause */
/* From a record to the request that deletes its entry. */
#include <string.h>

#include "deletion.h"

/* What does not name a policy is left out. */
static void
delete_policy(struct msgbuf *m, const struct view *record)
{
	struct policy name;

	policy_decode(record, &name);
	name.action = IPSEC_POLICY_DISCARD;
	name.nrules = 0;
	name.scope = 0;
	name.hwif = NULL;
	memset(&name.hard, 0, sizeof(name.hard));
	memset(&name.soft, 0, sizeof(name.soft));
	msg_begin(m, record->dialect, SADB_X_SPDDELETE, 0);
	policy_encode(m, &name);
}

void
deletion_encode(struct msgbuf *m, const struct view *record)
{
	struct sa sa;

	if (record->ext[EXT_POLICY] != NULL)
		delete_policy(m, record);
	else {
		sa_decode(record, &sa);
		/* They name nothing, and PF_KEY may have no number for one. */
		sa.auth = sa.encrypt = 0;
		memset(&sa.auth_key, 0, sizeof(sa.auth_key));
		memset(&sa.enc_key, 0, sizeof(sa.enc_key));
		msg_begin(m, record->dialect, SADB_DELETE, sa.satype);
		sa_encode(m, &sa);
	}
	msg_end(m);
}
