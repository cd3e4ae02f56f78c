#!/usr/bin/env python3
"""Hostile HTTP against the server alone and behind nginx with deploy/nginx.conf: smuggling, slowloris, sizes, hosts, cross-site forms.
Everything is bounded and stays on loopback.

    test_hostile.py TEST_SERVER NGINX_CONF direct|nginx"""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BEARER, SESSION, Server, equal, run, skip, true

CR = '\r\n'


class Nginx:
    """The example configuration with its paths, ports and rates changed, in a temporary folder."""

    def __init__(self, conf, upstream):
        self.program = shutil.which('nginx') or '/usr/sbin/nginx'
        self.dir = tempfile.mkdtemp(prefix='lt-nginx-')
        os.chmod(self.dir, 0o755)
        with socket.socket() as a, socket.socket() as b:
            a.bind(('127.0.0.1', 0))
            b.bind(('127.0.0.1', 0))
            self.plain, self.port = a.getsockname()[1], b.getsockname()[1]
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
                        '-keyout', f'{self.dir}/key.pem', '-out', f'{self.dir}/cert.pem'], check=True, capture_output=True)
        text = open(conf, encoding='utf-8').read()
        for old, new in (('server 127.0.0.1:8080;', f'server {upstream};'), ('/etc/ssl/luytre/fullchain.pem', f'{self.dir}/cert.pem'),
                         ('/etc/ssl/luytre/key.pem', f'{self.dir}/key.pem'), ('listen 80;', f'listen 127.0.0.1:{self.plain};'),
                         ('listen 443 ssl http2;', f'listen 127.0.0.1:{self.port} ssl http2;'), ('server_name luytre.example;', 'server_name localhost 127.0.0.1;'),
                         ('client_header_timeout 10s;', 'client_header_timeout 2s;'), ('client_body_timeout 20s;', 'client_body_timeout 2s;')):
            true(old in text, f'{conf} no longer holds {old}')
            text = text.replace(old, new)
        temp = ' '.join(f'{kind}_temp_path {self.dir}/{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        with open(f'{self.dir}/nginx.conf', 'w', encoding='utf-8') as f:
            f.write(f'daemon off; worker_processes 1; pid {self.dir}/pid; error_log {self.dir}/error.log;\nevents {{ worker_connections 400; }}\n'
                    f'http {{ access_log off; {temp}\n{text}\n}}\n')
        self.process = subprocess.Popen([self.program, '-e', f'{self.dir}/error.log', '-c', f'{self.dir}/nginx.conf'], stderr=subprocess.PIPE, text=True)
        for _ in range(100):
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(self.process.stderr.read()) from None
                time.sleep(0.05)
        raise RuntimeError('nginx did not start')

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stderr.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def main():
    program, conf, way = sys.argv[1:4]
    nginx = None
    if way == 'nginx':
        if not (shutil.which('nginx') or os.path.exists('/usr/sbin/nginx')):
            skip('nginx is not installed')
        if not shutil.which('openssl'):
            skip('openssl is not installed')
        folder = tempfile.mkdtemp(prefix='lt-sock-')
        os.chmod(folder, 0o755)
        path = f'{folder}/web.sock'
        server = Server(program, f'unix:{path}', 'proxy')
        if os.getuid() == 0:
            os.chmod(path, 0o666)
        nginx = Nginx(conf, f'unix:{path}')
        port = nginx.port
    else:
        server = Server(program)
        port = server.port
    tls = ssl._create_unverified_context() if nginx else None

    def connect(timeout=10):
        s = socket.create_connection(('127.0.0.1', port), timeout)
        return tls.wrap_socket(s, server_hostname='localhost') if tls else s

    def talk(data, timeout=6):
        """Send bytes, read until closed or quiet; the answers as list of status numbers, and whether the server closed."""
        with connect(timeout) as s:
            s.sendall(data if isinstance(data, bytes) else data.encode())
            got, closed = b'', False
            s.settimeout(1.2)
            try:
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        closed = True
                        break
                    got += piece
            except (TimeoutError, socket.timeout):
                pass
            except OSError:
                closed = True
        # libmicrohttpd 0.9.75 writes the head of its own refusals twice, back to back: that is one answer.
        got = re.sub(rb'(HTTP/1\.1 4\d\d [^\r\n]+\r\n(?:[^\r\n]+\r\n)+\r\n)\1', rb'\1', got)
        return [int(x) for x in re.findall(rb'(?m)^HTTP/1\.[01] (\d{3})', got)], closed, got

    def ask(path, method='GET', body=None, headers=None):
        scheme = 'https' if nginx else 'http'
        request = urllib.request.Request(f'{scheme}://127.0.0.1:{port}{path}', data=body, method=method, headers=headers or {})
        handlers = [urllib.request.ProxyHandler({}), type('NoRedirect', (urllib.request.HTTPRedirectHandler,), {'redirect_request': lambda *a: None})()]
        if tls:
            handlers.append(urllib.request.HTTPSHandler(context=tls))
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def changed():
        return json.loads(ask('/changed')[2])['changed']

    cookie_name = '__Host-lt_s' if nginx else 'lt_s'
    visitor_name = '__Host-lt_v' if nginx else 'lt_v'
    host = f'Host: 127.0.0.1:{port}{CR}'
    second = f'POST /change-open HTTP/1.1{CR}{host}Content-Length: 0{CR}{CR}'
    cases = []

    def refused(name, data, statuses=(400,)):
        def case():
            before = changed()
            got, closed, raw = talk(data)
            true(not got or got[0] in statuses, f'answered {got}: {raw[:200]}')
            true(len(got) <= 1, f'a second request was answered: {got}')
            true(closed, 'the connection stayed open')
            equal(changed(), before, 'a smuggled change was run')
        cases.append((name, case))

    def post(head, body):
        return f'POST /change-open HTTP/1.1{CR}{host}{head}{CR}{CR}{body}'

    refused('length and chunked', post(f'Content-Length: 6{CR}Transfer-Encoding: chunked', f'0{CR}{CR}{second}'))
    refused('chunked and length', post(f'Transfer-Encoding: chunked{CR}Content-Length: 4', f'5c{CR}{second}{CR}0{CR}{CR}'))
    refused('odd coding', post(f'Transfer-Encoding: xchunked{CR}Content-Length: 4', f'abcd{second}'), (400, 501))
    refused('two lengths', post(f'Content-Length: 5{CR}Content-Length: 0', f'abcde{second}'))
    refused('two equal lengths', post(f'Content-Length: 0{CR}Content-Length: 0', second))
    refused('length list', post('Content-Length: 0, 5', second))
    refused('signed length', post('Content-Length: +0', second))
    refused('length with letters', post('Content-Length: 0x5', second))
    refused('huge length', post('Content-Length: 99999999999999999999999', second), (400, 413))
    refused('two hosts', f'GET / HTTP/1.1{CR}{host}Host: other.example{CR}{CR}')
    refused('no host', f'GET /changed HTTP/1.1{CR}{CR}')
    refused('space before colon', f'GET /changed HTTP/1.1{CR}Host : 127.0.0.1{CR}{CR}')
    refused('control byte in host', f'GET /changed HTTP/1.1{CR}Host: 127.0.0.1\x01{CR}{CR}')
    refused('coded slash', f'GET /assets%2f..%2f..%2fetc/passwd HTTP/1.1{CR}{host}Connection: close{CR}{CR}', (400, 404))
    refused('climbing', f'GET /assets/../../etc/passwd HTTP/1.1{CR}{host}Connection: close{CR}{CR}', (400, 404))
    refused('coded NUL', f'GET /api/echo/a%00b HTTP/1.1{CR}{host}Connection: close{CR}{CR}')
    refused('broken coding', f'GET /api/echo/%zz HTTP/1.1{CR}{host}Connection: close{CR}{CR}')
    refused('broken UTF-8', f'GET /api/echo/%ff HTTP/1.1{CR}{host}Connection: close{CR}{CR}')
    refused('odd method', f'BREW /changed HTTP/1.1{CR}{host}Connection: close{CR}{CR}', (400, 405))
    refused('body on GET', f'GET /changed HTTP/1.1{CR}{host}Content-Length: 5{CR}Connection: close{CR}{CR}abcde', (400,))
    refused('long address', f'GET /{"a" * 30000} HTTP/1.1{CR}{host}{CR}', (400, 414, 431))
    refused('long header', f'GET /changed HTTP/1.1{CR}{host}X-Long: {"a" * 60000}{CR}{CR}', (400, 413, 431))
    refused('many headers', f'GET /changed HTTP/1.1{CR}{host}' + ''.join(f'X-{i}: {i}{CR}' for i in range(4000)) + CR, (400, 413, 431))
    if way == 'direct':
        refused('oversized form', post('Content-Length: 2000000', 'a' * 1000), (413,))
    if way == 'nginx':
        refused('NUL in a header', f'GET /changed HTTP/1.1{CR}{host}X-A: a\0b{CR}{CR}')
        refused('folded header', f'GET /changed HTTP/1.1{CR}{host}X-A: a{CR} b{CR}{CR}')

    def foreign_host():
        status, _, body = ask('/changed', headers={'Host': 'evil.example'})
        equal(status, 400, body[:120])
    if way == 'direct':
        cases.append(('foreign host on loopback', foreign_host))

    def slow(first, drip, name):
        """Bytes one a half second: closed by the deadline, others are served meanwhile."""
        def case():
            socks = [connect() for _ in range(20)]
            for s in socks:
                s.sendall(first.encode())
                s.settimeout(0.01)
            start, alive = time.monotonic(), set(range(20))
            while alive and time.monotonic() - start < 9:
                for i in list(alive):
                    try:
                        socks[i].sendall(drip.encode())
                        if socks[i].recv(4096) == b'':
                            alive.discard(i)
                    except (TimeoutError, socket.timeout, ssl.SSLWantReadError):
                        pass
                    except OSError:
                        alive.discard(i)
                asked = time.monotonic()
                equal(ask('/healthz')[0], 200, 'others')
                true(time.monotonic() - asked < 1, 'others waited')
                time.sleep(0.3)
            took = time.monotonic() - start
            for s in socks:
                s.close()
            equal(len(alive), 0, f'slow connections still open after {took:.1f} s')
            print(f'# {name}: 20 connections closed in {took:.1f} s')
        cases.append((name, case))

    slow(f'GET /changed HTTP/1.1{CR}{host}X-Slow: ', 'a', 'slow head')
    slow('GET /chan', 'g', 'slow request line')
    if way == 'direct':  # nginx keeps slow bodies to itself: the server never sees them
        slow(post('Content-Length: 30000', 'a'), 'a', 'slow body')

    def half_form():
        before = changed()
        with connect() as s:
            s.sendall(post('Content-Length: 100', 'abc').encode())
        time.sleep(0.3)
        equal(changed(), before, 'a broken-off form was run')
    cases.append(('broken-off form', half_form))

    def csrf():
        before = changed()
        mine = {'Cookie': f'{cookie_name}={SESSION}', 'Content-Type': 'application/x-www-form-urlencoded'}
        equal(ask('/change', 'POST', b'', mine)[0], 403, 'no token')
        equal(ask('/change', 'POST', b'csrf=AAAA', mine)[0], 403, 'bad token')
        page = ask('/', headers=mine)[2].decode()
        token = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
        again = re.search(r'name="csrf" value="([^"]+)"', ask('/', headers=mine)[2].decode()).group(1)
        true(token != again, 'the token is masked anew in each answer')
        equal(ask('/change', 'POST', f'csrf={token}'.encode(), {**mine, 'Sec-Fetch-Site': 'cross-site'})[0], 403, 'cross-site')
        equal(ask('/change', 'POST', f'csrf={token}'.encode(), {**mine, 'Origin': 'https://evil.example'})[0], 403, 'foreign origin')
        _, headers, visitor = ask('/signin')
        theirs = re.search(r'name="csrf" value="([^"]+)"', visitor.decode()).group(1)
        equal(ask('/change', 'POST', f'csrf={theirs}'.encode(), mine)[0], 403, "another's token")
        equal(changed(), before, 'nothing was written')
        equal(ask('/change', 'POST', f'csrf={token}'.encode(), mine)[0], 303, 'own token')
        equal(changed(), before + 1, 'written once')
        true(visitor_name in headers['Set-Cookie'], headers['Set-Cookie'])
        equal(ask('/api/change', 'POST', b'{}', {'Authorization': f'Bearer {BEARER}', 'Content-Type': 'application/json'})[0], 303, 'a bearer token needs none')
        equal(ask('/signin', 'POST', b'name=a', {'Authorization': 'Bearer wrong'})[0], 403, 'a wrong bearer token frees nobody')
    cases.append(('cross-site forms', csrf))

    def rights():
        mine = {'Cookie': f'{cookie_name}={SESSION}'}
        equal(ask('/')[0], 303, 'signed out: to sign-in')
        equal(ask('/admin', headers=mine)[0], 403, 'right missing')
        equal(ask('/api/echo/1')[0], 401, 'API signed out')
        status, headers, body = ask('/change', headers=mine)
        equal((status, headers['Allow']), (405, 'POST, OPTIONS'), 'method')
        equal(ask('/change', 'OPTIONS')[0], 204, 'OPTIONS')
        status, headers, body = ask('/help', 'HEAD')
        equal((status, body), (200, b''), 'HEAD')
        true(int(headers['Content-Length'] or 1) > 0, 'HEAD says the length')
        status, headers, body = ask('/api/nothing')
        equal((status, headers['Content-Type']), (404, 'application/problem+json'), 'API refusal')
        problem = json.loads(body)
        true(problem['title'] and problem['detail'] and problem['todo'], problem)
        for path, want in (('/nowhere', 404), ('/broken', 500)):
            status, headers, body = ask(path, headers=mine)
            equal(status, want, path)
            true('Content-Security-Policy' in headers and 'unsafe' not in headers['Content-Security-Policy'], 'policy')
            true('disk is on fire' not in body.decode(), 'the cause stays in the log')
    cases.append(('rights and methods', rights))

    def uploads():
        boundary = 'X'
        def form(name, data):
            return (f'--{boundary}{CR}Content-Disposition: form-data; name="csrf"{CR}{CR}{token}{CR}--{boundary}{CR}'
                    f'Content-Disposition: form-data; name="sheet"; filename="{name}"{CR}Content-Type: text/csv{CR}{CR}').encode() + data + f'{CR}--{boundary}--{CR}'.encode()
        _, headers, page = ask('/setup')
        token = re.search(r'name="csrf" value="([^"]+)"', page.decode()).group(1)
        mine = {'Cookie': headers['Set-Cookie'].split(';')[0], 'Content-Type': f'multipart/form-data; boundary={boundary}'}
        status, _, body = ask('/setup/units', 'POST', form('../../etc/đơn vị.csv', b'a\r\n--X-not\r\n' * 300000), mine)
        equal((status, json.loads(body)), (200, [{'name': 'đơn vị.csv', 'bytes': 3600000}]), 'upload')
        before = changed()
        status, _, body = ask('/setup/units', 'POST', form('a.csv', b'x' * (52 << 20)), mine)
        equal(status, 413, 'a file over its ceiling')
        status, _, body = ask('/setup/units', 'POST', form('a.csv', b'x')[:-8], mine)
        equal(status, 400, 'a form that breaks off')
        equal(changed(), before, 'nothing was written')
    cases.append(('uploads', uploads))

    def forwarded():
        status, _, body = ask('/changed', headers={'X-Forwarded-For': '192.0.2.9', 'X-Forwarded-Proto': 'https'})
        got = json.loads(body)
        equal(got['client'], '127.0.0.1', 'a client cannot name its own address')
        equal(got['https'], way == 'nginx', 'https')
    cases.append(('forwarded address', forwarded))

    def openapi():
        spec = json.loads(ask('/api/openapi.json')[2])
        equal(sorted(spec['paths']), ['/api/change', '/api/echo/{id}'], 'paths')
        mine = {'Authorization': f'Bearer {BEARER}'}
        equal(json.loads(ask('/api/echo/9?q=%C4%91%E1%BA%A5t', headers=mine)[2]), {'id': '9', 'q': 'đất'}, 'echo')
        schema = spec['paths']['/api/echo/{id}']['get']['responses']['200']['content']['application/json']['schema']
        equal(schema['required'], ['id', 'q'], 'schema')
    cases.append(('OpenAPI', openapi))

    def cached():
        page = ask('/signin')[2].decode()
        path = re.search(r'/assets/theme[^"]+', page).group(0)
        status, headers, body = ask(path, headers={'Accept-Encoding': 'gzip'})
        equal((status, headers['Content-Encoding']), (200, 'gzip'), 'asset')
        equal(ask(path, headers={'If-None-Match': headers['ETag']})[0], 304, 'asset again')
        equal(ask('/assets/theme.000000000000.css')[0], 404, 'another hash')
        equal(ask('/signin', headers={'Accept-Encoding': 'gzip'})[1]['Content-Encoding'], 'gzip', 'page')
    cases.append(('assets', cached))

    def queue():
        """Slow things queue in sight: past the ceiling the answer is 503 with a place in the queue, and quick pages stay quick."""
        socks = []
        for _ in range(90):
            s = connect()
            s.sendall(f'GET /slow HTTP/1.1{CR}{host}Connection: close{CR}{CR}'.encode())
            socks.append(s)
        time.sleep(0.3)
        asked = time.monotonic()
        page = ask('/signin')[2].decode()
        true(time.monotonic() - asked < 0.5, 'a quick page waited for slow ones')
        true(re.search(r'Đang có (\d+) người đăng nhập cùng lúc', page), 'the sign-in page says how many wait')
        got = []
        for s in socks:
            s.settimeout(20)
            raw = b''
            try:
                while piece := s.recv(65536):
                    raw += piece
            except OSError:
                pass
            s.close()
            got.append((int(raw.split()[1]), b'Retry-After: 5' in raw and 'đứng trước trong hàng chờ'.encode() in raw))
        busy = [said for status, said in got if status == 503]
        equal(len(busy) + sum(status == 200 for status, _ in got), 90, 'all are answered')
        true(busy and all(busy), f'{len(busy)} refusals say their place and when to come back')
    if way == 'direct':
        cases.append(('visible queue', queue))

    def too_many():
        """Past the rate nginx answers 429 and says in words when to come back; what the server itself refuses keeps its own page."""
        def burst(path, count):
            with connect(20) as s:
                one = f'GET {path} HTTP/1.1{CR}{host}'
                s.sendall((f'{one}{CR}' * (count - 1) + f'{one}Connection: close{CR}{CR}').encode())
                got = b''
                while piece := s.recv(65536):
                    got += piece
            return [(int(head[:3]), head) for head in got.split(b'HTTP/1.1 ')[1:]]
        # The rates stand in the file: pages 30 a second after 120 at once, signing in 20 a minute after 30 at once.
        for path, count in (('/signin', 60), ('/changed', 400)):
            got = burst(path, count)
            counts = {status: sum(s == status for s, _ in got) for status in {s for s, _ in got}}
            equal(len(got), count, f'{path}: all are answered')
            equal(set(counts), {200, 429}, f'{path}: {counts}')
            for head in (head for status, head in got if status == 429):
                true(b'Retry-After: 5\r\n' in head and 'quá nhiều yêu cầu'.encode() in head and b'charset=utf-8' in head, head)
            print(f'# {path}: {counts}')
        time.sleep(2)  # the rate of pages gives room again

    def too_many_connections():
        """The connections of one address are limited as well, with the same words."""
        socks = []
        try:
            for _ in range(60):  # under /assets/ no rate stands, only the connections; the body never comes
                s = connect()
                s.sendall(f'POST /assets/x HTTP/1.1{CR}{host}Content-Length: 9{CR}{CR}'.encode())
                socks.append(s)
            status, headers, body = ask('/assets/theme.000000000000.css')
            equal((status, headers['Retry-After']), (429, '5'), body[:200])
            true('quá nhiều yêu cầu' in body.decode(), body)
        finally:
            for s in socks:
                s.close()
    if way == 'nginx':
        cases.append(('too many requests', too_many))
        cases.append(('too many connections', too_many_connections))

    def stop():
        with connect() as s:
            s.sendall(f'GET /slow HTTP/1.1{CR}{host}Connection: close{CR}{CR}'.encode())
            time.sleep(0.05)
            code, took = server.stop()
            got = b''
            s.settimeout(3)
            try:
                while piece := s.recv(4096):
                    got += piece
            except OSError:
                pass
        equal(code, 0, 'exit code (a sanitizer would change it)')
        true(took < 6, f'took {took:.1f} s')
        true(b'slow\n' in got, 'a running answer was cut off')
    cases.append(('graceful stop', stop))

    try:
        run(cases)
    finally:
        if server.process.poll() is None:
            server.stop()
        if nginx:
            nginx.stop()
            shutil.rmtree(folder, ignore_errors=True)


main()
