# stitch-wav

# shellcheck disable=SC2016 # what stands in single quotes is for another shell, or for Python

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# one VALUES [KEY: VALUE, ...]: a matrix of that one row at 8000 Hz in the file in.
one() {
    py "write('in', {'mat': 1, 'x': np.array([$1]), 'rate': 8000, 'names': ['a'], ${2-}})"
}

# holds VALUES FILE: the WAV file has these samples, as SoX reads it.
holds() {
    assert_equal "$(soxi -t "$2") $(soxi -c "$2") $(soxi -b "$2")" 'wav 1 16'
    assert_equal "$(sox -D "$2" -b 16 -e signed-integer -t raw - | od -An -v -td2 -w2 | tr -d ' ' | paste -s -d ,)" "${1// /}"
}

# tidy: no temporary file has stayed.
tidy() {
    assert_equal "$(find . -name '.wf-*')" ''
}

@test "stitch-wav: reversibility: what fsdd-load reads comes back byte for byte" {
    fsdd-load "$CORPUS" | stitch-wav -o clips
    diff -r -x '[!0-9]*' "$CORPUS" clips
    assert_equal "$(find clips -type f | wc -l)" 50
    fsdd-load "$CORPUS/0_espeak_3.wav" | stitch-wav | cmp - "$CORPUS/0_espeak_3.wav"
}

@test "stitch-wav: the bytes are those that the wave module and SciPy write, a header of 44 and the samples" {
    py 'for n in 1, 2, 3, 4087, 1000003:
    write("%d.in" % n, {"mat": 1, "x": [(np.arange(n) * 7919 % 65536 - 32768).astype("<i2")]})'
    for n in 1 2 3 4087 1000003; do
        for rate in 1 8000 44100 2147483647; do
            stitch-wav -r "$rate" "$n.in" >"$n.$rate.wav"
        done
    done
    py 'import io, wave
from scipy.io import wavfile
for n in 1, 2, 3, 4087, 1000003:
    row = (np.arange(n) * 7919 % 65536 - 32768).astype("<i2")
    for rate in 1, 8000, 44100, 2147483647:
        ours = open("%d.%d.wav" % (n, rate), "rb").read()
        assert len(ours) == 44 + 2 * n
        theirs = io.BytesIO()
        with wave.open(theirs, "wb") as w:
            w.setparams((1, 2, rate, n, "NONE", ""))
            w.writeframes(row.tobytes())
        assert ours == theirs.getvalue(), (n, rate)
        theirs = io.BytesIO()
        wavfile.write(theirs, rate, row)
        assert ours == theirs.getvalue(), (n, rate)'
}

@test "stitch-wav: SoX reads what it writes" {
    one '1, -2, 32767, -32768'
    stitch-wav -o out.wav in
    assert_equal "$(soxi -t out.wav) $(soxi -c out.wav) $(soxi -r out.wav) $(soxi -b out.wav) $(soxi -s out.wav) $(soxi -e out.wav)" \
        'wav 1 8000 16 4 Signed Integer PCM'
    sox -D out.wav -t raw - 2>err | od -An -td2 >samples
    assert_equal "$(tr -s ' ' <samples)" ' 1 -2 32767 -32768'
    assert_equal "$(cat err)" ''
}

@test "stitch-wav: values are truncated toward zero, or rounded to nearest with ties to even" {
    py 'rng = np.random.RandomState(1)
v = np.concatenate([np.arange(-4, 4.01, 0.25), [-0.0, 0.49999999999999994, -0.49999999999999994, 0.9999999999999999,
    32767.49, 32767.9999, 32766.5, -32768.49, -32768.9999, -32767.5, 5e-324, 1e-300], rng.uniform(-32768, 32767, 2000)])
write("in", {"mat": 1, "x": v[None], "rate": 8000})
near = v[np.abs(np.rint(v) + 0.5) < 32768]
write("near", {"mat": 1, "x": near[None], "rate": 8000})'
    stitch-wav in >default.wav 2>err
    stitch-wav --round=trunc in >trunc.wav 2>>err
    stitch-wav --round nearest near >nearest.wav 2>>err
    assert_equal "$(cat err)" ''
    py 'from scipy.io import wavfile
v, near = x(read("in"))[0], x(read("near"))[0]
assert len(near) > 2000 and 32766.5 in near and -32767.5 in near and -32768.49 in near
for file, want in ("default", np.trunc(v)), ("trunc", np.trunc(v)), ("nearest", np.rint(near)):
    assert np.array_equal(wavfile.read(file + ".wav")[1], want), file
assert np.array_equal(wavfile.read("trunc.wav")[1], v.astype(np.int16))'
}

@test "stitch-wav: what does not fit 16 bits is clipped, and counted once on stderr" {
    one '5, 32767.99, 32768, -32768.99, -32769, 1e300, -1e300, 40000'
    stitch-wav in >out.wav 2>err
    assert_equal "$(cat err)" 'stitch-wav: warning: 5 samples beyond 16 bits, clipped (the first: row 0, sample 2)'
    holds '5, 32767, 32767, -32768, -32768, 32767, -32768, 32767' out.wav
    stitch-wav --overflow=clip in >again.wav 2>err
    assert_equal "$(cat err)" 'stitch-wav: warning: 5 samples beyond 16 bits, clipped (the first: row 0, sample 2)'
    cmp out.wav again.wav
    # Nearest first, then the range: 32767.99 is 32768.
    stitch-wav --round=nearest in >nearest.wav 2>err
    assert_equal "$(cat err)" 'stitch-wav: warning: 7 samples beyond 16 bits, clipped (the first: row 0, sample 1)'
    cmp out.wav nearest.wav
    for option in -q --quiet; do
        stitch-wav "$option" in >quiet.wav 2>err
        assert_equal "$(cat err)" ''
        cmp out.wav quiet.wav
    done
    py 'write("three", {"mat": 1, "x": np.array([[1, 2], [3, 99999]]), "rate": 8000, "names": ["a", "b"], "last": False},
    {"mat": 1, "x": np.array([[-99999, 99999]]), "rate": 8000, "names": ["c"]})'
    stitch-wav -o d three 2>err
    assert_equal "$(cat err)" 'stitch-wav: warning: 3 samples beyond 16 bits, clipped (the first: row 1, sample 1)'
    holds '3, 32767' d/b.wav
    holds '-32768, 32767' d/c.wav
}

