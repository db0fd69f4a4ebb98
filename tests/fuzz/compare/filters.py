"""For each filter: a case at random, and the check of it against an evaluation that shares nothing with the filter."""

import io
import itertools
import json
import math
import re
import wave
from fractions import Fraction

import numpy as np

from exact import EPS, Fit, Sums, close, fractions, real
from runs import Wrong
from streams import MILD, Matrix, Refusal, blocks, canon, chance, matrix, names, pack, pack_models, pick, size, unpack, values


class Case:
    """options: lists of words; inputs: blocks by the name of the file that holds them."""

    def __init__(self, tool, options, **inputs):
        self.tool, self.options, self.inputs = tool, options, inputs

    def words(self):
        return [word for option in self.options for word in option]

    def value(self, *names_):
        """The argument of an option, True where it takes none, None where it is not given."""
        found = [o for o in self.options if o[0].split("=")[0] in names_]
        if not found:
            return None
        last = found[-1]
        return last[1] if len(last) > 1 else last[0].split("=", 1)[1] if "=" in last[0] else True

    def all(self, *names_):
        return [o[1] for o in self.options if o[0] in names_]


def position(text):
    """An index, or a fraction and its offset."""
    if re.fullmatch("[0-9]+", text):
        return int(text), None, 0
    base, offset = re.fullmatch("(.*?[^eE])([+-][0-9]+)?", text).groups()
    fraction = float(base.rstrip("%")) / (100 if base.endswith("%") else 1)
    return None, fraction, int(offset or 0)


def resolve(text, columns):
    index, fraction, offset = position(text)
    return index if fraction is None else min(max(int(fraction * float(columns)) + offset, 0), columns)


def span(text, columns):
    a, b = text.split(":")
    return resolve(a, columns) if a else 0, resolve(b, columns) if b else columns


def a_position(rng, most):
    index, percent, fraction = str(rng.integers(most + 2)), "%d%%" % rng.integers(101), "%.2f" % rng.random()
    return pick(rng, [index, percent, fraction, "0.29", "12.5%", "1e-1", "%s%+d" % (percent, rng.integers(-9, 10)), fraction + "-2"])


def a_span(rng, most):
    if chance(rng, 0.7):
        a, b = sorted(rng.integers(0, most + 1, 2))
        return "%s:%s" % (a if a or chance(rng, 0.5) else "", b)
    return "%s:%s" % (pick(rng, ["", a_position(rng, most)]), pick(rng, ["", a_position(rng, most)]))


def ordered(text):
    """Whether a span can have columns."""
    a, b = text.split(":")
    (i, f, m), (j, g, n) = position(a or "0"), position(b or "1.0")
    return i < j if f is None and g is None else f < g or m < n if f is not None and g is not None else True


def same_rows(got, expected, what="row", kinds=True):
    """Rows of streams: values, types, names, rates and other fields."""
    if len(got) != len(expected):
        raise Wrong("%d rows, expected %d" % (len(got), len(expected)))
    for i, (g, e) in enumerate(zip(got, expected)):
        if kinds and g.values.dtype.str != e.values.dtype.str:
            raise Wrong("%s %d of type %s, expected %s" % (what, i, g.values.dtype.str, e.values.dtype.str))
        if kinds and g.values.tobytes() != e.values.tobytes():
            raise Wrong("%s %d is %s, expected %s" % (what, i, g.values, e.values))
        if (g.name, g.rate) != (e.name, e.rate):
            raise Wrong("%s %d: name and rate %s, expected %s" % (what, i, (g.name, g.rate), (e.name, e.rate)))
        if g.others != e.others:
            raise Wrong("%s %d: other fields %s, expected %s" % (what, i, str(g.others)[:200], str(e.others)[:200]))


class Changed:
    """A row that a filter has made of another."""

    def __init__(self, row, values_, name=None):
        self.values, self.rate, self.others = values_, row.rate, row.others
        self.name = row.name if name is None else name


def put(case, runner):
    for name, content in case.inputs.items():
        pack_it = pack_models if name == "model" else pack
        runner.write(name, content if isinstance(content, bytes) else pack_it(content))


def matrix_out(data, what="output"):
    maps = unpack(data)
    if any(m.get("mat") != 1 for m in maps):
        raise Wrong(what + ": no matrix blocks")
    if [m.get("last") for m in maps] != [False] * (len(maps) - 1) + [True]:
        raise Wrong(what + ': "last" is %s' % [m.get("last") for m in maps])
    try:
        return Matrix(maps)
    except Refusal as refusal:
        raise Wrong("%s: %s" % (what, refusal))


