# Files that filters write: -o, split-holdout's --heldout and lsq-fit's --left-out.

load common

# A command a line; FILE is what it writes.
commands() {
    cat <<'END'
fsdd-load -o FILE 0_a_0.wav
pad-chop -o FILE rows
split-holdout -r 0 -H FILE rows
split-holdout -r 0 -H /dev/null -o FILE rows
lsq-fit -q -g 1 -o FILE rows
lsq-fit -q -g 1 --left-out=FILE rows
lsq-predict -o FILE model rows
stitch-wav -o FILE one
r2-score -o FILE rows rows
csv-load -o FILE lines
stream-show -o FILE rows
END
}

# The same, waiting for standard input.
waiting() {
    commands | sed -E 's/ (0_a_0\.wav|one|rows|lines)$//; s/^fsdd.*/& -/'
}

# with FILE COMMAND: the command's words in $words.
with() {
    read -ra words <<<"$2"
    words=("${words[@]//FILE/$1}")
}

# writes FILE COMMAND: runs it, with nothing on stdout but what -H and --left-out leave to it.
writes() {
    with "$1" "$2"
    "${words[@]}" >/dev/null
}

# refuses_to_write FILE TEXT: with each command, and the file is as it was.
refuses_to_write() {
    local command
    while read -r command; do
        with "$1" "$command"
        run -1 --separate-stderr "${as[@]}" "${words[@]}"
        # shellcheck disable=SC2154
        assert_equal "$stderr" "${words[0]}: $1: $2"
        assert_output ''
    done < <(commands)
}

# tidy: nothing is here but what there was at first, and the files named.
tidy() {
    assert_equal "$(find . -mindepth 1 -maxdepth 1 -printf '%f\n' | sort)" "$({ cat "$BATS_FILE_TMPDIR/files"; printf '%s\n' "$@"; } | sort -u | sed '/^$/d')"
}

# named: from now on the file system has no files without a name.
named() {
    export LD_LIBRARY_PATH=$UNIT${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} LD_PRELOAD=fault.so FAULT_NAMED=1
    export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" && mkdir inputs && cd inputs || exit 1
    py 'x = np.array([[1, 2, 3], [4, 6, 5], [9, 7, 8], [2, 2, 1]], "i2")
write("rows", {"mat": 1, "x": x, "names": list("abcd"), "rate": 8000})
write("one", {"mat": 1, "x": x[:1], "names": ["a"], "rate": 8000})
write("big", *({"mat": 1, "x": np.full((64, 16384), 7, "u1"), "rate": 8000, "last": i == 3} for i in range(4)))'
    lsq-fit -q -g 1 rows >model
    stitch-wav one >0_a_0.wav
    printf '1,"2"' >lines
    head -c -1 lines >lines.short
    head -c -1 rows >rows.short
    head -c -1 one >one.short
    head -c -1 0_a_0.wav >0_a_0.wav.short
    local command i=0
    while read -r command; do
        i=$((i + 1))
        with want.$i "$command"
        "${words[@]}" >/dev/null
    done < <(commands)
    ls -A >../files
}

setup() {
    cp -r "$BATS_FILE_TMPDIR/inputs" "$BATS_TEST_TMPDIR/here" && cd "$BATS_TEST_TMPDIR/here" || exit 1
    as=()
}

# all_write FILE: each command does.
all_write() {
    local command i=0
    while read -r command; do
        i=$((i + 1))
        writes "$1" "$command"
        cmp "$1" "want.$i"
    done < <(commands)
}

@test "output: -o is standard output in a file, and nothing is on standard output" {
    local command
    while read -r command; do
        with file "${command/ -o FILE/}"
        "${words[@]}" >want
        with file "$command"
        run -0 --separate-stderr "${words[@]}"
        assert_output ''
        cmp file want
        rm file
        with - "$command"
        "${words[@]}" | cmp - want
        with file "${command/-o FILE/--output=FILE}"
        "${words[@]}"
        cmp file want
    done < <(commands | grep -e ' -o ')
    tidy file want
}

