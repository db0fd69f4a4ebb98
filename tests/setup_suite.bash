# Stops the run where what the tests stand on is missing: no test may skip for it.
setup_suite() {
    local missing='' tool
    for tool in "${PYTHON:-/usr/bin/python3}" sox ffmpeg flac lame gst-launch-1.0 mandoc git strace cmp; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    # Found, not imported, which takes a second a file.
    "${PYTHON:-/usr/bin/python3}" -c 'import sys, importlib.util
sys.exit(not all(map(importlib.util.find_spec, "numpy scipy sklearn msgpack msgpack_numpy".split())))' 2>/dev/null ||
        missing="$missing python3-numpy python3-sklearn python3-msgpack-numpy"
    if [ -n "$missing" ]; then
        echo "missing:$missing; ./setup installs what the tests need" >&2
        return 1
    fi
}
