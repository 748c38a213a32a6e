/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between the three kernels and their PF_KEY (dialect.c).  That
 * the numbers of extensions do is in extension.h.
 */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdbool.h>
#include <stdint.h>

/* What differs between the kernels.  The rows are in dialect.c. */
enum { DIALECT_LINUX, DIALECT_FREEBSD, DIALECT_NETBSD, DIALECTS };

/*
 * The order of dumps.  A BSD keeps SAs under heads: two hosts, protocol, mode
 * and identifier.
 */
enum dump_order { OLDEST_FIRST, NEWEST_FIRST, NEWEST_HEAD_FIRST };

struct dialect {
	const char *name;		/* "linux" */
	const char *system;		/* "Linux" */
	uint8_t index;			/* DIALECT_*: a column of tables */
	/* The wire. */
	uint8_t af_inet6;
	bool sa_len;			/* sockaddrs begin with their length */
	bool wide_request;		/* struct wire_request_linux */
	bool replay_in_packets;		/* wire_sa.replay, else octets */
	uint8_t replay_field_max;	/* the most that wire_sa.replay says */
	/* What there is. */
	bool has_fwd;			/* a third direction, Linux */
	bool any_mode;			/* an SA of mode any serves all rules */
	bool has_scope;			/* struct wire_policy.scope, FreeBSD */
	uint8_t interface_flag;		/* in its place: of ipsec(4), NetBSD */
	const char *interface_manual;	/* of what makes policies of its own */
	bool has_priority;		/* struct wire_policy.priority counts */
	bool has_xfrm;			/* NETLINK_XFRM, beside PF_KEY */
	bool has_esn;			/* 64-bit sequence numbers */
	bool has_header_flags;		/* noecn, decap-dscp, nopmtudisc */
	bool has_tcp_md5;
	bool has_old_formats;		/* RFC 1826 and 1827 */
	bool has_sa_selector;		/* an SA may be for some packets only */
	bool has_delete_all;		/* DELETE without an SPI */
	uint8_t max_requests;		/* in one policy */
	uint32_t max_reqid;		/* of an SA */
	uint32_t max_window;		/* of an SA, in packets */
	uint32_t tcp_spi;		/* the only one of TCP-MD5; 0: any */
	uint32_t default_priority;
	/* What the kernel does, and others do not. */
	bool drops_zones;		/* of link-local addresses */
	bool demands_ipcomp;		/* of packets too small for it, too */
	uint8_t max_rules_in;		/* with more it drops all packets */
	bool forgets_order;		/* of policies of one priority */
	bool wants_encap_socket;	/* held open, for ESP in UDP to enter */
	bool cpi_is_spi;		/* sends the SPI as CPI, -R or not */
	bool esn_needs_window;
	bool drops_windowed_ipcomp;	/* all that IPComp with one gets */
	bool pads_one_way;		/* with 1, 2, 3..., whatever is asked */
	bool drops_cyclic_seq;		/* SADB_X_EXT_CYCSEQ is not kept */
	bool drops_icv_length;		/* PF_KEY does not tell it */
	bool updates_limits_only;	/* of an SA that is in use */
	bool refuses_before_exists;	/* an ADD of what it has, but could */
					/* not make: that is told first */
	bool ignores_transport_ends;	/* end points in transport mode rules */
	bool spi_is_name;		/* no two SAs have the same SPI */
	bool joins_headers;		/* an SA without both has the mode */
					/* and identifier of one beside it */
	enum dump_order sas_come, policies_come;
	bool asks_if_registered;	/* else it wants no SA from anybody */
	bool copies_events;		/* to a promiscuous socket twice */
	bool used_since_boot;		/* it says of an SA that was never */
	bool adds_to_sas;		/* what it would not take back */
	bool takes_any_device;		/* for offload, there or not */
	bool wraps_for_promisc;		/* what it shows to watchers */
	bool drops_silently;		/* what finds a socket's buffer full */
	bool dumps_into_buffer;		/* all records, while it takes the */
					/* request; they are counted down */
	bool send_tells_all;		/* and fails for a full socket, when */
					/* the request has been carried out */
	bool finds_newest_head;		/* GET and DELETE look no further */
	const char *buffer_sysctl;	/* the most that SO_RCVBUF may be */
	bool cuts_sha256;		/* PF_KEY's number 5 has an ICV of 96 */
					/* bits, not of 128 (RFC 4868) */
	bool names_uppers;		/* its program prints "4(ipv4)" */
	/* What it means that PF_KEY is unknown (EAFNOSUPPORT), and that the */
	/* socket's protocol is (EPROTONOSUPPORT), if that is something else. */
	const char *no_ipsec, *no_socket;
};

extern const struct dialect dialects[DIALECTS];

/* The dialect of the system this program was built for (platform.c). */
const struct dialect *dialect_host(void);

/* The dialect called name ("linux", "freebsd", "netbsd"), or NULL. */
const struct dialect *dialect_named(const char *name);

#endif
