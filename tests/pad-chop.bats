# pad-chop

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# lengths: a file of three blocks with rows of 5, 3, 4, 4 and 6 columns, 1 to 6 in each.
lengths() {
    py 'r = lambda n: np.arange(1, n + 1, dtype="<i2")
write("in", {"mat": 1, "x": [r(5), r(3)], "names": ["a", "b"], "rate": 8000, "last": False},
    {"mat": 1, "x": np.array([r(4), r(4)]), "names": ["c", "d"], "rate": 8000, "last": False},
    {"mat": 1, "x": r(6), "names": ["e"], "rate": 8000})'
}

# rows_of FILE: its rows, a line each.
rows_of() {
    py 'm = read(sys.argv[1])
assert [b["last"] for b in m] == [False] * (len(m) - 1) + [True] and all(b["x"].ndim == 2 for b in m)
print(*(" ".join(map(str, row)) for b in m for row in b["x"]), sep="\n")' "$1"
}

# peak COMMAND...: the most memory that it takes, in KiB. A small process of its own
# measures, for what that holds is counted too.
peak() {
    "$PYTHON" -c '
import os, sys
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))' "$@"
}

# blocks COUNT: a matrix of so many blocks, 1 MiB each.
blocks() {
    py 'block = {"mat": 1, "x": np.full((64, 16384), 7, "u1"), "names": ["row %d" % i for i in range(64)], "last": False}
part = msgpack.packb(block, default=msgpack_numpy.encode)
for i in range(int(sys.argv[1]) - 1):
    sys.stdout.buffer.write(part)
block["last"] = True
write("-", block)' "$1"
}

@test "pad-chop: rows of different lengths are chopped to the shortest" {
    py 'write("in", {"mat": 1, "x": [np.arange(5, dtype="<i2"), np.arange(3, dtype="<i2") + 10], "names": ["a", "b"], "rate": 8000})'
    pad-chop in >out
    py 'm = read("out"); assert len(m) == 1 and m[0]["last"] is True and m[0]["rate"] == 8000 and m[0]["names"] == ["a", "b"]
assert m[0]["x"].dtype == "<i2" and m[0]["x"].tolist() == [[0, 1, 2], [10, 11, 12]]'
}

@test "pad-chop: min, max and a number set the length of all rows of all blocks" {
    lengths
    pad-chop in >default
    pad-chop -l min in >shortest
    pad-chop -l max in >longest
    pad-chop --length=1 in >one
    pad-chop --length 4 in >four
    pad-chop -l9 in >nine
    cmp default shortest
    refuses 2 "pad-chop: --length given twice, expected it once; try 'pad-chop --help'" pad-chop -l max --length=min in
    assert_equal "$(rows_of shortest)" $'1 2 3\n1 2 3\n1 2 3\n1 2 3\n1 2 3'
    assert_equal "$(rows_of longest)" $'1 2 3 4 5 0\n1 2 3 0 0 0\n1 2 3 4 0 0\n1 2 3 4 0 0\n1 2 3 4 5 6'
    assert_equal "$(rows_of one)" $'1\n1\n1\n1\n1'
    assert_equal "$(rows_of four)" $'1 2 3 4\n1 2 3 0\n1 2 3 4\n1 2 3 4\n1 2 3 4'
    assert_equal "$(rows_of nine)" \
        $'1 2 3 4 5 0 0 0 0\n1 2 3 0 0 0 0 0 0\n1 2 3 4 0 0 0 0 0\n1 2 3 4 0 0 0 0 0\n1 2 3 4 5 6 0 0 0'
    py 'for name in "shortest", "longest", "one", "four", "nine":
    m = read(name)
    assert names(m) == list("abcde") and all(b["rate"] == 8000 and b["x"].dtype == "<i2" and "col0" not in b for b in m)'
}

@test "pad-chop: the length is that of the rows of all files" {
    lengths
    py 'write("short", np.array([[7, 8]]))
write("long", np.arange(8))'
    pad-chop in short >shortest
    pad-chop -l max short - long <in >longest
    assert_equal "$(rows_of shortest)" $'1 2\n1 2\n1 2\n1 2\n1 2\n7 8'
    assert_equal "$(rows_of longest | sed -n '1p;2p;$p')" $'7 8 0 0 0 0 0 0\n1 2 3 4 5 0 0 0\n0 1 2 3 4 5 6 7'
}