class PadChop:
    @staticmethod
    def make(rng, given=None):
        content, most = given or matrix(rng), 24
        options = []
        if chance(rng, 0.3):
            options.append(["-f", str(rng.integers(1, 6))])
            if chance(rng, 0.6):
                options.append(["--hop", str(rng.integers(1, 6))])
        elif chance(rng, 0.7):
            options.append(["-l", pick(rng, ["min", "max", str(rng.integers(1, most + 6))])])
        if chance(rng, 0.6):
            count = pick(rng, [1, 1, 2, 3])
            options.append(["-c", ",".join(a_span(rng, most if chance(rng, 0.5) else 6) for _ in range(count))])
        if chance(rng, 0.2):
            options.append(["--reverse"])
        return Case("pad-chop", options, a=content)

    @staticmethod
    def frames(case, m):
        width, hop, texts = int(case.value("-f")), int(case.value("--hop") or 1), (case.value("-c") or ":").split(",")
        step = -1 if case.value("--reverse") else 1
        made = []
        for row, text in itertools.product(m.rows, texts):
            cols = len(row.values)
            start, end = span(text, cols)
            if start > cols or end > cols:
                raise Refusal("span")
            for at in range(start, end - width + 1, hop):
                made.append(Changed(row, row.values[at : at + width][::step], row.name and "%s@%d" % (row.name, m.col0 + at)))
        if not made:
            raise Refusal("no frame")
        return made, 0

    @staticmethod
    def cut(case, m):
        length = case.value("-l") or "min"
        lengths = [len(row.values) for row in m.rows]
        n = {"min": min(lengths), "max": max(lengths)}.get(length) or int(length)
        spans = [span(text, n) for text in (case.value("-c") or ":").split(",")]
        if any(end > n or start >= end for start, end in spans):
            raise Refusal("span")
        order = np.concatenate([np.arange(*ends) for ends in spans])[:: -1 if case.value("--reverse") else 1]
        neighbours = not case.value("--reverse") and all(a[1] == b[0] for a, b in zip(spans, spans[1:]))
        rows = []
        for row in m.rows:
            v = np.zeros(n, row.values.dtype)
            v[: min(n, len(row.values))] = row.values[:n]
            rows.append(Changed(row, v[order]))
        return rows, m.col0 + spans[0][0] if neighbours else 0

    @staticmethod
    def check(case, runner):
        put(case, runner)
        result = runner.run("pad-chop", *case.words(), stdin="a")
        try:
            if case.value("--hop") and not case.value("-f") or not all(map(ordered, (case.value("-c") or ":").split(","))):
                raise Refusal("options")
            m = Matrix(case.inputs["a"])
            expected, col0 = (PadChop.frames if case.value("-f") else PadChop.cut)(case, m)
        except Refusal:
            return result.refused()
        got = matrix_out(result.answered())
        same_rows(got.rows, expected)
        if got.col0 != col0:
            raise Wrong("col0 %d, expected %d" % (got.col0, col0))
        return result.out


class SplitHoldout:
    @staticmethod
    def make(rng, given=None):
        content = given or matrix(rng)
        n = sum(1 if getattr(b["x"], "ndim", 2) == 1 else len(b["x"]) for b in content)
        called = [name for b in content for name in b.get("names", []) if name]
        kind = rng.integers(3)
        if kind == 0:
            options = [["-S", str(rng.integers(2**32) if chance(rng, 0.5) else rng.integers(9))]]
        elif kind == 1:
            options = [["-r", str(rng.integers(n + 1))] for _ in range(rng.integers(1, 3))]
            options += [["-r", "%d-%d" % tuple(sorted(rng.integers(0, n, 2)))]] if chance(rng, 0.3) else []
        else:
            options = [["-n", pick(rng, called) if called else "nobody"] for _ in range(rng.integers(1, 3))]
        return Case("split-holdout", options, a=content)

    @staticmethod
    def held(case, m):
        n = len(m.rows)
        if case.value("-S"):
            return {np.random.RandomState(int(case.value("-S"))).randint(n)}
        if case.value("-r"):
            lists = [[int(v) for v in text.split("-")] for text in case.all("-r")]
            rows = {i for l in lists for i in range(l[0], l[-1] + 1)}
            if max(rows) >= n:
                raise Refusal("row")
            return rows
        called = [row.name for row in m.rows]
        if any(name not in called or not name for name in case.all("-n")):
            raise Refusal("name")
        return {i for i, name in enumerate(called) if name in case.all("-n")}

    @staticmethod
    def check(case, runner):
        put(case, runner)
        result = runner.run("split-holdout", *case.words(), "-H", "held", stdin="a")
        try:
            if not case.options:
                raise Refusal("options")
            m = Matrix(case.inputs["a"])
            held = SplitHoldout.held(case, m)
            if len(held) == len(m.rows):
                raise Refusal("all")
        except Refusal:
            return result.refused("held")
        for data, chosen in (result.answered(), False), (result.file("held"), True):
            got = matrix_out(data, "held" if chosen else "rest")
            same_rows(got.rows, [row for i, row in enumerate(m.rows) if (i in held) == chosen])
            if got.col0 != m.col0:
                raise Wrong("col0 %d, expected %d" % (got.col0, m.col0))
        return result.out


def pair(rng, kinds=None):
    """Rows that are known, and predictions of some of their columns."""
    n, cols = size(rng, 9), size(rng, 24)
    at = int(rng.integers(cols))
    end = cols if chance(rng, 0.8) else int(rng.integers(at + 1, cols + 1))
    type_ = pick(rng, ["<i2", "<f8", "<f8", ">f4", "<i8", "|u1"])
    x = values(rng, n, cols, type_, kinds)
    near = x[:, at:end].astype(float)
    with np.errstate(all="ignore"):
        near = near if chance(rng, 0.1) else near + values(rng, n, end - at, "<f8", kinds) * pick(rng, [1, 1e-3, 1e-12])
    near = np.clip(np.nan_to_num(near), -1.7e308, 1.7e308)
    if chance(rng, 0.02):
        near[0, 0] = pick(rng, [np.nan, np.inf])
    col0 = pick(rng, [None, None, 0, 3])
    rate = pick(rng, [None, 8000, 44100])
    called = names(rng, n)
    whole = list(x)
    if chance(rng, 0.2):
        whole = [row[: rng.integers(end, cols + 1)] for row in x]
    elif chance(rng, 0.4):
        whole = [row[:at] for row in x] if at and chance(rng, 0.5) else [row[:end] for row in x]
    first = blocks(rng, whole if chance(rng, 0.5) or len({len(r) for r in whole}) > 1 else np.array(whole), called, rate=rate, col0=col0)
    where = None if chance(rng, 0.1) else at + (col0 or 0)
    second = blocks(rng, near, called if chance(rng, 0.7) else None, rate=rate if chance(rng, 0.9) else 8000, col0=where)
    return first, second


