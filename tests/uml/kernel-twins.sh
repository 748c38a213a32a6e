# SPDX-License-Identifier: BSD-2-Clause
# kernels: pfkey xfrm
# The fwd policies that go with in policies: they are setkey's affair.  A fwd
# policy that was written counts before them, and one that is there already, or
# not any more, is no error.

. "$UML/lib.sh"
a="192.0.2.1 192.0.2.2"
in="spdadd $a any -P in"
fwd="spdadd $a any -P fwd"

# has: direction and action of each policy there is
has() {
	ip xfrm policy | awk '/^\tdir/ { d = $2; n[d] = 1; act[d] = "none" }
		/action block/ { act[d] = "discard" }
		/^\ttmpl/ { act[d] = "ipsec" }
		END { for (d in n) print d, act[d] }' | sort | tr '\n' ';'
}

# loads NAME TEXT RESULT: -f and -n agree, in silence
loads() {
	printf '%s\n' "$2" >/run/tmp/script
	run setkey -f /run/tmp/script
	check "$1" "0 $3" "$st$out$err $(has)"
	run setkey -T xfrm -n -f /run/tmp/script
	check "$1: -n agrees" 0 "$st$(echo "$err" | grep error:)"
}

# fresh NAME TEXT RESULT: with nothing there before
fresh() {
	ip xfrm policy flush
	loads "$@"
}

#
# In one file
#

fresh "in alone" "$in none;" "fwd none;in none;"
fresh "in, and fwd" "$in none; $fwd none;" "fwd none;in none;"
fresh "fwd, and in" "$fwd none; $in none;" "fwd none;in none;"
fresh "in, and another fwd" "$in none; $fwd discard;" "fwd discard;in none;"
fresh "another fwd, and in" "$fwd discard; $in none;" "fwd discard;in none;"
fresh "in, and spdupdate of fwd" "$in none; spdupdate $a any -P fwd discard;" "fwd discard;in none;"
fresh "fwd, and spdupdate of in" "$fwd discard; spdupdate $a any -P in none;" "fwd discard;in none;"
fresh "-k" "spdadd -k $a any -P in none; $fwd discard;" "fwd discard;in none;"
fresh "both deleted" "$in none; $fwd none; spddelete $a any -P in; spddelete $a any -P fwd;" ""
fresh "both deleted, fwd first" "$in none; $fwd none; spddelete $a any -P fwd; spddelete $a any -P in;" ""
fresh "the twin deleted by name" "$in none; spddelete $a any -P fwd;" "in none;"
fresh "the twin deleted by name, then in" \
    "$in none; spddelete $a any -P fwd; spddelete $a any -P in;" ""
fresh "in deleted: the fwd policy of the file stays" \
    "$in none; $fwd discard; spddelete $a any -P in;" "fwd discard;"
fresh "a twin after spdflush" "$fwd discard; spdflush; $in none;" "fwd none;in none;"
fresh "no twin after spdflush of others" \
    "$fwd discard; spdflush -P out; $in none;" "fwd discard;in none;"
fresh "nor after that of another range" \
    "$fwd discard; spdflush 10.0.0.0/8 0.0.0.0/0; spdupdate $a any -P in none;" "fwd discard;in none;"
fresh "a twin after spdflush of fwd policies" "$fwd discard; spdflush -P fwd; $in none;" \
    "fwd none;in none;"
fresh "a twin after the fwd policy was deleted" \
    "$fwd discard; spddelete $a any -P fwd; $in none;" "fwd none;in none;"
fresh "another selector" "$in none; spdadd $a tcp -P fwd discard; spddelete $a tcp -P fwd;" \
    "fwd none;in none;"
[ "$SETKEY_CHANNEL" = pfkey ] ||
    fresh "another mark" "$in none; spdadd $a any -mark 1 -P fwd discard; spddelete $a any -mark 1 -P fwd;" \
	"fwd none;in none;"

#
# One after the other
#

fresh "first in" "$in none;" "fwd none;in none;"
loads "then an equal fwd" "$fwd none;" "fwd none;in none;"
loads "then another fwd: what was written counts" "$fwd discard;" "fwd discard;in none;"
sk "$fwd none;"
check "then a third: that one was written" "1 fwd discard;in none;" "$st $(has)"
like "then a third: it is said" "exists already" "$err"
like "then a third: and what there is" "note: the kernel has: spdadd $a any -P fwd discard;" \
    "$(echo "$err" | sed 's/\[any\]//g')"
