# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# What -n accepts is not refused by the kernel, for a reason that could be known.

. "$UML/lib.sh"
k=0x000102030405060708090a0b0c0d0e0f
a="192.0.2.1 192.0.2.2"

accepted=0 refused=0
while read -r line; do
	if setkey -n -e "$line" >/run/tmp/checked 2>&1; then
		accepted=$((accepted + 1))
		run setkey -e "$line"
		check "$line" 0 "$st"
		setkey -e "flush; spdflush;"
	else
		refused=$((refused + 1))
	fi
done <<EOF
add $a ipcomp 0x1001 -esn -C deflate;
add $a ipcomp 0x1001 -esn -r 4 -C deflate;
add $a ipcomp 0 -C deflate;
add $a ipcomp 10 -C deflate;
add $a ipcomp 0xffff -C deflate;
add $a esp 0x1001 -tfcpad 64 -E aes-cbc $k;
add $a esp 0x1001 -m transport -tfcpad 64 -E aes-cbc $k;
add $a esp 0x1001 -m beet -tfcpad 64 -E aes-cbc $k;
add $a ah 0x1001 -m tunnel -tfcpad 64 -A hmac-sha1 ${k}10111213;
add $a ipcomp 0x1001 -m tunnel -tfcpad 64 -C deflate;
add $a esp 0x1001 -m tunnel -tfcpad 65535 -E aes-cbc $k;
add $a esp 0x1001 -m transport -sel 2001:db8::/64 ::/0 any -E aes-cbc $k;
add $a esp 0x1001 -m tunnel -sel 2001:db8::/64 ::/0 any -E aes-cbc $k;
add $a esp 0x1001 -sel 10.0.0.0/8[80] 10.0.0.0/8 any -E aes-cbc $k;
add $a esp 0x1001 -m iptfs -E aes-cbc $k;
add $a ah 0x1001 -m iptfs -dir in -A hmac-sha1 ${k}10111213;
add $a esp 0x1001 -icv 64 -E aes-cbc $k -A hmac-sha1 ${k}10111213;
add $a esp 0x1001 -icv 200 -E aes-cbc $k -A hmac-sha1 ${k}10111213;
add $a esp 0x1001 -icv 7 -E aes-cbc $k -A hmac-sha1 ${k}10111213;
add $a esp 0x1001 -icv 64 -E aes-cbc $k;
add $a esp 0x1001 -icv 96 -E aes-gcm-16 ${k}10111213;
add $a esp 0x1001 -icv 40 -E aes-gcm-16 ${k}10111213;
add $a ipcomp 0x1001 -icv 64 -C deflate;
add $a esp 0x1001 -mapping_time 5 -E aes-cbc $k;
add $a ah 0x1001 -mapping_time 5 -A hmac-sha1 ${k}10111213;
add $a esp-udp 0x1001 -mapping_time 5 -E aes-cbc $k;
add $a esp-udp 0x1001 -m tunnel -E aes-cbc $k;
add $a esp-udp 0x1001 -m beet -E aes-cbc $k;
add $a esp 0x1001 -m beet -E aes-cbc $k;
add $a ah 0x1001 -m beet -A hmac-sha1 ${k}10111213;
add $a ipcomp 0x1001 -m beet -C deflate;
add $a esp 0x1001 -m any -E aes-cbc $k;
add $a esp 0x1001 -r 512 -E aes-cbc $k;
add $a esp 0x1001 -r 1 -esn -E aes-cbc $k;
add $a esp 0x1001 -r 5 -esn -E aes-cbc $k;
add $a ah 0x1001 -r 4 -esn -A hmac-sha1 ${k}10111213;
add $a esp 0x1001 -f align4 -E aes-cbc $k;
add $a esp 0x1001 -f wildrecv -f icmp -f af-unspec -E aes-cbc $k;
add $a esp 0x1001 -f dont-encap-dscp -f oseq-may-wrap -E aes-cbc $k;
add $a esp 0x1001 -output_mark 5/3 -E aes-cbc $k;
add $a esp 0x1001 -mark 5/3 -E aes-cbc $k;
add $a esp 0x1001 -if_id 0 -E aes-cbc $k;
add $a esp 0x1001 -hwif lo -E aes-cbc $k;
add $a esp 0x1001 -offload packet -E aes-cbc $k;
add $a esp 0x1001 -uid 5 -E aes-cbc $k;
add $a esp 0x1001 -ctx 1 1 "x" -E aes-cbc $k;
add $a esp 0x1001 -lh 1 -E aes-cbc $k;
add $a esp 0x1001 -E null;
add $a esp 0x1001 -E null -A null;
add $a ah 0x1001 -A null;
add $a esp 0x1001 -E aes-gcm-16 ${k}10111213 -A null;
add $a esp 0x1001 -E aes-gmac ${k}10111213;
add $a ah 0x1001 -A aes-gmac ${k}10111213;
add 0.0.0.0 192.0.2.2 esp 0x1001 -E aes-cbc $k;
add 192.0.2.1 0.0.0.0 esp 0x1001 -E aes-cbc $k;
add 224.0.0.1 224.0.0.2 esp 0x1001 -E aes-cbc $k;
add 192.0.2.1 192.0.2.1 esp 0x1001 -E aes-cbc $k;
getspi $a esp 0x1001;
getspi $a ipcomp 0x1001;
getspi $a esp 100;
spdadd $a any -P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/use;
spdadd $a any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
spdadd $a any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require ah/transport//require;
spdadd $a any -P out ipsec ah/transport//require esp/tunnel/2001:db8::1-2001:db8::2/require;
spdadd $a any -P out ipsec esp/beet/2001:db8::1-2001:db8::2/require;
spdadd $a any -P in ipsec esp/beet/2001:db8::1-2001:db8::2/require;
spdadd $a any -P out ipsec esp/transport/2001:db8::1-2001:db8::2/require;
spdadd $a any -P out ipsec esp/tunnel/0.0.0.0-192.0.2.2/require;
spdadd $a any -P out ipsec esp/transport//unique;
spdadd $a any -P out ipsec esp/transport//unique:4294967295;
spdadd $a any -P out ipsec esp/transport//unique:0;
spdadd $a any -P in ipsec esp/transport//unique;
spdadd $a any -P fwd ipsec esp/transport//unique;
spdadd $a any -index 8 -P out none;
spdadd $a any -index 9 -P out none;
spdadd $a any -index 10 -P out none;
spdadd $a any -index 1 -P in none;
spdadd $a any -index 10 -P fwd none;
spdadd $a any -ptype sub -P out none;
spdadd $a any -f localok -f icmp -P out none;
spdadd $a any -f cpu-acquire -P out none;
spdadd $a any -dev lo -P out none;
spdadd $a any -ctx 1 1 "x" -P out none;
spdadd $a any -lh 0 -P out none;
spdadd $a any -P out entrust;
spdadd $a any -P out bypass;
spdadd $a any -P in entrust;
spdadd $a any -P out discard esp/transport//require;
spdadd $a any -P out ipsec tcp/transport//require;
spdadd $a any -mark 5/3 -P out none;
spdadd $a any -mark 8/3 -P out none;
spdadd 192.0.2.1[80] 192.0.2.2[90] any -P out none;
spdadd 192.0.2.1[80] 192.0.2.2[90] esp -P out none;
spdadd $a 255 -P out none;
spdadd $a 0 -P out none;
spdadd $a gre 5 -P out none;
spdadd ::/0 ::/0 mh 5 -P out none;
spdadd 10.0.0.0/0 10.0.0.0/0 any -P out none;
add $a esp-old 0x1001 -E aes-cbc $k;
EOF
comment "-n refuses $refused of these, and accepts $accepted"
[ "$accepted" -gt 30 ] && [ "$refused" -gt 15 ]
check "some are accepted, some are not" 0 $?

# Behind a tunnel packets are of its family: PF_KEY has no word for that.
if [ "$SETKEY_CHANNEL" = xfrm ]; then
	setkey -e "spdadd $a any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require
	    ah/transport//require;"
	like "a rule behind a tunnel is of its family" "tmpl src :: dst ::" "$(policies)"
fi

# What the kernel's version decides is advice.
line="spdadd $a any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/use;"
run setkey -n -e "$line"
check "an optional tunnel: -n advises" "0 Linux since 6.4 takes no tunnel" \
    "$st $(echo "$err" | grep -o "Linux since 6.4 takes no tunnel")"

# Words of /etc/protocols are known without it.
mount --bind /dev/null /etc/protocols
run setkey -nv -e "spdadd $a sctp -P out none; spdadd $a ospf -P out none;
    spdadd $a ipv6-icmp -P out none; spdadd $a nosuch -P out none;"
check "without /etc/protocols" "132 89 icmp6 " \
    "$(echo "$out" | awk '{ printf "%s ", $4 }')"
like "and one that is none" "unknown upper-layer protocol 'nosuch'" "$err"

done_testing
