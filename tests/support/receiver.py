"""A real gpsd fed by gpsfake on a port of its own, for the time of a with-block.

    with Gpsfake("walk.nmea", cycle=0.02) as port:
        ...

gpsfake is itself a client (-p), so that the log runs at its own pace; `wait=True` leaves
that out: the log then waits, but for a pipe's worth, until somebody else watches.
"""
import os
import signal
import socket
import subprocess
import time

GPSFAKE = "/usr/bin/gpsfake"
PYTHON = "/usr/bin/python3"  # gpsfake needs the system's, which has the gps module


def is_installed():
    return os.path.exists(GPSFAKE) and os.path.exists("/usr/sbin/gpsd")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def watches(pid, port):
    """True while the process has a connection to that port of this machine."""
    links = [os.readlink(os.path.join("/proc/%d/fd" % pid, fd)) for fd in os.listdir("/proc/%d/fd" % pid)]
    for line in open("/proc/net/tcp").readlines()[1:] + open("/proc/net/tcp6").readlines()[1:]:
        f = line.split()
        if f[3] == "01" and f[2].endswith(":%04X" % port) and "socket:[%s]" % f[9] in links:
            return True
    return False


class Gpsfake:
    def __init__(self, log, cycle=0.0, wait=False, once=True, port=None):
        self.port = port or free_port()
        self.argv = [PYTHON, GPSFAKE] + ["-1"] * once + ["-P", str(self.port), "-c", str(cycle)]
        self.argv += ([] if wait else ["-p"]) + ["-q", log]
        self.process = None

    def __enter__(self):
        for _ in range(3):  # on a busy machine gpsfake may give its gpsd up before that answers
            if self.is_started():
                return self.port
            self.__exit__()
        raise RuntimeError("gpsfake did not start: " + " ".join(self.argv))

    def is_started(self):
        self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 15
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.02)
        return False

    def kill_gpsd(self):
        """End gpsd at once, as a crash would, and gpsfake with it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                pass
        try:  # gpsd is in gpsfake's session
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
