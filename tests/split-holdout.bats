# split-holdout

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# six: rows a to f, 0 to 5 in them, in two blocks.
six() {
    py 'x = np.repeat(np.arange(6, dtype="<i2")[:, None], 3, axis=1)
write("in", {"mat": 1, "x": x[:4], "names": list("abcd"), "rate": 8000, "u": 1, "last": False},
    {"mat": 1, "x": x[4:], "names": list("ef"), "rate": 8000, "u": 2})'
}

# rows_of FILE: the names of its rows, in one word; each must have its own row beside it.
rows_of() {
    py 'm = read(sys.argv[1])
assert [b["last"] for b in m] == [False] * (len(m) - 1) + [True]
for b in m:
    assert b["rate"] == 8000 and b["x"].dtype == "<i2" and "col0" not in b
    assert b["x"].tolist() == [["abcdef".index(name)] * 3 for name in b["names"]]
    assert all(name in ("abcd", "ef")[b["u"] - 1] for name in b["names"])
print("".join(names(m)))' "$1"
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

# blocks COUNT: a matrix of so many blocks, 1 MiB each; the last row is named "end".
blocks() {
    py 'block = {"mat": 1, "x": np.full((64, 16384), 7, "u1"), "names": ["row %d" % i for i in range(64)], "last": False}
part = msgpack.packb(block, default=msgpack_numpy.encode)
for i in range(int(sys.argv[1]) - 1):
    sys.stdout.buffer.write(part)
block["names"][63] = "end"
write("-", {**block, "last": True})' "$1"
}

# unharmed: HELDOUT is still what it was, and nothing is left beside it.
unharmed() {
    assert_equal "$(cat held)" 'what was there'
    assert_equal "$(find . -name '.wf-*')" ''
}

@test "split-holdout: the rows chosen by number go to HELDOUT, the others to stdout" {
    six
    local rows held rest
    while read -r rows held rest; do
        rm -f held
        split-holdout -r "$rows" -H held in >rest
        assert_equal "$rows $(rows_of held) $(rows_of rest)" "$rows $held $rest"
    done <<'END'
0 a bcdef
5 f abcde
3 d abcef
0,3-5 adef bc
5,1,1,0-1 abf cde
1-5 bcdef a
004 e abcdf
END
    split-holdout -r 4 -r 0,2 --row=0 --heldout=held in >rest
    assert_equal "$(rows_of held) $(rows_of rest)" 'ace bdf'
    split-holdout --row 2 --heldout held <in >rest
    assert_equal "$(rows_of held) $(rows_of rest)" 'c abdef'
}

@test "split-holdout: the rows of the names go to HELDOUT" {
    six
    split-holdout -n c -H held in >rest
    assert_equal "$(rows_of held) $(rows_of rest)" 'c abdef'
    split-holdout --name=f -n a --name c -n f -H held in >rest
    assert_equal "$(rows_of held) $(rows_of rest)" 'acf bde'
    # A name that comes more than once stands for all its rows; a name is not a pattern or
    # the beginning of one, and may be empty or anything in UTF-8.
    py 'n = ["x", "", "xx", "é\n世", "x", "-r", "*"]
write("in", {"mat": 1, "x": np.arange(7)[:, None], "names": n[:3], "last": False} | {"x": np.arange(3)[:, None]},
    {"mat": 1, "x": np.arange(3, 7)[:, None], "names": [s.encode() for s in n[3:]]})'
    split-holdout -n x -H held.1 in >rest.1
    split-holdout -n '' -H held.2 in >rest.2
    split-holdout -n $'é\n世' -n -r -H held.3 in >rest.3
    split-holdout -n '*' -H held.4 in >rest.4
    py 'for i, want in enumerate(([0, 4], [1], [3, 5], [6])):
    held, rest = read(f"held.{i + 1}"), read(f"rest.{i + 1}")
    assert x(held).ravel().tolist() == want, held
    assert x(rest).ravel().tolist() == [k for k in range(7) if k not in want], rest
    assert all(type(name) is str for name in names(rest))'
}

@test "split-holdout: rows count through all files, and a ragged matrix stays ragged" {
    py 'write("a", {"mat": 1, "x": [np.arange(3), np.arange(5, dtype="u1")], "names": ["p", "q"]})
write("b", {"mat": 1, "x": np.arange(8.).reshape(2, 4), "names": ["r", "s"]})
write("c", np.arange(2))'
    split-holdout -r 1,3-4 -H held a - c <b >rest
    py 'def look(path):
    return [(type(b["x"]) is list, [(row.dtype.str, row.tolist()) for row in b["x"]], b.get("names")) for b in read(path) if len(b["x"])]
assert look("held") == [(True, [("|u1", [0, 1, 2, 3, 4])], ["q"]), (False, [("<f8", [4, 5, 6, 7])], ["s"]), (False, [("<i8", [0, 1])], None)], look("held")
assert look("rest") == [(True, [("<i8", [0, 1, 2])], ["p"]), (False, [("<f8", [0, 1, 2, 3])], ["r"])], look("rest")'
}

@test "split-holdout: a seed holds out the row that NumPy's RandomState picks" {
    # RandomState(seed).randint(n) of NumPy for n rows.
    cat >table <<'END'
seed 1 2 3 49 50 64 100 65537
0 0 0 0 44 44 44 44 43567
1 0 1 1 37 37 37 37 5192
7 0 1 0 47 47 47 47 61615
42 0 0 2 38 38 38 51 15795
2147483647 0 1 2 47 47 47 29 44906
4294967295 0 1 2 35 35 35 35 27043
END
    py 'for n in (1, 2, 3, 49, 50, 64, 100, 65537):
    rows = np.arange(n, dtype="<i4")[:, None]
    write("in%d" % n, *({"mat": 1, "x": rows[i:i + 20000], "last": i + 20000 >= n} for i in range(0, n, 20000)))'
    local sizes seed n
    read -ra sizes <table
    while read -r seed _; do
        # Of one row that is all there are.
        refuses 1 'split-holdout: in1: all rows would be held out, expected at least 1 to be left' \
            split-holdout --seed="$seed" -H none in1
        for n in "${sizes[@]:2}"; do
            split-holdout -S "$seed" -H "held $seed $n" <"in$n" >"rest $seed $n"
        done
    done < <(tail -n +2 table)
    assert [ ! -e none ]
    py 'lines = [line.split() for line in open("table")]
assert len(lines) == 7
for seed, *rows in lines[1:]:
    for n, row in list(zip(map(int, lines[0][1:]), map(int, rows)))[1:]:
        assert x(read(f"held {seed} {n}")).tolist() == [[row]], (seed, n)
        rest = x(read(f"rest {seed} {n}")).ravel()
        assert rest.tolist() == [i for i in range(n) if i != row], (seed, n)'
    # Numbers are numbers, however they are written.
    split-holdout --seed 0042 -H held in100 >rest
    cmp held 'held 42 100'
    cmp rest 'rest 42 100'
}

@test "split-holdout: HELDOUT and the rest together are all rows" {
    six
    py 'x = np.arange(300, dtype=">i2").reshape(100, 3)
write("many", *({"mat": 1, "x": x[i:i + 7], "names": [str(k) for k in range(i, min(i + 7, 100))], "last": i + 7 >= 100} for i in range(0, 100, 7)))'
    local choice words i=0
    for choice in '-S 3' '-r 0' '-r 99' '-r 5,13-40,98-99' '-n 7 -n 50 -n 55'; do
        i=$((i + 1))
        read -ra words <<<"$choice"
        split-holdout "${words[@]}" -H held many >rest
        cat rest held >all.$i
        # A filter takes it as one matrix.
        pad-chop all.$i >again.$i
    done
    py 'for i in range(1, 6):
    for path in f"all.{i}", f"again.{i}":
        m = read(path)
        order = np.argsort([int(n) for n in names(m)])
        assert x(m)[order].tolist() == np.arange(300).reshape(100, 3).tolist()
        assert all(b["x"].dtype == ">i2" for b in m if len(b["x"]))'
}

@test "split-holdout: a command line that chooses nothing or too much is a usage error" {
    local try="; try 'split-holdout --help'" arg message words
    refuses 2 "split-holdout: no row chosen, expected --seed, --row or --name$try" split-holdout
    refuses 2 "split-holdout: no row chosen, expected --seed, --row or --name$try" split-holdout -H held
    refuses 2 "split-holdout: no file for the held-out rows, expected --heldout=FILE$try" split-holdout -S 7
    refuses 2 "split-holdout: --heldout: '-', expected a file: standard output has the rest$try" split-holdout -S 7 -H -
    refuses 2 "split-holdout: --heldout: '-', expected a file: standard output has the rest$try" split-holdout -H- -r 1
    while IFS='|' read -r arg message; do
        read -ra words <<<"$arg"
        refuses 2 "split-holdout: $message, expected one of them$try" split-holdout "${words[@]}" -H held
    done <<'END'
-S 1 -r 1|--row with --seed
-r 1 -S 1|--row with --seed
-n a -r 1|--name with --row
-r 1 -n a|--name with --row
-S 1 -n a|--name with --seed
-n a -S 1|--name with --seed
END
    refuses 2 "split-holdout: --seed given twice, expected it once$try" split-holdout -S 1 -S 1 -H held
    for arg in '' -1 +1 1.5 1e3 0x10 ' 1' '1 ' seven 4294967296 18446744073709551616; do
        refuses 2 "split-holdout: --seed: '$arg', expected a number from 0 to 4294967295$try" \
            split-holdout -S "$arg" -H held
    done
    for arg in '' ',' '1,' ',1' 1- -1 3-1 a 1-a '1 2' ' 1' 1-2-3 0x1 1.0 18446744073709551615 99999999999999999999; do
        refuses 2 "split-holdout: --row: '$arg', expected numbers up to 18446744073709551614 and ranges such as 0,3-5$try" \
            split-holdout -r "$arg" -H held
    done
    assert [ ! -e held ]
}

@test "split-holdout: rows and names that are not there are refused, and so is all of the matrix" {
    six
    echo -n 'what was there' >held
    local row
    for row in 6 0,6 0-6 18446744073709551614 ; do
        refuses 1 "split-holdout: in: no row ${row#0[,-]}, expected a row from 0 to 5" split-holdout -r $row -H held in
    done
    refuses 1 'split-holdout: stdin: no row 9, expected a row from 0 to 5' split-holdout -r 1 -r 9 -H held <in
    refuses 1 "split-holdout: in: no row is named 'g', expected a name of the 6 rows" split-holdout -n g -H held in
    refuses 1 "split-holdout: in: no row is named 'A', expected a name of the 6 rows" split-holdout -n a -n A -n B -H held in
    refuses 1 "split-holdout: in: no row is named '', expected a name of the 6 rows" split-holdout -n '' -H held in
    refuses 1 "split-holdout: in: no row is named 'a\\012b', expected a name of the 6 rows" \
        split-holdout -n $'a\nb' -H held in
    refuses 1 'split-holdout: in: all rows would be held out, expected at least 1 to be left' split-holdout -r 0-5 -H held in
    refuses 1 'split-holdout: in: all rows would be held out, expected at least 1 to be left' \
        split-holdout -n a -n b -n c -n d -n e -n f -H held in
    py 'write("nameless", np.ones((3, 2)))'
    refuses 1 'split-holdout: nameless: rows without names, expected names for --name (--row takes numbers)' split-holdout -n a -H held nameless
    refuses 1 'split-holdout: nameless: rows without names, expected names for --name (--row takes numbers)' split-holdout -n '' -H held nameless
    unharmed
}

@test "split-holdout: HELDOUT is replaced only when all went well" {
    six
    blocks 4 >big
    head -c -1 big >short
    echo -n 'what was there' >held
    local name
    for name in -r0 -S1 '-nrow 7'; do
        run -1 --separate-stderr bash -c "split-holdout '$name' -H held short >out"
        # shellcheck disable=SC2154
        assert_equal "$stderr" "split-holdout: short: truncated after $(wc -c <short) bytes, inside a map"
        unharmed
    done
    run -1 --separate-stderr bash -c 'split-holdout -n absent -H held big >out'
    assert_equal "$stderr" "split-holdout: big: no row is named 'absent', expected a name of the 256 rows"
    unharmed
    refuses 1 'split-holdout: absent: cannot be opened: No such file or directory' split-holdout -r 0 -H held in absent
    unharmed
    local input
    for input in in big; do
        run -1 --separate-stderr bash -c "split-holdout -r 0 -H held $input >/dev/full"
        assert_equal "$stderr" 'split-holdout: stdout: write failed: No space left on device'
        unharmed
    done
    # Now it does.
    split-holdout -r 2 -H held in >rest
    assert_equal "$(rows_of held)" c
    assert_equal "$(find . -name '.wf-*')" ''
    # Its own input, too.
    split-holdout -r 2 -H in in >rest
    assert_equal "$(rows_of in) $(rows_of rest)" 'c abdef'
}

@test "split-holdout: HELDOUT may be a pipe or a device, which stays one" {
    six
    split-holdout -r 2 -H want in >rest.want
    mkfifo pipe
    cat pipe >held &
    split-holdout -r 2 -H pipe in >rest
    wait
    cmp held want
    cmp rest rest.want
    assert [ -p pipe ]
    split-holdout -r 2 -H /dev/null in >rest
    cmp rest rest.want
    assert [ -c /dev/null ]
    split-holdout -r 2 -H >(cat >held2 && : >all-read) in >rest
    cmp rest rest.want
    until [ -e all-read ]; do
        sleep 0.01
    done
    cmp held2 want
    # More than a pipe holds.
    blocks 3 >big
    cat pipe >held &
    split-holdout -r 1-191 -H pipe big >rest
    wait
    split-holdout -r 0 -H one big >others
    py 'a, b = x(read("held")), x(read("others")); assert a.shape == b.shape == (191, 16384) and (a == b).all()'
}

@test "split-holdout: an empty HELDOUT is a usage error" {
    six
    refuses 2 "split-holdout: --heldout: '', expected a file; try 'split-holdout --help'" split-holdout -r 0 -H '' in
}

@test "split-holdout: by row and by name memory stays the same however many rows come" {
    blocks 4 >few
    blocks 100 >many
    local choice few many
    for choice in -r63 '-nrow 5' -nend; do
        few=$(peak split-holdout "$choice" -H held few)
        many=$(peak split-holdout "$choice" -H held many)
        assert [ "$many" -lt $((few + 8192)) ]
    done
}

@test "split-holdout: above 64 MiB a seed keeps the input in an unnamed file in TMPDIR" {
    blocks 100 >in
    mkdir tmp
    export TMPDIR=$PWD/tmp
    local few many row
    row=$(py 'print(np.random.RandomState(5).randint(6400))')
    few=$(peak split-holdout -S 5 -H held in)
    many=$(blocks 200 | peak split-holdout -S 5 -H other)
    # How a pipe is read, in small pieces or large ones, makes some difference.
    assert [ "$many" -lt $((few + 32768)) ]
    split-holdout -S 5 -H held in | cmp - <(split-holdout -r "$row" -H want in)
    cmp held want
    assert_equal "$(ls -A tmp)" ''
    export TMPDIR=$PWD/absent
    echo -n 'what was there' >held
    refuses 1 "split-holdout: $PWD/absent: no temporary file can be made there: No such file or directory" \
        split-holdout -S 5 -H held in
    unharmed
    # By row there is no need for one.
    split-holdout -r "$row" -H held in >rest
    cmp held want
}
