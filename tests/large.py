"""Matrices beyond 4 GiB through every filter, and 10^7 short rows through those that stream, whose
peak of memory must not grow with the rows.

    large.py WORK       in the empty folder WORK; BIN as for tests; LARGE_GIB (4.5) a matrix

Prints what went through, and ends with 1 where anything is not as it must be."""

import os
import struct
import subprocess
import sys

import msgpack
import msgpack_numpy
import numpy as np

BIN = os.environ["BIN"]
GIB = float(os.environ.get("LARGE_GIB", "4.5"))
MIB = 1 << 20
failures = 0


def block(x, last, **more):
    return msgpack.packb({"mat": 1, "x": x, "last": last, **more}, default=msgpack_numpy.encode)


def write_blocks(pipe, x, count):
    """count blocks of the rows x, one matrix."""
    some, last = block(x, False), block(x, True)
    with pipe:
        for i in range(count):
            pipe.write(last if i == count - 1 else some)


def feed(x, count, fd=None):
    """A process that writes them to a pipe; the pipe's other end."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(r)
            write_blocks(os.fdopen(w, "wb"), x, count)
        finally:
            os._exit(0)
    os.close(w)
    return r


def blocks(pipe):
    for part in msgpack.Unpacker(pipe, object_hook=msgpack_numpy.decode, max_buffer_size=0):
        yield part


def start(command, stdin=None, **options):
    """A filter, under GNU time, which writes the peak behind its stderr."""
    return subprocess.Popen(["/usr/bin/time", "-f", "%M", os.path.join(BIN, command[0])] + command[1:],
                            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def end(process):
    """Its peak in MiB, and what it said."""
    said = process.stderr.read().decode().split("\n")
    if process.wait() != 0:
        sys.exit(f"large: {process.args[3:]}: {said}")
    return int(said[-2]) / 1024, "\n".join(said[:-2])


def expect(what, got, want):
    global failures
    if got != want:
        failures += 1
        print(f"large: {what}: {got}, expected {want}", flush=True)


def report(what, size, peak):
    print(f"{what:44} {size:>24}  peak {peak:6.1f} MiB", flush=True)


WIDE = np.random.default_rng(1).integers(-3000, 3000, (512, 1024)).astype("<i2")
COUNT = int(GIB * 1024)
ROWS = COUNT * len(WIDE)


def through(name, command, check):
    """WIDE, COUNT times, through a filter: check(row, x) for each block that comes out."""
    fd = feed(WIDE, COUNT)
    process = start(command, stdin=fd)
    os.close(fd)
    row = 0
    for part in blocks(process.stdout):
        check(name, row, part["x"])
        row += len(part["x"])
    peak, said = end(process)
    expect(name + ", stderr", said, "")
    report(name, f"{GIB:g} GiB, {ROWS} rows", peak)
    return row


def same_rows(columns):
    def check(name, row, x):
        want = WIDE[(row + np.arange(len(x))) % len(WIDE), :columns]
        if not np.array_equal(x, want):
            expect(f"{name}, rows from {row}", "others", "those of the input")
    return check


def large_pad_chop():
    expect("pad-chop, rows", through("pad-chop -l 1000", ["pad-chop", "-l", "1000"], same_rows(1000)), ROWS)


def large_split_holdout(work):
    held = os.path.join(work, "held")
    row = ROWS - 2
    count = through("split-holdout, the row before the last", ["split-holdout", "-r", str(row), "-o", held],
                    lambda name, at, x: same_rows(1024)(name, at, x[:row - at]) if at < row else None)
    expect("split-holdout, rows", count, ROWS - 1)
    with open(held, "rb") as f:
        x = np.concatenate([part["x"] for part in blocks(f)])
    expect("split-holdout, row held out", np.array_equal(x, WIDE[-2:-1]), True)


def large_lsq_predict(work):
    model = os.path.join(work, "model")
    with open(model, "wb") as f:
        f.write(msgpack.packb({"lsq": 1, "k": 16, "coef": np.ones((16, 2)), "intercept": np.array([0.0, 1.0])},
                              default=msgpack_numpy.encode))
    want = WIDE[:, :16].astype(float).sum(axis=1)[:, None] + [0, 1]

    def check(name, row, x):
        if not np.array_equal(x, want[(row + np.arange(len(x))) % len(want)]):
            expect(f"{name}, rows from {row}", "others", "sums of 16 columns")
    expect("lsq-predict, rows", through("lsq-predict", ["lsq-predict", model], check), ROWS)


def large_lsq_fit():
    x = np.random.default_rng(2).integers(-3000, 3000, (8192, 64)).astype("<i2")
    x[:, 63] = x[:, 0] - 2 * x[:, 1] + 7
    count = int(GIB * 1024)
    fd = feed(x, count)
    process = start(["lsq-fit", "-g", "63", "--dense"], stdin=fd)
    os.close(fd)
    model = next(blocks(process.stdout))
    peak, said = end(process)
    expect("lsq-fit, stderr", said, "")
    coef = np.zeros((63, 1))
    coef[:2, 0] = 1, -2
    expect("lsq-fit, coefficients within 1e-9", bool(abs(model["coef"] - coef).max() < 1e-9), True)
    expect("lsq-fit, intercept within 1e-9", bool(abs(model["intercept"] - 7).max() < 1e-9), True)
    expect("lsq-fit, rows", model["rows"], count * len(x))
    report("lsq-fit -g 63", f"{GIB:g} GiB, {count * len(x)} rows", peak)


def large_r2_score():
    truth, predicted = feed(WIDE, COUNT), feed(WIDE, COUNT)
    process = start(["r2-score", "--flat", f"/dev/fd/{truth}"], stdin=predicted, pass_fds=[truth])
    os.close(truth)
    os.close(predicted)
    score = process.stdout.read().decode()
    peak, said = end(process)
    expect("r2-score, stderr", said, "")
    expect("r2-score", score, "1.0\n")
    report("r2-score --flat", f"2 x {GIB:g} GiB", peak)


def large_audio(work):
    """stitch-wav writes long recordings, fsdd-load reads them, both beyond 4 GiB."""
    samples = 33 * 10**6
    x = np.random.default_rng(3).integers(-3000, 3000, (1, samples)).astype("<i2")
    count = int(GIB * 1024 * MIB / x.nbytes) + 1
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        with os.fdopen(w, "wb") as pipe:
            for i in range(count):
                pipe.write(block(x, i == count - 1, names=[f"0_a_{i}"], rate=8000))
        os._exit(0)
    os.close(w)
    folder = os.path.join(work, "wavs")
    process = start(["stitch-wav", "-o", folder], stdin=r)
    os.close(r)
    peak, _ = end(process)
    os.waitpid(pid, 0)
    report("stitch-wav", f"{count * x.nbytes / 1024 / MIB:.2f} GiB, {count} files", peak)
    files = sorted(os.listdir(folder))
    expect("stitch-wav, files", len(files), count)
    with open(os.path.join(folder, files[-1]), "rb") as f:
        head = f.read(44)
        expect("stitch-wav, size of data", struct.unpack("<I", head[40:])[0], x.nbytes)
        expect("stitch-wav, samples", f.read() == x.tobytes(), True)
    process = start(["fsdd-load", folder])
    rows = 0
    for part in blocks(process.stdout):
        for row in part["x"]:
            rows += 1
            if not np.array_equal(row, x[0]):
                expect(f"fsdd-load, row {rows}", "others", "the samples")
    peak, _ = end(process)
    expect("fsdd-load, rows", rows, count)
    report("fsdd-load", f"{count * x.nbytes / 1024 / MIB:.2f} GiB, {count} rows", peak)
    for name in files:
        os.unlink(os.path.join(folder, name))


SHORT = np.random.default_rng(4).integers(-3000, 3000, (10000, 4)).astype("<i2")


def peak_of(command, count, truth=False):
    fd = feed(SHORT, count)
    more = feed(SHORT, count) if truth else None
    process = start(command + ([f"/dev/fd/{more}"] if truth else []), stdin=fd, pass_fds=[more] if truth else [])
    os.close(fd)
    if truth:
        os.close(more)
    while process.stdout.read(MIB):
        pass
    return end(process)[0]


def many_rows(work):
    for command in (["pad-chop", "-l", "3"], ["split-holdout", "-r", "7", "-o", os.path.join(work, "h")],
                    ["lsq-fit", "-q", "-g", "2"], ["lsq-predict", os.path.join(work, "short")], ["r2-score"]):
        if command[0] == "lsq-predict":
            with open(command[1], "wb") as f:
                f.write(msgpack.packb({"lsq": 1, "k": 2, "coef": np.ones((2, 2)), "intercept": np.zeros(2)},
                                      default=msgpack_numpy.encode))
        few, many = (peak_of(command, n, command[0] == "r2-score") for n in (10, 1000))
        report(command[0] + ", 4 columns", "10^5 and 10^7 rows", few)
        print(f"{'':70}  and {many:6.1f} MiB", flush=True)
        if many > few + 2:
            expect(f"{command[0]}, peak with 100 times the rows", f"{many:.1f} MiB", f"at most {few + 2:.1f}")


def long_line():
    """A gigabyte without an end of line, after a row of two columns."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        with os.fdopen(w, "wb") as pipe:
            pipe.write(b"1,2\n")
            for _ in range(1024):
                pipe.write(MIB // 2 * b"1,")
        os._exit(0)
    os.close(w)
    process = start(["csv-load"], stdin=r)
    os.close(r)
    said = process.stderr.read().decode().splitlines()
    peak = int(said.pop()) / 1024
    expect("csv-load, a line of 1 GiB", (process.wait(), said[0], process.stdout.read()),
           (1, f"csv-load: stdin: line 2: {2**29 + 1} columns, expected 2 as in the lines before", b""))
    expect("csv-load, below 16 MiB", peak < 16, True)
    report("csv-load", "a line of 1 GiB", peak)


def main():
    work = sys.argv[1]
    many_rows(work)
    long_line()
    large_pad_chop()
    large_split_holdout(work)
    large_lsq_predict(work)
    large_lsq_fit()
    large_r2_score()
    large_audio(work)
    print(f"large: {failures} not as they must be")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
