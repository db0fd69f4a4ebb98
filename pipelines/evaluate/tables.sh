#!/bin/sh
# tables.sh RECORDINGS SOURCE DIGITS SPEAKERS PORTIONS SPEAKER_DIGIT...: makes the tables of evaluate.mk, in the folder
# evaluate. In facts.tsv are the variables, how many recordings these are, and the SHA-256 sum of what sha256sum prints
# for them, ordered by name.
set -eu
export LC_ALL=C
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=../frames/model.sh
. "$here/../frames/model.sh"
recordings=$1 source=$2 digits=$3 speakers=$4 portions=$5
shift 5
top=$PWD
work_in "$top/evaluate"

sum=sha256sum
command -v sha256sum >/dev/null || sum='shasum -a 256'
sums=$(cd -- "$recordings" && for group; do $sum -- "${group##*_}_${group%_*}_"[0-9]*.[wW][aA][vV] || exit 1; done)
printf '%s\t%s\n' recordings "$source" digits "$digits" speakers "$speakers" \
    portions "$(echo "$portions" | sed 's/percent/%/g')" count "$(($(echo "$sums" | wc -l)))" \
    sha256 "$(echo "$sums" | sort -k 2 | $sum | cut -c 1-64)" >facts.tsv

# shellcheck disable=SC2046 # words
set -- $(for portion in $portions; do printf "evaluate/$portion/%s.sums " "$@"; done)
cd "$top"
awk -v to="$work" -f "$here/tables.awk" "$@"
mv "$work"/*.tsv evaluate
