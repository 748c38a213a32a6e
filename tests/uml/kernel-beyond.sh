# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm
# What NETLINK_XFRM has beyond PF_KEY: made by iproute2 it is shown, saved and
# loaded as the same; made by setkey it is what iproute2 shows.

. "$UML/lib.sh"
. "$UML/saved.sh"
RECORDS=y
ip link set lo up

ends="src 192.0.2.1 dst 192.0.2.2"
enc="enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f"
auth="auth-trunc hmac(sha1) 0x101112131415161718191a1b1c1d1e1f20212223"
sel="src 10.1.0.0/16 dst 10.2.0.0/16"

clear() {
	ip -batch - <<-EOF
	xfrm state flush
	xfrm policy flush
	xfrm policy flush ptype sub
	EOF
}

# make_state ARGUMENTS, make_policy ARGUMENTS: made by iproute2
make_state() {
	ip xfrm state add $ends proto esp "$@" || not_ok "ip xfrm state add $*"
}
make_policy() {
	ip xfrm policy add "$@" || not_ok "ip xfrm policy add $*"
}


make_state spi 0x1001 mode tunnel $enc sel src 10.0.0.0/8 dst 10.9.0.0/16 proto udp sport 500 dev lo
make_state spi 0x1002 mode tunnel $enc
make_state spi 0x1003 mode tunnel flag af-unspec $enc
make_state spi 0x1004 mode transport $enc sel src 192.0.2.1 dst 192.0.2.2 proto tcp dport 80
make_state spi 0x1005 mode beet $enc
make_state spi 0x1006 mode beet $enc sel src 10.0.0.1 dst 10.0.0.2
run setkey -D
like "-D: a selector" "*	selector: 10.0.0.0/8\[500\] 10.9.0.0/16\[any\] udp*" "$out"
like "-D: its interface" "*	dev=lo*" "$out"
like "-D: one family" "*	selector: 0.0.0.0/0\[any\] 0.0.0.0/0\[any\] any*" "$out"
again "selectors"

make_state spi 0x1001 output-mark 5 $enc
make_state spi 0x1002 output-mark 0x105 mask 0xff $enc
run setkey -D
like "-D: output marks" "*	output-mark=0x105/0xff*	output-mark=0x5/0xffffffff*" "$out"
again "output marks"

make_state spi 0x1001 flag wildrecv icmp align4 $enc
make_state spi 0x1002 flag noecn decap-dscp nopmtudisc $enc
make_state spi 0x1003 mode tunnel tfcpad 200 $enc
make_state spi 0x1004 extra-flag dont-encap-dscp oseq-may-wrap $enc
make_state spi 0x1005 mode transport flag af-unspec $enc
run setkey -D
like "-D: flags" "*	state-flags=wildrecv,icmp,align4*" "$out"
like "-D: TFC padding" "*	tfcpad=200*" "$out"
like "-D: extra flags" "*	extra-flags=dont-encap-dscp,oseq-may-wrap*" "$out"
again "flags and padding"

make_state spi 0x1001 $enc $auth 64
make_state spi 0x1002 $enc $auth 80
make_state spi 0x1003 $enc $auth 96
make_state spi 0x1004 $enc auth-trunc "hmac(sha256)" 0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f 160
run setkey -D
like "-D: ICVs" "*	icv=160*	icv=80*	icv=64*" "$out"
again "ICVs"

make_state spi 0x1001 encap espinudp 4500 4501 198.51.100.7 $enc
# Taken by Linux 6.1, refused by 6.12.
since 6 12 || make_state spi 0x1002 encap espinudp-nonike 4500 4501 0.0.0.0 $enc
again "encapsulation"

make_policy dir out $sel priority 5 flag localok tmpl $ends proto esp mode tunnel
make_policy dir in $sel flag icmp tmpl $ends proto esp mode tunnel level required
make_policy dir out $sel dev lo tmpl $ends proto esp mode tunnel
make_policy dir out $sel ptype sub tmpl $ends proto esp mode tunnel
make_policy dir fwd $sel proto udp sport 5 tmpl proto esp reqid 7 mode transport level use
run setkey -DP
like "-DP: flags" "*	flags=localok*" "$out"
like "-DP: an interface" "*	dev=lo*" "$out"
like "-DP: sub-policies" "*	ptype=sub*" "$out"
again "policies"

make_policy dir out $sel action block tmpl $ends proto esp mode tunnel
make_policy dir out $sel proto tcp tmpl $ends spi 0x1001 proto esp mode tunnel
run setkey -DP
like "-DP: rules of a policy that discards" "*	rule 1: esp/tunnel/192.0.2.1-192.0.2.2/require*" "$out"
like "-DP: a rule's SPI" "*	rule 1: spi=0x00001001*" "$out"
again "rules"

