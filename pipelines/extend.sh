# shellcheck shell=sh
# extend.sh TRAINING HELDOUT PORTION: fills in what follows the portion given of the one row of HELDOUT with the frame model,
# chosen on the rows of TRAINING: the file predicted, beside other files, in the present folder. Prints what was chosen.
set -eu
export LC_ALL=C
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=frames.sh
. "$here/frames.sh"

training=$1 heldout=$2 portion=$3

cat "$training" >clips
takes=$(r2-score -q --by-row clips clips | wc -l)
if [ "$takes" -lt 2 ]; then
    echo "extend: 1 take besides the one held out, expected at least 2: the frame model is chosen by filling each in from the others" >&2
    exit 1
fi
measure clips "$portion"
if [ "$cut" -lt 2 ]; then
    echo "extend: $cut of $length columns given, expected at least 2: a frame and what follows it" >&2
    exit 1
fi
pad-chop -c ":$cut" clips >given
pad-chop -c ":$cut" "$heldout" >held

near=$(choose near clips given)
try near clips given "$near" >score.unused
far=$(choose far clips clips.near.filled)

# model KIND CANDIDATE: of the frames of all training takes and of those of the given part.
model() {
    settings "$1" "$2"
    around "$1" clips
    own "$1" held
    # shellcheck disable=SC2086 # last may be nothing
    lsq-fit -q --ridge="$ridge" "$around" "$own" $last
}

model near "$near" >near.model
fill near near.model held >begun
model far "$far" >far.model
fill far far.model begun | pad-chop -c "$cut:" >predicted
echo "near $near, far $far"
