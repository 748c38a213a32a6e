/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network interfaces, for the NETLINK_XFRM channel: names of XFRM
 * interfaces, which policies and SAs know by number (if_id), and of devices
 * that take SAs over, which they know by index.  Asked of the kernel once, and
 * only if something refers to one.
 */
#include "pfkey.h"

#ifdef __linux__

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "list.h"
#include "patience.h"
#include "xfrm.h"

#define LINK_DATAGRAM	32768		/* the most that the kernel sends */
#define XFRM_LINK_IF_ID	2		/* IFLA_XFRM_IF_ID */

void
xfrm_links_forget(struct xfrm_links *links)
{
	free(links->all);
	memset(links, 0, sizeof(*links));
}

/* The if_id in IFLA_LINKINFO of an XFRM interface; else 0. */
static uint32_t
read_linkinfo(const uint8_t *p, size_t len)
{
	size_t offset = 0, n, datalen = 0;
	const uint8_t *value, *data = NULL;
	uint32_t if_id = 0;
	bool is_xfrm = false;
	unsigned type;

	while (nl_next_attr(p, len, &offset, &type, &value, &n)) {
		if (type == IFLA_INFO_KIND)
			is_xfrm = n >= 4 && memcmp(value, "xfrm", 4) == 0 &&
			    (n == 4 || value[4] == '\0');
		if (type == IFLA_INFO_DATA) {
			data = value;
			datalen = n;
		}
	}
	if (!is_xfrm || data == NULL)
		return 0;
	offset = 0;
	while (nl_next_attr(data, datalen, &offset, &type, &value, &n))
		if (type == XFRM_LINK_IF_ID && n >= sizeof(if_id))
			memcpy(&if_id, value, sizeof(if_id));
	return if_id;
}

static void
add_link(struct xfrm_links *links, const struct xfrm_link *link)
{
	/* Where memory is out it will be shown without a name. */
	if (list_room(&links->all, links->count, sizeof(*link)))
		links->all[links->count++] = *link;
}

void
xfrm_links_read(struct xfrm_links *links, const struct nlmsghdr *header)
{
	const uint8_t *p = (const uint8_t *)header + NLMSG_HDRLEN;
	size_t len = header->nlmsg_len - NLMSG_HDRLEN, offset, n;
	const uint8_t *value;
	struct xfrm_link link;
	struct ifinfomsg info;
	unsigned type;

	if (header->nlmsg_type != RTM_NEWLINK || len < sizeof(info))
		return;
	memset(&link, 0, sizeof(link));
	memcpy(&info, p, sizeof(info));
	link.index = info.ifi_index;
	offset = sizeof(info);
	while (nl_next_attr(p, len, &offset, &type, &value, &n)) {
		if (type == IFLA_IFNAME && n > 0 && n <= sizeof(link.name) &&
		    value[n - 1] == '\0')
			memcpy(link.name, value, n);
		else if (type == IFLA_LINKINFO)
			link.if_id = read_linkinfo(value, n);
	}
	if (link.name[0] != '\0')
		add_link(links, &link);
}

static int
ask(int fd)
{
	uint32_t mask = RTEXT_FILTER_SKIP_STATS;
	_Alignas(8) uint8_t octets[128];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct ifinfomsg info;

	memset(&info, 0, sizeof(info));
	nl_begin(&b, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0);
	nl_bytes(&b, &info, sizeof(info));
	nl_attr(&b, IFLA_EXT_MASK, &mask, sizeof(mask));
	return nl_end(&b) ? nl_send(fd, b.octets, b.len) : -EMSGSIZE;
}

#define PATIENCE	{ .answer = ANSWER_PATIENCE, .request = ANSWER_PATIENCE }

/* As nl_recv(), but never -EINTR, and no longer than patience lasts. */
static ssize_t
receive(int fd, void *octets, size_t size, struct patience *patience)
{
	ssize_t n;

	do
		n = patience_left(patience) == 0 ? -ETIMEDOUT :
		    nl_recv(fd, octets, size, 0);
	while (n == -EINTR);
	return n;
}

static void
load(struct xfrm_links *links)
{
	struct patience patience = PATIENCE;
	const struct nlmsghdr *header;
	uint8_t *octets;
	bool done = false;
	size_t offset;
	ssize_t n;
	int fd;

	links->loaded = true;
	fd = nl_socket(NETLINK_ROUTE, 1 << 20);
	if (fd < 0)
		return;
	octets = malloc(LINK_DATAGRAM);
	patience_begin(&patience);
	if (octets != NULL && ask(fd) == 0)
		while (!done && (n = receive(fd, octets, LINK_DATAGRAM,
		    &patience)) >= 0) {
			offset = 0;
			while ((header = nl_next(octets, (size_t)n,
			    &offset)) != NULL) {
				if (header->nlmsg_type == NLMSG_DONE ||
				    header->nlmsg_type == NLMSG_ERROR)
					done = true;
				else
					xfrm_links_read(links, header);
			}
		}
	free(octets);
	close(fd);
}

const char *
xfrm_link_of_if_id(struct xfrm_links *links, uint32_t if_id)
{
	size_t i;

	if (!links->loaded)
		load(links);
	for (i = 0; i < links->count; i++)
		if (links->all[i].if_id == if_id)
			return links->all[i].name;
	return NULL;
}

const char *
xfrm_link_of_index(struct xfrm_links *links, int index)
{
	size_t i;

	if (!links->loaded)
		load(links);
	for (i = 0; i < links->count; i++)
		if (links->all[i].index == index)
			return links->all[i].name;
	return NULL;
}

/*
 * The kernel is asked how it would send there: to itself, if the address is its
 * own.  (To bind a socket would tell, too, but one of that family is refused to
 * this process by now, see privileges.c.)
 */
bool
xfrm_address_is_ours(const struct addr *addr)
{
	_Alignas(8) uint8_t octets[4096];
	struct nlbuf b = { .octets = octets, .size = sizeof(octets) };
	struct patience patience = PATIENCE;
	const struct nlmsghdr *header;
	struct rtmsg route;
	size_t offset = 0;
	ssize_t n = -1;
	int fd = nl_socket(NETLINK_ROUTE, 0);

	if (fd < 0)
		return false;
	memset(&route, 0, sizeof(route));
	route.rtm_family = addr->family == 4 ? AF_INET : AF_INET6;
	route.rtm_dst_len = addr->family == 4 ? 32 : 128;
	nl_begin(&b, RTM_GETROUTE, NLM_F_REQUEST, 1, 0);
	nl_bytes(&b, &route, sizeof(route));
	nl_attr(&b, RTA_DST, addr->octets, route.rtm_dst_len / 8u);
	patience_begin(&patience);
	if (nl_end(&b) && nl_send(fd, octets, b.len) == 0)
		n = receive(fd, octets, sizeof(octets), &patience);
	close(fd);
	header = n <= 0 ? NULL : nl_next(octets, (size_t)n, &offset);
	if (header == NULL || header->nlmsg_type != RTM_NEWROUTE ||
	    header->nlmsg_len < NLMSG_HDRLEN + sizeof(route))
		return false;
	memcpy(&route, (const uint8_t *)header + NLMSG_HDRLEN, sizeof(route));
	return route.rtm_type == RTN_LOCAL;
}

#endif /* __linux__ */
