# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey
# More requests that must leave the same state through either channel, and
# dumps that must look the same through either; see kernel-channels.sh for what
# is different and why.

. "$UML/lib.sh"

aes=0x000102030405060708090a0b0c0d0e0f
k192=0x000102030405060708090a0b0c0d0e0f1011121314151617
k64=0x0123456789abcdef
md5=0x101112131415161718191a1b1c1d1e1f
sha1=0x101112131415161718191a1b1c1d1e1f20212223
k256=0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f
k384=${k256}303132333435363738393a3b3c3d3e3f
k512=${k384}404142434445464748494a4b4c4d4e4f
a="192.0.2.1 192.0.2.2"
b="2001:db8::1 2001:db8::2"

# state: what iproute2 shows, without times and what the kernel counts up.  The
# mask of algorithms is 0 from PF_KEY, which only policies that it made may have,
# and PF_KEY drops the original address of encapsulation.
state() {
	{ ip -s -d xfrm state; ip -s -d xfrm policy; } |
	    sed -e 's/add [0-9-]* [0-9:]* use .*/add TIME/' \
	    -e 's/index [0-9]*/index N/' -e 's/-mask [0-9a-f]*/-mask M/g' \
	    -e 's/^\(	*\)seq 0x[0-9a-f]*/\1seq N/' \
	    -e 's/\(encap type.* addr\) .*/\1 A/' \
	    -e 's/\(proto 41\) spi 0x[0-9a-f]*([0-9]*)/\1 spi N/' \
	    -e "$1"
}

# dumps CHANNEL: what setkey shows through it, without process ids, reference
# counts and numbers.  PF_KEY does not tell how long the ICV of hmac-sha2-256 is,
# for which packets a tunnel is, and what is behind a NAT.
dumps() {
	{ setkey -T "$1" -D; setkey -T "$1" -DP; } 2>&1 | sed -e 's/seq=[0-9]* pid=[0-9]*/seq=N pid=N/' \
	    -e 's/sadb_seq=[0-9]* pid=[0-9]* refcnt=[0-9]*/sadb_seq=N pid=N refcnt=N/' \
	    -e 's/	refcnt=[0-9]*/	refcnt=N/' -e 's/current: [A-Z][a-z][a-z] .*/current: T/' \
	    -e 's/diff: [0-9]*(s)/diff: T/' -e 's/hmac-sha2-256-96/hmac-sha2-256/' \
	    -e '/^	selector: /d' -e '/^	NAT: /d'
}

# equal NAME FILE FILE
equal() {
	if diff "$2" "$3" >/run/tmp/diff; then
		ok "$1"
	else
		not_ok "$1" "$(cat /run/tmp/diff)"
	fi
}

# same NAME SAS POLICIES [EDIT]: the commands of standard input leave so many
# through either channel, the same but for what the sed commands take away.
same() {
	cat >/run/tmp/script
	for channel in pfkey xfrm; do
		run setkey -T $channel -f /run/tmp/script
		check "$1: through $channel" "0" "$st$out"
		unlike "$1: through $channel, no errors" "error:" "$err"
		state "$4" >/run/tmp/state.$channel
		dumps pfkey >/run/tmp/dumps.pfkey
		dumps xfrm >/run/tmp/dumps.xfrm
		equal "$1: as made through $channel, one text from both" /run/tmp/dumps.pfkey /run/tmp/dumps.xfrm
		check "$1: as made through $channel, so many" "$2 $3" \
		    "$(grep -c '	sadb_seq' /run/tmp/dumps.xfrm) $(grep -c '	spid=' /run/tmp/dumps.xfrm)"
		run "$UML/same-dumps"
		check "$1: as made through $channel, octet for octet" "sad $2 spd $3" "$out$err"
		clear
	done
	equal "$1: the same state" /run/tmp/state.pfkey /run/tmp/state.xfrm
}

same "SAs, algorithms" 29 0 <<EOF
add $a esp 0x1101 -E des-cbc $k64;
add $a esp 0x1102 -E 3des-cbc $k192;
add $a esp 0x1103 -E cast128-cbc 0x0001020304;
add $a esp 0x1104 -E cast128-cbc $aes;
add $a esp 0x1105 -E blowfish-cbc 0x0001020304;
add $a esp 0x1106 -E blowfish-cbc ${k384}0102030405060708;
add $a esp 0x1107 -E aes-cbc $aes;
add $a esp 0x1108 -E aes-cbc $k192;
add $a esp 0x1109 -E aes-cbc $k256;
add $a esp 0x110a -E aes-ctr ${aes}01020304;
add $a esp 0x110b -E aes-ctr ${k256}01020304;
add $a esp 0x110c -E camellia-cbc $aes;
add $a esp 0x110d -E camellia-cbc $k256;
add $a esp 0x110e -E twofish-cbc $k256;
add $a esp 0x110f -E serpent-cbc $k192;
add $a esp 0x1110 -E null -A null;
add $a esp 0x1111 -E null -A hmac-md5 $md5;
add $a esp 0x1112 -E aes-cbc $aes -A hmac-sha1 $sha1;
add $a esp 0x1113 -E aes-cbc $aes -A hmac-sha2-256-96 $k256;
add $a esp 0x1114 -E aes-cbc $aes -A hmac-sha2-384 $k384;
add $a esp 0x1115 -E aes-cbc $aes -A hmac-sha2-512 $k512;
add $a esp 0x1117 -E aes-cbc $aes -A aes-xcbc-mac $md5;
add $a ah 0x1121 -A hmac-md5 $md5;
add $a ah 0x1122 -A hmac-sha1 $sha1;
add $a ah 0x1123 -A hmac-sha2-256-96 $k256;
add $a ah 0x1124 -A hmac-sha2-384 $k384;
add $a ah 0x1125 -A hmac-sha2-512 $k512;
add $a ah 0x1127 -A aes-xcbc-mac $md5;
add $b ah 0x1128 -A aes-xcbc-mac $md5;
EOF

