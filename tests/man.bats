# The manual pages: what they show is what happens.
#
# In a page, a literal display whose lines begin with `$ ` shows a shell at work: a command
# goes on for as long as the shell finds it incomplete, and the lines behind it, up to
# the next `$ `, are all that it prints. It is run in a directory where `recordings` is
# the embedded corpus.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
    MAN=$ROOT/man
    FILTERS=(csv-load fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show)
}

# pages CODE [ARG...]: Python with displays(page), the literal displays of a page as
# mandoc renders them, and html(page).
pages() {
    local code=$1
    shift
    "$PYTHON" -c "
import html as entities, os, re, subprocess, sys
def html(page):
    return subprocess.run(['mandoc', '-Thtml', '-Ofragment', os.path.join('$MAN', page)], check=True,
                          capture_output=True, text=True, encoding='utf-8').stdout
def text(fragment):
    return entities.unescape(re.sub('<[^>]*>', '', fragment))
def displays(page):
    return [text(d).strip('\n') for d in re.findall('<pre>(.*?)</pre>', html(page), re.S)]
$code" "$@"
}

# Writes each command of a page to DIR/N.cmd and what it shall print to DIR/N.want.
extract() {
    pages '
def complete(command):
    shell = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True)
    return shell.returncode == 0 and not shell.stderr and not command.endswith("\\")
steps = []
for display in displays(sys.argv[1]):
    inside = False
    for line in display.split("\n"):
        if inside and not complete(steps[-1][0]):
            steps[-1][0] += "\n" + line
        elif line.startswith("$ "):
            steps.append([line[2:], ""])
            inside = True
        elif inside:
            steps[-1][1] += line + "\n"
assert steps, "no commands in " + sys.argv[1]
for n, (command, output) in enumerate(steps):
    for suffix, what in (".cmd", command + "\n"), (".want", output):
        with open("%s/%03d%s" % (sys.argv[2], n, suffix), "w", encoding="utf-8") as f:
            f.write(what)
' "$1" "$2"
}

