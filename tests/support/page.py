"""A page of documentation that a test follows word for word: its headings, who types, and what."""
import os
import pty
import re
import select
import subprocess
import termios
import time

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


class Step:
    """A fenced block: its language, its text, and the prose since the block before it."""

    def __init__(self, before, kind, text):
        self.before, self.kind, self.text = before, kind, text

    @property
    def lines(self):
        return [line for line in self.text.splitlines() if line.strip()]


def steps(path):
    text = open(path, encoding="utf-8").read()
    at, out = 0, []
    for m in BLOCK.finditer(text):
        out.append(Step(text[at:m.start()], m.group(1), m.group(2)))
        at = m.end()
    return out


def commands(path):
    """Every line of every block that is typed into a shell."""
    return [line for s in steps(path) if s.kind == "sh" for line in s.lines]


def wait_until_hidden(fd, timeout=5):
    """What is typed before the program hides it is thrown away: it asks first, then hides."""
    end = time.monotonic() + timeout
    while termios.tcgetattr(fd)[3] & termios.ECHO and time.monotonic() < end:
        time.sleep(0.002)


def type_block(text, env, cwd, answers, timeout=120):
    """Run a block in a shell on a terminal of its own and answer what it asks: `answers` maps the
    end of a prompt to what is typed.  (exit code, what was on the terminal)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execvpe("sh", ["sh", "-eu", "-c", text], env)
    seen, fresh, end = b"", b"", time.monotonic() + timeout
    while True:
        if time.monotonic() > end:
            os.kill(pid, 9)
            break
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            data = os.read(fd, 65536)
        except OSError:  # the terminal is closed
            break
        if not data:
            break
        seen += data
        fresh += data
        for prompt, words in answers.items():
            if fresh.endswith(prompt.encode()):
                wait_until_hidden(fd)
                os.write(fd, words.encode() + b"\n")
                fresh = b""
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode(errors="replace")


def run_block(text, env, cwd, timeout=300):
    """The same without a terminal: (exit code, output)."""
    r = subprocess.run(["sh", "-eu", "-c", text], env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)
    return r.returncode, r.stdout
