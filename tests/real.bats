# The tutorial on the recordings that it was written with. FSDD: their folder; TUTORIAL,
# where it is set: a folder with the three files that the tutorial's author published.

load common

setup() {
    # As seen from where make runs.
    cd "$ROOT" || exit 1
    FSDD=$(realpath -m "$FSDD")
    TUTORIAL=${TUTORIAL:+$(realpath -m "$TUTORIAL")}
    export FSDD TUTORIAL
    cd "$BATS_TEST_TMPDIR" || exit 1
    [ -d "$FSDD" ] || fail "FSDD: '$FSDD', expected the folder of the real recordings"
}

tutorial() {
    make -s -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" FSDD="$FSDD" "$@" 2>messages || {
        cat messages >&2
        return 1
    }
}

@test "real: the three files of the tutorial's author, byte for byte, and his scores" {
    tutorial OUT=out HOLDOUT=0_jackson_9 PROVIDED=0.25 >log
    cat >sums <<'END'
f645ca1814f293692dcacecc366e2d978dafb5a1df0d818d9c8a9dad95d8dcdf  ChoppedTestClip.wav
284e8176264dc42df519171816910e44b9571cb45a5cc603726608e1b78af388  ExtrapolatedClip.wav
b29d25911d4f23453292aacc66c6f5d2beaff7f3d9770032a2418109134e427f  OriginalTestClip.wav
END
    (cd out/0.25 && sha256sum -c "$OLDPWD/sums")
    if [ -n "$TUTORIAL" ]; then
        for clip in OriginalTestClip ChoppedTestClip ExtrapolatedClip; do
            cmp "out/0.25/$clip.wav" "$TUTORIAL/$clip.wav"
        done
    fi
    local score
    score=$(r2-score -q --by-row out/heldout.mat out/0.25/predicted.mat | cut -f 2)
    assert_equal "$(tail -n 4 log | sed 3q)" "0_jackson_9, of which 0.25 is given: out/0.25/ExtrapolatedClip.wav
Extrapolation R^2 Score: 0.0
R^2 over the samples filled in: $score (1 is exact, 0 no better than their mean)"
    py 'assert f"{float(sys.argv[1]):.7f}" == "-3.4033367", sys.argv[1]' "$score"
}

@test "real: what the tutorial says of its data: 50 x 4087, row 47 held out, 1021 given, rank 48" {
    fsdd-load -d 0 -s jackson "$FSDD" >all
    pad-chop all >clips
    split-holdout --seed=7 -H heldout clips >training
    for given in 0.25 0.5; do
        run -0 --separate-stderr lsq-fit -g "$given" training
        # shellcheck disable=SC2154
        assert_regex "$stderr" "^lsq-fit: warning: fewer rows than given columns: 49 rows \(less 1 for the intercept\), (1021|2043) columns, rank 48: [^"$'\n'"]*$"
        lsq-fit -q -g "$given" training >"model$given"
    done
    oracle real what_tutorial_says_its_data
}

@test "real: all recordings load, and equal what scipy reads" {
    fsdd-load "$FSDD" >all
    oracle real all_recordings_load_equal_what
}

@test "real: threads and the BLAS in use do not change a byte of the clips" {
    local system library settings clip portion i=0
    system=/usr/lib/$(gcc -print-multiarch)
    for library in blas lapack; do
        [ -e "$system/$library/lib$library.so.3" ] || fail "no reference $library in $system/$library, expected package lib${library}3"
    done
    for settings in HOLDOUT=0_jackson_9 SEED=7 'HOLDOUT=6_george_31 DIGIT=6 SPEAKER=george'; do
        i=$((i + 1))
        # shellcheck disable=SC2086 # words
        {
            OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 tutorial OUT="one$i" $settings >log
            OPENBLAS_NUM_THREADS=2 OMP_NUM_THREADS=2 tutorial OUT="two$i" $settings >log
            LD_LIBRARY_PATH=$system/lapack:$system/blas tutorial OUT="reference$i" $settings >log
        }
        diff -r "one$i" "two$i"
        for clip in OriginalTestClip ChoppedTestClip ExtrapolatedClip; do
            for portion in 0.5 0.25; do
                cmp "one$i/$portion/$clip.wav" "reference$i/$portion/$clip.wav"
            done
        done
    done
}

@test "real: for each digit and speaker a clip held out is filled in as numpy's pseudo-inverse does" {
    oracle real each_digit_speaker_clip_held
}
