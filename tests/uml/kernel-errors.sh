# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# What goes wrong: the kernel's refusals, wrong input, what is applied then and
# what is not, exit statuses.

. "$UML/lib.sh"
aes="-E aes-cbc 0x000102030405060708090a0b0c0d0e0f"
a="192.0.2.1 192.0.2.2"

spis() { ip xfrm state | sed -n 's/.*spi \(0x[0-9a-f]*\) .*/\1/p' | sort | tr '\n' ' '; }

# refused NAME TEXT LINE: exit 1, and the message has that line
refused() {
	sk "$2"
	check "$1: exit status" 1 "$st"
	like "$1: message" "/run/tmp/script:$3:" "$err"
	like "$1: it is an error" "error: " "$err"
	check "$1: nothing on standard output" "" "$out"
}

#
# The kernel says no
#

refused "EEXIST" "add $a esp 0x1001 $aes;
add $a esp 0x1001 $aes;

add $a esp 0x1003 $aes;
add $a esp 0x1003 $aes;" 2
like "EEXIST: what is in the way is shown" "note: the kernel has: add $a esp 0x00001001" "$err"
like "EEXIST: the second one too" "/run/tmp/script:5:" "$err"
unlike "EEXIST: not for what went well" "/run/tmp/script:4:" "$err"
check "EEXIST: the rest was done" "0x00001001 0x00001003 " "$(spis)"
unlike "EEXIST: no key is shown" 00010203 "$err"
clear
# What stands in the way is found by all that names a policy.
if [ "$SETKEY_CHANNEL" = xfrm ]; then
	refused "EEXIST, -dev" "spdadd 10.0.0.1/8 10.1.0.0/16 any -dev lo -mark 1 -P out none;
spdadd 10.0.0.1/8 10.1.0.0/16 any -dev lo -mark 1 -P out discard;" 2
	like "EEXIST, -dev: what is in the way is shown" \
	    "-mark 0x1/0xffffffff -dev lo -P out none;" "$err"
	run setkey -v -f /run/tmp/script
	check "EEXIST: looked up again, advice is not given again" 2 \
	    "$(printf '%s\n' "$err" | grep -c "bits are set behind")"
	clear
fi
refused "ESRCH, delete" "delete $a esp 0x1001;" 1
refused "ESRCH, get" "

get $a ah 0x1001;" 3
refused "ENOENT, spddelete" "spddelete $a any -P in;" 1
sk "spdadd $a any -P fwd discard;"
refused "EEXIST, fwd twin" "spdadd $a any -P in none;" 1
like "EEXIST, fwd twin: not the in policy" "its fwd policy: " "$err"
like "EEXIST, fwd twin: what is in the way is shown" "any -P fwd discard;" "$err"
clear

#
# An in policy that is refused leaves no fwd twin
#

# dirs: the directions of the policies there are, and what each has
dirs() {
	ip xfrm policy | awk '/^src/ { r = $2 " " } /dir/ { d = $2 }
		/dir/ { line[++n] = r d }
		/action block/ { line[n] = line[n] " discard" }
		/tmpl/ { line[n] = line[n] " ipsec" }
		END { while (n > 0) printf "%s\n", line[n--] }' | sort
}
# alone_in: an in policy without its twin
alone_in() { run setkey -k -e "spdflush; spdadd $a any -P in none;"; }
ipsec="any -P in ipsec esp/transport//require"
src=192.0.2.1/32

