"""test_language.py LUYTRE - one run of the program speaks one language: every verb's help and refusals, the words of demo, serve, upgrade and
letter read, in Vietnamese and in English.

In English no line may hold a letter with Vietnamese marks, but for data (names out of the store, words of a letter); in Vietnamese no line may
be the English one; and in neither do two languages stand side by side around " / "."""
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAMES = re.findall(r"^([a-z]+)$", (ROOT / "src/cmd/commands.txt").read_text(encoding="utf-8"), re.M)
COMMANDS = [name for name in NAMES if (ROOT / f"src/cmd/cmd_{name}.c").exists()]
MARKED = re.compile("[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠ-Ỹ]")
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")  # three plain words in a row: a line that is one in both languages is of one only
NAME, STAMP = "Lũy Tre", "TUYỆT MẬT"
LETTER = """ỦY BAN NHÂN DÂN TỈNH TRÚC LÂM
Số: 12/UBND-KGVX
Trúc Lâm, ngày 05 tháng 10 năm 2022
V/v bảo đảm an toàn thông tin
Kính gửi: Các sở, ban, ngành.
1. Các đơn vị rà soát hệ thống trước ngày 30/11/2022.
2. Các đơn vị báo cáo định kỳ hằng quý.
3. Sở Giáo dục và Đào tạo thực hiện ngay.
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
Đỗ Thị Mẫu
"""


def call(*words, stdin=None):
    done = subprocess.run([PROGRAM, *map(str, words)], input=stdin, capture_output=True, timeout=300)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def both(*words, **how):
    """What it says in Vietnamese and in English; the exit code must be the same."""
    (code, vi), (code_en, en) = call(*words, **how), call(*words, "--en", **how) if "--" not in words else call("--en", *words, **how)
    assert code == code_en, (words, code, vi, code_en, en)
    return code, vi, en


class OneLanguage(unittest.TestCase):
    data = ()  # texts of the store that may stand in either

    def without_data(self, text):
        text = text.replace(NAME, "").replace(STAMP, "")
        for value in self.data:
            text = text.replace(value, "·")
        return text

    def check(self, words, vi, en):
        vi_lines, en_lines = self.without_data(vi).splitlines(), self.without_data(en).splitlines()
        for line in vi_lines + en_lines:
            self.assertNotIn(" / ", line, words)
        for line in en_lines:
            self.assertIsNone(MARKED.search(line), f"{words} --en says: {line}")
        for line in set(vi_lines) & set(en_lines):
            self.assertIsNone(None if line.lstrip().startswith(("luytre ", "{")) else SENTENCE.search(line), f"{words} says in both languages: {line}")

    def run_both(self, *words, code=None, speaks=True, **how):
        got, vi, en = both(*words, **how)
        with self.subTest(words=words):
            if code is not None:
                self.assertEqual(got, code, vi)
            if speaks:
                self.assertIsNotNone(MARKED.search(self.without_data(vi)), f"{words} says nothing in Vietnamese: {vi}")
                self.assertNotEqual(vi, en)
            self.check(words, vi, en)
        return vi, en


def verbs():
    """("org", "show"), and ("demo",) of a command without verbs."""
    for name in COMMANDS:
        found = re.findall(rf"^luytre {name} ([a-z]+)", call(name, "--help")[1], re.M)
        yield from [(name, verb) for verb in sorted(set(found))] or [(name,)]


class Help(OneLanguage):
    def test_every_verb(self):
        found = list(verbs())
        self.assertGreater(len(found), 25)
        for words in found:
            vi, en = self.run_both(*words, "--help", code=0)
            self.assertEqual(len(vi.splitlines()), len(en.splitlines()))
            self.run_both(*words, "--no-such-option", code=2)
            self.run_both(*words, "--store", code=2)
            if words != ("letter", "read"):
                self.run_both(*words, "a", "b", "c", "--store", "/nowhere/at/all.db", speaks=False)

    def test_overview_and_unknown_words(self):
        self.run_both("help", code=0)
        self.run_both(code=2)
        self.run_both("nosuch", code=2)
        self.run_both("orgg", code=2)
        self.run_both("help", "nosuch", code=2)
        self.run_both("letter", code=2)
        self.run_both("-x", speaks=False)
        for name in {words[0] for words in verbs() if len(words) > 1} - {"letter"}:
            self.run_both(name, "--help", code=0)
            self.run_both(name, code=2)
            self.run_both(name, "nosuch", code=2)
        self.run_both("--now", "then", "help", code=2)

    def test_english_may_stand_anywhere_and_is_no_value(self):
        self.assertEqual(call("--en", "help")[1], call("help", "--en")[1])
        self.assertEqual(call("--en", "org", "show", "--help")[1], call("org", "--en", "show", "--help")[1])
        self.assertIsNotNone(MARKED.search(call("org", "show", "--store", "/nowhere/x.db", "--", "--en")[1]))


