#!/usr/bin/env python3
"""scenario.py LUYTRE FILE.scn... - run scenarios: a day comes, the program runs, time passes, something is expected.

A scenario is lines; each runs in a fresh folder $DIR, with $DATA = tests/data, $PORT = a free port, and what `keep` kept.

    at 2022-10-05T08:00:00+07:00     the clock stands here for every following run (luytre --now, test builds only)
    later 5 days                     it moves: days, hours or minutes
    write $DIR/a.txt                 the following lines up to a lone "." are the file
    run letter read $DIR/a.txt --json
    exit 0                           what it answered; without this line it must be 0
    has TEXT                         its output contains the text; lacks TEXT; regex PATTERN (line by line)
    error TEXT                       its stderr contains the text
    json PATH=VALUE PATH=VALUE...    some line of output is a JSON object with all of these (a.b.0=x; VALUE is JSON or a bare word)
    keep NAME PATH [PATH=VALUE...]   $NAME is that field of the first such object
    start serve --listen 127.0.0.1:$PORT    a program in the background; waits until the port answers
    get /path 200                    fetches from it; has, lacks and regex then look at the body
    stop                             SIGTERM; it must end by itself with 0

exit, has, lacks, regex, error, json, keep belong to the run or get above them. A failure names file and line.
"""
import datetime
import http.client
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

RUN_SECONDS, START_SECONDS, STOP_SECONDS = 120, 20, 10
DATA = pathlib.Path(__file__).resolve().parent.parent / "data"


class Failed(Exception):
    pass


def field(value, path):
    """a.b.0 of a JSON value; KeyError when there is no such thing."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise KeyError(path)
    return value


def wanted(text):
    """A JSON value when it is one, else the bare word. Numbers with a leading zero are words, as in a letter's number."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def holds(value, conditions):
    for path, want in conditions:
        try:
            if field(value, path) != want or isinstance(field(value, path), bool) != isinstance(want, bool):
                return False
        except KeyError:
            return False
    return True


