# pipelines/tutorial.mk, on the embedded corpus and copies of it

load common

filters='fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show'
portion_files='ChoppedTestClip.wav ExtrapolatedClip.wav OriginalTestClip.wav columns.r2 given.mat model.lsq predicted.mat rows.r2'

# One run with all defaults, to compare with.
setup_file() {
    export FRESH="$BATS_FILE_TMPDIR/fresh run"
    tutorial OUT="$FRESH" >"$BATS_FILE_TMPDIR/log"
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/a folder"
    cd "$BATS_TEST_TMPDIR/a folder" || exit 1
}

tutorial() {
    local messages=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/messages
    make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" "$@" 2>"$messages" || {
        cat "$messages" >&2
        return 1
    }
}

# told OUT: how the run with all defaults ends, had it been in OUT.
told() {
    local log
    log=$(tail -n 7 "$BATS_FILE_TMPDIR/log")
    echo "${log//"$FRESH"/$1}"
}

# All files below a folder, each as name, inode and time: what has been remade shows.
stamps() {
    (cd "$1" && find . -type f -printf '%P %i %T@\n' | sort)
}

# remade BEFORE AFTER: the names of what is new in AFTER, sorted, on one line.
remade() {
    comm -13 "$1" "$2" | cut -d ' ' -f 1 | sort | paste -s -d ' '
}

# portion FOLDER...: the files of these portions, and the other names given, in that form.
expect_remade() {
    local name folders='' others=''
    for name in "$@"; do
        case $name in
            */) for file in $portion_files; do folders="$folders $name$file"; done ;;
            *) others="$others $name" ;;
        esac
    done
    # shellcheck disable=SC2086 # words
    printf '%s\n' $others $folders | sort | paste -s -d ' '
}

# What a complete run leaves in OUT, and nothing else.
all_files() {
    expect_remade recordings.list holdout.choice recordings.mat clips.mat training.mat heldout.mat "$@"
}

# same_as_fresh OUT: recordings.list apart, which names a folder.
same_as_fresh() {
    diff -r -x recordings.list "$1" "$FRESH"
}

files_in() {
    (cd "$1" && find . -type f -printf '%P\n' | sort | paste -s -d ' ')
}

# For py: recompute() is the tutorial by other means, from the WAV files.
with_recompute='
import glob, os, re
from scipy.io import wavfile
from sklearn.metrics import r2_score
def recompute(recordings, digit, speaker, holdout, given):
    take = lambda path: int(re.search(r"_(\d+)\.wav$", path).group(1))
    paths = sorted(glob.glob(os.path.join(glob.escape(recordings), f"{digit}_{speaker}_*.wav")), key=take)
    read_all = [wavfile.read(path) for path in paths]
    assert all(rate == 8000 and clip.dtype == np.int16 for rate, clip in read_all)
    length = min(len(clip) for _, clip in read_all)
    rows = np.array([clip[:length] for _, clip in read_all])
    stems = [os.path.basename(path)[:-4] for path in paths]
    at = stems.index(holdout) if isinstance(holdout, str) else np.random.RandomState(holdout).randint(len(rows))
    k = int(given * length) if isinstance(given, float) else given
    train, held = np.delete(rows, at, axis=0).astype(float), rows[at]
    mean = train.mean(axis=0)
    x, y = train[:, :k] - mean[:k], train[:, k:] - mean[k:]
    filled = mean[k:] + (held[:k] - mean[:k]) @ np.linalg.pinv(x, rcond=1e-10) @ y
    samples = np.clip(np.trunc(filled), -32768, 32767).astype(np.int16)
    return stems[at], held, held[:k], np.concatenate([held[:k], samples]), r2_score(held[k:].astype(float), filled)
def check(folder, *args):
    name, original, chopped, extrapolated, score = recompute(*args)
    for clip, samples in ("OriginalTestClip", original), ("ChoppedTestClip", chopped), ("ExtrapolatedClip", extrapolated):
        wavfile.write("want.wav", 8000, samples)
        with open("want.wav", "rb") as want, open(os.path.join(folder, clip + ".wav"), "rb") as got:
            assert want.read() == got.read(), (folder, clip)
    return name, score
'

