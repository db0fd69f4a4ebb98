#!/bin/sh
# whole.sh FILE COMMAND...: what the command prints is in FILE, whole or not at all.
set -eu
export LC_ALL=C
file=$1
shift
trap 'rm -f "$file.$$"' EXIT
trap 'exit 1' HUP INT TERM
"$@" >"$file.$$"
mv "$file.$$" "$file"
