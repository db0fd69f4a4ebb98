# The stream itself: what every filter that reads a matrix takes, refuses and writes.

load common

# Python for many runs in one go. READERS are the ways in which a filter reads a matrix
# on its standard input; `good` is a matrix that all of them take, `model` a model.
SWEEP='
import os, subprocess
from concurrent.futures import ThreadPoolExecutor

def pack(*maps):
    return b"".join(msgpack.packb(m, default=msgpack_numpy.encode) for m in maps)

def unpack(data):
    return list(msgpack.Unpacker(__import__("io").BytesIO(data), object_hook=msgpack_numpy.decode))

# A map of pairs, so that keys can come twice.
def pairs(*items):
    return msgpack.Packer().pack_map_header(len(items)) + b"".join(pack(k) + pack(v) for k, v in items)

def nd(type, shape, data, kind=b""):
    return {b"nd": True, b"type": type, b"kind": kind, b"shape": shape, b"data": data}

def call(command, data=b"", **more):
    p = subprocess.run(command, input=data, capture_output=True, timeout=100, **more)
    return p.returncode, p.stdout, p.stderr.decode()

def parallel(function, jobs):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda job: function(*job), jobs))

X = np.array([[1, 2], [3, 5]], "i1")
GOOD = pack({"mat": 1, "x": X, "names": ["a", "b"], "rate": 8, "last": True})
write("good", {"mat": 1, "x": X})
write("model", {"lsq": 1, "k": 1, "coef": np.array([[2.0]]), "intercept": np.array([0.5])})

READERS = [command.split() for command in (
    "pad-chop", "pad-chop -l 2", "split-holdout -r 0 -H held", "split-holdout -S 1 -H held",
    "lsq-fit -q -g 1", "lsq-predict model", "stitch-wav -q -r 8 -o wavs/",
    "stitch-wav -q -r 8 -o wavs/ good -", "r2-score -q good", "r2-score -q - good")]
FINITE = READERS[4:]

# Every reader ends with status 1, that message and nothing on stdout for each
# (bytes, message); what is not as it should be is printed.
def must_refuse(cases, readers=READERS):
    jobs = [(reader, data, message) for data, message in cases for reader in readers]
    if os.path.exists("held"):
        os.remove("held")
    failures = 0
    for (reader, data, message), got in zip(jobs, parallel(lambda r, d, m: call(r, d), jobs)):
        want = 1, b"", f"{reader[0]}: stdin: {message}\n"
        if got != want:
            failures += 1
            if failures <= 3:
                print(*reader, "<", data[:60], len(data), "bytes\n  got ", got, "\n  want", want)
    left = [name for name in os.listdir(".") if name == "held" or name.startswith(".wf-")]
    assert jobs and not failures and not left, (failures, len(jobs), left)
'

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

sweep() {
    py "$SWEEP$1"
}

@test "stream: all types, both byte orders and both block forms are read and kept" {
    sweep '
import wave

def wav(samples):
    name = "wav%d" % id(samples)
    with wave.open(name, "wb") as w:
        w.setparams((1, 2, 8, 0, "NONE", ""))
        w.writeframes(np.asarray(samples).astype("<i2").tobytes())
    return open(name, "rb").read()

types = sorted({np.dtype(order + name).str for order in "<>" for name in
                ("b1", "i1", "u1", "i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8")})
assert len(types) == 19

def check(type, ragged):
    tag = type[1:] + ("be" if type[0] == ">" else "") + ("r" if ragged else "")
    v = np.array([[1, 0], [0, 1], [1, 1]] if type == "|b1" else [[1, 2], [3, 5], [100, 7]]).astype(type)
    names = ["a", "b", "c"]
    data = pack({"mat": 1, "x": list(v) if ragged else v, "names": names, "rate": 8000.5})

    def output(*command):
        status, out, err = call(command, data)
        assert (status, err) == (0, ""), (command, type, ragged, err)
        return unpack(out) if command[0] != "r2-score" else float(out)
    def same(maps, want, names):
        x = [row for m in maps for row in m["x"]]
        assert all(row.dtype.str == type for row in x) and np.array_equal(x, want), (type, ragged, maps)
        assert [n for m in maps for n in m["names"]] == names and maps[0]["rate"] == 8000.5
        assert [m["last"] for m in maps] == [False] * (len(maps) - 1) + [True]

    same(output("pad-chop"), v, names)
    same(output("pad-chop", "-l3"), np.pad(v, ((0, 0), (0, 1))), names)
    held = "held-" + tag
    same(output("split-holdout", "-r1", "-H", held), v[[0, 2]], ["a", "c"])
    same(read(held), v[[1]], ["b"])

    predicted, = output("lsq-predict", "model")
    assert predicted["x"].dtype == "<f8" and np.array_equal(predicted["x"], 2.0 * v[:, :1] + 0.5)
    assert predicted["names"] == names and predicted["col0"] == 1 and predicted["rate"] == 8000.5

    status, model, err = call(["lsq-fit", "-q", "-g1"], data)
    as_double = pack({"mat": 1, "x": v.astype("<f8"), "rate": 8000.5})
    assert (status, err) == (0, "") and model == call(["lsq-fit", "-q", "-g1"], as_double)[1]

    status, out, err = call(["stitch-wav", "-q", "-o", "wavs-" + tag + "/"], data.replace(pack(8000.5), pack(8)))
    assert (status, out, err) == (0, b"", "")
    for row, name in zip(v, names):
        assert open(f"wavs-{tag}/{name}.wav", "rb").read() == wav(row)

    other = np.array([[1.5, 0.25], [0.5, 1], [1, -1]])
    write("other" + tag, {"mat": 1, "x": other})
    assert abs(output("r2-score", "other" + tag) - r2_score(other, v.astype(float))) < 1e-12
    assert abs(output("r2-score", "-", "other" + tag) - r2_score(v.astype(float), other)) < 1e-9

parallel(check, [(type, ragged) for type in types for ragged in (False, True)])'
}

@test "stream: the ends of each type's range pass unchanged, and as NumPy's doubles into lsq-predict" {
    sweep '
write("identity", {"lsq": 1, "k": 2, "coef": np.eye(2), "intercept": np.zeros(2)})
def check(type):
    t = np.dtype(type)
    i = np.finfo(t) if t.kind == "f" else np.iinfo(t)
    v = np.array([[i.min, i.max], [i.max - 1 if t.kind != "f" else i.tiny, 0 if t.kind == "u" else -1]], t)
    if t.kind == "f":
        odd = np.array([[np.nan, np.inf], [-np.inf, -0.0], [i.smallest_subnormal, 1 / 3]], t)
        status, out, err = call(["pad-chop"], pack(odd))
        assert (status, err) == (0, "") and unpack(out)[0]["x"].tobytes() == odd.tobytes()
    data = pack({"mat": 1, "x": v})
    for command in (["pad-chop"], ["pad-chop", "-l2"]):
        status, out, err = call(command, data)
        assert (status, err) == (0, "") and pack(v)[-t.itemsize * 4:] in out, (type, err)
    status, out, err = call(["lsq-predict", "identity"], data)
    assert (status, err) == (0, "") and np.array_equal(unpack(out)[0]["x"], v.astype("f8") + 0.0), (type, err)
parallel(check, [(order + name,) for order in "<>" for name in
    ("i1", "u1", "i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8")])'
}

@test "stream: rows of different types in one block keep their types" {
    py 'write("in", {"mat": 1, "x": [np.array([1, 2], "<i2"), np.array([3, 4], ">i2"), np.array([0.5], ">f4"),
    np.array([7, 8, 9], "<f4")], "names": list("abcd")})'
    pad-chop -l 3 in >out
    split-holdout -n c -H held in >rest
    oracle stream rows_different_types_block_keep
}

