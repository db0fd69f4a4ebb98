# make install and uninstall, and what has been installed

load common

filters=(csv-load fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show)

# A copy of what the build needs, in a folder with a space in its name.
setup_file() {
    export TREE="$BATS_FILE_TMPDIR/the tree"
    source_tree "$TREE"
    make -s -j2 -C "$TREE" >"$BATS_FILE_TMPDIR/log" 2>&1
    # What most tests look at, and leave as it is.
    export STAGE="$BATS_FILE_TMPDIR/the stage"
    make -s -C "$TREE" install DESTDIR="$STAGE" PREFIX=/usr >"$BATS_FILE_TMPDIR/log" 2>&1
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/a folder"
    cd "$BATS_TEST_TMPDIR/a folder" || exit 1
    stage="$PWD/the stage"
}

installed() {
    make -s -C "$TREE" install DESTDIR="$stage" PREFIX=/usr >log 2>&1 || {
        cat log
        return 1
    }
}

# Mode, type and name of all there is below a folder.
listing() {
    find "$1" -mindepth 1 -printf '%m %y %P\n' | sort -k 3
}

@test "install: every file is in its place, with its mode, whatever the umask" {
    (umask 077 && installed)
    listing "$stage" >got
    {
        printf '755 d %s\n' usr usr/bin usr/share usr/share/{bash-completion{,/completions},fish{,/vendor_completions.d},zsh{,/site-functions},doc{,/wavefill},man{,/man1,/man5,/man7},wavefill{,/cluster,/corpus,/evaluate,/frames,/repair,/report}}
        printf '755 f usr/bin/%s\n' "${filters[@]}"
        printf '644 f usr/share/man/man1/%s.1\n' "${filters[@]}"
        printf '644 f usr/share/%s\n' man/man5/wavefill-stream.5 man/man7/wavefill{,-cluster}.7 doc/wavefill/{LICENSE,README.md} wavefill/{{cluster,enter,evaluate,frames,repair,report,tutorial}.mk,frames/{fill,nearest}.sh,repair/repair.sh,cluster/{run.sh,plan.awk},evaluate/{gaps,group,tables}.sh,evaluate/tables.awk,report/{__main__,draw,facts,page,streams,text}.py,report/page.html} \
            wavefill/corpus/README.md bash-completion/completions/wavefill zsh/site-functions/_wavefill fish/vendor_completions.d/wavefill.fish
        printf '644 f usr/share/wavefill/corpus/0_espeak_%d.wav\n' {0..49}
        printf '777 l usr/share/bash-completion/completions/%s\n' "${filters[@]}"
        printf '777 l usr/share/fish/vendor_completions.d/%s.fish\n' "${filters[@]}"
    } | sort -k 3 >want
    diff want got
    local name
    for name in "${filters[@]}"; do
        cmp "$TREE/build/bin/$name" "$stage/usr/bin/$name"
        assert_equal "$(readlink "$stage/usr/share/bash-completion/completions/$name")" wavefill
        assert_equal "$(readlink "$stage/usr/share/fish/vendor_completions.d/$name.fish")" wavefill.fish
    done
    # No text names the stage or the sources.
    run -1 grep -rIlF -e "$stage" -e "$TREE" -e "$ROOT" "$stage"
}

@test "install: a second time it is the same, PREFIX is /usr/local unless said otherwise" {
    installed
    listing "$stage" >once
    installed
    listing "$stage" | diff once -
    make -s -C "$TREE" install DESTDIR="$PWD/other" >log 2>&1
    run -0 ls other other/usr other/usr/local
    assert_output $'other:\nusr\n\nother/usr:\nlocal\n\nother/usr/local:\nbin\nshare'
    make -s -C "$TREE" install PREFIX="$PWD/pre fix" >log 2>&1
    [ -x 'pre fix/bin/r2-score' ]
}

@test "install: uninstall leaves nothing behind but what is not its own" {
    installed
    local other
    for other in bin/lsq-fitter share/man/man1/other.1 share/bash-completion/completions/other share/doc/other; do
        echo other >"$stage/usr/$other"
    done
    make -s -C "$TREE" uninstall DESTDIR="$stage" PREFIX=/usr >log 2>&1
    assert_equal "$(find "$stage" ! -type d -printf '%P\n' | sort | paste -s)" \
        "usr/bin/lsq-fitter	usr/share/bash-completion/completions/other	usr/share/doc/other	usr/share/man/man1/other.1"
    run -0 find "$stage" -name '*wavefill*'
    assert_output ''
    # Where nothing is installed there is nothing to do.
    make -s -C "$TREE" uninstall DESTDIR="$stage" PREFIX=/usr >log 2>&1
    make -s -C "$TREE" uninstall DESTDIR="$PWD/nowhere" >log 2>&1
    [ ! -e nowhere ]
}

