# SPDX-License-Identifier: BSD-2-Clause
# kernels: auto nopfkey
# What the manual says under EXAMPLES, done as it stands there.

. "$UML/lib.sh"

# The displays: literal text, or one command.
awk '/^\.Sh/	{ examples = /EXAMPLES/ }
!examples		{ next }
/^\.Bd -literal/	{ file = sprintf("/run/tmp/example.%02d", ++n); next }
/^\.Ed/			{ file = ""; next }
/^\.Dl/			{ sub(/^\.Dl /, ""); gsub(/\\e/, "\\"); print >"/run/tmp/commands" }
file != ""		{ print >file }' "$TOP/setkey.8"
check "the manual has examples" "9 4" \
    "$(ls /run/tmp/example.* | wc -l) $(wc -l </run/tmp/commands)"

printf '%s\n' '2001:db8::1 myhost.example.com' \
    '2001:db8::2 yourhost.example.com' >/run/tmp/hosts
if mount --bind /run/tmp/hosts /etc/hosts; then
	hosts=y
else
	sed -i 's/myhost[^ ]*/2001:db8::1/; s/yourhost[^ ]*/2001:db8::2/' /run/tmp/example.02
fi

# example NAME FILE: loads it, in silence
example() {
	run setkey -f "$2"
	if [ "$st" -eq 0 ] && [ -z "$err" ]; then
		ok "$1"
	else
		not_ok "$1" "exit status $st" "$err"
	fi
}
set -- /run/tmp/example.*
example "an ESP SA with AES-GCM" "$1"
like "the kernel has it" "rfc4106(gcm(aes)) 0x3ffe050148193ffe050148193ffe050148193ffe 128" "$(states)"
example "an AH SA between hosts with names" "$2"
[ -z "$hosts" ] || umount /etc/hosts
like "the kernel has it" "auth-trunc hmac(sha256) 0x414820534120636f6e66696775726174696f6e2077697468205348412d323536 128" "$(states)"
example "get" "$3"
like "it is printed" "3ffe:501:4819::1 3ffe:501:481d::1" "$out"
like "with its SPI" "spi=123457(0x0001e241)" "$out"
example "dump esp" "$5"
check "all ESP SAs are printed" "esp" "$(echo "$out" | awk '/ spi=/ { print $1 }')"
example "flush" "$4"
check "none is left" "" "$(states)"
example "a policy with ports" "$6"
like "the kernel has it" "src 10.0.11.41/32 dst 10.0.11.33/32 sport 21" "$(policies)"
run setkey -f "$7"
check "TCP-MD5 is for FreeBSD and NetBSD" "1 2" "$st $(echo "$err" | grep -c ': error: ')"

example "a gateway's configuration" "$8"
check "two SAs, and two policies with the twin of one" "2 3" \
    "$(states | grep -c '^src') $(policies | grep -c '^src')"

cp "$8" /run/tmp/ipsec.conf
sed -i 's,/etc/ipsec.conf,/run/tmp/ipsec.conf,' /run/tmp/commands
{ read -r make_key; read -r try; read -r load; read -r watch; } </run/tmp/commands
check "a key of 256 bits, after 0x" 67 "$(sh -c "$make_key" | wc -c)"
run sh -c "$try"
check "-nvf says nothing against it" 0 "$st$err"
check "and how it was understood" "flush spdflush add add spdadd spdadd" \
    "$(echo "$out" | sed 's/[ ;].*//' | tr '\n' ' ' | sed 's/ $//')"
run sh -c "$load"
check "it is loaded" 0 "$st$out$err"

cd /run/tmp || exit 1
both() { setkey -D -o script; setkey -DP -o script; }
before=$(both)
run sh "$9"
check "save both databases and put them back" 0 "$st$out$err"
check "they are as before" "$before" "$(both)"
check "only root can read the file" -rw------- "$(ls -l saved.conf | cut -c 1-10)"

sh -c "exec $watch" >watched 2>&1 &
is_seen() {
	setkey -f saved.conf
	grep -q ADD watched
}
wait_until 10 is_seen
kill $!
wait $! 2>/dev/null
like "-xK shows what is done" "ADD" "$(cat watched)"
unlike "and no key" 73616d70 "$(tr -d ' \n' <watched)"

done_testing
