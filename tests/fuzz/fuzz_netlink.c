/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagrams as if from NETLINK_XFRM and NETLINK_ROUTE.  What they become must
 * be valid messages; and what was dumped can be asked for again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#ifdef __linux__
#include "xfrm.h"

#define DATAGRAM_MAX	65536

static const uint8_t answers[] = { 0, SADB_DUMP, SADB_GET, SADB_X_SPDDUMP,
    SADB_ADD, SADB_X_SPDADD };

static void
encode_again(const struct view *view)
{
	static _Alignas(8) uint8_t octets[DATAGRAM_MAX];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct xfrm_encoder encoder = { .unused_reqid = 20000 };

	xfrm_encode(&b, &encoder, view);
	must(b.len <= b.size, "netlink requests stay in their buffer");
}

static void
one_message(struct xfrm_decoder *decoder, uint8_t type,
    const struct nlmsghdr *header, struct text *t)
{
	struct print_style style = { .now = decoder->now };
	struct msgbuf *m = malloc(sizeof(*m));
	struct view view;
	void *copy;
	int len;

	must(m != NULL, "memory");
	memset(m, 0xa5, sizeof(*m));
	len = xfrm_decode(decoder, type, header, m);
	if (len > 0) {
		copy = octets_copy(m->space, (size_t)len);
		must(view_init(&view, &dialects[DIALECT_LINUX], copy,
		    (size_t)len) == VIEW_OK, "what is decoded is valid");
		print_records(t, &view, &style);
		print_raw(t, view.dialect, copy, (size_t)len, &style);
		encode_again(&view);
		free(copy);
	}
	free(m);
}

static void
one_header(struct xfrm_decoder *decoder, const struct nlmsghdr *header,
    struct text *t)
{
	struct addr src = { .family = 4, .octets = { 192, 0, 2, 1 } },
	    dst = { .family = 4, .octets = { 192, 0, 2, 2 } };
	const char *reason;
	struct xfrm_name name;
	size_t i;

	for (i = 0; i < sizeof(answers); i++)
		one_message(decoder, answers[i], header, t);
	xfrm_decode_name(header, SADB_SATYPE_ESP, &src, &dst, &name);
	xfrm_decode_reqid(header);
	if (nl_error(header, &reason) != 0 && reason != NULL)
		text_escaped(t, reason, strlen(reason));
	xfrm_links_read(decoder->links, header);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xfrm_links links = { .loaded = true };
	struct xfrm_decoder decoder = { .now = 1600000000, .links = &links };
	const struct nlmsghdr *header;
	struct capture out;
	size_t offset = 0;
	void *datagram;

	if (size > DATAGRAM_MAX)
		return 0;
	datagram = octets_copy(data, size);
	capture_begin(&out);
	while ((header = nl_next(datagram, size, &offset)) != NULL)
		one_header(&decoder, header, &out.text);
	capture_end(&out);
	free(out.buf);
	xfrm_links_forget(&links);
	free(datagram);
	return 0;
}

#else

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}

#endif
