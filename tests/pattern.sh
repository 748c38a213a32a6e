#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A statement means the same, and the same is said about it, whatever was read
# before it: many statements that are nearly alike, in one file and each in a
# file of its own.
#
#	tests/pattern.sh [SEED]

tests=$(CDPATH= cd "$(dirname "$0")" && pwd) || exit 1
setkey=${SETKEY:-$tests/../setkey}
tool=${TOOL:-$tests/tool}
export LC_ALL=C
unset SETKEY_CHANNEL
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 077
cd "$work" || exit 1
count=0 failures=0
seed=${1:-1}
statements=250

# Several that are alike, then one in which a word makes another part wrong.
cat >all.conf <<'EOF'
add 10.1.0.1 10.1.1.1 ipcomp 300 -C deflate;
add 10.1.0.2 10.1.1.2 ipcomp 301 -C deflate;
add 10.1.0.3 10.1.1.3 ipcomp 302 -C deflate;
add 10.1.0.4 10.1.1.4 ipcomp 70000 -C deflate;
add 10.1.0.5 10.1.1.5 ipcomp 303 -C deflate;
add 10.2.0.1 10.2.1.1 esp 300 -E aes-cbc 0x00112233445566778899aabbccddeeff;
add 10.2.0.2 10.2.1.2 esp 301 -E aes-cbc 0x01112233445566778899aabbccddeeff;
add 10.2.0.3 10.2.1.3 esp 302 -E aes-cbc 0x02112233445566778899aabbccddeeff;
add 10.2.0.4 10.2.1.4 esp 303 -E aes-cbc 0x112233445566778899aabbccddeeff;
add 10.2.0.5 10.2.1.5 esp 304 -E aes-cbc 0x03112233445566778899aabbccddeeff0011223344556677;
add 10.2.0.6 10.2.1.6 esp 305 -E aes-cbc 0x04112233445566778899aabbccddeeff;
add 10.3.0.1 10.3.1.1 esp 300 -lh 20 -ls 10 -E null;
add 10.3.0.2 10.3.1.2 esp 301 -lh 20 -ls 11 -E null;
add 10.3.0.3 10.3.1.3 esp 302 -lh 20 -ls 12 -E null;
add 10.3.0.4 10.3.1.4 esp 303 -lh 20 -ls 30 -E null;
add 10.3.0.5 10.3.1.5 esp 304 -lh 20 -ls 13 -E null;
add 10.4.0.1[500] 10.4.1.1 esp-udp 300 -E null;
add 10.4.0.2[501] 10.4.1.2 esp-udp 301 -E null;
add 10.4.0.3[502] 10.4.1.3 esp-udp 302 -E null;
add 10.4.0.4[503] 10.4.1.4 esp-udp 303 -E null;
add 10.5.0.1 10.5.1.1 esp 300 -u 1 -u 2 -E null;
add 10.5.0.2 10.5.1.2 esp 301 -u 3 -u 2 -E null;
add 10.5.0.3 10.5.1.3 esp 302 -u 4 -u 2 -E null;
add 10.5.0.4 10.5.1.4 esp 303 -u 5 -u 2 -E null;
add 10.6.0.1 10.6.1.1 ah 300 -A hmac-sha1 "abcdefghijklmnopqrst";
add 10.6.0.2 10.6.1.2 ah 301 -A hmac-sha1 "abcdefghijklmnopqrsu";
add 10.6.0.3 10.6.1.3 ah 302 -A hmac-sha1 "abcdefghijklmnopqrs";
add 10.6.0.4 10.6.1.4 ah 255 -A hmac-sha1 "abcdefghijklmnopqrsv";
add 10.6.0.5 10.6.1.5 ah-old 1 -A hmac-sha1 "abcdefghijklmnopqrsw";
spdadd 10.7.0.0/24 10.7.1.0/24[80] icmp 8,0 -P out ipsec esp/transport//require;
spdadd 10.7.2.0/24 10.7.3.0/24[any] icmp 8,0 -P out ipsec esp/transport//require;
spdadd 10.7.4.0/24 10.7.5.0/24[any] icmp 8,0 -P out ipsec esp/transport//require;
spdadd 10.7.6.0/24 10.7.7.0/24[81] icmp 8,0 -P out ipsec esp/transport//require;
spdadd 10.7.0.0/24 10.7.1.0/24[80] tcp -P out ipsec esp/transport//require;
spdadd 10.7.2.0/24 10.7.3.0/24[81] tcp -P out ipsec esp/transport//require;
spdadd 10.7.4.0/24 10.7.5.0/24[82] tcp -P out ipsec esp/transport//require;
spdadd 10.7.6.0/24 10.7.7.0/24[any] tcp -P out ipsec esp/transport//require;
spdadd 10.7.8.0/24 10.7.9.0/24 tcp -P out ipsec esp/transport//require;
add 10.7.0.1 10.7.0.2 esp 300 -E aes-gcm-16 0x0102030405060708090a0b0c0d0e0f1011121314 -A null "abcdefgh";
add 10.7.0.1 10.7.0.3 esp 301 -E aes-gcm-16 0x0102030405060708090a0b0c0d0e0f1011121314 -A null "abcdefgi";
add 10.7.0.1 10.7.0.4 esp 302 -E aes-gcm-16 0x0102030405060708090a0b0c0d0e0f1011121314 -A null "abcdefgj";
add 10.7.1.1 10.7.1.2 esp 300 -u 1 -E null;
add 10.7.1.1 10.7.1.2 esp 301 -u 2 -E null;
add 10.7.1.1 10.7.1.2 esp 302 -u3 -E null;
add 10.7.1.1 10.7.1.2 esp 303 -us5 -E null;
add 10.7.1.1 10.7.1.2 esp 304 -u0x -E null;
add 10.7.2.1 10.7.2.2 esp 300 -E aes-cbc 0x00112233445566778899aabbccddeeff;
add 10.7.2.1 10.7.2.2 esp 301 -E 3des-cbc 0x00112233445566778899aabbccddeeff0011223344556677;
add 10.7.2.1 10.7.2.2 esp 302 -Eaes-cbc 0x00112233445566778899aabbccddeeff;
add 10.7.2.1 10.7.2.2 esp 303 -E3des-cbc 0x00112233445566778899aabbccddeeff0011223344556677;
add 10.7.3.1 10.7.3.2 ah 300 -A hmac-sha1"abcdefghijklmnopqrst";
add 10.7.3.1 10.7.3.3 ah 301 -A hmac-sha1"abcdefghijklmnopqrsu";
add 10.7.3.1 10.7.3.4 ah 302 -A hmac-md5"abcdefghijklmnop";
add 10.7.3.1 10.7.3.5 ah 303 -A hmac-md5 "abcdefghijklmnop";
add 10.7.3.1 10.7.3.6 ah 304 -A hmac-sha1"abcdefghijklmnopqrsv";
add 10.7.4.1 10.7.4.2 esp 0x300 -E aes-cbc 0x00112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.3 esp 0x301 -E aes-cbc 0x01112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.4 esp 0x302 -E aes-cbc 0x02112233445566778899AABBCCDDEEFF;
add 10.7.4.1 10.7.4.5 esp 0x303 -E aes-cbc 0x;
add 10.7.4.1 10.7.4.6 esp 0x -E aes-cbc 0x03112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.7 esp 0x30 -E aes-cbc 0x04112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.8 esp 0x30g -E aes-cbc 0x05112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.9 esp 0x123456789 -E aes-cbc 0x06112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.10 esp 0x00000000304 -E aes-cbc 0x07112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.11 esp 0X305 -E aes-cbc 0X08112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.12 esp 773 -E aes-cbc "abcdefghijklmnop";
add 10.7.4.1 10.7.4.13 esp 0x306 -E aes-cbc 0x09112233445566778899aabbccddeefg;
add 10.7.4.1 10.7.4.14 esp 0x307 -E aes-cbc 0x0a112233445566778899aabbccddeeffx;
add 10.7.4.1 10.7.4.15 esp 0x308 -E aes-cbc 0x0b112233445566778899aabbccddeeff"x";
add 10.7.4.1 10.7.4.16 esp 0x309 -E aes-cbc 0x0b112233445566778899aabbccddeeff/;
add 10.7.4.1 10.7.4.256 esp 0x30a -E aes-cbc 0x0c112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.018 esp 0x30b -E aes-cbc 0x0d112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.19. esp 0x30c -E aes-cbc 0x0e112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4 esp 0x30d -E aes-cbc 0x0f112233445566778899aabbccddeeff;
add 10.7.4.1 2001:db8::1 esp 0x30e -E aes-cbc 0x10112233445566778899aabbccddeeff;
add 2001:db8::2 2001:db8::1 esp 0x30f -E aes-cbc 0x11112233445566778899aabbccddeeff;
add 10.7.4.1[500] 10.7.4.24 esp 0x310 -E aes-cbc 0x12112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.25 esp 0x311 -E aes-cbc 0x13112233445566778899aabbccddeeff -E aes-cbc 0x14112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.26 esp 0x312 -E aes-cbc 0x15112233445566778899aabbccddeeff -E aes-cbc 0x16112233445566778899aabbccddeeff;
add 10.7.4.1 10.7.4.27 esp 0x313 -E aes-cbc 0x17112233445566778899aabbccddeeff -E aes-cbc "abcdefghijklmnop";
add 10.7.5.1 10.7.5.2 esp 1000 -E null;
add  10.7.5.1 10.7.5.3 esp 1001 -m tunnel -E null;
add  10.7.5.1 10.7.5.4 esp 1002 -u 3 -E null;
add -4 10.7.5.1 10.7.5.5 esp 1003 -E null;
add -4 10.7.5.1 10.7.5.6 esp 1004 -m tunnel -E null;
add 10.7.6.1 10.7.6.2 esp 0x1001 -E aes-cbc "abcdefghijklmnop"-A hmac-sha1 "abcdefghijklmnopqrst";
add 10.7.6.1 10.7.6.3 esp 0x1002 -E aes-cbc 0x00112233445566778899aabbccddeeff-A hmac-sha1 "abcdefghijklmnopqrst";
add 10.7.6.1 10.7.6.4 esp 0x1003 -E aes-cbc "abcdefghijklmnop" -A hmac-sha1 "abcdefghijklmnopqrst";
add 10.7.6.1 10.7.6.5 esp 0x1004 -E aes-cbc 0x00112233445566778899aabbccddeeff -A hmac-sha1 0x00112233445566778899aabbccddeeff00112233;
spdadd 10.8.0.0/24 10.8.1.0/24 any -P in ipsec esp/transport/any-me/require;
spdadd 10.8.2.0/24 10.8.3.0/24 any -P in ipsec esp/transport/any-me/require;
spdadd 10.8.4.0/24 10.8.5.0/24 any -P out ipsec esp/transport/any-me/require;
spdadd 10.8.6.0/33 10.8.7.0/24 any -P in ipsec esp/transport/any-me/require;
spdadd 10.8.8.0/24 10.8.9.0/24 any -P in ipsec esp/transport/any-me/require;
spdadd 2001:db8::/24 10.8.9.0/24 any -P in ipsec esp/transport/any-me/require;
spdadd 2001:db8:1::/64 2001:db8::/64 any -P out ipsec esp/transport//require;
spdadd 2001:db8:2:0::/64 2001:db8::/64 any -P out ipsec esp/transport//require;
spdadd 2001:db8:3::/64 2001:db8::/64 any -P out ipsec esp/transport//require;
spdadd 10.9.0.0/64 10.9.1.0/64 any -P out ipsec esp/transport//require;
EOF

