/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dumps the SAs and the policies through both channels, and compares the
 * messages octet for octet, but for the reference count and the process id,
 * what PF_KEY has no room for (extensions of our own, the original address of
 * an encapsulation, policies of type sub), and the number of hmac(sha256) with an ICV of 96 bits, which PF_KEY does not
 * tell from that with 128.
 *
 *	same-dumps [-s]		-s: with policies of sockets, too
 *
 * Prints "sad N spd M" when all are the same, else what differs; exit status
 * accordingly.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../channel.h"

#define SHA256_128		5
#define SHA256_96		129
#define IPSEC_POLICY_OPT4	16	/* IP_IPSEC_POLICY */
#define IPSEC_POLICY_OPT6	34	/* IPV6_IPSEC_POLICY */

struct dump {
	uint8_t *octets;		/* records, one after another */
	size_t len;
	unsigned count;
	bool left_out;			/* a sub-policy */
	int error;
};

/* Copies a message without what PF_KEY has no room for; returns its octets. */
static size_t
copy_common(uint8_t *out, const struct view *view)
{
	size_t offset = sizeof(struct wire_msg), len, n = offset;
	const struct wire_ext *ext;
	struct wire_msg msg;
	struct wire_sa *sa;
	enum ext id;

	while ((ext = msg_next_ext(view->msg, view->len, &offset, &len)) !=
	    NULL) {
		id = ext_of_wire(view->dialect, ext->type);
		if (id >= EXT_X_OUTPUT_MARK || id == EXT_NAT_T_OAI)
			continue;
		memcpy(out + n, ext, len);
		sa = (void *)(out + n);
		if (id == EXT_SA && sa->auth == SHA256_96)
			sa->auth = SHA256_128;
		n += len;
	}
	memcpy(&msg, view->msg, sizeof(msg));
	msg.pid = 0;
	msg.reserved = 0;
	msg.len = (uint16_t)(n / 8);
	memcpy(out, &msg, sizeof(msg));
	return n;
}

/* Where a record was left out, numbers that count them say nothing. */
static void
forget_numbers(struct dump *d)
{
	struct wire_msg msg;
	size_t at;

	for (at = 0; at < d->len; at += (size_t)msg.len * 8) {
		memcpy(&msg, d->octets + at, sizeof(msg));
		msg.seq = 0;
		memcpy(d->octets + at, &msg, sizeof(msg));
	}
}

static void
take(void *ctx, uint32_t tag, const struct reply *reply)
{
	struct dump *d = ctx;

	(void)tag;
	if (reply->view == NULL) {
		d->error = reply->error == ENOENT ? 0 : reply->error;
		return;
	}
	if (reply->view->ext[EXT_X_POLICY_TYPE] != NULL) {
		d->left_out = true;
		return;
	}
	d->octets = realloc(d->octets, d->len + reply->view->len);
	if (d->octets == NULL)
		err(1, "realloc");
	d->len += copy_common(d->octets + d->len, reply->view);
	d->count++;
}

static void
dump(const char *name, uint8_t type, struct dump *d)
{
	struct channel *channel = channel_open(name);
	struct msgbuf m;

	if (channel == NULL)
		err(1, "%s", name);
	memset(d, 0, sizeof(*d));
	channel->reply = take;
	channel->reply_ctx = d;
	msg_begin(&m, channel->dialect, type, SADB_SATYPE_UNSPEC);
	if (channel_request(channel, &m, 0) != 0 ||
	    channel->ops->finish(channel) != 0 || d->error != 0)
		errx(1, "%s: %s", name, strerror(d->error));
	channel->ops->close(channel);
}

static size_t
record_len(const struct dump *d, size_t at)
{
	struct wire_msg msg;

	if (at >= d->len)
		return 0;
	memcpy(&msg, d->octets + at, sizeof(msg));
	return (size_t)msg.len * 8;
}

static void
print_record(const char *name, const struct dump *d, size_t at)
{
	size_t i, len = record_len(d, at);

	printf("%s", name);
	for (i = 0; i < len; i++)
		printf("%s%02x", i % 8 == 0 ? " " : "", d->octets[at + i]);
	printf("\n");
}

/* Whether both are the same; the first record that is not is printed. */
static bool
compare(uint8_t type, unsigned *count)
{
	struct dump pfkey, xfrm;
	size_t at = 0, len;

	dump("pfkey", type, &pfkey);
	dump("xfrm", type, &xfrm);
	if (xfrm.left_out) {
		forget_numbers(&pfkey);
		forget_numbers(&xfrm);
	}
	*count = pfkey.count;
	while (at < pfkey.len || at < xfrm.len) {
		len = record_len(&pfkey, at);
		if (len == 0 || len != record_len(&xfrm, at) ||
		    memcmp(pfkey.octets + at, xfrm.octets + at, len) != 0) {
			printf("pfkey has %u records, xfrm %u\n", pfkey.count,
			    xfrm.count);
			print_record("pfkey", &pfkey, at);
			print_record("xfrm ", &xfrm, at);
			return false;
		}
		at += len;
	}
	free(pfkey.octets);
	free(xfrm.octets);
	return true;
}

/* A socket with a policy of its own for one direction. */
static void
socket_policy(int family, uint8_t dir, uint16_t action)
{
	struct {
		struct wire_policy policy;
		struct wire_request_linux request;
	} p;
	int fd = socket(family, SOCK_DGRAM, 0);

	if (fd == -1)
		err(1, "socket");
	memset(&p, 0, sizeof(p));
	p.policy.type = EXT_POLICY;
	p.policy.policy_type = action;
	p.policy.dir = dir;
	p.policy.len = sizeof(p.policy) / 8;
	if (action == IPSEC_POLICY_IPSEC) {
		p.policy.len = sizeof(p) / 8;
		p.request.len = sizeof(p.request);
		p.request.proto = IPPROTO_ESP;
		p.request.mode = IPSEC_MODE_TRANSPORT;
		p.request.level = IPSEC_LEVEL_USE;
	}
	if (setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
	    family == AF_INET ? IPSEC_POLICY_OPT4 : IPSEC_POLICY_OPT6, &p,
	    p.policy.len * 8u) != 0)
		err(1, "policy of a socket");
	/* It stays open, and the policy lives, until the end. */
}

int
main(int argc, char **argv)
{
	unsigned sad, spd;

	if (argc > 1 && strcmp(argv[1], "-s") == 0) {
		socket_policy(AF_INET, IPSEC_DIR_INBOUND, IPSEC_POLICY_BYPASS);
		socket_policy(AF_INET, IPSEC_DIR_OUTBOUND, IPSEC_POLICY_IPSEC);
		socket_policy(AF_INET6, IPSEC_DIR_INBOUND, IPSEC_POLICY_IPSEC);
		socket_policy(AF_INET6, IPSEC_DIR_OUTBOUND,
		    IPSEC_POLICY_BYPASS);
	}
	if (!compare(SADB_DUMP, &sad) || !compare(SADB_X_SPDDUMP, &spd))
		return 1;
	printf("sad %u spd %u\n", sad, spd);
	return 0;
}
