"""Matrix streams made at random, packed in the forms that wavefill-stream(5) allows, and read back by msgpack-numpy."""

import io

import msgpack
import msgpack_numpy
import numpy as np

TYPES = ["|b1", "|i1", "|u1"] + [o + t for o in "<>" for t in ("i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8")]
FIELDS = ("mat", "x", "names", "rate", "col0", "last", "form")


class Refusal(Exception):
    """The filter must refuse this."""


class Row:
    def __init__(self, values, name, block, rate):
        self.values, self.name = values, name
        self.rate, self.known_rate = block.get("rate"), rate  # of its block; and of that or those before
        self.others = {key: canon(value) for key, value in block.items() if key not in FIELDS}


class Matrix:
    """The rows of streams, one after the other."""

    def __init__(self, *files):
        self.rows, self.rate, self.has_col0 = [], None, False
        col0 = set()
        for blocks in files:
            if not blocks or not blocks[-1].get("last", True):
                raise Refusal("truncated")
            for block in blocks:
                rates = {r for r in (self.rate, block.get("rate")) if r is not None}
                if len(rates) > 1:
                    raise Refusal("rates")
                self.rate = rates.pop() if rates else None
                col0.add(block.get("col0", 0))
                self.has_col0 |= "col0" in block
                self.rows += rows_of(block, self.rate)
        if len(col0) != 1 or not self.rows:
            raise Refusal("no rows, or two positions")
        self.col0 = col0.pop()

    def doubles(self):
        return [row.values.astype(float) for row in self.rows]

    def cols(self):
        lengths = {len(row.values) for row in self.rows}
        if len(lengths) > 1:
            raise Refusal("ragged")
        return lengths.pop()


def rows_of(block, rate):
    x = block["x"]
    values = [x] if isinstance(x, np.ndarray) and x.ndim == 1 else list(x)
    names = block.get("names", [""] * len(values))
    if len(names) != len(values) or any(len(v) == 0 for v in values):
        raise Refusal("names or columns")
    return [Row(v, n, block, rate) for v, n in zip(values, names)]


def canon(value):
    """Something that compares equal only where value and type are the same."""
    if isinstance(value, np.ndarray):
        return ("array", value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, dict):
        return ("map", tuple((canon(k), canon(v)) for k, v in value.items()))
    if isinstance(value, (list, tuple)):
        return ("list", tuple(canon(v) for v in value))
    return (type(value).__name__, repr(value))


def pack(blocks):
    """A block's "form" says which of the permitted encodings it has."""
    return b"".join(pack_block(dict(b)) for b in blocks)


def pack_block(block):
    form = block.pop("form", 0)

    def array(value):
        kind = value.dtype.str.replace("<", "=") if form & 1 and value.dtype.itemsize > 1 else value.dtype.str
        fields = {"nd": True, "type": kind.encode() if form & 2 else kind, "kind": b"", "shape": list(value.shape),
                  "data": value.tobytes()}
        if form & 4:
            del fields["kind"]
        return {k if form & 8 else k.encode(): v for k, v in (reversed(fields.items()) if form & 16 else fields.items())}

    x = array(block["x"]) if isinstance(block["x"], np.ndarray) else [array(row) for row in block["x"]]
    bare = form & 32 and set(block) == {"x"} and isinstance(x, dict)
    return msgpack.packb(x if bare else {"mat": 1, **block, "x": x}, default=msgpack_numpy.encode)


def pack_models(models):
    return b"".join(msgpack.packb(m, default=msgpack_numpy.encode) for m in models)


def unpack(data):
    return list(msgpack.Unpacker(io.BytesIO(data), object_hook=msgpack_numpy.decode, strict_map_key=False,
                                 max_buffer_size=2**31 - 1))


# At random.


def chance(rng, p):
    return rng.random() < p


def pick(rng, list_):
    return list_[rng.integers(len(list_))]


def column(rng, n, kind, small, large):
    """n values; small and large are the powers of ten that the type has."""
    scale = 10.0 ** rng.integers(small, large)
    with np.errstate(all="ignore"):
        return {
            "counts": lambda: rng.integers(-9, 10, n).astype(float),
            "normal": lambda: rng.normal(size=n),
            "sound": lambda: rng.integers(-32768, 32768, n).astype(float),
            "constant": lambda: np.full(n, pick(rng, [0, 1, -0.0, 0.1, 1e9, scale])),
            "scaled": lambda: rng.normal(size=n) * scale,
            "mixed": lambda: rng.normal(size=n) * 10.0 ** rng.integers(small, large, n),
            "least": lambda: rng.integers(-5, 6, n) * 5e-324,
            "zeros": lambda: rng.choice([0.0, -0.0, 1.0], n),
            "offset": lambda: 10.0 ** rng.integers(3, 15) + rng.integers(-9, 10, n) * pick(rng, [1, 0.1]),
            "close": lambda: rng.choice([0.3, 0.1 + 0.2], n),
            "limits": lambda: rng.choice([-(2.0**63), 2.0**63, 2.0**53 + 2, -128, 255, 65535, 10.0**large, 0], n),
        }[kind]()


