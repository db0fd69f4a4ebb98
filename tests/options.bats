# What all filters have in common: options, terminals, standard streams, messages.

# shellcheck disable=SC2094 # files are only read

load common

FILTERS='csv-load fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show'

# A run of each filter that goes well and writes to standard output, and one that writes
# more than 1 MiB.
SMALL='csv-load lines
fsdd-load clip.wav
pad-chop in
split-holdout -r 0 -H held in
lsq-fit -g 1 in
lsq-predict model in
stitch-wav one
r2-score in other
stream-show in'
LARGE='csv-load many
fsdd-load long.wav
pad-chop big
split-holdout -r 0 -H held big
lsq-fit -q -g 1 wide
lsq-predict wide.model in
stitch-wav long
r2-score -a none wide wide
stream-show --csv big'

setup_file() {
    mkdir "$BATS_FILE_TMPDIR/fixtures"
    cd "$BATS_FILE_TMPDIR/fixtures" || return
    py 'import wave
def wav(path, samples):
    with wave.open(path, "wb") as w:
        w.setparams((1, 2, 8000, 0, "NONE", ""))
        w.writeframes(samples.astype("<i2").tobytes())
x = np.array([[1, 2, 4], [2, 3, 9], [5, 4, 1], [7, 1, 2]], "<i2")
long = np.arange(1500000) % 30000
wav("clip.wav", long[:50])
wav("long.wav", long)
with open("lines", "w") as f:
    f.write("1,2\n3,4\n")
with open("many", "w") as f:
    f.write("1,2,3,4,5,6,7,8,9,10\n" * 40000)
write("in", {"mat": 1, "x": x, "names": list("abcd"), "rate": 8000})
write("other", {"mat": 1, "x": x + 0.25})
write("one", {"mat": 1, "x": x[0], "names": ["a"], "rate": 8000})
write("loud", {"mat": 1, "x": np.array([1, 40000]), "rate": 8000})
write("long", {"mat": 1, "x": long.astype("<i2"), "rate": 8000})
write("big", *({"mat": 1, "x": np.full((4, 1 << 18), 7, "<i2"), "last": i == 1} for i in range(2)))
write("wide", {"mat": 1, "x": np.arange(800000, dtype="<i4").reshape(2, -1) % 1000})
write("model", {"lsq": 1, "k": 1, "coef": np.array([[2.0, 1.0]]), "intercept": np.array([0.5, 0.0])})
write("wide.model", {"lsq": 1, "k": 1, "coef": np.ones((1, 400000)), "intercept": np.zeros(400000)})'
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
    ln -s "$BATS_FILE_TMPDIR"/fixtures/* .
}

@test "options: --help and --version are on stdout, with status 0 and nothing on stderr" {
    local filter version
    version=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
    assert [ -n "$version" ]
    for filter in $FILTERS; do
        run -0 --separate-stderr "$filter" --help
        # shellcheck disable=SC2154
        assert_equal "$stderr" ''
        assert_regex "${lines[0]}" "^Usage: $filter "
        assert_line --regexp '^  -h, --help '
        assert_line --regexp '^  -V, --version '
        assert_line --regexp '^  -q, --quiet '
        local help=$output
        run -0 --separate-stderr "$filter" -h
        assert_equal "$output$stderr" "$help"

        run -0 --separate-stderr "$filter" --version
        assert_equal "${lines[0]}$stderr" "$filter (wavefill) $version"
        help=$output
        run -0 --separate-stderr "$filter" -V
        assert_equal "$output$stderr" "$help"

        # Nothing else matters then, as long as what comes before is right.
        run -0 --separate-stderr bash -c "$filter -q absent --help --bogus <&-"
        assert_regex "${lines[0]}$stderr" "^Usage: $filter "
    done
}

@test "options: --help fits a terminal of 80 columns" {
    local filter
    for filter in csv-load fsdd-load pad-chop split-holdout lsq-fit lsq-predict stitch-wav r2-score stream-show; do
        assert_equal "$("$filter" --help | awk -v f="$filter" 'length > 79 { print f ": " $0 }')" ''
    done
}

@test "options: every option that --help shows is there, and no other letter" {
    FILTERS=$FILTERS py '
import os, re, string, subprocess
def call(*command):
    p = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr
for filter in os.environ["FILTERS"].split():
    text = call(filter, "--help")[1]
    options = re.findall(r"^  -(\w), --(\w[\w-]*)(=?)", text, re.M) + [("", *o) for o in re.findall(r"^      --(\w[\w-]*)(=?)", text, re.M)]
    assert {"h", "V", "q"} <= {o[0] for o in options}, options
    for letter, long, equals in options:
        # One with an argument takes --help as that, any other leaves it to be obeyed.
        for option in [o for o in ("-" + letter, "--" + long) if o != "-"]:
            status, out, err = call(filter, option, "--help")
            if equals:
                assert out == "" and err and not re.search("unknown|needs an argument|takes no argument", err), (filter, option, err)
            else:
                assert status == 0 and out.startswith((text[:20], filter + " (wavefill)")) and err == "", (filter, option, out, err)
    for letter in sorted(set(string.ascii_letters + string.digits + "?:+=") - {o[0] for o in options}):
        assert call(filter, "-" + letter) == (2, "", f"{filter}: unknown option -{letter}; try \x27{filter} --help\x27\n"), (filter, letter)'
}

@test "options: unknown and ambiguous options are usage errors that name them" {
    local filter
    for filter in $FILTERS; do
        local try="; try '$filter --help'"
        refuses 2 "$filter: unknown option --bogus$try" "$filter" --bogus
        refuses 2 "$filter: unknown option --bogus$try" "$filter" in --bogus=1 in
        refuses 2 "$filter: unknown option --helpful$try" "$filter" --helpful
        refuses 2 "$filter: unknown option -Z$try" "$filter" -Z
        refuses 2 "$filter: unknown option -Z$try" "$filter" -qZ
        refuses 2 "$filter: unknown option -Z$try" "$filter" in -Z
        refuses 2 "$filter: unknown option -1$try" "$filter" -1
        refuses 2 "$filter: option --help takes no argument$try" "$filter" --help=1
        refuses 2 "$filter: option --quiet takes no argument$try" "$filter" --quiet=
    done
    refuses 2 "stitch-wav: option --o is ambiguous, expected --output or --overflow; try 'stitch-wav --help'" stitch-wav --o x one
    refuses 2 "stitch-wav: option --r is ambiguous, expected --rate or --round; try 'stitch-wav --help'" stitch-wav --r=1 one
    refuses 2 "lsq-fit: option --dense takes no argument; try 'lsq-fit --help'" lsq-fit --dense=1 -g 1 in
    refuses 2 "lsq-fit: option --no-intercept takes no argument; try 'lsq-fit --help'" lsq-fit --no-intercept=1 -g 1 in
    refuses 2 "r2-score: option --json takes no argument; try 'r2-score --help'" r2-score --json=1 in in
}

@test "options: an unknown letter is named whatever stands before it" {
    local filter
    for filter in $FILTERS; do
        refuses 2 "$filter: unknown option -Z; try '$filter --help'" "$filter" --quiet -Zq
        refuses 2 "$filter: unknown option -Z; try '$filter --help'" "$filter" -q -Zq
        refuses 2 "$filter: unknown option -Z; try '$filter --help'" "$filter" --quiet -qZq
    done
}

@test "options: an option whose argument is missing is a usage error" {
    FILTERS=$FILTERS py '
import os, re, subprocess
count = 0
for filter in os.environ["FILTERS"].split():
    text = subprocess.run([filter, "--help"], stdout=subprocess.PIPE, text=True).stdout
    for letter, long in re.findall(r"^  (?:-(\w),|   ) --(\w[\w-]*)=", text, re.M):
        for option in [o for o in ("-" + letter, "--" + long) if o != "-"]:
            count += 1
            p = subprocess.run([filter, "-q", option], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            said = f"{filter}: option {option} needs an argument; try \x27{filter} --help\x27\n"
            assert p.returncode == 2 and p.stdout == "" and p.stderr == said, (filter, option, p)
assert count >= 32, count'
}

@test "options: one given twice is a usage error that names it, unless it adds up" {
    FILTERS=$FILTERS py '
import os, re, subprocess
# Arguments that are good, where 1 is none.
arguments = {"length": "max", "columns": "0:1", "fill": "0:1", "round": "trunc", "overflow": "wrap", "average": "none", "undefined": "nan", "formats": "flac", "rcond": "0.5",
    "delimiter": ";", "decimal": ".", "comment": "#", "header": "yes", "missing": "drop", "type": "int16", "field": "rows"}
adds = {"fsdd-load": {"digits", "speakers", "takes", "formats"}, "split-holdout": {"row", "name"}}
once = 0
for filter in os.environ["FILTERS"].split():
    text = subprocess.run([filter, "--help"], stdout=subprocess.PIPE, text=True).stdout
    rows = re.findall(r"^  (?:-(\w),|   ) --([\w-]+)(=?)(.*(?:\n {9}.*)*)", text, re.M)
    assert len(rows) >= 5, text
    for letter, long, equals, told in rows:
        several = "may be given more than once" in " ".join(told.split())
        assert several == (long in adds.get(filter, ())), (filter, long)
        given = "--" + long + (equals and "=" + arguments.get(long, "1"))
        short = "-" + letter + (equals and arguments.get(long, "1"))
        if long in ("help", "version"):
            continue
        for again in [given] + [short] * (letter != ""):
            p = subprocess.run([filter, given, "absent", again], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            said = f"{filter}: --{long} given twice, expected it once; try \x27{filter} --help\x27\n"
            assert p.stdout == "" and (p.stderr == said and p.returncode == 2 if not several else "twice" not in p.stderr), (filter, given, again, p)
            once += not several
assert once >= 60, once'
    refuses 2 "r2-score: --columns given twice, expected it once; try 'r2-score --help'" r2-score --cols=0:1 in --columns=0:1 in
    # What comes later is looked at first.
    refuses 2 "lsq-fit: --weight: '0', expected a number above 0; try 'lsq-fit --help'" lsq-fit -g 1 -g 2 -w 0 in
}

@test "options: r2-score --cols is another name of --columns" {
    r2-score --columns=1: in other >want
    r2-score --cols=1: in other | cmp - want
    r2-score --col 1: in other | cmp - want
    refuses 2 "r2-score: --columns: '1', expected A:B, each an index, a fraction or a percentage; try 'r2-score --help'" r2-score --cols=1 in in
    refuses 2 "r2-score: option --columns needs an argument; try 'r2-score --help'" r2-score in in --cols
}

@test "options: one that goes with others says so, whatever the order" {
    local command message
    while IFS='|' read -r command message; do
        read -ra words <<<"$command"
        refuses 2 "${words[0]}: $message; try '${words[0]} --help'" "${words[@]}"
    done <<'END'
pad-chop --hop=2 in|--hop without --frame, which it is for
pad-chop -l 2 -f 1 in|--frame with --length, expected one of them
pad-chop -f 1 -l 2 in|--frame with --length, expected one of them
lsq-predict --clamp model in|--clamp without --extend, which it is for
lsq-predict --fill=0:1 -e 1 model in|--fill with --extend, expected one of them
lsq-predict --others --fill=0:1 model in|--fill with --others, expected one of them
lsq-fit --grid=1 -g 1 in|--grid without --ridge=auto, which it is for
lsq-fit --ridge=1 --grid=1 -g 1 in|--grid without --ridge=auto, which it is for
lsq-fit --ridge=auto --by-name -g 1 in|--by-name with --ridge=auto, expected one of them
lsq-fit --both-ways --ridge=auto -g 1 in|--both-ways with --ridge=auto, expected one of them
lsq-fit --nearest=1 --both-ways -g 1 in|--nearest with --both-ways, expected one of them
lsq-fit --others -g 1 in|--others without --by-name, which it is for
lsq-fit --left-out=f --partial -g 1 in|--partial with --left-out, expected one of them
lsq-fit --shard=s -g 1 in|--shard without --partial, which it is for
lsq-fit --nearest=1 --expect=list -g 1 in|--nearest with --expect, expected one of them
stream-show --shards -F rows in|--field with --shards, expected one of them
r2-score --sums --average=none in in|--sums without --flat, --pooled or --by-row, which it is for
r2-score --pooled --by-row in in|--by-row with --pooled, expected one of them
END
    lsq-fit -q --by-name --ridge=1 -g 1 in >out
    lsq-fit --shard=s --partial -g 1 in >out
    r2-score --sums --pooled in other >out
}

@test "options: too few and too many operands are usage errors" {
    local message command
    while IFS='|' read -r command message; do
        read -ra words <<<"$command"
        refuses 2 "${words[0]}: $message; try '${words[0]} --help'" "${words[@]}"
    done <<'END'
fsdd-load|no recordings named, expected directories or files, or - for standard input
fsdd-load -q --|no recordings named, expected directories or files, or - for standard input
lsq-fit in|no given columns, expected -g GIVEN
lsq-predict|no model, expected MODEL, a file that lsq-fit has written
lsq-predict --|no model, expected MODEL, a file that lsq-fit has written
lsq-predict -|two inputs on standard input, expected one in a file
r2-score|0 files, expected TRUTH and, if not on standard input, PREDICTED
r2-score in in in|3 files, expected TRUTH and, if not on standard input, PREDICTED
split-holdout in|no row chosen, expected --seed, --row or --name
END
}

@test "options: standard input cannot be two things at once" {
    refuses 2 "lsq-predict: two inputs on standard input, expected one in a file; try 'lsq-predict --help'" \
        lsq-predict - <model
    refuses 2 "lsq-predict: two inputs on standard input, expected one in a file; try 'lsq-predict --help'" \
        lsq-predict - - <model
    refuses 2 "stitch-wav: two inputs on standard input, expected one in a file; try 'stitch-wav --help'" \
        stitch-wav - - <one
    refuses 2 "r2-score: two inputs on standard input, expected one in a file; try 'r2-score --help'" r2-score - <in
    refuses 2 "r2-score: two inputs on standard input, expected one in a file; try 'r2-score --help'" r2-score - - <in
    # A pipe by other names; a file can be opened again.
    refuses 2 "pad-chop: stdin and /dev/stdin are one pipe, which can be read once, expected a file; try 'pad-chop --help'" \
        pad-chop - /dev/stdin < <(cat in)
    refuses 2 "r2-score: /dev/fd/9 and /dev/fd/9 are one pipe, which can be read once, expected a file; try 'r2-score --help'" \
        r2-score /dev/fd/9 /dev/fd/9 9< <(cat in)
    refuses 2 "stitch-wav: /dev/stdin and stdin are one pipe, which can be read once, expected a file; try 'stitch-wav --help'" \
        stitch-wav /dev/stdin - < <(cat one)
    pad-chop - /dev/stdin in <in | cmp - <(pad-chop in in in)
    pad-chop <(cat in) - <(cat in) < <(cat in) | cmp - <(pad-chop in in in)
    # Each filter notices that the shell has emptied its input for its output.
    local filter
    for filter in pad-chop 'split-holdout -r 0 -H held' 'lsq-fit -g 1' 'lsq-predict model' stitch-wav 'r2-score in'; do
        cp in same
        # shellcheck disable=SC2086,SC2094
        refuses 1 "${filter%% *}: same: input file is output file" bash -c "$filter same >same"
        cp in same
        refuses 1 "${filter%% *}: stdin: input file is output file" bash -c "$filter <same >>same"
    done
}

@test "options: words that an option does not know are usage errors" {
    local word
    for word in '' x Uniform uniforms; do
        refuses 2 "r2-score: --average: '$word', expected uniform, variance or none; try 'r2-score --help'" r2-score -a "$word" in in
        refuses 2 "r2-score: --undefined: '$word', expected finite or nan; try 'r2-score --help'" r2-score -u "$word" in in
        refuses 2 "stitch-wav: --round: '$word', expected trunc or nearest; try 'stitch-wav --help'" stitch-wav --round="$word" one
        refuses 2 "stitch-wav: --overflow: '$word', expected clip, wrap or error; try 'stitch-wav --help'" \
            stitch-wav --overflow "$word" one
    done
}

@test "options: long ones may be cut short, stand behind operands and end with --" {
    cp in ./-in
    cp model ./--help
    pad-chop -l 2 in >want
    pad-chop --len=2 in >got.1
    pad-chop in --length 2 >got.2
    pad-chop -l2 -- -in >got.3
    pad-chop -ql2 -- - <in >got.4
    pad-chop -l 2 - -q <in >got.5
    local i
    for i in 1 2 3 4 5; do
        cmp got.$i want
    done
    lsq-predict model in >want
    lsq-predict -- --help -in >got
    cmp got want
    refuses 1 'pad-chop: -x: cannot be opened: No such file or directory' pad-chop -- -x
    refuses 1 'pad-chop: --: cannot be opened: No such file or directory' pad-chop -- --
}

@test "options: a full device makes every filter fail, with a message that names stdout" {
    local filter command option
    for filter in $FILTERS; do
        for option in --help --version -h -V; do
            run -1 --separate-stderr bash -c "$filter $option >/dev/full"
            assert_equal "$stderr" "$filter: stdout: write failed: No space left on device"
        done
    done
    while read -r command; do
        run -1 --separate-stderr bash -c "$command >/dev/full"
        assert_equal "$stderr" "${command%% *}: stdout: write failed: No space left on device"
        assert [ ! -e held ]
    done <<<"$SMALL
$LARGE"
    # And each of these does well elsewhere.
    while read -r command; do
        run -0 --separate-stderr bash -c "$command >out"
        assert_equal "$stderr" ''
        assert [ -s out ]
    done <<<"$SMALL
$LARGE"
}

@test "options: binary is not written to a terminal, and a terminal is no input" {
    SMALL=$SMALL FILTERS=$FILTERS py '
import os, pty, select, subprocess, termios

def terminal():
    ours, theirs = pty.openpty()
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    return ours, theirs

# Status, what the terminal shows, stderr.
def shown(command, **more):
    ours, theirs = terminal()
    p = subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, **more)
    err = p.communicate(timeout=30)[1]
    out = os.read(ours, 65536) if select.select([ours], [], [], 0)[0] else b""
    os.close(ours)
    os.close(theirs)
    return p.returncode, out.decode(), err.decode()

for command in os.environ["SMALL"].splitlines():
    command = command.split()
    tool = command[0]
    got = shown(command)
    if tool == "r2-score":
        assert got[0] == 0 and got[1].endswith("\n") and float(got[1]) < 1 and got[2] == "", got
    elif tool == "stream-show":
        assert got[0] == 0 and got[1].startswith("matrix ") and got[2] == "", got
    else:
        assert got == (1, "", f"{tool}: stdout: a terminal, expected a pipe or a file for binary data\n"), got
    assert not os.path.exists("held")
    status, out, err = shown([tool, "--help"])
    assert status == 0 and out.startswith("Usage: " + tool) and err == ""
    status, out, err = shown([tool, "--version"])
    assert status == 0 and out.startswith(tool + " (wavefill) ") and err == ""

# stitch-wav writes a file from a terminal all the same.
assert shown(["stitch-wav", "-o", "file.wav", "one"]) == (0, "", "") and os.path.getsize("file.wav") == 50

ours, theirs = terminal()
name = os.ttyname(theirs)
stdin = "a terminal, expected a matrix stream from a pipe or a file"
model = "a terminal, expected a model from a pipe or a file"
def refused(*command, where="stdin", why=stdin):
    p = subprocess.run(command, stdin=theirs, capture_output=True, timeout=30)
    assert (p.returncode, p.stdout, p.stderr.decode()) == (1, b"", f"{command[0]}: {where}: {why}\n"), p
for command in ("pad-chop", "pad-chop -", "pad-chop in -", "split-holdout -r 0 -H held", "split-holdout -S 0 -H held", "lsq-fit -g 1", "lsq-predict model",
    "lsq-predict - in", "stitch-wav", "stitch-wav one -", "r2-score in", "r2-score - in"):
    refused(*command.split(), why=model if "predict -" in command else stdin)
for command in ("pad-chop NAME", "split-holdout -r 0 -H held NAME", "lsq-fit -g 1 NAME", "lsq-predict model NAME", "lsq-predict NAME in", "stitch-wav NAME",
    "stitch-wav one NAME", "r2-score in NAME", "r2-score NAME in"):
    refused(*command.replace("NAME", name).split(), where=name, why=model if "predict NAME" in command else stdin)
data = "a terminal, expected a pipe or a file for binary data"
refused("split-holdout", "-r", "0", "-H", name, "in", where=name, why=data)
refused("stitch-wav", "-o", name, "one", where=name, why=data)
assert not os.path.exists("held") and not select.select([ours], [], [], 0)[0]'
}

@test "options: SIGPIPE ends every filter quietly" {
    LARGE=$LARGE py '
import os, signal, subprocess
for command in os.environ["LARGE"].splitlines():
    # As a shell starts it: Python itself ignores the signal, and its children need not.
    p = subprocess.Popen(command.split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=True)
    assert len(p.stdout.read1(1)) == 1
    p.stdout.close()
    shows = command.startswith("stream-show")  # as head ends it, that is no error
    assert (p.stderr.read(), p.wait(30)) == (b"", 0 if shows else -signal.SIGPIPE), command
    # Where a parent ignores it the write fails, and that is said.
    p = subprocess.Popen(command.split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=False)
    p.stdout.close()
    tool = command.split()[0]
    said = ("", 0) if shows else (f"{tool}: stdout: write failed: Broken pipe\n", 1)
    assert (p.stderr.read().decode(), p.wait(30)) == said, command
    assert not os.path.exists("held")'
}

@test "options: no locale changes a number" {
    # A locale that writes 0,5, as those of most of Europe do; made here, so that it is there.
    mkdir locales
    printf '%s\n' LC_NUMERIC 'decimal_point ","' 'thousands_sep "."' 'grouping 3;3' 'END LC_NUMERIC' >locales/comma
    localedef -c -i locales/comma -f ANSI_X3.4-1968 ./locales/xx_XX 2>/dev/null || :
    py 'write("rates", {"mat": 1, "x": np.arange(4), "rate": 8000.5}, {"mat": 1, "x": np.arange(4), "rate": 11025.25})'
    local locale
    for locale in C xx_XX; do
        export LC_ALL=$locale LANG=$locale LC_NUMERIC=$locale LOCPATH=$PWD/locales
        {
            pad-chop -c 0.34:99.9% in
            printf '1.5,2e-3\n' | csv-load | stream-show --csv
            printf '1,5;2\n' | csv-load --decimal=, | stream-show --csv
            lsq-fit --rcond=1e-3 -g 0.5 in
            lsq-predict model in
            r2-score in other
            r2-score -j -a none in other
            stitch-wav --rate 11025 one
            run -1 lsq-fit -g 1 rates
            echo "$output"
            run -2 lsq-fit --rcond=0,5 -g 1 in
            echo "$output"
            run -2 pad-chop -c 0,5: in
            echo "$output"
        } >"out.$locale"
    done
    cmp out.C out.xx_XX
    grep -aq 'rate 11025.25, expected 8000.5' out.C
    if [ -e locales/xx_XX/LC_NUMERIC ]; then
        assert_equal "$(LC_ALL=xx_XX bash -c 'printf %.1f 0,5')" 0,5
    fi
}

@test "options: a closed standard input is an error that is said" {
    local command closed='stdin: read failed: Bad file descriptor'
    while read -r command; do
        # In a shell of its own: bats' own pipes would take the free place.
        refuses 1 "${command%% *}: $closed" bash -c "$command <&-"
    done <<'END'
pad-chop
pad-chop -l 2 -
lsq-fit -g 1
lsq-predict - in
stitch-wav
END
    run -1 --separate-stderr bash -c 'fsdd-load - <&-'
    assert_regex "$stderr$output" '^fsdd-load: stdin: .*: Bad file descriptor$'
    # Files are read all the same.
    pad-chop in >want
    pad-chop in <&- | cmp - want
    pad-chop in in | cmp - <(pad-chop in in <&-)
    r2-score in other <&- | cmp - <(r2-score in other)
}

@test "options: a file that is opened does not take the place of a closed standard input" {
    local command closed='stdin: read failed: Bad file descriptor'
    echo -n 'what was there' >held
    while read -r command; do
        refuses 1 "${command%% *}: $closed" bash -c "$command <&-"
        assert_equal "$(cat held)" 'what was there'
    done <<'END'
pad-chop in -
split-holdout -r 0 -H held
split-holdout -S 0 -H held
lsq-predict model
lsq-predict model in -
r2-score in
stitch-wav -o out - one
stitch-wav -o out one -
r2-score - in
r2-score in -
END
}

@test "options: a closed standard output is an error that is said" {
    local filter option command
    for filter in $FILTERS; do
        for option in --help --version; do
            run -1 --separate-stderr bash -c "$filter $option >&-"
            assert_equal "$stderr" "$filter: stdout: write failed: Bad file descriptor"
        done
    done
    while read -r command; do
        run -1 --separate-stderr bash -c "$command >&-"
        assert_equal "$stderr" "${command%% *}: stdout: write failed: Bad file descriptor"
        assert [ ! -e held ]
    done <<<"$SMALL
$LARGE"
}

@test "options: a file that is opened does not take the place of a closed standard output" {
    local command
    # What comes on standard input leaves the place free for HELDOUT, or for the file in
    # TMPDIR, which would swallow the output.
    py 'write("huge", *({"mat": 1, "x": np.full((60, 1 << 20), 7, "u1"), "last": i == 1} for i in range(2)))'
    while read -r command; do
        run -1 --separate-stderr bash -c "$command >&-"
        assert_equal "$stderr" "${command%% *}: stdout: write failed: Bad file descriptor"
        assert [ ! -e held ]
        assert_equal "$(find . -name '.wf-*')" ''
    done <<'END'
split-holdout -r 0 -H held <in
split-holdout -S 0 -H held <in
split-holdout -r 0 -H held <big
pad-chop <huge
END
    # Where all goes into files nothing is missing.
    stitch-wav -o want.wav loud 2>/dev/null
    stitch-wav -q -o closed.wav >&- <loud
    cmp closed.wav want.wav
}

@test "options: a message does not end up in a file where standard error is closed" {
    stitch-wav -o want.wav loud 2>warning
    assert_equal "$(cat warning)" 'stitch-wav: warning: 1 sample beyond 16 bits, clipped (the first: row 0, sample 1)'
    stitch-wav -o closed.wav loud 2>&-
    cmp closed.wav want.wav
    stitch-wav -o stdin.wav <loud 2>&-
    cmp stdin.wav want.wav
    run -1 bash -c 'split-holdout -r 9 -H held <in 2>&-'
    assert_output ''
    assert [ ! -e held ]
}

@test "options: a message is one line that cannot drive a terminal, and names the filter as it is called" {
    local command name
    name=$'no\nsuch \e[2J\x9b\tfile\177 \xff é世'
    while read -r command; do
        read -ra words <<<"$command"
        refuses 1 "${words[0]}: "'no\012such \033[2J\233\011file\177 \377 é世: cannot be opened: No such file or directory' \
            "${words[@]}" "$name"
    done <<'END'
fsdd-load
pad-chop
split-holdout -r 0 -H held in
lsq-fit -g 1
lsq-predict
lsq-predict model
stitch-wav
r2-score in
END
    refuses 2 "pad-chop: unknown option --\\033[31m; try 'pad-chop --help'" pad-chop $'--\e[31m'
    refuses 2 "pad-chop: --length: 'a\\012b', expected min, max or a number from 1 to 67108864; try 'pad-chop --help'" \
        pad-chop -l $'a\nb'
    refuses 1 'pad-chop: absent: cannot be opened: No such file or directory' "$BIN/pad-chop" absent
    ln -s "$BIN/pad-chop" ./chop
    refuses 1 'chop: absent: cannot be opened: No such file or directory' ./chop absent
    refuses 2 "chop: option -l needs an argument; try 'chop --help'" ./chop -l
}

@test "options: --quiet silences warnings, not errors" {
    run -0 --separate-stderr bash -c 'r2-score one one'
    assert_regex "$stderr" '^r2-score: warning: one row only: .*'
    local quiet
    for quiet in -q --quiet; do
        run -0 --separate-stderr r2-score $quiet one one
        assert_equal "$stderr" ''
        run -0 --separate-stderr bash -c "stitch-wav loud $quiet >out"
        assert_equal "$stderr" ''
        run -0 --separate-stderr bash -c "lsq-fit $quiet -g 2 one in >out"
        assert_equal "$stderr" ''
        run -0 --separate-stderr bash -c "pad-chop $quiet in >out"
        assert_equal "$stderr" ''
        refuses 1 'pad-chop: absent: cannot be opened: No such file or directory' pad-chop $quiet absent
        refuses 1 'stitch-wav: loud: row 0, sample 1: 40000, expected -32768 to 32767 (--overflow=clip cuts it off)' \
            stitch-wav $quiet --overflow=error loud
    done
    run -0 --separate-stderr bash -c 'lsq-fit -g 2 one >out'
    assert [ "$(grep -c . <<<"$stderr")" -eq 1 ]
    assert_regex "$stderr" '^lsq-fit: '
}
