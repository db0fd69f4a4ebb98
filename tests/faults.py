"""Runs the filters with one call after the other made to fail (tests/unit/fault.c).

    faults.py WORK [CASE-PREFIX...]       in the empty folder WORK; BIN and UNIT as for tests

Each run either does all of its work or ends with status 1 and one message, with nothing on
stdout and no file but whole ones. What does not is printed: case, kind of call, its number,
the error, and who made the call."""

import collections
import ctypes
import errno
import mmap
import os
import re
import shutil
import signal
import struct
import sys
import time
import wave

import msgpack
import msgpack_numpy
import numpy as np

PROCESSES = 64
WHERE = 2048

# What each kind of call is made to fail with; 0 is a short count.
ERRORS = {
    "alloc": [errno.ENOMEM],
    "read": [errno.EIO, errno.EINTR, errno.EAGAIN, 0],
    "write": [errno.ENOSPC, errno.EIO, errno.EINTR, errno.EAGAIN, 0],
    "open": [errno.EMFILE, errno.EINTR],
    "close": [errno.EIO, errno.EINTR],
    "rename": [errno.ENOSPC, errno.EIO],
    "stat": [errno.EIO],
    "mkdir": [errno.ENOSPC],
    "unlink": [errno.EIO],
    "truncate": [errno.ENOSPC],
    "chmod": [errno.EIO],
    "seek": [errno.EIO],
    "mkstemp": [errno.ENOSPC, errno.EINTR],
    "opendir": [errno.EMFILE],
    "readdir": [errno.EIO],
    "link": [errno.EIO],
    "pipe": [errno.EMFILE],
    "fork": [errno.ENOMEM],
    "wait": [errno.EINTR],
    "poll": [errno.EINTR],
    "fcntl": [errno.EINVAL],
    "thread": [errno.EAGAIN],
    "load": [errno.ENOMEM],
    "fopen": [errno.EMFILE],
    "memstream": [errno.ENOMEM],
}
# Nothing is left undone that cannot be done by trying again.
MUST_WORK = {(kind, error) for kind in ERRORS for error in (errno.EINTR, 0)} | {(kind, errno.EAGAIN) for kind in ("read", "write", "thread")}
# These can fail when all is written to stdout: then all of it is there.
AFTER_STDOUT = {"close", "rename"}

Result = collections.namedtuple("Result", "status stdout stderr files struck calls where")


def pack(*maps):
    return b"".join(msgpack.packb(m, default=msgpack_numpy.encode) for m in maps)


