/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
int sysctlbyname(const char *, void *, size_t *, const void *, size_t);
