#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The command line: options, exit statuses, which stream says what, and the
# ways in which commands come.  Nothing here asks the kernel for anything, but
# whether it has NETLINK_XFRM: what would is only checked (-n), or wrong.

. "$(dirname "$0")/tap"
cd "$work" || exit 1

ok() {
	result "$2" "$1" status stdout stderr
}

# run OPTION ...: setkey; its status and output into files
run() {
	timeout 10 "$setkey" "$@" >stdout 2>stderr
	echo $? >status
}

# says FILE TEXT: the file holds that, and nothing else
says() {
	if [ -z "$2" ]; then
		[ ! -s "$1" ]
	else
		printf '%s\n' "$2" | cmp -s - "$1"
	fi
}

# expect NAME STATUS STDOUT STDERR: of the last run
expect() {
	[ "$(cat status)" -eq "$2" ] && says stdout "$3" && says stderr "$4"
	ok $? "$1"
}

# usage NAME [TEXT]: the last run complained, and said how it is used
usage() {
	[ "$(cat status)" -eq 1 ] && [ ! -s stdout ] &&
	    grep -q '^usage: setkey ' stderr &&
	    { [ -z "$2" ] || grep -q -e "$2" stderr; }
	ok $? "$1"
}

# ---- options ----

run </dev/null
usage "no option"
run -n </dev/null
usage "no mode"
run -z </dev/null
usage "an unknown option" "'*z'*"
run -f </dev/null
usage "-f without a file"
run -e </dev/null
usage "-e without commands"
run -n -e 'flush;' -e 'flush;'
usage "-e twice" "only one of -f, -e, -G and -S"
run -n -f /dev/null -e 'flush;'
usage "-f and -e" "only one of -f, -e, -G and -S"
run -n -e 'flush;' more
usage "an argument too many" "'more'"
run -T socket -n -e 'flush;'
usage "an unknown channel" "'socket'"
SETKEY_CHANNEL=socket run -n -e 'flush;'
[ "$(cat status)" -eq 1 ] && grep -q SETKEY_CHANNEL stderr
ok $? "an unknown channel in the environment"
run -E many -n -e 'flush;'
usage "-E without a number" "'many'"
run -E -1 -n -e 'flush;'
usage "-E with a negative number"
run -o text -D
usage "an unknown form of output" "'text'"
run -n -O old -f /dev/null
usage "-O without -S" "-O goes with -S"
key() {
	run -G "$1"
	[ "$(cat status)" -eq 0 ] && [ ! -s stderr ] &&
	    [ "$(wc -l <stdout)" -eq 1 ] &&
	    grep -q -x "0x[0-9a-f]\\{$2\\}" stdout
	ok $? "-G $1"
}
key aes-cbc 64
key aes-cbc:128 32
key aes-gcm-16 72
key chacha20-poly1305 72
key hmac-sha2-256 64
key hmac-sha2-512 128
key tcp-md5 64
key blowfish-cbc:40 10
cp stdout before
run -G blowfish-cbc:448
! cmp -s stdout before
ok $? "-G: another one each time"
run -G aes-cbc:130
expect "-G: a length that there is not" 1 "" \
    "setkey: -G: the algorithm has no key of so many bits: 'aes-cbc:130'"
run -G null
expect "-G: an algorithm without a key" 1 "" \
    "setkey: -G: this algorithm needs no key: 'null'"
run -G ase-cbc
expect "-G: no algorithm" 1 "" \
    "setkey: -G: no algorithm with keys has this name: 'ase-cbc'"
{
	printf 'add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-gcm-16 '
	"$setkey" -G aes-gcm-16
	echo ';'
} >key.conf
run -n -f key.conf
expect "-G: a file can have it" 0 "" ""
run -n -S /dev/null
[ "$(cat status)" -eq 1 ] && grep -q 'would remove everything' stderr
ok $? "-S of nothing"
echo 'flush; get 192.0.2.1 192.0.2.2 esp 0x1000;' >sync.conf
run -n -S sync.conf
[ "$(cat status)" -eq 1 ] && grep -q 'sync.conf:1:8: error: -S takes add' stderr
ok $? "-S of a file with other commands"
printf '# ipsec.conf\n\nconn road\n' >foreign.conf
run -f foreign.conf
expect "a file of strongSwan or Libreswan" 1 "" \
    "foreign.conf:3:1: error: this is a configuration of strongSwan or Libreswan, not of setkey
    conn road
    ^~~~"
# ---- which entries ----