@test "stitch-wav: --overflow=wrap wraps as NumPy does" {
    py 'rng = np.random.RandomState(2)
v = np.concatenate([[32768, 32769.7, -32769, -32769.9, 65535, 65536, 65536.9, -65536, 98304, 2147483647, 2147483646.5,
    -2147483648, 2147418112.0, -2147418113.0, 7, -7.9], rng.uniform(-2**31, 2**31, 3000), rng.uniform(-1e5, 1e5, 3000)])
write("in", {"mat": 1, "x": v[None], "rate": 8000})
write("beyond", {"mat": 1, "x": np.array([[1, 2.0**31, -(2.0**31) - 1, 4294967297, 1e18, -1e300]]), "rate": 8000})'
    stitch-wav --overflow=wrap in >out.wav 2>err
    stitch-wav --overflow wrap --round nearest in >nearest.wav 2>>err
    # Beyond 32 bits NumPy on x86-64 gives 0.
    stitch-wav -q --overflow=wrap beyond >beyond.wav 2>>err
    py 'import platform, re
from scipy.io import wavfile
v = x(read("in"))[0]
got = wavfile.read("out.wav")[1]
assert np.array_equal(got, np.trunc(v).astype(np.int64).astype(np.int16))
assert platform.machine() != "x86_64" or np.array_equal(got, v.astype(np.int16))
with np.errstate(all="ignore"):
    far = np.rint(v).astype(np.int64)
want = np.where((far >= -2**31) & (far < 2**31), far, 0).astype(np.int16)
assert np.array_equal(wavfile.read("nearest.wav")[1], want)
assert wavfile.read("beyond.wav")[1].tolist() == [1, 0, 0, 0, 0, 0]
counts = [int(((np.trunc(v) < -32768) | (np.trunc(v) > 32767)).sum()), int(((np.rint(v) < -32768) | (np.rint(v) > 32767)).sum())]
assert open("err").read() == "".join("stitch-wav: warning: %d samples beyond 16 bits, wrapped (the first: row 0, sample 0)\n" % n for n in counts)'
}

@test "stitch-wav: --scale=32768 --round=nearest gives what SoX and ffmpeg make of the same floats" {
    py 'from scipy.io import wavfile
v = np.concatenate([np.random.RandomState(3).uniform(-1, 1, 4000), [0, 1, -1, 1.5, -1.5, 1e-9, -0.99999, 0.99999]]).astype("f4")
wavfile.write("float.wav", 8000, v)
write("in", {"mat": 1, "x": v[None], "rate": 8000})
write("given", {"mat": 1, "x": v[None, :1000], "rate": 8000})
write("rest", {"mat": 1, "x": v[None, 1000:].astype(float), "col0": 1000})'
    sox -D float.wav -b 16 -e signed-integer sox.wav 2>sox.err
    ffmpeg -v error -i float.wav -c:a pcm_s16le -bitexact ffmpeg.wav
    stitch-wav --scale=32768 --round=nearest in >ours.wav 2>err
    assert_equal "$(cat err)" 'stitch-wav: warning: 4 samples beyond 16 bits, clipped (the first: row 0, sample 4001)'
    # From the middle of two steps SoX goes up.
    py 'from scipy.io import wavfile
v = x(read("in"))[0]
ours, sox, ffmpeg = [wavfile.read(f + ".wav")[1] for f in ("ours", "sox", "ffmpeg")]
ties = v * 32768.0 % 1 == 0.5
assert np.array_equal(ours, ffmpeg) and np.array_equal(ours[~ties], sox[~ties]) and 0 < ties.sum() < 100'
    stitch-wav -q --scale 32768 --round=nearest given rest | cmp - ours.wav
}

@test "stitch-wav: --scale multiplies in double before anything is rounded" {
    one '0.1, -0.5, 3, -7'
    stitch-wav --scale=-10 in >out.wav
    holds '-1, 5, -30, 70' out.wav
    stitch-wav --scale=1e-1 in >out.wav
    holds '0, 0, 0, 0' out.wav
    stitch-wav -q --scale=1e308 --overflow=wrap in >out.wav
    holds '0, 0, 0, 0' out.wav
    refuses 1 'stitch-wav: in: row 0, sample 2: 49152, expected -32768 to 32767 (--overflow=clip cuts it off)' \
        stitch-wav --scale=16384 --overflow=error in
}

@test "stitch-wav: samples of -1 to 1 are next to silence, which a warning says" {
    local warning='stitch-wav: warning: all samples lie between -2 and 2, with fractions, expected -32768 to 32767 (--scale=32768 where full scale is 1)'
    for values in '0.5, -0.25' '1, -1, 0.999' '0, 0.00003051757813' '-1.0001, 0.3' '1.75, 0'; do
        one "$values"
        stitch-wav in 2>&1 >out.wav | diff - <(echo "$warning")
        stitch-wav -q in 2>&1 >out.wav | cmp - /dev/null
        stitch-wav --scale=1 in 2>&1 >again.wav | cmp - /dev/null
        cmp out.wav again.wav
    done
    for values in '0, 1, -1' '0.5, 2' '-2, 0.5' '0, 0' '1e-13, -0.0000305' '0.5, -32768'; do
        one "$values"
        stitch-wav in 2>&1 >out.wav | cmp - /dev/null
    done
    # All rows and both inputs count.
    py 'write("a", {"mat": 1, "x": np.array([[0.5, 0], [0, 0]]), "rate": 8000})
write("b", {"mat": 1, "x": np.array([[0.5], [0.25]], "f4"), "col0": 2})
write("c", {"mat": 1, "x": np.array([[0.5], [3]]), "col0": 2})'
    stitch-wav -o d a b 2>&1 | diff - <(echo "$warning")
    stitch-wav -o d a c 2>&1 | cmp - /dev/null
}

@test "stitch-wav: samples of 8 bits as SciPy reads them are told" {
    sox -D "$CORPUS/0_espeak_0.wav" -b 8 bytes.wav
    py 'from scipy.io import wavfile
rate, samples = wavfile.read("bytes.wav")
write("in", {"mat": 1, "x": samples[None], "rate": rate})'
    run -0 --separate-stderr bash -c 'stitch-wav in | wc -c'
    # shellcheck disable=SC2154
    assert_equal "$stderr" 'stitch-wav: warning: samples of 0 to 255, as WAV files of 8 bits have them, expected -32768 to 32767 around 0 (fsdd-load reads such files)'
}

@test "stitch-wav: --overflow=error refuses the first sample that does not fit, and writes nothing" {
    one '1, 32768.25, -40000'
    refuses 1 'stitch-wav: in: row 0, sample 1: 32768.25, expected -32768 to 32767 (--overflow=clip cuts it off)' \
        stitch-wav --overflow=error in
    refuses 1 'stitch-wav: stdin: row 0, sample 1: 32768.25, expected -32768 to 32767 (--overflow=clip cuts it off)' \
        stitch-wav -q --overflow=error <in
    refuses 1 'stitch-wav: in: row 0, sample 1: 32768.25, expected -32768 to 32767 (--overflow=clip cuts it off)' \
        stitch-wav --overflow=error -o out.wav in
    [ ! -e out.wav ]
    tidy
    one '32767.99, -32768.99'
    stitch-wav --overflow=error in >out.wav
    holds '32767, -32768' out.wav
    py 'write("in", {"mat": 1, "x": np.array([[1, 2], [3, 4], [5, 1e9]]), "rate": 8000})'
    refuses 1 'stitch-wav: in: row 2, sample 1: 1000000000, expected -32768 to 32767 (--overflow=clip cuts it off)' \
        stitch-wav --overflow=error -o d in
}

