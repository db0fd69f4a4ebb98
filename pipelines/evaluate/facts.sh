#!/bin/sh
# facts.sh RECORDINGS SOURCE DIGITS SPEAKERS PORTIONS SPEAKER_DIGIT...: the variables, how many recordings these are, and
# the SHA-256 sum of what sha256sum prints for them, ordered by name.
set -eu
printf '%s\t%s\n' recordings "$2" digits "$3" speakers "$4" portions "$5"
cd -- "$1"
shift 5
sum=sha256sum
command -v sha256sum >/dev/null || sum='shasum -a 256'
sums=$(for group; do $sum -- "${group##*_}_${group%_*}_"[0-9]*.[wW][aA][vV] || exit 1; done)
printf '%s\t%s\n' count "$(echo "$sums" | wc -l)" sha256 "$(echo "$sums" | sort -k 2 | $sum | cut -c 1-64)"