@test "tutorial: its clips are those of an independent computation, byte for byte, and its lines say the scores" {
    mkdir recordings
    cp "$CORPUS"/*.wav recordings
    tutorial OUT=out PROVIDED='0.5 0.25 10% 300' >log
    tutorial OUT='out 42' SEED=42 FSDD=recordings SPEAKER=espeak PROVIDED=0.25 >log42
    tutorial OUT=out9 HOLDOUT=0_espeak_9 >log9
    py "$with_recompute"'
def lines(log, count):
    with open(log) as f:
        return f.read().splitlines()[-count:]
def check_lines(log, out, portions, who, scores):
    got = lines(log, 3 * len(portions) + 1)
    assert got[-1].startswith("Beside it: OriginalTestClip.wav, ChoppedTestClip.wav. Next, with the same variables: make -f "), got[-1]
    for portion, score, (first, second, third) in zip(portions, scores, zip(got[::3], got[1::3], got[2::3])):
        folder = os.path.join(out, portion.replace("%", "percent"))
        assert first == f"{who}, of which {portion} is given: {folder}/ExtrapolatedClip.wav", first
        assert second == "Extrapolation R^2 Score: 0.0", second
        number = re.fullmatch(r"R\^2 over the samples filled in: (\S+) \(1 is exact, 0 no better than their mean\)", third).group(1)
        assert number == repr(float(number)) and abs(float(number) - score) <= 1e-9 * abs(score), (number, score)
corpus = os.environ["CORPUS"]
portions = {"0.5": 0.5, "0.25": 0.25, "10%": 0.1, "300": 300}
scores = []
for portion, given in portions.items():
    name, score = check(os.path.join("out", portion.replace("%", "percent")), corpus, 0, "espeak", 7, given)
    scores.append(score)
check_lines("log", "out", portions, "0_espeak_47", scores)
name, score = check("out 42/0.25", corpus, 0, "espeak", 42, 0.25)
check_lines("log42", "out 42", ["0.25"], name, [score])
scores = [check(os.path.join("out9", p), corpus, 0, "espeak", "0_espeak_9", float(p))[1] for p in ("0.5", "0.25")]
check_lines("log9", "out9", ["0.5", "0.25"], "0_espeak_9", scores)
# The row is that of the tutorial.
assert read("out/heldout.mat")[0]["names"] == ["0_espeak_47"] == [recompute(corpus, 0, "espeak", 7, 0.5)[0]]
assert len(set(map(bytes, (open(f"{out}/0.25/ExtrapolatedClip.wav", "rb").read() for out in ("out", "out 42", "out9"))))) == 3'
    assert_equal "$(files_in out9)" "$(all_files 0.25/ 0.5/)"
}

@test "tutorial: the filters in a row make the same clips and scores" {
    fsdd-load -d 0 "$CORPUS" | pad-chop | split-holdout --seed=7 -H heldout >training
    for given in 0.5 0.25; do
        lsq-fit -q -g "$given" training >model
        pad-chop -c ":$given" heldout >part
        lsq-predict model part >predicted
        stitch-wav heldout | cmp - "$FRESH/$given/OriginalTestClip.wav"
        stitch-wav part | cmp - "$FRESH/$given/ChoppedTestClip.wav"
        stitch-wav part predicted | cmp - "$FRESH/$given/ExtrapolatedClip.wav"
        lsq-predict model heldout | stitch-wav heldout - | cmp - "$FRESH/$given/ExtrapolatedClip.wav"
        r2-score -q heldout predicted | cmp - "$FRESH/$given/columns.r2"
        r2-score -q --by-row heldout predicted | cmp - "$FRESH/$given/rows.r2"
        py 'row, flat = (float(open(path).read().split()[-1]) for path in sys.argv[1:])
assert abs(row - flat) <= 1e-12 * abs(flat)' "$FRESH/$given/rows.r2" <(r2-score --flat heldout predicted)
    done
}

@test "tutorial: a run tells each command as one types it, then the scores, where the clips are and what comes next" {
    run -0 tail -n 7 "$BATS_FILE_TMPDIR/log"
    assert_line --index 0 "0_espeak_47, of which 0.5 is given: $FRESH/0.5/ExtrapolatedClip.wav"
    assert_line --index 4 'Extrapolation R^2 Score: 0.0'
    assert_line --index 5 "R^2 over the samples filled in: $(cut -f 2 "$FRESH/0.25/rows.r2") (1 is exact, 0 no better than their mean)"
    assert_line --index 6 "Beside it: OriginalTestClip.wav, ChoppedTestClip.wav. Next, with the same variables: \
make -f $(quoted "$ROOT/pipelines/tutorial.mk") listen (plays them), make -f $(quoted "$ROOT/pipelines/frames.mk") frames (fills in better), \
make -f $(quoted "$ROOT/pipelines/report.mk") report (makes a page)"
    local command
    for command in 'pad-chop -o clips.mat recordings.mat' 'split-holdout --seed=7 -o training.mat --heldout=heldout.mat clips.mat' \
        'lsq-fit -o 0.25/model.lsq --given=0.25 training.mat' 'lsq-predict -o 0.5/predicted.mat 0.5/model.lsq 0.5/given.mat' \
        'stitch-wav -o 0.5/ExtrapolatedClip.wav 0.5/given.mat 0.5/predicted.mat' 'r2-score -q -o 0.25/rows.r2 --by-row heldout.mat 0.25/predicted.mat'; do
        run -0 grep -c -x -F -e "$command" "$BATS_FILE_TMPDIR/log"
        assert_output 1
    done
    # Each command line can be typed, in OUT, as it stands.
    mkdir typed typed/0.5 typed/0.25
    sed '/^[a-z0-9]*-[a-z]* /!d' "$BATS_FILE_TMPDIR/log" >typed/commands
    (cd typed && sh -e commands)
    for file in 0.5/ExtrapolatedClip.wav 0.25/ExtrapolatedClip.wav 0.25/rows.r2; do
        cmp "typed/$file" "$FRESH/$file"
    done
}

@test "tutorial: besides make and the filters it runs one mkdir, and no shell" {
    strace -f -e trace=execve -o calls make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >log 2>&1
    run -0 sed -n 's|.*execve("\([^"]*\)".* = 0$|\1|p' calls
    refute_output --regexp '/(sh|bash|dash)$'
    # shellcheck disable=SC2001 # a pattern for each line
    assert_equal "$(sed 's|.*/||' <<<"$output" | sort | uniq -c | tr -s ' ' | paste -s -d ,)" \
        ' 1 fsdd-load, 2 lsq-fit, 2 lsq-predict, 2 make, 1 mkdir, 3 pad-chop, 4 r2-score, 1 split-holdout, 6 stitch-wav'
}

