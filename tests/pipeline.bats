# pipelines/tutorial.mk, on the embedded corpus and copies of it

load common

filters='fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score'
portion_files='ChoppedTestClip.wav ExtrapolatedClip.wav OriginalTestClip.wav columns.r2 given.mat model.lsq predicted.mat samples.r2 score.txt'

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
    expect_remade filters.list recordings.list holdout.choice recordings.mat clips.mat training.mat heldout.mat "$@"
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
def check_lines(log, portions, who, scores):
    got = lines(log, 3 * len(portions))
    for portion, score, (first, second, third) in zip(portions, scores, zip(got[::3], got[1::3], got[2::3])):
        assert first == f"{portion} of {who} is given:", first
        assert second == "Extrapolation R^2 Score: 0.0", second
        number = re.fullmatch(r"R\^2 over the samples filled in: (\S+) \(1 is exact, 0 no better than their mean\)", third).group(1)
        assert number == f"{float(number):.10g}" and abs(float(number) - score) <= 1e-9 * abs(score), (number, score)
corpus = os.environ["CORPUS"]
portions = {"0.5": 0.5, "0.25": 0.25, "10%": 0.1, "300": 300}
scores = []
for portion, given in portions.items():
    name, score = check(os.path.join("out", portion.replace("%", "percent")), corpus, 0, "espeak", 7, given)
    scores.append(score)
check_lines("log", portions, "the row that seed 7 picks", scores)
name, score = check("out 42/0.25", corpus, 0, "espeak", 42, 0.25)
check_lines("log42", ["0.25"], "the row that seed 42 picks", [score])
scores = [check(os.path.join("out9", p), corpus, 0, "espeak", "0_espeak_9", float(p))[1] for p in ("0.5", "0.25")]
check_lines("log9", ["0.5", "0.25"], "0_espeak_9", scores)
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
        assert_equal "$(sed 1d "$FRESH/$given/score.txt")" "Extrapolation R^2 Score: $(r2-score -q heldout predicted)
R^2 over the samples filled in: $(py 'print(f"{float(sys.stdin.read()):.10g}")' < <(lsq-predict model part | r2-score --flat heldout)) (1 is exact, 0 no better than their mean)"
    done
}

@test "tutorial: the last lines of a run are the scores, and a run tells each command" {
    run -0 tail -n 6 "$BATS_FILE_TMPDIR/log"
    assert_output "$(cat "$FRESH/0.5/score.txt" "$FRESH/0.25/score.txt")"
    local command
    for command in 'pad-chop recordings.mat > clips.mat' "split-holdout --seed='7' -H heldout.mat clips.mat > training.mat" \
        'lsq-fit -g 0.25 training.mat > 0.25/model.lsq' 'lsq-predict 0.5/model.lsq 0.5/given.mat > 0.5/predicted.mat' \
        'stitch-wav 0.5/given.mat 0.5/predicted.mat > 0.5/ExtrapolatedClip.wav' 'r2-score --flat heldout.mat 0.25/predicted.mat > 0.25/samples.r2'; do
        run -0 grep -c -x -F -e "$command" "$BATS_FILE_TMPDIR/log"
        assert_output 1
    done
    # Each command line can be typed, in OUT, as it stands.
    mkdir typed typed/0.5 typed/0.25
    sed '/^[a-z0-9]*-[a-z]* /!d' "$BATS_FILE_TMPDIR/log" >typed/commands
    (cd typed && sh -e commands)
    for file in 0.5/ExtrapolatedClip.wav 0.25/ExtrapolatedClip.wav 0.25/samples.r2; do
        cmp "typed/$file" "$FRESH/$file"
    done
}

@test "tutorial: make -j4 makes the same files" {
    tutorial -j4 OUT=out >log
    diff -r out "$FRESH"
    assert_equal "$(tail -n 6 log)" "$(tail -n 6 "$BATS_FILE_TMPDIR/log")"
    assert_equal "$(files_in out)" "$(all_files 0.25/ 0.5/)"
}

