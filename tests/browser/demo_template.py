"""One sample province for all tests of the site: `luytre demo --no-serve` fills a folder once for a program, every test works on its own copy."""
import fcntl
import os
import shutil
import subprocess
import tempfile


def copy_of(program):
    """A tempfile.TemporaryDirectory that holds a fresh copy of the filled folder; give its name to `luytre demo --dir`."""
    program = os.path.abspath(program)
    stat = os.stat(program)
    template = os.path.join(os.path.dirname(program), f'demo-{stat.st_mtime_ns:x}')
    with open(os.path.join(os.path.dirname(program), 'demo.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(template):
            for old in os.listdir(os.path.dirname(program)):
                if old.startswith('demo-'):
                    shutil.rmtree(os.path.join(os.path.dirname(program), old))
            subprocess.run([program, 'demo', '--no-serve', '--dir', template + '.new'], check=True, stdout=subprocess.DEVNULL)
            os.rename(template + '.new', template)
    folder = tempfile.TemporaryDirectory(prefix='luytre-site-')
    shutil.copytree(template, folder.name, dirs_exist_ok=True)
    return folder
