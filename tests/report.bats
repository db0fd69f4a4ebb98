# pipelines/report.mk: the page about what the tutorial made. What a browser makes of it is in report-browser.bats.

load common

# One run with all defaults, from nothing, in a folder with a space in its name.
setup_file() {
    export FRESH="$BATS_FILE_TMPDIR/fresh run"
    report OUT="$FRESH" >"$BATS_FILE_TMPDIR/log"
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/a folder"
    cd "$BATS_TEST_TMPDIR/a folder" || exit 1
}

report() {
    local messages=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/messages
    make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" "$@" 2>"$messages" || {
        cat "$messages" >&2
        return 1
    }
}

# All files below a folder, each as name, inode and time: what has been remade shows.
stamps() {
    (cd "$1" && find . -type f -printf '%P %i %T@\n' | sort)
}

# remade BEFORE AFTER: the names of what is new in AFTER, sorted, on one line.
remade() {
    comm -13 "$1" "$2" | cut -d ' ' -f 1 | sort | paste -s -d ' '
}

# What other pipelines leave beside the tutorial's: for each portion the tutorial's clip at half its volume.
extended() {
    local portion
    for portion in 0.5 0.25; do
        mkdir -p "$1/frames/$portion"
        py '
from scipy.io import wavfile
rate, samples = wavfile.read(sys.argv[1])
wavfile.write(sys.argv[2], rate, samples // 2)' "$1/$portion/ExtrapolatedClip.wav" "$1/frames/$portion/ExtrapolatedClip.wav"
        echo 0.0 >"$1/frames/$portion/columns.r2"
        printf '0_espeak_47\t%s\n' "$portion" >"$1/frames/$portion/rows.r2"
        cp "$1/$portion/"{OriginalTestClip,ChoppedTestClip}.wav "$1/$portion/predicted.mat" "$1/frames/$portion"
    done
}

evaluated() {
    mkdir -p "$1/evaluate"
    printf '%s\n' $'model\tms\tr2' $'least <squares>\t40\t-1.5' $'ridge\t40\t0.25' >"$1/evaluate/summary.tsv"
    printf '%s\n' $'model\tms\tr2' $'least <squares>\t0\t1' $'least <squares>\t20\t-9' $'least <squares>\t40\t-1' $'ridge\t40\t0.5' \
        $'ridge\t0\t0' $'ridge\t20\tnan' >"$1/evaluate/time.tsv"
}

# The tutorial's clip with two gaps, filled in at half its volume.
repaired() {
    mkdir -p "$1/repair"
    py '
from scipy.io import wavfile
rate, samples = wavfile.read(sys.argv[1] + "/0.5/OriginalTestClip.wav")
for name, divisor in ("Repaired", 2), ("Damaged", 10 ** 6):
    clip = samples.copy()
    for gap in slice(400, 440), slice(1400, 1560):
        clip[gap] = np.fix(clip[gap] / divisor)
    wavfile.write(f"{sys.argv[1]}/repair/{name}Clip.wav", rate, clip)' "$1"
    echo '5ms@50ms: samples 400 to 439, by the nearest frames of other takes and of the clip itself: 6.0 dB
20ms@50%: samples 1400 to 1559, by an autoregression of order 80 of the clip itself: -0.3 dB' >"$1/repair/repair.txt"
}

# What evaluate.mk makes of gaps.
gaps_told() {
    mkdir -p "$1/evaluate"
    printf 'speaker\tmodel\tgaps\t5 ms\t10 ms\t20 ms\t50 ms\n' >"$1/evaluate/gaps.tsv"
    local speaker
    for speaker in 'all speakers' theo lucas; do
        printf '%s\t%s\n' "$speaker" $'nearest\t12\t12.50\t10.00\t7.50\t-2.50' "$speaker" $'silence\t12\t0.00\t0.00\t0.00\t0.00' \
            "$speaker" $'lsar\t12\t5.00\t5.00\t2.50\tnan'
    done >>"$1/evaluate/gaps.tsv"
}

# For py: the page as its elements, each with its attributes, its text and those it is in.
with_page='
import base64, hashlib, html.parser, io, os, re, struct, wave, zlib
class Page(html.parser.HTMLParser):
    VOID = {"meta", "link", "img", "br"}
    def __init__(self, path):
        super().__init__()
        self.elements, self.open = [], []
        with open(path, encoding="utf-8") as f:
            self.source = f.read()
        self.feed(self.source)
        assert not self.open, self.open[-1]
    def handle_starttag(self, tag, attributes):
        element = {"tag": tag, "text": "", "in": [each["tag"] for each in self.open], **dict(attributes)}
        self.elements.append(element)
        if tag not in self.VOID:
            self.open.append(element)
    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()
    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag, (tag, self.getpos())
    def handle_data(self, data):
        for element in self.open:
            element["text"] += data
    def all(self, *tags):
        return [element for element in self.elements if element["tag"] in tags]
    def by_id(self, name):
        found, = [element for element in self.elements if element.get("id") == name]
        return found
    def cells(self):
        return [element["text"] for element in self.all("th", "td")]
def data(uri):
    kind, content = re.fullmatch(r"data:([a-z+/]+);base64,([A-Za-z0-9+/=]+)", uri).groups()
    return kind, base64.b64decode(content, validate=True)
def png_size(content):
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, []
    while at < len(content):
        size, name = struct.unpack(">I4s", content[at:at + 8])
        body = content[at + 8:at + 8 + size]
        assert struct.unpack(">I", content[at + 8 + size:at + 12 + size])[0] == zlib.crc32(name + body)
        chunks.append((name, body))
        at += 12 + size
    # Nothing that tells of time, place or program.
    assert {name for name, _ in chunks} == {b"IHDR", b"PLTE", b"IDAT", b"IEND"} and chunks[-1][0] == b"IEND", [name for name, _ in chunks]
    width, height, depth, colour = struct.unpack(">IIBB", chunks[0][1][:10])
    assert (depth, colour) == (8, 3)
    pixels = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    assert len(pixels) == height * (width + 1) and len(set(pixels)) > 20
    return width, height
def read_file(*path):
    with open(os.path.join(*path), "rb") as f:
        return f.read()
'

@test "report: made from nothing, with what the tutorial makes, and nothing else" {
    make -f "$ROOT/pipelines/tutorial.mk" BIN="$BIN" OUT=out >log 2>&1
    run -1 diff -r out "$FRESH"
    assert_output "Only in $FRESH: report.facts
Only in $FRESH: report.html"
    assert_equal "$(tail -n 2 "$BATS_FILE_TMPDIR/log")" "$PYTHON -I -B $(quoted "$ROOT/pipelines/report") page -o report.html report.facts
The page is $FRESH/report.html: open it in a browser."
}

@test "report: the same bytes elsewhere, whatever locale, time zone and umask" {
    (umask 077 && LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Kathmandu HOME=/nonexistent report OUT=else >log)
    cmp else/report.html "$FRESH/report.html"
    cp -R "$ROOT/pipelines/corpus" recordings
    chmod -R u+w recordings
    # Recordings of one's own: what differs is whose they are, and how to make it again.
    report OUT=own FSDD=recordings SPEAKER=espeak >log
    run -1 diff "$FRESH/report.html" own/report.html
    assert_output --partial '> <pre>make report FSDD=recordings DIGIT=0 SPEAKER=espeak SEED=7 PROVIDED=&#x27;0.5 0.25&#x27;</pre>'
    # shellcheck disable=SC1112 # as the page has it
    assert_output --partial '< <p class="note">Recordings: wavefill’s own corpus'
    assert_output --partial '> <p class="note">Recordings: from a folder; who made them and under which licence is not known here.'
    assert_equal "$(grep -c '^[<>]' <<<"$output")" 7
}

@test "report: nothing is loaded, and each data: URI is a whole WAV, PNG or SVG" {
    py "$with_page"'
fresh = sys.argv[1]
page = Page(os.path.join(fresh, "report.html"))
assert not re.search(r"https?:|//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]+", "", page.source), re.IGNORECASE)
assert not re.search(r"url\(|@import|<script|\son\w+=", page.source)
for element in page.elements:
    for name in ("src", "href", "srcset", "poster", "data", "action", "xlink:href", "background"):
        if name in element:
            assert element[name].startswith("data:") or element["tag"] == "a" and page.by_id(element[name][1:]), element
sounds = [data(element["src"]) for element in page.all("audio")]
assert [kind for kind, _ in sounds] == ["audio/wav"] * 6
clips = [read_file(fresh, portion, clip + ".wav") for portion in ("0.5", "0.25")
         for clip in ("OriginalTestClip", "ChoppedTestClip", "ExtrapolatedClip")]
assert [content for _, content in sounds] == clips
lengths = [wave.open(io.BytesIO(content)).getnframes() for content in clips]
assert lengths == [2800, 1400, 2800, 2800, 700, 2800]
# A browser shows 0:00 for all of them; what is short is repeated.
assert [element["text"].split()[-2:] for element in page.all("h4")] == [[f"{length / 8000:.3g}", "s"] for length in lengths]
assert all("loop" in element for element in page.all("audio"))
pictures = [data(element["src"]) for element in page.all("img")]
assert [kind for kind, _ in pictures] == ["image/png"] * 6
assert [png_size(content) for _, content in pictures] == [(length // 4, 129) for length in lengths]
kind, icon = data(page.all("link")[0]["href"])
import xml.dom.minidom
assert kind == "image/svg+xml" and xml.dom.minidom.parseString(icon).documentElement.tagName == "svg"' "$FRESH"
}

@test "report: language, headings in order, a text for each picture and player, a caption for each table" {
    cp -Rp "$FRESH" 'with all'
    local drawings tables out
    extended 'with all'
    evaluated 'with all'
    repaired 'with all'
    gaps_told 'with all'
    report OUT='with all' >log
    # Drawings and tables of each.
    while read -r drawings tables out; do
        py "$with_page"'
page = Page(sys.argv[1])
assert page.all("html")[0]["lang"] == "en" and page.all("title")[0]["text"] == page.all("h1")[0]["text"] == "0_espeak_47: its end filled in"
assert {"name": "viewport", "content": "width=device-width, initial-scale=1"}.items() <= page.all("meta")[1].items()
levels = [int(element["tag"][1]) for element in page.all("h1", "h2", "h3", "h4")]
assert levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:])), levels
names = [element["id"] for element in page.elements if "id" in element]
assert len(names) == len(set(names))
for element in page.all("img"):
    assert re.fullmatch("Spectrogram of the .{8,}: 0\\.\\d+\u00a0s from left to right, 0 to 4 kHz from bottom to top", element["alt"]), element["alt"]
