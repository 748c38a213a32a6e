#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The examples, copied to where only their owner can read them: each is right,
# without a warning, for the systems that it says it is for, and -n has nothing
# to say of it on this one.

. "$(dirname "$0")/tap"
examples=$tests/../examples

silent() {
	"$@" >"$work/out" 2>&1 && [ ! -s "$work/out" ]
}

# advised COMMAND ...: likewise, of policies whose associations come otherwise,
# but for saying so
advised() {
	"$@" >"$work/out" 2>&1 &&
	    [ "$(grep -c 'warning:' "$work/out")" -eq 1 ] &&
	    grep -q 'no SA of this file serves this rule' "$work/out"
}

system=$(uname -s)
for file in "$examples"/*.conf; do
	name=${file##*/}
	cat "$file" >"$work/conf"
	systems=$(sed -n 's/^# For: //p' "$file" | tr -d ,)
	for for in $systems; do
		"$tool" wire "$(echo "$for" | tr '[:upper:]' '[:lower:]')" <"$work/conf" \
		    >/dev/null 2>"$work/out" && [ ! -s "$work/out" ]
		result "$name is right for $for" $? "$work/out"
		[ "$for" = "$system" ] || continue
		if grep -q '^add' "$work/conf"; then
			silent "$setkey" -nf "$work/conf"
			result "$name: setkey -n is silent" $? "$work/out"
		else
			advised "$setkey" -nf "$work/conf"
			result "$name: setkey -n misses the SAs" $? "$work/out"
		fi
	done
	echo "$name has no line \"# For:\"" >"$work/out"
	[ "$systems" ]
	result "$name says what it is for" $? "$work/out"
done

# Where ssh and setkey only keep what they are given.
mkdir "$work/bin"
cat >"$work/bin/setkey" <<END
#!/bin/sh
cat >"$work/here"
END
cat >"$work/bin/ssh" <<END
#!/bin/sh
echo "\$*" >"$work/called"
cat >"$work/there"
END
chmod +x "$work/bin/setkey" "$work/bin/ssh"
load() {
	PATH=$work/bin:$PATH sh "$examples/aes-gcm.sh" root@peer >"$work/out" 2>&1
}
load && cmp -s "$work/here" "$work/there" && [ ! -s "$work/out" ] &&
    [ "$(cat "$work/called")" = "root@peer setkey -f -" ]
result "aes-gcm.sh: both gateways get the same" $? "$work/out"
for for in linux freebsd netbsd; do
	"$tool" wire $for <"$work/here" >/dev/null 2>"$work/out" &&
	    [ ! -s "$work/out" ]
	result "aes-gcm.sh: its commands are right for $for" $? "$work/out"
done
words() {
	tr ' ;' '\n' | grep '^0x'
}
words <"$work/here" >"$work/words"
load
words <"$work/here" >>"$work/words"
[ "$(sort -u "$work/words" | wc -l)" -eq 8 ]
result "aes-gcm.sh: each SPI and each key is another one" $? "$work/words"
printf '#!/bin/sh\nexit 255\n' >"$work/bin/ssh"
rm -f "$work/here"
! load && [ ! -e "$work/here" ]
result "aes-gcm.sh: without the peer nothing is loaded" $? "$work/out"

done_testing
