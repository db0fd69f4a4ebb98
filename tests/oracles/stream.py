"""Called by tests/stream.bats: oracle stream FUNCTION ARGUMENT..."""

import glob
import subprocess
import sys
import wave

import msgpack
import msgpack_numpy
import numpy as np

from common import main, names, read, write, x


def rows_different_types_block_keep():
    m = read("out")
    assert [(b["x"].dtype.str, b["x"].tolist(), b["names"], b["last"]) for b in m] == [
        ("<i2", [[1, 2, 0]], ["a"], False), (">i2", [[3, 4, 0]], ["b"], False),
        (">f4", [[0.5, 0, 0]], ["c"], False), ("<f4", [[7, 8, 9]], ["d"], True)], m
    m = read("rest")
    assert [(r.dtype.str, r.tolist()) for b in m for r in b["x"]] == [("<i2", [1, 2]), (">i2", [3, 4]), ("<f4", [7, 8, 9])]
    m, = read("held")
    assert m["x"][0].dtype == ">f4" and m["x"][0].tolist() == [0.5] and m["names"] == ["c"]


def streams_joined_by_cat_named():
    A = np.arange(12, dtype="<f4").reshape(6, 2) ** 2
    for i, name in enumerate("abc"):
        write(name, {"mat": 1, "x": A[2 * i:2 * i + 2], "names": [name + "0", name + "1"], "rate": 8000})
    write("abc", {"mat": 1, "x": A, "names": [n + k for n in "abc" for k in "01"], "rate": 8000})
    write("truth", {"mat": 1, "x": A + 1})
    write("model", {"lsq": 1, "k": 1, "coef": np.array([[2.0]]), "intercept": np.array([0.5])})


def streams_joined_by_cat_named_2():
    def rows(path):
        if path.startswith(("got.3", "whole.3", "got.5", "whole.5")):
            return open(path, "rb").read()
        m = read(path)
        assert [b["last"] for b in m] == [False] * (len(m) - 1) + [True] and all(b["rate"] == 8000 for b in m)
        return x(m).tolist(), names(m)
    for i, count in ((1, 7), (2, 7), (3, 7), (4, 7), (5, 3)):
        got = glob.glob(f"got.{i}.*")
        assert len(got) == count
        for path in got:
            assert rows(path) == rows(f"whole.{i}"), (path, rows(path))
    m = read("held")
    assert x(m).tolist() == [[4, 9], [16, 25], [36, 49]] and names(m) == ["a1", "b0", "b1"]


def what_filter_writes_every_other():
    for i in range(3):
        with wave.open(f"clip{i}.wav", "wb") as w:
            w.setparams((1, 2, 8000, 0, "NONE", ""))
            w.writeframes(np.array([[5, 1, -2, 8], [3, 3, 1, -4], [-7, 2, 6, 1]][i], "<i2").tobytes())
    write("model", {"lsq": 1, "k": 2, "coef": np.array([[2.0, 1], [1, -1]]), "intercept": np.array([0.5, 0])})


def what_filter_writes_every_other_2():
    # In other words: as one rectangle, all that Python sees in it.
    maps = read(sys.argv[1])
    more = {k: v for k, v in maps[0].items() if k not in ("x", "names", "last")}
    write(sys.argv[1] + ".py", {**more, "x": np.array([r for m in maps for r in m["x"]]), "names": names(maps)})
    rows = len(names(maps))
    assert rows in (1, 2, 3) and more["rate"] == 8000 and maps[-1]["last"] is True
    width = len(maps[0]["x"][0])
    col0 = more.get("col0", 0)
    write("fits", {"lsq": 1, "k": 1, "col0": col0, "coef": np.array([[2.0]]), "intercept": np.array([1.0])})
    write("other", {"mat": 1, "x": np.arange(rows * width).reshape(rows, width) % 7, "col0": col0})


