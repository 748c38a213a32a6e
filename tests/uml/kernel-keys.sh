# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm
# -o wireshark and -o tcpdump are what those programs decrypt by: packets of
# this kernel, captured on the wire and read with the files that setkey printed.

. "$UML/lib.sh"
command -v tshark >/dev/null || {
	echo "no tshark here (package tshark)"
	exit 77
}
two_hosts
config=$HOME/.config/wireshark
mkdir -p "$config"
: >"$config/esp_sa"
: >/run/tmp/tcpdump.keys
spi=4096

# hex OCTETS: a key of that many, of no pattern that a cipher calls weak
hex() { awk -v n="$1" 'BEGIN { printf "0x"; for (i = 0; i < n; i++) printf "%02x", (i * 37 + 11) % 256 }'; }

# packet NAME ALGORITHMS [FROM TO [OPTIONS]]: SAs and policies on both hosts, one
# ping, and the keys; the name is noted under both SPIs.
: >/run/tmp/names
packet() {
	name=$1 algorithms=$2 from=${3:-$left4} to=${4:-$right4} options=$5
	spi=$((spi + 2))
	rule=transport//require
	case $options in
	*tunnel*)	rule=tunnel/$from-$to/require ;;
	esac
	back=$rule
	[ "$rule" = transport//require ] || back=tunnel/$to-$from/require
	sas="flush; spdflush;
	add $from $to esp $spi $options $algorithms;
	add $to $from esp $((spi + 1)) $options $algorithms;"
	there=icmp back_again=icmp
	case $from in
	*:*)	there="icmp6 128,0" back_again="icmp6 129,0" ;;
	esac
	in_left setkey -e "$sas
	spdadd $from $to $there -P out ipsec esp/$rule;
	spdadd $to $from $back_again -P in ipsec esp/$back;" 2>/run/tmp/err || {
		skip "$name" "$(head -n 1 /run/tmp/err)"
		return
	}
	in_right setkey -e "$sas
	spdadd $to $from $back_again -P out ipsec esp/$back;
	spdadd $from $to $there -P in ipsec esp/$rule;" 2>/dev/null
	in_left ping -q -c 1 -w 2 -p feedc0de "$to" >/dev/null 2>&1 ||
	    not_ok "$name: a ping"
	in_left setkey -D -o wireshark >>"$config/esp_sa" 2>/run/tmp/err ||
	    not_ok "$name: -o wireshark" "$(cat /run/tmp/err)"
	in_left setkey -D -o tcpdump >>/run/tmp/tcpdump.keys 2>/dev/null &&
	    echo "$spi" >>/run/tmp/tcpdump.spis
	echo "$spi $name" >>/run/tmp/names
}

in_left dumpcap -q -i eth0 -w /run/tmp/wire.pcap >/run/tmp/dumpcap 2>&1 &
capture=$!
wait_until 10 grep -q '^File:' /run/tmp/dumpcap

cbc="-E aes-cbc $(hex 16)"
packet "aes-cbc, hmac-sha1" "$cbc -A hmac-sha1 $(hex 20)"
packet "aes-cbc 192, hmac-sha2-256" "-E aes-cbc $(hex 24) -A hmac-sha2-256 $(hex 32)"
packet "aes-cbc 256, hmac-sha2-384" "-E aes-cbc $(hex 32) -A hmac-sha2-384 $(hex 48)"
packet "aes-cbc, hmac-sha2-512" "$cbc -A hmac-sha2-512 $(hex 64)"
packet "aes-cbc, hmac-sha2-256-96" "$cbc -A hmac-sha2-256-96 $(hex 32)"
packet "aes-cbc, hmac-md5" "$cbc -A hmac-md5 $(hex 16)"
packet "aes-cbc, hmac-ripemd160" "$cbc -A hmac-ripemd160 $(hex 20)"
packet "aes-cbc alone" "$cbc"
packet "aes-ctr, hmac-sha1" "-E aes-ctr $(hex 20) -A hmac-sha1 $(hex 20)"
packet "aes-gcm-16" "-E aes-gcm-16 $(hex 20)"
packet "aes-gcm-16 256" "-E aes-gcm-16 $(hex 36)"
packet "aes-gcm-12" "-E aes-gcm-12 $(hex 20)"
packet "aes-gcm-8" "-E aes-gcm-8 $(hex 20)"
packet "3des-cbc, hmac-sha1" "-E 3des-cbc $(hex 24) -A hmac-sha1 $(hex 20)"
packet "des-cbc, hmac-sha1" "-E des-cbc $(hex 8) -A hmac-sha1 $(hex 20)"
packet "blowfish-cbc, hmac-sha1" "-E blowfish-cbc $(hex 16) -A hmac-sha1 $(hex 20)"
packet "cast128-cbc, hmac-sha1" "-E cast128-cbc $(hex 16) -A hmac-sha1 $(hex 20)"
packet "twofish-cbc, hmac-sha1" "-E twofish-cbc $(hex 16) -A hmac-sha1 $(hex 20)"
packet "null, hmac-sha1" "-E null -A hmac-sha1 $(hex 20)"
packet "a tunnel" "$cbc -A hmac-sha1 $(hex 20)" "" "" "-m tunnel"
packet "IPv6" "$cbc -A hmac-sha1 $(hex 20)" $left6 $right6
packet "an ICV of another length" "$cbc -A hmac-sha1 $(hex 20)" "" "" "-icv 64"
in_left setkey -e "flush; add $left4 $right4 esp 0x101 -icv 80 $cbc -A hmac-sha1 $(hex 20);"
run in_left setkey -D -o wireshark
check "an ICV that Wireshark has no name for: no line" "1" "$st$out"
like "and a reason" "Wireshark has no name for an ICV of its length" "$err"

