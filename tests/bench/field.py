#!/usr/bin/env python3
"""A handheld and a server, the real programs, measured: one JSON object a line.

Run by tests/bench/run, when it can in a network of its own (unshare -rn): there the
loopback has an MTU of 1,500 as a mobile link has, and every IP packet is counted.
"""
import ctypes
import datetime
import fcntl
import json
import os
import shutil
import socket
import sqlite3
import statistics
import struct
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "support"))
import house as h  # noqa: E402
import receiver  # noqa: E402
import screen  # noqa: E402
import walk  # noqa: E402

HERE = (31.2304, 121.4737)
NOTE = "Promised 500 on the 5th; the dog is friendly."
NOTE_PADDED = 64  # a text below 1 KiB is padded to 64
RECORD_HEAD_MAX = 42  # of a TRACK record on the wire: all but its payload (PROTOCOL section 6)
SIGNATURE = 66  # of a seal, with its CBOR head
CHECKS = 21
SCREENS, KEYS = 11, 40
SEALED_VISITS = 60
ATTACHED = 3
FIXES_1HZ, FIXES_10S = 900, 90  # of the 15 minutes between two heartbeat seals
SHIFTS = 3
SHIFT_S = 8 * 3600
REPLAY_S = 3600


def out(bench, **figures):
    print(json.dumps(dict(bench=bench, **figures)))
    sys.stdout.flush()


class Wire(threading.Thread):
    """Counts the IP bytes of one TCP port on lo."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.bytes, self.packets = port, 0, 0
        self.options = set()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
        self.socket.bind(("lo", 0x0003))
        self.start()

    def run(self):
        while True:
            packet, where = self.socket.recvfrom(65536)
            if where[1] == 0x0800 and where[2] != socket.PACKET_OUTGOING:  # lo shows each twice
                self.count(packet)

    def count(self, packet):
        total, ip = struct.unpack(">H", packet[2:4])[0], (packet[0] & 15) * 4
        if packet[9] != socket.IPPROTO_TCP or self.port not in struct.unpack(">HH", packet[ip:ip + 4]):
            return
        head = ip + (packet[ip + 12] >> 4) * 4
        parts = max(1, -(-(total - head) // (1500 - head)))  # what segmentation was left to the card
        self.bytes += total + (parts - 1) * head
        self.packets += parts
        self.options.add(head)

    def of(self, work):
        """IP bytes and packets while work() runs and until its connection is closed."""
        time.sleep(0.15)
        before = self.bytes, self.packets
        work()
        time.sleep(0.3)
        return self.bytes - before[0], self.packets - before[1]


def own_network():
    """Set up lo; False: this is not a network of our own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        if os.environ.get("FV_BENCH_OWN_NET") != "1":
            return False
        fcntl.ioctl(s, 0x8922, struct.pack("16si12x", b"lo", 1500))  # SIOCSIFMTU
        fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x49))  # SIOCSIFFLAGS: up, running
        for command in (0x1F, 0x24, 0x2C):  # ETHTOOL_STSO, _SGSO, _SGRO: off where it can be
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            try:
                fcntl.ioctl(s, 0x8946, struct.pack("16sP8x", b"lo", ctypes.addressof(value)))
            except OSError:
                pass  # counted by Wire.count
    return open("/proc/sys/net/ipv4/tcp_timestamps").read().strip() != "0"


class Agency(h.House):
    """Two supervisors and a recovery key: three capsules a note."""

    def init(self, officers=("o1:Li Wei", "o2:Wang Fang")):
        os.makedirs(self.keys, exist_ok=True)
        secret = h.write(os.path.join(self.keys, "passphrase"), "correct horse battery\n")
        people = (("supervisor", "supervisor"), ("second", "supervisor"), ("auditor", "auditor"),
                  ("recovery", "recovery"))
        args = []
        for name, kind in people:
            path = os.path.join(self.keys, name + ".key")
            self.off("supervisor", "keygen", "--agency", self.agency, "--id", name, "--kind", kind,
                     "--out", path, "--passphrase-file", secret)
            args += ["--%s-pub" % kind, path + ".pub"]
        for o in officers:
            args += ["--officer", o]
        note = os.path.join(self.keys, "roster.note")
        self.d("init", "--agency", self.agency, "--url", "http://127.0.0.1:%d" % self.url_port,
               "--roster", note, *args)
        self.off("roster", "sign", note, *self.key)
        self.d("roster", "import", note)


def cases(house, count):
    rows = [dict(case="c-%d" % i, agency=house.agency, zone="Asia/Shanghai", lat="%.7f" % HERE[0],
                 lon="%.7f" % HERE[1], datum="wgs84", radius_m=100, actor="third_party",
                 product="consumer_loan", debts="d1", packs=";".join(h.PACKS), assigned="o1",
                 name="A", address="B", phone="1", amount="CNY 1") for i in range(count)]
    house.cases(rows)


