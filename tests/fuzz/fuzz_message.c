/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that anybody may have made, in each dialect, to every printer.
 * With hide_keys the text must not depend on what the keys are.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "pfkey_limits.h"

#ifdef __linux__
#include "pfkey_limits.h"
#include "xfrm.h"

/* What a request in the message would become on a NETLINK_XFRM socket. */
static void
encode_netlink(const struct view *view)
{
	static _Alignas(8) uint8_t octets[65536];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct xfrm_encoder encoder = { .unused_reqid = 20000 };

	xfrm_encode(&b, &encoder, view);
	must(b.len <= b.size, "netlink requests stay in their buffer");
}
#else
static void
encode_netlink(const struct view *view)
{
	(void)view;
}
#endif

static void
print_all(struct capture *c, const struct dialect *dialect, const void *msg,
    size_t len, bool hide)
{
	struct print_style style = { .hide_keys = hide, .ports = hide,
	    .now = 1600000000 };
	struct view view;

	capture_begin(c);
	print_raw(&c->text, dialect, msg, len, &style);
	if (view_init(&view, dialect, msg, len) == VIEW_OK)
		print_records(&c->text, &view, &style);
	capture_end(c);
}

/*
 * Turns all octets of keys over; true if there are any.  A message of a
 * promiscuous socket has another one inside, and there are keys in that one.
 */
static bool
turn_keys(const struct dialect *dialect, uint8_t *msg, size_t len)
{
	const size_t head = sizeof(struct wire_msg);
	size_t offset = head, extlen, i;
	const struct wire_ext *ext;
	bool any = false;
	enum ext id;

	if (len < head)
		return false;
	offset += message_wrapping(dialect, msg, len);
	while ((ext = msg_next_ext(msg, len, &offset, &extlen)) != NULL) {
		id = ext_of_wire(dialect, ext->type);
		if (id != EXT_KEY_AUTH && id != EXT_KEY_ENCRYPT)
			continue;
		for (i = offset - extlen + sizeof(struct wire_key);
		    i < offset; i++) {
			msg[i] ^= 0xff;
			any = true;
		}
	}
	return any;
}

static void
one_dialect(const struct dialect *dialect, const uint8_t *data, size_t size)
{
	uint8_t *msg = octets_copy(data, size);
	struct capture shown, hidden, turned;
	struct pfkey_limit limit;
	struct view view;

	print_all(&shown, dialect, msg, size, false);
	print_all(&hidden, dialect, msg, size, true);
	if (dialect->index == DIALECT_LINUX &&
	    view_init(&view, dialect, msg, size) == VIEW_OK) {
		encode_netlink(&view);
		(void)pfkey_cannot(&view, &limit);
	}
	if (turn_keys(dialect, msg, size)) {
		print_all(&turned, dialect, msg, size, true);
		must(hidden.len == turned.len && memcmp(hidden.buf, turned.buf,
		    hidden.len) == 0, "hidden keys do not show");
		free(turned.buf);
	}
	free(shown.buf);
	free(hidden.buf);
	free(msg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int i;

	for (i = 0; i < DIALECTS; i++)
		one_dialect(&dialects[i], data, size);
	return 0;
}