@test "install: the manual pages are found and read by name" {
    stage=$STAGE
    local name section man
    man=$(command -v mman || command -v man)
    for name in "${filters[@]}" wavefill-stream wavefill wavefill-cluster; do
        section=1
        case $name in
            wavefill-stream) section=5 ;;
            wavefill | wavefill-cluster) section=7 ;;
        esac
        # What one of them says of an index that is not there goes to stderr.
        run -0 --separate-stderr "$man" -M "$stage/usr/share/man" -w "$name"
        assert_output "$stage/usr/share/man/man$section/$name.$section"
        run -0 mandoc -T markdown "$stage/usr/share/man/man$section/$name.$section"
        assert_line --index 0 --regexp "^$(tr '[:lower:]' '[:upper:]' <<<"$name")\($section\) "
        assert_line '# NAME'
        assert_line '# DESCRIPTION'
    done
}

@test "install: each filter runs from where it is, and says its name and version" {
    stage=$STAGE
    local version name
    version=$(sed -n 's/^VERSION = //p' "$TREE/Makefile")
    for name in "${filters[@]}"; do
        run -0 --separate-stderr "$stage/usr/bin/$name" --version
        assert_line --index 0 "$name (wavefill) $version"
        # shellcheck disable=SC2154
        assert_equal "$stderr" ''
        run -0 "$stage/usr/bin/$name" --help
        assert_line --index 0 --regexp "^Usage: $name "
    done
}

@test "install: the commands of the README work as typed, in a folder with a space in its name" {
    stage=$STAGE
    mkdir pipelines
    cp -R "$stage/usr/share/wavefill/corpus" pipelines
    # The block that begins with fsdd-load.
    sed -n '/^    fsdd-load .* > model$/,/^$/s/^    //p' "$TREE/README.md" >commands
    run -0 grep -c . commands
    assert_output 5
    run -0 grep -c '^fsdd-load .*| pad-chop | split-holdout .*| lsq-fit -g 25% > model$' commands
    PATH=$stage/usr/bin:/usr/bin:/bin bash -e -o pipefail commands >score
    py '
import os
from scipy.io import wavfile
from sklearn.metrics import r2_score
rows = [wavfile.read(f"pipelines/corpus/0_espeak_{i}.wav")[1] for i in range(50)]
n = min(map(len, rows))
rows = np.array([row[:n] for row in rows]).astype(float)
k, at = int(0.25 * n), np.random.RandomState(7).randint(50)
model, = read("model")
assert (model["k"], model["targets"], model["rows"], model["rank"]) == (k, n - k, 49, 48)
train = np.delete(rows, at, axis=0)
mean = train.mean(axis=0)
want = mean[k:] + (rows[at][:k] - mean[:k]) @ np.linalg.pinv(train[:, :k] - mean[:k], rcond=1e-10) @ (train - mean)[:, k:]
rate, clip = wavfile.read("clip.wav")
assert rate == 8000 and (clip == np.concatenate([rows[at][:k], np.trunc(want)])).all()
with open("score") as f:
    score = float(f.read())
assert abs(score - r2_score(rows[at][k:], want)) <= 1e-9 * abs(score), score'
}

@test "install: the Python program of the README shows what passes at each point of the pipe" {
    stage=$STAGE
    local PATH=$stage/usr/bin:$PATH corpus="$stage/usr/share/wavefill/corpus"
    sed -n '/^    # look.py: /,/^$/s/^    //p' "$TREE/README.md" >look.py
    # The rows differ in length; the means are those of the samples.
    fsdd-load -t 0-1 "$corpus" | "$PYTHON" look.py >ragged
    "$PYTHON" -c '
import sys
from scipy.io import wavfile
for name in ("0_espeak_0", "0_espeak_1"):
    samples = wavfile.read(f"{sys.argv[1]}/{name}.wav")[1]
    print(name, len(samples), "int16", samples.mean())' "$corpus" >want
    diff want ragged
    fsdd-load "$corpus" | pad-chop | split-holdout -r 47 -H heldout | lsq-fit -q -g 25% -o model
    run -0 "$PYTHON" look.py <model
    assert_output 'a model: 700 given columns, 2100 targets, rank 48'
    lsq-predict -o predicted model heldout
    run -0 "$PYTHON" look.py <predicted
    assert_output --regexp '^0_espeak_47 2100 float64 -?[0-9.]+$'
}

@test "install: the completion is read by bash without a word, for each filter" {
    stage=$STAGE
    local completions="$stage/usr/share/bash-completion/completions" name
    for name in "${filters[@]}"; do
        # shellcheck disable=SC2016
        run -0 bash -eu -c '. "$1"; complete -p "$2"' bash "$completions/$name" "$name"
        assert_output --regexp "^complete .* $name\$"
    done
}

