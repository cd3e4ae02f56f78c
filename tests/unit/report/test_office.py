"""test_office.py REPORT_FIXTURE - LibreOffice opens our DOCX, and what it prints has the layout of Decree 30/2020, Annex I."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

FIXTURE = sys.argv[1]
MM = 72 / 25.4
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
for program, package in (("soffice", "libreoffice-writer-nogui"), ("pdftotext", "poppler-utils")):
    if not shutil.which(program):
        print(f"SKIP: {program} is not installed ({package})")
        sys.exit(77)


class Office(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = pathlib.Path(tempfile.mkdtemp(prefix="luytre-office-"))
        names = ("answer", "rollup", "periodic", "contacts")
        for name in names:
            subprocess.run([FIXTURE, "docx", name, cls.top / f"{name}.docx"], check=True, timeout=60)
        done = subprocess.run(["soffice", "--headless", "--convert-to", "pdf", "--outdir", cls.top, *(cls.top / f"{name}.docx" for name in names)],
                              env=dict(os.environ, HOME=str(cls.top)), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        missing = [name for name in names if not (cls.top / f"{name}.pdf").exists()]
        if missing:
            raise AssertionError(f"LibreOffice made no PDF of {missing}: {done.stdout}{done.stderr}")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def pages(self, name):
        """[(width, height, [(x0, y0, x1, y1, text) of a line])], in points."""
        text = subprocess.run(["pdftotext", "-bbox-layout", self.top / f"{name}.pdf", "-"], capture_output=True, text=True, encoding="utf-8", check=True).stdout
        pages = []
        for page in re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', text, re.S):
            lines = []
            for box in re.findall(r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>', page[2], re.S):
                lines.append((*map(float, box[:4]), " ".join(re.findall(r">([^<]+)</word>", box[4]))))
            pages.append((float(page[0]), float(page[1]), lines))
        return pages

    def line(self, page, start):
        found = [box for box in page[2] if box[4].startswith(start)]
        self.assertTrue(found, f"no line begins with {start!r}: {[box[4] for box in page[2]]}")
        return found[0]

    def test_the_head_stands_in_two_columns(self):
        for name in ("answer", "rollup"):
            with self.subTest(name):
                page = self.pages(name)[0]
                nation, motto = self.line(page, NATION), self.line(page, "Độc lập - Tự do - Hạnh phúc")
                number, day = self.line(page, "Số:"), self.line(page, "Trúc Lâm, ngày")
                self.assertGreater(nation[0], page[0] * 0.4)
                self.assertGreater(motto[1], nation[1])
                self.assertAlmostEqual((nation[0] + nation[2]) / 2, (motto[0] + motto[2]) / 2, delta=3)  # one above the other
                self.assertLess(number[2], page[0] / 2)
                self.assertGreater(day[0], page[0] * 0.4)
                self.assertLess(abs(number[3] - day[3]), 12)
                self.assertGreater(number[1], motto[1])
                issuer = min((box for box in page[2] if box[2] < page[0] / 2), key=lambda box: box[1])
                self.assertLess(abs(issuer[1] - nation[1]), 4)  # first lines at one height
        page = self.pages("answer")[0]  # the number itself is left to the clerk
        self.assertLess(abs(self.line(page, "/SGDĐT-VP")[3] - self.line(page, "Số:")[3]), 4)

    def test_paper_and_margins(self):
        for name in ("answer", "rollup", "periodic", "contacts"):
            for number, (width, height, lines) in enumerate(self.pages(name), 1):
                with self.subTest(name, page=number):
                    self.assertEqual(sorted((round(width / MM), round(height / MM))), [210, 297])
                    body = [box for box in lines if box[3] > 20 * MM and box[1] < height - 20 * MM]  # without page number and mark of the data
                    self.assertTrue(body)
                    left, right = min(box[0] for box in body) / MM, (width - max(box[2] for box in body)) / MM
                    if height > width:
                        self.assertTrue(29.5 <= left, f"left margin {left:.1f} mm")
                        self.assertTrue(14.5 <= right, f"right margin {right:.1f} mm")
                    self.assertGreater(min(left, right), 9, f"margins {left:.1f} and {right:.1f} mm")

    def test_annexes_lie_on_their_side(self):
        pages = self.pages("rollup")
        self.assertLess(pages[0][0], pages[0][1])
        self.assertGreaterEqual(len(pages), 3)
        for page in pages[1:]:
            self.assertGreater(page[0], page[1])
            self.line(page, "TT")  # the head of the table again on each page
        self.assertEqual(min(pages[1][2], key=lambda box: box[1])[4], "PHỤ LỤC")
        self.line(pages[-1], "Tổng cộng")

    def test_a_row_is_as_high_as_in_our_own_pdf(self):
        subprocess.run([FIXTURE, "pdf", "rollup", self.top / "own.pdf"], check=True, timeout=60)
        counts = []
        for name in ("rollup", "own"):
            pages = self.pages(name)
            counts.append(len(pages))
            starts = [box[1] for box in pages[1][2] if re.fullmatch(r"\d{1,3}( .*)?", box[4]) and box[0] < 40 * MM and 50 < box[1] < pages[1][1] - 60]
            steps = sorted(after - before for before, after in zip(starts, starts[1:]))
            self.assertGreater(len(steps), 5, f"{name}: few numbered rows on its second page: {starts}")
            counts.append(round(steps[len(steps) // 2], 1))
        self.assertEqual(counts[0], counts[2], f"pages, height of a row: LibreOffice {counts[:2]}, our own {counts[2:]}")
        self.assertLess(abs(counts[1] - counts[3]), 1, f"pages, height of a row: LibreOffice {counts[:2]}, our own {counts[2:]}")

    def test_signer_and_recipients_stand_side_by_side(self):
        pages = self.pages("answer")
        to, by = self.line(pages[-1], "Nơi nhận:"), self.line(pages[-1], "KT. GIÁM ĐỐC")
        self.assertLess(to[2], pages[-1][0] / 2)
        self.assertGreater(by[0], pages[-1][0] / 2)
        self.assertLess(abs(to[1] - by[1]), 12)

    def test_fonts_are_liberation_and_embedded(self):
        said = subprocess.run(["pdffonts", self.top / "answer.pdf"], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
        self.assertTrue(said)
        for font in said:
            self.assertRegex(font, r"LiberationSerif.* yes yes yes ")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
