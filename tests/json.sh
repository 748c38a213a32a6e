#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# -o json, -o script and -l of messages of all three dialects: the documents
# against setkey.schema.json, by python3-jsonschema, and what the others say.

. "$(dirname "$0")/tap"
schema=$tests/../setkey.schema.json
export TZ=UTC

# ok STATUS NAME [FILE]: what went wrong is in FILE
ok() {
	result "$2" "$1" ${3:+"$3"}
}

# samples NAME: the message of that name in print_samples.h
samples() {
	awk -v name="$1" '
	/^static const char / { at = index($0, " " name "[") }
	at && /"/ { split($0, part, "\""); text = text part[2] }
	END { print text }' "$tests/print_samples.h"
}

python3=
for python in python3 /usr/bin/python3; do
	"$python" -c 'import jsonschema' 2>/dev/null && python3=$python
done
[ "$python3" ] || { echo "no python3 with jsonschema"; exit 77; }

for dialect in linux freebsd netbsd; do
	# Comments are out: the tool would take "ad" for an octet.
	{
		cat "$tests"/wire/*."$dialect.hex"
		[ $dialect != linux ] || cat "$tests/json/events.hex"
		for sample in sa ipcomp policy policy6 socket acquire getspi; do
			samples ${dialect}_$sample
		done
	} | grep -v '[^0-9a-f]' | grep . >"$work/$dialect"
	for hide in '' -K; do
		for db in sad spd; do
			"$tool" json-$db $dialect $hide <"$work/$dialect" \
			    >"$work/$dialect$hide-$db.json"
			ok $? "$dialect $hide: $db"
		done
		"$tool" event-json $dialect $hide <"$work/$dialect" \
		    >"$work/$dialect$hide.lines"
		ok $? "$dialect $hide: events"
	done
	[ "$(grep -c . "$work/$dialect.lines")" -eq \
	    "$(($(grep -c . "$work/$dialect") + 1))" ]
	ok $? "$dialect: one event, one line"
done
"$python3" "$tests/check-json.py" "$schema" "$work"/*.lines \
    "$work"/*.json >"$work/said" 2>&1
ok $? "all of them are as the schema says" "$work/said"
grep -q '^missing: *$' "$work/said"
ok $? "and every member of the schema is in one of them" "$work/said"

# The schema is no formality: it refuses what is wrong.
for wrong in 's/"spi": /"spii": /' 's/"spi": \([0-9]*\)/"spi": "\1"/' \
    's/Z"/"/' 's/"mode": "[a-z]*"/"mode": null/' 's/}$//'; do
	sed "$wrong" "$work/linux.lines" >"$work/wrong.lines"
	"$python3" "$tests/check-json.py" "$schema" "$work/wrong.lines" \
	    >"$work/said" 2>&1
	[ $? -eq 1 ]
	ok $? "wrong: $wrong"
done

# No key with -K: those of the samples have these octets.
! grep -q -i -e 0001020304 -e 6061626364 -e 8081828384 "$work"/*-K.*
ok $? "-K hides the keys"
grep -q '"key": null, "key_hidden": true' "$work/linux-K.lines"
ok $? "and says so"

# What is shown as octets is in the order of this machine.
in_our_order=
echo 02030003020000000000000000000000 | "$tool" hexdump linux |
    grep -q '03 02 00 00 00' || in_our_order='s/ octets): [0-9a-f]*/ octets):/'
for form in script short; do
	"$tool" event-$form linux <"$tests/json/events.hex" |
	    sed "$in_our_order" >"$work/$form"
	sed "$in_our_order" "$tests/json/events.$form" |
	    diff -u - "$work/$form" >"$work/said"
	ok $? "events as $form" "$work/said"
done
"$tool" event-script linux -K <"$tests/json/events.hex" >"$work/hidden"
! grep -q -e 000102 -e 020300030 "$work/hidden"
ok $? "-K hides the keys there, too"

# What is no comment is a command.
grep -v '^#' "$work/script" >"$work/commands"
timeout 10 "$setkey" -n -f "$work/commands" >"$work/said" 2>&1
! grep error: "$work/said" >"$work/errors"
ok $? "the commands among the events are in the language" "$work/errors"

# What must not go together.
for options in '-D -o json -l' '-D -o json -v' '-D -o json -h' '-F -o json' \
    '-x -o json -l' '-x -o json -h' '-x -l -h' '-x -o yaml' '-c -o json'; do
	# shellcheck disable=SC2086
	timeout 10 "$setkey" -n $options >"$work/said" 2>&1
	[ $? -eq 1 ] && grep -q '^setkey: ' "$work/said"
	ok $? "$options is refused" "$work/said"
done

done_testing