@test "output: a new file, an old one, one in another folder: whole, and nothing beside it" {
    mkdir sub
    all_write file
    all_write ./sub/file
    all_write "$PWD/file"
    rm file
    while read -r command; do
        writes file "$command"
        rm file
    done < <(commands)
    assert_equal "$(ls -A sub)" file
    rm -r sub
    tidy
}

@test "output: a filter that fails leaves the old file, and makes no new one" {
    local command file
    echo old >old
    while read -r command; do
        for file in old new; do
            with $file "$command"
            run -1 --separate-stderr "${words[@]::${#words[@]}-1}" "${words[-1]}.short"
            assert_output ''
            # shellcheck disable=SC2154
            assert_regex "$stderr" "^${words[0]}: [^"$'\n'"]*\$"
            assert_equal "$(cat old)" old
            tidy old
        done
    done < <(commands | sed 's/rows rows$/rows/')
}

@test "output: neither of two files appears where the other cannot be written" {
    local command
    echo old >held
    while read -r command; do
        # shellcheck disable=SC2086
        run -1 --separate-stderr $command
        assert_output ''
        assert_equal "$stderr" "${command%% *}: /dev/full: write failed: No space left on device"
        assert_equal "$(cat held)" old
        tidy held
    done <<'END'
split-holdout -r 0 -H /dev/full -o held rows
split-holdout -r 0 -H held -o /dev/full rows
split-holdout -r 0 -H /dev/full -o new rows
split-holdout -r 0 -H new -o /dev/full rows
lsq-fit -q -g 1 --left-out=/dev/full -o held rows
lsq-fit -q -g 1 --left-out=held -o /dev/full rows
lsq-fit -q -g 1 --left-out=new -o /dev/full rows
END
}

@test "output: a reader of standard output that leaves ends the filter, and the file is as it was" {
    echo old >held
    refuses 1 'split-holdout: stdout: write failed: Broken pipe' unread split-holdout -r 0 -H held big
    # shellcheck disable=SC2016
    run -0 --separate-stderr bash -c 'split-holdout -r 0 -H held big | :; echo "${PIPESTATUS[0]}"'
    assert_output 141
    # shellcheck disable=SC2154
    assert_equal "$stderr" ''
    assert_equal "$(cat held)" old
    tidy held
}

@test "output: a device that is full, and a file that may not grow, are errors" {
    refuses_to_write /dev/full 'write failed: No space left on device'
    assert [ -c /dev/full ]
    echo old >old
    local command file
    for command in 'pad-chop -o FILE big' 'split-holdout -r 0-191 -H FILE big' 'lsq-fit -q -g 8192 --partial -o FILE big' 'stitch-wav -q -o FILE/ big'; do
        for file in old new; do
            with $file "${command/FILE\//new/}"
            run -1 --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 10; "$@" >/dev/null' - "${words[@]}"
            # shellcheck disable=SC2154
            assert_regex "$stderr" "^${words[0]}: (old|new|new/row0.wav): write failed: File too large\$"
            assert_equal "$(cat old)" old
            [ ! -d new ] || rmdir new
            tidy old
        done
    done
    # Where it is not ignored the signal ends the filter.
    run -153 bash -c 'ulimit -f 10; exec pad-chop -o new big'
    tidy old
}

@test "output: a file system that is full is an error" {
    unshare -rm true 2>/dev/null || return 0
    mkdir full
    # shellcheck disable=SC2016
    run -0 unshare -rm bash -c 'mount -t tmpfs -o size=64k tmpfs full && echo old >full/file || exit 9
for file in full/file full/new; do
    pad-chop -o $file big
    echo $? "$(cat full/file)" $(ls -A full)
done' - </dev/null
    assert_output 'pad-chop: full/file: write failed: No space left on device
1 old file
pad-chop: full/new: write failed: No space left on device
1 old file'
}