def rmc_only(seconds, step):
    """Only RMC: mode 2, so that a replay faster than time raises no clock alarm."""
    text = []
    for i, second in enumerate(seconds):
        if i % step == 0:
            text.append(second.splitlines()[0] + "\r\n")
    return "".join(text)


def ride(seconds, seed):
    """A street ridden up and down on a bicycle without a stop: never taken for standing still, where
    one fix in ten is kept, though RMC alone tells no accuracy and every place is then 50 m wide."""
    points = [(HERE[0] + 0.01 * (k % 2), HERE[1], 1) for k in range(seconds // 250 + 2)]
    return list(walk.walk(points, speed=4, seed=seed))[:seconds]


def log(house, name, text):
    return h.write(os.path.join(house.folder, name), text)


def until(claim, what, seconds=60):
    end = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > end:
            raise h.Failed("waited %d s in vain: %s" % (seconds, what))
        time.sleep(0.1)


def small_map(data):
    """A payload of integers and byte strings."""
    def item(at):
        major, n = data[at] >> 5, data[at] & 31
        at += 1
        if n >= 24:
            width = 1 << (n - 24)
            n, at = int.from_bytes(data[at:at + width], "big"), at + width
        return (data[at:at + n], at + n) if major == 2 else (n, at)

    values, at = {}, 1
    for _ in range(data[0] & 31):
        key, at = item(at)
        values[key], at = item(at)
    return values


def payloads_of(phone, name, made):
    """The payloads of the records of that name among these."""
    copy = os.path.join(phone.house.folder, "copy.db")  # the agent's own is locked
    for tail in ("", "-wal"):
        shutil.copyfile(os.path.join(phone.dir, "trail.db" + tail), copy + tail)
    with sqlite3.connect(copy) as db:
        payloads = [db.execute("SELECT payload FROM record WHERE seq=?", (r["seq"],)).fetchone()[0]
                    for r in made if r["name"] == name]
    db.close()
    return payloads


def begin(phone, case):
    phone.v("begin", case, "--with", "o2", "--place", "home")


def visit(phone, case):
    begin(phone, case)
    finish(phone)


def finish(phone):
    phone.v("outcome", "conversation", "--with", "debtor", "--entered", "no", "--identified", "yes")
    phone.v("note", stdin=NOTE)
    phone.v("end")


def settle(phone):
    """Until nothing waits: what a sync at a visit's or shift's end still does is done."""
    for _ in range(5):
        r = phone.j("sync", "--wait")
        if r["records_sent"] == 0 and r["items"] == 0 and r["blobs_waiting"] == 0:
            return
    raise h.Failed("syncs do not come to an end: %s" % r)


# -- bytes on the wire -----------------------------------------------------------------


def batch(house, phone, wire, work):
    """Records made while the server is away, and the IP bytes of the sync that takes them."""
    for _ in range(4):
        settle(phone)
        house.stop()
        since = phone.status()["recorded"]
        work()
        house.serve()
        said = {}
        total, packets = wire.of(lambda: said.update(phone.j("sync", "--wait")))
        made = [r for r in phone.j("trail", "--all") if r["seq"] >= since]
        # The last one is the sync's own.  Else the agent's next try came before or beside.
        if said["records_sent"] >= len(made) - 1 and said["rounds"] == 1 and made[-1]["name"] == "SYNC":
            return total, made
        out("wire_again", said=said, made=len(made), packets=packets)
    raise h.Failed("the sync was not the only one: %s" % said)


def wire_visits(house, phone, wire):
    """One more visit in a batch, one alone, and an empty sync."""
    def several(n):
        return batch(house, phone, wire, lambda: [visit(phone, "c-%d" % i) for i in range(n)])

    one, made_one = several(1)
    five, made_five = several(5)
    seals = sum(r["name"] == "SEAL" for r in made_five) - sum(r["name"] == "SEAL" for r in made_one)
    out("wire_visit_in_batch", bytes=(five - one) / 4 - NOTE_PADDED, note_bytes=NOTE_PADDED,
        seals=seals / 4, capsules=3, batch_of_5_bytes=five)
    settle(phone)

    def receipted(work):
        work()
        until(lambda: phone.status()["receipted"] >= phone.status()["recorded"] - 1, "the receipt")
    start, packets = wire.of(lambda: receipted(lambda: begin(phone, "c-7")))
    rest, more = wire.of(lambda: receipted(lambda: finish(phone)))
    out("wire_visit_alone", bytes=start + rest, begin_bytes=start, packets=packets + more)
    settle(phone)
    total, packets = wire.of(lambda: phone.sync())
    out("wire_empty_sync", bytes=total, packets=packets, tcp_ip_head_bytes=sorted(wire.options))


def shift_of(house, phone, path, fixes):
    """A shift with a replay of `path`: all of its fixes, then the end."""
    phone.v("shift", "begin")
    with receiver.Gpsfake(path, cycle=0.004, once=False, port=house.gpsd):
        until(lambda: phone.status()["receiver"]["state"] == "fix", "a fix")
        time.sleep(1 + fixes * 0.007)
        phone.v("shift", "end")


def wire_fixes(house, phone, wire):
    def shifts(name, fixes, step):
        path = log(house, name + ".nmea", rmc_only(ride(fixes * step, 3), step))
        total, made = batch(house, phone, wire,
                            lambda: [shift_of(house, phone, path, fixes) for _ in range(SHIFTS)])
        payloads = payloads_of(phone, "TRACK", made)
        counts = [small_map(p)[7] for p in payloads]
        seals.extend(len(p) for p in payloads_of(phone, "SEAL", made))
        names = [r["name"] for r in made]
        # Each shift says once that its receiver is a replay; the same in all, so it cancels out.
        if len(counts) != SHIFTS or min(counts) < fixes - 3 or names.count("ALARM") != SHIFTS or "GAP" in names:
            raise h.Failed("not %d TRACK records of %d fixes: %s %s" % (SHIFTS, fixes, counts, names))
        return total, sum(len(p) for p in payloads), sum(counts)

    seals = []
    base, size, few = shifts("few", 5, 1)
    own = size + SHIFTS * RECORD_HEAD_MAX
    for name, fixes, step in (("wire_fix_1hz", FIXES_1HZ, 1), ("wire_fix_10s", FIXES_10S, 10)):
        total, size, count = shifts(name, fixes, step)
        out(name, bytes_a_fix=(total - base + own) / count, fixes=count, records=SHIFTS,
            payload_bytes_a_fix=size / count, seal_bytes=max(seals) + RECORD_HEAD_MAX + SIGNATURE)


# -- what the programs need ------------------------------------------------------------


def memory(pid):
    fields = dict(l.split(":", 1) for l in open("/proc/%d/status" % pid).read().splitlines() if ":" in l)
    return {k: int(fields[n].split()[0]) for k, n in (("rss_kb", "VmRSS"), ("own_kb", "RssAnon"))}


def cpu_s(pid):
    """CPU seconds of a process and the children it waited for."""
    f = open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()
    return sum(int(x) for x in f[11:15]) / os.sysconf("SC_CLK_TCK")


def check_times(phone):
    argv = [os.path.join(phone.house.bin, "fieldvisit"), "--dir", phone.dir, "check", "c-1", "--with", "o2"]
    times = []
    for _ in range(CHECKS):
        started = time.perf_counter()
        subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        times.append((time.perf_counter() - started) * 1000)
    return dict(median_ms=statistics.median(times), worst_ms=max(times), runs=CHECKS)


def screens(phone):
    """From exec to the first screen, with what the agent said on it; from a key to its first byte."""
    argv, first = [os.path.join(phone.house.bin, "fieldvisit"), "--dir", phone.dir], []
    for _ in range(SCREENS):
        with screen.Line(argv, LANGUAGE="en") as line:
            first.append(line.wait("PIN"))
            line.quiet()
            keys = line.presses([b"1", b"\x7f"] * (KEYS // 2))
            rss = memory(line.pid)
    return dict(first_ms=statistics.median(first), worst_ms=max(first), key_ms=keys, runs=SCREENS, **rss)


def stripped_bytes(house, name):
    path = os.path.join(house.folder, "stripped")
    h.run(["strip", "-o", path, os.path.join(house.bin, name)])
    return os.path.getsize(path)


def shift_cost(house, phone):
    """Replay, sync, rest: CPU scaled to a shift, memory between syncs."""
    path = log(house, "shift.nmea", "".join(ride(REPLAY_S, 5)))
    pid = phone.agent.pid
    phone.v("shift", "begin")
    start = cpu_s(pid)
    with receiver.Gpsfake(path, cycle=0.0005, port=house.gpsd):
        until(lambda: phone.status()["receiver"]["state"] == "fix", "a fix")
        last = None
        while last != (now := cpu_s(pid)):  # a log that has ended costs nothing
            last = now
            time.sleep(2)
    replay = cpu_s(pid) - start
    phone.v("shift", "end")
    settle(phone)
    start = cpu_s(pid)
    for _ in range(10):
        phone.sync()
    a_sync = (cpu_s(pid) - start) / 10
    time.sleep(6)  # past the idle time, when the WAL is folded in
    out("agent", **memory(pid), replayed_s=REPLAY_S, replay_cpu_s=replay, sync_cpu_s=a_sync,
        cpu_s_of_a_shift=replay * SHIFT_S / REPLAY_S + a_sync * 32)


# -- begin, note, end ------------------------------------------------------------------


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    return bytes([major << 5 | 24, n]) if n < 256 else struct.pack(">BH", major << 5 | 25, n)


def call(phone, verb, *words, text=b""):
    """One call over the agent's socket, as a client makes it."""
    body = head(4, 7) + head(0, 2) + head(3, len(verb)) + verb.encode() + head(4, len(words))
    for w in words:
        body += head(2, len(w)) + w.encode()
    body += b"\xf4" + head(2, len(text)) + text + head(2, 0) + head(2, 0)
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(os.path.join(phone.dir, "agent.sock"))
        s.sendall(struct.pack(">I", len(body)) + body)
        answer = b""
        while piece := s.recv(65536):
            answer += piece
    if struct.unpack(">I", answer[:4])[0] != 0:
        raise h.Failed("%s: %s" % (verb, answer[12:].decode()))


def sealing(house, phone):
    """Visits a second through the agent, beside as many bare commits on the same disk."""
    rows = [os.urandom(400) for _ in range(3 * SEALED_VISITS)]
    started = time.perf_counter()
    for _ in range(SEALED_VISITS):
        call(phone, "begin", "c-1", "--with", "o2")
        call(phone, "note", text=NOTE.encode())
        call(phone, "end")
    took = time.perf_counter() - started
    db = sqlite3.connect(os.path.join(phone.dir, "bare.db"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        db.execute("PRAGMA " + pragma)
    db.execute("CREATE TABLE record(seq INTEGER PRIMARY KEY, bytes BLOB)")
    started = time.perf_counter()
    for row in rows:
        db.execute("INSERT INTO record(bytes) VALUES(?)", (row,))
    bare = time.perf_counter() - started
    db.close()
    out("sealing", visits_per_s=SEALED_VISITS / took, bare_visits_per_s=SEALED_VISITS / bare,
        share_of_bare=bare / took, visits=SEALED_VISITS, commits_a_visit_bare=3)


def attaching(house, phone):
    """16 MiB through the agent, beside the same through the cipher alone into a plain file."""
    path = os.path.join(house.folder, "photo")
    rates, bare = [], []
    for _ in range(ATTACHED):
        with open(path, "wb") as f:
            f.write(os.urandom(1 << 24))
        started = time.perf_counter()
        phone.v("attach", path, "c-1")
        rates.append((1 << 24) / 1e6 / (time.perf_counter() - started))
        line = h.run([os.path.join(TOP, "build", "release", "bench", "bench_attach"), phone.dir]).stdout
        bare.append(json.loads(line)["mb_per_s"])
    peak = int([x for x in open("/proc/%d/status" % phone.agent.pid) if x.startswith("VmHWM")][0].split()[1])
    rate, alone = statistics.median(rates), statistics.median(bare)
    out("attach", mb_per_s=rate, bare_mb_per_s=alone, share_of_bare=rate / alone, agent_peak_kb=peak)


def main():
    is_own = own_network()
    folder = sys.argv[1]
    with Agency(folder) as house:
        house.gpsd = port = receiver.free_port()
        house.init()
        house.publish()
        house.serve()
        time.sleep(1)
        out("server", **memory(house.server.pid))
        phone = house.handheld("o1")
        cases(house, 10)
        phone.sync()
        out("check", **check_times(phone))
        out("size", fieldvisit=stripped_bytes(house, "fieldvisit"), link=stripped_bytes(house, "fieldvisit-link"))
        phone.start_agent(port)
        settle(phone)
        out("check_agent", **check_times(phone))
        out("screens", bytes=stripped_bytes(house, "fieldvisit-screen"), **screens(phone))
        if is_own:
            wire = Wire(house.port)
            wire_fixes(house, phone, wire)
            still = log(house, "still.nmea", "".join(walk.walk([(HERE[0], HERE[1], 5)])))
            phone.v("shift", "begin")
            with receiver.Gpsfake(still, cycle=0.2, once=False, port=port):
                until(lambda: phone.status()["receiver"]["state"] == "fix", "a fix")
                time.sleep(3)
                wire_visits(house, phone, wire)
            phone.v("shift", "end")
        shift_cost(house, phone)
        phone.v("shift", "begin")
        settle(phone)
        house.stop()
        sealing(house, phone)
        attaching(house, phone)


main()
