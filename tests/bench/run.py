#!/usr/bin/env python3
"""Sets the suite beside what people would use instead: checks that the answers agree, then
times each pair in turn, several times, and prints medians and ratios.

    BIN=build/bin python3 tests/bench/run.py [--quick] [--json FILE]
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import large

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.abspath(os.environ.get("BIN", os.path.join(HERE, "..", "..", "build", "bin")))
FSDD = os.path.abspath(os.environ.get("FSDD") or os.path.join(HERE, "..", "..", "pipelines", "corpus"))
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
QUICK = "--quick" in sys.argv
ROUNDS = 3 if QUICK else 7
PEERS = [PYTHON, os.path.join(HERE, "peers.py")]
ANSWERS = [PYTHON, os.path.join(HERE, "answers.py")]
DATA = [PYTHON, os.path.join(HERE, "data.py")]
OCTAVE = ["octave-cli", "--norc", "--no-history", os.path.join(HERE, "peers.m")] if shutil.which("octave-cli") else None
# The limits, and the flags of a make that started this, would be passed on.
for name in ("OPENBLAS_NUM_THREADS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"):
    os.environ.pop(name, None)
os.environ["PATH"] = BIN + ":" + os.environ["PATH"]

rows = []


def run(command, stdout=subprocess.PIPE, cwd=None):
    """Seconds and output of a command (a list, or a line for sh)."""
    start = time.perf_counter()
    p = subprocess.Popen(command, shell=isinstance(command, str), stdout=stdout, stderr=subprocess.DEVNULL, cwd=cwd)
    out = p.stdout.read() if stdout == subprocess.PIPE else b""
    p.wait()
    seconds = time.perf_counter() - start
    if p.returncode != 0:
        sys.exit(f"bench: {command} failed")
    return seconds, out.decode(errors="replace")


def peak(command, cwd=None, stdin=None):
    """Peak MiB of a command (a list). GNU time starts it: a child of this process would count what this one holds."""
    shell = ["sh", "-c", 'command time -f %M "$@" 2>&1 >/dev/null', "sh"] + command
    p = subprocess.run(shell, cwd=cwd, stdin=stdin, stdout=subprocess.PIPE, check=False)
    if p.returncode != 0:
        sys.exit(f"bench: {command} failed")
    return int(p.stdout.split()[-1]) / 1024


def alternate(ours, peer, folder=None, told=False, rounds=ROUNDS, each=1):
    """Medians of both, run in turn; in a new folder below `folder` each time, where one is given: to
    replace a file takes longer than to make one. told: the peer prints the seconds that count. each: how
    often ours is run in a round, where the peer takes many times as long."""
    times = {0: [], 1: []}
    for _ in range(rounds):
        for k, command in [(0, ours)] * each + [(1, peer)]:
            cwd = tempfile.mkdtemp(dir=folder) if folder else None
            tells = told and k == 1
            seconds, out = run(command, stdout=subprocess.PIPE if tells else subprocess.DEVNULL, cwd=cwd)
            times[k].append(float(out) if tells else seconds)
    return statistics.median(times[0]), statistics.median(times[1])


def row(work, peer, ours, theirs, goal, note=""):
    """One line of the table; ratio is peer / wavefill."""
    rows.append({"work": work, "peer": peer, "wavefill_s": ours, "peer_s": theirs, "ratio": theirs / ours,
                 "goal": goal, "note": note})
    print(f"{work:44} {peer:34} {ours:9.4f} {theirs:9.4f} {theirs / ours:8.2f} {goal:>6} {note}", flush=True)


def agree(what, ok):
    if not ok:
        sys.exit(f"bench: {what}: the answers differ, nothing is timed")


def same(what, name, *arguments):
    """A comparison of answers.py."""
    agree(what, subprocess.run(ANSWERS + [name, *arguments]).returncode == 0)


def missing():
    if OCTAVE is None:
        print("bench: octave is missing, its rows are left out: apt-get install octave")
    if shutil.which("Rscript") is None:
        print("bench: R is missing, its rows are left out: apt-get install r-base-core")
    lack = [m for m in ("numpy", "scipy", "sklearn", "pandas", "msgpack", "msgpack_numpy")
            if subprocess.run([PYTHON, "-c", f"import {m}"], capture_output=True).returncode]
    if subprocess.run("command time -f %M true", shell=True, capture_output=True).returncode:
        print("bench: GNU time is missing: apt-get install time")
        lack.append("time")
    packages = {"sklearn": "python3-sklearn", "msgpack_numpy": "python3-msgpack-numpy"}
    for m in lack:
        if m == "time":
            continue
        print(f"bench: {m} is missing: apt-get install {packages.get(m, 'python3-' + m)}")
    return lack


def flow():
    """The whole flow in a shell, at 0.25 given. The clips that need no model are written beside the fit: with another
    standard output, so that lsq-fit's input ends before."""
    return (f"{{ fsdd-load -d 0 -s {SPEAKER} '{FSDD}' | pad-chop | split-holdout -S 7 -H held; exec >/dev/null; "
            "stitch-wav -o OriginalTestClip.wav held & pad-chop -c :0.25 held | stitch-wav -o ChoppedTestClip.wav; wait; } | "
            "lsq-fit -q -g 0.25 >model && lsq-predict model held >predicted && "
            "{ stitch-wav -o ExtrapolatedClip.wav held predicted & r2-score --flat held predicted; wait; }")


