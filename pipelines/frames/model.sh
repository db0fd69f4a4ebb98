# shellcheck shell=sh
# The frame model: what follows a cut is predicted from the last columns before it, by a model of short frames of
# other takes, taken from around the cut, and of the damaged take's own given part, which counts more, its last frames
# most of all. Two models, one after the other: the near one goes on column by column for NEAR ms, the far one in steps
# of FAR_STEP ms, which fade out where nothing can be foretold.
#
# Times are in ms. A candidate is FRAME/GIVEN/LAST/RIDGE: the frame's length, how often a frame of the given part
# counts, how often one of its last LAST_FRAMES ms more (0: not), and the ridge penalty. Which one is used is decided by
# the takes that are whole: each is cut, and filled in from the others.

NEAR=10
LAST_FRAMES=10
NEAR_CANDIDATES='8/50/300/1% 8/50/1000/1% 8/50/100/100% 10/50/300/1% 10/50/1000/1% 10/50/100/100%'
NEAR_BEFORE=25
NEAR_AFTER=62.5

FAR_STEP=10
FAR_CANDIDATES='10/2/0/1% 10/10/0/1% 15/2/0/1% 15/10/0/1%'
FAR_BEFORE=25
FAR_AFTER=87.5
# The stretch by which the far model is chosen.
FAR_SCORED=50

# work_in FOLDER: in a folder of this process alone, which goes with it. What killed processes have left is removed.
work_in() {
    host=$(uname -n)
    for left in "$1/.work.$host."*; do
        kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"
    done
    work=$1/.work.$host.$$
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir "$work" && cd "$work"
}

number_at() {
    echo $(($(od -A n -t u4 -j "$2" -N 4 "$1")))
}

# measure CLIPS PORTION: sets rate (Hz), length and cut (columns) of clips of one length, from the headers of WAV files.
measure() {
    split-holdout -r 0 -H row -o others "$1"
    pad-chop -o row.given -c ":$2" row
    stitch-wav -q -o row.wav row
    stitch-wav -q -o given.wav row.given
    rate=$(number_at row.wav 24) length=$(($(number_at row.wav 40) / 2)) cut=$(($(number_at given.wav 40) / 2))
    if [ "$cut" -lt 2 ]; then
        echo "frames: $cut of $length columns given, expected at least 2: a frame and what follows it" >&2
        exit 1
    fi
}

# samples MS: that many ms, at least one column.
samples() {
    LC_ALL=C awk "BEGIN { n = int($rate * $1 / 1000 + 0.5); print n < 1 ? 1 : n }"
}

least() {
    echo $(($1 < $2 ? $1 : $2))
}

most() {
    echo $(($1 > $2 ? $1 : $2))
}

# settings KIND CANDIDATE: sets what a candidate of near or far comes to in columns.
settings() {
    case $1 in
    near) step=1 from=$((cut - $(samples "$NEAR_BEFORE"))) to=$((cut + $(samples "$NEAR_AFTER"))) ;;
    far) step=$(samples "$FAR_STEP") from=$((cut - $(samples "$FAR_BEFORE"))) to=$((cut + $(samples "$FAR_AFTER"))) ;;
    esac
    # shellcheck disable=SC2046 # four words
    set -- $(echo "$2" | tr '/' ' ')
    given_weight=$2 last_weight=$3 ridge=$4
    # Frames of a short given part: half of it at most, targets included.
    step=$(least "$step" $(((cut + 3) / 4)))
    frame=$(most "$(least "$(samples "$1")" $((cut / 2 - step)))" 1)
    last_from=$(most $((cut - $(samples "$LAST_FRAMES") - frame - step + 1)) 0)
    # Around the cut, as far as there is something, and room for one frame at least.
    to=$(least "$to" "$length")
    from=$(most "$(least "$from" $((to - frame - step)))" 0)
}

# partials FILE COLUMNS WEIGHT CLIPS: the frames of these columns, reduced, a partial fit a take, unless it is there.
partials() {
    [ -e "$1" ] || pad-chop -q -f $((frame + step)) -c "$2" "$4" | lsq-fit -o "$1" -g "$frame" --by-name --partial -w "$3"
}

# around KIND CLIPS: sets around, the file of what takes tell of the columns around the cut; after settings.
around() {
    around=$2.$1.$frame.around
    partials "$around" "$from:$to" 1 "$2"
}

# own KIND CLIPS: sets own and last, the files of what takes tell of their given part and of its end (or nothing).
own() {
    own=$2.$1.$frame.own.$given_weight last=
    partials "$own" ":$cut" "$given_weight" "$2"
    if [ "$last_weight" != 0 ]; then
        last=$2.$1.$frame.last.$last_weight
        partials "$last" "$last_from:$cut" "$last_weight" "$2"
    fi
}

# models FILE OTHERS AROUND...: a model a take, of the frames around the cut of all others, kept in OTHERS, and of its
# own; after own.
models() {
    models=$1 others=$2
    shift 2
    [ -e "$others" ] || lsq-fit -o "$others" --by-name --others --partial "$@"
    # shellcheck disable=SC2086 # last may be nothing
    lsq-fit -q -o "$models" --by-name --ridge="$ridge" "$others" "$own" $last
}

# fill KIND MODELS GIVEN FILE: GIVEN with the columns after it filled in: NEAR ms, or all the rest.
fill() {
    middle=$(least $((cut + $(samples "$NEAR"))) "$length")
    if [ "$1" = near ]; then count=$((middle - cut)); else count=$((length - middle)); fi
    if [ "$count" -gt 0 ]; then
        lsq-predict -q -o "$4" --append --clamp -e "$count" "$2" "$3"
    else
        cp "$3" "$4"
    fi
}

# try KIND CLIPS GIVEN CANDIDATE: the score of a candidate on CLIPS, each filled in from the others among them, in
# CLIPS.KIND.filled; GIVEN are the columns before what is filled in, of the same clips.
try() {
    settings "$1" "$4"
    around "$1" "$2"
    own "$1" "$2"
    models "$2.$1.models" "$around.others" "$around"
    fill "$1" "$2.$1.models" "$3" "$2.$1.filled"
    pad-chop -o "$2.$1.predicted" -c "$cut:" "$2.$1.filled"
    case $1 in
    near) scored=$(least "$(samples "$NEAR")" $((length - cut))) ;;
    far) scored=$(least "$(samples "$FAR_SCORED")" $((length - cut))) ;;
    esac
    r2-score --pooled -q -c ":$scored" "$2" "$2.$1.predicted"
}

# choose KIND CLIPS GIVEN: the candidate of the best score on CLIPS, the first of those that are equal.
choose() {
    if [ "$1" = near ]; then candidates=$NEAR_CANDIDATES; else candidates=$FAR_CANDIDATES; fi
    for candidate in $candidates; do
        score=$(try "$1" "$2" "$3" "$candidate")
        echo "$score $candidate"
    done >scores
    LC_ALL=C awk 'NR == 1 || $1 > best { best = $1; word = $2 } END { print word }' scores
}
