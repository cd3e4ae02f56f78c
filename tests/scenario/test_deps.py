"""tools/deps.sh: what is installed, and that the machine's own policy-rc.d comes back whatever happens."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored, and a shell cannot trap what it was given as ignored
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DPKG = """#!/bin/sh
# dpkg-query -W -f FORMAT PACKAGE...: those named in $STATE/installed are there
shift 3
for p in "$@"; do grep -qxF "$p" "$STATE/installed" && echo "installed $p"; done
exit 0
"""
APT = """#!/bin/sh
echo "$@" >>"$STATE/calls"
cat "$POLICY" >>"$STATE/policy_seen"
case "$APT_DOES" in
fail) exit 100 ;;
hang) touch "$STATE/hanging"; exec sleep 30 ;;
esac
[ "$1" = install ] || exit 0
for p in "$@"; do echo "$p"; done >>"$STATE/installed"
"""


class Deps(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.top = pathlib.Path(self.folder.name)
        (self.top / "bin").mkdir()
        (self.top / "tools").mkdir()
        (self.top / "tools/deps.txt").write_text("# group package\nbuild one   # why\nbuild two\ntest three\n", encoding="utf-8")
        (self.top / "installed").write_text("", encoding="utf-8")
        self.policy = self.top / "policy-rc.d"
        for name, text in (("dpkg-query", DPKG), ("apt-get", APT), ("sudo", '#!/bin/sh\nshift\nexec "$@"\n')):
            (self.top / "bin" / name).write_text(text, encoding="utf-8")
            (self.top / "bin" / name).chmod(0o755)

    def start(self, words, does="work"):
        script = f'. "{ROOT}/tools/deps.sh"; deps_policy="$POLICY"; deps_policy_kept="$POLICY.luytre-kept"; deps_install {words}; echo "answer $?"'
        env = dict(os.environ, PATH=f"{self.top}/bin:{os.environ['PATH']}", STATE=str(self.top), POLICY=str(self.policy), APT_DOES=does)
        env.pop("LUYTRE_SKIP_DEPS", None)
        return subprocess.Popen(["sh", "-c", script], cwd=self.top, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                start_new_session=True)

    def install(self, words, does="work"):
        return self.start(words, does).communicate(timeout=20)[0]

    def calls(self):
        path = self.top / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def test_only_the_groups_asked_for(self):
        (self.top / "installed").write_text("two\n", encoding="utf-8")
        self.assertIn("answer 0", self.install("build"))
        self.assertEqual(self.calls(), ["update -q", "install -q -y --no-install-recommends one"])
        self.assertFalse(self.policy.exists())

    def test_nothing_is_asked_when_all_is_there(self):
        (self.top / "installed").write_text("one\ntwo\nthree\n", encoding="utf-8")
        self.assertEqual(self.install("build test"), "answer 0\n")
        self.assertEqual(self.calls(), [])

    def test_no_daemon_may_start_and_the_old_policy_comes_back(self):
        self.policy.write_text("#!/bin/sh\nexit 42\n", encoding="utf-8")
        self.assertIn("answer 0", self.install("build"))
        seen = (self.top / "policy_seen").read_text(encoding="utf-8")
        self.assertIn("exit 101", seen)
        self.assertRegex(seen, "installed, by process [0-9]+\n")
        self.assertNotIn("exit 42", (self.top / "policy_seen").read_text(encoding="utf-8"))
        self.assertEqual(self.policy.read_text(encoding="utf-8"), "#!/bin/sh\nexit 42\n")

    def test_failure_names_what_is_missing(self):
        self.policy.symlink_to("nowhere")
        said = self.install("build", "fail")
        self.assertIn("answer 1", said)
        self.assertIn("one two", said)
        self.assertRegex(said, "online")
        self.assertEqual(os.readlink(self.policy), "nowhere")

    def test_interruption_puts_the_policy_back(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                self.policy.write_text("kept\n", encoding="utf-8")
                (self.top / "hanging").unlink(missing_ok=True)
                shell = self.start("build", "hang")
                until = time.monotonic() + 10
                while not (self.top / "hanging").exists() and time.monotonic() < until:
                    time.sleep(0.02)
                self.assertIn("exit 101", self.policy.read_text(encoding="utf-8"))
                os.killpg(shell.pid, number)
                said = shell.communicate(timeout=20)[0]
                self.assertNotIn("answer", said)
                self.assertEqual(self.policy.read_text(encoding="utf-8"), "kept\n")

    def test_what_a_killed_run_left_is_not_taken_for_the_machines_own(self):
        self.policy.write_text("#!/bin/sh\n# luytre: no daemon starts while packages are installed\nexit 101\n", encoding="utf-8")
        self.assertIn("answer 0", self.install("build"))
        self.assertFalse(self.policy.exists())
        (self.top / "installed").write_text("", encoding="utf-8")
        self.policy.write_text("#!/bin/sh\n# luytre: no daemon starts while packages are installed\nexit 101\n", encoding="utf-8")
        pathlib.Path(f"{self.policy}.luytre-kept").write_text("own\n", encoding="utf-8")
        self.assertIn("answer 0", self.install("build"))
        self.assertEqual(self.policy.read_text(encoding="utf-8"), "own\n")

    def test_what_a_killed_run_left_goes_even_when_nothing_is_missing(self):
        (self.top / "installed").write_text("one\ntwo\nthree\n", encoding="utf-8")
        gone = subprocess.Popen(["true"])
        gone.wait()
        ours = "#!/bin/sh\n# luytre: no daemon starts while packages are installed, by process %d\nexit 101\n"
        self.policy.write_text(ours % gone.pid, encoding="utf-8")
        pathlib.Path(f"{self.policy}.luytre-kept").write_text("own\n", encoding="utf-8")
        self.assertIn("answer 0", self.install("build"))
        self.assertEqual(self.policy.read_text(encoding="utf-8"), "own\n")
        self.policy.write_text(ours % gone.pid, encoding="utf-8")
        self.assertIn("answer 0", self.install("build"))
        self.assertFalse(self.policy.exists())
        self.policy.write_text(ours % os.getpid(), encoding="utf-8")  # of a run that is installing this moment
        self.assertEqual(self.install("build"), "answer 0\n")
        self.assertEqual(self.policy.read_text(encoding="utf-8"), ours % os.getpid())

    def test_the_real_list_is_well_formed(self):
        seen = set()
        for number, line in enumerate((ROOT / "tools/deps.txt").read_text(encoding="utf-8").splitlines(), 1):
            line = line.partition("#")[0].strip()
            if line:
                self.assertRegex(line, r"^(build|unit|test|torture) [a-z0-9][a-z0-9.+-]+$", f"line {number}")
                self.assertNotIn(line.split()[1], seen, f"line {number}: listed twice")
                seen.add(line.split()[1])
        self.assertTrue(re.search(r"^build meson$", (ROOT / "tools/deps.txt").read_text(encoding="utf-8"), re.M))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
