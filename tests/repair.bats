# pipelines/repair.mk and the gaps of evaluate.mk

# shellcheck disable=SC2154 # run sets stderr and stderr_lines

load common

setup() {
    mkdir "$BATS_TEST_TMPDIR/a folder"
    cd "$BATS_TEST_TMPDIR/a folder" || exit 1
    make=(make -f "$ROOT/pipelines/repair.mk" BIN="$BIN" OUT=out)
}

# song FILE RATE SECONDS: a chord with noise.
song() {
    sox -R -n -r "$2" -b 16 -c 1 "$1" synth "$3" sine 220 synth "$3" sine mix 329.6 synth "$3" noise mix gain -12
}

@test "evaluate: gaps are filled in by nearest frames and by an autoregression, as NumPy does it, and silence has all of it to answer for" {
    mkdir rec
    cp "$CORPUS"/0_espeak_?.wav "$CORPUS"/0_espeak_10.wav rec
    PATH=$BIN:$PATH sh "$ROOT/pipelines/evaluate/gaps.sh" "$PWD/rec" 0 espeak sums
    oracle gaps sums_of_all_gaps rec sums
    run -0 ls -A
    assert_output "$(printf '%s\n' rec sums)"
}

@test "evaluate: takes too short for a gap have none" {
    mkdir rec
    local take
    for take in 0 1 2 3; do
        sox "$CORPUS/0_espeak_$take.wav" "rec/0_a_$take.wav" trim 0 700s
    done
    PATH=$BIN:$PATH sh "$ROOT/pipelines/evaluate/gaps.sh" "$PWD/rec" 0 a sums
    assert_equal "$(wc -c <sums)" 0
}

@test "repair: the tutorial's clip is repaired by nearest frames of other takes and of itself" {
    "${make[@]}" GAPS=20ms@50% >log
    stitch-wav -o clip.wav out/heldout.mat
    oracle gaps repaired_by_frames out/repair 1400 1560 clip.wav "$CORPUS"
    run -0 cat out/repair/repair.txt
    assert_output --regexp '^20ms@50%: samples 1400 to 1559, by the nearest frames of other takes and of the clip itself: [0-9.]+ dB$'
    run -0 tail -n 1 log
    assert_output "$(cat out/repair/repair.txt)"
    run -0 find out -name '.w*'
    assert_output ''
    # Neither side of the clip has a frame.
    "${make[@]}" GAPS=340ms@5 >log
    run -0 tail -n 1 log
    assert_output --regexp '^340ms@5: samples 5 to 2724, by the nearest frames of other takes: [0-9.-]+ dB$'
}

@test "repair: any recording is repaired from itself, as speech or as music, by an order that follows the rate" {
    song low.wav 8000 0.6
    "${make[@]}" GAPS=10ms@0.25s FILE=low.wav
    oracle gaps repaired out/repair 2000 2080 low.wav 80 1e-3 1200 240
    "${make[@]}" GAPS=5ms@4ms FILE=low.wav
    oracle gaps repaired out/repair 32 72 low.wav 80 1e-3 1200 240
    "${make[@]}" GAPS=5ms@590ms FILE=low.wav
    oracle gaps repaired out/repair 4720 4760 low.wav 80 1e-3 1200 240
    song high.wav 22050 0.4
    "${make[@]}" GAPS='5ms@40%' FILE=high.wav SOUND=music
    oracle gaps repaired out/repair 3528 3638 high.wav 512 1e-6 2048
    "${make[@]}" GAPS='5ms@40%' FILE=high.wav
    oracle gaps repaired out/repair 3528 3638 high.wav 220 1e-3 3300 660
    song higher.wav 24001 0.2
    "${make[@]}" GAPS=60@1200 FILE=higher.wav
    oracle gaps repaired out/repair 1200 1260 higher.wav 558 1e-6 2232
    run -2 --separate-stderr "${make[@]}" FILE=high.wav SOUND=noise
    assert_regex "${stderr_lines[0]}" ' \*\*\* SOUND = noise, expected speech or music\.  Stop\.$'
}

@test "repair: a ratio a little below 1 is 0.0 dB" {
    py 'import wave
with wave.open("dither.wav", "wb") as w:
    w.setparams((1, 2, 8000, 0, "NONE", ""))
    w.writeframes(np.random.RandomState(2).randint(-1, 2, 4000).astype("<i2").tobytes())'
    "${make[@]}" GAPS=50ms@50% FILE=dither.wav
    run -0 cat out/repair/repair.txt
    assert_output '50ms@50%: samples 2000 to 2399, by an autoregression of order 80 of the clip itself, as speech: 0.0 dB'
}

