# pipelines/cluster.mk: one fit of many shards, by make, GNU parallel and Slurm, on machines in namespaces

# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # run sets stderr; for the shells inside; a test has its own variables

load common
load nodes

setup_file() {
    local missing=''
    for tool in parallel /usr/sbin/sshd slurmctld slurmd munged sbatch; do
        command -v $tool >/dev/null || missing="$missing ${tool##*/}"
    done
    if [ -n "$missing" ]; then
        export NO_CLUSTER="not installed:$missing"
    elif ! unshare --net --mount --pid --fork true 2>/dev/null; then
        export NO_CLUSTER='namespaces are for root, where the kernel allows them'
    else
        cluster_up "$BATS_FILE_TMPDIR/cluster"
        slurm_up
        local n
        for n in 1 2 3 4; do node_up $n; done
    fi
    mkdir "$BATS_FILE_TMPDIR/shards"
    oracle cluster shards "$BATS_FILE_TMPDIR/shards" 8 60 6
}

teardown_file() {
    [ -n "${NO_CLUSTER:-}" ] || cluster_down
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/a folder" "$BATS_TEST_TMPDIR/home"
    cd "$BATS_TEST_TMPDIR/a folder" || exit 1
    cp -R "$BATS_FILE_TMPDIR/shards" 'the shards'
    ls 'the shards'/* >list
    # GNU parallel keeps things there.
    export HOME=$BATS_TEST_TMPDIR/home
    local=(make -f "$ROOT/pipelines/cluster.mk" BIN="$BIN" GIVEN=4 SHARDS=@list)
    cluster=(timeout 60 "${local[@]}" SSH="ssh -F $BATS_FILE_TMPDIR/cluster/ssh")
    if [[ $BATS_TEST_DESCRIPTION != *here:* ]]; then
        [ -z "${NO_CLUSTER:-}" ] || skip "$NO_CLUSTER"
        # After a test that failed.
        local n
        for n in 1 2 3 4; do [ -e "$BATS_FILE_TMPDIR/cluster/node$n.pid" ] || node_up $n; done
    fi
}

# on_nodes: in `list`, the shards as those of four machines.
on_nodes() {
    awk -v folder="$PWD" '{ print "node" 1 + NR % 4 ":" folder "/" $0 }' list >hosts
    mv hosts list
}

# fitted OUT: all shards are in its model, and a second run makes no part anew.
fitted() {
    oracle cluster same "$1/cluster/model.lsq" 'the shards'/*
    parts "$1" >before
    ln "$1/cluster/model.lsq" model
    run -0 "${@:2}" OUT="$1"
    assert_output "cluster: 8 of 8 shards, 480 rows: $1/cluster/model.lsq"
    parts "$1" | cmp before -
    [ model -ef "$1/cluster/model.lsq" ]
    run -0 ls -A "$1/cluster"
    assert_output $'model.lsq\nparts\nsettings.choice\nshards.tsv'
}

parts() {
    (cd "$1/cluster" && stat -c '%n %i' parts/*)
}

@test "cluster, here: make fits shards as NumPy does, and what is done is not done again" {
    "${local[@]}" -j4 OUT='an out'
    fitted 'an out' "${local[@]}"
    cut -f 1 'an out/cluster/shards.tsv' | cmp - list
}

# shown WORD: runs the command of wavefill-cluster(7) that has this word; then all shards are in its model.
shown() {
    local command more="OUT=out BIN='$BIN' SSH='ssh -F $BATS_FILE_TMPDIR/cluster/ssh'"
    command=$(mandoc -Tutf8 "$ROOT/man/wavefill-cluster.7" | col -bx | sed -n '/^ *make -[fj]/{:a;/\\$/{N;s/\\\n *//;ba};p}' | grep -e "$1")
    cp list paths
    on_nodes
    mv list hosts
    ln -s "$ROOT/pipelines" pipelines # on the page no path has a space
    run -0 inside timeout 60 sh -c "mk=pipelines; $command $more"
    assert_line 'cluster: 8 of 8 shards, 480 rows: out/cluster/model.lsq'
    fitted out inside sh -c "mk=pipelines; $command -s $more \"\$@\"" sh
}

@test "wavefill-cluster(7): GNU parallel, each shard on its machine" {
    shown @hosts
}

@test "wavefill-cluster(7): GNU parallel, shards on any of its machines" {
    shown SSHLOGIN
}

