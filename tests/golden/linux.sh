#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Compares what setkey leaves in a Linux kernel with what another program, the
# setkey of ipsec-tools, left there: the cases of the directory golden-linux.
#
#	linux.sh DIRECTORY-golden-linux [CASE ...]
#
# A case has a cmd, what it needs (setup, setup.conf, input.conf ...) and
# ip-xfrm, the kernel's state and policies after it.  Where we differ on
# purpose linux.differences has the case and the reason.  Exit status: 0 if
# every difference is there and everything there is a difference.
#
# KEEP=DIR keeps what each case printed and left.

here=$(CDPATH= cd "$(dirname "$0")" && pwd) || exit 1

# ---- inside the kernel that boot starts ----

# normalised CASE: what both programs must leave alike is compared, so these
# go: counters, and the numbers that a kernel chooses; af-unspec, without which
# the tunnels that PF_KEY makes carry no packets of the other family, and with
# it the empty selector; which of the kernel's two forms a window has; the
# order, where several programs load at once.
normalised() {
	awk '
	{ sub(/[ \t]+$/, "") }
	/^[^\t]/ { printf "%s", record; record = "" }
	/^\t replay_window / {
		sub(/replay-window [0-9]+/, "replay-window " $2 + 0, record)
	}
	/^\t(anti-replay|lastused| )/ { next }
	/^\tsel src (0\.0\.0\.0\/0 dst 0\.0\.0\.0|::\/0 dst ::)\/0$/ { next }
	{
		sub(/ flag af-unspec$/, "")
		sub(/ af-unspec/, "")
		sub(/reqid 16[34][0-9][0-9] /, "reqid CHOSEN ")
		record = record $0 "\n"
	}
	END { printf "%s", record }' |
	case $1 in
	710-*|712-*|732-*) awk '
	{ printf "%s%s", /^\t/ ? "|" : "\n", $0 }
	END { print "" }' | sort | tr '|' '\n' ;;
	*)	cat ;;
	esac
}

# What is otherwise by design, wherever it occurs: hmac-sha2-256 has the 128
# bits of RFC 4868, and -r counts octets of the window, not packets.
redesigned() {
	awk '
	/^\tauth-trunc hmac\(sha256\) / { sub(/ 96$/, " 128") }
	/^\treplay-window / { sub(/replay-window [0-9]+/, "replay-window " $2 * 8) }
	{ print }'
}

# one CASE: run it from an empty kernel; what is left goes to its results
one() {
	work=/run/cases/$1 to=$RESULTS/$1
	cp -R "$golden/$1" "$work"
	mkdir "$to"
	ip -batch - <<-END
	xfrm state flush
	xfrm policy flush
	xfrm policy flush ptype sub
	END
	(
		cd "$work" || exit
		rm -f stdout stderr status ip-xfrm
		[ ! -f setup ] || timeout 20 sh ./setup >"$to/setup.out" 2>&1
		timeout 60 sh ./cmd >"$to/stdout" 2>"$to/stderr" </dev/null
		echo $? >"$to/status"
	)
	{
		echo "== ip xfrm state"
		ip xfrm state
		echo "== ip xfrm policy"
		ip xfrm policy
	} >"$to/ip-xfrm" 2>&1
	rm -rf "$work"
}

if [ "$1" = --inside ]; then
	golden=$2
	shift 2
	umask 077
	mkdir -p /run/cases /run/bin
	cp -R "$golden/helpers" /run/cases/
	ln -s "$SETKEY" /run/bin/setkey
	ln -s "$SETKEY" /run/bin/setkey-norl	# the cases' name for -c without readline
	PATH=/run/bin:$PATH
	export PATH
	ip link set lo up
	# For states of Mobile IPv6, where there is such a module
	modprobe -q -d /run -C /dev/null mip6
	for name in "$@"; do
		one "$name"
	done
	exit 0
fi

# ---- outside ----

golden=$(CDPATH= cd "$1" 2>/dev/null && pwd) && [ -d "$golden/helpers" ] || {
	echo "usage: linux.sh DIRECTORY-golden-linux [CASE ...]" >&2
	exit 1
}
shift
if [ $# -eq 0 ]; then
	for name in "$golden"/*/ip-xfrm; do
		name=${name%/ip-xfrm}
		set -- "$@" "${name##*/}"
	done
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
sh "$here/../uml/boot" --timeout 1500 --results "${KEEP:-$work}" \
    "$here/linux.sh" --inside "$golden" "$@" || exit 1
results=${KEEP:-$work}

equal=0 design=0 expected=0 unexpected=0
for name in "$@"; do
	reason=$(awk -F '\t' -v name="$name" '$1 == name { print $2 }' \
	    "$here/linux.differences")
	normalised "$name" <"$golden/$name/ip-xfrm" >"$work/theirs"
	normalised "$name" <"$results/$name/ip-xfrm" >"$work/ours"
	redesigned <"$work/theirs" >"$work/by-design"
	if cmp -s "$work/theirs" "$work/ours"; then
		same=y equal=$((equal + 1))
	elif cmp -s "$work/by-design" "$work/ours"; then
		same=y design=$((design + 1))
	elif [ "$reason" ]; then
		expected=$((expected + 1))
		continue
	else
		same=
	fi
	if [ -z "$same" ]; then
		unexpected=$((unexpected + 1))
		echo "$name: unexpected difference"
		diff -u "$work/by-design" "$work/ours" |
		    sed -e 1,2d -e 's/^/    /'
	elif [ "$reason" ]; then
		unexpected=$((unexpected + 1))
		echo "$name: listed, but not different: $reason"
	fi
done
echo "golden-linux: $# cases: $equal equal, $design equal but for -r and the" \
    "ICV of hmac-sha2-256, $expected expected differences," \
    "$unexpected unexpected"
[ "$unexpected" -eq 0 ]