def make_inputs():
    """The folder in/: recordings, and streams of every kind that the filters pass on."""
    rng = np.random.default_rng(5)
    os.makedirs("in/clips")
    clips = [np.cumsum(rng.integers(-50, 50, 30 + i)).astype(np.int16) for i in range(4)]
    for i, clip in enumerate(clips):
        with wave.open(f"in/clips/0_a_{i}.wav", "wb") as f:
            f.setparams((1, 2, 8000, 0, "NONE", ""))
            f.writeframes(clip.tobytes())
    names = [f"0_a_{i}" for i in range(4)]
    tall = np.round(rng.normal(size=(40, 5)) * 100).astype(np.int16)
    rows = np.array([clip[:30] for clip in clips])
    files = {
        "list": b"".join(f"in/clips/{name}.wav\0".encode() for name in names),
        "ragged": pack({"mat": 1, "x": clips, "names": names, "rate": 8000, "note": "kept"}),
        "rows": pack({"mat": 1, "x": rows, "names": names, "rate": 8000}),
        "one": pack({"mat": 1, "x": rows[:1], "names": names[:1], "rate": 8000}),
        "tall": pack({"mat": 1, "x": tall[:25], "last": False}, {"mat": 1, "x": tall[25:]}),
        # Frames of three recordings, in two blocks.
        "frames": pack({"mat": 1, "x": tall[:25], "names": [f"{i % 3}_a_0@{i}" for i in range(25)], "note": "kept", "last": False},
                       {"mat": 1, "x": tall[25:], "names": [f"{i % 3}_a_0@{i}" for i in range(25, 40)]}),
        "long": pack({"mat": 1, "x": rng.normal(size=(6000, 30))}),
        "given": pack({"mat": 1, "x": rows[:, :8], "names": names, "rate": 8000}),
        "predicted": pack({"mat": 1, "x": rows[:, 8:] + 0.25, "names": names, "rate": 8000, "col0": 8}),
        "dense": pack({"lsq": 1, "k": 8, "coef": rng.normal(size=(8, 22)), "intercept": rng.normal(size=22), "rate": 8000}),
        "thin": pack({"lsq": 1, "k": 8, "basis": rng.normal(size=(8, 2)), "loadings": rng.normal(size=(2, 22)),
                      "intercept": rng.normal(size=22)}),
        # What goes on from itself, to 9 and to -9, with a range to be cut off at.
        "lines": b"name,a,b\nx,1,2\ny,,3\n\"z\",4,5.5\n",
        "wave": pack({"lsq": 1, "k": 2, "coef": np.array([[-1.02], [1.4]]), "intercept": np.array([0.5]), "range": np.array([-9.0, 9.0])}),
        "local": pack({"lsq": 1, "k": 3, "targets": 2, "nearest": 4, "bandwidth": 0.1, "gain": 2, "ridge": 0.03, "ridge_relative": True,
                       "weight": 1, "x": tall, "names": [f"{i % 3}_a_0@{i}" for i in range(40)], "range": np.array([-400.0, 400.0])}),
        "part": pack({"lsq_partial": 1, "k": 3, "targets": 2, "rows": 9, "fit_intercept": True, "shift": np.ones(5),
                      "reduced": np.diag([9.0, 8, 7, 6, 5, 4]) + 1, "rss": np.ones(2), "range": np.array([-9.0, 9.0])}),
        "shards": b"# a name and none\nin/tall\n\t9\t-\n",
    }
    for name, data in files.items():
        with open("in/" + name, "wb") as f:
            f.write(data)
    # More than lsq-fit and split-holdout keep in memory of what they read twice.
    big = rng.integers(-999, 999, size=(1 << 10, 1 << 10), dtype=np.int16)
    with open("in/big", "wb") as f:
        for i in range(33):
            f.write(pack({"mat": 1, "x": big, "last": i == 32}))
    os.symlink("0_a_0.wav", "in/clips/0_a_9.wav")


class Case:
    """A command on these inputs. out: what is in out/ before it, each with its content, or
    with the name that it is a link to. kinds: all, or those that are worth the time; of each
    kind the first `most` calls.
    one_by_one: files appear as they are done, each of them whole. named: no file can be
    opened without a name."""

    def __init__(self, name, command, stdin="", out=None, kinds=None, most=1 << 30, one_by_one=False, named=False):
        self.name, self.command, self.out, self.kinds, self.most = name, command.split(), out or {}, kinds, most
        self.one_by_one, self.named = one_by_one, named
        self.stdin = "in/" + stdin if stdin else "/dev/null"

    def reset(self):
        shutil.rmtree("out", ignore_errors=True)
        os.mkdir("out")
        for path, content in self.out.items():
            if isinstance(content, str):
                os.symlink(content, "out/" + path)
            else:
                with open("out/" + path, "wb") as f:
                    f.write(content)


