# The inputs kept in tests/fuzz/corpus, through the fuzz targets: no fault, and what must
# hold of each holds. HACKING.md says how new ones are looked for.

load common

REPLAY=${REPLAY:-$ROOT/build/replay}
CORPUS=$ROOT/tests/fuzz/corpus

setup() {
    # What libraries never free is known.
    export ASAN_OPTIONS=detect_leaks=1
    export LSAN_OPTIONS="suppressions=\"$ROOT/tests/lsan.supp\":print_suppressions=0"
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# replay TARGET: all inputs kept for it, each of them given to it.
replay() {
    local files=("$CORPUS/$1"/*)
    run -0 --separate-stderr "$REPLAY/targets/$1" "${files[@]}"
    # shellcheck disable=SC2154
    assert_equal "$stderr" ''
    assert_equal "${lines[-1]}" "$(find "$CORPUS/$1" -type f | wc -l) inputs"
    assert [ "$(find "$CORPUS/$1" -type f | wc -l)" -gt "$2" ]
}

@test "fuzz: matrix streams" {
    replay stream 20
}

@test "fuzz: models and partial fits" {
    replay model 20
}

@test "fuzz: pad-chop and its frames" {
    replay frames 20
}

@test "fuzz: lsq-fit of rows and partial fits, with weights, penalties and what is left out" {
    replay fit 20
}

@test "fuzz: lsq-predict, from itself too" {
    replay predict 20
}

@test "fuzz: r2-score" {
    replay scores 20
}

@test "fuzz: csv-load" {
    replay text 10
}

@test "fuzz: stream-show" {
    replay show 10
}

@test "fuzz: file names and UTF-8" {
    replay names 5
}

@test "fuzz: numbers, positions and lists" {
    replay numbers 5
}

@test "fuzz: WAV headers" {
    replay riff 20
}

@test "fuzz: WAV files through libsox" {
    replay wav 20
}

@test "fuzz: the targets that the corpus is for are all of them" {
    # shellcheck disable=SC2016 # for make to expand
    run -0 "${MAKE:-make}" -s -f "$ROOT/Makefile" -C "$ROOT" --eval 'print: ; @printf "%s\n" $(sort $(FUZZ_TARGETS))' print
    assert_output "$(ls "$CORPUS")"
}

# finds TEXT PATTERN: the target with faults ends badly on this text, and says so.
finds() {
    printf %s "$1" >input
    run ! --separate-stderr "$REPLAY/targets/broken" input
    assert_output input
    assert_regex "$stderr" "$2"
}

@test "fuzz: a replay ends badly where something does not hold, and goes on behind die()" {
    finds untrue 'broken.c:[0-9]+: does not hold: '
    printf die >input
    run -0 --separate-stderr "$REPLAY/targets/broken" input input
    assert_equal "$stderr" ''
    assert_line --index 2 '2 inputs'
}

@test "fuzz: a replay ends badly where the sanitizers see a fault" {
    if ! grep -q -- '-fsanitize=address,undefined' "$REPLAY/flags"; then
        skip 'the compiler has no sanitizers'
    fi
    finds overrun 'AddressSanitizer: heap-buffer-overflow'
    finds overflow 'runtime error: signed integer overflow'
    printf leak >input
    run ! --separate-stderr "$REPLAY/targets/broken" input
    assert_regex "$stderr" 'LeakSanitizer: detected memory leaks'
}

@test "fuzz: a file that cannot be read is an error of the replay" {
    run -1 --separate-stderr "$REPLAY/targets/riff" absent
    assert_equal "$stderr" 'absent: cannot be read, or is not less than 1 MiB'
}

@test "fuzz: what clang lacks is said" {
    run -1 --separate-stderr "$ROOT/tests/fuzz/run" --can-build "$PWD/absent"
    assert_equal "$stderr" \
        "fuzz: $PWD/absent is not there, expected clang: ./setup installs it (packages clang and libclang-rt-dev)"
    # A clang without its runtime.
    cat >clang <<'END'
#!/bin/sh
[ "$1" != -dumpversion ] || { echo 14.0.6; exit 0; }
echo 'ld: cannot find libclang_rt.fuzzer-x86_64.a' >&2
exit 1
END
    chmod +x clang
    run -1 --separate-stderr "$ROOT/tests/fuzz/run" --can-build "$PWD/clang"
    assert_equal "$stderr" "ld: cannot find libclang_rt.fuzzer-x86_64.a
fuzz: $PWD/clang has no libFuzzer, expected its runtime: install the package libclang-rt-14-dev"
    assert_equal "$output" ''
}

@test "fuzz: answers on streams made at random are those of rational arithmetic, NumPy and wave" {
    run "$PYTHON" "$ROOT/tests/fuzz/compare/run.py" "$BIN" compared --seed=1 --cases=120
    assert_success
    assert_output --partial '; 0 wrong'
}

@test "fuzz: a wrong answer and an unclean refusal are found, made small, and can be seen again" {
    mkdir wrong
    # One says on stdout that it has failed, the other always holds the first row out.
    # shellcheck disable=SC2016
    printf '#!/bin/bash\n%q "$@" || { status=$?; echo failed; exit $status; }\n' "$BIN/pad-chop" >wrong/pad-chop
    # shellcheck disable=SC2016
    printf '#!/bin/bash\n[ "$1" != -r ] || set -- -r 0 "${@:3}"\n%q "$@"\n' "$BIN/split-holdout" >wrong/split-holdout
    chmod +x wrong/*
    run -1 "$PYTHON" "$ROOT/tests/fuzz/compare/run.py" wrong compared --filters=pad-chop --findings=1 --minimize=2
    assert_line --regexp '^pad-chop: status [12], 7 bytes on stdout, no clean refusal: '
    run -1 "$PYTHON" "$ROOT/tests/fuzz/compare/run.py" wrong compared --seed=5 --filters=split-holdout --findings=1 --minimize=2
    local number
    number=$(sed -n 's/^# --seed=5 --first=\([0-9]*\) --cases=1$/\1/p' compared/findings/5-*/again)
    assert_line "  compared/findings/5-$number"
    # shellcheck disable=SC2016 # for that shell
    run -0 bash -c 'cd "compared/findings/5-$1" && PATH=$BIN:$PATH && . ./again' bash "$number"
    run -1 "$PYTHON" "$ROOT/tests/fuzz/compare/run.py" wrong compared --seed=5 --filters=split-holdout --first="$number" --cases=1
    assert_line --regexp "^compare: seed 5, 1 cases from $number: .*; 1 wrong\$"
}
