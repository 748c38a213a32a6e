# SPDX-License-Identifier: BSD-2-Clause
# kernels: xfrm
# memory: 1024M
# As many entries as somebody may have: all that goes in comes out, in order,
# in silence, and in no more memory than there is text.
#
# tests/scale has more of them, on a kernel with more memory, and says how many.

. "$UML/lib.sh"
cd /run/tmp || exit 1
entries=${1:-100000}
aes=000102030405060708090a0b

# sas FIRST LAST, sps FIRST LAST: an SA, a policy for each of these numbers
sas() {
	awk -v first="$1" -v last="$2" -v key=$aes 'BEGIN {
		for (i = first; i <= last; i++)
			printf "add 192.0.2.1 10.%d.%d.%d esp 0x%08x " \
			    "-E aes-cbc 0x%08x%s;\n", i / 65536, i / 256 % 256,
			    i % 256, i + 4096, i, key }'
}
sps() {
	awk -v first="$1" -v last="$2" 'BEGIN {
		for (i = first; i <= last; i++)
			printf "spdadd 192.0.2.1 10.%d.%d.%d any -P out " \
			    "ipsec esp/transport//require;\n", i / 65536,
			    i / 256 % 256, i % 256 }'
}

# measured FILE COMMAND ...: standard output to FILE; sets $st $err $kib $ms
measured() {
	file=$1
	shift
	"$TOP/tests/peak" "$@" >"$file" 2>err
	st=$?
	# shellcheck disable=SC2046
	set -- $(sed -n '$s/^peak: //p' err)
	ms=$((${1:-0} / 1000000)) kib=${3:-0}
	err=$(sed '$d' err | head -n 5)
}

# fine NAME KIB: what was measured succeeded in silence and in that memory
fine() {
	comment "$1: $ms ms, $kib KiB"
	if [ "$st$err" = 0 ] && [ "$kib" -le "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "exit status $st, $kib KiB of $2" "$err"
	fi
}

# limit N FILE: so many times its size, in KiB, and what a small run takes
limit() { echo $((($1 * $(stat -c %s "$2") >> 10) + 4096)); }

# numbers of the entries in commands or records on standard input, a line each
of_sas() {
	sed -n 's/^add .* esp 0x\([0-9a-f]*\).*/\1/p;
	    s/.* spi=[0-9]*(0x\([0-9a-f]*\)).*/\1/p'
}
of_sps() {
	sed -n 's/^spdadd [^ ]* 10\.\([^[ ]*\).* -P out.*/\1/p;
	    s/^[0-9.]*\[any\] 10\.\([0-9.]*\)\[any\] any$/\1/p'
}

# both CHECK: of SAs and of policies
both() {
	"$1" SAs -D of_sas sas
	"$1" policies -DP of_sps sps
}
dumped() {
	mkfifo records
	$3 <records | cksum >found &
	reader=$!
	measured records setkey "$2"
	wait $reader
	rm records
	fine "$1: setkey $2" 4096
	# Linux shows the newest first.
	check "each of them, in the kernel's order" "$(cksum <"$4.$2")" \
	    "$(cat found)"
}
saved() {
	measured "$4.saved" setkey "$2" -o script
	fine "$1: setkey $2 -o script" "$(limit 3 "$4.saved")"
	check "each of them, in the order of the file" "$($3 <all | cksum)" \
	    "$($3 <"$4.saved" | cksum)"
}
# The kernel frees what was flushed later: until there is no more to come.
settled() {
	before=0
	while sleep 1; do
		now=$(sed -n 's/^MemFree: *\([0-9]*\).*/\1/p' /proc/meminfo)
		[ "$now" -gt $((before + 1024)) ] || break
		before=$now
	done
}
flushed() {
	option=-F${2#-D}
	measured out setkey "$option"
	fine "$1: setkey $option" 4096
}

{
	sas 1 "$entries"
	sps 1 "$entries"
} >all
of_sas <all | tac >sas.-D
of_sps <all | tac >sps.-DP

measured out setkey -f all
fine "$entries SAs and $entries policies are loaded" "$(limit 3 all)"
both dumped
both saved
both flushed
cat sas.saved sps.saved >saved
rm -f ./*.saved
settled
measured out setkey -f saved
fine "what was saved is loaded" "$(limit 3 saved)"
rm -f saved

# A tenth goes, a tenth comes, one SA has another key.
tenth=$((entries / 10))
{
	sas $((tenth + 1)) $((entries + tenth)) |
	    sed "$((entries - tenth))s/$aes/ffff02030405060708090a0b/"
	sps $((tenth + 1)) $((entries + tenth))
} >next
measured out setkey -v -S next
comment "setkey -v -S: $ms ms, $kib KiB"
rest=$((entries - tenth))
check "setkey -v -S" "0 setkey: SAs: $tenth added, 0 updated, 1 replaced, \
$tenth removed, $((rest - 1)) kept, 0 not ours
setkey: policies: $tenth added, 0 updated, 0 replaced, $tenth removed, \
$rest kept, 0 not ours" "$st $(echo "$err" | grep -v speaking)"
measured out setkey -n -S next
fine "and then it finds nothing to do" "$(limit 5 next)"
check "and says nothing" "" "$(cat out)"
both flushed
check "nothing is left" "No SAD entries. No SPD entries." \
    "$(setkey -D) $(setkey -DP)"

done_testing
