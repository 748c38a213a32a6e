#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make the associations for aes-gcm.conf, with keys that never were and are
# kept nowhere, on this gateway and, through ssh, on the other one.
#
#	sh aes-gcm.sh root@192.0.2.2
#
# Run it on one of the two, after each boot of either, and from cron: without
# -esn an association ends after 2^32 packets. ssh goes from gateway to
# gateway, which the policies for the networks let pass. If the peer cannot be
# reached, all stays as it was.

here=192.0.2.1 there=192.0.2.2
peer=${1:?the other gateway, as ssh calls it}

# random OCTETS: in hexadecimal
random() {
	od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n'
}

# The key of AES-GCM is one of AES, here of 256 bits, and 4 octets of salt.
# With an SPI that is new as well, nothing is taken for what came before.
commands="flush esp;
add $here $there esp 0x1$(random 3) -m tunnel -r 4
	-E aes-gcm-16 0x$(random 36);
add $there $here esp 0x1$(random 3) -m tunnel -r 4
	-E aes-gcm-16 0x$(random 36);"

# By standard input: other users can see what is an argument. printf is part
# of the shell.
printf '%s\n' "$commands" | ssh "$peer" setkey -f - &&
    printf '%s\n' "$commands" | setkey -f -