@test "wavefill-cluster(7): Slurm, an array of jobs" {
    shown ENGINE=slurm
}

@test "wavefill-cluster(7): make, each shard by a command such as srun" {
    shown ON=
}

# fails MESSAGE COMMAND...: it ends with status 2 and that message, beside what make says and how far it is.
fails() {
    run -2 --separate-stderr "${@:2}" OUT=out
    assert_equal "$(grep -Ev '^make|^cluster: [0-9] of [289] shards$' <<<"$stderr")" "$1"
}

# digest NAME: of a shard's rows.
digest() {
    lsq-fit --partial -g 4 "the shards/$1" | stream-show --shards | cut -f 3
}

# done_again N COMMAND...: completes, and makes N parts of eight anew.
done_again() {
    parts out >before
    "${@:2}" OUT=out
    oracle cluster same out/cluster/model.lsq 'the shards'/*
    assert_equal "$(parts out | comm -13 before - | wc -l)" "$1"
}

@test "cluster, here: a shard that is missing is named, and alone is fitted when it is there" {
    mv 'the shards/s3' s3
    fails "cluster: the shards/s3: lsq-fit: $PWD/the shards/s3: cannot be opened: No such file or directory
cluster: 7 of 8 shards: those named are missing" "${local[@]}" RETRIES=1
    [ ! -e out/cluster/model.lsq ]
    mv s3 'the shards'
    done_again 1 "${local[@]}"
}

@test "cluster, here: a shard twice is refused, by its name and by its rows" {
    echo 'the shards/s3' >>list
    fails 'cluster: SHARDS: the shards/s3: twice, expected each shard once' "${local[@]}"
    cp 'the shards/s3' 'the shards/s9'
    ls 'the shards'/* >list
    fails "lsq-fit: parts/the+shards+s9: shard the shards/s9 has the 60 rows (digest $(digest s3)) of shard the shards/s3 of \
parts/the+shards+s3, expected each shard once (--allow-duplicates counts rows twice)" "${local[@]}"
    "${local[@]}" FIT=--allow-duplicates OUT=out
    oracle cluster same out/cluster/model.lsq 'the shards'/*
}

@test "cluster, here: a part that is truncated, corrupted or of other settings is named, and alone is fitted when it is removed" {
    "${local[@]}" OUT=out
    cp out/cluster/model.lsq model
    local part=parts/the+shards+s3
    cp out/cluster/$part whole
    head -c 300 whole >out/cluster/$part
    fails "stream-show: $part: truncated after 300 bytes, inside a map" "${local[@]}"
    head -c 30 /dev/zero >out/cluster/$part
    fails "stream-show: $part: at byte 0: byte 0x00, expected the start of a msgpack map" "${local[@]}"
    lsq-fit --partial -g 3 --shard='the shards/s3' -o out/cluster/$part 'the shards/s3'
    fails "lsq-fit: $part: a partial fit of 3 given columns and 3 targets, expected 4 and 2" "${local[@]}"
    cmp model out/cluster/model.lsq
    rm out/cluster/$part
    done_again 1 "${local[@]}"
    # Of other settings, all.
    "${local[@]}" GIVEN=3 OUT=out
    done_again 8 "${local[@]}"
}

@test "cluster, here: rows that are not those of last time are noticed" {
    "${local[@]}" OUT=out
    cp out/cluster/model.lsq model
    oracle cluster shards . 1 70 6
    mv s1 'the shards/s3'
    local what='lsq-fit: parts/the+shards+s3: shard the shards/s3:'
    fails "$what 70 rows, expected 60 as shards.tsv says" "${local[@]}"
    fails "$what 70 rows, expected 60 as shards.tsv says" "${local[@]}"
    # Of a file of the same size that seems older than its part.
    oracle cluster shards . 9 60 6
    mv s9 'the shards/s3'
    touch -d 2001-01-01 'the shards/s3'
    fails "$what digest $(digest s3), expected $(sed -n '/s3/s/.*\t//p' out/cluster/shards.tsv) as shards.tsv says" "${local[@]}"
    cmp model out/cluster/model.lsq
    # If that is meant.
    rm out/cluster/shards.tsv
    done_again 0 "${local[@]}"
}

@test "cluster, here: a shard that grows while it is read is read again, or named" {
    oracle cluster shards . 9 60 6
    local read="cat {} && case {} in *s3) . '$PWD/grow' ;; esac"
    echo "cat '$PWD/s9' >>'$PWD/the shards/s3'" >grow
    run -2 --separate-stderr "${local[@]}" READ="$read" RETRIES=0 OUT=out
    assert_equal "$(tail -n 4 <<<"$stderr" | head -n 2)" 'cluster: the shards/s3: it changed while it was read
cluster: 7 of 8 shards: those named are missing'
    : >grow
    done_again 1 "${local[@]}" READ="$read"
}

# started OUT COMMAND...: it runs, and shards s1 and s2 wait for `go` on their machines.
started() {
    cat >gate <<'END'
case $1 in
*s[12])
    : >"${0%gate}${1##*/}.waits"
    until [ -e "${0%gate}go" ]; do sleep 0.1; done
    ;;