def check_pair(a, b):
    if len(a.rows) != len(b.rows):
        raise Refusal("rows")
    for r, s in zip(a.rows, b.rows):
        if r.name and s.name and r.name != s.name:
            raise Refusal("names")
        if r.known_rate is not None and s.known_rate is not None and r.known_rate != s.known_rate:
            raise Refusal("rates")


class R2Score:
    @staticmethod
    def make(rng, given=None):
        options = [pick(rng, [[], [], ["-a", "uniform"], ["-a", "variance"], ["-a", "none"], ["-f"], ["--pooled"], ["--by-row"]])]
        options += [option for option in (["--snr"], ["--sums"], ["-u", "nan"], ["-j"]) if chance(rng, 0.3)]
        if chance(rng, 0.2):
            options.append(["-c", a_span(rng, 6)])
        a, b = pair(rng)
        return Case("r2-score", [o for o in options if o], a=a, b=b)

    @staticmethod
    def columns(case, a, b):
        """Of each row (name, truths, predictions) in the columns that both have."""
        want, rows = b.cols(), []
        for r, s in zip(a.rows, b.rows):
            have, at = len(r.values), b.col0 if b.has_col0 else a.col0
            offset = 0 if have == want and not a.has_col0 else at - a.col0
            if (not b.has_col0 and want < have) or offset < 0 or offset + want > have:
                raise Refusal("columns")
            known = r.values.astype(float)[: offset + want]
            if not np.isfinite(known).all() or not np.isfinite(s.values).all():
                raise Refusal("not finite")
            start, end = span(case.value("-c") or ":", want)
            if end > want or start >= end:
                raise Refusal("span")
            rows.append((r.name or s.name, known[offset:][start:end], s.values.astype(float)[start:end]))
        return rows

    @staticmethod
    def scores(case, rows):
        """Lists of (value, slack), one a line or object."""
        nan, form = case.value("-u") == "nan", case.value("-a") or "uniform"
        pairs = [list(zip(*fractions((t, p)))) for _, t, p in rows]
        whole = Sums([[v for p in pairs for v in p]])
        if case.value("--by-row"):
            return [(Sums([p]), [R2Score.one(Sums([p]), nan)]) for p in pairs]
        if case.value("-f") or case.value("--pooled"):
            whole = Sums(pairs) if case.value("--pooled") else whole
            return [(whole, [R2Score.one(whole, nan)])]
        sums = [Sums([list(c)]) for c in zip(*pairs)]
        each = [R2Score.one(s, nan) for s in sums]
        if form == "none":
            return [(whole, each)]
        weights = [s.deviation if form == "variance" and any(t.deviation for t in sums) else Fraction(1) for s in sums]
        return [(whole, [R2Score.mean(each, weights)])]

    @staticmethod
    def one(sums, nan):
        return sums.score(nan), sums.slack()

    @staticmethod
    def mean(each, weights):
        bad = [s for s, _ in each if isinstance(s, float)]
        if bad:
            zero = any(w == 0 for (s, _), w in zip(each, weights) if isinstance(s, float))
            return (math.nan if zero or any(math.isnan(s) for s in bad) else -math.inf), Fraction(0)
        total = sum(weights)
        value = sum(w * s for (s, _), w in zip(each, weights)) / total
        slack = sum(w * (t + len(each) * Fraction(EPS) * (abs(s) + 2)) for (s, t), w in zip(each, weights)) / total
        return value, slack + (Fraction(10) ** 400 if max(abs(s) for s, _ in each) > Fraction(10) ** 307 else 0)

    @staticmethod
    def more(case, sums):
        """What follows the scores: the ratio in decibels, and the two sums."""
        found = []
        if case.value("--snr"):
            if sums.error == 0:
                db = math.nan if sums.signal == 0 and case.value("-u") == "nan" else math.inf
            elif sums.signal == 0:
                db = -math.inf
            else:
                q = sums.signal / sums.error
                shift = q.numerator.bit_length() - q.denominator.bit_length()
                db = Fraction(10 * (math.log10(float(q / Fraction(2) ** shift)) + shift * math.log10(2)))
            found.append(("snr_db", db, (8 * sums.n + 40) * Fraction(EPS) * (10 + (abs(db) if isinstance(db, Fraction) else 0))))
        if case.value("--sums"):
            for key, q in ("squared_error", sums.error), ("squared_deviation", sums.deviation):
                found.append((key, q, q * (4 * sums.n + 16) * Fraction(EPS)))
        return found

    @staticmethod
    def read(case, text, rows):
        """The numbers of each line or object, as they are compared."""
        flat = []
        if not case.value("-j"):
            lines = text.splitlines() if not case.value("--by-row") else [f for l in text.splitlines() for f in l.split("\t")[1:]]
            return [float(v) for v in lines]
        for line in text.splitlines():
            m = json.loads(line)
            flat += m["r2"] if isinstance(m["r2"], list) else [m["r2"]]
            flat += [m[k] for k in ("snr_db", "squared_error", "squared_deviation") if k in m]
        return flat

    @staticmethod
    def check(case, runner):
        put(case, runner)
        result = runner.run("r2-score", *case.words(), "a", "b")
        try:
            one = case.value("-f") or case.value("--pooled") or case.value("--by-row")
            if (case.value("--sums") and not one) or not ordered(case.value("-c") or ":"):
                raise Refusal("options")
            a, b = Matrix(case.inputs["a"]), Matrix(case.inputs["b"])
            check_pair(a, b)
            rows = R2Score.columns(case, a, b)
        except Refusal:
            return result.refused()
        got = R2Score.read(case, result.answered().decode(), rows)
        expected = []
        for sums, scores in R2Score.scores(case, rows):
            expected += [("r2", *s) for s in scores] + R2Score.more(case, sums)
        if len(got) != len(expected):
            raise Wrong("%d numbers, expected %d" % (len(got), len(expected)))
        for g, (key, e, slack) in zip(got, expected):
            if g is None:
                fine = isinstance(e, float) or abs(e) + slack > Fraction(1.79e308)
            else:
                fine = close(g, e, slack)
            if not fine:
                raise Wrong("%s %s, expected %s within %.1e" % (key, g, e if isinstance(e, float) else real(e), real(slack)))
        return None


