# lsq-predict

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# For py: small models as any program may write them. CODE may change a copy with
# dict(dense, key=value) and take a key away with without(dense, key).
with_models='
dense = {"lsq": 1, "k": 3, "coef": np.array([[1.0, 2], [0, -1], [0.5, 4]]), "intercept": np.array([10.0, -20])}
thin = {"lsq": 1, "k": 3, "basis": np.array([[1.0], [2], [-1]]), "loadings": np.array([[3.0, -2]]), "intercept": np.array([0.5, 0.25])}
rows = np.arange(10.0).reshape(2, 5) - 3
def without(model, key):
    return {k: v for k, v in model.items() if k != key}
def value(model, rows):
    coef = model["coef"] if "coef" in model else model["basis"] @ model["loadings"]
    return rows[:, :model["k"]] @ coef + model["intercept"]
'

@test "lsq-predict: predictions are those of scikit-learn, from all shapes of models" {
    py '
import os, subprocess
rng = np.random.default_rng(11)
pack = lambda m: msgpack.packb(m, default=msgpack_numpy.encode)
deficient = rng.standard_normal((25, 9))
deficient[:, 1] = deficient[:, 0]
compared = 0
for rows, given in ((rng.standard_normal((40, 11)), 7), (rng.standard_normal((9, 80)), 30), (rng.standard_normal((12, 6)), 5),
                    (rng.standard_normal((30, 500)), 3), (deficient, 4), (np.trunc(3000 * rng.standard_normal((49, 300))), 75),
                    (rng.standard_normal((1, 5)), 2)):
    new = rng.standard_normal((7, given)) * rows.std()
    for intercept in True, False:
        options = ["-q", "-g", str(given)] + ([] if intercept else ["--no-intercept"])
        # The pseudo-inverse of centred data; and scikit-learn, unless it took noise for a rank.
        x0, y0 = (rows[0, :given], rows[0, given:]) if intercept else (0, 0)
        a, b = rows[:, :given] - x0, rows[:, given:] - y0
        xm, ym = (a.mean(axis=0), b.mean(axis=0)) if intercept else (0, 0)
        want = (new - x0 - xm) @ (np.linalg.pinv(a - xm, rcond=1e-10) @ (b - ym)) + y0 + ym
        learned = LinearRegression(fit_intercept=intercept).fit(rows[:, :given], rows[:, given:])
        rank = np.linalg.matrix_rank(a - xm, tol=1e-8)
        if learned.rank_ == rank:
            compared += 1
            assert np.abs(learned.predict(new) - want).max() <= 1e-9 * np.abs(want).max()
        for more in [], ["--dense"]:
            with open("model", "wb") as f:
                f.write(subprocess.run(["lsq-fit", *options, *more], input=pack(rows), stdout=subprocess.PIPE, check=True).stdout)
            done = subprocess.run(["lsq-predict", "model"], input=pack(new), capture_output=True, check=True)
            assert done.stderr == b""
            got, = [msgpack.unpackb(done.stdout, object_hook=msgpack_numpy.decode)]
            assert got["x"].dtype == "<f8" and got["x"].shape == want.shape
            assert np.abs(got["x"] - want).max() <= 1e-9 * np.abs(want).max(), (rows.shape, given, options)
assert compared >= 8, compared'
}

@test "lsq-predict: a model in parts of any given columns and targets is the whole one" {
    py "$with_models"'
import subprocess
rng = np.random.default_rng(3)
left, right, intercept, rows = rng.normal(size=(7, 2)), rng.normal(size=(2, 5)), rng.normal(size=5), rng.normal(size=(3, 9))
def predict(*maps):
    write("model", *maps)
    write("in", {"mat": 1, "x": rows})
    return subprocess.run(["lsq-predict", "model", "in"], stdout=subprocess.PIPE, check=True).stdout
for factors in False, True:
    whole = {"basis": left, "loadings": right} if factors else {"coef": left @ right}
    want = predict({"lsq": 1, "k": 7, "intercept": intercept, **whole})
    for given, targets in ([0, 7], [0, 2, 5]), ([0, 3, 7], [0, 5]), ([0, 1, 2, 6, 7], [0, 1, 2, 4, 5]), ([0, 6, 7], [0, 4, 5]):
        parts = []
        for t, u in zip(targets, targets[1:]):
            for g, h in zip(given, given[1:]):
                own = {"basis": left[g:h], "loadings": right[:, t:u]} if factors else {"coef": (left @ right)[g:h, t:u]}
                cut = {"given0": g} if len(given) > 2 else {}
                parts.append({"lsq": 1, "k": 7, "targets": 5, "target0": t, **cut, "intercept": intercept[t:u], "last": (h, u) == (7, 5), **own})
        assert predict(*parts) == want, (factors, given, targets)'
}

@test "lsq-predict: rows side by side have the predictions of each alone, to the last bit" {
    oracle predict blocks
    oracle predict threads
}

@test "lsq-predict: names, rate, position and unknown attributes go with the rows" {
    py "$with_models"'
import subprocess
def predict(model, *blocks):
    write("model", model)
    write("in", *blocks)
    done = subprocess.run(["lsq-predict", "model", "in"], capture_output=True)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    with open("out", "wb") as f:
        f.write(done.stdout)
    return read("out")
out, = predict(dense, {"mat": 1, "x": rows, "names": ["a", "b"], "rate": 8000, "note": [1, {"deep": "x"}]})
assert np.array_equal(out.pop("x"), value(dense, rows))
assert out == {"mat": 1, "names": ["a", "b"], "rate": 8000, "col0": 3, "note": [1, {"deep": "x"}], "last": True}, out
out, = predict(dense, {"mat": 1, "x": rows})
assert set(out) == {"mat", "x", "col0", "last"} and out["col0"] == 3
# The model knows a rate where the rows do not, and where its columns begin.
out, = predict(dict(dense, rate=44100.5, col0=100), {"mat": 1, "x": rows, "col0": 100})
assert (out["rate"], out["col0"]) == (44100.5, 103)
assert predict(dict(dense, rate=8000), {"mat": 1, "x": rows, "rate": 8000.0})[0]["rate"] == 8000
assert predict(dict(dense, col0=0), {"mat": 1, "x": rows})[0]["col0"] == predict(dense, {"mat": 1, "x": rows, "col0": 0})[0]["col0"] == 3
# Attributes of the model stay with the model.
assert "rank" not in predict(dict(dense, rank=3, note="of the model"), {"mat": 1, "x": rows})[0]
# Block by block.
out = predict(thin, {"mat": 1, "x": rows[:1], "names": ["a"], "n": 1, "last": False}, {"mat": 1, "x": rows[:0], "last": False},
              {"mat": 1, "x": [rows[1], rows[0][:3]], "names": ["b", "c"], "n": 2})
assert np.array_equal(x(out), value(thin, rows)[[0, 1, 0]])
assert names([m for m in out if len(m["x"])]) == ["a", "b", "c"]
assert [m.get("n") for m in out if len(m["x"])] == [1, 2]
assert [m["last"] for m in out] == [False] * (len(out) - 1) + [True]'
}

