/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdint.h>

typedef struct { uint64_t bits[2]; } cap_rights_t;
#define CAP_READ	1ull
#define CAP_WRITE	2ull
#define CAP_EVENT	32ull
#define CAP_GETSOCKOPT	64ull
#define CAP_SETSOCKOPT	128ull

cap_rights_t *cap_rights_init(cap_rights_t *, ...);
int cap_rights_limit(int, const cap_rights_t *);
int cap_enter(void);