@test "stitch-wav: NaN and infinities are refused with file, row and column" {
    py 'for name, bad in ("nan", np.nan), ("inf", np.inf), ("-inf", -np.inf):
    for kind in "<f4", ">f8":
        write(name + kind[1:], {"mat": 1, "x": np.array([[1, 2, bad]], kind), "rate": 8000, "names": ["clip"], "col0": 7})
write("given", {"mat": 1, "x": np.arange(3.0)[None], "rate": 8000})
write("late", {"mat": 1, "x": np.array([[1.0, 2], [3, 4]]), "rate": 8000, "last": False}, {"mat": 1, "x": np.array([[np.nan, 5]]), "rate": 8000})'
    for bad in nan inf -inf; do
        for kind in f4 f8; do
            for overflow in clip wrap error; do
                refuses 1 "stitch-wav: ./$bad$kind: row 0 (clip), column 9: $bad, expected a finite number" \
                    stitch-wav --overflow="$overflow" "./$bad$kind"
            done
            refuses 1 "stitch-wav: stdin: row 0 (clip), column 9: $bad, expected a finite number" \
                stitch-wav -o out.wav <"./$bad$kind"
        done
    done
    py 'write("predicted", {"mat": 1, "x": np.array([[1, np.nan]]), "rate": 8000, "col0": 2})'
    refuses 1 'stitch-wav: predicted: row 0, column 3: nan, expected a finite number' stitch-wav given predicted
    refuses 1 'stitch-wav: late: row 2, column 0: nan, expected a finite number' stitch-wav -o d late
    [ ! -e out.wav ]
    tidy
    # A column that is not used need not be finite.
    py 'write("given", {"mat": 1, "x": np.array([[1, 2, np.nan]]), "rate": 8000})
write("predicted", {"mat": 1, "x": np.array([[8.0, 9.0]]), "rate": 8000, "col0": 2})'
    stitch-wav given predicted >out.wav
    holds '1, 2, 8, 9' out.wav
}

@test "stitch-wav: every type of number and either byte order" {
    py 'types = ["?", "i1", "u1"] + [o + k for o in "<>" for k in ("i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")]
for i, kind in enumerate(types):
    v = np.array([[0, 1, 1, 0]] if kind == "?" else [[0, 1, 100, 127]] if kind[-2] == "u" or kind == "i1" else [[0, -1, 300, -32768]])
    write("%d.in" % i, {"mat": 1, "x": v.astype(kind), "rate": 8000, "names": [kind.replace("<", "l").replace(">", "b").replace("?", "bool")]})
    write("%d.bare" % i, v.astype(kind))'
    for i in {0..18}; do
        stitch-wav -o d/ "$i.in"
        stitch-wav -r 8000 "$i.bare" >"$i.wav"
    done
    py 'import glob
from scipy.io import wavfile
types = ["?", "i1", "u1"] + [o + k for o in "<>" for k in ("i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")]
assert len(glob.glob("d/*")) == 19
for i, kind in enumerate(types):
    want = [0, 1, 1, 0] if kind == "?" else [0, 1, 100, 127] if kind[-2:-1] == "u" or kind == "i1" else [0, -1, 300, -32768]
    name = kind.replace("<", "l").replace(">", "b").replace("?", "bool")
    assert wavfile.read("d/%s.wav" % name)[1].tolist() == want, kind
    assert wavfile.read("%d.wav" % i)[1].tolist() == want, kind'
    py 'write("in", {"mat": 1, "x": np.array([[2**63, 2**64 - 1]], "u8"), "rate": 8000})'
    stitch-wav -q in >out.wav
    holds '32767, 32767' out.wav
}

@test "stitch-wav: one row goes to stdout, to a file or into a directory" {
    one '1, 2, 3'
    stitch-wav in >expected.wav
    holds '1, 2, 3' expected.wav
    stitch-wav <in | cmp - expected.wav
    stitch-wav - <in | cmp - expected.wav
    stitch-wav -o - in | cmp - expected.wav
    stitch-wav -- in | cmp - expected.wav
    stitch-wav -o out.wav in
    cmp out.wav expected.wav
    stitch-wav --output=any.name - <in
    cmp any.name expected.wav
    stitch-wav in -o ./-x.wav
    cmp ./-x.wav expected.wav
    mkdir d
    stitch-wav -o d in
    cmp d/a.wav expected.wav
    stitch-wav -o e/ in
    cmp e/a.wav expected.wav
    stitch-wav -o e/ in
    assert_equal "$(ls e)" a.wav
    cp in -- '-in'
    stitch-wav -o 'a space.wav' -- -in
    cmp 'a space.wav' expected.wav
    tidy
}

@test "stitch-wav: nothing else is written, and nothing on stdout where it goes to a file" {
    py 'write("in", {"mat": 1, "x": np.array([[1, 2], [3, 4]]), "rate": 8000, "names": ["a", "b"]})'
    mkdir empty
    cd empty
    stitch-wav -o d ../in >../out 2>../err
    assert_equal "$(find . | sort | tr '\n' ' ')" '. ./d ./d/a.wav ./d/b.wav '
    cmp ../out /dev/null
    cmp ../err /dev/null
}

@test "stitch-wav: several rows go into a directory, one file a row, named by row" {
    py 'write("in", {"mat": 1, "x": [np.arange(3) + 1, np.arange(5) + 10], "rate": 8000, "names": ["b", "a c"], "last": False},
    {"mat": 1, "x": [np.arange(1) + 20], "rate": 8000, "names": ["0_jackson_7"], "last": False},
    {"mat": 1, "x": np.array([[7, 8], [9, 10]]), "rate": 8000, "last": True})'
    stitch-wav -o d in
    assert_equal "$(printf '%s/' d/*)" 'd/0_jackson_7.wav/d/a c.wav/d/b.wav/d/row3.wav/d/row4.wav/'
    py 'from scipy.io import wavfile
for name, want in ("b", [1, 2, 3]), ("a c", [10, 11, 12, 13, 14]), ("0_jackson_7", [20]), ("row3", [7, 8]), ("row4", [9, 10]):
    rate, got = wavfile.read("d/%s.wav" % name)
    assert rate == 8000 and got.tolist() == want, name'
    # Into what is there already, other files left alone.
    echo mine >d/mine
    echo old >d/b.wav
    stitch-wav -o d <in
    stitch-wav -o e/ in
    cmp d/b.wav e/b.wav
    assert_equal "$(cat d/mine)" mine
    cat in in | py 'write("twice", *[dict(m, names=["%d%d" % (i, j) for j in range(len(m["x"]))]) for i, m in enumerate(read("-"))])'
    stitch-wav -o f twice
    assert_equal "$(find f -type f | wc -l)" 10
    cmp f/01.wav 'e/a c.wav'
    cmp f/51.wav e/row4.wav
}

