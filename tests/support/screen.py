"""The screens as a person has them: keys in, what stands on the terminal out.

Screen drives a real tmux with a server of its own; Line is a bare terminal line (a pty) on
which the time from a key to the first byte drawn is measured.
"""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import tempfile
import termios
import time
import unicodedata


def is_installed():
    return shutil.which("tmux") is not None


def columns(text):
    """As wcwidth counts them."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def places(line):
    """(column, character) of each character of a line."""
    at = 0
    for c in line:
        yield at, c
        at += columns(c)


def faults(text, width):
    """What is wrong with the shape of a captured screen: lines that are too wide, boxes
    whose edges do not stand below each other."""
    lines = text.split("\n")
    found = ["%d columns: %s" % (columns(x), x) for x in lines if columns(x) > width]
    for n, line in enumerate(lines):
        for at, c in places(line):
            if c not in "┌┐":
                continue
            below = [dict(places(x)).get(at) for x in lines[n + 1:n + 3]]
            if below != ["│", "└" if c == "┌" else "┘"]:
                found.append("the box at %d, %d has no edge below it: %s" % (n, at, below))
    return found


class Screen:
    def __init__(self, argv, width, height, **env):
        self.width, self.height = width, height
        self.folder = tempfile.mkdtemp(prefix="fv-tmux-")
        self.tmux = ["tmux", "-u", "-S", os.path.join(self.folder, "s"), "-f", "/dev/null"]
        words = ["env"] + ["%s=%s" % kv for kv in dict(LANG="C.UTF-8", **env).items()] + [str(a) for a in argv]
        self._do("new-session", "-d", "-x", str(width), "-y", str(height), "-s", "s", *words)
        self._do("set-option", "-t", "s", "window-size", "manual")
        self.pressed = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def _do(self, *words):
        return subprocess.run([*self.tmux, *words], capture_output=True, text=True, timeout=60)

    def keys(self, *names):
        """Names as tmux has them: "a", "Enter", "Escape", "F2", "Down"."""
        self.pressed += len(names)
        self._do("send-keys", "-t", "s", *names)

    def touch(self, words, times=1):
        """Touch what stands on the screen, as a terminal tells it, once it has come to rest: no finger is
        quicker.  False: it does not stand there."""
        text, before, end = self.text(), None, time.monotonic() + 5
        while text != before and time.monotonic() < end:
            time.sleep(0.05)
            text, before = self.text(), text
        for row, line in enumerate(text.split("\n")):
            if words in line:
                place = ["%x" % (33 + columns(line[:line.index(words)])), "%x" % (33 + row)]
                events = [x for event in ("20", "23") for x in ("1b", "5b", "4d", event, *place)]  # pressed, released
                self.pressed += times
                self._do("send-keys", "-t", "s", "-H", *(events * times))
                return True
        return False

    def text(self):
        return self._do("capture-pane", "-p", "-t", "s").stdout

    def wait(self, wanted, within=30):
        """Until a pattern stands on the screen.  The screen then; None: not in time."""
        end = time.monotonic() + within
        while True:
            text = self.text()
            if re.search(wanted, text):
                return text
            if time.monotonic() > end:
                return None
            time.sleep(0.02)

    def gone(self, unwanted, within=30):
        """Until a pattern does not stand there any more."""
        end = time.monotonic() + within
        while True:
            text = self.text()
            if not re.search(unwanted, text):
                return text
            if time.monotonic() > end:
                return None
            time.sleep(0.02)

    def resize(self, width, height):
        self.width, self.height = width, height
        self._do("resize-window", "-t", "s", "-x", str(width), "-y", str(height))

    def faults(self):
        """Those that stay: a screen may be caught while it is drawn."""
        end = time.monotonic() + 2
        while (found := faults(self.text(), self.width)) and time.monotonic() < end:
            time.sleep(0.05)
        return found

    def pid(self):
        """Of the program on the terminal."""
        return int(self._do("display-message", "-p", "-t", "s", "#{pane_pid}").stdout)

    def kill(self):
        """The terminal dies, as when its window is closed."""
        self._do("kill-server")
        shutil.rmtree(self.folder, ignore_errors=True)


class Line:
    def __init__(self, argv, width=80, height=24, **env):
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(dict(dict(TERM="xterm-256color", LANG="C.UTF-8"), **env))
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
            os.execv(argv[0], [str(a) for a in argv])
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)

    def take(self, within):
        """What arrives within so many seconds, b"" when nothing does."""
        if not select.select([self.fd], [], [], within)[0]:
            return b""
        piece = os.read(self.fd, 65536)
        self.seen += piece
        return piece

    def quiet(self, for_s=0.15, within=5):
        """Until nothing has been drawn for a moment."""
        end = time.monotonic() + within
        while self.take(for_s) and time.monotonic() < end:
            pass

    def wait(self, wanted, within=30):
        """Until these bytes were drawn.  Milliseconds since the start; None: not in time."""
        end = time.monotonic() + within
        while wanted.encode() not in self.seen and time.monotonic() < end:
            self.take(0.1)
        return (time.monotonic() - self.started) * 1000 if wanted.encode() in self.seen else None

    def press(self, key, within=10):
        """Milliseconds from a key to the first byte that is drawn; None: nothing is."""
        while self.take(0.0):
            pass
        start = time.monotonic()
        os.write(self.fd, key)
        return (time.monotonic() - start) * 1000 if self.take(within) else None

    def presses(self, keys):
        """The median of the milliseconds of several keys, a pause between them."""
        took = []
        for key in keys:
            self.quiet(0.05, 0.3)
            took.append(self.press(key))
        return None if None in took else statistics.median(took)
