# pipelines/evaluate.mk and frames.mk, on the embedded corpus and copies of it

# shellcheck disable=SC2154 # run sets stderr and stderr_lines

load common

# One evaluation and one extension with all defaults, to compare with.
setup_file() {
    export FRESH="$BATS_FILE_TMPDIR/fresh run"
    pipeline evaluate OUT="$FRESH" >"$BATS_FILE_TMPDIR/printed"
    pipeline frames OUT="$FRESH" PROVIDED=0.25 >"$BATS_FILE_TMPDIR/log"
    # Of an eighth of a second, in which gaps of 5 ms alone have room: they take less time.
    export SHORT_TAKES="$BATS_FILE_TMPDIR/short"
    local take
    mkdir "$SHORT_TAKES"
    for take in 0 1 2 3 4 5 40; do
        sox "$CORPUS/0_espeak_$take.wav" "$SHORT_TAKES/$take.wav" trim 0.1 0.125
    done
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/a folder"
    cd "$BATS_TEST_TMPDIR/a folder" || exit 1
}

pipeline() {
    local name=$1 messages=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/messages
    shift
    make -f "$ROOT/pipelines/$name.mk" BIN="$BIN" "$@" 2>"$messages" || {
        cat "$messages" >&2
        return 1
    }
}

# The table in what a run has printed.
table() {
    sed -n '/^given/,$p' "$1"
}

# some SPEAKER COUNT DIGIT: short recordings of another speaker, so many takes, in the folder rec.
some() {
    local take
    mkdir -p rec
    for ((take = 0; take < $2; take++)); do
        cp "$SHORT_TAKES/$take.wav" "rec/$3_$1_$take.wav"
    done
}

stamps() {
    (cd "$1" && find . -type f -printf '%P %i %T@\n' | sort)
}

remade() {
    comm -13 "$1" "$2" | cut -d ' ' -f 1 | sort | paste -s -d ' '
}

# For py: the clips and what is filled in by other means; sums() are those of a prediction over the first columns, and
# printed[take, model, ms] those that the pipeline has written.
with_models='
from numpy.lib.stride_tricks import sliding_window_view
from scipy.io import wavfile
import glob, os, re
paths = sorted(glob.glob(os.path.join(os.environ["CORPUS"], "*.wav")), key=lambda p: int(re.search(r"_(\d+)\.wav", p).group(1)))
takes = [wavfile.read(p)[1].astype(float) for p in paths]
length = min(map(len, takes))
cut = int(0.25 * length)
clips = np.array([take[:length] for take in takes])
n = len(clips)
stretches = [("2", 16), ("5", 40), ("10", 80), ("15", 120), ("20", 160), ("30", 240), ("40", 320), ("50", 400), ("75", 600), ("100", 800),
             ("all", length - cut)]
def sums(truth, filled):
    return ((truth - filled) ** 2).sum(), ((truth - truth.mean()) ** 2).sum()
def read_sums(path):
    printed = {}
    with open(path) as f:
        for line in f:
            take, given, missing, model, ms, error, deviation = line.rstrip("\n").split("\t")
            assert (int(given), int(missing)) == (cut, length - cut)
            printed[int(take.split("_")[2]), model, ms] = float(error), float(deviation)
    return printed
def check(printed, take, model, filled, tolerance):
    for ms, count in stretches:
        want = sums(clips[take, cut:cut + count], filled[:count])
        got = printed[take, model, ms]
        assert np.allclose(got, want, rtol=tolerance), (take, model, ms, got, want)
'

