# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey
# The two channels against each other, on a kernel that has both: one state
# must give the same dump through either, octet for octet, and one request
# must leave the same state, but for what is listed here.

. "$UML/lib.sh"
ip link set lo up

aes=0x000102030405060708090a0b0c0d0e0f
des3=0x000102030405060708090a0b0c0d0e0f1011121314151617
md5=0x101112131415161718191a1b1c1d1e1f
sha1=0x101112131415161718191a1b1c1d1e1f20212223
sha256=0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f
sha384=${sha256}303132333435363738393a3b3c3d3e3f
sha512=${sha384}404142434445464748494a4b4c4d4e4f

same() { # NAME COUNTS [-s]: the dumps of what is there now
	run "$UML/same-dumps" $3
	check "same dumps: $1" "$2" "$out$err"
}

same "nothing" "sad 0 spd 0"

#
# SAs as other programs make them
#

pair="src 192.0.2.1 dst 192.0.2.2"
ip -batch - >/dev/null <<EOF
xfrm state add $pair proto esp spi 0x1001 enc cbc(des) 0x0123456789abcdef
xfrm state add $pair proto esp spi 0x1002 enc cbc(des3_ede) $des3 auth hmac(md5) $md5
xfrm state add $pair proto esp spi 0x1003 enc cbc(aes) $aes auth hmac(sha1) $sha1
xfrm state add $pair proto esp spi 0x1004 enc cbc(aes) $des3
xfrm state add $pair proto esp spi 0x1005 enc cbc(aes) $sha256 auth-trunc hmac(sha256) $sha256 128
xfrm state add $pair proto esp spi 0x1006 enc rfc3686(ctr(aes)) ${aes}10111213 auth hmac(sha384) $sha384
xfrm state add $pair proto esp spi 0x1007 enc cbc(camellia) $aes auth hmac(sha512) $sha512
xfrm state add $pair proto esp spi 0x1008 enc cbc(blowfish) 0x0001020304 auth xcbc(aes) $aes
xfrm state add $pair proto esp spi 0x1009 enc cbc(cast5) 0x0001020304 auth hmac(sha1) $sha1
xfrm state add $pair proto esp spi 0x100a enc cbc(twofish) $aes
xfrm state add $pair proto esp spi 0x100b enc cbc(serpent) $sha256
xfrm state add $pair proto esp spi 0x100c enc ecb(cipher_null) "" auth hmac(sha1) $sha1
xfrm state add $pair proto esp spi 0x100d enc cbc(aes) $aes auth digest_null ""
xfrm state add $pair proto ah spi 0x1010 auth hmac(md5) $md5
xfrm state add $pair proto ah spi 0x1011 auth hmac(sha1) $sha1 reqid 77 replay-window 32
xfrm state add $pair proto ah spi 0x1012 auth-trunc hmac(sha1) $sha1 160
xfrm state add $pair proto comp spi 0x1020 comp deflate
xfrm state add $pair proto comp spi 0x1021 comp deflate mode tunnel
xfrm state add $pair proto esp spi 0x1030 enc cbc(aes) $aes mode tunnel reqid 0xfffffffe replay-window 4
xfrm state add $pair proto esp spi 0x1031 enc cbc(aes) $aes mode tunnel flag af-unspec
xfrm state add $pair proto esp spi 0x1032 enc cbc(aes) $aes mode beet sel src 10.1.0.1 dst 10.2.0.1
xfrm state add $pair proto esp spi 0x1033 enc cbc(aes) $aes sel src 10.1.0.0/16 dst 10.2.0.0/16 proto udp sport 5 dport 6
xfrm state add $pair proto esp spi 0x1034 enc cbc(aes) $aes sel src 192.0.2.1 dst 192.0.2.2
xfrm state add $pair proto esp spi 0x1035 enc cbc(aes) $aes flag noecn decap-dscp nopmtudisc
xfrm state add $pair proto esp spi 0x1036 enc cbc(aes) $aes flag wildrecv icmp align4
xfrm state add $pair proto esp spi 0x1040 enc cbc(aes) $aes limit time-soft 1000 limit time-hard 2000 limit time-use-soft 30 limit time-use-hard 40
xfrm state add $pair proto esp spi 0x1041 enc cbc(aes) $aes limit byte-soft 4000000000000 limit byte-hard 5000000000000
xfrm state add $pair proto esp spi 0x1042 enc cbc(aes) $aes limit packet-soft 7 limit packet-hard 4000000000
xfrm state add $pair proto esp spi 0x1050 enc cbc(aes) $aes encap espinudp 4500 4501 0.0.0.0
xfrm state add $pair proto esp spi 0x1051 enc cbc(aes) $aes encap espinudp 1 65535 198.51.100.7 mode tunnel
xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x1060 enc cbc(aes) $aes auth hmac(sha1) $sha1 mode tunnel
xfrm state add src 2001:db8::1 dst 2001:db8::2 proto ah spi 0x1061 auth hmac(sha1) $sha1
xfrm state add src 2001:db8::1 dst 2001:db8::2 proto comp spi 0x1062 comp deflate
xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x1063 enc cbc(aes) $aes sel src 2001:db8:1::/48 dst 2001:db8:2::/48
xfrm state allocspi $pair proto esp mode tunnel reqid 9 min 0x1070 max 0x1070
xfrm state allocspi $pair proto ah min 0x1071 max 0x1071
EOF
same "SAs of every kind" "sad 36 spd 0"
clear

