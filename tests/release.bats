# make dist, and that what is said twice for a release is the same

load common

# A repository of its own with the project's files in it, whether these tests lie in a clone or in an unpacked tarball.
setup_file() {
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
    export GIT_AUTHOR_NAME=Tester GIT_AUTHOR_EMAIL=tester@example.org GIT_AUTHOR_DATE='2020-01-01T00:00:00Z'
    export GIT_COMMITTER_NAME=Tester GIT_COMMITTER_EMAIL=tester@example.org GIT_COMMITTER_DATE='2020-02-03T04:05:06Z'
    unset SOURCE_DATE_EPOCH
    VERSION=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
    export VERSION NAME=wavefill-$VERSION REPOSITORY="$BATS_FILE_TMPDIR/the repository"
    make -s -C "$ROOT" dist BUILD="$BATS_FILE_TMPDIR" >"$BATS_FILE_TMPDIR/log" 2>&1
    tar -xzf "$BATS_FILE_TMPDIR/$NAME.tar.gz" -C "$BATS_FILE_TMPDIR"
    mv "$BATS_FILE_TMPDIR/$NAME" "$REPOSITORY"
    git init -q "$REPOSITORY"
    git -C "$REPOSITORY" add .
    git -C "$REPOSITORY" commit -q -m 'a release'
    make -s -C "$REPOSITORY" dist >"$BATS_FILE_TMPDIR/log" 2>&1
    export TARBALL="$REPOSITORY/build/$NAME.tar.gz"
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/a folder"
    cd "$BATS_TEST_TMPDIR/a folder" || exit 1
}

# unpack: the tarball's tree, in this folder.
unpack() {
    tar -xzf "$TARBALL"
    cd "$NAME" || exit 1
}

@test "dist: the same bytes twice, in two clones, under another umask, time zone, locale and settings of the tools" {
    git clone -q "$REPOSITORY" one
    (umask 077 && git clone -q "$REPOSITORY" two && find two -type f -exec touch -d 2001-01-01 {} +)
    run -0 --separate-stderr make -s -C one dist
    assert_output "$(sha256sum <"$TARBALL" | cut -c 1-64)  $NAME.tar.gz"
    # shellcheck disable=SC2154
    assert_equal "$stderr" ''
    cp "one/build/$NAME.tar.gz" once
    make -s -C one dist
    (umask 077 && TZ=Pacific/Apia LC_ALL=C.UTF-8 TAR_OPTIONS=--owner=you GZIP=-1 make -s -C two dist)
    cmp "$TARBALL" once
    cmp "$TARBALL" "one/build/$NAME.tar.gz"
    cmp "$TARBALL" "two/build/$NAME.tar.gz"
    run -0 find one/build two/build -type f
    assert_equal "${#lines[@]}" 2
}

@test "dist: the files that git knows, sorted, of nobody in particular, at the time of the commit" {
    # Neither what is new nor what make and Debian's tools leave behind.
    git clone -q "$REPOSITORY" clone
    mkdir -p clone/debian/wavefill
    touch clone/{new,setup~,debian/files,debian/wavefill/x}
    make -s -C clone dist
    cmp "$TARBALL" "clone/build/$NAME.tar.gz"
    git -C clone ls-files -s >known
    py '
import tarfile
known = [line.rstrip("\n") for line in open("known")]
want = sorted((line.split("\t")[1], 0o755 if line.startswith("100755") else 0o644) for line in known)
with tarfile.open(sys.argv[1]) as tar:
    members = tar.getmembers()
prefix = sys.argv[2] + "/"
assert [(prefix + name, mode) for name, mode in want] == [(m.name, m.mode) for m in members]
assert len(want) > 190
assert {(m.type, m.uid, m.gid, m.uname, m.gname, m.mtime) for m in members} == {(tarfile.REGTYPE, 0, 0, "", "", 1580702706)}
' "$TARBALL" "$NAME"
}