@test "stitch-wav: several rows want a directory" {
    py 'write("in", {"mat": 1, "x": np.array([[1, 2], [3, 4]]), "rate": 8000})
write("two", {"mat": 1, "x": np.array([[1, 2]]), "rate": 8000, "last": False}, {"mat": 1, "x": np.array([[3, 4]]), "rate": 8000})'
    for file in in two; do
        refuses 1 'stitch-wav: stdout: several rows, expected one, or -o with a directory for them' stitch-wav "$file"
        refuses 1 'stitch-wav: stdout: several rows, expected one, or -o with a directory for them' stitch-wav -o - <"$file"
        echo old >file
        refuses 1 'stitch-wav: file: a file, expected a directory for several rows' stitch-wav -o file "$file"
        assert_equal "$(cat file)" old
        refuses 1 'stitch-wav: no/d: cannot be made a directory for several rows: No such file or directory' \
            stitch-wav -o no/d "$file"
        refuses 1 'stitch-wav: file/d: cannot be made a directory for several rows: Not a directory' \
            stitch-wav -o file/d "$file"
    done
    cat in in >four
    refuses 1 'stitch-wav: stdout: several rows, expected one, or -o with a directory for them' stitch-wav four
}

@test "stitch-wav: a new directory has the mode that umask leaves" {
    py 'write("in", {"mat": 1, "x": np.array([[1, 2], [3, 4]]), "rate": 8000})'
    (umask 027 && stitch-wav -o d in)
    assert_equal "$(stat -c %a d d/row0.wav d/row1.wav | tr '\n' ' ')" '750 640 640 '
}

@test "stitch-wav: blocks without rows do not count" {
    py 'none, row = np.zeros((0, 3)), np.array([[1, 2, 3]])
write("before", {"mat": 1, "x": none, "rate": 8000, "last": False}, {"mat": 1, "x": row, "rate": 8000})
write("after", {"mat": 1, "x": row, "rate": 8000, "last": False}, {"mat": 1, "x": none, "rate": 8000})
write("ragged", {"mat": 1, "x": [], "rate": 8000, "last": False}, {"mat": 1, "x": [row[0]], "rate": 8000, "last": False},
    {"mat": 1, "x": [], "rate": 8000, "last": True})
write("none", {"mat": 1, "x": none, "rate": 8000, "last": False}, {"mat": 1, "x": none, "rate": 8000})'
    refuses 1 'stitch-wav: none: a matrix of 0 rows, expected at least 1' stitch-wav none
    refuses 1 'stitch-wav: none: a matrix of 0 rows, expected at least 1' stitch-wav -o out.wav none
    refuses 1 'stitch-wav: none: a matrix of 0 rows, expected at least 1' stitch-wav before none
    [ ! -e out.wav ]
    for file in before after ragged; do
        stitch-wav "$file" >"$file.wav"
        holds '1, 2, 3' "$file.wav"
        stitch-wav -o out.wav "$file"
        cmp out.wav "$file.wav"
        stitch-wav before "$file" >both.wav
        holds '1, 2, 3, 1, 2, 3' both.wav
    done
}

@test "stitch-wav: a name unfit for a file is refused, and nothing gets out of the directory" {
    py 'bad = ["a/b", "/", "../up", "/etc/x", "a\0b", "\0", "x" * 252, "é" * 126]
for i, name in enumerate(bad):
    write("bad%d" % i, {"mat": 1, "x": np.array([[1, 2]]), "rate": 8000, "names": [name]})
good = [".", "..", "-x", " ", "a b", "new\nline", "quote\x27", "|touch x", "é", "*", "~", "x" * 250, "back\\slash", "con", "a.wav"]
write("good", {"mat": 1, "x": np.arange(2 * len(good)).reshape(-1, 2), "rate": 8000, "names": good})'
    file=0
    for shown in a/b / ../up /etc/x; do
        refuses 1 "stitch-wav: bad$file: row 0 is called '$shown', expected a name fit for a file: at most 250 bytes, no slash, no NUL" stitch-wav -o d/ "bad$file"
        file=$((file + 1))
    done
    for file in bad4 bad5 bad6 bad7; do
        run -1 --separate-stderr stitch-wav -o d/ "$file"
        assert_output ''
        # shellcheck disable=SC2154
        assert_regex "$stderr" "^stitch-wav: $file: row 0 is called '.*', expected a name fit for a file: at most 250 bytes, no slash, no NUL$"
    done
    assert_equal "$(find d)" d
    [ ! -e up.wav ]
    stitch-wav -o d good
    py 'import os
from scipy.io import wavfile
names, = [m["names"] for m in read("good")]
assert sorted(os.listdir("d")) == sorted(name + ".wav" for name in names)
for i, name in enumerate(names):
    assert wavfile.read("d/%s.wav" % name)[1].tolist() == [2 * i, 2 * i + 1]'
    [ ! -e x ]
    # A file or stdout has no use for the name.
    stitch-wav bad0 >out.wav
    stitch-wav -o file.wav bad4
    cmp out.wav file.wav
}

@test "stitch-wav: a row without a name is called by its number" {
    py 'write("in", {"mat": 1, "x": np.array([[1], [2], [3]]), "rate": 8000, "names": ["", "b", ""]})
write("one", {"mat": 1, "x": np.array([[4]]), "rate": 8000})'
    stitch-wav -o d in
    assert_equal "$(echo d/*)" 'd/b.wav d/row0.wav d/row2.wav'
    stitch-wav -o d one
    holds 4 d/row0.wav
}

@test "stitch-wav: no row overwrites another of its name" {
    py 'write("in", {"mat": 1, "x": np.array([[1], [2], [3]]), "rate": 8000, "names": ["a", "b", "a"]})
write("far", {"mat": 1, "x": np.array([[1], [2]]), "rate": 8000, "names": ["a", "b"], "last": False},
    {"mat": 1, "x": np.array([[3]]), "rate": 8000, "names": ["b"]})
write("number", {"mat": 1, "x": np.array([[1], [2]]), "rate": 8000, "names": ["row1", ""]})'
    refuses 1 'stitch-wav: in: row 2 has the name of a row before, a.wav, expected each name once' stitch-wav -o d in
    holds 1 d/a.wav
    refuses 1 'stitch-wav: far: row 2 has the name of a row before, b.wav, expected each name once' stitch-wav -o d far
    refuses 1 'stitch-wav: number: row 1 has the name of a row before, row1.wav, expected each name once' \
        stitch-wav -o d number
    refuses 1 'stitch-wav: stdin: row 1 has the name of a row before, 0_espeak_3.wav, expected each name once' \
        stitch-wav -o d < <(fsdd-load "$CORPUS"/0_espeak_{3,3}.wav)
    tidy
}

