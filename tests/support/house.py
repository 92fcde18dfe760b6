"""A whole installation in one folder, with the real programs: a server with its keys, roster,
packs and cases, and as many handhelds as are wanted.  For the demo and the scenarios.

    with House(folder) as house:
        house.serve()
        phone = house.handheld("o1")
        ...
"""
import glob
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("FV_BIN", os.path.join(TOP, "build"))
RULES = os.path.join(TOP, "sync-server", "rules")
PACKS = ("cn-cba-2026", "cn-gbt45251-2025", "house", "test-days")
PIN = "482915"


class Failed(Exception):
    pass


def run(argv, code=0, stdin=None, env=None, timeout=120):
    """Run one command; its exit code must be `code` (None: any)."""
    r = subprocess.run([str(a) for a in argv], input=stdin, capture_output=True, text=True,
                       env=env, timeout=timeout)
    if code is not None and r.returncode != code:
        raise Failed("%s\nexit %d, not %d\n%s%s" % (" ".join(map(str, argv)), r.returncode, code,
                                                    r.stdout, r.stderr))
    return r


def write(path, text, mode=0o600):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as f:
        f.write(text)
    return path


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pack_file(pack):
    """Of the packs that ship, or of the tests' own."""
    ships = os.path.join(RULES, pack + ".json")
    return ships if os.path.exists(ships) else os.path.join(TOP, "tests", "data", pack + ".json")


def day_zone():
    """A zone where it is about noon, so that no test runs across a midnight or at night."""
    return "Etc/GMT%+d" % (time.gmtime().tm_hour - 12)


