#!/usr/bin/env python3
"""fault_run.py BUILD [NAME...] - run each unit test again and again, where our allocation number N fails.

N is 1..50 and then every prime, as far as the time of one program goes: 20 s, or less where there are so many that all of
them would take longer than 150 s (a long test then stands few points, but each at least one). With LUYTRE_FAULTS=all every
N, for two hours or LUYTRE_FAULT_MINUTES: the same ones first, then the others in an order drawn by a fixed seed. Programs
whose points cost least come first, so that what they leave of their share goes to the long ones; what no time was left for is
counted and named. Tests of the suite slow take part only then. A test may fail, it may not crash, hang, or break one of our promises (must). BUILD is a plain meson build (no sanitizer).
A crash inside the test's own file is the test's: it had no memory to go on with. Prints how many of the points were tried; the exit is 1 when any went wrong. --self-test BUILD: is a bad program found?
"""
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

SECONDS_EACH, SECONDS_ALL, FIRST = 20, 150, 50
MINUTES_EVERY = 120  # of LUYTRE_FAULTS=all
SECONDS_PLAIN = 900  # a program without any fault; with one it has four times what it took then, and at least a minute
CRASH = re.compile(r"^CRASH signal (\d+)(.*)$", re.M)


def points(total, every):
    sieve = bytearray([1]) * (total + 1)
    rest = []
    for n in range(1, total + 1):
        if n <= FIRST or sieve[n]:
            yield n
        elif every:
            rest.append(n)
        if n > 1 and sieve[n] and n * n <= total:
            sieve[n * n::n] = bytes(len(range(n * n, total + 1, n)))
    random.Random(total).shuffle(rest)
    yield from rest


def door(program):
    """Where mem_fail_at stands in the program; None when it uses no memory of ours."""
    found = re.search(r"^(\w+) \w mem_fail_at$", subprocess.run(["nm", "--defined-only", program], capture_output=True, text=True, check=True).stdout, re.M)
    return found and found[1]


def is_of_test(program, offsets):
    """Does the innermost frame of ours stand in a unit test?"""
    for offset in offsets.split():
        places = subprocess.run(["addr2line", "-i", "-e", program, f"0x{offset}"], capture_output=True, text=True, check=False).stdout.split("\n")
        files = [os.path.basename(place) for place in places if ":" in place and not place.startswith("??")]
        if files:
            return files[-1].startswith("test_")  # the last is the function itself, those before it were inlined
    return False


def run(program, shim, at, where, limit_s, count_file=None):
    env = {name: value for name, value in os.environ.items() if not name.startswith("LUYTRE_TEST_PG")}
    env.update(LD_PRELOAD=shim, FAILALLOC_AT=str(at), FAILALLOC_DOOR=where, LUYTRE_TEST_PG_SKIP="fault run")
    if count_file:
        env["FAILALLOC_COUNT"] = count_file
    # What it says goes to a file: processes that a test leaves behind would keep a pipe open. They end with its group.
    with tempfile.TemporaryFile() as said:
        done = subprocess.Popen([program], env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, cwd=os.path.dirname(program),
                                start_new_session=True)
        try:
            done.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            return f"still running after {limit_s:.0f} s"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(done.pid, signal.SIGKILL)
            done.wait()
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    if crash := CRASH.search(text):
        if is_of_test(program, crash[2]):
            return None
        places = subprocess.run(["addr2line", "-fse", program, *crash[2].split()], capture_output=True, text=True, check=False).stdout
        return f"killed by signal {crash[1]}\n{text[max(0, crash.start() - 300):crash.start()]}\n{places}"
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}\n{text[-800:]}"
    return None


def programs(build, every):
    """The unit tests, also those another program starts (tests/pg_cluster.py): meson names these relative to the build."""
    with open(build / "meson-info/intro-tests.json", encoding="utf-8") as file:
        for test in json.load(file):
            suites = {suite.split(":")[-1] for suite in test["suite"]}
            if "unit" not in suites or ("slow" in suites and not every):
                continue
            ours = [str(build / word) for word in test["cmd"] if re.fullmatch(r"test_\w+", os.path.basename(word)) and (build / word).is_file()]
            if ours:
                yield test["name"], ours[0]