@test "stream: one matrix in any form or number of blocks gives the same output" {
    sweep '
A = np.array([[3, -1], [4, 1], [-5, 9], [2, 6]], "<i2")
B = lambda x, **more: pack({"mat": 1, "x": x, **more})
none = np.zeros((0, 2), "<i2")
D = A.tobytes()
def long(key, value):
    return b"\xdb" + len(key).to_bytes(4, "big") + key + value
forms = {
    "rectangle": B(A),
    "ragged": B(list(A)),
    "last": B(A, last=True),
    "bare": pack(A),
    "bare rows": pack(*A),
    "bare blocks": pack(A[:1], A[1:]),
    "1-D blocks": b"".join(B(row) for row in A),
    "Fortran order": B(np.asfortranarray(A)),
    "two blocks": B(A[:2], last=False) + B(A[2:], last=True),
    "two streams": B(A[:2]) + B(A[2:]),
    "many streams": b"".join(B(A[i:i + 1], last=True) for i in range(4)),
    "rectangle and ragged": B(A[:2], last=False) + B(list(A[2:])),
    "no rows first": B(none, last=False) + B(A),
    "no rows between": B(A[:2], last=False) + B(none, last=False) + B([], last=False) + B(A[2:]),
    "no rows last": B(A, last=False) + B(none, last=True),
    "no rows last, ragged": B(list(A), last=False) + B([], last=True),
    "no columns either": B(np.zeros((0, 9), "<i2"), last=False) + B(A),
    "str keys": B({"nd": True, "type": "<i2", "kind": "", "shape": [4, 2], "data": D}),
    "no kind": B({b"nd": True, b"type": "<i2", b"shape": [4, 2], b"data": D}),
    "bin type": B(nd(b"<i2", [4, 2], D)),
    "native order": B(nd("=i2", [4, 2], A.astype("=i2").tobytes())),
    "bin keys": pack({b"mat": 1, b"x": A, b"last": True}),
    "x first": pairs(("x", A), ("last", True), ("mat", 1)),
    "numpy scalars": B(A, last=np.bool_(True)).replace(pack({"mat": 1}), pack({"mat": np.int64(1)})),
    "long headers": b"\xdf\0\0\0\2" + long(b"mat", b"\xd3" + bytes(7) + b"\1") + long(b"x",
        b"\xdf\0\0\0\5" + b"\xc6\0\0\0\2nd\xc3" + long(b"type", b"\xdb\0\0\0\3<i2")
        + b"\xc5\0\4kind\xc4\0" + b"\xc6\0\0\0\5shape\xdd\0\0\0\2\xcf" + bytes(7) + b"\4\xd1\0\2"
        + b"\xd9\4data" + b"\xc6" + len(D).to_bytes(4, "big") + D),
}
write("other", {"mat": 1, "x": A[::-1]})
commands = {"pad-chop": 1, "pad-chop -l 3": 1, "split-holdout -r 1 -H HELD": 1, "split-holdout -S 7 -H HELD": 1,
    "lsq-fit -g 1": 0, "lsq-predict model": 1, "stitch-wav -r 8 -o HELD/": 0,
    "stitch-wav -r 8 -o HELD/ other -": 0, "r2-score other": 0, "r2-score - other": 0}

def result(command, form):
    held = "held " + command.replace("/", "") + form
    status, out, err = call([held if w == "HELD" else held + "/" if w == "HELD/" else w for w in command.split()], forms[form])
    assert (status, err) == (0, ""), (command, form, err)
    def rows(maps):
        assert [m["last"] for m in maps] == [False] * (len(maps) - 1) + [True], (command, form, maps)
        assert all("names" not in m and m["mat"] == 1 for m in maps)
        return [row.tolist() for m in maps for row in m["x"]], maps[0]["x"][0].dtype.str
    files = [open(os.path.join(held, f), "rb").read() for f in sorted(os.listdir(held))] if os.path.isdir(held) else \
        rows(read(held)) if os.path.exists(held) else None
    return rows(unpack(out)) if commands[command] else out, files

for command in commands:
    want = result(command, "rectangle")
    for form, got in zip(forms, parallel(result, [(command, form) for form in forms])):
        assert got == want, (command, form, got, want)

# What the rectangle gives is as it must be.
assert result("pad-chop -l 3", "rectangle")[0] == (np.pad(A, ((0, 0), (0, 1))).tolist(), "<i2")
assert result("split-holdout -S 7 -H HELD", "rectangle")[1][0] == [A[np.random.RandomState(7).randint(4)].tolist()]'
}

@test "stream: streams that are joined by cat, named as FILEs or FILEs and - are one matrix" {
    oracle stream streams_joined_by_cat_named
    cat a b c >joined
    mkfifo pipe
    local command i=0
    for command in 'pad-chop -l 3' 'split-holdout -r 1-3 -H held' 'lsq-fit -g 1' 'lsq-predict model'; do
        i=$((i + 1))
        $command abc >whole.$i
        $command joined >got.$i.0
        $command <joined >got.$i.1
        $command - <joined >got.$i.2
        $command a b c >got.$i.3
        $command a - c <b >got.$i.4
        cat a b c | $command >got.$i.5
        cat b >pipe &
        $command -- a pipe c >got.$i.6
        wait
    done
    r2-score truth abc >whole.5
    r2-score truth joined >got.5.0
    r2-score truth <joined >got.5.1
    r2-score - joined <truth >got.5.2
    stitch-wav -o whole.6 abc
    stitch-wav -o got.6.0 joined
    stitch-wav -o got.6.1 <joined
    stitch-wav -o got.6.2 - <joined
    diff -r whole.6 got.6.0
    diff -r whole.6 got.6.1
    diff -r whole.6 got.6.2
    assert [ -s whole.6/c1.wav ]
    oracle stream streams_joined_by_cat_named_2
}

@test "stream: what one filter writes every other reads, as what Python writes" {
    oracle stream what_filter_writes_every_other
    fsdd-load clip0.wav clip1.wav clip2.wav >loaded
    pad-chop -l 5 loaded >chopped
    split-holdout -n clip1 -H held loaded >rest
    lsq-predict model loaded >predicted
    lsq-fit -q -g 2 loaded >fitted
    local from to command words i
    for from in loaded chopped held rest predicted; do
        oracle stream what_filter_writes_every_other_2 $from
        i=0
        for command in 'pad-chop -l 6' 'split-holdout -r 0 -H out' 'lsq-fit -q -g 1' 'lsq-predict fits' \
            'stitch-wav -o wavs/' 'r2-score -q other' 'r2-score -q - other'; do
            i=$((i + 1))
            read -ra words <<<"$command"
            for to in "$from" "$from.py"; do
                rm -rf out wavs
                # One row cannot be split.
                if [ "$from $i" = 'held 2' ]; then
                    refuses 1 "split-holdout: $to: all rows would be held out, expected at least 1 to be left" \
                        "${words[@]}" "$to"
                    : >"$to.$i"
                elif [ $i = 7 ]; then
                    "${words[@]}" <"$to" >"$to.$i"
                else
                    "${words[@]}" "$to" >"$to.$i"
                fi
                if [ -d wavs ]; then
                    mv wavs "$to.wavs"
                elif [ -f out ]; then
                    mv out "$to.out"
                fi
            done
        done
        diff -r "$from.wavs" "$from.py.wavs"
    done
    oracle stream what_filter_writes_every_other_3
    # The model that lsq-fit wrote is one that lsq-predict reads: on the rows that it was
    # fitted to, three of them through two columns and an intercept, it is exact.
    lsq-predict fitted loaded | r2-score -a none loaded >scores
    py 'scores = [float(line) for line in open("scores")]; assert len(scores) == 2 and min(scores) > 1 - 1e-12, scores'
}

