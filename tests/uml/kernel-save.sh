# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm qemu
# setkey -o script: what it saves, loads as the same.

. "$UML/lib.sh"
. "$UML/saved.sh"
ip link set lo up

aes=0x000102030405060708090a0b0c0d0e0f
des3=0x000102030405060708090a0b0c0d0e0f1011121314151617
sha1=0x101112131415161718191a1b1c1d1e1f20212223
sha256=0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f
sha384=${sha256}303132333435363738393a3b3c3d3e3f
sha512=${sha384}404142434445464748494a4b4c4d4e4f

again "nothing"

ends="192.0.2.1 192.0.2.2"
make "algorithms" "
add $ends esp 0x1001 -E des-cbc 0x0123456789abcdef;
add $ends esp 0x1002 -E 3des-cbc $des3 -A hmac-md5 $aes;
add $ends esp 0x1003 -E aes-cbc $aes -A hmac-sha1 $sha1;
add $ends esp 0x1004 -E aes-cbc $des3;
add $ends esp 0x1005 -E aes-cbc $sha256;
add $ends esp 0x1006 -E aes-ctr ${aes}10111213 -A hmac-sha2-384 $sha384;
add $ends esp 0x1007 -E camellia-cbc $aes -A hmac-sha2-512 $sha512;
add $ends esp 0x1008 -E blowfish-cbc 0x0001020304 -A aes-xcbc-mac $aes;
add $ends esp 0x1009 -E cast128-cbc 0x0001020304 -A hmac-sha1 $sha1;
add $ends esp 0x100a -E twofish-cbc $aes;
add $ends esp 0x100b -E serpent-cbc $sha256;
add $ends esp 0x100c -E null -A hmac-sha1 $sha1;
add $ends esp 0x100d -E aes-cbc $aes -A null;
add $ends esp 0x100e -E null \"\";
add $ends ah 0x1010 -A hmac-md5 $aes;
add $ends ah 0x1011 -A hmac-sha2-512 $sha512;
add $ends ipcomp 0x1020 -C deflate;"
again "algorithms"

make "extensions" "
add $ends esp 0x1001 -m any -E aes-cbc $aes;
add $ends esp 0x1002 -m transport -r 1 -E aes-cbc $aes;
add $ends esp 0x1003 -m transport -r 4 -u 4294967295 -E aes-cbc $aes;
add $ends esp 0x1004 -f noecn -f decap-dscp -f nopmtudisc -E aes-cbc $aes;
add $ends esp 0x1005 -lh 3600 -ls 3000 -E aes-cbc $aes;
add $ends esp 0x1006 -bh 5000000000000 -bs 4000000000000 -E aes-cbc $aes;
add $ends esp 0x1007 -ph 4000000000 -ps 7 -E aes-cbc $aes;
add $ends esp 0x1008 -uh 40 -us 30 -E aes-cbc $aes;
add $ends esp 0x1009 -lh 3600 -ls 3000 -bh 50000 -bs 40000 -ph 40 -ps 30 -uh 4 -us 3 -E aes-cbc $aes;
add 192.0.2.1[4500] 192.0.2.2[4501] esp-udp 0x100a -E aes-cbc $aes;
add 192.0.2.1[1] 192.0.2.2[65535] esp-udp 0x100b -E aes-cbc $aes;
add 2001:db8::1 2001:db8::2 esp 0x1010 -u 9 -E aes-cbc $aes -A hmac-sha1 $sha1;
add 2001:db8::1 2001:db8::2 ah 0x1011 -A hmac-sha1 $sha1;
add 2001:db8::1 2001:db8::2 ipcomp 0x1012 -C deflate;
add fe80::1%lo fe80::2%lo esp 0x1013 -E aes-cbc $aes;
add $ends esp 0x1014 -m beet -E aes-cbc $aes;
add $ends esp 0x1015 -m tunnel -r 2 -E aes-cbc $aes;
add $ends ipcomp 0x1016 -m tunnel -C deflate;
add 192.0.2.3 192.0.2.2 esp 0xffffffff -E aes-cbc $aes;"
again "extensions"

# What PF_KEY on Linux cannot carry
if [ "$SETKEY_CHANNEL" != pfkey ]; then
	make "what only netlink says" "
