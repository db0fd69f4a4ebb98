# bats file for pipelines/fsdd.mk, against small git repositories made here.

# shellcheck disable=SC2154 # run sets stderr and stderr_lines
bats_require_minimum_version 1.5.0

setup_file() {
    # Nobody's own git settings: the same repository for everyone.
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
    export GIT_AUTHOR_NAME=Tester GIT_AUTHOR_EMAIL=tester@example.org GIT_AUTHOR_DATE='2020-01-01T00:00:00Z'
    export GIT_COMMITTER_NAME=Tester GIT_COMMITTER_EMAIL=tester@example.org GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
    export LC_ALL=C
    # What a make that runs these tests passes on to the makes below.
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

    local corpus=$BATS_TEST_DIRNAME/../pipelines/corpus speaker
    export remote=$BATS_FILE_TMPDIR/remote
    git init -q "$remote"
    mkdir "$remote/recordings"
    for speaker in george jackson nicolas theo yweweler; do
        cp --no-preserve=mode "$corpus/0_espeak_${#speaker}.wav" "$remote/recordings/0_${speaker}_0.wav"
        cp --no-preserve=mode "$corpus/0_espeak_1${#speaker}.wav" "$remote/recordings/0_${speaker}_10.wav"
    done
    echo 'the data set' >"$remote/README.md"
    git -C "$remote" add .
    git -C "$remote" commit -q -m 'the pinned revision'
    rev=$(git -C "$remote" rev-parse HEAD)
    export rev
    cp -R "$remote/recordings" "$BATS_FILE_TMPDIR/expected"

    # The newest revision is another one.
    cp "$corpus/0_espeak_0.wav" "$remote/recordings/0_jackson_0.wav"
    git -C "$remote" commit -q -a -m 'a later revision'

    # Not by the means of the recipe.
    sum=$(python3 - "$BATS_FILE_TMPDIR/expected" <<'EOF'
import hashlib, os, sys

speakers = ("george", "jackson", "nicolas", "yweweler")
listing = b""
for name in sorted(os.listdir(sys.argv[1])):
    if name.split("_")[1] in speakers:
        with open(os.path.join(sys.argv[1], name), "rb") as recording:
            listing += hashlib.sha256(recording.read()).hexdigest().encode() + b"  " + name.encode() + b"\n"
print(hashlib.sha256(listing).hexdigest())
EOF
)
    export sum
}

setup() {
    bats_load_library bats-support
    bats_load_library bats-assert
    makefile=$BATS_TEST_DIRNAME/../pipelines/fsdd.mk
    mkdir "$BATS_TEST_TMPDIR/a folder"
    cd "$BATS_TEST_TMPDIR/a folder" || return
}

# fetch ARGUMENT...: the pinned revision of the local repository. A later argument overrides.
fetch() {
    make -s -f "$makefile" FSDD_URL="file://$remote" FSDD_REV="$rev" FSDD_SHA256="$sum" "$@"
}

# stand_in SCRIPT: a git ahead in the PATH that runs SCRIPT first.
stand_in() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/bash\n%s\nexec %q "$@"\n' "$1" "$(command -v git)" >"$BATS_TEST_TMPDIR/bin/git"
    chmod +x "$BATS_TEST_TMPDIR/bin/git"
}

assert_fetched() {
    diff -r "$1/recordings" "$BATS_FILE_TMPDIR/expected"
    run -0 ls -A "$1"
    assert_output $'README.md\nrecordings'
    assert [ ! -e "$1.part" ]
}

assert_nothing_here() {
    run -0 ls -A
    assert_output ''
}

# assert_error MESSAGE: what the recipe said, beside make's own closing line.
assert_error() {
    assert_equal "${stderr_lines[0]}" "fsdd: $1"
    assert_regex "${stderr_lines[1]}" '^make: \*\*\* \[.*fsdd\.mk:[0-9]+: fsdd\] Error 1$'
    assert_equal "${#stderr_lines[@]}" 2
}

