"""Called by tests/csv-load.bats and stream-show.bats: oracle csv FUNCTION ARGUMENT..."""

import os
import random
import struct
import subprocess

import numpy as np

from common import main, read, write

TYPES = {"float64": "<f8", "float32": "<f4", "int64": "<i8", "int32": "<i4", "int16": "<i2", "int8": "|i1",
         "uint64": "<u8", "uint32": "<u4", "uint16": "<u2", "uint8": "|u1", "bool": "|b1"}


def load(text, *options):
    with open("text", "w") as f:
        f.write(text)
    with open("out", "wb") as out:
        subprocess.run(["csv-load", *options, "text"], stdout=out, check=True)
    return np.concatenate([m["x"] for m in read("out")])


def doubles(count):
    """Of all sizes, from random bits, and those between which rounding is hard."""
    rng = random.Random(7)
    bits = [rng.getrandbits(64) for _ in range(count)]
    some = [struct.unpack("<d", struct.pack("<Q", b))[0] for b in bits]
    some += [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308,
             2.0**63, 2.0**53 + 2, 0.1, 1 / 3, 1e22, 1e23, 9007199254740993.0, 4.35, 0.5, 1e-7, 123456789012345680.0]
    some += [2.0**e for e in range(-1074, 1024, 7)] + [rng.uniform(-1, 1) for _ in range(count)]
    some += [round(rng.uniform(-1000, 1000), rng.randrange(6)) for _ in range(count)]
    return [v for v in some if np.isfinite(v)]


def halves(v):
    """The decimal expansion of the number half-way from v to the next double, and its two neighbours."""
    from fractions import Fraction

    half = (Fraction(v) + Fraction(np.nextafter(v, np.inf))) / 2
    digits = 760
    scaled = int(half * 10**digits) if abs(v) < 1e15 else None
    if scaled is None:
        return []
    text = f"{abs(scaled):0{digits + 1}d}"
    sign = "-" if scaled < 0 else ""
    return [f"{sign}{text[:-digits]}.{text[-digits:]}", f"{sign}{text[:-digits]}.{text[-digits:]}1", f"{sign}{text[:-digits]}.{text[-digits:-digits + 30]}"]


def hard_cases():
    texts = []
    for v in doubles(3000):
        texts += [repr(v), "%.16e" % v, "%.17e" % v, "%.18e" % v, "%.20e" % v, "%.3e" % v]
    texts += [t for v in doubles(60) if 1e-300 < abs(v) < 1e15 for t in halves(v)]
    rng = random.Random(9)
    for size in range(1, 27):
        for _ in range(100):
            digits = "0" * rng.choice((0, 0, 3, 20)) + "".join(rng.choices("0123456789", k=size))
            point = rng.randrange(len(digits) + 1)
            texts.append(f"{rng.choice(('', '-', '+'))}{digits[:point]}.{digits[point:]}{rng.choice(('', 'e%d' % rng.randrange(-40, 40)))}")
    # Halves of the last bit, to the digit: ties, of 19 digits and fewer.
    texts += ["%d.%s" % (rng.randrange(2**52, 2**53), half) for _ in range(50) for half in ("5", "50", "500", "501", "499")]
    texts += ["1e-400", "-1e-400", "0e999999999999", "0." + "0" * 400 + "1e401", "1" * 300, "1" * 19 + "e-9", "1" * 20, "2" * 25 + ".5e-7",
              "9007199254740993", "9007199254740992.99999999999999999999", "9223372036854775807", "8.5e-324", "2.47e-324"]
    want = np.array([float(t) for t in texts])
    finite = np.isfinite(want)
    got = load("\n".join(t for t, keep in zip(texts, finite) if keep) + "\n")[:, 0]
    wrong = np.flatnonzero(got.view("<u8") != want[finite].view("<u8"))
    assert wrong.size == 0, [(texts[i], got[i], want[finite][i]) for i in wrong[:3]]


def types():
    for name, dtype in TYPES.items():
        kind = np.dtype(dtype)
        values = [0, 1]
        if kind.kind in "iu":
            values += [np.iinfo(kind).min, np.iinfo(kind).max, np.iinfo(kind).max - 1, 100]
        x = load("".join(f"{v}\n" for v in values), "-t", name)
        assert x.dtype == kind and x[:, 0].tolist() == values, (name, x)
    assert load("1e2,-0,3.0\n", "-t", "int16").tolist() == [[100, 0, 3]]
    # Half-way between two floats but for the last digit: rounded once, not by way of a double.
    x = load("1.00000005960464477540\n1.00000005960464477539\n16777217.0000000001\n", "-t", "float32")
    assert x[:, 0].tolist() == [np.float32(1.00000012), 1.0, 16777218.0], x