# A statement on each line.  Most of a line are the words of the one before it;
# some words are wrong.
awk -v seed="$seed" -v n=$statements '
function random(max) {
	seed = (seed * 16807) % 2147483647
	return int(seed / 7) % max
}
function one(list,  words) {
	return words[random(split(list, words, "|")) + 1]
}
# The choice that was made last under that name, or, now and then, another.  One
# with a "!" is wrong, and made once.
function mostly(name, list,  choice) {
	if (name in chosen && random(25) != 0)
		return chosen[name]
	do
		choice = one(list)
	while (choice ~ /^!/ && random(3) != 0)
	if (choice ~ /^!/)
		return substr(choice, 2)
	return chosen[name] = choice
}
function hex(octets,  s) {
	for (s = "0x"; octets > 0; octets--)
		s = s sprintf("%02x", random(256))
	return s
}
function key(octets) {
	if (random(40) == 0)
		return hex(octets + one("-1|1"))
	if (random(60) == 0)
		return "0xno"
	if (!mostly("quoted", "0|0|0|1"))
		return hex(octets)
	return "\"" substr("abcdefghijklmnopqrstuvwxyz0123456789", 1 + random(4), octets) "\""
}
function host() {
	if (random(50) == 0)
		return one("1.2.3|1.2.3.4.5|::1")
	if (mostly("family", "4|4|6") == 6)
		return sprintf("2001:db8::%x", random(65536))
	return sprintf("10.%d.%d.%d", random(256), random(256), random(256))
}
function port() {
	return mostly("ports", "0|0|1") ? "[" one("500|501|502|4500|any|99999") "]" : ""
}
function range() {
	return host() mostly("prefix", "|/24|/32|/32|/8|!/130") port()
}
function option(name, list) {
	return mostly(name "?", "0|0|1") ? " " name " " mostly(name, list) : ""
}
function sa(  proto, s) {
	proto = mostly("proto", "esp|esp|ah|ah-old|esp-old|esp-udp|esp-udp|ipcomp|tcp")
	s = mostly("add", "add|add|add|update") option("-", "4|n|!6") " "
	sub(/- /, "-", s)
	s = s host() port() " " host() port() " " proto " "
	s = s (random(30) == 0 ? one("12|0x10|70000|x") : 256 + random(60000))
	s = s option("-m", "tunnel|transport|any|!tunel")
	s = s option("-u", "1|2|3|!x") option("-r", "4|8|64")
	s = s option("-lh", "10|20|30") option("-ls", "5|15|25|100")
	s = s option("-f", "nocyclic-seq|zero-pad|noecn") option(" -u", "7|8|9")
	s = s option("-natt", "1.1.1.1[4500] 2.2.2.2[4500]")
	if (proto == "ipcomp" && random(10))
		return s " -C " mostly("comp", "deflate|lzs|!oui")
	if (proto ~ /esp/ && random(20))
		s = s " -E " (mostly("enc", "0|1|1|1") ? "aes-cbc " key(16) : "null")
	if (proto !~ /esp/ || random(3))
		s = s " -A " mostly("auth", "hmac-sha1|hmac-sha1|hmac-md5|!tcp-md5") \
		    " " key(chosen["auth"] == "hmac-sha1" ? 20 : 16)
	return s
}
function rule(  mode, ends) {
	mode = mostly("mode", "transport|transport|tunnel")
	ends = mostly("ends", "|||||!me-any|!any-me")
	if (mode == "tunnel")
		ends = "10.9.9.9-10.8.8." random(4)
	return " " mostly("rule", "esp|esp|ah|ipcomp|!esq") "/" mode "/" ends "/" \
	    mostly("level", "require|require|use|unique|unique:5|!unique:x")
}
function policy(  s, n) {
	s = mostly("spdadd", "spdadd|spdadd|spdadd|spdupdate|spddelete")
	s = s " " range() " " range() " " mostly("upper", "any|any|tcp|udp|17|icmp 8,0|icmp6|gre 1.2.3.4|!tpc")
	s = s option("-lh", "10|20") " -P " mostly("dir", "in|out|out|fwd|!outt")
	if (mostly("prio?", "0|0|1"))
		s = s " prio " mostly("prio", "high|low + 5|def|10|- 10|!lower")
	s = s " " mostly("action", "ipsec|ipsec|ipsec|discard|none|!bypass")
	for (n = mostly("rules", "1|1|1|2|!0"); n > 0; n--)
		s = s rule()
	return s
}
BEGIN {
	for (i = 0; i < n; i++) {
		if (random(25) == 0)
			split("", chosen)
		s = mostly("what", "sa|sa|policy") == "sa" ? sa() : policy()
		if (random(20) == 0) {
			m = split(s, word, " ")
			s = word[1]
			at = 2 + random(m - 1)
			for (j = 2; j <= m; j++)
				s = s (j == at ? "  " : " ") word[j]
		}
		print s (random(60) == 0 ? " " : "") ";"
	}
}' >>all.conf

