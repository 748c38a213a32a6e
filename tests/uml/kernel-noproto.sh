# SPDX-License-Identifier: BSD-2-Clause
# kernels: host
# This machine's own kernel may have no ESP, AH and IPComp (many small ones do
# not): each add says so, with the module's name, and the rest is carried out.

policies_only=y
. "$UML/lib.sh"

pair="src 192.0.2.1 dst 192.0.2.2"
sha1=0x000102030405060708090a0b0c0d0e0f10111213
for kind in "esp:enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f" \
    "ah:auth hmac(sha1) $sha1" "comp:comp deflate"; do
	# shellcheck disable=SC2086
	ip xfrm state add $pair proto ${kind%%:*} spi 0x100 ${kind#*:} 2>/run/tmp/ip
	if ! grep -q "type not found" /run/tmp/ip; then
		echo "this machine's kernel has ${kind%%:*}, or does not say that it has not"
		exit 77
	fi
done

a="192.0.2.1 192.0.2.2"
aes="-E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 $sha1"
sk "spdadd $a any -P out ipsec esp/transport//require;
add $a esp 0x1001 $aes;
add $a esp 0x1002 -m tunnel $aes;
add 2001:db8::1 2001:db8::2 esp 0x1003 $aes;
add $a ah 0x1004 -A hmac-sha1 $sha1;
add $a ipcomp 0x1005 -C deflate;
spdadd 192.0.2.2 192.0.2.1 any -P in ipsec ah/transport//require;"
check "exit status" 1 "$st$out"

# said LINE: the error that is reported for it, and what to do
said() { echo "$err" | sed -n "/script:$1:/,/hint:/s/^ *hint: //p; s/^.*script:$1:\\([0-9]*: error:.*\\)/\\1/p"; }
no() {	# LINE PROTOCOL MODULES COLUMN
	check "line $1: no $2" "$4: error: the kernel has no $2 (the kernel says: Requested type not found)
load its module: modprobe -a $3 (and look in /etc/modprobe.d whether it is blacklisted)" "$(said "$1")"
}
no 2 ESP "esp4 esp6" 25
no 3 ESP "esp4 esp6" 25
no 4 ESP "esp4 esp6" 29
no 5 AH "ah4 ah6" 25
no 6 IPComp "ipcomp ipcomp6" 25
check "no other error" 5 "$(echo "$err" | grep -c "error: ")"
unlike "no key is shown" 00010203 "$err"
check "all other commands are carried out" "fwd in out " "$(ip xfrm policy |
    sed -n 's/.*dir \([a-z]*\).*/\1/p' | sort | tr '\n' ' ')"
check "no SA was made" "" "$(states)"
run setkey -c </run/tmp/script
check "-c: the same errors, and one for each policy" "1 7" \
    "$st $(echo "$err" | grep -c "error: ")"

done_testing