def typed():
    """The same as users type it, in a new folder."""
    root = os.path.dirname(os.path.dirname(HERE))
    # Seen from there: BUILD may have no spaces, the path to the clone may.
    build = os.path.relpath(os.path.dirname(BIN), root)
    return (f"make --no-print-directory -C '{root}' BUILD='{build}' tutorial FSDD='{FSDD}' SPEAKER={SPEAKER} "
            'PROVIDED=0.25 OUT="$PWD/out"')


def bench_flow(tmp):
    ours, theirs = os.path.join(tmp, "ours"), os.path.join(tmp, "theirs")
    os.makedirs(ours)
    os.makedirs(theirs)
    notebook = PEERS + ["notebook", FSDD]
    run(flow(), cwd=ours)
    run(notebook, cwd=theirs)
    for name in ("OriginalTestClip.wav", "ChoppedTestClip.wav", "ExtrapolatedClip.wav"):
        agree("the tutorial's " + name, open(f"{ours}/{name}", "rb").read() == open(f"{theirs}/{name}", "rb").read())
    a, b = alternate(flow(), notebook, tmp)
    c, d = alternate(typed(), notebook, tmp)
    run(f"fsdd-load -d 0 -s {SPEAKER} '{FSDD}' | pad-chop | split-holdout -S 7 -H held >train", cwd=ours)
    own = max(peak(c, cwd=ours) for c in (
        ["fsdd-load", "-d", "0", "-s", SPEAKER, FSDD], ["pad-chop", "train"], ["split-holdout", "-S", "7", "-H", "h", "-o", "rest", "train"],
        ["lsq-fit", "-q", "-g", "0.25", "train"], ["lsq-predict", "model", "held"], ["r2-score", "--flat", "held", "predicted"],
        ["stitch-wav", "-o", "x.wav", "held", "predicted"]))
    other = peak(notebook, cwd=theirs)
    row("the whole tutorial, 0.25 given", "pandas, scikit-learn script", a, b, "40",
        f"peak {own:.1f} : {other:.0f} MiB, 1/{other / own:.0f}")
    row("make tutorial, 0.25 given, filters built", "pandas, scikit-learn script", c, d, "")


def coefficients(tmp):
    """The files that the peers write theirs to."""
    return [f"{tmp}/coef.npy"] + ([f"{tmp}/coef.raw"] if OCTAVE else [])


