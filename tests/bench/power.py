#!/usr/bin/env python3
"""What a handheld costs while it waits, rides, visits and runs low, and what a track takes:
one JSON object a line.  Run by tests/bench/run.

Wake-ups are the agent's voluntary context switches, CPU what the scheduler gave it; a second
of the made log takes a second, as on the road.  Syncs of the disk are counted by strace.
"""
import collections
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "support"))
import house as h  # noqa: E402
import receiver  # noqa: E402
import trailfile as tf  # noqa: E402
import walk  # noqa: E402

HERE = (31.2304, 121.4737)
LOGS = os.path.join(TOP, "..", "shared", "gps")
SUPPLY = "/sys/class/power_supply"
STATE_S = 20      # real time in each state
LOW_S = 60        # two listenings
SENTENCES = 6     # of a second of the made log
VISITS = 20
HOUR_S = 3600
FIXES_MIN = 12    # fewer say nothing of a coder


def out(bench, **figures):
    print(json.dumps(dict(bench=bench, **figures)))
    sys.stdout.flush()


def wait_for(what, holds, seconds):
    end = time.monotonic() + seconds
    value = what()
    while not holds(value) and time.monotonic() < end:
        time.sleep(0.1)
        value = what()
    if not holds(value):
        raise h.Failed("waited %d s in vain: %s" % (seconds, value))
    return value


# -- wake-ups and CPU -------------------------------------------------------------------------


def spent(pid):
    """(voluntary context switches, CPU in ns)"""
    status = open("/proc/%d/status" % pid).read()
    switches = int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)[1])
    return switches, int(open("/proc/%d/schedstat" % pid).read().split()[0])


def measure(phone, state, seconds):
    before = spent(phone.agent.pid)
    time.sleep(seconds)
    after = spent(phone.agent.pid)
    out("power", state=state, seconds=seconds, wakeups_an_hour=(after[0] - before[0]) * HOUR_S / seconds,
        cpu_s_an_hour=(after[1] - before[1]) / 1e9 * HOUR_S / seconds)


def await_state(phone, state, still=None):
    wait_for(lambda: phone.status()["power"], lambda p: p["state"] == state and still in (None, p["still"]), 120)
    time.sleep(6)  # past the idle time, when the WAL is folded in


def made_log(house):
    """Under way for a minute and more, then at rest."""
    seconds = walk.walk([(HERE[0], HERE[1], 1), (HERE[0] + 0.001, HERE[1], 3000)])
    return h.write(os.path.join(house.folder, "ride.nmea"), "".join(seconds))


def states(house, phone):
    phone.start_agent(phone.port)
    await_state(phone, "idle")
    measure(phone, "idle", STATE_S)
    with receiver.Gpsfake(made_log(house), cycle=1 / SENTENCES, port=phone.port):
        phone.v("shift", "begin")
        await_state(phone, "travelling", still=False)
        measure(phone, "travelling", STATE_S)
        phone.v("begin", "c-1")
        await_state(phone, "visit")
        measure(phone, "visit", STATE_S)
        phone.v("outcome", "not_home")
        phone.v("end")
        phone.v("shift", "pause")
        await_state(phone, "paused")
        measure(phone, "paused", STATE_S)
        phone.v("shift", "resume")
        await_state(phone, "travelling", still=True)
        measure(phone, "standing", STATE_S)
        phone.v("shift", "end")
    phone.stop_agent()


def low(house, phone):
    supply = os.path.join(house.folder, "supply", "BAT0")
    os.makedirs(supply)
    for name, text in (("capacity", "10"), ("status", "Discharging")):
        h.write(os.path.join(supply, name), text + "\n")
    bind = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", 'mount --bind "$0" %s && exec "$@"' % SUPPLY,
            os.path.dirname(supply)]
    if not os.path.isdir(SUPPLY) or subprocess.run(bind + ["true"], stderr=subprocess.DEVNULL).returncode != 0:
        out("power_skipped", why="no folder can be bound over %s" % SUPPLY)
        return
    phone.agent = subprocess.Popen(bind + [os.path.join(house.bin, "fieldvisit"), "--dir", phone.dir, "agent",
                                           "--gpsd", "localhost:%d" % phone.port], stderr=subprocess.DEVNULL)
    wait_for(phone.is_served, bool, 10)
    with receiver.Gpsfake(made_log(house), cycle=1 / SENTENCES, port=phone.port):
        phone.v("shift", "begin")
        await_state(phone, "low-battery")
        measure(phone, "low-battery", LOW_S)
        phone.v("shift", "end")
    phone.stop_agent()


