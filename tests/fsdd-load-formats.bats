# fsdd-load: which files it reads, and what their samples then are.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

@test "fsdd-load: floating point of every format is exact, clipped with a warning, or refused where it is not finite" {
    oracle recordings floats
}

@test "fsdd-load: floating point in WavPack files" {
    oracle recordings wavpack
}

@test "fsdd-load: what sox, ffmpeg, flac, GStreamer and lame write to a pipe is read to its end" {
    oracle recordings pipes
}

@test "fsdd-load: a length of 0 or of 1 GiB and more is none" {
    oracle recordings open_ended
}

@test "fsdd-load: a length that counts a little too much is told from a truncated recording" {
    oracle recordings miscounted
}

@test "fsdd-load: a WAV file after the first is refused, not dropped" {
    oracle recordings several
}

@test "fsdd-load: RF64, and samples of fewer bits than their bytes have" {
    oracle recordings forms
}

@test "fsdd-load: ADPCM that the standard does not allow is refused" {
    oracle recordings adpcm
}

@test "fsdd-load: recordings cut off are refused in all formats that tell" {
    oracle recordings cut
}

@test "fsdd-load: MPEG audio of any length is whole" {
    oracle recordings mpeg
}

@test "fsdd-load: what SoX guesses the length or the bits of is read to its end, rounded to nearest" {
    oracle recordings coarse
}
