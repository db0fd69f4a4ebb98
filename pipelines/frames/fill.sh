#!/bin/sh
# fill.sh TRAINING HELDOUT PORTION FOLDER: fills in what follows the portion given of the one row of HELDOUT by the frames
# of TRAINING. Writes to FOLDER predicted.mat, and first.txt: how good the first milliseconds are.
# shellcheck source=pipelines/frames/nearest.sh
. "${0%/*}/nearest.sh"

training=$PWD/$1 heldout=$PWD/$2 portion=$3 folder=$PWD/$4
work_in "$folder"
ln -s "$training" others
measure "$heldout" "$portion"
fill predicted.mat

first=
for ms in 5 10 20 50; do
    count=$(samples "${ms}000")
    [ "$count" -le $((length - cut)) ] || break
    r2-score -q -o score --pooled -c ":$count" "$heldout" predicted.mat
    read -r r2 <score
    first="$first${first:+; }$(printf '%s ms: %.4f' "$ms" "$r2")"
done
echo "${first:+R^2 over the first $first}" >first.txt
mv first.txt predicted.mat "$folder"