add $ends esp 0x1001 -E aes-gcm-16 ${aes}10111213;
add $ends esp 0x1002 -E aes-gcm-8 ${aes}10111213;
add $ends esp 0x1003 -E aes-gcm-12 ${sha256}10111213;
add $ends esp 0x1004 -E aes-gmac ${aes}10111213;
add $ends esp 0x1005 -E aes-ccm-16 ${aes}101112;
add $ends esp 0x1006 -E chacha20-poly1305 ${sha256}10111213;
add $ends esp 0x1007 -E aes-cbc $aes -A hmac-sha2-256 $sha256;
add $ends esp 0x1010 -E aes-cbc $aes -A hmac-sha2-256-96 $sha256;
add $ends ah 0x1008 -A aes-cmac $aes;
add $ends esp 0x1009 -esn -E aes-cbc $aes;
add $ends esp 0x100a -esn -r 64 -E aes-cbc $aes;
add $ends esp 0x100b -r 5 -E aes-cbc $aes;
add $ends esp 0x100c -r 512 -E aes-cbc $aes;
add $ends esp 0x100d -mark 7/0xff -E aes-cbc $aes;
add $ends esp 0x100d -mark 8/0xff -E aes-cbc $aes;
add $ends esp 0x100e -if_id 42 -E aes-cbc $aes;
add $ends ah 0x100f -mark 0/0 -if_id 0x2a -A hmac-sha1 $sha1;
spdadd 10.1.0.0/16 10.2.0.0/16 any -mark 7/0xff -P out none;
spdadd 10.1.0.0/16 10.2.0.0/16 any -mark 8/0xff -P out none;
spdadd 10.2.0.0/16 10.1.0.0/16 any -mark 8/0xff -P in discard;
spdadd 10.3.0.0/16 10.2.0.0/16 any -if_id 42 -P out ipsec esp/transport//require;
spdadd 10.4.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//unique:16384;
spdadd 10.4.0.0/16 10.2.0.0/16 any -P in ipsec esp/transport//unique:4294967295;
spdadd 10.5.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//unique;
spdadd 10.5.0.0/16 10.2.0.0/16 any -P in ipsec esp/transport//unique ah/transport//unique;"
	again "what only netlink says"
fi

make "policies" "
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require;
spdadd 10.1.0.0/16 10.2.0.0/16 tcp -P out ipsec esp/transport//use;
spdadd 10.1.0.0/16 10.2.0.0/16 udp -P out ipsec esp/transport//unique:5;
spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd 10.2.0.0/16 10.1.0.0/16 tcp -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/unique:7 ah/transport//unique:8;
spdadd -k 10.2.0.0/16 10.1.0.0/16 udp -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd 10.2.0.0/16 10.1.0.0/16 sctp -P fwd ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd -k 10.2.0.0/16[5] 10.1.0.0/16 17 -P in discard;
spdadd 10.2.0.0/16[5] 10.1.0.0/16 17 -P fwd none;
spdadd 10.3.0.0/16 10.2.0.0/16 any -P out ipsec ipcomp/transport//use esp/transport//default ah/transport//require;
spdadd 10.4.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ah/tunnel/192.0.2.3-192.0.2.4/unique:16383;
spdadd 10.5.0.0/16 10.2.0.0/16 any -P out prio high none;
spdadd 10.5.0.0/16 10.2.0.0/16 tcp -P out prio high + 5 none;
spdadd 10.5.0.0/16 10.2.0.0/16 udp -P out prio low - 5 discard;
spdadd 10.5.0.0/16 10.2.0.0/16 sctp -P out prio def + 1 discard;
spdadd 10.5.0.0/16 10.2.0.0/16 esp -P out prio 2147483648 none;
spdadd 10.5.0.0/16 10.2.0.0/16 ah -P out prio -2147483647 none;
spdadd 10.7.0.0/16[80] 10.2.0.0/16[65535] tcp -P out none;
spdadd 10.8.0.0/16 10.2.0.0/16 icmp 8,3 -P out none;
spdadd 10.8.0.0/16 10.2.0.0/16 icmp 8 -P out none;
spdadd 10.8.0.0/16 10.2.0.0/16 icmp 0 -P out none;
spdadd 10.8.0.0/16 10.3.0.0/16 icmp -P out none;
spdadd 10.8.0.0/16 10.2.0.0/16 gre 1.2.3.4 -P out none;
spdadd 10.8.0.0/16 10.3.0.0/16 gre -P out none;
spdadd 10.8.0.0/16 10.2.0.0/16 254 -P out none;
spdadd 10.9.9.9/16 10.2.3.4/24 any -P out none;
spdadd 0.0.0.0/0 0.0.0.0/0 any -P in discard;
spdadd ::/0 ::/0 icmp6 135,0 -P in none;
spdadd ::/0 ::/0 icmp6 135,0 -P out none;
spdadd ::/0 ::/0 135 1,0 -P out none;
spdadd 2001:db8:1::/48[any] 2001:db8:2::/48[443] tcp -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
spdadd 2001:db8:3::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
spdadd 10.10.0.0/16 10.2.0.0/16 any -P fwd ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
spdadd 10.11.0.0/16 10.2.0.0/16 any -lh 2000 -ls 1000 -P out none;
spdadd 10.12.0.0/16 10.2.0.0/16 any -lh 2000 -ls 1000 -P in none;"
again "policies"