# For py, after the above: nearest frames. around: the columns of other takes that are looked at.
with_frames='
from local import Settings, regression
around = slice(max(0, cut - 600), min(length, cut + 1500))
def go_on(row, others, given, frame, step, count, times, ridge, bandwidth, peak):
    w, step = min(frame, cut // 2), min(step, length - cut)
    frames = np.concatenate([sliding_window_view(clips[i, around], w + step) for i in others])
    own, row, want = sliding_window_view(given, w + step), list(row), len(row) + count
    sources = [(frames, np.ones(len(frames)), 1000), (own, np.full(len(own), times), len(own))]
    while len(row) < want:
        y = regression(Settings(k=w, bandwidth=bandwidth, ridge=ridge), np.array(row[-w:]), sources)
        row += list(np.clip(y, -peak, peak))
    return np.array(row[:want])
def fill(others, given, known):
    peak = max(np.abs(clips[known][:, around]).max(), np.abs(given).max())
    row = go_on(given, others, given, 160, 10, 80, 10, 0.1, 0.1, peak)
    row = go_on(row, others, given, 240, 80, 320, 1, 3, 0.3, peak)
    return np.concatenate([row[cut:], np.zeros(length - cut - 400)])
'

@test "evaluate: the tutorial's model, ridge, the mean and silence are scikit-learn's fits of all other takes, fifty of them" {
    py "$with_models"'
from sklearn.linear_model import LinearRegression
printed = read_sums(sys.argv[1] + "/evaluate/0.25/espeak_0.sums")
x, y = clips[:, :cut], clips[:, cut:]
for take in range(n):
    others = np.delete(np.arange(n), take)
    fit = LinearRegression().fit(x[others], y[others])
    # One singular value is zero for the means that are subtracted. Where rounding makes it count, this is no minimum norm.
    fit = LinearRegression().fit(x[others], y[others]) if fit.rank_ == n - 2 else None
    if fit is not None:
        check(printed, take, "tutorial", fit.predict(x[take:take + 1])[0], 1e-9)
    check(printed, take, "mean", y[others].mean(0), 1e-9)
    check(printed, take, "silence", np.zeros(length - cut), 1e-12)

# The same for all takes without scikit-learn, and ridge regression of the penalty with the least leave-one-out error.
def left_out(penalty):
    filled = np.empty_like(y)
    for take in range(n):
        others = np.delete(np.arange(n), take)
        a = x[others] - x[others].mean(0)
        gram = a @ a.T + penalty * np.eye(n - 1)
        inverse = np.linalg.inv(gram) if penalty > 0 else np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
        filled[take] = y[others].mean(0) + ((x[take] - x[others].mean(0)) @ a.T) @ inverse @ (y[others] - y[others].mean(0))
    return filled
top = np.linalg.svd(x - x.mean(0), compute_uv=False)[0] ** 2
tried = [left_out(top * 10 ** (-k / 2)) for k in range(21)]
best = min(tried, key=lambda filled: ((filled - y) ** 2).sum())
plain = left_out(0)
for take in range(n):
    check(printed, take, "tutorial", plain[take], 1e-7)
    check(printed, take, "ridge", best[take], 1e-7)' "$FRESH"
}

@test "evaluate: nearest frames of the other takes and of the given part fill in 50 ms" {
    py "$with_models$with_frames"'
printed = read_sums(sys.argv[1] + "/evaluate/0.25/espeak_0.sums")
for take in 0, 1, 13, 49:
    check(printed, take, "frames", fill(np.delete(np.arange(n), take), clips[take, :cut], np.arange(n)), 1e-6)' "$FRESH"
}

@test "evaluate: the tables are what the sums come to, and what is printed is the summary" {
    cat "$FRESH/evaluate/summary.tsv" "$FRESH/evaluate/gaps.tsv" | diff - <(table "$BATS_FILE_TMPDIR/printed")
    py "$with_models"'
folder = sys.argv[1] + "/evaluate/"
printed = read_sums(folder + "0.25/espeak_0.sums")
def table(name):
    with open(folder + name) as f:
        lines = [line.rstrip("\n").split("\t") for line in f]
    return [dict(zip(lines[0], line)) for line in lines[1:] if len(line) == len(lines[0])], len(lines) - 1
def pooled(model, ms, takes=range(n)):
    pairs = [printed[take, model, ms] for take in takes]
    return 1 - sum(p[0] for p in pairs) / sum(p[1] for p in pairs)
order = ["tutorial", "ridge", "frames", "mean", "silence"]
columns = [("5 ms", "5"), ("10 ms", "10"), ("20 ms", "20"), ("50 ms", "50"), ("all", "all")]
for name, keys in ("summary.tsv", {"given": "0.25", "clips": "50"}), ("groups.tsv", {"given": "0.25", "speaker": "espeak", "digit": "0"}):
    lines, count = table(name)
    assert [line["model"] for line in lines] == order and count == 5
    for line in lines:
        assert keys.items() <= line.items()
        for column, ms in columns:
            assert abs(float(line[column]) - pooled(line["model"], ms)) < 6e-7
lines, count = table("clips.tsv")
assert {(line["clip"], line["model"]) for line in lines} == {(f"0_espeak_{take}", model) for take in range(n) for model in order} and count == 5 * n
for line in lines:
    take = int(line["clip"].split("_")[2])
    assert (line["columns given"], line["columns missing"]) == (str(cut), str(length - cut))
    for column, ms in columns:
        assert abs(float(line[column]) - pooled(line["model"], ms, [take])) < 6e-7 * max(1, abs(pooled(line["model"], ms, [take])))
lines, count = table("time.tsv")
assert [(line["given"], line["model"], line["ms"]) for line in lines] == [("0.25", m, ms) for m in order for ms, _ in stretches[:-1]] and count == 50
assert all(abs(float(line["r2"]) - pooled(line["model"], line["ms"])) < 6e-7 for line in lines)' "$FRESH"
    run -0 find "$FRESH" -name '.wf-*'
    assert_output ''
}

@test "evaluate: what is done is kept, what has changed is done again, and several at once are the same" {
    some a 3 3
    some b_b 3 12
    some other 1 7
    pipeline evaluate OUT=out FSDD=rec SPEAKERS='a b_b' >one
    run -0 cut -f 2,3 out/evaluate/groups.tsv
    assert_equal "$(sort -u <<<"$output" | paste -s -d ' ')" $'a\t3 b_b\t12 speaker\tdigit'
    run -0 table one
    assert_regex "$(sed -n '/^The tables/p' one)" "^The tables are in out/evaluate; make -f .*/report\\.mk'? report shows them\\.\$"
    output=${lines[1]}
    assert_regex "$output" $'^0\\.25\ttutorial\t6\t'
    stamps out >before
    pipeline evaluate OUT=out FSDD=rec SPEAKERS='a b_b' >two
    diff <(table one) <(table two)
    stamps out | diff before -
    make -j3 -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" OUT=again FSDD=rec SPEAKERS=a,b_b >three 2>log
    diff <(table one) <(table three)
    diff -r out again
    # Another take of one of them, and one lost.
    cp "$SHORT_TAKES/40.wav" rec/12_b_b_3.wav
    rm out/evaluate/0.25/a_3.sums
    pipeline evaluate OUT=out FSDD=rec SPEAKERS='a b_b' >two
    stamps out >after
    assert_equal "$(remade before after | tr ' ' '\n' | grep sums | paste -s -d ' ')" 'evaluate/0.25/a_3.sums evaluate/0.25/b_b_12.sums evaluate/gaps/b_b_12.sums'
    cmp out/evaluate/0.25/a_3.sums again/evaluate/0.25/a_3.sums
    # Fewer are asked for: the tables are of these.
    pipeline evaluate OUT=out FSDD=rec SPEAKERS=b_b DIGITS=12 >two
    run -0 cut -f 2,3 out/evaluate/groups.tsv
    assert_equal "$(sort -u <<<"$output" | paste -s -d ' ')" $'b_b\t12 speaker\tdigit'
    pipeline evaluate OUT=fresh FSDD=rec SPEAKERS=b_b DIGITS=12 >three
    diff out/evaluate/clips.tsv fresh/evaluate/clips.tsv
}

@test "evaluate: ON stands in front of the work on each speaker and digit, and changes nothing of it" {
    some anna 4 7
    cat >elsewhere <<'EOF'
#!/bin/sh
echo "$@" >>"$LOG"
shift
exec "$@"
EOF
    chmod +x elsewhere
    pipeline evaluate FSDD=rec OUT=here >printed
    LOG="$PWD/log" pipeline evaluate FSDD=rec OUT=there ON="'$PWD/elsewhere' -n1" >printed.there
    diff <(table printed) <(table printed.there)
    diff -r here/evaluate there/evaluate
    run -0 sed -E 's/^-n1 .*(gaps|group)\.sh .*/\1/' log
    assert_output $'group\ngaps'
}

@test "evaluate: killed on its way it leaves what is done, and goes on from there" {
    some a 3 0
    some b 3 1
    make -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" OUT=whole FSDD=rec >/dev/null 2>&1
    setsid make -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" OUT=out FSDD=rec >/dev/null 2>&1 3>&- &
    local pid=$!
    until [ -e out/evaluate/0.25/a_0.sums ]; do sleep 0.01; done
    kill -KILL -- "-$pid"
    wait "$pid" || true
    # What a process leaves is removed once the system has forgotten it.
    while pgrep -g "$pid" >processes; do sleep 0.01; done
    [ ! -e out/evaluate/summary.tsv ]
    stamps out | grep '0.25/a_0\.sums ' >before
    pipeline evaluate OUT=out FSDD=rec >log
    stamps out | grep '0.25/a_0\.sums ' | diff before -
    diff -r whole out
}

@test "evaluate: several portions, short ones and other rates" {
    mkdir rec
    cp "$CORPUS"/0_espeak_[0-2].wav rec
    pipeline evaluate OUT=out FSDD=rec PROVIDED=$'0.5 10%\n90' >log
    run -0 cut -f 1 out/evaluate/summary.tsv
    assert_equal "$(uniq <<<"$output" | paste -s -d ' ')" 'given 0.5 10% 90'
    run -0 cut -f 1 out/evaluate/time.tsv
    assert_equal "$(uniq <<<"$output" | paste -s -d ' ')" 'given 0.5 10% 90'
    # Half as many samples a second: all the same in ms.
    mkdir slow
    local path
    for path in rec/*; do
        sox "$path" -r 4000 "slow/${path#rec/}"
    done
    pipeline evaluate OUT=slower FSDD=slow >log
    run -0 cut -f 3 slower/evaluate/time.tsv
    assert_equal "$(sed 11q <<<"$output" | paste -s -d ' ')" 'ms 2 5 10 15 20 30 40 50 75 100'
}

@test "evaluate: what cannot be evaluated is refused, and nothing is left behind" {
    make=(make -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" OUT=out)
    run -2 --separate-stderr "${make[@]}" FSDD=nowhere
    # shellcheck disable=SC2154
    assert_regex "${stderr_lines[0]}" ' \*\*\* nowhere: no folder, expected one of recordings \(FSDD\)\.  Stop\.$'
    some a 1 0
    run -2 --separate-stderr "${make[@]}" FSDD=rec
    # shellcheck disable=SC2154
    assert_equal "${stderr_lines[0]}" 'evaluate: a_0: fewer than 3 takes, left out'
    local none="$PWD/rec: no 3 takes DIGIT_SPEAKER_TAKE.wav of a digit by a speaker, expected some"
    assert_regex "${stderr_lines[1]}" " \*\*\* $none\.  Stop\.$"
    some a 3 0
    some b 3 1
    local variables absent
    while IFS='|' read -r variables absent; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr "${make[@]}" FSDD=rec $variables
        assert_regex "${stderr_lines[0]}" \
            " \*\*\* $PWD/rec: no takes of $absent among those asked for, expected some \(DIGITS, SPEAKERS\)\.  Stop\.$"
    done <<'END'
SPEAKERS=a,nobody|nobody
DIGITS=7,0|7
DIGITS=0 SPEAKERS=a,b|b
DIGITS=x SPEAKERS=a|x a
DIGITS=1 SPEAKERS=a|1 a
SPEAKERS=%|%
END
    mkdir none
    run -2 --separate-stderr "${make[@]}" FSDD=none
    assert_regex "${stderr_lines[0]}" " \*\*\* ${none/rec/none}\.  Stop\.$"
    [ ! -e out ]
    rm -r rec
    some a 3 0
    truncate -s 1000 rec/0_a_2.wav
    run -2 --separate-stderr "${make[@]}" FSDD=rec
    assert_regex "${stderr_lines[0]}" '^fsdd-load: .*/rec/0_a_2.wav: truncated'
    run -0 find out -type f -name '*sums*' -o -name '*.tsv' -o -name '.wf-*'
    assert_output ''
}

@test "evaluate: what is no take, and digits of too few takes, are left out, and the rest is evaluated" {
    some a 5 0
    pipeline evaluate OUT=want FSDD=rec >log
    cp rec/0_a_4.wav rec/0_a_4.txt
    touch rec/0_a_9.lab rec/1_a_{0,1,2,3,4}.lab
    some a 2 7
    run -0 --separate-stderr make -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" FSDD=rec OUT=out
    assert_equal "$stderr" 'evaluate: a_7: fewer than 3 takes, left out'
    diff -r want out
    # Names that would be options of cmp and mv, or several words.
    rm rec/7_a_*
    cp rec/0_a_0.wav rec/0_-dash_0.wav
    cp rec/0_a_0.wav 'rec/0_a;b c_0.wav'
    run -0 --separate-stderr make -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" FSDD=rec OUT=out
    assert_equal "$stderr" "evaluate: $PWD/rec: recordings by speakers of other characters than letters, digits, . _ + and, not first, - are left out"
    diff -r want out
    rm rec/0_-dash_0.wav 'rec/0_a;b c_0.wav'
    # fsdd-load does not look at the case of .wav either.
    mv rec/0_a_3.wav rec/0_a_3.WAV
    pipeline evaluate OUT=out FSDD=rec >two
    diff <(table log) <(table two)
}

@test "evaluate: a list holds the takes of its speaker, and none of one whose name begins alike" {
    some b 3 0
    some b_b 3 0
    pipeline evaluate OUT=out FSDD=rec >log
    run -0 grep -o '[^/ ]*\.wav' out/evaluate/b_0.list
    assert_equal "$output" $'0_b_0.wav\n0_b_1.wav\n0_b_2.wav'
    stamps out >before
    cp "$SHORT_TAKES/40.wav" rec/0_b_b_3.wav
    pipeline evaluate OUT=out FSDD=rec >log
    stamps out >after
    assert_equal "$(remade before after | tr ' ' '\n' | grep sums | paste -s -d ' ')" 'evaluate/0.25/b_b_0.sums evaluate/gaps/b_b_0.sums'
}

@test "evaluate: a stretch that is longer than what is missing of some clip has no score, and time.tsv ends before it" {
    some a 4 0
    local take
    # Of 480 samples the last 240 are missing: 30 ms.
    for take in 0 1 2 3; do
        sox "$CORPUS/0_espeak_$take.wav" "rec/0_b_$take.wav" trim 1000s 480s
    done
    pipeline evaluate OUT=out FSDD=rec PROVIDED=0.5 >log
    # shellcheck disable=SC2016
    run -0 awk -F '\t' '{ print $1, $3, $5, $6, $7 }' out/evaluate/summary.tsv
    assert_regex "${lines[1]}" '^0\.5 8 -?[0-9.]+ -?[0-9.]+ nan$'
    # Those of a, which has all, are as ever.
    # shellcheck disable=SC2016
    run -0 awk -F '\t' '$2 == "a" && $8 != "nan" || $2 == "b" && $8 == "nan" { n++ } END { print n }' out/evaluate/groups.tsv
    assert_output 10
    # shellcheck disable=SC2016
    run -0 awk -F '\t' '$2 == "frames" { print $3 }' out/evaluate/time.tsv
    assert_equal "$(paste -s -d ' ' <<<"$output")" '2 5 10 15 20 30'
    # Too little is missing for any: tables all the same.
    pipeline evaluate OUT=none FSDD=rec PROVIDED=0.999 >log
    run -0 cat none/evaluate/time.tsv
    assert_output $'given\tmodel\tms\tr2'
}

@test "evaluate: facts.tsv has the variables and the sum of the recordings, and changes with them alone" {
    some a 3 0
    some b 3 1
    some c 3 1
    pipeline evaluate OUT=out FSDD=rec SPEAKERS='a b' PROVIDED='0.25 10%' >log
    diff out/evaluate/facts.tsv <(
        printf '%s\t%s\n' recordings given digits '' speakers 'a b' portions '0.25 10%' count 6
        printf 'sha256\t%s\n' "$(cd rec && sha256sum 0_a_*.wav 1_b_*.wav | sha256sum | cut -d ' ' -f 1)"
    )
    stamps out >before
    pipeline evaluate OUT=out FSDD=rec SPEAKERS='a b' PROVIDED='0.25 10%' >log
    stamps out | diff before -
    run -0 sed -n '1p;5p' "$FRESH/evaluate/facts.tsv"
    assert_output $'recordings\tembedded\ncount\t50'
    run -0 sed -n 's/^sha256\t//p' "$FRESH/evaluate/facts.tsv"
    # shellcheck disable=SC2016
    assert_output "$(cd "$CORPUS" && sha256sum ./*.wav | sed 's|\./||' | sort -k 2 | sha256sum | cut -d ' ' -f 1)"
}

@test "evaluate: each group is told as the command that fills it in, and make -s prints the table alone" {
    some a 3 0
    some b 3 1
    pipeline evaluate OUT=out FSDD=rec SPEAKERS=b >log
    run -0 grep group.sh log
    assert_output "sh $(quoted "$ROOT/pipelines/evaluate/group.sh") $(quoted "$PWD/rec") 1 b 0.25 evaluate/0.25/b_1.sums"
    run -0 make -s -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" OUT=out FSDD=rec SPEAKERS=a
    assert_equal "$(sed 1d <<<"$output")" "$(cat out/evaluate/{summary,gaps}.tsv)"
}

@test "evaluate, frames: any shell and any awk make the same files" {
    local take sh awk
    mkdir rec
    for take in 0 1 2 3; do
        sox "$CORPUS/0_espeak_$take.wav" "rec/0_a_$take.wav" trim 0.1 0.1
    done
    filled() {
        pipeline evaluate OUT="$1" FSDD=rec PROVIDED=0.5 >log
        pipeline frames OUT="$1" FSDD=rec SPEAKER=a PROVIDED=0.5 >log
    }
    filled want
    while read -r sh awk; do
        mkdir "$sh"
        type "$sh" "$awk" >types || skip "no $sh or no $awk"
        ln -s "$(command -v "$sh")" "$sh/sh"
        ln -s "$(command -v "$awk")" "$sh/awk"
        PATH=$PWD/$sh:$PATH filled "out $sh"
        diff -r want "out $sh"
    done <<'END'
bash mawk
busybox busybox
mksh gawk
yash original-awk
END
}

@test "frames: the clip is filled in by nearest frames of the other takes and of its given part" {
    py "$with_models$with_frames"'
out = sys.argv[1]
held = int(names(read(out + "/heldout.mat"))[0].split("_")[2])
others = np.delete(np.arange(n), held)
want = fill(others, clips[held, :cut], others)
m, = read(out + "/frames/0.25/predicted.mat")
assert m["col0"] == cut and m["rate"] == 8000 and m["names"] == [f"0_espeak_{held}"]
assert np.abs(m["x"][0] - want).max() < 1e-5 * np.abs(want).max()
rate, written = wavfile.read(out + "/frames/0.25/ExtrapolatedClip.wav")
assert rate == 8000 and (written == np.concatenate([clips[held, :cut], np.trunc(m["x"][0])])).all()
truth = clips[held, cut:]
pooled = [1 - np.divide(*sums(truth[:k], want[:k])) for k in (40, 80, 160, 400)]
text = open(out + "/frames/0.25/first.txt").read()
first = re.fullmatch("R\\^2 over the first 5 ms: (\\S+); 10 ms: (\\S+); 20 ms: (\\S+); 50 ms: (\\S+)\n", text).groups()
assert np.abs(np.array(first, float) - pooled).max() < 6e-5
name, flat = open(out + "/frames/0.25/rows.r2").read().split()
assert name == f"0_espeak_{held}" and abs(float(flat) - (1 - np.divide(*sums(truth, want)))) < 1e-6
# A column of one clip scores 1 where it is exact, as in silence.
columns = float(open(out + "/frames/0.25/columns.r2").read())
assert abs(columns - (m["x"][0] == truth).mean()) < 1e-12
with open(sys.argv[2]) as f:
    told = f.read().splitlines()[-5:]
assert told[:4] == [f"{name}, of which 0.25 is given: {out}/frames/0.25/ExtrapolatedClip.wav", f"Extrapolation R^2 Score: {columns}",
    f"R^2 over the samples filled in: {flat} (1 is exact, 0 no better than their mean)", text[:-1]], told
assert re.fullmatch("Next, with the same variables: make -f .*/report\\.mk.? report \\(makes a page\\)", told[4]), told[4]' "$FRESH" "$BATS_FILE_TMPDIR/log"
    local clip
    for clip in OriginalTestClip ChoppedTestClip; do
        cmp "$FRESH/frames/0.25/$clip.wav" "$FRESH/0.25/$clip.wav"
    done
    run -0 find "$FRESH" -name '.wf-*'
    assert_output ''
}

@test "frames: what is missing of the clip has no say in how it is filled in" {
    cp "$FRESH/training.mat" "$FRESH/heldout.mat" .
    mkdir one two
    sh "$ROOT/pipelines/frames/fill.sh" training.mat heldout.mat 0.25 one
    # Nothing but the given columns, and something else behind them.
    pad-chop -c :0.25 heldout.mat | pad-chop -l "$(($(r2-score -a none heldout.mat heldout.mat 2>/dev/null | wc -l)))" >silent.mat
    sh "$ROOT/pipelines/frames/fill.sh" training.mat silent.mat 0.25 two
    cmp one/predicted.mat two/predicted.mat
    cmp one/predicted.mat "$FRESH/frames/0.25/predicted.mat"
    run -1 cmp -s heldout.mat silent.mat
}

@test "frames: remade where what it is made from has changed, and not otherwise" {
    cp -Rp "$FRESH" out
    stamps out >before
    pipeline frames OUT=out PROVIDED=0.25 >log
    stamps out | diff before -
    pipeline frames OUT=out PROVIDED=0.25 HOLDOUT=0_espeak_3 >log
    run -0 grep -A 3 '^0_espeak_3, of which 0.25 is given: out/frames/0.25/ExtrapolatedClip.wav$' log
    assert_line --index 3 --regexp '^R\^2 over the first 5 ms: '
    pipeline frames OUT=fresh PROVIDED=0.25 HOLDOUT=0_espeak_3 >log
    diff -r fresh/frames out/frames
}

@test "frames: make extend is another name of it" {
    pipeline frames extend OUT=out PROVIDED=0.25 >log
    diff -r "$FRESH/frames" out/frames
}

@test "frames: what a killed run has begun is removed by the next, and nothing else" {
    cp -Rp "$FRESH" out
    rm out/frames/0.25/{predicted.mat,ExtrapolatedClip.wav}
    # Of a process that is no more, of one that is, of another machine.
    local work=out/frames/0.25/.work gone
    true &
    gone=$!
    wait "$gone"
    mkdir "$work.$(uname -n).$gone" "$work.$(uname -n).$$" "$work.elsewhere.1"
    touch "$work.$(uname -n).$gone/clips"
    pipeline frames OUT=out PROVIDED=0.25 >log
    run -0 find out -name '.w*'
    assert_equal "$(sort <<<"$output")" "$(printf '%s\n' "$work.elsewhere.1" "$work.$(uname -n).$$" | sort)"
}

@test "frames: milliseconds are rounded to columns" {
    mkdir odd
    local path
    for path in "$CORPUS"/0_espeak_{0,1,2,3}.wav; do
        sox "$path" -t raw - | sox -t raw -r 8100 -e signed -b 16 -c 1 - "odd/${path##*/}"
    done
    pipeline frames OUT=out FSDD=odd SPEAKER=espeak PROVIDED=0.25 >log
    # 40.5 and 121.5 columns.
    run -0 grep -o '5 ms: [^;]*' out/frames/0.25/first.txt
    assert_equal "${lines[0]}" "5 ms: $(r2-score -q --pooled -c :41 out/heldout.mat out/frames/0.25/predicted.mat | xargs printf %.4f)"
    refute [ "${lines[0]}" = "5 ms: $(r2-score -q --pooled -c :40 out/heldout.mat out/frames/0.25/predicted.mat | xargs printf %.4f)" ]
}

@test "frames: too few takes are refused in one line, and a single column is enough" {
    some a 1 0
    mkdir short
    local take
    for take in 0 1 2 3; do
        sox "$CORPUS/0_espeak_$take.wav" "short/0_a_$take.wav" trim 1000s 4s
    done
    run -2 --separate-stderr make -f "$ROOT/pipelines/frames.mk" BIN="$BIN" OUT=out FSDD=rec SPEAKER=a PROVIDED=0.25
    assert_equal "$(grep -v '^make\|^lsq-fit' <<<"$stderr")" 'split-holdout: clips.mat: all rows would be held out, expected at least 1 to be left'
    # Of one column, three others are filled in.
    pipeline frames OUT=out FSDD=short SPEAKER=a PROVIDED=0.25
    [ "$(stream-show -F columns out/frames/0.25/predicted.mat)" = 3 ]
}