class Program:
    def __init__(self, name, path, shim):
        self.name, self.path, self.shim = name, path, shim
        self.where, self.total, self.took_s, self.todo, self.tried, self.wrong = None, 0, 0.0, [], 0, []

    def count(self, every):
        """Run it without any fault: how many points there are, and how long one takes."""
        self.where = door(self.path)
        if not self.where:
            return self
        begun = time.monotonic()
        with tempfile.NamedTemporaryFile() as count_file:
            if problem := run(self.path, self.shim, 0, self.where, SECONDS_PLAIN, count_file.name):
                self.wrong.append(f"{self.name}: without any fault: {problem}")
                return self
            self.total = int(count_file.read() or 0)
        self.took_s = time.monotonic() - begun
        self.todo = list(points(self.total, every))
        return self

    def try_for(self, seconds):
        until = time.monotonic() + seconds
        for at in self.todo:
            if self.tried and time.monotonic() > until:
                break
            self.tried += 1
            if problem := run(self.path, self.shim, at, self.where, max(60, 4 * self.took_s)):
                self.wrong.append(f"{self.name}: allocation {at} of {self.total}; alone: LD_PRELOAD={self.shim} FAILALLOC_AT={at} FAILALLOC_DOOR={self.where} {self.path}\n    "
                                  + problem.strip().replace("\n", "\n    "))
                if len(self.wrong) == 3:
                    break
        return self


class Shares:
    """What is left of the time, in equal shares for the programs that have not begun."""

    def __init__(self, seconds, count, at_once, most):
        self.until, self.left, self.at_once, self.most = time.monotonic() + seconds, count, at_once, most
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            share = max(0.0, self.until - time.monotonic()) * self.at_once / max(self.left, self.at_once)
            self.left -= 1
            return min(share, self.most)


def self_test(build):
    shim = str(build / "tests/fault/failalloc.so")

    def tried(name):
        return Program(name, str(build / f"tests/fault/fault_sample_{name}"), shim).count(True).try_for(60)
    good, bad = tried("good"), tried("bad")
    if (good.tried, len(good.todo), good.wrong) != (3, 3, []):
        raise SystemExit(f"fault_run: the good sample: {good.tried} of {len(good.todo)} points, {good.wrong}")
    if (bad.tried, len(bad.todo), len(bad.wrong)) != (3, 3, 1) or "allocation 3 of 3" not in bad.wrong[0] or "signal 11" not in bad.wrong[0]:
        raise SystemExit(f"fault_run: the bad sample: {bad.tried} of {len(bad.todo)} points, {bad.wrong}")
    every = list(points(60, True))
    if list(points(60, False)) != [*range(1, 51), 53, 59] or every[:52] != list(points(60, False)) or sorted(every) != list(range(1, 61)):
        raise SystemExit("fault_run: wrong points")
    shares = Shares(100, 4, 2, 1000)
    first, second = shares.next(), shares.next()
    shares.until -= 50  # two programs took half of it
    if not (49 < first <= 50 and 66 < second <= 67 and 49 < shares.next() <= 50):
        raise SystemExit("fault_run: wrong shares")


def main():
    if sys.argv[1:2] == ["--self-test"]:
        self_test(pathlib.Path(sys.argv[2]).resolve())
        return 0
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(sys.argv[1]).resolve()
    every = os.environ.get("LUYTRE_FAULTS") == "all"
    minutes = float(os.environ.get("LUYTRE_FAULT_MINUTES") or MINUTES_EVERY)
    shim = str(build / "tests/fault/failalloc.so")
    chosen = [Program(name, path, shim) for name, path in programs(build, every) if not sys.argv[2:] or name in sys.argv[2:]]
    at_once = os.cpu_count() or 1
    begun = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda one: one.count(every), chosen))
        # Counting is part of the time of a torture run; of a short one it is not, or the long tests would stand no point.
        left_s = max(60.0, minutes * 60 - (time.monotonic() - begun)) if every else SECONDS_ALL
        cheap_first = sorted(chosen, key=lambda one: len(one.todo) * one.took_s)
        shares = Shares(left_s, len(chosen), at_once, float("inf") if every else SECONDS_EACH)
        list(pool.map(lambda one: one.try_for(shares.next()), cheap_first))
    for one in chosen:
        print(f"{one.name}: {one.tried} of {len(one.todo)} points" + (f", {one.took_s:.1f} s each" if one.tried < len(one.todo) and not one.wrong else ""))
    for one in chosen:
        for problem in one.wrong:
            print(problem)
    bad = sum(1 for one in chosen if one.wrong)
    left_out = sum(len(one.todo) - one.tried for one in chosen if not one.wrong)
    if every and left_out:
        cut = [one.name for one in chosen if one.tried < len(one.todo) and not one.wrong]
        print(f"no time was left for {left_out} points of {len(cut)} programs ({minutes:g} minutes, LUYTRE_FAULT_MINUTES): {' '.join(cut)}")
    print(f"faults: {len(chosen) - bad} programs stood {sum(one.tried for one in chosen)} faults, {bad} did not")
    return 1 if bad else 0


sys.exit(main())
