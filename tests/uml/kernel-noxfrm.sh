# SPDX-License-Identifier: BSD-2-Clause
# kernels: without-xfrm_user
# A kernel without NETLINK_XFRM: PF_KEY is used, and what it cannot carry is
# refused with the reason, before anything is sent.

. "$UML/lib.sh"
unset SETKEY_CHANNEL
aes=0x000102030405060708090a0b0c0d0e0f
sha256=0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f
ends="192.0.2.1 192.0.2.2"

spoken() { sed -n 's/^setkey: speaking //p' /run/tmp/err | tr '\n' ';'; }

run setkey -T xfrm -D
check "-T xfrm: exit status" 1 "$st"
like "-T xfrm: the message names it" NETLINK_XFRM "$err"
run setkey -D
check "-D" "0 No SAD entries." "$st $out$err"
run setkey -v -D
check "-v says why" "PF_KEY to the kernel: there is no NETLINK_XFRM;" "$(spoken)"

# What it cannot carry is known before anything of the file is carried out.
aead="add $ends esp 0x1002 -E aes-gcm-16 ${aes}10111213;"
sk_ok "a file" "add $ends esp 0x1001 -E aes-cbc $aes;
spdadd 10.3.0.0/16 10.2.0.0/16 any -P out none;"
setkey -D -o script >/run/tmp/before
sk "flush; spdflush;
$aead
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require;"
check "an AEAD: refused, at its place" "1 2:39: " \
    "$st $(echo "$err" | sed -n 's/^[^:]*:\([0-9]*:[0-9]*:\) error.*/\1/p' | tr '\n' ' ')"
like "an AEAD: why" "PF_KEY on Linux cannot carry an AEAD algorithm" "$err"
like "an AEAD: what helps" "modprobe xfrm_user" "$err"
setkey -D -o script >/run/tmp/after
check "an AEAD: nothing is lost" " 1" "$(diff /run/tmp/before /run/tmp/after) \
$(setkey -DP | grep -c "out none")"
run setkey -c <<EOF
$aead
EOF
check "-c: refused at the command" "1 stdin:1:39:" "$st $(echo "$err" | sed -n '1s/ error.*//p')"
run setkey -n -e "$aead"
check "-n does not ask the kernel" 0 "$st$err"

sk "flush; spdflush;
add $ends esp 0x1001 -E aes-cbc $aes;
add $ends esp 0x1003 -m tunnel -E aes-cbc $aes -A hmac-sha2-256-96 $sha256;
get $ends esp 0x1003;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require;
dump;"
check "a file: all of it" "0" "$st$err"
check "a file: what is shown" "4099 4099 4097 " \
    "$(echo "$out" | sed -n 's/.* spi=\([0-9]*\).*/\1/p' | tr '\n' ' ')"
run setkey -D -o script
check "-o script: not what PF_KEY does not tell" "1 1" "$st $(echo "$out" | grep -c '^add')"
like "-o script: and it is said" "PF_KEY does not tell the length of its ICV" "$err"
sk_ok "deleteall" "deleteall $ends esp;"
run setkey -D
check "deleteall: nothing is left" "0 No SAD entries." "$st $out$err"
run setkey -DP
like "-DP" "esp/transport//require" "$out"

done_testing