alone_in
refused "refused in policy" "spdadd $a $ipsec;
spdadd 192.0.2.9 192.0.2.2 $ipsec;" 1
check "refused in policy: no twin of it, but of the next one" "$src in
192.0.2.9/32 fwd ipsec
192.0.2.9/32 in ipsec" "$(dirs)"
unlike "refused in policy: that is all" "fwd" "$err"
sk "spdflush; spdadd $a any -P in none; spdadd $a $ipsec;"
check "refused in policy: an older twin stays" "1 $src fwd
$src in" "$st $(dirs)"
alone_in
sk "spdadd $a $ipsec; spddelete $a any -P in; spdadd $a any -P in discard;"
check "refused in policy: a later twin stays" "1 $src fwd discard
$src in discard" "$st $(dirs)"
alone_in
sk "spdadd $a $ipsec; spdupdate $a any -P fwd discard;"
check "refused in policy: a twin that was updated stays" "1 $src fwd discard
$src in" "$st $(dirs)"
alone_in
sk "spdadd $a $ipsec; spdflush; spdadd $a any -P in discard;"
check "refused in policy: a twin after spdflush stays" "1 $src fwd discard
$src in discard" "$st $(dirs)"
alone_in
sk "spdadd $a $ipsec; spdupdate $a any -P out none; spddelete $a any -P out;"
check "refused in policy: what others are about changes nothing" "1 $src in" "$st $(dirs)"
alone_in
run setkey -c <<E0
spdadd $a $ipsec;
spdadd $a any -P fwd discard;
E0
check "refused in policy, -c: at once" "1 $src fwd discard
$src in" "$st $(dirs)"
# More than a batch
awk 'BEGIN { print "spdflush;"; for (i = 0; i < 100; i++)
	printf "spdadd -k 10.1.%d.%d 10.2.0.1 any -P in none;\n", i / 250, i % 250 }' >/run/tmp/many
awk 'BEGIN { for (i = 0; i < 100; i++) {
	printf "spdadd 10.1.%d.%d 10.2.0.1 any -P in discard;\n", i / 250, i % 250
	printf "spdadd 10.3.%d.%d 10.2.0.1 any -P in discard;\n", i / 250, i % 250
}}' >/run/tmp/twice
run setkey -f /run/tmp/many
run setkey -f /run/tmp/twice
check "100 refused, 100 not: every pair is treated alike" "1 100 200 100" "$st \
$(echo "$err" | grep -c "error: ") $(dirs | grep -c "in\( discard\)*$") $(dirs | grep -c "10\.3.*fwd discard")"
check "100 refused: no twin of these" 0 "$(dirs | grep -c "10\.1.*fwd")"
clear

refused "EEXIST, spdadd" "spdadd $a any -P out discard;
spdadd $a any -P out discard;" 2
clear
seven=$(for i in 1 2 3 4 5 6 7; do printf ' ah/transport//require'; done)
refused "too many rules" "spdadd $a any -P out ipsec $seven;" 1
# The optional rule of a tunnel: kernels of 2023 and later refuse it, 6.1 too.
since 6 1 && refused "level use for an outgoing tunnel" "spdadd $a any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/use;" 1
check "nothing of these was done" "" "$(policies)$(states)"

#
# -f: all or nothing
#

wrong() {	# NAME TEXT LINE
	refused "$1" "add $a esp 0x1001 $aes;
spdadd $a any -P out discard;
$2
add $a esp 0x1002 $aes;" "$3"
	check "$1: nothing was done" "" "$(states)$(policies)"
}
wrong "syntax error" "add $a esp;" 3
wrong "unknown command" "frobnicate $a;" 3
wrong "unknown algorithm" "add $a esp 0x1003 -E rot13 0x00;" 3
wrong "SPI that is reserved" "add $a esp 255 $aes;" 3
wrong "SPI out of range" "add $a esp 4294967296 $aes;" 3
wrong "key length" "add $a esp 0x1003 -E aes-cbc 0x0001;" 3
wrong "families mixed" "add 192.0.2.1 2001:db8::1 esp 0x1003 $aes;" 3
wrong "prefix out of range" "spdadd 10.0.0.0/33 10.1.0.0/16 any -P in discard;" 3
wrong "port out of range" "spdadd 10.0.0.0/8[65536] 10.1.0.0/16 tcp -P in discard;" 3
wrong "unknown direction" "spdadd 10.0.0.0/8 10.1.0.0/16 any -P sideways discard;" 3
wrong "tunnel without end points" "spdadd 10.0.0.0/8 10.1.0.0/16 any -P out ipsec esp/tunnel//require;" 3
wrong "esp-old on Linux" "add $a esp-old 0x1003 $aes;" 3
wrong "tcp-md5 on Linux" "add $a tcp 0x1003 -A tcp-md5 \"secret\";" 3
wrong "key that does not end" "add $a esp 0x1003 -E aes-cbc \"0123" 3
sk "add $a esp 1 $aes;
spdadd $a any -P nowhere discard;
delete $a;"
like "all errors in one run (1)" script:1: "$err"
like "all errors in one run (2)" script:2: "$err"
like "all errors in one run (3)" script:3: "$err"
run setkey -e "add $a esp 0x1001 $aes; add;"
check "-e: all or nothing" "1 " "$st $(states)"
echo "add $a esp 0x1001 $aes; add;" >/run/tmp/in
run setkey -f - </run/tmp/in
check "-f -: all or nothing" "1 " "$st $(states)"
run setkey -n -e "add $a esp 0x1001 $aes;"
check "-n does nothing" "0 " "$st $(states)"