@test "dist: an unpacked tarball makes the same, in the repository of something else, with by-products about" {
    git init -q .
    unpack
    mkdir -p out fsdd tests/bench/__pycache__ debian/wavefill/usr
    touch out/x fsdd/x tests/bench/__pycache__/x.pyc cmd/lsq-fit.c~ debian/files debian/wavefill/usr/x debian/wavefill.substvars
    make -s dist
    cmp "$TARBALL" "build/$NAME.tar.gz"
    # Without git at all.
    mkdir "$BATS_TEST_TMPDIR/bin"
    for tool in bash sh make sed cc dirname tar mktemp find xargs stat sort tail mv gzip sha256sum grep rm mkdir cat; do
        ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin"
    done
    rm -r build
    PATH=$BATS_TEST_TMPDIR/bin make -s dist
    cmp "$TARBALL" "build/$NAME.tar.gz"
    # The newest file gives the time.
    touch -d 2030-01-01T00:00:00Z README.md
    make -s dist
    run -0 env TZ=UTC tar -tvzf "build/$NAME.tar.gz" "$NAME/Makefile"
    assert_output --partial ' 2030-01-01 00:00 '
}

@test "dist: SOURCE_DATE_EPOCH goes before all other times" {
    unpack
    git clone -q "$REPOSITORY" ../clone
    SOURCE_DATE_EPOCH=86400 make -s dist
    SOURCE_DATE_EPOCH=86400 make -s -C ../clone dist
    cmp "build/$NAME.tar.gz" "../clone/build/$NAME.tar.gz"
    run -0 env TZ=UTC tar -tvzf "build/$NAME.tar.gz" "$NAME/Makefile"
    assert_output --partial ' 1970-01-02 00:00 '
    rm -r build
    refuses 1 'dist: SOURCE_DATE_EPOCH = yesterday, expected seconds since 1970' \
        env SOURCE_DATE_EPOCH=yesterday bash -c "mkdir build && packaging/dist $NAME build"
    run -0 ls -A build
    assert_output ''
}

@test "dist: what is not committed goes in, with a warning" {
    git clone -q "$REPOSITORY" clone
    echo '# changed' >>clone/Makefile
    run -0 --separate-stderr make -s -C clone dist
    assert_equal "$stderr" 'dist: warning: there are changes that are not committed'
    run -0 bash -c "tar -xzOf clone/build/$NAME.tar.gz $NAME/Makefile | tail -n 1"
    assert_output '# changed'
}

@test "dist: a clone that git cannot read is no tarball" {
    unpack
    mkdir build
    echo 'gitdir: /nowhere' >.git
    run -1 --separate-stderr packaging/dist "$NAME" build
    assert_output ''
    # shellcheck disable=SC2154
    assert_equal "${stderr_lines[-1]}" 'dist: .git: git cannot read it, expected a clone'
    run -0 ls -A build
    assert_output ''
}

@test "build: a folder without spaces, anywhere, and nothing is written beside the sources" {
    local build
    unpack
    for build in 'a b' ' '; do
        run -2 --separate-stderr make BUILD="$build"
        assert_output ''
        assert_regex "$stderr" '^Makefile:[0-9]+: \*\*\* BUILD = .*: found (spaces in it|nothing), expected a folder without spaces in its name\.  Stop\.$'
    done
    build=$BATS_TEST_TMPDIR/else/where
    find . | sort >"$BATS_TEST_TMPDIR/before"
    make -s BUILD="$build" "$build/obj/cmd/r2-score.o" >"$BATS_TEST_TMPDIR/log"
    [ -s "$build/obj/cmd/r2-score.o" ]
    find . | sort | diff "$BATS_TEST_TMPDIR/before" -
}

