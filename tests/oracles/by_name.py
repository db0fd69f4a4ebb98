"""Called by tests/by-name.bats: oracle by_name FUNCTION ARGUMENT..."""

import io
import re
import subprocess

import msgpack
import msgpack_numpy
import numpy as np

from common import LinearRegression, Ridge, main, names, read, write, x


# Groups of rows, what the filters make of them, and the fits of scikit-learn, or of
# NumPy's pseudo-inverse where there are fewer rows than columns.
rng = np.random.default_rng(31)
normal = lambda *shape: rng.standard_normal(shape)


def pack(*maps):
    return b"".join(msgpack.packb(m, default=msgpack_numpy.encode) for m in maps)


def maps(data):
    return list(msgpack.Unpacker(io.BytesIO(data), object_hook=msgpack_numpy.decode))


def call(*command, data=b"", err=""):
    done = subprocess.run(command, input=data, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, err), (command, done.returncode, done.stderr)
    return done.stdout


def stem(name):
    return re.sub(r"(?<=.)@[0-9]+\Z", "", name)


def coef(m):
    return m["coef"] if "coef" in m else m["basis"] @ m["loadings"]


def close(a, b, tolerance=1e-9):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, (a.shape, b.shape)
    assert np.abs(a - b).max(initial=0) <= tolerance * np.abs(b).max(initial=1e-300), (a, b)


def group(n, p, t, noise=1.0, far=0.0):
    x = normal(n, p) + far
    return np.hstack([x, x @ normal(p, t) + noise * normal(n, t) + 3])


# Blocks of rows, which differ in form and size; the rows of each name in their order.
def blocks(names, rows, sizes=(7, 1, 30, 4), **more):
    out, at, i = [], 0, 0
    while at < len(rows):
        n = sizes[i % len(sizes)]
        x = rows[at:at + n]
        out.append({"mat": 1, "x": list(x) if i % 3 == 1 else x.astype(">f8") if i % 3 == 2 else x, "names": names[at:at + n],
                    "last": at + n >= len(rows), **more})
        at, i = at + n, i + 1
    return pack(*out)


def check(m, rows, p, weights=1.0, intercept=True, ridge=None, percent=None):
    x, y = rows[:, :p], rows[:, p:]
    w = np.broadcast_to(weights, len(rows)).astype(float)
    root = np.sqrt(w)[:, None]
    xm, ym = (w @ x / w.sum(), w @ y / w.sum()) if intercept else (np.zeros(p), np.zeros(y.shape[1]))
    a, b = root * (x - xm), root * (y - ym)
    if percent is not None:
        ridge = percent / 100 * (a ** 2).sum() / p
    if ridge is not None:
        close(m["ridge"], ridge)
        sk = Ridge(alpha=ridge, fit_intercept=intercept, solver="svd").fit(x, y, sample_weight=w)
        c, offset = sk.coef_.T, np.broadcast_to(sk.intercept_, ym.shape)
    elif len(rows) - intercept >= p:
        sk = LinearRegression(fit_intercept=intercept).fit(x, y, sample_weight=w)
        c, offset = sk.coef_.T, np.broadcast_to(sk.intercept_, ym.shape)
    else:
        c = np.linalg.pinv(a, rcond=1e-10) @ b
        offset = ym - xm @ c
    close(coef(m), c)
    assert np.abs(m["intercept"] - offset).max() <= 1e-9 * np.abs(y).max()
    left = b - a @ c
    assert np.abs(m["rss"] - (left ** 2).sum(axis=0)).max() <= 1e-9 * (b ** 2).sum()
    assert m["rows"] == len(rows) and m["fit_intercept"] is intercept


def check_stream(models, names):
    assert [m["name"] for m in models] == names, [m["name"] for m in models]
    assert [m["last"] for m in models] == [False] * (len(models) - 1) + [True]


