# The rule of includes, which make lint checks, and what counts the code.

load common

# A copy, to break.
setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
    cp -R "$ROOT"/{cmd,libcommon} .
    chmod -R u+w .
}

# includes LINE FILE...: as the first line of each.
includes() {
    local line=$1
    shift
    sed -i "1i $line" "$@"
}

# walls MESSAGE...: these, one a line, and status 1.
walls() {
    run -1 "$ROOT/tests/walls" .
    assert_output "$(printf 'walls: %s\n' "$@")"
}

@test "walls: the project's includes keep the rule" {
    run -0 "$ROOT/tests/walls"
    assert_output ''
    run -0 "$ROOT/tests/walls" .
    assert_output ''
}

@test "walls: an include that the rule of its folder forbids is told with its place" {
    includes '#include "base/msg.h"' libcommon/lsq/wide.c libcommon/math/range.h libcommon/stream/map.c
    walls 'libcommon/lsq/wide.c:1: found "base/msg.h", expected no folder but lsq math' \
        'libcommon/math/range.h:1: found "base/msg.h", expected no folder but math'
    includes '  #  include "cmd/lsq-fit.h"' cmd/lsq-predict.c
    sed -i 1d libcommon/lsq/wide.c libcommon/math/range.h
    walls 'cmd/lsq-predict.c:1: found "cmd/lsq-fit.h", expected no folder but audio base fit lsq math model show stream text'
}

@test "walls: an include without its folder is told" {
    includes '#include "num.h"' libcommon/base/fd.c
    walls 'libcommon/base/fd.c:1: found "num.h", expected its folder before it'
}

@test "walls: a library has one door" {
    includes '#include <sox.h>' libcommon/audio/riff.c
    includes '#include <msgpack/pack.h>' cmd/pad-chop.c
    includes '#include <lapacke.h>' libcommon/lsq/tall.c
    includes '#include <cblas.h>' libcommon/lsq/tall.c
    includes '#include <msgpack.h>' libcommon/stream/pack.c
    includes '#include <xxhash.h>' libcommon/fit/roll_call.c
    walls 'cmd/pad-chop.c:1: found <msgpack.h>, expected it in no file but libcommon/stream/map.c libcommon/stream/pack.c' \
        'libcommon/audio/riff.c:1: found <sox.h>, expected it in no file but libcommon/audio/wav.c' \
        'libcommon/fit/roll_call.c:1: found <xxhash.h>, expected it in no file but libcommon/math/row_hash.h' \
        'libcommon/lsq/tall.c:1: found <cblas.h>, expected it in no file but libcommon/lsq/lapack.c' \
        'libcommon/lsq/tall.c:2: found <lapacke.h>, expected it in no file but libcommon/lsq/lapack.c'
}

@test "walls: a circle is told, of headers as of what a module includes for itself" {
    rm libcommon/*/* cmd/*
    printf '#include "base/b.h"\n' >libcommon/base/a.h
    printf '#include "base/b.h"\n#include "base/c.h"\n' | tee libcommon/base/b.c >libcommon/base/d.c
    printf '#include "base/a.h"\n#include "base/c.h"\n' >libcommon/base/c.c
    touch libcommon/base/{b,c}.h
    walls 'circle: base/a -> base/b -> base/c -> base/a'
    # b no longer leads to c: all of them go one way.
    sed -i 2d libcommon/base/b.c
    run -0 "$ROOT/tests/walls" .
    assert_output ''
    # Two headers, in two folders.
    printf '#include "stream/f.h"\n' >libcommon/stream/e.h
    printf '#include "stream/e.h"\n' >libcommon/stream/f.h
    walls 'circle: stream/e -> stream/f -> stream/e'
}

@test "count: files, functions, lines and duplicates of a small project" {
    rm -r libcommon/*/* cmd/*
    mkdir pipelines
    printf 'all:\n\ttrue\n' >pipelines/x.mk
    # One function of 3 lines and two of 9, which differ in names, numbers and strings alone.
    {
        printf '#include "base/num.h"\n\nint zero(void)\n{\n}\n\n'
        printf 'int %s(int %s)\n{\n    /* %s */\n    f(%d, "%s");\n    g(%s);\n\n    if (h(%s))\n        return 1;\n}\n\n' \
            one a b 1 c d e two bb cc 22 'd d' ee ff
    } >cmd/x.c
    run -0 "$ROOT/tests/count" --list .
    assert_output 'files a folder:            cmd 1
includes without a folder: 0
includes against the rule: 0
circles:                   0
functions:                 3, 9 lines in the middle, 9 at most
lines of C:                26
lines of the pipelines:    2 in makefiles, shell and awk
duplicates:                1 runs, 7 lines
  7 lines at cmd/x.c:17 as at cmd/x.c:7'
}