def bench_fit(tmp):
    """lsq-fit on the tutorial's training matrix."""
    train = os.path.join(tmp, "train")
    run(f"fsdd-load -d 0 -s {SPEAKER} '{FSDD}' | pad-chop | split-holdout -S 7 -H {tmp}/held >{train}")
    columns = int(run(ANSWERS + ["raw", train, f"{tmp}/train.raw"])[1])
    given = str(int(0.25 * columns))
    theirs = PEERS + ["fit", train, given, f"{tmp}/coef.npy"]
    octave = OCTAVE and OCTAVE + ["wide", f"{tmp}/train.raw", str(columns), given, f"{tmp}/coef.raw"]
    run(f"lsq-fit -q -g {given} --dense {train} >{tmp}/model")
    run(theirs)
    if octave:
        run(octave)
    same("lsq-fit, the tutorial's rows", "coefficients", f"{tmp}/model", *coefficients(tmp))
    ours = ["lsq-fit", "-q", "-g", given, train]
    a, b = alternate(ours, theirs)
    row("lsq-fit, the tutorial's 49 rows", "Python process, scikit-learn", a, b, "20")
    alone = statistics.median(map(float, run(PEERS + ["lstsq", train, given])[1].split()))
    row("lsq-fit, the tutorial's 49 rows", "scipy.linalg.lstsq, call alone", a, alone, "3")
    if octave:
        a, b = alternate(ours, octave)
        row("lsq-fit, the tutorial's 49 rows", "Octave process, pinv", a, b, "")