def by_name_fit_each_name():
    p, t = 4, 2
    named = ["a@0", "a@17", "b", "a@", "a@x", "@3", "b@7@8", "b@9", "a@0012", "\u00e9@2", "b@7@", "a@", "b@7@1", "@", "@@4", "c@-1", "d@99999999999999999999999"]
    order = ["a", "b", "a@", "a@x", "@3", "b@7", "\u00e9", "b@7@", "@", "c@-1", "d"]
    assert list(dict.fromkeys(stem(n) for n in named)) == order
    # In turn, and one after the other.
    for many in [named * 12, [n for n in named for i in range(12)]]:
        rows = group(len(many), p, t)
        for w in 1, 7.3:
            for intercept in True, False:
                for more in {}, {"ridge": 5}, {"percent": 3}:
                    options = ["-w", str(w)] * (w != 1) + ["--no-intercept"] * (not intercept) + ["--ridge=%s" % ("3%" if "percent" in more else 5)] * bool(more)
                    models = maps(call("lsq-fit", "-g", "4", "--by-name", *options, data=blocks(many, rows, rate=8000, col0=5, note="kept")))
                    check_stream(models, order)
                    for m in models:
                        own = rows[[stem(n) == m["name"] for n in many]]
                        check(m, own, p, w, intercept, **more)
                        assert m["range"].tolist() == [own.min(), own.max()]
                        assert (m["rate"], m["col0"], m["note"]) == (8000, 5, "kept")
    # One name: a model with it, the same as without --by-name but for that.
    rows = group(30, p, t)
    data = blocks(["x@%d" % i for i in range(30)], rows)
    one, = maps(call("lsq-fit", "-g", "4", "--by-name", data=data))
    all, = maps(call("lsq-fit", "-g", "4", data=data))
    assert one.pop("name") == "x" and set(one) == set(all) and one["last"] is True
    assert all["coef"].tobytes() == one["coef"].tobytes()


def by_name_few_rows_says():
    p, t = 9, 30
    names = [n for i in range(6) for n in ("a@%d" % i, "b@%d" % i, "full", "full", "full")]
    rows = group(30, p, t)
    own = lambda name: rows[[stem(n) == name for n in names]]
    first = "lsq-fit: warning: a: fewer rows than given columns: 6 rows (less 1 for the intercept), 9 columns, rank 5: the solution is that of minimum norm\n"
    models = maps(call("lsq-fit", "-g", "9", "--by-name", data=blocks(names, rows), err=first + "lsq-fit: warning: minimum-norm solution for 1 more name\n"))
    check_stream(models, ["a", "b", "full"])
    for m in models:
        check(m, own(m["name"]), p)
    assert ["basis" in m for m in models] == [True, True, False]
    for m in maps(call("lsq-fit", "-q", "-g", "9", "--by-name", "--dense", data=blocks(names, rows))):
        assert "coef" in m
        check(m, own(m["name"]), p)
    names = ["%s@1" % n for n in "abc" for i in range(6)]
    call("lsq-fit", "-g", "9", "--by-name", data=blocks(names, rows[:18]), err=first + "lsq-fit: warning: minimum-norm solutions for 2 more names\n")
    call("lsq-fit", "-g", "9", "--by-name", data=blocks(names[:6], rows[:6]), err=first)
    call("lsq-fit", "-g", "9", "--by-name", "--ridge=2", data=blocks(names, rows[:18]))
    two = rows[:18].copy()
    two[:, 0] = two[:, 1]
    call("lsq-fit", "-g", "3", "--by-name", data=blocks(names, two), err="lsq-fit: warning: a: rank deficient: rank 2 of 6 rows (less 1 for the intercept) and 3 given columns: "
         "the solution is that of minimum norm\nlsq-fit: warning: minimum-norm solutions for 2 more names\n")