run -n -F esp
expect "-F of a protocol" 0 "" ""
run -n -FP 10.0.0.0/8 0.0.0.0/0 tcp -u 5 -P out
expect "-FP of ranges and options" 0 "" ""
run -n -F -- -u 5
expect "-F of an identifier" 0 "" ""
run -n -x 'esp -u 5'
expect "-x, all in one argument" 0 "" ""
run -D foo
expect "-D of no protocol" 1 "" "argument:1:6: error: unknown protocol 'foo'
    dump foo;
         ^~~
    hint: it is one of esp, esp-udp, esp-old, ah, ah-old, ipcomp, tcp"
run -n -FP -- -P output
expect "-FP of no direction" 1 "" "argument:1:13: error: unknown direction 'output'
    spdflush -P output;
                ^~~~~~
    hint: did you mean 'out'?"
run -D esp -o json
grep -q "hint: options of setkey stand before" stderr
ok $? "options of the program come first"
run -n -D -u 5
usage "an option of the language comes behind --" "hint: what says which entries"
run -n -F ""
usage "an empty argument" "an argument is empty"
run -n -F --
usage "nothing behind --" "nothing stands there"
run -n -F "esp; spdflush"
usage "two commands" "unexpected argument"
run -n -D get 192.0.2.1
usage "a command" "commands come from"
run -n -D 'esp # all'
usage "a comment" "unexpected argument"
run -n -F 10.0.0.1 '"sixteen letters!"'
usage "a string" "unexpected argument '\*\*\*'"
run -n 'add 10.0.0.1 10.0.0.2 esp 256 -E aes-cbc secret'
usage "a command with its key" "unexpected argument '\*\*\*'"
run -n -E 0x0123456789abcdef0123456789abcdef -c
usage "a key in the place of a number" "a number, not '\*\*\*'"
run -n -D esp
usage "-n -D looks at all" "looks at all entries"
run -n -S good.conf esp
usage "-S takes all" "unexpected argument 'esp'"

run -V
[ "$(cat status)" -eq 0 ] && grep -q '^setkey [0-9]' stdout && says stderr ''
ok $? "-V"

run -n -F
expect "-n -F asks nobody" 0 '' ''
run -PnF
expect "-PnF neither" 0 '' ''
run -n -f missing.conf -F
expect "the last mode counts: -f, then -F" 0 '' ''
run -nD -f missing.conf
expect "the last mode counts: -D, then -f" 1 '' \
    'setkey: missing.conf: No such file or directory'

# ---- where commands come from ----

echo 'flush; spdflush;' >good.conf
echo 'flush; spdflsh;' >bad.conf
error="error: unknown command 'spdflsh'
    flush; spdflsh;
           ^~~~~~~
    hint: did you mean 'spdflush'?"
run -n -f good.conf
expect "-n -f: right" 0 '' ''
run -nf bad.conf
expect "-nf: wrong" 1 '' "bad.conf:1:8: $error"
run -f bad.conf
expect "-f: nothing is sent if anything is wrong" 1 '' "bad.conf:1:8: $error"
run -n -f - <good.conf
expect "-n -f -: right" 0 '' ''
run -n -f - <bad.conf
expect "-n -f -: wrong" 1 '' "stdin:1:8: $error"
run -n -e "$(cat good.conf)"
expect "-n -e: right" 0 '' ''
run -n -e "$(cat bad.conf)"
expect "-n -e: wrong" 1 '' "-e:1:8: $error"
run -n -e "$(printf '\357\273\277')$(cat bad.conf)"
expect "-n -e: a byte order mark" 1 '' "-e:1:8: $error"
run -e ''
expect "-e of nothing" 0 '' ''
run -n -c <good.conf
expect "-n -c: right" 0 '' ''
run -n -c <bad.conf
expect "-n -c: wrong" 1 '' "stdin:1:8: $error"
run -c </dev/null
expect "-c of nothing" 0 '' ''
run -f /dev/null
expect "-f /dev/null" 0 '' ''
run -c <&-
[ "$(cat status)" -eq 1 ] && says stdout '' && grep -q stdin stderr
ok $? "-c without a standard input"
run -n -c <.
[ "$(cat status)" -eq 1 ] && says stdout '' && grep -q stdin stderr
ok $? "-c with a directory for standard input"

# ---- -n -v ----