class House:
    def __init__(self, folder, agency="bank1", port=None, bin_dir=BIN):
        self.folder = os.path.abspath(folder)
        self.agency = agency
        self.bin = bin_dir
        self.data = os.path.join(self.folder, "server")
        self.keys = os.path.join(self.folder, "keys")
        self.papers = os.path.join(self.folder, "papers")
        self.log = os.path.join(self.folder, "server.log")
        self.port = port or free_port()
        self.url_port = self.port  # what tickets name; a proxy may stand there
        self.url = None  # the same, whole
        self.cafile = None  # of a desk with TLS
        self.server = None
        self.phones = []
        for d in (self.folder, self.papers):
            os.makedirs(d, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for phone in self.phones:
            phone.stop_agent()
        self.stop()

    # -- the server and the supervisor's machine ---------------------------------------

    def d(self, *args, **kwargs):
        """fieldvisitd on the server's folder."""
        return run([os.path.join(self.bin, "fieldvisitd"), "--dir", self.data, *args], **kwargs)

    def off(self, *args, **kwargs):
        """fieldvisitd on the supervisor's machine: no data folder is named."""
        env = dict(os.environ, FIELDVISITD_DIR="/nonexistent")
        return run([os.path.join(self.bin, "fieldvisitd"), *args], env=env, **kwargs)

    @property
    def key(self):
        return ["--key", os.path.join(self.keys, "supervisor.key"),
                "--passphrase-file", os.path.join(self.keys, "passphrase")]

    def init(self, officers=("o1:Li Wei", "o2:Wang Fang")):
        args = []
        for o in officers:
            args += ["--officer", o]
        url = self.url or "http://127.0.0.1:%d" % self.url_port
        return self.d("init", "--agency", self.agency, "--url", url, "--demo", self.keys, *args).stdout

    def paper(self, name):
        return os.path.join(self.papers, name)

    def publish(self, packs=PACKS):
        out = self.paper("packs.%d" % len(os.listdir(self.papers)))
        files = [pack_file(p) for p in packs]
        self.off("pack", "publish", *files, *self.key, "--out", out)
        self.d("pack", "import", out + ".packs")

    def serve(self, *options, desk=False, cafile=None):
        """Start it.  `desk`: the supervisors' desk too, at self.desk_url; `cafile`: of its TLS."""
        self.cafile = cafile
        log = open(self.log, "ab")
        options += ("--desk", "127.0.0.1:0") if desk else ()
        self.server = subprocess.Popen(
            [os.path.join(self.bin, "fieldvisitd"), "--dir", self.data, "serve",
             "--sync", "127.0.0.1:%d" % self.port, *options],
            stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)
        line = self.server.stdout.readline()
        if not line.startswith("serving sync "):
            raise Failed("serve said %r\n%s" % (line, open(self.log).read()))
        if desk:
            self.desk_url = self.server.stdout.readline().split()[-1]

    def account(self, person, role, agency=None, password=None, **more):
        """Make an account of the running desk, as an admin and its owner do.  Its password."""
        password = password or "a password of %s" % person
        args = ["--agency", agency] if agency else []
        for name, value in more.items():
            args += ["--" + name, value]
        added = json.loads(self.d("desk", "add", person, "--role", role, *args, "--json").stdout)
        desk = Desk(self.desk_url, self.cafile)
        desk.call("POST", "/link", {"token": added["link"].rsplit("/", 1)[1], "password": password})
        return password

    def desk(self, person=None, password=None):
        """The desk's API, signed in as this person."""
        desk = Desk(self.desk_url, self.cafile)
        if person is not None:
            desk.login(person, password or "a password of %s" % person)
        return desk

    def stop(self, how=signal.SIGTERM):
        if self.server is None:
            return
        if self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(20)
        self.server.stdout.close()
        self.server = None

    def invite(self, officer, hours=48, team="team1"):
        out = self.paper("ticket-%s-%d" % (officer, len(os.listdir(self.papers))))
        self.off("invite", *self.key, "--roster", os.path.join(self.keys, "roster.note"),
                 "--server-info", os.path.join(self.data, "server.pub"), "--team", team,
                 "--officer", officer, "--hours", hours, "--out", out)
        self.d("invite", "import", out)
        return out

    def devices(self):
        return json.loads(self.d("device", "list", "--json").stdout)["devices"]

    def device(self, dev):
        return next(d for d in self.devices() if d["dev"] == dev)

    def directory(self):
        out = self.paper("directory.%d" % len(os.listdir(self.papers)))
        self.d("roster", "export", "--out", out)
        return out

    def approve(self, phone):
        out = self.paper("approve-" + phone.dev)
        self.off("device", "approve", *self.key, "--directory", self.directory(), "--dev", phone.dev,
                 "--digits", phone.digits, "--out", out)
        self.d("device", "import", out)

    def cases(self, rows):
        """rows: dicts of the case CSV's columns; sealed off the server, then imported."""
        columns = sorted({c for row in rows for c in row})
        text = ",".join(columns) + "\n"
        for row in rows:
            text += ",".join('"%s"' % str(row.get(c, "")).replace('"', '""') for c in columns) + "\n"
        path = write(self.paper("cases.csv"), text)
        sealed = self.off("case", "seal", path, *self.key, "--directory", self.directory()).stdout
        os.remove(path)
        self.d("case", "import", write(self.paper("out.cases"), sealed))

    def case(self, case_id, **more):
        """A row for cases(): an ordinary case of officer o1; `more` changes columns."""
        row = {"case": case_id, "agency": self.agency, "zone": day_zone(), "lat": 31.2304, "lon": 121.4737,
               "datum": "wgs84", "radius_m": 100, "actor": "third_party", "product": "consumer_loan",
               "debts": "d1", "packs": ";".join(PACKS), "assigned": "o1", "name": "A B",
               "as_of": time.strftime("%Y-%m-%d", time.gmtime())}
        row.update(more)
        return row

    def report(self, *args):
        return json.loads(self.d("report", "--json", *args).stdout)

    # -- handhelds ---------------------------------------------------------------------

    def handheld(self, officer, name=None, enroll=True, approve=True, team="team1"):
        phone = Handheld(self, officer, os.path.join(self.folder, name or "phone-" + officer))
        self.phones.append(phone)
        if enroll:
            phone.enroll(self.invite(officer, team=team))
            if approve:
                self.approve(phone)
        return phone


def second_team(house, team):
    """A second supervisor on the roster, "boss2", who reads for another team."""
    old, new, key = os.path.join(house.keys, "roster.note"), house.paper("roster.next"), house.paper("boss2")
    house.off("supervisor", "keygen", "--agency", house.agency, "--id", "boss2", "--out", key,
              "--passphrase-file", house.key[3])
    house.off("roster", "new", "--previous", old, "--out", new)
    house.off("supervisor", "add", "--public", glob.glob(key + "*.pub")[0], "--roster", new, "--teams", team)
    house.off("roster", "sign", *house.key, new, "--previous", old)
    house.d("roster", "import", new)
    os.replace(new, old)


class Desk:
    """The API of a desk as a program uses it: one session, its cookie and its CSRF token."""

    def __init__(self, url, cafile=None, source=None):
        self.url, self.cookie, self.csrf, self.cafile = url, None, None, cafile
        kind = http.client.HTTPSConnection if cafile else http.client.HTTPConnection
        more = {"context": ssl.create_default_context(cafile=cafile)} if cafile else {}
        at = urllib.parse.urlsplit(url)
        self.connect = lambda: kind(at.hostname, at.port, timeout=60, **more,
                                    source_address=(source, 0) if source else None)

    def ask(self, method, path, body=None, headers=None):
        """(status, headers, bytes) of one request under /api/v1."""
        data = None if body is None else json.dumps(body).encode()
        own = {"Content-Type": "application/json" if data is not None else None,
               "Cookie": self.cookie, "X-CSRF-Token": self.csrf, **(headers or {})}
        connection = self.connect()
        connection.request(method, "/api/v1" + path, data, {n: v for n, v in own.items() if v is not None})
        answer = connection.getresponse()
        try:
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def call(self, method, path, body=None, code=None):
        """The answer's JSON; its status must be `code` (None: any 2xx)."""
        status, _, data = self.ask(method, path, body)
        if status // 100 != 2 if code is None else status != code:
            raise Failed("%s %s: %d %s" % (method, path, status, data.decode(errors="replace")))
        return json.loads(data) if data else None

    def get(self, path, **query):
        return self.call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, body=None, code=None):
        return self.call("POST", path, {} if body is None else body, code)

    def login(self, person, password):
        status, headers, data = self.ask("POST", "/session", {"id": person, "password": password})
        if status != 200:
            raise Failed("%s cannot log in: %d %s" % (person, status, data.decode(errors="replace")))
        self.cookie = headers["Set-Cookie"].split(";")[0]
        answer = json.loads(data)
        self.csrf = answer["csrf"]
        self.signed = (person, password)
        return answer

    def again(self):
        """Another session of the same person."""
        desk = Desk(self.url, self.cafile)
        desk.login(*self.signed)
        return desk