@test "stitch-wav: many rows and what lsq-predict --extend has put behind them are joined at once" {
    py 'rng = np.random.default_rng(3)
full = rng.integers(-3000, 3000, (70, 50))
coef = np.array([[0.25, 0.5, 0], [-0.5, 0, 0.75], [0, 0.25, 0.125]])
write("model", {"lsq": 1, "k": 3, "coef": coef, "intercept": np.array([1.5, -2, 0.25])})
blocks = [(0, 30), (30, 31), (31, 70)]
for name, columns in ("given", slice(0, 40)), ("late", slice(7, 40)):
    write(name, *[{"mat": 1, "x": full[i:j, columns], "names": [f"1_b_{n}" for n in range(i, j)], "rate": 8000, "col0": columns.start, "last": j == 70} for i, j in blocks])
write("truth", {"mat": 1, "x": full, "rate": 8000})
grown = full[:, :40].astype(float)
while grown.shape[1] < 50:
    grown = np.hstack([grown, grown[:, -3:] @ coef + [1.5, -2, 0.25]])
write("want", {"mat": 1, "x": np.trunc(grown[:, :50]).astype("<i2")})'
    lsq-predict --extend=10 model given >predicted
    stitch-wav -o joined given predicted
    # What is behind the place of the predictions gives way to them.
    stitch-wav -o over <(py 'write("-", dict(read("truth")[0], names=[f"1_b_{n}" for n in range(70)]))') predicted
    diff -r joined over
    py 'from scipy.io import wavfile
import os
want = x(read("want"))
assert len(os.listdir("joined")) == 70
for n in range(70):
    assert np.array_equal(wavfile.read(f"joined/1_b_{n}.wav")[1], want[n]), n'
    # Rows that begin later have the same place behind them, and the same columns.
    lsq-predict -e 10 model late >behind
    cmp predicted behind
    stitch-wav -o short late behind
    py 'from scipy.io import wavfile
want = x(read("want"))
for n in range(70):
    assert np.array_equal(wavfile.read(f"short/1_b_{n}.wav")[1], want[n, 7:]), n'
}

@test "stitch-wav: given and predicted columns are joined where col0 says" {
    py 'full = np.arange(10) + 100
def put(name, cols, **more):
    write(name, {"mat": 1, "x": cols[None], "rate": 8000, **more})
put("whole", full)
put("chopped", full[:4], col0=0)
put("middle", full[2:8], col0=2)
for k in 0, 2, 3, 4, 8, 10:
    put("p%d" % k, np.arange(3.0) + 0.75, col0=k)
put("p", np.arange(3.0) + 0.75)'
    stitch-wav whole p4 >a.wav
    stitch-wav chopped p4 >b.wav
    cmp a.wav b.wav
    holds '100, 101, 102, 103, 0, 1, 2' a.wav
    stitch-wav chopped p3 >c.wav
    holds '100, 101, 102, 0, 1, 2' c.wav
    stitch-wav whole p0 >d.wav
    holds '0, 1, 2' d.wav
    stitch-wav whole p10 >e.wav
    stitch-wav whole p >f.wav
    cmp e.wav f.wav
    holds '100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 0, 1, 2' e.wav
    stitch-wav chopped p >g.wav
    cmp g.wav a.wav
    stitch-wav middle p4 >h.wav
    holds '102, 103, 0, 1, 2' h.wav
    stitch-wav middle p2 >i.wav
    cmp i.wav d.wav
    stitch-wav middle p8 >k.wav
    holds '102, 103, 104, 105, 106, 107, 0, 1, 2' k.wav
    stitch-wav middle >l.wav
    holds '102, 103, 104, 105, 106, 107' l.wav
    stitch-wav --round=nearest - p4 <whole >m.wav
    holds '100, 101, 102, 103, 1, 2, 3' m.wav
    stitch-wav whole - <p4 | cmp - a.wav
    # Nothing may be missing between the two, nor come before the given columns.
    refuses 1 'stitch-wav: p8: row 0 starts at column 8, expected one from 0 to 4, where chopped ends' stitch-wav chopped p8
    refuses 1 'stitch-wav: stdin: row 0 starts at column 10, expected one from 2 to 8, where middle ends' \
        stitch-wav middle - <p10
    # Columns that say that they are later ones are never the given ones of others that do not.
    for first in p4 middle; do
        for second in whole p; do
            from=$([ $first = p4 ] && echo '4 to 7' || echo '2 to 8')
            refuses 1 "stitch-wav: $second: row 0 starts at column 0, expected one from $from, where $first ends" \
                stitch-wav $first $second
        done
    done
    refuses 1 'stitch-wav: p0: row 0 starts at column 0, expected one from 2 to 8, where stdin ends' stitch-wav - p0 <middle
}

@test "stitch-wav: rows are joined one by one, however each file is cut into blocks" {
    py 'given = [np.arange(n) + 100 * i for i, n in enumerate([6, 4, 5, 4, 9])]
names = list("abcde")
write("given", {"mat": 1, "x": given[:4], "names": names[:4], "rate": 8000, "last": False},
    {"mat": 1, "x": given[4:], "names": names[4:], "rate": 8000})
p = np.arange(10).reshape(5, 2) - 1000.5
write("predicted", *[{"mat": 1, "x": p[i:j], "names": names[i:j], "rate": 8000.0, "col0": 4, "last": j == 5}
    for i, j in [(0, 1), (1, 1), (1, 3), (3, 5)]])'
    stitch-wav -o d given predicted
    py 'from scipy.io import wavfile
for i, name in enumerate("abcde"):
    want = [100 * i + j for j in range(4)] + [-1000 + 2 * i, -999 + 2 * i]
    assert wavfile.read("d/%s.wav" % name)[1].tolist() == want, name'
}

@test "stitch-wav: given and predicted rows must have the same names and rate" {
    py 'def put(name, **more):
    write(name, {"mat": 1, "x": np.array([[1, 2], [3, 4]]), **more})
put("ab", names=["a", "b"], rate=8000)
put("ac", names=["a", "c"], rate=8000)
put("plain")
put("half", names=["a", ""])
put("fast", names=["a", "b"], rate=11025)
put("float", names=["a", "b"], rate=8000.0)
put("longer", names=["a", "bb"], rate=8000)'
    refuses 1 'stitch-wav: ac: row 1 is c, expected b as in ab' stitch-wav -o d ab ac
    refuses 1 'stitch-wav: longer: row 1 is bb, expected b as in ab' stitch-wav -o d ab longer
    refuses 1 'stitch-wav: stdin: row 1 is b, expected c as in ac' stitch-wav -o d ac - <ab
    refuses 1 'stitch-wav: fast: 11025 Hz, expected 8000 Hz as in ab' stitch-wav -o d ab fast
    refuses 1 'stitch-wav: ab: 8000 Hz, expected 11025 Hz as in stdin' stitch-wav -o d - ab <fast
    # Where one has none the other's holds.
    stitch-wav -o e ab plain
    stitch-wav -o f ab half
    stitch-wav -o g ab float
    stitch-wav -o h half fast
    stitch-wav -o i plain ab
    diff -r e f
    diff -r e g
    assert_equal "$(soxi -r e/a.wav h/a.wav i/a.wav | tr '\n' ' ')" '8000 11025 8000 '
}