class StitchWav:
    @staticmethod
    def make(rng, given=None):
        kinds = pick(rng, [["sound"], ["normal", "sound"], ["sound", "limits", "counts", "least"], None])
        a, b = pair(rng, kinds)
        options = [["--round=" + pick(rng, ["trunc", "nearest"])]] if chance(rng, 0.5) else []
        options += [["--overflow=" + pick(rng, ["clip", "wrap", "error"])]] if chance(rng, 0.5) else []
        options += [["-r", pick(rng, ["8000", "1", "2147483647"])]] if chance(rng, 0.6) else []
        options += [["--scale=" + pick(rng, ["32768", "-1", "1e-3", "0.1"])]] if chance(rng, 0.3) else []
        pieces = {"b": b} if chance(rng, 0.8) else {}
        if pieces and chance(rng, 0.3):
            pieces["c"] = pick(rng, [a, b, pair(rng, kinds)[1]])
        return Case("stitch-wav", options, a=a, **pieces)

    @staticmethod
    def joined(pieces):
        rows = []
        for i in range(len(pieces[0].rows)):
            start, row = pieces[0].col0, []
            for m, after in zip(pieces, pieces[1:] + [None]):
                given = m.rows[i].values.astype(float)
                end = start + len(given)
                cut = end if after is None or not (after.has_col0 or m.col0) else after.col0
                if not start <= cut <= end:
                    raise Refusal("columns")
                row.append(given[: cut - start])
                start = cut
            rows.append((next((m.rows[i].name for m in pieces if m.rows[i].name), pieces[0].rows[i].name), np.concatenate(row)))
        return rows

    @staticmethod
    def cast(case, samples):
        with np.errstate(all="ignore"):
            v = samples * float(case.value("--scale") or 1)
        if not np.isfinite(samples).all():
            raise Refusal("not finite")
        v = np.rint(v) if case.value("--round") == "nearest" else np.trunc(v)
        if case.value("--overflow") == "error" and ((v < -32768) | (v > 32767)).any():
            raise Refusal("overflow")
        if case.value("--overflow") == "wrap":
            return np.array([(int(s) + 32768) % 65536 - 32768 if -(2**31) <= s < 2**31 else 0 for s in v])
        return np.clip(v, -32768, 32767).astype(int)

    @staticmethod
    def rate(case, rates):
        rate = next((r for r in rates if r is not None), int(case.value("-r") or 0))
        if not 1 <= rate < 2**31 or rate != int(rate):
            raise Refusal("rate")
        return int(rate)

    @staticmethod
    def check(case, runner):
        put(case, runner)
        result = runner.run("stitch-wav", *case.words(), "-o", "out/", *sorted(case.inputs))
        try:
            pieces = [Matrix(case.inputs[name]) for name in sorted(case.inputs)]
            for a, b in itertools.combinations(pieces, 2):
                check_pair(a, b)
            rows = StitchWav.joined(pieces)
            rates = [StitchWav.rate(case, [m.rows[i].known_rate for m in pieces]) for i in range(len(rows))]
            called = ["%s.wav" % (name or "row%d" % i) for i, (name, _) in enumerate(rows)]
            if len(set(called)) < len(called) or any("/" in name for name in called):
                raise Refusal("names")
            wavs = [StitchWav.cast(case, samples) for _, samples in rows]
            if any(len(w) == 0 for w in wavs):
                raise Refusal("no sample")
        except Refusal:
            return result.refused()
        result.answered()
        for name, samples, rate in zip(called, wavs, rates):
            data = result.file("out/" + name)
            if data is None:
                raise Wrong("no file " + name)
            with wave.open(io.BytesIO(data)) as w:
                got = np.frombuffer(w.readframes(w.getnframes()), "<i2")
                form = (w.getnchannels(), w.getsampwidth(), w.getframerate())
            if form != (1, 2, rate) or len(data) != 44 + 2 * len(samples) or not np.array_equal(got, samples):
                raise Wrong("%s: %s %s, expected %s at %d" % (name, form, got, samples, rate))
        return None


def stem(name):
    return re.sub("(?<=.)@[0-9]+$", "", name, flags=re.S)


