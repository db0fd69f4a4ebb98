# Bad input: the table of what is refused and in which words, and beside it the WAV files
# that only look odd and have to be loaded.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "bad input: every row of the table ends as it says" {
    # Whoever may read any file, as root may, runs it without these capabilities.
    local drop=()
    : >locked
    chmod 0 locked
    if cat locked 2>/dev/null; then
        drop=(setpriv '--bounding-set=-dac_override,-dac_read_search')
    fi
    # What a filter that refuses its input has in memory ends with it.
    export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
    run "${drop[@]}" "$PYTHON" "$ROOT/tests/bad-input.py" "$ROOT/tests/bad-input.txt"
    echo "$output"
    # shellcheck disable=SC2154
    assert_equal "$status" 0
    echo "# ${lines[-1]}" >&3
    [ "${lines[-1]%% *}" -ge 200 ]
}

@test "bad input: the runner of the table finds what differs" {
    cat >table <<'END'
right | b"" | pad-chop | 1
    pad-chop: stdin: empty, expected a matrix stream (did the program that writes it fail?)
other text | b"" | pad-chop | 1
    pad-chop: stdin: nothing
other status | b"" | pad-chop | 2
    pad-chop: stdin: empty, expected a matrix stream (did the program that writes it fail?)
on stdout | - | echo out; echo line >&2; exit 1 | 1
    line
left behind | - | touch file; echo line >&2; exit 1 | 1
    line
two lines | - | printf 'line\n\n' >&2; exit 1 | 1
    line
END
    run -1 "$PYTHON" "$ROOT/tests/bad-input.py" table
    assert_line '6 rows checked, 5 differ'
    assert_line '    + pad-chop: stdin: empty, expected a matrix stream (did the program that writes it fail?)'
    assert_line '    status 1, expected 2'
    assert_line '    4 bytes on stdout, expected none'
    refute_line --regexp '^right: '
}

@test "bad input: legitimate WAV files of every sample format and layout have SoX's samples" {
    mkdir wavs
    "$PYTHON" "$ROOT/tests/wav-layouts.py" wavs
    fsdd-load wavs/*.wav >rows 2>err
    for file in wavs/*.wav; do
        sox -D "$file" -b 16 -e signed-integer -L -t raw - 2>/dev/null >"$file.sox"
    done
    py 'import glob
ms = read("rows")
want = [path[5:-4] for path in sorted(glob.glob("wavs/*.wav"))]
assert names(ms) == want and len(want) >= 170, len(want)
first = {}
for name, row in zip(names(ms), x(ms)):
    assert len(row) == 101 and row.tobytes() == open("wavs/%s.wav.sox" % name, "rb").read(), name
    # Whatever the layout, the samples are those of the format.
    assert row.tolist() == first.setdefault(name.split("-")[0], row.tolist()), name
assert len(first) == 8 and len({tuple(row) for row in first.values()}) == 8'
}
