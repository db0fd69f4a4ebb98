# shellcheck shell=sh
# The frame model: what follows a cut is predicted from the last columns before it, by a model of short frames of
# other takes, taken from around the cut, and of the damaged take's own given part, which counts more, its last frames
# most of all. Two models, one behind the other: the near one goes on column by column for NEAR ms, the far one in steps
# of FAR_STEP ms, which fade out where nothing can be foretold. Sourced by evaluate.sh and extend.sh.
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

# matrix_of_row FILE: sets rate (Hz) and columns, of the first row, from the header of it as a WAV file.
matrix_of_row() {
    # shellcheck disable=SC2046 # two numbers
    set -- $(stitch-wav -q -o "$1.wav" "$1" && od -A n -t u4 -j 24 -N 4 "$1.wav" && od -A n -t u4 -j 40 -N 4 "$1.wav")
    rate=$1
    columns=$(($2 / 2))
}

# measure CLIPS PORTION: sets rate, length and cut (columns) of clips of one length, files in the present folder.
measure() {
    split-holdout -r 0 -H measured "$1" >others.unused
    matrix_of_row measured
    length=$columns
    pad-chop -c ":$2" measured >measured.given
    matrix_of_row measured.given
    cut=$columns
    rm -f measured measured.* others.unused
}

# samples MS: that many ms, at least one column.
samples() {
    echo "$rate $1" | LC_ALL=C awk '{ n = int($1 * $2 / 1000 + 0.5); print n < 1 ? 1 : n }'
}

least() {
    if [ "$1" -lt "$2" ]; then echo "$1"; else echo "$2"; fi
}

most() {
    if [ "$1" -gt "$2" ]; then echo "$1"; else echo "$2"; fi
}

# settings KIND CANDIDATE: sets what a candidate of near or far comes to in columns.
settings() {
    case $1 in
    near)
        step=1 from=$((cut - $(samples "$NEAR_BEFORE"))) to=$((cut + $(samples "$NEAR_AFTER")))
        ;;
    far)
        step=$(samples "$FAR_STEP") from=$((cut - $(samples "$FAR_BEFORE"))) to=$((cut + $(samples "$FAR_AFTER")))
        ;;
    esac
    # shellcheck disable=SC2046 # four words
    set -- "$1" $(echo "$2" | tr '/' ' ')
    ridge=$5 given_weight=$3 last_weight=$4
    # Frames of a short given part: half of it at most, targets included.
    step=$(least "$step" $(((cut + 3) / 4)))
    frame=$(least "$(samples "$2")" $((cut / 2 - step)))
    frame=$(most "$frame" 1)
    last_from=$(most $((cut - $(samples "$LAST_FRAMES") - frame - step + 1)) 0)
    # Around the cut, as far as there is something, and room for one frame at least.
    to=$(least "$to" "$length")
    from=$(most "$(least "$from" $((to - frame - step)))" 0)
}

# partials COLUMNS WEIGHT CLIPS: the frames of these columns, reduced, a partial fit a take; after settings.
partials() {
    pad-chop -q -f $((frame + step)) -c "$1" "$3" | lsq-fit -g "$frame" --by-name --partial -w "$2"
}

# once FILE COMMAND...: makes a file unless it is there.
once() {
    once_file=$1
    shift
    test -e "$once_file" || { "$@" >"$once_file.part" && mv "$once_file.part" "$once_file"; }
}

# around KIND CLIPS: sets around, the file of what takes tell of the columns around the cut; after settings.
around() {
    around=$2.$1.$frame.around
    once "$around" partials "$from:$to" 1 "$2"
}

# own KIND CLIPS: sets own and last, the files of what takes tell of their given part and of its end (or nothing).
own() {
    own=$2.$1.$frame.own.$given_weight last=
    once "$own" partials ":$cut" "$given_weight" "$2"
    if [ "$last_weight" != 0 ]; then
        last=$2.$1.$frame.last.$last_weight
        once "$last" partials "$last_from:$cut" "$last_weight" "$2"
    fi
}

# models OTHERS: a model a take, of the others' frames around the cut and of what its own part tells; after own.
models() {
    # shellcheck disable=SC2086 # last may be nothing
    lsq-fit -q --by-name --ridge="$ridge" "$1" "$own" $last
}

# others_of AROUND...: for each take, what all others tell.
others_of() {
    lsq-fit --by-name --others --partial "$@"
}

# fill KIND MODELS GIVEN: GIVEN with the columns behind it filled in: NEAR ms, or all the rest.
fill() {
    end=$length
    if [ "$1" = near ]; then
        end=$(least $((cut + $(samples "$NEAR"))) "$length")
        begin=$cut
    else
        begin=$(least $((cut + $(samples "$NEAR"))) "$length")
    fi
    if [ "$begin" -lt "$end" ]; then
        lsq-predict -q --append --clamp -e $((end - begin)) "$2" "$3"
    else
        cat "$3"
    fi
}

# try KIND CLIPS GIVEN CANDIDATE: the score of a candidate on CLIPS, each filled in from the others among them; GIVEN
# are the columns before what is filled in, of the same clips.
try() {
    settings "$1" "$4"
    around "$1" "$2"
    own "$1" "$2"
    once "$around.others" others_of "$around"
    models "$around.others" >"$2.$1.models"
    fill "$1" "$2.$1.models" "$3" >"$2.$1.filled"
    pad-chop -c "$cut:" "$2.$1.filled" >"$2.$1.predicted"
    scored=$NEAR
    if [ "$1" = far ]; then
        scored=$FAR_SCORED
    fi
    r2-score --pooled -q -c ":$(least "$(samples "$scored")" $((end - cut)))" "$2" "$2.$1.predicted"
}

# choose KIND CLIPS GIVEN: the candidate of the best score on CLIPS, the first of those that are equal.
choose() {
    if [ "$1" = near ]; then candidates=$NEAR_CANDIDATES; else candidates=$FAR_CANDIDATES; fi
    for candidate in $candidates; do
        score=$(try "$1" "$2" "$3" "$candidate") || return 1
        echo "$score $candidate"
    done | LC_ALL=C awk -v want="$(echo "$candidates" | wc -w)" 'NR == 1 || $1 > best { best = $1; word = $2 }
        END { if (NR < want) exit 1; print word }'
}