@test "stitch-wav: given and predicted must have as many rows" {
    py 'for n in 1, 2, 3:
    write("%d" % n, {"mat": 1, "x": np.arange(2 * n).reshape(n, 2), "rate": 8000})
    write("%db" % n, *[{"mat": 1, "x": np.array([[i, i]]), "rate": 8000, "last": i == n - 1} for i in range(n)])'
    refuses 1 'stitch-wav: 2: 2 rows, expected as many as in 3' stitch-wav -o d 3 2
    refuses 1 'stitch-wav: 2b: 2 rows, expected as many as in 3' stitch-wav -o d 3 2b
    refuses 1 'stitch-wav: 3: more than 2 rows, expected as many as in 2' stitch-wav -o d 2 3
    refuses 1 'stitch-wav: stdin: more than 2 rows, expected as many as in 2b' stitch-wav -o d 2b - <3b
    for more in 2 2b; do
        run -1 --separate-stderr stitch-wav 1 "$more"
        assert_output ''
        assert_regex "$stderr" "^stitch-wav: $more: more than 1 rows?, expected as many as in 1$"
        run -1 --separate-stderr stitch-wav -o out.wav 1 "$more"
        assert_regex "$stderr" "^stitch-wav: $more: more than 1 rows?, expected as many as in 1$"
        [ ! -e out.wav ]
    done
    tidy
}

@test "stitch-wav: any number of pieces: each begins where the one before ends, or earlier" {
    py 'rng = np.random.default_rng(8)
whole = rng.integers(-30000, 30000, (3, 40)).astype("<i2")
def piece(file, a, b, col0=True, names=list("abc"), **more):
    place = {"col0": a} if col0 else {}
    write(file, {"mat": 1, "x": whole[:, a:b], **({"names": names} if names else {}), **place, **more})
write("whole", {"mat": 1, "x": whole, "names": list("abc"), "rate": 8000})
piece("left", 0, 10, col0=False, rate=8000)
piece("early", 5, 20)
piece("gap", 10, 25, names=None)
piece("named", 10, 25)
piece("unplaced", 10, 25, col0=False, names=None)
piece("right", 25, 40)
piece("late", 26, 40)
piece("inside", 12, 14)
piece("other", 25, 40, names=list("abd"))
piece("fast", 25, 40, rate=16000)
piece("unnamed", 0, 10, names=None)
write("two", {"mat": 1, "x": whole[:2, 25:], "col0": 25, "rate": 8000})'
    stitch-wav -o want whole
    for pieces in 'left gap right' 'left unplaced right' 'whole gap right' 'left early gap right' \
        'unnamed early gap right'; do
        # shellcheck disable=SC2086 # one word a file
        stitch-wav -r 8000 -o got $pieces
        diff -r want got
        rm -r got
    done
    # A piece that starts before the one before it, or leaves a gap.
    refuses 1 'stitch-wav: whole: row 0 starts at column 0, expected one from 10 to 25, where gap ends' stitch-wav -o got left gap whole
    refuses 1 'stitch-wav: late: row 0 starts at column 26, expected one from 10 to 25, where gap ends' stitch-wav -o got left gap late
    refuses 1 'stitch-wav: unplaced: row 0 starts at column 0, expected one from 25 to 40, where right ends' stitch-wav -o got left gap right unplaced
    refuses 1 'stitch-wav: gap: row 0 starts at column 10, expected one from 12 to 14, where inside ends' stitch-wav -o got whole gap inside gap
    # Rows that are not the same.
    refuses 1 'stitch-wav: other: row 2 is d, expected c as in left' stitch-wav -o got left gap other
    refuses 1 'stitch-wav: other: row 2 is d, expected c as in named' stitch-wav -r 8000 -o got unnamed named other
    refuses 1 'stitch-wav: fast: 16000 Hz, expected 8000 Hz as in left' stitch-wav -o got left gap fast
    refuses 1 'stitch-wav: two: 2 rows, expected as many as in left' stitch-wav -o got left gap two
}

@test "stitch-wav: the rate is the stream's, or that of --rate where it has none" {
    py 'write("none", {"mat": 1, "x": np.array([[1, 2]])})
for rate in 8000, 11025.0, 1, 2147483647:
    write("r%d" % rate, {"mat": 1, "x": np.array([[1, 2]]), "rate": rate})
for rate in 8000.5, 0.5, 2147483648, 1e300:
    write("bad%g" % rate, {"mat": 1, "x": np.array([[1, 2]]), "rate": rate})
write("two", {"mat": 1, "x": np.array([[1, 2]]), "rate": 8000, "last": False}, {"mat": 1, "x": np.array([[1, 2]]), "rate": 8001})'
    refuses 1 'stitch-wav: none: no sample rate in the stream, expected one or --rate=HZ' stitch-wav none
    refuses 1 'stitch-wav: stdin: no sample rate in the stream, expected one or --rate=HZ' stitch-wav -o out.wav <none
    refuses 1 'stitch-wav: none: no sample rate in the stream, expected one or --rate=HZ' stitch-wav none none
    [ ! -e out.wav ]
    stitch-wav -r 16000 none >none.wav
    stitch-wav --rate=16000 none none >both.wav
    stitch-wav --rate 16000 r8000 >given.wav
    stitch-wav -r1 none r11025 >predicted.wav
    stitch-wav r1 >one.wav
    stitch-wav r2147483647 >most.wav
    py 'from scipy.io import wavfile
got = [wavfile.read(name + ".wav")[0] for name in ("none", "both", "given", "predicted", "one", "most")]
assert got == [16000, 16000, 8000, 11025, 1, 2147483647], got'
    refuses 1 'stitch-wav: bad8000.5: 8000.5 Hz, expected a whole number up to 2147483647' stitch-wav bad8000.5
    refuses 1 'stitch-wav: bad0.5: 0.5 Hz, expected a whole number up to 2147483647' stitch-wav -r 8000 bad0.5
    refuses 1 'stitch-wav: bad2.14748e+09: 2147483648 Hz, expected a whole number up to 2147483647' stitch-wav bad2.14748e+09
    refuses 1 'stitch-wav: bad1e+300: 1e+300 Hz, expected a whole number up to 2147483647' stitch-wav bad1e+300
    run -1 --separate-stderr stitch-wav -o d two
    assert_regex "$stderr" '^stitch-wav: two: at byte [0-9]+: rate 8001, expected 8000 as in the rows before$'
}

