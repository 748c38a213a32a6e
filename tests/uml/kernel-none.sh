# SPDX-License-Identifier: BSD-2-Clause
# kernels: without-af_key,xfrm_user
# A kernel with neither PF_KEY nor NETLINK_XFRM: one clear sentence.

. "$UML/lib.sh"
unset SETKEY_CHANNEL
for options in -D -DP -F "-f $TOP/examples/tcp-md5-freebsd.conf" "-T xfrm -D" "-T pfkey -D"; do
	# shellcheck disable=SC2086
	run setkey $options
	check "setkey $options: exit status" 1 "$st"
	check "setkey $options: nothing on standard output" "" "$out"
done
run setkey -D
check "the message names both" "setkey: this kernel has no IPsec interface: \
neither PF_KEY nor NETLINK_XFRM; load its module: modprobe xfrm_user" "$err"
run setkey -T xfrm -D
check "-T xfrm: the message names it" "setkey: this kernel has no NETLINK_XFRM \
(module xfrm_user); without -T xfrm PF_KEY is used, if there is one" "$err"
run setkey -T pfkey -D
check "-T pfkey: the message names it" "setkey: this kernel has no PF_KEY \
(module af_key); without -T pfkey NETLINK_XFRM is used, if there is one" "$err"
run setkey -n -e "flush;"
check "-n needs no kernel" 0 "$st$out$err"

done_testing
