"""What partial fits and models say of the shards that they are of."""

import io
import subprocess

import msgpack
import msgpack_numpy
import numpy as np
import xxhash

from common import main, read, write

rng = np.random.default_rng(17)


def digest(rows, weights=()):
    """wavefill-stream(5) in Python."""
    total = sum(xxhash.xxh3_64_intdigest(np.asarray(row, "<f8").tobytes()) for row in rows) % 2**64
    for weight in weights:
        total = xxhash.xxh3_64_intdigest(total.to_bytes(8, "little") + np.array(weight, "<f8").tobytes())
    return "%016x" % total


def shard(name, rows, weights=()):
    return {"name": name, "rows": len(rows), "digest": digest(rows, weights)}


def blocks(rows, size=10**9, **more):
    return [{"mat": 1, "x": rows[i:i + size], "last": i + size >= len(rows), **more} for i in range(0, len(rows), size)]


def fit(*args, maps=None):
    data = b"".join(msgpack.packb(m, default=msgpack_numpy.encode) for m in maps or [])
    done = subprocess.run(["lsq-fit", "-q", *args], input=data, capture_output=True, check=True)
    assert not done.stderr, done.stderr
    return list(msgpack.Unpacker(io.BytesIO(done.stdout), object_hook=msgpack_numpy.decode))