@test "pad-chop: the padding is zeros of the row's own type, all bits" {
    py 'types = [o + t for o in "<>" for t in ("i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8")] + ["|b1", "|i1", "|u1"]
write("in", {"mat": 1, "x": [np.ones(1 + i % 2, t) for i, t in enumerate(types)], "names": types})
write("rectangle", *({"mat": 1, "x": np.ones((2, 2), t), "names": [t, t]} for t in types))'
    local in length
    for in in in rectangle; do
        for length in 7 2000; do
            pad-chop -l $length $in >out
            py 'length, count = int(sys.argv[1]), 0
for m in read("out"):
    assert m["x"].shape == (len(m["names"]), length)
    for row, type in zip(m["x"], m["names"]):
        assert row.dtype.str == type, (row, type)
        ones = 1 + count % 2 if sys.argv[2] == "in" else 2
        count += 1
        assert row[:ones].tolist() == [1] * ones
        assert row[ones:].tobytes() == bytes((length - ones) * row.dtype.itemsize)
assert count == (19 if sys.argv[2] == "in" else 38)' $length $in
        done
    done
}

@test "pad-chop: --columns keeps columns from A up to, not including, B" {
    py 'write("in", {"mat": 1, "x": np.arange(20, dtype="<i2").reshape(2, 10), "names": ["a", "b"]})'
    local range from to
    while read -r range from to; do
        pad-chop -c "$range" in >"out $range"
        echo "$range $from $to"
    done >table <<'END'
: 0 10
0: 0 10
:10 0 10
3: 3 10
:4 0 4
2:5 2 5
9: 9 10
:1 0 1
007:08 7 8
0.5: 5 10
:0.25 0 2
:.25 0 2
0.: 0 10
1e-1: 1 10
:5E-1 0 5
0.0:1.0 0 10
10%:50% 1 5
12.5%:99.9% 1 9
0%:100% 0 10
2:50% 2 5
0.2:9 2 9
20%:0.5 2 5
:0.9999999 0 9
END
    pad-chop --columns=2:5 in >long
    cmp long 'out 2:5'
    refuses 2 "pad-chop: --columns given twice, expected it once; try 'pad-chop --help'" pad-chop -c 1:2 -c 2:5 in
    py 'lines = [line.split() for line in open("table")]
assert len(lines) == 23
for range, a, b in lines:
    m, = read("out " + range)
    want = np.arange(20).reshape(2, 10)[:, int(a):int(b)]
    assert m["x"].tolist() == want.tolist(), (range, m)
    assert m.get("col0", 0) == int(a) and m["names"] == ["a", "b"], (range, m)'
}

@test "pad-chop: fractions and per cents are the integer part of fraction times columns in double" {
    py 'for n in (1, 49, 100, 4087):
    write("in%d" % n, np.arange(n, dtype="<i4"))'
    local n p
    for n in 1 49 100 4087; do
        for p in 0.25 0.29 0.57 0.58 0.07 0.14 0.5 0.999999999999 0.3333; do
            # A cut that keeps nothing is an error.
            pad-chop -c "$p:" "in$n" >"$n $p"
        done
        for p in 7 14 25 28 29 55 56 57 58 99; do
            pad-chop -c "$p%:" "in$n" >"$n $p%"
        done
    done
    py 'import glob
count = 0
for path in glob.glob("[0-9]* *"):
    n, p = path.split()
    fraction = float(p[:-1]) / 100 if p[-1] == "%" else float(p)
    m, = read(path)
    assert m["x"][0][0] == int(fraction * int(n)) == m.get("col0", 0) and m["x"].shape == (1, int(n) - int(fraction * int(n))), (path, m)
    count += 1
assert count == 4 * 19
# The cases where this differs from the number as written.
assert read("100 0.29")[0]["col0"] == 28 and read("100 29%")[0]["col0"] == 28 and read("4087 0.25")[0]["col0"] == 1021'
}

