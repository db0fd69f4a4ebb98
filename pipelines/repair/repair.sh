#!/bin/sh
# repair.sh CLIP GAPS FOLDER [OTHERS [MODEL]]: takes the GAPS (LENGTH@START) out of the one row of CLIP and fills them
# in from what is left and right of each: by the autoregression in MODEL, a path from the root, or by the nearest frames of
# the rows of OTHERS and of the clip itself or, without both, by an autoregression of the clip around the gap. Writes to FOLDER DamagedClip.wav, RepairedClip.wav and
# repair.txt, which says what was done.
# shellcheck source=pipelines/frames/nearest.sh
. "${0%/*}/../frames/nearest.sh"

clip=$PWD/$1 gaps=$2 folder=$PWD/$3 others=${4:+$PWD/$4} learnt=${5:-}
work_in "$folder"
stream-show -o shape -F columns,rate "$clip"
read -r length rate <shape

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
        }' >span
    [ -s span ] || refuse 'both also in samples'
    pad-chop -o truth -c "$(cat span)" "$clip" 2>why || refuse 'of a sample or more, within the clip'
    stream-show -o shape -F col0,columns truth
    read -r from count <shape
    echo "$from $((from + count)) $asked"
}

# bare COLUMNS IN OUT: what is reversed loses the number of its first column: such pieces follow one another.
bare() {
    pad-chop --reverse -c "$1" "$2" | pad-chop --reverse -o "$3"
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
    pad-chop -c "$((from - side)):$((to + side))" "$clip" | turn - - | lsq-predict -o filled "$own" model
}

# around ORDERS: the columns on both sides of the gap that are so many times the order away at most.
around() {
    echo "$(most "$at" $((from - $1 * order))):$from,$to:$(least $((to + $1 * order)) "$until")"
}

# from_itself: fills the gap in by an autoregression of what is around it, read forwards and backwards. The order and the
# penalty go with the rate: music has long periods and little noise. Speech changes faster: the nearest 30 ms count seven times.
from_itself() {
    order=$((rate > 16000 ? rate / 43 : rate / 100))
    order=$(least "$order" $(($(most $((from - at)) $((until - to))) / 3)))
    [ "$order" -gt 0 ] || refuse 'with three known samples before or after it'
    ridge=0.0001% sides=$(around 4) near=$(around 3)
    [ "$rate" -gt 16000 ] || ridge=0.1% sides=$(around 15),$near,$near,$near,$near,$near,$near
    pad-chop -q -f $((order + 1)) -c "$sides" "$clip" | lsq-fit -q -o model -g "$order" --both-ways --no-intercept --ridge=$ridge
    bridge
    how="an autoregression of order $order of the clip itself"
}

# from_model: fills the gap in by an autoregression that is learnt from other recordings.
from_model() {
    ln -sf "$learnt" model
    stream-show -o shape -F k model
    read -r order <shape
    bridge
    how="the autoregression of order $order in $learnt"
}

# bridge: fills the gap in by the autoregression `model` of this order. Errors of predictions tell least of what comes
# first: a gap near the beginning is turned around.
bridge() {
    before=$(least "$order" $((from - at))) after=$(least "$order" $((until - to))) turned=
    if [ "$before" -ge "$after" ]; then found=$before; else found=$after turned=--reverse; fi
    pad-chop $turned -c "$((from - before)):$((to + after))" "$clip" | lsq-predict -o whole --fill="$found:$((found + gap))" model
    pad-chop $turned -o filled -c "$found:$((found + gap))" whole
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
    bare "$at:$from" "$clip" "kept.$from"
    pad-chop -l $((to - at)) "kept.$from" | bare "$((from - at)):" - "silence.$from"
    if [ "$learnt" ]; then from_model; elif [ "$others" ]; then from_frames; else from_itself; fi
    bare : filled "filled.$from"
    bare "$from:$to" "$clip" truth
    r2-score -q -o score --pooled --snr truth "filled.$from"
    snr=$(printf %.1f "$(sed 1d score)")
    [ "$snr" != -0.0 ] || snr=0.0
    echo "$asked: samples $from to $((to - 1)), by $how: $snr dB"
    pieces="$pieces kept.$from filled.$from" damaged="$damaged kept.$from silence.$from"
    at=$to
done >repair.txt
bare "$at:" "$clip" kept
# shellcheck disable=SC2086 # names without spaces
{
    stitch-wav -q -o DamagedClip.wav $damaged kept
    stitch-wav -q -o RepairedClip.wav $pieces kept
}
mv DamagedClip.wav RepairedClip.wav repair.txt "$folder"
