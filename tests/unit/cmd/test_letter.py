"""test_letter.py LUYTRE SOURCE_ROOT - `luytre letter read` at the command line: what it refuses and how, what it reads, its offsets."""
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import unittest
import zipfile

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
LETTER = (ROOT / "samples/letters/05_xa_giao_truong.txt").read_text(encoding="utf-8")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def run(*words, data=b"", **more):
    return subprocess.run([PROGRAM, "letter", "read", *words], input=data, capture_output=True, timeout=120, **more)


def docx(xml, name="word/document.xml"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, xml)
    return out.getvalue()


def docx_of(text):
    return docx(f"<w:document {W}><w:body>" + "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n")) +
                "</w:body></w:document>")


def pdf(pages, content, trailer=b""):
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Kids[" + b" ".join(b"%d 0 R" % (5 + i) for i in range(pages)) + b"]/Count %d>>" % pages,
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
               b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream"]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 3 0 R>>>>>>"] * pages
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    xref = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + xref + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(out))


class Refused(unittest.TestCase):
    """Exit 3, a sentence on stderr in one line, and with --json a summary line that says why."""

    def refused(self, data, error, word):
        for words in (("--json", "--en", "-"), ("--en", "-")):
            done = run(*words, data=data)
            said = done.stderr.decode()
            self.assertEqual(done.returncode, 3, said)
            self.assertIn(word, said)
            self.assertEqual(said.count("\n"), 1, said)
            self.assertFalse([c for c in said[:-1] if c < " "], said)
            if "--json" in words:
                lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
                self.assertEqual([(o["type"], o["error"], o["duties"]) for o in lines], [("summary", error, 0)])
            else:
                self.assertEqual(done.stdout, b"")

    def test_too_large(self):
        self.refused((LETTER * 40000).encode()[:50 << 20], "limit", "20 MB")
        self.refused((LETTER * 3000).encode()[:3 << 20], "limit", "2 MB")

    def test_docx(self):
        good = docx_of(LETTER)
        torn = bytearray(good)
        torn[60:140] = random.Random(7).randbytes(80)
        self.refused(good[:len(good) // 2], "syntax", "ZIP")
        self.refused(bytes(torn), "syntax", "ZIP")
        self.refused(docx(f'<!DOCTYPE a [<!ENTITY x "y">]><w:document {W}/>'), "syntax", "DOCTYPE")
        self.refused(docx(f"<w:document {W}><w:body>" + "<w:p/>" * 20_000_000), "limit", "ZIP bomb")
        self.refused(docx("<a>" * 100_000 + "</a>" * 100_000), "limit", "128")
        self.refused(docx("<a/>", name="other.txt"), "unsupported", "archive")

    @unittest.skipUnless(shutil.which("pdfinfo"), "SKIP: poppler-utils is not installed")
    def test_pdf(self):
        words = b"BT /F1 12 Tf 72 700 Td (Kinh gui: cac so, ban, nganh tren dia ban) Tj ET"
        key = b"/Encrypt<</Filter/Standard/V 1/R 2/O<" + b"00" * 32 + b">/U<" + b"00" * 32 + b">/P -60>>/ID[<00><00>]"
        self.assertEqual(run("-", data=pdf(1, words)).returncode, 0)
        self.refused(pdf(10_000, words), "limit", "500")
        self.refused(pdf(1, b"0 0 m 10 10 l S"), "unsupported", "scanned")
        self.refused(pdf(1, words, key), "unsupported", "encrypted")
        self.refused(pdf(1, words)[:200], "syntax", "PDF")

    def test_no_text(self):
        self.refused(b"", "syntax", "no text")
        self.refused(b"\n\n \n", "syntax", "no text")
        self.refused(random.Random(11).randbytes(100_000), "syntax", "not a text")
        self.refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "unsupported", ".docx")
        self.refused(b"{\\rtf1 hello}", "unsupported", "RTF")
        self.refused(b"\x89PNG\r\n\x1a\n" + bytes(500), "unsupported", "picture")

    def test_stamps_of_secrecy(self):
        body = "Số: 1/UBND\nKính gửi: Các sở.\nĐề nghị các sở giữ kín chuyện riêng./.\n"
        for stamp in ("MẬT", "TỐI MẬT", "TUYỆT MẬT", "M Ậ T", "TỐI\nMẬT", "Độ mật: Mật"):
            text = f"UBND TỈNH TRÚC LÂM\n{stamp}\n{body}"
            for data in (text.encode(), text.encode("utf-16-le"), b"\xff\xfe" + text.encode("utf-16-le"), docx_of(text)):
                self.refused(data, "denied", "MẬT")
                self.assertNotIn("riêng", run("--json", "-", data=data).stderr.decode())
        for words in ("BẢO MẬT", "Mật khẩu", "AN TOÀN, BẢO MẬT", "BÍ MẬT CÔNG VIỆC"):
            self.assertEqual(run("-", data=f"UBND TỈNH TRÚC LÂM\n{words}\n{body}".encode()).returncode, 0, words)


class Handed(unittest.TestCase):
    def test_wrong_use(self):
        for words in ((), ("a", "b"), ("--json", "--text", "-"), ("--nothing", "-")):
            done = run(*words)
            self.assertEqual((done.returncode, done.stdout), (2, b""), words)
            self.assertTrue(done.stderr)

    def test_names_and_pipes(self):
        with tempfile.TemporaryDirectory() as folder:
            odd = os.path.join(folder.encode(), b"odd\xff\n\x1b[31m name")
            pathlib.Path(os.fsdecode(odd)).write_text(LETTER, encoding="utf-8")
            self.assertEqual(run(odd).returncode, 0)
            missing = run("--json", odd + b"2")
            self.assertEqual(missing.returncode, 3)
            self.assertNotIn(b"\x1b", missing.stderr)
            self.assertEqual(json.loads(missing.stdout)["error"], "not_found")
            self.assertEqual(run("--json", folder).returncode, 3)
        closed = subprocess.run(["sh", "-c", '"$1" letter read --json - <&-', "sh", PROGRAM], capture_output=True, timeout=60)
        self.assertEqual((closed.returncode, json.loads(closed.stdout)["type"]), (3, "summary"))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "letter", "read", "-"], input=LETTER.encode(), stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 3)

    def test_offsets_count_in_what_text_prints(self):
        for data in (LETTER.encode(), LETTER.encode("utf-16-be"), docx_of(LETTER), LETTER.replace("\n", "\r\n").encode()):
            text = run("--text", "-", data=data).stdout
            lines = [json.loads(line) for line in run("--json", "-", data=data).stdout.decode().splitlines()]
            self.assertEqual([lines[0]["type"], lines[-1]["type"]], ["letter", "summary"])
            self.assertEqual({o["type"] for o in lines[1:-1]}, {"duty"})
            for duty in lines[1:-1]:
                quote = text[duty["quote"]["from"]:duty["quote"]["to"]].decode()
                self.assertEqual(" ".join(quote.split()), duty["text"])
                if duty["deadline"]:
                    at = duty["deadline"]["quote"]
                    self.assertEqual(" ".join(text[at["from"]:at["to"]].decode().split()), duty["deadline"]["quoted"])
            at = lines[0]["offsets"]["number"]
            self.assertEqual(text[at["from"]:at["to"]].decode(), "09")