class Handheld:
    def __init__(self, house, officer, folder):
        self.house, self.officer, self.dir = house, officer, folder
        self.dev = self.digits = None
        self.agent = None
        os.makedirs(folder, exist_ok=True, mode=0o700)
        self.pin_file = write(os.path.join(house.papers, "pin-" + os.path.basename(folder)), PIN + "\n")

    def v(self, *args, **kwargs):
        # The officers of the tests agree to their tracks, where a test does not say otherwise.
        if [a for a in args if a != "--json"] == ["shift", "begin"]:
            args += ("--agree",)
        env = {**os.environ, "LANGUAGE": "en", **kwargs.pop("env", {})}
        return run([os.path.join(self.house.bin, "fieldvisit"), "--dir", self.dir, *args], env=env, **kwargs)

    def j(self, *args, **kwargs):
        return json.loads(self.v("--json", *args, **kwargs).stdout)

    def enroll(self, ticket):
        answer = self.j("enroll", ticket, "--pin-file", self.pin_file)
        self.dev, self.digits = answer["dev"], answer["digits"]

    def start_agent(self, gpsd_port):
        log = open(os.path.join(self.house.folder, os.path.basename(self.dir) + ".log"), "ab")
        self.agent = subprocess.Popen(
            [os.path.join(self.house.bin, "fieldvisit"), "--dir", self.dir, "agent",
             "--gpsd", "localhost:%d" % gpsd_port], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not self.is_served():  # a killed agent leaves its socket's name behind
            if self.agent.poll() is not None or time.monotonic() > end:
                raise Failed("the agent did not start: " + open(log.name).read())
            time.sleep(0.02)

    def is_served(self):
        """True when the agent that was started answers on the socket.  A killed one's may still
        be held, for a moment, by the child that it had just made."""
        with socket.socket(socket.AF_UNIX) as s:
            if s.connect_ex(os.path.join(self.dir, "agent.sock")) != 0:
                return False
            listener = struct.unpack("3i", s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        if self.agent is None or listener == self.agent.pid:
            return True
        try:  # started through a program that makes a namespace for it
            with open("/proc/%d/stat" % listener) as f:
                return int(f.read().rsplit(")", 1)[1].split()[1]) == self.agent.pid
        except FileNotFoundError:
            return False

    def stop_agent(self, how=signal.SIGTERM):
        if self.agent is None:
            return
        if self.agent.poll() is None:
            self.agent.send_signal(how)
            self.agent.wait(20)
        self.agent = None

    def status(self):
        return self.j("status")

    def sync(self, code=0):
        return self.v("sync", "--wait", code=code)


class CutProxy:
    """Forwards TCP to a port; when `cut_after` is a number, breaks the next connection after so
    many bytes have gone up."""

    def __init__(self, to_port, port=None):
        self.to_port = to_port
        self.cut_after = None
        self.cuts = 0
        self.up = self.down = 0
        self.drop_answers = False  # requests arrive, their answers do not
        self.record = None  # a list: ("up" or "down", bytes) of what passes is appended
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port or 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.to_port))
        except OSError:
            client.close()
            return
        threading.Thread(target=self._answer, args=(server, client), daemon=True).start()
        limit, sent = self.cut_after, 0
        try:
            while True:
                piece = client.recv(4096)
                if not piece:
                    break
                if self.record is not None:
                    self.record.append(("up", piece))
                if limit is not None and sent + len(piece) >= limit:
                    server.sendall(piece[:limit - sent])
                    self.cut_after = None
                    self.cuts += 1
                    time.sleep(0.05)
                    for s in (client, server):
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        s.close()
                    return
                server.sendall(piece)
                sent += len(piece)
                self.up += len(piece)
        except OSError:
            pass
        try:
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _answer(self, server, client):
        try:
            while True:
                piece = server.recv(4096)
                if not piece:
                    break
                if self.drop_answers:
                    break
                if self.record is not None:
                    self.record.append(("down", piece))
                client.sendall(piece)
                self.down += len(piece)
        except OSError:
            pass
        for s in (client, server):
            try:  # a close alone would wait for the other thread's recv
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def close(self):
        self.listener.close()