run -n -v -f good.conf
expect "-n -v shows commands" 0 'flush;
spdflush;' ''
run -nv -e 'add 10.0.0.1 10.0.0.2 esp 0x3e8 -E "aes" 0x00;'
[ "$(cat status)" -eq 1 ] && says stdout ''
ok $? "-n -v does not show wrong ones"
sa='add 10.0.0.1 10.0.0.2 esp 1000 -E aes-cbc 0x01234567890123456789012345678901;'
run -nv -e "$sa"
expect "-n -v shows no key" 0 \
    'add 10.0.0.1 10.0.0.2 esp 0x000003e8 -m transport -E aes-cbc (hidden);' ''
run -nvv -e "$sa"
expect "-n -v -v shows keys" 0 \
    'add 10.0.0.1 10.0.0.2 esp 0x000003e8 -m transport -E aes-cbc 0x01234567890123456789012345678901;' \
    ''
run -nvvK -e "$sa"
expect "-K shows none all the same" 0 \
    'add 10.0.0.1 10.0.0.2 esp 0x000003e8 -m transport -E aes-cbc (hidden);' ''
if [ -c /dev/full ]; then
	timeout 10 "$setkey" -nv -f good.conf >/dev/full 2>stderr
	echo $? >status
	: >stdout
	expect "output that cannot be written" 1 '' \
	    'setkey: cannot write the output: No space left on device'
fi

# Of the modes that have no session, and so their own way to write.
for option in -V --help -s -Gaes-cbc '-ehelp;'; do
	[ "$option" != -s ] || [ -r /proc/net/xfrm_stat ] || continue
	: >stdout
	if [ -c /dev/full ]; then
		timeout 10 "$setkey" "$option" >/dev/full 2>stderr
		echo $? >status
		expect "$option, neither" 1 '' \
		    'setkey: cannot write the output: No space left on device'
	fi
	timeout 10 "$setkey" "$option" >&- 2>stderr
	echo $? >status
	expect "$option: closed" 1 '' \
	    'setkey: cannot write the output: Bad file descriptor'
done
timeout 10 "$setkey" -nv -f good.conf >&- 2>stderr
echo $? >status
expect "standard output is closed" 1 '' \
    'setkey: cannot write the output: Bad file descriptor'
timeout 10 "$setkey" -n -f good.conf >&- 2>stderr
echo $? >status
expect "standard output is closed, and nobody writes to it" 0 '' ''
timeout 10 "$setkey" -n -f bad.conf 2>&- >stdout
echo $? >status
: >stderr
expect "standard error is closed" 1 '' ''
timeout 10 "$setkey" -n -f good.conf <&- >&- 2>&-
echo $? >status
expect "all three are closed" 0 '' ''

# What is opened next must not become one of the three.
if [ -d /proc/self/fd ]; then
	mkfifo hold
	"$setkey" -n -c <hold >&- 2>&- &
	pid=$!
	exec 3>hold
	echo 'flush;' >&3
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(readlink "/proc/$pid/fd/2")" = /dev/null ] && break
		sleep 1
	done
	{ readlink "/proc/$pid/fd/1"; readlink "/proc/$pid/fd/2"; } >stdout
	exec 3>&-
	wait "$pid"
	echo $? >status
	: >stderr
	expect "closed descriptors are taken" 0 '/dev/null
/dev/null' ''
fi

# ---- what a terminal might act on ----

esc=$(printf '\033[2J')
run -n -f "no$esc"
expect "the name of a file that is not there" 1 '' \
    'setkey: no\x1b[2J: No such file or directory'
run -n "$esc"
usage "an argument that has octets of control" "'.x1b.2J'"
run "-$esc"
usage "an option" "there is no option -.x1b\$"
SETKEY_CHANNEL=$esc run -n -D
[ "$(cat status)" -eq 1 ] && grep -q "'.x1b.2J'" stderr &&
    ! grep -q "$(printf '\033')" stderr
ok $? "the name of a channel"

# ---- commands one by one ----

run -c <<'EOF'
flsh;
spdadd 10.0.0.1 10.0.0.2 any -P out nnoe;
EOF
expect "-c: after a mistake the rest is checked" 1 '' \
"stdin:1:1: error: unknown command 'flsh'
    flsh;
    ^~~~
    hint: did you mean 'flush'?
stdin:2:37: error: unknown policy 'nnoe'
    spdadd 10.0.0.1 10.0.0.2 any -P out nnoe;
                                        ^~~~
    hint: did you mean 'none'?"
