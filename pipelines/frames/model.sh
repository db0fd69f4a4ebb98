# shellcheck shell=sh
# The frame model: what follows a cut is predicted from the last columns before it, by a model of short frames of
# other takes, taken from around the cut, and of the damaged take's own given part, which counts more, its last frames
# most of all. Two models, one after the other: the near one goes on column by column for 10 ms, the far one in steps
# of 10 ms, which fade out where nothing can be foretold.
#
# A candidate is FRAME/GIVEN/LAST/RIDGE: the frame's length in ms, how often a frame of the given part counts, how often
# one of its last 10 ms more (0: not), and the ridge penalty. The takes that are whole decide: each is cut, and filled
# in from the others.
set -eu
export LC_ALL=C
NEAR_CANDIDATES='8/50/300/1% 8/50/1000/1% 8/50/100/100% 10/50/300/1% 10/50/1000/1% 10/50/100/100%'
FAR_CANDIDATES='10/2/0/1% 10/10/0/1% 15/2/0/1% 15/10/0/1%'

# work_in FOLDER: in a folder of this process alone, which goes with it. What killed processes have left is removed.
work_in() {
    work=$1/.work.$(uname -n).$$
    for left in "${work%.*}."*; do kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"; done
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir "$work" && cd "$work"
}

# samples MS, least A B, most A B: numbers of columns.
samples() { echo $(((rate * $1 + 500) / 1000)); }
least() { echo $(($1 < $2 ? $1 : $2)); }
most() { echo $(($1 > $2 ? $1 : $2)); }

# measure PORTION: cuts the file clips, of rows of one length, into the file given. Sets length, cut and near_count
# (columns) by the number of their scores, and rate (Hz) from the header of a WAV file.
measure() {
    pad-chop -o given -c ":$1" clips
    split-holdout -r 0 -H row -o others clips
    stitch-wav -q -o row.wav row
    rate=$(($(od -A n -t u4 -j 24 -N 4 row.wav)))
    r2-score -q -a none -o clips.r2 clips clips
    r2-score -q -a none -o given.r2 given given
    length=$(($(wc -l <clips.r2))) cut=$(($(wc -l <given.r2)))
    near_count=$(least "$(samples 10)" $((length - cut)))
}

# partials FILE COLUMNS WEIGHT CLIPS: the frames of these columns, reduced, a partial fit a take, unless it is there.
partials() {
    [ ! -e "$1" ] || return 0
    pad-chop -q -o frames -f $((frame + step)) -c "$2" "$4"
    lsq-fit -o "$1" -g "$frame" --by-name --partial -w "$3" frames
}

# fill KIND CANDIDATE CLIPS GIVEN OTHERS OUT: in OUT, the rows of GIVEN with what comes next filled in: 10 ms by the
# near model, the rest by the far one. Each is fitted to the frames around the cut of all other takes among CLIPS and
# OTHERS (a file or nothing) and to those of the given part of its own.
fill() {
    kind=$1 clips=$3 given=$4 others=$5 out=$6
    # shellcheck disable=SC2046 # four words
    set -- $(echo "$2" | tr / ' ')
    step=1 after=$(($(samples 125) / 2)) count=$near_count
    [ "$kind" = near ] || step=$(samples 10) after=$(($(samples 175) / 2)) count=$((length - cut - near_count))
    [ "$count" -gt 0 ] || { cp "$given" "$out" && return; }
    # Of a short given part a frame is half at most, with its targets; around the cut there is always one.
    step=$(least "$step" $(((cut + 3) / 4)))
    frame=$(most 1 "$(least "$(samples "$1")" $((cut / 2 - step)))")
    to=$(least $((cut + after)) "$length")
    from=$(most 0 "$(least $((cut - $(samples 25))) $((to - frame - step)))")
    last=$(most 0 $((cut - $(samples 10) - frame - step + 1)))

    # Made once for all candidates that have them in common.
    around=$kind.$frame.around rest=$clips.$others.$kind.$frame.rest
    own=$clips.$kind.$frame.own.$2 end=$clips.$kind.$frame.end.$3
    for each in "$clips" ${others:+"$others"}; do partials "$each.$around" "$from:$to" 1 "$each"; done
    [ -e "$rest" ] || lsq-fit -o "$rest" --by-name --others --partial "$clips.$around" ${others:+"$others.$around"}
    partials "$own" ":$cut" "$2" "$clips"
    if [ "$3" = 0 ]; then end=; else partials "$end" "$last:$cut" "$3" "$clips"; fi
    lsq-fit -q -o models --by-name --ridge="$4" "$rest" "$own" ${end:+"$end"}
    lsq-predict -q -o "$out" --append --clamp -e "$count" models "$given"
}

# best KIND CLIPS GIVEN COLUMNS CANDIDATE...: the candidate that fills in the first columns of CLIPS best, each take
# from the others among them; the first of those that are equal.
best() {
    as=$1 whole=$2 begun=$3 scored=$(least "$4" $((length - cut)))
    shift 4
    for candidate; do
        fill "$as" "$candidate" "$whole" "$begun" '' tried
        pad-chop -o predicted -c "$cut:" tried
        r2-score --pooled -q -o score -c ":$scored" "$whole" predicted
        echo "$(cat score) $candidate"
    done >scores
    sort -s -r -g -k 1,1 scores | sed 's/.* //; q'
}

# choose CLIPS GIVEN: sets near and far, the candidates of the best score on CLIPS.
# shellcheck disable=SC2086 # candidates are words
choose() {
    near=$(best near "$1" "$2" "$(samples 10)" $NEAR_CANDIDATES)
    fill near "$near" "$1" "$2" '' chosen
    far=$(best far "$1" chosen "$(samples 50)" $FAR_CANDIDATES)
}

# fill_both CLIPS GIVEN OTHERS OUT: in OUT, what follows the rows of GIVEN, by the candidates chosen.
fill_both() {
    fill near "$near" "$1" "$2" "$3" begun
    fill far "$far" "$1" begun "$3" filled
    pad-chop -o "$4" -c "$cut:" filled
}
