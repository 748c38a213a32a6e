# SPDX-License-Identifier: BSD-2-Clause
# kernels: nopfkey
# A kernel without PF_KEY: everything works, by NETLINK_XFRM.

. "$UML/lib.sh"
. "$UML/monitor.sh"
unset SETKEY_CHANNEL

if grep -q '^af_key' /proc/modules; then
	not_ok "there is no PF_KEY"
else
	ok "there is no PF_KEY"
fi
run setkey -T pfkey -D
check "-T pfkey: exit status" 1 "$st"
check "-T pfkey: the message" "setkey: this kernel has no PF_KEY (module af_key); \
without -T pfkey NETLINK_XFRM is used, if there is one" "$err"
run setkey -T pfkey -x
check "-T pfkey -x: the same" "1 setkey: this kernel has no PF_KEY (module af_key); \
without -T pfkey NETLINK_XFRM is used, if there is one" "$st $out$err"
check "-T pfkey: nothing on standard output" "" "$out"
for channel in auto xfrm; do
	run setkey -T $channel -D
	check "-T $channel" "0 No SAD entries." "$st $out$err"
done
run setkey -v -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -E null; dump; flush; spdflush;"
check "-v: the channel" "setkey: speaking NETLINK_XFRM to the kernel" "$(grep speaking /run/tmp/err)"
export SETKEY_CHANNEL=pfkey
run setkey -D
check "SETKEY_CHANNEL=pfkey is obeyed" 1 "$st"
run setkey -T xfrm -D
check "-T wins over SETKEY_CHANNEL" "0 No SAD entries." "$st $out$err"
unset SETKEY_CHANNEL

# The manual's first example, which PF_KEY on Linux cannot do
sk_ok "aes-gcm-16" "add 3ffe:501:4819::1 3ffe:501:481d::1 esp 123457
	-E aes-gcm-16 0x3ffe050148193ffe050148193ffe050148193ffe ;"
like "aes-gcm-16: what the kernel has" "aead rfc4106(gcm(aes)) 0x3ffe050148193ffe050148193ffe050148193ffe 128" "$(states)"
run setkey -D
like "aes-gcm-16: -D" "E: aes-gcm-16  3ffe0501 48193ffe 05014819 3ffe0501 48193ffe" "$out"

# A monitor
watch
setkey -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -E null; delete 192.0.2.1 192.0.2.2 esp 0x1001;"
watched
check "-x" "0 ADD DELETE" "$st$err $(messages)"

done_testing
