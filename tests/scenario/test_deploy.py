"""test_deploy.py LUYTRE DEPLOY - the files of deploy/ agree with each other, and systemd has nothing against its units.

Whether a unit runs under systemd is not tried: that takes a machine with systemd as its first process."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, DEPLOY = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
UNITS = ("luytre.service", "luytre-backup.service")


def text(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


class Deploy(unittest.TestCase):
    def test_nginx_asks_where_the_service_listens(self):
        listen = re.search(r"^LUYTRE_LISTEN=(\S+)$", text("luytre.env"), re.M)[1]
        self.assertIn("--listen ${LUYTRE_LISTEN}", text("luytre.service"))
        self.assertEqual(re.findall(r"^upstream luytre_web \{\n\s*server (\S+);", text("nginx.conf"), re.M), [listen])
        self.assertRegex(listen, r"^127\.0\.0\.1:[0-9]+$")  # a socket file would be closed to nginx by UMask=0077

    def test_what_the_units_start_knows_its_options(self):
        for name in UNITS:
            words = re.search(r"^ExecStart=\S+ (.*)$", text(name), re.M)[1].split()
            help_text = subprocess.run([PROGRAM, words[0], "--help"], capture_output=True, text=True, check=True).stdout
            for option in [word for word in words if word.startswith("--")]:
                self.assertRegex(help_text, rf"(?m)^  (-\w, )?{option}\b", f"{name}: {option}")
            for key in re.findall(r"\$\{(\w+)\}", " ".join(words)):
                self.assertRegex(text("luytre.env"), rf"(?m)^{key}=")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_understands_the_units(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in (*UNITS, "luytre-backup.timer"):
                (pathlib.Path(folder) / name).write_text(text(name).replace("/usr/local/bin/luytre", str(PROGRAM)), encoding="utf-8")
            paths = [f"{folder}/{name}" for name in (*UNITS, "luytre-backup.timer")]
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True)
            # Of these files only: what the machine's own units are accused of is not ours.
            self.assertEqual([line for line in done.stderr.splitlines() if "luytre" in line], [])
            self.assertEqual(done.returncode, 0, done.stderr)
            for name in UNITS:  # 0 to 10 in tenths: how much a unit leaves open
                done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=35", f"{folder}/{name}"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, (done.stdout[-300:], done.stderr))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
