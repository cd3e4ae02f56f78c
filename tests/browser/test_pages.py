#!/usr/bin/env python3
"""The framework's own pages in a real browser: widths, light and dark, axe, keyboard only, scripts off, weight of a first visit.

    test_pages.py TEST_SERVER [SHOTS_DIR]"""
import gzip
import os
import sys
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver
from harness import SESSION, Server, equal, run, skip, true

PAGES = [('signin', '/signin', False), ('tasks', '/', True), ('setup', '/setup', False), ('help', '/help', True), ('parts', '/parts', True), ('missing', '/nowhere', True)]


def main():
    reason = webdriver.why_missing()
    if reason:
        skip(reason)
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    with Server(sys.argv[1]) as server, webdriver.Driver() as driver, driver.open() as b:
        cases = []

        def visit(path, signed_in):
            b.get(server.url + '/healthz')
            b.call('DELETE', '/cookie')
            if signed_in:
                b.cookie('lt_s', SESSION)
            b.get(server.url + path)

        def look(name, path, signed_in, width, dark):
            def case():
                b.resize(width)
                b.dark(dark)
                visit(path, signed_in)
                if shots:
                    b.screenshot(f'{shots}/{name}-{width}-{"dark" if dark else "light"}.png')
                equal(b.overflow(), 0, 'pixels too wide')
                equal(b.axe(), [], 'axe')
                complaints = [e for e in b.errors() if '404 (Not Found)' not in e or '/nowhere' not in e]
                equal(complaints, [], 'browser complaints')
            return case

        for name, path, signed_in in PAGES:
            for width in (320, 390, 1440):
                for dark in (False, True):
                    cases.append((f'{name} {width} {"dark" if dark else "light"}', look(name, path, signed_in, width, dark)))

        def keyboard():
            b.resize(1440)
            visit('/', True)
            b.press('Tab')
            true('Đến nội dung chính' in b.focused(), f'first stop is the skip link, not {b.focused()}')
            b.press('Enter')
            b.press('Tab')
            true('Hoàn tác' in b.focused(), f'after the skip link comes the page, not {b.focused()}')
            b.press('/')
            equal(b.js('return document.activeElement.id'), 'q', 'the search field has the focus')
            b.js('document.activeElement.blur()')
            b.press('j')
            true('Xác nhận đã đọc' in b.focused(), f'j goes to the first row, not {b.focused()}')
            b.press('j', 'j', 'k')
            true('Gửi lịch trực' in b.focused(), f'j j k goes to the second row, not {b.focused()}')
            b.press('?')
            b.wait_url('/help')
            b.press('g', 'v')
            b.wait_url(f':{server.port}/')

        def keys_off():
            visit('/', True)
            b.get(server.url + '/prefs?keys=off&back=/help')
            true(b.url().endswith('/help'), b.url())
            b.press('g', 'v')
            true(b.url().endswith('/help'), 'shortcuts are off')

        def sign_in():
            b.resize(390)
            visit('/', False)
            true('/signin?back=' in b.url(), b.url())
            b.type('#f-name', 'ha@bennuoc.example')
            b.type('#f-password', 'sai')
            b.press('Enter')
            true('Còn 4 lần thử' in b.text('[role=alert]'), 'a wrong password says how many tries are left')
            b.type('#f-password', 'dung-roi')
            b.click('main button[type=submit]')
            b.wait_url(f':{server.port}/')
            true('3 việc cần làm trước' in b.text('h1'), b.text('h1'))

        def theme():
            b.resize(1440)
            b.dark(False)
            visit('/', True)
            b.get(server.url + '/prefs?theme=dark&back=/')
            equal(b.js('return document.documentElement.getAttribute("data-bs-theme")'), 'dark', 'theme')
            equal(b.js('return getComputedStyle(document.body).backgroundColor'), 'rgb(15, 22, 18)', 'paper')
            b.get(server.url + '/prefs?theme=auto&back=/')
            equal(b.js('return document.documentElement.getAttribute("data-bs-theme")'), None, 'theme')
            b.get(server.url + '/prefs?lang=en&back=/')
            equal(b.js('return document.documentElement.lang'), 'en', 'language')
            true('3 things to do first' in b.text('h1'), b.text('h1'))

        def stems():
            visit('/', True)
            drawn = b.js('''return Array.prototype.map.call(document.querySelectorAll(".lt-legend use"), function (u) {
                var r = u.getBoundingClientRect(); return r.width > 2 && r.height > 2; });''')
            equal(drawn, [True] * 5, 'every stem of the cached sprite is drawn')

        def hostile_values():
            b.resize(1440)
            visit('/parts', True)
            equal(b.js('return document.querySelectorAll("main script, [onfocus]").length'), 0, 'scripts from values')
            equal(b.js('return document.getElementById("list-q").value'), '" autofocus onfocus="alert(1)', 'the value arrives as it was')

        def no_script():
            with driver.open(width=390, script=False) as plain:
                plain.get(server.url + '/signin')
                plain.type('#f-name', 'ha@bennuoc.example')
                plain.type('#f-password', 'dung-roi')
                plain.click('main button[type=submit]')
                plain.get(server.url + '/')
                true('3 việc cần làm trước' in plain.text('h1'), plain.text('h1'))
                plain.click('summary')
                true('Đăng xuất' in plain.text('.lt-menu-list'), 'the menu opens without a script')
                plain.click('summary')
                plain.click('.lt-undo button')
                equal(plain.url(), server.url + '/', 'undo is a form')

        def weight():
            import re
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            total, seen = 0, []
            page = urllib.request.Request(server.url + '/', headers={'Accept-Encoding': 'gzip', 'Cookie': f'lt_s={SESSION}'})
            body = opener.open(page).read()
            total += len(body)
            html = gzip.decompress(body).decode()
            for path in sorted(set(re.findall(r'(/assets/[^"#]+)', html))):
                answer = opener.open(urllib.request.Request(server.url + path, headers={'Accept-Encoding': 'gzip'}))
                data = answer.read()
                true('immutable' in answer.headers['Cache-Control'], path)
                seen.append(f'{path} {len(data)}')
                total += len(data)
            print(f'# first visit {total} bytes packed: page {len(body)}, {", ".join(seen)}')
            true(total < 100_000, f'first visit is {total} bytes')

        cases += [('keyboard only', keyboard), ('shortcuts off', keys_off), ('sign in on a phone', sign_in), ('theme and language', theme),
                  ('stems from the sprite', stems), ('hostile values', hostile_values), ('scripts off', no_script), ('weight of a first visit', weight)]
        run(cases)


main()