KINDS = ["counts", "normal", "sound", "constant", "scaled", "mixed", "least", "zeros", "offset", "close", "limits"]
MILD = ["counts", "normal", "sound", "normal", "constant", "offset"]


def values(rng, n, cols, type_, kinds=None):
    dtype = np.dtype(type_)
    kinds = kinds or (KINDS if chance(rng, 0.6) else MILD)
    powers = (-40, 38) if dtype.itemsize == 4 else (-300, 300)
    one = pick(rng, kinds)
    x = np.empty((n, cols))
    for j in range(cols):
        x[:, j] = column(rng, n, one if chance(rng, 0.7) else pick(rng, kinds), *powers)
        if j > 0 and chance(rng, 0.08):
            x[:, j] = x[:, rng.integers(j)] * pick(rng, [1, 1, 2, -0.5])
    if dtype.kind == "b":
        return x > 0
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        if chance(rng, 0.2):
            return rng.choice(np.array([info.min, info.max, info.min + 1, info.max - 1, 0], dtype), (n, cols)).astype(dtype)
        return np.clip(x, float(info.min) / 2, float(info.max) / 2).astype(dtype)
    with np.errstate(all="ignore"):
        return np.clip(x, -np.finfo(dtype).max, np.finfo(dtype).max).astype(dtype)


def size(rng, most):
    return int(min(most, pick(rng, [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33]))) if chance(rng, 0.9) else int(rng.integers(1, most + 1))


def names(rng, n):
    kind = rng.integers(5)
    if kind == 0:
        return None
    stems = ["0_a_%d", "clip@%d", "é\t\\%d", "%d"]
    stem = pick(rng, stems)
    return [("" if kind == 4 and chance(rng, 0.3) else stem % (i if kind < 3 else rng.integers(3))) for i in range(n)]


def others(rng):
    if chance(rng, 0.7):
        return {}
    if chance(rng, 0.03):
        return {"a%03d" % i: i for i in range(rng.integers(245, 260))}
    every = {"origin": "a test", "n": -(2**63), "m": 2**64 - 1, "f": float("nan"), "a": np.arange(3, dtype=">i2"),
             "deep": [[{"a": None}], "é", b"\xff"], b"key": [], "none": None}
    return {k: v for k, v in every.items() if chance(rng, 0.4)}


def blocks(rng, x, called=None, ragged=False, **meta):
    """x (a matrix, or a list of rows) in blocks; each has the fields of meta that are not None, or some of them."""
    meta = {k: v for k, v in meta.items() if v is not None}
    cuts = sorted(rng.integers(0, len(x) + 1, rng.integers(4))) if chance(rng, 0.5) else []
    form = int(rng.integers(64)) if chance(rng, 0.5) else 0
    more = others(rng)
    made = []
    for start, end in zip([0, *cuts], [*cuts, len(x)]):
        block = {"x": list(x[start:end]) if ragged or isinstance(x, list) or chance(rng, 0.1) else x[start:end]}
        if len(x) == 1 and isinstance(block["x"], np.ndarray) and chance(rng, 0.3):
            block["x"] = x[0]
            start, end = 0, 1
        if called is not None:
            block["names"] = called[start:end]
        block.update({k: v for k, v in meta.items() if k != "rate" or chance(rng, 0.8)})
        block.update(more if chance(rng, 0.8) else others(rng))
        block["form"] = form
        made.append(block)
        if isinstance(block["x"], np.ndarray) and block["x"].ndim == 1:
            break
    for i, block in enumerate(made):
        last = i + 1 == len(made)
        if (chance(rng, 0.7) and not last) or (last and chance(rng, 0.5)):
            block["last"] = last
    return made


def matrix(rng, rows=None, cols=None, kinds=None, ragged=None, finite=0.97):
    """Blocks of a matrix, and what can be said of it beforehand."""
    n = rows or size(rng, 12)
    cols = cols or size(rng, 24)
    type_ = pick(rng, TYPES) if chance(rng, 0.7) else "<f8"
    x = values(rng, n, cols, type_, kinds)
    if x.dtype.kind == "f" and not chance(rng, finite):
        x[rng.integers(n), rng.integers(cols)] = pick(rng, [np.nan, np.inf, -np.inf])
    ragged = chance(rng, 0.3) if ragged is None else ragged
    if ragged:
        x = [row[: rng.integers(1, cols + 1)] for row in x]
        if chance(rng, 0.3):
            other = pick(rng, TYPES)
            x = [values(rng, 1, len(row), other)[0] if chance(rng, 0.5) else row for row in x]
    return blocks(rng, x, names(rng, n), ragged, rate=pick(rng, [None, 8000, 8000.0, 8000.5, 44100, 1e-300]),
                  col0=pick(rng, [None, None, None, 0, 1, 5, 1021]))