esac
cat "$1"
END
    "$@" READ="sh '$PWD/gate' {}" OUT=out >log 2>&1 3>&- &
    running=$!
    wait_for 'shards at work' test -e s1.waits -a -e s2.waits || cat log
}

# ended STATUS: the command does, with that status.
ended() {
    local status=0
    : >go
    wait "$running" || status=$?
    cat log
    assert_equal "$status" "$1"
}

# only_node2: no other shards are missing.
only_node2() {
    assert_equal "$(grep -c '^cluster: node2:' log)" 2
    run -1 grep '^cluster: node[134]:' log
    grep -q '^cluster: 6 of 8 shards: those named are missing$' log
}

@test "cluster: a machine that dies costs its shards, which alone are fitted when it is back" {
    on_nodes
    started inside "${cluster[@]}" ENGINE=ssh RETRIES=0
    node_kill 2
    ended 2
    only_node2
    [ ! -e out/cluster/model.lsq ]
    node_up 2
    done_again 2 inside "${cluster[@]}" ENGINE=ssh READ="sh '$PWD/gate' {}"
}

@test "cluster: a machine that does not answer costs time, where others have its shards" {
    node_kill 3
    inside "${cluster[@]}" ENGINE=ssh SSHLOGIN=node1,node3,node4 OUT=out
    fitted out inside "${cluster[@]}"
    node_up 3
}

@test "cluster: a link that goes down is noticed" {
    on_nodes
    started inside "${cluster[@]}" ENGINE=ssh RETRIES=0
    inside ip link set node2 down
    ended 2
    only_node2
    grep -q 'Timeout, server 10.77.0.12 not responding.$' log
    inside ip link set node2 up
    done_again 2 inside "${cluster[@]}" ENGINE=ssh READ="sh '$PWD/gate' {}"
}

@test "cluster: a slurmd that dies costs time: Slurm gives its shard to another machine" {
    started inside "${cluster[@]}" ENGINE=slurm RETRIES=0
    node_kill 2
    ended 0
    node_up 2
    done_again 0 inside "${cluster[@]}" ENGINE=slurm READ="sh '$PWD/gate' {}"
}

