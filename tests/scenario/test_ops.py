"""test_ops.py LUYTRE - backup, restore, verify, doctor and upgrade from outside, on SQLite and (through pg_cluster.py) on PostgreSQL.

One sample province is made once; each test works on copies of it. What is promised: a backup taken while somebody writes comes back
whole with its files; one flipped byte is refused; a restore killed at any moment leaves nothing that opens; doctor names each fault."""
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PG = os.environ.get("LUYTRE_TEST_PG")
LETTER = """ỦY BAN NHÂN DÂN TỈNH TRÚC LÂM
Số: {number}/UBND-KGVX
Trúc Lâm, ngày 05 tháng 10 năm 2022
V/v bảo đảm an toàn thông tin
Kính gửi: Các sở, ban, ngành.
1. Các đơn vị rà soát hệ thống trước ngày 30/11/2022.
"""
TABLE = """SỞ THỬ NGHIỆM TRÚC LÂM
Số: 78/KH-STN
Trúc Lâm, ngày 11 tháng 3 năm 2027
KẾ HOẠCH
Ứng cứu sự cố an ninh mạng năm 2027
Sở Thử nghiệm giao các đơn vị thực hiện:

| TT | Nội dung công việc | Đơn vị chủ trì | Phối hợp | Tiến độ | Kết quả |
|---|---|---|---|---|---|
| 1 | Ban hành phương án ứng cứu sự cố | Văn phòng | Thanh tra; Phòng Tổ chức | Xong trước ngày 28/5/2027 | Quyết định |
| 2 | Rà soát tài khoản | Các phòng |  | Hằng quý |  |
"""
WITH_SQL = "SELECT d.no, d.co_actors, COALESCE(d.product, '-') FROM letter_duty d JOIN letter l ON l.id = d.letter_id WHERE l.number = '78' ORDER BY d.no"
WITH_IS = [(1, "Thanh tra\nPhòng Tổ chức", "Quyết định"), (2, "", "-")]


def call(*words, timeout=600):
    return subprocess.run([PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=timeout)


def fine(*words):
    done = call(*words)
    assert done.returncode == 0, (words, done.returncode, done.stdout[-2000:], done.stderr)
    return done


def summary(*words):
    line = json.loads(fine(*words, "--json").stdout.splitlines()[-1])
    assert line["type"] == "summary", line
    return line


def chain_hash(e):
    """What chain_entry_hash of src/proof/chain.c makes, made here a second time: a forger can do it too."""
    def number(n):
        return struct.pack("<q", int(n))

    def text(b):
        return number(len(b)) + b
    raw = bytes.fromhex
    return hashlib.sha256(b"luytre-chain-1\n" + number(e["node"]) + text(e["stream"].encode()) + number(e["seq"]) + number(e["id"]) + text(e["kind"].encode())
                          + text(e["object_kind"].encode()) + number(e["object_id"]) + number(e["unit_id"]) + number(e["actor_id"]) + number(e["at_ms"])
                          + text(raw(e["content_hash"])) + text(raw(e["prev_hash"]))).hexdigest()


def rewrite(lines, change):
    """The export after a forger changed one entry and made every later hash anew; signatures name the new heads but stay what they were."""
    change(next(e for e in lines if e["type"] == "chain_entry" and e["seq"] == 3))
    last = {}
    for e in lines:
        if e["type"] == "chain_entry":
            e["prev_hash"] = last.get(e["stream"], "00" * 32)
            last[e["stream"]] = e["hash"] = chain_hash(e)
        elif e["type"] == "chain_signature":
            e["hash"] = last[e["stream"]]
        else:
            for head in e["heads"]:
                head["hash"] = last[head["stream"]]
    return lines


PG_WORDS = {"id": "bigint PRIMARY KEY", "int": "bigint", "text": 'text COLLATE "C"', "blob": "bytea", "real": "double precision"}  # tools/sqlgen


SQLITE_WORDS = {"id": "INTEGER PRIMARY KEY", "int": "INTEGER", "text": "TEXT", "blob": "BLOB", "real": "REAL", "strict": "STRICT", "strict_no_rowid": "STRICT, WITHOUT ROWID"}


def undo_from(number, is_there, words=None):
    """SQL that takes back the migrations from this number on, so far as their repetition needs it: an older store, made of a new one."""
    words = words or PG_WORDS
    sql, old = [], "".join(p.read_text(encoding="utf-8") for p in ROOT.glob("src/*/migrations/*.sql") if int(p.name[:4]) < number)
    old = re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], ""), re.sub(r"--[^\n]*", "", old))
    for path in sorted(ROOT.glob("src/*/migrations/*.sql"), key=lambda p: int(p.name[:4]), reverse=True):
        if int(path.name[:4]) < number:
            continue
        text = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
        made = re.findall(r"CREATE TABLE (\w+)", text)
        sql += ["DROP TABLE IF EXISTS %s CASCADE" % name for name in made]
        sql += ["DROP INDEX IF EXISTS %s" % name for name in re.findall(r"CREATE (?:UNIQUE )?INDEX (\w+)", text)]
        sql += ["ALTER TABLE IF EXISTS %s DROP COLUMN IF EXISTS %s CASCADE" % pair for pair in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", text)]
        sql += [made[0] for name in re.findall(r"DROP TABLE (\w+)", text) if not is_there(name) and (made := re.findall(r"CREATE TABLE %s [^;]*" % name, old))]
        sql += [made[0] for name in re.findall(r"DROP INDEX (\w+)", text) if (made := re.findall(r"CREATE (?:UNIQUE )?INDEX %s [^;]*" % name, old))]
    if words is SQLITE_WORDS:  # which drops columns last, when nothing is made of them any more, and knows no CASCADE
        columns = [re.sub(r"ALTER TABLE IF EXISTS (\w+) DROP COLUMN IF EXISTS (\w+) CASCADE", r"ALTER TABLE \1 DROP COLUMN \2", s) for s in sql if s.startswith("ALTER")]
        sql = [s.replace(" CASCADE", "") for s in sql if not s.startswith("ALTER")] + [s for s in columns if is_there(s.split()[2])]
    return "; ".join(sql + ["DELETE FROM schema_migration WHERE number >= %d" % number])


def undo_on_file(store, number):
    """The same on a file."""
    with sqlite3.connect(store) as db:
        db.executescript(undo_from(number, lambda name: db.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0] == 1, SQLITE_WORDS))
    db.close()


