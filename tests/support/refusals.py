"""Refusals: what must not change when something is refused, and how a refusal must read."""
import json
import os
import re
import sqlite3

from house import PACKS, TOP, Steps

CASE = dict(case="c1", agency="bank1", zone="Asia/Shanghai", lat="23.1291", lon="113.2644", datum="wgs84",
            radius_m=100, actor="third_party", product="consumer_loan", debts="d1",
            packs=";".join(PACKS), assigned="o1", name="A. Debtor")
t = Steps()


def man_rows(path):
    text = open(os.path.join(TOP, path), encoding="utf-8").read()
    return {word: int(code) for word, code in re.findall(r"^\.It Sy (\S+) Pq exit (\d+)$", text, re.M)}


APP_EXITS = man_rows("firmware-app/man/fieldvisit.1")
SERVER_EXITS = man_rows("sync-server/man/fieldvisitd.8")


# -- what must not change --------------------------------------------------------------------

def phone_state(phone):
    s, v = phone.status(), phone.j("verify", code=None)
    return [s[k] for k in ("recorded", "sealed", "receipted", "visit", "shift")] + [v.get("sealed_root")]


def server_state(house):
    """Records, ledger leaves and the ledger's last head, read beside whoever runs."""
    db = sqlite3.connect("file:%s/fieldvisit.db?mode=ro" % house.data, uri=True)
    try:
        return [db.execute("SELECT count(*) FROM " + x).fetchone()[0] for x in ("record", "leaf", "cases", "pack")] + \
            [db.execute("SELECT hex(root) FROM head ORDER BY size DESC LIMIT 1").fetchone()]
    finally:
        db.close()


def refused(phone, sentence, fail, hint, *args, stdin=None, same=True):
    """The handheld's verb fails as the man page says; `hint`: what to do next."""
    before = phone_state(phone) if same else None
    r = phone.v("--json", *args, code=None, stdin=stdin)
    error = json.loads(r.stdout or "{}").get("error", {}) if r.returncode else {}
    after = phone_state(phone) if same else None
    t.check(error.get("id") == fail and r.returncode == APP_EXITS[fail] == error["exit"]
            and re.search(hint, error["text"]) and before == after and len(r.stderr.splitlines()) >= 1,
            sentence, (r.returncode, r.stdout, r.stderr, before, after))


def server_refuses(house, sentence, fail, hint, argv, off=False, stdin=None):
    before = server_state(house)
    r = (house.off if off else house.d)(*argv, code=None, stdin=stdin)
    after = server_state(house)
    t.check(r.returncode == SERVER_EXITS[fail] and re.search(hint, r.stderr) and before == after
            and r.stderr.startswith("fieldvisitd: "), sentence, (r.returncode, r.stdout, r.stderr, before, after))


def proven(phone, sentence):
    r = phone.v("verify", code=None)
    t.check(r.returncode == 0, sentence, r.stdout + r.stderr)
