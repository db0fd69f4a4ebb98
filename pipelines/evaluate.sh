# shellcheck shell=sh
# evaluate.sh RECORDINGS DIGIT SPEAKER PORTION: each take of a digit by a speaker is cut where the portion given of it ends
# and filled in from the others, by five models; prints how far off each is, a line for each take, model and stretch:
#
#     take, columns given, columns missing, model, ms behind the cut or all, sum of squared errors, sum of squared deviations
#
# parted by tabs, and behind the frame model's what was chosen for it. Works in the present folder, which evaluate.mk makes
# and takes away.
set -eu
export LC_ALL=C
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=frames.sh
. "$here/frames.sh"

recordings=$1 digit=$2 speaker=$3 portion=$4
STRETCHES='2 5 10 15 20 30 40 50 75 100'

fsdd-load -d "$digit" -s "$speaker" "$recordings" | pad-chop >clips
takes=$(r2-score -q --by-row clips clips | wc -l)
if [ "$takes" -lt 4 ]; then
    echo "evaluate: $digit by $speaker: $takes takes, expected at least 4: the frame model is chosen on one half of them for the other" >&2
    exit 1
fi
measure clips "$portion"
pad-chop -c ":$cut" clips >given
if [ "$cut" -lt 2 ]; then
    echo "evaluate: $digit by $speaker: $cut of $length columns given, expected at least 2: a frame and what follows it" >&2
    exit 1
fi

# The tutorial's model, and with a penalty chosen by leave-one-out error; each take by a fit of the others, all from one
# decomposition. A penalty beyond all measure leaves the mean of the others.
lsq-fit -q -g "$cut" --left-out=tutorial clips >model
lsq-fit -q -g "$cut" --ridge=auto --left-out=ridge clips >model
lsq-fit -q -g "$cut" --ridge=1e300 --left-out=mean clips >model
pad-chop -l "$length" given | pad-chop -c "$cut:" >silence

# The frame model. What is chosen on one half of the takes, every second one, is for the other: no take has a say in how it
# is filled in itself.
odd=$(seq -s , 1 2 $((takes - 1)))
split-holdout -r "$odd" -H half1 clips >half0
split-holdout -r "$odd" -H given1 given >given0

for half in 0 1; do
    choose near half$half given$half >near$half
    try near half$half given$half "$(cat near$half)" >score.unused
    choose far half$half half$half.near.filled >far$half
done

# all_but KIND HALF CANDIDATE: the models of the takes in a half, each of all other takes.
all_but() {
    settings "$1" "$3"
    around "$1" half$((1 - $2))
    other=$around
    around "$1" half"$2"
    own "$1" half"$2"
    once "all.$1.$frame" others_of "$around" "$other"
    models "all.$1.$frame"
}

for half in 0 1; do
    all_but near $half "$(cat near$((1 - half)))" >models
    fill near models given$half >begun$half
    all_but far $half "$(cat far$((1 - half)))" >models
    fill far models begun$half | pad-chop -c "$cut:" >frames$half
done

# score MODEL TRUTH PREDICTED CHOICE: the lines of a model.
score() {
    for ms in $STRETCHES all; do
        if [ "$ms" = all ]; then
            range=:
        else
            range=:$(samples "$ms")
            [ "${range#:}" -le $((length - cut)) ] || continue
        fi
        r2-score -q --by-row --sums -c "$range" "$2" "$3" | awk -F '\t' -v OFS='\t' -v model="$1" -v ms="$ms" -v choice="$4" \
            -v given="$cut" -v missing=$((length - cut)) '{ print $1, given, missing, model, ms, $3, $4, choice }'
    done
}

for model in tutorial ridge mean silence; do
    score $model clips $model -
done
for half in 0 1; do
    score frames half$half frames$half "$(cat near$((1 - half))) $(cat far$((1 - half)))"
done