def round_trip():
    """What stream-show --csv prints is what csv-load makes the same of, to the bit."""
    rng = np.random.RandomState(5)
    for name, dtype in TYPES.items():
        kind = np.dtype(dtype)
        x = rng.bytes(3000 * kind.itemsize) if kind.kind != "b" else bytes(rng.randint(0, 2, 3000).tolist())
        x = np.frombuffer(x, kind).copy().reshape(-1, 3)
        if kind.kind == "f":
            x[~np.isfinite(x)] = -0.0
        if kind.kind in "iu":
            x[0, :2] = np.iinfo(kind).min, np.iinfo(kind).max
        if name == "float64":
            v = doubles(2000)
            x = np.array(v[:len(v) // 3 * 3]).reshape(-1, 3)
        for order in "<>":
            write("in", {"mat": 1, "x": x.astype(kind.newbyteorder(order))})
            text = subprocess.run(["stream-show", "--csv", "in"], stdout=subprocess.PIPE, check=True, text=True).stdout
            got = load(text, "-t", name)
            assert got.dtype == kind and got.tobytes() == x.tobytes(), (name, order)
            if name == "float64":
                shortest = [repr(float(v)) for v in x.ravel()]
                for mine, python in zip(text.replace("\n", ",").split(","), shortest):
                    assert mine == python.removesuffix(".0"), (mine, python)


def piped(text, threads, piece, *options):
    """What csv-load says and gives of text that comes in pieces: status, message, values."""
    with open("out", "wb") as out:
        load = subprocess.Popen(["csv-load", *options], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE,
                                env={**os.environ, "OMP_NUM_THREADS": threads})
        try:
            for at in range(0, len(text), piece):
                load.stdin.write(text[at:at + piece])
                load.stdin.flush()
            load.stdin.close()
        except BrokenPipeError:
            pass
        message = load.stderr.read().decode()
        load.stderr.close()
        status = load.wait()
    return status, message, np.concatenate([m["x"] for m in read("out")]) if status == 0 else None


def odd_lines():
    """A line that is not plain among many that are: as if each line were looked at alone, however many threads there are."""
    rng = random.Random(3)
    rows = [[str(rng.randrange(10**rng.randrange(1, 9))), "%.*f" % (rng.randrange(1, 9), rng.uniform(-100, 100))] for _ in range(30000)]
    plain = [",".join(row) for row in rows]
    values = np.array([[float(v) for v in row] for row in rows])
    error = "csv-load: stdin: line %d%s, expected "
    drop = "csv-load: warning: rows with missing values left out: 1 of 30000\n"
    # What a line becomes; the row of it, or none; what is said then, of a line and what stands between.
    odd = [('"1", "2.5" ', [1, 2.5], ""), ("1\t,2\r", [1, 2], ""), ("", None, ""), (" ", None, ""), ("#1,2", None, ""),
           ("7,NA", None, drop), ("7,", None, drop), ("1,2,3", ": 3 columns", "2 as in the lines before"), ("1", ": 1 column", "2 as in the lines before"),
           ("1,2x", ", column 1: '2x'", "a number"), ("1e999,2", ", column 0: '1e999'", "a number that float64 holds"),
           ("1,2\r3", ", column 1: '2\\0153'", "a number"), ("1,\0", ", column 1: '\\000'", "a number"),
           ('1,"2"3', ", column 1: text after a quote", "a delimiter"), ('"1\n",2', ", column 0: '1\\012'", "a number")]
    for i, (line, found, said) in enumerate(odd):
        place = (1, 14999, 28000)[i % 3] + rng.randrange(1000)
        text = "\n".join(plain[:place] + [line] + plain[place + 1:]).encode() + b"\n"
        for threads, piece in (("1", 1 << 20), ("2", 70000), ("7", 9973)):
            status, message, got = piped(text, threads, piece, "--comment=#", "-m", "drop", "-c", "1,0")
            if isinstance(found, str):
                assert (status, message) == (1, error % (place + 1, found) + said + "\n"), (line, threads, piece, status, message)
                continue
            want = np.delete(values, place, 0) if found is None else np.concatenate([values[:place], [found], values[place + 1:]])
            assert (status, message) == (0, said) and np.array_equal(got, want[:, ::-1]), (line, threads, piece, status, message)
    plain[100] = '"a\nb",1'
    plain[29000] = "1,x"
    text = "\n".join(plain).encode()
    assert piped(text, "2", 1 << 20, "-c", "1")[1] == (error % (29002, ", column 1: 'x'")) + "a number (--names takes a column of names, --columns leaves others out)\n"


def plain_lines():
    """Of every form that a line of numbers has, many enough for several threads."""
    x = np.random.RandomState(2).randint(-10**6, 10**6, (50000, 3))
    for between, end, *options in ((",", "\n"), (";", "\r\n"), ("\t", "\n"), (" ", " \n"), (" \t ", "\r\n"), (", ", "\n"), (" , ", " \n"), ("|", "\n", "-t", "int32"),
                                   (",", "\n", "-t", "float32"), (",", "\n", "-c", "2,0", "-t", "int64"), (";", "\n", "--decimal=,")):
        got = load("".join(between.join(map(str, row)) + end for row in x.tolist()), *options)
        want = x[:, [2, 0]] if "-c" in options else x
        assert got.dtype == (options[-1] if "-t" in options else "f8") and np.array_equal(got, want), (between, end, options)


def many_odd_lines():
    """Every n-th line has quotes: no matter what n is."""
    for n in (1, 2, 3, 100, 5000):
        lines = ["%d,%d" % (i, -i) if i % n else '"%d","-%d"' % (i, i) for i in range(100000)]
        x = load("0,0\n" + "\n".join(lines) + "\n")
        assert (x[1:, 0] == np.arange(100000)).all() and (x[1:, 1] == -np.arange(100000.0)).all() and len(x) == 100001, n


def coefficients():
    """Of a dense model and of one in two factors, by --coefficients, as products of NumPy's."""
    rng = np.random.RandomState(3)
    for given, targets, rows in ((3, 2, 20), (40, 9, 6)):
        write("rows", {"mat": 1, "x": rng.randn(rows, given + targets)})
        with open("model", "wb") as out:
            subprocess.run(["lsq-fit", "-q", "-g", str(given), "rows"], stdout=out, check=True)
        model, = read("model")
        coef = model["coef"] if "coef" in model else model["basis"] @ model["loadings"]
        text = subprocess.run(["stream-show", "--coefficients", "model"], stdout=subprocess.PIPE, check=True, text=True).stdout
        lines = [line.split("\t") for line in text.splitlines()]
        assert [line[0] for line in lines] == ["column", "(intercept)"] + [str(i) for i in range(given)]
        assert lines[0][1:] == [str(given + j) for j in range(targets)]
        shown = np.array([line[1:] for line in lines[1:]], dtype=float)
        assert (shown[0] == model["intercept"]).all()
        assert abs(shown[1:] - coef).max() <= 1e-13 * abs(coef).max()


def data_of_r():
    """Fits of R's data sets from CSV: coefficients, R^2 and residual standard error are those of its lm."""
    folder = os.path.join(os.environ["ROOT"], "tests", "data", "r")
    with open(os.path.join(folder, "lm.txt")) as f:
        sets = f.read().replace("\n    ", " ").splitlines()[1:]
    for name, target, r2, error, *coefficients in map(str.split, sets):
        want = dict(zip(coefficients[::2], map(float, coefficients[1::2])))
        columns = [*list(want)[1:], target]
        rows = ["csv-load", "-q", "-n", "0", "-c", ",".join(columns), "-m", "drop", os.path.join(folder, name + ".csv")]
        fit = ["lsq-fit", "-g", str(len(columns) - 1)]
        with open("model", "wb") as out:
            subprocess.run(fit, input=subprocess.run(rows, stdout=subprocess.PIPE, check=True).stdout, stdout=out, check=True)
        text = subprocess.run(["stream-show", "--coefficients", "model"], stdout=subprocess.PIPE, check=True, text=True).stdout
        (_, shown), *lines = (line.split("\t") for line in text.splitlines())
        got = {column.replace("(intercept)", "(Intercept)"): float(value) for column, value in lines}
        assert shown == target and list(got) == list(want), (name, got)
        assert np.allclose(list(got.values()), list(want.values()), 1e-12, 0), (name, got)
        text = subprocess.run(["stream-show", "model"], stdout=subprocess.PIPE, check=True, text=True).stdout
        assert "R^2 %.6g, residual standard error %.6g\n" % (float(r2), float(error)) in text, (name, text)


if __name__ == "__main__":
    main(globals())
