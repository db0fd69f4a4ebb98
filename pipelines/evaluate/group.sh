#!/bin/sh
# group.sh RECORDINGS DIGIT SPEAKER PORTION FILE: each take of a digit by a speaker is cut where the portion given of it
# ends and filled in from the others, by five models. Writes to FILE a line for each take, model and stretch, parted by
# tabs: take, columns given, columns missing, model, ms after the cut or all, sum of squared errors, sum of squared
# deviations, and for the frame model what was chosen.
# shellcheck source=pipelines/frames/model.sh
. "$(dirname "$0")/../frames/model.sh"

recordings=$1 digit=$2 speaker=$3 portion=$4 file=$PWD/$5
work_in "$(dirname "$file")"
fsdd-load -o takes -d "$digit" -s "$speaker" "$recordings"
pad-chop -o clips takes
measure "$portion"

# sums MODEL TRUTH PREDICTED CHOICE: the lines of a model.
sums() {
    for ms in 2 5 10 15 20 30 40 50 75 100 all; do
        columns=
        [ "$ms" = all ] || columns=$(samples "$ms")
        [ "${columns:-0}" -le $((length - cut)) ] || continue
        r2-score -q -o scores --by-row --sums -c ":$columns" "$2" "$3"
        awk -F '\t' -v OFS='\t' -v columns="$cut $((length - cut)) $1 $ms" -v choice="$4" \
            '{ gsub(/ /, OFS, columns); print $1, columns, $3, $4, choice }' scores
    done >>sums
}

# The tutorial's model, and with a penalty chosen by leave-one-out error; each take by a fit of the others, all from one
# decomposition. A penalty beyond all measure leaves the mean of the others.
lsq-fit -q -o model -g "$cut" --left-out=tutorial clips
lsq-fit -q -o model -g "$cut" --ridge=auto --left-out=ridge clips
lsq-fit -q -o model -g "$cut" --ridge=1e300 --left-out=mean clips
pad-chop -o longer -l "$length" given
pad-chop -o silence -c "$cut:" longer
sums tutorial clips tutorial -
sums ridge clips ridge -

# The frame model. What is chosen on one half of the takes, every second one, is for the other: no take has a say in how
# it is filled in itself.
odd=$(seq -s , 1 2 $(($(wc -l <scores) - 1)))
split-holdout -r "$odd" -H clips1 -o clips0 clips
split-holdout -r "$odd" -H given1 -o given0 given
for half in 0 1; do
    choose clips$((1 - half)) given$((1 - half))
    fill_both clips$half given$half clips$((1 - half)) frames
    sums frames clips$half frames "$near $far"
done
sums mean clips mean -
sums silence clips silence -
mv sums "$file"