def old_events_are_not_undone(case, store, codes, take_back, *more, on=()):
    """Entered before what an event moves was written down: a merger is refused with its reason, nothing moves; a new name is taken back."""
    def standing():
        return sorted((u["code"], u["name"], u["parent_id"]) for u in map(json.loads, fine("org", "tree", "--store", store, "--depth", "9", "--json").stdout.splitlines()) if u["type"] == "unit")
    merged = summary("org", "merge", codes[0], "--store", store, "--into", codes[1], "--basis", "Nghị quyết 1")["event_id"]
    named = standing()
    renamed = summary("org", "rename", codes[2], "--store", store, "--name", "Trường Tre Ngà", "--basis", "Quyết định 2", *on)["event_id"]
    take_back(53)
    case.assertGreater(summary("upgrade", "--store", store, *more)["migrations"], 1)
    before = standing()
    case.assertEqual(before == named, bool(on))  # a day to come changes nothing today
    for words, said in (((), "chưa lưu những gì đã chuyển"), (("--en",), "before the system wrote down what an event moves")):
        done = call("org", "undo", merged, "--store", store, "--basis", "ghi nhầm", *words)
        case.assertEqual(done.returncode, 3, done.stdout)
        case.assertIn(said, done.stderr)
        case.assertEqual(standing(), before)
    fine("org", "undo", renamed, "--store", store, "--basis", "nhầm tên")
    case.assertEqual(standing(), named)
    again = summary("org", "merge", codes[1], "--store", store, "--into", codes[2], "--basis", "Nghị quyết 3", *on)["event_id"]
    fine("org", "undo", again, "--store", store, "--basis", "ghi nhầm")
    case.assertEqual(standing(), named)


REASONS = [("hai thiết bị cùng mang định danh của một máy vừa thấy", "seen_both"), ("cùng khóa chương trình bảo vệ nhưng khác số sê-ri", "same_agent_key"),
           ("cùng địa chỉ MAC nhưng khác số sê-ri hoặc khóa chương trình bảo vệ", "same_mac"), ("cùng tên máy tại một địa điểm", "same_hostname"), ("đã tách", "split"),
           ("hai card mạng của một máy", "person")]  # the last was typed by somebody
REASONS_OLD = ("INSERT INTO device_suggestion (id, unit_id, one_id, other_id, why, state, at_ms) VALUES "
               + ", ".join("(%d, 1, %d, %d, '%s', 'open', 1)" % (100 + i, 200 + i, 300 + i, old) for i, (old, _) in enumerate(REASONS))
               + "; DELETE FROM schema_migration WHERE number = 54")
REASONS_SQL = "SELECT why FROM device_suggestion WHERE one_id >= 200 AND one_id < 210 ORDER BY id"


