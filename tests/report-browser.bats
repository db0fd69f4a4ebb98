# The page of pipelines/report.mk as Chromium shows it: on a phone and a desktop, light and dark.

load common

setup_file() {
    command -v "${CHROMIUM:-chromium}" >/dev/null || return 0
    export OUT="$BATS_FILE_TMPDIR/fresh run"
    make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" OUT="$OUT" >"$BATS_FILE_TMPDIR/log" 2>&1
    make -f "$ROOT/pipelines/repair.mk" BIN="$BIN" OUT="$OUT" GAPS=100ms@50% >"$BATS_FILE_TMPDIR/log" 2>&1
    # An evaluation, with the columns of a real one.
    mkdir "$OUT/evaluate"
    printf '%s\n' $'given\tmodel\tclips\t5 ms\t10 ms\t20 ms\t50 ms\tall' \
        0.25$'\t'{tutorial,silence}$'\t50\t-0.085789\t-0.421498\t-0.707012\t-1.187513\t-1.886954' >"$OUT/evaluate/summary.tsv"
    printf '%s\t%s\t%s\t%s\n' given model ms r2 0.25 tutorial 0 1 0.25 tutorial 50 -3 0.25 tutorial 100 0 0.25 silence 0 0 0.25 silence 100 0 \
        >"$OUT/evaluate/time.tsv"
    printf '%s\n' $'speaker\tmodel\tgaps\t5 ms\t10 ms\t20 ms\t50 ms' {'all speakers',yweweler}$'\t'{nearest,lsar}$'\t2394\t12.53\t10.91\t-8.20\t-10.71' \
        >"$OUT/evaluate/gaps.tsv"
    make -f "$ROOT/pipelines/report.mk" BIN="$BIN" PYTHON="$PYTHON" OUT="$OUT" >"$BATS_FILE_TMPDIR/log" 2>&1
    "$PYTHON" "$ROOT/tests/browser.py" inspect "$OUT/report.html" >"$BATS_FILE_TMPDIR/found"
    export FOUND="$BATS_FILE_TMPDIR/found"
}

setup() {
    command -v "${CHROMIUM:-chromium}" >/dev/null || skip 'chromium is not found: ./setup installs it'
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# For py: what was found of each view, by name.
with_views='
import json, os
with open(os.environ["FOUND"]) as f:
    views = json.load(f)
assert list(views) == ["phone-light", "phone-dark", "desktop-light", "desktop-dark"]
'

@test "browser: each player knows how long its clip is, each picture has a size" {
    py "$with_views"'
for name, view in views.items():
    assert view["title"] == "0_espeak_47: its end filled in"
    assert [player["duration"] for player in view["players"]] == [0.35, 0.175, 0.35, 0.35, 0.0875, 0.35, 0.35, 0.35], view["players"]
    assert [picture["natural"] for picture in view["pictures"]] == [[width, 129] for width in (700, 350, 700, 700, 175, 700, 700, 700)]
    assert [drawing["paths"] for drawing in view["drawings"]] == [2, 2, 2, 2, 3, 2, 2]
    for element in view["players"] + view["pictures"] + view["drawings"]:
        assert min(element["box"]) > 40, (name, element)'
}

@test "browser: nothing but the page is asked for, and nothing is complained of" {
    py "$with_views"'
import pathlib
for name, view in views.items():
    assert view["requests"] == [pathlib.Path(os.environ["OUT"], "report.html").as_uri()], view["requests"]
    assert view["console"] == [], view["console"]'
}

@test "browser: it fits a phone's width, and follows light and dark" {
    py "$with_views"'
def luminance(colour):
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
for name, view in views.items():
    assert view["width"] == [360 if name.startswith("phone") else 1280] * 2, (name, view["width"])
    assert view["past"] == [], view["past"]
    ink, paper = map(luminance, view["colours"])
    assert (ink < paper) == name.endswith("light")
    # WCAG 2: 7 to 1 is its highest demand.
    assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) > 7'
}

@test "browser: no label is drawn over by a curve or another label, no table is cut off on a phone" {
    py "$with_views"'
for name, view in views.items():
    assert view["over"] == [], (name, view["over"])
    assert view["scrolled"] == [], (name, view["scrolled"])'
}

@test "browser: it does see what it looks for: requests, errors, overflow, sounds and pictures that are none" {
    cat >broken.html <<'END'
<!DOCTYPE html><title>broken</title><meta name="viewport" content="width=device-width, initial-scale=1">
<main><p style="width:500px">wide</p><audio src="data:audio/wav;base64,AAAA"></audio><img alt="none" src="data:image/png;base64,AAAA">
<img alt="elsewhere" src="http://127.0.0.1:9/picture.png">
<div class="wave"><svg width="9" height="9"></svg><b style="margin-left:-5px">over</b></div>
<div class="wide" style="width:9px;overflow:auto">columns</div></main><script>undefined_function()</script>
END
    "$PYTHON" "$ROOT/tests/browser.py" inspect broken.html >found
    FOUND=found py "$with_views"'
for name, view in views.items():
    assert view["players"][0]["duration"] is None and view["pictures"][0]["natural"] == [0, 0]
    assert view["requests"][1:] == ["http://127.0.0.1:9/picture.png"], view["requests"]
    assert any("ERR_" in text for text in view["console"]) and any("Uncaught" in text for text in view["console"]), view["console"]
    assert view["over"] == ["over"] and view["scrolled"] == ["columns"], view
    assert bool(view["past"]) == name.startswith("phone")'
}

@test "browser: screenshots of one view and of all four are whole pictures" {
    "$PYTHON" "$ROOT/tests/browser.py" screenshot "$OUT/report.html" one.png --only=phone-dark --part=h1
    echo '<!DOCTYPE html><meta name="viewport" content="width=device-width"><main><h1>short</h1><p style="height:900px"></main>' >short.html
    "$PYTHON" "$ROOT/tests/browser.py" screenshot short.html all.png
    py '
import struct
def size(path):
    with open(path, "rb") as f:
        head = f.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:])
width, height = size("one.png")
assert width == 2 * 328 and 60 < height < 400, (width, height)
width, height = size("all.png")
assert width == 2 * (360 + 1280) + 3 * 16 and 900 < height < 1100, (width, height)'
    run -1 --separate-stderr env CHROMIUM=no-such-browser "$PYTHON" "$ROOT/tests/browser.py" screenshot "$OUT/report.html" none.png
    # shellcheck disable=SC2154
    assert_equal "$stderr" 'browser: no-such-browser is not found, expected it in PATH: ./setup installs it'
    [ ! -e none.png ]
}