printf 'flsh;\nflush;\nspdflush;\n' | run -T pfkey -c
expect "-c: and nothing of it is sent" 1 '' \
"stdin:1:1: error: unknown command 'flsh'
    flsh;
    ^~~~
    hint: did you mean 'flush'?"
# The long options that every program has
for option in --help --version; do
	run $option
	[ "$(cat status)" -eq 0 ] && [ -s stdout ] && [ ! -s stderr ]
	ok $? "$option"
	run -v $option
	[ "$(cat status)" -eq 0 ] && [ -s stdout ] && [ ! -s stderr ]
	ok $? "-v $option"
done
run --frobnicate
usage "--frobnicate" "there is no option --frobnicate"
run flush
usage "a command for an argument" "hint: commands come from a file"
SETKEY_CHANNEL='' run -n -e 'flush;'
expect "an empty SETKEY_CHANNEL is none" 0 '' ''
SETKEY_CHANNEL=socket run -V
[ "$(cat status)" -eq 0 ] && [ -s stdout ]
ok $? "a wrong SETKEY_CHANNEL, and -V"

# Several files are one checked run; of a directory *.conf, by name.
mkdir conf.d
echo 'spdadd 10.0.0.1 10.0.0.2 any -P out nnoe;' >conf.d/20-b.conf
echo 'add 10.0.0.1 10.0.0.2 esp 300 -E null;' >conf.d/10-a.conf
echo 'flsh;' >conf.d/note.txt
run -n -v -f conf.d
expect "-f DIR" 1 'add 10.0.0.1 10.0.0.2 esp 0x0000012c -m transport -E null;' \
"conf.d/20-b.conf:1:37: error: unknown policy 'nnoe'
    spdadd 10.0.0.1 10.0.0.2 any -P out nnoe;
                                        ^~~~
    hint: did you mean 'none'?"
run -n -f conf.d/10-a.conf -f conf.d/10-a.conf
expect "-f twice: as one" 0 '' \
"conf.d/10-a.conf:1:1: warning: line 1 adds the same SA already
    add 10.0.0.1 10.0.0.2 esp 300 -E null;
    ^~~"
cp conf.d/10-a.conf other.conf
run -n -f conf.d/10-a.conf -f other.conf
expect "-f twice: a line of the other file" 0 '' \
"other.conf:1:1: warning: line 1 of conf.d/10-a.conf adds the same SA already
    add 10.0.0.1 10.0.0.2 esp 300 -E null;
    ^~~"
run -n -f conf.d/10-a.conf -f missing.conf
expect "-f twice, one is missing" 1 '' \
    "setkey: missing.conf: No such file or directory"
echo 'flush;' | run -n -v -f conf.d/10-a.conf -f -
expect "-f and -f -" 0 'add 10.0.0.1 10.0.0.2 esp 0x0000012c -m transport -E null;
flush;' ''
echo 'flush;' | run -n -v -f - -f -
expect "-f - twice: the second is empty, and standard input is still open" 0 \
    'flush;' "stdin: warning: there is no command in it"
echo 'add 10.0.0.1 10.0.0.2 esp 300 -lh 9 -E null;' >other.conf
run -n -S conf.d/10-a.conf -S other.conf
grep -q '^other.conf:1:1: error: line 1 of conf.d/10-a.conf makes another SA' \
    stderr
ok $? "-S of two: a line of the other file"

# What PF_KEY on Linux cannot carry is an error of the text, found ahead.
if [ "$(uname -s)" = Linux ]; then
	cat >limits.conf <<'EOF'
flush; spdflush;
add 192.0.2.1 192.0.2.2 esp 0x1002 -E aes-gcm-16 "0123456789abcdef0123";
spdadd 10.0.0.1 10.0.0.2 any -P out ipsec ah/transport//use
    esp/transport//unique:20000;
add 10.0.0.1 10.0.0.2 esp 0x1003 -u 20000 -E null;
EOF
	hint="    hint: NETLINK_XFRM can: without -T pfkey (and SETKEY_CHANNEL) \
it is used, if there is one"
	for mode in -n ''; do
		# shellcheck disable=SC2086
		run $mode -T pfkey -f limits.conf
		expect "-T pfkey: what it cannot carry, $mode -f" 1 '' \
"limits.conf:2:39: error: PF_KEY on Linux cannot carry an AEAD algorithm
    add 192.0.2.1 192.0.2.2 esp 0x1002 -E aes-gcm-16 \"********************\";
                                          ^~~~~~~~~~