class LsqFit:
    @staticmethod
    def make(rng, given=None):
        n, cols = int(pick(rng, [1, 2, 3, 4, 5, 6, 7, 12, 30])), int(rng.integers(2, 7))
        if chance(rng, 0.1):
            n, cols = int(rng.integers(40, 300)), int(rng.integers(2, 5))
        p = int(rng.integers(1, cols))
        kinds = pick(rng, [MILD, MILD, ["normal"], ["counts"], ["scaled", "normal"], None])
        x = values(rng, n, cols, pick(rng, ["<f8", "<f8", "<i2", ">f4"]), kinds)
        options = [["-g", pick(rng, [str(p), str(p), "%d%%" % rng.integers(101)])]]
        options += [["--no-intercept"]] if chance(rng, 0.25) else []
        options += [["-w", pick(rng, ["2", "0.1", "1e6"])]] if chance(rng, 0.15) else []
        options += [["--threads", str(rng.integers(4))]] if chance(rng, 0.2) else []
        if chance(rng, 0.1) and n < 40:
            options += [["--ridge=auto"], ["--grid", pick(rng, ["1,1000", "1e-3,1e3,1e6", "7"])]]
        elif chance(rng, 0.25):
            options.append(["--ridge=" + pick(rng, ["1", "1e-3", "1e4", "1%", "50%"])])
        if chance(rng, 0.25) and n < 40:
            options.append(["--left-out=left"])
        elif chance(rng, 0.25) and ["--ridge=auto"] not in options:
            options.append(["--by-name"])
            options += [["--others"]] if chance(rng, 0.5) else []
        elif chance(rng, 0.3):
            options.append(["parts", str(rng.integers(1, 4))])
        options += [["--dense"]] if chance(rng, 0.2) else []
        if chance(rng, 0.2) and not {"--left-out=left", "--ridge=auto"} & {option[0] for option in options}:
            options.append(["--both-ways"])
        called = [pick(rng, ["a", "b@1", "b@22", "b", "c@0"]) for _ in range(n)] if chance(rng, 0.8) else None
        return Case("lsq-fit", options, a=given or blocks(rng, x, called, rate=pick(rng, [None, 8000]), col0=pick(rng, [None, 0, 7])))

    @staticmethod
    def run(case, runner):
        """In one go, or through partial fits of parts of the rows, where nothing needs the rows themselves."""
        rows_needed = case.value("--left-out") or case.value("--ridge") == "auto" or case.value("--by-name")
        words = [w for o in case.options if o[0] != "parts" for w in o]
        if not case.value("parts") or rows_needed:
            return runner.run("lsq-fit", *words, stdin="a")
        m = Matrix(case.inputs["a"])
        n = min(int(case.value("parts")), len(m.rows))
        data = b""
        keep = [w for o in case.options if o[0] in ("-g", "--no-intercept", "--both-ways") for w in o]
        for i in range(n):
            rows = [row for j, row in enumerate(m.rows) if j % n == i]
            runner.write("part", pack([{"x": [row.values for row in rows], **({"col0": m.col0} if m.has_col0 else {})}]))
            part = runner.run("lsq-fit", *keep, "--partial", stdin="part")
            if part.status:
                return part
            data += part.out
        runner.write("parts", data)
        return runner.run("lsq-fit", "--allow-duplicates", *[w for o in case.options if o[0] not in ("parts", "-g") for w in o], stdin="parts")

    @staticmethod
    def groups(case, m):
        """(name, rows) of each model."""
        if not case.value("--by-name"):
            return [("", list(range(len(m.rows))))]
        called = [stem(row.name) for row in m.rows]
        if "" in called:
            raise Refusal("names")
        first = list(dict.fromkeys(called))
        if case.value("--others") and len(first) < 2:
            raise Refusal("one name")
        others = bool(case.value("--others"))
        return [(name, [i for i, c in enumerate(called) if (c == name) != others]) for name in first]

    @staticmethod
    def ridge(case, model, x, weight):
        text = case.value("--ridge")
        if not text:
            return Fraction(0)
        if text == "auto":
            return Fraction(float(model["ridge"]))
        if not text.endswith("%"):
            return Fraction(float(text))
        n = len(x)
        means = [sum(c) / n if not case.value("--no-intercept") else Fraction(0) for c in zip(*x)]
        squares = sum((v - m) ** 2 for row in x for v, m in zip(row, means))
        return Fraction(float(text[:-1])) / 100 * weight * squares / len(x[0])

    @staticmethod
    def check(case, runner):
        put(case, runner)
        try:
            m = Matrix(case.inputs["a"])
            cols = m.cols()
            if not case.value("-g"):
                raise Refusal("options")
            p = resolve(case.value("-g"), cols)
            data = np.array(m.doubles())
            if not 1 <= p < cols or not np.isfinite(data).all():
                raise Refusal("given")
            auto = case.value("--ridge") == "auto"
            if (case.value("--others") and not case.value("--by-name")) or (case.value("--grid") and not auto):
                raise Refusal("options")
            groups = LsqFit.groups(case, m)
            if (case.value("--left-out") or auto) and len(m.rows) < 2:
                raise Refusal("one row")
        except Refusal:
            return runner.run("lsq-fit", *[w for o in case.options if o[0] != "parts" for w in o], stdin="a").refused("left")
        result = LsqFit.run(case, runner)
        top = np.abs(data).max()
        odd = top > 1e140 or (np.abs(data[data != 0]) < max(1e-140, 1e-120 * top)).any()
        if result.status and odd:
            return result.refused("left")
        models = unpack(result.answered())
        if [model.get("name", "") for model in models] != [name for name, _ in groups]:
            raise Wrong("models of %s" % [model.get("name") for model in models])
        weight = Fraction(float(case.value("-w") or 1))
        for model, (name, rows) in zip(models, groups):
            counted = np.vstack([data[rows], data[rows, ::-1]]) if case.value("--both-ways") else data[rows]
            x, y = fractions(counted[:, :p]), fractions(counted[:, p:])
            LsqFit.compare(case, m, model, x, y, weight, odd)
            if case.value("--left-out"):
                LsqFit.left_out(case, m, result.file("left"), x, y, weight, model)
            if auto and not odd:
                LsqFit.best(case, model, x, y, weight)
        return None

    @staticmethod
    def clear(fit, x, ridge):
        """Whether neither the rank nor the digits hang on rounding."""
        return fit.condition < 1e5 and (ridge or fit.wide_condition < 1e5 or fit.rank == len(x[0]) <= len(x) - 1)

    @staticmethod
    def compare(case, m, model, x, y, weight, odd):
        n, p, t = len(x), len(x[0]), len(y[0])
        if (model["k"], model["rows"], len(model["intercept"]), model.get("col0", 0)) != (p, n, t, m.col0):
            raise Wrong("k, rows, targets, col0: " + str((model["k"], model["rows"], len(model["intercept"]), model.get("col0"))))
        every = [float(v) for row in x + y for v in row]
        if not case.value("--by-name") and "range" in model and list(model["range"]) != [min(every), max(every)]:
            raise Wrong("range %s, expected %s" % (model["range"], [min(every), max(every)]))
        ridge = LsqFit.ridge(case, model, x, weight)
        if ridge and not close(model.get("ridge", 0), ridge, ridge * Fraction(1e-13)):
            raise Wrong("ridge %s, expected %s" % (model.get("ridge"), real(ridge)))
        fit = Fit(x, y, [weight] * n, not case.value("--no-intercept"), ridge)
        if not LsqFit.clear(fit, x, ridge) or (odd and ridge):
            return
        if not ridge and model["rank"] != fit.rank:
            raise Wrong("rank %d, expected %d (condition %.1e)" % (model["rank"], fit.rank, fit.condition))
        coef = model["coef"] if "coef" in model else model["basis"] @ model["loadings"]
        if not np.isfinite(coef).all() or not np.isfinite(model["intercept"]).all():
            raise Wrong("coefficients %s" % coef)
        got = [[sum(a * b for a, b in zip(row, c)) + Fraction(float(b0)) for c, b0 in zip(zip(*fractions(coef)), model["intercept"])]
               for row in x]
        for i, (g, e) in enumerate(zip(got, fit.predict(x))):
            for j in range(t):
                if abs(g[j] - e[j]) > fit.error[j] + Fraction(1e-300):
                    raise Wrong("row %d, target %d: the model gives %.17g, expected %.17g within %.1e (condition %.1e)"
                                % (i, j, real(g[j]), real(e[j]), real(fit.error[j]), fit.condition))
        for j in range(t):
            slack = n * (2 * fit.error[j] + Fraction(1e-300))
            low, high = (max(0, real(fit.rss[j]) ** 0.5 + s * real(slack * Fraction(float(weight) ** 0.5))) for s in (-1, 1))
            if not low * (1 - 1e-9) - 1e-160 <= float(model["rss"][j]) ** 0.5 <= high * (1 + 1e-9) + 1e-160:
                raise Wrong("rss %s of target %d, expected %s" % (model["rss"][j], j, real(fit.rss[j])))
            top = max(abs(v) for row in y for v in row)
            if "tss" in model and not close(model["tss"][j], fit.tss[j], Fraction(1e-11) * fit.tss[j] + Fraction(1e-20) * top**2 * n * Fraction(float(weight))):
                raise Wrong("tss %s of target %d, expected %s" % (model["tss"][j], j, real(fit.tss[j])))

    @staticmethod
    def best(case, model, x, y, weight):
        """The leave-one-out errors of all penalties, and that the least was taken."""
        grid = [float(v) for v in (case.value("--grid") or "").split(",") if v]
        if not grid:
            return
        if list(model["grid"]) != grid or model["ridge"] != grid[int(np.argmin(model["loo_mse"]))]:
            raise Wrong("grid %s, mean squared errors %s, ridge %s" % (model["grid"], model["loo_mse"], model["ridge"]))
        n = len(x)
        for ridge, got in zip(grid, model["loo_mse"]):
            total, unclear = Fraction(0), False
            for i in range(n):
                keep = [j for j in range(n) if j != i]
                fit = Fit([x[j] for j in keep], [y[j] for j in keep], [weight] * (n - 1), not case.value("--no-intercept"), Fraction(ridge))
                unclear |= not LsqFit.clear(fit, x, True)
                total += sum((a - b) ** 2 for a, b in zip(fit.predict([x[i]])[0], y[i]))
            expected = total / (n * len(y[0]))
            if not unclear and not close(got, expected, expected * Fraction(1e-5) + Fraction(1e-12) * max(v * v for row in y for v in row)):
                raise Wrong("ridge %g: mean squared leave-one-out error %s, expected %s" % (ridge, got, real(expected)))

    @staticmethod
    def left_out(case, m, data, x, y, weight, model):
        got = matrix_out(data, "left")
        n = len(x)
        if len(got.rows) != n or got.col0 != m.col0 + len(x[0]):
            raise Wrong("--left-out: %d rows from column %d" % (len(got.rows), got.col0))
        if [row.name for row in got.rows] != [row.name for row in m.rows]:
            raise Wrong("--left-out: names")
        ridge = Fraction(float(model["ridge"])) if "ridge" in model else Fraction(0)
        whole = Fit(x, y, [weight] * n, not case.value("--no-intercept"), ridge)
        for i in range(n):
            keep = [j for j in range(n) if j != i]
            fit = Fit([x[j] for j in keep], [y[j] for j in keep], [weight] * (n - 1), not case.value("--no-intercept"), ridge)
            if not LsqFit.clear(fit, x, ridge) or not LsqFit.clear(whole, x, ridge) or fit.condition * whole.condition > 1e7:
                continue
            far = max(abs(v) for v in x[i]) / (max(abs(v) for j in keep for v in x[j]) or 1) + 1
            for j, e in enumerate(fit.predict([x[i]])[0]):
                slack = 10000 * far * far * (fit.error[j] + whole.error[j])
                if abs(Fraction(float(got.rows[i].values[j])) - e) > slack:
                    raise Wrong("--left-out: row %d, target %d: %.17g, expected %.17g within %.1e"
                                % (i, j, got.rows[i].values[j], real(e), real(slack)))


