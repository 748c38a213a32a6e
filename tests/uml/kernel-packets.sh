# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm without-esp4_offload,esp6_offload
# What the options of NETLINK_XFRM do to packets, as far as this kernel has them:
# marks, padding, directions, selectors, interfaces, sub-policies.

. "$UML/lib.sh"
two_hosts
e="-E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 0x101112131415161718191a1b1c1d1e1f20212223"
sa="add $left4 $right4 esp 0x1001"
transport=transport//require
tunnel=tunnel/$left4-$right4/require

# made RULE LEFT-OPTIONS RIGHT-OPTIONS: an SA for pings on both sides
made() {
	in_left setkey -e "flush; spdflush; $sa $2 $e;
	    spdadd $left4 $right4 icmp -P out ipsec esp/$1;" 2>/run/tmp/err ||
	    not_ok "left: $2" "$(cat /run/tmp/err)"
	in_right setkey -e "flush; spdflush; $sa $3 $e;
	    spdadd $left4 $right4 icmp -P in ipsec esp/$1;" 2>/run/tmp/err ||
	    not_ok "right: $3" "$(cat /run/tmp/err)"
	begin_count
}

# ping PASSES NAME LEFT RIGHT [OPTION ...]: 0 or 1, and counters that grow
ping_is() {
	passes=$1 name=$2 l=$3 r=$4
	shift 4
	in_left ping -q -c 1 -w 1 "$@" "$right4" >/dev/null 2>&1
	check "$name" "$passes left: ${l:+$l }right: ${r:+$r }" \
	    "$? left: $(counted left)right: $(counted right)"
}

# Output marks: routes for packets with a mark are others, here none
ip -n left rule add fwmark 5/0xff prohibit
made $tunnel "-m tunnel -output_mark 0x105/0xff" "-m tunnel"
ping_is 1 "an output mark: the tunnel's packet takes the mark's route" \
    XfrmOutBundleGenError ""
made $tunnel "-m tunnel -output_mark 6" "-m tunnel"
ping_is 0 "another output mark" "" ""
ip -n left rule del fwmark 5/0xff prohibit
ip -n right -batch - <<-END
	rule add pref 100 lookup local
	rule del pref 0
	rule add pref 50 fwmark 5 prohibit
END
made $tunnel "-m tunnel" "-m tunnel -output_mark 5"
ping_is 1 "of one that comes in: what was in the tunnel has the mark" "" ""
like "it was decrypted" "	allocated: 1" "$(in_right setkey -D)"
ip -n right rule del pref 50

# Padding: the size on the wire
sent() { in_left awk '/eth0:/ { sub(/.*:/, ""); print $9 }' /proc/net/dev; }
made $tunnel "-m tunnel" "-m tunnel"
ping_is 0 "without padding" "" "" -s 10
before=$(sent)
in_left ping -q -c 1 -w 1 -s 10 $right4 >/dev/null
plain=$(($(sent) - before))
made $tunnel "-m tunnel -tfcpad 500" "-m tunnel"
ping_is 0 "-tfcpad 500" "" "" -s 10
before=$(sent)
in_left ping -q -c 1 -w 1 -s 10 $right4 >/dev/null
padded=$(($(sent) - before))
comment "octets: $plain, with -tfcpad 500: $padded"
# The kernel's own packets, for neighbours, may be among them.
if [ -e /sys/module/esp4_offload ]; then
	check "with module esp4_offload there is no padding" yes \
	    "$(between $((plain - 150)) $((plain + 150)) "$padded")"
	like "and -n -D says so" "is not padded" "$(in_left setkey -n -D)"
elif [ $padded -gt $((plain + 250)) ]; then
	ok "small packets are as large as the padding says"
else
	not_ok "small packets are as large as the padding says" "$plain $padded"
fi

# An SA for packets from any source is none to send by
made $transport "-f wildrecv" ""
ping_is 1 "wildrecv at the sender" XfrmOutNoStates ""
made $transport "" "-f wildrecv"
ping_is 0 "wildrecv at the receiver" "" ""

# Selectors of SAs
made $transport "-sel $left4 $right4 tcp" ""
ping_is 1 "a selector that does not fit, at the sender" XfrmOutNoStates ""
made $transport "" "-sel $left4 $right4 tcp"
ping_is 1 "at the receiver" "" XfrmInStateMismatch
made $transport "-sel $left4 $right4 icmp" "-sel $left4/24 0.0.0.0/0 any"
ping_is 0 "selectors that fit" "" ""

# Directions
if since 6 10; then
	made $transport "-dir in" ""
	ping_is 1 "-dir in at the sender" "XfrmOutPolError XfrmOutStateDirError" ""
	like "-D shows it" "	dir=in" "$(in_left setkey -D)"
	made $transport "" "-dir out"
	ping_is 1 "-dir out at the receiver" "" XfrmInStateDirError
	made $transport "-dir out" "-dir in -r 4"
	ping_is 0 "directions that fit" "" ""
	in_left setkey -e "add $left4 $right4 esp 0x1002 -dir out -r 4 $e;" 2>/run/tmp/err
	check "a window where nothing comes in is refused" 1 "$?"
	like "and it is said why" "a window is for SAs that come in" "$(cat /run/tmp/err)"
fi

# Keepalives through a NAT
if since 6 11; then
	in_left setkey -e "flush; spdflush; add $left4 $right4 esp-udp 0x1001 -dir out -nat_keepalive 1 $e;"
	like "-D shows it" "nat-keepalive=1" "$(in_left setkey -D)"
	watch_wire
	sleep 4
	wire_seen
	if [ "$udp" -ge 1 ]; then
		ok "-nat_keepalive 1: something is sent"
	else
		not_ok "-nat_keepalive 1: something is sent" "$wire"
	fi
fi

# A CPU
if since 6 13 || { since 6 12 && in_left setkey -e "flush;
    add $left4 $right4 esp 0x1003 -dir out -cpu 0 $e;" 2>/dev/null &&
    in_left setkey -D | grep -q 'cpu=0'; }; then
	made $transport "-dir out -cpu 0" "-dir in"
	taskset -p -c 0 $$ >/dev/null
	ping_is 0 "-cpu: of this CPU" "" ""
fi

# A policy for one interface, on the way out
policy() {
	in_left setkey -e "flush; spdflush; $*" 2>/run/tmp/err ||
	    not_ok "$*" "$(cat /run/tmp/err)"
	in_right setkey -e "flush; spdflush;"
	begin_count
}
policy "spdadd $left4 $right4 icmp -dev eth0 -P out discard;"
ping_is 1 "a policy for the interface" XfrmOutPolBlock ""
policy "spdadd $left4 $right4 icmp -dev lo -P out discard;"
ping_is 0 "one for another interface" "" ""

# Packets have to pass sub-policies, too
if in_left ip xfrm policy flush ptype sub 2>/dev/null; then
	policy "spdadd $left4 $right4 icmp -P out none;
	    spdadd $left4 $right4 icmp -ptype sub -P out discard;"
	ping_is 1 "a sub-policy that discards" XfrmOutPolBlock ""
else
	skip "a sub-policy that discards" "this kernel has no sub-policies"
fi

# Masks of ports
send_to() {
	in_left /usr/bin/python3 -c "import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('$right4', $1))" 2>/dev/null
}
policy "spdadd 0.0.0.0/0 ${right4}[1024] udp -port_masks 0/0xfc00 -P out discard;"
for port in 1023:0 1024:1 2047:1 2048:0; do
	send_to ${port%:*}
	check "-port_masks 0xfc00 of port 1024: port ${port%:*}" "${port#*:}" "$?"
done

done_testing
