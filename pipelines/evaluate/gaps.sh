#!/bin/sh
# gaps.sh RECORDINGS DIGIT SPEAKER FILE: fills in gaps of 5 to 50 ms at a quarter, half and three quarters of every tenth
# take of a digit by a speaker, from what is left and right of them. Writes to FILE a line for each gap and model, parted
# by tabs: take, ms, spot, model, sum of squared errors; that of silence is the signal's.
# shellcheck source=pipelines/frames/nearest.sh
. "${0%/*}/../frames/nearest.sh"

recordings=$1 digit=$2 speaker=$3 file=$PWD/$4
work_in "${file%/*}"
fsdd-load -o takes -d "$digit" -s "$speaker" "$recordings"
stream-show -o shape -F rows,columns,rate takes
read -r rows longest rate <shape
split-holdout -r "$(seq -s , 0 10 $((rows - 1)))" -H tenth -o rest takes
edge=$(samples 25000) side=$(samples 15000) order=$(samples 10000)

scores=
# errors MODEL TRUTH PREDICTED: its squared errors at this spot.
errors() {
    r2-score -q -o "$ms.$spot.$1" --by-row --sums "$2" "$3"
    scores="$scores $ms.$spot.$1"
}

for ms in 5 10 20 50; do
    gap=$(samples "${ms}000")
    # There is a take that is long enough for all of it.
    [ "$longest" -ge $((4 * edge + 3 * gap)) ] || continue
    learn takes : model
    for spot in 25% 50% 75%; do
        half=$((gap / 2)) rest=$((gap - gap / 2))
        pad-chop -q -o window -f $((gap + 2 * edge)) -c "$spot-$((half + edge)):$spot+$((rest + edge))" tenth

        # Nearest frames of the other takes, and of the take's own two sides.
        learn tenth ":$spot-$half,$spot+$rest:" own -w 10
        pad-chop -l $((gap + 2 * edge)) -c "$((edge - side)):$((edge + gap + side))" window | turn - around
        lsq-predict -q -o nearest --own=own model around
        errors nearest around nearest
        pad-chop -o given -l $((2 * side)) around
        pad-chop -o silence -l $((2 * side + gap)) -c $((2 * side)): given
        errors silence around silence

        # An autoregression of the two sides, of which the nearest 20 ms count seven times.
        for weight in 50:150000 300:30000; do
            context=$(samples "${weight#*:}")
            pad-chop -q -o "frames" -f $((order + 1)) -c "$spot-$((half + context)):$spot-$half,$spot+$rest:$spot+$((rest + context))" tenth
            lsq-fit -o "partial.$context" -g "$order" --by-name --partial --shard="$context" --no-intercept -w "${weight%:*}" frames
        done
        lsq-fit -q -o models --by-name --no-intercept --ridge=0.1% partial.*
        lsq-predict -o filled --fill="$edge:$((edge + gap))" models window
        pad-chop -o gaps -l $((gap + 2 * edge)) -c "$edge:$((edge + gap))" filled
        errors lsar window gaps
    done
done
# shellcheck disable=SC2086 # words
awk -F '\t' -v OFS='\t' '{ sub(/@.*/, "", $1); split(FILENAME, of, "."); print $1, of[1], of[2], of[3], $3 }' $scores /dev/null >sums
mv sums "$file"