class LsqPredict:
    @staticmethod
    def make(rng, given=None):
        p, t = int(rng.integers(1, 6)), int(rng.integers(1, 5))
        whole = chance(rng, 0.5)
        options = [["-a"]] if chance(rng, 0.3) else []
        if chance(rng, 0.4):
            options += [["-e", str(rng.integers(1, 9))]] + ([["--clamp"]] if chance(rng, 0.5) else [])
            whole = True
        def numbers(*shape):
            return rng.integers(-3, 4, shape).astype(float) if whole else values(rng, shape[0], shape[-1], "<f8").reshape(shape)
        model = {"lsq": 1, "k": p, "intercept": numbers(1, t)[0], "col0": int(pick(rng, [0, 0, 2]))}
        if chance(rng, 0.5):
            model["coef"] = numbers(p, t)
        else:
            r = int(rng.integers(1, 3))
            model["basis"], model["loadings"] = numbers(p, r), numbers(r, t)
        if chance(rng, 0.7):
            model["range"] = np.sort(rng.integers(-40, 40, 2)).astype(float)
        models = [model]
        if chance(rng, 0.3):
            models = [{**model, "name": name, "intercept": model["intercept"] + i} for i, name in enumerate(["a", "b"])]
            models[0]["last"] = False
        elif t > 1 and chance(rng, 0.4):
            models = LsqPredict.sliced(rng, model, t)
        n, cols = size(rng, 6), p + int(rng.integers(0, 5))
        x = rng.integers(-9, 10, (n, cols)).astype(float) if whole else values(rng, n, cols, "<f8")
        rows = blocks(rng, x, [pick(rng, ["a", "b", "a@7", "b@01"]) for _ in range(n)] if chance(rng, 0.9) else None,
                      rate=pick(rng, [None, 8000]), col0=model["col0"])
        return Case("lsq-predict", options, a=given or rows, model=models)

    @staticmethod
    def sliced(rng, model, t):
        """A model in two maps; now and then they do not belong together."""
        at, parts = int(rng.integers(1, t)), []
        for start, end in (0, at), (at, t):
            part = {**model, "targets": t, "target0": start, "last": end == t, "rank": 1, "rows": 3}
            for key in "coef", "loadings", "intercept":
                if key in model:
                    part[key] = np.ascontiguousarray(model[key][..., start:end])
            parts.append(part)
        if chance(rng, 0.3):
            key = pick(rng, [k for k in ("k", "col0", "basis", "range", "targets", "target0") if k in parts[1]])
            parts[1][key] = parts[1][key] + 1
        return parts

    @staticmethod
    def joined(models):
        """The model whose slices these are."""
        first = models[0]
        if "target0" not in first:
            return models
        start = 0
        for part in models:
            if any(canon(part.get(k)) != canon(first.get(k)) for k in ("k", "col0", "basis", "range", "targets")):
                raise Refusal("parts of other models")
            if part["target0"] != start:
                raise Refusal("target0")
            start += len(part["intercept"])
        if start != first["targets"]:
            raise Refusal("parts missing")
        whole = {**first, "last": models[-1].get("last", True)}
        for key in "coef", "loadings", "intercept":
            if key in first:
                whole[key] = np.concatenate([part[key] for part in models], axis=-1)
        return [whole]

    @staticmethod
    def terms(model, x):
        """The predictions of one row and the sums of the sizes of all that is added up, rational."""
        first, rest = ("coef", None) if "coef" in model else ("basis", "loadings")
        def times(row, a, size_):
            return [sum((abs(v * w) if size_ else v * w) for v, w in zip(row, c)) for c in zip(*fractions(a))]
        b = [Fraction(float(v)) for v in model["intercept"]]
        value, big = times(x, model[first], False), times(x, model[first], True)
        if rest:
            value, big = times(value, model[rest], False), times([abs(v) for v in big], model[rest], True)
        return [v + w for v, w in zip(value, b)], [v + abs(w) for v, w in zip(big, b)]

    @staticmethod
    def extended(case, model, x, count):
        """In whole numbers: exact as long as nothing passes 2^53."""
        p, row = model["k"], list(x)
        made, start = 0, len(row)
        while made < count:
            value, big = LsqPredict.terms(model, row[len(row) - p :])
            if max(big) >= 2**53:
                return None
            if case.value("--clamp"):
                low, high = (Fraction(float(v)) for v in model["range"])
                value = [min(max(v, low), high) for v in value]
            row += value
            made += len(value)
        return row[start : start + count]

    @staticmethod
    def check(case, runner):
        put(case, runner)
        result = runner.run("lsq-predict", *case.words(), "model", "a")
        count = int(case.value("-e") or 0)
        try:
            joined = LsqPredict.joined(case.inputs["model"])
            model, models = joined[0], {m.get("name", ""): m for m in joined}
            if not case.inputs["model"][-1].get("last", True) or (case.value("--clamp") and not count):
                raise Refusal("model, or options")
            m = Matrix(case.inputs["a"])
            if any(len(row.values) < model["k"] for row in m.rows) or (not count and m.col0 != model["col0"]):
                raise Refusal("columns")
            if case.value("--clamp") and "range" not in model:
                raise Refusal("range")
            if "name" in model and any(stem(row.name) not in models for row in m.rows):
                raise Refusal("names")
            if count or case.value("-a"):
                before = m.cols() if count else model["k"]
            if any(not np.isfinite(r.values[: model["k"]]).all() and not count for r in m.rows):
                raise Refusal("not finite")
        except Refusal:
            return result.refused()
        top = max(np.abs(v).max() for m_ in joined for k, v in m_.items() if k in ("coef", "basis", "loadings", "intercept"))
        top = max(top, max(np.abs(r.values).max() for r in m.rows))
        if result.status and top > 1e90:
            return result.refused()
        got = matrix_out(result.answered())
        same_rows(got.rows, [Changed(row, row.values) for row in m.rows], kinds=False)
        start = m.col0 if case.value("-a") else m.col0 + (m.cols() if count else model["k"])
        if got.col0 != start:
            raise Wrong("col0 %d, expected %d" % (got.col0, start))
        for g, row in zip(got.rows, m.rows):
            x = fractions([row.values])[0]
            own = models[stem(row.name)] if "name" in model else model
            out = fractions([g.values])[0]
            if case.value("-a"):
                kept = x if count else x[: model["k"]]
                if out[: before] != kept:
                    raise Wrong("--append: %s" % g.values)
                out = out[before:]
            if count:
                expected = LsqPredict.extended(case, own, x, count)
                if expected is not None and out != expected:
                    raise Wrong("--extend: %s, expected %s" % (g.values, [real(v) for v in expected]))
                continue
            value, big = LsqPredict.terms(own, x[: model["k"]])
            if len(out) != len(value):
                raise Wrong("%d columns, expected %d" % (len(out), len(value)))
            for g_, v, s in zip(out, value, big):
                if abs(g_ - v) > s * Fraction(2 * EPS) * (model["k"] + 8) + Fraction(5e-324) * 16 * (1 + Fraction(float(min(top, 1e300)))):
                    raise Wrong("%.17g, expected %.17g" % (real(g_), real(v)))
        return result.out


