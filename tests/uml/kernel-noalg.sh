# SPDX-License-Identifier: BSD-2-Clause
# kernels: without-hmac without-cbc
# A kernel that lacks one of two algorithms: the mark is under the one that the
# kernel's own words name, and the hint names its modules.

. "$UML/lib.sh"

# mark: what is marked in the line that is shown
mark() {
	echo "$err" | awk '/^ *\^~*$/ {
		print substr(line, index($0, "^"), length($0) - index($0, "^") + 1) }
	    { line = $0 }'
}

sa="add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f"
sa="$sa -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213;"
run setkey -T xfrm -e "$sa"
case $err in
*"Requested AUTH"*)	lacking=hmac-sha1 modules="modprobe -a crypto-hmac crypto-sha1" ;;
*)			lacking=aes-cbc modules="modprobe -a crypto-cbc crypto-aes" ;;
esac
check "xfrm: the mark" "1 $lacking" "$st $(mark)"
like "xfrm: the hint" "$modules" "$err"
# PF_KEY does not say which.
run setkey -T pfkey -e "$sa"
check "pfkey: refused" 1 "$st"
like "pfkey: the hint names all" "modprobe -a crypto-cbc crypto-aes crypto-hmac crypto-sha1" "$err"

done_testing