@test "fetches the pinned revision, not the newest" {
    run -0 --separate-stderr fetch
    assert_output "fsdd: fetching revision $rev of file://$remote
fsdd: the recordings are in fsdd/recordings"
    assert_equal "$stderr" ''
    assert_fetched fsdd
}

@test "a second run does nothing and needs no repository" {
    fetch
    run -0 --separate-stderr fetch FSDD_URL=file:///nowhere
    assert_output 'fsdd: fsdd/recordings is complete'
    assert_equal "$stderr" ''
    assert_fetched fsdd
}

@test "DEST: spaces, quotes, slashes at the end, a dash in front, folders that are not there" {
    fetch DEST='my data'
    assert_fetched 'my data'
    fetch DEST="it's \"mine\"//"
    assert_fetched "it's \"mine\""
    fetch DEST=-f
    assert_fetched ./-f
    fetch DEST="$BATS_TEST_TMPDIR/x/y"
    assert_fetched "$BATS_TEST_TMPDIR/x/y"
}

@test "DEST: an empty folder is filled" {
    mkdir fsdd
    fetch
    assert_fetched fsdd
}

@test "DEST: a folder that holds something else is left alone" {
    mkdir fsdd
    echo mine >fsdd/notes
    run -2 --separate-stderr fetch
    assert_output ''
    assert_error 'fsdd: is there, but does not hold the expected recordings; move it away and try again'
    run -0 ls -A . fsdd
    assert_output $'.:\nfsdd\n\nfsdd:\nnotes'
}

@test "DEST: a data set that lost a recording is said, not mended" {
    fetch
    rm fsdd/recordings/0_nicolas_0.wav
    run -2 --separate-stderr fetch
    assert_error 'fsdd: is there, but does not hold the expected recordings; move it away and try again'
}

@test "DEST: empty" {
    run -2 --separate-stderr fetch DEST=
    assert_error 'DEST is empty, expected the name of a folder'
    assert_nothing_here
}

@test "no repository there: one message, nothing left" {
    run -2 --separate-stderr fetch FSDD_URL="file://$BATS_TEST_TMPDIR/none"
    assert_output "fsdd: fetching revision $rev of file://$BATS_TEST_TMPDIR/none"
    assert_error "cannot fetch revision $rev of file://$BATS_TEST_TMPDIR/none: \
'$BATS_TEST_TMPDIR/none' does not appear to be a git repository"
    assert_nothing_here
}

@test "nobody answers: one message, nothing left" {
    # Port 1 of this machine, where nothing listens.
    export no_proxy='*'
    run -2 --separate-stderr fetch FSDD_URL=https://127.0.0.1:1/fsdd
    assert_output "fsdd: fetching revision $rev of https://127.0.0.1:1/fsdd"
    assert_regex "${stderr_lines[0]}" \
        "^fsdd: cannot fetch revision $rev of https://127\.0\.0\.1:1/fsdd: unable to access "
    assert_equal "${#stderr_lines[@]}" 2
    assert_nothing_here
}

@test "no such revision: one message, nothing left" {
    local missing=0123456789abcdef0123456789abcdef01234567
    run -2 --separate-stderr fetch FSDD_REV="$missing"
    assert_output "fsdd: fetching revision $missing of file://$remote"
    assert_regex "${stderr_lines[0]}" \
        "^fsdd: cannot fetch revision $missing of file://$remote: .*not our ref $missing\$"
    assert_equal "${#stderr_lines[@]}" 2
    assert_nothing_here
}