@test "cluster: a disk that is full costs the shards that have no room" {
    oracle cluster shards 'the shards' 8 110 100
    mkdir out
    inside mount -t tmpfs -o size=400k none out
    run -2 inside "${cluster[@]}" GIVEN=90 RETRIES=0 OUT=out
    assert_line --regexp '^cluster: the shards/s[1-8]: lsq-fit: stdout: write failed: No space left on device$'
    run -0 inside sh -c 'stat -c "%n %i" out/cluster/parts/*'
    local before=$output
    inside mount -o remount,size=4m out
    inside "${cluster[@]}" GIVEN=90 OUT=out
    inside cat out/cluster/model.lsq >model
    oracle cluster same model 'the shards'/*
    run -0 inside sh -c 'stat -c "%n %i" out/cluster/parts/*'
    comm -23 <(echo "$before") <(echo "$output") | cmp - /dev/null
    inside umount -l out
}

@test "cluster: a machine of Slurm whose disk is full is drained, and its shard held until it is released" {
    local spool=$BATS_FILE_TMPDIR/cluster/slurm/node2
    on_node 2 mount -t tmpfs -o size=64k none "$spool"
    on_node 2 sh -c 'cat /dev/zero >"$1/full"' sh "$spool" || true
    inside "${cluster[@]}" ENGINE=slurm OUT=out >log 2>&1 3>&- &
    running=$!
    held() { inside squeue -h -o %r | grep -q 'held'; }
    wait_for 'a shard that is held' held
    on_node 2 umount "$spool"
    run -0 inside sinfo -h -n node2 -o %E
    assert_output 'SlurmdSpoolDir is full'
    inside scontrol update nodename=node2 state=resume
    inside sh -c 'squeue -h -t PD -o %F_%K | xargs -n 1 scontrol release'
    wait "$running"
    fitted out inside "${cluster[@]}"
}

@test "cluster: nothing is left of a run that is told to end" {
    local engine
    on_nodes
    for engine in local ssh slurm; do
        started inside sh -c 'echo $$ >pid; exec "$@"' sh "${cluster[@]}" -j2 ENGINE=$engine
        inside kill -TERM "$(cat pid)"
        wait "$running" || true
        # Not of those at the other end of ssh, either.
        wait_for 'the end of all processes' run -1 inside pgrep -f 'gate|run\.sh|parallel|sbatch'
        run -0 ls -A out/cluster
        assert_output $'parts\nsettings.choice'
        rm -r out ./*.waits
    done
    run -0 inside squeue -h
    assert_output ''
}

@test "cluster: nothing is left of machines whose test is killed" {
    mkfifo ready
    setpriv --pdeathsig KILL bash -c 'source "$1"; cluster_up "$2"; node_up 1; echo "$CLUSTER_INIT" >ready; sleep 1000' bash \
        "$BATS_TEST_DIRNAME/nodes.bash" "$BATS_TEST_TMPDIR/other" 3>&- &
    local test=$! init
    read -r init <ready
    [ -e "/proc/$init/ns/pid" ]
    # Two for the whole, and the machine's.
    [ "$(pgrep -f "$BATS_TEST_TMPDIR/other" | wc -l)" -gt 3 ]
    kill -KILL "$test"
    wait_for 'the end of all processes' run -1 pgrep -f "$BATS_TEST_TMPDIR/other"
    wait_for 'the end of the first of them' test ! -e "/proc/$init"
    run -1 grep -e "$BATS_TEST_TMPDIR" -e switch /proc/mounts /proc/net/dev
}

@test "cluster, here: a run is not well if another one had other settings meanwhile" {
    "${local[@]}" GIVEN=3 READ="until [ -e '$PWD/go' ]; do sleep 0.1; done; cat {}" OUT=out >said 2>&1 3>&- &
    wait_for 'the first run' test -e out/cluster/settings.choice
    "${local[@]}" OUT=out
    : >go
    local status=0
    wait $! || status=$?
    assert_equal $status 2
    grep -q 'another run with other variables was in out meanwhile: make it again' said
    "${local[@]}" OUT=out
    oracle cluster same out/cluster/model.lsq 'the shards'/*
}

@test "cluster, here: of more than a hundred shards those of a hundred are merged first" {
    mkdir many
    oracle cluster shards many 101 5 6
    ls many/* >list
    "${local[@]}" -j4 OUT=out
    oracle cluster same out/cluster/model.lsq many/*
    assert_equal "$(wc -l <out/cluster/shards.tsv)" 101
    # The lists of the parts of a hundred are in that of the model.
    run -0 stream-show --shards out/cluster/model.lsq
    assert_output "$(cat out/cluster/shards.tsv)"
}

@test "cluster, here: names of shards and folders are names, whatever is in them" {
    # shellcheck disable=SC2016 # what is no variable
    local odd=$'-x $HOME "y\'%#: \xc3\xa9' out='out $(x) $5;#'
    mv -- 'the shards' "$odd"
    printf '%s\n' "$odd"/* >list
    "${local[@]}" -j4 OUT="$out" READ='cat {} | head -c "$((1 << 30))"'
    cut -f 1 "$out/cluster/shards.tsv" | cmp - list
    mv -- "$odd" 'the shards'
    oracle cluster same "$out/cluster/model.lsq" 'the shards'/*
    # No comment, as it is no line of a list.
    cp 'the shards/s1' '#1.mat'
    cp 'the shards/s2' ./-2.mat
    "${local[@]}" SHARDS='*.mat' OUT=out
    run -0 cut -f 1 out/cluster/shards.tsv
    assert_output $'./#1.mat\n-2.mat'
}

@test "cluster, here: a list may say which rows it means, and have lines that are none" {
    "${local[@]}" OUT=out
    {
        echo '# eight shards'
        printf '\r\n'
        sed '1s/$/\r/' out/cluster/shards.tsv
    } >list
    "${local[@]}" OUT=other
    cmp out/cluster/model.lsq other/cluster/model.lsq
    sed -i 's/60/61/' list
    fails "lsq-fit: parts/the+shards+s1: shard the shards/s1: 60 rows, expected 61 as shards.tsv says" "${local[@]}"
}

@test "cluster, here: rows come from a command, whose failure is its shard's" {
    printf '%s\n' 1,2 2,3 5,4 >'a b.csv'
    printf '%s\n' 2,2 x,3 >c.csv
    printf '%s\n' 'a b.csv' c.csv >list
    fails "cluster: c.csv: csv-load: $PWD/c.csv: line 2, column 0: 'x', expected a number (--names takes a column of names, --columns leaves others out)
cluster: 1 of 2 shards: those named are missing" "${local[@]}" GIVEN=1 RETRIES=0 READ='csv-load --header=no {}'
    # One that has written rows before.
    fails "cluster: c.csv: no more
cluster: 1 of 2 shards: those named are missing" "${local[@]}" GIVEN=1 RETRIES=0 \
        READ='head -n 1 {} | csv-load; case {} in *c.csv) echo no more >&2; false ;; esac'
    # One that ends its shell, after all rows.
    printf '%s\n' 2,2 6,3 >c.csv
    fails "cluster: c.csv: no more
cluster: 1 of 2 shards: those named are missing" "${local[@]}" GIVEN=1 RETRIES=0 \
        READ='csv-load {}; case {} in *c.csv) echo no more >&2; exit 3 ;; esac'
    fails "cluster: c.csv: no more
cluster: 1 of 2 shards: those named are missing" "${local[@]}" GIVEN=1 RETRIES=0 \
        READ='csv-load {}; case {} in *c.csv) exec sh -c "echo no more >&2; false" ;; esac'
    "${local[@]}" GIVEN=1 READ='csv-load {} # all of it' OUT=out
    csv-load 'a b.csv' >rows
    csv-load c.csv >others
    oracle cluster same out/cluster/model.lsq rows others
    # A folder is as new as what is in it.
    mkdir folder
    cp rows folder
    echo folder >list
    "${local[@]}" GIVEN=1 READ='cat {}/*' OUT=other
    sleep 0.1
    cp others folder/rows
    rm other/cluster/shards.tsv
    "${local[@]}" GIVEN=1 READ='cat {}/*' OUT=other
    oracle cluster same other/cluster/model.lsq others
}

@test "cluster, here: what cannot be is refused before anything is done" {
    mkdir bin
    ln -s "$(command -v make)" bin
    refused() {
        run -2 --separate-stderr "${@:2}" OUT=none
        assert_regex "$stderr" "\*\*\* $1\.  Stop\.$"
        [ ! -e none ]
    }
    refused 'SHARDS is empty, expected files or @LIST' "${local[@]}" SHARDS=
    refused 'GIVEN is empty, expected how many columns are given' "${local[@]}" GIVEN=
    refused 'ENGINE = cloud, expected local, ssh or slurm' "${local[@]}" ENGINE=cloud
    refused 'READ = csv-load, expected \{\} where the shard comes in' "${local[@]}" READ=csv-load
    refused 'RETRIES = once, expected a number' "${local[@]}" RETRIES=once
    refused 'RETRIES = -1, expected a number' "${local[@]}" RETRIES=-1
    refused 'parallel is not in PATH, expected it for ENGINE=ssh \(package parallel\)' env PATH="$PWD/bin" "${local[@]}" ENGINE=ssh
    run -0 "${local[@]}" -n OUT=none
    [ ! -e none ]
    printf '%s\n' 'a\b' >list
    fails 'cluster: SHARDS: a\b: a backslash, expected none in the name of a shard' "${local[@]}"
    printf '%s\n' a+b a/b >list
    fails 'cluster: SHARDS: a/b: a+b is there too, expected names that differ in letters or digits' "${local[@]}"
    echo >list
    fails 'cluster: SHARDS: no shard, expected some' "${local[@]}"
    fails 'cat: nowhere: No such file or directory' "${local[@]}" SHARDS=@nowhere
}