def raw(url, text, timeout=20):
    """What a server answers to these bytes, until it closes."""
    at = urllib.parse.urlsplit(url)
    with socket.create_connection((at.hostname, at.port), timeout=timeout) as s:
        s.sendall(text)
        out = b""
        while piece := s.recv(65536):
            out += piece
        return out


def browse(steps, name, **house):
    """Run tests/web/NAME.mjs in a browser with `house` as JSON in HOUSE; its lines "ok - " and
    "not ok - " count as this test's own."""
    if not (shutil.which("node") and os.path.exists(os.environ.get("CHROMIUM", "/usr/bin/chromium"))):
        print("skip - %s in a browser: node or chromium is not installed" % name)
        return
    r = subprocess.run(["node", os.path.join(TOP, "tests", "web", name + ".mjs")], capture_output=True,
                       text=True, timeout=300, env=dict(os.environ, HOUSE=json.dumps(house)))
    lines = r.stdout.splitlines()
    for line in lines:
        if line.startswith(("ok - ", "not ok - ")):
            steps.check(line.startswith("ok"), line.split(" - ", 1)[1])
    if r.returncode != 0 and not any(x.startswith("not ok") for x in lines):
        steps.check(False, "the test in the browser ran to its end", r.stdout[-500:] + r.stderr[-2000:])


def answering(house, run_step):
    """Two pipes for a test in a browser: what it writes to the first goes to run_step(), whose
    answer it reads from the second as JSON."""
    asked, answers = house.paper("steps"), house.paper("answers")
    os.mkfifo(asked)
    os.mkfifo(answers)

    def serve():
        while True:
            with open(asked) as f:
                what = f.read().strip()
            try:
                said = run_step(what)
            except Exception as error:  # said in the browser's test, which waits for an answer
                said = {"error": str(error)}
            with open(answers, "w") as f:
                f.write(json.dumps(said) + "\n")

    threading.Thread(target=serve, daemon=True).start()
    return {"asked": asked, "answers": answers}


def files_holding(folder, needles):
    """The files below `folder` that hold one of the byte strings."""
    found = []
    for path in glob.glob(os.path.join(folder, "**"), recursive=True):
        if os.path.isfile(path):
            data = open(path, "rb").read()
            found += [(path, n) for n in needles if n in data]
    return found


class Steps:
    """Asserted steps of a scenario: prints "ok - SENTENCE" or "not ok - SENTENCE"."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, claim, sentence, detail=""):
        print(("ok - " if claim else "not ok - ") + sentence + ("" if claim or not detail else ": %s" % (detail,)))
        sys.stdout.flush()
        if claim:
            self.passed += 1
        else:
            self.failed += 1
        return bool(claim)

    def end(self):
        sys.exit(1 if self.failed or not self.passed else 0)
