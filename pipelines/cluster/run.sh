#!/bin/sh
# run.sh: see cluster.mk, whose variables are in the environment. Shards without a part are given to the engine, which
# writes that of line K of `lines` to K and what went wrong to K.err; K is put in place once it is whole.
# shellcheck source=pipelines/frames/nearest.sh
. "${0%/*}/../frames/nearest.sh"
plan=$(cd "${0%/*}" && pwd)/plan.awk
tab=$(printf '\t')
work_in "$PWD/cluster"

say() { printf 'cluster: %s\n' "$*" >&2; }

# The shards asked for, a line each; one that begins with # is none.
# shellcheck disable=SC2086 # words and patterns
list() (
    cd "$TOP"
    case $SHARDS in
    @*) cat -- "${SHARDS#@}" ;;
    *) printf '%s\n' $SHARDS | sed 's|^#|./&|' ;;
    esac
)

# dash and busybox have -nt and -ot.
# shellcheck disable=SC3013
# fresh PART FILE: the part is there, and neither the settings nor the file, or one in that folder, have changed since it was
# begun, in whatever way: what tells is not when a file says that it was written, but when it or that was changed.
fresh() {
    [ -e "../parts/$1" ] && ! [ "../parts/$1" -ot ../settings.choice ] &&
        { [ "$2" = - ] || ! find -L "$2" -cnewer "../parts/$1" 2>/dev/null | grep -q .; }
}

# choose: in `todo`, what `table` has of the shards without a part; the hosts take turns. Fails if there are none.
choose() {
    while IFS=$tab read -r part file rest; do
        fresh "$part" "$file" || printf '%s\t%s\n' "$part" "$rest"
    done <table | awk -F '\t' '{ print n[$2]++ "\t" $0 }' | sort -s -n -k 1,1 | cut -f 2- >todo
    cut -f 4- todo >lines
    count=$(($(wc -l <todo)))
    [ "$count" -gt 0 ]
}

# collect: parts that are whole are put in place, as old as the run that made them; there is a K.in and no K for each, whenever
# this is killed. All of this has to do where a disk is full.
collect() {
    k=0
    while IFS=$tab read -r part _; do
        k=$((k + 1))
        if [ -s $k ] && stream-show --shards $k >/dev/null 2>&1; then
            : >$k.in
            { touch -c -r begun $k && mv $k "../parts/$part"; } 2>/dev/null || :
        fi
    done <todo
}

# missing: says of each shard whose part is not in place what went wrong.
missing() {
    k=0
    while IFS=$tab read -r _ _ name _; do
        k=$((k + 1))
        [ ! -e $k.in ] || [ -e $k ] || continue
        why=$(grep -hv -e ': warning: ' -e '^$' $k.err said 2>/dev/null | head -n 1 | tr -d '\r')
        say "$name: ${why:-it ended without a word}"
    done <todo
}

# number SUFFIX: how many files there are with it, while others come and go.
number() { find . -name "*.$1" 2>/dev/null | wc -l; }

progress() {
    n=$((all - count + $(number in)))
    [ "$n" = "$said" ] || say "$n of $all shards"
    said=$n
}

# Make and Slurm run the same line of shell for the shard k.
# shellcheck disable=SC2016,SC2089 # for the shells there
one='if why=$(sed -n ${k}p lines | sh 2>&1 >$k.new); then mv $k.new $k; else rm $k.new; echo "$why" >$k.err; fi; : >$k.end'
# shellcheck disable=SC2090
export one count

