"""Whether the suite's answers are the peers': python3 answers.py NAME ARGUMENT... ends with status 1 where they differ."""
import os
import subprocess
import sys

import msgpack
import msgpack_numpy
import numpy as np

from peers import read


def maps(path):
    with open(path, "rb") as f:
        return list(msgpack.Unpacker(f, object_hook=msgpack_numpy.decode, max_buffer_size=2**31 - 1))


def out(command):
    """The maps that a command (a line for sh) writes."""
    unpacker = msgpack.Unpacker(object_hook=msgpack_numpy.decode, max_buffer_size=2**31 - 1)
    unpacker.feed(subprocess.run(command, shell=True, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    return list(unpacker)


def close(a, b):
    assert a.shape == b.shape, (a.shape, b.shape)
    assert abs(a - b).max() <= 1e-9 * abs(b).max(), abs(a - b).max() / abs(b).max()


def whole(parts):
    """The coefficients of a model in parts: for some targets after the other, some given columns after the other."""
    starts = sorted({m.get("target0", 0) for m in parts})

    def of(key, target):
        return [m[key] for m in parts if m.get("target0", 0) == target]

    if "coef" in parts[0]:
        return np.hstack([np.vstack(of("coef", t)) for t in starts])
    return np.vstack(of("basis", 0)) @ np.hstack([of("loadings", t)[0] for t in starts])


def coefficients(model, *files):
    """A model's, and those that peers have written: raw float64, or NumPy's .npy, in which a row may be a target's."""
    coef = whole(maps(model))
    for path in files:
        other = np.load(path) if path.endswith(".npy") else np.fromfile(path).reshape(coef.shape)
        close(other if other.shape == coef.shape else np.atleast_2d(other).T, coef)


def fitted(model, rows, *files):
    """Coefficients; those of fewer rows than given columns predict these rows."""
    coefficients(model, *files)
    x, given = read(rows), maps(model)[0]["k"]
    if len(x) < given:
        close(np.concatenate([m["x"] for m in out(f"lsq-predict {model} {rows}")]), x[:, given:])


def predicted(path, npy):
    close(read(path), np.load(npy))


def recordings(folder, total=None):
    """Each as scipy reads it; total: the samples that libsndfile has counted."""
    from scipy.io import wavfile

    rows = {name: row for m in out(f"fsdd-load '{folder}'") for name, row in zip(m["names"], m["x"])}
    files = [name for name in os.listdir(folder) if name.endswith(".wav")]
    assert len(rows) == len(files)
    for name in files:
        assert np.array_equal(rows[name[:-4]], wavfile.read(os.path.join(folder, name))[1]), name
    assert total is None or sum(len(row) for row in rows.values()) == int(total)


def decimals(text):
    """The first rows as NumPy reads them, and as they were written."""
    with open(text, encoding="ascii") as f:
        lines = [next(f) for _ in range(1000)]
    head = text + ".head"
    with open(head, "w", encoding="ascii") as f:
        f.writelines(lines)
    assert np.array_equal(out(f"csv-load {head}")[0]["x"], np.loadtxt(head, delimiter=","))
    shown = subprocess.run(f"csv-load {head} | stream-show --csv", shell=True, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert shown.splitlines() == [",".join(repr(float(v)).removesuffix(".0") for v in line.split(",")) for line in lines]


def passed(few):
    """What the filters of the last rows make of a few blocks of 1024 columns."""
    x = read(few)

    def same(command, expected):
        assert np.array_equal(np.concatenate([m["x"] for m in out(f"{command} <{few}")]), expected), command

    same("cat", x)
    same("pad-chop -l 1024", x)
    same("pad-chop -l 1000", x[:, :1000])
    same(f"split-holdout -r 7 -H {few}.held", np.delete(x, 7, axis=0))
    same(f"lsq-predict {few}.model", np.tile(x[:, :16].sum(axis=1, dtype=float)[:, None], 8))


def raw(path, to):
    """A matrix as rows of float64; prints its columns."""
    x = read(path).astype(float)
    x.tofile(to)
    print(x.shape[1])


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