# Made by setkey.
cat >/run/tmp/script <<EOF
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -sel 10.0.0.0/8[500] 10.9.0.0/16 udp
    -dev lo -output_mark 0x105/0xff -f wildrecv -f icmp -f dont-encap-dscp
    -tfcpad 200 -icv 80 -mark 7/7 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f
    -A hmac-sha1 0x101112131415161718191a1b1c1d1e1f20212223;
spdadd 10.1.0.0/16 10.2.0.0/16 any -f icmp -dev lo -index 81 -P out ipsec
    esp/transport//use:9;
spdadd 10.1.0.0/16 10.2.0.0/16 any -ptype sub -P out none;
EOF
run setkey -f /run/tmp/script
check "a script with all of it" "0" "$st$err"
state=$(ip -d -s xfrm state)
for words in "output-mark 0x105/0xff" wildrecv icmp dont-encap-dscp "sel src 10.0.0.0/8 dst 10.9.0.0/16 proto udp sport 500 dev lo" " 80"; do
	like "the kernel has: $words" "*$words*" "$state"
done
policy=$(ip -d -s xfrm policy)
for words in "dev lo" "flag icmp" "index 81 " "ptype sub" "reqid 9"; do
	like "the kernel has: $words" "*$words*" "$policy"
done
again "made by setkey"

run setkey -e "spdadd 10.1.0.0/16 10.2.0.0/16 any -ptype sub -P out none;
    spddelete 10.1.0.0/16 10.2.0.0/16 any -ptype sub -P out;"
check "a sub-policy is deleted by its name" "0" "$st$err"
check "and is gone" "No SPD entries." "$(setkey -DP)"

# Words for what iproute2 has none for: masks of ports and of algorithms.
sk_ok "masks" "spdadd 10.1.0.0/16[1024] 10.2.0.0/16 tcp -port_masks 0xfc00/0
    -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7/spi:0x1001/auth:8
    ah/transport//use/enc:0x10/comp:1;
add 192.0.2.1 192.0.2.2 esp 0x1001 -sel 192.0.2.1[256] 192.0.2.2 udp
    -port_masks 0xff00/0 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f;"
run setkey -DP
like "-DP: masks of ports" "*	port-masks=0xfc00,0x0*" "$out"
like "-DP: masks of algorithms" "*	rule 1: spi=0x00001001 auth-mask=0x8 enc-mask=0xffffffff comp-mask=0xffffffff
	rule 2: auth-mask=0xffffffff enc-mask=0x10 comp-mask=0x1*" "$out"
policy=$(ip -d -s xfrm policy)
like "the kernel has them" "*enc-mask ffffffff auth-mask 00000008 comp-mask ffffffff*enc-mask 00000010 auth-mask ffffffff comp-mask 00000001*" "$policy"
like "JSON has them" '*"spi_hex": "0x00001001", "auth_mask": "0x00000008"*"port_masks": {"src": 64512, "dst": 0}*' \
    "$(setkey -DP -o json)"
like "JSON of the SA" '*"selector": {"src": {"addr": "192.0.2.1", "prefix": 32, "port": 256}*' \
    "$(setkey -D -o json)"
make "times and users" "add 192.0.2.1 192.0.2.2 esp-udp 0x1002 -mapping_time 5
    -uid 7 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f;
spdadd 10.3.0.0/16 10.2.0.0/16 any -uid 9 -f cpu-acquire -P out none;"
records=$("$UML/records")
check "the kernel's records" 4 "$(echo "$records" | wc -l)"
like "with a time that iproute2 does not show" " 32=05000000" "$records"
again "what iproute2 has no words for"
if since 6 11; then
	make "directions" "add 192.0.2.1 192.0.2.2 esp-udp 0x1001 -dir out
	    -nat_keepalive 20 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f;
	add 192.0.2.2 192.0.2.1 esp 0x1002 -dir in -r 4
	    -E aes-cbc 0x000102030405060708090a0b0c0d0e0f;"
	like "the kernel's records have them" " 33=02 34=14000000" "$("$UML/records")"
	again "directions and keepalives"
fi

