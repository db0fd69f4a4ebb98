"""Large work: lsq-fit and lsq-predict beside their peers, and how the time of each filter grows with its input."""
import math
import os
import shlex
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
PEERS, ANSWERS, DATA = ([PYTHON, os.path.join(HERE, f"{name}.py")] for name in ("peers", "answers", "data"))

# Rows, given columns, targets; with intercepts where there are more rows than given columns.
FITS = (20000, 2000, 100), (3000, 3000, 1), (1000, 20000, 500), (100, 100000, 100), (100000, 128, 1)
METHODS = {"gelsd": "scipy lstsq, gelsd", "gelsy": "scipy lstsq, gelsy", "learn": "scikit-learn", "qr": "numpy qr, solve"}
# Rows, given columns, targets, and the rank of thin factors or 0.
PREDICTIONS = (
    (3000, 1000, 1000, 0),
    (20000, 2000, 100, 0),
    (2000, 1021, 3066, 48),
    (400000, 10, 10, 0),
    (400000, 128, 1, 0),
    (10000000, 20, 1, 0),
)
# A filter and what grows; from where, to 3 and 9 times that; what makes the input of so many; the command; the exponent
# expected.
LAWS = (
    ("lsq-fit, rows", 100000, "data rows {n} 65 in", "lsq-fit -g 64 in", 1),
    ("lsq-fit, given columns of 8000 rows", 250, "data rows 8000 {n} in", "lsq-fit -g $(({n} - 1)) in", 2),
    ("lsq-fit, targets of 2000 rows", 500, "data rows 2000 $(({n} + 100)) in", "lsq-fit -g 100 in", 1),
    ("lsq-fit --by-name, names of 10 rows", 2500, "data rows {n}0 8 in '' {n}", "lsq-fit -q -g 6 --by-name in", 1),
    ("lsq-fit --by-name --others, the same", 1000, "data rows {n}0 8 in '' {n}", "lsq-fit -q -g 6 --by-name --others in", 1),
    ("lsq-fit, partial fits", 500, "data rows {n}00 50 rows '' {n}; lsq-fit -g 49 --by-name --partial -o in rows", "lsq-fit in", 1),
    ("lsq-predict, rows", 200000, "data rows {n} 60 in; data model 60 4 0 m", "lsq-predict m in", 1),
    ("lsq-predict, given columns of 2000 rows", 500, "data rows 2000 {n} in; data model {n} 500 0 m", "lsq-predict m in", 1),
    ("lsq-predict, targets of 2000 rows", 500, "data rows 2000 500 in; data model 500 {n} 0 m", "lsq-predict m in", 1),
    ("lsq-predict --extend, columns of 100 rows", 5000, "data rows 100 100 in; data model 100 1 0 m", "lsq-predict -q -e {n} m in", 1),
    ("pad-chop, rows", 50000, "data rows {n} 100 in", "pad-chop -l 90 in", 1),
    ("split-holdout, rows", 50000, "data rows {n} 100 in", "split-holdout -r 7 -H held in", 1),
    ("r2-score, rows", 50000, "data rows {n} 100 in; pad-chop -l 100 -o same in", "r2-score -q in same", 1),
    ("stitch-wav, files", 1000, "data rows {n} 100 in '' {n}", "rm -rf out; stitch-wav -q --rate=8000 -o out in", 1),
    ("fsdd-load, files", 2500, "data clips {n} 4000 clips", "fsdd-load clips", 1),
    ("stream-show --csv, rows", 25000, "data rows {n} 20 in", "stream-show --csv in", 1),
    ("csv-load, rows", 25000, "data rows {n} 20 rows; stream-show --csv -o in rows", "csv-load in", 1),
)