sleep 1
kill $capture
wait $capture

# What Wireshark sees: of each SPI the inner packet's data, and the ICV checked
tshark -r /run/tmp/wire.pcap -o esp.enable_encryption_decode:TRUE \
    -o esp.enable_authentication_check:TRUE -Y esp -T fields -E separator=' ' \
    -e esp.spi -e icmp.type -e icmpv6.type -e esp.icv_good -e esp.icv_bad \
    -e data.data >/run/tmp/seen 2>/run/tmp/tshark.err
while read -r spi name; do
	for n in $spi $((spi + 1)); do
		line=$(grep -i "^0x$(printf %08x "$n") " /run/tmp/seen)
		case $line in
		*feedc0defeedc0de*)	ok "$name: Wireshark decrypts SPI $n" ;;
		*)	not_ok "$name: Wireshark decrypts SPI $n" "$line" \
			    "$(grep -i "$(printf %08x "$n")" "$config/esp_sa")" ;;
		esac
	done
	case $name in
	*alone|*"another length"|null,*)	;;
	*)	case $line in
		*" 1 "*|*True*)	ok "$name: its ICV is good" ;;
		*)	not_ok "$name: its ICV is good" "$line" ;;
		esac ;;
	esac
done </run/tmp/names
head -n 5 /run/tmp/seen | while read -r line; do comment "$line"; done

# One octet of the key another, and nothing is to be read.
sed 's/,"0x0b/,"0x0c/g' "$config/esp_sa" >/run/tmp/wrong
cp /run/tmp/wrong "$config/esp_sa"
tshark -r /run/tmp/wire.pcap -o esp.enable_encryption_decode:TRUE -Y esp \
    -T fields -e esp.spi -e data.data >/run/tmp/seen 2>/dev/null
check "with another key no cipher's packet is read" 2 \
    "$(grep -c feedc0defeedc0de /run/tmp/seen)"

# tcpdump, if it can decrypt; old ciphers are in a part of OpenSSL that has to be
# asked for.
cat >/run/tmp/openssl.cnf <<-EOC
	openssl_conf = all
	[all]
	providers = providers
	[providers]
	default = active
	legacy = active
	[active]
	activate = 1
EOC
if tcpdump --version 2>&1 | grep -q 'OpenSSL 3'; then
	OPENSSL_CONF=/run/tmp/openssl.cnf tcpdump -Z root -n \
	    -r /run/tmp/wire.pcap -E "file /run/tmp/tcpdump.keys" \
	    >/run/tmp/seen 2>/run/tmp/err
	while read -r spi; do
		for n in $spi $((spi + 1)); do
			like "tcpdump decrypts SPI $n" "echo re" \
			    "$(grep "spi=0x$(printf %08x "$n"),.*ICMP" /run/tmp/seen)"
		done
	done </run/tmp/tcpdump.spis
else
	skip "tcpdump" "there is none here, or one without OpenSSL 3"
fi
done_testing