@test "install: the manual pages speak of where things are installed" {
    stage=$STAGE
    local man="$stage/usr/share/man" page
    run -1 grep -rF /usr/local "$man"
    grep -qxF '$ ln \-s /usr/share/wavefill/corpus recordings' "$man/man7/wavefill.7"
    for page in "$ROOT"/man/*.[157]; do
        sed 's|/usr/local|/usr|g' "$page" | cmp - "$man/man${page##*.}/${page##*/}"
    done
    make -s -C "$TREE" install DESTDIR="$PWD/other" PREFIX='/opt/a-b&c|d' >log 2>&1
    grep -qxF '$ ln \-s /opt/a\-b&c|d/share/wavefill/corpus recordings' 'other/opt/a-b&c|d/share/man/man7/wavefill.7'
}

# The flags that the Makefile asks for.
@test "install: each filter is hardened" {
    local name program calls
    for name in "${filters[@]}"; do
        program=$TREE/build/bin/$name
        # Position-independent, all symbols bound before main, and what holds their addresses closed to writing then.
        readelf -hW "$program" | grep -qE '^ *Type: +DYN '
        readelf -dW "$program" >dynamic
        grep -qE '\(FLAGS_1\) +Flags: NOW PIE$' dynamic
        grep -qE '\(FLAGS\) +BIND_NOW$' dynamic
        run -1 grep -E 'RPATH|RUNPATH|TEXTREL' dynamic
        readelf -lW "$program" >segments
        grep -qE '^ *GNU_RELRO ' segments
        run -0 grep -oE '^ *GNU_STACK .* RWE? ' segments
        refute_output --partial RWE
        readelf --dyn-syms -W "$program" >symbols
        # A canary on the stack, and functions that know how long their buffers are.
        calls=$(grep -oE '__[a-z_]+_chk(_fail)?@' symbols | sort -u | paste -s -d ' ')
        assert_regex "$calls" '__snprintf_chk@.*__stack_chk_fail@'
    done
}

@test "install: hardening gives way to what the flags say already, and to HARDENING=" {
    local compile link
    # flags ARGUMENT...: how make compiles and links, given these.
    flags() {
        make -C "$TREE" -n V=1 BUILD=x "$@" >commands
        compile=$(grep -- '-c -o .*/obj/cmd/pad-chop\.o ' commands)
        link=$(grep -- '-o .*/bin/pad-chop ' commands)
    }
    # How often each word stands there.
    count() {
        tr ' ' '\n' <<<"$1" | grep -cxe "$2"
    }
    flags
    for flag in -fPIE -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2; do
        assert_equal "$flag $(count "$compile" "$flag")" "$flag 1"
    done
    for flag in -pie -Wl,-z,relro -Wl,-z,now; do
        assert_equal "$flag $(count "$link" "$flag")" "$flag 1"
    done
    # As dpkg-buildflags has them.
    flags CFLAGS='-g -O2 -fstack-protector-strong' CPPFLAGS=-D_FORTIFY_SOURCE=3 LDFLAGS='-Wl,-z,relro -Wl,-z,now'
    for flag in -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=3; do
        assert_equal "$flag $(count "$compile" "$flag")" "$flag 1"
    done
    for flag in -pie -Wl,-z,relro -Wl,-z,now; do
        assert_equal "$flag $(count "$link" "$flag")" "$flag 1"
    done
    refute_regex "$compile" FORTIFY_SOURCE=2
    # Without optimization the C library would warn of it.
    flags CFLAGS='-O0 -g'
    refute_regex "$compile" FORTIFY_SOURCE
    flags HARDENING= HARDENING_LINK=
    refute_regex "$compile" '-fPIE|-fstack|-fcf|FORTIFY'
    refute_regex "$link" '-pie|-Wl,-z'
}

@test "build: a second make has nothing to do, other flags make all of it anew, make -n writes nothing" {
    local name
    run -0 make --no-print-directory -C "$TREE"
    assert_output "make: Nothing to be done for 'all'."
    run -0 make --no-print-directory -n -C "$TREE" CFLAGS=-O1
    for name in "${filters[@]}"; do
        assert_line --regexp "^echo '  cc cmd/$name.c';"
        assert_line --regexp "^echo '  ld build/bin/$name';.* -o build/bin/$name "
    done
    run -0 make --no-print-directory -C "$TREE"
    assert_output "make: Nothing to be done for 'all'."
    make -n -C "$TREE" BUILD="$BATS_TEST_TMPDIR/new" >said
    [ ! -e "$BATS_TEST_TMPDIR/new" ]
}
