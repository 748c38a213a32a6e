# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# Every algorithm of the program that the kernel has: the association that
# setkey makes on left is the one that iproute2 makes on right, and a packet
# encrypted by one is understood by the other.

. "$UML/lib.sh"
two_hosts

# hex BITS: $key, that long.  No two octets of it are the same.
octets=
i=16
while [ $i -lt 80 ]; do
	octets=$octets$(printf %02x $i)
	i=$((i + 1))
done
hex() { key=0x$(printf "%.$(($1 / 4))s" "$octets"); }

# To make two namespaces differ by nothing but who made the associations, the
# policies are iproute2's on both.
policy() {
	for side in left right; do
		case $side in
		left)	out="src $left4 dst $right4" in="src $right4 dst $left4" ;;
		right)	in="src $left4 dst $right4" out="src $right4 dst $left4" ;;
		esac
		ip -n $side -batch - <<-EOF
		xfrm policy flush
		xfrm policy add $out dir out tmpl proto $1 mode transport
		xfrm policy add $in dir in tmpl proto $1 mode transport
		EOF
	done
}

# pair NAME PROTO SETKEY-ALGORITHM IPROUTE2-ALGORITHM
pair() {
	printf '%s\n' flush\; "add $left4 $right4 $2 0x1001 -m transport $3;" \
	    "add $right4 $left4 $2 0x1002 -m transport $3;" >/run/tmp/script
	run in_left setkey -f /run/tmp/script
	if [ "$st" -ne 0 ]; then
		not_ok "$1 is loaded" "exit status $st" "$out" "$err"
		return
	fi
	case $2 in
	ipcomp)		proto=comp ;;
	esp-udp)	proto=esp ;;
	*)		proto=$2 ;;
	esac
	ip -n right -batch - <<-EOF
	xfrm state flush
	xfrm state add src $left4 dst $right4 proto $proto spi 0x1001 mode transport $4
	xfrm state add src $right4 dst $left4 proto $proto spi 0x1002 mode transport $4
	EOF
	check "$1: the association is what iproute2 makes" \
	    "$(ip -n right xfrm state)" "$(ip -n left xfrm state)"
	run in_left ping -c 1 -W 2 -s 700 -p 00 $right4
	check "$1: a ping gets through" 0 "$st"
}

# What only NETLINK_XFRM can ask for
netlink_only() {
	if [ "$SETKEY_CHANNEL" != pfkey ]; then
		pair "$@"
		return
	fi
	printf '%s\n' flush\; "add $left4 $right4 $2 0x1001 $3;" >/run/tmp/script
	before=$(ip -n left xfrm state)
	run in_left setkey -f /run/tmp/script
	check "$1: refused over PF_KEY" 1 "$st"
	like "$1: the refusal says so" PF_KEY "$err"
	check "$1: nothing was made or lost" "$before" "$(ip -n left xfrm state)"
}

# both_ways NAME: after `pair', a ping from right, and a look at the counters
both_ways() {
	run in_right ping -c 1 -W 2 -s 700 -p 00 $left4
	check "$1: one from the other side, too" 0 "$st"
	check "$1: all went through the associations" "2 2 2 2 " \
	    "$({ ip -n left -s xfrm state; ip -n right -s xfrm state; } |
	    sed -n 's/^[	 ]*[0-9]*(bytes), \([0-9]*\)(packets)$/\1/p' | tr '\n' ' ')"
}

# carries NAME PROTO SETKEY-ALGORITHM IPROUTE2-ALGORITHM
carries() {
	netlink_only "$@"
	[ "$SETKEY_CHANNEL" = pfkey ] || both_ways "$1"
}

hex 160
sha1=$key
auth="-A hmac-sha1 $sha1"
ip_auth="auth-trunc hmac(sha1) $sha1 96"

policy esp
while read -r name bits kernel; do
	case $name in
	''|\#*)	continue ;;
	null)	pair "esp $name" esp "-E null \"\" $auth" "enc $kernel \"\" $ip_auth" ;;
	*)	hex "$bits"
		pair "esp $name $bits" esp "-E $name $key $auth" "enc $kernel $key $ip_auth" ;;
	esac
done <<'EOF'
null		0	ecb(cipher_null)
aes-cbc		128	cbc(aes)
aes-cbc		192	cbc(aes)
aes-cbc		256	cbc(aes)
aes-ctr		160	rfc3686(ctr(aes))
aes-ctr		224	rfc3686(ctr(aes))
aes-ctr		288	rfc3686(ctr(aes))
camellia-cbc	128	cbc(camellia)
camellia-cbc	256	cbc(camellia)
twofish-cbc	128	cbc(twofish)
serpent-cbc	256	cbc(serpent)
3des-cbc	192	cbc(des3_ede)
des-cbc		64	cbc(des)
blowfish-cbc	128	cbc(blowfish)
blowfish-cbc	448	cbc(blowfish)
cast128-cbc	128	cbc(cast5)
EOF

