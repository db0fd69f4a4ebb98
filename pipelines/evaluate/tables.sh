#!/bin/sh
# tables.sh SOURCE DIGITS SPEAKERS PORTIONS RECORDINGS GROUPS SUMS...: makes the tables of evaluate.mk. facts.tsv has the
# variables, how many recordings these are, and the SHA-256 sum of what sha256sum prints for them, ordered by name.
# shellcheck source=pipelines/frames/nearest.sh
. "${0%/*}/../frames/nearest.sh"
top=$PWD tables=${0%/*}/tables.awk
work_in "$top/evaluate"
sums=$(cd -- "$5" && for g in $6; do sha256sum -- "${g##*_}_${g%_*}_"[0-9]*.[wW][aA][vV] || exit 1; done)
printf '%s\t%s\n' recordings "$1" digits "$2" speakers "$3" portions "$4" count "$(($(echo "$sums" | wc -l)))" \
    sha256 "$(echo "$sums" | sort -k 2 | sha256sum | cut -c 1-64)" >facts.tsv
shift 6
cd "$top"
awk -v to="$work" -f "$tables" "$@"
mv "$work"/*.tsv evaluate