# Runs the commands of a page in one shell, python3 being the one that tests use.
run_examples() {
    mkdir -p steps bin home
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$PYTHON" >bin/python3
    chmod +x bin/python3
    extract "$1" steps
    if [ -n "${2:-}" ]; then
        sed -i "s:$2:$3:g" steps/*.cmd
    fi
    cd home || return
    if [ -z "${2:-}" ]; then
        ln -s "$CORPUS" recordings
    fi
    PATH=$PWD/../bin:$PATH bash -o pipefail -c '
        for _step in ../steps/*.cmd; do
            _step=${_step%.cmd}
            . "$_step.cmd" >"$_step.got" 2>&1 </dev/null
            _status=$?
            if [ "$_status" -ne 0 ] || ! cmp -s "$_step.want" "$_step.got"; then
                echo "status $_status of:"
                cat "$_step.cmd"
                diff -u "$_step.want" "$_step.got"
                exit 1
            fi
        done'
}

# The C program of wavefill-stream(5), compiled to ./rowmean.
make_rowmean() {
    pages '
program, = [d for d in displays("wavefill-stream.5") if "#include <msgpack.h>" in d]
with open("rowmean.c", "w", encoding="utf-8") as f:
    f.write(program + "\n")'
    local flags
    flags=$(pkg-config --cflags --libs msgpack-c 2>/dev/null || pkg-config --cflags --libs msgpack)
    # shellcheck disable=SC2086 # flags are words
    cc -std=c11 -Wall -Wextra -Wpedantic -Werror -o rowmean rowmean.c $flags
}

@test "man: every filter has a page, and every page is clean" {
    for page in "${FILTERS[@]}"; do
        [ -f "$MAN/$page.1" ]
    done
    run -0 mandoc -Tlint -Wwarning "$MAN"/*.[1-8]
    assert_output ''
}

@test "man: a page fits 80 columns, and what it shows can be copied" {
    # groff makes typographic characters of - ' \` ^ ~ unless they are escaped.
    pages '
for page in sorted(os.listdir(sys.argv[1])):
    path = os.path.join(sys.argv[1], page)
    plain = subprocess.run(["mandoc", "-Tutf8", "-Owidth=80", path], check=True, capture_output=True)
    for line in re.sub(".\b", "", plain.stdout.decode()).split("\n"):
        assert len(line) <= 80, (page, line)
    inside = False
    with open(path, encoding="utf-8") as f:
        for line in f:
            inside = line.startswith(".Bd -literal") or inside and not line.startswith(".Ed")
            if inside and not line.startswith(".Bd"):
                assert not re.search(r"(?<!\\)-|[\x27`^~]", line), (page, line)
' "$MAN"
}

@test "man: pages and --help have the same options" {
    pages '
for tool in sys.argv[1:]:
    help = subprocess.run([tool, "--help"], check=True, capture_output=True, text=True).stdout
    told = set()
    for options in re.findall(r"^ +(-.*?)(?:   *|$)", help, re.M):
        told |= {option.split("=")[0].split(" ")[0] for option in options.split(", ")}
    page = html(tool + ".1")
    listed = set()
    for head in re.findall("<dt.*?</dt>", page, re.S):
        listed |= set(re.findall("class=\"Fl\">([^<]+)<", head))
    assert "--help" in told and told == listed, (tool, told ^ listed)
    synopsis = re.search("id=\"SYNOPSIS\".*?</section>", page, re.S).group()
    short = set()
    for option in re.findall("class=\"Fl\">([^<]+)<", synopsis):
        short |= {option} if option.startswith("--") else {"-" + letter for letter in option[1:]}
    alone = {option for option in told if option.startswith("--")}
    for options in re.findall(r"^ +(-.*?)(?:   *|$)", help, re.M):
        if options.startswith("-") and not options.startswith("--"):
            alone.discard(options.split(", ")[1].split("=")[0])
    expected = {option for option in told if option[1] != "-"} - {"-h", "-V"} | alone
    assert short == expected, (tool, short ^ expected)
' "${FILTERS[@]}"
}

@test "fsdd-load(1): the examples do what they show" {
    run_examples fsdd-load.1
}

@test "pad-chop(1): the examples do what they show" {
    run_examples pad-chop.1
}

@test "split-holdout(1): the examples do what they show" {
    run_examples split-holdout.1
}

@test "lsq-fit(1): the examples do what they show" {
    run_examples lsq-fit.1
}

@test "lsq-predict(1): the examples do what they show" {
    run_examples lsq-predict.1
}

@test "stitch-wav(1): the examples do what they show" {
    run_examples stitch-wav.1
}

@test "r2-score(1): the examples do what they show" {
    run_examples r2-score.1
}

@test "wavefill-stream(5): the examples do what they show" {
    make_rowmean
    mkdir home
    mv rowmean home
    run_examples wavefill-stream.5
}

@test "wavefill(7): the tour does what it shows, in an installed tree" {
    mkdir -p home/installed/share/wavefill
    ln -s "$CORPUS" home/installed/share/wavefill/corpus
    cp -R "$ROOT"/pipelines/{{tutorial,enter,repair}.mk,repair,frames} home/installed/share/wavefill
    run_examples wavefill.7 /usr/local installed
}

@test "wavefill-cluster(7): the examples do what they show, in an installed tree" {
    mkdir -p home/installed/share/wavefill
    ln -s "$CORPUS" home/recordings
    cp -R "$ROOT"/pipelines/{cluster,enter,repair,tutorial}.mk "$ROOT"/pipelines/{cluster,frames,repair} home/installed/share/wavefill
    run_examples wavefill-cluster.7 /usr/local "$PWD/home/installed"
}

@test "wavefill-stream(5): the block shown byte by byte is what filters write" {
    pages '
dump, = [d for d in displays("wavefill-stream.5") if d.startswith("85 ")]
data = bytes.fromhex(" ".join(re.match(" *([0-9a-f]{2}( [0-9a-f]{2})*)  ", line).group(1) for line in dump.split("\n")))
with open("shown", "wb") as f:
    f.write(data)'
    pad-chop shown | cmp - shown
    py 'm, = read("shown")
assert m.pop("x").tolist() == [[1, -2]] and m == {"mat": 1, "names": ["a"], "rate": 8000, "last": True}'
}

@test "wavefill-stream(5): the reader in C reads both forms and refuses what is wrong" {
    make_rowmean
    oracle man wavefill_stream_5_reader_c
    run -0 ./rowmean <matrix
    assert_output $'a 1.500000\nb 4.000000\n0.750000\n2.000000'
    run -0 ./rowmean <ragged
    assert_output $'c 3.000000\nd 7.500000'
    printf 'RIFF' >other
    head -c 40 matrix >cut.mat
    for bad in /dev/null cut.mat first; do
        run -1 ./rowmean <"$bad"
        assert_line 'rowmean: expected more: the stream is truncated'
    done
    for bad in long short zero wrapped; do
        run -1 ./rowmean <"$bad"
        assert_output 'rowmean: expected data that fit the shape'
    done
    run -1 ./rowmean <float32
    assert_output 'rowmean: expected int16 or float64'
    run -1 ./rowmean <cube
    assert_output 'rowmean: expected a row, or rows x columns'
    run -1 ./rowmean <negative
    assert_output 'rowmean: expected a shape'
    for bad in version other; do
        run -1 ./rowmean <"$bad"
        assert_output 'rowmean: expected a matrix block'
    done
    run -1 bash -c './rowmean <ragged >/dev/full'
    assert_output 'rowmean: expected to be able to write'
    run -1 ./rowmean <.
    assert_output 'rowmean: expected a readable standard input'
}

@test "wavefill-stream(5): the reader in Python notices missing blocks" {
    pages '
for display in displays("wavefill-stream.5"):
    for program in re.findall("^\\$ cat > rowmean.py <<\x27EOT\x27\n(.*?)^EOT$", display, re.S | re.M):
        with open("rowmean.py", "w", encoding="utf-8") as f:
            f.write(program)'
    py 'rows = np.array([[1, 2], [3, 5]], "<i2")
write("first", {"mat": 1, "x": rows, "names": ["a", "b"], "last": False})
write("rest", {"mat": 1, "x": rows, "names": ["c", "d"]})'
    for bad in first /dev/null; do
        run -1 "$PYTHON" rowmean.py <"$bad"
        assert_line 'rowmean.py: expected more: the stream is truncated'
    done
    cat first rest >whole
    run -0 "$PYTHON" rowmean.py <whole
    assert_output $'a 1.500000\nb 4.000000\nc 1.500000\nd 4.000000'
}

# Commands and the page whose DIAGNOSTICS each of their messages is in.
messages() {
    cat <<'END'
csv-load.1 printf '1,2\n,3\n' | csv-load
csv-load.1 printf '1,\n2,3\n' | csv-load -m drop
csv-load.1 printf '2019,a\n1,2\n' | csv-load
csv-load.1 printf '1;2\n1,5;2\n' | csv-load
csv-load.1 printf 'l\344nge\n1\n' | csv-load
csv-load.1 printf '1,2\n3\n' | csv-load
csv-load.1 printf '1,2\nA,3\n' | csv-load
csv-load.1 printf '1,2\r3,4\r' | csv-load
csv-load.1 printf 'x y\n1 2 3\n' | csv-load
csv-load.1 printf '# a b\n1 2\n' | csv-load
csv-load.1 printf '1,"2\n3\n' | csv-load
csv-load.1 tr '\0' 1 </dev/zero | csv-load
csv-load.1 yes , | tr -d '\n' | csv-load
stream-show.1 lsq-fit -q -g 2 rows >model; stream-show --csv model
fsdd-load.1 sox one.wav -c 2 two.wav && fsdd-load two.wav
fsdd-load.1 sox one.wav -r 16000 fast.wav && fsdd-load one.wav fast.wav
fsdd-load.1 head -c 1000 one.wav >cut.wav && fsdd-load cut.wav
fsdd-load.1 sox -D one.wav -e float nan.wav && printf '\000\000\300\177' | dd of=nan.wav bs=1 seek=78 conv=notrunc status=none; fsdd-load nan.wav
fsdd-load.1 sox -D one.wav -e float wide.wav && printf '\000\000\000\100\000\000\000\100' | dd of=wide.wav bs=1 seek=78 conv=notrunc status=none; fsdd-load wide.wav wide.wav
fsdd-load.1 cp one.wav more.wav && printf '\024\061' | dd of=more.wav bs=1 seek=40 conv=notrunc status=none; fsdd-load more.wav
fsdd-load.1 sox -D one.wav -e float rest.wav && printf '\043\142' | dd of=rest.wav bs=1 seek=54 conv=notrunc status=none; fsdd-load rest.wav rest.wav
fsdd-load.1 mkdir none && fsdd-load none
fsdd-load.1 cp one.wav $'caf\351.wav' && fsdd-load $'caf\351.wav'
fsdd-load.1 sox one.wav one.flac && fsdd-load one.flac
fsdd-load.1 sox one.wav -b 24 fine.wav && sox -D one.wav -e a-law a.wav && ${CC:-cc} -shared -fPIC -o hostile.so "$ROOT/tests/preload/hostile.c" && ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0:handle_segv=0 LD_LIBRARY_PATH=$PWD LD_PRELOAD=hostile.so HOSTILE=crash fsdd-load a.wav
fsdd-load.1 sox -D one.wav -b 32 low.wav vol 0.00001 && fsdd-load low.wav low.wav
fsdd-load.1 fsdd-load fine.wav fine.wav
pad-chop.1 pad-chop -c :0.1 rows
pad-chop.1 pad-chop -f 4 uneven
pad-chop.1 pad-chop -f 10 rows
pad-chop.1 pad-chop -f 2 -c 1:4 uneven
split-holdout.1 split-holdout -r 3 -H held rows
split-holdout.1 split-holdout -n nobody -H held named
split-holdout.1 split-holdout -n nobody -H held rows
split-holdout.1 split-holdout -r 0-2 -H held rows
split-holdout.1 split-holdout -r 0 -H - rows
lsq-fit.1 lsq-fit -g 8 rows
lsq-fit.1 lsq-fit -g 2 dependent
lsq-fit.1 lsq-fit -g 1 nan
lsq-fit.1 lsq-fit -g 1 huge
lsq-fit.1 lsq-fit -g 1 --loo given
lsq-fit.1 lsq-fit -g 1 --ridge=auto given
lsq-fit.1 lsq-fit -g 2 --loo square
lsq-fit.1 lsq-fit -g 2 --ridge=1 units
lsq-fit.1 lsq-fit -g 3 --partial rows >part; lsq-fit -g 2 part
lsq-fit.1 lsq-fit part part
lsq-fit.1 split-holdout -r 0 -H one rows | lsq-fit -g 3 --partial --shard=rows >less; lsq-fit part less
lsq-fit.1 printf '%s\n' rows a b c d >list; lsq-fit --expect=list part
lsq-fit.1 lsq-fit --allow-duplicates --expect=/dev/null part less
lsq-fit.1 echo a | lsq-fit --expect=- part
lsq-fit.1 stream-show --shards part | cut -f 1,2 | sed 's/$/\t0123456789abcdef/' >list; lsq-fit --expect=list part
lsq-fit.1 stream-show --shards part | cut -f 3 | sed 's/.*/rows\t-\t&/; s/-/1/' >list; lsq-fit --expect=list part
stream-show.1 stream-show --shards rows
lsq-fit.1 lsq-fit --no-intercept part
lsq-fit.1 lsq-fit --loo part
lsq-fit.1 lsq-fit -g 1 -w 0 rows
lsq-fit.1 lsq-fit -g 8 --by-name named
lsq-fit.1 lsq-fit -g 8 --by-name rows
lsq-fit.1 lsq-fit --by-name part
lsq-fit.1 split-holdout -n a -H a named >bc; lsq-fit -g 2 --by-name --others a
lsq-fit.1 lsq-fit -g 2 --by-name --partial a >pa; lsq-fit -g 3 --by-name --partial bc >pbc; lsq-fit --by-name pa pbc
lsq-predict.1 lsq-predict rows rows
lsq-predict.1 lsq-fit -q -g 2 rows >model; pad-chop -c 1: rows | lsq-predict model
lsq-predict.1 lsq-predict -e 9 step named
lsq-predict.1 lsq-predict -e 9 --clamp step rows
lsq-predict.1 lsq-predict -e 9 --clamp handmade rows
lsq-predict.1 lsq-predict -q -e 9 step rows given
lsq-predict.1 lsq-fit -q -g 2 --by-name bc >models; lsq-predict models named
lsq-predict.1 lsq-predict models rows
lsq-predict.1 cat models models >twice; lsq-predict twice named
lsq-predict.1 lsq-fit -q -g 3 --by-name a | cat models - >unlike; lsq-predict unlike named
lsq-predict.1 split-holdout -n b -H b bc >c; { pad-chop -c :8 b | lsq-fit -q -g 2 --by-name; pad-chop -c 1: c | lsq-fit -q -g 2 --by-name; } >moved; lsq-predict moved bc
lsq-predict.1 split-holdout -n a -H only named >bc; lsq-fit --nearest=1 -g 2 only >local; lsq-predict --others local named
lsq-predict.1 lsq-fit --nearest=4 --gain=0 --ridge=1e-300 -g 2 twins >alike; lsq-predict alike twins
lsq-predict.1 lsq-fit --nearest=1 --bandwidth=1 -g 2 rows >own; lsq-predict --own=own local named
lsq-predict.1 lsq-fit --nearest=1 -g 3 rows >own; lsq-predict --own=own local named
lsq-predict.1 lsq-predict --others model rows
lsq-predict.1 mkdir lib; touch lib/lib{lapack,openblas}.so{,.0,.3}; LD_LIBRARY_PATH=lib lsq-predict local named
lsq-predict.1 lsq-predict --fill=0:1 model rows
lsq-predict.1 lsq-predict --fill=1: handmade rows
stitch-wav.1 stitch-wav -o loud.wav loud
stitch-wav.1 stitch-wav -o loud.wav loud quiet
stitch-wav.1 split-holdout -r 0 -H one rows >two; stitch-wav -r 8 -o dir rows two
stitch-wav.1 pad-chop -c 5: rows | stitch-wav -r 8 -o dir given -
stitch-wav.1 stitch-wav -r 8 -o dir path
stitch-wav.1 stitch-wav -r 16 -o quiet.wav quiet
stitch-wav.1 stitch-wav -o quiet.wav fractions
stitch-wav.1 echo 7,128,200 | csv-load -t uint8 | stitch-wav -r 8 -o bytes.wav
r2-score.1 split-holdout -r 0,1 -H rest rows >single; r2-score single single
r2-score.1 pad-chop -c 2: rows | r2-score given
r2-score.1 r2-score -c 9: rows rows
r2-score.1 r2-score --by-row -c :1 rows rows
r2-score.1 r2-score loud quiet
r2-score.1 r2-score rest rows
r2-score.1 r2-score given fast
wavefill.7 pad-chop /dev/null
wavefill.7 gzip -c rows | pad-chop
wavefill.7 head -c 50 rows | pad-chop
wavefill.7 pad-chop first
wavefill.7 pad-chop one.wav
wavefill.7 echo 1,2 | pad-chop
wavefill.7 printf '\001' | pad-chop
wavefill.7 pad-chop model
wavefill.7 pad-chop objects
wavefill.7 pad-chop vast
wavefill.7 pad-chop loud given
wavefill.7 pad-chop loud rows later
wavefill.7 lsq-fit -g 1 rows given
END
}