#
# Policies
#

in4="src 10.2.0.0/16 dst 10.1.0.0/16 dir in"
ip -batch - <<EOF
xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl proto esp
xfrm policy add $in4 tmpl src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel
xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir fwd tmpl src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel level use
xfrm policy add src 10.3.0.0/16 dst 10.2.0.0/16 dir out priority 4294967295 tmpl proto comp level use tmpl proto esp tmpl proto ah reqid 5
xfrm policy add src 10.4.0.0/16 dst 10.2.0.0/16 dir out priority 1 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 0x4001
xfrm policy add src 10.5.0.0/16 dst 10.2.0.0/16 dir out action block
xfrm policy add src 10.6.0.0/16 dst 10.2.0.0/16 dir out
xfrm policy add src 10.7.0.0/16 dst 10.2.0.0/16 proto tcp sport 80 dport 65535 dir out
xfrm policy add src 10.7.0.0/16 dst 10.2.0.0/16 proto tcp dir out
xfrm policy add src 10.8.0.0/16 dst 10.2.0.0/16 proto icmp type 8 code 3 dir out
xfrm policy add src 10.8.0.0/16 dst 10.2.0.0/16 proto gre key 16909060 dir out
xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dir in priority 9 tmpl proto esp level use
xfrm policy add src 10.9.9.9/16 dst 10.2.3.4/24 dir out
xfrm policy add src 2001:db8:1::/48 dst 2001:db8:2::/48 dir out tmpl src 2001:db8::1 dst 2001:db8::2 proto esp mode tunnel tmpl proto ah
xfrm policy add src 2001:db8:3::/48 dst 2001:db8:2::/48 proto ipv6-icmp type 135 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel
xfrm policy add src 10.10.0.0/16 dst 10.2.0.0/16 dir out tmpl src 2001:db8::1 dst 2001:db8::2 proto esp mode tunnel
xfrm policy add src ::/0 dst ::/0 proto 135 type 1 dir in
xfrm policy add src 10.11.0.0/16 dst 10.2.0.0/16 dir out limit time-soft 1000 limit time-hard 2000 limit time-use-soft 3000 limit time-use-hard 4000 limit byte-soft 10 limit byte-hard 20 limit packet-soft 30 limit packet-hard 40
xfrm policy add src 10.12.0.0/16 dst 10.2.0.0/16 dir out flag localok icmp
xfrm policy add src 10.13.0.0/16 dst 10.2.0.0/16 dir out ptype sub
EOF
same "policies of every kind, and of sockets" "sad 0 spd 23" -s
clear
ip xfrm policy flush ptype sub

# More than a datagram of each.
awk 'BEGIN { for (i = 0; i < 1000; i++) {
	printf "add 10.1.%d.%d 10.2.0.1 esp %d -E null;\n", i / 250, i % 250, i + 4096
	printf "spdadd 10.1.%d.%d 10.2.0.1 any -P out ipsec esp/transport//require;\n", i / 250, i % 250
}}' >/run/tmp/many
run setkey -T xfrm -f /run/tmp/many
check "many, through xfrm" "0" "$st$err"
same "many" "sad 1000 spd 1000"
clear

#
# The same commands through either channel leave the same state.
#