def measure(command, cwd=None):
    """Seconds, those of processors, peak MiB and output of a command (a list, or lines for sh)."""
    start = time.perf_counter()
    p = subprocess.Popen(command, shell=isinstance(command, str), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = p.stdout.read()
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = status
    if status != 0:
        sys.exit(f"bench: {command} failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out


def contest(work, commands, answers, gflop, peak, row, goal):
    """commands: {name: (command, whether it prints the seconds that count)}, ours first. All are run, the answers
    compared, and what took less than 3 s is run twice more: the shortest time counts."""
    best = {}
    for again in range(3):
        for name, (command, told) in commands.items():
            if again == 0 or best[name][0] < 3:
                seconds, _, mib, out = measure(command)
                best[name] = min(best.get(name, (math.inf, 0)), (float(out) if told else seconds, mib))
        if again == 0 and subprocess.run(ANSWERS + answers).returncode != 0:
            sys.exit(f"bench: {work}: the answers differ, nothing is timed")
    (ours, mib), *others = best.values()
    for name, (seconds, other) in zip(list(commands)[1:], others):
        row(work, name, ours, seconds, goal, f"peak {mib:.0f} : {other:.0f} MiB; {100 * gflop / ours / peak:.0f} % of dgemm")


def fits(tmp, peak, row, quick):
    for n, p, t in FITS:
        low, high = sorted((n, p))
        gflop = (2 * high * low**2 - 2 * low**3 / 3 + 4 * high * low * t) / 1e9
        if quick and gflop > 20:
            continue
        rows, model = f"{tmp}/x", f"{tmp}/m"
        measure(DATA + ["rows", str(n), str(p + t), rows, rows + ".npy"])
        intercept = [] if n > p else ["--no-intercept"]
        commands = {"": (["lsq-fit", "-q", "-g", str(p), *intercept, "-o", model, rows], False)}
        for method, name in METHODS.items():
            if method != "qr" or n != p:
                commands[name] = (PEERS + ["solve", method, rows + ".npy", str(p), f"{tmp}/{len(commands)}.npy"], False)
        shape = [rows + ".raw", str(p + t), str(p)]
        others = {"Octave's \\": ["octave-cli", "--norc", f"{HERE}/peers.m", "tall"], "R's lm.fit": ["Rscript", f"{HERE}/peers.R"]}
        for name, command in others.items() if n > p and gflop < 20 else ():  # with R's own QR, minutes for more
            if shutil.which(command[0]):
                measure(ANSWERS + ["raw", rows, rows + ".raw"])
                commands[name] = (command + shape + [f"{tmp}/{len(commands)}.raw"], False)
        made = [command[-1] for command, _ in list(commands.values())[1:]]
        contest(f"lsq-fit, {n} x {p} -> {t}", commands, ["fitted", model, rows, *made], gflop, peak, row, "1.3")


def predictions(tmp, peak, row, quick):
    for n, p, t, rank in PREDICTIONS:
        n = n // 10 if quick else n
        rows, model, out = f"{tmp}/x", f"{tmp}/m", f"{tmp}/y"
        measure(DATA + ["rows", str(n), str(p), rows, rows + ".npy"])
        measure(DATA + ["model", str(p), str(t), str(rank), model, model + ".npz"])
        commands = {
            "": (["lsq-predict", "-o", out, model, rows], False),
            "numpy load, product, save": (PEERS + ["apply", rows + ".npy", model + ".npz", out + ".npy"], True),
        }
        gflop = 2 * n * (rank * (p + t) if rank else p * t) / 1e9
        contest(f"lsq-predict, {n} x {p} -> {t}, rank {rank or 'full'}", commands, ["predicted", out, out + ".npy"], gflop, peak, row, "1")


def laws(tmp):
    """{work: exponent}, of the seconds of processors from 3 n to 9 n; n shows what does not grow."""
    found = {}
    for work, n, make, command, expected in LAWS:
        took = []
        for size in n, 3 * n, 9 * n:
            folder = os.path.join(tmp, f"law{size}")
            os.mkdir(folder)
            data = f"set -e; data() {{ {shlex.join(DATA)} \"$@\"; }}; "
            measure(data + make.format(n=size), folder)
            took.append(min(measure(command.format(n=size) + " >/dev/null", folder)[1] for _ in range(3)))
            shutil.rmtree(folder)
        found[work] = math.log(took[2] / took[1], 3)
        said = ", ".join(f"{size}: {seconds:.3f} s" for size, seconds in zip((n, 3 * n, 9 * n), took))
        print(f"{work:44} {said:48} exponent {found[work]:4.2f}, expected {expected}", flush=True)
    return found
