"""test_coverage_letters.py SOURCE_ROOT - the catalogue against the rest of the tree: the page each obligation names is a route that is served, the
letter reader knows its words, and some letter of the tests is read into it. What is not, is listed here with the reason, and only that."""
import json
import pathlib
import re
import sys
import unicodedata
import unittest

ROOT = pathlib.Path(sys.argv[1])
NO_PATTERN = {"CT18-8g": "said by the addressee (member of the network), added in src/letter/letter_match.c",
              "DOC-1": "the Nơi nhận of the letter itself, not a sentence of it"}


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def catalogue():
    rows = re.split(r"(?m)^  - (?=id: (?:CT|HOL|DOC)[0-9A-Za-z-]+$)", text("knowledge/obligations.yaml"))[1:]
    return {re.match(r"id: (\S+)", row)[1]: re.search(r"(?m)^    page: (\S+)$", row)[1] for row in rows}


class Coverage(unittest.TestCase):
    def test_all_are_here(self):
        self.assertEqual(len(catalogue()), 68)  # 67 and DOC-1

    def test_every_page_is_served(self):
        served = set()
        for path in (ROOT / "src/web").glob("*.c"):
            served |= set(re.findall(r'\{GET, "([^"]+)"', path.read_text(encoding="utf-8")))
        for name, page in catalogue().items():
            with self.subTest(name):
                self.assertIn(page, served)

    def test_the_reader_knows_the_words_of_every_one(self):
        known = set(re.findall(r"(?m)^- id: (\S+)$", text("knowledge/letter_patterns.yaml")))
        self.assertEqual(set(catalogue()) - known, set(NO_PATTERN))
        self.assertEqual(known - set(catalogue()), set())

    def test_the_reader_knows_how_our_own_letters_are_signed(self):
        def fold(words):
            return re.sub(r"\s+", " ", "".join(c for c in unicodedata.normalize("NFD", words.lower().replace("đ", "d")) if not unicodedata.combining(c)))
        sections = {name: re.findall(r"(?m)^- (.*)$", body) for name, body in re.findall(r"(?m)^([a-z_]+):\n((?:(?:- |#).*\n)+)", text("knowledge/letter_lexicon.yaml"))}
        titles = {fold(re.sub(r"[=\"]| =>.*", "", words)) for words in sections["title"]}
        marks = {words.split(" => ")[1] for words in sections["role"]}
        ours = text("knowledge/signing.yaml")
        self.assertEqual(set(re.findall(r'mark: "([^"]+)"', ours)) - marks, set())
        for words in set(re.findall(r'(?:head|deputy): (?:"([^"]+)"|([^,]+))', ours)):
            with self.subTest(words):
                self.assertTrue(any((fold("".join(words)) + " ").startswith(title + " ") or fold("".join(words)).startswith(title + ",") for title in titles), words)

    def test_some_letter_is_read_into_every_one(self):
        read, purposes = set(), set()
        for folder in ("samples/letters", "tests/golden/letter"):
            for path in (ROOT / folder).glob("*.jsonl"):
                for line in path.read_text(encoding="utf-8").splitlines():
                    row = json.loads(line) if line.startswith("{") else {}
                    read |= set(row.get("obligations", ()))
                    purposes |= {d["purpose"] for d in row.get("distribution", ())}
        for path in (ROOT / "tests/golden/letter/hand").glob("*.want"):
            for line in re.findall(r"(?m)^  ids: (.*)$", path.read_text(encoding="utf-8")):
                read |= set(line.split())
        self.assertTrue({"report", "coordination", "archive"} <= purposes)  # DOC-1
        self.assertEqual(set(catalogue()) - read, {"DOC-1"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
