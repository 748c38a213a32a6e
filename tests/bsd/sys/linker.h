/* SPDX-License-Identifier: BSD-2-Clause */
/* FreeBSD's, as far as platform.c needs it: see tests/bsd.sh. */
int kldload(const char *);