cat >/run/tmp/commands <<EOF
add 192.0.2.1 192.0.2.2 esp 0x1001 -m transport -E des-cbc 0x0123456789abcdef;
add 192.0.2.9 192.0.2.2 esp 0x1002 -m any -u 100 -E 3des-cbc $des3 -A hmac-md5 $md5;
add 192.0.2.1 192.0.2.2 esp 0x1003 -m transport -r 4 -E aes-cbc $aes -A hmac-sha1 $sha1;
add 192.0.2.1 192.0.2.2 esp 0x1004 -m transport -lh 3600 -ls 3000 -E aes-ctr ${aes}10111213 -A hmac-sha2-384 $sha384;
add 192.0.2.1 192.0.2.2 esp 0x1005 -m transport -lh 3600 -E aes-cbc $aes -A hmac-sha2-512 $sha512;
add 192.0.2.1 192.0.2.2 esp 0x1006 -m transport -ls 3000 -bh 5000000 -bs 4000000 -E blowfish-cbc $aes -A aes-xcbc-mac $md5;
add 192.0.2.1 192.0.2.2 esp 0x1007 -m transport -f seq-pad -E null "" -A hmac-sha1 $sha1;
add 192.0.2.1 192.0.2.2 esp 0x1008 -m transport -E camellia-cbc $aes;
add 192.0.2.1 192.0.2.2 esp 0x1009 -m transport -E cast128-cbc $aes -A null;
add 192.0.2.1 192.0.2.2 esp 0x100a -m transport -E twofish-cbc $aes;
add 192.0.2.1 192.0.2.2 esp 0x100b -m transport -E serpent-cbc $aes;
add 192.0.2.1 192.0.2.2 esp 0x100c -m transport -E aes-cbc $aes -A hmac-sha2-256-96 $sha256;
add 192.0.2.1 192.0.2.2 ah 0x1010 -u 4294967295 -A hmac-sha1 $sha1;
add 192.0.2.1 192.0.2.2 ipcomp 0x1020 -C deflate;
add 192.0.2.1[4500] 192.0.2.2[4501] esp-udp 0x1050 -m transport -E aes-cbc $aes;
add 2001:db8::1 2001:db8::2 esp 0x1060 -m transport -E aes-cbc $aes;
add 2001:db8::1 2001:db8::2 ah 0x1061 -A hmac-md5 $md5;
add 192.0.2.1 192.0.2.2 esp 0x1080 -m transport -E aes-cbc $aes;
update 192.0.2.1 192.0.2.2 esp 0x1080 -m transport -u 12 -lh 100 -ls 90 -E aes-cbc $md5;
add 192.0.2.1 192.0.2.2 esp 0x1081 -m transport -E aes-cbc $aes;
delete 192.0.2.1 192.0.2.2 esp 0x1081;
add 192.0.2.3 192.0.2.2 esp 0x1082 -m transport -E aes-cbc $aes;
add 192.0.2.3 192.0.2.2 esp 0x1083 -m transport -E aes-cbc $aes;
add 192.0.2.3 192.0.2.2 ah 0x1084 -A hmac-sha1 $sha1;
deleteall 192.0.2.3 192.0.2.2 esp;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require;
spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd 10.3.0.0/16 10.2.0.0/16 any -P out ipsec ipcomp/transport//use esp/transport//default ah/transport//unique:5;
spdadd 10.4.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique;
spdadd 10.4.1.0/24 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique ah/transport//unique;
spdadd 10.5.0.0/16 10.2.0.0/16 any -P out discard;
spdadd 10.6.0.0/16 10.2.0.0/16 any -P out prio high + 5 none;
spdadd 10.7.0.0/16[80] 10.2.0.0/16[65535] tcp -P out none;
spdadd 10.8.0.0/16 10.2.0.0/16 icmp 8,3 -P out none;
spdadd 10.9.9.9/16 10.2.3.4/24 any -P out none;
spdadd 2001:db8:1::/48 2001:db8:2::/48 icmp6 135,0 -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
spdadd 2001:db8:3::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
spdadd 10.10.0.0/16 10.2.0.0/16 any -P fwd ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
spdadd 10.11.0.0/16 10.2.0.0/16 any -P out none;
spddelete 10.11.0.0/16 10.2.0.0/16 any -P out;
spdupdate 10.6.0.0/16 10.2.0.0/16 any -P out prio low discard;
spdupdate 10.12.0.0/16 10.2.0.0/16 any -P out none;
EOF
chmod 600 /run/tmp/commands