# Mobile IPv6.
make_policy dir out src 2001:db8:1::/48 dst 2001:db8:2::/48 proto 135 tmpl src 2001:db8::1 dst 2001:db8::2 proto hao mode ro
make_policy dir in src 2001:db8:1::/48 dst 2001:db8:2::/48 tmpl src 2001:db8::1 dst 2001:db8::2 proto route2 mode in_trigger
run setkey -DP
like "-DP: a rule of Mobile IPv6" "*	hao/ro/2001:db8::1-2001:db8::2/require*" "$out"
like "-DP: another one" "*	route2/in_trigger/2001:db8::1-2001:db8::2/require*" "$out"
again "rules of Mobile IPv6"
mobile="src 2001:db8::1 dst 2001:db8::2"
if ip xfrm state add $mobile proto route2 coa 2001:db8::5 mode ro; then
	ip xfrm state add $mobile proto hao coa 2001:db8::6 mode ro sel $mobile
	ip xfrm state add src 2001:db8::3 dst 2001:db8::2 proto hao coa 2001:db8::6 mode ro
	run setkey -D hao
	like "-D: SAs of Mobile IPv6" "*2001:db8::3 2001:db8::2
	hao mode=ro spi=0(0x00000000)*	care-of=2001:db8::6*" "$out"
	unlike "of the one protocol" "route2" "$out"
	again "SAs of Mobile IPv6"
	make "three of one SPI" "add 2001:db8::1 2001:db8::2 hao 0 -coa 2001:db8::5;
	    add 2001:db8::3 2001:db8::2 hao 0 -coa 2001:db8::5;
	    add 2001:db8::1 2001:db8::2 route2 0 -coa 2001:db8::5;"
	sk_ok "changing one" "update 2001:db8::3 2001:db8::2 hao 0 -coa 2001:db8::7;"
	like "it has another address" "*care-of=2001:db8::7*" \
	    "$(setkey -e "get 2001:db8::3 2001:db8::2 hao 0;")"
	cat >/run/tmp/script <<-EOF
	add 2001:db8::3 2001:db8::2 hao 0 -coa 2001:db8::8;
	add 2001:db8::1 2001:db8::2 route2 0 -coa 2001:db8::5;
	EOF
	run setkey -nS /run/tmp/script
	check "-S: what differs" "0update 2001:db8::3 2001:db8::2 hao 0x00000000 -m ro -coa 2001:db8::8;
delete 2001:db8::1 2001:db8::2 hao 0x00000000;" "$st$(echo "$out" | grep -v '^#')"
	run setkey -vS /run/tmp/script
	check "-S: is done" "0" "$st"
	run setkey -nS /run/tmp/script
	check "-S: nothing is left to do" "0" "$st$(echo "$out" | grep -v '^#')"
	sk_ok "deleting one" "delete 2001:db8::3 2001:db8::2 hao 0;"
	sk_ok "deleting some" "deleteall 2001:db8::1 2001:db8::2 route2;"
	check "all are gone" "No SAD entries." "$(setkey -D)"
	make "another one" "add 2001:db8::1 2001:db8::2 hao 0 -coa 2001:db8::5; flush;"
	check "flush removes it" "No SAD entries." "$(setkey -D)"
else
	skip "SAs of Mobile IPv6" "this kernel has no module mip6"
fi
clear

# Masks of algorithms do what they say: an in policy that allows hmac-md5 (bit 2)
# alone does not let in what has hmac-sha1 (bit 3).
two_hosts
masked() {
	clear
	for side in left right; do
		[ $side = left ] && dir=out || dir=in
		in_$side setkey -e "flush; spdflush; add $left4 $right4 esp 0x1001
		    -E aes-cbc 0x000102030405060708090a0b0c0d0e0f
		    -A hmac-sha1 0x101112131415161718191a1b1c1d1e1f20212223;
		spdadd $left4 $right4 icmp -P $dir ipsec esp/transport//require$1;"
	done
	in_left ping -q -c 1 -w 1 $right4 >/dev/null
}
masked "/auth:8"
check "a mask that has the algorithm" 0 "$?"
masked "/auth:4"
check "one that has not" 1 "$?"
like "is counted" "*XfrmInTmplMismatch*" "$(in_right setkey -s)"
masked "/spi:0x1001"
check "an SPI that is there" 0 "$?"
masked "/spi:0x1002"
check "one that is not" 1 "$?"
like "is counted, too" "*XfrmOutNoStates*" "$(in_left setkey -s)"

# Sub-policies are flushed on request only.
clear
sk "spdadd 10.1.0.0/16 10.2.0.0/16 any -ptype sub -P out none;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none;"
setkey -FP
like "-FP leaves sub-policies" "*ptype=sub*" "$(setkey -DP)"
sk_ok "spdadd" "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none; spdflush -ptype sub;"
unlike "spdflush -ptype sub removes them" "ptype=sub" "$(setkey -DP)"
like "and leaves the others" "*out none*" "$(setkey -DP)"

