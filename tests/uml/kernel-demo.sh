#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The demonstration, on a kernel with PF_KEY and on one without.
# kernels: auto nopfkey

if sh "$UML/demo.sh" >/run/demo 2>&1; then
	echo "ok 1 - make demo"
else
	echo "not ok 1 - make demo"
	sed 's/^/# /' /run/demo
fi
echo 1..1
