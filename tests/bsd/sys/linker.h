/* FreeBSD's, as far as platform.c needs it: see tests/bsd.sh. */
int kldload(const char *);