@test "stitch-wav: what is no matrix stream is refused" {
    one '1, 2, 3'
    size=$(stat -c %s in)
    refuses 1 'stitch-wav: stdin: empty, expected a matrix stream (did the program that writes it fail?)' stitch-wav </dev/null
    refuses 1 'stitch-wav: stdin: empty, expected a matrix stream (did the program that writes it fail?)' stitch-wav in - </dev/null
    for length in 1 $((size / 2)) $((size - 1)); do
        head -c "$length" in >part
        local bytes="$length bytes"
        if [ "$length" = 1 ]; then
            bytes='1 byte'
        fi
        refuses 1 "stitch-wav: part: truncated after $bytes, inside a map" stitch-wav part
        refuses 1 "stitch-wav: part: truncated after $bytes, inside a map" stitch-wav -o out.wav in part
    done
    one '1, 2, 3' "'last': False"
    refuses 1 "stitch-wav: in: truncated after $(stat -c %s in) bytes: \"last\" is false in the last block, expected more blocks" \
        stitch-wav in
    refuses 1 'stitch-wav: no: cannot be opened: No such file or directory' stitch-wav no
    refuses 1 'stitch-wav: no: cannot be opened: No such file or directory' stitch-wav in no
    mkdir d
    refuses 1 'stitch-wav: d: a directory, expected a matrix stream' stitch-wav d
    py 'write("model", {"lsq": 1, "k": 1}); write("complex", {"mat": 1, "x": np.array([[1j]]), "rate": 8000})'
    refuses 1 'stitch-wav: model: at byte 0: a model of lsq-fit, expected a matrix' stitch-wav model
    run -1 --separate-stderr stitch-wav complex
    assert_output ''
    assert_regex "$stderr" '^stitch-wav: complex: at byte 0: "x": .*, expected '
    [ ! -e out.wav ]
    tidy
}

@test "stitch-wav: attributes that it does not know are no matter" {
    one '1, 2, 3' "'title': 'a clip', 'deep': {'list': [1, [2.5, None]]}"
    stitch-wav in >out.wav
    holds '1, 2, 3' out.wav
}

@test "stitch-wav: an output file is replaced when all is well, and stays as it was when not" {
    one '1, 2, 3'
    stitch-wav in >expected.wav
    py 'write("bad", {"mat": 1, "x": np.array([[1, np.nan]]), "rate": 8000})
write("second", {"mat": 1, "x": np.array([[7, 7], [1, np.nan], [8, 8]]), "rate": 8000, "names": ["a", "b", "c"]})'
    echo old >out.wav
    for arguments in bad 'in bad' 'in no' 'in second' 'in /dev/null' no; do
        # shellcheck disable=SC2086 # one word a file
        run -1 --separate-stderr stitch-wav -o out.wav $arguments
        assert_equal "$(cat out.wav)" old
        tidy
    done
    stitch-wav -o out.wav in
    cmp out.wav expected.wav
    tidy
    mkdir d
    for name in a b c; do
        echo old >"d/$name.wav"
    done
    refuses 1 'stitch-wav: second: row 1 (b), column 1: nan, expected a finite number' stitch-wav -o d second
    assert_equal "$(cat d/b.wav d/c.wav)" "$(printf 'old\nold')"
    tidy
    # A file that is being read is whole until the new one takes its place.
    exec 8<expected.wav
    one '4, 5'
    stitch-wav -o expected.wav in
    cmp out.wav - <&8
    exec 8<&-
    stitch-wav in >other.wav
    cmp other.wav expected.wav
    # Its own input, too.
    stitch-wav -o in in
    cmp in expected.wav
}

# unprivileged COMMAND...: it, without what root may do besides.
unprivileged() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --bounding-set=-all --inh-caps=-all "$@"
    else
        "$@"
    fi
}

@test "stitch-wav: a file in a directory that may not be written is not replaced" {
    one '1, 2, 3'
    mkdir d
    echo old >d/a.wav
    chmod 444 d/a.wav
    refuses 1 'stitch-wav: d/a.wav: cannot be opened for writing: Permission denied' unprivileged stitch-wav -o d in
    assert_equal "$(cat d/a.wav)" old
    tidy
}

@test "stitch-wav: a file in a directory keeps owner, group and mode, but no set-id bits" {
    one '1, 2, 3'
    local owner
    owner=$(id -u):$(id -g)
    [ "$(id -u)" -ne 0 ] || owner=65534:65533
    mkdir d
    echo old >d/a.wav
    chown "$owner" d/a.wav
    chmod 6777 d/a.wav
    (umask 077 && stitch-wav -o d in)
    assert_equal "$(stat -c '%a %u:%g' d/a.wav)" "777 $owner"
}

@test "stitch-wav: the name of a row leads no further than the directory" {
    one '1, 2, 3'
    mkdir d
    echo old >target
    for kind in ../target ../absent a.wav "$PWD/target"; do
        ln -sf "$kind" d/a.wav
        refuses 1 'stitch-wav: d/a.wav: a symbolic link, expected a file or nothing: no row leads out of its directory' \
            stitch-wav -o d in
        [ -L d/a.wav ]
    done
    assert_equal "$(cat target)" old
    [ ! -e absent ]
    rm d/a.wav
    mkfifo d/a.wav
    refuses 1 'stitch-wav: d/a.wav: a pipe, a socket or a device, expected a file or nothing: no row leads out of its directory' \
        timeout 20 stitch-wav -o d/ in
    rm d/a.wav
    ln target d/a.wav
    stitch-wav -o d in
    assert_equal "$(cat target)" old
    # The directory itself may be a link.
    ln -s d folder
    stitch-wav -o folder in
    cmp d/a.wav <(stitch-wav in)
    tidy
}

@test "stitch-wav: a link may lead to the directory" {
    one '1, 2, 3'
    mkdir d
    ln -s d folder
    stitch-wav -o folder in
    holds '1, 2, 3' d/a.wav
    assert_equal "$(ls -A d)" a.wav
    tidy
}

@test "stitch-wav: files that cannot be written in a directory" {
    one '1, 2, 3'
    mkdir -p d/a.wav
    refuses 1 'stitch-wav: d/a.wav: a directory, expected a file to write' stitch-wav -o d in
    tidy
    mkdir -m 555 locked
    refuses 1 'stitch-wav: locked/a.wav: cannot be created: Permission denied' unprivileged stitch-wav -o locked in
    refuses 1 'stitch-wav: locked/out.wav: cannot be created: Permission denied' unprivileged stitch-wav -o locked/out.wav in
}

@test "stitch-wav: full devices, closed outputs and lost readers are errors" {
    one '1, 2, 3'
    py 'write("long", {"mat": 1, "x": np.zeros((1, 1000000), "i2"), "rate": 8000})'
    for file in in long; do
        refuses 1 'stitch-wav: stdout: write failed: No space left on device' bash -c 'stitch-wav "$1" >/dev/full' - "$file"
        refuses 1 'stitch-wav: stdout: write failed: Bad file descriptor' bash -c 'stitch-wav "$1" >&-' - "$file"
        refuses 1 'stitch-wav: stdout: write failed: Broken pipe' unread stitch-wav "$file"
    done
    refuses 1 'stitch-wav: stdout: write failed: No space left on device' bash -c 'stitch-wav --help >/dev/full'
    refuses 1 'stitch-wav: stdout: write failed: No space left on device' bash -c 'stitch-wav --version >/dev/full'
}