assert len({element["aria-label"] for element in page.all("audio")}) == len(page.all("audio"))
drawings = [element for element in page.all("svg") if "aria-hidden" not in element]
assert len(drawings) == int(sys.argv[2])
for element in drawings:
    assert element["role"] == "img"
    title, desc = (page.by_id(name) for name in element["aria-labelledby"].split())
    assert (title["tag"], desc["tag"]) == ("title", "desc") and len(title["text"]) > 20 and len(desc["text"]) > 20
assert len(page.all("caption")) == len(page.all("table")) == int(sys.argv[3]) and all(element["text"] for element in page.all("caption"))
assert all(element["scope"] in ("row", "col") for element in page.all("th"))
for element in page.all("section"):
    assert page.by_id(element["aria-labelledby"])["tag"] == "h2"' "$out/report.html" "$drawings" "$tables"
    done <<END
4 3 $FRESH
9 6 with all
END
}

@test "report: what was done is what the recordings say, in the tutorial's order" {
    py "$with_page"'
from scipy.io import wavfile
corpus = os.environ["CORPUS"]
lengths = [len(wavfile.read(os.path.join(corpus, f"0_espeak_{take}.wav"))[1]) for take in range(50)]
row = np.random.RandomState(7).randint(50)
page = Page(os.path.join(sys.argv[1], "report.html"))
steps = [re.sub("[ \n]+", " ", element["text"].strip()) for element in page.all("li") if element["in"][-1] == "ol"]
given = [int(portion * min(lengths)) for portion in (0.5, 0.25)]
assert steps[0] == f"Load 50 takes of one digit (0) by one speaker (espeak): 8000 samples a second, {min(lengths)} to {max(lengths)} samples each. fsdd-load", steps[0]
assert steps[1] == f"Chop them all to one length, that of the shortest: {min(lengths)} samples, {min(lengths) / 8000:.3g}\u00a0s. pad-chop"
assert steps[2].startswith(f"Hold one take out: the seed 7 picks row {row}, which is 0_espeak_{row}.")
assert "other 49 takes" in steps[3]
assert f"the first 50\u00a0% ({given[0]} samples) or the first 25\u00a0% ({given[1]} samples)" in steps[4]
assert [step.split()[-1] for step in steps] == ["fsdd-load", "pad-chop", "split-holdout", "lsq-fit", "lsq-predict", "stitch-wav", "r2-score"]' "$FRESH"
    report OUT=out HOLDOUT=0_espeak_9 PROVIDED='10% 300' >log
    run -0 sed -n 's/<[^>]*>//g;s/^Hold/&/p' out/report.html
    assert_output 'Hold one take out, chosen by its name: 0_espeak_9. The model learns nothing from it. split-holdout'
    run -0 grep -c '<pre>make report DIGIT=0 SPEAKER=espeak HOLDOUT=0_espeak_9 PROVIDED=&#x27;10% 300&#x27;</pre>' out/report.html
    run -0 grep -o '<h2 id="p[^/]*' out/report.html
    assert_output $'<h2 id="p1">10\xc2\xa0% given<\n<h2 id="p2">10.7\xc2\xa0% given<'
}