HEAD = """SỞ NỘI VỤ
TỈNH TRÚC LÂM
Số: 40/KH-SNV
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Trúc Lâm, ngày 11 tháng 01 năm 2027

KẾ HOẠCH
Ứng cứu sự cố năm 2027

1. Các phòng thực hiện nhiệm vụ theo Phụ lục kèm theo./.

Nơi nhận:
- Các phòng;
- Lưu: VT.

GIÁM ĐỐC

Tẩn Thị Mỷ

PHỤ LỤC"""
# a cell: its paragraphs; columns it takes
ROWS = [[["TT"], ["Nhiệm vụ"], ["Cơ quan chủ trì"], ["Cơ quan phối hợp"], ["Thời hạn"], ["Sản phẩm"]],
        [["I"], (["Công tác chung"], 5)],
        [["1"], ["Rà quét lỗ hổng", "các hệ thống của Sở"], ["Văn phòng"], ["Thanh tra;", "Phòng Tổ chức"], ["Trước ngày 31/3/2027"], ["Báo cáo"]],
        [["2"], ["Tập huấn"], ["Thanh tra"], [""], ["Quý II", "năm 2027"], [""]]]
WANT = [("Rà quét lỗ hổng các hệ thống của Sở", "Văn phòng", ["Thanh tra", "Phòng Tổ chức"], "2027-03-31", "Báo cáo", "PHỤ LỤC 1"),
        ("Tập huấn", "Thanh tra", [], "2027-06-30", None, "PHỤ LỤC 2")]