def named_partial_fits_rows_several():
    p, t = 5, 3
    for n, most in (40, 7), (900, 400), (3, 1):
        others, own = {}, {}
        for name in "c", "a", "b":
            others[name] = group(n, p, t)
        for name in "a", "b@x", "c", "b":
            own[name] = group(n, p, t, far=2)
        def stack(groups):
            return [f"{name}@{i}" for name in groups for i in range(n)], np.vstack(list(groups.values()))
        for intercept in True, False:
            plain = ["--no-intercept"] * (not intercept)
            make = lambda groups, *options: call("lsq-fit", "-g", "5", "--by-name", "--partial", *plain, *options, data=blocks(*stack(groups), sizes=(most, 3)))
            files = {"others": make(others), "own": make(own, "-w", "50"), "rows": blocks(*stack(others))}
            for name, data in files.items():
                with open(name, "wb") as f:
                    f.write(data)
            for part in maps(files["own"]):
                assert part["lsq_partial"] == 1 and part["rows"] == n and part["range"].tolist() == [own[part["name"]].min(), own[part["name"]].max()]
            check_stream(maps(files["others"]), ["c", "a", "b"])
            check_stream(maps(files["own"]), ["a", "b@x", "c", "b"])
            with open("again", "wb") as f:
                f.write(call("lsq-fit", "--by-name", "--partial", *plain, "own", "others"))
            check_stream(maps(open("again", "rb").read()), ["a", "b@x", "c", "b"])
            for sources in ["others", "own"], ["rows", "own"], ["own", "rows"], ["again"]:
                order = ["c", "a", "b", "b@x"] if sources[0] in ("others", "rows") else ["a", "b@x", "c", "b"]
                for options, more in ([], {}), (["--ridge=9"], {"ridge": 9}), (["--ridge=0.5%"], {"percent": 0.5}):
                    given = ["-g", "5"] if "rows" in sources else []
                    models = maps(call("lsq-fit", "-q", *given, *plain, "--by-name", *options, *sources))
                    check_stream(models, order)
                    for m in models:
                        mine = [(own[m["name"]], 50.0)] + [(g, 1.0) for name, g in others.items() if name == m["name"]]
                        rows, weights = np.vstack([a for a, w in mine]), np.repeat([w for a, w in mine], n)
                        check(m, rows, p, weights, intercept, **more)
                        assert m["range"].tolist() == [rows.min(), rows.max()]
            # Without --by-name they are parts of one fit.
            whole, = maps(call("lsq-fit", "-q", *plain, "own", "others"))
            assert "name" not in whole
            check(whole, np.vstack([*own.values(), *others.values()]), p, np.repeat([50.0, 1.0], [4 * n, 3 * n]), intercept)


def others_scikit_learn_s_fit():
    for sizes, p, t in ([40, 60, 50], 6, 2), ([500, 700, 3, 900, 1], 6, 2), ([30, 30], 3, 1), ([1, 1, 1, 1], 9, 4), ([4, 1, 7, 2, 2], 30, 12), ([2, 90, 2], 40, 1):
        for far in 0, 100:
            groups = {f"g{i}": group(n, p, t, far=far * i) for i, n in enumerate(sizes)}
            names = [f"{name}@{i}" for name in groups for i in range(len(groups[name]))]
            rows = np.vstack(list(groups.values()))
            mix = rng.permutation(len(rows))
            order = list(dict.fromkeys(stem(names[i]) for i in mix))
            data = blocks([names[i] for i in mix], rows[mix])
            for intercept in True, False:
                if far and not intercept:
                    continue # The columns are all but equal: no two ways agree to nine digits.
                plain = ["--no-intercept"] * (not intercept)
                with open("parts", "wb") as f:
                    f.write(call("lsq-fit", "-g", str(p), "--by-name", "--partial", *plain, data=data))
                with open("others", "wb") as f:
                    f.write(call("lsq-fit", "--by-name", "--others", "--partial", *plain, "parts"))
                for options, more in ([], {}), (["--ridge=4"], {"ridge": 4}), (["--ridge=2.5%"], {"percent": 2.5}), (["-w3", "--ridge=4"], {"ridge": 4, "weights": 3}):
                    direct = maps(call("lsq-fit", "-q", "-g", str(p), "--by-name", "--others", *plain, *options, data=data))
                    merged = maps(call("lsq-fit", "-q", "--by-name", "--others", *plain, *options, "parts"))
                    later = maps(call("lsq-fit", "-q", "--by-name", *plain, *options, "others"))
                    for models in direct, merged, later:
                        check_stream(models, order)
                        for m in models:
                            rest = np.vstack([g for name, g in groups.items() if name != m["name"]])
                            check(m, rest, p, intercept=intercept, **more)
                            assert m["range"].tolist() == [rest.min(), rest.max()]