# What has no words is not saved in silence: a template's share.
python=/usr/bin/python3
$python - <<'EOP'
import socket, struct
sel = bytes([10, 1, 0, 0]) + bytes(12) + bytes([10, 2, 0, 0]) + bytes(12) + \
    struct.pack("=HHHHHBBBxxxiI", 0, 0, 0, 0, 2, 16, 16, 6, 0, 0)
lft = struct.pack("=QQQQQQQQ", *([2**64 - 1] * 4 + [0] * 4)) + bytes(32)
info = sel + lft + struct.pack("=IIBBBBxxxx", 1000, 0, 1, 0, 0, 0)
tmpl = struct.pack("=16s4sBxxxHxx16sIBBBxIII", bytes(16), bytes(4), 50, 2, bytes(16),
    0, 0, 3, 0, 0xffffffff, 0xffffffff, 0xffffffff)
body = info + struct.pack("=HH", 4 + len(tmpl), 5) + tmpl
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
s.send(struct.pack("=IHHII", 16 + len(body), 0x13, 0x405, 1, 0) + body)
print(struct.unpack("=i", s.recv(4096)[16:20])[0])
EOP
run setkey -DP
like "-DP: a template's share" "*	rule 1: share=3*" "$out"
run setkey -DP -o script
check "it is not in the language" 1 "$st"
like "and the command is a comment" "# what a rule says of sharing*
# spdadd *" "$out"
like "and it is said" "*not saved: what a rule says of sharing*" "$err"
clear

run setkey -e "spdadd 10.1.0.0/16 10.2.0.0/16 any -dev nosuch -P out none;"
check "an interface that is not there" 1 "$st"

# What is newer than the kernel is not lost without a word.
newer() {	# NAME MAJOR MINOR
	run setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel $1 -E null;
	    add 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel $1 -E null;"
	if since "$2" "$3"; then
		check "$1: the kernel has it" 0 "$st$err"
	else
		check "$1: the kernel has not: exit status" 1 "$st"
		like "$1: and that is said" "*error: this kernel has made the \
SA without ${1% *}: Linux can have it since version $2.$3*" "$err"
		check "$1: once" 1 "$(printf '%s\n' "$err" | grep -c error:)"
	fi
	clear
}
newer "-dir in" 6 10
echo "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -dir in -E null;" >/run/tmp/new
run setkey -S /run/tmp/new
if since 6 10; then
	check "-S, -dir: the kernel has it" 0 "$st$err"
else
	check "-S, -dir: the kernel has not: exit status" 1 "$st"
	like "-S, -dir: and that is said" "*too old: dir*" "$err"
fi
clear

# How the kernel keeps policies.
thresholds() { ip -s xfrm policy count | sed -n 's/.*threshold //p'; }
begin=$(thresholds)
ip xfrm policy set hthresh4 24 24 hthresh6 64 56
check "-DP: thresholds" "No SPD entries.
(hash)
	ipv4 24/24
	ipv6 64/56" "$(setkey -DP)"
like "JSON: thresholds" '"hash_thresholds": {"ipv4": {"local": 24, "remote": 24}, "ipv6": {"local": 64, "remote": 56}}' \
    "$(setkey -DP -o json)"
moved=$(thresholds)
save
check "thresholds: saved" "0spdhash ipv4 24/24 ipv6 64/56;" "$st$err$(cat /run/tmp/saved)"
sk_ok "spdhash" "spdhash ipv6 128/128 ipv4 32/32;"
check "as in the beginning" "$begin No SPD entries." "$(thresholds) $(setkey -DP)"
cp /run/tmp/saved /run/tmp/script
run setkey -f /run/tmp/script
check "thresholds: loaded" "0$moved" "$st$err$(thresholds)"
echo "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none; spdhash ipv4 32/32;" >/run/tmp/script
run setkey -nS /run/tmp/script
like "-n -S: thresholds" "*spdhash ipv4 32/32;" "$out"
run setkey -S /run/tmp/script
check "-S: thresholds" "0	ipv6 64/56" "$st$err$(setkey -DP | tail -n 1)"
echo "spdhash ipv6 64/56;" >/run/tmp/old
run setkey -S /run/tmp/script -O /run/tmp/old
check "-O: back" "0$begin" "$st$err$(thresholds)"
clear

# Going out, a kernel that knows of directions wants -esn without a window.
if since 6 10; then
	run setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -esn -dir out \
	    -E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213;"
	check "-esn -dir out" 0 "$st$err"
	like "-esn -dir out: no window" "replay_window 0," "$(ip xfrm state)"
	clear
fi

done_testing