@test "report: the scores are those of r2-score, and the squared error that of an independent computation" {
    cp -Rp "$FRESH" out
    extended out
    report OUT=out >log
    py "$with_page"'
page = Page("out/report.html")
cells = page.cells()[5:]
want, verdicts = [], []
for portion, share in ("0.5", "50"), ("0.25", "25"):
    truth = x(read("out/heldout.mat"))[0].astype(float)
    filled = x(read(f"out/{portion}/predicted.mat"))[0]
    truth = truth[-len(filled):]
    times = ((truth - filled) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    assert abs(1 - float(read_file("out", portion, "rows.r2").split()[-1]) - times) < 1e-8
    snr = f"\u2212{-10 * np.log10((truth ** 2).sum() / ((truth - filled) ** 2).sum()):.1f}"
    want += [f"tutorial, {share}\u00a0%", "0.0", f"\u2212{times - 1:.3f}", f"{times:.3f}", snr]
    # The scores of the clip beside it are given; what was predicted is the same.
    want += [f"frames, {share}\u00a0%", "0.0", f"{float(portion):.3f}", f"{1 - float(portion):.3f}", snr]
    truth, filled = truth[:40], filled[:40]
    first = 1 - ((truth - filled) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    begins = f"it goes astray within the first 5 ms (R\u00b2\u00a0\u2212{-first:.3f})."
    words = {"0.5": "like the original", "0.25": "a little better than a flat line"}[portion]
    verdicts.append(f"The tutorial\u2019s clip is, as a whole, a worse guess than a flat line (R\u00b2\u00a0\u2212{times - 1:.3f}); {begins} "
                    f"The nearest frames\u2019 clip is, as a whole, {words} (R\u00b2\u00a0{float(portion):.3f}); {begins}")
assert cells[:20] == want, cells[:20]
said = [element["text"] for element in page.all("p")]
assert [text for text in said if "as a whole" in text] == verdicts, said
# What there is to hear comes before what is to be read.
at = [page.source.index(text) for text in (verdicts[0][:40], "<audio", "Load 50 takes")]
assert at == sorted(at)
# 49 centred rows are of rank 48.
assert len([text for text in said if "fitted to 49 takes; its rank is 48." in re.sub(r"\s+", " ", text)]) == 2'
    # The words for each score, and for a beginning that is met.
    local r2 words
    while read -r r2 words; do
        printf '0_espeak_47\t%s\n' "$r2" >out/frames/0.5/rows.r2
        pad-chop -c 50%: out/heldout.mat >out/frames/0.5/predicted.mat
        (cd out && "$PYTHON" -I -B "$ROOT/pipelines/report" page -o report.html report.facts)
        sed -i 's/\xc2\xa0/ /g' out/report.html
        # shellcheck disable=SC1112 # as the page has it
        run -0 grep -c -F "The nearest frames’ clip is, as a whole, $words; it follows the original for the first 50 ms (R² 1.000)." out/report.html
    done <<'END'
0.9 close to the original (R² 0.900)
0.8999 like the original (R² 0.900)
0.0999 no better than a flat line (R² 0.100)
-0.1 no better than a flat line (R² −0.100)
-0.1004 a worse guess than a flat line (R² −0.100)
nan without a score (R² –)
END
}

@test "report: the sums of all inputs and outputs are right, and the versions those in use" {
    cp -Rp "$FRESH" out
    extended out
    evaluated out
    report OUT=out >log
    py "$with_page"'
page = Page("out/report.html")
inputs, outputs = [element["text"] for element in page.all("pre")][1:]
assert len(inputs.splitlines()) == 50 and len(outputs.splitlines()) == 18
for path, text in ("inputs", inputs), ("outputs", outputs):
    with open(path, "w") as f:
        f.write(text + "\n")
cells = page.cells()
what = dict(zip(cells[cells.index("Which") + 1::2], cells[cells.index("Which") + 2::2]))
with open("versions", "w") as f:
    f.write("\n".join(what[name] for name in ("revision", "filters", "SoX", "BLAS", "Python")) + "\n")'
    # shellcheck disable=SC2016
    run -0 bash -c 'cd "$CORPUS" && sha256sum -c --strict --quiet' <inputs
    run -0 bash -c 'cd out && sha256sum -c --strict --quiet' <outputs
    {
        if [ -e "$ROOT/.git" ]; then git -C "$ROOT" describe --always --tags --dirty; else fsdd-load --version | sed -n 's/.*) /version /p'; fi
        lsq-fit --version | sed -n 's/.*(\(.*\))/\1/p'
        sox --version | sed 's/.* //'
        # The library is looked at below.
        sed -n 4p versions
        "$PYTHON" --version | sed 's/.* //'
    } | diff - versions
    # The library that a running lsq-fit has open.
    local library
    library=$(sed -n '4s/:.*//p' versions)
    LD_DEBUG=files lsq-fit --version 2>&1 | sed -n 's|.*calling init: \(/.*/libblas.*\)|\1|p' | xargs realpath >used
    assert_equal "$library" "$(cat used)"
}

@test "report: the waveforms are those of the clips, whatever their length" {
    # Without the shortest take the length is no multiple of the steps that are drawn; 300 samples are fewer than these.
    mkdir recordings short
    cp "$CORPUS"/*.wav recordings
    rm "recordings/$(cd recordings && stat -c '%s %n' ./*.wav | sort -n | sed -n '1s/.* //p')"
    timeout 60 make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" FSDD=recordings SPEAKER=espeak OUT=other >log 2>&1
    local take
    for take in {0..9}; do
        sox "$CORPUS/0_espeak_$take.wav" "short/0_espeak_$take.wav" trim 0s 300s
    done
    timeout 60 make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" FSDD=short SPEAKER=espeak OUT=few >log 2>&1
    for out in "$FRESH" other few; do
        waveforms_are_right "$out"
    done
}

waveforms_are_right() {
    py "$with_page"'
from scipy.io import wavfile
page = Page(os.path.join(sys.argv[1], "report.html"))
def curve(element):
    return np.array([[float(number) for number in point.split()] for point in element["d"].strip("MZ").split("L")])
paths = [element for element in page.all("path") if "ul" not in element["in"]]
assert [element["class"] for element in paths] == ["true area", "tutorial area", "true", "tutorial"] * 2
for portion, start in ("0.5", 0), ("0.25", 4):
    original, filled = (wavfile.read(os.path.join(sys.argv[1], portion, clip + ".wav"))[1].astype(float) for clip in ("OriginalTestClip", "ExtrapolatedClip"))
    n = len(original)
    assert (n == 2800) == (sys.argv[1].startswith("/")) and (n == 300) == (sys.argv[1] == "few") and (n % 700 == 0) == (n == 2800)
    k, drawn = int(float(portion) * n), min(n, 700)
    peak = max(np.abs(original).max(), np.abs(filled).max())
    for element, samples, first in (paths[start], original, 0), (paths[start + 1], filled, k):
        # Of each step the highest sample, then backwards the lowest; the first step may be a part of one.
        edges = np.arange(drawn + 1) * n // drawn
        parts = [part for part in np.split(samples, edges[1:-1])]
        parts = [part[max(first - edge, 0):] for part, edge in zip(parts, edges)]
        want_x = np.array([max(first, edge) / n * 700 for part, edge in zip(parts, edges) if len(part)])
        parts = [part for part in parts if len(part)]
        want = np.concatenate([100 - 98 * np.array(list(map(max, parts))) / peak,
                               (100 - 98 * np.array(list(map(min, parts))) / peak)[::-1]])
        got = curve(element)
        assert np.allclose(got[:, 0], np.concatenate([want_x, want_x[::-1]]), atol=0.01) and np.abs(got[:, 1] - want).max() < 0.01
    a, b = max(k - 80, 0), min(k + 240, n)
    cut = (k - .5 - a) / (b - 1 - a) * 700
    peak = max(np.abs(original[a:b]).max(), np.abs(filled[k - 1:b]).max())
    for element, samples, first in (paths[start + 2], original, a), (paths[start + 3], filled, k - 1):
        got = curve(element)
        assert got.shape == (b - first, 2) and np.abs(got[:, 1] - (100 - 96 * samples[first:b] / peak)).max() < 0.01
        assert np.abs(got[:, 0] - (np.arange(first, b) - a) / (b - 1 - a) * 700).max() < 0.01
    cuts = [float(element["x1"]) for element in page.all("line") if element["class"] == "cut"][start // 2:start // 2 + 2]
    assert np.allclose(cuts, [k / n * 700, cut], atol=0.01), cuts' "$1"
}

@test "report: remade only where what it shows, or is made by, has changed" {
    cp -Rp "$FRESH" out
    stamps out >before
    report OUT=out >log
    stamps out | diff before -
    # Other pipelines come, change and go.
    extended out
    stamps out >before
    report OUT=out >log
    stamps out >after
    assert_equal "$(remade before after)" 'report.facts report.html'
    run -0 grep -c '<article class="clip frames">' out/report.html
    assert_output 2
    sed -i 's/0\.25$/0.262/' out/frames/0.25/rows.r2
    stamps out >before
    report OUT=out >log
    stamps out >after
    assert_equal "$(remade before after)" report.html
    run -0 grep -c '<td class="number">0.262</td>' out/report.html
    rm -r out/frames
    report OUT=out >log
    cmp out/report.html "$FRESH/report.html"
    # A table alone is not shown; both are.
    evaluated out
    mv out/evaluate/time.tsv .
    report OUT=out >log
    run -1 grep 'since the cut' out/report.html
    mv time.tsv out/evaluate
    report OUT=out >log
    run -0 grep -c '<h2 id="time">R² against time since the cut</h2>' out/report.html
    rm -r out/evaluate
    # What the tutorial makes anew is shown anew; what is lost is made first.
    stamps out >before
    report OUT=out PROVIDED=0.25 >log
    stamps out >after
    assert_equal "$(remade before after)" 'report.facts report.html'
    run -0 grep -c '<audio' out/report.html
    assert_output 3
    rm out/0.25/ExtrapolatedClip.wav
    report OUT=out >log
    cmp out/report.html "$FRESH/report.html"
    diff -r out "$FRESH"
    # Its own program and template count as well.
    cp -R "$ROOT/pipelines" .
    chmod -R u+w pipelines
    make -f pipelines/report.mk BIN="$BIN" PYTHON="$PYTHON" OUT=out >log 2>&1
    stamps out >before
    sed -i 's/<h3>Listen</<h3>Hear</' pipelines/report/page.html
    make -f pipelines/report.mk BIN="$BIN" PYTHON="$PYTHON" OUT=out >log 2>&1
    stamps out >after
    assert_equal "$(remade before after)" 'report.facts report.html'
    run -0 grep -c '<h3>Hear<' out/report.html
}

@test "report: R² against time, drawn as it is, cut off below" {
    cp -Rp "$FRESH" out
    evaluated out
    report OUT=out >log
    py "$with_page"'
page = Page("out/report.html")
paths = [element["d"] for element in page.all("path") if element["class"] in ("other1", "ridge") and "ul" not in element["in"]]
# R2 1 is at 4, -1 at 196 of 200; the curve leaves the panel and comes back.
assert paths == ["M0 4L350 964L700 196", "M0 100L700 52"], paths
def axis(side):
    of_time = page.source.index("id=\"time\"")
    return re.findall(rf"<b class=\"{side}\" style=\"\w+:([\d.]+)%\">(.*?)</b>", page.source[of_time:])
assert axis("x") == [("0", "0\u00a0ms"), ("25", "10\u00a0ms"), ("50", "20\u00a0ms"), ("75", "30\u00a0ms"), ("100", "40\u00a0ms")], axis("x")
assert axis("y") == [("98", "\u22121"), ("74", "\u22120.5"), ("50", "0"), ("26", "0.5"), ("2", "1")], axis("y")
assert page.by_id("time-1-d")["text"] == "From 0 to 40 ms: least <squares> 1.00 at first, \u22121.00 at last; ridge 0.00 at first, 0.50 at last."
assert page.all("figcaption")[0]["text"] == "R\u00b2 over the first milliseconds after the cut, from bottom to top; curves that leave it are lower."
cells = page.cells()
at = cells.index("Model")
assert cells[at:at + 9] == ["Model", "ms since the cut", "R\u00b2", "least <squares>", "40", "\u22121.5", "ridge", "40", "0.25"], cells[at:at + 9]'
}

# What evaluate.mk makes of three models and two portions, with no plot for one.
evaluated_twice() {
    local portion model ms
    mkdir -p "$1/evaluate"
    {
        printf 'given\tmodel\tclips\t5 ms\tall\n'
        for portion in 0.5 10% 300; do
            for model in tutorial frames silence; do
                printf '%s\t%s\t8\tnan\t-0.25\n' "$portion" "$model"
            done
        done
    } >"$1/evaluate/summary.tsv"
    {
        printf 'given\tmodel\tms\tr2\n'
        for portion in 0.5 10% 300; do
            for model in tutorial frames silence; do
                for ms in 2 5; do
                    [ "$ms $portion" != '5 300' ] || continue
                    printf '%s\t%s\t%s\t0.5\n' "$portion" "$model" "$ms"
                done
            done
        done
    } >"$1/evaluate/time.tsv"
    printf '%s\t%s\n' recordings given digits '0 1' speakers 'a b' portions '0.5 10% 300' count 32 sha256 "$(printf '%064d' 5)" >"$1/evaluate/facts.tsv"
}

@test "report: a plot a portion, each model in its colour and explained by its name, the commands with their variables" {
    cp -Rp "$FRESH" out
    extended out
    evaluated_twice out
    report OUT=out >log
    py "$with_page"'
page = Page("out/report.html")
headings = [element["text"] for element in page.all("h3")]
assert headings[-3:] == ["50\u00a0% given", "10\u00a0% given", "300 samples given"], headings
assert page.by_id("time-2-t")["text"] == "R\u00b2 against the time since the cut, a line a model, 10\u00a0% given"
assert page.by_id("time-3-d")["text"] == "From 0 to 2 ms: " + "; ".join(f"{model} 0.50 at first, 0.50 at last" for model in ("tutorial", "frames", "silence")) + "."
up = "R\u00b2 over the first milliseconds after the cut, from bottom to top"
assert [element["text"] for element in page.all("figcaption")][-2:] == [up + ".", up + "; the lines end where not all clips miss more."]
classes = [element["class"] for element in page.all("path") if "ul" not in element["in"]]
assert classes[-9:] == ["tutorial", "frames", "silence"] * 3, classes
assert {"true area", "tutorial area", "frames area", "true", "tutorial", "frames"} == set(classes[:-9])
# One colour and one kind of line for each, in light and in dark.
rules = re.findall(r"^\.(\w+) \{ color: var\(--(\w+)\); --key: var\(--(\w+)\); \}$", page.source, re.M)
assert all(a == b == c for a, b, c in rules) and {a for a, _, _ in rules} == {"true", "tutorial", "ridge", "frames", "mean", "silence"}, rules
dashes = re.findall(r"^svg \.(\w+) \{ stroke-dasharray: (.*); \}$", page.source, re.M)
assert len({dash for name, dash in dashes if name != "area"}) == 5 and "tutorial" not in dict(dashes), dashes
assert [(element["class"], element["text"]) for element in page.all("dt")] == [(model, model) for model in ("tutorial", "frames", "silence")]
assert len(page.all("dd")) == 3 and all(len(element["text"]) > 20 for element in page.all("dd"))
assert "It also filled in the clips above." in page.all("dd")[1]["text"]
assert [element["text"] for element in page.all("h4")][3] == "Filled in, by nearest frames 0.35\u00a0s"
cells = page.cells()
at = cells.index("Model")
assert cells[at:at + 6] == ["Model", "5 ms", "All", "tutorial", "\u2013", "\u22120.25"], cells[at:at + 6]
captions = [element["text"] for element in page.all("caption")]
assert captions[-4:-1] == [f"The models compared, {given} given, 8 clips" for given in ("50\u00a0%", "10\u00a0%", "300 samples")], captions
assert "\u2013: not all clips miss that much, or nothing varies there." in [element["text"] for element in page.all("p")]
made = page.all("pre")[0]["text"].splitlines()
assert made == ["make evaluate FSDD=recordings DIGITS=\u00270 1\u0027 SPEAKERS=\u0027a b\u0027 PROVIDED=\u00270.5 10% 300\u0027",
                "make frames DIGIT=0 SPEAKER=espeak SEED=7 PROVIDED=\u00270.5 0.25\u0027",
                "make report DIGIT=0 SPEAKER=espeak SEED=7 PROVIDED=\u00270.5 0.25\u0027"], made
words = [re.sub(r"\s+", " ", element["text"]) for element in page.all("p")]
data = "The data: 32 recordings in a folder, digit 0, 1; speaker a, b. The clip above is not one of them."
assert data in words and page.source.index("The data:") < page.source.index("Every take was cut")
assert "In a clone of the project or an unpacked tarball of it, from the recordings that come with wavefill, the evaluation from recordings in a folder:" in words
assert "The evaluation is of 32 recordings. What sha256sum prints for them, ordered by name in the C locale, has the SHA-256 sum " + "0" * 63 + "5" in words'
}

@test "report: an evaluation without a score over time has no plot, but its table" {
    cp -Rp "$FRESH" out
    evaluated_twice out
    sed -i 2,99d out/evaluate/time.tsv
    report OUT=out >log
    py "$with_page"'
page = Page("out/report.html")
words = [re.sub(r"\s+", " ", element["text"]) for element in page.all("p")]
assert "There is no plot over time: no stretch has a score, because not all clips miss that much or because nothing varies." in words
assert "The models compared, 10\u00a0% given, 8 clips" in [element["text"] for element in page.all("caption")]
assert "make frames fills in the clip above with it." in page.all("dd")[1]["text"]'
}

# clips.tsv of an evaluation; the tutorial's score of the clip held out is $2.
clips_told() {
    {
        printf 'given\tspeaker\tdigit\tclip\tmodel\t5 ms\t10 ms\t20 ms\t50 ms\tall\n'
        printf '0.5\tespeak\t0\t0_espeak_47\t%s\n' $"tutorial\t1\t1\t1\t1\t$2" $'mean\t0.5\tnan\t0.25\t0.125\t-0.0004' \
            $'other\t1\t1\t1\t1\t1' $'silence\t0\t0\t0\t0\t-0.0015' | sed 's/\\t/\t/g'
    } >"$1/evaluate/clips.tsv"
}

@test "report: an evaluation names its data, and gives the baselines of the clip if it scored the same clip" {
    cp -Rp "$FRESH" out
    evaluated_twice out
    sed -i 's/given$/embedded/;s/0 1/0/;s/a b/espeak/' out/evaluate/facts.tsv
    clips_told out "$(printf %.6f "$(cut -f 2 out/0.5/rows.r2)")"
    report OUT=out >log
    local with_rows='
page = Page("out/report.html")
lines, at = [], page.cells()
words = [re.sub(r"\s+", " ", element["text"]) for element in page.all("p")]
data, = [text for text in words if text.startswith("The data: ")]'
    py "$with_page$with_rows"'
assert data == "The data: 32 recordings that come with wavefill, digit 0; speaker espeak.", data
mean, first = [i for i, cell in enumerate(at) if cell == "mean, 50\u00a0%"]
assert at[mean:mean + 10] == ["mean, 50\u00a0%", "\u2013", "0.000", "1.000", "\u2013", "silence, 50\u00a0%", "\u2013", "\u22120.002", "1.002", "\u2013"], at[mean:mean + 10]
assert at[first:first + 5] == ["mean, 50\u00a0%", "0.500", "\u2013", "0.250", "0.125"], at[first:first + 5]
assert "other, 50\u00a0%" not in at and "mean, 25\u00a0%" not in at'
    # Another clip of that name; none of that name.
    clips_told out -0.7
    report OUT=out >log
    run -1 grep 'mean, 50' out/report.html
    sed -i 's/_47/_470/' out/evaluate/clips.tsv
    report OUT=out >log
    py "$with_page$with_rows"'
assert data == "The data: 32 recordings that come with wavefill, digit 0; speaker espeak. The clip above is not one of them.", data
assert "mean, 50\u00a0%" not in at'
}

@test "report: a clone in which git is missing, or does not tell, is shown without a revision" {
    cp -R "$ROOT/pipelines" .
    chmod -R u+w pipelines
    mkdir .git bin
    ln -s /usr/bin/* bin
    local made=(make -f pipelines/report.mk BIN="$BIN" PYTHON="$PYTHON" PROVIDED=0.5)
    run -0 --separate-stderr "${made[@]}" OUT=silent
    rm bin/git
    PATH=$PWD/bin run -0 --separate-stderr "${made[@]}" OUT=without
    # shellcheck disable=SC2154
    assert_equal "$(grep -v '^lsq-fit: warning: ' <<<"$stderr")" ''
    run -0 grep -c '<th scope="row">revision</th><td class="long">not known: git does not tell</td>' without/report.html
    cmp silent/report.html without/report.html
}

@test "report: the extended clip of another take or cut is left out, and that is said" {
    cp -Rp "$FRESH" out
    extended out
    local make=(make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=out)
    local said="report: frames/0.25 is not of the clip in 0.25, left out: run 'make frames' again with the same variables"
    run -0 --separate-stderr "${make[@]}" HOLDOUT=0_espeak_9 PROVIDED=0.25
    # shellcheck disable=SC2154
    assert_equal "$(grep ^report: <<<"$stderr")" "$said"
    run -1 grep -E 'clip frames|make frames|frames, 25|  frames/' out/report.html
    # As long as its own, cut elsewhere; then without a word what it is of.
    run -0 --separate-stderr "${make[@]}" PROVIDED=0.25
    assert_equal "$(grep ^report: <<<"$stderr")" ''
    run -0 grep -c 'clip frames' out/report.html
    cp out/frames/0.5/ChoppedTestClip.wav out/frames/0.25
    run -0 --separate-stderr "${make[@]}"
    assert_equal "$(grep ^report: <<<"$stderr")" "$said"
    run -0 grep -c 'clip frames' out/report.html
    assert_output 1
    rm out/frames/0.25/OriginalTestClip.wav
    cp out/0.25/ChoppedTestClip.wav out/frames/0.25
    run -0 --separate-stderr "${make[@]}"
    assert_equal "$(grep ^report: <<<"$stderr")" "$said"
    # Clips of another length, which cannot be shown together.
    some_short
    run -0 --separate-stderr "${make[@]}" FSDD=short SPEAKER=a PROVIDED=0.5
    assert_equal "$(grep ^report: <<<"$stderr")" "report: frames/0.5 is not of the clip in 0.5, left out: run 'make frames' again with the same variables"
}

@test "report: the repaired clip beside the damaged one, the first gap close up, in words and with its command" {
    cp -Rp "$FRESH" out
    repaired out
    report OUT=out >log
    py "$with_page"'
from scipy.io import wavfile
page = Page("out/report.html")
assert [element["text"] for element in page.all("h2")][1:4] == ["25\u00a0% given", "Gaps repaired", "What was done"]
assert [data(element["src"])[1] for element in page.all("audio")][6:] == [read_file("out/repair", name + "Clip.wav") for name in ("Damaged", "Repaired")]
assert [element["aria-label"] for element in page.all("audio")][6:] == ["Damaged, the clip with gaps", "Repaired, the clip with gaps"]
assert [element["text"] for element in page.all("h4")][6:] == ["Damaged 0.35\u00a0s", "Repaired 0.35\u00a0s"]
# Both edges of both gaps, over 2800 samples.
assert [element["style"] for element in page.all("i")][4:] == [f"left:{edge / 28:.4g}%" for edge in (400, 440, 1400, 1560)] * 2
words = [re.sub(r"\s+", " ", element["text"]) for element in page.all("p")]
at = words.index("Samples 400 to 439 (5 ms) were deleted and filled in by the nearest frames of other takes and of the clip itself: SNR 6.0 dB.")
assert words[at + 1] == "Samples 1400 to 1559 (20 ms) were deleted and filled in by an autoregression of order 80 of the clip itself: SNR \u22120.3 dB."
assert [element["text"] for element in page.all("h3")][-1] == "Close-up of the first gap"
assert page.by_id("repair-cut-d")["text"].startswith("From 10 ms before the cut to 15 ms after it"), page.by_id("repair-cut-d")
original, damaged, repaired = (wavfile.read(f"out/{name}Clip.wav")[1].astype(float) for name in ("0.5/OriginalTest", "repair/Damaged", "repair/Repaired"))
paths = [element for element in page.all("path") if "ul" not in element["in"]][-3:]
assert [element["class"] for element in paths] == ["true", "given", "frames"]
peak = max(abs(original[320:520]).max(), abs(repaired[320:520]).max())
for element, samples, first, last in zip(paths, (original, damaged, repaired), (320, 399, 399), (520, 441, 441)):
    got = np.array([[float(number) for number in point.split()] for point in element["d"].strip("M").split("L")])
    want = np.column_stack([(np.arange(first, last) - 320) / 199 * 700, 100 - 96 * samples[first:last] / peak])
    assert got.shape == want.shape and abs(got - want).max() < 0.01
cuts = [float(element["x1"]) for element in page.all("line") if element["class"] == "cut"][-2:]
assert np.allclose(cuts, [79.5 / 199 * 700, 119.5 / 199 * 700], atol=0.01), cuts
assert page.all("pre")[0]["text"].splitlines()[0] == "make repair DIGIT=0 SPEAKER=espeak SEED=7 GAPS=\u00275ms@50ms 20ms@50%\u0027"
assert page.all("pre")[2]["text"].count("  repair/") == 3'
    # One gap; a change of it is shown.
    sed -i 2d out/repair/repair.txt
    cp out/0.5/OriginalTestClip.wav out/repair/RepairedClip.wav
    cp out/0.5/OriginalTestClip.wav out/repair/DamagedClip.wav
    report OUT=out >log
    run -0 grep -o -e '<h2 id="repair">.*<' -e 'aria-label="Damaged[^"]*"' -e '<h3>Close-up of the .*gap' -e '>With .*gaps*' out/report.html
    assert_output '<h2 id="repair">A gap repaired<
aria-label="Damaged, the clip with a gap"
>With silence in the gap
<h3>Close-up of the gap'
}

@test "report: a clip that make repair has repaired is shown; a repair of another clip is left out, and that is said" {
    cp -Rp "$FRESH" out
    make -f "$ROOT/pipelines/repair.mk" BIN="$BIN" OUT=out GAPS='5ms@80% 20ms@0.1s' >log 2>&1
    local make=(make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=out)
    local said="report: repair is not of the clip in 0.5, left out: run 'make repair' again with the same variables"
    run -0 --separate-stderr "${make[@]}"
    # shellcheck disable=SC2154
    assert_equal "$(grep ^report: <<<"$stderr")" ''
    run -0 grep -c '^<p>Samples .* to .* ms) were deleted' out/report.html
    assert_output 2
    run -0 grep -c '  repair/' out/report.html
    assert_output 3
    make -f "$ROOT/pipelines/repair.mk" BIN="$BIN" OUT=other FILE="$CORPUS/0_espeak_9.wav" >log 2>&1
    mv out/repair keep
    mv other/repair out
    run -0 --separate-stderr "${make[@]}"
    assert_equal "$(grep ^report: <<<"$stderr")" "$said"
    run -1 grep -E 'id="repair"|make repair|  repair/' out/report.html
    # Each of these differs from what is shown in one thing: a file, and what is done to it.
    cd out || exit 1
    local file change
    while read -r file change; do
        cp ../keep/* repair
        eval "$change" <"../keep/$file" >"repair/$file"
        run -0 --separate-stderr "$PYTHON" -I -B "$ROOT/pipelines/report" facts -o facts --provided=0.5 --recordings="$CORPUS" \
            stream-show -- repair/repair.txt
        assert_equal "$file $change: $stderr" "$file $change: $said"
        run -1 grep repair/ facts
    done <<'END'
RepairedClip.wav sox - -t wav - vol 0.5
DamagedClip.wav sox - -t wav - trim 0 2799s
DamagedClip.wav sox - -t wav - channels 2
RepairedClip.wav { head -c 44; head -c 2 /dev/zero | tr '\0' '\1'; } | cat - <(tail -c +47 ../keep/RepairedClip.wav)
repair.txt tac
repair.txt sed 's/to [0-9]*,/to 999999,/'
repair.txt sed s/samples/columns/
repair.txt cat; rm repair/DamagedClip.wav
END
}

@test "report: SNR against the length of the gap, a line a model, and its data" {
    cp -Rp "$FRESH" out
    evaluated out
    gaps_told out
    report OUT=out >log
    py "$with_page"'
page = Page("out/report.html")
paths = [(element["class"], element["d"]) for element in page.all("path") if "ul" not in element["in"]][-3:]
# 12.5 dB is at 4, -2.5 at 196 of 200, 50 ms at 700; what has no score ends its line.
assert paths == [("frames", "M70 4L140 36L280 68L700 196"), ("silence", "M70 164L140 164L280 164L700 164"), ("other1", "M70 100L140 100L280 132")], paths
labels = re.findall(r"<b class=\"([xy])\" style=\"\w+:([\d.]+)%\">(.*?)</b>", page.source[page.source.index("id=\"gaps\""):])
assert labels == [("x", str(20 * at), f"{10 * at}\u00a0ms") for at in range(6)] + [("y", "82", "0"), ("y", "50", "5"), ("y", "18", "10")], labels
assert page.by_id("gaps-1-d")["text"] == ("nearest frames 12.5 dB at 5 ms, 10.0 dB at 10 ms, 7.5 dB at 20 ms, \u22122.5 dB at 50 ms; "
    "silence 0.0 dB at 5 ms, 0.0 dB at 10 ms, 0.0 dB at 20 ms, 0.0 dB at 50 ms; autoregression 5.0 dB at 5 ms, 5.0 dB at 10 ms, 2.5 dB at 20 ms.")
assert [element["text"] for element in page.all("li")][-3:] == ["nearest frames", "silence", "autoregression"]
assert "The data: 12 gaps in the recordings of lucas, theo." in [element["text"] for element in page.all("p")]
assert [element["text"] for element in page.all("caption")][-3:-1] == ["SNR in dB, nearest frames", "SNR in dB, autoregression"]
cells = page.cells()
at = cells.index("Speaker")
assert cells[at:at + 12] == ["Speaker", "Gaps", "5 ms", "10 ms", "20 ms", "50 ms", "all speakers", "12", "12.50", "10.00", "7.50", "\u22122.50"], cells[at:at + 12]
assert cells[at + 42:at + 48] == ["lucas", "12", "5.00", "5.00", "2.50", "\u2013"], cells[at + 42:at + 48]'
    # Without a score there is nothing to draw; without an evaluation beside it, nothing to show.
    sed -i 's/-*[0-9]*[.][0-9]*/nan/g' out/evaluate/gaps.tsv
    report OUT=out >log
    run -1 grep 'id="gaps-1' out/report.html
    run -0 grep -c 'id="gaps"' out/report.html
    rm out/evaluate/summary.tsv
    report OUT=out >log
    run -1 grep 'id="gaps"' out/report.html
}

@test "report: it credits the recordings it holds, those of the Free Spoken Digit Dataset with their licence" {
    local take
    mkdir fsdd mine
    for take in 0 1 2 3; do
        cp "$CORPUS/0_espeak_$take.wav" "fsdd/0_jackson_$take.wav"
        cp "$CORPUS/0_espeak_$take.wav" "mine/0_a_$take.wav"
    done
    report OUT=named FSDD=fsdd PROVIDED=0.5 >log
    report OUT=of-mine FSDD=mine SPEAKER=a PROVIDED=0.5 >log
    local with_credits='
def credits(path):
    return [re.sub(r"\s+", " ", element["text"]) for element in Page(path).all("p") if element["text"].startswith("Recordings: ")]
unknown = ["Recordings: from a folder; who made them and under which licence is not known here. Those of the Free Spoken Digit Dataset "
    "are known by the SHA-256 sums of their takes 0 and 49."]'
    py "$with_page$with_credits"'
assert credits(sys.argv[1] + "/report.html") == ["Recordings: wavefill\u2019s own corpus, synthetic speech by eSpeak NG, MIT licence."]
# A name proves nothing.
assert credits("of-mine/report.html") == credits("named/report.html") == unknown' "$FRESH"
    # What sha256sum prints for the real one.
    cd named || exit 1
    local sum
    sum=$(sha256sum <../fsdd/0_jackson_0.wav | cut -c 1-64)
    sed -i "s/$sum/eea86018ce1730baaf7f5dd6ec88c1f727dd90203521a9115b489310a248ea05/" report.facts
    "$PYTHON" -I -B "$ROOT/pipelines/report" page -o report.html report.facts
    py "$with_page$with_credits"'
assert credits("report.html") == ["Recordings: Free Spoken Digit Dataset, https://github.com/Jakobovski/free-spoken-digit-dataset, "
    "CC BY-SA 4.0. The clips on this page are made from them and are under the same licence."]'
}

# Four takes of 900 samples in the folder short, and a text beside one.
some_short() {
    local take
    mkdir short
    for take in 0 1 2 3; do
        sox "$CORPUS/0_espeak_$take.wav" "short/0_a_$take.wav" trim 1000s 900s
    done
    echo zero >short/0_a_0.txt
}

@test "report: scores over the first ms are those before rounding, of as many columns as the models are fitted to" {
    some_short
    # 8100 samples a second: 5 ms are 40.5.
    local path
    for path in short/*.wav; do
        sox "$path" -t raw - | sox -t raw -r 8100 -e signed -b 16 -c 1 - other.wav
        mv other.wav "$path"
    done
    report OUT=out FSDD=short SPEAKER=a >log
    py "$with_page"'
page = Page("out/report.html")
cells = page.cells()
at = cells.index("5\u00a0ms")
assert cells[at:at + 4] == [f"{ms}\u00a0ms" for ms in (5, 10, 20, 50)]
truth, want = x(read("out/heldout.mat"))[0].astype(float), []
for portion, share in ("0.5", "50"), ("0.25", "25"):
    filled = x(read(f"out/{portion}/predicted.mat"))[0]
    want.append(f"tutorial, {share}\u00a0%")
    for count in 41, 81, 162, 405:
        t, f = truth[-len(filled):][:count], filled[:count]
        want.append(f"{1 - ((t - f) ** 2).sum() / ((t - t.mean()) ** 2).sum():.3f}".replace("-", "\u2212"))
assert cells[at + 4:at + 14] == want, (cells[at + 4:at + 14], want)
# What is no recording is no input.
assert [line.split()[1] for line in page.all("pre")[1]["text"].splitlines()] == [f"0_a_{take}.wav" for take in range(4)]'
}

@test "report: what it says of the scores is so for clips that are not silent in the middle, and where samples are met exactly" {
    mkdir flat slow
    # Around 3000, so that silence is far off, and the same in each take where it goes on.
    py '
from scipy.io import wavfile
rng = np.random.default_rng(1)
for take in range(6):
    y = 3000 + 200 * np.sin(np.arange(1200) / 9) + rng.normal(0, 30, 1200)
    y[1190:] = 3000
    wavfile.write(f"flat/0_a_{take}.wav", 1000, y.astype(np.int16))
    wavfile.write(f"slow/0_a_{take}.wav", 100, y[:300].astype(np.int16))'
    report OUT=out FSDD=flat SPEAKER=a PROVIDED=0.5 >log
    run -1 grep -i 'silence would\|score is 0\.0' out/report.html
    run -0 grep -c 'the share of samples that are met exactly' out/report.html
    assert_output 1
    # All but those 10 of 600 are missed. What lasts a second is not repeated.
    assert_equal "$(cut -c 1-6 out/0.5/columns.r2)" 0.0166
    run -0 grep -c '<td class="number">0.017</td><td' out/report.html
    run -0 grep -o '<audio controls[a-z ]*' out/report.html
    assert_output $'<audio controls preload\n<audio controls loop preload\n<audio controls preload'
    # Fewer samples than a phone has pixels.
    report OUT=slowly FSDD=slow SPEAKER=a PROVIDED=0.5 >log
    run -0 grep -c '<img alt="Spectrogram of ' slowly/report.html
    assert_output 3
}

@test "report: what cannot be shown is refused in one line, and the page before stays" {
    cp -Rp "$FRESH" out
    cd out || exit 1
    page() { "$PYTHON" -I -B "$ROOT/pipelines/report" page -o new.html report.facts; }
    local clip=0.5/ExtrapolatedClip.wav
    cp "$clip" keep
    head -c 40 keep >"$clip"
    refuses 1 "report: $clip: nothing that can be read, expected a WAV file of 16 bits, mono" page
    head -c 1000 keep >"$clip"
    refuses 1 "report: $clip: 478 samples, expected 2800 as its header says" page
    echo 'no recording at all, but text, more than forty-four bytes' >"$clip"
    refuses 1 "report: $clip: nothing that can be read, expected a WAV file of 16 bits, mono" page
    sox keep -r 16000 "$clip"
    refuses 1 "report: $clip: 5600 samples at 16000 Hz, expected 2800 at 8000 Hz as in 0.5/OriginalTestClip.wav" page
    sox keep -b 8 -t wav "$clip"
    refuses 1 "report: $clip: 1 channels of 8 bits, expected one of 16" page
    rm "$clip"
    refuses 1 "report: $clip: No such file or directory" page
    cp 0.5/OriginalTestClip.wav "$clip"
    mv 0.5/ChoppedTestClip.wav keep2
    cp "$clip" 0.5/ChoppedTestClip.wav
    refuses 1 'report: 0.5/ChoppedTestClip.wav: 2800 samples, expected fewer than the 2800 of 0.5/OriginalTestClip.wav' page
    mv keep2 0.5/ChoppedTestClip.wav
    mv keep "$clip"
    cp heldout.mat keep
    head -c 20 keep >heldout.mat
    refuses 1 'report: stream-show: heldout.mat: truncated after 20 bytes, inside a map' page
    mv keep heldout.mat
    mv 0.5/model.lsq keep
    head -c 10 keep >0.5/model.lsq
    refuses 1 'report: stream-show: 0.5/model.lsq: truncated after 10 bytes, inside a map' page
    mv keep 0.5/model.lsq
    [ ! -e new.html ]
    refuses 1 'report: nowhere/new.html: No such file or directory' "$PYTHON" -I -B "$ROOT/pipelines/report" page -o nowhere/new.html report.facts
    cd ..
    evaluated out
    local row message
    while IFS='|' read -r row message; do
        printf '%b' "$row" >out/evaluate/time.tsv
        run -2 --separate-stderr make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=out
        assert_regex "$stderr" "(^|"$'\n'")report: evaluate/time.tsv: $message"$'\n'
        cmp out/report.html "$FRESH/report.html"
        run -0 find out -name '.wf-*'
        assert_output ''
    done <<'END'
|empty, expected columns such as model, ms, r2
a\tb\n|columns a, b, expected model, ms, r2
model\tms\tr2\nols\t1\n|row 1 of 2 columns, expected 3
ols\t1\t1\nols\t2\tx\n|row 2: '2' and 'x', expected numbers
END
    evaluated out
    printf 'speaker\tmodel\n' >out/evaluate/gaps.tsv
    run -2 --separate-stderr make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=out
    assert_regex "$stderr" "(^|"$'\n'")report: evaluate/gaps.tsv: columns speaker, model, expected speaker, model, gaps"$'\n'
    refuses 2 "$("$PYTHON" -c 'import ast, sys; print(ast.get_docstring(ast.parse(open(sys.argv[1], encoding="utf-8").read()), clean=False))' \
        "$ROOT/pipelines/report/__main__.py")" "$PYTHON" -I -B "$ROOT/pipelines/report"
}

@test "report: tools that are missing are named before anything is made" {
    mkdir bin
    local tool
    for tool in make sh dirname basename printf sed; do
        ln -s "$(command -v "$tool")" bin
    done
    run -2 --separate-stderr env PATH="$PWD/bin" make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" OUT=out
    assert_regex "$stderr" '\*\*\* sox is not in PATH, expected python3 and sox \(packages of these names\)\.  Stop\.$'
    run -2 --separate-stderr env PATH="$PWD/bin" make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON=python3 OUT=out
    assert_regex "$stderr" '\*\*\* python3 is not in PATH, expected python3 and sox \(packages of these names\)\.  Stop\.$'
    [ ! -e out ]
}

@test "report: installed, it makes the page with the filters in PATH" {
    # What has been built, under a name without spaces; another make, with other flags, is not to build it again.
    ln -s "$(dirname "$BIN")" "$BATS_TEST_TMPDIR/built"
    make -s -C "$ROOT" -o all BUILD="$BATS_TEST_TMPDIR/built" install PREFIX="$PWD/pre fix" >log 2>&1
    PATH="$PWD/pre fix/bin:$PATH" make -f 'pre fix/share/wavefill/report.mk' PYTHON="$PYTHON" OUT=out >log 2>&1
    local version
    version=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")
    diff <(sed 's|<td class="long">[^<]*</td>|<td>|' "$FRESH/report.html") <(sed 's|<td class="long">[^<]*</td>|<td>|' out/report.html)
    run -0 grep -c "<th scope=\"row\">revision</th><td class=\"long\">version $version</td>" out/report.html
}
