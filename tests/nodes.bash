# shellcheck shell=bash disable=SC2016 # for the shells inside
# Machines of a cluster, each in namespaces of its own: an address, mounts and processes that end with it. All of them are in
# namespaces of the whole, whose processes end with the shell that called cluster_up, however that ends.

# cluster_up FOLDER: a network without machines; their keys and settings are in FOLDER.
cluster_up() {
    CLUSTER=$1
    mkdir -p "$CLUSTER"
    setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
        mount -t tmpfs none /run
        mkdir /run/sshd /run/munge
        # bash reads it at the other end of ssh.
        [ ! -e ~root/.bashrc ] || mount --bind /dev/null ~root/.bashrc
        ip link set lo up
        ip link add switch type bridge
        ip address add 10.77.0.1/24 dev switch
        ip link set switch up
        : >"$1/up"
        # Takes leave of processes that nobody waits for.
        while sleep 1; do :; done' sh "$CLUSTER" >"$CLUSTER/log" 2>&1 3>&- &
    CLUSTER_PID=$!
    wait_for "the cluster" test -e "$CLUSTER/up"
    CLUSTER_INIT=$(cat "/proc/$CLUSTER_PID/task/$CLUSTER_PID/children")
    CLUSTER_INIT=${CLUSTER_INIT% }
    export CLUSTER CLUSTER_PID CLUSTER_INIT
    ssh-keygen -q -t ed25519 -N '' -f "$CLUSTER/key"
    echo "10.77.0.* $(cat "$CLUSTER/key.pub")" >"$CLUSTER/known"
    cat >"$CLUSTER/sshd" <<END
HostKey $CLUSTER/key
AuthorizedKeysFile $CLUSTER/key.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
END
    cat >"$CLUSTER/ssh" <<END
IdentityFile $CLUSTER/key
UserKnownHostsFile $CLUSTER/known
User root
BatchMode yes
ConnectTimeout 2
ServerAliveInterval 1
ServerAliveCountMax 2
END
    local n
    for n in 1 2 3 4; do
        printf 'Host node%d\nHostName 10.77.0.1%d\n' $n $n >>"$CLUSTER/ssh"
    done
}

cluster_down() {
    kill -KILL "$CLUSTER_PID"
    wait "$CLUSTER_PID" 2>/dev/null || true
}

# inside COMMAND...: on the machine of the cluster that people log in to.
inside() {
    nsenter -t "$CLUSTER_INIT" -n -m -p -- sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"
}

# node_up N: starts node N, which runs sshd and, as one of the first two after slurm_up, slurmd.
node_up() {
    local slurmd=
    if [ -e "$CLUSTER/slurm.conf" ] && [ "$1" -le 2 ]; then slurmd="slurmd -N node$1 &"; fi
    inside sh -c '
        setsid unshare --net --mount --pid --fork --kill-child --mount-proc sh -c "
            until ip link set eth0 up; do sleep 0.05; done
            ip link set lo up
            ip address add 10.77.0.1$1/24 dev eth0
            $3
            exec /usr/sbin/sshd -D -e -f \"$2/sshd\"" >"$2/node$1.log" 2>&1 </dev/null &
        echo $! >"$2/node$1.pid"
        until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
        ip link add "node$1" type veth peer name eth0 address "02:00:00:00:00:0$1" netns $!
        ip neighbour flush all
        ip link set "node$1" master switch up' sh "$1" "$CLUSTER" "$slurmd"
    wait_for "node $1" inside bash -c "exec 2>/dev/null </dev/tcp/10.77.0.1$1/22"
}

# node_kill N: it ends with all that runs there, without a word to anybody.
node_kill() {
    inside kill -KILL "$(cat "$CLUSTER/node$1.pid")"
    rm "$CLUSTER/node$1.pid"
}

# on_node N COMMAND...: as if it were typed there.
on_node() {
    inside nsenter -t "$(cat "$CLUSTER/node$1.pid")" -n -m -- "${@:2}"
}

# wait_for WHAT COMMAND...: until it succeeds, for 20 seconds at most.
wait_for() {
    local what=$1
    shift
    for _ in {1..400}; do
        if "$@"; then
            return 0
        fi
        sleep 0.05
    done
    echo "$what: not there after 20 s" >&2
    return 1
}

# slurm_up: munged and slurmctld.
slurm_up() {
    mkdir -p "$CLUSTER/slurm"
    cat >"$CLUSTER/slurm.conf" <<END
ClusterName=wavefill
SlurmctldHost=$(uname -n)(10.77.0.1)
AuthType=auth/munge
# The shortest that it can be: how long Slurm waits before it runs what ran on a lost machine again.
AuthInfo=cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$CLUSTER/slurm
SlurmdSpoolDir=$CLUSTER/slurm/%n
SlurmctldPidFile=$CLUSTER/slurm/ctld.pid
SlurmdPidFile=$CLUSTER/slurm/%n.pid
SlurmctldLogFile=$CLUSTER/slurm/ctld.log
SlurmdLogFile=$CLUSTER/slurm/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1
ReturnToService=2
SlurmdTimeout=3
SlurmctldTimeout=30
InactiveLimit=0
KillWait=1
SlurmdParameters=config_overrides
NodeName=node1 NodeAddr=10.77.0.11 CPUs=1 RealMemory=100
NodeName=node2 NodeAddr=10.77.0.12 CPUs=1 RealMemory=100
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    # No cgroups: "disabled" came with version 23.
    case $(slurmd -V) in
    'slurm-wlm 22.'*) echo CgroupPlugin=cgroup/v1 ;;
    *) echo CgroupPlugin=disabled ;;
    esac >"$CLUSTER/cgroup.conf"
    export SLURM_CONF=$CLUSTER/slurm.conf
    inside sh -c '
        head -c 64 /dev/urandom >"$1/munge.key"
        chmod 600 "$1/munge.key"
        munged --force --key-file="$1/munge.key" --log-file="$1/munge.log" --pid-file="$1/munge.pid" --seed-file="$1/munge.seed"
        setsid slurmctld -D >"$1/ctld.said" 2>&1 </dev/null &' sh "$CLUSTER/slurm"
}
