#!/bin/sh
# repair.sh CLIP GAPS FOLDER [OTHERS [MODEL [SOUND]]]: takes the GAPS (LENGTH@START) out of the one row of CLIP and fills them
# in from what is left and right of each: by the autoregression in MODEL, a path from the root, or by the nearest frames of
# the rows of OTHERS and of the clip itself or, without both, by an autoregression of the clip around the gap, which is `speech` or
# `music`. Writes to FOLDER DamagedClip.wav, RepairedClip.wav and repair.txt, which says what was done.
# shellcheck source=pipelines/frames/nearest.sh
. "${0%/*}/../frames/nearest.sh"

clip=$PWD/$1 gaps=$2 folder=$PWD/$3 others=${4:+$PWD/$4} learnt=${5:-}
work_in "$folder"
stream-show -o shape -F columns,rate "$clip"
read -r length rate <shape
likely=speech
[ "$rate" -le 24000 ] || likely=music
sound=${6:-$likely}

refuse() {
    echo "repair: GAPS: $asked, expected LENGTH@START such as 20ms@50% or 5ms@1.25s, $1" >&2
    exit 1
}

# locate: prints the columns of the gap asked for, FROM TO, and what was asked.
locate() {
    awk -v gap="$asked" -v rate="$rate" '
        function columns(x) { return x ~ /ms$/ ? int(x * rate / 1000 + 0.5) : x ~ /s$/ ? int(x * rate + 0.5) : x }
        BEGIN {
            if (gap !~ /^([0-9]+|[0-9]*\.?[0-9]+m?s)@([0-9]+|[0-9]*\.?[0-9]+(m?s|%))$/) exit
            split(gap, part, "@"); start = columns(part[2]); count = columns(part[1])
            print start ":" (start ~ /%$/ ? start "+" count : start + count)
        }' >where
    read -r span <where || refuse 'both also in samples'
    pad-chop -o truth -c "$span" "$clip" 2>why || refuse 'of a sample or more, within the clip'
    stream-show -o shape -F col0,columns truth
    read -r from count <shape
    echo "$from $((from + count)) $asked"
}

# place: the columns of the gap from a row that is turned around, which has lost their numbers.
place() {
    pad-chop -l "$to" --reverse | pad-chop -o "filled.$from" -c "$from:"
}

# from_frames: fills the gap in by the nearest frames of the others and of the clip's two sides.
from_frames() {
    side=$(least "$(samples 15000)" "$(least $((from - at)) $((until - to)))")
    own=--others how='the nearest frames of other takes'
    learn "$others" : model
    if [ "$(most $((from - at)) $((until - to)))" -ge $((2 * side + gap)) ]; then
        learn "$clip" "$at:$from,$to:$until" own -w 10
        own=--own=own how="$how and of the clip itself"
    fi
    pad-chop -c "$((from - side)):$((to + side))" "$clip" | turn - - | lsq-predict "$own" model | pad-chop --reverse | place
}

# look REACH: what is known up to so many columns before and after the gap. Sets low and high, where that begins and ends, known,
# its ranges, longest, the columns of the longest of these, and lacking, the gaps in it. Errors of predictions tell least of
# what comes first: near the beginning of the clip `turned` is set, and these are the gaps of a row that is turned around.
look() {
    awk -v at=$((from - $1)) -v high=$((to + $1)) -v from="$from" -v to="$to" -v order="$order" -v columns="$length" '
        function add(end) {
            known = known "," at ":" end; low = n ? low : at; last = end
            if (end - at > longest) longest = end - at
        }
        BEGIN { if (at < 0) at = 0; if (high > columns) high = columns }
        $1 >= high { exit }
        $1 > at { add($1); begin[n++] = $1 }
        $2 > at { at = $2; end[n] = at }
        END {
            if (at < high) add(high); else { high = last; n-- }
            turned = from - low < order && from - low < high - to
            for (i = 0; i < n; i++)
                lacking = lacking "," (turned ? high - end[i + 1] ":" high - begin[i] : begin[i] - low ":" end[i + 1] - low)
            print low, high, longest, substr(known, 2), substr(lacking, 2), (turned ? "turned" : "")
        }' sorted >shape
    read -r low high longest known lacking turned <shape
}

# from_itself: fills the gap in by an autoregression of what is around it, read forwards and backwards. Music has long periods
# and little noise. Speech changes faster: the nearest 30 ms count seven times.
from_itself() {
    if [ "$sound" = music ]; then order=$((rate / 43)); else order=$((rate / 100)); fi
    look $((4 * order))
    most=$((longest / 3))
    [ "$most" -gt 0 ] || refuse 'with three known samples before or after it'
    if [ "$most" -lt "$order" ]; then
        order=$most
        look $((4 * order))
    fi
    ridge=0.0001% near=
    if [ "$sound" = speech ]; then
        ridge=0.1%
        look $((3 * order))
        near=,$known
        look $((15 * order))
    fi
    pad-chop -q -f $((order + 1)) -c "$known$near$near$near$near$near$near" "$clip" |
        lsq-fit -q -o model -g "$order" --both-ways --no-intercept --ridge=$ridge
    bridge
    how="an autoregression of order $order of the clip itself, as $sound"
}

# from_model: fills the gap in by an autoregression that is learnt from other recordings.
from_model() {
    ln -sf "$learnt" model
    stream-show -o shape -F k model
    read -r order <shape
    look $((4 * order))
    bridge
    how="the autoregression of order $order in $learnt"
}

# bridge: fills the gap in by the autoregression `model`, together with the other gaps that are within reach.
bridge() {
    found=$((from - low))
    [ -z "$turned" ] || found=$((high - to))
    pad-chop ${turned:+--reverse} -c "$low:$high" "$clip" | lsq-predict -o whole --fill="$lacking" model
    if [ "$turned" ]; then
        pad-chop -c "$found:$((found + gap))" whole | place
    else
        pad-chop -o "filled.$from" -c "$found:$((found + gap))" whole
    fi
}

for asked in $gaps; do locate; done >spans
asked=$gaps
[ -s spans ] || refuse 'at least one'
sort -n spans >sorted
# shellcheck disable=SC2046 # words
set -- $(cat sorted)

at=0 pieces='' damaged=''
while [ $# -gt 0 ]; do
    from=$1 to=$2 asked=$3 gap=$(($2 - $1))
    shift 3
    until=${1:-$length}
    if [ "$from" -le "$at" ] || [ "$to" -ge "$until" ]; then refuse 'with known samples before and after it'; fi
    pad-chop -o "kept.$from" -c "$at:$from" "$clip"
    pad-chop -l $((to - at)) "kept.$from" | pad-chop -o "silence.$from" -c "$((from - at)):"
    if [ "$learnt" ]; then from_model; elif [ "$others" ]; then from_frames; else from_itself; fi
    pad-chop -o truth -c "$from:$to" "$clip"
    r2-score -q -o score --pooled --snr truth "filled.$from"
    { read -r snr && read -r snr; } <score
    snr=$(printf %.1f "$snr")
    [ "$snr" != -0.0 ] || snr=0.0
    echo "$asked: samples $from to $((to - 1)), by $how: $snr dB"
    pieces="$pieces kept.$from filled.$from" damaged="$damaged kept.$from silence.$from"
    at=$to
done >repair.txt
pad-chop -o kept -c "$at:" "$clip"
# shellcheck disable=SC2086 # names without spaces
{
    stitch-wav -q -o DamagedClip.wav $damaged kept
    stitch-wav -q -o RepairedClip.wav $pieces kept
}
mv DamagedClip.wav RepairedClip.wav repair.txt "$folder"
