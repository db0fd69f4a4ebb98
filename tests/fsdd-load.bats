# fsdd-load

# shellcheck disable=SC2016,SC2094 # what stands in single quotes is for another shell, or a name; files are only read

load common

setup_file() {
    export WAVS=$BATS_FILE_TMPDIR/wavs
    mkdir "$WAVS"
    "$PYTHON" "$ROOT/tests/wav-fixtures.py" "$WAVS"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# put FILE...: a recording under each name.
put() {
    tee -- "$@" <"$WAVS/good.wav" >/dev/null
}

# for_libsox FILE...: one whose samples libsox decodes.
for_libsox() {
    tee -- "$@" <"$WAVS/kinds/alaw.wav" >/dev/null
}

# loads NAME... -- ARG...: fsdd-load ARG... gives rows of these names, in this order.
loads() {
    local names=()
    while [ "$1" != -- ]; do
        names+=("$1")
        shift
    done
    shift
    fsdd-load "$@" >rows
    # Without NumPy, which takes longer to start than all the rest.
    "$PYTHON" -c 'import msgpack, sys
with open("rows", "rb") as f:
    names = [name for m in msgpack.Unpacker(f) for name in m["names"]]
assert names == sys.argv[1:], names' "${names[@]}"
}

# as_sox FILE...: each as SoX itself converts it to 16 bits without dither.
as_sox() {
    local file
    for file; do
        sox -D "$file" -b 16 -e signed-integer -L -t raw - 2>/dev/null >"$file.sox"
    done
}

# mend FILE...: runs the command in the message that refuses the last of them, with its name for
# IN; $mended is the file that it makes.
mend() {
    local words
    run -1 --separate-stderr fsdd-load -F flac -- "$@" <"${input:-/dev/null}"
    # shellcheck disable=SC2154
    assert_equal "$(wc -l <<<"$stderr")" 1
    read -ra words <<<"${stderr##*: }"
    assert_equal "${words[*]:0:2} ${words[*]:3:2}" 'sox -t IN OUT.wav'
    mended=mended$((mends += 1)).wav
    case ${!#} in
    - | /*) words[3]=${!#} ;;
    *) words[3]=./${!#} ;;
    esac
    words[4]=$mended
    SOX_OPTS=-D "${words[@]}" <"${input:-/dev/null}"
}

@test "fsdd-load: output is a ragged matrix of 16-bit samples with names and rate, as any reader of WAV files sees them" {
    fsdd-load "$CORPUS" >rows
    py 'import glob, os, wave
ms = read("rows")
for m in ms:
    assert m["mat"] == 1 and m["rate"] == 8000 and isinstance(m["x"], list) and len(m["x"]) == len(m["names"])
    assert all(row.dtype == np.dtype("<i2") and row.ndim == 1 for row in m["x"]) and "col0" not in m
assert [m["last"] for m in ms] == [False] * (len(ms) - 1) + [True]
assert names(ms) == ["0_espeak_%d" % i for i in range(50)]
for name, row in zip(names(ms), x(ms)):
    with wave.open(os.path.join(sys.argv[1], name + ".wav")) as w:
        assert row.tolist() == np.frombuffer(w.readframes(w.getnframes()), "<i2").tolist(), name
assert len({len(row) for row in x(ms)}) > 1' "$CORPUS"
}

@test "fsdd-load: two runs write the same bytes" {
    fsdd-load "$CORPUS" >one
    fsdd-load "$CORPUS/" >two
    cmp one two
    fsdd-load "$CORPUS"/*.wav >two
    cmp one two
}

@test "fsdd-load: every kind of WAV file has the samples that its format defines, and SoX agrees" {
    cp -R "$WAVS/kinds" .
    fsdd-load kinds/*.wav >rows 2>err
    assert_equal "$(cat err)" 'fsdd-load: warning: 8 of 24 recordings have more than 16 bits, rounded to 16
fsdd-load: warning: 8 samples clipped, the largest is -2.5 in kinds/extensible-float.wav, expected -1 to 1 in floating point; 16-bit samples divided by 32768 are'
    as_sox kinds/*.wav
    py 'ms = read("rows")
assert len(names(ms)) == 24
for name, row in zip(names(ms), x(ms)):
    assert row.tobytes() == open("kinds/%s.i16" % name, "rb").read(), name
    assert row.tobytes() == open("kinds/%s.wav.sox" % name, "rb").read(), name'
}

@test "fsdd-load: compressed WAV files have the samples that SoX decodes" {
    for encoding in ms-adpcm ima-adpcm gsm-full-rate; do
        sox -D "$WAVS/good.wav" -e "$encoding" "$encoding.wav"
        sox -D "$WAVS/good.wav" -r 44100 -e "$encoding" "$encoding-44100.wav"
    done
    as_sox ./*.wav
    for rate in '' -44100; do
        fsdd-load -- *m"$rate".wav gsm-full-rate"$rate".wav >rows 2>err
        assert_equal "$(cat err)" ''
        py 'ms = read("rows")
assert len(names(ms)) == 3
for name, row in zip(names(ms), x(ms)):
    assert len(row) >= 400 and row.tobytes() == open(name + ".wav.sox", "rb").read(), name'
    done
}

@test "fsdd-load: other formats are told by extension, upper case too, and have the samples that SoX decodes" {
    for type in flac aiff aif aifc au snd wv w64 caf sph avr; do
        sox -D "$WAVS/good.wav" "lossless.$type"
    done
    for type in ogg 8svx gsm ul al la lu; do
        sox -D "$WAVS/good.wav" "lossy.$type" 2>err
    done
    cp lossless.flac upper.FLAC
    cp lossless.aiff upper.AIFF
    files=(lossless.* lossy.* upper.*)
    for file in "${files[@]}"; do
        fsdd-load -F all "$file" >"$file.mat" 2>err
        assert_equal "$(cat err)" ''
    done
    as_sox "${files[@]}"
    for file in lossless.*.sox upper.*.sox; do
        cmp "$file" "$WAVS/good.i16"
    done
    py 'import glob
files = sorted(glob.glob("*.mat"))
assert len(files) == 20, files
for file in files:
    m, = read(file)
    assert m["rate"] == 8000 and m["names"] == [file.split(".")[0]]
    assert m["x"][0].tobytes() == open(file[:-4] + ".sox", "rb").read(), file'
}

@test "fsdd-load: VOC files are loaded, whose end libsox calls premature" {
    sox -D "$WAVS/good.wav" -b 8 good.voc
    as_sox good.voc
    assert_equal "$(stat -c %s good.voc.sox)" 800
    fsdd-load -F all good.voc >rows
    py 'm, = read("rows"); assert m["x"][0].tobytes() == open("good.voc.sox", "rb").read()'
}

@test "fsdd-load: more than 16 bits are rounded as SoX rounds them, with one warning" {
    for type in flac aiff wv au w64; do
        sox -D "$WAVS/kinds/pcm24.wav" -b 24 "0_a_1.$type"
        as_sox "0_a_1.$type"
        fsdd-load -F all "0_a_1.$type" >rows 2>err
        assert_equal "$(cat err)" 'fsdd-load: warning: 1 of 1 recording has more than 16 bits, rounded to 16'
        py 'm, = read("rows"); assert m["x"][0].tobytes() == open(sys.argv[1], "rb").read()' "0_a_1.$type.sox"
    done
    fsdd-load -F all "$WAVS/good.wav" 0_a_1.flac "$WAVS/kinds/pcm32.wav" "$WAVS/kinds/pcm8.wav" >rows 2>err
    assert_equal "$(cat err)" 'fsdd-load: warning: 2 of 4 recordings have more than 16 bits, rounded to 16'
    fsdd-load -F all -q "$WAVS/good.wav" 0_a_1.flac "$WAVS/kinds/pcm32.wav" "$WAVS/kinds/pcm8.wav" >quiet 2>err
    assert_equal "$(cat err)" ''
    cmp rows quiet
}

@test "fsdd-load: samples of 16 bits that NumPy has made integers of 32 are told as silent" {
    py 'from scipy.io import wavfile
for name, value in ("a", 24163), ("b", -32768), ("c", 32768): wavfile.write(name + ".wav", 8000, np.array([value, 0, 7], "<i4"))
for kind in "i4", "f4", "f8": wavfile.write(kind + ".wav", 8000, np.zeros(3, kind) * -1)'
    run -0 --separate-stderr bash -c 'fsdd-load b.wav c.wav a.wav | stream-show -F low,high'
    assert_output $'0\t1'
    # shellcheck disable=SC2154
    assert_equal "$stderr" 'fsdd-load: warning: 3 of 3 recordings have more than 16 bits, rounded to 16
fsdd-load: warning: b.wav: silent when rounded to 16 bits, expected sound; samples from -32768 to 32767 are to be written as 16 bits'
    # Silence is.
    sox -n -r 8000 -b 24 s24.wav trim 0 3s
    run -0 --separate-stderr fsdd-load -o out i4.wav f4.wav f8.wav s24.wav
    assert_equal "$stderr" 'fsdd-load: warning: 4 of 4 recordings have more than 16 bits, rounded to 16'
}

@test "fsdd-load: rows are ordered by digit, speaker and take, numbers as numbers" {
    mkdir d
    put d/{0_b_10,0_b_9,0_b_007,10_a_0,2_a_0,0_a_5,0_B_0,0_a_x_3,0_ab_0,02_a_1,0_é_0,0_z_0,0_ö_11,0__x_1,0_a_999999999}.wav
    loads 0_B_0 0__x_1 0_a_5 0_a_999999999 0_a_x_3 0_ab_0 0_b_007 0_b_9 0_b_10 0_z_0 0_é_0 0_ö_11 2_a_0 02_a_1 10_a_0 -- d
    cd d
    loads 0_B_0 0_b_9 0_b_10 2_a_0 10_a_0 -- 10_a_0.wav 2_a_0.wav 0_b_10.wav 0_b_9.wav 0_B_0.wav
}

@test "fsdd-load: recordings of one digit, speaker and take in a directory are ordered by file name" {
    mkdir d
    for i in {1..15}; do
        cp "$WAVS/good.wav" "d/0_a_$i.wav"
        sox -D "$WAVS/twin.wav" "d/0_a_$i.flac"
        cp "$WAVS/good.wav" "d/00_a_$i.wav"
    done
    fsdd-load -F all d >rows
    py 'ms = read("rows")
want = [name % i for i in range(1, 16) for name in ("00_a_%d", "0_a_%d", "0_a_%d")]
assert names(ms) == want, names(ms)
assert [len(row) for row in x(ms)] == [400, 300, 400] * 15, [len(row) for row in x(ms)]'
}

@test "fsdd-load: names of another form come last, in the order given" {
    put z.wav b.wav 9_z_9.wav a.wav 0_a_0.wav 0_a.wav 0_a_1.5.wav 0_a_x.wav
    loads 0_a_0 9_z_9 z 0_a b 0_a_x a 0_a_1.5 -- z.wav 9_z_9.wav 0_a.wav b.wav 0_a_0.wav 0_a_x.wav a.wav 0_a_1.5.wav
}

@test "fsdd-load: in a directory other names are skipped unopened, folders too" {
    mkdir d d/sub d/folder.wav
    put d/{0_a_1,0_a_2}.wav d/0_a_3.WAV d/sub/0_a_9.wav d/folder.wav/0_a_8.wav
    for name in README.md 0_a_1 0_a_1.txt 0_a_1.wav.bak 0_a_1. x_a_1.wav 0__1.wav 0_a_.wav _a_1.wav 0_a.wav 0.wav \
        .0_a_1.wav .wav -1_a_1.wav 0_a_+1.wav 0_a_-1.wav '0_a_1 .wav' ' 0_a_1.wav' 0_a_1x.wav 0_a_0x1.wav \
        1234567890_a_1.wav 0_a_1234567890.wav 0_a_1.m3u 0_a_1.alsa 0_a_1.pulseaudio 0_a_1.null 0_a_1.unknown \
        '0_a_1.|touch x'; do
        echo 'no recording' >"d/$name"
    done
    ln -s nowhere d/dangling
    loads 0_a_1 0_a_2 0_a_3 -- d
    cd d
    loads 0_a_1 0_a_2 0_a_3 -- .
    [ ! -e x ]
}

@test "fsdd-load: in a directory every format is found" {
    mkdir d
    put d/0_a_1.wav
    for type in flac ogg aiff au wv sph; do
        sox -D "$WAVS/good.wav" "d/${#type}_a_$(printf %d "'$type").$type"
    done
    fsdd-load -F all d >rows
    py 'ms = read("rows"); assert len(names(ms)) == 7 and all(len(row) == 400 for row in x(ms))'
}

@test "fsdd-load: -d, -s and -t pick from directories" {
    mkdir d
    for digit in 0 1 2 3 10; do
        for speaker in a b; do
            put d/"$digit"_"$speaker"_{0,1,5,12}.wav
        done
    done
    loads {0,1}_{a,b}_{0,1,5,12} -- -d 0,1 d
    loads {0,1}_{a,b}_{0,1,5,12} -- -d0-1 d
    loads {1,3,10}_{a,b}_{0,1,5,12} -- --digits=10,1,3-9 d
    loads {1,3,10}_{a,b}_{0,1,5,12} -- -d 1 -d 3,1,1-1 -d 10 d
    loads {0,1,2,3,10}_b_{0,1,5,12} -- -s b d
    loads {0,1,2,3,10}_{a,b}_{0,1,5,12} -- --speakers nobody,b,a d
    loads {0,1,2,3,10}_{a,b}_{0,1} -- -t 0-4 d
    loads {0,1,2,3,10}_{a,b}_{1,12} -- --takes=12,1 d
    loads 10_a_5 10_a_12 -- -d 10 -s a -t 5-999999999 d
    loads 0_a_0 -- d -d 0 -s a -t 0
    loads 2_b_0 2_b_1 -- --di 2 --sp b --ta 000,1 d
}

@test "fsdd-load: --speakers takes whole names" {
    mkdir d
    put d/0_{a,ab,b,a_b,é}_1.wav
    loads 0_a_1 -- -s a d
    loads 0_a_b_1 0_ab_1 -- -s ab,a_b d
    loads 0_é_1 -- -s é d
    refuses 1 'fsdd-load: d: 5 recordings of other digits, speakers or takes, expected some of those asked for' fsdd-load -s A,aa, d
}

@test "fsdd-load: files named outright are loaded whatever -d, -s and -t say" {
    mkdir d
    put d/0_a_1.wav d/1_a_1.wav 5_b_7.wav any.wav
    loads 1_a_1 5_b_7 any -- -d 1 -s a -t 1 any.wav d 5_b_7.wav
    loads 0_a_1 any -- -d 9 d/0_a_1.wav any.wav
}

@test "fsdd-load: directories and files mix, rows of all sorted together" {
    mkdir d e
    put d/0_a_2.wav d/3_a_0.wav e/0_a_1.wav e/0_a_10.wav 0_a_5.wav x.wav
    loads 0_a_1 0_a_2 0_a_5 0_a_10 3_a_0 x -- x.wav d 0_a_5.wav e/
}

@test "fsdd-load: what is named twice is loaded twice" {
    mkdir d
    put d/0_a_1.wav d/0_a_2.wav x.wav
    loads 0_a_1 0_a_1 0_a_1 0_a_2 0_a_2 x x -- x.wav d d/0_a_1.wav d x.wav
    cp "$WAVS/twin.wav" 0_a_1.wav
    fsdd-load 0_a_1.wav d/0_a_1.wav 0_a_1.wav >rows
    py 'ms = read("rows"); assert names(ms) == ["0_a_1"] * 3 and [len(row) for row in x(ms)] == [300, 400, 300]'
}

@test "fsdd-load: a long matrix comes in blocks, all but the last with last false" {
    for i in 1 2 3; do
        head -c $((1500000 + i)) /dev/zero >"0_a_$i.ul"
    done
    fsdd-load -F ul . >rows
    py 'ms = read("rows")
assert len(ms) > 1 and [m["last"] for m in ms] == [False] * (len(ms) - 1) + [True]
assert all(m["mat"] == 1 and m["rate"] == 8000 and len(m["names"]) == len(m["x"]) for m in ms)
assert names(ms) == ["0_a_1", "0_a_2", "0_a_3"] and [len(row) for row in x(ms)] == [1500001, 1500002, 1500003]'
    # What has gone out before an error must not pass for a matrix.
    cp "$WAVS/bad/text.wav" 0_a_4.wav
    run -1 --separate-stderr bash -c 'fsdd-load -F ul . >rows'
    assert_equal "$stderr" 'fsdd-load: ./0_a_4.wav: no WAV file (no RIFF WAVE header), expected a recording'
    py 'ms = read("rows"); assert not any(m["last"] for m in ms)'
}

@test "fsdd-load: two outputs one after the other are one matrix" {
    fsdd-load "$CORPUS"/0_espeak_{7,3}.wav >rows
    fsdd-load "$CORPUS/0_espeak_5.wav" >>rows
    pad-chop -l max rows >padded
    py 'whole, = [np.concatenate([m["x"] for m in read("padded")])]
assert names(read("padded")) == ["0_espeak_3", "0_espeak_7", "0_espeak_5"]
assert len(whole) == 3 and [np.trim_zeros(row, "b").tolist() for row in whole] == [np.trim_zeros(row, "b").tolist() for row in x(read("rows"))]'
}

@test "fsdd-load: - is standard input, a WAV file, its row called stdin" {
    loads stdin -- - <"$WAVS/good.wav"
    put 0_a_1.wav z.wav ./-
    loads 0_a_1 z stdin - -- z.wav - 0_a_1.wav ./- <"$WAVS/good.wav"
    sox "$WAVS/good.wav" -t wav - | fsdd-load - >rows
    py 'm, = read("rows"); assert m["x"][0].tobytes() == open(sys.argv[1], "rb").read()' "$WAVS/good.i16"
    sox -D "$WAVS/good.wav" good.flac
    refuses 1 'fsdd-load: stdin: a FLAC file, expected a WAV file; to convert it: sox -t flac IN OUT.wav' fsdd-load - <good.flac
    refuses 1 'fsdd-load: stdin: an empty file, expected a recording' fsdd-load - </dev/null
    refuses 2 "fsdd-load: two inputs on standard input, expected one in a file; try 'fsdd-load --help'" fsdd-load - - <"$WAVS/good.wav"
}

@test "fsdd-load: names of its descriptors are read where these are open" {
    put 0_a_1.wav z.wav
    ln -s /dev/stdin in.wav
    loads stdin -- /dev/stdin <0_a_1.wav
    loads 0 -- /dev/fd/0 < <(cat z.wav)
    loads in -- in.wav <0_a_1.wav
    loads 0_a_1 9 8 -- /dev/fd/9 0_a_1.wav /proc/self/fd/8 9<z.wav 8< <(cat z.wav)
    fsdd-load <(cat z.wav) <(cat "$WAVS/twin.wav") <(sox z.wav -t wav - trim 0 7s 2>/dev/null) >rows
    py 'assert [len(row) for row in x(read("rows"))] == [400, 300, 7]'
    printf '/dev/fd/9\0' >list
    loads 9 -- --files0-from=list 9<z.wav
    # In each of several processes that decode.
    mkdir d
    put d/0_a_{1..200}.wav
    fsdd-load d <(cat z.wav) /dev/stdin <z.wav >rows
    py 'ms = read("rows"); assert names(ms)[200:] == ["63", "stdin"] and [len(row) for row in x(ms)] == [400] * 202'
    for fd in 3 4 5 6 7; do
        refuses 1 "fsdd-load: /dev/fd/$fd: cannot be opened: Bad file descriptor" bash -c "exec fsdd-load /dev/fd/$fd $fd<&-"
    done
}

@test "fsdd-load: pipes with names are read like files" {
    sox -D "$WAVS/good.wav" good.flac
    mkfifo 0_a_1.wav 0_a_2.flac 0_a_3
    timeout 20 cp "$WAVS/kinds/open-ffffffff.wav" 0_a_1.wav &
    timeout 20 cp good.flac 0_a_2.flac &
    timeout 20 cp "$WAVS/good.wav" 0_a_3 &
    fsdd-load -F all 0_a_1.wav 0_a_2.flac 0_a_3 >rows
    wait
    py 'm, = read("rows"); assert m["names"] == ["0_a_1", "0_a_2", "0_a_3"] and [len(row) for row in m["x"]] == [11, 400, 400]'
}

@test "fsdd-load: without an extension that libsox knows a file counts as WAV" {
    put plain clip.unknown clip. .hidden a.b/ 2>/dev/null || mkdir a.b
    put a.b/clip
    loads plain clip clip .hidden clip -- plain clip.unknown clip. .hidden a.b/clip
    refuses 1 'fsdd-load: text.unknown: no WAV file (no RIFF WAVE header), expected a recording' \
        bash -c 'echo text >text.unknown; fsdd-load text.unknown'
}

@test "fsdd-load: --files0-from reads names from a file or standard input" {
    mkdir d
    put d/0_a_2.wav d/1_a_2.wav 0_a_1.wav $'new\nline.wav' -dash.wav 'a space.wav'
    printf '%s\0' 'a space.wav' $'new\nline.wav' -dash.wav 0_a_1.wav d >list
    loads 0_a_1 0_a_2 1_a_2 'a space' $'new\nline' -dash -- --files0-from=list
    loads 0_a_1 0_a_2 1_a_2 'a space' $'new\nline' -dash -- --files0-from=- <list
    loads 0_a_1 0_a_1 0_a_2 -dash 'a space' $'new\nline' -dash -- -d 0 --files0-from list -- -dash.wav 0_a_1.wav
    printf '%s\0' - >list
    loads stdin -- --files0-from=list <"$WAVS/good.wav"
    find . -maxdepth 1 -name '*_a_*' -print0 | fsdd-load --files0-from=- >rows
    py 'assert names(read("rows")) == ["0_a_1"]'
    : >list
    loads 0_a_1 -- --files0-from=list 0_a_1.wav
}

@test "fsdd-load: --files0-from refuses what is no list of names" {
    put a.wav
    : >empty
    refuses 1 'fsdd-load: empty: no names in it, expected at least one' fsdd-load --files0-from=empty
    refuses 1 'fsdd-load: stdin: no names in it, expected at least one' fsdd-load --files0-from=- </dev/null
    printf 'a.wav\n' >lines
    refuses 1 'fsdd-load: lines: a last name without a NUL after it, expected NUL-terminated names' \
        fsdd-load --files0-from=lines
    refuses 1 'fsdd-load: stdin: a last name without a NUL after it, expected NUL-terminated names' \
        fsdd-load --files0-from=- <lines
    printf 'a.wav\0\0a.wav\0' >hole
    refuses 1 'fsdd-load: hole: an empty name, expected NUL-terminated names' fsdd-load --files0-from=hole
    printf 'a.wav\0b.wav\0' >missing
    refuses 1 'fsdd-load: b.wav: cannot be opened: No such file or directory' fsdd-load --files0-from=missing
    refuses 1 'fsdd-load: nowhere: cannot be opened: No such file or directory' fsdd-load --files0-from=nowhere
    mkdir d
    refuses 1 'fsdd-load: d: a directory, expected a file' fsdd-load --files0-from=d
}

@test "fsdd-load: a name of any bytes is a file name, and its row has it" {
    mkdir -p http:/x ftp:/x '0_|touch x' d programs
    for name in sh wget curl; do
        printf '#!/bin/bash\n: >"%s/executed"\n' "$PWD" >"programs/$name"
        chmod +x "programs/$name"
    done
    names=('a space' $'new\nline' $'tab\there' '-dash' '--help' "quote'" 'quote"' 'back\slash' 'dollar$(touch x)' '`touch x`'
        ';touch x' '|touch x' 'a|touch x' '>x' '&' '*' '?' '[a-z]' '~' '{a,b}' '%n' '%s%s%n' 'naïve' '日本' '😀'
        $'\e[31mred' ' ' $'\\' '#' '!' '=' '-' "$(printf 'x%.0s' {1..251})")
    put "${names[@]/%/.wav}"
    put '|touch x' '|sh -c "touch x"' http:/x/y.wav ftp:/x/y.wav '0_|touch x/|touch x.wav'
    sox -D "$WAVS/good.wav" good.flac
    cp good.flac '|touch x.flac'
    cp good.flac http:/x/y.flac
    PATH=$PWD/programs:$PATH loads "${names[@]}" '|touch x' '|sh -c "touch x"' '|touch x' y y y y '|touch x' '|touch x' -- \
        -F flac -- "${names[@]/%/.wav}" '|touch x' '|sh -c "touch x"' '|touch x.flac' http:/x/y.wav http://x/y.wav \
        ftp://x/y.wav http://x/y.flac '0_|touch x/|touch x.wav' "$PWD/|touch x.wav"
    py 'assert all(len(row) == 400 for row in x(read("rows")))'
    put 'd/0_|touch x_1.wav' $'d/0_new\nline_2.wav' 'd/0_$(touch x)_1.wav'
    PATH=$PWD/programs:$PATH loads '0_$(touch x)_1' $'0_new\nline_2' '0_|touch x_1' -- d
    [ ! -e x ]
    [ ! -e executed ]
}

@test "fsdd-load: a name that is not UTF-8 is made so, with a warning" {
    put $'caf\xe9.wav' $'0_\xff\xfe_1.wav' $'\xc3\xa9\xed\xa0\x80.wav'
    fsdd-load -- $'caf\xe9.wav' $'0_\xff\xfe_1.wav' $'\xc3\xa9\xed\xa0\x80.wav' >rows 2>err
    printf '%s\n' 'fsdd-load: warning: 0_\377\376_1.wav: a name that is not UTF-8, its row is called 0_��_1' \
        'fsdd-load: warning: caf\351.wav: a name that is not UTF-8, its row is called caf�' \
        'fsdd-load: warning: é\355\240\200.wav: a name that is not UTF-8, its row is called é���' >expected
    cmp err expected
    fsdd-load -q -- $'caf\xe9.wav' $'0_\xff\xfe_1.wav' $'\xc3\xa9\xed\xa0\x80.wav' >quiet 2>err
    cmp rows quiet
    cmp err /dev/null
    py 'assert names(read("rows")) == ["0_\ufffd\ufffd_1", "caf\ufffd", "é\ufffd\ufffd\ufffd"]'
}

@test "fsdd-load: a message shows control characters and what is not UTF-8 as octal numbers, on one line" {
    refuses 1 'fsdd-load: a\012b\033[31mé\377.wav: cannot be opened: No such file or directory' \
        fsdd-load $'a\nb\e[31mé\xff.wav'
}

@test "fsdd-load: stereo is refused, and the command in the message mends it" {
    cp "$WAVS/bad/stereo.wav" .
    refuses 1 "fsdd-load: stereo.wav: 2 channels, expected 1; to mix them: sox -t wav IN OUT.wav remix -" \
        fsdd-load stereo.wav
    mkdir -p http:/x 'd i.r'
    files=(stereo.wav 'a space.wav' "it's.wav" 'say "x".wav' 'a$HOME`b`.wav' -dash.wav '|touch x.wav' ';touch x;.wav'
        http://x/y.wav 'd i.r/clip.wav' upper.WAV "$PWD/absolute.wav" ../"${PWD##*/}"/parent.wav '~.wav' two.dots.wav naïve.wav
        $'new\nline.wav' $'caf\xe9.wav')
    all=()
    for file in "${files[@]}"; do
        cp -- "$WAVS/stereo.wav" "$file"
        mend "$file"
        all+=("$mended")
    done
    fsdd-load -- "${all[@]}" >rows
    py 'ms = read("rows")
assert len(names(ms)) == 18 and all(row.tobytes() == open(sys.argv[1], "rb").read() for row in x(ms))' "$WAVS/good.i16"
    [ ! -e x ]
}

