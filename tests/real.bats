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
    score=$(r2-score --flat out/heldout.mat out/0.25/predicted.mat)
    assert_equal "$(tail -n 3 log)" "0.25 of 0_jackson_9 is given:
Extrapolation R^2 Score: 0.0
R^2 over the samples filled in: $(printf %.10g "$score") (1 is exact, 0 no better than their mean)"
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
    py '
import sklearn.utils
rows = x(read("all"))
assert len(rows) == 50 and (min(map(len, rows)), max(map(len, rows))) == (4087, 6273) and all(row.dtype == "<i2" for row in rows)
clips = read("clips")
assert names(clips) == [f"0_jackson_{i}" for i in range(50)] and clips[0]["rate"] == 8000
assert x(clips).shape == (50, 4087) and all((a == b[:4087]).all() for a, b in zip(x(clips), rows))
assert sklearn.utils.check_random_state(7).randint(50) == 47
assert names(read("heldout")) == ["0_jackson_47"] and (x(read("heldout")) == rows[47][:4087]).all()
assert (x(read("training")) == np.delete(x(clips), 47, axis=0)).all()
for given, k in ("0.25", 1021), ("0.5", 2043):
    model, = read("model" + given)
    assert (model["k"], model["targets"], model["rows"], model["rank"], model["rate"]) == (k, 4087 - k, 49, 48, 8000)
    a = x(read("training"))[:, :k].astype(float)
    s = np.linalg.svd(a - a.mean(axis=0), compute_uv=False)
    assert np.abs(model["singular"] - s[:48]).max() < 1e-12 * s[0] and s[48] < 1e-12 * s[0]'
}

@test "real: all recordings load, and equal what scipy reads" {
    fsdd-load "$FSDD" >all
    py '
import os, re
from scipy.io import wavfile
maps = read("all")
want = sorted((m.group(1) for m in (re.fullmatch(r"(\d_[a-z]+_\d+)\.wav", name) for name in os.listdir(os.environ["FSDD"])) if m),
              key=lambda stem: (int(stem.split("_")[0]), stem.split("_")[1], int(stem.split("_")[2])))
assert len(want) >= 2000 and names(maps) == want
assert all(m["rate"] == 8000 for m in maps)
for name, row in zip(want, x(maps)):
    rate, samples = wavfile.read(os.path.join(os.environ["FSDD"], name + ".wav"))
    assert rate == 8000 and np.array_equal(row, samples), name'
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
    py '
import io, os, subprocess
def maps(data):
    return list(msgpack.Unpacker(io.BytesIO(data), object_hook=msgpack_numpy.decode))
def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, check=True).stdout
def keep(name, data):
    with open(name, "wb") as f:
        f.write(data)
fsdd = os.environ["FSDD"]
speakers = sorted({name.split("_")[1] for name in os.listdir(fsdd) if name.startswith("0_")})
clips = 0
for s, speaker in enumerate(speakers):
    for digit in range(10):
        keep("all", run("fsdd-load", "-d", str(digit), "-s", speaker, fsdd))
        keep("clips", run("pad-chop", "all"))
        row, portion = (7 * digit + 13 * s) % 50, (0.25, 0.5, 0.1, 0.75)[(digit + s) % 4]
        keep("training", run("split-holdout", f"--row={row}", "-o", "heldout", "clips"))
        keep("model", run("lsq-fit", "-q", "-g", str(portion), "training"))
        keep("predicted", run("lsq-predict", "model", "heldout"))
        keep("filled.wav", run("stitch-wav", "-q", "heldout", "predicted"))
        rows, k = x(read("clips")).astype(float), int(portion * x(read("clips")).shape[1])
        train, held = np.delete(rows, row, axis=0), rows[row]
        mean = train.mean(axis=0)
        want = mean[k:] + (held[:k] - mean[:k]) @ np.linalg.pinv(train[:, :k] - mean[:k], rcond=1e-10) @ (train - mean)[:, k:]
        got = x(read("predicted"))[0]
        assert got.shape == want.shape and np.abs(got - want).max() <= 1e-9 * np.abs(want).max(), (digit, speaker, row, np.abs(got - want).max())
        with open("filled.wav", "rb") as f:
            samples = np.frombuffer(f.read()[44:], "<i2")
        sure = np.abs(want - np.round(want)) > 1e-6
        assert len(samples) == len(held) and (samples[:k] == held[:k]).all()
        assert (samples[k:] == np.clip(np.trunc(want), -32768, 32767))[sure].all() and sure.mean() > 0.99, (digit, speaker)
        clips += 1
assert clips >= 40'
}