@test "stream: attributes that no filter knows pass through untouched" {
    sweep '
single = msgpack.packb(0.1, use_single_float=True)
attributes = {
    "null": None, "yes": True, "int": 2 ** 64 - 1, "negative": -2 ** 63, "float": 0.1, "zero": -0.0, "nan": float("nan"),
    "text": "\u00e9\u4e16\0\n", "bytes": b"\xff\0", "list": [], "map": {}, "time": msgpack.Timestamp(1, 2), "ext": msgpack.ExtType(5, b"x"),
    "array": np.arange(3), "cube": np.zeros((1, 2, 3), ">f4"), "nothing": np.zeros(0), "scalar": np.float32(1.5),
    "complex": np.ones(2, "c16"), "texts": np.array(["ab"]), "record": np.zeros(2, [("a", "<i2")]), "number": 3 + 4j,
    "ragged": [np.arange(2), np.arange(3)], "": "an empty key", "coef": 3, "Mat": 2,
    "deep": {"a": [{"b": [1, {"c": np.ones((2, 2)), "last": False, "mat": 7}]}, None]},
}
def block(n, **more):
    body = pack({"mat": 1, "x": X, "rate": 8, "n": n, **attributes, **more})
    assert body[0] == 0xde
    return body[:1] + (int.from_bytes(body[1:3], "big") + 1).to_bytes(2, "big") + body[3:] + pack("single") + single
items = [pack(k) + pack(v) for k, v in attributes.items()] + [pack("single") + single]
for reader in READERS[:6]:
    for path in ("held", "wavs"):
        if os.path.exists(path):
            os.remove(path)
    status, out, err = call(reader, block(1, last=False) + block(2))
    assert (status, err) == (0, ""), err
    outputs = [out] + ([open("held", "rb").read()] if reader[0] == "split-holdout" else [])
    for data in outputs:
        maps = unpack(data)
        # One block a block; where rows are held out, or into a model, the first that has any.
        want = [1] if reader[0] == "lsq-fit" else [1, 2]
        assert [m["n"] for m in maps if len(m.get("x", [0]))] in (want, [1], [2]), (reader, maps)
        for item in items:
            if item == pack("coef") + pack(3) and reader[0] == "lsq-fit":
                continue # a model has its own
            assert data.count(item) == len(maps), (reader, item, data.count(item))
        for m in maps:
            assert set(m) - set(attributes) - {"single", "n"} <= {"mat", "x", "rate", "last", "col0", "lsq", "k", "targets",
                "target0", "rows", "rank", "rcond", "fit_intercept", "range", "singular", "rss", "tss", "intercept", "basis", "loadings"}
for reader in READERS[6:]:
    status, out, err = call(reader, block(1))
    assert (status, err) == (0, "") and (out != b"") == (reader[0] == "r2-score"), (reader, err)'
}

@test "stream: attributes whose keys are bytes stay bytes" {
    sweep '
for reader in READERS[:4] + READERS[5:6]:
    status, out, err = call(reader, pack({"mat": 1, "x": X, b"key": 1, b"\xff\xfe": "not UTF-8"}))
    assert (status, err) == (0, ""), err
    m, = unpack(out)
    assert m[b"key"] == 1 and m[b"\xff\xfe"] == "not UTF-8", (reader, m)'
}

@test "stream: NumPy's scalars are taken as numbers, and a rate is written as a plain one" {
    sweep '
for rate in (8000, 8000.0, np.int64(8000), np.uint16(8000), np.dtype(">i4").type(8000), np.float64(8000), np.float32(8000)):
    data = pack({"mat": 1, "x": X, "rate": rate, "col0": np.int64(4), "last": np.bool_(False)}, {"mat": np.uint8(1), "x": X})
    data = data.replace(pack({"mat": np.uint8(1), "x": X}), pack({"mat": np.uint8(1), "x": X, "col0": np.uint64(4)}))
    for command in (["pad-chop"], ["pad-chop", "-l2"], ["split-holdout", "-r0", "-H", "held"]):
        status, out, err = call(command, data)
        assert (status, err) == (0, ""), (rate, err)
        a, b = msgpack.Unpacker(__import__("io").BytesIO(out))
        assert type(a["rate"]) is int and a["rate"] == 8000 and a["col0"] == 4 and b["col0"] == 4
        assert a["last"] is False and b["last"] is True and "rate" not in b
for rate in (0.5, np.float32(44100.5), 11025.25):
    status, out, err = call(["pad-chop"], pack({"mat": 1, "x": X, "rate": rate}))
    assert (status, err) == (0, "") and unpack(out)[0]["rate"] == rate, err'
}

@test "stream: only the block that ends all output is the last" {
    py 'x = np.arange(8, dtype="<i2").reshape(4, 2)
B = lambda i, **more: {"mat": 1, "x": x[i:i + 1], "names": ["abcd"[i]], **more}
write("in1", B(0), B(1, last=True))
write("in2", B(2, last=False), B(3))
write("model", {"lsq": 1, "k": 1, "coef": np.array([[2.0]]), "intercept": np.array([0.5])})'
    cat in1 in2 | pad-chop >out.1
    pad-chop -l 2 in1 in2 >out.2
    split-holdout -r 0-1 -H out.3 in1 - <in2 >out.4
    split-holdout -r 2-3 -H out.5 in1 in2 >out.6
    lsq-predict model in1 in2 >out.7
    oracle stream only_block_ends_all_output
}

@test "stream: a block of no rows keeps its type and its names" {
    sweep '
for type in ("|i1", "<u2", ">f4"):
    x = np.ones((2, 3), type)
    data = pack({"mat": 1, "x": x, "names": ["a", "b"], "last": False}, {"mat": 1, "x": x[:0], "names": [], "last": True})
    for command in ("pad-chop", "pad-chop -l 2", "pad-chop -c 1:", "split-holdout -r 0 -H held"):
        status, out, err = call(command.split(), data)
        assert (status, err) == (0, "")
        maps = unpack(out)
        assert [m["x"].dtype.str for m in maps] == [type] * len(maps), (command, maps)
        assert [len(m["names"]) for m in maps] == [len(m["x"]) for m in maps] and maps[-1]["last"], (command, maps)'
}

@test "stream: reads of one byte and input that comes late are no different" {
    sweep '
import fcntl, socket, threading, time

def nonblocking(fd):
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK)

# A read from a sequenced-packet socket gives one packet: here one byte.
def tiny(command, data):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    p = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    theirs.close()
    for byte in data:
        ours.send(bytes([byte]))
    ours.close()
    out, err = p.communicate(timeout=60)
    return p.returncode, out, err.decode()

# Non-blocking both ways: nothing there at first, then half, then the rest.
def late(command, data):
    r, w = os.pipe()
    out_r, out_w = os.pipe()
    nonblocking(r)
    nonblocking(out_w)
    p = subprocess.Popen(command, stdin=r, stdout=out_w, stderr=subprocess.PIPE)
    os.close(r)
    os.close(out_w)
    half = len(data) // 2
    for part in (data[:half], data[half:]):
        time.sleep(0.05)
        os.write(w, part)
    os.close(w)
    out = open(out_r, "rb").read()
    err = p.stderr.read()
    return p.wait(), out, err.decode()

for how in (tiny, late):
    for reader in READERS:
        want = call(reader, GOOD)
        assert want[0] == 0 and want[2] == ""
        got = how(reader, GOOD)
        assert got == want, (how, reader, got, want)
        bad = how(reader, GOOD[:-1])
        assert bad == (1, b"", f"{reader[0]}: stdin: truncated after {len(GOOD) - 1} bytes, inside a map\n"), (how, reader, bad)

# A reader that is slow to take many bytes from a non-blocking stdout gets them all.
big = pack(np.arange(600000, dtype="<i4").reshape(3, -1))
out_r, out_w = os.pipe()
nonblocking(out_w)
open("big", "wb").write(big)
p = subprocess.Popen(["pad-chop", "big"], stdout=out_w)
os.close(out_w)
time.sleep(0.1)
out = open(out_r, "rb").read()
assert p.wait() == 0 and unpack(out)[0]["x"].ravel().tolist() == list(range(600000))'
}

