"""Called by tests/man.bats: oracle man FUNCTION ARGUMENT..."""

import numpy as np

from common import main, write


def wavefill_stream_5_reader_c():
    rows = np.array([[1, 2], [3, 5]], "<i2")
    write("matrix", {"mat": 1, "x": rows, "names": ["a", "b"], "last": False}, {"mat": 1, "x": rows / 2})
    write("ragged", {"mat": 1, "x": [np.array([1, 2, 6], "<i2"), np.array([7.5])], "names": ["c", "d"]})
    write("first", {"mat": 1, "x": rows, "last": False})
    write("float32", {"mat": 1, "x": rows.astype("<f4")})
    write("cube", {"mat": 1, "x": np.zeros((1, 1, 2))})
    write("version", {"mat": 2, "x": rows})
    bad = lambda shape: {"nd": True, "type": "<i2", "shape": shape, "data": b"1234"}
    write("long", {"mat": 1, "x": bad([2, 2])})
    write("short", {"mat": 1, "x": bad([1, 1])})
    write("zero", {"mat": 1, "x": bad([2, 0])})
    write("wrapped", {"mat": 1, "x": bad([2**62 + 1, 2])})
    write("negative", {"mat": 1, "x": bad([-1, -2])})


def messages_diagnostics_explain_those_filters():
    rows = np.sqrt(np.arange(27)).reshape(3, 9)
    write("rows", rows)
    write("given", {"mat": 1, "x": rows[:, :3], "rate": 16000})
    write("uneven", {"mat": 1, "x": [rows[0], rows[1, :3]]})
    write("fast", {"mat": 1, "x": rows[:, :3], "rate": 8000})
    write("named", {"mat": 1, "x": rows, "names": ["a", "b", "c"]})
    handmade = {"lsq": 1, "k": 2, "coef": np.array([[0.0], [1]]), "intercept": np.ones(1)}
    write("handmade", handmade)
    write("step", dict(handmade, range=np.array([0.0, 8.0])))
    write("later", {"mat": 1, "x": rows, "col0": 5})
    write("first", {"mat": 1, "x": rows, "last": False})
    write("dependent", np.array([[1.0, 1, 2], [2, 2, 4], [3, 3, 6], [4, 4, 8]]))
    write("twins", {"mat": 1, "x": np.full((4, 3), 2**40), "names": list("abcd")})
    write("nan", np.array([[1.0, np.nan], [2, 3]]))
    write("square", np.array([[1.0, 0, 2], [0, 1, 4], [1, 1, 5]]))
    write("units", np.array([[1e9, 0, 2], [0, 1e-9, 4], [1e9, 1e-9, 5], [0, 0, 1]]))
    write("huge", np.array([[1e-300, 1e300], [2e-300, 3e300], [4e-300, 3e300]]))
    write("loud", {"mat": 1, "x": np.array([[4e4, -4e4]]), "rate": 8000, "names": ["loud"]})
    write("quiet", {"mat": 1, "x": np.array([[0.0, 0]]), "rate": 8000, "names": ["quiet"]})
    write("fractions", {"mat": 1, "x": np.array([[0.5, -0.25]]), "rate": 8000, "names": ["fractions"]})
    write("path", {"mat": 1, "x": rows, "names": ["a", "b/c", "d"]})
    write("objects", np.array([1, "a"], dtype=object))
    write("vast", np.zeros(2**23 + 1))


if __name__ == "__main__":
    main(globals())
