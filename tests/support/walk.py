#!/usr/bin/env python3
"""Make the NMEA log of a walk: RMC, GGA, GSA and GSV once a second, with checksums.

A walk goes through waypoints and stands still for a while at each.  It has what a real
receiver has: wander of a metre or two, satellites whose strength follows their height, a
DOP that changes.  The same seed gives the same walk.

As a module: walk(waypoints, ...) yields the sentences of one second after another.
As a program:
  walk.py [--start ISO|now] [--speed M_S] [--seed N] [--nofix S] LAT,LON,DWELL_S ... > FILE
"""
import argparse
import datetime
import math
import random
import sys

METRES_PER_DEGREE = 111195.0
GEOID_M = -4.0
SATELLITES = ((2, 67, 40), (5, 31, 120), (12, 45, 210), (15, 22, 300), (18, 73, 90), (21, 12, 33),
              (24, 55, 260), (25, 38, 345), (29, 18, 160), (31, 8, 275))


def sentence(body):
    check = 0
    for c in body.encode("ascii"):
        check ^= c
    return "$%s*%02X\r\n" % (body, check)


def angle(value, width, letters):
    """ddmm.mmmmm and its letter."""
    minutes = round(abs(value) * 60, 5)
    return "%0*d%08.5f,%s" % (width, int(minutes // 60), minutes % 60, letters[value < 0])


def metres(a, b):
    north = (b[0] - a[0]) * METRES_PER_DEGREE
    east = (b[1] - a[1]) * METRES_PER_DEGREE * math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(north, east), math.degrees(math.atan2(east, north)) % 360


def positions(waypoints, speed):
    """(lat, lon, speed, course) for each second."""
    course = 0.0
    for i, (lat, lon, dwell) in enumerate(waypoints):
        for _ in range(max(1, int(dwell))):
            yield lat, lon, 0.0, course
        if i + 1 == len(waypoints):
            return
        to = waypoints[i + 1]
        length, course = metres((lat, lon), to)
        steps = max(1, math.ceil(length / speed))
        for k in range(1, steps):
            yield (lat + (to[0] - lat) * k / steps, lon + (to[1] - lon) * k / steps,
                   length / steps, course)


def sky(rng, fix):
    """GSA and GSV of this second."""
    strong = [(n, e, a, max(14, min(52, int(22 + e * 0.3 + rng.gauss(0, 2))))) for n, e, a in SATELLITES]
    used = ["%02d" % n for n, e, _, _ in strong if e > 10] if fix else []
    hdop = 0.8 + 0.1 * abs(rng.gauss(0, 1)) if fix else 99.99
    dops = "%.2f,%.2f,%.2f" % ((hdop * 1.6, hdop, hdop * 1.25) if fix else (99.99, 99.99, 99.99))
    out = [sentence("GPGSA,A,%d,%s,%s" % (3 if fix else 1, ",".join((used + [""] * 12)[:12]), dops))]
    count = (len(strong) + 3) // 4
    for page in range(count):
        cells = ",".join("%02d,%02d,%03d,%02d" % s for s in strong[4 * page:4 * page + 4])
        out.append(sentence("GPGSV,%d,%d,%02d,%s" % (count, page + 1, len(strong), cells)))
    return len(used), hdop, out


def walk(waypoints, start=None, speed=1.4, seed=1, nofix=0):
    """Yield the text of one second after another; the first `nofix` seconds have no fix."""
    rng = random.Random(seed)
    when = start or datetime.datetime.now(datetime.timezone.utc)
    when = when.astimezone(datetime.timezone.utc).replace(microsecond=0)
    north = east = 0.0
    for n, (lat, lon, v, course) in enumerate(positions(waypoints, speed)):
        north, east = 0.95 * north + rng.gauss(0, 0.35), 0.95 * east + rng.gauss(0, 0.35)
        lat += north / METRES_PER_DEGREE
        lon += east / (METRES_PER_DEGREE * math.cos(math.radians(lat)))
        v = max(0.0, v + rng.gauss(0, 0.05))
        fix = n >= nofix
        clock, date = when.strftime("%H%M%S.00"), when.strftime("%d%m%y")
        used, hdop, rest = sky(rng, fix)
        place = "%s,%s" % (angle(lat, 2, "NS"), angle(lon, 3, "EW")) if fix else ",,,"
        out = [sentence("GPRMC,%s,%s,%s,%s,%s,%s,,,%s" % (
            clock, "A" if fix else "V", place, "%.3f" % (v * 1.943844) if fix else "",
            "%.2f" % course if fix else "", date, "A" if fix else "N"))]
        out.append(sentence("GPGGA,%s,%s,%d,%02d,%.2f,%s,M,%s,M,," % (
            clock, place, 1 if fix else 0, used, hdop,
            "%.1f" % (12 + rng.gauss(0, 1.5)) if fix else "", "%.1f" % GEOID_M if fix else "")))
        yield "".join(out + rest)
        when += datetime.timedelta(seconds=1)


def waypoint(text):
    lat, lon, dwell = text.split(",")
    return float(lat), float(lon), float(dwell)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--start", default="now", help="RFC 3339 time of the first second")
    p.add_argument("--speed", type=float, default=1.4, help="metres a second between waypoints")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--nofix", type=int, default=0, help="seconds without a fix at the beginning")
    p.add_argument("waypoints", nargs="+", type=waypoint, metavar="LAT,LON,DWELL_S")
    a = p.parse_args()
    start = None if a.start == "now" else datetime.datetime.fromisoformat(a.start.replace("Z", "+00:00"))
    for second in walk(a.waypoints, start, a.speed, a.seed, a.nofix):
        sys.stdout.write(second)


if __name__ == "__main__":
    main()
