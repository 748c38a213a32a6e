/* SPDX-License-Identifier: BSD-2-Clause */
/* A BSD's <stdlib.h> has more than musl's. */
#include_next <stdlib.h>

void arc4random_buf(void *, size_t);