def bench_tall(tmp, gflops):
    n, p = (100000 if QUICK else 1000000), 128
    path = os.path.join(tmp, "tall")
    run(DATA + ["tall", str(n), str(p), path])
    line = f"cat {path} | lsq-fit -g {p} --dense >{tmp}/model"
    run(line)
    theirs = PEERS + ["tall", path, f"{tmp}/coef.npy"]
    run(theirs)
    octave = OCTAVE and OCTAVE + ["tall", f"{tmp}/tall.raw", str(p + 1), str(p), f"{tmp}/coef.raw"]
    if octave:
        run(ANSWERS + ["raw", path, f"{tmp}/tall.raw"])
        run(octave)
    same("lsq-fit on many rows", "coefficients", f"{tmp}/model", *coefficients(tmp))
    ours, theirs = alternate(line, theirs, told=True, rounds=3, each=5)
    rate = 2 * n * (p + 1) ** 2 / ours / 1e9
    peak = {k: peak_of(k, p, tmp) for k in (n // 10, n)}
    row(f"lsq-fit, {n} x {p}, from a pipe", "scikit-learn fit, array in memory", ours, theirs, "15",
        f"{rate:.0f} GFlop/s of a QR, {100 * rate / gflops:.0f} % of dgemm; peak MiB by rows: "
        + ", ".join(f"{k}: {v:.0f}" for k, v in peak.items()))
    if octave:
        ours, theirs = alternate(line, octave, told=True, rounds=3, each=5)
        row(f"lsq-fit, {n} x {p}, from a pipe", "Octave's \\, array in memory", ours, theirs, "")


def peak_of(n, p, tmp):
    """Peak MiB of lsq-fit on n rows, the same block of them again and again."""
    block = os.path.join(tmp, "block")
    run(DATA + ["tall", "10000", str(p), block])
    code = (f"import sys; d = open('{block}', 'rb').read()\nfor _ in range({n // 10000}): sys.stdout.buffer.write(d)")
    writer = subprocess.Popen([PYTHON, "-c", code], stdout=subprocess.PIPE)
    mib = peak(["lsq-fit", "-q", "-g", str(p)], stdin=writer.stdout)
    writer.stdout.close()
    writer.wait()
    return mib


def bench_load(tmp):
    exe = os.path.join(tmp, "sndfile")
    have = subprocess.run(["cc", "-O2", "-o", exe, os.path.join(HERE, "sndfile.c"), "-lsndfile"], capture_output=True).returncode == 0
    ours = ["fsdd-load", FSDD]
    count = len([n for n in os.listdir(FSDD) if n.endswith(".wav")])
    same("fsdd-load", "recordings", FSDD, *(run([exe, FSDD])[1].split() if have else []))
    a, b = alternate(ours, PEERS + ["wavs", FSDD])
    row(f"fsdd-load, {count} recordings", "scipy.io.wavfile in a loop, process", a, b, "4")
    a, alone = alternate(ours, PEERS + ["wavs", FSDD], told=True)
    row(f"fsdd-load, {count} recordings", "scipy.io.wavfile, the loop alone", a, alone, "", "without Python's start, with fsdd-load's")
    if have:
        a, b = alternate(ours, [exe, FSDD])
        row(f"fsdd-load, {count} recordings", "libsndfile in C", a, b, "1")
    else:
        print("bench: libsndfile is missing: apt-get install libsndfile1-dev")


def bench_pass(tmp):
    blocks = 128 if QUICK else 1024
    path, model = os.path.join(tmp, "gib"), os.path.join(tmp, "pass.model")
    run(DATA + ["blocks", "3", f"{tmp}/few", f"{tmp}/few.model"])
    same("the filters that rows pass through", "passed", f"{tmp}/few")
    run(DATA + ["blocks", str(blocks), path, model])
    cat = f"cat {path} | cat | cat >/dev/null"
    for command in ("pad-chop -l 1024", "pad-chop -l 1000", f"split-holdout -r 7 -H {tmp}/h", f"lsq-predict {model}"):
        a, b = alternate(f"cat {path} | {command} | cat >/dev/null", cat, rounds=3)
        row(f"{command.replace(tmp + '/', '')}, {blocks} MiB", "cat through the same pipes", a, b, "0.5",
            f"{blocks / 1024 / a:.2f} GiB/s in")


def bench_text(tmp, what, form, goal):
    """Numbers in text, in and out; goal: of csv-load against loadtxt."""
    n = 100000 if QUICK else 1000000
    text = os.path.join(tmp, "text.csv")
    run(PEERS + ["decimals", str(n), "20", text, form])
    same("csv-load and stream-show", "decimals", text)
    load = ["csv-load", "-o", "text.mat", text]
    show = ["stream-show", "--csv", "-o", "again.csv", f"{tmp}/text.mat"]
    for name, peer, least in (("read_csv", "pandas.read_csv", "5"), ("loadtxt", "numpy.loadtxt", goal)):
        a, b = alternate(load, PEERS + [name, text], tmp, told=True, rounds=3)
        row(f"csv-load, {n} x 20 {what}", f"{peer}, call alone", a, b, least, f"peak {peak(load, cwd=tmp):.1f} MiB")
    a, b = alternate(show, PEERS + ["savetxt", text, f"{tmp}/savetxt.csv"], tmp, told=True, rounds=3)
    row(f"stream-show --csv, {n} x 20 {what}", "numpy.savetxt, call alone", a, b, "5", f"peak {peak(show, cwd=tmp):.1f} MiB")


def main():
    global SPEAKER
    if missing():
        sys.exit(1)
    names = os.listdir(FSDD)
    SPEAKER = "jackson" if any("_jackson_" in n for n in names) else "espeak"
    gflops = float(run(PEERS + ["dgemm"])[1])
    with tempfile.TemporaryDirectory() as tmp:
        pipe = run("head -c 2147483648 /dev/zero | cat >/dev/null")[0]
        cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
        print(f"{cpu}, {os.cpu_count()} cores; dgemm {gflops:.0f} GFlop/s; a pipe {2 / pipe:.2f} GiB/s; {FSDD and SPEAKER} recordings\n")
        print(f"{'work':44} {'peer':34} {'wavefill':>9} {'peer':>9} {'ratio':>8} {'goal':>6}   (median seconds)")
        if SPEAKER == "jackson":
            bench_flow(tmp)
        else:
            print("bench: FSDD=folder of the real recordings is needed for the whole tutorial's row")
        bench_fit(tmp)
        bench_tall(tmp, gflops)
        bench_load(tmp)
        bench_pass(tmp)
        bench_text(tmp, "of 4 decimals", "%.4f", "4")
        bench_text(tmp, "of all digits", "%.17g", "9")
        bench_text(tmp, "as savetxt writes them", "%.18e", "10")
        large.fits(tmp, gflops, row, QUICK)
        large.predictions(tmp, gflops, row, QUICK)
        laws = large.laws(tmp)
    if "--json" in sys.argv:
        with open(sys.argv[sys.argv.index("--json") + 1], "w") as f:
            json.dump({"cpu": cpu, "dgemm_gflops": gflops, "pipe_gib_s": 2 / pipe, "rows": rows, "laws": laws}, f, indent=1)


if __name__ == "__main__":
    main()