class FsddLoad:
    @staticmethod
    def make(rng, given=None):
        files = {}
        for _ in range(rng.integers(1, 9)):
            name = "d/%d_%s_%s.wav" % (rng.integers(10), pick(rng, ["a", "bo", "é", "x-1"]), pick(rng, ["0", "1", "2", "10", "07"]))
            width = int(pick(rng, [1, 2, 2, 2, 3, 4]))
            raw = rng.integers(0, 256, size(rng, 40) * width).astype("u1")
            if chance(rng, 0.3):
                raw[:] = pick(rng, [0, 255, 127, 128])
            with io.BytesIO() as f:
                with wave.open(f, "wb") as w:
                    w.setparams((1, width, 8000 if chance(rng, 0.97) else 16000, 0, "NONE", ""))
                    w.writeframes(raw.tobytes())
                files[name] = f.getvalue()
        options = []
        if chance(rng, 0.3):
            options.append(["-d", "%d-9" % rng.integers(8)])
        if chance(rng, 0.3):
            options.append(["-s", pick(rng, ["a", "bo,é", "x-1", "a,bo"])])
        if chance(rng, 0.3):
            options.append(["-t", pick(rng, ["0-1", "7", "0,2-11"])])
        return Case("fsdd-load", options, **files)

    @staticmethod
    def wanted(case, text):
        if text is None:
            return None
        return {i for part in text.split(",") for i in range(int(part.split("-")[0]), int(part.split("-")[-1]) + 1)}

    @staticmethod
    def samples(data):
        with wave.open(io.BytesIO(data)) as w:
            width, rate, raw = w.getsampwidth(), w.getframerate(), w.readframes(w.getnframes())
        if width == 1:
            return rate, [(b - 128) * 256 for b in raw]
        whole = [int.from_bytes(raw[i : i + width], "little", signed=True) for i in range(0, len(raw), width)]
        half = 1 << (8 * width - 17) if width > 2 else 0
        return rate, [min((v + half) >> (8 * width - 16), 32767) for v in whole]

    @staticmethod
    def check(case, runner):
        put(case, runner)
        result = runner.run("fsdd-load", *case.words(), "d")
        digits, takes = FsddLoad.wanted(case, case.value("-d")), FsddLoad.wanted(case, case.value("-t"))
        speakers = case.value("-s") and case.value("-s").split(",")
        chosen = []
        for path in case.inputs:
            name = path[2:-4]
            digit, speaker, take = name.split("_")
            if (digits is None or int(digit) in digits) and (takes is None or int(take) in takes) and (not speakers or speaker in speakers):
                chosen.append(((int(digit), speaker.encode(), int(take)), name, path))
        chosen.sort()
        found = [(name, *FsddLoad.samples(case.inputs[path])) for _, name, path in chosen]
        if not found or len({rate for _, rate, _ in found}) > 1 or any(not s for _, _, s in found):
            return result.refused()
        got = matrix_out(result.answered())
        if [(r.name, r.rate, r.values.dtype.str) for r in got.rows] != [(name, rate, "<i2") for name, rate, _ in found]:
            raise Wrong("rows %s, expected %s" % ([(r.name, r.rate) for r in got.rows], [f[:2] for f in found]))
        for g, (name, _, s) in zip(got.rows, found):
            if g.values.tolist() != s:
                raise Wrong("%s: %s, expected %s" % (name, g.values.tolist(), s))
        return result.out


FILTERS = {"fsdd-load": FsddLoad, "pad-chop": PadChop, "split-holdout": SplitHoldout, "lsq-fit": LsqFit,
           "lsq-predict": LsqPredict, "stitch-wav": StitchWav, "r2-score": R2Score}
