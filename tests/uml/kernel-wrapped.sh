# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm
# Packets in ESP in TCP and in IP-TFS, where the kernel has them.  No kernel of
# Debian has (6.1, 6.12, 7.2, user-mode-linux and others: CONFIG_INET_ESPINTCP
# and CONFIG_XFRM_IPTFS are not set); that of Ubuntu 25.10 has both.

. "$UML/lib.sh"
unset SETKEY_CHANNEL
two_hosts
e="-E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213"

# both COMMANDS ...: on both hosts
both() {
	in_left setkey -e "flush; spdflush; $*" 2>/run/tmp/err ||
	    not_ok "left: $*" "$(cat /run/tmp/err)"
	in_right setkey -e "flush; spdflush; $(echo "$*" |
	    sed 's/-dir out/-dir IN/; s/-dir in/-dir out/; s/-dir IN/-dir in/
	    s/-P out/-P IN/; s/-P in/-P out/; s/-P IN/-P in/')" 2>/run/tmp/err ||
	    not_ok "right: $*" "$(cat /run/tmp/err)"
}
passes() { in_left ping -q -c 1 -W 2 "$@" "$right4" >/dev/null 2>&1; }

# It takes a socket of another program, and an older kernel dies of it (6.8 of
# Ubuntu 24.04: esp_output_tcp_encap_cb() without a dst).
if ! since 6 17 && in_left setkey -e "add $left4 $right4 esp-tcp 0x1001 $e;" \
    2>/dev/null; then
	skip "ESP in TCP" "this kernel may panic"
elif in_left setkey -e "add $left4 $right4 esp-tcp 0x1001 $e;" 2>/run/tmp/err; then
	both "add ${left4}[4501] ${right4}[4500] esp-tcp 0x1001 $e;
add ${right4}[4500] ${left4}[4501] esp-tcp 0x1002 $e;
spdadd $left4 $right4 icmp -P out ipsec esp/transport//require;
spdadd $right4 $left4 icmp -P in ipsec esp/transport//require;"
	passes
	check "ESP in TCP: without a connection nothing passes" 1 "$?"
	server=$(in_right "$UML/espintcp" "$right4" 4500)
	client=$(in_left "$UML/espintcp" "$right4" 4500 4501)
	watch_wire
	wait_until 5 passes
	check "with one it does" 0 "$?"
	wire_seen
	check "as TCP, and nothing else" "esp=0 icmp=0 other=0" \
	    "esp=$esp icmp=$icmp other=$other"
	[ "$tcp" -ge 4 ]
	check "there and back, on both sides" 0 "$?"
	kill "$server" "$client"
else
	like "a kernel without ESP in TCP says so" "Unsupported encapsulation type" \
	    "$(cat /run/tmp/err)"
	skip "ESP in TCP" "this kernel has no CONFIG_INET_ESPINTCP"
fi

# iptfs OPTION-OF-OUT ...: SAs and policies
iptfs() {
	both "add $left4 $right4 esp 0x1001 -m iptfs -dir out $e;
add $right4 $left4 esp 0x1002 -m iptfs -dir in $e;
spdadd $left4 $right4 icmp -P out ipsec esp/iptfs/$left4-$right4/require;
spdadd $right4 $left4 icmp -P in ipsec esp/iptfs/$right4-$left4/require;"
	[ -z "$*" ] || in_left setkey -e "delete $left4 $right4 esp 0x1001;
	    add $left4 $right4 esp 0x1001 -m iptfs -dir out $* $e;" ||
	    not_ok "$*"
}
if [ -d /sys/module/xfrm_iptfs ]; then
	iptfs
	watch_wire
	wait_until 5 passes
	check "IP-TFS: packets pass" 0 "$?"
	wire_seen
	check "as ESP, and nothing else" "icmp=0 other=0" \
	    "icmp=$icmp other=$other"
	like "-D shows what the kernel chose" "iptfs-queue=" "$(in_left setkey -D)"
	iptfs -iptfs_size 256
	watch_wire
	passes -s 1000
	check "-iptfs_size 256: a packet of 1000 octets passes" 0 "$?"
	wire_seen
	check "in five pieces, and one comes back" "esp=6" "esp=$esp"
	iptfs -iptfs_size 256 -iptfs_dont_frag
	passes -s 1000
	check "-iptfs_dont_frag: it does not" 1 "$?"
	passes -s 100
	check "a small one does" 0 "$?"
else
	skip "IP-TFS" "this kernel has no module xfrm_iptfs"
fi

done_testing
