"""The site over the sample province, for tests of its pages: starts `luytre demo`, keeps its one-time links, signs people in."""
import base64
import datetime
import hashlib
import hmac
import http.client
import os
import re
import signal
import struct
import subprocess
import urllib.parse
from html.parser import HTMLParser

import demo_template
from harness import skip


class Site:
    """with Site(PROGRAM) as site: site.person('THCS') is a Client who is signed in as whoever's line holds that text."""

    def __init__(self, program):
        if not os.path.exists(program):
            skip(f'{program} is not built')
        self.folder = demo_template.copy_of(program)
        self.process = subprocess.Popen([program, 'demo', '--listen', '127.0.0.1:0', '--dir', self.folder.name], stdout=subprocess.PIPE, text=True)
        self.links, self.port, link = [], None, None
        for line in self.process.stdout:
            found = re.search(r'http://127\.0\.0\.1:(\d+)(/demo-link/(\S+))?', line)
            if found and found[2]:
                link = found[3]
            elif found:
                self.port = int(found[1])
                break
            elif link:
                self.links.append((line.strip(), link))
                link = None
        if not self.port:
            self.stop()
            raise RuntimeError(f'{program} demo did not serve')
        self.url = f'http://127.0.0.1:{self.port}'
        self.clients = {}

    def person(self, words):
        """A link works once, so whoever signed in is kept."""
        for line, token in self.links:
            if words in line:
                if line not in self.clients:
                    client = Client(self.port)
                    status, _ = client.get('/demo-link/' + token)
                    if status != 303:
                        raise RuntimeError(f'the link of {line} answers {status}')
                    self.clients[line] = client
                return self.clients[line]
        raise RuntimeError(f'nobody is called {words}')

    def link(self, words):
        return next(token for line, token in self.links if words in line)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.stdout.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Forms(HTMLParser):
    """action -> hidden fields of every form of a page."""

    def __init__(self, page):
        super().__init__()
        self.forms, self.at = {}, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == 'form':
            self.at = self.forms.setdefault(a.get('action', ''), {})
        elif tag == 'input' and self.at is not None and a.get('type') == 'hidden' and a.get('name') not in self.at:
            self.at[a['name']] = a.get('value', '')

    def handle_endtag(self, tag):
        if tag == 'form':
            self.at = None


class Client:
    """What a browser without script does: keeps cookies, fills forms it has seen."""

    def __init__(self, port):
        self.port, self.cookies, self.location, self.headers = port, {}, None, {}

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        headers = {'Cookie': '; '.join(f'{k}={v}' for k, v in self.cookies.items())} if self.cookies else {}
        if body is not None:
            headers['Content-Type'] = 'application/x-www-form-urlencoded'
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == 'set-cookie':
                key, _, rest = value.partition('=')
                self.cookies[key] = rest.split(';')[0]
                if 'Max-Age=0' in value:
                    del self.cookies[key]
        self.location = answer.getheader('Location')
        self.headers = dict(answer.getheaders())
        raw = answer.read()
        connection.close()
        try:
            return answer.status, raw.decode()
        except UnicodeDecodeError:
            return answer.status, raw

    def get(self, path):
        return self.ask('GET', path)

    def post(self, page_path, action, **fields):
        """Opens the page, takes the hidden fields of the form that goes to `action`, adds ours, sends it."""
        _, page = self.get(page_path)
        forms = Forms(page).forms
        if action not in forms:
            raise AssertionError(f'{page_path} has no form to {action}, only {sorted(forms)}')
        return self.ask('POST', action, urllib.parse.urlencode({**forms[action], **fields}, doseq=True))


def totp(secret, unix_s):
    """RFC 6238, six digits."""
    mac = hmac.new(base64.b32decode(secret + '=' * (-len(secret) % 8)), struct.pack('>Q', int(unix_s) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f'{(struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}'


def page_minute(page):
    """The server's own clock, from the foot of a page; whatever second of that minute it is, its code is within one step."""
    found = re.search(r'(\d\d):(\d\d),? (\d\d)/(\d\d)/(\d{4})', page[page.index('lt-foot'):])
    hour, minute, day, month, year = map(int, found.groups())
    return datetime.datetime(year, month, day, hour, minute, tzinfo=datetime.timezone(datetime.timedelta(hours=7))).timestamp()
