"""For the oracles: the stream as msgpack-numpy reads and writes it."""

import importlib
import sys

import msgpack
import msgpack_numpy
import numpy as np


def later(module, name):
    """A function of a module that takes a second to import: imported when it is first called."""
    return lambda *arguments, **options: getattr(importlib.import_module(module), name)(*arguments, **options)


LinearRegression, Ridge, RidgeCV = (later("sklearn.linear_model", name) for name in ("LinearRegression", "Ridge", "RidgeCV"))
r2_score = later("sklearn.metrics", "r2_score")


def read(path):
    """The maps of a stream; - is standard input."""
    with (sys.stdin.buffer if path == "-" else open(path, "rb")) as f:
        return list(msgpack.Unpacker(f, object_hook=msgpack_numpy.decode))


def write(path, *maps):
    with (sys.stdout.buffer if path == "-" else open(path, "wb")) as f:
        for m in maps:
            f.write(msgpack.packb(m, default=msgpack_numpy.encode))


def x(maps):
    """The matrix of the rows of all maps; a list where they are ragged."""
    if isinstance(maps[0]["x"], list):
        return [row for m in maps for row in m["x"]]
    return np.concatenate([m["x"] for m in maps])


def names(maps):
    return [name for m in maps for name in m["names"]]


def main(functions):
    """Calls the function that the first argument names; the others are as it finds them in sys.argv[1:]."""
    functions[sys.argv.pop(1)]()