@test "output: a new file has the mode that umask leaves, an old one keeps its own" {
    local mask mode command
    for mask in 000 022 027 077; do
        (umask $mask && all_write new$mask && rm new$mask && writes new$mask 'pad-chop -o FILE rows')
    done
    assert_equal "$(stat -c %a new*)" $'666\n644\n640\n600'
    for mode in 600 606 640 664 755 666; do
        echo old >$mode
        chmod $mode $mode
        (umask 077 && all_write $mode)
        assert_equal "$(stat -c %a $mode)" $mode
    done
}

@test "output: a file that is replaced keeps owner and group, and no set-id bits" {
    local owner
    owner=$(id -u):$(id -g)
    [ "$(id -u)" -ne 0 ] || owner=65534:65533
    echo old >file
    while read -r command; do
        chown "$owner" file
        chmod 6777 file
        writes file "$command"
        assert_equal "$(stat -c '%a %u:%g' file)" "777 $owner"
    done < <(commands)
    # What was for a group is not for another one: neither it nor the owner can be kept here.
    if [ "$(id -u)" -eq 0 ]; then
        chmod 676 file
        setpriv --bounding-set=-all --inh-caps=-all pad-chop -o file rows
        assert_equal "$(stat -c '%a %u:%g' file)" "666 0:$(stat -c %g .)"
    fi
}

@test "output: a file that may not be written is not replaced" {
    [ "$(id -u)" -ne 0 ] || as=(setpriv --bounding-set=-all --inh-caps=-all)
    echo old >file
    chmod 444 file
    refuses_to_write file 'cannot be opened for writing: Permission denied'
    assert_equal "$(cat file)" old
    tidy file
}