def each_take_fitted_others_more():
    p = 12
    for i in range(5):
        clip = normal(300)
        for j in range(2, 300):
            clip[j] += 1.5 * clip[j - 1] - 0.8 * clip[j - 2]
        clip *= 1000
        write(f"clip{i}", {"mat": 1, "x": clip[None], "names": [f"take_{i}"], "rate": 8000})
    clips = np.vstack([x(read(f"clip{i}")) for i in range(5)])
    frames = lambda a: np.lib.stride_tricks.sliding_window_view(a, p + 1)
    files = [f"clip{i}" for i in range(5)]
    def reduced(name, columns, *options):
        cut = call("pad-chop", "-f", "13", "-c", columns, *files)
        with open(name, "wb") as f:
            f.write(call("lsq-fit", "-g", "12", "--by-name", "--partial", *options, data=cut))
    reduced("around", "100:250")
    reduced("own", ":150", "-w20")
    with open("others", "wb") as f:
        f.write(call("lsq-fit", "--by-name", "--others", "--partial", "around"))
    models = maps(call("lsq-fit", "--by-name", "--ridge=1%", "others", "own"))
    check_stream(models, [f"take_{i}" for i in range(5)])
    with open("models", "wb") as f:
        f.write(call("lsq-fit", "--by-name", "--ridge=1%", "others", "own"))
    out = maps(call("lsq-predict", "-q", "--append", "-e", "40", "models", data=call("pad-chop", "-c", ":150", *files)))
    for i, m in enumerate(models):
        rest = np.vstack([frames(c[100:250]) for j, c in enumerate(clips) if j != i])
        mine = frames(clips[i, :150])
        check(m, np.vstack([mine, rest]), p, np.repeat([20.0, 1.0], [len(mine), len(rest)]), percent=1)
        row = clips[i, :150]
        for j in range(40):
            row = np.append(row, row[-p:] @ coef(m)[:, 0] + m["intercept"])
        close(x(out)[i], row)
        assert np.array_equal(x(out)[i, :150], clips[i, :150])
    assert {m["rate"] for m in out} == {8000} and names(out) == [f"take_{i}" for i in range(5)]