@test "tutorial: nothing is remade when nothing has changed" {
    mkdir recordings
    cp "$CORPUS"/*.wav recordings
    tutorial OUT=out FSDD=recordings SPEAKER=espeak >log
    stamps out >before
    tutorial OUT=out FSDD=recordings SPEAKER=espeak >second
    stamps out | diff before -
    assert_equal "$(cat second)" "$(tail -n 6 log)"
    # Neither times alone nor what is not of that digit and speaker count.
    touch recordings/*
    cp recordings/0_espeak_1.wav recordings/1_espeak_1.wav
    cp recordings/0_espeak_1.wav recordings/0_other_1.wav
    cp -R recordings elsewhere
    tutorial -j4 OUT="$PWD/out/" FSDD=elsewhere/ SPEAKER=espeak >second
    stamps out | diff before -
    assert_equal "$(cat second)" "$(tail -n 6 log)"
}

@test "tutorial: a changed, an added and a removed recording remake what comes from them" {
    mkdir recordings
    cp --no-preserve=mode "$CORPUS"/*.wav recordings
    local everything i=0 change copied=(FSDD=recordings SPEAKER=espeak)
    everything=$(expect_remade recordings.list recordings.mat clips.mat training.mat heldout.mat 0.5/ 0.25/)
    tutorial OUT=out "${copied[@]}" >log
    stamps out >before
    for change in 'cp recordings/0_espeak_3.wav recordings/0_espeak_8.wav' 'cp recordings/0_espeak_5.wav recordings/0_espeak_50.wav' \
        'rm recordings/0_espeak_0.wav' 'mv recordings/0_espeak_1.wav recordings/0_espeak_0.wav'; do
        eval "$change"
        tutorial OUT=out "${copied[@]}" >log
        stamps out >after
        assert_equal "$change: $(remade before after)" "$change: $everything"
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
HOLDOUT=0_espeak_10|$after_split
PROVIDED=0.75 HOLDOUT=0_espeak_10|0.75/
PROVIDED='0.5 12% 0.75' HOLDOUT=0_espeak_10|12percent/
DIGIT=1|recordings.list recordings.mat clips.mat $after_split
DIGIT=0 SEED=7|recordings.list recordings.mat clips.mat training.mat heldout.mat 0.25/ 0.5/
END
    diff -r out/0.25 "$FRESH/0.25"
}

@test "tutorial: another filter remakes everything" {
    mkdir bin
    for filter in $filters; do
        printf '#!/bin/bash\nexec %q/%s "$@"\n' "$BIN" "$filter" >"bin/$filter"
        chmod +x "bin/$filter"
    done
    tutorial OUT=out BIN=bin >log
    stamps out >before
    tutorial OUT=out BIN=bin >log
    stamps out | diff before -
    echo '# changed' >>bin/r2-score
    tutorial OUT=out BIN=bin >log
    stamps out >after
    assert_equal "$(remade before after)" "$(expect_remade filters.list recordings.mat clips.mat training.mat heldout.mat 0.25/ 0.5/)"
    for file in 0.25/model.lsq 0.5/ExtrapolatedClip.wav clips.mat; do
        cmp "out/$file" "$FRESH/$file"
    done
}

# Filters in bin/ that write half of their output and wait where state/NAME is there.
make_slow_filters() {
    mkdir bin state
    for filter in $filters; do
        # With state/NAME there it writes half of its output and waits.
        cat >"bin/$filter" <<END
#!/bin/bash
trap 'exit 1' HUP INT TERM
"$BIN/$filter" "\$@" >"$PWD/state/output.\$\$" || exit
if [ -e "$PWD/state/$filter" ]; then
    head -c 1000 "$PWD/state/output.\$\$"
    touch "$PWD/state/reached"
    # Short naps: a trap waits for the one there is.
    for ((nap = 0; nap < 600; nap++)); do
        [ -e "$PWD/state/$filter" ] || break
        sleep 0.1
    done
    exec tail -c +1001 "$PWD/state/output.\$\$"
fi
cat "$PWD/state/output.\$\$"
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
    assert left < whole or how == signal.SIGKILL, (where, how, left - whole)
    os.remove("state/" + where)
    os.remove("state/reached")
    subprocess.run(command + ["OUT=" + out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name in whole:
        assert content(out, name) == content("want", name), (where, how, name)
    assert files(out) == whole, files(out) - whole'

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

@test "tutorial: two runs at once in one folder do not meet" {
    local i first second
    for i in 1 2 3; do
        make -j2 -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >first.log 2>&1 3>&- &
        first=$!
        make -j2 -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >second.log 2>&1 3>&- &
        second=$!
        wait "$first"
        wait "$second"
        diff -r out "$FRESH"
        assert_equal "$(tail -n 6 first.log)" "$(tail -n 6 "$BATS_FILE_TMPDIR/log")"
        assert_equal "$(files_in out)" "$(all_files 0.25/ 0.5/)"
        rm -r out
    done
}

@test "tutorial: a run waits for another one in its folder, whatever the settings of both" {
    local first second waits
    make_slow_filters
    tutorial OUT=want BIN=bin SEED=3 PROVIDED='0.5 10%' >log
    touch state/lsq-fit
    make -f "$ROOT/pipelines/tutorial.mk" BIN=bin OUT=out PROVIDED=0.5 >first.log 2>&1 3>&- &
    first=$!
    wait_for [ -e state/reached ]
    waits="tutorial: waits for another run in $PWD/out"
    make -f "$ROOT/pipelines/tutorial.mk" BIN=bin OUT=out/ SEED=3 PROVIDED='0.5 10%' >second.log 2>&1 3>&- &
    second=$!
    wait_for [ -s second.log ]
    assert_equal "$(cat second.log)" "$waits"
    # It has not begun, and what the first has begun is still there.
    assert_equal "$(cat out/holdout.choice)" --seed=7
    run -0 find out/0.5 -name '.wf-model.lsq.*'
    assert_equal "${#lines[@]}" 1
    rm state/lsq-fit
    wait "$first"
    wait "$second"
    diff -r out want
    # Each says its own scores.
    assert_equal "$(tail -n 3 first.log)" "$(cat "$FRESH/0.5/score.txt")"
    assert_equal "$(sed -n 1p second.log)" "$waits"
    assert_equal "$(tail -n 6 second.log)" "$(cat want/0.5/score.txt want/10percent/score.txt)"
}

@test "tutorial: what killed runs have begun is removed, and nothing else" {
    mkdir -p out/0.1 out/0.25 out/.wf-split.7 'out/not a portion'
    touch out/.wf-clips.mat.31 out/.wf-split.7/training.mat out/.wf-split.7/.wf-AbCdEf out/0.1/.wf-model.lsq.31
    # What a filter outside this run may be writing, and what is somebody's.
    touch out/.wf-AbCdEf out/0.25/.wf-AbCdEf out/notes.txt 'out/not a portion/wf-1.2'
    tutorial OUT=out PROVIDED=0.25 >log
    assert_equal "$(files_in out)" "$(all_files 0.25/ | tr ' ' '\n' | sort - <(printf '%s\n' .wf-AbCdEf 0.25/.wf-AbCdEf notes.txt 'not a portion/wf-1.2') | paste -s -d ' ')"
}

@test "tutorial: without flock, or where nothing can be locked, it says so and goes on" {
    local tool said
    mkdir tools
    for tool in sh make awk basename cat cksum cmp dirname mkdir mv rm sed; do
        ln -s "$(command -v "$tool")" tools
    done
    PATH=$PWD/tools tutorial OUT=out >log
    assert_equal "$(sed 1q "$BATS_TEST_TMPDIR/messages")" "tutorial: flock is not found (package util-linux), so that two runs at once in $PWD/out would meet"
    diff -r out "$FRESH"
    rm -r out
    printf '#!/bin/sh\nexit 71\n' >tools/flock
    chmod +x tools/flock
    PATH=$PWD/tools tutorial OUT=out >log
    for said in waits 'cannot be locked, two runs at once in it would meet'; do
        run -0 grep -c "^tutorial: .*$said" "$BATS_TEST_TMPDIR/messages"
        assert_output 1
    done
    diff -r out "$FRESH"
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
        # All of its output, and yet it fails.
        printf '#!/bin/bash\n%q/%s "$@"\nexit 3\n' "$BIN" "$filter" >"bin/$filter"
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
r2-score 0.25/columns.r2 0.25/samples.r2 0.25/score.txt
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
        assert_equal "$(files_in "$fault")" 'filters.list recordings.list'
        cp "$good" "$bad"
        tutorial OUT="$fault" "${copied[@]}" >log
        diff -r "$fault" "$FRESH"
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
    says 'tutorial: nowhere: no directory, expected one of recordings (FSDD)' BIN="$BIN" FSDD=nowhere
    # The tools that it needs besides, so that no installed filter is found.
    mkdir tools
    for tool in sh make basename cat cksum cmp dirname flock mkdir mv rm sed; do
        ln -s "$(command -v "$tool")" tools
    done
    run -2 --separate-stderr env PATH="$PWD/tools" "${make[@]}"
    assert_equal "${stderr_lines[0]}" 'tutorial: fsdd-load is not found in PATH (is wavefill installed?)'
    says "split-holdout: clips.mat: no row is named '0_espeak_50', expected a name of the 50 rows" BIN="$BIN" HOLDOUT=0_espeak_50
    says "split-holdout: --seed: '-1', expected a number from 0 to 4294967295; try 'split-holdout --help'" BIN="$BIN" SEED=-1
    run -2 --separate-stderr "${make[@]}" BIN="$BIN" PROVIDED=150%
    assert_regex "$stderr" "150%"
    [ ! -e out/150percent/score.txt ]
    # No recording of that digit: the folder is named, not a tool that nobody called.
    for setting in DIGIT=5 SPEAKER=nobody 'FSDD=no recordings'; do
        run -2 --separate-stderr "${make[@]}" BIN="$BIN" "$setting"
        assert_regex "${stderr_lines[0]}" '^(tutorial|fsdd-load): .*(corpus|no recordings).*expected'
    done
}

@test "tutorial: folders with odd names, absolute or not" {
    local odd="it's 50% of #1; (a) & b"
    mkdir -p "$odd/bin x" "$odd/re cordings"
    cp "$CORPUS"/*.wav "$odd/re cordings"
    for filter in $filters; do
        ln -s "$BIN/$filter" "$odd/bin x"
    done
    cp "$ROOT/pipelines/tutorial.mk" "$odd/the pipeline.mk"
    make -f "$odd/the pipeline.mk" BIN="$odd/bin x" FSDD="$odd/re cordings" SPEAKER=espeak OUT="$odd/out put" >log 2>&1
    diff -r "$odd/out put" "$FRESH"
    (cd "$odd" && make -f 'the pipeline.mk' BIN='bin x' FSDD='re cordings' SPEAKER=espeak OUT=-out >log 2>&1)
    diff -r "$odd/-out" "$FRESH"
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
    diff -r -x recordings.list -x '*.mat' -x model.lsq plain odd
    [ -z "$(find . -name 'run*')" ]
}

@test "tutorial: a CDPATH in the environment does not lead it astray" {
    mkdir -p other/rec other/out rec
    cp "$CORPUS"/*.wav rec
    CDPATH=$PWD/other:. make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" FSDD=rec SPEAKER=espeak OUT=out >log 2>&1
    diff -r out "$FRESH"
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
    mkdir -p 'the tree/tests'
    cp -R "$ROOT"/{Makefile,cmd,libcommon,pipelines,man,packaging,README.md,LICENSE} 'the tree'
    cp "$ROOT/tests/tests.mk" 'the tree/tests'
    # The sources may be closed to writing.
    chmod -R u+w 'the tree'
    # Only make: it builds what is missing, runs, and puts things into out/.
    make -C 'the tree' -j2 tutorial >log 2>&1
    for file in $(all_files 0.25/ 0.5/); do
        [ "$file" = filters.list ] || cmp "the tree/out/$file" "$FRESH/$file"
    done
    # shellcheck disable=SC2046
    assert_equal "$(grep -v '^make' log | tail -n 6)" "$(tail -n 6 "$BATS_FILE_TMPDIR/log")"
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
        [ "$file" = filters.list ] || cmp "of installed/$file" "$FRESH/$file"
    done
}

@test "tutorial: make listen plays the three clips of each portion, or says why not" {
    mkdir bin
    cat >bin/play <<'END'
#!/bin/sh
for file; do :; done
[ -s "$file" ] && echo "played $file $(wc -c <"$file")" >>"$PLAYED"
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
    assert_regex "$stderr" "(^|
)listen: SoX cannot play here \(no sound device\?\); the clips are in $PWD/out(
|$)"
    cmp out/0.25/ExtrapolatedClip.wav "$FRESH/0.25/ExtrapolatedClip.wav"
}

@test "all pipelines: portions that are none, come twice or lead elsewhere are refused before anything is made" {
    local name portions want
    for name in tutorial extend evaluate report; do
        while IFS='|' read -r portions want; do
            run -2 --separate-stderr make -f "$ROOT/pipelines/$name.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=out PROVIDED="$portions"
            assert_output ''
            # shellcheck disable=SC2154
            assert_regex "${stderr_lines[0]}" "/tutorial\\.mk:[0-9]+: \\*\\*\\* $name: PROVIDED $want\\.  Stop\\.\$"
            [ ! -e out ]
        done <<'END'
|is empty, expected portions such as 0\.5 0\.25
0.5,0.25|= 0\.5,0\.25, expected portions such as 0\.5 0\.25
0.5;id|= 0\.5;id, expected portions such as 0\.5 0\.25
0.5:1|= 0\.5:1, expected portions such as 0\.5 0\.25
a=b|= a=b, expected portions such as 0\.5 0\.25
0.5'|= 0\.5', expected portions such as 0\.5 0\.25
0.5#1|= 0\.5#1, expected portions such as 0\.5 0\.25
0.5 ..|= 0\.5 \.\., expected portions such as 0\.5 0\.25
*|= \*, expected portions such as 0\.5 0\.25
0.5 %|= 0\.5 %, expected portions such as 0\.5 0\.25
0.5 0.5|= 0\.5 0\.5, expected each portion once
../x|= \.\./x, expected portions such as 0\.5 0\.25
./0.25|= \./0\.25, expected portions such as 0\.5 0\.25
-5|= -5, expected portions such as 0\.5 0\.25
END
        run -2 --separate-stderr make -f "$ROOT/pipelines/$name.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=
        assert_regex "${stderr_lines[0]}" "/tutorial\\.mk:[0-9]+: \\*\\*\\* $name: OUT is empty, expected a folder\\.  Stop\\.\$"
        run -2 --separate-stderr make -f "$ROOT/pipelines/$name.mk" BIN=nowhere PYTHON="$PYTHON" OUT=out
        assert_equal "${stderr_lines[0]}" "$name: nowhere: no directory, expected that of the filters (BIN)"
        [ ! -e out ]
    done
}

@test "all pipelines: the environment has no say" {
    mkdir recordings
    FSDD=recordings SPEAKER=nobody SEED=3 tutorial OUT=out PROVIDED=0.5 >log
    diff -r out/0.5 "$FRESH/0.5"
}

@test "all pipelines: make -s says no commands, make -n makes no file" {
    local name
    make -s -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >said 2>/dev/null
    diff said <(cat out/0.5/score.txt out/0.25/score.txt)
    for name in tutorial extend report; do
        make -n -f "$ROOT/pipelines/$name.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=new >said
        assert_equal "$(find new -type f)" ''
        grep -q 'lsq-fit -g 0.5' said
    done
}