@test "man: the messages that DIAGNOSTICS explain are those that the filters print" {
    cp "$CORPUS/0_espeak_0.wav" one.wav
    oracle man messages_diagnostics_explain_those_filters
    while read -r page command; do
        echo "== $page"
        bash -c "$command" 2>&1 >/dev/null </dev/null || :
    done < <(messages) >said
    pages '
said = {}
with open("said", encoding="utf-8") as f:
    for line in f:
        if line.startswith("== "):
            page = line[3:].strip()
        else:
            said.setdefault(page, []).append(line.rstrip("\n"))
for page in sorted(os.listdir(sys.argv[1])):
    section = (html(page).split("id=\"DIAGNOSTICS\"") + [""])[1].split("<section class=\"Sh\">")[0]
    heads = re.findall("<dt[^>]*>(.*?)</dt>", section, re.S)
    patterns = []
    for head in heads:
        pattern = re.escape(" ".join(text(head).split())).replace(r"\.\.\.", ".+")
        pattern = re.sub(r"\b(row|column|shard)s\b", r"\1s?", pattern)
        patterns.append(r"[a-z0-9-]+: " + re.sub("[A-Z]{2,}|\\bN+\\b|0xNN", ".+", pattern) + "(; try .*)?")
    for pattern in patterns:
        assert any(re.fullmatch(pattern, line) for line in said.get(page, [])), (page, pattern, said.get(page))
    for line in said.get(page, []):
        assert any(re.fullmatch(pattern, line) for pattern in patterns), (page, line)
' "$MAN"
}
