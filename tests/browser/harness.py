"""What the browser tests and the hostile HTTP tests share: a server under test, skipping with a reason, a reading of cases."""
import os
import subprocess
import sys
import time

SKIP = 77
SESSION = 'test-session-0000000000'
BEARER = 'test-bearer-00000000000'


def skip(reason):
    print(f'SKIP: {reason}')
    sys.exit(SKIP)


class Server:
    """tests/browser/test_server on a free port of loopback, or on a Unix socket; ends with its standard input."""

    def __init__(self, program, listen='127.0.0.1:0', *args):
        self.process = subprocess.Popen([program, listen, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().split()
        if len(line) != 2 or line[0] != 'listening':
            raise RuntimeError(f'{program} did not start')
        self.port = int(line[1])
        self.url = f'http://127.0.0.1:{self.port}'

    def rss_kb(self):
        with open(f'/proc/{self.process.pid}/status', encoding='utf-8') as f:
            return int(next(line for line in f if line.startswith('VmRSS')).split()[1])

    def stop(self):
        """Graceful: returns the exit code and how long it took."""
        start = time.monotonic()
        self.process.stdin.close()
        code = self.process.wait(20)
        self.process.stdout.close()
        return code, time.monotonic() - start

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


def run(cases):
    """cases: list of (name, function). Prints one line each; a failure shows both values. Exit code for meson."""
    only = os.environ.get('ONLY')
    bad = 0
    for name, case in cases:
        if only and only not in name:
            continue
        try:
            case()
        except AssertionError as e:
            bad += 1
            print(f'not ok {name}: {e}  (alone: ONLY="{name}" {" ".join(sys.argv)})')
        else:
            print(f'ok {name}')
        sys.stdout.flush()
    sys.exit(1 if bad else 0)


def equal(got, want, what=''):
    if got != want:
        raise AssertionError(f'{what}: got {got!r}, wanted {want!r}')


def true(value, what):
    if not value:
        raise AssertionError(what)