CASES = [
    Case("fsdd-load folder", "fsdd-load -q in/clips"),
    Case("fsdd-load chosen", "fsdd-load -q -d 0 -s a -t 0-1,3 in/clips/"),
    Case("fsdd-load list", "fsdd-load -q --files0-from=-", "list"),
    Case("fsdd-load stdin", "fsdd-load -q -", "clips/0_a_2.wav"),
    Case("pad-chop shortest", "pad-chop -q", "ragged"),
    Case("pad-chop longest of two", "pad-chop -q -l max -c 10%: in/ragged in/rows"),
    Case("pad-chop length", "pad-chop -q -l 20 -c 3:12", "ragged"),
    Case("pad-chop ranges", "pad-chop -q -l 20 -c 12:15,3:12 --reverse", "ragged"),
    Case("pad-chop frames", "pad-chop -q -f 7 --hop=3 -c 10%:", "ragged"),
    Case("split-holdout seed", "split-holdout -q --seed=7 -H out/held", "rows"),
    Case("split-holdout row", "split-holdout -q --row=1-2 -H out/held", "tall", {"held": b"old"}),
    Case("split-holdout two files", "split-holdout -q -r 0 -H out/held -o out/rest in/rows", out={"held": b"old"}, one_by_one=True),
    Case("split-holdout two named files", "split-holdout -q -r 0 -H out/held -o out/rest in/rows", out={"held": b"old"}, one_by_one=True, named=True),
    Case("split-holdout name", "split-holdout -q -n 0_a_1 -n 0_a_3 -H out/link in/ragged", out={"link": "held", "held": b"old"}),
    Case("split-holdout new by link", "split-holdout -q --row=0 -H out/link in/rows", out={"link": "held"}),
    Case("lsq-fit wide", "lsq-fit -q -g 8", "rows"),
    Case("lsq-fit tall", "lsq-fit -q -g 3 --dense in/tall"),
    Case("lsq-fit threads", "lsq-fit -q -g 15 --threads=2", "long"),
    Case("lsq-fit ridge", "lsq-fit -q -g 3 --ridge=auto --grid=1,10 --no-intercept", "tall"),
    Case("lsq-fit partial", "lsq-fit -q -g 20 --partial --threads=1", "long"),
    Case("lsq-fit weighted partial", "lsq-fit -q -g 3 --weight=0.25 --partial", "tall"),
    Case("lsq-fit both ways", "lsq-fit -q -g 20 --both-ways --threads=1", "long"),
    Case("lsq-fit both ways and part", "lsq-fit -q --both-ways in/part in/tall"),
    Case("lsq-fit parts and weighted rows", "lsq-fit -q --weight=4 in/part in/tall in/part"),
    Case("lsq-fit expected shards", "lsq-fit -q --expect=in/shards in/part in/tall"),
    Case("lsq-fit by name", "lsq-fit -q -g 3 --by-name", "frames"),
    Case("lsq-fit by name, others", "lsq-fit -q -g 3 --by-name --others --ridge=1% in/frames"),
    Case("lsq-fit by name, partial", "lsq-fit -q -g 2 --by-name --others --partial --no-intercept in/frames"),
    Case("lsq-fit left out", "lsq-fit -q -g 3 --left-out=out/left", "tall", {"left": b"old"}),
    Case("lsq-fit left out, wide", "lsq-fit -q -g 8 --weight=2 --ridge=auto --left-out=out/left in/rows"),
    Case("lsq-fit nearest", "lsq-fit -q -g 3 --nearest=4 in/frames"),
    Case("lsq-predict local", "lsq-predict -q -e 3 --clamp --others in/local in/frames"),
    Case("lsq-predict local, own", "lsq-predict -q --own=in/local in/local in/frames"),
    Case("lsq-predict dense", "lsq-predict -q in/dense", "rows"),
    Case("lsq-predict thin", "lsq-predict -q in/thin in/given in/rows"),
    Case("lsq-predict extend", "lsq-predict -q --extend=40 in/dense in/rows"),
    Case("lsq-predict clamp", "lsq-predict -q -e 40 --clamp in/wave", "rows"),
    Case("lsq-predict fill", "lsq-predict -q --fill=3:6,9:10 in/wave", "rows"),
    Case("stitch-wav stdout", "stitch-wav -q", "one"),
    Case("stitch-wav file", "stitch-wav -q -o out/clip.wav in/one", out={"clip.wav": b"old"}),
    Case("stitch-wav folder", "stitch-wav -q -o out/clips in/given in/predicted", one_by_one=True),
    Case("stitch-wav pieces", "stitch-wav -q -o out/clip.wav in/one in/one in/one"),
    Case("stitch-wav old folder", "stitch-wav -q -o out in/given -", "predicted", {"0_a_2.wav": b"old"}, one_by_one=True),
    Case("r2-score columns", "r2-score -q --average=none in/rows", "predicted"),
    Case("r2-score flat", "r2-score -q --flat --json in/rows in/predicted"),
    Case("r2-score rows", "r2-score -q --by-row --snr -c 3:50% in/rows", "predicted"),
    Case("r2-score pooled", "r2-score -q --pooled --snr --json in/rows in/predicted"),
    Case("csv-load", "csv-load -q -n 0 -m drop in/lines -", "lines"),
    Case("csv-load file", "csv-load -q -n name -m drop -t int16 -c a -o out/file in/lines", out={"file": b"old"}),
    Case("stream-show shards", "stream-show --shards in/part"),
    Case("stream-show", "stream-show in/ragged"),
    Case("stream-show rows", "stream-show --csv -o out/file", "rows", out={"file": b"old"}),
    Case("stream-show json", "stream-show --json in/thin"),
    Case("stream-show coefficients", "stream-show --coefficients in/thin in/dense"),
    # What does not fit into memory goes to a temporary file, which must not stay.
    Case("split-holdout big", "split-holdout -q --seed=7 -H out/held", "big",
         kinds=["open", "unlink", "seek", "close", "rename", "write"], most=1),
    Case("split-holdout big, named", "split-holdout -q --seed=7 -H out/held", "big", kinds=["open", "mkstemp", "rename"], most=1, named=True),
    Case("pad-chop file", "pad-chop -q -o out/file in/ragged", out={"file": b"old"}),
    Case("pad-chop named file", "pad-chop -q -o out/file in/ragged", out={"file": b"old"}, named=True),
]


