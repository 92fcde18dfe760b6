"""A bank's own files, made up: officers, cases, holidays and last week's calls."""
import csv
import datetime
import os
import random

SURNAMES = "Ouyang Shangguan Huangfu Zhuge Dongfang Situ Sima Murong Linghu Yuwen".split()
GIVEN = "Xiaoming Guoqiang Meiling Jianhua Lihua Weiguo Yuzhen Haiyan Zhiyuan Chunhua".split()
STREETS = "Plumblossom Lane,Old Granary Road,Seventh Canal Street,Pagoda Hill Way".split(",")
OFFICERS = (("bank1", "bank", 36), ("north", "north", 15), ("south", "south", 9))
CASES, CALLS = 600, 1200


def write_csv(path, columns, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, columns)
        out.writeheader()
        out.writerows(rows)


def officers(folder, today):
    rows = []
    for agency, team, count in OFFICERS:
        for i in range(1, count + 1):
            rows.append({"id": "%s%02d" % (team[0], i), "name": "Officer %s %d" % (team.title(), i), "agency": agency,
                         "team": team, "badge": "B-%s-%03d" % (team, i),
                         "certificate": today - datetime.timedelta(days=40 + i), "training": today - datetime.timedelta(days=10 + i)})
    write_csv(os.path.join(folder, "officers.csv"), list(rows[0]), rows)
    return rows


def cases(folder, people, today, dice):
    rows = []
    for i in range(1, CASES + 1):
        who = people[i % len(people)]
        rows.append({
            "case": "K-%05d" % i, "agency": who["agency"], "zone": "Asia/Shanghai", "lat": "%.5f" % (31.2 + dice.random() / 5),
            "lon": "%.5f" % (121.4 + dice.random() / 5), "datum": "gcj02", "actor": "first_party" if who["agency"] == "bank1" else "third_party",
            "product": "consumer_loan", "debts": "d1", "packs": "cn-cba-2026;cn-gbt45251-2025;cn-statutes;house",
            "assigned": who["id"], "as_of": today, "name": "%s %s %d" % (dice.choice(SURNAMES), dice.choice(GIVEN), i),
            "phone": "139%08d" % (i * 7919), "address": "%d %s" % (i, dice.choice(STREETS)), "amount": "CNY %d.00" % (1000 + i)})
    write_csv(os.path.join(folder, "cases.csv"), list(rows[0]), rows)
    return rows


def holidays(folder, year):
    days = [(1, 1, "New Year"), (2, 16, "Spring Festival"), (2, 17, "Spring Festival"), (2, 18, "Spring Festival"),
            (4, 5, "Qingming"), (5, 1, "Labour Day"), (6, 19, "Dragon Boat"), (9, 25, "Mid-Autumn"), (10, 1, "National Day")]
    rows = [{"date": datetime.date(year, m, d), "kind": "holiday", "name": n} for m, d, n in days]
    rows.append({"date": datetime.date(year, 2, 14), "kind": "workday", "name": "worked for the festival"})
    write_csv(os.path.join(folder, "holidays.csv"), ["date", "kind", "name"], rows)


def calls(folder, files, today, dice):
    """Those of the dialler in the last seven days, as it wrote them."""
    rows = []
    for i in range(CALLS):
        day = today - datetime.timedelta(days=1 + i % 7)
        begin = datetime.datetime.combine(day, datetime.time(9 + i % 11, i % 60), datetime.timezone(datetime.timedelta(hours=8)))
        rows.append({"type": "contact", "id": "call-%05d" % i, "case": files[i % len(files)]["case"], "channel": "call", "by": "collector",
                     "begin": begin.isoformat(), "end": (begin + datetime.timedelta(minutes=2)).isoformat(), "source": "dialler",
                     "outcome": dice.choice(("no_answer", "conversation")), "number": "n1"})
    write_csv(os.path.join(folder, "calls.csv"), list(rows[0]), rows)


def make(folder):
    """All of them in this folder.  (officers, cases) as rows."""
    dice, today = random.Random(1), datetime.date.today()
    people = officers(folder, today)
    files = cases(folder, people, today, dice)
    holidays(folder, 2026)
    calls(folder, files, today, dice)
    return people, files


def words(files):
    """What of the cases is nobody's business but the officer's: no byte of it may be at the server."""
    return {*SURNAMES, *STREETS, *(row[column] for row in files[::5] for column in ("name", "phone", "address", "amount"))}