# messages FILE: its requests; and what is said of it, but for what is said once
# in a file, or compares its statements
messages() {
	"$tool" wire linux <"$1" 2>/dev/null
}
words() {
	"$setkey" -n -E 0 -f "$1" 2>&1 | awk '
	/^[^ ]*:[0-9]*:[0-9]*: / {
		skip = / is obsolete$/ || / adds the same /
	}
	/^setkey: |nothing was done/ { next }
	!skip { print }' | sed "s/^$1/FILE/"
}

messages all.conf >all.messages
words all.conf >all.words
i=0
while read -r line; do
	printf '%s\n' "$line" >>lines
	i=$((i + 1))
	# On the same line as in the other file.
	{ sed 's/.*//' lines | sed '$d'; printf '%s\n' "$line"; } >one.conf
	messages one.conf >>one.messages
	words one.conf >>one.words
done <all.conf

# same NAME WHAT
same() {
	count=$((count + 1))
	if cmp -s "all.$1" "one.$1"; then
		echo "ok $count - $2"
	else
		failures=$((failures + 1))
		echo "not ok $count - $2 (seed $seed)"
		diff "all.$1" "one.$1" | sed 's/^/# /'
	fi
}
# enough NAME COUNT LEAST
enough() {
	count=$((count + 1))
	if [ "$2" -ge "$3" ]; then
		echo "ok $count - $1"
	else
		failures=$((failures + 1))
		echo "not ok $count - $1: $2"
	fi
}
enough "most statements are good" "$(wc -l <one.messages)" $((statements / 4))
enough "many are not" "$(grep -c ': error: ' one.words)" $((statements / 10))
same messages "the same requests"
same words "the same errors and warnings"
echo "1..$count"
[ "$failures" -eq 0 ]
