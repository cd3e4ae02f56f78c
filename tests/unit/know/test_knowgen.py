"""knowgen refuses what is wrong with file, line and reason; the strict reader takes what it says it takes."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import unittest

ROOT = sys.argv.pop() if len(sys.argv) > 1 else "."
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tools/knowgen"))
from strict_yaml import Refused, parse  # noqa: E402


def plain(node):
    if node.kind == "list":
        return [plain(item) for item in node.value]
    if node.kind == "map":
        return {key: plain(item) for key, item in node.value.items()}
    return node.value


class Reader(unittest.TestCase):
    def test_takes(self):
        text = 'a:\n  - id: x # why\n    n: [1, "b, c", {k: v}]\n  - {id: y, t: "say \\"no\\"", u: no}\nb: null\nc: a "quoted" word\n'
        self.assertEqual(plain(parse(text, "f")), {"a": [{"id": "x", "n": ["1", "b, c", {"k": "v"}]}, {"id": "y", "t": 'say "no"', "u": "no"}],
                                                   "b": None, "c": 'a "quoted" word'})

    def test_refuses(self):
        cases = [
            ("a: 1\na: 2", 2, "given twice"), ("a:\n   b: 1", 2, "steps of two"), ("a:\n\tb: 1", 2, "a tab"), ("a: 'x'", 1, "begin with '"),
            ("a: &x y", 1, "begin with &"), ("a: \"x", 1, "never closed"), ("a: [1, 2", 1, "expected a comma"), ("---\na: 1", 1, "one document"),
            ("a: b: c", 1, "double quotes"), ("a:", 1, "no value"), ("a: 1\n  b: 2", 2, "indent"), ("a: \"\\x\"", 1, "unknown escape"), ("a", 1, "key: value"),
        ]
        for text, line, reason in cases:
            with self.subTest(text=text), self.assertRaises(Refused) as caught:
                parse(text, "f.yaml")
            self.assertTrue(str(caught.exception).startswith(f"f.yaml:{line}: "), caught.exception)
            self.assertIn(reason, str(caught.exception))


class Generator(unittest.TestCase):
    def check(self, folder):
        return subprocess.run([sys.executable, os.path.join(ROOT, "tools/knowgen/knowgen.py"), "--check", folder], capture_output=True, text=True, check=False)

    def test_the_real_folder_is_right(self):
        done = self.check(os.path.join(ROOT, "knowledge"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_letter_reader_knows_a_mark_as_the_same_kind(self):
        def fold(text):
            return unicodedata.normalize("NFD", text.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
        with open(os.path.join(ROOT, "knowledge/letter_lexicon.yaml"), encoding="utf-8") as stream:
            section = re.search(r"^symbol_type:\n((?:- .*\n)+)", stream.read(), re.M).group(1)
        reader = dict(re.findall(r"^- (\S+) => (\S+)$", section, re.M))
        with open(os.path.join(ROOT, "knowledge/document_names.yaml"), encoding="utf-8") as stream:
            kinds = [plain(row) for row in parse(stream.read(), "document_names.yaml").value["document_kinds"].value]
        marked = {fold(row["mark"]): row["id"] for row in kinds if "mark" in row}
        self.assertGreater(len(marked), 5)
        self.assertEqual({mark: reader.get(mark) for mark in marked}, marked)

    def test_refusals(self):
        cases = [  # file, what is replaced, by what, what the reason says
            ("obligations.yaml", "evidence: [hunt]", "evidence: [hunting]", "hunting is not among the evidence_kinds"),
            ("obligations.yaml", "evidence: [hunt]", "evidence: [roster]", "does not count by system"),
            ("obligations.yaml", "owed_by: [response_team]", "owed_by: [response_teams]", "not among the classes"),
            ("obligations.yaml", "due: 2022-12-31", "due: 2022-11-31", "there is no day 2022-11-31"),
            ("obligations.yaml", "page: /budget", "page: budget", "path pattern"),
            ("rules.yaml", "by_level: [0, 12, 12, 6, 6, 3]", "by_level: [0, 12, 12, 6, 6]", "6 numbers"),
            ("rules.yaml", "to: null", "until: null", "unknown key until"),
            ("rules.yaml", ", to: null, certainty", ", certainty", "the key to is missing"),
            ("rules.yaml", "from: 2022-10-13, to: null", "from: 2022-10-13, to: 2021-01-01", "ends before it begins"),
            ("roles.yaml", "rights: [acknowledge]", "rights: [acknowlege]", "not among the rights"),
            ("evidence_kinds.yaml", "type: file", "type: files", "is none of"),
            ("states.yaml", "id: ack,", "id: unseen,", "stands twice"),
            ("reform_2025.yaml", "merged: [Hà Nội]", "merged: [Phú Yên]", "merged twice"),
            ("holidays.yaml", "day: 2021-02-11", "day: 2021-02-10", "given twice"),
            ("passwords.yaml", "memory_kib: 65536", "memory_kib: 104857600", "104857600 is outside 8192..1048576"),
            ("passwords.yaml", "memory_kib: 65536", "memory_kib: 1", "1 is outside 8192..1048576"),
            ("passwords.yaml", "memory_kib: 65536", "memory_kib: 64MB", "expected a number"),
            ("passwords.yaml", "memory_kib: 65536", "memory_kib: 16384", "cheaper to try than every row"),
            ("passwords.yaml", "memory_kib: 65536, passes: 2", "memory_kib: 65536, passes: 0", "0 is outside 1..10"),
            ("passwords.yaml", "from: 2021-09-01, to: null", "from: 2021-09-01, to: 2026-01-01", "something must be in force"),
            ("passwords.yaml", "password_costs:\n", "password_costs:\n  - {id: early, memory_kib: 65536, passes: 2, from: 2020-01-01, to: 2021-08-01, certainty: certain, source: a gap}\n",
             "this one ends on that day"),
            ("thresholds.yaml", "kind: reset_link, value: 24", "kind: reset_link, value: 240", "240 is outside 1..168 hours"),
            ("thresholds.yaml", "kind: invite_link, value", "kind: reset_link, value", "no row of thresholds says what invite_link is"),
            ("thresholds.yaml", "value: 7, from: 2022-01-01, to: null", "value: 7, from: 2022-01-01, to: 2030-01-01", "something must be in force"),
            ("thresholds.yaml", "thresholds:\n", "thresholds:\n  - {id: early, kind: invite_link, value: 9, from: 2020-01-01, to: 2021-08-01, certainty: certain, source: a gap}\n",
             "this one ends on that day"),
            ("device_kinds.yaml", "[server, workstation,", "[server, workstaton,", "workstaton is not among the device_kinds"),
            ("device_kinds.yaml", "id: camera", "id: hosts", "names of sums"),
            ("device_kinds.yaml", "to: null", "to: 2030-01-01", "something must be in force"),
            ("device_kinds.yaml", "host_kinds:\n", "host_kinds:\n  - {id: early, kinds: [server], from: 2010-01-01, to: 2018-01-01, certainty: certain, source: a gap}\n", "this one ends on that day"),
            ("instruments.yaml", "certainty: certain", "certainty: sure", "is none of"),
            ("instruments.yaml", "type: decree,", "type: decre,", "decre is not among the instrument_types"),
            ("document_names.yaml", "mark: KH", "mark: kh", "kh is not the letters a symbol opens with"),
            ("document_names.yaml", "mark: KH", "mark: CT", "CT stands for two rows on the same day"),
            ("document_names.yaml", "briefs: [UBND]", "briefs: []", "the list briefs is empty"),
            ("document_names.yaml", "authority_names:\n", "authority_names:\n  - {id: other, vi: Ủy ban, en: Committee, briefs: [UBND], from: 2000-01-01, to: 2001-01-01, certainty: certain, source: a test}\n",
             "UBND stands for two rows on the same day"),
            ("document_names.yaml", "vi: phường", "vi: xã", "xã stands for two rows on the same day"),
            ("document_names.yaml", "id: official_letter,", "id: official_letter, mark: CV,", "no row without a mark"),
            ("document_names.yaml", "to: null", "to: 2030-01-01", "something must be in force"),
            ("document_names.yaml", "document_kinds:\n", "document_kinds:\n  - {id: early, vi: Thư, en: Letter, from: 2010-01-01, to: 2018-01-01, instrument: ND30-2020, certainty: certain, source: a gap}\n",
             "this one ends on that day"),
            ("document_names.yaml", "document_kinds:\n", "document_kinds:\n  - {id: early, mark: CT, vi: Lệnh, en: Order, from: 2010-01-01, to: 2020-04-01, instrument: ND30-2020, certainty: certain, source: two}\n",
             "CT stands for two rows on the same day"),
            ("signing.yaml", "  - {id: school, groups: [school]", "  - {id: school, kinds: [school_primary]", "no row of signing_titles says what its head is called"),
            ("signing.yaml", "id: kt, mark", "id: k, mark", "the form kt is missing"),
            ("signing.yaml", "kinds: [government], body", "body", "names no kind and no group"),
            ("signing.yaml", "groups: [health], head", "kinds: [health_station], head", "never reached"),
            ("signing.yaml", "body: BAN THƯỜNG TRỰC, ", "", "deputy_is_member without a body"),
            ("incidents.yaml", "from: 2017-03-16, to: 2026-07-01, certainty: recalled, source: \"the four", "from: 2017-03-16, to: 2026-06-01, certainty: recalled, source: \"the four", "this one ends on that day"),
            ("incidents.yaml", "groups: [malware, old_encryption]", "groups: [malware]", "needs one group of the scheme old"),
            ("incidents.yaml", "groups: [malware, old_encryption]", "groups: [malware, old_encryption, dos]", "needs one group of the scheme new"),
            ("incidents.yaml", "facts: [intruded, ransomware, outage]", "facts: [intruded, ransom]", "ransom is not among the incident_facts"),
            ("incidents.yaml", "id: sev3, scheme: new, rank: 2", "id: sev3, scheme: new, rank: 3", "have the rank 3"),
            ("incidents.yaml", "id: sev4-floor, severity: sev4", "id: sev4-floor, severity: sev3", "needs a rule without facts for its lowest severity"),
            ("incidents.yaml", "facts: [intruded], instrument: PRACTICE, from: 2026-07-01", "facts: [intruded], instrument: PRACTICE, from: 2026-07-01, until: null", "unknown key until"),
            ("incidents.yaml", "of harm\", instrument: PRACTICE, from: 2026-07-01", "of harm\", instrument: PRACTICE, from: 2026-07-02", "the floor of a scheme holds on every day of it"),
            ("incidents.yaml", "t0: restored, rule: incident_final", "t0: restored, at_once: true, rule: incident_final", "at once or has a rule, one of the two"),
            ("incidents.yaml", "t0: restored, rule: incident_final", "t0: restored, rule: threat_hunt", "counts in something else than hours"),
            ("incidents.yaml", "t0: reported, after: [report_72h, report_progress]", "t0: reported", "after says which reports"),
            ("incidents.yaml", "to_whom: [data_protection_body]", "to_whom: [data_body]", "data_body is not among the recipients"),
            ("incident_forms.yaml", "key: owner.name, type: unit", "key: owner.nam, type: unit", "owner.nam is not among the form_keys"),
            ("incident_forms.yaml", "key: owner.name, type: unit", "key: owner.name, type: text", "owner.name is of type unit, not text"),
            ("incident_forms.yaml", "key: owner.name, type: unit", "key: focal.name, type: person", "notice_initial asks for focal.name twice"),
            ("incident_forms.yaml", "{id: focal, key: focal.name", "{id: owner, key: focal.name", "owner stands twice"),
            ("incident_forms.yaml", "{id: level, key: system.level", "{id: phone, key: system.level", "phone stands twice"),
            ("incident_forms.yaml", "key: owner.name, type: unit, required: true", "key: owner.name, type: unit, required: true, vi: Chủ", "the key en is missing"),
            ("incident_forms.yaml", "key: owner.name, type: unit, required: true", "type: unit, required: true", "the key key is missing"),
            ("incident_forms.yaml", "key: owner.name, type: unit", "key: [owner.name], type: unit", "expected text, found a list"),
            ("incident_forms.yaml", "id: owner.name, type: unit", "id: owner, type: unit", "owner is not the key of a fact"),
            ("incident_forms.yaml", "id: owner.name, type: unit", "id: owner.name, type: units", "units is none of"),
            ("incident_forms.yaml", "id: operator.name", "id: owner.name", "owner.name stands twice"),
            ("incident_forms.yaml", "form_keys:\n", "form_keys:\n  - {id: nobody.asks, type: text, vi: Không ai hỏi, en: Nobody asks}\n", "no form asks for nobody.asks"),
            ("incident_forms.yaml", "id: incident.found_by, type: long_text", "id: incident.found_by, type: choice", "choices go with the type choice, and incident.found_by is of type choice"),
            ("incident_forms.yaml", "type: choice, vi: Tình trạng xử lý", "type: text, vi: Tình trạng xử lý", "choices go with the type choice, and incident.state is of type text"),
            ("incident_forms.yaml", "type: rows\n    vi: Đã báo cho", "type: text\n    vi: Đã báo cho", "columns go with the type rows, and incident.told_to is of type text"),
            ("incident_forms.yaml", "en: Body, type: text, weight: 4", "en: Body, type: long_text, weight: 4", "long_text is none of"),
            ("incident_forms.yaml", "en: Body, type: text, weight: 4", "en: Body, type: text, weight: 0", "0 is outside 1..20"),
            ("incident_forms.yaml", "  - {id: unknown_required,", "  - {id: unknown_require,", "the word unknown_required is missing"),
            ("incident_forms.yaml", "purpose: first", "purpose: last", "last is none of"),
            ("incident_forms.yaml", "purpose: progress", "purpose: final", "on the same day report_progress is for final too"),
            ("incident_forms.yaml", "from: 2017-11-01\n    to: 2026-07-01", "from: 2017-11-01\n    to: null", "on the same day notice_initial is for first too"),
            ("incident_forms.yaml", "from: 2017-11-01\n    to: 2026-07-01", "from: 2017-11-01\n    to: 2016-07-01", "ends before it begins"),
            ("incident_forms.yaml", "addressee: dedicated_body", "addressee: dedicated_bodies", "dedicated_bodies is not among the recipients"),
            ("incident_forms.yaml", "instruments: [L116-2025, ND331-2026]", "instruments: [ND331]", "ND331 is not among the instruments"),
            ("incident_forms.yaml", "instruments: [L116-2025, ND331-2026]", "instruments: []", "the list instruments is empty"),
            ("incident_forms.yaml", "document: official_letter", "document: letter", "letter is not among the document_kinds"),
            ("incident_forms.yaml", "opening_vi: \"{unit} ", "opening_vi: \"{name} ", "{name} stands for nothing"),
            ("incident_forms.yaml", "    pending_en: What is not known yet follows in the next report.\n", "", "the key pending_en is missing"),
            ("incidents.yaml", "forms: [form04_2017]", "forms: [form05_2017]", "form05_2017 is not among the forms"),
            ("incidents.yaml", "forms: [form04_2017]", "forms: [report_final]", "none of these forms holds on a day of the clock"),
            ("incidents.yaml", "after: [report_72h,", "after: [report_71h,", "report_71h is not among the forms"),
            ("incident_forms.yaml", "certainty: inferred", "certainty: official", "official is none of"),
            ("incident_forms.yaml", "        fields:\n          - {id: owner, key: owner.name, type: unit, required: true}\n", "        field:\n          - {id: owner, key: owner.name, type: unit, required: true}\n", "unknown key field"),
        ]
        for file, old, new, reason in cases:
            with self.subTest(file=file, new=new), tempfile.TemporaryDirectory() as place:
                folder = os.path.join(place, "knowledge")
                shutil.copytree(os.path.join(ROOT, "knowledge"), folder)
                path = os.path.join(folder, file)
                with open(path, encoding="utf-8") as stream:
                    text = stream.read()
                self.assertIn(old, text)
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write(text.replace(old, new, 1))
                done = self.check(folder)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, r"^knowledge/[a-z_0-9]+\.yaml:[1-9]\d*: ")
                self.assertIn(reason, done.stderr)
                self.assertEqual(len(re.findall("\n", done.stderr)), 1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
