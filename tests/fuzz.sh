#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every input that the fuzzers found worth keeping, and every one that ever
# crashed, again, with the address and undefined behaviour sanitizers.

cd "$(dirname "$0")/fuzz" && exec "${MAKE:-make}" -s replay
