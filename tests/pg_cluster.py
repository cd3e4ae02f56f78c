#!/usr/bin/env python3
"""pg_cluster.py [--own [--open]] COMMAND... - run a command beside a private PostgreSQL: Unix socket only, no fsync, its own folder.

The command finds LUYTRE_TEST_PG in its environment, a postgresql:// URL of the server's "postgres" database (replace the
name to reach others), and LUYTRE_TEST_PG_CRASH, a command that lets the server die and starts it again. When there can be
no server, LUYTRE_TEST_PG_SKIP says why. Commands running at the same time share one server, and the last one stops it, by
its process id; with --own a command has one for itself, which it may crash. PostgreSQL refuses to run as root: then
everything of it runs as the user postgres.
"""
import fcntl
import glob
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def find_bin():
    folders = sorted(glob.glob('/usr/lib/postgresql/*/bin'), key=lambda p: [int(x) for x in p.split('/')[4].split('.') if x.isdigit()])
    for folder in reversed(folders):
        if os.path.exists(os.path.join(folder, 'initdb')):
            return folder
    found = shutil.which('initdb')
    return os.path.dirname(os.path.realpath(found)) if found else None


def as_server(arguments):
    if os.getuid() != 0:
        return arguments
    return ['runuser', '-u', 'postgres', '--'] + arguments


def call(arguments):
    done = subprocess.run(as_server(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd='/')
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines()
        raise RuntimeError('%s: %s' % (os.path.basename(arguments[0]), lines[-1] if lines else 'exit %d' % done.returncode))


def server_pid(data):
    try:
        with open(os.path.join(data, 'postmaster.pid'), encoding='ascii') as f:
            pid = int(f.readline())
        os.kill(pid, 0)
        return pid
    except (OSError, ValueError):
        return None


def start(folder, pg_bin):
    data = os.path.join(folder, 'data')
    if not os.path.exists(os.path.join(data, 'luytre_ready')):
        call([os.path.join(pg_bin, 'initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'])
        with open(os.path.join(data, 'postgresql.conf'), 'a', encoding='ascii') as f:
            f.write("listen_addresses = ''\nunix_socket_directories = '%s'\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
                    "shared_buffers = 64MB\nmax_connections = 60\nautovacuum = off\ndeadlock_timeout = 100ms\nlog_min_messages = fatal\n" % folder)
        open(os.path.join(data, 'luytre_ready'), 'w', encoding='ascii').close()
    if server_pid(data) is None:
        call([os.path.join(pg_bin, 'pg_ctl'), '-D', data, '-w', '-t', '60', '-l', os.path.join(folder, 'log'), 'start'])
    return server_pid(data)


def stop(folder, pg_bin, mode='fast'):
    data = os.path.join(folder, 'data')
    if server_pid(data) is not None:
        call([os.path.join(pg_bin, 'pg_ctl'), '-D', data, '-w', '-t', '60', '-m', mode, 'stop'])


def main():
    command = sys.argv[1:]
    if command[:1] == ['--crash']:
        folder, pg_bin = command[1:3]
        stop(folder, pg_bin, 'immediate')
        start(folder, pg_bin)
        return 0
    is_own = command[:1] == ['--own']
    command = command[1:] if is_own else command
    # A served role has no capabilities: as root it may not enter a folder of postgres. Whoever is on this machine then may connect.
    is_open = command[:1] == ['--open']
    command = command[1:] if is_open else command
    environment = dict(os.environ)
    environment.pop('LUYTRE_TEST_PG', None)
    lock = folder = pg_bin = None
    try:
        pg_bin = find_bin()
        if not pg_bin:
            raise RuntimeError('PostgreSQL is not installed')
        user = pwd.getpwnam('postgres') if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        key = hashlib.sha256((os.getcwd() + str(os.getuid()) + (str(os.getpid()) if is_own else '')).encode()).hexdigest()[:10]
        folder = os.path.join(tempfile.gettempdir(), 'luytre-pg-' + key)
        if not os.path.isdir(folder):
            try:
                os.mkdir(folder, 0o700)
                os.chown(folder, user.pw_uid, user.pw_gid)
            except FileExistsError:
                pass
        if os.lstat(folder).st_uid not in (user.pw_uid, os.getuid()):
            raise RuntimeError('%s belongs to somebody else' % folder)
        if is_open:
            os.chmod(folder, 0o711)
        lock = os.open(folder + '.lock', os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        start(folder, pg_bin)
        fcntl.flock(lock, fcntl.LOCK_SH)
        environment['LUYTRE_TEST_PG'] = 'postgresql://postgres@/postgres?host=%s' % folder
        if is_own:
            environment['LUYTRE_TEST_PG_CRASH'] = '%s %s --crash %s %s' % (sys.executable, os.path.join(HERE, 'pg_cluster.py'), folder, pg_bin)
    except (RuntimeError, OSError, KeyError) as error:
        environment['LUYTRE_TEST_PG_SKIP'] = 'no PostgreSQL: %s' % error
    try:
        return subprocess.call(command, env=environment)
    finally:
        if 'LUYTRE_TEST_PG' in environment:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(folder, pg_bin)
                if is_own:
                    shutil.rmtree(folder)
                    os.unlink(folder + '.lock')
            except BlockingIOError:
                pass  # somebody else still uses it, and will stop it
            except RuntimeError as error:
                print('pg_cluster: %s' % error, file=sys.stderr)


if __name__ == '__main__':
    sys.exit(main())