while read -r name bits kernel icv; do
	hex "$bits"
	netlink_only "esp $name $bits" esp "-E $name $key" "aead $kernel $key $icv"
done <<'EOF'
aes-gcm-16		160	rfc4106(gcm(aes))	128
aes-gcm-16		224	rfc4106(gcm(aes))	128
aes-gcm-16		288	rfc4106(gcm(aes))	128
aes-gcm-12		160	rfc4106(gcm(aes))	96
aes-gcm-8		160	rfc4106(gcm(aes))	64
aes-ccm-16		152	rfc4309(ccm(aes))	128
aes-ccm-12		216	rfc4309(ccm(aes))	96
aes-ccm-8		280	rfc4309(ccm(aes))	64
aes-gmac		160	rfc4543(gcm(aes))	128
chacha20-poly1305	288	rfc7539esp(chacha20,poly1305)	128
EOF

# Sequence numbers of 64 bits, windows above 32 packets
hex 160
gcm=$key
hex 256
sha256=$key
hex 128
aes=$key
carries "esp aes-gcm-16 -esn" esp "-r 4 -esn -E aes-gcm-16 $gcm" \
    "aead rfc4106(gcm(aes)) $gcm 128 replay-window 32 flag esn"
carries "esp aes-cbc hmac-sha2-256 -r 512 -esn" esp "-r 512 -esn -E aes-cbc $aes -A hmac-sha2-256 $sha256" \
    "enc cbc(aes) $aes auth-trunc hmac(sha256) $sha256 128 replay-window 4096 flag esn"
carries "esp aes-gcm-16 -r 64" esp "-r 64 -E aes-gcm-16 $gcm" \
    "aead rfc4106(gcm(aes)) $gcm 128 replay-window 512"

# ESP in UDP, between the sockets of two key daemons
natt_left=$(in_left "$UML/natt" 4500)
natt_right=$(in_right "$UML/natt" 4500)
carries "esp-udp aes-gcm-16" esp-udp "-E aes-gcm-16 $gcm" \
    "aead rfc4106(gcm(aes)) $gcm 128 encap espinudp 4500 4500 0.0.0.0"
pair "esp-udp aes-cbc hmac-sha1" esp-udp "-E aes-cbc $aes $auth" \
    "enc cbc(aes) $aes $ip_auth encap espinudp 4500 4500 0.0.0.0"
both_ways "esp-udp aes-cbc hmac-sha1"
kill "$natt_left" "$natt_right"

policy ah
carries "ah hmac-sha2-256 -esn" ah "-r 4 -esn -A hmac-sha2-256 $sha256" \
    "auth-trunc hmac(sha256) $sha256 128 replay-window 32 flag esn"

auths='hmac-md5	128	hmac(md5)	96
hmac-sha1		160	hmac(sha1)	96
hmac-sha2-256		256	hmac(sha256)	128
hmac-sha2-384		384	hmac(sha384)	192
hmac-sha2-512		512	hmac(sha512)	256
hmac-ripemd160		160	hmac(rmd160)	96
aes-xcbc-mac		128	xcbc(aes)	96
aes-cmac		128	cmac(aes)	96'
has_ripemd || auths=$(echo "$auths" | grep -v ripemd)
for proto in esp ah; do
	policy $proto
	enc= ip_enc=
	[ $proto = ah ] || enc="-E aes-cbc $aes" ip_enc="enc cbc(aes) $aes"
	while read -r name bits kernel icv; do
		hex "$bits"
		how=pair
		case $name in
		hmac-sha2-256|aes-cmac)	how=netlink_only ;;
		esac
		$how "$proto $name" $proto "$enc -A $name $key" \
		    "$ip_enc auth-trunc $kernel $key $icv"
	done <<-EOF
	$auths
	EOF
done

policy comp
pair "ipcomp deflate" ipcomp "-C deflate" "comp deflate"

# A key of the wrong length is refused here, not by the kernel.
ip -n left xfrm state flush
while read -r what; do
	printf '%s\n' "add $left4 $right4 $what;" >/run/tmp/script
	run in_left setkey -f /run/tmp/script
	check "wrong key length, exit status: $what" 1 "$st"
	like "wrong key length, message: $what" /run/tmp/script:1: "$err"
	unlike "wrong key length, key not shown: $what" 010203 "$err"
done <<'EOF'
esp 0x1001 -E aes-cbc 0x010203040506070809
esp 0x1001 -E aes-ctr 0x01020304050607080102030405060708
esp 0x1001 -E aes-gcm-16 0x01020304050607080102030405060708
ah 0x1001 -A hmac-sha1 0x01020304050607080910
ah 0x1001 -A hmac-sha2-512 0x01020304050607080102030405060708
EOF
check "wrong key length: nothing was made" "" "$(ip -n left xfrm state)"

done_testing
