# bats file for tests/same, in its short form, and for the filters under real locales

load common

# One run, whose table and locales the tests look at.
setup_file() {
    export RUN="$BATS_FILE_TMPDIR/one run"
    status=0
    BIN=$BIN STRICT=1 FSDD='' "$ROOT/tests/same" --short "$RUN" >"$BATS_FILE_TMPDIR/table" 2>&1 || status=$?
    echo "$status" >"$BATS_FILE_TMPDIR/status"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "same: no locale, time zone, umask, order, folder, -j or number of threads changes a byte of the tutorial" {
    assert_equal "$(cat "$BATS_FILE_TMPDIR/table")" \
        'variant                                      files  compared with the first run
de_DE.UTF-8                                     22  same
de_DE.UTF-8, its shell bash                     22  same
tr_TR.UTF-8                                     22  same
tr_TR.UTF-8, its shell bash                     22  same
time zone Asia/Kathmandu                        22  same
time zone XST+11:30                             22  same
umask 000                                       22  same
umask 077                                       22  same
directories read backwards                      22  same
recordings copied, with other times             21  same
called from a folder with a space               22  same
make -j1                                        22  same
make -j2                                        22  same
one thread                                      22  same
two threads                                     22  same
same: 15 variants, 0 not as they must be, 0 not run'
    assert_equal "$(cat "$BATS_FILE_TMPDIR/status")" 0
}

@test "same: what differs is named, what fails too, and the status is 1" {
    mkdir bin
    local name
    # As where no sources of locales are installed.
    printf '#!/bin/sh\nexit 1\n' >bin/localedef
    for name in fsdd-load pad-chop split-holdout lsq-fit lsq-predict stream-show; do
        ln -s "$BIN/$name" "bin/$name"
    done
    cat >bin/stitch-wav <<END
#!/bin/sh
[ "\${TZ-}" != XST+11:30 ] || exit 1
'$BIN/stitch-wav' "\$@" || exit
[ "\${OMP_NUM_THREADS-}" != 2 ] || printf x >>"\$2"
END
    cat >bin/r2-score <<END
#!/bin/sh
[ "\$(umask)" != 0077 ] || case " \$*" in *--by-row*) printf '0_espeak_47\\t-1.5\\n' >"\$3"; exit ;; esac
exec '$BIN/r2-score' "\$@"
END
    chmod +x bin/*
    run -1 --separate-stderr env -u FSDD PATH="$PWD/bin:$PATH" BIN=bin "$ROOT/tests/same" --short work PROVIDED=0.5
    # shellcheck disable=SC2154
    assert_equal "$stderr" ''
    run -0 grep -v ' 1[34]  same$' <<<"$output"
    assert_output "variant                                      files  compared with the first run
de_DE.UTF-8                                      -  not run: localedef cannot make it (package locales)
tr_TR.UTF-8                                      -  not run: localedef cannot make it (package locales)
time zone XST+11:30                              -  FAILED, see $PWD/work/out/time zone XST+11:30.log
umask 077                                       14  NOT the same: 0.5/rows.r2 differs by 1e+00
two threads                                     14  NOT the same: 0.5/ChoppedTestClip.wav differs, 0.5/ExtrapolatedClip.wav differs, 0.5/OriginalTestClip.wav differs
same: 11 variants, 3 not as they must be, 2 not run"
}

# compares KIND RESULT: of the run's first output and a copy of it in other.
compares() {
    local status=0
    case $2 in *NOT*) status=1 ;; esac
    run "-$status" "$PYTHON" "$ROOT/tests/same.py" "$1" "$RUN/out/base" other
    assert_output "$2"
}

@test "same: rounding is told from a difference, in a model by the product of its factors" {
    cp -R "$RUN/out/base" other
    compares all $'22\tsame'
    compares folders+rounding $'21\tsame'

    echo 'another folder' >other/recordings.list
    compares folders $'21\tsame'
    compares all $'22\tNOT the same: recordings.list differs'
    cp "$RUN/out/base/recordings.list" other

    # The same coefficients in other factors; predictions that differ as a sum in another order does.
    py 'model, = read("other/0.25/model.lsq")
model["basis"], model["loadings"] = model["basis"] * -3, model["loadings"] / -3
write("other/0.25/model.lsq", model)
for portion, error in ("0.25", 1e-12), ("0.5", 1e-13):
    predicted, = read(f"other/{portion}/predicted.mat")
    predicted["x"] = predicted["x"] * (1 + error)
    write(f"other/{portion}/predicted.mat", predicted)'
    run -0 "$PYTHON" "$ROOT/tests/same.py" rounding "$RUN/out/base" other
    assert_regex "$output" $'^22\tsame but for rounding: model\\.lsq [1-9]e-1[4-8], predicted\\.mat 1e-12$'
    run -1 "$PYTHON" "$ROOT/tests/same.py" all "$RUN/out/base" other
    assert_regex "$output" $'^22\tNOT the same: 0\\.25/model\\.lsq differs by [1-9]e-1[4-8], 0\\.25/predicted\\.mat differs by 1e-12, 0\\.5/predicted\\.mat differs by 1e-13$'

    # More than rounding, and what is said besides numbers.
    rm -r other
    cp -R "$RUN/out/base" other
    py 'predicted, = read("other/0.5/predicted.mat")
predicted["x"] = predicted["x"] * (1 + 3e-9)
write("other/0.5/predicted.mat", predicted)
model, = read("other/0.25/model.lsq")
model["rank"] -= 1
write("other/0.25/model.lsq", model)'
    touch other/new
    rm other/0.25/columns.r2
    compares rounding $'21\tNOT the same: 0.25/columns.r2 is missing, new is new, 0.25/model.lsq differs by inf, 0.5/predicted.mat differs by 3e-09'
}

@test "same: what is not run fails under STRICT only" {
    mkdir bin
    printf '#!/bin/sh\nexit 1\n' >bin/localedef
    chmod +x bin/localedef
    local strict status
    for strict in '' 1; do
        status=${strict:-0}
        run "-$status" env PATH="$PWD/bin:$PATH" STRICT="$strict" "$ROOT/tests/same" --short work PROVIDED=100
        assert_line 'de_DE.UTF-8                                      -  not run: localedef cannot make it (package locales)'
        assert_line 'same: 11 variants, 0 not as they must be, 2 not run'
    done
}

# by_hand: each filter once, with options that are fractions, and all that it prints.
by_hand() {
    fsdd-load -t 0-9 recordings >all
    pad-chop -c 0.25:87.5% all
    pad-chop -c :0.5 all >clips
    split-holdout -S 7 -H held clips >rows
    lsq-fit -g 0.25 --rcond=1e-3 --threads=1 rows
    lsq-fit -g 12.5% --ridge=0.5 --loo rows
    lsq-fit -q -g 0.25 --ridge=auto --grid=0.5,1e-2,2.5 rows
    lsq-fit -q -g 0.25 rows >model
    lsq-predict model held >predicted
    stitch-wav --round=nearest held predicted
    r2-score --flat held predicted
    r2-score --json --average=variance --undefined=finite held predicted
    r2-score --average=none held predicted
    r2-score --json --flat held predicted
}

@test "same: the filters by hand take and print numbers with a point, in German and Turkish too" {
    mkdir recordings
    cp "$CORPUS"/0_espeak_?.wav recordings
    # The capital letter is not that of an i without a dot.
    mv recordings/0_espeak_3.wav recordings/0_IISTANBUL_3.WAV
    by_hand >out.C 2>&1
    local locale
    for locale in de_DE.UTF-8 tr_TR.UTF-8; do
        export LOCPATH=$RUN/locales LC_ALL=$locale LANG=$locale LC_NUMERIC=$locale
        assert_equal "$(locale decimal_point)" ,
        by_hand >"out.$locale" 2>&1
        cmp out.C "out.$locale"
        refuses 2 "pad-chop: --columns: '0,25:', expected A:B, each an index, a fraction or a percentage; try 'pad-chop --help'" pad-chop -c 0,25: all
        r2-score --flat held predicted >score
        r2-score --json --flat held predicted >score.json
        LC_ALL=C py '
import json
from sklearn.metrics import r2_score
held, predicted = x(read("held")).astype(float), x(read("predicted"))
k = read("predicted")[0]["col0"]
with open("score") as f:
    text = f.read()
with open("score.json") as f:
    score = json.load(f)
assert k == int(0.25 * held.shape[1]) and predicted.shape[1] == held.shape[1] - k
assert text == repr(score["r2"]) + "\n" and abs(score["r2"] - r2_score(held[0, k:], predicted[0])) < 1e-12, (text, score)
assert "," not in text'
    done
    assert_regex "$(LC_ALL=C tr -d '\0' <out.C | LC_ALL=C grep -a 'leave-one-out')" '[0-9]\.[0-9]'
}
