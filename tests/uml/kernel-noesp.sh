# SPDX-License-Identifier: BSD-2-Clause
# kernels: without-esp4
# A module that is missing, perhaps forbidden by the administrator: the error
# says more than "Protocol not supported".

. "$UML/lib.sh"
for channel in pfkey xfrm; do
	run setkey -T $channel -e "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f;"
	check "-T $channel, no esp4: exit status" 1 "$st"
	like "-T $channel, no esp4: the message names the module" "modprobe -a esp4 esp6" "$err"
done
run setkey -e "add 192.0.2.1 192.0.2.2 ah 0x1001 -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213;"
check "ah is there" 0 "$st$out$err"

done_testing