@test "fsdd-load: the message with a command shows a name of any bytes on one line" {
    while IFS='|' read -r file shown; do
        file=$(printf '%b.' "$file")
        cp "$WAVS/stereo.wav" "${file%.}"
        refuses 1 "fsdd-load: $shown: 2 channels, expected 1; to mix them: sox -t wav IN OUT.wav remix -" fsdd-load "${file%.}"
    done <<'EOF'
new\nline.wav|new\012line.wav
caf\0351.wav|caf\351.wav
\033[31m\n7.wav|\033[31m\0127.wav
it's\n.wav|it's\012.wav
a*.wav|a*.wav
a[12].wav|a[12].wav
$(touch x).wav|$(touch x).wav
EOF
    [ ! -e x ]
}

@test "fsdd-load: one command mends all stereo files of a directory, or all of another rate" {
    mkdir 'd i.r'
    cp "$WAVS/stereo.wav" 'd i.r/0_a_1.wav'
    cp "$WAVS/stereo.wav" 'd i.r/0_a_2.wav'
    put 'd i.r/0_a_3.wav'
    run -1 --separate-stderr fsdd-load 'd i.r'
    SOX_OPTS=-D bash -c "${stderr##*to mix them: }"
    loads 0_a_1 0_a_2 0_a_3 -- NEW
    py 'assert all(row.tobytes() == open(sys.argv[1], "rb").read() for row in x(read("rows")))' "$WAVS/good.i16"
    rm -r NEW
    rm 'd i.r/'0_a_[12].wav
    cp "$WAVS/fast.wav" 'd i.r/0_a_4.wav'
    run -1 --separate-stderr fsdd-load 'd i.r/'
    SOX_OPTS=-D bash -c "${stderr##*to convert it: }"
    loads 0_a_3 0_a_4 -- NEW
}

@test "fsdd-load: any number of channels is mixed by the command in the message" {
    sox -D -M "$WAVS/stereo.wav" "$WAVS/good.wav" three.wav
    sox -D "$WAVS/stereo.wav" stereo.flac
    for file in three.wav stereo.flac; do
        mend "$file"
        fsdd-load -F flac "$mended" >rows
        py 'm, = read("rows"); assert m["x"][0].tobytes() == open(sys.argv[1], "rb").read()' "$WAVS/good.i16"
    done
}

@test "fsdd-load: another sample rate is refused, and the command in the message mends it" {
    put good.wav 0_a_1.wav
    cp "$WAVS/fast.wav" .
    refuses 1 "fsdd-load: fast.wav: 11025 Hz, expected 8000 as in good.wav; to convert it: sox -t wav IN OUT.wav rate 8000" \
        fsdd-load good.wav fast.wav
    refuses 1 "fsdd-load: good.wav: 8000 Hz, expected 11025 as in fast.wav; to convert it: sox -t wav IN OUT.wav rate 11025" \
        fsdd-load fast.wav good.wav
    refuses 1 "fsdd-load: fast.wav: 11025 Hz, expected 8000 as in 0_a_1.wav; to convert it: sox -t wav IN OUT.wav rate 8000" \
        fsdd-load fast.wav 0_a_1.wav
    refuses 1 "fsdd-load: fast.wav: 11025 Hz, expected 8000 as in stdin; to convert it: sox -t wav IN OUT.wav rate 8000" \
        fsdd-load - fast.wav <good.wav
    mkdir 'd i.r'
    for file in fast.wav "it's fast.wav" -fast.wav 'd i.r/clip.wav' '|touch x.wav' upper.WAV; do
        cp "$WAVS/fast.wav" "./$file"
        mend good.wav "$file"
        fsdd-load -- good.wav "$mended" >rows
        py 'm, = read("rows"); assert m["rate"] == 8000 and [len(row) for row in m["x"]] == [400, 290]'
    done
    [ ! -e x ]
}

@test "fsdd-load: the command in the message works for files with an extension that SoX does not know, or none" {
    mkdir d.x
    for file in stereo stereo.unknown d.x/stereo .stereo .wav stereo.; do
        cp "$WAVS/stereo.wav" "$file"
        mend "$file"
        fsdd-load -- "$mended" >rows
        py 'm, = read("rows"); assert m["x"][0].tobytes() == open(sys.argv[1], "rb").read()' "$WAVS/good.i16"
    done
    put good
    cp "$WAVS/fast.wav" fast
    mend good fast
    fsdd-load good "$mended" >rows
    py 'm, = read("rows"); assert m["rate"] == 8000 and [len(row) for row in m["x"]] == [400, 290]'
}

@test "fsdd-load: the command in the message works for standard input" {
    input=$WAVS/stereo.wav mend -
    fsdd-load -- "$mended" >rows
    py 'm, = read("rows"); assert m["x"][0].tobytes() == open(sys.argv[1], "rb").read()' "$WAVS/good.i16"
}

@test "fsdd-load: WAV files that are no recording are refused, each with what was found" {
    cd "$WAVS/bad"
    while IFS='|' read -r file message; do
        refuses 1 "fsdd-load: $file.wav: $message" fsdd-load "$file.wav"
        refuses 1 "fsdd-load: stdin: $message" fsdd-load - <"$file.wav"
        refuses 1 "fsdd-load: $file.wav: $message" fsdd-load ../good.wav "$file.wav" ../good.wav
    done <<'EOF'
0-channels|a WAV file of 0 channels, expected 1
0-hz|a WAV file of 0 Hz, expected a sample rate of at least 1 Hz
4294967295-hz|4294967295 Hz, expected a sample rate of 1 to 10000000 Hz
10000001-hz|10000001 Hz, expected a sample rate of 1 to 10000000 Hz
0-samples|a recording of 0 samples, expected at least 1
half-a-sample|a recording of 0 samples, expected at least 1
text|no WAV file (no RIFF WAVE header), expected a recording
png|no WAV file (no RIFF WAVE header), expected a recording
avi|an AVI file, expected a WAV file; to convert it: ffmpeg -i IN OUT.wav
zeros|no WAV file (no RIFF WAVE header), expected a recording
no-fmt|a WAV file without a whole fmt chunk, expected one
short-fmt|a WAV file without a whole fmt chunk, expected one
no-data|a WAV file without a data chunk, expected one
chunk-too-long|a WAV file without a whole fmt chunk, expected one
chunk-wraps|a WAV file without a whole fmt chunk, expected one
empty|an empty file, expected a recording
truncated|truncated: 2 samples, expected 11 as its header says
truncated-rifx|truncated: 3 samples, expected 11 as its header says
truncated-float|truncated: 2 samples, expected 4 as its header says
mp3-inside|a WAV file of encoding 0x0055, expected PCM, float, A-law, mu-law, ADPCM or GSM; to convert it: ffmpeg -i IN OUT.wav
unknown-inside|a WAV file of encoding 0x7777, expected PCM, float, A-law, mu-law, ADPCM or GSM; to convert it: ffmpeg -i IN OUT.wav
EOF
    refuses 1 "fsdd-load: 65535-channels.wav: 65535 channels, expected 1; to mix them: sox -t wav IN OUT.wav remix -" \
        fsdd-load 65535-channels.wav
}

@test "fsdd-load: samples that libsox cannot read are refused with what it says of them" {
    sox -D "$CORPUS/0_espeak_3.wav" good.flac
    head -c 3000 good.flac >cut.flac
    head -c 1500 good.flac >noise.flac
    head -c 1500 /dev/zero >>noise.flac
    for file in cut.flac noise.flac; do
        run -1 --separate-stderr fsdd-load -F all "$file"
        assert_output ''
        assert_equal "$(wc -l <<<"$stderr")" 1
        assert_regex "$stderr" "^fsdd-load: $file: (libsox says \".+\"|truncated: [0-9]+ samples), expected ."
    done
}

@test "fsdd-load: a WAV file cut off anywhere is refused" {
    cd "$WAVS/truncated"
    for size in {0..63}; do
        if [ "$size" -eq 0 ]; then
            message='an empty file, expected a recording'
        elif [ "$size" -lt 4 ]; then
            message='no WAV file (no RIFF WAVE header), expected a recording'
        elif [ "$size" -lt 12 ]; then
            message='truncated inside the WAV header, expected a whole recording'
        elif [ "$size" -lt 36 ]; then
            message='a WAV file without a whole fmt chunk, expected one'
        elif [ "$size" -lt 44 ]; then
            message='a WAV file without a data chunk, expected one'
        else
            plural=s
            [ $(((size - 44) / 2)) -ne 1 ] || plural=
            message="truncated: $(((size - 44) / 2)) sample$plural, expected 10 as its header says"
        fi
        refuses 1 "fsdd-load: $size.wav: $message" fsdd-load "$size.wav"
    done
}

@test "fsdd-load: ADPCM of blocks too small for their samples never reaches libsox, whatever the file is called" {
    cd "$WAVS/adpcm"
    for file in ms-0* ms-1* ms-501*; do
        samples=${file#ms-}
        samples=${samples%%[-.]*}
        message="ADPCM of $samples samples a block of 256 bytes, expected 2 to 500"
        case $file in *-extensible.wav) message='ADPCM in an extensible fmt chunk, expected a plain one' ;; esac
        refuses 1 "fsdd-load: $file: $message" fsdd-load "$file"
    done
    for samples in 0 1 506; do
        refuses 1 "fsdd-load: ima-$samples.wav: ADPCM of $samples samples a block of 256 bytes, expected 2 to 505" \
            fsdd-load "ima-$samples.wav"
    done
    refuses 1 'fsdd-load: ms-short-fmt.wav: ADPCM of 0 samples a block of 256 bytes, expected 2 to 500' \
        fsdd-load ms-short-fmt.wav
    refuses 1 'fsdd-load: ms-small-block.wav: ADPCM of 2 samples a block of 6 bytes, expected 2 to 0' \
        fsdd-load ms-small-block.wav
    refuses 1 'fsdd-load: stdin: ADPCM of 1 samples a block of 256 bytes, expected 2 to 500' fsdd-load - <ms-1.wav
}

@test "fsdd-load: other formats are refused where they are no recording" {
    sox -D "$WAVS/good.wav" good.flac
    sox -D "$WAVS/stereo.wav" stereo.flac
    : >empty.flac
    cp "$WAVS/bad/text.wav" text.flac
    cp "$WAVS/good.wav" wav.flac
    cp good.flac flac.wav
    cp "$WAVS"/bad/truncated.{au,aiff} .
    refuses 1 'fsdd-load: truncated.au: truncated: 7 samples, expected 11 as its header says' fsdd-load -F all truncated.au
    refuses 1 'fsdd-load: truncated.aiff: truncated: 7 samples, expected 11 as its header says' fsdd-load -F all truncated.aiff
    refuses 1 "fsdd-load: stereo.flac: 2 channels, expected 1; to mix them: sox -t flac IN OUT.wav remix -" \
        fsdd-load -F all stereo.flac
    refuses 1 'fsdd-load: flac.wav: a FLAC file, expected a WAV file; to convert it: sox -t flac IN OUT.wav' fsdd-load -F all flac.wav
    refuses 1 'fsdd-load: no.aiff: libsox says "AIFF header does not begin with magic word `FORM'\''", expected a recording in the format aiff' \
        bash -c 'echo a text that is long enough >no.aiff; fsdd-load -F all no.aiff'
    for file in empty.flac text.flac wav.flac; do
        run -1 --separate-stderr fsdd-load -F all "$file"
        assert_output ''
        assert_regex "$stderr" "^fsdd-load: $file: .*, expected .*"
        assert_equal "$(wc -l <<<"$stderr")" 1
    done
}

@test "fsdd-load: what libsox says of a file does not call it by another name" {
    head -c 100 /dev/zero >clip.raw
    run -1 --separate-stderr fsdd-load -F all clip.raw
    assert_output ''
    assert_regex "$stderr" '^fsdd-load: clip\.raw: .*sampling rate was not specified.*, expected .*'
    refute_regex "$stderr" '/dev/|/proc/'
}

@test "fsdd-load: devices and playlists are no formats" {
    cp "$WAVS/good.wav" song.m3u
    cp "$WAVS/good.wav" card.alsa
    cp "$WAVS/good.wav" nothing.null
    # Each counts as a WAV file, which it is.
    loads song card nothing -- song.m3u card.alsa nothing.null
}

@test "fsdd-load: files that cannot be opened or read" {
    refuses 1 'fsdd-load: no.wav: cannot be opened: No such file or directory' fsdd-load no.wav
    refuses 1 'fsdd-load: no/0_a_1.wav: cannot be opened: No such file or directory' fsdd-load no/0_a_1.wav
    ln -s nowhere dangling.wav
    refuses 1 'fsdd-load: dangling.wav: cannot be opened: No such file or directory' fsdd-load dangling.wav
    ln -s loop.flac loop.flac
    refuses 1 'fsdd-load: loop.flac: cannot be opened: Too many levels of symbolic links' fsdd-load loop.flac
    put file.wav
    refuses 1 'fsdd-load: file.wav/x.wav: cannot be opened: Not a directory' fsdd-load file.wav/x.wav
    ln -s /proc/self/mem mem.wav
    refuses 1 'fsdd-load: mem.wav: read failed: Input/output error' fsdd-load mem.wav
    ln -s file.wav link.wav
    loads link -- link.wav
    # Whom the mode keeps out is told so; root is not kept out.
    chmod 000 file.wav
    if [ -r file.wav ]; then
        loads file -- file.wav
    else
        refuses 1 'fsdd-load: file.wav: cannot be opened: Permission denied' fsdd-load file.wav
    fi
}

@test "fsdd-load: a directory called like a recording" {
    mkdir -p d/0_a_1.wav
    put d/0_a_2.wav
    refuses 1 'fsdd-load: d/0_a_1.wav: a directory, expected a file' fsdd-load d
    put d/0_a_1.wav/0_b_1.wav
    loads 0_b_1 -- d/0_a_1.wav
    mkdir e
    ln -s nowhere e/0_a_1.wav
    refuses 1 'fsdd-load: e/0_a_1.wav: cannot be opened: No such file or directory' fsdd-load e
}

@test "fsdd-load: a pipe or a device in a directory is refused, not waited for" {
    local kind='a pipe, a socket or a device, expected a file; to read one, name it'
    mkdir d e f
    put d/0_a_1.wav
    mkfifo d/0_a_2.wav other
    refuses 1 "fsdd-load: d/0_a_2.wav: $kind" timeout 20 fsdd-load d
    loads 0_a_1 -- -t 1 d
    ln -s ../other e/0_a_1.wav
    refuses 1 "fsdd-load: e/0_a_1.wav: $kind" timeout 20 fsdd-load e
    ln -s /dev/zero f/0_a_1.wav
    refuses 1 "fsdd-load: f/0_a_1.wav: $kind" timeout 20 fsdd-load f/
    timeout 20 cp "$WAVS/good.wav" d/0_a_2.wav &
    loads 0_a_2 -- d/0_a_2.wav
    wait
    ln -s ../d/0_a_1.wav e/0_a_3.wav
    loads 0_a_3 -- -t 3 e
}

@test "fsdd-load: directories without what was asked for are refused by name" {
    mkdir d empty
    put d/0_a_1.wav other.wav
    refuses 1 'fsdd-load: empty: no recordings, expected names such as 0_jackson_7.wav' fsdd-load empty
    refuses 1 'fsdd-load: d/: 1 recording of other digits, speakers or takes, expected some of those asked for' fsdd-load -d 1 d/
    refuses 1 'fsdd-load: d: 1 recording of other digits, speakers or takes, expected some of those asked for' fsdd-load -s b d
    refuses 1 'fsdd-load: d: 1 recording of other digits, speakers or takes, expected some of those asked for' fsdd-load -t 0,2-9 d
    refuses 1 'fsdd-load: empty: no recordings, expected names such as 0_jackson_7.wav' \
        fsdd-load other.wav d empty
}

@test "fsdd-load: a recording beyond the limits is refused, not cut" {
    truncate -s 33550337 long.ul
    refuses 1 'fsdd-load: long.ul: more than 33550336 samples, expected at most that: a row must fit into 64 MiB' fsdd-load -F all long.ul
    refuses 1 'fsdd-load: /dev/zero: more than 268435456 bytes, expected a smaller file' fsdd-load -F all /dev/zero
}

@test "fsdd-load: wrong command lines are refused with status 2" {
    for list in x '' ' ' '1,' ,1 1,,2 5-3 -1 1- 1-2-3 0x1 1.0 +1 1000000000 99999999999999999999 1-1000000000 '0,3-5 '; do
        refuses 2 "fsdd-load: --digits: '$list', expected numbers up to 999999999 and ranges such as 0,3-5; try 'fsdd-load --help'" \
            fsdd-load -d "$list" "$CORPUS"
        refuses 2 "fsdd-load: --takes: '$list', expected numbers up to 999999999 and ranges such as 0,3-5; try 'fsdd-load --help'" \
            fsdd-load --takes="$list" "$CORPUS"
    done
    while IFS='|' read -r message arguments; do
        eval "set -- $arguments"
        refuses 2 "fsdd-load: $message; try 'fsdd-load --help'" fsdd-load "$@"
    done <<'EOF'
no recordings named, expected directories or files, or - for standard input|
no recordings named, expected directories or files, or - for standard input|--
no recordings named, expected directories or files, or - for standard input|-q -d 0
unknown option -x|-x .
unknown option -l|-ql .
unknown option --nonsense|--nonsense .
unknown option --nonsense|--nonsense=1 .
option -d needs an argument|-d
option -s needs an argument|-s
option -t needs an argument|-q -t
option --digits needs an argument|--digits
option --files0-from needs an argument|--files0-from
option --quiet takes no argument|--quiet=1 .
option --help takes no argument|--help=1
EOF
}

@test "fsdd-load: --help and --version answer on stdout" {
    version=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
    for option in -h --help --he; do
        run -0 --separate-stderr fsdd-load "$option" --nonsense
        assert_equal "$stderr" ''
        assert_line --index 0 'Usage: fsdd-load [OPTION]... [DIR|FILE]...'
        for name in -d,\ --digits -s,\ --speakers -t,\ --takes -F,\ --formats --files0-from -q,\ --quiet -h,\ --help -V,\ --version; do
            assert_line --partial -- " $name"
        done
    done
    for option in -V --version; do
        run -0 --separate-stderr fsdd-load "$option"
        assert_equal "$stderr" ''
        assert_output "fsdd-load (wavefill) $version"
    done
    refuses 1 'fsdd-load: stdout: write failed: No space left on device' bash -c 'fsdd-load --help >/dev/full'
}

@test "fsdd-load: what is said of decoders holds where the ends of processes are ignored" {
    ignoring='import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execvp(sys.argv[1], sys.argv[1:])'
    for_libsox clip.wav
    refuses 1 'fsdd-load: clip.wav: its decoder died (Segmentation fault), expected a recording that libsox can read' \
        hostile crash "$PYTHON" -c "$ignoring" fsdd-load clip.wav
}

@test "fsdd-load: output that cannot be written is an error" {
    refuses 1 'fsdd-load: stdout: write failed: No space left on device' bash -c 'fsdd-load "$CORPUS" >/dev/full'
    refuses 1 'fsdd-load: stdout: write failed: Bad file descriptor' bash -c 'fsdd-load "$CORPUS" >&-'
    sox -D "$WAVS/good.wav" good.flac
    refuses 1 'fsdd-load: stdout: write failed: Bad file descriptor' bash -c 'fsdd-load -F flac good.flac >&-'
    refuses 1 'fsdd-load: stdout: write failed: Broken pipe' unread fsdd-load "$CORPUS"
}

@test "fsdd-load: a closed standard input or error does no harm" {
    fsdd-load "$CORPUS" >expected
    fsdd-load "$CORPUS" >rows <&-
    cmp rows expected
    cp "$WAVS/kinds/pcm24.wav" .
    fsdd-load -q pcm24.wav >expected
    fsdd-load pcm24.wav >rows 2>&-
    cmp rows expected
}

@test "fsdd-load: a reader that leaves ends it by SIGPIPE, and a terminal is no place for its output" {
    py 'import os, pty, subprocess
p = subprocess.Popen(["fsdd-load", sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
p.stdout.read(1)
p.stdout.close()
assert p.stderr.read() == b"" and p.wait() == -13
ours, theirs = pty.openpty()
p = subprocess.run(["fsdd-load", sys.argv[1]], stdout=theirs, stderr=subprocess.PIPE, timeout=20)
assert p.stderr == b"fsdd-load: stdout: a terminal, expected a pipe or a file for binary data\n"
assert p.returncode == 1
for name in "-", "/dev/stdin":
    p = subprocess.run(["fsdd-load", name], stdin=theirs, capture_output=True, timeout=20)
    shown = {"-": "stdin"}.get(name, name)
    said = "fsdd-load: %s: a terminal, expected a recording from a pipe or a file\n" % shown
    assert (p.returncode, p.stdout, p.stderr.decode()) == (1, b"", said), p
p = subprocess.run(["fsdd-load", "--version"], stdout=theirs, stderr=subprocess.PIPE, timeout=20)
assert p.returncode == 0
os.close(theirs)
assert os.read(ours, 9) == b"fsdd-load"' "$CORPUS"
}

@test "fsdd-load: other formats are only taken when they are asked for" {
    mkdir d
    put d/0_a_1.wav
    for type in flac au aiff; do
        sox -D "$WAVS/good.wav" "d/0_a_2.$type"
    done
    loads 0_a_1 -- d
    loads 0_a_1 0_a_2 -- -F au d
    loads 0_a_1 0_a_2 0_a_2 -- --formats=FLAC,aiff d
    loads 0_a_1 0_a_2 0_a_2 -- -F flac -F aiff d
    loads 0_a_1 0_a_2 0_a_2 0_a_2 -- -F all d
    refuses 1 'fsdd-load: d/0_a_2.flac: a FLAC file, expected a WAV file, or --formats=flac' \
        fsdd-load -F au,aiff d/0_a_2.flac
    for list in '' 'flac,' ',flac' nonsense 'flac,nonsense' 'flac au' alsa '|touch x' "$(printf 'x%.0s' {1..40})"; do
        refuses 2 "fsdd-load: --formats: '$list', expected names of libsox's file formats, separated by commas, or all (ffmpeg converts others); try 'fsdd-load --help'" \
            fsdd-load -F "$list" d
    done
}

# hostile HARM COMMAND...: the command with a libsox that tries to do harm.
hostile() {
    local harm=$1
    shift
    "${CC:-cc}" -shared -fPIC -o hostile.so "$ROOT/tests/preload/hostile.c"
    ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0:handle_segv=0 LD_LIBRARY_PATH=$PWD LD_PRELOAD=hostile.so HOSTILE=$harm "$@"
}

@test "fsdd-load: a decoder that tries to do harm is stopped" {
    for_libsox clip.wav
    echo text >victim
    exec 7<>victim
    run -1 --separate-stderr hostile all fsdd-load clip.wav
    exec 7>&-
    assert_output ''
    assert_equal "$stderr" 'open to create: EPERM
open to write: EPERM
open to read and write: EPERM
open to truncate: EPERM
creat: EPERM
truncate: EPERM
unlink: EPERM
rename: EPERM
link: EPERM
symlink: EPERM
mkdir: EPERM
chmod: EPERM
socket: EPERM
local socket: EPERM
fork: EPERM
execve: EPERM
kill: EPERM
ptrace: EPERM
write to standard output: EPERM
open to read: done
read what is inherited: EBADF
map what is inherited: EBADF
share what is inherited: EPERM
share what is inherited, validated: EPERM
share standard error: EPERM
share a file: EPERM
share memory: EPERM
map a file to run it: EPERM
map memory to run it: EPERM
let memory run: EPERM
map a file: done
map memory: done
fsdd-load: clip.wav: no recording, expected a recording in the format wav'
    assert_equal "$(cat victim)" text
    for name in created executed renamed linked made; do
        [ ! -e "$name" ]
    done
}

@test "fsdd-load: a decoder that dies or gives up is reported with the file" {
    mkdir d
    for_libsox d/0_a_{1..40}.wav
    refuses 1 'fsdd-load: d/0_a_1.wav: its decoder died (Segmentation fault), expected a recording that libsox can read' \
        hostile crash fsdd-load d
    refuses 1 'fsdd-load: d/0_a_1.wav: its decoder gave up, expected a recording that fits into the memory it may use' \
        hostile exit fsdd-load d
    # A sanitizer has an allocator and room of its own.
    grep -q __asan_init "$BIN/fsdd-load" || refuses 1 "malloc: ENOMEM
fsdd-load: d/0_a_1.wav: no recording, expected a recording in the format wav" hostile memory fsdd-load d/0_a_1.wav
}

@test "fsdd-load: a decoder gets no more memory than its user may have" {
    for_libsox clip.wav
    if grep -q __asan_init "$BIN/fsdd-load"; then
        return
    fi
    local said=', expected a recording in the format wav'
    refuses 1 "malloc: done
fsdd-load: clip.wav: no recording$said" hostile 'less memory' fsdd-load clip.wav
    ulimit -S -v 500000
    refuses 1 "malloc: ENOMEM
fsdd-load: clip.wav: no recording$said" hostile 'less memory' fsdd-load clip.wav
}

@test "fsdd-load: a decoder has standard input open only where it is to be read" {
    for_libsox clip.wav
    run -1 --separate-stderr hostile stdin fsdd-load clip.wav <"$WAVS/good.wav"
    assert_equal "${stderr%%$'\n'*}" 'bytes of standard input: 0'
    run -1 --separate-stderr hostile stdin fsdd-load clip.wav ./- - <"$WAVS/good.wav"
    assert_equal "${stderr%%$'\n'*}" 'bytes of standard input: 44'
}

@test "fsdd-load: many recordings are decoded in any number of processes, in order" {
    mkdir d
    for i in {1..300}; do
        cp "$WAVS/good.wav" "d/0_a_$i.wav"
    done
    cp "$WAVS/twin.wav" twin.wav
    for i in 17 100 299; do
        rm "d/0_a_$i.wav"
        cp twin.wav "d/0_a_$i.wav"
    done
    fsdd-load d >rows
    taskset 1 fsdd-load d | cmp - rows
    py 'ms = read("rows")
assert names(ms) == ["0_a_%d" % i for i in range(1, 301)]
assert [i + 1 for i, row in enumerate(x(ms)) if len(row) == 300] == [17, 100, 299]'
    # The first file in order that cannot be loaded is the one that is named.
    cp "$WAVS/bad/text.wav" d/0_a_200.wav
    cp "$WAVS/bad/text.wav" d/0_a_180.wav
    refuses 1 'fsdd-load: d/0_a_180.wav: no WAV file (no RIFF WAVE header), expected a recording' fsdd-load d
}

@test "fsdd-load: the header of one recording makes no difference to another" {
    put 0_a_1.wav 0_a_3.wav
    local file said count=0 loaded=0
    fsdd-load -q 0_a_1.wav >first
    for file in "$WAVS"/kinds/*.wav "$WAVS"/bad/*.wav; do
        rm -f 0_a_2.wav
        ln "$file" 0_a_2.wav
        if fsdd-load -q 0_a_2.wav >"alone$loaded" 2>said && [ -s "alone$loaded" ]; then
            # Of its own rate, unless it is the only one.
            if fsdd-load -q 0_a_1.wav 0_a_2.wav 0_a_3.wav >"rows$loaded" 2>said; then
                loaded=$((loaded + 1))
            else
                grep -q "^fsdd-load: 0_a_2.wav: .* Hz, expected .* as in 0_a_1.wav" said
            fi
        else
            said=$(cat said)
            refuses 1 "$said" fsdd-load -q 0_a_1.wav 0_a_2.wav 0_a_3.wav
        fi
        count=$((count + 1))
    done
    [ "$count" -gt 40 ]
    py 'first = x(read("first"))[0].tobytes()
count = int(sys.argv[1])
for i in range(count):
    a, b, c = x(read(f"rows{i}"))
    assert a.tobytes() == c.tobytes() == first, i
    assert b.tobytes() == x(read(f"alone{i}"))[0].tobytes(), i
assert count > 5' "$loaded"
}

# A recording of the commonest header: each of its bytes as another one after it, in the same
# process, is what it is alone.
@test "fsdd-load: a header that differs in one byte from the one before is read anew" {
    py 'import subprocess
good = open(sys.argv[1], "rb").read()
good = good[:4] + (36 + 64).to_bytes(4, "little") + good[8:40] + (64).to_bytes(4, "little") + good[44:44 + 64]
open("0_a_1.wav", "wb").write(good)
def load(*names):
    p = subprocess.run(["fsdd-load", "-q", *names], capture_output=True)
    return p.returncode, p.stdout, p.stderr
kept = 0
for at in range(44):
    for value in {good[at] ^ 1, good[at] ^ 0x80, 0, 255} - {good[at]}:
        open("0_a_2.wav", "wb").write(good[:at] + bytes([value]) + good[at + 1:])
        alone, both = load("0_a_2.wav"), load("0_a_1.wav", "0_a_2.wav")
        case = at, value, alone[2], both[2]
        if b" as in 0_a_1.wav" in both[2]:
            assert alone[0] == 0 and 24 <= at < 28, case
        else:
            assert alone[0] == both[0] and alone[2] == both[2], case
        if both[0] == 0:
            kept += 1
            open("alone", "wb").write(alone[1])
            open("both", "wb").write(both[1])
            assert (x(read("both"))[1] == x(read("alone"))[0]).all(), case
assert kept > 10, kept' "$WAVS/good.wav"
}

@test "fsdd-load: without filters of system calls it loads the same" {
    "${CC:-cc}" -shared -fPIC -o no-seccomp.so "$ROOT/tests/preload/no-seccomp.c"
    fsdd-load "$CORPUS" >rows
    export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
    LD_LIBRARY_PATH=$PWD LD_PRELOAD=no-seccomp.so fsdd-load "$CORPUS" | cmp - rows
}