@test "lsq-predict: whole rows or only what is given, in any type, make the same bytes" {
    py "$with_models"'
import subprocess
write("model", thin)
want = None
for kind in "|i1 <i2 >i2 <i4 >i4 <i8 >i8 <f4 >f4 <f8 >f8".split():
    for columns in 3, 4, 5:
        for block in {"mat": 1, "x": rows[:, :columns].astype(kind)}, {"mat": 1, "x": list(rows[:, :columns].astype(kind))}, rows[:, :columns].astype(kind):
            data = msgpack.packb(block, default=msgpack_numpy.encode)
            done = subprocess.run(["lsq-predict", "model"], input=data, capture_output=True, check=True)
            want = want or done.stdout
            assert done.stdout == want, (kind, columns)
with open("out", "wb") as f:
    f.write(want)
assert np.array_equal(x(read("out")), value(thin, rows))
# What is to be filled in may be missing: it is not looked at.
hole = rows.copy()
hole[:, 3:] = np.nan
write("hole", {"mat": 1, "x": hole})
assert subprocess.run(["lsq-predict", "model", "hole"], capture_output=True).stdout == want
# One row.
write("row", {"mat": 1, "x": rows[1]})
assert np.array_equal(msgpack.unpackb(subprocess.run(["lsq-predict", "model", "row"], capture_output=True).stdout, object_hook=msgpack_numpy.decode)["x"], value(thin, rows)[1:])'
}

@test "lsq-predict: streams one after the other are one matrix, and the model may be stdin" {
    py "$with_models"'
write("model", dense)
write("a", {"mat": 1, "x": rows, "names": ["a", "b"]})
write("b", {"mat": 1, "x": rows + 1, "names": ["c", "d"]})'
    cat a b | lsq-predict model >want
    py "$with_models"'
m = read("want")
assert names(m) == list("abcd") and [b["last"] for b in m] == [False, True]
assert np.array_equal(x(m), value(dense, np.vstack([rows, rows + 1])))'
    lsq-predict model a b | cmp - want
    lsq-predict model a - <b | cmp - want
    lsq-predict - a b <model | cmp - want
    lsq-predict -q -- model a b | cmp - want
    cat a b | lsq-predict model - | cmp - want
}