# -- commits and syncs ---------------------------------------------------------------------------


def visit_syncs(house, phone):
    """fsync and fdatasync of the agent over some visits, by file."""
    if shutil.which("strace") is None:
        out("power_skipped", why="strace is not installed: syncs of the disk were not counted")
        return
    phone.start_agent(phone.port)
    phone.v("shift", "begin")
    time.sleep(6)
    trace = os.path.join(house.folder, "trace")
    tracer = subprocess.Popen(["strace", "-y", "-e", "trace=fsync,fdatasync", "-o", trace, "-p", str(phone.agent.pid)],
                              stderr=subprocess.PIPE, text=True)
    tracer.stderr.readline()  # "attached"
    before = phone.status()["recorded"]
    for _ in range(VISITS):
        phone.v("begin", "c-1")
        phone.v("outcome", "not_home")
        phone.v("note", stdin="Nobody opened.")
        phone.v("end")
    made = phone.status()["recorded"] - before
    tracer.send_signal(signal.SIGINT)
    tracer.wait(10)
    files = collections.Counter(os.path.basename(m) for m in re.findall(r"sync\(\d+<([^>]*)>", open(trace).read()))
    commits = files["trail.db-wal"]
    out("visit_disk", visits=VISITS, records=made / VISITS, commits=commits / VISITS,
        syncs=sum(files.values()) / VISITS, files={k: v / VISITS for k, v in files.items()})
    phone.stop_agent()


# -- bytes a fix on every log ----------------------------------------------------------------------


def entropy(values):
    counts = collections.Counter(values)
    return -sum(n * math.log2(n / len(values)) for n in counts.values())


def bound_bits(track, quantum):
    """Entropy of the second differences of one record, in bits: what no order-0 coder beats."""
    axes = [[f[0] for f in track]] + [[round(f[k] * 1e7 / quantum) for f in track] for k in (1, 2)]
    return sum(entropy([c - 2 * b + a for a, b, c in zip(x, x[1:], x[2:])]) for x in axes if len(x) > 2)


def await_end(phone):
    """Until there was a fix and there is none for two seconds, or there never is one."""
    end, last = time.monotonic() + 60, None
    while time.monotonic() < end and (last is None or time.monotonic() - last < 2):
        if phone.status()["receiver"].get("mode", 0) >= 2:
            last = time.monotonic()
        elif last is None and time.monotonic() > end - 45:
            return
        time.sleep(0.1)


def replayed(house, phone):
    found = [os.path.join(LOGS, d, n) for d in ("gpsd", "long") for n in sorted(os.listdir(os.path.join(LOGS, d)))
             if n.endswith((".log", ".nmea"))] if os.path.isdir(LOGS) else []
    for path in found:
        phone.start_agent(phone.port)
        first = phone.status()["recorded"]
        slow = 0.02 if os.path.getsize(path) < 100000 else 0.002  # a short one is over before gpsd has a client
        with receiver.Gpsfake(path, cycle=slow, wait=True, port=phone.port):
            phone.v("shift", "begin")
            await_end(phone)
        phone.v("shift", "end")
        phone.stop_agent()
        payloads = [r.payload for r in tf.records(phone.dir) if r.type == tf.TRACK and r.seq >= first]
        tracks = [tf.track(p) for p in payloads]
        fixes = sum(map(len, tracks))
        coded = sum(len(p[8]) for p in payloads)
        bits = sum(bound_bits(t, p[6]) for t, p in zip(tracks, payloads))
        name = os.path.splitext(os.path.basename(path))[0]
        if fixes < FIXES_MIN:
            out("track_replayed_few", log=name, fixes=fixes)
            continue
        out("track_replayed", log=name, fixes=fixes, records=len(tracks), coded_bytes=coded,
            bytes_a_fix=coded / fixes, order0_bytes_a_fix=bits / 8 / fixes)


def main():
    with tempfile.TemporaryDirectory(prefix="fv-bench-power-") as folder, h.House(folder) as house:
        house.init()
        house.publish()
        house.serve()
        phone, tired, logger = [house.handheld("o1", name=n) for n in ("phone", "tired", "logger")]
        house.cases([house.case("c-1")])
        for p in (phone, tired, logger):
            p.port = receiver.free_port()
            p.sync()
        house.stop()
        states(house, phone)
        low(house, tired)
        visit_syncs(house, phone)
        replayed(house, logger)


main()
