"""sitetest - the whole site over the sample province, for the tests of its pages: `luytre demo` on a free port of loopback, and one-time links to sign in."""
import re
import subprocess

import demo_template


class Site:
    def __init__(self, program):
        self.folder = demo_template.copy_of(program)
        self.process = subprocess.Popen([program, 'demo', '--listen', '127.0.0.1:0', '--dir', self.folder.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.links, link = [], None
        for line in self.process.stdout:
            found = re.search(r'(http://[^/]+)(/demo-link/\S+)', line)
            if found:
                self.url, link = found.groups()
            elif link:
                self.links.append((link, line.strip()))
                link = None
            if line.startswith(('Trang web', 'listening')):
                return
        raise RuntimeError(f'{program} demo did not start')

    def sign_in(self, browser, pattern):
        """As the first person of the list whose line fits; each link works once, so a person signs in once a run."""
        for i, (link, words) in enumerate(self.links):
            if re.search(pattern, words):
                del self.links[i]
                browser.call('DELETE', '/cookie') if browser.url().startswith('http') else None
                browser.get(self.url + link)
                return words
        raise AssertionError(f'nobody like {pattern} among {self.links}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdin.close()
        self.process.stdout.close()
        self.folder.cleanup()