@test "repair: a clip is repaired by an autoregression that was learnt from others" {
    song low.wav 8000 0.6
    song other.wav 8000 0.5
    fsdd-load other.wav | pad-chop -q -f 81 | lsq-fit -g 80 --no-intercept --ridge=0.1% -o 'a model'
    "${make[@]}" GAPS=10ms@0.25s FILE=low.wav MODEL='a model'
    oracle gaps repaired_by_model out/repair 2000 2080 low.wav 80 1e-3 other.wav
    assert_equal "$(cut -d, -f2 out/repair/repair.txt | cut -d: -f1)" " by the autoregression of order 80 in $PWD/a model"
    # And the tutorial's clip.
    cp 'a model' out/repair/model.lsq
    "${make[@]}" GAPS=10ms@50% MODEL=out/repair/model.lsq
    grep -q 'by the autoregression of order 80 in' out/repair/repair.txt
    run -2 --separate-stderr "${make[@]}" FILE=low.wav MODEL=nowhere
    assert_regex "${stderr_lines[0]}" ' \*\*\* nowhere: no such file, expected a model \(MODEL\)\.  Stop\.$'
}

@test "repair: several gaps, in any order; none of them has a say in how another is filled in" {
    song one.wav 8000 0.6
    "${make[@]}" GAPS=$'80@3000\n10ms@25%' FILE=one.wav
    cut -d : -f 1 out/repair/repair.txt >order
    printf '%s\n' 10ms@25% 80@3000 | cmp - order
    cp out/repair/RepairedClip.wav want.wav
    # The same with other samples in the second gap.
    sox one.wav -t raw left.raw trim 0 3000s
    sox one.wav -t raw right.raw trim 3080s
    head -c 160 /dev/zero | tr '\0' x | cat left.raw - right.raw | sox -t raw -r 8000 -e signed -b 16 -c 1 - two.wav
    "${make[@]}" GAPS='80@3000 10ms@25%' FILE=two.wav
    cmp want.wav out/repair/RepairedClip.wav
}

@test "repair: gaps within reach of each other are filled in together, and those at both ends of the clip" {
    song one.wav 8000 0.6
    # One sample apart; a few; less than an order; less than the surroundings; and near both ends.
    "${make[@]}" GAPS='40@2000 30@2041 1@2075 20@2110 80@3000 16@2 20@4740 30@4761' FILE=one.wav
    oracle gaps repaired_together out/repair one.wav 2:18 2000:2040 2041:2071 2075:2076 2110:2130 3000:3080 4740:4760 4761:4791
    # Nothing is known for as long as 240 samples.
    sox one.wav short.wav trim 0 700s
    "${make[@]}" GAPS='15@110 15@220 15@330 15@440 15@550' FILE=short.wav
    oracle gaps repaired_together out/repair short.wav 110:125 220:235 330:345 440:455 550:565
}

@test "repair: made again where gaps or file have changed, and not otherwise" {
    song one.wav 8000 0.5
    "${make[@]}" FILE=one.wav GAPS=5ms@50%
    stat -c %i out/repair/RepairedClip.wav >before
    run -0 "${make[@]}" FILE=one.wav GAPS=5ms@50%
    refute_output --partial repair.sh
    stat -c %i out/repair/RepairedClip.wav | cmp before -
    run -0 "${make[@]}" FILE=one.wav GAPS=6ms@50%
    assert_output --partial '6ms@50%: samples 2000 to 2047'
}

@test "repair: what cannot be repaired is refused in one line" {
    song one.wav 8000 0.5
    local gaps why say='expected LENGTH@START such as 20ms@50% or 5ms@1.25s'
    while IFS='|' read -r gaps why; do
        run -2 --separate-stderr "${make[@]}" FILE=one.wav "GAPS=$gaps"
        assert_equal "${stderr_lines[0]}" "repair: GAPS: $gaps, $say, $why"
    done <<'END'
20ms|both also in samples
x@50%|both also in samples
20ms@50%@3|both also in samples
1.5@1000|both also in samples
1.2.3ms@50%|both also in samples
0.01ms@50%|of a sample or more, within the clip
|at least one
20ms@0%|with known samples before and after it
20ms@480ms|with known samples before and after it
20ms@490ms|of a sample or more, within the clip
20ms@2s|of a sample or more, within the clip
0ms@50%|of a sample or more, within the clip
20ms@150%|of a sample or more, within the clip
END
    run -2 --separate-stderr "${make[@]}" FILE=one.wav 'GAPS=20ms@50% 20ms@51%'
    assert_equal "${stderr_lines[0]}" "repair: GAPS: 20ms@50%, $say, with known samples before and after it"
    sox one.wav three.wav trim 0 3s
    run -2 --separate-stderr "${make[@]}" FILE=three.wav GAPS=1@50%
    assert_equal "${stderr_lines[0]}" "repair: GAPS: 1@50%, $say, with three known samples before or after it"
    run -2 --separate-stderr "${make[@]}" FILE=nowhere.wav
    assert_regex "${stderr_lines[0]}" ' \*\*\* nowhere.wav: no such file, expected a recording \(FILE\)\.  Stop\.$'
    sox -n -r 8000 -b 16 -c 2 stereo.wav synth 0.5 sine 300
    run -2 --separate-stderr "${make[@]}" FILE=stereo.wav
    assert_regex "${stderr_lines[0]}" '^fsdd-load: .*stereo.wav: 2 channels, expected 1'
    run -0 find out -name '*.wav' -o -name '.w*'
    assert_output ''
}