@test "stream: a recording that comes late, or in single bytes, is waited for" {
    sweep '
import fcntl, socket, time, wave
with wave.open("clip.wav", "wb") as w:
    w.setparams((1, 2, 8000, 0, "NONE", ""))
    w.writeframes(np.arange(50, dtype="<i2").tobytes())
clip = open("clip.wav", "rb").read()
want = call(["fsdd-load", "-"], clip)
assert want[0] == 0 and unpack(want[1])[0]["x"][0].tolist() == list(range(50))
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
p = subprocess.Popen(["fsdd-load", "-"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
theirs.close()
for byte in clip:
    ours.send(bytes([byte]))
ours.close()
out, err = p.communicate(timeout=60)
assert (p.returncode, out, err) == (0, want[1], b"")
r, w = os.pipe()
fcntl.fcntl(r, fcntl.F_SETFL, fcntl.fcntl(r, fcntl.F_GETFL) | os.O_NONBLOCK)
p = subprocess.Popen(["fsdd-load", "-"], stdin=r, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
for part in (clip[:60], clip[60:]):
    time.sleep(0.05)
    os.write(w, part)
os.close(w)
out, err = p.communicate(timeout=60)
assert (p.returncode, out, err) == (0, want[1], b""), err'
}

@test "stream: cut off after any of its bytes it is refused, with the number of bytes" {
    sweep '
empty = "empty, expected a matrix stream (did the program that writes it fail?)"
must_refuse([(GOOD[:n], "truncated after %d byte%s, inside a map" % (n, "s" * (n > 1)) if n else empty) for n in range(len(GOOD))])
for reader in READERS:
    assert call(reader, GOOD)[0] == 0, reader

# A model as well.
model = open("model", "rb").read()
command = ["lsq-predict", "-", "good"]
for n, got in enumerate(parallel(lambda n: call(command, model[:n]), [(n,) for n in range(len(model))])):
    status, out, err = got
    want = "lsq-predict: stdin: truncated after %d byte%s, inside a map\n" % (n, "s" * (n > 1))
    assert (status, out) == (1, b"") and (err == want or n == 0 and err.startswith("lsq-predict: stdin: empty, expected")), (n, err)
assert call(command, model)[0] == 0'
}

@test "stream: cut off between or inside later blocks it is refused" {
    sweep '
a = pack({"mat": 1, "x": X, "last": False})
b = pack({"mat": 1, "x": X})
more = "\"last\" is false in the last block, expected more blocks"
must_refuse([
    (a, f"truncated after {len(a)} bytes: {more}"),
    (a + a, f"truncated after {2 * len(a)} bytes: {more}"),
    (b + a, f"truncated after {len(a + b)} bytes: {more}"),
    (a + pack({"mat": 1, "x": X[:0], "last": False}), f"truncated after {2 * len(a) - 4} bytes: {more}"),
    (pack(X)[:-1], f"truncated after {len(pack(X)) - 1} bytes, inside a map"),
] + [(a + b[:n], f"truncated after {len(a) + n} bytes, inside a map") for n in (1, 2, 5, 20, len(b) - 1)])

# The file that is cut off is the one named.
open("a", "wb").write(a)
open("b", "wb").write(b)
open("cut", "wb").write(b[:-1])
open("none", "wb").write(b"")
for command in ("pad-chop", "split-holdout -S 1 -H held", "lsq-fit -g 1", "lsq-predict model"):
    for files, name, message in (
        ("b a", "a", f"truncated after {len(a)} bytes: {more}"),
        ("a b", "a", f"truncated after {len(a)} bytes: {more}"),
        ("b cut b", "cut", f"truncated after {len(b) - 1} bytes, inside a map"),
        ("b none", "none", "empty, expected a matrix stream (did the program that writes it fail?)"),
        ("none b", "none", "empty, expected a matrix stream (did the program that writes it fail?)")):
        tool = command.split()[0]
        assert call(command.split() + files.split()) == (1, b"", f"{tool}: {name}: {message}\n"), (command, files)'
}

@test "stream: what is no stream is refused with the byte that shows it" {
    sweep '
start = "expected the start of a msgpack map"
text = "text, expected a matrix stream (csv-load makes one of it)"
n = len(GOOD)
must_refuse([
    (b"hello, world\n", text),
    (b"1,2\n3,4\n", text),
    (b"\xef\xbb\xbf1,2\n", text),
    (b"1,2\0\n", f"at byte 0: byte 0x31, {start}"),
    (b"\n", f"at byte 0: byte 0x0a, {start}"),
    (b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0", "a WAV file, expected a matrix stream (fsdd-load reads recordings)"),
    (b"AVI is ", text),
    ("gr\u00f6\u00dfe\n1\n".encode(), text),
    (b"\x1f\x8b\x08\0", "a gzip file, expected a matrix stream; to unpack it: gunzip -c <IN >OUT"),
    (b"\x93NUMPY\1\0", "a NumPy file, expected a matrix stream (numpy.savetxt makes text, which csv-load reads)"),
    (bytes(28) + b"\x7fFLAC", "a FLAC file in Ogg, expected a matrix stream (fsdd-load reads recordings)"),
    (bytes(257) + b"ustar", "a tar archive, expected a matrix stream; to unpack it: tar -xf IN"),
    (b"\xc1", f"at byte 0: byte 0xc1, {start}"),
    (b"\xef\xbb\xbf" + GOOD, f"at byte 0: byte 0xef, {start}"),
    (pack(7), f"at byte 0: byte 0x07, {start}"),
    (pack([X]), f"at byte 0: byte 0x91, {start}"),
    (pack(None), f"at byte 0: byte 0xc0, {start}"),
    (pack("x"), f"at byte 0: byte 0xa1, {start}"),
    (b"\x82\xa3mat\1\xa1x\xc1", "at byte 8: byte 0xc1, expected msgpack"),
    (b"\x81\xc1\1", "at byte 1: byte 0xc1, expected msgpack"),
    (GOOD + b"\n", f"at byte {n}: byte 0x0a, {start}"),
    (GOOD + bytes(512), f"at byte {n}: byte 0x00, {start}"),
    (GOOD + b"rubbish", f"at byte {n}: byte 0x72, {start}"),
    (GOOD + b"\xc1", f"at byte {n}: byte 0xc1, {start}"),
])
must_refuse([(GOOD + GOOD + b"\xff", f"at byte {2 * n}: byte 0xff, {start}")], READERS[:6])'
}

@test "stream: arrays of other types are refused" {
    sweep '
B = lambda x: pack({"mat": 1, "x": x})
only = "expected bool, integer, float32 or float64"
cases = []
for x, name in (
    (X.astype("<c8"), "<c8"), (X.astype(">c16"), ">c16"), (X.astype("<f2"), "<f2"), (X.astype(np.longdouble), np.dtype(np.longdouble).str),
    (np.array([["ab", "c"]]), "<U2"), (np.array([[b"ab", b"c"]]), "|S2"), (nd("<M8[s]", [2, 2], bytes(32)), "<M8[s]"), (nd("<m8[s]", [2, 2], bytes(32)), "<m8[s]"),
    (np.zeros((2, 2), [("a", "<i2"), ("b", "<f4")]), None), (np.zeros((2, 2), "V4"), None),
    (nd("<i3", [2, 2], bytes(12)), "<i3"), (nd("<i16", [2, 2], bytes(64)), "<i16"), (nd("|i2", [2, 2], bytes(8)), "|i2"),
    (nd("|b2", [2, 2], bytes(8)), "|b2"), (nd("i2", [2, 2], bytes(8)), "i2"), (nd("", [2, 2], b""), ""), (nd("<i2 ", [2, 2], bytes(8)), "<i2 "),
    (nd(2, [2, 2], bytes(8)), None), (nd(None, [2, 2], bytes(8)), None), (nd("<i2" * 20, [2, 2], bytes(8)), ("<i2" * 14)[:40] + "\x27..."),
    (nd("int16", [2, 2], bytes(8)), "int16"), (nd("<f1", [2, 2], bytes(4)), "<f1"),
):
    for data, where in ((B(x), "\"x\": "), (pack(x), "\"x\": ")):
        what = "records or the like" if name is None else "type \x27" + name + ("" if "..." in name else "\x27")
        cases.append((data, f"at byte 0: {where}an array of {what}, {only}"))
row = np.array([1.5, 2])
for x, name in ((row.astype("c16"), "<c16"), (row.astype("f2"), "<f2"), (np.array(["a", "b"]), "<U1")):
    cases.append((B([row, x]), f"at byte 0: \"x\": element 1: an array of type \x27{name}\x27, {only}"))
    cases.append((pack({"mat": 1, "x": [row, row], "last": False}) + B([x, row]),
        f"at byte {len(B([row, row])) + 6}: \"x\": element 0: an array of type \x27{name}\x27, {only}"))
must_refuse(cases)
# A NUL in the name of a type ends neither the name nor the check.
for x in (nd("<\0" + "2", [2, 2], bytes(8)), nd("\0i2", [2, 2], bytes(8)), nd("<i2\0", [2, 2], bytes(8))):
    for reader in READERS:
        status, out, err = call(reader, B(x))
        assert (status, out) == (1, b"") and err.startswith(f"{reader[0]}: stdin: at byte 0: \"x\": an array of type ") \
            and err.endswith(only + "\n") and err.count("\n") == 1, (reader, err)'
}

@test "stream: an array of Python objects is refused wherever it hides" {
    sweep '
objects = np.array([[1, None], ["a", {}]], object)
pickled = dict(nd("|O", [1], b"cos\nsystem\n(S\x27touch pwned\x27\ntR.", b"O"))
old = {k.decode(): v for k, v in pickled.items()}
B = lambda **more: pack({"mat": 1, "x": X, **more})
nested = lambda raw: b"\x83" + pack({"mat": 1, "x": X})[1:] + pack("u") + raw
key_twice = pairs((b"nd", True), (b"type", "<i2"), (b"kind", b""), (b"kind", b"O"), (b"shape", [1]), (b"data", b"xx"))
both_keys = pairs((b"nd", True), (b"type", "<i2"), ("kind", b""), (b"kind", b"O"), (b"shape", [1]), (b"data", b"xx"))
nd_twice = pairs((b"nd", False), (b"nd", True), (b"type", "<i2"), (b"kind", b"O"), (b"shape", [1]), (b"data", b"xx"))
why = "an array of Python objects, which is never read: expected bool, integer, float32 or float64, or a list of strings"
must_refuse([(data, "at byte 0: " + why) for data in (
    pack({"mat": 1, "x": objects}), pack(objects), pack({"mat": 1, "x": [objects[0], objects[1]]}), pack({"mat": 1, "x": [X[0], objects[1]]}),
    B(u=objects), B(u=[1, {"deep": [[objects]]}]), B(u=pickled), B(u=old), B(u={**old, "kind": "O"}), B(names=[pickled, "b"]),
    B(rate=pickled), B(last=pickled), B(u=[X, [X, pickled]]),
    nested(pairs((1, 2), (pickled, 3))), nested(key_twice), nested(both_keys), nested(nd_twice),
)] + [(GOOD + B(rate=8, u=pickled), f"at byte {len(GOOD)}: {why}")])
assert not os.path.exists("pwned")
# In a model as well.
for model in ({"lsq": 1, "k": 1, "coef": pickled, "intercept": np.zeros(1)},
              {"lsq": 1, "k": 1, "coef": np.ones((1, 1)), "intercept": np.zeros(1), "u": {"v": [pickled]}}):
    write("bad", model)
    assert call(["lsq-predict", "bad", "good"]) == (1, b"", f"lsq-predict: bad: at byte 0: {why}\n")'
}

@test "stream: an array whose type has Python objects in it is refused, whatever its kind" {
    # NumPy builds it from the bytes, which then are addresses: readers would crash.
    sweep '
why = "at byte 0: an array of Python objects, which is never read: expected bool, integer, float32 or float64, or a list of strings"
hidden = [nd(type, [1], bytes(16), kind) for type, kind in (
    ("|O", b""), ("O", b""), ("O8", b""), (b"|O", b""), ("object", b""), ("i8,O", b""), ([["a", "|O"]], b"V"), ([["a", [["b", "<i8"], ["c", "O"]]]], b"V"),
    ({"names": ["a"], "formats": ["O"]}, b""), ({"a": ["O", 0]}, b""))]
must_refuse([(pack({"mat": 1, "x": X, "u": [array]}), why) for array in hidden], READERS[:6])'
}

@test "stream: an array that is a block too, or has a key twice, could be read in two ways and is refused" {
    sweep '
A = nd("<f8", [4, 2], bytes(64))
why = "at byte 0: a map with \"nd\", which arrays have, and with other fields, expected one or the other"
mixed = [pairs(*items) for items in (
    [("mat", 1), ("x", X), *A.items()], [*A.items(), ("mat", 1), ("x", X)], [*A.items(), ("u", 1)], [*A.items(), (b"order", "F")],
    [("mat", 1), ("x", X), ("nd", 1)], [(1, 2), *A.items()])]
must_refuse([(data, why) for data in mixed])
for key in A:
    twice = pairs(("mat", 1), ("x", dict(A)))
    for other in (key, key.decode()):
        x = pairs(*A.items(), (other, A[key]))
        must_refuse([(b"\x82" + pack("mat") + pack(1) + pack("x") + x,
                      f"at byte 0: \"x\": an array with the key \"{key.decode()}\" twice, expected it once")])'
}

@test "stream: rows that come before their map is whole are those of the whole map" {
    # Long enough to be fitted as they come; what follows them would make the map another matrix.
    oracle stream rows_come_before_their_map
}

@test "stream: shapes that are none, do not fit the data or overflow are refused" {
    sweep '
D = X.tobytes()
B = lambda x, **more: pack({"mat": 1, "x": x, **more})
none = "an array whose \"shape\" is no list of whole numbers, expected one such as [2, 3]"
huge = "an array whose \"shape\" is beyond all memory, expected one that fits the data"
cases = [(nd("|i1", shape, data), why) for shape, data, why in (
    ([2, 3], D, "an array of 4 bytes, expected 6 for its shape"),
    ([2, 1], D, "an array of 4 bytes, expected 2 for its shape"),
    ([2, 2], b"", "an array of 0 bytes, expected 4 for its shape"),
    ([0, 2], D, "an array of 4 bytes, expected 0 for its shape"),
    ([2, 0], D, "an array of 4 bytes, expected 0 for its shape"),
    ([3], D, "an array of 4 bytes, expected 3 for its shape"),
    ([2 ** 32, 2 ** 32], b"", huge), ([2 ** 63, 2], b"", huge), ([2 ** 64 - 1], D, huge), ([2 ** 62, 4], D, huge), ([2 ** 61], b"", huge),
    ([-2, -2], D, none), ([2, -2], D, none), ([-1], D, none), ([2.0, 2], D, none), (["2", 2], D, none), ([True, 4], D, none),
    ([None], D, none), ([[2, 2]], D, none), ("22", D, none), (4, D, none), (None, D, none), ({2: 2}, D, none), ([1] * 65, b"1", "an array of 65 dimensions, expected rows x columns"),
    ([], b"1", "an array of 0 dimensions, expected rows x columns"),
    ([1, 2, 2], D, "an array of 3 dimensions, expected rows x columns"),
    ([1, 1, 2, 2], D, "an array of 4 dimensions, expected rows x columns"),
)]
cases += [(nd("<f8", [2, 2], D), "an array of 4 bytes, expected 32 for its shape"), (nd("<f8", [2 ** 61, 1], b""), huge)]
lacks = "an array without \"{}\", expected msgpack-numpy\x27s layout"
whole = nd("|i1", [2, 2], D)
cases += [({k: v for k, v in whole.items() if k != key}, why) for key, why in ((b"type", lacks.format("type")), (b"data", lacks.format("data").replace(",", " in bytes,")), (b"shape", lacks.format("shape")))]
cases += [({**whole, b"data": [1, 2, 3, 4]}, lacks.format("data").replace(",", " in bytes,"))]
must_refuse([(data, f"at byte 0: \"x\": {why}") for x, why in cases for data in (B(x), pack(x))])
# In a ragged block too, and of these only rows.
row = np.array([1, 2], "i1")
must_refuse([(B([row, x]), f"at byte 0: \"x\": element 1: {why}") for x, why in (
    (nd("|i1", [3], b"12"), "an array of 2 bytes, expected 3 for its shape"),
    (nd("|i1", [-1], b"12"), none), (nd("|i1", [], b"1"), "an array of 0 dimensions, expected rows x columns"),
    (X, "an array of 2 dimensions, expected 1-D rows"), (7, "no array, expected a list of arrays"), ({"a": 1}, "no array, expected a list of arrays"),
    (None, "no array, expected a list of arrays"), ([row], "no array, expected a list of arrays"))]
  + [(B(x), "at byte 0: \"x\": no array, expected an array or a list of arrays") for x in
    (None, 7, 1.5, "x", b"x", True, {}, {"a": 1}, [1, 2], ["a"], [[1, 2], [3, 4]], np.float64(1), np.int16(3))])'
}

@test "stream: a matrix of no rows or a row of no columns is refused" {
    sweep '
B = lambda x, **more: pack({"mat": 1, "x": x, **more})
E = np.zeros((0, 3))
rows = "a matrix of 0 rows, expected at least 1"
must_refuse([(data, rows) for data in (
    B(E), B([]), B([], names=[]), pack(E), B(E, last=False) + B(E), B(E) + B(E), B(E, last=False) + B([], last=True))])
columns = "of this block has 0 columns, expected at least 1"
n = len(B(X))
must_refuse([
    (B(np.zeros((3, 0))), f"at byte 0: row 0 {columns}"), (pack(np.zeros(0)), f"at byte 0: row 0 {columns}"), (B(np.zeros((0, 0))), f"at byte 0: row 0 {columns}"),
    (B([np.ones(2), np.ones(0)]), f"at byte 0: row 1 {columns}"), (B(X) + B(np.zeros((1, 0))), f"at byte {n}: row 0 {columns}")])'
}

@test "stream: NaN and infinities are refused by those that compute, with row and column" {
    sweep '
B = lambda x, **more: pack({"mat": 1, "x": np.asarray(x), **more})
finite = "expected a finite number"
nan, inf = np.nan, np.inf
must_refuse([
    (B([[nan, 1], [1, 2]]), f"row 0, column 0: nan, {finite}"),
    (B([[1, 1], [inf, 2]]), f"row 1, column 0: inf, {finite}"),
    (B([[1, 1], [-inf, 2]]), f"row 1, column 0: -inf, {finite}"),
    (B([[1, 1], [-nan, 2]]), f"row 1, column 0: nan, {finite}"),
    (B(np.array([[1, 1], [nan, inf]], ">f4")), f"row 1, column 0: nan, {finite}"),
    (B(np.array([[1, 1], [inf, 2]], "<f4")), f"row 1, column 0: inf, {finite}"),
    (B(np.array([[1, 1], [-inf, 2]], ">f8")), f"row 1, column 0: -inf, {finite}"),
    (B([[1, 1], [nan, 2]], names=["a", "b"]), f"row 1 (b), column 0: nan, {finite}"),
    (B([[1, 1], [nan, 2]], names=["a", "\u00e9\x1b[2J\n"]), f"row 1 (\u00e9\\033[2J\\012), column 0: nan, {finite}"),
    (pack({"mat": 1, "x": [np.array([1, 2], "i1"), np.array([inf, 1])]}), f"row 1, column 0: inf, {finite}"),
    (B([[1, 1]]) + B([[nan, 1]], names=["b"]), f"row 1 (b), column 0: nan, {finite}"),
], FINITE)
must_refuse([
    (B([[1, 1], [2, nan]]), f"row 1, column 1: nan, {finite}"),
    (B([[1, inf], [2, nan]], names=["a", "b"]), f"row 0 (a), column 1: inf, {finite}"),
], [reader for reader in FINITE if reader[0] != "lsq-predict"])
# Columns are those of the full rows.
must_refuse([(B([[1, 1], [2, nan]], col0=40), f"row 1, column 41: nan, {finite}")], [READERS[4], READERS[6]])
# What lsq-predict does not look at need not be finite: it is what is missing.
assert call(["lsq-predict", "model"], B([[1, nan], [2, -inf]]))[0] == 0
# The others hand it on, in every bit.
odd = B(np.array([0x7ff8000000000001, 0xfff0000000000000, 0x7ff4dead0000beef], "<u8").view("<f8"))
for reader in READERS[:2]:
    status, out, err = call(reader[:1], odd)
    assert (status, err) == (0, "") and odd[-24:] in out'
}

@test "stream: attributes that are not what they must be are refused" {
    sweep '
B = lambda **more: pack({"mat": 1, "x": X, **more})
names = "\"names\": no list of strings, expected one name a row"
array = "\"names\": an array, expected a list of strings (names.tolist())"
rate = "\"rate\" is no positive number, expected a sample rate in Hz"
col0 = "\"col0\" is no column number, expected an integer from 0"
last = "\"last\" is neither true nor false, expected one of them"
version = "a matrix format other than version 1, expected \"mat\": 1"
bad_utf8 = [b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"ok\xfe"]
def raw_name(name):
    return B(names=["a", "@" * len(name)]).replace(b"@" * len(name), name)
cases = [(B(names=v), names) for v in ("ab", 7, None, True, {}, {"a": "b"}, [1, 2], ["a", 1], ["a", None], [["a"], ["b"]], [X[0], X[1]], 1.5)]
cases += [(B(names=v), array) for v in (X, np.array(["a", "b"]))]
cases += [(B(names=[str(i) for i in range(n)]), f"{n} {noun} for 2 rows, expected one name a row") for n, noun in ((0, "names"), (1, "name"), (3, "names"))]
cases += [(B(names=["a", name]), "the name of row 1 of this block is not UTF-8, expected UTF-8") for name in bad_utf8]
cases += [(raw_name(name), "the name of row 1 of this block is not UTF-8, expected UTF-8") for name in bad_utf8]
cases += [(B(rate=v), rate) for v in (0, -1, 0.0, -8000.0, float("nan"), float("inf"), -float("inf"), "8000", None, True, [8000], {}, np.array([8000]),
    np.float64(np.nan), np.int16(-1), np.bool_(True))]
cases += [(B(col0=v), col0) for v in (-1, -2 ** 63, 1.0, 0.5, "0", None, True, [0], 2 ** 64 - 1, np.int16(-1), np.float64(1), np.array([1]))]
cases += [(B(last=v), last) for v in (0, 1, "true", None, [], np.int8(1), 1.0)]
cases += [(pack({"mat": v, "x": X}), version) for v in (2, 0, -1, 1.0, "1", True, None, [1], np.int8(2))]
cases += [(pack({}), "a map without \"mat\", expected a matrix block {\"mat\": 1, \"x\": ...}"),
    (pack({"x": X}), "a map without \"mat\", expected a matrix block {\"mat\": 1, \"x\": ...}"),
    (pack({"mat": 1}), "a map without \"x\", expected a matrix block {\"mat\": 1, \"x\": ...}"),
    (pack({"mat": 1, "X": X}), "a map without \"x\", expected a matrix block {\"mat\": 1, \"x\": ...}"),
    (pack({"lsq": 1, "k": 1, "coef": np.ones((1, 1)), "intercept": np.zeros(1)}), "a model of lsq-fit, expected a matrix")]
twice = "a map with the key \"{}\" twice, expected it once"
cases += [(pairs(*items), twice.format(key)) for key, items in zip(("x", "mat", "x", "last", "u", ""), (
    (("mat", 1), ("x", X), ("x", X)), (("mat", 1), ("mat", 1), ("x", X)), (("mat", 1), ("x", X), (b"x", X)),
    (("mat", 1), ("x", X), ("last", True), ("last", False)), (("u", 1), ("mat", 1), ("x", X), ("u", 1)),
    (("", 1), ("mat", 1), ("x", X), ("", 2))))]
cases += [(pairs(("mat", 1), ("x", X), (key, 1)), "a map key that is no string, expected names such as \"x\"") for key in (1, None, 1.5, True, [1], {})]
must_refuse([(data, "at byte 0: " + message) for data, message in cases], READERS[:1] + READERS[3:7] + READERS[8:9])
must_refuse([(GOOD + data, f"at byte {len(GOOD)}: {message}") for data, message in cases[::9]])
# At the bounds nothing is wrong.
for data in (B(**{str(i): i for i in range(3000)}), B(names=["", ""]), B(names=[b"a", b"\xc3\xa9"]), B(rate=5e-324), B(col0=0), B(rate=2 ** 53)):
    status, out, err = call(["pad-chop"], data)
    assert (status, err) == (0, "") and unpack(out)[0]["x"].tolist() == X.tolist(), err'
}

@test "stream: a position that passes the greatest integer is refused, not wrapped or written" {
    py 'write("in", {"mat": 1, "x": np.ones((1, 3)), "col0": 2 ** 63 - 3})'
    pad-chop -c 2: in >out
    py 'm, = read("out"); assert m["col0"] == 2 ** 63 - 1, m'
    pad-chop out >again
    py 'write("in", {"mat": 1, "x": np.eye(2, 3), "col0": 2 ** 63 - 1})
write("model", {"lsq": 1, "k": 1, "col0": 2 ** 63 - 1, "coef": np.ones((1, 1)), "intercept": np.zeros(1)})'
    local command words
    for command in 'pad-chop -c 1: in' 'lsq-predict model in' 'lsq-fit -g 1 --left-out=out in'; do
        read -ra words <<<"$command"
        run -1 --separate-stderr "${words[@]}"
        assert_output ''
        # shellcheck disable=SC2154
        assert_regex "$stderr" "^${command%% *}: in: .*9223372036854775807"
    done
}

@test "stream: any number of attributes goes through all filters" {
    py 'for n in 250, 251, 252, 253, 254, 255, 256, 5000:
    write(f"in{n}", {"mat": 1, "x": np.eye(4), **{f"f{i}": i for i in range(n)}})'
    local n
    for n in 250 251 252 253 254 255 256 5000; do
        pad-chop "in$n" | pad-chop -c 1: | split-holdout -r 0 -H held >rest
        lsq-fit -q -g 1 --left-out=out --no-intercept rest >model
        lsq-fit -g 1 --partial --no-intercept rest | lsq-fit -q --no-intercept >merged
        lsq-predict model held >predicted
        lsq-predict merged held | cmp - predicted
        pad-chop -f 1 out >frames
        r2-score -q held predicted >score
        py 'for name in ("rest", "held", "model", "merged", "predicted", "out", "frames"):
    for m in read(name):
        assert [m[f"f{i}"] for i in range(int(sys.argv[1]))] == list(range(int(sys.argv[1]))), name' "$n"
    done
}

@test "stream: blocks of one matrix that do not agree are refused" {
    sweep '
B = lambda **more: pack({"mat": 1, "x": X, **more})
n = len(B(rate=8000))
must_refuse([
    (B(rate=8000) + B(rate=11025), f"at byte {n}: rate 11025, expected 8000 as in the rows before"),
    (B(rate=8000) + B() + B(rate=8000.5), f"at byte {n + len(B())}: rate 8000.5, expected 8000 as in the rows before"),
    (B(rate=8000)[:n] + B(rate=2822400), f"at byte {n}: rate 2822400, expected 8000 as in the rows before"),
    (B(rate=2822400) + B(rate=2822401), f"at byte {len(B(rate=2822400))}: rate 2822401, expected 2822400 as in the rows before"),
    (B(col0=3) + B(col0=4), f"at byte {len(B(col0=3))}: col0 4, expected 3 as in the rows before"),
    (B(col0=3) + B(), f"at byte {len(B(col0=3))}: col0 0, expected 3 as in the rows before"),
    (B() + B(col0=2 ** 40), f"at byte {len(B())}: col0 {2 ** 40}, expected 0 as in the rows before"),
], READERS[:4] + READERS[4:5])
# A rate that only some blocks carry holds for all; col0 0 is that of a block without.
for data in (B(rate=8) + B(), B() + B(rate=8), B(col0=0) + B()):
    for reader in READERS[:5]:
        assert call(reader, data)[0] == 0, reader
# Rows of different lengths are for pad-chop and split-holdout.
Y = np.ones((1, 3))
wide = "row 2 of 3 columns, expected 2 as in the rows before (pad-chop makes them one length)"
must_refuse([(B() + pack(Y), wide), (pack({"mat": 1, "x": [X[0], X[1], Y[0]]}), wide)], READERS[4:5])
for reader in READERS[:4]:
    assert call(reader, B() + pack(Y))[0] == 0, reader'
}

@test "stream: claims of gigabytes and nesting bombs are refused at once" {
    sweep '
big = "a map that claims more than 64 MiB, expected several of fewer rows, one after the other"
deep = "maps or lists nested deeper than 16, expected a flat map"
u32 = lambda n: n.to_bytes(4, "big")
start = pack({"mat": 1, "x": 0})[:-1]
data = start + pack(nd("|i1", [2, 2], b""))[:-2]
cases = [(data + b"\xc6" + u32(n), f"at byte {len(data)}: {big}") for n in (2 ** 31, 2 ** 32 - 1, 64 << 20, (64 << 20) - len(data) - 4)]
cases += [(start + head + u32(2 ** 32 - 1), f"at byte {len(start)}: {big}") for head in (b"\xc6", b"\xdb", b"\xdd", b"\xdf", b"\xc9")]
cases += [(b"\xdf" + u32(2 ** 32 - 1), f"at byte 0: {big}"), (b"\xdf" + u32(2 ** 31) + b"\xa1x", f"at byte 0: {big}"),
    (b"\xdf" + u32(32 << 20), f"at byte 0: {big}")]
# What is claimed inside adds to what is claimed around it.
around = start + b"\xdd" + u32(6 << 20)
cases += [(around + b"\xc6" + u32(60 << 20), f"at byte {len(around)}: {big}"), (around + b"\xdf" + u32(30 << 20), f"at byte {len(around)}: {big}")]
cases += [(start + b"\x91" * n, f"at byte {len(start) + 15}: {deep}") for n in (17, 1000, 100000)]
cases += [(b"\x81\xa1a" * 100000, f"at byte {3 * 16}: {deep}"), (b"\x81" * 100000, f"at byte 16: {deep}"),
    (start + (b"\xdd" + u32(1)) * 5000, f"at byte {len(start) + 75}: {deep}")]
must_refuse(cases)
# Fifteen lists in the map are not too deep.
ok = pack({"mat": 1, "x": X, "u": 0})[:-1] + b"\x91" * 15 + b"\0"
for reader in READERS:
    assert call(reader, ok)[0] == 0, reader
# More values than any matrix needs.
many = start + b"\xdd" + u32((8 << 20) + 1)
must_refuse([(many, f"at byte {len(start)}: a map of more than 8388608 values, expected several of fewer rows, one after the other")])'
}

@test "stream: a claim costs no memory before its data comes" {
    # A thread that the BLAS starts takes address space of its own, sooner or later.
    export OPENBLAS_NUM_THREADS=1
    sweep '
import array, fcntl, termios, time

# The most address space in KiB that a reader has had once it waits for more than data.
def peak(reader, data):
    p = subprocess.Popen(reader, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    p.stdin.write(data)
    p.stdin.flush()
    waiting, unread = "", array.array("i", [1])
    while unread[0] > 0 or waiting != "S":
        assert p.poll() is None, p.stderr.read()
        time.sleep(0.001)
        fcntl.ioctl(p.stdin, termios.FIONREAD, unread)
        waiting = open(f"/proc/{p.pid}/stat").read().rsplit(")", 1)[1].split()[0]
    status = dict(line.split(":", 1) for line in open(f"/proc/{p.pid}/status"))
    err = p.communicate()[1].decode()
    want = f"{reader[0]}: stdin: truncated after {len(data)} bytes, inside a map\n"
    assert (p.returncode, err) == (1, want), (reader, data[:60], err)
    return int(status["VmPeak"].split()[0])

u32 = lambda n: n.to_bytes(4, "big")
start = pack({"mat": 1, "x": 0})[:-1]
shape = start + pack(nd("|i1", [60 << 20], b""))[:-2]
claims = [start + head + u32(n) + b"\1\2\3" for head, n in ((b"\xc6", 60 << 20), (b"\xdb", 60 << 20), (b"\xdd", 8000000), (b"\xdf", 4000000),
    (b"\xc9", 60 << 20))] + [shape + b"\xc6" + u32(60 << 20) + bytes(1000)]
jobs = [(reader, data) for reader in READERS for data in [GOOD[:-1]] + claims]
peaks = parallel(peak, jobs)
for i, (reader, data) in enumerate(jobs):
    least = peaks[i - i % (len(claims) + 1)]
    assert peaks[i] < least + 4096, (reader, data[:60], peaks[i], least)'
}

@test "stream: a block may have 64 MiB and no more" {
    oracle stream block_may_have_64_mib
    pad-chop -l 1 most >out
    split-holdout -r 0 -H held most >rest
    py 'm = read("out"); assert x(m).shape == (8, 1) and m[-1]["last"] is True
assert len(x(read("held"))) == 1 and len(x(read("rest"))) == 7'
    local message
    message="$(cat at): a map that claims more than 64 MiB, expected several of fewer rows, one after the other"
    refuses 1 "pad-chop: above: $message" pad-chop -l 1 above
    refuses 1 "lsq-fit: stdin: $message" lsq-fit -g 1 <above
}

@test "stream: no filter writes a block above 64 MiB" {
    # 64 rows of pad-chop and 8388 of lsq-predict would fit but for names and attributes.
    py 'write("in", {"mat": 1, "x": np.ones((70, 1), "u1"), "names": ["row %d" % i for i in range(70)], "u": b"-" * 5000})
write("model", {"lsq": 1, "k": 1, "coef": np.arange(1000.0)[None, :], "intercept": np.zeros(1000)})
write("rows", {"mat": 1, "x": np.ones((9000, 1), "i1"), "u": b"-" * 5000})
write("ragged", {"mat": 1, "x": [np.ones(1 + i % 2, "u1") for i in range(70)], "names": ["-" * 200] * 70})'
    cat >blocks.py <<'END'
import msgpack, sys
reader = msgpack.Unpacker(sys.stdin.buffer, max_buffer_size=1 << 30)
at = 0
for m in reader:
    nd = m["x"]
    print(reader.tell() - at, nd[b"shape"][0], nd[b"shape"][1], len(m.get("names", [])), m["last"], nd[b"data"].count(b"\1"), len(m.get("u", "")))
    at = reader.tell()
END
    pad-chop -l 1048496 in | "$PYTHON" blocks.py >in.blocks
    pad-chop -l 1048496 ragged | "$PYTHON" blocks.py >ragged.blocks
    lsq-predict model rows | "$PYTHON" blocks.py >rows.blocks
    oracle stream no_filter_writes_block_above
}

@test "stream: an error after output has begun leaves a stream that the next filter refuses" {
    py 'B = lambda **more: {"mat": 1, "x": np.ones((300, 2000)), **more}
write("two", B(last=False), B(last=False))
write("in", B(last=False), B(last=False), B(x=7))
write("model", {"lsq": 1, "k": 1, "coef": np.ones((1, 2000)), "intercept": np.zeros(2000)})'
    local command
    for command in 'pad-chop -l 2000' 'split-holdout -r 0 -H held' 'lsq-predict model'; do
        run -1 --separate-stderr bash -c "$command in >out"
        assert_output ''
        assert_equal "$stderr" "${command%% *}: in: at byte $(wc -c <two): \"x\": no array, expected an array or a list of arrays"
        assert [ -s out ]
        run -1 --separate-stderr pad-chop out
        assert_output ''
        assert_regex "$stderr" '^pad-chop: out: truncated after [0-9]+ bytes'
    done
    assert [ ! -e held ]
}

@test "stream: a model for a matrix and a matrix for a model are refused, and a file that is not there" {
    py 'x = np.array([[1, 2], [3, 5.0], [4, 4]])
write("in", {"mat": 1, "x": x})
write("other", {"mat": 1, "x": x})
write("one", {"mat": 1, "x": x[:1], "rate": 8})
write("both", {"lsq": 1, "mat": 1, "x": x})'
    lsq-fit -g 1 in >model
    local a='a model of lsq-fit, expected a matrix'
    refuses 1 "pad-chop: model: at byte 0: $a" pad-chop model
    refuses 1 "pad-chop: model: at byte 0: $a" pad-chop in model
    refuses 1 "split-holdout: model: at byte 0: $a" split-holdout -r 0 -H held model
    refuses 1 "lsq-fit: model: at byte 0: $a" lsq-fit -g 1 model
    refuses 1 "lsq-predict: model: at byte 0: $a" lsq-predict model model
    refuses 1 "stitch-wav: model: at byte 0: $a" stitch-wav model
    refuses 1 "stitch-wav: model: at byte 0: $a" stitch-wav one model
    refuses 1 "r2-score: model: at byte 0: $a" r2-score model in
    refuses 1 "r2-score: model: at byte 0: $a" r2-score in model
    refuses 1 'lsq-predict: in: a matrix, expected a model of lsq-fit' lsq-predict in in
    refuses 1 'lsq-predict: stdin: a matrix, expected a model of lsq-fit' lsq-predict - in <other
    pad-chop both >/dev/null

    mkdir folder
    local name message
    for name in absent folder; do
        message='cannot be opened: No such file or directory'
        if [ $name = folder ]; then
            message='a directory, expected a matrix stream'
        fi
        refuses 1 "pad-chop: $name: $message" pad-chop $name
        refuses 1 "pad-chop: $name: $message" pad-chop in $name
        refuses 1 "split-holdout: $name: $message" split-holdout -r 0 -H held $name
        refuses 1 "lsq-fit: $name: $message" lsq-fit -g 1 $name
        refuses 1 "lsq-predict: $name: $message" lsq-predict model $name
        refuses 1 "lsq-predict: $name: ${message/a matrix stream/a model}" lsq-predict $name in
        refuses 1 "stitch-wav: $name: $message" stitch-wav -r 8 $name
        refuses 1 "stitch-wav: $name: $message" stitch-wav one $name
        refuses 1 "r2-score: $name: $message" r2-score $name in
        refuses 1 "r2-score: $name: $message" r2-score in $name
    done
    refuses 1 'pad-chop: stdin: a directory, expected a matrix stream' pad-chop <folder
    refuses 1 'pad-chop: /dev/null: empty, expected a matrix stream (did the program that writes it fail?)' pad-chop /dev/null
    assert [ ! -e held ]
}

@test "stream: a field that no filter knows keeps its value and its type, in the shortest encoding" {
    # 5 in 16 bits, 1.0 in 32, a text with a long length, a key of bytes, 7 in 64 bits, an extension, a list in 32 bits.
    py 'block = msgpack.packb({"mat": 1, "x": np.ones((1, 2))}, default=msgpack_numpy.encode)
open("in", "wb").write(b"\x89" + block[1:] + b"\xa1a\xcd\x00\x05" b"\xa1b\xca\x3f\x80\x00\x00" b"\xa1c\xd9\x01z" b"\xc4\x01d\x01"
    b"\xa1e\xd3" + bytes(7) + b"\x07" b"\xa1f\xc7\x01\x05z" b"\xa1g\xdd\x00\x00\x00\x01\xc4\x00")'
    pad-chop in >out
    py 'fields = [{k: v for k, v in read(f)[0].items() if k not in ("x", "last")} for f in ("in", "out")]
assert fields[0] == fields[1] == {"mat": 1, "a": 5, "b": 1.0, "c": "z", b"d": 1, "e": 7, "f": msgpack.ExtType(5, b"z"), "g": [b""]}
data = open("out", "rb").read()
for shortest in (b"\xa1a\x05", b"\xa1b\xca\x3f\x80\x00\x00", b"\xa1c\xa1z", b"\xc4\x01d\x01", b"\xa1e\x07", b"\xa1f\xd4\x05z", b"\xa1g\x91\xc4\x00"):
    assert shortest in data, shortest'
}
