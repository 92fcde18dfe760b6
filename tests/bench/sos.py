#!/usr/bin/env python3
"""From the press of an SOS until a command of `serve --alert` runs at the desk, the real programs
over a slow 4G link: idle, then with a backlog of records on its way.  One JSON object a line.

    unshare -rn tests/bench/sos.py [RECORDS]      20,000 unless said

The link is tc netem on a loopback of its own; where the kernel has none, a proxy that holds every
piece back as such a link does, with one queue each way for all connections (64 KiB, first in first
out, what a broken connection left in it included), a round trip before the first byte, and no loss.
"""
import json
import os
import queue
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "support"))
import house as h  # noqa: E402

# Both ways cross lo: a round trip of 150 ms, 750 kbit/s, one packet in 200 lost.
LINK = ["delay", "75ms", "15ms", "rate", "750kbit", "loss", "0.5%"]
DELAY_S, BYTES_S, PIECE, QUEUE = 0.075, 750000 / 8, 1448, 45
PRESSES = 8


def out(bench, **figures):
    print(json.dumps(dict(bench=bench, **figures)))
    sys.stdout.flush()


def netem(on):
    """True: the kernel does it."""
    subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], capture_output=True)
    return on and subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "netem", *LINK],
                                 capture_output=True).returncode == 0


class SlowLink:
    """Forwards TCP to a port as a slow link does; `on` False: at once."""

    def __init__(self, to_port):
        self.to_port, self.on = to_port, False
        self.ways = [queue.Queue(QUEUE), queue.Queue(QUEUE)]
        self.flying = [queue.Queue(), queue.Queue()]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        for work, args in ((self.accept, ()), (self.carry, (0,)), (self.carry, (1,)), (self.land, (0,)), (self.land, (1,))):
            threading.Thread(target=work, args=args, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            threading.Thread(target=self.join, args=(client,), daemon=True).start()

    def join(self, client):
        if self.on:
            time.sleep(2 * DELAY_S)
        try:
            server = socket.create_connection(("127.0.0.1", self.to_port))
        except OSError:
            client.close()
            return
        for way, ends in enumerate(((client, server), (server, client))):
            threading.Thread(target=self.take, args=(way, *ends), daemon=True).start()

    def take(self, way, source, target):
        while True:
            try:
                piece = source.recv(PIECE)
            except OSError:
                piece = b""
            self.ways[way].put((piece, target))
            if not piece:
                return

    def carry(self, way):
        while True:
            piece, target = self.ways[way].get()
            if self.on:
                time.sleep((len(piece) + 52) / BYTES_S)
            self.flying[way].put((time.monotonic() + (DELAY_S if self.on else 0), piece, target))

    def land(self, way):
        while True:
            at, piece, target = self.flying[way].get()
            time.sleep(max(0, at - time.monotonic()))
            try:
                if piece:
                    target.sendall(piece)
                else:
                    target.shutdown(socket.SHUT_WR)
            except OSError:
                pass


class Desk(h.House):
    def serve(self):
        self.told = os.path.join(self.folder, "told")
        command = h.write(os.path.join(self.folder, "tell"),
                          "#!/bin/sh\necho $(date +%%s%%N) $FV_ALERT_ID >> %s\n" % self.told, 0o700)
        self.server = subprocess.Popen(
            [os.path.join(self.bin, "fieldvisitd"), "--dir", self.data, "serve", "--sync",
             "127.0.0.1:%d" % self.port, "--alert", command], stdout=subprocess.PIPE, stderr=open(self.log, "ab"),
            stdin=subprocess.DEVNULL, text=True)
        assert self.server.stdout.readline().startswith("serving")

    def lines(self):
        return open(self.told).read().splitlines() if os.path.exists(self.told) else []


def string(value, kind=0x40):
    data = value.encode()
    assert len(data) < 24
    return bytes([kind | len(data)]) + data


def call(phone, verb, *words):
    """One call over the agent's socket, as the program itself makes it; its exit code."""
    body = b"\x87\x02" + string(verb, 0x60) + bytes([0x80 | len(words)]) + b"".join(map(string, words))
    body += b"\xf4\x40\x40" + string("en")
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(os.path.join(phone.dir, "agent.sock"))
        s.sendall(struct.pack(">I", len(body)) + body)
        head = b""
        while len(head) < 12:
            piece = s.recv(4096)
            if not piece:
                raise h.Failed("the agent closed the connection")
            head += piece
        return struct.unpack(">I", head[:4])[0]


def press(house, phone):
    """Seconds from the start of 'fieldvisit sos' to the command at the desk; it is then over."""
    before = len(house.lines())
    started = time.time_ns()
    phone.v("sos")
    end = time.monotonic() + 60
    while len(house.lines()) == before:
        if time.monotonic() > end:
            raise h.Failed("the desk was not told within 60 s")
        time.sleep(0.01)
    at, alert = house.lines()[-1].split()
    house.d("alert", "ack", alert, "--by", "supervisor")
    phone.v("sos", "end")
    while phone.status()["sos"] is not None:
        time.sleep(0.1)
    return (int(at) - started) / 1e9


def backlog(phone, records):
    phone.v("begin", "c-1")
    while phone.status()["recorded"] < records:
        for _ in range(500):
            code = call(phone, "outcome", "not_home")
            if code != 0:
                raise h.Failed("outcome: exit %d" % code)


def main():
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "mtu", "1500"], check=True)
    with tempfile.TemporaryDirectory(prefix="fv-sos-") as folder, Desk(folder) as house:
        proxy = SlowLink(house.port)
        by_kernel = netem(True)
        netem(False)
        house.url_port = house.port if by_kernel else proxy.port

        def link(on):
            proxy.on = on
            if by_kernel:
                netem(on)

        out("link", by="netem" if by_kernel else "proxy")
        house.init()
        house.publish()
        house.serve()
        phone = house.handheld("o1")
        house.cases([house.case("c-1")])
        phone.start_agent(1)
        phone.v("sync", "--wait")
        link(True)
        took = [press(house, phone) for _ in range(PRESSES)]
        out("sos_slow_4g", median_s=round(statistics.median(took), 2), worst_s=round(max(took), 2), presses=PRESSES)
        house.stop()
        link(False)
        backlog(phone, records)
        house.serve()
        link(True)
        phone.v("sync")  # by hand: it begins now
        time.sleep(3)
        sent = phone.status()["sent"]
        s = phone.status()
        t = press(house, phone)
        out("sos_slow_4g_backlog", records=s["recorded"], sent_before=sent, seconds=round(t, 2),
            waiting=s["recorded"] - sent)
        link(False)


main()