! has_ripemd || same "SAs, RIPEMD-160" 2 0 <<EOF
add $a esp 0x1116 -E aes-cbc $aes -A hmac-ripemd160 $sha1;
add $a ah 0x1126 -A hmac-ripemd160 $sha1;
EOF

same "SAs, the rest" 26 0 <<EOF
add $a esp 0x1201 -m beet -E aes-cbc $aes;
add $b esp 0x1202 -m beet -E aes-cbc $aes;
add $a esp 0x1203 -f noecn -E aes-cbc $aes;
add $a esp 0x1204 -f decap-dscp -E aes-cbc $aes;
add $a esp 0x1205 -f nopmtudisc -E aes-cbc $aes;
add $a esp 0x1206 -f noecn -f decap-dscp -f nopmtudisc -r 4 -u 9 -E aes-cbc $aes;
add $a esp 0x1207 -ph 1000 -ps 900 -E aes-cbc $aes;
add $a esp 0x1208 -ps 900 -E aes-cbc $aes;
add $a esp 0x1209 -uh 3000 -us 2000 -E aes-cbc $aes;
add $a esp 0x120a -uh 3000 -E aes-cbc $aes;
add $a esp 0x120b -bh 5000000000000 -bs 4000000000000 -E aes-cbc $aes;
add $a esp 0x120c -bs 4000000 -E aes-cbc $aes;
add $a esp 0x120d -lh 30000 -ls 20000 -E aes-cbc $aes;
add $a esp 0x120e -lh 30000 -ls 20000 -bh 7000 -bs 6000 -ph 50 -ps 40 -uh 300 -us 200 -E aes-cbc $aes;
add $a esp 0x120f -natt 198.51.100.1 198.51.100.2 -E aes-cbc $aes;
add $a esp 0x1210 -natt 198.51.100.1[4501] 198.51.100.2[4502] -E aes-cbc $aes;
add $a esp-udp 0x1211 -E aes-cbc $aes;
add 192.0.2.1[65535] 192.0.2.2[1] esp-udp 0x1212 -E aes-cbc $aes -A hmac-sha1 $sha1;
add $b esp-udp 0x1213 -E aes-cbc $aes;
add 2001:db8::1[4501] 2001:db8::2[4502] esp-udp 0x1214 -E aes-cbc $aes;
add $a ipcomp 0x1215 -C deflate;
add $b ipcomp 0x1216 -m transport -C deflate;
add $a esp 0x1217 -lh 30000 -E aes-cbc $aes;
update $a esp 0x1217 -lh 60000 -ls 50000 -ph 7 -E aes-cbc $aes;
add $a esp-udp 0x1218 -E aes-cbc $aes;
update 192.0.2.1[5500] 192.0.2.2[5501] esp-udp 0x1218 -E aes-cbc $aes;
add $a ah 0x1219 -A hmac-sha1 $sha1;
delete $a ah 0x1219;
add 192.0.2.3 192.0.2.2 ah 0x121a -A hmac-sha1 $sha1;
add 192.0.2.3 192.0.2.2 ah 0x121b -A hmac-sha1 $sha1;
add 192.0.2.3 192.0.2.2 esp 0x121c -E aes-cbc $aes;
deleteall 192.0.2.3 192.0.2.2 ah;
add 2001:db8::3 2001:db8::2 esp 0x121d -E aes-cbc $aes;
deleteall 2001:db8::3 2001:db8::2 esp;
add 192.0.2.3 192.0.2.2 esp 0x121e -u 4294967295 -r 1 -E null;
EOF

# The SA of a tunnel takes inner packets of the other family, and has no
# selector of its own then: PF_KEY cannot say so.
same "SAs of tunnels" 7 0 '/^	sel src/d; s/flag  *\(af-unspec (0x00100000)\|(0x00000000)\)/flag F/' <<EOF
add $a esp 0x1301 -m tunnel -E aes-cbc $aes;
add $b esp 0x1302 -m tunnel -E aes-cbc $aes;
add $a ah 0x1303 -m tunnel -A hmac-sha1 $sha1;
add $b ah 0x1304 -m tunnel -A hmac-sha1 $sha1;
add $a esp-udp 0x1305 -m tunnel -u 5 -r 4 -E aes-cbc $aes -A hmac-sha1 $sha1;
add $a ipcomp 0x1306 -m tunnel -C deflate;
add $b ipcomp 0x1307 -m tunnel -C deflate;
EOF