@test "pad-chop: a fraction or a per cent has an offset, which ends where the row does" {
    py 'write("in", {"mat": 1, "x": np.arange(49)})
write("rows", {"mat": 1, "x": [np.arange(n) for n in (9, 49, 100)], "names": ["a", "b", "c"]})'
    local range
    for range in 25%-5:25%+7 0.5-40:0.5+2 50%+20:100%+1 100%-3: :1e-1+1 3:2e-1-2; do
        pad-chop -c "$range" in >"out $range"
    done
    pad-chop -q -f 12 -c 25%-6:25%+6 rows >frames
    pad-chop -q -f 8 -c 25%-6:25%+6 rows >shorter
    refuses 1 "pad-chop: in: columns 50%+30: are 49:49 in rows of 49, expected A < B <= 49" pad-chop -c 50%+30: in
    py 'for range, a, b in (("25%-5:25%+7", 7, 19), ("0.5-40:0.5+2", 0, 26), ("50%+20:100%+1", 44, 49), ("100%-3:", 46, 49), (":1e-1+1", 0, 5), ("3:2e-1-2", 3, 7)):
    m, = read("out " + range)
    assert m["x"].tolist() == [list(__import__("builtins").range(a, b))] and m.get("col0", 0) == a, (range, m)
m = read("frames")
assert names(m) == ["b@6", "c@19"] and x(m).tolist() == [list(__import__("builtins").range(6, 18)), list(__import__("builtins").range(19, 31))], m
# A context near the edge is shorter.
assert names(read("shorter"))[:2] == ["a@0", "b@6"]'
}

