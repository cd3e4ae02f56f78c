"""The runner of scenarios: what it lets pass, what it refuses and at which line."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from scenario import Failed, Scenario  # noqa: E402


def play(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.scn")
        path.write_text(text, encoding="utf-8")
        return Scenario(str(HERE / "fake.py"), str(path), folder).play()


class Runner(unittest.TestCase):
    def test_passes(self):
        for text in (
            "run say Lũy tre\nhas Lũy\nlacks x\nregex ^tre$\nexit 0\n",
            "run fail 3\nexit 3\nerror why it\n",
            "at 2022-11-29T23:30:00+07:00\nlater 1 hour\nrun now\njson now=2022-11-30T00:30:00+07:00 deep.0.n=7 yes=true number=09\n",
            "at 2022-02-28T08:00:00+07:00\nlater 2 days\nrun now\nhas 2022-03-02T08:00:00+07:00\n",
            "run now\nkeep N deep.0.n type=now\nrun say $N\nregex ^7$\n",
            "write $DIR/a.txt\nmột\n.\nrun cat $DIR/a.txt\nhas một\n",
            "start serve $PORT\nget / 200\nhas xin chao\nget /none 404\nstop\n",
        ):
            with self.subTest(text=text):
                self.assertGreater(play(text), 0)

    def test_refuses(self):
        for text, words in (
            ("run fail 3\nrun say a\n", "x.scn:2: the run above answered 3"),
            ("run fail 3\n", "x.scn:1: the run above answered 3"),
            ("run say a\nexit 1\n", "x.scn:2: answered 0, wanted 1"),
            ("run say a\n\nhas b\n", "x.scn:3: output lacks it"),
            ("run say a\nlacks a\n", "x.scn:2: output has it"),
            ("run say a\nregex ^b\n", "x.scn:2: no line matches"),
            ("run fail 2\nexit 2\nerror other\n", "x.scn:3: stderr lacks it"),
            ("run now\njson yes=1\n", "x.scn:2: no JSON line"),
            ("run now\njson number=9\n", "x.scn:2: no JSON line"),
            ("run now\njson missing=null\n", "x.scn:2: no JSON line"),
            ("run say '{a'\njson a=1\n", "x.scn:2: not JSON"),
            ("run say $NOTHING\n", "x.scn:1: $NOTHING was never kept"),
            ("later 2 days\n", "x.scn:1: later wants"),
            ("at 2022-01-01T00:00:00+00:00\n", "x.scn:1: at wants"),
            ("write $DIR/a\nx\n", "x.scn:1: the file has no lone"),
            ("sing\n", "x.scn:1: no such word"),
            ("stop\n", "x.scn:1: nothing was started"),
            ("start serve $PORT\n", "x.scn:1: the program started was never stopped"),
            ("start serve $PORT 4\nstop\n", "x.scn:2: ended with 4"),
            ("start say x\n", "x.scn:1: nobody answers"),
            ("start serve $PORT\nget /none 200\nstop\n", "x.scn:2: answered 404, wanted 200"),
        ):
            with self.subTest(text=text):
                with self.assertRaises(Failed) as caught:
                    play(text)
                self.assertIn(words, str(caught.exception))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