def stop_when(there, number, *words):
    """Runs a command, sends it the signal once there() is true; its exit code, and what it said."""
    with subprocess.Popen([PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 120
        while not there():
            if running.poll() is not None or time.monotonic() > until:
                break
            time.sleep(0.002)
        assert running.poll() is None, (words, running.communicate())
        running.send_signal(number)
        out, err = running.communicate(timeout=120)
    return running.returncode, out, err


class Province:
    """The sample province, made once, with one file over the inline size. It is made where two earlier tries were cut short: one by
    Ctrl-C, one by a kill. Neither may be taken for a province."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="luytre-ops-"))
        making = self.folder / "d" / "luytre.db.making"
        words = ("demo", "--no-serve", "--dir", self.folder / "d", "--en")
        code, out, err = stop_when(making.exists, signal.SIGINT, *words)
        assert (code, out) == (3, "") and "stopped as asked" in err, (code, out, err)
        assert not [p for p in (self.folder / "d").rglob("*") if p.is_file()], list((self.folder / "d").rglob("*"))
        code, out, err = stop_when(making.exists, signal.SIGKILL, *words)
        assert code == -signal.SIGKILL and making.exists() and not (self.folder / "d" / "luytre.db").exists()
        fine("demo", "--no-serve", "--dir", self.folder / "d")
        self.store = self.folder / "d" / "luytre.db"
        self.key = self.folder / "k.key"
        fine("backup", "--new-recipient", self.key)
        self.code = json.loads(fine("org", "tree", "--store", self.store, "--depth", "0", "--json").stdout.splitlines()[0])["code"]
        self.import_letter("1", 200)

    def import_letter(self, number, kilobytes=0, store=None):
        path = self.folder / ("letter-%s.txt" % number)
        path.write_text(LETTER.format(number=number) + "Dòng thêm cho dài.\n" * (kilobytes * 45), encoding="utf-8")
        return call("directive", "import", path, "--store", store or self.store, "--blobs", self.folder / "d" / "blobs", "--unit", self.code, "--json")

    def backup(self, name, *more):
        path = self.folder / name
        return path, summary("backup", "--store", self.store, "--to", path, "--recipient", str(self.key) + ".pub", *more)


class Ops(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.p = Province()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.p.folder)

    def place(self):
        return pathlib.Path(tempfile.mkdtemp(dir=self.p.folder)) / "luytre.db"

    def restore(self, file, store, *more):
        return call("restore", file, "--store", store, "--secret", self.p.key, "--json", *more)

    def test_round_trip_while_somebody_writes(self):
        written, stop = [], threading.Event()

        def write():
            number = 100
            while not stop.is_set():
                done = self.p.import_letter(str(number), 100)
                written.append((done.returncode, done.stderr))
                number += 1
        writer = threading.Thread(target=write)
        writer.start()
        try:
            time.sleep(0.3)
            file, said = self.p.backup("busy.backup")
        finally:
            stop.set()
            writer.join()
        self.assertTrue(written)
        self.assertEqual([w for w in written if w[0] != 0], [])
        self.assertGreaterEqual(said["blobs"], 1)
        store = self.place()
        done = self.restore(file, store)
        self.assertEqual(done.returncode, 0, done.stderr)
        back = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(back["epoch"], 2)
        self.assertEqual(back["blobs"], said["blobs"])
        fine("verify", "--store", store)
        self.assertEqual(store.stat().st_mode & 0o777, 0o600)
        self.assertEqual(sorted(x.name for x in store.parent.iterdir()), ["blobs", "luytre.db"])

    def test_what_happened_after_the_backup_is_gone_and_nothing_that_was_ended_comes_back(self):
        store = self.copy()
        person = summary("user", "add", "--store", store, "--name", "Trần Thử Ba", "--unit", self.p.code)["person_id"]
        summary("user", "invite", person, "--store", store, "--url", "https://luytre.example")
        with sqlite3.connect(store) as db:
            db.execute("INSERT INTO session (token_hash, person_id, csrf_key, created_ms, seen_ms, expires_ms, has_second_factor) VALUES (x'01', ?, x'02', 1, 1, 9999999999999, 0)", (int(person),))
            serial = db.execute("SELECT last_serial FROM outbox_head").fetchone()[0]
        db.close()
        file = self.p.folder / "window.backup"
        summary("backup", "--store", store, "--to", file, "--recipient", str(self.p.key) + ".pub")
        after = summary("user", "add", "--store", store, "--name", "Trần Thử Bốn", "--unit", self.p.code)["person_id"]
        back = self.place()
        done = self.restore(file, back)
        self.assertEqual(done.returncode, 0, done.stderr)
        with sqlite3.connect(back) as db:
            def one(sql, *values):
                return db.execute(sql, values).fetchone()[0]
            self.assertEqual(one("SELECT count(*) FROM person WHERE id = ?", int(after)), 0)
            self.assertEqual(one("SELECT count(*) FROM session"), 0)
            self.assertEqual(one("SELECT count(*) FROM invitation WHERE used_ms IS NULL"), 0)
            self.assertEqual(one("SELECT last_serial FROM outbox_head"), serial + 1000000)
            self.assertEqual(one("SELECT content FROM chain_entry WHERE kind = 'store_restored'").decode()[:12], '{"epoch":2,"')
        db.close()
        fresh = summary("user", "add", "--store", back, "--name", "Trần Thử Năm", "--unit", self.p.code)["person_id"]
        self.assertGreater(int(fresh), int(after))  # numbers of the lost time are not given again
        fine("verify", "--store", back)

    def test_never_over_anything(self):
        file, _ = self.p.backup("once.backup")
        self.assertEqual(call("backup", "--store", self.p.store, "--to", file, "--recipient", str(self.p.key) + ".pub").returncode, 3)
        before = self.p.store.read_bytes()
        self.assertEqual(self.restore(file, self.p.store).returncode, 3)
        self.assertEqual(self.p.store.read_bytes(), before)
        store = self.place()
        (store.parent / "blobs").mkdir()
        (store.parent / "blobs" / "somebody").write_text("else")
        self.assertEqual(self.restore(file, store).returncode, 3)
        self.assertFalse(store.exists())
        self.assertTrue((store.parent / "blobs" / "somebody").exists())

    def test_a_flipped_byte_or_a_cut_is_refused(self):
        file, _ = self.p.backup("whole.backup")
        data = file.read_bytes()
        places = [3, 100, 200, len(data) // 2, len(data) - 1] + [random.Random(8).randrange(len(data)) for _ in range(3)]
        for kind, bad in [("flip %d" % at, data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]) for at in places] + [("cut", data[:-40]), ("more", data + b"x")]:
            with self.subTest(kind):
                (self.p.folder / "bad.backup").write_bytes(bad)
                store = self.place()
                done = self.restore(self.p.folder / "bad.backup", store)
                self.assertEqual(done.returncode, 3, done.stdout)
                self.assertFalse(store.exists())
                self.assertEqual([x.name for x in store.parent.rglob("*") if x.is_file()], [])

    def test_another_key_opens_nothing(self):
        file, _ = self.p.backup("mine.backup")
        other = self.p.folder / "other.key"
        fine("backup", "--new-recipient", other)
        store = self.place()
        self.assertEqual(call("restore", file, "--store", store, "--secret", other).returncode, 3)
        self.assertFalse(store.exists())
        os.chmod(other, 0o644)
        self.assertIn("chmod 600", call("restore", file, "--store", store, "--secret", other).stderr)

    def test_killed_restore_opens_nowhere_and_can_be_done_again(self):
        file, _ = self.p.backup("kill.backup")
        store = self.place()
        begun = time.monotonic()
        self.assertEqual(self.restore(file, self.place()).returncode, 0)
        whole = time.monotonic() - begun
        for part in (0.1, 0.3, 0.5, 0.7):
            child = subprocess.Popen([PROGRAM, "restore", file, "--store", store, "--secret", self.p.key], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(whole * part)
            child.kill()
            child.wait()
            if store.exists():  # this machine was faster than the first time
                break
            self.assertEqual(call("verify", "--store", store).returncode, 3)
        if not store.exists():
            done = self.restore(file, store)
            self.assertEqual(done.returncode, 0, done.stderr)
        fine("verify", "--store", store)

    def test_a_restore_that_is_stopped_leaves_nothing(self):
        file, _ = self.p.backup("stopped.backup")
        store = self.place()
        for number in (signal.SIGINT, signal.SIGTERM):
            code, _, err = stop_when(lambda: list(store.parent.glob("*.restoring-*")), number, "restore", file, "--store", store, "--secret", self.p.key, "--en")
            self.assertEqual(code, 3, err)
            self.assertIn("stopped as asked", err)
            self.assertEqual([p for p in store.parent.rglob("*") if p.is_file() and p.parent.name != "spool"], [])
        self.assertEqual(self.restore(file, store).returncode, 0)

    def test_a_store_that_is_no_sample_is_not_made_one(self):
        folder = self.place().parent
        fine("restore", self.p.backup("real.backup")[0], "--store", folder / "luytre.db", "--secret", self.p.key)
        with contextlib.closing(sqlite3.connect(folder / "luytre.db")) as db:
            db.executescript("UPDATE unit SET is_sample = 0")
        before = hashlib.sha256((folder / "luytre.db").read_bytes()).hexdigest()
        self.refused(3, "there is no sample data", "demo", "--no-serve", "--dir", folder)
        self.assertEqual(hashlib.sha256((folder / "luytre.db").read_bytes()).hexdigest(), before)

    def test_keys_go_apart(self):
        keys = self.p.folder / "d" / "keys"
        keys.mkdir(exist_ok=True)
        (keys / "session.key").write_text("00" * 32)
        os.chmod(keys / "session.key", 0o600)
        self.p.backup("a.backup", "--with-keys", self.p.folder / "a.keys")
        target = self.p.folder / "keys-back"
        fine("restore", "--keys-from", self.p.folder / "a.keys", "--keys", target, "--secret", self.p.key)
        self.assertEqual((target / "session.key").read_text(), "00" * 32)
        self.assertEqual((target / "session.key").stat().st_mode & 0o777, 0o600)
        self.assertEqual(call("restore", self.p.folder / "a.keys", "--store", self.place(), "--secret", self.p.key).returncode, 3)

    def test_keep(self):
        folder = self.p.folder / "kept"
        folder.mkdir()
        for minute in range(3):
            fine("--now", "2026-11-30T08:0%d:00+07:00" % minute, "backup", "--store", self.p.store, "--to", folder, "--recipient", str(self.p.key) + ".pub", "--keep", "2")
        self.assertEqual(sorted(x.name for x in folder.iterdir()), ["luytre-20261130-080100.backup", "luytre-20261130-080200.backup"])

    def test_tampering_is_found_and_named(self):
        export = self.p.folder / "chain.ndjson"
        fine("verify", "--store", self.p.store, "--export", export)
        fine("verify", export)
        lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
        entry = json.loads(lines[5])
        entry["actor_id"] = "1"
        for name, bad in {"changed": lines[:5] + [json.dumps(entry) + "\n"] + lines[6:], "dropped": lines[:5] + lines[6:], "cut": lines[:-2] + lines[-1:], "no end": lines[:-1]}.items():
            with self.subTest(name):
                (self.p.folder / "bad.ndjson").write_text("".join(bad), encoding="utf-8")
                done = call("verify", self.p.folder / "bad.ndjson")
                self.assertEqual(done.returncode, 3)
                self.assertRegex(done.stderr, r"chain|chuỗi|cut off|line|bị cắt mất")

    def signed(self):
        """A copy of the province whose heads a server signed with a key of its own; its export and that key."""
        store = self.copy()
        shutil.rmtree(store.parent / "keys", ignore_errors=True)
        socket = pathlib.Path(tempfile.mkdtemp(prefix="lt")) / "s"  # short: a socket's path has 107 bytes
        self.addCleanup(shutil.rmtree, socket.parent)
        server = subprocess.Popen([PROGRAM, "serve", "--store", store, "--listen", "unix:%s" % socket], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(300):
                said = summary("verify", "--store", store)
                if said["signatures"] >= said["streams"] > 0:
                    break
                time.sleep(0.2)
        finally:
            server.terminate()
            server.wait(60)
        export = store.parent / "chain.ndjson"
        said = summary("verify", "--store", store, "--export", export)
        self.assertEqual(len(said["keys"]), 1, said)
        return store, export, said["keys"][0]

    def test_signatures_of_an_export(self):
        _, export, key = self.signed()
        _, _, other = self.signed()
        bad = self.p.folder / "forged.ndjson"
        self.assertNotEqual(key, other)

        def lines():
            return [json.loads(line) for line in export.read_text(encoding="utf-8").splitlines()]

        def refused(forged, why, *more):
            bad.write_text("".join(json.dumps(e) + "\n" for e in forged), encoding="utf-8")
            self.assertRegex(call("verify", bad, "--en", *more).stderr, why)
            self.assertEqual(call("verify", bad, *more).returncode, 3)
        self.assertEqual([e["hash"] for e in lines() if e["type"] == "chain_entry"], [chain_hash(e) for e in lines() if e["type"] == "chain_entry"])
        for words in ((), ("--key", key), ("--key", other, "--key", key)):
            said = summary("verify", export, *words)
            self.assertGreaterEqual(said["signatures"], said["streams"], said)
            self.assertEqual((said["keys"], said["key_given"]), ([key], bool(words)))
        kept = self.p.folder / "ky.pub"
        kept.write_text("# máy chủ\n%s\n" % key, encoding="utf-8")
        summary("verify", export, "--key", kept)
        self.assertIn("--key", fine("verify", export).stdout)
        self.assertNotIn("--key", fine("verify", export, "--key", key).stdout)
        # a wrong key, and what is no key
        self.assertIn("none of those given", call("verify", export, "--en", "--key", other).stderr)
        self.assertEqual(call("verify", export, "--key", other).returncode, 3)
        for nonsense in ("00" * 31, "zz" * 32, self.p.folder / "nowhere.pub", self.p.folder / "k.key"):
            self.assertEqual(call("verify", export, "--key", nonsense).returncode, 3)
        # an entry changed and every hash made anew, the signatures kept
        forged = rewrite(lines(), lambda e: e.update(actor_id="1"))
        refused(forged, "signature at entry [0-9]+ is not valid")
        # the same with another store's key and signatures put in their place
        def resign(forged, **fields):
            return [dict(e, **fields) if e["type"] == "chain_signature" else e for e in forged]
        refused(resign(lines(), public_key=other), "is not key")
        refused(resign(lines(), public_key=other, key_id=hashlib.sha256(bytes.fromhex(other)).hexdigest()[:16]), "not valid")
        refused(resign(lines(), signature="00" * 64), "not valid")
        refused(resign(lines(), hash="00" * 32), "was another one")
        # the same without any signature: whole in itself, so only who brings the key sees it
        unsigned = [e for e in rewrite(lines(), lambda e: e.update(actor_id="1")) if e["type"] != "chain_signature"]
        refused(unsigned, "signatures, its head says")
        for head in unsigned[-1]["heads"]:
            head["signatures"] = 0
        refused(unsigned, "stands under a signature", "--key", key)
        self.assertEqual(summary("verify", bad)["signatures"], 0)
        # cut at the end, with and without the last line mended: the signature stands over what is gone
        whole = lines()
        last = max(i for i, e in enumerate(whole) if e["type"] == "chain_entry")
        refused(whole[:last] + whole[last + 1:], "was another one|its head says")
        stream = whole[last]["stream"]
        mended = whole[:last] + whole[-1:]
        left = [e for e in mended if e["type"] == "chain_entry" and e["stream"] == stream][-1]
        for head in mended[-1]["heads"]:
            if head["stream"] == stream:
                head.update(seq=left["seq"], hash=left["hash"])
        refused(mended, "signatures, its head says")

    def test_a_forged_store_is_known_by_its_key(self):
        store, _, key = self.signed()
        _, _, other = self.signed()
        summary("verify", "--store", store, "--key", key)
        self.assertIn("none of those given", call("verify", "--store", store, "--en", "--key", other).stderr)
        with sqlite3.connect(store) as db:
            db.execute("UPDATE chain_signature SET signature = zeroblob(64)")
        db.close()
        self.assertIn("not valid", call("verify", "--store", store, "--en").stderr)
        with sqlite3.connect(store) as db:
            db.execute("DELETE FROM chain_signature")
        db.close()
        self.assertEqual(summary("verify", "--store", store)["signatures"], 0)
        self.assertIn("stands under a signature", call("verify", "--store", store, "--en", "--key", key).stderr)

    def copy(self):
        store = self.place()
        shutil.copytree(self.p.store.parent, store.parent, dirs_exist_ok=True)
        return store

    def findings(self, store, *more):
        done = call("doctor", "--store", store, "--json", "--fail-on", "warn", *more)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, {row["check"]: row["level"] for row in sorted((r for r in rows if r["type"] == "finding"), key=lambda r: ["ok", "note", "warn", "bad"].index(r["level"]))}

    def test_doctor_finds_each_planted_fault(self):
        def sql(*statements):
            def plant(store):
                with sqlite3.connect(store) as db:
                    for s in statements:
                        db.execute(s)
                db.close()
            return plant

        def a_file(store):
            return next(x for x in (store.parent / "blobs").rglob("*") if x.is_file() and x.stat().st_size > 65536)
        faults = {
            "ledger_day": ("bad", sql("UPDATE duty_clock SET day = day - 3")),
            "counters": ("bad", sql("UPDATE duty_count SET n_ok = n_ok + 1 WHERE (unit_id, scope_id) = (SELECT unit_id, scope_id FROM duty_count LIMIT 1)")),
            "chain": ("bad", sql("UPDATE chain_entry SET actor_id = 1 WHERE seq = 7")),
            "chain_waiting": ("bad", sql("UPDATE chain_entry SET seq = NULL, at_ms = 1 WHERE id = (SELECT max(id) FROM chain_entry)")),
            "jobs_dead": ("warn", sql("INSERT INTO job (id, queue, kind, payload, state, run_at_ms, attempts, attempts_max, created_ms, failed_ms, error) VALUES (7, 'worker', 'mail', x'', 1, 1, 8, 8, 1, 1, 'no route')")),
            "mail": ("warn", sql("INSERT INTO setting (name, value, changed_ms) VALUES ('mail_url', 'smtp://mail.example', 1)")),
            "store_mode": ("bad", lambda store: os.chmod(store, 0o644)),
            "leftover": ("warn", lambda store: (store.parent / "luytre.db.restoring-abc").mkdir()),
            "clock": ("bad", sql("UPDATE duty_clock SET day = day + 400")),
        }
        for check, (level, plant) in faults.items():
            with self.subTest(check):
                store = self.copy()
                plant(store)
                code, found = self.findings(store)
                self.assertEqual((code, found.get(check)), (1, level), found)
        for spoil in (lambda f: f.unlink(), lambda f: f.write_bytes(b"x" + f.read_bytes()[1:])):
            store = self.copy()
            spoil(a_file(store))
            self.assertEqual(self.findings(store)[1]["blobs"], "bad")

    def test_doctor_says_which_file_and_what_to_do(self):
        def said(store):
            rows = [json.loads(line) for line in call("doctor", "--store", store, "--json").stdout.splitlines()]
            return {row["check"]: (row["text_vi"], row["do_vi"], row["text_en"], row["do_en"]) for row in rows if row.get("level") in ("warn", "bad")}
        store = self.copy()
        file = next(x for x in (store.parent / "blobs").rglob("*") if x.is_file() and x.stat().st_size > 65536)
        whole = file.read_bytes()
        file.write_bytes(whole[:1000])
        text, _, english, _ = said(store)["blobs"]
        self.assertIn(str(file), text)
        self.assertIn("1 damaged", english)
        shutil.move(store.parent / "blobs", store.parent / "elsewhere")
        text, act, _, _ = said(store)["blobs"]
        self.assertIn("không có thư mục", text)
        self.assertIn("--blobs", act)
        store = self.copy()
        (store.parent / "keys").mkdir(exist_ok=True)
        for name, good in (("session.key", "ab" * 32), ("sign.key", "luytre-ed25519-seed " + "A" * 43 + "\n")):
            key = store.parent / "keys" / name
            for content, is_bad in (("", True), (good[:30], True), (good + "A" * 300, True), (good, False)):
                key.write_text(content)
                key.chmod(0o600)
                self.assertEqual(str(key) in said(store).get("keys", ("",))[0], is_bad, (name, content))
        with contextlib.closing(sqlite3.connect(store)) as db:  # the clock of a machine that runs ahead looks just like this
            db.execute("UPDATE duty_clock SET day = day - 2000")
            db.commit()
        self.assertRegex(said(store)["ledger_day"][1], "^xem lại giờ máy trước")

    def test_doctor_is_content_with_a_sound_store(self):
        code, found = self.findings(self.p.store)
        self.assertEqual([c for c in ("store", "ledger_day", "chain", "chain_waiting", "counters", "blobs", "store_mode", "jobs") if found.get(c) != "ok"], [])

    def test_doctor_that_could_not_look(self):
        done = call("doctor", "--store", self.p.folder / "nowhere.db")
        self.assertEqual(done.returncode, 3)
        self.assertIn("→", done.stdout)
        (self.p.folder / "text.db").write_text("not a database at all " * 100)
        self.assertEqual(call("doctor", "--store", self.p.folder / "text.db").returncode, 3)
        (self.p.folder / "empty.db").write_text("")
        done = call("doctor", "--store", self.p.folder / "empty.db")
        self.assertEqual((done.returncode, "luytre upgrade" in done.stdout, "luytre serve" in done.stdout), (3, False, True), done.stdout)
        self.assertIn("còn trống", done.stdout)  # the disk is looked at all the same
        store = self.copy()
        with contextlib.closing(sqlite3.connect(store)) as db:
            db.execute("UPDATE schema_migration SET digest = 'another' WHERE number = 10")
            db.commit()
        done = call("doctor", "--store", store)
        self.assertEqual((done.returncode, "luytre upgrade" in done.stdout, "đúng bản luytre đã tạo" in done.stdout), (3, False, True), done.stdout)
        with open(store, "r+b") as file:
            file.seek(3 * 4096)
            file.write(os.urandom(200 * 4096))
        done = call("doctor", "--store", store)
        self.assertEqual((done.returncode, "bị hỏng" in done.stdout, "damaged" in done.stdout), (3, True, False), done.stdout)

    def test_upgrade_leaves_a_newer_and_a_current_store_alone(self):
        self.assertEqual(summary("upgrade", "--store", self.p.store)["migrations"], 0)
        store = self.copy()
        with sqlite3.connect(store) as db:
            db.execute("INSERT INTO schema_migration (number, title, digest, applied_ms) VALUES (9999, 'later', 'x', 1)")
        db.close()
        done = call("upgrade", "--en", "--store", store)
        self.assertEqual(done.returncode, 3)
        self.assertIn("newer", done.stderr)
        self.assertEqual(self.findings(store)[1].get("schema"), "bad")

    def test_upgrade_finds_who_helps_in_what_was_read_before(self):
        store = self.copy()
        path = self.p.folder / "table.txt"
        path.write_text(TABLE, encoding="utf-8")
        summary("directive", "import", path, "--store", store, "--unit", self.p.code)
        with sqlite3.connect(store) as db:
            self.assertEqual(db.execute(WITH_SQL).fetchall(), WITH_IS)
            for table in ("letter_duty", "obligation"):
                for column in ("co_actors", "product"):
                    db.execute("ALTER TABLE %s DROP COLUMN %s" % (table, column))
            db.execute("DELETE FROM schema_migration WHERE number = 55")
        db.close()
        self.assertEqual(summary("upgrade", "--store", store)["migrations"], 1)
        with sqlite3.connect(store) as db:
            self.assertEqual(db.execute(WITH_SQL).fetchall(), WITH_IS)
            self.assertEqual(db.execute("SELECT count(*) FROM obligation WHERE co_actors <> '' OR product IS NOT NULL").fetchone(), (0,))
        db.close()

    def test_an_event_older_than_its_journal_is_not_undone(self):
        store = self.copy()
        units = [json.loads(line) for line in fine("org", "tree", "--store", store, "--depth", "9", "--json").stdout.splitlines()]
        codes = [u["code"] for u in units if u.get("kind") == "school_primary"]
        old_events_are_not_undone(self, store, codes[:3], lambda number: undo_on_file(store, number))
        fine("verify", "--store", store)

    def test_an_upgrade_killed_while_it_sums_the_past_goes_on(self):
        """Migration 0049 leaves every tree to be summed: step by step, each kept when the next is killed; in the end all stands as before."""
        sums = "SELECT * FROM duty_past_obligation ORDER BY 1, 2, 3, 4"

        def read(store, sql):
            with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % store, uri=True, timeout=30)) as db:
                return db.execute(sql).fetchall()
        whole = read(self.p.store, sums)
        self.assertGreater(len(whole), 100)
        figures = ("status", "--org", self.p.code, "--as-of", (datetime.date.today() - datetime.timedelta(days=2)).isoformat(), "--json")
        for _ in range(20):
            store = self.copy()
            undo_on_file(store, 49)
            upgrading = subprocess.Popen([PROGRAM, "upgrade", "--store", store], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            total = left = 0
            while upgrading.poll() is None and not 0 < left < total:
                with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % store, uri=True, timeout=30)) as db:
                    if db.execute("SELECT max(number) FROM schema_migration").fetchone()[0] < 49:
                        time.sleep(0.01)
                        continue
                    left = db.execute("SELECT count(*) FROM unit_tree_change").fetchone()[0]
                    total = max(total, left)
            upgrading.kill()
            upgrading.wait()
            rows = read(store, "SELECT count(*) FROM unit_tree_change")[0][0]
            if 0 < rows < total:
                break
        self.assertTrue(0 < rows < total, (rows, total))
        self.assertEqual(self.findings(store)[1]["past_sums"], "note")
        asked = fine(*figures, "--store", store).stdout
        self.assertLess(len(read(store, sums)), len(whole))
        said = summary("upgrade", "--store", store)
        self.assertEqual((said["migrations"], said["trees_summed"]), (0, rows))
        self.assertEqual(self.findings(store)[1]["past_sums"], "ok")
        self.assertEqual(fine(*figures, "--store", store).stdout, asked)
        self.assertEqual(asked, fine(*figures, "--store", self.p.store).stdout)
        self.assertEqual(read(store, sums), whole)
        fine("verify", "--store", store)

    def test_upgrade_keeps_why_two_devices_may_be_one_as_a_code(self):
        store = self.copy()
        with sqlite3.connect(store) as db:
            db.executescript(REASONS_OLD)
        db.close()
        self.assertEqual(call("org", "tree", "--store", store).returncode, 3)  # an older store is not worked on
        self.assertEqual(summary("upgrade", "--store", store)["migrations"], 1)
        with sqlite3.connect(store) as db:
            self.assertEqual([why for (why,) in db.execute(REASONS_SQL)], [new for _, new in REASONS])
        db.close()

    def refused(self, code, said, *words):
        """Exit code, the word that must be said, and what the store says of itself is as before."""
        done = call(*words, "--en")
        self.assertEqual(done.returncode, code, (words, done.stdout[-500:], done.stderr))
        self.assertIn(said, done.stderr, words)

    def test_a_split_unit_stands_where_it_stood(self):
        place = self.place()
        shutil.copy(self.p.store, place)

        def total(tree):
            return summary("status", "--store", place, "--edge", tree)["total"]
        before = [total(tree) for tree in ("administrative", "professional", "incident")]
        code = next(u["code"] for u in map(json.loads, fine("org", "tree", "--store", place, "--depth", "1", "--json").stdout.splitlines())
                    if u["type"] == "unit" and u["depth"] == 1 and u["code"].startswith("so-"))
        self.assertGreater(summary("org", "split", code, "--store", place, "--part", "tre-a=Ban Tre A", "--part", "tre-b=Ban Tre B", "--basis", "Quyết định 9")["duties_moved"], 0)
        self.assertEqual([total(tree) for tree in ("administrative", "professional", "incident")], before)
        units = {u["code"]: u for u in map(json.loads, fine("org", "tree", "--store", place, "--depth", "1", "--json").stdout.splitlines()) if u["type"] == "unit"}
        self.assertEqual({units["tre-a"]["parent_id"], units["tre-b"]["parent_id"]}, {units[self.p.code]["id"]})

    def test_wrong_words_change_nothing(self):
        place = self.place()
        shutil.copy(self.p.store, place)
        on, state = ("--store", place, "--basis", "b"), hashlib.sha256(place.read_bytes()).hexdigest()
        units = [u["code"] for u in map(json.loads, fine("org", "tree", "--store", place, "--depth", "1", "--json").stdout.splitlines())
                 if u["type"] == "unit" and (u.get("code") or "").startswith("so-")]
        for words in ((("org", "tree"), "--tree"), (("org", "move", units[0], "--under", units[1], "--basis", "b"), "--tree"), (("status",), "--edge"),
                      (("directive", "import", "/dev/null", "--unit", self.p.code), "--tree")):
            self.refused(2, "administrative, professional, incident", *words[0], "--store", place, words[1], "tre")
        self.refused(2, "CODE=NAME", "org", "split", units[0], "--part", "=Ban A", *on)
        self.refused(2, "CODE=NAME", "org", "split", units[0], "--part", "a= ", *on)
        self.refused(2, "want a text", "org", "rename", units[0], "--name", " ", *on)
        self.refused(2, "named twice", "org", "merge", units[0], units[0], "--into", units[1], *on)
        self.refused(2, "draft, issued or withdrawn", "directive", "list", "--state", "tre", "--store", place)
        self.refused(3, "no such directive", "status", "--directive", "1", "--store", place)
        self.refused(3, "no unit yet on that day", "status", "--as-of", "1900-01-01", "--store", place)
        self.refused(2, "wants a path", "org", "tree", "--store", "")
        self.refused(2, "what to do comes before", "org", "--store", place, "tree")
        self.assertEqual(hashlib.sha256(place.read_bytes()).hexdigest(), state)

    def test_what_is_no_store_is_said_alike_and_left_alone(self):
        folder = self.place().parent
        for name, content, said in (("empty", b"", "no schema yet"), ("text", b"tre " * 3000, "not a luytre database")):
            path = folder / name
            path.write_bytes(content)
            for words in (("org", "tree"), ("status",), ("report", "--out", folder / "out"), ("verify",), ("user", "list")):
                self.refused(3, said, *words, "--store", path)
                line = json.loads(call(*words, "--store", path, "--json").stdout.splitlines()[-1])
                self.assertEqual((line["type"], "error" in line), ("summary", True))
            self.assertEqual((path.read_bytes(), sorted(p.name for p in folder.glob(name + "*"))), (content, [name]))

    def test_a_report_freezes_nothing_before_its_folder_is_there(self):
        place, freezes = self.place(), "SELECT count(*) FROM data_freeze"
        shutil.copy(self.p.store, place)
        (place.parent / "file").write_text("tre", encoding="utf-8")
        with contextlib.closing(sqlite3.connect(place)) as db:
            before = db.execute(freezes).fetchone()
            self.refused(3, "a file of that name stands there", "report", "--store", place, "--out", place.parent / "file")
            self.assertEqual(db.execute(freezes).fetchone(), before)
        lines = [json.loads(line) for line in fine("report", "--store", place, "--out", place.parent / "new" / "folder", "--json").stdout.splitlines()]
        self.assertEqual([line.get("kind", line["type"]) for line in lines], ["docx", "xlsx", "pdf", "devices", "summary"])
        for line in lines[:-2]:
            self.assertGreater(os.path.getsize(line["path"]), 1000)
        with contextlib.closing(sqlite3.connect(place)) as db:
            register = db.execute("SELECT sum(n_protected + n_unprotected + n_unknown), sum(n_protected), sum(n_unknown) FROM device_count WHERE kind = 'hosts'").fetchone()
        devices = lines[-2]
        self.assertEqual(((devices["total"], devices["covered"], devices["unknown"]), devices["stated_units"], devices["frozen"]), (register, 0, False))
        again = [json.loads(line) for line in fine("report", "--store", place, "--out", place.parent / "again", "--freeze", lines[-1]["freeze_id"], "--json").stdout.splitlines()]
        self.assertEqual(again[-2:], lines[-2:])
        for line, other in zip(lines[:3], again):
            self.assertEqual(pathlib.Path(line["path"]).read_bytes(), pathlib.Path(other["path"]).read_bytes())
        said = fine("report", "--store", place, "--out", place.parent / "again", "--freeze", lines[-1]["freeze_id"], "--en").stdout.splitlines()
        self.assertTrue(said[3].startswith(f"Devices: {devices['covered']:,} of {devices['total']:,} devices protected from malware ("), said[3])

    def test_a_server_leaves_an_older_store_to_the_upgrade(self):
        place = self.place()
        shutil.copy(self.p.store, place)
        undo_on_file(place, 53)
        serve = ("serve", "--store", place, "--listen", "unix:%s/web.sock" % place.parent)
        self.refused(3, "run luytre upgrade", *serve)
        with contextlib.closing(sqlite3.connect(place)) as db:
            self.assertEqual(db.execute("SELECT max(number) FROM schema_migration").fetchone(), (52,))
        self.assertGreater(summary("upgrade", "--store", place)["migrations"], 1)
        (place.parent / "text").write_text("tre " * 3000, encoding="utf-8")
        self.refused(3, "not a luytre database", "serve", "--store", place.parent / "text", "--listen", "unix:%s/web.sock" % place.parent)

    def test_a_statement_of_protection_grows_old_in_a_server(self):
        store = self.copy()
        with contextlib.closing(sqlite3.connect(store)) as db:
            device, unit, kind, day = db.execute("SELECT id, unit_id, kind, from_day FROM device WHERE counted = 'protected' AND kind = 'workstation' ORDER BY id LIMIT 1").fetchone()
            count = "SELECT n_protected, n_unknown FROM device_count WHERE unit_id = ? AND kind = ?"
            before = {of: db.execute(count, (unit, of)).fetchone() for of in (kind, "hosts", "all")}
            db.execute("UPDATE device SET protection_ms = protection_ms - 60 * 86400000, counted_to_day = ? WHERE id = ?", (day - 20, device))
            db.commit()
        server = subprocess.Popen([PROGRAM, "serve", "--store", store, "--listen", "unix:%s/web.sock" % store.parent], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with contextlib.closing(sqlite3.connect(store, timeout=30)) as db:
                for _ in range(300):
                    now = db.execute("SELECT counted FROM device WHERE id = ?", (device,)).fetchone()[0]
                    if now == "unknown":
                        break
                    time.sleep(0.2)
                self.assertEqual(now, "unknown")
                for of, (n_protected, n_unknown) in before.items():
                    self.assertEqual(db.execute(count, (unit, of)).fetchone(), (n_protected - 1, n_unknown + 1), of)
        finally:
            server.terminate()
            server.wait(60)

    def test_a_name_moves_no_cursor(self):
        place = self.place()
        shutil.copy(self.p.store, place)
        fine("org", "rename", self.p.code, "--store", place, "--name", "Tre\x1b[31m \x9b2J\x07 Xanh", "--basis", "Quyết định 3")
        for words in (("org", "tree", "--depth", "0"), ("org", "show", self.p.code), ("status",)):
            said = fine(*words, "--store", place).stdout
            self.assertIn("Xanh", said)
            self.assertNotRegex(said, "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
        done = call("letter", "read", place.parent / "a\x1b[31mb\x9bc")
        self.assertNotRegex(done.stderr, "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

    def test_help_that_cannot_be_written_says_so(self):
        for words in (("help",), ("help", "org"), ("help", "org", "tree"), ("--version",), ("status", "--help")):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, *words, "--en"], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, "write stdout" in done.stderr), (3, True), (words, done.stderr))
        self.assertEqual(fine("help", "org", "tree").stdout, fine("org", "tree", "--help").stdout)

    def test_people_and_tokens(self):
        store = self.copy()
        person = summary("user", "add", "--store", store, "--name", "Trần Thử Hai", "--unit", self.p.code)["person_id"]
        self.assertIn("/invitation/", summary("user", "invite", person, "--store", store, "--url", "https://luytre.example")["link"])
        summary("user", "grant", person, "unit_head", "--store", store, "--unit", self.p.code)
        token = summary("token", "new", person, "--store", store, "--name", "thử", "--right", "read")
        self.assertTrue(token["token"].startswith("ltr_"))
        summary("token", "end", token["id"], "--store", store)
        self.assertIn('"ended"', fine("token", "list", "--store", store, "--json").stdout)
        rows = [json.loads(line) for line in fine("user", "list", "thu hai", "--store", store, "--json").stdout.splitlines()]
        self.assertEqual([g["role"] for g in rows[0]["grants"]], ["unit_head"])
        summary("user", "end", person, "--store", store)
        self.assertEqual(call("user", "grant", person, "emperor", "--store", store, "--unit", self.p.code).returncode, 2)

    def test_letter_to_issued_directive(self):
        store = self.copy()
        path = self.p.folder / "issue.txt"
        path.write_text(LETTER.format(number="77"), encoding="utf-8")
        said = summary("directive", "import", path, "--store", store, "--unit", self.p.code, "--draft")
        issued = summary("directive", "issue", said["directive_id"], "--store", store)
        self.assertGreater(issued["assignments"], 0)
        self.assertEqual(summary("directive", "show", said["directive_id"], "--store", store)["state"], "issued")
        self.assertEqual(call("directive", "issue", said["directive_id"], "--store", store).returncode, 3)


@unittest.skipUnless(PG, os.environ.get("LUYTRE_TEST_PG_SKIP", "no PostgreSQL: run through tests/pg_cluster.py"))
class OnPostgres(unittest.TestCase):
    count = 0

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="luytre-ops-"))
        self.names = []
        self.key = self.folder / "k.key"
        fine("backup", "--new-recipient", self.key)

    def tearDown(self):
        for name in self.names:
            self.psql("DROP DATABASE %s WITH (FORCE)" % name)
        shutil.rmtree(self.folder)

    def psql(self, sql, url=PG):
        done = subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, url], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def database(self):
        OnPostgres.count += 1
        name = "luytre_ops_%d_%d" % (os.getpid(), OnPostgres.count)
        self.psql("CREATE DATABASE %s TEMPLATE template0" % name)
        self.names.append(name)
        return PG.replace("/postgres?", "/%s?" % name)

    def served(self):
        """A store with one unit and one large file, made by the program itself."""
        url, blobs = self.database(), self.folder / "blobs"
        keys = self.folder / "keys"
        server = subprocess.Popen([PROGRAM, "serve", "--store", url, "--blobs", blobs, "--keys", keys, "--listen", "unix:%s/web.sock" % self.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if call("doctor", "--store", url, "--quick", "--blobs", blobs, "--keys", keys).returncode == 0:
                    break
                time.sleep(0.1)
        finally:
            server.terminate()
            server.wait(30)
        table = self.folder / "units.csv"
        table.write_text("Mã,Tên,Loại\nubnd,Ủy ban nhân dân tỉnh Trúc Lâm,provincial_committee\n", encoding="utf-8")
        said = summary("org", "import", table, "--store", url)
        self.assertEqual(said["new"], 1, said)
        letter = self.folder / "letter.txt"
        letter.write_text(LETTER.format(number="9") + "Dòng thêm cho dài.\n" * 9000, encoding="utf-8")
        summary("directive", "import", letter, "--store", url, "--blobs", blobs, "--unit", "ubnd")
        letter.write_text(TABLE, encoding="utf-8")
        summary("directive", "import", letter, "--store", url, "--blobs", blobs, "--unit", "ubnd")
        return url, blobs

    def test_a_store_nobody_served_yet(self):
        """Made by grants and filled from the command line alone: sound, and it comes back from its backup."""
        url, target, role = self.database(), self.database(), "luytre_ops_role_%d" % os.getpid()
        self.psql("CREATE ROLE %s" % role)
        try:
            fine("grants", "--store", url, "--role", role, "--apply")
            table = self.folder / "units.csv"
            table.write_text("Mã,Tên,Loại\nubnd,Ủy ban nhân dân tỉnh Trúc Lâm,provincial_committee\n", encoding="utf-8")
            summary("org", "import", table, "--store", url)
            said = [line for line in map(json.loads, call("doctor", "--store", url, "--json").stdout.splitlines()) if line.get("level") == "bad"]
            self.assertEqual(said, [])
            fine("backup", "--store", url, "--to", self.folder / "b", "--recipient", str(self.key) + ".pub")
            fine("restore", self.folder / "b", "--store", target, "--secret", self.key)
            fine("verify", "--store", target)
            self.assertEqual(summary("status", "--store", target)["total"], 0)
            fine("report", "--store", target, "--out", self.folder / "out")
        finally:
            for where in (url, target):
                self.psql("DROP OWNED BY %s" % role, where)
            self.psql("DROP ROLE %s" % role)

    def test_round_trip(self):
        url, blobs = self.served()
        file = self.folder / "pg.backup"
        said = summary("backup", "--store", url, "--blobs", blobs, "--to", file, "--recipient", str(self.key) + ".pub")
        self.assertGreaterEqual(said["blobs"], 1)
        data = bytearray(file.read_bytes())
        data[-30] ^= 1
        (self.folder / "bad.backup").write_bytes(data)
        target, back = self.database(), self.folder / "back"
        done = call("restore", self.folder / "bad.backup", "--store", target, "--blobs", back, "--secret", self.key)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertEqual(self.psql("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace", target), "0")
        restored = summary("restore", file, "--store", target, "--blobs", back, "--secret", self.key)
        self.assertEqual((restored["epoch"], restored["blobs"]), (2, said["blobs"]))
        fine("verify", "--store", target)
        self.assertEqual(call("restore", file, "--store", target, "--blobs", self.folder / "again", "--secret", self.key).returncode, 3)

    def test_a_restore_cut_short_after_its_commit_is_finished_later(self):
        url, blobs = self.served()
        file = self.folder / "pg.backup"
        summary("backup", "--store", url, "--blobs", blobs, "--to", file, "--recipient", str(self.key) + ".pub")
        self.assertEqual(call("restore", "--finish", "--store", url, "--blobs", blobs).returncode, 3)  # nothing was cut short here
        serial = int(self.psql("SELECT last_serial FROM outbox_head", url))
        target, back = self.database(), self.folder / "back"
        # The database itself cuts it: its rows are committed, the write that opens the new epoch fails.
        self.psql("CREATE SCHEMA cut; CREATE FUNCTION cut.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cut short'; END $$;"
                  "CREATE FUNCTION cut.plant() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
                  " IF to_regclass('public.meta') IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'cut') THEN"
                  " CREATE TRIGGER cut BEFORE DELETE ON public.meta FOR EACH ROW EXECUTE FUNCTION cut.no(); END IF; END $$;"
                  "CREATE EVENT TRIGGER cut_plant ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION cut.plant()", target)
        done = call("restore", file, "--store", target, "--blobs", back, "--secret", self.key)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("cut short", done.stderr)
        self.psql("DROP EVENT TRIGGER cut_plant; DROP SCHEMA cut CASCADE", target)
        self.assertEqual(self.psql("SELECT count(*) FROM meta WHERE name = 'restore_unfinished'", target), "1")
        # nobody works with it meanwhile, and it is said what to do
        for words in (("verify", "--store", target), ("org", "tree", "--store", target), ("doctor", "--store", target, "--blobs", back),
                      ("backup", "--store", target, "--blobs", back, "--to", self.folder / "no.backup", "--recipient", str(self.key) + ".pub")):
            done = call(*words)
            self.assertEqual(done.returncode, 3, words)
            self.assertIn("--finish", done.stdout + done.stderr, words)
        self.assertEqual(call("restore", file, "--store", target, "--blobs", self.folder / "again", "--secret", self.key).returncode, 3)
        finished = summary("restore", "--finish", "--store", target, "--blobs", back)
        self.assertEqual(finished["epoch"], 2)
        fine("verify", "--store", target)
        self.assertEqual(self.psql("SELECT count(*) FROM meta WHERE name = 'restore_unfinished'", target), "0")
        self.assertEqual(int(self.psql("SELECT last_serial FROM outbox_head", target)), serial + 1000000)
        self.assertEqual(self.psql("SELECT count(*) FROM chain_entry WHERE kind = 'store_restored'", target), "1")
        self.assertEqual(call("restore", "--finish", "--store", target, "--blobs", back).returncode, 3)

    def test_an_event_older_than_its_journal_is_not_undone(self):
        url, blobs = self.served()
        table = self.folder / "schools.csv"
        table.write_text("Mã,Tên,Loại,Mã cấp trên\n" + "".join("th-%d,Trường Tiểu học Nứa %d,school_primary,ubnd\n" % (n, n) for n in (1, 2, 3)), encoding="utf-8")
        self.assertEqual(summary("org", "import", table, "--store", url)["new"], 3)
        old_events_are_not_undone(self, url, ["th-1", "th-2", "th-3"], lambda number: self.psql(undo_from(number, lambda name: self.psql("SELECT to_regclass('%s') IS NOT NULL" % name, url) == "t"), url), "--blobs", blobs, "--snapshot", self.folder / "before",
                                  on=("--on", (datetime.date.today() + datetime.timedelta(days=2)).strftime("%d/%m/%Y")))  # units made today were nothing before
        fine("verify", "--store", url)

    def test_upgrade_keeps_why_two_devices_may_be_one_as_a_code(self):
        url, blobs = self.served()
        self.psql("SET session_replication_role = replica; " + REASONS_OLD, url)  # the devices of these pairs are not needed here
        self.assertEqual(summary("upgrade", "--store", url, "--blobs", blobs, "--snapshot", self.folder / "before-codes")["migrations"], 1)
        self.assertEqual(self.psql(REASONS_SQL, url).split("\n"), [new for _, new in REASONS])

    def test_upgrade_of_an_older_store_and_its_snapshot(self):
        url, blobs = self.served()
        self.psql(undo_from(42, lambda name: self.psql("SELECT to_regclass('%s') IS NOT NULL" % name, url) == "t"), url)
        snapshot = self.folder / "before"
        said = summary("upgrade", "--store", url, "--blobs", blobs, "--snapshot", snapshot)
        self.assertEqual(self.psql("SELECT count(*) FROM unit_tree_change", url), "0")
        later = [p for p in ROOT.glob("src/*/migrations/*.sql") if int(p.name[:4]) > 41]
        self.assertEqual((said["from"], said["migrations"]), (41, len(later)))
        said = json.loads(self.psql("SELECT json_agg(json_build_array(x.no, x.co_actors, x.coalesce)) FROM (%s) x" % WITH_SQL, url))
        self.assertEqual([tuple(row) for row in said], WITH_IS)  # found in what was read before
        fine("verify", "--store", url)
        target = self.database()
        fine("restore", snapshot, "--snapshot", "--store", target, "--blobs", blobs)
        fine("verify", "--store", target)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[2:]])