@test "pad-chop: a processor whose registers have more digits than a double counts the same columns" {
    [[ $(uname -m) == x86_64 ]] || return 0
    gcc -std=c11 -O2 -mfpmath=387 -D_POSIX_C_SOURCE=200809L -I"$ROOT/libcommon" -I"$ROOT/tests/unit" -DWAVEFILL_VERSION='""' -o num \
        "$ROOT"/tests/unit/num.c "$ROOT"/libcommon/base/*.c
    ./num
}

@test "pad-chop: --columns counts in the rows as --length has made them" {
    lengths
    pad-chop -c 50%: in >chopped
    pad-chop -l max -c 50%: in >padded
    pad-chop -l 10 -c 40%:6 in >exact
    pad-chop -l 10 -c 8: in >zeros
    assert_equal "$(rows_of chopped)" $'2 3\n2 3\n2 3\n2 3\n2 3'
    assert_equal "$(rows_of padded)" $'4 5 0\n0 0 0\n4 0 0\n4 0 0\n4 5 6'
    assert_equal "$(rows_of exact)" $'5 0\n0 0\n0 0\n0 0\n5 6'
    assert_equal "$(rows_of zeros)" $'0 0\n0 0\n0 0\n0 0\n0 0'
    # A long row of which few columns are kept need not fit into a block.
    pad-chop -l 67108864 -c 4:6 in >few
    cut -d ' ' -f 5-6 <(rows_of <(pad-chop -l max in)) >want
    assert_equal "$(rows_of few)" "$(cat want)"
}

# A block as wide as the columns kept is not always these columns.
@test "pad-chop: rectangles of any width are brought to the length first, then cut" {
    py 'import itertools, subprocess
for width, other, length in itertools.product((1, 3, 5), (3, 4), ("min", "max", "2", "3", "5", "9")):
    blocks = [np.arange(2 * w, dtype="<i2").reshape(2, w) + 1 for w in (width, other)]
    write("in", {"mat": 1, "x": blocks[0], "last": False}, {"mat": 1, "x": blocks[1]})
    n = {"min": min, "max": max}.get(length, lambda *any: int(length))(width, other)
    want = np.array([np.pad(row, (0, 9))[:n] for rows in blocks for row in rows])
    for a, b in itertools.combinations(range(n + 1), 2):
        with open("out", "wb") as out:
            subprocess.run(["pad-chop", "-l", length, "-c", f"{a}:{b}", "in"], stdout=out, check=True)
        assert (x(read("out")) == want[:, a:b]).all(), (width, other, length, a, b)'
}

@test "pad-chop: col0 moves by A" {
    py 'x = np.arange(10)
write("none", {"mat": 1, "x": x})
write("zero", {"mat": 1, "x": x, "col0": 0})
write("forty", {"mat": 1, "x": x, "col0": 40})'
    pad-chop none >none.0
    pad-chop -c :5 none >none.1
    pad-chop -c 3: none >none.2
    pad-chop -c 3: none | pad-chop -c 2:4 >none.3
    pad-chop -c 0: zero >zero.0
    pad-chop -c 3: zero >zero.1
    pad-chop forty >forty.0
    pad-chop -c 50%: forty >forty.1
    pad-chop -l 20 -c 15: forty >forty.2
    py 'for path, col0, first in (("none.0", None, 0), ("none.1", None, 0), ("none.2", 3, 3), ("none.3", 5, 5), ("zero.0", 0, 0), ("zero.1", 3, 3),
    ("forty.0", 40, 0), ("forty.1", 45, 5), ("forty.2", 55, 0)):
    m, = read(path)
    assert m.get("col0") == col0 and m["x"][0][0] == first, (path, m)'
}

@test "pad-chop: --columns is a list of ranges, kept in its order, and --reverse turns rows around" {
    oracle pad_chop columns_in_any_order
}

@test "pad-chop: with --frame, each range of --columns has its frames, and --reverse turns each around" {
    oracle pad_chop frames_of_ranges
}

@test "pad-chop: a recording in reverse is that of sox" {
    sox -n -r 8000 -b 16 -c 1 tone.wav synth 0.05 sine 300-2000
    sox tone.wav back.wav reverse
    fsdd-load tone.wav | pad-chop --reverse | stitch-wav -o out.wav
    cmp out.wav back.wav
}

@test "pad-chop: --length that is no length is a usage error" {
    local arg
    for arg in '' 0 -1 +3 ' 3' '3 ' 3x 0x10 1e3 1.5 50% MIN mini 67108865 18446744073709551617 99999999999999999999; do
        refuses 2 "pad-chop: --length: '$arg', expected min, max or a number from 1 to 67108864; try 'pad-chop --help'" \
            pad-chop -l "$arg"
    done
}

@test "pad-chop: --columns that are no columns are a usage error" {
    local arg
    for arg in '' 3 a:b 1:2:3 -1: :-1 1-3 101%: :100.1% 1.5: :2.0 nan: inf: 0x1: ' 1:2' '1 :2' 1:' 2' 1,5: :e %: :% 1%%: :5%% 1e400: \
        18446744073709551616: :99999999999999999999 1:2x 5-3: :5+1 50%--3: 50%-3%: :50%- :-3 50%-1-1:; do
        refuses 2 "pad-chop: --columns: '$arg', expected A:B, each an index, a fraction or a percentage; try 'pad-chop --help'" \
            pad-chop -c "$arg"
    done
    for arg in 5:5 5:3 :0 0:0 0.5:0.5 0.5:0.25 50%:0.2 0.5:50% 100%: 1.0: 50%+3:50% 50%+3:25%-3; do
        refuses 2 "pad-chop: --columns: '$arg', expected A smaller than B; try 'pad-chop --help'" pad-chop -c "$arg"
    done
}

@test "pad-chop: a sign does not make an index a fraction" {
    # Without one, 1 is one column and 1.0 is all of them.
    local arg
    for arg in :+1 +1: -0: +0.5: :+50%; do
        refuses 2 "pad-chop: --columns: '$arg', expected A:B, each an index, a fraction or a percentage; try 'pad-chop --help'" \
            pad-chop -c "$arg"
    done
}

@test "pad-chop: columns that the rows do not have are refused" {
    py 'write("in", np.arange(10, dtype="<i2"))'
    local arg found
    while read -r arg found; do
        refuses 1 "pad-chop: in: columns $arg are $found in rows of 10, expected A < B <= 10" pad-chop -c "$arg" in
        refuses 1 "pad-chop: stdin: columns $arg are $found in rows of 10, expected A < B <= 10" \
            pad-chop -l 10 -c "$arg" <in
    done <<'END'
5:12 5:12
10: 10:10
12: 12:10
:11 0:11
8:50% 8:5
0.01:0.05 0:0
:9% 0:0
0:0% 0:0
18446744073709551615: 18446744073709551615:10
:18446744073709551615 0:18446744073709551615
END
}

@test "pad-chop: a row that no block holds is refused" {
    py 'write("in", {"mat": 1, "x": np.arange(10, dtype="<f8"), "names": ["a"]})'
    refuses 1 'pad-chop: stdout: a row of 67108864 columns (536870912 bytes), expected it to fit into 64 MiB' \
        pad-chop -l 67108864 in
    refuses 1 'pad-chop: stdout: a row of 8388608 columns (67108864 bytes), expected it to fit into 64 MiB' \
        pad-chop -l 8388608 in
    pad-chop -l 8388500 in >out
    assert [ "$(wc -c <out)" -le 67108864 ]
    py 'm, = read("out"); assert m["x"].shape == (1, 8388500) and m["x"].sum() == 45'
}

@test "pad-chop: nothing is written where the input turns out bad, and min and max see all of it first" {
    blocks 3 >good
    head -c -1 good >broken
    local option
    for option in -lmin -lmax; do
        refuses 1 "pad-chop: broken: truncated after $(wc -c <broken) bytes, inside a map" pad-chop $option broken
    done
    # With a number blocks go out as they come; what has gone out is no whole matrix.
    run -1 --separate-stderr bash -c 'pad-chop -l 16384 broken >out'
    # shellcheck disable=SC2154
    assert_equal "$stderr" "pad-chop: broken: truncated after $(wc -c <broken) bytes, inside a map"
    py 'm = read("out"); assert 1 <= len(m) <= 2 and all(b["last"] is False for b in m)'
}

@test "pad-chop: with a number memory stays the same however many rows come" {
    blocks 4 >few
    blocks 100 >many
    local few many
    few=$(peak pad-chop -l 20000 -c 10: few)
    many=$(peak pad-chop -l 20000 -c 10: many)
    assert [ "$many" -lt $((few + 8192)) ]
    many=$(blocks 100 | peak pad-chop -l 100)
    assert [ "$many" -lt $((few + 8192)) ]
}

@test "pad-chop: above 64 MiB min and max keep their input in an unnamed file in TMPDIR" {
    # The first row is the longest, the last the shortest.
    py 'block = lambda n, last: {"mat": 1, "x": np.full((1, n), n % 251, "u1"), "names": [str(n)], "last": last}
sizes = [2000001] + [1000000 + i for i in range(140)] + [999999]
write("in", *(block(n, n == 999999) for n in sizes))'
    mkdir tmp
    export TMPDIR=$PWD/tmp
    pad-chop in >shortest
    pad-chop -l max -c 1000139: in >longest
    pad-chop -l 999999 in | cmp shortest -
    pad-chop -l 2000001 -c 1000139: in | cmp longest -
    assert_equal "$(ls -A tmp)" ''
    py 'm = read("shortest")
assert len(m) == 142 and all(b["x"].shape == (1, 999999) and (b["x"] == int(b["names"][0]) % 251).all() for b in m)'
    export TMPDIR=$PWD/absent
    refuses 1 "pad-chop: $PWD/absent: no temporary file can be made there: No such file or directory" pad-chop in
    refuses 1 "pad-chop: $PWD/absent: no temporary file can be made there: No such file or directory" pad-chop -l max in
    # With a number, or with less than 64 MiB, there is no need for one.
    pad-chop -l 999999 in | cmp shortest -
    lengths
    assert_equal "$(rows_of <(pad-chop in))" $'1 2 3\n1 2 3\n1 2 3\n1 2 3\n1 2 3'
    # It is there, without a name, while the input comes.
    export TMPDIR=$PWD/tmp
    "$PYTHON" -c '
import os, subprocess, sys
p = subprocess.Popen(["pad-chop"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
data = open("shortest", "rb").read()
p.stdin.write(data)
p.stdin.flush()
links = [os.readlink(f"/proc/{p.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{p.pid}/fd")]
assert os.listdir("tmp") == [] and any(os.path.realpath("tmp") in link and link.endswith(" (deleted)") for link in links), links
p.stdin.write(data)
p.stdin.close()
assert p.wait() == 0'
    # From there on it takes no more memory.
    local few many
    few=$(blocks 100 | peak pad-chop)
    many=$(blocks 200 | peak pad-chop)
    assert [ "$many" -lt $((few + 8192)) ]
}

@test "pad-chop: --frame gives the windows of NumPy, of every type, width and hop" {
    py '
import subprocess
from numpy.lib.stride_tricks import sliding_window_view
rng = np.random.default_rng(3)
types = [o + t for o in "<>" for t in ("i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8")] + ["|b1", "|i1", "|u1"]
lengths = [int(n) for n in rng.integers(1, 40, len(types))]
row = lambda n, type: rng.integers(0, 2, n).astype(type) if type == "|b1" else (rng.normal(size=n) * 60).astype(type)
ragged = [row(n, type) for n, type in zip(lengths, types)]
write("ragged", {"mat": 1, "x": ragged[:7], "names": ["r%d" % i for i in range(7)], "last": False}, {"mat": 1, "x": ragged[7:], "names": ["r%d" % i for i in range(7, 19)]})
whole = (rng.normal(size=(9, 23)) * 60).astype(">i4")
write("whole", {"mat": 1, "x": whole, "names": ["r%d" % i for i in range(9)]})
count = 0
for path, rows in ("ragged", ragged), ("whole", list(whole)):
    for width in 1, 2, 5, 23, 30:
        for hop in None, 1, 2, 7, 23, 1000, 67108864:
            want = [(f"r{i}@{j * (hop or 1)}", frame) for i, r in enumerate(rows) if len(r) >= width
                    for j, frame in enumerate(sliding_window_view(r, width)[::hop or 1])]
            done = subprocess.run(["pad-chop", "-f", str(width)] + ([] if hop is None else ["--hop", str(hop)]) + [path], capture_output=True)
            short = sum(len(r) < width for r in rows)
            if not want:
                assert done.returncode == 1 and done.stdout == b"", done
                continue
            warning = f"pad-chop: warning: rows too short for a frame of {width} column{chr(115) * (width > 1)}: {short} of {len(rows)}\n" if short else ""
            assert done.returncode == 0 and done.stderr.decode() == warning, done
            blocks = list(msgpack.Unpacker(__import__("io").BytesIO(done.stdout), object_hook=msgpack_numpy.decode))
            assert [b["last"] for b in blocks] == [False] * (len(blocks) - 1) + [True] and all("col0" not in b for b in blocks)
            got = [(name, frame) for b in blocks for name, frame in zip(b["names"], b["x"])]
            assert len(got) == len(want)
            for (name, frame), (wanted, expected) in zip(got, want):
                assert name == wanted and frame.dtype.str == expected.dtype.str and frame.tobytes() == expected.tobytes(), (path, width, hop, name)
            count += len(got)
assert count > 4000, count'
}

@test "pad-chop: frames carry rate and attributes; a name says where each begins in the full row" {
    py 'x = np.arange(12, dtype="<i2").reshape(2, 6)
write("named", {"mat": 1, "x": x, "names": ["a", ""], "rate": 8000, "col0": 40, "note": ["kept", 1]})
write("unnamed", {"mat": 1, "x": x[0], "rate": 11025.5, "col0": 3, "last": False}, {"mat": 1, "x": x[1], "col0": 3, "rate": 11025.5})
write("mixed", {"mat": 1, "x": x, "names": ["a", "b"], "last": False}, {"mat": 1, "x": x[:1]})'
    pad-chop -f 4 --hop=2 named >named.4
    pad-chop --frame=2 --hop 2 -c 1:5 named >named.2
    pad-chop -f6 unnamed >unnamed.6
    pad-chop -f 6 mixed >mixed.6
    py 'm, = read("named.4")
assert m.pop("x").tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [6, 7, 8, 9], [8, 9, 10, 11]]
assert m == {"mat": 1, "names": ["a@40", "a@42", "", ""], "rate": 8000, "note": ["kept", 1], "last": True}, m
m, = read("named.2")
assert m["x"].tolist() == [[1, 2], [3, 4], [7, 8], [9, 10]] and m["names"] == ["a@41", "a@43", "", ""] and "col0" not in m
ms = read("unnamed.6")
assert x(ms).tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]] and all("names" not in m and "col0" not in m and m["rate"] == 11025.5 for m in ms)
ms = read("mixed.6")
assert [m.get("names") for m in ms] == [["a@0", "b@0"], None] and x(ms).shape == (3, 6)'
}

@test "pad-chop: with --frame, --columns is of each row: fractions of its own length" {
    py 'write("in", {"mat": 1, "x": [np.arange(8), np.arange(4) + 10, np.arange(3) + 20], "names": ["a", "b", "c"]})'
    local range
    for range in :0.25 50%: 1:3 0.34:0.67 2:50% 0%:100%; do
        pad-chop -q -f 1 -c "$range" in >"out $range"
    done
    refuses 1 'pad-chop: in: row 2: columns 0:4 are 0:4 in a row of 3, expected positions up to 3' pad-chop -f 1 -c 0:4 in
    run -0 --separate-stderr bash -c 'pad-chop -f 1 -c :0.25 in >out'
    # shellcheck disable=SC2154
    assert_equal "$stderr" 'pad-chop: warning: rows too short for a frame of 1 column: 1 of 3'
    py 'rows = [np.arange(8), np.arange(4) + 10, np.arange(3) + 20]
for range, cut in (":0.25", lambda n: (0, int(0.25 * n))), ("50%:", lambda n: (int(0.5 * n), n)), ("1:3", lambda n: (1, 3)), ("0%:100%", lambda n: (0, n)), \
        ("0.34:0.67", lambda n: (int(0.34 * n), int(0.67 * n))), ("2:50%", lambda n: (2, int(0.5 * n))):
    m = read("out " + range)
    want = [(name + "@%d" % i, int(row[i])) for name, row in zip("abc", rows) for i in __import__("builtins").range(*cut(len(row)))]
    assert want and list(zip(names(m), x(m)[:, 0].tolist())) == want, (range, m)'
}

@test "pad-chop: frames go out in blocks of bounded size, however many and however named" {
    py 'rng = np.random.default_rng(5)
write("long", {"mat": 1, "x": rng.integers(-99, 99, 60000).astype("<i2"), "names": ["x" * 3000]})
write("note", {"mat": 1, "x": np.arange(3, dtype="u1"), "note": b"n" * 60000000, "names": ["a"]})
write("bare", rng.integers(0, 255, 300000).astype("|u1"))
write("some", {"mat": 1, "x": [np.arange(5), np.arange(2)], "names": ["", "b" * 2000000], "last": False}, {"mat": 1, "x": np.arange(1.0)})'
    pad-chop -f 100 --hop=7 long >long.frames
    pad-chop -f 1 note >note.frames
    pad-chop -f 3 bare >bare.frames
    pad-chop -q -f 2 some >some.frames
    py 'from numpy.lib.stride_tricks import sliding_window_view
for path, width, hop in ("long", 100, 7), ("bare", 3, 1):
    ms, row = read(path + ".frames"), read(path)[0]
    row = row["x"] if path == "long" else row
    assert (x(ms) == sliding_window_view(row, width)[::hop]).all()
    assert len(ms) > 10 and all(len(msgpack.packb(m, default=msgpack_numpy.encode)) < 1100000 for m in ms)
    assert path == "bare" or names(ms) == ["x" * 3000 + "@%d" % i for i in range(0, 60000 - 99, 7)]
ms = read("note.frames")
assert x(ms).tolist() == [[0], [1], [2]] and names(ms) == ["a@0", "a@1", "a@2"] and all(len(m["note"]) == 60000000 for m in ms)
ms = read("some.frames")
assert x(ms).tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [0, 1]] and names(ms[:-1]) == [""] * 4 + ["b" * 2000000 + "@0"]
# The matrix ends with a block, though its last row has no frame.
assert [m["last"] for m in ms] == [False] * (len(ms) - 1) + [True] and ms[-1]["x"].shape == (0, 2)'
}

@test "pad-chop: a frame that fills a block with its name is refused" {
    py 'write("in", {"mat": 1, "x": np.zeros((1, 60000000), "u1"), "names": ["n" * 7108600]})'
    refuses 1 'pad-chop: stdout: a row of 60000000 columns (60000000 bytes), expected it to fit into 64 MiB' \
        pad-chop -f 60000000 in
    pad-chop -f 50000000 --hop=10000000 in >out
    py 'ms = read("out"); assert x(ms).shape == (2, 50000000) and [n[-9:] for n in names(ms)] == ["nnnnnnn@0", "@10000000"]'
}

@test "pad-chop: --frame takes the same memory however many rows and frames there are" {
    blocks 4 >few
    blocks 60 >many
    local few many
    few=$(peak pad-chop -f 500 --hop=500 few)
    many=$(peak pad-chop -f 500 --hop=500 many)
    assert [ "$many" -lt $((few + 4096)) ]
    # Each value in up to a hundred frames.
    many=$(peak pad-chop -f 100 few)
    assert [ "$many" -lt $((few + 4096)) ]
}