def digest_of_rows():
    for n, columns in (1, 2), (3, 3), (40, 7), (500, 40), (700, 121), (9, 3000):
        rows = rng.integers(-2**15, 2**15, (n, columns)).astype(np.int16)
        rows[n // 2:] = rows[: n - n // 2]  # that come twice
        want = [shard("-", rows)]
        mixed = rng.permutation(rows)
        forms = [blocks(rows), blocks(mixed, 1), blocks(mixed, 7), blocks(mixed.astype("<f8"), 300), blocks(mixed.astype(">f4")), blocks(rows.astype(">i8"), 64)]
        forms += [[{"mat": 1, "x": list(mixed)}], blocks(rows, 5, rate=8000)]
        for i, form in enumerate(forms):
            options = [], ["--threads=1", "--no-intercept"], ["--threads=3"]
            made, = fit("-g", "1", "--partial", *options[i % 3], maps=form)
            assert made["shards"] == want and made["rows"] == n, (n, columns, i, made["shards"], want)
    zeros = np.array([[0.0, 1], [2, 3]])
    assert digest(-zeros) != digest(zeros)
    for rows in zeros, -zeros:
        assert fit("-g", "1", "--partial", maps=blocks(rows))[0]["shards"] == [shard("-", rows)]


def weighed_shards():
    rows = rng.normal(size=(30, 4))
    write("rows", *blocks(rows))
    write("once", *fit("-g", "2", "--partial", "-w", "2.5", "rows"))
    assert read("once")[0]["shards"] == [shard("rows", rows, [2.5])]
    assert fit("--partial", "-w", "3", "once")[0]["shards"] == [shard("rows", rows, [2.5, 3])]
    assert fit("-w", "3", "once")[0]["shards"] == [shard("rows", rows, [2.5, 3])]


def names_of_shards():
    a, b = rng.normal(size=(20, 3)), rng.normal(size=(5, 3))
    write("a", *blocks(a))
    write("b", *blocks(b, 2))
    for args, want in (["a"], [shard("a", a)]), (["./a", "b"], [shard("./a", a), shard("b", b)]), (["-", "a"], [shard("-", b), shard("a", a)]), \
            (["--shard=x \u00e9", "a", "b"], [shard("x \u00e9", np.vstack([a, b]))]):
        made, = fit("-g", "1", "--partial", *args, maps=blocks(b))
        assert made["shards"] == want, (made["shards"], want)
    write("part", *fit("-g", "1", "--partial", "a"))
    made, = fit("--partial", "--shard=own", "part", "b")
    assert made["shards"] == [shard("a", a), shard("own", b)]
    assert "shards" not in fit("-g", "1", "a", "b")[0]
    # Rows before the first partial fit have no digest where no option asks for one.
    assert fit("part", "b")[0]["shards"] == [shard("a", a), shard("b", b)]
    assert fit("-g", "1", "b", "part")[0]["shards"] == [{"name": "b", "rows": 5}, shard("a", a)]


def lists_of_trees():
    """Shards are those of all parts, in their order, however these are merged."""
    shards = []
    for i in range(7):
        rows = rng.normal(size=(20 + i, 5)) + 100
        write(f"s{i}", *blocks(rows))
        write(f"p{i}", *fit("-g", "3", "--partial", f"s{i}"))
        shards.append(shard(f"s{i}", rows))
    write("left", *fit("--partial", "p0", "p1", "p2"))
    write("right", *fit("--partial", "p3", "p4"))
    write("tree", *fit("--partial", "left", "right"))
    whole, = fit("-g", "3", *(f"s{i}" for i in range(7)))
    for model in fit("tree", "p5", "p6"), fit(*(f"p{i}" for i in range(7))), fit("-g", "3", "tree", "s5", "s6"):
        assert model[0]["shards"] == shards and model[0]["rows"] == sum(s["rows"] for s in shards)
        np.testing.assert_allclose(model[0]["coef"], whole["coef"], rtol=1e-12)
    assert list(read("tree")[0]).count("shards") == 1


def earlier_partial_fits():
    """Those without a list are shards without a name."""
    rows = rng.normal(size=(9, 3))
    old, = fit("-g", "1", "--partial", maps=blocks(rows))
    del old["shards"], old["checksum"]
    write("old", old)
    nameless = {"name": "", "rows": 9}
    assert fit("old", "old")[0]["shards"] == [nameless, nameless]
    write("two", *fit("--partial", "old", maps=None))
    assert fit("two", "-", maps=[old])[0]["shards"] == [nameless, nameless]


def checksums():
    """All bytes of a map before the pair "checksum", the last, are as they were written, or it is refused."""
    names = ["u", "v", "w"] * 3
    made = subprocess.run(["lsq-fit", "-q", "-g", "1", "--partial", "--by-name"], capture_output=True, check=True, input=b"".join(
        msgpack.packb(m, default=msgpack_numpy.encode) for m in blocks(rng.normal(size=(9, 3)), names=names))).stdout
    ends = [made.index(b"\xa8checksum\xb0", end) + 26 for end in [i for i in range(len(made)) if made.startswith(b"lsq_partial", i)]]
    for start, end in zip([0, *ends], ends):
        assert made[end - 16:end].decode() == xxhash.xxh3_64_hexdigest(made[start:end - 26]), start
    assert ends[-1] == len(made)
    model = subprocess.run(["lsq-fit"], input=made, capture_output=True, check=True).stdout
    for byte in range(0, len(made), 25):
        damaged = bytearray(made)
        damaged[byte] ^= 1 << rng.integers(8)
        done = subprocess.run(["lsq-fit"], input=damaged, capture_output=True)
        key = any(end - 26 <= byte < end - 16 for end in ends)
        assert done.returncode == 1 and not done.stdout and done.stderr or key and model[-200:] == done.stdout[-200:], byte


def lists_by_name():
    """One list for all names, of whole shards: the first map has it."""
    a, b = rng.normal(size=(20, 3)), rng.normal(size=(12, 3))
    write("a", {"mat": 1, "x": a, "names": ["u@%d" % i if i % 2 else "v" for i in range(20)]})
    write("b", {"mat": 1, "x": b, "names": ["w"] * 6 + ["u"] * 6})
    want = [shard("a", a), shard("b", b)]
    for name in "ab":
        write("p" + name, *fit("-g", "1", "--by-name", "--partial", name))
        assert [m["shards"] for m in read("p" + name)] == [[shard(name, a if name == "a" else b)], []]
    for options in [], ["--others"]:
        assert [m["shards"] for m in fit("--by-name", "--partial", *options, "pa", "pb")] == [want, [], []]
        assert [m.get("shards") for m in fit("--by-name", *options, "pa", "pb")] == [want, None, None]
    assert fit("pa", "pb")[0]["shards"] == want


def many_shards():
    """Two partial fits of 50,000 shards each, and the list of all."""
    part, = fit("-g", "1", "--partial", maps=blocks(rng.normal(size=(9, 3))))
    del part["checksum"]
    names = ["node%02d:/data/archive/shard-%05d.csv" % (i % 40, i) for i in range(100000)]
    for name, first in ("even", 0), ("odd", 1):
        write(name, {**part, "shards": [{"name": names[i], "rows": 9, "digest": "%016x" % i} for i in range(first, 100000, 2)]})
    with open("list", "w", encoding="ascii") as f:
        f.writelines("%s\t9\t%016x\n" % (name, i) for i, name in enumerate(names))


if __name__ == "__main__":
    main(globals())