# What others make
pair="src 192.0.2.1 dst 192.0.2.2"
ip -batch - <<EOF
xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl proto esp
xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir in tmpl $pair proto esp mode tunnel
xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir fwd tmpl $pair proto esp mode tunnel level use
xfrm policy add src 10.3.0.0/16 dst 10.1.0.0/16 dir fwd priority 5 action block
xfrm policy add src 10.3.0.0/16 dst 10.1.0.0/16 dir in priority 6 action block
xfrm policy add src 10.4.0.0/16 dst 10.1.0.0/16 dir in priority 4294967295 action block
xfrm policy add src 10.4.0.0/16 dst 10.1.0.0/16 dir fwd priority 4294967295 action block
xfrm policy add src 10.5.0.0/16 dst 10.1.0.0/16 proto udp sport 5 dport 6 dir out
xfrm policy add src 10.6.0.0/16 dst 10.1.0.0/16 dir out tmpl proto ah reqid 6 tmpl proto comp level use
xfrm policy add src 10.7.0.0/16 dst 10.1.0.0/16 proto gre key 16909060 dir in
xfrm policy add src 10.8.0.0/16 dst 10.1.0.0/16 dir in limit time-soft 100 limit time-hard 200
xfrm policy add src 10.8.0.0/16 dst 10.1.0.0/16 dir fwd limit time-soft 100 limit time-hard 201
EOF
check "policies of others: made" 12 "$(ip xfrm policy | grep -c '^src')"
again "policies of others"

# Security labels, where the kernel has them
setkey -e "add $ends esp 0x1001 -ctx 1 1 \"system_u:object_r:unlabeled_t\" -E aes-cbc $aes;
    spdadd 10.1.0.0/16 10.2.0.0/16 any -ctx 1 1 \"system_u:object_r:unlabeled_t\" -P out none;
    spdadd 10.1.0.0/16 10.2.0.0/16 any -ctx 1 1 \"system_u:object_r:unlabeled_t\" -P in none;" 2>/run/tmp/err
if ip xfrm state | grep -q "security context"; then
	again "labels"
else
	skip "labels" "this kernel drops security contexts"
	clear
fi

# What cannot be said again must not pass for a copy.
ip xfrm state add $pair proto esp spi 0x1001 enc 'cbc(aes)' $aes sel src 10.0.0.0/8 dst 10.1.0.0/16
save
if [ "$SETKEY_CHANNEL" = pfkey ]; then
	check "an SA with a selector: told" 1 "$st"
	like "an SA with a selector: in words" selector "$err"
else
	check "an SA with a selector: saved" 0 "$st$err"
	like "an SA with a selector: its words" \
	    " -sel 10.0.0.0/8\[any\] 10.1.0.0/16\[any\] any " \
	    "$(cat /run/tmp/saved)"
fi
clear
ip xfrm state add $pair proto esp spi 0x1001 aead 'rfc4106(gcm(aes))' ${aes}10111213 128
save
if [ "$SETKEY_CHANNEL" = pfkey ]; then
	check "an AEAD that PF_KEY does not tell: told" 1 "$st"
	like "an AEAD that PF_KEY does not tell: in words" algorithm "$err"
else
	check "an AEAD of others" "add $ends esp 0x00001001 -m transport -E aes-gcm-16 ${aes}10111213;" \
	    "$(cat /run/tmp/saved)"
fi
clear

if [ "$SETKEY_CHANNEL" = pfkey ]; then
	setkey -e "add $ends esp 0x1001 -E aes-cbc $aes -A hmac-sha2-256-96 $sha256;"
	save
	check "hmac-sha2-256, of which PF_KEY does not tell the ICV: told" 1 "$st"
	like "hmac-sha2-256, of which PF_KEY does not tell the ICV: in words" ICV "$err"
	check "hmac-sha2-256, of which PF_KEY does not tell the ICV: not in the script" 0 \
	    "$(grep -c '^add' /run/tmp/saved)"
	clear
fi

# -K: for others to read, not to load
sk_ok "keys to hide" "add $ends esp 0x1001 -E aes-cbc $aes -A hmac-sha1 $sha1; add $ends ah 0x1002 -A hmac-sha1 $sha1;"
setkey -D -K -o script >/run/tmp/saved
check "-K: each is hidden" 3 "$(grep -o '(hidden)' /run/tmp/saved | wc -l)"
unlike "-K: no key" 0x1011 "$(cat /run/tmp/saved)"
unlike "-K: no key" 0x0001 "$(sed 's/0x0000100[12]//' /run/tmp/saved)"
clear
run setkey -f /run/tmp/saved
check "-K: does not load" "1" "$st$(ip xfrm state)"
like "-K: and says why" "hidden" "$err"

done_testing