class Tables(unittest.TestCase):
    """The rows of an annex, from a Word table and from a printed page."""

    def check(self, data, want):
        text = run("--text", "-", data=data).stdout
        duties = [json.loads(line) for line in run("--json", "-", data=data).stdout.decode().splitlines()[1:-1]]
        got = [(d["text"], d["actor"], d["co_actors"], d["deadline"] and d["deadline"]["date"], d["product"], d["clause"]) for d in duties]
        self.assertEqual(got[1:], want, text.decode())
        for d in duties:
            for value, at in [(d["text"], d["quote"]), (d["actor"], d["actor_quote"]), (d["product"], d["product_quote"])] + list(
                    zip(d["co_actors"], d["co_actor_quotes"])):
                cut = iter("".join(text[at["from"]:at["to"]].decode().split()) if at else "")
                self.assertTrue(not value or all(c in cut for c in "".join(value.split())), (value, at))

    @staticmethod
    def table():
        def cell(c):
            paragraphs, span = c if isinstance(c, tuple) else (c, 1)
            return (f"<w:tc><w:tcPr><w:gridSpan w:val='{span}'/></w:tcPr>" +
                    "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs) + "</w:tc>")
        return "<w:tbl>" + "".join("<w:tr>" + "".join(map(cell, row)) + "</w:tr>" for row in ROWS) + "</w:tbl>"

    def test_word(self):
        head = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in HEAD.split("\n"))
        self.check(docx(f"<w:document {W}><w:body>{head}{self.table()}</w:body></w:document>"), WANT)

    @unittest.skipUnless(shutil.which("pdftotext"), "poppler-utils is not installed")
    def test_print(self):
        """Helvetica has no Vietnamese letters: the page is typed without marks, its numbers stand in the middle of their rows."""
        def bare(s):
            s = unicodedata.normalize("NFD", s.replace("đ", "d").replace("Đ", "D"))
            return "".join(c for c in s if not unicodedata.combining(c))
        columns, y, out = (40, 70, 250, 350, 470, 570), 560, []

        def put(x, y, words):
            out.append("BT /F1 9 Tf 1 0 0 1 %d %d Tm (%s) Tj ET" % (x, y, bare(words).replace("(", "\\(").replace(")", "\\)")))
        for line in HEAD.split("\n"):
            put(40, y, line)
            y -= 12
        for row in ROWS[:1] + ROWS[2:]:
            height = max(len(c) for c in row)
            for x, c in zip(columns, row):
                for k, words in enumerate(c):
                    put(x, y - 12 * k - (height - len(c)) * 6, words)
            y -= 12 * height
        self.check(pdf(1, "\n".join(out).encode()), [(bare(a), bare(b), [bare(c) for c in w], d, e and bare(e), bare(f)) for a, b, w, d, e, f in WANT])

    def test_a_letterhead_is_no_register(self):
        """Two cells side by side, each of several lines, stay one below the other."""
        body = HEAD.split("\n")
        left, right, rest = body[:3], body[3:6], body[6:]
        table = "<w:tbl><w:tr>" + "".join("<w:tc>" + "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in side) + "</w:tc>"
                                          for side in (left, [""], right)) + "</w:tr></w:tbl>"
        rest = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in rest)
        data = docx(f"<w:document {W}><w:body>{table}{rest}{self.table()}</w:body></w:document>")
        letter = json.loads(run("--json", "-", data=data).stdout.decode().splitlines()[0])
        self.assertEqual((letter["number"], letter["issuer"], letter["date"]), ("40", "SỞ NỘI VỤ TỈNH TRÚC LÂM", "2027-01-11"))
        self.check(data, WANT)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
