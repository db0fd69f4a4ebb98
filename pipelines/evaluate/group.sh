#!/bin/sh
# group.sh RECORDINGS DIGIT SPEAKER PORTION FILE: each take of a digit by a speaker is cut where the portion given of it
# ends and filled in from the others, by five models. Writes to FILE how far off each is, a line for each take, model and
# stretch, parted by tabs:
#
#     take, columns given, columns missing, model, ms after the cut or all, sum of squared errors, sum of squared
#     deviations, and for the frame model what was chosen
set -eu
export LC_ALL=C
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=../frames/model.sh
. "$here/../frames/model.sh"

recordings=$1 digit=$2 speaker=$3 portion=$4 file=$PWD/$5
STRETCHES='2 5 10 15 20 30 40 50 75 100'

work_in "$(dirname "$file")"
fsdd-load -d "$digit" -s "$speaker" "$recordings" | pad-chop -o clips
r2-score -q -o takes --by-row clips clips
takes=$(wc -l <takes)
measure clips "$portion"
pad-chop -o given -c ":$cut" clips

# The tutorial's model, and with a penalty chosen by leave-one-out error; each take by a fit of the others, all from one
# decomposition. A penalty beyond all measure leaves the mean of the others.
lsq-fit -q -o model -g "$cut" --left-out=tutorial clips
lsq-fit -q -o model -g "$cut" --ridge=auto --left-out=ridge clips
lsq-fit -q -o model -g "$cut" --ridge=1e300 --left-out=mean clips
pad-chop -l "$length" given | pad-chop -o silence -c "$cut:"

# The frame model. What is chosen on one half of the takes, every second one, is for the other: no take has a say in how it
# is filled in itself.
odd=$(seq -s , 1 2 $((takes - 1)))
split-holdout -r "$odd" -H half1 -o half0 clips
split-holdout -r "$odd" -H given1 -o given0 given
for half in 0 1; do
    choose near half$half given$half >near$half
    try near half$half given$half "$(cat near$half)" >score
    choose far half$half half$half.near.filled >far$half
done

# all_but KIND HALF CANDIDATE: the file models, of the takes in a half, each of all other takes.
all_but() {
    settings "$1" "$3"
    around "$1" half$((1 - $2))
    other=$around
    around "$1" half"$2"
    own "$1" half"$2"
    models models "all.$1.$frame" "$around" "$other"
}

# sums MODEL TRUTH PREDICTED CHOICE: the lines of a model.
sums() {
    for ms in $STRETCHES all; do
        columns=
        [ "$ms" = all ] || columns=$(samples "$ms")
        [ "${columns:-0}" -le $((length - cut)) ] || continue
        r2-score -q -o scores --by-row --sums -c ":$columns" "$2" "$3"
        awk -F '\t' -v OFS='\t' -v model="$1" -v ms="$ms" -v choice="$4" -v given="$cut" -v missing=$((length - cut)) \
            '{ print $1, given, missing, model, ms, $3, $4, choice }' scores
    done >>sums
}

for model in tutorial ridge mean silence; do
    sums $model clips $model -
done
for half in 0 1; do
    near=$(cat near$((1 - half))) far=$(cat far$((1 - half)))
    all_but near $half "$near"
    fill near models given$half begun$half
    all_but far $half "$far"
    fill far models begun$half filled$half
    pad-chop -o frames$half -c "$cut:" filled$half
    sums frames half$half frames$half "$near $far"
done
mv sums "$file"