@test "another sum: one message, nothing left" {
    local other=${sum//[0-9]/0}
    run -2 --separate-stderr fetch FSDD_SHA256="$other"
    assert_output "fsdd: fetching revision $rev of file://$remote"
    assert_error "the recordings have the SHA-256 sum $sum, expected $other"
    assert_nothing_here
}

@test "a repository without recordings: one message, nothing left" {
    git init -q "$BATS_TEST_TMPDIR/other"
    git -C "$BATS_TEST_TMPDIR/other" commit -q --allow-empty -m empty
    run -2 --separate-stderr fetch FSDD_URL="file://$BATS_TEST_TMPDIR/other" \
        FSDD_REV="$(git -C "$BATS_TEST_TMPDIR/other" rev-parse HEAD)"
    assert_error "the recordings have the SHA-256 sum (none, there are no recordings), expected $sum"
    assert_nothing_here
}

@test "no git: one message, nothing left" {
    local tool
    mkdir "$BATS_TEST_TMPDIR/bin"
    for tool in sh ls; do
        ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin/$tool"
    done
    local make
    make=$(command -v make)
    run -2 --separate-stderr env PATH="$BATS_TEST_TMPDIR/bin" "$make" -s -f "$makefile"
    assert_output ''
    assert_equal "${stderr_lines[0]}" 'fsdd: git is not installed, expected it (packages git and ca-certificates)'
    assert_nothing_here
}

# Whether make dies of the signal or says that the shell below it did is a matter of which of them is first.
# timeout gives make a process group of its own for the signal, and undoes that a shell which runs these tests in the
# background ignores SIGINT.
@test "^C while fetching or checking out: no folder, and the next run starts again" {
    local step
    for step in fetch checkout; do
        stand_in "case \" \$* \" in *' $step '*) kill -INT 0; sleep 10 ;; esac"
        PATH=$BATS_TEST_TMPDIR/bin:$PATH run ! timeout 60 make -s -f "$makefile" FSDD_URL="file://$remote" \
            FSDD_REV="$rev" FSDD_SHA256="$sum"
        assert [ ! -e fsdd ]
    done
    # As a killed git leaves them.
    touch fsdd.part/.git/index.lock fsdd.part/.git/HEAD.lock fsdd.part/.git/shallow.lock
    fetch
    assert_fetched fsdd
}

@test "called from a git hook, the hook's repository is left alone" {
    git init -q project
    git -C project commit -q --allow-empty -m first
    local head
    head=$(git -C project rev-parse HEAD)
    cd project
    GIT_DIR=$PWD/.git GIT_WORK_TREE=$PWD GIT_INDEX_FILE=$PWD/.git/index fetch
    assert_fetched fsdd
    assert_equal "$(git rev-parse HEAD)" "$head"
    run -0 git for-each-ref --format='%(objectname)'
    assert_output "$head"
}

@test "the user's hooks and line endings have no say" {
    mkdir hooks
    printf '#!/bin/sh\ntouch "%s/hooked"\n' "$BATS_TEST_TMPDIR" >hooks/post-checkout
    chmod +x hooks/post-checkout
    printf '[core]\nautocrlf = true\nhooksPath = %s\n' "$PWD/hooks" >config
    GIT_CONFIG_GLOBAL=$PWD/config fetch
    assert_fetched fsdd
    assert_equal "$(cat fsdd/README.md)" 'the data set'
    assert [ ! -e "$BATS_TEST_TMPDIR/hooked" ]
}

@test "what is pinned: a whole commit id, and the sum of the real recordings where they are at hand" {
    run -0 sed -n 's/^FSDD_REV = //p; s/^FSDD_SHA256 = //p' "$makefile"
    assert_line --index 0 --regexp '^[0-9a-f]{40}$'
    assert_line --index 1 --regexp '^[0-9a-f]{64}$'

    local speakers='*_@(george|jackson|nicolas|yweweler)_*.wav'
    shopt -s extglob
    # shellcheck disable=SC2206 # a pattern is meant
    local recordings=("${FSDD:-/nowhere}"/$speakers)
    if [ "${#recordings[@]}" -eq 2000 ]; then
        mkdir real
        ln -s "$FSDD" real/recordings
        run -0 --separate-stderr make -s -f "$makefile" DEST=real
        assert_output 'fsdd: real/recordings is complete'
    fi
}