def files_in(folder):
    found = {}
    for where, folders, names in os.walk(folder):
        for name in names + folders:
            path = os.path.join(where, name)
            if os.path.islink(path):
                found[path] = os.readlink(path)
            elif os.path.isdir(path):
                found[path] = "folder"
            else:
                with open(path, "rb") as f:
                    found[path] = f.read()
    return found


class Runner:
    def __init__(self):
        self.files = {name: os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600) for name in ("stdout", "stderr")}
        library = ctypes.CDLL(os.environ["UNIT"] + "/fault.so")
        self.names = ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(library, "fault_kinds"))).decode().split()
        self.slot = struct.Struct(f"={1 + len(self.names)}I")
        # By its name only: LD_PRELOAD would split a path at spaces.
        library_path = os.pathsep.join([os.environ["UNIT"]] + [p for p in [os.environ.get("LD_LIBRARY_PATH")] if p])
        self.environment = dict(os.environ, LD_PRELOAD="fault.so", LD_LIBRARY_PATH=library_path, TMPDIR=os.getcwd() + "/tmp", FAULT_REPORT=os.getcwd() + "/report",
                                OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        if SANITIZED:
            self.environment["ASAN_OPTIONS"] += ":verify_asan_link_order=0"
        self.runs = 0
        self.reached = set()
        self.without_memory = set()
        os.mkdir("tmp")

    def content(self, name):
        size = os.fstat(self.files[name]).st_size
        return os.pread(self.files[name], size, 0)

    def run(self, case, kind="", at=0, error=0, process=0, on=False):
        # A new file: a process that has outlived the run before still counts its calls in the old one.
        with open("report.new", "w+b") as file:
            file.truncate(WHERE + 4 + PROCESSES * self.slot.size)
            report = mmap.mmap(file.fileno(), 0)
        os.rename("report.new", "report")
        for name in "stdout", "stderr":
            os.ftruncate(self.files[name], 0)
            os.lseek(self.files[name], 0, os.SEEK_SET)
        environment = dict(self.environment, FAULT_CALL=kind, FAULT_AT=str(at), FAULT_ERROR=str(error), FAULT_PROCESS=str(process), FAULT_ON=str(int(on)))
        if case.named:
            environment["FAULT_NAMED"] = "1"
        actions = [(os.POSIX_SPAWN_OPEN, 0, case.stdin, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, self.files["stdout"], 1),
                   (os.POSIX_SPAWN_DUP2, self.files["stderr"], 2)]
        pid = os.posix_spawn(os.environ["BIN"] + "/" + case.command[0], case.command, environment, file_actions=actions)
        status = self.wait(pid)
        self.runs += 1
        processes = struct.unpack_from("=I", report, WHERE)[0]
        slots = [self.slot.unpack_from(report, WHERE + 4 + i * self.slot.size) for i in range(min(processes, PROCESSES))]
        where = report[:WHERE].split(b"\0")[0].decode()
        return Result(status, self.content("stdout"), self.content("stderr").decode("utf-8", "replace"), files_in("out"), sum(s[0] for s in slots),
                      [dict(zip(self.names, s[1:])) for s in slots], where)

    @staticmethod
    def wait(pid):
        """The exit status; minus the signal's number; "hangs" after 20 seconds."""
        signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
        signal.alarm(20)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        left = signal.alarm(0)
        return status if left > 0 else "hangs"


def what_is_wrong(case, want, before, got, kind, error):
    """None, or what the run should not have done."""
    if files_in("tmp"):
        shutil.rmtree("tmp")
        os.mkdir("tmp")
        return "a file is left in TMPDIR"
    if got.status == 0:
        if got.stderr != want.stderr:
            return "messages, and status 0"
        if got.stdout != want.stdout:
            return "other bytes on stdout"
        return None if got.files == want.files else "other files: " + " ".join(sorted(got.files))
    if got.status != 1:
        return f"status {got.status}"
    if (kind, error) in MUST_WORK:
        return "it must succeed"
    if not re.fullmatch(re.escape(case.command[0]) + r": [^\n]+\n", got.stderr):
        return f"{got.stderr.count(chr(10))} lines on stderr"
    if got.stdout and not (kind in AFTER_STDOUT and got.stdout == want.stdout):
        return f"{len(got.stdout)} bytes on stdout of {len(want.stdout)}"
    for path in got.files.keys() | before.keys():
        now = got.files.get(path)
        if now != before.get(path) and not (case.one_by_one and now == want.files.get(path)):
            return f"{path} is left or changed"
    return None


# What is known not to hold, each with its reason: (filter, kind of call, error or None for all,
# how the function's name begins that made the call, or None, what it does instead).
KNOWN = [
    # OpenBLAS's kernels for small products, where the processor has AVX-512, do not look at what malloc says.
    ("lsq-fit", "alloc", errno.ENOMEM, "dgemm_small_kernel_", "status -11"),
    ("lsq-predict", "alloc", errno.ENOMEM, "dgemm_small_kernel_", "status -11"),
]
# Under AddressSanitizer a run takes ten times as long: every third call is made to fail. It
# ends itself where it has no memory to begin a thread.
SANITIZED = "ASAN_OPTIONS" in os.environ
STEP = 3 if SANITIZED else 1
# A test of a kind of call that no filter makes would be none.
REACHED = set("alloc read write open close rename stat mkdir chmod mkstemp seek opendir readdir link fcntl thread memstream load".split())


def is_known(case, kind, error, got, wrong):
    # The first is the one that made the call, as FILE:FUNCTION.
    function = got.where.split(" ")[0].partition(":")[2]
    return any(name == case.command[0] and known_kind == kind and known_error in (error, None) and wrong == known_wrong and
               function.startswith(known or "") for name, known_kind, known_error, known, known_wrong in KNOWN)


def reached(got, process, kind):
    return got.calls[process][kind] if process < len(got.calls) else 0


def try_all(runner, case, failures):
    case.reset()
    before = files_in("out")
    want = runner.run(case)
    for calls in want.calls:
        runner.reached.update(kind for kind in calls if calls[kind] > 0)
    assert want.status == 0 and want.struck == 0 and want.stderr == "", (case.name, want)
    got = want
    for process, calls in enumerate(want.calls):
        for kind in case.kinds or ERRORS:
            if SANITIZED and kind == "alloc" and calls["thread"] > 0:
                continue
            for error in ERRORS[kind]:
                for at in range(1, min(calls[kind], case.most) + 1, STEP):
                    for on in (False, True):
                        # All calls for memory from there on, once for each way that leads to it in a filter.
                        place = case.command[0], got.where
                        if on and (kind != "alloc" or place in runner.without_memory):
                            continue
                        if on:
                            runner.without_memory.add(place)
                        if got.files != before:
                            case.reset()
                        got = runner.run(case, kind, at, error, process, on)
                        wrong = what_is_wrong(case, want, before, got, kind, error)
                        # How often processes that talk to each other read and wait is not always the same.
                        if got.struck == 0 and (len(want.calls) == 1 or reached(got, process, kind) >= at):
                            wrong = "the call was not made to fail"
                        if wrong is None or is_known(case, kind, error, got, wrong):
                            continue
                        name = "short" if error == 0 else errno.errorcode[error]
                        failures.append(f"{case.name}: {kind} {at}{' on' if on else ''} of {calls[kind]}, {name}, process {process}: "
                                        f"{wrong}: {got.stderr!r} {got.where}")
                        print(failures[-1], flush=True)


def main():
    os.chdir(sys.argv[1])
    make_inputs()
    runner = Runner()
    failures = []
    for case in CASES:
        if not sys.argv[2:] or case.name.startswith(tuple(sys.argv[2:])):
            start, runs = time.monotonic(), runner.runs
            try_all(runner, case, failures)
            print(f"{case.name}: {runner.runs - runs} runs, {time.monotonic() - start:.1f} s", file=sys.stderr)
    if not sys.argv[2:] and not REACHED <= runner.reached:
        failures.append(f"no case calls {' '.join(sorted(REACHED - runner.reached))}")
        print(failures[-1])
    print(f"{runner.runs} runs, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