def hundreds_names_keep_their_attributes():
    n, p = 300, 3
    rows = group(2 * n, p, 1)
    many = ["n%d" % (i // 2) for i in range(2 * n)]
    data = pack(*({"mat": 1, "x": rows[2 * i:2 * i + 2], "names": many[2 * i:2 * i + 2], "note": "of %d" % i, "last": i == n - 1, **({"rate": 8000} if i == 7 else {})} for i in range(n)))
    with open("parts", "wb") as f:
        f.write(call("lsq-fit", "-g3", "--by-name", "--partial", data=data))
    models = maps(call("lsq-fit", "-q", "-g3", "--by-name", data=data))
    for stream in models, maps(open("parts", "rb").read()), maps(call("lsq-fit", "-q", "--by-name", "--others", "parts")):
        check_stream(stream, ["n%d" % i for i in range(n)])
        assert [m["note"] for m in stream] == ["of %d" % i for i in range(n)] and {m["rate"] for m in stream} == {8000}
    for i, m in enumerate(models):
        check(m, rows[2 * i:2 * i + 2], p)
    # So lsq-predict takes them for models of one kind.
    with open("models", "wb") as f:
        f.write(pack(*models))
    got = x(maps(call("lsq-predict", "models", data=data)))
    close(got[:, 0], rows[:, p], 1e-8)


def stream_cut_between_two_names():
    rows = group(30, 2, 1)
    data = blocks([n for n in "abc" for i in range(10)], rows)
    for name, options in ("models", []), ("parts", ["--partial"]):
        whole = maps(call("lsq-fit", "-g2", "--by-name", *options, data=data))
        for i in range(3):
            with open(name + str(i + 1), "wb") as f:
                f.write(pack(*whole[:i + 1]))
    write("rows", {"mat": 1, "x": rows, "names": [n for n in "abc" for i in range(10)]})


def what_by_name_cannot_go():
    rows = group(12, 2, 1)
    named = ["a@%d" % i for i in range(12)]
    write("named", {"mat": 1, "x": rows, "names": named, "rate": 8000})
    write("two", {"mat": 1, "x": rows, "names": named[:6] + ["b"] * 6})
    write("unnamed", {"mat": 1, "x": rows})
    write("late", {"mat": 1, "x": rows, "names": named, "last": False}, {"mat": 1, "x": rows, "names": named[:4] + [""] + named[5:]})
    write("wide", {"mat": 1, "x": np.hstack([rows, rows]), "names": ["b"] * 12})
    write("fast", {"mat": 1, "x": rows, "names": named, "rate": 16000})
    write("hole", {"mat": 1, "x": np.where(rows == rows[9, 1], np.nan, rows), "names": named})
    def part(name, source, *options):
        data = call("lsq-fit", "--partial", *options, source)
        with open(name, "wb") as f:
            f.write(data)
        return maps(data)[0]
    part("p", "unnamed", "-g2")
    part("q", "named", "-g2", "--by-name")
    part("r", "wide", "-g2", "--by-name")
    part("s", "wide", "-g4", "--by-name")
    write("number", dict(maps(open("q", "rb").read())[0], name=7))
    write("empty", dict(maps(open("q", "rb").read())[0], name=""))


def ridge_n_per_cent_mean():
    for n, p, t in (60, 5, 2), (4000, 30, 3), (8, 40, 3), (2, 3, 1):
        rows = group(n, p, t, far=3)
        for intercept in True, False:
            plain = ["-g", str(p)] + ["--no-intercept"] * (not intercept)
            for text, percent in ("1%", 1), ("0.5%", 0.5), ("250%", 250), ("1e-3%", 1e-3), (".1000000000000000055511151231257827021181583404541015625000000000%", 0.1):
                m, = maps(call("lsq-fit", *plain, f"--ridge={text}", data=pack(rows)))
                check(m, rows, p, intercept=intercept, percent=percent)
                s = np.linalg.svd(rows[:, :p] - intercept * rows[:, :p].mean(axis=0), compute_uv=False)
                close(m["ridge"], percent / 100 * (s ** 2).sum() / p)
            # A weight that all rows have changes the penalty, and so no coefficient.
            heavy, = maps(call("lsq-fit", *plain, "--ridge=2%", "-w300", data=pack(rows)))
            light, = maps(call("lsq-fit", *plain, "--ridge=2%", data=pack(rows)))
            close(coef(heavy), coef(light), 1e-12)
            close(heavy["ridge"], 300 * light["ridge"], 1e-12)
        # Leave-one-out errors are those under this penalty.
        if n == 60:
            done = subprocess.run(["lsq-fit", "-g5", "--loo", "--ridge=%.17g" % (0.02 * ((rows[:, :p] - rows[:, :p].mean(axis=0)) ** 2).sum() / p)], input=pack(rows), capture_output=True, check=True)
            same = subprocess.run(["lsq-fit", "-g5", "--loo", "--ridge=2%"], input=pack(rows), capture_output=True, check=True)
            assert same.stderr == done.stderr
            close(maps(same.stdout)[0]["loo_r2"], maps(done.stdout)[0]["loo_r2"])
    # Constant columns have nothing to be penalized.
    m, = maps(call("lsq-fit", "-q", "-g2", "--ridge=5%", data=pack(np.array([[1.0, 2, 3], [1, 2, 5], [1, 2, 4]]))))
    assert "ridge" not in m and coef(m).tolist() == [[0], [0]] and m["intercept"].tolist() == [4]


if __name__ == "__main__":
    main(globals())