@test "tutorial: make -j4 makes the same files" {
    tutorial -j4 OUT=out >log
    diff -r out "$FRESH"
    assert_equal "$(tail -n 7 log)" "$(told out)"
    assert_equal "$(files_in out)" "$(all_files 0.25/ 0.5/)"
}

@test "tutorial: nothing is remade when nothing has changed" {
    mkdir recordings
    cp "$CORPUS"/*.wav recordings
    tutorial OUT=out FSDD=recordings SPEAKER=espeak >log
    stamps out >before
    tutorial OUT=out FSDD=recordings SPEAKER=espeak >second
    stamps out | diff before -
    assert_equal "$(cat second)" "$(tail -n 7 log)"
    # What is not of that digit and speaker does not count, nor from where make is called.
    cp recordings/0_espeak_1.wav recordings/1_espeak_1.wav
    cp recordings/0_espeak_1.wav recordings/0_other_1.wav
    cp recordings/0_espeak_1.wav recordings/0_espeak_b_1.wav
    mkdir deep
    (cd deep && tutorial -j4 OUT="../out" FSDD="$OLDPWD/recordings" SPEAKER=espeak >../second)
    stamps out | diff before -
    assert_equal "$(sed 's|\.\./||g' second)" "$(tail -n 7 log)"
}

@test "tutorial: other recordings of the same names are other recordings" {
    mkdir a b
    cp -p "$CORPUS"/0_espeak_?.wav a
    cp -p "$CORPUS"/0_espeak_1?.wav b
    (cd b && for take in {0..9}; do mv "0_espeak_1$take.wav" "0_espeak_$take.wav"; done)
    # Older than all that is made of the first.
    touch -d 2000-01-01 b/*
    tutorial OUT=out FSDD=a SPEAKER=espeak >log
    tutorial OUT=out FSDD=b SPEAKER=espeak >log
    tutorial OUT=want FSDD=b SPEAKER=espeak >log
    diff -r want out
}

@test "tutorial: a changed, an added and a removed recording remake what comes from them" {
    mkdir recordings
    cp --no-preserve=mode "$CORPUS"/*.wav recordings
    local everything i=0 change copied=(FSDD=recordings SPEAKER=espeak)
    everything=$(expect_remade recordings.mat clips.mat training.mat heldout.mat 0.5/ 0.25/)
    tutorial OUT=out "${copied[@]}" >log
    stamps out >before
    for change in 'cp recordings/0_espeak_3.wav recordings/0_espeak_8.wav' 'cp recordings/0_espeak_5.wav recordings/0_espeak_50.wav' \
        'rm recordings/0_espeak_0.wav' 'mv recordings/0_espeak_1.wav recordings/0_espeak_0.wav'; do
        eval "$change"
        tutorial OUT=out "${copied[@]}" >log
        stamps out >after
        # The names are in recordings.list.
        assert_equal "$change: $(remade before after | tr ' ' '\n' | grep -vx recordings.list | paste -s -d ' ')" "$change: $everything"
        mv after before
        i=$((i + 1))
        tutorial OUT="again$i" "${copied[@]}" >log
        diff -r out "again$i"
    done
    run -1 cmp -s out/clips.mat "$FRESH/clips.mat"
    py "$with_recompute"'check("out/0.25", "recordings", 0, "espeak", 7, 0.25)'
}

@test "tutorial: SEED, HOLDOUT, PROVIDED and DIGIT remake what depends on them, and no more" {
    local i after_split copied=(FSDD=recordings SPEAKER=espeak)
    mkdir recordings
    cp "$CORPUS"/*.wav recordings
    for i in 0 1 2 3 4 5 6; do
        cp "recordings/0_espeak_$i.wav" "recordings/1_espeak_$((i + 1)).wav"
    done
    after_split="holdout.choice training.mat heldout.mat 0.25/ 0.5/"
    tutorial OUT=out "${copied[@]}" >log
    stamps out >before
    i=0
    while IFS='|' read -r settings names; do
        eval "set -- $settings"
        tutorial OUT=out "${copied[@]}" "$@" >log
        stamps out >after
        # shellcheck disable=SC2086 # words
        assert_equal "$settings: $(remade before after)" "$settings: $(expect_remade $names)"
        mv after before
        i=$((i + 1))
        tutorial OUT="again$i" "${copied[@]}" "$@" >log
        # The portions of before may stay in out.
        diff -r out "again$i" | grep -v '^Only in out: [01]' && false
    done <<END
SEED=8|$after_split
HOLDOUT=0_espeak_9|$after_split
HOLDOUT=0_espeak_9 SEED=3|
HOLDOUT=0_espeak_9.wav|
HOLDOUT=0_espeak_9.WAV|
HOLDOUT=rec/0_espeak_9.wav|
HOLDOUT=0_espeak_10|$after_split
PROVIDED=0.75 HOLDOUT=0_espeak_10|0.75/
PROVIDED='0.5 12% 0.75' HOLDOUT=0_espeak_10|12percent/
DIGIT=1|recordings.list recordings.mat clips.mat $after_split
DIGIT=0 SEED=7|recordings.list recordings.mat clips.mat training.mat heldout.mat 0.25/ 0.5/
END
    diff -r out/0.25 "$FRESH/0.25"
}

@test "tutorial: a changed filter remakes what it has made, what comes from that, and nothing else" {
    local names wavs='0.25/ChoppedTestClip.wav 0.25/ExtrapolatedClip.wav 0.25/OriginalTestClip.wav'
    mkdir bin
    for filter in $filters; do
        printf '#!/bin/bash\nexec %q/%s "$@"\n' "$BIN" "$filter" >"bin/$filter"
        chmod +x "bin/$filter"
    done
    tutorial OUT=out BIN=bin PROVIDED=0.25 >log
    stamps out >before
    tutorial OUT=out BIN=bin PROVIDED=0.25 >log
    stamps out | diff before -
    while IFS='|' read -r filter names; do
        echo '# changed' >>"bin/$filter"
        tutorial OUT=out BIN=bin PROVIDED=0.25 >log
        stamps out >after
        # shellcheck disable=SC2086 # words
        assert_equal "$filter: $(remade before after)" "$filter: $(expect_remade $names)"
        mv after before
    done <<END
r2-score|0.25/columns.r2 0.25/rows.r2
stitch-wav|$wavs
lsq-predict|0.25/predicted.mat 0.25/ExtrapolatedClip.wav 0.25/columns.r2 0.25/rows.r2
lsq-fit|0.25/model.lsq 0.25/predicted.mat 0.25/ExtrapolatedClip.wav 0.25/columns.r2 0.25/rows.r2
split-holdout|training.mat heldout.mat 0.25/
pad-chop|clips.mat training.mat heldout.mat 0.25/
fsdd-load|recordings.mat clips.mat training.mat heldout.mat 0.25/
END
    diff -r out/0.25 "$FRESH/0.25"
}

# Filters in bin/ that wait before they work where state/NAME is there.
make_slow_filters() {
    mkdir bin state
    for filter in $filters; do
        cat >"bin/$filter" <<END
#!/bin/bash
trap 'exit 1' HUP INT TERM
if [ -e "$PWD/state/$filter" ]; then
    touch "$PWD/state/reached"
    # Short naps: a trap waits for the one there is.
    for ((nap = 0; nap < 600; nap++)); do
        [ -e "$PWD/state/$filter" ] || break
        sleep 0.1
    done
fi
exec "$BIN/$filter" "\$@"
END
        chmod +x "bin/$filter"
    done
}

# wait_for CONDITION...: until it holds, for 20 seconds at most.
wait_for() {
    local nap
    for ((nap = 0; nap < 2000; nap++)); do
        "$@" && return
        sleep 0.01
    done
    fail "in vain: $*"
}

# For py: stop() runs the pipeline up to a filter that waits, stops it, looks at what is
# left, and runs it to its end. FILES: all that a complete run leaves.
with_stop='
import glob, os, signal, subprocess, time
command = ["make", "-j2", "-f", os.environ["ROOT"] + "/pipelines/tutorial.mk", "BIN=bin"]
whole = set(os.environ["FILES"].split())
def files(out):
    return {os.path.relpath(os.path.join(d, f), out) for d, _, names in os.walk(out) for f in names}
def content(out, name):
    with open(os.path.join(out, name), "rb") as f:
        return f.read()
def alive(group):
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as f:
                state, _, pgrp = f.read().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(pgrp) == group and state != "Z":
            return True
    return False
def stop(n, where, how):
    out = f"out{n}"
    open("state/" + where, "w").close()
    # As from a terminal: no signal is ignored.
    default = lambda: [signal.signal(s, signal.SIG_DFL) for s in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)]
    run = subprocess.Popen(command + ["OUT=" + out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=default)
    until = time.time() + 20
    while not os.path.exists("state/reached"):
        assert run.poll() is None and time.time() < until, (where, run.poll())
        time.sleep(0.01)
    if how == "make alone":
        run.terminate()
    else:
        os.killpg(run.pid, how)
    assert run.wait(20) != 0, where
    # The make inside may take a moment longer, but it does not go on.
    while alive(run.pid):
        assert time.time() < until, (where, how, "goes on")
        time.sleep(0.01)
    left = files(out)
    for name in left & whole:
        assert content(out, name) == content("want", name), (where, how, name)
    assert left < whole, (where, how, left - whole)
    os.remove("state/" + where)
    os.remove("state/reached")
    subprocess.run(command + ["OUT=" + out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name in whole:
        assert content(out, name) == content("want", name), (where, how, name)
    assert files(out) == whole, files(out) ^ whole'

@test "tutorial: killed at any filter it leaves nothing half-written, and goes on to the same bytes" {
    make_slow_filters
    tutorial OUT=want BIN=bin >log
    FILES=$(all_files 0.25/ 0.5/) py "$with_stop"'
for n, (where, how) in enumerate([
    ("fsdd-load", signal.SIGTERM), ("pad-chop", signal.SIGINT), ("split-holdout", signal.SIGTERM), ("lsq-fit", signal.SIGINT), ("lsq-fit", signal.SIGHUP),
    ("lsq-predict", signal.SIGTERM), ("stitch-wav", signal.SIGINT), ("r2-score", signal.SIGTERM), ("lsq-fit", signal.SIGKILL), ("split-holdout", signal.SIGKILL)]):
    stop(n, where, how)'
}

@test "tutorial: where make alone is killed, what it began does not go on" {
    make_slow_filters
    tutorial OUT=want BIN=bin >log
    FILES=$(all_files 0.25/ 0.5/) py "$with_stop"'
for n, where in enumerate(["fsdd-load", "split-holdout", "lsq-fit"]):
    stop(n, where, "make alone")'
}

@test "tutorial: two runs at once in one folder do no harm" {
    local i first second
    for i in 1 2 3; do
        make -j2 -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >first.log 2>&1 3>&- &
        first=$!
        make -j2 -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >second.log 2>&1 3>&- &
        second=$!
        wait "$first"
        wait "$second"
        diff -r out "$FRESH"
        assert_equal "$(tail -n 7 first.log)" "$(told out)"
        assert_equal "$(files_in out)" "$(all_files 0.25/ 0.5/)"
        rm -r out
    done
}

@test "tutorial: a run whose folder another one with other variables has used says so, and the next run mends it" {
    local first
    make_slow_filters
    tutorial OUT=want BIN=bin SEED=3 PROVIDED=0.5 >log
    touch state/lsq-fit
    make -f "$ROOT/pipelines/tutorial.mk" BIN=bin OUT=out PROVIDED=0.5 >first.log 2>&1 3>&- &
    first=$!
    wait_for [ -e state/reached ]
    # Filters that do not wait.
    tutorial OUT=out SEED=3 PROVIDED=0.5 >second.log
    diff -r want out
    rm state/lsq-fit
    local status=0
    wait "$first" || status=$?
    assert_equal "$status" 2
    run -0 grep -c '\*\*\* another run with other variables was in out meanwhile: make it again\.  Stop\.$' first.log
    assert_output 1
    for filter in $filters; do ln -sf "$BIN/$filter" bin; done
    tutorial OUT=out SEED=3 PROVIDED=0.5 >second.log
    diff -r want out
}

@test "tutorial: a filter that fails leaves no target behind" {
    local filter target targets
    mkdir bin
    while read -r filter targets; do
        rm -rf out bin/*
        for other in $filters; do
            ln -s "$BIN/$other" bin
        done
        rm "bin/$filter"
        printf '#!/bin/sh\nexit 3\n' >"bin/$filter"
        chmod +x "bin/$filter"
        run -2 make -k -f "$ROOT/pipelines/tutorial.mk" BIN=bin OUT=out PROVIDED=0.25
        for target in $targets; do
            [ ! -e "out/$target" ] || fail "$filter has failed, $target is there"
        done
        run -0 find out -type f -name '*.[0-9]*'
        assert_output ''
        # And the next run makes the best of it.
        tutorial OUT=out PROVIDED=0.25 >log
        diff -r out/0.25 "$FRESH/0.25"
    done <<'END'
fsdd-load recordings.mat clips.mat
pad-chop clips.mat training.mat
split-holdout training.mat heldout.mat
lsq-fit 0.25/model.lsq 0.25/predicted.mat
lsq-predict 0.25/predicted.mat 0.25/ExtrapolatedClip.wav
stitch-wav 0.25/OriginalTestClip.wav 0.25/ChoppedTestClip.wav 0.25/ExtrapolatedClip.wav
r2-score 0.25/columns.r2 0.25/rows.r2
END
}

@test "tutorial: recordings that cannot be used stop it with their name, and mended it goes on" {
    local fault good=$CORPUS/0_espeak_3.wav bad=recordings/0_espeak_3.wav copied=(FSDD=recordings SPEAKER=espeak)
    mkdir recordings
    cp --no-preserve=mode "$CORPUS"/*.wav recordings
    # shellcheck disable=SC2154
    for fault in stereo rate truncated empty text; do
        case $fault in
            stereo) sox "$good" -c 2 -D "$bad" ;;
            rate) sox -D "$good" -r 11025 "$bad" ;;
            truncated) head -c 3001 "$good" >"$bad" ;;
            empty) : >"$bad" ;;
            text) echo text >"$bad" ;;
        esac
        run -2 --separate-stderr make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT="$fault" "${copied[@]}"
        assert_regex "${stderr_lines[0]}" '^fsdd-load: .*/0_espeak_[0-9]*.wav: .*expected'
        assert_regex "$stderr" '0_espeak_3.wav'
        assert_equal "$(files_in "$fault")" 'holdout.choice recordings.list'
        cp "$good" "$bad"
        tutorial OUT="$fault" "${copied[@]}" >log
        same_as_fresh "$fault"
    done
}