out4="10.9.0.0/16 any -P out"
same "policies" 0 48 <<EOF
spdadd 10.1.0.0/16 10.9.0.0/16 any -P in discard;
spdadd 10.2.0.0/16 10.9.0.0/16 any -P in none;
spdadd 10.3.0.0/16 10.9.0.0/16 any -P in ipsec esp/transport//require;
spdadd 10.4.0.0/16 10.9.0.0/16 any -P in ipsec esp/transport//unique:7;
spdadd 10.5.0.0/16 10.9.0.0/16 any -P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/use;
spdadd -k 10.6.0.0/16 10.9.0.0/16 any -P in ipsec ah/transport//use;
spdadd 10.7.0.0/16 10.9.0.0/16 any -P fwd ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:16383;
spdadd 10.8.0.0/16 10.9.0.0/16 any -P fwd none;
spdadd 10.10.0.0/16 10.9.0.0/16 any -lh 30000 -ls 20000 -P out discard;
spdadd 10.11.0.0/16 10.9.0.0/16 any -bh 7000 -bs 6000 -ph 50 -ps 40 -P out discard;
spdadd 10.12.0.0/16 10.9.0.0/16 any -uh 300 -us 200 -ls 5000 -P in ipsec esp/transport//require;
spdadd 10.13.0.0/16 10.9.0.0/16 icmp 8 -P out none;
spdadd 10.13.0.0/16 10.9.0.0/16 icmp 3,1 -P out none;
spdadd 2001:db8:1::/48 2001:db8:9::/48 icmp6 135,0 -P out none;
spdadd 2001:db8:1::/48 2001:db8:9::/48 icmp6 1,4 -P in none;
spdadd 2001:db8:1::/48 2001:db8:9::/48 mh 5 -P out none;
spdadd 10.14.0.0/16 10.9.0.0/16 gre 16909060 -P out none;
spdadd 10.14.0.0/16 10.9.0.0/16 gre 1.2.3.5 -P out none;
spdadd 10.15.0.0/16[80] 10.9.0.0/16 tcp -P out none;
spdadd 10.15.0.0/16 10.9.0.0/16[443] tcp -P out none;
spdadd 10.15.0.0/16[1] 10.9.0.0/16[65535] udp -P in none;
spdadd 10.15.0.0/16 10.9.0.0/16 132 -P out none;
spdadd 0.0.0.0/0 0.0.0.0/0 any -P out prio high none;
spdadd ::/0 ::/0 any -P out prio low none;
spdadd 10.16.0.0/16 $out4 prio high + 7 none;
spdadd 10.17.0.0/16 $out4 prio low - 1073741823 none;
spdadd 10.18.0.0/16 $out4 prio def - 1 none;
spdadd 10.19.0.0/16 $out4 prio -12345 none;
spdadd 10.20.0.0/16 $out4 ipsec ipcomp/transport//use esp/transport//require ah/transport//require;
spdadd 10.21.0.0/16 $out4 ipsec ipcomp/transport//use esp/tunnel/192.0.2.1-192.0.2.2/unique:9 ah/transport//unique:10;
spdadd 10.22.0.0/16 $out4 ipsec esp/transport//default esp/transport//use ah/transport//use ah/transport esp/transport//unique:1 ah/transport//require;
spdadd 2001:db8:2::/48 2001:db8:9::/48 any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
spdadd 2001:db8:9::/48 2001:db8:2::/48 any -P in ipsec ah/tunnel/2001:db8::2-2001:db8::1/require;
spdadd 10.23.0.0/16 $out4 ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
spdadd 192.0.2.1 192.0.2.2 any -P out ipsec esp/transport//require;
spdadd 10.24.1.2/16 10.9.3.4/24 any -P out discard;
spdadd 10.25.0.0/16 $out4 none;
spdupdate 10.25.0.0/16 $out4 prio 5 ipsec esp/transport//require;
spdupdate 10.26.0.0/16 10.9.0.0/16 any -P in discard;
spdupdate 10.26.0.0/16 10.9.0.0/16 any -P in none;
spdadd 10.27.0.0/16 10.9.0.0/16 any -P in discard;
spddelete 10.27.0.0/16 10.9.0.0/16 any -P in;
EOF

# PF_KEY would drop the end points of a BEET rule.
rule="spdadd 10.1.0.0/16 10.9.0.0/16 any -P out ipsec esp/beet/192.0.2.1-192.0.2.2/require;"
run setkey -T pfkey -e "$rule"
check "BEET rule, through pfkey: exit status" 1 "$st"
like "BEET rule, through pfkey: refused" "drops the addresses of a rule in beet mode" "$err"
check "BEET rule, through pfkey: nothing is made" "" "$(ip xfrm policy)"
run setkey -T xfrm -e "$rule"
check "BEET rule, through xfrm" "0" "$st$out$err"
like "BEET rule, through xfrm: its end points" "tmpl src 192.0.2.1 dst 192.0.2.2" "$(ip xfrm policy)"

done_testing