run setkey -f /run/tmp/there-is-no-such-file
check "missing file: exit status" 1 "$st"
like "missing file: message" there-is-no-such-file "$err"
run setkey -f /run/tmp
check "directory: exit status" 1 "$st"
: >/run/tmp/empty
run setkey -f /run/tmp/empty
check "empty file" 0 "$st$out$err"
head -c 100000 /bin/sh >/run/tmp/binary
run setkey -f /run/tmp/binary
check "binary file: exit status" 1 "$st"
check "binary file: nothing was done" "" "$(states)$(policies)"

#
# -c: at once
#

# setkey gets one command, and no end of file: it must act on it already.
mkfifo /run/tmp/pipe
setkey -c </run/tmp/pipe >/run/tmp/out 2>/run/tmp/err &
pid=$!
exec 9>/run/tmp/pipe
echo "add $a esp 0x1001 $aes;" >&9
loaded() { [ "$(spis)" ]; }
wait_until 10 loaded
check "-c: a command takes effect at its end" "0x00001001 " "$(spis)"
echo "get $a esp 0x1001;" >&9
wait_until 10 [ -s /run/tmp/out ]
like "-c: and its output comes" 0x00001001 "$(cat /run/tmp/out)"
{
	echo "add $a esp 0x1001 $aes;"
	echo "add $a esp 0x1002 $aes;"
} >&9
exec 9>&-
wait $pid
check "-c: a refusal makes the exit status" 1 $?
check "-c: but does not stop it" "0x00001001 0x00001002 " "$(spis)"
like "-c: the refusal is reported" "error: " "$(cat /run/tmp/err)"
clear
printf '%s\n' "add $a esp 0x1001 $aes;" "add $a esp;" "add $a esp 0x1002 $aes;" "bogus;" >/run/tmp/in
run setkey -c </run/tmp/in
check "-c, syntax error: exit status" 1 "$st"
check "-c, syntax error: done before it, not after it" "0x00001001 " "$(spis)"
like "-c, syntax error: its line" ":2:" "$err"
like "-c, syntax error: the rest is checked" ":4:" "$err"
clear

#
# Privilege, output, usage
#

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
run as_nobody setkey -D
check "not root: exit status" 1 "$st"
check "not root: nothing on standard output" "" "$out"
like "not root: it is said" "this needs root" "$err"
without_capability() { setpriv --bounding-set=-net_admin --inh-caps=-all "$@"; }
run without_capability setkey -D
like "root without the capability: it is named" CAP_NET_ADMIN "$err"
unlike "root without the capability: not told to be root" "needs root" "$err"
run without_capability setkey -e "flush;"
like "root without the capability, a request: it is named" CAP_NET_ADMIN "$err"
unlike "root without the capability, a request: not told to be root" "needs root" "$err"
run as_nobody setkey -D -o script
check "not root, -o script: exit status" "1 " "$st $out"
cat >/run/tmp/in <<E2
add $a esp 0x1001 $aes;
E2
run as_nobody setkey -n -f - </run/tmp/in
check "not root: -n needs no privilege" 0 "$st$out$err"

ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto ah spi 0x1001 auth-trunc 'hmac(md5)' 0x000102030405060708090a0b0c0d0e0f 96
setkey -D >/dev/full 2>/run/tmp/err
check "full disk: exit status" 1 $?
check "full disk: it is said" yes "$([ -s /run/tmp/err ] && echo yes)"
clear

run setkey
check "no arguments: exit status" 1 "$st"
like "no arguments: usage on standard error" usage "$err"
check "no arguments: nothing on standard output" "" "$out"
run setkey -Q
check "unknown option: exit status" 1 "$st"
like "unknown option: usage on standard error" usage "$err"

done_testing