@test "tutorial: what is missing or wrong is said in plain words" {
    local make=(make -s -f "$ROOT/pipelines/tutorial.mk" OUT=out)
    mkdir 'no recordings'
    says() {
        local message=$1
        shift
        run -2 --separate-stderr "${make[@]}" "$@"
        # shellcheck disable=SC2154
        assert_equal "${stderr_lines[0]}" "$message"
        refute_output --partial 'R^2'
    }
    # refuses_in LINES MESSAGE ARGUMENT...: as make's own error, in so many lines: one, and one for a make inside.
    refuses_in() {
        local count=$1 message=$2
        shift 2
        run -2 --separate-stderr "$@"
        assert_regex "${stderr_lines[0]}" "/pipelines/(enter|tutorial)\\.mk:[0-9]+: \\*\\*\\* $message\\.  Stop\\.\$"
        assert_equal "${#stderr_lines[@]}" "$count"
    }
    refuses_in 1 'nowhere: no folder, expected one of recordings \(FSDD\)' "${make[@]}" BIN="$BIN" FSDD=nowhere
    # Whatever else is in PATH.
    mkdir tools
    refuses_in 1 'tools: no fsdd-load, expected it there' "${make[@]}" BIN=tools
    ln -s "$(command -v make)" tools
    refuses_in 1 'PATH: no fsdd-load, expected it there' env PATH="$PWD/tools" "${make[@]}"
    [ ! -e out ]
    echo "include ${ROOT// /\\ }/pipelines/tutorial.mk" >other.mk
    refuses_in 1 'tutorial\.mk is for make -f, not for include' make -f other.mk
    says "split-holdout: clips.mat: no row is named '0_espeak_50', expected a name of the 50 rows" BIN="$BIN" HOLDOUT=0_espeak_50
    says "split-holdout: clips.mat: no row is named '47', expected a name of the 50 rows (--row takes numbers)" BIN="$BIN" HOLDOUT=47
    refuses_in 1 'digit = 5, expected the name of this variable in upper case' "${make[@]}" BIN="$BIN" digit=5
    refuses_in 1 'PROVIDE = 0\.5, expected PROVIDED, or another name' "${make[@]}" BIN="$BIN" PROVIDE=0.5
    refuses_in 1 'OUTPUT = x, expected OUT, or another name' "${make[@]}" BIN="$BIN" OUTPUT=x
    refuses_in 1 'FSDD has several lines, expected one' "${make[@]}" BIN="$BIN" FSDD=$'re\ncordings'
    says "split-holdout: --seed: '-1', expected a number from 0 to 4294967295; try 'split-holdout --help'" BIN="$BIN" SEED=-1
    says 'pad-chop: heldout.mat: columns :5000 are 0:5000 in rows of 2800, expected A < B <= 2800' BIN="$BIN" PROVIDED=5000
    # No recording of that digit: the folder is named, not a tool that nobody called.
    refuses_in 2 "$CORPUS: no 5_espeak_TAKE\\.wav \\(DIGIT, SPEAKER\\), expected it there" "${make[@]}" BIN="$BIN" DIGIT=5
    refuses_in 2 "$CORPUS: no 0_nobody_TAKE\\.wav \\(DIGIT, SPEAKER\\), expected it there" "${make[@]}" BIN="$BIN" SPEAKER=nobody
    refuses_in 2 "$PWD/no recordings: no 0_jackson_TAKE\\.wav \\(DIGIT, SPEAKER\\), expected it there" "${make[@]}" BIN="$BIN" 'FSDD=no recordings'
}

