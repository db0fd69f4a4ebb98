# Shards that know themselves: what partial fits and models are of, and lsq-fit --shard, --expect and --allow-duplicates.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# Shards a, b and c of 6, 7 and 8 rows, and their partial fits a.part to c.part.
shards() {
    py 'for i, name in enumerate("abc"): write(name, {"mat": 1, "x": np.random.default_rng(i).random((6 + i, 3))})'
    local name
    for name in a b c; do
        lsq-fit --partial -g 2 "$name" >"$name.part"
    done
}

# digest NAME: of the shard whose partial fit is NAME.part.
digest() {
    stream-show --shards "$1.part" | cut -f3
}

@test "lsq-fit: the digest of rows is the sum of XXH3, whatever their order, blocks and types" {
    oracle shards digest_of_rows
}

@test "lsq-fit: a weight changes the digest" {
    oracle shards weighed_shards
}

@test "lsq-fit: a shard has the name of its file, or of --shard" {
    oracle shards names_of_shards
}

@test "lsq-fit: a shard's name is UTF-8" {
    shards
    cp a $'\xff\n'
    lsq-fit --partial -g 2 $'\xff\n' | stream-show --shards | cmp - <(printf '\357\277\275\\n\t6\t%s\n' "$(digest a)")
    refuses 2 "lsq-fit: --shard: '\\377', expected a name in UTF-8; try 'lsq-fit --help'" lsq-fit --partial --shard=$'\xff' -g 2 a
}

@test "lsq-fit: merges, and merges of merges, list all shards" {
    oracle shards lists_of_trees
}

@test "lsq-fit: partial fits of earlier versions are shards without a name" {
    oracle shards earlier_partial_fits
}

@test "lsq-fit: a partial fit with a wrong bit is refused" {
    oracle shards checksums
    shards
    py 'part = bytearray(open("a.part", "rb").read()); part[-40] ^= 1; open("b.part", "wb").write(part)'
    local why expected
    expected=$(tail -c 16 a.part)
    why="a damaged partial fit: checksum $(py 'import xxhash; print(xxhash.xxh3_64_hexdigest(open("b.part", "rb").read()[:-26]))'), expected $expected as it says"
    refuses 1 "lsq-fit: b.part: $why" lsq-fit a.part b.part
    refuses 1 "stream-show: b.part: $why" stream-show b.part
    refuses 1 "stream-show: b.part: $why" stream-show --shards b.part
}

@test "lsq-fit: the shards of all names are listed once" {
    oracle shards lists_by_name
}

@test "lsq-fit: a hundred thousand shards are listed and checked" {
    oracle shards many_shards
    lsq-fit -q --expect=list even odd >model
    stream-show --shards model | sort | diff -q - <(sort list)
    assert_equal "$(stream-show -F shards model)" 100000
    py 'part = read("odd")[0]
for name in "xy": write(name, {**part, "shards": [{"name": name * (25 << 20), "rows": 9}]})'
    refuses 1 'lsq-fit: 2 shards, 52428910 bytes with their names, expected up to 1048576 and 50331648 bytes' lsq-fit x y
    refuses 1 'lsq-fit: list: 50000 of 100000 shards missing (node00:/data/archive/shard-00000.csv, node00:/data/archive/shard-00040.csv, node00:/data/archive/shard-00080.csv, ...), expected all that it lists' \
        lsq-fit --expect=list odd
}

@test "lsq-fit: a shard that is there twice is refused" {
    shards
    local a
    a=$(digest a)
    local once="expected each shard once (--allow-duplicates counts rows twice)"
    lsq-fit --partial a.part b.part >ab
    lsq-fit --partial -g 2 --shard=other a >other
    refuses 1 "lsq-fit: a.part: shard a has the 6 rows (digest $a) of shard a of a.part, $once" lsq-fit a.part a.part
    refuses 1 "lsq-fit: ab: shard a has the 6 rows (digest $a) of shard a of a.part, $once" lsq-fit --partial a.part ab
    refuses 1 "lsq-fit: other: shard other has the 6 rows (digest $a) of shard a of a.part, $once" lsq-fit a.part other
    refuses 1 "lsq-fit: a: shard a has the 6 rows (digest $a) of shard a of a.part, $once" lsq-fit a.part a
    refuses 1 "lsq-fit: a.part: shard a has the 6 rows (digest $a) of shard a of a, $once" lsq-fit -g 2 a a.part
    refuses 1 "lsq-fit: a: shard a has the 6 rows (digest $a) of shard a of a, $once" lsq-fit -g 2 --partial a b a
    refuses 1 "lsq-fit: stdin: shard - has the 6 rows (digest $a) of shard a of a.part, $once" bash -c 'lsq-fit --partial -g 2 <a | lsq-fit a.part -'
    # Without partial fits, rows may be given twice, as ever.
    lsq-fit -g 2 a a >twice
    lsq-fit --allow-duplicates a.part a.part >merged
    py 'a, b = read("twice")[0], read("merged")[0]
assert "shards" not in a and [s["name"] for s in b["shards"]] == ["a", "a"] and b["rows"] == 12
np.testing.assert_allclose(b["coef"], a["coef"], rtol=1e-12)
np.testing.assert_allclose(b["rss"], a["rss"], rtol=1e-12)'
    lsq-fit --partial --allow-duplicates a.part a.part >double
    refuses 1 "lsq-fit: double: shard a has the 6 rows (digest $a) of shard a of double, $once" lsq-fit double
}

