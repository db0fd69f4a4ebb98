# pipelines/cluster.mk: one fit of many shards, by make, GNU parallel and Slurm, on machines in namespaces

# shellcheck disable=SC2154 # run sets stderr and stderr_lines

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
        for n in 1 2 3 4; do node_up $n "[ $n -gt 2 ] || slurmd -N node$n &"; done
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
    run -0 "${@:2}" OUT="$1"
    assert_output "cluster: 8 of 8 shards, 480 rows: $1/cluster/model.lsq"
    parts "$1" | cmp before -
    run -0 ls -A "$1/cluster"
    assert_output $'model.lsq\nparts\nsettings.choice\nshards.tsv'
}

parts() {
    (cd "$1/cluster" && stat -c '%i %n' parts/* model.lsq)
}

@test "cluster, here: make fits shards as NumPy does, and what is done is not done again" {
    "${local[@]}" -j4 OUT='an out'
    fitted 'an out' "${local[@]}"
    cut -f 1 'an out/cluster/shards.tsv' | cmp - list
}

@test "cluster: GNU parallel, each shard on its machine" {
    on_nodes
    inside "${cluster[@]}" ENGINE=ssh OUT=out
    fitted out inside "${cluster[@]}" ENGINE=ssh
}

@test "cluster: GNU parallel, shards on any of its machines" {
    inside "${cluster[@]}" ENGINE=ssh SSHLOGIN=node1,node2,2/node3 OUT=out
    fitted out inside "${cluster[@]}" ENGINE=ssh SSHLOGIN=node1
}

@test "cluster: Slurm, an array of jobs" {
    inside "${cluster[@]}" ENGINE=slurm OUT=out
    fitted out inside "${cluster[@]}" ENGINE=slurm
}

@test "cluster: make, each shard by a command such as srun" {
    inside "${cluster[@]}" -j2 ON='srun -n1' OUT=out
    fitted out inside "${cluster[@]}"
}
