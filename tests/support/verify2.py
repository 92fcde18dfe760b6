#!/usr/bin/env python3
"""A second verifier of evidence bundles, written from PROTOCOL.md and include/fv/bundle.h alone.

Python's standard library only: its own tar, CBOR, signed notes, Merkle proofs and Ed25519
(cofactorless, as libsodium's).  `verify2.py FILE [--policy FILE]` says what holds and exits
0 all claims hold, 1 a claim fails, 2 cannot judge: the same codes as fieldvisit-verify.
"""
import base64
import hashlib
import hmac
import re
import sys

# -- Ed25519, RFC 8032 section 5.1 ----------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point_add(a, b):
    A, B = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    C, E = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = B - A, E - C, E + C, B + A
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_mul(k, p):
    q = (0, 1, 1, 0)
    while k > 0:
        if k & 1:
            q = point_add(q, p)
        p = point_add(p, p)
        k >>= 1
    return q


def point_decompress(s):
    y = int.from_bytes(s, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def point_compress(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return int.to_bytes(y | (x & 1) << 255, 32, "little")


BASE = point_decompress(int.to_bytes(4 * pow(5, P - 2, P) % P, 32, "little"))


def is_small_order(p):
    return point_compress(point_mul(8, p)) == point_compress((0, 1, 1, 0))


def ed25519_verify(pk, message, sig):
    """R recomputed and compared byte by byte: no cofactor, no small-order A or R, S < L."""
    a, s = point_decompress(pk), int.from_bytes(sig[32:], "little")
    r = point_decompress(sig[:32])
    if a is None or r is None or s >= L or is_small_order(a) or is_small_order(r):
        return False
    h = int.from_bytes(hashlib.sha512(sig[:32] + pk + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    return point_compress(point_add(point_mul(s, BASE), point_mul(h, minus_a))) == sig[:32]


# -- CBOR, the profile of PROTOCOL.md section C2 --------------------------------------------


class Bad(Exception):
    pass


def need(claim, why):
    if not claim:
        raise Bad(why)


def cbor(data, at=0, depth=0):
    """One item: (value, offset behind it).  Shortest heads, ascending keys, no tags or floats."""
    need(at < len(data), "CBOR ends early")
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        need(low in (20, 21, 22), "CBOR simple value")
        return {20: False, 21: True, 22: None}[low], at
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(low, 0)
    need(low < 28 and at + size <= len(data), "CBOR head")
    value = low if size == 0 else int.from_bytes(data[at:at + size], "big")
    need(size == 0 or value >= {1: 24, 2: 2**8, 4: 2**16, 8: 2**32}[size], "CBOR head not shortest")
    at += size
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        need(value <= 32768 and at + value <= len(data), "CBOR string")
        text = data[at:at + value]
        try:
            return (text if major == 2 else text.decode("utf-8")), at + value
        except UnicodeDecodeError:
            raise Bad("CBOR text is not UTF-8")
    need(major in (4, 5) and depth < 4 and value <= len(data), "CBOR nesting")
    if major == 4:
        items = []
        for _ in range(value):
            item, at = cbor(data, at, depth + 1)
            items.append(item)
        return items, at
    result, last = {}, -1
    for _ in range(value):
        key, at = cbor(data, at, depth + 1)
        need(type(key) is int and key > last, "CBOR map key")
        last = key
        result[key], at = cbor(data, at, depth + 1)
    return result, at


def cbor_all(data):
    value, at = cbor(data)
    need(at == len(data), "bytes after the CBOR item")
    return value


def cbor_seq(data):
    """(value, exact bytes) of each item of an RFC 8742 sequence."""
    at = 0
    while at < len(data):
        value, end = cbor(data, at)
        yield value, data[at:end]
        at = end


# -- hashes, trees, notes -------------------------------------------------------------------


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(text, length=None):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("base64")
    need(base64.b64encode(raw).decode() == text and (length is None or len(raw) == length), "base64")
    return raw


def tree_root(leaves):
    stack = []
    for i, leaf in enumerate(leaves):
        stack.append(leaf)
        while (i + 1) & 1 == 0:
            i = (i + 1 >> 1) - 1
            right = stack.pop()
            stack.append(sha(b"\1", stack.pop(), right))
    if not stack:
        return sha()
    root = stack.pop()
    while stack:
        root = sha(b"\1", stack.pop(), root)
    return root


def inclusion_holds(index, size, leaf, proof, root):
    if index >= size or any(len(h) != 32 for h in (leaf, root, *proof)):
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = sha(b"\1", p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha(b"\1", r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistency_holds(size1, size2, root1, root2, proof):
    if size1 == 0 or size1 > size2:
        return False
    if size1 == size2:
        return not proof and root1 == root2
    proof = list(proof)
    if size1 & (size1 - 1) == 0:
        proof.insert(0, root1)
    if not proof:
        return False
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha(b"\1", c, fr), sha(b"\1", c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == root1 and sr == root2


def key_id(name, pk):
    return sha(name.encode(), b"\n\x01", pk)[:4]


def vkey(text):
    m = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", text)
    need(m, "a verifier key")
    raw = b64(m.group(3), 33)
    need(raw[0] == 1 and key_id(m.group(1), raw[1:]).hex() == m.group(2), "a verifier key's id")
    return m.group(1), raw[1:]


def note_parse(data):
    """(text, [(name, key id and signature)])"""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad("a note is not UTF-8")
    need(not re.search(r"[\x00-\x09\x0b-\x1f]", whole), "control character in a note")
    at = whole.rfind("\n\n")
    need(at > 0 and whole.endswith("\n"), "a note has text, an empty line and signatures")
    sigs = []
    for line in whole[at + 2:].splitlines():
        m = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line)
        need(m, "a signature line")
        sigs.append((m.group(1), b64(m.group(2))))
    need(sigs, "a note has a signature")
    return whole[:at + 1], sigs


def note_signed_by(text, sigs, name, pk):
    return any(n == name and len(s) == 68 and s[:4] == key_id(name, pk)
               and ed25519_verify(pk, text.encode(), s[4:]) for n, s in sigs)


def checkpoint_parse(text):
    lines = text.split("\n")
    need(len(lines) == 4 and lines[3] == "" and re.fullmatch("0|[1-9][0-9]*", lines[1]), "a checkpoint")
    return lines[0], int(lines[1]), b64(lines[2], 32)


def log_origin(pk):
    return "fieldvisit/v1/log/" + sha(pk).hex()[:16]


# -- tar, the one encoding that an export has -----------------------------------------------


def tar_members(data):
    members, at, last = {}, 0, ""
    while True:
        head = data[at:at + 512]
        need(len(head) == 512, "the tar file is cut")
        if head == bytes(512):
            need(data[at:] == bytes(1024), "the tar file does not end with two empty blocks")
            return members
        name = head[:100].rstrip(b"\0").decode("ascii", "replace")
        need(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", name), "a member's name")
        need(re.fullmatch(rb"[0-7]{11}\0", head[124:136]), "a member's size")
        size = int(head[124:135], 8)
        want = bytearray(512)
        want[0:len(name)] = name.encode()
        want[100:108], want[108:116], want[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
        want[124:136], want[136:148] = b"%011o\0" % size, b"0" * 11 + b"\0"
        want[148:156], want[156:157], want[257:265] = b" " * 8, b"0", b"ustar\00000"
        want[148:155] = b"%06o\0" % sum(want)
        need(bytes(want) == head, "a tar header")
        need(name > last, "members are not in order")
        body = data[at + 512:at + 512 + size]
        end = at + 512 + (size + 511) // 512 * 512
        need(len(body) == size and data[at + 512 + size:end] == bytes(end - at - 512 - size) and end <= len(data),
             "a member is cut or its padding is not empty")
        members[name], last, at = body, name, end


# -- the checks -----------------------------------------------------------------------------


class Bundle:
    def __init__(self, data, policy=None):
        self.lines, self.failed, self.cannot, self.proven = [], False, False, 0
        try:
            self.m = tar_members(data)
        except Bad as e:
            self.m = None
            self.say("BUNDLE", str(e), False)
            return
        if policy is None:
            policy = self.m.get("policy")
        try:
            self.logs = self.read_policy(policy)
        except Bad as e:
            self.cannot = True
            self.say("CAVEAT", "policy: %s" % e)
            return
        for check in (self.manifest, self.export, self.read_rosters):
            self.attempt(check)
        devices = sorted({n.split("/")[0] for n in self.m if n.startswith("device-") and "/" in n})
        self.cannot |= not devices
        for d in devices:
            self.attempt(self.device, d + "/")

    def say(self, kind, text, holds=True):
        self.failed |= not holds
        self.lines.append("%-12s %s%s" % (kind, "" if holds else "FAILS: ", text))

    def attempt(self, check, *args):
        try:
            check(*args)
        except (Bad, IndexError, KeyError, TypeError, ValueError) as e:
            self.say("AUTHENTIC", "%s%s: %s" % (check.__name__, args, e), False)

    def verdict(self):
        return 1 if self.failed else 2 if self.cannot or not self.proven else 0

    @staticmethod
    def read_policy(policy):
        need(policy is not None, "there is none")
        logs = []
        try:
            lines = policy.decode().split("\n")
        except UnicodeDecodeError:
            raise Bad("not text")
        need(lines[-1] == "", "its last line is cut")
        for line in lines[:-1]:
            words = line.split(" ")
            if line == "" or line[0] == "#" or words[0] in ("witness", "group"):
                continue
            need(words[0] in ("log", "quorum") and len(words) >= 2, "a line of another kind")
            if words[0] == "quorum":
                need(words[1] == "none", "it asks for witnesses")
            else:
                logs.append(vkey(words[1])[1])
        need(logs, "it names no log")
        return logs

    def manifest(self):
        want = "".join("%s  %s\n" % (hashlib.sha256(self.m[n]).hexdigest(), n)
                       for n in sorted(self.m) if n != "manifest" and not (n.startswith("export.") and len(n) > 7))
        need(self.m.get("manifest") == want.encode(), "the manifest is not that of the members")

    def logged(self, name, kind=None):
        """The leaf <name>.leaf, proven by <name>.tlog-proof: (leaf, index, size, root); None: not here."""
        leaf, proof = self.m.get(name + ".leaf"), self.m.get(name + ".tlog-proof")
        if leaf is None and proof is None:
            return None
        need(leaf is not None and proof is not None, "leaf or proof is missing")
        head, sep, checkpoint = proof.partition(b"\n\n")
        need(sep, "no tlog-proof")
        lines = head.decode("ascii", "replace").split("\n")
        need(lines[0] == "c2sp.org/tlog-proof@v1" and re.fullmatch("index (0|[1-9][0-9]*)", lines[1]), "no tlog-proof")
        index, hashes = int(lines[1][6:]), [b64(x, 32) for x in lines[2:]]
        text, sigs = note_parse(checkpoint)
        origin, size, root = checkpoint_parse(text)
        pk = next((k for k in self.logs if log_origin(k) == origin), None)
        need(pk is not None, "%s: its log is not in the policy" % name)
        need(note_signed_by(text, sigs, origin, pk), "%s: the checkpoint's signature" % name)
        need(inclusion_holds(index, size, sha(b"\0", leaf), hashes, root), "%s: the inclusion proof" % name)
        value = cbor_all(leaf)
        need(type(value) is list and len(value) == 4 and value[0] == 1 and type(value[3]) is list, "%s: a ledger leaf" % name)
        need(kind is None or value[1] == kind, "%s: a leaf of another kind" % name)
        if len(sigs) > 1:
            self.say("CAVEAT", "%s: other signature lines are not covered" % name)
        return value, index, size, root

    def export(self):
        salt = self.m.get("export.salt")
        found = self.logged("export", 11)
        if found is None and salt is None:
            self.say("not included", "the EXPORT leaf: the words, policy and manifest are covered by no signature")
            return
        need(found is not None and salt is not None and len(salt) == 16, "EXPORT leaf or salt is missing")
        who, sdoc = found[0][3]
        need(re.fullmatch("[A-Za-z0-9._-]{1,64}", who) and sdoc == sha(salt, self.m["manifest"]),
             "the EXPORT leaf names another manifest")
        self.say("BUNDLE", "as exported by %s" % who)

    def read_rosters(self):
        self.rosters, last = [], None
        for name in sorted(n for n in self.m if re.fullmatch(r"agency-[^/]+/roster-[^/]*\.note", n)):
            text, sigs = note_parse(self.m[name])
            r = self.parse_roster(text)
            by = r if last is None or last["agency"] != r["agency"] else last
            if by is not r:
                need(r["version"] == last["version"] + 1 and r["previous"] == last["hash"], "%s does not follow" % name)
            if by is not r or r["version"] == 1:
                signers = sum(note_signed_by(text, sigs, n, pk) for n, pk in by["keys"])
                need(signers >= by["threshold"], "%s: too few signatures" % name)
            found = self.logged(name[:-5], 2)
            need(found is None or found[0][3] == [r["agency"], r["version"], r["hash"]], "%s: another roster is logged" % name)
            self.rosters.append(r)
            last = r

    @staticmethod
    def parse_roster(text):
        lines = text.split("\n")
        m = re.fullmatch("fieldvisit/v1/roster/([A-Za-z0-9._-]{1,24})", lines[0])
        need(m, "a roster's origin")
        r = {"agency": m.group(1), "keys": [], "hash": sha(text.encode()), "previous": None}
        for line in lines[1:]:
            w = line.split(" ")
            if w[0] in ("version", "threshold"):
                r[w[0]] = int(w[1])
            elif w[0] == "previous" and w[1] != "none":
                r["previous"] = b64(w[1], 32)
            elif w[0] == "supervisor":
                _, pk = vkey(w[2])
                r["keys"].append(("fieldvisit/v1/sup/%s/%s" % (r["agency"], w[1]), pk))
        need(r["keys"] and 1 <= r["threshold"] <= len(r["keys"]), "a roster's threshold")
        return r

    def signed_by_supervisor(self, note):
        text, sigs = note_parse(note)
        need(any(note_signed_by(text, sigs, n, pk) for r in self.rosters for n, pk in r["keys"]), "no supervisor signed it")
        return text

    def device(self, at):
        dev = bytes.fromhex(at[7:-1])
        found = self.logged(at + "enrol", 3)
        head = self.logged(at + "head", 5)
        leaves = self.m.get(at + "leaves")
        if found is None or head is None or leaves is None:
            self.cannot = True
            return
        e = found[0][3]
        need(e[0] == dev == sha(b"fieldvisit/dev/v1", e[1], e[2], e[3], e[4])[:16], "the enrolment is of another device")
        if at + "approve.note" in self.m:
            text = self.signed_by_supervisor(self.m[at + "approve.note"])
            want = "fieldvisit/v1/approve\n%s\n%s\n" % (dev.hex(), base64.b64encode(sha(b"\0", self.m[at + "enrol.leaf"])).decode())
            need(text == want, "the approval is of another enrolment")
            leaf = self.logged(at + "approve", 4)
            need(leaf is None or leaf[0][3] == [dev, sha(text.encode())], "another approval is logged")
        if at + "revoke.note" in self.m:
            text = self.signed_by_supervisor(self.m[at + "revoke.note"])
            need(text.split("\n")[:2] == ["fieldvisit/v1/revoke", dev.hex()], "a revocation of another device")
            self.logged(at + "revoke", 6)
            self.say("CAVEAT", "revoked")
        need(leaves and len(leaves) % 32 == 0, "leaves")
        leaves = [leaves[i:i + 32] for i in range(0, len(leaves), 32)]
        self.seals(at, dev, e[1], leaves, head[0][3])
        self.proven += 1
        self.say("AUTHENTIC", "device %s, records 0..%d unbroken" % (dev.hex(), len(leaves) - 1))
        self.records(at, dev, leaves)

    @staticmethod
    def header(raw, dev, leaves):
        h = cbor_all(raw)
        need(type(h) is list and len(h) == 11 and h[0] == 1 and h[2] == dev and 0 <= h[3] < len(leaves), "a header")
        prev = leaves[h[3] - 1] if h[3] > 0 else bytes(32)
        need(sha(b"\0", prev, raw) == leaves[h[3]], "record %d is not the one that was sealed" % h[3])
        return h

    def seals(self, at, dev, pk, leaves, head):
        origin, number, size, sig, used = "fieldvisit/v1/dev/" + dev.hex(), 0, 0, None, None
        for item, _ in cbor_seq(self.m.get(at + "seals.cborseq", b"")):
            raw, salt, payload, sig = item
            h = self.header(raw, dev, leaves)
            need(h[1] == 18 and h[3] >= size and sha(b"fieldvisit/pl/v1", salt, payload) == h[10], "a SEAL record")
            p = cbor_all(payload)
            number, size, used = number + 1, h[3] + 1, pk
            root = tree_root(leaves[:size])
            text = "%s\n%d\n%s\n" % (origin, size, base64.b64encode(root).decode())
            need(p[6] == number and len(salt) == 16 and len(sig) == 64 and ed25519_verify(pk, text.encode(), sig),
                 "seal %d is not by the key before it" % number)
            pk = p[4]
            need(len(pk) == 32, "the next key")
        need(size == len(leaves), "the last leaf is no seal")
        need(head[0] == dev and head[1] == size and head[2] == root and head[3] == key_id(origin, used) and head[4] == sig,
             "the receipt is not of the last seal")
        note = self.m.get(at + "device.note")
        if note is not None:
            t, sigs = note_parse(note)
            need(t == text and sigs == [(origin, key_id(origin, used) + sig)], "device.note is not the last seal")

    def records(self, at, dev, leaves):
        last, payloads, notes, attached, rewrapped = -1, 0, 0, 0, 0
        for value, raw in cbor_seq(self.m[at + "records.cborseq"]):
            h = self.header(raw, dev, leaves)
            need(h[3] > last and h[1] != 18, "records are not in order")
            last = h[3]
            body = self.m.get(at + "payloads/%d" % last)
            if body is None:
                self.say("not included", "payload of record %d" % last)
                continue
            payloads += 1
            need(len(body) >= 16 and sha(b"fieldvisit/pl/v1", body) == h[10], "payload of record %d" % last)
            if h[1] == 10:
                notes += self.note(at, last, cbor_all(body[16:]))
            rewrapped += h[1] in (10, 11) and self.rewraps(at, last, dev)
            if h[1] == 11:
                attached += self.attachment(at, last, cbor_all(body[16:]))
            if h[9] is not None:
                self.beacon(at, h[9])
        n = [x[len(at):] for x in self.m if x.startswith(at)]
        need(payloads == sum(x.startswith("payloads/") for x in n) and notes == sum(x.startswith("notes/") for x in n)
             and attached == sum(x.startswith("attachments/") for x in n) and rewrapped == sum(x.startswith("rewraps/") for x in n),
             "members that no record names")

    def note(self, at, seq, p):
        parts = {end: self.m.get(at + "notes/%d%s" % (seq, end)) for end in (".ct", ".capsules", ".cek")}
        need(parts[".ct"] is None or sha(parts[".ct"]) == p[5], "note %d: ciphertext" % seq)
        need(parts[".capsules"] is None or sha(parts[".capsules"]) == p[7], "note %d: capsules" % seq)
        if parts[".cek"] is not None:
            prk = hmac.new(b"fieldvisit/note/v1", parts[".cek"], hashlib.sha256).digest()
            need(parts[".ct"] is not None and hmac.new(prk, b"commit\x01", hashlib.sha256).digest() == p[4], "note %d: key" % seq)
        self.say("NOTE", "%d is the sealed one" % seq)
        return sum(x is not None for x in parts.values())

    def rewraps(self, at, seq, dev):
        """Capsules that a reader made later: signed by a supervisor, about this record."""
        rows = self.m.get(at + "rewraps/%d" % seq)
        for note, capsules in cbor_all(rows) if rows is not None else []:
            lines = self.signed_by_supervisor(note.encode()).split("\n")
            need(lines[:3] == ["fieldvisit/v1/rewrap", dev.hex(), str(seq)] and b64(lines[3], 32) == sha(capsules)
                 and len(capsules) == 80 * len(lines[4].split(" ")), "re-wrap of %d" % seq)
        return rows is not None

    def attachment(self, at, seq, p):
        parts = {end: self.m.get(at + "attachments/%d%s" % (seq, end)) for end in (".manifest", ".capsules", ".pieces")}
        manifest, pieces, here = parts[".manifest"], parts[".pieces"] or b"", 0
        need(parts[".capsules"] is None or sha(parts[".capsules"]) == p[7], "attachment %d: capsules" % seq)
        need(manifest is None or (sha(manifest) == p[5] and len(manifest) == 32 * p[10]), "attachment %d: manifest" % seq)
        while pieces and manifest:
            left = p[11] - 16384 * here
            size = min(left, 16384) + 17 + (24 if here == 0 else 0)
            need(left > 0 and len(pieces) >= size and sha(pieces[:size]) == manifest[32 * here:32 * here + 32],
                 "attachment %d: piece %d" % (seq, here))
            pieces, here = pieces[size:], here + 1
        need(not pieces, "attachment %d: pieces without a manifest" % seq)
        self.say("ATTACHMENT" if here == p[10] else "not included", "%d: %d of %d pieces" % (seq, here, p[10]))
        return sum(x is not None for x in parts.values())

    def beacon(self, at, beacon):
        name = at + "beacon-%d" % beacon[0]
        found, text = self.logged(name), self.m.get(name + ".consistency")
        if found is None or text is None:
            return
        hashes = [b64(x, 32) for x in text.decode("ascii", "replace").split("\n")[:-1]]
        need(text.endswith(b"\n") and found[1] == beacon[0] - 1 and hashes[0][:16] == beacon[1]
             and consistency_holds(beacon[0], found[2], hashes[0], found[3], hashes[1:]), "a quoted checkpoint is not of this log")


def main(argv):
    if len(argv) > 2 and argv[1] == "--each":
        for name in argv[2:]:
            print(Bundle(open(name, "rb").read()).verdict(), name)
        return 0
    if len(argv) not in (2, 4) or (len(argv) == 4 and argv[2] != "--policy"):
        sys.exit("usage: verify2.py FILE [--policy FILE] | --each FILE...")
    policy = open(argv[3], "rb").read() if len(argv) == 4 else None
    bundle = Bundle(open(argv[1], "rb").read(), policy)
    print("\n".join(bundle.lines))
    return bundle.verdict()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
