#!/bin/sh
# fill.sh TRAINING HELDOUT PORTION FOLDER: fills in what follows the portion given of the one row of HELDOUT with the
# frame model, chosen on the rows of TRAINING. Writes to FOLDER predicted.mat, choice.txt (what was chosen) and first.txt.
# shellcheck source=pipelines/frames/model.sh
. "$(dirname "$0")/model.sh"

training=$PWD/$1 heldout=$PWD/$2 portion=$3 folder=$PWD/$4
work_in "$folder"
ln -s "$training" clips
measure "$portion"
choose clips given
# Silence stands for what is missing.
pad-chop -o held.given -c ":$cut" "$heldout"
pad-chop -o held -l "$length" held.given
fill_both held held.given clips predicted.mat

first=
for ms in 5 10 20 50; do
    [ "$(samples "$ms")" -le $((length - cut)) ] || break
    score=$(r2-score -q --pooled -c ":$(samples "$ms")" "$heldout" predicted.mat)
    first="$first${first:+; }$(printf '%s ms: %.4f' "$ms" "$score")"
done
echo "${first:+R^2 over the first $first}" >first.txt
echo "near $near, far $far" >choice.txt
mv choice.txt first.txt predicted.mat "$folder"