@test "setup: --run lists what it takes to build and to run, and no more" {
    run -0 "$ROOT/setup" --run --list
    local said=$output name
    for name in gcc make libsox-dev liblapacke-dev sox python3; do
        assert_line "$name"
    done
    refute_line chromium
    refute_line bats
    run -0 "$ROOT/setup" --list
    assert_equal "$(head -n "$(wc -l <<<"$said")" <<<"$output")" "$said"
    assert_line chromium
    run -0 "$ROOT/setup" --deb --list
    assert_equal "$(head -n "$(wc -l <<<"$said")" <<<"$output")" "$said"
    for name in build-essential dpkg-dev debhelper; do
        assert_line "$name"
    done
    refute_line chromium
    run -2 "$ROOT/setup" --ran
    assert_output "setup: --ran: no such option; try './setup --help'"
}

# tools NAME...: a folder bin of these tools alone, for PATH.
tools() {
    mkdir -p bin
    for name; do ln -sf "$(command -v "$name")" bin; done
}

@test "setup: who is not root gets a line to paste, whether there is no sudo or it refuses" {
    local line='apt-get update && apt-get install --no-install-recommends gcc make pkg-config libc6-dev libsox-dev'
    cd "$BATS_TEST_TMPDIR"
    tools sh cat sed tr env
    printf '#!/bin/sh\necho 1000\n' >bin/id
    printf '#!/bin/sh\n' | tee bin/dpkg-query bin/apt-get >bin/apt-cache
    chmod +x bin/*
    # Without a sudo, then with one that refuses.
    for _ in 1 2; do
        run -1 --separate-stderr env PATH="$PWD/bin" sh "$ROOT/setup" --run
        assert_output ''
        assert_equal "${stderr_lines[0]}" 'setup: neither root nor a sudo that lets us; as root:'
        assert_regex "${stderr_lines[1]}" "^    $line [a-z0-9 .-]*\$"
        assert_equal "${#stderr_lines[@]}" 2
        printf '#!/bin/sh\nexit 1\n' >bin/sudo
        chmod +x bin/sudo
    done
}

@test "setup: on other systems --run names what builds and runs it, without what tests" {
    cd "$BATS_TEST_TMPDIR"
    tools sh cat
    run -1 env PATH="$PWD/bin" sh "$ROOT/setup" --run
    assert_output --partial 'sudo dnf install gcc make'
    refute_output --partial bats
    assert_line 'setup: missing to build: cc make pkg-config'
    run -1 env PATH="$PWD/bin" sh "$ROOT/setup"
    assert_output --partial 'sudo dnf install bats'
}

@test "build: without the libraries' headers one line says what installs them" {
    cd "$ROOT"
    run -2 make -s PKG_CONFIG=false CPPFLAGS=-nostdinc BUILD="$BATS_TEST_TMPDIR/build"
    assert_output --regexp "^Makefile:[0-9]+: \*\*\* a C compiler, libsox, LAPACKE, msgpack-c or libxxhash is not installed: \./setup --run installs them\.  Stop\.$"
    run -0 make -s PKG_CONFIG=false CPPFLAGS=-nostdinc help
}

@test "debian: the version and what is needed to build are those of the Makefile and of setup" {
    run -0 sed -n '1s/^wavefill (\(.*\)) .*/\1/p' "$ROOT/packaging/debian/changelog"
    assert_output "$VERSION"
    # Comments and profiles go; of alternatives each counts.
    sed -n '/^Build-Depends:/,/^[^B ]/{s/^Build-Depends://;/^[^ ]/d;s/<[^>]*>//g;s/([^)]*)//g;p}' "$ROOT/packaging/debian/control" |
        tr ',|' '\n' | tr -d ' ' | sed '/^$/d' | sort >needed
    sed -n "/^[a-z]*_packages='/,/^'/p" "$ROOT/setup" | grep -v "'" | tr '|' '\n' | sort >installed
    run -0 comm -23 needed installed
    assert_output debhelper-compat
    # dpkg-dev makes the package; build-essential has the next, the sanitizers use the last.
    run -0 bash -c 'comm -13 needed installed | grep -e -dev'
    assert_output $'dpkg-dev\nlibc6-dev\nlibclang-rt-dev'
}
