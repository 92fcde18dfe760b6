#!/usr/bin/env python3
"""What a long export costs the server: memory, rows a second, and what a page of outcomes takes,
over a store with ROWS findings.  One JSON object a line.

    tests/bench/export.py [ROWS]      1,000,000 unless said

The findings are written straight into the store: what is measured is reading them out through the
desk, by HTTP, with their cases folded one by one.
"""
import http.client
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "support"))
import house as h  # noqa: E402

PER_CASE = 100


def out(bench, **figures):
    print(json.dumps(dict(bench=bench, **figures)))
    sys.stdout.flush()


def fill(path, rows):
    cases = rows // PER_CASE
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) " 
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute(numbers % cases + "INSERT INTO cases SELECT printf('c-%%07d', i), 'bank1', 'Asia/Shanghai', 311234567,"
                   " 1214567890, 100, 2, 1, 'd1', 'house', 'o1', NULL, NULL, 0, 1700000000000 FROM n".replace("%%", "%"))
        db.execute(numbers % rows + "INSERT INTO finding SELECT randomblob(16), 1, printf('v-0123456789abcdef-%%d', i),"
                   " printf('c-%%07d', i / 100), 'house', 'house-hours', 1 + (i %% 4), 0, 1700000000000 + i * 1000, zeroblob(32),"
                   " '2', '2026a', x'80', zeroblob(32), '{\"from\":\"08:00\",\"local\":\"2026-03-02T21:50:00+08:00\",\"to\":\"20:00\"}',"
                   " 1700000000000 + i, 1 FROM n".replace("%%", "%"))
        db.commit()


def memory(pid, name):
    for line in open("/proc/%d/status" % pid):
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def stream(house, desk, path):
    """(bytes, lines, seconds, largest resident kB of the server meanwhile) of an export read as
    fast as it comes."""
    host = house.desk_url.split("//")[1]
    link = http.client.HTTPConnection(host, timeout=600)
    begin = time.monotonic()
    link.request("GET", "/api/v1" + path, headers={"Cookie": desk.cookie})
    answer = link.getresponse()
    size = lines = peak = pieces = 0
    while True:
        piece = answer.read(1 << 16)
        if not piece:
            break
        size += len(piece)
        lines += piece.count(b"\n")
        pieces += 1
        if pieces % 64 == 1:
            peak = max(peak, memory(house.server.pid, "VmRSS"))
    link.close()
    return size, lines, time.monotonic() - begin, peak


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
    folder = tempfile.mkdtemp(prefix="fv-bench-export-")
    try:
        with h.House(folder) as house:
            house.init()
            house.publish()
            fill(os.path.join(house.data, "fieldvisit.db"), rows)
            house.serve(desk=True)
            house.account("zhang", "supervisor")
            desk = house.desk("zhang")
            pid = house.server.pid
            desk.ask("GET", "/export/findings.csv?verdict=all&case=c-0000001")
            before = memory(pid, "VmRSS")
            size, lines, seconds, peak = stream(house, desk, "/export/findings.csv?verdict=all")
            out("export", rows=lines - 1, bytes=size, rows_per_s=round((lines - 1) / seconds), rss_before_kb=before,
                rss_peak_kb=peak, seconds=round(seconds, 1))
            assert lines == rows + 1, (lines, rows)
            times = []
            for i in range(50):
                begin = time.monotonic()
                desk.get("/outcomes", since=rows // 50 * i, limit=500)
                times.append((time.monotonic() - begin) * 1000)
            out("outcomes", median_ms=round(statistics.median(times), 1), worst_ms=round(max(times), 1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