def what_filter_writes_every_other_3():
    def plain(path):
        if path.endswith((".6", ".7")) or not open(path, "rb").read(1):
            return open(path).read()
        def value(v):
            return [value(e) for e in v] if isinstance(v, (list, np.ndarray)) else v
        return [{k: value(v) for k, v in m.items()} for m in read(path)]
    for source in "loaded", "chopped", "held", "rest", "predicted":
        for i in range(1, 8):
            a, b = plain(f"{source}.{i}"), plain(f"{source}.py.{i}")
            assert a == b and (i == 5 or a or source == "held" and i == 2), (source, i, a, b)
        if source != "held":
            assert plain(source + ".out") == plain(source + ".py.out")
    assert x(read("predicted")).tolist() == [[11.5, 4], [9.5, 0], [-11.5, -9]]
    m, = read("fitted")
    assert m["lsq"] == 1 and m["k"] == 2 and m["rate"] == 8000


def only_block_ends_all_output():
    for i in range(1, 8):
        m = read(f"out.{i}")
        assert [b["last"] for b in m] == [False] * (len(m) - 1) + [True], (i, m)
    for i, want in ((3, "ab"), (4, "cd"), (5, "cd"), (6, "ab")):
        m = read(f"out.{i}")
        assert names(m) == list(want), (i, m)
        # Each block is read by itself by a reader that looks at no other.
        assert all(b["x"].dtype == "<i2" and len(b["names"]) == len(b["x"]) for b in m)


def rows_come_before_their_map():
    rng = np.random.default_rng(1)
    first, rows, few = (rng.normal(size=(n, 10)) for n in (5, 40000, 3))
    pack = lambda o: msgpack.packb(o, default=msgpack_numpy.encode)
    for key in (str, str.encode):
        fields = [("mat", 1), ("x", rows), (key("nd"), True), (key("type"), "<f8"), (key("kind"), b""), (key("shape"), [3, 10]),
                  (key("data"), few.tobytes())]
        with open("s", "wb") as f:
            f.write(pack({"mat": 1, "x": first, "last": False}) + b"\x87" + b"".join(pack(k) + pack(v) for k, v in fields))
        for source in ("s", "-"):
            p = subprocess.run(["lsq-fit", "-g", "4", source], stdin=open("s", "rb"), capture_output=True)
            assert (p.returncode, p.stdout) == (1, b"") and b"a map with \"nd\", which arrays have" in p.stderr, p.stderr


def block_may_have_64_mib():
    head = msgpack.packb({"mat": 1, "last": True, "x": 0})[:-1]
    def stream(size):
        n = size
        while True:
            nd = msgpack.packb({b"nd": True, b"type": "|u1", b"kind": b"", b"shape": [8, n // 8], b"data": b""})[:-2]
            rest = size - len(head + nd) - 5
            if n == rest // 8 * 8:
                return head + nd + b"\xc6" + n.to_bytes(4, "big") + bytes(n)
            n = rest // 8 * 8
    most = stream(64 << 20)
    pad = (64 << 20) - len(most)
    assert 0 <= pad < 8
    # A key that is longer by what is left to the limit.
    for name, extra in (("most", pad), ("above", pad + 1)):
        data = most.replace(b"\xa4last", bytes([0xa4 + extra]) + b"last" + b"-" * extra, 1)
        assert len(data) == (64 << 20) + (name == "above")
        open(name, "wb").write(data)
        open("at", "w").write("at byte %d" % data.index(b"\xc6"))


def no_filter_writes_block_above():
    def table(name):
        return [line.split() for line in open(name + ".blocks")]
    for name, rows, columns, most in (("in", 70, 1048496, 63), ("ragged", 70, 1048496, 63), ("rows", 9000, 1000, 8387)):
        t = table(name)
        assert len(t) == 2 and all(int(size) <= 64 << 20 for size, *_ in t), t
        assert int(t[0][1]) <= most and int(t[0][0]) > (64 << 20) - 1100000, t
        assert sum(int(r[1]) for r in t) == rows and all(int(r[2]) == columns for r in t)
        assert [r[4] for r in t] == ["False", "True"]
        assert all(r[3] == (r[1] if name != "rows" else "0") for r in t)
    assert sum(int(r[5]) for r in table("in")) == 70 and all(r[6] == "5000" for r in table("in") + table("rows"))
    assert sum(int(r[5]) for r in table("ragged")) == 105


if __name__ == "__main__":
    main(globals())
