"""A small WebDriver client (W3C WebDriver, JSON over HTTP) for Debian's chromedriver. Standard library only, loopback only."""
import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
# Nothing may call out: no updates, no sync, no background traffic, a fresh profile each time.
FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions', '--disable-dev-shm-usage',
         '--disable-client-side-phishing-detection', '--disable-domain-reliability', '--no-default-browser-check', '--no-pings', '--metrics-recording-only',
         '--hide-scrollbars', '--force-device-scale-factor=1', '--lang=vi', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
         '--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,AutofillServerCommunication,CertificateTransparencyComponentUpdater']


def why_missing():
    """A reason to skip, or None."""
    for name in ('chromium', 'chromedriver'):
        if not shutil.which(name):
            return f'{name} is not installed'
    return None


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Failed(Exception):
    pass


class Driver:
    """One chromedriver; sessions come from open()."""

    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen(['chromedriver', f'--port={self.port}', '--allowed-ips=127.0.0.1'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                if self.call('GET', '/status')['ready']:
                    return
            except (OSError, Failed):
                pass
            if time.monotonic() > deadline:
                self.stop()
                raise Failed('chromedriver did not start')
            time.sleep(0.1)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', data=data, method=method, headers={'Content-Type': 'application/json'})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as e:
            value = json.load(e)['value']
            raise Failed(f'{method} {path}: {value.get("error")}: {value.get("message", "").splitlines()[0]}') from None

    def open(self, width=1440, height=1000, script=True, dark=False):
        return Browser(self, width, height, script, dark)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Browser:
    def __init__(self, driver, width, height, script, dark):
        self.driver = driver
        self.profile = tempfile.mkdtemp(prefix='lt-browser-')
        options = {'args': FLAGS + [f'--user-data-dir={self.profile}', f'--window-size={width},{height}']}
        options['prefs'] = {'intl.accept_languages': 'vi,en'}
        if not script:
            options['prefs'] |= {'profile.managed_default_content_settings.javascript': 2}
        made = driver.call('POST', '/session', {'capabilities': {'alwaysMatch': {'goog:chromeOptions': options, 'goog:loggingPrefs': {'browser': 'ALL'}}}})
        self.id = made['sessionId']
        self.call('POST', '/timeouts', {'implicit': 5000, 'pageLoad': 30000, 'script': 30000})
        self.resize(width, height)
        self.dark(dark)

    def call(self, method, path, body=None):
        return self.driver.call(method, f'/session/{self.id}{path}', body)

    def cdp(self, name, **params):
        return self.call('POST', '/goog/cdp/execute', {'cmd': name, 'params': params})

    def resize(self, width, height=1000):
        """Exact width of the page, also below what a window may have."""
        self.width = width
        self.cdp('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def dark(self, on):
        self.cdp('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': 'dark' if on else 'light'}])

    def get(self, url):
        self.call('POST', '/url', {'url': url})

    def url(self):
        return self.call('GET', '/url')

    def wait_url(self, ending):
        """A key or a script may lead to another page a moment later."""
        deadline = time.monotonic() + 5
        while not self.url().endswith(ending) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.url().endswith(ending):
            raise AssertionError(f'{self.url()} does not end with {ending}')

    def title(self):
        return self.call('GET', '/title')

    def js(self, script, *args):
        return self.call('POST', '/execute/sync', {'script': script, 'args': list(args)})

    def js_async(self, script, *args):
        return self.call('POST', '/execute/async', {'script': script, 'args': list(args)})

    def find(self, css):
        return self.call('POST', '/element', {'using': 'css selector', 'value': css})[ELEMENT]

    def text(self, css):
        return self.call('GET', f'/element/{self.find(css)}/text')

    def click(self, css):
        self.call('POST', f'/element/{self.find(css)}/click', {})

    def follow(self, css):
        """Click what may stand below the fold, and be on the page it leads to."""
        self.js('const e = document.querySelector(arguments[0]); e.scrollIntoView({block: "center", behavior: "instant"}); document.body.dataset.old = "1"', css)
        self.click(css)
        for _ in range(200):
            if self.js('return document.readyState === "complete" && !document.body.dataset.old'):
                return
            time.sleep(0.05)
        raise AssertionError(f'{css} leads nowhere')

    def fill(self, name, value):
        """What stands in the field of this name, at once."""
        self.js('document.querySelector(`[name="${arguments[0]}"]`).value = arguments[1]', name, value)

    def value(self, name):
        return self.js('return document.querySelector(`[name="${arguments[0]}"]`).value', name)

    def ticked(self, name):
        """The values of the boxes of this name that are chosen."""
        return self.js('return [...document.querySelectorAll(`[name="${arguments[0]}"]:checked`)].map(e => e.value)', name)

    def type(self, css, text):
        self.call('POST', f'/element/{self.find(css)}/value', {'text': text})

    def press(self, *keys):
        """Keys to whatever has the focus: 'Tab', 'Enter', single characters."""
        names = {'Tab': '\ue004', 'Enter': '\ue007', 'Escape': '\ue00c', 'Space': ' '}
        actions = []
        for key in keys:
            value = names.get(key, key)
            actions += [{'type': 'keyDown', 'value': value}, {'type': 'keyUp', 'value': value}]
        self.call('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keyboard', 'actions': actions}]})

    def focused(self):
        """Tag and accessible words of the focused element."""
        return self.js('var e = document.activeElement; return e.tagName + " " + (e.getAttribute("aria-label") || e.textContent || e.id || "").trim();')

    def cookie(self, name, value):
        self.call('POST', '/cookie', {'cookie': {'name': name, 'value': value, 'path': '/'}})

    def screenshot(self, path, whole=True):
        if whole:
            size = self.cdp('Page.getLayoutMetrics')['cssContentSize']
            shot = self.cdp('Page.captureScreenshot', captureBeyondViewport=True, clip={'x': 0, 'y': 0, 'width': self.width, 'height': min(size['height'], 6000), 'scale': 1})
            data = shot['data']
        else:
            data = self.call('GET', '/screenshot')
        with open(path, 'wb') as f:
            f.write(base64.b64decode(data))

    def axe(self):
        """Violations of WCAG A, AA and best practice: list of 'rule: node'."""
        with open(os.path.join(HERE, 'vendor', 'axe.min.js'), 'rb') as f:
            source = f.read()
        with open(os.path.join(HERE, 'vendor', 'SHA256SUMS'), encoding='utf-8') as f:
            if hashlib.sha256(source).hexdigest() != f.read().split()[0]:
                raise Failed('axe.min.js is not the file of SHA256SUMS')
        self.cdp('Runtime.evaluate', expression=source.decode())
        result = self.js_async('''
            var done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
              .then(function (r) { done(r.violations.map(function (v) {
                 return v.id + ": " + v.nodes.map(function (n) { return n.target.join(" ") + " (" + (n.failureSummary || "").split("\\n")[1] + ")"; }).join("; "); })); },
                    function (e) { done(["axe: " + e]); });''')
        return result

    def overflow(self):
        """How many pixels the page is wider than its window: reflow must hold at 320."""
        return self.js('return document.documentElement.scrollWidth - document.documentElement.clientWidth;')

    def errors(self):
        """What the browser complained about: scripts, the content policy, files not found."""
        return [e['message'] for e in self.call('POST', '/se/log', {'type': 'browser'}) if e['level'] == 'SEVERE']

    def close(self):
        try:
            self.call('DELETE', '')
        finally:
            shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