@test "lsq-fit: two shards of one name are refused" {
    shards
    lsq-fit --partial -g 2 --shard=a b >b.as.a
    refuses 1 "lsq-fit: b.as.a: shard a of 7 rows (digest $(digest b)), expected the 6 (digest $(digest a)) that it has in a.part (--shard gives another name, --allow-duplicates fits both)" \
        lsq-fit a.part c.part b.as.a
    lsq-fit --allow-duplicates a.part b.as.a | stream-show --shards | diff - <(printf 'a\t6\t%s\na\t7\t%s\n' "$(digest a)" "$(digest b)")
    # Standard input is no name.
    lsq-fit --partial -g 2 <a >a.in
    lsq-fit --partial -g 2 <b >b.in
    lsq-fit a.in b.in | stream-show --shards | diff - <(printf -- '-\t6\t%s\n-\t7\t%s\n' "$(digest a)" "$(digest b)")
}

@test "lsq-fit: --expect names the shards that are missing, and those that it does not list" {
    shards
    lsq-fit a.part b.part c.part >model
    printf '# of today\n\na\nb\nc' >list
    lsq-fit --expect=list c.part b.part a.part >/dev/null
    lsq-fit --expect=- c.part b.part a.part <list | stream-show --shards | diff - <(stream-show --shards c.part b.part a.part)
    refuses 1 'lsq-fit: list: 1 of 3 shards missing (b), expected all that it lists' lsq-fit --expect=list a.part c.part
    refuses 1 'lsq-fit: list: 2 of 3 shards missing (b, c), expected all that it lists' lsq-fit -g 2 --expect=list a
    printf '%s\n' a d e f g >list
    refuses 1 'lsq-fit: list: 4 of 5 shards missing (d, e, f, ...), and 2 that it does not list (b, c), expected all that it lists and no other' \
        lsq-fit --expect=list a.part b.part c.part
    printf 'a\nb\n' >list
    refuses 1 'lsq-fit: list: 1 shard that it does not list (c), expected no other' lsq-fit --partial --expect=list a.part b.part c.part
    : >list
    refuses 1 'lsq-fit: list: 1 shard that it does not list (c), expected no other' lsq-fit --expect=list c.part
}

@test "lsq-fit: --expect notices rows that changed since" {
    shards
    lsq-fit a.part b.part >model
    stream-show --shards model >list
    lsq-fit --expect=list a.part b.part | cmp - model
    local before
    before=$(digest a)
    py 'a = read("a")[0]; a["x"] = a["x"].copy(); a["x"][0, 0] += 2**-53; write("a", a)'
    lsq-fit --partial -g 2 a >a.part
    refuses 1 "lsq-fit: a.part: shard a: digest $(digest a), expected $before as list says" lsq-fit --expect=list a.part b.part
    lsq-fit --partial -g 2 --shard=a c >c.part
    refuses 1 'lsq-fit: c.part: shard a: 8 rows, expected 6 as list says' lsq-fit --expect=list c.part b.part
    printf 'a\t6\t-\nb\n' >list
    lsq-fit --expect=list a.part b.part >/dev/null
}

@test "stream-show: --shards prints a line a shard, and the summary the first of them" {
    py 'for name in "a", "#b \t\\\u00e9", "c\nd", "e": write(name, {"mat": 1, "x": np.random.default_rng(len(name)).random((ord(name[0]) % 7 + 1, 3))})'
    local file
    for file in a $'#b \t\\\xc3\xa9' $'c\nd' e; do
        lsq-fit -q --partial -g 1 "$file"
    done >parts
    run -0 bash -c 'stream-show --shards parts | cut -f1,2'
    assert_output $'a\t7\n\\043b \\t\\\\\xc3\xa9\t1\nc\\nd\t2\ne\t4'
    lsq-fit -q parts >model
    stream-show --shards model >list
    stream-show --shards parts | cmp - list
    lsq-fit -q --expect=list parts | cmp - model
    stream-show model | sed -n 2p >second
    printf 'shards      4, from a (7 rows), #b \\t\\\\\303\251 (1 row), c\\nd (2 rows), ...\n' | cmp - second
    assert_equal "$(stream-show -F rows,shards model)" $'14\t4'
    assert_equal "$(lsq-fit -g 1 a | stream-show -F rows,shards)" $'7\t-'
    stream-show -j model >json
    py 'import json; assert json.load(open("json"))["shards"] == read("model")[0]["shards"]'
    py 'model = read("model")[0]; write("slices", {**model, "targets": 2, "target0": 0}, {**model, "targets": 2, "target0": 1})'
    stream-show --shards slices | cmp - list
    refuses 1 'stream-show: a: no shards, expected a partial fit, or a model of partial fits' stream-show --shards a
    py 'old = read("parts")[0]; del old["shards"], old["checksum"]; write("old", old)'
    assert_equal "$(stream-show --shards old)" $'\t7\t-'
    assert_equal "$(lsq-fit old old | stream-show | sed -n 2p)" 'shards      2, from an unknown source (7 rows), an unknown source (7 rows)'
}

@test "cluster: a pattern that takes its own output for a shard is refused" {
    mkdir data
    printf '1,2\n2,5\n4,6\n' | csv-load >data/a
    local made=(make -s -f "$ROOT/pipelines/cluster.mk" BIN="$BIN" GIVEN=1)
    "${made[@]}" SHARDS=data/a OUT=data/out
    local out
    for out in data/out ./data//out "$PWD/data/out" data/out/more; do
        run -2 --separate-stderr "${made[@]}" SHARDS='data/*' OUT="$out"
        # shellcheck disable=SC2154
        assert_equal "${stderr_lines[0]}" 'cluster: SHARDS: data/out: OUT is there, expected it elsewhere'
    done
    rm -r data/out
    "${made[@]}" SHARDS='data/*' OUT=data.out
}