$hint
limits.conf:4:5: error: PF_KEY on Linux cannot carry a unique number above 16383
        esp/transport//unique:20000;
        ^~~~~~~~~~~~~~~~~~~~~~~~~~~
$hint"
	done
	SETKEY_CHANNEL=pfkey run -n -f limits.conf
	[ "$(cat status)" -eq 1 ] && [ "$(grep -c error: stderr)" -eq 2 ]
	ok $? "SETKEY_CHANNEL=pfkey: the same"
	run -n -T xfrm -f limits.conf
	expect "-T xfrm: can" 0 '' ''
	run -n -f limits.conf
	expect "-T auto: can" 0 '' ''
	run -n -T pfkey -c <limits.conf
	[ "$(cat status)" -eq 1 ] && [ "$(grep -c error: stderr)" -eq 2 ]
	ok $? "-T pfkey: what it cannot carry, -n -c"
	printf 'delete 192.0.2.1 192.0.2.2 esp 0x1002 -mark 1;' |
	    run -T pfkey -c
	expect "-T pfkey: what it cannot carry, -c" 1 '' \
"stdin:1:45: error: PF_KEY on Linux cannot carry a mark
    delete 192.0.2.1 192.0.2.2 esp 0x1002 -mark 1;
                                                ^
$hint"
fi
printf 'flush' | run -n -c
expect "-c: a command without its end" 1 '' \
"stdin:1:6: error: missing ';' at the end of the input
    flush
         ^"
printf 'exit;\nflsh;\n' | run -c
expect "-c: exit" 0 '' ''
printf 'flsh;quit;flsh;' | run -c
[ "$(cat status)" -eq 1 ] && [ "$(grep -c error stderr)" -eq 1 ]
ok $? "-c: quit after a mistake"
printf 'bye;' | run -c
expect "-c: bye" 0 '' ''
printf 'help;' | run -c
[ "$(cat status)" -eq 0 ] && says stderr '' && grep -q '^spdadd ' stdout
ok $? "-c: help"
run -e 'help;'
for command in $(sed 's/[ ;].*//' stdout); do
	run -ne "$command;"
	! grep -q 'unknown command' stderr
	ok $? "the scanner knows $command"
done
awk 'BEGIN { printf "flush "; for (i = 0; i < 70000; i++) printf "x\302\240"; }' \
    >blanks.conf
run -n -f blanks.conf
[ "$(cat status)" -eq 1 ]
ok $? "-f: a long word of what looks like blanks takes no time"
awk 'BEGIN { for (i = 0; i < 16000; i++)
	print "add 192.0.2.1 192.0.2.2 esp " 4096 + i " -E null" }' >lost.conf
run -E 0 -n -f lost.conf
[ "$(cat status)" -eq 1 ]
ok $? "-f: many commands without a ';' take no time"
printf 'exit;flsh;' >exit.conf
run -n -f exit.conf
expect "-f: exit" 0 '' ''

{
	for piece in 'fl' 'ush;spd' 'flush ; ad' 'd 10.0.0.1 10.0.0.2 es' \
	    'p 1000 -E null "a;' 'b"' '; # com' 'ment; flsh' '
' 'flush' ' ;'; do
		printf '%s' "$piece"
		sleep 0.05
	done
} | run -n -vv -c
expect "-c: commands in pieces" 0 'flush;
spdflush;
add 10.0.0.1 10.0.0.2 esp 0x000003e8 -E null 0x613b62;
flush;' ''

# A program that waits for the effect of each command.
mkfifo to from
timeout 10 sh -c '"$1" -n -v -c <to >from' sh "$setkey" &
(
	exec 3>to 4<from
	echo 'flush; spdflush' >&3
	read -r line <&4 && [ "$line" = 'flush;' ] || exit 1
	echo ' ;' >&3
	read -r line <&4 && [ "$line" = 'spdflush;' ] || exit 1
	echo 'dump esp;' >&3
	read -r line <&4 && [ "$line" = 'dump esp;' ]
)
result=$?
wait $!
echo $? >status
: >stdout 2>stderr
ok $result "-c: a command takes effect at its ';'"
expect "-c: and the end of the input ends it" 0 '' ''

# The text of what is done is forgotten, but for what a message may show.
awk 'BEGIN { for (i = 0; i < 20000; i++) print "spdflush; flush;"
	print "flsh;" }' </dev/null | run -n -c
expect "-c: line 20,001" 1 '' "stdin:20001:1: error: unknown command 'flsh'
    flsh;
    ^~~~
    hint: did you mean 'flush'?"

done_testing
