# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm pfkey
# What becomes of packets that no policy is for: set, shown, saved, watched, and
# what it does to packets.

. "$UML/lib.sh"
. "$UML/monitor.sh"
ip link set lo up

defaults() { ip xfrm policy getdefault | tr -s ' \n\t' ' '; }

if [ "$SETKEY_CHANNEL" = pfkey ]; then
	sk "spddefault in discard;"
	check "PF_KEY cannot carry it" 1 "$st"
	like "and says so" "PF_KEY on Linux cannot carry what becomes of" "$err"
	setkey -T xfrm -e "spddefault in discard;"
	check "-DP does not know of it there" "No SPD entries." "$(setkey -DP)"
	done_testing
fi

check "as a kernel begins" "No SPD entries." "$(setkey -DP)"
like "JSON, at first" '"defaults": {"in": "none", "out": "none", "fwd": "none"}' \
    "$(setkey -DP -o json)"
check "no command, at first" "" "$(setkey -DP -o script)"

sees_mark() {
	mark "$1"
	grep -q "$1" /run/tmp/watch
}
setkey -x -o script >/run/tmp/watch &
monitor=$!
wait_until 10 sees_mark 203.0.113.1
setkey -e "spddefault in discard;"
setkey -e "spddefault fwd discard in none;"
wait_until 10 sees_mark 203.0.113.2
kill $monitor
wait $monitor
like "events, as commands" "*spddefault in discard out none fwd none;*
spddefault in none out none fwd discard;*" "$(cat /run/tmp/watch)"
watch
setkey -e "spddefault in discard;"
watched
like "an event, raw" "*type=62(X_SPDDEFAULT)*
sadb_x_defaults{ in=1 out=2 fwd=1 }*" "$(cat /run/tmp/watch)"

shown="No SPD entries.
(no policy)
	in discard
	fwd discard"
check "-DP shows what does not pass" "$shown" "$(setkey -DP)"
check "-g, too" "$shown" "$(setkey -DPg)"
check "-t does not" "No SPD entries." "$(setkey -DPt)"
like "JSON" '"defaults": {"in": "discard", "out": "none", "fwd": "discard"}' \
    "$(setkey -DP -o json)"
check "the kernel has it" \
    "Default policies: in: block fwd: block out: accept " "$(defaults)"

# load(save(x)) is x
setkey -DP -o script >/run/tmp/saved
check "saved" "spddefault in discard out none fwd discard;" \
    "$(cat /run/tmp/saved)"
setkey -e "spddefault in none fwd none;"
check "open again" "No SPD entries." "$(setkey -DP)"
run setkey -f /run/tmp/saved
check "loaded" "0$shown" "$st$err$(setkey -DP)"
setkey -FP
check "-F leaves it" "$shown" "$(setkey -DP)"

# Packets, and that one policy is enough for them to pass
two_hosts
setkey -e "spddefault in none fwd none;"
ping_left() { in_left ping -q -c 1 -w 1 $right4 2>&1; }
ping_left >/dev/null
check "they pass, at first" 0 "$?"
in_right setkey -e "spddefault in discard;"
ping_left >/dev/null
check "in discard: nothing comes in" 1 "$?"
like "-s tells" "*XfrmInNoPols*" "$(in_right setkey -s)"
in_right setkey -e "spdadd -k $left4 $right4 icmp -P in none;"
ping_left >/dev/null
check "but what a policy lets in" 0 "$?"
in_left setkey -e "spddefault out discard;"
like "out discard: nothing goes out" "*Operation not permitted*" "$(ping_left)"

# -S: what the file says; -n -S says what is to be done
echo "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none; spddefault out none in discard;" \
    >/run/tmp/script
like "-n -S" "*spddefault in discard;" "$(setkey -n -S /run/tmp/script)"
run setkey -S /run/tmp/script
check "-S" "0Default policies: in: block fwd: accept out: accept " \
    "$st$err$(defaults)"
check "-n -S again: nothing" "" "$(setkey -n -S /run/tmp/script)"
run setkey -S /dev/null -O /run/tmp/script
check "-S /dev/null -O opens what the file closed" \
    "0Default policies: in: accept fwd: accept out: accept " \
    "$st$err$(defaults)"
done_testing
