"""Shards, and the fit of all of them."""

import sys

import numpy as np
from common import main, read, write, x


def shards():
    """FOLDER COUNT ROWS COLUMNS: s1, s2 and so on in FOLDER."""
    folder, count, rows, columns = sys.argv[1], *map(int, sys.argv[2:])
    for shard in range(1, count + 1):
        values = np.random.default_rng(shard).normal(size=(rows, columns)) + np.arange(columns)
        write(f"{folder}/s{shard}", {"mat": 1, "x": values})


def same():
    """MODEL FILE...: the model is the fit of all rows of the files, to 1e-12."""
    model, = read(sys.argv[1])
    rows = np.concatenate([x(read(path)) for path in sys.argv[2:]])
    given = np.column_stack([rows[:, :model["k"]], np.ones(len(rows))])
    want = np.linalg.lstsq(given, rows[:, model["k"]:], rcond=None)[0]
    assert model["rows"] == len(rows), (model["rows"], len(rows))
    for got, exact in (model["coef"], want[:-1]), (model["intercept"], want[-1]):
        error = np.abs(got - exact).max() / np.abs(want).max()
        assert error <= 1e-12, error


main(globals())
