# What the system can refuse: memory, room, files; and what a kill leaves behind

load common

@test "faults: with any one call failing each filter does all of its work, or none and says so" {
    mkdir "$BATS_TEST_TMPDIR/work"
    UNIT="${UNIT:-$ROOT/build/unit}" "$PYTHON" "$ROOT/tests/faults.py" "$BATS_TEST_TMPDIR/work"
}

@test "faults: a tutorial that was killed is made again, to the same bytes and no other file" {
    "$PYTHON" "$ROOT/tests/kill-tutorial" 10
}
