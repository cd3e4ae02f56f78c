"""test_cli.py LUYTRE SOURCE_ROOT - the promises every subcommand keeps, read from the same table as the program."""
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
COMMANDS = sorted(path.stem[4:] for path in (ROOT / "src/cmd").glob("cmd_*.c"))


def run(*words):
    return subprocess.run([PROGRAM, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=60)


class CommandLine(unittest.TestCase):
    def test_overview_lists_each_command_once(self):
        done = run("help")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(sorted(re.findall(r"^  ([a-z]+) ", done.stdout, re.M)), sorted(COMMANDS + ["luytre"]))

    def test_help_of_every_command(self):
        for name in COMMANDS:
            for words in ((name, "--help"), ("help", name)):
                with self.subTest(words=words):
                    done = run(*words)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn("luytre " + name, done.stdout)

    def test_wrong_option_of_every_command(self):
        for name in COMMANDS:
            with self.subTest(name=name):
                done = run(name, "--no-such-option")
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.strip())

    def test_version(self):
        version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text(encoding="utf-8"))[1]
        done = run("--version")
        self.assertEqual((done.returncode, done.stdout), (0, f"luytre {version}\n"))

    def test_nothing_said_is_wrong_use(self):
        done = run()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("luytre help", done.stderr)

    def test_unknown_command(self):
        for words in (("zzzzzz",), ("help", "zzzzzz")):
            done = run(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn('"zzzzzz"', done.stderr)

    def test_slip_of_the_finger_is_answered_with_the_right_word(self):
        for name in (name for name in COMMANDS if len(name) >= 3):
            with self.subTest(name=name):
                for more, words in (([], 'có phải "%s"'), (["--en"], 'did you mean "%s"')):
                    done = run(name + "x", *more)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(words % name, done.stderr)

    def test_time_of_tests(self):
        for wrong in ("2022-11-30", "2022-11-31T08:00:00+07:00", "2022-11-30T24:00:00+07:00", "2022-11-30T08:00:00+00:00", "2022-11-30T08:00:60+07:00"):
            done = run("--now", wrong, "help")
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn("2022-11-30T08:00:00+07:00", done.stderr)
        self.assertEqual(run("--now", "2022-11-30T08:00:00+07:00", "help").returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