class Refusals(OneLanguage):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="luytre-language-"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def test_letters_that_cannot_be_read(self):
        self.run_both("letter", "read", self.folder / "none.txt", code=3)
        self.run_both("letter", "read", self.file("a.pdf", b"%PDF-1.7\nnothing"), code=3)
        self.run_both("letter", "read", self.file("a.docx", b"PK\3\4nothing"), code=3)
        self.run_both("letter", "read", self.file("big.txt", b"a" * (51 << 20)), code=3)
        self.run_both("letter", "read", self.file("secret.txt", (STAMP + "\n").encode() + LETTER.encode()), code=3)
        self.run_both("letter", "read", "x", "--json", "--text", code=2)
        self.run_both("letter", "read", self.folder / "none.txt", "--json", code=3)

    def test_stores_that_cannot_be_opened(self):
        text, foreign, newer = self.file("a.db", b"no database at all, only words" * 40), self.folder / "b.db", self.folder / "c.db"
        with sqlite3.connect(foreign) as db:
            db.execute("CREATE TABLE other (x)")
        for store in (self.folder / "none.db", text, foreign):
            for words in (("upgrade",), ("status",), ("org", "tree"), ("doctor",), ("verify",), ("report", "--out", self.folder), ("user", "list"), ("directive", "list")):
                self.run_both(*words, "--store", store, speaks="doctor" not in words)
        call("user", "list", "--store", newer)
        self.run_both("serve", "--store", self.folder / "d.db", "--listen", "192.0.2.1:80", code=2)
        self.run_both("serve", "--store", "postgresql://127.0.0.1:1/x", "--listen", "127.0.0.1:0", code=2)
        self.run_both("demo", "--listen", "192.0.2.1:80", code=2)
        self.run_both("demo", "--listen", "nothing", code=2)

    def test_wrong_use_behind_the_options(self):
        self.run_both("backup", code=2)
        self.run_both("backup", "--store", "x", "--to", "y", "--recipient", self.folder / "none", code=3)
        self.run_both("restore", code=2)
        self.run_both("restore", "x", "--store", "y", code=2)
        self.run_both("upgrade", "--store", "postgresql://x/y", code=2)
        self.run_both("grants", "--store", "x", "--role", "r", code=2)
        self.run_both("verify", code=2)
        self.run_both("doctor", "--store", "x", "--fail-on", "y", speaks=False)
        self.run_both("status", "--store", "x", "--json", "--csv", code=2)