# Times and the numbers that the kernel counts up are masked.  So is the mask
# of algorithms: from PF_KEY it is 0, which only policies that it made may have.
snapshot() {
	{ ip -s -d xfrm state; ip -s -d xfrm policy; } |
	    sed -e 's/add [0-9-]* [0-9:]* use .*/add TIME/' \
	    -e 's/index [0-9]*/index N/' \
	    -e 's/-mask [0-9a-f]*/-mask M/g' \
	    -e 's/^\(	*\)seq 0x[0-9a-f]*/\1seq N/'
}

for channel in pfkey xfrm; do
	run setkey -T $channel -f /run/tmp/commands
	check "all commands, through $channel" "0" "$st$out"
	unlike "all commands, through $channel: no errors" "error:" "$err"
	snapshot >/run/tmp/state.$channel
	same "as loaded through $channel" "sad 19 spd 15"
	clear
done
if diff /run/tmp/state.pfkey /run/tmp/state.xfrm >/run/tmp/diff; then
	ok "the same state, whichever channel"
else
	not_ok "the same state, whichever channel" "$(cat /run/tmp/diff)"
fi

#
# What is different, and why
#

# A tunnel SA takes inner packets of the other family: PF_KEY cannot say so.
for channel in pfkey xfrm; do
	run setkey -T $channel -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc $aes;"
	snapshot | sed -e 's/ *$//' >/run/tmp/state.$channel
	clear
done
check "different: tunnel mode, by the family of the inner packets only" \
    "flag af-unspec (0x00100000)" \
    "$(diff /run/tmp/state.pfkey /run/tmp/state.xfrm | sed -n 's/^> .*\(flag.*\)/\1/p')"

# PF_KEY has 32 bits for a limit of packets, and cuts it.
ip xfrm state add $pair proto esp spi 0x1001 enc "cbc(aes)" $aes limit \
    packet-hard 5000000000
run setkey -T xfrm -D -o script
check "different: more packets than PF_KEY has numbers for" 1 "$st"
like "different: these are not saved as another number" "is not saved" "$err"
clear

# hmac-sha2-256 has an ICV of 128 bits with xfrm; PF_KEY refuses.
run setkey -T pfkey -e "add 192.0.2.1 192.0.2.2 ah 0x1001 -A hmac-sha2-256 $sha256;"
check "different: hmac-sha2-256 is not weakened by PF_KEY" 1 "$st"
like "different: hmac-sha2-256, the message" "128 bits" "$err"
run setkey -T xfrm -e "add 192.0.2.1 192.0.2.2 ah 0x1001 -A hmac-sha2-256 $sha256;"
check "different: hmac-sha2-256 through xfrm" "0" "$st$err"
like "different: hmac-sha2-256 has 128 bits" "hmac(sha256) $sha256 128" \
    "$(ip xfrm state | tr -d '\n')"
clear

# What PF_KEY dumps without its keys, windows, marks, or not at all
ip -batch - <<EOF
xfrm state add $pair proto esp spi 0x1001 aead rfc4106(gcm(aes)) ${aes}10111213 128
xfrm state add $pair proto esp spi 0x1002 enc cbc(aes) $aes replay-window 64 flag esn
xfrm state add $pair proto esp spi 0x1003 enc cbc(aes) $aes mark 7 mask 0xff
xfrm state add $pair proto esp spi 0x1004 enc cbc(aes) $aes if_id 42
xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl proto esp
xfrm policy add src 2001:db8:1::/48 dst 2001:db8:2::/48 dir out tmpl src 2001:db8::1 dst 2001:db8::2 proto route2 mode ro
xfrm policy add src 10.2.0.0/16 dst 10.2.0.0/16 dir out if_id 42
EOF
run setkey -T xfrm -D
check "different: -D through xfrm" "0" "$st$err"
like "different: an AEAD shows" "E: aes-gcm-16" "$out"
like "different: a wide window shows" "replay=8 flags=0x00000400" "$out"
run setkey -T xfrm -DP
check "different: -DP through xfrm" "0 3" "$st$err $(echo "$out" | grep -c '^[^	]')"
run setkey -T pfkey -DP
check "different: PF_KEY breaks off at what it cannot express" 1 "$st"
run setkey -T xfrm -e "delete 192.0.2.1 192.0.2.2 esp 0x1004;
	delete 192.0.2.1 192.0.2.2 esp 0x1001; deleteall 192.0.2.1 192.0.2.2 esp;"
check "different: deleteall takes the marked one too" "0" "$st$err$(ip xfrm state)"

done_testing