class Scenario:
    def __init__(self, program, path, folder):
        self.program, self.path, self.folder = program, path, folder
        self.now = None
        self.names = {"DIR": folder, "DATA": str(DATA), "PORT": str(self.free_port())}
        self.out = self.err = ""
        self.code = None        # of the last run, until it was looked at
        self.server = None

    @staticmethod
    def free_port():
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            return sock.getsockname()[1]

    def fill(self, text):
        def name(match):
            if match[1] not in self.names:
                raise Failed(f"${match[1]} was never kept")
            return self.names[match[1]]
        return re.sub(r"\$([A-Z_]+)", name, text)

    def command(self, text):
        clock = ["--now", self.now.isoformat()] if self.now else []
        return [self.program, *clock, *shlex.split(text)]

    def settle(self):
        """The run before this line ended well, unless an exit line said otherwise."""
        if self.code not in (None, 0):
            raise Failed(f"the run above answered {self.code}\n{self.err}{self.out}")
        self.code = None

    def objects(self):
        for line in self.out.splitlines():
            if line.startswith("{"):
                try:
                    yield json.loads(line)
                except ValueError as problem:
                    raise Failed(f"not JSON: {line}: {problem}") from None

    def find(self, words):
        conditions = []
        for word in words:
            path, equals, text = word.partition("=")
            if not equals:
                raise Failed(f"\"{word}\" wants PATH=VALUE")
            conditions.append((path, wanted(text)))
        for value in self.objects():
            if holds(value, conditions):
                return value
        raise Failed(f"no JSON line with {' '.join(words)} in\n{self.out}")

    def do(self, verb, rest, lines):
        if verb in ("at", "later", "write", "run", "start", "get", "stop"):
            self.settle()
        rest = self.fill(rest)
        if verb == "at":
            self.now = datetime.datetime.fromisoformat(rest)
            if self.now.utcoffset() != datetime.timedelta(hours=7):
                raise Failed("at wants an instant with +07:00")
        elif verb == "later":
            match = re.fullmatch(r"(\d+) (day|hour|minute)s?", rest)
            if not match or not self.now:
                raise Failed("later wants \"N days|hours|minutes\", after at")
            self.now += datetime.timedelta(**{match[2] + "s": int(match[1])})
        elif verb == "write":
            body = []
            for _, line in lines:
                if line == ".":
                    break
                body.append(self.fill(line))
            else:
                raise Failed("the file has no lone \".\" at its end")
            pathlib.Path(rest).write_text("\n".join(body) + "\n", encoding="utf-8")
        elif verb == "run":
            try:
                done = subprocess.run(self.command(rest), stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS, cwd=self.folder)
            except subprocess.TimeoutExpired:
                raise Failed(f"still running after {RUN_SECONDS} s") from None
            self.out, self.err = (stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
            self.code = done.returncode
        elif verb == "exit":
            if str(self.code) != rest:
                raise Failed(f"answered {self.code}, wanted {rest}\n{self.err}")
            self.code = None
        elif verb == "has":
            if rest not in self.out:
                raise Failed(f"output lacks it:\n{self.out}")
        elif verb == "lacks":
            if rest in self.out:
                raise Failed(f"output has it:\n{self.out}")
        elif verb == "regex":
            if not re.search(rest, self.out, re.M):
                raise Failed(f"no line matches:\n{self.out}")
        elif verb == "error":
            if rest not in self.err:
                raise Failed(f"stderr lacks it:\n{self.err}")
        elif verb == "json":
            self.find(shlex.split(rest))
        elif verb == "keep":
            name, path, *conditions = shlex.split(rest)
            value = field(self.find(conditions), path)
            self.names[name] = value if isinstance(value, str) else json.dumps(value)
        elif verb == "start":
            self.start(rest)
        elif verb == "get":
            path, status = rest.rsplit(" ", 1)
            connection = http.client.HTTPConnection("127.0.0.1", int(self.names["PORT"]), timeout=RUN_SECONDS)
            connection.request("GET", path)
            answer = connection.getresponse()
            self.out, self.err = answer.read().decode("utf-8", "replace"), ""
            connection.close()
            if str(answer.status) != status:
                raise Failed(f"answered {answer.status}, wanted {status}\n{self.out}")
        elif verb == "stop":
            if not self.server:
                raise Failed("nothing was started")
            server, self.server = self.server, None
            server.send_signal(signal.SIGTERM)
            try:
                if server.wait(STOP_SECONDS) != 0:
                    raise Failed(f"ended with {server.returncode}\n{self.log()}")
            except subprocess.TimeoutExpired:
                server.kill()
                raise Failed(f"still there {STOP_SECONDS} s after SIGTERM\n{self.log()}") from None
        else:
            raise Failed(f"no such word \"{verb}\"")

    def log(self):
        return pathlib.Path(self.folder, "server.log").read_text(encoding="utf-8", errors="replace")

    def start(self, rest):
        if self.server:
            raise Failed("one program at a time: stop it first")
        with open(pathlib.Path(self.folder, "server.log"), "wb") as log:
            # A monitor lets nobody trace it, itself included: at its end a sanitizer finds no leaks, and calls that fatal.
            env = dict(os.environ, ASAN_OPTIONS=(os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0").lstrip(":"))
            self.server = subprocess.Popen(self.command(rest), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=env)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.server.poll() is None:
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", int(self.names["PORT"]))) == 0:
                    return
            time.sleep(0.05)
        raise Failed(f"nobody answers on port {self.names['PORT']}\n{self.log()}")

    def play(self):
        lines = enumerate(pathlib.Path(self.path).read_text(encoding="utf-8").splitlines(), 1)
        number, count = 0, 0
        try:
            for number, line in lines:
                if not line.strip() or line.lstrip().startswith("#"):
                    continue
                verb, _, rest = line.strip().partition(" ")
                self.do(verb, rest.strip(), lines)
                count += 1
            self.settle()
            if self.server:
                raise Failed("the program started was never stopped")
        except (Failed, KeyError, ValueError, OSError, http.client.HTTPException) as problem:
            raise Failed(f"{self.path}:{number}: {problem}") from None
        finally:
            if self.server:
                self.server.kill()
                self.server.wait()
        return count


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    failed = 0
    for path in sys.argv[2:]:
        folder = tempfile.mkdtemp(prefix="luytre-scn-")
        try:
            print(f"ok   {path}: {Scenario(os.path.abspath(sys.argv[1]), path, folder).play()} steps")
        except Failed as problem:
            print(f"FAIL {problem}")
            failed += 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