@test "stitch-wav: a file in a directory that cannot be written to its end is not there" {
    py 'write("long", {"mat": 1, "x": np.zeros((1, 1000000), "i2"), "rate": 8000, "names": ["a"]})'
    refuses 1 'stitch-wav: d/a.wav: write failed: File too large' \
        bash -c 'trap "" XFSZ; ulimit -f 100; stitch-wav -o d/ long'
    [ ! -e d/a.wav ]
    tidy
}

@test "stitch-wav: a pipe is written to, not replaced" {
    one '1, 2, 3'
    stitch-wav in >expected.wav
    # Pipes only: a program that failed here would replace root's /dev/null.
    mkfifo pipe
    timeout 20 cat pipe >out.wav &
    stitch-wav -o pipe in
    [ -p pipe ]
    wait
    cmp out.wav expected.wav
    stitch-wav -o /dev/fd/1 in | cmp - expected.wav
    tidy
    py 'write("long", {"mat": 1, "x": np.zeros((1, 1000000), "i2"), "rate": 8000})'
    refuses 1 'stitch-wav: pipe: write failed: Broken pipe' bash -c 'trap "" PIPE; : <pipe & stitch-wav -o pipe long'
    [ -p pipe ]
}

@test "stitch-wav: closed standard files do no harm to the file it writes" {
    one '1, 2, 99999'
    stitch-wav -q in >expected.wav
    stitch-wav -q -o out.wav in <&-
    cmp out.wav expected.wav
    stitch-wav -q -o out.wav <in >&-
    cmp out.wav expected.wav
    # The warning must not end up in the file.
    stitch-wav -o out.wav <in 2>&-
    cmp out.wav expected.wav
    stitch-wav -o out.wav <in >&- 2>&-
    cmp out.wav expected.wav
    stitch-wav -o out.wav in <&- >&- 2>&-
    cmp out.wav expected.wav
}

@test "stitch-wav: a reader that leaves ends it by SIGPIPE, and a terminal is no place for a WAV file or a stream" {
    py 'import os, pty, subprocess
write("in", {"mat": 1, "x": np.zeros((1, 1000000), "i2"), "rate": 8000})
p = subprocess.Popen(["stitch-wav", "in"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
p.stdout.read(1)
p.stdout.close()
assert p.stderr.read() == b"" and p.wait() == -13
ours, theirs = pty.openpty()
terminal = os.ttyname(theirs)
def run(*arguments, **files):
    p = subprocess.run(("stitch-wav",) + arguments, stderr=subprocess.PIPE, timeout=20, **files)
    return p.returncode, p.stderr.decode()
no = ": a terminal, expected a pipe or a file for binary data\n"
assert run("in", stdout=theirs) == (1, "stitch-wav: stdout" + no)
assert run("no", stdout=theirs) == (1, "stitch-wav: stdout" + no)
assert run("-o", terminal, "in") == (1, "stitch-wav: " + terminal + no)
assert run("-o", "out.wav", stdin=theirs) == (1, "stitch-wav: stdin: a terminal, expected a matrix stream from a pipe or a file\n")
assert run("-o", "out.wav", "in", stdout=theirs) == (0, "")
assert run("--version", stdout=theirs) == (0, "")
os.close(theirs)
assert os.read(ours, 10) == b"stitch-wav"'
}

@test "stitch-wav: wrong command lines are refused with status 2" {
    one '1, 2, 3'
    while IFS='|' read -r message arguments; do
        eval "set -- $arguments"
        refuses 2 "stitch-wav: $message; try 'stitch-wav --help'" stitch-wav "$@"
    done <<'EOF'
two inputs on standard input, expected one in a file|- -
two inputs on standard input, expected one in a file|in - in -
--output: '', expected a file|-o '' in
--output: '', expected a file|--output= in
--round: 'up', expected trunc or nearest|--round=up in
--round: '', expected trunc or nearest|--round '' in
--round: 'Trunc', expected trunc or nearest|--round Trunc in
--overflow: 'clamp', expected clip, wrap or error|--overflow=clamp in
--overflow: '', expected clip, wrap or error|--overflow= in
--overflow: 'clip,wrap', expected clip, wrap or error|--overflow=clip,wrap in
--rate: '0', expected a number from 1 to 2147483647|-r 0 in
--rate: '', expected a number from 1 to 2147483647|--rate= in
--rate: '-1', expected a number from 1 to 2147483647|-r -1 in
--rate: '+1', expected a number from 1 to 2147483647|-r +1 in
--rate: '8k', expected a number from 1 to 2147483647|-r8k in
--rate: '8000.0', expected a number from 1 to 2147483647|--rate=8000.0 in
--rate: '8e3', expected a number from 1 to 2147483647|--rate=8e3 in
--rate: ' 8000', expected a number from 1 to 2147483647|--rate=' 8000' in
--rate: '2147483648', expected a number from 1 to 2147483647|--rate=2147483648 in
--rate: '99999999999999999999', expected a number from 1 to 2147483647|--rate 99999999999999999999 in
unknown option -x|-x in
unknown option -l|-ql in
unknown option --nonsense|--nonsense in
option --r is ambiguous, expected --rate or --round|--r=x in
option -o needs an argument|-o
option --output needs an argument|in --output
option -r needs an argument|-r
option --round needs an argument|--round
option --overflow needs an argument|in --overflow
option --quiet takes no argument|--quiet=yes in
option --version takes no argument|--version=1
EOF
    assert_equal "$(find . -name '*.wav')" ''
}

@test "stitch-wav: --help and --version answer on stdout" {
    version=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
    for option in -h --help --he; do
        run -0 --separate-stderr stitch-wav "$option" --nonsense
        assert_equal "$stderr" ''
        assert_line --index 0 'Usage: stitch-wav [OPTION]... [PIECE]...'
        for name in -o,\ --output -r,\ --rate --round --overflow -q,\ --quiet -h,\ --help -V,\ --version; do
            assert_line --partial -- " $name"
        done
    done
    for option in -V --version; do
        run -0 --separate-stderr stitch-wav "$option"
        assert_equal "$stderr" ''
        assert_output "stitch-wav (wavefill) $version"
    done
}

@test "stitch-wav: several rows go to a directory whose name ends in .wav where it is one, or a slash says so" {
    py 'write("in", {"mat": 1, "x": np.array([[1, 2], [3, 4]]), "rate": 8000, "names": ["a", "b"]})'
    stitch-wav -o clips.wav/ in
    holds '3, 4' clips.wav/b.wav
    rm clips.wav/*
    stitch-wav -o clips.wav in
    holds '1, 2' clips.wav/a.wav
    stitch-wav -o clips.wave in
    holds '3, 4' clips.wave/b.wav
}
