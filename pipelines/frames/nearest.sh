# shellcheck shell=sh
# Nearest frames: what follows the last columns of a take is predicted by a regression on those frames of other takes,
# from around the cut, that are nearest to these columns, and on all frames of its own given part, each at the gain that
# brings it nearest. First 10 ms in steps of 1.25 ms, then up to 50 ms in steps of 10 ms, by longer frames. After that
# nothing can be foretold: silence.
set -eu
export LC_ALL=C

# work_in FOLDER: in a folder of this process alone, which goes with it. What killed processes have left is removed.
work_in() {
    work=$1/.work.$(uname -n).$$
    for left in "${work%.*}."*; do [ ! -e "$left" ] || kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"; done
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir "$work" && cd "$work"
}

# samples MICROSECONDS, least A B, most A B: numbers of columns.
samples() { echo $(((rate * $1 + 500000) / 1000000)); }
least() { echo $(($1 < $2 ? $1 : $2)); }
most() { echo $(($1 > $2 ? $1 : $2)); }

# measure CLIPS PORTION: cuts rows of one length into the file given. Sets length and cut (columns) and rate (Hz).
measure() {
    pad-chop -o given -c ":$2" "$1"
    stream-show -o shape -F columns,rate "$1"
    read -r length rate <shape
    stream-show -o shape -F columns given
    read -r cut <shape
}

# turn IN OUT, learn ROWS COLUMNS OUT OPTION...: rows of a gap between two sides as [left | right | gap], and the nearest of
# all such frames of these columns of ROWS as a model. A frame has `side` + `gap` + `side` columns.
turn() {
    pad-chop -o "$2" -l $((2 * side + gap)) -c ":$side,$((side + gap)):,$side:$((side + gap))" "$1"
}
learn() {
    frames=$((2 * side + gap)) rows=$1 columns=$2 model=$3
    shift 3
    pad-chop -q -f "$frames" -c "$columns" "$rows" | turn - - | lsq-fit -o "$model" -g $((2 * side)) --nearest=1000 "$@"
}

# go_on ROWS FRAME STEP COUNT OWN RIDGE BANDWIDTH OUT: in OUT, ROWS with COUNT columns more, a STEP at a time, from the
# last FRAME columns (both in microseconds) and the frames in `others`; a row's own frames in `given` count OWN times.
go_on() {
    step=$(least "$(samples "$3")" $((length - cut)))
    frame=$(most 1 "$(least "$(samples "$2")" $((cut / 2)))")
    from=$(most 0 $((cut - $(samples 75000)))) to=$(least $((cut + $(samples 187500))) "$length")
    pad-chop -q -o around -f $((frame + step)) -c "$from:$to" others
    lsq-fit -o model -g "$frame" --nearest=1000 --ridge="$6" --bandwidth="$7" around
    own=--others
    if [ "$cut" -gt $((frame + step)) ]; then
        pad-chop -o frames -f $((frame + step)) given
        lsq-fit -o own -g "$frame" --nearest=1000000 --ridge="$6" --bandwidth="$7" -w "$5" frames
        own=--own=own
    fi
    lsq-predict -q -o "$8" --append --clamp -e "$4" "$own" model "$1"
}

# fill OUT: in OUT, what follows the rows of `given`, filled in from the rows of `others`.
fill() {
    near=$(least "$(samples 10000)" $((length - cut)))
    all=$(least "$(samples 50000)" $((length - cut)))
    go_on given 20000 1250 "$near" 10 10% 0.1 filled
    [ "$all" = "$near" ] || go_on filled 30000 10000 $((all - near)) 1 300% 0.3 filled
    pad-chop -o "$1" -l "$length" -c "$cut:" filled
}