@test "tutorial: folders with odd names, absolute or not" {
    local odd="it's 50% of #1; (a) & b, \$5 or \$\$(x)"
    mkdir -p "$odd/bin x" "$odd/re cordings"
    cp "$CORPUS"/*.wav "$odd/re cordings"
    for filter in $filters; do
        ln -s "$BIN/$filter" "$odd/bin x"
    done
    cp "$ROOT"/pipelines/{tutorial,enter}.mk "$odd"
    make -f "$odd/tutorial.mk" BIN="$odd/bin x" FSDD="$odd/re cordings" SPEAKER=espeak OUT="$odd/out put" >log 2>&1
    same_as_fresh "$odd/out put"
    (cd "$odd" && make -f tutorial.mk BIN='bin x' FSDD='re cordings' SPEAKER=espeak OUT=-out >log 2>&1)
    same_as_fresh "$odd/-out"
}

@test "tutorial: a speaker's name is a name, whatever is in it" {
    local speaker="sp ace;touch run;\`touch run\`*'&" take
    mkdir rec
    for take in 0 1 2; do
        cp "$CORPUS/0_espeak_$take.wav" "rec/0_${speaker}_$take.wav"
        cp "$CORPUS/0_espeak_$take.wav" "rec/0_espeak_$take.wav"
    done
    make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" FSDD=rec SPEAKER=espeak OUT=plain PROVIDED=0.25 >log 2>&1
    make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" FSDD=rec SPEAKER="$speaker" OUT=odd PROVIDED=0.25 >log 2>&1
    # What has the names in it differs.
    diff -r -x recordings.list -x '*.mat' -x model.lsq -x rows.r2 plain odd
    [ -z "$(find . -name 'run*')" ]
}

@test "tutorial: a CDPATH in the environment does not lead it astray" {
    mkdir -p other/rec other/out rec
    cp "$CORPUS"/*.wav rec
    CDPATH=$PWD/other:. make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" FSDD=rec SPEAKER=espeak OUT=out >log 2>&1
    same_as_fresh out
}

@test "tutorial: umask, locale and time zone do not matter" {
    (umask 077 && LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Kathmandu tutorial OUT=out >log)
    diff -r out "$FRESH"
}

@test "tutorial: threads and the BLAS in use do not change a byte of the clips" {
    local system library clip
    system=/usr/lib/$(gcc -print-multiarch)
    for library in blas lapack; do
        [ -e "$system/$library/lib$library.so.3" ] || fail "no reference $library in $system/$library, expected package lib${library}3"
    done
    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 tutorial OUT=one >log
    OPENBLAS_NUM_THREADS=2 OMP_NUM_THREADS=2 tutorial OUT=two >log
    LD_LIBRARY_PATH=$system/lapack:$system/blas tutorial OUT=reference >log
    diff -r one two
    for clip in OriginalTestClip ChoppedTestClip ExtrapolatedClip; do
        for portion in 0.5 0.25; do
            cmp "one/$portion/$clip.wav" "reference/$portion/$clip.wav"
        done
    done
}

@test "tutorial: from the top, in a fresh copy with a space in its name, and installed" {
    source_tree 'the tree'
    # Only make: it builds what is missing, runs, and puts things into out/.
    make -C 'the tree' -j2 tutorial >log 2>&1
    for file in $(all_files 0.25/ 0.5/); do
        [ "$file" = recordings.list ] || cmp "the tree/out/$file" "$FRESH/$file"
    done
    assert_equal "$(grep -v '^make' log | tail -n 7 | sed 6q)" "$(told out | sed 6q)"
    assert_equal "$(grep -v '^make' log | tail -n 1)" 'Beside it: OriginalTestClip.wav, ChoppedTestClip.wav. Next, with the same variables: make listen (plays them), make frames (fills in better), make report (makes a page)'
    stamps 'the tree' >before
    make -C 'the tree' tutorial >log 2>&1
    stamps 'the tree' | diff before -
    make -s -C 'the tree' tutorial OUT="$PWD/else where" HOLDOUT=0_espeak_4 PROVIDED=100 >log 2>&1
    py "$with_recompute"'check("else where/100", os.environ["CORPUS"], 0, "espeak", "0_espeak_4", 100)'
    # Installed: PATH finds the filters, the recordings lie beside the makefile.
    make -s -C 'the tree' install PREFIX="$PWD/pre fix" >log 2>&1
    rm -r 'the tree'
    PATH="$PWD/pre fix/bin:/usr/bin:/bin" make -f 'pre fix/share/wavefill/tutorial.mk' OUT='of installed' >log 2>&1
    for file in $(all_files 0.25/ 0.5/); do
        [ "$file" = recordings.list ] || cmp "of installed/$file" "$FRESH/$file"
    done
}

@test "tutorial: make listen plays the three clips of each portion, and one line says it where SoX cannot" {
    mkdir bin
    cat >bin/play <<'END'
#!/bin/sh
shift
for file; do
    [ -s "$file" ] && echo "played $file $(wc -c <"$file")" >>"$PLAYED"
done
END
    chmod +x bin/play
    PLAYED=$PWD/played PATH=$PWD/bin:$PATH tutorial listen OUT=out PROVIDED='0.25 50%' >log
    local portion=0.25 want=''
    for portion in 0.25 0.5; do
        for clip in OriginalTestClip ChoppedTestClip ExtrapolatedClip; do
            want="$want${want:+$'\n'}played $portion/$clip.wav $(wc -c <"$FRESH/$portion/$clip.wav")"
        done
    done
    assert_equal "$(cat played)" "${want//0.5/50percent}"
    # No sound device: SoX itself is asked for one that cannot be.
    AUDIODRIVER=oss AUDIODEV=/dev/nowhere run -2 --separate-stderr make -f "$ROOT/pipelines/tutorial.mk" listen BIN="$BIN" OUT=out PROVIDED=0.25
    assert_output --partial 'play -q 0.25/OriginalTestClip.wav 0.25/ChoppedTestClip.wav 0.25/ExtrapolatedClip.wav'
    assert_equal "${stderr_lines[0]}" 'listen: play cannot play here, expected SoX and a sound card'
    cmp out/0.25/ExtrapolatedClip.wav "$FRESH/0.25/ExtrapolatedClip.wav"
}

@test "all pipelines: portions that are none, come twice or lead elsewhere are refused before anything is made" {
    local name portions want
    for name in tutorial frames evaluate report; do
        while IFS='|' read -r portions want; do
            run -2 --separate-stderr make -f "$ROOT/pipelines/$name.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=out PROVIDED="$portions"
            assert_output ''
            # shellcheck disable=SC2154
            assert_regex "${stderr_lines[0]}" "/enter\\.mk:[0-9]+: \\*\\*\\* PROVIDED $want\\.  Stop\\.\$"
            [ ! -e out ]
        done <<'END'
|is empty, expected portions such as 0\.5 or 25%
0.5,0.25|= 0\.5,0\.25, expected portions such as 0\.5 or 25%
0.5;id|= 0\.5;id, expected portions such as 0\.5 or 25%
0.5:1|= 0\.5:1, expected portions such as 0\.5 or 25%
a=b|= a=b, expected portions such as 0\.5 or 25%
0.5'|= 0\.5', expected portions such as 0\.5 or 25%
0.5#1|= 0\.5#1, expected portions such as 0\.5 or 25%
0.5 ..|= 0\.5 \.\., expected portions such as 0\.5 or 25%
*|= \*, expected portions such as 0\.5 or 25%
0.5 %|= 0\.5 %, expected portions such as 0\.5 or 25%
0|= 0, expected portions such as 0\.5 or 25%
0.00|= 0\.00, expected portions such as 0\.5 or 25%
1|= 1, expected portions such as 0\.5 or 25%
1.5|= 1\.5, expected portions such as 0\.5 or 25%
100%|= 100%, expected portions such as 0\.5 or 25%
0.5 150%|= 0\.5 150%, expected portions such as 0\.5 or 25%
0.5 0.5|= 0\.5 0\.5, each once expected
../x|= \.\./x, expected portions such as 0\.5 or 25%
./0.25|= \./0\.25, expected portions such as 0\.5 or 25%
-5|= -5, expected portions such as 0\.5 or 25%
END
        run -2 --separate-stderr make -f "$ROOT/pipelines/$name.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=
        assert_regex "${stderr_lines[0]}" "/enter\\.mk:[0-9]+: \\*\\*\\* OUT is empty, expected a folder\\.  Stop\\.\$"
        run -2 --separate-stderr make -f "$ROOT/pipelines/$name.mk" BIN=nowhere PYTHON="$PYTHON" OUT=out
        assert_regex "${stderr_lines[0]}" "/enter\\.mk:[0-9]+: \\*\\*\\* nowhere: no fsdd-load, expected it there\\.  Stop\\.\$"
        [ ! -e out ]
    done
}

# Each way to fail: at once, after the work, by a signal, without input or output.
@test "all pipelines: a filter that fails, in whatever way, is noticed" {
    local take
    mkdir rec
    for take in 0 1 2 3; do
        sox "$CORPUS/0_espeak_$take.wav" "rec/0_a_$take.wav" trim 0.1 0.12
    done
    run -0 env ALL=1 "$PYTHON" "$ROOT/tests/failing.py" "$BIN" work1 tutorial FSDD="$PWD/rec" SPEAKER=a PROVIDED=0.5
    assert_output '11 lines, 34 runs, 0 wrong'
    run -0 "$PYTHON" "$ROOT/tests/failing.py" "$BIN" work2 frames FSDD="$PWD/rec" SPEAKER=a PROVIDED=0.5
    assert_output --regexp '^[1-9][0-9]* lines, [1-9][0-9]* runs, 0 wrong$'
    run -0 "$PYTHON" "$ROOT/tests/failing.py" "$BIN" work4 repair FSDD="$PWD/rec" SPEAKER=a GAPS=5ms@50%
    assert_output --regexp '^[1-9][0-9]* lines, [1-9][0-9]* runs, 0 wrong$'
    ONLY='left-out|--sums|fsdd-load|nearest|fill|split-holdout' \
        run -0 "$PYTHON" "$ROOT/tests/failing.py" "$BIN" work3 evaluate FSDD="$PWD/rec" PROVIDED=0.5
    assert_output --regexp '^[1-9][0-9]* lines, [1-9][0-9]* runs, 0 wrong$'
}

@test "all pipelines: the environment has no say" {
    mkdir recordings
    FSDD=recordings SPEAKER=nobody SEED=3 SHORT=yes tutorial OUT=out >log
    diff -r -x recordings.list out "$FRESH"
    diff <(tail -n 7 log) <(told out)
}

@test "all pipelines: make -s says no commands; make -n and -q make nothing, whether there is something before or not" {
    local name
    make -s -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >said 2>/dev/null
    diff said <(told out)
    run -0 wc -l <said
    assert_output 7
    # As in a fresh clone, where there are no filters either.
    for name in tutorial frames report; do
        for folder in "$BIN" nowhere; do
            make -n -f "$ROOT/pipelines/$name.mk" BIN="$folder" PYTHON="$PYTHON" OUT=new >said
            grep -qx 'lsq-fit -o 0.5/model.lsq --given=0.5 training.mat' said
            run -1 make -q -f "$ROOT/pipelines/$name.mk" BIN="$folder" PYTHON="$PYTHON" OUT=new
            assert_output ''
            [ ! -e new ]
        done
    done
    make -n -f "$ROOT/pipelines/evaluate.mk" BIN="$BIN" OUT=new >said
    grep -qx "sh .*/evaluate/group.sh'\\? .* 0 espeak 0.25 evaluate/0.25/espeak_0.sums" said
    [ ! -e new ]
    # What is there is looked at, other variables and filters too.
    stamps out >before
    run -0 make -q -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out
    assert_output ''
    make -n -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >said
    run -1 grep -E '^(lsq|pad|split|fsdd|stitch|r2)' said
    make -n -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out SEED=8 >said
    run -0 sed -n '/^[a-z]*-[a-z]* /{p;q}' said
    assert_output 'split-holdout --seed=8 -o training.mat --heldout=heldout.mat clips.mat'
    run -1 make -q -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out SEED=8
    stamps out | diff before -
}