# A session of its own, so that all it has started can be told to end.
# shellcheck disable=SC2086,SC2016,SC2046 # words; for the shells there
engine() {
    : >begun
    case $ENGINE in
    local)
        echo '$(MAKECMDGOALS): ; @k=$@; eval "$$one"' | setsid "$MAKE" --no-print-directory -k -f - $(seq "$count") &
        ;;
    ssh)
        # As many as there are hosts, which take turns; with SSHLOGIN one on each core.
        slots=$(cut -f 2 todo | sort -u | wc -l)
        [ -z "$SSHLOGIN" ] || slots=100%
        PARALLEL_SSH=$SSH setsid parallel ${SSHLOGIN:+-S "$SSHLOGIN"} -j "$slots" \
            --retries $((RETRIES + 1)) --results '{#}' $WITH sh -c '{}' :::: lines &
        ;;
    slurm)
        setsid sbatch --wait --requeue --job-name="$job" --output=/dev/null --array=1-$((count < 1000 ? count : 1000)) $WITH \
            --wrap 'k=$SLURM_ARRAY_TASK_ID; while [ $k -le $count ]; do eval "$one"; k=$((k + 1000)); done' &
        ;;
    esac >said 2>&1
    running=$!
    said=
    progress
    # A signal to a shell that is just starting is lost: the file ends it too.
    : >watching
    # Nor does the sleep that outlives it keep a pipe open.
    while sleep 1 >/dev/null 2>&1 && [ -e watching ]; do
        collect
        progress
        # sbatch is slow to notice, and deaf to other signals.
        [ "$(number end)" -lt "$count" ] || kill -HUP "-$running" 2>/dev/null || :
    done &
    watching=$!
    wait $running || :
    running=
    rm -f watching
    { kill $watching && wait $watching; } 2>/dev/null || :
    collect
}

# Parallel goes on until it is told twice.
# shellcheck disable=SC2086 # none, or one
stop() {
    trap '' HUP INT TERM
    set +e
    if [ "$running" ]; then
        # Without -- no shell takes a group for one.
        kill -- "-$running" $watching && sleep 1 && kill -- "-$running"
        [ "$ENGINE" != slurm ] || { kill -HUP "-$running"; scancel --name="$job"; }
    fi 2>/dev/null
    # A machine may still write there.
    for _ in $(seq 30); do
        if rm -rf "$work" 2>/dev/null; then break; fi
        sleep 1
    done
}

# merge: writes the fit of all parts, and of which rows it is. Of many parts those of a hundred shards become one first.
# shellcheck disable=SC2086 # words
merge() {
    xargs stream-show --shards <"$work/parts" >"$work/are" || return
    level=
    while [ "$(wc -l <"$work/parts")" -gt 100 ]; do
        # A name without spaces, from here.
        level=$job/${level##*/}+
        split -a 4 -l 100 "$work/parts" "$level."
        for group in "$level".*; do
            xargs lsq-fit --partial $shape -o "$group.part" <"$group" || return
            echo "$group.part"
        done >"$work/parts"
    done
    xargs lsq-fit --expect=shards.tsv $shape $FIT -o "$work/model.lsq" <"$work/parts"
}

running='' watching='' job=${work##*/}
trap stop EXIT
# Signals may come twice, from a terminal and from make: the second would end `stop` before it has begun.
trap 'trap "" HUP INT TERM; exit 1' HUP INT TERM
list >shards
# shellcheck disable=SC3013
if [ ../settings.choice -ot ../shards.tsv ]; then cp ../shards.tsv record; else : >record; fi
awk -f "$plan" record shards >table
all=$(($(wc -l <table)))
# How the rows are seen is said of parts and of what is made of them.
shape=
for option in $PARTIAL; do
    case $option in --no-intercept | --by-name | --others) shape="$shape $option" ;; esac
done

# Parallel tries a shard again on another machine; make and Slurm get those anew that are missing.
tries=$((RETRIES + 1))
[ "$ENGINE" != ssh ] || tries=1
while choose && [ $tries -gt 0 ]; do
    tries=$((tries - 1))
    rm -f ./*.end ./*.in ./*.err
    engine
    [ $tries -gt 0 ] || missing
done
if [ "$count" -gt 0 ]; then
    # shellcheck disable=SC3013
    while IFS=$tab read -r part _ name _; do
        [ ! -e "../parts/$part" ] || [ "../parts/$part" -ot begun ] || say "$name: it changed while it was read"
    done <todo
    say "$((all - count)) of $all shards: those named are missing"
    exit 1
fi
cut -f 1 table | sed 's|^|parts/|' >parts
cd ..
mv "$work/expect" shards.tsv
merge || exit 1
cmp -s "$work/model.lsq" model.lsq || mv "$work/model.lsq" model.lsq
mv "$work/are" shards.tsv
say "$all of $all shards, $(awk -F '\t' '{ rows += $2 } END { printf "%d", rows }' shards.tsv) rows: $OUT/cluster/model.lsq"
