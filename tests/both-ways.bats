# lsq-fit --both-ways: rows that count also with their columns in reverse

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "lsq-fit: --both-ways is numpy's solution for all rows and their reverses, of any shape" {
    oracle both_ways shapes
}

@test "lsq-fit: --both-ways in each of the ways in which chunks are reduced, by one thread and by two" {
    oracle both_ways ways
}

@test "lsq-fit: --both-ways of integers, large means, constants and deficient rank" {
    oracle both_ways values
}

@test "lsq-fit: --both-ways with a penalty, a weight and --rcond" {
    oracle both_ways options
}

@test "lsq-fit: --both-ways of blocks, files and lists of any type" {
    oracle both_ways blocks
}

@test "lsq-fit: --both-ways --partial: parts, merged with each other, with rows and with parts that count one way" {
    oracle both_ways partial
}

@test "lsq-fit: --both-ways with --by-name and --others" {
    oracle both_ways by_name
}

@test "lsq-fit: --both-ways of values that overflow is refused" {
    oracle both_ways large_values
}

@test "lsq-fit: --both-ways of few rows is the fit of the stream and of pad-chop --reverse of it, to the byte" {
    local options
    fsdd-load "$CORPUS" | pad-chop --reverse -c 900:930 -o rows
    pad-chop --reverse -o back rows
    for options in '' --no-intercept --ridge=1% --rcond=0.01 '-w 2' '--partial --shard=s'; do
        # shellcheck disable=SC2086 # words
        lsq-fit -q -g 20 $options --allow-duplicates rows back >want
        # shellcheck disable=SC2086
        lsq-fit -q -g 20 $options --allow-duplicates --both-ways rows >got
        if [ "$options" != '--partial --shard=s' ]; then cmp want got; fi
    done
}