@test "lsq-predict: rows are predicted as they come" {
    py '
import select, subprocess
write("model", {"lsq": 1, "k": 2, "coef": np.ones((2, 50000)), "intercept": np.zeros(50000)})
tool = subprocess.Popen(["lsq-predict", "model"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
block = lambda i, last: msgpack.packb({"mat": 1, "x": np.full((10, 2), i), "last": last}, default=msgpack_numpy.encode)
unpacker = msgpack.Unpacker(object_hook=msgpack_numpy.decode, max_buffer_size=2**27)
def take():
    for m in unpacker:
        return m
    assert select.select([tool.stdout], [], [], 20)[0], "nothing comes"
    data = tool.stdout.read1(1 << 20)
    assert data, "the end"
    unpacker.feed(data)
    return take()
# A block is known not to be the last one when the next begins; the end of it may
# wait in a buffer. So two are ahead.
for i in range(30):
    tool.stdin.write(block(i, i == 29))
    tool.stdin.flush()
    if i >= 2:
        m = take()
        assert m["x"].shape == (10, 50000) and (m["x"] == 2 * (i - 2)).all() and m["last"] is False
tool.stdin.close()
assert take()["last"] is False and take()["last"] is True and tool.wait(20) == 0'
}

@test "lsq-predict: a model that Python wrote is accepted, in any type of numbers" {
    py "$with_models"'
import subprocess
def predict(*model):
    write("model", *model)
    write("in", {"mat": 1, "x": rows})
    done = subprocess.run(["lsq-predict", "model", "in"], capture_output=True)
    assert done.returncode == 0 and done.stderr == b"", (model, done.stderr)
    return msgpack.unpackb(done.stdout, object_hook=msgpack_numpy.decode)["x"]
for model in dense, thin:
    for kind in "<f4 >f4 <f8 >f8".split():
        same = {k: v.astype(kind) if isinstance(v, np.ndarray) else v for k, v in model.items()}
        assert np.array_equal(predict(same), value(model, rows)), kind
for kind in "|i1 <i2 >i2 <i4 >i4 <i8 >i8 |u1 >u2 |b1".split():
    whole = dict(dense, coef=np.array([[1, 0], [0, 1], [1, 1]], kind), intercept=np.array([1, 0], kind))
    assert np.array_equal(predict(whole), value(dict(whole, coef=whole["coef"].astype(float)), rows)), kind
# What lsq-fit says besides is not needed; what others say does not matter.
full = dict(dense, targets=2, target0=0, rows=9, rank=3, rcond=1e-9, fit_intercept=True, rate=8000, col0=0, last=True,
            singular=np.ones(3), rss=np.ones(2), author="someone")
assert np.array_equal(predict(full), value(dense, rows))
# One target, a single number a row; rank 0, an intercept alone.
assert np.array_equal(predict(dict(dense, coef=dense["coef"][:, :1], intercept=np.array([7.0]))), rows[:, :1] + 0.5 * rows[:, 2:3] + 7)
assert np.array_equal(predict(dict(thin, basis=np.zeros((3, 0)), loadings=np.zeros((0, 2)))), np.tile(thin["intercept"], (2, 1)))
# A model in parts.
part = lambda i, **more: dict({"lsq": 1, "k": 3, "targets": 2, "target0": i, "coef": dense["coef"][:, i:i + 1], "intercept": dense["intercept"][i:i + 1], "last": i == 1}, **more)
assert np.array_equal(predict(part(0), part(1)), value(dense, rows))
# From scikit-learn, as its user would write it.
learned = LinearRegression().fit(rows[:, :3] + np.eye(2, 3), rows[:, 3:])
got = predict({"lsq": 1, "k": 3, "coef": learned.coef_.T, "intercept": learned.intercept_})
assert np.abs(got - learned.predict(rows[:, :3])).max() < 1e-12'
}

@test "lsq-predict: malformed models are refused" {
    py "$with_models"'
write("in", {"mat": 1, "x": rows})
part = lambda i, **more: dict({"lsq": 1, "k": 3, "targets": 2, "target0": i, "coef": dense["coef"][:, i:i + 1], "intercept": dense["intercept"][i:i + 1], "last": i == 1}, **more)
nan = lambda a: np.where(np.arange(a.size).reshape(a.shape) == 1, np.nan, a)
cases = {
    "no-lsq": [without(dense, "lsq")], "no-k": [without(dense, "k")], "no-coef": [without(dense, "coef")], "no-intercept": [without(dense, "intercept")],
    "no-basis": [without(thin, "basis")], "no-loadings": [without(thin, "loadings")], "nothing": [{"lsq": 1}],
    "version": [dict(dense, lsq=2)], "version-text": [dict(dense, lsq="1")],
    "coef-short": [dict(dense, coef=dense["coef"][:2])], "coef-narrow": [dict(dense, coef=dense["coef"][:, :1])], "coef-turned": [dict(dense, coef=dense["coef"].T)],
    "coef-flat": [dict(dense, coef=dense["coef"].ravel())], "coef-list": [dict(dense, coef=[[1.0, 2.0]] * 3)], "k-wrong": [dict(dense, k=4)],
    "basis-short": [dict(thin, basis=thin["basis"][:2])], "loadings-wrong": [dict(thin, loadings=np.ones((2, 2)))], "loadings-narrow": [dict(thin, loadings=np.ones((1, 1)))],
    "intercept-list": [dict(dense, intercept=[1.0, 2.0])], "intercept-deep": [dict(dense, intercept=np.ones((1, 2)))], "intercept-long": [dict(dense, intercept=np.ones(3))],
    "intercept-empty": [dict(dense, intercept=np.ones(0))],
    "coef-nan": [dict(dense, coef=nan(dense["coef"]))], "coef-inf": [dict(dense, coef=dense["coef"] / [0, 1])], "intercept-nan": [dict(dense, intercept=nan(dense["intercept"]))],
    "basis-nan": [dict(thin, basis=nan(thin["basis"]))], "loadings-nan": [dict(thin, loadings=nan(thin["loadings"]))],
    "two": [dense, dense], "two-kinds": [dense, {"mat": 1, "x": rows}], "matrix": [{"mat": 1, "x": rows}], "bare": [rows],
    "part-missing": [part(0)], "part-twice": [part(0), part(0)], "part-late": [part(1), part(0)], "part-over": [part(0), part(1, coef=dense["coef"], intercept=dense["intercept"])],
    "part-k": [part(0), part(1, k=2, coef=dense["coef"][:2, 1:])], "part-matrix": [part(0), {"mat": 1, "x": rows}], "too-few-targets": [dict(dense, targets=1)],
    "both": [dict(dense, **{k: thin[k] for k in ("basis", "loadings")})], "both-half": [dict(dense, loadings=thin["loadings"])],
}
for name, maps in cases.items():
    write(name, *maps)'
    local name message parts='a part of a model with targets'
    while IFS='|' read -r name message; do
        refuses 1 "lsq-predict: $name: $message" lsq-predict "$name" in
    done <<END
no-lsq|no model (a map without "lsq"), expected the output of lsq-fit
no-k|a model without "k", expected an integer from 1
no-coef|a model without "coef", expected it, or "basis" and "loadings"
no-intercept|a model without "intercept", expected an array of one number a target
no-basis|a model with "loadings" and no "basis", expected both, or "coef"
no-loadings|a model without "loadings", expected an array of 1 x 2
nothing|a model without "k", expected an integer from 1
version|a model format other than version 1, expected "lsq": 1
version-text|a model format other than version 1, expected "lsq": 1
coef-short|a model whose "coef" is an array of 2 x 2, expected 3 x 2
coef-narrow|a model whose "coef" is an array of 3 x 1, expected 3 x 2
coef-turned|a model whose "coef" is an array of 2 x 3, expected 3 x 2
coef-flat|a model whose "coef" is an array of 6 numbers, expected 3 x 2
coef-list|a model whose "coef" is no array, expected one of 3 x 2
k-wrong|a model whose "coef" is an array of 3 x 2, expected 4 x 2
basis-short|a model whose "basis" is an array of 2 x 1, expected 3 x 1
loadings-wrong|a model whose "loadings" is an array of 2 x 2, expected 1 x 2
loadings-narrow|a model whose "loadings" is an array of 1 x 1, expected 1 x 2
intercept-list|a model whose "intercept" is no 1-D array, expected one number a target
intercept-deep|a model whose "intercept" is no 1-D array, expected one number a target
intercept-long|a model whose "coef" is an array of 3 x 2, expected 3 x 3
intercept-empty|a model of 0 targets, expected at least 1
coef-nan|a model with NaN or infinity in "coef", expected finite numbers
coef-inf|a model with NaN or infinity in "coef", expected finite numbers
intercept-nan|a model with NaN or infinity in "intercept", expected finite numbers
basis-nan|a model with NaN or infinity in "basis", expected finite numbers
loadings-nan|a model with NaN or infinity in "loadings", expected finite numbers
two|data after the model, expected its end
two-kinds|data after the model, expected its end
matrix|a matrix, expected a model of lsq-fit
bare|a matrix, expected a model of lsq-fit
part-missing|truncated: a model of 1 target, expected 2
part-twice|$parts 0 to 0, expected targets from 1 up to 1
part-late|$parts 1 to 1, expected targets from 0 up to 1
part-over|$parts 1 to 2, expected targets from 1 up to 1
part-k|a part of a model with another "k", expected that of the part before
part-matrix|a matrix, expected a model of lsq-fit
too-few-targets|$parts 0 to 1, expected targets from 0 up to 0
both|a model with "coef" and with "basis" or "loadings", expected one or the other
both-half|a model with "coef" and with "basis" or "loadings", expected one or the other
END
}

@test "lsq-predict: fields of a model that make no sense are refused by name" {
    py "$with_models"'
import subprocess
write("in", {"mat": 1, "x": rows})
wrong = []
for key, values in {
    "k": [0, -1, "3", 3.0, None, 2**63, 2**40], "targets": [0, -1, "2", 2.0], "target0": [-1, "0", 2**63], "coef": ["text", np.ones((3, 2), complex), np.ones((3, 2, 1))],
    "rate": ["fast", 0, -8000, float("nan"), float("inf"), True], "col0": [-1, "0", 1.5], "intercept": ["text", np.ones(2, "<c8")],
}.items():
    for value in values:
        write("model", dict(dense, **{key: value}))
        done = subprocess.run(["lsq-predict", "model", "in"], capture_output=True)
        lines = done.stderr.decode().splitlines()
        if done.returncode != 1 or done.stdout or len(lines) != 1 or not lines[0].startswith("lsq-predict: model: ") or f"\"{key}\"" not in lines[0]:
            wrong.append((key, value, done.returncode, lines))
# Nothing is allocated for sizes that are only claimed.
write("model", dict(dense, k=2**26, targets=2**26))
done = subprocess.run(["lsq-predict", "model", "in"], capture_output=True)
said = [line for line in done.stderr.decode().splitlines() if line.startswith("lsq-predict: ")]
assert done.returncode == 1 and done.stdout == b"", done
assert said == ["lsq-predict: model: a model whose \"coef\" is an array of 3 x 2, expected 67108864 x 2"], done
assert not wrong, "\n".join(map(str, wrong))'
}

@test "lsq-predict: a model that claims targets which do not come takes no memory for them" {
    py "$with_models"'
import resource, subprocess
k = 1 << 18
write("model", {"lsq": 1, "k": k, "targets": 512, "intercept": np.zeros(1), "coef": np.zeros((k, 1), "i1"), "last": False})
def peak(*command):
    # From a process that holds little: what it holds counts as its child'"'"'s at first.
    code = "import resource, subprocess, sys; p = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, p.stderr.decode())"
    said = subprocess.run([sys.executable, "-S", "-c", code, *command], capture_output=True, text=True).stdout.split(" ", 1)
    return int(said[0]), said[1].strip()
most, said = peak("lsq-predict", "model")
assert said == "lsq-predict: model: truncated: a model of 1 target, expected 512", said
least, _ = peak("lsq-predict", "--help")
assert most - least < 100 * 1024, (most, least)
# Targets that come, in parts of any size.
rng = np.random.default_rng(1)
whole = rng.normal(size=(7, 100))
for sizes in [1] * 100, [99, 1], [1, 2, 97], [3] * 33 + [1]:
    at = np.cumsum([0, *sizes])
    write("model", *({"lsq": 1, "k": 7, "targets": 100, "target0": int(a), "intercept": np.arange(a, b, dtype=float), "coef": whole[:, a:b], "last": b == 100}
                     for a, b in zip(at, at[1:])))
    write("in7", {"mat": 1, "x": np.eye(7)})
    subprocess.run("lsq-predict model in7 >out7", shell=True, check=True)
    assert (x(read("out7")) == whole + np.arange(100.0)).all()'
}

@test "lsq-predict: truncated, empty and missing models are refused" {
    py "$with_models"'
write("in", {"mat": 1, "x": rows})
write("model", thin)'
    local size
    size=$(wc -c <model)
    py '
import subprocess
whole = open("model", "rb").read()
for n in range(1, len(whole)):
    with open("part", "wb") as f:
        f.write(whole[:n])
    done = subprocess.run(["lsq-predict", "part", "in"], capture_output=True)
    want = "lsq-predict: part: truncated after %d byte%s, inside a map\n" % (n, "s" * (n > 1))
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", want), (n, done)'
    cat model <(printf x) >longer
    refuses 1 'lsq-predict: longer: data after the model, expected its end' lsq-predict longer in
    refuses 1 'lsq-predict: nowhere: cannot be opened: No such file or directory' lsq-predict nowhere in
    mkdir folder
    refuses 1 'lsq-predict: folder: a directory, expected a model' lsq-predict folder in
    : >empty
    run -1 --separate-stderr lsq-predict empty in
    assert_output ''
    # shellcheck disable=SC2154
    assert_regex "$stderr" '^lsq-predict: empty: empty, expected a '
    [ "$size" -gt 100 ]
}

@test "lsq-predict: rows that the model cannot take are refused" {
    py "$with_models"'
write("model", dense)
write("placed", dict(dense, col0=5, rate=8000))
write("in", {"mat": 1, "x": rows})
write("narrow", {"mat": 1, "x": rows[:, :2]})
write("ragged", {"mat": 1, "x": rows[:1], "last": False}, {"mat": 1, "x": [rows[0], rows[1][:2]]})
write("shifted", {"mat": 1, "x": rows, "col0": 1})
write("fast", {"mat": 1, "x": rows, "col0": 5, "rate": 44100})
write("odd", {"mat": 1, "x": rows, "col0": 5, "rate": 8000.5})
hole = rows.copy()
hole[1, 2] = np.inf
write("hole", {"mat": 1, "x": rows, "last": False}, {"mat": 1, "x": hole, "names": ["a", "b"]})
write("hole5", {"mat": 1, "x": hole, "col0": 5})
write("norows", {"mat": 1, "x": rows[:0]})
write("unfinished", {"mat": 1, "x": rows, "last": False})'
    local few='expected at least the 3 that the model is given'
    refuses 1 "lsq-predict: narrow: row 0 of 2 columns, $few" lsq-predict model narrow
    refuses 1 "lsq-predict: ragged: row 2 of 2 columns, $few" lsq-predict model ragged
    refuses 1 'lsq-predict: shifted: rows from column 1 on, expected column 0 as the model has' lsq-predict model shifted
    refuses 1 'lsq-predict: stdin: rows from column 0 on, expected column 5 as the model has' lsq-predict placed <in
    refuses 1 'lsq-predict: fast: 44100 Hz, expected 8000 Hz as the model has' lsq-predict placed fast
    refuses 1 'lsq-predict: odd: 8000.5 Hz, expected 8000 Hz as the model has' lsq-predict placed odd
    refuses 1 'lsq-predict: hole: row 3 (b), column 2: inf, expected a finite number' lsq-predict model hole
    refuses 1 'lsq-predict: hole5: row 1, column 7: inf, expected a finite number' lsq-predict placed hole5
    refuses 1 'lsq-predict: model: at byte 0: a model of lsq-fit, expected a matrix' lsq-predict model model
    refuses 1 'lsq-predict: norows: a matrix of 0 rows, expected at least 1' lsq-predict model norows
    refuses 1 'lsq-predict: stdin: empty, expected a matrix stream (did the program that writes it fail?)' lsq-predict model </dev/null
    refuses 1 'lsq-predict: nowhere: cannot be opened: No such file or directory' lsq-predict model nowhere
    refuses 1 "lsq-predict: unfinished: truncated after $(wc -c <unfinished) bytes: \"last\" is false in the last block, expected more blocks" lsq-predict model unfinished
}

@test "lsq-predict: a prediction that overflows is an error, never an infinity in the stream" {
    py '
write("model", {"lsq": 1, "k": 1, "coef": np.array([[1.0, 1e300]]), "intercept": np.zeros(2)})
write("in", {"mat": 1, "x": np.array([[1.0], [1e300]])})'
    run -1 --separate-stderr lsq-predict model in
    assert_output ''
    assert_regex "$stderr" '^lsq-predict: in: '
}

# For py: extend() runs lsq-predict --extend on rows, follow() is the same as a loop of NumPy.
with_extend="$with_models"'
import io, subprocess
rng = np.random.default_rng(5)
def maps(data):
    return list(msgpack.Unpacker(io.BytesIO(data), object_hook=msgpack_numpy.decode))
def extend(model, n, *blocks, options=(), err=""):
    write("model", model)
    write("in", *blocks)
    done = subprocess.run(["lsq-predict", "-e", str(n), *options, "model", "in"], capture_output=True)
    assert (done.returncode, done.stderr.decode()) == (0, err), (done.stderr, err)
    return maps(done.stdout)
def follow(model, rows, n, clamp=None):
    coef = model["coef"] if "coef" in model else model["basis"] @ model["loadings"]
    grown, k = np.array(rows, float), model["k"]
    while grown.shape[1] < rows.shape[1] + n:
        new = grown[:, -k:] @ coef + model["intercept"]
        grown = np.hstack([grown, new if clamp is None else np.clip(new, *clamp)])
    return grown[:, rows.shape[1]:rows.shape[1] + n]
def close(a, b, tolerance=1e-9):
    assert a.shape == b.shape and np.abs(a - b).max() <= tolerance * np.abs(b).max(), np.abs(a - b).max()
def learn(clips, k, t, *options):
    frames = np.concatenate([np.lib.stride_tricks.sliding_window_view(c, k + t) for c in clips])
    done = subprocess.run(["lsq-fit", "-q", "-g", str(k), *options], input=msgpack.packb(frames, default=msgpack_numpy.encode), capture_output=True, check=True)
    return maps(done.stdout)[0], frames
# A resonance that noise keeps going, whose model is stable; and a wave that grows.
time = np.arange(400)
noise = rng.standard_normal((4, 400))
clips = noise.copy()
for i in range(2, 400):
    clips[:, i] += 1.6 * clips[:, i - 1] - 0.9 * clips[:, i - 2]
growing = [np.exp(time / 60) * np.sin(time / 3 + i) for i in range(4)]
'

@test "lsq-predict: --extend is the loop of NumPy, one column at a time and more, from all shapes of models" {
    py "$with_extend"'
for k, t, n in (16, 1, 200), (16, 3, 200), (40, 1, 7), (5, 3, 1), (5, 3, 3), (9, 4, 1001), (1, 1, 20), (60, 80, 300):
    model, frames = learn(clips, k, t)
    low, high = frames.min(), frames.max()
    assert model["range"].tolist() == [low, high]
    rows = np.array([c[:k + 3 * (k % 2)] for c in clips])
    out, = extend(model, n, {"mat": 1, "x": rows})
    assert out["x"].dtype == "<f8" and out["x"].shape == (4, n) and out["col0"] == rows.shape[1]
    want = follow(model, rows, n)
    assert low < want.min() and want.max() < high
    close(out["x"], want)
    # Thin factors, of any rank.
    coef = model["coef"] if "coef" in model else model["basis"] @ model["loadings"]
    u, s, v = np.linalg.svd(coef, full_matrices=False)
    for r in range(min(len(s) + 1, 4)):
        factors = {"lsq": 1, "k": k, "basis": u[:, :r] * s[:r], "loadings": v[:r], "intercept": model["intercept"]}
        close(extend(factors, n, {"mat": 1, "x": rows})[0]["x"], follow(factors, rows, n))
# The same whatever comes before the last k columns, even if it is no number, and row by row.
model, frames = learn(clips, 12, 1)
rows = np.array([c[:50] for c in clips])
hole = rows.copy()
hole[:, :38] = np.nan
want, = extend(model, 60, {"mat": 1, "x": rows})
assert np.array_equal(extend(model, 60, {"mat": 1, "x": hole})[0]["x"], want["x"])
out = extend(model, 60, *({"mat": 1, "x": list(rows[i:i + 1])} for i in range(4)))
assert np.array_equal(x(out), want["x"]) and {m["col0"] for m in out} == {50}
# More columns are the same columns and then others; those beyond N are cut off.
for t in 1, 3:
    model, frames = learn(clips, 12, t)
    most = extend(model, 61, {"mat": 1, "x": rows})[0]["x"]
    for n in 1, 2, 3, 4, 59, 60:
        assert np.array_equal(extend(model, n, {"mat": 1, "x": rows})[0]["x"], most[:, :n])'
}

@test "lsq-predict: --extend counts columns from the row, not from the model" {
    py "$with_extend"'
model = dict(dense, coef=np.array([[0.0], [0.25], [0.5]]), intercept=np.array([1.0]), col0=7, rate=8000)
for col0 in None, 0, 7, 1000, 2**62:
    where = {} if col0 is None else {"col0": col0}
    out = extend(model, 4, {"mat": 1, "x": rows[:1], "names": ["a"], "note": "n", "last": False, **where}, {"mat": 1, "x": rows[:0], "last": False, **where}, {"mat": 1, "x": rows[1:], "names": ["b"], **where})
    assert np.array_equal(x(out), follow(model, rows, 4))
    assert {m["col0"] for m in out} == {(col0 or 0) + 5} and {m["rate"] for m in out} == {8000}
    assert names([m for m in out if len(m["x"])]) == ["a", "b"] and out[0]["note"] == "n" and [m["last"] for m in out][-1] is True
# Blocks of no rows have the place of the others.
out = extend(model, 4, {"mat": 1, "x": rows, "col0": 3, "last": False}, {"mat": 1, "x": rows[:0], "col0": 3})
assert {m["col0"] for m in out} == {8} and out[-1]["x"].shape == (0, 4)'
}

@test "lsq-predict: --extend says once a row where it leaves the range seen in training" {
    py "$with_extend"'
import os
for t in 1, 3:
    model, frames = learn(growing, 2, t)
    low, high = model["range"]
    assert (low, high) == (frames.min(), frames.max())
    rows = np.array([g[200:300] for g in growing])
    want = follow(model, rows, 400)
    out = (want < low) | (want > high)
    assert out.any(axis=1).all() and not out[:, :20].any()
    first = out.argmax(axis=1)
    say = lambda i, name="": f"lsq-predict: warning: in: row {i}{name} leaves the range {low:.10g} to {high:.10g} seen in training at column {100 + 200 + first[i]}\n"
    got, = extend(model, 400, {"mat": 1, "x": rows, "col0": 200}, err="".join(say(i) for i in range(4)))
    close(got["x"], want)
    # Some leave it, some do not; those with names have them said, numbers go on over blocks.
    n = int(np.sort(first)[1]) + 1
    leave = [i for i in range(4) if first[i] < n]
    assert len(leave) == 2
    blocks = [{"mat": 1, "x": rows[i:i + 1], "col0": 200, "names": [f"0_a_{i}"], "last": i == 3} for i in range(4)]
    extend(model, n, *blocks, err="".join(say(i, f" (0_a_{i})") for i in leave))
    extend(model, n, *blocks, options=["-q"])
    extend(model, int(first.min()), *blocks)
    # What is not kept is not looked at, nor what is given; without a range there is nothing to say.
    extend(without(model, "range"), 400, {"mat": 1, "x": rows})
    far = dict(dense, coef=np.zeros((3, t)), intercept=np.zeros(t), range=np.array([-1.0, 1]))
    extend(far, 5, {"mat": 1, "x": rows})
step = dict(dense, coef=np.array([[0.0, 0, 0], [0, 0, 0], [1, 1, 1]]), intercept=np.array([1.0, 2, 50]), range=np.array([0.0, 20]))
assert extend(step, 2, {"mat": 1, "x": np.array([[0.0, 1, 2]])})[0]["x"].tolist() == [[3, 4]]
# The ends belong to the range.
edge = dict(dense, coef=np.array([[0.0], [0], [1]]), intercept=np.array([1.0]), range=np.array([-3021.0, 2998.0]))
extend(edge, 6, {"mat": 1, "x": np.array([[0.0, 1, 2992]])})
extend(edge, 7, {"mat": 1, "x": np.array([[0.0, 1, 2992]])}, err="lsq-predict: warning: in: row 0 leaves the range -3021 to 2998 seen in training at column 9\n")
edge["intercept"] = np.array([-1.0])
extend(edge, 3, {"mat": 1, "x": np.array([[0.0, 1, -3018], [0, 1, -3019]]), "names": ["p", "q\n"]},
       err="lsq-predict: warning: in: row 1 (q\\012) leaves the range -3021 to 2998 seen in training at column 5\n")'
}

@test "lsq-predict: --clamp holds each value within the range before the next is predicted from it" {
    py "$with_extend"'
for t in 1, 3:
    model, frames = learn(growing, 2, t)
    low, high = model["range"]
    rows = np.array([g[200:300] for g in growing])
    want = follow(model, rows, 400, (low, high))
    assert (want == low).any() and (want == high).any()
    # How many needed it, as the loop finds them.
    free, held, rounds = np.array(rows, float), np.zeros((4, 0), bool), 0
    while held.shape[1] < 400:
        new = free[:, -2:] @ model["coef"] + model["intercept"]
        held = np.hstack([held, (new < low) | (new > high)])
        free = np.hstack([free, np.clip(new, low, high)])
    held = held[:, :400]
    where = int(held[0].argmax())
    assert held.any(axis=1).all()
    said = f"lsq-predict: warning: {held.sum()} values in 4 rows held within the range {low:.10g} to {high:.10g} seen in training (the first: row 0 (r0), column {100 + where})\n"
    block = {"mat": 1, "x": rows, "names": [f"r{i}" for i in range(4)]}
    out, = extend(model, 400, block, options=["--clamp"], err=said)
    close(out["x"], want)
    assert out["x"].min() == low and out["x"].max() == high
    extend(model, 400, block, options=["--clamp", "-q"])
    # Where nothing is held it changes nothing.
    n = int(held.argmax(axis=1).min())
    assert np.array_equal(extend(model, n, block, options=["--clamp"])[0]["x"], extend(model, n, block)[0]["x"])
one = dict(dense, coef=np.array([[0.0], [0], [1]]), intercept=np.array([1.0]), range=np.array([0.0, 4.0]))
assert extend(one, 4, {"mat": 1, "x": np.array([[0.0, 1, 1], [0, 0, -5]])}, options=["--clamp"],
              err="lsq-predict: warning: 2 values in 2 rows held within the range 0 to 4 seen in training (the first: row 0, column 6)\n")[0]["x"].tolist() == [[2, 3, 4, 4], [0, 1, 2, 3]]'
}

@test "lsq-predict: --extend refuses what it cannot go on from" {
    py "$with_extend"'
write("model", dense)
write("huge", dict(dense, coef=np.array([[0.0], [0], [1e300]]), intercept=np.zeros(1), range=np.array([0.0, 1.0])))
write("wild", dict(dense, coef=np.array([[0.0], [0], [1e308]]), intercept=np.zeros(1), range=np.array([-1.0, 0.5])))
write("in", {"mat": 1, "x": rows})
write("ragged", {"mat": 1, "x": rows[:1], "last": False}, {"mat": 1, "x": [rows[0], rows[1][:4]]})
write("narrow", {"mat": 1, "x": rows[:, :2]})
write("far", {"mat": 1, "x": rows, "col0": 2**63 - 3})
write("fast", {"mat": 1, "x": rows, "rate": 44100})
write("rated", dict(dense, rate=8000))
hole = rows.copy()
hole[1, 3] = np.nan
write("hole", {"mat": 1, "x": hole, "col0": 10})
write("ranged", dict(dense, range=np.array([-1e9, 1e9])))'
    refuses 1 'lsq-predict: ragged: row 2 of 4 columns, expected 5 as in the rows before (pad-chop makes them one length)' \
        lsq-predict -e 2 model ragged
    refuses 1 'lsq-predict: narrow: row 0 of 2 columns, expected at least the 3 that the model is given' lsq-predict -e 2 model narrow
    refuses 1 'lsq-predict: far: columns from 9223372036854775805 on, expected positions up to 9223372036854775807' lsq-predict -e 2 model far
    refuses 1 'lsq-predict: fast: 44100 Hz, expected 8000 Hz as the model has' lsq-predict -e 2 rated fast
    refuses 1 'lsq-predict: hole: row 1, column 13: nan, expected a finite number' lsq-predict -e 2 model hole
    refuses 1 'lsq-predict: stdout: a row of 67108864 columns (536870912 bytes), expected it to fit into 64 MiB' lsq-predict -e 67108864 model in
    refuses 1 'lsq-predict: model: a model without "range", expected it for --clamp (lsq-fit notes it)' lsq-predict -e 2 --clamp model in
    # More than a double holds is an error, not a value to hold.
    refuses 1 'lsq-predict: in: row 0: values so large that the prediction overflows, expected smaller ones' lsq-predict -e 2 huge in
    refuses 1 'lsq-predict: in: row 1: values so large that the prediction overflows, expected smaller ones' \
        lsq-predict --extend 9 --clamp wild in
    refuses 2 "lsq-predict: --clamp without --extend, which it is for; try 'lsq-predict --help'" lsq-predict --clamp ranged in
}

@test "lsq-predict: usage errors, help and version" {
    local try="; try 'lsq-predict --help'"
    refuses 2 "lsq-predict: no model, expected MODEL, a file that lsq-fit has written$try" lsq-predict
    refuses 2 "lsq-predict: no model, expected MODEL, a file that lsq-fit has written$try" lsq-predict --
    refuses 2 "lsq-predict: two inputs on standard input, expected one in a file$try" lsq-predict -
    refuses 2 "lsq-predict: two inputs on standard input, expected one in a file$try" lsq-predict - -
    refuses 2 "lsq-predict: two inputs on standard input, expected one in a file$try" lsq-predict - a -
    refuses 2 "lsq-predict: unknown option -g$try" lsq-predict -g 3 model
    refuses 2 "lsq-predict: unknown option --dense$try" lsq-predict --dense model
    refuses 2 "lsq-predict: option --quiet takes no argument$try" lsq-predict --quiet=1 model
    run -0 --separate-stderr lsq-predict --help
    assert_equal "$stderr" ''
    assert_line --index 0 'Usage: lsq-predict [OPTION]... MODEL [FILE]...'
    run -0 --separate-stderr lsq-predict --version
    assert_output --regexp '^lsq-predict \(wavefill\) [0-9]+\.[0-9]+\.[0-9]+'
    assert_equal "$stderr" ''
}

@test "lsq-predict: a full disk is an error" {
    py "$with_models"'
write("model", dense)
write("in", {"mat": 1, "x": rows})'
    run -1 --separate-stderr bash -c 'lsq-predict model in >/dev/full'
    assert_equal "$stderr" 'lsq-predict: stdout: write failed: No space left on device'
}

@test "lsq-predict: --append writes the given columns, as numbers of 64 bits, before the predicted ones" {
    py "$with_extend"'
def append(model, *blocks, options=(), err=""):
    write("model", model)
    write("in", *blocks)
    done = subprocess.run(["lsq-predict", "--append", *options, "model", "in"], capture_output=True)
    assert (done.returncode, done.stderr.decode()) == (0, err), (done.stderr, err)
    return maps(done.stdout)
for model in dense, thin, dict(dense, col0=40, rate=8000):
    place = {key: model[key] for key in ("col0",) if key in model}
    for kind in "<i2", ">f4", "<f8":
        whole = rows.astype(kind)
        for columns in 3, 4, 5:
            for x_in in whole[:, :columns], list(whole[:, :columns]):
                out, = append(model, {"mat": 1, "x": x_in, "names": ["a", "b"], "note": 7, **place})
                assert out["x"].dtype == "<f8" and np.array_equal(out["x"], np.hstack([rows[:, :3], value(model, rows)]))
                # It begins where the row began.
                assert {k: v for k, v in out.items() if k != "x"} == {"mat": 1, "names": ["a", "b"], "note": 7, "last": True, **place, **({"rate": 8000} if "rate" in model else {})}
# Block by block, of any length, with blocks of no rows; what is behind the given columns is not looked at.
hole = rows.copy()
hole[:, 3:] = np.nan
out = append(dense, {"mat": 1, "x": rows[:0], "last": False}, {"mat": 1, "x": hole[:1], "names": ["a"], "rate": 16000, "last": False}, {"mat": 1, "x": [rows[1], rows[0][:3]], "rate": 16000, "names": ["b", "c"], "last": False}, {"mat": 1, "x": rows[:0]})
assert np.array_equal(x(out), np.hstack([rows[:, :3], value(dense, rows)])[[0, 1, 0]]) and out[-1]["x"].shape == (0, 5)
assert [m["last"] for m in out] == [False] * (len(out) - 1) + [True] and all("col0" not in m for m in out)
# Nothing but more columns: these are those that come without it.
write("all", {"mat": 1, "x": rows})
write("model", thin)
plain = subprocess.run(["lsq-predict", "model", "all"], capture_output=True, check=True).stdout
assert np.array_equal(append(thin, {"mat": 1, "x": rows}, options=["-q"])[0]["x"][:, 3:], maps(plain)[0]["x"]) and maps(plain)[0]["col0"] == 3'
}

@test "lsq-predict: --append --extend writes the whole row, from which another model goes on as NumPy does" {
    py "$with_extend"'
near, _ = learn(clips, 16, 1)
for t in 1, 7, 90:
    far, _ = learn(clips, 40, t)
    for col0 in {}, {"col0": 100}:
        begin = np.array([c[100:200] for c in clips])
        write("near", near)
        write("far", far)
        write("in", {"mat": 1, "x": begin[:1], "rate": 8000, "names": ["a"], "last": False, **col0}, {"mat": 1, "x": list(begin[1:]), "rate": 8000, "names": list("bcd"), **col0})
        def call(*command, data=None):
            done = subprocess.run(command, input=data, capture_output=True)
            assert done.returncode == 0 and done.stderr == b"", done.stderr
            return done.stdout
        once = call("lsq-predict", "-a", "-e", "30", "near", "in")
        twice = call("lsq-predict", "--append", "--extend=101", "far", data=once)
        want = np.hstack([begin, follow(near, begin, 30)])
        close(x(maps(once)), want)
        assert np.array_equal(x(maps(once))[:, :100], begin)
        assert np.array_equal(x(maps(once))[:, 100:], x(maps(call("lsq-predict", "-e", "30", "near", "in"))))
        want = np.hstack([want, follow(far, want, 101)])
        close(x(maps(twice)), want)
        assert np.array_equal(x(maps(twice))[:, :130], x(maps(once)))
        for m in maps(once) + maps(twice):
            assert m["rate"] == 8000 and {k: m[k] for k in m if k == "col0"} == col0
        assert names(maps(twice)) == list("abcd")
        # Where only what is new is written it has its place in the whole row.
        assert {m["col0"] for m in maps(call("lsq-predict", "-e", "5", "far", data=once))} == {130 + col0.get("col0", 0)}
# Behind --clamp, the values held.
model, frames = learn(growing, 2, 3)
low, high = model["range"]
begin = np.array([g[200:300] for g in growing])
out = extend(model, 400, {"mat": 1, "x": begin}, options=["--clamp", "-a", "-q"])
close(x(out), np.hstack([begin, follow(model, begin, 400, (low, high))]))
# All columns are looked at now.
hole = begin.copy()
hole[2, 0] = np.nan
write("model", model)
write("hole", {"mat": 1, "x": hole, "names": list("abcd"), "col0": 200})
write("short", {"mat": 1, "x": begin[:, :1]})
write("ragged", {"mat": 1, "x": [begin[0], begin[1][:50]]})
write("far", {"mat": 1, "x": begin, "col0": 2**63 - 50})'
    refuses 1 'lsq-predict: hole: row 2 (c), column 200: nan, expected a finite number' lsq-predict -q -a -e 2 model hole
    lsq-predict -q -e 2 model hole >/dev/null
    refuses 1 'lsq-predict: short: row 0 of 1 column, expected at least the 2 that the model is given' lsq-predict -a -e 2 model short
    refuses 1 'lsq-predict: ragged: row 1 of 50 columns, expected 100 as in the rows before (pad-chop makes them one length)' lsq-predict -a -e 2 model ragged
    refuses 1 'lsq-predict: far: columns from 9223372036854775758 on, expected positions up to 9223372036854775807' lsq-predict -a -e 2 model far
    refuses 1 'lsq-predict: stdout: a row of 8388598 columns (67108784 bytes), expected it to fit into 64 MiB' lsq-predict -q --clamp -a -e 8388498 model hole
    refuses 2 "lsq-predict: option --append takes no argument; try 'lsq-predict --help'" lsq-predict --append=1 model hole
}

# For py, behind with_extend: three models and what they make of a row each.
with_several='
def named(name, i, **more):
    coef = np.array([[1.0, 2], [0, -1], [0.5, 4]]) * (i + 1)
    return dict({"lsq": 1, "k": 3, "name": name, "coef": coef, "intercept": np.array([10.0, -20]) - i, "last": False}, **more)
several = [named("a", 0), named("b@x", 1), named("c", 2, last=True)]
def predict(models, *blocks, options=(), err=""):
    write("models", *models)
    write("in", *blocks)
    done = subprocess.run(["lsq-predict", *options, "models", "in"], capture_output=True)
    assert (done.returncode, done.stderr.decode()) == (0, err), (done.stderr, err)
    return maps(done.stdout)
def of(name):
    return {m["name"]: m for m in several}[name]
'

@test "lsq-predict: of several models each row is predicted by that of its name, in any order" {
    py "$with_extend$with_several"'
import re
told = ["c", "a@0", "b@x", "b@x@17", "a", "c@3", "c@3", "a@007", "b@x"]
given = np.arange(45.0).reshape(9, 5) ** 2
want = np.vstack([value(of(re.sub("@[0-9]+$", "", n)), given[i:i + 1]) for i, n in enumerate(told)])
for models in several, [dict(several[2], last=False), several[0], dict(several[1], last=True)], [dict(m, last=True) for m in several], [without(m, "last") for m in several]:
    out, = predict(models, {"mat": 1, "x": given, "names": told})
    assert np.array_equal(out["x"], want) and out["names"] == told and out["col0"] == 3
    out = predict(models, {"mat": 1, "x": given[:2], "names": told[:2], "last": False}, {"mat": 1, "x": given[:0], "last": False}, {"mat": 1, "x": list(given[2:]), "names": told[2:]})
    assert np.array_equal(x(out), want)
    out, = predict(models, {"mat": 1, "x": given, "names": told}, options=["--append"])
    assert np.array_equal(out["x"], np.hstack([given[:, :3], want]))
# Thin factors of other ranks, and a model in parts, among them; models may be left over.
thin1 = dict(thin, name="a", last=False)
thin2 = dict(named("b@x", 1, last=True), basis=np.array([[1.0, 0], [2, 1], [-1, 2]]), loadings=np.array([[3.0, -2], [1, 5]]))
del thin2["coef"]
part = lambda i: dict(named("c", 2), coef=of("c")["coef"][:, i:i + 1], intercept=of("c")["intercept"][i:i + 1], targets=2, target0=i)
rank0 = dict(thin, name="nobody", basis=np.zeros((3, 0)), loadings=np.zeros((0, 2)))
mixed = {"a": thin1, "b@x": thin2, "c": of("c")}
want = np.vstack([value(mixed[re.sub("@[0-9]+$", "", n)], given[i:i + 1]) for i, n in enumerate(told)])
out, = predict([part(0), part(1), thin1, rank0, thin2], {"mat": 1, "x": given, "names": told})
assert np.array_equal(out["x"], want)
out, = predict([part(0), part(1), thin1, rank0, thin2], {"mat": 1, "x": given, "names": told}, options=["-e", "2"])
close(out["x"], np.vstack([value(mixed[re.sub("@[0-9]+$", "", n)], given[i:i + 1, 2:]) for i, n in enumerate(told)]))
# A single model is for all rows, whatever it is called and they are.
for rows_of in {"names": told}, {}:
    assert np.array_equal(predict([dict(of("b@x"), last=True)], {"mat": 1, "x": given, **rows_of})[0]["x"], value(of("b@x"), given))
# An empty name is none.
assert np.array_equal(predict([dict(of("a"), name="", last=True)], {"mat": 1, "x": given})[0]["x"], value(of("a"), given))
# Many models, whose rows come from behind.
many = [named(f"n{i}", i % 7, last=i == 299) for i in range(300)]
back = [f"n{i}@{i}" for i in range(299, -1, -1)]
out, = predict(many, {"mat": 1, "x": np.ones((300, 3)), "names": back})
assert np.array_equal(out["x"], np.vstack([value(many[i], np.ones((1, 3))) for i in range(299, -1, -1)]))'
}

@test "lsq-predict: --extend and --clamp go by the model of each row, and by its range" {
    py "$with_extend$with_several"'
made = []
for i, (k, t) in enumerate([(6, 2)] * 3):
    m, frames = learn(growing[i:i + 1], k, t, "--ridge=%g" % (0.1 + i))
    made.append(dict(m, name=f"g{i}", last=i == 2, range=np.array([-20.0, 30 + i])))
begin = np.array([g[100:200] for g in growing])
told, use = ["g2", "g0@1", "g1", "g0"], [2, 0, 1, 0]
want = np.vstack([follow(made[m], begin[i:i + 1], 300) for i, m in enumerate(use)])
clamped = np.vstack([follow(made[m], begin[i:i + 1], 300, made[m]["range"]) for i, m in enumerate(use)])
out = (want < -20) | (want > np.array([[30 + m] for m in use]))
first = out.argmax(axis=1)
block = {"mat": 1, "x": begin, "names": told}
say = "".join(f"lsq-predict: warning: in: row {i} ({told[i]}) leaves the range -20 to {30 + use[i]} seen in training at column {100 + first[i]}\n" for i in range(4) if out[i].any())
assert out.any(axis=1).sum() >= 2
close(x(predict(made, block, options=["-e", "300"], err=say)), want)
# How many were held, as the loop finds them.
held = []
for i, m in enumerate(use):
    row, marks = begin[i], []
    while len(marks) < 300:
        new = row[-6:] @ made[m]["coef"] + made[m]["intercept"]
        marks += list((new < -20) | (new > 30 + m))
        row = np.append(row, np.clip(new, *made[m]["range"]))
    held.append(np.array(marks[:300]))
rows_held = [i for i in range(4) if held[i].any()]
r = rows_held[0]
say = (f"lsq-predict: warning: {sum(int(h.sum()) for h in held)} values in {len(rows_held)} rows held within the ranges seen in training "
       f"(the first: row {r} ({told[r]}), column {100 + int(held[r].argmax())})\n")
close(x(predict(made, block, options=["-e", "300", "--clamp"], err=say)), clamped)
close(x(predict(made, block, options=["-a", "-e", "300", "--clamp", "-q"])), np.hstack([begin, clamped]))'
}

@test "lsq-predict: several models that do not belong together, or not to the rows, are refused" {
    py "$with_extend$with_several"'
cases = {"twice": [of("a"), of("c"), dict(of("a"), last=True)], "behind": [of("a"), without(of("c"), "name")], "before": [without(of("a"), "name"), of("c")],
         "empty": [of("a"), dict(of("c"), name="")], "number": [of("a"), dict(of("c"), name=3)], "given": [of("a"), dict(of("c"), k=2, coef=np.ones((2, 2)))],
         "targets": [of("a"), dict(of("c"), coef=np.ones((3, 1)), intercept=np.ones(1))], "rate": [dict(of("a"), rate=8000), dict(of("c"), rate=16000)],
         "norate": [dict(of("a"), rate=8000), of("c")], "col0": [of("a"), dict(of("c"), col0=2)], "range": [of("a"), dict(of("c"), range=np.array([0.0, 1]))],
         "matrix": [of("a"), {"mat": 1, "x": rows}], "partial": [of("a"), {"lsq_partial": 1}], "nan": [of("a"), dict(of("c"), intercept=np.array([np.nan, 1]))],
         "cut": [of("a"), of("b@x")], "one": [of("a")], "half": [of("a"), dict(of("c"), targets=2, target0=0, coef=np.ones((3, 1)), intercept=np.ones(1))],
         "mixed": [dict(of("a"), targets=2, target0=0, coef=np.ones((3, 1)), intercept=np.ones(1)), of("c")], "good": several}
for name, models in cases.items():
    write(name, *models)
write("in", {"mat": 1, "x": rows, "names": ["a", "c"]})
write("other", {"mat": 1, "x": rows, "names": ["a", "d@5"]})
write("wild", {"mat": 1, "x": rows, "names": ["a", "d\n"]})
write("unnamed", {"mat": 1, "x": rows})
write("partly", {"mat": 1, "x": rows, "names": ["c", "a@1"], "last": False}, {"mat": 1, "x": rows, "names": ["c", ""]})
write("framed", {"mat": 1, "x": rows, "names": ["a", "b@x@"]})'
    local name message other='expected those of the first'
    while IFS='|' read -r name message; do
        refuses 1 "lsq-predict: $name: $message" lsq-predict "$name" in
    done <<END
twice|two models of the name a, expected one
behind|a model without a name after one with a name, expected names in all of them
before|data after the model, expected its end
empty|a model without a name after one with a name, expected names in all of them
number|a model whose "name" is no text, expected the name of the rows fitted
given|c: a model of 2 given columns and 2 targets, expected 3 and 2 as the first has
targets|c: a model of 3 given columns and 1 target, expected 3 and 2 as the first has
rate|c: a model of another "rate" or "col0", or with or without "range", $other
norate|c: a model of another "rate" or "col0", or with or without "range", $other
col0|c: a model of another "rate" or "col0", or with or without "range", $other
range|c: a model of another "rate" or "col0", or with or without "range", $other
matrix|a matrix, expected a model of lsq-fit
partial|a partial fit, expected a model (lsq-fit makes one of it)
nan|a model with NaN or infinity in "intercept", expected finite numbers
cut|truncated: "last" is false in the last model, expected more
one|truncated: "last" is false in the last model, expected more
half|truncated: a model of 1 target, expected 2
mixed|a part of a model with another "name", expected that of the part before
END
    refuses 1 'lsq-predict: other: row 1 (d@5): no model of its name, expected one among 3 models' lsq-predict good other
    refuses 1 'lsq-predict: wild: row 1 (d\012): no model of its name, expected one among 3 models' lsq-predict good wild
    refuses 1 'lsq-predict: framed: row 1 (b@x@): no model of its name, expected one among 3 models' lsq-predict good framed
    refuses 1 'lsq-predict: unnamed: row 0 without a name, expected that of its model' lsq-predict good unnamed
    refuses 1 'lsq-predict: partly: row 3 without a name, expected that of its model' lsq-predict good partly
    refuses 1 'lsq-predict: good: a model without "range", expected it for --clamp (lsq-fit notes it)' lsq-predict --clamp -e 2 good in
    refuses 1 'lsq-predict: good: at byte 0: a model of lsq-fit, expected a matrix' lsq-predict good good
}
