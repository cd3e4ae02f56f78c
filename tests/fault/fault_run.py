#!/usr/bin/env python3
"""fault_run.py BUILD [NAME...] - run each unit test again and again, where our allocation number N fails.

N is 1..50 and then every prime, as far as the time of one program goes: 20 s, or less where there are so many that all of
them would take longer than 150 s (a long test then stands few points, but each at least one); with LUYTRE_FAULTS=all every N
and no end. Tests of the suite slow take part only then. A test may fail, it may not crash, hang, or break one of our promises (must). BUILD is a plain meson build (no sanitizer).
A crash inside the test's own file is the test's: it had no memory to go on with. Prints how many of the points were tried; the exit is 1 when any went wrong. --self-test BUILD: is a bad program found?
"""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

SECONDS_EACH, SECONDS_ALL, SECONDS_RUN, FIRST = 20, 150, 60, 50
CRASH = re.compile(r"^CRASH signal (\d+)(.*)$", re.M)


def points(total, every):
    sieve = bytearray([1]) * (total + 1)
    for n in range(1, total + 1):
        if every or n <= FIRST or (n > 1 and sieve[n]):
            yield n
        if n > 1 and sieve[n] and n * n <= total:
            sieve[n * n::n] = bytes(len(range(n * n, total + 1, n)))


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


def run(program, shim, at, where, count_file=None):
    env = {name: value for name, value in os.environ.items() if not name.startswith("LUYTRE_TEST_PG")}
    env.update(LD_PRELOAD=shim, FAILALLOC_AT=str(at), FAILALLOC_DOOR=where, LUYTRE_TEST_PG_SKIP="fault run")
    if count_file:
        env["FAILALLOC_COUNT"] = count_file
    # What it says goes to a file: processes that a test leaves behind would keep a pipe open. They end with its group.
    with tempfile.TemporaryFile() as said:
        done = subprocess.Popen([program], env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, cwd=os.path.dirname(program),
                                start_new_session=True)
        try:
            done.wait(timeout=SECONDS_RUN)
        except subprocess.TimeoutExpired:
            return f"still running after {SECONDS_RUN} s"
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


def try_program(name, program, shim, every, seconds=SECONDS_EACH):
    """(points tried, points there are, list of what went wrong)"""
    where = door(program)
    if not where:
        return 0, 0, []
    with tempfile.NamedTemporaryFile() as count_file:
        if problem := run(program, shim, 0, where, count_file.name):
            return 0, 0, [f"{name}: without any fault: {problem}"]
        total = int(count_file.read() or 0)
    todo = list(points(total, every))
    until, tried, wrong = time.monotonic() + seconds, 0, []
    for at in todo:
        if tried and not every and time.monotonic() > until:
            break
        tried += 1
        if problem := run(program, shim, at, where):
            wrong.append(f"{name}: allocation {at} of {total}; alone: LD_PRELOAD={shim} FAILALLOC_AT={at} FAILALLOC_DOOR={where} {program}\n    " + problem.strip().replace("\n", "\n    "))
            if len(wrong) == 3:
                break
    return tried, len(todo), wrong


def self_test(build):
    shim = str(build / "tests/fault/failalloc.so")
    tried, there_are, wrong = try_program("good", str(build / "tests/fault/fault_sample_good"), shim, True)
    if (tried, there_are, wrong) != (3, 3, []):
        raise SystemExit(f"fault_run: the good sample: {tried} of {there_are} points, {wrong}")
    tried, there_are, wrong = try_program("bad", str(build / "tests/fault/fault_sample_bad"), shim, True)
    if (tried, there_are, len(wrong)) != (3, 3, 1) or "allocation 3 of 3" not in wrong[0] or "signal 11" not in wrong[0]:
        raise SystemExit(f"fault_run: the bad sample: {tried} of {there_are} points, {wrong}")
    if list(points(60, False)) != [*range(1, 51), 53, 59] or list(points(3, True)) != [1, 2, 3]:
        raise SystemExit("fault_run: wrong points")


def main():
    if sys.argv[1:2] == ["--self-test"]:
        self_test(pathlib.Path(sys.argv[2]).resolve())
        return 0
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(sys.argv[1]).resolve()
    every = os.environ.get("LUYTRE_FAULTS") == "all"
    shim = str(build / "tests/fault/failalloc.so")
    chosen = [(name, program) for name, program in programs(build, every) if not sys.argv[2:] or name in sys.argv[2:]]
    at_once = os.cpu_count() or 1
    seconds = min(SECONDS_EACH, SECONDS_ALL * at_once / max(1, len(chosen)))
    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(lambda one: try_program(*one, shim, every, seconds), chosen))
    wrong = [problem for _, _, problems in answers for problem in problems]
    for (name, _), (tried, there_are, _) in zip(chosen, answers):
        print(f"{name}: {tried} of {there_are} points")
    for problem in wrong:
        print(problem)
    bad = sum(1 for _, _, problems in answers if problems)
    print(f"faults: {len(chosen) - bad} programs stood {sum(tried for tried, _, _ in answers)} faults, {bad} did not")
    return 1 if bad else 0


sys.exit(main())
