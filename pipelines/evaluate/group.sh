#!/bin/sh
# group.sh RECORDINGS DIGIT SPEAKER PORTION FILE: each take of a digit by a speaker is cut where the portion given of it
# ends and filled in from the others, by five models. Writes to FILE a line for each take, model and stretch, parted by
# tabs: take, columns given, columns missing, model, ms after the cut or all, sum of squared errors, sum of squared
# deviations.
# shellcheck source=pipelines/frames/nearest.sh
. "${0%/*}/../frames/nearest.sh"

recordings=$1 digit=$2 speaker=$3 portion=$4 file=$PWD/$5
work_in "${file%/*}"
fsdd-load -o takes -d "$digit" -s "$speaker" "$recordings"
pad-chop -o others takes
measure others "$portion"

# The tutorial's model, and with a penalty chosen by leave-one-out error; each take by a fit of the others, all from one
# decomposition. A penalty beyond all measure leaves the mean of the others.
lsq-fit -q -o model -g "$cut" --left-out=tutorial others
lsq-fit -q -o model -g "$cut" --ridge=auto --left-out=ridge others
fill frames
lsq-fit -q -o model -g "$cut" --ridge=1e300 --left-out=mean others
pad-chop -o longer -l "$length" given
pad-chop -o silence -c "$cut:" longer

scores=
for model in tutorial ridge frames mean silence; do
    for ms in 2 5 10 15 20 30 40 50 75 100 all; do
        columns=
        [ "$ms" = all ] || columns=$(samples "${ms}000")
        [ "${columns:-0}" -le $((length - cut)) ] || continue
        r2-score -q -o "$model.$ms" --by-row --sums -c ":$columns" others "$model"
        scores="$scores $model.$ms"
    done
done
# shellcheck disable=SC2086 # words
awk -F '\t' -v OFS='\t' -v cut="$cut" -v missing=$((length - cut)) \
    '{ split(FILENAME, of, "."); print $1, cut, missing, of[1], of[2], $3, $4 }' $scores >sums
mv sums "$file"
