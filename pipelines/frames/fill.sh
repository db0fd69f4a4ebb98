#!/bin/sh
# fill.sh TRAINING HELDOUT PORTION FOLDER: fills in what follows the portion given of the one row of HELDOUT with the
# frame model, chosen on the rows of TRAINING. Writes to FOLDER predicted.mat, choice.txt and first.txt: what was filled
# in, what was chosen, and the scores of the first milliseconds.
set -eu
export LC_ALL=C
# shellcheck source-path=SCRIPTDIR source=model.sh
. "$(dirname "$0")/model.sh"

training=$PWD/$1 heldout=$PWD/$2 portion=$3 folder=$PWD/$4
work_in "$folder"
ln -s "$training" clips
r2-score -q -o takes --by-row clips clips
if [ "$(wc -l <takes)" -lt 2 ]; then
    echo 'frames: 1 take besides the one held out, expected at least 2: the frame model is chosen by filling each in from the others' >&2
    exit 1
fi
measure clips "$portion"
pad-chop -o given -c ":$cut" clips
pad-chop -o held -c ":$cut" "$heldout"

# fit KIND CANDIDATE: KIND.model, of the frames of all training takes and of those of the given part.
fit() {
    settings "$1" "$2"
    around "$1" clips
    own "$1" held
    # shellcheck disable=SC2086 # last may be nothing
    lsq-fit -q -o "$1.model" --ridge="$ridge" "$around" "$own" $last
}

near=$(choose near clips given)
try near clips given "$near" >score
far=$(choose far clips clips.near.filled)
echo "near $near, far $far" >choice.txt
fit near "$near"
fill near near.model held begun
fit far "$far"
fill far far.model begun filled
pad-chop -o predicted.mat -c "$cut:" filled

first=
for ms in 5 10 20 50; do
    count=$(samples "$ms")
    [ "$count" -le $((length - cut)) ] || break
    score=$(r2-score -q --pooled -c ":$count" "$heldout" predicted.mat)
    first="$first${first:+; }$(printf '%s ms: %.4f' "$ms" "$score")"
done
echo "${first:+R^2 over the first $first}" >first.txt
mv choice.txt first.txt predicted.mat "$folder"