class Demo(OneLanguage):
    """Each language makes its own province, on a terminal: the words of progress are said there alone."""
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="luytre-language-"))
        cls.said = {}
        for lang, more in (("vi", []), ("en", ["--en"])):
            terminal, side = pty.openpty()
            progress = []
            reader = threading.Thread(target=cls.read, args=(terminal, progress))
            reader.start()
            done = subprocess.run([PROGRAM, "demo", "--no-serve", "--dir", cls.folder / lang, *more], stdout=subprocess.PIPE, stderr=side, timeout=300)
            os.close(side)
            reader.join()
            os.close(terminal)
            assert done.returncode == 0, (done, progress)
            cls.said[lang] = done.stdout.decode(), b"".join(progress).decode()
        cls.store = cls.folder / "vi" / "luytre.db"
        values = set()
        for store in (cls.store, cls.folder / "en" / "luytre.db"):
            with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
                for table, column in (("unit_fact", "name"), ("unit_fact", "code"), ("person", "name"), ("directive", "title"), ("directive", "symbol"), ("obligation", "title"), ("unit_event", "basis")):
                    values |= {row[0] for row in db.execute(f"SELECT DISTINCT {column} FROM {table}") if row[0] and MARKED.search(row[0])}
        values |= set(call("org", "import", "--template", "--store", cls.store)[1].splitlines()[0].split(","))  # columns of a sheet are called so
        cls.data = sorted(values, key=len, reverse=True)

    @staticmethod
    def read(terminal, into):
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # the other side is closed
                return
            if not piece:
                return
            into.append(piece)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_making_of_the_province(self):
        for at in (0, 1):
            vi, en = self.said["vi"][at], self.said["en"][at]
            self.assertIsNotNone(MARKED.search(self.without_data(vi)), "nothing was said")
            self.check(("demo",), vi.replace("\r", "\n"), en.replace("\r", "\n"))

    def test_site_of_the_demo(self):
        said = []
        for more in ([], ["--en"]):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            child = subprocess.Popen([PROGRAM, "demo", "--dir", self.folder / "vi", "--listen", f"127.0.0.1:{port}", *more], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            lines = []
            for line in child.stdout:
                lines.append(line.decode())
                if line.startswith((b"Site:", b"Trang web:")):
                    break
            lines.append(child.stdout.readline().decode())
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=60)
            said.append("".join(lines))
        self.assertIn("Đăng nhập", said[0])
        self.assertIn("Sign in", said[1])
        self.check(("demo",), *said)

    def test_first_words_of_serve(self):
        said = []
        for more in ([], ["--en"]):
            store = self.folder / f"serve{len(more)}" / "luytre.db"
            store.parent.mkdir()
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            child = subprocess.Popen([PROGRAM, "serve", "--store", store, "--listen", f"127.0.0.1:{port}", *more], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            said.append(child.stdout.readline().decode())
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=60)
        self.assertIn("/setup/", said[0])
        self.assertIn("/setup/", said[1])
        self.check(("serve",), *said)

    def test_what_is_asked_of_a_store(self):
        s = ("--store", self.store)
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as db:
            directive = db.execute("SELECT min(id) FROM directive").fetchone()[0]
        root = call("org", "tree", *s, "--depth", "0")[1].rsplit("(", 1)[1].rstrip(")\n")
        vi, en = self.run_both("status", *s, code=0)
        self.assertRegex(en, r"(?m)^Done: [\d,]+ of [\d,]+ duties \([\d.]+%\)$")
        self.assertRegex(vi, r"(?m)^Đạt [\d.]+ trên [\d.]+ nhiệm vụ \([\d,]+%\)$")
        self.run_both("status", *s, "--as-of", "2001-01-01", speaks=False)
        self.run_both("status", *s, "--as-of", "2999-01-01", code=2)
        self.run_both("org", "tree", *s, "--depth", "1", code=0, speaks=False)
        self.run_both("org", "show", root, *s, code=0, speaks=False)
        self.run_both("org", "show", "nosuch", *s, code=3)
        self.run_both("org", "events", root, *s, code=0, speaks=False)
        self.run_both("org", "undo", "1", *s, "--basis", "x")
        self.run_both("org", "place", "1", *s, "--to", root)
        self.run_both("org", "import", *s, "--register", "x", code=2)
        self.run_both("org", "import", ROOT / "README.md", *s)
        self.run_both("directive", "list", *s, code=0, speaks=False)
        self.run_both("directive", "show", directive, *s, code=0, speaks=False)
        self.run_both("directive", "show", "999", *s, code=3)
        self.run_both("directive", "show", "x", *s, code=2)
        self.run_both("directive", "issue", "x", *s, code=2)
        self.run_both("user", "list", *s, code=0, speaks=False)
        self.run_both("user", "invite", "nobody", *s, code=3)
        self.run_both("user", "grant", "nobody", "nothing", root, *s)
        self.run_both("token", "list", *s, code=0, speaks=False)
        self.run_both("token", "end", "99", *s)
        self.run_both("doctor", *s)
        self.run_both("verify", *s, code=0)
        self.run_both("upgrade", *s, code=0)
        self.run_both("report", *s, "--out", self.folder / "no" / "such", "--kind", "x", code=2, speaks=False)
        self.run_both("report", *s, "--out", self.folder, "--directive", "999", code=3)
        self.run_both("report", *s, "--out", self.folder, "--freeze", "999", code=3)

    def test_letter_for_people(self):
        path = self.folder / "letter.txt"
        path.write_text(LETTER, encoding="utf-8")
        code, vi, en = both("letter", "read", path)
        self.assertEqual(code, 0)
        self.assertIn("3 NHIỆM VỤ", vi)
        self.assertIn("3 DUTIES", en)
        label = re.compile(r"^ *([^\W\d](?:[^\s]| (?! ))*)  ", re.M)  # what stands before the column of values
        for word in label.findall(en):
            self.assertIsNone(MARKED.search(word), word)
        self.assertFalse(set(label.findall(en)) & set(label.findall(vi)))
        for line in (vi + en).splitlines():
            self.assertNotIn(" / ", line)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[2:]])