@test "output: what cannot be replaced in a sticky directory is refused before anything is read" {
    # Only root makes what is somebody else's.
    [ "$(id -u)" = 0 ] || return 0
    as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod a+rx . "$BATS_TEST_TMPDIR"
    chmod 1777 .
    cp "$BIN"/* .
    # Not by its path, for the folders above it may be closed to others.
    PATH=.:$PATH
    echo root >theirs
    chmod 666 theirs
    refuses_to_write theirs 'a file of another user in a directory with the sticky bit, expected one that can be replaced'
    assert_equal "$(cat theirs)" root
    # Of their own, and in a directory of their own.
    "${as[@]}" bash -c 'pad-chop -o mine rows && pad-chop -o mine rows'
    chown 65534 .
    "${as[@]}" pad-chop -o theirs rows
    cmp theirs mine
}

@test "output: a link stays one, and what it leads to is replaced, or made" {
    mkdir sub
    ln -s sub/file link
    ln -s "$PWD/link" linked
    all_write linked
    rm sub/file
    all_write link
    assert [ -L link ]
    assert [ -L linked ]
    assert [ ! -L sub/file ]
    assert_equal "$(ls -A sub)" file
    ln -s loop loop
    refuses_to_write loop 'cannot be created: Too many levels of symbolic links'
    rm -r sub
    tidy link linked loop
}

@test "output: the longest name that a file can have will do" {
    local long
    long=$(printf '%0255d' 0)
    all_write "$long"
    rm "$long"
    all_write "$PWD/$long"
    refuses_to_write "0$long" 'cannot be created: File name too long'
    tidy "$long"
}

@test "output: what cannot be a file is refused" {
    mkdir folder
    while read -r command; do
        with folder "$command"
        [ "${words[0]}" = stitch-wav ] || refuses 1 "${words[0]}: folder: a directory, expected a file to write" "${words[@]}"
    done < <(commands)
    refuses 1 'split-holdout: folder/: a directory, expected a file to write' split-holdout -r 0 -H folder/ rows
    refuses 1 'split-holdout: .: a directory, expected a file to write' split-holdout -r 0 -H . rows
    refuses_to_write absent/file 'cannot be created: No such file or directory'
    refuses_to_write rows/file 'cannot be created: Not a directory'
    assert_equal "$(ls -A folder)" ''
    tidy folder
}

@test "output: a pipe or a device is written to, and stays one" {
    local command i=0
    mkfifo pipe
    while read -r command; do
        i=$((i + 1))
        timeout 20 cat pipe >got &
        writes pipe "$command"
        wait
        cmp got want.$i
    done < <(commands)
    assert [ -p pipe ]
    while read -r command; do
        writes /dev/null "${command/-H \/dev\/null/-H held}"
    done < <(commands)
    assert [ -c /dev/null ]
    tidy pipe got held
}

# Links like /dev/stdout, which root's programs could replace where they fail.
@test "output: another name of a descriptor is written as it is, and what is in the file stays" {
    local command name at=0
    ln -s /dev/fd fds
    ln -s /proc/self/fd/1 stdout
    ln -s stdout out
    echo log >log
    echo log >want
    while read -r command; do
        at=$((at + 1))
        for name in /dev/fd/7 /proc/self/fd/7 fds/7; do
            with $name "$command"
            "${words[@]}" 7>>log >/dev/null
            cat want.$at >>want
            cmp log want
        done
        refuses 1 "${words[0]}: fds/7: cannot be opened for writing: Bad file descriptor" "${words[@]}" 7<log
    done < <(commands)
    for name in stdout /dev/fd/1 out; do
        { echo log; pad-chop -o $name rows; echo more; } >log
        { echo log; cat want.2; echo more; } | cmp - log
    done
    # A file that is called like one is none.
    all_write 1
    tidy fds stdout out log want 1
}

# An input that is written to as it is would grow for ever, or is empty already.
@test "output: an input that is the output is refused before anything is written" {
    local command input
    for command in 'fsdd-load 0_a_0.wav' 'pad-chop rows' 'pad-chop -l 2 one rows' 'split-holdout -r 0 -H new rows' \
        'lsq-fit -g 1 rows' 'lsq-predict model rows' 'stitch-wav one' 'r2-score one rows'; do
        input=${command##* }
        cp "$input" old
        run -1 --separate-stderr bash -c "$command >>$input"
        # shellcheck disable=SC2154
        assert_equal "$stderr" "${command%% *}: $input: input file is output file"
        run -1 --separate-stderr bash -c "${command/new/.\/new} -o /dev/fd/1 >>$input"
        assert_equal "$stderr" "${command%% *}: $input: input file is output file"
        run -1 --separate-stderr bash -c "${command/$input/-} <$input >>$input"
        assert_equal "$stderr" "${command%% *}: stdin: input file is output file"
        cmp "$input" old
        : >old
        run -1 --separate-stderr bash -c "$command >$input"
        assert_equal "$stderr" "${command%% *}: $input: input file is output file"
        cmp "$input" old
        cp "$BATS_FILE_TMPDIR/inputs/$input" .
    done
    run -1 --separate-stderr bash -c 'lsq-predict model <rows >>model'
    assert_equal "$stderr" 'lsq-predict: model: input file is output file'
    run -1 --separate-stderr bash -c 'r2-score rows <one >>rows'
    assert_equal "$stderr" 'r2-score: rows: input file is output file'
    run -1 --separate-stderr bash -c 'r2-score one <rows >>rows'
    assert_equal "$stderr" 'r2-score: stdin: input file is output file'
    # By another name, in a folder that is searched, and in a list.
    ln -s rows link
    ln one 'hard link'
    run -1 --separate-stderr bash -c 'pad-chop link >>rows'
    assert_equal "$stderr" 'pad-chop: link: input file is output file'
    run -1 --separate-stderr bash -c 'pad-chop one >>"hard link"'
    assert_equal "$stderr" 'pad-chop: one: input file is output file'
    mkdir folder
    cp 0_a_0.wav folder/0_a_1.wav
    cp 0_a_0.wav folder/0_a_2.wav
    run -1 --separate-stderr bash -c 'fsdd-load folder >>folder/0_a_2.wav'
    assert_equal "$stderr" 'fsdd-load: folder/0_a_2.wav: input file is output file'
    run -1 --separate-stderr bash -c 'printf "%s\0" folder >list; fsdd-load --files0-from=list >>list'
    assert_equal "$stderr" 'fsdd-load: list: input file is output file'
    run -1 --separate-stderr bash -c 'fsdd-load --files0-from=list >>folder/0_a_1.wav'
    assert_equal "$stderr" 'fsdd-load: folder/0_a_1.wav: input file is output file'
    cmp folder/0_a_1.wav 0_a_0.wav
    cmp folder/0_a_2.wav 0_a_0.wav
}

@test "output: an input may be the file that -o replaces, but not a pipe" {
    local command
    for command in 'fsdd-load 0_a_0.wav' 'pad-chop rows' 'split-holdout -r 0 -H /dev/null rows' 'lsq-fit -q -g 1 rows' \
        'lsq-predict model rows' 'stitch-wav one' 'r2-score rows rows' 'lsq-predict rows model'; do
        [ "$command" != 'lsq-predict rows model' ] || { mv rows tmp && mv model rows && mv tmp model; }
        $command >want
        ${command} -o "${command##* }"
        cmp "${command##* }" want
        cp "$BATS_FILE_TMPDIR/inputs"/* .
    done
    pad-chop -l 2 rows one rows >want
    pad-chop -l 2 rows one rows -o rows
    cmp rows want
    cp "$BATS_FILE_TMPDIR/inputs"/* .
    mkfifo pipe
    for command in 'fsdd-load pipe' 'pad-chop pipe' 'pad-chop rows pipe' 'split-holdout -r 0 -H new pipe' 'lsq-fit -g 1 pipe' \
        'lsq-predict pipe rows' 'lsq-predict model pipe' 'stitch-wav pipe' 'stitch-wav one pipe' 'r2-score pipe rows' 'r2-score rows pipe'; do
        # shellcheck disable=SC2086
        refuses 1 "${command%% *}: pipe: input file is output file" timeout 20 $command -o pipe
    done
    refuses 1 'split-holdout: pipe: input file is output file' timeout 20 split-holdout -r 0 -H pipe pipe
    refuses 1 'lsq-fit: pipe: input file is output file' timeout 20 lsq-fit -g 1 --left-out=pipe pipe
    # Devices, and the two ends of a socket.
    pad-chop rows /dev/null >/dev/null 2>said || grep -q '^pad-chop: /dev/null: empty' said
    "$PYTHON" -c 'import socket, subprocess
ours, theirs = socket.socketpair()
p = subprocess.Popen(["pad-chop"], stdin=theirs, stdout=theirs)
theirs.close()
rows = open("rows", "rb").read()
ours.sendall(rows)
ours.shutdown(socket.SHUT_WR)
got = ours.makefile("rb").read()
assert p.wait() == 0 and got == open("want.2", "rb").read()'
}

@test "output: two outputs that are one file are refused, and nothing is lost" {
    mkdir sub
    ln -s sub/../new link
    ln -s rows old
    ln one hard
    local command
    while read -r command; do
        # shellcheck disable=SC2086
        refuses 1 "${command%% *}: ${command##*=}: both outputs go there, expected two files" $command
    done <<'END'
split-holdout -r 0 rows -o new --heldout=new
split-holdout -r 0 rows -o new --heldout=./new
split-holdout -r 0 rows -o new --heldout=sub/../new
split-holdout -r 0 rows -o new --heldout=link
split-holdout -r 0 rows -o link --heldout=new
split-holdout -r 0 rows -o rows --heldout=old
split-holdout -r 0 rows -o one --heldout=hard
lsq-fit -q -g 1 rows -o new --left-out=new
lsq-fit -q -g 1 rows -o link --left-out=new
lsq-fit -q -g 1 rows -o one --left-out=hard
END
    run -1 --separate-stderr bash -c 'split-holdout -r 0 -H both rows >both'
    # shellcheck disable=SC2154
    assert_equal "$stderr" 'split-holdout: both: both outputs go there, expected two files'
    run -1 --separate-stderr bash -c 'lsq-fit -g 1 --left-out=both rows >both'
    assert_equal "$stderr" 'lsq-fit: both: both outputs go there, expected two files'
    run -1 --separate-stderr bash -c 'set -o pipefail; split-holdout -r 0 -H /dev/fd/1 rows | cat'
    assert_output ''
    assert_equal "$stderr" 'split-holdout: /dev/fd/1: both outputs go there, expected two files'
    split-holdout -r 0 -H /dev/null rows >/dev/null
    split-holdout -r 0 -H /dev/null -o /dev/null rows
    split-holdout -r 0 -H sub/new -o new rows
    cmp sub/new want.3
    cmp new want.4
}

@test "output: a signal leaves the old file and nothing else" {
    mkdir sub
    "$PYTHON" "$ROOT/tests/output.py" signals all pad-chop -o sub/file
    local command
    while read -r command; do
        with sub/file "$command"
        "$PYTHON" "$ROOT/tests/output.py" signals HUP,INT,TERM,KILL "${words[@]}"
    done < <(waiting)
}

@test "output: SIGKILL at any moment leaves the old file or the new one, and nothing else" {
    mkdir sub
    commands | sed 's,FILE,sub/file,' | "$PYTHON" "$ROOT/tests/output.py" kills 50
    "$PYTHON" "$ROOT/tests/output.py" replacing pad-chop -o sub/file rows
}

@test "output: a file that cannot be put in place is an error" {
    local file at report=$BATS_TEST_TMPDIR/report
    echo old >old
    # The only call for a new file, and the three for an old one.
    while read -r file at; do
        head -c 20000 /dev/zero >"$report"
        refuses 1 "pad-chop: $file: cannot be put in place: No space left on device" \
            env LD_LIBRARY_PATH="$UNIT${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" LD_PRELOAD=fault.so \
            ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" FAULT_REPORT="$report" FAULT_CALL=rename FAULT_AT="$at" FAULT_ERROR=28 \
            pad-chop -o "$file" rows
        assert_equal "$(cat old)" old
        tidy old
    done <<<$'new 1\nold 1\nold 2\nold 3'
}

@test "output: without unnamed files a file has another name at first, which no failure and no signal leaves" {
    named
    mkdir sub
    all_write sub/file
    rm sub/file
    all_write sub/file
    local command
    while read -r command; do
        with sub/file "$command"
        run -1 "${words[@]::${#words[@]}-1}" "${words[-1]}.short"
        assert_equal "$(ls -A sub)" file
    done < <(commands | sed 's/rows rows$/rows/')
    "$PYTHON" "$ROOT/tests/output.py" signals all pad-chop -o sub/file
    while read -r command; do
        with sub/file "$command"
        "$PYTHON" "$ROOT/tests/output.py" signals HUP,INT,TERM "${words[@]}"
    done < <(waiting)
    umask 027
    pad-chop -o sub/new rows
    assert_equal "$(stat -c %a sub/new)" 640
    chmod 606 sub/new
    pad-chop -o sub/new rows
    assert_equal "$(stat -c %a sub/new)" 606
    # What the parent ignores (nohup) stays ignored.
    "$PYTHON" -c 'import signal, subprocess
p = subprocess.Popen(["pad-chop", "-o", "sub/new"], stdin=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
p.stdin.write(open("rows", "rb").read())
p.stdin.flush()
p.send_signal(signal.SIGHUP)
p.stdin.close()
assert p.wait(20) == 0'
    cmp sub/new want.2
    assert_equal "$(ls -A sub)" $'file\nnew'
}