fresh "in, once more" "$in none;" "fwd none;in none;"
sk "$fwd discard; $fwd prio 5 none;"
check "then two others: the first counts" "1 fwd discard;in none;" "$st $(has)"
like "then two others: it is said" "exists already" "$err"
for action in unique unique:7 require; do
	fresh "in with $action" "$in ipsec esp/tunnel/192.0.2.1-192.0.2.2/$action;" "fwd ipsec;in ipsec;"
	loads "in with $action, then a fwd policy" "$fwd none;" "fwd none;in ipsec;"
done
fresh "first a fwd policy" "$fwd none;" "fwd none;"
loads "then in, whose twin is equal" "$in none;" "fwd none;in none;"
fresh "first a fwd policy with rules" "$fwd prio high ipsec esp/tunnel/192.0.2.1-192.0.2.2/default;" "fwd ipsec;"
loads "then in, whose twin is equal" "$in prio high ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;" "fwd ipsec;in ipsec;"
fresh "first another fwd policy" "$fwd discard;" "fwd discard;"
sk "$in none;"
check "then in, whose twin is not equal" "1 fwd discard;in none;" "$st $(has)"
like "then in: it is said" "its fwd policy: a policy with this selector" "$err"

#
# Deleted without a twin
#

fresh "made with -k" "spdadd -k $a any -P in none;" "in none;"
loads "deleted" "spddelete $a any -P in;" ""
ip xfrm policy add src 192.0.2.1/32 dst 192.0.2.2/32 dir in
loads "made by another program, deleted" "spddelete $a any -P in;" ""
sk "spddelete $a any -P in;"
check "neither: an error, once" "1 1" "$st $(echo "$err" | grep -c error:)"
run setkey -c <<EOF
$in none;
$fwd none;
spddelete $a any -P fwd;
spddelete $a any -P in;
$fwd discard;
$in none;
EOF
check "-c: command by command" "0 fwd discard;in none;" "$st$out$err $(has)"

#
# What other programs do
#

# A dump that is typed again.
fresh "a gateway" "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;" \
    "fwd ipsec;in ipsec;out ipsec;"
setkey -DP | awk '/^[^\t]/ { sub(/\[any\]/, ""); sub(/\[any\]/, ""); selector = $1 " " $2 " any" }
	/^\t(in|fwd|out) / { dir = $1; act = $NF }
	/^\tesp/ { print "spdadd " selector " -P " dir " ipsec " $1 ";" }' >/run/tmp/typed
check "a dump: three policies" 3 "$(wc -l </run/tmp/typed)"
fresh "a dump, typed again" "$(cat /run/tmp/typed)" "fwd ipsec;in ipsec;out ipsec;"
# racoon-tool deletes in, fwd and out of a connection one by one.
loads "a connection taken down" "spddelete 10.1.0.0/24 10.2.0.0/24 any -P out;
spddelete 10.2.0.0/24 10.1.0.0/24 any -P in;
spddelete 10.2.0.0/24 10.1.0.0/24 any -P fwd;" ""

# Many at once, all of whose twins are there.
awk 'BEGIN { for (i = 0; i < 1000; i++)
	printf "spdadd 10.1.%d.%d 10.2.0.1 any -P fwd none;\n", i / 250, i % 250 }' >/run/tmp/fwds
run setkey -f /run/tmp/fwds
sed 's/-P fwd/-P in/' /run/tmp/fwds >/run/tmp/ins
run setkey -f /run/tmp/ins
check "1,000 twins that are there" "0 2000" "$st$out$err $(ip xfrm policy | grep -c '^src')"
ip xfrm policy flush
run setkey -f /run/tmp/ins
sed 's/none/discard/' /run/tmp/fwds >/run/tmp/others
run setkey -f /run/tmp/others
check "1,000 twins that give way" "0 1000" "$st$out$err $(ip xfrm policy | grep -c 'action block')"
ip xfrm policy flush

#
# A note of what is in the way has the right name
#

if [ "$SETKEY_CHANNEL" != pfkey ]; then
	sk "spdadd $a any -if_id 7 -P out none; spdadd $a any -mark 1 -P out none; spdadd $a any -P out discard;"
	for name in "-if_id 7" "-mark 1"; do
		sk "spdadd $a any $name -P out discard;"
		check "exists already: the one with $name is shown" "1 1" "$st $(echo "$err" |
		    grep -c "the kernel has: .*${name% *}.* -P out none;")"
	done
	sk "spdadd $a any -P out none;"
	check "exists already: the one without is shown" "1 1" "$st $(echo "$err" |
	    grep -c "the kernel has: spdadd 192.0.2.1[^ ]* 192.0.2.2[^ ]* any -P out discard;")"
fi

done_testing
