/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between the PF_KEY of Linux, FreeBSD and NetBSD, as data: a
 * build for any of them encodes and decodes all three.
 */
#include <string.h>

#include "dialect.h"
#include "wire.h"

const struct dialect dialects[DIALECTS] = {
	[DIALECT_LINUX] = {
		.name = "linux",
		.system = "Linux",
		.index = DIALECT_LINUX,
		.af_inet6 = 10,
		.wide_request = true,
		.replay_in_packets = true,
		.replay_field_max = 32,	/* what is beyond becomes that */
		.has_fwd = true,
		.has_priority = true,
		.has_xfrm = true,
		.has_esn = true,
		.has_header_flags = true,
		.has_sa_selector = true,
		.max_requests = 6,
		.max_reqid = UINT32_MAX,
		.max_window = LINUX_WINDOW_MAX,
		.default_priority = 0x80000000u,
		.drops_zones = true,
		.demands_ipcomp = true,
		.max_rules_in = 5,
		.forgets_order = true,
		.wants_encap_socket = true,
		.cpi_is_spi = true,
		.esn_needs_window = true,
		.drops_windowed_ipcomp = true,
		.pads_one_way = true,
		.drops_cyclic_seq = true,
		.drops_icv_length = true,
		.updates_limits_only = true,
		.refuses_before_exists = true,
		.ignores_transport_ends = true,
		.sas_come = NEWEST_FIRST,
		.policies_come = NEWEST_FIRST,
		.asks_if_registered = true,
		.copies_events = true,
		.drops_silently = true,
		.cuts_sha256 = true,
		.no_ipsec = "this kernel has no IPsec interface: neither "
		    "PF_KEY nor NETLINK_XFRM; load its module: modprobe "
		    "xfrm_user",
	},
	[DIALECT_FREEBSD] = {
		.name = "freebsd",
		.system = "FreeBSD",
		.index = DIALECT_FREEBSD,
		.af_inet6 = 28,
		.sa_len = true,
		.any_mode = true,
		.replay_field_max = 255,
		.has_scope = true,
		.spi_is_name = true,
		.joins_headers = true,
		.interface_manual = "if_ipsec(4)",
		.has_esn = true,
		.has_tcp_md5 = true,
		.has_old_formats = true,
		.has_delete_all = true,
		.max_requests = 4,
		.max_reqid = UINT32_MAX,
		.max_window = UINT32_MAX,
		.sas_come = NEWEST_FIRST,
		.takes_any_device = true,
		.adds_to_sas = true,
		.wraps_for_promisc = true,
		.dumps_into_buffer = true,
		.buffer_sysctl = "kern.ipc.maxsockbuf",
		.no_ipsec = "this kernel has no IPsec: kldload ipsec loads it",
		.no_socket = "there is no PF_KEY in a jail that shares the "
		    "network stack of its host (a vnet jail has its own)",
	},
	[DIALECT_NETBSD] = {
		.name = "netbsd",
		.system = "NetBSD",
		.joins_headers = true,
		.index = DIALECT_NETBSD,
		.af_inet6 = 24,
		.sa_len = true,
		.any_mode = true,
		.replay_field_max = 255,
		.interface_flag = 0x80,	/* IPSEC_POLICY_FLAG_ORIGIN_KERNEL */
		.interface_manual = "ipsec(4)",
		.has_tcp_md5 = true,
		.has_old_formats = true,
		.has_delete_all = true,
		.max_requests = 8,	/* it has no limit */
		.max_reqid = UINT16_MAX,
		.max_window = 255 * 8,
		.tcp_spi = 0x1000,
		.sas_come = NEWEST_HEAD_FIRST,
		.used_since_boot = true,
		.adds_to_sas = true,
		.wraps_for_promisc = true,
		.dumps_into_buffer = true,
		.send_tells_all = true,
		.finds_newest_head = true,
		.buffer_sysctl = "kern.sbmax",
		.names_uppers = true,
		.no_ipsec = "this kernel has no IPsec: it needs options IPSEC",
	},
};

const struct dialect *
dialect_named(const char *name)
{
	int i;

	for (i = 0; i < DIALECTS; i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return NULL;
}
