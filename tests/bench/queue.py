#!/usr/bin/env python3
"""Pages of the desk's findings queue over a million visits: server time, with the way there and
back on one machine.  Prints one JSON line.

The rows are put beside the server, as a year of judging would leave them: what is measured is
reading.  usage: queue.py [ROWS]"""
import json
import os
import random
import sqlite3
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "support"))
os.chdir(TOP)
from house import House  # noqa: E402

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
PAGES = 300
# One visit in ten is broken, four need a person, the rest is clean.
FILL = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
INSERT INTO queue SELECT printf('v-%016x-%d', i % 997, i), 'c' || (i % 50000), 'agency' || (i % 7), 'team' || (i % 40),
 'o' || (i % 997), i % 997, 1, 1700000000000 + i * 31000, 1700000900000 + i * 31000, 19675 + i * 31000 / 86400000,
 'Asia/Shanghai', 0, CASE WHEN i % 10 = 0 THEN 1 + i / 10 % 5 WHEN i % 10 < 5 THEN 6 + i / 10 % 5 ELSE 30 END,
 i % 10 = 0, i % 10 BETWEEN 1 AND 4, 0, 0, 0, i % 50 = 0, i + 1 FROM n"""
OPEN = """
INSERT INTO open_finding SELECT CAST(printf('%016d', begin_ms) AS BLOB), contact, 'cn-cba-2026', 'CN-0' || (rank % 10),
 CASE WHEN rank <= 5 THEN 4 ELSE 3 END, (rank - 1) % 5 + 1, provisional, 'missing:lat', zeroblob(32), begin_ms,
 'No position was recorded for the visit (house policy).', '本次上门没有定位记录（内部政策）。', agency, begin_ms, 0, rank
 FROM queue WHERE rank <= 10"""


def fill(house):
    db = sqlite3.connect(os.path.join(house.data, "fieldvisit.db"))
    db.execute(FILL, (ROWS,))
    db.execute(OPEN)
    db.execute("UPDATE queue_tick SET no = ?", (ROWS,))
    db.commit()
    db.close()


def timed(desk, path):
    start = time.perf_counter()
    status, _, data = desk.ask("GET", path)
    took = (time.perf_counter() - start) * 1000
    assert status == 200, (path, status, data[:200])
    return took, len(data), json.loads(data)


def pages(desk):
    """Times of pages all over the list, by the filters that a supervisor uses."""
    rand, times, sizes = random.Random(7), {}, []
    filters = ["", "verdict=fail", "agency=agency3", "officer=o77", "rule=CN-03", "day=2024-02-01", "severity=1"]
    for i in range(PAGES):
        name = filters[i % len(filters)]
        after = "%d:%d:v" % (rand.choice([1, 3, 5, 7, 9]), 1700000000000 + rand.randrange(ROWS) * 31000)
        if "severity" in name or "verdict" in name:
            after = "1" + after[1:]
        took, size, _ = timed(desk, "/visits?%s%s" % (name, "&after=" + after if i % 3 else ""))
        times.setdefault(name or "all", []).append(took)
        sizes.append(size)
    return times, sizes


def main():
    with tempfile.TemporaryDirectory() as folder, House(folder) as house:
        house.init()
        house.serve()
        house.stop()
        fill(house)
        house.serve("--no-judge", desk=True)
        house.account("sup", "supervisor", name="Supervisor")
        desk = house.desk("sup")
        times, sizes = pages(desk)
        every = sorted(t for list_ in times.values() for t in list_)
        causes = min(timed(desk, "/causes")[0] for _ in range(5))
        since = min(timed(desk, "/since")[0] for _ in range(5))
    print(json.dumps({"bench": "queue", "rows": ROWS, "p50_ms": round(every[len(every) // 2], 2),
                      "p99_ms": round(every[len(every) * 99 // 100], 2), "bytes": sorted(sizes)[len(sizes) // 2],
                      "worst_filter_ms": {k: round(max(v), 1) for k, v in times.items()},
                      "causes_ms": round(causes, 2), "since_ms": round(since, 2)}))


main()
