# kernels: without-af_key,xfrm_user
# A kernel with neither PF_KEY nor NETLINK_XFRM: one clear sentence.

. "$UML/lib.sh"
unset SETKEY_CHANNEL
for options in -D -DP -F "-f $TOP/examples/bgp-tcp-md5.conf" "-T xfrm -D" "-T pfkey -D"; do
	# shellcheck disable=SC2086
	run setkey $options
	check "setkey $options: exit status" 1 "$st"
	check "setkey $options: nothing on standard output" "" "$out"
done
run setkey -D
like "the message names the one" PF_KEY "$err"
like "the message names the other" XFRM "$err"
check "the message is one line" 1 "$(wc -l </run/tmp/err)"
run setkey -n -e "flush;"
check "-n needs no kernel" 0 "$st$out$err"

done_testing
