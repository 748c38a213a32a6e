/* SPDX-License-Identifier: BSD-2-Clause */
/* The request that deletes what a record of a dump shows. */
#ifndef DELETION_H
#define DELETION_H

#include "pfkey.h"

/* Makes it: DELETE or SPDDELETE, with all that names the entry. */
void deletion_encode(struct msgbuf *, const struct view *record);

#endif
