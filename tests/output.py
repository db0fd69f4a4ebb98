"""What is left of an output when the filter that writes it is stopped; in the folder sub, which must exist.

    output.py signals SIGNAL,... COMMAND...   the command waits for standard input while the signal comes
    output.py kills N < COMMANDS              SIGKILL at random moments, a command a line
    output.py replacing COMMAND...            SIGKILL between the two calls that replace a file

Commands write to sub/file. With FAULT_NAMED a file of theirs has a name from the start."""

import ctypes
import os
import random
import resource
import signal
import subprocess
import sys
import time

FILE = "sub/file"
ENDING = [getattr(signal, "SIG" + name) for name in "HUP INT QUIT TERM USR1 USR2 PIPE XCPU XFSZ ALRM VTALRM PROF".split()]


def prepare():
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)


def others():
    return [name for name in os.listdir("sub") if name != "file"]


def content():
    with open(FILE, "rb") as f:
        return f.read()


def put(data):
    if data is None:
        if os.path.exists(FILE):
            os.remove(FILE)
        return
    with open(FILE, "wb") as f:
        f.write(data)


def has_unnamed(pid):
    folder = os.path.realpath("sub") + "/#"
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            if os.readlink(f"/proc/{pid}/fd/{fd}").startswith(folder):
                return True
        except OSError:
            pass
    return False


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def signals(names, command):
    named = "FAULT_NAMED" in os.environ
    for number in ENDING if names == "all" else [getattr(signal, "SIG" + name) for name in names.split(",")]:
        put(b"old")
        p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, preexec_fn=prepare)
        wait_until(lambda: others() if named else has_unnamed(p.pid))
        assert named or others() == [], others()
        p.send_signal(number)
        assert p.wait(20) == -number, (command, number, p.returncode)
        assert (content(), others()) == (b"old", []), (command, number, content(), others())


def wait_for_orphans():
    """A process of its own may be about to put the file in place: it is this one's now that its parent is gone."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


def kills(count):
    PR_SET_CHILD_SUBREAPER = 36
    assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    commands = [line.split() for line in sys.stdin]
    want, duration = [], []
    for command in commands:
        put(None)
        began = time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        duration.append(time.monotonic() - began)
        want.append(content())
    killed = 0
    for i in range(count):
        which = i % len(commands)
        old = random.choice([None, b"old"])
        put(old)
        p = subprocess.Popen(commands[which], stdout=subprocess.DEVNULL)
        time.sleep(random.uniform(0, duration[which]))
        p.kill()
        killed += p.wait() == -signal.SIGKILL
        wait_for_orphans()
        assert others() == []
        now = content() if os.path.exists(FILE) else None
        assert now in (old, want[which]), (commands[which], now)
    assert killed > count / 5, killed


def replacing(command):
    for kill in os.kill, os.killpg:
        put(b"old")
        p = subprocess.Popen(["strace", "-DD", "-f", "-o", "/dev/null", "-e", "inject=rename:delay_enter=300000", *command], start_new_session=True)
        wait_until(others)
        assert content() == b"old"
        kill(p.pid, signal.SIGKILL)
        assert p.wait(20) == -signal.SIGKILL
        wait_until(lambda: others() == [])
        assert content() != b"old"


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if sys.argv[1] == "signals":
    signals(sys.argv[2], sys.argv[3:])
elif sys.argv[1] == "kills":
    kills(int(sys.argv[2]))
else:
    replacing(sys.argv[2:])
