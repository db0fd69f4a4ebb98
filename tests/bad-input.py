"""bad-input.py TABLE [NAME...]: runs the rows of the table (or those named), shows each that
does not end as it says (- expected, + said), and ends with a line that counts them.

A row of the table is two lines:

    name | input | command | status
        the one line on stderr

`input` is a Python expression with what is defined below: the bytes of standard input,
or {file name: bytes or what makes it}, where "-" is standard input; `-` is none at all.
`command` runs in bash, in a directory of its own with these files. A command that fails
must leave stdout empty and the directory as it was. Lines that begin with # are comments."""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import msgpack
import msgpack_numpy
import numpy as np

import wavbytes
from wavbytes import PCM, chunk, fmt, wav

# Streams.

X = np.array([[1, 2, 4], [2, 3, 9], [5, 4, 1], [7, 1, 2]], "<i2")
GONE = object()  # as a field: leave it out


def pack(*values):
    return b"".join(msgpack.packb(v, default=msgpack_numpy.encode) for v in values)


def fields(default, changed):
    return {k: v for k, v in {**default, **changed}.items() if v is not GONE}


def mat(x=X, **more):
    return pack(fields({"mat": 1, "x": x}, more))


def pairs(*items):
    """A map whose keys may come twice or be no strings."""
    return msgpack.Packer().pack_map_header(len(items)) + b"".join(pack(k) + pack(v) for k, v in items)


def nd(type="<i2", shape=(2, 2), data=bytes(8), **more):
    """An array as msgpack-numpy lays it out, or not quite."""
    return fields({"nd": True, "type": type, "kind": b"", "shape": shape, "data": data}, more)


def nested(depth):
    return b"\x81\xa1a" + b"\x91" * (depth - 1) + b"\xc0"


def model(**more):
    """y = 2 a - b + 0.5 and its double, from 2 given columns."""
    coef = np.array([[2.0, 4.0], [-1.0, -2.0]])
    return pack(fields({"lsq": 1, "k": 2, "coef": coef, "intercept": np.array([0.5, 1.0])}, more))


def next(**more):
    """y = 2 a - b + 0.5 alone."""
    return model(**{"coef": np.array([[2.0], [-1.0]]), "intercept": np.array([0.5]), **more})


def thin(**more):
    """A model in two factors."""
    factors = {"basis": np.array([[2.0], [-1.0]]), "loadings": np.array([[1.0, 2.0]])}
    return model(**{"coef": GONE, **factors, **more})


def local(**more):
    """A local model of 2 given columns and a target."""
    whole = {"lsq": 1, "k": 2, "targets": 1, "nearest": 2, "bandwidth": 0.1, "gain": 2.0, "ridge": 0.03, "ridge_relative": True,
             "weight": 1.0, "range": np.array([1.0, 9.0]), "names": list("aabb"), "x": X}
    return pack(fields(whole, more))


def partial(**more):
    """A partial fit of 3 rows, 1 given column and 1 target."""
    whole = {"lsq_partial": 1, "k": 1, "targets": 1, "rows": 3, "fit_intercept": True, "shift": np.zeros(2),
             "reduced": np.array([[2.0, 1.0, 3.0], [0.0, 4.0, 1.0]]), "rss": np.array([0.5])}
    return pack(fields(whole, more))


def sharded(**more):
    """The same, of one shard."""
    return partial(shards=[fields({"name": "s", "rows": 3, "digest": "0123456789abcdef"}, more)])


GOOD = mat(names=list("abcd"), rate=8000)

# Recordings.

TONE = np.round(9000 * np.sin(np.arange(40) ** 1.5 / 4)).astype("<i2")
DATA = TONE.tobytes()
MONO = fmt(PCM)
WAV = wav(MONO, DATA)
LIST = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"a program"))

# What is no regular file that one may read.


def link(target):
    return lambda path: os.symlink(target, path)


def folder(path):
    os.mkdir(path)


def locked(content):
    def make(path):
        put(path, content)
        os.chmod(path, 0)
    return make


def put(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if callable(content):
        content(path)
        return
    with open(path, "wb") as f:
        f.write(content)


def read_table(path):
    rows = []
    with open(path, encoding="utf-8") as f:
        lines = [(n, line.rstrip("\n")) for n, line in enumerate(f, 1) if line.strip() and line[0] != "#"]
    if len(lines) % 2:
        sys.exit(f"{path}: an odd number of lines, expected two a row")
    for (n, head), (_, message) in zip(lines[::2], lines[1::2]):
        cells = head.split(" | ")
        if len(cells) != 4 or not message.startswith("    "):
            sys.exit(f"{path}:{n}: expected name | input | command | status, and below it the message")
        rows.append((cells[0], cells[1], cells[2], int(cells[3]), message.strip()))
    names = [row[0] for row in rows]
    for name in names:
        if names.count(name) > 1:
            sys.exit(f"{path}: two rows are named {name}")
    return rows


def listing(folder_name):
    return sorted(os.path.join(at, name) for at, folders, files in os.walk(folder_name) for name in folders + files)


def run(row):
    """What is wrong with how it ended, as lines; none if all is well."""
    _, source, command, status, message = row
    made = {} if source == "-" else eval(source, {**vars(wavbytes), **globals()})
    files = made if isinstance(made, dict) else {"-": made}
    with tempfile.TemporaryDirectory() as place:
        for name, content in files.items():
            if name != "-":
                put(os.path.join(os.fsencode(place), os.fsencode(name)), content)
        before = listing(place)
        p = subprocess.run(["bash", "-c", command], input=files.get("-", b""), capture_output=True, cwd=place,
                           timeout=60, check=False)
        left = listing(place)
    said = p.stderr.decode(errors="backslashreplace")
    wrong = []
    if said != message + "\n":
        wrong += ["- " + message, *("+ " + line for line in said.splitlines() or [""])]
    if p.returncode != status:
        wrong += [f"status {p.returncode}, expected {status}"]
    if p.returncode and p.stdout:
        wrong += [f"{len(p.stdout)} bytes on stdout, expected none"]
    if p.returncode and left != before:
        wrong += [f"left behind: {sorted(set(left) ^ set(before))}"]
    return wrong


def main(path, *names):
    rows = [row for row in read_table(path) if not names or row[0] in names]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(run, rows))
    differ = 0
    for row, wrong in zip(rows, results):
        if wrong:
            differ += 1
            print(row[0] + ": " + row[2], *wrong, sep="\n    ")
    print(f"{len(rows)} rows checked, {differ} differ")
    return differ > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
