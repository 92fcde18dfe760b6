"""A handheld's trail.db read by hand: its records, stamps and tracks, by PROTOCOL.md alone.

Only for a folder whose agent has stopped, or on a copy: the agent holds the database alone.
"""
import os
import shutil
import sqlite3
import tempfile

BOOT, SESSION, SHIFT_BEGIN, SHIFT_END, VISIT_BEGIN, VISIT_END = range(1, 7)
OUTCOME, NOTE, TRACK, GAP, CLOCK_STEP, ALARM, SYNC, SEAL, SHUTDOWN = 8, 10, 12, 13, 15, 16, 17, 18, 19
HALF = 32768


def cbor(data, at=0):
    """One item of the profile: (value, where it ends)."""
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if low >= 24 and major != 7:
        size = 1 << (low - 24)
        low, at = int.from_bytes(data[at:at + size], "big"), at + size
    if major == 0:
        return low, at
    if major == 1:
        return -1 - low, at
    if major in (2, 3):
        piece = bytes(data[at:at + low])
        return (piece if major == 2 else piece.decode()), at + low
    if major == 4:
        items = []
        for _ in range(low):
            item, at = cbor(data, at)
            items.append(item)
        return items, at
    if major == 5:
        out = {}
        for _ in range(low):
            key, at = cbor(data, at)
            out[key], at = cbor(data, at)
        return out, at
    return {20: False, 21: True, 22: None}[low], at


class Record:
    def __init__(self, row):
        self.seq, self.type, header, payload, self.leaf, self.sig = row
        self.header = cbor(header)[0]
        self.payload = cbor(payload)[0] if payload else {}
        self.boot, self.boottime_ms, self.rtc_ms, self.gnss_ms = self.header[4:8]
        self.beacon = self.header[9]

    @property
    def stamp(self):
        return self.payload.get(2)


def snapshot(folder, base="trail.db"):
    """A copy of a database and its WAL, opened."""
    with tempfile.TemporaryDirectory(prefix="fv-trail-") as copy:
        for name in (base, base + "-wal"):
            if os.path.exists(os.path.join(folder, name)):
                shutil.copy(os.path.join(folder, name), copy)
        source = sqlite3.connect(os.path.join(copy, base))
        memory = sqlite3.connect(":memory:")
        source.backup(memory)
        source.close()
    return memory


def records(folder):
    db = snapshot(folder)
    rows = db.execute("SELECT seq, type, header, payload, leaf, sig FROM record ORDER BY seq").fetchall()
    db.close()
    return [Record(row) for row in rows]


class Decoder:
    """The range coder of TRACK, from its end."""

    def __init__(self, coded):
        self.coded, self.pos, self.code, self.range = coded, 0, 0, 0xffffffff
        for _ in range(4):
            self.code = self.code << 8 | self.byte()

    def byte(self):
        self.pos += 1
        return self.coded[self.pos - 1] if self.pos <= len(self.coded) else 0

    def refill(self):
        while self.range < 1 << 24:
            self.range = self.range << 8 & 0xffffffff
            self.code = (self.code << 8 | self.byte()) & 0xffffffff

    def bit(self, prob):  # prob = [p x 65536, bits seen]
        bound = (self.range >> 12) * min(max(prob[0] >> 4, 1), 4095)
        bit = self.code < bound
        if bit:
            self.range = bound
        else:
            self.code -= bound
            self.range -= bound
        away = (65535 if bit else 0) - prob[0]
        prob[0] += abs(away) // (prob[1] + 2) * (1 if away > 0 else -1)
        prob[1] = min(prob[1] + 1, 62)
        self.refill()
        return bit

    def bits(self, count):
        value = 0
        for _ in range(count):
            self.range >>= 1
            bit = self.code >= self.range
            self.code -= self.range if bit else 0
            value = value << 1 | bit
            self.refill()
        return value


class Field:
    def __init__(self):
        self.nonzero = [[HALF, 0] for _ in range(3)]
        self.negative = [[HALF, 0] for _ in range(3)]
        self.longer = [[HALF, 0] for _ in range(44)]
        self.top = [[HALF, 0] for _ in range(44)]

    def value(self, d, before, is_time):
        small = 0 if is_time or before == 0 else 1 if abs(before) == 1 else 2
        if not d.bit(self.nonzero[small]):
            return 0
        negative = d.bit(self.negative[0 if before == 0 else 1 if before > 0 else 2])
        bits, size = 0, 1
        while d.bit(self.longer[bits]):
            bits += 1
        if bits > 0:
            size = 2 | d.bit(self.top[bits])
            size = size << (bits - 1) | d.bits(bits - 1)
        return -size if negative else size


def track(payload):
    """[(receiver ms, latitude, longitude in degrees)] of a TRACK payload."""
    quantum, d = payload[6], Decoder(payload[8])
    slow = d.bits(1)
    most = (900000000 // quantum, 1800000000 // quantum)
    at = [payload[5]] + [d.bits((2 * m).bit_length()) - m for m in most]
    step, before = [10000 if slow else 1000, 0, 0], [0, 0, 0]
    fields = (Field(), Field())
    out = []
    for i in range(payload[7]):
        for axis in range(3) if i > 0 else ():
            before[axis] = fields[axis > 0].value(d, before[axis], axis == 0)
            step[axis] += before[axis]
            at[axis] += step[axis]
        out.append((at[0], at[1] * quantum / 1e7, at[2] * quantum / 1e7))
    return out


def server_db(data):
    """A copy of a server's database, opened; the server must be idle or down."""
    return snapshot(data, "fieldvisit.db")


def server_records(data, dev):
    """[(seq, type, leaf, signature)] of one handheld's records at the server, and how many
    of them a seal covers."""
    db = server_db(data)
    no, sealed = db.execute("SELECT no, sealed_size FROM device JOIN trail ON device = no WHERE dev = ?",
                            (bytes.fromhex(dev),)).fetchone()
    rows = db.execute("SELECT id & 1099511627775, type, leaf, sig FROM record WHERE id >> 40 = ? ORDER BY id",
                      (no,)).fetchall()
    db.close()
    return rows, sealed
