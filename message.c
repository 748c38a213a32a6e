/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program says to people, safe for a terminal. */
#include <stdint.h>
#include <string.h>

#include "message.h"

/*
 * Characters that are not one column wide, and those that are not shown: what
 * Unicode has without a shape of its own, but for the selectors of one.
 */
static const struct {
	uint32_t first, last;
	int columns;
} widths[] = {
	{ 0x0000, 0x001f, MESSAGE_UNSEEN }, { 0x007f, 0x00a0, MESSAGE_UNSEEN },
	{ 0x00ad, 0x00ad, MESSAGE_UNSEEN }, { 0x0300, 0x036f, 0 },
	{ 0x034f, 0x034f, MESSAGE_UNSEEN }, { 0x061c, 0x061c, MESSAGE_UNSEEN },
	{ 0x1100, 0x115e, 2 }, { 0x115f, 0x1160, MESSAGE_UNSEEN },
	{ 0x17b4, 0x17b5, MESSAGE_UNSEEN }, { 0x180b, 0x180f, MESSAGE_UNSEEN },
	{ 0x200b, 0x200f, MESSAGE_UNSEEN }, { 0x2028, 0x202e, MESSAGE_UNSEEN },
	{ 0x2060, 0x206f, MESSAGE_UNSEEN }, { 0x2e80, 0xa4cf, 2 },
	{ 0x3164, 0x3164, MESSAGE_UNSEEN }, { 0xac00, 0xd7a3, 2 },
	{ 0xd800, 0xdfff, MESSAGE_UNSEEN }, { 0xf900, 0xfaff, 2 },
	{ 0xfe00, 0xfe0f, 0 }, { 0xfe30, 0xfe6f, 2 },
	{ 0xfeff, 0xfeff, MESSAGE_UNSEEN }, { 0xff00, 0xff60, 2 },
	{ 0xffa0, 0xffa0, MESSAGE_UNSEEN }, { 0xffe0, 0xffe6, 2 },
	{ 0xfff0, 0xfffb, MESSAGE_UNSEEN },
	{ 0x1bca0, 0x1bca3, MESSAGE_UNSEEN },
	{ 0x1d173, 0x1d17a, MESSAGE_UNSEEN }, { 0x1f300, 0x1faff, 2 },
	{ 0x20000, 0x3fffd, 2 }, { 0xe0000, 0xe0fff, MESSAGE_UNSEEN },
	{ 0x110000, UINT32_MAX, MESSAGE_UNSEEN },
};

size_t
message_character(const char *p, size_t len, int *columns)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t c = (unsigned char)*p;
	size_t n = 1, more, i;

	*columns = MESSAGE_UNSEEN;
	more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	if ((c >= 0x80 && c < 0xc0) || c >= 0xf8 || more >= len)
		return 1;
	if (more != 0)
		c &= 0x3fu >> more;
	for (; n <= more; n++) {
		if (((unsigned char)p[n] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | ((unsigned char)p[n] & 0x3f);
	}
	if (c < least[more])
		return 1;
	*columns = 1;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (c >= widths[i].first && c <= widths[i].last)
			*columns = widths[i].columns;
	return n;
}

#define ESCAPE_OCTETS	4		/* "\x1b" */

void
message_part_v(FILE *out, const char *fmt, va_list ap)
{
	char text[MESSAGE_OCTETS], escaped[sizeof(text) * ESCAPE_OCTETS + 1];
	size_t len, used = 0, i, n;
	int columns, said = vsnprintf(text, sizeof(text), fmt, ap);

	len = said < 0 ? 0 : strlen(text);
	if (len == sizeof(text) - 1)
		memcpy(text + len - 3, "...", 3);
	for (i = 0; i < len; i += n) {
		n = message_character(text + i, len - i, &columns);
		if (columns == MESSAGE_UNSEEN) {
			n = 1;
			used += (size_t)sprintf(escaped + used, "\\x%02x",
			    (unsigned char)text[i]);
		} else {
			memcpy(escaped + used, text + i, n);
			used += n;
		}
	}
	fwrite(escaped, 1, used, out);
}

void
message_part(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_part_v(out, fmt, ap);
	va_end(ap);
}

void
message(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_part_v(out, fmt, ap);
	va_end(ap);
	putc('\n', out);
	fflush(out);
}
